/* Where the theory starts from: a start checked and brought to modes. THEORY section 5. */
#include "start.h"

#include "../model/mode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- mean ---------------------------------------------------------------------------------------- */

static sgdl_status start_point(sgdl_context *ctx, const sgdl_model *model, const double *theta0,
                               const double *v0, sgdl_start_state *start)
{
  ptrdiff_t d = model->dim;
  double *work = NULL;
  sgdl_status status = SGDL_OK;
  memset(start->x, 0, sizeof(double) * (size_t)(2 * d));
  if (theta0 != NULL) {
    SGDL_GET(sgdl_check_finite(ctx, "theta0", theta0, d, 0));
    SGDL_GET(sgdl_alloc(ctx, &work, d, "the starting point"));
    SGDL_GET(sgdl_modes_deviation(ctx, model, theta0, work, start->x));
  }
  if (v0 != NULL) {
    SGDL_GET(sgdl_check_finite(ctx, "v0", v0, d, 0));
    SGDL_GET(sgdl_modes_coordinates(ctx, model, 0, 1, v0, start->v));
  }
done:
  free(work);
  return status;
}

void sgdl_start_mean(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                     const sgdl_start_state *start, double step, double *x, double *v)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    double E[4] = { 0, 0, 0, 0 };
    if (!sgdl_start_is_stationary(start))
      sgdl_mode_map(model->dynamics, &model->hyper, modes->kappa[l], step, E);
    x[l] = E[0] * start->x[l] + E[2] * start->v[l];
    v[l] = E[1] * start->x[l] + E[3] * start->v[l];
  }
}

/* ---- covariance ------------------------------------------------------------------------------------ */

/* Velocities as stationary: under epochs as at their ends, for step 0 begins one. */
static sgdl_status spread_velocity(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                   int pairs, sgdl_start_state *start)
{
  ptrdiff_t d = modes->d;
  int full = pairs && model->noise_is_full;
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(modes->noise.epoch ? sgdl_law_at_phase(ctx, model, modes, 0, &law)
                              : sgdl_law_stationary(ctx, model, modes, &law));
  SGDL_GET(sgdl_alloc(ctx, &start->velocity, full ? sgdl_times(d, d) : d, "the velocities of the start"));
  start->spread = full ? SGDL_SPREAD_FULL : SGDL_SPREAD_DIAGONAL;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = full ? 0 : j; i <= j; i++) {
      double c[4];
      sgdl_law_pair(&law, i, j, c);
      if (full)
        start->velocity[i + j * d] = start->velocity[j + i * d] = c[3];
      else
        start->velocity[j] = c[3];
    }
done:
  sgdl_law_free(&law);
  return status;
}

/* to (d x d) = V' B V of the block B of cov0 (2d x 2d) at `from`. work: d^2. */
static sgdl_status block_to_modes(sgdl_context *ctx, const sgdl_model *model, const double *from,
                                  double *work, double *to)
{
  ptrdiff_t d = model->dim;
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  if (model->vectors == NULL) {
    for (ptrdiff_t j = 0; j < d; j++)
      memcpy(to + j * d, from + j * 2 * d, sizeof(double) * (size_t)d);
    return SGDL_OK;
  }
  SGDL_TRY(backend->product(ctx, 1, 0, d, d, d, 1.0, model->vectors, d, from, 2 * d, 0.0, work, d));
  return backend->product(ctx, 0, 0, d, d, d, 1.0, work, d, model->vectors, d, 0.0, to, d);
}

static sgdl_status spread_gaussian(sgdl_context *ctx, const sgdl_model *model, const double *cov0,
                                   sgdl_start_state *start)
{
  ptrdiff_t d = model->dim, dd = sgdl_times(d, d);
  double *work = NULL;
  sgdl_status status = SGDL_OK;

  if (cov0 == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`cov0` is absent: expected a %td x %td covariance of "
                     "(theta, v)", 2 * d, 2 * d);
  SGDL_GET(sgdl_covariance_check(ctx, "cov0", 2 * d, cov0));
  SGDL_GET(sgdl_alloc(ctx, &start->theta, sgdl_times(dd, 3), "the covariance of the start"));
  start->velocity = start->theta + dd;
  start->cross = start->velocity + dd;
  start->spread = SGDL_SPREAD_FULL;
  SGDL_GET(sgdl_alloc(ctx, &work, dd, "the covariance of the start"));
  SGDL_GET(block_to_modes(ctx, model, cov0, work, start->theta));
  SGDL_GET(block_to_modes(ctx, model, cov0 + 2 * d * d + d, work, start->velocity));
  SGDL_GET(block_to_modes(ctx, model, cov0 + 2 * d * d, work, start->cross));
done:
  free(work);
  return status;
}

sgdl_status sgdl_start_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                            const sgdl_initial *initial, int pairs, sgdl_start_state *start)
{
  ptrdiff_t d = modes->d;
  int moves = initial->from != SGDL_FROM_STATIONARY && initial->from != SGDL_FROM_CHECKPOINT;
  int at_rest = initial->from == SGDL_FROM_REST_OF_SPEED;

  *start = (sgdl_start_state){ .from = initial->from };
  if ((int)initial->from < 0 || initial->from > SGDL_FROM_CHECKPOINT)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`from` = %d: expected one of sgdl_from", (int)initial->from);
  if (!moves || at_rest)
    SGDL_TRY(sgdl_modes_no_saddle(ctx, modes));
  SGDL_TRY(sgdl_alloc(ctx, &start->x, 2 * d, "the starting point"));
  start->v = start->x + d;
  SGDL_TRY(start_point(ctx, model, moves ? initial->theta0 : NULL, moves && !at_rest ? initial->v0 : NULL,
                       start));
  if (at_rest)
    return spread_velocity(ctx, model, modes, pairs, start);
  if (initial->from == SGDL_FROM_GAUSSIAN)
    return spread_gaussian(ctx, model, initial->cov0, start);
  return SGDL_OK;
}

void sgdl_start_free(sgdl_start_state *start)
{
  free(start->x);
  free(start->theta != NULL ? start->theta : start->velocity); /* one block, or the velocities alone */
  *start = (sgdl_start_state){ 0 };
}
