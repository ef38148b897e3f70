/* FFTW plans of real transforms; see fourier.h. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "fourier.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

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

ptrdiff_t sgdl_fourier_room(ptrdiff_t n)
{
  return (n + 2 + 7) / 8 * 8;
}

/* real -> complex -> real; both arrays the same: in place. */
static sgdl_status make_plans(sgdl_context *ctx, ptrdiff_t n, double *real, double *complex,
                              fftw_plan *forward, fftw_plan *backward)
{
  /* FFTW's planner is the one part of it that is not thread-safe. */
#pragma omp critical(sgdl_fftw_planner)
  {
    int former = set_planner_threads(1);
    *forward = fftw_plan_dft_r2c_1d((int)n, real, (fftw_complex *)complex, FFTW_ESTIMATE);
    *backward = fftw_plan_dft_c2r_1d((int)n, (fftw_complex *)complex, real, FFTW_ESTIMATE);
    set_planner_threads(former);
  }
  if (*forward == NULL || *backward == NULL) {
    sgdl_fourier_destroy(forward, backward);
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "FFTW found no plan for a transform of length %td", n);
  }
  return SGDL_OK;
}

static sgdl_status plan(sgdl_context *ctx, ptrdiff_t n, int apart, fftw_plan *forward, fftw_plan *backward)
{
  double *work;
  *forward = *backward = NULL;
  if (n > INT_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "FFT of length %td: expected at most %d", n, INT_MAX);
  const ptrdiff_t room = sgdl_fourier_room(n);
  SGDL_TRY(sgdl_alloc(ctx, &work, apart ? 2 * room : room, "the FFT"));
  sgdl_status status = make_plans(ctx, n, work, apart ? work + room : work, forward, backward);
  free(work);
  return status;
}

sgdl_status sgdl_fourier_plan(sgdl_context *ctx, ptrdiff_t n, fftw_plan *forward, fftw_plan *backward)
{
  return plan(ctx, n, 0, forward, backward);
}

sgdl_status sgdl_fourier_plan_apart(sgdl_context *ctx, ptrdiff_t n, fftw_plan *forward, fftw_plan *backward)
{
  return plan(ctx, n, 1, forward, backward);
}

void sgdl_fourier_destroy(fftw_plan *forward, fftw_plan *backward)
{
#pragma omp critical(sgdl_fftw_planner)
  {
    if (*forward)
      fftw_destroy_plan(*forward);
    if (*backward)
      fftw_destroy_plan(*backward);
  }
  *forward = *backward = NULL;
}
