/* Is a sample drawn from a given Gaussian? Three tests, each of what the others do not see: mean, covariance,
 * and the distribution of the distances. */
#include "../base/base.h"
#include "../model/modes.h"
#include "distributions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- standard coordinates ---- */

/* L (d x d, lower) with L L' = covariance. Refused where coordinates before one fix all but a fraction `least`
 * of its variance: what is left would be made of the rounding of `covariance`. */
static sgdl_status factor_covariance(sgdl_context *ctx, ptrdiff_t d, const double *covariance, double *L)
{
  const double least = 1e-10;
  ptrdiff_t bad = -1;
  for (ptrdiff_t j = 0; j < d && bad < 0; j++)
    if (!(covariance[j + j * d] > 0.0)) bad = j;
  for (ptrdiff_t j = 0; j < d && bad < 0; j++)
    for (ptrdiff_t i = j; i < d; i++)
      L[i + j * d] = covariance[i + j * d] / (sqrt(covariance[i + i * d]) * sqrt(covariance[j + j * d]));
  sgdl_status status = bad < 0 ? sgdl_backend_of(ctx)->cholesky(ctx, d, L) : SGDL_NOT_PSD;
  if (status != SGDL_OK && status != SGDL_NOT_PSD) return status;
  for (ptrdiff_t j = 0; j < d && bad < 0 && status == SGDL_OK; j++)
    if (L[j + j * d] * L[j + j * d] < least) bad = j;
  if (bad >= 0)
    return sgdl_fail(ctx, SGDL_NOT_PSD,
                     "`covariance` is singular: expected a positive definite matrix, but coordinate %td has "
                     "less than %g of its variance free of the ones before; check the others, or the sample "
                     "along the eigenvectors that have variance",
                     bad + 1, least);
  if (status != SGDL_OK)
    return sgdl_fail(ctx, SGDL_NOT_PSD, "`covariance` is singular: expected a positive definite matrix");
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) L[i + j * d] *= sqrt(covariance[i + i * d]);
  return SGDL_OK;
}

/* z (n x d) = rows of x - mean times L^-T: standard normals if the sample is what it should be. */
static void standardise(ptrdiff_t n, ptrdiff_t d, const double *x, const double *mean, const double *L,
                        double *z)
{
  const ptrdiff_t tile = 256; /* rows that stay in cache */
  for (ptrdiff_t first = 0; first < n; first += tile) {
    ptrdiff_t rows = n - first < tile ? n - first : tile;
    for (ptrdiff_t j = 0; j < d; j++) {
      const double *from = x + first + j * n;
      double *to = z + first + j * n, centre = mean ? mean[j] : 0.0;
      for (ptrdiff_t r = 0; r < rows; r++) to[r] = from[r] - centre;
      for (ptrdiff_t k = 0; k < j; k++) {
        const double *done = z + first + k * n;
        for (ptrdiff_t r = 0; r < rows; r++) to[r] -= L[j + k * d] * done[r];
      }
      for (ptrdiff_t r = 0; r < rows; r++) to[r] /= L[j + j * d];
    }
  }
}

/* Mean, and Cholesky factor of the covariance (divisor n - 1), of the columns of z. */
static sgdl_status sample_moments(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, double *z, double *mean,
                                  double *S, double *trace)
{
  for (ptrdiff_t j = 0; j < d; j++) {
    mean[j] = 0.0;
    for (ptrdiff_t r = 0; r < n; r++) mean[j] += z[r + j * n] / (double)n;
    for (ptrdiff_t r = 0; r < n; r++) z[r + j * n] -= mean[j];
  }
  SGDL_TRY(sgdl_backend_of(ctx)->gram(ctx, n, d, 1.0 / (double)(n - 1), z, n, 0.0, S));
  *trace = 0.0;
  for (ptrdiff_t j = 0; j < d; j++) *trace += S[j + j * d];
  if (sgdl_backend_of(ctx)->cholesky(ctx, d, S) == SGDL_OK) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_TOO_SHORT,
                   "`x`: the covariance of the sample is singular: expected draws that span all %td "
                   "directions", d);
}

/* ---- the tests ---- */

/* Hotelling: T^2 = n m'S^-1 m, T^2 (n-d)/(d(n-1)) is F with d and n - d degrees of freedom. `mean` becomes
 * scratch. */
static void test_mean(ptrdiff_t n, ptrdiff_t d, double *mean, const double *S, sgdl_gaussian_check *check)
{
  double sum = 0.0;
  for (ptrdiff_t j = 0; j < d; j++) {
    for (ptrdiff_t k = 0; k < j; k++) mean[j] -= S[j + k * d] * mean[k];
    mean[j] /= S[j + j * d];
    sum += mean[j] * mean[j];
  }
  check->mean_statistic = (double)n * sum;
  double ratio = check->mean_statistic * (double)(n - d) / ((double)d * (double)(n - 1));
  check->mean_p = sgdl_fisher_above(ratio, (double)d, (double)(n - d));
}

/* Likelihood ratio nu (tr S - log|S| - d), nu = n - 1. Under the law its mean and variance are known exactly, as
 * |S| is a product of chi squares: mean nu sum_i (log(nu/2) - psi((nu-i+1)/2)), variance
 * nu^2 sum_i psi'((nu-i+1)/2) - 2 nu d. Bartlett's correction scales the mean to d(d+1)/2 degrees of freedom;
 * the p value is of the gamma distribution with both moments: chi squared for n >> d, and right to n = d + 1. */
static void test_covariance(ptrdiff_t n, ptrdiff_t d, const double *S, double trace,
                            sgdl_gaussian_check *check)
{
  double nu = (double)(n - 1), ratio = trace - (double)d, mean = 0.0, variance = -2.0 * (double)d / nu, below;
  for (ptrdiff_t i = 0; i < d; i++) {
    double half = 0.5 * (nu - (double)i);
    ratio -= 2.0 * log(S[i + i * d]);
    mean += log(0.5 * nu) - sgdl_digamma(half);
    variance += sgdl_trigamma(half);
  }
  check->covariance_statistic = ratio / mean * 0.5 * (double)d * (double)(d + 1);
  sgdl_gamma_tails(mean * mean / variance, ratio * mean / variance, &below, &check->covariance_p);
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov: the squared distances are chi squared with d degrees of freedom. Tail by Stephens'
 * correction of the asymptotic law. */
static void test_distances(ptrdiff_t n, ptrdiff_t d, double *distances, sgdl_gaussian_check *check)
{
  double apart = 0.0, below, above, root = sqrt((double)n);
  qsort(distances, (size_t)n, sizeof *distances, ascending);
  for (ptrdiff_t r = 0; r < n; r++) {
    sgdl_gamma_tails(0.5 * (double)d, 0.5 * distances[r], &below, &above);
    apart = fmax(apart, fmax(below - (double)r / (double)n, (double)(r + 1) / (double)n - below));
  }
  check->distance_statistic = apart;
  check->distance_p = sgdl_kolmogorov_above((root + 0.12 + 0.11 / root) * apart);
}

/* ---- all three ---- */

static sgdl_status check_sample(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, const double *x,
                                const double *mean, const double *covariance)
{
  if (d < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has no columns: expected one per coordinate");
  if (n <= d)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td rows: expected more draws than its %td coordinates", n,
                     d);
  SGDL_TRY(sgdl_check_blas_size(ctx, "draws", n));
  SGDL_TRY(sgdl_check_finite(ctx, "x", x, sgdl_times(n, d), n));
  if (mean) SGDL_TRY(sgdl_check_finite(ctx, "mean", mean, d, 0));
  return sgdl_covariance_check(ctx, "covariance", d, covariance);
}

static void squared_distances(ptrdiff_t n, ptrdiff_t d, const double *z, double *distances)
{
  memset(distances, 0, (size_t)n * sizeof *distances);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t r = 0; r < n; r++) distances[r] += z[r + j * n] * z[r + j * n];
}

sgdl_status sgdl_check_gaussian(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, const double *x,
                                const double *mean, const double *covariance, sgdl_gaussian_check *check)
{
  double *L = NULL, *z = NULL, *distances = NULL, *centre = NULL, trace;
  sgdl_status status = SGDL_OK;
  ctx->message[0] = '\0';
  SGDL_TRY(check_sample(ctx, n, d, x, mean, covariance));
  SGDL_GET(sgdl_alloc(ctx, &L, sgdl_times(d, d), "the factor of the covariance"));
  SGDL_GET(sgdl_alloc(ctx, &z, sgdl_times(n, d), "the sample in standard coordinates"));
  SGDL_GET(sgdl_alloc(ctx, &distances, n, "the distances"));
  SGDL_GET(sgdl_alloc(ctx, &centre, d, "the mean"));
  SGDL_GET(factor_covariance(ctx, d, covariance, L));
  standardise(n, d, x, mean, L, z);
  squared_distances(n, d, z, distances);
  SGDL_GET(sample_moments(ctx, n, d, z, centre, L, &trace));
  test_mean(n, d, centre, L, check);
  test_covariance(n, d, L, trace, check);
  test_distances(n, d, distances, check);
  check->p_value = fmin(1.0, 3.0 * fmin(check->mean_p, fmin(check->covariance_p, check->distance_p)));
done:
  free(L);
  free(z);
  free(distances);
  free(centre);
  return status;
}
