/* Crossovers of the MSD: a continuous broken line in log-log, how many breaks, and where; see sgdl_stats.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "band.h"
#include "broken_line.h"
#include "exponent_common.h"
#include "gaussian_msd.h"

enum { FEWEST_RESAMPLES = 99 };

typedef struct analysis {
  sgdl_context *ctx;
  ptrdiff_t n, n_boot;
  double *u, *weight, *y, *simulated, *g; /* n each                                         */
  double *L;                              /* n x n: factor of the covariance of y           */
  double *values;                         /* n_boot x (2 most + 2): a column a statistic     */
  sgdl_broken_line lines;
  uint64_t seed;
} analysis;

static sgdl_status check_options(sgdl_context *ctx, ptrdiff_t n_lags, int max_breaks, double level,
                                 double alpha, ptrdiff_t n_boot)
{
  if (max_breaks < 1 || max_breaks > SGDL_MOST_BREAKS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`max_breaks` = %d: expected an integer from 1 to %d",
                     max_breaks, SGDL_MOST_BREAKS);
  if (n_lags < 4 + 3 * max_breaks)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`lags` has %td elements: expected at least %d for %d breaks",
                     n_lags, 4 + 3 * max_breaks, max_breaks);
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", level);
  if (!(alpha > 0 && alpha < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`alpha` = %g: expected a number between 0 and 1", alpha);
  if (n_boot < FEWEST_RESAMPLES)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_boot` = %td: expected an integer >= %d", n_boot,
                     FEWEST_RESAMPLES);
  return SGDL_OK;
}

/* Draw `draw` of the MSD's logarithm about a fitted line: streams of `purpose` kept apart by step. */
static void simulate(analysis *a, const sgdl_broken_fit *about, int purpose, ptrdiff_t draw)
{
  sgdl_normals(a->seed, SGDL_STREAM_BOOTSTRAP, (uint64_t)draw, (uint64_t)purpose, 0, a->n, a->g);
  for (ptrdiff_t i = 0; i < a->n; i++) {
    double noise = 0.0;
    for (ptrdiff_t k = 0; k <= i; k++) noise += a->L[i + a->n * k] * a->g[k];
    a->simulated[i] = sgdl_broken_fit_value(about, a->u[i]) + noise;
  }
}

static sgdl_status poll(analysis *a, double fraction)
{
  if (!sgdl_poll(a->ctx, fraction)) return SGDL_OK;
  return sgdl_fail(a->ctx, SGDL_INTERRUPTED, "interrupted in the bootstrap of the crossover");
}

/* What one more break takes off the sum of squares, against the same under `null`: its p value. */
static sgdl_status test_break(analysis *a, const sgdl_broken_fit *null, const sgdl_broken_fit *more,
                              double *p)
{
  sgdl_broken_fit fewer = *null, fit = *more;
  for (ptrdiff_t r = 0; r < a->n_boot; r++) {
    simulate(a, null, 1 + null->n_breaks, r);
    sgdl_broken_line_fit(&a->lines, a->simulated, null->n_breaks, &fewer);
    sgdl_broken_line_fit(&a->lines, a->simulated, more->n_breaks, &fit);
    a->values[r] = fewer.rss - fit.rss;
    if (r % 32 == 0) SGDL_TRY(poll(a, 0.5));
  }
  sgdl_sort(a->n_boot, a->values);
  *p = sgdl_sorted_above(a->n_boot, a->values, null->rss - more->rss);
  return SGDL_OK;
}

static double spread(ptrdiff_t n, const double *x)
{
  double mean = 0.0, squares = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) mean += x[i] / (double)n;
  for (ptrdiff_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  return sqrt(squares / (double)(n - 1));
}

/* Percentile intervals of the breaks, normal ones of the exponents, about the chosen fit. */
static sgdl_status intervals(analysis *a, const sgdl_broken_fit *fit, double level, sgdl_crossover *result)
{
  const ptrdiff_t B = a->n_boot;
  const int k = fit->n_breaks;
  const double reach = sgdl_normal_quantile(0.5 + 0.5 * level);
  sgdl_broken_fit again;
  for (ptrdiff_t r = 0; r < B; r++) {
    simulate(a, fit, 0, r);
    sgdl_broken_line_fit(&a->lines, a->simulated, k, &again);
    for (int i = 0; i < k; i++) a->values[r + B * i] = again.breaks[i];
    for (int i = 0; i <= k; i++) a->values[r + B * (k + i)] = again.slope[i];
    if (r % 32 == 0) SGDL_TRY(poll(a, 0.9));
  }
  for (int i = 0; i < k; i++) {
    double *column = a->values + B * i;
    result->breaks[i] = exp(fit->breaks[i]);
    result->break_log_se[i] = spread(B, column);
    sgdl_sort(B, column);
    result->break_lower[i] = exp(sgdl_sorted_quantile(B, column, 0.5 - 0.5 * level));
    result->break_upper[i] = exp(sgdl_sorted_quantile(B, column, 0.5 + 0.5 * level));
  }
  for (int i = 0; i <= k; i++) {
    double se = spread(B, a->values + B * (k + i));
    result->exponent[i] = fit->slope[i];
    result->se[i] = se;
    result->lower[i] = fit->slope[i] - reach * se;
    result->upper[i] = fit->slope[i] + reach * se;
  }
  return SGDL_OK;
}

static sgdl_status choose_breaks(analysis *a, int max_breaks, double alpha, sgdl_broken_fit *fit,
                                 double *p_value)
{
  sgdl_broken_fit more;
  sgdl_broken_line_fit(&a->lines, a->y, 0, fit);
  for (int k = 0; k < max_breaks; k++) p_value[k] = NAN;
  for (int k = 0; k < max_breaks; k++) {
    sgdl_broken_line_fit(&a->lines, a->y, k + 1, &more);
    SGDL_TRY(test_break(a, fit, &more, p_value + k));
    if (p_value[k] > alpha) return SGDL_OK;
    *fit = more;
  }
  return SGDL_OK;
}

/* log MSD and its covariance are in a->y and a->L (to be factored): weights, factor and lines. */
static sgdl_status prepare(analysis *a, ptrdiff_t n_lags, const double *lags, const double *covariance)
{
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    a->u[l] = log(lags[l]);
    a->weight[l] = covariance[l + n_lags * l] > 0.0 ? 1.0 / sqrt(covariance[l + n_lags * l]) : 1e8;
  }
  sgdl_band_factor(n_lags, covariance, a->L);
  return sgdl_broken_line_open(a->ctx, n_lags, a->u, a->weight, &a->lines);
}

sgdl_status sgdl_msd_crossover(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                               const double *x, ptrdiff_t n_lags, const double *lags, int max_breaks,
                               double level, double alpha, ptrdiff_t n_boot, uint64_t seed, double *log_msd,
                               double *covariance, double *fitted, sgdl_crossover *result)
{
  analysis a = { .ctx = ctx, .n = n_lags, .n_boot = n_boot, .seed = seed, .y = log_msd };
  sgdl_segments s;
  sgdl_broken_fit fit;
  sgdl_status status;
  ctx->message[0] = '\0';
  memset(result, 0, sizeof *result);
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(check_options(ctx, n_lags, max_breaks, level, alpha, n_boot));
  SGDL_GET(sgdl_alloc(ctx, &a.u, 4 * n_lags, "the crossover"));
  a.weight = a.u + n_lags;
  a.simulated = a.weight + n_lags;
  a.g = a.simulated + n_lags;
  SGDL_GET(sgdl_alloc(ctx, &a.L, n_lags * n_lags, "the covariance"));
  SGDL_GET(sgdl_alloc(ctx, &a.values, sgdl_times(n_boot, 2 * SGDL_MOST_BREAKS + 2), "the bootstrap"));
  SGDL_GET(sgdl_log_msd(ctx, &s, n_lags, lags, 0, log_msd, covariance));
  SGDL_GET(prepare(&a, n_lags, lags, covariance));
  SGDL_GET(choose_breaks(&a, max_breaks, alpha, &fit, result->p_value));
  SGDL_GET(intervals(&a, &fit, level, result));
  result->n_breaks = fit.n_breaks;
  result->log_diffusivity = fit.intercept;
  for (ptrdiff_t l = 0; l < n_lags; l++) fitted[l] = exp(sgdl_broken_fit_value(&fit, a.u[l]));
done:
  sgdl_broken_line_close(&a.lines);
  free(a.u);
  free(a.L);
  free(a.values);
  return status;
}
