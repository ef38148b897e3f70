/* A trajectory cut into equal, contiguous segments (blocks of each path): what every
 * displacement statistic runs over, and the argument checks they share. */
#ifndef SGDL_SEGMENTS_H
#define SGDL_SEGMENTS_H

#include "../base/base.h"

typedef struct sgdl_segments {
  const double *x;                   /* T x d x n_paths                                      */
  ptrdiff_t T, d, n_paths;
  ptrdiff_t n_blocks;                /* segments in a path                                   */
  ptrdiff_t length;                  /* frames in a segment, T / n_blocks                    */
  double progress_from, progress_to; /* the share of the whole call's progress               */
} sgdl_segments;

static inline ptrdiff_t sgdl_segments_count(const sgdl_segments *s)
{
  return s->n_blocks * s->n_paths;
}

/* Coordinate c of segment g (blocks of a path run fastest): `length` contiguous doubles. */
static inline const double *sgdl_segment(const sgdl_segments *s, ptrdiff_t g, ptrdiff_t c)
{
  return s->x + s->length * (g % s->n_blocks) + s->T * (c + s->d * (g / s->n_blocks));
}

/* The whole paths of x as segments: T >= 3, d, n_paths >= 1, addressable, every x finite. */
sgdl_status sgdl_segments_open(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                               const double *x, sgdl_segments *s);
/* The same trajectory in n_blocks blocks a path. */
static inline sgdl_segments sgdl_segments_cut(const sgdl_segments *s, ptrdiff_t n_blocks)
{
  sgdl_segments cut = *s;
  cut.n_blocks = n_blocks;
  cut.length = s->T / n_blocks;
  return cut;
}

/* Threads for about `ns` of work: one where waking and joining others would cost as much (milliseconds on a
 * busy machine). */
static inline int sgdl_threads_worth(const sgdl_context *ctx, double ns)
{
  return ns < 5e5 ? 1 : sgdl_threads(ctx);
}

/* lags: integers, strictly increasing, from 1 to last. */
sgdl_status sgdl_lags_check(sgdl_context *ctx, ptrdiff_t n_lags, const double *lags, ptrdiff_t last);

#endif
