## plot_temperatures (x)
##
## Kinetic over configurational temperature of each mode against its curvature.
function plot_temperatures (x)
  curvature = x.eigenvalue + x.model.hyper.weight_decay;
  ratio = x.kinetic_temperature ./ x.configurational_temperature;
  drawn = curvature > 0 & isfinite (ratio);
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  line = loglog ([min(curvature(drawn)), max(curvature(drawn))], [1, 1], "color", sgd_colour ("reference"));
  handle = loglog (curvature(drawn), ratio(drawn), "o", "color", sgd_colour ("measured"),
                   "markersize", 5, "markerfacecolor", sgd_colour ("measured"));
  legend ([handle, line], {"modes", "noise white in time"}, "location", "northeastoutside");
  xlabel ("curvature of the mode");
  ylabel ("kinetic / configurational temperature");
  title ("Effective temperatures");
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction
