/* Daubechies' filters; see daubechies.h. */
#include "daubechies.h"

#include <complex.h>
#include <math.h>

/* Roots of sum_k c[k] y^k, degree n, all at once (Durand and Kerner), polished by Newton. */
static void polynomial_roots(int n, const double *c, double complex *root)
{
  enum { SWEEPS = 2000 };
  for (int i = 0; i < n; i++) root[i] = cpow(0.4 + 0.9 * I, i);
  for (int sweep = 0; sweep < SWEEPS; sweep++) {
    double moved = 0.0;
    for (int i = 0; i < n; i++) {
      double complex value = c[n], others = c[n];
      for (int k = n - 1; k >= 0; k--) value = value * root[i] + c[k];
      for (int j = 0; j < n; j++)
        if (j != i) others *= root[i] - root[j];
      double complex step = value / others;
      root[i] -= step;
      moved = fmax(moved, cabs(step) / cabs(root[i]));
    }
    if (moved < 1e-15) break;
  }
}

void sgdl_daubechies(int moments, double *low, double *high)
{
  /* |m(w)|^2 = cos^2N(w/2) P(sin^2(w/2)), P(y) = sum_k C(N-1+k, k) y^k; y = (2 - z - 1/z)/4. */
  const int n = moments - 1, length = 2 * moments;
  double c[SGDL_MOST_MOMENTS] = { 1.0 }, sum = 0.0;
  double complex root[SGDL_MOST_MOMENTS], filter[2 * SGDL_MOST_MOMENTS] = { 1.0 };
  for (int k = 1; k <= n; k++) c[k] = c[k - 1] * (double)(moments - 1 + k) / (double)k;
  polynomial_roots(n, c, root);
  for (int k = 0; k < moments; k++)
    for (int i = length - 1; i > 0; i--) filter[i] += filter[i - 1]; /* times 1 + z */
  for (int r = 0; r < n; r++) {
    double complex half = 1.0 - 2.0 * root[r], spread = csqrt(half * half - 1.0), z = half + spread;
    if (cabs(z) > 1.0) z = half - spread;
    for (int i = length - 1; i > 0; i--) filter[i] = filter[i - 1] - z * filter[i];
    filter[0] *= -z;
  }
  for (int k = 0; k < length; k++) sum += creal(filter[k]);
  for (int k = 0; k < length; k++) low[k] = creal(filter[k]) * sqrt(2.0) / sum;
  for (int k = 0; k < length; k++) high[k] = (k % 2 ? -1.0 : 1.0) * low[length - 1 - k];
}
