## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{x} =} read_trajectory (@var{file})
## @deftypefnx {} {@var{x} =} read_trajectory (@var{folder})
## @deftypefnx {} {@var{x} =} read_trajectory (@var{file}, "dataset", @var{dataset}, "frames", @var{frames})
## Read a recorded trajectory from an HDF5 file, or from a folder of segments that sgd_simulate wrote.
##
## @strong{Arguments}
##
## @table @var
## @item file
## name of the file: datasets /theta and, optionally, /velocity and /step, and scalars in the group
## /run, as write_trajectory makes it; or a folder with segments of these, read as one, up to the last
## checkpoint: while the run is going on, too
## @item dataset
## what to read as positions; default @qcode{"theta"}; of the same shape as theta
## @item frames
## [first, last], counted from 1: only these are read; default all
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_trajectory"} and
##
## @table @code
## @item step
## frames x 1 (0, 1, 2, @dots{} where the file has none)
## @item theta, velocity
## frames x d x nsim; velocity is [] where the file has none
## @item hyper
## from sgd_hyper, where the file says all four; else []
## @item run
## struct with n_examples and epoch_sampling (NaN where not said)
## @item info
## struct with frames, dim, n_paths and has_velocity of the file
## @end table
##
## @strong{Errors}: @code{sgdlangevin:io} (missing, truncated or foreign file),
## @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported} (built without HDF5).
##
## Cost: one pass over the frames that are read.
##
## @example
## file = tempname ();
## write_trajectory (struct ("theta", cumsum (randn (100, 2))), file);
## x = read_trajectory (file, "frames", [11, 20]);
## @end example
## @seealso{write_trajectory, sgd_simulate, msd}
## @end deftypefn

function x = read_trajectory (file, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("read_trajectory", {"dataset", "theta"; "frames", []}, varargin);
  kind = "trajectory";
  if (ischar (file) && isfolder (tilde_expand (file)))
    kind = "segments";
  endif
  info = __sgdl__ ([kind "_info"], file);
  [first, count] = frame_range (opt.frames, info.frames);
  read = @(dataset, dim, n_paths) ...
    __sgdl__ ([kind "_read"], file, dataset, first, count, dim, n_paths);

  velocity = [];
  if (info.has_velocity && strcmp (opt.dataset, "theta"))
    velocity = read ("velocity", info.dim, info.n_paths);
  endif
  x = struct ("type", "sgd_trajectory", "step", steps_of (read, first, count),
              "theta", read (opt.dataset, info.dim, info.n_paths), "velocity", velocity,
              "hyper", hyper_of (info),
              "run", struct ("n_examples", info.n_examples, "epoch_sampling", info.epoch_sampling),
              "info", struct ("frames", info.frames, "dim", info.dim, "n_paths", info.n_paths,
                              "has_velocity", info.has_velocity));
endfunction

function [first, count] = frame_range (frames, total)
  if (isempty (frames))
    frames = [1, total];
  endif
  usable = isnumeric (frames) && numel (frames) == 2 && all (frames == fix (frames)) ...
           && frames(1) >= 1 && frames(1) <= frames(2) && frames(2) <= total;
  if (! usable)
    error ("sgdlangevin:bad_argument", "`frames` = %s: expected [first, last] within 1 to %d",
           disp (frames)(1:end-1), total);
  endif
  first = double (frames(1));
  count = double (frames(2)) - first + 1;
endfunction

## The file's own steps; the dataset is optional.
function step = steps_of (read, first, count)
  try
    step = read ("step", 1, 1);
  catch err
    if (isempty (strfind (err.message, "expected a dataset \"step\"")))
      rethrow (err);
    endif
    step = (first - 1) + (0:count-1)';
  end_try_catch
endfunction

function hyper = hyper_of (info)
  hyper = [];
  if (! any (isnan ([info.lr, info.momentum, info.weight_decay, info.batch_size])))
    hyper = sgd_hyper (info.lr, info.momentum, info.weight_decay, info.batch_size);
  endif
endfunction

%!demo
%! file = tempname ();
%! write_trajectory (struct ("theta", cumsum (randn (100, 2))), file);
%! x = read_trajectory (file, "frames", [11, 20]);
%! size (x.theta)
%! delete (file);

%!shared file, run
%! file = [tempname(), ".h5"];
%! model = sgd_model (sgd_spectrum ([2, 1], "sigma2", 1), sgd_hyper (0.1, 0.9, 0, 4));
%! run = sgd_simulate (model, 20, "nsim", 3, "record", 2, "seed", 1);
%! write_trajectory (run, file);
%!test
%! x = read_trajectory (file);
%! assert (x.theta, run.theta, 0);
%! assert (x.velocity, run.velocity, 0);
%! assert (x.step, run.step);
%! assert (x.hyper, run.hyper);
%! assert ([x.info.frames, x.info.dim, x.info.n_paths], [11, 2, 3]);
%!test   # a slab
%! x = read_trajectory (file, "frames", [3, 5], "dataset", "velocity");
%! assert (x.theta, run.velocity(3:5,:,:), 0);
%! assert (x.step, run.step(3:5));
%! assert (x.velocity, []);
%!test   # a folder of segments
%! folder = tempname ();
%! recorded = sgd_simulate (run.resume.model, 20, "nsim", 3, "record", 2, "seed", 1, "folder", folder,
%!                          "segment", 4);
%! assert (numel (glob (fullfile (folder, "segment-*.h5"))), 3);
%! x = read_trajectory (folder);
%! assert (x.theta, run.theta, 0);
%! assert (x.velocity, run.velocity, 0);
%! assert (x.step, run.step);
%! assert (x.hyper, run.hyper);
%! slab = read_trajectory (folder, "frames", [3, 10]);
%! assert (slab.theta, run.theta(3:10,:,:), 0);
%! assert (slab.step, run.step(3:10));
%! confirm_recursive_rmdir (false, "local");
%! rmdir (folder, "s");
%!error <Invalid call> read_trajectory ()
%!error id=sgdlangevin:io read_trajectory (fileparts (which ("read_trajectory")))
%!error id=sgdlangevin:io read_trajectory ("/nowhere/at/all.h5")
%!error <`file` = "/nowhere/at/all.h5": cannot be opened> read_trajectory ("/nowhere/at/all.h5")
%!error <`file`: expected one character string, got a number> read_trajectory (1)
%!error <expected an HDF5 file, this is none> read_trajectory (which ("read_trajectory"))
%!error <expected a dataset "nothing"> read_trajectory (file, "dataset", "nothing")
%!error <`frames` = +5 +2: expected \[first, last\] within 1 to 11> read_trajectory (file, "frames", [5, 2])
%!error <`frames`> read_trajectory (file, "frames", [1, 12])
%!error <did you mean `frames`> read_trajectory (file, "frame", [1, 2])
%!test
%! delete (file);
