/* The backend contract on a real GPU, then a table of speeds. tools/gpu-check.sh builds and runs it.
 *   gpu_check PLUGIN.so [ALONE.so]      SGDL_GPU_D: side of the largest matrix of the table (16384 unless
 * given) Exit status: 0 all passed, 1 some failed, 3 no device. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

#include "backend_suite.h"

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void row(const char *what, double value, const char *unit, double target)
{
  printf("  %-72s %10.4g %s", what, value, unit);
  if (target > 0)
    printf("   (wanted: %s %.3g)", strcmp(unit, "x alone") == 0 ? "at most" : "at least", target);
  printf("\n");
}

/* Seconds of the chain from H and Sigma at side d. */
static double time_stationary(const sgdl_backend *b, ptrdiff_t d)
{
  double *room = suite_room(5 * d * d + d), *H = room, *Sigma = H + d * d, *theta = Sigma + d * d,
         *v = theta + d * d;
  double *cross = v + d * d, *rho = cross + d * d;
#pragma omp parallel for
  for (ptrdiff_t j = 0; j < d; j++) {
    sgdl_normals(1, SGDL_STREAM_NOISE, 1, (uint64_t)j, 0, d, H + j * d);
    sgdl_normals(1, SGDL_STREAM_NOISE, 2, (uint64_t)j, 0, d, Sigma + j * d);
  }
  for (ptrdiff_t j = 0; j < d; j++) /* diagonally dominant enough to be positive definite */
    for (ptrdiff_t i = 0; i <= j; i++) {
      double on = i == j ? 3.0 * sqrt((double)d) + (double)i : 0;
      H[i + j * d] = H[j + i * d] = H[i + j * d] + on;
      Sigma[i + j * d] = Sigma[j + i * d] = Sigma[i + j * d] + on;
    }
  sgdl_stationary_job job = {.d = d,
                             .H = H,
                             .Sigma = Sigma,
                             .rho = rho,
                             .sgd = 1,
                             .lr = 1e-5,
                             .momentum = 0.9,
                             .scale = 0.01,
                             .theta = theta,
                             .velocity = v,
                             .cross = cross};
  double best = INFINITY;
  for (int r = 0; r < (d > 4096 ? 2 : 3); r++) {
    double from = now();
    if (b->stationary(&suite_ctx, &job) != SGDL_OK)
      printf("  stationary, d = %td: %s\n", d, suite_ctx.message);
    best = fmin(best, now() - from);
    job.rho = rho;
  }
  free(room);
  return best;
}

typedef double of_run(int, int);
typedef double of_nothing(void);
typedef double of_pairs(int, int, int);
typedef double of_ensemble(int, int, int, int, int);

static void *symbol(void *library, const char *name)
{
  void *found = dlsym(library, name);
  if (!found) abort();
  return found;
}

static void table(const sgdl_backend *gpu, const char *alone)
{
  const char *asked = getenv("SGDL_GPU_D");
  ptrdiff_t d = asked ? atol(asked) : 16384, small = d < 4096 ? d : 4096;
  of_run *stationary;
  of_nothing *bandwidth, *generator;
  of_pairs *pairs;
  of_ensemble *ensemble;
  void *library = dlopen(alone, RTLD_NOW);
  if (!library) {
    printf("no table: %s\n", dlerror());
    check_failed++;
    return;
  }
  *(void **)&stationary = symbol(library, "alone_stationary");
  *(void **)&bandwidth = symbol(library, "alone_bandwidth");
  *(void **)&generator = symbol(library, "alone_generator");
  *(void **)&pairs = symbol(library, "alone_pairs");
  *(void **)&ensemble = symbol(library, "alone_ensemble");
  printf("speeds (medians; `alone`: cuSOLVER's Xsyevd and six cuBLAS products of matrices already there)\n");
  double on_small = time_stationary(gpu, small), cpu_small = time_stationary(sgdl_backend_cpu(), small);
  row("stationary covariance, d = 4096 or less: GPU from host memory and back", on_small, "s", 0);
  row("  CPU backend (this machine's BLAS and cores)", cpu_small, "s", 0);
  row("  CPU over GPU", cpu_small / on_small, "x", 0);
  double on_large = time_stationary(gpu, d), base = stationary((int)d, 1);
  printf("  d = %td:\n", d);
  row("stationary covariance: GPU from host memory and back", on_large, "s", 0);
  row("  cuSOLVER + cuBLAS alone", base, "s", 0);
  row("  over alone", on_large / base, "x alone", 1.2);
  double scaled = cpu_small * pow((double)d / (double)small, 3.0);
  row("  CPU (that of the smaller d, scaled by d^3) over GPU", scaled / on_large, "x", 20);
  double copy = bandwidth(), blocks = generator();
  row("bandwidth of a copy on the device", copy * 1e-9, "GB/s", 0);
  for (int sgd = 0; sgd < 2; sgd++)
    for (int whole = 0; whole < 2; whole++) {
      double rate = pairs(8192, sgd, whole);
      char what[100];
      snprintf(what, sizeof what, "pair kernel, %s%s: part of the bandwidth", sgd ? "SGD" : "Langevin",
               whole ? ", R apart" : "");
      row(what, 100 * rate / copy, "%", 80);
    }
  row("generator alone, normals", 2e-9 * blocks, "G/s", 0);
  for (int exact = 0; exact < 2; exact++)
    for (int every = 1; every <= 100; every *= 100) {
      /* a step writes x and v (16 bytes) where recorded, and needs half a block, or one */
      double rate = ensemble(1000, 10000, 100, every, exact), by_memory = copy / 16 * every;
      double by_generator = blocks * (exact ? 1 : 2), bound = fmin(by_memory, by_generator);
      char what[100];
      snprintf(what, sizeof what, "ensemble, %s, recorded every %d: part of the slower bound (%s)",
               exact ? "exact" : "SGD", every, by_memory < by_generator ? "bandwidth" : "generator");
      row(what, 100 * rate / bound, "%", 80);
      row("  steps of modes", rate * 1e-9, "G/s", 0);
    }
}

int main(int argc, char **argv)
{
  const sgdl_backend *gpu = NULL;
  setvbuf(stdout, NULL, _IOLBF, 0);
  sgdl_context_init(&suite_ctx);
  if (argc < 2) return 2;
  if (sgdl_backend_open(&suite_ctx, "cuda", argv[1], NULL, &gpu, NULL) != SGDL_OK) {
    printf("%s\n", suite_ctx.message);
    return 3;
  }
  printf("device: %s\n", gpu->device);
  printf("contract on the CPU backend\n");
  backend_suite(sgdl_backend_cpu(), 200);
  printf("  %d passed, %d failed\ncontract on the GPU, matrices to d = 2000\n", check_passed, check_failed);
  backend_suite(gpu, 2000);
  printf("  %d passed, %d failed\n", check_passed, check_failed);
  if (argc > 2) table(gpu, argv[2]);
  return check_report();
}
