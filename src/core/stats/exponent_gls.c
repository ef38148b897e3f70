/* Exponent by generalised least squares of the MSD with the covariance of the fitted fractional Brownian
 * motion, iterated to its fixed point; see sgdl_stats.h and exponent_common.h. */
#include <math.h>
#include <stdlib.h>

#include "curves.h"
#include "exponent_common.h"

enum { WANTED_LAGS = 12, FEWEST_LAGS = 3, FEWEST_FRAMES = 33, MOST_STEPS = 60 };
static const double least_exponent = 0.02, largest_exponent = 1.98;
static const double least_pivot = 1e-10; /* of the MSD's correlations: below, the inverse has no digits */

typedef struct gls {
  sgdl_context *ctx;
  ptrdiff_t T, n_series, n_paths, n;  /* n lags                                              */
  double *lags, *log_lags, *curves;   /* n, n, n x n_series                                  */
  double *structure, *factor;         /* T; n x n: V(a) and then its Cholesky factor         */
  double *w, *mean, *relative;        /* n: weights of the slope, of D; MSD h^-a / D         */
  double var, cov, mean_var, mean_log; /* C_11, C_12, 1/(1' V^-1 1), mean' log h             */
  ptrdiff_t iterations;
} gls;

static sgdl_status open_gls(gls *g, const double *x, const double window[2], ptrdiff_t d)
{
  sgdl_segments series;
  ptrdiff_t first = 1, last = (g->T - 1) / 4, most = WANTED_LAGS + 2;
  SGDL_TRY(sgdl_coordinate_series(g->ctx, g->T, d, g->n_paths, x, &series));
  g->n_series = series.n_paths;
  if (g->T < FEWEST_FRAMES)
    return sgdl_fail(g->ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least %d for method \"gls\"",
                     g->T,
                     FEWEST_FRAMES);
  SGDL_TRY(sgdl_window_frames(g->ctx, window, (g->T - 1) / 2, "half of the path, for method \"gls\"", &first,
                              &last));
  SGDL_TRY(sgdl_alloc(g->ctx, &g->lags, most * (most + 5), "the lags"));
  SGDL_TRY(sgdl_spread(g->ctx, first, last, WANTED_LAGS, g->lags, &g->n));
  if (g->n < FEWEST_LAGS)
    return sgdl_fail(g->ctx, SGDL_TOO_SHORT,
                     "`window` = [%td, %td] holds %td log-spaced lags: expected at least %d",
                     first, last, g->n, FEWEST_LAGS);
  g->log_lags = g->lags + most;
  g->w = g->lags + 2 * most;
  g->mean = g->lags + 3 * most;
  g->relative = g->lags + 4 * most;
  g->factor = g->lags + 5 * most;
  for (ptrdiff_t i = 0; i < g->n; i++) g->log_lags[i] = log(g->lags[i]);
  SGDL_TRY(sgdl_alloc(g->ctx, &g->curves, sgdl_times(g->n, g->n_series), "the displacements"));
  SGDL_TRY(sgdl_alloc(g->ctx, &g->structure, g->T, "the structure function"));
  SGDL_TRY(sgdl_msd_curves(g->ctx, &series, g->n, g->lags, g->curves));
  for (ptrdiff_t e = 0; e < g->n * g->n_series; e++)
    if (!(g->curves[e] > 0) || isinf(g->curves[e]))
      return sgdl_fail(g->ctx, SGDL_BAD_ARGUMENT,
                       "`x[, coordinate %td, path %td]` has mean squared displacement %g at lag %.0f: expected "
                       "a finite displacement > 0", e / g->n % d + 1, e / g->n / d + 1, g->curves[e],
                       g->lags[e % g->n]);
  return SGDL_OK;
}

static void close_gls(gls *g)
{
  free(g->lags);
  free(g->curves);
  free(g->structure);
}

/* V(a) relative to h^a k^a, its factor, and the weights and variances that follow. */
static sgdl_status weigh(gls *g, double a)
{
  const ptrdiff_t n = g->n;
  g->structure[0] = 0.0;
  for (ptrdiff_t h = 1; h < g->T; h++) g->structure[h] = pow((double)h, a);
  SGDL_TRY(sgdl_msd_covariance(g->ctx, g->T, g->structure, n, g->lags, g->factor));
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) g->factor[i + n * j] /= exp(a * (g->log_lags[i] + g->log_lags[j]));
  g->iterations++;
  if (!(sgdl_cholesky(n, g->factor) > least_pivot))
    return sgdl_fail(g->ctx, SGDL_NO_CONVERGENCE,
                     "the covariance of the mean squared displacement at lags %.0f to %.0f is singular to "
                     "rounding for exponent %.3g: expected a wider `window` or another `method`", g->lags[0],
                     g->lags[n - 1],
                     a);

  double *one = g->mean, *slope = g->w, a11 = 0.0, a12 = 0.0, a22 = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) {
    one[i] = 1.0;
    slope[i] = g->log_lags[i];
  }
  sgdl_forward(n, g->factor, one);
  sgdl_forward(n, g->factor, slope);
  for (ptrdiff_t i = 0; i < n; i++) {
    a11 += slope[i] * slope[i];
    a12 += slope[i] * one[i];
    a22 += one[i] * one[i];
  }
  double determinant = a11 * a22 - a12 * a12;
  sgdl_backward(n, g->factor, one);
  sgdl_backward(n, g->factor, slope);
  g->mean_log = a12 / a22;
  for (ptrdiff_t i = 0; i < n; i++) {
    slope[i] = (a22 * slope[i] - a12 * one[i]) / determinant;
    one[i] /= a22;
  }
  g->var = a22 / determinant;
  g->cov = -a12 / determinant;
  g->mean_var = 1.0 / a22;
  return SGDL_OK;
}

/* w'm/(mean'm) of one series, m = MSD h^-a, with m/(mean'm) in g->relative and mean'm = D in *scale. */
static double series_score(gls *g, ptrdiff_t s, double a, double *scale)
{
  const double *curve = g->curves + g->n * s;
  double score = 0.0;
  *scale = 0.0;
  for (ptrdiff_t i = 0; i < g->n; i++) {
    g->relative[i] = curve[i] * exp(-a * g->log_lags[i]);
    *scale += g->mean[i] * g->relative[i];
  }
  for (ptrdiff_t i = 0; i < g->n; i++) {
    g->relative[i] /= *scale;
    score += g->w[i] * g->relative[i];
  }
  return score;
}

static double mean_score(gls *g, double a)
{
  double sum = 0.0, scale;
  for (ptrdiff_t s = 0; s < g->n_series; s++) sum += series_score(g, s, a, &scale);
  return sum / (double)g->n_series;
}

/* Slope of the log MSDs between the first lags: where the iteration begins. */
static double first_guess(const gls *g)
{
  const ptrdiff_t far = g->n > 4 ? 3 : g->n - 1;
  double slope = 0.0;
  for (ptrdiff_t s = 0; s < g->n_series; s++)
    slope += log(g->curves[far + g->n * s] / g->curves[g->n * s]) / (g->log_lags[far] - g->log_lags[0]);
  return fmax(0.1, fmin(1.9, slope / (double)g->n_series));
}

/* a with score(a) = 0. The score falls with slope near -1: each step adds it, by the secant's slope once
 * known. */
static sgdl_status fixed_point(gls *g, double *exponent)
{
  double a = first_guess(g), before = 0.0, score_before = 0.0;
  for (int step = 0; step < MOST_STEPS; step++) {
    SGDL_TRY(weigh(g, a));
    double score = mean_score(g, a), slope = -1.0;
    *exponent = a;
    if (fabs(score) < 1e-11) return SGDL_OK;
    if (step > 0 && a != before) slope = (score - score_before) / (a - before);
    if (!(slope < -0.3 && slope > -3.0)) slope = -1.0;
    double next = a - fmax(-0.5, fmin(0.5, score / slope));
    next = fmax(least_exponent, fmin(largest_exponent, next));
    if (next == a) break;
    before = a;
    score_before = score;
    a = next;
  }
  if (a > least_exponent && a < largest_exponent)
    return sgdl_fail(g->ctx, SGDL_NO_CONVERGENCE,
                     "the exponent of `x` found no fixed point in %d steps: expected displacements near a power "
                     "of the lag; try another `window` or `method`", MOST_STEPS);
  return sgdl_fail(g->ctx, SGDL_UNSUPPORTED,
                   "`x` has exponent %s %g at lags %.0f to %.0f: expected one between 0 and 2, as fractional "
                   "Brownian motion has; method \"ols\" assumes none", a < 1 ? "below" : "above", a,
                   g->lags[0],
                   g->lags[g->n - 1]);
}

static double bias_of(const gls *g)
{
  double square = 0.0;
  for (ptrdiff_t i = 0; i < g->n; i++) square += g->w[i] * g->log_lags[i] * g->log_lags[i];
  return (-g->cov - 0.5 * g->var * square) / (double)g->n_series;
}

/* The exponent at which the estimate is `reach` standard errors (of that exponent) off. */
static sgdl_status bound(gls *g, double estimate, double reach, double *at)
{
  double a = estimate;
  for (int step = 0; step < MOST_STEPS; step++) {
    SGDL_TRY(weigh(g, a));
    double next = estimate + reach * sqrt(g->var / (double)g->n_series);
    next = fmax(least_exponent, fmin(largest_exponent, next));
    *at = next;
    if (fabs(next - a) < 1e-7) break;
    a = next;
  }
  return SGDL_OK;
}

/* Diffusivities, chi squared of the fit and of one exponent for all, at the weights of `exponent`. */
static void describe_fit(gls *g, sgdl_exponent_estimate *e)
{
  double total = 0.0, squares = 0.0, misfit = 0.0, mean = mean_score(g, e->exponent), apart = 0.0, scale;
  const double series = (double)g->n_series;
  for (ptrdiff_t s = 0; s < g->n_series; s++) {
    double score = series_score(g, s, e->exponent, &scale);
    total += scale;
    squares += scale * scale;
    apart += (score - mean) * (score - mean) / g->var;
    for (ptrdiff_t i = 0; i < g->n; i++) g->relative[i] -= 1.0 + score * (g->log_lags[i] - g->mean_log);
    sgdl_forward(g->n, g->factor, g->relative);
    for (ptrdiff_t i = 0; i < g->n; i++) misfit += g->relative[i] * g->relative[i];
  }
  e->log_diffusivity = log(total / (double)g->n_paths);
  e->covariance = -g->mean_log * g->var / series;
  e->log_diffusivity_se = sqrt(g->mean_var * squares / (total * total) +
                               g->mean_log * g->mean_log * g->var / series);
  e->misfit = misfit;
  e->misfit_df = series * (double)(g->n - 2);
  e->misfit_p = sgdl_chi_squared_above(misfit, e->misfit_df);
  e->homogeneity_p = sgdl_chi_squared_above(apart, series - 1.0);
}

static sgdl_status estimate(gls *g, double level, sgdl_exponent_estimate *e)
{
  const double z = sgdl_normal_quantile(0.5 + 0.5 * level);
  SGDL_TRY(fixed_point(g, &e->exponent));
  e->bias = bias_of(g);
  e->exponent = fmax(least_exponent, fmin(largest_exponent, e->exponent - e->bias));
  SGDL_TRY(weigh(g, e->exponent));
  e->se = sqrt(g->var / (double)g->n_series);
  describe_fit(g, e);
  SGDL_TRY(bound(g, e->exponent, -z, &e->lower));
  SGDL_TRY(bound(g, e->exponent, z, &e->upper));
  SGDL_TRY(weigh(g, 1.0));
  e->p_value = sgdl_normal_two_sided((e->exponent - 1.0) / sqrt(g->var / (double)g->n_series));
  return SGDL_OK;
}

sgdl_status sgdl_exponent_gls(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const double window[2], double level, sgdl_exponent_estimate *result)
{
  gls g = { .ctx = ctx, .T = T, .n_paths = n_paths };
  void (*progress)(void *, double) = ctx->progress;
  sgdl_estimate_clear(result);
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_level_check(ctx, level));
  ctx->progress = NULL; /* the covariances' own, again and again from 0 to 1, would say nothing */
  sgdl_status status = open_gls(&g, x, window, d);
  if (status == SGDL_OK) status = estimate(&g, level, result);
  ctx->progress = progress;
  if (status == SGDL_OK) {
    result->window[0] = g.lags[0];
    result->window[1] = g.lags[g.n - 1];
    result->n_points = g.n;
    result->n_series = g.n_series;
    result->iterations = g.iterations;
  }
  close_gls(&g);
  return status;
}
