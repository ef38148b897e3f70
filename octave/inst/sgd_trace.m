## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{estimate} =} sgd_trace (@var{density}, @var{f})
## @deftypefnx {} {@var{estimate} =} sgd_trace (@var{density}, @var{f}, "noise", @var{true}, "parameter", @var{x})
## Traces tr f(H), or tr f(H) Sigma under the gradient noise, from a spectral density, with standard errors.
##
## @strong{Arguments}
##
## @table @var
## @item density
## from sgd_density
## @item f
## name or cellstr of names: @qcode{"one"}, @qcode{"identity"} (rho), @qcode{"square"}, @qcode{"absolute"},
## @qcode{"inverse"} (1/(rho + x)), @qcode{"logarithm"} (log (rho + x)), @qcode{"exponential"}
## (exp (-x rho)), @qcode{"below"} (1 where rho < x, else 0); or a function handle that takes a column of
## eigenvalues and returns as many numbers
## @item noise
## true: tr f(H) Sigma; default false
## @item parameter
## the x of named functions: one number, or one for each name; default 0
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_trace"} and @code{value}, @code{se} (standard error, 0 where
## all is exact, NaN with one probe), @code{truncation} (error of the quadrature itself, see sgd_density; NaN
## for a function handle), n x 1 each, @code{f}, @code{parameter}, @code{noise}.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument} (a node with rho + x <= 0), @code{sgdlangevin:unsupported} (a
## density without what is asked for), @code{sgdlangevin:not_finite}, @code{sgdlangevin:callback}.
##
## @strong{Source}: Ubaru, Chen, Saad (2017), SIAM Journal on Matrix Analysis and Applications 38.  Cost: O(steps) a
## probe and function.
##
## @example
## X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
## density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "seed", 1);
## sgd_trace (density, @@(rho) rho ./ (rho + 0.1)).value      # effective dimension
## @end example
## @seealso{sgd_density, sgd_histogram}
## @end deftypefn

function estimate = sgd_trace (density, f, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", density, "density", {"sgd_density"});
  opt = __sgdl_options__ ("sgd_trace", {"noise", false; "parameter", 0}, varargin);
  noise = __sgdl__ ("flag", opt.noise, "noise");
  __sgdl_require_part__ (density, noise);
  x = __sgdl__ ("matrix", opt.parameter, "parameter")(:);
  if (is_function_handle (f))
    [value, se] = average (density, f, noise);
    truncation = NaN;
    x = [];
  else
    f = __sgdl_functions__ (f, "f")(:);
    if (! any (numel (x) == [1, numel(f)]))
      error ("sgdlangevin:bad_argument", "`parameter`: expected 1 number or %d, got %d", numel (f), numel (x));
    endif
    x = x .* ones (numel (f), 1);
    if (! all (isfinite (x)))
      error ("sgdlangevin:not_finite", "`parameter`(%d) = %g: expected a finite number", find (! isfinite (x))(1),
             x(! isfinite (x))(1));
    endif
    [value, se, truncation] = __sgdl__ ("density_trace", density, noise, f, x);
  endif
  estimate = struct ("type", "sgd_trace", "value", value, "se", se, "truncation", truncation, "f", {f},
                     "parameter", x, "noise", noise);
endfunction

## A function of the user at all nodes (those past a probe's length are 0, their weights too).
function [value, se] = average (density, f, noise)
  part = density.counts;
  if (noise && isempty (density.sigma2))
    part = density.noise;
  endif
  at_exact = values_of (f, density.eigenvalues);
  at_nodes = [];
  if (! isempty (part))
    at_nodes = zeros (size (part.nodes));
    there = (1:rows (at_nodes))' <= part.length';
    at_nodes(there) = values_of (f, part.nodes(there));
  endif
  [value, se] = __sgdl__ ("density_average", density, noise, at_nodes, at_exact);
endfunction

function values = values_of (f, x)
  values = [];
  if (isempty (x))
    return;
  endif
  values = f (x(:));
  if (! (isnumeric (values) && isreal (values)) || numel (values) != numel (x))
    error ("sgdlangevin:callback", "`f`: expected %d numbers from %d eigenvalues, got a value of class %s with %d",
           numel (x), numel (x), class (values), numel (values));
  endif
  values = double (values(:));
endfunction

%!demo
%! X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
%! density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "seed", 1);
%! sgd_summary (sgd_trace (density, {"identity", "square"}))

%!shared rho, density, bare
%! rho = [3; 2; 0.5; 0.25];
%! density = sgd_density (sgd_operator (diag (rho)), "top", 4, "sigma2", 2);
%! bare = sgd_density (sgd_operator (diag (rho)), "steps", 4, "probes", 2, "seed", 1);
%!test   # all known
%! names = {"one", "identity", "square", "absolute", "inverse", "logarithm", "exponential", "below"};
%! x = [0, 0, 0, 0, 1, 1, 0.5, 1];
%! estimate = sgd_trace (density, names, "parameter", x);
%! exact = [4; sum(rho); sumsq(rho); sum(rho); sum(1 ./ (rho + 1)); sum(log (rho + 1)); sum(exp (-rho / 2)); 2];
%! assert (estimate.value, exact, 1e-12);
%! assert ({estimate.se, estimate.truncation}, {zeros(8, 1), zeros(8, 1)});
%! assert (sgd_trace (density, "inverse", "noise", true, "parameter", 1).value, sum (2 * rho ./ (rho + 1)), -1e-12);
%! assert (sgd_trace (density, @(x) x .^ 3).value, sum (rho .^ 3), -1e-12);
%! assert (fieldnames (estimate)', {"type", "value", "se", "truncation", "f", "parameter", "noise"});
%!test   # of a diagonal matrix signs are exact
%! assert (sgd_trace (bare, @(x) x').value, sum (rho), -1e-12);
%! assert (sgd_trace (bare, "identity").se, 0, 1e-12);

%!error <Invalid call> sgd_trace (density)
%!error <`density`: expected the value of sgd_density\(\)> sgd_trace (1, "one")
%!error <`f` = "cube"> sgd_trace (density, "cube")
%!error <`f`: expected names of functions> sgd_trace (density, 1)
%!error <`parameter`: expected 1 number or 2, got 3> sgd_trace (density, {"one", "below"}, "parameter", 1:3)
%!error <`parameter`\(1\) = NaN: expected a finite> sgd_trace (density, "below", "parameter", NaN)
%!error id=sgdlangevin:bad_argument sgd_trace (density, "logarithm", "parameter", -1)
%!error <`noise` = true: the density has no gradient noise> sgd_trace (bare, "one", "noise", true)
%!error <`density` was made with counts = false>
%! sgd_trace (sgd_density (sgd_operator (diag (rho)), "counts", false, "noise", sgd_noise ("diagonal", rho), ...
%!                         "steps", 2, "probes", 2), "one")
%!error <`f`: expected 4 numbers from 4 eigenvalues, got a value of class double with 1>
%! sgd_trace (density, @(x) 1)
%!error id=sgdlangevin:not_finite sgd_trace (density, @(x) x / 0)
%!error <`noise`: expected true or false> sgd_trace (density, "one", "noise", "x")
