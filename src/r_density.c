/* Entry points of the theory from a spectral density. */
#include "r_operator.h"

#include <string.h>

/* ---- unpacking ---- */

/* Arrays are borrowed from a quadrature as sgd_density() keeps it; NULL passes. */
static const sgdl_quadrature *quadrature_of(SEXP list, sgdl_quadrature *out)
{
  if (Rf_isNull(list)) return NULL;
  memset(out, 0, sizeof *out);
  out->steps = (ptrdiff_t)r_number(list, "steps", 0);
  out->n_probes = (ptrdiff_t)r_number(list, "probes", 0);
  const ptrdiff_t n = out->steps * out->n_probes;
  out->node = (double *)r_array(list, "nodes", n);
  out->weight = (double *)r_array(list, "weights", n);
  out->alpha = (double *)r_array(list, "alpha", n);
  out->beta = (double *)r_array(list, "beta", n);
  out->length = (double *)r_array(list, "length", out->n_probes);
  out->mass = (double *)r_array(list, "mass", out->n_probes);
  out->worst = r_number(list, "se", R_NaN);
  out->n_products = (ptrdiff_t)r_number(list, "n_products", 0);
  return out;
}

typedef struct density_view {
  sgdl_spectral_density core;
  sgdl_quadrature counts, noise;
} density_view;

static void unpack_density(SEXP density, int drop_negative, density_view *out)
{
  sgdl_spectral_density *core = &out->core;
  SEXP values = r_field(density, "eigenvalues"), strength = r_field(density, "gradient_noise");
  memset(core, 0, sizeof *core);
  core->dim = (ptrdiff_t)r_number(density, "dim", 0);
  core->n_exact = XLENGTH(values);
  if (core->n_exact > 0) core->exact_value = r_array(density, "eigenvalues", core->n_exact);
  if (core->n_exact > 0 && !Rf_isNull(strength))
    core->exact_noise = r_array(density, "gradient_noise", core->n_exact);
  core->counts = quadrature_of(r_field(density, "counts"), &out->counts);
  core->noise = quadrature_of(r_field(density, "noise"), &out->noise);
  core->sigma2 = r_number(density, "sigma2", -1);
  core->flat_tolerance = r_number(density, "flat_tolerance", 0);
  core->drop_negative = drop_negative;
}

/* Settings and density of a model of one. */
static void unpack_settings(SEXP model, sgdl_model *settings, density_view *density)
{
  SEXP noise = r_field(model, "drop_negative");
  r_model(model, settings);
  unpack_density(r_field(model, "problem"), Rf_isNull(noise) ? 0 : Rf_asLogical(noise), density);
}

/* ---- packing ---- */

/* value, se and truncation of a curve: elements i, i + 1, i + 2 of a list. */
static sgdl_curve new_curve(SEXP list, int i, ptrdiff_t n)
{
  sgdl_curve curve;
  curve.value = r_new_vector(list, i, n);
  curve.se = r_new_vector(list, i + 1, n);
  curve.truncation = r_new_vector(list, i + 2, n);
  return curve;
}

/* ---- entry points ---- */

SEXP r_density_trace(SEXP density, SEXP with_noise, SEXP kinds, SEXP parameters)
{
  sgdl_context ctx;
  density_view view;
  const char *names[] = {"value", "se", "truncation", ""};
  const ptrdiff_t n = XLENGTH(kinds);
  unpack_density(density, 0, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve trace = new_curve(out, 0, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_trace(&ctx, &view.core, Rf_asLogical(with_noise), n,
                                   r_functions(kinds, parameters), &trace));
  UNPROTECT(1);
  return out;
}

/* Values of a function at all nodes and exact eigenvalues, which R has checked the number of. */
SEXP r_density_average(SEXP density, SEXP with_noise, SEXP at_nodes, SEXP at_exact)
{
  sgdl_context ctx;
  density_view view;
  unpack_density(density, 0, &view);
  SEXP estimate = PROTECT(Rf_allocVector(REALSXP, 3));
  r_context(&ctx);
  r_check(&ctx, sgdl_density_average(&ctx, &view.core, Rf_asLogical(with_noise), r_optional(at_nodes),
                                     r_optional(at_exact), REAL(estimate)));
  UNPROTECT(1);
  return estimate;
}

SEXP r_density_bins(SEXP density, SEXP with_noise, SEXP edges)
{
  sgdl_context ctx;
  density_view view;
  const char *names[] = {"value", "se", "truncation", ""};
  const ptrdiff_t n = XLENGTH(edges) - 1;
  unpack_density(density, 0, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve bins = new_curve(out, 0, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_bins(&ctx, &view.core, Rf_asLogical(with_noise), n, REAL(edges), &bins));
  UNPROTECT(1);
  return out;
}

SEXP r_density_describe(SEXP density, SEXP hyper)
{
  sgdl_context ctx;
  density_view view;
  sgdl_hyper h;
  sgdl_density_report report;
  const char *names[] = {"largest", "smallest", "trace", "trace_se", "noise_trace", "noise_trace_se", "n_flat",
                         "n_negative", "flat_noise", "negative_noise", "lr_limit", "langevin_error", ""};
  unpack_density(density, 0, &view);
  r_hyper(hyper, &h);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_describe(&ctx, &view.core, &h, &report));
  const double fields[] = {report.largest, report.smallest, report.trace, report.trace_se, report.noise_trace,
                           report.noise_trace_se, report.n_flat, report.n_negative, report.flat_noise,
                           report.negative_noise, report.lr_limit, report.langevin_error};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, fields[i]);
  UNPROTECT(1);
  return out;
}

SEXP r_density_msd(SEXP model, SEXP from, SEXP steps)
{
  sgdl_context ctx;
  sgdl_model settings;
  density_view view;
  const char *names[] = {"msd", "se", "truncation", "exponent", "exponent_se", "exponent_truncation", ""};
  const ptrdiff_t n = XLENGTH(steps);
  unpack_settings(model, &settings, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve msd = new_curve(out, 0, n), exponent = new_curve(out, 3, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_msd(&ctx, &view.core, &settings, (sgdl_from)Rf_asInteger(from), n, REAL(steps),
                                 &msd, &exponent));
  UNPROTECT(1);
  return out;
}

/* Position, velocity, step, loss, penalty. */
SEXP r_density_stationary(SEXP model)
{
  sgdl_context ctx;
  sgdl_model settings;
  density_view view;
  const char *names[] = {"value", "se", "truncation", ""};
  unpack_settings(model, &settings, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve stationary = new_curve(out, 0, SGDL_DENSITY_STATIONARY);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_stationary(&ctx, &view.core, &settings, &stationary));
  UNPROTECT(1);
  return out;
}

SEXP r_density_autocorrelation(SEXP model, SEXP lags)
{
  sgdl_context ctx;
  sgdl_model settings;
  density_view view;
  const char *names[] = {"theta", "theta_se", "theta_truncation", "velocity", "velocity_se",
                         "velocity_truncation", "cross", "cross_se", "cross_truncation", ""};
  const ptrdiff_t n = XLENGTH(lags);
  unpack_settings(model, &settings, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve theta = new_curve(out, 0, n), velocity = new_curve(out, 3, n), cross = new_curve(out, 6, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_autocorrelation(&ctx, &view.core, &settings, n, REAL(lags), &theta, &velocity,
                                             &cross));
  UNPROTECT(1);
  return out;
}

SEXP r_density_power_spectrum(SEXP model, SEXP freq)
{
  sgdl_context ctx;
  sgdl_model settings;
  density_view view;
  const char *names[] = {"theta", "theta_se", "theta_truncation", "velocity", "velocity_se",
                         "velocity_truncation", ""};
  const ptrdiff_t n = XLENGTH(freq);
  unpack_settings(model, &settings, &view);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  const sgdl_curve theta = new_curve(out, 0, n), velocity = new_curve(out, 3, n);
  r_context(&ctx);
  r_check(&ctx, sgdl_density_power_spectrum(&ctx, &view.core, &settings, n, REAL(freq), &theta, &velocity));
  UNPROTECT(1);
  return out;
}
