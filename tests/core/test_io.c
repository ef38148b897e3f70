/* Trajectories in HDF5: what is written is read back, slab by slab; foreign and damaged files are
 * refused with their name. Without libhdf5: every function says how to get it. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "disk.h"
#include "sgdl.h"

static sgdl_context ctx;

#ifdef SGDL_HAVE_HDF5

#include <hdf5.h>

enum { FRAMES = 50, DIM = 3, PATHS = 2, SIZE = FRAMES * DIM * PATHS };
static double theta[SIZE], velocity[SIZE], steps[FRAMES];
static char folder[64];
static char file_name[256];

/* folder/name, overwritten by the next call */
static const char *in_folder(const char *name)
{
  snprintf(file_name, sizeof file_name, "%s/%s", folder, name);
  return file_name;
}

static sgdl_trajectory_info example_info(ptrdiff_t n_paths)
{
  return (sgdl_trajectory_info){ FRAMES, DIM, n_paths, 1, 0.02, 0.9, 1e-4, 128, NAN, 1 };
}

static void make_example(void)
{
  sgdl_normals(1, 0, 0, 0, 0, SIZE, theta);
  sgdl_normals(1, 0, 1, 0, 0, SIZE, velocity);
  for (int i = 0; i < FRAMES; i++) steps[i] = 10.0 * i;
}

static void test_round_trip(void)
{
  for (ptrdiff_t n_paths = 1; n_paths <= PATHS; n_paths++) {
    const char *file = in_folder("round.h5");
    sgdl_trajectory_info info = example_info(n_paths), found;
    CHECK_STATUS(sgdl_trajectory_write(&ctx, file, &info, steps, theta, velocity), SGDL_OK);
    CHECK_STATUS(sgdl_trajectory_info_read(&ctx, file, &found), SGDL_OK);
    CHECK(found.frames == FRAMES && found.dim == DIM && found.n_paths == n_paths && found.has_velocity == 1);
    CHECK(found.lr == 0.02 && found.momentum == 0.9 && found.weight_decay == 1e-4 && found.batch_size == 128);
    CHECK(isnan(found.n_examples) && found.epoch_sampling == 1);

    double out[FRAMES * DIM], step[5];
    for (ptrdiff_t path = 0; path < n_paths; path++) {
      CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", path, 0, FRAMES, DIM, out), SGDL_OK);
      CHECK(memcmp(out, theta + FRAMES * DIM * path, sizeof out) == 0);
      CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "velocity", path, 7, 5, DIM, out), SGDL_OK);
      int same = 1;
      for (int c = 0; c < DIM; c++)
        for (int i = 0; i < 5; i++) same &= out[i + 5 * c] == velocity[7 + i + FRAMES * (c + DIM * path)];
      CHECK(same);
    }
    CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "step", 0, 45, 5, 1, step), SGDL_OK);
    CHECK(memcmp(step, steps + 45, sizeof step) == 0);
    CHECK(access(in_folder("round.h5.partial"), F_OK) != 0);
  }
}

static void test_without_options(void)
{
  const char *file = in_folder("bare.h5");
  sgdl_trajectory_info info = { FRAMES, DIM, 1, 0, NAN, NAN, NAN, NAN, NAN, NAN }, found;
  CHECK_STATUS(sgdl_trajectory_write(&ctx, file, &info, NULL, theta, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, file, &found), SGDL_OK);
  CHECK(found.frames == FRAMES && found.has_velocity == 0 && isnan(found.lr));
}

static void test_wrong_requests(void)
{
  double out[FRAMES * DIM] = { 42.0 };
  sgdl_trajectory_info info = example_info(PATHS);
  const char *file = in_folder("requests.h5");
  CHECK_STATUS(sgdl_trajectory_write(&ctx, file, &info, steps, theta, velocity), SGDL_OK);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 48, 3, DIM, out), SGDL_IO);
  CHECK_TEXT(ctx.message, "requests.h5\": dataset \"theta\" has 50 frames: asked for 3 after the first 48");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, PTRDIFF_MAX, 3, DIM, out), SGDL_IO);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 2, 0, 3, DIM, out), SGDL_IO);
  CHECK_TEXT(ctx.message, "has 2 paths: asked for path 3");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 0, 3, DIM + 1, out), SGDL_IO);
  CHECK_TEXT(ctx.message, "has 3 coordinates: expected 4");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "thetta", 0, 0, 3, DIM, out), SGDL_IO);
  CHECK_TEXT(ctx.message, "expected a dataset \"thetta\"");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "no/such/thing", 0, 0, 3, DIM, out), SGDL_IO);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "", 0, 0, 3, DIM, out), SGDL_IO);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "run", 0, 0, 3, DIM, out), SGDL_IO);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "run/lr", 0, 0, 3, DIM, out), SGDL_IO);
  CHECK_TEXT(ctx.message, "\"run/lr\" has 0 dimensions: expected 1 to 3");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 0, 0, DIM, out), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 0, PTRDIFF_MAX, DIM, out), SGDL_TOO_LARGE);
  CHECK(out[0] == 42.0);
}

static void test_wrong_files(void)
{
  sgdl_trajectory_info info = example_info(1), found = { 0 };
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, in_folder("absent.h5"), &found), SGDL_IO);
  CHECK_TEXT(ctx.message, "absent.h5\": cannot be opened");
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, folder, &found), SGDL_IO);
  FILE *text = fopen(in_folder("text.h5"), "w");
  fputs("theta\n1\n2\n", text);
  fclose(text);
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, file_name, &found), SGDL_IO);
  CHECK_TEXT(ctx.message, "text.h5\": expected an HDF5 file");
  CHECK(found.frames == 0);

  CHECK_STATUS(sgdl_trajectory_write(&ctx, in_folder("no/such.h5"), &info, steps, theta, NULL), SGDL_IO);
  CHECK_TEXT(ctx.message, "cannot be created");
  const char *empty = in_folder("empty.h5");
  info.dim = 0;
  CHECK_STATUS(sgdl_trajectory_write(&ctx, empty, &info, steps, theta, NULL), SGDL_BAD_ARGUMENT);
  info.dim = PTRDIFF_MAX;
  CHECK_STATUS(sgdl_trajectory_write(&ctx, empty, &info, steps, theta, NULL), SGDL_TOO_LARGE);
  /* the target is a folder: nothing is left behind */
  info = example_info(1);
  CHECK_STATUS(sgdl_trajectory_write(&ctx, folder, &info, steps, theta, NULL), SGDL_IO);
  snprintf(file_name, sizeof file_name, "%s.partial", folder);
  CHECK(access(file_name, F_OK) != 0);
}

static void add(hid_t file, const char *name, hid_t type, int rank, const hsize_t *size)
{
  hid_t space = H5Screate_simple(rank, size, NULL);
  H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
}

/* A file whose theta and velocity have the given types and extents. */
static sgdl_status info_of(hid_t type, int rank, const hsize_t *size, int velocity_rank,
                           const hsize_t *velocity_size)
{
  sgdl_trajectory_info found;
  hid_t file = H5Fcreate(in_folder("odd.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  add(file, "theta", type, rank, size);
  if (velocity_rank) add(file, "velocity", H5T_NATIVE_DOUBLE, velocity_rank, velocity_size);
  H5Fclose(file);
  return sgdl_trajectory_info_read(&ctx, file_name, &found);
}

static void test_foreign_layouts(void)
{
  const hsize_t size[4] = { 4, 3, 2, 1 }, other[3] = { 4, 2, 2 }, none[2] = { 0, 3 };
  CHECK_STATUS(info_of(H5T_NATIVE_INT, 2, size, 2, size), SGDL_OK);
  CHECK_STATUS(info_of(H5T_NATIVE_FLOAT, 1, size, 0, size), SGDL_IO);
  CHECK_TEXT(ctx.message, "odd.h5\": dataset \"theta\" has 1 dimensions: expected 2 to 3");
  CHECK_STATUS(info_of(H5T_NATIVE_FLOAT, 4, size, 0, size), SGDL_IO);
  CHECK_STATUS(info_of(H5T_C_S1, 2, size, 0, size), SGDL_IO);
  CHECK_TEXT(ctx.message, "dataset \"theta\": expected numbers");
  CHECK_STATUS(info_of(H5T_NATIVE_DOUBLE, 2, none, 0, size), SGDL_IO);
  CHECK_TEXT(ctx.message, "has size 0 in dimension 1");
  CHECK_STATUS(info_of(H5T_NATIVE_DOUBLE, 2, size, 2, other), SGDL_IO);
  CHECK_TEXT(ctx.message, "\"velocity\" has 4 frames of 2 coordinates in 1 paths: expected 4, 3 and 1");
  CHECK_STATUS(info_of(H5T_NATIVE_DOUBLE, 3, size, 2, size), SGDL_IO);
}

/* ---- damaged files ---- */

static long load(const char *file, unsigned char **bytes)
{
  FILE *f = fopen(file, "rb");
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  *bytes = malloc((size_t)size);
  size = (long)fread(*bytes, 1, (size_t)size, f);
  fclose(f);
  return size;
}

static void save(const char *file, const unsigned char *bytes, long size)
{
  FILE *f = fopen(file, "wb");
  fwrite(bytes, 1, (size_t)size, f);
  fclose(f);
}

/* OK or SGDL_IO, and in the second case the output as it was. */
static int reads_or_refuses(const char *file)
{
  double out[FRAMES * DIM];
  for (int i = 0; i < FRAMES * DIM; i++) out[i] = 42.0;
  sgdl_trajectory_info info;
  sgdl_status first = sgdl_trajectory_info_read(&ctx, file, &info);
  sgdl_status second = sgdl_trajectory_read(&ctx, file, "theta", 0, 0, FRAMES, DIM, out);
  int untouched = 1;
  for (int i = 0; i < FRAMES * DIM; i++) untouched &= out[i] == 42.0;
  return (first == SGDL_OK || first == SGDL_IO) && (second == SGDL_OK || (second == SGDL_IO && untouched));
}

static void test_damaged_files(void)
{
  const int flips = getenv("SGDL_TEST_SHORT") ? 100 : 1000;
  sgdl_trajectory_info info = example_info(1), found;
  unsigned char *bytes;
  uint32_t random[4];
  int good = 1;
  CHECK_STATUS(sgdl_trajectory_write(&ctx, in_folder("whole.h5"), &info, steps, theta, velocity), SGDL_OK);
  long size = load(file_name, &bytes);
  const char *damaged = in_folder("damaged.h5");
  for (long cut = 0; cut < size; cut += 97) {
    save(damaged, bytes, cut);
    good &= sgdl_trajectory_info_read(&ctx, damaged, &found) == SGDL_IO && reads_or_refuses(damaged);
  }
  for (int i = 0; i < flips; i++) {
    sgdl_philox(99, SGDL_STREAM_NOISE, 0, (uint64_t)i, 0, random);
    long at = (long)(random[0] % (uint32_t)size);
    unsigned char old = bytes[at];
    bytes[at] ^= (unsigned char)(1 + random[1] % 255);
    save(damaged, bytes, size);
    good &= reads_or_refuses(damaged);
    bytes[at] = old;
  }
  CHECK(good);
  free(bytes);
}

/* For AddressSanitizer: damaged sizes make libhdf5 ask for more memory than there is, and failing in the
 * middle it leaks some of its own. */
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

/* The recorded run of torch.optim.SGD that comes with the project, where it is there. */
static void test_recorded_run(void)
{
  const char *file = "../../../shared/data/softmax_epoch.h5";
  if (access(file, R_OK) != 0) {
    printf("skipped: %s is not there\n", file);
    return;
  }
  sgdl_trajectory_info info;
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, file, &info), SGDL_OK);
  CHECK(info.frames == 2049 && info.dim == 650 && info.n_paths == 1 && !info.has_velocity);
  CHECK(info.epoch_sampling == 1 && info.lr > 0 && info.n_examples == 1792);
  double slab[2 * 650], frame[650];
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 2047, 2, 650, slab), SGDL_OK);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "theta", 0, 2048, 1, 650, frame), SGDL_OK);
  int same = 1;
  for (int c = 0; c < 650; c++) same &= frame[c] == slab[1 + 2 * c] && isfinite(frame[c]);
  CHECK(same);
  CHECK_STATUS(sgdl_trajectory_read(&ctx, file, "projection/velocity", 0, 20000, 1, 40, frame), SGDL_OK);
}

static void test_all(void)
{
  /* Some damaged files leave libhdf5 unable to close itself, which it would say on the terminal. */
  H5dont_atexit();
  CHECK_INT(disk_make(folder), 0);
  make_example();
  test_round_trip();
  test_without_options();
  test_wrong_requests();
  test_wrong_files();
  test_foreign_layouts();
  CHECK_INT((long long)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  test_damaged_files();
  test_recorded_run();
  const char *written[] = { "round.h5", "bare.h5",  "requests.h5", "text.h5",
                            "odd.h5",   "whole.h5", "damaged.h5" };
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) remove(in_folder(written[i]));
  CHECK_INT(rmdir(folder), 0);
}

#else

static void test_all(void)
{
  sgdl_trajectory_info info = { 0 };
  CHECK(!sgdl_has_hdf5());
  CHECK_STATUS(sgdl_trajectory_info_read(&ctx, "a.h5", &info), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx.message, "libhdf5-dev");
  CHECK_STATUS(sgdl_trajectory_read(&ctx, "a.h5", "theta", 0, 0, 1, 1, NULL), SGDL_UNSUPPORTED);
  CHECK_STATUS(sgdl_trajectory_write(&ctx, "a.h5", &info, NULL, NULL, NULL), SGDL_UNSUPPORTED);
}

#endif

int main(void)
{
  sgdl_context_init(&ctx);
  test_all();
  return check_report();
}
