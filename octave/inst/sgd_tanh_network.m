## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{objective} =} sgd_tanh_network (@var{X}, @var{y}, @var{hidden})
## A network with one hidden layer of tanh units as an objective: a non-convex loss with all derivatives.
##
## @example
## f(x) = B' tanh (A' x + a) + b,   l_i = (f(x_i) - y_i)^2 / 2   or   -log softmax (f(x_i))_(y_i)
## theta = [A(:); a; B(:); b],   A p x hidden,   B hidden x outputs
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item X
## inputs, N x p, one example a row; full or sparse
## @item y
## vector of N numbers (one output, squared loss), or a cell array of strings (one output a class, in the
## order of the alphabet)
## @item hidden
## number of hidden units >= 1
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_objective"} and the fields @code{dim} = (p + 1) hidden +
## (hidden + 1) outputs, @code{n_examples}, @code{kind = "tanh_network"}, @code{X}, @code{y} (classes
## counted from 0), @code{n_classes} ([] for numbers), @code{levels} (the strings), @code{hidden}.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## At theta = 0 units are alike and stay so: start sgd_simulate from a random @var{theta0}.
##
## @strong{Source}: backpropagation; Hessian products as in Pearlmutter (1994).  Cost: a gradient over S
## examples takes 4 S dim flops or so.
##
## @example
## x = linspace (-2, 2, 200)';
## model = sgd_model (sgd_tanh_network (x, sin (2 * x), 8), sgd_hyper (0.05, 0.9, 0, 20), "dynamics", "sgd");
## run = sgd_simulate (model, 2000, "theta0", randn (model.dim, 1), "seed", 1);
## @end example
## @seealso{sgd_logistic, sgd_softmax, sgd_objective, sgd_quadratic_at}
## @end deftypefn

function objective = sgd_tanh_network (X, y, hidden)
  if (nargin < 3)
    print_usage ();
  endif
  X = __sgdl_inputs__ (X);
  n_classes = [];
  levels = {};
  if (iscellstr (y))
    [y, n_classes, levels] = __sgdl_classes__ (y, rows (X));
  else
    __sgdl_require_labels__ (y, "numbers");
  endif
  objective = __sgdl_data_objective__ ("tanh_network", X, y, n_classes, levels, hidden);
endfunction

%!demo
%! x = linspace (-2, 2, 200)';
%! model = sgd_model (sgd_tanh_network (x, sin (2 * x), 8), sgd_hyper (0.05, 0.9, 0, 20), "dynamics", "sgd");
%! run = sgd_simulate (model, 2000, "theta0", randn (model.dim, 1), "seed", 1, "record", 10);
%! sgd_plot (run);

%!shared X, y, labels
%! X = reshape (sin ((1:40) .^ 1.4), 20, 2);
%! y = cos ((1:20)');
%! labels = {"a", "b", "c"}(1 + mod ((1:20) * 7, 3));
%!function f = network (X, theta, hidden, outputs)
%!  p = columns (X);
%!  A = reshape (theta(1:p*hidden), p, hidden);
%!  a = theta(p*hidden+(1:hidden))';
%!  B = reshape (theta((p+1)*hidden+(1:hidden*outputs)), hidden, outputs);
%!  b = theta(end-outputs+1:end)';
%!  f = tanh (X * A + a) * B + b;
%!endfunction
%!function l = cross_entropy (f, y)
%!  p = exp (f) ./ sum (exp (f), 2);
%!  l = -mean (log (p(sub2ind (size (p), 1:rows (p), y + 1))));
%!endfunction
%!function check_derivatives (objective, theta)
%!  h = 1e-5;
%!  d = numel (theta);
%!  slope = zeros (d, 1);
%!  H = zeros (d);
%!  for i = 1:d
%!    e = h * ((1:d)' == i);
%!    slope(i) = (sgd_loss (objective, theta + e) - sgd_loss (objective, theta - e)) / (2 * h);
%!    H(:,i) = (sgd_gradient (objective, theta + e) - sgd_gradient (objective, theta - e)) / (2 * h);
%!  endfor
%!  assert (sgd_gradient (objective, theta), slope, 1e-8);
%!  assert (sgd_hessian_product (objective, theta, eye (d)), H, 1e-8);
%!  G = zeros (objective.n_examples, d);
%!  for i = 1:rows (G)
%!    G(i,:) = sgd_gradient (objective, theta, i)';
%!  endfor
%!  assert (sgd_gradient_covariance (objective, theta), cov (G, 1), 1e-13);
%!endfunction
%!test   # numbers
%! objective = sgd_tanh_network (X, y, 3);
%! assert (objective.kind, "tanh_network");
%! assert ([objective.dim, objective.n_examples, objective.hidden], [13, 20, 3]);
%! assert (objective.n_classes, []);
%! theta = sin ((1:13)');
%! assert (sgd_loss (objective, theta), mean ((network (X, theta, 3, 1) - y) .^ 2) / 2, 1e-14);
%! check_derivatives (objective, theta);
%!test   # classes
%! objective = sgd_tanh_network (X, labels, 2);
%! assert ([objective.dim, objective.n_classes], [15, 3]);
%! assert (objective.levels, {"a"; "b"; "c"});
%! theta = cos ((1:15)');
%! assert (sgd_loss (objective, theta), cross_entropy (network (X, theta, 2, 3), objective.y'), 1e-13);
%! check_derivatives (objective, theta);
%!test   # sparse inputs
%! X(abs (X) < 0.4) = 0;
%! theta = sin ((1:13)');
%! thin = sgd_gradient (sgd_tanh_network (sparse (X), y, 3), theta, [2, 9]);
%! assert (thin, sgd_gradient (sgd_tanh_network (X, y, 3), theta, [2, 9]), 1e-14);

%!error <Invalid call> sgd_tanh_network (X, y)
%!error <`hidden` = 0: expected a whole number .= 1> sgd_tanh_network (X, y, 0)
%!error <`hidden`: expected a number> sgd_tanh_network (X, y, "two")
%!error <`X`: expected a numeric matrix> sgd_tanh_network ({}, y, 2)
%!error <`y`: expected a vector of length 20, got length 2> sgd_tanh_network (X, [0, 1], 2)
%!error <`y`: expected numbers or a cell array of strings, got a value of class struct>
%! sgd_tanh_network (X, struct (), 2)
%!error id=sgdlangevin:not_finite sgd_tanh_network (X, [NaN; y(2:end)], 2)
