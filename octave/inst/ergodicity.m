## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{test} =} ergodicity (@var{x})
## @deftypefnx {} {@var{test} =} ergodicity (@var{x}, @var{name}, @var{value}, @dots{})
## Are time averages ensemble averages?  The ergodicity breaking parameter, and the first frame against all.
##
## @example
## EB (h) = var (delta_h) / mean (delta_h)^2
## @end example
##
## @noindent
## over the time-averaged mean squared displacements delta_h of single paths.  An ergodic process has little: about
## 4 h/(3 T) for Brownian motion.  @code{p_ergodic} is the chance of an EB as large, at any lag, of a Gaussian process
## with the displacements measured, from @var{n_sim} simulated ensembles.  @code{p_single} is that of averages over the
## ensemble from frame 1 and over time as different as these.
##
## @strong{Arguments}
##
## @table @var
## @item x
## T x d x nsim, at least two paths, or from sgd_simulate or read_trajectory
## @item lags
## whole numbers of frames, increasing, up to T/2; default eight a decade up to T/10
## @item n_sim
## simulated ensembles, default 999
## @item seed
## whole number in [0, 2^53); default drawn from @code{rand}
## @end table
##
## @strong{Value}: a struct with @code{type = "ergodicity"} and
##
## @table @code
## @item lag, time_averaged, ensemble
## n x 1: lags in steps where x knows them, else in frames; the two averages
## @item eb, eb_measured, eb_brownian, eb_fbm, p_eb
## n x 1: EB, its values of Gaussian processes (displacements as measured; Brownian; fractional Brownian of
## @code{exponent}), and the p value of each lag
## @item z, p_origin
## n x 1: log (ensemble/time_averaged) in standard errors, p value of each lag
## @item p_ergodic, p_single, exponent, dim, n_paths, frames, unit, seed
## the two tests of all lags; as used
## @end table
##
## @strong{Errors}: as local_exponent.
##
## @strong{Source}: He, Burov, Metzler, Barkai (2008).  Cost: that of local_exponent, and n_sim nsim n^2.
##
## @example
## walks = reshape (cumsum (randn (300, 20)), 300, 1, 20);
## ergodicity (walks, "seed", 1).p_ergodic
## @end example
## @seealso{ageing, diffusion_test, sgd_plot}
## @end deftypefn

function test = ergodicity (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("ergodicity", {"lags", []; "n_sim", 999; "seed", []}, varargin);
  source = x;
  [x, spacing] = __sgdl_trajectory__ (x);
  seed = __sgdl_seed__ (opt.seed);
  lags = opt.lags;
  if (isempty (lags))
    lags = __sgdl_default_lags__ (x, 1, 1);
  endif
  e = __sgdl__ ("ergodicity", x, lags, opt.n_sim, seed);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  test = struct ("type", "ergodicity", "lag", spacing * double (lags(:)), "time_averaged", e.time_averaged,
                 "ensemble", e.ensemble, "eb", e.eb, "eb_measured", e.eb_measured, "eb_brownian", e.eb_brownian,
                 "eb_fbm", e.eb_fbm, "p_eb", e.p_eb, "z", e.z, "p_origin", e.p_origin, "p_ergodic", e.p_ergodic,
                 "p_single", e.p_single, "exponent", e.exponent, "dim", dim, "n_paths", n_paths, "frames", frames,
                 "unit", __sgdl_lag_unit__ (source), "seed", double (seed));
endfunction

%!demo
%! sgd_plot (ergodicity (reshape (cumsum (randn (300, 20)), 300, 1, 20), "seed", 1));

%!shared walks
%! model = sgd_model (sgd_spectrum (0, "noise", 1), sgd_hyper (0.1), "dynamics", "sgd");
%! walks = sgd_simulate (model, 299, "seed", 7, "nsim", 20).theta;
%!test
%! test = ergodicity (walks, "lags", [1, 4, 20], "seed", 1);
%! each = zeros (3, 20);
%! for p = 1:20
%!   each(:,p) = msd (walks(:,:,p), "lags", [1, 4, 20], "se", false).msd;
%! endfor
%! assert (test.time_averaged, mean (each, 2), -1e-10);
%! assert (test.eb, var (each, 0, 2) ./ mean (each, 2) .^ 2, -1e-8);
%! assert (test.ensemble, msd (walks, "lags", [1, 4, 20], "type", "from-start").msd, -1e-12);
%! assert (test.eb_brownian(1), 2 / 299, -1e-9);
%! assert (test.p_ergodic > 0.001);
%!test   # paths of two speeds
%! mixed = walks;
%! mixed(:,:,1:10) *= 3;
%! assert (ergodicity (mixed, "seed", 1).p_ergodic <= 0.01);

%!error <Invalid call> ergodicity ()
%!error <`x` has 1 path: expected at least 2> ergodicity (walks(:,:,1))
%!error <`n_sim` = 3> ergodicity (walks, "n_sim", 3)
%!error <`lags\[1\]` = 200> ergodicity (walks, "lags", 200)
%!error <did you mean `n_sim`> ergodicity (walks, "n_sims", 3)
