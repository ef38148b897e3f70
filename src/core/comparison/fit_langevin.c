/* Fit of the theory to a trajectory, mode by mode, by debiased Whittle likelihood; see sgdl_stats.h. */
#include "fit.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../stats/quantile.h"
#include "../stats/segments.h"

enum { LEAST_FRAMES = 64, LEAST_ORDINATES = 32 };

/* ---- arguments ------------------------------------------------------------------------------------ */

static sgdl_status check_modes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n_modes,
                               const double *modes)
{
  if (n_modes < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`modes` has length %td: expected at least one", n_modes);
  for (ptrdiff_t m = 0; m < n_modes; m++) {
    if (!(modes[m] >= 0 && modes[m] < (double)model->dim && modes[m] == floor(modes[m])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`modes`[%td] = %g: expected a whole number from 1 to %td",
                       m + 1, modes[m] + 1, model->dim);
    for (ptrdiff_t l = 0; l < m; l++)
      if (modes[l] == modes[m])
        return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`modes`[%td] = %g: expected each mode once", m + 1,
                         modes[m] + 1);
  }
  return SGDL_OK;
}

static sgdl_status check_options(sgdl_context *ctx, const sgdl_fit_options *o)
{
  double most = 0.5 / o->every;
  if (!(o->every >= 1 && o->every < 1e9 && o->every == floor(o->every)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`every` = %g: expected a whole number of steps >= 1", o->every);
  if (!(o->level > 0 && o->level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number in (0, 1)", o->level);
  if (o->range[0] == 0 && o->range[1] == 0)
    return SGDL_OK;
  if (!(o->range[0] >= 0 && o->range[0] < o->range[1] && o->range[1] <= most * (1 + 1e-12)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`range` = %g, %g: expected 0 <= low < high <= %g cycles per step", o->range[0],
                     o->range[1], most);
  return SGDL_OK;
}

/* Under epochs of M steps noise has the spectrum (M w)^2/12 at low frequencies w; the epochs that the record
 * cuts at both ends leak M/(3 n), the same at all of them. Ordinates below where that is a quarter of the
 * power say the same few numbers again and again: not used. 1: all. */
static ptrdiff_t lowest_ordinate(const sgdl_fit_job *a, ptrdiff_t n)
{
  const double share = 0.25, pi = 3.14159265358979323846;
  const sgdl_noise *noise = &a->density.noise;
  if (!noise->epoch) return 1;
  double epochs = (double)n * a->options->every / (double)noise->steps;
  return 1 + (ptrdiff_t)floor(sqrt(epochs / share) / pi);
}

/* Ordinates j of the periodogram (j/n cycles a frame) used: not 0, which knows the mean only, nor 1/2. */
static sgdl_status choose_ordinates(sgdl_context *ctx, const sgdl_fit_job *a, ptrdiff_t n, ptrdiff_t *first,
                                    ptrdiff_t *last)
{
  const double *range = a->options->range, per_cycle = (double)n * a->options->every;
  *first = lowest_ordinate(a, n);
  *last = (n - 1) / 2;
  if (range[1] > 0) {
    *first = (ptrdiff_t)fmax((double)*first, ceil(range[0] * per_cycle * (1 - 1e-12)));
    *last = (ptrdiff_t)fmin((double)*last, floor(range[1] * per_cycle * (1 + 1e-12)));
  }
  if (*last - *first + 1 < LEAST_ORDINATES)
    return sgdl_fail(ctx, SGDL_TOO_SHORT,
                     "`range` holds %td frequencies of `x`: expected at least %d", *last - *first + 1,
                     LEAST_ORDINATES);
  return SGDL_OK;
}

/* ---- paths along the modes ------------------------------------------------------------------------ */

static void centre(ptrdiff_t T, double *y)
{
  double origin = y[0], sum = 0;
  for (ptrdiff_t i = 0; i < T; i++) {
    y[i] -= origin;
    sum += y[i];
  }
  for (ptrdiff_t i = 0; i < T; i++) y[i] -= sum / (double)T;
}

static sgdl_status project(sgdl_context *ctx, sgdl_fit_job *a, const double *x, const double *modes)
{
  ptrdiff_t T = a->T, d = a->model->dim, n = a->n_modes;
  double *vectors = NULL, *along = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &a->path, sgdl_times(T * a->n_paths, n), "the paths along the modes"));
  SGDL_GET(sgdl_alloc(ctx, &along, sgdl_times(T, n), "the paths along the modes"));
  if (a->model->vectors) {
    SGDL_GET(sgdl_alloc(ctx, &vectors, sgdl_times(d, n), "the modes"));
    for (ptrdiff_t m = 0; m < n; m++)
      memcpy(vectors + m * d, a->model->vectors + (ptrdiff_t)modes[m] * d, (size_t)d * sizeof(double));
  }
  for (ptrdiff_t r = 0; r < a->n_paths; r++) {
    const double *from = x + r * T * d;
    if (vectors)
      SGDL_GET(sgdl_backend_of(ctx)->product(ctx, 0, 0, T, n, d, 1, from, T, vectors, d, 0, along, T));
    for (ptrdiff_t m = 0; m < n; m++) {
      double *to = a->path + T * (r + a->n_paths * m);
      memcpy(to, vectors ? along + T * m : from + T * (ptrdiff_t)modes[m], (size_t)T * sizeof(double));
      centre(T, to);
    }
  }
done:
  free(vectors);
  free(along);
  return status;
}

static sgdl_status check_motion(sgdl_context *ctx, const sgdl_fit_job *a, const double *modes)
{
  for (ptrdiff_t m = 0; m < a->n_modes; m++) {
    const double *y = a->path + a->T * a->n_paths * m;
    double largest = 0;
    for (ptrdiff_t i = 0; i < a->T * a->n_paths; i++) largest = fmax(largest, fabs(y[i]));
    if (!(largest > 0))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`x` is constant along mode %.0f: expected a path that moves there", modes[m] + 1);
    double kappa = a->of_model.kappa[(ptrdiff_t)modes[m]];
    if (kappa < 0)
      return sgdl_fail(ctx, SGDL_SADDLE,
                       "mode %.0f has curvature %g: expected none below 0 among `modes`, as it has no stationary "
                       "state", modes[m] + 1, kappa);
  }
  return SGDL_OK;
}

/* ---- results -------------------------------------------------------------------------------------- */

static double known_strength(const sgdl_fit_job *a, ptrdiff_t l)
{
  return a->options->noise_known ? a->of_model.strength[l] : NAN;
}

/* Estimate, se, limits, theory and p value of one quantity, whose logarithm has this se; `shift` is taken off
 * afterwards (weight decay off the curvature of K). */
static void put_estimate(double *table, ptrdiff_t row, ptrdiff_t rows, int which, double logarithm, double se,
                         int fitted, double theory, double shift, double z)
{
  double value = exp(logarithm);
  table[row + which * rows] = value - shift;
  table[row + (SGDL_FIT_SE + which) * rows] = fitted ? value * se : NAN;
  table[row + (SGDL_FIT_LOWER + which) * rows] = fitted ? value * exp(-z * se) - shift : NAN;
  table[row + (SGDL_FIT_UPPER + which) * rows] = fitted ? value * exp(z * se) - shift : NAN;
  table[row + (SGDL_FIT_THEORY + which) * rows] = theory - shift;
  table[row + (SGDL_FIT_P + which) * rows] =
    fitted && theory > 0 ? sgdl_normal_two_sided((logarithm - log(theory)) / se) : NAN;
}

/* By what the model leads to expect, as modes picked by their estimates are picked for luck; that the
 * estimates have to agree matters where the model is wrong. */
static int is_identified(const sgdl_fit_job *a, const sgdl_mode_fit *fit)
{
  const double most_expected = 0.3, most_error = 0.5;
  if (!fit->converged) return 0;
  if (a->options->curvature && !(fit->kappa_limits[0] > 0 && fit->expected_error <= most_expected))
    return 0;
  for (int p = 0; p < 3; p++)
    if (!(sqrt(fit->covariance[4 * p]) <= most_error))
      return 0;
  return 1;
}

static void put_mode(const sgdl_fit_job *a, const double *modes, ptrdiff_t m, const sgdl_mode_fit *fit,
                     double *table)
{
  const sgdl_fit_options *o = a->options;
  ptrdiff_t l = (ptrdiff_t)modes[m], rows = a->n_modes;
  const double *C = fit->covariance;
  double z = sgdl_normal_quantile(0.5 + 0.5 * o->level), lr = a->model->hyper.lr, log_unit = log(2 / lr);
  double strength = known_strength(a, l), phi = sgdl_phi_of_momentum(a->model->hyper.momentum);
  put_estimate(table, m, rows, SGDL_FIT_NOISE, fit->log_noise, sqrt(C[0]), 1, strength, 0, z);
  put_estimate(table, m, rows, SGDL_FIT_CURVATURE, log(fit->kappa), sqrt(C[4]), o->curvature,
               a->of_model.kappa[l], a->model->hyper.weight_decay, z);
  put_estimate(table, m, rows, SGDL_FIT_DAMPING, fit->phi + log_unit, sqrt(C[8]), o->damping,
               exp(phi + log_unit), 0, z);
  for (int side = 0; side < 2; side++) {
    double *limit = table + m + (side == 0 ? SGDL_FIT_LOWER : SGDL_FIT_UPPER) * rows;
    if (o->curvature)
      limit[SGDL_FIT_CURVATURE * rows] = fit->kappa_limits[side] - a->model->hyper.weight_decay;
    if (o->damping) limit[SGDL_FIT_DAMPING * rows] = exp(fit->phi_limits[side] + log_unit);
  }
  sgdl_fit_oscillation(a->model, o, fit, m, rows, table);
  table[m + SGDL_FIT_LOG_LIKELIHOOD * rows] = fit->log_likelihood;
  table[m + SGDL_FIT_CHI_SQUARED * rows] = fit->chi_squared;
  table[m + SGDL_FIT_DF * rows] = fit->df;
  table[m + SGDL_FIT_FIT_P * rows] = sgdl_chi_squared_above(fit->chi_squared, fit->df);
  table[m + SGDL_FIT_THEORY_CHI_SQUARED * rows] = fit->theory_chi_squared;
  table[m + SGDL_FIT_THEORY_DF * rows] = fit->theory_df;
  table[m + SGDL_FIT_THEORY_P * rows] = sgdl_chi_squared_above(fit->theory_chi_squared, fit->theory_df);
  table[m + SGDL_FIT_IDENTIFIED * rows] = is_identified(a, fit);
}

/* Density of the position in the middle of each band, and the measured one: the fit times the mean ratio. */
static void put_bands(const sgdl_fit_job *a, ptrdiff_t m, const sgdl_mode_fit *fit, double *work,
                      double *fitted,
                      double *data)
{
  ptrdiff_t n = a->density.n;
  sgdl_mode_density_at(&a->density, fit->kappa, fit->phi, NULL, work, NULL, NULL);
  for (ptrdiff_t b = 0; b < SGDL_FIT_BANDS; b++) {
    double value = NAN;
    if (b < a->n_bands) {
      double middle = sqrt((double)a->edges[b] * (double)(a->edges[b + 1] - 1));
      ptrdiff_t at = (ptrdiff_t)fmin((double)n, round(2 * middle));
      value = exp(fit->log_noise) * work[at] * a->options->every;
    }
    fitted[b + m * SGDL_FIT_BANDS] = value;
    data[b + m * SGDL_FIT_BANDS] = b < a->n_bands ? value * fit->band_means[b] : NAN;
  }
}

static void put_band_places(const sgdl_fit_job *a, double *frequency, double *weight)
{
  double n = (double)(a->T - 2);
  for (ptrdiff_t b = 0; b < SGDL_FIT_BANDS; b++) {
    int there = b < a->n_bands;
    double middle = there ? round(2 * sqrt((double)a->edges[b] * (double)(a->edges[b + 1] - 1))) / 2 : NAN;
    frequency[b] = middle / (n * a->options->every);
    weight[b] = there ? (double)(a->edges[b + 1] - a->edges[b]) * (double)a->n_paths : NAN;
  }
}

/* ---- all modes ------------------------------------------------------------------------------------ */

sgdl_status sgdl_fit_paths(sgdl_context *ctx, sgdl_fit_job *a, const double *x, const double *modes)
{
  sgdl_segments checked;
  SGDL_TRY(sgdl_modes_init(ctx, a->model, &a->of_model));
  SGDL_TRY(check_modes(ctx, a->model, a->n_modes, modes));
  SGDL_TRY(sgdl_segments_open(ctx, a->T, a->model->dim, a->n_paths, x, &checked));
  if (a->T < LEAST_FRAMES)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least %d", a->T, LEAST_FRAMES);
  SGDL_TRY(project(ctx, a, x, modes));
  return check_motion(ctx, a, modes);
}

void sgdl_fit_paths_close(sgdl_fit_job *a)
{
  sgdl_modes_free(&a->of_model);
  free(a->path);
}

static sgdl_status open_job(sgdl_context *ctx, sgdl_fit_job *a, const double *x, const double *modes)
{
  ptrdiff_t first, last, n = a->T - 2;
  SGDL_TRY(check_options(ctx, a->options));
  SGDL_TRY(sgdl_fit_paths(ctx, a, x, modes));
  SGDL_TRY(sgdl_mode_density_open(ctx, a->model, (ptrdiff_t)a->options->every, n, &a->density));
  SGDL_TRY(choose_ordinates(ctx, a, n, &first, &last));
  SGDL_TRY(sgdl_whittle_open(ctx, n, a->n_paths, first, last, &a->whittle));
  a->n_bands = sgdl_whittle_bands(&a->whittle, a->edges);
  return SGDL_OK;
}

static void close_job(sgdl_fit_job *a)
{
  sgdl_mode_density_close(&a->density);
  sgdl_whittle_close(&a->whittle);
  sgdl_fit_paths_close(a);
}

typedef struct {
  sgdl_whittle_work whittle;
  double *series;           /* (T - 2) x n_paths                                               */
} thread_work;

static sgdl_status open_work(sgdl_context *ctx, const sgdl_fit_job *a, int threads, thread_work **work)
{
  *work = calloc((size_t)threads, sizeof **work);
  if (!*work)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the fit");
  for (int t = 0; t < threads; t++) {
    SGDL_TRY(sgdl_whittle_work_open(ctx, &a->whittle, &(*work)[t].whittle));
    SGDL_TRY(sgdl_alloc(ctx, &(*work)[t].series, sgdl_times(a->T - 2, a->n_paths), "the filtered paths"));
  }
  return SGDL_OK;
}

static void close_work(int threads, thread_work *work)
{
  for (int t = 0; t < threads && work; t++) {
    sgdl_whittle_work_close(&work[t].whittle);
    free(work[t].series);
  }
  free(work);
}

sgdl_status sgdl_fit_langevin(sgdl_context *ctx, const sgdl_model *model, const sgdl_fit_options *options,
                              ptrdiff_t T, ptrdiff_t n_paths, const double *x, ptrdiff_t n_modes,
                              const double *modes, double *table, double *covariance, double *band_frequency,
                              double *band_weight, double *band_fit, double *band_data,
                              sgdl_fit_summary *summary)
{
  sgdl_fit_job a = { .model = model, .options = options, .T = T, .n_paths = n_paths, .n_modes = n_modes };
  thread_work *work = NULL;
  sgdl_mode_fit *fits = NULL;
  int threads = sgdl_threads(ctx), stop = 0;
  sgdl_status status = SGDL_OK;

  ctx->message[0] = '\0';
  SGDL_GET(open_job(ctx, &a, x, modes));
  if (threads > n_modes) threads = (int)n_modes;
  SGDL_GET(open_work(ctx, &a, threads, &work));
  fits = malloc((size_t)n_modes * sizeof *fits);
  if (!fits) SGDL_GET(sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the fit"));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (ptrdiff_t m = 0; m < n_modes; m++) {
    thread_work *mine = work + omp_get_thread_num();
    sgdl_mode_fit *fit = fits + m;
    ptrdiff_t l = (ptrdiff_t)modes[m];
    int stopped;
    if (omp_get_thread_num() == 0 && sgdl_poll(ctx, (double)m / (double)n_modes)) {
#pragma omp atomic write
      stop = 1;
    }
#pragma omp atomic read
    stopped = stop;
    if (stopped) continue;
    sgdl_fit_mode(&a, m, a.of_model.kappa[l], known_strength(&a, l), mine->series, &mine->whittle, fit);
    put_mode(&a, modes, m, fit, table);
    memcpy(covariance + 9 * m, fit->covariance, sizeof fit->covariance);
    put_bands(&a, m, fit, mine->whittle.density[0], band_fit, band_data);
  }
  if (stop) SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while fitting the modes"));
  put_band_places(&a, band_frequency, band_weight);
  summary->ordinates = a.whittle.last - a.whittle.first + 1;
  summary->bands = a.n_bands;
  SGDL_GET(sgdl_fit_summarise(ctx, model, options, n_modes, modes, table, fits, summary));
done:
  free(fits);
  close_work(threads, work);
  close_job(&a);
  return status;
}
