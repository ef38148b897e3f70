/* Streams of coordinates, of frames and of Gram matrices, and files larger than memory: all against the MSD
 * of the same path in memory, which test_msd_paths holds against its definition. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <unistd.h>

#ifdef SGDL_HAVE_HDF5
#include <hdf5.h>
#endif

#include "check.h"
#include "sgdl.h"

static sgdl_context ctx;

enum { T = 160, D = 23, LAGS = 6 };
static const double lags[LAGS] = { 1, 2, 5, 9, 40, 159 };
static double x[T * D], msd[LAGS], se[LAGS], covariance[LAGS * LAGS];

/* An offset and a velocity that differ between coordinates, and the path in memory. */
static void make_path(double offset, double velocity)
{
  const ptrdiff_t frames = T;
  const double *start = x;
  sgdl_paths paths = { 1, D, &frames, &start };
  sgdl_msd_options o = { .full = 1, .errors = SGDL_ERRORS_BLOCKS };
  sgdl_normals(31, SGDL_STREAM_NOISE, 0, 0, 0, T * D, x);
  for (int c = 0; c < D; c++)
    for (int k = 0; k < T; k++) x[k + T * c] += k ? x[k - 1 + T * c] : 0;
  for (int c = 0; c < D; c++)
    for (int k = 0; k < T; k++) x[k + T * c] += offset * (c + 1) + velocity * (c - 7) * k;
  CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, LAGS, lags, msd, se, NULL, covariance, NULL, NULL), SGDL_OK);
}

static void expect_same(const double *tally, double tolerance)
{
  double m[LAGS], s[LAGS], n[LAGS], v[LAGS * LAGS];
  CHECK_STATUS(sgdl_tally_result(&ctx, T, 1, LAGS, lags, tally, m, s, n, v), SGDL_OK);
  for (int l = 0; l < LAGS; l++) {
    CHECK_CLOSE(m[l], msd[l], tolerance);
    CHECK_CLOSE(s[l], se[l], 1e4 * tolerance);
    CHECK(n[l] == T - lags[l]);
    CHECK_CLOSE(v[l], covariance[l], 1e5 * tolerance);
  }
}

static void test_coordinates(void)
{
  double tally[SGDL_TALLY * LAGS] = { 0 }, part[SGDL_TALLY * LAGS] = { 0 }, weights[D];
  make_path(1e3, 0.1);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, 7, x, NULL, 0, LAGS, lags, tally), SGDL_OK);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, 1, x + T * 7, NULL, 1, LAGS, lags, tally), SGDL_OK);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, D - 8, x + T * 8, NULL, 0, LAGS, lags, part), SGDL_OK);
  for (int e = 0; e < SGDL_TALLY * LAGS; e++) tally[e] += part[e]; /* merged */
  expect_same(tally, 1e-12);
  for (int c = 0; c < D; c++) weights[c] = 0.5;
  memset(part, 0, sizeof part);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, D, x, weights, 0, LAGS, lags, part), SGDL_OK);
  for (int e = 0; e < LAGS; e++) CHECK_CLOSE(part[e], 0.5 * tally[e], 1e-12);
}

static void test_frames(void)
{
  const int sizes[][4] = { { T, 0, 0, 0 }, { 1, 1, 3, T - 5 }, { 100, 10, 49, 1 } };
  double before[T * D], frames[T * D];
  make_path(1e3, 0.1);
  for (int which = 0; which < 3; which++) {
    double tally[SGDL_TALLY * LAGS] = { 0 };
    ptrdiff_t done = 0;
    for (int u = 0; u < 4 && sizes[which][u]; u++) {
      ptrdiff_t n = sizes[which][u], kept = done < 159 ? done : 159;
      for (ptrdiff_t c = 0; c < D; c++) {
        memcpy(before + kept * c, x + T * c + done - kept, (size_t)kept * sizeof(double));
        memcpy(frames + n * c, x + T * c + done, (size_t)n * sizeof(double));
      }
      CHECK_STATUS(sgdl_tally_frames(&ctx, T, D, done, kept, before, n, frames, LAGS, lags, tally), SGDL_OK);
      done += n;
    }
    expect_same(tally, 1e-13);
  }
}

/* Offset 1e6 and a velocity of 100 steps a frame: what the chord leaves is the walk. */
static void test_gram(void)
{
  double *gram = malloc((size_t)sgdl_gram_size(T) * sizeof(double)), *frames = malloc(sizeof x), bound[LAGS];
  const double offsets[] = { 0, 1e6 }, velocities[] = { 0, 100 };
  for (int hard = 0; hard < 2; hard++)
    for (int by_frame = 0; by_frame < 2; by_frame++) {
      double tally[SGDL_TALLY * LAGS];
      make_path(offsets[hard], velocities[hard]);
      memset(gram, 0, (size_t)sgdl_gram_size(T) * sizeof(double));
      for (int c = 0; c < D; c++) /* the last 13 coordinates frame by frame */
        for (int k = 0; k < T; k++) frames[c >= 10 ? c - 10 + 13 * k : 13 * T + k + T * c] = x[k + T * c];
      CHECK_STATUS(sgdl_gram_coordinates(&ctx, T, 10, x, 0, gram), SGDL_OK);
      CHECK_STATUS(sgdl_gram_coordinates(&ctx, T, 13, by_frame ? frames : x + T * 10, by_frame, gram),
                   SGDL_OK);
      CHECK_STATUS(sgdl_gram_tally(&ctx, T, gram, LAGS, lags, tally, bound), SGDL_OK);
      expect_same(tally, 1e-10);
      for (int l = 0; l < LAGS; l++) {
        double error = fabs(tally[l] / (T - lags[l]) / msd[l] - 1);
        CHECK(error <= bound[l] && bound[l] < 1e-8);
      }
    }
  free(gram);
  free(frames);
}

static void test_many_paths(void)
{
  enum { PATHS = 9 };
  double *tallies = calloc(PATHS * SGDL_TALLY * LAGS, sizeof(double)), y[T], m[LAGS], s[LAGS], v[LAGS * LAGS];
  double *all = malloc(PATHS * T * sizeof(double)), expected[LAGS], errors[LAGS];
  for (int p = 0; p < PATHS; p++) {
    sgdl_normals(32, SGDL_STREAM_NOISE, (uint64_t)p, 0, 0, T, y);
    memcpy(all + T * p, y, sizeof y);
    CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, 1, y, NULL, 0, LAGS, lags, tallies + SGDL_TALLY * LAGS * p),
                 SGDL_OK);
  }
  CHECK_STATUS(sgdl_tally_result(&ctx, T, PATHS, LAGS, lags, tallies, m, s, NULL, v), SGDL_OK);
  CHECK_STATUS(sgdl_msd(&ctx, T, 1, PATHS, all, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, expected, errors,
                        NULL),
               SGDL_OK);
  for (int l = 0; l < LAGS; l++) {
    CHECK_CLOSE(m[l], expected[l], 1e-13);
    CHECK_CLOSE(s[l], errors[l], 1e-11);
    CHECK_CLOSE(v[l + LAGS * l], s[l] * s[l], 1e-13);
  }
  CHECK_STATUS(sgdl_tally_result(&ctx, T, 2, LAGS, lags, tallies, m, s, NULL, NULL), SGDL_OK);
  CHECK(s[0] > 0 && isnan(s[LAGS - 1]));
  free(tallies);
  free(all);
}

static void test_messages(void)
{
  double tally[SGDL_TALLY * LAGS] = { 0 }, bad[T] = { 0 }, *gram = calloc((size_t)sgdl_gram_size(T),
                                                                          sizeof(double));
  make_path(0, 0);
  bad[3] = NAN;
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, 1, bad, NULL, 0, LAGS, lags, tally), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "`x[frame 4, coordinate 1]` = NaN: expected finite numbers in a stream");
  CHECK_STATUS(sgdl_gram_coordinates(&ctx, T, 1, bad, 0, gram), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "coordinate 1 has a NaN or an infinity");
  CHECK_STATUS(sgdl_tally_frames(&ctx, T, 1, 0, 0, x, 5, bad, LAGS, lags, tally), SGDL_NOT_FINITE);
  CHECK_STATUS(sgdl_tally_frames(&ctx, T, 1, 156, 156, x, 5, x, LAGS, lags, tally), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`x` has 5 frames after 156: expected at least one, and 160 in all");
  CHECK_STATUS(sgdl_tally_frames(&ctx, T, 1, 50, 20, x, 5, x, LAGS, lags, tally), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "20 frames from before: expected 50");
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, 2, 1, x, NULL, 0, LAGS, lags, tally), SGDL_TOO_SHORT);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, 0, x, NULL, 0, LAGS, lags, tally), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, T, PTRDIFF_MAX / 4, x, NULL, 0, LAGS, lags, tally),
               SGDL_TOO_LARGE);
  CHECK_STATUS(sgdl_tally_coordinates(&ctx, 100, 1, x, NULL, 0, LAGS, lags, tally), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`lags[6]` = 159: expected an integer from 1 to 99");
  CHECK_STATUS(sgdl_gram_coordinates(&ctx, T, 0, x, 0, gram), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_gram_coordinates(&ctx, PTRDIFF_MAX / 2, 1, x, 0, gram), SGDL_TOO_LARGE);
  CHECK(sgdl_gram_size(PTRDIFF_MAX / 2) < 0);
  free(gram);
}

/* ---- files ---- */

static void test_file(void)
{
  if (!sgdl_has_hdf5()) {
    double tally[SGDL_TALLY * LAGS];
    CHECK_STATUS(sgdl_msd_file(&ctx, "a", "theta", SGDL_BY_AUTO, 1e9, LAGS, lags, tally, NULL),
                 SGDL_UNSUPPORTED);
    return;
  }
  char name[] = "/tmp/sgdl-msd-XXXXXX";
  int file = mkstemp(name);
  CHECK(file >= 0);
  close(file);
  make_path(1e3, 0.5);
  double *two = malloc(2 * sizeof x), tallies[2 * SGDL_TALLY * LAGS], bound[LAGS], memory[] = { 4e6, 1e9, 2.3e5 };
  memcpy(two, x, sizeof x);
  memcpy(two + T * D, x, sizeof x);
  for (ptrdiff_t n_paths = 1; n_paths <= 2; n_paths++) {
    sgdl_trajectory_info info = { T, D, n_paths, 0, NAN, NAN, NAN, NAN, NAN, NAN };
    CHECK_STATUS(sgdl_trajectory_write(&ctx, name, &info, NULL, two, NULL), SGDL_OK);
    for (int method = 0; method < 3; method++)
      for (int budget = 0; budget < 3; budget++)
        for (int threads = 1; threads <= 2; threads++) {
          ctx.threads = threads;
          CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", (sgdl_msd_method)method, memory[budget], LAGS, lags,
                                     tallies, bound), SGDL_OK);
          for (ptrdiff_t p = 0; p < n_paths; p++) expect_same(tallies + SGDL_TALLY * LAGS * p, 1e-11);
          CHECK((bound[0] == 0) == (method == SGDL_BY_FFT));
        }
  }
  ctx.threads = 0;
  CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", SGDL_BY_GRAM, 1e5, LAGS, lags, tallies, bound),
               SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`memory` = 100000 bytes: expected at least 211264 for 160 frames by their Gram matrix");
  CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", SGDL_BY_FFT, NAN, LAGS, lags, tallies, bound),
               SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_msd_file(&ctx, name, "phi", SGDL_BY_FFT, 1e9, LAGS, lags, tallies, bound), SGDL_IO);
  CHECK_TEXT(ctx.message, "expected a dataset \"phi\"");
  two[T + 5] = NAN;
  sgdl_trajectory_info info = { T, D, 1, 0, NAN, NAN, NAN, NAN, NAN, NAN };
  CHECK_STATUS(sgdl_trajectory_write(&ctx, name, &info, NULL, two, NULL), SGDL_OK);
  for (int method = 0; method < 3; method++) {
    CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", (sgdl_msd_method)method, 1e9, LAGS, lags, tallies, NULL),
                 SGDL_NOT_FINITE);
    CHECK_TEXT(ctx.message, "coordinate 2");
  }
  CHECK(truncate(name, 15000) == 0);
  CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", SGDL_BY_AUTO, 1e9, LAGS, lags, tallies, NULL), SGDL_IO);
  CHECK_TEXT(ctx.message, "truncated");
  remove(name);
  CHECK_STATUS(sgdl_msd_file(&ctx, name, "theta", SGDL_BY_AUTO, 1e9, LAGS, lags, tallies, NULL), SGDL_IO);
  free(two);
}

#ifdef SGDL_HAVE_HDF5

/* A file of T frames in one checked chunk, in which a bit has turned: it opens, and cannot be read. */
static void make_unreadable(const char *name)
{
  const hsize_t size[2] = { T, D };
  const double first = 0.7310585786300049;
  static unsigned char bytes[1 << 16];
  x[0] = first;
  hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), chunks = H5Pcreate(H5P_DATASET_CREATE);
  hid_t space = H5Screate_simple(2, size, NULL);
  H5Pset_chunk(chunks, 2, size);
  H5Pset_fletcher32(chunks);
  hid_t set = H5Dcreate2(file, "theta", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, chunks, H5P_DEFAULT);
  CHECK(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0);
  H5Dclose(set);
  H5Pclose(chunks);
  H5Sclose(space);
  CHECK(H5Fclose(file) >= 0);
  FILE *f = fopen(name, "r+b");
  size_t n = fread(bytes, 1, sizeof bytes, f), at = 0;
  while (at + sizeof first < n && memcmp(bytes + at, &first, sizeof first) != 0) at++;
  CHECK(at + sizeof first < n);
  fseek(f, (long)at, SEEK_SET);
  fputc(bytes[at] ^ 1, f);
  fclose(f);
}

/* What cannot be read fails with our message, and libhdf5 prints nothing, whichever thread reads: it keeps what it
 * prints for each. */
static void test_unreadable(void)
{
  char name[] = "/tmp/sgdl-msd-XXXXXX", said[] = "/tmp/sgdl-said-XXXXXX";
  double tally[SGDL_TALLY * LAGS];
  int file = mkstemp(name), to = mkstemp(said), before = dup(STDERR_FILENO);
  CHECK(file >= 0 && to >= 0 && before >= 0);
  close(file);
  make_unreadable(name);
  for (int threads = 1; threads <= 2; threads++) {
    ctx.threads = threads;
    dup2(to, STDERR_FILENO);
    sgdl_status status = sgdl_msd_file(&ctx, name, "theta", SGDL_BY_FFT, 1e9, LAGS, lags, tally, NULL);
    dup2(before, STDERR_FILENO);
    CHECK_STATUS(status, SGDL_IO);
    CHECK_TEXT(ctx.message, "theta");
    CHECK_INT((long long)lseek(to, 0, SEEK_END), 0);
  }
  ctx.threads = 0;
  close(to);
  close(before);
  remove(said);
  remove(name);
}

#endif

int main(void)
{
  sgdl_context_init(&ctx);
  test_coordinates();
  test_frames();
  test_gram();
  test_many_paths();
  test_messages();
  test_file();
#ifdef SGDL_HAVE_HDF5
  test_unreadable();
#endif
  return check_report();
}
