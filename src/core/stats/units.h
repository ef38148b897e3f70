/* A mean pooled over units (paths, blocks of them): sums over counts, and how it varies from unit to unit. */
#ifndef SGDL_UNITS_H
#define SGDL_UNITS_H

#include "../base/base.h"

/* sums and counts: n_lags x count. */
typedef struct sgdl_units {
  ptrdiff_t n_lags, count;
  double *sums, *counts;
} sgdl_units;

sgdl_status sgdl_units_open(sgdl_context *ctx, ptrdiff_t n_lags, ptrdiff_t count, sgdl_units *u);
void sgdl_units_close(sgdl_units *u);

/* mean[l] = sum of sums / sum of counts, NaN where nothing is counted; total (optional): the sum of counts.
 * */
void sgdl_units_mean(const sgdl_units *u, double *mean, double *total);
/* Turns sums into r_u = sqrt(U/(U - 1)) (S_u - mean N_u)/sum N, so that covariances are sums of products; U
 * counts the units with a displacement. NaN where U < 2. counts are left alone. */
void sgdl_units_residuals(sgdl_units *u);
/* covariance[l + n l'] (leading dimension n >= n_lags) = sum_u r_u r_u' from residuals; symmetric. */
void sgdl_units_covariance(const sgdl_units *u, ptrdiff_t n, double *covariance);
/* se (n_lags) from residuals. */
void sgdl_units_se(const sgdl_units *u, double *se);
/* replicates (n_lags x n_boot): the mean of as many units, drawn with replacement. */
sgdl_status sgdl_units_bootstrap(sgdl_context *ctx, const sgdl_units *u, double progress, uint64_t seed,
                                 ptrdiff_t n_boot, double *replicates);

#endif
