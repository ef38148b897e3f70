/* The examples of a problem at its minimiser, in modes: averages over examples that the theory of
 * weight-dependent noise is made of. THEORY section 6; sgdl_examples is in sgdl_theory.h. */
#ifndef SGDL_EXAMPLES_H
#define SGDL_EXAMPLES_H

#include "../base/base.h"

/* Shapes and finiteness; gradients that sum to zero; where factors are given, curvatures rho_l = E_i (H_i)_ll
 * as the model has them. */
sgdl_status sgdl_examples_check(sgdl_context *ctx, const sgdl_model *model, const sgdl_examples *examples);

/* out (N x d) <- rows H_i w_i, w_i the rows of W (n_rows = N), or its one row for all (n_rows = 1). */
sgdl_status sgdl_examples_apply(sgdl_context *ctx, const sgdl_examples *examples, ptrdiff_t n_rows,
                                const double *W, double *out);

/* out (d x d, symmetric) = E_i[H_i P H_i] for symmetric P; positive semidefinite where Hessian products are
 * used. */
sgdl_status sgdl_examples_sandwich(sgdl_context *ctx, const sgdl_examples *examples, const double *P,
                                   double *out);

/* T_lm = E_i[(H_i)_lm^2] and U_lm = E_i[n_il (H_i)_lm n_im] (d x d each). */
sgdl_status sgdl_examples_tables(sgdl_context *ctx, const sgdl_examples *examples, double *T, double *U);

/* Largest entry of a variance that is still rounding. */
double sgdl_examples_quiet(ptrdiff_t d, const double *variance);

#endif
