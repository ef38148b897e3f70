// The one function that Octave sees: __sgdl__ ("name", ...) calls entry point `name`.

#include <map>

#include "glue.h"

DEFUN_DLD (__sgdl__, args, ,
           "-*- texinfo -*-\n\
@deftypefn {} {[@dots{}] =} __sgdl__ (@var{name}, @dots{})\n\
Internal: call the C core of sgdlangevin.  Use the functions named sgd_@dots{} instead.\n\
@end deftypefn")
{
  using namespace sgdlangevin;

  struct entry { entry_point call; int arguments; };
  static const std::map<std::string, entry> entries = {
    {"match_option", {match_option, 3}},
    {"unknown_argument", {unknown_argument, 3}},
    {"expect_type", {expect_type, 3}},
    {"flag", {flag_value, 2}},
    {"matrix", {matrix_value, 2}},
    {"threads", {threads, 1}},
    {"devices", {devices, 0}},
    {"use_device", {use_device, 1}},
    {"hyper", {hyper, 4}},
    {"equivalent", {equivalent, 5}},
    {"equivalent_error", {equivalent_error, 2}},
    {"check_examples", {check_examples, 4}},
    {"check_quadratic", {check_quadratic, 4}},
    {"check_spectrum", {check_spectrum, 3}},
    {"regression_moments", {regression_moments, 2}},
    {"regression_noise", {regression_noise, 5}},
    {"residual_variance", {residual_variance, 3}},
    {"decompose", {decompose, 1}},
    {"noise_to_modes", {noise_to_modes, 2}},
    {"minimiser", {minimiser, 4}},
    {"minimiser_cholesky", {minimiser_cholesky, 3}},
    {"model_report", {model_report, 1}},
    {"wide_modes", {wide_modes, 3}},
    {"wide_point", {wide_point, 2}},
    {"wide_variances", {wide_variances, 2}},
    {"stationary", {stationary, 3}},
    {"modified_loss", {modified_loss, 1}},
    {"modified_loss_value", {modified_loss_value, 3}},
    {"modified_loss_section", {modified_loss_section, 8}},
    {"current", {current, 5}},
    {"oscillations", {oscillations, 1}},
    {"fokker_planck", {fokker_planck, 4}},
    {"irreversibility", {irreversibility, 1}},
    {"transient", {transient, 4}},
    {"log_density", {log_density, 4}},
    {"msd_theory", {msd_theory, 5}},
    {"msd_sampling_error", {msd_sampling_error, 2}},
    {"msd_regimes", {msd_regimes, 3}},
    {"autocorrelation", {autocorrelation, 4}},
    {"power_spectrum", {power_spectrum, 4}},
    {"ringing", {ringing, 1}},
    {"multiplicative_noise", {multiplicative_noise, 1}},
    {"multiplicative_transient", {multiplicative_transient, 4}},
    {"dressed_msd", {dressed_msd, 3}},
    {"check_objective", {check_objective, 1}},
    {"objective_gradient", {objective_gradient, 3}},
    {"objective_loss", {objective_loss, 2}},
    {"objective_hessian_product", {objective_hessian_product, 3}},
    {"objective_covariance", {objective_covariance, 2}},
    {"operator_check", {operator_check, 3}},
    {"operator_product", {operator_product, 2}},
    {"extreme_eigenpairs", {extreme_eigenpairs, 2}},
    {"noise_along", {noise_along, 3}},
    {"spectral_probes", {spectral_probes, 5}},
    {"density_trace", {density_trace, 4}},
    {"density_average", {density_average, 4}},
    {"density_bins", {density_bins, 3}},
    {"density_describe", {density_describe, 2}},
    {"density_msd", {density_msd, 3}},
    {"density_stationary", {density_stationary, 1}},
    {"density_autocorrelation", {density_autocorrelation, 2}},
    {"density_power_spectrum", {density_power_spectrum, 2}},
    {"simulate", {simulate, 5}},
    {"simulate_to_disk", {simulate_to_disk, 5}},
    {"batch", {batch, 7}},
    {"method_order", {method_order, 6}},
    {"check_sample", {check_sample, 3}},
    {"trajectory_shape", {trajectory_shape, 1}},
    {"log_lags", {log_lags, 3}},
    {"msd", {msd, 5}},
    {"msd_paths", {msd_paths, 3}},
    {"tally_coordinates", {tally_coordinates, 5}},
    {"tally_frames", {tally_frames, 6}},
    {"gram_coordinates", {gram_coordinates, 3}},
    {"gram_tally", {gram_tally, 3}},
    {"tally_result", {tally_result, 5}},
    {"msd_file", {msd_file, 6}},
    {"local_exponent", {local_exponent, 6}},
    {"msd_crossover", {msd_crossover, 7}},
    {"normal_diffusion", {normal_diffusion, 4}},
    {"ergodicity", {ergodicity, 4}},
    {"ageing", {ageing, 4}},
    {"compare_diffusion", {compare_diffusion, 4}},
    {"epoch_ripple", {epoch_ripple, 3}},
    {"exponent_ols", {exponent_ols, 5}},
    {"exponent_gls", {exponent_gls, 3}},
    {"exponent_pool", {exponent_pool, 4}},
    {"exponent_whittle", {exponent_whittle, 3}},
    {"exponent_wavelet", {exponent_wavelet, 4}},
    {"exponent_dfa", {exponent_dfa, 7}},
    {"exponent_mle", {exponent_mle, 5}},
    {"fbm_log_likelihood", {fbm_log_likelihood, 5}},
    {"simulate_diffusion", {simulate_diffusion, 9}},
    {"fit_langevin", {fit_langevin, 4}},
    {"shuffling_test", {shuffling_test, 4}},
    {"velocity_autocorrelation", {velocity_autocorrelation, 6}},
    {"welch", {welch, 5}},
    {"trajectory_info", {trajectory_info, 1}},
    {"trajectory_read", {trajectory_read, 6}},
    {"trajectory_write", {trajectory_write, 5}},
    {"segments_info", {segments_info, 1}},
    {"segments_read", {segments_read, 6}},
  };

  if (args.length () < 1)
    print_usage ();
  std::string name = text (args(0), "name");
  auto found = entries.find (name);
  if (found == entries.end ())
    bad_argument ("`name`: no entry point \"%s\"", name.c_str ());
  if (args.length () - 1 != found->second.arguments)
    bad_argument ("__sgdl__ (\"%s\"): expected %d arguments, got %d", name.c_str (),
                  found->second.arguments, static_cast<int> (args.length () - 1));
  return found->second.call (args.slice (1, args.length () - 1));
}
