## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{HV} =} sgd_hessian_product (@var{objective}, @var{theta}, @var{V})
## @deftypefnx {} {@var{HV} =} sgd_hessian_product (@var{operator}, @var{V})
## Hessian of the mean loss at a point, or an operator, times vectors; the Hessian is not formed.
##
## @strong{Arguments}
##
## @table @var
## @item objective
## from sgd_objective (with its @code{hvp}), sgd_logistic, sgd_softmax, sgd_tanh_network or sgd_regression
## @item operator
## from sgd_operator, whose products are at a point of its own
## @item theta
## parameters, vector of d
## @item V
## d x n: the columns are multiplied
## @end table
##
## @strong{Value}: d x n, without weight decay.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (no products are known), @code{sgdlangevin:callback}.
##
## @strong{Source}: Pearlmutter (1994), Neural Computation 6, 147.  Cost: about two gradients over all
## examples a column.
##
## @example
## objective = sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]);
## H = sgd_hessian_product (objective, [0, 0], eye (2))
## @end example
## @seealso{sgd_gradient, sgd_quadratic_at}
## @end deftypefn

function HV = sgd_hessian_product (objective, theta, V)
  if (nargin < 2)
    print_usage ();
  endif
  if (isstruct (objective) && isfield (objective, "type") && strcmp (objective.type, "sgd_operator"))
    if (nargin > 2)
      error ("sgdlangevin:bad_argument",
             "`theta`: expected none, the products of an operator are at a point of its own");
    endif
    HV = __sgdl__ ("operator_product", objective, theta);
    return;
  elseif (nargin < 3)
    print_usage ();
  endif
  __sgdl_check_objective__ (objective);
  HV = __sgdl__ ("objective_hessian_product", objective, theta, V);
endfunction

%!demo
%! objective = sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]);
%! H = sgd_hessian_product (objective, [0, 0], eye (2))

%!shared regression
%! regression = sgd_regression ([1, 0; 2, 1; -1, 3], 1:3);
%!test
%! assert (sgd_hessian_product (regression, [1, 2], eye (2)), regression.H, 1e-15);
%! twice = sgd_objective (@(x) x, 2, "hvp", @(x, V) 2 * V);
%! assert (sgd_hessian_product (twice, [1, 2], [1, 2, 3; 4, 5, 6]), 2 * [1, 2, 3; 4, 5, 6]);

%!test
%! operator = sgd_operator (regression, "theta", [1, 2]);
%! assert (sgd_hessian_product (operator, [1, 2; 0, 1]), regression.H * [1, 2; 0, 1], 1e-15);
%!error <`theta`: expected none, the products of an operator>
%! sgd_hessian_product (sgd_operator (eye (2)), [1, 2], [1; 2])
%!error <`V`: expected columns of 2 numbers, got a 1 x 1 matrix> sgd_hessian_product (sgd_operator (eye (2)), 1)
%!error <`V`\(2\) = inf> sgd_hessian_product (sgd_operator (eye (2)), [1; Inf])
%!error <Invalid call> sgd_hessian_product (regression)
%!error <Invalid call> sgd_hessian_product (regression, [1, 2])
%!error <`objective`: expected the value of> sgd_hessian_product (1, 2, 3)
%!error <`objective` knows no Hessian products: give sgd_objective\(\) the function `hvp`>
%! sgd_hessian_product (sgd_objective (@(x) x, 2), [1, 2], [1; 2])
%!error <`theta`: expected a vector of length 2> sgd_hessian_product (regression, 1, [1; 2])
%!error <`V`: expected 2 rows, got 1> sgd_hessian_product (regression, [1, 2], 1)
%!error <`V`\(2\) = inf> sgd_hessian_product (regression, [1, 2], [1; Inf])
%!error <`hvp \(theta, V\)`: expected a 2 x 3 matrix, got a number>
%! sgd_hessian_product (sgd_objective (@(x) x, 2, "hvp", @(x, V) 1), [1, 2], ones (2, 3))
