# The stationary state: covariances of position and velocity.

#' Stationary covariance of SGD
#'
#' Covariance of \eqn{(\theta, v)} when the process has forgotten its start, in closed form from the model's
#' one eigendecomposition. In the eigenbasis, with \eqn{q_{ij} = a^2(\eta/S)\tilde\Sigma_{ij}}{q_ij = a^2
#' (eta/S) S~_ij}, \eqn{\tilde\Sigma = V'\Sigma V}{S~ = V' Sigma V} and \eqn{c = a(1-\beta)}, the Langevin
#' model has
#' \deqn{cov(\theta_i,\theta_j) = P_{ij} = \frac{q_{ij}}{a c(\kappa_i+\kappa_j) +
#' a^2(\kappa_i-\kappa_j)^2/(2c)},}{cov(theta_i, theta_j) = P_ij = q_ij/(a c (kappa_i + kappa_j)
#' + a^2 (kappa_i - kappa_j)^2/(2 c)),}
#' \deqn{cov(\theta_i,v_j) = \frac{a(\kappa_i-\kappa_j)}{2c}P_{ij}, \qquad cov(v_i,v_j) =
#' \frac{a(\kappa_i+\kappa_j)}{2}P_{ij},}{cov(theta_i, v_j) = a (kappa_i - kappa_j) P_ij/(2 c),
#' cov(v_i, v_j) = a (kappa_i + kappa_j) P_ij/2,} and the discrete recursion, with \eqn{u_i = \eta \kappa_i},
#' \deqn{P_{ij} = \frac{\eta^2 \tilde\Sigma_{ij}/S}{\frac{1-\beta}{1+\beta}((1+\beta)(u_i+u_j)-u_iu_j) +
#' \frac{\beta(u_i-u_j)^2}{1-\beta^2}},}{P_ij = (eta^2 S~_ij/S)/[ (1 - beta)/(1 + beta) ((1 + beta)(u_i + u_j)
#' - u_i u_j) + beta (u_i - u_j)^2/(1 - beta^2) ],}
#' \deqn{cov(\theta_i,v_j) = P_{ij}\frac{u_i-\beta u_j}{\eta(1-\beta^2)}, \qquad cov(v_i,v_j) =
#' P_{ij}\frac{u_i+u_j}{\eta^2(1+\beta)}.}{cov(theta_i, v_j) = P_ij (u_i - beta u_j)/(eta (1 - beta^2)),
#' cov(v_i, v_j) = P_ij (u_i + u_j)/(eta^2 (1 + beta)).} Under epochs the covariance is averaged over the
#' phase of the epoch, or taken at one `phase`; the average over all phases is what a long run shows. A mode
#' has a stationary position if \eqn{\kappa > 0}, or if \eqn{\kappa = 0} and no noise reaches it (its
#' variance is then 0 by convention; under epochs of equal batches noisy flat modes have one too).
#'
#' @param model From [sgd_model()].
#' @param trace_only `TRUE`: only the traces, in O(d) operations.
#' @param phase Under epochs: how many steps into an epoch, a whole number from 0 (epoch ends, where
#'   checkpoints are written) to below the number of steps of an epoch; `NULL` averages over the epoch.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_stationary"`: `theta`, `velocity`, `cross` (d x d covariances; `cross` is
#'   \eqn{cov(\theta, v)}; `NULL` with `trace_only`), `trace` (named: `theta`, `velocity`), `exists` (for each
#'   mode, whether it has a stationary position; those without are left out of `theta` and `cross`, and
#'   `trace["theta"]` is `Inf`), `variances` (of the d parameters, for a regression with fewer examples than
#'   parameters, whose covariances are along its modes: see [sgd_model()]; else `NULL`), `coordinates`
#'   (`"parameters"` or `"modes"`), `phase`, `model`. Of a spectral density ([sgd_density()]; `trace_only`
#'   must be `TRUE`) also `speed` (\eqn{E|\theta_{k+1}-\theta_k|^2}{E|theta[k+1] - theta[k]|^2}), `loss` (above the
#'   minimum, \eqn{tr(H cov(\theta))/2}{tr(H cov(theta))/2}), `penalty` (of weight decay), and `se` and
#'   `truncation` of all five (named `theta`, `velocity`, `step`, `loss`, `penalty`; see [sgd_trace()]).
#'
#'   Methods: [vcov()] gives `theta`; [plot()] draws the phase plane \eqn{(\theta, v)} of one mode;
#'   [summary()] holds the Langevin model, the exact recursion and, where they differ, the sampling scheme
#'   and weight-dependent noise side by side.
#' @section Errors and warnings: `saddle`; the warning `sgdlangevin_warning_flat` names how many modes have no
#'   stationary position; see [sgdlangevin-conditions].
#' @section Cost: up to four products of d x d matrices; where \eqn{\Sigma = \sigma^2 H} under `"langevin"`
#'   one Cholesky factorisation and one inverse.
#' @references arXiv:2107.09133, section 4 for \eqn{\Sigma = \sigma^2 H}, where \eqn{P =
#'   \eta \sigma^2 HK^{-1}/(2S(1-\beta))} and \eqn{W = \sigma^2 H/(S(1-\beta^2))}.
#' @examples
#' problem <- sgd_quadratic(H = matrix(c(2, 0.3, 0.3, 0.5), 2), Sigma = diag(2))
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32))
#' state <- sgd_stationary(model)
#' vcov(state)
#' plot(state, mode = 1)
#' @export
sgd_stationary <- function(model, trace_only = FALSE, phase = NULL, ...) {
  reject_dots("sgd_stationary", ...)
  as_object(model, "model", "sgd_model")
  refuse_objective(model)
  if (is_density(model)) return(density_stationary(model, trace_only, phase))
  if (!is.null(phase)) phase <- as_count(phase, "phase", 0)
  state <- on_device_of(model, .Call(C_stationary, model, as_flag(trace_only, "trace_only"), phase))
  names <- parameter_names(model$problem)
  for (block in c("theta", "velocity", "cross")) {
    if (!is_wide(model) && !is.null(names) && !is.null(state[[block]])) {
      state[[block]] <- name_parameters(state[[block]], names)
    }
  }
  names(state$trace) <- c("theta", "velocity")
  absent <- sum(!state$exists)
  if (absent > 0L) {
    warn_status("flat", paste("%d of %d modes are flat with noise and have no stationary position:",
                              "they are left out of `theta` and `cross`"), absent, length(state$exists))
  }
  state["variances"] <- list(if (is_wide(model) && !is.null(state$theta)) {
    name_parameters(.Call(C_wide_variances, model$vectors, state$theta), names)
  })
  structure(c(state, list(coordinates = coordinates_of(model), phase = phase, model = model)),
            class = "sgd_stationary")
}

#' @export
print.sgd_stationary <- function(x, ...) {
  cat(sprintf("Stationary state (%s), %s\n", dynamics_text(x$model), plural(x$model$dim, "parameter")))
  cat("  ", format(x$model$hyper), "\n", sep = "")
  cat(sprintf("  total variance: position %s, velocity %s\n", format_numbers(x$trace[["theta"]]),
              format_numbers(x$trace[["velocity"]])))
  if (is_density(x$model)) print_density_stationary(x)
  if (!is.null(x$phase)) cat(sprintf("  %.0f steps into an epoch\n", x$phase))
  if (!all(x$exists) && !is_density(x$model)) {
    cat(sprintf("  %s without a stationary position\n", plural(sum(!x$exists), "mode")))
  }
  if (is_wide(x$model)) cat(sprintf("  covariances along %s\n", plural(length(x$exists), "mode")))
  if (is.null(x$theta)) return(invisible(x))
  cat("  standard deviations of the parameters: ", shown(sqrt(parameter_variances(x, "theta"))), "\n", sep = "")
  invisible(x)
}

#' @export
summary.sgd_stationary <- function(object, ...) {
  if (is.null(object$theta)) return(object)
  structure(list(state = object, table = as.data.frame(object), comparison = compare_variances(object$model)),
            class = "summary.sgd_stationary")
}

#' @export
print.summary.sgd_stationary <- function(x, ...) {
  print(x$state)
  print_variances(x$comparison)
  cat("\n")
  print_rows(x$table, 10L)
  invisible(x)
}

#' @export
vcov.sgd_stationary <- function(object, ...) {
  require_covariances(object)
  refuse_wide(object$model, "`vcov`", "the field variances, or theta along the modes")
  object$theta
}

require_covariances <- function(object) {
  if (is.null(object$theta)) {
    raise_status("unsupported", "`object` was made with trace_only = TRUE: make it with trace_only = FALSE")
  }
}

#' @export
coef.sgd_stationary <- function(object, ...) object$model$minimiser

#' @export
as.data.frame.sgd_stationary <- function(x, ...) {
  require_covariances(x)
  names <- parameter_names(x$model$problem)
  data.frame(
    parameter = if (is.null(names)) seq_len(x$model$dim) else names,
    mean = unname(x$model$minimiser), sd_theta = sqrt(parameter_variances(x, "theta")),
    sd_velocity = sqrt(parameter_variances(x, "velocity"))
  )
}

# Covariance of (theta, v) along one mode, 2 x 2.
mode_covariance <- function(state, mode) {
  require_covariances(state)
  w <- mode_vector(state$model, mode)
  if (is_wide(state$model)) w <- replace(numeric(nrow(state$theta)), mode, 1)
  along <- function(block) sum(w * (block %*% w))
  matrix(c(along(state$theta), along(state$cross), along(state$cross), along(state$velocity)), 2L)
}

mode_vector <- function(model, mode) {
  mode <- as_count(mode, "mode", 1)
  most <- if (is_wide(model)) model$rank else model$dim
  if (mode > most) stop_argument("`mode` = %.0f: expected at most the dimension, %.0f", mode, most)
  if (is.null(model$vectors)) replace(numeric(model$dim), mode, 1) else model$vectors[, mode]
}

# Position (from the minimiser) and velocity of a trajectory along one mode: rows, all paths below each other.
mode_trajectory <- function(trajectory, model, mode) {
  as_object(trajectory, "trajectory", "sgd_trajectory", "sgd_simulate() or read_trajectory()")
  if (is.null(trajectory$velocity)) stop_argument("`trajectory`: expected one with velocities")
  if (dim(trajectory$theta)[2L] != model$dim) {
    stop_argument("`trajectory`: expected %d coordinates, got %d", model$dim, dim(trajectory$theta)[2L])
  }
  in_modes <- identical(trajectory$coordinates, "modes")
  w <- if (in_modes) replace(numeric(model$dim), mode, 1) else mode_vector(model, mode)
  along <- function(x) as.vector(apply(x, 3L, function(path) path %*% w))
  centre <- if (in_modes) 0 else sum(w * model$minimiser)
  cbind(along(trajectory$theta) - centre, along(trajectory$velocity))
}

#' Phase plane of a mode
#'
#' Position against velocity along one eigenvector of the Hessian, with the ellipse that holds a share `level`
#' of the stationary distribution and, if given, a trajectory.
#'
#' @param x From [sgd_stationary()].
#' @param mode Which mode; 1 is the stiffest.
#' @param trajectory Optional result of [sgd_simulate()] or [read_trajectory()] with velocities.
#' @param level Probability inside the ellipse.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5)), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 8), dynamics = "sgd")
#' run <- sgd_simulate(model, steps = 500, seed = 1)
#' plot(sgd_stationary(model), mode = 1, trajectory = run)
#' @export
plot.sgd_stationary <- function(x, mode = 1, trajectory = NULL, level = 0.95, xlab = NULL,
                                ylab = "velocity v (per unit time lr x step)", main = NULL, ...) {
  covariance <- mode_covariance(x, mode)
  ellipse <- ellipse_points(covariance, level)
  path <- if (is.null(trajectory)) NULL else mode_trajectory(trajectory, x$model, mode)
  kappa <- x$model$eigenvalues[mode] + x$model$hyper$weight_decay
  if (is.null(xlab)) xlab <- sprintf("position along mode %d, from the minimiser", as.integer(mode))
  if (is.null(main)) main <- sprintf("Phase plane of mode %d (curvature %.3g)", as.integer(mode), kappa)
  window <- rbind(ellipse, path)
  window <- rbind(window, c(0, max(window[, 2L]) + diff(range(window[, 2L])) / 5)) # room for the legend
  graphics::plot(window, type = "n", xlab = xlab, ylab = ylab, main = main, las = 1, ...)
  if (!is.null(path)) graphics::lines(path, col = grDevices::adjustcolor(palette_of["trajectory"], 0.5))
  graphics::lines(ellipse, lwd = 2, col = palette_of["theory"])
  graphics::points(0, 0, pch = 3)
  graphics::legend("topright", bg = "white", lwd = c(2, if (!is.null(path)) 1),
                   col = palette_of[c("theory", if (!is.null(path)) "trajectory")],
                   legend = c(sprintf("predicted, %g%% of the time", 100 * level),
                              if (!is.null(path)) "trajectory"))
  invisible(x)
}
