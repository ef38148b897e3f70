## record = __sgdl_records__ (record, steps)
##
## What is recorded, as the core takes it: every how many steps, or the list of steps.  "log" is 20 steps a
## decade and 0.
function record = __sgdl_records__ (record, steps)
  if (ischar (record))
    __sgdl__ ("match_option", "record", record, {"log"});
    record = [0; __sgdl__("log_lags", 1, steps, 20)(:)];
  endif
endfunction
