## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{result} =} velocity_autocorrelation (@var{x})
## @deftypefnx {} {@var{result} =} velocity_autocorrelation (@var{x}, @var{name}, @var{value}, @dots{})
## Velocity autocorrelation of trajectories, with standard errors and intervals.
##
## @example
## C(lag) = mean over origins i and paths of v(i) . v(i + lag)
## @end example
##
## @noindent
## Velocities are those recorded or, where there are none, differences of positions over the time
## between frames, (theta(i+1) - theta(i))/(lr k) for frames every k steps (over 1 where no learning rate
## is known): for k = 1 the optimiser's own, else averages over k steps.  No mean is taken off.  Errors come
## from at least 20 contiguous blocks of the products (whole paths where there are 16), intervals from
## Student's t; NaN where a block is shorter than the lag, too small where it is not much longer than
## what the velocity remembers.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item lags
## whole numbers of frames >= 0; default all up to a 20th of the length, at most 100
## @item per
## @qcode{"total"} (default, the scalar product) or @qcode{"coordinate"}
## @item direction
## vector of d, or d x m: of the components along these, whatever @var{per}
## @item source
## @qcode{"auto"} (default), @qcode{"velocity"} (x holds velocities), @qcode{"theta"} (positions)
## @item level
## probability of the intervals, default 0.95
## @end table
##
## @strong{Value}: a struct with @code{type = "velocity_autocorrelation"} and
##
## @table @code
## @item lag
## n x 1, steps for a trajectory, else frames
## @item autocorrelation, se, lower, upper
## n x m, units of v^2
## @item correlation, correlation_se
## n x m: over the value at lag 0
## @item level, blocks, source, frames, dim, n_paths
## as used
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}.
##
## @strong{Source}: arXiv 2107.09133, section 4 (the theory).  Cost: T d n operations.
##
## @example
## model = sgd_model (sgd_spectrum ([2, 0.2], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
## run = sgd_simulate (model, 5000, "start", "stationary", "seed", 1);
## velocity_autocorrelation (run, "lags", 0:5).correlation
## @end example
## @seealso{sgd_autocorrelation, power_spectrum}
## @end deftypefn

function result = velocity_autocorrelation (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("velocity_autocorrelation",
                          {"lags", []; "per", {"total", "coordinate"}; "direction", [];
                           "source", {"auto", "velocity", "theta"}; "level", 0.95}, varargin);
  [x, spacing, unit, source] = __sgdl_velocities__ (x, opt.source);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  lags = opt.lags;
  if (isempty (lags))
    lags = 0:max (1, min (100, floor ((frames - 1 - (unit > 0)) / 20)));
  endif
  [value, se, lower, upper, correlation, correlation_se, blocks] = ...
    __sgdl__ ("velocity_autocorrelation", x, unit, strcmp (opt.per, "total"), opt.direction, lags, opt.level);
  result = struct ("type", "velocity_autocorrelation", "lag", spacing * double (lags(:)),
                   "autocorrelation", value, "se", se, "lower", lower, "upper", upper,
                   "correlation", correlation, "correlation_se", correlation_se, "level", opt.level,
                   "blocks", blocks, "source", source, "frames", frames, "dim", dim, "n_paths", n_paths);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([2, 0.2], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! run = sgd_simulate (model, 5000, "start", "stationary", "seed", 1);
%! measured = velocity_autocorrelation (run);
%! sgd_plot (measured, "theory", sgd_autocorrelation (model, measured.lag));

%!shared x, v
%! x = reshape (cos ((1:60)' * (1:6)), [60, 3, 2]);
%! v = diff (x);
%!test   # its definition
%! result = velocity_autocorrelation (x, "lags", [0, 1, 7]);
%! direct = @(k) mean (sum (v(1:end-k,:,:) .* v(1+k:end,:,:), 2)(:));
%! assert (result.autocorrelation, [direct(0); direct(1); direct(7)], 1e-12);
%! assert (result.correlation, result.autocorrelation / direct (0), 1e-12);
%! assert (result.source, "theta");
%!test   # velocities given, of each coordinate, along directions
%! each = velocity_autocorrelation (v, "lags", 2, "per", "coordinate", "source", "velocity");
%! direct = squeeze (mean (mean (v(1:end-2,:,:) .* v(3:end,:,:), 1), 3));
%! assert (each.autocorrelation, direct(:)', 1e-12);
%! along = velocity_autocorrelation (v, "lags", 2, "direction", eye (3)(:,[2, 3]), "source", "velocity");
%! assert (along.autocorrelation, direct([2, 3]), 1e-12);
%!test   # errors are those of the blocks' means, on independent velocities
%! w = randn (2000, 1);
%! result = velocity_autocorrelation (w, "lags", 0, "source", "velocity");
%! means = mean (reshape (w.^2, 100, 20));
%! assert (result.se, std (means) / sqrt (20), 1e-12);
%! assert (result.blocks, 20);
%!error <Invalid call> velocity_autocorrelation ()
%!error <`lags\[1\]` = 60: expected an integer from 0 to 58> velocity_autocorrelation (x, "lags", 60)
%!error <`lags\[1\]` = -1> velocity_autocorrelation (x, "lags", -1)
%!error <`direction`: expected a vector of length 3, got length 2> velocity_autocorrelation (x, "direction", [1, 2])
%!error <`direction` 1 is zero> velocity_autocorrelation (x, "direction", [0, 0, 0])
%!error <`level` = 2: expected a number in \(0, 1\)> velocity_autocorrelation (x, "level", 2)
%!error <did you mean "coordinate"> velocity_autocorrelation (x, "per", "coordinates")
%!error id=sgdlangevin:not_finite velocity_autocorrelation ([1; NaN; 2; 3])
%!error <`source` = "velocity": expected a trajectory with velocities>
%! model = sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1));
%! velocity_autocorrelation (sgd_simulate (model, 9, "velocity", false), "source", "velocity")
