/* Covariance of the gradient of one example: (1/N) sum of (g_i - g)(g_i - g)', centred before it is squared
 * so that nothing cancels, and summed over examples in order. */
#include "builtin.h"

#include <stdlib.h>
#include <string.h>

enum { TILE = 32 /* gradients held at once */ };

/* block (8 x 8) = sum over q of rows [i, i + 8) times columns [j, j + 8) of the gradients; width: of one. */
SGDL_VECTORISED static void block_product(ptrdiff_t n, ptrdiff_t width, const double *gradients, ptrdiff_t i,
                                          ptrdiff_t j, double *block)
{
  sgdl_lanes sum[SGDL_LANES], g;
  for (int c = 0; c < SGDL_LANES; c++) sum[c] = (sgdl_lanes){0};
  for (ptrdiff_t q = 0; q < n; q++) {
    const double *gradient = gradients + q * width;
    memcpy(&g, gradient + i, sizeof g);
    for (int c = 0; c < SGDL_LANES; c++) sum[c] += g * gradient[j + c];
  }
  for (int c = 0; c < SGDL_LANES; c++) memcpy(block + c * SGDL_LANES, &sum[c], sizeof sum[c]);
}

/* Lower triangle of Sigma += gradients gradients'. */
static void add_products(ptrdiff_t n, ptrdiff_t dim, ptrdiff_t width, const double *gradients, double *Sigma)
{
  double block[SGDL_LANES * SGDL_LANES];
  for (ptrdiff_t j = 0; j < dim; j += SGDL_LANES)
    for (ptrdiff_t i = j; i < dim; i += SGDL_LANES) {
      block_product(n, width, gradients, i, j, block);
      for (ptrdiff_t c = 0; c < SGDL_LANES && j + c < dim; c++)
        for (ptrdiff_t r = 0; r < SGDL_LANES && i + r < dim; r++)
          Sigma[i + r + (j + c) * dim] += block[r + c * SGDL_LANES];
    }
}

sgdl_status sgdl_example_covariance(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                    double *work, double *Sigma)
{
  ptrdiff_t dim = objective->dim, N = objective->n_examples, width = sgdl_padded(dim);
  double *gradients = NULL, *mean;
  sgdl_status status = SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &gradients, sgdl_times(width, TILE + 1), "the gradients of single examples"));
  memset(gradients, 0, (size_t)(width * (TILE + 1)) * sizeof *gradients);
  mean = gradients + width * TILE;
  SGDL_GET(objective->gradient(objective, ctx, theta, N, NULL, NULL, work, mean));
  memset(Sigma, 0, (size_t)(dim * dim) * sizeof *Sigma);
  for (ptrdiff_t first = 0; first < N; first += TILE) {
    ptrdiff_t n = first + TILE < N ? TILE : N - first;
    for (ptrdiff_t q = 0; q < n; q++) {
      double *gradient = gradients + q * width;
      uint32_t example = (uint32_t)(first + q);
      SGDL_GET(objective->gradient(objective, ctx, theta, 1, &example, NULL, work, gradient));
      for (ptrdiff_t j = 0; j < dim; j++) gradient[j] -= mean[j];
    }
    add_products(n, dim, width, gradients, Sigma);
  }
  for (ptrdiff_t j = 0; j < dim; j++)
    for (ptrdiff_t i = j; i < dim; i++) Sigma[j + i * dim] = Sigma[i + j * dim] /= (double)N;
done:
  free(gradients);
  return status;
}
