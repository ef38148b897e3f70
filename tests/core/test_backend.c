/* Backends: the contract on the CPU and on the CUDA plug-in's own sources over an emulated device
 * (emulated/), where every call of CUDA fails in its turn; and the loader, on plug-ins that are not what they
 * should be. */
#define _GNU_SOURCE /* setenv, RTLD_NOLOAD */
#include <dlfcn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend_suite.h"
#include "base/normal_pair.h"

static sgdl_context ctx;

/* ---- what the emulated device tells ---- */

static void (*fail_at)(long k, int error, const char *only);
static bool (*armed)(void);
static long (*live)(void), (*mistakes)(void);
static void (*set_memory)(double bytes);
static void (*hide_libraries)(int hide);

enum { OUT_OF_MEMORY = 2, LAUNCH_FAILURE = 719 };

static void *symbol_of(void *library, const char *name)
{
  void *symbol = dlsym(library, name);
  if (!symbol) abort();
  return symbol;
}

static const sgdl_backend *open_emulated(void)
{
  const sgdl_backend *backend = NULL;
  char note[SGDL_MESSAGE_SIZE];
  void *library = dlopen(SGDL_TEST_EMULATED, RTLD_NOW | RTLD_LOCAL);
  if (!library) printf("%s\n", dlerror());
  *(void **)&fail_at = symbol_of(library, "emulated_fail_at");
  *(void **)&armed = symbol_of(library, "emulated_armed");
  *(void **)&live = symbol_of(library, "emulated_live");
  *(void **)&mistakes = symbol_of(library, "emulated_mistakes");
  *(void **)&set_memory = symbol_of(library, "emulated_set_memory");
  *(void **)&hide_libraries = symbol_of(library, "emulated_hide_libraries");

  /* No driver; one that is too old; no device. */
  setenv("SGDL_EMULATED_COUNT", "35", 1);
  setenv("SGDL_EMULATED_DRIVER", "0", 1);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "`device` = \"cuda\": no NVIDIA driver on this machine");
  CHECK(backend == NULL);
  setenv("SGDL_EMULATED_DRIVER", "11040", 1);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "the NVIDIA driver is for CUDA 11.4, older than the CUDA 13.0 of this plug-in");
  setenv("SGDL_EMULATED_COUNT", "0", 1);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "no CUDA device (error 100, no CUDA-capable device is detected)");
  CHECK_STATUS(sgdl_backend_open(&ctx, "auto", SGDL_TEST_EMULATED, NULL, &backend, note), SGDL_OK);
  CHECK(sgdl_backend_is_cpu(backend));
  CHECK_TEXT(note, "no CUDA device");
  unsetenv("SGDL_EMULATED_COUNT");
  unsetenv("SGDL_EMULATED_DRIVER");

  CHECK_STATUS(sgdl_backend_open(&ctx, "auto", SGDL_TEST_EMULATED, NULL, &backend, note), SGDL_OK);
  CHECK_TEXT(backend->name, "cuda");
  CHECK_TEXT(backend->device, "emulated device, 1 GB, compute capability 9.0");
  CHECK_INT((int)strlen(note), 0);
  dlclose(library);
  return backend;
}

/* ---- the loader ---- */

static sgdl_status open_file(const char *file)
{
  const sgdl_backend *backend;
  return sgdl_backend_open(&ctx, "cuda", file, NULL, &backend, NULL);
}

static void plugins_are_found_or_refused(void)
{
  const sgdl_backend *backend = NULL;
  char note[SGDL_MESSAGE_SIZE], longest[5000];
  unsetenv("SGDLANGEVIN_CUDA");
  CHECK_STATUS(sgdl_backend_open(&ctx, "gpu", NULL, NULL, &backend, note), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`device` = \"gpu\": expected one of \"auto\", \"cpu\", \"cuda\"");
  CHECK_STATUS(sgdl_backend_open(&ctx, "cpu", SGDL_TEST_PLUGIN "1.so", NULL, &backend, note), SGDL_OK);
  CHECK(sgdl_backend_is_cpu(backend) && note[0] == '\0');
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", NULL, NULL, &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "no place is known for the plug-in sgdlangevin_cuda.so");
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", NULL, "/nowhere", &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "/nowhere/sgdlangevin_cuda.so (from the package) is not there: build it with "
                          "`make cuda-backend`");
  CHECK_STATUS(sgdl_backend_open(&ctx, "auto", NULL, "/nowhere", &backend, note), SGDL_OK);
  CHECK(sgdl_backend_is_cpu(backend) && ctx.message[0] == '\0');
  CHECK_TEXT(note, "is not there");
  CHECK_STATUS(sgdl_backend_open(&ctx, "auto", NULL, "/nowhere", &backend, NULL), SGDL_OK);

  setenv("SGDLANGEVIN_CUDA", "/nowhere/else.so", 1);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", NULL, "/nowhere", &backend, note), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "/nowhere/else.so (from the environment variable SGDLANGEVIN_CUDA)");
  setenv("SGDLANGEVIN_CUDA", SGDL_TEST_PLUGIN "1.so", 1);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", NULL, "/nowhere", &backend, note), SGDL_OK);
  CHECK_TEXT(backend->device, "a fake");
  CHECK_STATUS(open_file("/nowhere/first.so"), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "(from the option)");
  unsetenv("SGDLANGEVIN_CUDA");

  memset(longest, 'x', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  CHECK_STATUS(open_file(longest), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "has 4999 characters: expected at most 4095");
  CHECK_STATUS(open_file("/etc/passwd"), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "the plug-in does not load (");
  for (int which = 2; which <= 3; which++) {
    CHECK_STATUS(open_file(which == 2 ? SGDL_TEST_PLUGIN "2.so" : SGDL_TEST_PLUGIN "3.so"), SGDL_NO_DEVICE);
    CHECK_TEXT(ctx.message, "was built for version 999 of the backend contract: expected 2; build it again");
  }
  CHECK_STATUS(open_file(SGDL_TEST_PLUGIN "4.so"), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "exports no `sgdl_backend_entry`");
  CHECK_STATUS(open_file(SGDL_TEST_PLUGIN "5.so"), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "`device` = \"cuda\": the fake has no device");
  CHECK_STATUS(open_file(SGDL_TEST_PLUGIN "6.so"), SGDL_NO_DEVICE);
  CHECK(strlen(ctx.message) > strlen("`device` = \"cuda\": "));
}

/* The real plug-in where one was built: on a machine without a driver it says so. */
static void the_real_plugin_loads(void)
{
  const sgdl_backend *backend = NULL;
  if (access(SGDL_TEST_REAL, R_OK) != 0) return;
  sgdl_status status = sgdl_backend_open(&ctx, "cuda", SGDL_TEST_REAL, NULL, &backend, NULL);
  CHECK(status == SGDL_OK || status == SGDL_NO_DEVICE);
  if (status != SGDL_OK) CHECK_TEXT(ctx.message, "`device` = \"cuda\": no");
}

/* ---- failures ---- */

static void forget_loss(const sgdl_backend *backend)
{
  ((int *)backend->state)[1] = 0; /* plugin.lost: a new process, as it were */
}

enum { JOBS = 14, N = 6 };

/* One call of entry `which`, small. */
static sgdl_status call_entry(const sgdl_backend *b, int which)
{
  static double A[4 * N * N], B[4 * N * N], C[4 * N * N], w[8 * N], x[8 * N], y[8 * N], z[64 * N];
  ptrdiff_t made[N];
  for (int e = 0; e < 4 * N * N; e++) A[e] = B[e] = e % (N + 1) == 0 ? 4.0 + e % 5 : 0.1;
  for (int e = 0; e < 8 * N; e++) w[e] = x[e] = y[e] = 0.25;
  sgdl_capacity capacity;
  sgdl_stationary_job stationary = {.d = N,
                                    .H = A,
                                    .Sigma = B,
                                    .rho = w,
                                    .sgd = 1,
                                    .lr = 0.01,
                                    .momentum = 0.5,
                                    .scale = 1,
                                    .theta = C,
                                    .cross = C + N * N};
  sgdl_stationary_job simple = {.d = N,
                                .H = A,
                                .sigma2 = 1,
                                .rho = w,
                                .lr = 0.01,
                                .momentum = 0.5,
                                .scale = 1,
                                .theta = C,
                                .velocity = C + N * N};
  sgdl_ensemble_job free_modes = {.d = N,
                                  .n_paths = 2,
                                  .n_steps = 3,
                                  .record_every = 1,
                                  .rows = 3,
                                  .exact = 1,
                                  .M = A,
                                  .on_x = w,
                                  .below = x,
                                  .on_v = y,
                                  .stride = 2 * N,
                                  .states = B,
                                  .theta = z,
                                  .velocity = z + 32 * N};
  sgdl_ensemble_job coloured = free_modes;
  coloured.factor = A;
  coloured.vectors = A;
  coloured.offset = w;
  sgdl_correlation_job correlate = {.n = N,
                                    .count = 2,
                                    .stride = N,
                                    .length = 2 * N,
                                    .last = 3,
                                    .x = A,
                                    .offset = w,
                                    .slope = x,
                                    .weights = y,
                                    .correlation = z,
                                    .squares = z + N,
                                    .drift = z + 2 * N};
  sgdl_frames_job frames = {N, 3, 1, A, w, x, C, z};
  sgdl_lanczos_job lanczos = {N, N, 1, 3, A, w, 1.0, x, y, C, made};
  switch (which) {
    case 0: return b->eigen_symmetric(&ctx, N, A, w);
    case 1: return b->product(&ctx, 0, 1, N, N, N, 1.0, A, N, B, N, 1.0, C, N);
    case 2: return b->matrix_vector(&ctx, 1, N, N, 1.0, A, N, x, 0.0, y);
    case 3: return b->gram(&ctx, N, N, 1.0, A, N, 1.0, C);
    case 4: return b->cholesky(&ctx, N, A);
    case 5: return b->cholesky_inverse(&ctx, N, A);
    case 6: return b->fill_normals(&ctx, 1, 0, 0, 0, N, 4, z);
    case 7: return b->ensemble_step(&ctx, N, 2, A, B, w, z);
    case 8: return b->stationary(&ctx, &stationary);
    case 9: return b->stationary(&ctx, &simple);
    case 10: return b->ensemble(&ctx, &free_modes) != SGDL_OK ? SGDL_NO_DEVICE : b->ensemble(&ctx, &coloured);
    case 11: return b->correlate(&ctx, &correlate);
    case 12: return b->frames(&ctx, &frames);
    case 13:
      return b->lanczos(&ctx, &lanczos) != SGDL_OK ? SGDL_NO_DEVICE
                                                   : b->implicit_product(&ctx, N, N, A, 1, 1.0, x, y);
    default: return b->capacity(&ctx, &capacity);
  }
}

/* Every call of CUDA in every entry fails once: a status with a message (never success), nothing leaks, and the
 * next call works. */
static void every_call_may_fail(const sgdl_backend *b, int error)
{
  for (int which = 0; which <= JOBS; which++) {
    long before = live(), k = 1;
    for (;; k++) {
      fail_at(k, error, NULL);
      sgdl_status status = call_entry(b, which);
      if (live() != before) break;
      if (status == SGDL_OK) break;
      int expected = status == SGDL_NO_DEVICE || (error == OUT_OF_MEMORY && status == SGDL_NO_MEMORY);
      if (!expected || ctx.message[0] == '\0') break;
      if (error == LAUNCH_FAILURE) {
        if (!strstr(ctx.message, "was lost")) break;
        fail_at(0, 0, NULL);
        if (call_entry(b, which) != SGDL_NO_DEVICE || !strstr(ctx.message, "begin a new session")) break;
        forget_loss(b);
      }
    }
    CHECK(k > 1 && armed()); /* something could fail; the last time around nothing did */
    fail_at(0, 0, NULL);
    forget_loss(b);
    CHECK_INT(live(), before);
    CHECK_STATUS(call_entry(b, which), SGDL_OK);
  }
}

/* A device that was lost is one that is not there: "auto" is the CPU then. Failures name what failed. */
static void a_lost_device_is_not_offered(const sgdl_backend *b)
{
  const sgdl_backend *again = NULL;
  char note[SGDL_MESSAGE_SIZE];
  double out[2];
  fail_at(1, LAUNCH_FAILURE, "cudaMalloc");
  CHECK_STATUS(b->fill_normals(&ctx, 1, 0, 0, 0, 2, 1, out), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "was lost (cudaMalloc gave error 719, unspecified launch failure)");
  forget_loss(b);
  fail_at(1, LAUNCH_FAILURE, "emulated_begin_launch");
  CHECK_STATUS(b->fill_normals(&ctx, 1, 0, 0, 0, 2, 1, out), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "was lost (draw gave error 719, unspecified launch failure)");
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &again, NULL), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "`device` = \"cuda\": the device emulated device was lost: begin a new session");
  CHECK_STATUS(sgdl_backend_open(&ctx, "auto", SGDL_TEST_EMULATED, NULL, &again, note), SGDL_OK);
  CHECK(sgdl_backend_is_cpu(again));
  CHECK_TEXT(note, "was lost");
  fail_at(0, 0, NULL);
  forget_loss(b);
  CHECK_STATUS(sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &again, NULL), SGDL_OK);
}

/* The plug-in of another contract says so and touches nothing. */
static void another_contract_is_refused(void)
{
  const sgdl_backend *made = NULL;
  sgdl_context untouched;
  sgdl_backend_entry_function *entry;
  void *library = dlopen(SGDL_TEST_EMULATED, RTLD_NOW | RTLD_LOCAL);
  *(void **)&entry = symbol_of(library, "sgdl_backend_entry");
  memset(&untouched, 7, sizeof untouched);
  for (int other = SGDL_BACKEND_ABI - 1; other <= SGDL_BACKEND_ABI + 1; other += 2) {
    CHECK_STATUS(entry(other, &untouched, &made), SGDL_UNSUPPORTED);
    CHECK_INT(made->abi, SGDL_BACKEND_ABI);
  }
  for (size_t i = 0; i < sizeof untouched; i++)
    if (((char *)&untouched)[i] != 7) CHECK(0);
  dlclose(library);
}

/* One at a time: the emulated device notices two at once (a call of a thread that did not
 * begin the session is a mistake). */
static void entries_come_from_any_thread(const sgdl_backend *b)
{
  enum { THREADS = 4, ROUNDS = 100, COUNT = 50 };
  int same[THREADS] = {0};
#pragma omp parallel for num_threads(THREADS)
  for (int t = 0; t < THREADS; t++) {
    sgdl_context own;
    double got[COUNT], expected[COUNT];
    sgdl_context_init(&own);
    for (int r = 0; r < ROUNDS; r++) {
      sgdl_normals(1, 0, (uint64_t)t, (uint64_t)r, 0, COUNT, expected);
      if (b->fill_normals(&own, 1, 0, (uint64_t)t, (uint64_t)r, COUNT, 1, got) == SGDL_OK)
        same[t] += memcmp(got, expected, sizeof got) == 0;
    }
  }
  for (int t = 0; t < THREADS; t++) CHECK_INT(same[t], ROUNDS);
}

/* `count` columns of n numbers, nothing taken out of them; out: 3 last + 1. */
static sgdl_correlation_job correlation_of(ptrdiff_t n, ptrdiff_t count, ptrdiff_t last, const double *x,
                                           const double *zero, double *out)
{
  return (sgdl_correlation_job){.n = n,
                                .count = count,
                                .stride = n,
                                .length = 2 * n,
                                .last = last,
                                .x = x,
                                .offset = zero,
                                .slope = zero,
                                .correlation = out,
                                .squares = out + last + 1,
                                .drift = out + 2 * last + 1};
}

static void too_large_is_said_before_it_begins(const sgdl_backend *b)
{
  static double H[100 * 100], rho[100], x[6 * 4000], zero[4000], out[4000];
  ptrdiff_t made[1];
  for (int i = 0; i < 100; i++) H[i * 101] = 1.0 + i;
  sgdl_stationary_job stationary = {
      .d = 100, .H = H, .rho = rho, .sigma2 = 1, .lr = 0.01, .scale = 1, .theta = H};
  sgdl_frames_job frames = {100, 40, 0, x, zero, zero, H, out};
  sgdl_lanczos_job lanczos = {4, 1000, 1, 20, x, x, 1.0, out, out, NULL, made};
  sgdl_correlation_job correlate = correlation_of(4000, 1, 10, x, zero, out);
  sgdl_ensemble_job ensemble = {.d = 3000,
                                .n_paths = 1,
                                .n_steps = 1,
                                .record_every = 1,
                                .M = x,
                                .on_x = x,
                                .stride = 6000,
                                .states = x};
  set_memory(1e5);
  CHECK_STATUS(b->stationary(&ctx, &stationary), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message,
             "the stationary covariance: d = 100 takes 0.00048 GB on the device emulated device, where");
  CHECK_TEXT(ctx.message, "expected at most about 44, or device = \"cpu\"");
  sgdl_capacity capacity;
  CHECK_STATUS(b->capacity(&ctx, &capacity), SGDL_OK);
  CHECK(capacity.largest_stationary > 40 && capacity.largest_stationary <= 44);
  memset(H, 0, sizeof H);
  for (ptrdiff_t i = 0; i < capacity.largest_stationary; i++) H[i * (capacity.largest_stationary + 1)] = 1.0;
  stationary.d = capacity.largest_stationary; /* fits as it says */
  CHECK_STATUS(b->stationary(&ctx, &stationary), SGDL_OK);
  CHECK_STATUS(b->frames(&ctx, &frames), SGDL_OK); /* G fits, x goes in tiles */
  set_memory(5e4);
  CHECK_STATUS(b->frames(&ctx, &frames), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message, "frames = 100");
  CHECK_STATUS(b->lanczos(&ctx, &lanczos), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message, "take fewer probes or Lanczos steps");
  CHECK_STATUS(b->correlate(&ctx, &correlate), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message, "the MSD: frames = 4000");
  CHECK_STATUS(b->ensemble(&ctx, &ensemble), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message, "d = 3000");
  CHECK_STATUS(b->eigen_symmetric(&ctx, 100, H, rho), SGDL_TOO_LARGE);
  CHECK_STATUS(b->cholesky(&ctx, 100, H), SGDL_TOO_LARGE);
  CHECK_STATUS(b->product(&ctx, 0, 0, 100, 100, 100, 1.0, H, 100, H, 100, 0.0, x, 100), SGDL_TOO_LARGE);
  CHECK_STATUS(b->gram(&ctx, 100, 100, 1.0, H, 100, 0.0, x), SGDL_TOO_LARGE);
  set_memory(1e9);
}

/* Little memory: groups of paths, chunks of records, batches of columns, tiles of frames, blocks of rows of
 * X. */
static void jobs_go_through_in_pieces(const sgdl_backend *b)
{
  suite_b = b;
  set_memory(12e3);
  for (int which = 0; which < 8; which++) suite_ensemble(6, 23, which % 2, which / 2 % 2, which / 4);
  set_memory(4e4);
  suite_correlate(100, 23, 50, 1);
  set_memory(2e4);
  for (int by_frame = 0; by_frame < 2; by_frame++) suite_frames(20, 101, by_frame);
  set_memory(5e4);
  suite_implicit(1000, 12, 2);
  suite_lanczos(1000, 11, 2, 6);
  set_memory(1e9);
}

static void without_libraries(const sgdl_backend *b)
{
  double A[4] = {2, 1, 1, 3}, w[2], out[4], zero[2] = {0};
  sgdl_correlation_job correlate = correlation_of(2, 2, 1, A, zero, out);
  hide_libraries(1);
  CHECK_STATUS(b->product(&ctx, 0, 0, 2, 2, 2, 1.0, A, 2, A, 2, 0.0, out, 2), SGDL_NO_DEVICE);
  CHECK_TEXT(ctx.message, "libnowhere.so is not on this machine: install the CUDA libraries");
  CHECK_STATUS(b->eigen_symmetric(&ctx, 2, A, w), SGDL_NO_DEVICE);
  CHECK_STATUS(b->correlate(&ctx, &correlate), SGDL_NO_DEVICE);
  CHECK_STATUS(b->fill_normals(&ctx, 1, 0, 0, 0, 2, 2, out), SGDL_OK); /* needs none */
  CHECK_INT(live(), 0);
  hide_libraries(0);
  CHECK_STATUS(b->product(&ctx, 0, 0, 2, 2, 2, 1.0, A, 2, A, 2, 0.0, out, 2), SGDL_OK);
}

static void a_forked_child_is_refused(const sgdl_backend *b)
{
  const sgdl_backend *again = NULL;
  double out[2];
  int status = 1;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    int refused =
        b->fill_normals(&ctx, 1, 0, 0, 0, 2, 1, out) == SGDL_NO_DEVICE && strstr(ctx.message, "forked");
    int entry = sgdl_backend_open(&ctx, "cuda", SGDL_TEST_EMULATED, NULL, &again, NULL) == SGDL_NO_DEVICE &&
                strstr(ctx.message, "forked");
    _exit(!(refused && entry));
  }
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_STATUS(b->fill_normals(&ctx, 1, 0, 0, 0, 2, 1, out), SGDL_OK);
}

/* The scalar text of the generator is that of the vectors. */
static void one_normal_is_that_of_the_tile(void)
{
  enum { COUNT = 2000 };
  double z[COUNT];
  int same = 1;
  for (uint64_t path = 0; path < 20; path++) {
    uint64_t step = path << 30;
    sgdl_normals(path * 0x9E3779B97F4A7C15u, SGDL_STREAM_BATCH, path, step, 0, COUNT, z);
    for (ptrdiff_t i = 0; i < COUNT; i++) {
      double one = sgdl_normal_at(path * 0x9E3779B97F4A7C15u, SGDL_STREAM_BATCH, path, step, i);
      same &= memcmp(&one, z + i, sizeof one) == 0;
    }
  }
  CHECK(same);
}

int main(void)
{
  ptrdiff_t d = getenv("SGDL_TEST_SHORT") ? 15 : 200;
  alarm(900); /* a lock that is kept ends here, not in a hang */
  sgdl_context_init(&ctx);
  one_normal_is_that_of_the_tile();
  plugins_are_found_or_refused();
  the_real_plugin_loads();
  backend_suite(sgdl_backend_cpu(), d);
  const sgdl_backend *emulated = open_emulated();
  without_libraries(emulated);
  backend_suite(emulated, d);
  every_call_may_fail(emulated, OUT_OF_MEMORY);
  every_call_may_fail(emulated, LAUNCH_FAILURE);
  a_lost_device_is_not_offered(emulated);
  another_contract_is_refused();
  entries_come_from_any_thread(emulated);
  too_large_is_said_before_it_begins(emulated);
  jobs_go_through_in_pieces(emulated);
  a_forked_child_is_refused(emulated);
  CHECK_INT(live(), 0);
  CHECK_INT(mistakes(), 0);
  return check_report();
}
