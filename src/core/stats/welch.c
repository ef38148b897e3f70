/* Welch's estimate of the power spectrum with chi-squared intervals. THEORY section 8; Welch (1967), degrees
 * of freedom for window and overlap as Percival and Walden (1993), section 6.17. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/fourier.h"
#include "quantile.h"
#include "signal.h"

static const double PI = 3.14159265358979323846;

typedef struct {
  sgdl_signal s;
  ptrdiff_t L, hop, per_path, segments, half;
  double *taper;           /* L, of unit energy                                               */
  fftw_plan forward, backward;
} job;

/* Hann (window 0) or none (1). */
static void fill_taper(job *j, int window)
{
  double energy = 0;
  for (ptrdiff_t t = 0; t < j->L; t++) {
    double s = sin(PI * ((double)t + 0.5) / (double)j->L);
    j->taper[t] = window == 0 ? s * s : 1;
    energy += j->taper[t] * j->taper[t];
  }
  for (ptrdiff_t t = 0; t < j->L; t++) j->taper[t] /= sqrt(energy);
}

/* 2 N/(1 + 2 sum_m (1 - m/N) |sum_t h_t h_{t + m hop}|^2), N segments a path. */
static double degrees_of_freedom(const job *j)
{
  double N = (double)j->per_path, sum = 0;
  for (ptrdiff_t m = 1; m < j->per_path && m * j->hop < j->L; m++) {
    double overlap = 0;
    for (ptrdiff_t t = 0; t + m * j->hop < j->L; t++) overlap += j->taper[t] * j->taper[t + m * j->hop];
    sum += (1 - (double)m / N) * overlap * overlap;
  }
  return 2 * N * (double)j->s.x.n_paths / (1 + 2 * sum);
}

/* Transforms of the segments of series c: out[segment] holds half + 1 complex numbers. */
static void transform(const job *j, ptrdiff_t c, double *series, double *work, double *out)
{
  for (ptrdiff_t path = 0; path < j->s.x.n_paths; path++) {
    sgdl_signal_fill(&j->s, c, path, series);
    for (ptrdiff_t a = 0; a < j->per_path; a++) {
      const double *from = series + a * j->hop;
      double mean = 0;
      for (ptrdiff_t t = 0; t < j->L; t++) mean += (from[t] - from[0]) / (double)j->L;
      for (ptrdiff_t t = 0; t < j->L; t++) work[t] = (from[t] - from[0] - mean) * j->taper[t];
      fftw_execute_dft_r2c(j->forward, work, (fftw_complex *)work);
      memcpy(out + 2 * (j->half + 1) * (a + j->per_path * path), work,
             2 * (size_t)(j->half + 1) * sizeof(double));
    }
  }
}

/* products[(a, b)] (half + 1 complex each, a <= b): sums over series of conj(J_a) J_b. */
static void add_products(const job *j, const double *transforms, double *products)
{
  ptrdiff_t width = 2 * (j->half + 1);
  for (ptrdiff_t b = 0; b < j->segments; b++)
    for (ptrdiff_t a = 0; a <= b; a++, products += width) {
      const double *x = transforms + width * a, *y = transforms + width * b;
      for (ptrdiff_t f = 0; f <= j->half; f++) {
        products[2 * f] += x[2 * f] * y[2 * f] + x[2 * f + 1] * y[2 * f + 1];
        products[2 * f + 1] += x[2 * f] * y[2 * f + 1] - x[2 * f + 1] * y[2 * f];
      }
    }
}

static int overlap(const job *j, ptrdiff_t a, ptrdiff_t b)
{
  return a / j->per_path == b / j->per_path && (b - a) * j->hop < j->L;
}

/* Sum S of the spectra of all series at frequency f, and (tr S)^2/tr S^2 of their spectral matrix, between 1
 * and n: how many of them there are in effect. tr S^2 from pairs of segments that do not overlap; 1 with too
 * few. */
static double total_of(const job *j, const double *products, ptrdiff_t f, double *in_effect)
{
  const double least_pairs = 6;
  ptrdiff_t width = 2 * (j->half + 1), at = 0;
  double sum = 0, square = 0, pairs = 0;
  for (ptrdiff_t b = 0; b < j->segments; b++)
    for (ptrdiff_t a = 0; a <= b; a++, at += width) {
      double re = products[at + 2 * f], im = products[at + 2 * f + 1];
      if (a == b) sum += re;
      if (overlap(j, a, b)) continue;
      square += re * re + im * im;
      pairs++;
    }
  sum /= (double)j->segments;
  *in_effect = 1;
  if (pairs >= least_pairs && square > 0)
    *in_effect = fmin((double)j->s.n, fmax(1, sum * sum * pairs / square));
  return sum;
}

static void put(const job *j, ptrdiff_t f, double S, double df, double level, ptrdiff_t at, double *density,
                double *lower, double *upper, double *freedom)
{
  if (2 * f == j->L) df /= 2; /* at the highest frequency the transform is real */
  density[at] = S;
  lower[at] = S * df / sgdl_chi_squared_quantile(0.5 + 0.5 * level, df);
  upper[at] = S * df / sgdl_chi_squared_quantile(0.5 - 0.5 * level, df);
  freedom[at] = df;
}

static sgdl_status check_welch(sgdl_context *ctx, const job *j, double every, double level)
{
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number in (0, 1)", level);
  if (!(every >= 1 && isfinite(every)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`every` = %g: expected a number of steps >= 1", every);
  if (j->L < 8)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`segment` = %td: expected at least 8 frames", j->L);
  if (j->L > j->s.length)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`segment` = %td: expected at most the %td frames there are", j->L,
                     j->s.length);
  return SGDL_OK;
}

sgdl_status sgdl_welch(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths, const double *x,
                       double unit, int total, ptrdiff_t n_directions, const double *directions, double every,
                       ptrdiff_t segment, int window, double level, double *freq, double *density,
                       double *lower, double *upper, double *df)
{
  job j = { .L = segment, .hop = segment / 2, .half = segment / 2 };
  double *series = NULL, *work = NULL, *transforms = NULL, *products = NULL;
  sgdl_status status = SGDL_OK;
  int stop = 0;

  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_signal_open(ctx, T, d, n_paths, x, n_directions, directions, unit, &j.s));
  SGDL_TRY(check_welch(ctx, &j, every, level));
  total = total && !directions;
  j.per_path = 1 + (j.s.length - j.L) / j.hop;
  j.segments = j.per_path * n_paths;
  ptrdiff_t width = 2 * (j.half + 1), n_products = total ? j.segments * (j.segments + 1) / 2 : 0;
  SGDL_GET(sgdl_fourier_plan(ctx, j.L, &j.forward, &j.backward));
  SGDL_GET(sgdl_alloc(ctx, &j.taper, j.L, "the window"));
  SGDL_GET(sgdl_alloc(ctx, &series, T, "a series"));
  SGDL_GET(sgdl_alloc(ctx, &work, sgdl_fourier_room(j.L), "the FFT"));
  SGDL_GET(sgdl_alloc(ctx, &transforms, sgdl_times(width, j.segments), "the segments"));
  SGDL_GET(sgdl_alloc(ctx, &products, sgdl_times(width, n_products) + 1, "the products of segments"));
  memset(products, 0, (size_t)(width * n_products + 1) * sizeof(double));
  fill_taper(&j, window);
  double freedom = degrees_of_freedom(&j);
  for (ptrdiff_t f = 1; f <= j.half; f++) freq[f - 1] = (double)f / ((double)j.L * every);
  for (ptrdiff_t c = 0; c < j.s.n && !stop; c++) {
    transform(&j, c, series, work, transforms);
    if (total) add_products(&j, transforms, products);
    for (ptrdiff_t f = 1; f <= j.half && !total; f++) {
      double S = 0;
      for (ptrdiff_t a = 0; a < j.segments; a++) {
        const double *J = transforms + width * a + 2 * f;
        S += (J[0] * J[0] + J[1] * J[1]) / (double)j.segments;
      }
      put(&j, f, S * every, freedom, level, f - 1 + j.half * c, density, lower, upper, df);
    }
    stop = sgdl_poll(ctx, (double)(c + 1) / (double)j.s.n);
  }
  if (stop) SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while estimating the spectrum"));
  for (ptrdiff_t f = 1; f <= j.half && total; f++) {
    double in_effect, S = total_of(&j, products, f, &in_effect);
    put(&j, f, S * every, freedom * in_effect, level, f - 1, density, lower, upper, df);
  }
done:
  sgdl_fourier_destroy(&j.forward, &j.backward);
  free(j.taper);
  free(series);
  free(work);
  free(transforms);
  free(products);
  return status;
}
