/* The backend contract: everything a device must do for the core, one struct of function
 * pointers. base/backend_cpu.c (BLAS/LAPACK, OpenMP) is the reference; every other backend
 * is held to its answers by the same tests.
 *
 * All pointers are host memory, column-major double. Functions return SGDL_OK or a failure
 * with ctx->message set; they never print, exit or keep state beyond `state`. */
#ifndef SGDL_BACKEND_H
#define SGDL_BACKEND_H

#include "sgdl.h"

#define SGDL_BACKEND_ABI 1

typedef struct sgdl_backend {
  int abi;                 /* SGDL_BACKEND_ABI of the build                                 */
  const char *name;        /* "cpu", "cuda"                                                 */
  const char *device;      /* what it runs on, for people                                   */
  void *state;

  /* A (n x n, lower triangle read) = V diag(w) V': A becomes V, w ascending. */
  sgdl_status (*eigen_symmetric)(sgdl_context *ctx, ptrdiff_t n, double *A, double *w);
  /* C (m x n) = alpha op(A) op(B) + beta C; op is transpose where trans_* is non-zero; lda, ldb, ldc. */
  sgdl_status (*product)(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                         double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                         double beta, double *C, ptrdiff_t ldc);
  /* y = alpha op(A) x + beta y, A m x n. */
  sgdl_status (*matrix_vector)(sgdl_context *ctx, int trans_a, ptrdiff_t m, ptrdiff_t n, double alpha,
                               const double *A, ptrdiff_t lda, const double *x, double beta, double *y);
  /* C (n x n, both triangles) = alpha A'A + beta C, A m x n. */
  sgdl_status (*gram)(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double alpha, const double *A,
                      ptrdiff_t lda, double beta, double *C);
  /* A (n x n, lower triangle read) becomes its Cholesky factor (lower; strict upper triangle untouched).
   * SGDL_NOT_PSD when a pivot is not positive. */
  sgdl_status (*cholesky)(sgdl_context *ctx, ptrdiff_t n, double *A);
  /* A = Cholesky factor on entry, full symmetric inverse of L L' on return. */
  sgdl_status (*cholesky_inverse)(sgdl_context *ctx, ptrdiff_t n, double *A);
  /* The normals of sgdl_normals for steps [step, step + n_steps), coordinates [0, n): out n x n_steps. */
  sgdl_status (*fill_normals)(sgdl_context *ctx, uint64_t seed, uint32_t stream, uint64_t path, uint64_t step,
                              ptrdiff_t n, ptrdiff_t n_steps, double *out);
  /* Tile of one path of the linear recursion: for s < n_steps and each mode i < d, (x_i, v_i) <- M_i (x_i,
   * v_i) + (e_i, f_i): M 4 x d (M11, M21, M12, M22), noise 2d x n_steps (e then f), state 2d (x then v,
   * updated), out 2d x n_steps the states after each step. */
  sgdl_status (*ensemble_step)(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                               const double *noise, double *state, double *out);
} sgdl_backend;

const sgdl_backend *sgdl_backend_cpu(void);
/* ctx->backend, or the CPU backend where that is NULL. */
const sgdl_backend *sgdl_backend_of(const sgdl_context *ctx);

#endif
