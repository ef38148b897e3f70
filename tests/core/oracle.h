/* Quadruple-precision oracle for the maps of a mode: matrix powers and exponentials by repeated squaring,
 * which know nothing of damping regimes. In units of steps and of (theta, eta v). */
#ifndef SGDL_ORACLE_H
#define SGDL_ORACLE_H

#include "../../src/core/model/mode.h"

#ifdef __SIZEOF_FLOAT128__
typedef __float128 quad;
#else
typedef long double quad;
#endif

typedef struct {
  quad a, b, c, d; /* [a b; c d] */
} matrix;

/* Rounding of long double at run time: 2^-63 on x87, 2^-52 under valgrind and on other machines. */
double oracle_epsilon(void);

matrix oracle_multiply(matrix x, matrix y);
/* I + G = F (SGD), or G with E(k) = exp(G k) (Langevin) */
matrix oracle_generator(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa);
/* E(k), and E(k) - I */
matrix oracle_map(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k,
                  matrix *minus_identity);
/* Joint covariance of a pair accumulated over k steps under unit white noise: SGD by summing F^j G G'F^j',
 * Langevin by Taylor series on k/2^40 and doubling. In units of (theta, eta v). */
matrix oracle_pair(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j, double k);

#endif
