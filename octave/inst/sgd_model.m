## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{model} =} sgd_model (@var{problem}, @var{hyper})
## @deftypefnx {} {@var{model} =} sgd_model (@var{problem}, @var{hyper}, @var{name}, @var{value}, @dots{})
## A problem with hyperparameters and a dynamics: what all theory and simulation start
## from.  The one expensive decomposition is done here, once.
##
## @example
## H = V diag (rho) V',   kappa = rho + weight_decay,   minimiser = (H + weight_decay I)^-1 b
## @end example
##
## For a regression with fewer examples than parameters no d x d matrix is formed: the modes
## come from the N x N Gram matrix X X'/N = U diag (rho) U', V = X'U diag (N rho)^(-1/2), and
## one eigenvalue 0 at the end stands for the d - rank directions that no example sees, flat
## and without noise.  The model then has a @code{rank}, rank + 1 @code{eigenvalues},
## @code{vectors} d x rank and @code{gradient_noise} of rank + 1; @code{dim} and
## @code{minimiser} (without weight decay the one of least norm) are those of the d
## parameters.  Theory is along the modes (@code{coordinates = "modes"}); traces and
## displacements are those of the parameters, and sgd_stationary adds their
## @code{variances}.  Starts and directions are given in parameters, means are displacements
## from the minimiser along the modes.  sgd_simulate has the method @qcode{"minibatch"}.  What
## needs all parameters at once is the error sgdlangevin:unsupported.
##
## @strong{Arguments}
##
## @table @var
## @item problem
## from sgd_quadratic, sgd_regression, sgd_spectrum or sgd_examples, or an objective (sgd_objective,
## sgd_logistic, sgd_softmax, sgd_tanh_network): that has no modes, so that @code{eigenvalues},
## @code{vectors}, @code{minimiser} and @code{gradient_noise} are []; it is for sgd_simulate, while theory
## takes the quadratic problem of sgd_quadratic_at.  Or from sgd_density (or sgd_operator, with noise: its
## density is then made with defaults): no modes either, but all that is a trace is known with standard
## errors, in sgd_msd, sgd_stationary with trace_only, sgd_autocorrelation, sgd_power_spectrum; counts in
## @code{report} are then estimates
## @item hyper
## from sgd_hyper
## @item dynamics
## @qcode{"langevin"} (default): the underdamped Langevin equation of the paper;
## @qcode{"sgd"}: the discrete recursion, exactly
## @item sampling
## @qcode{"replacement"} (default), @qcode{"without"} (no example twice in a batch) or
## @qcode{"epoch"} (a fresh shuffle of all examples each epoch; needs dynamics "sgd")
## @item noise
## @qcode{"constant"} (default): the gradient noise at the minimiser everywhere;
## @qcode{"multiplicative"}: noise that grows with the displacement, for problems with examples (see
## below)
## @item n_examples
## number of examples N; taken from the data of a regression, from sgd_examples and from
## an objective
## @item drop_last
## epochs: true drops the remainder batch, false (default, as in PyTorch) keeps it
## @item device
## @qcode{"auto"} (default), @qcode{"cpu"} or @qcode{"cuda"}: where the decomposition is made,
## and the theory that needs d x d products; see sgd_devices
## @item decompose
## false: no eigendecomposition; then only sgd_stationary works, and only for noise
## sigma2 H under the Langevin equation
## @item drop_negative
## of a spectral density: true leaves modes of negative curvature out of the theory, with their noise; they
## are otherwise the error sgdlangevin:saddle where something stationary is asked for
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_model"}, the arguments, and
##
## @table @code
## @item backend
## @qcode{"cpu"} or @qcode{"cuda"}: what device came to
## @item dim
## d
## @item eigenvalues
## rho, d x 1, descending
## @item vectors
## V, d x d; [] for sgd_spectrum, whose parameters are the modes
## @item minimiser
## d x 1
## @item gradient_noise
## V' Sigma V, d x d, or its diagonal, d x 1
## @item sigma2
## where Sigma = sigma2 H exactly, else []
## @item report
## counts n_flat, n_flat_noisy, n_saddle, n_past_limit; lr_limit = 2 (1 + momentum)/max
## kappa; worst_kappa; langevin_error, the largest relative error of the Langevin model's
## stationary variances; epoch_steps; remainder
## @item multiplicative
## with noise "multiplicative" and without epochs, else []: a struct with the spectral_radius
## of the map P -> stationary (K, D[P]) and a radius_bound; largest_stable_lr, where the radius is 1;
## the tail_index of |theta|; fourth_moment, whether it is finite; iterations; error, a
## bound on the relative error of the trace; constant_noise, the noise at the minimiser
## @end table
##
## With noise "multiplicative", @code{gradient_noise} is the self-consistent covariance
## Sigma(P) of the gradient of one example with Hessian H_i and gradient n_i at the minimiser:
##
## @example
## P = stationary (K, Sigma(P)),   Sigma(P) = C + D[P],   C = E_i[n_i n_i'],   D[P] = E_i[H_i P H_i] - H P H
## @end example
##
## @noindent
## exact for regression under "sgd", up to third derivatives for other losses.  Where its
## spectral radius reaches 1 the stationary variance is infinite.  By epochs gradient_noise stays that at the
## minimiser, and sgd_msd gives the theory of dressed epochs.
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unstable} (learning rate past
## the limit under "sgd", or infinite variance under multiplicative noise), @code{sgdlangevin:flat}
## (the loss slopes for ever along a flat direction),
## @code{sgdlangevin:unsupported}, @code{sgdlangevin:no_device},
## @code{sgdlangevin:no_residual}.  @strong{Warning}:
## @code{sgdlangevin:unstable} (the same limit under "langevin").
##
## @strong{Source}: arXiv 2107.09133; the stability limit 0 < lr kappa < 2 (1 + momentum)
## is that of the recursion.  Weight-dependent noise is ours.  Cost: one symmetric
## eigendecomposition and two products; with multiplicative noise 4 N d^2 flops times the rank of the H_i an
## iteration.
##
## @example
## problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2));
## model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32), "dynamics", "sgd");
## @end example
## @seealso{sgd_stationary, sgd_msd, sgd_simulate, sgd_summary}
## @end deftypefn

function model = sgd_model (problem, hyper, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", problem, "problem", {"sgd_quadratic", "sgd_regression", "sgd_spectrum", ...
                                            "sgd_examples", "sgd_objective", "sgd_density", ...
                                            "sgd_operator"});
  __sgdl__ ("expect_type", hyper, "hyper", {"sgd_hyper"});
  opt = __sgdl_options__ ("sgd_model", {"dynamics", {"langevin", "sgd"};
                                        "sampling", {"replacement", "without", "epoch"};
                                        "noise", {"constant", "multiplicative"};
                                        "n_examples", []; "drop_last", false;
                                        "device", {"auto", "cpu", "cuda"}; "decompose", true;
                                        "drop_negative", false}, varargin);
  drop_negative = __sgdl__ ("flag", opt.drop_negative, "drop_negative");
  if (any (strcmp (problem.type, {"sgd_density", "sgd_operator"})))
    model = __sgdl_density_model__ (problem, hyper, opt, drop_negative);
    return;
  elseif (drop_negative)
    error ("sgdlangevin:bad_argument",
           "`drop_negative` = true: expected false, unless `problem` is a spectral density");
  endif
  [backend, on_device] = __sgdl_device__ (opt.device, problem.dim >= 1000);

  model = struct ("type", "sgd_model", "problem", problem, "hyper", hyper, "dynamics", opt.dynamics,
                  "sampling", opt.sampling, "noise", opt.noise,
                  "n_examples", [], "drop_last", false,
                  "device", opt.device, "backend", backend, "dim", problem.dim, "eigenvalues", [], "vectors", [],
                  "minimiser", zeros (problem.dim, 1), "gradient_noise", [], "sigma2", [],
                  "rank", [], "report", [], "multiplicative", []);
  multiplicative = strcmp (opt.noise, "multiplicative");
  if (multiplicative && ! has_examples (problem))
    error ("sgdlangevin:unsupported",
           ["`noise` = \"multiplicative\": expected a problem with examples, from sgd_regression or ", ...
            "sgd_examples"]);
  endif
  model.n_examples = examples (problem, opt.n_examples);
  model.drop_last = __sgdl__ ("flag", opt.drop_last, "drop_last");
  if (strcmp (problem.type, "sgd_objective"))
    model.minimiser = [];
    model.report = __sgdl__ ("model_report", model);
    return;
  endif
  few = strcmp (problem.type, "sgd_regression") && isempty (problem.H);
  if (few)
    model.rank = 0;
    if (multiplicative)
      __sgdl_refuse_wide__ (model, "`noise` = \"multiplicative\"", "noise = \"constant\"");
    endif
  endif
  __sgdl__ ("model_report", model);   # before the expensive part
  if (__sgdl__ ("flag", opt.decompose, "decompose"))
    if (few)
      [model.eigenvalues, model.vectors, model.rank, model.minimiser, model.gradient_noise] = ...
        __sgdl__ ("wide_modes", problem.X, problem.y, hyper.weight_decay);
    else
      model = decompose (model, problem);
    endif
  else
    model = without_modes (model, problem);
  endif

  model.report = __sgdl__ ("model_report", model);
  if (few && model.report.n_flat > 0)
    model.report.n_flat = model.dim - model.rank;
  endif
  if (model.report.n_past_limit > 0)
    warning ("sgdlangevin:unstable",
             ["`lr` = %g: SGD itself diverges along %d of %d modes; it is stable below %g ", ...
              "(largest eigenvalue of H + weight_decay I: %g)"],
             hyper.lr, model.report.n_past_limit, numel (model.eigenvalues), model.report.lr_limit,
             model.report.worst_kappa);
  endif
  if (multiplicative && ! strcmp (model.sampling, "epoch"))
    constant_noise = model.gradient_noise;
    [model.gradient_noise, model.multiplicative] = __sgdl__ ("multiplicative_noise", model);
    model.multiplicative.constant_noise = constant_noise;
    model.sigma2 = [];
  endif
endfunction

function yes = has_examples (problem)
  yes = any (strcmp (problem.type, {"sgd_regression", "sgd_examples"}));
endfunction

function n = examples (problem, n)
  objective = strcmp (problem.type, "sgd_objective") && ! isempty (problem.n_examples);
  if (! (has_examples (problem) || objective))
    return;
  endif
  if (! isempty (n) && ! isequal (n, problem.n_examples))
    rows_of = struct ("sgd_regression", "the rows of the regression's X",
                      "sgd_examples", "the rows of gradients",
                      "sgd_objective", "those of the objective").(problem.type);
    error ("sgdlangevin:bad_argument", "`n_examples` = %g: expected %d, %s, or []",
           n, problem.n_examples, rows_of);
  endif
  n = problem.n_examples;
endfunction

## Eigenvalues, modes, minimiser and the noise along the modes.
function model = decompose (model, problem)
  weight_decay = model.hyper.weight_decay;
  if (strcmp (problem.type, "sgd_spectrum"))
    model.eigenvalues = problem.rho;
    model.gradient_noise = problem.noise;
    model.sigma2 = problem.sigma2;
  else
    [model.eigenvalues, model.vectors] = __sgdl__ ("decompose", problem.H);
    if (strcmp (problem.type, "sgd_examples"))
      model.minimiser = problem.minimiser;
    elseif (! isempty (problem.b))
      model.minimiser = __sgdl__ ("minimiser", model.eigenvalues, model.vectors, weight_decay, problem.b);
    endif
    [Sigma, model.sigma2] = noise_at_minimiser (model, problem);
    if (! isempty (Sigma))
      model.gradient_noise = __sgdl__ ("noise_to_modes", model.vectors, Sigma);
    endif
  endif
  if (! isempty (model.sigma2))
    model.gradient_noise = model.sigma2 * model.eigenvalues;
  endif
endfunction

function model = without_modes (model, problem)
  if (any (strcmp (problem.type, {"sgd_spectrum", "sgd_examples"}))
      || ! strcmp (model.dynamics, "langevin") || strcmp (model.noise, "multiplicative")
      || ! isempty (model.rank))
    unsupported ();
  endif
  if (! isempty (problem.b))
    model.minimiser = __sgdl__ ("minimiser_cholesky", problem.H, model.hyper.weight_decay, problem.b);
  endif
  [~, model.sigma2] = noise_at_minimiser (model, problem);
  if (isempty (model.sigma2))
    unsupported ();
  endif
endfunction

function unsupported ()
  error ("sgdlangevin:unsupported",
         ["`decompose` = false: expected dynamics \"langevin\" and a Hessian with ", ...
          "Sigma = sigma2 H; use decompose = true"]);
endfunction

## Covariance of the one-example gradient at the minimiser: a matrix, or sigma2 where it
## is sigma2 H; the other is [].
function [Sigma, sigma2] = noise_at_minimiser (model, problem)
  if (strcmp (problem.type, "sgd_quadratic"))
    Sigma = problem.Sigma;
    sigma2 = problem.sigma2;
    return;
  elseif (strcmp (problem.type, "sgd_examples"))
    Sigma = covariance_of_gradients (problem, model.hyper.weight_decay);
    sigma2 = [];
    return;
  endif
  empirical = strcmp (problem.gradient_noise, "empirical");
  if (issparse (problem.X))
    Sigma = [];
    if (empirical)
      Sigma = __sgdl__ ("objective_covariance", problem, model.minimiser);
    endif
    rss = sumsq (problem.y - problem.X * model.minimiser);
  else
    [Sigma, rss] = __sgdl__ ("regression_noise", problem.X, problem.y, model.minimiser,
                             model.hyper.weight_decay, empirical);
  endif
  sigma2 = [];
  if (! empirical)
    sigma2 = __sgdl__ ("residual_variance", problem.n_examples, problem.dim, rss);
  endif
endfunction

## Mean of n n', each n a "regression" of input n on target 1 with residual 1.
function Sigma = covariance_of_gradients (problem, weight_decay)
  gradients = problem.gradients + weight_decay * problem.minimiser';
  Sigma = __sgdl__ ("regression_noise", gradients, ones (problem.n_examples, 1), zeros (problem.dim, 1), 0,
                    true);
endfunction

%!demo
%! problem = sgd_quadratic ([2, 0.3; 0.3, 1], "Sigma", eye (2));
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 32), "dynamics", "sgd");
%! sgd_summary (model)

%!shared H, hyper, quadratic, X, y
%! H = [2, 0.3; 0.3, 1];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 4);
%! quadratic = sgd_quadratic (H, "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2];
%! y = [1; 2; 0; -1; 2; 0.3; 1];
%!test
%! model = sgd_model (quadratic, hyper);
%! assert (model.eigenvalues, sort (eig (H), "descend"), 4*eps);
%! assert (model.vectors * diag (model.eigenvalues) * model.vectors', H, 8*eps);
%! assert (model.minimiser, (H + 0.01 * eye (2)) \ [1; 2], 8*eps);
%! assert (model.gradient_noise, model.vectors' * quadratic.Sigma * model.vectors, 8*eps);
%! assert (model.sigma2, []);
%! assert ({model.dynamics, model.sampling, model.noise, model.device},
%!         {"langevin", "replacement", "constant", "auto"});
%! assert (model.report.lr_limit, 2 * 1.9 / (max (eig (H)) + 0.01), -8*eps);
%! assert (model.report.langevin_error, 0.05 * (max (eig (H)) + 0.01) / 3.8, -8*eps);
%!test   # homoscedastic regression
%! problem = sgd_regression (X, y, "gradient_noise", "homoscedastic");
%! model = sgd_model (problem, sgd_hyper (0.05, 0.9, 0, 4), "dynamics", "sgd", "sampling", "epoch");
%! assert (model.minimiser, X \ y, 1e-13);
%! assert (model.sigma2, sumsq (y - X * (X \ y)) / (7 - 2), -1e-13);
%! assert (model.gradient_noise, model.sigma2 * model.eigenvalues, -4*eps);
%! assert (model.n_examples, 7);
%! assert ([model.report.epoch_steps, model.report.remainder], [2, 3]);
%!test   # empirical noise is the covariance of the examples' gradients
%! model = sgd_model (sgd_regression (X, y), hyper);
%! residuals = y - X * model.minimiser;
%! gradients = -X .* residuals;
%! Sigma = gradients' * gradients / 7 - 0.01^2 * model.minimiser * model.minimiser';
%! assert (model.gradient_noise, model.vectors' * Sigma * model.vectors, 1e-13);
%!test   # the self-consistent noise: Sigma(0, P) of its own stationary P
%! hyper = sgd_hyper (0.02, 0.5, 0.01, 4);
%! options = {"dynamics", "sgd", "sampling", "replacement"};
%! constant = sgd_model (sgd_regression (X, y), hyper, options{:});
%! model = sgd_model (sgd_regression (X, y), hyper, options{:}, "noise", "multiplicative");
%! P = sgd_stationary (model).theta;
%! r = y - X * model.minimiser;
%! H = model.problem.H;
%! pull = 0.01 * model.minimiser;
%! Sigma = X' * (X .* (sum ((X * P) .* X, 2) + r.^2)) / 7 - H * P * H - pull * pull';
%! assert (model.vectors * model.gradient_noise * model.vectors', Sigma, 1e-10 * norm (Sigma));
%! assert (model.multiplicative.constant_noise, constant.gradient_noise);
%! assert (model.multiplicative.spectral_radius > 0 && model.multiplicative.spectral_radius < 1);
%! assert (model.multiplicative.largest_stable_lr > 0.02);
%! assert (islogical (model.multiplicative.fourth_moment));
%! assert (constant.multiplicative, []);
%!test   # by epochs the noise stays that at the minimiser
%! options = {"dynamics", "sgd", "sampling", "epoch"};
%! model = sgd_model (sgd_regression (X, y), hyper, options{:}, "noise", "multiplicative");
%! assert (model.gradient_noise, sgd_model (sgd_regression (X, y), hyper, options{:}).gradient_noise);
%! assert (model.multiplicative, []);
%!test   # eigenvalues only
%! model = sgd_model (sgd_spectrum ([1, 2], "sigma2", 3), hyper);
%! assert (model.eigenvalues, [2; 1]);
%! assert (model.gradient_noise, [6; 3]);
%! assert (model.vectors, []);
%!test   # no modes
%! model = sgd_model (sgd_quadratic (H, "b", [1, 2], "sigma2", 1), hyper, "decompose", false);
%! assert (model.eigenvalues, []);
%! assert (model.minimiser, (H + 0.01 * eye (2)) \ [1; 2], 8*eps);
%!test   # flat directions and saddles are counted, not refused
%! model = sgd_model (sgd_spectrum ([1, 0, 0, -1], "noise", [1, 1, 0, 1]), sgd_hyper (0.1));
%! assert ([model.report.n_flat, model.report.n_flat_noisy, model.report.n_saddle], [2, 1, 1]);

%!test   # an objective has no modes
%! objective = sgd_logistic (X, y > 0.5);
%! model = sgd_model (objective, hyper, "dynamics", "sgd", "sampling", "epoch");
%! assert ({model.eigenvalues, model.vectors, model.minimiser, model.gradient_noise}, {[], [], [], []});
%! assert ([model.dim, model.n_examples, model.report.epoch_steps, model.report.remainder], [2, 7, 2, 3]);
%!error <`model`: expected one with modes, got that of an objective; sgd_quadratic_at>
%! sgd_oscillations (sgd_model (sgd_logistic (X, y > 0.5), hyper))
%!error id=sgdlangevin:unsupported sgd_stationary (sgd_model (sgd_logistic (X, y > 0.5), hyper))
%!error <`n_examples` = 5: expected 7, those of the objective>
%! sgd_model (sgd_logistic (X, y > 0.5), hyper, "n_examples", 5)
%!error <`n_examples` = 5: expected 7, the rows of the regression's X>
%! sgd_model (sgd_regression (X, y), hyper, "n_examples", 5)
%!error <`noise` = "multiplicative": expected a problem with examples>
%! sgd_model (sgd_logistic (X, y > 0.5), hyper, "noise", "multiplicative")
%!error <`batch_size`> sgd_model (sgd_logistic (X, y > 0.5), sgd_hyper (0.1, 0, 0, 8), "sampling", "epoch",
%!                                "dynamics", "sgd")

%!warning id=sgdlangevin:unstable sgd_model (sgd_spectrum ([50, 1], "sigma2", 1), sgd_hyper (0.1));
%!warning <`lr` = 0.1: SGD itself diverges along 1 of 2 modes; it is stable below 0.04>
%! sgd_model (sgd_spectrum ([50, 1], "sigma2", 1), sgd_hyper (0.1));
%!error id=sgdlangevin:unstable
%! sgd_model (sgd_spectrum ([50, 1], "sigma2", 1), sgd_hyper (0.1), "dynamics", "sgd")
%!error <0.04.*50|50.*0.04>
%! sgd_model (sgd_spectrum ([50, 1], "sigma2", 1), sgd_hyper (0.1), "dynamics", "sgd")
%!error id=sgdlangevin:flat
%! sgd_model (sgd_quadratic (diag ([1, 0]), "b", [1, 1], "sigma2", 1), sgd_hyper (0.1))
%!error <Invalid call> sgd_model (quadratic)
%!error <`problem`: expected the value of sgd_quadratic.*sgd_operator\(\), got a 2 x 2 double array>
%! sgd_model (H, hyper)
%!error <`problem`: .* got that of sgd_hyper\(\)> sgd_model (hyper, quadratic)
%!error <`hyper`: expected the value of sgd_hyper\(\), got a number> sgd_model (quadratic, 0.1)
%!error <`dynamics` = "langevine": .* did you mean "langevin">
%! sgd_model (quadratic, hyper, "dynamics", "langevine")
%!error <`dynamics`: expected one character string, got a number> sgd_model (quadratic, hyper, "dynamics", 1)
%!error <sgd_model has no argument `dynamic`: did you mean `dynamics`>
%! sgd_model (quadratic, hyper, "dynamic", "sgd")
%!error <did you mean "epoch"> sgd_model (quadratic, hyper, "sampling", "epochs")
%!error <`noise` = "multiplicative": expected a problem with examples, from sgd_regression or sgd_examples>
%! sgd_model (quadratic, hyper, "noise", "multiplicative")
%!error id=sgdlangevin:unsupported sgd_model (quadratic, hyper, "noise", "multiplicative")
%!error id=sgdlangevin:unstable
%! sgd_model (sgd_regression (X, y), sgd_hyper (0.5, 0.9, 0, 1), "dynamics", "sgd", "noise", "multiplicative")
%!error <the stationary variance is infinite>
%! sgd_model (sgd_regression (X, y), sgd_hyper (0.5, 0.9, 0, 1), "dynamics", "sgd", "noise", "multiplicative")
%!error <`n_examples`> sgd_model (quadratic, hyper, "sampling", "without")
%!error <`n_examples` = 5: expected 7> sgd_model (sgd_regression (X, y), hyper, "n_examples", 5)
%!error <`batch_size`> sgd_model (quadratic, hyper, "n_examples", 3)
%!error id=sgdlangevin:unsupported sgd_model (quadratic, hyper, "sampling", "epoch", "n_examples", 10)
%!error id=sgdlangevin:unsupported sgd_model (quadratic, hyper, "decompose", false)
%!error <`decompose` = false> sgd_model (quadratic, hyper, "decompose", false)
%!error <`decompose`: expected true or false, got a character vector>
%! sgd_model (quadratic, hyper, "decompose", "no")
%!error <`drop_last`: expected true or false> sgd_model (quadratic, hyper, "drop_last", [0, 1])
%!error id=sgdlangevin:no_device sgd_model (quadratic, hyper, "device", "cuda")
%!error <`device` = "cuda": > sgd_model (quadratic, hyper, "device", "cuda")

%!shared few, targets, small, start   # fewer examples than parameters
%! few = reshape (sin ((1:360) .^ 1.3), 12, 30);
%! targets = cos (1:12)';
%! start = sin (1:30)';
%! warning ("off", "sgdlangevin:no_residual", "local");
%! small = sgd_model (sgd_regression (few, targets), sgd_hyper (0.02, 0.9, 0.05, 2));
%!function [wide, dense] = both_ways (X, y, hyper, dynamics)
%!  warning ("off", "sgdlangevin:no_residual", "local");
%!  wide = sgd_model (sgd_regression (X, y), hyper, "dynamics", dynamics);
%!  mu = wide.minimiser;
%!  R = X .* (y - X * mu);
%!  Sigma = R' * R / 12 - hyper.weight_decay^2 * mu * mu';
%!  problem = sgd_quadratic (X' * X / 12, "b", X' * y / 12, "Sigma", (Sigma + Sigma') / 2);
%!  dense = sgd_model (problem, hyper, "n_examples", 12, "dynamics", dynamics);
%!endfunction
%!test   # as with the d x d Hessian; without weight decay two equal examples leave residuals
%! repeated = few;
%! repeated(2,:) = repeated(1,:);
%! cases = {few, 0.05, 12; repeated, 0, 11};
%! for i = 1:2
%!   for dynamics = {"langevin", "sgd"}
%!     hyper = sgd_hyper (0.02, 0.9, cases{i,2}, 2);
%!     [wide, dense] = both_ways (cases{i,1}, targets, hyper, dynamics{1});
%!     assert (wide.problem.H, []);
%!     assert ([wide.rank, wide.dim, numel(wide.eigenvalues)], [cases{i,3}, 30, cases{i,3} + 1]);
%!     assert (size (wide.vectors), [30, cases{i,3}]);
%!     assert (wide.report.n_flat, dense.report.n_flat);
%!     assert (wide.minimiser, dense.minimiser, 1e-9);
%!     state = sgd_stationary (wide);
%!     full = sgd_stationary (dense);
%!     assert ({state.coordinates, full.coordinates}, {"modes", "parameters"});
%!     assert (state.trace.theta, full.trace.theta, -1e-9);
%!     assert (state.trace.velocity, full.trace.velocity, -1e-9);
%!     assert (state.variances, diag (full.theta), 1e-9 * full.trace.theta);
%!     steps = [1, 10, 300, 20000];
%!     assert (sgd_msd (wide, steps).msd, sgd_msd (dense, steps).msd, -1e-9);
%!     from = {"start", "point", "theta0", start};
%!     assert (sgd_msd (wide, steps, from{:}).msd, sgd_msd (dense, steps, from{:}).msd, -1e-9);
%!     along = @(model) sgd_autocorrelation (model, [0, 5], "direction", start).theta;
%!     assert (along (wide), along (dense), 1e-9 * full.trace.theta);
%!   endfor
%! endfor
%!test   # real minibatches run in all parameters
%! run = sgd_simulate (small, 20, "method", "minibatch", "theta0", start, "seed", 1);
%! assert (size (run.theta), [21, 30]);
%! assert (run.theta(1,:)', start);
%!test   # nothing of size d x d: that would be 12.8 GB
%! warning ("off", "sgdlangevin:no_residual", "local");
%! X = reshape (cos ((1:800000) .^ 1.1), 20, 40000);
%! model = sgd_model (sgd_regression (X, sin (1:20)), sgd_hyper (1e-5, 0.9, 0.01, 4));
%! state = sgd_stationary (model);
%! assert (sum (state.variances), state.trace.theta, -1e-9);
%!assert (! isempty (strfind (sgd_summary (small), "12 modes that the examples span; 18 directions")))
%!error <sgd_modified_loss: not for a regression with fewer examples than parameters \(12 for 30\); use>
%! sgd_modified_loss (small)
%!error <sgd_log_density: not for> sgd_log_density (small, 3, start, "theta0", start)
%!error <`method` = "exact": not for .* use method = "minibatch"> sgd_simulate (small, 3)
%!error <`start` = "stationary": not for>
%! sgd_simulate (small, 3, "method", "minibatch", "start", "stationary")
%!error <`v0` and `theta0`> sgd_msd (small, 3, "start", "point", "theta0", start, "v0", flipud (start))
%!error id=sgdlangevin:unsupported sgd_msd (small, 3, "start", "gaussian", "cov0", eye (60))
%!error id=sgdlangevin:unsupported sgd_model (small.problem, small.hyper, "noise", "multiplicative")
%!error id=sgdlangevin:unsupported sgd_model (small.problem, small.hyper, "decompose", false)
