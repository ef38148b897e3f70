# Predicted mean squared displacement and its local exponent.

#' Predicted mean squared displacement
#'
#' \eqn{E|\theta_k-\theta_0|^2} as a function of the number of steps, and its local exponent \eqn{d\log
#' MSD/d\log k}. From stationarity
#' \deqn{MSD(k) = \sum_l 2P_l(1-\phi_l(k)),}{MSD(k) = sum_l 2 P_l (1 - phi_l(k)),}
#' \eqn{P_l} the stationary variance along mode \eqn{l} and \eqn{\phi_l} its autocorrelation (of the Langevin
#' equation or of the recursion, by the model's dynamics); flat modes start from their stationary velocity.
#' From a point it is \eqn{|m(k)-m(0)|^2 + tr cov(\theta_k)}. Under epochs it is averaged over the phase, as
#' a long time average measures it. The exponent is 2 while motion is ballistic, 1 for diffusing flat modes, 0
#' when all modes are confined; broad spectra give plateaus in between.
#'
#' `form = "paper"` is the paper's sum for \eqn{\Sigma = \sigma^2 H},
#' \deqn{\frac{\eta^2 \sigma^2}{S(1-\beta^2)}\Big[tr(H)k +
#' 2k\sum_{j=1}^{k-1}(1-j/k)\sum_l\rho_lE^{(l)}_{22}(\eta j)\Big],}{eta^2 sigma^2/(S (1 - beta^2)) [ tr(H) k
#' + 2 k sum_{j<k} (1 - j/k) sum_l rho_l E22_l(eta j) ],} to reproduce its figures. It counts step
#' displacements by a trapezoid rule, whose excess grows for ever in confined modes: its late exponent of 1 is
#' an artefact, of which a warning reminds.
#'
#' @param model From [sgd_model()].
#' @param steps Numbers of steps \eqn{> 0}; whole numbers under `dynamics = "sgd"` and for the paper's form.
#' @param start `"stationary"` or `"point"`.
#' @param theta0,v0 Starting point for `start = "point"`, d numbers each; `NULL` is the minimiser, at rest.
#' @param form `"model"` (the model's own dynamics) or `"paper"`.
#' @param modes `TRUE`: also the terms of the sum, mode by mode.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_msd"`: `step`, `time` (`lr * step`), `msd`, `exponent`, `modes` (n x d or
#'   `NULL`), `form`, `start`; and `model`.
#'
#'   Methods: [plot()], [lines()] (to lay it over a measurement, see [plot.msd()]), [as.data.frame()].
#' @section Errors and warnings: `saddle`, `unsupported`, `bad_argument`; the warning
#'   `sgdlangevin_warning_paper_form`; see [sgdlangevin-conditions].
#' @section Cost: O(d) a step (epochs: O(dM) with M steps an epoch).
#' @references arXiv:2107.09133, section 7.
#' @examples
#' model <- sgd_model(sgd_spectrum(10^seq(0, -5, length.out = 60), sigma2 = 1),
#'                    sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32), dynamics = "sgd")
#' predicted <- sgd_msd(model, steps = unique(round(10^seq(0, 6, length.out = 100))))
#' plot(predicted)
#' @export
sgd_msd <- function(model, steps, start = "stationary", theta0 = NULL, v0 = NULL, form = "model",
                    modes = FALSE, ...) {
  reject_dots("sgd_msd", ...)
  as_model(model)
  steps <- as_numeric_vector(steps, "steps")
  starts <- c("stationary", "point")
  forms <- c("model", "paper")
  start_index <- option_index(start, "start", starts)
  form_index <- option_index(form, "form", forms)
  theta0 <- as_numeric_vector(theta0, "theta0", model$dim, optional = TRUE)
  v0 <- as_numeric_vector(v0, "v0", model$dim, optional = TRUE)
  if (start == "point" && is.null(theta0)) theta0 <- as.vector(model$minimiser)
  curve <- .Call(C_msd_theory, model, steps, start_index, theta0, v0, form_index, as_flag(modes, "modes"))
  if (form == "paper") {
    warn_status("paper_form", paste(
      "the paper's sum counts step displacements by a trapezoid rule: its excess grows for ever in",
      "confined modes, so its late exponent 1 is an artefact; form = \"model\" is exact"
    ))
  }
  structure(list(
    step = steps, time = model$hyper$lr * steps, msd = curve$msd, exponent = curve$exponent,
    modes = curve$modes, form = form, start = start, model = model
  ), class = "sgd_msd")
}

#' @export
print.sgd_msd <- function(x, ...) {
  form <- if (x$form == "paper") "the paper's sum" else dynamics_text(x$model)
  cat(sprintf("Predicted mean squared displacement (%s, start: %s), %s\n", form, x$start,
              plural(length(x$step), "step")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_msd <- function(object, ...) {
  shown <- unique(c(1L, round(length(object$step) * seq_len(5L) / 5L)))
  as.data.frame(object)[order(object$step), ][shown[shown > 0], ]
}

#' @export
as.data.frame.sgd_msd <- function(x, ...) {
  data.frame(step = x$step, time = x$time, msd = x$msd, exponent = x$exponent)
}

#' Plot a predicted mean squared displacement
#'
#' @param x From [sgd_msd()].
#' @param which `"msd"`, on logarithmic axes with slopes 1 and 2 for reference, or `"exponent"`.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()] or [lines()].
#' @return `x`, invisibly.
#' @export
plot.sgd_msd <- function(x, which = "msd", xlab = "lag (steps)", ylab = NULL, main = NULL, ...) {
  which <- match_option(which, "which", c("msd", "exponent"))
  along <- order(x$step)
  step <- x$step[along]
  if (which == "exponent") {
    graphics::plot(step, x$exponent[along], log = "x", xaxt = "n", type = "l", lwd = 2, las = 1, xlab = xlab,
                   ylab = if (is.null(ylab)) "local exponent d log MSD / d log lag" else ylab,
                   main = if (is.null(main)) "Predicted exponent" else main, col = palette_of["theory"], ...)
    graphics::abline(h = 0:2, lty = 3, col = palette_of["reference"])
  } else {
    graphics::plot(step, x$msd[along], log = "xy", xaxt = "n", yaxt = "n", type = "l", lwd = 2, xlab = xlab,
                   ylab = if (is.null(ylab)) "mean squared displacement (parameter units squared)" else ylab,
                   main = if (is.null(main)) "Predicted mean squared displacement" else main,
                   col = palette_of["theory"], ...)
    log_axis(2)
  }
  log_axis(1)
  invisible(x)
}

#' @rdname plot.sgd_msd
#' @param col,lwd Colour and width of the line.
#' @export
lines.sgd_msd <- function(x, col = palette_of["theory"], lwd = 2, ...) {
  along <- order(x$step)
  graphics::lines(x$step[along], x$msd[along], col = col, lwd = lwd, ...)
  invisible(x)
}
