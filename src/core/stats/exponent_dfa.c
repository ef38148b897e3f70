/* Exponent by detrended fluctuation analysis, its bias and error from simulations of the fit; see
 * sgdl_stats.h. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "exponent_common.h"
#include "loglog.h"
#include "student.h"

enum { WANTED_BOXES = 12, FEWEST_BOXES = 4, FEWEST_SIMULATIONS = 20, MOST_ORDER = 5, MOST_STEPS = 100 };
static const double least_exponent = 0.02, largest_exponent = 1.98;
static const double apart = 0.5; /* between the first and last of the three exponents simulated */

typedef struct dfa {
  sgdl_context *ctx;
  ptrdiff_t T, n_series, n_paths, n_sim, n; /* n box sizes                                   */
  int order, overlap;
  uint64_t seed;
  double *boxes, *basis;      /* n; of each size order + 1 orthonormal polynomials           */
  double *levels;             /* n x n_series: log F^2                                       */
  double at;                  /* the lesser exponent simulated                               */
  double *simulated;          /* n x n_sim at it, as many half of `apart` above, and at `apart` */
  sgdl_loglog line;
} dfa;

/* ---- fluctuations ---- */

/* Polynomials of degree 0 .. order, orthonormal over 0 .. n - 1: Gram and Schmidt, twice. */
static void orthonormal(ptrdiff_t n, int order, double *p)
{
  for (int q = 0; q <= order; q++, p += n) {
    for (ptrdiff_t i = 0; i < n; i++)
      p[i] = q == 0 ? 1.0 : p[i - n] * (2.0 * (double)i / (double)(n - 1) - 1.0);
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

/* The same random numbers at all three exponents, so that differences between them are sharp. */
static sgdl_status simulate(dfa *f)
{
  const ptrdiff_t runs = 3 * f->n_sim;
  const int threads = sgdl_threads_worth(f->ctx, 50.0 * (double)f->T * (double)runs);
  double *paths;
  sgdl_status failed = SGDL_OK;
  SGDL_TRY(sgdl_alloc(f->ctx, &paths, sgdl_times(f->T, threads), "the simulations"));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t r = 0; r < runs; r++) {
    int stop;
#pragma omp atomic read
    stop = failed;
    if (stop) continue;
    sgdl_context own;
    sgdl_context_init(&own);
    own.threads = 1;
    double *path = paths + f->T * omp_get_thread_num();
    const sgdl_diffusion process = { .process = SGDL_PROCESS_FBM, .steps = f->T - 1, .dim = 1, .n_paths = 1,
                                     .exponent = f->at + 0.5 * apart * (double)(r / f->n_sim),
                                     .diffusivity = 1.0,
                                     .seed = f->seed + (uint64_t)(r % f->n_sim) };
    sgdl_status status = sgdl_diffusion_simulate(&own, &process, path);
    if (status == SGDL_OK) fluctuations(f, path, f->simulated + f->n * r);
    if (status == SGDL_OK && omp_get_thread_num() == 0 &&
        sgdl_poll(f->ctx, fmin(1.0, (double)(r * threads) / (double)runs)))
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

static double mean_slope(const dfa *f)
{
  double sum = 0.0;
  for (ptrdiff_t s = 0; s < f->n_series; s++)
    sum += shape_of(f, f->levels + f->n * s).slope / (double)f->n_series;
  return sum;
}

/* Mean of the simulated shapes at one exponent, their variances, and the correlation of slope and level. */
typedef struct spread {
  shape mean;
  double slope, curvature, level, correlation;
} spread;

static spread spread_of(const dfa *f, const double *simulated)
{
  spread s = { { 0.0, 0.0, 0.0 }, 0.0, 0.0, 0.0, 0.0 };
  const double n = (double)f->n_sim;
  for (ptrdiff_t r = 0; r < f->n_sim; r++) {
    shape one = shape_of(f, simulated + f->n * r);
    s.mean.slope += one.slope / n;
    s.mean.curvature += one.curvature / n;
    s.mean.mean += one.mean / n;
  }
  for (ptrdiff_t r = 0; r < f->n_sim; r++) {
    shape one = shape_of(f, simulated + f->n * r);
    double slope = one.slope - s.mean.slope, curvature = one.curvature - s.mean.curvature;
    double level = one.mean - s.mean.mean;
    s.slope += slope * slope / (n - 1.0);
    s.curvature += curvature * curvature / (n - 1.0);
    s.level += level * level / (n - 1.0);
    s.correlation += slope * level / (n - 1.0);
  }
  s.correlation /= sqrt(s.slope * s.level);
  return s;
}

static double parabola(const double weight[3], double first, double middle, double last)
{
  return weight[0] * first + weight[1] * middle + weight[2] * last;
}

/* Between the three, and a little past them: means along a parabola, variances along an exponential. */
static spread spread_at(const spread at[3], double u)
{
  const double v = 1.0 - u, weight[3] = { v * (1.0 - 2.0 * u), 4.0 * u * v, u * (2.0 * u - 1.0) };
  const spread *s = at, *m = at + 1, *t = at + 2;
  return (spread){ { parabola(weight, s->mean.slope, m->mean.slope, t->mean.slope),
                     parabola(weight, s->mean.curvature, m->mean.curvature, t->mean.curvature),
                     parabola(weight, s->mean.mean, m->mean.mean, t->mean.mean) },
                   pow(s->slope, v) * pow(t->slope, u), pow(s->curvature, v) * pow(t->curvature, u),
                   pow(s->level, v) * pow(t->level, u), v * s->correlation + u * t->correlation };
}

/* ---- the estimate ---- */

/* (slope - what exponent a has on average) over its standard deviation there. */
static double distance(const dfa *f, const spread ends[3], double slope, double a)
{
  spread s = spread_at(ends, (a - f->at) / apart);
  return (slope - s.mean.slope) / sqrt(s.slope * (1.0 / (double)f->n_series + 1.0 / (double)f->n_sim));
}

/* The exponent, within its range, at which the distance, which falls with it, is `wanted`. */
static double exponent_at(const dfa *f, const spread ends[3], double slope, double wanted)
{
  double low = least_exponent, high = largest_exponent;
  for (int step = 0; step < MOST_STEPS && high - low > 1e-14; step++) {
    double middle = 0.5 * (low + high);
    if (distance(f, ends, slope, middle) > wanted) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

static sgdl_status check_range(const dfa *f, const spread ends[3], double slope)
{
  int below = distance(f, ends, slope, least_exponent) < 0.0;
  int above = distance(f, ends, slope, largest_exponent) > 0.0;
  if (!below && !above) return SGDL_OK;
  return sgdl_fail(f->ctx, SGDL_UNSUPPORTED,
                   "`x` has exponent %s %g in boxes of %.0f to %.0f frames: expected one between 0 and 2, as "
                   "the fractional Brownian motion simulated for its error has; method \"ols\" assumes none",
                   below ? "below" : "above", below ? least_exponent : largest_exponent, f->boxes[0],
                   f->boxes[f->n - 1]);
}

/* per_slope, by_exponent: how the mean slope and level move with the exponent. Diffusivities, the diagram's
 * straightness and one exponent for all. */
static void describe(const dfa *f, const spread *s, double slope, double per_slope,
                     double by_exponent, sgdl_exponent_estimate *e)
{
  const double series = (double)f->n_series, sims = (double)f->n_sim, share = 1.0 / series + 1.0 / sims;
  double total = 0.0, squares = 0.0, q = 0.0, curvature = 0.0;
  const double both = s->correlation * sqrt(s->slope * s->level);
  for (ptrdiff_t i = 0; i < f->n_series; i++) {
    shape one = shape_of(f, f->levels + f->n * i);
    double scale = exp(one.mean - s->mean.mean);
    total += scale;
    squares += scale * scale;
    q += (one.slope - slope) * (one.slope - slope) / s->slope;
    curvature += one.curvature / series;
  }
  e->log_diffusivity = log(total / (double)f->n_paths);
  e->covariance = (both / per_slope - by_exponent * s->slope / (per_slope * per_slope)) * share;
  e->log_diffusivity_se = sqrt(fmax(0.0, s->level * (squares / (total * total) + 1.0 / sims) -
                                           by_exponent * (both / per_slope * share + e->covariance)));
  e->misfit = (curvature - s->mean.curvature) * (curvature - s->mean.curvature) / (s->curvature * share);
  e->misfit_df = 1.0;
  e->misfit_p = sgdl_chi_squared_above(e->misfit, 1.0);
  e->homogeneity_p = sgdl_chi_squared_above(q, series - 1.0);
}

static sgdl_status estimate(dfa *f, double level, sgdl_exponent_estimate *e)
{
  const double slope = mean_slope(f), share = 1.0 / (double)f->n_series + 1.0 / (double)f->n_sim;
  f->at = fmax(0.05, fmin(1.45, slope - 0.5 * apart));
  SGDL_TRY(simulate(f));
  spread ends[3] = { spread_of(f, f->simulated), spread_of(f, f->simulated + f->n * f->n_sim),
                     spread_of(f, f->simulated + 2 * f->n * f->n_sim) };
  SGDL_TRY(check_range(f, ends, slope));
  e->df = (double)(f->n_sim - 1);
  const double t = sgdl_student_quantile(0.5 + 0.5 * level, e->df);
  e->exponent = exponent_at(f, ends, slope, 0.0);
  e->lower = exponent_at(f, ends, slope, t);
  e->upper = exponent_at(f, ends, slope, -t);
  e->p_value = sgdl_student_two_sided(distance(f, ends, slope, 1.0), e->df);
  e->bias = slope - e->exponent;
  const double u = (e->exponent - f->at) / apart, step = 1e-4;
  spread here = spread_at(ends, u), above = spread_at(ends, u + step), below = spread_at(ends, u - step);
  const double per_slope = (above.mean.slope - below.mean.slope) / (2.0 * step * apart);
  const double by_exponent = (above.mean.mean - below.mean.mean) / (2.0 * step * apart);
  e->se = sqrt(here.slope * share) / per_slope;
  describe(f, &here, slope, per_slope, by_exponent, e);
  return SGDL_OK;
}

static void draw_diagram(const dfa *f, double *diagram)
{
  for (ptrdiff_t k = 0; k < f->n; k++) {
    double level = 0.0, mean = 0.0, variance = 0.0;
    for (ptrdiff_t i = 0; i < f->n_series; i++) level += f->levels[k + f->n * i] / (double)f->n_series;
    for (int end = 0; end < 2; end++) { /* the mean of both variances: they differ little */
      const double *simulated = f->simulated + f->n * f->n_sim * 2 * end + k;
      mean = 0.0;
      for (ptrdiff_t r = 0; r < f->n_sim; r++) mean += simulated[f->n * r] / (double)f->n_sim;
      for (ptrdiff_t r = 0; r < f->n_sim; r++) {
        double away = simulated[f->n * r] - mean;
        variance += 0.5 * away * away / (double)(f->n_sim - 1);
      }
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
    return sgdl_fail(f->ctx, SGDL_BAD_ARGUMENT,
                     "`window` begins at boxes of %g frames: expected at least %d for `order` "
                     "= %d", window[0], f->order + 2, f->order);
  SGDL_TRY(sgdl_window_frames(f->ctx, window, f->T / 2, "half of the path, for method \"dfa\"", &first,
                              &last));
  SGDL_TRY(sgdl_alloc(f->ctx, &f->boxes, WANTED_BOXES + 2, "the boxes"));
  SGDL_TRY(sgdl_spread(f->ctx, first, last, WANTED_BOXES, f->boxes, &f->n));
  if (f->n < FEWEST_BOXES)
    return sgdl_fail(f->ctx, SGDL_TOO_SHORT,
                     "`window` = [%td, %td] holds %td sizes of boxes: expected at least %d", first,
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
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`order` = %td: expected a whole number from 1 to %d", order,
                     MOST_ORDER);
  if (n_sim < FEWEST_SIMULATIONS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_sim` = %td: expected an integer >= %d", n_sim,
                     FEWEST_SIMULATIONS);
  return SGDL_OK;
}

sgdl_status sgdl_exponent_dfa(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const sgdl_dfa_options *options, double *diagram, sgdl_exponent_estimate *e)
{
  dfa f = { .ctx = ctx, .T = T, .n_paths = n_paths, .n_sim = options->n_sim, .order = (int)options->order,
            .overlap = options->overlap, .seed = options->seed };
  sgdl_segments series;
  sgdl_status status;
  sgdl_estimate_clear(e);
  ctx->message[0] = '\0';
  SGDL_TRY(check_options(ctx, options->order, options->n_sim, options->level));
  SGDL_TRY(sgdl_coordinate_series(ctx, T, d, n_paths, x, &series));
  SGDL_TRY(sgdl_series_check_lines(ctx, &series));
  f.n_series = series.n_paths;
  SGDL_GET(choose_boxes(&f, options->window));
  SGDL_GET(sgdl_alloc(ctx, &f.levels, sgdl_times(f.n, f.n_series), "the fluctuations"));
  SGDL_GET(sgdl_alloc(ctx, &f.simulated, sgdl_times(3 * f.n, f.n_sim), "the simulations"));
  for (ptrdiff_t s = 0; s < f.n_series; s++) {
    fluctuations(&f, sgdl_segment(&series, s, 0), f.levels + f.n * s);
    for (ptrdiff_t k = 0; k < f.n; k++)
      if (!isfinite(f.levels[k + f.n * s])) {
        status = sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                           "`x` has fluctuation %g in boxes of %.0f frames of series %td: "
                           "expected a finite one > 0", exp(f.levels[k + f.n * s]), f.boxes[k], s + 1);
        goto done;
      }
  }
  SGDL_GET(estimate(&f, options->level, e));
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
