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

/* ==== processes of anomalous diffusion to calibrate against ============================= */

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

/* What is fitted besides the strength of the noise, and to what. */
typedef struct sgdl_fit_options {
  int curvature, damping;   /* 1: fitted too                                                    */
  int noise_known;          /* 0: the model's noise is no theory to hold the estimates against   */
  double every;             /* steps from one frame to the next, an integer >= 1               */
  double range[2];          /* frequencies used, cycles per step; 0, 0: all                     */
  double level;             /* of the intervals                                                */
} sgdl_fit_options;

/* Columns of the table of modes: noise (variance of the one-example gradient), curvature (eigenvalue of H),
 * damping (c = 2 (1-beta)/(lr (1+beta)) per unit time); then what the mode does: frequency of its oscillation
 * in cycles per step (0: overdamped), decay rate of the envelope per step, quality omega/(2 gamma). `se` and
 * limits are NaN for what was not fitted. */
enum {
  SGDL_FIT_NOISE, SGDL_FIT_CURVATURE, SGDL_FIT_DAMPING,
  SGDL_FIT_SE = 3,        /* of the three                                                      */
  SGDL_FIT_LOWER = 6, SGDL_FIT_UPPER = 9,
  SGDL_FIT_THEORY = 12,   /* of the model                                                      */
  SGDL_FIT_P = 15,        /* two-sided, of estimate = theory; NaN where not fitted              */
  SGDL_FIT_FREQUENCY = 18, SGDL_FIT_DECAY = 22, SGDL_FIT_QUALITY = 26, /* estimate, se, lower, upper */
  SGDL_FIT_REGIME = 30,   /* sgdl_regime of the estimates                                      */
  SGDL_FIT_REGIME_SURE,   /* 1: the interval of the squared frequency excludes critical damping */
  SGDL_FIT_LOG_LIKELIHOOD, SGDL_FIT_CHI_SQUARED, SGDL_FIT_DF, SGDL_FIT_FIT_P, /* goodness of fit */
  SGDL_FIT_THEORY_CHI_SQUARED, SGDL_FIT_THEORY_DF, SGDL_FIT_THEORY_P, /* likelihood ratio to the theory with
                             nothing fitted                                                       */
  SGDL_FIT_IDENTIFIED,    /* 1 where converged, no se of a logarithm above 0.5, and a flat mode is excluded
                             by the limits of the curvature                                       */
  SGDL_FIT_COLUMNS
};

/* Over all modes. */
typedef struct sgdl_fit_summary {
  /* noise and curvature over their theory, damping: weighted geometric means over identified modes (NaN: none) */
  double estimate[3], se[3], lower[3], upper[3], p_value[3];
  double spread[3], spread_df[3], spread_p[3];  /* chi squared of the modes about the mean: all alike?  */
  double fit[3];      /* goodness of fit of all modes: chi squared, degrees of freedom, p          */
  double theory[3];   /* likelihood ratio of all modes to the theory: the same                      */
  ptrdiff_t ordinates, bands; /* of the periodogram used; bands of them                           */
} sgdl_fit_summary;

/* Bands of frequencies that sgdl_fit_langevin reports: at most this many. */
enum { SGDL_FIT_BANDS = 40 };

/* Fit of the theory to a trajectory, mode by mode: x (T x d x n_paths, parameters; the modes themselves where
 * model->vectors is NULL), modes: n_modes distinct 0-based modes. The path along a mode, filtered by 1 - tr L +
 * det L^2 of the map over one frame (so that what is left is nearly white and does not leak), has its
 * periodogram held against the expectation under the model's density, aliased to the frames (comparison/
 * mode_density.h), by debiased Whittle likelihood (stats/whittle.h) in log noise, log curvature of K and log
 * damping; the filter is that of the estimates. Intervals: Wald on the logarithms, of curvature by profile
 * likelihood (lower limit: that of a flat mode where it is not excluded). Goodness of fit: chi squared
 * of the mean ratios of periodogram to fit over bands, 1 under the theory. Modes count as independent but for
 * the coherence of their noise, S~_lm^2/(S~_ll S~_mm), where the model has all of it.
 *  table: n_modes x SGDL_FIT_COLUMNS. covariance: 9 x n_modes, of the three logarithms (0 where not fitted).
 *  band_frequency (SGDL_FIT_BANDS): cycles per step; band_fit, band_data (SGDL_FIT_BANDS x n_modes): density
 *  of the position there (two-sided, per cycle per step), fitted and measured; band_weight: half the degrees of
 *  freedom of band_data. The first summary->bands of each.
 * SGDL_TOO_SHORT below 64 frames or 32 ordinates; SGDL_SADDLE; SGDL_UNSUPPORTED for epochs recorded at steps
 * that share a divisor with the epoch's. Cost: 2 T d n_modes flops, then some 30 FFTs of 2 T per mode. */
sgdl_status sgdl_fit_langevin(sgdl_context *ctx, const sgdl_model *model, const sgdl_fit_options *options,
                              ptrdiff_t T, ptrdiff_t n_paths, const double *x, ptrdiff_t n_modes,
                              const double *modes, double *table, double *covariance, double *band_frequency,
                              double *band_weight, double *band_fit, double *band_data,
                              sgdl_fit_summary *summary);

typedef struct sgdl_shuffling {
  double ratio, df[2];      /* mean power of the noise below `cutoff` over that above; degrees of freedom of its F
                               law under white noise                                            */
  double p_value, cutoff;   /* of less power than white noise; cycles per step                   */
  double power;             /* chance to find epochs of this length (known, or found; else NaN) at this level */
  double epoch_steps;       /* length of an epoch at which the noise sums to least over each      */
  double epoch_phase;       /* steps from the first frame to the first epoch that begins at or after it */
  double epoch_sum;         /* variance of these sums over that of as many independent steps: 0 by epochs */
  double log_likelihood_ratio; /* of the best epoch spectrum over white noise                    */
  ptrdiff_t bands;
} sgdl_shuffling;

/* Test of whether a run recorded every step was shuffled by epochs. The noise of every step along each mode is
 * -eta xi[k] = x[k+1] - x[k] - beta (x[k] - x[k-1]) + eta kappa (x[k] - mu), white under sampling with replacement
 * (and without, within a step); under epochs of M steps it sums to zero over an epoch, its spectrum is 1 - D^2/M^2
 * with the Dirichlet kernel D: no power below half a cycle an epoch. The modes' noise is made uncorrelated and of
 * unit variance by its covariance, its periodograms summed; the mean over low frequencies over that of the rest is
 * F distributed under white noise. epoch_steps: M where known; 0: the smallest p value at 2, 4, 8, ... ordinates,
 * times their number (Bonferroni). temperature (n_modes): kinetic over configurational temperature, 1 for any
 * white noise. Bands as in sgdl_fit_langevin: mean power over its mean. Momentum, curvature must be right: a wrong
 * one tilts the spectrum. Cost: 2 T d n_modes + T n_modes^2 flops, an FFT a mode, and
 * T n_modes for every length tried, from a fifth to twice what the spectrum says. */
sgdl_status sgdl_shuffling_test(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t T, ptrdiff_t n_paths,
                                const double *x, double every, ptrdiff_t n_modes, const double *modes,
                                double epoch_steps, double level, double *temperature, double *band_frequency,
                                double *band_weight, double *band_ratio, sgdl_shuffling *result);

/* x: T x d x n_paths, velocities (unit = 0) or positions, whose velocity is (x[i+1] - x[i])/unit. Columns: their
 * scalar product summed over coordinates (total), one a coordinate, or one a direction (d x n_directions, NULL:
 * none). value (n_lags x columns) = mean over origins and paths of v[i] v[i + lag], not less the mean, as
 * velocities have none; lags: integers >= 0 in frames. Errors from at least 20 contiguous blocks of the products
 * (whole paths where there are 16), NaN where a block is shorter than the lag; limits by Student's t.
 * correlation = value over that at lag 0, its error by the delta method over the same blocks. *blocks: their
 * number. Cost T d n_lags flops. stats/velocity.c */
sgdl_status sgdl_velocity_autocorrelation(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                          const double *x, double unit, int total, ptrdiff_t n_directions,
                                          const double *directions, ptrdiff_t n_lags, const double *lags,
                                          double level, double *value, double *se, double *lower, double *upper,
                                          double *correlation, double *correlation_se, ptrdiff_t *blocks);

/* Welch's estimate: mean over half-overlapping segments (of `segment` frames, less their mean, under Hann's window
 * or none) and paths of |FFT|^2, two-sided, per cycle per step: variance = integral of density over -1/(2 every)
 * .. 1/(2 every), as sgdl_power_spectrum. x, unit, total and directions as above; freq: segment/2 of them,
 * j/(segment every); the others segment/2 x columns. Chi-squared limits with df equivalent degrees of freedom of
 * window and overlap; a total has those of its independent parts, (tr S)^2/tr S^2 of the spectral matrix S,
 * estimated from pairs of segments apart. Cost d T log T, totals d T segments too. stats/welch.c */
sgdl_status sgdl_welch(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                       double unit, int total, ptrdiff_t n_directions, const double *directions, double every,
                       ptrdiff_t segment, int window, double level, double *freq, double *density,
                       double *lower, double *upper, double *df);

#ifdef __cplusplus
}
#endif

#endif
