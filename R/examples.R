# A problem given by its examples at the minimiser: any loss, beyond linear regression.

#' A problem given by its examples
#'
#' Any loss \eqn{L(\theta) = (1/N)\sum_i L_i(\theta)}{L(theta) = (1/N) sum_i L_i(theta)} near a minimum, by
#' what its examples are there: gradients \eqn{g_i} and Hessians \eqn{H_i}. The covariance of the gradient
#' noise is theirs, and `noise = "multiplicative"` in [sgd_model()] uses how it changes with the parameters,
#' exact up to third derivatives.
#'
#' @param H Hessian at the minimiser, without weight decay: symmetric d x d, the mean of the examples'
#'   Hessians.
#' @param gradients N x d matrix, one example a row: gradients of the loss without weight decay, at the
#'   minimiser of loss and weight decay. (With the weight decay's own \eqn{\lambda\mu}{lambda mu}, which
#'   [sgd_model()] adds, they average to zero.)
#' @param hessian_factors The examples' Hessians: an N x d matrix of rows \eqn{f_i} for \eqn{H_i = f_i f_i'}
#'   (a generalised linear model); an N x d x r array for \eqn{H_i = \sum_r f_{ir} f_{ir}'}{H_i = sum_r f_ir
#'   f_ir'} (softmax regression of c classes: r = c - 1; any Gauss-Newton Hessian of r outputs); or a
#'   function of a matrix W that gives the N x d rows \eqn{H_i w_i}, with \eqn{w_i} the i-th row of W, or
#'   its one row for all.
#' @param minimiser d numbers; `NULL` is the origin.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_examples"` and `"sgd_problem"`: `dim`, `n_examples`, `H`, `gradients`,
#'   `hessian_factors`, `minimiser`.
#' @section Errors: `bad_argument`, `not_finite`, `not_symmetric`; with `noise = "multiplicative"`,
#'   [sgd_model()] and [sgd_msd()] find gradients that do not average to zero, and factors that do not add
#'   up to `H`.
#' @section Cost: \eqn{O(d^2)} here; see [sgd_model()].
#' @references Beyond arXiv:2107.09133, whose noise is constant.
#' @examples
#' # logistic regression
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' y <- mtcars$am
#' decay <- 0.05
#' theta <- optim(c(0, 0, 0), function(w) {
#'   mean(log1p(exp(X %*% w)) - y * (X %*% w)) + decay / 2 * sum(w^2)
#' }, method = "BFGS", control = list(reltol = 1e-14))$par
#' p <- drop(plogis(X %*% theta))
#' problem <- sgd_examples(H = crossprod(X * sqrt(p * (1 - p))) / nrow(X), gradients = X * (p - y),
#'                         hessian_factors = X * sqrt(p * (1 - p)), minimiser = theta)
#' hyper <- sgd_hyper(lr = 0.5, momentum = 0.9, weight_decay = decay, batch_size = 4)
#' summary(sgd_model(problem, hyper, dynamics = "sgd", noise = "multiplicative"))
#' @export
sgd_examples <- function(H, gradients, hessian_factors, minimiser = NULL, ...) {
  reject_dots("sgd_examples", ...)
  H <- as_square_matrix(H, "H")
  d <- nrow(H)
  gradients <- as_numeric_matrix(gradients, "gradients")
  if (ncol(gradients) != d || nrow(gradients) == 0L) {
    stop_argument("`gradients`: expected a row of %d numbers for each example, got a %d x %d matrix", d,
                  nrow(gradients), ncol(gradients))
  }
  minimiser <- as_numeric_vector(minimiser, "minimiser", d, optional = TRUE)
  if (is.null(minimiser)) minimiser <- numeric(d)
  hessian_factors <- as_factors(hessian_factors, dim(gradients))
  .Call(C_quadratic_check, H, minimiser, NULL, 0)
  require_finite(gradients, "gradients")
  if (!is.function(hessian_factors)) require_finite(hessian_factors, "hessian_factors")
  new_problem("sgd_examples", dim = d, n_examples = nrow(gradients), H = H, gradients = gradients,
              hessian_factors = hessian_factors, minimiser = minimiser)
}

require_finite <- function(x, name) {
  bad <- which(!is.finite(x))
  if (length(bad)) {
    raise_status("not_finite", sprintf("`%s[%d]` = %g: expected a finite number", name, bad[1L], x[bad[1L]]))
  }
}

as_factors <- function(x, size) {
  if (is.function(x)) return(x)
  shape <- dim(x)
  if (!is_numbers(x) || !length(shape) %in% 2:3 || any(shape[1:2] != size) || length(x) == 0L) {
    stop_argument("`hessian_factors`: expected a %d x %d matrix or %d x %d x rank array, got %s", size[1L],
                  size[2L], size[1L], size[2L], describe(x))
  }
  as_doubles(x)
}

#' @export
format.sgd_examples <- function(x, ...) {
  rank <- if (is.function(x$hessian_factors)) "by products" else
    sprintf("of rank %d", length(x$hessian_factors) %/% length(x$gradients))
  sprintf("loss by its %d examples, %s, Hessians %s", x$n_examples, plural(x$dim, "parameter"), rank)
}
