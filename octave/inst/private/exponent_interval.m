## text = exponent_interval (fit)
##
## "0.71 (95% interval 0.62 to 0.80)": as many digits as the error warrants.
function text = exponent_interval (fit)
  width = fit.upper - fit.lower;
  digits = 4;
  if (width > 0)
    digits = max (2, min (8, 1 - floor (log10 (width / 2))));
  endif
  text = sprintf ("%.*f (%g%% interval %.*f to %.*f)", digits, fit.exponent, 100 * fit.level, digits, fit.lower,
                  digits, fit.upper);
endfunction
