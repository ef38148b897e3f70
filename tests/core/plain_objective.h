/* The loss of a linear regression as an sgdl_objective in plain loops, which can be told to fail: what the
 * tests of steppers hold against. */
#ifndef SGDL_PLAIN_OBJECTIVE_H
#define SGDL_PLAIN_OBJECTIVE_H

#include "sgdl_simulate.h"

typedef struct plain_objective {
  ptrdiff_t N, d;
  const double *X, *y;
  ptrdiff_t calls;     /* of gradient so far                                              */
  ptrdiff_t fail_at;   /* the call (1, 2, ...) that fails with `failure`; 0: none         */
  sgdl_status failure; /* SGDL_OK: that call gives NaN in its last component              */
} plain_objective;

/* Not parallel, takes weights, has a covariance; borrows `self`. */
sgdl_objective plain_objective_of(plain_objective *self);
/* Mean gradient (d) and covariance of the examples' gradients (d x d, or NULL) at theta. */
void plain_moments(const plain_objective *self, const double *theta, double *mean, double *covariance);

#endif
