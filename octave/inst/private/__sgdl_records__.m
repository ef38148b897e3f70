## record = __sgdl_records__ (record, steps, so_far, old_steps)
##
## What is recorded, as the core takes it: every how many steps, or the list of steps.  "log" is 20 steps a
## decade and 0.  A run that goes on beyond `old_steps` keeps its records `so_far`, and adds those of the
## longer logarithmic list or, to a list of the user, the last step.
function record = __sgdl_records__ (record, steps, so_far, old_steps)
  if (ischar (record))
    __sgdl__ ("match_option", "record", record, {"log"});
    record = [0; __sgdl__("log_lags", 1, steps, 20)(:)];
    last = steps;
  elseif (numel (record) == 1)
    return;
  else
    record = double (record(:));
    last = [];
  endif
  if (nargin > 2 && steps > old_steps)
    further = [record(record > old_steps); steps];
    if (isempty (last))
      further = steps;
    endif
    record = unique ([so_far(:); further]);
  endif
endfunction
