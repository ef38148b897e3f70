/* Sums of squared displacements of every piece: by FFT, with the lags whose rounding error would show done
 * again directly; or all of them directly where lags are few. */
#include "pieces.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "segments.h"
#include "series.h"

enum { TILE = 4096 }; /* origins done directly at a time                                     */

/* A lag of the FFT is done again where the bound of its relative error is above this; errors met are
 * some ten times smaller than the bound. */
static double tolerance(int full)
{
  return full ? 1e-12 : 1e-11;
}

typedef struct job {
  sgdl_context *ctx;
  const sgdl_pieces *p;
  ptrdiff_t n_lags;
  const double *lags, *counts;
  double from, to; /* progress of the part under way                                        */
  int threads;
  int stop;
} job;

/* True once the host wants to stop; the thread that called the core asks for all (asked outside parallel
 * regions too, as dynamic scheduling may give that thread nothing to do). */
static int stopped(job *j, double fraction)
{
  int stop;
  if (omp_get_thread_num() == 0 && sgdl_poll(j->ctx, j->from + fraction * (j->to - j->from))) {
#pragma omp atomic write
    j->stop = 1;
  }
#pragma omp atomic read
  stop = j->stop;
  return stop;
}

static sgdl_status out_of_memory(sgdl_context *ctx)
{
  return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the mean squared displacement");
}

static sgdl_status interrupted(const job *j)
{
  if (!j->stop) return SGDL_OK;
  return sgdl_fail(j->ctx, SGDL_INTERRUPTED, "interrupted while computing the mean squared displacement");
}

static double weight_of(const job *j, ptrdiff_t coordinate)
{
  return j->p->weights ? j->p->weights[coordinate] : 1.0;
}

/* ---- counts ---- */

static double count_pairs(const double *x, ptrdiff_t m, ptrdiff_t n)
{
  ptrdiff_t count = 0;
  for (ptrdiff_t i = 0; i < n; i++) count += !isnan(x[i]) & !isnan(x[i + m]);
  return (double)count;
}

/* By the correlation of what is there with itself: whole numbers far below 2^53. */
static void round_counts(const sgdl_correlator *c, const sgdl_piece *s, ptrdiff_t n_lags, const double *lags,
                         double *work, double *counts)
{
  for (ptrdiff_t i = 0; i < c->buffer; i++) work[i] = i < s->n && !isnan(s->x[i]);
  sgdl_correlator_run(c, work);
  for (ptrdiff_t l = 0; l < n_lags; l++)
    counts[l] = lags[l] < (double)s->n ? rint(work[(ptrdiff_t)lags[l]]) : 0.0;
}

static sgdl_status count_with_gaps(sgdl_context *ctx, const sgdl_piece *s, ptrdiff_t n_lags,
                                   const double *lags,
                                   double *counts)
{
  if (n_lags < 64) {
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      ptrdiff_t m = (ptrdiff_t)lags[l];
      counts[l] = m < s->n ? count_pairs(s->x, m, s->n - m) : 0.0;
    }
    return SGDL_OK;
  }
  sgdl_correlator c;
  double *work;
  SGDL_TRY(sgdl_correlator_open(ctx, sgdl_correlator_length(s->n, s->n - 1), &c));
  sgdl_status status = sgdl_alloc(ctx, &work, c.buffer, "the displacements counted");
  if (status == SGDL_OK) {
    round_counts(&c, s, n_lags, lags, work, counts);
    free(work);
  }
  sgdl_correlator_close(&c);
  return status;
}

sgdl_status sgdl_pieces_count(sgdl_context *ctx, const sgdl_pieces *p, double *counts)
{
  for (ptrdiff_t g = 0; g < p->count; g++) {
    const sgdl_piece *s = p->piece + g;
    double *of = counts + p->n_lags * g;
    if (s->gaps) {
      SGDL_TRY(count_with_gaps(ctx, s, p->n_lags, p->lags, of));
    } else {
      for (ptrdiff_t l = 0; l < p->n_lags; l++) of[l] = fmax((double)s->n - p->lags[l], 0.0);
    }
  }
  return SGDL_OK;
}

/* ---- directly ---- */

SGDL_VECTORISED static double squared_displacements(const double *x, ptrdiff_t m, ptrdiff_t n)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) {
      double u = x[i + k + m] - x[i + k];
      lane[k] += u * u;
    }
  for (; i < n; i++) {
    double u = x[i + m] - x[i];
    sum += u * u;
  }
  for (int k = 0; k < 8; k++) sum += lane[k];
  return sum;
}

SGDL_VECTORISED static double displacements_there(const double *x, ptrdiff_t m, ptrdiff_t n)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) {
      double u = x[i + k + m] - x[i + k];
      lane[k] += u == u ? u * u : 0.0;
    }
  for (; i < n; i++) {
    double u = x[i + m] - x[i];
    sum += u == u ? u * u : 0.0;
  }
  for (int k = 0; k < 8; k++) sum += lane[k];
  return sum;
}

double sgdl_squared_displacements(const double *x, ptrdiff_t m, ptrdiff_t n, int gaps)
{
  return gaps ? displacements_there(x, m, n) : squared_displacements(x, m, n);
}

/* Series (or tiles of them) worked on between two ordered sums: as many as fit in 8 MB of sums. */
static ptrdiff_t items_at_a_time(const job *j, ptrdiff_t n_lags, ptrdiff_t items)
{
  ptrdiff_t n = (1 << 20) / n_lags, least = 2 * (ptrdiff_t)j->threads;
  if (n < least) n = least;
  return n < items ? n : items;
}

/* The lags that some piece still wants. */
typedef struct active_lags {
  ptrdiff_t n, *lag;
} active_lags;

/* What the origins in tile t of a series of n frames add to each wanted lag. */
static void direct_tile(const job *j, const active_lags *a, const sgdl_piece *s, ptrdiff_t coordinate,
                        ptrdiff_t t,
                        const char *wanted, double *sums)
{
  const double *x = s->x + s->stride * coordinate + TILE * t;
  double weight = weight_of(j, coordinate);
  for (ptrdiff_t i = 0; i < a->n; i++) {
    ptrdiff_t l = a->lag[i], m = (ptrdiff_t)j->lags[l], n = s->n - m - TILE * t;
    if (wanted[l])
      sums[i] = n > 0 && weight != 0
                  ? weight * sgdl_squared_displacements(x, m, n < TILE ? n : TILE, s->gaps) : 0.0;
  }
}

/* One tile of one coordinate of one piece. */
typedef struct tile {
  ptrdiff_t piece, coordinate, tile;
} tile;

static ptrdiff_t tiles_of(const sgdl_piece *s)
{
  return (s->n - 1 + TILE - 1) / TILE;
}

/* The tile after `at`, pieces slowest. */
static tile next_tile(const sgdl_pieces *p, tile at)
{
  if (++at.tile < tiles_of(p->piece + at.piece)) return at;
  at.tile = 0;
  if (++at.coordinate < p->d) return at;
  at.coordinate = 0;
  while (++at.piece < p->count && tiles_of(p->piece + at.piece) == 0) {}
  return at;
}

/* Zeroes the wanted entries; the displacements they stand for (in one coordinate) and the tiles there are. */
static double clear_wanted(const job *j, const char *wanted, double *sums, double *items)
{
  double displacements = 0.0;
  *items = 0.0;
  for (ptrdiff_t g = 0; g < j->p->count; g++) {
    *items += (double)tiles_of(j->p->piece + g) * (double)j->p->d;
    for (ptrdiff_t l = 0; l < j->n_lags; l++)
      if (wanted[l + j->n_lags * g]) {
        sums[l + j->n_lags * g] = 0.0;
        displacements += fmax((double)j->p->piece[g].n - j->lags[l], 0.0);
      }
  }
  return displacements;
}

static active_lags find_active(const job *j, const char *wanted)
{
  active_lags a = { 0, malloc((size_t)j->n_lags * sizeof *a.lag) };
  for (ptrdiff_t l = 0; l < j->n_lags && a.lag; l++) {
    int some = 0;
    for (ptrdiff_t g = 0; g < j->p->count && !some; g++) some = wanted[l + j->n_lags * g];
    if (some) a.lag[a.n++] = l;
  }
  return a;
}

/* The wanted entries, tile by tile, so that lags shorter than a tile find the series in cache. */
static sgdl_status direct_tiles(job *j, const active_lags *a, double items, const char *wanted, double *sums)
{
  const sgdl_pieces *p = j->p;
  ptrdiff_t size = items_at_a_time(j, a->n, items < 1e9 ? (ptrdiff_t)items : 1000000000);
  tile *batch = malloc((size_t)size * sizeof *batch), at = { 0, 0, -1 };
  double done = 0.0, *part;
  if (!batch) return out_of_memory(j->ctx);
  sgdl_status status = sgdl_alloc(j->ctx, &part, a->n * size, "the mean squared displacement");
  if (status != SGDL_OK) {
    free(batch);
    return status;
  }
  for (at = next_tile(p, at); at.piece < p->count && !stopped(j, done / items);) {
    ptrdiff_t n = 0;
    for (; n < size && at.piece < p->count; n++, at = next_tile(p, at)) batch[n] = at;
#pragma omp parallel for schedule(dynamic, 4) num_threads(j->threads)
    for (ptrdiff_t q = 0; q < n; q++)
      if (!stopped(j, (done + (double)q) / items))
        direct_tile(j, a, p->piece + batch[q].piece, batch[q].coordinate, batch[q].tile,
                    wanted + j->n_lags * batch[q].piece, part + a->n * q);
    for (ptrdiff_t q = 0; q < n && !j->stop; q++) {
      ptrdiff_t piece = j->n_lags * batch[q].piece;
      for (ptrdiff_t i = 0; i < a->n; i++)
        if (wanted[piece + a->lag[i]]) sums[piece + a->lag[i]] += part[i + a->n * q];
    }
    done += (double)n;
  }
  free(part);
  free(batch);
  return interrupted(j);
}

/* The wanted entries (n_lags x pieces), each by its definition. */
static sgdl_status direct_sums(job *j, const char *wanted, double *sums)
{
  double items, displacements = clear_wanted(j, wanted, sums, &items);
  if (displacements == 0) return SGDL_OK;
  active_lags a = find_active(j, wanted);
  if (!a.lag) return out_of_memory(j->ctx);
  j->threads = sgdl_threads_worth(j->ctx, SGDL_DIRECT_COST * displacements * (double)j->p->d);
  sgdl_status status = direct_tiles(j, &a, items, wanted, sums);
  free(a.lag);
  return status;
}

/* ---- by FFT ---- */

/* A function of sizes and lags only. */
static int direct_is_cheaper(const job *j, const sgdl_piece *s)
{
  double displacements = 0.0;
  if (s->n < 2) return 1;
  for (ptrdiff_t l = 0; l < j->n_lags; l++) displacements += fmax((double)s->n - j->lags[l], 0.0);
  return s->n > INT_MAX / 2 ||
         SGDL_DIRECT_COST * displacements < sgdl_series_cost(s->n, j->p->d, j->n_lags, j->lags, s->gaps,
                                                             j->p->full);
}

/* Consecutive pieces of one shape, [first, end). */
typedef struct group {
  ptrdiff_t first, end;
} group;

static group next_group(const job *j, ptrdiff_t first)
{
  const sgdl_piece *piece = j->p->piece;
  group g = { first, first };
  while (g.first < j->p->count && direct_is_cheaper(j, piece + g.first)) g.first++;
  g.end = g.first;
  while (g.end < j->p->count && piece[g.end].n == piece[g.first].n &&
         piece[g.end].gaps == piece[g.first].gaps)
    g.end++;
  return g;
}

/* Memory of the FFT: a buffer per thread, and the sums and bounds of `size` series at a time. */
typedef struct fft_work {
  sgdl_series_plan plan;
  double *buffers, *series;
  ptrdiff_t size, room;
} fft_work;

/* Coordinates are done by bundles of SGDL_COLUMNS. */
static ptrdiff_t bundles_of(const sgdl_pieces *p)
{
  return (p->d + SGDL_COLUMNS - 1) / SGDL_COLUMNS;
}

static sgdl_columns bundle(const sgdl_pieces *p, ptrdiff_t g, ptrdiff_t b)
{
  const sgdl_piece *s = p->piece + g;
  ptrdiff_t first = SGDL_COLUMNS * b, count = p->d - first < SGDL_COLUMNS ? p->d - first : SGDL_COLUMNS;
  return (sgdl_columns){ count, s->n, s->stride, s->x + s->stride * first,
                         p->weights ? p->weights + first : NULL };
}

/* All series of a group. Some are transformed at a time on all threads, then added in their order: the bits
 * depend neither on the threads nor on how many. */
static sgdl_status group_sums(job *j, group of, const fft_work *w, double *sums, double *bounds)
{
  const sgdl_pieces *p = j->p;
  ptrdiff_t bundles = bundles_of(p), series = (of.end - of.first) * bundles;
  for (ptrdiff_t first = 0; first < series && !stopped(j, (double)first / (double)series); first += w->size) {
    ptrdiff_t n = series - first < w->size ? series - first : w->size;
#pragma omp parallel for schedule(dynamic) num_threads(j->threads)
    for (ptrdiff_t q = 0; q < n; q++) {
      ptrdiff_t g = of.first + (first + q) / bundles;
      if (stopped(j, (double)(first + q) / (double)series)) continue;
      sgdl_columns columns = bundle(p, g, (first + q) % bundles);
      double *out = w->series + 2 * j->n_lags * q;
      sgdl_series_run(&w->plan, &columns, j->counts + j->n_lags * g,
                      w->buffers + w->room * omp_get_thread_num(),
                      out, out + j->n_lags);
    }
    for (ptrdiff_t q = 0; q < n && !j->stop; q++) {
      ptrdiff_t g = of.first + (first + q) / bundles;
      const double *out = w->series + 2 * j->n_lags * q;
      for (ptrdiff_t l = 0; l < j->n_lags; l++) {
        sums[l + j->n_lags * g] += out[l];
        bounds[l + j->n_lags * g] += out[l + j->n_lags];
      }
    }
  }
  return interrupted(j);
}

static sgdl_status open_group(job *j, group of, fft_work *w)
{
  const sgdl_piece *s = j->p->piece + of.first;
  ptrdiff_t series = (of.end - of.first) * bundles_of(j->p);
  double cost = sgdl_series_cost(s->n, j->p->d, j->n_lags, j->lags, s->gaps, j->p->full);
  j->threads = sgdl_threads_worth(j->ctx, cost * (double)(of.end - of.first) * (double)j->p->d);
  w->size = items_at_a_time(j, j->n_lags, series);
  SGDL_TRY(sgdl_series_open(j->ctx, s->n, j->n_lags, j->lags, s->gaps, j->p->full, &w->plan));
  w->room = (w->plan.work + 7) / 8 * 8;
  sgdl_status status = sgdl_alloc(j->ctx, &w->buffers, w->room * j->threads, "the FFT");
  if (status == SGDL_OK)
    status = sgdl_alloc(j->ctx, &w->series, 2 * j->n_lags * w->size, "the mean squared displacement");
  if (status != SGDL_OK) sgdl_series_close(&w->plan);
  return status;
}

/* On a device, where all columns of a piece are transformed together. */
static int wants_device(const job *j, group of)
{
  if (sgdl_backend_is_cpu(sgdl_backend_of(j->ctx)) || j->p->full || j->p->piece[of.first].gaps) return 0;
  for (ptrdiff_t c = 0; c < j->p->d; c++)
    if (weight_of(j, c) == 0) return 0; /* what has no weight may be anything */
  return 1;
}

static sgdl_status device_sums(job *j, group of, double *sums, double *bounds)
{
  for (ptrdiff_t g = of.first; g < of.end; g++) {
    const sgdl_piece *s = j->p->piece + g;
    sgdl_columns columns = { j->p->d, s->n, s->stride, s->x, j->p->weights };
    if (stopped(j, (double)(g - of.first) / (double)(of.end - of.first))) return interrupted(j);
    SGDL_TRY(sgdl_series_on_device(j->ctx, &columns, j->n_lags, j->lags, sums + j->n_lags * g,
                                   bounds + j->n_lags * g));
  }
  return SGDL_OK;
}

/* The sums by FFT of one group; entries whose bound is below the tolerance are not wanted any more. */
static sgdl_status sums_by_fft(job *j, group of, double *sums, double *bounds, char *wanted)
{
  fft_work w = { 0 };
  int device = wants_device(j, of);
  sgdl_status status = device ? device_sums(j, of, sums, bounds) : open_group(j, of, &w);
  if (status == SGDL_OK && !device) {
    status = group_sums(j, of, &w, sums, bounds);
    sgdl_series_close(&w.plan);
  }
  free(w.buffers);
  free(w.series);
  /* Written so that NaN and Inf, from squares that overflow, are done again too. */
  for (ptrdiff_t e = j->n_lags * of.first; e < j->n_lags * of.end && status == SGDL_OK; e++)
    wanted[e] = j->counts[e] > 0 && !(bounds[e] <= tolerance(j->p->full) * sums[e]);
  return status;
}

static sgdl_status fft_groups(job *j, double *sums, double *bounds, char *wanted, char *redone)
{
  double count = (double)j->p->count, from = j->from, to = j->to;
  for (group g = next_group(j, 0); g.first < j->p->count; g = next_group(j, g.end)) {
    j->from = from + (to - from) * (double)g.first / count;
    j->to = from + (to - from) * (double)g.end / count;
    SGDL_TRY(sums_by_fft(j, g, sums, bounds, wanted));
    for (ptrdiff_t e = j->n_lags * g.first; redone && e < j->n_lags * g.end; e++)
      if (wanted[e]) redone[e % j->n_lags] = 1;
  }
  return SGDL_OK;
}

sgdl_status sgdl_pieces_sums(sgdl_context *ctx, const sgdl_pieces *p, const double *counts, double *sums,
                             char *redone)
{
  job j = { ctx, p, p->n_lags, p->lags, counts, p->progress_from, p->progress_to, 1, 0 };
  ptrdiff_t entries = sgdl_times(p->n_lags, p->count);
  double *bounds;
  SGDL_TRY(sgdl_alloc(ctx, &bounds, entries, "the mean squared displacement"));
  char *wanted = malloc((size_t)entries);
  if (!wanted) {
    free(bounds);
    return out_of_memory(ctx);
  }
  memset(bounds, 0, (size_t)entries * sizeof(double));
  memset(sums, 0, (size_t)entries * sizeof(double));
  memset(wanted, 1, (size_t)entries);
  j.to = 0.2 * p->progress_from + 0.8 * p->progress_to;
  sgdl_status status = fft_groups(&j, sums, bounds, wanted, redone);
  j.from = j.to;
  j.to = p->progress_to;
  if (status == SGDL_OK) status = direct_sums(&j, wanted, sums);
  free(wanted);
  free(bounds);
  return status;
}
