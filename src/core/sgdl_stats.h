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

typedef enum sgdl_process {
  SGDL_PROCESS_FBM = 0,   /* fractional Brownian motion, exact: circulant embedding (Davies, Harte) */
  SGDL_PROCESS_SCALED,    /* scaled Brownian motion B(t^exponent), exact: increments that age       */
  SGDL_PROCESS_OU,        /* Ornstein-Uhlenbeck, exact, stationary: exp(-1/relaxation) a frame      */
  SGDL_PROCESS_CTRW,      /* continuous-time random walk: waits w^(-1/exponent), w uniform in (0,
                             1]; Gaussian jumps                                                     */
  SGDL_PROCESS_LEVY_WALK  /* one speed, either way, for times w^(-1/(3 - exponent))                 */
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

/* x: (steps + 1) x dim x n_paths, from 0 (OU: from its stationary law) plus the localisation error. The bits
 * depend on neither threads nor n_paths. FBM O(steps log steps), CTRW and Levy walk O(events). */
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
  int at_boundary;          /* the exponent ran into 0 or 2, or there is nothing but noise
                               (only with noise; se is NaN)                                    */
  double log_likelihood;    /* maximum                                                         */
  double score;             /* largest score at the maximum over its standard error            */
  ptrdiff_t n_points;       /* increments used, all series together                            */
  ptrdiff_t evaluations;    /* factorisations of the covariance                                */
} sgdl_exponent_mle;

/* Maximum likelihood. Without noise the interval is expected information on the scale log(alpha/(2 - alpha))
 * and p_value Wald's on it; with noise both are of the profile likelihood (the noise lies at its boundary
 * where noise_detected is 0, and what the interval covers is then affected by that).
 * drift (d x n_paths, optional): per frame. diffusivity (d, optional): c of each coordinate.
 * SGDL_TOO_SHORT below 16 increments (32 with noise); SGDL_BAD_ARGUMENT for constant increments;
 * SGDL_NO_CONVERGENCE where the path is smoother or rougher than any fractional Brownian motion. About four
 * factorisations of O(T log^2 T), with noise some fifty. */
sgdl_status sgdl_exponent_mle_fit(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x, const sgdl_mle_options *options, double *drift,
                                  double *diffusivity, sgdl_exponent_mle *result);

/* The likelihood itself: maximum over c (and drift) at a given exponent and ratio; score (2, optional): by
 * exponent and ratio. */
sgdl_status sgdl_fbm_log_likelihood(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                    const double *x, const sgdl_mle_options *options, double exponent,
                                    double ratio, double *log_likelihood, double score[2]);
/* Cramer-Rao bound: standard error of the exponent (and of the noise where c = 1; optional, NaN unless
 * fitted) from n_series of n increments, expected information at the given values. */
sgdl_status sgdl_fbm_bound(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_series,
                           const sgdl_mle_options *options, double exponent, double ratio,
                           double *exponent_se, double *noise_se);

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
