## plot_autocorrelation (x)
##
## Correlation of position and velocity with themselves a lag later.
function plot_autocorrelation (x)
  [lag, order] = sort (x.lag);
  newplot ();
  handles = plot (lag, x.correlation_theta(order), "linewidth", 3, "color", sgd_colour ("theory"),
                  lag, x.correlation_velocity(order), "linewidth", 2, "color", sgd_colour ("measured"));
  hold ("on");
  plot (lag([1, end]), [0, 0], "color", sgd_colour ("reference"));
  hold ("off");
  legend (handles, {"position", "velocity"}, "location", "northeast");
  xlabel ("lag (steps)");
  ylabel ("correlation");
  title ("Autocorrelation");
endfunction
