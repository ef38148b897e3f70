/* The linear recursion z' = M z + noise along the modes: exact transition of the Langevin model, and SGD with
 * Gaussian gradient noise (white, or anticorrelated within epochs), with Nesterov momentum, dampening and
 * hyperparameters that change over steps. */
#include "linear.h"

#include "../base/random.h"
#include "epochs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- exact transition ---- */

void sgdl_transition_covariance(const void *context, ptrdiff_t i, ptrdiff_t j, double c[4])
{
  const sgdl_linear *self = context;
  const sgdl_model *model = &self->model;
  double lambda = model->hyper.weight_decay;
  sgdl_pair_one_step(model->dynamics, &model->hyper, model->rho[i] + lambda, model->rho[j] + lambda, c);
  for (int e = 0; e < 4; e++) c[e] *= self->scheme.scale;
}

static sgdl_status draw_exact(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path,
                              ptrdiff_t n_paths, uint64_t step, ptrdiff_t n_steps, double *scratch,
                              double *states)
{
  (void)states;
  const sgdl_linear *self = stepper->self;
  ptrdiff_t n = 2 * stepper->model->dim;
  double *noise = scratch, *z = self->law.full ? scratch + n * stepper->tile : noise;
  for (ptrdiff_t p = 0; p < n_paths; p++)
    SGDL_TRY(stepper->backend->fill_normals(ctx, stepper->seed, SGDL_STREAM_NOISE, (uint64_t)(path + p), step, n,
                                            n_steps, z + n * n_steps * p));
  sgdl_gaussian_colour(&self->law, n_steps * n_paths, z, noise);
  return SGDL_OK;
}

static sgdl_status follow_exact(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                                ptrdiff_t n_steps, const double *noise, double *work, double *state,
                                double *out, ptrdiff_t *done)
{
  (void)path, (void)step, (void)work, (void)done;
  const sgdl_linear *self = stepper->self;
  return stepper->backend->ensemble_step(ctx, stepper->model->dim, n_steps, self->maps, noise, state, out);
}

/* ---- SGD: one step ---- */

static double batch_scale(const sgdl_linear *self, const sgdl_hyper *hyper)
{
  sgdl_model model = self->model;
  sgdl_noise scheme;
  model.hyper = *hyper;
  sgdl_noise_scheme(&model, &scheme);
  return sgdl_linear_scale(&scheme);
}

sgdl_sgd_step sgdl_sgd_step_at(const sgdl_linear *self, uint64_t step)
{
  const sgdl_optimiser *optimiser = &self->optimiser;
  sgdl_hyper h = sgdl_schedule_at(&optimiser->schedule, step);
  double keep = sgdl_optimiser_keep(optimiser, &h, step), beta = h.momentum, noise = 1.0;
  if (optimiser->schedule.batch_size) noise = sqrt(batch_scale(self, &h) / self->reference);
  sgdl_sgd_step s = {.pull = (long double)h.lr * keep, .carry = h.lr * beta, .keep = keep, .momentum = beta,
                     .on_x = h.lr * (keep * noise), .on_v = keep * noise};
  if (optimiser->nesterov) {
    s.pull *= 1.0L + beta;
    s.carry *= beta;
    s.on_x *= 1.0 + beta;
  }
  return s;
}

int sgdl_sgd_same(const sgdl_sgd_step *a, const sgdl_sgd_step *b)
{
  return a->pull == b->pull && a->carry == b->carry && a->keep == b->keep && a->momentum == b->momentum &&
         a->on_x == b->on_x && a->on_v == b->on_v;
}

/* Without a schedule only step 0 may be unlike the others. */
ptrdiff_t sgdl_sgd_steps_alike(const sgdl_linear *self, uint64_t step, ptrdiff_t n, sgdl_sgd_step *like)
{
  *like = sgdl_sgd_step_at(self, step);
  if (step > 0 && sgdl_schedule_constant(&self->optimiser.schedule)) return n;
  ptrdiff_t alike = 1;
  for (; alike < n; alike++) {
    sgdl_sgd_step next = sgdl_sgd_step_at(self, step + (uint64_t)alike);
    if (!sgdl_sgd_same(&next, like)) break;
  }
  return alike;
}

void sgdl_sgd_maps(const sgdl_sgd_step *step, ptrdiff_t n, const double *rho, double weight_decay, double *maps)
{
  for (ptrdiff_t i = 0; i < n; i++) {
    double kappa = rho[i] + weight_decay;
    maps[4 * i] = (double)(1.0L - step->pull * kappa);
    maps[4 * i + 1] = -step->keep * kappa;
    maps[4 * i + 2] = step->carry;
    maps[4 * i + 3] = step->momentum;
  }
}

/* ---- SGD: epochs ---- */

void sgdl_couple_epochs(const sgdl_stepper *stepper, uint64_t path, uint64_t step, ptrdiff_t n_steps,
                        ptrdiff_t first, ptrdiff_t m, ptrdiff_t tile, double *z, double *spare, double *mean)
{
  const sgdl_linear *self = stepper->self;
  sgdl_epochs_couple(&self->scheme, stepper->seed, stepper->model->dim, path, step, n_steps, first, m, tile, z,
                     spare, mean);
}

/* ---- SGD: whole states ---- */

/* Batch noise xi (d x n_steps) to noise of the recursion. */
static void spread_noise(const sgdl_sgd_step *like, ptrdiff_t d, ptrdiff_t n_steps, const double *xi,
                         double *noise)
{
  for (ptrdiff_t s = 0; s < n_steps; s++)
    for (ptrdiff_t i = 0; i < d; i++) {
      noise[i + 2 * s * d] = like->on_x * xi[i + s * d];
      noise[i + (2 * s + 1) * d] = like->on_v * xi[i + s * d];
    }
}

/* Batch noise in units of the gradient, d per step. */
static sgdl_status draw_sgd(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, ptrdiff_t n_paths,
                            uint64_t step, ptrdiff_t n_steps, double *scratch, double *states)
{
  const sgdl_linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim, tile = stepper->tile;
  double *xi = scratch, *z = xi + d * tile;
  for (ptrdiff_t p = 0; p < n_paths; p++) {
    double *own = z + d * n_steps * p, *mean = states + stepper->state_size * p + 2 * d;
    SGDL_TRY(stepper->backend->fill_normals(ctx, stepper->seed, SGDL_STREAM_NOISE, (uint64_t)(path + p), step, d,
                                            n_steps, own));
    if (self->scheme.epoch)
      sgdl_couple_epochs(stepper, (uint64_t)(path + p), step, n_steps, 0, d, tile, own, xi, mean);
  }
  sgdl_gaussian_colour(&self->law, n_steps * n_paths, z, xi);
  return SGDL_OK;
}

static sgdl_status follow_sgd(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                              ptrdiff_t n_steps, const double *xi, double *work, double *state, double *out,
                              ptrdiff_t *done)
{
  (void)path, (void)done;
  const sgdl_linear *self = stepper->self;
  ptrdiff_t d = stepper->model->dim;
  double *noise = work, *maps = noise + 2 * d * stepper->tile;
  for (ptrdiff_t s = 0, alike; s < n_steps; s += alike) {
    sgdl_sgd_step like;
    alike = sgdl_sgd_steps_alike(self, step + (uint64_t)s, n_steps - s, &like);
    int kept = sgdl_sgd_same(&like, &self->mapped);
    if (!kept) sgdl_sgd_maps(&like, d, self->model.rho, self->model.hyper.weight_decay, maps);
    spread_noise(&like, d, alike, xi + s * d, noise);
    SGDL_TRY(stepper->backend->ensemble_step(ctx, d, alike, kept ? self->maps : maps, noise, state,
                                             out + 2 * d * s));
  }
  return SGDL_OK;
}

/* ---- creation ---- */

static void destroy(sgdl_stepper *stepper)
{
  sgdl_linear *self = stepper->self;
  if (!self) return;
  free(self->maps);
  free(self->factor);
  sgdl_gaussian_free(&self->law);
  free(self);
  stepper->self = NULL;
}

double sgdl_linear_scale(const sgdl_noise *scheme)
{
  if (!scheme->epoch) return scheme->scale;
  return scheme->N > 1.0 ? scheme->N / (scheme->N - 1.0) : 0.0;
}

/* Maps and noise of the exact transition with the hyperparameters of self->model. */
static sgdl_status make_transition(sgdl_context *ctx, sgdl_linear *self)
{
  const sgdl_model *model = &self->model;
  sgdl_noise_scheme(model, &self->scheme);
  if (!self->maps) return SGDL_OK;
  for (ptrdiff_t i = 0; i < model->dim; i++)
    sgdl_mode_map(model->dynamics, &model->hyper, model->rho[i] + model->hyper.weight_decay, 1.0,
                  self->maps + 4 * i);
  sgdl_gaussian_free(&self->law);
  return sgdl_gaussian_joint(ctx, model, sgdl_transition_covariance, self, &self->law);
}

static int same_hyper(const sgdl_hyper *a, const sgdl_hyper *b)
{
  return a->lr == b->lr && a->momentum == b->momentum && a->batch_size == b->batch_size;
}

/* The transition of the steps from `step` on, and where the schedule changes next. */
static sgdl_status ready_transition(sgdl_stepper *stepper, sgdl_context *ctx, uint64_t step, uint64_t *end)
{
  sgdl_linear *self = stepper->self;
  const sgdl_schedule *schedule = &self->optimiser.schedule;
  sgdl_hyper now = sgdl_schedule_at(schedule, step);
  for (uint64_t k = step + 1; k < *end; k++) {
    sgdl_hyper next = sgdl_schedule_at(schedule, k);
    if (!same_hyper(&next, &now)) *end = k;
  }
  if (same_hyper(&now, &self->model.hyper)) return SGDL_OK;
  self->model.hyper = now;
  return make_transition(ctx, self);
}

/* The gradient noise, and the maps of steps like most. */
static sgdl_status make_sgd(sgdl_context *ctx, sgdl_linear *self)
{
  const sgdl_model *model = &self->model;
  sgdl_hyper one = model->hyper;
  one.batch_size = 1.0;
  self->reference = sgdl_linear_scale(&self->scheme);
  if (self->optimiser.schedule.batch_size && self->reference == 0.0) self->reference = batch_scale(self, &one);
  if (!self->maps) return SGDL_OK;
  if (sgdl_schedule_constant(&self->optimiser.schedule)) self->mapped = sgdl_sgd_step_at(self, 1);
  sgdl_sgd_maps(&self->mapped, model->dim, model->rho, model->hyper.weight_decay, self->maps);
  return sgdl_gaussian_noise(ctx, model, self->reference, &self->law);
}

/* Steps at a time: tiles stay in cache, and in memory where there are millions of modes. */
static ptrdiff_t tile_steps(ptrdiff_t d)
{
  const ptrdiff_t most = SGDL_TILE_STEPS, elements = 65536;
  ptrdiff_t steps = elements / d;
  return steps > most ? most : steps < 1 ? 1 : steps;
}

/* States recorded as they are move in bands, on the CPU; nothing else may do without maps. */
static void move_in_bands(sgdl_stepper *stepper, const sgdl_simulation *sim)
{
  sgdl_linear *self = stepper->self;
  if (self->model.noise_is_full) return;
  if (!sim->record_modes || sim->directions) return;
  stepper->advance_band = self->exact ? sgdl_exact_band : sgdl_sgd_band;
  stepper->scratch_size = sgdl_linear_band_scratch();
}

/* ---- on a device ---- */

static void device_job(const sgdl_stepper *stepper, double *maps, sgdl_ensemble_job *job)
{
  const sgdl_linear *self = stepper->self;
  const sgdl_gaussian *law = &self->law;
  ptrdiff_t d = stepper->model->dim;
  job->exact = self->exact;
  job->M = self->maps;
  job->factor = self->factor;
  job->on_x = law->diagonal;
  job->below = law->below;
  job->on_v = self->exact && law->diagonal ? law->diagonal + d : NULL;
  if (self->exact) return;
  sgdl_sgd_step like;
  job->n_steps = sgdl_sgd_steps_alike(self, job->step, job->n_steps, &like);
  job->spread_x = like.on_x;
  job->spread_v = like.on_v;
  if (sgdl_sgd_same(&like, &self->mapped)) return;
  sgdl_sgd_maps(&like, d, self->model.rho, self->model.hyper.weight_decay, maps);
  job->M = maps;
}

/* Where ctx->backend is a device, noise is white and hyperparameters stay. */
static sgdl_status move_on_device(sgdl_context *ctx, sgdl_stepper *stepper)
{
  sgdl_linear *self = stepper->self;
  const sgdl_panels *panels = &self->law.panels;
  if (sgdl_backend_is_cpu(sgdl_backend_of(ctx)) || !self->maps || self->scheme.epoch) return SGDL_OK;
  if (!sgdl_schedule_constant(&self->optimiser.schedule)) return SGDL_OK;
  if (self->law.full) {
    SGDL_TRY(sgdl_alloc(ctx, &self->factor, sgdl_times(panels->rows, panels->cols), "the factor of the noise"));
    sgdl_panels_unpack(panels, self->factor);
  }
  stepper->device_job = device_job;
  return SGDL_OK;
}

sgdl_status sgdl_linear_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               sgdl_stepper *stepper)
{
  ptrdiff_t d = model->dim, tile = tile_steps(d);
  int exact = sim->method == SGDL_EXACT;
  double products = model->noise_is_full ? (exact ? 2.0 : 0.5) * (double)d * (double)d : 0.0;
  sgdl_linear *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  self->exact = exact;
  self->model = *model;
  self->optimiser = sgdl_optimiser_of(model, sim);
  sgdl_noise_scheme(model, &self->scheme);
  *stepper = (sgdl_stepper){.model = model,
                            .backend = sgdl_backend_cpu(),
                            .seed = sim->seed,
                            .tile = tile,
                            .state_size = sgdl_times(self->scheme.epoch ? 3 : 2, d),
                            .scratch_size = sgdl_times(4 * tile + 4, d),
                            .ns_per_step = 10.0 * (double)d + 0.07 * products,
                            .in_modes = 1,
                            .self = self,
                            .noise_size = exact ? 2 * d : d,
                            .draw = exact ? draw_exact : draw_sgd,
                            .follow = exact ? follow_exact : follow_sgd,
                            .destroy = destroy};
  move_in_bands(stepper, sim);
  if (exact && !sgdl_schedule_constant(&self->optimiser.schedule)) stepper->prepare = ready_transition;
  int device = !sgdl_backend_is_cpu(sgdl_backend_of(ctx));
  if (!stepper->advance_band || d <= SGDL_MAPS_KEPT || device)
    SGDL_TRY(sgdl_alloc(ctx, &self->maps, sgdl_times(4, d), "the maps of the modes"));
  SGDL_TRY(exact ? make_transition(ctx, self) : make_sgd(ctx, self));
  return move_on_device(ctx, stepper);
}
