## plot_prediction (x, opt)
##
## Predicted MSD on log axes, its local exponent, or what each term of weight-dependent noise adds.
function plot_prediction (x, opt)
  [step, order] = sort (x.step);
  newplot ();
  if (strcmp (opt.which, "exponent"))
    semilogx (step, x.exponent(order), "linewidth", 3, "color", sgd_colour ("theory"));
    ylabel ("local exponent d log MSD / d log lag");
    title ("Predicted exponent");
    grid ("on");
  elseif (strcmp (opt.which, "terms"))
    if (isempty (x.terms))
      error ("sgdlangevin:bad_argument",
             "`which` = \"terms\": expected a prediction for epochs with noise \"multiplicative\"");
    endif
    handles = semilogx (step, x.terms(order,:) ./ x.terms(order,1), "linewidth", 2);
    set (handles, {"linewidth"}, {2; 2; 2; 4; 1.5});   # so that curves that coincide are all seen
    legend (handles, {"constant noise", "+ noise (b)", "+ response (c)", "+ cumulant (f)", "+ shift (e)"},
            "location", "northeastoutside");
    ylabel ("displacement / that with constant noise");
    title ("Terms of weight-dependent noise");
  else
    loglog (step, x.msd(order), "linewidth", 3, "color", sgd_colour ("theory"));
    draw_probe_bars (x);
    ylabel ("mean squared displacement (parameter units squared)");
    title ("Predicted mean squared displacement");
  endif
  xlabel ("lag (steps)");
endfunction

## Two standard errors of the probes of a spectral density.
function draw_probe_bars (x)
  if (! strcmp (x.model.problem.type, "sgd_density"))
    return;
  endif
  reach = 2 * x.se;
  drawn = isfinite (reach) & reach > 0;
  low = max (x.msd - reach, x.msd / 10);
  bars_x = [x.step, x.step, NaN(size (x.step))](drawn,:)';
  bars_y = [low, x.msd + reach, NaN(size (x.step))](drawn,:)';
  hold ("on");
  loglog (bars_x(:), bars_y(:), "-", "linewidth", 2, "color", sgd_colour ("reference"));
  hold ("off");
endfunction
