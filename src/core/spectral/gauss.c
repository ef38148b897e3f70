/* Nodes and weights from the tridiagonal matrix of Lanczos. */
#include "gauss.h"

#include <float.h>
#include <math.h>

/* One implicit QL sweep over rows low .. high (a Givens chase from the bottom), shifted towards d[low]. */
static void sweep(ptrdiff_t low, ptrdiff_t high, double *d, double *e, double *z)
{
  double gap = (d[low + 1] - d[low]) / (2 * e[low]);
  double root = hypot(gap, 1);
  double g = d[high] - d[low] + e[low] / (gap + copysign(root, gap));
  double s = 1, c = 1, p = 0;
  for (ptrdiff_t i = high - 1; i >= low; i--) {
    double f = s * e[i], b = c * e[i], r = hypot(f, g);
    e[i + 1] = r;
    if (r == 0) { /* split: start again from here */
      d[i + 1] -= p;
      e[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    double turned = (d[i] - g) * s + 2 * c * b;
    p = s * turned;
    d[i + 1] = g + p;
    g = c * turned - b;
    double first = z[i + 1];
    z[i + 1] = s * z[i] + c * first;
    z[i] = c * z[i] - s * first;
  }
  d[low] -= p;
  e[low] = g;
  e[high] = 0;
}

static void sort_descending(ptrdiff_t n, double *node, double *weight)
{
  for (ptrdiff_t i = 1; i < n; i++) {
    double x = node[i], w = weight[i];
    ptrdiff_t j = i;
    for (; j > 0 && node[j - 1] < x; j--) {
      node[j] = node[j - 1];
      weight[j] = weight[j - 1];
    }
    node[j] = x;
    weight[j] = w;
  }
}

sgdl_status sgdl_gauss_rule(sgdl_context *ctx, ptrdiff_t n, const double *alpha, const double *beta,
                            double mass, double *work, double *node, double *weight)
{
  enum { MOST_SWEEPS = 100 };
  double *e = work, *z = work + n, sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    node[i] = alpha[i];
    e[i] = i + 1 < n ? beta[i] : 0;
    z[i] = i == 0;
  }
  for (ptrdiff_t low = 0; low < n; low++)
    for (int sweeps = 0;; sweeps++) {
      ptrdiff_t high = low;
      while (high + 1 < n && fabs(e[high]) > DBL_EPSILON * (fabs(node[high]) + fabs(node[high + 1])))
        high++;
      if (high == low)
        break;
      if (sweeps == MOST_SWEEPS)
        return sgdl_fail(ctx, SGDL_NO_CONVERGENCE, "the Gauss rule of %td Lanczos steps did not converge", n);
      sweep(low, high, node, e, z);
    }
  for (ptrdiff_t i = 0; i < n; i++)
    sum += z[i] * z[i];
  for (ptrdiff_t i = 0; i < n; i++)
    weight[i] = mass * (z[i] * z[i] / sum);
  sort_descending(n, node, weight);
  return SGDL_OK;
}

sgdl_status sgdl_radau_rule(sgdl_context *ctx, ptrdiff_t n, const double *alpha, const double *beta,
                            double end, double mass, double *work, double *node, double *weight)
{
  double *diagonal = work + 2 * (n + 1), *off = diagonal + n + 1;
  double pivot = 0; /* of T - end: positive all along */
  for (ptrdiff_t i = 0; i < n; i++) {
    diagonal[i] = alpha[i];
    off[i] = beta[i];
    pivot = alpha[i] - end - (i > 0 ? beta[i - 1] * beta[i - 1] / pivot : 0);
  }
  diagonal[n] = end + beta[n - 1] * beta[n - 1] / pivot;
  off[n] = 0;
  return sgdl_gauss_rule(ctx, n + 1, diagonal, off, mass, work, node, weight);
}
