/* Regression with N < d through the examples' Gram matrix against the dense way through H. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <stdlib.h>

enum { N = 7, D = 19, ROOM = N + 1 };

static uint64_t state = 23;

static double uniform(void)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) / 9007199254740992.0 - 0.5;
}

static double X[N * D], y[N], theta0[D];

/* Two examples are the same when `repeated`: rank N - 1, residuals even without weight decay. */
static void make(int repeated)
{
  for (int e = 0; e < N * D; e++)
    X[e] = uniform() * (1 + e % N);
  for (int i = 0; i < N; i++)
    y[i] = uniform();
  for (int j = 0; j < D; j++) {
    theta0[j] = uniform();
    if (repeated)
      X[1 + j * N] = X[j * N];
  }
}

typedef struct {
  double H[D * D], b[D], Sigma[D * D], rho[D], V[D * D], mu[D], noise[D * D], rss;
  sgdl_model model;
} dense;

static void solve_dense(sgdl_context *ctx, sgdl_hyper h, dense *p)
{
  CHECK_STATUS(sgdl_regression_moments(ctx, N, D, X, y, p->H, p->b), SGDL_OK);
  CHECK_STATUS(sgdl_decompose(ctx, D, p->H, p->rho, p->V), SGDL_OK);
  CHECK_STATUS(sgdl_minimiser(ctx, D, p->rho, p->V, h.weight_decay, p->b, p->mu), SGDL_OK);
  CHECK_STATUS(sgdl_regression_noise(ctx, N, D, X, y, p->mu, h.weight_decay, p->Sigma, &p->rss), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p->V, p->Sigma, p->noise), SGDL_OK);
  p->model = (sgdl_model){ .dim = D, .hyper = h, .rho = p->rho, .vectors = p->V, .minimiser = p->mu,
                           .noise = p->noise, .noise_is_full = 1, .n_examples = N, .sigma2 = -1 };
}

static void test_against_dense(sgdl_context *ctx)
{
  static const double STEPS[4] = { 1, 10, 300, 20000 };
  for (int trial = 0; trial < 4; trial++) {
    sgdl_hyper h = { 0.05, 0.8, trial % 2 == 0 ? 0.03 : 0, 2 };
    static dense p;
    double rho[ROOM], left[N * N], V[D * N], mu[ROOM], noise[ROOM * ROOM], rss, start[ROOM], mean[D];
    double P[ROOM * ROOM], W[ROOM * ROOM], variances[D], trace[2], expected[2];
    double theta[D * D], msd[4], dense_msd[4];
    int exists[D];
    ptrdiff_t rank;
    make(trial >= 2);
    solve_dense(ctx, h, &p);
    CHECK_STATUS(sgdl_wide_decompose(ctx, N, D, X, rho, left, V, &rank), SGDL_OK);
    CHECK_INT(rank, trial >= 2 ? N - 1 : N);
    CHECK_ARRAY(rho, p.rho, rank + 1, 1e-13);
    CHECK_STATUS(sgdl_wide_noise(ctx, N, rank, rho, left, y, h.weight_decay, mu, noise, &rss), SGDL_OK);
    CHECK_NEAR(rss, p.rss, 1e-12);
    CHECK_STATUS(sgdl_wide_parameters(ctx, D, rank, V, mu, mean), SGDL_OK);
    CHECK_ARRAY(mean, p.mu, D, 1e-11);

    ptrdiff_t n = rank + 1;
    sgdl_model model = { .dim = n, .hyper = h, .rho = rho, .noise = noise, .noise_is_full = 1,
                         .n_examples = N, .sigma2 = -1 };
    for (int dynamics = 0; dynamics < 2; dynamics++) {
      if (trial == 1)
        break; /* interpolation: no noise at all */
      model.dynamics = p.model.dynamics = dynamics;
      CHECK_STATUS(sgdl_stationary(ctx, &p.model, theta, NULL, NULL, expected, exists), SGDL_OK);
      CHECK_STATUS(sgdl_stationary(ctx, &model, P, W, NULL, trace, exists), SGDL_OK);
      CHECK_CLOSE(trace[0], expected[0], 1e-10);
      CHECK_CLOSE(trace[1], expected[1], 1e-10);
      CHECK_STATUS(sgdl_wide_variances(ctx, D, rank, V, P, variances), SGDL_OK);
      for (int i = 0; i < D; i++)
        CHECK_CLOSE(variances[i], theta[i + i * D], 1e-9);
      for (int from_point = 0; from_point < 2; from_point++) {
        CHECK_STATUS(sgdl_wide_point(ctx, D, rank, V, mu, theta0, start), SGDL_OK);
        CHECK_STATUS(sgdl_msd_theory(ctx, &p.model, 4, STEPS, from_point, theta0, NULL, SGDL_FORM_MODEL,
                                     dense_msd, NULL, NULL), SGDL_OK);
        CHECK_STATUS(sgdl_msd_theory(ctx, &model, 4, STEPS, from_point, start, NULL, SGDL_FORM_MODEL, msd,
                                     NULL, NULL),
                     SGDL_OK);
        CHECK_ARRAY(msd, dense_msd, 4, 1e-10);
      }
    }
    if (trial == 1) /* as many examples as modes, no weight decay: the data are met, there is no noise */
      for (int e = 0; e < n * n; e++)
        CHECK_NEAR(noise[e], 0, 1e-24);
  }
}

/* V'V = I, X = U diag(sqrt(N rho)) V', more than one tile of columns. */
static void test_singular_vectors(sgdl_context *ctx)
{
  enum { WIDE = 1300 };
  double *big = malloc(sizeof(double) * N * WIDE), *V = malloc(sizeof(double) * N * WIDE);
  double rho[ROOM], left[N * N], unit[N * N], worst = 0;
  ptrdiff_t rank;
  for (int e = 0; e < N * WIDE; e++)
    big[e] = uniform();
  CHECK_STATUS(sgdl_wide_decompose(ctx, N, WIDE, big, rho, left, V, &rank), SGDL_OK);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      unit[i + j * N] = i == j ? -1 : 0;
      for (int k = 0; k < WIDE; k++)
        unit[i + j * N] += V[k + i * WIDE] * V[k + j * WIDE];
      worst = fmax(worst, fabs(unit[i + j * N]));
    }
  CHECK_NEAR(worst, 0, 1e-13);
  worst = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < WIDE; j++) {
      double sum = 0;
      for (int l = 0; l < N; l++)
        sum += left[i + l * N] * sqrt(N * rho[l]) * V[j + l * WIDE];
      worst = fmax(worst, fabs(sum - big[i + j * N]));
    }
  CHECK_NEAR(worst, 0, 1e-13);
  free(big);
  free(V);
}

static void test_errors(sgdl_context *ctx)
{
  double rho[D + 1], left[D * D];
  ptrdiff_t rank;
  CHECK_STATUS(sgdl_wide_decompose(ctx, D, N, X, rho, left, NULL, &rank), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`X` is 19 x 7: expected fewer examples than parameters");
  X[3] = NAN;
  CHECK_STATUS(sgdl_wide_decompose(ctx, N, D, X, rho, left, NULL, &rank), SGDL_NOT_FINITE);
  memset(X, 0, sizeof X);
  CHECK_STATUS(sgdl_wide_decompose(ctx, N, D, X, rho, left, NULL, &rank), SGDL_OK);
  CHECK_INT(rank, 0);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_against_dense(&ctx);
  test_singular_vectors(&ctx);
  test_errors(&ctx);
  return check_report();
}
