/* MSD, stationary state, autocorrelation and power spectrum from a spectral density: all are sums over
 * modes that are linear in the noise, so each probe is a spectrum whose noise is its weights. THEORY
 * sections 4 to 7. */
#include "density.h"
#include "start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a probe as a model -------------------------------------------------------------------------------- */

typedef struct {
  const sgdl_model *settings;
  sgdl_from from;
  ptrdiff_t n, n_slopes;   /* steps, lags, frequencies; n_slopes: exponents under Langevin               */
  const double *at;
} curve_task;

static sgdl_model probe_model(const curve_task *task, const sgdl_probe_modes *modes)
{
  const sgdl_model *s = task->settings;
  return (sgdl_model){ .dim = modes->n, .hyper = s->hyper, .dynamics = s->dynamics, .sampling = s->sampling,
                       .n_examples = s->n_examples, .drop_last = s->drop_last, .rho = modes->rho,
                       .noise = modes->weight, .sigma2 = -1 };
}

/* Settings that no spectrum is needed for: a clear failure before any probe. */
static sgdl_status check_settings(sgdl_context *ctx, const sgdl_spectral_density *density,
                                  const sgdl_model *settings)
{
  sgdl_model bare = *settings;
  bare.dim = density->dim;
  bare.rho = NULL;
  return sgdl_model_check(ctx, &bare, NULL);
}

/* ---- displacement -------------------------------------------------------------------------------------- */

/* MSD at all steps, then (Langevin) its slope times the step. */
static sgdl_status probe_msd(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args, double *out)
{
  const curve_task *task = args;
  sgdl_model model = probe_model(task, modes);
  sgdl_initial initial = { .from = task->from };
  double *exponent = task->n_slopes > 0 ? out + task->n : NULL;
  SGDL_TRY(sgdl_msd_from(ctx, &model, task->n, task->at, &initial, out, exponent, NULL));
  for (ptrdiff_t i = 0; i < task->n_slopes; i++)
    exponent[i] = out[i] > 0 ? exponent[i] * out[i] : 0;
  return SGDL_OK;
}

static double langevin_exponent(const double *means, const void *args, ptrdiff_t i)
{
  (void)args;
  (void)i;
  return means[1] / means[0];
}

/* Centred difference over [k-1, k+1], [1, 2] at k = 1; args: the steps before, then those after. */
static double sgd_exponent(const double *means, const void *args, ptrdiff_t i)
{
  const curve_task *task = args;
  const double *before = task->at + task->n, *after = before + task->n;
  return log(means[1] / means[0]) / log(after[i] / before[i]);
}

static sgdl_status check_from(sgdl_context *ctx, const sgdl_spectral_density *density, sgdl_from from)
{
  if (from == SGDL_FROM_POINT)
    return SGDL_OK;
  if (from != SGDL_FROM_STATIONARY && from != SGDL_FROM_CHECKPOINT && from != SGDL_FROM_REST_OF_SPEED)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`start` needs directions: expected the stationary state, the minimiser or a "
                     "checkpoint, a spectral density has no others");
  return sgdl_density_no_saddle(ctx, density);
}

/* Steps, and under SGD with exponents those before and after each. */
static sgdl_status steps_with_neighbours(sgdl_context *ctx, ptrdiff_t n, const double *steps, double **all)
{
  SGDL_TRY(sgdl_alloc(ctx, all, sgdl_times(3, n), "the steps"));
  for (ptrdiff_t i = 0; i < n; i++) {
    (*all)[i] = steps[i];
    (*all)[n + i] = steps[i] > 1 ? steps[i] - 1 : 1;
    (*all)[2 * n + i] = steps[i] + 1;
  }
  return SGDL_OK;
}

sgdl_status sgdl_density_msd(sgdl_context *ctx, const sgdl_spectral_density *density,
                             const sgdl_model *settings, sgdl_from from, ptrdiff_t n,
                             const double *steps, const sgdl_curve *msd, const sgdl_curve *exponent)
{
  int sgd = settings->dynamics == SGDL_SGD;
  double *all = NULL;
  sgdl_probe_values values = { 0 };
  sgdl_status status = SGDL_OK;

  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` has length %td: expected at least one", n);
  SGDL_GET(check_settings(ctx, density, settings));
  SGDL_GET(check_from(ctx, density, from));
  SGDL_GET(steps_with_neighbours(ctx, n, steps, &all));
  curve_task task = { settings, from, sgd && exponent != NULL ? 3 * n : n, sgd || exponent == NULL ? 0 : n,
                      all };
  int truncation = sgdl_wants_truncation(msd) || sgdl_wants_truncation(exponent);
  SGDL_GET(sgdl_over_probes(ctx, density, 1, truncation, task.n + task.n_slopes, probe_msd, &task, &values));
  sgdl_probe_curve(&values, 0, n, msd);
  task.n = n;
  if (sgd)
    sgdl_jackknife_curve(&values, 2, (ptrdiff_t[]){ n, 2 * n }, n, sgd_exponent, &task, exponent);
  else
    sgdl_jackknife_curve(&values, 2, (ptrdiff_t[]){ 0, n }, n, langevin_exponent, &task, exponent);
done:
  sgdl_probe_values_free(&values);
  free(all);
  return status;
}

/* ---- stationary state ---------------------------------------------------------------------------------- */

static void add_stationary(const sgdl_law *law, const sgdl_modes *modes, const sgdl_model *model, double *out)
{
  double loss = 0;
  for (ptrdiff_t l = 0; l < modes->d; l++) {
    double c[4];
    sgdl_law_pair(law, l, l, c);
    out[SGDL_DENSITY_THETA] += c[0];
    out[SGDL_DENSITY_VELOCITY] += c[3];
    loss += model->rho[l] * c[0] / 2;
  }
  if (modes->n_missing > 0)
    out[SGDL_DENSITY_THETA] = INFINITY;
  out[SGDL_DENSITY_LOSS] = loss;
  if (model->hyper.weight_decay > 0)
    out[SGDL_DENSITY_PENALTY] = model->hyper.weight_decay * out[SGDL_DENSITY_THETA] / 2;
}

static sgdl_status probe_stationary(sgdl_context *ctx, const sgdl_probe_modes *nodes, const void *args,
                                    double *out)
{
  static const double one = 1;
  sgdl_model model = probe_model(args, nodes);
  sgdl_initial initial = { .from = SGDL_FROM_STATIONARY };
  sgdl_modes modes = { 0 };
  sgdl_law law = { 0 };
  sgdl_status status = SGDL_OK;
  memset(out, 0, sizeof(double) * SGDL_DENSITY_STATIONARY);
  SGDL_GET(sgdl_modes_init(ctx, &model, &modes));
  SGDL_GET(sgdl_law_stationary(ctx, &model, &modes, &law));
  add_stationary(&law, &modes, &model, out);
  status = sgdl_msd_from(ctx, &model, 1, &one, &initial, out + SGDL_DENSITY_STEP, NULL, NULL);
done:
  sgdl_law_free(&law);
  sgdl_modes_free(&modes);
  return status;
}

/* Curves that are the first, second, ... n entries of the values. */
static sgdl_status curves(sgdl_context *ctx, const sgdl_spectral_density *density, const curve_task *task,
                          int n_curves, sgdl_probe_function *f, const sgdl_curve *const *out)
{
  SGDL_TRY(check_settings(ctx, density, task->settings));
  SGDL_TRY(sgdl_density_no_saddle(ctx, density));
  return sgdl_density_curves(ctx, density, 1, n_curves, task->n, f, task, out);
}

sgdl_status sgdl_density_stationary(sgdl_context *ctx, const sgdl_spectral_density *density,
                                    const sgdl_model *settings, const sgdl_curve *stationary)
{
  curve_task task = { .settings = settings, .n = SGDL_DENSITY_STATIONARY };
  return curves(ctx, density, &task, 1, probe_stationary, &stationary);
}

/* ---- what a trajectory shows --------------------------------------------------------------------------- */

static sgdl_status probe_autocorrelation(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                         double *out)
{
  const curve_task *task = args;
  sgdl_model model = probe_model(task, modes);
  ptrdiff_t n = task->n;
  return sgdl_autocorrelation(ctx, &model, n, task->at, NULL, out, out + n, out + 2 * n, NULL, NULL);
}

static sgdl_status probe_spectrum(sgdl_context *ctx, const sgdl_probe_modes *modes, const void *args,
                                  double *out)
{
  const curve_task *task = args;
  sgdl_model model = probe_model(task, modes);
  return sgdl_power_spectrum(ctx, &model, task->n, task->at, NULL, out, out + task->n, NULL);
}

static sgdl_status check_length(sgdl_context *ctx, const char *name, ptrdiff_t n)
{
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` has length %td: expected at least one", name, n);
  return SGDL_OK;
}

sgdl_status sgdl_density_autocorrelation(sgdl_context *ctx, const sgdl_spectral_density *density,
                                         const sgdl_model *settings, ptrdiff_t n, const double *lags,
                                         const sgdl_curve *theta, const sgdl_curve *velocity,
                                         const sgdl_curve *cross)
{
  curve_task task = { .settings = settings, .n = n, .at = lags };
  const sgdl_curve *out[3] = { theta, velocity, cross };
  SGDL_TRY(check_length(ctx, "lags", n));
  return curves(ctx, density, &task, 3, probe_autocorrelation, out);
}

sgdl_status sgdl_density_power_spectrum(sgdl_context *ctx, const sgdl_spectral_density *density,
                                        const sgdl_model *settings, ptrdiff_t n, const double *freq,
                                        const sgdl_curve *theta, const sgdl_curve *velocity)
{
  curve_task task = { .settings = settings, .n = n, .at = freq };
  const sgdl_curve *out[2] = { theta, velocity };
  SGDL_TRY(check_length(ctx, "freq", n));
  return curves(ctx, density, &task, 2, probe_spectrum, out);
}

/* ---- probes until the displacement is known well enough ------------------------------------------------ */

typedef struct {
  sgdl_spectral_density density;
  int for_noise;
  const sgdl_model *settings;
  sgdl_from from;
  ptrdiff_t n;
  const double *steps;
  double target;
  double *msd, *se;
  double worst;
} msd_target;

static sgdl_status msd_is_enough(void *user, sgdl_context *ctx, const sgdl_quadrature *so_far, int *done)
{
  msd_target *t = user;
  if (so_far->n_probes < 2)
    return SGDL_OK;
  if (t->for_noise)
    t->density.noise = so_far;
  else
    t->density.counts = so_far;
  void (*progress)(void *, double) = ctx->progress; /* the probes report it */
  ctx->progress = NULL;
  sgdl_status status = sgdl_density_msd(ctx, &t->density, t->settings, t->from, t->n, t->steps,
                                        &(sgdl_curve){ t->msd, t->se, NULL }, NULL);
  ctx->progress = progress;
  if (status != SGDL_OK)
    return status;
  t->worst = 0;
  for (ptrdiff_t i = 0; i < t->n; i++)
    t->worst = fmax(t->worst, t->se[i] == 0 ? 0 : t->se[i] / t->msd[i]);
  *done = so_far->n_probes >= SGDL_FIRST_LOOK && t->worst <= t->target;
  return SGDL_OK;
}

sgdl_status sgdl_probes_for_msd(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                                const sgdl_probe_noise *noise, const sgdl_probe_options *options,
                                const sgdl_spectral_density *density, const sgdl_model *settings,
                                sgdl_from from, ptrdiff_t n, const double *steps, double target,
                                sgdl_quadrature *result)
{
  msd_target t = { *density, noise != NULL, settings, from, n, steps, target, NULL, NULL, NAN };
  sgdl_probe_options with = *options;
  SGDL_TRY(check_length(ctx, "steps", n));
  if (!(isfinite(target) && target > 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`target` = %g: expected a relative error > 0", target);
  SGDL_TRY(sgdl_alloc(ctx, &t.msd, sgdl_times(2, n), "the displacement"));
  t.se = t.msd + n;
  with.target = 0;
  with.n_functions = 0;
  with.enough = msd_is_enough;
  with.user = &t;
  sgdl_status status = sgdl_spectral_probes(ctx, op, deflation, noise, &with, result);
  result->worst = t.worst;
  result->reached = t.worst <= target;
  free(t.msd);
  return status;
}
