/* The normal fill as fast as this processor was got to do it: AVX-512, fused multiply-adds, getexp and
 * ternary logic, whole steps of a multiple of 64 coordinates, nothing else. What the core gives up for the
 * same bits on every machine is the distance to it. */
#ifndef SGDL_NORMALS_LIMIT_H
#define SGDL_NORMALS_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

#define LIMIT_SIDE 4 /* vectors side by side */
#define LIMIT_EACH _Pragma("GCC unroll 4") for (int w = 0; w < LIMIT_SIDE; w++)
#define LIMIT_REAL(x) _mm512_set1_pd(x)
#define LIMIT_BITS(x) _mm512_set1_epi64((long long)(x))
#define LIMIT_INLINE __attribute__((target("avx512f"), always_inline)) static inline

static inline int limit_supported(void)
{
  return __builtin_cpu_supports("avx512f") != 0;
}

/* The mantissa of a number in [1, 2) from 52 bits of two words. */
LIMIT_INLINE __m512d limit_mantissa(__m512i high, __m512i low)
{
  __m512i bits = _mm512_ternarylogic_epi64(_mm512_slli_epi64(high, 20), LIMIT_BITS(0x000fffffffffffff),
                                           _mm512_and_epi64(low, LIMIT_BITS(0xfffff)), 0xea);
  return _mm512_castsi512_pd(_mm512_or_epi64(bits, LIMIT_BITS(0x3ff0000000000000)));
}

/* c[0] + c[1] x + ... + c[n - 1] x^(n - 1) */
LIMIT_INLINE __m512d limit_polynomial(int n, const double *c, __m512d x)
{
  __m512d sum = LIMIT_REAL(c[n - 1]);
#pragma GCC unroll 8
  for (int i = n - 2; i >= 0; i--) sum = _mm512_fmadd_pd(sum, x, LIMIT_REAL(c[i]));
  return sum;
}

/* sqrt(-log u), u in (0, 1] */
LIMIT_INLINE __m512d limit_radius(__m512d u)
{
  static const double c[] = {2.0, 0.666666666666667, 0.39999999999899505, 0.28571428625975487,
                             0.2222221113479508, 0.18182889125261723, 0.15331721600556042,
                             0.14616449685043406};
  __m512d k = _mm512_getexp_pd(_mm512_mul_pd(u, LIMIT_REAL(1.4142135623730951)));
  __m512d m = _mm512_scalef_pd(u, _mm512_sub_pd(_mm512_setzero_pd(), k));
  __m512d s = _mm512_div_pd(_mm512_sub_pd(m, LIMIT_REAL(1.0)), _mm512_add_pd(m, LIMIT_REAL(1.0)));
  __m512d p = limit_polynomial(8, c, _mm512_mul_pd(s, s));
  return _mm512_sqrt_pd(_mm512_fnmadd_pd(s, p, _mm512_mul_pd(k, LIMIT_REAL(-0.6931471805599453))));
}

LIMIT_INLINE __m512d limit_sine(__m512d y, __m512d t)
{
  static const double c[] = {1.5707963267948966, -0.6459640975062443, 0.07969262624604301,
                             -0.004681754132340976, 0.0001604411507421909, -3.59864335298231e-06,
                             5.633933781537854e-08};
  return _mm512_mul_pd(limit_polynomial(7, c, t), y);
}

LIMIT_INLINE __m512d limit_cosine(__m512d t)
{
  static const double c[] = {1.0, -1.2337005501361697, 0.2536695079010478, -0.020863480763340773,
                             0.0009192602745468447, -2.5202039028029178e-05, 4.710678405505227e-07,
                             -6.329396344967424e-09};
  return limit_polynomial(8, c, t);
}

/* sgdl_normals of coordinates [0, n), n a multiple of 64, to rounding. */
__attribute__((target("avx512f"))) static void limit_normals(uint64_t seed, uint32_t stream, uint64_t path,
                                                             uint64_t step, ptrdiff_t n, double *out)
{
  const __m512i first = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), sign = LIMIT_BITS(0x8000000000000000);
  const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  const __m512i factor0 = LIMIT_BITS(0xD2511F53u), factor1 = LIMIT_BITS(0xCD9E8D57u);
  for (ptrdiff_t i = 0; i < n; i += 16 * LIMIT_SIDE) {
    __m512i c0[LIMIT_SIDE], c1[LIMIT_SIDE], c2[LIMIT_SIDE], c3[LIMIT_SIDE];
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    LIMIT_EACH {
      c0[w] = _mm512_add_epi64(first, LIMIT_BITS(i / 2 + 8 * w));
      c1[w] = LIMIT_BITS(step);
      c2[w] = LIMIT_BITS((uint64_t)stream << 24 | step >> 32);
      c3[w] = LIMIT_BITS(path);
    }
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
      LIMIT_EACH {
        __m512i p0 = _mm512_mul_epu32(factor0, c0[w]), p1 = _mm512_mul_epu32(factor1, c2[w]);
        c0[w] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[w], LIMIT_BITS(key0), 0x96);
        c2[w] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[w], LIMIT_BITS(key1), 0x96);
        c1[w] = p1;
        c3[w] = p0;
      }
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    LIMIT_EACH {
      __m512d r = limit_radius(_mm512_sub_pd(LIMIT_REAL(2.0), limit_mantissa(c1[w], c0[w])));
      __m512d y = _mm512_sub_pd(limit_mantissa(c3[w], c2[w]), LIMIT_REAL(1.5)), t = _mm512_mul_pd(y, y);
      __m512d a = limit_sine(y, t), b = limit_cosine(t);
      __m512i x0 = _mm512_castpd_si512(_mm512_mul_pd(r, _mm512_sub_pd(b, a)));
      __m512i x1 = _mm512_castpd_si512(_mm512_mul_pd(r, _mm512_add_pd(b, a)));
      x0 = _mm512_ternarylogic_epi64(x0, _mm512_slli_epi64(c2[w], 32), sign, 0x78);
      x1 = _mm512_ternarylogic_epi64(x1, _mm512_slli_epi64(c2[w], 33), sign, 0x78);
      double *to = out + i + 16 * w;
      _mm512_storeu_pd(to, _mm512_castsi512_pd(_mm512_permutex2var_epi64(x0, low, x1)));
      _mm512_storeu_pd(to + 8, _mm512_castsi512_pd(_mm512_permutex2var_epi64(x0, high, x1)));
    }
  }
}

#else

static inline int limit_supported(void)
{
  return 0;
}

static void limit_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                          double *out)
{
  (void)seed, (void)stream, (void)path, (void)step, (void)n, (void)out;
}

#endif
#endif
