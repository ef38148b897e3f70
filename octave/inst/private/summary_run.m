## summary_run (x)
##
## Runs, their order and their samples in words.
function text = summary_run (x)
  switch (x.type)
    case {"sgd_simulate", "sgd_trajectory"}
      text = trajectory_text (x);
    case "sgd_method_order"
      text = order_text (x);
    case "sgd_sample_check"
      text = sample_check_text (x);
  endswitch
endfunction

function text = trajectory_text (x)
  if (isempty (x.theta))
    text = says ("SGD run of %s, %s recorded%s", plural (x.resume.model.dim, "parameter"),
                 plural (numel (x.step), "step"),
                 {" in summaries", [" in " x.folder]}{2 - isempty(x.folder)});
  else
    text = says ("SGD trajectory: %s of %s in %s", plural (rows (x.theta), "frame"),
                 plural (columns (x.theta), "coordinate"), plural (size (x.theta, 3), "path"));
  endif
  if (! isempty (x.step))
    text = [text, says("  steps %d to %d", x.step(1), x.step(end))];
  endif
  if (! isempty (x.hyper))
    text = [text, settings(x.hyper)];
  endif
  if (strcmp (x.type, "sgd_simulate"))
    stopped = {", STOPPED before the end", ""}{1 + x.complete};
    if (ischar (x.record))
      interval = "logarithmic steps";
    elseif (isscalar (x.record))
      interval = ["every " plural(x.record, "step")];
    else
      interval = "listed steps";
    endif
    text = [text, says("  method \"%s\", coordinates \"%s\", %s, seed %d, backend %s%s", x.method, ...
                       x.coordinates, interval, x.seed, x.backend, stopped)];
    if (! isempty (x.summaries))
      text = [text, says("  summaries: %s", strjoin (x.resume.arguments.summaries, ", "))];
    endif
  endif
endfunction

function text = order_text (x)
  text = says ("Order of method %s, %s, %s", x.method, plural (x.steps, "step"), plural (x.nsim, "path"));
  if (isnan (x.strong_order))
    text = [text, says("  strong none (errors at rounding level)")];
  else
    text = [text, says("  strong %.3f (se %.2g)", x.strong_order, x.strong_order_se)];
  endif
  if (isnan (x.weak_order))
    text = [text, says("  weak none (errors at rounding level)")];
  else
    text = [text, says("  weak %.3f", x.weak_order)];
  endif
  halving = @(error) [NaN; log2(error(1:end-1) ./ error(2:end))];   # orders between neighbouring levels
  text = [text, table({"step", "strong", "strong_se", "weak", "strong_order", "weak_order"}, ...
                      [x.step, x.strong, x.strong_se, x.weak, halving(x.strong), halving(x.weak)])];
endfunction

function text = sample_check_text (x)
  text = [says("Sample of %s of %s against a Gaussian: p = %.3g", plural (x.n, "draw"), ...
               plural (x.dim, "coordinate"), x.p_value), ...
          says("  mean        %10.4g  p = %.3g", x.mean_statistic, x.mean_p), ...
          says("  covariance  %10.4g  p = %.3g", x.covariance_statistic, x.covariance_p), ...
          says("  distances   %10.4g  p = %.3g", x.distance_statistic, x.distance_p)];
endfunction
