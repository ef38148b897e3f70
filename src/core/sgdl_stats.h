/* Statistics of trajectories beyond sgdl.h's MSD and least-squares exponent: any size, any accuracy,
 * exponents whose intervals hold, theory fitted to data. Included by sgdl.h; conventions as there. */
#ifndef SGDL_STATS_H
#define SGDL_STATS_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== mean squared displacement: gaps, weights, accuracy, streams ======================= */

/* ---- any number of paths of any length ------------------------------- stats/msd_paths.c */

/* Path p: frames[p] x dim at x[p]. A frame with NaN in a coordinate that counts (below) is missing:
 * displacements that start or end there are left out. Inf is SGDL_NOT_FINITE; so is a coordinate that is NaN
 * throughout. */
typedef struct sgdl_paths {
  ptrdiff_t n_paths, dim;
  const ptrdiff_t *frames;
  const double *const *x;
} sgdl_paths;

typedef enum { SGDL_PER_TOTAL = 0, SGDL_PER_COORDINATE, SGDL_PER_DIRECTION } sgdl_msd_per;
typedef enum { SGDL_ERRORS_NONE = 0, SGDL_ERRORS_AUTO, SGDL_ERRORS_BLOCKS, SGDL_ERRORS_PATHS,
               SGDL_ERRORS_BOOTSTRAP, SGDL_ERRORS_GAUSSIAN } sgdl_msd_errors;

typedef struct sgdl_msd_options {
  sgdl_msd_type type;
  ptrdiff_t origin;          /* 0-based, for SGDL_MSD_ENSEMBLE                              */
  sgdl_msd_per per;
  const double *weights;     /* dim, >= 0; NULL = 1. SGDL_PER_TOTAL only; 0: NaN there is no gap */
  ptrdiff_t n_directions;
  const double *directions;  /* dim x n_directions, scaled to unit length here              */
  int full;                  /* accuracy: 0 default, 1 "full"                               */
  sgdl_msd_errors errors;
  ptrdiff_t n_boot;          /* >= 2 with SGDL_ERRORS_BOOTSTRAP                             */
  uint64_t seed;
} sgdl_msd_options;

typedef struct sgdl_msd_report {
  ptrdiff_t n_missing;       /* frames with a NaN that counts, in all paths                 */
  ptrdiff_t n_empty;         /* lags (over curves) without a displacement: msd NaN          */
  ptrdiff_t n_redone;        /* lags summed directly after all, their rounding bound being too large */
  sgdl_msd_errors errors;    /* what SGDL_ERRORS_AUTO came to                               */
} sgdl_msd_report;

/* The number of curves: 1, dim or n_directions. */
ptrdiff_t sgdl_msd_n_curves(const sgdl_paths *paths, const sgdl_msd_options *options);

/* n_lags x curves: msd, se (optional), count (displacements averaged, optional). covariance (optional):
 * n_lags x n_lags x curves. replicates (optional): n_lags x n_boot x curves, with SGDL_ERRORS_BOOTSTRAP.
 *  SGDL_PER_TOTAL: msd = sum of w_c |x_c[i + lag] - x_c[i]|^2, averaged over all i of all paths that have
 *  both
 *    ends: pooled, so that a path counts by its displacements. PER_COORDINATE: each by itself. PER_DIRECTION:
 *    of the component along each direction.
 *  Errors, always of the pooled ratio (sum of squares)/(count) over units u: r_u = (S_u - msd N_u)/sum N,
 *    covariance = U/(U - 1) sum_u r_u r_u'.
 *    BLOCKS: units are blocks of paths (16 where the lag is at most half a block, else 8; the correlation of
 *    lags
 *      is that of 8). PATHS: units are paths. BOOTSTRAP: resampled blocks of origins (16 to 64, displacements
 *      cross their borders), or paths where there are 16; lags up to a block. GAUSSIAN: sgdl_msd_covariance
 *      of every coordinate with its estimated structure function, coordinates and paths independent; the
 *      estimate is used as it is up to a fortieth of the longest path and goes on as the power of the lag
 *      that it ends with, and the result is scaled to the MSD measured. A drift counts as motion: take it out
 *      first.
 *    AUTO: PATHS where there are 8, else BLOCKS; from one origin always PATHS. NaN where there are too few.
 * Accuracy, relative to exact arithmetic on the given doubles: default 1e-11, from one correlation of each
 * series less an exact line; full: 1e-12 (stats/levels.c). Lags whose bound is above that are summed
 * directly. Cost O(T log T) a coordinate (with gaps twice that; full O(T log^2 T), with gaps O(T n_lags)),
 * memory O(T) a thread, and one copy of paths whose frames are missing in part. */
sgdl_status sgdl_msd_paths(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *options,
                           ptrdiff_t n_lags, const double *lags, double *msd, double *se, double *count,
                           double *covariance, double *replicates, sgdl_msd_report *report);

/* ---- streams: coordinates or frames that come bit by bit ------------- stats/msd_stream.c */

/* A tally is what is known of the time-averaged MSD of one path of T frames so far: SGDL_TALLY n_lags
 * doubles, zero at first: sums of squared displacements of the whole path (n_lags) and within each of 8 and
 * of 16 blocks (n_lags x 8, n_lags x 16; floor(T/8) and floor(T/16) frames long). Tallies of disjoint
 * coordinates of one path add up. */
enum { SGDL_TALLY = 25 };

/* Adds k more coordinates, all T frames of each: x is T x k, all finite. weights: k or NULL. As accurate as
 * sgdl_msd_paths. Cost as there for k coordinates and, for the blocks, twice that again. */
sgdl_status sgdl_tally_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x,
                                   const double *weights, int full, ptrdiff_t n_lags, const double *lags,
                                   double *tally);
/* Adds the n frames (n x d, finite) that follow the first `done` of the path; before: the last n_before
 * frames of these (n_before x d), n_before = min(done, last lag). Cost n d n_lags. */
sgdl_status sgdl_tally_frames(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t done, ptrdiff_t n_before,
                              const double *before, ptrdiff_t n, const double *frames, ptrdiff_t n_lags,
                              const double *lags, double *tally);

/* The same by the Gram matrix of frames, for d >> T: every lag at once. gram: sgdl_gram_size(T) = T^2 + T + 1
 * doubles, zero at first: Y Y' (upper triangle) of the coordinates less their chords x[0] + s k (s k exact),
 * Y s and s's. Adds up as tallies do. x: T x k, or k x T where by_frame (a frame is contiguous, as in files).
 * Cost: dsyrk, k T^2 flops; memory 32 MB, in slabs of coordinates. */
ptrdiff_t sgdl_gram_size(ptrdiff_t T);
sgdl_status sgdl_gram_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x, int by_frame,
                                  double *gram);
/* The tally of a Gram matrix (overwritten), any lags. bound (n_lags, optional): relative rounding error of
 * the sum over the whole path, some 10 times what is met; nothing can be done again here, so a large one is
 * to be told. */
sgdl_status sgdl_gram_tally(sgdl_context *ctx, ptrdiff_t T, const double *gram, ptrdiff_t n_lags,
                            const double *lags, double *tally, double *bound);

/* MSD, se, count and covariance (as in sgdl_msd_paths; the last three optional) of n_paths paths of T frames
 * from their tallies, side by side: errors from paths where there are 8, else from the blocks of all of them.
 * */
sgdl_status sgdl_tally_result(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_paths, ptrdiff_t n_lags,
                              const double *lags, const double *tallies, double *msd, double *se, double *count,
                              double *covariance);

/* ---- files larger than memory ------------------------------------------- io/msd_file.c */

typedef enum { SGDL_BY_AUTO = 0, SGDL_BY_FFT, SGDL_BY_GRAM } sgdl_msd_method;

/* The tallies (SGDL_TALLY n_lags x n_paths, overwritten) of `dataset` in an HDF5 file (layout as in sgdl.h),
 * read in slabs of coordinates within `memory` bytes; by Gram matrices where T is at most 1024 (AUTO). With
 * two threads or more the next slab is read while one is worked on. bound as in sgdl_gram_tally (largest over
 * paths), 0 by FFT. NaN is SGDL_NOT_FINITE; a budget below two coordinates' worth SGDL_BAD_ARGUMENT. */
sgdl_status sgdl_msd_file(sgdl_context *ctx, const char *file, const char *dataset, sgdl_msd_method method,
                          double memory, ptrdiff_t n_lags, const double *lags, double *tallies, double *bound);

/* ==== covariance of the MSD, bands, crossovers, ageing, choice of model ================= */

/* ---- covariance of the MSD -------------------------------------------- stats/msd_covariance.c */

/* Covariance (n_lags x n_lags) of the time-averaged MSD of one coordinate of a Gaussian path of T frames with
 * stationary increments of mean zero, whose structure function is structure[h] = E (x[i+h] - x[i])^2, h < T:
 *   cov(MSD(m), MSD(n)) = 2/((T-m)(T-n)) sum_{i < T-m, j < T-n} c(j - i)^2,
 *   c(h) = cov(x[i+m] - x[i], x[i+h+n] - x[i+h]) = (D(|h+n|) + D(|h-m|) - D(|h|) - D(|h+n-m|))/2,
 * exact for every T (fourth moments of a Gaussian; Qian, Sheetz, Elson 1991 for Brownian motion). Independent
 * coordinates and paths add: d coordinates of this D have d times this covariance of their summed MSD, and
 * n_paths averaged 1/n_paths of it. lags: as in sgdl_msd, up to T - 1. c is a second difference of the given
 * doubles: its error is some DBL_EPSILON D(T), and matters only where D(T) > 1e12 D(lag). The same bits on
 * any number of threads. Failures: SGDL_TOO_SHORT (T < 2), SGDL_NOT_FINITE, SGDL_BAD_ARGUMENT (structure[0]
 * not 0, a negative one, lags), SGDL_INTERRUPTED. Cost: n_lags (n_lags + 1)/2 sums over about T - (m + n)/2
 * terms, some 0.7 ns each, over threads; memory 2 T. */
sgdl_status sgdl_msd_covariance(sgdl_context *ctx, ptrdiff_t T, const double *structure, ptrdiff_t n_lags,
                                const double *lags, double *covariance);

/* The time-averaged MSD (as sgdl_msd, summed over coordinates) with its covariance (n_lags x n_lags) by
 * Gaussian theory: sgdl_msd_covariance of the structure function measured along each principal direction of
 * the displacements, summed over these and divided by n_paths. The structure function follows the measured
 * MSD at short lags, monotone cubics in log-log through six points a decade after 1/32 of the last lag, and a
 * power law beyond it. Right for paths that are Gaussian with stationary increments, independent of each
 * other, and whose coordinates are independent in some rotation. lags up to T/2; d <= 1024
 * (SGDL_UNSUPPORTED). Failures as sgdl_msd. Cost: sgdl_msd per coordinate, a product x V (2 T d^2 n_paths
 * flops) and eigendecomposition where d > 1, and d times sgdl_msd_covariance. Memory: a copy of x. */
sgdl_status sgdl_msd_gaussian(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              ptrdiff_t n_lags, const double *lags, double *msd, double *covariance);

/* ---- local exponent ------------------------------------------------- stats/local_exponent.c */

/* Exponents between pairs of lags, c_k = log(MSD(to_k)/MSD(from_k))/log(to_k/from_k) (n, whole frames, from <
 * to <= T/2), less the bias of the logarithm, with their covariance (n x n) from sgdl_msd_gaussian: in terms
 * of a gamma variable with the mean and variance of each MSD. critical[0]: normal quantile of a pointwise
 * interval at `level`; critical[1]: the `level` quantile of max_k |z_k| over n_sim draws of z with their
 * correlations, so that all c_k lie within critical[1] standard errors at once with probability `level`;
 * critical[2]: degrees of freedom of the MSD at the shortest lag (as many independent squared displacements):
 * below SGDL_LOCAL_FEWEST the path is smooth over a good part of its length, its structure is hardly known and
 * the band is too wide. What they estimate is the same secant of the true MSD: there is no smoothing bias. Failures: as
 * sgdl_msd_gaussian; an MSD of 0 is SGDL_BAD_ARGUMENT. Cost: sgdl_msd_gaussian at up to 2 n lags, n_sim n^2.
 */
enum { SGDL_LOCAL_FEWEST = 20 };

sgdl_status sgdl_local_exponent(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                const double *x, ptrdiff_t n, const double *from, const double *to,
                                double level, ptrdiff_t n_sim, uint64_t seed, double *exponent,
                                double *covariance, double *critical);

/* ---- crossovers ------------------------------------------------------------ stats/crossover.c */

enum { SGDL_CROSSOVER_BREAKS = 3 };

typedef struct sgdl_crossover {
  int n_breaks;
  double breaks[SGDL_CROSSOVER_BREAKS], break_lower[SGDL_CROSSOVER_BREAKS],
    break_upper[SGDL_CROSSOVER_BREAKS];
  double break_log_se[SGDL_CROSSOVER_BREAKS];                     /* of log break                 */
  double exponent[SGDL_CROSSOVER_BREAKS + 1], se[SGDL_CROSSOVER_BREAKS + 1];
  double lower[SGDL_CROSSOVER_BREAKS + 1], upper[SGDL_CROSSOVER_BREAKS + 1];
  double log_diffusivity;                                         /* of the first line at lag 1   */
  double p_value[SGDL_CROSSOVER_BREAKS]; /* of k breaks against k + 1, k = 0, 1, ...; NaN: not tested */
} sgdl_crossover;

/* log MSD = continuous broken line in log lag, least squares with weights 1/se (equal weights would follow
 * the noise of long lags, 1/variance the curvature of a smooth crossover at the shortest). Breaks are added
 * one by one while the parametric bootstrap (n_boot draws of log MSD about the fit, with its covariance from
 * sgdl_msd_gaussian: the correlations of the points are in it) gives the next one p <= alpha, up to
 * max_breaks <= 3. Intervals at `level` from the same bootstrap about the chosen fit: percentiles for the
 * breaks, normal for the exponents. A crossover that is smooth has no break of its own: the interval is for
 * that of the broken line nearest its MSD. log_msd, fitted (n_lags; fitted is an MSD), covariance (n_lags x
 * n_lags, of log_msd) are filled in. Failures: as sgdl_local_exponent; SGDL_TOO_SHORT below 4 + 3 max_breaks
 * lags. Cost: sgdl_msd_gaussian, and per draw n_lags^2 + 128 n_lags, with two breaks some 3e4. */
sgdl_status sgdl_msd_crossover(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                               const double *x, ptrdiff_t n_lags, const double *lags, int max_breaks,
                               double level, double alpha, ptrdiff_t n_boot, uint64_t seed, double *log_msd,
                               double *covariance, double *fitted, sgdl_crossover *result);

/* ---- normal diffusion, ergodicity, ageing ------------------ stats/normal_diffusion.c, ergodicity.c,
 * ageing.c */

/* Is it normal diffusion? Variance ratios MSD(lag)/(MSD(lags[0]) lag/lags[0]) (Lo and MacKinlay 1988; all
 * lags at once: Chow and Denning 1993) in logarithms, with their exact covariance under Brownian motion
 * (sgdl_msd_covariance of D = lag), divided by n_paths and the effective number of coordinates (tr C)^2/tr
 * C^2, C the covariance of displacements. log_ratio, se, p (n_lags each; the first is 0, 0, 1): two-sided
 * normal p of each lag; *p_value: of the largest |z|, from n_sim draws with the lags' correlations. lags up
 * to T/2, at least 2. Right for Gaussian increments. Cost: sgdl_msd. */
sgdl_status sgdl_normal_diffusion(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                  const double *x, ptrdiff_t n_lags, const double *lags, ptrdiff_t n_sim,
                                  uint64_t seed, double *log_ratio, double *se, double *p, double *p_value);

/* Time averages against ensemble averages over n_paths >= 2 paths; arrays of n_lags each.
 * average: mean over paths of the time-averaged MSD; ensemble: mean square displacement from the first frame.
 * eb = var(time-averaged MSD of a path)/average^2, the ergodicity breaking parameter; what a Gaussian process
 * has there: eb_measured (with the measured structure function), eb_brownian (D = lag; He, Burov, Metzler,
 * Barkai 2008: about 4 lag/(3 T)) and eb_fbm (D = lag^c, c the least-squares exponent at these lags, out as
 * *exponent), the last two for the effective number of coordinates of eb_measured. p_eb: share of n_sim
 * simulated ensembles (gamma variables of the Gaussian theory's mean, variance and correlations) whose eb is
 * at least as large; *p_ergodic: of the largest eb/eb_measured. z: log(ensemble/average), bias of the
 * logarithms taken off, in standard errors (Gaussian theory, with the covariance of the two averages);
 * p_origin two-sided; *p_single: of the largest |z|, by Sidak's bound. */
typedef struct sgdl_ergodicity {
  double *average, *ensemble, *eb, *eb_measured, *eb_brownian, *eb_fbm, *p_eb, *z, *p_origin;
  double exponent, p_ergodic, p_single;
} sgdl_ergodicity;
sgdl_status sgdl_test_ergodicity(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                 const double *x, ptrdiff_t n_lags, const double *lags, ptrdiff_t n_sim,
                                 uint64_t seed, sgdl_ergodicity *result);

typedef struct sgdl_ageing {
  double exponent, se, lower, upper, p_value; /* d log MSD/d log age, and its test of 0       */
  double chi_squared, chi_squared_p;          /* all blocks equal, any alternative             */
} sgdl_ageing;
/* MSD at one lag in n_blocks equal contiguous blocks of each path, mean over paths (msd), at age = the mean
 * time of the displacements' midpoints from frame 1; se of log msd (n_blocks each) if displacements do not
 * age: Gaussian theory with the structure function of the whole, blocks' correlations included. exponent:
 * generalised least squares of log msd on log age, the age of a block being that at which age^exponent has
 * its mean over the block. Scaled Brownian motion of MSD t^alpha from its start has alpha - 1. lag <=
 * T/n_blocks/2, n_blocks >= 3. */
sgdl_status sgdl_msd_ageing(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                            ptrdiff_t lag, ptrdiff_t n_blocks, double level, double *age, double *msd,
                            double *se, sgdl_ageing *result);

/* ---- epochs ------------------------------------------------------------- stats/epoch_ripple.c */

typedef struct sgdl_ripple {
  int epochs;                 /* whole epochs looked at; 0: none fits, or less than 4 frames in one */
  double ripple, se, p_value; /* mean log MSD(j M) above the chord of its neighbours; NaN where epochs = 0 */
} sgdl_ripple;
/* Does the MSD dip at whole epochs of M frames? It does where each epoch takes the examples in the same
 * order. Fresh shuffles do not dip in a time average (their noise, averaged over the phase, has a covariance
 * that falls to 0 at M): they flatten the MSD past M. Value: log MSD at j M less the chord, in log lag, from
 * (j - 1/2) M to (j + 1/2) M, mean over the first j <= 8 whose chord ends by `last` and T/2; standard error
 * by sgdl_msd_gaussian, two-sided normal p. M need not be whole. */
sgdl_status sgdl_epoch_ripple(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              double epoch, double last, sgdl_ripple *result);

/* ---- choice of model ----------------------------------- stats/compare_diffusion.c, diffusion_models.c */

typedef enum {
  SGDL_MODEL_BROWNIAN = 0, /* independent increments of one variance                            */
  SGDL_MODEL_FBM,          /* fractional Brownian motion; shape: exponent 2 H                   */
  SGDL_MODEL_SCALED,       /* scaled Brownian motion from frame 1: independent increments of variance
                              c ((i+1)^a - i^a), i = 0, 1, ...; shape: exponent a                */
  SGDL_MODEL_CONFINED, /* stationary Ornstein-Uhlenbeck process of any mean; shape: relaxation rate per frame
                        */
  SGDL_MODEL_THEORY,   /* given structure functions, nothing fitted                          */
  SGDL_MODEL_THEORY_SCALED, /* the same times a common factor: noise strength fitted              */
  SGDL_MODEL_COUNT
} sgdl_diffusion_model;

/* n_models each, shape, shape_se and scale d x n_models. */
typedef struct sgdl_diffusion_comparison {
  double *log_likelihood, *n_parameters, *aic, *aicc, *bic, *aic_weight, *aicc_weight, *bic_weight;
  double *shape, *shape_se, *scale; /* NaN where a model has none; scale: variance of an increment (frame 1 to
                                       2), of a position (confined), the common factor (theory) */
} sgdl_diffusion_comparison;

/* Exact Gaussian log-likelihoods of the T - 1 increments of every series (coordinate of a path), all
 * independent, at the maximum over a scale of each coordinate and over the shape (one for all coordinates
 * where `shared`, else one of each; paths share both), with AIC, AICc and BIC (observations: increments of
 * all series) and their weights. fBm and theory: Toeplitz (stats/toeplitz.h); confined: AR(1) with the mean
 * integrated out, which is the density of the increments; the others in closed form. theory: T x d structure
 * functions D(h), h < T, of each coordinate (NULL unless asked for). shape_se from the curvature of the
 * likelihood at its top. Failures: SGDL_TOO_SHORT (T < 8), SGDL_BAD_ARGUMENT (a coordinate that never moves),
 * SGDL_NOT_PSD (theory), SGDL_INTERRUPTED. Cost: fBm some 30 factorisations of O(T log^2 T); theory one for
 * each coordinate; the rest O(T) each. */
sgdl_status sgdl_compare_diffusion(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                   const double *x, ptrdiff_t n_models, const int *models, int shared,
                                   const double *theory, sgdl_diffusion_comparison *result);

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
  SGDL_FIT_IDENTIFIED,    /* 1 where converged, no se of a logarithm above 0.5 (of a curvature fitted: none expected
                             by the theory above 0.3), and a flat mode is excluded
                             by the limits of the curvature                                       */
  SGDL_FIT_COLUMNS
};

/* Over all modes. */
typedef struct sgdl_fit_summary {
  /* noise and curvature over their theory, damping: what the profile likelihoods of the identified modes have in
   * common, from their signed roots to second order (comparison/fit.h, stats/whittle.h); NaN: none */
  double estimate[3], se[3], lower[3], upper[3], p_value[3];
  double spread[3], spread_df[3], spread_p[3];  /* chi squared of the modes about the mean: all alike?  */
  double fit[3];      /* goodness of fit of all modes: chi squared, degrees of freedom, p          */
  double theory[3];   /* likelihood ratio of all modes to the theory: the same                      */
  ptrdiff_t ordinates, bands; /* of the periodogram used; bands of them                           */
} sgdl_fit_summary;

/* Bands of frequencies that sgdl_fit_langevin reports: at most this many. */
enum { SGDL_FIT_BANDS = 40 };

/* Fit of the theory to a trajectory, mode by mode: x (T x d x n_paths, parameters; the modes themselves where
 * model->vectors is NULL), modes: n_modes distinct 0-based modes. The path along a mode, filtered by 1 - tr L
 * + det L^2 of the map over one frame (so that what is left is nearly white and does not leak), has its
 * periodogram held against the expectation under the model's density, aliased to the frames (comparison/
 * mode_density.h), by debiased Whittle likelihood (stats/whittle.h) in log noise, log curvature of K and log
 * damping; the filter is that of the estimates. Intervals: Wald on the logarithms, of curvature and damping by profile
 * likelihood (lower limit: that of a flat mode where it is not excluded). Goodness of fit: chi squared
 * of the mean ratios of periodogram to fit over bands, 1 under the theory. Modes count as independent but for
 * the coherence of their noise, S~_lm^2/(S~_ll S~_mm), where the model has all of it.
 *  table: n_modes x SGDL_FIT_COLUMNS. covariance: 9 x n_modes, of the three logarithms (0 where not fitted).
 *  band_frequency (SGDL_FIT_BANDS): cycles per step; band_fit, band_data (SGDL_FIT_BANDS x n_modes): density
 *  of the position there (two-sided, per cycle per step), fitted and measured; band_weight: half the degrees
 *  of freedom of band_data. The first summary->bands of each.
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

/* Test of whether a run recorded every step was shuffled by epochs. The noise of every step along each mode
 * is
 * -eta xi[k] = x[k+1] - x[k] - beta (x[k] - x[k-1]) + eta kappa (x[k] - mu), white under sampling with
 * replacement (and without, within a step); under epochs of M steps it sums to zero over an epoch, its
 * spectrum is 1 - D^2/M^2 with the Dirichlet kernel D: no power below half a cycle an epoch. The modes' noise
 * is made uncorrelated and of unit variance by its covariance, its periodograms summed; the mean over low
 * frequencies over that of the rest is F distributed under white noise. epoch_steps: M where known; 0: the
 * smallest p value at 2, 4, 8, ... ordinates, times their number (Bonferroni). temperature (n_modes): kinetic
 * over configurational temperature, 1 for any white noise. Bands as in sgdl_fit_langevin: mean power over its
 * mean. Momentum, curvature must be right: a wrong one tilts the spectrum. Cost: 2 T d n_modes + T n_modes^2
 * flops, an FFT a mode, and T n_modes for every length tried, from a fifth to twice what the spectrum says.
 * */
sgdl_status sgdl_shuffling_test(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t T, ptrdiff_t n_paths,
                                const double *x, double every, ptrdiff_t n_modes, const double *modes,
                                double epoch_steps, double level, double *temperature, double *band_frequency,
                                double *band_weight, double *band_ratio, sgdl_shuffling *result);

/* x: T x d x n_paths, velocities (unit = 0) or positions, whose velocity is (x[i+1] - x[i])/unit. Columns:
 * their scalar product summed over coordinates (total), one a coordinate, or one a direction (d x
 * n_directions, NULL: none). value (n_lags x columns) = mean over origins and paths of v[i] v[i + lag], not
 * less the mean, as velocities have none; lags: integers >= 0 in frames. Errors from at least 20 contiguous
 * blocks of the products (whole paths where there are 16), NaN where a block is shorter than the lag; limits
 * by Student's t. correlation = value over that at lag 0, its error by the delta method over the same blocks.
 * *blocks: their number. Cost T d n_lags flops. stats/velocity.c */
sgdl_status sgdl_velocity_autocorrelation(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                          const double *x, double unit, int total, ptrdiff_t n_directions,
                                          const double *directions, ptrdiff_t n_lags, const double *lags,
                                          double level, double *value, double *se, double *lower, double *upper,
                                          double *correlation, double *correlation_se, ptrdiff_t *blocks);

/* Welch's estimate: mean over half-overlapping segments (of `segment` frames, less their mean, under Hann's
 * window or none) and paths of |FFT|^2, two-sided, per cycle per step: variance = integral of density over
 * -1/(2 every) .. 1/(2 every), as sgdl_power_spectrum. x, unit, total and directions as above; freq:
 * segment/2 of them, j/(segment every); the others segment/2 x columns. Chi-squared limits with df equivalent
 * degrees of freedom of window and overlap; a total has those of its independent parts, (tr S)^2/tr S^2 of
 * the spectral matrix S, estimated from pairs of segments apart. Cost d T log T, totals d T segments too.
 * stats/welch.c */
sgdl_status sgdl_welch(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                       double unit, int total, ptrdiff_t n_directions, const double *directions, double every,
                       ptrdiff_t segment, int window, double level, double *freq, double *density,
                       double *lower, double *upper, double *df);

#ifdef __cplusplus
}
#endif

#endif
