/* Fits and removes the straight line of a series; see line.h. */
#include "line.h"

#include "../base/residual.h"

#include <float.h>
#include <math.h>

/* `slope` with as many bits less as k < n needs. */
static double round_slope(double slope, ptrdiff_t n)
{
  int exponent, index_bits;
  frexp((double)n, &index_bits);
  double mantissa = frexp(slope, &exponent);
  int bits = DBL_MANT_DIG - index_bits;
  return ldexp(rint(ldexp(mantissa, bits)), exponent - bits);
}

sgdl_line sgdl_line_exact(ptrdiff_t n, double slope)
{
  return (sgdl_line){ 0.0, isfinite(slope) ? round_slope(slope, n) : 0.0 };
}

/* sum of r and of r (k - middle), r = x[k] - x[0], in eight lanes: the same order for every vector width. */
SGDL_VECTORISED static void moments(ptrdiff_t n, const double *x, double middle, double *sum, double *moment)
{
  double sums[8] = { 0 }, moments[8] = { 0 }, start = x[0];
  ptrdiff_t k = 0;
  for (; k + 8 <= n; k += 8)
    for (int j = 0; j < 8; j++) {
      double r = x[k + j] - start;
      sums[j] += r;
      moments[j] += r * ((double)(k + j) - middle);
    }
  *sum = *moment = 0.0;
  for (; k < n; k++) {
    double r = x[k] - start;
    *sum += r;
    *moment += r * ((double)k - middle);
  }
  for (int j = 0; j < 8; j++) {
    *sum += sums[j];
    *moment += moments[j];
  }
}

sgdl_line sgdl_line_fit(ptrdiff_t n, const double *x)
{
  double middle = 0.5 * (double)(n - 1), sum, moment;
  moments(n, x, middle, &sum, &moment);
  double count = (double)n;
  double slope = n > 1 ? moment / (count * (count * count - 1.0) / 12.0) : 0.0;
  sgdl_line line = sgdl_line_exact(n, slope);
  line.offset = x[0] + (sum / count - line.slope * middle);
  return line;
}

SGDL_VECTORISED static void take_away(ptrdiff_t n, const double *x, sgdl_line line, double *y)
{
  for (ptrdiff_t k = 0; k < n; k++) y[k] = sgdl_residual(x[k], line.offset, line.slope * (double)k);
}

void sgdl_line_remove(ptrdiff_t n, const double *x, sgdl_line line, double *y)
{
  take_away(n, x, line, y);
}
