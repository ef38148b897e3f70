/* The measured MSD with its covariance by Gaussian theory, in logarithms: what exponents, breaks and tests
 * are made from. */
#ifndef SGDL_GAUSSIAN_MSD_H
#define SGDL_GAUSSIAN_MSD_H

#include "segments.h"

/* log_msd: without the bias of the logarithm; covariance (n x n) of log_msd. Both as if the MSD were a gamma
 * variable of its mean and variance: E log = log mean - (log k - digamma(k)), var log = trigamma(k), 1/k the
 * relative variance. In place: msd becomes log_msd, its covariance that of the logarithms. */
void sgdl_log_moments(ptrdiff_t n, double *msd, double *covariance);

/* sgdl_msd_gaussian, then sgdl_log_moments; dense: see structure.h, 0 unless detail is wanted at long lags.
 * SGDL_BAD_ARGUMENT where an MSD is 0. */
sgdl_status sgdl_log_msd(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                         ptrdiff_t dense, double *log_msd, double *covariance);
/* The same before the logarithms. single (2 n_lags, optional): for one origin instead of all, averaged over
 * paths: variance of the squared displacement from it, and its covariance with the time average when it is
 * the first frame. */
sgdl_status sgdl_gaussian_msd(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                              ptrdiff_t dense, double *msd, double *covariance, double *single);

#endif
