# From initialisation to stationarity: mean and covariance at given steps.

#' Mean and covariance of SGD from its start
#'
#' Law of \eqn{(\theta, v)} at given numbers of steps after a start. With \eqn{E} the propagator
#' (\eqn{e^{-At}} of the Langevin model, \eqn{F^k} of the recursion), the mean is \eqn{\mu +
#' E(\theta_0-\mu, v_0)}; the covariance is \eqn{E C_0 E'} plus what the noise has added, accumulated by
#' doubling, \eqn{C_{2m} = C_m + E_mC_mE_m'}, with no stationary value subtracted, so that it is exact for
#' flat modes and saddles too, at short and at long times. Under epochs step 0 is the start of an epoch.
#'
#' The starts are a point \eqn{(\theta_0, v_0)}; `"stationary-velocity"`, the point \eqn{\theta_0} with the
#' velocity of the stationary state; `"gaussian"`, mean \eqn{(\theta_0, v_0)} and covariance `cov0`; and
#' `"checkpoint"`, the stationary state at the end of an epoch (under sampling without memory: the stationary
#' state).
#'
#' With weight-dependent noise (`noise = "multiplicative"`, `dynamics = "sgd"`, not by epochs) the transient
#' from a point is that of minibatch SGD itself, whose noise depends on the distance from the minimiser:
#' \deqn{\Sigma(m, P) = \frac1N\sum_n x_nx_n'(x_n'M_2x_n + r_n^2 - 2r_nx_n'm) - HM_2H + \lambda(Hm\mu' + \mu
#' m'H) - \lambda^2\mu\mu',}{Sigma(m, P) = (1/N) sum_n x_n x_n'(x_n'M2 x_n + r_n^2 - 2 r_n x_n'm) - H M2 H
#' + lambda (H m mu' + mu m'H) - lambda^2 mu mu',} \eqn{M_2 = P + mm'}, exact for a regression.
#'
#' @param model From [sgd_model()].
#' @param steps Numbers of steps \eqn{\ge 0}, in any order; whole numbers under `dynamics = "sgd"`.
#' @param theta0 Starting point, d numbers; `NULL` is the minimiser.
#' @param v0 Starting velocity, d numbers; `NULL` is zero.
#' @param covariance `"full"`, `"diagonal"` (variances of the parameters), `"trace"` or `"none"`.
#' @param start `"point"`, `"stationary-velocity"`, `"gaussian"` or `"checkpoint"`.
#' @param cov0 Covariance of \eqn{(\theta, v)} for `start = "gaussian"`: 2d x 2d, order theta then v.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_transient"`, n being the number of steps: `step`, `time` (`lr * step`),
#'   `mean_theta` and `mean_velocity` (d x n), `theta`, `velocity`, `cross` (d x d x n, d x n, n, or `NULL`,
#'   by `covariance`), `covariance`, `start`, `coordinates` (`"modes"` for a regression with fewer examples than
#'   parameters: mean displacements from the minimiser, see [sgd_model()]).
#' @section Errors: `bad_argument`, `not_finite`; `not_psd` (`cov0`); `saddle` (starts that need a stationary
#'   state); see [sgdlangevin-conditions].
#' @section Cost: a step costs O(d) for `"none"`, O(d log k) for `"trace"`, and O(d^2 log k) with six products
#'   of d x d matrices for `"full"`. Weight-dependent noise: O(N d^2) for every step up to the last.
#' @references arXiv:2107.09133, section 4. Weight-dependent noise and starts under epochs go beyond it.
#' @seealso [sgd_log_density()] for the density at a step.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.05)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32))
#' path <- sgd_transient(model, steps = 0:200, theta0 = c(1, 1), covariance = "diagonal")
#' plot(path)
#' @export
sgd_transient <- function(model, steps, theta0 = NULL, v0 = NULL, covariance = "full", start = "point",
                          cov0 = NULL, ...) {
  reject_dots("sgd_transient", ...)
  as_model(model)
  steps <- as_numeric_vector(steps, "steps")
  initial <- as_initial(model, start, setdiff(theory_starts, "stationary"), theta0, v0, cov0)
  kinds <- c("none", "trace", "diagonal", "full")
  kind <- option_index(covariance, "covariance", kinds)
  exact <- !is.null(model$multiplicative) && model$dynamics == "sgd" && start == "point"
  law <- if (exact) multiplicative_transient(model, steps, initial, kind) else
    on_device_of(model, .Call(C_transient, model, steps, initial, kind))
  structure(c(list(step = steps, time = model$hyper$lr * steps), law,
              list(covariance = kinds[kind + 1L], start = start, coordinates = coordinates_of(model))),
            class = "sgd_transient")
}

# The core takes ascending steps here.
multiplicative_transient <- function(model, steps, initial, kind) {
  ascending <- sort(unique(steps))
  law <- .Call(C_multiplicative_transient, model, ascending, initial$theta0, initial$v0, kind)
  at <- match(steps, ascending)
  lapply(law, function(x) {
    switch(length(dim(x)) + 1L, x[at], NULL, x[, at, drop = FALSE], x[, , at, drop = FALSE])
  })
}

#' Density of the state at a step
#'
#' Logarithm of the Gaussian density \eqn{p_k(z)} of \eqn{z = (\theta, v)} at step \eqn{k} after a start, with
#' the mean and covariance of [sgd_transient()].
#'
#' @param step Number of steps \eqn{\ge 0}; a whole number under `dynamics = "sgd"`.
#' @param points Points of phase space, n x 2d, one a row (\eqn{\theta}, then \eqn{v}); rows of d numbers mean
#'   \eqn{v = 0}; a vector is one point.
#' @inheritParams sgd_transient
#' @return n numbers.
#' @section Errors: `unsupported` where the covariance is singular (a sharp start at step 0, directions
#'   without noise); as [sgd_transient()].
#' @section Cost: one covariance of [sgd_transient()], one Cholesky factorisation of a 2d x 2d matrix, and
#'   \eqn{4nd^2} flops.
#' @references arXiv:2107.09133, section 4.
#' @examples
#' model <- sgd_model(sgd_quadratic(diag(c(2, 0.5)), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 8))
#' points <- rbind(c(0.5, 0.5, 0, 0), c(0, 0, 0, 0))
#' sgd_log_density(model, step = 20, points = points, theta0 = c(1, 1))
#' @export
sgd_log_density <- function(model, step, points, theta0 = NULL, v0 = NULL, start = "point", cov0 = NULL,
                            ...) {
  reject_dots("sgd_log_density", ...)
  as_model(model)
  refuse_wide(model, "sgd_log_density", "sgd_transient(), the law along the modes")
  initial <- as_initial(model, start, setdiff(theory_starts, "stationary"), theta0, v0, cov0)
  .Call(C_log_density, model, as_number(step, "step"), initial, as_points(points, "points", model$dim))
}

#' @export
print.sgd_transient <- function(x, ...) {
  cat(sprintf("Transient law of %s at %s (%s to %s), covariance: %s\n",
              plural(nrow(x$mean_theta), if (x$coordinates == "modes") "mode" else "parameter"),
              plural(length(x$step), "step"),
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
