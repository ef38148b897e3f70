/* Entry point of the simulation. A run that stops early (Ctrl-C, divergence) hands its rows back
 * with the status, so that R can raise the condition once the result is safe. */
#include "r_glue.h"

static void unpack(SEXP options, SEXP model, sgdl_simulation *sim)
{
  SEXP problem = r_field(model, "problem"), theta0 = r_field(options, "theta0"), v0 = r_field(options, "v0");
  sim->method = (sgdl_method)Rf_asInteger(r_field(options, "method"));
  sim->steps = r_size(r_field(options, "steps"));
  sim->record_every = r_size(r_field(options, "record"));
  sim->n_paths = r_size(r_field(options, "nsim"));
  sim->seed = (uint64_t)Rf_asReal(r_field(options, "seed"));
  sim->theta0 = r_optional(theta0);
  sim->v0 = r_optional(v0);
  sim->theta0_per_path = Rf_isMatrix(theta0);
  sim->v0_per_path = Rf_isMatrix(v0);
  sim->start_stationary = Rf_asLogical(r_field(options, "start_stationary"));
  sim->record_modes = Rf_asLogical(r_field(options, "record_modes"));
  sim->X = sim->method == SGDL_MINIBATCH ? r_optional(r_field(problem, "X")) : NULL;
  sim->y = sim->method == SGDL_MINIBATCH ? r_optional(r_field(problem, "y")) : NULL;
}

SEXP r_simulate(SEXP model, SEXP options)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_simulation sim;
  ptrdiff_t done = 0;
  r_model(model, &m);
  unpack(options, model, &sim);
  if (r_wide_rank(model) >= 0) { /* real batches, recorded in parameters, do without the modes */
    m.dim = (ptrdiff_t)r_number(model, "dim", 0);
    m.minimiser = r_array(model, "minimiser", m.dim);
    m.rho = m.noise = NULL;
  }
  const char *names[] = {"theta", "velocity", "records_done", "status", "message", ""};
  const ptrdiff_t records = sgdl_simulation_records(&sim);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *theta = r_new_array(out, 0, records, m.dim, sim.n_paths);
  double *velocity = NULL;
  if (Rf_asLogical(r_field(options, "velocity"))) velocity = r_new_array(out, 1, records, m.dim, sim.n_paths);
  r_context(&ctx);
  sgdl_status status = sgdl_simulate(&ctx, &m, &sim, theta, velocity, &done);
  if (status != SGDL_INTERRUPTED && status != SGDL_UNSTABLE) r_check(&ctx, status);
  r_set_number(out, 2, (double)done);
  SET_VECTOR_ELT(out, 3, Rf_mkString(sgdl_status_word(status)));
  SET_VECTOR_ELT(out, 4, Rf_mkString(status == SGDL_OK ? "" : ctx.message));
  UNPROTECT(1);
  return out;
}
