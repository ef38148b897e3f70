## plot_order (x)
##
## Strong and weak errors of a method against its step, with the fitted orders through the finest level.
function plot_order (x)
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  [handles(1), names{1}] = draw_errors (x.step, x.strong, x.strong_order, "strong (distance)", "measured");
  [handles(2), names{2}] = draw_errors (x.step, x.weak, x.weak_order, "weak (covariance, relative)", ...
                                        "theory");
  drawn = isfinite (x.strong) & x.strong_se > 0;
  lower = max (x.strong - 2 * x.strong_se, x.strong / 1e3);
  bars_x = [x.step, x.step, NaN(size (x.step))](drawn,:)';
  bars_y = [lower, x.strong + 2 * x.strong_se, NaN(size (x.step))](drawn,:)';
  loglog (bars_x(:), bars_y(:), "-", "color", sgd_colour ("measured"));
  legend (handles, names, "location", "northwest");
  xlabel ("step");
  ylabel ("error at the end");
  title (sprintf ("Errors of method %s", x.method));
  axis ("tight");
  widen_log_axes (gca ());
  set (gca (), "nextplot", "replace");
endfunction

function [handle, name] = draw_errors (step, error, order, name, colour)
  drawn = isfinite (error) & error > 0;
  if (! any (drawn))
    drawn(:) = true;
    error = NaN (size (error));
  endif
  handle = loglog (step(drawn), error(drawn), "o", "color", sgd_colour (colour), "markersize", 5,
                   "markerfacecolor", sgd_colour (colour));
  if (! isnan (order))
    loglog (step, error(end) * (step / step(end)) .^ order, "-", "color", sgd_colour (colour));
    name = sprintf ("%s, order %.2f", name, order);
  endif
endfunction
