/* Operators from compressed sparse columns: a symmetric matrix, and X'X/N of sparse data. */
#include "sparse.h"

#include "basis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 8, BINS = 1024 };

static inline ptrdiff_t row_at(const sgdl_sparse *X, ptrdiff_t e)
{
  return X->row32 != NULL ? X->row32[e] : X->row[e];
}

/* ---- checks -------------------------------------------------------------------------------------------- */

static sgdl_status check_column(sgdl_context *ctx, const char *name, const sgdl_sparse *X, ptrdiff_t j)
{
  ptrdiff_t before = -1;
  for (ptrdiff_t e = X->start[j]; e < X->start[j + 1]; e++) {
    ptrdiff_t i = row_at(X, e);
    if (i <= before || i >= X->rows)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`%s` has row %td after row %td in column %td: expected increasing rows, 1 to %td",
                       name, i + 1, before + 1, j + 1, X->rows);
    if (!isfinite(X->value[e]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE, "`%s[%td, %td]` = %s: expected a finite number", name, i + 1,
                       j + 1, sgdl_not_finite(X->value[e]));
    before = i;
  }
  return SGDL_OK;
}

sgdl_status sgdl_sparse_check(sgdl_context *ctx, const char *name, const sgdl_sparse *X)
{
  if (X->rows < 1 || X->cols < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` is %td x %td: expected at least one row and column", name,
                     X->rows, X->cols);
  if (X->start == NULL || (X->row == NULL) == (X->row32 == NULL) || X->value == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`%s`: expected the starts of columns, values, and one array of rows",
                     name);
  if (X->start[0] != 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s`: column 1 starts at entry %td, expected 0", name,
                     X->start[0]);
  for (ptrdiff_t j = 0; j < X->cols; j++)
    if (X->start[j + 1] < X->start[j])
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s`: column %td starts at entry %td and ends at %td", name,
                       j + 1, X->start[j], X->start[j + 1]);
  for (ptrdiff_t j = 0; j < X->cols; j++)
    SGDL_TRY(check_column(ctx, name, X, j));
  return SGDL_OK;
}

/* First entry of column j at or below `row`. */
static ptrdiff_t entry_from(const sgdl_sparse *X, ptrdiff_t j, ptrdiff_t row)
{
  ptrdiff_t low = X->start[j], high = X->start[j + 1];
  while (low < high) {
    ptrdiff_t middle = low + (high - low) / 2;
    if (row_at(X, middle) < row)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static sgdl_status check_mirror(sgdl_context *ctx, const sgdl_sparse *H)
{
  const double tolerance = 1e-12;
  for (ptrdiff_t j = 0; j < H->cols; j++)
    for (ptrdiff_t e = H->start[j]; e < H->start[j + 1]; e++) {
      ptrdiff_t i = row_at(H, e), mirror = entry_from(H, i, j);
      int there = mirror < H->start[i + 1] && row_at(H, mirror) == j;
      double other = there ? H->value[mirror] : 0;
      if (fabs(H->value[e] - other) > tolerance * fmax(fabs(H->value[e]), fabs(other)))
        return sgdl_fail(ctx, SGDL_NOT_SYMMETRIC,
                         "`H`[%td, %td] = %.15g but `H`[%td, %td] = %.15g: expected a symmetric matrix",
                         i + 1, j + 1, H->value[e], j + 1, i + 1, other);
    }
  return SGDL_OK;
}

/* ---- kernels ------------------------------------------------------------------------------------------- */

/* Vectors side by side: out (WIDTH x rows) from columns of leading dimension `rows`, zeros past n. */
static void interleave(sgdl_context *ctx, ptrdiff_t rows, ptrdiff_t n, ptrdiff_t width, const double *V,
                       double *out)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t i = 0; i < rows; i++)
    for (ptrdiff_t q = 0; q < width; q++)
      out[q + width * i] = q < n ? V[i + rows * q] : 0;
}

/* Widths are constants where these are used: 1, 2, 4 or 8. Each vector's sum is the same chain in all.
 *
 * y (width) = sum over entries of value times the vectors at their rows */
#define GATHER(NAME, INDEX)                                                                                 \
  SGDL_INLINE void NAME(ptrdiff_t width, ptrdiff_t count, const INDEX *row, const double *value, double *u, \
                        double *y)                                                                          \
  {                                                                                                         \
    sgdl_four low = { 0 }, high = { 0 };                                                                    \
    double one = 0, two = 0;                                                                                \
    for (ptrdiff_t e = 0; e < count; e++) {                                                                 \
      double *at = u + width * row[e];                                                                      \
      if (width >= 4)                                                                                       \
        low += value[e] * SGDL_FOUR_AT(at);                                                                 \
      if (width == 8)                                                                                       \
        high += value[e] * SGDL_FOUR_AT(at + 4);                                                            \
      if (width <= 2)                                                                                       \
        one += value[e] * at[0];                                                                            \
      if (width == 2)                                                                                       \
        two += value[e] * at[1];                                                                            \
    }                                                                                                       \
    SGDL_FOUR_AT(y) = low;                                                                                  \
    SGDL_FOUR_AT(y + 4) = high;                                                                             \
    if (width <= 2) {                                                                                       \
      y[0] = one;                                                                                           \
      y[1] = two;                                                                                           \
    }                                                                                                       \
  }
GATHER(gather32, int32_t)
GATHER(gather64, ptrdiff_t)

/* vectors at rows below `end` += value times v (8, zeros past n) */
#define SCATTER(NAME, INDEX)                                                                                \
  SGDL_INLINE void NAME(ptrdiff_t width, ptrdiff_t count, ptrdiff_t end, const INDEX *row,                  \
                        const double *value, double *v, double *u)                                          \
  {                                                                                                         \
    sgdl_four low = SGDL_FOUR_AT(v), high = SGDL_FOUR_AT(v + 4);                                            \
    double one = v[0], two = v[1];                                                                          \
    for (ptrdiff_t e = 0; e < count && row[e] < end; e++) {                                                 \
      double *at = u + width * row[e];                                                                      \
      if (width >= 4)                                                                                       \
        SGDL_FOUR_AT(at) += value[e] * low;                                                                 \
      if (width == 8)                                                                                       \
        SGDL_FOUR_AT(at + 4) += value[e] * high;                                                            \
      if (width <= 2)                                                                                       \
        at[0] += value[e] * one;                                                                            \
      if (width == 2)                                                                                       \
        at[1] += value[e] * two;                                                                            \
    }                                                                                                       \
  }
SCATTER(scatter32, int32_t)
SCATTER(scatter64, ptrdiff_t)

/* Y (cols x n) columns first .. end - 1 = scale X'u, u interleaved */
SGDL_INLINE void gather_columns(ptrdiff_t width, const sgdl_sparse *X, ptrdiff_t first, ptrdiff_t end,
                                ptrdiff_t n, double scale, double *u, double *Y)
{
  double y[WIDEST] = { 0 };
  for (ptrdiff_t j = first; j < end; j++) {
    ptrdiff_t from = X->start[j], count = X->start[j + 1] - from;
    if (X->row32 != NULL)
      gather32(width, count, X->row32 + from, X->value + from, u, y);
    else
      gather64(width, count, X->row + from, X->value + from, u, y);
    for (ptrdiff_t q = 0; q < n; q++)
      Y[j + X->cols * q] = scale * y[q];
  }
}

SGDL_VECTORISED static void gather_width(ptrdiff_t width, const sgdl_sparse *X, ptrdiff_t first,
                                         ptrdiff_t end, ptrdiff_t n, double scale, double *u, double *Y)
{
  switch (width) {
  case 1: gather_columns(1, X, first, end, n, scale, u, Y); break;
  case 2: gather_columns(2, X, first, end, n, scale, u, Y); break;
  case 4: gather_columns(4, X, first, end, n, scale, u, Y); break;
  default: gather_columns(8, X, first, end, n, scale, u, Y); break;
  }
}

/* u, rows [row, row_end) = X V, V cols x n */
SGDL_INLINE void scatter_columns(ptrdiff_t width, const sgdl_sparse *X, ptrdiff_t row, ptrdiff_t row_end,
                                 ptrdiff_t n, const double *V, double *u)
{
  double v[WIDEST] = { 0 };
  memset(u + width * row, 0, sizeof(double) * (size_t)(width * (row_end - row)));
  for (ptrdiff_t j = 0; j < X->cols; j++) {
    ptrdiff_t from = row > 0 ? entry_from(X, j, row) : X->start[j], count = X->start[j + 1] - from;
    for (ptrdiff_t q = 0; q < n; q++)
      v[q] = V[j + X->cols * q];
    if (X->row32 != NULL)
      scatter32(width, count, row_end, X->row32 + from, X->value + from, v, u);
    else
      scatter64(width, count, row_end, X->row + from, X->value + from, v, u);
  }
}

SGDL_VECTORISED static void scatter_width(ptrdiff_t width, const sgdl_sparse *X, ptrdiff_t row,
                                          ptrdiff_t row_end, ptrdiff_t n, const double *V, double *u)
{
  switch (width) {
  case 1: scatter_columns(1, X, row, row_end, n, V, u); break;
  case 2: scatter_columns(2, X, row, row_end, n, V, u); break;
  case 4: scatter_columns(4, X, row, row_end, n, V, u); break;
  default: scatter_columns(8, X, row, row_end, n, V, u); break;
  }
}

static ptrdiff_t width_for(ptrdiff_t n)
{
  return n <= 2 ? n : n <= 4 ? 4 : 8;
}

/* Y (cols x n) = scale X'u */
static void gather_all(sgdl_context *ctx, const sgdl_sparse *X, ptrdiff_t n, double scale, double *u,
                       double *Y)
{
  const ptrdiff_t tile = 1024, width = width_for(n), tiles = (X->cols + tile - 1) / tile;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t t = 0; t < tiles; t++) {
    ptrdiff_t end = (t + 1) * tile < X->cols ? (t + 1) * tile : X->cols;
    gather_width(width, X, t * tile, end, n, scale, u, Y);
  }
}

sgdl_status sgdl_sparse_transposed(sgdl_context *ctx, const sgdl_sparse *X, ptrdiff_t n, const double *Z,
                                   double *B)
{
  double *u = NULL;
  SGDL_TRY(sgdl_alloc(ctx, &u, sgdl_times(X->rows, width_for(n < WIDEST ? n : WIDEST)), "a sparse product"));
  for (ptrdiff_t q = 0; q < n; q += WIDEST) {
    ptrdiff_t some = n - q < WIDEST ? n - q : WIDEST;
    interleave(ctx, X->rows, some, width_for(some), Z + X->rows * q, u);
    gather_all(ctx, X, some, 1, u, B + X->cols * q);
  }
  free(u);
  return SGDL_OK;
}

void sgdl_sparse_times_columns(sgdl_context *ctx, const sgdl_sparse *X, ptrdiff_t n, const double *U,
                               double *T)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t l = 0; l < n; l++)
    for (ptrdiff_t j = 0; j < X->cols; j++)
      for (ptrdiff_t e = X->start[j]; e < X->start[j + 1]; e++)
        T[row_at(X, e) + X->rows * l] += X->value[e] * U[j + X->cols * l];
}

/* ---- operators ----------------------------------------------------------------------------------------- */

typedef struct {
  sgdl_sparse X;
  ptrdiff_t below[BINS + 1]; /* data: entries in rows of the bins before; splits rows between threads    */
} sparse_self;

static void destroy(sgdl_operator *op)
{
  free(op->self);
}

static sgdl_status create(sgdl_context *ctx, const sgdl_sparse *X, sgdl_operator *op)
{
  sparse_self *self = calloc(1, sizeof *self);
  if (self == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the operator");
  self->X = *X;
  *op = (sgdl_operator){ .dim = X->cols, .self = self, .destroy = destroy };
  return SGDL_OK;
}

static sgdl_status symmetric_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                     double *HV)
{
  const sparse_self *self = op->self;
  return sgdl_sparse_transposed(ctx, &self->X, n, V, HV);
}

sgdl_status sgdl_operator_sparse(sgdl_context *ctx, const sgdl_sparse *H, sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  SGDL_TRY(sgdl_sparse_check(ctx, "H", H));
  if (H->rows != H->cols)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`H` is %td x %td: expected a square matrix", H->rows, H->cols);
  SGDL_TRY(check_mirror(ctx, H));
  SGDL_TRY(create(ctx, H, op));
  op->product = symmetric_product;
  return SGDL_OK;
}

static ptrdiff_t bin_first(const sgdl_sparse *X, ptrdiff_t bin)
{
  return X->rows * bin / BINS;
}

/* First row of part r of `parts` with about as many entries in each. */
static ptrdiff_t part_first(const sparse_self *self, ptrdiff_t r, ptrdiff_t parts)
{
  double wanted = (double)self->below[BINS] * (double)r / (double)parts;
  ptrdiff_t bin = 0;
  if (r == parts)
    return self->X.rows;
  while (bin < BINS && (double)self->below[bin] < wanted)
    bin++;
  return bin_first(&self->X, bin);
}

/* u = X V by parts of rows: no two threads add to the same row, and each row adds its entries column by
 * column. */
static void scatter_all(sgdl_context *ctx, const sparse_self *self, ptrdiff_t n, const double *V, double *u)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int r = 0; r < threads; r++)
    scatter_width(width_for(n), &self->X, part_first(self, r, threads), part_first(self, r + 1, threads), n,
                  V, u);
}

static sgdl_status data_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV)
{
  const sparse_self *self = op->self;
  const sgdl_sparse *X = &self->X;
  double *u = NULL;
  SGDL_TRY(sgdl_alloc(ctx, &u, sgdl_times(X->rows, width_for(n < WIDEST ? n : WIDEST)), "a sparse product"));
  for (ptrdiff_t q = 0; q < n; q += WIDEST) {
    ptrdiff_t some = n - q < WIDEST ? n - q : WIDEST;
    scatter_all(ctx, self, some, V + X->cols * q, u);
    gather_all(ctx, X, some, 1 / (double)X->rows, u, HV + X->cols * q);
  }
  free(u);
  return SGDL_OK;
}

static void count_rows(sparse_self *self)
{
  const sgdl_sparse *X = &self->X;
  double scale = (double)BINS / (double)X->rows;
  for (ptrdiff_t e = 0; e < X->start[X->cols]; e++) {
    ptrdiff_t row = row_at(X, e), bin = (ptrdiff_t)((double)row * scale);
    while (bin > 0 && bin_first(X, bin) > row)
      bin--;
    while (bin + 1 < BINS && bin_first(X, bin + 1) <= row)
      bin++;
    self->below[bin + 1]++;
  }
  for (ptrdiff_t bin = 0; bin < BINS; bin++)
    self->below[bin + 1] += self->below[bin];
}

sgdl_status sgdl_operator_sparse_data(sgdl_context *ctx, const sgdl_sparse *X, sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  SGDL_TRY(sgdl_sparse_check(ctx, "X", X));
  SGDL_TRY(create(ctx, X, op));
  count_rows(op->self);
  op->product = data_product;
  return SGDL_OK;
}
