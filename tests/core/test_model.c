/* Problems, hyperparameters and the model: what is computed, and every refusal with its message. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <float.h>
#include <stdlib.h>

static void expect(sgdl_context *ctx, sgdl_status got, sgdl_status want, const char *text)
{
  CHECK_INT(got, want);
  CHECK_TEXT(ctx->message, text);
}

static void test_hyper(sgdl_context *ctx)
{
  sgdl_hyper h = { 0.1, 0.9, 0.01, 8 };
  sgdl_hyper_derived derived;
  CHECK_STATUS(sgdl_hyper_check(ctx, &h), SGDL_OK);
  sgdl_hyper_derive(&h, &derived);
  CHECK_CLOSE(derived.mass, 0.095, 1e-15);
  CHECK_CLOSE(derived.damping, 0.1 / 0.095, 1e-14);
  CHECK_CLOSE(derived.inverse_temperature, 8 * 0.19, 1e-14);
  CHECK_CLOSE(derived.temperature, 1 / (8 * 0.19), 1e-14);
#define REFUSED(text, ...) \
  expect(ctx, sgdl_hyper_check(ctx, &(sgdl_hyper){ __VA_ARGS__ }), SGDL_BAD_ARGUMENT, text)
  REFUSED("`lr` = -0.1: expected a finite number > 0", -0.1, 0, 0, 1);
  REFUSED("`lr` = 0: expected", 0, 0, 0, 1);
  REFUSED("`lr` = nan: expected", NAN, 0, 0, 1);
  REFUSED("`lr` = inf: expected", INFINITY, 0, 0, 1);
  REFUSED("`momentum` = 1: expected a number in (-1, 1)", 0.1, 1, 0, 1);
  REFUSED("`momentum` = -1: expected", 0.1, -1, 0, 1);
  REFUSED("`momentum` = nan: expected", 0.1, NAN, 0, 1);
  REFUSED("`weight_decay` = -0.001: expected a finite number >= 0", 0.1, 0, -0.001, 1);
  REFUSED("`batch_size` = 0: expected a whole number >= 1", 0.1, 0, 0, 0);
  REFUSED("`batch_size` = 2.5: expected", 0.1, 0, 0, 2.5);
}

static void test_quadratic(sgdl_context *ctx)
{
  double H[9] = { 2, 0.5, 0, 0.5, 1, 0, 0, 0, 1 }, b[3] = { 1, 2, 3 };
  double Sigma[9] = { 1, 0.5, 0, 0.5, 1, 0, 0, 0, 0 };
  CHECK_STATUS(sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_OK); /* singular noise is noise */
  CHECK_STATUS(sgdl_quadratic_check(ctx, 3, H, NULL, NULL, 0.5), SGDL_OK);
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, NULL, -1), SGDL_BAD_ARGUMENT, "`sigma2` = -1: expected");
  expect(ctx, sgdl_quadratic_check(ctx, 0, H, b, NULL, 1), SGDL_BAD_ARGUMENT, "`H` has 0 columns");

  H[3] = 0.5 * (1 + 4 * DBL_EPSILON); /* rounding is not asymmetry */
  CHECK_STATUS(sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_OK);
  H[3] = 0.25;
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_NOT_SYMMETRIC,
         "`H`[2, 1] = 0.5 but `H`[1, 2] = 0.25: expected a symmetric matrix");
  H[3] = 0.5;
  H[7] = NAN;
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_NOT_FINITE, "[2, 3]");
  H[7] = 0;
  b[1] = INFINITY;
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_NOT_FINITE, "b");
  b[1] = 2;
  Sigma[5] = 0.5;
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_NOT_SYMMETRIC, "`Sigma`[3, 2] = 0.5");
  Sigma[5] = 0;
  Sigma[1] = Sigma[3] = 1.5;
  expect(ctx, sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_NOT_PSD,
         "`Sigma` has the negative eigenvalue -0.5");
  Sigma[1] = Sigma[3] = 1 + 1e-16; /* semidefinite up to rounding */
  CHECK_STATUS(sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_OK);
  memset(Sigma, 0, sizeof Sigma);
  CHECK_STATUS(sgdl_quadratic_check(ctx, 3, H, b, Sigma, -1), SGDL_OK);
}

static void test_spectrum(sgdl_context *ctx)
{
  double rho[3] = { 1, 0.5, -0.1 }, noise[3] = { 1, 0, 2 };
  CHECK_STATUS(sgdl_spectrum_check(ctx, 3, rho, noise, -1), SGDL_OK);
  CHECK_STATUS(sgdl_spectrum_check(ctx, 3, rho, NULL, 0), SGDL_OK);
  noise[1] = -2;
  expect(ctx, sgdl_spectrum_check(ctx, 3, rho, noise, -1), SGDL_NOT_PSD,
         "`noise[2]` = -2: expected a variance >= 0");
  rho[2] = NAN;
  expect(ctx, sgdl_spectrum_check(ctx, 3, rho, NULL, 1), SGDL_NOT_FINITE, "rho");
  expect(ctx, sgdl_spectrum_check(ctx, 0, rho, NULL, 1), SGDL_BAD_ARGUMENT, "`rho` has length 0");
}

/* Moments and noise of a regression larger than one tile, against plain loops. */
static void test_regression(sgdl_context *ctx)
{
  enum { N = 1300, P = 4 };
  double *X = malloc(sizeof(double) * N * (P + 1)), *y = X + N * P;
  double H[P * P], b[P], Sigma[P * P], mu[P] = { 0.3, -0.2, 0.5, 0.1 }, rss, sigma2, lambda = 0.2;
  uint64_t state = 5;
  for (int e = 0; e < N * (P + 1); e++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    X[e] = (double)(state >> 11) / 9007199254740992.0 - 0.3;
  }
  CHECK_STATUS(sgdl_regression_moments(ctx, N, P, X, y, H, b), SGDL_OK);
  CHECK_STATUS(sgdl_regression_noise(ctx, N, P, X, y, mu, lambda, Sigma, &rss), SGDL_OK);
  double want_H[P * P] = { 0 }, want_b[P] = { 0 }, want_Sigma[P * P] = { 0 }, want_rss = 0;
  for (int i = 0; i < N; i++) {
    double r = y[i];
    for (int j = 0; j < P; j++)
      r -= X[i + j * N] * mu[j];
    want_rss += r * r;
    for (int j = 0; j < P; j++) {
      want_b[j] += X[i + j * N] * y[i] / N;
      for (int k = 0; k < P; k++) {
        want_H[j + k * P] += X[i + j * N] * X[i + k * N] / N;
        want_Sigma[j + k * P] += X[i + j * N] * X[i + k * N] * r * r / N;
      }
    }
  }
  for (int j = 0; j < P; j++)
    for (int k = 0; k < P; k++)
      want_Sigma[j + k * P] -= lambda * lambda * mu[j] * mu[k];
  CHECK_ARRAY(H, want_H, P * P, 1e-13);
  CHECK_ARRAY(b, want_b, P, 1e-13);
  CHECK_ARRAY(Sigma, want_Sigma, P * P, 1e-13);
  CHECK_CLOSE(rss, want_rss, 1e-13);
  CHECK_STATUS(sgdl_residual_variance(ctx, N, P, rss, &sigma2), SGDL_OK);
  CHECK_CLOSE(sigma2, want_rss / (N - P), 1e-13);
  CHECK_STATUS(sgdl_regression_noise(ctx, N, P, X, y, mu, lambda, NULL, &rss), SGDL_OK);
  CHECK_CLOSE(rss, want_rss, 1e-13);

  expect(ctx, sgdl_residual_variance(ctx, 4, 4, 1, &sigma2), SGDL_NO_RESIDUAL,
         "`X` has 4 rows and 4 columns");
  expect(ctx, sgdl_regression_moments(ctx, 0, P, X, y, H, b), SGDL_BAD_ARGUMENT, "`X` has 0 rows");
  X[N + 2] = NAN;
  expect(ctx, sgdl_regression_moments(ctx, N, P, X, y, H, b), SGDL_NOT_FINITE, "[3, 2]");
  X[N + 2] = 0;
  y[6] = INFINITY;
  expect(ctx, sgdl_regression_moments(ctx, N, P, X, y, H, b), SGDL_NOT_FINITE, "y");
  free(X);
}

static void test_decomposition(sgdl_context *ctx)
{
  double H[9] = { 2, 0.5, 0, 0.5, 1, 0, 0, 0, 1e-17 }, rho[3], V[9], noise[9], mu[3], cheap[3];
  double Sigma[9] = { 1, 0.2, 0.1, 0.2, 1, 0.3, 0.1, 0.3, 1 }, b[3] = { 1, 2, 0 };
  CHECK_STATUS(sgdl_decompose(ctx, 3, H, rho, V), SGDL_OK);
  CHECK(rho[0] > rho[1] && rho[1] > 0);
  CHECK_NEAR(rho[2], 0, 0); /* rounding is not curvature */
  for (int l = 0; l < 3; l++) {
    double largest = 0;
    for (int i = 0; i < 3; i++) {
      double image = 0;
      for (int j = 0; j < 3; j++)
        image += H[i + j * 3] * V[j + l * 3];
      CHECK_NEAR(image, rho[l] * V[i + l * 3], 1e-15);
      if (fabs(V[i + l * 3]) > fabs(largest))
        largest = V[i + l * 3];
    }
    CHECK(largest > 0);
  }
  CHECK_STATUS(sgdl_noise_to_modes(ctx, 3, V, Sigma, noise), SGDL_OK);
  for (int k = 0; k < 3; k++)
    for (int l = 0; l < 3; l++) {
      double want = 0;
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
          want += V[i + k * 3] * Sigma[i + j * 3] * V[j + l * 3];
      CHECK_NEAR(noise[k + l * 3], want, 1e-15);
      CHECK_NEAR(noise[k + l * 3], noise[l + k * 3], 0);
    }

  CHECK_STATUS(sgdl_minimiser(ctx, 3, rho, V, 0, b, mu), SGDL_OK); /* flat, but no slope along it */
  CHECK_NEAR(2 * mu[0] + 0.5 * mu[1], 1, 1e-14);
  CHECK_NEAR(0.5 * mu[0] + mu[1], 2, 1e-14);
  CHECK_NEAR(mu[2], 0, 1e-15);
  expect(ctx, sgdl_minimiser_cholesky(ctx, 3, H, 0, b, mu), SGDL_FLAT, "smallest eigenvalue");
  b[2] = 0.5;
  expect(ctx, sgdl_minimiser(ctx, 3, rho, V, 0, b, mu), SGDL_FLAT,
         "`b` slopes along 1 flat direction of `H` (largest slope 0.5)");
  CHECK_STATUS(sgdl_minimiser(ctx, 3, rho, V, 0.1, b, mu), SGDL_OK);
  CHECK_STATUS(sgdl_minimiser_cholesky(ctx, 3, H, 0.1, b, cheap), SGDL_OK);
  CHECK_ARRAY(cheap, mu, 3, 1e-14);
  H[8] = -0.3;
  expect(ctx, sgdl_minimiser_cholesky(ctx, 3, H, 0.1, b, mu), SGDL_SADDLE,
         "H + weight_decay I has the smallest eigenvalue -0.2 (1 below 0)");
}

static void test_model_check(sgdl_context *ctx)
{
  double rho[4] = { 10, 1, 0, -1 }, noise[4] = { 1, 1, 1, 1 };
  sgdl_model_report report;
  sgdl_model model = { .dim = 4, .hyper = { 0.1, 0.5, 0, 8 }, .dynamics = SGDL_SGD, .rho = rho,
                      .noise = noise, .sigma2 = -1 };
  CHECK_STATUS(sgdl_model_check(ctx, &model, &report), SGDL_OK);
  CHECK_INT(report.n_flat, 1);
  CHECK_INT(report.n_flat_noisy, 1);
  CHECK_INT(report.n_saddle, 1);
  CHECK_INT(report.n_past_limit, 0);
  CHECK_CLOSE(report.lr_limit, 0.3, 1e-15);
  CHECK_NEAR(report.worst_kappa, 10, 0);
  CHECK_CLOSE(report.langevin_error, 1.0 / 3, 1e-15);
  CHECK_INT(report.epoch_steps, 0);

  model.hyper.lr = 0.3;
  expect(ctx, sgdl_model_check(ctx, &model, &report), SGDL_UNSTABLE,
         "`lr` = 0.3 is at or past the stability limit 0.3 = 2 (1 + momentum)/10, set by the largest "
         "eigenvalue 10");
  CHECK_INT(report.n_past_limit, 1);
  model.dynamics = SGDL_LANGEVIN; /* the Langevin model itself is stable: only counted */
  CHECK_STATUS(sgdl_model_check(ctx, &model, &report), SGDL_OK);
  CHECK_INT(report.n_past_limit, 1);
  model.hyper.lr = 0.1;

  model.sampling = SGDL_EPOCH;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_BAD_ARGUMENT,
         "`n_examples` is not known: sampling = \"epoch\"");
  model.n_examples = 35;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_UNSUPPORTED,
         "sampling = \"epoch\" with dynamics = \"langevin\"");
  model.dynamics = SGDL_SGD;
  CHECK_STATUS(sgdl_model_check(ctx, &model, &report), SGDL_OK);
  CHECK_INT(report.epoch_steps, 5);
  CHECK_INT(report.remainder, 3);
  model.drop_last = 1;
  CHECK_STATUS(sgdl_model_check(ctx, &model, &report), SGDL_OK);
  CHECK_INT(report.epoch_steps, 4);
  model.n_examples = 7;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_BAD_ARGUMENT,
         "`batch_size` = 8: expected at most the number of examples, 7");
  model.n_examples = 35;
  rho[1] = 11;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_BAD_ARGUMENT,
         "`eigenvalues`[2] = 11 after 10: expected descending");
  rho[1] = NAN;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_NOT_FINITE, "eigenvalues");
  model.dim = 0;
  expect(ctx, sgdl_model_check(ctx, &model, NULL), SGDL_BAD_ARGUMENT, "`dim` = 0");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_hyper(&ctx);
  test_quadratic(&ctx);
  test_spectrum(&ctx);
  test_regression(&ctx);
  test_decomposition(&ctx);
  test_model_check(&ctx);
  return check_report();
}
