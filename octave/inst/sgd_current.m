## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{flow} =} sgd_current (@var{model}, @var{points})
## Stationary probability current of the Langevin equation at given points.
##
## @example
## J(z) = -Q U z p(z),   z = (theta - minimiser, v)
## @end example
##
## @noindent
## with U and Q of sgd_modified_loss and the stationary density p.  The current is
## divergence-free: it turns along the level sets of the modified loss.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model with dynamics "langevin"
## @item points
## n x 2d, rows (theta, v); or n x d, rows theta with v = 0.  A vector of length 2d or d is
## one point
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_current"} and
##
## @table @code
## @item current
## J, n x 2d, probability per unit time lr x steps
## @item drift
## -Q U z, n x 2d
## @item log_density
## log p, n x 1
## @end table
##
## @strong{Errors}: @code{sgdlangevin:unsupported} (dynamics "sgd", or noise that does not
## reach every direction), @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:flat},
## @code{sgdlangevin:saddle}.
##
## @strong{Source}: arXiv 2107.09133, probability currents.  Cost: that of
## sgd_modified_loss, and n d^2.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## sgd_current (model, [1, 0, 0, 0]).drift
## @end example
## @seealso{sgd_modified_loss, sgd_modified_loss_section}
## @end deftypefn

function flow = sgd_current (model, points)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  __sgdl_refuse_wide__ (model, "sgd_current", "sgd_quadratic() with H = X'X/N if d is small");
  loss = sgd_modified_loss (model);
  [current, drift, log_density] = __sgdl__ ("current", loss.U, loss.Q, loss.inverse_temperature,
                                            loss.minimiser, __sgdl_points__ (points, loss.dim));
  flow = struct ("type", "sgd_current", "current", current, "drift", drift, "log_density", log_density);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
%! sgd_current (model, [1, 0, 0, 0; 0, 0, 1, 0]).drift

%!shared model, loss, z
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32));
%! loss = sgd_modified_loss (model);
%! z = [1, 2, 3, 4; 0, 1, 0, -1];
%!test
%! flow = sgd_current (model, z);
%! deviation = z - [loss.minimiser', 0, 0];
%! assert (flow.drift, -deviation * loss.U * loss.Q', 1e-12 * norm (flow.drift));
%! C = inv (loss.U) / loss.inverse_temperature;
%! log_p = -sum ((deviation / C) .* deviation, 2) / 2 - log (det (2 * pi * C)) / 2;
%! assert (flow.log_density, log_p, -1e-11);
%! assert (flow.current, flow.drift .* exp (flow.log_density), 1e-13 * norm (flow.current));
%!test   # noise sigma2 H: the current is Hamilton's
%! hyper = sgd_hyper (0.1, 0.5);
%! flow = sgd_current (sgd_model (sgd_quadratic (2, "sigma2", 3), hyper), [1, 0.5]);
%! assert (flow.drift, [0.5, -2 / hyper.mass], 1e-13);
%!error <Invalid call> sgd_current (model)
%!error <sgd_current: not for a regression with fewer examples than parameters \(2 for 3\)>
%! warning ("off", "sgdlangevin:no_residual", "local");
%! wide = sgd_model (sgd_regression ([1, 2, 0; 0, 1, 1], [1; 2]), sgd_hyper (0.05, 0.9, 0.1));
%! sgd_current (wide, zeros (1, 6))
%!error <`model`: expected the value of sgd_model\(\)> sgd_current (loss, z)
%!error <`points`: expected 2 columns> sgd_current (model, ones (2, 3))
%!error id=sgdlangevin:not_finite sgd_current (model, [1, Inf])
%!error id=sgdlangevin:unsupported
%! sgd_current (sgd_model (sgd_spectrum ([2, 1], "noise", [1, 0]), model.hyper), [1, 1])
%!error id=sgdlangevin:unsupported sgd_current (sgd_model (model.problem, model.hyper, "dynamics", "sgd"), z)
