## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{path} =} sgd_transient (@var{model}, @var{steps}, @var{theta0})
## @deftypefnx {} {@var{path} =} sgd_transient (@var{model}, @var{steps})
## @deftypefnx {} {@var{path} =} sgd_transient (@dots{}, @var{name}, @var{value}, @dots{})
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
## initial parameters, vector of d; default the minimiser
## @item v0
## initial velocity, vector of d; default 0
## @item start
## @qcode{"point"} (default): (theta0, v0); @qcode{"stationary-velocity"}: theta0 and a velocity of
## the stationary law; @qcode{"gaussian"}: mean (theta0, v0), covariance @var{cov0};
## @qcode{"checkpoint"}: the stationary law at epoch ends
## @item cov0
## covariance of (theta, v) at the start, 2d x 2d, for start "gaussian"
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
## @item covariance, start
## as asked for
## @item coordinates
## "modes" for a regression with fewer examples than parameters, else "parameters"
## @end table
##
## From all starts but "checkpoint" step 0 begins an epoch.  With noise "multiplicative",
## dynamics "sgd" and a sharp point as start the exact noise along the way is used, which grows with the
## distance of the mean from the minimiser; exact for regression.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:not_psd} (cov0), @code{sgdlangevin:unsupported}.
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

function path = sgd_transient (model, steps, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  if (numel (varargin) > 0 && ! ischar (varargin{1}))
    varargin = [{"theta0"}, varargin];
  endif
  opt = __sgdl_options__ ("sgd_transient",
                          {"theta0", []; "v0", []; "covariance", {"full", "diagonal", "trace", "none"};
                           "start", {"point", "stationary-velocity", "gaussian", "checkpoint"};
                           "cov0", []}, varargin);
  exact = ! isempty (model.multiplicative) && strcmp (model.dynamics, "sgd") && strcmp (opt.start, "point");
  if (exact)
    [mean_theta, mean_velocity, theta, velocity, cross] = multiplicative_transient (model, steps, opt);
  else
    [~, on_device] = __sgdl_device__ (model);
    [mean_theta, mean_velocity, theta, velocity, cross] = ...
      __sgdl__ ("transient", model, steps, __sgdl_start__ (model, opt), opt.covariance);
  endif
  step = double (steps(:));
  path = struct ("type", "sgd_transient", "step", step, "time", model.hyper.lr * step,
                 "mean_theta", mean_theta, "mean_velocity", mean_velocity, "theta", theta,
                 "velocity", velocity, "cross", cross, "covariance", opt.covariance,
                 "start", opt.start, "coordinates", {"parameters", "modes"}{2 - isempty(model.rank)});
endfunction

## The core takes ascending steps and gives whole covariances.
function [mean_theta, mean_velocity, theta, velocity, cross] = multiplicative_transient (model, steps, opt)
  [ascending, ~, place] = unique (double (steps(:)));
  [mean_theta, mean_velocity, theta, velocity, cross] = ...
    __sgdl__ ("multiplicative_transient", model, ascending, __sgdl_start__ (model, opt),
              ! strcmp (opt.covariance, "none"));
  mean_theta = mean_theta(:,place);
  mean_velocity = mean_velocity(:,place);
  theta = as_kind (theta, place, opt.covariance);
  velocity = as_kind (velocity, place, opt.covariance);
  cross = as_kind (cross, place, opt.covariance);
endfunction

function block = as_kind (full, place, kind)
  if (strcmp (kind, "none"))
    block = [];
    return;
  endif
  full = full(:,:,place);
  if (strcmp (kind, "full"))
    block = full;
    return;
  endif
  d = rows (full);
  block = reshape (full, d^2, [])(1:d+1:d^2,:);
  if (strcmp (kind, "trace"))
    block = sum (block, 1)';
  endif
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

%!test   # starts: the default is the minimiser at rest
%! path = sgd_transient (sgd, 3);
%! assert (path.mean_theta, sgd.minimiser, 1e-14);
%! assert (path.start, "point");
%! assert (sgd_transient (sgd, 3, "theta0", [1, -1]).mean_theta, sgd_transient (sgd, 3, [1, -1]).mean_theta);
%!test   # from a Gaussian: F C0 F' + noise
%! K = H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! G = [0.05*eye(2); eye(2)];
%! C0 = [2, 0.5, 0, 0.1; 0.5, 1, 0.2, 0; 0, 0.2, 1, 0; 0.1, 0, 0, 3];
%! path = sgd_transient (sgd, 1, [1, -1], "start", "gaussian", "cov0", C0);
%! C = F * C0 * F' + G * Sigma / 32 * G';
%! assert ([path.theta, path.cross; path.cross', path.velocity], C, 1e-14 * norm (C));
%!test   # stationary velocity, and stationary at epoch ends
%! state = sgd_stationary (sgd);
%! path = sgd_transient (sgd, 0, [1, -1], "start", "stationary-velocity");
%! assert (path.velocity, state.velocity, 1e-14);
%! assert (path.theta, zeros (2));
%! epoch = sgd_model (sgd.problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 100);
%! path = sgd_transient (epoch, [0, 3], "start", "checkpoint");
%! assert (path.theta(:,:,1), sgd_stationary (epoch, "phase", 0).theta, 1e-15);
%! assert (path.theta(:,:,2), sgd_stationary (epoch, "phase", 3).theta, 1e-15);

%!test   # weight-dependent noise on the way, from the definition
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! y = [1; 2; 0; -1; 2; 0.3; 1; 0.5];
%! few = sgd_hyper (0.02, 0.5, 0.01, 2);
%! noisy = sgd_model (sgd_regression (X, y), few, "dynamics", "sgd", "noise", "multiplicative");
%! K = noisy.problem.H + 0.01 * eye (2);
%! F = [eye(2) - 0.02*K, 0.02*0.5*eye(2); -K, 0.5*eye(2)];
%! G = [0.02*eye(2); eye(2)];
%! mu = noisy.minimiser;
%! z = [3; -2; 0.5; 0] - [mu; 0; 0];
%! C = zeros (4);
%! for k = 1:5
%!   gradients = X .* (X * (z(1:2) + mu) - y) + 0.01 * (z(1:2) + mu)';
%!   spread = (X .* sum ((X * C(1:2,1:2)) .* X, 2))' * X / 8;
%!   H = noisy.problem.H;
%!   mean_gradient = K * z(1:2);
%!   Sigma = gradients' * gradients / 8 - mean_gradient * mean_gradient' + spread - H * C(1:2,1:2) * H;
%!   z = F * z;
%!   C = F * C * F' + G * Sigma / 2 * G';
%! endfor
%! path = sgd_transient (noisy, [5, 0, 5], [3, -2], "v0", [0.5, 0]);
%! cross = path.cross(:,:,1);
%! assert ([path.mean_theta(:,1); path.mean_velocity(:,1)], z + [mu; 0; 0], 1e-12);
%! assert ([path.theta(:,:,1), cross; cross', path.velocity(:,:,1)], C, 1e-11 * norm (C));
%! assert (path.theta(:,:,3), path.theta(:,:,1));
%! diagonal = sgd_transient (noisy, [5, 0], [3, -2], "v0", [0.5, 0], "covariance", "diagonal");
%! assert (diagonal.velocity, [diag(path.velocity(:,:,1)), zeros(2, 1)]);
%! traces = sgd_transient (noisy, [5, 0], [3, -2], "v0", [0.5, 0], "covariance", "trace");
%! assert (traces.cross, [trace(cross); 0], 1e-13);
%! none = sgd_transient (noisy, 5, [3, -2], "v0", [0.5, 0], "covariance", "none");
%! assert (none.theta, []);
%! assert (none.mean_theta, path.mean_theta(:,1));

%!error <Invalid call> sgd_transient (model)
%!error <`start` = "points": .* did you mean "point"> sgd_transient (model, 1, [1, 1], "start", "points")
%!error <`cov0`: expected a 4 x 4 covariance of \(theta, v\) with start = "gaussian">
%! sgd_transient (model, 1, [1, 1], "start", "gaussian")
%!error <`cov0`: expected a 4 x 4 covariance> sgd_transient (model, 1, [1, 1], "cov0", eye (4))
%!error <`cov0`: expected a 4 x 4 matrix, got 2 x 2>
%! sgd_transient (model, 1, [1, 1], "start", "gaussian", "cov0", eye (2))
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
