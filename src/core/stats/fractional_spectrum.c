/* Spectral densities; see fractional_spectrum.h. The aliasing sum is two Hurwitz zeta functions, by Euler and
 * Maclaurin (NIST DLMF 25.11.5 and 25.11.9). */
#include "fractional_spectrum.h"

#include <math.h>

#include "distributions.h"

static const double PI = 3.14159265358979323846;

void sgdl_hurwitz(double s, double q, double *zeta, double *minus_derivative)
{
  enum { DIRECT = 10, TERMS = 8 };
  static const double coefficient[TERMS] = { /* B_2i/(2i)! */
    1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0,
    1.0 / 74724249600.0, -3617.0 / 10670622842880000.0 };
  double sum = 0.0, weighted = 0.0;
  for (int k = DIRECT - 1; k >= 0; k--) {
    double log_term = log(k + q), term = exp(-s * log_term);
    sum += term;
    weighted += term * log_term;
  }
  /* the tail from a = q + DIRECT: a^(1-s)/(s-1) + a^-s/2 + sum of s (s+1) ... (s+2i-2) a^(1-s-2i) B_2i/(2i)!
   * */
  double a = q + DIRECT, log_a = log(a), power = exp(-s * log_a), integral = a * power / (s - 1.0);
  sum += integral + 0.5 * power;
  weighted += integral * (log_a + 1.0 / (s - 1.0)) + 0.5 * power * log_a;
  double factor = s * power / a, inverse_sum = 1.0 / s; /* of the rising product and its log derivative */
  for (int i = 0; i < TERMS; i++) {
    double term = coefficient[i] * factor;
    sum += term;
    weighted += term * (log_a - inverse_sum);
    double next = s + 2 * i + 1;
    factor *= next * (next + 1.0) / (a * a);
    inverse_sum += 1.0 / next + 1.0 / (next + 1.0);
  }
  *zeta = sum;
  *minus_derivative = weighted;
}

/* log of Gamma(a + 1) sin(pi a/2) and its derivative. */
static void log_constant(double a, double *value, double *derivative)
{
  *value = log(tgamma(a + 1.0) * sin(0.5 * PI * a));
  *derivative = sgdl_digamma(a + 1.0) + 0.5 * PI / tan(0.5 * PI * a);
}

void sgdl_fractional_log_density(double lambda, double a, double *log_density, double *derivative)
{
  const double log_two_pi = 1.83787706640934548356, s = a + 1.0, q = lambda / (2.0 * PI);
  double near, far, near_slope, far_slope, constant, slope, half = sin(0.5 * lambda);
  sgdl_hurwitz(s, q, &near, &near_slope);
  sgdl_hurwitz(s, 1.0 - q, &far, &far_slope);
  log_constant(a, &constant, &slope);
  *log_density = constant + log(4.0 * half * half) - s * log_two_pi + log(near + far);
  *derivative = slope - log_two_pi - (near_slope + far_slope) / (near + far);
}

void sgdl_power_log_density(double lambda, double a, double *log_density, double *derivative)
{
  double constant = 0.0, slope = 0.0;
  if (a > 0.0 && a < 2.0) log_constant(a, &constant, &slope);
  *log_density = constant + (1.0 - a) * log(lambda);
  *derivative = slope - log(lambda);
}
