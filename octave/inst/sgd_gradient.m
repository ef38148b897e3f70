## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{g} =} sgd_gradient (@var{objective}, @var{theta})
## @deftypefnx {} {@var{g} =} sgd_gradient (@var{objective}, @var{theta}, @var{batch})
## Gradient of an objective or a regression, over all examples or over a batch.
##
## @example
## g = mean of grad l_i(theta) over i in batch
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item objective
## from sgd_objective, sgd_logistic, sgd_softmax, sgd_tanh_network or sgd_regression
## @item theta
## parameters, vector of d
## @item batch
## examples counted from 1, repeats allowed; default all
## @end table
##
## @strong{Value}: d x 1, without weight decay: what sgd_simulate uses.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:callback} (the function gave something unusable); errors of the function itself as they
## are.
##
## @strong{Source}: none.  Cost: one gradient, and for built-in objectives one pass over the data.
##
## @example
## objective = sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]);
## sgd_gradient (objective, [0, 0], [1, 3])
## @end example
## @seealso{sgd_batch, sgd_loss, sgd_hessian_product, sgd_simulate}
## @end deftypefn

function g = sgd_gradient (objective, theta, batch = [])
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_objective__ (objective);
  g = __sgdl__ ("objective_gradient", objective, theta, batch);
endfunction

%!demo
%! objective = sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]);
%! sgd_gradient (objective, [0, 0], [1, 3])

%!shared X, y, regression
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1];
%! y = [1; 2; 0; -1; 2];
%! regression = sgd_regression (X, y);
%!test
%! assert (sgd_gradient (regression, [1, 2]), X' * (X * [1; 2] - y) / 5, 1e-15);
%! b = [4, 2];
%! assert (sgd_gradient (regression, [1, 2], b), X(b,:)' * (X(b,:) * [1; 2] - y(b)) / 2, 1e-15);
%!test   # functions see columns and rows
%! seen = sgd_objective (@(theta, batch) [columns(theta); rows(batch); numel(batch)], 3, "n_examples", 7);
%! assert (sgd_gradient (seen, 1:3, [2; 2]), [1; 1; 2]);
%! assert (sgd_gradient (seen, 1:3), [1; 1; 7]);
%! assert (sgd_gradient (sgd_objective (@(theta) theta', 2), [3, 4]), [3; 4]);

%!error <Invalid call> sgd_gradient (regression)
%!error <`objective`: expected the value of sgd_objective\(\), sgd_logistic\(\).* or sgd_regression\(\), got a number>
%! sgd_gradient (1, 2)
%!error <`theta`: expected a vector of length 2, got length 3> sgd_gradient (regression, 1:3)
%!error <`theta`\(2\) = nan: expected a finite number> sgd_gradient (regression, [1, NaN])
%!error <`batch`\(2\) = 6: expected a whole number from 1 to 5> sgd_gradient (regression, [1, 2], [1, 6])
%!error <`batch`\(1\) = 1.5: expected a whole number> sgd_gradient (regression, [1, 2], 1.5)
%!error <`batch`: expected none, for an objective without examples>
%! sgd_gradient (sgd_objective (@(theta) theta, 2), [1, 2], 1)
%!error <`gradient \(theta\)`: expected a vector of length 2, got a double vector of length 3>
%! sgd_gradient (sgd_objective (@(theta) 1:3, 2), [1, 2])
%!error <`gradient \(theta, batch\)`: expected a vector of length 2, got a cell array>
%! sgd_gradient (sgd_objective (@(theta, batch) {1, 2}, 2, "n_examples", 3), [1, 2])
%!error id=sgdlangevin:callback sgd_gradient (sgd_objective (@(theta) 1i * theta, 2), [1, 2])
%!error <no such luck> sgd_gradient (sgd_objective (@(theta) error ("no such luck"), 2), [1, 2])
%!error id=my:own sgd_gradient (sgd_objective (@(theta) error ("my:own", "mine"), 2), [1, 2])
