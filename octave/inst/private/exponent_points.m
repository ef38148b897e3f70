## [over, points] = exponent_points (method)
##
## What the window of a method counts, and what its n_points does.
function [over, points] = exponent_points (method)
  words = {"ols", "lags", "lags"; "gls", "lags", "lags"; "mle", "lags", "increments";
           "whittle", "periods of", "frequencies"; "wavelet", "scales of", "octaves";
           "dfa", "boxes of", "sizes of boxes"};
  [over, points] = words{strcmp (method, words(:,1)),2:3};
endfunction
