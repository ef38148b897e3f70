## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{problem} =} sgd_regression (@var{X}, @var{y})
## @deftypefnx {} {@var{problem} =} sgd_regression (@var{X}, @var{y}, "gradient_noise", @var{kind})
## Linear regression on data, the problem whose minibatches are real.
##
## @example
## L(theta) = |X theta - y|^2 / (2 N),   H = X'X/N,   b = X'y/N
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item X
## inputs, N x d: one example a row (not copied); full or sparse
## @item y
## targets, vector of N
## @item gradient_noise
## @qcode{"empirical"} (default): covariance of the examples' own gradients at the
## minimiser; @qcode{"homoscedastic"}: residual variance times H, which needs N > d
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_regression"} and the fields @code{dim},
## @code{n_examples}, @code{X}, @code{y}, @code{H} (d x d), @code{b} (d),
## @code{gradient_noise}.  With fewer examples than parameters H is not formed ([]), and
## sgd_model works in the modes that the examples span.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:no_residual}.  @strong{Warning}: @code{sgdlangevin:no_residual} for empirical
## noise with N <= d.
##
## @strong{Source}: arXiv 2107.09133, its linear regression; the empirical covariance is
## (1/N) sum_b x_b x_b' r_b^2 - weight_decay^2 mu mu' with residuals r_b = y_b - x_b' mu.
## Cost: N d^2 flops, memory d^2; 2 N d flops if N < d.  Sparse X stays sparse: moments cost a sparse
## product, and minibatches of sgd_simulate work on the nonzeros.
##
## @example
## X = randn (1000, 3);
## problem = sgd_regression (X, X * [1; 2; 3] + 0.1 * randn (1000, 1));
## @end example
## @seealso{sgd_quadratic, sgd_model, sgd_simulate}
## @end deftypefn

function problem = sgd_regression (X, y, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_regression", {"gradient_noise", {"empirical", "homoscedastic"}}, varargin);
  [H, b] = moments (X, y);
  [N, d] = size (X);
  if (N <= d && strcmp (opt.gradient_noise, "homoscedastic"))
    __sgdl__ ("residual_variance", N, d, 0);
  elseif (N <= d)
    warning ("sgdlangevin:no_residual",
             ["%d examples for %d parameters: the least squares fit is exact, so that only weight decay ", ...
              "leaves residuals, and without it there is no gradient noise"], N, d);
  endif
  problem = struct ("type", "sgd_regression", "dim", d, "n_examples", N,
                    "X", __sgdl_inputs__ (X), "y", full (double (y(:))), "H", H, "b", b,
                    "gradient_noise", opt.gradient_noise);
endfunction

## H ([] with fewer examples than parameters) and b; of sparse inputs by sparse products.
function [H, b] = moments (X, y)
  if (! issparse (X))
    [H, b] = __sgdl__ ("regression_moments", X, y);
    return;
  endif
  X = __sgdl_inputs__ (X);
  __sgdl__ ("check_objective", struct ("type", "sgd_regression", "X", X, "y", y));
  [N, d] = size (X);
  H = [];
  if (N >= d)
    H = full (X' * X) / N;
  endif
  b = full (X' * double (y(:))) / N;
endfunction

%!demo
%! X = randn (1000, 3);
%! problem = sgd_regression (X, X * [1; 2; 3] + 0.1 * randn (1000, 1));
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 10), "dynamics", "sgd");
%! sgd_summary (model)

%!shared X, y
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1];
%! y = [1; 2; 0; -1; 2];
%!test
%! problem = sgd_regression (X, y);
%! assert (problem.H, X' * X / 5, 4*eps);
%! assert (problem.b, X' * y / 5, 4*eps);
%! assert ([problem.n_examples, problem.dim], [5, 2]);
%! assert (problem.gradient_noise, "empirical");
%!test
%! assert (sgd_regression (X, y').b, sgd_regression (X, y).b);
%!test   # sparse inputs
%! problem = sgd_regression (sparse (X), y);
%! assert (issparse (problem.X));
%! assert (problem.H, X' * X / 5, 4*eps);
%! assert (problem.b, X' * y / 5, 4*eps);
%! for kind = {"empirical", "homoscedastic"}
%!   hyper = sgd_hyper (0.05, 0.9, 0.01, 2);
%!   thin = sgd_model (sgd_regression (sparse (X), y, "gradient_noise", kind{1}), hyper);
%!   full_one = sgd_model (sgd_regression (X, y, "gradient_noise", kind{1}), hyper);
%!   assert (thin.minimiser, full_one.minimiser, 1e-14);
%!   assert (thin.gradient_noise, full_one.gradient_noise, 1e-14);
%! endfor
%!test
%! warning ("off", "sgdlangevin:no_residual", "local");
%! few = sgd_model (sgd_regression (sparse (X'), [1, 2]), sgd_hyper (0.05, 0.9, 0.01, 2));
%! same = sgd_model (sgd_regression (X', [1, 2]), sgd_hyper (0.05, 0.9, 0.01, 2));
%! assert (few.eigenvalues, same.eigenvalues, 1e-14);
%!warning <2 examples for 2 parameters> sgd_regression (X(1:2,:), y(1:2));
%!warning id=sgdlangevin:no_residual sgd_regression (X(1:2,:), y(1:2));

%!error <Invalid call> sgd_regression (X)
%!error <`X`: expected a numeric matrix, got a cell array> sgd_regression ({1}, 1)
%!error <`X`: expected at least one row and one column> sgd_regression ([], [])
%!error <`y`: expected a vector of length 5, got length 4> sgd_regression (X, y(1:4))
%!error id=sgdlangevin:not_finite sgd_regression ([X; NaN, 1], [y; 1])
%!error id=sgdlangevin:not_finite sgd_regression (sparse ([X; NaN, 1]), [y; 1])
%!error <`y`: expected a vector of length 5, got length 4> sgd_regression (sparse (X), y(1:4))
%!error <`X`: expected a numeric matrix, got a complex> sgd_regression (sparse (1i * X), y)
%!error <`X`: expected at least one row and one column> sgd_regression (sparse (0, 2), [])
%!error <`X> sgd_regression ([X; NaN, 1], [y; 1])
%!error <`y> sgd_regression (X, [y(1:4); Inf])
%!error id=sgdlangevin:no_residual sgd_regression (X(1:2,:), y(1:2), "gradient_noise", "homoscedastic")
%!error <did you mean "empirical"> sgd_regression (X, y, "gradient_noise", "empircal")
%!error <did you mean `gradient_noise`> sgd_regression (X, y, "gradient", "empirical")
