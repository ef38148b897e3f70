# Predicted power spectra of position and velocity, and the ringing of the modes.

#' Predicted power spectrum of SGD
#'
#' Two-sided power spectral density of \eqn{\theta} and of \eqn{v}, summed over the modes or along one
#' direction, at frequencies \eqn{f} in cycles per step. Of a mode of the recursion under white noise, with
#' \eqn{w = 2\pi f}{w = 2 pi f} and \eqn{p = 1 + \beta - \eta\kappa},
#' \deqn{S_\theta(f) = \frac{\eta^2\tilde\Sigma/S}{|e^{iw} - p + \beta e^{-iw}|^2},}{S(f) = (eta^2
#' S~/S)/|e^(iw) - p + beta e^(-iw)|^2,} and the variance is its integral from -1/2 to 1/2; of the Langevin
#' model, with \eqn{w = 2\pi f/\eta}{w = 2 pi f/eta} and \eqn{a = 2/(\eta(1+\beta))}{a = 2/(eta (1 + beta))},
#' \deqn{S_\theta(f) = \frac{a^2\tilde\Sigma/S}{(a\kappa - w^2)^2 + a^2(1-\beta)^2w^2},}{S(f) = (a^2 S~/S)/((a
#' kappa - w^2)^2 + a^2 (1 - beta)^2 w^2),} and the variance is its integral over all frequencies. Under
#' epochs the noise is not white: its power falls to nothing below about one cycle an epoch.
#'
#' @param model From [sgd_model()].
#' @param freq Frequencies in cycles per step, \eqn{> 0}; at most 1/2 under `dynamics = "sgd"`.
#' @param direction d numbers, of any length but zero: the spectra of the component along it; `NULL` is the
#'   sum over all modes.
#' @param modes `TRUE`: also every mode's own spectrum of \eqn{\theta}.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_power_spectrum"`, n being the number of frequencies: `freq`, `theta`,
#'   `velocity` (n each; parameter units squared per cycle per step), `modes` (n x d or `NULL`); the ringing
#'   of each mode under white noise: `peak_freq` (d; where its spectrum peaks, `NaN` if it falls from 0 on),
#'   `peak_width` (between the two frequencies of half the peak; `NaN` if there are none), `quality`
#'   (frequency over width); `direction`, `model`.
#'
#'   Methods: [plot()], [summary()] (the ringing modes), [as.data.frame()].
#' @section Errors: `saddle`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: O(d) a frequency (epochs of M steps: O(d + M)); along a direction under general noise one
#'   product of a d x d matrix and a vector.
#' @references arXiv:2107.09133, section 6.
#' @seealso [sgd_autocorrelation()], [sgd_oscillations()].
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32), dynamics = "sgd")
#' spectrum <- sgd_power_spectrum(model, freq = 10^seq(-4, log10(0.5), length.out = 200))
#' plot(spectrum)
#' @export
sgd_power_spectrum <- function(model, freq, direction = NULL, modes = FALSE, ...) {
  reject_dots("sgd_power_spectrum", ...)
  as_object(model, "model", "sgd_model")
  freq <- as_numeric_vector(freq, "freq")
  if (is_density(model)) return(density_power_spectrum(model, freq, direction, modes))
  as_model(model)
  direction <- as_numeric_vector(direction, "direction", model$dim, optional = TRUE)
  spectrum <- .Call(C_power_spectrum, model, freq, wide_direction(model, direction), as_flag(modes, "modes"))
  ringing <- .Call(C_ringing, model)
  peak_freq <- replace(ringing$frequency, ringing$frequency == 0, NaN)
  structure(c(list(freq = freq), spectrum, list(
    peak_freq = peak_freq, peak_width = ringing$width, quality = ringing$quality, direction = direction,
    model = model
  )), class = "sgd_power_spectrum")
}

#' @export
print.sgd_power_spectrum <- function(x, ...) {
  cat(sprintf("Predicted power spectrum (%s)%s, %d frequencies; %d of %s with a peak\n",
              dynamics_text(x$model), if (is.null(x$direction)) "" else " along a direction", length(x$freq),
              sum(!is.nan(x$peak_freq)), plural(length(x$peak_freq), "mode")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_power_spectrum <- function(object, ...) {
  ringing <- which(!is.nan(object$peak_freq))
  data.frame(mode = ringing, eigenvalue = object$model$eigenvalues[ringing],
             peak_freq = object$peak_freq[ringing], period = 1 / object$peak_freq[ringing],
             peak_width = object$peak_width[ringing], quality = object$quality[ringing])
}

#' @export
as.data.frame.sgd_power_spectrum <- function(x, ...) {
  as.data.frame(unclass(x)[c("freq", "theta", "velocity")])
}

#' Plot a predicted power spectrum
#'
#' @param x From [sgd_power_spectrum()].
#' @param peaks Draw a line at the peak of each ringing mode, the first this many.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_power_spectrum <- function(x, peaks = 6, xlab = "frequency (cycles per step)",
                                    ylab = "power spectral density", main = "Predicted power spectrum", ...) {
  along <- order(x$freq)
  curves <- list(position = x$theta[along], velocity = x$velocity[along])
  shown <- unlist(curves)
  colours <- palette_of[c("theory", "current")]
  graphics::plot(range(x$freq), range(shown[shown > 0], finite = TRUE), type = "n", log = "xy", xaxt = "n",
                 yaxt = "n", xlab = xlab, ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  graphics::abline(v = utils::head(x$peak_freq[!is.nan(x$peak_freq)], peaks), lty = 3,
                   col = palette_of["reference"])
  for (i in 1:2) graphics::lines(x$freq[along], curves[[i]], col = colours[i], lwd = 2, lty = i)
  graphics::legend("bottomleft", bg = "white", legend = names(curves), col = colours, lty = 1:2, lwd = 2)
  invisible(x)
}
