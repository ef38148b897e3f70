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

/* The identified modes' signed roots in log(estimate/theory) (damping: in its logarithm); their number. */
static ptrdiff_t roots_of(const sgdl_model *model, ptrdiff_t n, const double *modes, const double *table,
                          const sgdl_mode_fit *fits, int which, sgdl_fit_root *roots, double *used)
{
  ptrdiff_t count = 0;
  for (ptrdiff_t m = 0; m < n; m++) {
    double v = fits[m].covariance[4 * which];
    double x = logarithm_of(table, n, m, which, model->hyper.weight_decay, 0);
    if (which != SGDL_FIT_DAMPING) x -= logarithm_of(table, n, m, which, model->hyper.weight_decay, 1);
    if (table[m + SGDL_FIT_IDENTIFIED * n] != 1 || !(v > 0) || !isfinite(x)) continue;
    roots[count] = (sgdl_fit_root){ x, v, fits[m].power[which], fits[m].mean[which] };
    used[count++] = modes[m];
  }
  return count;
}

/* Variance of the pooled score, which counts what the modes have in common, over its information. */
static double shared(const sgdl_model *model, ptrdiff_t n, const double *modes, const sgdl_fit_root *roots,
                     const sgdl_fit_common *best)
{
  double sum = best->total;
  if (!model->noise_is_full) return 1;
  for (ptrdiff_t l = 0; l < n; l++)
    for (ptrdiff_t m = 0; m < l; m++)
      sum += 2 * sgdl_fit_root_slope(roots + l, best->x) * sgdl_fit_root_slope(roots + m, best->x) *
             coherence(model, modes, l, m);
  return sum / best->total;
}

static void put_none(sgdl_fit_summary *s, int which)
{
  s->estimate[which] = s->se[which] = s->lower[which] = s->upper[which] = s->p_value[which] = NAN;
  s->spread[which] = s->spread_df[which] = s->spread_p[which] = NAN;
}

/* known: the logarithm under the theory. */
static void pool(const sgdl_model *model, const sgdl_fit_options *o, ptrdiff_t n, const double *modes,
                 const sgdl_fit_root *roots, double known, int which, sgdl_fit_summary *s)
{
  double z = sgdl_normal_quantile(0.5 + 0.5 * o->level);
  put_none(s, which);
  if (n < 1) return;
  sgdl_fit_common best = sgdl_fit_pool(n, roots);
  double inflation = shared(model, n, modes, roots, &best);
  double off = fmax(0, sgdl_fit_pool_misfit(n, roots, known) - best.Q);
  s->estimate[which] = exp(best.x);
  s->se[which] = exp(best.x) * sqrt(inflation / best.total);
  s->lower[which] = exp(sgdl_fit_pool_limit(n, roots, &best, z * z * inflation, -1));
  s->upper[which] = exp(sgdl_fit_pool_limit(n, roots, &best, z * z * inflation, 1));
  s->p_value[which] = sgdl_normal_two_sided(sqrt(off / inflation));
  if (n < 2) return;
  s->spread[which] = best.Q;
  s->spread_df[which] = (double)(n - 1);
  s->spread_p[which] = sgdl_chi_squared_above(best.Q, (double)(n - 1));
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
                               const sgdl_mode_fit *fits, sgdl_fit_summary *summary)
{
  const int fitted[3] = { 1, options->curvature, options->damping };
  double *used;
  sgdl_fit_root *roots = malloc((size_t)n_modes * sizeof *roots);
  if (!roots) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the summary of the modes");
  sgdl_status status = sgdl_alloc(ctx, &used, n_modes, "the summary of the modes");
  for (int p = 0; p < 3 && status == SGDL_OK; p++) {
    ptrdiff_t count = fitted[p] ? roots_of(model, n_modes, modes, table, fits, p, roots, used) : 0;
    double known = p == SGDL_FIT_DAMPING ? log(table[(SGDL_FIT_THEORY + p) * n_modes]) : 0;
    pool(model, options, count, used, roots, known, p, summary);
  }
  together(model, n_modes, modes, table + SGDL_FIT_CHI_SQUARED * n_modes, table + SGDL_FIT_DF * n_modes,
           summary->fit);
  together(model, n_modes, modes, table + SGDL_FIT_THEORY_CHI_SQUARED * n_modes,
           table + SGDL_FIT_THEORY_DF * n_modes, summary->theory);
  free(roots);
  if (status == SGDL_OK) free(used);
  return status;
}
