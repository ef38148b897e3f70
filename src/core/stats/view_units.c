/* The units of a curve; see view_units.h. */
#include "view_units.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "segments.h"
#include "series.h"

double sgdl_view_frames(const sgdl_view *v)
{
  double frames = 0.0;
  for (ptrdiff_t p = 0; p < v->n_paths; p++) frames += (double)v->path[p].n;
  return frames;
}

static sgdl_status sums_of(sgdl_context *ctx, const sgdl_pieces *p, char *redone, sgdl_units *u)
{
  SGDL_TRY(sgdl_pieces_count(ctx, p, u->counts));
  return sgdl_pieces_sums(ctx, p, u->counts, u->sums, redone);
}

sgdl_status sgdl_units_of_paths(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                int full, char *redone, sgdl_units *u)
{
  sgdl_pieces p = sgdl_view_pieces(v, n_lags, lags, full);
  SGDL_TRY(sgdl_units_open(ctx, n_lags, v->n_paths, u));
  return sums_of(ctx, &p, redone, u);
}

/* Blocks of `length` of a path of n frames. */
static ptrdiff_t blocks_of(ptrdiff_t n, ptrdiff_t length)
{
  return n / length;
}

static ptrdiff_t count_blocks(const sgdl_view *v, ptrdiff_t length)
{
  ptrdiff_t count = 0;
  for (ptrdiff_t p = 0; p < v->n_paths; p++) count += blocks_of(v->path[p].n, length);
  return count;
}

/* The blocks of all paths as pieces. */
static sgdl_piece *cut(const sgdl_view *v, ptrdiff_t length, ptrdiff_t count)
{
  sgdl_piece *blocks = malloc((size_t)(count ? count : 1) * sizeof *blocks);
  ptrdiff_t g = 0;
  for (ptrdiff_t p = 0; p < v->n_paths && blocks; p++)
    for (ptrdiff_t b = 0; b < blocks_of(v->path[p].n, length); b++, g++) {
      blocks[g] = v->path[p];
      blocks[g].x += length * b;
      blocks[g].n = length;
    }
  return blocks;
}

sgdl_status sgdl_units_of_blocks(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                 ptrdiff_t length, sgdl_units *u)
{
  ptrdiff_t count = count_blocks(v, length);
  sgdl_pieces p = sgdl_view_pieces(v, n_lags, lags, 0);
  SGDL_TRY(sgdl_units_open(ctx, n_lags, count, u));
  sgdl_piece *blocks = cut(v, length, count);
  if (!blocks) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td blocks", count);
  p.count = count;
  p.piece = blocks;
  sgdl_status status = sums_of(ctx, &p, NULL, u);
  free(blocks);
  return status;
}

/* ---- blocks of origins ---- */

static double there(const double *x, ptrdiff_t m, ptrdiff_t n, int gaps)
{
  ptrdiff_t count = 0;
  if (!gaps) return (double)n;
  for (ptrdiff_t i = 0; i < n; i++) count += !isnan(x[i]) & !isnan(x[i + m]);
  return (double)count;
}

/* Origins [first, first + length) of one path. */
static void origins(const sgdl_view *v, const sgdl_piece *s, ptrdiff_t first, ptrdiff_t length,
                    ptrdiff_t n_lags,
                    const double *lags, double *sums, double *counts)
{
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    ptrdiff_t m = (ptrdiff_t)lags[l], n = s->n - m - first;
    if (n > length) n = length;
    if (n <= 0) continue;
    counts[l] = there(s->x + first, m, n, s->gaps);
    for (ptrdiff_t c = 0; c < v->d; c++) {
      double weight = v->weights ? v->weights[c] : 1.0;
      if (weight != 0)
        sums[l] += weight * sgdl_squared_displacements(s->x + s->stride * c + first, m, n, s->gaps);
    }
  }
}

sgdl_status sgdl_units_of_origins(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  ptrdiff_t length, sgdl_units *u)
{
  ptrdiff_t count = count_blocks(v, length), *first = malloc((size_t)(2 * count + 1) * sizeof *first);
  if (!first) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td blocks", count);
  sgdl_status status = sgdl_units_open(ctx, n_lags, count, u);
  for (ptrdiff_t p = 0, g = 0; p < v->n_paths && status == SGDL_OK; p++)
    for (ptrdiff_t b = 0; b < blocks_of(v->path[p].n, length); b++, g++) {
      first[2 * g] = p;
      first[2 * g + 1] = length * b;
    }
  int stop = 0;
  double work = SGDL_DIRECT_COST * sgdl_view_frames(v) * (double)(v->d * n_lags);
#pragma omp parallel for schedule(dynamic) num_threads(sgdl_threads_worth(ctx, work)) if (status == SGDL_OK)
  for (ptrdiff_t g = 0; g < count; g++) {
    int stopped;
    if (omp_get_thread_num() == 0 && sgdl_poll(ctx, v->progress_from + (double)g / (double)count *
                                                               (v->progress_to - v->progress_from))) {
#pragma omp atomic write
      stop = 1;
    }
#pragma omp atomic read
    stopped = stop;
    if (status != SGDL_OK || stopped) continue;
    origins(v, v->path + first[2 * g], first[2 * g + 1], length, n_lags, lags, u->sums + n_lags * g,
            u->counts + n_lags * g);
  }
  free(first);
  if (status == SGDL_OK && stop)
    return sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while computing the mean squared displacement");
  return status;
}

/* ---- one origin ---- */

sgdl_status sgdl_units_from_origin(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags,
                                   const double *lags,
                                   ptrdiff_t origin, sgdl_units *u)
{
  SGDL_TRY(sgdl_units_open(ctx, n_lags, v->n_paths, u));
#pragma omp parallel for num_threads(sgdl_threads_worth(ctx, 10.0 * (double)(n_lags * v->d * v->n_paths)))
  for (ptrdiff_t p = 0; p < v->n_paths; p++) {
    const sgdl_piece *s = v->path + p;
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      ptrdiff_t end = origin + (ptrdiff_t)lags[l];
      double sum = 0.0;
      if (end >= s->n) continue;
      for (ptrdiff_t c = 0; c < v->d; c++) {
        const double *x = s->x + s->stride * c, move = x[end] - x[origin];
        double weight = v->weights ? v->weights[c] : 1.0;
        if (weight != 0) sum += weight * (move * move);
      }
      if (isnan(sum)) continue;
      u->sums[l + n_lags * p] = sum;
      u->counts[l + n_lags * p] = 1.0;
    }
  }
  return SGDL_OK;
}
