## __sgdl_require_labels__ (labels, wanted)
##
## Raises unless `labels` is a vector of numbers, or true and false; `wanted` says what would do.
function __sgdl_require_labels__ (labels, wanted)
  if (! ((isnumeric (labels) || islogical (labels)) && isreal (labels) && isvector (labels)))
    error ("sgdlangevin:bad_argument", "`y`: expected %s or a cell array of strings, got a value of class %s",
           wanted, class (labels));
  endif
endfunction
