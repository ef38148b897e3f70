/* Autocorrelation sums of a real series by FFTW: one pair of plans, many series, many threads. */
#ifndef SGDL_CORRELATOR_H
#define SGDL_CORRELATOR_H


#include "../base/fourier.h"

typedef struct sgdl_correlator {
  ptrdiff_t n;      /* transform length: at least series + largest lag                      */
  ptrdiff_t buffer; /* doubles in a work buffer, a multiple of 8 to keep alignment          */
  fftw_plan forward, backward;
} sgdl_correlator;

/* Transform length for a series of n frames and lags up to `last`: even, of factors 2, 3, 5, 7. */
ptrdiff_t sgdl_correlator_length(ptrdiff_t n, ptrdiff_t last);

/* FFTW_ESTIMATE and one thread: the same plan, hence the same bits, in every host. */
sgdl_status sgdl_correlator_open(sgdl_context *ctx, ptrdiff_t n, sgdl_correlator *c);
void sgdl_correlator_close(sgdl_correlator *c);

/* work (c->buffer doubles, 64-byte aligned): the series, zeros up to n, becomes sum_i y[i] y[i+m] at m.
 * Safe on many threads at once. */
void sgdl_correlator_run(const sgdl_correlator *c, double *work);

#endif
