## __sgdl_require_part__ (density, noise)
##
## Raises where a density does not know traces with noise, or without.
function __sgdl_require_part__ (density, noise)
  if (__sgdl_has_part__ (density, noise))
    return;
  elseif (noise)
    error ("sgdlangevin:unsupported", ...
           "`noise` = true: the density has no gradient noise; give it to sgd_density()");
  endif
  error ("sgdlangevin:unsupported", ...
         "`density` was made with counts = false: use noise = true, or make it with counts = true");
endfunction
