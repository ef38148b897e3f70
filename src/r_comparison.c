/* Entry points of theory against data: fit of the theory, velocities, spectra, shuffling. */
#include "r_glue.h"


static void pack_numbers(SEXP out, int i, const double *from, ptrdiff_t n)
{
  double *to = r_new_vector(out, i, n);
  for (ptrdiff_t k = 0; k < n; k++) to[k] = from[k];
}

/* options: curvature, damping, noise_known, every, range (2), level */
SEXP r_fit_langevin(SEXP model, SEXP x, SEXP size, SEXP modes, SEXP options)
{
  static const char *const names[] = {"table", "covariance", "freq", "weight", "fit", "data", "estimate",
                                      "se",
                                      "lower", "upper", "p_value", "spread", "spread_df", "spread_p", "fit_test",
                                      "theory_test", "ordinates", "bands", ""};
  sgdl_context ctx;
  sgdl_model m;
  sgdl_fit_summary s;
  const double *o = REAL(options), *n = REAL(size);
  const sgdl_fit_options chosen = {.curvature = (int)o[0], .damping = (int)o[1], .noise_known = (int)o[2],
                                   .every = o[3], .range = {o[4], o[5]}, .level = o[6]};
  const ptrdiff_t n_modes = XLENGTH(modes);
  r_model(model, &m);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  double *table = r_new_matrix(out, 0, n_modes, SGDL_FIT_COLUMNS);
  double *covariance = r_new_array(out, 1, 3, 3, n_modes);
  double *freq = r_new_vector(out, 2, SGDL_FIT_BANDS), *weight = r_new_vector(out, 3, SGDL_FIT_BANDS);
  double *fit = r_new_matrix(out, 4, SGDL_FIT_BANDS, n_modes);
  double *data = r_new_matrix(out, 5, SGDL_FIT_BANDS, n_modes);
  r_context(&ctx);
  r_check(&ctx, sgdl_fit_langevin(&ctx, &m, &chosen, (ptrdiff_t)n[0], (ptrdiff_t)n[2], REAL(x), n_modes,
                                  REAL(modes), table, covariance, freq, weight, fit, data, &s));
  const double *const of_three[] = {s.estimate, s.se, s.lower, s.upper, s.p_value, s.spread, s.spread_df,
                                    s.spread_p, s.fit, s.theory};
  for (int i = 0; i < 10; i++) pack_numbers(out, 6 + i, of_three[i], 3);
  r_set_number(out, 16, (double)s.ordinates);
  r_set_number(out, 17, (double)s.bands);
  UNPROTECT(1);
  return out;
}

static const double *directions_or_null(SEXP direction, ptrdiff_t d, ptrdiff_t *n)
{
  *n = 0;
  if (Rf_isNull(direction)) return NULL;
  *n = XLENGTH(direction) / d;
  return REAL(direction);
}

SEXP r_velocity_autocorrelation(SEXP x, SEXP size, SEXP unit, SEXP total, SEXP direction, SEXP lags,
                                SEXP level)
{
  static const char *const names[] = {"autocorrelation", "se", "lower", "upper", "correlation",
                                      "correlation_se",
                                      "blocks", ""};
  sgdl_context ctx;
  const double *s = REAL(size);
  ptrdiff_t T = (ptrdiff_t)s[0], d = (ptrdiff_t)s[1], n_directions, n = XLENGTH(lags), blocks;
  const double *directions = directions_or_null(direction, d, &n_directions);
  int all = Rf_asLogical(total);
  ptrdiff_t columns = directions ? n_directions : all ? 1 : d;
  double *out[6];
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  for (int i = 0; i < 6; i++) out[i] = r_new_matrix(result, i, n, columns);
  r_context(&ctx);
  r_check(&ctx, sgdl_velocity_autocorrelation(&ctx, T, d, (ptrdiff_t)s[2], REAL(x), Rf_asReal(unit), all,
                                              n_directions,
                                              directions, n, REAL(lags), Rf_asReal(level), out[0], out[1], out[2],
                                              out[3], out[4], out[5], &blocks));
  r_set_number(result, 6, (double)blocks);
  UNPROTECT(1);
  return result;
}

/* options: every, segment, window, level */
SEXP r_welch(SEXP x, SEXP size, SEXP unit, SEXP total, SEXP direction, SEXP options)
{
  static const char *const names[] = {"freq", "density", "lower", "upper", "df", ""};
  sgdl_context ctx;
  const double *s = REAL(size), *o = REAL(options);
  ptrdiff_t T = (ptrdiff_t)s[0], d = (ptrdiff_t)s[1], n_directions, half = (ptrdiff_t)o[1] / 2;
  const double *directions = directions_or_null(direction, d, &n_directions);
  int all = Rf_asLogical(total);
  ptrdiff_t columns = directions ? n_directions : all ? 1 : d;
  double *out[4];
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  double *freq = r_new_vector(result, 0, half);
  for (int i = 0; i < 4; i++) out[i] = r_new_matrix(result, 1 + i, half, columns);
  r_context(&ctx);
  r_check(&ctx, sgdl_welch(&ctx, T, d, (ptrdiff_t)s[2], REAL(x), Rf_asReal(unit), all, n_directions,
                           directions, o[0],
                           (ptrdiff_t)o[1], (int)o[2], o[3], freq, out[0], out[1], out[2], out[3]));
  UNPROTECT(1);
  return result;
}

/* options: every, epoch_steps (0: unknown), level */
SEXP r_shuffling_test(SEXP model, SEXP x, SEXP size, SEXP modes, SEXP options)
{
  static const char *const names[] = {"numbers", "temperature", "freq", "weight", "ratio", "bands", ""};
  sgdl_context ctx;
  sgdl_model m;
  sgdl_shuffling t;
  const double *s = REAL(size), *o = REAL(options);
  r_model(model, &m);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  double *temperature = r_new_vector(out, 1, XLENGTH(modes)), *band[3];
  for (int i = 0; i < 3; i++) band[i] = r_new_vector(out, 2 + i, SGDL_FIT_BANDS);
  r_context(&ctx);
  r_check(&ctx, sgdl_shuffling_test(&ctx, &m, (ptrdiff_t)s[0], (ptrdiff_t)s[2], REAL(x), o[0], XLENGTH(modes),
                                    REAL(modes), o[1], o[2], temperature, band[0], band[1], band[2], &t));
  const double numbers[] = {t.ratio, t.df[0], t.df[1], t.p_value, t.cutoff, t.power, t.epoch_steps,
                            t.epoch_phase,
                            t.epoch_sum, t.log_likelihood_ratio};
  pack_numbers(out, 0, numbers, 10);
  r_set_number(out, 5, (double)t.bands);
  UNPROTECT(1);
  return out;
}
