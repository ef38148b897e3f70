/* The MSD of any number of paths, of any lengths, with gaps; see sgdl_stats.h. THEORY section 8. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msd_errors.h"
#include "segments.h"

typedef struct curve_job {
  sgdl_context *ctx;
  const sgdl_msd_options *o;
  ptrdiff_t n_lags;
  const double *lags;
  sgdl_msd_errors errors; /* settled                                                        */
  char *redone;
} curve_job;

ptrdiff_t sgdl_msd_n_curves(const sgdl_paths *paths, const sgdl_msd_options *o)
{
  if (o->per == SGDL_PER_COORDINATE) return paths->dim;
  return o->per == SGDL_PER_DIRECTION ? o->n_directions : 1;
}

static sgdl_status theory(const curve_job *j, const sgdl_view *v, const sgdl_units *u, double *msd,
                          const sgdl_spread *out)
{
  double *counts;
  SGDL_TRY(sgdl_alloc(j->ctx, &counts, j->n_lags, "the displacements counted"));
  sgdl_units_mean(u, msd, counts);
  sgdl_status status = sgdl_spread_by_theory(j->ctx, v, j->n_lags, j->lags, msd, counts, out);
  free(counts);
  return status;
}

static sgdl_status time_average(const curve_job *j, sgdl_view *v, double *msd, double *count,
                                const sgdl_spread *out)
{
  sgdl_units u = { 0 };
  int full = j->o->full;
  const double share[2] = { v->progress_from, v->progress_to };
  sgdl_view_share(v, share, 0.0, 0.4);
  sgdl_status status = sgdl_units_of_paths(j->ctx, v, j->n_lags, j->lags, full, j->redone, &u);
  if (status == SGDL_OK) {
    sgdl_units_mean(&u, msd, count);
    sgdl_view_share(v, share, 0.4, 1.0);
    switch (j->errors) {
    case SGDL_ERRORS_BLOCKS: status = sgdl_spread_by_blocks(j->ctx, v, j->n_lags, j->lags, out); break;
    case SGDL_ERRORS_PATHS: status = sgdl_spread_of_units(j->ctx, j->o, v->progress_to, &u, out); break;
    case SGDL_ERRORS_BOOTSTRAP:
      status = sgdl_spread_by_bootstrap(j->ctx, v, j->o, j->n_lags, j->lags, out);
      break;
    case SGDL_ERRORS_GAUSSIAN: status = theory(j, v, &u, msd, out); break;
    default: break;
    }
  }
  sgdl_units_close(&u);
  return status;
}

static sgdl_status from_one_origin(const curve_job *j, const sgdl_view *v, ptrdiff_t origin, double *msd,
                                   double *count, const sgdl_spread *out)
{
  sgdl_units u = { 0 };
  sgdl_status status = sgdl_units_from_origin(j->ctx, v, j->n_lags, j->lags, origin, &u);
  if (status == SGDL_OK) {
    sgdl_units_mean(&u, msd, count);
    if (j->errors != SGDL_ERRORS_NONE) status = sgdl_spread_of_units(j->ctx, j->o, v->progress_to, &u, out);
  }
  sgdl_units_close(&u);
  return status;
}

/* ---- arguments ---- */

static ptrdiff_t longest_of(const sgdl_paths *paths)
{
  ptrdiff_t longest = 0;
  for (ptrdiff_t p = 0; p < paths->n_paths; p++)
    if (paths->frames[p] > longest) longest = paths->frames[p];
  return longest;
}

static sgdl_status settle_errors(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                                 sgdl_msd_errors *errors)
{
  int averaged = o->type == SGDL_MSD_TIME_AVERAGED;
  *errors = o->errors;
  if (*errors == SGDL_ERRORS_AUTO)
    *errors = !averaged || paths->n_paths >= SGDL_MANY_PATHS ? SGDL_ERRORS_PATHS : SGDL_ERRORS_BLOCKS;
  if (!averaged && (*errors == SGDL_ERRORS_BLOCKS || *errors == SGDL_ERRORS_GAUSSIAN))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`se` = \"%s\": expected \"paths\" or \"bootstrap\" for displacements "
                     "from one origin", *errors == SGDL_ERRORS_BLOCKS ? "blocks" : "gaussian");
  if (averaged && *errors == SGDL_ERRORS_PATHS && paths->n_paths < 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`se` = \"paths\": expected at least 2 paths, got %td",
                     paths->n_paths);
  if (*errors == SGDL_ERRORS_BOOTSTRAP && o->n_boot < 20)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_boot` = %td: expected an integer >= 20", o->n_boot);
  return SGDL_OK;
}

static sgdl_status check_origin(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                                ptrdiff_t *origin)
{
  *origin = o->type == SGDL_MSD_ENSEMBLE ? o->origin : 0;
  if (o->type == SGDL_MSD_ENSEMBLE && paths->n_paths < 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`x` has %td path: expected at least 2 for an ensemble average",
                     paths->n_paths);
  if (*origin < 0 || *origin > longest_of(paths) - 2)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`origin` = %td: expected a frame from 1 to %td", *origin + 1,
                     longest_of(paths) - 1);
  return SGDL_OK;
}

static double *at(double *x, ptrdiff_t offset)
{
  return x ? x + offset : NULL;
}

sgdl_status sgdl_msd_paths(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                           ptrdiff_t n_lags, const double *lags, double *msd, double *se, double *count,
                           double *covariance, double *replicates, sgdl_msd_report *report)
{
  sgdl_msd_report found = { 0 };
  curve_job j = { .ctx = ctx, .o = o, .n_lags = n_lags, .lags = lags };
  ptrdiff_t origin, n_curves = sgdl_msd_n_curves(paths, o), square = n_lags * n_lags;
  SGDL_TRY(sgdl_paths_check(ctx, paths, o, &found.n_missing));
  SGDL_TRY(check_origin(ctx, paths, o, &origin));
  SGDL_TRY(sgdl_lags_check(ctx, n_lags, lags, longest_of(paths) - 1 - origin));
  SGDL_TRY(settle_errors(ctx, paths, o, &j.errors));
  double *own = NULL; /* the covariance of blocks needs the errors too */
  if (!se && covariance) SGDL_TRY(sgdl_alloc(ctx, &own, n_lags, "the standard error"));
  j.redone = calloc((size_t)n_lags, 1);
  sgdl_status status = j.redone ? SGDL_OK : sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td lags", n_lags);
  for (ptrdiff_t k = 0; k < n_curves && status == SGDL_OK; k++) {
    sgdl_view v;
    sgdl_spread out = { se ? se + n_lags * k : own, at(covariance, square * k),
                        j.errors == SGDL_ERRORS_BOOTSTRAP ? at(replicates, n_lags * o->n_boot * k) : NULL };
    double *counted = at(count, n_lags * k);
    status = sgdl_view_open(ctx, paths, o, found.n_missing, k, &v);
    if (status != SGDL_OK) break;
    const double all[2] = { 0.0, 1.0 };
    sgdl_view_share(&v, all, (double)k / (double)n_curves, (double)(k + 1) / (double)n_curves);
    status = o->type == SGDL_MSD_TIME_AVERAGED ? time_average(&j, &v, msd + n_lags * k, counted, &out)
                                               : from_one_origin(&j, &v, origin, msd + n_lags * k, counted,
                                                                 &out);
    sgdl_view_close(&v);
  }
  for (ptrdiff_t l = 0; l < n_lags && status == SGDL_OK; l++) found.n_redone += j.redone[l];
  for (ptrdiff_t e = 0; e < n_lags * n_curves && status == SGDL_OK; e++) found.n_empty += isnan(msd[e]);
  free(j.redone);
  free(own);
  found.errors = j.errors;
  if (status == SGDL_OK && report) *report = found;
  return status;
}
