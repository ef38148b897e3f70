/* Second-order law of the signed root of a profile Whittle likelihood ratio; see whittle.h. */
#include <math.h>
#include <string.h>

#include "whittle.h"

enum { MOST = SGDL_WHITTLE_MOST };

/* Place of the second derivative in shape parameters p <= q (from 0) in work->second. */
static int place(int p, int q)
{
  return p + q * (q + 1) / 2;
}

/* work->second[place(p, q)] += scale D_p at the estimate with shape parameter q moved; 0 out of range. */
static int add_difference(const sgdl_whittle *w, sgdl_density density, void *user,
                          const sgdl_whittle_fit *fit, int q, double step, double scale,
                          sgdl_whittle_work *work)
{
  double at[MOST], score[MOST], information[MOST * MOST];
  memcpy(at, fit->parameters, sizeof at);
  at[1 + q] += step;
  if (!isfinite(sgdl_whittle_value(w, density, user, fit->n_shape, at, work, score, information))) return 0;
  for (int p = 0; p <= q; p++)
    for (ptrdiff_t j = w->first; j <= w->last; j++)
      work->second[place(p, q)][j] += scale * work->expected[1 + p][j];
  return 1;
}

/* Second derivatives of log E in the shape parameters, by central differences of the first; then D again. */
static int second_derivatives(const sgdl_whittle *w, sgdl_density density, void *user,
                              const sgdl_whittle_fit *fit, sgdl_whittle_work *work)
{
  const double step = 0.01; /* of logarithms: truncation below 1e-4 of what corrects by per cents */
  double score[MOST], information[MOST * MOST];
  size_t half = (size_t)(w->n / 2 + 1);
  int there = 1;
  for (int e = 0; e < SGDL_WHITTLE_SECOND; e++) memset(work->second[e], 0, half * sizeof(double));
  for (int q = 0; q < fit->n_shape && there; q++)
    there = add_difference(w, density, user, fit, q, step, 0.5 / step, work) &&
            add_difference(w, density, user, fit, q, -step, -0.5 / step, work);
  sgdl_whittle_value(w, density, user, fit->n_shape, fit->parameters, work, score, information);
  return there;
}

/* Sums over ordinates of cubic forms: third[i][j][k] of D_i D_j D_k, mixed[i][j][k] of H_ij D_k. */
typedef struct {
  double third[MOST][MOST][MOST], mixed[MOST][MOST][MOST];
} cubic;

static void sum_cubic(const sgdl_whittle *w, const sgdl_whittle_work *work, int n, cubic *s)
{
  memset(s, 0, sizeof *s);
  for (ptrdiff_t o = w->first; o <= w->last; o++) {
    double D[MOST] = { 1 }, H[MOST][MOST] = { { 0 } };
    for (int i = 1; i < n; i++) {
      D[i] = work->expected[i][o];
      for (int j = 1; j <= i; j++) H[i][j] = H[j][i] = work->second[place(j - 1, i - 1)][o];
    }
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++) {
          s->third[i][j][k] += w->n_paths * D[i] * D[j] * D[k];
          s->mixed[i][j][k] += w->n_paths * H[i][j] * D[k];
        }
  }
}

/* The cubic form along the covariance's column p, over v^3. */
static double along(double form[MOST][MOST][MOST], int n, const double *C, int p)
{
  double sum = 0, v = C[p + n * p];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++) sum += C[i + n * p] * C[j + n * p] * C[k + n * p] * form[i][j][k];
  return sum / (v * v * v);
}

void sgdl_whittle_second_order(const sgdl_whittle *w, sgdl_density density, void *user,
                               const sgdl_whittle_fit *fit, sgdl_whittle_work *work, sgdl_whittle_root *root)
{
  const double *C = fit->covariance;
  int n = 1 + fit->n_shape;
  double lever[MOST] = { 0 };
  cubic s;
  *root = (sgdl_whittle_root){ { 0 }, { 0 } };
  if (!fit->converged || !second_derivatives(w, density, user, fit, work)) return;
  sum_cubic(w, work, n, &s);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++) lever[i] += C[j + n * k] * (s.third[i][j][k] + s.mixed[j][k][i]);
  for (int p = 0; p < n; p++) {
    double v = C[p + n * p], bias = 0, third, mixed;
    if (!(v > 0)) continue;
    for (int i = 0; i < n; i++) bias -= 0.5 * C[p + n * i] * lever[i];
    third = along(s.third, n, C, p);
    mixed = along(s.mixed, n, C, p);
    root->power[p] = v * (mixed - third / 3);
    root->mean[p] = (-bias - v * v * (mixed / 2 + third / 6)) / sqrt(v);
  }
}
