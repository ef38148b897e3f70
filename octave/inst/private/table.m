## table (names, columns_of)
##
## A few rows of columns of numbers under their names.
function text = table (names, columns_of)
  few = unique (round (linspace (1, rows (columns_of), min (8, rows (columns_of)))));
  text = [sprintf("  %12s", names{:}), "\n"];
  for i = few
    text = [text, sprintf("  %12.5g", columns_of(i,:)), "\n"];
  endfor
endfunction
