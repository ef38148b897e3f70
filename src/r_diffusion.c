/* Entry points of fractional Brownian motion: fit, likelihood, and simulators of anomalous diffusion. */
#include "r_glue.h"

static sgdl_mle_options unpack(SEXP noise, SEXP drift, SEXP own, double level)
{
  return (sgdl_mle_options){.noise = noise && Rf_asLogical(noise), .drift = Rf_asLogical(drift),
                            .own = Rf_asLogical(own), .level = level};
}

SEXP r_exponent_mle(SEXP x, SEXP size, SEXP noise, SEXP drift, SEXP own, SEXP level)
{
  sgdl_context ctx;
  sgdl_exponent_mle e;
  const sgdl_mle_options options = unpack(noise, drift, own, Rf_asReal(level));
  const ptrdiff_t T = (ptrdiff_t)REAL(size)[0], d = (ptrdiff_t)REAL(size)[1],
                  n_paths = (ptrdiff_t)REAL(size)[2];
  const char *names[] = {"exponent",
                         "se",
                         "lower",
                         "upper",
                         "p_value",
                         "log_diffusivity",
                         "log_diffusivity_se",
                         "covariance",
                         "noise",
                         "noise_se",
                         "noise_lower",
                         "noise_upper",
                         "noise_p",
                         "noise_detected",
                         "at_boundary",
                         "log_likelihood",
                         "score",
                         "n_points",
                         "evaluations",
                         "drift",
                         "diffusivity",
                         ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *velocity = r_new_matrix(out, 19, d, n_paths), *diffusivity = r_new_vector(out, 20, d);
  r_context(&ctx);
  r_check(&ctx, sgdl_exponent_mle_fit(&ctx, T, d, n_paths, REAL(x), &options, velocity, diffusivity, &e));
  const double values[] = {e.exponent,
                           e.se,
                           e.lower,
                           e.upper,
                           e.p_value,
                           e.log_diffusivity,
                           e.log_diffusivity_se,
                           e.covariance,
                           e.noise,
                           e.noise_se,
                           e.noise_lower,
                           e.noise_upper,
                           e.noise_p,
                           e.noise_detected,
                           e.at_boundary,
                           e.log_likelihood,
                           e.score,
                           (double)e.n_points,
                           (double)e.evaluations};
  for (int i = 0; i < 19; i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}

SEXP r_fbm_log_likelihood(SEXP x, SEXP size, SEXP drift, SEXP own, SEXP exponent, SEXP ratio)
{
  sgdl_context ctx;
  sgdl_mle_options options = unpack(NULL, drift, own, 0.95);
  const char *names[] = {"log_likelihood", "score", ""};
  double value, score[2];
  options.noise = Rf_asReal(ratio) > 0;
  r_context(&ctx);
  r_check(&ctx, sgdl_fbm_log_likelihood(&ctx, (ptrdiff_t)REAL(size)[0], (ptrdiff_t)REAL(size)[1],
                                        (ptrdiff_t)REAL(size)[2], REAL(x), &options, Rf_asReal(exponent),
                                        Rf_asReal(ratio), &value, score));
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  r_set_number(out, 0, value);
  double *to = r_new_vector(out, 1, 2);
  to[0] = score[0];
  to[1] = score[1];
  UNPROTECT(1);
  return out;
}

SEXP r_simulate_diffusion(SEXP process, SEXP steps, SEXP nsim, SEXP dim, SEXP exponent, SEXP diffusivity,
                          SEXP relaxation, SEXP noise, SEXP seed)
{
  sgdl_context ctx;
  const sgdl_diffusion p = {.process = (sgdl_process)Rf_asInteger(process), .steps = r_size(steps),
                            .dim = r_size(dim), .n_paths = r_size(nsim), .exponent = Rf_asReal(exponent),
                            .diffusivity = Rf_asReal(diffusivity), .relaxation = Rf_asReal(relaxation),
                            .noise = Rf_asReal(noise), .seed = (uint64_t)Rf_asReal(seed)};
  const char *names[] = {"theta", ""};
  if (p.steps >= INT32_MAX || p.dim > INT32_MAX || p.n_paths > INT32_MAX)
    r_raise(SGDL_TOO_LARGE, "`steps`, `dim`, `nsim` = %td, %td, %td: expected less than 2^31 each", p.steps,
            p.dim, p.n_paths);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *x = r_new_array(out, 0, p.steps + 1, p.dim, p.n_paths);
  r_context(&ctx);
  r_check(&ctx, sgdl_diffusion_simulate(&ctx, &p, x));
  UNPROTECT(1);
  return out;
}
