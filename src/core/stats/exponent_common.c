/* Checks and small numerics of the estimators of exponents; see exponent_common.h. */
#include "exponent_common.h"

#include <float.h>
#include <math.h>

#include "student.h"

enum { FEWEST = 3 };

sgdl_status sgdl_level_check(sgdl_context *ctx, double level)
{
  if (level > 0 && level < 1) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number between 0 and 1", level);
}

sgdl_status sgdl_window_check(sgdl_context *ctx, const double window[2])
{
  if (!isfinite(window[0]) || !isfinite(window[1]))
    return sgdl_fail(ctx, SGDL_NOT_FINITE, "`window` = [%g, %g]: expected finite lags", window[0], window[1]);
  int given = window[0] != 0 || window[1] != 0;
  if (given && !(window[0] >= 1 && window[0] < window[1]))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`window` = [%g, %g]: expected a first lag of at least one frame and a larger last lag",
                     window[0], window[1]);
  return SGDL_OK;
}

sgdl_status sgdl_window_frames(sgdl_context *ctx, const double window[2], ptrdiff_t longest, const char *why,
                               ptrdiff_t *first, ptrdiff_t *last)
{
  SGDL_TRY(sgdl_window_check(ctx, window));
  if (window[1] > 0) {
    double far = (double)PTRDIFF_MAX / 4.0;
    *first = (ptrdiff_t)ceil(fmin(window[0], far));
    *last = (ptrdiff_t)floor(fmin(window[1], far));
  }
  if (*last > longest)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`window` ends at %td frames: expected at most %td, %s", *last,
                     longest,
                     why);
  if (*last - *first + 1 < FEWEST)
    return sgdl_fail(ctx, SGDL_TOO_SHORT,
                     "`window` = [%td, %td] frames holds %td of them: expected at least %d",
                     *first, *last, *last < *first ? 0 : *last - *first + 1, FEWEST);
  return SGDL_OK;
}

sgdl_status sgdl_spread(sgdl_context *ctx, ptrdiff_t first, ptrdiff_t last, ptrdiff_t n, double *lags,
                        ptrdiff_t *n_lags)
{
  return sgdl_log_lags(ctx, first, last, (double)(n - 1) / log10((double)last / (double)first), n + 2, lags,
                       n_lags);
}

sgdl_status sgdl_coordinate_series(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                   const double *x,
                             sgdl_segments *series)
{
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, series));
  for (ptrdiff_t s = 0; s < d * n_paths; s++) {
    ptrdiff_t i = 1;
    while (i < T && x[i + T * s] == x[T * s]) i++;
    if (i == T)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`x[, coordinate %td, path %td]` is constant: expected coordinates that move",
                       s % d + 1, s / d + 1);
  }
  series->d = 1;
  series->n_paths = d * n_paths;
  return SGDL_OK;
}

sgdl_status sgdl_series_check_lines(sgdl_context *ctx, const sgdl_segments *series)
{
  const ptrdiff_t T = series->T;
  for (ptrdiff_t s = 0; s < series->n_paths; s++) {
    const double *x = sgdl_segment(series, s, 0), slope = (x[T - 1] - x[0]) / (double)(T - 1);
    double away = 0.0, size = 0.0;
    for (ptrdiff_t i = 0; i < T; i++) {
      away = fmax(away, fabs(x[i] - x[0] - slope * (double)i));
      size = fmax(size, fabs(x[i]));
    }
    if (!(away > 64.0 * DBL_EPSILON * size))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "series %td of `x` (of coordinates, then paths) is a straight line: expected one that "
                       "moves about its drift", s + 1);
  }
  return SGDL_OK;
}

void sgdl_estimate_clear(sgdl_exponent_estimate *e)
{
  *e = (sgdl_exponent_estimate){
    .exponent = NAN, .se = NAN, .lower = NAN, .upper = NAN, .p_value = NAN, .log_diffusivity = NAN,
    .log_diffusivity_se = NAN, .covariance = NAN, .window = { NAN, NAN }, .df = INFINITY, .bias = NAN,
    .misfit = NAN, .misfit_df = NAN, .misfit_p = NAN, .homogeneity_p = NAN
  };
}

void sgdl_estimate_interval(sgdl_exponent_estimate *e, double level)
{
  const double tail = 0.5 + 0.5 * level, t = (e->exponent - 1.0) / e->se;
  double reach = (isinf(e->df) ? sgdl_normal_quantile(tail) : sgdl_student_quantile(tail, e->df)) * e->se;
  e->lower = e->exponent - reach;
  e->upper = e->exponent + reach;
  e->p_value = isinf(e->df) ? sgdl_normal_two_sided(t) : sgdl_student_two_sided(t, e->df);
}

double sgdl_cholesky(ptrdiff_t n, double *a)
{
  double least = 1.0;
  for (ptrdiff_t j = 0; j < n; j++) {
    double pivot = a[j + n * j], whole = pivot;
    for (ptrdiff_t k = 0; k < j; k++) pivot -= a[j + n * k] * a[j + n * k];
    if (!(pivot > 0)) return 0.0;
    least = fmin(least, pivot / whole);
    a[j + n * j] = sqrt(pivot);
    for (ptrdiff_t i = j + 1; i < n; i++) {
      double sum = a[i + n * j];
      for (ptrdiff_t k = 0; k < j; k++) sum -= a[i + n * k] * a[j + n * k];
      a[i + n * j] = sum / a[j + n * j];
    }
  }
  return least;
}

void sgdl_forward(ptrdiff_t n, const double *l, double *y)
{
  for (ptrdiff_t i = 0; i < n; i++) {
    for (ptrdiff_t k = 0; k < i; k++) y[i] -= l[i + n * k] * y[k];
    y[i] /= l[i + n * i];
  }
}

void sgdl_backward(ptrdiff_t n, const double *l, double *y)
{
  for (ptrdiff_t i = n - 1; i >= 0; i--) {
    for (ptrdiff_t k = i + 1; k < n; k++) y[i] -= l[k + n * i] * y[k];
    y[i] /= l[i + n * i];
  }
}
