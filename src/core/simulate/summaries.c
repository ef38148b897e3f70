/* Running summaries of the recorded states: moments by updates that keep mean and variance themselves, squared
 * displacements from the start and from the record before, and mean squared displacements at lags from origins
 * `lag` apart. Sums over coordinates run in a fixed order, by lanes within a band, by bands within a piece, by pieces. */
#include "run.h"

#include <math.h>
#include <string.h>

void sgdl_summary_layout_init(const sgdl_simulation *sim, ptrdiff_t d, sgdl_summary_layout *layout)
{
  sgdl_summary_layout l = {.kinds = sim->summaries, .d = d, .n_paths = sim->n_paths, .stride = d * sim->n_paths,
                           .mean = -1, .variance = -1, .start = -1, .previous = -1, .displacement = -1, .local = -1};
  if (l.kinds & SGDL_MOMENTS) {
    l.mean = l.n_vectors++;
    l.variance = l.n_vectors++;
  }
  if (l.kinds & SGDL_DISPLACEMENT) {
    l.start = l.n_vectors++;
    l.displacement = l.n_series++;
  }
  if (l.kinds & SGDL_LOCAL_DISPLACEMENT) {
    l.previous = l.n_vectors++;
    l.local = l.n_series++;
  }
  l.lag_scalars = l.n_series;
  l.origins = l.n_vectors;
  if (l.kinds & SGDL_ONLINE_MSD) {
    l.n_lags = sim->n_lags;
    l.lags = sim->lags;
    l.n_vectors += l.n_lags;
  }
  l.n_scalars = l.n_series + l.n_lags;
  *layout = l;
}

/* ---- one band ---- */

/* mean_n = mean + (x - mean) / n;  variance_n = (n-2)/(n-1) variance + (x - mean)^2 / n, 0 at n = 1. */
SGDL_VECTORISED static void update_moments(ptrdiff_t n, const double *x, double count, double *restrict mean,
                                           double *restrict variance)
{
  const double part = 1.0 / count, gain = count > 1.0 ? part : 0.0;
  const double kept = count > 1.0 ? (count - 2.0) / (count - 1.0) : 0.0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double before = x[i] - mean[i];
    mean[i] += part * before;
    variance[i] = kept * variance[i] + gain * (before * before);
  }
}

/* sum (x - y)^2 over lanes; the rest as a last, zero-padded one. */
SGDL_VECTORISED static double squared_distance(ptrdiff_t n, const double *x, const double *y)
{
  sgdl_lanes sum = {0}, a, b;
  const ptrdiff_t lanes = 8;
  ptrdiff_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    memcpy(&a, x + i, sizeof a);
    memcpy(&b, y + i, sizeof b);
    a -= b;
    sum += a * a;
  }
  if (i < n) {
    a = b = (sgdl_lanes){0};
    memcpy(&a, x + i, (size_t)(n - i) * sizeof *x);
    memcpy(&b, y + i, (size_t)(n - i) * sizeof *y);
    a -= b;
    sum += a * a;
  }
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* Distance of x from `origin`, where x takes its place. */
static double move_origin(ptrdiff_t n, const double *x, double *origin)
{
  double distance = squared_distance(n, x, origin);
  memcpy(origin, x, (size_t)n * sizeof *x);
  return distance;
}

void sgdl_summarise(const sgdl_summary_layout *layout, ptrdiff_t first, const sgdl_rows *rows,
                    double *vectors, double *sums)
{
  const sgdl_summary_layout *l = layout;
  ptrdiff_t n = rows->m, stride = l->stride;
  double *at = vectors + first;
  for (ptrdiff_t q = 0; q < rows->n; q++, sums += l->n_scalars) {
    const double *x = rows->states + 2 * n * q;
    ptrdiff_t r = rows->first + q;
    if (l->mean >= 0) update_moments(n, x, (double)(r + 1), at + l->mean * stride,
                                     at + l->variance * stride);
    if (l->start >= 0) sums[l->displacement] += squared_distance(n, x, at + l->start * stride);
    if (l->previous >= 0) sums[l->local] += move_origin(n, x, at + l->previous * stride);
    for (ptrdiff_t k = 0; k < l->n_lags; k++)
      if (r % (ptrdiff_t)l->lags[k] == 0)
        sums[l->lag_scalars + k] += move_origin(n, x, at + (l->origins + k) * stride);
  }
}

/* ---- all coordinates ---- */

/* Coordinates [first, first + n) of rows of all of them, which move to `band` (2n x rows->n). */
static sgdl_rows take_band(const sgdl_rows *rows, ptrdiff_t first, ptrdiff_t n, ptrdiff_t q, double *band)
{
  memcpy(band, rows->states + 2 * rows->m * q + first, (size_t)n * sizeof *band);
  return (sgdl_rows){n, 1, rows->first + q, band};
}

void sgdl_summarise_all(const sgdl_summary_layout *layout, const sgdl_rows *rows, double *vectors, double *work,
                        double *sums)
{
  double band[2 * SGDL_BAND];
  ptrdiff_t d = layout->d, n_scalars = layout->n_scalars, total = n_scalars * rows->n;
  const ptrdiff_t width = sgdl_band_width(d);
  for (ptrdiff_t piece = 0; piece < d; piece += SGDL_PIECE) {
    ptrdiff_t end = d - piece < SGDL_PIECE ? d : piece + SGDL_PIECE;
    for (ptrdiff_t i = 0; i < total; i++) work[i] = 0.0;
    for (ptrdiff_t first = piece; first < end; first += width) {
      ptrdiff_t n = end - first < width ? end - first : width;
      for (ptrdiff_t q = 0; q < rows->n; q++) {
        sgdl_rows one = take_band(rows, first, n, q, band);
        sgdl_summarise(layout, first, &one, vectors, work + q * n_scalars);
      }
    }
    for (ptrdiff_t i = 0; i < total; i++) sums[i] += work[i];
  }
}

/* ---- what they say ---- */

/* count x n_paths columns of one series; NaN for the records to come. */
static void copy_series(const sgdl_run *run, ptrdiff_t which, ptrdiff_t count, double *out)
{
  const sgdl_summary_layout *l = &run->layout;
  ptrdiff_t records = sgdl_simulation_records(run->sim);
  for (ptrdiff_t p = 0; p < l->n_paths; p++)
    for (ptrdiff_t r = 0; r < records; r++)
      out[r + p * records] = r < count ? run->series[which + l->n_series * (p + l->n_paths * r)] : NAN;
}

static void copy_known(int known, ptrdiff_t n, const double *from, double *to)
{
  for (ptrdiff_t i = 0; to && i < n; i++) to[i] = known ? from[i] : NAN;
}

static void copy_moments(const sgdl_run *run, double count, double *mean, double *variance)
{
  const sgdl_summary_layout *l = &run->layout;
  copy_known(count > 0.0 && !run->spoilt, l->stride, run->vectors + l->mean * l->stride, mean);
  copy_known(count > 1.0 && !run->spoilt, l->stride, run->vectors + l->variance * l->stride, variance);
}

void sgdl_run_moments(const sgdl_run *run, const double **mean, const double **variance)
{
  const sgdl_summary_layout *l = &run->layout;
  int known = l->mean >= 0 && run->head[SGDL_HEAD_COUNT] > 1.0 && !run->spoilt;
  *mean = known ? run->vectors + l->mean * l->stride : NULL;
  *variance = known ? run->vectors + l->variance * l->stride : NULL;
}

static void copy_msd(const sgdl_run *run, ptrdiff_t count, double *msd, double *msd_count)
{
  const sgdl_summary_layout *l = &run->layout;
  for (ptrdiff_t p = 0; p < l->n_paths; p++)
    for (ptrdiff_t k = 0; k < l->n_lags; k++) {
      ptrdiff_t n = count > 0 ? (count - 1) / (ptrdiff_t)l->lags[k] : 0, at = k + p * l->n_lags;
      if (msd) msd[at] = n > 0 && !run->spoilt ? run->lag_sums[at] / (double)n : NAN;
      if (msd_count) msd_count[at] = (double)n;
    }
}

void sgdl_run_summaries(const sgdl_run *run, sgdl_summaries *summaries)
{
  const sgdl_summary_layout *l = &run->layout;
  ptrdiff_t count = (ptrdiff_t)run->head[SGDL_HEAD_COUNT];
  summaries->count = count;
  if (l->mean >= 0) copy_moments(run, (double)count, summaries->mean, summaries->variance);
  if (l->displacement >= 0 && summaries->displacement)
    copy_series(run, l->displacement, count, summaries->displacement);
  if (l->local >= 0 && summaries->local) copy_series(run, l->local, count, summaries->local);
  copy_msd(run, count, summaries->msd, summaries->msd_count);
}
