/* The linear recursion z' = M z + noise along the modes: exact transition of the Langevin model, and SGD with
 * Gaussian gradient noise (white, or anticorrelated within epochs). */
#include "engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct linear {
  double *maps;      /* 4 x d, one 2 x 2 map per mode                         */
  sgdl_gaussian law; /* exact: joint transition noise; SGD: the gradient noise */
  sgdl_noise scheme;
} linear;

/* ---- exact transition ---- */

typedef struct transition {
  const sgdl_model *model;
  double scale; /* batch-noise covariance over that of one example */
} transition;

static void one_step_covariance(const void *context, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const transition *t = context;
  const sgdl_model *model = t->model;
  double lambda = model->hyper.weight_decay;
  sgdl_pair_one_step(model->dynamics, &model->hyper, model->rho[i] + lambda, model->rho[j] + lambda, c);
  for (int e = 0; e < 4; e++) c[e] *= t->scale;
}

static sgdl_status advance_exact(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path,
                                 uint64_t step, ptrdiff_t n_steps, double *scratch, double *state,
                                 double *out, ptrdiff_t *done)
{
  (void)done;
  const linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  double *z = scratch, *noise = self->law.full ? scratch + 2 * d * stepper->tile : scratch;
  SGDL_TRY(stepper->backend->fill_normals(ctx, stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, 2 * d,
                                          n_steps, z));
  sgdl_gaussian_colour(&self->law, n_steps, z, noise);
  return stepper->backend->ensemble_step(ctx, d, n_steps, self->maps, noise, state, out);
}

/* ---- SGD with Gaussian noise ----
 *
 * Epochs: xi_b = zeta_b/sqrt(S_b) - mean, zeta_b independent with covariance Sigma N/(N-1) and mean =
 * sum_b sqrt(S_b) zeta_b/N over all N examples of the epoch has exactly the covariances of THEORY section 6.
 * A dropped remainder takes part in the mean as one more batch that is never used. The mean of the running
 * epoch is kept, uncoloured, behind (x, v) in the state of the path. */

static ptrdiff_t batch_size(const sgdl_noise *scheme, ptrdiff_t b)
{
  return b < scheme->full ? (ptrdiff_t)scheme->S : scheme->remainder;
}

/* mean = sum_b sqrt(S_b) z_b/N of the epoch that begins at `step`; z: scratch for d x tile normals. */
static sgdl_status epoch_mean(const sgdl_stepper *stepper, sgdl_context *ctx, uint64_t path, uint64_t step,
                              double *z, double *mean)
{
  const linear *self = stepper->self;
  const sgdl_noise *scheme = &self->scheme;
  ptrdiff_t d = stepper->model->dim, dropped = (ptrdiff_t)scheme->N;
  for (ptrdiff_t i = 0; i < d; i++) mean[i] = 0.0;
  for (ptrdiff_t b = 0; b < scheme->steps;) {
    ptrdiff_t n = scheme->steps - b < stepper->tile ? scheme->steps - b : stepper->tile;
    SGDL_TRY(stepper->backend->fill_normals(ctx, stepper->seed, SGDL_STREAM_NOISE, path, step + (uint64_t)b,
                                            d, n, z));
    for (ptrdiff_t s = 0; s < n; s++, b++) {
      double weight = sqrt((double)batch_size(scheme, b)) / scheme->N;
      for (ptrdiff_t i = 0; i < d; i++) mean[i] += weight * z[i + s * d];
      dropped -= batch_size(scheme, b);
    }
  }
  if (dropped > 0) {
    double weight = sqrt((double)dropped) / scheme->N;
    sgdl_normals(stepper->seed, SGDL_STREAM_NOISE, path, step, d, d, z);
    for (ptrdiff_t i = 0; i < d; i++) mean[i] += weight * z[i];
  }
  return SGDL_OK;
}

/* z (d x n_steps independent normals) becomes the uncoloured epoch noise. */
static sgdl_status couple_epochs(const sgdl_stepper *stepper, sgdl_context *ctx, uint64_t path, uint64_t step,
                                 ptrdiff_t n_steps, double *z, double *spare, double *mean)
{
  const linear *self = stepper->self;
  const sgdl_noise *scheme = &self->scheme;
  ptrdiff_t d = stepper->model->dim;
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    uint64_t k = step + (uint64_t)s;
    ptrdiff_t b = (ptrdiff_t)(k % (uint64_t)scheme->steps);
    if (b == 0) SGDL_TRY(epoch_mean(stepper, ctx, path, k, spare, mean));
    double weight = 1.0 / sqrt((double)batch_size(scheme, b));
    for (ptrdiff_t i = 0; i < d; i++) z[i + s * d] = weight * z[i + s * d] - mean[i];
  }
  return SGDL_OK;
}

/* Batch noise xi (d x n_steps) to noise of the recursion: lr xi on theta, xi on v. */
static void spread_noise(ptrdiff_t d, ptrdiff_t n_steps, double lr, const double *xi, double *noise)
{
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    for (ptrdiff_t i = 0; i < d; i++) noise[i + 2 * s * d] = lr * xi[i + s * d];
    memcpy(noise + (2 * s + 1) * d, xi + s * d, (size_t)d * sizeof *noise);
  }
}

static sgdl_status advance_sgd(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                               ptrdiff_t n_steps, double *scratch, double *state, double *out,
                               ptrdiff_t *done)
{
  (void)done;
  const linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  double *z = scratch, *xi = scratch + d * stepper->tile, *noise = xi + d * stepper->tile;
  SGDL_TRY(stepper->backend->fill_normals(ctx, stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, d,
                                          n_steps, z));
  if (self->scheme.epoch)
    SGDL_TRY(couple_epochs(stepper, ctx, (uint64_t)path, step, n_steps, z, xi, state + 2 * d));
  sgdl_gaussian_colour(&self->law, n_steps, z, xi);
  spread_noise(d, n_steps, stepper->model->hyper.lr, xi, noise);
  return stepper->backend->ensemble_step(ctx, d, n_steps, self->maps, noise, state, out);
}

/* ---- creation ---- */

static void destroy(sgdl_stepper *stepper)
{
  linear *self = stepper->self;
  if (!self) return;
  free(self->maps);
  sgdl_gaussian_free(&self->law);
  free(self);
  stepper->self = NULL;
}

static sgdl_status make_maps(sgdl_context *ctx, const sgdl_model *model, double **maps)
{
  SGDL_TRY(sgdl_alloc(ctx, maps, sgdl_times(4, model->dim), "the maps of the modes"));
  for (ptrdiff_t i = 0; i < model->dim; i++)
    sgdl_mode_map(model->dynamics, &model->hyper, model->rho[i] + model->hyper.weight_decay, 1.0,
                  *maps + 4 * i);
  return SGDL_OK;
}

/* Factor on Sigma in the law that colours; under epochs the batch sizes enter in couple_epochs. */
static double noise_scale(const sgdl_noise *scheme)
{
  if (!scheme->epoch) return scheme->scale;
  return scheme->N > 1.0 ? scheme->N / (scheme->N - 1.0) : 0.0;
}

/* Steps at a time: tiles stay in cache, and in memory where there are millions of modes. */
static ptrdiff_t tile_steps(ptrdiff_t d)
{
  const ptrdiff_t most = 64, elements = 65536;
  ptrdiff_t steps = elements / d;
  return steps > most ? most : steps < 1 ? 1 : steps;
}

sgdl_status sgdl_linear_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               sgdl_stepper *stepper)
{
  ptrdiff_t d = model->dim, tile = tile_steps(d);
  int exact = sim->method == SGDL_EXACT;
  double products = model->noise_is_full ? (exact ? 2.0 : 0.5) * (double)d * (double)d : 0.0;
  linear *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  sgdl_noise_scheme(model, &self->scheme);
  *stepper = (sgdl_stepper){.model = model,
                            .backend = sgdl_backend_of(ctx),
                            .seed = sim->seed,
                            .tile = tile,
                            .state_size = sgdl_times(self->scheme.epoch ? 3 : 2, d),
                            .scratch_size = sgdl_times(4 * tile, d),
                            .ns_per_step = 10.0 * (double)d + 0.1 * products,
                            .in_modes = 1,
                            .self = self,
                            .advance = exact ? advance_exact : advance_sgd,
                            .destroy = destroy};
  SGDL_TRY(make_maps(ctx, model, &self->maps));
  if (!exact) return sgdl_gaussian_noise(ctx, model, noise_scale(&self->scheme), &self->law);
  transition step = {model, self->scheme.scale};
  return sgdl_gaussian_joint(ctx, model, one_step_covariance, &step, &self->law);
}
