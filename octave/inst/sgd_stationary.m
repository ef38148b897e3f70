## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{state} =} sgd_stationary (@var{model})
## @deftypefnx {} {@var{state} =} sgd_stationary (@var{model}, "trace_only", @var{true}, "phase", @var{m})
## Stationary covariance of parameters and velocity.
##
## Under the Langevin equation, for eigenvalues kappa of H + weight_decay I, noise S~
## along the modes, a = 2/(lr (1 + momentum)), c = a (1 - momentum),
## q_ij = a^2 (lr/batch_size) S~_ij:
##
## @example
## cov(theta_i, theta_j) = P_ij = q_ij / (a c (kappa_i + kappa_j) + a^2 (kappa_i - kappa_j)^2/(2c))
## cov(theta_i, v_j) = a (kappa_i - kappa_j) P_ij / (2c)
## cov(v_i, v_j)     = a (kappa_i + kappa_j) P_ij / 2
## @end example
##
## Under "sgd" the exact discrete values; under epochs averaged over the phase of the
## epoch, or @var{m} steps into one, with M steps an epoch and F the map of one step:
##
## @example
## P_end = F^M P_end F^M' + Q(M),   P_m = F^m P_end F^m' + Q(m)
## @end example
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item trace_only
## true: only the traces, no d x d matrix; default false
## @item phase
## epochs only: steps since the epoch began, a whole number from 0 (epoch ends, where
## checkpoints are written) to M - 1; default [], the average over all of them
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_stationary"} and
##
## @table @code
## @item theta
## cov(theta), d x d, units of theta^2 ([] with trace_only)
## @item velocity
## cov(v), d x d
## @item cross
## cov(theta, v), d x d
## @item trace
## struct with traces @code{theta} and @code{velocity}
## @item exists
## d x 1, true where the mode has a stationary position
## @item variances
## of the d parameters, for a regression with fewer examples than parameters, whose
## covariances are along its modes (see sgd_model); else []
## @item coordinates
## @qcode{"parameters"} or @qcode{"modes"}
## @item phase
## as given, or []
## @item model
## the model
## @end table
##
## Of a spectral density (sgd_density; with trace_only) also @code{speed} (E|theta(k+1) - theta(k)|^2),
## @code{loss} (above the minimum, tr (H cov (theta))/2), @code{penalty} (of weight decay), and the structs
## @code{se} and @code{truncation} (see sgd_trace) with the fields theta, velocity, step, loss, penalty.
##
## @strong{Errors}: @code{sgdlangevin:saddle} (negative curvature),
## @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported} (a phase without epochs).
## @strong{Warning}: @code{sgdlangevin:flat}: flat noisy modes
## have no stationary position; they are left out of theta and cross, and trace.theta is
## Inf.
##
## @strong{Source}: arXiv 2107.09133, stationary solution of its Langevin equation, here
## for any noise covariance; the covariance of batches by epochs is ours.  Cost: at most
## four d x d products, at a phase five and O(d^2 log (relaxation time)); one Cholesky
## factorisation where Sigma = sigma2 H.
##
## @example
## model = sgd_model (sgd_quadratic (eye (2), "sigma2", 1), sgd_hyper (0.1, 0.9, 0, 8));
## sgd_stationary (model).theta        # lr sigma2/(2 batch_size (1 - momentum)) = 0.0625
## @end example
## @seealso{sgd_transient, sgd_modified_loss, sgd_msd}
## @end deftypefn

function state = sgd_stationary (model, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  if (strcmp (model.problem.type, "sgd_objective"))
    __sgdl_check_model__ (model);
  endif
  opt = __sgdl_options__ ("sgd_stationary", {"trace_only", false; "phase", []}, varargin);
  if (strcmp (model.problem.type, "sgd_density"))
    state = density_stationary (model, opt);
    return;
  endif
  [~, on_device] = __sgdl_device__ (model);
  [theta, velocity, cross, trace_theta, trace_velocity, exists] = ...
    __sgdl__ ("stationary", model, opt.trace_only, opt.phase);
  if (! all (exists))
    warning ("sgdlangevin:flat",
             ["%d of %d modes are flat with noise and have no stationary position: they are left out ", ...
              "of `theta` and `cross`"], sum (! exists), numel (exists));
  endif
  variances = [];
  if (! isempty (model.rank) && ! isempty (theta))
    variances = __sgdl__ ("wide_variances", model.vectors, theta);
  endif
  state = struct ("type", "sgd_stationary", "theta", theta, "velocity", velocity, "cross", cross,
                  "trace", struct ("theta", trace_theta, "velocity", trace_velocity), "exists", exists,
                  "variances", variances, "coordinates", {"parameters", "modes"}{2 - isempty(model.rank)}, ...
                  "phase", double (opt.phase), "model", model);
endfunction

## Traces from a spectral density, with errors.
function state = density_stationary (model, opt)
  if (! __sgdl__ ("flag", opt.trace_only, "trace_only"))
    error ("sgdlangevin:unsupported", ...
           ["`trace_only` = false: a spectral density has no covariance matrices; use trace_only = true, or ", ...
            "form the Hessian, as in sgd_quadratic (sgd_hessian_product (operator, eye (d)), \"Sigma\", Sigma)"]);
  elseif (! isempty (opt.phase))
    __sgdl_refuse_density__ (model, "`phase`: not for a model");
  endif
  [value, se, truncation] = __sgdl__ ("density_stationary", model);
  named = @(x) struct ("theta", x(1), "velocity", x(2), "step", x(3), "loss", x(4), "penalty", x(5));
  state = struct ("type", "sgd_stationary", "theta", [], "velocity", [], "cross", [], ...
                  "trace", struct ("theta", value(1), "velocity", value(2)), "exists", isfinite (value(1)), ...
                  "variances", [], "coordinates", "parameters", "phase", [], "speed", value(3), ...
                  "loss", value(4), "penalty", value(5), "se", named (se), "truncation", named (truncation), ...
                  "model", model);
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2)), sgd_hyper (0.05, 0.9, 0, 32));
%! sgd_summary (sgd_stationary (model))

%!shared H, Sigma, hyper
%! H = [2, 0.3; 0.3, 1];
%! Sigma = [1, 0.4; 0.4, 2];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 32);
%!test   # solves A C + C A' = 2 D/kap
%! state = sgd_stationary (sgd_model (sgd_quadratic (H, "Sigma", Sigma), hyper));
%! a = 1 / hyper.mass;  c = hyper.damping;
%! A = [zeros(2), -eye(2); a*(H + 0.01*eye (2)), c*eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! noise = blkdiag (zeros (2), a^2 * 0.05 / 32 * Sigma);
%! assert (A * C + C * A', noise, 1e-14 * norm (noise));
%! assert (state.trace.theta, trace (state.theta), -1e-14);
%! assert (state.trace.velocity, trace (state.velocity), -1e-14);
%! assert (state.exists, true (2, 1));
%!test   # is a fixed point of the recursion
%! state = sgd_stationary (sgd_model (sgd_quadratic (H, "Sigma", Sigma), hyper, "dynamics", "sgd"));
%! K = H + 0.01 * eye (2);
%! F = [eye(2) - 0.05*K, 0.05*0.9*eye(2); -K, 0.9*eye(2)];
%! G = [0.05*eye(2); eye(2)];
%! C = [state.theta, state.cross; state.cross', state.velocity];
%! assert (F * C * F' + G * Sigma / 32 * G', C, 1e-14 * norm (C));
%!test   # noise sigma2 H, with and without modes
%! problem = sgd_quadratic (H, "sigma2", 3);
%! state = sgd_stationary (sgd_model (problem, hyper));
%! assert (state.theta, 0.05 * 3 / (2 * 32 * 0.1) * H / (H + 0.01 * eye (2)), 1e-15);
%! assert (state.velocity, 3 / (32 * (1 - 0.81)) * H, 1e-14);
%! assert (state.cross, zeros (2), 1e-17);
%! quick = sgd_stationary (sgd_model (problem, hyper, "decompose", false));
%! assert (quick.theta, state.theta, 1e-15);
%!test
%! state = sgd_stationary (sgd_model (sgd_quadratic (H, "Sigma", Sigma), hyper), "trace_only", true);
%! assert (state.theta, []);
%! assert (state.trace.theta > 0);
%!test   # flat and noisy
%! warning ("off", "sgdlangevin:flat", "local");
%! state = sgd_stationary (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), sgd_hyper (0.1, 0.5)));
%! assert (state.exists, [true; false]);
%! assert (state.trace.theta, Inf);
%! assert (state.velocity(2,2) > 0);
%!test   # flat without noise is still stationary
%! state = sgd_stationary (sgd_model (sgd_spectrum ([1, 0], "sigma2", 1), sgd_hyper (0.1, 0.5)));
%! assert (state.exists, [true; true]);
%! assert (state.theta(2,2), 0);
%!test   # the phases of an epoch average to the average
%! epoch = sgd_model (sgd_quadratic (H, "Sigma", Sigma), sgd_hyper (0.05, 0.9, 0.01, 4),
%!                    "dynamics", "sgd", "sampling", "epoch", "n_examples", 22);
%! average = sgd_stationary (epoch);
%! M = epoch.report.epoch_steps;
%! total = zeros (2);
%! for m = 0:M-1
%!   state = sgd_stationary (epoch, "phase", m);
%!   assert (state.phase, m);
%!   total += state.theta / M;
%! endfor
%! assert (total, average.theta, 1e-12 * norm (average.theta));
%! quick = sgd_stationary (epoch, "phase", 2, "trace_only", true);
%! assert (quick.trace.theta, sgd_stationary (epoch, "phase", 2).trace.theta, -1e-12);
%! assert (average.phase, []);
%!warning id=sgdlangevin:flat
%! sgd_stationary (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), sgd_hyper (0.1)));
%!warning <1 of 2 modes are flat with noise>
%! sgd_stationary (sgd_model (sgd_spectrum ([1, 0], "noise", [1, 1]), sgd_hyper (0.1)));
%!error id=sgdlangevin:saddle
%! sgd_stationary (sgd_model (sgd_spectrum ([1, -1], "noise", [1, 1]), sgd_hyper (0.1)))
%!error <Invalid call> sgd_stationary ()
%!error <`model`: expected the value of sgd_model\(\), got a 2 x 2 double array> sgd_stationary (H)
%!error <did you mean `trace_only`>
%! sgd_stationary (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper), "trace", true)
%!error <`trace_only`: expected true or false>
%! sgd_stationary (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper), "trace_only", "yes")
%!error id=sgdlangevin:unsupported
%! sgd_stationary (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper), "phase", 0)
%!error <`phase` = -1: expected a whole number .= 0>
%! sgd_stationary (sgd_model (sgd_quadratic (H, "sigma2", 1), hyper), "phase", -1)
%!error <`phase`>
%! epoch = sgd_model (sgd_quadratic (H, "sigma2", 1), hyper, "dynamics", "sgd", "sampling", "epoch", ...
%!                    "n_examples", 64);
%! sgd_stationary (epoch, "phase", 2)
