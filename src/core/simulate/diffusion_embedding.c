/* Fractional Gaussian noise by circulant embedding (Davies and Harte 1987; Wood and Chan 1994): a circulant
 * matrix of size L >= 2 n whose first column is r_0 .. r_{L/2} .. r_1 has eigenvalues lambda_k >= 0 for every
 * exponent in (0, 2) (Craigmile 2003; convexity of r above 1), and x_j = sum_k sqrt(lambda_k/L) (real and
 * imaginary normals, Hermitian) exp(2 pi i j k/L) has exactly these covariances on n consecutive frames. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fractional.h"
#include "diffusion.h"

static ptrdiff_t smooth_length(ptrdiff_t n)
{
  for (n += n % 2;; n += 2) {
    ptrdiff_t rest = n;
    for (int p = 2; p <= 5; p++)
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

/* Square roots of the eigenvalues over L, from r in `work`; zero where rounding left them below. */
static sgdl_status take_roots(sgdl_embedding *e, double *work)
{
  fftw_execute_dft_r2c(e->forward, work, (fftw_complex *)work);
  const double least = -1e-12 * (double)e->length;
  for (ptrdiff_t k = 0; k <= e->length / 2; k++) {
    if (!(work[2 * k] > least)) return SGDL_NOT_PSD;
    e->root[k] = sqrt(fmax(work[2 * k], 0.0) / (double)e->length);
  }
  return SGDL_OK;
}

sgdl_status sgdl_embedding_open(sgdl_context *ctx, ptrdiff_t n, double exponent, sgdl_embedding *e)
{
  double *r = NULL, *work = NULL;
  memset(e, 0, sizeof *e);
  e->length = smooth_length(2 * n);
  e->room = sgdl_fourier_room(e->length);
  const ptrdiff_t half = e->length / 2;
  sgdl_status status = sgdl_fourier_plan(ctx, e->length, &e->forward, &e->backward);
  if (status == SGDL_OK) status = sgdl_alloc(ctx, &e->root, half + 1, "the spectrum of the increments");
  if (status == SGDL_OK) status = sgdl_alloc(ctx, &r, 2 * (half + 1), "the covariances");
  if (status == SGDL_OK) status = sgdl_alloc(ctx, &work, e->room, "the covariances");
  if (status == SGDL_OK) {
    double *log_k = r + half + 1;
    for (ptrdiff_t k = 1; k <= half; k++) log_k[k] = log((double)k);
    sgdl_fbm_covariance(half + 1, exponent, log_k, r, NULL);
    memcpy(work, r, (size_t)(half + 1) * sizeof(double));
    for (ptrdiff_t k = 1; k < half; k++) work[e->length - k] = r[k];
    status = take_roots(e, work);
  }
  free(r);
  free(work);
  if (status != SGDL_OK) sgdl_embedding_close(e);
  return status;
}

void sgdl_embedding_close(sgdl_embedding *e)
{
  sgdl_fourier_destroy(&e->forward, &e->backward);
  free(e->root);
  memset(e, 0, sizeof *e);
}

/* Normal 2k and 2k + 1 make coefficient k; 0 and 1 the two real ones. */
void sgdl_embedding_draw(const sgdl_embedding *e, double *work)
{
  const ptrdiff_t half = e->length / 2;
  const double second = work[1], part = sqrt(0.5);
  for (ptrdiff_t k = 1; k < half; k++) {
    work[2 * k] *= part * e->root[k];
    work[2 * k + 1] *= part * e->root[k];
  }
  work[0] *= e->root[0];
  work[1] = 0.0;
  work[2 * half] = second * e->root[half];
  work[2 * half + 1] = 0.0;
  fftw_execute_dft_c2r(e->backward, (fftw_complex *)work, work);
}
