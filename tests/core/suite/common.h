/* Backends: what is under test, and random matrices to test it with. */
#ifndef SGDL_SUITE_COMMON_H
#define SGDL_SUITE_COMMON_H

#include <stdlib.h>

#include "backend.h"
#include "base/base.h"
#include "base/random.h"
#include "../check.h"

static sgdl_context suite_ctx;
static const sgdl_backend *suite_b; /* under test */

#define CALL(call) CHECK_STATUS(suite_b->call, SGDL_OK)

static double *suite_room(ptrdiff_t n)
{
  double *x = sgdl_doubles(n > 0 ? n : 1);
  if (!x) abort();
  return x;
}

static double *suite_normals(uint64_t path, ptrdiff_t n)
{
  double *x = suite_room(n);
  sgdl_normals(20261128, SGDL_STREAM_NOISE, path, 0, 0, n, x);
  return x;
}

/* C = op(A) op(B) by the CPU backend. */
static void suite_multiply(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const double *A,
                           const double *B, double *C)
{
  sgdl_backend_cpu()->product(&suite_ctx, ta, tb, m, n, k, 1.0, A, ta ? k : m, B, tb ? n : k, 0.0, C, m);
}

/* G G'/m of d x m normals, plus `ridge` on the diagonal: rank m at most. */
static double *suite_covariance(uint64_t path, ptrdiff_t d, ptrdiff_t m, double ridge)
{
  double *G = suite_normals(path, d * m), *C = suite_room(d * d);
  suite_multiply(0, 1, d, d, m, G, G, C);
  for (ptrdiff_t e = 0; e < d * d; e++) C[e] = C[e] / (double)m + (e % (d + 1) == 0 ? ridge : 0.0);
  free(G);
  return C;
}

#endif
