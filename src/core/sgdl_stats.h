/* Statistics of trajectories beyond sgdl.h's MSD and least-squares exponent: any size, any accuracy,
 * exponents whose intervals hold, theory fitted to data. Included by sgdl.h; conventions as there. */
#ifndef SGDL_STATS_H
#define SGDL_STATS_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== mean squared displacement: gaps, weights, accuracy, streams ======================= */

/* ==== covariance of the MSD, bands, crossovers, ageing, choice of model ================= */

/* ---- covariance of the MSD -------------------------------------------- stats/msd_covariance.c */

/* Covariance (n_lags x n_lags) of the time-averaged MSD of one coordinate of a Gaussian path of T frames with
 * stationary increments of mean zero, whose structure function is structure[h] = E (x[i+h] - x[i])^2, h < T:
 *   cov(MSD(m), MSD(n)) = 2/((T-m)(T-n)) sum_{i < T-m, j < T-n} c(j - i)^2,
 *   c(h) = cov(x[i+m] - x[i], x[i+h+n] - x[i+h]) = (D(|h+n|) + D(|h-m|) - D(|h|) - D(|h+n-m|))/2,
 * exact for every T (fourth moments of a Gaussian; Qian, Sheetz, Elson 1991 for Brownian motion). Independent
 * coordinates and paths add: d coordinates of this D have d times this covariance of their summed MSD, and n_paths
 * averaged 1/n_paths of it. lags: as in sgdl_msd, up to T - 1. c is a second difference of the given doubles: its
 * error is some DBL_EPSILON D(T), and matters only where D(T) > 1e12 D(lag). The same bits on any number of
 * threads. Failures: SGDL_TOO_SHORT (T < 2), SGDL_NOT_FINITE, SGDL_BAD_ARGUMENT (structure[0] not 0, a negative
 * one, lags), SGDL_INTERRUPTED. Cost: n_lags (n_lags + 1)/2 sums over about T - (m + n)/2 terms, some 0.7 ns
 * each, over threads; memory 2 T. */
sgdl_status sgdl_msd_covariance(sgdl_context *ctx, ptrdiff_t T, const double *structure, ptrdiff_t n_lags,
                                const double *lags, double *covariance);

/* The time-averaged MSD (as sgdl_msd, summed over coordinates) with its covariance (n_lags x n_lags) by Gaussian theory:
 * sgdl_msd_covariance of the structure function measured along each principal direction of the displacements,
 * summed over these and divided by n_paths. The structure function follows the measured MSD at short lags, monotone
 * cubics in log-log through ten points a decade after 1/32 of the last lag, and a power law beyond it. Right for
 * paths that are Gaussian with stationary increments, independent of each other, and whose coordinates are
 * independent in some rotation. lags up to T/2; d <= 1024 (SGDL_UNSUPPORTED). Failures as sgdl_msd. Cost: sgdl_msd
 * per coordinate, a product x V (2 T d^2 n_paths flops) and eigendecomposition where d > 1, and d times
 * sgdl_msd_covariance. Memory: a copy of x. */
sgdl_status sgdl_msd_gaussian(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              ptrdiff_t n_lags, const double *lags, double *msd, double *covariance);

/* ---- local exponent ------------------------------------------------- stats/local_exponent.c */

/* Exponents between pairs of lags, c_k = log(MSD(to_k)/MSD(from_k))/log(to_k/from_k) (n, whole frames, from < to <=
 * T/2), less the bias of the logarithm, with their covariance (n x n) from sgdl_msd_gaussian: in terms of a gamma
 * variable with the mean and variance of each MSD. critical[0]: normal quantile of a pointwise interval at `level`;
 * critical[1]: the `level` quantile of max_k |z_k| over n_sim draws of z with their correlations, so that all c_k lie
 * within critical[1] standard errors at once with probability `level`. What they estimate is the same secant of
 * the true MSD: there is no smoothing bias. Failures: as sgdl_msd_gaussian; an MSD of 0 is SGDL_BAD_ARGUMENT.
 * Cost: sgdl_msd_gaussian at up to 2 n lags, n_sim n^2. */
sgdl_status sgdl_local_exponent(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                ptrdiff_t n, const double *from, const double *to, double level, ptrdiff_t n_sim,
                                uint64_t seed, double *exponent, double *covariance, double *critical);

/* ==== processes of anomalous diffusion to calibrate against ============================= */

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
