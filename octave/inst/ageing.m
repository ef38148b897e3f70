## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{test} =} ageing (@var{x})
## @deftypefnx {} {@var{test} =} ageing (@var{x}, @var{name}, @var{value}, @dots{})
## Does the motion age?  The mean squared displacement at one lag against when the displacement starts.
##
## @example
## MSD (lag; age) = constant age^exponent
## @end example
##
## @noindent
## in contiguous blocks of the path, by generalised least squares: exponent 0 for stationary increments, alpha - 1 for scaled
## Brownian motion B(t^alpha) from its start.  Standard errors are those of a Gaussian process with stationary increments
## and the displacements measured, correlations of blocks included.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item lag
## whole number of frames up to half a block; default a twentieth of one, at least 1
## @item n_blocks
## blocks of each path, at least 3; default 8
## @item level
## of the interval, default 0.95
## @end table
##
## @strong{Value}: a struct with @code{type = "ageing"} and
##
## @table @code
## @item age, msd, se
## n_blocks x 1: mean time of the displacements of a block, in steps where x knows them, else in frames; se of log MSD
## @item exponent, exponent_se, lower, upper, p_value
## the ageing exponent and its test of 0
## @item chi_squared, chi_squared_p
## test of equal blocks, whatever the alternative
## @item lag, level, dim, n_paths, frames, unit
## as used
## @end table
##
## @strong{Errors}: as local_exponent.
##
## @strong{Source}: Jeon, Chechkin, Metzler (2014) on scaled Brownian motion; the test is ours.  Cost: that of msd.
##
## @example
## ageing (cumsum (randn (1000, 1))).p_value
## @end example
## @seealso{ergodicity, diffusion_test, sgd_plot}
## @end deftypefn

function test = ageing (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("ageing", {"lag", []; "n_blocks", 8; "level", 0.95}, varargin);
  source = x;
  [x, spacing] = __sgdl_trajectory__ (x);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  lag = opt.lag;
  if (isempty (lag))
    lag = max (1, floor (floor (frames / max (1, double (opt.n_blocks)(1))) / 20));
  endif
  a = __sgdl__ ("ageing", x, lag, opt.n_blocks, opt.level);
  test = struct ("type", "ageing", "age", spacing * a.age, "msd", a.msd, "se", a.se, "lag", spacing * double (lag),
                 "exponent", a.exponent, "exponent_se", a.exponent_se, "lower", a.lower, "upper", a.upper,
                 "p_value", a.p_value, "chi_squared", a.chi_squared, "chi_squared_p", a.chi_squared_p,
                 "level", double (opt.level), "dim", dim, "n_paths", n_paths, "frames", frames,
                 "unit", __sgdl_lag_unit__ (source));
endfunction

%!demo
%! slowing = reshape (cumsum (sqrt (diff ((0:3000)' .^ 0.5)) .* randn (3000, 10)), 3000, 1, 10);
%! sgd_plot (ageing (slowing));

%!shared slowing, walk
%! model = sgd_model (sgd_spectrum (zeros (1, 20), "noise", ones (1, 20)), sgd_hyper (0.1), "dynamics", "sgd");
%! walk = sgd_simulate (model, 3000, "seed", 7).theta;
%! slowing = reshape (cumsum (sqrt (diff ((0:3000)' .^ 0.5)) .* diff (walk)), 3000, 1, 20);
%!test
%! test = ageing (slowing, "lag", 5);
%! assert (test.exponent, -0.5, 0.1);
%! assert (test.p_value < 1e-6);
%! assert (test.lower < test.exponent && test.exponent < test.upper);
%! assert (rows (test.age), 8);
%!test
%! test = ageing (walk);
%! assert (test.p_value > 1e-4);
%! assert (test.lag, 18);
%! assert (test.msd(1), msd (walk(1:375,:), "lags", 18).msd, -1e-12);

%!error <Invalid call> ageing ()
%!error <`n_blocks` = 2: expected an integer from 3 to 1500> ageing (walk, "n_blocks", 2)
%!error <`lag` = 999: expected an integer from 1 to 187> ageing (walk, "lag", 999)
%!error <`level` = 5> ageing (walk, "level", 5)
%!error <mean squared displacement 0> ageing (ones (100, 1))
%!error <did you mean `n_blocks`> ageing (walk, "blocks", 4)
