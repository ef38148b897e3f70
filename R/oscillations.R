# Phase space oscillations: damping regime, period and quality of each mode.

regime_colours <- c(
  flat = "#999999", overdamped = "#0072B2", critical = "#000000", underdamped = "#D55E00",
  alternating = "#CC79A7", saddle = "#E69F00"
)

#' Oscillations of each mode
#'
#' Along eigenvector \eqn{l} the Langevin model is a harmonic oscillator with damping \eqn{\gamma =
#' (1-\beta)/(\eta(1+\beta))} and natural frequency \eqn{\omega_l = \sqrt{2\kappa_l/(\eta(1+\beta))}}{omega_l
#' = sqrt(2 kappa_l/(eta (1 + beta)))}. It is underdamped where \eqn{(1-\beta)^2 < 2\eta(1+\beta)\kappa_l};
#' its period is then \eqn{2\pi/(\eta \sqrt{\omega_l^2-\gamma^2})}{2 pi/(eta sqrt(omega_l^2 - gamma^2))}
#' steps. The discrete recursion is overdamped for \eqn{\eta \kappa_l < (1-\sqrt{\beta})^2}{eta kappa_l < (1 -
#' sqrt(beta))^2}, underdamped up to \eqn{(1+\sqrt{\beta})^2}{(1 + sqrt(beta))^2} with period
#' \eqn{2\pi/\arccos((1+\beta-\eta \kappa_l)/(2\sqrt{\beta}))}{2 pi/acos((1 + beta - eta kappa_l)/(2
#' sqrt(beta)))} steps, and alternating in sign at every step from there to the stability limit.
#'
#' @param model From [sgd_model()].
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_oscillations"` with d entries each: `mode`, `eigenvalue` (of \eqn{H}),
#'   `gamma` (decay rate of the envelope per unit time `lr * step`), `omega` (natural angular frequency per
#'   unit time), `regime` (`"flat"`, `"overdamped"`, `"critical"`, `"underdamped"`, `"alternating"` or
#'   `"saddle"`), `period` (steps; `Inf` unless it oscillates), `quality` (\eqn{\omega/(2\gamma)}),
#'   `critical_momentum` (the momentum at which the mode is critically damped at this learning rate); and
#'   `hyper`, `dynamics`.
#'
#'   Methods: [as.data.frame()], [summary()] (counts by regime), [plot()] (the spectrum by regime).
#' @section Cost: O(d).
#' @references arXiv:2107.09133, section 6.
#' @examples
#' model <- sgd_model(sgd_spectrum(10^seq(1, -4, length.out = 40), sigma2 = 1), sgd_hyper(0.05, 0.9))
#' oscillations <- sgd_oscillations(model)
#' head(as.data.frame(oscillations))
#' plot(oscillations)
#' @export
sgd_oscillations <- function(model, ...) {
  reject_dots("sgd_oscillations", ...)
  as_model(model)
  modes <- list(mode = as.double(seq_along(model$eigenvalues)), eigenvalue = model$eigenvalues)
  structure(c(modes, .Call(C_oscillations, model), list(hyper = model$hyper, dynamics = model$dynamics)),
            class = "sgd_oscillations")
}

#' @export
as.data.frame.sgd_oscillations <- function(x, ...) {
  as.data.frame(unclass(x)[setdiff(names(x), c("hyper", "dynamics"))], ...)
}

#' @export
print.sgd_oscillations <- function(x, ...) {
  cat(sprintf("Oscillations of %s (%s): %s\n", plural(length(x$mode), "mode"), dynamics_text(x),
              format(x$hyper)))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_oscillations <- function(object, ...) {
  present <- intersect(names(regime_colours), object$regime)
  rows <- lapply(present, function(regime) {
    these <- object$regime == regime
    data.frame(regime = regime, modes = sum(these), largest = max(object$eigenvalue[these]),
               smallest = min(object$eigenvalue[these]), shortest_period = min(object$period[these]))
  })
  do.call(rbind, rows)
}

# Eigenvalues of H at which the regime changes, and SGD's stability limit.
regime_boundaries <- function(hyper, dynamics) {
  eta <- hyper$lr
  beta <- hyper$momentum
  kappa <- c("stability limit of SGD" = 2 * (1 + beta) / eta)
  if (dynamics == "langevin") kappa <- c("critical damping" = (1 - beta)^2 / (2 * eta * (1 + beta)), kappa)
  if (dynamics == "sgd" && beta >= 0) {
    kappa <- c("critical damping" = (1 - sqrt(beta))^2 / eta,
               "alternating from here" = (1 + sqrt(beta))^2 / eta, kappa)
  }
  kappa - hyper$weight_decay
}

#' Spectrum of the Hessian by damping regime
#'
#' @param x From [sgd_oscillations()] (or a model from [sgd_model()]).
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly. Eigenvalues that are not positive cannot be shown on the log axis; a line below the
#'   plot counts them.
#' @export
plot.sgd_oscillations <- function(x, xlab = "mode", ylab = "eigenvalue of H",
                                  main = "Hessian spectrum by damping regime", ...) {
  positive <- x$eigenvalue > 0
  if (!any(positive)) stop_argument("`x`: expected at least one positive eigenvalue, got none")
  boundaries <- regime_boundaries(x$hyper, x$dynamics)
  boundaries <- boundaries[boundaries > 0]
  values <- x$eigenvalue[positive]
  graphics::plot(x$mode[positive], values, log = "y", yaxt = "n", pch = 19, cex = 0.7, las = 1, xlab = xlab,
                 ylab = ylab, main = main, xaxt = "n", col = regime_colours[x$regime[positive]],
                 ylim = range(values, boundaries[boundaries < 3 * max(values)]), ...)
  graphics::axis(1, at = unique(round(pretty(x$mode[positive]))))
  log_axis(2)
  graphics::abline(h = boundaries, lty = 3)
  # Alternation starts just below the stability limit: its label goes below its line.
  for (label in names(boundaries)) {
    below <- label == "alternating from here"
    graphics::text(graphics::par("usr")[2L], boundaries[label], label,
                   adj = c(1.05, if (below) 1.4 else -0.4),
                   cex = 0.8)
  }
  present <- intersect(names(regime_colours), x$regime[positive])
  graphics::legend("bottomleft", bg = "white", pch = 19, col = regime_colours[present], legend = present)
  if (!all(positive)) {
    graphics::mtext(sprintf("%s not positive, not shown", plural(sum(!positive), "eigenvalue")), side = 1,
                    line = -1, adj = 0.98, cex = 0.8)
  }
  invisible(x)
}
