## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{Sigma} =} sgd_gradient_covariance (@var{objective}, @var{theta})
## Covariance of the gradient of one example at a point: the noise of SGD there.
##
## @example
## Sigma(theta) = (1/N) sum_i (g_i - g)(g_i - g)',   g_i = grad l_i(theta),   g their mean
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item objective
## from sgd_objective, sgd_logistic, sgd_softmax, sgd_tanh_network or sgd_regression
## @item theta
## parameters, vector of d
## @end table
##
## @strong{Value}: d x d.  For the value of sgd_objective: its @code{Sigma}, else that of its function
## @code{covariance}, else from a call of the gradient for each example.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (neither covariance nor examples), @code{sgdlangevin:callback}.
##
## @strong{Source}: a batch of S examples with replacement has Sigma/S.  Cost: N gradients and N d^2 flops.
##
## @example
## Sigma = sgd_gradient_covariance (sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]), [0, 0])
## @end example
## @seealso{sgd_gradient, sgd_quadratic_at}
## @end deftypefn

function Sigma = sgd_gradient_covariance (objective, theta)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_objective__ (objective);
  of_data = ! isfield (objective, "gradient");
  if (! of_data && ! isempty (objective.Sigma))
    Sigma = objective.Sigma;
  elseif (of_data || ! isempty (objective.covariance))
    Sigma = __sgdl__ ("objective_covariance", objective, theta);
  elseif (isempty (objective.n_examples))
    error ("sgdlangevin:unsupported",
           ["`objective` knows no covariance of its gradients: give sgd_objective() `covariance`, ", ...
            "`Sigma` or `n_examples`"]);
  else
    mean_gradient = sgd_gradient (objective, theta);
    Sigma = zeros (objective.dim);
    for i = 1:objective.n_examples
      deviation = sgd_gradient (objective, theta, i) - mean_gradient;
      Sigma += deviation * deviation' / objective.n_examples;
    endfor
  endif
endfunction

%!demo
%! Sigma = sgd_gradient_covariance (sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]), [0, 0])

%!shared X, y, G
%! X = [1, 0; 2, 1; -1, 3];
%! y = (1:3)';
%! G = X .* (X * [1; 2] - y);
%!test
%! assert (sgd_gradient_covariance (sgd_regression (X, y), [1, 2]), cov (G, 1), 1e-14);
%! one_by_one = sgd_objective (@(t, b) X(b,:)' * (X(b,:) * t - y(b)) / numel (b), 2, "n_examples", 3);
%! assert (sgd_gradient_covariance (one_by_one, [1, 2]), cov (G, 1), 1e-14);
%! known = sgd_objective (@(t) t, 2, "covariance", @(t) diag (t));
%! assert (sgd_gradient_covariance (known, [1, 2]), diag ([1, 2]));
%! constant = sgd_objective (@(t) t, 2, "Sigma", [2, 1; 1, 3]);
%! assert (sgd_gradient_covariance (constant, [1, 2]), [2, 1; 1, 3]);

%!error <Invalid call> sgd_gradient_covariance (1)
%!error <`objective`: expected the value of> sgd_gradient_covariance (1, 2)
%!error <knows no covariance of its gradients: give sgd_objective\(\) `covariance`, `Sigma` or `n_examples`>
%! sgd_gradient_covariance (sgd_objective (@(t) t, 2), [1, 2])
%!error <`theta`: expected a vector of length 2> sgd_gradient_covariance (sgd_regression (X, y), 1)
%!error <`covariance \(theta\)`: expected a 2 x 2 matrix, got a double vector of length 2>
%! sgd_gradient_covariance (sgd_objective (@(t) t, 2, "covariance", @(t) t), [1, 2])
