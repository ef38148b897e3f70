/* FFTW plans of real transforms, made one at a time and for one thread each; running them
 * (fftw_execute_dft_r2c, fftw_execute_dft_c2r) is safe from any thread. */
#ifndef SGDL_FOURIER_H
#define SGDL_FOURIER_H

#include "base.h"

#include <fftw3.h>

/* Doubles that n real numbers, or their n/2 + 1 complex coefficients, take (a multiple of a cache line). */
ptrdiff_t sgdl_fourier_room(ptrdiff_t n);
sgdl_status sgdl_fourier_plan(sgdl_context *ctx, ptrdiff_t n, fftw_plan *forward, fftw_plan *backward);
/* The same from one array to another, a fifth faster at many lengths; the way back destroys its input. */
sgdl_status sgdl_fourier_plan_apart(sgdl_context *ctx, ptrdiff_t n, fftw_plan *forward, fftw_plan *backward);
void sgdl_fourier_destroy(fftw_plan *forward, fftw_plan *backward);

#endif
