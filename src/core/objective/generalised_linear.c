/* Losses of one product x'theta: linear and logistic regression. */
#include "builtin.h"
#include "elementary.h"

#include <math.h>
#include <string.h>

/* ---- the loss of one example as a function of its product z ---- */

/* The row holds y after x: a last coordinate -1 makes z = x'theta - y, the residual, for the linear loss. */
static double coordinate_of_y(const sgdl_builtin *self)
{
  return self->loss == SGDL_LINEAR ? -1.0 : 0.0;
}

/* z <- dl/dz = sign logistic(sign z), sign = 1 - 2y: no cancellation where the example is fitted well. */
SGDL_VECTORISED static void logistic_residuals(ptrdiff_t n, const double *y, double *z)
{
  for (ptrdiff_t q = 0; q < n; q += SGDL_LANES) {
    sgdl_lanes sign, s, p;
    memcpy(&sign, y + q, sizeof sign);
    memcpy(&s, z + q, sizeof s);
    sign = 1.0 - 2.0 * sign;
    s *= sign;
    sgdl_logistic(&s, &p);
    p *= sign;
    memcpy(z + q, &p, sizeof p);
  }
}

/* z <- d2l/dz2 = logistic(z) logistic(-z) */
SGDL_VECTORISED static void logistic_curvatures(ptrdiff_t n, double *z)
{
  for (ptrdiff_t q = 0; q < n; q += SGDL_LANES) {
    sgdl_lanes s, p, other;
    memcpy(&s, z + q, sizeof s);
    sgdl_logistic(&s, &p);
    s = -s;
    sgdl_logistic(&s, &other);
    p *= other;
    memcpy(z + q, &p, sizeof p);
  }
}

static void residuals(const sgdl_builtin *self, const sgdl_selection *examples, ptrdiff_t first, ptrdiff_t n,
                      double *z)
{
  double y[SGDL_TILE] = {0};
  if (self->loss == SGDL_LINEAR) return;
  sgdl_rows_targets(&self->rows, examples, first, n, y);
  logistic_residuals(n, y, z);
}

/* log(1 + exp(s)), s = -z where y = 1, else z. */
static double loss_of(const sgdl_builtin *self, double z, double y)
{
  if (self->loss == SGDL_LINEAR) return 0.5 * z * z;
  double s = y > 0.5 ? -z : z;
  return fmax(s, 0.0) + log1p(exp(-fabs(s)));
}

/* ---- the objective ---- */

/* theta, then the coordinate that multiplies y, then zeros. */
static void set_point(const sgdl_rows *rows, const double *theta, double of_y, double *point)
{
  memset(point, 0, (size_t)rows->stride * sizeof *point);
  memcpy(point, theta, (size_t)rows->p * sizeof *point);
  point[rows->p] = of_y;
}

static sgdl_status gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                            double *result)
{
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  double *point = work, *sum = point + rows->stride, z[SGDL_TILE] = {0};
  sgdl_selection examples;
  SGDL_TRY(sgdl_select(ctx, rows, size, batch, weights, &examples));
  set_point(rows, theta, coordinate_of_y(self), point);
  memset(sum, 0, (size_t)rows->stride * sizeof *sum);
  for (ptrdiff_t first = 0; first < size; first += rows->tile) {
    ptrdiff_t n = sgdl_tile_size(rows, size, first);
    sgdl_rows_times(rows, &examples, first, n, point, z);
    residuals(self, &examples, first, n, z);
    for (ptrdiff_t q = 0; weights && q < n; q++) z[q] *= weights[first + q];
    sgdl_rows_add(rows, &examples, first, n, z, sum);
  }
  for (ptrdiff_t j = 0; j < rows->p; j++) result[j] = sum[j] / sgdl_divisor(&examples);
  return SGDL_OK;
}

static sgdl_status loss(const sgdl_objective *objective, sgdl_context *ctx, const double *theta, double *work,
                        double *result)
{
  (void)ctx;
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  sgdl_selection examples = sgdl_select_all(rows);
  double z[SGDL_TILE], y[SGDL_TILE], total = 0.0;
  set_point(rows, theta, coordinate_of_y(self), work);
  for (ptrdiff_t first = 0; first < rows->N; first += rows->tile) {
    ptrdiff_t n = sgdl_tile_size(rows, rows->N, first);
    double sum = 0.0;
    sgdl_rows_times(rows, &examples, first, n, work, z);
    sgdl_rows_targets(rows, &examples, first, n, y);
    for (ptrdiff_t q = 0; q < n; q++) sum += loss_of(self, z[q], y[q]);
    total += sum;
  }
  *result = total / (double)rows->N;
  return SGDL_OK;
}

/* H v = mean of l'' x (x'v); l'' = 1 for the linear loss. */
static sgdl_status hessian_product(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                   ptrdiff_t n_vectors, const double *V, double *work, double *HV)
{
  (void)ctx;
  const sgdl_builtin *self = objective->self;
  const sgdl_rows *rows = &self->rows;
  sgdl_selection examples = sgdl_select_all(rows);
  double *point = work, *along = point + rows->stride, *sum = along + rows->stride;
  double curvature[SGDL_TILE] = {0}, slope[SGDL_TILE];
  set_point(rows, theta, 0.0, point);
  for (ptrdiff_t k = 0; k < n_vectors; k++) {
    set_point(rows, V + k * rows->p, 0.0, along);
    memset(sum, 0, (size_t)rows->stride * sizeof *sum);
    for (ptrdiff_t first = 0; first < rows->N; first += rows->tile) {
      ptrdiff_t n = sgdl_tile_size(rows, rows->N, first);
      sgdl_rows_times(rows, &examples, first, n, along, slope);
      if (self->loss == SGDL_LOGISTIC) {
        sgdl_rows_times(rows, &examples, first, n, point, curvature);
        logistic_curvatures(n, curvature);
        for (ptrdiff_t q = 0; q < n; q++) slope[q] *= curvature[q];
      }
      sgdl_rows_add(rows, &examples, first, n, slope, sum);
    }
    for (ptrdiff_t j = 0; j < rows->p; j++) HV[j + k * rows->p] = sum[j] / (double)rows->N;
  }
  return SGDL_OK;
}

void sgdl_generalised_linear_setup(sgdl_objective *objective)
{
  const sgdl_builtin *self = objective->self;
  objective->dim = self->rows.p;
  objective->work_size = 3 * self->rows.stride;
  objective->gradient = gradient;
  objective->loss = loss;
  objective->hessian_product = hessian_product;
}
