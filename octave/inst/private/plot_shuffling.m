## plot_shuffling (x)
##
## Power of the noise over its mean by frequency, with intervals, and that of epochs where the test finds them.
function plot_shuffling (x)
  half = x.bands.weight;
  lower = x.bands.ratio .* half ./ gammaincinv ((1 + x.level) / 2, half);
  upper = x.bands.ratio .* half ./ gammaincinv ((1 - x.level) / 2, half);
  newplot ();
  set (gca (), "xscale", "log", "nextplot", "add", "box", "on");
  bars_x = [x.bands.freq, x.bands.freq, NaN(size (half))]';
  bars_y = [lower, upper, NaN(size (half))]';
  semilogx (bars_x(:), bars_y(:), "-", "color", sgd_colour ("measured"));
  handles = semilogx (x.bands.freq, x.bands.ratio, "o", "color", sgd_colour ("measured"), "markersize", 4,
                      "markerfacecolor", sgd_colour ("measured"));
  names = {"measured"};
  if (x.p_value < 1 - x.level)
    M = x.epoch_steps;
    freq = logspace (log10 (x.bands.freq(1)), log10 (x.bands.freq(end)), 400);
    handles(end+1) = semilogx (freq, (1 - (sin (M * pi * freq) ./ (M * sin (pi * freq))) .^ 2) * M / (M - 1),
                               "linewidth", 3, "color", sgd_colour ("theory"));
    names{end+1} = sprintf ("epochs of %d steps", M);
  endif
  legend (handles, names, "location", "southeast");
  xlabel ("frequency (cycles per step)");
  ylabel ("power of the noise over its mean");
  title ("Noise of the steps");
  set (gca (), "nextplot", "replace");
endfunction
