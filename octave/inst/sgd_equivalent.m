## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{plan} =} sgd_equivalent (@var{hyper}, @var{name}, @var{value}, @dots{})
## Hyperparameters that behave like others when some of them are changed.
##
## @example
## "stationary": lr/(batch_size (1 - momentum)) is kept
## "diffusion":  lr^2/(batch_size (1 - momentum)^2) is kept
## "dynamics":   batch_size' = r batch_size, (1-momentum')/(1+momentum') = r (1-momentum)/(1+momentum),
##               lr'/(1+momentum') = r^2 lr/(1+momentum)
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item hyper
## from sgd_hyper
## @item batch_size, momentum, lr
## the new values of those that change; the others are solved for.  One for
## @qcode{"dynamics"}; for the others one (lr follows batch_size or momentum, batch_size follows lr, the third
## stays), two, or three, which compares
## @item preserve
## @qcode{"stationary"} (default): the stationary variance of the parameters; @qcode{"dynamics"}:
## the law of the whole path in examples seen, and with it the modified loss; @qcode{"diffusion"}: the
## growth of the mean
## squared displacement along flat directions, per step
## @item model
## from sgd_model with this hyper: the error of the plan in the exact discrete model; default none
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_equivalent"} and
##
## @table @code
## @item from, to
## structs from sgd_hyper
## @item preserve
## as given
## @item steps
## steps of @code{to} that do the work of one of @code{from}
## @item exact_batch_size
## before it was rounded to a whole number
## @item kept_before, kept_after
## the quantity kept; they differ by the rounding
## @item error
## with a model, else []: struct of relative changes of @code{theta}, total stationary variance,
## @code{velocity}, total variance of the velocity, and @code{diffusion} per step (NaN where there is none)
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported} (no such
## setting: the batch size would be below 1, or the momentum outside of (-1, 1)), @code{sgdlangevin:unstable}.
##
## @strong{Source}: arXiv 2107.09133, stationary solution and modified loss; the family
## "dynamics" and the errors are ours.  Cost: O(d) with a model.
##
## @example
## sgd_equivalent (sgd_hyper (0.1, 0.9, 0, 128), "batch_size", 256).to.lr        # 0.2
## @end example
## @seealso{sgd_hyper, sgd_stationary}
## @end deftypefn

function plan = sgd_equivalent (hyper, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", hyper, "hyper", {"sgd_hyper"});
  opt = __sgdl_options__ ("sgd_equivalent", {"batch_size", []; "momentum", []; "lr", [];
                                             "preserve", {"stationary", "dynamics", "diffusion"};
                                             "model", []}, varargin);
  [lr, momentum, batch_size, report] = ...
    __sgdl__ ("equivalent", hyper, opt.lr, opt.momentum, opt.batch_size, opt.preserve);
  to = sgd_hyper (lr, momentum, hyper.weight_decay, batch_size);
  error_made = [];
  if (! isempty (opt.model))
    check_model (opt.model, hyper);
    error_made = __sgdl__ ("equivalent_error", opt.model, to);
  endif
  plan = struct ("type", "sgd_equivalent", "from", hyper, "to", to, "preserve", opt.preserve,
                 "steps", report.steps, "exact_batch_size", report.batch_size,
                 "kept_before", report.kept_before, "kept_after", report.kept_after, "error", error_made);
endfunction

function check_model (model, hyper)
  __sgdl_check_model__ (model);
  if (! isequal (model.hyper, hyper))
    words = @(x) sprintf ("lr %.4g, momentum %.4g, weight decay %.4g, batch size %d", x.lr, x.momentum, ...
                          x.weight_decay, x.batch_size);
    error ("sgdlangevin:bad_argument", "`model`: expected one made with `hyper` (%s), got one with %s",
           words (hyper), words (model.hyper));
  endif
endfunction

%!demo
%! sgd_summary (sgd_equivalent (sgd_hyper (0.1, 0.9, 0, 128), "batch_size", 256))

%!shared hyper, model
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), hyper);
%!test   # lr follows the batch size
%! plan = sgd_equivalent (hyper, "batch_size", 64);
%! assert (plan.to, sgd_hyper (plan.to.lr, 0.9, 0.01, 64));
%! assert (plan.to.lr, 0.1, 1e-14);
%! assert (plan.kept_after, plan.kept_before, -1e-14);
%! assert (plan.error, []);
%! assert (plan.preserve, "stationary");
%!test   # the third follows two
%! plan = sgd_equivalent (hyper, "lr", 0.1, "momentum", 0.8);
%! assert (plan.to.batch_size, 32);
%! plan = sgd_equivalent (hyper, "lr", 0.1, "momentum", 0.5, "preserve", "diffusion");
%! assert (plan.exact_batch_size, 32 * 4 / 25, -1e-14);
%! assert (plan.to.batch_size, 5);
%!test   # one family keeps the whole path, in examples seen
%! plan = sgd_equivalent (hyper, "batch_size", 8, "preserve", "dynamics");
%! assert (plan.steps, 4, -1e-14);
%! ratio = @(h) (1 - h.momentum) / (1 + h.momentum);
%! assert (ratio (plan.to), ratio (hyper) / 4, -1e-12);
%! assert (plan.to.mass, hyper.mass / 16 * (1 + plan.to.momentum)^2 / (1 + hyper.momentum)^2, -1e-12);
%!test   # the error in the exact model
%! plan = sgd_equivalent (hyper, "batch_size", 64, "model", model);
%! exact = @(h) sgd_stationary (sgd_model (model.problem, h, "dynamics", "sgd")).trace;
%! assert (plan.error.theta, exact (plan.to).theta / exact (plan.from).theta - 1, 1e-12);
%! assert (plan.error.velocity, exact (plan.to).velocity / exact (plan.from).velocity - 1, 1e-12);

%!error <Invalid call> sgd_equivalent ()
%!error <`hyper`: expected the value of sgd_hyper\(\), got a number> sgd_equivalent (0.1)
%!error id=sgdlangevin:bad_argument sgd_equivalent (hyper, "lr", -1)
%!error id=sgdlangevin:bad_argument
%! sgd_equivalent (hyper, "lr", 0.1, "momentum", 0.5, "preserve", "dynamics")
%!error id=sgdlangevin:unsupported sgd_equivalent (hyper, "lr", 1e-5)
%!error <`lr`: expected a number, got a character vector> sgd_equivalent (hyper, "lr", "0.1")
%!error <did you mean "dynamics"> sgd_equivalent (hyper, "lr", 0.1, "preserve", "dynamic s")
%!error <`model`: expected the value of sgd_model\(\)> sgd_equivalent (hyper, "lr", 0.1, "model", 1)
%!error <`model`: expected one made with `hyper` \(lr 0.1, momentum 0, .*\), got one with lr 0.05>
%! sgd_equivalent (sgd_hyper (0.1), "batch_size", 2, "model", model)
%!error <sgd_equivalent has no argument `batchsize`: did you mean `batch_size`>
%! sgd_equivalent (hyper, "batchsize", 3)
