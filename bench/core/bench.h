/* Timing shared by the programs of bench/core: cases run in turn, repetition after repetition, so
 * that a disturbance of the machine hits all of them; each one's median is printed as a line
 * "time <tab> name <tab> seconds". */
#ifndef SGDL_BENCH_H
#define SGDL_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sgdl.h"
#include "backend.h"
#include "base/blas.h"

#define BENCH_MAX_CASES 8
#define BENCH_MAX_REPEATS 64

typedef struct bench_case {
  char name[64];
  void (*run)(void *data);
  void *data;
} bench_case;

static double bench_now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int bench_compare(const void *x, const void *y)
{
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* The median seconds of each. One untimed repetition first touches the memory and plans the transforms. */
static inline void bench_medians(bench_case *cases, int n, int repeats, double *medians)
{
  static double seconds[BENCH_MAX_CASES][BENCH_MAX_REPEATS];
  for (int r = -1; r < repeats; r++)
    for (int i = 0; i < n; i++) {
      double start = bench_now();
      cases[i].run(cases[i].data);
      if (r >= 0) seconds[i][r] = bench_now() - start;
    }
  for (int i = 0; i < n; i++) {
    qsort(seconds[i], (size_t)repeats, sizeof(double), bench_compare);
    medians[i] = seconds[i][repeats / 2];
  }
}

static inline void bench_print(const char *name, double seconds)
{
  printf("time\t%s\t%.6g\n", name, seconds);
  fflush(stdout);
}

static inline void bench_run(bench_case *cases, int n, int repeats)
{
  double medians[BENCH_MAX_CASES];
  bench_medians(cases, n, repeats, medians);
  for (int i = 0; i < n; i++) bench_print(cases[i].name, medians[i]);
}

static inline void bench_check(const sgdl_context *ctx, sgdl_status status)
{
  if (status == SGDL_OK) return;
  fprintf(stderr, "%s: %s\n", sgdl_status_string(status), ctx->message);
  exit(1);
}

static inline double *bench_doubles(ptrdiff_t n)
{
  double *x = calloc((size_t)n, sizeof(double));
  if (!x) {
    fprintf(stderr, "out of memory: %td numbers\n", n);
    exit(1);
  }
  return x;
}

/* A'A/m for an m x n matrix A of standard normals: a positive definite matrix whose eigenvalues spread
 * over about ((1 - sqrt(n/m))^2, (1 + sqrt(n/m))^2). Both triangles. */
static inline double *bench_wishart(sgdl_context *ctx, uint64_t seed, ptrdiff_t m, ptrdiff_t n)
{
  double *A = bench_doubles(m * n), *C = bench_doubles(n * n);
  for (ptrdiff_t j = 0; j < n; j++) sgdl_normals(seed, SGDL_STREAM_START, 0, (uint64_t)j, 0, m, A + j * m);
  bench_check(ctx, sgdl_backend_of(ctx)->gram(ctx, m, n, 1.0 / (double)m, A, m, 0.0, C));
  free(A);
  return C;
}

#endif
