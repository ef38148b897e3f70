## summary_spectra (x)
##
## Theory fitted to a run, and its measured spectra and correlations, in words.
function text = summary_spectra (x)
  switch (x.type)
    case "sgd_fit"
      text = fit_text (x);
    case "power_spectrum"
      text = welch_text (x);
    case "velocity_autocorrelation"
      text = velocity_text (x);
    case "shuffling_test"
      text = shuffling_text (x);
  endswitch
endfunction

function text = fit_text (x)
  text = says ("Theory fitted along %s: %s, %d frames every %s", plural (numel (x.mode), "mode"), ...
               strjoin (x.parameters, ", "), x.frames, plural (x.every, "step"));
  labels = {"noise over theory", "curvature over theory", "damping"};
  names = {"noise", "curvature", "damping"};
  shown = find (ismember (names, x.parameters));
  text = [text, table([{"mode"}, names(shown), strcat(names(shown), " se"), {"fit p"}], ...
                      [x.mode, x.estimate(:,shown), x.se(:,shown), x.goodness.p_value])];
  for i = shown
    if (! isnan (x.overall.estimate(i)))
      text = [text, says("  %s %.4g [%.4g, %.4g]", labels{i}, x.overall.estimate(i), x.overall.lower(i), ...
                         x.overall.upper(i))];
    endif
  endfor
  text = [text, says("  fit: chi squared %.4g on %.4g, %s", x.fit_test(1:2), __sgdl_p_text__ (x.fit_test(3)))];
  if (! isnan (x.theory_test(3)))
    text = [text, says("  theory as given: chi squared %.4g on %.4g, %s", x.theory_test(1:2), ...
                       __sgdl_p_text__ (x.theory_test(3)))];
  endif
  if (any (! x.identified))
    text = [text, says("  %s not identified: longer records, or fewer parameters", ...
                       plural (sum (! x.identified), "mode"))];
  endif
  verdict = {"describe", "do NOT describe"}{1 + (x.fit_test(3) < 0.01)};
  text = [text, says("  The fitted spectra %s the run", verdict)];
endfunction

function text = welch_text (x)
  text = [says("Power spectrum of %s (Welch, segments of %d frames, window %s): %s, %s, %s", x.of, x.segment, ...
               x.window, plural (x.frames, "frame"), plural (x.dim, "coordinate"), plural (x.n_paths, "path")), ...
          table({"freq", "density", "lower", "upper", "df"}, ...
                [x.freq, x.density(:,1), x.lower(:,1), x.upper(:,1), x.df(:,1)]), ...
          says("  peak at %s cycles per step", strjoin (arrayfun (@(f) sprintf ("%.4g", f), x.peak_freq(:)', ...
                                                                  "UniformOutput", false), ", "))];
endfunction

function text = velocity_text (x)
  kind = {"differences of positions", "recorded velocities"}{1 + strcmp(x.source, "velocity")};
  text = [says("Velocity autocorrelation (%s): %s, %s, %s", kind, plural (x.frames, "frame"), ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path")), ...
          table({"lag", "velocity", "se", "correlation"}, ...
                [x.lag, x.autocorrelation(:,1), x.se(:,1), x.correlation(:,1)])];
endfunction

function text = shuffling_text (x)
  found = x.p_value < 1 - x.level;
  text = [says("Shuffled by epochs? %s", {"No sign of it", "Yes"}{1 + found}), ...
          says("  power of the noise below %.3g cycles per step over that above: %.4g, %s", x.cutoff, x.ratio, ...
               __sgdl_p_text__ (x.p_value))];
  if (found)
    text = [text, says("  epochs of %d steps, one begins %d after the first frame", x.epoch_steps, x.epoch_phase)];
  endif
  if (! isnan (x.power))
    text = [text, says("  chance to find such epochs in this record: %.3f", x.power)];
  endif
endfunction
