## plot_exponent (fit, opt)
##
## The MSD of a fitted exponent with its straight line, or the diagram that the method fitted.
function plot_exponent (fit, opt)
  if (strcmp (opt.which, "diagram"))
    line = plot_diagram (fit, opt.level);
  else
    plot_msd (fit.msd, struct ("theory", [], "labels", [], "level", opt.level));
    lag = fit.msd.lag([1, end])';
    hold ("on");
    line = loglog (lag, exp (fit.log_diffusivity) * lag .^ fit.exponent, "linewidth", 3,
                   "color", sgd_colour ("theory"));
    hold ("off");
    title ("Diffusion exponent");
  endif
  legend (line, ["exponent ", exponent_interval(fit)],
          "location", "northwest");
endfunction

## Values by scale with bars at a level, and the line of the fitted slope through their mean.
function line = plot_diagram (fit, level)
  if (! isfield (fit, "diagram"))
    error ("sgdlangevin:bad_argument", "`which` = \"diagram\": method \"%s\" has none: expected \"msd\"", fit.method);
  endif
  check_level (level);
  d = fit.diagram;
  reach = sqrt (2) * erfinv (level);
  if (strcmp (fit.method, "wavelet"))
    scale = d.scale;
    value = 2 .^ d.log2_energy;
    factor = 2 .^ (reach * d.se);
    weight = d.n;
    slope = fit.exponent + 1;
    labels = {"scale", "mean square of wavelet details"};
  else
    scale = d.box;
    value = d.fluctuation;
    factor = exp (reach * d.log_se);
    weight = ones (size (scale));
    slope = fit.exponent / 2;
    labels = {"box", "fluctuation about the trend (parameter units)"};
  endif
  centre = sum (weight .* (log (value) - slope * log (scale))) / sum (weight);
  n = numel (scale);
  loglog ([scale, scale, NaN(n, 1)]'(:), [value ./ factor, value .* factor, NaN(n, 1)]'(:), "-",
          "color", sgd_colour ("measured"));
  hold ("on");
  loglog (scale, value, "o", "markersize", 5, "color", sgd_colour ("measured"),
          "markerfacecolor", sgd_colour ("measured"));
  line = loglog (scale, exp (centre + slope * log (scale)), "linewidth", 2, "color", sgd_colour ("theory"),
                 "tag", "fit");
  hold ("off");
  xlabel (sprintf ("%s (%s)", labels{1}, fit.unit));
  ylabel (labels{2});
  title ("Log-scale diagram");
endfunction
