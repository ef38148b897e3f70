## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{spectrum} =} sgd_power_spectrum (@var{model}, @var{freq})
## @deftypefnx {} {@var{spectrum} =} sgd_power_spectrum (@dots{}, @var{name}, @var{value}, @dots{})
## Two-sided power spectral density of parameters and velocity.
##
## @example
## var(theta) = integral of S(f) df,   f in cycles per step
## Langevin mode: S(f) = lr^-1 q / ((w0^2 - w^2)^2 + c^2 w^2),   w = 2 pi f/lr,   w0^2 = kappa/mass
## @end example
##
## @noindent
## with the damping c and q the strength of the white noise; the integral is over the whole
## line under "langevin", from -1/2 to 1/2 under "sgd".
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item freq
## vector of n frequencies > 0, cycles per step; at most 1/2 under dynamics "sgd"
## @item direction
## vector of d in parameter coordinates, of any length; default [], the sum over all modes
## @item modes
## true: the spectrum of theta of each mode too; default false
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_power_spectrum"} and
##
## @table @code
## @item freq
## n x 1
## @item theta, velocity
## densities per cycle per step, n x 1
## @item modes
## n x d, or []
## @item peak_freq
## d x 1: where the spectrum of each mode peaks, cycles per step; NaN where it does not ring
## @item peak_width, quality
## d x 1: width at half the peak (NaN where it does not fall to half on both sides), and
## peak_freq over it; both under noise white in time
## @item direction, model
## as given
## @end table
##
## Of a spectral density (sgd_density) also the structs @code{se} and @code{truncation} (see sgd_trace) with the
## fields theta, velocity; no direction, no modes and no peaks.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:saddle}.
##
## @strong{Source}: arXiv 2107.09133, phase-space oscillations; the discrete spectrum is
## ours.  Cost: O(n d), or O(n d^2) along a direction under noise that is not diagonal in the modes.
##
## @example
## model = sgd_model (sgd_spectrum ([10, 1, 0.1], "sigma2", 1), sgd_hyper (0.05, 0.9));
## sgd_power_spectrum (model, logspace (-4, -0.4, 100)).peak_freq
## @end example
## @seealso{sgd_autocorrelation, sgd_oscillations}
## @end deftypefn

function spectrum = sgd_power_spectrum (model, freq, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  opt = __sgdl_options__ ("sgd_power_spectrum", {"direction", []; "modes", false}, varargin);
  if (strcmp (model.problem.type, "sgd_density"))
    spectrum = density_power_spectrum (model, freq, opt);
    return;
  endif
  __sgdl_check_model__ (model);
  [theta, velocity, modes] = __sgdl__ ("power_spectrum", model, freq, __sgdl_along__ (model, opt.direction), ...
                                       opt.modes);
  [peak_freq, peak_width, quality] = __sgdl__ ("ringing", model);
  peak_freq(peak_freq == 0) = NaN;
  spectrum = struct ("type", "sgd_power_spectrum", "freq", double (freq(:)), "theta", theta,
                     "velocity", velocity, "modes", modes, "peak_freq", peak_freq,
                     "peak_width", peak_width, "quality", quality, "direction", double (opt.direction(:)),
                     "model", model);
endfunction

## From a spectral density, with errors.
function spectrum = density_power_spectrum (model, freq, opt)
  if (! isempty (opt.direction))
    __sgdl_refuse_density__ (model, "`direction`: not for a model");
  elseif (__sgdl__ ("flag", opt.modes, "modes"))
    __sgdl_refuse_density__ (model, "`modes` = true: not for a model");
  endif
  freq = __sgdl__ ("matrix", freq, "freq")(:);
  [theta, theta_se, theta_off, velocity, velocity_se, velocity_off] = ...
    __sgdl__ ("density_power_spectrum", model, freq);
  spectrum = struct ("type", "sgd_power_spectrum", "freq", freq, "theta", theta, "velocity", velocity, ...
                     "modes", [], "peak_freq", zeros (0, 1), "peak_width", zeros (0, 1), ...
                     "quality", zeros (0, 1), "direction", [], ...
                     "se", struct ("theta", theta_se, "velocity", velocity_se), ...
                     "truncation", struct ("theta", theta_off, "velocity", velocity_off), "model", model);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([10, 1, 0.1], "sigma2", 1), sgd_hyper (0.05, 0.9));
%! sgd_plot (sgd_power_spectrum (model, logspace (-4, -0.4, 200), "modes", true));

%!shared model, sgd
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%!test   # integrates to the variance
%! f = linspace (0, 0.5, 4001)(2:end);
%! spectrum = sgd_power_spectrum (sgd, f, "modes", true);
%! state = sgd_stationary (sgd);
%! middle = (1:4000 < 4000) + 0.5 * (1:4000 == 4000);
%! total = 2 * (middle * spectrum.theta + spectrum.theta(1) / 2) * (f(2) - f(1));
%! assert (total, state.trace.theta, -1e-4);
%! assert (sum (spectrum.modes, 2), spectrum.theta, -1e-12);
%! assert (2 * (middle * spectrum.velocity) * (f(2) - f(1)), state.trace.velocity, -1e-4);
%!test   # the recursion's transfer function, along a direction
%! w = [1; -2];
%! f = 0.03;
%! K = sgd.problem.H + 0.01 * eye (2);
%! z = exp (2i * pi * f);
%! G = 0.05 * inv (z * eye (2) - (1.9 * eye (2) - 0.05 * K) + 0.9 / z * eye (2));
%! S = real (w' * G * sgd.problem.Sigma / 32 * G' * w);
%! assert (sgd_power_spectrum (sgd, f, "direction", w).theta, S, -1e-10);
%!test   # a Langevin mode
%! mode = sgd_model (sgd_spectrum (2, "noise", 3), sgd_hyper (0.05, 0.9, 0, 4));
%! f = [0.01; 0.04];
%! omega = 2 * pi * f / 0.05;
%! m = mode.hyper.mass;  c = mode.hyper.damping;
%! S = 3 / 4 * 0.05 / m^2 ./ ((2 / m - omega.^2).^2 + c^2 * omega.^2) / 0.05;
%! spectrum = sgd_power_spectrum (mode, f);
%! assert (spectrum.theta, S, -1e-12);
%! assert (spectrum.velocity, omega.^2 .* S, -1e-12);
%! assert (spectrum.peak_freq, sqrt (2 / m - c^2 / 2) * 0.05 / (2 * pi), -1e-12);
%! assert (spectrum.quality, spectrum.peak_freq ./ spectrum.peak_width, -1e-12);
%!test   # an overdamped mode does not ring
%! mode = sgd_model (sgd_spectrum (1e-3, "noise", 3), sgd_hyper (0.05, 0.9));
%! assert (sgd_power_spectrum (mode, 0.1).peak_freq, NaN);

%!error <Invalid call> sgd_power_spectrum (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_power_spectrum (1, 1)
%!error <`freq`: expected a numeric vector, got a cell array> sgd_power_spectrum (model, {1})
%!error <`freq> sgd_power_spectrum (model, 0)
%!error <`freq> sgd_power_spectrum (sgd, 0.6)
%!error id=sgdlangevin:not_finite sgd_power_spectrum (model, NaN)
%!error <`direction`: expected a vector of length 2> sgd_power_spectrum (model, 0.1, "direction", 1)
%!error <did you mean `modes`> sgd_power_spectrum (model, 0.1, "mode", true)
%!error id=sgdlangevin:saddle
%! sgd_power_spectrum (sgd_model (sgd_spectrum (-1, "noise", 1), sgd_hyper (0.1)), 0.1)
