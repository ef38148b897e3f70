/* One coordinate of a piece: its sums of squared displacements by FFT, with a bound of their rounding. */
#ifndef SGDL_SERIES_H
#define SGDL_SERIES_H

#include "correlator.h"
#include "pieces.h"

/* Plans for series of one length and one set of lags; closed as they are opened. */
typedef struct sgdl_series_plan {
  ptrdiff_t n_lags;
  const double *lags;
  ptrdiff_t work;            /* doubles of scratch for one thread                            */
  int gaps;
  sgdl_correlator whole;     /* default accuracy                                             */
  struct sgdl_levels *levels; /* full accuracy, else NULL                                    */
} sgdl_series_plan;

/* Series of up to n frames. */
sgdl_status sgdl_series_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags, int gaps,
                             int full, sgdl_series_plan *plan);
void sgdl_series_close(sgdl_series_plan *plan);
/* sums and bounds (n_lags) of the n frames at x. counts: displacements at each lag. work: plan->work doubles,
 * 64-byte aligned. Safe on many threads at once. */
void sgdl_series_run(const sgdl_series_plan *plan, ptrdiff_t n, const double *x, const double *counts,
                     double *work, double *sums, double *bounds);
/* ns, for the choice between this and direct sums: a function of sizes only. */
double sgdl_series_cost(ptrdiff_t n, ptrdiff_t n_lags, const double *lags, int gaps, int full);
/* A displacement summed directly, in ns, measured. */
#define SGDL_DIRECT_COST 0.3

/* The default: sum y^2 at the ends and one correlation, of the series less a straight line. */
void sgdl_series_autocorrelation(const sgdl_correlator *c, ptrdiff_t n, const double *x, ptrdiff_t n_lags,
                                 const double *lags, double *work, double *sums, double *bounds);

/* Full accuracy: lags (B, 2B] on centred blocks of 8B origins, or directly where that costs less. */
typedef struct sgdl_levels sgdl_levels;
sgdl_status sgdl_levels_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags,
                             sgdl_levels **levels, ptrdiff_t *work);
void sgdl_levels_close(sgdl_levels *levels);
void sgdl_levels_run(const sgdl_levels *levels, const double *x, double *work, double *sums, double *bounds);
double sgdl_levels_cost(ptrdiff_t n, ptrdiff_t n_lags, const double *lags);

#endif
