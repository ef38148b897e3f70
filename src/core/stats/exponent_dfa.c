/* Exponent by detrended fluctuation analysis, its bias and error from simulations of the fit; see sgdl_stats.h. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "exponent_common.h"
#include "loglog.h"

enum { WANTED_BOXES = 12, FEWEST_BOXES = 4, FEWEST_SIMULATIONS = 20, MOST_ORDER = 5, PILOT = 50 };
static const double least_exponent = 0.02, largest_exponent = 1.98;

typedef struct dfa {
  sgdl_context *ctx;
  ptrdiff_t T, n_series, n_paths, n_sim, n; /* n box sizes                                   */
  int order, overlap;
  uint64_t seed;
  double *boxes, *basis;      /* n; of each size order + 1 orthonormal polynomials           */
  double *levels;             /* n x n_series: log F^2                                       */
  double *simulated;          /* n x n_sim                                                   */
  sgdl_loglog line;
} dfa;

/* ---- fluctuations ---- */

/* Polynomials of degree 0 .. order, orthonormal over 0 .. n - 1: Gram and Schmidt, twice. */
static void orthonormal(ptrdiff_t n, int order, double *p)
{
  for (int q = 0; q <= order; q++, p += n) {
    for (ptrdiff_t i = 0; i < n; i++) p[i] = q == 0 ? 1.0 : p[i - n] * (2.0 * (double)i / (double)(n - 1) - 1.0);
    for (int pass = 0; pass < 2; pass++)
      for (int before = 1; before <= q; before++) {
        const double *other = p - n * before;
        double dot = 0.0;
        for (ptrdiff_t i = 0; i < n; i++) dot += p[i] * other[i];
        for (ptrdiff_t i = 0; i < n; i++) p[i] -= dot * other[i];
      }
    double norm = 0.0;
    for (ptrdiff_t i = 0; i < n; i++) norm += p[i] * p[i];
    for (ptrdiff_t i = 0; i < n; i++) p[i] /= sqrt(norm);
  }
}

/* Sum of squares of x (n) about its polynomial: from its first value, so that an offset costs no digits. */
static double residual(ptrdiff_t n, int order, const double *p, const double *x)
{
  double c[MOST_ORDER + 1] = { 0.0 }, sum = 0.0;
  for (int q = 0; q <= order; q++)
    for (ptrdiff_t i = 0; i < n; i++) c[q] += p[i + n * q] * (x[i] - x[0]);
  for (ptrdiff_t i = 0; i < n; i++) {
    double rest = x[i] - x[0];
    for (int q = 0; q <= order; q++) rest -= c[q] * p[i + n * q];
    sum += rest * rest;
  }
  return sum;
}

/* Boxes follow one another from the start, or begin every quarter of a box. */
static void fluctuations(const dfa *f, const double *x, double *levels)
{
  const double *p = f->basis;
  for (ptrdiff_t k = 0; k < f->n; k++) {
    ptrdiff_t n = (ptrdiff_t)f->boxes[k], step = f->overlap ? (n + 3) / 4 : n, count = 0;
    double sum = 0.0;
    for (ptrdiff_t at = 0; at + n <= f->T; at += step, count++) sum += residual(n, f->order, p, x + at);
    levels[k] = log(sum / ((double)count * (double)n));
    p += n * (f->order + 1);
  }
}

/* ---- simulations of fractional Brownian motion of diffusivity 1 ---- */

static sgdl_status simulate(dfa *f, double a, ptrdiff_t first, ptrdiff_t n_sim, double from, double to)
{
  const int threads = sgdl_threads_worth(f->ctx, 50.0 * (double)f->T * (double)n_sim);
  double *paths;
  sgdl_status failed = SGDL_OK;
  SGDL_TRY(sgdl_alloc(f->ctx, &paths, sgdl_times(f->T, threads), "the simulations"));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t r = 0; r < n_sim; r++) {
    int stop;
#pragma omp atomic read
    stop = failed;
    if (stop) continue;
    sgdl_context own;
    sgdl_context_init(&own);
    own.threads = 1;
    double *path = paths + f->T * omp_get_thread_num();
    const sgdl_diffusion process = { .process = SGDL_PROCESS_FBM, .steps = f->T - 1, .dim = 1, .n_paths = 1,
                                     .exponent = a, .diffusivity = 1.0, .seed = f->seed + (uint64_t)(first + r) };
    sgdl_status status = sgdl_diffusion_simulate(&own, &process, path);
    if (status == SGDL_OK) fluctuations(f, path, f->simulated + f->n * r);
    if (status == SGDL_OK && omp_get_thread_num() == 0 &&
        sgdl_poll(f->ctx, from + (to - from) * (double)(r * threads) / (double)n_sim))
      status = SGDL_INTERRUPTED;
    if (status != SGDL_OK) {
#pragma omp atomic write
      failed = status;
    }
  }
  free(paths);
  if (failed == SGDL_OK) return SGDL_OK;
  return sgdl_fail(f->ctx, failed, "%s in the simulations behind the interval", sgdl_status_string(failed));
}

/* Slope, its curvature and mean level of one set of levels. */
typedef struct shape {
  double slope, curvature, mean;
} shape;

static shape shape_of(const dfa *f, const double *levels)
{
  shape out = { 0.0, 0.0, 0.0 };
  for (ptrdiff_t k = 0; k < f->n; k++) {
    out.slope += f->line.slope_weights[k] * levels[k];
    out.curvature += f->line.curvature_weights[k] * levels[k];
    out.mean += levels[k] / (double)f->n;
  }
  return out;
}

static double mean_slope(const dfa *f, ptrdiff_t n, const double *levels)
{
  double sum = 0.0;
  for (ptrdiff_t r = 0; r < n; r++) sum += shape_of(f, levels + f->n * r).slope / (double)n;
  return sum;
}

/* Mean of the simulated shapes, and second moments about it. */
typedef struct spread {
  shape mean;
  double slope, curvature, level, both; /* variances of slope, curvature, level; cov(slope, level) */
} spread;

static spread spread_of(const dfa *f)
{
  spread s = { { 0.0, 0.0, 0.0 }, 0.0, 0.0, 0.0, 0.0 };
  const double n = (double)f->n_sim;
  for (ptrdiff_t r = 0; r < f->n_sim; r++) {
    shape one = shape_of(f, f->simulated + f->n * r);
    s.mean.slope += one.slope / n;
    s.mean.curvature += one.curvature / n;
    s.mean.mean += one.mean / n;
  }
  for (ptrdiff_t r = 0; r < f->n_sim; r++) {
    shape one = shape_of(f, f->simulated + f->n * r);
    double slope = one.slope - s.mean.slope, curvature = one.curvature - s.mean.curvature;
    double level = one.mean - s.mean.mean;
    s.slope += slope * slope / (n - 1.0);
    s.curvature += curvature * curvature / (n - 1.0);
    s.level += level * level / (n - 1.0);
    s.both += slope * level / (n - 1.0);
  }
  return s;
}

/* ---- the estimate ---- */

static sgdl_status check_range(const dfa *f, double a)
{
  if (a > least_exponent && a < largest_exponent) return SGDL_OK;
  return sgdl_fail(f->ctx, SGDL_UNSUPPORTED,
                   "`x` has exponent %.3g in boxes of %.0f to %.0f frames: expected one between 0 and 2, as the "
                   "fractional Brownian motion simulated for its error has; method \"ols\" assumes none",
                   a, f->boxes[0], f->boxes[f->n - 1]);
}

/* The slope less its bias, that at the exponent found: a few simulations for a first guess, then all. */
static sgdl_status correct(dfa *f, double slope, double *exponent)
{
  double guess = fmax(0.05, fmin(1.95, slope));
  ptrdiff_t pilot = f->n_sim < PILOT ? f->n_sim : PILOT;
  SGDL_TRY(simulate(f, guess, f->n_sim, pilot, 0.1, 0.3));
  guess = fmax(0.05, fmin(1.95, slope - (mean_slope(f, pilot, f->simulated) - guess)));
  SGDL_TRY(simulate(f, guess, 0, f->n_sim, 0.3, 1.0));
  *exponent = slope - (mean_slope(f, f->n_sim, f->simulated) - guess);
  return check_range(f, *exponent);
}

static void describe(const dfa *f, double level, double slope, sgdl_exponent_estimate *e)
{
  const double series = (double)f->n_series, sims = (double)f->n_sim, share = 1.0 / series + 1.0 / sims;
  spread s = spread_of(f);
  double total = 0.0, squares = 0.0, apart = 0.0, curvature = 0.0;
  e->bias = slope - e->exponent;
  e->se = sqrt(s.slope * share);
  e->df = sims - 1.0;
  for (ptrdiff_t i = 0; i < f->n_series; i++) {
    shape one = shape_of(f, f->levels + f->n * i);
    double scale = exp(one.mean - s.mean.mean);
    total += scale;
    squares += scale * scale;
    apart += (one.slope - slope) * (one.slope - slope) / s.slope;
    curvature += one.curvature / series;
  }
  /* The simulated exponent differs a little from the estimate: levels move with it by the mean log box. */
  double move = f->line.mean_log_lag * (e->exponent - (s.mean.slope - e->bias));
  e->log_diffusivity = log(total / (double)f->n_paths) - move;
  e->log_diffusivity_se = sqrt(s.level * (squares / (total * total) + 1.0 / sims) +
                               f->line.mean_log_lag * f->line.mean_log_lag * s.slope * share -
                               2.0 * f->line.mean_log_lag * s.both * share);
  e->covariance = (s.both - f->line.mean_log_lag * s.slope) * share;
  e->misfit = (curvature - s.mean.curvature) * (curvature - s.mean.curvature) / (s.curvature * share);
  e->misfit_df = 1.0;
  e->misfit_p = sgdl_chi_squared_above(e->misfit, 1.0);
  e->homogeneity_p = sgdl_chi_squared_above(apart, series - 1.0);
  sgdl_estimate_interval(e, level);
}

static void draw_diagram(const dfa *f, double *diagram)
{
  for (ptrdiff_t k = 0; k < f->n; k++) {
    double level = 0.0, mean = 0.0, variance = 0.0;
    for (ptrdiff_t i = 0; i < f->n_series; i++) level += f->levels[k + f->n * i] / (double)f->n_series;
    for (ptrdiff_t r = 0; r < f->n_sim; r++) mean += f->simulated[k + f->n * r] / (double)f->n_sim;
    for (ptrdiff_t r = 0; r < f->n_sim; r++) {
      double away = f->simulated[k + f->n * r] - mean;
      variance += away * away / (double)(f->n_sim - 1);
    }
    diagram[k] = f->boxes[k];
    diagram[k + f->n] = exp(0.5 * level);
    diagram[k + 2 * f->n] = 0.5 * sqrt(variance / (double)f->n_series);
  }
}

/* ---- the call ---- */

static sgdl_status choose_boxes(dfa *f, const double window[2])
{
  ptrdiff_t first = f->order + 3, last = f->T / 4, total = 0;
  if (window[0] > 0 && window[0] < (double)(f->order + 2))
    return sgdl_fail(f->ctx, SGDL_BAD_ARGUMENT, "`window` begins at boxes of %g frames: expected at least %d for `order` "
                     "= %d", window[0], f->order + 2, f->order);
  SGDL_TRY(sgdl_window_frames(f->ctx, window, f->T / 2, "half of the path, for method \"dfa\"", &first, &last));
  SGDL_TRY(sgdl_alloc(f->ctx, &f->boxes, WANTED_BOXES + 2, "the boxes"));
  SGDL_TRY(sgdl_spread(f->ctx, first, last, WANTED_BOXES, f->boxes, &f->n));
  if (f->n < FEWEST_BOXES)
    return sgdl_fail(f->ctx, SGDL_TOO_SHORT, "`window` = [%td, %td] holds %td sizes of boxes: expected at least %d", first,
                     last, f->n, FEWEST_BOXES);
  for (ptrdiff_t k = 0; k < f->n; k++) total += (ptrdiff_t)f->boxes[k] * (f->order + 1);
  SGDL_TRY(sgdl_alloc(f->ctx, &f->basis, total, "the polynomials"));
  double *p = f->basis;
  for (ptrdiff_t k = 0; k < f->n; k++) {
    orthonormal((ptrdiff_t)f->boxes[k], f->order, p);
    p += (ptrdiff_t)f->boxes[k] * (f->order + 1);
  }
  return sgdl_loglog_open(f->ctx, f->n, f->boxes, &f->line);
}

static sgdl_status check_options(sgdl_context *ctx, ptrdiff_t order, ptrdiff_t n_sim, double level)
{
  SGDL_TRY(sgdl_level_check(ctx, level));
  if (order < 1 || order > MOST_ORDER)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`order` = %td: expected a whole number from 1 to %d", order, MOST_ORDER);
  if (n_sim < FEWEST_SIMULATIONS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_sim` = %td: expected an integer >= %d", n_sim, FEWEST_SIMULATIONS);
  return SGDL_OK;
}

sgdl_status sgdl_exponent_dfa(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const sgdl_dfa_options *options, double *diagram, sgdl_exponent_estimate *e)
{
  dfa f = { .ctx = ctx, .T = T, .n_paths = n_paths, .n_sim = options->n_sim, .order = (int)options->order,
            .overlap = options->overlap, .seed = options->seed };
  sgdl_segments series;
  sgdl_status status;
  double slope;
  sgdl_estimate_clear(e);
  ctx->message[0] = '\0';
  SGDL_TRY(check_options(ctx, options->order, options->n_sim, options->level));
  SGDL_TRY(sgdl_series_open(ctx, T, d, n_paths, x, &series));
  f.n_series = series.n_paths;
  SGDL_GET(choose_boxes(&f, options->window));
  SGDL_GET(sgdl_alloc(ctx, &f.levels, sgdl_times(f.n, f.n_series), "the fluctuations"));
  SGDL_GET(sgdl_alloc(ctx, &f.simulated, sgdl_times(f.n, f.n_sim), "the simulations"));
  for (ptrdiff_t s = 0; s < f.n_series; s++) {
    fluctuations(&f, sgdl_segment(&series, s, 0), f.levels + f.n * s);
    for (ptrdiff_t k = 0; k < f.n; k++)
      if (!isfinite(f.levels[k + f.n * s])) {
        status = sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has fluctuation %g in boxes of %.0f frames of series %td: "
                           "expected a finite one > 0", exp(f.levels[k + f.n * s]), f.boxes[k], s + 1);
        goto done;
      }
  }
  slope = mean_slope(&f, f.n_series, f.levels);
  SGDL_GET(correct(&f, slope, &e->exponent));
  describe(&f, options->level, slope, e);
  e->window[0] = f.boxes[0];
  e->window[1] = f.boxes[f.n - 1];
  e->n_points = f.n;
  e->n_series = f.n_series;
  if (diagram != NULL) draw_diagram(&f, diagram);
done:
  sgdl_loglog_close(&f.line);
  free(f.boxes);
  free(f.basis);
  free(f.levels);
  free(f.simulated);
  return status;
}
