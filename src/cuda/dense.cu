/* Dense matrices: eigenvectors and Cholesky factors by cuSOLVER, products by cuBLAS. */
#include "plugin.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static sgdl_status check_sides(sgdl_context *ctx, ptrdiff_t largest)
{
  if (largest <= INT_MAX) return SGDL_OK;
  return fail(ctx, SGDL_TOO_LARGE, "a matrix with a side of %td: cuBLAS takes at most %d", largest, INT_MAX);
}

static ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b)
{
  return a > b ? a : b;
}

static cublasOperation_t operation(int transposed)
{
  return transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
}

sgdl_status multiply(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                     double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                     double beta, double *C, ptrdiff_t ldc)
{
  TRY(ready_blas(ctx));
  TRY(check_sides(ctx, larger(larger(larger(m, n), k), larger(larger(lda, ldb), ldc))));
  if (m == 0 || n == 0) return SGDL_OK;
  BLAS(cublasDgemm(the_plugin.blas, operation(trans_a), operation(trans_b), (int)m, (int)n, (int)k, &alpha, A,
                   (int)lda, B, (int)ldb, &beta, C, (int)ldc));
  return SGDL_OK;
}

/* ---- eigenvectors ---- */

static sgdl_status run_syevd(sgdl_context *ctx, cusolverDnParams_t params, ptrdiff_t n, double *A, double *w)
{
  size_t device_bytes = 0, host_bytes = 0;
  SOLVER(cusolverDnXsyevd_bufferSize(the_plugin.solver, params, CUSOLVER_EIG_MODE_VECTOR,
                                     CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, A, n, CUDA_R_64F, w, CUDA_R_64F,
                                     &device_bytes, &host_bytes));
  device_array<char> work;
  device_array<int> info;
  int result = 0;
  TRY(take(ctx, work, (ptrdiff_t)device_bytes, "the eigendecomposition"));
  TRY(take(ctx, info, 1, "the eigendecomposition"));
  void *host = malloc(host_bytes > 0 ? host_bytes : 1);
  if (!host) return fail(ctx, SGDL_NO_MEMORY, "no memory for the eigendecomposition of %td x %td", n, n);
  cusolverStatus_t status = solver_library()->p_cusolverDnXsyevd(
      the_plugin.solver, params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, n, CUDA_R_64F, A, n,
      CUDA_R_64F, w, CUDA_R_64F, work.data, device_bytes, host, host_bytes, info.data);
  sgdl_status done =
      status == CUSOLVER_STATUS_SUCCESS ? wait(ctx) : solver_failure(ctx, status, "cusolverDnXsyevd");
  free(host);
  TRY(done);
  TRY(download(ctx, &result, info.data, 1));
  TRY(wait(ctx));
  if (result == 0) return SGDL_OK;
  return fail(ctx, SGDL_NO_CONVERGENCE, "eigendecomposition of %td x %td: cusolverDnXsyevd gave info = %d", n,
              n, result);
}

sgdl_status eigen_there(sgdl_context *ctx, ptrdiff_t n, double *A, double *w)
{
  cusolverDnParams_t params;
  TRY(ready_solver(ctx));
  SOLVER(cusolverDnCreateParams(&params));
  sgdl_status status = run_syevd(ctx, params, n, A, w);
  (void)solver_library()->p_cusolverDnDestroyParams(params);
  return status;
}

static sgdl_status eigen(sgdl_context *ctx, ptrdiff_t n, double *A, double *w)
{
  device_array<double> there, values;
  TRY(require_bytes(ctx, 8.0 * 3.5 * (double)n * (double)n, "eigendecomposition", "d", (double)n, 2));
  TRY(bring(ctx, there, A, n * n, "a matrix"));
  TRY(take(ctx, values, n, "eigenvalues"));
  TRY(eigen_there(ctx, n, there.data, values.data));
  TRY(download(ctx, A, there.data, n * n));
  return download(ctx, w, values.data, n);
}

sgdl_status cuda_eigen_symmetric(sgdl_context *ctx, ptrdiff_t n, double *A, double *w)
{
  session use(ctx);
  TRY(use.begin());
  if (n == 0) return SGDL_OK;
  TRY(eigen(ctx, n, A, w));
  return use.end();
}

/* ---- products ---- */

static sgdl_status product(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                           double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                           double beta, double *C, ptrdiff_t ldc)
{
  ptrdiff_t rows_a = trans_a ? k : m, columns_a = trans_a ? m : k, rows_b = trans_b ? n : k;
  ptrdiff_t columns_b = trans_b ? k : n;
  device_array<double> a, b, c;
  double elements = (double)m * (double)k + (double)k * (double)n + (double)m * (double)n;
  TRY(require_bytes(ctx, 8.0 * elements, "a product", "numbers", elements, 1));
  TRY(take(ctx, a, rows_a * columns_a, "a product"));
  TRY(take(ctx, b, rows_b * columns_b, "a product"));
  TRY(take(ctx, c, m * n, "a product"));
  TRY(upload_matrix(ctx, rows_a, columns_a, a.data, rows_a, A, lda));
  TRY(upload_matrix(ctx, rows_b, columns_b, b.data, rows_b, B, ldb));
  if (beta != 0) TRY(upload_matrix(ctx, m, n, c.data, m, C, ldc));
  TRY(multiply(ctx, trans_a, trans_b, m, n, k, alpha, a.data, larger(rows_a, 1), b.data, larger(rows_b, 1),
               beta, c.data, larger(m, 1)));
  return download_matrix(ctx, m, n, C, ldc, c.data, m);
}

sgdl_status cuda_product(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                         double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                         double beta, double *C, ptrdiff_t ldc)
{
  session use(ctx);
  TRY(use.begin());
  if (m == 0 || n == 0) return SGDL_OK;
  TRY(product(ctx, trans_a, trans_b, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc));
  return use.end();
}

sgdl_status cuda_matrix_vector(sgdl_context *ctx, int trans_a, ptrdiff_t m, ptrdiff_t n, double alpha,
                               const double *A, ptrdiff_t lda, const double *x, double beta, double *y)
{
  ptrdiff_t in = trans_a ? m : n, out = trans_a ? n : m;
  return cuda_product(ctx, trans_a, 0, out, 1, in, alpha, A, lda, x, larger(in, 1), beta, y, larger(out, 1));
}

/* A(i, j), i > j, onto A(j, i). */
static __global__ void mirror_lower(ptrdiff_t n, double *A)
{
  EACH (e, n * n) {
    ptrdiff_t i = e % n, j = e / n;
    if (i < j) A[e] = A[j + i * n];
  }
}

static sgdl_status gram(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double alpha, const double *A,
                        ptrdiff_t lda, double beta, double *C)
{
  device_array<double> a, c;
  double elements = (double)m * (double)n + (double)n * (double)n;
  TRY(ready_blas(ctx));
  TRY(check_sides(ctx, larger(m, n)));
  TRY(require_bytes(ctx, 8.0 * elements, "a Gram matrix", "numbers", elements, 1));
  TRY(take(ctx, a, m * n, "a Gram matrix"));
  TRY(take(ctx, c, n * n, "a Gram matrix"));
  TRY(upload_matrix(ctx, m, n, a.data, m, A, lda));
  if (beta != 0) TRY(upload(ctx, c.data, (const double *)C, n * n));
  BLAS(cublasDsyrk(the_plugin.blas, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, (int)n, (int)m, &alpha, a.data,
                   (int)larger(m, 1), &beta, c.data, (int)n));
  LAUNCH(mirror_lower, n * n, n, c.data);
  return download(ctx, C, c.data, n * n);
}

sgdl_status cuda_gram(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double alpha, const double *A,
                      ptrdiff_t lda, double beta, double *C)
{
  session use(ctx);
  TRY(use.begin());
  if (n == 0) return SGDL_OK;
  TRY(gram(ctx, m, n, alpha, A, lda, beta, C));
  return use.end();
}

/* ---- Cholesky ---- */

/* Factors (or, `invert`, inverts from its factor) the matrix there; *info as LAPACK's. */
static sgdl_status run_cholesky(sgdl_context *ctx, int invert, ptrdiff_t n, double *A, int *result)
{
  int size = 0;
  TRY(ready_solver(ctx));
  TRY(check_sides(ctx, n));
  if (invert)
    SOLVER(cusolverDnDpotri_bufferSize(the_plugin.solver, CUBLAS_FILL_MODE_LOWER, (int)n, A, (int)n, &size));
  else
    SOLVER(cusolverDnDpotrf_bufferSize(the_plugin.solver, CUBLAS_FILL_MODE_LOWER, (int)n, A, (int)n, &size));
  device_array<double> work;
  device_array<int> info;
  TRY(take(ctx, work, size, "a Cholesky factor"));
  TRY(take(ctx, info, 1, "a Cholesky factor"));
  if (invert)
    SOLVER(cusolverDnDpotri(the_plugin.solver, CUBLAS_FILL_MODE_LOWER, (int)n, A, (int)n, work.data, size,
                            info.data));
  else
    SOLVER(cusolverDnDpotrf(the_plugin.solver, CUBLAS_FILL_MODE_LOWER, (int)n, A, (int)n, work.data, size,
                            info.data));
  TRY(download(ctx, result, info.data, 1));
  return wait(ctx);
}

/* Column by column from the diagonal down: the triangle above is the caller's. */
static sgdl_status download_lower(sgdl_context *ctx, ptrdiff_t n, double *A, const double *there)
{
  double *all = (double *)malloc((size_t)(n * n) * sizeof *all);
  if (!all) return fail(ctx, SGDL_NO_MEMORY, "no memory for a %td x %td matrix", n, n);
  sgdl_status status = download(ctx, all, there, n * n);
  if (status == SGDL_OK) status = wait(ctx);
  for (ptrdiff_t j = 0; j < n && status == SGDL_OK; j++)
    memcpy(A + j + j * n, all + j + j * n, (size_t)(n - j) * sizeof *A);
  free(all);
  return status;
}

static sgdl_status factor(sgdl_context *ctx, int invert, ptrdiff_t n, double *A)
{
  device_array<double> there;
  int info = 0;
  TRY(require_bytes(ctx, 8.0 * 2.0 * (double)n * (double)n, "a Cholesky factor", "d", (double)n, 2));
  TRY(bring(ctx, there, A, n * n, "a Cholesky factor"));
  TRY(run_cholesky(ctx, invert, n, there.data, &info));
  if (info > 0)
    return fail(ctx, SGDL_NOT_PSD,
                invert ? "the %td x %td Cholesky factor is singular (pivot %d)"
                       : "the %td x %td matrix is not positive definite (pivot %d)",
                n, n, info);
  if (!invert) return download_lower(ctx, n, A, there.data);
  LAUNCH(mirror_lower, n * n, n, there.data);
  return download(ctx, A, there.data, n * n);
}

sgdl_status cuda_cholesky(sgdl_context *ctx, ptrdiff_t n, double *A)
{
  session use(ctx);
  TRY(use.begin());
  if (n == 0) return SGDL_OK;
  TRY(factor(ctx, 0, n, A));
  return use.end();
}

sgdl_status cuda_cholesky_inverse(sgdl_context *ctx, ptrdiff_t n, double *A)
{
  session use(ctx);
  TRY(use.begin());
  if (n == 0) return SGDL_OK;
  TRY(factor(ctx, 1, n, A));
  return use.end();
}
