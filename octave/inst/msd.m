## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{result} =} msd (@var{x})
## @deftypefnx {} {@var{result} =} msd (@var{x}, @var{name}, @var{value}, @dots{})
## Mean squared displacement of trajectories, with standard errors and their covariance.
##
## @example
## msd(lag) = mean over origins i and paths of sum_c w_c (x_c(i + lag) - x_c(i))^2
## @end example
##
## @noindent
## Paths may differ in length and have gaps; a path counts by its displacements.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim; a cell array of vectors or T x d matrices, one a path, of any
## lengths; a struct of columns in long format (fields id and step, if there are any, and one for each
## coordinate; steps left out are gaps); from sgd_simulate or read_trajectory; the name of an HDF5 file; or
## from msd_stream
## @item lags
## whole numbers of frames, increasing; default ten a decade from 1 to (T - 1)/2 of the longest path
## @item type
## @qcode{"time-averaged"} (default, all origins, by FFT), @qcode{"ensemble"} (one origin, mean over at
## least two paths) or @qcode{"from-start"} (origin 1)
## @item origin
## frame of origin for "ensemble"; default 1
## @item se
## true (default), false, @qcode{"blocks"}, @qcode{"paths"}, @qcode{"bootstrap"} or @qcode{"gaussian"}; see
## below
## @item per
## @qcode{"total"} (default, sum over coordinates) or @qcode{"coordinate"} (a curve for each)
## @item weights
## of the coordinates, at least 0, for per = "total"; default 1.  With weight 0, NaN is no gap
## @item direction
## a vector, or a matrix with a direction in each column (scaled to length 1): a curve for the component along
## each
## @item accuracy
## @qcode{"default"} or @qcode{"full"}
## @item covariance
## whether to keep the covariance of the lags; default: where it has at most a million elements
## @item n_boot, seed
## resamples of "bootstrap" (default 999, at least 20); a whole number in [0, 2^53), default drawn from
## @code{rand}
## @item memory
## bytes that reading a file may take; default 2^30
## @item dataset, method
## of a file: the dataset (default @qcode{"theta"}), and as in msd_stream
## @end table
##
## @strong{Gaps}: a frame with NaN in a coordinate that counts is missing: displacements that start or end
## there are left out.  With per = "coordinate" each coordinate has its own gaps.  Inf, and a coordinate that
## is NaN throughout, are errors.
##
## @strong{Standard errors}, each with the covariance of all lags in @code{vcov}:
##
## @table @asis
## @item "blocks"
## spread over 16 contiguous blocks where the lag is at most half a block, else over 8; NaN past half of
## those. Conservative near half a block (by 1.2 for a Brownian path)
## @item "paths"
## spread over paths; true means this with at least 8 paths, "blocks" with fewer
## @item "bootstrap"
## resampled blocks of origins (16 to 64; whole paths where there are 16); NaN past the length of a block
## @item "gaussian"
## covariance of a Gaussian path with stationary increments and the structure function estimated from each
## coordinate (used up to 1/40 of the longest path, then its last power of the lag), scaled to the MSD
## measured; coordinates and paths taken as independent.  Reaches every lag.  Take a drift out first
## @end table
##
## @strong{Accuracy} relative to exact arithmetic on the given numbers: by default an exact line is taken out
## of each coordinate, the rounding of every lag is bounded, and lags past 1e-11 are summed directly.  "full":
## 1e-12, from blocks as long as the lag asks, for superdiffusive, spiky and heavy-tailed paths.
##
## @strong{Device}: with device "auto", "cpu" or "cuda" (see sgd_devices) the transforms of time averages are
## made there (paths in memory without gaps, accuracy "default").
##
## @strong{Files} that do not fit @var{memory} are read in slabs of coordinates: time average over all
## coordinates only, without gaps, errors from blocks or paths.
##
## @strong{Value}: a struct with @code{type = "msd"} and
##
## @table @code
## @item lag
## n x 1, in steps where x knows them (frames x record for a simulation), else in frames
## @item msd, se, n
## n x 1 (a curve in each column where there are several), units of x^2; se is [] where not wanted; n
## displacements averaged (msd is NaN where 0)
## @item average, dim, n_paths, frames, per
## the kind of average and the shape of the data (frames: of the longest path)
## @item se_method, vcov, replicates, seed
## how errors were found; n x n covariance (x curves); n x n_boot resampled curves; or []
## @item accuracy, missing, empty, redone, bound, backend
## missing frames, lags without a displacement, lags summed directly for accuracy; bound of the relative
## rounding error (files and streams, else []); "cpu" or "cuda"
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}, @code{sgdlangevin:io}.
##
## @strong{Source}: the definition above; Calandrini et al. (2011), Collection SFN 12 (the FFT form); Qian,
## Sheetz, Elson (1991), Biophysical Journal 60 (the covariance).  Cost: O(T log T) a coordinate and path,
## memory O(T) a thread; with gaps twice that; full accuracy O(T log^2 T), with gaps O(T) a lag; "gaussian":
## 0.7 ns T for each pair of lags and coordinate.
##
## @example
## result = msd (cumsum (randn (1000, 2)), "lags", [1, 10, 100], "se", "gaussian");
## [result.msd, result.se]                      # about 2 lag
## @end example
## @seealso{msd_transform, msd_stream, diffusion_exponent, sgd_msd, sgd_plot}
## @end deftypefn

function result = msd (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("msd", {"lags", []; "type", {"time-averaged", "ensemble", "from-start"};
                                  "origin", 1; "se", true; "per", {"total", "coordinate"}; "weights", [];
                                  "direction", []; "accuracy", {"default", "full"}; "covariance", [];
                                  "n_boot", 999; "seed", []; "memory", 2 ^ 30; "dataset", "theta";
                                  "method", {"auto", "fft", "gram"};
                                  "device", {"auto", "cpu", "cuda"}}, varargin);
  errors = __sgdl_msd_errors__ (opt.se);
  if (isstruct (x) && isfield (x, "type") && ischar (x.type) && strcmp (x.type, "msd_stream"))
    if (! isempty (opt.lags))
      error ("sgdlangevin:bad_argument", "`lags`: expected none, as the stream has its own");
    endif
    result = __sgdl_msd_tally__ (x, errors, opt.covariance);
    return;
  endif
  if (ischar (x))
    large = larger_file (x, opt);
    if (! isempty (large))
      result = of_file (large, opt, errors);
      return;
    endif
    x = read_trajectory (x, "dataset", opt.dataset);
  endif
  paths = __sgdl_paths__ (x);
  opt = settle (opt, paths, errors);
  [backend, on_device] = __sgdl_device__ (opt.device, sum (paths.frames) * paths.dim >= 1e7);
  found = __sgdl__ ("msd_paths", paths.x, opt, opt.lags);
  names = {"none", "auto", "blocks", "paths", "bootstrap", "gaussian"};
  result = struct ("type", "msd", "lag", paths.spacing * double (opt.lags(:)), "msd", found.msd, "se",
                   found.se,
                   "n", found.n, "average", opt.type, "dim", paths.dim, "n_paths", numel (paths.frames),
                   "frames", max (paths.frames), "per", opt.per, "se_method", names{found.errors + 1},
                   "vcov", found.vcov, "replicates", found.replicates, "seed", opt.seed(errors == 4),
                   "accuracy", opt.accuracy, "missing", found.missing, "empty", found.empty,
                   "redone", found.redone, "bound", [], "backend", backend);
endfunction

## Options as the core takes them.
function opt = settle (opt, paths, errors)
  if (isempty (opt.lags))
    if (max (paths.frames) < 3)
      error ("sgdlangevin:too_short", "`x` has %d frames: expected at least 3", max (paths.frames));
    endif
    opt.lags = __sgdl__ ("log_lags", 1, floor ((max (paths.frames) - 1) / 2), 10);
  endif
  curves = {1, paths.dim}{1 + strcmp(opt.per, "coordinate")};
  if (! isempty (opt.direction))
    if (strcmp (opt.per, "coordinate"))
      error ("sgdlangevin:bad_argument", "`direction`: expected none with per = \"coordinate\"");
    endif
    opt.direction = __sgdl__ ("matrix", opt.direction, "direction");
    if (isrow (opt.direction) && paths.dim > 1)
      opt.direction = opt.direction(:);
    endif
    if (rows (opt.direction) != paths.dim)
      error ("sgdlangevin:bad_argument", "`direction`: expected vectors of %d numbers, got %d", paths.dim,
             rows (opt.direction));
    endif
    opt.per = "direction";
    curves = columns (opt.direction);
  endif
  opt.vcov = opt.covariance;
  if (isempty (opt.vcov))
    opt.vcov = numel (opt.lags) ^ 2 * curves <= 1e6;
  endif
  opt.errors = errors;
  if (errors == 4)
    opt.seed = __sgdl_seed__ (opt.seed);
  else
    opt.seed = 0;
  endif
endfunction

## What is known of a file that does not fit, everything that reading it would take counted; [] where it does.
function large = larger_file (file, opt)
  large = [];
  if (isfolder (tilde_expand (file)))
    return;
  endif
  info = __sgdl__ ("trajectory_info", file);
  if (! (isnumeric (opt.memory) && isscalar (opt.memory)))
    error ("sgdlangevin:bad_argument", "`memory`: expected a number of bytes");
  endif
  if (24 * info.frames * info.dim * info.n_paths <= opt.memory)
    return;
  endif
  spacing = 1;
  try
    step = __sgdl__ ("trajectory_read", file, "step", 1, info.frames, 1, 1);
    spacing = unique (diff (step));
  catch err
    if (isempty (strfind (err.message, "expected a dataset \"step\"")))
      rethrow (err);
    endif
  end_try_catch
  if (numel (spacing) > 1)
    error ("sgdlangevin:bad_argument", "`x`: expected frames at equal intervals, got steps from %g to %g apart",
           spacing(1), spacing(end));
  endif
  large = struct ("file", file, "info", info, "spacing", spacing);
endfunction

function result = of_file (large, opt, errors)
  plain = strcmp (opt.type, "time-averaged") && strcmp (opt.per, "total") && isempty (opt.weights) ...
          && isempty (opt.direction) && strcmp (opt.accuracy, "default") && errors <= 3;
  if (! plain)
    error ("sgdlangevin:bad_argument",
           "`x` needs more than `memory` = %.4g bytes: expected a plain time average with se from blocks or paths",
           opt.memory);
  endif
  info = large.info;
  lags = opt.lags;
  if (isempty (lags))
    lags = __sgdl__ ("log_lags", 1, floor ((info.frames - 1) / 2), 10);
  endif
  [tally, bound] = __sgdl__ ("msd_file", large.file, opt.dataset, info.n_paths, opt.method, opt.memory, lags);
  stream = struct ("frames", info.frames, "lags", double (lags(:)), "method", "fft", "record", large.spacing,
                   "done", info.frames, "dim", info.dim, "tally", tally, "gram", [], "bound", bound,
                   "n_paths", info.n_paths);
  result = __sgdl_msd_tally__ (stream, errors, opt.covariance);
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
%! assert (isempty (result.se));
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
%!error id=sgdlangevin:not_finite msd ([1; Inf; 2; 3])
%!error <`x`: coordinate 2 is NaN in every frame> msd ([cumsum(ones (9, 1)), NaN(9, 1)])
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

%!function m = pooled (paths, lag)
%!  moved = cellfun (@(p) sum ((p(1+lag:end,:) - p(1:max (end-lag, 0),:)) .^ 2, 2), paths, "uniformoutput", false);
%!  moved = vertcat (moved{:});
%!  m = mean (moved(! isnan (moved)));
%!endfunction
%!test   # gaps and paths of different lengths, few lags (directly) and many (by FFT)
%! y = x;
%! y(20:40,:,1) = NaN;
%! y(3:9:120,2,2) = NaN;
%! paths = {y(:,:,1), y(1:77,:,2)};
%! result = msd (paths, "lags", 1:110);
%! assert (result.msd, arrayfun (@(k) pooled (paths, k), 1:110)', -1e-10);
%! assert ([result.missing, result.empty, result.frames, result.n_paths], [21 + 9, 0, 120, 2]);
%! assert (msd (paths, "lags", [1, 30]).msd, result.msd([1, 30]), -1e-12);
%! assert (msd (paths, "lags", 1:110, "accuracy", "full").msd, result.msd, -1e-10);
%!test   # per coordinate, weights, directions
%! each = msd (x, "lags", [1, 10], "per", "coordinate");
%! assert (size (each.msd), [2, 3]);
%! assert (size (each.vcov), [2, 2, 3]);
%! assert (sum (each.msd, 2), msd (x, "lags", [1, 10]).msd, -1e-13);
%! assert (msd (x, "lags", [1, 10], "weights", [1, 0, 2]).msd, each.msd * [1; 0; 2], -1e-13);
%! along = msd (x, "lags", [1, 10], "direction", [0, 3, 0]);
%! assert (along.msd, each.msd(:,2), -1e-12);
%! assert (msd (x, "lags", 1, "direction", eye (3)).msd, each.msd(1,:), -1e-12);
%!test   # a struct of columns: steps left out are gaps
%! id = [ones(1, 6), 2 * ones(1, 4)];
%! step = [0, 5, 10, 20, 25, 30, 100, 105, 115, 110];
%! table = struct ("id", id, "step", step, "u", step .^ 2, "v", -step);
%! result = msd (table, "lags", [1, 2, 3]);
%! assert (result.lag, [5; 10; 15]);
%! assert (result.n, [4 + 3; 3 + 2; 2 + 1]);
%! assert (result.missing, 1);
%! assert (msd (rmfield (table, {"id", "step"}), "lags", 1).n, 9);
%!test   # every kind of error, and its covariance
%! rand ("twister", 1);
%! y = cumsum (randn (400, 2));
%! for se = {"blocks", "bootstrap", "gaussian"}
%!   result = msd (y, "lags", [1, 5, 20], "se", se{1}, "n_boot", 50, "seed", 3);
%!   assert (result.se_method, se{1});
%!   assert (sqrt (diag (result.vcov)), result.se, -1e-12);
%! endfor
%! assert (msd (y, "se", false).se_method, "none");
%! assert (isempty (msd (y, "covariance", false).vcov));
%! assert (msd (x, "lags", [1, 5], "se", "paths").se_method, "paths");
%!test   # files, whole and in slabs
%! file = [tempname(), ".h5"];
%! y = cumsum (cos ((1:64)' * (1:40)), 1);
%! write_trajectory (struct ("theta", y, "step", 3 * (0:63)'), file);
%! expected = msd (y);
%! whole = msd (file);
%! assert (whole.msd, expected.msd, 0);
%! assert (whole.lag, 3 * expected.lag);
%! for method = {"fft", "gram"}
%!   slabs = msd (file, "memory", 6e4, "method", method{1});
%!   assert (slabs.msd, expected.msd, -1e-11);
%!   assert (slabs.se, expected.se, -1e-9);
%!   assert (slabs.lag, whole.lag);
%!   assert (max (slabs.bound) < 1e-10);
%! endfor
%! fail ("msd (file, \"memory\", 6e4, \"per\", \"coordinate\")", "expected a plain time average");
%! fail ("msd (file, \"memory\", 100)", "`memory` = 100 bytes: expected at least");
%! delete (file);
%!error id=sgdlangevin:io msd ("/nowhere/at/all.h5")
%!error <`se`: expected true, false or one of> msd (x, "se", 3)
%!error <did you mean "blocks"> msd (x, "se", "block")
%!error <`weights`: expected a vector of length 3, got length 2> msd (x, "weights", [1, 2])
%!error <`weights\[1\]` = -1> msd (x, "weights", [-1, 0, 1])
%!error <expected none with per = "coordinate"> msd (x, "direction", [1, 0, 0], "per", "coordinate")
%!error <expected none except with per = "total"> msd (x, "weights", [1, 1, 1], "per", "coordinate")
%!error <`direction`: expected vectors of 3 numbers, got 2> msd (x, "direction", [1; 0])
%!error <`direction` 1 is zero> msd (x, "direction", [0, 0, 0])
%!error <`x\{2\}` has 2 coordinates: expected 3> msd ({ones(4, 3), ones(4, 2)})
%!error <`x\{2\}`: expected a numeric vector or a frames x coordinates matrix, got a value of class char>
%! msd ({ones(4, 3), "abc"})
%!error <`x`: expected a struct with columns of coordinates> msd (struct ("id", 1))
%!error <`x.u`: expected a numeric column, got a 1 x 1 char> msd (struct ("u", "a"))
%!error <`x.v`: expected a numeric column of 3, got a 1 x 2 double> msd (struct ("u", 1:3, "v", 1:2))
%!error <`x.id`: expected a path's name in each of 3 rows> msd (struct ("id", 1:2, "u", 1:3))
%!error <`x.step`: expected each step once> msd (struct ("step", [1, 1, 2], "u", 1:3))
%!error <multiples of the least one, 2, got 3> msd (struct ("step", [0, 2, 5], "u", 1:3))
%!error <`x.step\(2\)` = NaN> msd (struct ("step", [0, NaN, 5], "u", 1:3))
%!error <expected most steps 1 apart> msd (struct ("step", [0, 1, 1e9], "u", 1:3))
%!error <`se` = "paths": expected at least 2 paths> msd (x(:,:,1), "se", "paths")
%!error <`se` = "gaussian": expected "paths"> msd (x, "se", "gaussian", "type", "from-start")
%!error <`n_boot` = 5> msd (x, "se", "bootstrap", "n_boot", 5)
%!error <`covariance`> msd (x, "covariance", "yes")
