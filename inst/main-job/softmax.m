## Main job, part 2: a recorded run of torch.optim.SGD (softmax regression on 8 x 8 digits, 650 parameters,
## epochs of 56 batches) against the theory, from its Hessian and gradient covariance.
1;

function lags = softmax_lags ()
  lags = unique (round ([10 .^ (0:0.1:3), 2, 5, 20, 50, 200, 500]))';
endfunction

## The run from its own file: problem from the recorded Hessian and covariance, MSD from the recorded frames.
function run = softmax_from_recording (file)
  recorded = load (file);
  s = recorded.run;
  theta = recorded.theta';
  run = struct ("problem", sgd_quadratic (recorded.hessian, "Sigma", recorded.gradient_covariance),
                "hyper", sgd_hyper (s.lr, s.momentum, s.weight_decay, s.batch_size),
                "n_examples", s.n_examples, "frames", rows (theta),
                "measured", msd (theta, "lags", softmax_lags ()));
endfunction

## The same from the small files that tools/make-softmax-extdata.R made of it.
function run = softmax_from_extdata (folder)
  table = @(name) dlmread (fullfile (folder, name), ",", 1, 0);
  modes = table ("softmax_modes.csv");
  s = num2cell (table ("softmax_run.csv"));
  [lr, momentum, weight_decay, batch_size, n_examples, frames] = s{:};
  measured = table ("softmax_msd.csv");
  run = struct ("problem", sgd_spectrum (modes(:, 1), "noise", modes(:, 2)),
                "hyper", sgd_hyper (lr, momentum, weight_decay, batch_size), "n_examples", n_examples,
                "frames", frames,
                "measured", struct ("type", "msd", "lag", measured(:, 1), "msd", measured(:, 2)));
endfunction

function models = softmax_models (run)
  model = @(sampling) sgd_model (run.problem, run.hyper, "dynamics", "sgd", "sampling", sampling,
                                 "n_examples", run.n_examples);
  models = struct ("replacement", model ("replacement"), "epoch", model ("epoch"));
endfunction

## Sampling sd of the measured MSD: its own blocks are too few at the lags that matter.
function sd = softmax_sampling_sd (run, model)
  sd = window_msd_sd (stationary_spectra (model, 2 ^ 14), run.frames, run.measured.lag);
endfunction

## Measured MSD with its sampling sd (relative), both theories over it, and local exponents between successive
## lags.
function rows = compare_softmax (run, models, lags)
  [~, at] = ismember (lags, run.measured.lag);
  measured = run.measured.msd(at);
  replacement = sgd_msd (models.replacement, lags).msd;
  epoch = sgd_msd (models.epoch, lags).msd;
  local_exponent = @(msd) [NaN; diff(log (msd)) ./ diff(log (lags))];
  rows = struct ("lag", lags, "msd", measured, "sd", run.measured.se(at) ./ epoch,
                 "replacement", replacement ./ measured, "epoch", epoch ./ measured,
                 "exponent", local_exponent (measured), "exponent_replacement", local_exponent (replacement),
                 "exponent_epoch", local_exponent (epoch));
endfunction

function print_softmax (rows)
  line = "%5s | %10s %8s | %16s %10s | %10s %16s %10s\n";
  printf ("%5s | %10s %8s | %-27s | %s\n", "", "measured", "sampling", "theory/measured:",
          "local exponent since the lag before:");
  printf (line, "lag", "MSD", "sd", "with replacement", "epochs", "measured", "with replacement", "epochs");
  printf ("%5d | %10.4g %7.1f%% | %16.3f %10.3f | %10.3f %16.3f %10.3f\n",
          [rows.lag, rows.msd, 100 * rows.sd, rows.replacement, rows.epoch, rows.exponent, ...
           rows.exponent_replacement, rows.exponent_epoch]');
endfunction
