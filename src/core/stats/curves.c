/* The MSD of every segment of a trajectory without gaps; see curves.h. */
#include "curves.h"

#include <math.h>
#include <stdlib.h>

#include "pieces.h"

static sgdl_status divided_sums(sgdl_context *ctx, const sgdl_segments *s, const sgdl_pieces *p,
                                double *curves)
{
  double *counts;
  SGDL_TRY(sgdl_alloc(ctx, &counts, p->n_lags * p->count, "the mean squared displacement"));
  sgdl_status status = sgdl_pieces_count(ctx, p, counts);
  if (status == SGDL_OK) status = sgdl_pieces_sums(ctx, p, counts, curves, NULL);
  for (ptrdiff_t e = 0; e < p->n_lags * p->count && status == SGDL_OK; e++)
    curves[e] /= (double)s->length - p->lags[e % p->n_lags];
  free(counts);
  return status;
}

sgdl_status sgdl_msd_curves(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                            double *curves)
{
  ptrdiff_t count = sgdl_segments_count(s);
  sgdl_piece *piece = malloc((size_t)count * sizeof *piece);
  if (!piece) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the mean squared displacement");
  for (ptrdiff_t g = 0; g < count; g++) piece[g] = (sgdl_piece){ sgdl_segment(s, g, 0), s->T, s->length, 0 };
  sgdl_pieces p = { .count = count, .d = s->d, .piece = piece, .n_lags = n_lags, .lags = lags,
                    .progress_from = s->progress_from, .progress_to = s->progress_to };
  sgdl_status status = divided_sums(ctx, s, &p, curves);
  free(piece);
  return status;
}

void sgdl_curves_mean(ptrdiff_t n_lags, ptrdiff_t n, const double *curves, double *mean, double *se)
{
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    double sum = 0.0, squares = 0.0;
    for (ptrdiff_t g = 0; g < n; g++) sum += curves[l + n_lags * g];
    double average = sum / (double)n;
    for (ptrdiff_t g = 0; g < n; g++) {
      double u = curves[l + n_lags * g] - average;
      squares += u * u;
    }
    if (mean) mean[l] = average;
    if (se) se[l] = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
  }
}
