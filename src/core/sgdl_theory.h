/* The exact theory beyond its first floor: sampling phases, starts, spectra, weight-dependent noise,
 * irreversibility, the planner. Included by sgdl.h; conventions as there. */
#ifndef SGDL_THEORY_H
#define SGDL_THEORY_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- epochs at a given phase ------------------------------------------ theory/phase.c */

/* Stationary covariance m steps into an epoch (0 = epoch ends, where checkpoints are written; m < M),
 * constant noise; outputs as sgdl_stationary. SGDL_UNSUPPORTED unless sampling is SGDL_EPOCH. THEORY
 * section 6: P_end = F^M P_end F^M' + Q, by doubling per pair: O(d^2 log(relaxation time)), five products. */
sgdl_status sgdl_stationary_at_phase(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t phase, double *theta,
                                     double *velocity, double *cross, double trace[2], int *exists);

/* ---- starts ------------------------------- theory/start.c, transient.c, msd.c, log_density.c */

typedef enum {
  SGDL_FROM_STATIONARY = 0,   /* stationary law, averaged over the phase of the epoch          */
  SGDL_FROM_POINT,            /* (theta0, v0)                                                  */
  SGDL_FROM_REST_OF_SPEED,    /* theta0 given, velocity stationary                             */
  SGDL_FROM_GAUSSIAN,         /* mean (theta0, v0), covariance cov0 (2d x 2d)                  */
  SGDL_FROM_CHECKPOINT        /* stationary at epoch ends, lags counted from there             */
} sgdl_from;

typedef struct sgdl_initial {
  sgdl_from from;
  const double *theta0, *v0;  /* d each, parameter coordinates; NULL: minimiser, 0 (rest of speed: v0
                                 unused; stationary, checkpoint: neither is used)              */
  const double *cov0;         /* 2d x 2d, order theta then v, SGDL_FROM_GAUSSIAN               */
} sgdl_initial;

/* sgdl_transient and sgdl_msd_theory from any start (the MSD: sum over modes, covariances with the
 * start included). Outputs as there. From point, rest of speed, Gaussian: step 0 is the start of an epoch;
 * rest of speed under epochs has the velocities of epoch ends. From stationary, checkpoint: flat noisy
 * modes have no position (left out; trace Inf) but their displacement is given. */
sgdl_status sgdl_transient_from(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                                const sgdl_initial *initial, sgdl_covariance kind, double *mean_theta,
                                double *mean_velocity, double *theta, double *velocity, double *cross);
sgdl_status sgdl_msd_from(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                          const sgdl_initial *initial, double *msd, double *exponent, double *per_mode);
/* log p_k(z) of n phase-space points (rows, n x 2d) at one step; SGDL_UNSUPPORTED where the covariance is
 * singular (sharp start at step 0, noiseless directions). One Cholesky of 2d x 2d. */
sgdl_status sgdl_transient_log_density(sgdl_context *ctx, const sgdl_model *model, double step,
                                       const sgdl_initial *initial, ptrdiff_t n, const double *points,
                                       double *log_density);

/* ---- what a trajectory shows --------------------------- theory/autocorrelation.c, spectrum.c */

/* Stationary autocovariances at n lags (steps >= 0): theta[k] = sum over modes (or along `direction`, d, any
 * length, optional) of cov(theta_{t+k}, theta_t), likewise velocity, and cross = cov(theta_{t+k}, v_t); each
 * optional. per_mode_* (n x d, optional): every mode's own, whatever the direction. Averaged over the phase
 * under epochs. Flat noisy modes: theta Inf, left out of cross. A direction under general noise needs all
 * pairs: O(d^2) a lag. THEORY sections 2, 4 and 6: F^k r(0), closed sums over an epoch. */
sgdl_status sgdl_autocorrelation(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *lags,
                                 const double *direction, double *theta, double *velocity, double *cross,
                                 double *per_mode_theta, double *per_mode_velocity);
/* Two-sided power spectral density of theta and of v at n frequencies (cycles per step, > 0; <= 1/2 under
 * SGD): variance = integral over -1/2..1/2 (SGD) or the line (Langevin) of S df. Total or along
 * `direction` (theta, velocity optional); per_mode (n x d, optional): every mode's own, of theta.
 * Langevin: w = 2 pi f/lr per unit time and dw/(2 pi) = df/lr, so S(f) = S(w)/lr. */
sgdl_status sgdl_power_spectrum(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *freq,
                                const double *direction, double *theta, double *velocity, double *per_mode);
/* Ringing of the modes under white noise, d each: frequency (cycles per step) at which the spectrum of
 * theta peaks (0: it falls from 0 on, no ringing; 1/2: it rises to the end), width at half the peak (NaN
 * where the spectrum does not fall to half on both sides), quality = frequency/width (NaN likewise).
 * Saddles NaN. */
sgdl_status sgdl_ringing(sgdl_context *ctx, const sgdl_model *model, double *frequency, double *width,
                         double *quality);

/* ---- regimes of the displacement -------------------------------------- theory/regimes.c */

/* What the local exponent c of the displacement shows at a step, with s = |dc/d log k| from the neighbours:
 * ballistic c > 3/2; confined c < 1/10; diffusive |c - 1| <= 1/10 and plateau 1/10 <= c < 9/10, both with
 * s <= 0.09 (c stays); crossover: everything else. */
typedef enum {
  SGDL_BALLISTIC = 0, SGDL_CROSSOVER, SGDL_DIFFUSIVE, SGDL_PLATEAU, SGDL_CONFINED
} sgdl_displacement;
/* "ballistic", "crossover", "diffusive", "plateau", "confined" */
const char *sgdl_displacement_string(sgdl_displacement label);

typedef struct sgdl_regimes {
  double ballistic_end;     /* steps: c first falls through 3/2 (NaN: not within `steps`)                */
  double confined_start;    /* c falls through 1/10 for good (NaN: not within `steps`; Inf: never, flat
                               noisy modes)                                                             */
  double relaxation[2];     /* (1-beta)/(eta kappa) in steps of the stiffest and the flattest overdamped
                               noisy mode (Inf: flat); NaN: no mode is overdamped                      */
  double spectral_exponent; /* alpha: the stationary variance per log kappa goes like kappa^-alpha in the
                               overdamped modes (for variances that do not depend on the mode: spectral
                               density kappa^-(1+alpha)). NaN: fewer than 10 modes, or less than a decade */
  double spectral_misfit;   /* largest distance of the cumulated variance from that law (Kolmogorov)     */
  double predicted;         /* exponent between the relaxation times: alpha if 0 < alpha < 1, misfit <= 0.1
                               and kappa spans two decades; else NaN: none is predicted                */
  double plateau;           /* median of c in the geometric middle third between the relaxation times
                               (NaN: less than a decade between them, or no step there)                */
} sgdl_regimes;
/* label (optional): an sgdl_displacement for each of n steps (ascending) from the exponents that
 * sgdl_msd_theory gives there. SGDL_SADDLE at saddles. */
sgdl_status sgdl_msd_regimes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                             const double *exponent, int *label, sgdl_regimes *regimes);

/* ---- Fokker-Planck, irreversibility --------------- theory/fokker_planck.c, irreversibility.c */

/* How well (U, Q) of sgdl_modified_loss solve the stationary Fokker-Planck equation of the model, by products
 * with matrices assembled anew (Frobenius norms; D, A: THEORY section 2, B = S(1-beta^2) times
 * sgdl_stationary): residual[0] = |A Pi - (D+Q) U|/|A Pi|, Pi = B U (the identity; where Sigma is singular
 * the projection on the reachable subspace), or |Pi B - B|/|B| where that is larger, [1] = |A B + B A' -
 * 2D|/|A B|, [2] = |Q + Q'|/|Q| (0 when Q = 0), [3] = largest |L p|/p over n points (rows, n x 2d, optional;
 * projected by Pi), in units of tr A, where L p = 0 is the equation (0 without points). SGDL_LANGEVIN without
 * flat noisy modes. Cost: 30 products of d^3. */
sgdl_status sgdl_fokker_planck_residual(sgdl_context *ctx, const sgdl_model *model, const double *U,
                                        const double *Q, ptrdiff_t n, const double *points,
                                        double residual[4]);
/* THEORY section 9; every output optional. entropy_production: per unit time t = lr k, zero exactly where the
 * stationary cov(theta, v) has no antisymmetric part; NaN under SGD (no density in closed form under real
 * batches) and where Sigma or K is singular. kinetic: W_ll, configurational: a kappa_l P_ll (d each, a =
 * 2/(eta(1+beta)); any dynamics and sampling): temperatures of a mode times its noise, equal under noise
 * white in time; flat modes: configurational NaN. antisymmetric: (R - R')/2, R = cov(theta, v) (d x d,
 * parameter coordinates). Cost: 10 products. */
sgdl_status sgdl_irreversibility(sgdl_context *ctx, const sgdl_model *model, double *entropy_production,
                                 double *kinetic, double *configurational, double *antisymmetric);

/* ---- planner ------------------------------------------------------------ theory/planner.c */

/* What a change of hyperparameters is to leave alone (eta, beta, S: lr, momentum, batch size):
 *  STATIONARY  eta/(S(1-beta)): the stationary variance of theta in every mode of the Langevin model (off the
 *              diagonal only where noise and curvature commute)
 *  DYNAMICS    the law of the whole path of theta in the Langevin model as a function of examples seen, k S:
 *              modified loss (velocity per example), damping and temperature. One family of settings:
 *              S' = r S, (1-beta')/(1+beta') = r (1-beta)/(1+beta), eta'/(1+beta') = r^2 eta/(1+beta)
 *  DIFFUSION   eta^2/(S(1-beta)^2): growth of the MSD of flat modes per step, exact under SGD */
typedef enum { SGDL_PRESERVE_STATIONARY = 0, SGDL_PRESERVE_DYNAMICS, SGDL_PRESERVE_DIFFUSION } sgdl_preserve;
enum { SGDL_CHANGE_LR = 1, SGDL_CHANGE_MOMENTUM = 2, SGDL_CHANGE_BATCH_SIZE = 4 };

typedef struct sgdl_equivalence {
  double kept_before, kept_after; /* the quantity kept (DYNAMICS: that of STATIONARY)                     */
  double batch_size;              /* before it was rounded to the nearest whole number                  */
  double steps;                   /* steps afterwards that do the work of one before: relaxation of slow modes
                                     (STATIONARY), S/S' (DYNAMICS), 1 (DIFFUSION)                        */
} sgdl_equivalence;

/* `change` (SGDL_CHANGE_*, or'ed) says which hyperparameters are given in `to`; the others are solved for:
 *  STATIONARY, DIFFUSION: one given: lr follows batch_size or momentum, batch_size follows lr, the third
 *    stays; two given: the third is solved for; all three: nothing is, `report` compares.
 *  DYNAMICS: exactly one given, both others follow; else SGDL_BAD_ARGUMENT.
 * weight_decay stays. A batch size that is solved for is rounded; the rest is solved as if it were not, so
 * that rounding changes kept_after by batch_size/to->batch_size (below 1/(2S) relative) and nothing else.
 * SGDL_UNSUPPORTED, naming the nearest value that can be given, where the solution has batch_size < 1 or
 * momentum outside (-1, 1). report optional. */
sgdl_status sgdl_equivalent(sgdl_context *ctx, const sgdl_hyper *from, unsigned change,
                            sgdl_preserve preserve, sgdl_hyper *to, sgdl_equivalence *report);

typedef struct sgdl_equivalence_error {
  double theta;      /* tr cov(theta) over the modes that have a stationary position                      */
  double velocity;   /* tr cov(v)                                                                       */
  double diffusion;  /* growth of the MSD per step along flat noisy directions, at long times (NaN: epochs of
                        equal batches, where it is none)                                                */
} sgdl_equivalence_error;
/* Relative changes, new/old - 1, when the model's hyperparameters become `to`, exact under SGD with the
 * model's sampling (whatever its dynamics). SGDL_UNSTABLE when SGD diverges at either. O(d). */
sgdl_status sgdl_equivalent_error(sgdl_context *ctx, const sgdl_model *model, const sgdl_hyper *to,
                                  sgdl_equivalence_error *error);

/* ---- weight-dependent noise ---------- theory/examples.c, multiplicative*.c, dressed*.c (THEORY section
 * 6) */

/* The examples of a problem at its minimiser, in the coordinates of the modes: gradients n_i (weight decay
 * included, so that they sum to zero) and Hessians H_i. These are given either as
 *  factor: H_i = sum_r b_ir b_ir', rows b_ir of a matrix (N rank) x d, row i + N r (regression: rank 1, X V;
 *    softmax of c classes: rank c - 1), or as
 *  hessian_product: out (N x d) <- rows H_i w_i' for the rows w_i of W (N x d), or for the one row of W
 *    (n_rows = 1) applied by every example; any failure is handed through. */
typedef struct sgdl_examples {
  ptrdiff_t N, d, rank;
  const double *factor;            /* (N rank) x d, or NULL: hessian_product is used              */
  const double *gradient;          /* N x d                                                       */
  sgdl_status (*hessian_product)(void *user, ptrdiff_t n_rows, const double *W, double *out);
  void *user;
} sgdl_examples;

/* out (n x d) = A V: rows in parameter coordinates (factors, gradients) to modes. 2 n d^2 flops. */
sgdl_status sgdl_rows_to_modes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *A,
                               double *out);
/* Linear regression: factor = X V and gradient n_i = -(y_i - x_i'mu) x_i + lambda mu in modes (N x d each;
 * X is N x d, N = model->n_examples). 2 N d^2 flops. */
sgdl_status sgdl_regression_examples(sgdl_context *ctx, const sgdl_model *model, const double *X,
                                     const double *y, double *factor, double *gradient);

/* What `sgdl_multiplicative_noise` found about the linear map P -> stationary(K, D[P]), D[P] the part of the
 * noise that P brings about. Its spectral radius is below 1 exactly where the variance is finite. */
typedef struct sgdl_multiplicative {
  double spectral_radius;
  double radius_bound;       /* no larger radius is possible (Collatz and Wielandt), NaN: not computed   */
  double largest_stable_lr;  /* where the radius is 1, other hyperparameters kept                   */
  double tail_index;         /* of |theta| (Kesten), see multiplicative_tail.c; Inf: not below 16   */
  int fourth_moment;         /* 1 finite, 0 infinite, in the same approximation                     */
  int iterations;
  double error;              /* bound on the relative error of the trace of P                      */
} sgdl_multiplicative;

/* Sampling with replacement or without: the self-consistent noise Sigma(0, P) in modes (d x d), P =
 * stationary(K, Sigma(0, P)); put it into model->noise (noise_is_full = 1, sigma2 < 0) and every function
 * of the theory uses it. Exact for regression under SGDL_SGD (real minibatch SGD); for other losses up to
 * third derivatives. SGDL_UNSTABLE when the radius is >= 1 ("the stationary variance is infinite", largest
 * stable lr); the report is filled then too. Cost per iteration: 4 N rank d^2 flops (factors), N d^3
 * (Hessian products). */
sgdl_status sgdl_multiplicative_noise(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                                      double *noise, sgdl_multiplicative *report);

/* Mean and covariance of (theta, v) of minibatch SGD with weight-dependent noise at n steps (integers >=
 * 0, ascending) from (theta0, v0): exact for regression under sampling with replacement or without, THEORY
 * section 6's Sigma(m, P). SGDL_SGD only. Outputs as sgdl_transient with SGDL_COV_FULL, theta, velocity,
 * cross optional; trace (n, optional) = tr cov(theta). Cost per step as an iteration above plus O(d^2). */
sgdl_status sgdl_multiplicative_transient(sgdl_context *ctx, const sgdl_model *model,
                                          const sgdl_examples *examples, ptrdiff_t n, const double *steps,
                                          const double *theta0, const double *v0, double *mean_theta,
                                          double *mean_velocity, double *theta, double *velocity,
                                          double *cross, double *trace);

/* Epochs. The rungs of the ladder, each with all before it. */
enum { SGDL_DRESSED_CONSTANT = 0, /* noise of the minimiser                                            */
       SGDL_DRESSED_NOISE,        /* (b) noise that grows with the displacement                        */
       SGDL_DRESSED_RESPONSE,     /* (c) restoring force from reusing the same examples                */
       SGDL_DRESSED_CUMULANT,     /* (f) third cumulant of gradients and Hessians                      */
       SGDL_DRESSED_SHIFT,        /* (e) mean away from the minimiser                                  */
       SGDL_DRESSED_TERMS };

typedef struct sgdl_dressed {
  double trace[SGDL_DRESSED_TERMS]; /* tr cov(theta), stationary, averaged over the phase, per rung     */
  double small_parameter;  /* largest D[X_0]_ll/C_ll of a mode: the expansion is of first order in it  */
  double shift;            /* |E theta - mu| over the square root of the last trace                    */
} sgdl_dressed;

/* Time-averaged MSD of SGD by epochs with weight-dependent noise, THEORY section 6 terms b, c, f, e. lags:
 * n steps (integers >= 1). terms: 5 x n MSD per rung. Optional: exponent n (of the last rung, as
 * sgdl_msd_theory), per_mode n x d (last rung), variance d (stationary, per mode, last rung), mean_shift d
 * (E theta - mu, parameter coordinates), report. SGDL_UNSUPPORTED unless SGDL_SGD and SGDL_EPOCH; saddles:
 * SGDL_SADDLE. Cost: d^2 N rank (rank + 1)/2 flops once, 2 d^2 M a rung, O(L log L) a mode with L eight
 * relaxation times. */
sgdl_status sgdl_dressed_msd(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                             ptrdiff_t n, const double *lags, double *terms, double *exponent,
                             double *per_mode, double *variance, double *mean_shift, sgdl_dressed *report);

/* Standard deviation of the time-averaged MSD of one window of T frames (its relative size says what ratio
 * of measured to theory is noise): per_mode (T-1) x d, the expected MSD of every mode at lags 1 .. T-1;
 * lags: n whole numbers below T. Gaussian, stationary, modes independent: with c_l(s) = (MSD_l(s+k) +
 * MSD_l(|s-k|))/2 - MSD_l(s), var = 2/(T-k)^2 sum_|s|<T-k (T-k-|s|) sum_l c_l(s)^2. Cost n T d.
 * theory/sampling_error.c */
sgdl_status sgdl_msd_sampling_error(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, const double *per_mode,
                                    ptrdiff_t n, const double *lags, double *error);

/* ---- many eigenvalues ------------------------------------------------- theory/compressed.c */

/* The modes of a model as a few: sum over modes of strength_l f(kappa_l) = sum over nodes of weight_m
 * f(kappa_m) for the displacement f of a mode over any number of steps up to max_steps, within 1e-9 relative.
 * Chebyshev panels (THEORY section 7): towards kappa = 0 (and the stability limit, SGD) geometric, in between
 * uniform in the frequency; modes in panels that hold no more of them than nodes are kept as they are, so
 * *n_nodes <= d. White sampling, no saddles; momentum in (-1, 1). nodes, weights: room for d each; weights
 * may be negative. O(d). */
sgdl_status sgdl_compress_spectrum(sgdl_context *ctx, const sgdl_model *model, double max_steps,
                                   ptrdiff_t *n_nodes, double *nodes, double *weights);

/* ---- regression with fewer examples than parameters --------------------------- model/wide.c */

/* X (N x d, N < d): X X'/N = U diag(rho) U', rho descending, *rank of them > 0 (beyond N eps max rho), V =
 * X'U/sqrt(N rho). rho: room for N + 1, left (U): N x N, vectors (V, optional): d x rank, room for d x N.
 * Cost: Gram matrix N^2 d flops, dsyevd, one product 2 N^2 d; memory beyond X: V and 3 N^2.
 * rho[*rank] is set to 0: it stands for all d - rank directions that no example sees, flat and noiseless.
 * The theory then is that of a model with dim = rank + 1, these rho, vectors = NULL,
 * minimiser = NULL, noise from sgdl_wide_noise: its traces, MSD and variances along modes are those of the d
 * parameters. */
sgdl_status sgdl_wide_decompose(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, double *rho,
                                double *left, double *vectors, ptrdiff_t *rank);
/* Minimiser along the modes (rank + 1, last 0; mu = V minimiser is of all the one of least norm when
 * weight_decay = 0), gradient covariance of one example in the modes ((rank + 1) x (rank + 1), last row and
 * column 0), rss (each optional). N rank^2 flops. */
sgdl_status sgdl_wide_noise(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t rank, const double *rho,
                            const double *left, const double *y, double weight_decay, double *minimiser,
                            double *noise, double *rss);
/* A point of parameters (d) along the modes: modes (rank + 1) = V'theta - minimiser, and the length of what
 * is outside of all examples: the starting point of the model above. 4 d rank flops. */
sgdl_status sgdl_wide_point(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                            const double *minimiser, const double *theta, double *modes);
/* The way back from modes (their first rank numbers): theta (d) = V modes. 2 d rank flops. */
sgdl_status sgdl_wide_parameters(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                                 const double *modes, double *theta);
/* Variances of the d parameters, diag(V P V'), P (rank + 1) x (rank + 1) in modes, by tiles: 2 d rank^2
 * flops. */
sgdl_status sgdl_wide_variances(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                                const double *P, double *variances);

#ifdef __cplusplus
}
#endif
#endif
