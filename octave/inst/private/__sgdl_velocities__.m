## [x, spacing, unit, source] = __sgdl_velocities__ (x, source)
##
## What is correlated or transformed: velocities as recorded (unit 0), or positions whose differences over `unit`
## are velocities.
function [frames, spacing, unit, source] = __sgdl_velocities__ (x, source)
  is_run = isstruct (x) && isfield (x, "velocity");
  recorded = is_run && ! isempty (x.velocity);
  [frames, spacing] = __sgdl_trajectory__ (x);
  if (strcmp (source, "velocity") && is_run && ! recorded)
    error ("sgdlangevin:bad_argument", "`source` = \"velocity\": expected a trajectory with velocities");
  endif
  if (recorded && ! strcmp (source, "theta"))
    frames = x.velocity;
  endif
  unit = 0;
  if (! recorded && strcmp (source, "auto"))
    source = "theta";
  elseif (strcmp (source, "auto"))
    source = "velocity";
  endif
  if (strcmp (source, "theta"))
    lr = 1;
    if (isstruct (x) && isfield (x, "hyper") && ! isempty (x.hyper))
      lr = x.hyper.lr;
    endif
    unit = lr * spacing;
  endif
endfunction
