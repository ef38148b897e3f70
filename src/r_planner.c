/* Entry points of the Fokker-Planck check, irreversibility, and settings that preserve something. */
#include "r_glue.h"

SEXP r_fokker_planck(SEXP object, SEXP points)
{
  sgdl_context ctx;
  sgdl_model m;
  double residual[4];
  r_model(r_field(object, "model"), &m);
  const double *U = r_array(object, "U", 4 * m.dim * m.dim), *Q = r_array(object, "Q", 4 * m.dim * m.dim);
  if (!U || !Q)
    r_raise(SGDL_BAD_ARGUMENT, "`object`: expected the value of sgd_modified_loss(), U or Q is missing");
  r_context(&ctx);
  r_check(&ctx, sgdl_fokker_planck_residual(&ctx, &m, U, Q, Rf_isNull(points) ? 0 : Rf_nrows(points),
                                            r_optional(points), residual));

  const char *names[] = {"drift", "lyapunov", "antisymmetry", "pointwise", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < 4; i++) r_set_number(out, i, residual[i]);
  if (Rf_isNull(points)) r_set_number(out, 3, R_NaN);
  UNPROTECT(1);
  return out;
}

SEXP r_irreversibility(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  double entropy_production;
  r_model(model, &m);
  const char *names[] = {"entropy_production", "kinetic_temperature", "configurational_temperature",
                         "antisymmetric", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *kinetic = r_new_vector(out, 1, m.dim), *configurational = r_new_vector(out, 2, m.dim);
  double *antisymmetric = r_new_matrix(out, 3, m.dim, m.dim);
  r_context(&ctx);
  r_check(&ctx, sgdl_irreversibility(&ctx, &m, &entropy_production, kinetic, configurational, antisymmetric));
  r_set_number(out, 0, entropy_production);
  UNPROTECT(1);
  return out;
}

/* `to` holds the new values, NULL where none is given. */
SEXP r_equivalent(SEXP from, SEXP to, SEXP preserve)
{
  static const struct { const char *name; unsigned flag; } changes[] = {
    {"lr", SGDL_CHANGE_LR}, {"momentum", SGDL_CHANGE_MOMENTUM}, {"batch_size", SGDL_CHANGE_BATCH_SIZE}};
  sgdl_context ctx;
  sgdl_hyper before, after;
  sgdl_equivalence report;
  unsigned change = 0;
  r_hyper(from, &before);
  r_hyper(to, &after);
  for (int i = 0; i < 3; i++)
    if (!Rf_isNull(r_field(to, changes[i].name))) change |= changes[i].flag;
  r_context(&ctx);
  r_check(&ctx, sgdl_equivalent(&ctx, &before, change, (sgdl_preserve)Rf_asInteger(preserve), &after,
                                &report));

  const char *names[] = {"lr", "momentum", "batch_size", "kept_before", "kept_after", "exact_batch_size",
                         "steps", ""};
  const double values[] = {after.lr, after.momentum, after.batch_size, report.kept_before, report.kept_after,
                           report.batch_size, report.steps};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}

SEXP r_equivalent_error(SEXP model, SEXP to)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_hyper after;
  sgdl_equivalence_error error;
  r_model(model, &m);
  r_hyper(to, &after);
  r_context(&ctx);
  r_check(&ctx, sgdl_equivalent_error(&ctx, &m, &after, &error));

  const char *names[] = {"theta", "velocity", "diffusion", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  r_set_number(out, 0, error.theta);
  r_set_number(out, 1, error.velocity);
  r_set_number(out, 2, error.diffusion);
  UNPROTECT(1);
  return out;
}
