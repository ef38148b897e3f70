## regime_counts (modes)
##
## How many modes have each regime of damping.
function text = regime_counts (modes)
  [names, ~, index] = unique (modes.regime);
  counts = accumarray (index(:), 1);
  text = strjoin (arrayfun (@(i) sprintf ("%d %s", counts(i), names{i}), 1:numel (names),
                            "UniformOutput", false), ", ");
endfunction
