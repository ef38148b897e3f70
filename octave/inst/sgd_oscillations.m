## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{modes} =} sgd_oscillations (@var{model})
## How each eigendirection relaxes: damping regime, period, quality factor.
##
## @example
## theta'' + 2 gamma theta' + omega^2 theta = 0,   omega^2 = kappa/mass,   gamma = damping/2
## underdamped where (1 - momentum)^2 < 2 lr (1 + momentum) kappa
## @end example
##
## @noindent
## Under dynamics "sgd" the regimes of the recursion: overdamped for lr kappa <
## (1 - sqrt (momentum))^2, underdamped to (1 + sqrt (momentum))^2, alternating from there to
## the stability limit.
##
## @strong{Argument}: @var{model}, from sgd_model.
##
## @strong{Value}: a struct with @code{type = "sgd_oscillations"} and, d x 1 each,
##
## @table @code
## @item mode
## 1 to d, the stiffest first
## @item eigenvalue
## of the Hessian
## @item gamma
## decay rate of the envelope, per unit of time lr x steps
## @item omega
## natural angular frequency, per unit of time
## @item regime
## cellstr: "flat", "overdamped", "critical", "underdamped", "alternating" or "saddle"
## @item period
## in steps; Inf unless the mode oscillates
## @item quality
## omega/(2 gamma)
## @item critical_momentum
## momentum at which the mode is critically damped at this learning rate; NaN if none
## @item hyper, dynamics
## those of the model
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unsupported}.
##
## @strong{Source}: arXiv 2107.09133, phase-space oscillations.  Cost: O(d).
##
## @example
## model = sgd_model (sgd_spectrum ([10, 1, 1e-3], "sigma2", 1), sgd_hyper (0.1, 0.9));
## sgd_oscillations (model).period
## @end example
## @seealso{sgd_model, sgd_plot}
## @end deftypefn

function modes = sgd_oscillations (model)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl_check_model__ (model);
  [gamma, omega, regime, period, quality, critical_momentum] = __sgdl__ ("oscillations", model);
  modes = struct ("type", "sgd_oscillations", "mode", (1:numel (model.eigenvalues))', ...
                  "eigenvalue", model.eigenvalues, ...
                  "gamma", gamma, "omega", omega, "regime", {regime}, "period", period,
                  "quality", quality, "critical_momentum", critical_momentum, ...
                  "hyper", model.hyper, "dynamics", model.dynamics);
endfunction

%!demo
%! model = sgd_model (sgd_spectrum (logspace (-4, 1, 50), "sigma2", 1), sgd_hyper (0.1, 0.9));
%! sgd_plot (sgd_oscillations (model));

%!test
%! hyper = sgd_hyper (0.1, 0.9);
%! modes = sgd_oscillations (sgd_model (sgd_spectrum ([10, 1e-3, 0, -1], "noise", [1, 1, 0, 1]), hyper));
%! assert (modes.regime, {"underdamped"; "overdamped"; "flat"; "saddle"});
%! assert (modes.omega(1), sqrt (10 / hyper.mass), -1e-14);
%! assert (modes.gamma(1), hyper.damping / 2, -1e-14);
%! assert (modes.period(1), 2*pi / (0.1 * sqrt (10 / hyper.mass - hyper.damping^2 / 4)), -1e-13);
%! assert (modes.period(2:4), Inf (3, 1));
%! assert (modes.quality(1), modes.omega(1) / (2 * modes.gamma(1)), -1e-14);
%! beta = modes.critical_momentum(1);
%! assert ((1 - beta)^2, 2 * 0.1 * (1 + beta) * 10, 1e-12);
%! assert (modes.critical_momentum(3:4), NaN (2, 1));
%! assert (modes.mode, (1:4)');
%! assert (modes.eigenvalue, [10; 1e-3; 0; -1]);
%!test   # the recursion also alternates
%! hyper = sgd_hyper (0.1, 0.25);
%! modes = sgd_oscillations (sgd_model (sgd_spectrum ([24, 10, 1], "sigma2", 1), hyper, "dynamics", "sgd"));
%! assert (modes.regime, {"alternating"; "underdamped"; "overdamped"});
%! assert (modes.period(2), 2*pi / acos ((1.25 - 1) / (2 * 0.5)), -1e-14);
%!test
%! critical = sgd_oscillations (sgd_model (sgd_spectrum (1.25, "sigma2", 1), sgd_hyper (0.1)));
%! assert (critical.gamma > 0);
%!error <Invalid call> sgd_oscillations ()
%!error <`model`: expected the value of sgd_model\(\), got a cell array> sgd_oscillations ({})
%!error id=sgdlangevin:bad_argument sgd_oscillations (struct ("type", "sgd_hyper"))
%!error id=sgdlangevin:unsupported
%! sgd_oscillations (sgd_model (sgd_quadratic (1, "sigma2", 1), sgd_hyper (0.1), "decompose", false))
