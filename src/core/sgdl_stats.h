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

typedef enum sgdl_process {
  SGDL_PROCESS_FBM = 0,   /* fractional Brownian motion: circulant embedding (Davies and Harte), exact          */
  SGDL_PROCESS_SCALED,    /* scaled Brownian motion B(t^exponent): independent, ageing increments, exact         */
  SGDL_PROCESS_OU,        /* Ornstein-Uhlenbeck, stationary, correlation exp(-1/relaxation) a frame, exact       */
  SGDL_PROCESS_CTRW,      /* continuous-time random walk: waits w^(-1/exponent), w uniform; Gaussian jumps       */
  SGDL_PROCESS_LEVY_WALK  /* unit speed, either way, for times w^(-1/(3 - exponent)): superdiffusion             */
} sgdl_process;

typedef struct sgdl_diffusion {
  sgdl_process process;
  ptrdiff_t steps, dim, n_paths; /* frames 0 .. steps; coordinates independent                   */
  double exponent;               /* of the MSD: (0, 2), CTRW (0, 1), Levy walk (1, 2); not OU    */
  double diffusivity;            /* of a coordinate: MSD = diffusivity lag^exponent (FBM), from the
                                    start (scaled); short-time slope of OU; variance of a jump;
                                    square of the speed                                          */
  double relaxation;             /* OU: frames                                                   */
  double noise;                  /* variance of an independent localisation error                */
  uint64_t seed;
} sgdl_diffusion;

/* x: (steps + 1) x dim x n_paths, from 0 (OU: from its stationary law) plus the localisation error. The bits depend
 * on neither threads nor n_paths. FBM O(steps log steps), CTRW and Levy walk O(events). */
sgdl_status sgdl_diffusion_simulate(sgdl_context *ctx, const sgdl_diffusion *process, double *x);

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* x (T x d x n_paths) as fractional Brownian motion with independent coordinates and paths: increments of a
 * coordinate have covariance c (G + ratio N), stats/fbm.h, so that
 *   MSD(lag) = D lag^exponent + 2 noise,  D = sum over coordinates of c,  noise = ratio D,
 * restricted likelihood where the drift of every series (a coordinate of a path) is fitted. */
typedef struct sgdl_mle_options {
  int noise;                /* fit a localisation error, independent from frame to frame       */
  int drift;                /* fit a constant velocity of every series                         */
  int own;                  /* c of its own for each coordinate (paths share it), else one c   */
  double level;             /* of the intervals                                                */
} sgdl_mle_options;

typedef struct sgdl_exponent_mle {
  double exponent, se, lower, upper, p_value;                /* two-sided, of exponent = 1         */
  double log_diffusivity, log_diffusivity_se, covariance;    /* log D; with the exponent           */
  double noise, noise_se, noise_lower, noise_upper, noise_p; /* 0, 0, 0, 0, 1 unless fitted        */
  int noise_detected;       /* noise_p < 0.05: boundary likelihood-ratio test of noise = 0     */
  int at_boundary;          /* the exponent ran into 0 or 2 (only with noise; se is NaN)       */
  double log_likelihood;    /* maximum                                                         */
  double score;             /* largest score at the maximum over its standard error            */
  ptrdiff_t n_points;       /* increments used, all series together                            */
  ptrdiff_t evaluations;    /* factorisations of the covariance                                */
} sgdl_exponent_mle;

/* Maximum likelihood. Without noise the interval is expected information on the scale log(alpha/(2 - alpha)) and
 * p_value Wald's on it; with noise both are of the profile likelihood (the noise lies at its boundary where
 * noise_detected is 0: the exponent's interval is then conservative or not by what the boundary does to it).
 * drift (d x n_paths, optional): per frame. diffusivity (d, optional): c of each coordinate.
 * SGDL_TOO_SHORT below 16 increments (32 with noise); SGDL_BAD_ARGUMENT for constant increments;
 * SGDL_NO_CONVERGENCE where the path is smoother or rougher than any fractional Brownian motion. About six
 * factorisations of O(T log^2 T), with noise some forty. */
sgdl_status sgdl_exponent_mle_fit(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                  const sgdl_mle_options *options, double *drift, double *diffusivity,
                                  sgdl_exponent_mle *result);

/* The likelihood itself: maximum over c (and drift) at a given exponent and ratio; score (2, optional): by exponent
 * and ratio. */
sgdl_status sgdl_fbm_log_likelihood(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                    const sgdl_mle_options *options, double exponent, double ratio,
                                    double *log_likelihood, double score[2]);
/* Cramer-Rao bound: standard error of the exponent (and of the ratio; optional, NaN unless fitted) from n_series of
 * n increments, expected information at the given values. */
sgdl_status sgdl_fbm_bound(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_series, const sgdl_mle_options *options,
                           double exponent, double ratio, double *exponent_se, double *ratio_se);

/* ==== exponents by other methods ======================================================== */

/* What every method gives. A "series" is one coordinate of one path; all series share the exponent, each has a
 * diffusivity of its own: E (x[i+h] - x[i])^2 = D_s h^exponent. Standard errors take series as independent.
 * The interval is not symmetric where the standard error depends on the exponent: it holds the exponents
 * that the estimate does not reject. Numbers that a method cannot give are NaN. */
typedef struct sgdl_exponent_estimate {
  double exponent, se, lower, upper;
  double log_diffusivity;              /* log of sum_s D_s / n_paths, in frames                      */
  double log_diffusivity_se, covariance;
  double p_value;                      /* two-sided, of exponent = 1                                 */
  double window[2];                    /* lags, periods, scales or boxes used, in frames             */
  ptrdiff_t n_points;                  /* of them                                                    */
  ptrdiff_t n_series;
  double df;                           /* of Student's t behind the interval; infinite: the normal   */
  double bias;                         /* second-order bias that was taken off the exponent          */
  double misfit, misfit_df, misfit_p;  /* chi squared of the fit, degrees of freedom, upper tail     */
  double homogeneity_p;                /* chi squared of one exponent for all series; NaN for one    */
  ptrdiff_t iterations;
} sgdl_exponent_estimate;

/* Generalised least squares of the time-averaged MSD on lag, stats/exponent_gls.c. At about 12 log-spaced lags
 * in [window[0], window[1]] (frames; 0, 0: 1 to (T-1)/4),
 *   MSD_s(h) = D_s h^a (1 + e_s(h)),  E e = 0,  cov(e(h), e(k)) = V(a)[h, k],
 * V by sgdl_msd_covariance for fractional Brownian motion of exponent a. With X = [log h, 1],
 * C = (X' V^-1 X)^-1 and w = V^-1 X C e_1, the estimate solves mean_s w(a)'(MSD_s h^-a)/D_s(a) = 0, D_s(a) the
 * generalised mean of MSD_s h^-a: the fixed point of reweighted regression of log MSD on log lag with e in place
 * of log(1 + e), whose mean is not 0. Its bias -C_12 - C_11 w'(log h)^2/2 (over n_series; second order, exact in
 * the delta method) is taken off, the interval is { a : |estimate - a| <= z se(a) }.
 * Measured standard deviation and coverage: bench/calibration.
 * Failures: SGDL_TOO_SHORT (T < 33, fewer than 3 lags, window past T/2), SGDL_BAD_ARGUMENT (a series that does
 * not move), SGDL_UNSUPPORTED (an exponent outside (0.02, 1.98), which no fractional Brownian motion has),
 * SGDL_NO_CONVERGENCE (V singular to rounding). Cost: MSDs and about 20 times 78 T terms of V. */
sgdl_status sgdl_exponent_gls(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const double window[2], double level, sgdl_exponent_estimate *result);

/* Whittle's likelihood of the increments at Fourier frequencies lambda_j = 2 pi j/n, n = T - 1, j <= m,
 * stats/exponent_whittle.c:
 *   sum_s log(mean_j I_s(lambda_j)/g(lambda_j)) + mean_j log g(lambda_j) minimal over the exponent a,
 * I the periodogram, g the spectral density up to scale.
 *  bandwidth >= 0: local (Robinson 1995), g = lambda^(1-a), m = bandwidth, or n^0.65 where it is 0: only the long-time
 *    exponent is assumed, and exponents outside (0, 2) can be found. se^-2 = n_series sum_j (log lambda_j - mean)^2, its
 *    exact information (1/m for large m); second-order bias taken off.
 *  bandwidth < 0: full, m = (n-1)/2, g of fractional Gaussian noise with its aliases; se by its information.
 * Intervals by Student's t with n_series (m - 1) - 1 degrees of freedom.
 * A constant drift is removed. window: periods in frames. misfit: sqrt(m n_series) times the largest distance of the
 * cumulative relative periodogram from a line (Bartlett), misfit_p Kolmogorov's tail. Failures: SGDL_TOO_SHORT
 * (T < 33, m > (n-1)/2), SGDL_BAD_ARGUMENT (0 < bandwidth < 8), SGDL_UNSUPPORTED (an exponent out of range). Cost: an
 * FFT a series; full some 20 m densities (0.5 us each). */
sgdl_status sgdl_exponent_whittle(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                  ptrdiff_t bandwidth, double level, sgdl_exponent_estimate *result);

/* Energies of wavelet details by octave (Abry and Veitch 1998), stats/exponent_wavelet.c: Daubechies' filters with
 * `moments` vanishing moments (2 or more for exponents up to 2; a drift needs 2) on the path itself, details whose
 * filters lie inside it only. With d_j the mean square of the n_j details of octave j,
 *   log d_j - (digamma(n_j/2) - log(n_j/2)) = log D + log k_j(a),  variance trigamma(n_j/2),
 * k_j(a) the exact energy that fractional Brownian motion sampled at frames has there (it grows by 2^(a+1) an octave
 * once j is large), n_j less what its details of an octave are correlated. Octaves count as independent; the exponent
 * is the fixed point of their weighted regression on the derivative of log k_j.
 * window: octaves of scale 2^j frames in it; 0, 0: from 2 frames to the last with 4 details. diagram (n_points x 4,
 * optional; room for 40 x 4): octave, log2 energy less its bias, its standard error, details. Failures:
 * SGDL_BAD_ARGUMENT (moments not 1 to 10), SGDL_TOO_SHORT (fewer than 3 octaves), SGDL_UNSUPPORTED (an exponent outside
 * (0.02, 1.98)). Cost: 4 moments T flops a series, and powers of some 4,000 lags a step. */
sgdl_status sgdl_exponent_wavelet(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                                  ptrdiff_t moments, const double window[2], double level, double *diagram,
                                  sgdl_exponent_estimate *result);

/* Detrended fluctuation analysis, stats/exponent_dfa.c: in boxes of n frames the path (the profile of its increments)
 * about its least-squares polynomial of degree `order`,
 *   F^2(n) = mean over boxes of (1/n) sum_i (x_i - polynomial)^2 ~ n^exponent,
 * slope of log F^2 on log n at about 12 log-spaced sizes. Its bias (small boxes, few large ones) and standard error are
 * those of 3 n_sim simulated fractional Brownian motions of this length (parametric bootstrap), a third of them each at
 * the slope and a quarter below and above, interpolated: the estimate is the exponent whose mean slope this is,
 * the interval those that Student's t with n_sim - 1 degrees of freedom does not reject. misfit: curvature of the diagram against the
 * simulations', on one degree of freedom. diagram (n_points x 3, optional; room for 14 x 3): box, F, standard error of
 * log F. Failures: SGDL_BAD_ARGUMENT, SGDL_TOO_SHORT (fewer than 4 sizes of boxes, or past T/2), SGDL_UNSUPPORTED (an
 * exponent outside (0.02, 1.98)). Cost: 12 (order + 1) T flops a series and simulation, four times that with overlap,
 * and 3 n_sim FFTs of length 2 T. */
typedef struct sgdl_dfa_options {
  ptrdiff_t order;       /* degree of the polynomials, 1 to 5                                     */
  int overlap;           /* boxes begin every quarter of a box, else they follow one another      */
  double window[2];      /* first and last box, frames; 0, 0: order + 3 to T/4                    */
  double level;
  ptrdiff_t n_sim;       /* >= 20                                                                 */
  uint64_t seed;
} sgdl_dfa_options;

sgdl_status sgdl_exponent_dfa(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const sgdl_dfa_options *options, double *diagram, sgdl_exponent_estimate *result);

/* Several paths (n >= 3), each with an exponent of its own and an error: random effects, stats/exponent_pool.c.
 *   estimate_i ~ N(exponent, se_i^2 + spread^2):
 * spread^2 by Paule and Mandel (sum_i (estimate_i - exponent)^2/(se_i^2 + spread^2) = n - 1, or 0), exponent the mean
 * with these weights, its interval by Student's t with n - 1 degrees of freedom, the spread's by inverting Q
 * (Viechtbauer 2007). log_diffusivity (n, optional): pooled as its plain mean, with errors from its spread. */
typedef struct sgdl_exponent_pool_fit {
  double exponent, se, lower, upper, p_value;
  double spread, spread_lower, spread_upper; /* standard deviation of the exponents between paths          */
  double heterogeneity, heterogeneity_p;     /* Cochran's Q at spread 0, and chi squared's upper tail       */
  double log_diffusivity, log_diffusivity_se, covariance;
} sgdl_exponent_pool_fit;

sgdl_status sgdl_exponent_pool(sgdl_context *ctx, ptrdiff_t n, const double *estimate, const double *se,
                               const double *log_diffusivity, double level, sgdl_exponent_pool_fit *pooled);

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
