/* Stationary joint covariance of two modes under unit white noise, THEORY sections 2 and 4. */
#ifndef SGDL_PAIR_FORMULA_H
#define SGDL_PAIR_FORMULA_H

#include "portable.h"

#include <float.h>

/* Modes whose position or noise is left out: no noise along it; flat and noisy, hence without a position. */
enum { SGDL_MODE_QUIET = 1, SGDL_MODE_MISSING = 2 };

/* Two flat modes: positions diffuse, cov(theta, v) and cov(v, v) settle. */
SGDL_PORTABLE void sgdl_flat_pair(int sgd, double eta, double beta, double c[4])
{
  double speed = 1 / ((1 - beta) * (1 + beta));
  double memory = sgd ? eta / (1 - beta) : eta * (1 + beta) / (2 * (1 - beta));
  c[0] = INFINITY;
  c[1] = c[2] = speed * memory;
  c[3] = speed;
}

/* c = { cov(theta_i, theta_j), cov(v_i, theta_j), cov(theta_i, v_j), cov(v_i, v_j) }. */
SGDL_PORTABLE void sgdl_pair_formula(int sgd, double eta, double beta, double kappa_i, double kappa_j, double c[4])
{
  double ui = eta * kappa_i, uj = eta * kappa_j, apart = eta * (kappa_i - kappa_j);
  if (ui == 0 && uj == 0) {
    sgdl_flat_pair(sgd, eta, beta, c);
    return;
  }
  if (sgd) {
    double inner = (1 - beta) * (1 + beta);
    double pull = (1 - beta) / (1 + beta) * (ui * (1 + beta - uj / 2) + uj * (1 + beta - ui / 2));
    double P = eta * eta / (pull + beta * apart * apart / inner);
    double W = P * (ui + uj) / (1 + beta), twist = P * apart / (2 * (1 - beta));
    c[0] = P;
    c[1] = (W / 2 - twist) / eta;
    c[2] = (W / 2 + twist) / eta;
    c[3] = W / (eta * eta);
  } else {
    double mismatch = apart * apart * (1 + beta) / (4 * (1 - beta));
    double P = eta * eta / ((1 - beta) * (ui + uj) + mismatch);
    c[0] = P;
    c[2] = P * apart / (2 * (1 - beta) * eta);
    c[1] = -c[2];
    c[3] = P * (ui + uj) / (eta * eta * (1 + beta));
  }
}

/* The same times the covariance of the noise of the pair; a mode without position or noise is 0 there. */
SGDL_PORTABLE void sgdl_pair_entry(int sgd, double eta, double beta, double kappa_i, double kappa_j, int flags,
                                   double noise, double c[4])
{
  c[0] = c[1] = c[2] = c[3] = 0;
  if (noise == 0 || (flags & SGDL_MODE_QUIET)) return;
  sgdl_pair_formula(sgd, eta, beta, kappa_i, kappa_j, c);
  for (int e = 0; e < 4; e++) c[e] *= noise;
  if (flags & SGDL_MODE_MISSING) c[0] = c[1] = c[2] = 0;
}

/* Flags of d modes from their curvature and the variances of the noise along them (full: those of a matrix, zero
 * up to rounding); *n_missing of them have no position. The number of saddles (kappa < 0). */
static inline ptrdiff_t sgdl_mode_flags(ptrdiff_t d, const double *rho, double weight_decay, int full,
                                        const double *variance, unsigned char *flags, ptrdiff_t *n_missing)
{
  double quiet = 0;
  ptrdiff_t n_saddle = 0;
  for (ptrdiff_t l = 0; l < d && full; l++)
    if (variance[l] > quiet) quiet = variance[l];
  quiet *= (double)d * DBL_EPSILON;
  *n_missing = 0;
  for (ptrdiff_t l = 0; l < d; l++) {
    double kappa = rho[l] + weight_decay;
    int noisy = variance[l] > quiet;
    flags[l] = (unsigned char)(kappa != 0 ? 0 : noisy ? SGDL_MODE_MISSING : SGDL_MODE_QUIET);
    n_saddle += kappa < 0;
    *n_missing += kappa == 0 && noisy;
  }
  return n_saddle;
}

#endif
