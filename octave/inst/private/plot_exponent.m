## plot_exponent (fit, opt)
##
## The MSD of a fitted exponent with its straight line.
function plot_exponent (fit, opt)
  plot_msd (fit.msd, struct ("theory", [], "labels", [], "level", opt.level));
  lag = fit.msd.lag([1, end])';
  hold ("on");
  line = loglog (lag, exp (fit.log_diffusivity) * lag .^ fit.exponent, "linewidth", 3,
                 "color", sgd_colour ("theory"));
  hold ("off");
  legend (line, ["exponent ", exponent_interval(fit)],
          "location", "northwest");
  title ("Diffusion exponent");
endfunction
