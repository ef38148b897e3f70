/* States between modes and parameters: one product per tile for positions, one for velocities. Sums run in a
 * fixed order (panel.h), so that a coordinate has the same bits whatever else is observed. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

/* ---- whole states ---- */

sgdl_status sgdl_projection_init(sgdl_context *ctx, const sgdl_model *model, int to_modes,
                                 sgdl_projection *projection)
{
  ptrdiff_t d = model->dim;
  *projection = (sgdl_projection){
      .model = model, .rows = d, .centre = to_modes, .offset = to_modes ? NULL : model->minimiser};
  if (!model->vectors) return SGDL_OK;
  return sgdl_panels_pack(ctx, &projection->vectors, to_modes, 0, d, d, model->vectors, d,
                          "the eigenvectors");
}

void sgdl_projection_free(sgdl_projection *projection)
{
  sgdl_panels_free(&projection->vectors);
  free(projection->own_offset);
  projection->own_offset = NULL;
}

/* ---- what is observed ---- */

sgdl_status sgdl_projection_coordinates(sgdl_context *ctx, const sgdl_model *model, int to_modes, ptrdiff_t n,
                                        const ptrdiff_t *coordinates, sgdl_projection *projection)
{
  ptrdiff_t d = model->dim;
  const double *V = model->vectors;
  double *rows;
  *projection = (sgdl_projection){.model = model, .rows = n, .centre = to_modes};
  if (model->minimiser && !to_modes) {
    SGDL_TRY(sgdl_alloc(ctx, &projection->own_offset, n, "the observed coordinates"));
    for (ptrdiff_t q = 0; q < n; q++) projection->own_offset[q] = model->minimiser[coordinates[q]];
    projection->offset = projection->own_offset;
  }
  SGDL_TRY(sgdl_alloc(ctx, &rows, sgdl_times(d, n), "the observed coordinates"));
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t j = 0; j < d; j++)
      rows[j + q * d] = to_modes ? V[j + coordinates[q] * d] : V[coordinates[q] + j * d];
  sgdl_status status =
      sgdl_panels_pack(ctx, &projection->vectors, 1, 0, n, d, rows, d, "the observed coordinates");
  free(rows);
  return status;
}

/* The offset D'mu. */
static sgdl_status shift_directions(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n,
                                    const double *directions, sgdl_projection *projection)
{
  ptrdiff_t d = model->dim;
  SGDL_TRY(sgdl_alloc(ctx, &projection->own_offset, n, "the observed directions"));
  projection->offset = projection->own_offset;
  for (ptrdiff_t q = 0; q < n; q++) {
    double sum = 0.0;
    for (ptrdiff_t i = 0; i < d; i++) sum += directions[i + q * d] * model->minimiser[i];
    projection->own_offset[q] = sum;
  }
  return SGDL_OK;
}

/* out (d x n) = V D to the modes, V'D to the parameters: then out'x are the directions along V'x or V x. */
static sgdl_status turn_directions(sgdl_context *ctx, const sgdl_model *model, int to_modes, ptrdiff_t n,
                                   const double *directions, double *out)
{
  ptrdiff_t d = model->dim;
  sgdl_panels vectors;
  SGDL_TRY(sgdl_panels_pack(ctx, &vectors, !to_modes, 0, d, d, model->vectors, d, "the eigenvectors"));
  sgdl_panels_apply(&vectors, n, directions, d, NULL, out, d);
  sgdl_panels_free(&vectors);
  return SGDL_OK;
}

sgdl_status sgdl_projection_directions(sgdl_context *ctx, const sgdl_model *model, int change, int to_modes,
                                       ptrdiff_t n, const double *directions, sgdl_projection *projection)
{
  ptrdiff_t d = model->dim;
  double *turned = NULL;
  sgdl_status status = SGDL_OK;
  *projection = (sgdl_projection){.model = model, .rows = n, .centre = change && to_modes};
  if (change && !to_modes && model->minimiser)
    SGDL_GET(shift_directions(ctx, model, n, directions, projection));
  if (change && model->vectors) {
    SGDL_GET(sgdl_alloc(ctx, &turned, sgdl_times(d, n), "the observed directions"));
    SGDL_GET(turn_directions(ctx, model, to_modes, n, directions, turned));
  }
  SGDL_GET(sgdl_panels_pack(ctx, &projection->vectors, 1, 0, n, d, turned ? turned : directions, d,
                            "the observed directions"));
done:
  free(turned);
  return status;
}

/* ---- use ---- */

/* Positions (first d of 2d rows) plus sign * shift. */
static void add_shift(ptrdiff_t d, ptrdiff_t n, double sign, const double *shift, double *states)
{
  for (ptrdiff_t s = 0; s < n; s++)
    for (ptrdiff_t i = 0; i < d; i++) states[i + 2 * d * s] += sign * shift[i];
}

void sgdl_project_centre(const sgdl_projection *projection, ptrdiff_t n, double *in)
{
  const sgdl_model *model = projection->model;
  if (projection->centre && model->minimiser) add_shift(model->dim, n, -1.0, model->minimiser, in);
}

void sgdl_project(const sgdl_projection *projection, ptrdiff_t n, int velocity, const double *in, double *out)
{
  ptrdiff_t d = projection->model->dim, rows = projection->rows;
  if (projection->vectors.data) {
    sgdl_panels_apply(&projection->vectors, n, in, 2 * d, projection->offset, out, 2 * rows);
    if (velocity) sgdl_panels_apply(&projection->vectors, n, in + d, 2 * d, NULL, out + rows, 2 * rows);
  } else {
    if (out != in) memcpy(out, in, 2 * (size_t)(d * n) * sizeof *out);
    if (projection->offset) add_shift(d, n, 1.0, projection->offset, out);
  }
}
