## text = exponent_sentence (fit)
##
## A diffusion exponent as a physicist would write it.
function text = exponent_sentence (fit)
  if (strcmp (fit.pool, "distributed"))
    grows = sprintf (["the displacement of a path grows as lag^a with a = %s on average, spread %.3g between ", ...
                      "paths"], exponent_interval (fit), fit.spread);
  else
    grows = ["the displacement grows as lag^", exponent_interval(fit)];
  endif
  text = sprintf ("Over %s %.4g to %.4g %s %s: %s.", exponent_points (fit.method), fit.window, fit.unit, grows,
                  verdict (fit));
endfunction

## What the interval says against exponent 1, and the test.
function text = verdict (fit)
  if (isnan (fit.p_value))
    text = "whether this is normal diffusion cannot be said";
  elseif (fit.p_value >= 1 - fit.level)
    text = sprintf ("normal diffusion is not rejected (%s)", exponent_p_value (fit.p_value));
  else
    kind = "superdiffusion";
    if (fit.exponent < 1)
      kind = "subdiffusion";
    endif
    text = sprintf ("%s; normal diffusion is rejected (%s)", kind, exponent_p_value (fit.p_value));
  endif
endfunction
