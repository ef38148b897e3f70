/* Check of a sample against a Gaussian: the distributions behind it, calibration, power, refusals.
 * False-alarm rates: calibration counts among 1000 samples leave 5 binomial standard errors, below 1e-6 each. */
#include <stdlib.h>

#include "../../src/core/stats/distributions.h"
#include "check.h"
#include "sgdl_simulate.h"

static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */
static sgdl_context ctx;

/* ---- distributions: values of R 4.2.2 (pf, pchisq, pgamma, digamma, trigamma) ---- */

static void check_gamma(double shape, double x, int upper, double expected)
{
  double below, above;
  sgdl_gamma_tails(shape, x, &below, &above);
  CHECK_CLOSE(upper ? above : below, expected, 1e-12);
  CHECK_NEAR(below + above, 1.0, 1e-15);
}

static void tails_are_those_of_r(void)
{
  CHECK_CLOSE(sgdl_fisher_above(2.3, 3, 17), 1.1393095703184924e-01, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(1.0, 50, 1950), 4.7440321270887054e-01, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(0.01, 2, 5), 9.9006958229804776e-01, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(9, 400, 30), 5.1262080300468175e-10, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(1.1, 10000, 20000), 1.5747991088646194e-08, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(4, 1, 1), 2.9516723530086642e-01, 1e-12);
  CHECK_CLOSE(sgdl_fisher_above(30, 5, 8), 5.5741527025625859e-05, 1e-12);
  CHECK(sgdl_fisher_above(0, 2, 3) == 1.0 && sgdl_fisher_above(INFINITY, 2, 3) == 0.0);
  check_gamma(0.5, 1.6, 1, 7.3638270120302773e-02);
  check_gamma(2.5, 0.05, 0, 1.6231661192261506e-04);
  check_gamma(450, 500, 1, 1.0994608942135853e-02);
  check_gamma(100000, 99500, 0, 5.6741823212792239e-02);
  check_gamma(0.3, 2.5, 1, 1.1845321845311363e-02);
  check_gamma(12.7, 30, 1, 1.2660589878544446e-04);
  check_gamma(450, 1500, 1, 1.5555591852162566e-223);
  check_gamma(3, 0, 0, 0.0);
  check_gamma(3, INFINITY, 1, 0.0);
  CHECK_CLOSE(sgdl_digamma(0.5), -1.9635100260214231e+00, 1e-14);
  CHECK_CLOSE(sgdl_digamma(7.25), 1.9104535268837362e+00, 1e-14);
  CHECK_CLOSE(sgdl_trigamma(0.5), 4.9348022005446790e+00, 1e-14);
  CHECK_CLOSE(sgdl_trigamma(101), 9.9501666633335702e-03, 1e-14);
}

/* Two series of one function, on either side of where they change over; the 5% point of every table. */
static void kolmogorov_is_one_function(void)
{
  CHECK_NEAR(sgdl_kolmogorov_above(1 - 1e-15), sgdl_kolmogorov_above(1), 1e-14);
  CHECK_NEAR(sgdl_kolmogorov_above(1.3580986393225505), 0.05, 1e-14);
  CHECK(sgdl_kolmogorov_above(0) == 1.0 && sgdl_kolmogorov_above(50) == 0.0);
  CHECK_NEAR(sgdl_kolmogorov_above(0.05), 1.0, 1e-15);
}

/* ---- calibration ---- */

/* A lower triangular matrix with scales from 0.01 to 100, and mean and covariance of L z + mean. */
static void make_law(ptrdiff_t d, double *L, double *mean, double *covariance)
{
  sgdl_normals(seed, 3, 0, 0, 0, d * d, L);
  sgdl_normals(seed, 3, 1, 0, 0, d, mean);
  for (ptrdiff_t j = 0; j < d; j++) {
    for (ptrdiff_t i = 0; i < d; i++) {
      double scale = pow(10.0, (double)(i % 5) - 2.0);
      L[i + j * d] = i < j ? 0.0 : i == j ? scale : 0.5 * scale * L[i + j * d] / sqrt((double)d);
    }
  }
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      covariance[i + j * d] = 0.0;
      for (ptrdiff_t k = 0; k < d; k++) covariance[i + j * d] += L[i + k * d] * L[j + k * d];
    }
}

static void draw(ptrdiff_t n, ptrdiff_t d, uint64_t sample, const double *L, const double *mean, double scale,
                 double *x)
{
  double *z = malloc((size_t)d * sizeof *z);
  for (ptrdiff_t r = 0; r < n; r++) {
    sgdl_normals(seed, 0, sample, (uint64_t)r, 0, d, z);
    for (ptrdiff_t i = 0; i < d; i++) {
      x[r + i * n] = mean[i];
      for (ptrdiff_t k = 0; k <= i; k++) x[r + i * n] += scale * L[i + k * d] * z[k];
    }
  }
  free(z);
}

/* Among many samples p < 0.05 and p < 0.5 come up as often as they say; the combined p value no oftener. `slack`:
 * error of the approximate laws at these n and d. */
static void check_calibration(ptrdiff_t n, ptrdiff_t d, double slack)
{
  enum { SAMPLES = 1000 };
  const ptrdiff_t samples = getenv("SGDL_TEST_SHORT") ? SAMPLES / 20 : SAMPLES;
  const double levels[] = {0.05, 0.5};
  double *L = malloc((size_t)(d * d) * sizeof *L), *covariance = malloc((size_t)(d * d) * sizeof *L);
  double *mean = malloc((size_t)d * sizeof *mean), *x = malloc((size_t)(n * d) * sizeof *x);
  double count[2][4] = {{0.0}};
  make_law(d, L, mean, covariance);
  for (ptrdiff_t s = 0; s < samples; s++) {
    sgdl_gaussian_check check;
    draw(n, d, (uint64_t)s, L, mean, 1.0, x);
    if (sgdl_check_gaussian(&ctx, n, d, x, mean, covariance, &check) != SGDL_OK) {
      CHECK_TEXT("", ctx.message);
      break;
    }
    const double p[] = {check.mean_p, check.covariance_p, check.distance_p, check.p_value};
    for (int l = 0; l < 2; l++)
      for (int t = 0; t < 4; t++) count[l][t] += p[t] < levels[l];
  }
  for (int l = 0; l < 2; l++) {
    double level = levels[l], error = 5.0 * sqrt(level * (1.0 - level) / (double)samples);
    for (int t = 0; t < 3; t++) CHECK_NEAR(count[l][t] / (double)samples, level, error + (t ? slack : 0.0));
    CHECK(count[l][3] / (double)samples < level + error + slack);
  }
  free(L);
  free(covariance);
  free(mean);
  free(x);
}

static void p_values_are_calibrated(void)
{
  check_calibration(100, 1, 0.0);
  check_calibration(100, 5, 0.0);
  check_calibration(60, 20, 0.0);
  check_calibration(8, 2, 0.01);
  check_calibration(21, 20, 0.01);
}

/* ---- power: each test sees what it is for ---- */

static void deviations_are_found(void)
{
  enum { N = 20000, D = 4 };
  double L[D * D], covariance[D * D], mean[D], *x = malloc(N * D * sizeof *x);
  sgdl_gaussian_check check;
  make_law(D, L, mean, covariance);
  draw(N, D, 0, L, mean, 1.0, x);
  CHECK_STATUS(sgdl_check_gaussian(&ctx, N, D, x, mean, covariance, &check), SGDL_OK);
  CHECK(check.p_value > 1e-6);

  draw(N, D, 1, L, mean, sqrt(1.05), x);
  CHECK_STATUS(sgdl_check_gaussian(&ctx, N, D, x, mean, covariance, &check), SGDL_OK);
  CHECK(check.covariance_p < 1e-6 && check.p_value < 1e-5 && check.mean_p > 1e-6);

  draw(N, D, 2, L, mean, 1.0, x);
  for (int r = 0; r < N; r++) x[r] += 0.06 * L[0];
  CHECK_STATUS(sgdl_check_gaussian(&ctx, N, D, x, mean, covariance, &check), SGDL_OK);
  CHECK(check.mean_p < 1e-6 && check.covariance_p > 1e-6);
  for (int r = 0; r < N; r++) x[r] -= mean[0]; /* mean NULL: 0 */
  mean[0] = 0.0;
  sgdl_gaussian_check again;
  for (int j = 1; j < D; j++) {
    for (int r = 0; r < N; r++) x[r + j * N] -= mean[j];
    mean[j] = 0.0;
  }
  CHECK_STATUS(sgdl_check_gaussian(&ctx, N, D, x, NULL, covariance, &again), SGDL_OK);
  CHECK_CLOSE(again.mean_statistic, check.mean_statistic, 1e-8);

  /* The right mean and covariance, but lengths spread by a random factor: 0.6 or 1.28, of mean square 1. */
  draw(N, D, 3, L, mean, 1.0, x);
  for (int r = 0; r < N; r++)
    for (int j = 0; j < D; j++) x[r + j * N] *= r % 2 ? 0.6 : sqrt(2 - 0.36);
  CHECK_STATUS(sgdl_check_gaussian(&ctx, N, D, x, NULL, covariance, &check), SGDL_OK);
  CHECK(check.distance_p < 1e-6 && check.distance_p < check.covariance_p);
  free(x);
}

/* d = 1, three draws, by hand: T^2 = n m^2/s^2; ratio = (n-1)(s^2 - 1 - log s^2). */
static void statistics_by_hand(void)
{
  const double x[] = {1.0, 2.0, 6.0}, four = 4.0, one = 1.0;
  sgdl_gaussian_check check;
  CHECK_STATUS(sgdl_check_gaussian(&ctx, 3, 1, x, &one, &four, &check), SGDL_OK);
  CHECK_CLOSE(check.mean_statistic, 3 * 4 / 7.0, 1e-14);
  double mean = 2 * (log(1.0) - sgdl_digamma(1)), ratio = 2 * (7.0 / 4 - 1 - log(7.0 / 4));
  CHECK_CLOSE(check.covariance_statistic, ratio / mean, 1e-13);
  CHECK_CLOSE(check.distance_statistic, 1.0 / 3, 1e-13); /* distances 0, 1/4, 25/4 */
}

/* ---- refusals ---- */

static void what_is_refused(void)
{
  const double x[] = {1, 2, 3, 4, 5, 7, 9, 8}, nan_x[] = {1, 2, 3, 4, 5, NAN, 9, 8};
  const double flat[] = {1, 2, 3, 4, 1, 2, 3, 4};
  const double identity[] = {1, 0, 0, 1}, singular[] = {1, 2, 2, 4}, zero[] = {0, 0, 0, 1};
  const double skew[] = {1, 0.5, 0, 1}, negative[] = {1, 2, 2, 1}, mean[] = {0, INFINITY};
  sgdl_gaussian_check check;
#define REFUSED(n, d, x_, mean_, covariance_, status, text)                                              \
  do {                                                                                                  \
    CHECK_STATUS(sgdl_check_gaussian(&ctx, (n), (d), (x_), (mean_), (covariance_), &check), (status));    \
    CHECK_TEXT(ctx.message, (text));                                                                    \
  } while (0)
  REFUSED(4, 0, x, NULL, identity, SGDL_BAD_ARGUMENT, "`x` has no columns");
  REFUSED(2, 2, x, NULL, identity, SGDL_TOO_SHORT, "`x` has 2 rows: expected more draws than its 2 coord");
  REFUSED(4, 2, nan_x, NULL, identity, SGDL_NOT_FINITE, "`x[2, 2]` = NaN");
  REFUSED(4, 2, x, mean, identity, SGDL_NOT_FINITE, "`mean[2]` = Inf");
  REFUSED(4, 2, x, NULL, skew, SGDL_NOT_SYMMETRIC, "`covariance");
  REFUSED(4, 2, x, NULL, negative, SGDL_NOT_PSD, "`covariance`");
  REFUSED(4, 2, x, NULL, singular, SGDL_NOT_PSD, "`covariance` is singular");
  const double nearly[] = {1, 1 - 1e-11, 1 - 1e-11, 1};
  REFUSED(4, 2, x, NULL, nearly, SGDL_NOT_PSD, "but coordinate 2 has less than 1e-10 of its variance");
  REFUSED(4, 2, x, NULL, zero, SGDL_NOT_PSD, "matrix, but coordinate 1 has less");
  REFUSED(4, 2, flat, NULL, identity, SGDL_TOO_SHORT, "expected draws that span all 2 directions");
#undef REFUSED
}

int main(void)
{
  sgdl_context_init(&ctx);
  tails_are_those_of_r();
  kolmogorov_is_one_function();
  p_values_are_calibrated();
  deviations_are_found();
  statistics_by_hand();
  what_is_refused();
  return check_report();
}
