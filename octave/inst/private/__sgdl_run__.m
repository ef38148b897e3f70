## run = __sgdl_run__ (model, asked, earlier)
##
## Runs a simulation and packs what came of it.  `asked`: the options of sgd_simulate, steps and, as the
## core takes it, record_steps; `earlier`: the run to go on from, [] for a new one.
function run = __sgdl_run__ (model, asked, earlier)
  steps = asked.steps;
  device = "cpu";   # also for runs to a folder, and those kept before there were others
  if (isempty (asked.folder) && isfield (asked, "device"))
    device = asked.device;
  endif
  [~, on_device] = __sgdl_device__ (device, model.dim * asked.nsim >= 1e5);
  options = asked;
  options.record = asked.record_steps;
  kept = 0;
  if (! isempty (asked.folder))
    out = __sgdl__ ("simulate_to_disk", model, steps, options, asked.folder, ! isempty (earlier));
  else
    state = [];
    if (! isempty (earlier))
      state = earlier.resume.state;
      kept = rows (earlier.step);
    endif
    out = __sgdl__ ("simulate", model, steps, options, state, kept);
  endif

  complete = strcmp (out.status, "ok");
  if (strcmp (out.status, "interrupted"))
    warning ("sgdlangevin:interrupted",
             "interrupted after %d of %d steps: the result holds those, sgd_resume goes on", out.state_step,
             steps);
  elseif (! complete)
    warning (["sgdlangevin:" out.status], "%s", out.message);
  endif
  resume = struct ("model", model, "arguments", asked, "state", out.state, ...
                   "message", out.message);
  run = struct ("type", "sgd_simulate", "step", out.step, "time", times (out.step, model, asked),
                "theta", join_rows ("theta", earlier, kept, out), ...
                "velocity", join_rows ("velocity", earlier, kept, out), ...
                "seed", double (asked.seed), "method", asked.method,
                "coordinates", asked.coordinates, "record", asked.record, "complete", complete,
                "hyper", model.hyper, "backend", out.backend, "summaries", out.summaries,
                "observe", asked.observe, "folder", asked.folder, "resume", resume);
endfunction

## The learning rates added up.
function time = times (step, model, asked)
  time = model.hyper.lr * step;
  if (! isempty (asked.lr))
    time = [0; cumsum(double (asked.lr(:)))](step + 1);
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
