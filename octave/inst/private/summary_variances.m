## summary_variances (model)
##
## Total stationary variances under each set of assumptions.
function text = summary_variances (model)
  text = "";
  if (isempty (model.eigenvalues) || model.report.n_saddle > 0)
    return;
  endif
  variants = __sgdl_variants__ (model);
  text = says ("  total variance side by side: %18s  %12s", "position", "velocity");
  for i = 1:rows (variants)
    [~, ~, ~, theta, velocity] = __sgdl__ ("stationary", variants{i,2}, true, []);
    text = [text, says("    %-43s  %12.5g  %12.5g", variants{i,1}, theta, velocity)];
  endfor
endfunction
