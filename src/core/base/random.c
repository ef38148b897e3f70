/* Counter-based random numbers: Philox4x32-10, and standard normals by Box-Muller, vectorised over blocks
 * with own polynomials, so that the bits are the same on every machine. */
#include "random.h"

#include <math.h>
#include <string.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#define SGDL_X86 1
#else
#define SGDL_X86 0
#endif

/* Salmon, Moraes, Dror and Shaw (2011): multipliers and increments of the key. */
static const uint32_t multiplier[2] = {0xD2511F53u, 0xCD9E8D57u}, weyl[2] = {0x9E3779B9u, 0xBB67AE85u};

void sgdl_philox(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint32_t block,
                 uint32_t out[4])
{
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t c[4] = {block, (uint32_t)step, stream << 24 | (uint32_t)(step >> 32), (uint32_t)path};
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)multiplier[0] * c[0], p1 = (uint64_t)multiplier[1] * c[2];
    c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ key[0];
    c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ key[1];
    c[1] = (uint32_t)p1;
    c[3] = (uint32_t)p0;
    key[0] += weyl[0];
    key[1] += weyl[1];
  }
  memcpy(out, c, sizeof c);
}

/* ---- the kernel of normal_lanes.h, one instance per instruction set ---- */

#define ONE 0x3ff0000000000000u /* the bits of 1.0                                             */
#define MANTISSA 0x000fffffffffffffu
#define HALF_ROOT 0x3fe6a09e667f3bcdu /* of sqrt(1/2)                                                */
#define TWO_52 0x4330000000000000u    /* of 2^52                                                     */
#define SIGN 0x8000000000000000u

typedef void normal_pairs_function(uint64_t seed, uint64_t path, const uint64_t *restrict block,
                                   const uint64_t *restrict step, const uint64_t *restrict stream,
                                   ptrdiff_t n, double *restrict out);

#if SGDL_X86
typedef double real8 __attribute__((vector_size(64)));
typedef uint64_t bits8 __attribute__((vector_size(64)));
typedef double real4 __attribute__((vector_size(32)));
typedef uint64_t bits4 __attribute__((vector_size(32)));
typedef double real2 __attribute__((vector_size(16)));
typedef uint64_t bits2 __attribute__((vector_size(16)));

#define NORMAL_PAIRS normal_pairs_avx512
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 8
#define REAL real8
#define BITS bits8
#define LOAD(p) ((bits8)_mm512_loadu_si512(p))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);                                         \
    const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);                                      \
    _mm512_storeu_pd(out, _mm512_permutex2var_pd((__m512d)(a), low, (__m512d)(b)));                          \
    _mm512_storeu_pd((out) + 8, _mm512_permutex2var_pd((__m512d)(a), high, (__m512d)(b)));                   \
  } while (0)
#define AS_REAL(x) ((real8)(x))
#define AS_BITS(x) ((bits8)(x))
#define PRODUCT(a, b) ((bits8)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#define ROOT(x) ((real8)_mm512_sqrt_pd((__m512d)(x)))
#include "normal_lanes.h"

#define NORMAL_PAIRS normal_pairs_avx2
#define TARGET __attribute__((target("avx2")))
#define WIDTH 4
#define REAL real4
#define BITS bits4
#define LOAD(p) ((bits4)_mm256_loadu_si256((const __m256i *)(p)))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    __m256d low = _mm256_unpacklo_pd((__m256d)(a), (__m256d)(b));                                            \
    __m256d high = _mm256_unpackhi_pd((__m256d)(a), (__m256d)(b));                                           \
    _mm256_storeu_pd(out, _mm256_permute2f128_pd(low, high, 0x20));                                          \
    _mm256_storeu_pd((out) + 4, _mm256_permute2f128_pd(low, high, 0x31));                                    \
  } while (0)
#define AS_REAL(x) ((real4)(x))
#define AS_BITS(x) ((bits4)(x))
#define PRODUCT(a, b) ((bits4)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#define ROOT(x) ((real4)_mm256_sqrt_pd((__m256d)(x)))
#include "normal_lanes.h"

#define NORMAL_PAIRS normal_pairs_baseline
#define TARGET
#define WIDTH 2
#define REAL real2
#define BITS bits2
#define LOAD(p) ((bits2)_mm_loadu_si128((const __m128i *)(p)))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    _mm_storeu_pd(out, _mm_unpacklo_pd((__m128d)(a), (__m128d)(b)));                                         \
    _mm_storeu_pd((out) + 2, _mm_unpackhi_pd((__m128d)(a), (__m128d)(b)));                                   \
  } while (0)
#define AS_REAL(x) ((real2)(x))
#define AS_BITS(x) ((bits2)(x))
#define PRODUCT(a, b) ((bits2)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#define ROOT(x) ((real2)_mm_sqrt_pd((__m128d)(x)))
#include "normal_lanes.h"

static normal_pairs_function *best_normal_pairs(void)
{
  if (__builtin_cpu_supports("avx512f")) return normal_pairs_avx512;
  return __builtin_cpu_supports("avx2") ? normal_pairs_avx2 : normal_pairs_baseline;
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

#define NORMAL_PAIRS normal_pairs_baseline
#define TARGET
#define WIDTH 1
#define REAL double
#define BITS uint64_t
#define LOAD(p) (*(p))
#define STORE_PAIRS(out, a, b)                                                                               \
  do {                                                                                                       \
    (out)[0] = (a);                                                                                          \
    (out)[1] = (b);                                                                                          \
  } while (0)
#define AS_REAL(x) as_real(x)
#define AS_BITS(x) as_bits(x)
#define PRODUCT(a, b) ((uint64_t)(uint32_t)(a) * (uint32_t)(b))
#define ROOT(x) sqrt(x)
#include "normal_lanes.h"

static normal_pairs_function *best_normal_pairs(void)
{
  return normal_pairs_baseline;
}

#endif

/* ---- filling arrays ---- */

/* Blocks a kernel call works on: many vectors, and all of it in the first cache. */
enum { CHUNK = 64 };

/* Counters of consecutive blocks: `per_step` blocks from first_block on in each step. */
typedef struct counter {
  uint64_t block, end_block, first_block, step, stream;
} counter;

/* Writes the next n counters and moves on. */
static void take_counters(counter *c, ptrdiff_t n, uint64_t *block, uint64_t *step, uint64_t *stream)
{
  ptrdiff_t i = 0;
  while (i < n) {
    uint64_t left = c->end_block - c->block, run = left < (uint64_t)(n - i) ? left : (uint64_t)(n - i);
    uint64_t third_word = c->stream << 24 | c->step >> 32;
    for (uint64_t r = 0; r < run; r++, i++) {
      block[i] = c->block + r;
      step[i] = c->step;
      stream[i] = third_word;
    }
    c->block += run;
    if (c->block == c->end_block) {
      c->block = c->first_block;
      c->step++;
    }
  }
}

/* Coordinates [first, first + n) of n_steps steps. Chunks of blocks run on across steps, so that short steps
 * vectorise as well; where a step begins or ends inside a block, the pairs pass through a buffer. */
static void fill(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint64_t first, ptrdiff_t n,
                 ptrdiff_t n_steps, double *out)
{
  normal_pairs_function *normal_pairs = best_normal_pairs();
  uint64_t first_block = first / 2, end_block = (first + (uint64_t)n + 1) / 2;
  ptrdiff_t per_step = (ptrdiff_t)(end_block - first_block), total = per_step * n_steps;
  ptrdiff_t skip = (ptrdiff_t)(first % 2), position = 0; /* of the next pair element in its step */
  int whole = skip == 0 && n % 2 == 0;
  counter c = {first_block, end_block, first_block, step, stream};
  uint64_t block[CHUNK], steps[CHUNK], streams[CHUNK];
  double pairs[2 * CHUNK];
  for (ptrdiff_t done = 0; done < total; done += CHUNK) {
    ptrdiff_t m = total - done < CHUNK ? total - done : CHUNK, padded = (m + 7) / 8 * 8;
    take_counters(&c, padded, block, steps, streams);
    if (whole && padded == m) {
      normal_pairs(seed, path, block, steps, streams, m, out);
      out += 2 * m;
      continue;
    }
    normal_pairs(seed, path, block, steps, streams, padded, pairs);
    for (ptrdiff_t i = 0; i < 2 * m; i++) {
      if (position >= skip && position < skip + n) *out++ = pairs[i];
      if (++position == 2 * per_step) position = 0;
    }
  }
}

void sgdl_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first, ptrdiff_t n,
                  double *out)
{
  fill(seed, stream, path, step, (uint64_t)first, n, 1, out);
}

void sgdl_normals_tile(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                       ptrdiff_t n_steps, double *out)
{
  fill(seed, stream, path, step, 0, n, n_steps, out);
}
