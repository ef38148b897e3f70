## summary_msd (x)
##
## Measured mean squared displacements in words.
function text = summary_msd (x)
  switch (x.type)
    case "msd"
      text = msd_text (x);
    case "msd_transform"
      text = transform_text (x);
    case "msd_stream"
      text = stream_text (x);
  endswitch
endfunction

function text = msd_text (x)
  curves = columns (x.msd);
  columns_of = repmat (x.lag, curves, 1);
  names = {"lag"};
  if (curves > 1)
    columns_of = [columns_of, repelem((1:curves)', numel (x.lag), 1)];
    names{end+1} = x.per;
  endif
  columns_of = [columns_of, x.msd(:)];
  names{end+1} = "msd";
  if (! isempty (x.se))
    columns_of = [columns_of, x.se(:), x.se(:) ./ x.msd(:)];
    names = [names, {"se", "relative_se"}];
  endif
  columns_of = [columns_of, x.n(:)];
  names{end+1} = "n";
  text = [says("Mean squared displacement (%s): %s, %s, %s", x.average, plural (x.frames, "frame"), ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path")), msd_sentences(x), table(names, columns_of)];
  if (x.missing > 0)
    text = [text, says("  %s missing: displacements that touch one are left out", plural (x.missing, "frame"))];
  endif
  if (x.empty > 0)
    text = [text, says("  %s without a displacement: NaN", plural (x.empty, "lag"))];
  endif
  if (x.redone > max (5, 0.1 * numel (x.lag)))
    text = [text, says("  note: %d of %d lags were summed directly for accuracy", x.redone, numel (x.lag))];
  endif
  if (any (x.bound > 1e-9))
    text = [text, says("  note: rounding may reach %.1e of the shortest displacements; method = \"fft\" has less", ...
                       max (x.bound))];
  endif
endfunction

function text = transform_text (x)
  text = [says("Function of the mean squared displacement (%s)", x.method), ...
          table({"estimate", "se"}, [x.estimate, x.se])];
endfunction

function text = stream_text (x)
  how = {"by FFT", "by the Gram matrix of frames"}{1 + strcmp(x.method, "gram")};
  if (strcmp (x.by, "frames"))
    how = "frame by frame";
  endif
  text = says ("Stream of the mean squared displacement %s: %d of %d frames, %s, %s, %s", how, x.done, x.frames, ...
               plural (x.dim, "coordinate"), plural (x.n_paths, "path"), plural (numel (x.lags), "lag"));
endfunction

## What each curve does from its first lag to its last, a sentence each for the first six.
function text = msd_sentences (x)
  curves = columns (x.msd);
  text = name = "";
  for k = 1:min (curves, 6)
    if (curves > 1)
      name = sprintf (" %s %s %d", {"of", "along"}{1 + strcmp(x.per, "direction")}, x.per, k);
    endif
    se = NaN (size (x.lag));
    if (! isempty (x.se))
      se = x.se(:,k);
    endif
    text = [text, msd_sentence(x.lag, x.msd(:,k), se, name)];
  endfor
  if (curves > 6)
    text = [text, says("  ... and %s more", plural (curves - 6, "curve"))];
  endif
endfunction

function text = msd_sentence (lag, msd, se, name)
  there = find (! isnan (msd));
  if (isempty (there))
    text = says ("  No lag has a displacement%s.", name);
    return;
  endif
  ends = there([1, end]);
  for i = 1:2
    value{i} = sprintf ("%.4g", msd(ends(i)));
    if (! isnan (se(ends(i))))
      value{i} = sprintf ("%s (se %.2g)", value{i}, se(ends(i)));
    endif
  endfor
  if (ends(1) == ends(2))
    text = says ("  At lag %.6g the mean squared displacement%s is %s.", lag(ends(1)), name, value{1});
    return;
  endif
  slope = diff (log (msd(ends))) / diff (log (lag(ends)));
  growth = "";
  if (isfinite (slope))
    growth = sprintf (", on average as lag^%.2f", slope);
  endif
  text = says ("  From lag %.6g to lag %.6g the mean squared displacement%s goes from %s to %s%s.", lag(ends(1)), ...
               lag(ends(2)), name, value{1}, value{2}, growth);
endfunction
