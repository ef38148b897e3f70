# Main job, part 1: theory beside measurement for real minibatch SGD on the diamonds regression.

# From zero to stationarity (47 times the slowest relaxation, whole epochs of 422 steps), then on: the second
# run is the one measured, in the coordinates of the modes.
train <- function(model, steps, seed) {
  settling <- sgd_simulate(model, 474 * 422, method = "minibatch", record = 422, seed = seed,
                           theta0 = numeric(model$dim))
  last <- length(settling$step)
  sgd_simulate(model, steps, method = "minibatch", seed = seed + 1, coordinates = "modes",
               theta0 = settling$theta[last, , 1], v0 = settling$velocity[last, , 1])
}

first_frames <- function(run, n) {
  run$step <- run$step[1:n]
  run$time <- run$time[1:n]
  run$theta <- run$theta[1:n, , , drop = FALSE]
  run$velocity <- run$velocity[1:n, , , drop = FALSE]
  run
}

# One row for each quantity: theory, measured, and the sampling sd of measured/theory. `exponent` is
# diffusion_exponent() and `measured_msd` is msd() of the run, at lags that include table_lags.
compare <- function(model, run, measured_msd, exponent, table_lags) {
  steps <- length(run$step) - 1
  spectra <- stationary_spectra(model, 2^18)
  theta <- run$theta[-1, , 1]
  velocity <- run$velocity[-1, , 1]
  stationary <- sgd_stationary(model)
  rows <- rbind(
    compare_mean(model, spectra, colMeans(theta), steps),
    compare_variances(model, spectra, stationary, colMeans(theta^2), steps),
    compare_speed(model, spectra, stationary, mean(rowSums(velocity^2)), steps),
    compare_period(model, spectra, velocity[, 1], steps),
    compare_msd(model, spectra, measured_msd, table_lags, steps),
    compare_exponent(model, spectra, exponent, steps)
  )
  rows$ratio <- rows$measured / rows$theory
  rows$z <- (rows$ratio - 1) / rows$sd
  rows
}

quantity_row <- function(quantity, theory, measured, sd) {
  data.frame(quantity = quantity, theory = theory, measured = measured, sd = sd)
}

# The mean of a run has covariance K^-1 noise K^-1 batch(0)/T: its distance from the minimiser in that metric,
# as a root mean square over the d modes, is 1 within 1/sqrt(2 d).
compare_mean <- function(model, spectra, mean_theta, steps) {
  kappa <- model$eigenvalues + model$hyper$weight_decay
  pull <- kappa * mean_theta
  chi2 <- sum(pull * solve(model$gradient_noise, pull)) * steps / spectra$batch[1]
  quantity_row("time mean to ridge solution, in predicted errors", 1, sqrt(chi2 / model$dim),
               1 / sqrt(2 * model$dim))
}

compare_variances <- function(model, spectra, stationary, squares, steps) {
  theory <- colSums(model$vectors * (stationary$theta %*% model$vectors))
  modes <- c(1, (model$dim + 1) %/% 2, model$dim)
  quantity_row(sprintf("variance along eigenvector %d (eigenvalue %.3g)", modes, model$eigenvalues[modes]),
               theory[modes], squares[modes], (square_sd(spectra, steps) / theory)[modes])
}

compare_speed <- function(model, spectra, stationary, speed, steps) {
  theory <- stationary$trace[["velocity"]]
  velocity_filter <- displacement_filter(spectra$w, 1) / model$hyper$lr^2
  sd <- sqrt(trace_covariance(spectra, velocity_filter, steps))
  quantity_row("mean squared speed", theory, speed, sd / theory)
}

# One period passes between the first and the third zero of the velocity autocovariance. A zero t moves by
# -error(t)/slope(t), and the error of the autocovariance at lag t has the filter cos(w t) in place of |f|^2.
compare_period <- function(model, spectra, velocity, steps) {
  theory <- sgd_oscillations(model)$period[1]
  lags <- 0:ceiling(1.5 * theory)
  n <- length(velocity)
  autocovariance <- vapply(lags, function(lag) mean(velocity[1:(n - lag)] * velocity[(lag + 1):n]), 0)
  crossings <- zero_crossings(autocovariance)
  spectrum <- spectra$theta[, 1] * displacement_filter(spectra$w, 1)[, 1] / model$hyper$lr^2
  shift <- function(zero) cos(spectra$w * crossings$lag[zero]) / crossings$slope[zero]
  sd <- sqrt(2 / steps * sum(spectra$weight * spectrum^2 * (shift(3) - shift(1))^2))
  quantity_row("period of mode 1, steps", theory, crossings$lag[3] - crossings$lag[1], sd / theory)
}

# Zeros of a sequence given at 0, 1, 2, ..., by straight lines between its points.
zero_crossings <- function(values) {
  before <- which(values[-length(values)] * values[-1] < 0)
  slope <- values[before + 1] - values[before]
  list(lag = before - 1 - values[before] / slope, slope = slope)
}

compare_msd <- function(model, spectra, measured, table_lags, steps) {
  theory <- sgd_msd(model, table_lags)$msd
  covariance <- trace_covariance(spectra, displacement_filter(spectra$w, table_lags), steps)
  quantity_row(sprintf("mean squared displacement, lag %d", table_lags), theory,
               measured$msd[match(table_lags, measured$lag)], sqrt(diag(covariance)) / theory)
}

# Slope of the ordinary least squares line through log MSD against log lag, at the lags of the measurement.
compare_exponent <- function(model, spectra, measured, steps) {
  lags <- measured$msd$lag
  theory <- sgd_msd(model, lags)$msd
  centred <- log(lags) - mean(log(lags))
  slope <- centred / sum(centred^2)
  filters <- sweep(displacement_filter(spectra$w, lags), 2, slope / theory, "*")
  sd <- sqrt(sum(trace_covariance(spectra, filters, steps)))
  exponent <- sum(slope * log(theory))
  quantity_row(sprintf("exponent, lags %d to %d", min(lags), max(lags)), exponent, measured$exponent,
               sd / exponent)
}

# What weight-dependent noise adds to the mean squared speed, with replacement: the covariance of one
# example's gradient at a position scattered with the stationary covariance P instead of at the minimiser
# (squared residual r^2 + x'Px).
weight_dependent_excess <- function(model, X, y) {
  scatter <- sgd_stationary(model)$theta
  squares <- drop(y - X %*% model$minimiser)^2 + rowSums((X %*% scatter) * X)
  H <- model$problem$H
  decay <- model$hyper$weight_decay * model$minimiser
  noise <- crossprod(X * sqrt(squares)) / nrow(X) - H %*% scatter %*% H - tcrossprod(decay)
  problem <- sgd_quadratic(H, model$problem$b, Sigma = (noise + t(noise)) / 2)
  scattered <- sgd_model(problem, model$hyper, dynamics = "sgd")
  speed <- function(model) sgd_stationary(model, trace_only = TRUE)$trace[["velocity"]]
  speed(scattered) / speed(model)
}

print_comparison <- function(replacement, epoch) {
  line <- "%-50s | %10s %9s %8s %5s | %10s %9s %8s %5s\n"
  cat(sprintf("%-50s | %-35s | %s\n", "", "with replacement", "epochs, remainder kept"))
  cat(sprintf(line, "", "theory", "measured/", "sampling", "z", "theory", "measured/", "sampling", "z"))
  cat(sprintf(line, "", "", "theory", "sd", "", "", "theory", "sd", ""))
  cat(sprintf("%-50s | %10.4g %9.4f %8.4f %5.1f | %10.4g %9.4f %8.4f %5.1f\n", replacement$quantity,
              replacement$theory, replacement$ratio, replacement$sd, replacement$z,
              epoch$theory, epoch$ratio, epoch$sd, epoch$z), sep = "")
}
