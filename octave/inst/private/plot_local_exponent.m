## plot_local_exponent (x, opt)
##
## Local exponents with their band, under the exponents of opt.theory (from sgd_msd).
function plot_local_exponent (x, opt)
  theory = opt.theory;
  if (! iscell (theory))
    theory = {theory}(! isempty (theory));
  endif
  for i = 1:numel (theory)
    __sgdl__ ("expect_type", theory{i}, "theory", {"sgd_msd"});
  endfor
  newplot ();
  set (gca (), "xscale", "log", "nextplot", "add", "box", "on");
  band = fill ([x.lag; flipud(x.lag)], [x.band_lower; flipud(x.band_upper)], 0.35 * sgd_colour ("trajectory") + 0.65,
               "edgecolor", "none");
  for level = 0:2
    plot (x.lag([1, end]), [level, level], ":", "color", sgd_colour ("reference"));
  endfor
  handles = plot (x.lag, x.exponent, "o", "markersize", 4, "color", sgd_colour ("measured"), "markerfacecolor",
                  sgd_colour ("measured"));
  bars = [x.lag, x.lag, NaN(size (x.lag))]';
  ends = [x.lower, x.upper, NaN(size (x.lag))]';
  plot (bars(:), ends(:), "-", "color", sgd_colour ("measured"));
  names = {sprintf("measured, %g%% intervals", 100 * x.level), sprintf("%g%% band, all lags at once", 100 * x.level)};
  handles(end+1) = band;
  colours = {"theory", "current", "other", "fourth"};
  for i = 1:numel (theory)
    [step, order] = sort (theory{i}.step);
    handles(end+1) = plot (step, theory{i}.exponent(order), "linewidth", 2,
                           "color", sgd_colour (colours{mod (i - 1, 4) + 1}));
    names{end+1} = "theory";
  endfor
  legend (handles, names, "location", "southwest");
  xlabel (sprintf ("lag (%s)", x.unit));
  ylabel ("local exponent");
  title ("Local diffusion exponent");
  set (gca (), "nextplot", "replace");
endfunction
