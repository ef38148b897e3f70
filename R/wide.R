# Models in the modes of their examples: regressions with fewer examples than parameters, where no d x d
# matrix is formed. Their theory has `rank` modes and one more for all directions that no example sees.

is_wide <- function(model) !is.null(model$rank)

coordinates_of <- function(model) if (is_wide(model)) "modes" else "parameters"

# What to do instead where only d x d matrices will do.
dense_problem <- "sgd_quadratic() with H = X'X/N if d is small"

# Raises `unsupported` for what would need all d parameters at once.
refuse_wide <- function(model, what, instead) {
  if (!is_wide(model)) return(invisible())
  raise_status("unsupported", sprintf(
    "%s: not for a regression with fewer examples than parameters (%.0f for %d); use %s", what, model$n_examples,
    model$dim, instead
  ))
}

wide_modes <- function(problem, weight_decay) {
  X <- if (is_sparse(problem$X)) as.matrix(problem$X) else problem$X # as large as the eigenvectors
  modes <- .Call(C_wide_modes, X, problem$y, weight_decay)
  if (modes$rank < ncol(modes$vectors)) modes$vectors <- modes$vectors[, seq_len(modes$rank), drop = FALSE]
  modes
}

# One direction of length d along the modes; NULL passes.
wide_direction <- function(model, direction) {
  if (is.null(direction) || !is_wide(model)) return(direction)
  .Call(C_wide_point, model$vectors, direction)
}

# A start along the modes. One number stands for all that no example sees: position and velocity cannot both
# point there, in directions of their own.
wide_initial <- function(model, initial) {
  if (!is.null(initial$theta0)) {
    initial$theta0 <- .Call(C_wide_point, model$vectors, initial$theta0 - unname(model$minimiser))
  }
  if (!is.null(initial$v0)) initial$v0 <- .Call(C_wide_point, model$vectors, initial$v0)
  sees <- function(point) is.null(point) || point[model$rank + 1] <= 1e-10 * sqrt(sum(point^2))
  if (!sees(initial$theta0) && !sees(initial$v0)) {
    refuse_wide(model, "`v0` and `theta0` both outside of the span of the examples", "v0 = NULL")
  }
  initial
}

# Variances of the d parameters from a block of a stationary state.
parameter_variances <- function(state, block) {
  if (!is_wide(state$model)) return(unname(diag(state[[block]])))
  .Call(C_wide_variances, state$model$vectors, state[[block]])
}
