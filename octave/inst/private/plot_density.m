## plot_density (x, opt)
##
## Eigenvalues (or gradient noise) per decade against their size on log axes, with bars at opt.level for the
## standard error of the probes; negative ones apart, by colour; known eigenvalues as ticks.
function plot_density (x, opt)
  noise = opt.noise;
  if (isempty (noise))
    noise = ! __sgdl_has_part__ (x, false);
  endif
  noise = __sgdl__ ("flag", noise, "noise");
  check_level (opt.level);
  bins = sgd_histogram (x, "noise", noise, "per_decade", opt.per_decade);
  drawn = bins.lower .* bins.upper > 0 & bins.value > 0;
  if (! any (drawn))
    error ("sgdlangevin:bad_argument", "`x`: expected eigenvalues that are not 0, got none");
  endif
  value = opt.per_decade * bins.value(drawn);
  se = opt.per_decade * bins.se(drawn);
  se(isnan (se)) = 0;
  reach = sqrt (2) * erfinv (opt.level) * se;
  low = max (value - reach, value / 10);
  ends = abs ([bins.lower(drawn), bins.upper(drawn)]);
  left = min (ends, [], 2);
  right = max (ends, [], 2);
  positive = bins.lower(drawn) > 0;
  bottom = min (low) / 2;

  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  handles = [];
  names = {};
  signs = {true, "positive eigenvalues", sgd_colour("measured"); false, "negative eigenvalues", sgd_colour("theory")};
  for i = 1:2
    some = find (positive == signs{i,1})';
    for k = some
      shape = patch ([left(k), left(k), right(k), right(k)], [bottom, value(k), value(k), bottom], signs{i,3}, ...
                     "facealpha", 0.25, "edgecolor", signs{i,3});
      middle = sqrt (left(k) * right(k));
      loglog ([middle, middle], [low(k), value(k) + reach(k)], "-", "color", signs{i,3}, "linewidth", 2);
    endfor
    if (! isempty (some))
      handles(end+1) = shape;
      names{end+1} = signs{i,2};
    endif
  endfor
  known = x.eigenvalues(x.eigenvalues != 0);
  if (! isempty (known))
    colours = [sgd_colour("theory"); sgd_colour("current")];
    for k = 1:numel (known)
      mark = loglog (abs (known([k, k])), bottom * [1, 1.6], "-", "linewidth", 2, ...
                     "color", colours(1 + (known(k) > 0),:));
    endfor
    handles(end+1) = mark;
    names{end+1} = "known exactly";
  endif
  legend (handles, names, "location", "northeast");
  xlabel ("size of the eigenvalue");
  ylabel ({"eigenvalues per decade", "gradient noise per decade"}{1 + noise});
  title (sprintf ("Spectral density of %d parameters", x.dim));
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction
