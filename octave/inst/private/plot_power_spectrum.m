## plot_power_spectrum (x)
##
## Spectra of position and velocity on log axes; those of the modes under them where they are there.
function plot_power_spectrum (x)
  [freq, order] = sort (x.freq);
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  handles = [];
  names = {};
  if (! isempty (x.modes))
    handles = loglog (freq, x.modes(order,:), "color", sgd_colour ("reference"))(1);
    names = {"position, each mode"};
  endif
  handles(end+1) = loglog (freq, x.velocity(order), "linewidth", 2, "color", sgd_colour ("measured"));
  handles(end+1) = loglog (freq, x.theta(order), "linewidth", 3, "color", sgd_colour ("theory"));
  legend (handles, [names, {"velocity", "position"}], "location", "northeastoutside");
  xlabel ("frequency (cycles per step)");
  ylabel ("power spectral density");
  title ("Power spectrum");
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction
