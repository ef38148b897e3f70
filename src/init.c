/* Registration of the entry points that R calls. */
#include "r_glue.h"

#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

#define ENTRY(name, n_args) {#name, (DL_FUNC)&r_##name, n_args}

static const R_CallMethodDef entries[] = {
  ENTRY(threads, 1),
  ENTRY(devices, 0),
  ENTRY(match_option, 3),
  ENTRY(unknown_argument, 3),
  ENTRY(hyper_derive, 1),
  ENTRY(quadratic_check, 4),
  ENTRY(spectrum_check, 3),
  ENTRY(regression_moments, 2),
  ENTRY(regression_noise, 5),
  ENTRY(residual_variance, 3),
  ENTRY(decompose, 1),
  ENTRY(noise_to_modes, 2),
  ENTRY(minimiser, 4),
  ENTRY(minimiser_cholesky, 3),
  ENTRY(model_report, 1),
  ENTRY(wide_modes, 3),
  ENTRY(wide_point, 2),
  ENTRY(wide_variances, 2),
  ENTRY(stationary, 3),
  ENTRY(modified_loss, 1),
  ENTRY(modified_loss_value, 2),
  ENTRY(modified_loss_section, 6),
  ENTRY(current, 2),
  ENTRY(oscillations, 1),
  ENTRY(transient, 4),
  ENTRY(log_density, 4),
  ENTRY(msd_theory, 5),
  ENTRY(msd_sampling_error, 2),
  ENTRY(msd_regimes, 3),
  ENTRY(autocorrelation, 4),
  ENTRY(power_spectrum, 4),
  ENTRY(ringing, 1),
  ENTRY(fokker_planck, 2),
  ENTRY(irreversibility, 1),
  ENTRY(equivalent, 3),
  ENTRY(equivalent_error, 2),
  ENTRY(multiplicative_noise, 1),
  ENTRY(multiplicative_transient, 5),
  ENTRY(dressed_msd, 3),
  ENTRY(objective_open, 1),
  ENTRY(objective_dim, 1),
  ENTRY(objective_gradient, 3),
  ENTRY(objective_loss, 2),
  ENTRY(objective_hessian_product, 3),
  ENTRY(objective_covariance, 2),
  ENTRY(run_create, 4),
  ENTRY(run_advance, 1),
  ENTRY(run_disk, 2),
  ENTRY(run_interrupted, 1),
  ENTRY(run_result, 1),
  ENTRY(run_free, 1),
  ENTRY(batch, 4),
  ENTRY(method_order, 6),
  ENTRY(check_sample, 3),
  ENTRY(log_lags, 3),
  ENTRY(msd, 6),
  ENTRY(exponent_ols, 6),
  ENTRY(fit_langevin, 5),
  ENTRY(shuffling_test, 5),
  ENTRY(velocity_autocorrelation, 7),
  ENTRY(welch, 6),
  ENTRY(has_hdf5, 0),
  ENTRY(trajectory_info, 1),
  ENTRY(trajectory_read, 6),
  ENTRY(segments_info, 1),
  ENTRY(segments_read, 6),
  ENTRY(trajectory_write, 5),
  {NULL, NULL, 0},
};

attribute_visible void R_init_sgdlangevin(DllInfo *dll)
{
  R_registerRoutines(dll, NULL, entries, NULL, NULL);
  R_useDynamicSymbols(dll, FALSE);
  R_forceSymbols(dll, TRUE);
}
