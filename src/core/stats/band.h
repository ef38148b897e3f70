/* The largest of several correlated standard normals: simultaneous bands and tests over lags. */
#ifndef SGDL_BAND_H
#define SGDL_BAND_H

#include "../base/base.h"

/* L (n x n, lower) with L L' = covariance up to rounding, by Cholesky with what is dependent (a pivot below
 * 1e-10 of its variance) left out. No BLAS: the same bits everywhere. */
void sgdl_band_factor(ptrdiff_t n, const double *covariance, double *L);

/* maxima (n_sim, ascending) of max_i |z_i| / sqrt(covariance_ii), z = L g, g standard normals of (seed,
 * SGDL_STREAM_BAND, path = draw). Elements without variance are left out. */
sgdl_status sgdl_maxima(sgdl_context *ctx, ptrdiff_t n, const double *covariance, uint64_t seed,
                        ptrdiff_t n_sim, double *maxima);
/* The `level` quantile of ascending values, and the share of them (one added) that are at least x. */
double sgdl_sorted_quantile(ptrdiff_t n, const double *sorted, double level);
double sgdl_sorted_above(ptrdiff_t n, const double *sorted, double x);
void sgdl_sort(ptrdiff_t n, double *x);

#endif
