# Broken detailed balance: entropy production and the temperatures of the modes.

#' Irreversibility of SGD and the temperatures of its modes
#'
#' A current that is not zero is not broken detailed balance: velocity is odd under time reversal, so that
#' circulation of \eqn{(\theta, v)} is what any oscillator shows in equilibrium, and for \eqn{\Sigma =
#' \sigma^2 H} and \eqn{\Sigma = \sigma^2 I} the paper's currents are reversible. What breaks it is an
#' antisymmetric part of \eqn{R = cov(\theta, v)}, from noise and curvature that do not commute. The rate of
#' entropy production of the Langevin model per unit time \eqn{t = \eta k} is \deqn{c\,[tr(U_{vv}\Sigma) -
#' 2d + \kappa_T tr(\Sigma^{-1}W)],}{c [ tr(U_vv Sigma) - 2 d + kappa_T tr(Sigma^-1 W) ],} with \eqn{U} of
#' [sgd_modified_loss()] and \eqn{W = cov(v)}; it is zero exactly where \eqn{R = 0}.
#'
#' Along a mode \eqn{l} the kinetic temperature \eqn{W_{ll}}{W_ll} and the configurational
#' \eqn{a\kappa_lP_{ll}}{a kappa_l P_ll} (\eqn{a = 2/(\eta(1+\beta))}, \eqn{P = cov(\theta)}; both times the
#' noise of the mode) are equal under noise that is white in time, for the Langevin model and for the
#' recursion. Under epochs they come apart, by a factor of 60 for the flattest modes of a real run: a test
#' for shuffling.
#'
#' @param model From [sgd_model()].
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_irreversibility"`: `entropy_production` (per unit time; `NaN` under `dynamics
#'   = "sgd"` and where \eqn{\Sigma} or \eqn{K} is singular), `kinetic_temperature`,
#'   `configurational_temperature` (d each; the latter `NaN` for flat modes), `antisymmetric`
#'   (\eqn{(R-R')/2}, d x d), `eigenvalue` (of \eqn{H}, d), `model`.
#'
#'   Methods: [plot()] (temperatures against curvature), [summary()], [as.data.frame()].
#' @section Errors: `saddle`; see [sgdlangevin-conditions].
#' @section Cost: six products of d x d matrices.
#' @references arXiv:2107.09133, section 5 (the currents). Entropy production of an underdamped
#'   Ornstein-Uhlenbeck process: Spinney and Ford (2012), Physical Review E 85, 051113.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5)), Sigma = matrix(c(1, 0.8, 0.8, 2), 2))
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32))
#' sgd_irreversibility(model)
#' @export
sgd_irreversibility <- function(model, ...) {
  reject_dots("sgd_irreversibility", ...)
  as_model(model)
  state <- .Call(C_irreversibility, model)
  if (!is_wide(model)) {
    state$antisymmetric <- name_parameters(state$antisymmetric, parameter_names(model$problem))
  }
  structure(c(state, list(eigenvalue = model$eigenvalues, model = model)), class = "sgd_irreversibility")
}

#' @export
print.sgd_irreversibility <- function(x, ...) {
  cat(sprintf("Irreversibility (%s), %s\n", dynamics_text(x$model), plural(length(x$eigenvalue), "mode")))
  if (!is.nan(x$entropy_production)) {
    cat(sprintf("  entropy production %s per unit time, %s per step\n", format_numbers(x$entropy_production),
                format_numbers(x$model$hyper$lr * x$entropy_production)))
  }
  cat(sprintf("  largest antisymmetric covariance of position and velocity: %s\n",
              format_numbers(max(abs(x$antisymmetric)))))
  ratio <- temperature_ratio(x)
  if (!all(is.na(ratio))) {
    bounds <- range(ratio, na.rm = TRUE)
    cat(sprintf("  kinetic over configurational temperature: %s to %s\n", format_numbers(bounds[1L]),
                format_numbers(bounds[2L])))
  }
  invisible(x)
}

# NaN for modes without noise or curvature.
temperature_ratio <- function(x) x$kinetic_temperature / x$configurational_temperature

#' @export
summary.sgd_irreversibility <- function(object, ...) as.data.frame(object)

#' @export
as.data.frame.sgd_irreversibility <- function(x, ...) {
  data.frame(mode = seq_along(x$eigenvalue), eigenvalue = x$eigenvalue,
             kinetic_temperature = x$kinetic_temperature,
             configurational_temperature = x$configurational_temperature, ratio = temperature_ratio(x))
}

#' Plot the temperatures of the modes
#'
#' @param x From [sgd_irreversibility()].
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_irreversibility <- function(x, xlab = "eigenvalue of H", ylab = "temperature times noise",
                                     main = "Temperatures of the modes", ...) {
  table <- as.data.frame(x)
  table <- table[table$eigenvalue > 0 & table$kinetic_temperature > 0 & !is.nan(table$ratio), ]
  if (nrow(table) == 0L) stop_argument("`x`: expected a mode with noise and positive curvature, got none")
  temperatures <- table[c("kinetic_temperature", "configurational_temperature")]
  colours <- palette_of[c("current", "theory")]
  graphics::plot(range(table$eigenvalue), range(temperatures), type = "n", log = "xy", xaxt = "n", yaxt = "n",
                 xlab = xlab, ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  for (i in 1:2) graphics::points(table$eigenvalue, temperatures[[i]], pch = c(19, 1)[i], col = colours[i])
  graphics::legend("bottomright", bg = "white", legend = c("kinetic", "configurational"), pch = c(19, 1),
                   col = colours)
  invisible(x)
}
