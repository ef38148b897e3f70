/* Entry points of the statistics of trajectories: MSD and diffusion exponent. `size` is that of x
 * as frames x coordinates x paths; x itself keeps the shape that it came in. */
#include "r_glue.h"

#include <math.h>

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
