/* Matrices of a few rows. */
#ifndef SGDL_DENSE_H
#define SGDL_DENSE_H

#include <math.h>

/* A (n x n, n <= 8, symmetric positive definite) becomes its inverse; 0 where it is singular to rounding.
 * Gauss and Jordan after scaling to a unit diagonal. */
static inline int sgdl_dense_inverse(int n, double *A)
{
  double scale[8];
  for (int i = 0; i < n; i++) {
    if (!(A[i + i * n] > 0))
      return 0;
    scale[i] = 1 / sqrt(A[i + i * n]);
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      A[i + j * n] *= scale[i] * scale[j];
  for (int k = 0; k < n; k++) {
    double pivot = A[k + k * n];
    if (!(pivot > 1e-12))
      return 0;
    A[k + k * n] = 1;
    for (int j = 0; j < n; j++)
      A[k + j * n] /= pivot;
    for (int i = 0; i < n; i++) {
      double factor = A[i + k * n];
      if (i == k)
        continue;
      A[i + k * n] = 0;
      for (int j = 0; j < n; j++)
        A[i + j * n] -= factor * A[k + j * n];
    }
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      A[i + j * n] *= scale[i] * scale[j];
  return 1;
}

#endif
