## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{problem} =} sgd_examples (@var{H}, @var{gradients}, @var{hessian_factors})
## @deftypefnx {} {@var{problem} =} sgd_examples (@dots{}, "minimiser", @var{mu})
## Any loss near its minimiser, by the gradients and Hessians of its examples there.
##
## @example
## gradient of example i at theta:   g_i + H_i (theta - mu),   H = E_i[H_i],   E_i[g_i] + weight_decay mu = 0
## @end example
##
## @noindent
## which is what the theory of weight-dependent noise needs: sgd_model with noise
## "multiplicative".
##
## @strong{Arguments}
##
## @table @var
## @item H
## Hessian of the loss, d x d: the mean of the Hessians of the examples
## @item gradients
## N x d: gradient of each example at the minimiser, without weight decay
## @item hessian_factors
## N x d matrix F with H_i = F(i,:)' F(i,:); N x d x rank array, H_i the sum of these over
## the rank (softmax of c classes: rank c - 1); or a function of a matrix W, N x d or 1 x d,
## that returns the N rows H_i w_i of the rows w_i of W, or of its only row
## @item minimiser
## mu, of the loss with weight decay, vector of d; default 0
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_examples"} and the fields @code{dim},
## @code{n_examples}, @code{H}, @code{gradients}, @code{hessian_factors}, @code{minimiser}.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:not_symmetric}.  That the gradients average to 0 and the factors to H is checked when
## they are used.
##
## @strong{Source}: ours, beyond arXiv 2107.09133.  Cost: none.
##
## @example
## X = randn (200, 3);
## y = X * [1; 2; 3] + randn (200, 1);
## mu = X \ y;
## problem = sgd_examples (X' * X / 200, (X * mu - y) .* X, X, "minimiser", mu);
## @end example
## @seealso{sgd_regression, sgd_model, sgd_msd}
## @end deftypefn

function problem = sgd_examples (H, gradients, hessian_factors, varargin)
  if (nargin < 3)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_examples", {"minimiser", []}, varargin);
  [H, gradients, minimiser] = __sgdl__ ("check_examples", H, gradients, hessian_factors, opt.minimiser);
  if (! is_function_handle (hessian_factors))
    hessian_factors = full (double (hessian_factors));
  endif
  problem = struct ("type", "sgd_examples", "dim", columns (gradients), "n_examples", rows (gradients),
                    "H", H, "gradients", gradients, "hessian_factors", hessian_factors,
                    "minimiser", minimiser);
endfunction

%!demo
%! X = randn (200, 3);
%! y = X * [1; 2; 3] + randn (200, 1);
%! mu = X \ y;
%! problem = sgd_examples (X' * X / 200, (X * mu - y) .* X, X, "minimiser", mu);
%! model = sgd_model (problem, sgd_hyper (0.02, 0.9, 0, 10), "dynamics", "sgd", "noise", "multiplicative");
%! sgd_summary (model)

%!shared X, y, hyper, mu, H, gradients, options, regression
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! y = [1; 2; 0; -1; 2; 0.3; 1; 0.5];
%! hyper = sgd_hyper (0.02, 0.5, 0.01, 4);
%! options = {"dynamics", "sgd", "noise", "multiplicative"};
%! regression = sgd_model (sgd_regression (X, y), hyper, options{:});
%! mu = regression.minimiser;
%! H = regression.problem.H;
%! gradients = (X * mu - y) .* X;
%!test
%! problem = sgd_examples (H, gradients, X);
%! assert ([problem.dim, problem.n_examples], [2, 8]);
%! assert (problem.minimiser, [0; 0]);
%! assert (sgd_examples (single (H), gradients, single (X)).hessian_factors, X);
%!test   # a regression given by its examples
%! model = sgd_model (sgd_examples (H, gradients, X, "minimiser", mu), hyper, options{:});
%! assert (model.minimiser, mu);
%! assert (model.n_examples, 8);
%! noise = regression.multiplicative.constant_noise;
%! assert (model.multiplicative.constant_noise, noise, 1e-12 * norm (noise));
%! assert (model.gradient_noise, regression.gradient_noise, 1e-9 * norm (noise));
%! state = sgd_stationary (model);
%! assert (state.trace.theta, sgd_stationary (regression).trace.theta, -1e-9);
%!test   # Hessian products by a function, and factors of rank 2
%! products = @(W) X .* sum (X .* W, 2);
%! model = sgd_model (sgd_examples (H, gradients, products, "minimiser", mu), hyper, options{:});
%! assert (model.gradient_noise, regression.gradient_noise, 1e-9 * norm (regression.gradient_noise));
%! halves = cat (3, 0.6 * X, 0.8 * X);
%! model = sgd_model (sgd_examples (H, gradients, halves, "minimiser", mu), hyper, options{:});
%! assert (model.gradient_noise, regression.gradient_noise, 1e-9 * norm (regression.gradient_noise));

%!error <Invalid call> sgd_examples (H, gradients)
%!error <`H`: expected a square matrix> sgd_examples (ones (2, 3), gradients, X)
%!error id=sgdlangevin:not_symmetric sgd_examples ([1, 2; 3, 4], gradients, X)
%!error <`gradients`: expected a row of 2 numbers for each example, got a 2 x 8 matrix>
%! sgd_examples (H, gradients', X)
%!error id=sgdlangevin:not_finite sgd_examples (H, gradients * NaN, X)
%!error <`hessian_factors`: expected a 8 x 2 matrix or 8 x 2 x rank array, got a 2 x 8 double array>
%! sgd_examples (H, gradients, X')
%!error <`hessian_factors`: expected a numeric array, got a cell array> sgd_examples (H, gradients, {1})
%!error <`minimiser`: expected a vector of length 2> sgd_examples (H, gradients, X, "minimiser", 1)
%!error <did you mean `minimiser`> sgd_examples (H, gradients, X, "minimizer", [1, 1])
%!error <`gradient`> sgd_model (sgd_examples (H, gradients + 1, X, "minimiser", mu), hyper, options{:})
%!error <`factor`> sgd_model (sgd_examples (H, gradients, 2 * X, "minimiser", mu), hyper, options{:})
%!error <`hessian_factors \(W\)`: expected a 8 x 2 matrix, got 1 x 2>
%! sgd_model (sgd_examples (H, gradients, @(W) [1, 2], "minimiser", mu), hyper, options{:})
%!error <no such luck>
%! sgd_model (sgd_examples (H, gradients, @(W) error ("no such luck"), "minimiser", mu), hyper, options{:})
%!error <`n_examples` = 3: expected 8, the rows of gradients>
%! sgd_model (sgd_examples (H, gradients, X), hyper, "n_examples", 3)
