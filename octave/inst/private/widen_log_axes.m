## widen_log_axes (ax)
##
## Room of a twentieth of the range around what is drawn, so that markers are not cut.
function widen_log_axes (ax)
  for name = {"xlim", "ylim"}
    limits = log (get (ax, name{1}));
    set (ax, name{1}, exp (limits + [-1, 1] * max (diff (limits) / 20, 0.05)));
  endfor
endfunction
