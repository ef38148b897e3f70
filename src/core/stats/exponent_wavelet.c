/* Exponent from the energies of wavelet details by octave (log-scale diagram); see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daubechies.h"
#include "distributions.h"
#include "exponent_common.h"

enum { FEWEST_OCTAVES = 3, FEWEST_DETAILS = 4, MOST_OCTAVES = 40, MOST_STEPS = 60, NEAR = 8, LONGEST = 4000 };
static const double least_exponent = 0.02, largest_exponent = 1.98;
static const double LN2 = 0.69314718055994530942;

typedef struct wavelet {
  sgdl_context *ctx;
  ptrdiff_t T, n_series, n_paths;
  int moments, first, last, n;         /* octaves used, and how many                         */
  double *energies;                    /* MOST_OCTAVES x n_series: mean square of details    */
  double count[MOST_OCTAVES];          /* details in an octave                               */
  double *correlation[MOST_OCTAVES];   /* of the octave's filter: lags 0 .. span - 1         */
  ptrdiff_t span[MOST_OCTAVES];
  double *log_lag, *powers, *slopes;   /* of whole lags; their powers and the derivatives    */
  ptrdiff_t n_powers;
  /* at the exponent looked at: log expected energy, effective details, weights of the slope, ... */
  double expected[MOST_OCTAVES], slope[MOST_OCTAVES], details[MOST_OCTAVES];
  double w[MOST_OCTAVES], mean[MOST_OCTAVES];
  double var, mean_var, mean_slope;
} wavelet;

/* ---- details ---- */

/* In place: half as many averages of n values into `values`; the mean square of the details. */
static ptrdiff_t halve(ptrdiff_t n, double *values, int length, const double *low, const double *high,
                       double *energy)
{
  const ptrdiff_t out = (n - length) / 2 + 1;
  *energy = 0.0;
  for (ptrdiff_t k = 0; k < out; k++) {
    double average = 0.0, detail = 0.0;
    for (int i = 0; i < length; i++) {
      average += low[i] * values[2 * k + i];
      detail += high[i] * values[2 * k + i];
    }
    *energy += detail * detail / (double)out;
    values[k] = average;
  }
  return out;
}

static ptrdiff_t details_after(ptrdiff_t n, int length)
{
  return n < length ? 0 : (n - length) / 2 + 1;
}

static sgdl_status measure(wavelet *v, const sgdl_segments *series)
{
  double low[2 * SGDL_MOST_MOMENTS], high[2 * SGDL_MOST_MOMENTS], *values;
  sgdl_daubechies(v->moments, low, high);
  SGDL_TRY(sgdl_alloc(v->ctx, &values, v->T, "the averages"));
  for (ptrdiff_t s = 0; s < v->n_series; s++) {
    const double *x = sgdl_segment(series, s, 0);
    ptrdiff_t left = v->T;
    for (ptrdiff_t i = 0; i < v->T; i++) values[i] = x[i] - x[0];
    for (int j = 1; j <= v->last; j++) {
      double *energy = v->energies + MOST_OCTAVES * s + j;
      left = halve(left, values, 2 * v->moments, low, high, energy);
      if (j >= v->first && (!(*energy > 0) || isinf(*energy))) {
        free(values);
        return sgdl_fail(v->ctx, SGDL_BAD_ARGUMENT,
                         "`x` has details of mean square %g in octave %d of series %td: expected one > 0",
                         *energy, j, s + 1);
      }
    }
  }
  free(values);
  return SGDL_OK;
}

/* ---- what fractional Brownian motion has ---- */

/* Filter that gives the details of octave j from the samples, and its autocorrelation. Past LONGEST lags the
 * octave before is near enough to its limit, and taken over. */
static sgdl_status filters(wavelet *v)
{
  double low[2 * SGDL_MOST_MOMENTS], high[2 * SGDL_MOST_MOMENTS], *memory, *smooth, *next;
  const int length = 2 * v->moments;
  ptrdiff_t n = 1, room = LONGEST + 4 * SGDL_MOST_MOMENTS;
  sgdl_daubechies(v->moments, low, high);
  SGDL_TRY(sgdl_alloc(v->ctx, &memory, 2 * room, "the filters"));
  smooth = memory;
  next = memory + room;
  smooth[0] = 1.0;
  for (int j = 1; j <= v->last; j++) {
    ptrdiff_t step = (ptrdiff_t)1 << (j - 1), span = n + step * (length - 1);
    if (span > LONGEST) break;
    for (int pass = 0; pass < 2; pass++) { /* the details' filter, then that of the averages */
      const double *filter = pass ? low : high;
      memset(next, 0, (size_t)span * sizeof(double));
      for (int i = 0; i < length; i++)
        for (ptrdiff_t k = 0; k < n; k++) next[k + step * i] += filter[i] * smooth[k];
      if (pass == 1) break;
      v->span[j] = span;
      sgdl_status status = sgdl_alloc(v->ctx, &v->correlation[j], span, "the filters");
      if (status != SGDL_OK) {
        free(memory);
        return status;
      }
      for (ptrdiff_t lag = 0; lag < span; lag++) {
        double sum = 0.0;
        for (ptrdiff_t k = 0; k + lag < span; k++) sum += next[k] * next[k + lag];
        v->correlation[j][lag] = sum;
      }
    }
    double *kept = smooth;
    smooth = next;
    next = kept;
    n = span;
    v->n_powers = span + NEAR * 2 * step + 1; /* the furthest lag that covariance_at() needs, and one more */
  }
  free(memory);
  SGDL_TRY(sgdl_alloc(v->ctx, &v->log_lag, 3 * v->n_powers, "powers of lags"));
  v->powers = v->log_lag + v->n_powers;
  v->slopes = v->log_lag + 2 * v->n_powers;
  for (ptrdiff_t k = 1; k < v->n_powers; k++) v->log_lag[k] = log((double)k);
  return SGDL_OK;
}

/* -1/2 sum_lag R(lag) f(|lag + shift|) over lags of both signs. */
static double covariance_at(const wavelet *v, int j, ptrdiff_t shift, const double *f)
{
  const double *r = v->correlation[j];
  double sum = r[0] * f[shift];
  for (ptrdiff_t lag = 1; lag < v->span[j]; lag++)
    sum += r[lag] * (f[lag + shift] + f[lag > shift ? lag - shift : shift - lag]);
  return -0.5 * sum;
}

/* Expected log energies, their derivatives and effective numbers of details at exponent a. */
static void expect(wavelet *v, double a)
{
  double shrink = 1.0;
  v->powers[0] = v->slopes[0] = 0.0;
  for (ptrdiff_t k = 1; k < v->n_powers; k++) {
    v->powers[k] = exp(a * v->log_lag[k]);
    v->slopes[k] = v->powers[k] * v->log_lag[k];
  }
  for (int j = 1; j <= v->last; j++) {
    if (v->span[j] > 0) {
      double energy = covariance_at(v, j, 0, v->powers);
      v->expected[j] = log(energy);
      v->slope[j] = covariance_at(v, j, 0, v->slopes) / energy;
      shrink = 1.0;
      for (int m = 1; m <= NEAR && m < v->count[j]; m++) {
        double r = covariance_at(v, j, m * ((ptrdiff_t)1 << j), v->powers) / energy;
        shrink += 2.0 * (1.0 - m / v->count[j]) * r * r;
      }
    } else {
      v->expected[j] = v->expected[j - 1] + (a + 1.0) * LN2;
      v->slope[j] = v->slope[j - 1] + LN2;
    }
    v->details[j] = v->count[j] / shrink;
  }
}

/* The weights of the regression on the derivatives. */
static void look_at(wavelet *v, double a)
{
  double weights = 0.0, spread = 0.0;
  expect(v, a);
  v->mean_slope = 0.0;
  for (int j = v->first; j <= v->last; j++) {
    v->mean[j] = 1.0 / sgdl_trigamma(0.5 * v->details[j]);
    weights += v->mean[j];
    v->mean_slope += v->mean[j] * v->slope[j];
  }
  v->mean_slope /= weights;
  for (int j = v->first; j <= v->last; j++) {
    v->w[j] = v->mean[j] * (v->slope[j] - v->mean_slope);
    spread += v->w[j] * (v->slope[j] - v->mean_slope);
    v->mean[j] /= weights;
  }
  for (int j = v->first; j <= v->last; j++) v->w[j] /= spread;
  v->var = 1.0 / spread;
  v->mean_var = 1.0 / weights;
}

/* log energy less what is expected of it for diffusivity 1. */
static double excess(const wavelet *v, ptrdiff_t s, int j)
{
  double half = 0.5 * v->details[j];
  return log(v->energies[MOST_OCTAVES * s + j]) - (sgdl_digamma(half) - log(half)) - v->expected[j];
}

static double series_score(const wavelet *v, ptrdiff_t s, double *level)
{
  double score = 0.0;
  *level = 0.0;
  for (int j = v->first; j <= v->last; j++) {
    score += v->w[j] * excess(v, s, j);
    *level += v->mean[j] * excess(v, s, j);
  }
  return score;
}

static double mean_score(wavelet *v, double a)
{
  double sum = 0.0, level;
  look_at(v, a);
  for (ptrdiff_t s = 0; s < v->n_series; s++) sum += series_score(v, s, &level);
  return sum / (double)v->n_series;
}

static sgdl_status fixed_point(wavelet *v, double *exponent)
{
  double low = least_exponent, high = largest_exponent;
  double above = mean_score(v, low), below = mean_score(v, high);
  if (!(above > 0.0 && below < 0.0))
    return sgdl_fail(v->ctx, SGDL_UNSUPPORTED,
                     "`x` has exponent %s %g in octaves %d to %d: expected one between 0 and 2, as fractional "
                     "Brownian motion has; method \"ols\" assumes none", above > 0.0 ? "above" : "below",
                     above > 0.0 ? high : low, v->first, v->last);
  for (int step = 0, side = 0; step < MOST_STEPS; step++) {
    double a = (above * high - below * low) / (above - below), score = mean_score(v, a);
    *exponent = a;
    if (fabs(score) < 1e-12) break;
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
  return SGDL_OK;
}

static void describe(wavelet *v, double level, sgdl_exponent_estimate *e)
{
  const double series = (double)v->n_series;
  double total = 0.0, squares = 0.0, apart = 0.0, misfit = 0.0, at;
  double mean = mean_score(v, e->exponent);
  e->se = sqrt(v->var / series);
  for (ptrdiff_t s = 0; s < v->n_series; s++) {
    double score = series_score(v, s, &at), scale = exp(at);
    apart += (score - mean) * (score - mean) / v->var;
    total += scale;
    squares += scale * scale;
    for (int j = v->first; j <= v->last; j++) {
      double residual = excess(v, s, j) - at - score * (v->slope[j] - v->mean_slope);
      misfit += residual * residual / sgdl_trigamma(0.5 * v->details[j]);
    }
  }
  e->log_diffusivity = log(total / (double)v->n_paths);
  e->covariance = -v->mean_slope * v->var / series;
  e->log_diffusivity_se = sqrt(v->mean_var * squares / (total * total) +
                               v->mean_slope * v->mean_slope * v->var / series);
  e->misfit = misfit;
  e->misfit_df = series * (double)(v->n - 2);
  e->misfit_p = sgdl_chi_squared_above(misfit, e->misfit_df);
  e->homogeneity_p = sgdl_chi_squared_above(apart, series - 1.0);
  sgdl_estimate_interval(e, level);
}

/* ---- the call ---- */

static sgdl_status choose_octaves(wavelet *v, const double window[2])
{
  ptrdiff_t left = v->T;
  int most = 0;
  while (most < MOST_OCTAVES - 1 && details_after(left, 2 * v->moments) >= FEWEST_DETAILS) {
    left = details_after(left, 2 * v->moments);
    v->count[++most] = (double)left;
  }
  SGDL_TRY(sgdl_window_check(v->ctx, window));
  v->first = 1;
  v->last = most;
  if (window[1] > 0) { /* octaves of scale 2^j inside the window */
    double last = floor(log2(window[1]) + 1e-9);
    if (last > most)
      return sgdl_fail(v->ctx, SGDL_TOO_SHORT,
                       "`window` ends at scales of %g frames: expected at most %.0f, the last scale with %d details "
                       "of %td frames and %d moments", window[1], ldexp(1.0,
                                                            most), FEWEST_DETAILS, v->T, v->moments);
    v->first = (int)fmax(1.0, ceil(log2(window[0]) - 1e-9));
    v->last = (int)last;
  }
  v->n = v->last - v->first + 1;
  if (v->n >= FEWEST_OCTAVES) return SGDL_OK;
  return sgdl_fail(v->ctx, SGDL_TOO_SHORT,
                   "%d octaves (%d to %d) of %td frames with %d moments: expected at least %d",
                   v->n, v->first, v->last, v->T, v->moments, FEWEST_OCTAVES);
}

sgdl_status sgdl_exponent_wavelet(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x,
                                  ptrdiff_t moments, const double window[2], double level, double *diagram,
                                  sgdl_exponent_estimate *e)
{
  wavelet v = { .ctx = ctx, .T = T, .n_paths = n_paths, .moments = (int)moments };
  sgdl_segments series;
  sgdl_status status;
  sgdl_estimate_clear(e);
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_level_check(ctx, level));
  if (moments < 1 || moments > SGDL_MOST_MOMENTS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`moments` = %td: expected a whole number from 1 to %d", moments,
                     SGDL_MOST_MOMENTS);
  SGDL_TRY(sgdl_coordinate_series(ctx, T, d, n_paths, x, &series));
  SGDL_TRY(sgdl_series_check_lines(ctx, &series));
  v.n_series = series.n_paths;
  SGDL_TRY(choose_octaves(&v, window));
  SGDL_GET(sgdl_alloc(ctx, &v.energies, sgdl_times(MOST_OCTAVES, v.n_series), "the energies"));
  SGDL_GET(measure(&v, &series));
  SGDL_GET(filters(&v));
  SGDL_GET(fixed_point(&v, &e->exponent));
  describe(&v, level, e);
  e->window[0] = (double)((ptrdiff_t)1 << v.first);
  e->window[1] = (double)((ptrdiff_t)1 << v.last);
  e->n_points = v.n;
  e->n_series = v.n_series;
  for (int j = v.first, row = 0; diagram != NULL && j <= v.last; j++, row++) {
    double mean = 0.0;
    for (ptrdiff_t s = 0; s < v.n_series; s++) mean += (excess(&v, s,
                                                            j) + v.expected[j]) / (double)v.n_series;
    diagram[row] = j;
    diagram[row + v.n] = mean / LN2;
    diagram[row + 2 * v.n] = sqrt(sgdl_trigamma(0.5 * v.details[j]) / (double)v.n_series) / LN2;
    diagram[row + 3 * v.n] = v.count[j];
  }
done:
  for (int j = 0; j < MOST_OCTAVES; j++) free(v.correlation[j]);
  free(v.energies);
  free(v.log_lag);
  return status;
}
