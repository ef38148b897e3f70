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
## @strong{Arguments}
##
## @table @var
## @item problem
## from sgd_quadratic, sgd_regression or sgd_spectrum
## @item hyper
## from sgd_hyper
## @item dynamics
## @qcode{"langevin"} (default): the underdamped Langevin equation of the paper;
## @qcode{"sgd"}: the discrete recursion, exactly
## @item sampling
## @qcode{"replacement"} (default), @qcode{"without"} (no example twice in a batch) or
## @qcode{"epoch"} (a fresh shuffle of all examples each epoch; needs dynamics "sgd")
## @item noise
## @qcode{"constant"}: the gradient noise at the minimiser everywhere
## @item n_examples
## number of examples N; taken from the data of a regression
## @item drop_last
## epochs: true drops the remainder batch, false (default, as in PyTorch) keeps it
## @item device
## @qcode{"auto"} (default), @qcode{"cpu"} or @qcode{"cuda"}
## @item decompose
## false: no eigendecomposition; then only sgd_stationary works, and only for noise
## sigma2 H under the Langevin equation
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_model"}, the arguments, and
##
## @table @code
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
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:unstable} (learning rate past
## the limit under "sgd"), @code{sgdlangevin:flat} (the loss slopes for ever along a flat direction),
## @code{sgdlangevin:unsupported}, @code{sgdlangevin:no_device},
## @code{sgdlangevin:no_residual}.  @strong{Warning}:
## @code{sgdlangevin:unstable} (the same limit under "langevin").
##
## @strong{Source}: arXiv 2107.09133; the stability limit 0 < lr kappa < 2 (1 + momentum)
## is that of the recursion.  Cost: one symmetric eigendecomposition and two products.
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
  __sgdl__ ("expect_type", problem, "problem", {"sgd_quadratic", "sgd_regression", "sgd_spectrum"});
  __sgdl__ ("expect_type", hyper, "hyper", {"sgd_hyper"});
  opt = __sgdl_options__ ("sgd_model", {"dynamics", {"langevin", "sgd"};
                                        "sampling", {"replacement", "without", "epoch"};
                                        "noise", {"constant"}; "n_examples", []; "drop_last", false;
                                        "device", {"auto", "cpu", "cuda"}; "decompose", true}, varargin);
  if (strcmp (opt.device, "cuda"))
    error ("sgdlangevin:no_device",
           "`device` = \"cuda\": this build has no CUDA backend; use \"auto\" or \"cpu\"");
  endif

  model = struct ("type", "sgd_model", "problem", problem, "hyper", hyper, "dynamics", opt.dynamics,
                  "sampling", opt.sampling, "noise", opt.noise,
                  "n_examples", [], "drop_last", false,
                  "device", opt.device, "dim", problem.dim, "eigenvalues", [], "vectors", [],
                  "minimiser", zeros (problem.dim, 1), "gradient_noise", [], "sigma2", [],
                  "report", []);
  model.n_examples = examples (problem, opt.n_examples);
  model.drop_last = __sgdl__ ("flag", opt.drop_last, "drop_last");
  __sgdl__ ("model_report", model);   # before the expensive part
  if (__sgdl__ ("flag", opt.decompose, "decompose"))
    model = decompose (model, problem);
  else
    model = without_modes (model, problem);
  endif

  model.report = __sgdl__ ("model_report", model);
  if (model.report.n_past_limit > 0)
    warning ("sgdlangevin:unstable",
             ["`lr` = %g: SGD itself diverges along %d of %d modes; it is stable below %g ", ...
              "(largest eigenvalue of H + weight_decay I: %g)"],
             hyper.lr, model.report.n_past_limit, model.dim, model.report.lr_limit,
             model.report.worst_kappa);
  endif
endfunction

function n = examples (problem, n)
  if (! strcmp (problem.type, "sgd_regression"))
    return;
  endif
  if (! isempty (n) && ! isequal (n, problem.n_examples))
    error ("sgdlangevin:bad_argument",
           "`n_examples` = %g: expected %d, the rows of the regression's X, or []",
           n, problem.n_examples);
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
    if (! isempty (problem.b))
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
  if (strcmp (problem.type, "sgd_spectrum") || ! strcmp (model.dynamics, "langevin"))
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
  endif
  empirical = strcmp (problem.gradient_noise, "empirical");
  [Sigma, rss] = __sgdl__ ("regression_noise", problem.X, problem.y, model.minimiser,
                           model.hyper.weight_decay, empirical);
  sigma2 = [];
  if (! empirical)
    sigma2 = __sgdl__ ("residual_variance", problem.n_examples, problem.dim, rss);
  endif
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
%!error <`problem`: expected the value of sgd_quadratic.*sgd_spectrum\(\), got a 2 x 2 double array>
%! sgd_model (H, hyper)
%!error <`problem`: .* got that of sgd_hyper\(\)> sgd_model (hyper, quadratic)
%!error <`hyper`: expected the value of sgd_hyper\(\), got a number> sgd_model (quadratic, 0.1)
%!error <`dynamics` = "langevine": .* did you mean "langevin">
%! sgd_model (quadratic, hyper, "dynamics", "langevine")
%!error <`dynamics`: expected one character string, got a number> sgd_model (quadratic, hyper, "dynamics", 1)
%!error <sgd_model has no argument `dynamic`: did you mean `dynamics`>
%! sgd_model (quadratic, hyper, "dynamic", "sgd")
%!error <did you mean "epoch"> sgd_model (quadratic, hyper, "sampling", "epochs")
%!error <`noise` = "multiplicative"> sgd_model (quadratic, hyper, "noise", "multiplicative")
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
%!error <this build has no CUDA backend> sgd_model (quadratic, hyper, "device", "cuda")
