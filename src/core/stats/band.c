/* Maxima of correlated normals by simulation; see band.h. */
#include "band.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


void sgdl_band_factor(ptrdiff_t n, const double *covariance, double *L)
{
  const double least = 1e-10;
  memset(L, 0, (size_t)(n * n) * sizeof *L);
  for (ptrdiff_t j = 0; j < n; j++) {
    double variance = covariance[j + n * j], pivot = variance;
    for (ptrdiff_t k = 0; k < j; k++) pivot -= L[j + n * k] * L[j + n * k];
    if (!(pivot > least * variance)) continue;
    L[j + n * j] = sqrt(pivot);
    for (ptrdiff_t i = j + 1; i < n; i++) {
      double sum = covariance[i + n * j];
      for (ptrdiff_t k = 0; k < j; k++) sum -= L[i + n * k] * L[j + n * k];
      L[i + n * j] = sum / L[j + n * j];
    }
  }
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void sgdl_sort(ptrdiff_t n, double *x)
{
  qsort(x, (size_t)n, sizeof *x, ascending);
}

/* max |L g| over elements of unit variance */
static double largest(ptrdiff_t n, const double *L, const double *g)
{
  double most = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double z = 0.0;
    for (ptrdiff_t k = 0; k <= i; k++) z += L[i + n * k] * g[k];
    most = fmax(most, fabs(z));
  }
  return most;
}

sgdl_status sgdl_maxima(sgdl_context *ctx, ptrdiff_t n, const double *covariance, uint64_t seed,
                        ptrdiff_t n_sim, double *maxima)
{
  double *L = NULL, *correlation = NULL, *g = NULL;
  sgdl_status status;
  SGDL_GET(sgdl_alloc(ctx, &L, n * n, "the band"));
  SGDL_GET(sgdl_alloc(ctx, &correlation, n * n, "the band"));
  SGDL_GET(sgdl_alloc(ctx, &g, n, "the band"));
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) {
      double scale = sqrt(covariance[i + n * i]) * sqrt(covariance[j + n * j]);
      correlation[i + n * j] = scale > 0.0 ? covariance[i + n * j] / scale : 0.0;
    }
  sgdl_band_factor(n, correlation, L);
  for (ptrdiff_t s = 0; s < n_sim; s++) {
    sgdl_normals(seed, SGDL_STREAM_BAND, (uint64_t)s, 0, 0, n, g);
    maxima[s] = largest(n, L, g);
    if (s % 256 == 0 && sgdl_poll(ctx, (double)s / (double)n_sim))
      SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted in the simulation of a band"));
  }
  sgdl_sort(n_sim, maxima);
done:
  free(L);
  free(correlation);
  free(g);
  return status;
}

double sgdl_sorted_quantile(ptrdiff_t n, const double *sorted, double level)
{
  double at = level * (double)(n + 1) - 1.0;
  if (at <= 0.0) return sorted[0];
  if (at >= (double)(n - 1)) return sorted[n - 1];
  ptrdiff_t below = (ptrdiff_t)at;
  return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

double sgdl_sorted_above(ptrdiff_t n, const double *sorted, double x)
{
  ptrdiff_t first = 0, end = n; /* the first element >= x is in [first, end] */
  while (first < end) {
    ptrdiff_t middle = first + (end - first) / 2;
    if (sorted[middle] >= x)
      end = middle;
    else
      first = middle + 1;
  }
  return (1.0 + (double)(n - first)) / (1.0 + (double)n);
}
