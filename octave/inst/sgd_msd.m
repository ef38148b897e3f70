## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{prediction} =} sgd_msd (@var{model}, @var{steps})
## @deftypefnx {} {@var{prediction} =} sgd_msd (@var{model}, @var{steps}, @var{name}, @var{value}, @dots{})
## Predicted mean squared displacement and local diffusion exponent.
##
## @example
## MSD(k) = E |theta(k) - theta(0)|^2,   exponent(k) = d log MSD / d log k
## stationary start: MSD(k) = sum_l 2 P_l (1 - phi_l(k)),  phi_l the autocorrelation of mode l
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item steps
## vector of n numbers > 0; whole numbers under dynamics "sgd" and for form "paper"
## @item start
## @qcode{"stationary"} (default; what a long time average measures, flat modes starting
## from stationary velocity) or @qcode{"point"}
## @item theta0, v0
## the point, vectors of d; default the minimiser and 0
## @item form
## @qcode{"model"} (default): the model's own dynamics; @qcode{"paper"}: the paper's sum over
## step displacements
## @item modes
## true: the contribution of each mode too; default false
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_msd"} and
##
## @table @code
## @item step, time
## n x 1; time = lr x step
## @item msd
## n x 1, units of theta^2
## @item exponent
## n x 1; analytic for Langevin, centred difference over one step each side for SGD
## @item modes
## n x d, or []
## @item form, start, model
## as given
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:saddle}, @code{sgdlangevin:unsupported}
## (form "paper" without noise sigma2 H).  @strong{Warning}: @code{sgdlangevin:paper_form}.
##
## @strong{Source}: arXiv 2107.09133, anomalous diffusion; its sum is
## lr^2 sigma2/(batch_size (1 - momentum^2)) (tr H k + 2 k sum_j (1 - j/k) sum_l rho_l E22_l(j)).
## Cost: O(n d); under epochs O(n d M) for M steps an epoch.
##
## @example
## model = sgd_model (sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1), sgd_hyper (0.05, 0.9));
## prediction = sgd_msd (model, [1, 10, 100, 1000]);
## @end example
## @seealso{msd, diffusion_exponent, sgd_plot}
## @end deftypefn

function prediction = sgd_msd (model, steps, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  opt = __sgdl_options__ ("sgd_msd", {"start", {"stationary", "point"}; "theta0", []; "v0", [];
                                      "form", {"model", "paper"}; "modes", false}, varargin);
  if (strcmp (opt.form, "paper"))
    warning ("sgdlangevin:paper_form",
             ["the paper's sum counts step displacements by a trapezoid rule: its excess grows for ever ", ...
              "in confined modes, so its late exponent 1 is an artefact; form = \"model\" is exact"]);
  endif
  if (strcmp (opt.start, "point") && isempty (opt.theta0))
    opt.theta0 = model.minimiser;
  endif
  [displacement, exponent, modes] = ...
    __sgdl__ ("msd_theory", model, steps, opt.start, opt.theta0, opt.v0, opt.form, opt.modes);
  step = double (steps(:));
  prediction = struct ("type", "sgd_msd", "step", step, "time", model.hyper.lr * step,
                       "msd", displacement, "exponent", exponent, "modes", modes, "form", opt.form,
                       "start", opt.start, "model", model);
endfunction

%!demo
%! problem = sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9));
%! sgd_plot (sgd_msd (model, round (logspace (0, 5, 60))));

%!shared model, sgd, hyper
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%!test   # stationary start: from the covariance and the decay of the mean
%! state = sgd_stationary (sgd);
%! K = sgd.problem.H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! lagged = F^7 * C;
%! prediction = sgd_msd (sgd, 7, "modes", true);
%! assert (prediction.msd, 2 * (state.trace.theta - trace (lagged(1:2,1:2))), -1e-12);
%! assert (sum (prediction.modes), prediction.msd, -1e-13);
%!test   # from a point: squared mean plus variance
%! path = sgd_transient (model, [3, 50], [1, -1], "v0", [0.1, 0], "covariance", "trace");
%! prediction = sgd_msd (model, [3, 50], "start", "point", "theta0", [1, -1], "v0", [0.1, 0]);
%! assert (prediction.msd, sumsq (path.mean_theta - [1; -1])' + path.theta, -1e-12);
%! assert (prediction.time, 0.05 * [3; 50], -eps);
%!test   # the exponent is the slope: ballistic, then confined
%! steps = [1e-3, 9.99e-1, 1, 1.001, 1e6];
%! prediction = sgd_msd (model, steps);
%! slope = log (prediction.msd(4) / prediction.msd(2)) / log (steps(4) / steps(2));
%! assert (prediction.exponent(3), slope, 1e-5);
%! assert (prediction.exponent([1, 5]), [2; 0], 1e-3);
%! assert ({prediction.form, prediction.start}, {"model", "stationary"});
%!test   # a flat mode diffuses
%! prediction = sgd_msd (sgd_model (sgd_spectrum (0, "noise", 1), sgd_hyper (0.1, 0.5)), [1e5, 1e6]);
%! assert (prediction.exponent, [1; 1], 1e-4);
%!test   # the paper's sum starts like the model's and ends elsewhere
%! warning ("off", "sgdlangevin:paper_form", "local");
%! confined = sgd_model (sgd_spectrum (0.1, "sigma2", 1), sgd_hyper (0.1, 0.9));
%! ratio = sgd_msd (confined, [100, 1e4], "form", "paper").msd ./ sgd_msd (confined, [100, 1e4]).msd;
%! assert (ratio, [1.010; 1.92], 5e-3);
%!test   # epochs bound the diffusion that sampling with replacement predicts
%! problem = sgd_spectrum (1e-3, "noise", 1);
%! hyper = sgd_hyper (0.05, 0.5, 0, 10);
%! epoch = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", "epoch", "n_examples", 100);
%! white = sgd_model (problem, hyper, "dynamics", "sgd");
%! assert (sgd_msd (epoch, 1000).msd < 0.2 * sgd_msd (white, 1000).msd);

%!warning id=sgdlangevin:paper_form
%! sgd_msd (sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1)), 1, "form", "paper");
%!warning <its late exponent 1 is an artefact>
%! sgd_msd (sgd_model (sgd_spectrum (1, "sigma2", 1), sgd_hyper (0.1)), 1, "form", "paper");
%!error <Invalid call> sgd_msd (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_msd (1, 1)
%!error <`steps`> sgd_msd (model, -1)
%!error <`steps`> sgd_msd (model, 0)
%!error <`steps`> sgd_msd (sgd, 1.5)
%!error id=sgdlangevin:not_finite sgd_msd (model, NaN)
%!error <`steps`: expected a numeric vector, got an empty matrix> sgd_msd (model, [])
%!error <`start` = "points": .* did you mean "point"> sgd_msd (model, 1, "start", "points")
%!error <did you mean "paper"> sgd_msd (model, 1, "form", "papre")
%!error <`theta0`: expected a vector of length 2, got length 3>
%! sgd_msd (model, 1, "start", "point", "theta0", 1:3)
%!error <`modes`: expected true or false> sgd_msd (model, 1, "modes", 1:2)
%!error <sgd_msd has no argument `mode`: did you mean `modes`> sgd_msd (model, 1, "mode", true)
%!error id=sgdlangevin:saddle sgd_msd (sgd_model (sgd_spectrum (-1, "noise", 1), sgd_hyper (0.1)), 1)
%!test
%! warning ("off", "sgdlangevin:paper_form", "local");
%! fail ('sgd_msd (model, 1, "form", "paper")', "sigma2");
%! [~, id] = lasterr ();
%! assert (id, "sgdlangevin:unsupported");
