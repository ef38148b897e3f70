# Predicted sampling errors of time averages over a recorded run, for the main job's table.
#
# A stationary Gaussian process z with spectrum matrix S(w), w in radians per step, over T steps (T much
# longer than its memory): the mean of z has variance S(0)/T, and the time averages of |f z|^2 and |g z|^2 (f,
# g linear filters) have covariance (2/T) mean over w of |f|^2 |g|^2 sum_ij |S_ij|^2  (Isserlis' theorem and
# Parseval's).

# Spectra of the modes of a discrete model on n frequencies: `theta` (a column for each mode) and `pairs` =
# sum_ij |S_ij|^2; mean over w is sum(weight * ...). S_ij = G_i conj(G_j) noise_ij batch(w), G = lr/(e^iw - p
# + beta e^-iw).
stationary_spectra <- function(model, n) {
  hyper <- model$hyper
  w <- 2 * pi * seq(0, n / 2) / n
  restoring <- outer(-2 * (1 + hyper$momentum) * sin(w / 2)^2,
                     hyper$lr * (model$eigenvalues + hyper$weight_decay), "+")
  gain <- hyper$lr^2 / (restoring^2 + ((1 - hyper$momentum) * sin(w))^2)
  batch <- batch_noise_spectrum(model, w)
  noise <- model$gradient_noise
  if (!is.matrix(noise)) noise <- diag(noise)
  list(w = w, weight = c(1, rep(2, n / 2 - 1), 1) / n, theta = sweep(gain * batch, 2, diag(noise), "*"),
       pairs = rowSums((gain %*% noise^2) * gain) * batch^2, batch = batch)
}

# Spectrum of a batch's gradient noise, for unit covariance of one example's gradient. Epochs, averaged over
# the phase: variance (excess + M - 1)/(N - 1) and covariance -(M - h)/M/(N - 1) at lag h, so that only
# `excess` is left at w = 0.
batch_noise_spectrum <- function(model, w) {
  size <- model$hyper$batch_size
  if (model$sampling == "replacement") return(rep(1 / size, length(w)))
  examples <- model$n_examples
  full <- examples %/% size
  remainder <- if (model$drop_last) 0 else examples %% size
  steps <- full + (remainder > 0)
  inverse_sizes <- full / size + if (remainder > 0) 1 / remainder else 0
  excess <- examples * inverse_sizes / steps - steps
  fejer <- ifelse(w == 0, steps, (sin(steps * w / 2) / sin(w / 2))^2 / steps)
  (excess + steps - fejer) / (examples - 1)
}

# |1 - e^iwh|^2: the filter of a displacement over h steps; over one step and divided by lr^2, that of the
# velocity.
displacement_filter <- function(w, lags) 2 - 2 * cos(outer(w, lags))

# Covariance matrix of time averages of |z|^2 summed over the modes, a column of `filters` (|f|^2 at each w)
# for each.
trace_covariance <- function(spectra, filters, steps) {
  2 / steps * crossprod(filters, filters * (spectra$weight * spectra$pairs))
}

# Standard deviation of the time average of each mode's square.
square_sd <- function(spectra, steps) sqrt(2 / steps * colSums(spectra$weight * spectra$theta^2))

# Standard deviation of the MSD of a window of few frames, exact for Gaussian modes independent of each other:
# (2/n) sum_m (1 - |m|/n) c(m)^2 over n = frames - lag origins, c the autocovariance of the displacements.
window_msd_sd <- function(spectra, frames, lags) {
  variance <- numeric(length(lags))
  for (mode in seq_len(ncol(spectra$theta))) {
    half <- spectra$theta[, mode]
    covariance <- Re(fft(c(half, rev(half[-c(1, length(half))])))) / (2 * (length(half) - 1))
    for (i in seq_along(lags)) {
      origins <- frames - lags[i]
      m <- seq(0, origins - 1)
      c <- 2 * covariance[m + 1] - covariance[abs(m - lags[i]) + 1] - covariance[m + lags[i] + 1]
      taper <- c(1, rep(2, origins - 1)) * (1 - m / origins)
      variance[i] <- variance[i] + 2 / origins * sum(taper * c^2)
    }
  }
  sqrt(variance)
}
