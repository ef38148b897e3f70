## Main job, part 1: theory beside measurement for real minibatch SGD on the diamonds regression.
1;

## From zero to stationarity (47 times the slowest relaxation, whole epochs of 422 steps), then on: the second
## run is the one measured, in the coordinates of the modes.
function run = train (model, steps, seed)
  settling = sgd_simulate (model, 474 * 422, "method", "minibatch", "record", 422, "seed", seed,
                           "theta0", zeros (model.dim, 1));
  run = sgd_simulate (model, steps, "method", "minibatch", "seed", seed + 1, "coordinates", "modes",
                      "theta0", settling.theta(end, :)', "v0", settling.velocity(end, :)');
endfunction

function run = first_frames (run, n)
  run.step = run.step(1:n);
  run.time = run.time(1:n);
  run.theta = run.theta(1:n, :, :);
  run.velocity = run.velocity(1:n, :, :);
endfunction

## One row for each quantity: theory, measured, and the sampling sd of measured/theory. `exponent` is
## diffusion_exponent and `measured_msd` is msd of the run, at lags that include table_lags.
function rows = compare (model, run, measured_msd, exponent, table_lags)
  steps = numel (run.step) - 1;
  spectra = stationary_spectra (model, 2 ^ 18);
  theta = run.theta(2:end, :);
  velocity = run.velocity(2:end, :);
  stationary = sgd_stationary (model);
  rows = [compare_mean(model, spectra, mean (theta), steps)
          compare_variances(model, spectra, stationary, meansq (theta), steps)
          compare_speed(model, spectra, stationary, mean (sumsq (velocity, 2)), steps)
          compare_period(model, spectra, velocity(:, 1), steps)
          compare_msd(model, spectra, measured_msd, table_lags, steps)
          compare_exponent(model, spectra, exponent, steps)];
  for i = 1:numel (rows)
    rows(i).ratio = rows(i).measured / rows(i).theory;
    rows(i).z = (rows(i).ratio - 1) / rows(i).sd;
  endfor
endfunction

function rows = quantity_row (quantity, theory, measured, sd)
  rows = struct ("quantity", quantity, "theory", num2cell (theory(:)), "measured", num2cell (measured(:)),
                 "sd", num2cell (sd(:)));
endfunction

## The mean of a run has covariance K^-1 noise K^-1 batch(0)/T: its distance from the minimiser in that
## metric, as a root mean square over the d modes, is 1 within 1/sqrt(2 d).
function rows = compare_mean (model, spectra, mean_theta, steps)
  pull = (model.eigenvalues(:) + model.hyper.weight_decay) .* mean_theta(:);
  chi2 = pull' * (model.gradient_noise \ pull) * steps / spectra.batch(1);
  rows = quantity_row ("time mean to ridge solution, in predicted errors", 1, sqrt (chi2 / model.dim),
                       1 / sqrt (2 * model.dim));
endfunction

function rows = compare_variances (model, spectra, stationary, squares, steps)
  theory = sum (model.vectors .* (stationary.theta * model.vectors));
  modes = [1; floor((model.dim + 1) / 2); model.dim];
  quantity = arrayfun (@(mode) sprintf ("variance along eigenvector %d (eigenvalue %.3g)", mode,
                                        model.eigenvalues(mode)), modes, "UniformOutput", false);
  sd = square_sd (spectra, steps) ./ theory;
  rows = quantity_row (quantity, theory(modes), squares(modes), sd(modes));
endfunction

function rows = compare_speed (model, spectra, stationary, speed, steps)
  theory = stationary.trace.velocity;
  velocity_filter = displacement_filter (spectra.w, 1) / model.hyper.lr ^ 2;
  sd = sqrt (trace_covariance (spectra, velocity_filter, steps));
  rows = quantity_row ("mean squared speed", theory, speed, sd / theory);
endfunction

## One period passes between the first and the third zero of the velocity autocovariance. A zero t moves by
## -error(t)/slope(t), and the error of the autocovariance at lag t has the filter cos(w t) in place of |f|^2.
function rows = compare_period (model, spectra, velocity, steps)
  theory = sgd_oscillations (model).period(1);
  n = numel (velocity);
  lags = (0:ceil (1.5 * theory))';
  autocovariance = arrayfun (@(lag) velocity(1:n-lag)' * velocity(lag+1:n) / (n - lag), lags);
  crossings = zero_crossings (autocovariance);
  spectrum = spectra.theta(:, 1) .* displacement_filter (spectra.w, 1) / model.hyper.lr ^ 2;
  shift = @(zero) cos (spectra.w * crossings.lag(zero)) / crossings.slope(zero);
  sd = sqrt (2 / steps * sum (spectra.weight .* spectrum .^ 2 .* (shift (3) - shift (1)) .^ 2));
  rows = quantity_row ("period of mode 1, steps", theory, crossings.lag(3) - crossings.lag(1), sd / theory);
endfunction

## Zeros of a sequence given at 0, 1, 2, ..., by straight lines between its points.
function crossings = zero_crossings (values)
  before = find (values(1:end-1) .* values(2:end) < 0);
  slope = values(before + 1) - values(before);
  crossings = struct ("lag", before - 1 - values(before) ./ slope, "slope", slope);
endfunction

function rows = compare_msd (model, spectra, measured, table_lags, steps)
  theory = sgd_msd (model, table_lags).msd(:);
  [~, at] = ismember (table_lags(:), measured.lag(:));
  covariance = trace_covariance (spectra, displacement_filter (spectra.w, table_lags), steps);
  quantity = arrayfun (@(lag) sprintf ("mean squared displacement, lag %d", lag), table_lags(:),
                       "UniformOutput", false);
  rows = quantity_row (quantity, theory, measured.msd(at), sqrt (diag (covariance)) ./ theory);
endfunction

## Slope of the ordinary least squares line through log MSD against log lag, at the lags of the measurement.
function rows = compare_exponent (model, spectra, measured, steps)
  lags = measured.msd.lag(:);
  theory = sgd_msd (model, lags).msd(:);
  centred = log (lags) - mean (log (lags));
  slope = centred / sumsq (centred);
  filters = displacement_filter (spectra.w, lags) .* (slope ./ theory)';
  sd = sqrt (sum (trace_covariance (spectra, filters, steps)(:)));
  exponent = slope' * log (theory);
  quantity = sprintf ("exponent, lags %d to %d", min (lags), max (lags));
  rows = quantity_row (quantity, exponent, measured.exponent, sd / exponent);
endfunction

## What weight-dependent noise adds to the mean squared speed, with replacement: the covariance of one
## example's gradient at a position scattered with the stationary covariance P instead of at the minimiser
## (squared residual r^2 + x'Px).
function excess = weight_dependent_excess (model, X, y)
  scatter = sgd_stationary (model).theta;
  squares = (y - X * model.minimiser(:)) .^ 2 + sum ((X * scatter) .* X, 2);
  H = model.problem.H;
  decay = model.hyper.weight_decay * model.minimiser(:);
  weighted = X .* sqrt (squares);
  noise = weighted' * weighted / rows (X) - H * scatter * H - decay * decay';
  problem = sgd_quadratic (H, "b", model.problem.b, "Sigma", (noise + noise') / 2);
  scattered = sgd_model (problem, model.hyper, "dynamics", "sgd");
  speed = @(model) sgd_stationary (model, "trace_only", true).trace.velocity;
  excess = speed (scattered) / speed (model);
endfunction

function print_comparison (replacement, epoch)
  line = "%-50s | %10s %9s %8s %5s | %10s %9s %8s %5s\n";
  printf ("%-50s | %-35s | %s\n", "", "with replacement", "epochs, remainder kept");
  printf (line, "", "theory", "measured/", "sampling", "z", "theory", "measured/", "sampling", "z");
  printf (line, "", "", "theory", "sd", "", "", "theory", "sd", "");
  for i = 1:numel (replacement)
    numbers = @(row) [row.theory, row.ratio, row.sd, row.z];
    printf ("%-50s | %10.4g %9.4f %8.4f %5.1f | %10.4g %9.4f %8.4f %5.1f\n", replacement(i).quantity,
            numbers (replacement(i)), numbers (epoch(i)));
  endfor
endfunction
