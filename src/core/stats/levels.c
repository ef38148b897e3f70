/* Sums of squared displacements to 1e-12 whatever the path: each octave of lags (B, 2B] by itself, on blocks
 * of 8B origins less their own mean, so that the transforms see displacements over 10B frames and no longer
 * the whole excursion of the path. What is left of the series after the blocks is done as the default does
 * all of it. */
#include "series.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

enum { ORIGINS = 8, MOST_LEVELS = 64 };

static const double fft_cost = 2.0; /* as in series.c: two transforms                        */

/* The lags [first, first + count) of the list, all in (B, 2B]. */
typedef struct level {
  ptrdiff_t first, count, B;
  ptrdiff_t blocks, rest;   /* whole blocks of 8B origins; where the rest of the series starts */
  int direct;
  sgdl_correlator block, tail;
} level;

struct sgdl_levels {
  ptrdiff_t n;
  const double *lags;
  int n_levels;
  level level[MOST_LEVELS];
};

static ptrdiff_t clamp_lag(ptrdiff_t lag, ptrdiff_t n)
{
  return lag < n ? lag : n - 1;
}

static double transform_cost(ptrdiff_t n)
{
  return fft_cost * (double)n * log2((double)n);
}

/* The octaves of the lags below n, and how each is done. Lags of 1 and 2 are directly done. */
static void divide(ptrdiff_t n, ptrdiff_t n_lags, const double *lags, sgdl_levels *levels, double *cost)
{
  ptrdiff_t l = 0;
  *cost = 0.0;
  levels->n = n;
  levels->lags = lags;
  levels->n_levels = 0;
  for (ptrdiff_t B = 1; l < n_lags && lags[l] < (double)n; B *= 2) {
    level v = { .first = l, .B = B };
    double displacements = 0.0;
    for (; l < n_lags && lags[l] < (double)n && lags[l] <= 2.0 * (double)B; l++)
      displacements += (double)n - lags[l];
    v.count = l - v.first;
    if (v.count == 0) continue;
    v.blocks = n / B < ORIGINS + 2 ? 0 : (n - 2 * B) / (ORIGINS * B);
    v.rest = ORIGINS * B * v.blocks;
    double direct = SGDL_DIRECT_COST * displacements;
    double tail = transform_cost(sgdl_correlator_length(n - v.rest, clamp_lag(2 * B, n - v.rest)));
    double fft = 1.5 * (double)v.blocks * transform_cost((ORIGINS + 2) * B) + tail;
    v.direct = B < 8 || direct <= fft;
    *cost += v.direct ? direct : fft;
    levels->level[levels->n_levels++] = v;
  }
}

double sgdl_levels_cost(ptrdiff_t n, ptrdiff_t n_lags, const double *lags)
{
  sgdl_levels levels;
  double cost;
  divide(n, n_lags, lags, &levels, &cost);
  return cost;
}

void sgdl_levels_close(sgdl_levels *levels)
{
  for (int v = 0; v < levels->n_levels; v++) {
    sgdl_correlator_close(&levels->level[v].block);
    sgdl_correlator_close(&levels->level[v].tail);
  }
  free(levels);
}

static void most(ptrdiff_t *work, ptrdiff_t needed)
{
  if (needed > *work) *work = needed;
}

sgdl_status sgdl_levels_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags,
                             sgdl_levels **opened, ptrdiff_t *work)
{
  double cost;
  sgdl_status status = SGDL_OK;
  sgdl_levels *levels = calloc(1, sizeof *levels);
  if (!levels) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the mean squared displacement");
  divide(n, n_lags, lags, levels, &cost);
  *work = 8;
  for (int i = 0; i < levels->n_levels && status == SGDL_OK; i++) {
    level *v = levels->level + i;
    if (v->direct) continue;
    ptrdiff_t rest = n - v->rest;
    status = sgdl_correlator_open(ctx, sgdl_correlator_length(rest, clamp_lag(2 * v->B, rest)), &v->tail);
    most(work, SGDL_SERIES_BUFFERS * v->tail.buffer);
    if (status != SGDL_OK || v->blocks == 0) continue;
    status = sgdl_correlator_open(ctx, sgdl_correlator_length((ORIGINS + 2) * v->B, 0), &v->block);
    most(work, 2 * v->block.buffer);
  }
  if (status == SGDL_OK)
    *opened = levels;
  else
    sgdl_levels_close(levels);
  return status;
}

/* y = x less its mean (n), zeros up to the end of the buffer; sum y^2. */
static double centred(ptrdiff_t n, const double *x, ptrdiff_t buffer, double *y)
{
  double sum = 0.0, energy = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += x[i] - x[0];
  double middle = x[0] + sum / (double)n;
  for (ptrdiff_t i = 0; i < n; i++) {
    y[i] = x[i] - middle;
    energy += y[i] * y[i];
  }
  memset(y + n, 0, (size_t)(buffer - n) * sizeof(double));
  return energy;
}

/* Adds what the origins of one block, the first 8B of its 10B frames, contribute. */
static void run_block(const level *v, const double *lags, const double *x, double *work, double *sums,
                      double *bounds)
{
  const sgdl_correlator *c = &v->block;
  ptrdiff_t origins = ORIGINS * v->B, n = origins + 2 * v->B, m = 0;
  double *head = work, *whole = work + c->buffer, scale = 1.0 / (double)c->n;
  double bound = DBL_EPSILON * log2(2.0 * (double)n) * centred(n, x, c->buffer, whole);
  memcpy(head, whole, (size_t)origins * sizeof(double));
  memset(head + origins, 0, (size_t)(c->buffer - origins) * sizeof(double));

  sgdl_sum moved = { 0 }, still;
  for (ptrdiff_t i = 0; i < origins; i++) sgdl_sum_add(&moved, head[i] * head[i]);
  still = moved;
  for (ptrdiff_t l = 0; l < v->count; l++) {
    for (; m < (ptrdiff_t)lags[l]; m++) {
      sgdl_sum_add(&moved, whole[m + origins] * whole[m + origins]);
      sgdl_sum_add(&moved, -whole[m] * whole[m]);
    }
    sums[l] += sgdl_sum_value(&still) + sgdl_sum_value(&moved);
    bounds[l] += bound;
  }
  fftw_execute_dft_r2c(c->forward, head, (fftw_complex *)head);
  fftw_execute_dft_r2c(c->forward, whole, (fftw_complex *)whole);
  for (ptrdiff_t k = 0; k <= c->n / 2; k++) {
    double *a = head + 2 * k, *b = whole + 2 * k;
    double real = a[0] * b[0] + a[1] * b[1], imaginary = a[0] * b[1] - a[1] * b[0];
    a[0] = scale * real;
    a[1] = scale * imaginary;
  }
  fftw_execute_dft_c2r(c->backward, (fftw_complex *)head, head);
  for (ptrdiff_t l = 0; l < v->count; l++) sums[l] -= 2.0 * head[(ptrdiff_t)lags[l]];
}

static void run_level(const sgdl_levels *s, const level *v, const double *x, double *work, double *sums,
                      double *bounds)
{
  const double *lags = s->lags + v->first;
  if (v->direct) {
    for (ptrdiff_t l = 0; l < v->count; l++) {
      sums[l] = sgdl_squared_displacements(x, (ptrdiff_t)lags[l], s->n - (ptrdiff_t)lags[l], 0);
      bounds[l] = 0.0;
    }
    return;
  }
  const sgdl_columns rest = { 1, s->n - v->rest, 0, x + v->rest, NULL };
  sgdl_series_autocorrelation(&v->tail, &rest, v->count, lags, work, sums, bounds);
  for (ptrdiff_t b = 0; b < v->blocks; b++)
    run_block(v, lags, x + ORIGINS * v->B * b, work, sums, bounds);
}

void sgdl_levels_run(const sgdl_levels *s, const double *x, double *work, double *sums, double *bounds)
{
  for (int i = 0; i < s->n_levels; i++) {
    const level *v = s->level + i;
    run_level(s, v, x, work, sums + v->first, bounds + v->first);
  }
}
