## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{run} =} sgd_resume (@var{x})
## @deftypefnx {} {@var{run} =} sgd_resume (@var{x}, @var{steps})
## @deftypefnx {} {@var{density} =} sgd_resume (@var{density}, [], "probes", @var{probes})
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
## @item density
## from sgd_density: goes on with the probes that are left, to the same bits where whole blocks of probes
## were done (as after Ctrl-C), to rounding otherwise
## @item probes
## number of probes altogether; default: as many as it was begun with
## @end table
##
## @strong{Value}: the whole run, as sgd_simulate returns it: rows before and after joined.  A run with
## logarithmic records that gets more steps keeps the records it has, then follows the longer list; one
## with a list of steps keeps that.  The model and all functions of the user are those
## that the run began with.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:io} (no run in the folder, or
## damaged files), @code{sgdlangevin:unsupported} (the run diverged: the same steps would diverge again).  Warnings as in sgd_simulate.
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

function run = sgd_resume (x, steps = [], varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_resume", {"probes", []}, varargin);
  if (isstruct (x) && isfield (x, "type") && strcmp (x.type, "sgd_density"))
    run = density (x, steps, opt.probes);
    return;
  elseif (! isempty (opt.probes))
    error ("sgdlangevin:bad_argument", "`probes`: expected [] unless `x` is a spectral density");
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

function x = density (x, steps, probes)
  if (! isempty (steps))
    error ("sgdlangevin:bad_argument",
           "`steps`: expected [], the Lanczos steps of a spectral density stay as they are");
  endif
  plan = x.resume.plan;
  if (! isempty (probes))
    done = 1;
    for part = {"counts", "noise"}
      if (! isempty (x.(part{1})))
        done = max (done, x.(part{1}).probes);
      endif
    endfor
    probes = __sgdl_count__ (probes, "probes", 1);
    if (probes < done)
      error ("sgdlangevin:bad_argument", "`probes` = %d: expected at least the %d that are done", probes, done);
    endif
    plan.options.probes = probes;
  endif
  x = __sgdl_density__ (plan, x.resume.done);
endfunction

function run = in_memory (x, steps)
  plan = x.resume;
  if (isempty (plan.state))
    error ("sgdlangevin:unsupported", ["`x` has no state to go on from (%s): begin again, with a smaller " ...
           "learning rate or from another point"], plan.message);
  endif
  run = __sgdl_run__ (plan.model, lengthen (plan.arguments, steps), x);
endfunction

function run = on_disk (folder, steps)
  plan = __sgdl_folder__ ("load", folder);
  plan.arguments.folder = folder;   # it may have been moved
  asked = lengthen (plan.arguments, steps);
  if (asked.steps > plan.arguments.steps)
    plan.arguments = asked;
    __sgdl_folder__ ("save", folder, plan);
  endif
  run = __sgdl_run__ (plan.model, asked, folder);
endfunction

## The arguments of a run that goes on to `steps` ([]: as many as before).
function asked = lengthen (asked, steps)
  if (isempty (steps))
    return;
  endif
  usable = isnumeric (steps) && isscalar (steps) && isreal (steps) && steps == fix (steps) ...
           && steps >= asked.steps;
  if (! usable)
    error ("sgdlangevin:bad_argument", "`steps` = %s: expected a whole number >= %d, as asked for at first",
           strtrim (disp (steps)), asked.steps);
  endif
  scheduled = {"lr", "momentum", "batch_size"};
  scheduled = scheduled(! cellfun (@(name) isempty (asked.(name)), scheduled));
  if (steps > asked.steps && ! isempty (scheduled))
    error ("sgdlangevin:bad_argument", "`steps` = %d: expected %d, the length of the schedule `%s`", steps,
           asked.steps, scheduled{1});
  endif
  if (ischar (asked.record))
    longer = __sgdl_records__ (asked.record, steps);
    asked.record_steps = [asked.record_steps; longer(longer > asked.steps)];
  endif
  asked.steps = double (steps);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum ([2, 1], "sigma2", 1), sgd_hyper (0.1, 0.9));
%! run = sgd_simulate (model, 100, "seed", 1);
%! longer = sgd_resume (run, 200);
%! isequal (longer.theta, sgd_simulate (model, 200, "seed", 1).theta)

%!shared hyper, models, X
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 4);
%! X = reshape (sin ((1:60) .^ 1.4), 20, 3);
%! quadratic = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! epoch = {"dynamics", "sgd", "sampling", "epoch"};
%! regression = sgd_regression (X, cos ((1:20)'));
%! logistic = sgd_logistic (X, cos ((1:20)') > 0);
%! models = {sgd_model(quadratic, hyper), {};
%!           sgd_model(quadratic, hyper), {"method", "baoab"};
%!           sgd_model(quadratic, hyper, epoch{:}, "n_examples", 22), {};
%!           sgd_model(regression, hyper, epoch{:}), {"method", "minibatch", "theta0", 1:3};
%!           sgd_model(logistic, hyper, epoch{:}), {"nesterov", true, "theta0", 1:3};
%!           sgd_model(logistic, hyper), {"method", "euler", "theta0", 1:3}};
%!function check_same (run, whole)
%!  for name = {"step", "time", "theta", "velocity", "summaries", "seed", "method", "complete", "record"}
%!    assert (run.(name{1}), whole.(name{1}));
%!  endfor
%!endfunction
%!function in_folder (action)
%!  folder = tempname ();
%!  unwind_protect
%!    action (folder);
%!  unwind_protect_cleanup
%!    confirm_recursive_rmdir (false, "local");
%!    if (isfolder (folder))
%!      rmdir (folder, "s");
%!    endif
%!  end_unwind_protect
%!endfunction
%!test   # longer runs: the bits of a run that was as long at once
%! keep = {"summaries", {"moments", "displacement", "local_displacement", "msd"}, "lags", [1, 4]};
%! for i = 1:rows (models)
%!   options = {"nsim", 2, "seed", 9, "record", 3, keep{:}, models{i,2}{:}};
%!   whole = sgd_simulate (models{i,1}, 50, options{:});
%!   run = sgd_simulate (models{i,1}, 20, options{:});
%!   check_same (sgd_resume (run, 50), whole);
%!   check_same (sgd_resume (sgd_resume (run, 31), 50), whole);
%! endfor
%!test   # without rows; lists and logarithmic records
%! model = models{1,1};
%! only = {"seed", 2, "trajectory", false, "summaries", "moments"};
%! check_same (sgd_resume (sgd_simulate (model, 7, only{:}), 30), sgd_simulate (model, 30, only{:}));
%! run = sgd_simulate (model, 10, "seed", 2, "record", [2, 7]);
%! assert (sgd_resume (run, 30).theta, run.theta);
%! check_same (sgd_resume (run), run);
%! run = sgd_resume (sgd_simulate (model, 100, "seed", 2, "record", "log"), 300);
%! assert (all (diff (run.step) > 0));
%! assert (run.step([1, end])', [0, 300]);
%! whole = sgd_simulate (model, 300, "seed", 2);
%! assert (run.theta, whole.theta(run.step + 1,:));
%!function g = failing_once (theta, batch)
%!  persistent calls = 0;
%!  if (ischar (theta))
%!    calls = 0;
%!    return;
%!  endif
%!  if (++calls == 8)
%!    error ("not this time");
%!  endif
%!  g = theta + sum (batch) / 100;
%!endfunction
%!test   # after a failing function
%! warning ("off", "sgdlangevin:callback", "local");
%! model = sgd_model (sgd_objective (@failing_once, 2, "n_examples", 20), hyper, "dynamics", "sgd");
%! options = {"seed", 3, "theta0", [1, 2], "summaries", "moments"};
%! failing_once ("again");
%! run = sgd_simulate (model, 20, options{:});
%! assert (run.complete, false);
%! check_same (sgd_resume (run), sgd_simulate (model, 20, options{:}));
%!function check_folder (folder, model, options)
%!  whole = sgd_simulate (model, 50, "summaries", "moments", options{:});
%!  run = sgd_simulate (model, 20, "summaries", "moments", "folder", folder, "segment", 6, "checkpoint", 5,
%!                      options{:});
%!  assert ({run.theta, run.velocity, run.folder}, {[], [], folder});
%!  assert (run.step, (0:20)');
%!  assert (read_trajectory (folder).theta, whole.theta(1:21,:,:));
%!  run = sgd_resume (run, 50);
%!  assert (read_trajectory (folder).theta, whole.theta);
%!  assert (read_trajectory (folder).velocity, whole.velocity);
%!  assert (run.summaries, whole.summaries);
%!  assert (run.step, whole.step);
%!  assert (sgd_resume (folder).step, whole.step);
%!endfunction
%!function check_summaries_only (folder, model, options)
%!  options = {"nsim", 2, "seed", 9, "summaries", {"moments", "displacement"}, options{:}};
%!  whole = sgd_simulate (model, 50, options{:});
%!  run = sgd_simulate (model, 20, options{:}, "folder", folder, "trajectory", false, "checkpoint_seconds", 1e-9);
%!  assert ({run.theta, run.velocity}, {[], []});
%!  assert (numel (glob (fullfile (folder, "*"))), 2);   # run.mat and the checkpoint
%!  assert (sgd_resume (run, 35).step, (0:35)');
%!  run = sgd_resume (folder, 50);
%!  assert (run.summaries, whole.summaries);
%!  assert (run.step, whole.step);
%!  try
%!    read_trajectory (folder);
%!    error ("not refused");
%!  catch err
%!    assert (! isempty (strfind (err.message, "keeps summaries only")), err.message);
%!  end_try_catch
%!endfunction
%!function check_begun (folder, model)
%!  sgd_simulate (model, 20, "seed", 9, "theta0", 1:3, "folder", folder);
%!  cellfun (@delete, glob (fullfile (folder, "*.h5")));
%!  sgd_resume (folder);
%!  assert (read_trajectory (folder).theta, sgd_simulate (model, 20, "seed", 9, "theta0", 1:3).theta);
%!endfunction
%!function check_refused (folder, model)
%!  try
%!    sgd_simulate (model, 20, "folder", folder, "theta0", [1, NaN]);
%!    error ("not refused");
%!  catch err
%!    assert (err.identifier, "sgdlangevin:not_finite");
%!  end_try_catch
%!  assert (! exist (fullfile (folder, "run.mat"), "file"));
%!  sgd_simulate (model, 20, "folder", folder, "seed", 1);
%!  try
%!    sgd_simulate (model, 20, "folder", folder, "seed", 1);
%!    error ("not refused");
%!  catch err
%!    assert (! isempty (strfind (err.message, "holds a run already; sgd_resume goes on")), err.message);
%!  end_try_catch
%!endfunction
%!test   # folders: the same rows, longer runs, runs begun elsewhere
%! for i = 1:rows (models)
%!   in_folder (@(folder) check_folder (folder, models{i,1}, {"nsim", 2, "seed", 9, models{i,2}{:}}));
%! endfor
%!test   # summaries only
%! for i = [1, 4, 5]
%!   in_folder (@(folder) check_summaries_only (folder, models{i,1}, models{i,2}));
%! endfor
%!test   # a process killed between the description and the first checkpoint leaves run.mat only
%! in_folder (@(folder) check_begun (folder, models{5,1}));
%!test   # functions of the user are in the folder, too
%! objective = sgd_objective (@(t, b) X(b,:)' * X(b,:) * t / numel (b), 3, "n_examples", 20);
%! in_folder (@(folder) check_begun (folder, sgd_model (objective, hyper, "dynamics", "sgd")));
%!test   # nothing is left behind by arguments that do not fit
%! in_folder (@(folder) check_refused (folder, models{1,1}));

%!error <Invalid call> sgd_resume ()
%!error <`x`: expected the value of sgd_simulate\(\), got a number> sgd_resume (1)
%!error <`x` = "/nowhere": expected a folder with run.mat> sgd_resume ("/nowhere")
%!error id=sgdlangevin:io sgd_resume ("/nowhere")
%!error <`x` has no state to go on from>
%! sgd_resume (setfield (sgd_simulate (models{1,1}, 5), "resume", struct ("state", [], "message", "")))
%!test   # after divergence: what is done, and where it ended
%! warning ("off", "sgdlangevin:unstable", "local");
%! saddle = sgd_model (sgd_quadratic (diag ([1, -40]), "sigma2", 1), sgd_hyper (0.1, 0.9));
%! logistic = sgd_model (sgd_logistic (X * 1e3, cos ((1:20)') > 0), sgd_hyper (10, 0.9, 30, 4), "dynamics", "sgd");
%! for run = {sgd_simulate(saddle, 5000, "seed", 1, "nsim", 2, "theta0", [0, 1]), ...
%!            sgd_simulate(logistic, 500, "seed", 1, "theta0", 1:3)}
%!   run = run{1};
%!   assert (run.complete, false);
%!   assert (all (isfinite (run.theta(:))) && rows (run.theta) > 5);
%!   where = sprintf ("diverged at step %d", run.step(end) + 1);
%!   try
%!     sgd_resume (run);
%!     error ("not refused");
%!   catch err
%!     assert (err.identifier, "sgdlangevin:unsupported");
%!     assert (! isempty (strfind (err.message, where)), err.message);
%!   end_try_catch
%! endfor
%!error <`steps` = 3: expected a whole number .= 5, as asked for at first> sgd_resume (sgd_simulate (models{1,1}, 5), 3)
%!error <`steps` = 7.5.*: expected a whole number> sgd_resume (sgd_simulate (models{1,1}, 5), 7.5)
%!error <`steps` = 7: expected 5, the length of the schedule `lr`>
%! sgd_resume (sgd_simulate (models{1,1}, 5, "lr", repmat (0.1, 1, 5)), 7)
%!error <`probes`: expected \[\] unless `x` is a spectral density>
%! sgd_resume (sgd_simulate (sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1)), 2), [], "probes", 3)
%!error <`probes` = 1: expected at least the 3 that are done>
%! sgd_resume (sgd_density (sgd_operator (eye (3)), "probes", 3), [], "probes", 1)
%!error <`steps`: expected \[\], the Lanczos steps of a spectral density>
%! sgd_resume (sgd_density (sgd_operator (eye (3)), "probes", 3), 5)
