/* Mean squared displacement of a trajectory with standard errors: averaged over time, over
 * paths from one origin, or from the start. THEORY section 8. */
#include <math.h>
#include <stdlib.h>

#include "curves.h"

/* From this many paths on their spread gives the standard error, below it blocks do. */
enum { MANY_PATHS = 8 };

/* Standard errors from the spread of at least `segments` blocks in all, where the lag is at most half a
 * block; the other elements of se are left alone. Blocks lose the displacements that straddle them, so
 * near half a block this is conservative (by 1.2 for a Brownian path, 1.4 for white noise). */
static sgdl_status block_errors(sgdl_context *ctx, const sgdl_segments *whole, ptrdiff_t segments,
                                ptrdiff_t n_lags, const double *lags, double *se)
{
  sgdl_segments blocks = sgdl_segments_cut(whole, (segments + whole->n_paths - 1) / whole->n_paths);
  ptrdiff_t usable = 0;
  double *curves;
  while (usable < n_lags && 2.0 * lags[usable] <= (double)blocks.length) usable++;
  if (usable == 0) return SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &curves, usable * sgdl_segments_count(&blocks), "the standard error"));
  sgdl_status status = sgdl_msd_curves(ctx, &blocks, usable, lags, curves);
  if (status == SGDL_OK) sgdl_curves_mean(usable, sgdl_segments_count(&blocks), curves, NULL, se);
  free(curves);
  return status;
}

static sgdl_status time_averaged(sgdl_context *ctx, const sgdl_segments *whole, ptrdiff_t n_lags,
                                 const double *lags, double *msd, double *se)
{
  int by_blocks = se && whole->n_paths < MANY_PATHS;
  sgdl_segments part = *whole;
  double *curves;
  SGDL_TRY(sgdl_alloc(ctx, &curves, n_lags * whole->n_paths, "the mean squared displacement of each path"));
  if (by_blocks) part.progress_to = 0.4;
  sgdl_status status = sgdl_msd_curves(ctx, &part, n_lags, lags, curves);
  if (status == SGDL_OK) sgdl_curves_mean(n_lags, whole->n_paths, curves, msd, se);
  free(curves);
  if (status != SGDL_OK || !by_blocks) return status;

  /* Eight blocks reach the longer lags; sixteen, for the shorter ones, give a steadier error. */
  for (ptrdiff_t l = 0; l < n_lags; l++) se[l] = NAN;
  for (int pass = 0; pass < 2; pass++) {
    part.progress_from = 0.4 + 0.3 * pass;
    part.progress_to = part.progress_from + 0.3;
    SGDL_TRY(block_errors(ctx, &part, pass == 0 ? 8 : 16, n_lags, lags, se));
  }
  return SGDL_OK;
}

/* Displacements from frame `origin` of each path. */
static sgdl_status from_origin(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t origin, ptrdiff_t n_lags,
                               const double *lags, double *msd, double *se)
{
  double *curves;
  SGDL_TRY(sgdl_alloc(ctx, &curves, n_lags * s->n_paths, "the displacement of each path"));
#pragma omp parallel for num_threads(sgdl_threads_worth(ctx, 10.0 * (double)(n_lags * s->d * s->n_paths)))
  for (ptrdiff_t p = 0; p < s->n_paths; p++)
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      double sum = 0.0;
      for (ptrdiff_t c = 0; c < s->d; c++) {
        const double *x = sgdl_segment(s, p, c) + origin;
        double u = x[(ptrdiff_t)lags[l]] - x[0];
        sum += u * u;
      }
      curves[l + n_lags * p] = sum;
    }
  sgdl_curves_mean(n_lags, s->n_paths, curves, msd, se);
  free(curves);
  return SGDL_OK;
}

sgdl_status sgdl_msd(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                     sgdl_msd_type type, ptrdiff_t origin, ptrdiff_t n_lags, const double *lags,
                     double *msd, double *se, double *count)
{
  sgdl_segments s;
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  if (type == SGDL_MSD_ENSEMBLE && n_paths < 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has %td path: expected at least 2 for an ensemble average",
                     n_paths);
  if (type != SGDL_MSD_ENSEMBLE) origin = 0;
  if (origin < 0 || origin > T - 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`origin` = %td: expected a frame from 1 to %td", origin + 1,
                     T - 1);
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, T - 1 - origin));

  int averaged = type == SGDL_MSD_TIME_AVERAGED;
  for (ptrdiff_t l = 0; count && l < n_lags; l++)
    count[l] = (averaged ? (double)T - lags[l] : 1.0) * (double)n_paths;
  return averaged ? time_averaged(ctx, &s, n_lags, lags, msd, se)
                  : from_origin(ctx, &s, origin, n_lags, lags, msd, se);
}

sgdl_status sgdl_msd_blocks(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                            ptrdiff_t n_blocks, ptrdiff_t n_lags, const double *lags, double *blocks)
{
  sgdl_segments s;
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  if (n_blocks < 1 || n_blocks > T / 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_blocks` = %td: expected an integer from 1 to %td", n_blocks,
                     T / 2);
  s = sgdl_segments_cut(&s, n_blocks);
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, s.length - 1));
  return sgdl_msd_curves(ctx, &s, n_lags, lags, blocks);
}
