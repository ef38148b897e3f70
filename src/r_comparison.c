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
  static const char *const names[] = {"table", "covariance", "freq", "weight", "fit", "data", "estimate", "se",
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
