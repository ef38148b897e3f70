/* Streams of coordinates or frames: tallies of the MSD that add up; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msd_errors.h"
#include "segments.h"
#include "series.h"

/* Where a tally keeps the sums of its blocks: 8 of them, then 16. */
static const ptrdiff_t block_counts[2] = { 8, 16 };
static const ptrdiff_t block_offsets[2] = { 1, 9 };

static sgdl_status check_path(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_lags,
                              const double *lags)
{
  if (T < 3) return sgdl_fail(ctx, SGDL_TOO_SHORT, "`frames` = %td: expected at least 3", T);
  if (d < 1 || d > PTRDIFF_MAX / (ptrdiff_t)sizeof(double) / T)
    return sgdl_fail(ctx, d < 1 ? SGDL_BAD_ARGUMENT : SGDL_TOO_LARGE,
                     "`x` has %td frames of %td coordinates: expected at least one and an addressable number", T, d);
  return sgdl_lags_check(ctx, n_lags, lags, T - 1);
}

/* As sgdl_check_finite, with what to do about NaN. */
static sgdl_status check_numbers(sgdl_context *ctx, ptrdiff_t rows, ptrdiff_t columns, const double *x,
                                 ptrdiff_t first)
{
  for (ptrdiff_t i = 0; i < rows * columns; i++)
    if (!isfinite(x[i]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE,
                       "`x[frame %td, coordinate %td]` = %s: expected finite numbers in a stream; of a path with "
                       "gaps take msd() in memory, or a stream for each stretch without, merged",
                       first + i % rows + 1, i / rows + 1, isnan(x[i]) ? "NaN" : x[i] > 0 ? "Inf" : "-Inf");
  return SGDL_OK;
}

/* ---- coordinates ---- */

static sgdl_status add_pieces(sgdl_context *ctx, const sgdl_pieces *p, double *tally)
{
  sgdl_units u = { 0 };
  sgdl_status status = sgdl_units_open(ctx, p->n_lags, p->count, &u);
  if (status == SGDL_OK) status = sgdl_pieces_count(ctx, p, u.counts);
  if (status == SGDL_OK) status = sgdl_pieces_sums(ctx, p, u.counts, u.sums, NULL);
  for (ptrdiff_t e = 0; status == SGDL_OK && e < p->n_lags * p->count; e++) tally[e] += u.sums[e];
  sgdl_units_close(&u);
  return status;
}

/* The lags that blocks reach come first, so that their sums go where all the lags would begin each column. */
static sgdl_status add_blocks(sgdl_context *ctx, ptrdiff_t T, sgdl_pieces p, int which, double *tally)
{
  ptrdiff_t count = block_counts[which], length = T / count, all = p.n_lags;
  ptrdiff_t usable = sgdl_block_lags(length, all, p.lags);
  sgdl_piece piece[16];
  double *sums;
  if (usable == 0) return SGDL_OK;
  for (ptrdiff_t b = 0; b < count; b++)
    piece[b] = (sgdl_piece){ p.piece->x + length * b, p.piece->stride, length, 0 };
  p.count = count;
  p.piece = piece;
  p.n_lags = usable;
  SGDL_TRY(sgdl_alloc(ctx, &sums, usable * count, "the blocks"));
  memset(sums, 0, (size_t)(usable * count) * sizeof(double));
  sgdl_status status = add_pieces(ctx, &p, sums);
  for (ptrdiff_t e = 0; status == SGDL_OK && e < usable * count; e++)
    tally[e % usable + all * (block_offsets[which] + e / usable)] += sums[e];
  free(sums);
  return status;
}

sgdl_status sgdl_tally_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x,
                                   const double *weights, int full, ptrdiff_t n_lags, const double *lags,
                                   double *tally)
{
  SGDL_TRY(check_path(ctx, T, k, n_lags, lags));
  SGDL_TRY(check_numbers(ctx, T, k, x, 0));
  sgdl_piece whole = { x, T, T, 0 };
  sgdl_pieces p = { .count = 1, .d = k, .piece = &whole, .weights = weights, .n_lags = n_lags, .lags = lags,
                    .full = full, .progress_from = 0.0, .progress_to = 0.4 };
  SGDL_TRY(add_pieces(ctx, &p, tally));
  p.full = 0;
  for (int which = 0; which < 2; which++) {
    p.progress_from = 0.4 + 0.3 * which;
    p.progress_to = p.progress_from + 0.3;
    SGDL_TRY(add_blocks(ctx, T, p, which, tally));
  }
  return SGDL_OK;
}

/* ---- frames ---- */

SGDL_VECTORISED static double squared_between(const double *a, const double *b, ptrdiff_t n)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) {
      double u = b[i + k] - a[i + k];
      lane[k] += u * u;
    }
  for (; i < n; i++) sum += (b[i] - a[i]) * (b[i] - a[i]);
  for (int k = 0; k < 8; k++) sum += lane[k];
  return sum;
}

/* Frames kept from before and frames that came, one path. */
typedef struct chunk {
  ptrdiff_t d, done, n_before, n;
  const double *before, *frames;
} chunk;

/* Squared displacements over m from origins [first, end) of the path: their ends are among the new frames. */
static double from_origins(const chunk *s, ptrdiff_t m, ptrdiff_t first, ptrdiff_t end)
{
  double sum = 0.0;
  ptrdiff_t split = end < s->done ? end : s->done;
  for (ptrdiff_t c = 0; c < s->d; c++) {
    const double *before = s->before + s->n_before * c - (s->done - s->n_before);
    const double *frames = s->frames + s->n * c - s->done;
    if (first < split) sum += squared_between(before + first, frames + first + m, split - first);
    ptrdiff_t from = first > s->done ? first : s->done;
    if (from < end) sum += squared_between(frames + from, frames + from + m, end - from);
  }
  return sum;
}

/* Adds to the blocks of one cut what origins [first, end) have within them. */
static void frames_in_blocks(const chunk *s, ptrdiff_t T, int which, ptrdiff_t n_lags, ptrdiff_t l,
                             ptrdiff_t m,
                             ptrdiff_t first, ptrdiff_t end, double *tally)
{
  ptrdiff_t count = block_counts[which], length = T / count;
  for (ptrdiff_t b = 0; b < count && 2 * m <= length; b++) {
    ptrdiff_t from = length * b > first ? length * b : first, to = length * (b + 1) - m;
    if (to > end) to = end;
    if (from < to) tally[l + n_lags * (block_offsets[which] + b)] += from_origins(s, m, from, to);
  }
}

sgdl_status sgdl_tally_frames(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t done, ptrdiff_t n_before,
                              const double *before, ptrdiff_t n, const double *frames, ptrdiff_t n_lags,
                              const double *lags, double *tally)
{
  SGDL_TRY(check_path(ctx, T, d, n_lags, lags));
  if (n < 1 || done < 0 || n > T - done)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`x` has %td frames after %td: expected at least one, and %td in all",
                     n, done, T);
  ptrdiff_t last = (ptrdiff_t)lags[n_lags - 1], needed = done < last ? done : last;
  if (n_before != needed)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "%td frames from before: expected %td", n_before, needed);
  SGDL_TRY(check_numbers(ctx, n, d, frames, done));
  const chunk s = { d, done, n_before, n, before, frames };
#pragma omp parallel for schedule(dynamic) \
  num_threads(sgdl_threads_worth(ctx, SGDL_DIRECT_COST * (double)(n * d) * (double)n_lags))
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    ptrdiff_t m = (ptrdiff_t)lags[l], first = done > m ? done - m : 0, end = done + n - m;
    if (first >= end) continue;
    tally[l] += from_origins(&s, m, first, end);
    for (int which = 0; which < 2; which++) frames_in_blocks(&s, T, which, n_lags, l, m, first, end, tally);
  }
  return SGDL_OK;
}

/* ---- result ---- */

/* The blocks of all paths as units; counts are those of full blocks. */
static sgdl_status block_units(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_paths, ptrdiff_t n_lags,
                               const double *lags, const double *tallies, int which, sgdl_units *u)
{
  ptrdiff_t count = block_counts[which], length = T / count, usable = sgdl_block_lags(length, n_lags, lags);
  *u = (sgdl_units){ 0 };
  if (usable == 0) return SGDL_OK;
  SGDL_TRY(sgdl_units_open(ctx, usable, count * n_paths, u));
  for (ptrdiff_t g = 0; g < count * n_paths; g++) {
    const double *tally = tallies + SGDL_TALLY * n_lags * (g / count);
    const double *block = tally + n_lags * (block_offsets[which] + g % count);
    for (ptrdiff_t l = 0; l < usable; l++) {
      u->sums[l + usable * g] = block[l];
      u->counts[l + usable * g] = (double)length - lags[l];
    }
  }
  return SGDL_OK;
}

static sgdl_status spread_from_blocks(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_paths, ptrdiff_t n_lags,
                                      const double *lags, const double *tallies, const sgdl_spread *out)
{
  sgdl_units units[2] = { { 0 } };
  sgdl_status status = block_units(ctx, T, n_paths, n_lags, lags, tallies, 0, units);
  if (status == SGDL_OK) status = block_units(ctx, T, n_paths, n_lags, lags, tallies, 1, units + 1);
  if (status == SGDL_OK) sgdl_spread_of_blocks(n_lags, units, units + 1, out);
  sgdl_units_close(units);
  sgdl_units_close(units + 1);
  return status;
}

sgdl_status sgdl_tally_result(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_paths, ptrdiff_t n_lags,
                              const double *lags, const double *tallies, double *msd, double *se, double *count,
                              double *covariance)
{
  sgdl_units u = { 0 };
  sgdl_spread out = { se, covariance, NULL };
  sgdl_msd_options plain = { 0 };
  SGDL_TRY(check_path(ctx, T, n_paths, n_lags, lags));
  SGDL_TRY(sgdl_units_open(ctx, n_lags, n_paths, &u));
  for (ptrdiff_t p = 0; p < n_paths; p++)
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      u.sums[l + n_lags * p] = tallies[l + SGDL_TALLY * n_lags * p];
      u.counts[l + n_lags * p] = (double)T - lags[l];
    }
  sgdl_units_mean(&u, msd, count);
  sgdl_status status = SGDL_OK;
  if (se && n_paths >= SGDL_MANY_PATHS)
    status = sgdl_spread_of_units(ctx, &plain, 1.0, &u, &out);
  else if (se)
    status = spread_from_blocks(ctx, T, n_paths, n_lags, lags, tallies, &out);
  sgdl_units_close(&u);
  return status;
}
