## density_line (x)
##
## What a spectral density is made of, in one line.
function text = density_line (x)
  noise = "none";
  if (! isempty (x.sigma2))
    noise = sprintf ("%.4g H", x.sigma2);
  elseif (__sgdl_has_part__ (x, true))
    noise = "along it known";
  endif
  probes = 0;
  for part = {x.counts, x.noise}
    if (! isempty (part{1}))
      probes = max (probes, part{1}.probes);
    endif
  endfor
  text = sprintf ("spectral density of %s by %s, %s known, noise %s", plural (x.dim, "parameter"),
                  plural (probes, "probe"), plural (numel (x.eigenvalues), "eigenpair"), noise);
endfunction
