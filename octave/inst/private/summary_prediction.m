## summary_prediction (x)
##
## Predicted displacements, correlations and spectra of a model in words.
function text = summary_prediction (x)
  switch (x.type)
    case "sgd_msd"
      text = prediction_text (x);
    case "sgd_oscillations"
      text = oscillations_text (x);
    case "sgd_autocorrelation"
      text = autocorrelation_text (x);
    case "sgd_power_spectrum"
      text = power_spectrum_text (x);
  endswitch
endfunction

function text = prediction_text (x)
  text = [says("Predicted mean squared displacement (form: %s, start: %s)", x.form, x.start), ...
          table({"step", "msd", "exponent"}, [x.step, x.msd, x.exponent])];
  if (! isempty (x.crossover))
    text = [text, crossover_text(x.crossover)];
  endif
  if (strcmp (x.model.problem.type, "sgd_density"))
    text = [text, says("largest standard error from the probes: %.2g%%", 100 * max (x.se ./ x.msd)), ...
            says("largest error of the quadrature: %.2g%%", 100 * max (x.truncation ./ x.msd))];
    return;
  endif
  if (strcmp (x.form, "model") && strcmp (x.start, "stationary") && x.model.report.n_saddle == 0)
    text = [text, displacements_text(x)];
  endif
  if (! isempty (x.terms))
    text = [text, says("weight-dependent noise, each term with all before it:"), ...
            table({"step", "constant", "noise", "response", "cumulant", "shift"}, [x.step, x.terms]), ...
            says("  total variances: %s", shown (x.dressed.trace)), ...
            says("  small parameter %.3g; the mean is off by %.3g standard deviations", ...
                 x.dressed.small_parameter, x.dressed.shift)];
  endif
endfunction

function text = oscillations_text (x)
  text = [says("%s: %s", plural (numel (x.mode), "mode"), regime_counts (x)), ...
          table({"mode", "eigenvalue", "period", "quality"}, [x.mode, x.eigenvalue, x.period, x.quality])];
endfunction

function text = autocorrelation_text (x)
  text = [says("Predicted autocovariance%s", along_text (x.direction)), ...
          table({"lag", "theta", "velocity", "cross"}, [x.lag, x.theta, x.velocity, x.cross])];
endfunction

function text = power_spectrum_text (x)
  ringing = find (! isnan (x.peak_freq));
  text = [says("Predicted power spectrum%s", along_text (x.direction)), ...
          table({"freq", "theta", "velocity"}, [x.freq, x.theta, x.velocity]), ...
          says("  %d of %s ring", numel (ringing), plural (numel (x.peak_freq), "mode"))];
  if (! isempty (ringing))
    text = [text, table({"mode", "peak", "width", "quality"}, ...
                        [ringing, x.peak_freq(ringing), x.peak_width(ringing), x.quality(ringing)])];
  endif
endfunction

function text = crossover_text (x)
  text = "";
  if (! isnan (x.ballistic_end))
    text = [text, says("  ballistic until step %.4g", x.ballistic_end)];
  endif
  if (! isnan (x.predicted))
    text = [text, says("  exponent expected from the spectrum between steps %.4g and %.4g: %.3g", ...
                       x.relaxation, x.predicted)];
  endif
  if (! isnan (x.plateau) && x.plateau >= 0.1)
    text = [text, says("  exponent in between: %.3g", x.plateau)];
  endif
  if (isinf (x.confined_start))
    text = [text, says("  never confined: flat modes diffuse")];
  elseif (! isnan (x.confined_start))
    text = [text, says("  confined from step %.4g", x.confined_start)];
  endif
endfunction

## The same displacement under each set of assumptions.
function text = displacements_text (x)
  text = "";
  variants = __sgdl_variants__ (x.model);
  if (any (x.step != fix (x.step)) || rows (variants) == 1)
    return;
  endif
  start = struct ("start", "stationary", "theta0", [], "v0", [], "cov0", []);
  columns_of = x.step;
  names = [{"step"}, variants(:,1)'];
  for i = 1:rows (variants)
    columns_of(:,end+1) = __sgdl__ ("msd_theory", variants{i,2}, x.step, start, "model", false);
  endfor
  if (! isempty (x.terms))
    names{end+1} = "dressed";
    columns_of(:,end+1) = x.msd;
  endif
  text = [says("side by side:"), table(names, columns_of)];
endfunction

function text = along_text (direction)
  text = {" along a direction", ""}{1 + isempty(direction)};
endfunction
