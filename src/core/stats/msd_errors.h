/* Standard errors, covariance and bootstrap of one curve of the MSD. */
#ifndef SGDL_MSD_ERRORS_H
#define SGDL_MSD_ERRORS_H

#include "view_units.h"

/* From this many paths on their spread gives the standard error, below it blocks do. */
enum { SGDL_MANY_PATHS = 8 };

/* Where to write; se (n_lags), covariance (n_lags x n_lags), replicates (n_lags x n_boot), each optional. */
typedef struct sgdl_spread {
  double *se, *covariance, *replicates;
} sgdl_spread;

/* From the units themselves, which are used up. */
sgdl_status sgdl_spread_of_units(sgdl_context *ctx, const sgdl_msd_options *o, double progress, sgdl_units *u,
                                 const sgdl_spread *out);
/* From blocks of frames, of the units of 8 and of 16 blocks in all (whose lags are the first usable ones). */
void sgdl_spread_of_blocks(ptrdiff_t n_lags, sgdl_units *eight, sgdl_units *sixteen, const sgdl_spread *out);
/* Frames in each of about `wanted` blocks, and how many of the lags are at most half of that. */
ptrdiff_t sgdl_block_length(double frames, ptrdiff_t n_paths, ptrdiff_t wanted);
ptrdiff_t sgdl_block_lags(ptrdiff_t length, ptrdiff_t n_lags, const double *lags);

/* Blocks, bootstrap and Gaussian theory of a time average. The progress of v is theirs. */
sgdl_status sgdl_spread_by_blocks(sgdl_context *ctx, sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  const sgdl_spread *out);
sgdl_status sgdl_spread_by_bootstrap(sgdl_context *ctx, const sgdl_view *v, const sgdl_msd_options *o,
                                     ptrdiff_t n_lags, const double *lags, const sgdl_spread *out);
/* Of the msd (n_lags) over `counts` displacements. */
sgdl_status sgdl_spread_by_theory(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  const double *msd, const double *counts, const sgdl_spread *out);

#endif
