/* SGD on any objective: real minibatches, or the full gradient with Gaussian noise. */
#include "field.h"
#include "optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct gradient {
  sgdl_optimiser optimiser;
  sgdl_batches batches; /* minibatches    */
  sgdl_field field;     /* Gaussian noise */
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

/* Standard deviation of the noise of the batch at `step` over that of one example. */
static double noise_amplitude(const sgdl_stepper *stepper, uint64_t step)
{
  const gradient *self = stepper->self;
  sgdl_model model = *stepper->model;
  sgdl_noise scheme;
  model.hyper = sgdl_schedule_at(&self->optimiser.schedule, step);
  sgdl_noise_scheme(&model, &scheme);
  return sqrt(scheme.scale);
}

static sgdl_status advance_gaussian(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path,
                                    uint64_t step, ptrdiff_t n_steps, double *scratch, double *state,
                                    double *out, ptrdiff_t *done)
{
  const gradient *self = stepper->self;
  const sgdl_field *field = &self->field;
  ptrdiff_t d = stepper->model->dim;
  double *g = scratch, *xi = g + d, *z = xi + d, *work = z + field->normals;
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    uint64_t k = step + (uint64_t)s;
    double amplitude = noise_amplitude(stepper, k);
    SGDL_TRY(sgdl_field_gradient(field, ctx, state, work, g));
    sgdl_normals(stepper->seed, SGDL_STREAM_NOISE, (uint64_t)path, k, 0, field->normals, z);
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
  stepper->advance = advance_gaussian;
  stepper->scratch_size = sgdl_times(2, stepper->model->dim) + self->field.normals + self->field.scratch_size;
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
