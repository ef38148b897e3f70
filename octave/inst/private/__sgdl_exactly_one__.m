## __sgdl_exactly_one__ (options, first, second)
##
## Raises unless exactly one of the two arguments was given.
function __sgdl_exactly_one__ (options, first, second)
  given = ! [isempty(options.(first)), isempty(options.(second))];
  if (sum (given) != 1)
    got = {"neither", "both"}{1 + all (given)};
    error ("sgdlangevin:bad_argument", "`%s` and `%s`: expected exactly one of them, got %s",
           first, second, got);
  endif
endfunction
