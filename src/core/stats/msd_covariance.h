/* Sum over one pair of lags of the covariance of the MSD (sgdl_stats.h), for other statistics made of it. */
#ifndef SGDL_MSD_COVARIANCE_H
#define SGDL_MSD_COVARIANCE_H

#include "../base/base.h"

/* D mirrored about 0: even[T - 1 + k] = structure[|k|], |k| < T; 2 T - 1 doubles. */
void sgdl_mirror(ptrdiff_t T, const double *structure, double *even);

/* cov(MSD(m), MSD(n)) of one coordinate of a Gaussian path of T frames, 1 <= m <= n < T, from the mirrored
 * structure function. One pass over T - (m + n)/2 differences of origins. */
double sgdl_msd_pair(ptrdiff_t T, const double *even, ptrdiff_t m, ptrdiff_t n);

#endif
