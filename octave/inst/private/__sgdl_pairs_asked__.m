## options = __sgdl_pairs_asked__ (operator, options)
##
## Checked options of sgd_eigenpairs.
function options = __sgdl_pairs_asked__ (operator, options)
  options.top = __sgdl_count__ (options.top, "top", 0);
  options.bottom = __sgdl_count__ (options.bottom, "bottom", 0);
  for name = {"block", "basis", "max_products"}
    if (! isempty (options.(name{1})))
      options.(name{1}) = __sgdl_count__ (options.(name{1}), name{1}, 1);
    endif
  endfor
  wanted = options.top + options.bottom;
  if (wanted < 1 || wanted > operator.dim)
    error ("sgdlangevin:bad_argument", "`top` + `bottom` = %d: expected from 1 to the dimension, %d", wanted,
           operator.dim);
  endif
  tolerance = options.tolerance;
  if (! (isnumeric (tolerance) && isreal (tolerance) && isscalar (tolerance)))
    error ("sgdlangevin:bad_argument", "`tolerance`: expected a number, got a value of class %s with %d elements",
           class (tolerance), numel (tolerance));
  elseif (! (isfinite (tolerance) && tolerance > 0))
    error ("sgdlangevin:bad_argument", "`tolerance` = %g: expected a number > 0", tolerance);
  endif
  options.seed = __sgdl_count__ (__sgdl_seed__ (options.seed), "seed", 0);
endfunction
