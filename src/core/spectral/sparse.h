/* Products with compressed sparse columns, up to eight vectors at a time. The bits of a vector's product
 * depend neither on the others nor on threads: every sum runs over entries in the order they are stored. */
#ifndef SGDL_SPARSE_H
#define SGDL_SPARSE_H

#include "../base/base.h"
#include "../sgdl_operator.h"

/* Shape, order of rows, values. */
sgdl_status sgdl_sparse_check(sgdl_context *ctx, const char *name, const sgdl_sparse *X);
/* B (cols x n) = X'Z, Z rows x n. */
sgdl_status sgdl_sparse_transposed(sgdl_context *ctx, const sgdl_sparse *X, ptrdiff_t n, const double *Z,
                                   double *B);
/* T (rows x n) += X U, U cols x n: one thread a column. */
void sgdl_sparse_times_columns(sgdl_context *ctx, const sgdl_sparse *X, ptrdiff_t n, const double *U,
                               double *T);

#endif
