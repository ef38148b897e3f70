/* Stationary covariance of (theta, v) in closed form: one table over pairs of modes, four products.
 * THEORY sections 2, 4 and 6. */
#include "stationary.h"

#include <math.h>
#include <stdlib.h>

/* ---- from the pairs of modes ------------------------------------------------------------------ */

/* Fills the mode matrices that are wanted. `position` becomes P, plus the antisymmetric part of R times
 * `mix` when `mix` > 0: one product carries both. `velocity` becomes W, `full_cross` becomes R. */
static void fill_pairs(sgdl_context *ctx, const sgdl_law *t, double mix, double *position,
                       double *velocity, double *full_cross)
{
  ptrdiff_t d = t->modes->d;
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 16)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double c[4];
      sgdl_law_pair(t, i, j, c);
      ptrdiff_t ij = i + j * d, ji = j + i * d;
      double twist = (c[2] - c[1]) / 2; /* R_ij - R_ji, halved */
      if (position != NULL) {
        position[ij] = c[0] + mix * twist;
        position[ji] = c[0] - mix * twist;
      }
      if (velocity != NULL)
        velocity[ij] = velocity[ji] = c[3];
      if (full_cross != NULL) {
        full_cross[ij] = c[2];
        full_cross[ji] = c[1];
      }
    }
}

/* A power of two that brings the antisymmetric part of R to the size of P, so that carrying both in one
 * product costs neither its last digits. Sampled on the pairs with the stiffest and the flattest mode. */
static double mixing_scale(const sgdl_law *t)
{
  ptrdiff_t d = t->modes->d;
  double position = 0, cross = 0;
  for (ptrdiff_t i = 0; i < d; i++)
    for (int end = 0; end < 3; end++) {
      double c[4];
      sgdl_law_pair(t, i, end == 0 ? 0 : end == 1 ? d - 1 : i, c);
      position = fmax(position, fabs(c[0]));
      cross = fmax(cross, fabs(c[2] - c[1]) / 2);
    }
  if (!(cross > 0 && position > 0))
    return 1;
  int exponent;
  frexp(position / cross, &exponent);
  return ldexp(1, exponent);
}

/* mixed = sym + mix * antisym: theta <- sym, cross <- antisym (either may be NULL; may be `mixed`). */
static void split_mixed(sgdl_context *ctx, ptrdiff_t d, double mix, const double *mixed, double *theta,
                        double *cross)
{
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 16)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      ptrdiff_t ij = i + j * d, ji = j + i * d;
      double a = mixed[ij], b = mixed[ji];
      if (theta != NULL)
        theta[ij] = theta[ji] = (a + b) / 2;
      if (cross != NULL) {
        cross[ij] = (a - b) / (2 * mix);
        cross[ji] = -cross[ij];
      }
    }
}

static void add_scaled(ptrdiff_t n, double scale, const double *x, double *y)
{
  for (ptrdiff_t i = 0; i < n; i++)
    y[i] += scale * x[i];
}

static void symmetrise(sgdl_context *ctx, ptrdiff_t d, double *A)
{
  split_mixed(ctx, d, 1, A, A, NULL);
}

/* General noise. Under SGD R = (eta/2) W + its antisymmetric part, whatever the noise (theta is stationary
 * from step to step), unless a mode's position was left out or the law is that of one phase. */
static sgdl_status full_noise(sgdl_context *ctx, const sgdl_law *t, double *theta, double *velocity,
                              double *cross)
{
  const sgdl_model *model = t->model;
  ptrdiff_t d = t->modes->d;
  int sgd_cross = cross != NULL && model->dynamics == SGDL_SGD;
  int separate = sgd_cross && (t->modes->n_missing > 0 || velocity == NULL || !t->averaged);
  double *work = NULL, *mixed = theta != NULL ? theta : separate ? NULL : cross;
  double mix = cross != NULL && !separate ? mixing_scale(t) : 0;
  sgdl_status status = SGDL_OK;

  if (model->vectors != NULL)
    SGDL_GET(sgdl_alloc(ctx, &work, d * d, "the stationary covariance"));
  fill_pairs(ctx, t, mix, mixed, velocity, separate ? cross : NULL);
  if (mixed != NULL) {
    SGDL_GET(sgdl_modes_rotate(ctx, model, mixed, work, mixed));
    split_mixed(ctx, d, mix, mixed, theta, separate ? NULL : cross);
  }
  if (velocity != NULL) {
    SGDL_GET(sgdl_modes_rotate(ctx, model, velocity, work, velocity));
    symmetrise(ctx, d, velocity);
  }
  if (separate)
    SGDL_GET(sgdl_modes_rotate(ctx, model, cross, work, cross));
  else if (sgd_cross)
    add_scaled(d * d, model->hyper.lr / 2, velocity, cross);
done:
  free(work);
  return status;
}

/* Noise diagonal in the modes: three diagonals, one product each. */
static sgdl_status diagonal_noise(sgdl_context *ctx, const sgdl_law *t, double *theta, double *velocity,
                                  double *cross)
{
  ptrdiff_t d = t->modes->d;
  double *work = NULL, *diagonal = NULL;
  double *out[3] = { theta, cross, velocity };
  static const int element[3] = { 0, 2, 3 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &diagonal, 3 * d, "the stationary variances"));
  if (t->model->vectors != NULL)
    SGDL_GET(sgdl_alloc(ctx, &work, d * d, "the stationary covariance"));
  for (ptrdiff_t l = 0; l < d; l++) {
    double c[4];
    sgdl_law_pair(t, l, l, c);
    for (int b = 0; b < 3; b++)
      diagonal[l + b * d] = c[element[b]];
  }
  for (int b = 0; b < 3; b++)
    if (out[b] != NULL)
      SGDL_GET(sgdl_modes_rotate_diagonal(ctx, t->model, diagonal + b * d, work, out[b]));
done:
  free(work);
  free(diagonal);
  return status;
}

static void traces(const sgdl_law *t, double trace[2])
{
  trace[0] = trace[1] = 0;
  for (ptrdiff_t l = 0; l < t->modes->d; l++) {
    double c[4];
    sgdl_law_pair(t, l, l, c);
    trace[0] += c[0];
    trace[1] += c[3];
  }
  if (t->modes->n_missing > 0)
    trace[0] = INFINITY;
}

/* White noise on a device: one job, so that nothing comes back to the host on the way. */
static sgdl_status on_device(sgdl_context *ctx, const sgdl_law *law, double *theta, double *velocity, double *cross)
{
  const sgdl_model *model = law->model;
  sgdl_stationary_job job = {
    .d = law->modes->d,
    .rho = (double *)model->rho,     /* in, as are the next two: not written without H and Sigma */
    .vectors = (double *)model->vectors,
    .noise = (double *)(model->noise_is_full ? model->noise : law->modes->strength),
    .noise_is_full = model->noise_is_full,
    .sgd = model->dynamics == SGDL_SGD,
    .lr = model->hyper.lr,
    .momentum = model->hyper.momentum,
    .weight_decay = model->hyper.weight_decay,
    .scale = law->modes->noise.scale,
    .theta = theta, .velocity = velocity, .cross = cross,
  };
  return sgdl_backend_of(ctx)->stationary(ctx, &job);
}

static int wants_device(const sgdl_context *ctx, const sgdl_law *law)
{
  return !sgdl_backend_is_cpu(sgdl_backend_of(ctx)) && law->start == NULL && law->averaged &&
         !law->modes->noise.epoch;
}

sgdl_status sgdl_stationary_of_law(sgdl_context *ctx, const sgdl_law *law, double *theta, double *velocity,
                                   double *cross, double trace[2], int *exists)
{
  for (ptrdiff_t l = 0; l < law->modes->d && exists != NULL; l++)
    exists[l] = law->modes->exists[l];
  if (trace != NULL)
    traces(law, trace);
  if (theta == NULL && velocity == NULL && cross == NULL)
    return SGDL_OK;
  if (wants_device(ctx, law))
    return on_device(ctx, law, theta, velocity, cross);
  return law->model->noise_is_full ? full_noise(ctx, law, theta, velocity, cross)
                                   : diagonal_noise(ctx, law, theta, velocity, cross);
}

static sgdl_status by_modes(sgdl_context *ctx, const sgdl_model *model, double *theta, double *velocity,
                            double *cross, double trace[2], int *exists)
{
  sgdl_modes modes = { 0 };
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  SGDL_GET(sgdl_law_stationary(ctx, model, &modes, &law));
  status = sgdl_stationary_of_law(ctx, &law, theta, velocity, cross, trace, exists);
done:
  sgdl_law_free(&law);
  sgdl_modes_free(&modes);
  return status;
}

/* ---- Sigma = sigma2 H, Langevin: no eigenvalues ---------------------------------------------------- */

/* P = s (I - lambda K^{-1}), W = w H, R = 0. work: d x d, on entry the Cholesky factor of K; may be theta. */
static sgdl_status by_cholesky(sgdl_context *ctx, const sgdl_model *model, double *work, double *theta,
                               double *velocity, double *cross, double trace[2], int *exists)
{
  const sgdl_hyper *h = &model->hyper;
  ptrdiff_t d = model->dim;
  double lambda = h->weight_decay, kept = (double)d, speed = 0;
  int threads = d < 1000 ? 1 : sgdl_threads(ctx); /* waking them costs more than a small matrix */
  sgdl_noise noise;
  sgdl_noise_scheme(model, &noise);
  double s = h->lr * model->sigma2 * noise.scale / (2 * (1 - h->momentum));
  double w = model->sigma2 * noise.scale / ((1 - h->momentum) * (1 + h->momentum));

  if (lambda > 0 && (theta != NULL || trace != NULL))
    SGDL_TRY(sgdl_backend_of(ctx)->cholesky_inverse(ctx, d, work));
  for (ptrdiff_t l = 0; l < d; l++) {
    if (lambda > 0 && trace != NULL)
      kept -= lambda * work[l + l * d];
    speed += model->hessian[l + l * d];
    if (exists != NULL)
      exists[l] = 1;
  }
  if (trace != NULL) {
    trace[0] = s * kept;
    trace[1] = w * speed;
  }
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < d; j++) {
    ptrdiff_t column = j * d;
    for (ptrdiff_t i = 0; i < d && theta != NULL; i++)
      theta[i + column] = s * ((i == j) - (lambda > 0 ? lambda * work[i + column] : 0));
    for (ptrdiff_t i = 0; i < d && velocity != NULL; i++)
      velocity[i + column] = w * model->hessian[i + column];
    for (ptrdiff_t i = 0; i < d && cross != NULL; i++)
      cross[i + column] = 0;
  }
  return SGDL_OK;
}

sgdl_status sgdl_stationary(sgdl_context *ctx, const sgdl_model *model, double *theta, double *velocity,
                            double *cross, double trace[2], int *exists)
{
  int shortcut = model->sigma2 >= 0 && model->hessian != NULL && model->dynamics == SGDL_LANGEVIN;
  int only_traces = theta == NULL && velocity == NULL && cross == NULL;
  double *work = theta, *own = NULL;
  sgdl_status status = SGDL_OK;

  if (!shortcut || (only_traces && model->rho != NULL))
    return by_modes(ctx, model, theta, velocity, cross, trace, exists);
  SGDL_TRY(sgdl_model_check(ctx, model, NULL));
  if (theta == NULL) {
    SGDL_GET(sgdl_alloc(ctx, &own, model->dim * model->dim, "the Cholesky factor of H"));
    work = own;
  }
  status = sgdl_curvature_cholesky(ctx, model->dim, model->hessian, model->hyper.weight_decay, work);
  if (status == SGDL_OK) {
    status = by_cholesky(ctx, model, work, theta, velocity, cross, trace, exists);
  } else if (model->rho != NULL && (status == SGDL_FLAT || status == SGDL_SADDLE)) {
    ctx->message[0] = '\0'; /* the modes know what a flat direction means */
    status = by_modes(ctx, model, theta, velocity, cross, trace, exists);
  }
done:
  free(own);
  return status;
}
