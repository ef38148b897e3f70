# From initialisation to stationarity: mean and covariance at given steps.

#' Mean and covariance of SGD from its start
#'
#' Law of \eqn{(\theta, v)} at given numbers of steps after the point \eqn{(\theta_0, v_0)}. With \eqn{E} the
#' propagator (\eqn{e^{-At}} of the Langevin model, \eqn{F^k} of the recursion), the mean is \eqn{\mu +
#' E(\theta_0-\mu, v_0)}; the covariance is accumulated by doubling, \eqn{C_{2m} = C_m + E_mC_mE_m'}, with no
#' stationary value subtracted, so that it is exact for flat modes and saddles too, at short and at long
#' times. Under epochs step 0 is the start of an epoch.
#'
#' @param model From [sgd_model()].
#' @param steps Numbers of steps \eqn{\ge 0}, in any order; whole numbers under `dynamics = "sgd"`.
#' @param theta0 Starting point, d numbers.
#' @param v0 Starting velocity, d numbers; `NULL` is zero.
#' @param covariance `"full"`, `"diagonal"` (variances of the parameters), `"trace"` or `"none"`.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_transient"`, n being the number of steps: `step`, `time` (`lr * step`),
#'   `mean_theta` and `mean_velocity` (d x n), `theta`, `velocity`, `cross` (d x d x n, d x n, n, or `NULL`,
#'   by `covariance`), `covariance`.
#' @section Errors: `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: a step costs O(d) for `"none"`, O(d log k) for `"trace"`, and O(d^2 log k) with six products
#'   of d x d matrices for `"full"`.
#' @references arXiv:2107.09133, section 4.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.05)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32))
#' path <- sgd_transient(model, steps = 0:200, theta0 = c(1, 1), covariance = "diagonal")
#' plot(path)
#' @export
sgd_transient <- function(model, steps, theta0, v0 = NULL, covariance = "full", ...) {
  reject_dots("sgd_transient", ...)
  as_model(model)
  steps <- as_numeric_vector(steps, "steps")
  theta0 <- as_numeric_vector(theta0, "theta0", model$dim)
  v0 <- as_numeric_vector(v0, "v0", model$dim, optional = TRUE)
  kinds <- c("none", "trace", "diagonal", "full")
  kind <- option_index(covariance, "covariance", kinds)
  law <- .Call(C_transient, model, steps, theta0, v0, kind)
  structure(c(list(step = steps, time = model$hyper$lr * steps), law, list(covariance = kinds[kind + 1L])),
            class = "sgd_transient")
}

#' @export
print.sgd_transient <- function(x, ...) {
  cat(sprintf("Transient law of %s at %s (%s to %s), covariance: %s\n",
              plural(nrow(x$mean_theta), "parameter"), plural(length(x$step), "step"),
              format_numbers(min(x$step)), format_numbers(max(x$step)), x$covariance))
  invisible(x)
}

# Standard deviations of the parameters, d x n; NULL where the variances are not there.
transient_sd <- function(x) {
  switch(x$covariance,
    diagonal = sqrt(x$theta),
    full = sqrt(matrix(apply(x$theta, 3L, diag), nrow(x$mean_theta)))
  )
}

#' @export
as.data.frame.sgd_transient <- function(x, ...) {
  d <- nrow(x$mean_theta)
  out <- data.frame(
    step = rep(x$step, each = d), time = rep(x$time, each = d), parameter = rep(seq_len(d), length(x$step)),
    mean_theta = as.vector(x$mean_theta), mean_velocity = as.vector(x$mean_velocity)
  )
  sd <- transient_sd(x)
  if (!is.null(sd)) out$sd_theta <- as.vector(sd)
  out
}

#' @export
summary.sgd_transient <- function(object, ...) {
  out <- data.frame(step = object$step, norm_theta = sqrt(colSums(object$mean_theta^2)),
                    norm_velocity = sqrt(colSums(object$mean_velocity^2)))
  if (object$covariance == "trace") out$total_variance <- object$theta
  sd <- transient_sd(object)
  if (!is.null(sd)) out$total_variance <- colSums(sd^2)
  out
}

#' Plot the transient of some parameters
#'
#' @param x From [sgd_transient()].
#' @param parameters Which parameters; the first six by default.
#' @param level Probability of the pointwise band around each mean (drawn if the variances are there).
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_transient <- function(x, parameters = seq_len(min(6L, nrow(x$mean_theta))), level = 0.95,
                               xlab = "step", ylab = "parameter", main = "Mean path from the start", ...) {
  along <- order(x$step)
  step <- x$step[along]
  mean <- x$mean_theta[parameters, along, drop = FALSE]
  sd <- transient_sd(x)
  reach <- if (is.null(sd)) 0 * mean else stats::qnorm((1 + level) / 2) * sd[parameters, along, drop = FALSE]
  colours <- grDevices::hcl.colors(length(parameters), "Dark 3")
  graphics::plot(range(step), range(mean - reach, mean + reach), type = "n", xlab = xlab, ylab = ylab,
                 main = main, las = 1, ...)
  for (i in seq_along(parameters)) {
    graphics::polygon(c(step, rev(step)), c(mean[i, ] - reach[i, ], rev(mean[i, ] + reach[i, ])), border = NA,
                      col = grDevices::adjustcolor(colours[i], 0.2))
    graphics::lines(step, mean[i, ], col = colours[i], lwd = 2)
  }
  graphics::legend("topright", bg = "white", lwd = 2, col = colours, legend = paste("parameter", parameters))
  invisible(x)
}
