## plot_spectrum (modes)
##
## Size of the Hessian's eigenvalues by rank on a log axis, marked by damping regime.
function plot_spectrum (modes)
  regimes = {"overdamped", "critical", "underdamped", "alternating", "saddle", "flat"};
  colours = {"measured", "fourth", "theory", "other", "fifth", "reference"};
  markers = "osd^vx";
  size_of = abs (modes.eigenvalue);
  floor_of_axis = min ([size_of(size_of > 0); 1]) / 10;   # flat modes have no logarithm

  newplot ();
  handles = [];
  names = {};
  for i = 1:numel (regimes)
    in_regime = strcmp (modes.regime, regimes{i});
    if (any (in_regime))
      handles(end+1) = semilogy (modes.mode(in_regime), max (size_of(in_regime), floor_of_axis), markers(i),
                                 "color", sgd_colour (colours{i}), "markersize", 5,
                                 "markerfacecolor", sgd_colour (colours{i}));
      names{end+1} = sprintf ("%s (%d)", regimes{i}, sum (in_regime));
      hold ("on");
    endif
  endfor
  hold ("off");
  legend (handles, names, "location", "northeast");
  xlabel ("rank of the mode");
  ylabel ("eigenvalue of the Hessian (size)");
  title ("Hessian spectrum by damping regime");
  xlim ([0, numel(modes.mode) + 1]);
  ylim ([floor_of_axis / 2, 4 * max([size_of; 2 * floor_of_axis])]);
endfunction
