/* Factors of covariances for drawing Gaussian vectors: element by element where modes are independent, else
 * a Cholesky factor, or the symmetric root where the covariance is singular. */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

/* ---- factor of a full covariance ---- */

/* C (n x n, lower triangle) to correlations in both triangles; scale[i] = standard deviation. A coordinate
 * without variance becomes an independent one of scale 0. */
static void to_correlation(ptrdiff_t n, double *C, double *scale)
{
  for (ptrdiff_t i = 0; i < n; i++) scale[i] = C[i + i * n] > 0.0 ? sqrt(C[i + i * n]) : 0.0;
  for (ptrdiff_t j = 0; j < n; j++) {
    C[j + j * n] = 1.0;
    for (ptrdiff_t i = j + 1; i < n; i++) {
      double s = scale[i] * scale[j];
      C[i + j * n] = C[j + i * n] = s > 0.0 ? C[i + j * n] / s : 0.0;
    }
  }
}

static void restore_lower(ptrdiff_t n, double *C)
{
  for (ptrdiff_t j = 0; j < n; j++) {
    C[j + j * n] = 1.0;
    for (ptrdiff_t i = j + 1; i < n; i++) C[i + j * n] = C[j + i * n];
  }
}

/* C (correlation, lower triangle) becomes its symmetric square root; eigenvalues below 0 by rounding count as
 * 0. */
static sgdl_status symmetric_root(sgdl_context *ctx, ptrdiff_t n, double *C)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  const double rounding = 1e-8;
  double *w = NULL, *Q = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &w, n, "eigenvalues of the noise"));
  SGDL_GET(sgdl_alloc(ctx, &Q, sgdl_times(n, n), "eigenvectors of the noise"));
  SGDL_GET(backend->eigen_symmetric(ctx, n, C, w));
  if (w[0] < -rounding * w[n - 1]) {
    status = sgdl_fail(ctx, SGDL_NOT_PSD,
                       "gradient noise along the modes: expected a positive semidefinite matrix, got an "
                       "eigenvalue of %g (of its correlations, largest %g)",
                       w[0], w[n - 1]);
    goto done;
  }
  for (ptrdiff_t j = 0; j < n; j++) {
    double fourth_root = w[j] > 0.0 ? sqrt(sqrt(w[j])) : 0.0;
    for (ptrdiff_t i = 0; i < n; i++) Q[i + j * n] = fourth_root * C[i + j * n];
  }
  SGDL_GET(backend->product(ctx, 0, 1, n, n, n, 1.0, Q, n, Q, n, 0.0, C, n));
done:
  free(w);
  free(Q);
  return status;
}

/* C (n x n covariance, lower triangle; overwritten) to the packed factor of `law`. */
static sgdl_status factor_full(sgdl_context *ctx, ptrdiff_t n, double *C, sgdl_gaussian *law)
{
  double *scale = NULL;
  int lower = 1;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &scale, n, "standard deviations of the noise"));
  to_correlation(n, C, scale);
  if (sgdl_backend_of(ctx)->cholesky(ctx, n, C) == SGDL_NOT_PSD) {
    ctx->message[0] = '\0';
    lower = 0;
    restore_lower(n, C);
    SGDL_GET(symmetric_root(ctx, n, C));
  }
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) C[i + j * n] *= scale[i];
  SGDL_GET(sgdl_panels_pack(ctx, &law->panels, 0, lower, n, n, C, n, "the factor of the noise"));
done:
  free(scale);
  return status;
}

/* ---- laws ---- */

sgdl_status sgdl_gaussian_noise(sgdl_context *ctx, const sgdl_model *model, double scale, sgdl_gaussian *law)
{
  ptrdiff_t d = model->dim;
  *law = (sgdl_gaussian){.n = d, .full = model->noise_is_full};
  if (!law->full) {
    SGDL_TRY(sgdl_alloc(ctx, &law->diagonal, d, "standard deviations of the noise"));
    for (ptrdiff_t i = 0; i < d; i++) law->diagonal[i] = sqrt(scale * model->noise[i]);
    return SGDL_OK;
  }
  double *C;
  SGDL_TRY(sgdl_alloc(ctx, &C, sgdl_times(d, d), "the noise covariance"));
  for (ptrdiff_t i = 0; i < d * d; i++) C[i] = scale * model->noise[i];
  sgdl_status status = factor_full(ctx, d, C, law);
  free(C);
  return status;
}

/* 2 x 2 Cholesky factor of (theta_i, v_i) of every mode. */
static sgdl_status factor_pairs(sgdl_context *ctx, const sgdl_model *model, sgdl_pair_covariance *covariance,
                                const void *context, sgdl_gaussian *law)
{
  ptrdiff_t d = model->dim;
  SGDL_TRY(sgdl_alloc(ctx, &law->diagonal, sgdl_times(2, d), "standard deviations of the noise"));
  SGDL_TRY(sgdl_alloc(ctx, &law->below, d, "correlations of the noise"));
  for (ptrdiff_t i = 0; i < d; i++) {
    double c[4] = {0.0}, noise = model->noise[i];
    if (noise > 0.0) covariance(context, i, i, c);
    double position = sqrt(noise * c[0]), cross = position > 0.0 ? noise * c[1] / position : 0.0;
    double rest = noise * c[3] - cross * cross;
    law->diagonal[i] = position;
    law->below[i] = cross;
    law->diagonal[d + i] = rest > 0.0 ? sqrt(rest) : 0.0;
  }
  return SGDL_OK;
}

/* Lower triangle of the 2d x 2d covariance, theta then v. */
static void fill_joint(const sgdl_context *ctx, const sgdl_model *model, sgdl_pair_covariance *covariance,
                       const void *context, double *C)
{
  ptrdiff_t d = model->dim, n = 2 * d;
#pragma omp parallel for schedule(dynamic, 4) num_threads(sgdl_threads(ctx))
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j; i < d; i++) {
      double c[4] = {0.0}, noise = model->noise[i + j * d];
      if (noise != 0.0) covariance(context, i, j, c);
      C[i + j * n] = noise * c[0];
      C[d + i + j * n] = noise * c[1];
      C[d + j + i * n] = noise * c[2];
      C[d + i + (d + j) * n] = noise * c[3];
    }
}

sgdl_status sgdl_gaussian_joint(sgdl_context *ctx, const sgdl_model *model, sgdl_pair_covariance *covariance,
                                const void *context, sgdl_gaussian *law)
{
  ptrdiff_t n = sgdl_times(2, model->dim);
  *law = (sgdl_gaussian){.n = n, .full = model->noise_is_full, .pairs = !model->noise_is_full};
  if (law->pairs) return factor_pairs(ctx, model, covariance, context, law);
  double *C;
  SGDL_TRY(sgdl_alloc(ctx, &C, sgdl_times(n, n), "the joint covariance of the noise"));
  fill_joint(ctx, model, covariance, context, C);
  sgdl_status status = factor_full(ctx, n, C, law);
  free(C);
  return status;
}

/* ---- drawing ---- */

SGDL_VECTORISED static void colour_pairs(ptrdiff_t d, const double *diagonal, const double *below,
                                         const double *z, double *out)
{
  for (ptrdiff_t i = 0; i < d; i++) {
    double position = z[i], rest = z[d + i];
    out[i] = diagonal[i] * position;
    out[d + i] = below[i] * position + diagonal[d + i] * rest;
  }
}

SGDL_VECTORISED static void colour_each(ptrdiff_t n, const double *diagonal, const double *z, double *out)
{
  for (ptrdiff_t i = 0; i < n; i++) out[i] = diagonal[i] * z[i];
}

void sgdl_gaussian_colour(const sgdl_gaussian *law, ptrdiff_t columns, const double *z, double *out)
{
  ptrdiff_t n = law->n;
  if (law->full) {
    sgdl_panels_apply(&law->panels, columns, z, n, NULL, out, n);
    return;
  }
  for (ptrdiff_t c = 0; c < columns; c++) {
    if (law->pairs)
      colour_pairs(n / 2, law->diagonal, law->below, z + c * n, out + c * n);
    else
      colour_each(n, law->diagonal, z + c * n, out + c * n);
  }
}

void sgdl_gaussian_free(sgdl_gaussian *law)
{
  free(law->diagonal);
  free(law->below);
  sgdl_panels_free(&law->panels);
  *law = (sgdl_gaussian){0};
}
