## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{result} =} msd (@var{x})
## @deftypefnx {} {@var{result} =} msd (@var{x}, @var{name}, @var{value}, @dots{})
## Mean squared displacement of trajectories, with standard errors.
##
## @example
## msd(lag) = mean over origins i and paths of |x(i + lag) - x(i)|^2   (summed over coordinates)
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item lags
## whole numbers of frames, increasing; default ten a decade from 1 to (T - 1)/2
## @item type
## @qcode{"time-averaged"} (default, all origins, by FFT), @qcode{"ensemble"} (one origin, mean over at
## least two paths) or @qcode{"from-start"} (origin 1)
## @item origin
## frame of origin for "ensemble"; default 1
## @item se
## false: no standard errors; default true
## @end table
##
## @strong{Value}: a struct with @code{type = "msd"} and
##
## @table @code
## @item lag
## n x 1, in steps where x knows them (frames x record for a simulation), else in frames
## @item msd, se
## n x 1, units of x^2; se from contiguous blocks or across paths, NaN where there are
## too few
## @item n
## n x 1, displacements averaged
## @item average, dim, n_paths, frames
## the kind of average and the shape of the data
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}.
##
## @strong{Source}: the definition above.  Cost: O(T log T) a coordinate and path; memory
## O(T) a thread.
##
## @example
## result = msd (cumsum (randn (1000, 2)), "lags", [1, 10, 100]);
## result.msd                                   # about 2 lag
## @end example
## @seealso{diffusion_exponent, sgd_msd, sgd_plot}
## @end deftypefn

function result = msd (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("msd", {"lags", []; "type", {"time-averaged", "ensemble", "from-start"};
                                  "origin", 1; "se", true}, varargin);
  [x, spacing] = __sgdl_trajectory__ (x);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  lags = opt.lags;
  if (isempty (lags))
    if (frames < 3)
      error ("sgdlangevin:too_short", "`x` has %d frames: expected at least 3", frames);
    endif
    lags = __sgdl__ ("log_lags", 1, floor ((frames - 1) / 2), 10);
  endif
  [displacement, se, n] = __sgdl__ ("msd", x, opt.type, opt.origin, lags, opt.se);
  result = struct ("type", "msd", "lag", spacing * double (lags(:)), "msd", displacement, "se", se,
                   "n", n, "average", opt.type, "dim", dim, "n_paths", n_paths, "frames", frames);
endfunction

%!demo
%! sgd_plot (msd (cumsum (randn (1000, 2))));

%!shared x
%! x = reshape (cos ((1:120)' * (1:6)), [120, 3, 2]) + (1:120)' / 50;
%!function m = direct (x, lag)
%!  m = mean (sum ((x(1+lag:end,:,:) - x(1:end-lag,:,:)) .^ 2, 2)(:));
%!endfunction
%!test
%! lags = [1, 2, 5, 30, 119];
%! result = msd (x, "lags", lags);
%! assert (result.msd, arrayfun (@(k) direct (x, k), lags)', -1e-12);
%! assert (result.lag, lags');
%! assert (result.n, 2 * (120 - lags'));
%! assert ([result.dim, result.n_paths, result.frames], [3, 2, 120]);
%! assert (isnan (result.se(end)));
%! assert (result.se(1) > 0);
%!test   # one origin
%! expected = mean (sum ((x([5, 9],:,:) - x(4,:,:)) .^ 2, 2), 3);
%! assert (msd (x, "lags", [1, 5], "type", "ensemble", "origin", 4).msd, expected, -1e-13);
%! expected = mean (sum ((x([2, 6],:,:) - x(1,:,:)) .^ 2, 2), 3);
%! assert (msd (x, "lags", [1, 5], "type", "from-start").msd, expected, -1e-13);
%!test   # vectors in either direction, default lags
%! result = msd (x(:,1,1));
%! assert (msd (x(:,1,1)').msd, result.msd, 0);
%! assert (result.lag([1, end]), [1; 59]);
%! assert (diff (result.lag) > 0);
%!test   # steps of a simulation
%! model = sgd_model (sgd_spectrum ([1, 2], "sigma2", 1), sgd_hyper (0.1));
%! run = sgd_simulate (model, 500, "record", 5, "seed", 1);
%! result = msd (run, "lags", [1, 4], "se", false);
%! assert (result.lag, [5; 20]);
%! assert (result.se, []);
%! assert (result.msd, msd (run.theta, "lags", [1, 4]).msd, 0);
%!test   # a line is exact, far from the origin too
%! assert (msd (1e6 + (1:100)', "lags", [1, 10]).msd, [1; 100], -1e-14);

%!test   # runs without rows
%! model = sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1));
%! run = sgd_simulate (model, 9, "trajectory", false, "summaries", "moments");
%! fail ("msd (run)", "holds no trajectory; it kept summaries only");
%!error <Invalid call> msd ()
%!error <`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got a cell array>
%! msd ({})
%!error <got a struct> msd (struct ("type", "sgd_hyper"))
%!error <expected frames at equal intervals, got steps from 1 to 2 apart>
%! msd (struct ("type", "sgd_trajectory", "step", [0; 1; 3], "theta", [1; 2; 3]))
%!error id=sgdlangevin:not_finite msd ([1; NaN; 2; 3])
%!error id=sgdlangevin:too_short msd ([1; 2])
%!error <`x` has 2 frames: expected at least 3> msd ([1; 2])
%!error <`lags\[1\]` = 0> msd (x, "lags", 0)
%!error <`lags\[1\]` = 1.5> msd (x, "lags", 1.5)
%!error <`lags\[1\]` = 120> msd (x, "lags", 120)
%!error <strictly increasing> msd (x, "lags", [2, 1])
%!error <did you mean "ensemble"> msd (x, "type", "ensembel")
%!error <expected at least 2 for an ensemble average> msd (x(:,:,1), "type", "ensemble")
%!error <`origin` = 200> msd (x, "type", "ensemble", "origin", 200)
%!error <`origin` = 0: expected a whole number .= 1> msd (x, "type", "ensemble", "origin", 0)
%!error <msd has no argument `lag`: did you mean `lags`> msd (x, "lag", 1)
