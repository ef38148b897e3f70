/* The 2x2 maps of one eigendirection and of a pair of them: the only place that knows
 * damping regimes and small-parameter branches. THEORY sections 2 and 4.
 *
 * State z = (theta, v) of a mode, relative to the minimiser. 2x2 matrices are column-major:
 * m[0] = 11, m[1] = 21, m[2] = 12, m[3] = 22. `k` counts steps: under SGDL_SGD an integer,
 * under SGDL_LANGEVIN any number >= 0. "Unit noise": covariance of the batch gradient = 1. */
#ifndef SGDL_MODE_H
#define SGDL_MODE_H

#include "../base/base.h"

sgdl_regime sgdl_mode_regime(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);

/* E(k) = exp(-A eta k) or F^k, F = [1 - eta kappa, eta beta; -kappa, beta]. */
void sgdl_mode_map(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k, double E[4]);
/* E(k) - I, each element to full relative accuracy for slow modes and small k. */
void sgdl_mode_map_minus_identity(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k,
                                  double E[4]);
/* psi(k) = half the stationary MSD over k steps under unit white noise, = P (1 - phi_k); continuous at
 * kappa = 0 (flat: from stationary velocity). For kappa < 0: NaN. */
double sgdl_mode_half_msd(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k);

/* Stationary joint covariance of modes i and j under unit white noise:
 * c = { cov(theta_i, theta_j), cov(v_i, theta_j), cov(theta_i, v_j), cov(v_i, v_j) }.
 * kappa_i + kappa_j > 0 needed for c[0]; both 0: c[0] = Inf, c[1] = c[2] = their limit. */
void sgdl_pair_stationary(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j,
                          double c[4]);
/* Joint covariance accumulated over one step from a sharp point under unit white noise
 * (same layout). Langevin: Taylor series on a short interval, then doubling; no cancellation. */
void sgdl_pair_one_step(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j,
                        double c[4]);

/* c <- E_i c E_j' */
static inline void sgdl_pair_propagate(const double Ei[4], const double Ej[4], double c[4])
{
  double a = Ei[0] * c[0] + Ei[2] * c[1], b = Ei[1] * c[0] + Ei[3] * c[1];
  double e = Ei[0] * c[2] + Ei[2] * c[3], f = Ei[1] * c[2] + Ei[3] * c[3];
  c[0] = a * Ej[0] + e * Ej[2];
  c[1] = b * Ej[0] + f * Ej[2];
  c[2] = a * Ej[1] + e * Ej[3];
  c[3] = b * Ej[1] + f * Ej[3];
}

/* Period in steps (Inf unless underdamped or alternating). */
double sgdl_mode_period(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);
/* Decay rate per unit time of the envelope, natural angular frequency per unit time. */
double sgdl_mode_gamma(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);
double sgdl_mode_omega(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);
/* Momentum at which the mode is critically damped at this learning rate; NaN if there is none. */
double sgdl_mode_critical_momentum(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);

#endif
