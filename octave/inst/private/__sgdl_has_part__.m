## yes = __sgdl_has_part__ (density, noise)
##
## Whether a density knows traces with noise, or without.
function yes = __sgdl_has_part__ (density, noise)
  all_known = numel (density.eigenvalues) == density.dim;
  counts = ! isempty (density.counts) || all_known;
  if (noise)
    yes = ! isempty (density.noise) || (! isempty (density.sigma2) && counts) ...
          || (all_known && ! isempty (density.gradient_noise));
  else
    yes = counts;
  endif
endfunction
