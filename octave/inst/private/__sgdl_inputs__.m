## X = __sgdl_inputs__ (X)
##
## Inputs of examples, one a row: sparse as they are, anything else a full double matrix.
function X = __sgdl_inputs__ (X)
  if (! issparse (X))
    X = __sgdl__ ("matrix", X, "X");
  else
    X = double (X);
  endif
  if (isempty (X))
    error ("sgdlangevin:bad_argument", "`X`: expected at least one row and one column, got %d x %d",
           size (X));
  endif
endfunction
