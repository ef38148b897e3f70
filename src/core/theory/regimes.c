/* The regimes of the displacement: which ones the local exponent passes through and when, and the exponent
 * that the spectrum predicts in between. THEORY section 5. */
#include "steps.h"

#include "../model/mode.h"
#include "../model/modes.h"

#include <math.h>
#include <stdlib.h>

static const double BALLISTIC = 1.5, CONFINED = 0.1; /* local exponent above, below                   */
static const double LEVEL = 0.09;                    /* steepest |dc/d log k| of a regime that lasts   */
static const double DIFFUSIVE_WIDTH = 0.1;           /* |c - 1| of normal diffusion                    */

const char *sgdl_displacement_string(sgdl_displacement label)
{
  static const char *const names[] = { "ballistic", "crossover", "diffusive", "plateau", "confined" };
  return label >= SGDL_BALLISTIC && label <= SGDL_CONFINED ? names[label] : "unknown";
}

/* ---- labels and crossovers ---------------------------------------------------------------------------- */

static double steepness(ptrdiff_t n, const double *steps, const double *c, ptrdiff_t i)
{
  ptrdiff_t before = i > 0 ? i - 1 : i, after = i < n - 1 ? i + 1 : i;
  return before == after ? 0 : fabs((c[after] - c[before]) / log(steps[after] / steps[before]));
}

static sgdl_displacement label_of(double c, double steep)
{
  if (c > BALLISTIC)
    return SGDL_BALLISTIC;
  if (c < CONFINED)
    return SGDL_CONFINED;
  if (!(steep <= LEVEL) || c > 1 + DIFFUSIVE_WIDTH)
    return SGDL_CROSSOVER;
  return c >= 1 - DIFFUSIVE_WIDTH ? SGDL_DIFFUSIVE : SGDL_PLATEAU;
}

/* Step at which c passes `level` between i and i + 1, linear in log k. */
static double crossing(const double *steps, const double *c, ptrdiff_t i, double level)
{
  double part = (c[i] - level) / (c[i] - c[i + 1]);
  return steps[i] * pow(steps[i + 1] / steps[i], part);
}

static double ballistic_end(ptrdiff_t n, const double *steps, const double *c)
{
  for (ptrdiff_t i = 0; i + 1 < n; i++)
    if (c[i] > BALLISTIC && c[i + 1] <= BALLISTIC)
      return crossing(steps, c, i, BALLISTIC);
  return NAN;
}

static double confined_start(ptrdiff_t n, const double *steps, const double *c)
{
  ptrdiff_t i = n - 1;
  if (!(c[i] < CONFINED))
    return NAN;
  while (i > 0 && c[i - 1] < CONFINED)
    i--;
  return i > 0 ? crossing(steps, c, i - 1, CONFINED) : NAN;
}

/* ---- what the spectrum predicts ------------------------------------------------------------------------ */

/* Overdamped noisy modes, stiffest first: x = log(largest kappa/kappa), w = stationary variance. */
typedef struct {
  ptrdiff_t n;
  double *x, *w;
  double total, mean, range;  /* of w; of x; of x                                                      */
  double relaxation[2];
} overdamped;

static sgdl_status collect(sgdl_context *ctx, const sgdl_model *model, const sgdl_modes *modes, overdamped *o)
{
  const sgdl_hyper *h = &model->hyper;
  *o = (overdamped){ .relaxation = { NAN, NAN } };
  SGDL_TRY(sgdl_alloc(ctx, &o->x, 2 * modes->d, "the overdamped modes"));
  o->w = o->x + modes->d;
  double largest = 0;
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    double kappa = modes->kappa[l], c[4], delta[4], relaxation = (1 - h->momentum) / (h->lr * kappa);
    sgdl_regime regime = sgdl_mode_regime(model->dynamics, h, kappa);
    if (modes->strength[l] == 0 || (regime != SGDL_OVERDAMPED && regime != SGDL_FLAT_MODE))
      continue;
    if (isnan(o->relaxation[0]))
      o->relaxation[0] = relaxation;
    o->relaxation[1] = relaxation; /* Inf: flat */
    if (kappa == 0)
      continue;
    if (modes->noise.epoch)
      sgdl_noise_delta(&modes->noise, h, kappa, delta);
    sgdl_noise_pair_stationary(&modes->noise, model->dynamics, h, kappa, kappa, delta, delta, c);
    largest = fmax(largest, kappa);
    o->w[o->n] = modes->strength[l] * c[0];
    o->x[o->n] = log(largest / kappa);
    o->total += o->w[o->n];
    o->mean += o->w[o->n] * o->x[o->n];
    o->n++;
  }
  if (o->n > 0) {
    o->mean /= o->total;
    o->range = o->x[o->n - 1];
  }
  return SGDL_OK;
}

/* Mean of a density ~ exp(alpha x) on [0, 1]. */
static double truncated_mean(double alpha)
{
  if (fabs(alpha) < 1e-4)
    return 0.5 + alpha / 12;
  return 1 / -expm1(-alpha) - 1 / alpha;
}

/* Maximum likelihood of variance ~ exp(alpha x) dx on [0, range], weighted: the mean of x decides. */
static double fit_exponent(const overdamped *o)
{
  double target = o->mean / o->range, low = -700, high = 700;
  for (int i = 0; i < 100; i++) {
    double middle = (low + high) / 2;
    if (truncated_mean(middle) < target)
      low = middle;
    else
      high = middle;
  }
  return (low + high) / 2 / o->range;
}

static double misfit(const overdamped *o, double alpha)
{
  double worst = 0, sum = 0;
  for (ptrdiff_t i = 0; i < o->n; i++) {
    double law = alpha == 0 ? o->x[i] / o->range : expm1(alpha * o->x[i]) / expm1(alpha * o->range);
    double before = sum / o->total;
    sum += o->w[i];
    worst = fmax(worst, fmax(fabs(law - before), fabs(law - sum / o->total)));
  }
  return worst;
}

enum { FEWEST_MODES = 10 };
static const double LARGEST_MISFIT = 0.1;

static void predict(const overdamped *o, sgdl_regimes *regimes)
{
  double decade = log(10);
  regimes->spectral_exponent = regimes->spectral_misfit = regimes->predicted = NAN;
  if (o->n < FEWEST_MODES || o->range < decade)
    return;
  double alpha = fit_exponent(o);
  regimes->spectral_exponent = alpha;
  regimes->spectral_misfit = misfit(o, alpha);
  if (alpha > 0 && alpha < 1 && regimes->spectral_misfit <= LARGEST_MISFIT && o->range >= 2 * decade)
    regimes->predicted = alpha;
}

/* ---- what the exponent shows in between ---------------------------------------------------------------- */

static int ascending(const void *x, const void *y)
{
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* Median of c over the geometric middle third of [first, last]. work: n. */
static double middle_median(ptrdiff_t n, const double *steps, const double *c, double first, double last,
                            double *work)
{
  double low = log(first), high = log(last);
  ptrdiff_t m = 0;
  if (!(high - low >= log(10)))
    return NAN;
  for (ptrdiff_t i = 0; i < n; i++) {
    double at = (log(steps[i]) - low) / (high - low);
    if (at >= 1.0 / 3 && at <= 2.0 / 3)
      work[m++] = c[i];
  }
  if (m == 0)
    return NAN;
  qsort(work, (size_t)m, sizeof *work, ascending);
  return (work[(m - 1) / 2] + work[m / 2]) / 2;
}

/* Between the relaxation times, but after the velocity has forgotten itself and within `steps`. */
static sgdl_status plateau(sgdl_context *ctx, const sgdl_hyper *h, ptrdiff_t n, const double *steps,
                           const double *c, sgdl_regimes *regimes)
{
  double *work = NULL;
  double memory = (1 + h->momentum) / (2 * (1 - h->momentum));
  SGDL_TRY(sgdl_alloc(ctx, &work, n, "the exponents"));
  regimes->plateau = middle_median(n, steps, c, fmax(regimes->relaxation[0], memory),
                                   fmin(regimes->relaxation[1], steps[n - 1]), work);
  free(work);
  return SGDL_OK;
}

sgdl_status sgdl_msd_regimes(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t n, const double *steps,
                             const double *exponent, int *label, sgdl_regimes *regimes)
{
  sgdl_modes modes = { 0 };
  overdamped o = { 0 };
  sgdl_status status = SGDL_OK;

  SGDL_TRY(sgdl_check_steps(ctx, n, steps, 1, model->dynamics == SGDL_SGD));
  SGDL_TRY(sgdl_check_finite(ctx, "exponent", exponent, n, 0));
  for (ptrdiff_t i = 1; i < n; i++)
    if (!(steps[i] > steps[i - 1]))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps`[%td] = %g after %g: expected ascending steps", i + 1,
                       steps[i], steps[i - 1]);
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` is empty: expected at least one step");
  SGDL_GET(sgdl_modes_init(ctx, model, &modes));
  SGDL_GET(sgdl_modes_no_saddle(ctx, &modes));
  for (ptrdiff_t i = 0; i < n && label != NULL; i++)
    label[i] = label_of(exponent[i], steepness(n, steps, exponent, i));
  regimes->ballistic_end = ballistic_end(n, steps, exponent);
  regimes->confined_start = modes.n_missing > 0 ? INFINITY : confined_start(n, steps, exponent);
  SGDL_GET(collect(ctx, model, &modes, &o));
  regimes->relaxation[0] = o.relaxation[0];
  regimes->relaxation[1] = o.relaxation[1];
  predict(&o, regimes);
  SGDL_GET(plateau(ctx, &model->hyper, n, steps, exponent, regimes));
done:
  free(o.x);
  sgdl_modes_free(&modes);
  return status;
}
