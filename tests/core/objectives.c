/* Data of objectives.h: N = 70 examples (more than a tile, no multiple of four) of 9 features, half of them
 * 0. */
#include "objectives.h"

#include <math.h>
#include <stdlib.h>

enum { N = 70, P = 9, CLASSES = 3, HIDDEN = 5 };

double *doubles(ptrdiff_t n)
{
  return calloc((size_t)n, sizeof(double));
}

double *moved(const objective_case *c, const double *theta, const double *v, double e)
{
  double *at = doubles(c->dense.dim);
  for (ptrdiff_t j = 0; j < c->dense.dim; j++) at[j] = theta[j] + e * v[j];
  return at;
}

sgdl_status gradient_of(const objective_case *c, const sgdl_objective *objective, ptrdiff_t size,
                        const uint32_t *batch, const double *weights, double *gradient)
{
  return objective->gradient(objective, c->ctx, c->theta, size, batch, weights, c->work, gradient);
}

static void target(int kind, double *y)
{
  static const ptrdiff_t classes[OBJECTIVE_KINDS] = {0, 2, CLASSES, 0, CLASSES};
  sgdl_normals(2, SGDL_STREAM_NOISE, 0, 0, 0, N, y);
  for (ptrdiff_t i = 0; classes[kind] && i < N; i++)
    y[i] = (double)((ptrdiff_t)floor(fabs(y[i]) * 1000) % classes[kind]);
}

sgdl_status objective_case_create(objective_case *c, sgdl_context *ctx, int kind)
{
  static const sgdl_loss losses[OBJECTIVE_KINDS] = {SGDL_LINEAR, SGDL_LOGISTIC, SGDL_SOFTMAX,
                                                    SGDL_TANH_NETWORK, SGDL_TANH_NETWORK};
  double X[N * P], y[N], value[N * P];
  ptrdiff_t start[P + 1] = {0}, row[N * P], hidden = kind >= 3 ? HIDDEN : 0;
  sgdl_normals(1, SGDL_STREAM_NOISE, 0, 0, 0, N * P, X);
  for (ptrdiff_t j = 0; j < P; j++) {
    start[j + 1] = start[j];
    for (ptrdiff_t i = 0; i < N; i++) {
      if (X[i + j * N] < 0) X[i + j * N] = 0.0;
      if (X[i + j * N] == 0) continue;
      row[start[j + 1]] = i;
      value[start[j + 1]++] = X[i + j * N];
    }
  }
  target(kind, y);
  sgdl_dataset data = {.N = N, .p = P, .X = X, .y = y, .n_classes = kind == 2 || kind == 4 ? CLASSES : 0};
  *c = (objective_case){.ctx = ctx, .N = N};
  sgdl_status status = sgdl_objective_create(ctx, losses[kind], &data, hidden, &c->dense);
  if (status != SGDL_OK) return status;
  data.X = NULL;
  data.column_start = start;
  data.row = row;
  data.value = value;
  status = sgdl_objective_create(ctx, losses[kind], &data, hidden, &c->sparse);
  if (status != SGDL_OK) return status;
  c->theta = doubles(c->dense.dim);
  c->work = doubles(c->dense.work_size + c->sparse.work_size);
  sgdl_normals(3, SGDL_STREAM_NOISE, 0, 0, 0, c->dense.dim, c->theta);
  return SGDL_OK;
}

void objective_case_free(objective_case *c)
{
  sgdl_objective_free(&c->dense);
  sgdl_objective_free(&c->sparse);
  free(c->theta);
  free(c->work);
}
