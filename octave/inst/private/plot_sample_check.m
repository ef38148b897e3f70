## plot_sample_check (x, opt)
##
## p value of each test on a log axis; left of the dashed line, (1 - level)/3, one speaks against the Gaussian.
function plot_sample_check (x, opt)
  check_level (opt.level);
  p = max ([x.mean_p, x.covariance_p, x.distance_p], 1e-16);   # a zero has no place on a log axis
  threshold = (1 - opt.level) / 3;
  newplot ();
  handle = semilogx (p, 3:-1:1, "o", "color", sgd_colour ("measured"), "markersize", 6,
                     "markerfacecolor", sgd_colour ("measured"));
  hold ("on");
  line = semilogx ([threshold, threshold], [0.5, 3.5], "--", "color", sgd_colour ("reference"));
  hold ("off");
  axis ([min([p, threshold]) / 2, 2, 0.5, 3.5]);
  set (gca (), "ytick", 1:3, "yticklabel", {"distances", "covariance", "mean"});
  legend ([handle, line], {"tests", sprintf("%g%% of three", 100 * opt.level)}, "location", "northeastoutside");
  xlabel ("p value");
  ylabel ("test");
  title (["Sample against a Gaussian: " __sgdl_p_text__(x.p_value)]);
endfunction
