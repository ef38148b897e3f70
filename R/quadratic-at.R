# The bridge from an objective to the theory: its quadratic model at a point.

#' The quadratic model of an objective at a point
#'
#' To second order, the loss at \eqn{x} near \eqn{\theta} is
#' \deqn{L(x) \approx L(\theta) + g'(x-\theta) + (x-\theta)'H(x-\theta)/2,}{L(x) ~ L(theta) + g'(x - theta)
#' + (x - theta)'H (x - theta)/2,} a quadratic loss with \eqn{b = H\theta - g} and the gradient noise that the
#' examples have at \eqn{\theta}. It is what every function of the theory takes, by [sgd_model()]; the
#' minimiser (with weight decay) is where the quadratic model has it, at \eqn{\theta} itself if that is a
#' minimum.
#'
#' @param objective From [sgd_objective()] (with `hvp`), [sgd_logistic()], [sgd_softmax()],
#'   [sgd_tanh_network()] or [sgd_regression()].
#' @param theta Where: d numbers.
#' @inheritParams sgd_hyper
#' @return A problem as of [sgd_quadratic()]: `H`, `b`, `Sigma` (see [sgd_gradient_covariance()]). Sampling by
#'   epochs or without replacement needs [sgd_model()]'s `n_examples`.
#' @section Errors: `unsupported` (no `hvp`, or no noise), `bad_argument`, `not_finite`, `callback`.
#' @section Cost: d products with the Hessian, and the covariance: \eqn{O(Nd^2)}.
#' @references Kunin et al. (2023). arXiv:2107.09133, section 3.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' objective <- sgd_logistic(X, mtcars$am)
#' hyper <- sgd_hyper(lr = 0.5, momentum = 0.9, weight_decay = 0.05, batch_size = 4)
#' theta <- coef(sgd_model(sgd_quadratic_at(objective, c(0, 0, 0)), hyper))
#' for (i in 1:10) { # Newton's method
#'   theta <- coef(sgd_model(sgd_quadratic_at(objective, theta), hyper))
#' }
#' sgd_stationary(sgd_model(sgd_quadratic_at(objective, theta), hyper))
#' @export
sgd_quadratic_at <- function(objective, theta, ...) {
  reject_dots("sgd_quadratic_at", ...)
  theta <- as_point(objective, theta)
  products <- sgd_hessian_product(objective, theta, diag(objective$dim))
  H <- name_parameters((products + t(products)) / 2, parameter_names(objective))
  Sigma <- sgd_gradient_covariance(objective, theta)
  b <- as.vector(H %*% theta) - sgd_gradient(objective, theta)
  sgd_quadratic(H, b, Sigma = unname((Sigma + t(Sigma)) / 2))
}
