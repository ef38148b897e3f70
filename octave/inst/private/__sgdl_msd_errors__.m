## errors = __sgdl_msd_errors__ (se)
##
## The option `se` of msd as the core counts: 0 none, 1 what suits, 2 blocks, 3 paths, 4 bootstrap, 5
## gaussian.
function errors = __sgdl_msd_errors__ (se)
  names = {"blocks", "paths", "bootstrap", "gaussian"};
  if (ischar (se))
    __sgdl__ ("match_option", "se", se, names);
    errors = 1 + find (strcmp (se, names));
  elseif (isscalar (se) && (islogical (se) || (isnumeric (se) && any (se == [0, 1]))))
    errors = double (se != 0);
  else
    error ("sgdlangevin:bad_argument",
           "`se`: expected true, false or one of \"blocks\", \"paths\", \"bootstrap\", \"gaussian\"");
  endif
endfunction
