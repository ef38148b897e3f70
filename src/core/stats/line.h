/* A straight line taken out of a series without losing digits: an offset of 1e6 or a constant
 * velocity would otherwise drown the displacements in the rounding of the FFT. THEORY section 8. */
#ifndef SGDL_LINE_H
#define SGDL_LINE_H

#include "../base/base.h"

typedef struct sgdl_line {
  double offset, slope; /* slope * k is exact for 0 <= k < n                                 */
} sgdl_line;

/* Offset 0 and about this slope (0 where it is not finite), as few bits as exact products need. */
sgdl_line sgdl_line_exact(ptrdiff_t n, double slope);
/* About the least-squares line of x (n); any line would be right, this one leaves little. */
sgdl_line sgdl_line_fit(ptrdiff_t n, const double *x);
/* y[k] = x[k] - offset - slope * k, rounded once. */
void sgdl_line_remove(ptrdiff_t n, const double *x, sgdl_line line, double *y);

/* Sum of many doubles to one rounding (Neumaier: the low parts are summed apart). */
typedef struct sgdl_sum {
  double high, low;
} sgdl_sum;

static inline void sgdl_sum_add(sgdl_sum *sum, double a)
{
  double high = sum->high + a, b = high - sum->high;
  sum->low += (sum->high - (high - b)) + (a - b);
  sum->high = high;
}

static inline double sgdl_sum_value(const sgdl_sum *sum)
{
  return sum->high + sum->low;
}

#endif
