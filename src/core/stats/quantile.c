/* Quantiles and tails of the normal and the chi-squared law; see quantile.h. */
#include "quantile.h"

#include <math.h>

#include "distributions.h"

static const double SQRT_HALF = 0.70710678118654752440;

double sgdl_normal_two_sided(double z)
{
  return erfc(fabs(z) * SQRT_HALF);
}

double sgdl_normal_quantile(double p)
{
  /* Bisection on the smaller tail, then Newton steps: short, and accurate in both tails. */
  const double tail = p < 0.5 ? p : 1.0 - p, root_two_pi = 2.50662827463100050242;
  double low = 0.0, high = 39.0;
  if (tail == 0.5) return 0.0;
  for (int i = 0; i < 40; i++) {
    double middle = 0.5 * (low + high);
    if (0.5 * erfc(middle * SQRT_HALF) > tail) low = middle;
    else high = middle;
  }
  double x = 0.5 * (low + high);
  for (int i = 0; i < 3; i++) x += (0.5 * erfc(x * SQRT_HALF) - tail) * root_two_pi * exp(0.5 * x * x);
  return p < 0.5 ? -x : x;
}

double sgdl_chi_squared_above(double x, double df)
{
  double below, above;
  if (!(df > 0) || isnan(x)) return NAN;
  if (isinf(x)) return 0.0;
  sgdl_gamma_tails(0.5 * df, 0.5 * fmax(x, 0), &below, &above);
  return above;
}

static double chi_squared_below(double x, double df)
{
  double below, above;
  sgdl_gamma_tails(0.5 * df, 0.5 * x, &below, &above);
  return below;
}

double sgdl_chi_squared_quantile(double p, double df)
{
  double low = 0, high = df + 10;
  while (chi_squared_below(high, df) < p) high *= 2;
  /* Halves [low, high] until neighbouring doubles are left. */
  for (int i = 0; i < 200; i++) {
    double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (chi_squared_below(middle, df) < p) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
