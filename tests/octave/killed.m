## A run on disk that is killed. run.sh calls this with SGDL_ACTION = "run" until it kills the process named
## in the file SGDL_READY, then with "check", and reads the lines "ok ..." and "not ok ..." printed here.
1;

function report (passed, what)
  printf ("%s %s\n", {"not ok", "ok"}{1 + passed}, what);
endfunction

X = reshape (mod ((1:6000) * 37, 101) / 50 - 1, 600, 10);
objective = sgd_logistic (X, mod (1:600, 3) == 0);
model = sgd_model (objective, sgd_hyper (0.05, 0.9, 0.01, 32), "dynamics", "sgd", "sampling", "epoch");
steps = 2e6;
options = {"theta0", zeros(10, 1), "seed", 1, "record", 50, "nsim", 2};
folder = getenv ("SGDL_FOLDER");

if (strcmp (getenv ("SGDL_ACTION"), "run"))
  file = fopen (getenv ("SGDL_READY"), "w");
  fprintf (file, "%d", getpid ());
  fclose (file);
  if (exist (fullfile (folder, "run.mat"), "file"))
    sgd_resume (folder);
  else
    sgd_simulate (model, steps, options{:}, "folder", folder, "segment", 1000, "checkpoint", 30000);
  endif
else
  report (! exist (fullfile (folder, "run.mat.tmp"), "file"), "killed: the description is whole");
  run = sgd_resume (folder);
  report (run.complete, "killed: goes on to the end");
  x = read_trajectory (folder);
  whole = sgd_simulate (model, steps, options{:});
  report (isequal (x.step, whole.step), "killed: all steps are there");
  report (isequal (x.theta, whole.theta) && isequal (x.velocity, whole.velocity), "killed: the same bits");
endif
