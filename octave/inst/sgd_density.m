## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{density} =} sgd_density (@var{operator})
## @deftypefnx {} {@var{density} =} sgd_density (@var{operator}, @var{name}, @var{value}, @dots{})
## Spectral density of a Hessian known by its products, and the gradient noise along it.
##
## The outermost eigenpairs exactly, the rest by stochastic Lanczos quadrature: from random probes z with
## E zz' = I, the known eigenvectors projected out, m Lanczos steps give nodes x_j and weights w_j with
##
## @example
## tr f(H) = sum over the known f(rho_l) + mean over the probes of sum_j w_j f(x_j)   (approximately)
## @end example
##
## @noindent
## and probes Sigma^(1/2) z the same for tr f(H) Sigma, which is all that displacement, stationary variance,
## loss and spectra of SGD need.  Each probe is exact for polynomials up to degree 2 m - 1.  The spread of the
## probes is the standard error of all that is computed from them; @code{truncation} is the error of the
## quadrature itself, which more steps reduce and more probes do not: what a quarter fewer Lanczos steps would
## change or, where all nodes are above 0, one more node at 0 (Gauss-Radau), whichever is more.
##
## How many: @var{top} first (each takes its square out of the variance), then @var{probes} until the standard
## errors are small (that of the trace of a matrix without outliers is about sqrt (2/(P d)) of it), then
## @var{steps} until truncation
## is: resolving what is below rho takes about sqrt (rho_max/rho) steps, and displacements begin to feel it
## beyond m^2 (1 - momentum)/(lr rho_max) steps.
##
## Noise sigma2 H has no part in a null space of H, but probes of the counts do, so that what lies near 0 is
## hard to tell from 0.  With data X give the same noise as its own gradients,
## @code{sgd_noise ("gradients", sqrt (sigma2) * X, "centred", false)}.
##
## @strong{Arguments}
##
## @table @var
## @item operator
## from sgd_operator
## @item steps
## Lanczos steps m of a probe, default 64
## @item probes
## number P of probes, default 16; with a target, the most
## @item target
## stop when all @var{functions} have this relative standard error (looked at from 8 probes on);
## default 0: run all probes
## @item top, bottom
## how many of the largest and smallest eigenpairs are computed first, default 0; @var{top} may be the value of
## sgd_eigenpairs
## @item noise
## from sgd_noise; default that of the operator
## @item sigma2
## instead of noise: Sigma = sigma2 H, which needs no probes of its own
## @item functions
## what target is for: name or cellstr of names of functions as in sgd_trace (parameter 0), default
## @qcode{"identity"}
## @item counts
## false: no probes without noise, if there is noise; halves the cost; sgd_msd and its kin need none, plots
## and traces without noise do; default true
## @item block
## probes run together, default 4
## @item probe
## @qcode{"rademacher"} (default; entries +1 or -1) or @qcode{"normal"}
## @item flat_tolerance
## a node below this times max |rho| is a flat mode; default d eps; single precision wants 1e-6
## @item seed
## whole number; default drawn by rand
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_density"} and
##
## @table @code
## @item dim, n_examples
## d; N where it is known, else []
## @item eigenvalues, vectors, residual
## the known ones, descending: n x 1, d x n, n x 1
## @item gradient_noise
## along them, n x 1, or []
## @item counts, noise
## the quadratures without and with noise, or []: structs of @code{nodes}, @code{weights} (steps x probes),
## @code{alpha}, @code{beta} (Lanczos coefficients), @code{length} (steps done by each probe), @code{mass}
## (sum of its weights), @code{steps}, @code{probes}, @code{se} (worst relative standard error of the
## functions), @code{reached} (the target), @code{n_products}
## @item sigma2, flat_tolerance, seed
## as given
## @item noise_trace
## tr Sigma, exact, or []
## @item trace, se
## of H and its standard error; NaN without counts
## @item n_products
## all columns multiplied
## @item complete
## false where it was stopped
## @item resume
## what sgd_resume needs
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:callback} (a function failed before anything was found).  @strong{Warnings}, with all
## whole blocks of probes done so far as the value: @code{sgdlangevin:interrupted} (Ctrl-C; sgd_resume goes on),
## @code{sgdlangevin:callback}.
##
## @strong{Source}: Ubaru, Chen, Saad (2017), SIAM Journal on Matrix Analysis and Applications 38; Ghorbani,
## Krishnan, Xiao (2019), arXiv 1901.10159.  Cost: m products of @var{block} columns for @var{block} probes;
## orthogonalisation 8 d (j + known) flops at step j; memory d block (m + 1) numbers and the known
## eigenvectors.
##
## @example
## X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
## density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "top", 3, "sigma2", 1, "seed", 1);
## model = sgd_model (density, sgd_hyper (0.1, 0.9, 0, 32), "dynamics", "sgd");
## sgd_msd (model, [1, 10, 100, 1000]).msd
## @end example
## @seealso{sgd_operator, sgd_noise, sgd_eigenpairs, sgd_trace, sgd_histogram, sgd_model, sgd_resume}
## @end deftypefn

function density = sgd_density (operator, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  __sgdl__ ("expect_type", operator, "operator", {"sgd_operator"});
  opt = __sgdl_options__ ("sgd_density",
                          {"steps", []; "probes", 16; "target", 0; "top", 0; "bottom", 0; "noise", [];
                           "sigma2", []; "functions", []; "counts", true; "block", [];
                           "probe", {"rademacher", "normal"}; "flat_tolerance", []; "seed", []}, varargin);
  plan = struct ("operator", operator, "options", probe_options (operator, opt), "noise", [], "sigma2", [],
                 "counts", __sgdl__ ("flag", opt.counts, "counts"), "flat_tolerance", [], "pairs", [],
                 "wanted", []);
  if (isempty (opt.noise) && isempty (opt.sigma2))
    plan.noise = operator.noise;
    plan.sigma2 = operator.sigma2;
  else
    [plan.noise, plan.sigma2] = __sgdl_noise_of__ (operator, opt.noise, opt.sigma2);
  endif
  if (! plan.counts && isempty (plan.noise))
    error ("sgdlangevin:bad_argument",
           "`counts` = false: expected true, unless there is `noise` with probes of its own");
  endif
  if (! isempty (opt.flat_tolerance))
    plan.flat_tolerance = in_range (opt.flat_tolerance, "flat_tolerance", 1, "a number in [0, 1)");
  endif
  plan = known_pairs (plan, opt);
  density = __sgdl_density__ (plan, struct ("pairs", [], "along", [], "counts", [], "noise", []));
endfunction

function options = probe_options (operator, opt)
  if (isempty (opt.steps))
    opt.steps = {64, 1}{1 + strcmp(operator.kind, "low_rank")};   # of one eigenvalue is the rest
  endif
  options = struct ("steps", __sgdl_count__ (opt.steps, "steps", 1),
                    "probes", __sgdl_count__ (opt.probes, "probes", 1),
                    "target", in_range (opt.target, "target", Inf, "a finite number >= 0"), ...
                    "block", opt.block, "normal", strcmp (opt.probe, "normal"), ...
                    "seed", __sgdl_count__ (__sgdl_seed__ (opt.seed), "seed", 0), "first_probe", 0);
  if (! isempty (opt.block))
    options.block = __sgdl_count__ (opt.block, "block", 1);
  endif
  names = opt.functions;
  if (isempty (names))
    names = "identity";
  endif
  options.functions = __sgdl_functions__ (names, "functions");
  options.parameters = zeros (1, numel (options.functions));
endfunction

function value = in_range (value, name, most, wanted)
  if (! (isnumeric (value) && isreal (value) && isscalar (value)))
    error ("sgdlangevin:bad_argument", "`%s`: expected a number, got a value of class %s with %d elements", name,
           class (value), numel (value));
  elseif (! (value >= 0 && value < most))
    error ("sgdlangevin:bad_argument", "`%s` = %g: expected %s", name, value, wanted);
  endif
  value = double (value);
endfunction

## Eigenpairs that are there already, or what to compute.
function plan = known_pairs (plan, opt)
  operator = plan.operator;
  none = struct ("values", zeros (0, 1), "vectors", zeros (operator.dim, 0), "residual", zeros (0, 1),
                 "n_products", 0);
  if (isstruct (opt.top))
    __sgdl__ ("expect_type", opt.top, "top", {"sgd_eigenpairs"});
    plan.pairs = given_pairs (operator, opt);
    return;
  endif
  wanted = struct ("top", __sgdl_count__ (opt.top, "top", 0), "bottom", __sgdl_count__ (opt.bottom, "bottom", 0), ...
                   "tolerance", 1e-8, "block", [], "basis", [], "max_products", [], "seed", plan.options.seed);
  if (strcmp (operator.kind, "low_rank"))
    plan.pairs = none;
    plan.pairs.values = operator.values;
    plan.pairs.vectors = operator.vectors;
    plan.pairs.residual = zeros (numel (operator.values), 1);
  elseif (wanted.top + wanted.bottom == 0)
    plan.pairs = none;
  else
    plan.wanted = __sgdl_pairs_asked__ (operator, wanted);
  endif
endfunction

function pairs = given_pairs (operator, opt)
  pairs = opt.top;
  if (__sgdl_count__ (opt.bottom, "bottom", 0) > 0)
    error ("sgdlangevin:bad_argument", "`bottom` = %d: expected 0 where `top` is the value of sgd_eigenpairs()",
           opt.bottom);
  elseif (pairs.dim != operator.dim)
    error ("sgdlangevin:bad_argument", "`top`: expected eigenpairs of %d parameters, got %d", operator.dim,
           pairs.dim);
  elseif (! pairs.complete)
    error ("sgdlangevin:bad_argument", "`top`: expected converged eigenpairs, got %d of %d", pairs.n_converged,
           numel (pairs.values));
  endif
  [pairs.values, order] = sort (pairs.values, "descend");
  pairs.vectors = pairs.vectors(:,order);
  pairs.residual = pairs.residual(order);
endfunction

%!demo
%! X = sin ((1:300)' * (1:80) .^ 0.7) ./ (1:80);
%! density = sgd_density (sgd_operator ("X", X), "steps", 30, "probes", 8, "top", 3, "seed", 1);
%! sgd_plot (density);

%!shared X, H, rho, operator, hyper
%! X = reshape (sin ((1:6000) .^ 1.1), 120, 50) ./ (1:50) .^ 0.8;
%! H = X' * X / 120;
%! rho = sort (eig (H), "descend");
%! operator = sgd_operator ("X", X);
%! hyper = sgd_hyper (0.1, 0.9, 0.01, 8);
%!test   # all dimensions, one probe for each: exact
%! density = sgd_density (operator, "steps", 50, "probes", 3, "top", 50, "sigma2", 2, "seed", 1);
%! assert (density.eigenvalues, rho, 1e-12);
%! assert ({density.counts, density.noise, density.se, density.complete}, {[], [], 0, true});
%! assert (density.trace, trace (H), -1e-12);
%! assert (density.gradient_noise, 2 * max (density.eigenvalues, 0));
%!test   # the trace, and any other, within their errors
%! density = sgd_density (operator, "steps", 40, "probes", 60, "top", 4, "seed", 2);
%! assert (abs (density.trace - trace (H)) < 4.5 * density.se);   # false alarm: 1e-5
%! assert (size (density.counts.nodes), [40, 60]);
%! assert (density.counts.mass, 46 * ones (60, 1), 1e-10);
%! estimate = sgd_trace (density, @(x) log (x + 0.1));
%! assert (abs (estimate.value - sum (log (rho + 0.1))) < 4.5 * estimate.se);
%! named = sgd_trace (density, "logarithm", "parameter", 0.1);
%! assert ([named.value, named.se], [estimate.value, estimate.se], -1e-12);
%! names = {"type", "dim", "n_examples", "eigenvalues", "vectors", "residual", "gradient_noise", "counts", "noise", ...
%!          "sigma2", "noise_trace", "flat_tolerance", "trace", "se", "n_products", "complete", "seed", "resume"};
%! assert (fieldnames (density)', names);
%!test   # noise in every form gives the same traces
%! g = X .* cos (1:120)';
%! centred = g - mean (g);
%! Sigma = centred' * centred / 120;
%! forms = {sgd_noise("gradients", g), sgd_noise("gradients", sparse (g)), ...
%!          sgd_noise("gradients", @(i) g(i,:), "n_examples", 120, "chunk", 17)};
%! for i = 1:3
%!   density = sgd_density (operator, "steps", 40, "probes", 6, "top", 5, "noise", forms{i}, "counts", false, ...
%!                          "seed", 3);
%!   assert (density.noise_trace, trace (Sigma), -1e-12);
%!   assert (density.gradient_noise, diag (density.vectors' * Sigma * density.vectors), 1e-13);
%!   values(i) = sgd_trace (density, "inverse", "noise", true, "parameter", 0.1).value;
%!   errors(i) = sgd_trace (density, "inverse", "noise", true, "parameter", 0.1).se;
%!   assert (density.counts, []);
%! endfor
%! assert (values(2:3), values([1, 1]), -1e-10);
%! assert (all (abs (values - trace ((H + 0.1 * eye (50)) \ Sigma)) < 6 * errors + 1e-14));
%! factor = sgd_density (operator, "noise", sgd_noise ("factor", centred' / sqrt (120)), "top", 50);
%! assert (sgd_trace (factor, "inverse", "noise", true, "parameter", 0.1).value, ...
%!         trace ((H + 0.1 * eye (50)) \ Sigma), -1e-10);
%! s = linspace (0, 1, 50)';
%! diagonal = sgd_density (operator, "noise", sgd_noise ("diagonal", s), "top", 50);
%! assert (sgd_trace (diagonal, "identity", "noise", true).value, s' * diag (H), -1e-12);
%!test   # the theory, where all eigenvalues are known, is that of the dense model
%! Sigma = X' * (X .* (1:120)') / 120;
%! noise = sgd_noise ("gradients", X .* sqrt (1:120)', "centred", false);
%! pairs = sgd_eigenpairs (operator, "top", 50, "seed", 1);
%! density = sgd_density (operator, "top", pairs, "noise", noise);
%! quadratic = sgd_quadratic (H, "Sigma", Sigma);
%! schemes = {"langevin", "replacement"; "sgd", "replacement"; "sgd", "without"; "sgd", "epoch"};
%! for i = 1:4
%!   options = {"dynamics", schemes{i,1}, "sampling", schemes{i,2}};
%!   model = sgd_model (density, hyper, options{:});
%!   dense = sgd_model (quadratic, hyper, options{:}, "n_examples", 120);
%!   assert (model.n_examples, 120);
%!   assert (model.report.lr_limit, dense.report.lr_limit, -1e-10);
%!   assert (model.report.langevin_error, dense.report.langevin_error, -1e-10);
%!   steps = [1, 10, 1000];
%!   prediction = sgd_msd (model, steps);
%!   assert (prediction.msd, sgd_msd (dense, steps).msd, -1e-8);
%!   assert (prediction.exponent, sgd_msd (dense, steps).exponent, 1e-6);
%!   assert ({prediction.se, prediction.truncation}, {zeros(3, 1), zeros(3, 1)});
%!   from = {"start", "point"};
%!   assert (sgd_msd (model, steps, from{:}).msd, sgd_msd (dense, steps, from{:}).msd, -1e-8);
%!   state = sgd_stationary (model, "trace_only", true);
%!   full = sgd_stationary (dense);
%!   assert (state.trace.theta, trace (full.theta), -1e-8);
%!   assert (state.trace.velocity, trace (full.velocity), -1e-8);
%!   assert (state.loss, trace (H * full.theta) / 2, -1e-8);
%!   assert (state.penalty, 0.005 * trace (full.theta), -1e-8);
%!   assert (state.speed, sgd_msd (dense, 1).msd, -1e-8);
%!   acf = sgd_autocorrelation (model, [0, 3, 30]);
%!   exact = sgd_autocorrelation (dense, [0, 3, 30]);
%!   assert ([acf.theta; acf.velocity; acf.cross], [exact.theta; exact.velocity; exact.cross], 1e-8 * exact.theta(1));
%!   psd = sgd_power_spectrum (model, [0.001, 0.1]);
%!   assert (psd.theta, sgd_power_spectrum (dense, [0.001, 0.1]).theta, -1e-8);
%! endfor
%!test   # and elsewhere agrees within its errors
%! density = sgd_density (operator, "steps", 45, "probes", 40, "top", 3, "sigma2", 0.5, "seed", 4);
%! model = sgd_model (density, hyper, "dynamics", "sgd");
%! dense = sgd_model (sgd_quadratic (H, "sigma2", 0.5), hyper, "dynamics", "sgd");
%! steps = [1, 10, 100, 1000, 10000];
%! prediction = sgd_msd (model, steps);
%! off = abs (prediction.msd - sgd_msd (dense, steps).msd);
%! assert (all (off < 5 * prediction.se + prediction.truncation));   # false alarm below 1e-5
%! assert (all (prediction.se > 0));
%!test   # after whole blocks, more probes go on to the same bits
%! options = {"steps", 20, "top", 2, "noise", sgd_noise("diagonal", ones (50, 1)), "seed", 5};
%! all_at_once = sgd_density (operator, options{:}, "probes", 12);
%! longer = sgd_resume (sgd_density (operator, options{:}, "probes", 4), [], "probes", 12);
%! assert (longer.counts.nodes, all_at_once.counts.nodes);
%! assert (longer.noise.weights, all_at_once.noise.weights);
%! assert ([longer.counts.se, longer.noise.se], [all_at_once.counts.se, all_at_once.noise.se], -1e-12);
%! assert ([longer.trace, longer.se, longer.n_products], ...
%!         [all_at_once.trace, all_at_once.se, all_at_once.n_products]);
%!function HV = sometimes (H, V)
%!  global sgd_density_calls
%!  if (++sgd_density_calls == 60)
%!    error ("out of luck");
%!  endif
%!  HV = H * V;
%!endfunction
%!test   # a function that fails later: what is done is kept, and gone on with
%! warning ("off", "sgdlangevin:callback", "local");
%! global sgd_density_calls = 0
%! unlucky = sgd_operator (@(V) sometimes (H, V), 50, "tolerance", Inf);
%! partial = sgd_density (unlucky, "steps", 20, "probes", 16, "seed", 6);
%! assert (partial.complete, false);
%! assert (partial.counts.probes, 8);
%! whole = sgd_resume (partial);
%! same = sgd_density (sgd_operator (@(V) H * V, 50), "steps", 20, "probes", 16, "seed", 6);
%! assert (whole.counts.nodes, same.counts.nodes);
%! assert ({whole.complete, whole.counts.probes}, {true, 16});
%! clear -global sgd_density_calls
%!test   # low rank plus bulk is exact by one step
%! [U, ~] = qr (X(1:50,1:6), 0);
%! low = sgd_operator ("vectors", U, "values", 6:-1:1, "bulk", 0.25, "sigma2", 1);
%! density = sgd_density (low, "probes", 2, "seed", 1);
%! assert (sgd_trace (density, "logarithm", "parameter", 0).value, sum (log (1:6)) + 44 * log (0.25), -1e-13);
%! model = sgd_model (density, sgd_hyper (0.05, 0.9));
%! dense = sgd_model (sgd_spectrum ([6:-1:1, 0.25 * ones(1, 44)], "sigma2", 1), sgd_hyper (0.05, 0.9));
%! assert (sgd_msd (model, [1, 50]).msd, sgd_msd (dense, [1, 50]).msd, -1e-11);
%!test   # stopping by a target
%! density = sgd_density (operator, "steps", 30, "probes", 400, "top", 5, "target", 0.01, "seed", 7, ...
%!                        "functions", {"identity", "square"});
%! assert (density.counts.reached && density.counts.probes < 400 && density.counts.se <= 0.01);
%!test   # negative curvature
%! density = sgd_density (sgd_operator (H - 0.01 * eye (50)), "top", 25, "bottom", 25, "noise", ...
%!                        sgd_noise ("diagonal", ones (50, 1)));
%! model = sgd_model (density, sgd_hyper (0.1, 0.9));
%! assert (model.report.n_saddle, sum (rho < 0.01));
%! dropped = sgd_model (density, sgd_hyper (0.1, 0.9), "drop_negative", true);
%! keep = rho(rho > 0.01) - 0.01;
%! dense = sgd_model (sgd_spectrum (keep, "noise", ones (size (keep))), sgd_hyper (0.1, 0.9));
%! assert (sgd_msd (dropped, [1, 100]).msd, sgd_msd (dense, [1, 100]).msd, -1e-7);
%!test   # noise sigma2 H is none along negative curvature, be that real or rounding
%! saddle = sgd_density (sgd_operator (diag ([3, 2, 0.5, 0, -1])), "top", 5, "sigma2", 2, "seed", 1);
%! assert (saddle.gradient_noise, [6; 4; 1; 0; 0], 1e-12);
%! assert (all (saddle.gradient_noise >= 0));
%! flat = sgd_density (sgd_operator ("X", X(1:3,1:9)), "top", 9, "sigma2", 2, "seed", 1);   # six eigenvalues are 0
%! assert (all (flat.gradient_noise >= 0));
%! few = sgd_hyper (0.1, 0.9, 0.01, 2);
%! dense = sgd_model (sgd_spectrum (max (flat.eigenvalues, 0), "sigma2", 2), few);
%! assert (sgd_msd (sgd_model (flat, few), [1, 100]).msd, sgd_msd (dense, [1, 100]).msd, -1e-10);
%!error id=sgdlangevin:saddle
%! sgd_msd (sgd_model (sgd_density (sgd_operator (diag ([3, 2, 0.5, 0, -1])), "top", 5, "sigma2", 2), hyper), 1)
%!error id=sgdlangevin:saddle
%! sgd_msd (sgd_model (sgd_density (sgd_operator (-eye (3)), "top", 3, "noise", sgd_noise ("diagonal", ones (3, 1))), ...
%!                     sgd_hyper (0.1)), 1)

%!error <Invalid call> sgd_density ()
%!error <`operator`: expected the value of sgd_operator\(\)> sgd_density (H)
%!error <`steps` = 0: expected a whole number .= 1> sgd_density (operator, "steps", 0)
%!error <`probes` = 0.5: expected a whole number> sgd_density (operator, "probes", 0.5)
%!error <`target` = -1: expected a finite number .= 0> sgd_density (operator, "target", -1)
%!error <`target`: expected a number, got a value of class char> sgd_density (operator, "target", "x")
%!error <`functions` = "cube": expected .*> sgd_density (operator, "functions", "cube")
%!error <`functions`: expected names of functions, got a value of class double> sgd_density (operator, "functions", 1)
%!error <`probe` = "uniform"> sgd_density (operator, "probe", "uniform")
%!error <`counts` = false: expected true, unless there is `noise`> sgd_density (operator, "counts", false)
%!error <`flat_tolerance` = 1: expected a number in \[0, 1\)> sgd_density (operator, "flat_tolerance", 1)
%!error <`top` \+ `bottom` = 51: expected from 1 to> sgd_density (operator, "top", 50, "bottom", 1)
%!error <`top`: expected the value of sgd_eigenpairs\(\), got that of sgd_hyper\(\)> sgd_density (operator, "top", hyper)
%!error <`top`: expected eigenpairs of 50 parameters, got 3>
%! sgd_density (operator, "top", sgd_eigenpairs (sgd_operator (eye (3)), "top", 1))
%!error <`bottom` = 2: expected 0 where `top` is the value of>
%! sgd_density (operator, "top", sgd_eigenpairs (operator, "top", 1), "bottom", 2)
%!error <`noise`, `sigma2`: expected at most one> sgd_density (operator, "sigma2", 1, "noise", sgd_noise ("diagonal", 1))
%!error <`noise`: expected factor of 50 parameters, got 2> sgd_density (operator, "noise", sgd_noise ("factor", [1; 2]))
%!error id=sgdlangevin:not_psd sgd_density (operator, "noise", sgd_noise ("diagonal", -ones (50, 1)))
%!error <`gradients` of examples 1 to 9: expected a 9 x 50 matrix, got a number>
%! sgd_density (operator, "noise", sgd_noise ("gradients", @(i) 1, "n_examples", 9))
%!error <`hvp`, product 1: expected a 50 x 4 matrix>
%! sgd_density (sgd_operator (@(V) 1, 50, "tolerance", Inf))
%!error <did you mean `probes`> sgd_density (operator, "probs", 2)
