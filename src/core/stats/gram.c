/* Displacements of all pairs of frames from the Gram matrix of the frames: |x_i - x_j|^2 = G_ii + G_jj - 2
 * G_ij loses what the distance from the origin has more than the displacement, so that each coordinate is
 * first taken from its chord x[0] + s k, s rounded so that s k is exact:
 *   |x_i - x_j|^2 = |y_i - y_j|^2 + 2 (i - j) (y_i - y_j)'s + (i - j)^2 s's. */
#include "gram.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/blas.h"
#include "../base/residual.h"
#include "line.h"
#include "msd_errors.h"
#include "segments.h"

enum { SLAB = 1 << 22 }; /* doubles: 32 MB                                                   */

ptrdiff_t sgdl_gram_size(ptrdiff_t T)
{
  ptrdiff_t square = sgdl_times(T, T);
  return square < 0 || square > PTRDIFF_MAX / 16 ? -1 : square + T + 1;
}

static sgdl_status check_frames(sgdl_context *ctx, ptrdiff_t T)
{
  if (T < 3) return sgdl_fail(ctx, SGDL_TOO_SHORT, "`frames` = %td: expected at least 3", T);
  if (T > INT_MAX || sgdl_gram_size(T) < 0)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`frames` = %td: too many for the Gram matrix of the frames", T);
  return SGDL_OK;
}

/* y = (x - start) - slope t in place, rounded once (as sgdl_line_remove), k coordinates of frame t; bad[c]
 * turns NaN where a number is not finite. */
SGDL_VECTORISED static void take_from_chord(ptrdiff_t k, const double *start, const double *slope, double t,
                                            double *y, double *bad)
{
  for (ptrdiff_t c = 0; c < k; c++) {
    y[c] = sgdl_residual(y[c], start[c], slope[c] * t);
    bad[c] += y[c] * 0.0;
  }
}

static sgdl_status name_bad(sgdl_context *ctx, ptrdiff_t k, const double *bad, ptrdiff_t first)
{
  for (ptrdiff_t c = 0; c < k; c++)
    if (bad[c] != 0.0)
      return sgdl_fail(ctx, SGDL_NOT_FINITE,
                       "`x`: coordinate %td has a NaN or an infinity: expected finite numbers in a stream; of a "
                       "path with gaps take msd() in memory, or a stream for each stretch without, merged", first + c + 1);
  return SGDL_OK;
}

sgdl_status sgdl_gram_residuals(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, double *slab, double *chord,
                                ptrdiff_t first)
{
  double *start = chord, *slope = chord + k, *bad;
  SGDL_TRY(sgdl_alloc(ctx, &bad, k, "the Gram matrix"));
  memset(bad, 0, (size_t)k * sizeof(double));
  memcpy(start, slab, (size_t)k * sizeof(double));
  for (ptrdiff_t c = 0; c < k; c++)
    slope[c] = sgdl_line_exact(T, (slab[c + k * (T - 1)] - slab[c]) / (double)(T - 1)).slope;
  for (ptrdiff_t t = 0; t < T; t++) take_from_chord(k, start, slope, (double)t, slab + k * t, bad);
  sgdl_status status = name_bad(ctx, k, bad, first);
  free(bad);
  return status;
}

sgdl_status sgdl_gram_add(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *slab, const double *chord,
                          double *gram)
{
  const double *slope = chord + k, one = 1.0;
  double *cross = gram + T * T, *squares = cross + T;
  int n = (int)T, rows = (int)k, stride = 1;
  SGDL_TRY(sgdl_check_blas_size(ctx, "x", k));
  dsyrk_("U", "T", &n, &rows, &one, slab, &rows, &one, gram, &n, (size_t)1, (size_t)1);
  dgemv_("T", &rows, &n, &one, slab, &rows, slope, &stride, &one, cross, &stride, (size_t)1);
  for (ptrdiff_t c = 0; c < k; c++) *squares += slope[c] * slope[c];
  return SGDL_OK;
}

/* Coordinates [first, first + k) of x as a k x T slab. */
static void load_slab(ptrdiff_t T, ptrdiff_t all, ptrdiff_t first, ptrdiff_t k, const double *x, int by_frame,
                      double *slab)
{
  if (by_frame) {
    for (ptrdiff_t t = 0; t < T; t++)
      memcpy(slab + k * t, x + first + all * t, (size_t)k * sizeof(double));
    return;
  }
  for (ptrdiff_t block = 0; block < T; block += 8) {
    ptrdiff_t end = block + 8 < T ? block + 8 : T;
    for (ptrdiff_t c = 0; c < k; c++)
      for (ptrdiff_t t = block; t < end; t++) slab[c + k * t] = x[t + T * (first + c)];
  }
}

/* All coordinates on the device of ctx->backend, to which they stream. */
static sgdl_status on_device(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x, int by_frame, double *gram)
{
  double *start, *squares = gram + T * T + T;
  SGDL_TRY(sgdl_alloc(ctx, &start, 2 * k, "the Gram matrix"));
  double *slope = start + k;
  for (ptrdiff_t c = 0; c < k; c++) {
    const double *first = by_frame ? x + c : x + T * c, *last = by_frame ? first + k * (T - 1) : first + T - 1;
    start[c] = *first;
    slope[c] = sgdl_line_exact(T, (*last - *first) / (double)(T - 1)).slope;
  }
  const sgdl_frames_job job = { T, k, by_frame, x, start, slope, gram, gram + T * T };
  sgdl_status status = sgdl_backend_of(ctx)->frames(ctx, &job);
  for (ptrdiff_t c = 0; c < k; c++) *squares += slope[c] * slope[c];
  free(start);
  for (ptrdiff_t t = 0; t < T && status == SGDL_OK; t++) {
    if (isfinite(gram[t + T * t])) continue;
    for (ptrdiff_t c = 0; c < k; c++) /* something is not finite: which coordinate? */
      for (ptrdiff_t i = 0; i < T; i++)
        if (!isfinite(by_frame ? x[c + k * i] : x[i + T * c])) {
          double bad = NAN;
          return name_bad(ctx, 1, &bad, c);
        }
    break; /* squares that overflow */
  }
  return status;
}

sgdl_status sgdl_gram_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x, int by_frame,
                                  double *gram)
{
  double *slab;
  SGDL_TRY(check_frames(ctx, T));
  if (k < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has %td coordinates: expected at least one", k);
  if (!sgdl_backend_is_cpu(sgdl_backend_of(ctx))) return on_device(ctx, T, k, x, by_frame, gram);
  ptrdiff_t width = SLAB / T > 0 ? SLAB / T : 1;
  if (width > k) width = k;
  SGDL_TRY(sgdl_alloc(ctx, &slab, width * (T + 2), "the Gram matrix"));
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t first = 0; first < k && status == SGDL_OK; first += width) {
    ptrdiff_t n = k - first < width ? k - first : width;
    if (sgdl_poll(ctx, (double)first / (double)k)) {
      status = sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while computing the mean squared displacement");
      break;
    }
    load_slab(T, k, first, n, x, by_frame, slab);
    status = sgdl_gram_residuals(ctx, T, n, slab, slab + width * T, first);
    if (status == SGDL_OK) status = sgdl_gram_add(ctx, T, n, slab, slab + width * T, gram);
  }
  free(slab);
  return status;
}

/* ---- the tally of a Gram matrix ---- */

/* Sum of squared displacements over m from origins [first, end). */
static double pairs(ptrdiff_t T, const double *gram, ptrdiff_t m, ptrdiff_t first, ptrdiff_t end)
{
  const double *cross = gram + T * T;
  double squares = cross[T], lag = (double)m;
  sgdl_sum sum = { 0 };
  for (ptrdiff_t i = first; i < end; i++) {
    ptrdiff_t j = i + m;
    double moved = (gram[i + T * i] - gram[i + T * j]) + (gram[j + T * j] - gram[i + T * j]);
    sgdl_sum_add(&sum, moved + lag * (2.0 * (cross[j] - cross[i]) + lag * squares));
  }
  return fmax(sgdl_sum_value(&sum), 0.0);
}

sgdl_status sgdl_gram_tally(sgdl_context *ctx, ptrdiff_t T, const double *gram, ptrdiff_t n_lags,
                            const double *lags, double *tally, double *bound)
{
  double energy = 0.0;
  SGDL_TRY(check_frames(ctx, T));
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, T - 1));
  for (ptrdiff_t i = 0; i < T; i++) energy += gram[i + T * i];
  memset(tally, 0, (size_t)(SGDL_TALLY * n_lags) * sizeof(double));
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    ptrdiff_t m = (ptrdiff_t)lags[l];
    double steep = gram[T * T + T] * lags[l] * lags[l] * (double)(T - m);
    tally[l] = pairs(T, gram, m, 0, T - m);
    if (bound) bound[l] = tally[l] > 0 ? 16.0 * DBL_EPSILON * (2.0 * energy + steep) / tally[l] : 0.0;
    for (ptrdiff_t which = 0; which < 2; which++) {
      ptrdiff_t count = which ? 16 : 8, length = T / count;
      for (ptrdiff_t b = 0; b < count && 2 * m <= length; b++)
        tally[l + n_lags * ((which ? 9 : 1) + b)] = pairs(T, gram, m, length * b, length * (b + 1) - m);
    }
  }
  return SGDL_OK;
}
