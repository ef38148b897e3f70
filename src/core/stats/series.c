/* Sums of squared displacements of one series by FFT.
 *
 * MSD(m) N(m) = S1(m) - 2 S2(m) of the series less a straight line s k, plus the line's own displacement and
 * their cross term. S1 - 2 S2 carries an error of a few DBL_EPSILON sum y^2 whatever the lag, so it is no
 * good where MSD(m) is far below the variance of the path: the bounds say where. With gaps, w = 1 where there
 * is a frame: S1 = sum_i w[i] w[i + m] (y[i]^2 + y[i + m]^2) is a correlation of w with w y^2, and so is the
 * cross term of w with w y. */
#include "series.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "segments.h"

/* Measured, in ns: an element of the two FFTs, over log2 of their length. */
static const double fft_cost = 2.0;

/* What is added up over the columns of a series, k frames from either end. */
typedef struct ends {
  double *squares; /* head^2 + tail^2                                                       */
  double *drift;   /* slope (tail - head)                                                   */
} ends;

SGDL_VECTORISED static void add_ends(ptrdiff_t last, const double *head, const double *tail, double weight,
                                     double slope, const ends *e)
{
  double *squares = e->squares, *drift = e->drift;
  for (ptrdiff_t k = 0; k < last; k++) {
    double h = head[k], t = tail[-k];
    squares[k] += weight * (h * h + t * t);
    drift[k] += slope * (t - h);
  }
}

SGDL_VECTORISED static double sum_of_squares(ptrdiff_t n, const double *y)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t k = 0;
  for (; k + 8 <= n; k += 8)
    for (int j = 0; j < 8; j++) lane[j] += y[k + j] * y[k + j];
  for (; k < n; k++) sum += y[k] * y[k];
  for (int j = 0; j < 8; j++) sum += lane[j];
  return sum;
}

/* To a rounding or so: stretches of it are summed apart. */
static double energy_of(ptrdiff_t n, const double *y)
{
  enum { STRETCH = 1024 };
  sgdl_sum energy = { 0 };
  for (ptrdiff_t k = 0; k < n; k += STRETCH)
    sgdl_sum_add(&energy, sum_of_squares(n - k < STRETCH ? n - k : STRETCH, y + k));
  return sgdl_sum_value(&energy);
}

SGDL_VECTORISED static void add_power(ptrdiff_t n, double weight, const double *transform, double *power)
{
  for (ptrdiff_t k = 0; k < n; k++)
    power[k] += weight * (transform[2 * k] * transform[2 * k] + transform[2 * k + 1] * transform[2 * k + 1]);
}

/* The correlation sums at `power` from the power spectrum there (c->n/2 + 1 numbers). */
static void transform_back(const sgdl_correlator *c, double *power)
{
  double scale = 1.0 / (double)c->n;
  for (ptrdiff_t k = c->n / 2; k >= 0; k--) {
    power[2 * k] = scale * power[k];
    power[2 * k + 1] = 0.0;
  }
  fftw_execute_dft_c2r(c->backward, (fftw_complex *)power, power);
}

void sgdl_series_finish(const sgdl_correlation_job *of, ptrdiff_t n_lags, const double *lags, double *sums,
                        double *bounds)
{
  sgdl_sum squares = { 0 }, drift = { 0 };
  double spectral = of->energy * log2(2.0 * (double)of->n);
  ptrdiff_t m = 0;
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    double lag = lags[l];
    for (; m < (ptrdiff_t)lag; m++) {
      sgdl_sum_add(&squares, of->squares[m]);
      sgdl_sum_add(&drift, of->drift[m]);
    }
    sums[l] = (2.0 * of->energy - sgdl_sum_value(&squares)) - 2.0 * of->correlation[m] +
              lag * (2.0 * sgdl_sum_value(&drift) + (double)(of->n - m) * lag * of->steep);
    bounds[l] = DBL_EPSILON * (spectral + (double)of->n * lag * lag * of->steep);
  }
}

void sgdl_series_autocorrelation(const sgdl_correlator *c, const sgdl_columns *s, ptrdiff_t n_lags,
                                 const double *lags, double *work, double *sums, double *bounds)
{
  ptrdiff_t n = s->n, usable = n_lags;
  double *y = work, *power = y + c->buffer, energy = 0.0, steep = 0.0;
  const ends e = { power + c->buffer, power + 2 * c->buffer };
  while (usable > 0 && lags[usable - 1] >= (double)n) usable--;
  for (ptrdiff_t l = usable; l < n_lags; l++) sums[l] = bounds[l] = 0.0;
  if (usable == 0) return;
  ptrdiff_t last = (ptrdiff_t)lags[usable - 1];
  memset(power, 0, (size_t)(3 * c->buffer) * sizeof(double));

  for (ptrdiff_t column = 0; column < s->count; column++) {
    const double weight = s->weights ? s->weights[column] : 1.0, *x = s->x + s->stride * column;
    if (weight == 0) continue;
    sgdl_line line = sgdl_line_fit(n, x);
    sgdl_line_remove(n, x, line, y);
    memset(y + n, 0, (size_t)(c->buffer - n) * sizeof(double));
    energy += weight * energy_of(n, y);
    steep += weight * line.slope * line.slope;
    add_ends(last, y, y + n - 1, weight, weight * line.slope, &e);
    fftw_execute_dft_r2c(c->forward, y, (fftw_complex *)y);
    add_power(c->n / 2 + 1, weight, y, power);
  }
  transform_back(c, power);

  const sgdl_correlation_job sums_of = { .n = n, .correlation = power, .squares = e.squares, .drift = e.drift,
                                         .energy = energy, .steep = steep };
  sgdl_series_finish(&sums_of, usable, lags, sums, bounds);
}

/* ---- on a device ---- */

/* The lines of the columns: offset, then slope. */
static void fit_lines(sgdl_context *ctx, const sgdl_columns *s, double *offset, double *slope)
{
  int threads = sgdl_threads_worth(ctx, 0.5 * (double)s->n * (double)s->count);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (ptrdiff_t c = 0; c < s->count; c++) {
    sgdl_line line = sgdl_line_fit(s->n, s->x + s->stride * c);
    offset[c] = line.offset;
    slope[c] = line.slope;
  }
}

sgdl_status sgdl_series_on_device(sgdl_context *ctx, const sgdl_columns *s, ptrdiff_t n_lags, const double *lags,
                                  double *sums, double *bounds)
{
  ptrdiff_t usable = n_lags;
  double *work;
  while (usable > 0 && lags[usable - 1] >= (double)s->n) usable--;
  for (ptrdiff_t l = usable; l < n_lags; l++) sums[l] = bounds[l] = 0.0;
  if (usable == 0) return SGDL_OK;
  ptrdiff_t last = (ptrdiff_t)lags[usable - 1];
  SGDL_TRY(sgdl_alloc(ctx, &work, 2 * s->count + 3 * last + 1, "the mean squared displacement"));
  double *slope = work + s->count, *correlation = slope + s->count, *squares = correlation + last + 1;
  fit_lines(ctx, s, work, slope);
  sgdl_correlation_job job = { .n = s->n, .count = s->count, .stride = s->stride,
                               .length = sgdl_correlator_length(s->n, last), .last = last, .x = s->x,
                               .offset = work, .slope = slope, .weights = s->weights, .correlation = correlation,
                               .squares = squares, .drift = squares + last };
  sgdl_status status = sgdl_backend_of(ctx)->correlate(ctx, &job);
  if (status == SGDL_OK) sgdl_series_finish(&job, usable, lags, sums, bounds);
  free(work);
  return status;
}

/* ---- with gaps ---- */

/* The line through the frames that are there, from their own first to their last. */
static sgdl_line line_through(ptrdiff_t n, const double *x)
{
  ptrdiff_t first = 0, last = n - 1;
  while (first < last && isnan(x[first])) first++;
  while (last > first && isnan(x[last])) last--;
  double ends[2] = { x[first], x[last] }, span = (double)(last - first), sum = 0.0, there = 0.0;
  sgdl_line line = sgdl_line_exact(n, span > 0 ? (ends[1] - ends[0]) / span : 0.0);
  for (ptrdiff_t k = first; k <= last; k++)
    if (!isnan(x[k])) {
      sum += (x[k] - ends[0]) - line.slope * (double)(k - first);
      there += 1.0;
    }
  line.offset = ends[0] - line.slope * (double)first + sum / there;
  if (!isfinite(line.offset)) line = (sgdl_line){ 0.0, 0.0 };
  return line;
}

/* y, w y^2 and w in three buffers; the largest of the energies that errors are measured by. */
static double fill_with_gaps(const sgdl_correlator *c, ptrdiff_t n, const double *x, sgdl_line line,
                             double *y,
                             double *squares, double *there)
{
  double energy = 0.0, fourth = 0.0, count = 0.0;
  sgdl_line_remove(n, x, line, y);
  for (ptrdiff_t k = 0; k < n; k++) {
    there[k] = !isnan(y[k]);
    if (!there[k]) y[k] = 0.0;
    squares[k] = y[k] * y[k];
    energy += squares[k];
    fourth += squares[k] * squares[k];
    count += there[k];
  }
  size_t padding = (size_t)(c->buffer - n) * sizeof(double);
  memset(y + n, 0, padding);
  memset(squares + n, 0, padding);
  memset(there + n, 0, padding);
  return fmax(energy, sqrt(count * fourth));
}

/* y becomes, at m, sum w[i] w[i + m] (y[i + m] - y[i])^2 plus `unit` times the sum of w[i] w[i + m] (y[i + m]
 * - y[i]): the first is even in m, the second odd. */
static void correlate_with_gaps(const sgdl_correlator *c, double unit, double *y, double *squares,
                                double *there)
{
  double scale = 2.0 / (double)c->n;
  fftw_execute_dft_r2c(c->forward, y, (fftw_complex *)y);
  fftw_execute_dft_r2c(c->forward, squares, (fftw_complex *)squares);
  fftw_execute_dft_r2c(c->forward, there, (fftw_complex *)there);
  for (ptrdiff_t k = 0; k <= c->n / 2; k++) {
    double *a = y + 2 * k, *b = squares + 2 * k, *w = there + 2 * k;
    double even = w[0] * b[0] + w[1] * b[1] - (a[0] * a[0] + a[1] * a[1]);
    double odd = w[0] * a[1] - w[1] * a[0];
    a[0] = scale * even;
    a[1] = scale * unit * odd;
  }
  fftw_execute_dft_c2r(c->backward, (fftw_complex *)y, y);
}

static void series_with_gaps(const sgdl_correlator *c, ptrdiff_t n, const double *x, ptrdiff_t n_lags,
                             const double *lags, const double *counts, double *y, double *sums, double *bounds)
{
  sgdl_line line = line_through(n, x);
  double *squares = y + c->buffer, *there = squares + c->buffer;
  double energy = fill_with_gaps(c, n, x, line, y, squares, there);
  double unit = energy > 0 && isfinite(energy) ? sqrt(energy / (double)n) : 1.0;
  correlate_with_gaps(c, unit, y, squares, there);
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    ptrdiff_t m = (ptrdiff_t)lags[l];
    sums[l] = bounds[l] = 0.0;
    if (m >= n || !(counts[l] > 0)) continue;
    double drift = line.slope * lags[l], forward = y[m], backward = y[c->n - m];
    sums[l] = 0.5 * (forward + backward) + drift * ((forward - backward) / unit + counts[l] * drift);
    bounds[l] = 4.0 * DBL_EPSILON * (energy * log2(2.0 * (double)n) + (double)n * drift * drift);
  }
}

/* ---- plans ---- */

sgdl_status sgdl_series_open(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t n_lags, const double *lags, int gaps,
                             int full, sgdl_series_plan *plan)
{
  ptrdiff_t last = (ptrdiff_t)lags[n_lags - 1];
  *plan = (sgdl_series_plan){ .n_lags = n_lags, .lags = lags, .gaps = gaps };
  if (full && !gaps) {
    SGDL_TRY(sgdl_levels_open(ctx, n, n_lags, lags, &plan->levels, &plan->work));
  } else {
    SGDL_TRY(sgdl_correlator_open(ctx, sgdl_correlator_length(n, last < n ? last : n - 1), &plan->whole));
    plan->work = SGDL_SERIES_BUFFERS * plan->whole.buffer;
  }
  plan->own = plan->work;
  plan->work += (2 * n_lags + 7) / 8 * 8;
  return SGDL_OK;
}

void sgdl_series_close(sgdl_series_plan *plan)
{
  if (plan->levels)
    sgdl_levels_close(plan->levels);
  else
    sgdl_correlator_close(&plan->whole);
}

/* Columns one by one, each into `own`, added up. */
static void column_by_column(const sgdl_series_plan *plan, const sgdl_columns *s, const double *counts,
                             double *work, double *sums, double *bounds)
{
  ptrdiff_t n_lags = plan->n_lags;
  double *own = work + plan->own;
  size_t size = (size_t)n_lags * sizeof(double);
  memset(sums, 0, size);
  memset(bounds, 0, size);
  for (ptrdiff_t column = 0; column < s->count; column++) {
    const double weight = s->weights ? s->weights[column] : 1.0, *x = s->x + s->stride * column;
    if (weight == 0) continue;
    memset(own, 0, 2 * size); /* lags past the end stay 0 */
    if (plan->levels)
      sgdl_levels_run(plan->levels, x, work, own, own + n_lags);
    else
      series_with_gaps(&plan->whole, s->n, x, n_lags, plan->lags, counts, work, own, own + n_lags);
    for (ptrdiff_t l = 0; l < n_lags; l++) {
      sums[l] += weight * own[l];
      bounds[l] += weight * own[l + n_lags];
    }
  }
}

void sgdl_series_run(const sgdl_series_plan *plan, const sgdl_columns *s, const double *counts, double *work,
                     double *sums, double *bounds)
{
  if (plan->levels || plan->gaps)
    column_by_column(plan, s, counts, work, sums, bounds);
  else
    sgdl_series_autocorrelation(&plan->whole, s, plan->n_lags, plan->lags, work, sums, bounds);
}

double sgdl_series_cost(ptrdiff_t n, ptrdiff_t d, ptrdiff_t n_lags, const double *lags, int gaps, int full)
{
  ptrdiff_t last = (ptrdiff_t)lags[n_lags - 1];
  if (full) return gaps ? INFINITY : sgdl_levels_cost(n, n_lags, lags);
  double length = (double)sgdl_correlator_length(n, last < n ? last : n - 1);
  double each = fft_cost * length * log2(length);
  if (gaps) return 2.0 * each;
  return each * (1.0 + 1.0 / (double)(d < SGDL_COLUMNS ? d : SGDL_COLUMNS)) / 2.0 + 2.0 * (double)n;
}
