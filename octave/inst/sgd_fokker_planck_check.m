## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{check} =} sgd_fokker_planck_check (@var{object})
## @deftypefnx {} {@var{check} =} sgd_fokker_planck_check (@var{object}, "points", @var{points})
## Does the density of the modified loss solve the stationary Fokker-Planck equation?
##
## @example
## 0 = div (A z p) + div (D grad p)/kap,   p ~ exp (-kap z'U z/2),   z = (theta - minimiser, v)
## @end example
##
## @noindent
## with drift A, diffusion D, inverse temperature kap of the model; it holds where
## A = (D + Q) U, A B + B A' = 2 D with B = U^-1, and Q is antisymmetric.
##
## @strong{Arguments}
##
## @table @var
## @item object
## from sgd_modified_loss
## @item points
## n x 2d, rows (theta, v), where the equation is held against the density itself; or n x d with
## v = 0.  A vector of length 2d or d is one point.  Default: none
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_fokker_planck_check"} and the relative
## residuals
##
## @table @code
## @item drift
## the larger of |A - (D + Q) U|/|A| and |B U B - B|/|B|
## @item lyapunov
## |A B + B A' - 2 D|/|A B|
## @item antisymmetry
## |Q + Q'|/|Q|
## @item pointwise
## the largest residual of the equation over p at the points, in units of tr A; NaN without
## points
## @item passed
## true where all are below 1e-8
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported}.
##
## @strong{Source}: arXiv 2107.09133, Fokker-Planck equation.  Where the noise does not
## reach every direction, on the reachable subspace.  Cost: 30 products of d x d matrices.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "Sigma", [1, 0.5; 0.5, 2]), sgd_hyper (0.1, 0.9));
## sgd_fokker_planck_check (sgd_modified_loss (model)).passed
## @end example
## @seealso{sgd_modified_loss, sgd_current, sgd_irreversibility}
## @end deftypefn

function check = sgd_fokker_planck_check (object, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", object, "object", {"sgd_modified_loss"});
  opt = __sgdl_options__ ("sgd_fokker_planck_check", {"points", []}, varargin);
  points = opt.points;
  if (! isempty (points))
    points = __sgdl_points__ (points, object.dim);
  endif
  [drift, lyapunov, antisymmetry, pointwise] = ...
    __sgdl__ ("fokker_planck", object.model, object.U, object.Q, points);
  passed = all ([drift, lyapunov, antisymmetry] < 1e-8) && (isempty (points) || pointwise < 1e-8);
  check = struct ("type", "sgd_fokker_planck_check", "drift", drift, "lyapunov", lyapunov,
                  "antisymmetry", antisymmetry, "pointwise", pointwise, "passed", passed);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic (eye (2), "Sigma", [1, 0.5; 0.5, 2]), sgd_hyper (0.1, 0.9));
%! sgd_summary (sgd_fokker_planck_check (sgd_modified_loss (model)))

%!shared loss
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! loss = sgd_modified_loss (sgd_model (problem, sgd_hyper (0.05, 0.9, 0.01, 32)));
%!test
%! check = sgd_fokker_planck_check (loss);
%! assert ([check.drift, check.lyapunov, check.antisymmetry] < 1e-12);
%! assert (check.pointwise, NaN);
%! assert (check.passed);
%!test
%! check = sgd_fokker_planck_check (loss, "points", [1, 2, 3, 4; 0, 1, 0, -1]);
%! assert (check.pointwise < 1e-12);
%! assert (check.passed);
%!test   # a wrong density does not pass
%! wrong = loss;
%! wrong.U(1,1) *= 1.01;
%! check = sgd_fokker_planck_check (wrong, "points", [1, 2]);
%! assert (! check.passed);
%! assert (check.drift > 1e-6);
%!test   # noise that does not reach every direction
%! model = sgd_model (sgd_quadratic (diag ([2, 1]), "Sigma", diag ([1, 0])), sgd_hyper (0.05, 0.9));
%! assert (sgd_fokker_planck_check (sgd_modified_loss (model)).passed);

%!error <Invalid call> sgd_fokker_planck_check ()
%!error <`object`: expected the value of sgd_modified_loss\(\), got a number> sgd_fokker_planck_check (1)
%!error <`points`: expected 2 columns> sgd_fokker_planck_check (loss, "points", ones (2, 3))
%!error id=sgdlangevin:not_finite sgd_fokker_planck_check (loss, "points", [1, NaN])
%!error <did you mean `points`> sgd_fokker_planck_check (loss, "point", [1, 2])
