## unit = __sgdl_lag_unit__ (source)
##
## "steps" of a trajectory that knows them, else "frames".
function unit = __sgdl_lag_unit__ (source)
  unit = "frames";
  if (isstruct (source) && isfield (source, "type"))
    unit = "steps";
  endif
endfunction
