/* Entry points of the theory from a start: transient law, its density, displacement and its regimes. */
#include "r_glue.h"

/* A list of `from` (an sgdl_from), theta0, v0 and cov0, as as_initial() makes it. */
static void r_initial(SEXP start, sgdl_initial *out)
{
  out->from = (sgdl_from)Rf_asInteger(r_field(start, "from"));
  out->theta0 = r_optional(r_field(start, "theta0"));
  out->v0 = r_optional(r_field(start, "v0"));
  out->cov0 = r_optional(r_field(start, "cov0"));
}

SEXP r_transient(SEXP model, SEXP steps, SEXP start, SEXP kind)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_initial initial;
  r_model(model, &m);
  r_initial(start, &initial);
  const char *names[] = {"mean_theta", "mean_velocity", "theta", "velocity", "cross", ""};
  const ptrdiff_t d = m.dim, n = XLENGTH(steps);
  const sgdl_covariance covariance = (sgdl_covariance)Rf_asInteger(kind);
  double *blocks[3] = {NULL, NULL, NULL};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *mean_theta = r_new_matrix(out, 0, d, n), *mean_velocity = r_new_matrix(out, 1, d, n);
  for (int i = 0; i < 3; i++) {
    if (covariance == SGDL_COV_FULL) blocks[i] = r_new_array(out, 2 + i, d, d, n);
    if (covariance == SGDL_COV_DIAGONAL) blocks[i] = r_new_matrix(out, 2 + i, d, n);
    if (covariance == SGDL_COV_TRACE) blocks[i] = r_new_vector(out, 2 + i, n);
  }
  r_context(&ctx);
  r_check(&ctx, sgdl_transient_from(&ctx, &m, n, REAL(steps), &initial, covariance, mean_theta, mean_velocity,
                                    blocks[0], blocks[1], blocks[2]));
  UNPROTECT(1);
  return out;
}

SEXP r_log_density(SEXP model, SEXP step, SEXP start, SEXP points)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_initial initial;
  r_model(model, &m);
  r_initial(start, &initial);
  SEXP out = PROTECT(Rf_allocVector(REALSXP, Rf_nrows(points)));
  r_context(&ctx);
  r_check(&ctx, sgdl_transient_log_density(&ctx, &m, Rf_asReal(step), &initial, Rf_nrows(points),
                                           REAL(points), REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_msd_theory(SEXP model, SEXP steps, SEXP start, SEXP form, SEXP modes)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_initial initial;
  r_model(model, &m);
  r_initial(start, &initial);
  const char *names[] = {"msd", "exponent", "modes", ""};
  const ptrdiff_t n = XLENGTH(steps);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *msd = r_new_vector(out, 0, n), *exponent = r_new_vector(out, 1, n);
  double *per_mode = Rf_asLogical(modes) ? r_new_matrix(out, 2, n, m.dim) : NULL;
  r_context(&ctx);
  if (Rf_asInteger(form) == SGDL_FORM_PAPER) {
    const sgdl_start from = initial.from == SGDL_FROM_STATIONARY ? SGDL_START_STATIONARY : SGDL_START_POINT;
    r_check(&ctx, sgdl_msd_theory(&ctx, &m, n, REAL(steps), from, initial.theta0, initial.v0, SGDL_FORM_PAPER,
                                  msd, exponent, per_mode));
  } else {
    r_check(&ctx, sgdl_msd_from(&ctx, &m, n, REAL(steps), &initial, msd, exponent, per_mode));
  }
  UNPROTECT(1);
  return out;
}

/* per_mode: (T-1) x d, the displacement of each mode at lags 1 to T-1. */
SEXP r_msd_sampling_error(SEXP per_mode, SEXP lags)
{
  sgdl_context ctx;
  SEXP out = PROTECT(Rf_allocVector(REALSXP, XLENGTH(lags)));
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_sampling_error(&ctx, Rf_nrows(per_mode) + 1, Rf_ncols(per_mode), REAL(per_mode),
                                        XLENGTH(lags), REAL(lags), REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_msd_regimes(SEXP model, SEXP steps, SEXP exponent)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_regimes regimes;
  r_model(model, &m);
  const char *names[] = {"regime", "ballistic_end", "confined_start", "relaxation", "spectral_exponent",
                         "spectral_misfit", "predicted", "plateau", ""};
  const ptrdiff_t n = XLENGTH(steps);
  int *label = (int *)R_alloc((size_t)n, sizeof *label);
  r_context(&ctx);
  r_check(&ctx, sgdl_msd_regimes(&ctx, &m, n, REAL(steps), REAL(exponent), label, &regimes));

  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names)), labels = Rf_allocVector(STRSXP, n);
  SET_VECTOR_ELT(out, 0, labels);
  for (ptrdiff_t i = 0; i < n; i++)
    SET_STRING_ELT(labels, i, Rf_mkChar(sgdl_displacement_string((sgdl_displacement)label[i])));
  r_set_number(out, 1, regimes.ballistic_end);
  r_set_number(out, 2, regimes.confined_start);
  double *relaxation = r_new_vector(out, 3, 2);
  relaxation[0] = regimes.relaxation[0];
  relaxation[1] = regimes.relaxation[1];
  r_set_number(out, 4, regimes.spectral_exponent);
  r_set_number(out, 5, regimes.spectral_misfit);
  r_set_number(out, 6, regimes.predicted);
  r_set_number(out, 7, regimes.plateau);
  UNPROTECT(1);
  return out;
}
