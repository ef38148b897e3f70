## text = exponent_diagnostics (fit)
##
## What each diagnostic of a diffusion exponent says, for those that there are.
function text = exponent_diagnostics (fit)
  d = fit.diagnostics;
  known = @(name) isfield (d, name) && ! isnan (d.(name));
  text = "";
  if (known ("heterogeneity_p"))
    text = [text, sprintf("  paths differ by %.3g (interval %.3g to %.3g); none differs: %s\n", fit.spread, ...
                          fit.spread_lower, fit.spread_upper, exponent_p_value (d.heterogeneity_p))];
  endif
  if (known ("n_blocks"))
    text = [text, sprintf("  error from %d blocks; the regression itself would claim se %.3g\n", d.n_blocks, ...
                          d.naive_se)];
  endif
  if (known ("curvature"))
    text = [text, sprintf("  curvature of log MSD against log lag %.3g, %s\n", d.curvature, ...
                          exponent_p_value (d.curvature_p))];
    if (d.curvature_p < 0.05)
      text = [text, "  not a straight line: the exponent depends on the window\n"];
    endif
  endif
  if (known ("misfit_p") && ! known ("misfit_df"))
    text = [text, sprintf("  fit: cumulative periodogram off a line by %.3g, %s\n", d.misfit, ...
                          exponent_p_value (d.misfit_p))];
  endif
  if (known ("misfit_df"))
    text = [text, sprintf("  fit: chi squared %.4g on %d degrees of freedom, %s\n", d.misfit, d.misfit_df, ...
                          exponent_p_value (d.misfit_p))];
  endif
  if (known ("misfit_p") && d.misfit_p < 0.01)
    text = [text, "  not what the method takes it for: the exponent depends on the window, its interval may ", ...
            "not hold\n"];
    if (strcmp (fit.method, "gls") || (isfield (fit, "full") && fit.full))
      text = [text, "  (a localisation error does this too: method \"mle\" with \"noise\" true fits one)\n"];
    endif
  endif
  if (known ("log_likelihood"))
    text = [text, sprintf("  log likelihood %.6g\n", d.log_likelihood)];
  endif
  if (known ("noise_p") && isfield (fit, "noise"))
    text = [text, sprintf("  localisation error: variance %.4g (interval %.4g to %.4g); none: %s%s\n", fit.noise, ...
                          fit.noise_lower, fit.noise_upper, exponent_p_value (d.noise_p), ...
                          {", not told from none", ""}{1 + d.noise_detected})];
  endif
  if (known ("at_boundary") && d.at_boundary)
    text = [text, "  the exponent lies at the end of its range\n"];
  endif
  if (known ("homogeneity_p"))
    text = [text, sprintf("  one exponent for all coordinates and paths: %s\n", ...
                          exponent_p_value (d.homogeneity_p))];
    if (d.homogeneity_p < 0.01)
      text = [text, "  they differ: see pool \"distributed\", or fit them one by one\n"];
    endif
  endif
endfunction
