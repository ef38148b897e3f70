## Memory of runs at d = 10^7 that keep summaries only, in memory and in a folder: the peak while they run less what
## Octave held before (the package and the model), in vectors of d doubles. Linux: the peak is set back before each.
1;

function bytes = resident (which)
  found = regexp (fileread ("/proc/self/status"), [which ":\\s+(\\d+)"], "tokens", "once");
  bytes = 1024 * str2double (found{1});
endfunction

function measure (model, place, kind, options)
  folder = "";
  if (strcmp (place, "in a folder"))
    folder = tempname ();
    options = [options, {"folder", folder}];
  endif
  before = resident ("VmRSS");
  file = fopen ("/proc/self/clear_refs", "w");
  fputs (file, "5");
  fclose (file);
  run = sgd_simulate (model, 10, "seed", 1, "coordinates", "modes", "trajectory", false, options{:});
  vectors = (resident ("VmHWM") - before) / (8 * model.dim);
  printf ("check\tvectors of d = 10^7, Octave, %s, %s\t%.2f\n", place, kind, vectors);
  if (! isempty (folder))
    confirm_recursive_rmdir (false, "local");
    rmdir (folder, "s");
  endif
endfunction

d = 1e7;
model = sgd_model (sgd_spectrum (1 ./ (1 + floor ((0:d-1)' / 1000)), "sigma2", 1), sgd_hyper (0.1, 0.9, 1e-4, 32));
for place = {"in memory", "in a folder"}
  measure (model, place{1}, "moments and displacement", {"summaries", {"moments", "displacement"}});
  measure (model, place{1}, "the same and MSD at 3 lags", ...
           {"summaries", {"moments", "displacement", "msd"}, "lags", [1, 2, 4]});
endfor
