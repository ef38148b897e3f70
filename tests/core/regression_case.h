/* A small linear regression with its model and examples, for the tests of weight-dependent noise. */
#ifndef SGDL_REGRESSION_CASE_H
#define SGDL_REGRESSION_CASE_H

#include "../../src/core/base/base.h"

enum { CASE_N = 240, CASE_D = 6 }; /* largest sizes */

typedef struct {
  double X[CASE_N * CASE_D], y[CASE_N];
  double rho[CASE_D], vectors[CASE_D * CASE_D], minimiser[CASE_D], noise[CASE_D * CASE_D];
  double factor[CASE_N * CASE_D], gradient[CASE_N * CASE_D];
  sgdl_model model;
  sgdl_examples examples;
} regression_case;

/* N examples, d features of scales 1, 1/sqrt(2), ...; lr etc. from h; SGD by `sampling`. */
void regression_case_init(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, sgdl_hyper h, sgdl_sampling sampling,
                          int drop_last, regression_case *r);

/* The Hessian product of the examples whose factors are at `user` (a sgdl_examples). */
sgdl_status regression_case_product(void *user, ptrdiff_t n_rows, const double *W, double *out);

#endif
