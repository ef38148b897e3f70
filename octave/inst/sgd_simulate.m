## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{run} =} sgd_simulate (@var{model}, @var{steps})
## @deftypefnx {} {@var{run} =} sgd_simulate (@var{model}, @var{steps}, @var{name}, @var{value}, @dots{})
## Simulate trajectories: exact Langevin, Gaussian-noise SGD, or real minibatches.
##
## @example
## exact      z(k+1) = exp (-A lr) z(k) + noise, of exactly the covariance of one step
## sgd        v(k+1) = momentum v(k) - K (theta(k) - minimiser) + noise,  theta(k+1) = theta(k) + lr v(k+1)
## minibatch  the same recursion with the gradients of real batches of a regression
## @end example
##
## @noindent
## One model and one seed give the same numbers for any number of threads and paths and
## any @var{record}.  Ctrl-C returns what is done.
##
## @strong{Arguments}
##
## @table @var
## @item model
## from sgd_model
## @item steps
## number of steps >= 1
## @item nsim
## number of paths; default 1
## @item seed
## whole number in [0, 2^53); default drawn from @code{rand}
## @item method
## @qcode{"exact"} (dynamics "langevin", its default), @qcode{"sgd"} (dynamics "sgd", its default)
## or @qcode{"minibatch"} (regressions)
## @item record
## every how many steps the state is kept; default 1
## @item theta0, v0
## initial state: vector of d, or d x nsim; default the minimiser and 0
## @item start
## @qcode{"point"} (default) or @qcode{"stationary"}: drawn from the stationary law
## @item coordinates
## @qcode{"parameters"} (default) or @qcode{"modes"}: V'(theta - minimiser) and V'v
## @item velocity
## false: do not keep v; default true
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_simulate"} and
##
## @table @code
## @item step, time
## recorded steps 0, record, 2 record, @dots{}; time = lr x step
## @item theta, velocity
## records x d x nsim; velocity is [] where not kept
## @item seed, method, coordinates, record
## as used
## @item complete
## false where the run was interrupted or diverged; theta holds the rows before
## @item hyper, backend
## hyperparameters, and what computed
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (method and model do not fit), @code{sgdlangevin:flat},
## @code{sgdlangevin:saddle} (no
## stationary start), @code{sgdlangevin:no_memory}.  @strong{Warnings}:
## @code{sgdlangevin:interrupted}, @code{sgdlangevin:unstable} (diverged; says where).
##
## @strong{Source}: arXiv 2107.09133; PyTorch's SGD.  Cost of one step and path: exact
## 2d normals and O(d), or (2d)^2 with correlated noise; sgd d normals and d^2; minibatch
## 4 batch_size d; d^2 a record in parameters.
##
## @example
## model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9));
## run = sgd_simulate (model, 1000, "seed", 1, "start", "stationary");
## plot (run.step, run.theta);
## @end example
## @seealso{sgd_transient, msd, diffusion_exponent, write_trajectory}
## @end deftypefn

function run = sgd_simulate (model, steps, varargin)
  if (nargin < 2)
    print_usage ();
  endif
  __sgdl__ ("expect_type", model, "model", {"sgd_model"});
  if (! is_objective (model))
    __sgdl_check_model__ (model);
  endif
  opt = __sgdl_options__ ("sgd_simulate",
                          {"nsim", 1; "seed", []; "method", []; "record", 1; "theta0", []; "v0", [];
                           "start", {"point", "stationary"}; "coordinates", {"parameters", "modes"};
                           "velocity", true; "trajectory", true; "observe", []; "summaries", {}; "lags", [];
                           "nesterov", false; "dampening", 0; "lr", []; "momentum", []; "batch_size", [];
                           "substeps", 1; "noise", []; "folder", ""; "segment", []; "checkpoint", [];
                           "progress", false}, varargin);
  opt.seed = __sgdl_seed__ (opt.seed);
  opt = choose_method (model, opt);
  opt = choose_noise (model, opt);
  opt = check_recording (opt);
  record = __sgdl_records__ (opt.record, steps);
  if (isempty (opt.folder))
    run = __sgdl_run__ (model, steps, record, opt, []);
  else
    run = to_disk (model, steps, record, opt);
  endif
endfunction

function yes = is_objective (model)
  yes = strcmp (model.problem.type, "sgd_objective");
endfunction

function opt = choose_method (model, opt)
  langevin = strcmp (model.dynamics, "langevin");
  if (isempty (opt.method) && ! is_objective (model))
    opt.method = {"sgd", "exact"}{1 + langevin};
  elseif (isempty (opt.method) && langevin)
    opt.method = "baoab";
  elseif (isempty (opt.method))
    opt.method = {"sgd", "minibatch"}{2 - isempty(model.n_examples)};
  endif
  __sgdl__ ("match_option", "method", opt.method,
            {"exact", "sgd", "minibatch", "baoab", "obabo", "euler"});
  if (strcmp (opt.method, "minibatch") && ! any (strcmp (model.problem.type, {"sgd_regression", "sgd_objective"})))
    error ("sgdlangevin:unsupported",
           "`method` = \"minibatch\" needs a model of a regression or an objective, got one of %s",
           model.problem.type);
  elseif (strcmp (opt.method, "minibatch") && isempty (model.n_examples))
    error ("sgdlangevin:unsupported",
           "`method` = \"minibatch\" needs examples: give sgd_objective() its `n_examples`");
  endif
  if (! isempty (model.rank))
    require_minibatch (model, opt);
  endif
endfunction

## Where the noise of an objective comes from.
function opt = choose_noise (model, opt)
  if (! is_objective (model))
    if (! isempty (opt.noise))
      error ("sgdlangevin:bad_argument",
             "`noise`: expected none, the noise of this model is in it; it is chosen for objectives only");
    endif
    opt.noise = "constant";
    return;
  endif
  problem = model.problem;
  if (isempty (opt.noise))
    has = @(name) isfield (problem, name) && ! isempty (problem.(name));
    given = [has("Sigma"), has("covariance"), true];
    opt.noise = {"constant", "covariance", "empirical"}{find(given, 1)};
  endif
endfunction

function opt = check_recording (opt)
  opt.trajectory = __sgdl__ ("flag", opt.trajectory, "trajectory");
  opt.summaries = cellstr (opt.summaries);
  kinds = {"moments", "displacement", "local_displacement", "msd"};
  for i = 1:numel (opt.summaries)
    __sgdl__ ("match_option", "summaries", opt.summaries{i}, kinds);
  endfor
  opt.summaries = kinds(ismember (kinds, opt.summaries));
  if (any (strcmp (opt.summaries, "msd")) == isempty (opt.lags))
    error ("sgdlangevin:bad_argument", "`lags` and `summaries`: expected lags with \"msd\" and only then");
  endif
  if (isempty (opt.folder) && ! (isempty (opt.segment) && isempty (opt.checkpoint)))
    error ("sgdlangevin:bad_argument", "`segment` and `checkpoint`: expected with `folder` only");
  elseif (! isempty (opt.folder) && ! opt.trajectory)
    error ("sgdlangevin:bad_argument", "`trajectory` = false: expected true with `folder`, which records it");
  endif
endfunction

## The folder gets its description before the first step; one in which nothing began is left empty.
function run = to_disk (model, steps, record, opt)
  if (! (ischar (opt.folder) && isrow (opt.folder)))
    error ("sgdlangevin:bad_argument", "`folder`: expected the name of a folder, got a value of class %s",
           class (opt.folder));
  endif
  opt.folder = make_absolute_filename (tilde_expand (opt.folder));
  __sgdl_folder__ ("new", opt.folder);
  __sgdl_folder__ ("save", opt.folder, struct ("model", model, "steps", double (steps), "record", record,
                                               "arguments", opt));
  try
    run = __sgdl_run__ (model, steps, record, opt, []);
  catch err
    if (! exist (fullfile (opt.folder, "checkpoint.h5"), "file"))
      delete (fullfile (opt.folder, "run.mat"));
    endif
    rethrow (err);
  end_try_catch
endfunction

function require_minibatch (model, opt)
  if (! strcmp (opt.method, "minibatch"))
    __sgdl_refuse_wide__ (model, sprintf ("`method` = \"%s\"", opt.method), "method = \"minibatch\"");
  elseif (strcmp (opt.start, "stationary"))
    __sgdl_refuse_wide__ (model, "`start` = \"stationary\"", "start = \"point\"");
  elseif (strcmp (opt.coordinates, "modes"))
    __sgdl_refuse_wide__ (model, "`coordinates` = \"modes\"", "coordinates = \"parameters\"");
  endif
endfunction

%!demo
%! model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9));
%! run = sgd_simulate (model, 1000, "seed", 1, "start", "stationary");
%! sgd_plot (sgd_stationary (model), "trajectory", run);

%!shared H, hyper, model, sgd, X, y, regression
%! H = [2, 0.3; 0.3, 1];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 4);
%! problem = sgd_quadratic (H, "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]);
%! model = sgd_model (problem, hyper);
%! sgd = sgd_model (problem, hyper, "dynamics", "sgd");
%! X = [1, 0; 2, 1; -1, 3; 0, 1; 1, 1; 3, -1; 0.5, 2];
%! y = [1; 2; 0; -1; 2; 0.3; 1];
%! regression = sgd_model (sgd_regression (X, y), hyper, "dynamics", "sgd", "sampling", "epoch");
%!test
%! run = sgd_simulate (model, 10, "nsim", 3, "seed", 5);
%! assert (size (run.theta), [11, 2, 3]);
%! assert (size (run.velocity), [11, 2, 3]);
%! assert (run.step, (0:10)');
%! assert (run.time, 0.05 * (0:10)', eps);
%! assert (squeeze (run.theta(1,:,2))(:), model.minimiser);
%! assert (squeeze (run.velocity(1,:,2))(:), [0; 0]);
%! assert ({run.method, run.coordinates, run.backend}, {"exact", "parameters", "cpu"});
%! assert ({run.seed, run.record, run.complete}, {5, 1, true});
%!test   # whole numbers of any class
%! run = sgd_simulate (model, int32 (10), "record", uint8 (5), "seed", single (5));
%! assert (run.step, [0; 5; 10]);
%! assert (run.theta, sgd_simulate (model, 10, "record", 5, "seed", 5).theta, 0);
%!test   # the same bits whatever the number of paths, records, steps and threads
%! run = sgd_simulate (sgd, 60, "nsim", 3, "seed", 5);
%! assert (sgd_simulate (sgd, 30, "seed", 5).theta, run.theta(1:31,:,1), 0);
%! assert (sgd_simulate (sgd, 60, "seed", 5, "record", 7).theta, run.theta(1:7:end,:,1), 0);
%! previous = sgd_threads (1);
%! unwind_protect
%!   single = sgd_simulate (sgd, 60, "nsim", 3, "seed", 5);
%!   sgd_threads (2);
%!   both = sgd_simulate (sgd, 60, "nsim", 3, "seed", 5);
%! unwind_protect_cleanup
%!   sgd_threads (previous);
%! end_unwind_protect
%! assert (single.theta, run.theta, 0);
%! assert (both.theta, run.theta, 0);
%!test   # minibatches follow the recursion: full batches are plain gradient descent
%! all_examples = sgd_hyper (0.05, 0.9, 0.01, 7);
%! full = sgd_model (sgd_regression (X, y), all_examples, "dynamics", "sgd", "sampling", "without");
%! run = sgd_simulate (full, 20, "method", "minibatch", "theta0", [1, -1], "v0", [0.5, 0]);
%! theta = [1; -1];  v = [0.5; 0];
%! for k = 1:20
%!   v = 0.9 * v - X' * (X * theta - y) / 7 - 0.01 * theta;
%!   theta += 0.05 * v;
%! endfor
%! assert (run.theta(end,:)', theta, 1e-13);
%! assert (run.velocity(end,:)', v, 1e-13);
%!test   # seeds come from rand
%! rand ("twister", 42);
%! first = sgd_simulate (model, 3);
%! rand ("twister", 42);
%! assert (sgd_simulate (model, 3).theta, first.theta, 0);
%! assert (sgd_simulate (model, 3, "seed", first.seed).theta, first.theta, 0);
%! assert (sgd_simulate (model, 3).seed != first.seed);
%!test   # one start a path, modes, no velocity
%! run = sgd_simulate (model, 2, "nsim", 2, "theta0", [1, 2; 3, 4], "velocity", false, "seed", 1);
%! assert (squeeze (run.theta(1,:,:)), [1, 2; 3, 4], 2e-15);
%! assert (run.velocity, []);
%! modes = sgd_simulate (model, 2, "nsim", 2, "theta0", [1, 2; 3, 4], "coordinates", "modes", "seed", 1);
%! assert (modes.theta(3,:,2)', model.vectors' * (run.theta(3,:,2)' - model.minimiser), 1e-14);
%!test   # stationary start
%! run = sgd_simulate (model, 1, "nsim", 4000, "start", "stationary", "seed", 3);
%! state = sgd_stationary (model);
%! assert (cov (squeeze (run.theta(1,:,:))'), state.theta, 0.1 * norm (state.theta));
%! assert (cov (squeeze (run.velocity(2,:,:))'), state.velocity, 0.1 * norm (state.velocity));
%!test   # a run that diverges gives back what came before
%! warning ("off", "sgdlangevin:unstable", "local");
%! wild = sgd_model (sgd_regression (1e3 * X, y), sgd_hyper (10, 0.9, 0, 4));
%! run = sgd_simulate (wild, 1000, "method", "minibatch", "theta0", [1, 1], "seed", 1);
%! assert (run.complete, false);
%! assert (rows (run.theta) > 1 && rows (run.theta) < 1001);
%! assert (all (isfinite (run.theta(:))));
%! assert (rows (run.step), rows (run.theta));

%!error <Invalid call> sgd_simulate (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_simulate (H, 10)
%!error <`steps` = 0: expected a whole number .= 1> sgd_simulate (model, 0)
%!error <`steps` = 1.5> sgd_simulate (model, 1.5)
%!error <`steps` = nan> sgd_simulate (model, NaN)
%!error <out of memory> sgd_simulate (model, 2^52)
%!error <`nsim` = 0: expected a whole number .= 1> sgd_simulate (model, 1, "nsim", 0)
%!error <`record` = 0: expected a whole number .= 1> sgd_simulate (model, 1, "record", 0)
%!error <`seed` = -1: expected a whole number .= 0> sgd_simulate (model, 1, "seed", -1)
%!error <`seed`: expected a number, got a cell array> sgd_simulate (model, 1, "seed", {1})
%!error <`seed` = 9.007> sgd_simulate (model, 1, "seed", 2^53)
%!error <`theta0`: expected a vector of length 2 or a 2 x 3 matrix, got 2 x 2>
%! sgd_simulate (model, 1, "nsim", 3, "theta0", eye (2))
%!error <`v0`> sgd_simulate (model, 1, "v0", 1:3)
%!error id=sgdlangevin:not_finite sgd_simulate (model, 1, "theta0", [1, NaN])
%!error <did you mean "exact"> sgd_simulate (model, 1, "method", "exakt")
%!error id=sgdlangevin:unsupported sgd_simulate (sgd, 1, "method", "exact")
%!error id=sgdlangevin:unsupported sgd_simulate (model, 1, "method", "sgd")
%!error id=sgdlangevin:unsupported sgd_simulate (model, 1, "method", "minibatch")
%!error <did you mean "stationary"> sgd_simulate (model, 1, "start", "stationry")
%!error <did you mean "modes"> sgd_simulate (model, 1, "coordinates", "mode")
%!error <sgd_simulate has no argument `nsims`: did you mean `nsim`> sgd_simulate (model, 1, "nsims", 2)
%!error <`velocity`: expected true or false> sgd_simulate (model, 1, "velocity", "no")
