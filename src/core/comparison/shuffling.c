/* Was a run shuffled by epochs? The noise of every step, from the recursion read backwards, has no power
 * below one cycle an epoch if it was. THEORY sections 6 and 9; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../stats/distributions.h"
#include "../stats/quantile.h"
#include "fit.h"

static const double PI = 3.14159265358979323846;
enum { LEAST_FRAMES = 64, FRAMES_A_MODE = 10 };

typedef struct {
  const sgdl_model *model;
  ptrdiff_t T, n, m, n_paths;   /* n = T - 2 residuals a path                                  */
  double *residual;             /* n x n_paths x m                                             */
  double *power;                /* n/2 + 1: sum over modes of periodograms, mean over paths     */
} job;

static double freedom(const job *a)
{
  return (double)a->m * (double)a->n_paths; /* of a sum of exponentials, one each              */
}

/* ---- noise of the steps --------------------------------------------------------------------------- */

/* -eta xi[k] = x[k+1] - x[k] - beta (x[k] - x[k-1]) + eta kappa (x[k] - mu); mu drops out with the mean. */
static void read_backwards(const job *a, double kappa, const double *x, double *e)
{
  double beta = a->model->hyper.momentum, u = a->model->hyper.lr * kappa, sum = 0;
  for (ptrdiff_t i = 0; i < a->n; i++) {
    e[i] = (x[i + 2] - x[i + 1]) - beta * (x[i + 1] - x[i]) + u * (x[i + 1] - x[0]);
    sum += e[i];
  }
  for (ptrdiff_t i = 0; i < a->n; i++) e[i] -= sum / (double)a->n;
}

/* Uncorrelated combinations of the modes' residuals, of unit variance: columns times the inverse of the
 * Cholesky factor of their covariance. */
static sgdl_status whiten(sgdl_context *ctx, job *a)
{
  ptrdiff_t rows = a->n * a->n_paths, m = a->m;
  double *C, *alone;
  sgdl_status status = SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &C, sgdl_times(m, m + 1), "the covariance of the noise"));
  alone = C + m * m;
  SGDL_GET(sgdl_backend_of(ctx)->gram(ctx, rows, m, 1.0 / (double)rows, a->residual, rows, 0, C));
  for (ptrdiff_t i = 0; i < m; i++)
    if (!(C[i + m * i] > 0))
      SGDL_GET(sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                         "`x` has no noise along the %td-th of `modes`: expected a path that "
                         "moves there", i + 1));
  for (ptrdiff_t i = 0; i < m; i++) alone[i] = C[i + m * i];
  int definite = sgdl_backend_of(ctx)->cholesky(ctx, m, C) == SGDL_OK;
  for (ptrdiff_t i = 0; i < m && definite; i++) definite = C[i + m * i] * C[i + m * i] > 1e-10 * alone[i];
  if (!definite)
    SGDL_GET(sgdl_fail(ctx, SGDL_NOT_PSD,
                       "the noise of the `modes` is linearly dependent: expected fewer modes"));
  for (ptrdiff_t j = 0; j < m; j++) {
    double *to = a->residual + rows * j;
    for (ptrdiff_t k = 0; k < j; k++) {
      const double *done = a->residual + rows * k;
      for (ptrdiff_t i = 0; i < rows; i++) to[i] -= C[j + m * k] * done[i];
    }
    for (ptrdiff_t i = 0; i < rows; i++) to[i] /= C[j + m * j];
  }
done:
  free(C);
  return status;
}

static sgdl_status sum_periodograms(sgdl_context *ctx, job *a, const sgdl_whittle *w)
{
  sgdl_whittle_work work;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_whittle_work_open(ctx, w, &work));
  SGDL_GET(sgdl_alloc(ctx, &a->power, a->n / 2 + 1, "the periodogram"));
  memset(a->power, 0, (size_t)(a->n / 2 + 1) * sizeof(double));
  for (ptrdiff_t j = 0; j < a->m; j++) {
    sgdl_whittle_periodogram(w, a->residual + a->n * a->n_paths * j, a->n, &work);
    for (ptrdiff_t f = 0; f <= a->n / 2; f++) a->power[f] += work.periodogram[f];
  }
done:
  sgdl_whittle_work_close(&work);
  return status;
}

/* ---- the test ------------------------------------------------------------------------------------- */

static double mean_power(const job *a, ptrdiff_t first, ptrdiff_t last)
{
  double sum = 0;
  for (ptrdiff_t f = first; f <= last; f++) sum += a->power[f];
  return sum / (double)(last - first + 1);
}

/* P(F < x): mean power of the `low` lowest ordinates over that of the rest, white noise. */
static double test_at(const job *a, ptrdiff_t low, ptrdiff_t last, double *ratio, double *df1, double *df2)
{
  *ratio = mean_power(a, 1, low) / mean_power(a, low + 1, last);
  *df1 = 2 * freedom(a) * (double)low;
  *df2 = 2 * freedom(a) * (double)(last - low);
  return sgdl_fisher_above(1 / *ratio, *df2, *df1);
}

/* Spectrum of an epoch's noise over that of white noise, with what epochs cut at both ends leak. */
static double epoch_power(const job *a, double M, ptrdiff_t f)
{
  double half = PI * (double)f / (double)a->n, sum = sin(M * half) / (M * sin(half));
  return (1 - sum * sum) * M / (M - 1) + M / (3 * (double)a->n);
}

/* x with P(F < x) = p. */
static double fisher_quantile(double p, double df1, double df2)
{
  double low = 0, high = 1;
  while (1 - sgdl_fisher_above(high, df1, df2) < p) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    double middle = 0.5 * (low + high);
    if (sgdl_fisher_above(1 / middle, df2, df1) < p) low = middle; else high = middle;
  }
  return 0.5 * (low + high);
}

/* Chance that epochs of M steps are found at this level: the low power as a gamma variable of its mean and
 * variance, the rest as its mean. */
static double power_against(const job *a, double M, ptrdiff_t low, ptrdiff_t last, double level)
{
  double mean = 0, square = 0, rest = 0, below, above;
  for (ptrdiff_t f = 1; f <= last; f++) {
    double E = epoch_power(a, M, f);
    if (f > low) {
      rest += E / (double)(last - low);
    } else {
      mean += E;
      square += E * E;
    }
  }
  double critical = fisher_quantile(level, 2 * freedom(a) * (double)low,
                                    2 * freedom(a) * (double)(last - low));
  double shape = freedom(a) * mean * mean / square;
  sgdl_gamma_tails(shape, shape * critical * rest * (double)low / mean, &below, &above);
  return below;
}

/* ---- length of the epoch -------------------------------------------------------------------------- */

/* Log likelihood of epochs of M steps over white noise, the variance free in both; ordinates past 20 cycles
 * an epoch count as white. sums[f] = power of ordinates up to f. */
static double epoch_likelihood(const job *a, double M, ptrdiff_t last, const double *sums)
{
  ptrdiff_t far = (ptrdiff_t)fmin((double)last, 20 * (double)a->n / M);
  double logs = 0, weighted = 0, count = (double)last;
  for (ptrdiff_t f = 1; f <= far; f++) {
    double S = epoch_power(a, M, f);
    logs += log(S);
    weighted += a->power[f] / S;
  }
  weighted += sums[last] - sums[far];
  return freedom(a) * (-logs - count * log(weighted / sums[last]));
}

/* The length that the spectrum has: rough where more than sampling shapes it. */
static double likely_epoch(const job *a, ptrdiff_t last, const double *sums, double *likelihood)
{
  double length = 2;
  *likelihood = -INFINITY;
  for (ptrdiff_t M = 2; M <= a->n / 4; M++) {
    double here = epoch_likelihood(a, (double)M, last, sums);
    if (here <= *likelihood) continue;
    *likelihood = here;
    length = (double)M;
  }
  return length;
}

/* Variance of the sums over windows of M steps from `phase` on, over that of M independent steps: 0 where the
 * windows are the epochs. running: sums of each residual series up to a step, n + 1 each. */
static double sum_variance(const job *a, const double *running, ptrdiff_t M, ptrdiff_t phase)
{
  double sum = 0, count = 0;
  for (ptrdiff_t q = 0; q < a->m * a->n_paths; q++) {
    const double *to = running + (a->n + 1) * q;
    for (ptrdiff_t i = phase; i + M <= a->n; i += M, count++)
      sum += (to[i + M] - to[i]) * (to[i + M] - to[i]);
  }
  return sum / (count * (double)M);
}

/* Where the sums over windows vary least, of lengths around the likely one; of lengths that do about as well
 * (a multiple does) the shortest. */
static sgdl_status find_epoch(sgdl_context *ctx, const job *a, ptrdiff_t last, sgdl_shuffling *result)
{
  double *sums, *running = NULL, *least = NULL, smallest = INFINITY;
  ptrdiff_t *phase = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_TRY(sgdl_alloc(ctx, &sums, last + 1, "the periodogram"));
  sums[0] = 0;
  for (ptrdiff_t f = 1; f <= last; f++) sums[f] = sums[f - 1] + a->power[f];
  double likely = likely_epoch(a, last, sums, &result->log_likelihood_ratio);
  ptrdiff_t shortest = (ptrdiff_t)fmax(2, floor(likely / 5));
  ptrdiff_t longest = (ptrdiff_t)fmin((double)a->n / 4, 2 * likely);
  SGDL_GET(sgdl_alloc(ctx, &running, sgdl_times(a->n + 1, a->m * a->n_paths), "sums of the noise"));
  SGDL_GET(sgdl_alloc(ctx, &least, longest + 1, "the lengths of the epoch"));
  phase = malloc((size_t)(longest + 1) * sizeof *phase);
  if (!phase) SGDL_GET(sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the lengths of the epoch"));
  for (ptrdiff_t q = 0; q < a->m * a->n_paths; q++) {
    double *to = running + (a->n + 1) * q;
    to[0] = 0;
    for (ptrdiff_t i = 0; i < a->n; i++) to[i + 1] = to[i] + a->residual[a->n * q + i];
  }
  for (ptrdiff_t M = shortest; M <= longest; M++) {
    least[M] = INFINITY;
    for (ptrdiff_t from = 0; from < M; from++) {
      double here = sum_variance(a, running, M, from);
      if (here >= least[M]) continue;
      least[M] = here;
      phase[M] = from;
    }
    smallest = fmin(smallest, least[M]);
    if (sgdl_poll(ctx, (double)(M - shortest) / (double)(longest - shortest + 1)))
      SGDL_GET(sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while looking for the length of an epoch"));
  }
  for (ptrdiff_t M = longest; M >= shortest; M--) {
    if (least[M] > 1.5 * smallest) continue;
    result->epoch_steps = (double)M;
    result->epoch_phase = (double)((phase[M] + 1) % M);
    result->epoch_sum = least[M];
  }
done:
  free(sums);
  free(running);
  free(least);
  free(phase);
  return status;
}

/* ---- temperatures --------------------------------------------------------------------------------- */

/* Kinetic over configurational temperature of a mode: mean v^2 over a kappa var(theta), both of the record.
 * */
static double temperature_ratio(const job *a, double kappa, const double *x)
{
  const sgdl_hyper *h = &a->model->hyper;
  double kinetic = 0, variance = 0, between = 0;
  for (ptrdiff_t r = 0; r < a->n_paths; r++) {
    const double *y = x + r * a->T; /* less its mean */
    for (ptrdiff_t i = 0; i < a->T; i++) variance += y[i] * y[i];
    for (ptrdiff_t i = 0; i + 1 < a->T; i++) {
      between = (y[i + 1] - y[i]) / h->lr;
      kinetic += between * between;
    }
  }
  kinetic /= (double)(a->T - 1);
  variance /= (double)a->T;
  return kinetic * h->lr * (1 + h->momentum) / (2 * kappa * variance);
}

/* ---- all ------------------------------------------------------------------------------------------ */

static sgdl_status check_shuffling(sgdl_context *ctx, const job *a, double every, double epoch_steps,
                                   double level)
{
  if (every != 1)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`x` has a frame every %g steps: expected every step, as the noise of "
                     "single steps is what tells", every);
  if (!(level > 0 && level < 1))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`level` = %g: expected a number in (0, 1)", level);
  if (a->T < LEAST_FRAMES || a->n * a->n_paths < FRAMES_A_MODE * a->m)
    return sgdl_fail(ctx, SGDL_TOO_SHORT,
                     "`x` has %td frames for %td modes: expected at least %d, and %d a mode",
                     a->T * a->n_paths, a->m, LEAST_FRAMES, FRAMES_A_MODE);
  if (epoch_steps == 0)
    return SGDL_OK;
  if (!(epoch_steps >= 2 && epoch_steps == floor(epoch_steps)))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`epoch_steps` = %g: expected a whole number >= 2", epoch_steps);
  if ((double)a->n < 4 * epoch_steps)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least 4 epochs of %g steps", a->T,
                     epoch_steps);
  return SGDL_OK;
}

/* At the frequency that an epoch of known length asks for, half a cycle an epoch; else at each of 2, 4, 8,
 * ... ordinates, the smallest p value times their number. */
static void test_shuffling(const job *a, double epoch_steps, ptrdiff_t last, double level,
                           sgdl_shuffling *result)
{
  ptrdiff_t chosen = 0;
  double ratio, df1, df2, tests = 0;
  result->p_value = INFINITY;
  if (epoch_steps > 0) {
    chosen = (ptrdiff_t)fmax(1, floor((double)a->n / (2 * epoch_steps)));
    tests = 1;
    result->p_value = test_at(a, chosen, last, &ratio, &df1, &df2);
  }
  for (ptrdiff_t low = 2; low <= last / 2 && epoch_steps == 0; low *= 2, tests++) {
    double p = test_at(a, low, last, &ratio, &df1, &df2);
    if (p < result->p_value) {
      result->p_value = p;
      chosen = low;
    }
  }
  test_at(a, chosen, last, &result->ratio, &result->df[0], &result->df[1]);
  result->p_value = fmin(1, result->p_value * tests);
  result->cutoff = (double)chosen / (double)a->n;
  double M = epoch_steps > 0 ? epoch_steps : result->epoch_steps;
  result->power = NAN;
  if (epoch_steps > 0 || result->p_value < 1 - level)
    result->power = power_against(a, M, chosen, last, (1 - level) / tests);
}

sgdl_status sgdl_shuffling_test(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t T, ptrdiff_t n_paths,
                                const double *x, double every, ptrdiff_t n_modes, const double *modes,
                                double epoch_steps, double level, double *temperature, double *band_frequency,
                                double *band_weight, double *band_ratio, sgdl_shuffling *result)
{
  job a = { .model = model, .T = T, .n = T - 2, .m = n_modes, .n_paths = n_paths };
  sgdl_fit_options options = { .every = 1, .level = 0.5 };
  sgdl_fit_job paths = { .model = model, .options = &options, .T = T, .n_paths = n_paths,
                         .n_modes = n_modes };
  sgdl_whittle whittle = { 0 };
  ptrdiff_t last = (T - 3) / 2, edges[SGDL_WHITTLE_BANDS + 1];
  sgdl_status status = SGDL_OK;

  ctx->message[0] = '\0';
  SGDL_TRY(check_shuffling(ctx, &a, every, epoch_steps, level));
  SGDL_GET(sgdl_fit_paths(ctx, &paths, x, modes));
  SGDL_GET(sgdl_alloc(ctx, &a.residual, sgdl_times(a.n * n_paths, n_modes), "the noise of the steps"));
  for (ptrdiff_t j = 0; j < n_modes; j++) {
    double kappa = paths.of_model.kappa[(ptrdiff_t)modes[j]];
    const double *along = paths.path + T * n_paths * j;
    for (ptrdiff_t r = 0; r < n_paths; r++)
      read_backwards(&a, kappa, along + T * r, a.residual + a.n * (r + n_paths * j));
    temperature[j] = temperature_ratio(&a, kappa, along);
  }
  SGDL_GET(whiten(ctx, &a));
  SGDL_GET(sgdl_whittle_open(ctx, a.n, n_paths, 1, last, &whittle));
  SGDL_GET(sum_periodograms(ctx, &a, &whittle));
  SGDL_GET(find_epoch(ctx, &a, last, result));
  test_shuffling(&a, epoch_steps, last, level, result);
  result->bands = sgdl_whittle_bands(&whittle, edges);
  for (ptrdiff_t b = 0; b < SGDL_FIT_BANDS; b++) {
    int there = b < result->bands;
    band_frequency[b] = there ? sqrt((double)edges[b] * (double)(edges[b + 1] - 1)) / (double)a.n : NAN;
    band_weight[b] = there ? freedom(&a) * (double)(edges[b + 1] - edges[b]) : NAN;
    band_ratio[b] = there ? mean_power(&a, edges[b], edges[b + 1] - 1) / mean_power(&a, 1, last) : NAN;
  }
done:
  sgdl_whittle_close(&whittle);
  sgdl_fit_paths_close(&paths);
  free(a.residual);
  free(a.power);
  return status;
}
