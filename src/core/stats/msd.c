/* Mean squared displacement of paths of one length without gaps: averaged over time, over paths from one
 * origin, or from the start. THEORY section 8. */
#include <stdlib.h>

#include "curves.h"

/* Each path of x as one of several. */
static sgdl_status paths_of(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t **frames, const double ***x)
{
  *frames = malloc((size_t)s->n_paths * sizeof **frames);
  *x = malloc((size_t)s->n_paths * sizeof **x);
  if (!*frames || !*x) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td paths", s->n_paths);
  for (ptrdiff_t p = 0; p < s->n_paths; p++) {
    (*frames)[p] = s->T;
    (*x)[p] = s->x + s->T * s->d * p;
  }
  return SGDL_OK;
}

sgdl_status sgdl_msd(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                     sgdl_msd_type type, ptrdiff_t origin, ptrdiff_t n_lags, const double *lags,
                     double *msd, double *se, double *count)
{
  sgdl_segments s;
  ptrdiff_t *frames;
  const double **starts;
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  sgdl_msd_options options = { .type = type, .origin = origin,
                               .errors = se ? SGDL_ERRORS_AUTO : SGDL_ERRORS_NONE };
  sgdl_status status = paths_of(ctx, &s, &frames, &starts);
  sgdl_paths paths = { n_paths, d, frames, starts };
  if (status == SGDL_OK)
    status = sgdl_msd_paths(ctx, &paths, &options, n_lags, lags, msd, se, count, NULL, NULL, NULL);
  free(frames);
  free(starts);
  return status;
}

sgdl_status sgdl_msd_blocks(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                            ptrdiff_t n_blocks, ptrdiff_t n_lags, const double *lags, double *blocks)
{
  sgdl_segments s;
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  if (n_blocks < 1 || n_blocks > T / 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_blocks` = %td: expected an integer from 1 to %td", n_blocks,
                     T / 2);
  s = sgdl_segments_cut(&s, n_blocks);
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, s.length - 1));
  return sgdl_msd_curves(ctx, &s, n_lags, lags, blocks);
}
