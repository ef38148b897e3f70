## names = __sgdl_functions__ (names, argument)
##
## Names of functions of an eigenvalue as a cellstr, or the error that names the nearest.
function names = __sgdl_functions__ (names, argument)
  if (ischar (names))
    names = {names};
  endif
  if (! iscellstr (names) || isempty (names))
    error ("sgdlangevin:bad_argument", "`%s`: expected names of functions, got a value of class %s", argument,
           class (names));
  endif
  for i = 1:numel (names)
    __sgdl__ ("match_option", argument, names{i}, {"one", "identity", "square", "absolute", "inverse", ...
                                                   "logarithm", "exponential", "below"});
  endfor
endfunction
