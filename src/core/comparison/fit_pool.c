/* A common value from the signed roots of several likelihoods; see fit.h. */
#include <math.h>

#include "fit.h"

static const double far = 50; /* of logarithms: e^far is not reached by what a likelihood can tell */
enum { HALVINGS = 200 };

/* (e^{c u} - 1)/c, and u at c = 0. */
static double bent(double c, double u)
{
  double at = fmax(-far, fmin(far, c * u));
  return fabs(at) < 1e-8 ? u * (1 + 0.5 * at) : expm1(at) / c;
}

static double root(const sgdl_fit_root *r, double x)
{
  return bent(r->power, x - r->at) / sqrt(r->variance) - r->mean;
}

double sgdl_fit_root_slope(const sgdl_fit_root *r, double x)
{
  return exp(fmax(-far, fmin(far, r->power * (x - r->at)))) / sqrt(r->variance);
}

double sgdl_fit_pool_misfit(ptrdiff_t n, const sgdl_fit_root *roots, double x)
{
  double sum = 0;
  for (ptrdiff_t m = 0; m < n; m++) sum += root(roots + m, x) * root(roots + m, x);
  return sum;
}

static double half_slope(ptrdiff_t n, const sgdl_fit_root *roots, double x)
{
  double sum = 0;
  for (ptrdiff_t m = 0; m < n; m++) sum += root(roots + m, x) * sgdl_fit_root_slope(roots + m, x);
  return sum;
}

/* Where the root is 0: its logarithm has to have a value, else as if the mean were 0. */
static double zero_of(const sgdl_fit_root *r)
{
  double moved = r->mean * sqrt(r->variance), inside = r->power * moved;
  if (!(inside > -0.9)) return r->at;
  return r->at + (fabs(inside) < 1e-8 ? moved : log1p(inside) / r->power);
}

/* Each root increases: Q falls below the least of their zeros and rises above the largest. */
sgdl_fit_common sgdl_fit_pool(ptrdiff_t n, const sgdl_fit_root *roots)
{
  double low = INFINITY, high = -INFINITY;
  for (ptrdiff_t m = 0; m < n; m++) {
    low = fmin(low, zero_of(roots + m));
    high = fmax(high, zero_of(roots + m));
  }
  for (int i = 0; i < HALVINGS && high - low > 1e-14 * (1 + fabs(low)); i++) {
    double middle = low + 0.5 * (high - low);
    if (half_slope(n, roots, middle) < 0) low = middle; else high = middle;
  }
  sgdl_fit_common best = { .x = low + 0.5 * (high - low) };
  best.Q = sgdl_fit_pool_misfit(n, roots, best.x);
  for (ptrdiff_t m = 0; m < n; m++) {
    double slope = sgdl_fit_root_slope(roots + m, best.x);
    best.total += slope * slope;
  }
  return best;
}

double sgdl_fit_pool_limit(ptrdiff_t n, const sgdl_fit_root *roots, const sgdl_fit_common *best, double rise,
                           int side)
{
  double inside = best->x, step = sqrt(rise / best->total), outside = inside + side * step;
  while (sgdl_fit_pool_misfit(n, roots, outside) - best->Q < rise) {
    inside = outside;
    step *= 2;
    outside += side * step;
    if (step > far) return side * INFINITY;
  }
  for (int i = 0; i < HALVINGS && fabs(outside - inside) > 1e-14 * (1 + fabs(inside)); i++) {
    double middle = inside + 0.5 * (outside - inside);
    if (sgdl_fit_pool_misfit(n, roots, middle) - best->Q < rise) inside = middle; else outside = middle;
  }
  return inside + 0.5 * (outside - inside);
}
