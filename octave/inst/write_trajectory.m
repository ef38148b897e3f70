## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {} write_trajectory (@var{x}, @var{file})
## Write a trajectory to an HDF5 file that R, Octave and Python read.
##
## @strong{Arguments}
##
## @table @var
## @item x
## from sgd_simulate or read_trajectory, or any struct with @code{theta} (T x d or
## T x d x nsim) and, optionally, @code{velocity}, @code{step} (T) and @code{hyper}
## @item file
## name of the file; replaced only once the new one is whole
## @end table
##
## Layout: /theta and /velocity with one frame contiguous (path x) frame x coordinate,
## /step, and the scalars /run/lr, momentum, weight_decay, batch_size, n_examples,
## epoch_sampling where they are known.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:io}, @code{sgdlangevin:unsupported}
## (built without HDF5).
##
## Cost: one pass; memory for some megabytes of frames.
##
## @example
## write_trajectory (struct ("theta", cumsum (randn (100, 2))), tempname ());
## @end example
## @seealso{read_trajectory, sgd_simulate}
## @end deftypefn

function write_trajectory (x, file)
  if (nargin < 2)
    print_usage ();
  endif
  if (! isstruct (x) || ! isfield (x, "theta"))
    error ("sgdlangevin:bad_argument",
           "`x`: expected the value of sgd_simulate() or a struct with the field theta, got %s", class (x));
  endif
  run = struct ("lr", NaN, "momentum", NaN, "weight_decay", NaN, "batch_size", NaN,
                "n_examples", NaN, "epoch_sampling", NaN);
  for part = {"hyper", "run"}
    run = fill (run, optional (x, part{1}));
  endfor
  __sgdl__ ("trajectory_write", file, x.theta, optional (x, "velocity"), optional (x, "step"), run);
endfunction

function value = optional (x, name)
  value = [];
  if (isfield (x, name))
    value = x.(name);
  endif
endfunction

## Fields of `run` that `known` (a struct or []) has too.
function run = fill (run, known)
  for [value, name] = run
    if (isfield (known, name))
      run.(name) = known.(name);
    endif
  endfor
endfunction

%!demo
%! file = tempname ();
%! write_trajectory (struct ("theta", cumsum (randn (100, 2))), file);
%! delete (file);

%!test   # what Octave's own reader finds
%! file = [tempname(), ".h5"];
%! theta = reshape (1:6, 3, 2);
%! x = struct ("theta", theta, "hyper", sgd_hyper (0.1, 0.9), "run", struct ("n_examples", 50));
%! write_trajectory (x, file);
%! unwind_protect
%!   stored = load ("-hdf5", file);
%!   assert (stored.theta, theta');
%!   assert ({stored.run.lr, stored.run.momentum, stored.run.n_examples}, {0.1, 0.9, 50});
%!   assert (! isfield (stored.run, "epoch_sampling"));
%!   assert (! isfield (stored, "velocity"));
%!   x = read_trajectory (file);
%!   assert (x.theta, theta, 0);
%!   assert (x.step, [0; 1; 2]);
%!   assert (x.run.n_examples, 50);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%!error <Invalid call> write_trajectory (1)
%!error <`x`: expected the value of sgd_simulate\(\) or a struct with the field theta, got double>
%! write_trajectory (1, "a.h5")
%!error id=sgdlangevin:io write_trajectory (struct ("theta", 1:3), "/nowhere/at/all.h5")
%!error <`velocity`: expected the shape of `theta`>
%! write_trajectory (struct ("theta", 1:3, "velocity", 1), tempname ())
%!error <`step`: expected a vector of length 1, got length 2>
%! write_trajectory (struct ("theta", 1:3, "step", 1:2), tempname ())
%!error <`theta`> write_trajectory (struct ("theta", []), tempname ())
%!error <`file`: expected one character string> write_trajectory (struct ("theta", 1:3), 1)
