## plot_diffusion_test (x, opt)
##
## Results of diffusion_test, ergodicity, ageing or compare_diffusion.
function plot_diffusion_test (x, opt)
  newplot ();
  set (gca (), "xscale", "log", "yscale", "log", "nextplot", "add", "box", "on");
  feval (["draw_", x.type], x, opt);
  set (gca (), "nextplot", "replace");
endfunction

function handle = dots (x, y)
  handle = plot (x, y, "o", "markersize", 5, "color", sgd_colour ("measured"), "markerfacecolor",
                 sgd_colour ("measured"));
endfunction

function draw_diffusion_test (x, opt)
  check_level (opt.level);
  reach = exp (sqrt (2) * erfinv (opt.level) * x.se);
  region = fill ([x.lag; flipud(x.lag)], [reach; flipud(1 ./ reach)], 0.25 * sgd_colour ("theory") + 0.75, "edgecolor",
                 "none");
  plot (x.lag([1, end]), [1, 1], ":", "color", sgd_colour ("reference"));
  legend ([dots(x.lag, x.ratio), region],
          {["measured, all lags: ", __sgdl_p_text__(x.p_value)], sprintf("normal diffusion, %g%%", 100 * opt.level)},
          "location", "southwest");
  xlabel (sprintf ("lag (%s)", x.unit));
  ylabel ("MSD over that of a random walk");
  title ("Test of normal diffusion");
endfunction

function draw_ergodicity (x, opt)
  handles = [dots(x.lag, x.eb), plot(x.lag, x.eb_measured, "linewidth", 2, "color", sgd_colour ("theory")), ...
             plot(x.lag, x.eb_brownian, "--", "linewidth", 2, "color", sgd_colour ("reference")), ...
             plot(x.lag, x.eb_fbm, ":", "linewidth", 2, "color", sgd_colour ("current"))];
  legend (handles, {["measured, ", __sgdl_p_text__(x.p_ergodic)], "Gaussian, measured displacements", "Brownian", ...
                    sprintf("fractional Brownian, exponent %.2g", x.exponent)}, "location", "northwest");
  xlabel (sprintf ("lag (%s)", x.unit));
  ylabel ("ergodicity breaking parameter EB");
  title ("Ergodicity");
endfunction

function draw_ageing (x, opt)
  check_level (opt.level);
  reach = exp (sqrt (2) * erfinv (opt.level) * x.se);
  bars = [x.age, x.age, NaN(size (x.age))]';
  ends = [x.msd ./ reach, x.msd .* reach, NaN(size (x.age))]';
  plot (bars(:), ends(:), "-", "color", sgd_colour ("measured"));
  dots (x.age, x.msd);
  level = exp (mean (log (x.msd) - x.exponent * log (x.age)));
  line = plot (x.age, level * x.age .^ x.exponent, "linewidth", 2, "color", sgd_colour ("theory"));
  legend (line, sprintf ("exponent %.3g [%.3g, %.3g]", x.exponent, x.lower, x.upper), "location", "northeast");
  xlabel (sprintf ("age (%s)", x.unit));
  ylabel (sprintf ("MSD at lag %g", x.lag));
  title ("Ageing");
endfunction

function draw_diffusion_comparison (x, opt)
  [behind, order] = sort (x.aicc - min (x.aicc) + 1, "descend");
  set (gca (), "yscale", "linear");
  dots (behind, 1:numel (behind));
  set (gca (), "ytick", 1:numel (behind), "yticklabel", strrep (x.model(order), "_", " "), "ylim",
       [0.5, numel(behind) + 0.5], "xlim", [0.8, 2 * max(behind)]);
  xlabel ("AICc above the best (1 added)");
  ylabel ("model");
  title ("Models of diffusion");
endfunction
