## summary_diffusion (x)
##
## Exponents and tests of diffusion in words.
function text = summary_diffusion (x)
  switch (x.type)
    case "diffusion_exponent"
      text = exponent_text (x);
    case "local_exponent"
      text = local_exponent_text (x);
    case "msd_crossover"
      text = msd_crossover_text (x);
    case "diffusion_test"
      text = diffusion_test_text (x);
    case "ergodicity"
      text = ergodicity_text (x);
    case "ageing"
      text = ageing_text (x);
    case "diffusion_comparison"
      text = diffusion_comparison_text (x);
  endswitch
endfunction

function text = exponent_text (x)
  [~, points] = exponent_points (x.method);
  text = [says("%s", exponent_sentence (x)), ...
          says("  (method \"%s\", %d %s, %s)", x.method, x.n_points, points, series_count (x.n_series)), ...
          says("  exponent %.4g (se %.3g), log diffusivity %.4g (se %.3g)", x.exponent, x.se, ...
               x.log_diffusivity, sqrt (x.vcov(2,2))), ...
          exponent_diagnostics(x)];
endfunction

function text = local_exponent_text (x)
  regime = 1 + (x.band_lower > 1) + 2 * (x.band_upper < 1);
  words = {"compatible with normal diffusion", "superdiffusive", "subdiffusive"};
  first = [1; find(diff (regime)) + 1];
  last = [first(2:end) - 1; numel(regime)];
  runs = arrayfun (@(a, b) sprintf ("%s between lags %.4g and %.4g", words{regime(a)}, x.from(a), x.to(b)), first, last,
                   "UniformOutput", false);
  text = [says("Over lags of %.4g to %.4g %s the local diffusion exponent goes from %.3g to %.3g (%s).", min (x.from), ...
               max (x.to), x.unit, x.exponent(1), x.exponent(end), size_text (x)), ...
          says("With %g%% confidence at all lags at once, the motion is %s.", 100 * x.level, strjoin (runs', ", ")), ...
          table({"lag", "exponent", "se", "band_lower", "band_upper"}, ...
                [x.lag, x.exponent, x.se, x.band_lower, x.band_upper])];
endfunction

function text = msd_crossover_text (x)
  range = sprintf ("between lags of %.4g and %.4g %s", min (x.lag), max (x.lag), x.unit);
  exponent = @(i) bracketed (x.exponent(i), x.lower(i), x.upper(i));
  if (x.n_breaks == 0)
    text = says ("The mean squared displacement is one power law %s, with exponent %s; no break (%s).", range,
                 exponent (1), __sgdl_p_text__ (x.p_value(1)));
    return;
  endif
  text = sprintf ("The mean squared displacement %s changes its exponent %s: it grows with exponent %s", range,
                  {"once", "twice", "three times"}{x.n_breaks}, exponent (1));
  for i = 1:x.n_breaks
    text = [text, sprintf(", from lag %s with exponent %s", ...
                          bracketed (x.break_lag(i), x.break_lower(i), x.break_upper(i)), exponent (i + 1))];
  endfor
  text = [text, ".\n"];
endfunction

function text = diffusion_test_text (x)
  [~, most] = max (abs (x.z));
  at = sprintf ("at lag %.4g %s the displacement is %.3g times that of a random walk (%.2g standard errors away)",
                x.lag(most), x.unit, x.ratio(most), abs (x.z(most)));
  if (x.p_value < 0.05)
    text = says ("This is not normal diffusion (%s, all lags at once): %s.", __sgdl_p_text__ (x.p_value), at);
  else
    text = says (["The data do not speak against normal diffusion (%s, all lags at once); the largest ", ...
                  "deviation: %s."], __sgdl_p_text__ (x.p_value), at);
  endif
endfunction

function text = ergodicity_text (x)
  [ratio, most] = max (x.eb ./ x.eb_measured);
  [~, far] = max (abs (x.z));
  scatter = {"as in an ergodic process", "more than those of an ergodic process"}{1 + (x.p_ergodic < 0.05)};
  text = [says("Time averages of %s scatter %s (%s): EB is %.3g at lag %.4g %s, %.2g times the Gaussian value.", ...
               plural (x.n_paths, "path"), scatter, __sgdl_p_text__ (x.p_ergodic), x.eb(most), x.lag(most), x.unit, ...
               ratio), ...
          says("Ensemble average and time average %s (%s): their ratio is %.3g at lag %.4g.", ...
               {"agree", "differ"}{1 + (x.p_single < 0.05)}, __sgdl_p_text__ (x.p_single), ...
               x.ensemble(far) / x.time_averaged(far), x.lag(far))];
endfunction

function text = ageing_text (x)
  said = "do not change with age beyond chance: the ageing exponent is";
  if (x.p_value < 0.05)
    said = sprintf ("%s with age: the ageing exponent is", {"grow", "shrink"}{1 + (x.exponent < 0)});
  endif
  text = says ("Displacements over %.4g %s %s %s (%s).", x.lag, x.unit, said,
               bracketed (x.exponent, x.lower, x.upper), __sgdl_p_text__ (x.p_value));
  if (x.p_value >= 0.05 && x.chi_squared_p < 0.05)
    text = [text, says("Yet the blocks differ (%s): the motion is not stationary, in no simple order.", ...
                       __sgdl_p_text__ (x.chi_squared_p))];
  endif
endfunction

function text = diffusion_comparison_text (x)
  names = struct ("brownian", "normal diffusion", "fbm", "fractional Brownian motion",
                  "scaled", "scaled Brownian motion", "confined", "a confined (Ornstein-Uhlenbeck) path",
                  "theory", "the theory of SGD", "theory_scaled", "the theory of SGD with the noise strength fitted");
  [aicc, order] = sort (x.aicc);
  first = order(1);
  detail = "";
  if (x.shared || x.dim == 1)
    switch (x.model{first})
      case {"fbm", "scaled"}
        detail = sprintf (" with exponent %.3g (se %.2g)", x.shape(1,first), x.shape_se(1,first));
      case "confined"
        detail = sprintf (" with relaxation rate %.3g (se %.2g) a frame", x.shape(1,first), x.shape_se(1,first));
      case "theory_scaled"
        detail = sprintf (" at %.3g times the model's strength", x.scale(1,first));
    endswitch
  endif
  text = says ("Of %s the data are best described by %s%s (AICc weight %.3g).", plural (numel (order), "model"),
               names.(x.model{first}), detail, x.aicc_weight(first));
  if (numel (order) > 1)
    text = [text, says("Next is %s, %.3g behind in AICc.", names.(x.model{order(2)}), aicc(2) - aicc(1))];
  endif
endfunction

function text = bracketed (value, lower, upper)
  text = sprintf ("%.3g [%.3g, %.3g]", value, lower, upper);
endfunction

function text = size_text (x)
  text = sprintf ("%s, %s, %s", plural (x.frames, "frame"), plural (x.dim, "coordinate"), plural (x.n_paths, "path"));
endfunction
