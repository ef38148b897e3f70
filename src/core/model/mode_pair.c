/* Joint covariance of two modes under unit white noise: stationary, and over a short interval.
 * THEORY sections 2 and 4. */
#include "mode_pair.h"

#include "../base/pair_formula.h"

#include <math.h>

void sgdl_pair_stationary(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j,
                          double c[4])
{
  sgdl_pair_formula(dynamics == SGDL_SGD, h->lr, h->momentum, kappa_i, kappa_j, c);
}

/* ---- from a sharp point --------------------------------------------------------------------------- */

double sgdl_pair_base_steps(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_largest, double k,
                            int *doublings)
{
  *doublings = 0;
  if (dynamics == SGDL_SGD)
    return 1;
  double scale = 2 / (1 + h->momentum);
  double rate = fmax(scale * (1 - h->momentum), sqrt(scale * h->lr * fabs(kappa_largest)));
  int exponent;
  frexp(4 * rate * k, &exponent);
  if (exponent > 0)
    *doublings = exponent;
  return ldexp(k, -*doublings);
}

/* Langevin: C = sum_n k^n/n! D_n, D_1 = q e2 e2', D_{n+1} = -(A_i D_n + D_n A_j'), in units of
 * (theta, eta v). At rate * k <= 1/4 sixteen terms reach rounding. */
static void taylor(const sgdl_hyper *h, double kappa_i, double kappa_j, double k, double c[4])
{
  double scale = 2 / (1 + h->momentum), eta = h->lr, drag = scale * (1 - h->momentum);
  double wi = scale * eta * kappa_i, wj = scale * eta * kappa_j, first = scale * scale * eta * eta * k;
  double D[4] = { 0, 0, 0, first }, sum[4] = { 0, 0, 0, first };
  for (int n = 2; n <= 17; n++) {
    double f = k / n, d0 = D[0], d1 = D[1], d2 = D[2], d3 = D[3];
    D[0] = f * (d1 + d2);
    D[1] = f * (d3 - wi * d0 - drag * d1);
    D[2] = f * (d3 - wj * d0 - drag * d2);
    D[3] = -f * (wi * d2 + wj * d1 + 2 * drag * d3);
    for (int e = 0; e < 4; e++)
      sum[e] += D[e];
  }
  c[0] = sum[0];
  c[1] = sum[1] / eta;
  c[2] = sum[2] / eta;
  c[3] = sum[3] / (eta * eta);
}

void sgdl_pair_base(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j, double k,
                    double c[4])
{
  if (dynamics == SGDL_LANGEVIN) {
    taylor(h, kappa_i, kappa_j, k, c);
    return;
  }
  c[0] = h->lr * h->lr; /* (eta, 1)(eta, 1)' */
  c[1] = c[2] = h->lr;
  c[3] = 1;
}

void sgdl_pair_one_step(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j,
                        double c[4])
{
  int doublings;
  double largest = fmax(fabs(kappa_i), fabs(kappa_j));
  double k = sgdl_pair_base_steps(dynamics, h, largest, 1, &doublings);
  sgdl_pair_base(dynamics, h, kappa_i, kappa_j, k, c);
  for (; doublings > 0; doublings--, k *= 2) {
    double Ei[4], Ej[4], moved[4] = { c[0], c[1], c[2], c[3] };
    sgdl_mode_map(dynamics, h, kappa_i, k, Ei);
    sgdl_mode_map(dynamics, h, kappa_j, k, Ej);
    sgdl_pair_propagate(Ei, Ej, moved);
    for (int e = 0; e < 4; e++)
      c[e] += moved[e];
  }
}
