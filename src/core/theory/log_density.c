/* Density of the state some steps after a start: a Gaussian in the coordinates of the modes. THEORY
 * sections 2 and 4. */
#include "start.h"
#include "steps.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LOG_2PI = 1.8378770664093454836;

/* Cholesky factor of a covariance scaled to unit diagonal: C = S L L' S. Of the whole state (2d, order theta
 * then v), or a 2 x 2 one per mode where modes are not correlated. */
typedef struct {
  ptrdiff_t d;
  int diagonal;
  double *scale;       /* 2d: S                                                                 */
  double *L;           /* 2d x 2d, or d: the correlation of theta and v                         */
  double log_root;     /* log sqrt(det C)                                                       */
} gaussian;

static sgdl_status singular(sgdl_context *ctx, double step)
{
  return sgdl_fail(ctx, SGDL_UNSUPPORTED, "`step` = %g: the covariance is singular there, so the state has "
                   "no density (a sharp start, or directions without noise); expected a later step, or "
                   "noise in every direction", step);
}

/* Correlations below this distance from 1 (times dimension) are singular to rounding. */
static int is_singular(double pivot2, ptrdiff_t n)
{
  return !(pivot2 > 4 * (double)n * DBL_EPSILON);
}

static sgdl_status factor_modes(sgdl_context *ctx, const sgdl_law *law, double step, gaussian *g)
{
  for (ptrdiff_t l = 0; l < g->d; l++) {
    double c[4];
    sgdl_law_pair(law, l, l, c);
    double s = sqrt(c[0]), t = sqrt(c[3]), r = c[2] / s / t, rest = (1 - r) * (1 + r);
    if (!(s > 0 && t > 0) || is_singular(rest, 1))
      return singular(ctx, step);
    g->scale[l] = s;
    g->scale[l + g->d] = t;
    g->L[l] = r;
    g->log_root += log(s) + log(t) + log(rest) / 2;
  }
  return SGDL_OK;
}

static void fill_lower(sgdl_context *ctx, const sgdl_law *law, gaussian *g)
{
  ptrdiff_t d = g->d, n = 2 * d;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double c[4];
      sgdl_law_pair(law, i, j, c);
      g->L[i + j * n] = c[0];
      g->L[d + i + (d + j) * n] = c[3];
      g->L[d + i + j * n] = c[1];
      g->L[d + j + i * n] = c[2];
    }
}

static sgdl_status factor_state(sgdl_context *ctx, const sgdl_law *law, double step, gaussian *g)
{
  ptrdiff_t n = 2 * g->d;
  fill_lower(ctx, law, g);
  for (ptrdiff_t i = 0; i < n; i++) {
    g->scale[i] = sqrt(g->L[i + i * n]);
    if (!(g->scale[i] > 0))
      return singular(ctx, step);
  }
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++)
      g->L[i + j * n] /= g->scale[i] * g->scale[j];
  sgdl_status status = sgdl_backend_of(ctx)->cholesky(ctx, n, g->L);
  if (status == SGDL_NOT_PSD)
    return singular(ctx, step);
  SGDL_TRY(status);
  for (ptrdiff_t i = 0; i < n; i++) {
    double pivot = g->L[i + i * n];
    if (is_singular(pivot * pivot, n))
      return singular(ctx, step);
    g->log_root += log(g->scale[i]) + log(pivot);
  }
  return SGDL_OK;
}

/* |L^{-1} S^{-1} z|^2; z (2d) is overwritten. */
static double distance(const gaussian *g, double *z)
{
  ptrdiff_t d = g->d, n = 2 * d;
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    z[i] /= g->scale[i];
  if (g->diagonal) {
    for (ptrdiff_t l = 0; l < d; l++) {
      double r = g->L[l], rest = z[l + d] - r * z[l];
      sum += z[l] * z[l] + rest * rest / ((1 - r) * (1 + r));
    }
    return sum;
  }
  for (ptrdiff_t j = 0; j < n; j++) {
    double x = z[j] / g->L[j + j * n];
    for (ptrdiff_t i = j + 1; i < n; i++)
      z[i] -= x * g->L[i + j * n];
    sum += x * x;
  }
  return sum;
}

/* Deviations from the mean in modes of n points (rows): out 2d x n. work: 2 d n. */
static sgdl_status deviations(sgdl_context *ctx, const sgdl_model *model, const double *mean, ptrdiff_t n,
                              const double *points, double *work, double *out)
{
  ptrdiff_t d = model->dim;
  double *part = work + d * n;
  for (int half = 0; half < 2; half++) {
    for (ptrdiff_t p = 0; p < n; p++)
      for (ptrdiff_t i = 0; i < d; i++) {
        double centre = half == 0 && model->minimiser != NULL ? model->minimiser[i] : 0;
        work[i + p * d] = points[p + (i + half * d) * n] - centre;
      }
    SGDL_TRY(sgdl_modes_coordinates(ctx, model, 0, n, work, part));
    for (ptrdiff_t p = 0; p < n; p++)
      for (ptrdiff_t i = 0; i < d; i++)
        out[i + half * d + p * 2 * d] = part[i + p * d] - mean[i + half * d];
  }
  return SGDL_OK;
}

sgdl_status sgdl_transient_log_density(sgdl_context *ctx, const sgdl_model *model, double step,
                                       const sgdl_initial *initial, ptrdiff_t n, const double *points,
                                       double *log_density)
{
  ptrdiff_t d = model->dim, size = sgdl_times(2 * d, n);
  int threads = sgdl_threads(ctx);
  sgdl_modes modes = { 0 };
  sgdl_start_state start = { 0 };
  sgdl_law law = { 0 };
  gaussian g = { .d = d };
  double *mean = NULL, *z = NULL, *work = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_check_counts(ctx, "step", 1, &step, 0, model->dynamics == SGDL_SGD));
  SGDL_GET(sgdl_check_finite(ctx, "points", points, size, n));
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_start_init(ctx, model, &modes, initial, 1, &start));
  SGDL_GET(sgdl_law_after(ctx, model, &modes, &start, step, &law));
  g.diagonal = sgdl_start_is_diagonal(model, &start);
  SGDL_GET(sgdl_alloc(ctx, &g.scale, 2 * d, "the scales of the modes"));
  SGDL_GET(sgdl_alloc(ctx, &g.L, g.diagonal ? d : sgdl_times(2 * d, 2 * d), "the covariance of the state"));
  SGDL_GET(g.diagonal ? factor_modes(ctx, &law, step, &g) : factor_state(ctx, &law, step, &g));
  SGDL_GET(sgdl_alloc(ctx, &mean, 2 * d, "the mean of the state"));
  sgdl_start_mean(ctx, model, &modes, &start, step, mean, mean + d);
  SGDL_GET(sgdl_alloc(ctx, &z, size, "the points in modes"));
  SGDL_GET(sgdl_alloc(ctx, &work, size, "the points in modes"));
  SGDL_GET(deviations(ctx, model, mean, n, points, work, z));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t p = 0; p < n; p++)
    log_density[p] = -(double)d * LOG_2PI - g.log_root - distance(&g, z + p * 2 * d) / 2;
done:
  free(work);
  free(z);
  free(mean);
  free(g.L);
  free(g.scale);
  sgdl_law_free(&law);
  sgdl_start_free(&start);
  sgdl_modes_free(&modes);
  return status;
}
