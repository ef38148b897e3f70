## n = __sgdl_count__ (n, name, least)
##
## A whole number >= least, or the error that names it.
function n = __sgdl_count__ (n, name, least)
  if (! ((isnumeric (n) || islogical (n)) && isreal (n) && isscalar (n)))
    error ("sgdlangevin:bad_argument", "`%s`: expected a number, got a value of class %s with %d elements", name,
           class (n), numel (n));
  elseif (! (n >= least && n < 2^53) || n != fix (n))
    error ("sgdlangevin:bad_argument", "`%s` = %.15g: expected a whole number >= %d", name, n, least);
  endif
  n = double (n);
endfunction
