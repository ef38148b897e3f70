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

/* ==== processes of anomalous diffusion to calibrate against ============================= */

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
