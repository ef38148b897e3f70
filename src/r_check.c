/* Entry points of the checks of samples: order of a method, a sample against a Gaussian. */
#include "r_glue.h"

#include "sgdl_simulate.h"

SEXP r_method_order(SEXP model, SEXP method, SEXP steps, SEXP levels, SEXP nsim, SEXP seed)
{
  sgdl_context ctx;
  sgdl_model m;
  r_model(model, &m);
  const char *names[] = {"step", "strong", "strong_se", "weak", "strong_order", "strong_order_se",
                         "weak_order", ""};
  const ptrdiff_t most = 64, n = r_size(levels) < most ? r_size(levels) : most; /* the core refuses more */
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  sgdl_order order = {.step = r_new_vector(out, 0, n),
                      .strong = r_new_vector(out, 1, n),
                      .strong_se = r_new_vector(out, 2, n),
                      .weak = r_new_vector(out, 3, n)};
  r_context(&ctx);
  r_check(&ctx, sgdl_method_order(&ctx, &m, (sgdl_method)Rf_asInteger(method), r_size(steps), r_size(levels),
                                  r_size(nsim), (uint64_t)Rf_asReal(seed), &order));
  r_set_number(out, 4, order.strong_order);
  r_set_number(out, 5, order.strong_order_se);
  r_set_number(out, 6, order.weak_order);
  UNPROTECT(1);
  return out;
}

SEXP r_check_sample(SEXP x, SEXP mean, SEXP covariance)
{
  sgdl_context ctx;
  sgdl_gaussian_check c;
  r_context(&ctx);
  r_check(&ctx, sgdl_check_gaussian(&ctx, Rf_nrows(x), Rf_ncols(x), REAL(x), REAL(mean), REAL(covariance),
                                    &c));
  const char *names[] = {"mean_statistic", "mean_p", "covariance_statistic", "covariance_p",
                         "distance_statistic", "distance_p", "p_value", ""};
  const double values[] = {c.mean_statistic, c.mean_p, c.covariance_statistic, c.covariance_p,
                           c.distance_statistic, c.distance_p, c.p_value};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  for (int i = 0; i < LENGTH(out); i++) r_set_number(out, i, values[i]);
  UNPROTECT(1);
  return out;
}
