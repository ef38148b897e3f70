/* The fits of all modes taken together: common values, and whether the theory as a whole holds. */
#include "fit.h"

#include <math.h>
#include <stdlib.h>

#include "../stats/quantile.h"

/* Squared coherence of the noise of two modes: what their periodograms have in common. */
static double coherence(const sgdl_model *model, const double *modes, ptrdiff_t l, ptrdiff_t m)
{
  ptrdiff_t i = (ptrdiff_t)modes[l], j = (ptrdiff_t)modes[m], d = model->dim;
  if (i == j) return 1;
  if (!model->noise_is_full) return 0;
  double both = model->noise[i + d * i] * model->noise[j + d * j], cross = model->noise[i + d * j];
  return both > 0 ? fmin(1, cross * cross / both) : 0;
}

static double logarithm_of(const double *table, ptrdiff_t n, ptrdiff_t m, int which, double decay, int theory)
{
  double shift = which == SGDL_FIT_CURVATURE ? decay : 0; /* curvature of K, not of H */
  return log(table[m + (which + (theory ? SGDL_FIT_THEORY : 0)) * n] + shift);
}

/* Weighted mean over identified modes of log(estimate/theory) (damping: of its logarithm), and the spread
 * about it. Its variance counts what the modes have in common. */
static void pool(const sgdl_model *model, const sgdl_fit_options *o, ptrdiff_t n, const double *modes,
                 const double *table, const double *covariance, int which, double *x, double *weight,
                 sgdl_fit_summary *s)
{
  double sum = 0, total = 0, variance = 0, known = 0, used = 0;
  double z = sgdl_normal_quantile(0.5 + 0.5 * o->level);
  for (ptrdiff_t m = 0; m < n; m++) {
    double v = covariance[9 * m + 4 * which];
    double base = logarithm_of(table, n, m, which, model->hyper.weight_decay, 1);
    x[m] = logarithm_of(table, n, m, which, model->hyper.weight_decay, 0);
    if (which != SGDL_FIT_DAMPING) x[m] -= base;
    known = which == SGDL_FIT_DAMPING ? base : 0;
    int usable = table[m + SGDL_FIT_IDENTIFIED * n] == 1 && v > 0 && isfinite(x[m]);
    weight[m] = usable ? 1 / v : 0;
    if (usable) {
      used++;
      sum += weight[m] * x[m];
      total += weight[m];
    }
  }
  double mean = sum / total, spread = 0;
  for (ptrdiff_t l = 0; l < n; l++) {
    if (weight[l] == 0) continue;
    spread += weight[l] * (x[l] - mean) * (x[l] - mean);
    for (ptrdiff_t m = 0; m < n; m++)
      if (weight[m] > 0) variance += sqrt(weight[l] * weight[m]) * coherence(model, modes, l, m);
  }
  double se = sqrt(variance) / total;
  int any = used > 0;
  s->estimate[which] = any ? exp(mean) : NAN;
  s->se[which] = any ? exp(mean) * se : NAN;
  s->lower[which] = any ? exp(mean - z * se) : NAN;
  s->upper[which] = any ? exp(mean + z * se) : NAN;
  s->p_value[which] = any ? sgdl_normal_two_sided((mean - known) / se) : NAN;
  s->spread[which] = used > 1 ? spread : NAN;
  s->spread_df[which] = used > 1 ? used - 1 : NAN;
  s->spread_p[which] = used > 1 ? sgdl_chi_squared_above(spread, used - 1) : NAN;
}

/* Sum of chi squareds with df[m] degrees of freedom of modes that have some in common: the correlation of two
 * is coherence^2 at equal df; a scaled chi squared of the right mean and variance. */
static void together(const sgdl_model *model, ptrdiff_t n, const double *modes, const double *chi,
                     const double *df, double out[3])
{
  double sum = 0, mean = 0, variance = 0;
  for (ptrdiff_t l = 0; l < n; l++) {
    if (!(df[l] > 0)) continue;
    sum += chi[l];
    mean += df[l];
    for (ptrdiff_t m = 0; m < n; m++) {
      double c = coherence(model, modes, l, m);
      if (df[m] > 0) variance += 2 * fmin(df[l], df[m]) * c * c;
    }
  }
  double scale = variance / (2 * mean);
  out[0] = sum / scale;
  out[1] = mean / scale;
  out[2] = sgdl_chi_squared_above(out[0], out[1]);
}

sgdl_status sgdl_fit_summarise(sgdl_context *ctx, const sgdl_model *model, const sgdl_fit_options *options,
                               ptrdiff_t n_modes, const double *modes, const double *table,
                               const double *covariance, sgdl_fit_summary *summary)
{
  const int fitted[3] = { 1, options->curvature, options->damping };
  double *work;
  SGDL_TRY(sgdl_alloc(ctx, &work, 2 * n_modes, "the summary of the modes"));
  double *other = work + n_modes;
  for (int p = 0; p < 3; p++) {
    pool(model, options, n_modes, modes, table, covariance, p, work, other, summary);
    if (fitted[p]) continue;
    summary->estimate[p] = summary->se[p] = summary->lower[p] = summary->upper[p] = summary->p_value[p] = NAN;
    summary->spread[p] = summary->spread_df[p] = summary->spread_p[p] = NAN;
  }
  together(model, n_modes, modes, table + SGDL_FIT_CHI_SQUARED * n_modes, table + SGDL_FIT_DF * n_modes,
           summary->fit);
  together(model, n_modes, modes, table + SGDL_FIT_THEORY_CHI_SQUARED * n_modes,
           table + SGDL_FIT_THEORY_DF * n_modes, summary->theory);
  free(work);
  return SGDL_OK;
}
