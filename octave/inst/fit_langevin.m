## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{fit} =} fit_langevin (@var{x}, @var{model})
## @deftypefnx {} {@var{fit} =} fit_langevin (@var{x}, @var{hyper}, @var{H})
## @deftypefnx {} {@var{fit} =} fit_langevin (@dots{}, @var{name}, @var{value}, @dots{})
## Fit the theory to a trajectory: noise strength, curvature and damping of every mode.
##
## Along every eigenvector of the Hessian the model says how much power the path has at every frequency;
## noise, and if asked curvature and damping, are those whose density fits the periodogram I(j) best
## (debiased Whittle likelihood),
##
## @example
## l = -sum_j (log E(j) + I(j)/E(j)),   E(j) the expectation of I(j) for this length
## f(w) = (lr^2 S~/S)/|e^(iw) - p + beta e^(-iw)|^2,   p = 1 + beta - lr kappa      (SGD, white noise)
## @end example
##
## @noindent
## with the density exact for what was recorded: of the Langevin model that of its samples, of frames
## every k steps with what aliasing folds into them, of epochs with their noise.  The path is first filtered
## by the mode's own difference equation, so that little leaks from strong frequencies to weak ones (the
## filter is that of the estimates: the fit is repeated until it is).  Intervals are Wald's in the logarithms,
## those of curvature and damping come from the profile likelihood; their lower limit is that of a flat mode
## where the record cannot exclude one. Frequencies so low that epochs cut at both
## ends leak a quarter of their power are left out.  A mode is @qcode{identified} if the theory leads to
## expect a standard error of log curvature (where fitted) below 0.3, some 30 relaxations, besides what is
## measured. Under epochs errors count that the run is only periodically stationary.
##
## The test of fit: mean ratios I/E over bands of frequencies, three an octave and at least 10 ordinates each,
## as normal scores; the squares of what the fitted parameters leave of them sum to a chi squared.  The test
## against the theory is the likelihood ratio of the fit to the model with nothing fitted.  Modes count as
## independent, but for the coherence of their noise where the model knows all of it.
##
## The overall values are what the identified modes' profile likelihoods have in common: the square root of twice
## the fall of each from its maximum, less its mean by second-order theory, is a normal score; the sum of their
## squares is least at the overall value, and its interval ends where it has risen by the normal quantile's square.
##
## Measured (@code{bench/calibration/fit_langevin.c}, 12 cases of the Langevin model, of SGD with
## replacement and by epochs, of 502 to 8002 frames, every step or every 3 or 4, 600 runs each): 95%
## intervals of the 42 modes that were identified held noise, curvature and damping in 94.9, 95.1 and 94.9%
## (single modes 92.8 to 96.7, 93.2 to 97.5 and 93.0 to 96.7%, standard error 0.9%), those of the overall
## values in 94.7, 94.4 and 94.4% (single cases 92.5 to 96.7, 93.5 to 96.0 and 93.5 to 95.5%); the tests of
## fit and of the theory gave 5.1 and 4.7% false alarms at 5%.
##
## @strong{Arguments}
##
## @table @var
## @item x
## T x d, T x d x nsim, or from sgd_simulate or read_trajectory; from the stationary state, at equal intervals
## @item model
## from sgd_model
## @item hyper, H
## instead of a model: from sgd_hyper, and the Hessian (d x d), or its d eigenvalues if x is along the modes,
## or a problem.  A problem and a model have a noise to hold the fit against
## @item parameters
## what to fit besides "noise": string or cellstr of @qcode{"curvature"}, @qcode{"damping"}
## @item modes
## which modes, from the stiffest; default all
## @item dynamics, sampling, n_examples
## as in sgd_model, with hyper; default @qcode{"sgd"}, @qcode{"replacement"}
## @item range
## lowest and highest frequency used, cycles per step; default all
## @item level
## probability of the intervals, default 0.95
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_fit"} and, for m modes,
##
## @table @code
## @item mode
## m x 1
## @item estimate, se, lower, upper, theory, p_value
## m x 3, columns noise (variance of one example's gradient along the mode), curvature (eigenvalue of H),
## damping (2 (1-beta)/(lr (1+beta)) per unit time); NaN errors for what was not fitted; p_value of
## estimate = theory
## @item covariance
## 3 x 3 x m, of the logarithms of noise, curvature of H + weight_decay I, damping
## @item oscillations
## struct of m x 1: frequency (cycles per step, 0: overdamped), decay (per step), quality (omega/(2 gamma)),
## each with _se, _lower, _upper; regime (cellstr), regime_sure (does the interval exclude critical damping?)
## @item identified
## m x 1, false where a logarithm has a standard error above 0.5 or a flat mode is not excluded
## @item goodness
## struct of m x 1: chi_squared, df, p_value, theory_chi_squared, theory_df, theory_p_value, log_likelihood
## @item overall
## struct of 3 x 1 over identified modes, noise and curvature over their theory, damping: estimate, se, lower,
## upper, p_value of the theory, chi squared spread, spread_df, spread_p of the modes about it
## @item fit_test, theory_test
## 1 x 3, of all modes: chi squared, degrees of freedom, p value
## @item bands
## struct: freq, weight (half the degrees of freedom), B x 1; fit, data, B x m densities of the position per
## cycle per step, two-sided
## @item parameters, range, level, ordinates, every, frames, n_paths
## as used
## @item msd
## of the path along these modes, from msd
## @item model
## the theory
## @end table
##
## @strong{Errors}: @code{sgdlangevin:too_short} (below 64 frames or 32 frequencies),
## @code{sgdlangevin:saddle}, @code{sgdlangevin:unsupported} (epochs recorded at steps that share a divisor
## with the epoch's), @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: arXiv 2107.09133, section 4 (the theory); Sykulski, Olhede, Guillaumin, Lilly, Early
## (2019), Biometrika 106.  Cost: 2 T d m, then some hundred FFTs of twice the length a mode.
##
## @example
## problem = sgd_quadratic (diag ([2, 0.5, 0.1]), "sigma2", 1);
## model = sgd_model (problem, sgd_hyper (0.1, 0.9, 0, 32), "dynamics", "sgd");
## run = sgd_simulate (model, 4000, "start", "stationary", "seed", 1);
## fit = fit_langevin (run, model, "parameters", @{"curvature", "damping"@});
## sgd_summary (fit)
## @end example
## @seealso{fit_prediction, power_spectrum, shuffling_test, sgd_power_spectrum}
## @end deftypefn

function fit = fit_langevin (x, hyper, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  H = [];
  if (! isempty (varargin) && ! ischar (varargin{1}))
    H = varargin{1};
    varargin(1) = [];
  endif
  opt = __sgdl_options__ ("fit_langevin",
                          {"parameters", "noise"; "modes", []; "dynamics", {"sgd", "langevin"};
                           "sampling", {"replacement", "without", "epoch"}; "n_examples", []; "range", [];
                           "level", 0.95}, varargin);
  [model, noise_known] = __sgdl_model_to_fit__ (hyper, H, opt);
  [frames, spacing, model, modes] = __sgdl_along_modes__ ("fit_langevin", x, model, opt.modes);
  chosen = fitted_parameters (opt.parameters);
  range = [0, 0];
  if (! isempty (opt.range))
    if (! isnumeric (opt.range) || numel (opt.range) != 2)
      error ("sgdlangevin:bad_argument", "`range`: expected a vector of length 2");
    endif
    range = opt.range(:)';
  endif
  options = [any(strcmp (chosen, "curvature")), any(strcmp (chosen, "damping")), noise_known, spacing, range, ...
             opt.level];
  [table, covariance, freq, weight, fitted, data, summary, counts] = ...
    __sgdl__ ("fit_langevin", model, frames, double (modes) - 1, options);
  [T, ~, n_paths] = __sgdl__ ("trajectory_shape", frames);
  bands = 1:counts(2);
  fit = struct ("type", "sgd_fit", "mode", double (modes(:)), "estimate", table(:,1:3), "se", table(:,4:6),
                "lower", table(:,7:9), "upper", table(:,10:12), "theory", table(:,13:15),
                "p_value", table(:,16:18), "covariance", covariance, "oscillations", oscillations_of (table),
                "identified", table(:,40) == 1, "goodness", goodness_of (table), "overall", overall_of (summary),
                "fit_test", summary(9,:), "theory_test", summary(10,:),
                "bands", struct ("freq", freq(bands), "weight", weight(bands), "fit", fitted(bands,:),
                                 "data", data(bands,:)),
                "parameters", {chosen}, "range", opt.range, "level", opt.level, "ordinates", counts(1),
                "every", spacing, "frames", T, "n_paths", n_paths,
                "msd", along_modes_msd (x, frames, model, modes, spacing), "model", model);
endfunction

function chosen = fitted_parameters (parameters)
  names = {"noise", "curvature", "damping"};
  if (ischar (parameters))
    parameters = {parameters};
  endif
  if (! iscellstr (parameters) || isempty (parameters))
    error ("sgdlangevin:bad_argument", ["`parameters`: expected some of \"noise\", \"curvature\", \"damping\", ", ...
                                        "got a value of class %s"], class (parameters));
  endif
  for i = 1:numel (parameters)
    __sgdl__ ("match_option", "parameters", parameters{i}, names);
  endfor
  chosen = names([true, any(strcmp (parameters, "curvature")), any(strcmp (parameters, "damping"))]);
endfunction

function s = oscillations_of (table)
  regimes = {"flat"; "overdamped"; "critical"; "underdamped"; "alternating"; "saddle"};
  names = {"frequency", "decay", "quality"};
  suffixes = {"", "_se", "_lower", "_upper"};
  s = struct ();
  for i = 1:3
    for j = 1:4
      s.([names{i}, suffixes{j}]) = table(:,14 + 4 * i + j);
    endfor
  endfor
  s.regime = regimes(table(:,31) + 1);
  s.regime_sure = table(:,32) == 1;
endfunction

function s = goodness_of (table)
  s = struct ("chi_squared", table(:,34), "df", table(:,35), "p_value", table(:,36),
              "theory_chi_squared", table(:,37), "theory_df", table(:,38), "theory_p_value", table(:,39),
              "log_likelihood", table(:,33));
endfunction

function s = overall_of (summary)
  names = {"estimate", "se", "lower", "upper", "p_value", "spread", "spread_df", "spread_p"};
  s = cell2struct (mat2cell (summary(1:8,:)', 3, ones (1, 8)), names, 2);
endfunction

## The MSD of the path along these modes, in steps.
function result = along_modes_msd (x, frames, model, modes, spacing)
  if (numel (modes) < model.dim)
    if (isempty (model.vectors))
      frames = frames(:,modes,:);
    else
      along = zeros (rows (frames), numel (modes), size (frames, 3));
      for r = 1:size (frames, 3)
        along(:,:,r) = frames(:,:,r) * model.vectors(:,modes);
      endfor
      frames = along;
    endif
  endif
  result = msd (frames);
  result.lag = spacing * result.lag;
endfunction

%!demo
%! problem = sgd_quadratic (diag ([2, 0.5, 0.1]), "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.1, 0.9, 0, 32), "dynamics", "sgd");
%! run = sgd_simulate (model, 4000, "start", "stationary", "seed", 1);
%! sgd_plot (fit_langevin (run, model, "parameters", {"curvature", "damping"}));

%!shared problem, hyper, model, run
%! problem = sgd_quadratic (diag ([2, 0.5, 0.1]), "sigma2", 1);
%! hyper = sgd_hyper (0.1, 0.9, 0.01, 32);
%! model = sgd_model (problem, hyper, "dynamics", "sgd");
%! run = sgd_simulate (model, 4000, "start", "stationary", "seed", 1);
%!test   # estimates within 4.5 of their errors (9 of them: by chance in less than one of 10^4)
%! fit = fit_langevin (run, model, "parameters", {"curvature", "damping"});
%! assert (all (abs (fit.estimate - fit.theory) < 4.5 * fit.se));
%! assert (fit.theory, [[2; 0.5; 0.1], [2; 0.5; 0.1], repmat(hyper.damping, 3, 1)], 1e-12);
%! assert (all (fit.identified));
%! assert (fit.fit_test(3) > 1e-4 && fit.theory_test(3) > 1e-4);
%! assert (fit.oscillations.regime, repmat ({"underdamped"}, 3, 1));
%! z = sqrt (2) * erfcinv (0.05);
%! assert (fit.upper(:,1) ./ fit.estimate(:,1), exp (z * fit.se(:,1) ./ fit.estimate(:,1)), 1e-9);
%! assert (squeeze (fit.covariance(3,3,:)), (fit.se(:,3) ./ fit.estimate(:,3)) .^ 2, 1e-12);
%!test   # noise alone, of one mode, without a theory of it
%! fit = fit_langevin (run, hyper, diag ([2, 0.5, 0.1]), "modes", 2);
%! assert (isnan (fit.theory(1)));
%! assert (fit.se(1) / fit.estimate(1), 1 / sqrt (fit.ordinates), 1e-12);
%! assert (isnan (fit.se(2:3)), [true, true]);
%!test   # modes given directly: eigenvalues for H
%! along = sgd_simulate (model, 500, "start", "stationary", "seed", 1, "coordinates", "modes");
%! a = fit_langevin (along.theta, hyper, [2, 0.5, 0.1]);
%! b = fit_langevin (along, model);
%! assert (a.estimate, b.estimate, 1e-12);
%!error <Invalid call> fit_langevin (run)
%!error <`H`: expected a Hessian, its eigenvalues or a problem> fit_langevin (run, hyper)
%!error <`H`: expected \[\] with a model> fit_langevin (run, model, eye (3))
%!error <`x`: expected 3 coordinates, got 2> fit_langevin (run.theta(:,1:2), model)
%!error <did you mean "curvature"> fit_langevin (run, model, "parameters", "curvatur")
%!error <`parameters`: expected some of> fit_langevin (run, model, "parameters", 3)
%!error <`modes`\[1\] = 4: expected a whole number from 1 to 3> fit_langevin (run, model, "modes", 4)
%!error <`modes`\[2\] = 1: expected each mode once> fit_langevin (run, model, "modes", [1, 1])
%!error <`range` = 0.2, 0.1: expected 0 <= low < high> fit_langevin (run, model, "range", [0.2, 0.1])
%!error <`range` holds> fit_langevin (run, model, "range", [0.1, 0.1001])
%!error <`range`: expected a vector of length 2> fit_langevin (run, model, "range", 1)
%!error <`level` = 1: expected a number in \(0, 1\)> fit_langevin (run, model, "level", 1)
%!error <`x` has 50 frames: expected at least 64> fit_langevin (run.theta(1:50,:), model)
%!error <`x` is constant along mode 1> fit_langevin (ones (100, 3), model)
%!error id=sgdlangevin:not_finite fit_langevin (NaN (100, 3), model)
%!error id=sgdlangevin:saddle
%! fit_langevin (rand (100, 2), sgd_model (sgd_spectrum ([1, -1], "noise", [1, 1]), sgd_hyper (0.1)))
%!error <has a frame every 2 steps and an epoch is 20 steps: expected no common divisor>
%! epoch = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 640);
%! fit_langevin (sgd_simulate (epoch, 400, "record", 2, "seed", 1), epoch)
%!error <did you mean `parameters`> fit_langevin (run, model, "parameter", "noise")
