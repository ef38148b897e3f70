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

  static const std::map<std::string, entry_point> entries = {
    {"match_option", match_option},
    {"unknown_argument", unknown_argument},
    {"expect_type", expect_type},
    {"flag", flag_value},
    {"matrix", matrix_value},
    {"threads", threads},
    {"devices", devices},
    {"hyper", hyper},
    {"check_quadratic", check_quadratic},
    {"check_spectrum", check_spectrum},
    {"regression_moments", regression_moments},
    {"regression_noise", regression_noise},
    {"residual_variance", residual_variance},
    {"decompose", decompose},
    {"noise_to_modes", noise_to_modes},
    {"minimiser", minimiser},
    {"minimiser_cholesky", minimiser_cholesky},
    {"model_report", model_report},
    {"stationary", stationary},
    {"transient", transient},
    {"modified_loss", modified_loss},
    {"modified_loss_value", modified_loss_value},
    {"modified_loss_section", modified_loss_section},
    {"current", current},
    {"oscillations", oscillations},
    {"msd_theory", msd_theory},
    {"simulate", simulate},
    {"trajectory_shape", trajectory_shape},
    {"log_lags", log_lags},
    {"msd", msd},
    {"exponent_ols", exponent_ols},
    {"trajectory_info", trajectory_info},
    {"trajectory_read", trajectory_read},
    {"trajectory_write", trajectory_write},
  };

  if (args.length () < 1)
    print_usage ();
  auto entry = entries.find (text (args(0), "name"));
  if (entry == entries.end ())
    bad_argument ("`name`: no entry point \"%s\"", args(0).string_value ().c_str ());
  return entry->second (args.slice (1, args.length () - 1));
}
