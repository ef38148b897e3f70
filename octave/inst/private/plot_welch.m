## plot_welch (x, theory)
##
## Measured spectra with their limits on log axes, under the theory where it is given.
function plot_welch (x, theory)
  if (! isempty (theory))
    __sgdl__ ("expect_type", theory, "theory", {"sgd_power_spectrum"});
  endif
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  limits = loglog (x.freq, [x.lower, x.upper], ":", "color", sgd_colour ("measured"));
  handles = loglog (x.freq, x.density, "color", sgd_colour ("measured"))(1);
  names = {sprintf("measured, %g%% limits dotted", 100 * x.level)};
  if (! isempty (theory))
    [freq, order] = sort (theory.freq);
    handles(end+1) = loglog (freq, theory.(x.of)(order), "linewidth", 3, "color", sgd_colour ("theory"));
    names{end+1} = "theory";
  endif
  legend (handles, names, "location", "southwest");
  xlabel ("frequency (cycles per step)");
  ylabel (["power spectral density of ", x.of]);
  title ("Power spectrum");
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction
