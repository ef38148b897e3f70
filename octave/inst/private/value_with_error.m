## value_with_error (value, se)
##
## A value to the digit that its standard error lets stand.
function text = value_with_error (value, se)
  if (! isfinite (value) || isnan (se))
    text = sprintf ("%.5g", value);
  elseif (se == 0)
    text = sprintf ("%.5g (exact)", value);
  else
    digits = min (max (1, ceil (log10 (max (abs (value), se) / se)) + 2), 15);
    text = sprintf ("%.*g +- %.2g", digits, value, se);
  endif
endfunction
