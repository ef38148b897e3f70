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
## by ordinary least squares of log MSD on log lag over log-spaced lags.  MSD points of one
## trajectory are strongly correlated, so the standard error comes from resampling
## contiguous blocks of it (whole paths where there are at least 16).
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item method
## @qcode{"ols"}
## @item window
## [first, last] lag, in steps where x knows them, else in frames; default 1 to T/32 frames,
## (T - 1)/2 with at least 16 paths
## @item level
## confidence level in (0, 1); default 0.95
## @item n_boot
## resamples >= 20; default 999
## @item seed
## of the resampling, a whole number in [0, 2^53); default drawn from @code{rand}
## @end table
##
## @strong{Value}: a struct with @code{type = "diffusion_exponent"} and
##
## @table @code
## @item exponent, se, lower, upper, level
## the exponent, its standard error and interval (Student's t)
## @item p_value
## two-sided, of exponent = 1
## @item log_diffusivity, vcov
## the intercept, and the 2 x 2 covariance of (exponent, log_diffusivity)
## @item window, n_lags, n_blocks
## lags used, points in the regression, blocks resampled
## @item curvature, curvature_p
## quadratic term of the log-log regression and its p value: is it a straight line?
## @item msd
## the MSD at these lags, from msd
## @item method, seed
## as used
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:too_short}
## (fewer than 8 blocks of twice the largest lag, or fewer than 3 lags).
##
## @strong{Source}: arXiv 2107.09133 fits the exponent by least squares on log-spaced lags;
## the interval is ours.  Cost: that of msd, and n_boot n_lags.
##
## @example
## fit = diffusion_exponent (cumsum (randn (4096, 2)), "seed", 1);
## [fit.exponent, fit.lower, fit.upper]         # about 1
## @end example
## @seealso{msd, sgd_msd, sgd_plot}
## @end deftypefn

function fit = diffusion_exponent (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("diffusion_exponent", {"method", {"ols"}; "window", []; "level", 0.95;
                                                 "n_boot", 999; "seed", []}, varargin);
  [x, spacing] = __sgdl_trajectory__ (x);
  seed = __sgdl_seed__ (opt.seed);
  window = [0, 0];   # the core's default
  if (! isempty (opt.window))
    window = __sgdl__ ("matrix", opt.window, "window") / spacing;
  endif
  fit = __sgdl__ ("exponent_ols", x, window, opt.level, opt.n_boot, seed);

  lags = __sgdl__ ("log_lags", fit.window(1), fit.window(2), 10);
  curve = msd (x, "lags", lags);
  curve.lag *= spacing;
  [log_diffusivity, vcov] = in_steps (fit, log (spacing));
  fit = struct ("type", "diffusion_exponent", "exponent", fit.exponent, "se", fit.se,
                "lower", fit.lower, "upper", fit.upper, "level", double (opt.level),
                "method", opt.method, "window", spacing * fit.window, "p_value", fit.p_value,
                "log_diffusivity", log_diffusivity, "vcov", vcov, "n_lags", fit.n_lags,
                "n_blocks", fit.n_blocks, "curvature", fit.curvature, "curvature_p", fit.curvature_p,
                "seed", double (seed), "msd", curve);
endfunction

## The intercept and the covariance of (exponent, intercept) for lags in steps, exp (shift)
## of them a frame.
function [intercept, vcov] = in_steps (fit, shift)
  variance = fit.se ^ 2;
  intercept = fit.log_diffusivity - fit.exponent * shift;
  covariance = fit.covariance - shift * variance;
  intercept_variance = fit.log_diffusivity_se ^ 2 - 2 * shift * fit.covariance + shift ^ 2 * variance;
  vcov = [variance, covariance; covariance, intercept_variance];
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
%!error <`method` = "gls"> diffusion_exponent (walk, "method", "gls")
%!error <did you mean `window`> diffusion_exponent (walk, "windw", [1, 2])
%!error id=sgdlangevin:not_finite diffusion_exponent ([NaN; (1:500)'])
%!error <`x`> diffusion_exponent (ones (500, 1))
