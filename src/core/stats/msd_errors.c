/* Standard errors and covariance of one curve of the MSD from blocks, paths or resamples of them. */
#include "msd_errors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  FEWEST_RESAMPLED = 16, MOST_RESAMPLED = 64, /* blocks of origins; paths instead where there are 16 */
};

static void fill(double *x, ptrdiff_t n, double value)
{
  for (ptrdiff_t i = 0; x && i < n; i++) x[i] = value;
}

static void fill_all(ptrdiff_t n_lags, const sgdl_spread *out, double value)
{
  fill(out->se, n_lags, value);
  fill(out->covariance, n_lags * n_lags, value);
}

/* ---- units ---- */

sgdl_status sgdl_spread_of_units(sgdl_context *ctx, const sgdl_msd_options *o, double progress, sgdl_units *u,
                                 const sgdl_spread *out)
{
  if (out->replicates) SGDL_TRY(sgdl_units_bootstrap(ctx, u, progress, o->seed, o->n_boot, out->replicates));
  sgdl_units_residuals(u);
  if (out->covariance) sgdl_units_covariance(u, u->n_lags, out->covariance);
  if (out->se) sgdl_units_se(u, out->se);
  return SGDL_OK;
}

/* ---- blocks of frames ---- */

ptrdiff_t sgdl_block_length(double frames, ptrdiff_t n_paths, ptrdiff_t wanted)
{
  double blocks = (double)((wanted + n_paths - 1) / n_paths * n_paths);
  return (ptrdiff_t)(frames / blocks);
}

ptrdiff_t sgdl_block_lags(ptrdiff_t length, ptrdiff_t n_lags, const double *lags)
{
  ptrdiff_t usable = 0;
  while (usable < n_lags && 2.0 * lags[usable] <= (double)length) usable++;
  return usable;
}

/* Blocks lose the displacements that straddle them, so near half a block this is conservative (by 1.2 for a
 * Brownian path, 1.4 for white noise). */
void sgdl_spread_of_blocks(ptrdiff_t n_lags, sgdl_units *eight, sgdl_units *sixteen, const sgdl_spread *out)
{
  fill_all(n_lags, out, NAN);
  ptrdiff_t reach = eight->n_lags;
  double *se = out->se, *covariance = out->covariance;
  if (reach == 0) return;
  sgdl_units_residuals(eight);
  if (sixteen->n_lags > 0) sgdl_units_residuals(sixteen);
  /* Eight blocks reach the longer lags; sixteen, for the shorter ones, give a steadier error. */
  if (se) {
    sgdl_units_se(eight, se);
    if (sixteen->n_lags > 0) sgdl_units_se(sixteen, se);
  }
  if (!covariance || !se) return;
  sgdl_units_covariance(eight, n_lags, covariance);
  for (ptrdiff_t a = 0; a < reach; a++)
    for (ptrdiff_t b = 0; b < a; b++) {
      double variances = sqrt(covariance[a + n_lags * a]) * sqrt(covariance[b + n_lags * b]);
      double correlation = variances > 0 ? covariance[a + n_lags * b] / variances : 0.0;
      covariance[a + n_lags * b] = covariance[b + n_lags * a] = correlation * se[a] * se[b];
    }
  for (ptrdiff_t a = 0; a < reach; a++) covariance[a + n_lags * a] = se[a] * se[a];
}

sgdl_status sgdl_spread_by_blocks(sgdl_context *ctx, sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  const sgdl_spread *out)
{
  sgdl_units units[2] = { { 0 } };
  sgdl_status status = SGDL_OK;
  const double share[2] = { v->progress_from, v->progress_to };
  for (int pass = 0; pass < 2 && status == SGDL_OK; pass++) {
    ptrdiff_t length = sgdl_block_length(sgdl_view_frames(v), v->n_paths, pass == 0 ? 8 : 16);
    ptrdiff_t usable = sgdl_block_lags(length, n_lags, lags);
    sgdl_view_share(v, share, 0.5 * pass, 0.5 * (pass + 1));
    if (usable > 0) status = sgdl_units_of_blocks(ctx, v, usable, lags, length, units + pass);
  }
  if (status == SGDL_OK) sgdl_spread_of_blocks(n_lags, units, units + 1, out);
  sgdl_units_close(units);
  sgdl_units_close(units + 1);
  return status;
}

/* ---- bootstrap ---- */

/* Mean square differences of the replicates, B/(B - 1) times: resamples of B units spread too little by that.
 * */
static void spread_of_replicates(ptrdiff_t n_lags, ptrdiff_t units, ptrdiff_t n_boot,
                                 const double *replicates,
                                 const sgdl_spread *out)
{
  double scale = (double)units / ((double)units - 1.0) / ((double)n_boot - 1.0), *se = out->se;
  double *mean = out->covariance ? out->covariance : se; /* the diagonal or se hold means meanwhile */
  ptrdiff_t step = out->covariance ? n_lags + 1 : 1;
  for (ptrdiff_t l = 0; l < n_lags && mean; l++) {
    double sum = 0.0;
    for (ptrdiff_t r = 0; r < n_boot; r++) sum += replicates[l + n_lags * r];
    mean[step * l] = sum / (double)n_boot;
  }
  for (ptrdiff_t a = 0; a < n_lags && out->covariance; a++)
    for (ptrdiff_t b = 0; b < a; b++) {
      double sum = 0.0;
      for (ptrdiff_t r = 0; r < n_boot; r++)
        sum += (replicates[a + n_lags * r] - mean[step * a]) * (replicates[b + n_lags * r] - mean[step * b]);
      out->covariance[a + n_lags * b] = out->covariance[b + n_lags * a] = scale * sum;
    }
  for (ptrdiff_t l = 0; l < n_lags && mean; l++) {
    double sum = 0.0, middle = mean[step * l];
    for (ptrdiff_t r = 0; r < n_boot; r++)
      sum += (replicates[l + n_lags * r] - middle) * (replicates[l + n_lags * r] - middle);
    if (out->covariance) out->covariance[l + n_lags * l] = scale * sum;
    if (se) se[l] = sqrt(scale * sum);
  }
}

/* Past the length of a block its neighbours go with it: no honest error there. */
static void mask_long_lags(ptrdiff_t n_lags, const double *lags, double most, ptrdiff_t n_boot,
                           const sgdl_spread *out)
{
  for (ptrdiff_t l = 0; l < n_lags; l++) {
    if (lags[l] <= most) continue;
    if (out->se) out->se[l] = NAN;
    for (ptrdiff_t k = 0; k < n_lags && out->covariance; k++)
      out->covariance[l + n_lags * k] = out->covariance[k + n_lags * l] = NAN;
    for (ptrdiff_t r = 0; r < n_boot; r++) out->replicates[l + n_lags * r] = NAN;
  }
}

static sgdl_status resampled_units(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags,
                                   const double *lags,
                                   double *most, sgdl_units *u)
{
  if (v->n_paths >= FEWEST_RESAMPLED) {
    *most = INFINITY;
    return sgdl_units_of_paths(ctx, v, n_lags, lags, 0, NULL, u);
  }
  double frames = sgdl_view_frames(v), wanted = frames / (2.0 * lags[n_lags - 1]);
  wanted = fmin(fmax(wanted, FEWEST_RESAMPLED), MOST_RESAMPLED);
  ptrdiff_t length = sgdl_block_length(frames, v->n_paths, (ptrdiff_t)wanted);
  *most = (double)length;
  if (length < 1)
    return sgdl_fail(ctx, SGDL_TOO_SHORT,
                     "`x` has %.0f frames in %td paths: expected at least %d for a block "
                     "bootstrap", frames, v->n_paths, FEWEST_RESAMPLED);
  return sgdl_units_of_origins(ctx, v, n_lags, lags, length, u);
}

sgdl_status sgdl_spread_by_bootstrap(sgdl_context *ctx, const sgdl_view *v, const sgdl_msd_options *o,
                                     ptrdiff_t n_lags, const double *lags, const sgdl_spread *out)
{
  sgdl_units u = { 0 };
  sgdl_spread kept = *out;
  double most, *own = NULL;
  sgdl_status status = resampled_units(ctx, v, n_lags, lags, &most, &u);
  if (status == SGDL_OK && !kept.replicates) {
    status = sgdl_alloc(ctx, &own, sgdl_times(n_lags, o->n_boot), "the bootstrap");
    kept.replicates = own;
  }
  if (status == SGDL_OK) status = sgdl_units_bootstrap(ctx, &u, v->progress_to, o->seed, o->n_boot,
                                                       kept.replicates);
  if (status == SGDL_OK) {
    spread_of_replicates(n_lags, u.count, o->n_boot, kept.replicates, &kept);
    mask_long_lags(n_lags, lags, most, o->n_boot, &kept);
  }
  free(own);
  sgdl_units_close(&u);
  return status;
}
