/* Symmetric positive definite Toeplitz matrices T (n x n, first column r): log-determinant, solutions,
 * quadratic forms and traces in O(n log^2 n), exact up to rounding.
 *
 * The Schur algorithm, doubled with FFTs (generalised Schur; Ammar and Gragg 1988), gives the reflection
 * coefficients and the prediction-error filter phi of order n - 1 with variance v, phi_0 = 1. Then
 *   log det T = sum_j log v_j,
 *   T^{-1} = (L(phi) L(phi)' - L(phi~) L(phi~)')/v,  phi~ = (0, phi_{n-1}, ..., phi_1)   (Gohberg, Semencul)
 * with L(.) the lower triangular Toeplitz matrix of a first column; from it, for symmetric Toeplitz D,
 *   tr(T^{-1} D) = sum_p (n - 2 p) phi_p (D phi)_p / v,
 *   (T^{-1} 1)_i = (sum_l phi_l)/v (sum_{l <= i} phi_l - sum_{1 <= l <= i} phi_{n-l}). */
#ifndef SGDL_TOEPLITZ_H
#define SGDL_TOEPLITZ_H

#include "../base/fourier.h"

enum {
  SGDL_TOEPLITZ_LEVELS = 40,
  SGDL_SCHUR_LEAF = 128 /* most steps without transforms (measured)                          */
};

/* Blocks of leaf * 2^l steps at level l, merged by transforms of that length. */
typedef struct sgdl_schur_level {
  ptrdiff_t n;
  fftw_plan forward, backward;
  double *a, *b, *delta, *epsilon; /* room(n) each                                           */
} sgdl_schur_level;

typedef struct sgdl_toeplitz {
  ptrdiff_t n;
  ptrdiff_t leaf;
  int levels;                      /* leaf << levels >= n - 1                                */
  sgdl_schur_level level[SGDL_TOEPLITZ_LEVELS];
  double *memory;                  /* what the levels share                                  */
  double *first, *second;          /* generators, then leaves' scratch: leaf << levels each  */
  double *delta, *epsilon;         /* polynomials: leaf << levels each                       */
  double *padded;                  /* room(leaf << levels)                                   */
  double *reflection;              /* n                                                      */

  ptrdiff_t length, room;          /* transforms of whole vectors: length >= 2 n             */
  fftw_plan forward, backward;
  double *filter, *twin;           /* spectra of phi and phi~                                */
  double *work;                    /* three buffers of `room`, where the levels' were        */

  double *phi;                     /* n                                                      */
  double variance, log_det;
} sgdl_toeplitz;

sgdl_status sgdl_toeplitz_open(sgdl_context *ctx, ptrdiff_t n, sgdl_toeplitz *t);
void sgdl_toeplitz_close(sgdl_toeplitz *t);

/* Fills phi, variance, log_det. SGDL_NOT_PSD (without a message) where T is not positive definite in
 * floating point. About 10 real transforms of length n a doubling. */
sgdl_status sgdl_toeplitz_factor(sgdl_toeplitz *t, const double *r);
/* The same by n^2 steps without transforms: for tests and small n. */
sgdl_status sgdl_toeplitz_factor_directly(sgdl_toeplitz *t, const double *r);

/* Spectrum (t->room doubles) of x (n), padded with zeros. */
void sgdl_toeplitz_transform(const sgdl_toeplitz *t, const double *x, double *spectrum);
/* Spectrum of the symmetric Toeplitz matrix with first column d (n): its real parts. */
void sgdl_toeplitz_spectrum(const sgdl_toeplitz *t, const double *d, double *spectrum);
/* x' D y from spectra. */
double sgdl_toeplitz_form(const sgdl_toeplitz *t, const double *x, const double *D, const double *y);

/* After factor: y = T^{-1} x (n). */
void sgdl_toeplitz_solve(sgdl_toeplitz *t, const double *x, double *y);
/* x' T^{-1} x = (|L(phi)' x|^2 - |L(phi~)' x|^2)/v: half the transforms, some digits less. */
double sgdl_toeplitz_quadratic(sgdl_toeplitz *t, const double *x);
/* u = T^{-1} 1. */
void sgdl_toeplitz_solve_ones(const sgdl_toeplitz *t, double *u);
/* tr(T^{-1} D), D given by its spectrum. */
double sgdl_toeplitz_trace(sgdl_toeplitz *t, const double *D);
/* sum of the k-th diagonal of T^{-1}. */
double sgdl_toeplitz_diagonal(const sgdl_toeplitz *t, ptrdiff_t k);

/* toeplitz_schur.c: all reflection coefficients and the polynomials of n - 1 steps. Zero, or 1 where a
 * reflection coefficient is not below 1. */
int sgdl_schur_run(sgdl_toeplitz *t, int level, ptrdiff_t steps, double *a, double *b, double *delta,
                   double *epsilon, double *reflection);
int sgdl_schur_directly(ptrdiff_t steps, double *a, double *b, double *delta, double *beta,
                        double *reflection);

#endif
