/* What the parts of fitting the theory to a trajectory share. */
#ifndef SGDL_FIT_H
#define SGDL_FIT_H

#include "../model/modes.h"
#include "../stats/whittle.h"
#include "mode_density.h"

/* One call: what all modes share. */
typedef struct sgdl_fit_job {
  const sgdl_model *model;
  const sgdl_fit_options *options;
  ptrdiff_t T, n_paths, n_modes;
  sgdl_modes of_model;
  sgdl_mode_density density;
  sgdl_whittle whittle;
  ptrdiff_t n_bands, edges[SGDL_WHITTLE_BANDS + 1];
  double *path;             /* T x n_paths x n_modes: along the modes, each path less its mean   */
} sgdl_fit_job;

/* One fitted mode, in logarithms: noise, curvature of K, phi. */
typedef struct sgdl_mode_fit {
  double log_noise, kappa, phi;
  double covariance[9];     /* of the three logarithms; 0 where not fitted                     */
  double log_likelihood, chi_squared, df;
  double theory_chi_squared, theory_df;
  double kappa_limits[2];   /* by profile likelihood, of curvature fitted; 0 where flat is not excluded */
  double expected_error;    /* of log curvature, where fitted, if the theory holds              */
  double phi_limits[2];     /* likewise, of damping fitted                                     */
  double power[3], mean[3]; /* of the signed roots of noise, curvature, damping (stats/whittle.h) */
  int converged;
  double band_means[SGDL_WHITTLE_BANDS];
} sgdl_mode_fit;

/* Checks x and modes (0-based, distinct, none a saddle); fills of_model and path. */
sgdl_status sgdl_fit_paths(sgdl_context *ctx, sgdl_fit_job *a, const double *x, const double *modes);
void sgdl_fit_paths_close(sgdl_fit_job *a);

/* Fits mode m of the job, of this curvature (of K) and noise under the theory. series: (T - 2) x n_paths. */
void sgdl_fit_mode(const sgdl_fit_job *a, ptrdiff_t m, double theory_kappa, double theory_strength,
                   double *series, sgdl_whittle_work *work, sgdl_mode_fit *fit);

/* Frequency, decay, quality with intervals and the regime, into row `row` of the table (`rows` long). */
void sgdl_fit_oscillation(const sgdl_model *model, const sgdl_fit_options *options, const sgdl_mode_fit *fit,
                          ptrdiff_t row, ptrdiff_t rows, double *table);
/* summary->estimate ... theory from the table and the fits of the modes. */
sgdl_status sgdl_fit_summarise(sgdl_context *ctx, const sgdl_model *model, const sgdl_fit_options *options,
                               ptrdiff_t n_modes, const double *modes, const double *table,
                               const sgdl_mode_fit *fits, sgdl_fit_summary *summary);

/* One logarithm that several likelihoods know, from the signed root of each (stats/whittle.h), mean taken off:
 *   Q(x) = sum_m ( R_m(x) - mean_m )^2,   R_m(x) = (e^{power_m (x - at_m)} - 1)/(power_m sqrt(variance_m)).
 * Each counts with its information at the common value: information at its own estimate goes with the error of
 * that, and a mean weighted so is biased by as much as its standard error. */
typedef struct sgdl_fit_root {
  double at, variance, power, mean;
} sgdl_fit_root;

typedef struct sgdl_fit_common {
  double x, Q;              /* the minimum                                                     */
  double total;             /* sum of R_m'(x)^2, the information there                          */
} sgdl_fit_common;

/* n >= 1. Square root of the information of root m at x. */
double sgdl_fit_root_slope(const sgdl_fit_root *r, double x);
sgdl_fit_common sgdl_fit_pool(ptrdiff_t n, const sgdl_fit_root *roots);
double sgdl_fit_pool_misfit(ptrdiff_t n, const sgdl_fit_root *roots, double x);
/* Where Q is `rise` above its minimum, below (side -1) or above (1) it; -Inf or Inf where nowhere. */
double sgdl_fit_pool_limit(ptrdiff_t n, const sgdl_fit_root *roots, const sgdl_fit_common *best, double rise,
                           int side);

#endif
