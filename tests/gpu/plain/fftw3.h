/* The few functions of FFTW that the core calls, by their definition: for machines with a GPU and no FFTW, where only
 * the contract is tested and transforms are short. */
#ifndef FFTW3_H
#define FFTW3_H

typedef double fftw_complex[2];
typedef struct plain_plan *fftw_plan;
enum { FFTW_ESTIMATE = 64, FFTW_UNALIGNED = 2 };

fftw_plan fftw_plan_dft_r2c_1d(int n, double *in, fftw_complex *out, unsigned flags);
fftw_plan fftw_plan_dft_c2r_1d(int n, fftw_complex *in, double *out, unsigned flags);
void fftw_execute_dft_r2c(fftw_plan plan, double *in, fftw_complex *out);
void fftw_execute_dft_c2r(fftw_plan plan, fftw_complex *in, double *out);
void fftw_destroy_plan(fftw_plan plan);

#endif
