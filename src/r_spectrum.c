/* Entry points of what a trajectory shows: autocovariances, power spectra, ringing. */
#include "r_glue.h"

SEXP r_autocorrelation(SEXP model, SEXP lags, SEXP direction, SEXP modes)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"theta", "velocity", "cross", "modes_theta", "modes_velocity", ""};
  const ptrdiff_t n = XLENGTH(lags);
  double *total[3], *per_mode[2] = {NULL, NULL};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < 3; i++) total[i] = r_new_vector(out, i, n);
  if (Rf_asLogical(modes))
    for (int i = 0; i < 2; i++) per_mode[i] = r_new_matrix(out, 3 + i, n, m.dim);
  r_context(&ctx);
  r_check(&ctx, sgdl_autocorrelation(&ctx, &m, n, REAL(lags), r_optional(direction), total[0], total[1],
                                     total[2], per_mode[0], per_mode[1]));
  UNPROTECT(1);
  return out;
}

SEXP r_power_spectrum(SEXP model, SEXP freq, SEXP direction, SEXP modes)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"theta", "velocity", "modes", ""};
  const ptrdiff_t n = XLENGTH(freq);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *theta = r_new_vector(out, 0, n), *velocity = r_new_vector(out, 1, n);
  double *per_mode = Rf_asLogical(modes) ? r_new_matrix(out, 2, n, m.dim) : NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_power_spectrum(&ctx, &m, n, REAL(freq), r_optional(direction), theta, velocity,
                                    per_mode));
  UNPROTECT(1);
  return out;
}

SEXP r_ringing(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"frequency", "width", "quality", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *frequency = r_new_vector(out, 0, m.dim), *width = r_new_vector(out, 1, m.dim);
  double *quality = r_new_vector(out, 2, m.dim);
  r_context(&ctx);
  r_check(&ctx, sgdl_ringing(&ctx, &m, frequency, width, quality));
  UNPROTECT(1);
  return out;
}
