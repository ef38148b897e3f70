## Predicted sampling errors of time averages over a recorded run, for the main job's table.
##
## A stationary Gaussian process z with spectrum matrix S(w), w in radians per step, over T steps (T much
## longer than its memory): the mean of z has variance S(0)/T, and the time averages of |f z|^2 and |g z|^2
## (f, g linear filters) have covariance (2/T) mean over w of |f|^2 |g|^2 sum_ij |S_ij|^2  (Isserlis' theorem
## and Parseval's).
1;

## Spectra of the modes of a discrete model on n frequencies: `theta` (a column for each mode) and `pairs` =
## sum_ij |S_ij|^2; mean over w is sum (weight .* ...). S_ij = G_i conj(G_j) noise_ij batch(w), G = lr/(e^iw -
## p + beta e^-iw).
function spectra = stationary_spectra (model, n)
  hyper = model.hyper;
  w = 2 * pi * (0:n/2)' / n;
  kappa = model.eigenvalues(:)' + hyper.weight_decay;
  restoring = hyper.lr * kappa - 2 * (1 + hyper.momentum) * sin (w / 2) .^ 2;
  gain = hyper.lr ^ 2 ./ (restoring .^ 2 + ((1 - hyper.momentum) * sin (w)) .^ 2);
  batch = batch_noise_spectrum (model, w);
  noise = model.gradient_noise;
  if (isvector (noise))
    noise = diag (noise);
  endif
  spectra = struct ("w", w, "weight", [1; 2 * ones(n / 2 - 1, 1); 1] / n,
                    "theta", gain .* batch .* diag (noise)',
                    "pairs", sum ((gain * noise .^ 2) .* gain, 2) .* batch .^ 2, "batch", batch);
endfunction

## Spectrum of a batch's gradient noise, for unit covariance of one example's gradient. Epochs, averaged over
## the phase: variance (excess + M - 1)/(N - 1) and covariance -(M - h)/M/(N - 1) at lag h, so that only
## `excess` is left at w = 0.
function batch = batch_noise_spectrum (model, w)
  batch_size = model.hyper.batch_size;
  if (strcmp (model.sampling, "replacement"))
    batch = ones (size (w)) / batch_size;
    return;
  endif
  examples = model.n_examples;
  full = floor (examples / batch_size);
  remainder = ifelse (model.drop_last, 0, mod (examples, batch_size));
  steps = full + (remainder > 0);
  inverse_sizes = full / batch_size;
  if (remainder > 0)
    inverse_sizes += 1 / remainder;
  endif
  excess = examples * inverse_sizes / steps - steps;
  fejer = (sin (steps * w / 2) ./ sin (w / 2)) .^ 2 / steps;
  fejer(w == 0) = steps;
  batch = (excess + steps - fejer) / (examples - 1);
endfunction

## |1 - e^iwh|^2: the filter of a displacement over h steps; over one step and divided by lr^2, that of the
## velocity.
function filters = displacement_filter (w, lags)
  filters = 2 - 2 * cos (w * lags(:)');
endfunction

## Covariance matrix of time averages of |z|^2 summed over the modes, a column of `filters` (|f|^2 at each w)
## for each.
function covariance = trace_covariance (spectra, filters, steps)
  covariance = 2 / steps * (filters' * (filters .* (spectra.weight .* spectra.pairs)));
endfunction

## Standard deviation of the time average of each mode's square.
function sd = square_sd (spectra, steps)
  sd = sqrt (2 / steps * sum (spectra.weight .* spectra.theta .^ 2));
endfunction

## Standard deviation of the MSD of a window of few frames, exact for Gaussian modes independent of each
## other: (2/n) sum_m (1 - |m|/n) c(m)^2 over n = frames - lag origins, c the autocovariance of the
## displacements.
function sd = window_msd_sd (spectra, frames, lags)
  variance = zeros (size (lags));
  for mode = 1:columns (spectra.theta)
    covariance = real (ifft ([spectra.theta(:, mode); spectra.theta(end-1:-1:2, mode)]));
    for i = 1:numel (lags)
      origins = frames - lags(i);
      m = (0:origins-1)';
      c = 2 * covariance(m + 1) - covariance(abs (m - lags(i)) + 1) - covariance(m + lags(i) + 1);
      taper = [1; 2 * ones(origins - 1, 1)] .* (1 - m / origins);
      variance(i) += 2 / origins * sum (taper .* c .^ 2);
    endfor
  endfor
  sd = sqrt (variance);
endfunction
