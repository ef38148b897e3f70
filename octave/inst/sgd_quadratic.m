## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{problem} =} sgd_quadratic (@var{H}, "Sigma", @var{Sigma})
## @deftypefnx {} {@var{problem} =} sgd_quadratic (@var{H}, "sigma2", @var{sigma2})
## @deftypefnx {} {@var{problem} =} sgd_quadratic (@dots{}, "b", @var{b})
## A quadratic loss with Gaussian gradient noise.
##
## @example
## L(theta) = theta' H theta / 2 - b' theta,   cov(gradient of one example) = Sigma
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item H
## Hessian, d x d, symmetric
## @item b
## slope at zero, vector of d; default 0
## @item Sigma
## covariance of the gradient of one example, d x d, positive semidefinite
## @item sigma2
## instead of Sigma: a number >= 0 for Sigma = sigma2 H, the noise of a linear regression
## with residual variance sigma2
## @end table
##
## Exactly one of @var{Sigma} and @var{sigma2} is needed.
##
## @strong{Value}: a struct with @code{type = "sgd_quadratic"} and the fields @code{dim},
## @code{H}, @code{b}, @code{Sigma}, @code{sigma2}; absent ones are [].
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:not_symmetric}, @code{sgdlangevin:not_psd}.
##
## @strong{Source}: arXiv 2107.09133, the quadratic loss behind its solvable model.
## Cost: one Cholesky factorisation of Sigma, d^3/3 flops.
##
## @example
## problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2));
## @end example
## @seealso{sgd_regression, sgd_spectrum, sgd_model}
## @end deftypefn

function problem = sgd_quadratic (H, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("sgd_quadratic", {"b", []; "Sigma", []; "sigma2", []}, varargin);
  __sgdl_exactly_one__ (opt, "Sigma", "sigma2");
  [H, b, Sigma] = __sgdl__ ("check_quadratic", H, opt.b, opt.Sigma, opt.sigma2);
  problem = struct ("type", "sgd_quadratic", "dim", rows (H), "H", H, "b", b, "Sigma", Sigma,
                    "sigma2", double (opt.sigma2));
endfunction

%!demo
%! H = [2, 0.3; 0.3, 1];
%! model = sgd_model (sgd_quadratic (H, "Sigma", eye (2)), sgd_hyper (0.05, 0.9, 0, 32));
%! sgd_summary (model)

%!test
%! problem = sgd_quadratic (eye (2), "b", [1, 2], "sigma2", 0.5);
%! assert (problem.dim, 2);
%! assert (problem.H, [1, 0; 0, 1]);
%! assert (problem.b, [1; 2]);
%! assert (problem.Sigma, []);
%! assert (problem.sigma2, 0.5);
%!test
%! problem = sgd_quadratic (int32 ([2, 1; 1, 3]), "Sigma", sparse (eye (2)));
%! assert (problem.Sigma, eye (2));
%! assert (class (problem.H), "double");
%! assert (problem.sigma2, []);

%!error <Invalid call> sgd_quadratic ()
%!error id=sgdlangevin:bad_argument sgd_quadratic (eye (2))
%!error <`Sigma` and `sigma2`: expected exactly one of them, got neither> sgd_quadratic (eye (2))
%!error <`Sigma` and `sigma2`: expected exactly one of them, got both>
%! sgd_quadratic (1, "Sigma", 1, "sigma2", 1)
%!error <`H`: expected a numeric matrix, got a character vector> sgd_quadratic ("a", "sigma2", 1)
%!error <`H`: expected a square matrix, got 2 x 3> sgd_quadratic (ones (2, 3), "sigma2", 1)
%!error <`H`: expected a square matrix, got 0 x 0> sgd_quadratic ([], "sigma2", 1)
%!error id=sgdlangevin:not_symmetric sgd_quadratic ([1, 2; 0, 1], "sigma2", 1)
%!error <`H`> sgd_quadratic ([1, 2; 0, 1], "sigma2", 1)
%!error id=sgdlangevin:not_finite sgd_quadratic ([1, NaN; NaN, 1], "sigma2", 1)
%!error id=sgdlangevin:not_finite sgd_quadratic ([1, Inf; Inf, 1], "sigma2", 1)
%!error <`b`: expected a vector of length 2, got length 3> sgd_quadratic (eye (2), "b", 1:3, "sigma2", 1)
%!error id=sgdlangevin:not_finite sgd_quadratic (eye (2), "b", [1, NA], "sigma2", 1)
%!error <`Sigma`: expected a 2 x 2 matrix, got 3 x 3> sgd_quadratic (eye (2), "Sigma", eye (3))
%!error id=sgdlangevin:not_symmetric sgd_quadratic (eye (2), "Sigma", [1, 1; 0, 1])
%!error id=sgdlangevin:not_psd sgd_quadratic (eye (2), "Sigma", [1, 2; 2, 1])
%!error id=sgdlangevin:not_finite sgd_quadratic (eye (2), "Sigma", [1, NaN; NaN, 1])
%!error <`sigma2` = -1> sgd_quadratic (eye (2), "sigma2", -1)
%!error <`sigma2`> sgd_quadratic (eye (2), "sigma2", NaN)
%!error <sgd_quadratic has no argument `sigma`: did you mean `.igma`> sgd_quadratic (1, "sigma", 1)
%!error <`sigma2` has no value> sgd_quadratic (1, "sigma2")
%!error <expected the name of an argument> sgd_quadratic (1, 2, 3)
