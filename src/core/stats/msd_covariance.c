/* Covariance of the time-averaged MSD of a Gaussian path with stationary increments; see sgdl_stats.h. */
#include "msd_covariance.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "segments.h"

static const double term_cost = 0.7; /* measured, in ns: one difference of origins, one thread */

void sgdl_mirror(ptrdiff_t T, const double *structure, double *even)
{
  for (ptrdiff_t k = 0; k < T; k++) even[T - 1 + k] = even[T - 1 - k] = structure[k];
}

/* sum_{h = first}^{end - 1} (weight - slope h) c(h)^2, with c(h) twice the covariance of displacements over m
 * and n whose origins are h apart, from D at `zero` (so that zero[k] = D(|k|)). Eight lanes: the order, hence
 * the bits, are the same for every width of vectors. */
SGDL_VECTORISED static double weighted_squares(const double *zero, ptrdiff_t m, ptrdiff_t n, ptrdiff_t first,
                                               ptrdiff_t end, double weight, double slope)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t h = first;
  for (; h + 8 <= end; h += 8)
    for (int k = 0; k < 8; k++) {
      double c = (zero[h + k + n] - zero[h + k + n - m]) - (zero[h + k] - zero[h + k - m]);
      lane[k] += (weight - slope * (double)(h + k)) * (c * c);
    }
  for (; h < end; h++) {
    double c = (zero[h + n] - zero[h + n - m]) - (zero[h] - zero[h - m]);
    sum += (weight - slope * (double)h) * (c * c);
  }
  for (int k = 0; k < 8; k++) sum += lane[k];
  return sum;
}

/* Both c and the number of pairs of origins are even about h = (m - n)/2: the upper half of the sum twice,
 * the middle (where it is a whole number) once. Above it there are T - n - max(h, 0) pairs of origins. */
double sgdl_msd_pair(ptrdiff_t T, const double *even, ptrdiff_t m, ptrdiff_t n)
{
  const double *zero = even + T - 1;
  const double origins_m = (double)(T - m), origins_n = (double)(T - n);
  const ptrdiff_t apart = n - m, middle = -(apart / 2);
  double sum = 2.0 * (weighted_squares(zero, m, n, middle, 0, origins_n, 0.0) +
                      weighted_squares(zero, m, n, 0, T - n, origins_n, 1.0));
  if (apart % 2 == 0) sum -= weighted_squares(zero, m, n, middle, middle + 1, origins_n, 0.0);
  return 2.0 * (0.25 * sum) / (origins_m * origins_n);
}

static sgdl_status check_structure(sgdl_context *ctx, ptrdiff_t T, const double *structure)
{
  if (T < 2)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`structure` has %td elements: expected at least 2, lag 0 first",
                     T);
  SGDL_TRY(sgdl_check_finite(ctx, "structure", structure, T, 0));
  if (structure[0] != 0.0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`structure[1]` = %g: expected 0, the displacement at lag 0",
                     structure[0]);
  for (ptrdiff_t h = 1; h < T; h++)
    if (structure[h] < 0.0)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`structure[%td]` = %g: expected a mean squared displacement >= 0", h + 1,
                       structure[h]);
  return SGDL_OK;
}

sgdl_status sgdl_msd_covariance(sgdl_context *ctx, ptrdiff_t T, const double *structure, ptrdiff_t n_lags,
                                const double *lags, double *covariance)
{
  double *even;
  ctx->message[0] = '\0';
  SGDL_TRY(check_structure(ctx, T, structure));
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, T - 1));
  SGDL_TRY(sgdl_alloc(ctx, &even, 2 * T - 1, "the structure function"));
  sgdl_mirror(T, structure, even);

  const ptrdiff_t pairs = n_lags * (n_lags + 1) / 2;
  ptrdiff_t done = 0;
  int stop = 0;
#pragma omp parallel for schedule(dynamic) \
  num_threads(sgdl_threads_worth(ctx, term_cost * (double)pairs * (double)T))
  for (ptrdiff_t q = 0; q < pairs; q++) {
    int stopped;
#pragma omp atomic read
    stopped = stop;
    if (stopped) continue;
    /* Pairs (i <= j) column by column: q = j (j + 1)/2 + i. */
    ptrdiff_t j = (ptrdiff_t)floor((sqrt(8.0 * (double)q + 1.0) - 1.0) / 2.0);
    while (j * (j + 1) / 2 > q) j--;
    while ((j + 1) * (j + 2) / 2 <= q) j++;
    ptrdiff_t i = q - j * (j + 1) / 2;
    covariance[i + n_lags * j] = covariance[j + n_lags * i] =
      sgdl_msd_pair(T, even, (ptrdiff_t)lags[i], (ptrdiff_t)lags[j]);
    ptrdiff_t so_far;
#pragma omp atomic capture
    so_far = ++done;
    if (omp_get_thread_num() == 0 && sgdl_poll(ctx, (double)so_far / (double)pairs)) {
#pragma omp atomic write
      stop = 1;
    }
  }
  free(even);
  if (!stop) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted in the covariance of the mean squared displacement");
}
