## plot_fit (x, opt)
##
## The measured spectrum of the position with bars and the fitted one, of one fitted mode or summed over all; or the
## MSD of the path along the modes with the fitted one.
function plot_fit (x, opt)
  check_level (opt.level);
  if (strcmp (opt.which, "msd"))
    plot_msd (x.msd, struct ("theory", [], "labels", [], "level", opt.level));
    hold ("on");
    curve = loglog (x.msd.lag, fit_prediction (x, "what", "msd"), "linewidth", 3, "color", sgd_colour ("theory"));
    hold ("off");
    legend (curve, "fitted theory", "location", "southeast");
    return;
  endif
  columns = 1:numel (x.mode);
  if (! isempty (opt.mode))
    columns = find (x.mode == opt.mode, 1);
    if (isempty (columns))
      error ("sgdlangevin:bad_argument", "`mode` = %g: expected one of the fitted modes", opt.mode);
    endif
  endif
  data = sum (x.bands.data(:,columns), 2);
  ## degrees of freedom of a sum by Satterthwaite
  half = x.bands.weight .* data .^ 2 ./ sum (x.bands.data(:,columns) .^ 2, 2);
  lower = data .* half ./ gammaincinv ((1 + opt.level) / 2, half);
  upper = data .* half ./ gammaincinv ((1 - opt.level) / 2, half);
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  bars_x = [x.bands.freq, x.bands.freq, NaN(size (x.bands.freq))]';
  bars_y = [lower, upper, NaN(size (lower))]';
  loglog (bars_x(:), bars_y(:), "-", "color", sgd_colour ("measured"));
  points = loglog (x.bands.freq, data, "o", "color", sgd_colour ("measured"), "markersize", 4,
                   "markerfacecolor", sgd_colour ("measured"));
  curve = loglog (x.bands.freq, sum (x.bands.fit(:,columns), 2), "linewidth", 3, "color", sgd_colour ("theory"));
  legend ([points, curve], {sprintf("measured, %g%% bars", 100 * opt.level), "fitted theory"},
          "location", "southwest");
  xlabel ("frequency (cycles per step)");
  ylabel ("power spectral density of the position");
  title ("Spectrum");
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction
