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
  handles = loglog (x.lag, x.msd, "o", "color", sgd_colour ("measured"), "markersize", 4,
                    "markerfacecolor", sgd_colour ("measured"));
  names = {"measured"};
  if (! isempty (x.se))
    draw_bars (x, opt.level);
    names = {sprintf("measured, %g%% bars", 100 * opt.level)};
  endif
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
function draw_bars (x, level)
  reach = sqrt (2) * erfinv (level) * x.se;
  lower = max (x.msd - reach, x.msd / 10);
  drawn = ! isnan (reach);
  bars_x = [x.lag, x.lag, NaN(size (x.lag))](drawn,:)';
  bars_y = [lower, x.msd + reach, NaN(size (x.lag))](drawn,:)';
  loglog (bars_x(:), bars_y(:), "-", "color", sgd_colour ("measured"));
endfunction
