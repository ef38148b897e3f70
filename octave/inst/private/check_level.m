## check_level (level)
##
## Raises unless `level` is a number between 0 and 1.
function check_level (level)
  if (! isnumeric (level) || ! isscalar (level))
    error ("sgdlangevin:bad_argument", "`level`: expected a number in (0, 1), got %s", class (level));
  elseif (! (level > 0 && level < 1))
    error ("sgdlangevin:bad_argument", "`level` = %g: expected a number in (0, 1)", level);
  endif
endfunction
