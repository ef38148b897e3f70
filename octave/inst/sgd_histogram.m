## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{bins} =} sgd_histogram (@var{density})
## @deftypefnx {} {@var{bins} =} sgd_histogram (@var{density}, @var{name}, @var{value}, @dots{})
## The number of eigenvalues in bins, or the gradient noise along them, with standard errors.
##
## @example
## value_i = tr 1[edges_i <= H < edges_(i+1)],   or the same times Sigma
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item density
## from sgd_density
## @item edges
## ascending, n + 1 of them; bins include their lower edge, the last also its upper; default
## @var{per_decade} bins a decade of |rho| on both sides of 0, and one around 0 for flat modes
## @item noise
## true: the noise along the eigenvalues instead of their number; default false
## @item per_decade
## bins a decade, default 4
## @end table
##
## @strong{Value}: a struct with @code{lower}, @code{upper} (edges), @code{value}, @code{se},
## @code{truncation} (as in sgd_trace), n x 1 each.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported}.
##
## @strong{Source}: Ghorbani, Krishnan, Xiao (2019), arXiv 1901.10159.  Cost: O(steps) a probe.
##
## @example
## X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
## density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "top", 3, "seed", 1);
## sgd_histogram (density, "edges", [0, 1e-4, 1e-3, 1e-2, 0.1, 1]).value
## @end example
## @seealso{sgd_density, sgd_trace, sgd_plot}
## @end deftypefn

function bins = sgd_histogram (density, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", density, "density", {"sgd_density"});
  opt = __sgdl_options__ ("sgd_histogram", {"edges", []; "noise", false; "per_decade", 4}, varargin);
  noise = __sgdl__ ("flag", opt.noise, "noise");
  __sgdl_require_part__ (density, noise);
  edges = opt.edges;
  if (isempty (edges))
    edges = log_edges (density, noise, __sgdl_count__ (opt.per_decade, "per_decade", 1));
  endif
  edges = __sgdl__ ("matrix", edges, "edges")(:);
  [value, se, truncation] = __sgdl__ ("density_bins", density, noise, edges);
  bins = struct ("lower", edges(1:end-1), "upper", edges(2:end), "value", value, "se", se,
                 "truncation", truncation);
endfunction

## Edges at powers of 10^(1/per_decade), from above the flat modes (or 8 decades down) to the largest.
function edges = log_edges (density, noise, per_decade)
  part = density.counts;
  if (noise && isempty (density.sigma2))
    part = density.noise;
  endif
  seen = density.eigenvalues;
  if (! isempty (part))
    seen = [seen; part.nodes(part.weights > 0)];
  endif
  largest = max (abs (seen));
  if (largest == 0)
    edges = [-1; 0; 1];
    return;
  endif
  flat = density.flat_tolerance;
  if (isempty (flat) || flat == 0)
    flat = density.dim * eps;
  endif
  least = max (flat, 1e-8) * largest;
  small = min (abs (seen(abs (seen) > least)));
  first = floor (per_decade * log10 (small));
  first -= 10 ^ (first / per_decade) >= small;   # on the edge -small would be among the flat modes
  last = floor (per_decade * log10 (largest)) + 2;   # cut below: by rounding + 1 may not be above the largest
  sizes = 10 .^ ((first:last)' / per_decade);
  up = sizes(1:find (sizes > max ([seen; sizes(1)/2]), 1));
  down = sizes(1);
  if (any (seen < -sizes(1)))
    down = sizes(1:find (sizes > -min (seen), 1));
  endif
  edges = [-flipud(down); up];
endfunction

%!demo
%! X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
%! density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "top", 3, "seed", 1);
%! bins = sgd_histogram (density);
%! bar (log10 (bins.upper(2:end)), bins.value(2:end));

%!shared density
%! density = sgd_density (sgd_operator (diag ([3, 2, 0.5, 0, -1])), "top", 5, "sigma2", 2);
%!test
%! bins = sgd_histogram (density, "edges", [-2, -0.1, 0.1, 1, 3]);
%! assert (bins.value, [1; 1; 1; 2]);
%! assert (bins.se, zeros (4, 1));
%! assert (bins.lower, [-2; -0.1; 0.1; 1]);
%! bins = sgd_histogram (density);
%! assert (sum (bins.value), 5);
%! assert (bins.value(bins.lower < 0 & bins.upper > 0), 1);
%! assert (fieldnames (bins)', {"lower", "upper", "value", "se", "truncation"});
%! assert (diff (log10 (bins.upper(bins.lower > 0))), 0.25 * ones (3, 1), 1e-12);
%!test   # probes: every mode is somewhere
%! partly = sgd_density (sgd_operator (diag (linspace (-1, 2, 40))), "steps", 12, "probes", 5, "seed", 1);
%! assert (sum (sgd_histogram (partly).value), 40, 1e-10);
%!test   # eigenvalues on the last edge: 4 log10 of 10^0.25 is below 1 by rounding
%! on_edges = sgd_density (sgd_operator (diag ([2, 1])), "top", 2);
%! for values = [10^0.25, 1; 1, -10^0.25; 3, -1]'
%!   on_edges.eigenvalues = values;
%!   bins = sgd_histogram (on_edges);
%!   assert (sum (bins.value), 2);
%!   assert (bins.value(bins.lower < 0 & bins.upper > 0), 0);   # none is flat
%! endfor

%!error <Invalid call> sgd_histogram ()
%!error <`density`: expected the value of sgd_density\(\)> sgd_histogram (1)
%!error <`edges`: expected at least 2 of them, got 1> sgd_histogram (density, "edges", 1)
%!error <`edges`.*: expected increasing numbers> sgd_histogram (density, "edges", [1, 0])
%!error <`per_decade` = 0: expected a whole number> sgd_histogram (density, "per_decade", 0)
%!error <did you mean `edges`> sgd_histogram (density, "edge", 0)
