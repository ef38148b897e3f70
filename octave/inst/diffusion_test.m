## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{test} =} diffusion_test (@var{x})
## @deftypefnx {} {@var{test} =} diffusion_test (@var{x}, @var{name}, @var{value}, @dots{})
## Is it normal diffusion?  Variance ratios at several lags, and one test of all at once.
##
## @example
## ratio (h) = MSD (h) / (h MSD (1))
## @end example
##
## @noindent
## is 1 for a random walk.  Covariances under normal diffusion are exact: those of Brownian motion of this length, for
## the effective number of independent coordinates (tr C)^2/tr C^2.  The test is of uncorrelated Gaussian
## increments of constant variance.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item lags
## whole numbers of frames, increasing, up to T/2; default eight a decade up to T/10.  The first is what the others are
## compared with.
## @item n_sim
## draws for the p value of all lags, default 9999
## @item seed
## whole number in [0, 2^53); default drawn from @code{rand}
## @end table
##
## @strong{Value}: a struct with @code{type = "diffusion_test"} and
##
## @table @code
## @item lag, ratio, se, z, p
## n x 1: lags in steps where x knows them, else in frames; se of log ratio under normal diffusion
## @item p_value
## of all lags: the largest |z|
## @item dim, n_paths, frames, unit, seed
## as used
## @end table
##
## @strong{Errors}: as local_exponent.
##
## @strong{Source}: Lo and MacKinlay (1988), Chow and Denning (1993).  Cost: that of msd.
##
## @example
## diffusion_test (cumsum (randn (1000, 1)), "seed", 1).p_value
## @end example
## @seealso{diffusion_exponent, ergodicity, ageing, sgd_plot}
## @end deftypefn

function test = diffusion_test (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("diffusion_test", {"lags", []; "n_sim", 9999; "seed", []}, varargin);
  source = x;
  [x, spacing] = __sgdl_trajectory__ (x);
  seed = __sgdl_seed__ (opt.seed);
  lags = opt.lags;
  if (isempty (lags))
    lags = __sgdl_default_lags__ (x, 1, 1);
  endif
  [log_ratio, se, p, p_value] = __sgdl__ ("normal_diffusion", x, lags, opt.n_sim, seed);
  lags = double (lags(:));
  __sgdl_epoch_ripple__ (source, x, spacing, max (lags));
  z = zeros (size (se));
  z(se > 0) = log_ratio(se > 0) ./ se(se > 0);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  test = struct ("type", "diffusion_test", "lag", spacing * lags, "ratio", exp (log_ratio), "se", se, "z", z, "p", p,
                 "p_value", p_value, "dim", dim, "n_paths", n_paths, "frames", frames,
                 "unit", __sgdl_lag_unit__ (source), "seed", double (seed));
endfunction

%!demo
%! sgd_plot (diffusion_test (filter (1, [1, -0.95], randn (2000, 1)), "seed", 1));

%!shared walk
%! model = sgd_model (sgd_spectrum ([0, 0], "noise", [1, 1]), sgd_hyper (0.1), "dynamics", "sgd");
%! walk = sgd_simulate (model, 2000, "seed", 7).theta(:,1);
%!test
%! test = diffusion_test (walk, "lags", [1, 5, 50], "seed", 1);
%! direct = msd (walk, "lags", [1, 5, 50]).msd;
%! assert (test.ratio, direct ./ direct(1) ./ [1; 5; 50], -0.05);
%! assert (test.p(2:3), erfc (abs (test.z(2:3)) / sqrt (2)), 1e-12);
%! assert (test.se(2), sqrt (2 * 9 * 4 / (15 * 2000)), -0.01);   # Lo and MacKinlay
%! assert (test.p_value > 1e-4 && test.p_value <= 1);
%!test   # confined paths are told from random walks
%! model = sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1), "dynamics", "sgd");
%! assert (diffusion_test (sgd_simulate (model, 2000, "seed", 3, "start", "stationary"), "seed", 1).p_value < 0.01);

%!error <Invalid call> diffusion_test ()
%!error <`lags` has 1 element: expected at least two> diffusion_test (walk, "lags", 1)
%!error <`n_sim` = 1> diffusion_test (walk, "n_sim", 1)
%!error <expected at least 20 where no `lags` are given> diffusion_test ((1:10)')
%!error <did you mean `lags`> diffusion_test (walk, "lagz", 1:2)
