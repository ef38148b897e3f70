## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{fit} =} compare_diffusion (@var{x})
## @deftypefnx {} {@var{fit} =} compare_diffusion (@var{x}, @var{name}, @var{value}, @dots{})
## Choose among models of diffusion by exact likelihoods of the increments.
##
## @table @asis
## @item "brownian"
## normal diffusion: independent increments of one variance
## @item "fbm"
## fractional Brownian motion, MSD = c lag^shape
## @item "scaled"
## scaled Brownian motion from frame 1: independent increments of variance c ((i+1)^shape - i^shape)
## @item "confined"
## stationary Ornstein-Uhlenbeck process about any mean; shape: relaxation rate a frame, scale: variance of the position
## @item "theory"
## displacements that sgd_msd predicts along each mode of @var{theory}, with nothing fitted
## @item "theory_scaled"
## the same with the strength of the noise fitted: scale is its ratio to the model's
## @end table
##
## Coordinates and paths are independent; each coordinate has a scale of its own.  With @var{theory}, x is looked at along
## the modes: a run with @qcode{"coordinates", "modes"}, or one in all parameters, which is rotated.
##
## @strong{Arguments}
##
## @table @var
## @item x
## vector of T frames, T x d, T x d x nsim, or from sgd_simulate or read_trajectory
## @item models
## cell array of the above; default the first four, and the last two with @var{theory}
## @item theory
## from sgd_model
## @item shared
## true (default): one shape for all coordinates; false: one for each
## @end table
##
## @strong{Value}: a struct with @code{type = "diffusion_comparison"} and
##
## @table @code
## @item model
## their names
## @item log_likelihood, n_parameters, aic, aicc, bic, aic_weight, aicc_weight, bic_weight
## n x 1
## @item shape, shape_se, scale
## d x n, NaN where a model has none
## @item best, n, dim, n_paths, frames, shared
## least AICc; increments; as used
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite}, @code{sgdlangevin:too_short},
## @code{sgdlangevin:not_psd} (a theory that no Gaussian path follows).
##
## @strong{Source}: Burnham and Anderson (2002) on the weights.  Cost: "fbm" some 30 Toeplitz factorisations of O(T log^2 T),
## "theory" one for each coordinate, others O(T).
##
## @example
## compare_diffusion (filter (1, [1, -0.9], randn (500, 1))).best
## @end example
## @seealso{diffusion_exponent, sgd_msd, sgd_plot}
## @end deftypefn

function fit = compare_diffusion (x, varargin)
  if (nargin < 1)
    print_usage ();
  endif
  opt = __sgdl_options__ ("compare_diffusion", {"models", []; "theory", []; "shared", true}, varargin);
  known = {"brownian", "fbm", "scaled", "confined", "theory", "theory_scaled"};
  theory = opt.theory;
  if (! isempty (theory))
    __sgdl__ ("expect_type", theory, "theory", {"sgd_model"});
  endif
  models = opt.models;
  if (isempty (models))
    models = known(1:ifelse (isempty (theory), 4, 6));
  elseif (ischar (models))
    models = {models};
  elseif (! iscellstr (models))
    error ("sgdlangevin:bad_argument", "`models`: expected a cell array of strings, got a value of class %s",
           class (models));
  endif
  number = zeros (numel (models), 1);
  for m = 1:numel (models)
    __sgdl__ ("match_option", "models", models{m}, known);
    number(m) = find (strcmp (models{m}, known));
  endfor
  if (any (number > 4) && isempty (theory))
    error ("sgdlangevin:bad_argument", "`models` = \"%s\": expected a model of SGD as `theory`",
           models{find (number > 4, 1)});
  endif
  source = x;
  [x, spacing] = __sgdl_trajectory__ (x);
  displacement = [];
  if (any (number > 4))
    x = along_modes (source, x, theory);
    displacement = sgd_msd (theory, spacing * (1:max (1, rows (x) - 1)), "modes", true).modes;
  endif
  found = __sgdl__ ("compare_diffusion", x, number - 1, opt.shared, displacement);
  [frames, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  [~, best] = min (found.aicc);
  fit = struct ("type", "diffusion_comparison", "model", {models(:)}, "log_likelihood", found.log_likelihood,
                "n_parameters", found.n_parameters, "aic", found.aic, "aicc", found.aicc, "bic", found.bic,
                "aic_weight", found.aic_weight, "aicc_weight", found.aicc_weight, "bic_weight", found.bic_weight,
                "shape", found.shape, "shape_se", found.shape_se, "scale", found.scale, "best", models{best},
                "n", (frames - 1) * dim * n_paths, "dim", dim, "n_paths", n_paths, "frames", frames,
                "shared", logical (opt.shared));
endfunction

function value = ifelse (condition, yes, no)
  value = no;
  if (condition)
    value = yes;
  endif
endfunction

## In the coordinates of the modes: its own where they are said to be, else rotated from all parameters.
function x = along_modes (source, x, theory)
  __sgdl_refuse_wide__ (theory, "`theory`", "compare_diffusion without `theory`");
  [~, dim, n_paths] = __sgdl__ ("trajectory_shape", x);
  if (dim != theory.dim)
    error ("sgdlangevin:bad_argument", "`x` has %d coordinates: expected the %d of `theory`", dim, theory.dim);
  endif
  in_modes = isstruct (source) && isfield (source, "coordinates") && strcmp (source.coordinates, "modes");
  if (in_modes || isempty (theory.vectors))
    return;
  endif
  for p = 1:n_paths
    x(:,:,p) = x(:,:,p) * theory.vectors;
  endfor
endfunction

%!demo
%! sgd_plot (compare_diffusion (filter (1, [1, -0.9], randn (1000, 1))));

%!function value = log_density (y, C)
%!  root = chol (C);
%!  value = -sumsq (root' \ y) / 2 - sum (log (diag (root))) - numel (y) * log (2 * pi) / 2;
%!endfunction
%!shared model, run
%! model = sgd_model (sgd_quadratic ([1, 0.3; 0.3, 0.4], "sigma2", 1), sgd_hyper (0.1, 0.9, 0, 4), "dynamics", "sgd");
%! run = sgd_simulate (model, 1500, "seed", 1, "start", "stationary");
%!test   # dense covariances
%! x = run.theta(1:41,1);
%! fit = compare_diffusion (x);
%! y = diff (x);
%! h = abs ((1:40) - (1:40)');
%! a = fit.shape(1,2);
%! fbm = (abs (h + 1) .^ a + abs (h - 1) .^ a - 2 * h .^ a) / 2;
%! scaled = diag (diff ((0:40) .^ fit.shape(1,3)));
%! rate = fit.shape(1,4);
%! confined = 2 * exp (-rate * h) - exp (-rate * (h + 1)) - exp (-rate * abs (h - 1));
%! C = {eye(40), fbm, scaled, confined};
%! for m = 1:4
%!   assert (fit.log_likelihood(m), log_density (y, fit.scale(1,m) * C{m}), 1e-7);
%! endfor
%! assert (fit.aic, -2 * fit.log_likelihood + 2 * fit.n_parameters, 1e-10);
%! assert (sum (fit.aicc_weight), 1, 1e-12);
%!test   # the theory of SGD
%! fit = compare_diffusion (run, "theory", model);
%! assert (any (strcmp (fit.best, {"theory", "theory_scaled"})));
%! assert (fit.n_parameters(5:6), [0; 1]);
%! assert (fit.scale(1,6), 1, 0.15);
%! modes = sgd_simulate (model, 1500, "seed", 1, "start", "stationary", "coordinates", "modes");
%! again = compare_diffusion (modes, "theory", model, "models", {"theory"});
%! assert (again.log_likelihood, fit.log_likelihood(5), -1e-8);
%!test
%! fit = compare_diffusion (run, "models", {"fbm"}, "shared", false);
%! one = @(c) compare_diffusion (run.theta(:,c), "models", "fbm").log_likelihood;
%! assert (fit.log_likelihood, one (1) + one (2), -1e-12);

%!error <Invalid call> compare_diffusion ()
%!error <`x` has 7 frames: expected at least 8> compare_diffusion ((1:7)' .^ 2)
%!error <did you mean "fbm"> compare_diffusion (run, "models", {"fbmm"})
%!error <`models`: expected a cell array of strings> compare_diffusion (run, "models", 1)
%!error <`models` = "theory": expected a model of SGD as `theory`> compare_diffusion (run, "models", {"theory"})
%!error <`theory`: expected the value of sgd_model> compare_diffusion (run, "theory", 1)
%!error <`shared`> compare_diffusion (run, "shared", "no")
%!error <`x`: coordinate 2 of path 1> compare_diffusion ([cumsum(ones (10, 1)), ones(10, 1)])
%!error <`x` has 1 coordinates: expected the 2 of `theory`> compare_diffusion (run.theta(:,1), "theory", model)
%!error <did you mean `shared`> compare_diffusion (run, "sharde", 1)
