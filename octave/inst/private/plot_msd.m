## plot_msd (x, opt)
##
## Measured MSD with bars at level opt.level on log axes, under the curves of opt.theory.
function plot_msd (x, opt)
  theory = opt.theory;
  if (! iscell (theory))
    theory = {theory}(! isempty (theory));
  endif
  for i = 1:numel (theory)
    __sgdl__ ("expect_type", theory{i}, "theory", {"sgd_msd"});
  endfor
  check_level (opt.level);
  labels = opt.labels;
  if (isempty (labels))
    labels = repmat ({"theory"}, 1, numel (theory));
  elseif (! iscellstr (labels) || numel (labels) != numel (theory))
    error ("sgdlangevin:bad_argument", "`labels`: expected a cell array of %d strings", numel (theory));
  endif

  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  curves = columns (x.msd);
  palette = viridis (max (curves, 2));
  handles = [];
  names = {};
  for k = 1:curves
    colour = palette(k,:);
    if (curves == 1)
      colour = sgd_colour ("measured");
      label = "measured";
    else
      label = sprintf ("%s %d", x.per, k);
    endif
    handles(end+1) = loglog (x.lag, x.msd(:,k), "o", "color", colour, "markersize", 4, "markerfacecolor",
                             colour);
    names{end+1} = label;
    if (! isempty (x.se))
      draw_bars (x, k, opt.level, colour);
      names{end} = sprintf ("%s, %g%% bars", label, 100 * opt.level);
    endif
  endfor
  colours = {"theory", "current", "other", "fourth"};
  widths = [4, 2.5, 1.5];   # so that curves that coincide are all seen
  for i = 1:numel (theory)
    [step, order] = sort (theory{i}.step);
    handles(end+1) = loglog (step, theory{i}.msd(order), "linewidth", widths(min (i, 3)),
                             "color", sgd_colour (colours{mod (i - 1, 4) + 1}));
    names{end+1} = labels{i};
  endfor
  legend (handles, names, "location", "southeast");
  xlabel ("lag (steps)");
  ylabel ("mean squared displacement (parameter units squared)");
  title ("Mean squared displacement");
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction

## Bars of a normal interval; what would reach below zero ends a decade below the point.
function draw_bars (x, k, level, colour)
  reach = sqrt (2) * erfinv (level) * x.se(:,k);
  lower = max (x.msd(:,k) - reach, x.msd(:,k) / 10);
  drawn = ! isnan (reach);
  bars_x = [x.lag, x.lag, NaN(size (x.lag))](drawn,:)';
  bars_y = [lower, x.msd(:,k) + reach, NaN(size (x.lag))](drawn,:)';
  loglog (bars_x(:), bars_y(:), "-", "color", colour);
endfunction
