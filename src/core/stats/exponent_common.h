/* What the estimators of exponents share: checks, lags, small linear algebra. */
#ifndef SGDL_EXPONENT_COMMON_H
#define SGDL_EXPONENT_COMMON_H

#include "quantile.h"
#include "segments.h"

sgdl_status sgdl_level_check(sgdl_context *ctx, double level);
/* window: 0, 0 (not given), or finite with 1 <= window[0] < window[1] (frames). */
sgdl_status sgdl_window_check(sgdl_context *ctx, const double window[2]);

/* First and last whole frame count in the window; first and last as they come in where none is given. longest
 * is what the data allow: SGDL_TOO_SHORT, saying why, where the window ends past it or holds fewer than 3. */
sgdl_status sgdl_window_frames(sgdl_context *ctx, const double window[2], ptrdiff_t longest, const char *why,
                               ptrdiff_t *first, ptrdiff_t *last);
/* About n log-spaced whole numbers from first to last (room for n + 2). */
sgdl_status sgdl_spread(sgdl_context *ctx, ptrdiff_t first, ptrdiff_t last, ptrdiff_t n, double *lags,
                        ptrdiff_t *n_lags);

/* The trajectory as n = d n_paths series of one coordinate each; every one must move (not be constant). */
sgdl_status sgdl_coordinate_series(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                   const double *x,
                             sgdl_segments *series);

/* SGDL_BAD_ARGUMENT where one is a straight line to rounding: no displacement about its drift. */
sgdl_status sgdl_series_check_lines(sgdl_context *ctx, const sgdl_segments *series);

/* NaN everywhere, df infinite; and interval and p value from exponent, se and df. */
void sgdl_estimate_clear(sgdl_exponent_estimate *result);
void sgdl_estimate_interval(sgdl_exponent_estimate *result, double level);

/* Cholesky factor L (lower, in place) of a symmetric n x n matrix; the least pivot over its diagonal element,
 * 0 where it is not positive definite. Plain loops: for small matrices the same bits everywhere. */
double sgdl_cholesky(ptrdiff_t n, double *a);
/* y = L^-1 y, and y = L^-T y. */
void sgdl_forward(ptrdiff_t n, const double *l, double *y);
void sgdl_backward(ptrdiff_t n, const double *l, double *y);

#endif
