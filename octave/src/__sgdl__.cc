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
    {"hyper", {hyper, 4}},
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
    {"stationary", {stationary, 2}},
    {"transient", {transient, 5}},
    {"modified_loss", {modified_loss, 1}},
    {"modified_loss_value", {modified_loss_value, 3}},
    {"modified_loss_section", {modified_loss_section, 8}},
    {"current", {current, 5}},
    {"oscillations", {oscillations, 1}},
    {"msd_theory", {msd_theory, 7}},
    {"simulate", {simulate, 3}},
    {"trajectory_shape", {trajectory_shape, 1}},
    {"log_lags", {log_lags, 3}},
    {"msd", {msd, 5}},
    {"exponent_ols", {exponent_ols, 5}},
    {"trajectory_info", {trajectory_info, 1}},
    {"trajectory_read", {trajectory_read, 6}},
    {"trajectory_write", {trajectory_write, 5}},
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
