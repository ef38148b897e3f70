## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{value} =} sgd_loss (@var{objective}, @var{theta})
## Mean loss of an objective or a regression over all examples, without weight decay.
##
## @example
## L(theta) = (1/N) sum_i l_i(theta)
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item objective
## from sgd_objective (with its @code{loss}), sgd_logistic, sgd_softmax, sgd_tanh_network or sgd_regression
## @item theta
## parameters, vector of d
## @end table
##
## @strong{Value}: a number.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (no loss is known), @code{sgdlangevin:callback}.
##
## @strong{Source}: none.  Cost: one pass over the data.
##
## @example
## sgd_loss (sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]), [0, 0])    # log (2)
## @end example
## @seealso{sgd_gradient, sgd_hessian_product}
## @end deftypefn

function value = sgd_loss (objective, theta)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_objective__ (objective);
  value = __sgdl__ ("objective_loss", objective, theta);
endfunction

%!demo
%! sgd_loss (sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]), [0, 0])    # log (2)

%!test
%! X = [1, 0; 2, 1; -1, 3];
%! assert (sgd_loss (sgd_regression (X, 1:3), [1, 2]), sumsq (X * [1; 2] - (1:3)') / 6, 1e-15);
%! assert (sgd_loss (sgd_objective (@(x) x, 2, "loss", @(x) sumsq (x) / 2), [3, 4]), 12.5);
%! assert (sgd_loss (sgd_logistic ([1, 0; 1, 2; 1, -1], [0, 1, 1]), [0, 0]), log (2), 1e-15);

%!error <Invalid call> sgd_loss (1)
%!error <`objective`: expected the value of> sgd_loss (1, 2)
%!error <`objective` knows no loss: give sgd_objective\(\) the function `loss`>
%! sgd_loss (sgd_objective (@(x) x, 2), [1, 2])
%!error <`theta`: expected a vector of length 2> sgd_loss (sgd_objective (@(x) x, 2, "loss", @sumsq), 1)
%!error <`loss \(theta\)`: expected a number, got a double vector of length 2>
%! sgd_loss (sgd_objective (@(x) x, 2, "loss", @(x) x), [1, 2])
%!error <`loss \(theta\)`: expected a number, got a character vector>
%! sgd_loss (sgd_objective (@(x) x, 2, "loss", @(x) "low"), [1, 2])
