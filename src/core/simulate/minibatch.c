/* Real minibatch SGD of a linear regression: batches of sampler.c, gradients from one row-contiguous copy of
 * X. Sums run in a fixed order over lanes, so that the bits are the same on every machine. */
#include "optimiser.h"

#include <stdlib.h>
#include <string.h>

enum {
  LANES = 8,             /* doubles in sgdl_lanes                                             */
  TOGETHER = 4,          /* examples whose residuals are worked out side by side              */
  AHEAD = 24,            /* examples by which rows are fetched into cache before use          */
  LINE = 8,              /* doubles in a cache line                                           */
  TILE = SGDL_TILE_STEPS, /* steps whose batches are drawn at once, at most ...                */
  INDICES_AT_ONCE = 8192 /* ... and about so many indices                              */
};

typedef struct minibatch {
  sgdl_batches batches;
  sgdl_optimiser optimiser;
  ptrdiff_t stride; /* doubles in a row: (x, y) padded with zeros to whole lanes */
  double *rows;     /* stride x N                                                */
} minibatch;

/* ---- the gradient of a batch ---- */

SGDL_INLINE double sum_lanes(const sgdl_lanes *a)
{
  const sgdl_lanes v = *a;
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* sum over the batch of (x'theta - y) (x, y); point = (theta, -1, 0...), so that a row times it is the
 * residual. `batch` may be read AHEAD entries past `size`. */
SGDL_VECTORISED static void sum_gradients(const double *rows, ptrdiff_t stride, const uint32_t *batch,
                                          ptrdiff_t size, const double *point, double *gradient)
{
  for (ptrdiff_t j = 0; j < stride; j++) gradient[j] = 0.0;
  ptrdiff_t i = 0;
  for (; i + TOGETHER <= size; i += TOGETHER) {
    const double *row[TOGETHER];
    sgdl_lanes sum[TOGETHER], residual[TOGETHER], x, p, g;
    for (int q = 0; q < TOGETHER; q++) {
      const double *later = rows + (ptrdiff_t)batch[i + q + AHEAD] * stride;
      for (ptrdiff_t j = 0; j < stride; j += LINE) __builtin_prefetch(later + j);
      row[q] = rows + (ptrdiff_t)batch[i + q] * stride;
      sum[q] = (sgdl_lanes){0};
    }
    for (ptrdiff_t j = 0; j < stride; j += LANES) {
      memcpy(&p, point + j, sizeof p);
      for (int q = 0; q < TOGETHER; q++) {
        memcpy(&x, row[q] + j, sizeof x);
        sum[q] += x * p;
      }
    }
    for (int q = 0; q < TOGETHER; q++) residual[q] = (sgdl_lanes){0} + sum_lanes(&sum[q]);
    for (ptrdiff_t j = 0; j < stride; j += LANES) {
      memcpy(&g, gradient + j, sizeof g);
      for (int q = 0; q < TOGETHER; q++) {
        memcpy(&x, row[q] + j, sizeof x);
        g += residual[q] * x;
      }
      memcpy(gradient + j, &g, sizeof g);
    }
  }
  for (; i < size; i++) {
    const double *row = rows + (ptrdiff_t)batch[i] * stride;
    sgdl_lanes sum = {0}, x, p, g;
    for (ptrdiff_t j = 0; j < stride; j += LANES) {
      memcpy(&x, row + j, sizeof x);
      memcpy(&p, point + j, sizeof p);
      sum += x * p;
    }
    double residual = sum_lanes(&sum);
    for (ptrdiff_t j = 0; j < stride; j += LANES) {
      memcpy(&x, row + j, sizeof x);
      memcpy(&g, gradient + j, sizeof g);
      g += residual * x;
      memcpy(gradient + j, &g, sizeof g);
    }
  }
}

/* ---- the recursion ---- */

static sgdl_status advance(const sgdl_stepper *stepper, sgdl_context *ctx, ptrdiff_t path, uint64_t step,
                           ptrdiff_t n_steps, double *scratch, double *state, double *out, ptrdiff_t *done)
{
  (void)ctx;
  (void)done;
  const minibatch *self = stepper->self;
  ptrdiff_t d = stepper->model->dim, sizes[TILE], drawn = 0;
  double *point = scratch, *gradient = point + self->stride;
  uint64_t *words = (uint64_t *)(void *)(gradient + self->stride);
  uint32_t *indices = (uint32_t *)(void *)(words + sgdl_sampler_scratch(&self->batches.sampler));
  const uint32_t *batch = indices;

  for (ptrdiff_t s = 0; s < n_steps; s++) {
    sizes[s] = sgdl_batches_draw(&self->batches, path, step + (uint64_t)s, words, indices + drawn);
    drawn += sizes[s];
  }
  memset(indices + drawn, 0, (AHEAD + TOGETHER) * sizeof *indices);

  memset(point, 0, (size_t)self->stride * sizeof *point);
  memcpy(point, state, (size_t)d * sizeof *point);
  point[d] = -1.0;
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    sum_gradients(self->rows, self->stride, batch, sizes[s], point, gradient);
    sgdl_optimiser_update(&self->optimiser, step + (uint64_t)s, d, (double)sizes[s], gradient, point,
                          state + d);
    memcpy(state, point, (size_t)d * sizeof *state);
    memcpy(out + 2 * d * s, state, 2 * (size_t)d * sizeof *out);
    batch += sizes[s];
  }
  return SGDL_OK;
}

/* ---- creation ---- */

static void destroy(sgdl_stepper *stepper)
{
  minibatch *self = stepper->self;
  if (!self) return;
  sgdl_batches_free(&self->batches);
  free(self->rows);
  free(self);
  stepper->self = NULL;
}

/* The one copy of the data: example after example, read in tiles that stay in cache. */
static sgdl_status copy_rows(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, const double *y,
                             minibatch *self)
{
  const ptrdiff_t block = 64;
  ptrdiff_t stride = self->stride;
  SGDL_TRY(sgdl_alloc(ctx, &self->rows, sgdl_times(stride, N), "the copy of X by rows"));
  for (ptrdiff_t first = 0; first < N; first += block) {
    ptrdiff_t end = first + block < N ? first + block : N;
    memset(self->rows + first * stride, 0, (size_t)((end - first) * stride) * sizeof *self->rows);
    for (ptrdiff_t j = 0; j < d; j++)
      for (ptrdiff_t i = first; i < end; i++) self->rows[i * stride + j] = X[i + j * N];
    for (ptrdiff_t i = first; i < end; i++) self->rows[i * stride + d] = y[i];
  }
  return SGDL_OK;
}

static sgdl_status check_data(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim)
{
  ptrdiff_t N = model->n_examples, d = model->dim;
  if (!sim->X || !sim->y)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`X`, `y` are missing: minibatches need the data of a regression");
  SGDL_TRY(sgdl_check_finite(ctx, "X", sim->X, sgdl_times(N, d), N));
  return sgdl_check_finite(ctx, "y", sim->y, N, 0);
}

sgdl_status sgdl_minibatch_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  sgdl_stepper *stepper)
{
  ptrdiff_t d = model->dim, N = model->n_examples;
  minibatch *self = calloc(1, sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the simulation");
  *stepper =
      (sgdl_stepper){.model = model, .seed = sim->seed, .self = self, .advance = advance, .destroy = destroy};
  SGDL_TRY(sgdl_batches_create(ctx, model, sim, &self->batches));
  SGDL_TRY(check_data(ctx, model, sim));
  self->optimiser = sgdl_optimiser_of(model, sim);
  self->stride = (d + 1 + LANES - 1) / LANES * LANES;
  ptrdiff_t S = self->batches.sampler.S, tile = INDICES_AT_ONCE / S;
  stepper->tile = tile < 1 ? 1 : tile > TILE ? TILE : tile;
  stepper->state_size = sgdl_times(2, d);
  ptrdiff_t indices = stepper->tile * S + AHEAD + TOGETHER;
  stepper->scratch_size = 2 * self->stride + sgdl_sampler_scratch(&self->batches.sampler) + (indices + 1) / 2;
  stepper->ns_per_step = 0.25 * (double)self->stride * (double)S + 1000.0;
  return copy_rows(ctx, N, d, sim->X, sim->y, self);
}
