## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{log_p} =} sgd_log_density (@var{model}, @var{step}, @var{points})
## @deftypefnx {} {@var{log_p} =} sgd_log_density (@dots{}, @var{name}, @var{value}, @dots{})
## Log density of phase-space points at a step on the way to stationarity.
##
## @example
## log p_k(z) = -(z - m(k))' C(k)^-1 (z - m(k))/2 - log det (2 pi C(k))/2,   z = (theta, v)
## @end example
##
## @noindent
## with mean and covariance of sgd_transient.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item step
## a number >= 0; a whole number under dynamics "sgd"
## @item points
## n x 2d, rows (theta, v); or n x d, rows theta with v = 0.  A vector of length 2d or d is
## one point
## @item theta0, v0, start, cov0
## where the process starts, as in sgd_transient
## @end table
##
## @strong{Value}: n x 1, natural logarithms.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (a singular covariance: a sharp start at step 0 or, under "sgd", at step 1;
## directions without noise).
##
## @strong{Source}: arXiv 2107.09133, transition density of the Ornstein-Uhlenbeck process.
## Cost: that of one step of sgd_transient and a Cholesky factorisation of order 2d.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## sgd_log_density (model, 10, [1, 0, 0, 0], "theta0", [1, 1])
## @end example
## @seealso{sgd_transient, sgd_current}
## @end deftypefn

function log_p = sgd_log_density (model, step, points, varargin)
  if (nargin < 3)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  __sgdl_refuse_wide__ (model, "sgd_log_density", "sgd_transient(), the law along the modes");
  opt = __sgdl_options__ ("sgd_log_density",
                          {"theta0", []; "v0", [];
                           "start", {"point", "stationary-velocity", "gaussian", "checkpoint"};
                           "cov0", []}, varargin);
  log_p = __sgdl__ ("log_density", model, step, __sgdl_start__ (model, opt), ...
                    __sgdl_points__ (points, model.dim));
endfunction

%!demo
%! model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
%! sgd_log_density (model, 10, [1, 0, 0, 0; 1, 1, 0, 0], "theta0", [1, 1])

%!shared model, sgd, points
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%! points = [1, 2, 0.1, -0.1; 0.5, 1, 0, 0.2];
%!function log_p = gaussian (path, points)
%!  C = [path.theta, path.cross; path.cross', path.velocity];
%!  z = points - [path.mean_theta', path.mean_velocity'];
%!  log_p = -sum ((z / C) .* z, 2) / 2 - log (det (2 * pi * C)) / 2;
%!endfunction
%!test
%! path = sgd_transient (sgd, 20, [1, -1], "v0", [0.1, 0]);
%! expected = gaussian (path, points);
%! assert (sgd_log_density (sgd, 20, points, "theta0", [1, -1], "v0", [0.1, 0]), expected, -1e-10);
%!test
%! C0 = diag ([1, 2, 3, 4]);
%! path = sgd_transient (model, 0, [1, -1], "start", "gaussian", "cov0", C0);
%! log_p = sgd_log_density (model, 0, points, "theta0", [1, -1], "start", "gaussian", "cov0", C0);
%! assert (log_p, gaussian (path, points), -1e-10);
%!test   # stationary in the end, from the minimiser
%! log_p = sgd_log_density (model, 1e5, points);
%! assert (log_p, sgd_current (model, points).log_density, -1e-10);
%!test   # points without velocity
%! assert (sgd_log_density (sgd, 5, [1, 2]), sgd_log_density (sgd, 5, [1, 2, 0, 0]));

%!error <Invalid call> sgd_log_density (model, 1)
%!error <`model`: expected the value of sgd_model\(\)> sgd_log_density (1, 1, points)
%!error <`step`: expected a number, got a double vector> sgd_log_density (model, [1, 2], points)
%!error <`step> sgd_log_density (model, -1, points)
%!error <`points`: expected 2 columns> sgd_log_density (model, 1, ones (2, 3))
%!error id=sgdlangevin:not_finite sgd_log_density (model, 1, [1, NaN])
%!error id=sgdlangevin:unsupported sgd_log_density (model, 0, points)
%!error id=sgdlangevin:unsupported
%! sgd_log_density (sgd_model (sgd_spectrum ([2, 1], "noise", [1, 0]), sgd.hyper), 5, [1, 1])
%!error <did you mean "gaussian"> sgd_log_density (model, 1, points, "start", "gausian")
%!error <sgd_log_density has no argument `theta`: did you mean `theta0`>
%! sgd_log_density (model, 1, points, "theta", [1, 1])
