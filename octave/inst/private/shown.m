## shown (x)
##
## The first numbers of a list.
function text = shown (x)
  few = x(1:min (6, end));
  text = strjoin (arrayfun (@(value) sprintf ("%.4g", value), few(:)', "UniformOutput", false), ", ");
  if (numel (x) > 6)
    text = [text, ", ..."];
  endif
endfunction
