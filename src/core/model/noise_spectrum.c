/* Power spectrum of the batch noise, per unit covariance of the one-example gradient. THEORY section 6. */
#include "noise.h"

#include <math.h>

/* y - sin y for y >= 0, without cancellation. */
static double excess_over_sine(double y)
{
  double term = y * y * y / 6, sum = term;
  if (y > 1)
    return y - sin(y);
  for (int n = 4; fabs(term) > 1e-18 * sum; n += 2) {
    term *= -y * y / (n * (n + 1));
    sum += term;
  }
  return sum;
}

double sgdl_noise_spectrum(const sgdl_noise *noise, double w)
{
  double M = (double)noise->steps, x = w / 2;
  if (!noise->epoch)
    return noise->scale;
  if (x == 0)
    return noise->u * noise->excess;
  double below = (excess_over_sine(M * x) - M * excess_over_sine(x)) / sin(x); /* M - D */
  return noise->u * (noise->excess + below * (2 * M - below) / M);
}
