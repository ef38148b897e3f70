## plot_temperatures (x)
##
## Kinetic over configurational temperature of each mode against its curvature.
function plot_temperatures (x)
  curvature = x.eigenvalue + x.model.hyper.weight_decay;
  ratio = x.kinetic_temperature ./ x.configurational_temperature;
  drawn = curvature > 0 & isfinite (ratio);
  newplot ();
  handle = loglog (curvature(drawn), ratio(drawn), "o", "color", sgd_colour ("measured"),
                   "markerfacecolor", sgd_colour ("measured"));
  hold ("on");
  line = loglog ([min(curvature(drawn)), max(curvature(drawn))], [1, 1], "color", sgd_colour ("reference"));
  hold ("off");
  legend ([handle, line], {"modes", "equal: noise white in time"}, "location", "northeast");
  xlabel ("curvature of the mode");
  ylabel ("kinetic over configurational temperature");
  title ("Effective temperatures");
endfunction
