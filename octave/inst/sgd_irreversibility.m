## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{arrow} =} sgd_irreversibility (@var{model})
## Entropy production and effective temperatures: does the stationary state know the
## arrow of time?
##
## @example
## entropy production = c (tr (U_vv Sigma) - 2d + kap tr (Sigma^-1 cov(v)))   per unit time lr x steps
## kinetic temperature cov(v_l, v_l),   configurational temperature cov(theta_l, theta_l) kappa_l/mass
## @end example
##
## @noindent
## with c the damping and kap the inverse temperature of the model.
##
## A non-zero probability current (sgd_current) is not broken detailed balance: velocity is odd under
## time reversal, so that the currents of the paper, for noise sigma2 H or sigma2 I, are those of a
## reversible, Hamiltonian-like motion.  The entropy production is 0 exactly where cov(theta, v) has no
## antisymmetric part.  The two temperatures of a mode are equal under noise white in time and differ
## under epochs.
##
## @strong{Argument}: @var{model}, from sgd_model.
##
## @strong{Value}: a struct with @code{type = "sgd_irreversibility"} and
##
## @table @code
## @item entropy_production
## per unit time, >= 0; NaN under dynamics "sgd" and where Sigma or H + weight_decay I is singular
## @item kinetic_temperature, configurational_temperature
## d x 1, along the modes, in units of v^2; NaN for the position of flat modes
## @item antisymmetric
## antisymmetric part of cov(theta, v), d x d
## @item eigenvalue
## of the Hessian, d x 1
## @item model
## the model
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:saddle},
## @code{sgdlangevin:unsupported}.
##
## @strong{Source}: beyond arXiv 2107.09133; the rate is the Kullback-Leibler divergence
## of the path from its time reversal, per unit time.  Cost: six products of d x d matrices.
##
## @example
## model = sgd_model (sgd_quadratic (diag ([2, 1]), "Sigma", [1, 0.5; 0.5, 1]), sgd_hyper (0.1, 0.9));
## sgd_irreversibility (model).entropy_production
## @end example
## @seealso{sgd_current, sgd_stationary, sgd_fokker_planck_check}
## @end deftypefn

function arrow = sgd_irreversibility (model)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  [entropy_production, kinetic, configurational, antisymmetric] = __sgdl__ ("irreversibility", model);
  arrow = struct ("type", "sgd_irreversibility", "entropy_production", entropy_production,
                  "kinetic_temperature", kinetic, "configurational_temperature", configurational,
                  "antisymmetric", antisymmetric, "eigenvalue", model.eigenvalues, "model", model);
endfunction

%!demo
%! problem = sgd_spectrum (logspace (-3, 1, 30), "sigma2", 1);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 10), "dynamics", "sgd", "sampling", "epoch",
%!                    "n_examples", 500);
%! sgd_plot (sgd_irreversibility (model));

%!shared model
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0.01, 32));
%!test
%! arrow = sgd_irreversibility (model);
%! state = sgd_stationary (model);
%! loss = sgd_modified_loss (model);
%! Sigma = model.problem.Sigma;
%! rate = model.hyper.damping * (trace (loss.U(3:4,3:4) * Sigma) - 4
%!                               + model.hyper.inverse_temperature * trace (Sigma \ state.velocity));
%! assert (arrow.entropy_production, rate, 1e-9 * model.hyper.damping);
%! assert (arrow.entropy_production > 0);
%! assert (arrow.antisymmetric, (state.cross - state.cross') / 2, 1e-15);
%! V = model.vectors;
%! assert (arrow.kinetic_temperature, diag (V' * state.velocity * V), -1e-12);
%! assert (arrow.configurational_temperature, arrow.kinetic_temperature, -1e-12);
%! assert (arrow.eigenvalue, model.eigenvalues);
%!test   # noise sigma2 H: reversible, though there is a current
%! reversible = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 3), model.hyper);
%! assert (sgd_irreversibility (reversible).entropy_production, 0, 1e-10);
%!test   # epochs part the temperatures, most in flat modes
%! epoch = sgd_model (sgd_spectrum ([1, 1e-2], "sigma2", 1), sgd_hyper (0.05, 0.9, 0, 10),
%!                    "dynamics", "sgd", "sampling", "epoch", "n_examples", 500);
%! arrow = sgd_irreversibility (epoch);
%! ratio = arrow.kinetic_temperature ./ arrow.configurational_temperature;
%! assert (ratio(2) > 2 * ratio(1));
%! assert (arrow.entropy_production, NaN);
%!error <Invalid call> sgd_irreversibility ()
%!error <`model`: expected the value of sgd_model\(\)> sgd_irreversibility (1)
%!error id=sgdlangevin:saddle
%! sgd_irreversibility (sgd_model (sgd_spectrum (-1, "noise", 1), sgd_hyper (0.1)))
