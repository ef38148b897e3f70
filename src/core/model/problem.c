/* Problems: what a user hands in (a quadratic, a spectrum, a regression), checked, and the
 * moments of a regression. THEORY sections 1 and 6. */
#include "../base/base.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- symmetric matrices ---------------------------------------------------------------------- */

static double largest_entry(const double *A, ptrdiff_t n)
{
  double largest = 0;
  for (ptrdiff_t i = 0; i < n; i++)
    largest = fmax(largest, fabs(A[i]));
  return largest;
}

static sgdl_status check_symmetric(sgdl_context *ctx, const char *name, ptrdiff_t d, const double *A)
{
  double tolerance = 64 * DBL_EPSILON * largest_entry(A, d * d);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = j + 1; i < d; i++)
      if (fabs(A[i + j * d] - A[j + i * d]) > tolerance)
        return sgdl_fail(ctx, SGDL_NOT_SYMMETRIC,
                         "`%s`[%td, %td] = %.15g but `%s`[%td, %td] = %.15g: expected a symmetric matrix",
                         name, i + 1, j + 1, A[i + j * d], name, j + 1, i + 1, A[j + i * d]);
  return SGDL_OK;
}

/* A Cholesky factorisation of A + tolerance I settles nearly every matrix; only a failure asks
 * for eigenvalues, which then also say by how much. */
static sgdl_status check_psd(sgdl_context *ctx, const char *name, ptrdiff_t d, const double *A)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double *work = NULL, *w = NULL;
  double tolerance = 4 * (double)d * DBL_EPSILON * largest_entry(A, d * d);
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &work, d * d, name));
  for (ptrdiff_t i = 0; i < d * d; i++)
    work[i] = A[i];
  for (ptrdiff_t i = 0; i < d; i++)
    work[i + i * d] += tolerance;
  status = backend->cholesky(ctx, d, work);
  if (status != SGDL_NOT_PSD)
    goto done;

  SGDL_GET(sgdl_alloc(ctx, &w, d, name));
  for (ptrdiff_t i = 0; i < d * d; i++)
    work[i] = A[i];
  SGDL_GET(backend->eigen_symmetric(ctx, d, work, w));
  if (w[0] < -tolerance)
    status = sgdl_fail(ctx, SGDL_NOT_PSD,
                       "`%s` has the negative eigenvalue %.6g: expected a covariance "
                       "(positive semidefinite)", name, w[0]);
  else
    ctx->message[0] = '\0';
done:
  free(work);
  free(w);
  return status;
}

sgdl_status sgdl_covariance_check(sgdl_context *ctx, const char *name, ptrdiff_t d, const double *A)
{
  SGDL_TRY(sgdl_check_finite(ctx, name, A, d * d, d));
  SGDL_TRY(check_symmetric(ctx, name, d, A));
  return check_psd(ctx, name, d, A);
}

static sgdl_status check_dim(sgdl_context *ctx, const char *name, ptrdiff_t d)
{
  if (d < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` has %td columns: expected at least 1", name, d);
  return sgdl_check_blas_size(ctx, name, d);
}

static sgdl_status check_sigma2(sgdl_context *ctx, double sigma2)
{
  if (!(isfinite(sigma2) && sigma2 >= 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`sigma2` = %g: expected a finite number >= 0", sigma2);
  return SGDL_OK;
}

sgdl_status sgdl_quadratic_check(sgdl_context *ctx, ptrdiff_t d, const double *H, const double *b,
                                 const double *Sigma, double sigma2)
{
  SGDL_TRY(check_dim(ctx, "H", d));
  SGDL_TRY(sgdl_check_finite(ctx, "H", H, d * d, d));
  SGDL_TRY(check_symmetric(ctx, "H", d, H));
  if (b != NULL)
    SGDL_TRY(sgdl_check_finite(ctx, "b", b, d, 0));
  if (Sigma == NULL)
    return check_sigma2(ctx, sigma2);
  SGDL_TRY(sgdl_check_finite(ctx, "Sigma", Sigma, d * d, d));
  SGDL_TRY(check_symmetric(ctx, "Sigma", d, Sigma));
  return check_psd(ctx, "Sigma", d, Sigma);
}

sgdl_status sgdl_spectrum_check(sgdl_context *ctx, ptrdiff_t d, const double *rho, const double *noise,
                                double sigma2)
{
  if (d < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`rho` has length %td: expected at least one eigenvalue", d);
  SGDL_TRY(sgdl_check_finite(ctx, "rho", rho, d, 0));
  if (noise == NULL)
    return check_sigma2(ctx, sigma2);
  SGDL_TRY(sgdl_check_finite(ctx, "noise", noise, d, 0));
  for (ptrdiff_t l = 0; l < d; l++)
    if (noise[l] < 0)
      return sgdl_fail(ctx, SGDL_NOT_PSD, "`noise[%td]` = %g: expected a variance >= 0", l + 1, noise[l]);
  return SGDL_OK;
}

/* ---- linear regression ------------------------------------------------------------------------- */

sgdl_status sgdl_regression_moments(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                    const double *y, double *H, double *b)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  SGDL_TRY(check_dim(ctx, "X", d));
  if (N < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`X` has %td rows: expected at least one example", N);
  SGDL_TRY(sgdl_check_blas_size(ctx, "X", N));
  SGDL_TRY(sgdl_check_finite(ctx, "X", X, N * d, N));
  SGDL_TRY(sgdl_check_finite(ctx, "y", y, N, 0));
  if (H != NULL)
    SGDL_TRY(backend->gram(ctx, N, d, 1.0 / (double)N, X, N, 0.0, H));
  return backend->matrix_vector(ctx, 1, N, d, 1.0 / (double)N, X, N, y, 0.0, b);
}

enum { TILE_ROWS = 512 };

/* tile (m x d) = diag(r) X[first .. first + m - 1, ] */
static void scale_rows(ptrdiff_t m, ptrdiff_t d, const double *X, ptrdiff_t N, const double *r,
                       double *tile)
{
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < m; i++)
      tile[i + j * m] = r[i] * X[i + j * N];
}

sgdl_status sgdl_regression_noise(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                  const double *y, const double *mu, double weight_decay,
                                  double *Sigma, double *rss)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double *residual = NULL, *tile = NULL;
  double pull = weight_decay * weight_decay;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &residual, N, "the residuals"));
  for (ptrdiff_t i = 0; i < N; i++)
    residual[i] = y[i];
  SGDL_GET(backend->matrix_vector(ctx, 0, N, d, -1.0, X, N, mu, 1.0, residual));
  *rss = 0;
  for (ptrdiff_t i = 0; i < N; i++)
    *rss += residual[i] * residual[i];
  if (Sigma == NULL)
    goto done;

  SGDL_GET(sgdl_alloc(ctx, &tile, TILE_ROWS * d, "a tile of X"));
  for (ptrdiff_t first = 0; first < N; first += TILE_ROWS) {
    ptrdiff_t m = N - first < TILE_ROWS ? N - first : TILE_ROWS;
    scale_rows(m, d, X + first, N, residual + first, tile);
    SGDL_GET(backend->gram(ctx, m, d, 1.0 / (double)N, tile, m, first > 0 ? 1.0 : 0.0, Sigma));
  }
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++)
      Sigma[i + j * d] -= pull * (mu[i] * mu[j]);
done:
  free(residual);
  free(tile);
  return status;
}

sgdl_status sgdl_residual_variance(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, double rss, double *sigma2)
{
  if (N <= d)
    return sgdl_fail(ctx, SGDL_NO_RESIDUAL,
                     "`X` has %td rows and %td columns: expected more examples than parameters, "
                     "or there is no residual variance to estimate", N, d);
  *sigma2 = rss / (double)(N - d);
  return SGDL_OK;
}
