## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{phi} =} sgd_modified_loss_value (@var{object}, @var{points})
## The modified loss at given points.
##
## @example
## Phi(z) = z' U z / 2,   z = (theta - minimiser, v)
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item object
## from sgd_modified_loss
## @item points
## n x 2d, rows (theta, v); or n x d, rows theta with v = 0.  A vector of length 2d or d is
## one point
## @end table
##
## @strong{Value}: n x 1, in the units of U.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: arXiv 2107.09133, modified object.  Cost: n d^2.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## sgd_modified_loss_value (sgd_modified_loss (model), [1, 0; 0, 2])
## @end example
## @seealso{sgd_modified_loss, sgd_modified_loss_section}
## @end deftypefn

function phi = sgd_modified_loss_value (object, points)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", object, "object", {"sgd_modified_loss"});
  phi = __sgdl__ ("modified_loss_value", object.U, object.minimiser, __sgdl_points__ (points, object.dim));
endfunction

%!demo
%! model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
%! sgd_modified_loss_value (sgd_modified_loss (model), [1, 0; 0, 2])

%!shared loss, z
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! loss = sgd_modified_loss (sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32)));
%! z = [1, 2, 3, 4; 0, 1, 0, -1];
%!test
%! deviation = z - [loss.minimiser', 0, 0];
%! assert (sgd_modified_loss_value (loss, z), sum ((deviation * loss.U) .* deviation, 2) / 2, -1e-13);
%!test   # theta alone has v = 0; a vector is one point
%! assert (sgd_modified_loss_value (loss, [5, 6]), sgd_modified_loss_value (loss, [5, 6, 0, 0]));
%! assert (sgd_modified_loss_value (loss, [5; 6; 7; 8]), sgd_modified_loss_value (loss, [5, 6, 7, 8]));
%!assert (sgd_modified_loss_value (loss, loss.minimiser), 0)
%!error <Invalid call> sgd_modified_loss_value (loss)
%!error <`object`: expected the value of sgd_modified_loss\(\)> sgd_modified_loss_value (1, z)
%!error <`points`: expected 2 columns \(theta\) or 4 \(theta, v\), got 3>
%! sgd_modified_loss_value (loss, ones (2, 3))
%!error <`points`: expected a numeric matrix, got a character vector> sgd_modified_loss_value (loss, "a")
%!error id=sgdlangevin:not_finite sgd_modified_loss_value (loss, [1, NaN])
%!error id=sgdlangevin:bad_argument sgd_modified_loss_value (loss, ones (2, 3))
