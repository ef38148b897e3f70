/* Products with one matrix used many times, packed once into panels of rows. Every element is a chain of
 * fused multiply-adds over columns in order, so its bits depend on neither the BLAS, the vector width nor how
 * many columns are asked for at once: what random paths are made of. */
#ifndef SGDL_PANEL_H
#define SGDL_PANEL_H

#include "base.h"

typedef struct sgdl_panels {
  ptrdiff_t rows, cols;
  int lower; /* square and lower triangular: only the triangle is stored and multiplied */
  double *data;
} sgdl_panels;

/* Packs op(A) (rows x cols; A has leading dimension lda, op is transpose when `transposed`). */
sgdl_status sgdl_panels_pack(sgdl_context *ctx, sgdl_panels *panels, int transposed, int lower,
                             ptrdiff_t rows, ptrdiff_t cols, const double *A, ptrdiff_t lda,
                             const char *what);
/* C (rows x n, ldc) = offset 1' + A B, B cols x n (ldb); offset: rows, or NULL = 0. 2 rows cols n flops, half
 * of that where lower. */
void sgdl_panels_apply(const sgdl_panels *panels, ptrdiff_t n, const double *B, ptrdiff_t ldb,
                       const double *offset, double *C, ptrdiff_t ldc);
/* The matrix that was packed, zeros where it is lower triangular: A rows x cols. */
void sgdl_panels_unpack(const sgdl_panels *panels, double *A);
void sgdl_panels_free(sgdl_panels *panels);

#endif
