/* Long vectors, a few at a time: orthogonalisation against columns, combinations of columns. Columns are
 * pointers, so that they may lie anywhere. Every sum runs over fixed tiles of rows, tile by tile in chunks
 * and chunk by chunk at the end, so that its bits depend on d only. */
#ifndef SGDL_BASIS_H
#define SGDL_BASIS_H

#include "../base/base.h"
#include "../sgdl_operator.h"

enum {
  SGDL_ROW_TILE = 512, /* rows whose columns stay in cache between two uses                              */
  SGDL_CHUNKS = 256,   /* partial sums, at most                                                         */
  SGDL_MOST_VECTORS = 8 /* at a time in sgdl_inner_products                                             */
};

/* Four doubles: a register of AVX2 (wider vectors would be kept in memory there); and those anywhere. */
typedef double sgdl_four __attribute__((vector_size(32)));
typedef double sgdl_four_anywhere __attribute__((vector_size(32), aligned(8)));
#define SGDL_FOUR_AT(x) (*(sgdl_four_anywhere *)(x))

/* For messages: printf writes NaN differently from machine to machine. x is not finite. */
static inline const char *sgdl_not_finite(double x)
{
  return x > 0 ? "Inf" : x < 0 ? "-Inf" : "NaN";
}

typedef struct sgdl_basis_work {
  ptrdiff_t d, capacity, width; /* most columns, most vectors                                           */
  double *partial;              /* (capacity + 1) x width x chunks                                      */
  double *first, *second;       /* capacity x width: coefficients of the two rounds                     */
} sgdl_basis_work;

sgdl_status sgdl_basis_work_init(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t capacity, ptrdiff_t width,
                                 sgdl_basis_work *work);
void sgdl_basis_work_free(sgdl_basis_work *work);

/* w_q -= sum of columns (columns[l + n q], l < n: those of vector q) times their coefficients, twice
 * (classical Gram-Schmidt), q < width. first and second of `work` (n x width) hold the coefficients of the
 * rounds, norm2 (width) is |w_q|^2 after. Reads the columns three times. Returns the first q whose
 * coefficients or length are not finite, nothing changed then, or -1. */
ptrdiff_t sgdl_orthogonalise(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t n, ptrdiff_t width,
                             const double *const *columns, double *const *w, double *norm2);

/* x *= scale, d numbers. */
void sgdl_scale_long(sgdl_context *ctx, ptrdiff_t d, double scale, double *x);
/* out (d x width) = sums of n columns times c (n x width); columns[l + n q] as in sgdl_orthogonalise. out
 * must not be among the columns. */
void sgdl_combine(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, ptrdiff_t width, const double *const *columns,
                  const double *c, double *out);
/* Inner products: c (n x width) = columns' w, w d x width, width <= SGDL_MOST_VECTORS. */
void sgdl_inner_products(sgdl_context *ctx, sgdl_basis_work *work, ptrdiff_t n, ptrdiff_t width,
                         const double *const *columns, const double *w, double *c);
/* Columns 0 .. n - 1 become columns times Y (n x kept, kept <= n), in place. scratch: SGDL_ROW_TILE x kept
 * numbers for each thread. */
void sgdl_rotate_columns(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, ptrdiff_t kept, double *const *columns,
                         const double *Y, double *scratch);

/* U (d x n) is finite and |U'U - I| <= 1e-8 entry by entry, else SGDL_BAD_ARGUMENT. d n^2 flops. */
sgdl_status sgdl_orthonormal_check(sgdl_context *ctx, const char *name, ptrdiff_t d, ptrdiff_t n,
                                   const double *U);

/* c[l] += columns[l]'w over `rows` rows from `offset` on. */
void sgdl_add_dots(ptrdiff_t rows, ptrdiff_t n, const double *const *columns, ptrdiff_t offset,
                   const double *w, double *c);

#endif
