/* An operator with known eigenvalues and dense eigenvectors: H = Q diag(rho) Q', Q = W D1 W D2 with
 * Walsh-Hadamard transforms W and random signs D; a product costs d log d. It counts its products, and can
 * be told to fail. */
#ifndef KNOWN_SPECTRUM_H
#define KNOWN_SPECTRUM_H

#include "sgdl_operator.h"

typedef struct known_spectrum {
  sgdl_operator op;
  ptrdiff_t d;            /* a power of 2                                                              */
  double *rho, *sign;     /* d, 2 d                                                                    */
  ptrdiff_t products;     /* calls so far                                                              */
  ptrdiff_t fail_at, nan_at, stop_at; /* call (from 1) that fails, gives NaN, is interrupted; 0: none    */
} known_spectrum;

void known_create(known_spectrum *k, ptrdiff_t d, uint64_t seed);
void known_free(known_spectrum *k);
/* Column l of Q, by transforming a unit vector. */
void known_vector(const known_spectrum *k, ptrdiff_t l, double *q);
/* H (d x d) written out. */
void known_dense(const known_spectrum *k, double *H);

/* Descending eigenvalues. */
enum { MARCHENKO_PASTUR = 0, POWER_LAW, OUTLIERS, SPECTRA };
void known_fill(int spectrum, ptrdiff_t d, double *rho);

/* Arrays for a quadrature. */
void quadrature_create(sgdl_quadrature *r, ptrdiff_t steps, ptrdiff_t max_probes);
void quadrature_free(sgdl_quadrature *r);

#endif
