/* Debiased Whittle likelihood, its maximum, and a portmanteau test of the fit; see whittle.h. */
#include "whittle.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dense.h"

/* ---- memory --------------------------------------------------------------------------------------- */

sgdl_status sgdl_whittle_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_paths, ptrdiff_t first,
                              ptrdiff_t last, sgdl_whittle *w)
{
  *w = (sgdl_whittle){ .n = n, .first = first, .last = last, .n_paths = (double)n_paths };
  SGDL_TRY(sgdl_fourier_plan(ctx, n, &w->series_forward, &w->series_backward));
  return sgdl_fourier_plan(ctx, 2 * n, &w->twice_forward, &w->twice_backward);
}

void sgdl_whittle_close(sgdl_whittle *w)
{
  sgdl_fourier_destroy(&w->series_forward, &w->series_backward);
  sgdl_fourier_destroy(&w->twice_forward, &w->twice_backward);
}

sgdl_status sgdl_whittle_work_open(sgdl_context *ctx, const sgdl_whittle *w, sgdl_whittle_work *work)
{
  ptrdiff_t half = w->n / 2 + 1;
  *work = (sgdl_whittle_work){ 0 };
  SGDL_TRY(sgdl_alloc(ctx, &work->transform, sgdl_fourier_room(2 * w->n), "the FFT"));
  SGDL_TRY(sgdl_alloc(ctx, &work->periodogram, half, "the periodogram"));
  SGDL_TRY(sgdl_alloc(ctx, &work->ratio, half, "the periodogram"));
  for (int p = 0; p < SGDL_WHITTLE_MOST; p++) {
    SGDL_TRY(sgdl_alloc(ctx, &work->density[p], w->n + 1, "the spectral density"));
    SGDL_TRY(sgdl_alloc(ctx, &work->expected[p], half, "the expected periodogram"));
  }
  for (int p = 0; p < SGDL_WHITTLE_SECOND; p++)
    SGDL_TRY(sgdl_alloc(ctx, &work->second[p], half, "the derivatives of the periodogram"));
  return SGDL_OK;
}

void sgdl_whittle_work_close(sgdl_whittle_work *work)
{
  free(work->transform);
  free(work->periodogram);
  free(work->ratio);
  for (int p = 0; p < SGDL_WHITTLE_MOST; p++) {
    free(work->density[p]);
    free(work->expected[p]);
  }
  for (int p = 0; p < SGDL_WHITTLE_SECOND; p++) free(work->second[p]);
}

/* ---- periodogram ---------------------------------------------------------------------------------- */

void sgdl_whittle_periodogram(const sgdl_whittle *w, const double *y, ptrdiff_t stride,
                              sgdl_whittle_work *work)
{
  ptrdiff_t paths = (ptrdiff_t)w->n_paths, half = w->n / 2 + 1;
  double scale = 1.0 / ((double)w->n * w->n_paths);
  memset(work->periodogram, 0, (size_t)half * sizeof(double));
  for (ptrdiff_t r = 0; r < paths; r++) {
    memcpy(work->transform, y + r * stride, (size_t)w->n * sizeof(double));
    fftw_execute_dft_r2c(w->series_forward, work->transform, (fftw_complex *)work->transform);
    for (ptrdiff_t j = 0; j < half; j++) {
      double re = work->transform[2 * j], im = work->transform[2 * j + 1];
      work->periodogram[j] += scale * (re * re + im * im);
    }
  }
}

void sgdl_whittle_expected(const sgdl_whittle *w, const double *f, sgdl_whittle_work *work, double *expected)
{
  ptrdiff_t n = w->n;
  double *t = work->transform, scale = 0.5 / (double)n;
  for (ptrdiff_t i = 0; i <= n; i++) {
    t[2 * i] = f[i];
    t[2 * i + 1] = 0;
  }
  fftw_execute_dft_c2r(w->twice_backward, (fftw_complex *)t, t); /* 2n gamma(h) */
  for (ptrdiff_t h = 0; h < n; h++) {
    double weight = scale * (1 - (double)h / (double)n);
    t[h] *= weight;
    if (h > 0)
      t[2 * n - h] *= weight;
  }
  t[n] = 0;
  fftw_execute_dft_r2c(w->twice_forward, t, (fftw_complex *)t);
  for (ptrdiff_t j = 0; j <= n / 2; j++)
    expected[j] = t[4 * j]; /* every second frequency, real part */
}

/* ---- likelihood ----------------------------------------------------------------------------------- */

static void add_ordinate(int n, double r, double ratio, const double *D, double *score, double *information)
{
  for (int p = 0; p < n; p++) {
    score[p] += r * (ratio - 1) * D[p];
    for (int q = 0; q < n; q++)
      information[p + q * n] += r * D[p] * D[q];
  }
}

/* E_j of the density and D of its parameters into work->expected. */
static int evaluate(const sgdl_whittle *w, sgdl_density density, void *user, int n_shape, const double *shape,
                    int with_gradient, sgdl_whittle_work *work)
{
  if (!density(user, shape, work->density[0], with_gradient ? work->density + 1 : NULL))
    return 0;
  sgdl_whittle_expected(w, work->density[0], work, work->expected[0]);
  for (int p = 1; p <= n_shape && with_gradient; p++) {
    sgdl_whittle_expected(w, work->density[p], work, work->expected[p]);
    for (ptrdiff_t j = 0; j <= w->n / 2; j++)
      work->expected[p][j] /= work->expected[0][j];
  }
  return 1;
}

double sgdl_whittle_value(const sgdl_whittle *w, sgdl_density density, void *user, int n_shape,
                          const double *parameters, sgdl_whittle_work *work, double *score,
                          double *information)
{
  int n = 1 + n_shape;
  double value = 0, scale = exp(parameters[0]), D[SGDL_WHITTLE_MOST] = { 1 };
  if (!isfinite(scale) || !evaluate(w, density, user, n_shape, parameters + 1, score != NULL, work))
    return -INFINITY;
  for (int p = 0; p < n && score; p++) {
    score[p] = 0;
    for (int q = 0; q < n; q++)
      information[p + q * n] = 0;
  }
  for (ptrdiff_t j = w->first; j <= w->last; j++) {
    double E = scale * work->expected[0][j];
    work->ratio[j] = work->periodogram[j] / E;
    value -= w->n_paths * (log(E) + work->ratio[j]);
    for (int p = 1; p < n && score; p++)
      D[p] = work->expected[p][j];
    if (score)
      add_ordinate(n, w->n_paths, work->ratio[j], D, score, information);
  }
  return isfinite(value) ? value : -INFINITY;
}

/* The scale that is best at these shape parameters. */
static double best_log_scale(const sgdl_whittle *w, sgdl_density density, void *user, const double *shape,
                             sgdl_whittle_work *work)
{
  double sum = 0;
  if (!evaluate(w, density, user, 0, shape, 0, work))
    return NAN;
  for (ptrdiff_t j = w->first; j <= w->last; j++)
    sum += work->periodogram[j] / work->expected[0][j];
  return log(sum / (double)(w->last - w->first + 1));
}

/* Halves the step until the likelihood does not fall. Returns the value there, or `value` and no step. */
static double line_search(const sgdl_whittle *w, sgdl_density density, void *user, int n_shape, double *at,
                          const double *step, double value, sgdl_whittle_work *work)
{
  double fraction = 1, trial[SGDL_WHITTLE_MOST];
  for (int halving = 0; halving < 30; halving++, fraction /= 2) {
    for (int p = 0; p <= n_shape; p++)
      trial[p] = at[p] + fraction * step[p];
    double there = sgdl_whittle_value(w, density, user, n_shape, trial, work, NULL, NULL);
    if (there >= value) {
      memcpy(at, trial, sizeof trial);
      return there;
    }
  }
  return value;
}

void sgdl_whittle_maximise(const sgdl_whittle *w, sgdl_density density, void *user, sgdl_whittle_fit *fit,
                           sgdl_whittle_work *work)
{
  const int most = 100;
  const double longest = 1, enough = 1e-8; /* step in logarithms; score' information^-1 score */
  int n = 1 + fit->n_shape;
  double score[SGDL_WHITTLE_MOST], step[SGDL_WHITTLE_MOST], *at = fit->parameters;
  double information[SGDL_WHITTLE_MOST * SGDL_WHITTLE_MOST];
  fit->converged = 0;
  at[0] = best_log_scale(w, density, user, at + 1, work);
  for (fit->iterations = 0; fit->iterations < most; fit->iterations++) {
    double gain = 0, size = 0;
    fit->log_likelihood = sgdl_whittle_value(w, density, user, fit->n_shape, at, work, score, information);
    memcpy(fit->covariance, information, sizeof information);
    if (!isfinite(fit->log_likelihood) || !sgdl_dense_inverse(n, fit->covariance)) {
      for (int i = 0; i < n * n; i++)
        fit->covariance[i] = NAN;
      return;
    }
    for (int p = 0; p < n; p++) {
      step[p] = 0;
      for (int q = 0; q < n; q++)
        step[p] += fit->covariance[p + q * n] * score[q];
      gain += step[p] * score[p];
      size = fmax(size, fabs(step[p]));
    }
    if (gain < enough) {
      fit->converged = 1;
      return;
    }
    for (int p = 0; p < n && size > longest; p++)
      step[p] *= longest / size;
    double before = fit->log_likelihood;
    fit->log_likelihood = line_search(w, density, user, fit->n_shape, at, step, before, work);
    if (!(fit->log_likelihood > before)) /* rounding: no step improves */
      fit->converged = gain < 1e-4;
    if (!(fit->log_likelihood > before)) {
      sgdl_whittle_value(w, density, user, fit->n_shape, at, work, score, information);
      return;
    }
  }
  sgdl_whittle_value(w, density, user, fit->n_shape, at, work, score, information);
}

/* ---- goodness of fit ------------------------------------------------------------------------------ */

ptrdiff_t sgdl_whittle_bands(const sgdl_whittle *w, ptrdiff_t edges[SGDL_WHITTLE_BANDS + 1])
{
  const ptrdiff_t least = 10;
  const int per_octave = 3;
  double growth = exp2(1.0 / per_octave);
  ptrdiff_t n = 0, from = w->first;
  while (from <= w->last && n < SGDL_WHITTLE_BANDS) {
    ptrdiff_t width = (ptrdiff_t)floor((double)from * (growth - 1));
    if (width < least)
      width = least;
    edges[n++] = from;
    from += width;
    if (w->last - from + 1 < width / 2 || n == SGDL_WHITTLE_BANDS) /* the rest joins the last band */
      from = w->last + 1;
  }
  edges[n] = w->last + 1;
  return n;
}

/* Removes from Z (n) its least-squares projection on the columns of X (n x p, overwritten, modified
 * Gram-Schmidt); returns the rank. */
static int project_out(ptrdiff_t n, int p, double *X, double *Z)
{
  int rank = 0;
  for (int a = 0; a < p; a++) {
    double *x = X + a * n, before = 0, after = 0;
    for (ptrdiff_t b = 0; b < n; b++)
      before += x[b] * x[b];
    for (int c = 0; c < a; c++) {
      double dot = 0;
      for (ptrdiff_t b = 0; b < n; b++)
        dot += X[b + c * n] * x[b];
      for (ptrdiff_t b = 0; b < n; b++)
        x[b] -= dot * X[b + c * n];
    }
    for (ptrdiff_t b = 0; b < n; b++)
      after += x[b] * x[b];
    int new_direction = after > 1e-12 * before;
    double norm = new_direction ? 1 / sqrt(after) : 0, dot = 0;
    rank += new_direction;
    for (ptrdiff_t b = 0; b < n; b++) {
      x[b] *= norm;
      dot += x[b] * Z[b];
    }
    for (ptrdiff_t b = 0; b < n; b++)
      Z[b] -= dot * x[b];
  }
  return rank;
}

void sgdl_whittle_portmanteau(const sgdl_whittle *w, const sgdl_whittle_work *work, int n_parameters,
                              ptrdiff_t n_bands, const ptrdiff_t *edges, double *means, double *chi_squared,
                              double *df)
{
  double Z[SGDL_WHITTLE_BANDS], X[SGDL_WHITTLE_BANDS * SGDL_WHITTLE_MOST];
  for (ptrdiff_t b = 0; b < n_bands; b++) {
    double sum = 0, count = (double)(edges[b + 1] - edges[b]), shape = count * w->n_paths;
    double D[SGDL_WHITTLE_MOST] = { 0 };
    for (ptrdiff_t j = edges[b]; j < edges[b + 1]; j++) {
      sum += work->ratio[j];
      for (int p = 1; p < n_parameters; p++)
        D[p] += work->expected[p][j] / count;
    }
    D[0] = 1;
    means[b] = sum / count;
    Z[b] = 3 * sqrt(shape) * (cbrt(means[b]) - 1 + 1 / (9 * shape));
    for (int p = 0; p < n_parameters; p++)
      X[b + p * n_bands] = sqrt(shape) * D[p];
  }
  int rank = project_out(n_bands, n_parameters, X, Z);
  *chi_squared = 0;
  for (ptrdiff_t b = 0; b < n_bands; b++)
    *chi_squared += Z[b] * Z[b];
  *df = (double)(n_bands - rank);
}
