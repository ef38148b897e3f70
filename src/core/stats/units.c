/* Pooled means over units and their spread; see units.h. */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/random.h"
#include "segments.h"

sgdl_status sgdl_units_open(sgdl_context *ctx, ptrdiff_t n_lags, ptrdiff_t count, sgdl_units *u)
{
  ptrdiff_t size = sgdl_times(n_lags, count);
  *u = (sgdl_units){ n_lags, count, NULL, NULL };
  SGDL_TRY(sgdl_alloc(ctx, &u->sums, sgdl_times(2, size), "the mean squared displacement of parts"));
  u->counts = u->sums + size;
  memset(u->sums, 0, (size_t)(2 * size) * sizeof(double));
  return SGDL_OK;
}

void sgdl_units_close(sgdl_units *u)
{
  free(u->sums);
  u->sums = u->counts = NULL;
}

static double total_of(const double *x, ptrdiff_t l, ptrdiff_t n_lags, ptrdiff_t count)
{
  double sum = 0.0;
  for (ptrdiff_t g = 0; g < count; g++) sum += x[l + n_lags * g];
  return sum;
}

void sgdl_units_mean(const sgdl_units *u, double *mean, double *total)
{
  for (ptrdiff_t l = 0; l < u->n_lags; l++) {
    double n = total_of(u->counts, l, u->n_lags, u->count);
    mean[l] = n > 0 ? total_of(u->sums, l, u->n_lags, u->count) / n : NAN;
    if (total) total[l] = n;
  }
}

void sgdl_units_residuals(sgdl_units *u)
{
  for (ptrdiff_t l = 0; l < u->n_lags; l++) {
    double n = total_of(u->counts, l, u->n_lags, u->count), used = 0.0;
    double mean = total_of(u->sums, l, u->n_lags, u->count) / n;
    for (ptrdiff_t g = 0; g < u->count; g++) used += u->counts[l + u->n_lags * g] > 0;
    double scale = used > 1 ? sqrt(used / (used - 1.0)) / n : NAN;
    for (ptrdiff_t g = 0; g < u->count; g++) {
      ptrdiff_t e = l + u->n_lags * g;
      u->sums[e] = scale * (u->counts[e] > 0 ? u->sums[e] - mean * u->counts[e] : 0.0);
    }
  }
}

void sgdl_units_covariance(const sgdl_units *u, ptrdiff_t n, double *covariance)
{
  for (ptrdiff_t a = 0; a < u->n_lags; a++)
    for (ptrdiff_t b = 0; b <= a; b++) {
      double sum = 0.0;
      for (ptrdiff_t g = 0; g < u->count; g++) sum += u->sums[a + u->n_lags * g] * u->sums[b + u->n_lags * g];
      covariance[a + n * b] = covariance[b + n * a] = sum;
    }
}

void sgdl_units_se(const sgdl_units *u, double *se)
{
  for (ptrdiff_t l = 0; l < u->n_lags; l++) {
    double sum = 0.0;
    for (ptrdiff_t g = 0; g < u->count; g++) sum += u->sums[l + u->n_lags * g] * u->sums[l + u->n_lags * g];
    se[l] = sqrt(sum);
  }
}

/* counts: scratch of n_lags. */
static void resample(const sgdl_units *u, uint64_t seed, ptrdiff_t r, double *mean, double *counts)
{
  enum { DRAWS = 64 };
  uint64_t words[DRAWS];
  memset(mean, 0, (size_t)u->n_lags * sizeof(double));
  memset(counts, 0, (size_t)u->n_lags * sizeof(double));
  for (ptrdiff_t g = 0; g < u->count; g++) {
    if (g % DRAWS == 0) sgdl_words(seed, SGDL_STREAM_BOOTSTRAP, 0, (uint64_t)r, g, DRAWS, words);
    ptrdiff_t drawn = (ptrdiff_t)sgdl_below(words[g % DRAWS], (uint64_t)u->count);
    const double *sum = u->sums + u->n_lags * drawn, *count = u->counts + u->n_lags * drawn;
    for (ptrdiff_t l = 0; l < u->n_lags; l++) {
      mean[l] += sum[l];
      counts[l] += count[l];
    }
  }
  for (ptrdiff_t l = 0; l < u->n_lags; l++) mean[l] = counts[l] > 0 ? mean[l] / counts[l] : NAN;
}

sgdl_status sgdl_units_bootstrap(sgdl_context *ctx, const sgdl_units *u, double progress, uint64_t seed,
                                 ptrdiff_t n_boot, double *replicates)
{
  double *counts;
  if (u->count > UINT32_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`x` has %td paths: expected at most %lld", u->count,
                     (long long)UINT32_MAX);
  SGDL_TRY(sgdl_alloc(ctx, &counts, u->n_lags, "the bootstrap"));
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t r = 0; r < n_boot && status == SGDL_OK; r++) {
    resample(u, seed, r, replicates + u->n_lags * r, counts);
    if (sgdl_poll(ctx, progress))
      status = sgdl_fail(ctx, SGDL_INTERRUPTED,
                         "interrupted in the bootstrap of the mean squared displacement");
  }
  free(counts);
  return status;
}
