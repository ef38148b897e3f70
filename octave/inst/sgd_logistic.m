## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{objective} =} sgd_logistic (@var{X}, @var{y})
## Logistic regression as an objective, with gradient, loss, Hessian products and covariance.
##
## @example
## l_i(theta) = log (1 + exp (x_i' theta)) - y_i x_i' theta,   y_i 0 or 1
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item X
## inputs, N x d, one example a row; full or sparse.  Include a column of ones for an intercept
## @item y
## vector of N: 0 and 1, true and false, or a cell array of strings of two kinds, the second in the order
## of the alphabet being 1
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_objective"} and the fields @code{dim},
## @code{n_examples}, @code{kind = "logistic"}, @code{X}, @code{y} (0 and 1), @code{n_classes} = 2,
## @code{levels} (the strings).
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: maximum likelihood of the Bernoulli model.  Cost: a gradient over S examples takes 4 S d
## flops, sparse 4 per nonzero.
##
## @example
## X = [ones(200, 1), randn(200, 2)];
## y = rand (200, 1) < 1 ./ (1 + exp (-X * [0; 1; -2]));
## model = sgd_model (sgd_logistic (X, y), sgd_hyper (0.1, 0.9, 0, 16), "dynamics", "sgd");
## run = sgd_simulate (model, 1000, "theta0", zeros (3, 1), "seed", 1);
## @end example
## @seealso{sgd_softmax, sgd_tanh_network, sgd_regression, sgd_objective, sgd_quadratic_at}
## @end deftypefn

function objective = sgd_logistic (X, y)
  if (nargin < 2)
    print_usage ();
  endif
  X = __sgdl_inputs__ (X);
  levels = {};
  if (iscellstr (y))
    [y, n_classes, levels] = __sgdl_classes__ (y, rows (X));
    if (n_classes != 2)
      error ("sgdlangevin:bad_argument", "`y`: expected two classes, got %d", n_classes);
    endif
  else
    __sgdl_require_labels__ (y, "0 and 1");
  endif
  objective = __sgdl_data_objective__ ("logistic", X, y, 2, levels);
endfunction

%!demo
%! X = [ones(200, 1), randn(200, 2)];
%! y = rand (200, 1) < 1 ./ (1 + exp (-X * [0; 1; -2]));
%! model = sgd_model (sgd_logistic (X, y), sgd_hyper (0.1, 0.9, 0, 16), "dynamics", "sgd");
%! sgd_plot (sgd_simulate (model, 1000, "theta0", zeros (3, 1), "seed", 1));

%!shared X, y, theta, objective, p
%! X = reshape (sin ((1:60) .^ 1.4), 20, 3);
%! X(abs (X) < 0.3) = 0;
%! y = double (mod ((1:20)' * 7, 11) > 5);
%! theta = [0.5; -1; 2];
%! objective = sgd_logistic (X, y);
%! p = 1 ./ (1 + exp (-X * theta));
%!test
%! assert ({objective.type, objective.kind}, {"sgd_objective", "logistic"});
%! assert ([objective.dim, objective.n_examples, objective.n_classes], [3, 20, 2]);
%! assert (sgd_logistic (X, y == 1).y, y);
%! labels = {"no", "yes"}(y + 1);
%! assert (sgd_logistic (X, labels).y, y);
%!test   # what it knows of itself
%! assert (sgd_gradient (objective, theta), X' * (p - y) / 20, 1e-14);
%! b = [3, 3, 17];
%! assert (sgd_gradient (objective, theta, b), X(b,:)' * (p(b) - y(b)) / 3, 1e-14);
%! assert (sgd_loss (objective, theta), mean (log1p (exp (X * theta)) - y .* (X * theta)), 1e-14);
%! H = X' * (X .* (p .* (1 - p))) / 20;
%! assert (sgd_hessian_product (objective, theta, [1, 0; 2, 1; 3, -1]), H * [1, 0; 2, 1; 3, -1], 1e-13);
%! G = X .* (p - y);
%! assert (sgd_gradient_covariance (objective, theta), cov (G, 1), 1e-13);
%!test   # sparse inputs
%! thin = sgd_logistic (sparse (X), y);
%! assert (issparse (thin.X));
%! assert (sgd_gradient (thin, theta, [1, 5]), sgd_gradient (objective, theta, [1, 5]), 1e-14);
%! assert (sgd_loss (thin, theta), sgd_loss (objective, theta), 1e-14);
%! assert (sgd_hessian_product (thin, theta, [1; 2; 3]), sgd_hessian_product (objective, theta, [1; 2; 3]), 1e-14);
%! assert (sgd_gradient_covariance (thin, theta), sgd_gradient_covariance (objective, theta), 1e-14);
%!test   # no overflow
%! assert (sgd_loss (sgd_logistic (1, 0), 1000), 1000);
%! assert (sgd_loss (sgd_logistic (1, 1), 1000), 0);

%!error <Invalid call> sgd_logistic (X)
%!error <`X`: expected a numeric matrix, got a cell array> sgd_logistic ({1}, 1)
%!error <`X`: expected at least one row and one column, got 0 x 0> sgd_logistic ([], [])
%!error <`y`: expected a vector of length 20, got length 2> sgd_logistic (X, [0, 1])
%!error <`y\[1\]` = 2: expected 0 or 1> sgd_logistic (X, y + 1)
%!error <`y\[1\]` = 0.5: expected 0 or 1> sgd_logistic (X, y / 2)
%!error <`y`: expected 0 and 1 or a cell array of strings, got a value of class struct> sgd_logistic (X, struct ())
%!error <`y`: expected two classes, got 3> sgd_logistic ([1; 2; 3], {"a", "b", "c"})
%!error <`y`: expected at least two classes, got one> sgd_logistic ([1; 2], {"a", "a"})
%!error <`y`: expected a vector of length 20, got length 2> sgd_logistic (X, {"a", "b"})
%!error id=sgdlangevin:not_finite sgd_logistic ([1; NaN], [0, 1])
%!error <`X> sgd_logistic (sparse ([1; Inf]), [0, 1])
