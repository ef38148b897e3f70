## check_index (x, name, most)
##
## Raises unless every element of `x` is a whole number from 1 to `most`.
function check_index (x, name, most)
  if (! isnumeric (x) || isempty (x))
    error ("sgdlangevin:bad_argument", "`%s`: expected whole numbers, got %s", name, class (x));
  endif
  wrong = x(! (x >= 1 & x <= most & x == fix (x)));
  if (! isempty (wrong))
    error ("sgdlangevin:bad_argument", "`%s` = %g: expected a whole number from 1 to %d", name, wrong(1),
           most);
  endif
endfunction
