/* Plane sections of the modified loss, with the probability current and the training loss on the
 * same grid, for contour plots. Everything is a quadratic or linear form in the two plane
 * coordinates, so the cost per grid point does not depend on d. THEORY section 3. */
#include "../base/base.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* z = (theta - mu, v) = z[0] + x z[1] + y z[2] over the plane. */
typedef struct plane {
  ptrdiff_t d;
  double *z[3];       /* 2d each                                                           */
  double *gradient;   /* U z of each, 2d x 3                                               */
  double *rotation;   /* Q z of the two directions, 2d x 2                                 */
  double *work;       /* 2d                                                                */
} plane;

static double dot(ptrdiff_t n, const double *a, const double *b)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static sgdl_status normalise(sgdl_context *ctx, const char *name, ptrdiff_t n, double before, double *w)
{
  double length = sqrt(dot(n, w, w));
  if (!(length > 1e-12 * before))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s`: expected a direction that is not zero%s", name,
                     strcmp(name, "direction2") == 0 ? " and not parallel to `direction1`" : "");
  for (ptrdiff_t i = 0; i < n; i++) w[i] /= length;
  return SGDL_OK;
}

/* Gram-Schmidt; the projection is taken twice so that nearly parallel directions stay orthogonal. */
static sgdl_status orthonormalise(sgdl_context *ctx, ptrdiff_t n, double *w1, double *w2)
{
  double length2 = sqrt(dot(n, w2, w2));
  SGDL_TRY(normalise(ctx, "direction1", n, 0, w1));
  for (int pass = 0; pass < 2; pass++) {
    double along = dot(n, w1, w2);
    for (ptrdiff_t i = 0; i < n; i++) w2[i] -= along * w1[i];
  }
  return normalise(ctx, "direction2", n, length2, w2);
}

/* Predicted standard deviation of w'z: sqrt(w' C w), C the stationary covariance in blocks. */
static sgdl_status spread(sgdl_context *ctx, const char *name, ptrdiff_t d, const double *theta,
                          const double *velocity, const double *cross, const double *w, double *work,
                          double *sd)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  SGDL_TRY(backend->matrix_vector(ctx, 0, d, d, 1, theta, d, w, 0, work));
  SGDL_TRY(backend->matrix_vector(ctx, 0, d, d, 2, cross, d, w + d, 1, work));
  double variance = dot(d, w, work);
  SGDL_TRY(backend->matrix_vector(ctx, 0, d, d, 1, velocity, d, w + d, 0, work));
  variance += dot(d, w + d, work);
  if (!(variance > 0))
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`%s`: expected a direction that noise reaches, this one has no predicted spread", name);
  *sd = sqrt(variance);
  return SGDL_OK;
}

static sgdl_status axes(sgdl_context *ctx, const sgdl_model *model, const double extent[2], ptrdiff_t n,
                        plane *p, double *x, double *y)
{
  const ptrdiff_t d = p->d;
  const char *const names[2] = {"direction1", "direction2"};
  double *const axis[2] = {x, y}, trace[2], *blocks;
  SGDL_TRY(sgdl_alloc(ctx, &blocks, 3 * d * d, "the stationary covariance"));
  double *theta = blocks, *velocity = blocks + d * d, *cross = blocks + 2 * d * d;
  sgdl_status status = sgdl_stationary(ctx, model, theta, velocity, cross, trace, NULL);
  for (int k = 0; k < 2 && status == SGDL_OK; k++) {
    double sd = 0;
    status = spread(ctx, names[k], d, theta, velocity, cross, p->z[k + 1], p->work, &sd);
    for (ptrdiff_t i = 0; i < n; i++)
      axis[k][i] = extent[k] * sd * ((double)(2 * i - (n - 1)) / (double)(n - 1));
  }
  free(blocks);
  return status;
}

/* K-products of the position parts, through the modes: form[a][b] = t_a' K t_b. */
static sgdl_status training_forms(sgdl_context *ctx, const sgdl_model *model, const plane *p,
                                  double form[3][3])
{
  const ptrdiff_t d = p->d;
  double *modes;
  SGDL_TRY(sgdl_alloc(ctx, &modes, 3 * d, "the position parts of the plane"));
  sgdl_status status = SGDL_OK;
  for (int a = 0; a < 3 && status == SGDL_OK; a++) {
    if (model->vectors)
      status = sgdl_backend_of(ctx)->matrix_vector(ctx, 1, d, d, 1, model->vectors, d, p->z[a], 0,
                                                   modes + a * d);
    else
      memcpy(modes + a * d, p->z[a], (size_t)d * sizeof(double));
  }
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      form[a][b] = 0;
      for (ptrdiff_t l = 0; l < d; l++)
        form[a][b] += modes[a * d + l] * (model->rho[l] + model->hyper.weight_decay) * modes[b * d + l];
    }
  free(modes);
  return status;
}

static double half_form(double form[3][3], double x, double y)
{
  return 0.5 * (form[0][0] + x * (2 * form[0][1] + x * form[1][1] + 2 * y * form[1][2])
                + y * (2 * form[0][2] + y * form[2][2]));
}

static sgdl_status evaluate(sgdl_context *ctx, const sgdl_model *model, const double *U, const double *Q,
                            const plane *p, ptrdiff_t n, const double *x, const double *y, double *value,
                            double *current_x, double *current_y, double *training_loss)
{
  const ptrdiff_t m = 2 * p->d;
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double phi[3][3], loss[3][3], drift[2][3];
  for (int a = 0; a < 3; a++)
    SGDL_TRY(backend->matrix_vector(ctx, 0, m, m, 1, U, m, p->z[a], 0, p->gradient + a * m));
  for (int k = 0; k < 2; k++)
    SGDL_TRY(backend->matrix_vector(ctx, 0, m, m, 1, Q, m, p->z[k + 1], 0, p->rotation + k * m));
  SGDL_TRY(training_forms(ctx, model, p, loss));
  for (int a = 0; a < 3; a++) {
    for (int b = 0; b < 3; b++) phi[a][b] = dot(m, p->z[b], p->gradient + a * m);
    for (int k = 0; k < 2; k++) /* -w'Q U z = (Q w)'U z, Q being antisymmetric */
      drift[k][a] = dot(m, p->rotation + k * m, p->gradient + a * m);
  }
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) {
      value[i + n * j] = half_form(phi, x[i], y[j]);
      training_loss[i + n * j] = half_form(loss, x[i], y[j]);
      current_x[i + n * j] = drift[0][0] + x[i] * drift[0][1] + y[j] * drift[0][2];
      current_y[i + n * j] = drift[1][0] + x[i] * drift[1][1] + y[j] * drift[1][2];
    }
  return SGDL_OK;
}

sgdl_status sgdl_modified_loss_section(sgdl_context *ctx, const sgdl_model *model, const double *U,
                                       const double *Q, const double *direction1, const double *direction2,
                                       const double extent[2], ptrdiff_t n, const double *origin, double *x,
                                       double *y, double *value, double *current_x, double *current_y,
                                       double *training_loss)
{
  const ptrdiff_t d = model->dim, m = 2 * d;
  if (model->dynamics != SGDL_LANGEVIN)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`dynamics` = \"sgd\": expected \"langevin\", which the modified loss is defined for");
  if (n < 2) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n` = %td: expected a whole number >= 2", n);
  for (int k = 0; k < 2; k++)
    if (!(extent[k] > 0 && isfinite(extent[k])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`extent` = %g: expected a finite number > 0", extent[k]);
  SGDL_TRY(sgdl_check_finite(ctx, "direction1", direction1, m, 0));
  SGDL_TRY(sgdl_check_finite(ctx, "direction2", direction2, m, 0));
  if (origin) SGDL_TRY(sgdl_check_finite(ctx, "origin", origin, m, 0));

  double *storage;
  SGDL_TRY(sgdl_alloc(ctx, &storage, 9 * m, "the plane of the section"));
  plane p = {.d = d, .z = {storage, storage + m, storage + 2 * m}, .gradient = storage + 3 * m,
             .rotation = storage + 6 * m, .work = storage + 8 * m};
  for (ptrdiff_t i = 0; i < m; i++) {
    double centre = i < d && model->minimiser ? model->minimiser[i] : 0;
    p.z[0][i] = origin ? origin[i] - centre : 0;
    p.z[1][i] = direction1[i];
    p.z[2][i] = direction2[i];
  }
  sgdl_status status = orthonormalise(ctx, m, p.z[1], p.z[2]);
  if (status == SGDL_OK) status = axes(ctx, model, extent, n, &p, x, y);
  if (status == SGDL_OK)
    status = evaluate(ctx, model, U, Q, &p, n, x, y, value, current_x, current_y, training_loss);
  free(storage);
  return status;
}
