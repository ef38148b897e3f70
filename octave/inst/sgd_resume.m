## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{run} =} sgd_resume (@var{x})
## @deftypefnx {} {@var{run} =} sgd_resume (@var{x}, @var{steps})
## Go on with a simulation that stopped, or beyond its end, to the same bits as without the stop.
##
## @strong{Arguments}
##
## @table @var
## @item x
## a run from sgd_simulate: interrupted, stopped by a failing function of the user, or complete; or
## the name of a folder that one was recorded to, even by a process that was killed
## @item steps
## number of steps of the whole run; default: as many as it was begun with
## @end table
##
## @strong{Value}: the whole run, as sgd_simulate returns it: rows before and after joined.  A run with
## logarithmic records that gets more steps keeps the records it has, then follows the longer list; one
## with a list of steps adds the new last step.  The model and all functions of the user are those
## that the run began with.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:io} (no run in the folder, or
## damaged files).  Warnings as in sgd_simulate.
##
## @strong{Source}: random numbers depend on seed, path and step only, so that state and step are all that
## is needed.  Cost: that of the steps left; in a folder, at most the steps since the last checkpoint are
## done again.
##
## @example
## model = sgd_model (sgd_spectrum ([2, 1], "sigma2", 1), sgd_hyper (0.1, 0.9));
## run = sgd_simulate (model, 100, "seed", 1);
## longer = sgd_resume (run, 200);        # sgd_simulate (model, 200, "seed", 1)
## @end example
## @seealso{sgd_simulate, read_trajectory}
## @end deftypefn

function run = sgd_resume (x, steps = [])
  if (nargin < 1)
    print_usage ();
  endif
  folder = "";
  if (ischar (x))
    folder = make_absolute_filename (tilde_expand (x));
  else
    __sgdl__ ("expect_type", x, "x", {"sgd_simulate"});
    folder = x.folder;
  endif
  if (isempty (folder))
    run = in_memory (x, steps);
  else
    run = on_disk (folder, steps);
  endif
endfunction

function run = in_memory (x, steps)
  plan = x.resume;
  if (isempty (steps))
    steps = plan.steps;
    if (x.complete)
      error ("sgdlangevin:bad_argument", "`x` is complete: give the number of `steps`, more than %d", steps);
    endif
  endif
  [steps, record] = extend (plan, steps, plan.step);
  if (plan.step > 0 && isempty (plan.state))
    error ("sgdlangevin:bad_argument", "`x` cannot go on: it has no state to go on from");
  endif
  run = __sgdl_run__ (plan.model, steps, record, plan.arguments, x);
endfunction

function run = on_disk (folder, steps)
  plan = __sgdl_folder__ ("load", folder);
  plan.arguments.folder = folder;   # it may have been moved
  if (! isempty (steps) && ! isequal (steps, plan.steps))
    [plan.steps, plan.record] = extend (plan, steps, 0);
    __sgdl_folder__ ("save", folder, plan);
  endif
  run = __sgdl_run__ (plan.model, plan.steps, plan.record, plan.arguments, folder);
endfunction

## Steps and what is recorded of a run that goes on to `steps`, `done` of which are behind it.
function [steps, record] = extend (plan, steps, done)
  usable = isnumeric (steps) && isscalar (steps) && isreal (steps) && steps == fix (steps) && steps >= done;
  if (! usable)
    error ("sgdlangevin:bad_argument", "`steps` = %s: expected a whole number >= %d, the steps done",
           strtrim (disp (steps)), done);
  endif
  steps = double (steps);
  record = plan.record;
  if (steps > plan.steps && ! isscalar (record))
    record = __sgdl_records__ (plan.arguments.record, steps, record, plan.steps);
  endif
endfunction
