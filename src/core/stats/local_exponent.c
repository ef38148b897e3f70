/* Local diffusion exponent with a pointwise and a simultaneous band; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "band.h"
#include "exponent_common.h"
#include "gaussian_msd.h"
#include "local_lags.h"

enum { FEWEST_SIMULATIONS = 200 };

static sgdl_status check_options(sgdl_context *ctx, ptrdiff_t n, const double *from, const double *to,
                                 double level, ptrdiff_t n_sim)
{
  if (n < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`from` has %td elements: expected at least one", n);
  for (ptrdiff_t k = 0; k < n; k++)
    if (!(from[k] < to[k]))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`to[%td]` = %.10g: expected a lag above `from[%td]` = %.10g",
                       k + 1, to[k], k + 1, from[k]);
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", level);
  if (n_sim < FEWEST_SIMULATIONS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_sim` = %td: expected an integer >= %d", n_sim,
                     FEWEST_SIMULATIONS);
  return SGDL_OK;
}

ptrdiff_t sgdl_union_lags(ptrdiff_t n, const double *from, const double *to, double *lags)
{
  ptrdiff_t unique = 0;
  memcpy(lags, from, (size_t)n * sizeof *lags);
  memcpy(lags + n, to, (size_t)n * sizeof *lags);
  sgdl_sort(2 * n, lags);
  for (ptrdiff_t l = 0; l < 2 * n; l++)
    if (unique == 0 || lags[l] > lags[unique - 1]) lags[unique++] = lags[l];
  return unique;
}

ptrdiff_t sgdl_lag_place(ptrdiff_t n_lags, const double *lags, double lag)
{
  ptrdiff_t first = 0, end = n_lags - 1;
  while (first < end) {
    ptrdiff_t middle = first + (end - first) / 2;
    if (lags[middle] >= lag)
      end = middle;
    else
      first = middle + 1;
  }
  return first;
}

/* exponent = differences of log_msd over log(to/from), and their covariance. */
static void secants(ptrdiff_t n, const double *from, const double *to, ptrdiff_t n_lags, const double *lags,
                    const double *log_msd, const double *C, double *exponent, double *covariance)
{
  for (ptrdiff_t k = 0; k < n; k++) {
    ptrdiff_t a = sgdl_lag_place(n_lags, lags, from[k]), b = sgdl_lag_place(n_lags, lags, to[k]);
    double width = log(to[k] / from[k]);
    exponent[k] = (log_msd[b] - log_msd[a]) / width;
    for (ptrdiff_t q = 0; q <= k; q++) {
      ptrdiff_t e = sgdl_lag_place(n_lags, lags, from[q]), f = sgdl_lag_place(n_lags, lags, to[q]);
      double both = (C[b + n_lags * f] - C[b + n_lags * e]) - (C[a + n_lags * f] - C[a + n_lags * e]);
      covariance[k + n * q] = covariance[q + n * k] = both / (width * log(to[q] / from[q]));
    }
    covariance[k + n * k] = fmax(covariance[k + n * k], 0.0);
  }
}

/* Degrees of freedom of the chi squared that an MSD with this variance of its logarithm is like: twice the k of
 * trigamma(k) = 1/k + 1/(2 k^2) + ... */
static double degrees_of_freedom(double log_variance)
{
  return log_variance > 0 ? (1 + sqrt(1 + 2 * log_variance)) / log_variance : INFINITY;
}

sgdl_status sgdl_local_exponent(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                const double *x, ptrdiff_t n, const double *from, const double *to,
                                double level, ptrdiff_t n_sim, uint64_t seed, double *exponent,
                                double *covariance, double *critical)
{
  sgdl_segments s;
  double *lags = NULL, *log_msd, *C = NULL, *maxima = NULL;
  sgdl_status status;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(check_options(ctx, n, from, to, level, n_sim));
  SGDL_GET(sgdl_alloc(ctx, &lags, 4 * n, "the lags"));
  log_msd = lags + 2 * n;
  ptrdiff_t n_lags = sgdl_union_lags(n, from, to, lags);
  SGDL_GET(sgdl_alloc(ctx, &C, n_lags * n_lags, "the covariance"));
  SGDL_GET(sgdl_alloc(ctx, &maxima, n_sim, "the band"));
  SGDL_GET(sgdl_log_msd(ctx, &s, n_lags, lags, 0, log_msd, C));
  secants(n, from, to, n_lags, lags, log_msd, C, exponent, covariance);
  SGDL_GET(sgdl_maxima(ctx, n, covariance, seed, n_sim, maxima));
  critical[0] = sgdl_normal_quantile(0.5 + 0.5 * level);
  critical[1] = sgdl_sorted_quantile(n_sim, maxima, level);
  critical[2] = degrees_of_freedom(C[0]);
done:
  free(lags);
  free(C);
  free(maxima);
  return status;
}
