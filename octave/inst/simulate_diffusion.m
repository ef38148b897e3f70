## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{x} =} simulate_diffusion (@var{process}, @var{steps})
## @deftypefnx {} {@var{x} =} simulate_diffusion (@dots{}, @var{name}, @var{value}, @dots{})
## Simulate anomalous diffusion.
##
## Paths of processes whose exponent is known: what measured exponents and their intervals are
## calibrated against.  Coordinates are independent.
##
## @strong{Arguments}
##
## @table @var
## @item process
## @qcode{"fbm"}: fractional Brownian motion, MSD(h) = c h^a a coordinate, exact by circulant
## embedding, a in (0, 2); @qcode{"scaled"}: scaled Brownian motion B(t^a), independent increments
## that age, a in (0, 2); @qcode{"ou"}: Ornstein-Uhlenbeck (confined), stationary,
## MSD(h) = c tau (1 - exp (-h/tau)); @qcode{"ctrw"}: continuous-time random walk, waiting times longer
## than t with probability t^-a, Gaussian jumps of variance c, a in (0, 1), ensemble MSD like t^a, time
## average linear in the lag; @qcode{"levy-walk"}: speed sqrt (c), either way, for times longer than t
## with probability t^(a-3), a in (1, 2)
## @item steps
## steps to make; steps + 1 frames come back
## @end table
##
## @strong{Options}
##
## @table @asis
## @item @qcode{"nsim"}, @qcode{"dim"}
## number of paths and of coordinates (1)
## @item @qcode{"exponent"}
## a (1); not used by @qcode{"ou"}
## @item @qcode{"diffusivity"}
## c > 0, of a coordinate (1)
## @item @qcode{"relaxation"}
## tau of @qcode{"ou"}, in steps (100)
## @item @qcode{"noise"}
## variance of a localisation error, independent from frame to frame, added to every coordinate (0)
## @item @qcode{"seed"}
## as in sgd_simulate
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_trajectory"}, @code{step} (0 to steps), @code{theta}
## (frames x coordinates x paths), @code{velocity} and @code{hyper} (empty), @code{process},
## @code{exponent}, @code{diffusivity}, @code{relaxation}, @code{noise}, @code{seed}: what msd and
## diffusion_exponent take.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:too_large}.
##
## @strong{Source}: Davies and Harte (1987); Metzler, Jeon, Cherstvy and Barkai (2014).  Cost:
## O(steps log steps) a coordinate for @qcode{"fbm"}, O(steps) for the others.
##
## @example
## paths = simulate_diffusion ("fbm", 1000, "nsim", 5, "exponent", 0.6, "noise", 0.1, "seed", 1);
## msd (paths).msd(1)                       # about 1.2
## @end example
## @seealso{msd, diffusion_exponent, sgd_simulate}
## @end deftypefn

function x = simulate_diffusion (process, steps, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  opt = __sgdl_options__ ("simulate_diffusion", {"nsim", 1; "dim", 1; "exponent", 1; "diffusivity", 1;
                                                 "relaxation", 100; "noise", 0; "seed", []}, varargin);
  seed = __sgdl_seed__ (opt.seed);
  theta = __sgdl__ ("simulate_diffusion", process, steps, opt.nsim, opt.dim, opt.exponent,
                    opt.diffusivity, opt.relaxation, opt.noise, seed);
  x = struct ("type", "sgd_trajectory", "step", (0:double (steps))', "theta", theta, "velocity", [],
              "hyper", [], "process", process, "exponent", double (opt.exponent),
              "diffusivity", double (opt.diffusivity), "relaxation", double (opt.relaxation),
              "noise", double (opt.noise), "seed", double (seed));
endfunction

%!demo
%! paths = simulate_diffusion ("fbm", 1000, "dim", 2, "exponent", 1.5, "seed", 1);
%! sgd_plot (paths);

%!test   # shape, start, seed
%! x = simulate_diffusion ("fbm", 50, "nsim", 3, "dim", 2, "exponent", 0.5, "seed", 4);
%! assert (size (x.theta), [51, 2, 3]);
%! assert (x.theta(1,:), zeros (1, 6));
%! assert (x.step, (0:50)');
%! again = simulate_diffusion ("fbm", 50, "nsim", 3, "dim", 2, "exponent", 0.5, "seed", 4);
%! assert (again.theta, x.theta, 0);
%! one = simulate_diffusion ("fbm", 50, "dim", 2, "exponent", 0.5, "seed", 4);
%! assert (one.theta, x.theta(:,:,1), 0);
%! rand ("twister", 3);
%! first = simulate_diffusion ("ou", 5).seed;
%! rand ("twister", 3);
%! assert (simulate_diffusion ("ou", 5).seed, first);
%!test   # mean squared displacements; 4.5 standard errors: a right simulator fails 7e-6 of the time each
%! n = 4000;
%! error_of = 4.5 * sqrt (2 / n);
%! x = simulate_diffusion ("fbm", 64, "nsim", n, "exponent", 1.4, "diffusivity", 3, "noise", 0.5, "seed", 1);
%! assert (mean (diff (x.theta([20, 60],1,:)) .^ 2) / (3 * 40 ^ 1.4 + 1), 1, error_of);
%! x = simulate_diffusion ("scaled", 64, "nsim", n, "exponent", 0.6, "seed", 2);
%! assert (mean (diff (x.theta([20, 60],1,:)) .^ 2) / (59 ^ 0.6 - 19 ^ 0.6), 1, error_of);
%! x = simulate_diffusion ("ou", 64, "nsim", n, "relaxation", 10, "diffusivity", 2, "seed", 3);
%! assert (mean (diff (x.theta([20, 35],1,:)) .^ 2) / (20 * (1 - exp (-1.5))), 1, error_of);
%!test   # walks of events
%! x = simulate_diffusion ("levy-walk", 100, "nsim", 20, "exponent", 1.5, "diffusivity", 4, "seed", 1);
%! assert (max (abs (diff (x.theta))(:)), 2, 1e-10);
%! x = simulate_diffusion ("ctrw", 100, "nsim", 20, "exponent", 0.5, "seed", 1);
%! assert (any (diff (x.theta)(:) == 0) && any (diff (x.theta)(:) != 0));
%!test   # what the estimators take
%! x = simulate_diffusion ("fbm", 2000, "exponent", 0.7, "seed", 6);
%! fit = diffusion_exponent (x, "seed", 1);
%! assert (fit.exponent, 0.7, 4.5 * fit.se);   # t with some 60 blocks: fails a right one 3e-5 of the time
%! assert (strncmp (sgd_summary (x), "SGD trajectory: 2001 frames", 27));

%!error <Invalid call> simulate_diffusion ("fbm")
%!error <`process` = "fmb"> simulate_diffusion ("fmb", 10)
%!error <`steps`> simulate_diffusion ("fbm", 0)
%!error <`exponent` = 2: expected a number between 0 and 2> simulate_diffusion ("fbm", 10, "exponent", 2)
%!error <`exponent` = 1: expected a number between 0 and 1 for process "ctrw"> simulate_diffusion ("ctrw", 10)
%!error <`exponent` = 1: expected a number between 1 and 2> simulate_diffusion ("levy-walk", 10)
%!error <`diffusivity` = -1> simulate_diffusion ("ou", 10, "diffusivity", -1)
%!error <`relaxation` = 0> simulate_diffusion ("ou", 10, "relaxation", 0)
%!error <`noise` = -1> simulate_diffusion ("fbm", 10, "noise", -1)
%!error <`nsim`> simulate_diffusion ("fbm", 10, "nsim", 0)
%!error <`dim`> simulate_diffusion ("fbm", 10, "dim", 0.5)
%!error <`seed`> simulate_diffusion ("fbm", 10, "seed", -1)
%!error <did you mean `exponent`> simulate_diffusion ("fbm", 10, "exponnt", 1)
%!error id=sgdlangevin:too_large simulate_diffusion ("fbm", 2 ^ 32)
