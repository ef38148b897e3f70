## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{run} =} sgd_simulate (@var{model}, @var{steps})
## @deftypefnx {} {@var{run} =} sgd_simulate (@var{model}, @var{steps}, @var{name}, @var{value}, @dots{})
## Simulate SGD and its Langevin limit: exactly, by real minibatches, or by splitting schemes.
##
## @example
## exact      z(k+1) = exp (-A lr) z(k) + noise, of exactly the covariance of one step
## sgd        the recursion below with Gaussian gradient noise
## minibatch  the recursion with the gradients of real batches, those of sgd_batch
## baoab      Langevin by splitting: half a kick, half a drift, Ornstein-Uhlenbeck, drift, kick
## obabo      the same with the Ornstein-Uhlenbeck part outside
## euler      Langevin by Euler and Maruyama's method
##
## G(k) = g(theta(k)) + weight_decay theta(k),   v(k+1) = momentum v(k) - (1 - dampening) G(k)
## theta(k+1) = theta(k) + lr v(k+1),   with nesterov theta(k) + lr (momentum v(k+1) - G(k))
## @end example
##
## @noindent
## One model and one seed give the same numbers for any number of threads and paths, anything that is
## recorded, and after any stop.  Ctrl-C returns what is done, and so does a function of yours that
## fails; sgd_resume goes on.
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
## one of the above.  Default: @qcode{"exact"} for dynamics "langevin", @qcode{"sgd"} for "sgd"; of an
## objective @qcode{"baoab"} and @qcode{"minibatch"} (without examples @qcode{"sgd"})
## @item record
## k: every k-th step (default 1); @qcode{"log"}: 0 and some 20 steps a decade, the last included; or a
## vector of at least two steps, increasing
## @item theta0, v0
## initial state: vector of d, or d x nsim; default the minimiser (of an objective none) and 0.
## Without @var{v0} the first step takes no dampening, as in PyTorch
## @item start
## @qcode{"point"} (default) or @qcode{"stationary"}: drawn from the stationary law
## @item coordinates
## @qcode{"parameters"} (default) or @qcode{"modes"}: V'(theta - minimiser) and V'v
## @item velocity
## false: do not keep v; default true
## @item trajectory
## false: keep no rows, summaries only (in a folder: no segments, but checkpoints); default true
## @item observe
## a row of coordinates, or a d x m matrix of directions: only these, or the m projections, are recorded
## @item summaries
## string or cell array of strings, of the recorded steps and all coordinates: @qcode{"moments"} (mean
## and variance), @qcode{"displacement"} (from the start), @qcode{"local_displacement"} (from the record
## before), @qcode{"msd"} (mean squared displacement, from origins one lag apart, one vector a lag)
## @item lags
## for "msd": increasing whole numbers, in records
## @item nesterov, dampening
## of the discrete methods, as in PyTorch, one of them; default false and 0
## @item lr, momentum, batch_size
## one number a step, instead of the model's
## @item substeps
## Langevin methods: integration steps a step, of size lr/substeps; default 1
## @item noise
## of an objective, for all methods but "minibatch": @qcode{"constant"} (its Sigma), @qcode{"empirical"} (its
## examples' gradients at the current theta) or @qcode{"covariance"} (its function); default the first
## that it has of Sigma, covariance, examples.  With "sgd" and sampling by epochs the noises of an epoch are
## coupled as its batches are (variance Sigma/S_b (N - S_b)/(N - 1), covariance -Sigma/(N - 1)), each coloured
## by the covariance at its own theta
## @item folder
## record to disk: a folder without a run.  @code{theta} and @code{velocity} are then [], and
## read_trajectory (folder) reads them, from closed HDF5 segments that a kill cannot damage
## @item segment
## records in a segment; default about 64 MB
## @item checkpoint
## steps between checkpoints: a kill loses what came after the last that the disk has; default one a segment
## @item device
## @qcode{"auto"}, @qcode{"cpu"} or @qcode{"cuda"}, see sgd_devices; [] (default) is that of the model.  A device
## moves all paths at once with method "exact" or "sgd", white noise, constant hyperparameters, record a number, and
## no observe, summaries or folder; what else is asked for runs on the CPU
## @item checkpoint_seconds
## in a folder: a checkpoint at least so often, by the clock; default 30 s
## @item progress
## true: a bar of text, drawn at most every 0.2 s; default false
## @end table
##
## @strong{Value}: a struct with @code{type = "sgd_simulate"} and
##
## @table @code
## @item step, time
## recorded steps; time = lr x step, or the sum of lr
## @item theta, velocity
## records x d (or what is observed) x nsim; [] where not kept
## @item seed, method, coordinates, record
## as used
## @item complete
## false where the run stopped before the end; everything holds what is done
## @item hyper, backend
## hyperparameters, and what computed
## @item summaries
## [], or a struct: count (records), mean, variance (d x nsim), displacement, local_displacement (records x
## nsim), lags, msd, msd_count (lags x nsim); [] those not asked for
## @item observe, folder
## as given, the folder by its full name
## @item resume
## for sgd_resume: model, arguments, state, and in message why it stopped
## @end table
##
## @strong{Errors}: @code{sgdlangevin:bad_argument}, @code{sgdlangevin:not_finite},
## @code{sgdlangevin:unsupported} (method and model do not fit), @code{sgdlangevin:flat},
## @code{sgdlangevin:saddle} (no stationary start), @code{sgdlangevin:io}, @code{sgdlangevin:no_memory}.
## @strong{Warnings}, with what is done as the value: @code{sgdlangevin:interrupted},
## @code{sgdlangevin:unstable} (diverged), @code{sgdlangevin:callback} and @code{sgdlangevin:not_finite} (a
## function of yours failed or gave NaN); they say at which step of which path.
##
## @strong{Source}: arXiv 2107.09133; PyTorch's SGD; Leimkuhler and Matthews (2013) for the splitting
## schemes.  Cost of one step and path: exact 2d normals and O(d), or (2d)^2 with correlated noise; sgd d
## normals and d^2; minibatch 4 batch_size d; of an objective its gradient, with "empirical" noise N
## normals and one more gradient; d^2 a record in parameters.  Memory without rows, noise diagonal in the modes
## and these recorded: state, moments and start, 5 d numbers a path, with "msd" d more a lag, in a folder as
## without one; the result shares them.
##
## @example
## model = sgd_model (sgd_quadratic ([2, 0.3; 0.3, 1], "sigma2", 1), sgd_hyper (0.05, 0.9));
## run = sgd_simulate (model, 1000, "seed", 1, "start", "stationary");
## plot (run.step, run.theta);
## @end example
## @seealso{sgd_resume, sgd_batch, sgd_objective, sgd_transient, msd, read_trajectory}
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
                           "velocity", true; "trajectory", true; "observe", []; "summaries", []; "lags", [];
                           "nesterov", false; "dampening", 0; "lr", []; "momentum", []; "batch_size", [];
                           "substeps", 1; "noise", []; "folder", ""; "segment", []; "checkpoint", [];
                           "checkpoint_seconds", []; "progress", false; "device", []}, varargin);
  if (isempty (opt.device))
    opt.device = {"auto", model.device}{1 + isfield(model, "device")};
  endif
  __sgdl__ ("match_option", "device", opt.device, {"auto", "cpu", "cuda"});
  opt.seed = __sgdl_seed__ (opt.seed);
  opt = choose_method (model, opt);
  opt = choose_noise (model, opt);
  opt = check_recording (opt);
  if (is_objective (model))
    check_start (model, opt);
  endif
  opt.steps = double (steps);
  opt.record_steps = __sgdl_records__ (opt.record, steps);
  if (isempty (opt.folder))
    run = __sgdl_run__ (model, opt, []);
  else
    run = to_disk (model, opt);
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
  minibatch = strcmp (opt.method, "minibatch");
  if (minibatch && ! any (strcmp (model.problem.type, {"sgd_regression", "sgd_objective"})))
    error ("sgdlangevin:unsupported",
           "`method` = \"minibatch\" needs a model of a regression or an objective, got one of %s",
           model.problem.type);
  elseif (minibatch && isempty (model.n_examples))
    error ("sgdlangevin:unsupported",
           "`method` = \"minibatch\" needs examples: give sgd_objective() its `n_examples`");
  endif
  if (! isempty (model.rank))
    require_minibatch (model, opt);
  endif
endfunction

## Where the noise of an objective comes from.
function opt = choose_noise (model, opt)
  problem = model.problem;
  if (! is_objective (model) || strcmp (opt.method, "minibatch"))
    if (! isempty (opt.noise))
      error ("sgdlangevin:unsupported",
             ["`noise`: only for an objective and methods other than \"minibatch\"; this simulation has ", ...
              "its own"]);
    endif
    opt.noise = "constant";
  elseif (isempty (opt.noise))
    has = @(name) isfield (problem, name) && ! isempty (problem.(name));
    given = [has("Sigma"), has("covariance"), true];
    opt.noise = {"constant", "covariance", "empirical"}{find(given, 1)};
  endif
endfunction

## An objective has neither minimiser nor modes.
function check_start (model, opt)
  if (strcmp (opt.start, "stationary"))
    error ("sgdlangevin:unsupported",
           "`start` = \"stationary\": an objective has no stationary law; use start = \"point\"");
  elseif (strcmp (opt.coordinates, "modes"))
    error ("sgdlangevin:unsupported",
           "`coordinates` = \"modes\": an objective has no modes; use coordinates = \"parameters\"");
  elseif (isempty (opt.theta0))
    error ("sgdlangevin:bad_argument",
           "`theta0`: expected %d numbers to start from, an objective has no known minimiser", model.dim);
  endif
endfunction

function opt = check_recording (opt)
  opt.trajectory = __sgdl__ ("flag", opt.trajectory, "trajectory");
  if (isempty (opt.summaries))
    opt.summaries = {};
  endif
  opt.summaries = cellstr (opt.summaries);
  kinds = {"moments", "displacement", "local_displacement", "msd"};
  for i = 1:numel (opt.summaries)
    __sgdl__ ("match_option", "summaries", opt.summaries{i}, kinds);
  endfor
  opt.summaries = kinds(ismember (kinds, opt.summaries));
  if (any (strcmp (opt.summaries, "msd")) == isempty (opt.lags))
    error ("sgdlangevin:bad_argument", "`lags` and `summaries`: expected lags with \"msd\" and only then");
  endif
  for name = {"segment", "checkpoint", "checkpoint_seconds"}
    if (isempty (opt.folder) && ! isempty (opt.(name{1})))
      error ("sgdlangevin:bad_argument", "`%s`: expected with `folder` only", name{1});
    endif
  endfor
endfunction

## The folder gets its description before the first step; one in which nothing began is left empty.
function run = to_disk (model, opt)
  if (! (ischar (opt.folder) && isrow (opt.folder)))
    error ("sgdlangevin:bad_argument", "`folder`: expected the name of a folder, got a value of class %s",
           class (opt.folder));
  endif
  opt.folder = make_absolute_filename (tilde_expand (opt.folder));
  __sgdl_folder__ ("new", opt.folder);
  __sgdl_folder__ ("save", opt.folder, struct ("model", model, "arguments", opt));
  try
    run = __sgdl_run__ (model, opt, []);
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

%!shared H, hyper, model, sgd, X, y, regression, epochs, logistic, well, options   # the engine
%! H = [2, 0.3; 0.3, 1];
%! hyper = sgd_hyper (0.05, 0.9, 0.01, 4);
%! model = sgd_model (sgd_quadratic (H, "b", [1, 2], "Sigma", [1, 0.2; 0.2, 2]), hyper);
%! sgd = sgd_model (model.problem, hyper, "dynamics", "sgd");
%! X = reshape (sin ((1:60) .^ 1.4), 20, 3);
%! X(abs (X) < 0.3) = 0;
%! y = cos ((1:20)');
%! options = {"dynamics", "sgd", "sampling", "epoch"};
%! regression = sgd_regression (X, y);
%! epochs = sgd_model (regression, hyper, options{:});
%! logistic = sgd_model (sgd_logistic (X, y > 0), hyper, options{:});
%! well = sgd_objective (@(t) [4 * t(1) * (t(1)^2 - 1); t(2)], 2, "Sigma", [1, 0.2; 0.2, 2]);
%!function [theta, v] = reference (model, steps, theta, v, seed, path, nesterov, dampening, lr, momentum, S)
%!  ## PyTorch's SGD with v = -buffer; `v` [] starts without dampening.
%!  for k = 1:steps
%!    batch = sgd_batch (model, k, seed, "path", path, "batch_size", S(min (k, end)));
%!    g = sgd_gradient (model.problem, theta, batch) + model.hyper.weight_decay * theta;
%!    if (isempty (v))
%!      v = -g;
%!    else
%!      v = momentum(min (k, end)) * v - (1 - dampening) * g;
%!    endif
%!    if (nesterov)
%!      theta += lr(min (k, end)) * (momentum(min (k, end)) * v - g);
%!    else
%!      theta += lr(min (k, end)) * v;
%!    endif
%!  endfor
%!endfunction
%!test   # minibatches of every kind equal a plain loop: Nesterov, dampening, a given velocity
%! callback = sgd_objective (@(t, b) X(b,:)' * (X(b,:) * t - y(b)) / numel (b), 3, "n_examples", 20);
%! problems = {regression, sgd_regression(sparse (X), y), callback, sgd_logistic(X, y > 0), ...
%!             sgd_softmax(X, 1 + mod (1:20, 3)), sgd_tanh_network(X, y, 2)};
%! settings = {false, 0; true, 0; false, 0.3};
%! for i = 1:numel (problems)
%!   example = sgd_model (problems{i}, hyper, options{:});
%!   theta0 = sin ((1:example.dim)');
%!   v0 = cos ((1:example.dim)');
%!   for j = 1:3
%!     for from = {[], v0}
%!       run = sgd_simulate (example, 9, "nsim", 2, "seed", 4, "method", "minibatch", "theta0", theta0,
%!                           "v0", from{1}, "nesterov", settings{j,1}, "dampening", settings{j,2});
%!       [theta, v] = reference (example, 9, theta0, from{1}, 4, 2, settings{j,:}, 0.05, 0.9, 4);
%!       assert (run.theta(end,:,2)', theta, 1e-12);
%!       assert (run.velocity(end,:,2)', v, 1e-12);
%!     endfor
%!   endfor
%! endfor
%!test   # schedules
%! lr = 0.05 ./ (1:12);
%! momentum = linspace (0.5, 0.9, 12);
%! S = [4, 4, 2, 2, 8, 8, 1, 1, 20, 4, 4, 4];
%! example = sgd_model (regression, hyper, "dynamics", "sgd");
%! for problem = {regression, sgd_logistic(X, y > 0)}
%!   example = sgd_model (problem{1}, hyper, "dynamics", "sgd");
%!   run = sgd_simulate (example, 12, "seed", 4, "method", "minibatch", "theta0", [1, 2, 3], "lr", lr,
%!                       "momentum", momentum, "batch_size", S);
%!   theta = reference (example, 12, [1; 2; 3], [], 4, 1, false, 0, lr, momentum, S);
%!   assert (run.theta(end,:)', theta, 1e-12);
%!   assert (run.time, [0; cumsum(lr(:))], 1e-15);
%! endfor
%! flat = sgd_simulate (model, 12, "seed", 4, "lr", repmat (0.05, 1, 12), "momentum", repmat (0.9, 12, 1));
%! assert (flat.theta, sgd_simulate (model, 12, "seed", 4).theta, 1e-12);
%!test   # sparse as dense
%! full_one = sgd_simulate (epochs, 50, "method", "minibatch", "seed", 3, "theta0", [1, 2, 3]);
%! thin = sgd_model (sgd_regression (sparse (X), y), hyper, options{:});
%! thin = sgd_simulate (thin, 50, "method", "minibatch", "seed", 3, "theta0", [1, 2, 3]);
%! assert (thin.theta, full_one.theta, 1e-13);
%!test   # records: a list, logarithmic
%! whole = sgd_simulate (model, 300, "seed", 2);
%! run = sgd_simulate (model, 300, "seed", 2, "record", [3, 10, 11, 299]);
%! assert (run.step, [3; 10; 11; 299]);
%! assert (run.theta, whole.theta([4, 11, 12, 300],:), 0);
%! run = sgd_simulate (model, 300, "seed", 2, "record", "log");
%! assert (run.step([1, 2, end])', [0, 1, 300]);
%! assert (numel (run.step) < 60);
%! assert (run.theta, whole.theta(run.step + 1,:), 0);
%! assert (run.record, "log");
%!test   # coordinates and projections
%! whole = sgd_simulate (logistic, 30, "theta0", 1:3, "seed", 2, "nsim", 2);
%! some = sgd_simulate (logistic, 30, "theta0", 1:3, "seed", 2, "nsim", 2, "observe", [3, 1]);
%! assert (some.theta, whole.theta(:,[3, 1],:), 0);
%! assert (some.velocity, whole.velocity(:,[3, 1],:), 0);
%! directions = [1, 2; 0, 1; -1, 0.5];
%! along = sgd_simulate (logistic, 30, "theta0", 1:3, "seed", 2, "nsim", 2, "observe", directions);
%! assert (along.theta(:,:,2), whole.theta(:,:,2) * directions, 1e-13);
%! assert (along.observe, directions);
%! modes = sgd_simulate (model, 30, "seed", 2, "coordinates", "modes");
%! some = sgd_simulate (model, 30, "seed", 2, "coordinates", "modes", "observe", 2);
%! assert (some.theta, modes.theta(:,2), 0);
%!test   # summaries, with rows and without
%! lags = [1, 3, 7];
%! kinds = {"moments", "displacement", "local_displacement", "msd"};
%! run = sgd_simulate (sgd, 60, "nsim", 2, "seed", 2, "record", 2, "summaries", kinds, "lags", lags);
%! s = run.summaries;
%! assert (fieldnames (s)', {"count", "mean", "variance", "displacement", "local_displacement", "lags", ...
%!                           "msd", "msd_count"});
%! assert (s.count, 31);
%! for p = 1:2
%!   theta = run.theta(:,:,p);
%!   assert (s.mean(:,p), mean (theta)', 1e-13);
%!   assert (s.variance(:,p), var (theta)', 1e-13);
%!   assert (s.displacement(:,p), sum ((theta - theta(1,:)) .^ 2, 2), 1e-13);
%!   assert (s.local_displacement(:,p), [NaN; sum(diff (theta) .^ 2, 2)], 1e-13);
%!   for l = 1:3
%!     moved = sum (diff (theta(1:lags(l):end,:)) .^ 2, 2);
%!     assert (s.msd(l,p), mean (moved), 1e-13);
%!     assert (s.msd_count(l,p), numel (moved));
%!   endfor
%! endfor
%! only = sgd_simulate (sgd, 60, "nsim", 2, "seed", 2, "record", 2, "summaries", kinds, "lags", lags,
%!                      "trajectory", false);
%! assert (only.theta, []);
%! assert (only.velocity, []);
%! assert (only.summaries, s);
%! assert (only.step, run.step);
%! moments = sgd_simulate (sgd, 60, "seed", 2, "summaries", "moments").summaries;
%! assert ({moments.displacement, moments.local_displacement, moments.lags, moments.msd}, {[], [], [], []});
%! assert (run.resume.arguments.summaries, kinds);
%!test   # splitting schemes converge to the exact law, and follow an objective as its quadratic
%! exact = sgd_stationary (model).theta;
%! for method = {"baoab", "obabo", "euler"}
%!   run = sgd_simulate (model, 1, "nsim", 2, "seed", 2, "method", method{1}, "substeps", 3);
%!   assert (run.method, method{1});
%!   assert (run.complete);
%!   long = sgd_simulate (model, 40000, "seed", 5, "method", method{1}, "substeps", 4, "record", 10);
%!   assert (cov (long.theta), exact, 0.2 * norm (exact));
%! endfor
%!test   # an objective with constant noise
%! plain = sgd_objective (@(t) H * t - [1; 2], 2, "Sigma", [1, 0.2; 0.2, 2]);
%! run = sgd_simulate (sgd_model (plain, hyper), 20000, "seed", 5, "record", 10, "theta0", model.minimiser);
%! assert ({run.method, run.resume.arguments.noise}, {"baoab", "constant"});
%! exact = sgd_stationary (model).theta;
%! assert (cov (run.theta), exact, 0.25 * norm (exact));
%!test   # the sources of noise
%! white = sgd_model (logistic.problem, hyper, "dynamics", "sgd");
%! for noise = {"empirical", "covariance"}
%!   run = sgd_simulate (white, 20, "theta0", 1:3, "seed", 1, "method", "sgd", "noise", noise{1});
%!   assert (all (isfinite (run.theta(:))));
%! endfor
%! noise_of = @(model, theta0, varargin) sgd_simulate (model, 2, "theta0", theta0, varargin{:}).resume.arguments.noise;
%! assert (noise_of (white, 1:3, "method", "sgd"), "empirical");
%! own = sgd_objective (@(t) t, 2, "covariance", @(t) eye (2));
%! assert (noise_of (sgd_model (own, hyper), 1:2), "covariance");
%!test   # defaults of the method
%! assert (sgd_simulate (logistic, 1, "theta0", 1:3).method, "minibatch");
%! assert (sgd_simulate (sgd_model (well, hyper, "dynamics", "sgd"), 1, "theta0", 1:2).method, "sgd");
%!test   # fields
%! names = {"type", "step", "time", "theta", "velocity", "seed", "method", "coordinates", "record", ...
%!          "complete", "hyper", "backend", "summaries", "observe", "folder", "resume"};
%! assert (fieldnames (sgd_simulate (model, 1))', names);
%!function g = failing (theta, batch, kind)
%!  persistent calls = 0;
%!  if (ischar (theta))
%!    calls = 0;
%!    return;
%!  endif
%!  calls++;
%!  g = theta;
%!  if (calls == 8)
%!    switch (kind)
%!      case "error"
%!        error ("no such luck");
%!      case "length"
%!        g = 1:3;
%!      case "nan"
%!        g = [1; NaN];
%!    endswitch
%!  endif
%!endfunction
%!function run = stopped (kind)
%!  failing ("again");
%!  objective = sgd_objective (@(t, b) failing (t, b, kind), 2, "n_examples", 5);
%!  model = sgd_model (objective, sgd_hyper (0.05, 0.9, 0, 2), "dynamics", "sgd");
%!  run = sgd_simulate (model, 20, "seed", 1, "theta0", [1, 1]);
%!endfunction
%!test   # functions that fail at step 8 leave the seven steps before
%! for id = {"callback", "not_finite"}
%!   warning ("off", ["sgdlangevin:" id{1}], "local");
%! endfor
%! whole = stopped ("not at all");
%! assert (whole.complete, true);
%! for kind = {"error", "length", "nan"}
%!   run = stopped (kind{1});
%!   assert (run.complete, false);
%!   assert (run.step, (0:7)');
%!   assert (run.theta, whole.theta(1:8,:));
%!   assert (run.velocity, whole.velocity(1:8,:));
%! endfor
%!warning <path 1.*step 8.*`gradient \(theta, batch\)` failed: no such luck> stopped ("error");
%!warning <step 8.*`gradient \(theta, batch\)`: expected a vector of length 2, got a double vector of length 3>
%! stopped ("length");
%!warning <step 8> stopped ("nan");
%!warning id=sgdlangevin:callback stopped ("error");
%!warning id=sgdlangevin:callback stopped ("length");
%!warning id=sgdlangevin:not_finite stopped ("nan");
%!function g = slowly (theta)
%!  begun = tic ();
%!  while (toc (begun) < 0.02)   # pause () would draw figures that other tests left, into the bar
%!  endwhile
%!  g = theta;
%!endfunction
%!test   # the bar: none for short runs
%! assert (evalc ("sgd_simulate (model, 10, 'progress', true);"), "");
%! slow = sgd_model (sgd_objective (@slowly, 2, "Sigma", eye (2)), hyper, "dynamics", "sgd");
%! clock = tic ();
%! bar = evalc ("sgd_simulate (slow, 40, 'theta0', [1, 2], 'progress', true);");
%! assert (! isempty (regexp (bar, "^\\r\\[=* *\\] [0-9]+%", "once")), bar);
%! assert (! isempty (regexp (bar, "\\r\\[=+ *\\] [0-9]+%\n$", "once")), bar);
%! assert (bar(end), "\n");
%! assert (numel (strfind (bar, "[")) <= toc (clock) / 0.2);

%!error <Invalid call> sgd_simulate (model)
%!error <`model`: expected the value of sgd_model\(\)> sgd_simulate (H, 10)
%!error <`steps` = 0: expected a whole number .= 1> sgd_simulate (model, 0)
%!error <`steps` = 1.5> sgd_simulate (model, 1.5)
%!error <`steps` = nan> sgd_simulate (model, NaN)
%!testif ; isempty (getenv ("ASAN_OPTIONS"))   # AddressSanitizer ends the process where there is no memory
%! fail ("sgd_simulate (model, 2^52)", "out of memory");
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
%!error <`method` = "minibatch" needs a model of a regression or an objective, got one of sgd_quadratic>
%! sgd_simulate (model, 1, "method", "minibatch")
%!error <`method` = "minibatch" needs examples: give sgd_objective\(\) its `n_examples`>
%! sgd_simulate (sgd_model (well, hyper), 1, "method", "minibatch")
%!error id=sgdlangevin:unsupported sgd_simulate (logistic, 1, "method", "exact", "theta0", 1:3)
%!error <`theta0`: expected 3 numbers to start from, an objective has no known minimiser>
%! sgd_simulate (logistic, 1)
%!error <`start` = "stationary": an objective has no stationary law>
%! sgd_simulate (logistic, 1, "start", "stationary")
%!error <`coordinates` = "modes": an objective has no modes>
%! sgd_simulate (logistic, 1, "coordinates", "modes")
%!error <`noise`: only for an objective and methods other than "minibatch"> sgd_simulate (model, 1, "noise", "constant")
%!error <did you mean "empirical"> sgd_simulate (logistic, 1, "method", "sgd", "noise", "empirica", "theta0", 1:3)
%!error <Sigma> sgd_simulate (logistic, 1, "method", "sgd", "noise", "constant", "theta0", 1:3)
%!error <did you mean "log"|expected one of "log"> sgd_simulate (model, 10, "record", "logs")
%!error <`record\[2\]` = 1: expected more than the 1 before it> sgd_simulate (model, 10, "record", [1, 1])
%!error <`record\[2\]` = 11: expected a step, an integer from 0 to 10>
%! sgd_simulate (model, 10, "record", [5, 11])
%!error <`record\[1\]` = 0.5: expected a step> sgd_simulate (model, 10, "record", [0.5, 1])
%!error <`observe`\(2\) = 3: expected a coordinate, from 1 to 2> sgd_simulate (model, 1, "observe", [1, 3])
%!error <`observe`: expected a row of coordinates or 2 rows, one column a direction, got a 3 x 2 double array>
%! sgd_simulate (model, 1, "observe", ones (3, 2))
%!error <`observe`\(1\) = inf> sgd_simulate (model, 1, "observe", [Inf; 1])
%!error <did you mean "moments"> sgd_simulate (model, 1, "summaries", "moment")
%!error <`lags` and `summaries`: expected lags with "msd" and only then>
%! sgd_simulate (model, 1, "summaries", "msd")
%!error <`lags` and `summaries`> sgd_simulate (model, 1, "lags", 1:3)
%!error <`lags\[2\]` = 1: expected more than the 2 before it>
%! sgd_simulate (model, 10, "summaries", "msd", "lags", [2, 1])
%!error <`nesterov`: expected true or false> sgd_simulate (sgd, 1, "nesterov", "yes")
%!error <`dampening`> sgd_simulate (sgd, 1, "dampening", 2)
%!error <`dampening`: expected a number> sgd_simulate (sgd, 1, "dampening", [0, 0])
%!error <`nesterov`> sgd_simulate (model, 1, "nesterov", true)
%!error <`dampening` = 0.3: expected 0 with `nesterov`>
%! sgd_simulate (sgd, 1, "nesterov", true, "dampening", 0.3)
%!error <`lr`: expected a vector of length 3, got length 2> sgd_simulate (sgd, 3, "lr", [0.1, 0.1])
%!error <lr> sgd_simulate (sgd, 2, "lr", [0.1, -0.1])
%!error <momentum> sgd_simulate (sgd, 2, "momentum", [0.1, 1.5])
%!error <batch_size> sgd_simulate (sgd, 2, "batch_size", [1, 0])
%!error <`substeps` = 0: expected a whole number .= 1> sgd_simulate (model, 1, "method", "baoab", "substeps", 0)
%!error <`trajectory`: expected true or false> sgd_simulate (model, 1, "trajectory", 3:4)
%!error <`segment`: expected with `folder` only> sgd_simulate (model, 1, "segment", 3)
%!error <`checkpoint`: expected with `folder` only> sgd_simulate (model, 1, "checkpoint", 3)
%!error <`checkpoint_seconds`: expected with `folder` only> sgd_simulate (model, 1, "checkpoint_seconds", 3)
%!function refused_seconds (model, seconds)
%!  folder = tempname ();
%!  unwind_protect
%!    sgd_simulate (model, 1, "folder", folder, "checkpoint_seconds", seconds);
%!  unwind_protect_cleanup
%!    rmdir (folder);   # nothing began
%!  end_unwind_protect
%!endfunction
%!error <`checkpoint_seconds` = -1: expected a number of seconds . 0> refused_seconds (model, -1)
%!error <`checkpoint_seconds` = nan: expected a number of seconds . 0> refused_seconds (model, NaN)
%!error <`checkpoint_seconds`: expected a number> refused_seconds (model, "now")
%!error <`folder`: expected the name of a folder, got a value of class double>
%! sgd_simulate (model, 1, "folder", 3)
%!error <`folder` = "/proc/none/at/all": cannot be made> sgd_simulate (model, 1, "folder", "/proc/none/at/all")
%!error <`progress`: expected true or false> sgd_simulate (model, 1, "progress", "bar")
%!error <did you mean "stationary"> sgd_simulate (model, 1, "start", "stationry")
%!error <did you mean "modes"> sgd_simulate (model, 1, "coordinates", "mode")
%!error <sgd_simulate has no argument `nsims`: did you mean `nsim`> sgd_simulate (model, 1, "nsims", 2)
%!error <`velocity`: expected true or false> sgd_simulate (model, 1, "velocity", "no")
