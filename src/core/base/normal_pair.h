/* One Philox4x32-10 block and the two standard normals made of it: the scalar text of random_lanes.h, operation
 * by operation (a test holds the two to the same bits). */
#ifndef SGDL_NORMAL_PAIR_H
#define SGDL_NORMAL_PAIR_H

#include "portable.h"

SGDL_PORTABLE void sgdl_philox_block(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint32_t block,
                                     uint32_t c[4])
{
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  c[0] = block;
  c[1] = (uint32_t)step;
  c[2] = stream << 24 | (uint32_t)(step >> 32);
  c[3] = (uint32_t)path;
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
    c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ key0;
    c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ key1;
    c[1] = (uint32_t)p1;
    c[3] = (uint32_t)p0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

SGDL_PORTABLE double sgdl_as_double(uint64_t bits)
{
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

SGDL_PORTABLE uint64_t sgdl_as_bits(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* Box-Muller, radius from words 0 and 1, angle from words 2 and 3. */
SGDL_PORTABLE void sgdl_normals_of_block(const uint32_t c[4], double out[2])
{
  const uint64_t one = 0x3ff0000000000000u, half_root = 0x3fe6a09e667f3bcdu, two_52 = 0x4330000000000000u;
  const uint64_t mantissa = 0x000fffffffffffffu, sign = 0x8000000000000000u;

  /* 52 uniform bits each as the mantissa of a number in [1, 2): u in (0, 1], y in [-1/2, 1/2). */
  double u = 2.0 - sgdl_as_double(((uint64_t)c[1] << 20 & mantissa) | (c[0] & 0xfffffu) | one);
  double y = sgdl_as_double(((uint64_t)c[3] << 20 & mantissa) | (c[2] & 0xfffffu) | one) - 1.5;

  /* u = 2^k m with sqrt(1/2) <= m < sqrt 2; the integer k is read as the last bits of 2^52. */
  uint64_t bits = sgdl_as_bits(u) + (one - half_root);
  double m = sgdl_as_double((bits & mantissa) + half_root);
  double k = sgdl_as_double(bits >> 52 | two_52) - (4503599627370496.0 + 1023.0);

  /* -log u = -k log 2 - 2 atanh(s) */
  double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = z * 0.14616449685043406 + 0.15331721600556042;
  p = p * z + 0.18182889125261723;
  p = p * z + 0.2222221113479508;
  p = p * z + 0.28571428625975487;
  p = p * z + 0.39999999999899505;
  p = p * z + 0.666666666666667;
  p = k * -0.6931471805599453 - s * (p * z + 2.0);

  /* a = sin x, b = cos x with x = y pi/2 */
  double t = y * y;
  double a = t * 5.633933781537854e-08 - 3.59864335298231e-06;
  a = a * t + 0.0001604411507421909;
  a = a * t - 0.004681754132340976;
  a = a * t + 0.07969262624604301;
  a = a * t - 0.6459640975062443;
  a = (a * t + 1.5707963267948966) * y;
  double b = t * -6.329396344967424e-09 + 4.710678405505227e-07;
  b = b * t - 2.5202039028029178e-05;
  b = b * t + 0.0009192602745468447;
  b = b * t - 0.020863480763340773;
  b = b * t + 0.2536695079010478;
  b = b * t - 1.2337005501361697;
  b = b * t + 1.0;

  /* pi/4 + x in one quadrant, then a random sign for each coordinate. */
  p = sqrt(p);
  out[0] = sgdl_as_double(sgdl_as_bits(p * (b - a)) ^ ((uint64_t)c[2] << 32 & sign));
  out[1] = sgdl_as_double(sgdl_as_bits(p * (b + a)) ^ ((uint64_t)c[2] << 33 & sign));
}

/* Normal of one coordinate: element coordinate % 2 of block coordinate/2. */
SGDL_PORTABLE double sgdl_normal_at(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t coordinate)
{
  uint32_t c[4];
  double pair[2];
  sgdl_philox_block(seed, stream, path, step, (uint32_t)(coordinate / 2), c);
  sgdl_normals_of_block(c, pair);
  return pair[coordinate % 2];
}

#endif
