## The main job, in Octave: theory beside measurement for two real runs of SGD, with figures.
## Usage: octave-cli main_job.m [folder for figures]; default: environment variable SGDL_FIGURES or
## build/figures. The recorded run is read from SGDL_SOFTMAX or ../shared/data/softmax_epoch.h5 beside the
## checkout if there.
1;

pkg load sgdlangevin
for file = {"diamonds.m", "sampling_error.m", "regression.m", "softmax.m", "figures.m"}
  source (fullfile (fileparts (mfilename ("fullpath")), file{1}));
endfor

## A text file of this folder, with numbers or names filled in.
function print_text (here, name, varargin)
  printf (fileread (fullfile (here, name)), varargin{:});
endfunction

function done (what, start)
  printf ("  [%.1f s] %s\n", toc (start), what);
endfunction

## One training run against its theory. Of the run only the first steps are kept, for the phase portrait.
function result = measure (problem, hyper, sampling, seed)
  model = sgd_model (problem, hyper, "dynamics", "sgd", "sampling", sampling);
  start = tic ();
  run = train (model, 1.2e6, seed);
  done (["simulation (" sampling ")"], start);
  start = tic ();
  measured = msd (run, "lags", unique (round (10 .^ (0:0.1:5))));
  done ("mean squared displacement", start);
  start = tic ();
  exponent = diffusion_exponent (run, "window", [1, 1000], "seed", seed);
  done ("exponent", start);
  start = tic ();
  rows = compare (model, run, measured, exponent, [1; 10; 100; 1000]);
  done ("theory and sampling errors", start);
  result = struct ("model", model, "measured", measured, "rows", rows, "path", first_frames (run, 400));
endfunction

function regression_part (here, figures)
  print_text (here, "regression.txt", "Octave");
  start = tic ();
  [X, y] = read_diamonds (fullfile (here, "..", "extdata", "diamonds.csv.gz"));
  done ("data", start);
  problem = sgd_regression (X, y);
  hyper = sgd_hyper (0.02, 0.9, 1e-4, 128);
  replacement = measure (problem, hyper, "replacement", 1);
  epoch = measure (problem, hyper, "epoch", 3);
  printf ("\n");
  print_comparison (replacement.rows, epoch.rows);
  print_text (here, "misfits.txt", weight_dependent_excess (replacement.model, X, y),
              100 * replacement.model.report.langevin_error);
  start = tic ();
  regression_msd_figure (figures, replacement, epoch);
  phase_portrait_figure (figures, replacement);
  modified_loss_figure (figures, problem, hyper, replacement.path);
  spectrum_figure (figures, replacement.model);
  done ("figures", start);
endfunction

function softmax_part (here, figures)
  print_text (here, "softmax.txt", "Octave");
  recording = setting ("SGDL_SOFTMAX", fullfile (here, "../../../shared/data/softmax_epoch.h5"));
  if (exist (recording, "file"))
    printf ("Computed from the recording, softmax_epoch.h5.\n\n");
    run = softmax_from_recording (recording);
  else
    printf ("Computed from extdata/softmax_*.csv: the recording is not there.\n\n");
    run = softmax_from_extdata (fullfile (here, "..", "extdata"));
  endif
  start = tic ();
  models = softmax_models (run);
  done ("models", start);
  start = tic ();
  run.measured.se = softmax_sampling_sd (run, models.epoch);
  done ("sampling errors", start);
  printf ("\n");
  print_softmax (compare_softmax (run, models, [1; 2; 5; 10; 20; 50; 100; 200; 500; 1000]));
  start = tic ();
  softmax_msd_figure (figures, run, models);
  done ("figure", start);
endfunction

function value = setting (variable, default)
  value = getenv (variable);
  if (isempty (value))
    value = default;
  endif
endfunction

function main_job (here, figures)
  start = tic ();
  warning ("off", "Octave:gnuplot-graphics", "local");
  if (! exist (figures, "dir"))
    mkdir (figures);
  endif
  regression_part (here, figures);
  softmax_part (here, figures);
  done ("main job in Octave", start);
endfunction

if (numel (argv ()) > 0)
  main_job (fileparts (mfilename ("fullpath")), argv (){end});
else
  main_job (fileparts (mfilename ("fullpath")), setting ("SGDL_FIGURES", fullfile ("build", "figures")));
endif
