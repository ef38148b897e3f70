/* Backends: eigenvectors, products, Cholesky factors, against plain loops. */
#ifndef SGDL_SUITE_DENSE_H
#define SGDL_SUITE_DENSE_H

#include "common.h"

static void suite_products(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k)
{
  const ptrdiff_t pad = 3;
  double *A = suite_normals(1, (m + k + pad) * (m + k)), *B = suite_normals(2, (n + k + pad) * (n + k));
  double *start = suite_normals(3, (m + pad) * n), *C = suite_room((m + pad) * n),
         *expected = suite_room((m + pad) * n);
  for (int which = 0; which < 4; which++) {
    int ta = which % 2, tb = which / 2;
    double beta = which == 1 ? 0.0 : -0.5;
    ptrdiff_t lda = (ta ? k : m) + pad, ldb = (tb ? n : k) + pad, ldc = m + pad;
    memcpy(C, start, (size_t)((m + pad) * n) * sizeof *C);
    memcpy(expected, start, (size_t)((m + pad) * n) * sizeof *C);
    for (ptrdiff_t j = 0; j < n; j++)
      for (ptrdiff_t i = 0; i < m; i++) {
        double sum = 0;
        for (ptrdiff_t l = 0; l < k; l++)
          sum += (ta ? A[l + i * lda] : A[i + l * lda]) * (tb ? B[j + l * ldb] : B[l + j * ldb]);
        expected[i + j * ldc] = 1.5 * sum + beta * expected[i + j * ldc];
      }
    if (beta == 0.0) C[0] = NAN; /* not read then */
    CALL(product(&suite_ctx, ta, tb, m, n, k, 1.5, A, lda, B, ldb, beta, C, ldc));
    CHECK_ARRAY(C, expected, (m + pad) * n, 1e-12); /* the padding is not touched */
    if (tb == 0) {                                  /* a column at a time */
      double *y = suite_room(m), *wanted = suite_room(m);
      for (ptrdiff_t i = 0; i < m; i++) wanted[i] = y[i] = start[i];
      for (ptrdiff_t i = 0; i < m; i++) {
        double sum = 0;
        for (ptrdiff_t l = 0; l < k; l++) sum += (ta ? A[l + i * lda] : A[i + l * lda]) * B[l];
        wanted[i] = 2.0 * sum + 0.25 * wanted[i];
      }
      CALL(matrix_vector(&suite_ctx, ta, ta ? k : m, ta ? m : k, 2.0, A, lda, B, 0.25, y));
      CHECK_ARRAY(y, wanted, m, 1e-12);
      free(y);
      free(wanted);
    }
  }
  free(A);
  free(B);
  free(start);
  free(C);
  free(expected);
}

static void suite_gram(ptrdiff_t m, ptrdiff_t n)
{
  double *A = suite_normals(4, (m + 2) * n), *C = suite_normals(5, n * n), *expected = suite_room(n * n);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < j; i++) C[i + j * n] = C[j + i * n];
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) {
      double sum = 0;
      for (ptrdiff_t l = 0; l < m; l++) sum += A[l + i * (m + 2)] * A[l + j * (m + 2)];
      expected[i + j * n] = 0.5 * sum + 2.0 * C[i + j * n];
    }
  CALL(gram(&suite_ctx, m, n, 0.5, A, m + 2, 2.0, C));
  CHECK_ARRAY(C, expected, n * n, 1e-12);
  free(A);
  free(C);
  free(expected);
}

static void suite_eigen(ptrdiff_t d)
{
  double *H = suite_covariance(6, d, d / 2 + 1, 0.1), *V = suite_room(d * d), *w = suite_room(d),
         *wc = suite_room(d);
  double *VW = suite_room(d * d), *back = suite_room(d * d);
  memcpy(V, H, (size_t)(d * d) * sizeof *V);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < j; i++) V[i + j * d] = NAN; /* the lower triangle is read */
  CALL(eigen_symmetric(&suite_ctx, d, V, w));
  for (ptrdiff_t l = 1; l < d; l++)
    if (!(w[l] >= w[l - 1])) CHECK(0);
  for (ptrdiff_t e = 0; e < d * d; e++) VW[e] = V[e] * w[e / d];
  suite_multiply(0, 1, d, d, d, VW, V, back);
  CHECK_ARRAY(back, H, d * d, 1e-12);
  suite_multiply(1, 0, d, d, d, V, V, back);
  for (ptrdiff_t l = 0; l < d; l++) back[l * (d + 1)] -= 1.0;
  double worst = 0;
  for (ptrdiff_t e = 0; e < d * d; e++) worst = fmax(worst, fabs(back[e]));
  CHECK(worst < 1e-12);
  memcpy(V, H, (size_t)(d * d) * sizeof *V);
  CHECK_STATUS(sgdl_backend_cpu()->eigen_symmetric(&suite_ctx, d, V, wc), SGDL_OK);
  CHECK_ARRAY(w, wc, d, 1e-12);
  free(H);
  free(V);
  free(w);
  free(wc);
  free(VW);
  free(back);
}

static void suite_cholesky(ptrdiff_t d)
{
  double *H = suite_covariance(7, d, d, 0.5), *L = suite_room(d * d), *R = suite_room(d * d),
         *back = suite_room(d * d);
  memcpy(L, H, (size_t)(d * d) * sizeof *L);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < j; i++) L[i + j * d] = 7.0;
  CALL(cholesky(&suite_ctx, d, L));
  for (ptrdiff_t e = 0; e < d * d; e++) {
    if (e % d < e / d && L[e] != 7.0) CHECK(0); /* the other triangle is the caller's */
    R[e] = e % d < e / d ? 0.0 : L[e];
  }
  suite_multiply(0, 1, d, d, d, R, R, back);
  CHECK_ARRAY(back, H, d * d, 1e-12);
  CALL(cholesky_inverse(&suite_ctx, d, L));
  suite_multiply(0, 0, d, d, d, H, L, back);
  for (ptrdiff_t l = 0; l < d; l++) back[l * (d + 1)] -= 1.0;
  double worst = 0;
  for (ptrdiff_t e = 0; e < d * d; e++) worst = fmax(worst, fabs(back[e]));
  CHECK(worst < 1e-10);
  H[(d - 1) * (d + 1)] = -1.0;
  CHECK_STATUS(suite_b->cholesky(&suite_ctx, d, H), SGDL_NOT_PSD);
  CHECK_TEXT(suite_ctx.message, "not positive definite");
  free(H);
  free(L);
  free(R);
  free(back);
}

#endif
