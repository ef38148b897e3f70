/* FFTW behind one small interface; see correlator.h. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "correlator.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int is_smooth(ptrdiff_t n)
{
  static const int factors[] = { 2, 3, 5, 7 };
  for (int f = 0; f < 4; f++)
    while (n % factors[f] == 0)
      n /= factors[f];
  return n == 1;
}

ptrdiff_t sgdl_correlator_length(ptrdiff_t n, ptrdiff_t last)
{
  ptrdiff_t length = n + last + (n + last) % 2;
  while (!is_smooth(length))
    length += 2;
  return length;
}

/* A host that has loaded FFTW's threads (Octave does) plans for several: other plans, other bits.
 * Sets the planner's threads where that library is there, and returns the former number. */
static int set_planner_threads(int threads)
{
  void (*set)(int);
  int (*get)(void);
  *(void **)&set = dlsym(RTLD_DEFAULT, "fftw_plan_with_nthreads");
  *(void **)&get = dlsym(RTLD_DEFAULT, "fftw_planner_nthreads");
  if (!set || !get)
    return 1;
  int former = get();
  if (former != threads)
    set(threads);
  return former;
}

sgdl_status sgdl_correlator_open(sgdl_context *ctx, ptrdiff_t n, sgdl_correlator *c)
{
  double *work;
  *c = (sgdl_correlator){ n, (n + 2 + 7) / 8 * 8, NULL, NULL };
  if (n > INT_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "FFT of length %td: expected at most %d", n, INT_MAX);
  SGDL_TRY(sgdl_alloc(ctx, &work, c->buffer, "the FFT"));
  /* FFTW's planner is the one part of it that is not thread-safe. */
#pragma omp critical(sgdl_fftw_planner)
  {
    int former = set_planner_threads(1);
    c->forward = fftw_plan_dft_r2c_1d((int)n, work, (fftw_complex *)work, FFTW_ESTIMATE);
    c->backward = fftw_plan_dft_c2r_1d((int)n, (fftw_complex *)work, work, FFTW_ESTIMATE);
    set_planner_threads(former);
  }
  free(work);
  if (!c->forward || !c->backward) {
    sgdl_correlator_close(c);
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "FFTW found no plan for a transform of length %td", n);
  }
  return SGDL_OK;
}

void sgdl_correlator_close(sgdl_correlator *c)
{
#pragma omp critical(sgdl_fftw_planner)
  {
    if (c->forward)
      fftw_destroy_plan(c->forward);
    if (c->backward)
      fftw_destroy_plan(c->backward);
  }
  c->forward = c->backward = NULL;
}

void sgdl_correlator_run(const sgdl_correlator *c, double *work)
{
  double scale = 1.0 / (double)c->n;
  fftw_execute_dft_r2c(c->forward, work, (fftw_complex *)work);
  for (ptrdiff_t k = 0; k <= c->n / 2; k++) {
    work[2 * k] = (work[2 * k] * work[2 * k] + work[2 * k + 1] * work[2 * k + 1]) * scale;
    work[2 * k + 1] = 0.0;
  }
  fftw_execute_dft_c2r(c->backward, (fftw_complex *)work, work);
}
