/* Incomplete gamma and beta functions by series and continued fractions (NIST DLMF 8.7, 8.9, 8.17), with front
 * factors in Loader's form, in which nothing large cancels. */
#include "distributions.h"

#include <float.h>
#include <math.h>

static const double PI = 3.14159265358979323846;
enum { MOST_TERMS = 1000000 };

/* ---- front factors ---- */

/* log Gamma(a) - (a - 1/2) log a + a - log(2 pi)/2: Stirling's series, below 15 by the function itself. Not
 * lgamma: it writes the global signgam. */
static double stirling_error(double a)
{
  if (a < 15.0) return log(tgamma(a) * exp(a) / (pow(a, a - 0.5) * sqrt(2.0 * PI)));
  double r = 1.0 / a, r2 = r * r;
  return r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 * (1.0 / 1188)))));
}

/* log(1 + t) - t, t > -1, by the series of atanh near 0. */
static double log1p_less(double t)
{
  if (fabs(t) > 0.3) return log1p(t) - t;
  double s = t / (2.0 + t), s2 = s * s, term = s, sum = 0.0;
  for (int k = 3; k < 100 && fabs(term) > DBL_EPSILON * DBL_EPSILON; k += 2) {
    term *= s2;
    sum += term / k;
  }
  return 2.0 * sum - t * s; /* 2 s - t = -t s */
}

/* x^a exp(-x)/Gamma(a) */
static double gamma_front(double a, double x)
{
  return sqrt(a / (2.0 * PI)) * exp(a * log1p_less((x - a) / a) - stirling_error(a));
}

/* x^a y^b/B(a, b), x + y = 1 */
static double beta_front(double a, double b, double x, double y)
{
  double apart = (b * x - a * y) / (a + b); /* x - a/(a + b) */
  double exponent = a * log1p_less(apart * (a + b) / a) + b * log1p_less(-apart * (a + b) / b);
  double errors = stirling_error(a + b) - stirling_error(a) - stirling_error(b);
  return sqrt(a / (a + b) * b / (2.0 * PI)) * exp(exponent + errors);
}

/* ---- gamma ---- */

static double gamma_series(double a, double x)
{
  double term = 1.0 / a, sum = term;
  for (int n = 1; n < MOST_TERMS && term > DBL_EPSILON * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/* Gamma(a, x) = front times this, x > a + 1, by Lentz's method. */
static double gamma_fraction(double a, double x)
{
  double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, f = d;
  for (int n = 1; n < MOST_TERMS; n++) {
    double numerator = -n * (n - a);
    b += 2.0;
    d = 1.0 / (numerator * d + b);
    c = b + numerator / c;
    f *= c * d;
    if (fabs(c * d - 1.0) < DBL_EPSILON) break;
  }
  return f;
}

void sgdl_gamma_tails(double shape, double x, double *below, double *above)
{
  *below = 0.0;
  *above = 1.0;
  if (x <= 0.0) return;
  if (isinf(x)) {
    *below = 1.0;
    *above = 0.0;
  } else if (x < shape + 1.0) {
    *below = gamma_front(shape, x) * gamma_series(shape, x);
    *above = 1.0 - *below;
  } else {
    *above = gamma_front(shape, x) * gamma_fraction(shape, x);
    *below = 1.0 - *above;
  }
}

/* ---- beta ---- */

double sgdl_beta_fraction(double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1.0, d = 1.0 / fmax(1.0 - (a + b) * x / (a + 1.0), tiny), f = d;
  for (int m = 1; m < MOST_TERMS; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1.0 / (1.0 + even * d);
    c = 1.0 + even / c;
    f *= c * d;
    d = 1.0 / (1.0 + odd * d);
    c = 1.0 + odd / c;
    f *= c * d;
    if (fabs(c * d - 1.0) < DBL_EPSILON) break;
  }
  return f;
}

double sgdl_fisher_above(double x, double df1, double df2)
{
  /* I_u(df2/2, df1/2) at u = df2/(df2 + df1 x), w = 1 - u */
  if (x <= 0.0) return 1.0;
  if (isinf(x)) return 0.0;
  double a = 0.5 * df2, b = 0.5 * df1, u = df2 / (df2 + df1 * x), w = df1 * x / (df2 + df1 * x);
  double front = beta_front(a, b, u, w);
  if (u < (a + 1.0) / (a + b + 2.0)) return front * sgdl_beta_fraction(a, b, u) / a;
  return 1.0 - front * sgdl_beta_fraction(b, a, w) / b;
}

/* ---- Kolmogorov ---- */

double sgdl_kolmogorov_above(double x)
{
  double sum = 0.0;
  if (x <= 0.0) return 1.0;
  if (x < 1.0) {
    for (int j = 1; j < 20; j += 2) sum += exp(-j * j * PI * PI / (8.0 * x * x));
    return 1.0 - sqrt(2.0 * PI) / x * sum;
  }
  for (int j = 1; j < 20; j++) sum += (j % 2 ? 2.0 : -2.0) * exp(-2.0 * j * j * x * x);
  return sum;
}

/* ---- derivatives of log Gamma: upwards by recurrence, then the asymptotic series ---- */

double sgdl_digamma(double x)
{
  double below = 0.0;
  for (; x < 15.0; x += 1.0) below -= 1.0 / x;
  double r = 1.0 / (x * x);
  return below + log(x) - 0.5 / x
         - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132)))));
}

double sgdl_trigamma(double x)
{
  double below = 0.0;
  for (; x < 15.0; x += 1.0) below += 1.0 / (x * x);
  double r = 1.0 / (x * x);
  return below + 1.0 / x + 0.5 * r
         + r / x * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66)))));
}
