% Functions of a user that fail in every way, inside every kind of run, over and over: the message names the step,
% what is done is kept, the run goes on from it. tools/glue-check.sh runs this under AddressSanitizer and valgrind.
% The last line is "N passed, N failed".
1;
warning ("off", "sgdlangevin:callback");
warning ("off", "sgdlangevin:interrupted");
warning ("off", "sgdlangevin:not_finite");
warning ("off", "sgdlangevin:unstable");

function varargout = tally (ok, what)
  persistent passed = 0;
  persistent failed = 0;
  if (nargin == 0)
    varargout = {passed, failed};
  elseif (ok)
    passed++;
  else
    failed++;
    printf ("FAILED: %s\n", what);
  endif
endfunction

% The gradient of a least squares loss, which at its call number `at` does `fail`.
function g = gradient (theta, batch, fail, at)
  persistent calls = 0;
  if (ischar (theta))
    calls = 0;
    return;
  endif
  if (++calls == at)
    g = fail (theta);
    return;
  endif
  X = reshape (sin ((1:36) .^ 1.3), 12, 3)(batch, :);
  g = X' * (X * theta - cos (batch)') / numel (batch);
endfunction

function g = fails (theta)
  error ("no way down");
endfunction

% Ctrl-C inside of the function; the loop ends where the interpreter sees the signal.
function g = interrupted (theta)
  g = theta;
  kill (getpid (), SIG ().INT);
  for k = 1:1000
    pause (0.001);
  endfor
endfunction

function model = failing_model (fail, at, dynamics)
  gradient ("again");
  objective = sgd_objective (@(t, b) gradient (t, b, fail, at), 3, "n_examples", 12, "Sigma", eye (3));
  model = sgd_model (objective, sgd_hyper (0.1, 0.9, 0.01, 4), "dynamics", dynamics);
endfunction

function try_all ()
  failures = {"error", @fails; "short", @(t) t(2:end); "nothing", @(t) []; "text", @(t) "up";
              "nan", @(t) [t(1); NaN; t(3)]; "cell", @(t) {t}; "complex", @(t) 1i * t;
              "interrupt", @interrupted};
  runs = {"minibatch", "sgd"; "sgd", "sgd"; "baoab", "langevin"};
  for r = 1:rows (runs)
    run = @(model) sgd_simulate (model, 8, "theta0", [0.1, -0.2, 0.3], "seed", 3, "method", runs{r,1});
    whole = run (failing_model (@(t) t, 0, runs{r,2}));
    for f = 1:rows (failures)
      what = [runs{r,1} " " failures{f,1}];
      at = 4 + strcmp (runs{r,1}, "baoab");   % one gradient before the first step
      part = run (failing_model (failures{f,2}, at, runs{r,2}));
      tally (! part.complete && isequal (part.theta, whole.theta(1:4,:)), what);
      expected = {"path 1, step 4", "interrupted after 3 of 8 steps"}{1 + strcmp(failures{f,1}, "interrupt")};
      tally (! isempty (strfind (part.resume.message, expected)), [what ": " part.resume.message]);
      tally (isequal (sgd_resume (part).theta, whole.theta), [what " resumed"]);
    endfor
  endfor
endfunction

function refused (action, what)
  try
    action ();
    tally (false, what);
  catch err
    tally (strncmp (err.identifier, "sgdlangevin:", 12), [what ": " err.message]);
  end_try_catch
endfunction

function try_arguments ()
  X = reshape (sin ((1:36) .^ 1.3), 12, 3);
  y = cos ((1:12)') > 0;
  refused (@() sgd_logistic ([X; NaN, 1, 1], [y; 1]), "NaN in X");
  refused (@() sgd_logistic (X, y(2:end)), "short y");
  refused (@() sgd_simulate (failing_model (@(t) t, 0, "sgd"), 8), "no start");
  refused (@() sgd_objective (sgd_native ("/nowhere.so", "f"), 3), "no library");
  refused (@() read_trajectory (tempname ()), "no file");
  steep = sgd_model (sgd_logistic (X * 1e3, y), sgd_hyper (10, 0.9, 30, 4), "dynamics", "sgd");
  run = sgd_simulate (steep, 500, "theta0", [1, 2, 3], "seed", 1);
  tally (! run.complete, "diverged");
  refused (@() sgd_resume (run), "nothing to go on from");
endfunction

function try_folder ()
  folder = tempname ();
  options = {"theta0", [0.1, -0.2, 0.3], "seed", 3, "method", "minibatch"};
  whole = sgd_simulate (failing_model (@(t) t, 0, "sgd"), 8, options{:});
  unwind_protect
    sgd_simulate (failing_model (@fails, 6, "sgd"), 8, options{:}, "folder", folder, "segment", 2);
    tally (isequal (read_trajectory (folder).theta, whole.theta(1:6,:)), "folder rows");
  unwind_protect_cleanup
    confirm_recursive_rmdir (false);
    rmdir (folder, "s");
  end_unwind_protect
endfunction

% Moments share the memory of the run: read, written and kept in any order.
function try_shared ()
  model = sgd_model (sgd_spectrum (1 ./ (1:30)', "sigma2", 1), sgd_hyper (0.1, 0.9, 0.01, 4));
  options = {"nsim", 2, "seed", 2, "coordinates", "modes", "summaries", {"moments", "displacement"}};
  whole = sgd_simulate (model, 24, options{:});
  part = sgd_simulate (model, 12, options{:});
  variance = part.summaries.variance;
  kept = variance + 0;
  part.summaries.mean(2) = -1;
  variance(1) = 5;
  tally (isequal (part.summaries.variance, kept), "moments written");
  tally (isequal (sgd_resume (part, 24).summaries, whole.summaries), "resumed beside written moments");
  clear part;
  tally (isequal (variance(2:end), kept(2:end)), "moments outlive the run");
  folder = tempname ();
  unwind_protect
    saved = sgd_simulate (model, 12, options{:}, "folder", folder, "trajectory", false).summaries;
    tally (isequal (saved.variance, kept), "moments of a folder");
    saved.mean(:) = 0;
    tally (isequal (sgd_resume (folder, 24).summaries, whole.summaries), "folder resumed");
  unwind_protect_cleanup
    confirm_recursive_rmdir (false);
    rmdir (folder, "s");
  end_unwind_protect
endfunction

function HV = product (V, fail, at)
  persistent calls = 0;
  if (ischar (V))
    calls = 0;
    HV = [];
    return;
  endif
  if (++calls == at)
    HV = fail (V);
  else
    HV = [2, 0.5, 0; 0.5, 1, 0.1; 0, 0.1, 0.7] * V;
  endif
endfunction

% Products that fail in the second block of probes: the first block is kept and gone on with.
function try_densities ()
  failures = {"error", @fails; "short", @(V) V(2:end,:); "nothing", @(V) []; "text", @(V) "up"; "nan", @(V) NaN * V;
              "cell", @(V) {V}; "complex", @(V) 1i * V; "interrupt", @interrupted};
  options = {"steps", 3, "probes", 4, "block", 2, "seed", 1};
  product ("again");
  whole = sgd_density (sgd_operator (@(V) product (V, @fails, 0), 3), options{:});
  for f = 1:rows (failures)
    what = ["density " failures{f,1}];
    product ("again");
    unlucky = sgd_operator (@(V) product (V, failures{f,2}, 5), 3, "tolerance", Inf);
    part = sgd_density (unlucky, options{:});
    tally (! part.complete && part.counts.probes == 2, what);
    tally (isequal (sgd_resume (part).counts.nodes, whole.counts.nodes), [what " resumed"]);
    product ("again");
    pairs = sgd_eigenpairs (sgd_operator (@(V) product (V, failures{f,2}, 1), 3, "tolerance", Inf), "top", 1);
    tally (! pairs.complete, [what " eigenpairs"]);
    refused (@() sgd_density (sgd_operator (eye (3)), "noise", ...
                              sgd_noise ("gradients", @(i) "up", "n_examples", 12)), [what " stream"]);
  endfor
endfunction

for again = 1:2
  try_all ();
  try_shared ();
  try_arguments ();
  try_densities ();
  try_folder ();
endfor
[passed, failed] = tally ();
printf ("%d passed, %d failed\n", passed, failed);
exit (failed > 0);
