/* The 2x2 map of one mode, its mean squared displacement, and what one reads off it: regime, period,
 * damping. THEORY sections 2, 4 and 5. */
#include "mode_response.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* ---- one mode ---------------------------------------------------------------------------------- */

void sgdl_mode_map(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k, double E[4])
{
  sgdl_mode m = sgdl_mode_of(dynamics, h, kappa);
  sgdl_response r = sgdl_mode_response(&m, k);
  E[0] = (double)r.e11;
  E[1] = (double)(r.s * m.g21 / m.eta);
  E[2] = (double)(r.s * m.g12 * m.eta);
  E[3] = (double)r.e22;
}

void sgdl_mode_map_minus_identity(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k,
                                  double E[4])
{
  sgdl_mode m = sgdl_mode_of(dynamics, h, kappa);
  sgdl_response r = sgdl_mode_response(&m, k);
  sgdl_real M11 = -m.det * r.T + r.s * m.g11, M22 = -m.det * r.T + r.s * m.g22;
  E[0] = (double)(r.e11 > 0.5L ? M11 : r.e11 - 1);
  E[1] = (double)(r.s * m.g21 / m.eta);
  E[2] = (double)(r.s * m.g12 * m.eta);
  E[3] = (double)(r.e22 > 0.5L ? M22 : r.e22 - 1);
}

double sgdl_mode_half_msd(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  sgdl_mode m = sgdl_mode_of(dynamics, h, kappa);
  sgdl_response r = sgdl_mode_response(&m, k);
  sgdl_real tau, amplitude = sgdl_mode_amplitude(&m, &tau);
  return kappa < 0 ? NAN : (double)(amplitude * (r.T + tau * r.s));
}

/* ---- what one reads off a mode ------------------------------------------------------------------- */

/* Relative distance from a regime boundary that counts as critical: what an eigenvalue from LAPACK is
 * known to. A label only; every number is continuous there. */
static const double CRITICAL_WIDTH = 1e-12;

static int is_critical(double u, double boundary)
{
  return fabs(u - boundary) <= CRITICAL_WIDTH * boundary;
}

static sgdl_regime sgd_regime(double beta, double u)
{
  if (beta <= 0) { /* roots of opposite sign: the larger one decides */
    if (is_critical(u, 1) && beta == 0)
      return SGDL_CRITICAL;
    return u <= 1 + beta ? SGDL_OVERDAMPED : SGDL_ALTERNATING;
  }
  double high = 1 + sqrt(beta), low = (1 - beta) / high;
  if (is_critical(u, low * low) || is_critical(u, high * high))
    return SGDL_CRITICAL;
  if (u < low * low)
    return SGDL_OVERDAMPED;
  return u < high * high ? SGDL_UNDERDAMPED : SGDL_ALTERNATING;
}

sgdl_regime sgdl_mode_regime(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  double u = h->lr * kappa, beta = h->momentum;
  if (kappa == 0)
    return SGDL_FLAT_MODE;
  if (kappa < 0)
    return SGDL_SADDLE_MODE;
  if (dynamics == SGDL_SGD)
    return sgd_regime(beta, u);
  double boundary = (1 - beta) * (1 - beta) / (2 * (1 + beta));
  if (is_critical(u, boundary))
    return SGDL_CRITICAL;
  return u < boundary ? SGDL_OVERDAMPED : SGDL_UNDERDAMPED;
}

/* Phase advance per step of an oscillating mode. */
static double phase_per_step(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  double u = h->lr * kappa, beta = h->momentum;
  if (dynamics == SGDL_SGD) {
    double high = 1 + sqrt(beta), low = (1 - beta) / high;
    return atan2(sqrt((u - low * low) * (high * high - u)), 1 + beta - u);
  }
  double g = (1 - beta) / (1 + beta), w = sqrt(2 * u / (1 + beta));
  return sqrt((w - g) * (w + g));
}

double sgdl_mode_period(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  switch (sgdl_mode_regime(dynamics, h, kappa)) {
  case SGDL_UNDERDAMPED:
    return 2 * PI / phase_per_step(dynamics, h, kappa);
  case SGDL_ALTERNATING:
    return 2;
  default:
    return INFINITY;
  }
}

double sgdl_mode_gamma(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  (void)kappa; /* the mean of both decay rates is the same in every mode */
  if (dynamics == SGDL_SGD)
    return -log(fabs(h->momentum)) / (2 * h->lr);
  return (1 - h->momentum) / (h->lr * (1 + h->momentum));
}

double sgdl_mode_omega(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  double eta = h->lr, beta = h->momentum, u = eta * kappa;
  sgdl_regime regime = sgdl_mode_regime(dynamics, h, kappa);
  if (regime == SGDL_SADDLE_MODE)
    return NAN;
  if (dynamics == SGDL_LANGEVIN)
    return sqrt(2 * u / (1 + beta)) / eta;
  /* SGD: the product of both rates -log(root), as omega^2 is for the Langevin model. */
  double gamma = sgdl_mode_gamma(dynamics, h, kappa), p = 1 + beta - u;
  if (regime == SGDL_UNDERDAMPED)
    return hypot(gamma, phase_per_step(dynamics, h, kappa) / eta);
  if (regime == SGDL_ALTERNATING)
    return hypot(gamma, PI / eta);
  if (regime == SGDL_CRITICAL)
    return p > 0 ? gamma : hypot(gamma, PI / eta);
  if (beta == 0)
    return regime == SGDL_FLAT_MODE ? 0 : INFINITY;
  double b = 1 - beta + u, high = 1 + sqrt(fabs(beta)), low = (1 - fabs(beta)) / high;
  double root = beta > 0 ? sqrt((low * low - u) * (high * high - u)) : sqrt(p * p - 4 * beta);
  double slow = -log1p(-2 * u / (b + root)) / eta; /* 2u/(b + root) = 1 - r1 */
  return sqrt(slow * (2 * gamma - slow));
}

double sgdl_mode_critical_momentum(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  double u = h->lr * kappa;
  if (!(kappa > 0))
    return NAN;
  if (dynamics == SGDL_LANGEVIN) /* (1-beta)^2 = 2 u (1+beta) */
    return (1 - 2 * u) / (1 + u + sqrt(u * (u + 4)));
  double root = (1 - u) / (1 + sqrt(u)); /* sqrt(beta) = |1 - sqrt(u)| */
  return u < 4 ? root * root : NAN;
}
