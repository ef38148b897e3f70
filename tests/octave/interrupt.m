## What Ctrl-C leaves behind. run.sh sends SIGINT to the process named in the file SGDL_READY, and reads the
## lines "ok ..." and "not ok ..." printed here. SGDL_INTERRUPT chooses the call.
1;

function report (passed, what)
  printf ("%s %s\n", {"not ok", "ok"}{1 + passed}, what);
endfunction

function announce ()
  file = fopen (getenv ("SGDL_READY"), "w");
  fprintf (file, "%d", getpid ());
  fclose (file);
endfunction

## Far too long to finish; the steps done are given back, bit for bit what a shorter run gives.
function interrupt_simulation ()
  model = sgd_model (sgd_spectrum (linspace (2, 1, 50), "sigma2", 1), sgd_hyper (0.05, 0.9));
  lastwarn ("");
  announce ();
  run = sgd_simulate (model, 2e9, "seed", 1, "record", 1e4);
  [message, id] = lastwarn ();
  report (strcmp (id, "sgdlangevin:interrupted"), "simulation: warning id");
  expected = "^interrupted after \\d+ of 2000000000 steps";
  report (! isempty (regexp (message, expected)), "simulation: warning text");
  report (run.complete == false, "simulation: complete is false");
  done = rows (run.theta);
  report (done >= 1 && rows (run.step) == done && rows (run.velocity) == done, "simulation: rows agree");
  few = min (done, 11);
  again = sgd_simulate (model, (few - 1) * 1e4 + 1, "seed", 1, "record", 1e4);
  report (isequal (again.theta, run.theta(1:few,:)), "simulation: the rows are right");
endfunction

## In the middle of the user's own function: what is done is kept, and goes on to the bits of a run that
## nobody stopped.
function interrupt_callback ()
  announce ();
  objective = sgd_objective (@slowly, 2, "n_examples", 9);
  model = sgd_model (objective, sgd_hyper (0.05, 0.9, 0, 2), "dynamics", "sgd");
  lastwarn ("");
  run = sgd_simulate (model, 1500, "seed", 1, "theta0", [1, 2]);
  [message, id] = lastwarn ();
  report (strcmp (id, "sgdlangevin:interrupted"), "callback: warning id");
  said = regexp (message, '^interrupted after (\d+) of 1500 steps', "tokens", "once");
  report (! isempty (said) && str2double (said{1}) == rows (run.theta) - 1, "callback: warning names the step");
  report (! run.complete && rows (run.theta) < 1501, "callback: stopped before the end");
  whole = sgd_resume (run);
  plain = sgd_objective (@(theta, batch) theta + sum (batch) / 100, 2, "n_examples", 9);
  again = sgd_simulate (sgd_model (plain, model.hyper, "dynamics", "sgd"), 1500, "seed", 1, "theta0", [1, 2]);
  report (whole.complete && isequal (whole.theta, again.theta), "callback: goes on to the same bits");
  report (isequal (whole.step, (0:1500)'), "callback: all steps are there");
endfunction

function g = slowly (theta, batch)
  pause (0.001);
  g = theta + sum (batch) / 100;
endfunction

## Every other function passes the interrupt on.
function interrupt_transient ()
  model = sgd_model (sgd_spectrum (linspace (2, 1, 400), "sigma2", 1), sgd_hyper (0.05, 0.9));
  reached_end = false;
  unwind_protect
    announce ();
    for k = 1:1e6
      sgd_transient (model, 1e5 + (1:20), ones (400, 1));
    endfor
    reached_end = true;
  unwind_protect_cleanup
    report (! reached_end, "transient: the interrupt came through");
  end_unwind_protect
endfunction

feval (["interrupt_" getenv("SGDL_INTERRUPT")]);
