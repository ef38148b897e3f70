/* Backends: products with X'X that is not formed, and the Lanczos recursion. */
#ifndef SGDL_SUITE_LANCZOS_H
#define SGDL_SUITE_LANCZOS_H

#include "common.h"

static void suite_implicit(ptrdiff_t N, ptrdiff_t d, ptrdiff_t n)
{
  double *X = suite_normals(28, N * d), *V = suite_normals(29, d * n), *out = suite_room(d * n),
         *H = suite_room(d * d);
  double *expected = suite_room(d * n);
  suite_multiply(1, 0, d, d, N, X, X, H);
  suite_multiply(0, 0, d, n, d, H, V, expected);
  for (ptrdiff_t e = 0; e < d * n; e++) expected[e] *= 0.125;
  CALL(implicit_product(&suite_ctx, N, d, X, n, 0.125, V, out));
  CHECK_ARRAY(out, expected, d * n, 1e-12);
  free(X);
  free(V);
  free(out);
  free(H);
  free(expected);
}

/* A Q_s = beta_{s-1} Q_{s-1} + alpha_s Q_s + beta_s Q_{s+1} with orthonormal Q. */
static void suite_lanczos(ptrdiff_t N, ptrdiff_t d, ptrdiff_t n, ptrdiff_t steps)
{
  double *X = suite_normals(30, N * d), *starts = suite_normals(31, d * n), *room = suite_room(2 * steps * n);
  double *Q = suite_room(d * steps * n), *A = suite_room(d * d), *AQ = suite_room(d * steps),
         *QQ = suite_room(steps * steps);
  ptrdiff_t made[16] = {0};
  double *alpha = room, *beta = room + steps * n, scale = 1.0 / (double)N;
  for (ptrdiff_t p = 0; p < n; p++) {
    double norm = 0;
    for (ptrdiff_t i = 0; i < d; i++) norm += starts[i + d * p] * starts[i + d * p];
    for (ptrdiff_t i = 0; i < d; i++) starts[i + d * p] /= sqrt(norm);
  }
  sgdl_lanczos_job job = {N, d, n, steps, X, starts, scale, alpha, beta, Q, made};
  CALL(lanczos(&suite_ctx, &job));
  suite_multiply(1, 0, d, d, N, X, X, A);
  for (ptrdiff_t p = 0; p < n; p++) {
    const double *q = Q + d * steps * p, *a = alpha + steps * p, *b = beta + steps * p;
    ptrdiff_t m = made[p], rank = N < d ? N : d;
    CHECK(m == (steps < rank ? steps : m) && m <= rank + 1 && m >= (steps < rank ? steps : rank));
    suite_multiply(0, 0, d, m, d, A, q, AQ);
    double worst = 0, size = 0;
    for (ptrdiff_t s = 0; s + 1 < m; s++)
      for (ptrdiff_t i = 0; i < d; i++) {
        double value = scale * AQ[i + d * s];
        double three =
            a[s] * q[i + d * s] + b[s] * q[i + d * (s + 1)] + (s > 0 ? b[s - 1] * q[i + d * (s - 1)] : 0);
        worst = fmax(worst, fabs(value - three));
        size = fmax(size, fabs(value));
      }
    CHECK(m < 2 || worst <= 1e-12 * size);
    suite_multiply(1, 0, m, m, d, q, q, QQ);
    worst = 0;
    for (ptrdiff_t e = 0; e < m * m; e++) worst = fmax(worst, fabs(QQ[e] - (e % (m + 1) == 0)));
    CHECK(worst < 1e-13);
    for (ptrdiff_t s = m; s < steps; s++)
      if (a[s] != 0 || b[s] != 0) CHECK(0);
  }
  free(X);
  free(starts);
  free(room);
  free(Q);
  free(A);
  free(AQ);
  free(QQ);
}

#endif
