## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{result} =} power_spectrum (@var{x})
## @deftypefnx {} {@var{result} =} power_spectrum (@var{x}, @var{name}, @var{value}, @dots{})
## Power spectrum of trajectories by Welch's method, with chi-squared intervals.
##
## @example
## density(f) = mean over segments and paths of |sum_t h(t) x(t) exp (-2 pi i f t)|^2,  sum h^2 = 1
## df = 2 N/(1 + 2 sum_m (1 - m/N) |sum_t h(t) h(t + m S)|^2)   for N segments at hop S
## @end example
##
## @noindent
## Segments overlap by half, each less its mean.  Two-sided and per cycle per step, as sgd_power_spectrum:
## the variance is the integral from minus to plus half a cycle a frame; what is faster is folded
## into it where frames are several steps apart.  A total over coordinates has the degrees of freedom of its
## independent parts, (tr S)^2/tr S^2 of the spectral matrix, from pairs of segments apart.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item of
## @qcode{"theta"} (default) or @qcode{"velocity"}, as in velocity_autocorrelation
## @item segment
## frames in a segment; default an eighth of the record
## @item window
## @qcode{"hann"} (default) or @qcode{"none"}, which leaks
## @item per, direction, source, level
## as in velocity_autocorrelation
## @end table
##
## @strong{Value}: a struct with @code{type = "power_spectrum"} and
##
## @table @code
## @item freq
## n x 1, cycles per step
## @item density, lower, upper, df
## n x m
## @item peak_freq
## m x 1, where the density is largest, NaN if at either end: hold it against delta/(2 pi), the
## peak_freq of sgd_power_spectrum
## @item of, segment, window, level, frames, dim, n_paths
## as used
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}.
##
## @strong{Source}: Welch (1967), IEEE Trans. Audio Electroacoustics 15; Percival and Walden (1993), section
## 6.17.  Cost: O(T log T) a coordinate; a total, T times the number of segments too.
##
## @example
## model = sgd_model (sgd_spectrum ([2, 0.2], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
## run = sgd_simulate (model, 5000, "start", "stationary", "seed", 1);
## power_spectrum (run, "per", "coordinate").peak_freq
## @end example
## @seealso{sgd_power_spectrum, velocity_autocorrelation, fit_langevin}
## @end deftypefn

function result = power_spectrum (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("power_spectrum",
                          {"of", {"theta", "velocity"}; "segment", []; "window", {"hann", "none"};
                           "per", {"total", "coordinate"}; "direction", [];
                           "source", {"auto", "velocity", "theta"}; "level", 0.95}, varargin);
  unit = 0;
  if (strcmp (opt.of, "velocity"))
    [x, spacing, unit] = __sgdl_velocities__ (x, opt.source);
  else
    [x, spacing] = __sgdl_trajectory__ (x);
  endif
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  segment = opt.segment;
  if (isempty (segment))
    segment = max (8, 2 * floor (frames / 16));
  elseif (! (isnumeric (segment) && isscalar (segment) && segment >= 1 && segment == fix (segment)))
    error ("sgdlangevin:bad_argument", "`segment`: expected a whole number of frames >= 1");
  endif
  options = [spacing, segment, ! strcmp(opt.window, "hann"), opt.level];
  [freq, density, lower, upper, df] = __sgdl__ ("welch", x, unit, strcmp (opt.per, "total"), opt.direction, options);
  [~, at] = max (density, [], 1);
  peak_freq = freq(at)(:);
  peak_freq(at == 1 | at == rows (density)) = NaN;
  result = struct ("type", "power_spectrum", "freq", freq, "density", density, "lower", lower, "upper", upper,
                   "df", df, "peak_freq", peak_freq, "of", opt.of, "segment", segment, "window", opt.window,
                   "level", opt.level, "frames", frames, "dim", dim, "n_paths", n_paths);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([2, 0.2], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! run = sgd_simulate (model, 5000, "start", "stationary", "seed", 1);
%! measured = power_spectrum (run);
%! sgd_plot (measured, "theory", sgd_power_spectrum (model, measured.freq));

%!shared x
%! x = cos ((1:100)' * [1, 2.3]) + (1:100)' / 50;
%!test   # a plain loop
%! L = 24;  S = 12;
%! h = sin (pi * ((0:L-1)' + 0.5) / L) .^ 2;
%! h = h / norm (h);
%! P = zeros (12, 2);
%! starts = 0:S:(100 - L);
%! for a = starts
%!   y = x(a + (1:L),:);
%!   J = fft ((y - mean (y)) .* h);
%!   P = P + abs (J(2:13,:)) .^ 2 / numel (starts);
%! endfor
%! each = power_spectrum (x, "segment", L, "per", "coordinate");
%! assert (each.density, P, 1e-12);
%! total = power_spectrum (x, "segment", L);
%! assert (total.density, sum (P, 2), 1e-12);
%! assert (each.freq, (1:12)' / L, eps);
%! c = arrayfun (@(m) (h(1:end-m*S)' * h(1+m*S:end)) ^ 2, 1);
%! N = numel (starts);
%! assert (each.df(1), 2 * N / (1 + 2 * (1 - 1 / N) * c), 1e-10);
%! assert (each.df(12,1), each.df(1) / 2, 1e-10);
%!test   # the integral is the variance, without window and overlap: Parseval
%! whole = power_spectrum (x(:,1), "segment", 100, "window", "none");
%! power = 2 * sum (whole.density) - whole.density(end);
%! assert (power / 100, var (x(:,1), 1), 1e-12);
%!error <Invalid call> power_spectrum ()
%!error <`segment` = 4: expected at least 8 frames> power_spectrum (x, "segment", 4)
%!error <`segment` = 101: expected at most the 100 frames there are> power_spectrum (x, "segment", 101)
%!error <`segment`: expected a whole number of frames> power_spectrum (x, "segment", 9.5)
%!error <did you mean "hann"> power_spectrum (x, "window", "han")
%!error <did you mean `segment`> power_spectrum (x, "segmen", 10)
%!error id=sgdlangevin:not_finite power_spectrum ([1; Inf; 2; 3; 4; 5; 6; 7; 8])
