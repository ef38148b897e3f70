## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{objective} =} sgd_softmax (@var{X}, @var{y})
## Softmax regression (multinomial logistic) as an objective, with all derivatives.
##
## @example
## l_i(theta) = -log softmax (W' x_i)_(y_i),   theta = W(:),   W p x classes
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item X
## inputs, N x p, one example a row; full or sparse.  Include a column of ones for an intercept
## @item y
## class of each example: whole numbers 1, 2, @dots{}, or a cell array of strings, classes in the order of
## the alphabet
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_objective"} and the fields @code{dim} = p times
## @code{n_classes}, @code{n_examples}, @code{kind = "softmax"}, @code{X}, @code{y} (counted from 0),
## @code{n_classes}, @code{levels} (the strings).
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: maximum likelihood of the categorical model; adding the same column to all of W changes
## nothing, so that p directions are flat without weight decay.  Cost: a gradient over S examples takes
## 4 S p classes flops, sparse 4 classes per nonzero.
##
## @example
## X = [ones(150, 1), randn(150, 2)];
## y = 1 + (X(:,2) > 0) + (X(:,3) > 0);
## model = sgd_model (sgd_softmax (X, y), sgd_hyper (0.1, 0.9, 1e-3, 16), "dynamics", "sgd");
## run = sgd_simulate (model, 1000, "theta0", zeros (9, 1), "seed", 1);
## @end example
## @seealso{sgd_logistic, sgd_tanh_network, sgd_objective, sgd_quadratic_at}
## @end deftypefn

function objective = sgd_softmax (X, y)
  if (nargin < 2)
    print_usage ();
  endif
  X = __sgdl_inputs__ (X);
  [y, n_classes, levels] = __sgdl_classes__ (y, rows (X));
  objective = __sgdl_data_objective__ ("softmax", X, y, n_classes, levels);
endfunction

%!demo
%! X = [ones(150, 1), randn(150, 2)];
%! y = 1 + (X(:,2) > 0) + (X(:,3) > 0);
%! model = sgd_model (sgd_softmax (X, y), sgd_hyper (0.1, 0.9, 1e-3, 16), "dynamics", "sgd");
%! sgd_plot (sgd_simulate (model, 1000, "theta0", zeros (9, 1), "seed", 1));

%!shared X, y, theta, objective, P, Y
%! X = reshape (sin ((1:60) .^ 1.4), 30, 2);
%! X(abs (X) < 0.3) = 0;
%! y = 1 + mod ((1:30)' * 7, 3);
%! theta = [0.5; -1; 2; 0.1; 0.3; -0.4];
%! objective = sgd_softmax (X, y);
%! scores = exp (X * reshape (theta, 2, 3));
%! P = scores ./ sum (scores, 2);
%! Y = double (y == 1:3);
%!test
%! assert ({objective.type, objective.kind}, {"sgd_objective", "softmax"});
%! assert ([objective.dim, objective.n_examples, objective.n_classes], [6, 30, 3]);
%! assert (objective.y, y - 1);
%! assert (sgd_softmax (X, {"a", "b", "c"}(y)).y, y - 1);
%!test   # what it knows of itself
%! assert (sgd_gradient (objective, theta), (X' * (P - Y) / 30)(:), 1e-14);
%! b = [3, 3, 17];
%! assert (sgd_gradient (objective, theta, b), (X(b,:)' * (P(b,:) - Y(b,:)) / 3)(:), 1e-14);
%! assert (sgd_loss (objective, theta), -mean (log (sum (P .* Y, 2))), 1e-14);
%! G = zeros (30, 6);
%! H = zeros (6);
%! for i = 1:30
%!   G(i,:) = kron (P(i,:) - Y(i,:), X(i,:));
%!   H += kron (diag (P(i,:)) - P(i,:)' * P(i,:), X(i,:)' * X(i,:)) / 30;
%! endfor
%! assert (sgd_hessian_product (objective, theta, eye (6)), H, 1e-14);
%! assert (sgd_gradient_covariance (objective, theta), cov (G, 1), 1e-14);
%!test   # sparse inputs
%! thin = sgd_softmax (sparse (X), y);
%! assert (sgd_gradient (thin, theta, [1, 5]), sgd_gradient (objective, theta, [1, 5]), 1e-14);
%! assert (sgd_loss (thin, theta), sgd_loss (objective, theta), 1e-14);
%! assert (sgd_hessian_product (thin, theta, eye (6)), sgd_hessian_product (objective, theta, eye (6)), 1e-14);

%!error <Invalid call> sgd_softmax (X)
%!error <`X`: expected a numeric matrix> sgd_softmax ("x", 1)
%!error <`y`: expected a vector of length 30, got length 2> sgd_softmax (X, [1, 2])
%!error <`y`\(2\) = 0: expected a class, a whole number from 1> sgd_softmax ([1; 2], [1, 0])
%!error <`y`\(1\) = 1.5: expected a class> sgd_softmax ([1; 2], [1.5, 1])
%!error <`y`\(1\) = NaN: expected a class> sgd_softmax ([1; 2], [NaN, 1])
%!error <`y`: expected at least two classes, got one> sgd_softmax ([1; 2], [1, 1])
%!error <`y`: expected whole numbers from 1 or a cell array of strings> sgd_softmax (X, struct ())
%!error id=sgdlangevin:not_finite sgd_softmax ([1; NaN], [1, 2])
