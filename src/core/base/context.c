/* The caller's context: failure messages, interrupts and progress, thread counts, and the
 * allocation and finiteness checks that report through it. */
#define _GNU_SOURCE /* CLOCK_MONOTONIC_COARSE, RTLD_DEFAULT */
#include "base.h"

#include <dlfcn.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* After a fork libgomp's thread pool is gone and a parallel region would hang, so the child runs
 * on one thread. This flag and its registration are the core's only process-wide state. */
static volatile int forked_child;
static pthread_once_t fork_watch = PTHREAD_ONCE_INIT;

static void note_fork(void)
{
  forked_child = 1;
}

static void watch_forks(void)
{
  pthread_atfork(NULL, NULL, note_fork);
}

void sgdl_context_init(sgdl_context *ctx)
{
  memset(ctx, 0, sizeof *ctx);
  pthread_once(&fork_watch, watch_forks);
}

const sgdl_backend *sgdl_backend_of(const sgdl_context *ctx)
{
  return ctx->backend ? ctx->backend : sgdl_backend_cpu();
}

int sgdl_forked_child(void)
{
  return forked_child;
}

int sgdl_threads(const sgdl_context *ctx)
{
  if (forked_child || omp_in_parallel()) return 1;
  return ctx->threads > 0 ? ctx->threads : omp_get_max_threads();
}

/* ---- failure and polling ---- */

sgdl_status sgdl_fail(sgdl_context *ctx, sgdl_status status, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vsnprintf(ctx->message, sizeof ctx->message, format, args);
  va_end(args);
  return status;
}

static int64_t coarse_now_ns(void)
{
  struct timespec now;
#ifdef CLOCK_MONOTONIC_COARSE
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
  clock_gettime(CLOCK_MONOTONIC, &now);
#endif
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int sgdl_poll(sgdl_context *ctx, double fraction)
{
  const int64_t interval_ns = 50 * 1000000;
  if (!ctx->should_stop && !ctx->progress) return 0;
  int64_t now = coarse_now_ns();
  if (ctx->last_poll_ns != 0 && now - ctx->last_poll_ns < interval_ns) return 0;
  ctx->last_poll_ns = now;
  if (ctx->progress) ctx->progress(ctx->user, fraction);
  return ctx->should_stop ? ctx->should_stop(ctx->user) : 0;
}

/* ---- memory and values ---- */

ptrdiff_t sgdl_times(ptrdiff_t a, ptrdiff_t b)
{
  if (a < 0 || b < 0) return -1;
  return b != 0 && a > PTRDIFF_MAX / b ? -1 : a * b;
}

double *sgdl_doubles(ptrdiff_t n)
{
  const size_t alignment = 64;
  if (n < 0 || (size_t)n > ((size_t)PTRDIFF_MAX - alignment) / sizeof(double)) return NULL;
  size_t bytes = (size_t)n * sizeof(double);
  return aligned_alloc(alignment, bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment);
}

sgdl_status sgdl_alloc(sgdl_context *ctx, double **p, ptrdiff_t n, const char *what)
{
  *p = sgdl_doubles(n);
  if (*p) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %s (%.3g GB)", what, (double)n * 8e-9);
}

/* No early exit, integers only: vectorises, and runs at the speed of memory. */
SGDL_VECTORISED static int any_not_finite(const double *x, ptrdiff_t n)
{
  const uint64_t exponent = 0x7ff0000000000000u;
  uint64_t found = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, x + i, sizeof bits);
    found |= (bits & exponent) == exponent;
  }
  return found != 0;
}

sgdl_status sgdl_check_finite(sgdl_context *ctx, const char *name, const double *x, ptrdiff_t n,
                              ptrdiff_t matrix_rows)
{
  if (!any_not_finite(x, n)) return SGDL_OK;
  ptrdiff_t i = 0;
  while (isfinite(x[i])) i++;
  const char *value = isnan(x[i]) ? "NaN" : x[i] > 0 ? "Inf" : "-Inf";
  if (matrix_rows > 0)
    return sgdl_fail(ctx, SGDL_NOT_FINITE, "`%s[%td, %td]` = %s: expected a finite number", name,
                     i % matrix_rows + 1, i / matrix_rows + 1, value);
  if (n == 1) return sgdl_fail(ctx, SGDL_NOT_FINITE, "`%s` = %s: expected a finite number", name, value);
  return sgdl_fail(ctx, SGDL_NOT_FINITE, "`%s[%td]` = %s: expected a finite number", name, i + 1, value);
}

sgdl_status sgdl_check_blas_size(sgdl_context *ctx, const char *name, ptrdiff_t n)
{
  if (n <= INT_MAX) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_TOO_LARGE, "%s = %td: BLAS with 32-bit integers takes at most %d", name, n,
                   INT_MAX);
}

/* ---- threads of the BLAS ---- */

/* OpenBLAS is not linked by name (the host chooses the BLAS), so its controls are looked up. */
int sgdl_blas_single_begin(void)
{
  int (*get_threads)(void);
  void (*set_threads)(int);
  *(void **)&get_threads = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
  *(void **)&set_threads = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (!get_threads || !set_threads) return 0;
  int previous = get_threads();
  if (previous != 1) set_threads(1);
  return previous;
}

void sgdl_blas_single_end(int previous)
{
  void (*set_threads)(int);
  if (previous <= 1) return;
  *(void **)&set_threads = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (set_threads) set_threads(previous);
}
