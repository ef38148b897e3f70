/* The modified loss Phi(z) = z'U z/2 of the Fokker-Planck equation and its probability current.
 * THEORY section 3. */
#include "../model/mode.h"
#include "../model/modes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- B = inverse temperature * stationary covariance, in the modes ------------------------------- */

/* Kap times the covariance of a pair, layout of mode.h. */
static void pair(const sgdl_model *model, const sgdl_modes *modes, double kap, ptrdiff_t i, ptrdiff_t j,
                 double c[4])
{
  double strength = kap * sgdl_modes_noise(model, modes, i, j);
  c[0] = c[1] = c[2] = c[3] = 0;
  if (strength == 0)
    return;
  sgdl_noise_pair_stationary(&modes->noise, model->dynamics, &model->hyper, modes->kappa[i], modes->kappa[j],
                             NULL, NULL, c);
  for (int e = 0; e < 4; e++)
    c[e] *= strength;
}

/* Copies the d x d block M to rows r.., columns c.. (in units of d) of a 2d x 2d matrix. */
static void put_block(ptrdiff_t d, const double *M, int r, int c, double *A)
{
  for (ptrdiff_t j = 0; j < d; j++)
    memcpy(A + r * d + (c * d + j) * 2 * d, M + j * d, sizeof(double) * (size_t)d);
}

static void get_block(ptrdiff_t d, const double *A, int r, int c, double *M)
{
  for (ptrdiff_t j = 0; j < d; j++)
    memcpy(M + j * d, A + r * d + (c * d + j) * 2 * d, sizeof(double) * (size_t)d);
}

/* ---- generalised inverse -------------------------------------------------------------------------- */

/* A with unit diagonal (zero rows stay zero) is numerically regular when its Cholesky pivots are well above
 * rounding; then A becomes its inverse. */
static sgdl_status inverse_if_regular(sgdl_context *ctx, ptrdiff_t n, double *A, int *regular)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  sgdl_status status = backend->cholesky(ctx, n, A);
  *regular = 0;
  if (status == SGDL_NOT_PSD) {
    ctx->message[0] = '\0';
    return SGDL_OK;
  }
  if (status != SGDL_OK)
    return status;
  for (ptrdiff_t l = 0; l < n; l++)
    if (A[l + l * n] * A[l + l * n] <= 4 * (double)n * DBL_EPSILON)
      return SGDL_OK;
  *regular = 1;
  return backend->cholesky_inverse(ctx, n, A);
}

/* A becomes its pseudo-inverse, eigenvalues below 2n eps dropped. */
static sgdl_status pseudo_inverse(sgdl_context *ctx, ptrdiff_t n, double *A, ptrdiff_t *rank)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double *w = NULL, *scaled = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &w, n, "the modified loss"));
  SGDL_GET(sgdl_alloc(ctx, &scaled, n * n, "the modified loss"));
  SGDL_GET(backend->eigen_symmetric(ctx, n, A, w));
  *rank = 0;
  for (ptrdiff_t l = 0; l < n; l++) {
    double inverse_root = 0;
    if (w[l] > 2 * (double)n * DBL_EPSILON * w[n - 1]) {
      inverse_root = 1 / sqrt(w[l]);
      (*rank)++;
    }
    for (ptrdiff_t i = 0; i < n; i++)
      scaled[i + l * n] = A[i + l * n] * inverse_root;
  }
  SGDL_GET(backend->product(ctx, 0, 1, n, n, n, 1.0, scaled, n, scaled, n, 0.0, A, n));
done:
  free(w);
  free(scaled);
  return status;
}

/* B becomes a generalised inverse of itself: scaled to unit diagonal first, which takes the disparity of
 * scales between modes, and between theta and v, out of the condition number. */
static sgdl_status invert_scaled(sgdl_context *ctx, ptrdiff_t n, double *B, ptrdiff_t *rank)
{
  double *scale = NULL, *copy = NULL;
  int regular = 0;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &scale, n, "the modified loss"));
  SGDL_GET(sgdl_alloc(ctx, &copy, n * n, "the modified loss"));
  for (ptrdiff_t l = 0; l < n; l++)
    scale[l] = B[l + l * n] > 0 ? 1 / sqrt(B[l + l * n]) : 0;
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++)
      B[i + j * n] *= scale[i] * scale[j];
  memcpy(copy, B, sizeof(double) * (size_t)(n * n));
  *rank = n;
  SGDL_GET(inverse_if_regular(ctx, n, B, &regular));
  if (!regular) {
    memcpy(B, copy, sizeof(double) * (size_t)(n * n));
    SGDL_GET(pseudo_inverse(ctx, n, B, rank));
  }
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++)
      B[i + j * n] *= scale[i] * scale[j];
done:
  free(scale);
  free(copy);
  return status;
}

/* ---- U and Q --------------------------------------------------------------------------------------- */

/* The four d x d blocks of the 2d x 2d matrix A carried from modes to parameters. */
static sgdl_status rotate_blocks(sgdl_context *ctx, const sgdl_model *model, double *A)
{
  ptrdiff_t d = model->dim;
  double *block = NULL, *work = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &block, d * d, "the modified loss"));
  SGDL_GET(sgdl_alloc(ctx, &work, d * d, "the modified loss"));
  for (int r = 0; r < 2; r++)
    for (int c = 0; c < 2; c++) {
      get_block(d, A, r, c, block);
      SGDL_GET(sgdl_modes_rotate(ctx, model, block, work, block));
      put_block(d, block, r, c, A);
    }
done:
  free(block);
  free(work);
  return status;
}

/* sign = 1: symmetric; -1: antisymmetric. What rounding has left of the other part goes. */
static void enforce(ptrdiff_t n, double sign, double *A)
{
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = j; i < n; i++) {
      double mean = (A[i + j * n] + sign * A[j + i * n]) / 2;
      A[i + j * n] = mean;
      A[j + i * n] = sign * mean;
    }
}

/* General noise: B over all pairs into U and Q = kap [R, -W; W, a (K R + R K)/2], in modes. */
static void fill_pairs(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, double kap,
                       double *U, double *Q)
{
  ptrdiff_t d = modes->d, n = 2 * d;
  double a = 2 / (model->hyper.lr * (1 + model->hyper.momentum));
  int threads = sgdl_threads(ctx);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double c[4];
      pair(model, modes, kap, i, j, c);
      U[i + j * n] = c[0];
      U[d + i + j * n] = c[1];
      U[i + (d + j) * n] = c[2];
      U[d + i + (d + j) * n] = c[3];
      Q[i + j * n] = c[2];
      Q[i + (d + j) * n] = -c[3];
      Q[d + i + j * n] = c[3];
      Q[d + i + (d + j) * n] = a * (modes->kappa[i] + modes->kappa[j]) * c[2] / 2;
    }
}

static sgdl_status full_noise(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, double kap,
                              double *U, double *Q, ptrdiff_t *rank)
{
  ptrdiff_t n = 2 * modes->d;
  fill_pairs(ctx, model, modes, kap, U, Q);
  SGDL_TRY(invert_scaled(ctx, n, U, rank));
  SGDL_TRY(rotate_blocks(ctx, model, U));
  SGDL_TRY(rotate_blocks(ctx, model, Q));
  enforce(n, 1, U);
  enforce(n, -1, Q);
  return SGDL_OK;
}

/* Noise diagonal in the modes: R = 0, so U is the reciprocals of the variances. */
static sgdl_status diagonal_noise(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                  double kap, double *U, double *Q, ptrdiff_t *rank)
{
  ptrdiff_t d = modes->d;
  double *x = NULL, *block = NULL, *work = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &x, 3 * d, "the modified loss"));
  SGDL_GET(sgdl_alloc(ctx, &block, d * d, "the modified loss"));
  SGDL_GET(sgdl_alloc(ctx, &work, d * d, "the modified loss"));
  *rank = 0;
  for (ptrdiff_t l = 0; l < d; l++) {
    double c[4];
    pair(model, modes, kap, l, l, c);
    x[l] = c[0] > 0 ? 1 / c[0] : 0;
    x[l + d] = c[3] > 0 ? 1 / c[3] : 0;
    x[l + 2 * d] = c[3];
    *rank += 2 * (c[0] > 0);
  }
  memset(U, 0, sizeof(double) * (size_t)(4 * d * d));
  memset(Q, 0, sizeof(double) * (size_t)(4 * d * d));
  for (int b = 0; b < 2; b++) {
    SGDL_GET(sgdl_modes_rotate_diagonal(ctx, model, x + b * d, work, block));
    put_block(d, block, b, b, U);
  }
  SGDL_GET(sgdl_modes_rotate_diagonal(ctx, model, x + 2 * d, work, block));
  put_block(d, block, 1, 0, Q);
  for (ptrdiff_t e = 0; e < d * d; e++)
    block[e] = -block[e];
  put_block(d, block, 0, 1, Q);
done:
  free(x);
  free(block);
  free(work);
  return status;
}

/* The inverse of kap cov(theta), general noise. */
static sgdl_status effective_hessian(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes,
                                     double kap, double *hessian)
{
  ptrdiff_t d = modes->d, rank;
  int threads = sgdl_threads(ctx);
  double *work = NULL;
  sgdl_status status = SGDL_OK;

#pragma omp parallel for num_threads(threads) schedule(static)
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double c[4];
      pair(model, modes, kap, i, j, c);
      hessian[i + j * d] = c[0];
    }
  SGDL_GET(sgdl_alloc(ctx, &work, d * d, "the effective loss"));
  SGDL_GET(invert_scaled(ctx, d, hessian, &rank));
  SGDL_GET(sgdl_modes_rotate(ctx, model, hessian, work, hessian));
  enforce(d, 1, hessian);
done:
  free(work);
  return status;
}

sgdl_status sgdl_modified_loss(sgdl_context *ctx, const sgdl_model *model, double *U, double *Q,
                               double *effective, ptrdiff_t *rank)
{
  sgdl_hyper_derived derived;
  sgdl_modes modes = { 0 };
  sgdl_status status = SGDL_OK;

  if (model->dynamics != SGDL_LANGEVIN)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`dynamics` = \"sgd\": expected \"langevin\", the modified loss is a property of the "
                     "Fokker-Planck equation");
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  SGDL_GET(sgdl_modes_none_missing(ctx, &modes));
  sgdl_hyper_derive(&model->hyper, &derived);
  status = model->noise_is_full
             ? full_noise(ctx, model, &modes, derived.inverse_temperature, U, Q, rank)
             : diagonal_noise(ctx, model, &modes, derived.inverse_temperature, U, Q, rank);
  if (status != SGDL_OK || effective == NULL)
    goto done;
  if (model->noise_is_full)
    status = effective_hessian(ctx, model, &modes, derived.inverse_temperature, effective);
  else
    get_block(modes.d, U, 0, 0, effective); /* theta and v are independent */
done:
  sgdl_modes_free(&modes);
  return status;
}

/* ---- at points -------------------------------------------------------------------------------------- */

enum { TILE_POINTS = 256 };

/* z (m x 2d) = rows first.. of points, minus the minimiser. */
static void deviations(ptrdiff_t d, const double *minimiser, ptrdiff_t n, const double *points,
                       ptrdiff_t first, ptrdiff_t m, double *z)
{
  for (ptrdiff_t j = 0; j < 2 * d; j++) {
    double centre = minimiser != NULL && j < d ? minimiser[j] : 0;
    for (ptrdiff_t i = 0; i < m; i++)
      z[i + j * m] = points[first + i + j * n] - centre;
  }
}

/* half[i] = z_i'(U z_i)/2 over the rows of z and zU (m x 2d) */
static void half_squares(ptrdiff_t m, ptrdiff_t n2, const double *z, const double *zU, double *half)
{
  memset(half, 0, sizeof(double) * (size_t)m);
  for (ptrdiff_t j = 0; j < n2; j++)
    for (ptrdiff_t i = 0; i < m; i++)
      half[i] += z[i + j * m] * zU[i + j * m] / 2;
}

/* log det U by Cholesky; SGDL_NOT_PSD when U is singular. work: n2 x n2. */
static sgdl_status log_determinant(sgdl_context *ctx, ptrdiff_t n2, const double *U, double *work,
                                   double *log_det)
{
  memcpy(work, U, sizeof(double) * (size_t)(n2 * n2));
  SGDL_TRY(sgdl_backend_of(ctx)->cholesky(ctx, n2, work));
  *log_det = 0;
  for (ptrdiff_t l = 0; l < n2; l++)
    *log_det += 2 * log(work[l + l * n2]);
  return SGDL_OK;
}

static sgdl_status check_points(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n, const double *points)
{
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`points` has %td rows: expected at least one point", n);
  return sgdl_check_finite(ctx, "points", points, n * 2 * d, n);
}

sgdl_status sgdl_modified_loss_value(sgdl_context *ctx, ptrdiff_t d, const double *U, const double *minimiser,
                                     ptrdiff_t n, const double *points, double *phi)
{
  ptrdiff_t n2 = 2 * d, tile = n < TILE_POINTS ? n : TILE_POINTS;
  double *z = NULL, *zU;
  sgdl_status status = SGDL_OK;

  SGDL_TRY(check_points(ctx, d, n, points));
  SGDL_GET(sgdl_alloc(ctx, &z, 2 * tile * n2, "a tile of points"));
  zU = z + tile * n2;
  for (ptrdiff_t first = 0; first < n; first += tile) {
    ptrdiff_t m = n - first < tile ? n - first : tile;
    deviations(d, minimiser, n, points, first, m, z);
    SGDL_GET(sgdl_backend_of(ctx)->product(ctx, 0, 0, m, n2, n2, 1.0, z, m, U, n2, 0.0, zU, m));
    half_squares(m, n2, z, zU, phi + first);
  }
done:
  free(z);
  return status;
}

sgdl_status sgdl_current(sgdl_context *ctx, ptrdiff_t d, const double *U, const double *Q,
                         double inverse_temperature, const double *minimiser, ptrdiff_t n,
                         const double *points, double *current, double *drift, double *log_density)
{
  static const double LOG_2PI = 1.8378770664093454836;
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  ptrdiff_t n2 = 2 * d, tile = n < TILE_POINTS ? n : TILE_POINTS, room = (3 * n2 + 1) * tile;
  double *work = NULL, *z, *zU, *zUQ, *phi, log_det = 0, at_minimiser;
  sgdl_status status = SGDL_OK;

  SGDL_TRY(check_points(ctx, d, n, points));
  SGDL_GET(sgdl_alloc(ctx, &work, n2 * n2 > room ? n2 * n2 : room, "the current"));
  status = log_determinant(ctx, n2, U, work, &log_det);
  if (status == SGDL_NOT_PSD)
    status = sgdl_fail(ctx, SGDL_UNSUPPORTED,
                       "`U` is singular: expected noise in every mode, there is no density (and no "
                       "current) in all directions otherwise");
  if (status != SGDL_OK)
    goto done;
  at_minimiser = (log_det + (double)n2 * (log(inverse_temperature) - LOG_2PI)) / 2;
  z = work;
  zU = z + tile * n2;
  zUQ = zU + tile * n2;
  phi = zUQ + tile * n2;
  for (ptrdiff_t first = 0; first < n; first += tile) {
    ptrdiff_t m = n - first < tile ? n - first : tile;
    deviations(d, minimiser, n, points, first, m, z);
    SGDL_GET(backend->product(ctx, 0, 0, m, n2, n2, 1.0, z, m, U, n2, 0.0, zU, m));
    SGDL_GET(backend->product(ctx, 0, 1, m, n2, n2, -1.0, zU, m, Q, n2, 0.0, zUQ, m)); /* rows -(Q U z)' */
    half_squares(m, n2, z, zU, phi);
    for (ptrdiff_t i = 0; i < m; i++)
      phi[i] = at_minimiser - inverse_temperature * phi[i];
    for (ptrdiff_t i = 0; i < m && log_density != NULL; i++)
      log_density[first + i] = phi[i];
    for (ptrdiff_t j = 0; j < n2; j++)
      for (ptrdiff_t i = 0; i < m; i++) {
        if (drift != NULL)
          drift[first + i + j * n] = zUQ[i + j * m];
        if (current != NULL)
          current[first + i + j * n] = zUQ[i + j * m] * exp(phi[i]);
      }
  }
done:
  free(work);
  return status;
}
