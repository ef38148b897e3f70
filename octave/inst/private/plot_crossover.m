## plot_crossover (x)
##
## Measured MSD with the broken line and its breaks on log axes.
function plot_crossover (x)
  reach = exp (sqrt (2) * erfinv (x.level) * x.msd_se);
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  low = min (x.msd ./ reach);
  high = max (x.msd .* reach);
  for i = 1:x.n_breaks
    fill ([x.break_lower(i), x.break_upper(i), x.break_upper(i), x.break_lower(i)], [low, low, high, high],
          0.2 * sgd_colour ("reference") + 0.8, "edgecolor", "none");
    loglog (x.break_lag([i, i]), [low, high], "--", "color", sgd_colour ("reference"));
  endfor
  points = loglog (x.lag, x.msd, "o", "markersize", 4, "color", sgd_colour ("measured"), "markerfacecolor",
                   sgd_colour ("measured"));
  bars = [x.lag, x.lag, NaN(size (x.lag))]';
  ends = [x.msd ./ reach, x.msd .* reach, NaN(size (x.lag))]';
  loglog (bars(:), ends(:), "-", "color", sgd_colour ("measured"));
  line = loglog (x.lag, x.fitted, "linewidth", 2, "color", sgd_colour ("theory"));
  legend ([points, line], {"measured", sprintf("exponents %s", strjoin (cellfun (@(c) sprintf ("%.3g", c), ...
                                               num2cell (x.exponent'), "UniformOutput", false), ", "))},
          "location", "southeast");
  xlabel (sprintf ("lag (%s)", x.unit));
  ylabel ("mean squared displacement");
  title ("Crossovers of the mean squared displacement");
  set (gca (), "nextplot", "replace");
endfunction
