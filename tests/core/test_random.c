/* The generator: Philox bit by bit against Random123, the transform against long double, independence of a
 * value from what else is asked for, and the distribution (false-alarm rates beside each). */
#include <Random123/philox.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/random_kernels.h"
#include "check.h"

static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */

/* ---- Philox ---- */

static void philox_is_random123(void)
{
  int equal = 1;
  for (uint32_t i = 0; i < 10000; i++) {
    uint32_t w[4], out[4];
    sgdl_philox(99, 1, i, 5, 7, w); /* keys and counters all over the range */
    uint64_t key = (uint64_t)w[0] << 32 | w[1], step = (uint64_t)(w[2] & 0xffffffu) << 32 | w[3];
    uint32_t stream = i % 4, path = w[0] ^ w[3], block = w[1] ^ w[2];
    philox4x32_ctr_t counter = {{block, (uint32_t)step, stream << 24 | (uint32_t)(step >> 32), path}};
    philox4x32_key_t philox_key = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    philox4x32_ctr_t expected = philox4x32_R(10, counter, philox_key);
    sgdl_philox(key, stream, path, step, block, out);
    equal = equal && memcmp(out, expected.v, sizeof out) == 0;
  }
  CHECK(equal);
}

static void words_are_philox(void)
{
  uint64_t words[300];
  uint32_t w[4];
  for (ptrdiff_t first = 0; first < 3; first++)
    for (ptrdiff_t n = 1; n < 300; n += 37) {
      int equal = 1;
      sgdl_words(7, SGDL_STREAM_BATCH, 3, (uint64_t)1 << 40, first, n, words);
      for (ptrdiff_t i = 0; i < n; i++) {
        ptrdiff_t at = first + i;
        sgdl_philox(7, SGDL_STREAM_BATCH, 3, (uint64_t)1 << 40, (uint32_t)(at / 2), w);
        uint64_t expected = (uint64_t)w[2 * (at % 2) + 1] << 32 | w[2 * (at % 2)];
        equal = equal && words[i] == expected;
      }
      CHECK(equal);
    }
}

static void integers_stay_below_their_bound(void)
{
  CHECK_INT(sgdl_below(0, 10), 0);
  CHECK_INT(sgdl_below(UINT64_MAX, 10), 9);
  CHECK_INT(sgdl_below(UINT64_MAX, UINT32_MAX), UINT32_MAX - 1);
  CHECK_INT(sgdl_below((uint64_t)1 << 63, 1000), 500);
  CHECK_INT(sgdl_below(((uint64_t)1 << 63) - 1, 1000), 499);
}

/* ---- the transform ---- */

/* The two normals of a block, in long double from its words. */
static void reference_pair(const uint32_t w[4], long double out[2])
{
  const long double quarter_turn = 1.57079632679489661923132169163975144L, two_52 = 4503599627370496.0L;
  uint64_t first = (uint64_t)w[1] << 20 | (w[0] & 0xfffffu),
           second = (uint64_t)w[3] << 20 | (w[2] & 0xfffffu);
  long double u = 1.0L - (long double)first / two_52, y = (long double)second / two_52 - 0.5L;
  long double radius = sqrtl(-2.0L * logl(u)), angle = quarter_turn * (0.5L + y);
  out[0] = radius * cosl(angle) * (w[2] >> 31 & 1 ? -1 : 1);
  out[1] = radius * sinl(angle) * (w[2] >> 30 & 1 ? -1 : 1);
}

/* Error of a coordinate relative to the radius: near an axis its own size is no yardstick. */
static void transform_is_accurate(void)
{
  enum { PAIRS = 200000 };
  double *z = malloc(2 * PAIRS * sizeof *z), worst = 0.0;
  sgdl_normals(1, SGDL_STREAM_NOISE, 0, 0, 0, 2 * PAIRS, z);
  for (uint32_t b = 0; b < PAIRS; b++) {
    uint32_t w[4];
    long double expected[2];
    sgdl_philox(1, SGDL_STREAM_NOISE, 0, 0, b, w);
    reference_pair(w, expected);
    long double radius = hypotl(expected[0], expected[1]);
    for (int q = 0; q < 2; q++)
      worst = fmax(worst, (double)(fabsl(z[2 * b + (uint32_t)q] - expected[q]) / radius));
  }
  CHECK(worst < 8e-16);
  printf("largest error of a normal over its radius: %.2g\n", worst);
  free(z);
}

static void every_instruction_set_gives_the_same_bits(void)
{
  sgdl_counters counters;
  double best[2 * SGDL_CHUNK], baseline[2 * SGDL_CHUNK];
  uint64_t best_words[2 * SGDL_CHUNK], baseline_words[2 * SGDL_CHUNK];
  int equal = 1;
  for (uint64_t path = 0; path < 2000; path++) {
    for (uint64_t i = 0; i < SGDL_CHUNK; i++) {
      counters.block[i] = i;
      counters.step[i] = path * 0x9E3779B97F4A7C15u;
      counters.stream[i] = i % 3;
    }
    sgdl_random_best().normals(5, path, &counters, SGDL_CHUNK, best);
    sgdl_random_baseline().normals(5, path, &counters, SGDL_CHUNK, baseline);
    sgdl_random_best().words(5, path, &counters, SGDL_CHUNK, best_words);
    sgdl_random_baseline().words(5, path, &counters, SGDL_CHUNK, baseline_words);
    equal = equal && memcmp(best, baseline, sizeof best) == 0 &&
            memcmp(best_words, baseline_words, sizeof best_words) == 0;
  }
  CHECK(equal);
}

static void a_value_depends_on_its_key_alone(void)
{
  enum { MOST = 301, STEPS = 7 };
  static double whole[MOST], part[MOST], tile[MOST * STEPS];
  const uint64_t start = ((uint64_t)1 << 32) - 3; /* the step counter passes 32 bits on the way */
  sgdl_normals(3, SGDL_STREAM_NOISE, 4, start, 0, MOST, whole);
  for (ptrdiff_t first = 0; first < 10; first++)
    for (ptrdiff_t n = 1; first + n <= MOST; n += 29) {
      sgdl_normals(3, SGDL_STREAM_NOISE, 4, start, first, n, part);
      CHECK(memcmp(part, whole + first, (size_t)n * sizeof *part) == 0);
    }
  for (ptrdiff_t n = 1; n <= MOST; n += n < 5 ? 1 : 37) {
    int equal = 1;
    sgdl_normals_tile(3, SGDL_STREAM_NOISE, 4, start, n, STEPS, tile);
    for (ptrdiff_t s = 0; s < STEPS; s++) {
      sgdl_normals(3, SGDL_STREAM_NOISE, 4, start + (uint64_t)s, 0, n, part);
      equal = equal && memcmp(part, tile + s * n, (size_t)n * sizeof *part) == 0;
    }
    CHECK(equal);
  }
}

/* ---- the distribution ---- */

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Moments, correlations of neighbours along every part of the key, Kolmogorov-Smirnov. Each check raises a
 * false alarm with probability at most 1e-6 (moments: 4.9 standard errors; KS: sqrt(n) D > 2.69). */
static void normals_are_standard_normal(void)
{
  enum { PATHS = 10, STEPS = 100, D = 501, COUNT = PATHS * STEPS * D };
  const double bound = 4.9, ks_bound = 2.69;
  double *z = malloc(COUNT * sizeof *z), sum[5] = {0}, root = sqrt((double)COUNT), products[3] = {0};
  for (uint64_t p = 0; p < PATHS; p++)
    sgdl_normals_tile(seed, SGDL_STREAM_START, p, 0, D, STEPS, z + p * D * STEPS);
  for (ptrdiff_t i = 0; i < COUNT; i++) {
    double power = 1.0;
    for (int k = 1; k <= 4; k++) sum[k] += power *= z[i];
    products[0] += z[i] * z[(i + 1) % COUNT];
    products[1] += z[i] * z[(i + D) % COUNT];
    products[2] += z[i] * z[(i + D * STEPS) % COUNT];
  }
  CHECK(fabs(sum[1]) / root < bound);
  CHECK(fabs(sum[2] - COUNT) / (root * sqrt(2.0)) < bound);
  CHECK(fabs(sum[3]) / (root * sqrt(15.0)) < bound);
  CHECK(fabs(sum[4] - 3.0 * COUNT) / (root * sqrt(96.0)) < bound);
  for (int k = 0; k < 3; k++) CHECK(fabs(products[k]) / root < bound);

  qsort(z, COUNT, sizeof *z, ascending);
  double distance = 0.0;
  for (ptrdiff_t i = 0; i < COUNT; i++) {
    double p = 0.5 * erfc(-z[i] / sqrt(2.0));
    distance = fmax(distance, fmax(p - (double)i / COUNT, (double)(i + 1) / COUNT - p));
  }
  CHECK(root * distance < ks_bound);
  free(z);
}

int main(void)
{
  philox_is_random123();
  words_are_philox();
  integers_stay_below_their_bound();
  transform_is_accurate();
  every_instruction_set_gives_the_same_bits();
  a_value_depends_on_its_key_alone();
  normals_are_standard_normal();
  return check_report();
}
