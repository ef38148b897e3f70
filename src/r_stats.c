/* Entry points of the statistics of trajectories: MSD and diffusion exponent. `size` is that of x
 * as frames x coordinates x paths; x itself keeps the shape that it came in. */
#include "r_glue.h"

#include <math.h>
#include <string.h>

typedef struct frames {
  ptrdiff_t T, d, n_paths;
  const double *x;
} frames;

static frames unpack(SEXP x, SEXP size)
{
  const double *n = REAL(size);
  return (frames){.T = (ptrdiff_t)n[0], .d = (ptrdiff_t)n[1], .n_paths = (ptrdiff_t)n[2], .x = REAL(x)};
}

SEXP r_log_lags(SEXP first, SEXP last, SEXP per_decade)
{
  sgdl_context ctx;
  double from = Rf_asReal(first), to = Rf_asReal(last), wanted = Rf_asReal(per_decade) * log10(to / from) + 3;
  ptrdiff_t n = 0, capacity = (ptrdiff_t)fmax(1, fmin(to - from + 1, wanted));
  double *lags = (double *)R_alloc((size_t)capacity, sizeof *lags);
  r_context(&ctx);
  r_check(&ctx, sgdl_log_lags(&ctx, r_size(first), r_size(last), Rf_asReal(per_decade), capacity, lags, &n));
  SEXP out = Rf_allocVector(REALSXP, n);
  for (ptrdiff_t i = 0; i < n; i++) REAL(out)[i] = lags[i];
  return out;
}

SEXP r_msd(SEXP x, SEXP size, SEXP type, SEXP origin, SEXP lags, SEXP with_se)
{
  sgdl_context ctx;
  const frames f = unpack(x, size);
  const char *names[] = {"msd", "se", "n", ""};
  const ptrdiff_t n_lags = XLENGTH(lags);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *msd = r_new_vector(out, 0, n_lags), *count = r_new_vector(out, 2, n_lags);
  double *se = Rf_asLogical(with_se) ? r_new_vector(out, 1, n_lags) : NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_msd(&ctx, f.T, f.d, f.n_paths, f.x, (sgdl_msd_type)Rf_asInteger(type),
                         r_size(origin) - 1, n_lags, REAL(lags), msd, se, count));
  UNPROTECT(1);
  return out;
}

/* Paths of different lengths are elements of a list; those of one array follow each other in its only
 * element. */
static sgdl_paths unpack_paths(SEXP x, SEXP frames, SEXP dim)
{
  const ptrdiff_t n = XLENGTH(frames), d = r_size(dim);
  ptrdiff_t *lengths = (ptrdiff_t *)R_alloc((size_t)n, sizeof *lengths);
  const double **starts = (const double **)R_alloc((size_t)n, sizeof *starts);
  for (ptrdiff_t p = 0; p < n; p++) {
    lengths[p] = (ptrdiff_t)REAL(frames)[p];
    starts[p] = XLENGTH(x) == n ? REAL(VECTOR_ELT(x, p)) : REAL(VECTOR_ELT(x, 0)) + lengths[p] * d * p;
  }
  return (sgdl_paths){.n_paths = n, .dim = d, .frames = lengths, .x = starts};
}

static const char *const curve_names[] = {"msd", "se", "n", "vcov", "replicates", "missing", "empty", "redone",
                                          "errors", ""};

SEXP r_msd_paths(SEXP x, SEXP frames, SEXP dim, SEXP options, SEXP lags)
{
  sgdl_context ctx;
  sgdl_msd_report report;
  const sgdl_paths paths = unpack_paths(x, frames, dim);
  SEXP directions = r_field(options, "direction");
  const sgdl_msd_options o = {
    .type = (sgdl_msd_type)r_number(options, "type", 0),
    .origin = (ptrdiff_t)r_number(options, "origin", 1) - 1,
    .per = (sgdl_msd_per)r_number(options, "per", 0),
    .weights = r_optional(r_field(options, "weights")),
    .n_directions = Rf_isNull(directions) ? 0 : XLENGTH(directions) / paths.dim,
    .directions = r_optional(directions),
    .full = r_number(options, "full", 0) != 0,
    .errors = (sgdl_msd_errors)r_number(options, "errors", 0),
    .n_boot = (ptrdiff_t)r_number(options, "n_boot", 0),
    .seed = (uint64_t)r_number(options, "seed", 0)};
  const ptrdiff_t n = XLENGTH(lags), curves = sgdl_msd_n_curves(&paths, &o);
  const int errors = o.errors != SGDL_ERRORS_NONE, boot = o.errors == SGDL_ERRORS_BOOTSTRAP;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, (const char **)curve_names));
  double *msd = r_new_matrix(out, 0, n, curves), *count = r_new_matrix(out, 2, n, curves);
  double *se = errors ? r_new_matrix(out, 1, n, curves) : NULL;
  double *vcov = errors && r_number(options, "vcov", 0) != 0 ? r_new_array(out, 3, n, n, curves) : NULL;
  double *replicates = boot && o.n_boot > 0 ? r_new_array(out, 4, n, o.n_boot, curves) : NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_paths(&ctx, &paths, &o, n, REAL(lags), msd, se, count, vcov, replicates, &report));
  r_set_number(out, 5, (double)report.n_missing);
  r_set_number(out, 6, (double)report.n_empty);
  r_set_number(out, 7, (double)report.n_redone);
  r_set_number(out, 8, (double)report.errors);
  UNPROTECT(1);
  return out;
}

/* ---- streams ---- */

/* A copy of `state` with what `x` (T x k) adds. */
SEXP r_tally_coordinates(SEXP state, SEXP frames, SEXP x, SEXP weights, SEXP full, SEXP lags)
{
  sgdl_context ctx;
  SEXP out = PROTECT(Rf_duplicate(state));
  const ptrdiff_t T = r_size(frames);
  r_context(&ctx);
  r_check(&ctx, sgdl_tally_coordinates(&ctx, T, XLENGTH(x) / T, REAL(x), r_optional(weights),
                                       Rf_asLogical(full),
                                       XLENGTH(lags), REAL(lags), REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_tally_frames(SEXP state, SEXP frames, SEXP done, SEXP before, SEXP x, SEXP lags)
{
  sgdl_context ctx;
  SEXP out = PROTECT(Rf_duplicate(state));
  r_context(&ctx);
  r_check(&ctx, sgdl_tally_frames(&ctx, r_size(frames), Rf_ncols(x), r_size(done), Rf_nrows(before),
                                  REAL(before),
                                  Rf_nrows(x), REAL(x), XLENGTH(lags), REAL(lags), REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_gram_coordinates(SEXP state, SEXP frames, SEXP x)
{
  sgdl_context ctx;
  const ptrdiff_t T = r_size(frames);
  SEXP out = PROTECT(Rf_isNull(state) ? Rf_allocVector(REALSXP, sgdl_gram_size(T)) : Rf_duplicate(state));
  if (Rf_isNull(state)) memset(REAL(out), 0, (size_t)XLENGTH(out) * sizeof(double));
  r_context(&ctx);
  r_check(&ctx, sgdl_gram_coordinates(&ctx, T, XLENGTH(x) / T, REAL(x), 0, REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_gram_tally(SEXP state, SEXP frames, SEXP lags)
{
  sgdl_context ctx;
  const char *names[] = {"tally", "bound", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *tally = r_new_vector(out, 0, SGDL_TALLY * XLENGTH(lags)), *bound = r_new_vector(out, 1,
                                                                                          XLENGTH(lags));
  r_context(&ctx);
  r_check(&ctx, sgdl_gram_tally(&ctx, r_size(frames), REAL(state), XLENGTH(lags), REAL(lags), tally, bound));
  UNPROTECT(1);
  return out;
}

/* tallies: side by side, a path each. */
SEXP r_tally_result(SEXP tallies, SEXP frames, SEXP lags, SEXP with_se, SEXP with_vcov)
{
  sgdl_context ctx;
  const char *names[] = {"msd", "se", "n", "vcov", ""};
  const ptrdiff_t n = XLENGTH(lags), n_paths = XLENGTH(tallies) / (SGDL_TALLY * n);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *msd = r_new_vector(out, 0, n), *count = r_new_vector(out, 2, n);
  double *se = Rf_asLogical(with_se) ? r_new_vector(out, 1, n) : NULL;
  double *vcov = se && Rf_asLogical(with_vcov) ? r_new_matrix(out, 3, n, n) : NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_tally_result(&ctx, r_size(frames), n_paths, n, REAL(lags), REAL(tallies), msd, se, count,
                                  vcov));
  UNPROTECT(1);
  return out;
}

SEXP r_msd_file(SEXP file, SEXP dataset, SEXP n_paths, SEXP method, SEXP memory, SEXP lags)
{
  sgdl_context ctx;
  const char *names[] = {"tally", "bound", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *tally = r_new_vector(out, 0, SGDL_TALLY * XLENGTH(lags) * r_size(n_paths));
  double *bound = r_new_vector(out, 1, XLENGTH(lags));
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_file(&ctx, r_text(file), r_text(dataset), (sgdl_msd_method)Rf_asInteger(method),
                              Rf_asReal(memory), XLENGTH(lags), REAL(lags), tally, bound));
  UNPROTECT(1);
  return out;
}

SEXP r_exponent_ols(SEXP x, SEXP size, SEXP window, SEXP level, SEXP n_boot, SEXP seed)
{
  sgdl_context ctx;
  sgdl_exponent e;
  const frames f = unpack(x, size);
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_ols(&ctx, f.T, f.d, f.n_paths, f.x, REAL(window), Rf_asReal(level),
                                  r_size(n_boot), (uint64_t)Rf_asReal(seed), &e));

  const char *names[] = {"exponent", "se", "lower", "upper", "log_diffusivity", "log_diffusivity_se",
                         "covariance", "p_value", "first", "last", "n_lags", "n_blocks", "curvature",
                         "curvature_p", "naive_se", ""};
  const double values[] = {e.exponent, e.se, e.lower, e.upper, e.log_diffusivity, e.log_diffusivity_se,
                           e.covariance, e.p_value, e.window[0], e.window[1], (double)e.n_lags,
                           (double)e.n_blocks, e.curvature, e.curvature_p, e.naive_se};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}
