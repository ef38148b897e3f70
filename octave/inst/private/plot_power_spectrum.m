## plot_power_spectrum (x)
##
## Spectra of position and velocity on log axes; the modes under the total where they are there.
function plot_power_spectrum (x)
  [freq, order] = sort (x.freq);
  newplot ();
  handles = loglog (freq, x.theta(order), "linewidth", 3, "color", sgd_colour ("theory"),
                    freq, x.velocity(order), "linewidth", 2, "color", sgd_colour ("measured"));
  names = {"position", "velocity"};
  if (! isempty (x.modes))
    hold ("on");
    modes = loglog (freq, x.modes(order,:), "color", sgd_colour ("reference"));
    hold ("off");
    handles(end+1) = modes(1);
    names{end+1} = "position, each mode";
  endif
  legend (handles, names, "location", "southwest");
  xlabel ("frequency (cycles per step)");
  ylabel ("power spectral density");
  title ("Power spectrum");
endfunction
