/* Covariances of fractional Gaussian noise; see fractional.h. */
#include "fractional.h"

#include <math.h>

/* G_k = k^alpha sum_{j >= 1} C(alpha, 2j) k^{-2j}, and its derivative; k >= 4 makes 14 terms enough. */
static void by_series(double alpha, double log_k, double inverse_square, double *value, double *derivative)
{
  double c = 0.5 * alpha * (alpha - 1.0), dc = alpha - 0.5, sum = 0.0, slope = 0.0, power = 1.0;
  for (int j = 1; j < 15 && power > 1e-19; j++) {
    sum += c * power;
    slope += dc * power;
    double p = alpha - 2.0 * j, q = p - 1.0, over = 1.0 / ((2.0 * j + 1.0) * (2.0 * j + 2.0));
    dc = (dc * p * q + c * (p + q)) * over;
    c *= p * q * over;
    power *= inverse_square;
  }
  double scale = exp((alpha - 2.0) * log_k);
  *value = scale * sum;
  *derivative = scale * (slope + log_k * sum);
}

/* (k +- 1)^alpha - k^alpha without cancellation, and its derivative by alpha. */
static double difference(double alpha, double k, double step, double *derivative)
{
  if (k + step == 0.0) {
    *derivative = -log(k) * exp(alpha * log(k));
    return -exp(alpha * log(k));
  }
  double ratio = log1p(step / k), power = exp(alpha * log(k)), excess = expm1(alpha * ratio);
  *derivative = power * (log(k) * excess + ratio * (1.0 + excess));
  return power * excess;
}

void sgdl_fbm_covariance(ptrdiff_t n, double alpha, const double *log_k, double *r, double *dr)
{
  double slope;
  r[0] = 1.0;
  if (dr) dr[0] = 0.0;
  for (ptrdiff_t k = 1; k < n && k < 4; k++) {
    double up, down;
    r[k] = 0.5 * (difference(alpha, (double)k, 1.0, &up) + difference(alpha, (double)k, -1.0, &down));
    if (dr) dr[k] = 0.5 * (up + down);
  }
  for (ptrdiff_t k = 4; k < n; k++)
    by_series(alpha, log_k[k], 1.0 / ((double)k * (double)k), r + k, dr ? dr + k : &slope);
}
