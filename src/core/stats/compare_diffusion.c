/* Choice among models of diffusion by their likelihoods; see sgdl_stats.h. */
#include <math.h>
#include <stdlib.h>

#include "diffusion_models.h"

enum { GRID = 12, MOST_STEPS = 60 };

typedef struct objective {
  sgdl_increments *in;
  sgdl_diffusion_model model;
  ptrdiff_t first, end;
} objective;

/* The scale on which the shape is searched: exponents as they are, rates by their logarithm. */
static double shape_at(const objective *o, double t)
{
  return o->model == SGDL_MODEL_CONFINED ? exp(t) : t;
}

static double value(const objective *o, double t)
{
  return sgdl_model_likelihood(o->in, o->model, o->first, o->end, shape_at(o, t), NULL);
}

/* Maximum of a likelihood with one top between low and high, by golden sections with parabolas (Brent). */
static double climb(const objective *o, double low, double high, double start, double *top)
{
  const double golden = 0.38196601125010515, tolerance = 1e-8;
  double x = start, w = x, v = x, fx = value(o, x), fw = fx, fv = fx, step = 0.0, before = 0.0;
  for (int k = 0; k < MOST_STEPS; k++) {
    double middle = 0.5 * (low + high), small = tolerance * (fabs(x) + 0.1);
    if (fabs(x - middle) <= 2.0 * small - 0.5 * (high - low)) break;
    double r = (x - w) * (fv - fx), q = (x - v) * (fw - fx), p = (x - v) * q - (x - w) * r;
    q = 2.0 * (q - r);
    if (q > 0.0) p = -p;
    q = fabs(q);
    double earlier = before;
    before = step;
    int parabola = isfinite(p) && q > 0.0 && fabs(earlier) > small && fabs(p) < fabs(0.5 * q * earlier) &&
                   p > q * (low - x) && p < q * (high - x);
    if (parabola) {
      step = p / q;
      if (x + step - low < 2.0 * small || high - x - step < 2.0 * small) step = x < middle ? small : -small;
    } else {
      before = x < middle ? high - x : low - x;
      step = golden * before;
    }
    double u = x + (fabs(step) >= small ? step : step > 0.0 ? small : -small), fu = value(o, u);
    if (fu >= fx) {
      *(u < x ? &high : &low) = x;
      v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
    } else {
      *(u < x ? &low : &high) = u;
      if (fu >= fw || w == x) {
        v = w, fv = fw, w = u, fw = fu;
      } else if (fu >= fv || v == x || v == w) {
        v = u, fv = fu;
      }
    }
  }
  *top = fx;
  return x;
}

/* Standard error from the curvature at the top; NaN at an end of the range. */
static double curvature_error(const objective *o, double t, double top)
{
  const double step = 1e-3;
  double bend = (value(o, t - step) - 2.0 * top + value(o, t + step)) / (step * step);
  double scale = o->model == SGDL_MODEL_CONFINED ? exp(t) : 1.0;
  return bend < 0.0 ? scale / sqrt(-bend) : NAN;
}

static sgdl_status fit_shape(const objective *o, double *shape, double *se, double *log_likelihood)
{
  double low = 0.02, high = 1.98, best = -HUGE_VAL, at = 1.0, fits[GRID];
  if (o->model == SGDL_MODEL_SCALED) high = 4.0;
  if (o->model == SGDL_MODEL_CONFINED) {
    low = log(1e-2 / (double)o->in->s->T);
    high = log(10.0);
  }
  ptrdiff_t chosen = 0;
  for (ptrdiff_t g = 0; g < GRID; g++) {
    fits[g] = value(o, low + (high - low) * ((double)g + 0.5) / GRID);
    if (fits[g] > best) {
      best = fits[g];
      chosen = g;
    }
    if (sgdl_poll(o->in->ctx, 0.5))
      return sgdl_fail(o->in->ctx, SGDL_INTERRUPTED, "interrupted in the comparison of models of diffusion");
  }
  if (best == -HUGE_VAL)
    return sgdl_fail(o->in->ctx, SGDL_NO_CONVERGENCE, "`x`: no likelihood of this model is finite");
  const double width = (high - low) / GRID;
  at = low + width * ((double)chosen + 0.5);
  at = climb(o, fmax(low, at - width), fmin(high, at + width), at, log_likelihood);
  *shape = shape_at(o, at);
  *se = curvature_error(o, at, *log_likelihood);
  return SGDL_OK;
}

static sgdl_status fit_model(sgdl_increments *in, sgdl_diffusion_model model, int shared, double *shape,
                             double *se, double *scale, double *log_likelihood)
{
  const ptrdiff_t d = in->s->d, groups = shared ? 1 : d;
  *log_likelihood = 0.0;
  for (ptrdiff_t c = 0; c < d; c++) shape[c] = se[c] = NAN;
  for (ptrdiff_t g = 0; g < groups; g++) {
    objective o = { in, model, shared ? 0 : g, shared ? d : g + 1 };
    double part = 0.0;
    if (model != SGDL_MODEL_BROWNIAN) SGDL_TRY(fit_shape(&o, shape + g, se + g, &part));
    *log_likelihood += sgdl_model_likelihood(in, model, o.first, o.end, shape[g], scale);
  }
  for (ptrdiff_t c = 1; shared && c < d; c++) {
    shape[c] = shape[0];
    se[c] = se[0];
  }
  return SGDL_OK;
}

/* AIC, its correction for few observations, BIC, and the weights of each. */
static void criteria(ptrdiff_t n_models, double observations, sgdl_diffusion_comparison *out)
{
  double *const columns[3] = { out->aic, out->aicc, out->bic };
  double *const weights[3] = { out->aic_weight, out->aicc_weight, out->bic_weight };
  for (ptrdiff_t m = 0; m < n_models; m++) {
    double k = out->n_parameters[m], deviance = -2.0 * out->log_likelihood[m];
    out->aic[m] = deviance + 2.0 * k;
    out->aicc[m] =
      observations > k + 1.0 ? out->aic[m] + 2.0 * k * (k + 1.0) / (observations - k - 1.0) : HUGE_VAL;
    out->bic[m] = deviance + k * log(observations);
  }
  for (int q = 0; q < 3; q++) {
    double best = HUGE_VAL, sum = 0.0;
    for (ptrdiff_t m = 0; m < n_models; m++) best = fmin(best, columns[q][m]);
    for (ptrdiff_t m = 0; m < n_models; m++) sum += exp(-0.5 * (columns[q][m] - best));
    for (ptrdiff_t m = 0; m < n_models; m++) weights[q][m] = exp(-0.5 * (columns[q][m] - best)) / sum;
  }
}

static sgdl_status check_models(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_models, const int *models,
                                const double *theory)
{
  if (T < 8) return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least 8", T);
  if (n_models < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`models` is empty: expected at least one");
  for (ptrdiff_t m = 0; m < n_models; m++) {
    if (models[m] < 0 || models[m] >= SGDL_MODEL_COUNT)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`models[%td]` = %d: expected a model's number below %d",
                       m + 1, models[m], SGDL_MODEL_COUNT);
    if (models[m] >= SGDL_MODEL_THEORY && !theory)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`models[%td]` needs `theory`: expected a model of SGD",
                       m + 1);
  }
  return SGDL_OK;
}

sgdl_status sgdl_compare_diffusion(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t n_paths,
                                   const double *x, ptrdiff_t n_models, const int *models, int shared,
                                   const double *theory, sgdl_diffusion_comparison *result)
{
  sgdl_segments s;
  sgdl_increments in = { 0 };
  sgdl_status status;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_segments_open(ctx, T, d, n_paths, x, &s));
  SGDL_TRY(check_models(ctx, T, n_models, models, theory));
  if (theory) SGDL_TRY(sgdl_check_finite(ctx, "theory", theory, sgdl_times(T, d), T));
  SGDL_GET(sgdl_increments_open(ctx, &s, &in));
  for (ptrdiff_t m = 0; m < n_models; m++) {
    double *shape = result->shape + d * m, *se = result->shape_se + d * m, *scale = result->scale + d * m;
    double shapes = models[m] == SGDL_MODEL_BROWNIAN ? 0.0 : shared ? 1.0 : (double)d;
    if (models[m] >= SGDL_MODEL_THEORY) {
      double factor = 1.0;
      for (ptrdiff_t c = 0; c < d; c++) shape[c] = se[c] = NAN;
      SGDL_GET(sgdl_theory_likelihood(&in, theory, models[m] == SGDL_MODEL_THEORY ? NULL : &factor,
                                      result->log_likelihood + m));
      for (ptrdiff_t c = 0; c < d; c++) scale[c] = factor;
      result->n_parameters[m] = models[m] == SGDL_MODEL_THEORY ? 0.0 : 1.0;
    } else {
      SGDL_GET(fit_model(&in, (sgdl_diffusion_model)models[m], shared, shape, se, scale,
                         result->log_likelihood + m));
      result->n_parameters[m] = (double)d + shapes;
    }
  }
  criteria(n_models, (double)(T - 1) * (double)d * (double)n_paths, result);
done:
  sgdl_increments_close(&in);
  return status;
}
