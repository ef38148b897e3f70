# The modified loss whose Boltzmann density is the stationary state, and plane sections through it.

#' The modified loss
#'
#' The stationary density of the Langevin model is \eqn{p(z) \propto e^{-\kappa_T \Phi(z)}} over phase space
#' \eqn{z = (\theta-\mu, v)}, with inverse temperature \eqn{\kappa_T = S(1-\beta^2)} and the modified loss
#' \deqn{\Phi(z) = z'Uz/2, \qquad U = B^{-1}, \quad B = \kappa_T \,cov(z).}{Phi(z) = z'U z/2,   U = B^-1,   B
#' = kappa_T cov(z).} The drift splits into a descent of \eqn{\Phi} and a rotation along its level sets,
#' \eqn{A = (D + Q)U} with \eqn{Q = (AB - BA')/2} antisymmetric and \eqn{D = diag(0, c\Sigma)}. For
#' \eqn{\Sigma = \sigma^2 H} the modified loss is \eqn{[(\theta-\mu)'KH^{-1}(\theta-\mu)/(\eta(1+\beta)) +
#' v'H^{-1}v/2]/\sigma^2}: isotropic in \eqn{\theta} without weight decay, however anisotropic the training
#' loss. For \eqn{\Sigma = \sigma^2 I} it is the training loss plus a kinetic energy.
#'
#' The effective loss is what \eqn{\theta} alone descends at these hyperparameters, velocities integrated out:
#' \deqn{p(\theta) \propto e^{-\kappa_T L(\theta)}, \qquad L'' = (\kappa_T \,cov(\theta))^{-1}.}{p(theta) ~
#' exp(-kappa_T L(theta)),   L'' = (kappa_T cov(theta))^-1.} Its Hessian is `effective_hessian`:
#' \eqn{aKH^{-1}} for \eqn{\Sigma = \sigma^2 H} and \eqn{aK} for \eqn{\Sigma = \sigma^2 I}, \eqn{a =
#' 2/(\eta(1+\beta)\sigma^2)}; for general noise its minimiser is that of the training loss with weight decay,
#' but its valleys are not.
#'
#' @param model From [sgd_model()] with `dynamics = "langevin"`.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_modified_loss"`: `U`, `Q` (2d x 2d, order theta then v),
#'   `inverse_temperature`, `minimiser`, `rank` (of the noise-reachable subspace of phase space; 2d unless
#'   \eqn{\Sigma} is singular, and then `U` is a generalised inverse on it), `dim`, `model`, and
#'   `effective_hessian` (d x d).
#'
#'   Methods: [predict()] evaluates \eqn{\Phi} (see [sgd_modified_loss_value()]), [plot()] draws the section
#'   along the stiffest and the flattest mode (see [sgd_modified_loss_section()]).
#' @section Errors: `unsupported` (discrete dynamics), `saddle`, `flat`; see [sgdlangevin-conditions].
#' @section Cost: one Cholesky factorisation of a 2d x 2d matrix and products; O(d^3).
#' @references arXiv:2107.09133, section 5.
#' @examples
#' problem <- sgd_quadratic(H = matrix(c(2, 0.3, 0.3, 0.5), 2), Sigma = diag(c(1, 3)))
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32))
#' phi <- sgd_modified_loss(model)
#' predict(phi, c(0.1, 0.2)) # at theta = (0.1, 0.2), v = 0
#' plot(phi)
#' @export
sgd_modified_loss <- function(model, ...) {
  reject_dots("sgd_modified_loss", ...)
  as_model(model)
  refuse_wide(model, "sgd_modified_loss", dense_problem)
  loss <- on_device_of(model, .Call(C_modified_loss, model))
  structure(list(
    U = loss$U, Q = loss$Q, effective_hessian = loss$effective_hessian, inverse_temperature = model$hyper$inverse_temperature,
    minimiser = model$minimiser, rank = loss$rank, dim = model$dim, model = model
  ), class = "sgd_modified_loss")
}

#' Value of the modified loss at points
#'
#' \eqn{\Phi(z) = z'Uz/2} with \eqn{z = (\theta-\mu, v)}.
#'
#' @param object From [sgd_modified_loss()].
#' @param points One point a row: n x 2d (\eqn{\theta}, then \eqn{v}) or n x d (\eqn{v = 0}); a vector of
#'   length 2d or d is one point.
#' @inheritParams sgd_hyper
#' @return n numbers.
#' @section Cost: \eqn{8nd^2} flops.
#' @references arXiv:2107.09133, section 5.
#' @examples
#' model <- sgd_model(sgd_quadratic(diag(2), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 8))
#' sgd_modified_loss_value(sgd_modified_loss(model), rbind(c(0, 0), c(1, 0), c(1, 1)))
#' @export
sgd_modified_loss_value <- function(object, points, ...) {
  reject_dots("sgd_modified_loss_value", ...)
  as_object(object, "object", "sgd_modified_loss")
  .Call(C_modified_loss_value, object, as_points(points, "points", object$dim))
}

#' @export
predict.sgd_modified_loss <- function(object, newdata, ...) sgd_modified_loss_value(object, newdata, ...)

#' Plane section of the modified loss
#'
#' Modified loss, training loss and stationary current on a grid over the plane through `origin` along two
#' directions of phase space, made orthonormal by Gram-Schmidt.
#'
#' @param object From [sgd_modified_loss()].
#' @param direction1,direction2 Directions: vectors of 2d numbers (\eqn{\theta}, then \eqn{v}), or of d (no
#'   velocity part).
#' @param extent Half-width of the grid along each axis in predicted standard deviations along it; one number
#'   or two.
#' @param n Points along each axis.
#' @param origin Point of phase space that the plane goes through, 2d or d numbers; `NULL` is the minimiser at
#'   rest.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_modified_loss_section"`: `x`, `y` (n distances from the origin along each
#'   direction); `value`, `current_x`, `current_y`, `training_loss` (n x n, element (i, j) at `x[i]`, `y[j]`):
#'   \eqn{\Phi}, the components along the two directions of \eqn{-QUz} (the stationary current over the
#'   density), and \eqn{(\theta-\mu)'K(\theta-\mu)/2}, the training loss with weight decay above its minimum;
#'   `directions` (2d x 2, orthonormal), `origin`.
#'
#'   Methods: [plot()], [as.data.frame()].
#' @section Errors: `bad_argument` (zero or parallel directions), `unsupported` (no noise reaches a
#'   direction).
#' @section Cost: that of [sgd_stationary()], eight matrix-vector products, and \eqn{O(n^2)} whatever d is.
#' @references arXiv:2107.09133, section 5.
#' @examples
#' problem <- sgd_quadratic(H = diag(c(2, 0.5)), Sigma = diag(c(1, 3)))
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32))
#' phase_plane <- sgd_modified_loss_section(sgd_modified_loss(model), c(1, 0, 0, 0), c(0, 0, 1, 0))
#' plot(phase_plane)
#' @export
sgd_modified_loss_section <- function(object, direction1, direction2, extent = 3, n = 41, origin = NULL,
                                      ...) {
  reject_dots("sgd_modified_loss_section", ...)
  as_object(object, "object", "sgd_modified_loss")
  d <- object$dim
  direction1 <- as_phase_vector(direction1, "direction1", d)
  direction2 <- as_phase_vector(direction2, "direction2", d)
  if (!is.null(origin)) origin <- as_phase_vector(origin, "origin", d)
  extent <- as_numeric_vector(extent, "extent", if (length(extent) != 1L) 2L)
  section <- .Call(C_modified_loss_section, object, direction1, direction2, rep_len(extent, 2L),
                   as_count(n, "n", 2), origin)
  if (is.null(origin)) origin <- c(object$minimiser, numeric(d))
  structure(c(section, list(directions = orthonormal(direction1, direction2), origin = origin)),
            class = "sgd_modified_loss_section")
}

# As the core did: for the projection of trajectories onto the plane.
orthonormal <- function(first, second) {
  first <- first / sqrt(sum(first^2))
  second <- second - first * sum(first * second)
  cbind(first, second / sqrt(sum(second^2)), deparse.level = 0)
}

as_phase_vector <- function(x, name, d) as.vector(as_points(as_numeric_vector(x, name), name, d))

#' @export
print.sgd_modified_loss <- function(x, ...) {
  cat(sprintf("Modified loss over phase space (theta, v), %s\n", plural(x$dim, "parameter")))
  cat("  ", format(x$model$hyper), "\n", sep = "")
  cat(sprintf("  inverse temperature %s\n", format_numbers(x$inverse_temperature)))
  if (x$rank < 2 * x$dim) {
    cat(sprintf("  noise reaches %.0f of %d dimensions: finite on that subspace only\n", x$rank, 2L * x$dim))
  }
  invisible(x)
}

#' @export
summary.sgd_modified_loss <- function(object, ...) object

#' @export
plot.sgd_modified_loss <- function(x, mode1 = 1, mode2 = x$dim, ...) {
  if (x$dim == 1L) {
    plot(sgd_modified_loss_section(x, c(1, 0), c(0, 1)), xlab = "theta, from the minimiser", ylab = "v", ...)
  } else {
    section <- sgd_modified_loss_section(x, mode_vector(x$model, mode1), mode_vector(x$model, mode2))
    plot(section, xlab = sprintf("position along mode %d, from the minimiser", as.integer(mode1)),
         ylab = sprintf("position along mode %d, from the minimiser", as.integer(mode2)), ...)
  }
  invisible(x)
}

#' @export
print.sgd_modified_loss_section <- function(x, ...) {
  cat(sprintf("Section of the modified loss, %d x %d points; x to %s, y to %s, values to %s\n", length(x$x),
              length(x$y), format_numbers(max(x$x)), format_numbers(max(x$y)), format_numbers(max(x$value))))
  invisible(x)
}

#' @export
as.data.frame.sgd_modified_loss_section <- function(x, ...) {
  cbind(expand.grid(x = x$x, y = x$y), value = as.vector(x$value), current_x = as.vector(x$current_x),
        current_y = as.vector(x$current_y), training_loss = as.vector(x$training_loss))
}

#' Contours of the modified loss, with the current as streamlines
#'
#' @param x From [sgd_modified_loss_section()].
#' @param trajectory Optional n x 2 matrix of positions in the plane (distances along the two directions),
#'   drawn below the contours.
#' @param streamlines Draw the stationary current.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_modified_loss_section <- function(x, trajectory = NULL, streamlines = TRUE,
                                           xlab = "distance along direction 1",
                                           ylab = "distance along direction 2",
                                           main = "Modified loss and current", ...) {
  graphics::plot(range(x$x), range(x$y), type = "n", xaxs = "i", yaxs = "i", las = 1, xlab = xlab,
                 ylab = ylab, main = main, ...)
  if (!is.null(trajectory)) {
    graphics::lines(as_numeric_matrix(trajectory, "trajectory"),
                    col = grDevices::adjustcolor(palette_of["trajectory"], 0.5))
  }
  graphics::contour(x$x, x$y, x$training_loss, add = TRUE, lty = 2, drawlabels = FALSE, nlevels = 8,
                    col = palette_of["reference"])
  graphics::contour(x$x, x$y, x$value, add = TRUE, nlevels = 8, lwd = 1.5, col = palette_of["theory"])
  moves <- any(x$current_x != 0) || any(x$current_y != 0)
  if (streamlines && moves) draw_streamlines(x$x, x$y, x$current_x, x$current_y, col = palette_of["current"])
  shown <- c("modified loss" = "theory", "training loss" = "reference",
             current = if (streamlines && moves) "current",
             trajectory = if (!is.null(trajectory)) "trajectory")
  graphics::legend("topright", bg = "white", cex = 0.8, legend = names(shown), col = palette_of[shown],
                   lty = ifelse(shown == "reference", 2, 1))
  invisible(x)
}

#' Stationary probability current
#'
#' The current \eqn{J(z) = -QUz\,p(z)} of the Langevin model at points of phase space. It is divergence-free,
#' and zero everywhere only if \eqn{Q = 0}. Velocity being odd under time reversal, a current is not in itself
#' a sign of broken detailed balance.
#'
#' @inheritParams sgd_modified_loss_value
#' @param model From [sgd_model()] with `dynamics = "langevin"`.
#' @return A list of class `"sgd_current"`: `current` (\eqn{J}), `drift` (\eqn{-QUz}; n x 2d each),
#'   `log_density` (n; log p).
#' @section Errors: `unsupported` where \eqn{\Sigma} is singular (there is no density), `saddle`, `flat`.
#' @section Cost: that of [sgd_modified_loss()] and \eqn{O(nd^2)}.
#' @references arXiv:2107.09133, section 5.
#' @examples
#' model <- sgd_model(sgd_quadratic(diag(c(2, 1)), sigma2 = 1), sgd_hyper(0.1, 0.9, batch_size = 8))
#' sgd_current(model, rbind(c(0.1, 0, 0, 0), c(0, 0, 0.1, 0)))
#' @export
sgd_current <- function(model, points, ...) {
  reject_dots("sgd_current", ...)
  as_model(model)
  refuse_wide(model, "sgd_current", dense_problem)
  points <- as_points(points, "points", model$dim)
  structure(.Call(C_current, sgd_modified_loss(model), points), class = "sgd_current")
}

#' @export
print.sgd_current <- function(x, ...) {
  cat(sprintf("Stationary current at %s of a %d-dimensional phase space\n", plural(nrow(x$current), "point"),
              ncol(x$current)))
  cat("  log density: ", shown(x$log_density), "\n", sep = "")
  cat("  speed of the drift: ", shown(sqrt(rowSums(x$drift^2))), "\n", sep = "")
  invisible(x)
}

#' @export
as.data.frame.sgd_current <- function(x, ...) {
  d <- ncol(x$current) / 2
  axes <- c(paste0("theta", seq_len(d)), paste0("v", seq_len(d)))
  out <- data.frame(x$current, x$drift, x$log_density)
  names(out) <- c(paste0("current_", axes), paste0("drift_", axes), "log_density")
  out
}
