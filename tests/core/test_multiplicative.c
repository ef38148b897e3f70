/* Weight-dependent noise with replacement: enumeration of every batch, closed forms in one dimension, the
 * fixed point from scratch, and real minibatch SGD (false-alarm rate of the statistical check below 1e-6). */
#include "regression_case.h"

#include "check.h"

#include <stdlib.h>

static regression_case r;

/* ---- exact transient: every sequence of batches ------------------------------------------------- */

enum { SMALL = 4, DIM = 2, STEPS = 4 };

typedef struct {
  double count, mean[2 * DIM], second[4 * DIM * DIM]; /* of z = (theta, v) */
} moments;

static int batches(sgdl_sampling sampling, int batch[][2])
{
  int n = 0;
  for (int i = 0; i < SMALL; i++)
    for (int j = sampling == SGDL_WITHOUT ? i + 1 : 0; j < SMALL; j++) {
      batch[n][0] = i;
      batch[n++][1] = j;
    }
  return n;
}

static void walk(const sgdl_hyper *h, int batch[][2], int n, int left, const double *z, moments *m)
{
  if (left == 0) {
    m->count++;
    for (int i = 0; i < 2 * DIM; i++) {
      m->mean[i] += z[i];
      for (int j = 0; j < 2 * DIM; j++)
        m->second[i + 2 * DIM * j] += z[i] * z[j];
    }
    return;
  }
  for (int b = 0; b < n; b++) {
    double next[2 * DIM];
    for (int l = 0; l < DIM; l++)
      next[DIM + l] = h->momentum * z[DIM + l] - h->weight_decay * z[l];
    for (int e = 0; e < 2; e++) {
      int i = batch[b][e];
      double error = -r.y[i];
      for (int l = 0; l < DIM; l++)
        error += r.X[i + l * SMALL] * z[l];
      for (int l = 0; l < DIM; l++)
        next[DIM + l] -= r.X[i + l * SMALL] * error / 2;
    }
    for (int l = 0; l < DIM; l++)
      next[l] = z[l] + h->lr * next[DIM + l];
    walk(h, batch, n, left - 1, next, m);
  }
}

static void test_enumeration(sgdl_context *ctx)
{
  static const double at[] = { 0, 1, STEPS };
  for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
    int batch[SMALL * SMALL][2], n = batches(sampling, batch);
    double start[2 * DIM] = { 1.5, -2, 0.3, 0.1 };
    double mean[3 * DIM], speed[3 * DIM], P[3 * DIM * DIM], W[3 * DIM * DIM], R[3 * DIM * DIM], trace[3];
    regression_case_init(ctx, SMALL, DIM, (sgdl_hyper){ 0.2, 0.7, 0.05, 2 }, sampling, 0, &r);
    CHECK_STATUS(sgdl_multiplicative_transient(ctx, &r.model, &r.examples, 3, at, start, start + DIM, mean,
                                               speed, P, W, R, trace), SGDL_OK);
    for (int t = 0; t < 3; t++) {
      moments m = { 0 };
      walk(&r.model.hyper, batch, n, (int)at[t], start, &m);
      double covariance[4 * DIM * DIM];
      for (int i = 0; i < 2 * DIM; i++)
        for (int j = 0; j < 2 * DIM; j++)
          covariance[i + 2 * DIM * j] =
              m.second[i + 2 * DIM * j] / m.count - m.mean[i] * m.mean[j] / m.count / m.count;
      for (int i = 0; i < DIM; i++) {
        CHECK_NEAR(mean[i + t * DIM], m.mean[i] / m.count, 1e-13);
        CHECK_NEAR(speed[i + t * DIM], m.mean[DIM + i] / m.count, 1e-13);
        for (int j = 0; j < DIM; j++) {
          int at_ij = i + j * DIM + t * DIM * DIM;
          CHECK_NEAR(P[at_ij], covariance[i + 2 * DIM * j], 1e-13);
          CHECK_NEAR(R[at_ij], covariance[i + 2 * DIM * (DIM + j)], 1e-13);
          CHECK_NEAR(W[at_ij], covariance[DIM + i + 2 * DIM * (DIM + j)], 1e-13);
        }
      }
      CHECK_NEAR(trace[t], P[t * DIM * DIM] + P[3 + t * DIM * DIM], 1e-13);
    }
  }
}

/* ---- one dimension: everything by hand ---------------------------------------------------------- */

static void test_one_dimension(sgdl_context *ctx)
{
  enum { N = 40 };
  sgdl_hyper h = { 0.15, 0.0, 0.01, 2 };
  sgdl_multiplicative report;
  double noise, fourth = 0, square = 0, bare = 0, H, kappa, variance, P;
  regression_case_init(ctx, N, 1, h, SGDL_REPLACEMENT, 0, &r);
  H = r.rho[0];
  kappa = H + h.weight_decay;
  for (int i = 0; i < N; i++) {
    double x = r.factor[i];
    square += x * x * x * x / N;
    bare += r.gradient[i] * r.gradient[i] / N;
    for (int j = 0; j < N; j++)
      fourth += pow(1 - h.lr * ((x * x + r.factor[j] * r.factor[j]) / 2 + h.weight_decay), 4) / (N * N);
  }
  variance = square - H * H;
  /* E (1 - eta kappa_B)^2 P + eta^2 bare/S = P */
  P = h.lr * h.lr * bare / h.batch_size
      / (1 - (1 - h.lr * kappa) * (1 - h.lr * kappa) - h.lr * h.lr * variance / h.batch_size);
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, &noise, &report), SGDL_OK);
  CHECK_CLOSE(noise, bare + variance * P, 1e-12);
  CHECK_CLOSE(report.spectral_radius, h.lr * h.lr * variance / h.batch_size / (1 - pow(1 - h.lr * kappa, 2)),
              1e-9);
  CHECK_CLOSE(report.largest_stable_lr, 2 * kappa / (kappa * kappa + variance / h.batch_size), 1e-6);
  CHECK(report.error < 1e-10);
  CHECK_INT(report.fourth_moment, fourth < 1);
  CHECK_INT(report.tail_index > 4, fourth < 1);
}

/* E |1 - eta x^2|^q = 1 at q = alpha, batches of one: the chord between even q errs to the low side. */
static void test_tail(sgdl_context *ctx)
{
  enum { N = 200 };
  sgdl_hyper h = { 0.55, 0.0, 0.0, 1 };
  sgdl_multiplicative report;
  double noise, low = 1, high = 40;
  regression_case_init(ctx, N, 1, h, SGDL_REPLACEMENT, 0, &r);
  while (high - low > 1e-9) {
    double q = (low + high) / 2, mean = 0;
    for (int i = 0; i < N; i++)
      mean += pow(fabs(1 - h.lr * r.factor[i] * r.factor[i]), q) / N;
    *(mean < 1 ? &low : &high) = q;
  }
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, &noise, &report), SGDL_OK);
  CHECK(low > 2 && low < 16);
  CHECK(report.tail_index <= low + 1e-6 && report.tail_index > 2 * floor(low / 2));
}

/* ---- the fixed point from scratch --------------------------------------------------------------- */

static void test_fixed_point(sgdl_context *ctx)
{
  enum { N = 120, D = 5 };
  sgdl_hyper h = { 0.12, 0.5, 0.01, 3 };
  for (int dynamics = 0; dynamics < 2; dynamics++) {
    double noise[D * D], other[D * D], theta[D * D], expected[D * D];
    sgdl_multiplicative report, again;
    regression_case_init(ctx, N, D, h, dynamics ? SGDL_WITHOUT : SGDL_REPLACEMENT, 0, &r);
    r.model.dynamics = dynamics;
    CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, &report), SGDL_OK);
    CHECK(report.spectral_radius > 0.05 && report.spectral_radius < 1);
    CHECK(report.radius_bound >= report.spectral_radius * (1 - 1e-9) && report.error < 1e-8);

    sgdl_model model = r.model, in_modes = r.model;
    in_modes.noise = noise;
    in_modes.vectors = NULL;
    CHECK_STATUS(sgdl_stationary(ctx, &in_modes, theta, NULL, NULL, (double[2]){ 0 }, NULL), SGDL_OK);
    for (int l = 0; l < D; l++)
      for (int m = 0; m < D; m++) {
        double sum = 0;
        for (int i = 0; i < N; i++) {
          double form = 0;
          for (int a = 0; a < D; a++)
            for (int b = 0; b < D; b++)
              form += r.factor[i + a * N] * theta[a + b * D] * r.factor[i + b * N];
          sum += form * r.factor[i + l * N] * r.factor[i + m * N] / N;
          sum += r.gradient[i + l * N] * r.gradient[i + m * N] / N;
        }
        expected[l + m * D] = sum - r.rho[l] * theta[l + m * D] * r.rho[m];
      }
    CHECK_ARRAY(noise, expected, D * D, 1e-11);

    sgdl_examples products = r.examples;
    products.factor = NULL;
    products.hessian_product = regression_case_product;
    products.user = &r.examples;
    CHECK_STATUS(sgdl_multiplicative_noise(ctx, &model, &products, other, &again), SGDL_OK);
    CHECK_ARRAY(other, noise, D * D, 1e-10);
    CHECK_CLOSE(again.tail_index, report.tail_index, 1e-6);

    model.hyper.lr = report.largest_stable_lr * (1 - 1e-5);
    CHECK_STATUS(sgdl_multiplicative_noise(ctx, &model, &r.examples, other, &again), SGDL_OK);
    CHECK_NEAR(again.spectral_radius, 1, 1e-3);
    CHECK_NEAR(again.tail_index, 2, 0.01);
    model.hyper.lr = report.largest_stable_lr * (1 + 1e-5);
    CHECK_STATUS(sgdl_multiplicative_noise(ctx, &model, &r.examples, other, &again), SGDL_UNSTABLE);
    CHECK_TEXT(ctx->message, "the stationary variance is infinite");
    CHECK_CLOSE(again.largest_stable_lr, report.largest_stable_lr, 1e-6);
  }
}

/* The transient forgets its start and ends in the fixed point. */
static void test_late_transient(sgdl_context *ctx)
{
  enum { N = 60, D = 3 };
  double noise[D * D], mean[D], speed[D], late[D * D], theta[D * D], at = 4000, start[D] = { 1, 2, 3 };
  regression_case_init(ctx, N, D, (sgdl_hyper){ 0.1, 0.8, 0.01, 4 }, SGDL_REPLACEMENT, 0, &r);
  CHECK_STATUS(sgdl_multiplicative_transient(ctx, &r.model, &r.examples, 1, &at, start, NULL, mean, speed,
                                             late, NULL, NULL, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_OK);
  r.model.noise = noise;
  CHECK_STATUS(sgdl_stationary(ctx, &r.model, theta, NULL, NULL, (double[2]){ 0 }, NULL), SGDL_OK);
  CHECK_ARRAY(late, theta, D * D, 1e-10);
  CHECK_ARRAY(mean, r.minimiser, D, 1e-10);
}

/* ---- real minibatch SGD ------------------------------------------------------------------------- */

/* 2000 independent runs, |theta - mu|^2 at their ends: the mean within 6 standard errors; constant noise is
 * refused. */
static void test_minibatch(sgdl_context *ctx)
{
  enum { N = 240, D = 6, PATHS = 2000, LENGTH = 600 };
  double noise[D * D], expected[2], constant[2], mean = 0, square = 0;
  double *theta = calloc((size_t)(2 * D * PATHS), sizeof *theta);
  ptrdiff_t done;
  sgdl_multiplicative report;
  regression_case_init(ctx, N, D, (sgdl_hyper){ 0.1, 0.6, 0.01, 4 }, SGDL_REPLACEMENT, 0, &r);
  sgdl_simulation sim = { .method = SGDL_MINIBATCH, .steps = LENGTH, .record_every = LENGTH, .n_paths = PATHS,
                          .seed = 11, .record_modes = 1, .X = r.X, .y = r.y };
  CHECK_STATUS(sgdl_simulate(ctx, &r.model, &sim, theta, NULL, &done), SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &r.model, NULL, NULL, NULL, constant, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, &report), SGDL_OK);
  r.model.noise = noise;
  CHECK_STATUS(sgdl_stationary(ctx, &r.model, NULL, NULL, NULL, expected, NULL), SGDL_OK);
  for (int p = 0; p < PATHS; p++) {
    double distance = 0;
    for (int l = 0; l < D; l++)
      distance += theta[1 + 2 * (l + D * p)] * theta[1 + 2 * (l + D * p)];
    mean += distance / PATHS;
    square += distance * distance / PATHS;
  }
  double error = sqrt((square - mean * mean) / PATHS);
  CHECK(report.fourth_moment);
  CHECK_NEAR(mean, expected[0], 6 * error);
  CHECK(mean > constant[0] + 6 * error);
  free(theta);
}

/* Fewer examples than parameters, no weight decay: no residuals, hence no noise, flat modes and no complaint. */
static void test_interpolation(sgdl_context *ctx)
{
  enum { N = 4, D = 6 };
  double noise[D * D], terms[SGDL_DRESSED_TERMS], lag = 10;
  regression_case_init(ctx, N, D, (sgdl_hyper){ 0.05, 0.5, 0, 2 }, SGDL_REPLACEMENT, 0, &r);
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_OK);
  for (int i = 0; i < D * D; i++)
    CHECK_NEAR(noise[i], 0, 1e-25);
  r.model.sampling = SGDL_EPOCH;
  CHECK_STATUS(sgdl_dressed_msd(ctx, &r.model, &r.examples, 1, &lag, terms, NULL, NULL, NULL, NULL, NULL), SGDL_OK);
  CHECK_NEAR(terms[SGDL_DRESSED_SHIFT], 0, 1e-25);
}

static void test_refusals(sgdl_context *ctx)
{
  double noise[CASE_D * CASE_D];
  regression_case_init(ctx, 60, 3, (sgdl_hyper){ 0.1, 0.8, 0.01, 4 }, SGDL_EPOCH, 0, &r);
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "dressed theory");
  r.model.sampling = SGDL_REPLACEMENT;
  r.gradient[0] += 100;
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "expected gradients at the minimiser");
  r.gradient[0] -= 100;
  r.factor[0] += 100;
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "expected the examples of this model");
  r.factor[0] -= 100;
  r.examples.factor = NULL;
  CHECK_STATUS(sgdl_multiplicative_noise(ctx, &r.model, &r.examples, noise, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "neither factor nor hessian_product");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_enumeration(&ctx);
  test_one_dimension(&ctx);
  test_tail(&ctx);
  test_fixed_point(&ctx);
  test_late_transient(&ctx);
  test_minibatch(&ctx);
  test_interpolation(&ctx);
  test_refusals(&ctx);
  return check_report();
}
