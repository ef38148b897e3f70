/* Principal directions of displacements; see principal.h. */
#include "principal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE = 2048 }; /* origins at a time: their displacements stay in cache */

ptrdiff_t sgdl_principal_lag(const sgdl_segments *s, double first, double last)
{
  double most = (double)s->T * (double)s->n_paths / (20.0 * (double)s->d);
  double lag = floor(fmin(sqrt(first * last), most));
  return lag < 1.0 ? 1 : (ptrdiff_t)lag;
}

/* C (d x d) = mean over origins and paths of displacement times its transpose. */
static sgdl_status displacement_covariance(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t lag,
                                           double *C)
{
  const ptrdiff_t d = s->d, origins = s->T - lag;
  const double scale = 1.0 / ((double)origins * (double)s->n_paths);
  double *u;
  SGDL_TRY(sgdl_alloc(ctx, &u, TILE * d, "the displacements"));
  memset(C, 0, (size_t)(d * d) * sizeof *C);
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t p = 0; p < s->n_paths && status == SGDL_OK; p++)
    for (ptrdiff_t first = 0; first < origins && status == SGDL_OK; first += TILE) {
      ptrdiff_t n = origins - first < TILE ? origins - first : TILE;
      for (ptrdiff_t c = 0; c < d; c++) {
        const double *x = s->x + s->T * (c + d * p) + first;
        for (ptrdiff_t i = 0; i < n; i++) u[i + n * c] = x[i + lag] - x[i];
      }
      status = sgdl_backend_of(ctx)->gram(ctx, n, d, scale, u, n, 1.0, C);
    }
  free(u);
  return status;
}

sgdl_status sgdl_principal(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t lag, double *rotated,
                           double *eigenvalues)
{
  const ptrdiff_t T = s->T, d = s->d;
  double *V = NULL, *w = NULL;
  sgdl_status status = SGDL_OK;
  if (d > SGDL_MOST_PRINCIPAL)
    return sgdl_fail(
      ctx, SGDL_UNSUPPORTED,
      "`x` has %td coordinates: expected at most %d where their joint fluctuations are needed; "
      "record fewer directions",
      d, SGDL_MOST_PRINCIPAL);
  SGDL_TRY(sgdl_check_blas_size(ctx, "frames", T));
  SGDL_GET(sgdl_alloc(ctx, &V, d * d, "the principal directions"));
  SGDL_GET(sgdl_alloc(ctx, &w, d, "the principal directions"));
  SGDL_GET(displacement_covariance(ctx, s, lag, V));
  if (d == 1) {
    w[0] = V[0];
    memcpy(rotated, s->x, (size_t)(T * s->n_paths) * sizeof *rotated);
  } else {
    SGDL_GET(sgdl_backend_of(ctx)->eigen_symmetric(ctx, d, V, w));
    for (ptrdiff_t p = 0; p < s->n_paths && status == SGDL_OK; p++)
      status = sgdl_backend_of(ctx)->product(ctx, 0, 0, T, d, d, 1.0, s->x + T * d * p, T, V, d, 0.0,
                                             rotated + T * d * p, T);
  }
  for (ptrdiff_t c = 0; eigenvalues && c < d; c++) eigenvalues[c] = fmax(w[d - 1 - c], 0.0);
done:
  free(V);
  free(w);
  return status;
}
