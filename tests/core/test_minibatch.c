/* Batches of every sampling scheme, and minibatch SGD against the same recursion in plain loops. False-alarm
 * rates of statistical checks: each at most 1e-6 (sums of thousands of terms against 6 standard errors). */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"

static const double sigmas = 6.0;
static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */
static sgdl_context ctx;

/* ---- batches ---- */

static void epochs_visit_every_example_once(void)
{
  const ptrdiff_t sizes[][2] = {{17, 3}, {16, 4}, {5, 5}, {1, 1}, {1000, 128}};
  for (int q = 0; q < 5; q++)
    for (int drop = 0; drop < 2; drop++) {
      ptrdiff_t N = sizes[q][0], S = sizes[q][1], M = N / S + (N % S > 0 && !drop), visited = 0, batch[128],
                size;
      int *seen = calloc((size_t)N, sizeof *seen), once = 1;
      for (ptrdiff_t k = M; k < 2 * M; k++) { /* the second epoch */
        CHECK_STATUS(sgdl_batch(&ctx, N, S, SGDL_EPOCH, drop, 1, 2, (uint64_t)k, batch, &size), SGDL_OK);
        for (ptrdiff_t i = 0; i < size; i++) once = once && !seen[batch[i]]++;
        visited += size;
      }
      CHECK(once);
      CHECK_INT(visited, drop ? N / S * S : N);
      free(seen);
    }
}

/* Distinct within a step; every example as likely as another, and the batches of steps and paths unrelated.
 */
static void draws_are_uniform(void)
{
  enum { N = 40, S = 30, STEPS = 4000 };
  for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
    double count[N] = {0}, both = 0.0, p = (double)S / N;
    int distinct = 1, uniform = 1;
    for (uint64_t k = 0; k < STEPS; k++) {
      ptrdiff_t batch[S], size;
      int seen[N] = {0};
      CHECK_STATUS(sgdl_batch(&ctx, N, S, (sgdl_sampling)sampling, 0, seed, 0, k, batch, &size), SGDL_OK);
      for (ptrdiff_t i = 0; i < size; i++) {
        distinct = distinct && !seen[batch[i]];
        seen[batch[i]]++;
        count[batch[i]]++;
      }
      both += seen[0] && seen[N - 1];
    }
    double per_step = sampling == SGDL_WITHOUT ? p * (1.0 - p) : p * (1.0 - 1.0 / N);
    for (int i = 0; i < N; i++)
      uniform = uniform && fabs(count[i] - STEPS * p) <= sigmas * sqrt(STEPS * per_step);
    CHECK(uniform);
    CHECK_INT(distinct, sampling == SGDL_WITHOUT);
    if (sampling == SGDL_WITHOUT) {
      double pair = p * (S - 1.0) / (N - 1.0);
      CHECK_NEAR(both, STEPS * pair, sigmas * sqrt(STEPS * pair * (1.0 - pair)));
    }
  }
}

/* A shuffle is uniform over permutations: all 24 orders of four examples. */
static void shuffles_are_uniform(void)
{
  enum { EPOCHS = 12000 };
  double count[256] = {0}, expected = EPOCHS / 24.0;
  int seen = 0, uniform = 1;
  for (uint64_t e = 0; e < EPOCHS; e++) {
    ptrdiff_t order[4], size;
    sgdl_batch(&ctx, 4, 4, SGDL_EPOCH, 0, seed, 1, e, order, &size);
    count[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]]++;
  }
  for (int i = 0; i < 256; i++)
    if (count[i] > 0.0) {
      seen++;
      uniform = uniform && fabs(count[i] - expected) <= sigmas * sqrt(expected);
    }
  CHECK_INT(seen, 24);
  CHECK(uniform);
}

/* ---- minibatches ---- */

/* The recursion of THEORY section 1 on the batches of sgdl_batch, in plain loops. */
static void plain_minibatch(const sgdl_model *model, const double *data, const double *target, uint64_t path,
                            ptrdiff_t steps, double *theta, double *v)
{
  const sgdl_hyper *h = &model->hyper;
  ptrdiff_t N = model->n_examples, d = model->dim, batch[64], size;
  for (ptrdiff_t k = 0; k < steps; k++) {
    double g[64] = {0};
    sgdl_batch(&ctx, N, (ptrdiff_t)h->batch_size, model->sampling, model->drop_last, 21, path, (uint64_t)k,
               batch, &size);
    for (ptrdiff_t b = 0; b < size; b++) {
      double residual = -target[batch[b]];
      for (ptrdiff_t j = 0; j < d; j++) residual += data[batch[b] + j * N] * theta[j];
      for (ptrdiff_t j = 0; j < d; j++) g[j] += residual * data[batch[b] + j * N] / (double)size;
    }
    for (ptrdiff_t j = 0; j < d; j++) v[j] = h->momentum * v[j] - g[j] - h->weight_decay * theta[j];
    for (ptrdiff_t j = 0; j < d; j++) theta[j] += h->lr * v[j];
  }
}

/* Several shapes: remainders of lanes and of examples taken together, one and many blocks of steps. */
static void minibatch_is_the_plain_loop(void)
{
  const ptrdiff_t shapes[][3] = {{17, 5, 3},  {100, 23, 13}, {64, 7, 64},
                                 {50, 16, 1}, {40, 1, 9},    {33, 31, 6}};
  for (int q = 0; q < 6; q++) {
    ptrdiff_t N = shapes[q][0], d = shapes[q][1], steps = 200;
    double *data = malloc((size_t)(N * d) * sizeof *data), target[128], zeros[64] = {0};
    sgdl_normals(30, 0, 0, 0, 0, N * d, data);
    sgdl_normals(30, 0, 1, 0, 0, N, target);
    for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++)
      for (int drop = 0; drop < 2; drop++) {
        sgdl_model model = {.dim = d,
                            .hyper = {0.01, 0.9, 0.001, (double)shapes[q][2]},
                            .dynamics = SGDL_LANGEVIN,
                            .sampling = (sgdl_sampling)sampling,
                            .drop_last = drop,
                            .n_examples = N,
                            .sigma2 = -1.0};
        sgdl_simulation sim = {.method = SGDL_MINIBATCH,
                               .steps = steps,
                               .record_every = steps,
                               .n_paths = 2,
                               .seed = 21,
                               .theta0 = zeros,
                               .X = data,
                               .y = target};
        double theta_out[2 * 64 * 2], velocity_out[2 * 64 * 2]; /* 2 records x d x 2 paths */
        ptrdiff_t done;
        CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta_out, velocity_out, &done), SGDL_OK);
        for (ptrdiff_t p = 0; p < 2; p++) {
          double theta[64] = {0}, v[64] = {0}, last[64], last_v[64];
          plain_minibatch(&model, data, target, (uint64_t)p, steps, theta, v);
          for (ptrdiff_t j = 0; j < d; j++) {
            last[j] = theta_out[1 + (j + p * d) * 2];
            last_v[j] = velocity_out[1 + (j + p * d) * 2];
          }
          CHECK_ARRAY(last, theta, d, 1e-12);
          for (ptrdiff_t j = 0; j < d; j++) /* full batches: v goes to 0, so no relative error */
            CHECK_NEAR(last_v[j], v[j], 1e-12);
        }
      }
    free(data);
  }
}

static void bad_batches_are_refused(void)
{
  ptrdiff_t batch[4], size;
  CHECK_STATUS(sgdl_batch(&ctx, 0, 1, SGDL_REPLACEMENT, 0, 1, 0, 0, batch, &size), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`n_examples` = 0");
  CHECK_STATUS(sgdl_batch(&ctx, 10, 11, SGDL_EPOCH, 0, 1, 0, 0, batch, &size), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`batch_size` = 11");
  CHECK_STATUS(sgdl_batch(&ctx, (ptrdiff_t)1 << 33, 4, SGDL_WITHOUT, 0, 1, 0, 0, batch, &size),
               SGDL_TOO_LARGE);
}

int main(void)
{
  sgdl_context_init(&ctx);
  epochs_visit_every_example_once();
  draws_are_uniform();
  shuffles_are_uniform();
  minibatch_is_the_plain_loop();
  bad_batches_are_refused();
  return check_report();
}
