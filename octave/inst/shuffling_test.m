## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{result} =} shuffling_test (@var{x}, @var{model})
## @deftypefnx {} {@var{result} =} shuffling_test (@var{x}, @var{hyper}, @var{H})
## @deftypefnx {} {@var{result} =} shuffling_test (@dots{}, @var{name}, @var{value}, @dots{})
## Test whether a run was shuffled by epochs.
##
## The recursion read backwards gives the noise of every step along every mode,
##
## @example
## -lr xi(k) = x(k+1) - x(k) - beta (x(k) - x(k-1)) + lr kappa (x(k) - mu)
## @end example
##
## @noindent
## white where batches are drawn with replacement.  In an epoch of M steps it sums to zero, and its spectrum
## 1 - (sin (M w/2)/(M sin (w/2)))^2 has next to nothing below half a cycle an epoch.  The noise of the
## modes is made uncorrelated and of unit variance, its periodograms are summed, and the mean below a
## frequency over that above is compared with its F law under white noise, one-sided.  The frequency is half a
## cycle an epoch where @var{epoch_steps} is given; else the smallest p value at 2, 4, 8, @dots{} frequencies
## counts, times their number.  A wrong curvature or momentum, or a loss that is not quadratic, tilts the
## spectrum (slow forces add power at low frequencies, which hides shuffling).
##
## False alarms at 5%, of 4,000 white runs of 5 modes (@code{bench/calibration/fit_langevin.c}, standard error
## 0.3%): @var{epoch_steps} unknown 3.2% at 302 frames and 3.9% at 1,002; 20 given, 4.2 and 5.8%.
##
## @strong{Arguments}
##
## @table @var
## @item x
## T x d, T x d x nsim, or from sgd_simulate or read_trajectory; every step
## @item model, hyper, H
## as in fit_langevin
## @item epoch_steps
## steps in an epoch, where known; default [], unknown
## @item modes
## which modes, from the stiffest; default all
## @item level
## one minus the false-alarm rate that power is for; default 0.95
## @end table
##
## @strong{Value}: a struct with @code{type = "shuffling_test"} and
##
## @table @code
## @item p_value, ratio, df, cutoff
## the test; mean power low over high, degrees of freedom (1 x 2), frequency in cycles per step
## @item power
## chance to find epochs of the length given or found in such a record; NaN: neither
## @item epoch_steps, epoch_phase, epoch_sum
## length over whose windows the noise sums to least, steps from the first frame to the first epoch
## that begins at or after it, variance of the sums over that of as many independent steps (0 by epochs)
## @item log_likelihood_ratio
## of the best epoch spectrum over white noise
## @item temperature_ratio
## m x 1, kinetic over configurational temperature of the record, 1 under any white noise
## @item bands
## struct of freq, ratio (mean power over its mean), weight (half the degrees of freedom)
## @item mode, given, level, frames, n_paths
## as used
## @end table
##
## @strong{Errors}: @code{sgdlangevin:unsupported} (frames not at every step), @code{sgdlangevin:too_short}
## (64 frames, 10 a mode, 4 epochs), @code{sgdlangevin:saddle}, @code{sgdlangevin:bad_argument},
## @code{sgdlangevin:not_finite}.
##
## @strong{Source}: arXiv 2306.05300 (epochs and the noise).  Cost: T d m + T m^2, an FFT a mode, T m for
## every length tried.
##
## @example
## problem = sgd_spectrum ([2, 0.5, 0.1], "sigma2", 1);
## model = sgd_model (problem, sgd_hyper (0.1, 0.9, 0, 32), "dynamics", "sgd", "sampling", "epoch", ...
##                    "n_examples", 640);
## run = sgd_simulate (model, 2000, "start", "stationary", "seed", 1);
## shuffling_test (run, model).epoch_steps
## @end example
## @seealso{sgd_irreversibility, fit_langevin}
## @end deftypefn

function result = shuffling_test (x, hyper, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  H = [];
  if (! isempty (varargin) && ! ischar (varargin{1}))
    H = varargin{1};
    varargin(1) = [];
  endif
  opt = __sgdl_options__ ("shuffling_test", {"epoch_steps", []; "modes", []; "level", 0.95}, varargin);
  model = __sgdl_model_to_fit__ (hyper, H, struct ("dynamics", "sgd", "sampling", "replacement", ...
                                                   "n_examples", []));
  [x, spacing, model, modes] = __sgdl_along_modes__ ("shuffling_test", x, model, opt.modes);
  given = NaN;
  if (! isempty (opt.epoch_steps))
    given = opt.epoch_steps;
    if (! (isnumeric (given) && isscalar (given) && given >= 2 && given == fix (given)))
      error ("sgdlangevin:bad_argument", "`epoch_steps`: expected a whole number >= 2");
    endif
  endif
  known = given;
  known(isnan (given)) = 0;
  [n, temperature, freq, weight, ratio] = __sgdl__ ("shuffling_test", model, x, double (modes) - 1,
                                                    [spacing, known, opt.level]);
  [frames, ~, n_paths] = __sgdl__ ("trajectory_shape", x);
  result = struct ("type", "shuffling_test", "p_value", n(4), "ratio", n(1), "df", n(2:3), "cutoff", n(5),
                   "power", n(6), "epoch_steps", n(7), "epoch_phase", n(8), "epoch_sum", n(9),
                   "log_likelihood_ratio", n(10), "temperature_ratio", temperature,
                   "bands", struct ("freq", freq, "ratio", ratio, "weight", weight), "mode", modes(:),
                   "given", given, "level", opt.level, "frames", frames, "n_paths", n_paths);
endfunction

%!demo
%! problem = sgd_spectrum ([2, 0.5, 0.1], "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.1, 0.9, 0, 32), "dynamics", "sgd", "sampling", "epoch", ...
%!                    "n_examples", 640);
%! sgd_plot (shuffling_test (sgd_simulate (model, 2000, "start", "stationary", "seed", 1), model));

%!shared white, epoch, hyper
%! problem = sgd_spectrum ([2, 0.5, 0.1], "sigma2", 1);
%! hyper = sgd_hyper (0.1, 0.9, 0, 32);
%! white = sgd_model (problem, hyper, "dynamics", "sgd");
%! epoch = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 640);
%!test   # epochs are found, with their length and phase
%! run = sgd_simulate (epoch, 2000, "start", "stationary", "seed", 1);
%! result = shuffling_test (run, epoch);
%! assert (result.p_value < 1e-6);
%! assert ([result.epoch_steps, result.epoch_phase], [20, 0]);
%! assert (result.epoch_sum < 0.01);
%! late = shuffling_test (run.theta(8:end,:), hyper, [2, 0.5, 0.1], "epoch_steps", 20);
%! assert ([late.epoch_steps, late.epoch_phase], [20, 13]);
%! assert (late.power > 0.99);
%!test   # white noise is none: p below 0.001 by chance once in a thousand
%! result = shuffling_test (sgd_simulate (white, 2000, "start", "stationary", "seed", 1), white);
%! assert (result.p_value > 0.001);
%! assert (result.temperature_ratio, ones (3, 1), 0.5);
%!error <Invalid call> shuffling_test (1)
%!error <`H`: expected a Hessian, its eigenvalues or a problem> shuffling_test (ones (100, 3), hyper)
%!error <`x`: expected 3 coordinates, got 2> shuffling_test (ones (100, 2), white)
%!error <`x` is constant along mode 1> shuffling_test (ones (100, 3), white)
%!error <`epoch_steps`: expected a whole number .= 2> shuffling_test (rand (100, 3), white, "epoch_steps", 1)
%!error <expected at least 4 epochs of 50 steps> shuffling_test (rand (100, 3), white, "epoch_steps", 50)
%!error <expected at least 64> shuffling_test (rand (40, 3), white)
%!error id=sgdlangevin:unsupported shuffling_test (sgd_simulate (white, 400, "record", 2, "seed", 1), white)
%!error <did you mean `epoch_steps`> shuffling_test (rand (100, 3), white, "epoch_step", 5)
