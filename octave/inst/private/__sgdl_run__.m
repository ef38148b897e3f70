## run = __sgdl_run__ (model, steps, record, arguments, earlier)
##
## Runs a simulation and packs what came of it.  `record` as __sgdl_records__ gives it, `arguments` the
## options of sgd_simulate; `earlier`: the run to go on from, [] for a new one.
function run = __sgdl_run__ (model, steps, record, arguments, earlier)
  options = arguments;
  options.record = record;
  kept = 0;
  if (! isempty (arguments.folder))
    out = __sgdl__ ("simulate_to_disk", model, steps, options, arguments.folder, ! isempty (earlier));
  else
    state = [];
    if (! isempty (earlier) && earlier.resume.step > 0)
      state = earlier.resume.state;
      kept = sum (earlier.step <= earlier.resume.step);
    endif
    out = __sgdl__ ("simulate", model, steps, options, state, kept);
  endif

  complete = strcmp (out.status, "ok");
  if (strcmp (out.status, "interrupted"))
    warning ("sgdlangevin:interrupted", "interrupted after %d of %d steps: the result holds those",
             out.state_step, steps);
  elseif (! complete)
    warning (["sgdlangevin:" out.status], "%s", out.message);
  endif
  resume = struct ("model", model, "steps", double (steps), "record", record, "arguments", arguments,
                   "state", out.state, "step", out.state_step);
  run = struct ("type", "sgd_simulate", "step", out.step, "time", times (out.step, model, arguments),
                "theta", join_rows ("theta", earlier, kept, out), ...
                "velocity", join_rows ("velocity", earlier, kept, out), ...
                "seed", double (arguments.seed), "method", arguments.method,
                "coordinates", arguments.coordinates, "record", arguments.record, "complete", complete,
                "hyper", model.hyper, "backend", sgd_devices ()(1).backend, "summaries", out.summaries,
                "observe", arguments.observe, "folder", arguments.folder, "resume", resume);
endfunction

## The learning rates added up.
function time = times (step, model, arguments)
  time = model.hyper.lr * step;
  if (! isempty (arguments.lr))
    time = [0; cumsum(double (arguments.lr(:)))](step + 1);
  endif
endfunction

## The `kept` rows of the earlier run before the new ones; new arrays have room for more rows than are done.
function x = join_rows (name, earlier, kept, out)
  x = out.(name);
  if (isempty (x) && kept == 0)
    return;
  endif
  fresh = rows (out.step) - kept;
  if (rows (x) > fresh)
    x = x(1:fresh,:,:);
  endif
  if (kept > 0 && ! isempty (earlier.(name)))
    x = cat (1, earlier.(name)(1:kept,:,:), x);
  endif
endfunction
