/* Entry points of the stationary state: its covariance, modified loss and current, oscillations. */
#include "r_glue.h"

SEXP r_stationary(SEXP model, SEXP trace_only, SEXP phase)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"theta", "velocity", "cross", "trace", "exists", ""};
  const ptrdiff_t d = m.dim;
  double *blocks[3] = {NULL, NULL, NULL};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  if (!Rf_asLogical(trace_only))
    for (int i = 0; i < 3; i++) blocks[i] = r_new_matrix(out, i, d, d);
  double *trace = r_new_vector(out, 3, 2);
  int *exists = r_new_flags(out, 4, d);
  r_context(&ctx);
  r_check(&ctx, Rf_isNull(phase)
                  ? sgdl_stationary(&ctx, &m, blocks[0], blocks[1], blocks[2], trace, exists)
                  : sgdl_stationary_at_phase(&ctx, &m, r_size(phase), blocks[0], blocks[1], blocks[2], trace,
                                             exists));
  UNPROTECT(1);
  return out;
}

SEXP r_modified_loss(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  ptrdiff_t rank = 0;
  r_model(model, &m);
  const char *names[] = {"U", "Q", "effective_hessian", "rank", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *U = r_new_matrix(out, 0, 2 * m.dim, 2 * m.dim), *Q = r_new_matrix(out, 1, 2 * m.dim, 2 * m.dim);
  double *effective = r_new_matrix(out, 2, m.dim, m.dim);
  r_context(&ctx);
  r_check(&ctx, sgdl_modified_loss(&ctx, &m, U, Q, effective, &rank));
  r_set_number(out, 3, (double)rank);
  UNPROTECT(1);
  return out;
}

/* U or Q of an object of class "sgd_modified_loss". */
static const double *phase_space_matrix(SEXP object, const char *name, ptrdiff_t d)
{
  const double *matrix = r_array(object, name, 4 * d * d);
  if (!matrix)
    r_raise(SGDL_BAD_ARGUMENT, "`object`: expected the value of sgd_modified_loss(), `%s` is missing", name);
  return matrix;
}

SEXP r_modified_loss_value(SEXP object, SEXP points)
{
  sgdl_context ctx;
  ptrdiff_t n = Rf_nrows(points), d = Rf_ncols(points) / 2;
  SEXP phi = PROTECT(Rf_allocVector(REALSXP, n));
  r_context(&ctx);
  r_check(&ctx, sgdl_modified_loss_value(&ctx, d, phase_space_matrix(object, "U", d),
                                         r_array(object, "minimiser", d), n, REAL(points), REAL(phi)));
  UNPROTECT(1);
  return phi;
}

SEXP r_modified_loss_section(SEXP object, SEXP direction1, SEXP direction2, SEXP extent, SEXP n, SEXP origin)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(r_field(object, "model"), &m);
  const char *names[] = {"x", "y", "value", "current_x", "current_y", "training_loss", ""};
  const ptrdiff_t size = r_size(n);
  double *grid[4];
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *x = r_new_vector(out, 0, size), *y = r_new_vector(out, 1, size);
  for (int i = 0; i < 4; i++) grid[i] = r_new_matrix(out, 2 + i, size, size);
  r_context(&ctx);
  r_check(&ctx, sgdl_modified_loss_section(&ctx, &m, phase_space_matrix(object, "U", m.dim),
                                           phase_space_matrix(object, "Q", m.dim), REAL(direction1),
                                           REAL(direction2), REAL(extent), size, r_optional(origin), x, y,
                                           grid[0], grid[1], grid[2], grid[3]));
  UNPROTECT(1);
  return out;
}

SEXP r_current(SEXP object, SEXP points)
{
  sgdl_context ctx;
  const char *names[] = {"current", "drift", "log_density", ""};
  const ptrdiff_t n = Rf_nrows(points), d = Rf_ncols(points) / 2;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *current = r_new_matrix(out, 0, n, 2 * d), *drift = r_new_matrix(out, 1, n, 2 * d);
  double *log_density = r_new_vector(out, 2, n);
  r_context(&ctx);
  const double *U = phase_space_matrix(object, "U", d), *Q = phase_space_matrix(object, "Q", d);
  r_check(&ctx, sgdl_current(&ctx, d, U, Q, r_number(object, "inverse_temperature", NA_REAL),
                             r_array(object, "minimiser", d), n, REAL(points), current, drift, log_density));
  UNPROTECT(1);
  return out;
}

SEXP r_oscillations(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"gamma", "omega", "regime", "period", "quality", "critical_momentum", ""};
  const ptrdiff_t d = m.dim;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  int *regime = (int *)R_alloc((size_t)d, sizeof *regime);
  double *gamma = r_new_vector(out, 0, d), *omega = r_new_vector(out, 1, d);
  double *period = r_new_vector(out, 3, d), *quality = r_new_vector(out, 4, d);
  double *critical_momentum = r_new_vector(out, 5, d);
  r_context(&ctx);
  r_check(&ctx, sgdl_oscillations(&ctx, &m, gamma, omega, regime, period, quality, critical_momentum));
  SEXP regimes = Rf_allocVector(STRSXP, d);
  SET_VECTOR_ELT(out, 2, regimes);
  for (ptrdiff_t i = 0; i < d; i++)
    SET_STRING_ELT(regimes, i, Rf_mkChar(sgdl_regime_string((sgdl_regime)regime[i])));
  UNPROTECT(1);
  return out;
}
