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
 * section 6: P_end = F^M P_end F^M' + Q, by doubling per pair. */
sgdl_status sgdl_stationary_at_phase(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t phase, double *theta,
                                     double *velocity, double *cross, double trace[2], int *exists);

/* ---- starts ------------------------------------------------------------- theory/start.c */

typedef enum {
  SGDL_FROM_STATIONARY = 0,   /* stationary law, averaged over the phase of the epoch          */
  SGDL_FROM_POINT,            /* (theta0, v0)                                                  */
  SGDL_FROM_REST_OF_SPEED,    /* theta0 given, velocity stationary                             */
  SGDL_FROM_GAUSSIAN,         /* mean (theta0, v0), covariance cov0 (2d x 2d)                  */
  SGDL_FROM_CHECKPOINT        /* stationary at epoch ends, lags counted from there             */
} sgdl_from;

typedef struct sgdl_initial {
  sgdl_from from;
  const double *theta0, *v0;  /* d each, parameter coordinates; NULL: minimiser, 0             */
  const double *cov0;         /* 2d x 2d, SGDL_FROM_GAUSSIAN                                   */
} sgdl_initial;

/* sgdl_transient and sgdl_msd_theory from any start (the MSD: sum over modes, covariances with the
 * start included). Outputs as there. From point, Gaussian: step 0 is the start of an epoch. */
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

/* Stationary autocovariances at n lags (steps >= 0): theta[k] = sum over modes (or along `direction`, d,
 * optional) of cov(theta_{t+k}, theta_t), likewise velocity, and cross = cov(theta_{t+k}, v_t). per_mode_*
 * (n x d, optional): the diagonal terms. Averaged over the phase under epochs. A direction under
 * general noise needs all pairs: O(d^2) a lag. */
sgdl_status sgdl_autocorrelation(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *lags,
                                 const double *direction, double *theta, double *velocity, double *cross,
                                 double *per_mode_theta, double *per_mode_velocity);
/* Two-sided power spectral density of theta and of v at n frequencies (cycles per step, > 0; <= 1/2 under SGD):
 * variance = integral over -1/2..1/2 (SGD) or the line (Langevin) of S df. Total or along
 * `direction`; per_mode n x d optional. */
sgdl_status sgdl_power_spectrum(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *freq,
                                const double *direction, double *theta, double *velocity, double *per_mode);

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

/* ---- weight-dependent noise ----------------------------------- theory/multiplicative.c, dressed.c */

/* Examples at the minimiser, in modes: what THEORY section 6 needs of a problem. Regression: factor = X V
 * (N x d), H_i = x x'. residual_gradient = n_i (N x d): gradient of example i (weight decay included) at mu. */
typedef struct sgdl_examples {
  ptrdiff_t N, d;
  const double *factor;            /* N x d (regression): H_i = factor_i factor_i'; NULL: use `hessian_product` */
  const double *gradient;          /* N x d: n_i in modes                                       */
  /* out (N x d) <- rows H_i w_i for rows w_i of W (N x d), or for one vector (n_rows = 1) applied by all i. */
  sgdl_status (*hessian_product)(void *user, ptrdiff_t n_rows, const double *W, double *out);
  void *user;
} sgdl_examples;

typedef struct sgdl_multiplicative {
  double spectral_radius;    /* of the linear fixed point; >= 1: infinite stationary variance      */
  double largest_stable_lr;  /* where the radius is 1, other hyperparameters kept                   */
  double tail_index;         /* of |theta|: E|theta|^q finite for q below; Inf when not found below 16 */
  int fourth_moment;         /* 1 finite, 0 infinite                                               */
  int iterations;
} sgdl_multiplicative;

/* With replacement (or without): self-consistent noise Sigma(0, P) in modes (d x d) with P = stationary(K, Sigma(0,P)).
 * SGDL_UNSTABLE when the radius is >= 1 (message: "the stationary variance is infinite", largest stable lr); report is filled. */
sgdl_status sgdl_multiplicative_noise(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                                      double *noise, sgdl_multiplicative *report);

/* Epochs: dressed theory, THEORY section 6 terms b, c, f, e. terms: 5 x n MSD (constant, +b, +c, +f, +e; each
 * rung includes those before), per_mode n x d of the last. lags n (steps). variance d: phase-averaged stationary
 * variances of the last rung (optional). */
sgdl_status sgdl_dressed_msd(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples,
                             ptrdiff_t n, const double *lags, double *terms, double *per_mode, double *variance,
                             double *mean_shift);

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
