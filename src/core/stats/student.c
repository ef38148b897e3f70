/* Student's t by the incomplete beta function's continued fraction (NIST DLMF 8.17.22). */
#include "student.h"

#include "distributions.h"

#include <float.h>
#include <math.h>

/* log B(a, 1/2) by gamma functions, past a = 60 by the asymptotic series of their ratio (next term below
 * 1e-16). Not lgamma: it writes the global signgam, and the difference of two large ones loses digits. */
static double log_beta_half(double a)
{
  const double log_sqrt_pi = 0.57236494292470008707;
  if (a < 60.0) return log_sqrt_pi + log(tgamma(a) / tgamma(a + 0.5));
  double r = 1.0 / a, r2 = r * r;
  double series = r * (1.0 / 8.0 - r2 * (1.0 / 192.0 - r2 * (1.0 / 640.0 - r2 * 17.0 / 14336.0)));
  return log_sqrt_pi - 0.5 * log(a) + series;
}

double sgdl_student_two_sided(double t, double df)
{
  /* I_x(df/2, 1/2) at x = df/(df + t^2); y = 1 - x without cancellation. */
  double square = t * t, a = 0.5 * df;
  if (isnan(t) || isnan(df)) return NAN;
  if (isinf(square)) return 0.0;
  double x = df / (df + square), y = square / (df + square);
  if (y == 0.0) return 1.0;
  double log_front = -a * log1p(square / df) + 0.5 * log(y) - log_beta_half(a);
  if (x < (a + 1.0) / (a + 2.5)) return exp(log_front) * sgdl_beta_fraction(a, 0.5, x) / a;
  return 1.0 - exp(log_front) * sgdl_beta_fraction(0.5, a, y) / 0.5;
}

double sgdl_student_cdf(double t, double df)
{
  double tail = 0.5 * sgdl_student_two_sided(t, df);
  return t < 0 ? tail : 1.0 - tail;
}

double sgdl_student_quantile(double p, double df)
{
  if (p == 0.5) return 0.0;
  /* Bisection of the tail on a logarithmic scale: always converges, 60-odd steps. */
  double tail = 2.0 * fmin(p, 1.0 - p), low = -80.0, high = 300.0;
  while (high - low > 4.0 * DBL_EPSILON * fmax(fabs(low), 1.0)) {
    double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (sgdl_student_two_sided(exp(middle), df) > tail)
      low = middle;
    else
      high = middle;
  }
  double t = exp(0.5 * (low + high));
  return p < 0.5 ? -t : t;
}
