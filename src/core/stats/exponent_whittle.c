/* Exponents by Whittle's likelihood of the increments: local (Robinson) and full; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fourier.h"
#include "distributions.h"
#include "exponent_common.h"
#include "fractional_spectrum.h"

enum { FEWEST_FREQUENCIES = 8, FEWEST_FRAMES = 33, MOST_STEPS = 100, GRID = 8 };

typedef struct whittle {
  sgdl_context *ctx;
  ptrdiff_t n, m, n_series, n_paths; /* increments, frequencies                              */
  int full;
  double *periodogram;               /* m x n_series: |sum y exp(-i lambda t)|^2/n           */
  double *lambda, *log_density, *slope, *centred; /* m each; at the exponent looked at       */
  double *cumulative;                /* m                                                    */
  double mean_slope, squares;        /* of slope, and sum of (slope - mean)^2                */
} whittle;

static sgdl_status choose_bandwidth(whittle *w, ptrdiff_t bandwidth)
{
  const ptrdiff_t most = (w->n - 1) / 2;
  w->full = bandwidth < 0;
  w->m = bandwidth > 0 ? bandwidth : w->full ? most : (ptrdiff_t)floor(pow((double)w->n, 0.65));
  if (w->m > most)
    return sgdl_fail(w->ctx, SGDL_TOO_SHORT,
                     "`bandwidth` = %td: expected at most %td, half of the %td increments",
                     w->m, most, w->n);
  if (w->m < FEWEST_FREQUENCIES)
    return sgdl_fail(w->ctx, bandwidth > 0 ? SGDL_BAD_ARGUMENT : SGDL_TOO_SHORT,
                     "`bandwidth` = %td: expected at least %d frequencies", w->m, FEWEST_FREQUENCIES);
  return SGDL_OK;
}

static sgdl_status measure(whittle *w, const sgdl_segments *series)
{
  fftw_plan forward, backward;
  double *work;
  SGDL_TRY(sgdl_alloc(w->ctx, &work, sgdl_fourier_room(w->n), "the periodogram"));
  sgdl_status status = sgdl_fourier_plan(w->ctx, w->n, &forward, &backward);
  for (ptrdiff_t s = 0; status == SGDL_OK && s < w->n_series; s++) {
    const double *x = sgdl_segment(series, s, 0);
    double *out = w->periodogram + w->m * s, mean = (x[w->n] - x[0]) / (double)w->n, total = 0.0;
    for (ptrdiff_t i = 0; i < w->n; i++) work[i] = (x[i + 1] - x[i]) - mean;
    fftw_execute_dft_r2c(forward, work, (fftw_complex *)work);
    for (ptrdiff_t j = 0; j < w->m; j++) {
      double re = work[2 * j + 2], im = work[2 * j + 3];
      out[j] = (re * re + im * im) / (double)w->n;
      total += out[j];
    }
    if (!(total > 0) || isinf(total))
      status = sgdl_fail(w->ctx, SGDL_BAD_ARGUMENT,
                         "`x` has increments of power %g in series %td: expected it finite and > 0", total,
                         s + 1);
    else if (sgdl_poll(w->ctx, (double)(s + 1) / (double)w->n_series))
      status = sgdl_fail(w->ctx, SGDL_INTERRUPTED, "interrupted in the periodogram");
  }
  sgdl_fourier_destroy(&forward, &backward);
  free(work);
  return status;
}

static sgdl_status open_whittle(whittle *w, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                ptrdiff_t bandwidth)
{
  sgdl_segments series;
  SGDL_TRY(sgdl_coordinate_series(w->ctx, T, d, n_paths, x, &series));
  if (T < FEWEST_FRAMES)
    return sgdl_fail(w->ctx, SGDL_TOO_SHORT,
                     "`x` has %td frames: expected at least %d for method \"whittle\"", T,
                     FEWEST_FRAMES);
  SGDL_TRY(sgdl_series_check_lines(w->ctx, &series));
  w->n = T - 1;
  w->n_series = series.n_paths;
  w->n_paths = n_paths;
  SGDL_TRY(choose_bandwidth(w, bandwidth));
  SGDL_TRY(sgdl_alloc(w->ctx, &w->lambda, 5 * w->m, "the frequencies"));
  w->log_density = w->lambda + w->m;
  w->slope = w->lambda + 2 * w->m;
  w->centred = w->lambda + 3 * w->m;
  w->cumulative = w->lambda + 4 * w->m;
  for (ptrdiff_t j = 0; j < w->m; j++) w->lambda[j] = 6.28318530717958647693 * (double)(j + 1) / (double)w->n;
  SGDL_TRY(sgdl_alloc(w->ctx, &w->periodogram, sgdl_times(w->m, w->n_series), "the periodogram"));
  return measure(w, &series);
}

static void look_at(whittle *w, double a)
{
  w->mean_slope = w->squares = 0.0;
  for (ptrdiff_t j = 0; j < w->m; j++) {
    (w->full ? sgdl_fractional_log_density : sgdl_power_log_density)(w->lambda[j], a, w->log_density + j,
                                                            w->slope + j);
    w->mean_slope += w->slope[j] / (double)w->m;
  }
  for (ptrdiff_t j = 0; j < w->m; j++) {
    w->centred[j] = w->slope[j] - w->mean_slope;
    w->squares += w->centred[j] * w->centred[j];
  }
}

/* sum_j (slope - its mean) e_j/(mean of e) over sum (slope - mean)^2: about the distance to the exponent of
 * series s. e = periodogram over density; *scale its mean, the diffusivity. */
static double series_score(const whittle *w, ptrdiff_t s, double *scale)
{
  const double *power = w->periodogram + w->m * s;
  double score = 0.0;
  *scale = 0.0;
  for (ptrdiff_t j = 0; j < w->m; j++) {
    double e = power[j] * exp(-w->log_density[j]);
    *scale += e / (double)w->m;
    score += w->centred[j] * e;
  }
  return score / (*scale * w->squares);
}

static double mean_score(whittle *w, double a)
{
  double sum = 0.0, scale;
  look_at(w, a);
  for (ptrdiff_t s = 0; s < w->n_series; s++) sum += series_score(w, s, &scale);
  return sum / (double)w->n_series;
}

/* The score falls through 0 at the maximum; in local form (convex) and, where tried, in full form once only.
 * */
static sgdl_status maximise(whittle *w, double *exponent)
{
  const double from = w->full ? 0.02 : -0.98, to = w->full ? 1.98 : 2.98;
  double low = from, high = to;
  int found = 0;
  for (int g = 1; g <= GRID && !found; g++) {
    double a = from + (to - from) * g / GRID;
    found = mean_score(w, a) <= 0.0;
    if (found) high = a;
    else low = a;
  }
  if (!found || (low == from && mean_score(w, from) <= 0.0))
    return sgdl_fail(w->ctx, SGDL_UNSUPPORTED,
                     "`x` has exponent %s %g: expected one between %s", found ? "below" : "above",
                     found ? from : to, w->full ? "0 and 2, as fractional Brownian motion has" :
                     "-1 and 3, which increments of finite variance and a local power law have");
  /* False position, the stale end's score halved (Illinois). */
  double above = mean_score(w, low), below = mean_score(w, high), a = high;
  for (int i = 0, side = 0; i < MOST_STEPS && high - low > 1e-12; i++) {
    a = (above * high - below * low) / (above - below);
    double score = mean_score(w, a);
    if (fabs(score) < 1e-13) break;
    if (score > 0.0) {
      low = a;
      above = score;
      if (side > 0) below *= 0.5;
      side = 1;
    } else {
      high = a;
      below = score;
      if (side < 0) above *= 0.5;
      side = -1;
    }
  }
  *exponent = a;
  return SGDL_OK;
}

/* Bartlett's test: the cumulative relative periodogram against a straight line. */
static void test_fit(whittle *w, sgdl_exponent_estimate *e)
{
  double far = 0.0, sum = 0.0, scale;
  memset(w->cumulative, 0, (size_t)w->m * sizeof(double));
  for (ptrdiff_t s = 0; s < w->n_series; s++) {
    series_score(w, s, &scale);
    for (ptrdiff_t j = 0; j < w->m; j++)
      w->cumulative[j] += w->periodogram[j + w->m * s] * exp(-w->log_density[j]) / scale;
  }
  const double all = (double)(w->m * w->n_series);
  for (ptrdiff_t j = 0; j < w->m; j++) {
    double line = (double)(j + 1) / (double)w->m;
    sum += w->cumulative[j] / all;
    far = fmax(far, fmax(fabs(sum - line), fabs(sum - w->cumulative[j] / all - line + 1.0 / (double)w->m)));
  }
  e->misfit = sqrt(all) * far;
  e->misfit_p = sgdl_kolmogorov_above(e->misfit);
}

static void describe(whittle *w, double level, sgdl_exponent_estimate *e)
{
  const double series = (double)w->n_series, variance = 1.0 / w->squares;
  double total = 0.0, squares = 0.0, apart = 0.0, mean = mean_score(w, e->exponent), scale;
  e->se = sqrt(variance / series);
  for (ptrdiff_t s = 0; s < w->n_series; s++) {
    double score = series_score(w, s, &scale);
    apart += (score - mean) * (score - mean) / variance;
    total += scale;
    squares += scale * scale;
  }
  e->homogeneity_p = sgdl_chi_squared_above(apart, series - 1.0);
  if (e->exponent > 0.0 && e->exponent < 2.0) {
    double shift = w->mean_slope;
    e->log_diffusivity = log(total / (double)w->n_paths);
    e->covariance = -shift * variance / series;
    e->log_diffusivity_se = sqrt(squares / (total * total) / (double)w->m +
                                 shift * shift * variance / series);
  }
  e->df = series * (double)(w->m - 1) - 1.0;
  test_fit(w, e);
  sgdl_estimate_interval(e, level);
}

sgdl_status sgdl_exponent_whittle(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x,
                                  ptrdiff_t bandwidth, double level, sgdl_exponent_estimate *e)
{
  whittle w = { .ctx = ctx };
  sgdl_estimate_clear(e);
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_level_check(ctx, level));
  sgdl_status status = open_whittle(&w, T, d, n_paths, x, bandwidth);
  if (status == SGDL_OK) status = maximise(&w, &e->exponent);
  if (status == SGDL_OK) {
    /* Second-order bias of the local form, from the skewness of the log frequencies: as in exponent_gls.c
     * with V = 1. */
    double cubes = 0.0;
    for (ptrdiff_t j = 0; j < w.m; j++) cubes += w.centred[j] * w.centred[j] * w.centred[j];
    e->bias = w.full ? NAN : -0.5 * cubes / (w.squares * w.squares) / (double)w.n_series;
    if (!w.full) e->exponent -= e->bias;
    describe(&w, level, e);
    e->window[0] = (double)w.n / (double)w.m;
    e->window[1] = (double)w.n;
    e->n_points = w.m;
    e->n_series = w.n_series;
  }
  free(w.lambda);
  free(w.periodogram);
  return status;
}
