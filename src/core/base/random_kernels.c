/* The vector kernels of random_lanes.h for each instruction set, and the choice among them at run time.
 * Written out, because compilers do not find Philox's widening products in plain loops. */
#include "random_kernels.h"

#include <math.h>
#include <string.h>

/* Vectors that a kernel works on side by side, statement by statement. */
#define TOGETHER 4
#define EACH _Pragma("GCC unroll 4") for (int w = 0; w < TOGETHER; w++)

#define ONE 0x3ff0000000000000u       /* the bits of 1.0     */
#define HALF_ROOT 0x3fe6a09e667f3bcdu /* of sqrt(1/2)        */
#define TWO_52 0x4330000000000000u    /* of 2^52             */
#define MANTISSA 0x000fffffffffffffu
#define SIGN 0x8000000000000000u
#define LOW_32 0xffffffffu

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

typedef double real8 __attribute__((vector_size(64)));
typedef uint64_t bits8 __attribute__((vector_size(64)));
typedef double real4 __attribute__((vector_size(32)));
typedef uint64_t bits4 __attribute__((vector_size(32)));
typedef double real2 __attribute__((vector_size(16)));
typedef uint64_t bits2 __attribute__((vector_size(16)));

#define NAME(kernel) kernel##_avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 8
#define REAL real8
#define BITS bits8
#define LOAD(p) ((bits8)_mm512_loadu_si512(p))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);                                         \
    const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);                                      \
    _mm512_storeu_pd((double *)(out), _mm512_permutex2var_pd((__m512d)(a), low, (__m512d)(b)));              \
    _mm512_storeu_pd((double *)(out) + 8, _mm512_permutex2var_pd((__m512d)(a), high, (__m512d)(b)));         \
  } while (0)
#define AS_REAL(x) ((real8)(x))
#define AS_BITS(x) ((bits8)(x))
#define PRODUCT(a, b) ((bits8)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#define ROOT(x) ((real8)_mm512_sqrt_pd((__m512d)(x)))
#include "random_lanes.h"

#define NAME(kernel) kernel##_avx2
#define TARGET __attribute__((target("avx2")))
#define WIDTH 4
#define REAL real4
#define BITS bits4
#define LOAD(p) ((bits4)_mm256_loadu_si256((const __m256i *)(p)))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    __m256d low = _mm256_unpacklo_pd((__m256d)(a), (__m256d)(b));                                            \
    __m256d high = _mm256_unpackhi_pd((__m256d)(a), (__m256d)(b));                                           \
    _mm256_storeu_pd((double *)(out), _mm256_permute2f128_pd(low, high, 0x20));                              \
    _mm256_storeu_pd((double *)(out) + 4, _mm256_permute2f128_pd(low, high, 0x31));                          \
  } while (0)
#define AS_REAL(x) ((real4)(x))
#define AS_BITS(x) ((bits4)(x))
#define PRODUCT(a, b) ((bits4)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#define ROOT(x) ((real4)_mm256_sqrt_pd((__m256d)(x)))
#include "random_lanes.h"

#define NAME(kernel) kernel##_baseline
#define TARGET
#define WIDTH 2
#define REAL real2
#define BITS bits2
#define LOAD(p) ((bits2)_mm_loadu_si128((const __m128i *)(p)))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    _mm_storeu_pd((double *)(out), _mm_unpacklo_pd((__m128d)(a), (__m128d)(b)));                             \
    _mm_storeu_pd((double *)(out) + 2, _mm_unpackhi_pd((__m128d)(a), (__m128d)(b)));                         \
  } while (0)
#define AS_REAL(x) ((real2)(x))
#define AS_BITS(x) ((bits2)(x))
#define PRODUCT(a, b) ((bits2)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#define ROOT(x) ((real2)_mm_sqrt_pd((__m128d)(x)))
#include "random_lanes.h"

sgdl_random_kernels sgdl_random_best(void)
{
  if (__builtin_cpu_supports("avx512f")) return (sgdl_random_kernels){words_avx512, normals_avx512};
  if (__builtin_cpu_supports("avx2")) return (sgdl_random_kernels){words_avx2, normals_avx2};
  return sgdl_random_baseline();
}

#else /* any other machine: one lane */

static inline double as_real(uint64_t bits)
{
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint64_t as_bits(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

#define NAME(kernel) kernel##_baseline
#define TARGET
#define WIDTH 1
#define REAL double
#define BITS uint64_t
#define LOAD(p) (*(p))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    double pair[2] = {a, b};                                                                                 \
    memcpy(out, pair, sizeof pair);                                                                          \
  } while (0)
#define AS_REAL(x) as_real(x)
#define AS_BITS(x) as_bits(x)
#define PRODUCT(a, b) ((uint64_t)(uint32_t)(a) * (uint32_t)(b))
#define ROOT(x) sqrt(x)
#include "random_lanes.h"

sgdl_random_kernels sgdl_random_best(void)
{
  return sgdl_random_baseline();
}

#endif

sgdl_random_kernels sgdl_random_baseline(void)
{
  return (sgdl_random_kernels){words_baseline, normals_baseline};
}
