## text = series_count (n)
function text = series_count (n)
  text = sprintf ("%d series", n);
  if (n == 1)
    text = "one series";
  endif
endfunction
