## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{fit} =} diffusion_exponent (@var{x})
## @deftypefnx {} {@var{fit} =} diffusion_exponent (@var{x}, @var{name}, @var{value}, @dots{})
## Diffusion exponent of a trajectory, with an interval that knows its correlations.
##
## @example
## MSD(lag) = exp (log_diffusivity) lag^exponent
## @end example
##
## @noindent
## Exponent 1 is normal diffusion, below it subdiffusion, above superdiffusion.  Methods:
##
## @table @asis
## @item @qcode{"ols"}
## least squares of log MSD on log lag, as papers do it.  MSD points of one trajectory are
## strongly correlated, so that the regression's own error (@code{naive_se}) is far too
## small: this one comes from resampling contiguous blocks (whole paths where there are at
## least 16), the interval from Student's t.  Assumes stationary increments only.
## @item @qcode{"gls"}
## the same regression with the covariance of the MSD at about 12 log-spaced lags that
## fractional Brownian motion of the fitted exponent has, iterated to a fixed point, and its
## bias taken off; on such motion nearly as good as maximum likelihood.  Fits no localisation
## error: with one the exponent comes out too low, and misfit_p tells
## @item @qcode{"mle"}
## exact maximum likelihood of fractional Brownian motion, with a drift of every path and
## coordinate and a localisation error where asked for; Fisher's interval, with noise that of
## the profile likelihood
## @item @qcode{"whittle"}
## likelihood of the increments' periodogram: local (Robinson's, the lowest n^0.65 or
## @var{bandwidth} frequencies, only a power law assumed there) or, with bandwidth
## @qcode{"full"}, all of them with the exact density of fractional Gaussian noise (full: no
## localisation error, which misfit_p tells, as for gls)
## @item @qcode{"wavelet"}
## log-scale diagram of Abry and Veitch: energies of Daubechies' details by octave
## @item @qcode{"dfa"}
## detrended fluctuation analysis; bias, error and interval from 3 @var{n_sim} simulations of
## fractional Brownian motion
## @end table
##
## @noindent
## All but @qcode{"ols"} take coordinates and paths as independent, with one exponent and a
## diffusivity for each.
##
## Measured (@code{bench/calibration}) on fractional Brownian motion of exponents 0.4 to 1.6: the
## 95% interval of @qcode{"mle"} held in 93.7 to 95.0% of 10,000 paths of 128 increments and in 95.0
## to 95.9% of 10,000 of 1024 and 2,000 of 8192, with a standard deviation within 3% and 2% of the
## Cramer-Rao bound; that of @qcode{"gls"} in 93.5 to 94.7% and 94.9 to 95.8%, within 9% and 2% of
## the bound. With localisation noise fitted and above three of its own standard errors the interval
## of @qcode{"mle"} held in 94.0 to 96.5%. For contrast, the interval that a regression of log MSD
## claims for itself (@code{naive_se}) held in 84 to 31% at 128 increments and 28 to 7% at 8192,
## that of @qcode{"ols"} (blocks) in 91.7 to 97.5% and 84.4 to 95.8% (least at exponent 1.6, where
## its blocks are too short). Standard errors of these shares: 0.2 to 0.5%, of regressions at 8192 up to
## 1%, with noise 0.4 to 1.2%.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item method
## @qcode{"ols"}, @qcode{"gls"}, @qcode{"mle"}, @qcode{"whittle"}, @qcode{"wavelet"} or
## @qcode{"dfa"}
## @item window
## [first, last] lag, in steps where x knows them, else in frames; default 1 to T/32 frames,
## (T - 1)/2 with at least 16 paths (ols); to (T - 1)/4 (gls)
## @item level
## confidence level in (0, 1); default 0.95
## @item pool
## @qcode{"common"}: one exponent for all paths; @qcode{"distributed"}: one for each,
## @code{exponent} their mean and @code{spread} how they differ beyond their errors
## @item n_boot
## (ols) resamples >= 20; default 999
## @item seed
## (ols) of the resampling, a whole number in [0, 2^53); default drawn from @code{rand}
## @item noise, drift, diffusivity
## (mle) fit a localisation error (default false), a drift (true); @qcode{"own"} diffusivity of
## each coordinate or one @qcode{"common"} to them
## @item bandwidth
## (whittle) number of frequencies, @qcode{"local"} (default) or @qcode{"full"}
## @item moments
## (wavelet) vanishing moments, 1 to 10; default 3
## @item order, overlap, n_sim
## (dfa) degree of the polynomials, 1 to 5; boxes begin every quarter of a box (default true);
## simulations at each of three exponents; defaults 1, true, 200
## @end table
##
## @strong{Value}: a struct with @code{type = "diffusion_exponent"} and
##
## @table @code
## @item exponent, se, lower, upper, level
## the exponent, its standard error and interval
## @item p_value
## two-sided, of exponent = 1
## @item log_diffusivity, vcov
## the intercept, and the 2 x 2 covariance of (exponent, log_diffusivity)
## @item window, n_points, n_series, df, unit
## lags used, how many, coordinates times paths, degrees of freedom of the interval, unit of
## lags
## @item msd
## the MSD at these lags, from msd
## @item method, pool
## as used
## @item diagnostics
## struct.  ols: n_blocks, curvature, curvature_p, naive_se.  gls: bias (what was taken off),
## misfit, misfit_df, misfit_p (chi squared of the fit), homogeneity_p (of one exponent for
## all coordinates and paths), iterations.  distributed: heterogeneity, heterogeneity_p
## @item n_lags, n_blocks, curvature, curvature_p, naive_se, seed
## (ols) points in the regression, blocks resampled, quadratic term of the log-log regression
## and its p value (is it a straight line?), what the regression alone would claim
## @item drift, diffusivity, noise, noise_se, noise_lower, noise_upper, noise_p, noise_detected
## (mle) drift and diffusivity of each coordinate; with noise the variance of a frame's error,
## summed over coordinates, its error and interval, and whether it is told from none
## @item bandwidth, full, moments, diagram, order, overlap, n_sim
## (whittle, wavelet, dfa) as used; struct diagram with scale, octave, log2_energy, se, n
## (wavelet) or box, fluctuation, log_se (dfa)
## @item spread, spread_lower, spread_upper, heterogeneity_p, paths
## (distributed) standard deviation between paths with its interval, p value of none, and a
## struct array with exponent, se, lower, upper, log_diffusivity of each path
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}
## (fewer than 8 blocks of twice the largest lag, or fewer than 3 lags; gls: fewer than 33
## frames or a window past half of the path; distributed: fewer than 3 paths),
## @code{sgdlangevin:no_convergence} (covariance singular to rounding),
## @code{sgdlangevin:unsupported} (an exponent outside (0, 2)).  Warning
## @code{sgdlangevin:epoch_ripple} where the window of a run by epochs reaches past half an
## epoch.
##
## @strong{Source}: arXiv 2107.09133 fits the exponent by least squares on log-spaced lags;
## the intervals are ours.  Cost: that of msd, and n_boot n_lags (ols) or some 20 sums over
## 78 T terms (gls).
##
## @example
## fit = diffusion_exponent (cumsum (randn (4096, 2)), "method", "gls");
## [fit.exponent, fit.lower, fit.upper]         # about 1
## @end example
## @seealso{msd, sgd_msd, sgd_plot}
## @end deftypefn

function fit = diffusion_exponent (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  methods = exponent_methods ();
  [method, shared, own] = take_method (methods, varargin);
  opt = __sgdl_options__ ("diffusion_exponent", [shared; own], varargin);
  unit = "frames";
  if (isstruct (x))
    unit = "steps";
  endif
  source = x;
  [x, spacing] = __sgdl_trajectory__ (x);
  window = [0, 0];   # the core's default
  if (! isempty (opt.window))
    window = __sgdl__ ("matrix", opt.window, "window") / spacing;
  endif
  if (isfield (opt, "seed"))
    opt.seed = __sgdl_seed__ (opt.seed);
  endif
  if (strcmp (opt.pool, "common"))
    fit = method.fit (x, window, opt);
  else
    fit = distributed (x, window, opt, method.fit);
  endif
  __sgdl_epoch_ripple__ (source, x, spacing, fit.window(2));
  fit = in_steps (fit, x, spacing, unit, opt);
endfunction

## Name, engine and options of each method, in the order of the choices.
function methods = exponent_methods ()
  methods = struct ("name", {"ols", "gls", "mle", "whittle", "wavelet", "dfa"}, ...
                    "fit", {@fit_ols, @fit_gls, @fit_mle, @fit_whittle, @fit_wavelet, @fit_dfa}, ...
                    "options", {{"n_boot", 999; "seed", []}, cell(0, 2), ...
                                {"noise", false; "drift", true; "diffusivity", {"own", "common"}}, ...
                                {"bandwidth", []}, {"moments", 3}, ...
                                {"order", 1; "overlap", true; "n_sim", 200; "seed", []}});
endfunction

## The method asked for, the options that all share and its own.  An option of another method is
## named; whatever else is wrong is left to the parser.
function [method, shared, own] = take_method (methods, args)
  names = {methods.name};
  shared = {"method", names; "window", []; "level", 0.95; "pool", {"common", "distributed"}};
  chosen = 1;
  for i = 1:2:numel (args) - 1
    if (ischar (args{i}) && strcmp (args{i}, "method") && ! (isnumeric (args{i+1}) && isempty (args{i+1})))
      __sgdl__ ("match_option", "method", args{i+1}, names);
      chosen = find (strcmp (args{i+1}, names));
    endif
  endfor
  method = methods(chosen);
  own = method.options;
  for i = 1:2:numel (args)
    if (! ischar (args{i}) || any (strcmp (args{i}, [shared(:,1); own(:,1)])))
      continue;
    endif
    others = names(cellfun (@(options) any (strcmp (args{i}, options(:,1))), {methods.options}));
    if (! isempty (others))
      if (isempty (own))
        has = "none of its own";
      else
        has = ["`", strjoin(own(:,1)', "`, `"), "`"];
      endif
      error ("sgdlangevin:bad_argument", "`%s` is an option of method \"%s\": method \"%s\" has %s",
             args{i}, strjoin (others, "\" and \""), method.name, has);
    endif
  endfor
endfunction

## ---- engines: an estimate in frames, the lags to show, and what the method adds ----

function fit = fit_ols (x, window, opt)
  fit = __sgdl__ ("exponent_ols", x, window, opt.level, opt.n_boot, opt.seed);
  fit.n_points = fit.n_lags;
  fit.n_series = columns (x) * size (x, 3);
  fit.df = fit.n_blocks - 1;
  fit.lags = __sgdl__ ("log_lags", fit.window(1), fit.window(2), 10);
  fit.seed = double (opt.seed);
  fit.diagnostics = pick (fit, {"n_blocks", "curvature", "curvature_p", "naive_se"});
  fit.extras = pick (fit, {"n_lags", "n_blocks", "curvature", "curvature_p", "naive_se", "seed"});
endfunction

function fit = fit_gls (x, window, opt)
  fit = __sgdl__ ("exponent_gls", x, window, opt.level);
  fit.df = Inf;
  fit.lags = __sgdl__ ("log_lags", fit.window(1), fit.window(2), 11 / log10 (fit.window(2) / fit.window(1)));
  fit.diagnostics = pick (fit, {"bias", "misfit", "misfit_df", "misfit_p", "homogeneity_p", "iterations"});
  fit.extras = struct ();
endfunction

function fit = fit_mle (x, window, opt)
  refuse_window (window, "mle", "all increments; thin `x` to skip short lags");
  fit = __sgdl_exponent_mle__ (x, 1, opt.level, opt.noise, opt.drift, opt.diffusivity);
  fit.log_diffusivity_se = sqrt (fit.vcov(2,2));
  fit.covariance = fit.vcov(1,2);
  fit.n_series = columns (x) * size (x, 3);
  fit.df = Inf;
  fit.lags = default_lags (x);
  noise_names = {"noise", "noise_se", "noise_lower", "noise_upper", "noise_p", "noise_detected"};
  diagnostics = {"log_likelihood", "at_boundary", "noise_detected", "noise_p", "evaluations"};
  if (! opt.noise)
    noise_names = {};
    diagnostics = diagnostics([1, 2, 5]);
  endif
  fit.diagnostics = pick (fit, diagnostics);
  fit.extras = pick (fit, [noise_names, {"drift", "diffusivity"}]);
endfunction

function fit = fit_whittle (x, window, opt)
  refuse_window (window, "whittle", "`bandwidth`, the number of frequencies from the lowest on");
  bandwidth = opt.bandwidth;
  if (isempty (bandwidth))
    bandwidth = 0;
  elseif (ischar (bandwidth))
    __sgdl__ ("match_option", "bandwidth", bandwidth, {"local", "full"});
    bandwidth = -strcmp (bandwidth, "full");
  elseif (isnumeric (bandwidth) && isscalar (bandwidth) && bandwidth < 1)
    error ("sgdlangevin:bad_argument", "`bandwidth` = %.15g: expected a whole number >= 1", bandwidth);
  endif
  fit = __sgdl__ ("exponent_whittle", x, double (bandwidth), opt.level);
  fit.lags = default_lags (x);
  fit.diagnostics = pick (fit, {"bias", "misfit", "misfit_p", "homogeneity_p"});
  fit.extras = struct ("bandwidth", fit.n_points, "full", bandwidth < 0);
endfunction

function fit = fit_wavelet (x, window, opt)
  fit = __sgdl__ ("exponent_wavelet", x, opt.moments, window, opt.level);
  fit.lags = default_lags (x);
  fit.diagnostics = pick (fit, {"misfit", "misfit_df", "misfit_p", "homogeneity_p"});
  d = fit.diagram;
  fit.extras.moments = double (opt.moments);
  fit.extras.diagram = struct ("scale", 2 .^ d(:,1), "octave", d(:,1), "log2_energy", d(:,2), ...
                               "se", d(:,3), "n", d(:,4));
endfunction

function fit = fit_dfa (x, window, opt)
  fit = __sgdl__ ("exponent_dfa", x, opt.order, opt.overlap, window, opt.level, opt.n_sim, opt.seed);
  fit.lags = default_lags (x);
  fit.diagnostics = pick (fit, {"bias", "misfit", "misfit_df", "misfit_p", "homogeneity_p"});
  d = fit.diagram;
  fit.extras = struct ("order", double (opt.order), "overlap", logical (opt.overlap), ...
                       "n_sim", double (opt.n_sim), "seed", double (opt.seed));
  fit.extras.diagram = struct ("box", d(:,1), "fluctuation", d(:,2), "log_se", d(:,3));
endfunction

function lags = default_lags (x)
  lags = __sgdl__ ("log_lags", 1, floor ((rows (x) - 1) / 2), 10);
endfunction

function refuse_window (window, method, instead)
  if (any (window != 0))
    error ("sgdlangevin:bad_argument", "`window`: method \"%s\" takes none; it has %s", method, instead);
  endif
endfunction

function part = pick (fit, names)
  part = struct ();
  for i = 1:numel (names)
    part.(names{i}) = fit.(names{i});
  endfor
endfunction

## Each path by itself; their exponents as draws from a distribution with a mean and a spread.
function fit = distributed (x, window, opt, engine)
  n = size (x, 3);
  seed = [];
  if (isfield (opt, "seed"))
    seed = double (opt.seed);
  endif
  fits = cell (1, n);
  for p = 1:n
    if (! isempty (seed))
      opt.seed = mod (seed + p - 1, 2 ^ 53);
    endif
    fits{p} = engine (x(:,:,p), window, opt);
  endfor
  each = @(field) cellfun (@(path) path.(field), fits)';
  diffusivity = each ("log_diffusivity");
  if (! all (isfinite (diffusivity)))
    diffusivity = [];
  endif
  fit = __sgdl__ ("exponent_pool", each ("exponent"), each ("se"), diffusivity, opt.level);
  fit.window = fits{1}.window;
  fit.lags = fits{1}.lags;
  fit.n_points = fits{1}.n_points;
  fit.n_series = columns (x) * n;
  fit.df = n - 1;
  fit.diagnostics = pick (fit, {"heterogeneity", "heterogeneity_p"});
  fit.extras = pick (fit, {"spread", "spread_lower", "spread_upper", "heterogeneity_p"});
  names = {"exponent", "se", "lower", "upper", "log_diffusivity"};
  fit.extras.paths = cellfun (@(path) pick (path, names), fits);
endfunction

## The result, for lags in steps: the intercept and the covariance of (exponent, intercept) move.
function out = in_steps (fit, x, spacing, unit, opt)
  shift = log (spacing);
  variance = fit.se ^ 2;
  covariance = fit.covariance - shift * variance;
  intercept_variance = fit.log_diffusivity_se ^ 2 - 2 * shift * fit.covariance + shift ^ 2 * variance;
  curve = msd (x, "lags", fit.lags);
  curve.lag *= spacing;
  out = struct ("type", "diffusion_exponent", "exponent", fit.exponent, "se", fit.se,
                "lower", fit.lower, "upper", fit.upper, "level", double (opt.level),
                "method", opt.method, "pool", opt.pool, "window", spacing * fit.window,
                "p_value", fit.p_value, "log_diffusivity", fit.log_diffusivity - fit.exponent * shift,
                "vcov", [variance, covariance; covariance, intercept_variance],
                "n_points", fit.n_points, "n_series", fit.n_series, "df", fit.df, "unit", unit,
                "diagnostics", fit.diagnostics, "msd", curve);
  if (isfield (fit.extras, "paths"))
    for p = 1:numel (fit.extras.paths)
      fit.extras.paths(p).log_diffusivity -= fit.extras.paths(p).exponent * shift;
    endfor
  endif
  for [value, name] = fit.extras
    if (strcmp (name, "drift"))
      value /= spacing;
    elseif (strcmp (name, "diffusivity"))
      value *= spacing ^ -fit.exponent;
    elseif (strcmp (name, "diagram") && isfield (value, "scale"))
      value.scale *= spacing;
    elseif (strcmp (name, "diagram"))
      value.box *= spacing;
    endif
    out.(name) = value;
  endfor
endfunction

%!demo
%! fit = diffusion_exponent (cumsum (randn (4096, 2)), "seed", 1);
%! sgd_plot (fit);
%! sgd_summary (fit)

%!shared walk
%! model = sgd_model (sgd_spectrum ([0, 0], "noise", [1, 1]), sgd_hyper (0.1));
%! walk = sgd_simulate (model, 8192, "seed", 7, "record", 4);
%!test   # least squares on the MSD, recomputed
%! fit = diffusion_exponent (walk, "seed", 1);
%! line = polyfit (log (fit.msd.lag), log (fit.msd.msd), 1);
%! assert ([fit.exponent, fit.log_diffusivity], line, 1e-10);
%! assert (fit.window, fit.msd.lag([1, end])');
%! assert (rows (fit.msd.lag), fit.n_lags);
%! assert (fit.exponent, 1, 4 * fit.se);
%! assert (fit.lower < fit.exponent && fit.exponent < fit.upper);
%! assert (fit.vcov(1,1), fit.se ^ 2);
%! assert (fit.vcov(1,2), fit.vcov(2,1));
%! assert (fit.p_value > 0 && fit.p_value <= 1);
%!test   # lags in steps move the intercept only
%! steps = diffusion_exponent (walk, "seed", 1);
%! frames = diffusion_exponent (walk.theta, "seed", 1);
%! assert (steps.exponent, frames.exponent, 0);
%! assert (steps.se, frames.se, 0);
%! assert (steps.log_diffusivity, frames.log_diffusivity - frames.exponent * log (4), 1e-13);
%! jacobian = [1, 0; -log(4), 1];
%! assert (steps.vcov, jacobian * frames.vcov * jacobian', 1e-15);
%!test   # what plain regression would claim
%! fit = diffusion_exponent (walk, "seed", 1);
%! design = [log(fit.msd.lag), ones(fit.n_lags, 1)];
%! residual = log (fit.msd.msd) - design * (design \ log (fit.msd.msd));
%! claimed = sqrt (sumsq (residual) / (fit.n_lags - 2) * inv (design' * design)(1,1));
%! assert (fit.naive_se, claimed, 1e-9);
%! assert (fit.se > 1.5 * fit.naive_se);
%!function at = weigh (a, n)
%!  k = 0:n-1;
%!  G = toeplitz ((abs (k + 1) .^ a + abs (k - 1) .^ a - 2 * k .^ a) / 2);
%!  for h = 1:4
%!    [j, i] = meshgrid (1:n, 1:n+1-h);
%!    D = (i <= j & j < i + h);
%!    forms{h} = D' * D / (n + 1 - h);
%!  endfor
%!  for i = 1:4
%!    for j = 1:4
%!      V(i,j) = 2 * trace (forms{i} * G * forms{j} * G) / (i * j) ^ a;
%!    endfor
%!  endfor
%!  X = [log(1:4)', ones(4, 1)];
%!  at.C = inv (X' * (V \ X));
%!  at.w = (V \ (X * at.C))(:,1);
%!endfunction
%!test   # generalised least squares, from scratch: increments, quadratic forms, fixed point
%! x = walk.theta(1:61,1);
%! fit = diffusion_exponent (x, "method", "gls", "window", [1, 4]);
%! at = weigh (fit.exponent + fit.diagnostics.bias, 60);
%! m = arrayfun (@(h) mean ((x(1+h:end) - x(1:end-h)) .^ 2), (1:4)');
%! assert (at.w' * (m ./ (1:4)' .^ (fit.exponent + fit.diagnostics.bias)), 0, 1e-8);
%! bias = - at.C(1,2) - at.C(1,1) * (at.w' * log (1:4)' .^ 2) / 2;
%! assert (fit.diagnostics.bias, bias, 1e-8);
%! assert (fit.se, sqrt (weigh (fit.exponent, 60).C(1,1)), 1e-8);
%! assert ((fit.upper - fit.exponent) / sqrt (weigh (fit.upper, 60).C(1,1)), 1.959964, 1e-4);
%!test   # steps, frames, fields
%! steps = diffusion_exponent (walk, "method", "gls");
%! frames = diffusion_exponent (walk.theta, "method", "gls");
%! assert (steps.exponent, frames.exponent, 0);
%! assert ({steps.unit, frames.unit}, {"steps", "frames"});
%! assert (steps.window, 4 * frames.window);
%! assert (steps.n_series, 2);
%! far = diffusion_exponent (walk, "method", "gls", "window", [80, 2000]);   # past the memory of v
%! assert (far.exponent, 1, 4 * far.se);
%! assert (steps.vcov(1,1), steps.se ^ 2);
%! assert (fieldnames (steps), fieldnames (diffusion_exponent (walk, "seed", 1))(1:end-6));
%!test   # maximum likelihood
%! fit = diffusion_exponent (walk, "method", "mle");
%! assert (fit.method, "mle");
%! assert (fit.drift, diffusion_exponent (walk.theta, "method", "mle").drift / 4, 1e-15);
%! noisy = diffusion_exponent (walk.theta(1:300,1), "method", "mle", "noise", true);
%! assert (noisy.lower < noisy.exponent && noisy.exponent < noisy.upper);
%! assert (isfield (noisy, "noise_detected"));
%!test   # a localisation error that a method does not fit shows in its misfit
%! x = simulate_diffusion ("fbm", 2000, "exponent", 1, "noise", 2, "seed", 5);
%! for options = {{"gls"}, {"whittle", "bandwidth", "full"}}
%!   fit = diffusion_exponent (x, "method", options{1}{:});
%!   assert (fit.diagnostics.misfit_p < 0.01 && fit.upper < 1);
%!   assert (any (strfind (sgd_summary (fit), "a localisation error does this too: method \"mle\" with \"noise\"")));
%! endfor
%!test   # whittle, wavelet, dfa on a plain random walk
%! model = sgd_model (sgd_spectrum ([0, 0], "noise", [1, 1]), sgd_hyper (0.1, 0), "dynamics", "sgd");
%! x = sgd_simulate (model, 1023, "seed", 11).theta;
%! for options = {{"whittle"}, {"whittle", "bandwidth", "full"}, {"wavelet"}, {"dfa", "seed", 1, "n_sim", 40}}
%!   fit = diffusion_exponent (x, "method", options{1}{:});
%!   assert (fit.method, options{1}{1});
%!   assert (fit.exponent, 1, 4 * fit.se);
%!   assert (fit.lower < fit.exponent && fit.exponent < fit.upper);
%!   assert (fit.n_series, 2);
%! endfor
%! assert (fit.diagram.box([1, end])', fit.window);
%! assert (diffusion_exponent (x, "method", "whittle", "bandwidth", 40).bandwidth, 40);
%!function run = run_by_epochs ()
%! run = struct ("type", "sgd_trajectory", "step", (0:999)', "velocity", [],
%!               "theta", simulate_diffusion ("fbm", 999, "nsim", 3, "exponent", 1, "seed", 1).theta,
%!               "hyper", sgd_hyper (0.1, 0, 0, 10), "run", struct ("n_examples", 200, "epoch_sampling", 1));
%!endfunction
%!warning <this run was sampled by epochs of 20 steps> diffusion_exponent (run_by_epochs (), "seed", 1);
%!warning id=sgdlangevin:epoch_ripple diffusion_exponent (run_by_epochs (), "method", "gls");
%!warning id=sgdlangevin:epoch_ripple diffusion_exponent (run_by_epochs (), "method", "mle");
%!warning id=sgdlangevin:epoch_ripple diffusion_exponent (run_by_epochs (), "pool", "distributed", "seed", 1);
%!test   # lags below half an epoch, and what nothing is known of
%! lastwarn ("");
%! run = run_by_epochs ();
%! diffusion_exponent (run, "window", [1, 9], "seed", 1);
%! diffusion_exponent (run.theta, "seed", 1);
%! assert (lastwarn (), "");
%!error <`bandwidth` = 0: expected a whole number> diffusion_exponent (walk, "method", "whittle", "bandwidth", 0)
%!error <did you mean "full"> diffusion_exponent (walk, "method", "whittle", "bandwidth", "fall")
%!error <`moments` = 11> diffusion_exponent (walk, "method", "wavelet", "moments", 11)
%!error <`order` = 6> diffusion_exponent (walk, "method", "dfa", "order", 6)
%!error <`n_sim` = 5> diffusion_exponent (walk, "method", "dfa", "n_sim", 5)
%!error <`moments` is an option of method "wavelet"> diffusion_exponent (walk, "method", "dfa", "moments", 2)
%!test   # one exponent for each path
%! x = reshape (walk.theta(1:2000,:), 200, 10, 2);
%! x = permute (x, [1, 3, 2]);
%! own = diffusion_exponent (x, "method", "gls", "pool", "distributed");
%! third = diffusion_exponent (x(:,:,3), "method", "gls");
%! assert (own.paths(3).exponent, third.exponent, 0);
%! assert (size (own.paths), [1, 10]);
%! weight = 1 ./ ([own.paths.se] .^ 2 + own.spread ^ 2);
%! assert (own.exponent, sum (weight .* [own.paths.exponent]) / sum (weight), 1e-13);
%! assert (own.se, 1 / sqrt (sum (weight)), 1e-13);
%! assert (own.df, 9);
%! assert (own.spread_lower <= own.spread && own.spread <= own.spread_upper);
%! common = diffusion_exponent (x, "method", "gls");
%! assert (common.exponent, own.exponent, 4 * own.se);
%! drawn = diffusion_exponent (x, "pool", "distributed", "seed", 3, "n_boot", 50, "window", [1, 6]);
%! assert (drawn.paths(2).se, diffusion_exponent (x(:,:,2), "seed", 4, "n_boot", 50, "window", [1, 6]).se, 0);
%!test   # window, level, seed
%! fit = diffusion_exponent (walk, "window", [8, 80], "level", 0.5, "seed", 1);
%! assert (fit.window, [8, 80]);
%! wide = diffusion_exponent (walk, "window", [8, 80], "level", 0.99, "seed", 1);
%! assert (wide.upper - wide.lower > fit.upper - fit.lower);
%! again = diffusion_exponent (walk, "window", [8, 80], "level", 0.5, "seed", 1);
%! assert (again.se, fit.se, 0);
%! rand ("twister", 3);
%! first = diffusion_exponent (walk).seed;
%! rand ("twister", 3);
%! assert (diffusion_exponent (walk).seed, first);

%!error <Invalid call> diffusion_exponent ()
%!error id=sgdlangevin:too_short diffusion_exponent ((1:20)')
%!error <`window`> diffusion_exponent (walk, "window", [4, 8000])
%!error <`window`: expected a vector of length 2, got length 3> diffusion_exponent (walk, "window", 1:3)
%!error <`window`> diffusion_exponent (walk.theta, "window", [10, 5])
%!error <`window`: expected a numeric matrix, got a struct> diffusion_exponent (walk, "window", struct ())
%!error <`level` = 95> diffusion_exponent (walk, "level", 95)
%!error <`n_boot`> diffusion_exponent (walk, "n_boot", 1)
%!error <`seed` = 1.5> diffusion_exponent (walk, "seed", 1.5)
%!error <`method` = "gsl".*did you mean "gls"> diffusion_exponent (walk, "method", "gsl")
%!error <`n_boot` is an option of method "ols": method "gls" has none of its own>
%! diffusion_exponent (walk, "method", "gls", "n_boot", 99)
%!error <`noise` is an option of method "mle": method "gls" has none of its own>
%! diffusion_exponent (walk, "method", "gls", "noise", true)
%!error <`window`: method "mle" takes none>
%! diffusion_exponent (walk, "method", "mle", "window", [4, 40])
%!error <has no argument `n_bot`.* did you mean `n_boot`> diffusion_exponent (walk, "n_bot", 99)
%!error <`pool` = "commom".*did you mean "common"> diffusion_exponent (walk, "pool", "commom")
%!error id=sgdlangevin:too_short diffusion_exponent (walk, "pool", "distributed", "method", "gls")
%!error id=sgdlangevin:too_short diffusion_exponent ((1:32)', "method", "gls")
%!error <`window` ends at 51 frames: expected at most 49>
%! diffusion_exponent (walk.theta(1:100,:), "method", "gls", "window", [1, 51])
%!error id=sgdlangevin:unsupported diffusion_exponent ((1:500)', "method", "gls")
%!error <exponent below 0.02> diffusion_exponent (sin ((1:500)' .^ 2), "method", "gls")
%!error <coordinate 2, path 1\]` is constant>
%! diffusion_exponent ([walk.theta(:,1), ones(rows (walk.theta), 1)], "method", "gls")
%!error <did you mean `window`> diffusion_exponent (walk, "windw", [1, 2])
%!error id=sgdlangevin:not_finite diffusion_exponent ([NaN; (1:500)'])
%!error <`x`> diffusion_exponent (ones (500, 1))
