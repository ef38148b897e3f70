/* SGD on any objective: real minibatches, or the full gradient with Gaussian noise. */
#include "epochs.h"
#include "field.h"
#include "linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct gradient {
  sgdl_optimiser optimiser;
  sgdl_batches batches; /* minibatches    */
  sgdl_field field;     /* Gaussian noise */
  sgdl_noise scheme;    /* of the model   */
} gradient;

/* ---- minibatches ---- */

static sgdl_status advance_minibatch(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path,
                                     uint64_t step, ptrdiff_t n_steps, double *scratch, double *state,
                                     double *out, ptrdiff_t *done)
{
  const gradient *self = stepper->self;
  const sgdl_objective *objective = self->field.objective;
  ptrdiff_t d = objective->dim;
  double *g = scratch, *work = g + d;
  uint64_t *words = (uint64_t *)(void *)(work + objective->work_size);
  uint32_t *batch = (uint32_t *)(void *)(words + sgdl_sampler_scratch(&self->batches.sampler));
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    ptrdiff_t size = sgdl_batches_draw(&self->batches, path, step + (uint64_t)s, words, batch);
    SGDL_TRY(sgdl_objective_gradient(objective, ctx, state, size, batch, NULL, work, g));
    sgdl_optimiser_update(&self->optimiser, step + (uint64_t)s, d, 1.0, g, state, state + d);
    memcpy(out + 2 * d * s, state, 2 * (size_t)d * sizeof *out);
    *done = s + 1;
  }
  return SGDL_OK;
}

/* ---- Gaussian noise ---- */

/* Standard deviation of the noise of the batch at `step` over that of one example; under epochs the batch size
 * enters where epochs are coupled. */
static double noise_amplitude(const sgdl_stepper *stepper, uint64_t step)
{
  const gradient *self = stepper->self;
  sgdl_model model = *stepper->model;
  sgdl_noise scheme = self->scheme;
  if (!scheme.epoch) {
    model.hyper = sgdl_schedule_at(&self->optimiser.schedule, step);
    sgdl_noise_scheme(&model, &scheme);
  }
  return sqrt(sgdl_linear_scale(&scheme));
}

/* The normals that the noise of a step is coloured from. By epochs: what the steps of an epoch share is the mean of
 * their uncoloured normals, each step colours it with the covariance at its own theta. For a constant Sigma that
 * is exact; where Sigma changes, cov(xi_k, xi_l) = -L_k L_l'/(N-1) with L L' = Sigma, for the normals of
 * "empirical" noise, one per example, -cov_i(g_i(theta_k), g_i(theta_l))/(N-1) as in real batches. */
static void draw_normals(const sgdl_stepper *stepper, ptrdiff_t path, uint64_t step, double *z, double *spare,
                         double *mean)
{
  const gradient *self = stepper->self;
  ptrdiff_t n = self->field.normals;
  sgdl_normals(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, step, 0, n, z);
  if (self->scheme.epoch)
    sgdl_epochs_couple(&self->scheme, stepper->seed, n, (uint64_t)path, step, 1, 0, n, 1, z, spare, mean);
}

static sgdl_status advance_gaussian(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path,
                                    uint64_t step, ptrdiff_t n_steps, double *scratch, double *state,
                                    double *out, ptrdiff_t *done)
{
  const gradient *self = stepper->self;
  const sgdl_field *field = &self->field;
  ptrdiff_t d = stepper->model->dim;
  double *g = scratch, *xi = g + d, *z = xi + d, *spare = z + field->normals, *work = spare + field->normals;
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    uint64_t k = step + (uint64_t)s;
    double amplitude = noise_amplitude(stepper, k);
    SGDL_TRY(sgdl_field_gradient(field, ctx, state, work, g));
    draw_normals(stepper, path, k, z, spare, state + 2 * d);
    SGDL_TRY(sgdl_field_noise(field, ctx, state, z, work, xi));
    for (ptrdiff_t i = 0; i < d; i++) g[i] -= amplitude * xi[i];
    sgdl_optimiser_update(&self->optimiser, k, d, 1.0, g, state, state + d);
    memcpy(out + 2 * d * s, state, 2 * (size_t)d * sizeof *out);
    *done = s + 1;
  }
  return SGDL_OK;
}

/* ---- creation ---- */

static void destroy(sgdl_stepper *stepper)
{
  gradient *self = stepper->self;
  if (!self) return;
  sgdl_batches_free(&self->batches);
  sgdl_field_free(&self->field);
  free(self);
  stepper->self = NULL;
}

static sgdl_status create_minibatch(sgdl_context *ctx, const sgdl_simulation *sim, sgdl_stepper *stepper)
{
  gradient *self = stepper->self;
  const sgdl_objective *objective = sim->objective;
  self->field.objective = objective;
  SGDL_TRY(sgdl_batches_create(ctx, stepper->model, sim, &self->batches));
  const sgdl_sampler *sampler = &self->batches.sampler;
  stepper->advance = advance_minibatch;
  stepper->scratch_size =
      objective->dim + objective->work_size + sgdl_sampler_scratch(sampler) + (sampler->S + 1) / 2;
  stepper->ns_per_step += (double)objective->dim * (double)sampler->S;
  return SGDL_OK;
}

static sgdl_status create_gaussian(sgdl_context *ctx, const sgdl_simulation *sim, sgdl_stepper *stepper)
{
  gradient *self = stepper->self;
  SGDL_TRY(sgdl_field_create(ctx, stepper->model, sim, &self->field));
  sgdl_noise_scheme(stepper->model, &self->scheme);
  ptrdiff_t normals = self->field.normals;
  stepper->advance = advance_gaussian;
  stepper->scratch_size = sgdl_times(2, stepper->model->dim) + 2 * normals + self->field.scratch_size;
  if (self->scheme.epoch) stepper->state_size += normals; /* the mean of the running epoch */
  stepper->ns_per_step += sgdl_field_cost(&self->field);
  return SGDL_OK;
}

sgdl_status sgdl_gradient_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                 sgdl_stepper *stepper)
{
  gradient *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  *stepper = (sgdl_stepper){.model = model,
                            .seed = sim->seed,
                            .tile = sgdl_field_tile(model->dim, sim->objective),
                            .state_size = sgdl_times(2, model->dim),
                            .ns_per_step = 1000.0,
                            .serial = !sim->objective->parallel,
                            .self = self,
                            .destroy = destroy};
  self->optimiser = sgdl_optimiser_of(model, sim);
  return sim->method == SGDL_MINIBATCH ? create_minibatch(ctx, sim, stepper)
                                       : create_gaussian(ctx, sim, stepper);
}
