## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{acf} =} sgd_autocorrelation (@var{model}, @var{lags})
## @deftypefnx {} {@var{acf} =} sgd_autocorrelation (@dots{}, @var{name}, @var{value}, @dots{})
## Stationary autocovariance of parameters and velocity, in total or along a direction.
##
## @example
## theta(k) = sum_l cov(theta_l(t+k), theta_l(t)),   cross(k) = sum_l cov(theta_l(t+k), v_l(t))
## Langevin: exp (-A lr k) C;   SGD: F^k C, for one step and white noise
## @end example
##
## @noindent
## Along a direction w, cov(w'theta(t+k), w'theta(t)).  By epochs averaged over the phase of
## the epoch.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item lags
## vector of n numbers >= 0, in steps; whole numbers under dynamics "sgd"
## @item direction
## vector of d in parameter coordinates, of any length; default [], the sum over all modes
## @item modes
## true: the autocovariances of each mode too; default false
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_autocorrelation"} and
##
## @table @code
## @item lag, time
## n x 1; time = lr x lag
## @item theta, velocity, cross
## autocovariances, n x 1
## @item correlation_theta, correlation_velocity
## these over their value at lag 0
## @item modes_theta, modes_velocity
## n x d, or []
## @item direction, model
## as given
## @end table
##
## Of a spectral density (sgd_density) also the structs @code{se} and @code{truncation} (see sgd_trace) with the
## fields theta, velocity, cross; no direction and no modes.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:saddle}.  Flat noisy modes have an infinite theta and are left out of
## cross.
##
## @strong{Source}: arXiv 2107.09133; the sums over an epoch are ours.  Cost: O(n d), or
## O(n d^2) along a direction under noise that is not diagonal in the modes.
##
## @example
## model = sgd_model (sgd_spectrum ([10, 1, 0.1], "sigma2", 1), sgd_hyper (0.05, 0.9));
## sgd_autocorrelation (model, 0:10:100).correlation_theta
## @end example
## @seealso{sgd_power_spectrum, sgd_msd, sgd_stationary}
## @end deftypefn

function acf = sgd_autocorrelation (model, lags, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  opt = __sgdl_options__ ("sgd_autocorrelation", {"direction", []; "modes", false}, varargin);
  lag = __sgdl__ ("matrix", lags, "lags")(:);
  if (strcmp (model.problem.type, "sgd_density"))
    acf = density_autocorrelation (model, lag, opt);
    return;
  endif
  __sgdl_check_model__ (model);
  along = __sgdl_along__ (model, opt.direction);
  [theta, velocity, cross, modes_theta, modes_velocity] = ...
    __sgdl__ ("autocorrelation", model, lag, along, opt.modes);
  [theta0, velocity0] = __sgdl__ ("autocorrelation", model, 0, along, false);
  acf = struct ("type", "sgd_autocorrelation", "lag", lag, "time", model.hyper.lr * lag, "theta", theta,
                "velocity", velocity, "cross", cross, "correlation_theta", theta / theta0,
                "correlation_velocity", velocity / velocity0, "modes_theta", modes_theta,
                "modes_velocity", modes_velocity, "direction", double (opt.direction(:)), "model", model);
endfunction

## From a spectral density, with errors.
function acf = density_autocorrelation (model, lag, opt)
  if (! isempty (opt.direction))
    __sgdl_refuse_density__ (model, "`direction`: not for a model");
  elseif (__sgdl__ ("flag", opt.modes, "modes"))
    __sgdl_refuse_density__ (model, "`modes` = true: not for a model");
  endif
  [theta, theta_se, theta_off, velocity, velocity_se, velocity_off, cross, cross_se, cross_off] = ...
    __sgdl__ ("density_autocorrelation", model, [lag; 0]);
  at = @(x) x(1:end-1);
  named = @(x, y, z) struct ("theta", at (x), "velocity", at (y), "cross", at (z));
  acf = struct ("type", "sgd_autocorrelation", "lag", lag, "time", model.hyper.lr * lag, "theta", at (theta),
                "velocity", at (velocity), "cross", at (cross), "correlation_theta", at (theta) / theta(end), ...
                "correlation_velocity", at (velocity) / velocity(end), "modes_theta", [], ...
                "modes_velocity", [], "direction", [], "se", named (theta_se, velocity_se, cross_se), ...
                "truncation", named (theta_off, velocity_off, cross_off), "model", model);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([10, 1, 0.1], "sigma2", 1), sgd_hyper (0.05, 0.9));
%! sgd_plot (sgd_autocorrelation (model, 0:200));

%!shared model, sgd, w
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%! w = [1; -2];
%!test   # F^k C, total and along a direction
%! state = sgd_stationary (sgd);
%! K = sgd.problem.H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! lagged = F^7 * C;
%! acf = sgd_autocorrelation (sgd, [0, 7], "modes", true);
%! assert (acf.theta, [state.trace.theta; trace(lagged(1:2,1:2))], -1e-12);
%! assert (acf.velocity, [state.trace.velocity; trace(lagged(3:4,3:4))], -1e-12);
%! assert (acf.cross, [trace(state.cross); trace(lagged(1:2,3:4))], 1e-13);
%! assert (acf.correlation_theta, acf.theta / acf.theta(1), eps);
%! assert (sum (acf.modes_theta, 2), acf.theta, -1e-12);
%! assert (size (acf.modes_velocity), [2, 2]);
%! along = sgd_autocorrelation (sgd, 7, "direction", w);
%! assert (along.theta, w' * lagged(1:2,1:2) * w, 1e-13);
%! assert (along.correlation_theta, along.theta / (w' * state.theta * w), 1e-13);
%! assert (along.direction, w);
%!test   # Langevin: the matrix exponential
%! state = sgd_stationary (model);
%! A = [zeros(2), -eye(2); (model.problem.H + 0.01*eye (2)) / model.hyper.mass, model.hyper.damping*eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! lagged = expm (-A * 0.05 * 2.5) * C;
%! acf = sgd_autocorrelation (model, 2.5);
%! assert ([acf.theta, acf.cross], [trace(lagged(1:2,1:2)), trace(lagged(1:2,3:4))], 1e-13);
%! assert (acf.time, 0.05 * 2.5, -eps);
%!test   # MSD = 2 (C(0) - C(k)), by epochs too
%! epoch = sgd_model (sgd.problem, sgd.hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 100);
%! acf = sgd_autocorrelation (epoch, [0, 1, 5, 40]);
%! assert (2 * (acf.theta(1) - acf.theta(2:4)), sgd_msd (epoch, [1, 5, 40]).msd, -1e-9);

%!error <Invalid call> sgd_autocorrelation (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_autocorrelation (1, 1)
%!error <`lags`: expected a numeric matrix, got a cell array> sgd_autocorrelation (model, {1})
%!error id=sgdlangevin:bad_argument sgd_autocorrelation (model, -1)
%!error id=sgdlangevin:bad_argument sgd_autocorrelation (sgd, 1.5)
%!error <`direction`: expected a vector of length 2, got length 3>
%! sgd_autocorrelation (model, 1, "direction", 1:3)
%!error <`modes`: expected true or false> sgd_autocorrelation (model, 1, "modes", 1:2)
%!error <did you mean `direction`> sgd_autocorrelation (model, 1, "directions", w)
%!error id=sgdlangevin:saddle
%! sgd_autocorrelation (sgd_model (sgd_spectrum (-1, "noise", 1), sgd_hyper (0.1)), 1)
