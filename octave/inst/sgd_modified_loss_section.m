## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{s} =} sgd_modified_loss_section (@var{object}, @var{direction1}, @var{direction2})
## @deftypefnx {} {@var{s} =} sgd_modified_loss_section (@dots{}, @var{name}, @var{value}, @dots{})
## Modified loss, probability current and training loss on a plane of phase space.
##
## @example
## z(x, y) = origin + x u1 + y u2,   Phi(z),   -Q U z along u1 and u2
## @end example
##
## @noindent
## u1 and u2 are the two directions made orthonormal, in this order.
##
## @strong{Arguments}
##
## @table @var
## @item object
## from sgd_modified_loss
## @item direction1, direction2
## vectors of 2d (theta, v), or of d for directions in theta
## @item extent
## half-width of the axes in predicted standard deviations along each; one number or two;
## default 3
## @item n
## points an axis, >= 2; default 41
## @item origin
## point of 2d (or d, v = 0) that the plane goes through; default the minimiser, v = 0
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_modified_loss_section"} and
##
## @table @code
## @item x, y
## n x 1, distances from the origin along u1 and u2
## @item value
## Phi, n x n: value(i,j) at x(i), y(j)
## @item current_x, current_y
## components of the drift -Q U z along u1 and u2, n x n
## @item training_loss
## loss plus weight_decay |theta|^2/2 above its minimum, n x n
## @item directions, origin
## [u1, u2], 2d x 2, and the origin, 2d x 1, to project other points
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument} (zero or parallel directions),
## @code{sgdlangevin:not_finite}, @code{sgdlangevin:unsupported} (a direction without noise).
##
## @strong{Source}: arXiv 2107.09133, figures of the modified loss and its currents.
## Cost: O(d^2 + n^2) and that of sgd_stationary.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9));
## section = sgd_modified_loss_section (sgd_modified_loss (model), [1, 0, 0, 0], [0, 0, 1, 0]);
## sgd_plot (section);
## @end example
## @seealso{sgd_modified_loss, sgd_plot}
## @end deftypefn

function section = sgd_modified_loss_section (object, direction1, direction2, varargin)
  if (nargin < 3)
    print_usage ();
  endif
  __sgdl__ ("expect_type", object, "object", {"sgd_modified_loss"});
  opt = __sgdl_options__ ("sgd_modified_loss_section", {"extent", 3; "n", 41; "origin", []}, varargin);
  d = object.dim;
  direction1 = in_phase_space (direction1, d);
  direction2 = in_phase_space (direction2, d);
  origin = in_phase_space (opt.origin, d);
  extent = opt.extent;
  if (isnumeric (extent) && isscalar (extent))
    extent = [extent, extent];
  endif
  [x, y, value, current_x, current_y, training_loss] = ...
    __sgdl__ ("modified_loss_section", object.model, object.U, object.Q, direction1, direction2, extent,
              opt.n, origin);
  if (isempty (origin))
    origin = [object.minimiser; zeros(d, 1)];
  endif
  section = struct ("type", "sgd_modified_loss_section", "x", x, "y", y, "value", value,
                    "current_x", current_x, "current_y", current_y, "training_loss", training_loss,
                    "directions", orthonormal (direction1, direction2), "origin", origin(:));
endfunction

## A vector of d stands for one of 2d that is zero in v.
function z = in_phase_space (z, d)
  if (numel (z) == d && isnumeric (z))
    z = [z(:); zeros(d, 1)];
  endif
endfunction

function directions = orthonormal (first, second)
  first = first(:) / norm (first);
  second = second(:) - first * (first' * second(:));
  directions = [first, second / norm(second)];
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.1, 0.9));
%! section = sgd_modified_loss_section (sgd_modified_loss (model), [1, 0, 0, 0], [0, 0, 1, 0]);
%! sgd_plot (section);

%!shared loss, model, u1, u2
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0.01, 32));
%! loss = sgd_modified_loss (model);
%! u1 = [1; 1; 0; 0] / sqrt (2);
%! u2 = [0; 0; 1; 0];
%!test
%! section = sgd_modified_loss_section (loss, [1, 1], [1, 1, 2, 0], "n", 5, "extent", [2, 1]);
%! assert (section.directions, [u1, u2], 1e-15);
%! state = sgd_stationary (model);
%! assert (section.x, 2 * sqrt (u1(1:2)' * state.theta * u1(1:2)) * [-1; -0.5; 0; 0.5; 1], 1e-15);
%! assert (section.y, sqrt (state.velocity(1,1)) * [-1; -0.5; 0; 0.5; 1], 1e-14);
%! z = [loss.minimiser; 0; 0] + section.x(2) * u1 + section.y(4) * u2;
%! assert (section.value(2,4), sgd_modified_loss_value (loss, z), -1e-12);
%! drift = sgd_current (model, z).drift;
%! assert ([section.current_x(2,4), section.current_y(2,4)], drift * [u1, u2], 1e-12);
%! curvature = u1(1:2)' * (model.problem.H + 0.01 * eye (2)) * u1(1:2);
%! assert (section.training_loss(2,4), section.x(2)^2 * curvature / 2, 1e-15);
%!test   # through another point
%! section = sgd_modified_loss_section (loss, u1, u2, "origin", [1, 1, 0, 0], "n", 3);
%! assert (section.value(2,2), sgd_modified_loss_value (loss, [1, 1, 0, 0]), -1e-12);
%! assert (section.origin, [1; 1; 0; 0]);
%!error <Invalid call> sgd_modified_loss_section (loss, u1)
%!error <`object`: expected the value of sgd_modified_loss\(\)> sgd_modified_loss_section (model, u1, u2)
%!error <`direction1`: expected a vector of length 4, got length 3> sgd_modified_loss_section (loss, 1:3, u2)
%!error <`direction1`: expected a direction that is not zero> sgd_modified_loss_section (loss, 0*u1, u2)
%!error <not parallel to `direction1`> sgd_modified_loss_section (loss, u1, u1)
%!error <`extent` = -1> sgd_modified_loss_section (loss, u1, u2, "extent", -1)
%!error <`extent`: expected a vector of length 2, got length 3>
%! sgd_modified_loss_section (loss, u1, u2, "extent", 1:3)
%!error <`n` = 1: expected a whole number .= 2> sgd_modified_loss_section (loss, u1, u2, "n", 1)
%!error <`origin`: expected a vector of length 4> sgd_modified_loss_section (loss, u1, u2, "origin", 1)
%!error id=sgdlangevin:not_finite sgd_modified_loss_section (loss, [1, NaN], u2)
%!error id=sgdlangevin:unsupported
%! half_noisy = sgd_model (sgd_spectrum ([2, 1], "noise", [1, 0]), model.hyper);
%! sgd_modified_loss_section (sgd_modified_loss (half_noisy), [0, 1], [1, 0])
%!error <did you mean `extent`> sgd_modified_loss_section (loss, u1, u2, "extend", 2)
