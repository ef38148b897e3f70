/* Damage to a good trajectory file, at random: bytes changed, zeroed, swapped, cut off. Every function that
 * reads it must refuse it, or give the numbers that stand in the file where its dataset is. Metadata carry
 * checksums, so that damage to them is noticed; damage to the numbers is not, and shows in both.
 *   SGDL_FUZZ_ROUNDS (default 150), SGDL_FUZZ_SEED (default 1): see tools/fuzz-hdf5.sh. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "sgdl.h"

static sgdl_context ctx;

#ifdef SGDL_HAVE_HDF5

#include <hdf5.h>

enum { T = 40, D = 6, PATHS = 2, SIZE = T * D * PATHS, MOST = 1 << 16, LAGS = 2 };
static const double lags[LAGS] = { 1, 7 };
static char folder[] = "/tmp/sgdl-fuzz-XXXXXX", good_name[64], bad_name[64];
static unsigned char good[MOST], bad[MOST];
static size_t good_size, bad_size, data_at; /* data_at: where theta's numbers begin          */
static int refused, accepted;

static uint32_t draw(uint64_t seed, uint64_t round, uint32_t which)
{
  uint32_t words[4];
  sgdl_philox(seed, SGDL_STREAM_NOISE, 0, round, which / 4, words);
  return words[which % 4];
}

static void make_good_file(void)
{
  double theta[SIZE], velocity[SIZE], step[T];
  sgdl_normals(5, SGDL_STREAM_NOISE, 0, 0, 0, SIZE, theta);
  sgdl_normals(5, SGDL_STREAM_NOISE, 1, 0, 0, SIZE, velocity);
  for (int k = 0; k < T; k++) step[k] = 2.0 * k;
  sgdl_trajectory_info info = { T, D, PATHS, 1, 0.02, 0.9, 0, 8, 100, 1 };
  CHECK_STATUS(sgdl_trajectory_write(&ctx, good_name, &info, step, theta, velocity), SGDL_OK);
  hid_t file = H5Fopen(good_name, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(file, "theta", H5P_DEFAULT);
  data_at = (size_t)H5Dget_offset(set);
  H5Dclose(set);
  H5Fclose(file);
  FILE *f = fopen(good_name, "rb");
  good_size = fread(good, 1, MOST, f);
  fclose(f);
  CHECK(good_size < MOST && data_at + SIZE * sizeof(double) <= good_size);
}

/* One kind of damage after another; some rounds have several. */
static void damage(uint64_t seed, uint64_t round)
{
  uint32_t next = 0, times = 1 + draw(seed, round, next++) % 3;
  memcpy(bad, good, good_size);
  bad_size = good_size;
  for (uint32_t i = 0; i < times; i++) {
    uint32_t kind = draw(seed, round, next++) % 5;
    size_t at = draw(seed, round, next++) % bad_size, run = 1 + draw(seed, round, next++) % 64;
    /* Half of the damage goes to where there are no numbers. */
    if (draw(seed, round, next++) % 2 && at >= data_at) at %= data_at;
    if (run > bad_size - at) run = bad_size - at;
    switch (kind) {
    case 0: bad[at] ^= (unsigned char)(1 + draw(seed, round, next++) % 255); break;
    case 1: memset(bad + at, 0, run); break;
    case 2: memset(bad + at, 0xff, run); break;
    case 3: memmove(bad + at, bad + draw(seed, round, next++) % (bad_size - run + 1), run); break;
    default: bad_size = at + 1; break;
    }
  }
  FILE *f = fopen(bad_name, "wb");
  fwrite(bad, 1, bad_size, f);
  fclose(f);
}

/* theta[frame k, coordinate c] of path p as it stands in the damaged file. */
static double stored(int p, int k, int c)
{
  double value;
  memcpy(&value, bad + data_at + sizeof value * (size_t)(c + D * (k + T * p)), sizeof value);
  return value;
}

static int is_refusal(sgdl_status status)
{
  return status == SGDL_IO || status == SGDL_NO_MEMORY || status == SGDL_TOO_LARGE;
}

static int reads_truly(void)
{
  double out[T * D];
  for (int i = 0; i < T * D; i++) out[i] = 42.0;
  int p = 1, same = 1;
  sgdl_status status = sgdl_trajectory_read(&ctx, bad_name, "theta", p, 0, T, D, out);
  refused += status != SGDL_OK;
  accepted += status == SGDL_OK;
  if (status == SGDL_OK && bad_size < data_at + SIZE * sizeof(double)) return 0;
  for (int c = 0; c < D; c++)
    for (int k = 0; k < T; k++) {
      double expected = status == SGDL_OK ? stored(p, k, c) : 42.0;
      same &= memcmp(&expected, &out[k + T * c], sizeof expected) == 0;
    }
  return same && (status == SGDL_OK || is_refusal(status));
}

/* The MSD by slabs, from the first path. */
static int averages_truly(sgdl_msd_method method)
{
  double tallies[PATHS * SGDL_TALLY * LAGS];
  sgdl_trajectory_info info;
  if (sgdl_trajectory_info_read(&ctx, bad_name, &info) != SGDL_OK || info.n_paths != PATHS) return 1;
  sgdl_status status = sgdl_msd_file(&ctx, bad_name, "theta", method, 1e7, LAGS, lags, tallies, NULL);
  if (status != SGDL_OK)
    return is_refusal(status) || status == SGDL_NOT_FINITE || status == SGDL_TOO_SHORT ||
           status == SGDL_BAD_ARGUMENT;
  for (int l = 0; l < LAGS; l++) {
    long double sum = 0, energy = 0;
    for (int c = 0; c < D; c++)
      for (int k = 0; k + lags[l] < T; k++) {
        long double u = (long double)stored(0, k + (int)lags[l], c) - stored(0, k, c);
        sum += u * u;
        energy += (long double)stored(0, k, c) * stored(0, k, c) + u * u;
      }
    if (energy < 1e300L && !(fabsl(tallies[l] - sum) <= 1e-9L * energy)) return 0;
  }
  return 1;
}

static int survives(void)
{
  sgdl_trajectory_info info = { 0 };
  sgdl_status status = sgdl_trajectory_info_read(&ctx, bad_name, &info);
  if (status != SGDL_OK) return is_refusal(status) && info.frames == 0;
  return info.frames == T && info.dim == D && info.n_paths == PATHS;
}

static void test_all(void)
{
  const char *rounds = getenv("SGDL_FUZZ_ROUNDS"), *seed = getenv("SGDL_FUZZ_SEED");
  uint64_t n = rounds ? strtoull(rounds, NULL, 10) : getenv("SGDL_TEST_SHORT") ? 30 : 150;
  uint64_t key = seed ? strtoull(seed, NULL, 10) : 1;
  H5dont_atexit();
  CHECK(mkdtemp(folder) != NULL);
  snprintf(good_name, sizeof good_name, "%s/good.h5", folder);
  snprintf(bad_name, sizeof bad_name, "%s/bad.h5", folder);
  make_good_file();
  for (uint64_t round = 0; round < n; round++) {
    damage(key, round);
    int truly = survives() && reads_truly() && averages_truly(round % 2 ? SGDL_BY_FFT : SGDL_BY_GRAM);
    if (!CHECK(truly)) printf("  seed %llu, round %llu\n", (unsigned long long)key,
                              (unsigned long long)round);
  }
  printf("%d damaged files refused, %d read as they stand\n", refused, accepted);
  CHECK(n < 30 || (refused > (int)n / 4 && accepted > (int)n / 20)); /* both were met */
  remove(good_name);
  remove(bad_name);
  CHECK_INT(rmdir(folder), 0);
}

/* As in test_io: for AddressSanitizer, what libhdf5 asks for and leaks in damaged files. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
  return "allocator_may_return_null=1";
}
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
  return "leak:libhdf5";
}

#else

static void test_all(void)
{
  CHECK(!sgdl_has_hdf5());
}

#endif

int main(void)
{
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  test_all();
  return check_report();
}
