## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{order} =} sgd_method_order (@var{model}, @var{method})
## @deftypefnx {} {@var{order} =} sgd_method_order (@dots{}, @var{name}, @var{value}, @dots{})
## Strong and weak order of a method of simulation on a quadratic model.
##
## Runs the method with steps h = lr, lr/2, lr/4, @dots{} over the same time, all driven by one
## Brownian motion, against the exact solution of the Langevin equation for that Brownian motion.
## Everything starts at rest at the minimiser.  The strong error is the root mean squared distance
## of theta at the end; the weak error that of the covariance of theta at the end, relative, in the
## Frobenius norm, from the method's linear recursion without sampling.  Orders are slopes of log
## error on log step over the finer half of the levels whose errors are above rounding.
##
## @example
## "euler"            strong 1   weak 1
## "baoab", "obabo"   strong 1   weak 2
## "sgd"              strong 1   weak 1
## "exact"            errors at rounding level, orders NaN
## @end example
##
## @noindent
## "sgd" takes the recursion as an integrator of its Langevin limit: at step h its momentum is
## (1 - c h/2)/(1 + c h/2) and its learning rate a h^2 (1 + momentum)/2, with damping c, mass 1/a and
## temperature of the model held fixed; at h = lr that is SGD itself.  Its stationary covariance is
## right to second order; the first order comes from the start, which is half a step off, so that fits
## lie between 1 and 2 where the start is nearly forgotten at the end.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model, of a quadratic problem; either dynamics, sampling not by epochs
## @item method
## "exact", "sgd", "baoab", "obabo" or "euler"
## @item steps
## time of the end, in steps of the learning rate; default 16
## @item levels
## how many step sizes, 2 to 16; default 6
## @item nsim
## number of paths for the strong error, at least 2; default 1000
## @item seed
## as in sgd_simulate
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_method_order"}, per level @code{step},
## @code{strong}, @code{strong_se} (standard error) and @code{weak} (Inf where the method left the
## range of doubles); @code{strong_order}, @code{strong_order_se}, @code{weak_order}; @code{method},
## @code{steps}, @code{nsim}, @code{seed}.
##
## @strong{Errors}: @code{sgdlangevin:unsupported} (minibatches, epochs, no noise, no modes, steps far
## too coarse), @code{sgdlangevin:unstable}, @code{sgdlangevin:bad_argument}.
##
## @strong{Source}: Kloeden and Platen (1992), chapter 9; Leimkuhler and Matthews (2013).
## Cost: nsim steps 2^levels d times 9 normals and 100 flops.
##
## @example
## model = sgd_model (sgd_quadratic (diag ([3, 0.5]), "sigma2", 1), sgd_hyper (0.1, 0.8, 0, 8));
## order = sgd_method_order (model, "baoab", "nsim", 200);
## sgd_plot (order);
## @end example
## @seealso{sgd_simulate, sgd_check_sample, sgd_plot}
## @end deftypefn

function order = sgd_method_order (model, method, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  opt = __sgdl_options__ ("sgd_method_order", {"steps", 16; "levels", 6; "nsim", 1000; "seed", []}, varargin);
  opt.seed = __sgdl_seed__ (opt.seed);
  found = __sgdl__ ("method_order", model, method, opt.steps, opt.levels, opt.nsim, opt.seed);
  order = struct ("type", "sgd_method_order", "step", found.step, "strong", found.strong, ...
                  "strong_se", found.strong_se, "weak", found.weak, "strong_order", found.strong_order, ...
                  "strong_order_se", found.strong_order_se, "weak_order", found.weak_order, ...
                  "method", method, "steps", opt.steps, "nsim", opt.nsim, "seed", opt.seed);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic (diag ([3, 0.5]), "sigma2", 1), sgd_hyper (0.1, 0.8, 0, 8));
%! sgd_plot (sgd_method_order (model, "baoab", "nsim", 200));

%!shared model, of
%! of = @(varargin) sgd_model (sgd_quadratic ([3, 0.2; 0.2, 0.5], "Sigma", [2, 0.5; 0.5, 1]), ...
%!                             sgd_hyper (0.1, 0.8, 0.01, 8), varargin{:});
%! model = of ();
%!test   # windows: 0.1 for the terms of next order, five standard errors
%! # The recursion's weak error is of second order until its small term of first order shows: halve on.
%! known = struct ("euler", [1, 1, 6], "baoab", [1, 2, 6], "obabo", [1, 2, 6], "sgd", [1, 1, 12]);
%! for [expected, method] = known
%!   order = sgd_method_order (model, method, "nsim", 300, "steps", 4, "levels", expected(3), "seed", 1);
%!   assert (order.strong_order, expected(1), 0.1 + 5 * order.strong_order_se);
%!   assert (order.weak_order, expected(2), 0.1);
%!   assert (order.step, 0.1 ./ 2 .^ (0:expected(3)-1)');
%!   assert (all (order.strong_se > 0 & order.strong_se < order.strong));
%! endfor
%!test
%! order = sgd_method_order (model, "exact", "nsim", 10, "seed", 1, "levels", 3, "steps", 4);
%! assert (order.strong < 1e-14 && order.weak < 1e-13);
%! assert ([order.strong_order, order.strong_order_se, order.weak_order], NaN (1, 3));
%! assert ([order.steps, order.nsim, order.seed], [4, 10, 1]);
%!test   # the seed decides, and a random one is reported
%! order = sgd_method_order (model, "euler", "nsim", 5);
%! assert (sgd_method_order (model, "euler", "nsim", 5, "seed", order.seed), order);
%! other = sgd_method_order (of ("dynamics", "sgd"), "euler", "nsim", 5, "seed", order.seed);
%! assert (other.strong, order.strong);
%!error <Invalid call> sgd_method_order (model)
%!error <`model`: expected the value of sgd_model\(\), got a number> sgd_method_order (1, "euler")
%!error <`method` = "oiler": .*did you mean "euler"> sgd_method_order (model, "oiler")
%!error <`method` = "minibatch": expected "exact", "sgd"> sgd_method_order (model, "minibatch")
%!error <`steps` = 0> sgd_method_order (model, "euler", "steps", 0)
%!error <`levels` = 1> sgd_method_order (model, "euler", "levels", 1)
%!error <`levels` = 100: expected an integer from 2 to 16> sgd_method_order (model, "euler", "levels", 100)
%!error <`nsim` = 1> sgd_method_order (model, "euler", "nsim", 1)
%!error <`seed` = 0.5> sgd_method_order (model, "euler", "seed", 0.5)
%!error <did you mean `levels`> sgd_method_order (model, "euler", "level", 3)
%!error id=sgdlangevin:unsupported
%! sgd_method_order (of ("dynamics", "sgd", "sampling", "epoch", "n_examples", 64), "euler")
%!error <`model` has no gradient noise>
%! sgd_method_order (sgd_model (sgd_spectrum (1, "noise", 0), sgd_hyper (0.1)), "euler")
%!error <expected more `levels` or a smaller learning rate>
%! stiff = sgd_model (sgd_spectrum (1e-7, "noise", 1), sgd_hyper (0.1, -0.999999));
%! sgd_method_order (stiff, "euler", "levels", 2)
%!error id=sgdlangevin:unstable
%! sgd_method_order (sgd_model (sgd_spectrum (-30, "noise", 1), sgd_hyper (0.1)), "euler", "steps", 1e5)
