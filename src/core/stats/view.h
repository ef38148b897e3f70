/* What one curve of the MSD is made of: some coordinates of every path, checked, with their missing frames.
 * */
#ifndef SGDL_VIEW_H
#define SGDL_VIEW_H

#include "pieces.h"

/* Paths as pieces of d coordinates each. */
typedef struct sgdl_view {
  ptrdiff_t n_paths, d, longest; /* frames of the longest path                              */
  sgdl_piece *path;
  const double *weights;
  double **copies;               /* n_paths; NULL where a path is used in place             */
  double progress_from, progress_to; /* the share of the whole call's progress              */
} sgdl_view;

/* Sizes, weights, directions; every number finite or NaN; no coordinate that counts NaN throughout.
 * n_missing: frames with a NaN that counts. */
sgdl_status sgdl_paths_check(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                             ptrdiff_t *n_missing);
/* Curve k of paths that were checked; n_missing as found then. */
sgdl_status sgdl_view_open(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                           ptrdiff_t n_missing, ptrdiff_t k, sgdl_view *view);
void sgdl_view_close(sgdl_view *view);

/* The part [from, to) of the progress of `of`. */
static inline void sgdl_view_share(sgdl_view *v, const double of[2], double from, double to)
{
  v->progress_from = of[0] + from * (of[1] - of[0]);
  v->progress_to = of[0] + to * (of[1] - of[0]);
}

/* Whole paths as pieces. */
static inline sgdl_pieces sgdl_view_pieces(const sgdl_view *v, ptrdiff_t n_lags, const double *lags, int full)
{
  return (sgdl_pieces){ v->n_paths, v->d, v->path, v->weights, n_lags, lags, full,
                        v->progress_from, v->progress_to };
}

#endif
