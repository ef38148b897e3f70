## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{path} =} sgd_transient (@var{model}, @var{steps}, @var{theta0})
## @deftypefnx {} {@var{path} =} sgd_transient (@dots{}, "v0", @var{v0}, "covariance", @var{kind})
## Mean and covariance of (theta, v) on the way from initialisation to stationarity.
##
## @example
## m(k) = E(k) m(0),   C(k) = sum of the noise of k steps, each carried on by E
## @end example
##
## @noindent
## with E(k) = exp (-A lr k) of the Langevin equation or F^k of the recursion.  No
## stationary value is subtracted, so flat modes and saddles are as exact as others.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item steps
## vector of n numbers >= 0; whole numbers under dynamics "sgd"
## @item theta0
## initial parameters, vector of d
## @item v0
## initial velocity, vector of d; default 0
## @item covariance
## @qcode{"full"} (default), @qcode{"diagonal"}, @qcode{"trace"} or @qcode{"none"}
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_transient"} and
##
## @table @code
## @item step, time
## n x 1; time = lr x step
## @item mean_theta, mean_velocity
## d x n
## @item theta, velocity, cross
## cov(theta), cov(v), cov(theta, v): d x d x n, d x n (the diagonals), n x 1 (the traces) or
## [], by @var{covariance}
## @item covariance
## the kind
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported}.
##
## @strong{Source}: arXiv 2107.09133, transition density of the Ornstein-Uhlenbeck process.
## Cost of one step: O(d^2 log k) and six d x d products for "full".
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## sgd_transient (model, [1, 10, 100], [1, -1], "covariance", "trace").theta
## @end example
## @seealso{sgd_stationary, sgd_msd, sgd_simulate}
## @end deftypefn

function path = sgd_transient (model, steps, theta0, varargin)
  if (nargin < 3)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  opt = __sgdl_options__ ("sgd_transient",
                          {"v0", []; "covariance", {"full", "diagonal", "trace", "none"}}, varargin);
  [mean_theta, mean_velocity, theta, velocity, cross] = ...
    __sgdl__ ("transient", model, steps, theta0, opt.v0, opt.covariance);
  step = double (steps(:));
  path = struct ("type", "sgd_transient", "step", step, "time", model.hyper.lr * step,
                 "mean_theta", mean_theta, "mean_velocity", mean_velocity, "theta", theta,
                 "velocity", velocity, "cross", cross, "covariance", opt.covariance);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9, 0, 32));
%! path = sgd_transient (model, 0:200, [1, -1], "covariance", "trace");
%! plot (path.step, path.mean_theta);
%! xlabel ("step");
%! ylabel ("mean of the parameters");

%!shared H, Sigma, hyper, model, sgd
%! H = [2, 0.3; 0.3, 1];
%! Sigma = [1, 0.4; 0.4, 2];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (sgd_quadratic (H, "b", [1, 0], "Sigma", Sigma), hyper);
%! sgd = sgd_model (sgd_quadratic (H, "b", [1, 0], "Sigma", Sigma), hyper, "dynamics", "sgd");
%!test   # the recursion, step by step
%! K = H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! G = [0.05*eye(2); eye(2)];
%! mu = [K \ [1; 0]; 0; 0];
%! z = [1; -1; 0.5; 0] - mu;
%! C = zeros (4);
%! for k = 1:7
%!   z = F * z;
%!   C = F * C * F' + G * Sigma / 32 * G';
%! endfor
%! path = sgd_transient (sgd, [7, 0], [1, -1], "v0", [0.5, 0]);
%! assert ([path.mean_theta(:,1); path.mean_velocity(:,1)], z + mu, 1e-14);
%! cross = path.cross(:,:,1);
%! assert ([path.theta(:,:,1), cross; cross', path.velocity(:,:,1)], C, 1e-14 * norm (C));
%! assert (path.mean_theta(:,2), [1; -1], 1e-15);
%! assert (path.theta(:,:,2), zeros (2));
%! assert (path.step, [7; 0]);
%!test   # Langevin: matrix exponential, and the stationary state in the end
%! a = 1 / hyper.mass;
%! A = [zeros(2), -eye(2); a*(H + 0.01*eye (2)), hyper.damping*eye(2)];
%! mu = [model.minimiser; 0; 0];
%! path = sgd_transient (model, [2.5, 1e5], [1, -1]);
%! mean_z = expm (-A * 0.05 * 2.5) * ([1; -1; 0; 0] - mu) + mu;
%! assert ([path.mean_theta(:,1); path.mean_velocity(:,1)], mean_z, 1e-13);
%! assert (path.theta(:,:,2), sgd_stationary (model).theta, 1e-16);
%! assert (path.time, 0.05 * [2.5; 1e5], -eps);
%!test   # kinds of covariance agree
%! full = sgd_transient (model, [3, 40], [1, -1]);
%! diagonal = sgd_transient (model, [3, 40], [1, -1], "covariance", "diagonal");
%! traces = sgd_transient (model, [3, 40], [1, -1], "covariance", "trace");
%! none = sgd_transient (model, [3, 40], [1, -1], "covariance", "none");
%! assert (diagonal.theta, [diag(full.theta(:,:,1)), diag(full.theta(:,:,2))], 1e-15);
%! assert (diagonal.cross, [diag(full.cross(:,:,1)), diag(full.cross(:,:,2))], 1e-15);
%! assert (traces.velocity, sum (diagonal.velocity)', 1e-15);
%! assert (none.theta, []);
%! assert (none.mean_theta, full.mean_theta);

%!error <Invalid call> sgd_transient (model, 1)
%!error <`steps`: expected a numeric vector, got a cell array> sgd_transient (model, {1}, [1, 1])
%!error <`steps> sgd_transient (model, -1, [1, 1])
%!error <`steps> sgd_transient (sgd, 1.5, [1, 1])
%!error <`theta0`: expected a vector of length 2, got length 3> sgd_transient (model, 1, 1:3)
%!error id=sgdlangevin:not_finite sgd_transient (model, 1, [1, NaN])
%!error <`v0`: expected a vector of length 2> sgd_transient (model, 1, [1, 1], "v0", 1)
%!error <`covariance` = "diagnal": .* did you mean "diagonal">
%! sgd_transient (model, 1, [1, 1], "covariance", "diagnal")
%!error <sgd_transient has no argument `v`: did you mean `v0`> sgd_transient (model, 1, [1, 1], "v", [1, 1])
%!error id=sgdlangevin:unsupported
%! sgd_transient (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "decompose", false), 1, [1, 1])
%!error <make it with decompose = true>
%! sgd_transient (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "decompose", false), 1, [1, 1])
