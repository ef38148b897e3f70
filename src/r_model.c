/* Entry points of hyperparameters, problems and the model's one decomposition. */
#include "r_glue.h"

SEXP r_hyper_derive(SEXP hyper)
{
  sgdl_context ctx;
  sgdl_hyper h;
  sgdl_hyper_derived derived;
  r_context(&ctx);
  r_hyper(hyper, &h);
  r_check(&ctx, sgdl_hyper_check(&ctx, &h));
  sgdl_hyper_derive(&h, &derived);

  const char *names[] = {"mass", "damping", "inverse_temperature", "temperature", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  r_set_number(out, 0, derived.mass);
  r_set_number(out, 1, derived.damping);
  r_set_number(out, 2, derived.inverse_temperature);
  r_set_number(out, 3, derived.temperature);
  UNPROTECT(1);
  return out;
}

SEXP r_quadratic_check(SEXP H, SEXP b, SEXP Sigma, SEXP sigma2)
{
  sgdl_context ctx;
  r_context(&ctx);
  r_check(&ctx, sgdl_quadratic_check(&ctx, Rf_nrows(H), REAL(H), r_optional(b), r_optional(Sigma),
                                     Rf_isNull(sigma2) ? 0 : Rf_asReal(sigma2)));
  return R_NilValue;
}

SEXP r_spectrum_check(SEXP rho, SEXP noise, SEXP sigma2)
{
  sgdl_context ctx;
  r_context(&ctx);
  r_check(&ctx, sgdl_spectrum_check(&ctx, XLENGTH(rho), REAL(rho), r_optional(noise),
                                    Rf_isNull(sigma2) ? 0 : Rf_asReal(sigma2)));
  return R_NilValue;
}

/* H is not formed where there are fewer examples than parameters. */
SEXP r_regression_moments(SEXP X, SEXP y)
{
  sgdl_context ctx;
  const char *names[] = {"H", "b", ""};
  ptrdiff_t N = Rf_nrows(X), d = Rf_ncols(X);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *H = N < d ? NULL : r_new_matrix(out, 0, d, d), *b = r_new_vector(out, 1, d);
  r_context(&ctx);
  r_check(&ctx, sgdl_regression_moments(&ctx, N, d, REAL(X), REAL(y), H, b));
  UNPROTECT(1);
  return out;
}

SEXP r_regression_noise(SEXP X, SEXP y, SEXP mu, SEXP weight_decay, SEXP with_sigma)
{
  sgdl_context ctx;
  const char *names[] = {"Sigma", "rss", ""};
  ptrdiff_t d = Rf_ncols(X);
  double rss = 0;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *Sigma = Rf_asLogical(with_sigma) ? r_new_matrix(out, 0, d, d) : NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_regression_noise(&ctx, Rf_nrows(X), d, REAL(X), REAL(y), REAL(mu),
                                      Rf_asReal(weight_decay), Sigma, &rss));
  r_set_number(out, 1, rss);
  UNPROTECT(1);
  return out;
}

SEXP r_residual_variance(SEXP n_examples, SEXP dim, SEXP rss)
{
  sgdl_context ctx;
  double sigma2 = 0;
  r_context(&ctx);
  r_check(&ctx, sgdl_residual_variance(&ctx, r_size(n_examples), r_size(dim), Rf_asReal(rss), &sigma2));
  return Rf_ScalarReal(sigma2);
}

SEXP r_decompose(SEXP H)
{
  sgdl_context ctx;
  const char *names[] = {"eigenvalues", "vectors", ""};
  ptrdiff_t d = Rf_nrows(H);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *rho = r_new_vector(out, 0, d), *vectors = r_new_matrix(out, 1, d, d);
  r_context(&ctx);
  r_check(&ctx, sgdl_decompose(&ctx, d, REAL(H), rho, vectors));
  UNPROTECT(1);
  return out;
}

SEXP r_noise_to_modes(SEXP vectors, SEXP Sigma)
{
  sgdl_context ctx;
  int d = Rf_nrows(Sigma);
  SEXP out = PROTECT(Rf_allocMatrix(REALSXP, d, d));
  r_context(&ctx);
  r_check(&ctx, sgdl_noise_to_modes(&ctx, d, REAL(vectors), REAL(Sigma), REAL(out)));
  UNPROTECT(1);
  return out;
}

SEXP r_minimiser(SEXP rho, SEXP vectors, SEXP weight_decay, SEXP b)
{
  sgdl_context ctx;
  SEXP mu = PROTECT(Rf_allocVector(REALSXP, XLENGTH(b)));
  r_context(&ctx);
  r_check(&ctx, sgdl_minimiser(&ctx, XLENGTH(b), REAL(rho), r_optional(vectors), Rf_asReal(weight_decay),
                               REAL(b), REAL(mu)));
  UNPROTECT(1);
  return mu;
}

SEXP r_minimiser_cholesky(SEXP H, SEXP weight_decay, SEXP b)
{
  sgdl_context ctx;
  SEXP mu = PROTECT(Rf_allocVector(REALSXP, XLENGTH(b)));
  r_context(&ctx);
  r_check(&ctx, sgdl_minimiser_cholesky(&ctx, XLENGTH(b), REAL(H), Rf_asReal(weight_decay), REAL(b),
                                        REAL(mu)));
  UNPROTECT(1);
  return mu;
}

/* Modes, minimiser (of the parameters) and noise of a regression with N < d; vectors has room for N columns. */
SEXP r_wide_modes(SEXP X, SEXP y, SEXP weight_decay)
{
  sgdl_context ctx;
  const char *names[] = {"eigenvalues", "vectors", "rank", "minimiser", "gradient_noise", ""};
  const ptrdiff_t N = Rf_nrows(X), d = Rf_ncols(X);
  ptrdiff_t rank = 0;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *room = (double *)R_alloc((size_t)(N + 1) * (size_t)(N + 2), sizeof *room), *mu = room + N + 1;
  double *left = mu + N + 1, *vectors = r_new_matrix(out, 1, d, N);
  r_context(&ctx);
  r_check(&ctx, sgdl_wide_decompose(&ctx, N, d, REAL(X), room, left, vectors, &rank));

  double *rho = r_new_vector(out, 0, rank + 1), *noise = r_new_matrix(out, 4, rank + 1, rank + 1);
  for (ptrdiff_t l = 0; l <= rank; l++) rho[l] = room[l];
  r_set_number(out, 2, (double)rank);
  r_check(&ctx, sgdl_wide_noise(&ctx, N, rank, rho, left, REAL(y), Rf_asReal(weight_decay), mu, noise, NULL));
  r_check(&ctx, sgdl_wide_parameters(&ctx, d, rank, vectors, mu, r_new_vector(out, 3, d)));
  UNPROTECT(1);
  return out;
}

/* V'theta, and the length of what is outside of all examples. */
SEXP r_wide_point(SEXP vectors, SEXP theta)
{
  sgdl_context ctx;
  const ptrdiff_t rank = Rf_ncols(vectors);
  SEXP modes = PROTECT(Rf_allocVector(REALSXP, rank + 1));
  r_context(&ctx);
  r_check(&ctx, sgdl_wide_point(&ctx, Rf_nrows(vectors), rank, REAL(vectors), NULL, REAL(theta), REAL(modes)));
  UNPROTECT(1);
  return modes;
}

SEXP r_wide_variances(SEXP vectors, SEXP covariance)
{
  sgdl_context ctx;
  const ptrdiff_t d = Rf_nrows(vectors);
  SEXP variances = PROTECT(Rf_allocVector(REALSXP, d));
  r_context(&ctx);
  r_check(&ctx, sgdl_wide_variances(&ctx, d, Rf_ncols(vectors), REAL(vectors), REAL(covariance), REAL(variances)));
  UNPROTECT(1);
  return variances;
}

SEXP r_model_report(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_model_report report;
  r_context(&ctx);
  r_model(model, &m);
  r_check(&ctx, sgdl_model_check(&ctx, &m, &report));

  const char *names[] = {"n_flat", "n_flat_noisy", "n_saddle", "n_past_limit", "lr_limit", "worst_kappa",
                         "langevin_error", "epoch_steps", "remainder", ""};
  const double values[] = {(double)report.n_flat, (double)report.n_flat_noisy, (double)report.n_saddle,
                           (double)report.n_past_limit, report.lr_limit, report.worst_kappa,
                           report.langevin_error, (double)report.epoch_steps, (double)report.remainder};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}
