/* The normal fill as fast as a processor with AVX2 and fused multiply-adds, but without AVX-512, was got to do
 * it: counters made in registers, whole steps of a multiple of 32 coordinates, nothing else. */
#ifndef SGDL_NORMALS_LIMIT_AVX2_H
#define SGDL_NORMALS_LIMIT_AVX2_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

#define SHORT_SIDE 4 /* vectors side by side: fastest of 1 to 4, though it spills registers */
#define SHORT_EACH _Pragma("GCC unroll 4") for (int w = 0; w < SHORT_SIDE; w++)
#define SHORT_REAL(x) _mm256_set1_pd(x)
#define SHORT_BITS(x) _mm256_set1_epi64x((long long)(x))
#define SHORT_INLINE __attribute__((target("avx2,fma"), always_inline)) static inline

static inline int short_limit_supported(void)
{
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* The mantissa of a number in [1, 2) from 52 bits of two words. */
SHORT_INLINE __m256d short_mantissa(__m256i high, __m256i low)
{
  __m256i bits = _mm256_or_si256(_mm256_and_si256(_mm256_slli_epi64(high, 20), SHORT_BITS(0x000ffffffff00000)),
                                 _mm256_and_si256(low, SHORT_BITS(0xfffff)));
  return _mm256_castsi256_pd(_mm256_or_si256(bits, SHORT_BITS(0x3ff0000000000000)));
}

/* sum = c[0] + c[1] x + ... + c[n - 1] x^(n - 1), the vectors side by side: chains are long. */
SHORT_INLINE void short_polynomial(int n, const double *c, const __m256d *x, __m256d *sum)
{
  SHORT_EACH sum[w] = SHORT_REAL(c[n - 1]);
#pragma GCC unroll 8
  for (int i = n - 2; i >= 0; i--) SHORT_EACH sum[w] = _mm256_fmadd_pd(sum[w], x[w], SHORT_REAL(c[i]));
}

/* r = sqrt(-log u), u in (0, 1] */
SHORT_INLINE void short_radius(const __m256d *u, __m256d *r)
{
  static const double c[] = {2.0, 0.666666666666667, 0.39999999999899505, 0.28571428625975487,
                             0.2222221113479508, 0.18182889125261723, 0.15331721600556042,
                             0.14616449685043406};
  __m256i bits[SHORT_SIDE], fraction[SHORT_SIDE];
  __m256d m[SHORT_SIDE], k[SHORT_SIDE], s[SHORT_SIDE], z[SHORT_SIDE], p[SHORT_SIDE];
  const __m256i half_root = SHORT_BITS(0x3fe6a09e667f3bcd);
  SHORT_EACH bits[w] =
      _mm256_add_epi64(_mm256_castpd_si256(u[w]), SHORT_BITS(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  SHORT_EACH fraction[w] = _mm256_add_epi64(_mm256_and_si256(bits[w], SHORT_BITS(0x000fffffffffffff)), half_root);
  SHORT_EACH m[w] = _mm256_castsi256_pd(fraction[w]);
  SHORT_EACH bits[w] = _mm256_or_si256(_mm256_srli_epi64(bits[w], 52), SHORT_BITS(0x4330000000000000));
  SHORT_EACH k[w] = _mm256_sub_pd(_mm256_castsi256_pd(bits[w]), SHORT_REAL(4503599627370496.0 + 1023.0));
  SHORT_EACH s[w] = _mm256_div_pd(_mm256_sub_pd(m[w], SHORT_REAL(1.0)), _mm256_add_pd(m[w], SHORT_REAL(1.0)));
  SHORT_EACH z[w] = _mm256_mul_pd(s[w], s[w]);
  short_polynomial(8, c, z, p);
  SHORT_EACH p[w] = _mm256_fnmadd_pd(s[w], p[w], _mm256_mul_pd(k[w], SHORT_REAL(-0.6931471805599453)));
  SHORT_EACH r[w] = _mm256_sqrt_pd(p[w]);
}

/* a = sin(y pi/2), b = cos(y pi/2) */
SHORT_INLINE void short_angle(const __m256d *y, __m256d *a, __m256d *b)
{
  static const double sine[] = {1.5707963267948966, -0.6459640975062443, 0.07969262624604301,
                                -0.004681754132340976, 0.0001604411507421909, -3.59864335298231e-06,
                                5.633933781537854e-08};
  static const double cosine[] = {1.0, -1.2337005501361697, 0.2536695079010478, -0.020863480763340773,
                                  0.0009192602745468447, -2.5202039028029178e-05, 4.710678405505227e-07,
                                  -6.329396344967424e-09};
  __m256d t[SHORT_SIDE];
  SHORT_EACH t[w] = _mm256_mul_pd(y[w], y[w]);
  short_polynomial(7, sine, t, a);
  SHORT_EACH a[w] = _mm256_mul_pd(a[w], y[w]);
  short_polynomial(8, cosine, t, b);
}

/* sgdl_normals of coordinates [0, n), n a multiple of 32, to rounding. */
__attribute__((target("avx2,fma"))) static void short_limit_normals(uint64_t seed, uint32_t stream, uint64_t path,
                                                                    uint64_t step, ptrdiff_t n, double *out)
{
  const __m256i first = _mm256_setr_epi64x(0, 1, 2, 3), sign = SHORT_BITS(0x8000000000000000);
  const __m256i factor0 = SHORT_BITS(0xD2511F53u), factor1 = SHORT_BITS(0xCD9E8D57u);
  for (ptrdiff_t i = 0; i < n; i += 8 * SHORT_SIDE) {
    __m256i c0[SHORT_SIDE], c1[SHORT_SIDE], c2[SHORT_SIDE], c3[SHORT_SIDE];
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    SHORT_EACH {
      c0[w] = _mm256_add_epi64(first, SHORT_BITS(i / 2 + 4 * w));
      c1[w] = SHORT_BITS(step);
      c2[w] = SHORT_BITS((uint64_t)stream << 24 | step >> 32);
      c3[w] = SHORT_BITS(path);
    }
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
      SHORT_EACH {
        __m256i p0 = _mm256_mul_epu32(factor0, c0[w]), p1 = _mm256_mul_epu32(factor1, c2[w]);
        c0[w] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1[w]), SHORT_BITS(key0));
        c2[w] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3[w]), SHORT_BITS(key1));
        c1[w] = p1;
        c3[w] = p0;
      }
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    __m256d u[SHORT_SIDE], y[SHORT_SIDE], r[SHORT_SIDE], a[SHORT_SIDE], b[SHORT_SIDE];
    SHORT_EACH u[w] = _mm256_sub_pd(SHORT_REAL(2.0), short_mantissa(c1[w], c0[w]));
    SHORT_EACH y[w] = _mm256_sub_pd(short_mantissa(c3[w], c2[w]), SHORT_REAL(1.5));
    short_radius(u, r);
    short_angle(y, a, b);
    SHORT_EACH {
      __m256i flip0 = _mm256_and_si256(_mm256_slli_epi64(c2[w], 32), sign);
      __m256i flip1 = _mm256_and_si256(_mm256_slli_epi64(c2[w], 33), sign);
      __m256d x0 = _mm256_xor_pd(_mm256_mul_pd(r[w], _mm256_sub_pd(b[w], a[w])), _mm256_castsi256_pd(flip0));
      __m256d x1 = _mm256_xor_pd(_mm256_mul_pd(r[w], _mm256_add_pd(b[w], a[w])), _mm256_castsi256_pd(flip1));
      __m256d low = _mm256_unpacklo_pd(x0, x1), high = _mm256_unpackhi_pd(x0, x1);
      _mm256_storeu_pd(out + i + 8 * w, _mm256_permute2f128_pd(low, high, 0x20));
      _mm256_storeu_pd(out + i + 8 * w + 4, _mm256_permute2f128_pd(low, high, 0x31));
    }
  }
}

#else

static inline int short_limit_supported(void)
{
  return 0;
}

static void short_limit_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                                double *out)
{
  (void)seed, (void)stream, (void)path, (void)step, (void)n, (void)out;
}

#endif
#endif
