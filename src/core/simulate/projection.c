/* States between modes and parameters: one product per tile for positions, one for velocities. */
#include "engine.h"

#include <string.h>

sgdl_status sgdl_projection_init(sgdl_context *ctx, const sgdl_model *model, int to_modes,
                                 sgdl_projection *projection)
{
  ptrdiff_t d = model->dim;
  *projection = (sgdl_projection){.model = model, .to_modes = to_modes};
  if (!model->vectors) return SGDL_OK;
  return sgdl_panels_pack(ctx, &projection->vectors, to_modes, 0, d, d, model->vectors, d,
                          "the eigenvectors");
}

void sgdl_projection_free(sgdl_projection *projection)
{
  sgdl_panels_free(&projection->vectors);
}

/* Positions (first d of 2d rows) plus sign * mu. */
static void shift(const sgdl_model *model, ptrdiff_t n, double sign, double *states)
{
  ptrdiff_t d = model->dim;
  if (!model->minimiser) return;
  for (ptrdiff_t s = 0; s < n; s++)
    for (ptrdiff_t i = 0; i < d; i++) states[i + 2 * d * s] += sign * model->minimiser[i];
}

void sgdl_project(const sgdl_projection *projection, ptrdiff_t n, int velocity, double *in, double *out)
{
  const sgdl_model *model = projection->model;
  ptrdiff_t d = model->dim;
  if (projection->to_modes) shift(model, n, -1.0, in);
  if (model->vectors) {
    const double *offset = projection->to_modes ? NULL : model->minimiser;
    sgdl_panels_apply(&projection->vectors, n, in, 2 * d, offset, out, 2 * d);
    if (velocity) sgdl_panels_apply(&projection->vectors, n, in + d, 2 * d, NULL, out + d, 2 * d);
  } else {
    memcpy(out, in, 2 * (size_t)(d * n) * sizeof *out);
    if (!projection->to_modes) shift(model, n, 1.0, out);
  }
}
