/* Where paths begin: a point, the same or one per path, or a draw from the stationary law. */
#include "../model/modes.h"
#include "engine.h"

#include <stdlib.h>
#include <string.h>

/* ---- a point ---- */

/* Column of theta0 or v0 that belongs to a path. */
static const double *column_of(const double *points, int per_path, ptrdiff_t d, ptrdiff_t path)
{
  return points + (per_path ? path * d : 0);
}

/* Parameters of every path as given: theta0 (the minimiser by default), v0 (0 by default). */
static void copy_points(const sgdl_model *model, const sgdl_simulation *sim, ptrdiff_t state_size,
                        double *states)
{
  ptrdiff_t d = model->dim;
  size_t bytes = (size_t)d * sizeof *states;
  for (ptrdiff_t p = 0; p < sim->n_paths; p++) {
    double *theta = states + p * state_size, *v = theta + d;
    if (sim->theta0)
      memcpy(theta, column_of(sim->theta0, sim->theta0_per_path, d, p), bytes);
    else if (model->minimiser)
      memcpy(theta, model->minimiser, bytes);
    if (sim->v0) memcpy(v, column_of(sim->v0, sim->v0_per_path, d, p), bytes);
  }
}

/* ---- the stationary law ---- */

typedef struct stationary {
  const sgdl_model *model;
  sgdl_modes modes;
} stationary;

/* Epochs, as good as infinitely many, that a state at the end of one looks back on. Flat modes: whole epochs
 * leave their position alone, so it is enough that velocities forget, and rounding must not add up. */
static double epochs_looked_back(double kappa_i, double kappa_j)
{
  const double all = 17592186044416.0, enough = 1048576.0; /* 2^44 (steps still count exactly), 2^20 */
  return kappa_i == 0.0 || kappa_j == 0.0 ? enough : all;
}

/* Under epochs a run begins where one begins, so the law there and not the average over phases. */
static void stationary_covariance(const void *context, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const stationary *s = context;
  const sgdl_model *model = s->model;
  const sgdl_noise *scheme = &s->modes.noise;
  double kappa_i = s->modes.kappa[i], kappa_j = s->modes.kappa[j];
  if (s->modes.quiet[i] || s->modes.quiet[j]) {
    memset(c, 0, 4 * sizeof *c);
  } else if (scheme->epoch) {
    double steps = epochs_looked_back(kappa_i, kappa_j) * (double)scheme->steps;
    sgdl_noise_pair_from_point(scheme, model->dynamics, &model->hyper, kappa_i, kappa_j, steps, c);
  } else {
    sgdl_noise_pair_stationary(scheme, model->dynamics, &model->hyper, kappa_i, kappa_j, NULL, NULL, c);
  }
}

static sgdl_status check_positions(sgdl_context *ctx, const sgdl_modes *modes)
{
  if (modes->n_missing == 0) return SGDL_OK;
  return sgdl_fail(
      ctx, SGDL_FLAT,
      "`start` = \"stationary\": %td of %td modes are flat and noisy, so they have no stationary "
      "position; start from a point",
      modes->n_missing, modes->d);
}

/* Modes of every path drawn from the stationary law. */
static sgdl_status draw_stationary(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                   ptrdiff_t state_size, double *states)
{
  ptrdiff_t n = sgdl_times(2, model->dim);
  stationary context = {.model = model};
  sgdl_gaussian law = {0};
  double *z = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_modes_init(ctx, model, &context.modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &context.modes));
  SGDL_GET(check_positions(ctx, &context.modes));
  SGDL_GET(sgdl_gaussian_joint(ctx, model, stationary_covariance, &context, &law));
  SGDL_GET(sgdl_alloc(ctx, &z, n, "a starting point"));
  for (ptrdiff_t p = 0; p < sim->n_paths; p++) {
    sgdl_normals(sim->seed, SGDL_STREAM_START, (uint64_t)p, 0, 0, n, z);
    sgdl_gaussian_colour(&law, 1, z, states + p * state_size);
  }
done:
  sgdl_gaussian_free(&law);
  sgdl_modes_free(&context.modes);
  free(z);
  return status;
}

/* ---- either, in the coordinates of the stepper ---- */

static sgdl_status project_starts(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n_paths, int to_modes,
                                  ptrdiff_t state_size, double *states)
{
  ptrdiff_t n = 2 * model->dim;
  sgdl_projection projection = {0};
  double *from = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_projection_init(ctx, model, to_modes, &projection));
  if (model->vectors) SGDL_GET(sgdl_alloc(ctx, &from, n, "a starting point"));
  for (ptrdiff_t p = 0; p < n_paths; p++) {
    double *state = states + p * state_size;
    sgdl_project_centre(&projection, 1, state);
    if (model->vectors) memcpy(from, state, (size_t)n * sizeof *from);
    sgdl_project(&projection, 1, 1, from ? from : state, state);
  }
done:
  sgdl_projection_free(&projection);
  free(from);
  return status;
}

sgdl_status sgdl_starting_states(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                 const sgdl_stepper *stepper, double *states)
{
  ptrdiff_t size = stepper->state_size;
  memset(states, 0, (size_t)(size * sim->n_paths) * sizeof *states);
  if (sim->start_stationary)
    SGDL_TRY(draw_stationary(ctx, model, sim, size, states));
  else
    copy_points(model, sim, size, states);
  if (stepper->in_modes == sim->start_stationary) return SGDL_OK;
  return project_starts(ctx, model, sim->n_paths, stepper->in_modes, size, states);
}
