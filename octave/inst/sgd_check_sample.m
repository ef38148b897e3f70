## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{check} =} sgd_check_sample (@var{x}, @var{mean}, @var{covariance})
## Is a sample drawn from the Gaussian that a theory predicts?
##
## Three tests, each of what the others do not see:
##
## @table @asis
## @item mean
## Hotelling's T^2 = n (m - mean)' S^-1 (m - mean), S the sample's covariance; p value exact, by
## Fisher's F
## @item covariance
## likelihood ratio of S against the covariance given, with Bartlett's correction (chi squared with
## d(d+1)/2 degrees of freedom for n much larger than d); p value by the gamma distribution with
## the statistic's exact mean and variance, calibrated from n = d + 1 on
## @item distances
## Kolmogorov-Smirnov distance between the squared Mahalanobis distances and chi squared with d
## degrees of freedom; p value by the asymptotic law with Stephens' correction
## @end table
##
## Draws must be independent: end points of many paths (sgd_simulate with @var{nsim}), or states of one
## path as far apart as it takes to forget.
##
## @strong{Arguments}
##
## @table @var
## @item x
## n x d, one draw a row, n > d
## @item mean
## d numbers, or one for all
## @item covariance
## d x d, positive definite
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_sample_check"}, @code{mean_statistic}, @code{mean_p},
## @code{covariance_statistic}, @code{covariance_p}, @code{distance_statistic}, @code{distance_p},
## @code{p_value} (of all three: three times the least, at most 1), @code{n}, @code{dim}.
##
## @strong{Errors}: @code{sgdlangevin:too_short} (n <= d, or draws that do not span all directions),
## @code{sgdlangevin:not_psd} (covariance singular, or so near that its rounding would decide),
## @code{sgdlangevin:not_symmetric}, @code{sgdlangevin:not_finite}, @code{sgdlangevin:bad_argument}.
##
## @strong{Source}: Anderson (2003), chapters 5 and 10; Stephens (1970).  Cost: 3 n d^2 flops.
##
## @example
## model = sgd_model (sgd_quadratic (diag ([3, 0.5]), "sigma2", 1), sgd_hyper (0.1, 0.8, 0, 8));
## ends = sgd_simulate (model, 50, "nsim", 500, "record", 50);
## law = sgd_transient (model, 50, "theta0", [0, 0]);
## sgd_check_sample (squeeze (ends.theta(2,:,:))', 0, law.theta)
## @end example
## @seealso{sgd_simulate, sgd_transient, sgd_stationary, sgd_method_order}
## @end deftypefn

function check = sgd_check_sample (x, mean, covariance)
  if (nargin < 3)
    print_usage ();
  endif
  if (isscalar (mean) && isnumeric (mean))
    mean = repmat (mean, 1, columns (x));
  endif
  found = __sgdl__ ("check_sample", x, mean, covariance);
  check = struct ("type", "sgd_sample_check", "mean_statistic", found.mean_statistic, ...
                  "mean_p", found.mean_p, "covariance_statistic", found.covariance_statistic, ...
                  "covariance_p", found.covariance_p, "distance_statistic", found.distance_statistic, ...
                  "distance_p", found.distance_p, "p_value", found.p_value, "n", rows (x), ...
                  "dim", columns (x));
endfunction

%!demo
%! sgd_check_sample (randn (100, 2), 0, eye (2))

%!test   # by hand
%! check = sgd_check_sample ([1; 2; 6], 1, 4);
%! assert (check.mean_statistic, 12/7, 1e-14);
%! t = sqrt (12/7);   # Student's t with two degrees of freedom
%! assert (check.mean_p, 1 - t / sqrt (2 + t^2), 1e-14);
%! assert (check.distance_statistic, 1/3, 1e-14);
%! assert ([check.n, check.dim], [3, 1]);
%!test   # false alarm rate 1e-6
%! law = [2, 0.6, 0; 0.6, 1, 0.005; 0, 0.005, 1e-4];
%! randn ("state", 20261123);
%! x = randn (20000, 3) * chol (law);
%! assert (sgd_check_sample (x, 0, law).p_value > 1e-6);
%! assert (sgd_check_sample (x, [0, 0, 0], law), sgd_check_sample (x, 0, law));
%! assert (sgd_check_sample (x, 0, 1.05 * law).covariance_p < 1e-6);
%! assert (sgd_check_sample (x, [0, 0.05, 0], law).mean_p < 1e-6);
%!test   # what the simulator draws is what the theory predicts
%! model = sgd_model (sgd_quadratic ([3, 0.2; 0.2, 0.5], "Sigma", [2, 0.5; 0.5, 1]), sgd_hyper (0.1, 0.8));
%! ends = sgd_simulate (model, 50, "nsim", 2000, "record", 50, "seed", 1);
%! law = sgd_transient (model, 50, "theta0", [0, 0]);
%! assert (sgd_check_sample (squeeze (ends.theta(2,:,:))', 0, law.theta).p_value > 1e-6);
%!error <Invalid call> sgd_check_sample (1, 2)
%!error <`x`: expected a numeric matrix> sgd_check_sample ({}, 0, 1)
%!error <`mean`> sgd_check_sample (ones (4, 2), [1, 2, 3], eye (2))
%!error <`covariance`> sgd_check_sample (ones (4, 2), 0, eye (3))
%!error <`x` has 2 rows: expected more draws than its 2 coordinates> sgd_check_sample (eye (2), 0, eye (2))
%!error <expected draws that span all 2 directions> sgd_check_sample (ones (4, 2), 0, eye (2))
%!error <`covariance` is singular> sgd_check_sample (randn (4, 2), 0, ones (2))
%!error id=sgdlangevin:not_psd sgd_check_sample (randn (4, 2), 0, ones (2))
%!error id=sgdlangevin:not_symmetric sgd_check_sample (randn (4, 2), 0, [1, 0.1; 0, 1])
%!error id=sgdlangevin:not_finite sgd_check_sample ([NaN; 1; 2], 0, 1)
%!error id=sgdlangevin:not_finite sgd_check_sample ([0; 1; 2], Inf, 1)
