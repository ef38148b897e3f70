/* The MSD of every segment: by FFT, with the lags whose rounding error would show done again
 * directly; or all of them directly where lags are few.
 *
 * FFT: MSD(m) (L - m) = S1(m) - 2 S2(m) of the series less a straight line s k, plus the line's own
 * displacement and their cross term. S1 - 2 S2 carries an error of a few DBL_EPSILON sum y^2
 * whatever the lag, so it is no good where MSD(m) is far below the variance of the path. */
#include "curves.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "correlator.h"
#include "line.h"

enum { TILE = 4096 }; /* origins done directly at a time                                     */

/* A lag of the FFT is done again where the bound of its relative error is above this; errors met are
 * some ten times smaller than the bound. */
static const double tolerance = 1e-11;
/* Measured, in ns: a displacement done directly; an element of the two FFTs, over log2 of their length. */
static const double direct_cost = 0.3, fft_cost = 2.0;

typedef struct job {
  sgdl_context *ctx;
  const sgdl_segments *s;
  ptrdiff_t n_lags;
  const double *lags;
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

/* sum_i (x[i + m] - x[i])^2, i < n: eight lanes, so that the order is the same for every vector width. */
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

/* Series (or tiles of them) worked on between two ordered sums: as many as fit in 8 MB of sums. */
static ptrdiff_t items_at_a_time(const job *j, ptrdiff_t items)
{
  ptrdiff_t n = (1 << 20) / j->n_lags, least = 2 * (ptrdiff_t)j->threads;
  if (n < least) n = least;
  return n < items ? n : items;
}

/* What the origins in tile t of a series add to each wanted lag. */
static void direct_tile(const job *j, const double *x, ptrdiff_t t, const char *wanted, double *sums)
{
  for (ptrdiff_t l = 0; l < j->n_lags; l++) {
    ptrdiff_t m = (ptrdiff_t)j->lags[l], n = j->s->length - m - TILE * t;
    if (wanted[l]) sums[l] = n > 0 ? squared_displacements(x + TILE * t, m, n < TILE ? n : TILE) : 0.0;
  }
}

/* Zeroes the wanted entries and counts their displacements (in one coordinate). */
static double clear_wanted(const job *j, const char *wanted, double *curves)
{
  double displacements = 0.0;
  for (ptrdiff_t e = 0; e < j->n_lags * sgdl_segments_count(j->s); e++)
    if (wanted[e]) {
      curves[e] = 0.0;
      displacements += (double)j->s->length - j->lags[e % j->n_lags];
    }
  return displacements;
}

/* The wanted entries (n_lags x segments) of curves, each by its definition, tile by tile so that lags shorter
 * than a tile find the series in cache. */
static sgdl_status direct_curves(job *j, const char *wanted, double *curves)
{
  const sgdl_segments *s = j->s;
  ptrdiff_t entries = j->n_lags * sgdl_segments_count(s), tiles = (s->length - 1 + TILE - 1) / TILE;
  double displacements = clear_wanted(j, wanted, curves);
  if (displacements == 0) return SGDL_OK;
  j->threads = sgdl_threads_worth(j->ctx, direct_cost * displacements * (double)s->d);
  ptrdiff_t items = sgdl_segments_count(s) * s->d * tiles, size = items_at_a_time(j, items);
  double *sums;
  SGDL_TRY(sgdl_alloc(j->ctx, &sums, j->n_lags * size, "the mean squared displacement"));
  for (ptrdiff_t first = 0; first < items && !stopped(j, (double)first / (double)items); first += size) {
    ptrdiff_t n = items - first < size ? items - first : size;
#pragma omp parallel for schedule(dynamic, 4) num_threads(j->threads)
    for (ptrdiff_t q = 0; q < n; q++) {
      ptrdiff_t series = (first + q) / tiles, g = series / s->d;
      if (stopped(j, (double)(first + q) / (double)items)) continue;
      direct_tile(j, sgdl_segment(s, g, series % s->d), (first + q) % tiles, wanted + j->n_lags * g,
                  sums + j->n_lags * q);
    }
    for (ptrdiff_t q = 0; q < n && !j->stop; q++) {
      ptrdiff_t segment = j->n_lags * ((first + q) / tiles / s->d);
      for (ptrdiff_t l = 0; l < j->n_lags; l++)
        if (wanted[segment + l]) curves[segment + l] += sums[l + j->n_lags * q];
    }
  }
  free(sums);
  for (ptrdiff_t e = 0; e < entries; e++)
    if (wanted[e]) curves[e] /= (double)s->length - j->lags[e % j->n_lags];
  return interrupted(j);
}

/* What bounds the rounding error of one series or segment. */
typedef struct rounding {
  double energy; /* sum y^2 about the line                                                  */
  double slope_square;
} rounding;

/* Memory of the FFT: a buffer per thread, and the sums of `size` series at a time. */
typedef struct fft_work {
  sgdl_correlator correlator;
  double *buffers;
  ptrdiff_t size;
  double *sums;        /* n_lags x size                                                     */
  rounding *series;    /* size                                                              */
  rounding *segments;  /* one for each, zeroed                                              */
} fft_work;

/* sums[l] = sum_i (x[i + m] - x[i])^2 of one series. work: c->buffer doubles. */
static rounding fft_series(const job *j, const sgdl_correlator *c, const double *x, double *work,
                           double *sums)
{
  ptrdiff_t L = j->s->length, m = 0;
  sgdl_line line = sgdl_line_fit(L, x);
  sgdl_line_remove(L, x, line, work);
  memset(work + L, 0, (size_t)(c->buffer - L) * sizeof(double));

  sgdl_sum energy = { 0 }, ends = { 0 }, ends_square = { 0 };
  for (ptrdiff_t i = 0; i < L; i++) sgdl_sum_add(&energy, work[i] * work[i]);
  double twice_energy = 2.0 * sgdl_sum_value(&energy);
  for (ptrdiff_t l = 0; l < j->n_lags; l++) {
    for (; m < (ptrdiff_t)j->lags[l]; m++) {
      double head = work[m], tail = work[L - 1 - m];
      sgdl_sum_add(&ends, tail);
      sgdl_sum_add(&ends, -head);
      sgdl_sum_add(&ends_square, head * head);
      sgdl_sum_add(&ends_square, tail * tail);
    }
    double drift = line.slope * (double)m;
    sums[l] = (twice_energy - sgdl_sum_value(&ends_square)) +
              drift * (2.0 * sgdl_sum_value(&ends) + (double)(L - m) * drift);
  }
  sgdl_correlator_run(c, work);
  for (ptrdiff_t l = 0; l < j->n_lags; l++) sums[l] -= 2.0 * work[(ptrdiff_t)j->lags[l]];
  return (rounding){ 0.5 * twice_energy, line.slope * line.slope };
}

/* All curves by FFT. Some series are transformed at a time on all threads, then added in their order: the
 * bits depend neither on the threads nor on how many. */
static sgdl_status fft_curves(job *j, const fft_work *w, double *curves)
{
  const sgdl_segments *s = j->s;
  ptrdiff_t series = sgdl_segments_count(s) * s->d;
  memset(curves, 0, (size_t)(sgdl_segments_count(s) * j->n_lags) * sizeof(double));
  for (ptrdiff_t first = 0; first < series && !stopped(j, (double)first / (double)series); first += w->size) {
    ptrdiff_t n = series - first < w->size ? series - first : w->size;
#pragma omp parallel for schedule(dynamic) num_threads(j->threads)
    for (ptrdiff_t q = 0; q < n; q++) {
      if (stopped(j, (double)(first + q) / (double)series)) continue;
      const double *x = sgdl_segment(s, (first + q) / s->d, (first + q) % s->d);
      double *buffer = w->buffers + w->correlator.buffer * omp_get_thread_num();
      w->series[q] = fft_series(j, &w->correlator, x, buffer, w->sums + j->n_lags * q);
    }
    for (ptrdiff_t q = 0; q < n && !j->stop; q++) {
      ptrdiff_t g = (first + q) / s->d;
      w->segments[g].energy += w->series[q].energy;
      w->segments[g].slope_square += w->series[q].slope_square;
      for (ptrdiff_t l = 0; l < j->n_lags; l++) curves[l + j->n_lags * g] += w->sums[l + j->n_lags * q];
    }
  }
  return interrupted(j);
}

/* Divides by the number of origins and marks the entries whose error bound is above the tolerance. */
static void finish_and_mark(const job *j, const rounding *of, double *curves, char *wanted)
{
  double L = (double)j->s->length;
  for (ptrdiff_t g = 0; g < sgdl_segments_count(j->s); g++)
    for (ptrdiff_t l = 0; l < j->n_lags; l++) {
      double m = j->lags[l], *value = curves + l + j->n_lags * g;
      double bound = DBL_EPSILON * (of[g].energy * log2(2.0 * L) + L * m * m * of[g].slope_square);
      /* Written so that NaN and Inf, from squares that overflow, are done again too. */
      wanted[l + j->n_lags * g] = !(bound <= tolerance * *value);
      *value /= L - m;
    }
}

static ptrdiff_t transform_length(const job *j)
{
  return sgdl_correlator_length(j->s->length, (ptrdiff_t)j->lags[j->n_lags - 1]);
}

/* ns for one series by FFT. */
static double series_cost(const job *j)
{
  double n = (double)transform_length(j);
  return fft_cost * n * log2(n);
}

/* A function of sizes and lags only. */
static int direct_is_cheaper(const job *j)
{
  double L = (double)j->s->length, displacements = 0.0;
  for (ptrdiff_t l = 0; l < j->n_lags; l++) displacements += L - j->lags[l];
  return transform_length(j) > INT_MAX || direct_cost * displacements < series_cost(j);
}

static sgdl_status open_fft(job *j, fft_work *w)
{
  ptrdiff_t segments = sgdl_segments_count(j->s);
  j->threads = sgdl_threads_worth(j->ctx, series_cost(j) * (double)(segments * j->s->d));
  w->size = items_at_a_time(j, segments * j->s->d);
  SGDL_TRY(sgdl_correlator_open(j->ctx, transform_length(j), &w->correlator));
  SGDL_TRY(sgdl_alloc(j->ctx, &w->buffers, w->correlator.buffer * j->threads, "the FFT"));
  SGDL_TRY(sgdl_alloc(j->ctx, &w->sums, j->n_lags * w->size, "the mean squared displacement"));
  w->series = malloc((size_t)w->size * sizeof *w->series);
  w->segments = calloc((size_t)segments, sizeof *w->segments);
  return w->series && w->segments ? SGDL_OK : out_of_memory(j->ctx);
}

static void close_fft(fft_work *w)
{
  sgdl_correlator_close(&w->correlator);
  free(w->buffers);
  free(w->sums);
  free(w->series);
  free(w->segments);
}

/* The curves by FFT, and which of their entries are still wanted. */
static sgdl_status curves_by_fft(job *j, char *wanted, double *curves)
{
  fft_work w = { 0 };
  sgdl_status status = open_fft(j, &w);
  if (status == SGDL_OK) status = fft_curves(j, &w, curves);
  if (status == SGDL_OK) finish_and_mark(j, w.segments, curves, wanted);
  close_fft(&w);
  return status;
}

sgdl_status sgdl_msd_curves(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t n_lags, const double *lags,
                            double *curves)
{
  job j = { ctx, s, n_lags, lags, s->progress_from, s->progress_to, 1, 0 };
  sgdl_status status = SGDL_OK;
  size_t entries = (size_t)(n_lags * sgdl_segments_count(s));
  char *wanted = malloc(entries);
  if (!wanted) return out_of_memory(ctx);
  memset(wanted, 1, entries);
  if (!direct_is_cheaper(&j)) {
    j.to = 0.2 * s->progress_from + 0.8 * s->progress_to;
    status = curves_by_fft(&j, wanted, curves);
    j.from = j.to;
    j.to = s->progress_to;
  }
  if (status == SGDL_OK) status = direct_curves(&j, wanted, curves);
  free(wanted);
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
