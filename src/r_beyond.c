/* Entry points of what a trajectory says beyond one exponent: covariance of its MSD, local exponents,
 * crossovers, tests of normal diffusion, ergodicity and ageing, choice of model. x and size as in r_stats.c.
 */
#include "r_glue.h"

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

static void set_vector(SEXP list, int i, ptrdiff_t n, const double *values)
{
  memcpy(r_new_vector(list, i, n), values, (size_t)n * sizeof *values);
}

SEXP r_msd_gaussian(SEXP x, SEXP size, SEXP lags)
{
  sgdl_context ctx;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(lags);
  const char *names[] = {"msd", "vcov", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *msd = r_new_vector(out, 0, n), *covariance = r_new_matrix(out, 1, n, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_gaussian(&ctx, f.T, f.d, f.n_paths, f.x, n, REAL(lags), msd, covariance));
  UNPROTECT(1);
  return out;
}

SEXP r_local_exponent(SEXP x, SEXP size, SEXP from, SEXP to, SEXP level, SEXP n_sim, SEXP seed)
{
  sgdl_context ctx;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(from);
  const char *names[] = {"exponent", "vcov", "critical", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *exponent = r_new_vector(out, 0, n), *covariance = r_new_matrix(out, 1, n, n);
  double *critical = r_new_vector(out, 2, 3);
  r_context(&ctx);
  r_check(&ctx,
          sgdl_local_exponent(&ctx, f.T, f.d, f.n_paths, f.x, n, REAL(from), REAL(to), Rf_asReal(level),
                              r_size(n_sim), (uint64_t)Rf_asReal(seed), exponent, covariance, critical));
  UNPROTECT(1);
  return out;
}

SEXP r_msd_crossover(SEXP x, SEXP size, SEXP lags, SEXP max_breaks, SEXP level, SEXP alpha, SEXP n_boot,
                     SEXP seed)
{
  sgdl_context ctx;
  sgdl_crossover c;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(lags);
  const int most = (int)r_size(max_breaks);
  const char *names[] = {"log_msd", "vcov", "fitted", "break", "break_lower", "break_upper", "break_log_se",
                         "exponent", "se", "lower", "upper", "log_diffusivity", "p_value", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *log_msd = r_new_vector(out, 0, n), *covariance = r_new_matrix(out, 1, n, n);
  double *fitted = r_new_vector(out, 2, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_crossover(&ctx, f.T, f.d, f.n_paths, f.x, n, REAL(lags), most, Rf_asReal(level),
                                   Rf_asReal(alpha), r_size(n_boot), (uint64_t)Rf_asReal(seed), log_msd,
                                   covariance, fitted, &c));
  const int k = c.n_breaks;
  const double *breaks[] = {c.breaks, c.break_lower, c.break_upper, c.break_log_se};
  const double *exponents[] = {c.exponent, c.se, c.lower, c.upper};
  for (int i = 0; i < 4; i++) set_vector(out, 3 + i, k, breaks[i]);
  for (int i = 0; i < 4; i++) set_vector(out, 7 + i, k + 1, exponents[i]);
  r_set_number(out, 11, c.log_diffusivity);
  set_vector(out, 12, most, c.p_value);
  UNPROTECT(1);
  return out;
}

SEXP r_normal_diffusion(SEXP x, SEXP size, SEXP lags, SEXP n_sim, SEXP seed)
{
  sgdl_context ctx;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(lags);
  const char *names[] = {"log_ratio", "se", "p", "p_value", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *ratio = r_new_vector(out, 0, n), *se = r_new_vector(out, 1, n), *p = r_new_vector(out, 2, n),
         p_value;
  r_context(&ctx);
  r_check(&ctx, sgdl_normal_diffusion(&ctx, f.T, f.d, f.n_paths, f.x, n, REAL(lags), r_size(n_sim),
                                      (uint64_t)Rf_asReal(seed), ratio, se, p, &p_value));
  r_set_number(out, 3, p_value);
  UNPROTECT(1);
  return out;
}

SEXP r_ergodicity(SEXP x, SEXP size, SEXP lags, SEXP n_sim, SEXP seed)
{
  sgdl_context ctx;
  sgdl_ergodicity e;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(lags);
  const char *names[] = {"average", "ensemble", "eb", "eb_measured", "eb_brownian", "eb_fbm", "p_eb", "z",
                         "p_origin", "exponent", "p_ergodic", "p_single", ""};
  double **arrays[] = { &e.average, &e.ensemble, &e.eb, &e.eb_measured, &e.eb_brownian,
                        &e.eb_fbm,  &e.p_eb,     &e.z,  &e.p_origin };
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < 9; i++) *arrays[i] = r_new_vector(out, i, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_test_ergodicity(&ctx, f.T, f.d, f.n_paths, f.x, n, REAL(lags), r_size(n_sim),
                                     (uint64_t)Rf_asReal(seed), &e));
  r_set_number(out, 9, e.exponent);
  r_set_number(out, 10, e.p_ergodic);
  r_set_number(out, 11, e.p_single);
  UNPROTECT(1);
  return out;
}

SEXP r_ageing(SEXP x, SEXP size, SEXP lag, SEXP n_blocks, SEXP level)
{
  sgdl_context ctx;
  sgdl_ageing a;
  const frames f = unpack(x, size);
  const ptrdiff_t B = r_size(n_blocks);
  const char *names[] = {"age", "msd", "se_log", "exponent", "se", "lower", "upper", "p_value", "chi_squared",
                         "chi_squared_p", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *age = r_new_vector(out, 0, B), *msd = r_new_vector(out, 1, B), *se = r_new_vector(out, 2, B);
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_ageing(&ctx, f.T, f.d, f.n_paths, f.x, r_size(lag), B, Rf_asReal(level), age, msd,
                                se, &a));
  const double values[] = {a.exponent, a.se, a.lower, a.upper, a.p_value, a.chi_squared, a.chi_squared_p};
  for (int i = 0; i < 7; i++) r_set_number(out, 3 + i, values[i]);
  UNPROTECT(1);
  return out;
}

/* theory: (T - 1) x d displacements over 1, 2, ... frames, or NULL. */
SEXP r_compare_diffusion(SEXP x, SEXP size, SEXP models, SEXP shared, SEXP theory)
{
  sgdl_context ctx;
  sgdl_diffusion_comparison c;
  const frames f = unpack(x, size);
  const ptrdiff_t n = XLENGTH(models);
  const char *names[] = {"log_likelihood", "n_parameters", "aic", "aicc", "bic", "aic_weight", "aicc_weight",
                         "bic_weight", "shape", "shape_se", "scale", ""};
  double **arrays[] = {&c.log_likelihood, &c.n_parameters, &c.aic, &c.aicc, &c.bic, &c.aic_weight,
                       &c.aicc_weight, &c.bic_weight, &c.shape, &c.shape_se, &c.scale};
  double *structure = NULL;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < 8; i++) *arrays[i] = r_new_vector(out, i, n);
  for (int i = 8; i < 11; i++) *arrays[i] = r_new_matrix(out, i, f.d, n);
  if (!Rf_isNull(theory)) {
    structure = (double *)R_alloc((size_t)(f.T * f.d), sizeof(double));
    for (ptrdiff_t k = 0; k < f.d; k++) {
      structure[f.T * k] = 0.0;
      memcpy(structure + f.T * k + 1, REAL(theory) + (f.T - 1) * k, (size_t)(f.T - 1) * sizeof(double));
    }
  }
  r_context(&ctx);
  r_check(&ctx, sgdl_compare_diffusion(&ctx, f.T, f.d, f.n_paths, f.x, n, INTEGER(models),
                                       Rf_asLogical(shared), structure, &c));
  UNPROTECT(1);
  return out;
}

SEXP r_epoch_ripple(SEXP x, SEXP size, SEXP epoch, SEXP last)
{
  sgdl_context ctx;
  sgdl_ripple r;
  const frames f = unpack(x, size);
  const char *names[] = {"epochs", "ripple", "se", "p_value", ""};
  r_context(&ctx);
  r_check(&ctx, sgdl_epoch_ripple(&ctx, f.T, f.d, f.n_paths, f.x, Rf_asReal(epoch), Rf_asReal(last), &r));
  const double values[] = {(double)r.epochs, r.ripple, r.se, r.p_value};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < 4; i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}
