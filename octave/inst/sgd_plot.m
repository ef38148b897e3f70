## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {} sgd_plot (@var{x})
## @deftypefnx {} {} sgd_plot (@var{x}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{ax} =} sgd_plot (@dots{})
## Draw a result of this package into the current axes.
##
## What is drawn, and the arguments it takes, depend on where @var{x} comes from:
##
## @table @code
## @item msd, diffusion_exponent
## measured mean squared displacement against lag on log axes, with bars; @var{theory}:
## struct from sgd_msd or cell array of them, drawn over it; @var{labels}: their names
## (cellstr); @var{level} of the bars, default 0.95.  diffusion_exponent draws its fit, or with
## @var{which} = @qcode{"diagram"} what method @qcode{"wavelet"} (energies of octaves) or
## @qcode{"dfa"} (fluctuations in boxes) fitted; its @var{level} is that of the fit
## @item local_exponent
## exponents against lag with their band; @var{theory} as above, drawn over it
## @item msd_crossover, diffusion_test, ergodicity, ageing, compare_diffusion
## the fit with its breaks; the test with what it holds the data against (@var{level} of the bars of diffusion_test and
## ageing); AICc above the best
## @item fit_langevin
## measured spectrum with bars at @var{level} and the fitted one, summed over the modes or of one fitted
## @var{mode}; with @var{which} = @qcode{"msd"} the mean squared displacement
## @item power_spectrum, velocity_autocorrelation
## the estimate with its limits; @var{theory}: from sgd_power_spectrum or sgd_autocorrelation
## @item shuffling_test
## power of the noise over its mean, and that of epochs where they are found
## @item sgd_msd
## predicted displacement, or with @var{which} = @qcode{"exponent"} the local exponent, with
## @qcode{"terms"} the terms of weight-dependent noise under epochs
## @item sgd_autocorrelation
## correlation of position and velocity against lag
## @item sgd_power_spectrum
## spectra on log axes, those of the modes too where they are there
## @item sgd_irreversibility
## kinetic over configurational temperature of each mode
## @item sgd_method_order
## errors of a method against its step on log axes, with lines of the fitted orders
## @item sgd_check_sample
## p values of the three tests, with the line left of which one speaks against the Gaussian at confidence
## @var{level} (default 0.95)
## @item sgd_stationary
## phase plane of eigenvector @var{mode} (default 1) with the ellipse that holds @var{level}
## (default 0.95) of the stationary law; @var{trajectory}: from sgd_simulate, drawn under it
## @item sgd_modified_loss_section
## contours of the modified loss over those of the training loss, the current as
## streamlines (unless @var{streamlines} is false); @var{trajectory}: from sgd_simulate, or n x 2 in
## the section's coordinates
## @item sgd_oscillations, sgd_model
## eigenvalues of the Hessian by rank, marked by damping regime
## @item sgd_density (also sgd_model of one)
## eigenvalues per decade against their size on log axes, with bars at @var{level} (default 0.95) for the
## standard error of the probes, in @var{per_decade} bins a decade (default 4), negative ones apart, by
## colour, known ones as ticks; with @var{noise} true the gradient noise along them
## @item sgd_eigenpairs
## sizes of the eigenvalues, and their residuals
## @item sgd_simulate, read_trajectory
## coordinates against step; @var{coordinates}: which (default the first six); @var{path},
## default 1
## @item sgd_transient
## mean path of the @var{coordinates} with two standard deviations
## @end table
##
## @strong{Value}: the handle of the axes, when asked for.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.
##
## @strong{Source}: the figures of arXiv 2107.09133.
##
## @example
## sgd_plot (msd (cumsum (randn (1000, 2))));
## @end example
## @seealso{sgd_summary}
## @end deftypefn

function ax = sgd_plot (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  type = "";
  if (isstruct (x) && isfield (x, "type"))
    type = x.type;
  endif
  parse = @(table) __sgdl_options__ ("sgd_plot", table, varargin);
  path_options = {"coordinates", []; "path", 1};
  switch (type)
    case "msd"
      plot_msd (x, parse ({"theory", []; "labels", []; "level", 0.95}));
    case "diffusion_exponent"
      plot_exponent (x, parse ({"level", x.level; "which", {"msd", "diagram"}}));
    case "local_exponent"
      plot_local_exponent (x, parse ({"theory", []}));
    case "msd_crossover"
      parse (cell (0, 2));
      plot_crossover (x);
    case {"diffusion_test", "ageing"}
      plot_diffusion_test (x, parse ({"level", 0.95}));
    case {"ergodicity", "diffusion_comparison"}
      plot_diffusion_test (x, parse (cell (0, 2)));
    case "sgd_fit"
      plot_fit (x, parse ({"mode", []; "which", {"spectrum", "msd"}; "level", x.level}));
    case "power_spectrum"
      plot_welch (x, parse ({"theory", []}).theory);
    case "velocity_autocorrelation"
      plot_velocity (x, parse ({"theory", []}).theory);
    case "shuffling_test"
      parse (cell (0, 2));
      plot_shuffling (x);
    case "sgd_msd"
      plot_prediction (x, parse ({"which", {"msd", "exponent", "terms"}}));
    case "sgd_autocorrelation"
      parse (cell (0, 2));
      plot_autocorrelation (x);
    case "sgd_power_spectrum"
      parse (cell (0, 2));
      plot_power_spectrum (x);
    case "sgd_irreversibility"
      parse (cell (0, 2));
      plot_temperatures (x);
    case "sgd_method_order"
      parse (cell (0, 2));
      plot_order (x);
    case "sgd_sample_check"
      plot_sample_check (x, parse ({"level", 0.95}));
    case "sgd_stationary"
      plot_phase_plane (x, parse ({"mode", 1; "trajectory", []; "level", 0.95}));
    case "sgd_modified_loss_section"
      plot_section (x, parse ({"trajectory", []; "streamlines", true}));
    case "sgd_oscillations"
      parse (cell (0, 2));
      plot_spectrum (x);
    case "sgd_density"
      plot_density (x, parse ({"noise", []; "level", 0.95; "per_decade", 4}));
    case "sgd_eigenpairs"
      parse (cell (0, 2));
      plot_eigenpairs (x);
    case "sgd_model"
      if (strcmp (x.problem.type, "sgd_density"))
        plot_density (x.problem, parse ({"noise", []; "level", 0.95; "per_decade", 4}));
      else
        parse (cell (0, 2));
        plot_spectrum (sgd_oscillations (x));
      endif
    case {"sgd_simulate", "sgd_trajectory"}
      plot_trajectory (x, parse (path_options));
    case "sgd_transient"
      plot_transient (x, parse (path_options(1,:)));
    otherwise
      __sgdl__ ("expect_type", x, "x",
                {"msd", "diffusion_exponent", "local_exponent", "msd_crossover", "diffusion_test", ...
                 "ergodicity", "ageing", "compare_diffusion", "sgd_fit", "power_spectrum", ...
                 "velocity_autocorrelation", "shuffling_test", ...
                 "sgd_msd", "sgd_autocorrelation", "sgd_power_spectrum", ...
                 "sgd_stationary", "sgd_irreversibility", "sgd_modified_loss_section", ...
                 "sgd_method_order", "sgd_check_sample", "sgd_density", "sgd_eigenpairs", ...
                 "sgd_oscillations", "sgd_model", "sgd_simulate", "read_trajectory", ...
                 "sgd_transient"});
  endswitch
  if (nargout > 0)
    ax = gca ();
  endif
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9, 0, 8));
%! run = sgd_simulate (model, 4000, "seed", 1, "start", "stationary");
%! subplot (2, 2, 1);
%! measured = msd (run);
%! sgd_plot (measured, "theory", sgd_msd (model, measured.lag));
%! subplot (2, 2, 2);
%! sgd_plot (sgd_stationary (model), "trajectory", run);
%! subplot (2, 2, 3);
%! section = sgd_modified_loss_section (sgd_modified_loss (model), [1, 0, 0, 0], [0, 0, 1, 0]);
%! sgd_plot (section, "trajectory", run);
%! subplot (2, 2, 4);
%! sgd_plot (sgd_model (sgd_spectrum (logspace (-4, 1, 40), "sigma2", 1), sgd_hyper (0.05, 0.9)));

%!shared model, run, measured
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9, 0, 8));
%! run = sgd_simulate (model, 400, "seed", 1, "start", "stationary");
%! measured = msd (run);
%!function check (x, varargin)
%!  figure_handle = figure ("visible", "off");
%!  unwind_protect
%!    ax = sgd_plot (x, varargin{:});
%!    assert (isaxes (ax));
%!    assert (! isempty (get (get (ax, "xlabel"), "string")));
%!    assert (! isempty (get (get (ax, "ylabel"), "string")));
%!    assert (! isempty (get (ax, "children")));
%!  unwind_protect_cleanup
%!    close (figure_handle);
%!  end_unwind_protect
%!endfunction
%!test check (measured)
%!test check (measured, "theory", sgd_msd (model, [1, 10, 100]))
%!test check (struct ("type", "msd", "lag", [1; 2; 4], "msd", [1; 2; 4], "se", []))   # of a table
%!test check (measured, "theory", {sgd_msd(model, [1, 10]), sgd_msd(model, [1, 10])}, "labels", {"a", "b"})
%!test check (msd (run, "se", false))
%!test check (msd (run, "per", "coordinate"))
%!test check (diffusion_exponent (run, "window", [1, 20], "seed", 1))
%!test   # every method of the exponent
%! walk = simulate_diffusion ("fbm", 299, "dim", 3, "exponent", 1, "seed", 1);
%! for method = {"ols", "gls", "mle", "whittle", "wavelet", "dfa"}
%!   options = {};
%!   if (any (strcmp (method{1}, {"ols", "dfa"})))
%!     options = {"seed", 1};
%!   endif
%!   fit = diffusion_exponent (walk, "method", method{1}, options{:});
%!   check (fit);
%!   check (fit, "level", 0.5, "which", "msd");
%!   if (isfield (fit, "diagram"))
%!     check (fit, "which", "diagram");
%!     check (fit, "which", "diagram", "level", 0.5);
%!   else
%!     fail ("sgd_plot (fit, \"which\", \"diagram\")", "method \"[a-z]+\" has none: expected \"msd\"");
%!   endif
%! endfor
%! check (diffusion_exponent (reshape (walk.theta, 300, 1, 3), "method", "gls", "pool", "distributed"));
%!test   # the diagram: bars of the fit's level, line of its slope
%! walk = simulate_diffusion ("fbm", 299, "exponent", 1, "seed", 1);
%! fit = diffusion_exponent (walk, "method", "wavelet", "level", 0.9);
%! h = figure ("visible", "off");
%! unwind_protect
%!   ax = sgd_plot (fit, "which", "diagram");
%!   line = findobj (ax, "type", "line", "tag", "fit");
%!   x = get (line, "xdata");
%!   assert (diff (log (get (line, "ydata"))) ./ diff (log (x)), repmat (fit.exponent + 1, 1, numel (x) - 1), 1e-12);
%!   assert (x', fit.diagram.scale);
%! unwind_protect_cleanup
%!   close (h);
%! end_unwind_protect
%!error <did you mean "diagram"> sgd_plot (diffusion_exponent (run, "window", [1, 20], "seed", 1), "which", "diagramm")
%!test check (sgd_msd (model, [1, 10, 100]))
%!test check (sgd_msd (model, [1, 10, 100]), "which", "exponent")
%!test
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! problem = sgd_regression (X, [1; 2; 0; -1; 2; 0.3; 1; 0.5]);
%! dressed = sgd_model (problem, sgd_hyper (0.02, 0.5, 0, 2), "dynamics", "sgd", "sampling", "epoch",
%!                      "noise", "multiplicative");
%! check (sgd_msd (dressed, [1, 3, 10]), "which", "terms");
%!test   # theory against data
%! ax = [];
%! model_ = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! run_ = sgd_simulate (model_, 400, "start", "stationary", "seed", 1);
%! fit = fit_langevin (run_, model_);
%! measured_ = {power_spectrum(run_), velocity_autocorrelation(run_, "lags", 0:9)};
%! h = figure ("visible", "off");
%! unwind_protect
%!   sgd_plot (fit);
%!   sgd_plot (fit, "mode", 2);
%!   sgd_plot (fit, "which", "msd");
%!   sgd_plot (measured_{1}, "theory", sgd_power_spectrum (model_, measured_{1}.freq));
%!   sgd_plot (measured_{2}, "theory", sgd_autocorrelation (model_, 0:9));
%!   sgd_plot (shuffling_test (run_, model_));
%!   fail ("sgd_plot (fit, \"mode\", 3)", "expected one of the fitted modes");
%!   fail ("sgd_plot (measured_{1}, \"theory\", 1)", "`theory`: expected the value of sgd_power_spectrum");
%!   fail ("sgd_plot (measured_{2}, \"theory\", 1)", "`theory`: expected the value of sgd_autocorrelation");
%! unwind_protect_cleanup
%!   close (h);
%! end_unwind_protect
%!error <`which` = "terms": expected a prediction for epochs> sgd_plot (sgd_msd (model, 1), "which", "terms")
%!test check (sgd_autocorrelation (model, 0:50))
%!test check (sgd_power_spectrum (model, [0.01, 0.1]))
%!test check (sgd_power_spectrum (model, [0.01, 0.1], "modes", true))
%!test check (sgd_irreversibility (model))
%!test check (sgd_stationary (model))
%!test check (sgd_stationary (model), "mode", 2, "trajectory", run, "level", 0.5)
%!test   # fewer examples than parameters
%! warning ("off", "sgdlangevin:no_residual", "local");
%! wide = sgd_model (sgd_regression ([1, 2, 0; 0, 1, 1], [1; 2]), sgd_hyper (0.05, 0.9, 0.1));
%! check (sgd_stationary (wide), "mode", 2)
%!test check (sgd_modified_loss_section (sgd_modified_loss (model), [1, 0, 0, 0], [0, 0, 1, 0]))
%!test check (sgd_modified_loss_section (sgd_modified_loss (model), [1, 0], [0, 1]), "trajectory", run)
%!test check (sgd_modified_loss_section (sgd_modified_loss (model), [1, 0], [0, 1]), "streamlines", false)
%!test check (sgd_oscillations (model))
%!test check (sgd_method_order (model, "euler", "nsim", 20, "seed", 1))
%!test check (sgd_method_order (model, "exact", "nsim", 20, "seed", 1))
%!test check (sgd_check_sample ([1; 2; 6], 1, 4))
%!test check (sgd_check_sample (1e3 + [1; 2; 6], 1, 1e-9), "level", 0.9)
%!error <`level` = 1: expected a number in \(0, 1\)> sgd_plot (sgd_check_sample ([1; 2; 6], 1, 4), "level", 1)
%!test check (model)
%!test check (sgd_model (sgd_spectrum ([1, 0, -1], "noise", [1, 1, 1]), sgd_hyper (0.1)))
%!test check (run)
%!test check (run, "coordinates", 2, "path", 1)
%!test check (sgd_simulate (model, 20, "seed", 1, "observe", 2))
%!test check (sgd_simulate (model, 20, "seed", 1, "observe", [1, 2; 0, 1]), "coordinates", 2)
%!error <`x` holds no trajectory>
%! sgd_plot (sgd_simulate (model, 9, "trajectory", false, "summaries", "moments"))
%!error <got that of sgd_objective\(\)> sgd_plot (sgd_objective (@(t) t, 2))
%!error <`model`: expected one with modes> sgd_plot (sgd_model (sgd_objective (@(t) t, 2), model.hyper))
%!test
%! wanderer = cumsum (cos ((1:600)' .* (1:10) .^ 2));
%! several = reshape (wanderer, 600, 1, 10);
%! check (local_exponent (wanderer, "seed", 1), "theory", sgd_msd (model, [1, 10]));
%! check (msd_crossover (run, "seed", 1, "alpha", 0.9));
%! check (diffusion_test (wanderer, "seed", 1));
%! check (ergodicity (several, "seed", 1));
%! check (ageing (wanderer), "level", 0.9);
%! check (compare_diffusion (wanderer(:,1)));
%!test check (sgd_transient (model, 0:50, [1, -1]))
%!test check (sgd_transient (model, 0:50, [1, -1], "covariance", "none"), "coordinates", 1)
%!error <Invalid call> sgd_plot ()
%!error <`x`: expected the value of msd\(\), diffusion_exponent\(\).* got a number> sgd_plot (1)
%!error <got that of sgd_hyper\(\)> sgd_plot (sgd_hyper (0.1))
%!error id=sgdlangevin:bad_argument sgd_plot (measured, "theori", 1)
%!error <sgd_plot has no argument `theori`: did you mean `theory`> sgd_plot (measured, "theori", 1)
%!error <`theory`: expected the value of sgd_msd\(\)> sgd_plot (measured, "theory", 1)
%!error <`labels`: expected a cell array of 1 strings>
%! sgd_plot (measured, "theory", sgd_msd (model, 1), "labels", {"a", "b"})
%!error <`level` = 2: expected a number in \(0, 1\)> sgd_plot (measured, "level", 2)
%!error <`mode` = 3: expected a whole number from 1 to 2> sgd_plot (sgd_stationary (model), "mode", 3)
%!error <`trajectory`> sgd_plot (sgd_stationary (model), "trajectory", 1)
%!error <`trajectory`: expected one with velocities>
%! sgd_plot (sgd_stationary (model), "trajectory", sgd_simulate (model, 2, "velocity", false))
%!error <`x`: expected a state with covariances, trace_only = false>
%! sgd_plot (sgd_stationary (model, "trace_only", true))
%!error <`coordinates` = 3: expected a whole number from 1 to 2> sgd_plot (run, "coordinates", 3)
%!error <`path` = 2: expected a whole number from 1 to 1> sgd_plot (run, "path", 2)
%!error <did you mean "exponent"> sgd_plot (sgd_msd (model, 1), "which", "exponents")

%!shared density
%! density = sgd_density (sgd_operator (diag ([3, 2, 1, 0.1, -0.3])), "steps", 5, "probes", 3, "top", 1, ...
%!                        "noise", sgd_noise ("diagonal", 1:5), "seed", 1);
%!test check (density)
%!test check (density, "noise", true, "level", 0.8, "per_decade", 2)
%!test check (sgd_model (density, sgd_hyper (0.1)))
%!test check (sgd_msd (sgd_model (density, sgd_hyper (0.1), "drop_negative", true), 1:5))
%!test check (sgd_eigenpairs (sgd_operator (diag ([3, 2, 1, 0.1, -0.3])), "top", 1, "bottom", 1))
%!error <`level` = 0: expected a number> sgd_plot (density, "level", 0)
%!error <`x`: expected eigenvalues that are not 0, got none>
%! sgd_plot (sgd_density (sgd_operator (zeros (2)), "top", 2))
