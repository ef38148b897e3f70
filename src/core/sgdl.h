/* sgdlangevin core: the dynamics of stochastic gradient descent near a minimum.
 *
 * Plain C11; knows neither R, Octave nor CUDA. THEORY refers to the mathematics
 * note of the project (sections as numbered there), "the paper" to Kunin et al.,
 * arXiv 2107.09133.
 *
 * Conventions, for every function:
 *  - returns sgdl_status; on failure ctx->message names the argument, its value and
 *    what was expected. Nothing is printed, nothing is raised, nothing leaks.
 *  - matrices are dense, double, column-major, without padding; sizes are ptrdiff_t.
 *  - the caller owns every array; inputs are borrowed for the duration of the call and
 *    never written; output pointers may be NULL where "optional" is said.
 *  - time is counted in steps of SGD; continuous time is t = lr * steps.
 *  - eigenvalues are in descending order everywhere ("mode 1" is the stiffest).
 *  - v is the velocity of THEORY section 1 (minus PyTorch's momentum buffer).
 */
#ifndef SGDL_H
#define SGDL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SGDL_VERSION "0.1.0"

/* ---- status ------------------------------------------------------------- base/status.c */

typedef enum sgdl_status {
  SGDL_OK = 0,
  SGDL_BAD_ARGUMENT,    /* out of range, wrong shape, misspelt option                     */
  SGDL_NOT_FINITE,      /* NA, NaN or infinite where a finite number is needed            */
  SGDL_NOT_SYMMETRIC,   /* H or Sigma not symmetric                                       */
  SGDL_NOT_PSD,         /* a covariance with a negative eigenvalue                        */
  SGDL_UNSTABLE,        /* learning rate at or past the stability limit                   */
  SGDL_SADDLE,          /* negative curvature: no stationary state                        */
  SGDL_FLAT,            /* flat noisy (or sloping) directions: no stationary position     */
  SGDL_NO_RESIDUAL,     /* regression with N <= d: no residual variance                   */
  SGDL_TOO_SHORT,       /* trajectory or window too short for an honest answer            */
  SGDL_UNSUPPORTED,     /* a combination the theory does not define                       */
  SGDL_NO_DEVICE,       /* requested backend is not there                                 */
  SGDL_NO_CONVERGENCE,  /* LAPACK did not converge                                        */
  SGDL_TOO_LARGE,       /* sizes past what BLAS or memory addressing allows               */
  SGDL_NO_MEMORY,
  SGDL_INTERRUPTED,     /* stopped by should_stop; what is done is handed back            */
  SGDL_IO,              /* file missing, truncated, not what it claims to be              */
  SGDL_CALLBACK,        /* the user's own function failed or gave something unusable        */
  SGDL_STATUS_COUNT
} sgdl_status;

/* One sentence for people ("the matrix is not symmetric"). Never NULL. */
const char *sgdl_status_string(sgdl_status status);
/* One word for programs ("not_symmetric"): R's condition class is sgdlangevin_<word>,
 * Octave's identifier sgdlangevin:<word>. Never NULL. */
const char *sgdl_status_word(sgdl_status status);

/* ---- context ----------------------------------------------------------- base/context.c */

struct sgdl_backend; /* backend.h */

#define SGDL_MESSAGE_SIZE 1024

typedef struct sgdl_context {
  int threads;                          /* OpenMP threads; 0 = all the machine offers     */
  const struct sgdl_backend *backend;   /* NULL = the CPU backend                         */
  int (*should_stop)(void *user);       /* non-zero: stop. May be NULL                    */
  void (*progress)(void *user, double fraction); /* 0..1, may be NULL                     */
  void *user;
  char message[SGDL_MESSAGE_SIZE];      /* detail of the last failure, "" after success   */
  int64_t last_poll_ns;                 /* private: when the host was last asked          */
} sgdl_context;

/* Zero everything; callbacks are then set by the caller. The callbacks are called on
 * the thread that called the core, at most every 50 ms. */
void sgdl_context_init(sgdl_context *ctx);

/* Index (0-based) of `value` among n `choices`. Otherwise SGDL_BAD_ARGUMENT with a message
 * that lists the choices and names the nearest one (edit distance). */
sgdl_status sgdl_match_option(sgdl_context *ctx, const char *argument, const char *value,
                              const char *const *choices, int n, int *index);
/* The same for a misspelt argument name: always fails, naming the nearest known name. */
sgdl_status sgdl_unknown_argument(sgdl_context *ctx, const char *function, const char *name,
                                  const char *const *known, int n);

/* ---- normals and integers --------------------------------------------- base/random.c */

/* Streams keep draws for different purposes apart under one seed. */
enum { SGDL_STREAM_NOISE = 0, SGDL_STREAM_BATCH = 1, SGDL_STREAM_START = 2, SGDL_STREAM_BOOTSTRAP = 3,
       SGDL_STREAM_DIFFUSION = 4, SGDL_STREAM_BAND = 5 };

/* Philox4x32-10 (Salmon et al. 2011): key = seed (low, high word), counter =
 * { block (32 bits), step low (32), stream << 24 | step high (24), path (32) }. */
void sgdl_philox(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint32_t block,
                 uint32_t out[4]);

/* out[c] = the standard normal of (seed, stream, path, step, coordinate first + c), c < n.
 * Box-Muller on block (first + c)/2; the value at a key never depends on n or `first`.
 * About 2 ns each with AVX-512, 5 without; no libm, the same bits on every machine with IEEE arithmetic. */
void sgdl_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first,
                  ptrdiff_t n, double *out);

/* ---- hyperparameters ---------------------------------------------------- model/hyper.c */

typedef struct sgdl_hyper {
  double lr;             /* eta > 0                                                       */
  double momentum;       /* beta in (-1, 1)                                               */
  double weight_decay;   /* lambda >= 0                                                   */
  double batch_size;     /* S >= 1, an integer                                            */
} sgdl_hyper;

typedef struct sgdl_hyper_derived {
  double mass;                 /* eta (1+beta)/2 = 1/a                                    */
  double damping;              /* c = a (1-beta) = 2 gamma, per unit time                 */
  double inverse_temperature;  /* kap = S (1-beta^2)                                      */
  double temperature;          /* 1/kap                                                   */
} sgdl_hyper_derived;

sgdl_status sgdl_hyper_check(sgdl_context *ctx, const sgdl_hyper *hyper);
void sgdl_hyper_derive(const sgdl_hyper *hyper, sgdl_hyper_derived *derived);

/* ---- problems --------------------------------------------------------- model/problem.c */

/* H (d x d) finite and symmetric, b (d, optional) finite; Sigma (d x d, optional) symmetric
 * positive semidefinite up to rounding; sigma2 (used when Sigma is NULL) finite, >= 0.
 * Cost d^3/3 (Cholesky of Sigma). */
sgdl_status sgdl_quadratic_check(sgdl_context *ctx, ptrdiff_t d, const double *H, const double *b,
                                 const double *Sigma, double sigma2);
/* rho (d) finite; noise (d, optional): variances of the one-example gradient along the
 * eigenvectors, finite and >= 0; or sigma2 (when noise is NULL). */
sgdl_status sgdl_spectrum_check(sgdl_context *ctx, ptrdiff_t d, const double *rho, const double *noise,
                                double sigma2);
/* Linear regression L = |X theta - y|^2/(2N): checks X (N x d), y (N) finite and gives
 * H = X'X/N (d x d, optional) and b = X'y/N (d). X is not copied. Cost N d^2, without H N d. */
sgdl_status sgdl_regression_moments(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                    const double *y, double *H, double *b);
/* Covariance of the gradient of one example at mu, THEORY section 6 with m = P = 0:
 * Sigma = (1/N) sum_b x_b x_b' r_b^2 - lambda^2 mu mu'  (Sigma optional), and
 * rss = sum r_b^2. X is read in tiles, never copied whole. Cost N d^2. */
sgdl_status sgdl_regression_noise(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                  const double *y, const double *mu, double weight_decay,
                                  double *Sigma, double *rss);
/* sigma2 = rss/(N - d); SGDL_NO_RESIDUAL when N <= d. */
sgdl_status sgdl_residual_variance(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, double rss, double *sigma2);

/* ---- the model ----------------------------------------------------------- model/model.c */

typedef enum { SGDL_LANGEVIN = 0, SGDL_SGD = 1 } sgdl_dynamics;
typedef enum { SGDL_REPLACEMENT = 0, SGDL_WITHOUT = 1, SGDL_EPOCH = 2 } sgdl_sampling;

typedef struct sgdl_model {
  ptrdiff_t dim;
  sgdl_hyper hyper;
  sgdl_dynamics dynamics;
  sgdl_sampling sampling;
  ptrdiff_t n_examples;      /* N; 0 = unknown (then sampling must be SGDL_REPLACEMENT)     */
  int drop_last;             /* epochs: drop (1) or keep (0) the remainder batch            */
  const double *rho;         /* d, eigenvalues of H, descending; |rho| <= d eps max is 0    */
  const double *vectors;     /* d x d, H = V diag(rho) V'; NULL: parameters are the modes   */
  const double *minimiser;   /* d, mu = K^{-1} b; NULL = 0                                  */
  const double *noise;       /* V' Sigma V (d x d), or its diagonal (d), see noise_is_full  */
  int noise_is_full;
  const double *hessian;     /* d x d, optional: with sigma2 >= 0 the Cholesky shortcut     */
  double sigma2;             /* >= 0 says Sigma = sigma2 * H exactly; < 0: it is not so     */
} sgdl_model;

/* H = V diag(rho) V', rho descending, the largest component of each vector positive;
 * |rho| <= d * DBL_EPSILON * max|rho| is set to 0. vectors: d x d. Cost: dsyevd. */
sgdl_status sgdl_decompose(sgdl_context *ctx, ptrdiff_t d, const double *H, double *rho, double *vectors);
/* noise = V' Sigma V, exactly symmetric. Two products. */
sgdl_status sgdl_noise_to_modes(sgdl_context *ctx, ptrdiff_t d, const double *vectors,
                                const double *Sigma, double *noise);
/* mu = K^{-1} b through the modes (vectors may be NULL); in flat modes without slope mu = 0.
 * SGDL_FLAT when b slopes along a flat mode (no minimiser). */
sgdl_status sgdl_minimiser(sgdl_context *ctx, ptrdiff_t d, const double *rho, const double *vectors,
                           double weight_decay, const double *b, double *mu);
/* mu = K^{-1} b by Cholesky, no eigenvalues; SGDL_FLAT/SGDL_SADDLE when K is not positive definite. */
sgdl_status sgdl_minimiser_cholesky(sgdl_context *ctx, ptrdiff_t d, const double *H,
                                    double weight_decay, const double *b, double *mu);

typedef struct sgdl_model_report {
  ptrdiff_t n_flat;       /* kappa = 0                                                      */
  ptrdiff_t n_flat_noisy; /* of these, with noise                                           */
  ptrdiff_t n_saddle;     /* kappa < 0                                                      */
  ptrdiff_t n_past_limit; /* lr * kappa >= 2 (1+beta): SGD itself diverges                  */
  double lr_limit;        /* 2 (1+beta)/max kappa; Inf when max kappa <= 0                  */
  double worst_kappa;     /* the largest kappa                                              */
  double langevin_error;  /* largest eta kappa/(2(1+beta)): relative error of the Langevin
                             model's stationary variances (THEORY section 4)                */
  ptrdiff_t epoch_steps;  /* M, steps in an epoch; 0 unless n_examples is known             */
  ptrdiff_t remainder;    /* N - floor(N/S) S                                               */
} sgdl_model_report;

/* Validates (batch size against N; epochs and sampling without replacement need n_examples;
 * epochs need SGDL_SGD: SGDL_UNSUPPORTED otherwise) and counts. lr past the limit is
 * SGDL_UNSTABLE, naming limit and eigenvalue, under SGDL_SGD; under SGDL_LANGEVIN it is only
 * counted. Flat directions and saddles are only counted. rho may be NULL: counts stay 0. */
sgdl_status sgdl_model_check(sgdl_context *ctx, const sgdl_model *model, sgdl_model_report *report);

/* ---- theory: stationary state ------------------------------------- theory/stationary.c */

/* cov(theta), cov(v), cross = cov(theta, v) (d x d each, parameter coordinates, all optional),
 * trace[2] = tr cov(theta), tr cov(v); exists[d] = 1 where a mode has a stationary position.
 * THEORY section 2 (Langevin), 4 (SGD), 6 (epochs: averaged over the phase of the epoch).
 * Flat noisy modes: exists = 0, left out of theta and cross, trace[0] = Inf, SGDL_OK.
 * Saddle: SGDL_SADDLE. Cost: at most four products (d^3 each: 2 flops) and O(d^2) elementwise;
 * with sigma2 >= 0, Langevin, not epochs and a Hessian: one Cholesky and one inverse; only
 * traces: O(d). Then vectors, rho and noise may be NULL if hessian is given. */
sgdl_status sgdl_stationary(sgdl_context *ctx, const sgdl_model *model, double *theta, double *velocity,
                            double *cross, double trace[2], int *exists);

/* ---- theory: transient --------------------------------------------- theory/transient.c */

typedef enum { SGDL_COV_NONE = 0, SGDL_COV_TRACE, SGDL_COV_DIAGONAL, SGDL_COV_FULL } sgdl_covariance;

/* Mean and covariance of (theta, v) at n steps (>= 0; integers under SGDL_SGD, any order) from
 * the point (theta0, v0) (d each; v0 NULL = 0). mean_*: d x n. Covariances by kind:
 * FULL d x d x n, DIAGONAL d x n (variances of the parameters), TRACE n, NONE untouched (NULL).
 * No subtraction of a stationary value: exact for flat modes and saddles, at short and long
 * times. Epochs: step 0 is the start of an epoch. Cost per step: FULL O(d^2 log k) + 6 products. */
sgdl_status sgdl_transient(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                           const double *theta0, const double *v0, sgdl_covariance kind,
                           double *mean_theta, double *mean_velocity, double *theta, double *velocity,
                           double *cross);

/* ---- theory: modified loss ------------------------------------- theory/modified_loss.c */

/* U = B^{-1} and Q (2d x 2d, order theta then v), THEORY section 3; SGDL_LANGEVIN only.
 * B = inverse_temperature * stationary covariance. Where Sigma is singular U is a generalised inverse
 * on the noise-reachable subspace, whose dimension is *rank (2d when regular). effective (d x d, or NULL):
 * the Hessian of the loss that theta alone descends, velocities integrated out: the (generalised) inverse of
 * inverse_temperature cov(theta). */
sgdl_status sgdl_modified_loss(sgdl_context *ctx, const sgdl_model *model, double *U, double *Q,
                               double *effective, ptrdiff_t *rank);
/* phi[i] = z_i'U z_i/2 at n points, one a row (n x 2d: theta, v), z = (theta - mu, v). */
sgdl_status sgdl_modified_loss_value(sgdl_context *ctx, ptrdiff_t d, const double *U, const double *minimiser,
                                     ptrdiff_t n, const double *points, double *phi);
/* Stationary probability current J = -Q U z p_ss(z) at n points (rows): current n x 2d
 * (optional), drift -Q U z n x 2d (optional), log p_ss(z) n (optional). Regular U only
 * (rank = 2d), else SGDL_UNSUPPORTED. */
sgdl_status sgdl_current(sgdl_context *ctx, ptrdiff_t d, const double *U, const double *Q,
                         double inverse_temperature, const double *minimiser, ptrdiff_t n,
                         const double *points, double *current, double *drift, double *log_density);

/* Plane through `origin` (2d; NULL = (mu, 0)) along two directions (2d each, made orthonormal in this
 * order): x and y (n each) are distances from the origin, out to `extent` predicted standard deviations
 * along each; value, current_x, current_y (Phi and the components of -Q U z along the two directions) and
 * training_loss (theta - mu)'K(theta - mu)/2 are n x n, x down the rows. SGDL_LANGEVIN only. Cost: that of
 * sgdl_stationary, 8 matrix-vector products, O(n^2). */
sgdl_status sgdl_modified_loss_section(sgdl_context *ctx, const sgdl_model *model, const double *U,
                                       const double *Q, const double *direction1, const double *direction2,
                                       const double extent[2], ptrdiff_t n, const double *origin, double *x,
                                       double *y, double *value, double *current_x, double *current_y,
                                       double *training_loss);

/* ---- theory: oscillations ---------------------------------------- theory/oscillations.c */

typedef enum { SGDL_FLAT_MODE = 0, SGDL_OVERDAMPED, SGDL_CRITICAL, SGDL_UNDERDAMPED, SGDL_ALTERNATING,
               SGDL_SADDLE_MODE } sgdl_regime;
/* "flat", "overdamped", "critical", "underdamped", "alternating", "saddle" */
const char *sgdl_regime_string(sgdl_regime regime);

/* Per mode (arrays of d): gamma = decay rate per unit time of the envelope of oscillation (c/2), omega =
 * natural angular frequency per unit time, regime, period in steps (Inf unless it oscillates), quality
 * factor omega/(2 gamma), critical_momentum = the momentum at which this mode is critically damped at this
 * lr (NaN for flat modes and saddles). THEORY section 2 or 4 by model->dynamics. */
sgdl_status sgdl_oscillations(sgdl_context *ctx, const sgdl_model *model, double *gamma, double *omega,
                              int *regime, double *period, double *quality, double *critical_momentum);

/* ---- theory: mean squared displacement ------------------------------------ theory/msd.c */

typedef enum { SGDL_START_STATIONARY = 0, SGDL_START_POINT } sgdl_start;
typedef enum { SGDL_FORM_MODEL = 0, SGDL_FORM_PAPER } sgdl_msd_form;

/* E|theta_k - theta_0|^2 at n steps k > 0 (integers under SGDL_SGD and for SGDL_FORM_PAPER).
 * SGDL_START_STATIONARY: increments of the stationary process (flat modes: from stationary
 * velocity); epochs: averaged over the phase, as a long time average measures it.
 * SGDL_START_POINT: from (theta0, v0). SGDL_FORM_PAPER: the paper's sum, needs sigma2 >= 0,
 * SGDL_REPLACEMENT and SGDL_START_STATIONARY.
 * exponent (n, optional): d log MSD/d log k, analytic for Langevin; for SGD the centred
 * difference over [k-1, k+1] of log MSD against log k ([1, 2] at k = 1).
 * per_mode (n x d, optional): the terms of the sum. THEORY sections 5 and 6. From 4096 modes on (white noise,
 * stationary, no per_mode) through sgdl_compress_spectrum: a cost per step free of d, 1e-9 relative. */
sgdl_status sgdl_msd_theory(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                            sgdl_start start, const double *theta0, const double *v0,
                            sgdl_msd_form form, double *msd, double *exponent, double *per_mode);

/* ---- statistics: MSD -------------------------------------------------------- stats/msd.c */

typedef enum { SGDL_MSD_TIME_AVERAGED = 0, SGDL_MSD_ENSEMBLE, SGDL_MSD_FROM_START } sgdl_msd_type;

/* x: T x d x n_paths. lags (n_lags): integers in frames, 1 <= lag < T, strictly increasing.
 * msd[l] = mean over origins and paths of |x[i + lag] - x[i]|^2 (sum over d coordinates).
 *  TIME_AVERAGED: all origins, by FFT (FFTW) after removal of an exact line. se: from the spread of
 *    contiguous blocks (n_blocks x n_paths of them, chosen as in sgdl_msd_blocks), NaN where
 *    the lag is past half a block; across paths where n_paths >= 8.
 *  ENSEMBLE: origin = frame `origin` (0-based) in every path, mean over paths; n_paths >= 2.
 *  FROM_START: origin 0, mean over paths; se NaN when n_paths = 1.
 * count[l] = number of displacements averaged (optional). se optional.
 * Cost O(T log T) per coordinate and path; memory O(T) per thread. */
sgdl_status sgdl_msd(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                     sgdl_msd_type type, ptrdiff_t origin, ptrdiff_t n_lags, const double *lags,
                     double *msd, double *se, double *count);

/* Time-averaged MSD of each of n_blocks contiguous, equal blocks of each path:
 * blocks: n_lags x (n_blocks * n_paths); lags < T/n_blocks. */
sgdl_status sgdl_msd_blocks(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                            ptrdiff_t n_blocks, ptrdiff_t n_lags, const double *lags, double *blocks);

/* Log-spaced integer lags: at most `per_decade` a decade from first to last, distinct, both ends
 * included. lags: room for last - first + 1 or per_decade * decades + 2, whichever is less. *n_lags out. */
sgdl_status sgdl_log_lags(sgdl_context *ctx, ptrdiff_t first, ptrdiff_t last, double per_decade,
                          ptrdiff_t capacity, double *lags, ptrdiff_t *n_lags);

/* ---- statistics: exponent ------------------------------------------------ stats/exponent.c */

typedef struct sgdl_exponent {
  double exponent, se, lower, upper;   /* interval at `level`                               */
  double log_diffusivity, log_diffusivity_se, covariance; /* MSD = exp(log_diffusivity) lag^exponent */
  double p_value;                      /* two-sided, of exponent = 1                        */
  double window[2];                    /* lags used, in frames                              */
  ptrdiff_t n_lags, n_blocks;          /* points in the regression; blocks resampled         */
  double curvature, curvature_p;       /* quadratic term of the log-log fit and its p value: straight? */
  double naive_se;                     /* what the residuals alone would claim, far too small       */
} sgdl_exponent;

/* Ordinary least squares of log MSD on log lag over log-spaced lags in [window[0], window[1]] (frames;
 * pass 0, 0 for the default: 1 to T/32, or to (T-1)/2 with at least 16 paths), with a block bootstrap of
 * contiguous blocks (whole paths when n_paths >= 16): standard error from n_boot resamples, interval by
 * Student's t with (blocks - 1) degrees of freedom. SGDL_TOO_SHORT when fewer than 8 blocks of twice the
 * largest lag fit, or fewer than 3 lags. */
sgdl_status sgdl_exponent_ols(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                              const double window[2], double level, ptrdiff_t n_boot, uint64_t seed,
                              sgdl_exponent *result);

/* ---- trajectories on disk ------------------------------------------------------ io/hdf5.c */

/* 1 when built with libhdf5. Without it every function below is SGDL_UNSUPPORTED with a message
 * that says how to get it. */
int sgdl_has_hdf5(void);

typedef struct sgdl_trajectory_info {
  ptrdiff_t frames, dim, n_paths;   /* of `theta`                                            */
  int has_velocity;
  double lr, momentum, weight_decay, batch_size, n_examples; /* scalars in /run; NaN when absent */
  double epoch_sampling;                                     /* 1, 0 or NaN                  */
} sgdl_trajectory_info;

/* Layout: /theta and optional /velocity, C order (path x) frame x coordinate (so a frame is
 * contiguous), double; /step (frames, optional); /run/<name> scalars. As in data/softmax_epoch.h5. */
sgdl_status sgdl_trajectory_info_read(sgdl_context *ctx, const char *file, sgdl_trajectory_info *info);
/* Slab of `dataset` ("theta", "velocity", ...): frames [first, first + count), all coordinates, path
 * `path`; out: count x dim column-major. Truncated or foreign files: SGDL_IO, nothing written. */
sgdl_status sgdl_trajectory_read(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                 ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out);
/* Writes atomically (temporary file, on the disk before it is renamed). theta, velocity (optional): T x d x n_paths, steps (T,
 * optional). */
sgdl_status sgdl_trajectory_write(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                  const double *steps, const double *theta, const double *velocity);

#ifdef __cplusplus
}
#endif

#include "sgdl_theory.h"
#include "sgdl_simulate.h"
#include "sgdl_stats.h"
/* sgdl_operator.h builds on these and is included by itself. */

#endif
