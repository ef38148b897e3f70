# Does the density made of the modified loss solve the Fokker-Planck equation?

#' Check the stationary density against the Fokker-Planck equation
#'
#' The density \eqn{p \propto e^{-\kappa_T\Phi}}{p ~ exp(-kappa_T Phi)} of [sgd_modified_loss()] is
#' stationary if \deqn{\nabla\cdot(Azp) + \kappa_T^{-1}\nabla\cdot D\nabla p = 0,}{div(A z p) + div(D grad
#' p)/kappa_T = 0,} which is \eqn{A = (D + Q)U} with \eqn{Q} antisymmetric. Relative residuals of these
#' equations, by products with matrices assembled anew.
#'
#' @param object From [sgd_modified_loss()].
#' @param points Points of phase space at which the equation itself is checked: n x 2d, one a row
#'   (\eqn{\theta}, then \eqn{v}); rows of d numbers mean \eqn{v = 0}; `NULL` is none.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_fokker_planck_check"`: `drift` (\eqn{|A\Pi - (D+Q)U|/|A\Pi|}{|A Pi -
#'   (D+Q) U|/|A Pi|}, \eqn{\Pi}{Pi} the projection on the subspace that noise reaches, the identity where
#'   \eqn{\Sigma} is regular), `lyapunov` (\eqn{|AB + BA' - 2D|/|AB|}), `antisymmetry` (\eqn{|Q+Q'|/|Q|}),
#'   `pointwise` (largest residual of the equation over the points, in units of the trace of A; `NaN` without
#'   points), `passed` (`TRUE` if all are below \eqn{10^{-8}}{1e-8}).
#' @section Errors: `flat` (flat noisy modes), `bad_argument`; see [sgdlangevin-conditions].
#' @section Cost: 22 products of d x d matrices, and \eqn{O(d^2)} a point.
#' @references arXiv:2107.09133, section 5.
#' @examples
#' problem <- sgd_quadratic(H = matrix(c(2, 0.3, 0.3, 0.5), 2), Sigma = diag(c(1, 3)))
#' model <- sgd_model(problem, sgd_hyper(lr = 0.05, momentum = 0.9, batch_size = 32))
#' sgd_fokker_planck_check(sgd_modified_loss(model), points = rbind(c(0.1, 0.2, 0, 0), c(0, 0, 1, -1)))
#' @export
sgd_fokker_planck_check <- function(object, points = NULL, ...) {
  reject_dots("sgd_fokker_planck_check", ...)
  as_object(object, "object", "sgd_modified_loss")
  if (!is.null(points)) points <- as_points(points, "points", object$dim)
  residuals <- .Call(C_fokker_planck, object, points)
  size <- unlist(residuals)
  structure(c(residuals, list(passed = all(is.nan(size) | size < 1e-8))), class = "sgd_fokker_planck_check")
}

#' @export
print.sgd_fokker_planck_check <- function(x, ...) {
  cat(sprintf("Fokker-Planck equation: %s\n", if (x$passed) "solved" else "NOT solved"))
  cat(sprintf("  relative residuals: drift %.1e, Lyapunov %.1e, antisymmetry %.1e", x$drift, x$lyapunov,
              x$antisymmetry))
  cat(if (is.nan(x$pointwise)) "\n" else sprintf(", at the points %.1e\n", x$pointwise))
  invisible(x)
}
