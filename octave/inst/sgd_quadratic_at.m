## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{problem} =} sgd_quadratic_at (@var{objective}, @var{theta})
## The quadratic problem that an objective is at a point: from simulations of it to the theory.
##
## @example
## H = Hessian at theta,   b = H theta - gradient at theta,   Sigma = covariance of the gradients at theta
## @end example
##
## @noindent
## Gradients of the two agree at theta and to first order around it; the minimiser is where the quadratic
## has it, theta itself where that is the minimiser (with weight decay) of the objective.
##
## @strong{Arguments}
##
## @table @var
## @item objective
## from sgd_objective (with @code{hvp}), sgd_logistic, sgd_softmax, sgd_tanh_network or sgd_regression
## @item theta
## parameters, vector of d: best a minimum
## @end table
##
## @strong{Value}: as of sgd_quadratic.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (no Hessian products, no covariance), @code{sgdlangevin:callback}.
##
## @strong{Source}: arXiv 2107.09133 models SGD near a minimum so.  Cost: d Hessian products, N d^2 flops,
## one Cholesky factorisation.
##
## @example
## objective = sgd_logistic ([1, 0; 1, 2; 1, -1; 1, 1], [0, 1, 1, 0]);
## problem = sgd_quadratic_at (objective, [0, 0.1]);
## model = sgd_model (problem, sgd_hyper (0.1, 0.9, 0, 2));
## @end example
## @seealso{sgd_quadratic, sgd_objective, sgd_gradient_covariance}
## @end deftypefn

function problem = sgd_quadratic_at (objective, theta)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_objective__ (objective);
  H = sgd_hessian_product (objective, theta, eye (objective.dim));
  b = sgd_hessian_product (objective, theta, double (theta(:))) - sgd_gradient (objective, theta);
  Sigma = sgd_gradient_covariance (objective, theta);
  problem = sgd_quadratic ((H + H') / 2, "b", b, "Sigma", (Sigma + Sigma') / 2);
endfunction

%!demo
%! X = [ones(500, 1), randn(500, 1)];
%! objective = sgd_logistic (X, rand (500, 1) < 1 ./ (1 + exp (-X * [0.5; 1])));
%! hyper = sgd_hyper (0.5, 0.9, 0.01, 16);
%! run = sgd_simulate (sgd_model (objective, hyper, "dynamics", "sgd"), 20000, "theta0", [0, 0], "seed", 1);
%! model = sgd_model (sgd_quadratic_at (objective, mean (run.theta(1000:end,:))), hyper, "dynamics", "sgd");
%! measured = msd (run.theta(1000:end,:));
%! sgd_plot (measured, "theory", sgd_msd (model, measured.lag));

%!test   # a regression is its own quadratic
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1];
%! regression = sgd_regression (X, [1; 2; 0; -1; 2]);
%! problem = sgd_quadratic_at (regression, [0.3, -0.2]);
%! assert (problem.H, regression.H, 1e-14);
%! assert (problem.b, regression.b, 1e-14);
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 2);
%! model = sgd_model (regression, hyper);
%! same = sgd_model (sgd_quadratic_at (regression, model.minimiser), hyper);
%! assert (sgd_stationary (same).theta, sgd_stationary (model).theta, 1e-12);
%!test   # at a minimum of a logistic loss the minimiser stays
%! X = reshape (sin ((1:40) .^ 1.4), 20, 2);
%! objective = sgd_logistic (X, mod ((1:20) * 7, 11) > 5);
%! theta = zeros (2, 1);
%! for k = 1:20
%!   H = sgd_hessian_product (objective, theta, eye (2)) + 0.1 * eye (2);
%!   theta -= H \ (sgd_gradient (objective, theta) + 0.1 * theta);
%! endfor
%! model = sgd_model (sgd_quadratic_at (objective, theta), sgd_hyper (0.05, 0.9, 0.1, 4));
%! assert (model.minimiser, theta, 1e-12);

%!error <Invalid call> sgd_quadratic_at (1)
%!error <`objective`: expected the value of> sgd_quadratic_at (1, 2)
%!error <`objective` knows no Hessian products> sgd_quadratic_at (sgd_objective (@(t) t, 2), [1, 2])
%!error <knows no covariance> sgd_quadratic_at (sgd_objective (@(t) t, 2, "hvp", @(t, V) V), [1, 2])
%!error <`theta`: expected a vector of length 2> sgd_quadratic_at (sgd_objective (@(t) t, 2, "hvp", @(t, V) V), 1)
