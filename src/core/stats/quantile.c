/* Quantiles by bisection on the tails: as exact as these, and never far from them. */
#include "quantile.h"

#include <math.h>

#include "distributions.h"

double sgdl_normal_two_sided(double z)
{
  return erfc(fabs(z) / sqrt(2.0));
}

static double normal_below(double z)
{
  return 0.5 * erfc(-z / sqrt(2.0));
}

double sgdl_chi_squared_above(double x, double df)
{
  double below, above;
  if (!(df > 0) || !(x >= 0)) return NAN;
  sgdl_gamma_tails(0.5 * df, 0.5 * x, &below, &above);
  return above;
}

static double chi_squared_below(double x, double df)
{
  double below, above;
  sgdl_gamma_tails(0.5 * df, 0.5 * x, &below, &above);
  return below;
}

/* Halves [low, high] until neighbouring doubles are left. */
#define BISECT(below_middle)                              \
  for (int i = 0; i < 200; i++) {                         \
    double middle = 0.5 * (low + high);                   \
    if (middle <= low || middle >= high) break;           \
    if (below_middle) low = middle; else high = middle;   \
  }

double sgdl_normal_quantile(double p)
{
  double low = -40, high = 40;
  BISECT(normal_below(middle) < p)
  return 0.5 * (low + high);
}

double sgdl_chi_squared_quantile(double p, double df)
{
  double low = 0, high = df + 10;
  while (chi_squared_below(high, df) < p) high *= 2;
  BISECT(chi_squared_below(middle, df) < p)
  return 0.5 * (low + high);
}
