/* Regression with fewer examples than parameters: the modes that the examples span, from the Gram matrix of
 * the examples, so that nothing of size d x d is formed. THEORY section 7. */
#include "../base/base.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE_COLUMNS = 512, TILE_ROWS = 512 };

/* ---- decomposition ----------------------------------------------------------------------------------- */

static void reverse_columns(ptrdiff_t n, double *A, double *w)
{
  for (ptrdiff_t l = 0; l < n / 2; l++) {
    ptrdiff_t r = n - 1 - l;
    double t = w[l];
    w[l] = w[r];
    w[r] = t;
    for (ptrdiff_t i = 0; i < n; i++) {
      t = A[i + l * n];
      A[i + l * n] = A[i + r * n];
      A[i + r * n] = t;
    }
  }
}

/* G = X X'/N. The contract's Gram matrix is A'A: X is transposed tile by tile. */
static sgdl_status gram_of_rows(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, double *G)
{
  enum { SQUARE = 32 };
  double *tile = NULL;
  sgdl_status status = SGDL_OK;
  int threads = sgdl_threads(ctx);

  SGDL_GET(sgdl_alloc(ctx, &tile, TILE_COLUMNS * N, "a tile of X"));
  for (ptrdiff_t first = 0; first < d; first += TILE_COLUMNS) {
    ptrdiff_t m = d - first < TILE_COLUMNS ? d - first : TILE_COLUMNS;
    const double *part = X + first * N;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (ptrdiff_t I = 0; I < N; I += SQUARE)
      for (ptrdiff_t J = 0; J < m; J += SQUARE)
        for (ptrdiff_t i = I; i < I + SQUARE && i < N; i++)
          for (ptrdiff_t j = J; j < J + SQUARE && j < m; j++)
            tile[j + i * m] = part[i + j * N];
    SGDL_GET(sgdl_backend_of(ctx)->gram(ctx, m, N, 1.0 / (double)N, tile, m, first > 0 ? 1.0 : 0.0, G));
  }
done:
  free(tile);
  return status;
}

/* vectors (d x rank) = X' left diag(1/sqrt(N rho)) */
static sgdl_status right_vectors(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                 const double *rho, const double *left, ptrdiff_t rank, double *vectors)
{
  double *scaled = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &scaled, N * rank, "the singular vectors"));
  for (ptrdiff_t l = 0; l < rank; l++)
    for (ptrdiff_t i = 0; i < N; i++)
      scaled[i + l * N] = left[i + l * N] / sqrt((double)N * rho[l]);
  status = sgdl_backend_of(ctx)->product(ctx, 1, 0, d, rank, N, 1.0, X, N, scaled, N, 0.0, vectors, d);
done:
  free(scaled);
  return status;
}

sgdl_status sgdl_wide_decompose(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, double *rho,
                                double *left, double *vectors, ptrdiff_t *rank)
{
  if (N < 1 || d < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`X` is %td x %td: expected at least one example and one parameter", N, d);
  if (N >= d)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`X` is %td x %td: expected fewer examples than parameters, H = X'X/N is smaller "
                     "otherwise", N, d);
  SGDL_TRY(sgdl_check_finite(ctx, "X", X, N * d, N));
  SGDL_TRY(gram_of_rows(ctx, N, d, X, left));
  SGDL_TRY(sgdl_backend_of(ctx)->eigen_symmetric(ctx, N, left, rho));
  reverse_columns(N, left, rho);
  *rank = 0;
  while (*rank < N && rho[*rank] > (double)N * DBL_EPSILON * rho[0])
    (*rank)++;
  for (ptrdiff_t l = *rank; l <= N; l++)
    rho[l] = 0;
  return vectors == NULL ? SGDL_OK : right_vectors(ctx, N, d, X, rho, left, *rank, vectors);
}

/* ---- minimiser and noise ------------------------------------------------------------------------------- */

/* Row b of X along the modes is sqrt(N rho_l) U_bl, so everything follows from rho and U:
 * minimiser_l = sqrt(rho_l/N) (U'y)_l/(rho_l + lambda), residual = y - U diag(sqrt(N rho)) minimiser. */
static sgdl_status fit(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t rank, const double *rho, const double *left,
                       const double *y, double weight_decay, double *mu, double *residual)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double *fitted = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &fitted, rank + 1, "the fit"));
  memcpy(residual, y, sizeof(double) * (size_t)N);
  mu[rank] = 0;
  if (rank == 0)
    goto done;
  SGDL_GET(backend->matrix_vector(ctx, 1, N, rank, 1.0, left, N, y, 0.0, mu));
  for (ptrdiff_t l = 0; l < rank; l++) {
    double kept = rho[l] / (rho[l] + weight_decay);
    fitted[l] = kept * mu[l];
    mu[l] *= kept / sqrt((double)N * rho[l]);
  }
  SGDL_GET(backend->matrix_vector(ctx, 0, N, rank, -1.0, left, N, fitted, 1.0, residual));
done:
  free(fitted);
  return status;
}

/* Sigma = (1/N) sum_b x_b x_b' r_b^2 - lambda^2 mu mu', in the modes, by tiles of examples. work:
 * TILE_ROWS rank */
static sgdl_status covariance(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t rank, const double *rho,
                              const double *left, const double *residual, double weight_decay,
                              const double *mu, double *work, double *noise)
{
  ptrdiff_t n = rank + 1;
  double *gram = NULL, pull = weight_decay * weight_decay;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &gram, rank * rank + 1, "the gradient noise"));
  for (ptrdiff_t first = 0; first < N; first += TILE_ROWS) {
    ptrdiff_t m = N - first < TILE_ROWS ? N - first : TILE_ROWS;
    for (ptrdiff_t l = 0; l < rank; l++)
      for (ptrdiff_t i = 0; i < m; i++) /* x_bl r_b/sqrt(N) */
        work[i + l * m] = left[first + i + l * N] * residual[first + i] * sqrt(rho[l]);
    SGDL_GET(sgdl_backend_of(ctx)->gram(ctx, m, rank, 1.0, work, m, first > 0 ? 1.0 : 0.0, gram));
  }
  memset(noise, 0, sizeof(double) * (size_t)(n * n));
  for (ptrdiff_t j = 0; j < rank; j++)
    for (ptrdiff_t i = 0; i < rank; i++)
      noise[i + j * n] = gram[i + j * rank] - pull * (mu[i] * mu[j]);
done:
  free(gram);
  return status;
}

sgdl_status sgdl_wide_noise(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t rank, const double *rho,
                            const double *left, const double *y, double weight_decay, double *minimiser,
                            double *noise, double *rss)
{
  double *work = NULL, *residual, *mu, *tile;
  sgdl_status status = SGDL_OK;

  SGDL_TRY(sgdl_check_finite(ctx, "y", y, N, 0));
  SGDL_GET(sgdl_alloc(ctx, &work, N + rank + 1 + TILE_ROWS * rank, "the residuals"));
  residual = work;
  mu = residual + N;
  tile = mu + rank + 1;
  SGDL_GET(fit(ctx, N, rank, rho, left, y, weight_decay, mu, residual));
  if (minimiser != NULL)
    memcpy(minimiser, mu, sizeof(double) * (size_t)(rank + 1));
  if (rss != NULL) {
    *rss = 0;
    for (ptrdiff_t i = 0; i < N; i++)
      *rss += residual[i] * residual[i];
  }
  if (noise != NULL)
    status = covariance(ctx, N, rank, rho, left, residual, weight_decay, mu, tile, noise);
done:
  free(work);
  return status;
}

/* ---- between parameters and modes ---------------------------------------------------------------------- */

sgdl_status sgdl_wide_point(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                            const double *minimiser, const double *theta, double *modes)
{
  const sgdl_backend *backend = sgdl_backend_of(ctx);
  double *rest = NULL, scale = 0, sum = 0;
  sgdl_status status = SGDL_OK;

  SGDL_TRY(sgdl_check_finite(ctx, "theta0", theta, d, 0));
  SGDL_GET(sgdl_alloc(ctx, &rest, d, "the starting point"));
  memcpy(rest, theta, sizeof(double) * (size_t)d);
  if (rank > 0) {
    SGDL_GET(backend->matrix_vector(ctx, 1, d, rank, 1.0, vectors, d, theta, 0.0, modes));
    SGDL_GET(backend->matrix_vector(ctx, 0, d, rank, -1.0, vectors, d, modes, 1.0, rest));
  }
  for (ptrdiff_t i = 0; i < d; i++)
    scale = fmax(scale, fabs(rest[i]));
  for (ptrdiff_t i = 0; i < d && scale > 0; i++)
    sum += rest[i] / scale * (rest[i] / scale);
  modes[rank] = scale * sqrt(sum);
  for (ptrdiff_t l = 0; l < rank && minimiser != NULL; l++)
    modes[l] -= minimiser[l];
done:
  free(rest);
  return status;
}

sgdl_status sgdl_wide_parameters(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                                 const double *modes, double *theta)
{
  if (rank > 0)
    return sgdl_backend_of(ctx)->matrix_vector(ctx, 0, d, rank, 1.0, vectors, d, modes, 0.0, theta);
  memset(theta, 0, sizeof(double) * (size_t)d);
  return SGDL_OK;
}

sgdl_status sgdl_wide_variances(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t rank, const double *vectors,
                                const double *P, double *variances)
{
  double *tile = NULL;
  sgdl_status status = SGDL_OK;

  SGDL_GET(sgdl_alloc(ctx, &tile, TILE_ROWS * rank, "the variances"));
  for (ptrdiff_t first = 0; first < d; first += TILE_ROWS) {
    ptrdiff_t m = d - first < TILE_ROWS ? d - first : TILE_ROWS;
    if (rank > 0)
      SGDL_GET(sgdl_backend_of(ctx)->product(ctx, 0, 0, m, rank, rank, 1.0, vectors + first, d, P, rank + 1,
                                             0.0, tile, m));
    memset(variances + first, 0, sizeof(double) * (size_t)m);
    for (ptrdiff_t l = 0; l < rank; l++)
      for (ptrdiff_t i = 0; i < m; i++)
        variances[first + i] += tile[i + l * m] * vectors[first + i + l * d];
  }
done:
  free(tile);
  return status;
}
