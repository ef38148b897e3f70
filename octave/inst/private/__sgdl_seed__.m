## seed = __sgdl_seed__ (seed)
##
## `seed`, or one drawn from Octave's own generator where it is [].
function seed = __sgdl_seed__ (seed)
  if (isempty (seed))
    seed = floor (rand () * 2^31) * 2^21 + floor (rand () * 2^21);
  endif
endfunction
