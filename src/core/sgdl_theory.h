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
/* Two-sided power spectral density of theta and of v at n frequencies (cycles per step, > 0; <= 1/2 under SGD):
 * variance = integral over -1/2..1/2 (SGD) or the line (Langevin) of S df. Total or along `direction`
 * (theta, velocity optional); per_mode (n x d, optional): every mode's own, of theta. Langevin:
 * w = 2 pi f/lr per unit time and dw/(2 pi) = df/lr, so S(f) = S(w)/lr. */
sgdl_status sgdl_power_spectrum(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *freq,
                                const double *direction, double *theta, double *velocity, double *per_mode);
/* Ringing of the modes under white noise, d each: frequency (cycles per step) at which the spectrum of theta
 * peaks (0: it falls from 0 on, no ringing; 1/2: it rises to the end), width at half the peak (NaN where
 * the spectrum does not fall to half on both sides), quality = frequency/width. Saddles NaN. */
sgdl_status sgdl_ringing(sgdl_context *ctx, const sgdl_model *model, double *frequency, double *width,
                         double *quality);

/* ---- regimes of the displacement -------------------------------------- theory/regimes.c */

typedef struct sgdl_regimes {
  double ballistic_end;    /* steps: where the local exponent falls through 3/2 (NaN: not seen)      */
  double confined_start;   /* where it falls through 1/10 for good (Inf: flat noisy modes)            */
  double relaxation[2];    /* (1-beta)/(eta kappa) in steps of the stiffest and the flattest mode     */
  double spectral_exponent;/* alpha of rho^-(1+alpha) fitted to the spectrum between these; NaN if < 10 modes */
  double plateau;          /* median local exponent in between (geometric middle third)               */
} sgdl_regimes;
/* label[i] in {0 ballistic, 1 crossover, 2 diffusive, 3 subdiffusive plateau, 4 confined} for n steps. */
sgdl_status sgdl_msd_regimes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                             const double *exponent, int *label, sgdl_regimes *regimes);
const char *sgdl_displacement_regime_string(int label);

/* ---- Fokker-Planck, irreversibility --------------- theory/modified_loss.c, irreversibility.c */

/* Relative residuals that (U, Q) solve the stationary Fokker-Planck equation: residual[0] =
 * |A - (D+Q)U|/|A|, [1] = |A B + B A' - 2D|/|A B|, [2] = |Q + Q'|/|Q| (0 when Q = 0), [3] = largest |L p|/p
 * in units of tr A at n points (rows, n x 2d, optional). Langevin. On the reachable subspace when rank < 2d. */
sgdl_status sgdl_fokker_planck_residual(sgdl_context *ctx, const sgdl_model *model, const double *U,
                                        const double *Q, ptrdiff_t n, const double *points, double residual[4]);
/* Entropy production rate (per unit time; Langevin with Sigma > 0, else NaN), per-mode kinetic
 * temperature W_ll and configurational temperature a kappa_l P_ll (both dynamics, any sampling; d each, optional),
 * antisymmetric part of cov(theta, v) (d x d, parameter coordinates, optional). THEORY section 9. */
sgdl_status sgdl_irreversibility(sgdl_context *ctx, const sgdl_model *model, double *entropy_production,
                                 double *kinetic, double *configurational, double *antisymmetric);

/* ---- planner ------------------------------------------------------------ theory/planner.c */

typedef enum { SGDL_PRESERVE_STATIONARY = 0, SGDL_PRESERVE_DYNAMICS, SGDL_PRESERVE_DIFFUSION } sgdl_preserve;

/* The hyperparameters that keep the stationary covariance of theta, the modified loss and dynamics in continuous
 * time, or the diffusion rate, when one is changed. change: bit 0 lr, 1 momentum, 2 batch_size are given
 * in `to`; the others are solved for. Unsolvable (batch size below 1, momentum outside (-1,1)): SGDL_UNSUPPORTED
 * with the nearest possible. */
sgdl_status sgdl_equivalent(sgdl_context *ctx, const sgdl_hyper *from, unsigned change, sgdl_preserve preserve,
                            sgdl_hyper *to);

/* ---- weight-dependent noise ---------- theory/examples.c, multiplicative*.c, dressed*.c (THEORY section 6) */

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
/* Linear regression: factor = X V and gradient n_i = -(y_i - x_i'mu) x_i + lambda mu in modes (N x d each; X is
 * N x d, N = model->n_examples). 2 N d^2 flops. */
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

/* Sampling with replacement or without: the self-consistent noise Sigma(0, P) in modes (d x d), P = stationary(K,
 * Sigma(0, P)); put it into model->noise (noise_is_full = 1, sigma2 < 0) and every function of the theory uses it.
 * Exact for regression under SGDL_SGD (real minibatch SGD); for other losses up to third derivatives.
 * SGDL_UNSTABLE when the radius is >= 1 ("the stationary variance is infinite", largest stable lr); the report
 * is filled then too. Cost per iteration: 4 N rank d^2 flops (factors), N d^3 (Hessian products). */
sgdl_status sgdl_multiplicative_noise(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                                      double *noise, sgdl_multiplicative *report);

/* Mean and covariance of (theta, v) of minibatch SGD with weight-dependent noise at n steps (integers >= 0, ascending)
 * from (theta0, v0): exact for regression under sampling with replacement or without, THEORY section 6's Sigma(m, P).
 * SGDL_SGD only. Outputs as sgdl_transient with SGDL_COV_FULL, theta, velocity, cross optional; trace (n,
 * optional) = tr cov(theta). Cost per step as an iteration above plus O(d^2). */
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

/* Time-averaged MSD of SGD by epochs with weight-dependent noise, THEORY section 6 terms b, c, f, e.
 * lags: n steps (integers >= 1). terms: 5 x n MSD per rung. Optional: exponent n (of the last rung, as
 * sgdl_msd_theory), per_mode n x d (last rung), variance d (stationary, per mode, last rung), mean_shift d
 * (E theta - mu, parameter coordinates), report. SGDL_UNSUPPORTED unless SGDL_SGD and SGDL_EPOCH; saddles: SGDL_SADDLE.
 * Cost: d^2 N rank (rank + 1)/2 flops once, 2 d^2 M a rung, O(L log L) a mode with L eight relaxation times. */
sgdl_status sgdl_dressed_msd(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                             ptrdiff_t n, const double *lags, double *terms, double *exponent,
                             double *per_mode, double *variance, double *mean_shift, sgdl_dressed *report);

/* ---- many eigenvalues ------------------------------------------------- theory/compressed.c */

/* A spectral measure sum_l w_l delta(kappa - kappa_l) compressed on Chebyshev panels (THEORY section 7): MSD and
 * exponent at any step, at a cost free of d. rho, strength: d; nodes, weights: room for *n_nodes (call with NULL to ask). Error
 * <= 1e-9 relative at every step. White sampling. */
sgdl_status sgdl_compress_spectrum(sgdl_context *ctx, const sgdl_model *model, double max_steps, ptrdiff_t *n_nodes,
                                   double *nodes, double *weights);

#ifdef __cplusplus
}
#endif
#endif
