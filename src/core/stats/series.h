/* Some coordinates of a piece: their sums of squared displacements by FFT, with a bound of the rounding. */
#ifndef SGDL_SERIES_H
#define SGDL_SERIES_H

#include "correlator.h"
#include "pieces.h"

/* Columns worked on together: their spectra are added up, so that one transform back does for all. */
enum { SGDL_COLUMNS = 16, SGDL_SERIES_BUFFERS = 4 };

/* `count` columns of n numbers, column c at x + stride c, with weights (NULL: 1). */
typedef struct sgdl_columns {
  ptrdiff_t count, n, stride;
  const double *x, *weights;
} sgdl_columns;

/* Plans for series of one length and one set of lags; closed as they are opened. */
typedef struct sgdl_series_plan {
  ptrdiff_t n_lags;
  const double *lags;
  ptrdiff_t work, own;       /* doubles of scratch for one thread; where results of a column are in it */
  int gaps;
  sgdl_correlator whole;     /* default accuracy                                             */
  struct sgdl_levels *levels; /* full accuracy, else NULL                                    */
} sgdl_series_plan;

/* Series of up to n frames. */
sgdl_status sgdl_series_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags, int gaps,
                             int full, sgdl_series_plan *plan);
void sgdl_series_close(sgdl_series_plan *plan);
/* sums and bounds (n_lags) over the columns. counts: displacements at each lag. work: plan->work doubles,
 * 64-byte aligned. Safe on many threads at once. */
void sgdl_series_run(const sgdl_series_plan *plan, const sgdl_columns *columns, const double *counts,
                     double *work,
                     double *sums, double *bounds);
/* ns for one of d coordinates, for the choice between this and direct sums: a function of sizes only. */
double sgdl_series_cost(ptrdiff_t n, ptrdiff_t d, ptrdiff_t n_lags, const double *lags, int gaps, int full);
/* A displacement summed directly, in ns, measured. */
#define SGDL_DIRECT_COST 0.3

/* The default: sum y^2 at the ends and one correlation, of each column less a straight line. work:
 * SGDL_SERIES_BUFFERS buffers of the correlator, whose length is at least n + last usable lag. */
void sgdl_series_autocorrelation(const sgdl_correlator *c, const sgdl_columns *columns, ptrdiff_t n_lags,
                                 const double *lags, double *work, double *sums, double *bounds);

/* The same sums from what a correlation job holds; n_lags lags below n. */
void sgdl_series_finish(const sgdl_correlation_job *of, ptrdiff_t n_lags, const double *lags, double *sums,
                        double *bounds);
/* All columns on the device of ctx->backend; no weight is 0. */
sgdl_status sgdl_series_on_device(sgdl_context *ctx, const sgdl_columns *columns, ptrdiff_t n_lags,
                                  const double *lags, double *sums, double *bounds);

/* Full accuracy: lags (B, 2B] on centred blocks of 8B origins, or directly where that costs less. */
typedef struct sgdl_levels sgdl_levels;
sgdl_status sgdl_levels_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags,
                             sgdl_levels **levels, ptrdiff_t *work);
void sgdl_levels_close(sgdl_levels *levels);
void sgdl_levels_run(const sgdl_levels *levels, const double *x, double *work, double *sums, double *bounds);
double sgdl_levels_cost(ptrdiff_t n, ptrdiff_t n_lags, const double *lags);

#endif
