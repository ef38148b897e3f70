## objective = __sgdl_data_objective__ (kind, X, y, n_classes, levels)
##
## The struct of a built-in objective of data; y as numbers or as classes counted from 0.
function objective = __sgdl_data_objective__ (kind, X, y, n_classes, levels, hidden)
  fields = struct ("X", X, "y", full (double (y(:))), "n_classes", n_classes, "levels", {levels});
  if (nargin > 5)
    fields.hidden = hidden;
  endif
  objective = __sgdl_objective__ (kind, fields);
endfunction
