## plot_velocity (x, theory)
##
## Measured velocity autocorrelation with bars, under the theory where it is given.
function plot_velocity (x, theory)
  if (! isempty (theory))
    __sgdl__ ("expect_type", theory, "theory", {"sgd_autocorrelation"});
  endif
  newplot ();
  set (gca (), "nextplot", "add", "box", "on");
  for k = 1:columns (x.autocorrelation)
    bars_x = [x.lag, x.lag, NaN(size (x.lag))]';
    bars_y = [x.lower(:,k), x.upper(:,k), NaN(size (x.lag))]';
    plot (bars_x(:), bars_y(:), "-", "color", sgd_colour ("measured"));
    handles = plot (x.lag, x.autocorrelation(:,k), "o", "color", sgd_colour ("measured"), "markersize", 4,
                    "markerfacecolor", sgd_colour ("measured"));
  endfor
  names = {sprintf("measured, %g%% bars", 100 * x.level)};
  if (! isempty (theory))
    handles(end+1) = plot (theory.lag, theory.velocity, "linewidth", 3, "color", sgd_colour ("theory"));
    names{end+1} = "theory";
  endif
  legend (handles, names, "location", "northeast");
  xlabel ("lag (steps)");
  ylabel ("velocity autocorrelation");
  title ("Velocity autocorrelation");
  set (gca (), "nextplot", "replace");
endfunction
