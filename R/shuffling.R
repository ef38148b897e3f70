# Was a run shuffled by epochs?

#' Test whether a run was shuffled by epochs
#'
#' The recursion read backwards gives the noise of every step along every mode,
#' \deqn{-\eta\xi_k = \theta_{k+1} - \theta_k - \beta(\theta_k - \theta_{k-1}) + \eta\kappa(\theta_k - \mu).}{
#' -eta xi_k = theta_(k+1) - theta_k - beta (theta_k - theta_(k-1)) + eta kappa (theta_k - mu).}
#' Batches drawn with replacement make it white. In an epoch of M steps every example comes once, so that the
#' noise sums to zero and is correlated by -1/(M-1) between steps: its spectrum
#' \eqn{1 - \sin^2(Mw/2)/(M\sin(w/2))^2}{1 - (sin(M w/2)/(M sin(w/2)))^2} has next to nothing below half a
#' cycle an epoch.
#'
#' The noise of the modes is made uncorrelated and of unit variance, its periodograms are summed, and the mean
#' below a frequency over that above is compared with its F law under white noise, one-sided. Where
#' `epoch_steps` is given the frequency is half a cycle an epoch; else the smallest p value at 2, 4, 8, ...
#' frequencies counts, times their number. The test is right for any noise that is white in time; a wrong
#' curvature or momentum, or a loss that is not quadratic, tilts the spectrum (slow forces add power at low
#' frequencies, which hides shuffling).
#'
#' False alarms at 5%, of 4,000 white runs of 5 modes (`bench/calibration/fit_langevin.c`, standard error
#' 0.3%): `epoch_steps` unknown 3.2% at 302 frames and 3.9% at 1,002; 20 given, 4.2 and 5.8%.
#'
#' @inheritParams fit_langevin
#' @param epoch_steps Steps in an epoch, where known; `NULL`: unknown, and estimated.
#' @param level One minus the false-alarm rate that `power` and [print()] are for.
#' @return A list of class `"shuffling_test"`: `p_value`, `ratio` (of mean power low to high), `df` (2),
#'   `cutoff` (cycles per step), `power` (chance to find epochs of the length given or found in such a record;
#'   `NaN`: neither), `epoch_steps`, `epoch_phase`, `epoch_sum` (the length over whose windows the noise sums
#'   to least, steps from the first frame to the first epoch that begins at or after it, and the variance of
#'   the sums over that of as many independent steps: near 0 by epochs, near 1 if there are none),
#'   `log_likelihood_ratio` (of the best epoch spectrum over white noise), `temperature_ratio` (per mode:
#'   kinetic over configurational temperature of the record, 1 under any white noise), `bands` (list: `freq`,
#'   `ratio`: mean power over its mean, `weight`: half the degrees of freedom), `mode`, `given` (the
#'   `epoch_steps` given, or `NaN`), `level`, `frames`, `n_paths`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()] (the bands); `autoplot()` where ggplot2 is
#'   installed.
#' @section Errors: `unsupported` (frames not at every step), `too_short` (64 frames, 10 a mode, 4 epochs),
#'   `saddle`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: T d m + T m^2 operations, an FFT a mode.
#' @references arXiv:2306.05300 (epochs and the noise); arXiv:2107.09133 (the process).
#' @seealso [sgd_irreversibility()] (the temperatures that the theory expects), [fit_langevin()].
#' @examples
#' problem <- sgd_spectrum(c(2, 0.5, 0.1), sigma2 = 1)
#' hyper <- sgd_hyper(0.1, 0.9, batch_size = 32)
#' model <- sgd_model(problem, hyper, dynamics = "sgd", sampling = "epoch", n_examples = 640)
#' run <- sgd_simulate(model, 2000, start = "stationary", seed = 1)
#' shuffling_test(run, model)
#' @export
shuffling_test <- function(x, hyper, H = NULL, epoch_steps = NULL, modes = NULL, level = 0.95, ...) {
  reject_dots("shuffling_test", ...)
  model <- model_to_fit(hyper, H, "sgd", "replacement", NULL)$model
  refuse_wide(model, "shuffling_test", dense_problem)
  frames <- as_frames(x)
  if (frames$size[2L] != model$dim) {
    stop_argument("`x`: expected %d coordinates, got %.0f", model$dim, frames$size[2L])
  }
  if (inherits(x, "sgd_trajectory") && identical(x$coordinates, "modes")) model["vectors"] <- list(NULL)
  modes <- if (is.null(modes)) as.double(seq_len(model$dim)) else as_numeric_vector(modes, "modes")
  given <- if (is.null(epoch_steps)) NaN else as_count(epoch_steps, "epoch_steps", 2)
  found <- .Call(C_shuffling_test, model, frames$x, frames$size, modes - 1,
                 c(frames$record, if (is.nan(given)) 0 else given, as_number(level, "level")))
  n <- found$numbers
  bands <- seq_len(found$bands)
  structure(list(
    p_value = n[4L], ratio = n[1L], df = n[2:3], cutoff = n[5L], power = n[6L], epoch_steps = n[7L],
    epoch_phase = n[8L], epoch_sum = n[9L], log_likelihood_ratio = n[10L],
    temperature_ratio = found$temperature,
    bands = list(freq = found$freq[bands], ratio = found$ratio[bands], weight = found$weight[bands]),
    mode = modes, given = given, level = level, frames = frames$size[1L], n_paths = frames$size[3L]
  ), class = "shuffling_test")
}

#' @export
print.shuffling_test <- function(x, ...) {
  cat(sprintf("Shuffled by epochs? %s\n", if (x$p_value < 1 - x$level) "Yes" else "No sign of it"))
  cat(sprintf("  power of the noise below %.3g cycles per step over that above: %.4g, %s\n", x$cutoff,
              x$ratio,
              p_value_text(x$p_value)))
  if (x$p_value < 1 - x$level) {
    cat(sprintf(paste("  epochs of %.0f steps, one begins %.0f after the first frame; sums over them vary",
                      "%.3g times as those of white noise\n"),
                x$epoch_steps, x$epoch_phase, x$epoch_sum))
  }
  length <- if (is.nan(x$given)) x$epoch_steps else x$given
  if (!is.nan(x$power)) {
    cat(sprintf("  chance to find epochs of %.0f steps in this record: %.3f\n", length, x$power))
  }
  invisible(x)
}

#' @export
summary.shuffling_test <- function(object, ...) {
  data.frame(mode = object$mode, temperature_ratio = object$temperature_ratio)
}

#' @export
as.data.frame.shuffling_test <- function(x, ...) as.data.frame(x$bands)

#' Plot a test for shuffling
#'
#' Power of the noise over its mean, by frequency, with intervals; 1 under white noise, the curve under epochs
#' of the estimated length.
#'
#' @param x From [shuffling_test()].
#' @param level Probability of the bars.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.shuffling_test <- function(x, level = x$level, xlab = "frequency (cycles per step)",
                                ylab = "power of the noise over its mean", main = "Noise of the steps", ...) {
  bars <- shuffling_bars(x, level)
  graphics::plot(range(x$bands$freq), range(0, bars$upper, 1.2), type = "n", log = "x", xaxt = "n", las = 1,
                 xlab = xlab,
                 ylab = ylab, main = main, ...)
  log_axis(1)
  graphics::abline(h = 1, lty = 3, col = palette_of["reference"])
  graphics::segments(bars$freq, bars$lower, bars$freq, bars$upper, col = palette_of["measured"])
  graphics::points(x$bands$freq, x$bands$ratio, pch = 19, cex = 0.7, col = palette_of["measured"])
  if (x$p_value < 1 - x$level) {
    graphics::lines(epoch_curve(x), lwd = 2, col = palette_of["theory"])
    graphics::legend("bottomright", bg = "white", lwd = 2, col = palette_of["theory"],
                     legend = sprintf("epochs of %.0f steps", x$epoch_steps))
  }
  invisible(x)
}

shuffling_bars <- function(x, level) {
  df <- 2 * x$bands$weight
  data.frame(freq = x$bands$freq, ratio = x$bands$ratio,
             lower = x$bands$ratio * df / stats::qchisq((1 + level) / 2, df),
             upper = x$bands$ratio * df / stats::qchisq((1 - level) / 2, df))
}

# Spectrum of the noise of epochs of the estimated length.
epoch_curve <- function(x) {
  M <- x$epoch_steps
  freq <- exp(seq(log(min(x$bands$freq)), log(max(x$bands$freq)), length.out = 400))
  half <- pi * freq
  data.frame(freq = freq, ratio = (1 - (sin(M * half) / (M * sin(half)))^2) * M / (M - 1))
}
