## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{prediction} =} sgd_msd (@var{model}, @var{steps})
## @deftypefnx {} {@var{prediction} =} sgd_msd (@var{model}, @var{steps}, @var{name}, @var{value}, @dots{})
## Predicted mean squared displacement and local diffusion exponent.
##
## @example
## MSD(k) = E |theta(k) - theta(0)|^2,   exponent(k) = d log MSD / d log k
## stationary start: MSD(k) = sum_l 2 P_l (1 - phi_l(k)),  phi_l the autocorrelation of mode l
## @end example
##
## For a model by epochs with noise "multiplicative", the theory of dressed epochs: noise
## Gamma(h) = c_h (C + D[X_h]) that grows with the displacements X_h, a restoring kernel from
## reusing the same examples, their third cumulant, and a shift of the mean.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item steps
## vector of n numbers > 0; whole numbers under dynamics "sgd" and for form "paper"
## @item start
## @qcode{"stationary"} (default; what a long time average measures, flat modes starting
## from stationary velocity), @qcode{"point"}: (theta0, v0), @qcode{"stationary-velocity"}: theta0
## and a velocity of the stationary law, @qcode{"gaussian"}: mean (theta0, v0), covariance @var{cov0},
## or @qcode{"checkpoint"}: stationary, from an epoch's end
## @item theta0, v0
## the point, vectors of d; default the minimiser and 0
## @item cov0
## covariance of (theta, v) at the start, 2d x 2d, for start "gaussian"
## @item form
## @qcode{"model"} (default): the model's own dynamics; @qcode{"paper"}: the paper's sum over
## step displacements
## @item modes
## true: the contribution of each mode too; default false
## @item frames
## length of a recorded window in steps, longer than all @var{steps}: also the standard error of a time
## average over such a window (stationary start, form "model"); default []
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_msd"} and
##
## @table @code
## @item step, time
## n x 1; time = lr x step
## @item msd
## n x 1, units of theta^2
## @item exponent
## n x 1; analytic for Langevin, centred difference over one step each side for SGD
## @item modes
## n x d, or []
## @item se
## n x 1, or [] without frames; for a Gaussian process whose modes are independent
## @item regime
## cellstr n x 1, by the exponent c and how fast it changes: "ballistic" (c > 3/2), "confined"
## (c < 1/10), "diffusive" (c near 1 and staying), "plateau" (c between, staying), "crossover"; []
## for form "paper" and for saddles
## @item crossover
## struct: ballistic_end and confined_start, in steps; relaxation (1 x 2), times
## (1 - momentum)/(lr kappa) of the stiffest and the flattest overdamped mode; spectral_exponent of the
## spectrum between, its spectral_misfit; predicted, the exponent between where there is one; plateau, the
## median exponent there; or []
## @item terms
## dressed epochs, else []: n x 5, the MSD with constant noise, and with noise (b), response (c), third
## cumulant (f) and shift of the mean (e) added one by one; msd is the last
## @item dressed
## dressed epochs, else []: struct with trace (1 x 5), stationary variances on these rungs;
## small_parameter of the expansion; shift of the mean in standard deviations; variance (d x 1, per mode)
## and mean_shift (d x 1)
## @item form, start, model
## as given
## @end table
##
## Of a spectral density (sgd_density): @code{se} is the standard error from its probes, and there are also
## @code{exponent_se}, @code{truncation} and @code{exponent_truncation}, the errors of its quadrature; starts are those without theta0, v0 and cov0.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:saddle}, @code{sgdlangevin:unsupported}
## (form "paper" without noise sigma2 H; dressed epochs from another start).
## @strong{Warning}: @code{sgdlangevin:paper_form}.
##
## @strong{Source}: arXiv 2107.09133, anomalous diffusion; its sum is
## lr^2 sigma2/(batch_size (1 - momentum^2)) (tr H k + 2 k sum_j (1 - j/k) sum_l rho_l E22_l(j)).
## Starts, regimes and dressed epochs are ours.  Cost: O(n d); under epochs O(n d log M) for
## M steps an epoch; dressed epochs N d^2 and O(d^2 M) a rung.
##
## @example
## model = sgd_model (sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1), sgd_hyper (0.05, 0.9));
## prediction = sgd_msd (model, [1, 10, 100, 1000]);
## @end example
## @seealso{msd, diffusion_exponent, sgd_plot}
## @end deftypefn

function prediction = sgd_msd (model, steps, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  of_density = strcmp (model.problem.type, "sgd_density");
  if (! of_density)
    __sgdl_check_model__ (model);
  endif
  opt = __sgdl_options__ ("sgd_msd",
                          {"start", {"stationary", "point", "stationary-velocity", "gaussian", "checkpoint"};
                           "theta0", []; "v0", []; "form", {"model", "paper"}; "modes", false; "cov0", [];
                           "frames", []}, varargin);
  if (of_density)
    prediction = density_msd (model, steps, opt);
    return;
  endif
  check_frames (opt, steps);
  [displacement, exponent, modes, terms, dressed] = predict (model, steps, opt);
  se = [];
  if (! isempty (opt.frames))
    opt.modes = true;
    [~, ~, every_lag] = predict (model, 1:opt.frames-1, opt);
    se = __sgdl__ ("msd_sampling_error", every_lag, steps);
  endif
  step = double (steps(:));
  regime = crossover = [];
  if (strcmp (opt.form, "model") && model.report.n_saddle == 0)
    [ascending, first, place] = unique (step);
    [labels, crossover] = __sgdl__ ("msd_regimes", model, ascending, exponent(first));
    regime = labels(place);
  endif
  prediction = struct ("type", "sgd_msd", "step", step, "time", model.hyper.lr * step,
                       "msd", displacement, "exponent", exponent, "modes", modes, "se", se,
                       "regime", {regime}, "crossover", crossover, "terms", terms, "dressed", dressed,
                       "form", opt.form, "start", opt.start, "model", model);
endfunction

## From a spectral density, with errors.
function prediction = density_msd (model, steps, opt)
  refuse = @(what) __sgdl_refuse_density__ (model, [what ": not for a model"]);
  for name = {"theta0", "v0", "cov0", "frames"}
    if (! isempty (opt.(name{1})))
      refuse (["`" name{1} "`"]);
    endif
  endfor
  if (strcmp (opt.start, "gaussian"))
    refuse ("`start` = \"gaussian\"");
  elseif (strcmp (opt.form, "paper"))
    refuse ("`form` = \"paper\"");
  elseif (__sgdl__ ("flag", opt.modes, "modes"))
    refuse ("`modes` = true");
  endif
  step = __sgdl__ ("matrix", steps, "steps")(:);
  [displacement, se, truncation, exponent, exponent_se, exponent_truncation] = ...
    __sgdl__ ("density_msd", model, opt.start, step);
  prediction = struct ("type", "sgd_msd", "step", step, "time", model.hyper.lr * step, "msd", displacement,
                       "exponent", exponent, "modes", [], "se", se, "regime", [], "crossover", [], "terms", [],
                       "dressed", [], "form", "model", "start", opt.start, "truncation", truncation, ...
                       "exponent_se", exponent_se, "exponent_truncation", exponent_truncation, "model", model);
endfunction

function check_frames (opt, steps)
  if (isempty (opt.frames))
    return;
  elseif (! isscalar (opt.frames) || ! isreal (opt.frames) || opt.frames != fix (opt.frames))
    error ("sgdlangevin:bad_argument", "`frames`: expected a whole number");
  elseif (! strcmp (opt.start, "stationary") || ! strcmp (opt.form, "model"))
    error ("sgdlangevin:bad_argument",
           "`frames`: expected [] unless start = \"stationary\" and form = \"model\"");
  elseif (! all (steps(:) < opt.frames))
    error ("sgdlangevin:bad_argument", "`frames` = %.0f: expected more than the largest of `steps`, %g",
           opt.frames, max (steps(:)));
  endif
endfunction

function [displacement, exponent, modes, terms, dressed] = predict (model, steps, opt)
  if (strcmp (model.noise, "multiplicative") && strcmp (model.sampling, "epoch"))
    require_dressed (opt);
    [terms, exponent, modes, dressed] = __sgdl__ ("dressed_msd", model, steps, opt.modes);
    displacement = terms(:,end);
    return;
  elseif (strcmp (opt.form, "paper"))
    warning ("sgdlangevin:paper_form",
             ["the paper's sum counts step displacements by a trapezoid rule: its excess grows for ever ", ...
              "in confined modes, so its late exponent 1 is an artefact; form = \"model\" is exact"]);
  endif
  [displacement, exponent, modes] = ...
    __sgdl__ ("msd_theory", model, steps, __sgdl_start__ (model, opt), opt.form, opt.modes);
  terms = dressed = [];
endfunction

function require_dressed (opt)
  if (! strcmp (opt.start, "stationary"))
    error ("sgdlangevin:unsupported",
           ["`start` = \"%s\": weight-dependent noise under epochs has the displacement from ", ...
            "stationarity only; use start = \"stationary\" or noise = \"constant\""], opt.start);
  elseif (strcmp (opt.form, "paper"))
    error ("sgdlangevin:unsupported",
           "`form` = \"paper\": the paper's sum has constant noise; use noise = \"constant\"");
  endif
endfunction

%!demo
%! problem = sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9));
%! sgd_plot (sgd_msd (model, round (logspace (0, 5, 60))));

%!shared model, sgd, hyper
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%!test   # stationary start: from the covariance and the decay of the mean
%! state = sgd_stationary (sgd);
%! K = sgd.problem.H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! lagged = F^7 * C;
%! prediction = sgd_msd (sgd, 7, "modes", true);
%! assert (prediction.msd, 2 * (state.trace.theta - trace (lagged(1:2,1:2))), -1e-12);
%! assert (sum (prediction.modes), prediction.msd, -1e-13);
%!test   # from a point: squared mean plus variance
%! path = sgd_transient (model, [3, 50], [1, -1], "v0", [0.1, 0], "covariance", "trace");
%! prediction = sgd_msd (model, [3, 50], "start", "point", "theta0", [1, -1], "v0", [0.1, 0]);
%! assert (prediction.msd, sumsq (path.mean_theta - [1; -1])' + path.theta, -1e-12);
%! assert (prediction.time, 0.05 * [3; 50], -eps);
%!test   # the exponent is the slope: ballistic, then confined
%! steps = [1e-3, 9.99e-1, 1, 1.001, 1e6];
%! prediction = sgd_msd (model, steps);
%! slope = log (prediction.msd(4) / prediction.msd(2)) / log (steps(4) / steps(2));
%! assert (prediction.exponent(3), slope, 1e-5);
%! assert (prediction.exponent([1, 5]), [2; 0], 1e-3);
%! assert ({prediction.form, prediction.start}, {"model", "stationary"});
%!test   # a flat mode diffuses
%! prediction = sgd_msd (sgd_model (sgd_spectrum (0, "noise", 1), sgd_hyper (0.1, 0.5)), [1e5, 1e6]);
%! assert (prediction.exponent, [1; 1], 1e-4);
%!test   # the paper's sum starts like the model's and ends elsewhere
%! warning ("off", "sgdlangevin:paper_form", "local");
%! confined = sgd_model (sgd_spectrum (0.1, "sigma2", 1), sgd_hyper (0.1, 0.9));
%! ratio = sgd_msd (confined, [100, 1e4], "form", "paper").msd ./ sgd_msd (confined, [100, 1e4]).msd;
%! assert (ratio, [1.010; 1.92], 5e-3);
%!test   # epochs bound the diffusion that sampling with replacement predicts
%! problem = sgd_spectrum (1e-3, "noise", 1);
%! hyper = sgd_hyper (0.05, 0.5, 0, 10);
%! epoch = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 100);
%! white = sgd_model (problem, hyper, "dynamics", "sgd");
%! assert (sgd_msd (epoch, 1000).msd < 0.2 * sgd_msd (white, 1000).msd);

%!test   # starts
%! state = sgd_stationary (sgd);
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! steps = [2, 30];
%! from = @(varargin) sgd_msd (sgd, steps, "start", varargin{:}).msd;
%! stationary = sgd_msd (sgd, steps).msd;
%! assert (from ("gaussian", "cov0", C), stationary, -1e-11);
%! assert (from ("checkpoint"), stationary, -1e-11);
%! C(1:2,:) = C(:,1:2) = 0;
%! moving = from ("stationary-velocity", "theta0", [1, 1]);
%! assert (from ("gaussian", "theta0", [1, 1], "cov0", C), moving, -1e-11);
%! path = sgd_transient (sgd, steps, [1, 1], "start", "stationary-velocity", "covariance", "trace");
%! assert (moving, sumsq (path.mean_theta - [1; 1])' + path.theta, -1e-11);
%!test   # standard error of a window's time average: that of many windows
%! one = sgd_model (sgd_spectrum (1, "noise", 1), sgd_hyper (0.1, 0.5), "dynamics", "sgd");
%! prediction = sgd_msd (one, [3, 20], "frames", 60);
%! run = sgd_simulate (one, 59, "nsim", 2000, "seed", 1, "start", "stationary", "velocity", false);
%! averages = @(lag) squeeze (mean ((run.theta(lag+1:end,1,:) - run.theta(1:end-lag,1,:)).^2, 1));
%! assert (prediction.se, [std(averages (3)); std(averages (20))], -0.06);
%! assert (sgd_msd (one, 3).se, []);
%!test   # regimes, in the order of the steps
%! prediction = sgd_msd (model, [1e6, 0.1]);
%! assert (prediction.regime, {"confined"; "ballistic"});
%! assert (numel (sgd_msd (model, round (logspace (0, 4, 40))).crossover.relaxation), 2);
%!test   # a power-law spectrum has a plateau
%! rho = 1e-6 * (1 - (0:399)' / 400 * (1 - 1e-6 ^ 0.5)) .^ (-1 / 0.5);
%! broad = sgd_model (sgd_spectrum (rho, "sigma2", 1), sgd_hyper (0.1, 0));
%! crossover = sgd_msd (broad, logspace (0, 8, 80)).crossover;
%! assert (crossover.spectral_exponent, 0.5, 0.06);
%! assert (isempty (sgd_msd (sgd, [1, 2]).terms));
%!test   # dressed epochs: one rung on the other
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2; -2, 1];
%! y = [1; 2; 0; -1; 2; 0.3; 1; 0.5];
%! options = {"dynamics", "sgd", "sampling", "epoch"};
%! hyper = sgd_hyper (0.02, 0.5, 0.01, 1);
%! constant = sgd_model (sgd_regression (X, y), hyper, options{:});
%! dressed = sgd_model (sgd_regression (X, y), hyper, options{:}, "noise", "multiplicative");
%! steps = [20, 1, 5];
%! prediction = sgd_msd (dressed, steps, "modes", true);
%! assert (size (prediction.terms), [3, 5]);
%! assert (prediction.terms(:,1), sgd_msd (constant, steps).msd, -1e-8);
%! assert (prediction.msd, prediction.terms(:,5));
%! assert (sum (prediction.modes, 2), prediction.msd, -1e-10);
%! assert (prediction.dressed.trace(1), sgd_stationary (constant).trace.theta, -1e-8);
%! assert (sum (prediction.dressed.variance), prediction.dressed.trace(5), -1e-10);
%! assert (size (prediction.dressed.mean_shift), [2, 1]);
%! fail ('sgd_msd (dressed, 1, "start", "point")', "has the displacement from stationarity only");
%! fail ('sgd_msd (dressed, 1, "form", "paper")', "the paper's sum has constant noise");

%!warning id=sgdlangevin:paper_form
%! sgd_msd (sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1)), 1, "form", "paper");
%!warning <its late exponent 1 is an artefact>
%! sgd_msd (sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1)), 1, "form", "paper");
%!error <Invalid call> sgd_msd (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_msd (1, 1)
%!error <`steps`> sgd_msd (model, -1)
%!error <`steps`> sgd_msd (model, 0)
%!error <`steps`> sgd_msd (sgd, 1.5)
%!error id=sgdlangevin:not_finite sgd_msd (model, NaN)
%!error <`steps`: expected a numeric vector, got an empty matrix> sgd_msd (model, [])
%!error <`start` = "points": .* did you mean "point"> sgd_msd (model, 1, "start", "points")
%!error <did you mean "paper"> sgd_msd (model, 1, "form", "papre")
%!error <`theta0`: expected a vector of length 2, got length 3>
%! sgd_msd (model, 1, "start", "point", "theta0", 1:3)
%!error <`modes`: expected true or false> sgd_msd (model, 1, "modes", 1:2)
%!error <`frames` = 5: expected more than the largest of `steps`, 7> sgd_msd (sgd, [1, 7], "frames", 5)
%!error <`frames`: expected a whole number> sgd_msd (sgd, 1, "frames", "five")
%!error <`frames`: expected \[\] unless start = "stationary">
%! sgd_msd (sgd, 1, "frames", 5, "start", "checkpoint")
%!error <sgd_msd has no argument `mode`: did you mean `modes`> sgd_msd (model, 1, "mode", true)
%!error id=sgdlangevin:saddle sgd_msd (sgd_model (sgd_spectrum (-1, "noise", 1), sgd_hyper (0.1)), 1)
%!test
%! warning ("off", "sgdlangevin:paper_form", "local");
%! fail ('sgd_msd (model, 1, "form", "paper")', "sigma2");
%! [~, id] = lasterr ();
%! assert (id, "sgdlangevin:unsupported");
