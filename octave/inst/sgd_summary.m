## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {} sgd_summary (@var{x})
## @deftypefnx {} {@var{text} =} sgd_summary (@var{x})
## Print a result of this package in words, or return the words.
##
## @strong{Argument}: @var{x}, a struct from any function of this package.
##
## @strong{Value}: with an output argument, the text; otherwise it is printed.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}.  Cost: none.
##
## @example
## sgd_summary (sgd_hyper (0.1, 0.9))
## @end example
## @seealso{sgd_plot}
## @end deftypefn

function text = sgd_summary (x)
  if (nargin < 1)
    print_usage ();
  endif
  writers = {"sgd_hyper", @summary_problem; "sgd_quadratic", @summary_problem;
             "sgd_regression", @summary_problem; "sgd_spectrum", @summary_problem;
             "sgd_examples", @summary_problem; "sgd_objective", @summary_problem;
             "sgd_native", @summary_problem; "sgd_operator", @summary_operator;
             "sgd_noise", @summary_operator; "sgd_eigenpairs", @summary_operator;
             "sgd_density", @summary_operator; "sgd_trace", @summary_operator; "sgd_model", @summary_model;
             "sgd_stationary", @summary_theory; "sgd_transient", @summary_theory;
             "sgd_modified_loss", @summary_theory; "sgd_modified_loss_section", @summary_theory;
             "sgd_current", @summary_theory; "sgd_oscillations", @summary_prediction;
             "sgd_msd", @summary_prediction; "sgd_autocorrelation", @summary_prediction;
             "sgd_power_spectrum", @summary_prediction; "sgd_irreversibility", @summary_theory;
             "sgd_fokker_planck_check", @summary_theory; "sgd_equivalent", @summary_theory;
             "sgd_simulate", @summary_run; "sgd_trajectory", @summary_run; "msd", @summary_msd;
             "msd_transform", @summary_msd; "msd_stream", @summary_msd;
             "diffusion_exponent", @summary_diffusion; "local_exponent", @summary_diffusion;
             "msd_crossover", @summary_diffusion; "diffusion_test", @summary_diffusion;
             "ergodicity", @summary_diffusion; "ageing", @summary_diffusion;
             "diffusion_comparison", @summary_diffusion; "sgd_fit", @summary_spectra;
             "power_spectrum", @summary_spectra; "velocity_autocorrelation", @summary_spectra;
             "shuffling_test", @summary_spectra; "sgd_method_order", @summary_run;
             "sgd_sample_check", @summary_run};
  __sgdl__ ("expect_type", x, "x", writers(:,1));
  writer = writers{strcmp (x.type, writers(:,1)),2};
  words = writer (x);
  if (nargout > 0)
    text = words;
  else
    puts (words);
  endif
endfunction

%!demo
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2));
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32));
%! sgd_summary (model)
%! sgd_summary (sgd_stationary (model))

%!shared model
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 0.5), sgd_hyper (0.05, 0.9, 0, 8));
%!function has (x, words)
%!  text = sgd_summary (x);
%!  assert (! isempty (strfind (text, words)), "missing: %s in\n%s", words, text);
%!endfunction
%!test has (model.hyper, "lr 0.05, momentum 0.9, weight decay 0, batch size 8")
%!test has (model.problem, "Quadratic loss, 2 parameters, noise 0.5 H")
%!test has (sgd_quadratic (1, "Sigma", 1), "1 parameter, noise Sigma (general)")
%!test
%! has (sgd_regression ([1; 2; 3], [1; 2; 4]), "Linear regression, 3 examples, 1 parameter, empirical")
%!test has (sgd_spectrum ([1, 4], "sigma2", 2), "Spectrum of 2 eigenvalues from 4 down to 1, noise 2 rho")
%!test has (model, "SGD is stable below lr = ")
%!test has (model, "damping: 2 underdamped")
%!test has (sgd_model (model.problem, model.hyper, "decompose", false), "no eigendecomposition was made")
%!test has (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), model.hyper), "1 flat mode with noise")
%!test
%! epoch = sgd_model (model.problem, model.hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 20);
%! has (epoch, "an epoch is 3 steps, 4 examples remain (a smaller batch)");
%! has (epoch, "batches by epochs from 20 examples");
%!test has (sgd_stationary (model), sprintf ("position %.5g", sgd_stationary (model).trace.theta))
%!test has (sgd_transient (model, [1, 2], [1, 1]), "Transient law of 2 parameters, covariance: full")
%!test has (sgd_modified_loss (model), "inverse temperature 1.52")
%!test has (sgd_modified_loss_section (sgd_modified_loss (model), [1, 0], [0, 1]), "41 x 41 points")
%!test has (sgd_current (model, [1, 1]), "Stationary current at 1 point of a 4-dimensional phase space")
%!test has (sgd_oscillations (model), "2 modes: 2 underdamped")
%!test
%! order = sgd_method_order (model, "baoab", "nsim", 20, "seed", 1);
%! has (order, "Order of method baoab, 16 steps, 20 paths");
%! has (order, "  weak ");
%! has (order, "strong_order    weak_order");
%! finest = sprintf ("%12.5g\n", log2 (order.weak(end-1) / order.weak(end)));
%! has (order, finest);
%! has (sgd_method_order (model, "exact", "nsim", 20, "seed", 1), "strong none (errors at rounding level)");
%! has (sgd_check_sample ([1; 2; 6], 1, 4), "Sample of 3 draws of 1 coordinate against a Gaussian: p = ");
%!test has (sgd_msd (model, 1:3), "start: stationary")
%!test has (sgd_msd (model, 1:3), "exact SGD")
%!test has (sgd_msd (model, [1, 1e5]), "ballistic until step")
%!test has (sgd_stationary (model), "total variance side by side")
%!test has (sgd_autocorrelation (model, 0:3), "Predicted autocovariance")
%!test
%! has (sgd_power_spectrum (model, 0.1, "direction", [1, 0]), "Predicted power spectrum along a direction")
%!test has (sgd_power_spectrum (model, 0.1), "2 of 2 modes ring")
%!test has (sgd_irreversibility (model), "kinetic over configurational temperature: 1 to 1")
%!test
%! has (sgd_fokker_planck_check (sgd_modified_loss (model)), "solves the stationary Fokker-Planck equation")
%!test
%! has (sgd_equivalent (model.hyper, "batch_size", 16, "model", model), "exact changes: position variance")
%!test
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! problem = sgd_regression (X, [1; 2; 0; -1; 2; 0.3; 1; 0.5]);
%! hyper = sgd_hyper (0.02, 0.5, 0, 2);
%! options = {"dynamics", "sgd", "noise", "multiplicative"};
%! white = sgd_model (problem, hyper, options{:});
%! has (white, "noise grows with the displacement: spectral radius");
%! has (white, "weight-dependent ");
%! epoch = sgd_model (problem, hyper, options{:}, "sampling", "epoch");
%! has (epoch, "sgd_msd has the theory of dressed epochs");
%! has (sgd_stationary (epoch, "phase", 1), "1 step into an epoch");
%! has (sgd_msd (epoch, [1, 5]), "small parameter");
%! examples = sgd_examples (problem.H, zeros (8, 2), cat (3, X, X) / sqrt (2));
%! has (examples, "Loss by its 8 examples, 2 parameters, Hessians of rank 2");
%!test
%! run = sgd_simulate (model, 300, "seed", 1, "record", 2);
%! has (run, "151 frames of 2 coordinates in 1 path");
%! has (run, "every 2 steps, seed 1, backend cpu\n");
%! has (msd (run), "(time-averaged): 151 frames");
%! has (msd (run, "per", "coordinate"), "coordinate");
%! has (msd ([0; 1; 2; 3; 4], "lags", [1, 2], "se", false), ...
%!      "From lag 1 to lag 2 the mean squared displacement goes from 1 to 4, on average as lag^2.00.");
%! has (msd ((0:4)', "lags", 2, "se", false), "At lag 2 the mean squared displacement is 4.");
%! has (msd (run, "per", "coordinate"), "displacement of coordinate 2 goes from ");
%! has (msd (cumsum (ones (9, 8)), "lags", [1, 2], "per", "coordinate"), "... and 2 curves more");
%! has (msd (run), "relative_se");
%! has (msd ([1; NaN; 3; NaN; 7], "lags", 1), "No lag has a displacement.");
%! has (msd ([1; NaN; 3; 4; 7]), "1 frame missing");
%! has (msd ([1; NaN; 3; NaN; 7], "lags", [1, 2]), "1 lag without a displacement");
%! has (msd_stream (9), "Stream of the mean squared displacement by the Gram matrix of frames: 0 of 9 frames");
%! has (msd_stream (9, "by", "frames"), "frame by frame");
%! has (msd_transform (msd (run), @(m) m(1)), "Function of the mean squared displacement (delta)");
%! has (msd (run, "se", false), "2 coordinates");
%! has (diffusion_exponent (run, "window", [2, 16], "seed", 1), "Over lags 2 to 16 steps the displacement grows as lag^");
%!test   # every method of the exponent
%! walk = simulate_diffusion ("fbm", 299, "dim", 3, "exponent", 1, "seed", 1);
%! words = {"ols", "the regression itself would claim se"; "gls", "chi squared"; "mle", "log likelihood";
%!          "whittle", "cumulative periodogram"; "wavelet", "octaves"; "dfa", "sizes of boxes"};
%! for i = 1:rows (words)
%!   options = {};
%!   if (any (strcmp (words{i,1}, {"ols", "dfa"})))
%!     options = {"seed", 1};
%!   endif
%!   fit = diffusion_exponent (walk, "method", words{i,1}, options{:});
%!   has (fit, words{i,2});
%!   has (fit, sprintf ("(method \"%s\", ", words{i,1}));
%! endfor
%! paths = diffusion_exponent (reshape (walk.theta, 300, 1, 3), "method", "gls", "pool", "distributed");
%! has (paths, "paths differ by ");
%!test   # beyond one exponent
%! wanderer = cumsum (cos ((1:600)' .* (1:10) .^ 2));
%! has (local_exponent (wanderer, "seed", 1), "With 95% confidence at all lags at once, the motion is ");
%! has (msd_crossover (wanderer, "seed", 1), "The mean squared displacement ");
%! has (msd_crossover (wanderer, "seed", 1, "alpha", 0.999999), "changes its exponent once: it grows with exponent");
%! has (diffusion_test (wanderer, "seed", 1), "at once");
%! has (ergodicity (reshape (wanderer, 600, 1, 10), "seed", 1), "Time averages of 10 paths scatter");
%! has (ageing (wanderer), "Displacements over 3 frames ");
%! has (compare_diffusion (wanderer(:,1)), "Of 4 models the data are best described by ");
%!test   # objectives and their runs
%! objective = sgd_objective (@(t) t, 3, "Sigma", eye (3));
%! has (objective, "Objective by a function, 3 parameters\n  with Sigma\n");
%! has (sgd_objective (@(t, b) t, 3, "n_examples", 8), "Objective by a function, 8 examples, 3 parameters");
%! has (sgd_logistic ([1; 2], [0, 1]), "Logistic regression, 2 examples, 1 parameter");
%! has (sgd_tanh_network ([1; 2], [0, 1], 4), "Network of tanh units (4 hidden), 2 examples, 13 parameters");
%! has (sgd_native ("/a/b.so", "f"), "Compiled gradient f of /a/b.so");
%! model = sgd_model (objective, sgd_hyper (0.1));
%! has (model, "no modes: sgd_quadratic_at");
%! run = sgd_simulate (model, 100, "seed", 1, "theta0", 1:3, "record", "log", "summaries", "moments");
%! has (run, "method \"baoab\", coordinates \"parameters\", logarithmic steps, seed 1");
%! has (run, "summaries: moments");
%! run = sgd_simulate (model, 9, "seed", 1, "theta0", 1:3, "record", [1, 5], "trajectory", false,
%!                     "summaries", "moments");
%! has (run, "SGD run of 3 parameters, 2 steps recorded in summaries");
%! has (run, "listed steps");
%!test   # theory against data
%! model_ = sgd_model (sgd_spectrum ([1, 0.1], "sigma2", 1), sgd_hyper (0.1, 0.9), "dynamics", "sgd");
%! run_ = sgd_simulate (model_, 400, "start", "stationary", "seed", 1);
%! assert (strfind (sgd_summary (fit_langevin (run_, model_)), "Theory fitted along 2 modes"), 1);
%! assert (strfind (sgd_summary (power_spectrum (run_)), "Power spectrum of theta"), 1);
%! assert (strfind (sgd_summary (velocity_autocorrelation (run_, "lags", 0:3)), "Velocity autocorrelation (rec"), 1);
%! assert (strfind (sgd_summary (shuffling_test (run_, model_)), "Shuffled by epochs?"), 1);
%!error <Invalid call> sgd_summary ()
%!error id=sgdlangevin:bad_argument sgd_summary (1)
%!error <`x`: expected the value of sgd_hyper\(\)> sgd_summary (1)

%!test   # Hessians by their products
%! operator = sgd_operator (diag ([3, 2, 1]), "sigma2", 0.5);
%! assert (sgd_summary (operator), "Hessian by products (a matrix), 3 parameters, noise 0.5 H\n");
%! words = sgd_summary (sgd_noise ("gradients", eye (3)));
%! assert (words, "Gradient noise: gradients of 3 examples\n");
%! assert (! isempty (strfind (sgd_summary (sgd_eigenpairs (operator, "top", 1)), "1 eigenpair of 3 parameters")));
%! density = sgd_density (operator, "top", 3);
%! assert (! isempty (strfind (sgd_summary (density), "eigenvalues from 1 to 3, trace 6 (exact)")));
%! model = sgd_model (density, sgd_hyper (0.1));
%! assert (! isempty (strfind (sgd_summary (model), "spectral density of 3 parameters by 0 probes")));
%! assert (! isempty (strfind (sgd_summary (sgd_stationary (model, "trace_only", true)), "squared step")));
%! assert (! isempty (strfind (sgd_summary (sgd_msd (model, 1:3)), "error of the quadrature")));
%! assert (! isempty (strfind (sgd_summary (sgd_trace (density, "square")), "square       14 (exact)")));
