# Predicted autocovariances of position and velocity.

#' Predicted autocovariance of SGD
#'
#' Stationary autocovariances \eqn{cov(\theta_{t+k}, \theta_t)}, \eqn{cov(v_{t+k}, v_t)} and
#' \eqn{cov(\theta_{t+k}, v_t)}, summed over the modes or along one direction. With the propagator \eqn{E(k)}
#' of a mode (\eqn{e^{-A\eta k}} of the Langevin model, \eqn{F^k} of the recursion) and its stationary
#' covariance \eqn{C} they are the entries of
#' \deqn{cov(z_{t+k}, z_t) = E(k)C, \qquad z = (\theta, v);}{cov(z_{t+k}, z_t) = E(k) C,  z = (theta, v);} of
#' position, under the recursion, \eqn{\phi_0 = 1}, \eqn{\phi_1 = p/(1+\beta)}, \eqn{\phi_{j+1} = p\phi_j -
#' \beta\phi_{j-1}}{phi_{j+1} = p phi_j - beta phi_{j-1}} with \eqn{p = 1 + \beta - \eta\kappa}. Under
#' epochs the noise of the steps between is correlated with the state, in closed sums over an epoch, and the
#' result is averaged over the phase. Displacements follow: \eqn{MSD(k) = 2(c_\theta(0) -
#' c_\theta(k))}{MSD(k) = 2 (c(0) - c(k))}.
#'
#' @param model From [sgd_model()].
#' @param lags Numbers of steps \eqn{\ge 0}; whole numbers under `dynamics = "sgd"`.
#' @param direction d numbers, of any length but zero: the autocovariances of the component along it; `NULL`
#'   is the sum over all modes.
#' @param modes `TRUE`: also every mode's own.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_autocorrelation"`, n being the number of lags: `lag`, `time` (`lr * lag`),
#'   `theta`, `velocity`, `cross` (n autocovariances each; `cross` is of \eqn{\theta} at the lag with \eqn{v}
#'   before), `correlation_theta`, `correlation_velocity` (over their values at lag 0), `modes_theta`,
#'   `modes_velocity` (n x d or `NULL`), `direction`, `model`. Flat noisy modes have no stationary position:
#'   `theta` is then `Inf`, and the correlation `NaN`. Of a spectral density ([sgd_density()]) also `se` and
#'   `truncation`, lists of `theta`, `velocity`, `cross` (see [sgd_trace()]); no `direction` and no `modes`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()].
#' @section Errors: `saddle`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: O(d) a lag (epochs of M steps: O(d log M)); along a direction under general noise
#'   \eqn{O(d^2)}.
#' @references arXiv:2107.09133, section 4.
#' @seealso [sgd_power_spectrum()], [sgd_msd()].
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.1)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32), dynamics = "sgd")
#' correlation <- sgd_autocorrelation(model, lags = 0:100)
#' plot(correlation)
#' @export
sgd_autocorrelation <- function(model, lags, direction = NULL, modes = FALSE, ...) {
  reject_dots("sgd_autocorrelation", ...)
  as_object(model, "model", "sgd_model")
  lags <- as_numeric_vector(lags, "lags")
  if (is_density(model)) return(density_autocorrelation(model, lags, direction, modes))
  as_model(model)
  direction <- as_numeric_vector(direction, "direction", model$dim, optional = TRUE)
  zero <- length(lags) + 1L
  along <- wide_direction(model, direction)
  all <- .Call(C_autocorrelation, model, c(lags, 0), along, as_flag(modes, "modes"))
  at <- lapply(all, function(x) if (is.matrix(x)) x[-zero, , drop = FALSE] else x[-zero])
  structure(list(
    lag = lags, time = model$hyper$lr * lags, theta = at$theta, velocity = at$velocity, cross = at$cross,
    correlation_theta = at$theta / all$theta[zero],
    correlation_velocity = at$velocity / all$velocity[zero], modes_theta = at$modes_theta,
    modes_velocity = at$modes_velocity, direction = direction, model = model
  ), class = "sgd_autocorrelation")
}

#' @export
print.sgd_autocorrelation <- function(x, ...) {
  cat(sprintf("Predicted autocovariance (%s)%s, %s\n", dynamics_text(x$model),
              if (is.null(x$direction)) "" else " along a direction", plural(length(x$lag), "lag")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_autocorrelation <- function(object, ...) {
  # First lag at which a correlation has fallen below 1/e; NA if none has.
  decay <- function(correlation) {
    below <- object$lag[correlation < exp(-1)]
    if (length(below) && !anyNA(correlation)) min(below) else NA_real_
  }
  data.frame(of = c("position", "velocity"),
             below_1_over_e = c(decay(object$correlation_theta), decay(object$correlation_velocity)),
             lowest = c(min(object$correlation_theta), min(object$correlation_velocity)))
}

#' @export
as.data.frame.sgd_autocorrelation <- function(x, ...) {
  as.data.frame(unclass(x)[c("lag", "time", "theta", "velocity", "cross", "correlation_theta",
                             "correlation_velocity")])
}

#' Plot predicted autocorrelations
#'
#' @param x From [sgd_autocorrelation()].
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_autocorrelation <- function(x, xlab = "lag (steps)", ylab = "autocorrelation",
                                     main = "Predicted autocorrelation", ...) {
  along <- order(x$lag)
  curves <- list(position = x$correlation_theta[along], velocity = x$correlation_velocity[along])
  colours <- palette_of[c("theory", "current")]
  graphics::plot(range(x$lag), range(0, 1, unlist(curves), finite = TRUE), type = "n", las = 1, xlab = xlab,
                 ylab = ylab, main = main, ...)
  graphics::abline(h = 0, lty = 3, col = palette_of["reference"])
  for (i in 1:2) graphics::lines(x$lag[along], curves[[i]], col = colours[i], lwd = 2, lty = i)
  graphics::legend("topright", bg = "white", legend = names(curves), col = colours, lty = 1:2, lwd = 2)
  invisible(x)
}
