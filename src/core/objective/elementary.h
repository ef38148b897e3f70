/* Exponentials of eight numbers at once, from IEEE operations in a fixed order: the same bits on every
 * machine. A NaN stays one. */
#ifndef SGDL_ELEMENTARY_H
#define SGDL_ELEMENTARY_H

#include "rows.h"

typedef int64_t sgdl_lane_bits __attribute__((vector_size(64)));

/* exp(x) = scale (1 + excess), x <= 0 (0 below -708, so that no product with it is subnormal, which costs a
 * hundred times a product): x = n log 2 + r, |r| <= log(2)/2, scale = 2^n. */
SGDL_INLINE void sgdl_exp_parts(const sgdl_lanes *argument, sgdl_lanes *scale, sgdl_lanes *excess)
{
  const sgdl_lanes zero = {0}, least = zero - 708.0, shift = zero + 6755399441055744.0; /* 1.5 2^52 */
  const sgdl_lane_bits below = *argument < least;
  const sgdl_lanes x = (sgdl_lanes)((below & (sgdl_lane_bits)least) | (~below & (sgdl_lane_bits)*argument));
  const sgdl_lanes shifted = x * 1.4426950408889634 + shift, n = shifted - shift;
  /* log 2 in two parts, the first short enough that n times it is exact */
  const sgdl_lanes r = (x - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
  sgdl_lanes series = zero + 1.0 / 6227020800.0;
  series = series * r + 1.0 / 479001600.0;
  series = series * r + 1.0 / 39916800.0;
  series = series * r + 1.0 / 3628800.0;
  series = series * r + 1.0 / 362880.0;
  series = series * r + 1.0 / 40320.0;
  series = series * r + 1.0 / 5040.0;
  series = series * r + 1.0 / 720.0;
  series = series * r + 1.0 / 120.0;
  series = series * r + 1.0 / 24.0;
  series = series * r + 1.0 / 6.0;
  series = series * r + 0.5;
  *excess = r + r * r * series;
  /* The integer n sits in the last bits of `shifted`: moved to the exponent. */
  *scale = (sgdl_lanes)(~below & (((sgdl_lane_bits)shifted << 52) + (sgdl_lane_bits)(zero + 1.0)));
}

#define SGDL_SIGN_BITS ((sgdl_lane_bits){0} + INT64_MIN)

/* 1/(1 + exp(-x)), relatively accurate at both ends. */
SGDL_INLINE void sgdl_logistic(const sgdl_lanes *x, sgdl_lanes *result)
{
  const sgdl_lane_bits bits = (sgdl_lane_bits)*x, negative = *x < (sgdl_lanes){0};
  const sgdl_lanes minus_size = (sgdl_lanes)(bits | SGDL_SIGN_BITS);
  sgdl_lanes scale, excess;
  sgdl_exp_parts(&minus_size, &scale, &excess);
  const sgdl_lanes e = scale + scale * excess, one = (sgdl_lanes){0} + 1.0;
  const sgdl_lanes numerator =
      (sgdl_lanes)((negative & (sgdl_lane_bits)e) | (~negative & (sgdl_lane_bits)one));
  *result = numerator / (one + e);
}

/* tanh x = -m/(2 + m) with m = exp(-2 |x|) - 1, and the sign of x. */
SGDL_INLINE void sgdl_tanh(const sgdl_lanes *x, sgdl_lanes *result)
{
  const sgdl_lane_bits sign = (sgdl_lane_bits)*x & SGDL_SIGN_BITS;
  const sgdl_lanes minus_twice = (sgdl_lanes)((sgdl_lane_bits)*x | SGDL_SIGN_BITS) * 2.0;
  sgdl_lanes scale, excess;
  sgdl_exp_parts(&minus_twice, &scale, &excess);
  const sgdl_lanes m = scale * excess + (scale - 1.0), size = -m / (m + 2.0);
  *result = (sgdl_lanes)(((sgdl_lane_bits)size & ~SGDL_SIGN_BITS) | sign);
}

#endif
