## widen_log_axes (ax)
##
## Room of a twentieth of the range around what is drawn, so that markers are not cut, and
## ticks at 1, 2 and 5, or at each digit, where there are too few powers of ten.
function widen_log_axes (ax)
  for name = "xy"
    limits = log10 (get (ax, [name "lim"]));
    limits += [-1, 1] * max (diff (limits) / 20, 0.02);
    set (ax, [name "lim"], 10 .^ limits);
    if (diff (limits) < 2)
      digits = {[1; 2; 5], (1:9)'}{1 + (diff (limits) < 0.7)};
      ticks = (digits .* 10 .^ (floor (limits(1)):ceil (limits(2))))(:)';
      labels = arrayfun (@num2str, ticks, "UniformOutput", false);
      set (ax, [name "tick"], ticks, [name "ticklabel"], labels);
    endif
  endfor
endfunction
