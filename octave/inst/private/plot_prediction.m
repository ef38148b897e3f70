## plot_prediction (x, opt)
##
## Predicted MSD on log axes, or its local exponent.
function plot_prediction (x, opt)
  [step, order] = sort (x.step);
  newplot ();
  if (strcmp (opt.which, "exponent"))
    semilogx (step, x.exponent(order), "linewidth", 3, "color", sgd_colour ("theory"));
    ylabel ("local exponent d log MSD / d log lag");
    title ("Predicted exponent");
    grid ("on");
  else
    loglog (step, x.msd(order), "linewidth", 3, "color", sgd_colour ("theory"));
    ylabel ("mean squared displacement (parameter units squared)");
    title ("Predicted mean squared displacement");
  endif
  xlabel ("lag (steps)");
endfunction
