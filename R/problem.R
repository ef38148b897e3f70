# The problems that SGD descends: a quadratic loss, a linear regression, a bare spectrum.

#' A quadratic loss
#'
#' The loss \eqn{L(\theta) = \theta'H\theta/2 - b'\theta} with gradient noise of covariance \eqn{\Sigma} for
#' one example (a batch of \eqn{S} has \eqn{\Sigma/S}).
#'
#' @param H Hessian, symmetric d x d matrix. Negative or zero eigenvalues are allowed here; what they mean is
#'   said by [sgd_model()] and the functions on it.
#' @param b Linear term, d numbers; `NULL` is zero (the minimiser is then the origin).
#' @param Sigma Covariance of the gradient of one example, symmetric positive semidefinite d x d matrix.
#' @param sigma2 Instead of `Sigma`: a number \eqn{\sigma^2 \ge 0} that says \eqn{\Sigma = \sigma^2 H}, the
#'   noise of a well-specified regression. Exactly one of `Sigma` and `sigma2` must be given.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_quadratic"` and `"sgd_problem"`: `dim`, `H`, `b`, `Sigma`, `sigma2` (those
#'   not given are `NULL`).
#' @section Errors: `bad_argument`, `not_finite`, `not_symmetric`, `not_psd`; see [sgdlangevin-conditions].
#' @section Cost: \eqn{d^3/3} flops, to see that `Sigma` is positive semidefinite.
#' @examples
#' sgd_quadratic(H = diag(c(2, 0.5)), b = c(1, 1), sigma2 = 0.3)
#' sgd_quadratic(H = matrix(c(2, 0.3, 0.3, 0.5), 2), Sigma = diag(2))
#' @export
sgd_quadratic <- function(H, b = NULL, Sigma = NULL, sigma2 = NULL, ...) {
  reject_dots("sgd_quadratic", ...)
  H <- as_square_matrix(H, "H")
  d <- nrow(H)
  require_one_noise("Sigma", Sigma, sigma2)
  b <- as_numeric_vector(b, "b", d, optional = TRUE)
  if (!is.null(Sigma)) Sigma <- as_square_matrix(Sigma, "Sigma", d)
  if (!is.null(sigma2)) sigma2 <- as_number(sigma2, "sigma2")
  .Call(C_quadratic_check, H, b, Sigma, sigma2)
  new_problem("sgd_quadratic", dim = d, H = H, b = b, Sigma = Sigma, sigma2 = sigma2)
}

require_one_noise <- function(name, noise, sigma2) {
  if (is.null(noise) == is.null(sigma2)) {
    stop_argument("`%s`, `sigma2`: expected exactly one of them, got %s", name,
                  if (is.null(noise)) "neither" else "both")
  }
}

new_problem <- function(class, ...) structure(list(...), class = c(class, "sgd_problem"))

#' A linear regression
#'
#' The loss \eqn{L(\theta) = |X\theta - y|^2/(2N)} of \eqn{N} examples, with \eqn{H = X'X/N} and \eqn{b =
#' X'y/N}. `X` is read, never copied (unless it holds integers).
#'
#' With `gradient_noise = "empirical"` the noise is the covariance of the examples' gradients at the minimiser
#' \eqn{\mu = (H+\lambda I)^{-1}b}, with \eqn{r_n = y_n - x_n'\mu}:
#' \deqn{\Sigma = \frac1N\sum_n r_n^2 x_n x_n' - \lambda^2\mu \mu'.}{Sigma = (1/N) sum_n r_n^2 x_n x_n' -
#' lambda^2 mu mu'.} With `"homoscedastic"` it is \eqn{\sigma^2 H}, \eqn{\sigma^2 = \sum r_n^2/(N-d)}, as if
#' the residuals were independent of \eqn{x_n}. Either is computed by [sgd_model()], which knows the weight
#' decay.
#'
#' @param X Numeric N x d matrix, one example a row. Include a column of ones for an intercept. Column names
#'   become the names of the parameters. Or a sparse `dgCMatrix` of the package Matrix, of which no dense
#'   copy is made (fewer examples than parameters: [sgd_model()] makes one).
#' @param y N responses.
#' @param gradient_noise `"empirical"` or `"homoscedastic"`.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_regression"` and `"sgd_problem"`: `dim`, `n_examples`, `X`, `y`, `H`, `b`,
#'   `gradient_noise`. With fewer examples than parameters \eqn{H} is not formed (`H` is `NULL`), and
#'   [sgd_model()] works in the modes that the examples span.
#' @section Errors: `bad_argument`, `not_finite`; `no_residual` for homoscedastic noise with \eqn{N \le d},
#'   where no residual variance is left to estimate. Empirical noise with \eqn{N \le d} warns
#'   (`sgdlangevin_warning_no_residual`).
#' @section Cost: \eqn{N d^2} flops and one copy of \eqn{H}; \eqn{2Nd} flops if \eqn{N < d}; for a sparse `X`
#'   that of `Matrix::crossprod(X)`.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' sgd_regression(X, mtcars$mpg)
#' @export
sgd_regression <- function(X, y, gradient_noise = "empirical", ...) {
  reject_dots("sgd_regression", ...)
  X <- as_design(X, "X")
  N <- design_size(X)[1L]
  d <- design_size(X)[2L]
  y <- as_numeric_vector(y, "y", N)
  gradient_noise <- match_option(gradient_noise, "gradient_noise", c("empirical", "homoscedastic"))
  if (N <= d && gradient_noise == "homoscedastic") .Call(C_residual_variance, N, d, 0)
  if (N <= d) {
    warn_status("no_residual", paste(
      "%d examples for %d parameters: the least squares fit is exact, so that only weight decay leaves",
      "residuals, and without it there is no gradient noise"
    ), N, d)
  }
  moments <- if (is_sparse(X)) sparse_moments(X, y) else .Call(C_regression_moments, X, y)
  names <- design_names(X)
  moments$H <- unname(moments$H)
  moments <- list(H = name_parameters(moments$H, names), b = name_parameters(moments$b, names))
  new_problem("sgd_regression", dim = d, n_examples = N, X = X, y = y, H = moments$H, b = moments$b,
              gradient_noise = gradient_noise)
}

#' A problem known by its spectrum
#'
#' A quadratic loss in its own eigenbasis: eigenvalues \eqn{\rho_l} of the Hessian and the variance
#' \eqn{\tilde\Sigma_{ll}}{S~_ll} of the gradient noise along each eigenvector, uncorrelated between them.
#' Parameters are the modes and the minimiser is the origin.
#'
#' @param rho Eigenvalues in any order; stored in descending order, `noise` along with them.
#' @param noise Variances of the gradient of one example along the eigenvectors, \eqn{\ge 0}.
#' @param sigma2 Instead of `noise`: a number \eqn{\sigma^2 \ge 0} that says \eqn{\tilde\Sigma_{ll} = \sigma^2
#'   \rho_l}{S~_ll = sigma^2 rho_l}. Exactly one of `noise` and `sigma2` must be given.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_spectrum"` and `"sgd_problem"`: `dim`, `rho`, `noise`, `sigma2`.
#' @section Errors: `bad_argument`, `not_finite`, `not_psd`; see [sgdlangevin-conditions].
#' @examples
#' sgd_spectrum(rho = 10^seq(1, -3, length.out = 50), sigma2 = 1)
#' @export
sgd_spectrum <- function(rho, noise = NULL, sigma2 = NULL, ...) {
  reject_dots("sgd_spectrum", ...)
  rho <- as_numeric_vector(rho, "rho")
  require_one_noise("noise", noise, sigma2)
  noise <- as_numeric_vector(noise, "noise", length(rho), optional = TRUE)
  if (!is.null(sigma2)) sigma2 <- as_number(sigma2, "sigma2")
  .Call(C_spectrum_check, rho, noise, sigma2)
  descending <- order(rho, decreasing = TRUE)
  new_problem("sgd_spectrum", dim = length(rho), rho = rho[descending],
              noise = if (!is.null(noise)) noise[descending], sigma2 = sigma2)
}

#' @export
format.sgd_quadratic <- function(x, ...) {
  sprintf("quadratic loss, %s, noise %s", plural(x$dim, "parameter"),
          if (is.null(x$Sigma)) sprintf("%s H", format_numbers(x$sigma2)) else "Sigma (general)")
}

#' @export
format.sgd_regression <- function(x, ...) {
  sprintf("linear regression, %d examples, %s, %s gradient noise", x$n_examples, plural(x$dim, "parameter"),
          x$gradient_noise)
}

#' @export
format.sgd_spectrum <- function(x, ...) {
  sprintf("spectrum of %s from %s down to %s, noise %s", plural(x$dim, "eigenvalue"),
          format_numbers(x$rho[1L]), format_numbers(x$rho[x$dim]),
          if (is.null(x$noise)) sprintf("%s rho", format_numbers(x$sigma2)) else "given")
}

#' @export
print.sgd_problem <- function(x, ...) {
  cat("SGD problem: ", format(x), "\n", sep = "")
  invisible(x)
}
