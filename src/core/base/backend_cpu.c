/* The CPU backend, reference for every other: the host's BLAS and LAPACK, own normals and the
 * linear recursion. BLAS threading is the host's; callers inside OpenMP switch it off. */
#include "backend_cpu.h"
#include "blas.h"
#include "random.h"

#include <stdlib.h>

static const size_t one_letter = 1;

static const char *transpose(int yes)
{
  return yes ? "T" : "N";
}

/* Copies the lower triangle of A (n x n) onto the upper one, in square tiles that stay in cache. */
static void mirror_lower(ptrdiff_t n, double *A)
{
  const ptrdiff_t tile = 32;
  for (ptrdiff_t J = 0; J < n; J += tile)
    for (ptrdiff_t I = J; I < n; I += tile)
      for (ptrdiff_t j = J; j < J + tile && j < n; j++)
        for (ptrdiff_t i = I > j ? I : j + 1; i < I + tile && i < n; i++) A[j + i * n] = A[i + j * n];
}

/* LAPACK's workspace for all eigenvectors, 1 + 6n + 2n^2, must itself fit a 32-bit integer. */
static sgdl_status check_eigen_size(sgdl_context *ctx, ptrdiff_t n)
{
  const ptrdiff_t largest = 32766;
  if (n <= largest) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_TOO_LARGE,
                   "eigendecomposition of %td x %td: LAPACK with 32-bit integers takes at most %td", n, n,
                   largest);
}

static sgdl_status eigen_symmetric(sgdl_context *ctx, ptrdiff_t n, double *A, double *w)
{
  if (n == 0) return SGDL_OK;
  SGDL_TRY(check_eigen_size(ctx, n));
  int N = (int)n, lwork = 1 + 6 * N + 2 * N * N, liwork = 3 + 5 * N, info = 0;
  double *work = sgdl_doubles(lwork);
  int *iwork = malloc((size_t)liwork * sizeof *iwork);
  sgdl_status status = SGDL_OK;
  if (!work || !iwork) {
    status = sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the eigendecomposition of %td x %td", n, n);
  } else {
    dsyevd_("V", "L", &N, A, &N, w, work, &lwork, iwork, &liwork, &info, one_letter, one_letter);
    if (info != 0)
      status = sgdl_fail(ctx, SGDL_NO_CONVERGENCE, "eigendecomposition of %td x %td: dsyevd gave info = %d",
                         n, n, info);
  }
  free(work);
  free(iwork);
  return status;
}

static sgdl_status product(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                           double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                           double beta, double *C, ptrdiff_t ldc)
{
  SGDL_TRY(sgdl_check_blas_size(ctx, "rows of a product", lda > ldc ? lda : ldc));
  SGDL_TRY(sgdl_check_blas_size(ctx, "columns of a product", n > ldb ? n : ldb));
  int M = (int)m, N = (int)n, K = (int)k, LDA = (int)lda, LDB = (int)ldb, LDC = (int)ldc;
  dgemm_(transpose(trans_a), transpose(trans_b), &M, &N, &K, &alpha, A, &LDA, B, &LDB, &beta, C, &LDC,
         one_letter, one_letter);
  return SGDL_OK;
}

static sgdl_status matrix_vector(sgdl_context *ctx, int trans_a, ptrdiff_t m, ptrdiff_t n, double alpha,
                                 const double *A, ptrdiff_t lda, const double *x, double beta, double *y)
{
  const int unit = 1;
  SGDL_TRY(sgdl_check_blas_size(ctx, "rows of a matrix", lda));
  SGDL_TRY(sgdl_check_blas_size(ctx, "columns of a matrix", n));
  int M = (int)m, N = (int)n, LDA = (int)lda;
  dgemv_(transpose(trans_a), &M, &N, &alpha, A, &LDA, x, &unit, &beta, y, &unit, one_letter);
  return SGDL_OK;
}

static sgdl_status gram(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double alpha, const double *A,
                        ptrdiff_t lda, double beta, double *C)
{
  SGDL_TRY(sgdl_check_blas_size(ctx, "rows of a matrix", lda > m ? lda : m));
  SGDL_TRY(sgdl_check_blas_size(ctx, "columns of a matrix", n));
  int M = (int)m, N = (int)n, LDA = (int)lda;
  dsyrk_("L", "T", &N, &M, &alpha, A, &LDA, &beta, C, &N, one_letter, one_letter);
  mirror_lower(n, C);
  return SGDL_OK;
}

static sgdl_status cholesky(sgdl_context *ctx, ptrdiff_t n, double *A)
{
  SGDL_TRY(sgdl_check_blas_size(ctx, "rows of a matrix", n));
  int N = (int)n, info = 0;
  dpotrf_("L", &N, A, &N, &info, one_letter);
  if (info == 0) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_NOT_PSD, "the %td x %td matrix is not positive definite (pivot %d)", n, n, info);
}

static sgdl_status cholesky_inverse(sgdl_context *ctx, ptrdiff_t n, double *A)
{
  SGDL_TRY(sgdl_check_blas_size(ctx, "rows of a matrix", n));
  int N = (int)n, info = 0;
  dpotri_("L", &N, A, &N, &info, one_letter);
  if (info != 0)
    return sgdl_fail(ctx, SGDL_NOT_PSD, "the %td x %td Cholesky factor is singular (pivot %d)", n, n, info);
  mirror_lower(n, A);
  return SGDL_OK;
}

static sgdl_status fill_normals(sgdl_context *ctx, uint64_t seed, uint32_t stream, uint64_t path,
                                uint64_t step, ptrdiff_t n, ptrdiff_t n_steps, double *out)
{
  (void)ctx;
  sgdl_normals_tile(seed, stream, path, step, n, n_steps, out);
  return SGDL_OK;
}

/* Modes a kernel call carries through all steps: their state and maps stay in registers and first cache. */
enum { MODES = 32 };

/* ensemble_step for n <= MODES neighbouring modes of d; all pointers are at the first of them. */
SGDL_VECTORISED static void step_modes(ptrdiff_t n, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                                       const double *restrict noise, double *state, double *restrict out)
{
  double m11[MODES] = {0}, m21[MODES] = {0}, m12[MODES] = {0}, m22[MODES] = {0}, x[MODES] = {0},
         v[MODES] = {0};
  for (ptrdiff_t i = 0; i < n; i++) {
    m11[i] = M[4 * i];
    m21[i] = M[4 * i + 1];
    m12[i] = M[4 * i + 2];
    m22[i] = M[4 * i + 3];
    x[i] = state[i];
    v[i] = state[d + i];
  }
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    const double *e = noise + 2 * d * s, *f = e + d;
    double *x_out = out + 2 * d * s, *v_out = x_out + d;
    for (ptrdiff_t i = 0; i < n; i++) {
      double x_next = m11[i] * x[i] + m12[i] * v[i] + e[i];
      double v_next = m21[i] * x[i] + m22[i] * v[i] + f[i];
      x_out[i] = x[i] = x_next;
      v_out[i] = v[i] = v_next;
    }
  }
  for (ptrdiff_t i = 0; i < n; i++) {
    state[i] = x[i];
    state[d + i] = v[i];
  }
}

static sgdl_status ensemble_step(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                                 const double *noise, double *state, double *out)
{
  (void)ctx;
  for (ptrdiff_t i = 0; i < d; i += MODES) {
    ptrdiff_t n = d - i < MODES ? d - i : MODES;
    step_modes(n, d, n_steps, M + 4 * i, noise + i, state + i, out + i);
  }
  return SGDL_OK;
}

static const sgdl_backend cpu = {
    .abi = SGDL_BACKEND_ABI,
    .name = "cpu",
    .device = "CPU (BLAS, LAPACK, OpenMP)",
    .state = NULL,
    .eigen_symmetric = eigen_symmetric,
    .product = product,
    .matrix_vector = matrix_vector,
    .gram = gram,
    .cholesky = cholesky,
    .cholesky_inverse = cholesky_inverse,
    .fill_normals = fill_normals,
    .ensemble_step = ensemble_step,
    .capacity = sgdl_cpu_capacity,
    .stationary = sgdl_cpu_stationary,
    .ensemble = sgdl_cpu_ensemble,
    .correlate = sgdl_cpu_correlate,
    .frames = sgdl_cpu_frames,
    .implicit_product = sgdl_cpu_implicit_product,
    .lanczos = sgdl_cpu_lanczos,
};

const sgdl_backend *sgdl_backend_cpu(void)
{
  return &cpu;
}
