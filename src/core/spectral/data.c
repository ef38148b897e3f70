/* Operators from dense arrays: H itself, X'X/N of data, low rank plus bulk. One-thread BLAS on fixed tiles
 * inside one parallel region, so that bits do not depend on threads; a backend other than the CPU gets
 * whole products. */
#include "../base/base.h"

#include "../base/blas.h"
#include "basis.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_TILE = 64, ROW_TILE = 32, WIDE = 4096, GROUPS = 32 };

typedef struct {
  ptrdiff_t rows;          /* of A; H: dim                                                              */
  const double *A;         /* H, X or U                                                                 */
  ptrdiff_t rank;          /* low rank                                                                  */
  const double *rho;
  double bulk;
} dense_self;

static void destroy(sgdl_operator *op)
{
  free(op->self);
}

static sgdl_status create(sgdl_context *ctx, ptrdiff_t dim, const dense_self *from, sgdl_operator *op)
{
  dense_self *self = malloc(sizeof *self);
  if (self == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the operator");
  *self = *from;
  *op = (sgdl_operator){ .dim = dim, .self = self, .destroy = destroy };
  return SGDL_OK;
}

/* C (m x n) = alpha op(A) B + beta C; sizes have been checked. */
static void multiply(int transposed, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, double alpha, const double *A,
                     ptrdiff_t lda, const double *B, ptrdiff_t ldb, double beta, double *C, ptrdiff_t ldc)
{
  const int M = (int)m, N = (int)n, K = (int)k, LDA = (int)lda, LDB = (int)ldb, LDC = (int)ldc, unit = 1;
  if (n == 1) {
    const int rows = transposed ? K : M, columns = transposed ? M : K;
    dgemv_(transposed ? "T" : "N", &rows, &columns, &alpha, A, &LDA, B, &unit, &beta, C, &unit, 1);
  } else {
    dgemm_(transposed ? "T" : "N", "N", &M, &N, &K, &alpha, A, &LDA, B, &LDB, &beta, C, &LDC, 1, 1);
  }
}

static int on_cpu(const sgdl_context *ctx)
{
  return sgdl_backend_of(ctx) == sgdl_backend_cpu();
}

/* C (columns x n) = alpha A'B, A rows x columns, in tiles of columns. */
static sgdl_status transposed_times(sgdl_context *ctx, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n,
                                    double alpha, const double *A, const double *B, double *C)
{
  if (!on_cpu(ctx))
    return sgdl_backend_of(ctx)->product(ctx, 1, 0, columns, n, rows, alpha, A, rows, B, rows, 0.0, C,
                                         columns);
  int threads = sgdl_threads(ctx), blas = sgdl_blas_single_begin();
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < columns; j += COLUMN_TILE) {
    ptrdiff_t some = columns - j < COLUMN_TILE ? columns - j : COLUMN_TILE;
    multiply(1, some, n, rows, alpha, A + rows * j, rows, B, rows, 0, C + j, columns);
  }
  sgdl_blas_single_end(blas);
  return SGDL_OK;
}

/* C (rows x n) = alpha A B + beta C, A rows x columns, in tiles of rows. */
static sgdl_status times(sgdl_context *ctx, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t n, double alpha,
                         const double *A, const double *B, double beta, double *C)
{
  const ptrdiff_t tile = 4096;
  if (!on_cpu(ctx))
    return sgdl_backend_of(ctx)->product(ctx, 0, 0, rows, n, columns, alpha, A, rows, B, columns, beta, C,
                                         rows);
  int threads = sgdl_threads(ctx), blas = sgdl_blas_single_begin();
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t i = 0; i < rows; i += tile) {
    ptrdiff_t some = rows - i < tile ? rows - i : tile;
    multiply(0, some, n, columns, alpha, A + i, rows, B, columns, beta, C + i, rows);
  }
  sgdl_blas_single_end(blas);
  return SGDL_OK;
}

/* ---- H ------------------------------------------------------------------------------------------------- */

static sgdl_status dense_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                 double *HV)
{
  const dense_self *self = op->self; /* symmetric: columns are rows */
  return transposed_times(ctx, op->dim, op->dim, n, 1, self->A, V, HV);
}

sgdl_status sgdl_operator_dense(sgdl_context *ctx, ptrdiff_t d, const double *H, sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  SGDL_TRY(sgdl_quadratic_check(ctx, d, H, NULL, NULL, 0));
  SGDL_TRY(create(ctx, d, &(dense_self){ .rows = d, .A = H }, op));
  op->product = dense_product;
  return SGDL_OK;
}

/* ---- X'X/N --------------------------------------------------------------------------------------------- */

/* Rows in fixed groups, each with a sum of its own: a tile of rows is used for X V and for X'(X V) while
 * in cache. */
static void tall_group(const dense_self *self, ptrdiff_t d, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                       const double *V, double *u, double *sum)
{
  memset(sum, 0, sizeof(double) * (size_t)(d * n));
  for (ptrdiff_t i = first; i < end; i += ROW_TILE) {
    ptrdiff_t rows = end - i < ROW_TILE ? end - i : ROW_TILE;
    multiply(0, rows, n, d, 1, self->A + i, self->rows, V, d, 0, u, rows);
    multiply(1, d, n, rows, 1, self->A + i, self->rows, u, rows, 1, sum, d);
  }
}

static sgdl_status tall_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV)
{
  const dense_self *self = op->self;
  ptrdiff_t d = op->dim, N = self->rows, tiles = (N + ROW_TILE - 1) / ROW_TILE;
  ptrdiff_t groups = tiles < GROUPS ? tiles : GROUPS;
  double *room = NULL;
  SGDL_TRY(sgdl_alloc(ctx, &room, sgdl_times(groups * n, d + ROW_TILE), "the products of groups of rows"));
  int threads = sgdl_threads(ctx), blas = sgdl_blas_single_begin();
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t g = 0; g < groups; g++) {
    double *sum = room + (d + ROW_TILE) * n * g;
    tall_group(self, d, n, N * g / groups, N * (g + 1) / groups, V, sum + d * n, sum);
  }
  sgdl_blas_single_end(blas);
  for (ptrdiff_t e = 0; e < d * n; e++) {
    double total = 0;
    for (ptrdiff_t g = 0; g < groups; g++)
      total += room[(d + ROW_TILE) * n * g + e];
    HV[e] = total / (double)N;
  }
  free(room);
  return SGDL_OK;
}

static sgdl_status wide_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV)
{
  const dense_self *self = op->self;
  ptrdiff_t d = op->dim, N = self->rows;
  double *u = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &u, sgdl_times(N, n), "X V"));
  SGDL_GET(times(ctx, N, d, n, 1, self->A, V, 0, u));
  status = transposed_times(ctx, N, d, n, 1 / (double)N, self->A, u, HV);
done:
  free(u);
  return status;
}

static sgdl_status data_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV)
{
  return op->dim <= WIDE && on_cpu(ctx) ? tall_product(op, ctx, n, V, HV) : wide_product(op, ctx, n, V, HV);
}

sgdl_status sgdl_operator_data(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                               sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  if (N < 1 || d < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`X` is %td x %td: expected at least one row and one column", N,
                     d);
  SGDL_TRY(sgdl_check_blas_size(ctx, "X", N > d ? N : d));
  SGDL_TRY(sgdl_check_finite(ctx, "X", X, N * d, N));
  SGDL_TRY(create(ctx, d, &(dense_self){ .rows = N, .A = X }, op));
  op->product = data_product;
  return SGDL_OK;
}

/* ---- low rank plus bulk -------------------------------------------------------------------------------- */

/* n <= SGDL_MOST_VECTORS; columns, c: (r + 1) x n. */
static void low_rank_block(sgdl_context *ctx, const dense_self *self, ptrdiff_t d, ptrdiff_t n,
                           const double *V,
                           sgdl_basis_work *work, const double **columns, double *c, double *HV)
{
  ptrdiff_t r = self->rank;
  for (ptrdiff_t l = 0; l < r * n; l++)
    columns[l] = self->A + d * (l % r);
  sgdl_inner_products(ctx, work, r, n, columns, V, c);
  for (ptrdiff_t q = n - 1; q >= 0; q--) { /* from r to r + 1 a column: the last is V itself */
    c[r + (r + 1) * q] = self->bulk;
    columns[r + (r + 1) * q] = V + d * q;
    for (ptrdiff_t l = r - 1; l >= 0; l--) {
      c[l + (r + 1) * q] = c[l + r * q] * (self->rho[l] - self->bulk);
      columns[l + (r + 1) * q] = self->A + d * l;
    }
  }
  sgdl_combine(ctx, d, r + 1, n, columns, c, HV);
}

static sgdl_status low_rank_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                    double *HV)
{
  const dense_self *self = op->self;
  ptrdiff_t d = op->dim, r = self->rank, most = n < SGDL_MOST_VECTORS ? n : SGDL_MOST_VECTORS;
  double *c = NULL;
  sgdl_basis_work work = { 0 };
  const double **columns = malloc(sizeof *columns * (size_t)((r + 1) * most));
  sgdl_status status = SGDL_OK;
  if (columns == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td columns", r);
  SGDL_GET(sgdl_alloc(ctx, &c, (r + 1) * most, "the coordinates of a product"));
  SGDL_GET(sgdl_basis_work_init(ctx, d, r + 1, most, &work));
  for (ptrdiff_t q = 0; q < n; q += most)
    low_rank_block(ctx, self, d, n - q < most ? n - q : most, V + d * q, &work, columns, c, HV + d * q);
done:
  free(c);
  free(columns);
  sgdl_basis_work_free(&work);
  return status;
}

sgdl_status sgdl_operator_low_rank(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t r, const double *U,
                                   const double *rho, double bulk, sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  if (d < 1 || r < 0 || r > d)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`U` is %td x %td: expected at least one row, and no more columns than rows", d, r);
  SGDL_TRY(sgdl_check_finite(ctx, "bulk", &bulk, 1, 0));
  if (r > 0) {
    SGDL_TRY(sgdl_check_finite(ctx, "rho", rho, r, 0));
    SGDL_TRY(sgdl_orthonormal_check(ctx, "U", d, r, U));
  }
  SGDL_TRY(create(ctx, d, &(dense_self){ .rows = d, .A = U, .rank = r, .rho = rho, .bulk = bulk }, op));
  op->product = low_rank_product;
  return SGDL_OK;
}
