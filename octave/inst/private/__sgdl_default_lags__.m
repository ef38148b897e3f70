## lags = __sgdl_default_lags__ (x, span, least)
##
## Eight log-spaced lags a decade from 1 while span times the lag is up to a tenth of the frames of x.
function lags = __sgdl_default_lags__ (x, span, least)
  frames = __sgdl__ ("trajectory_shape", x);
  last = floor (frames / 10);
  if (last < span * least + 1)
    error ("sgdlangevin:too_short", "`x` has %d frames: expected at least %.0f where no `lags` are given", frames,
           10 * (span * least + 1));
  endif
  lags = __sgdl__ ("log_lags", 1, max (1, floor (last / span)), 8);
endfunction
