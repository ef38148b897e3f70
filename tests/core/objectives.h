/* One small objective of every kind, on the same data held dense and sparse. */
#ifndef OBJECTIVES_H
#define OBJECTIVES_H

#include "sgdl.h"

enum { OBJECTIVE_KINDS = 5 }; /* linear, logistic, softmax, tanh network of numbers, of classes */

typedef struct objective_case {
  sgdl_context *ctx;
  ptrdiff_t N;
  sgdl_objective dense, sparse;
  double *theta; /* dim, of order 1 */
  double *work;  /* enough for either */
} objective_case;

sgdl_status objective_case_create(objective_case *c, sgdl_context *ctx, int kind);
void objective_case_free(objective_case *c);

/* n zeros; theta + e v. free() releases. */
double *doubles(ptrdiff_t n);
double *moved(const objective_case *c, const double *theta, const double *v, double e);
/* Gradient at c->theta. */
sgdl_status gradient_of(const objective_case *c, const sgdl_objective *objective, ptrdiff_t size,
                        const uint32_t *batch, const double *weights, double *gradient);

#endif
