/* Entry points of the estimators of diffusion exponents other than least squares. `size` is that of x as
 * frames x coordinates x paths. */
#include "r_glue.h"

typedef struct frames {
  ptrdiff_t T, d, n_paths;
  const double *x;
} frames;

static frames unpack(SEXP x, SEXP size)
{
  const double *n = REAL(size);
  return (frames){.T = (ptrdiff_t)n[0], .d = (ptrdiff_t)n[1], .n_paths = (ptrdiff_t)n[2], .x = REAL(x)};
}

static SEXP numbers(int n, const char *const *names, const double *values)
{
  SEXP out = PROTECT(Rf_allocVector(VECSXP, n)), labels = PROTECT(Rf_allocVector(STRSXP, n));
  for (int i = 0; i < n; i++) {
    r_set_number(out, i, values[i]);
    SET_STRING_ELT(labels, i, Rf_mkChar(names[i]));
  }
  Rf_setAttrib(out, R_NamesSymbol, labels);
  UNPROTECT(2);
  return out;
}

#define NUMBERS(names, values) numbers((int)(sizeof(values) / sizeof(values)[0]), names, values)

static SEXP pack_estimate(const sgdl_exponent_estimate *e)
{
  static const char *const names[] = {
    "exponent", "se", "lower", "upper", "log_diffusivity", "log_diffusivity_se", "covariance", "p_value",
    "first", "last", "n_points", "n_series", "bias", "misfit", "misfit_df", "misfit_p",
    "homogeneity_p", "iterations", "df"};
  const double values[] = {e->exponent, e->se, e->lower, e->upper, e->log_diffusivity, e->log_diffusivity_se,
                           e->covariance, e->p_value, e->window[0], e->window[1], (double)e->n_points,
                           (double)e->n_series, e->bias, e->misfit, e->misfit_df, e->misfit_p,
                           e->homogeneity_p,
                           (double)e->iterations, e->df};
  return NUMBERS(names, values);
}

/* The same, its first element a matrix n_points x columns. */
static SEXP pack_with_diagram(const sgdl_exponent_estimate *e, int columns, const double *diagram)
{
  SEXP fit = PROTECT(pack_estimate(e)), names = PROTECT(Rf_getAttrib(fit, R_NamesSymbol));
  SEXP out = PROTECT(Rf_allocVector(VECSXP, XLENGTH(fit) + 1));
  SEXP labels = PROTECT(Rf_allocVector(STRSXP, XLENGTH(fit) + 1));
  for (R_xlen_t i = 0; i < XLENGTH(fit); i++) {
    SET_VECTOR_ELT(out, i + 1, VECTOR_ELT(fit, i));
    SET_STRING_ELT(labels, i + 1, STRING_ELT(names, i));
  }
  SET_STRING_ELT(labels, 0, Rf_mkChar("diagram"));
  double *to = r_new_matrix(out, 0, e->n_points, columns);
  for (ptrdiff_t i = 0; i < e->n_points * columns; i++) to[i] = diagram[i];
  Rf_setAttrib(out, R_NamesSymbol, labels);
  UNPROTECT(4);
  return out;
}

SEXP r_exponent_gls(SEXP x, SEXP size, SEXP window, SEXP level)
{
  sgdl_context ctx;
  sgdl_exponent_estimate e;
  const frames f = unpack(x, size);
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_gls(&ctx, f.T, f.d, f.n_paths, f.x, REAL(window), Rf_asReal(level), &e));
  return pack_estimate(&e);
}

SEXP r_exponent_whittle(SEXP x, SEXP size, SEXP bandwidth, SEXP level)
{
  sgdl_context ctx;
  sgdl_exponent_estimate e;
  const frames f = unpack(x, size);
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_whittle(&ctx, f.T, f.d, f.n_paths, f.x, r_size(bandwidth), Rf_asReal(level),
                                      &e));
  return pack_estimate(&e);
}

SEXP r_exponent_wavelet(SEXP x, SEXP size, SEXP moments, SEXP window, SEXP level)
{
  sgdl_context ctx;
  sgdl_exponent_estimate e;
  const frames f = unpack(x, size);
  double diagram[40 * 4];
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_wavelet(&ctx, f.T, f.d, f.n_paths, f.x, r_size(moments), REAL(window),
                                      Rf_asReal(level), diagram, &e));
  return pack_with_diagram(&e, 4, diagram);
}

SEXP r_exponent_dfa(SEXP x, SEXP size, SEXP order, SEXP overlap, SEXP window, SEXP level, SEXP n_sim,
                    SEXP seed)
{
  sgdl_context ctx;
  sgdl_exponent_estimate e;
  const frames f = unpack(x, size);
  double diagram[14 * 3];
  const sgdl_dfa_options options = {.order = r_size(order), .overlap = Rf_asLogical(overlap),
                                    .window = {REAL(window)[0], REAL(window)[1]}, .level = Rf_asReal(level),
                                    .n_sim = r_size(n_sim), .seed = (uint64_t)Rf_asReal(seed)};
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_dfa(&ctx, f.T, f.d, f.n_paths, f.x, &options, diagram, &e));
  return pack_with_diagram(&e, 3, diagram);
}

SEXP r_exponent_pool(SEXP exponents, SEXP se, SEXP log_diffusivity, SEXP level)
{
  sgdl_context ctx;
  sgdl_exponent_pool_fit p;
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_pool(&ctx, XLENGTH(exponents), REAL(exponents), REAL(se),
                                   r_optional(log_diffusivity),
                                   Rf_asReal(level), &p));
  static const char *const names[] = {"exponent", "se", "lower", "upper", "p_value", "spread", "spread_lower",
                                      "spread_upper", "heterogeneity", "heterogeneity_p", "log_diffusivity",
                                      "log_diffusivity_se", "covariance"};
  const double values[] = {p.exponent, p.se, p.lower, p.upper, p.p_value, p.spread, p.spread_lower,
                            p.spread_upper,
                           p.heterogeneity, p.heterogeneity_p, p.log_diffusivity, p.log_diffusivity_se,
                           p.covariance};
  return NUMBERS(names, values);
}
