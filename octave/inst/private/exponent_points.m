## points = exponent_points (method)
##
## What the window of a method counts.
function points = exponent_points (method)
  points = "lags";
endfunction
