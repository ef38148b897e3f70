## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{problem} =} sgd_spectrum (@var{rho}, "noise", @var{noise})
## @deftypefnx {} {@var{problem} =} sgd_spectrum (@var{rho}, "sigma2", @var{sigma2})
## A quadratic loss known by its eigenvalues only: the parameters are the modes.
##
## @example
## L(theta) = sum_l rho_l theta_l^2 / 2,   var(gradient of one example along mode l) = noise_l
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item rho
## eigenvalues of the Hessian, vector of d in any order
## @item noise
## variances >= 0 of the one-example gradient along the modes, vector of d in the order
## of @var{rho}
## @item sigma2
## instead of noise: a number >= 0 for noise = sigma2 rho
## @end table
##
## Exactly one of @var{noise} and @var{sigma2} is needed.
##
## @strong{Value}: a struct with @code{type = "sgd_spectrum"} and the fields @code{dim},
## @code{rho} (descending), @code{noise} (in the same order), @code{sigma2}; absent ones
## are [].
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}.
##
## @strong{Source}: arXiv 2107.09133; its mean squared displacement depends on the
## spectrum alone.  Cost: one sort.
##
## @example
## problem = sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1);
## @end example
## @seealso{sgd_quadratic, sgd_model, sgd_msd}
## @end deftypefn

function problem = sgd_spectrum (rho, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_spectrum", {"noise", []; "sigma2", []}, varargin);
  __sgdl_exactly_one__ (opt, "noise", "sigma2");
  __sgdl__ ("check_spectrum", rho, opt.noise, opt.sigma2);
  [rho, order] = sort (double (rho(:)), "descend");
  noise = double (opt.noise(:));
  if (! isempty (noise))
    noise = noise(order);
  endif
  problem = struct ("type", "sgd_spectrum", "dim", numel (rho), "rho", rho, "noise", noise,
                    "sigma2", double (opt.sigma2));
endfunction

%!demo
%! problem = sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 128));
%! sgd_plot (sgd_oscillations (model));

%!test
%! problem = sgd_spectrum ([1, 3, 2], "noise", [10, 30, 20]);
%! assert (problem.rho, [3; 2; 1]);
%! assert (problem.noise, [30; 20; 10]);
%! assert (problem.dim, 3);
%! assert (problem.sigma2, []);
%!test
%! problem = sgd_spectrum (single (2), "sigma2", 0.5);
%! assert (problem.rho, 2);
%! assert (class (problem.rho), "double");
%! assert (isempty (problem.noise));

%!error <Invalid call> sgd_spectrum ()
%!error <`noise` and `sigma2`: expected exactly one of them, got neither> sgd_spectrum (1)
%!error <`noise` and `sigma2`: expected exactly one of them, got both>
%! sgd_spectrum (1, "noise", 1, "sigma2", 1)
%!error <`rho`: expected a numeric vector, got a cell array> sgd_spectrum ({1}, "sigma2", 1)
%!error <`rho`: expected a numeric vector, got a 2 x 2 double array> sgd_spectrum (eye (2), "sigma2", 1)
%!error id=sgdlangevin:not_finite sgd_spectrum ([1, NaN], "sigma2", 1)
%!error <`noise`: expected a vector of length 2, got length 1> sgd_spectrum ([1, 2], "noise", 1)
%!error <`noise\[2\]` = -1: expected a variance .= 0> sgd_spectrum ([1, 2], "noise", [1, -1])
%!error <`sigma2` = -1> sgd_spectrum ([1, 2], "sigma2", -1)
%!error id=sgdlangevin:bad_argument sgd_spectrum (1, "nois", 1)
%!error <sgd_spectrum has no argument `nois`: did you mean `noise`> sgd_spectrum (1, "nois", 1)
