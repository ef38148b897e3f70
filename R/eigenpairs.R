# Extreme eigenpairs of a Hessian known by its products.

#' Extreme eigenpairs of an operator
#'
#' The largest and the smallest (most negative) eigenvalues of a Hessian known by its products, with their
#' eigenvectors, by a thick-restart block Lanczos iteration in which every vector is orthogonalised twice
#' against all before it. An eigenpair \eqn{(\rho, v)} is taken when \deqn{|Hv - \rho v| \le tolerance\,
#' max|\rho|;}{|H v - rho v| <= tolerance max|rho|;} its eigenvalue is then off by the square of that over the
#' gap to the others, and never by more than the residual itself.
#'
#' @param operator From [sgd_operator()].
#' @param top,bottom How many of the largest and of the smallest, together at least 1 and at most d.
#' @param tolerance Residual over the largest \eqn{|\rho|}.
#' @param block Columns of a product, `NULL` is 4. An eigenvalue of a higher multiplicity than this may be found
#'   too few times.
#' @param basis Vectors kept, `NULL`: `2 (top + bottom) + 8 block`, at least 32.
#' @param max_products Columns multiplied at most, `NULL`: `200 (top + bottom) + 4000`.
#' @param seed Of the vectors to start from: a whole number in \eqn{[0, 2^{53})}; `NULL` draws one from R's
#'   generator.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_eigenpairs"`: `values` (the `top` largest, then the `bottom` smallest, each in
#'   descending order), `vectors` (d x (top + bottom), orthonormal), `residual` (\eqn{|Hv - \rho v|}{|H v - rho
#'   v|}), `top`, `bottom`, `tolerance`, `n_products` (columns multiplied), `n_converged`, `n_restarts`,
#'   `spread` (\eqn{max|\rho|}{max|rho|}), `complete`, `seed`, `dim`.
#'
#'   Methods: [print()], [summary()], [as.data.frame()], [plot()] (residuals); `tidy()` and `glance()`.
#' @section Errors and interrupts: `bad_argument`; `no_convergence` after `max_products`; `callback` from the
#'   operator's function. These, and Ctrl-C (see [sgdlangevin-conditions]), carry what was found so far as
#'   `result`, in which `n_converged` says how many are good.
#' @section Cost: the products, and \eqn{8d \cdot basis}{8 d basis} flops for each; memory d (basis + 2 block)
#'   numbers.
#' @references Wu, Simon (2000). Thick-restart Lanczos method for large symmetric eigenvalue problems. SIAM
#'   Journal on Matrix Analysis and Applications 22.
#' @seealso [sgd_density()], whose argument `top` takes the result.
#' @examples
#' X <- outer(1:200, 1:50, function(i, j) sin(i * j^0.7)) / rep(1:50, each = 200)
#' pairs <- sgd_eigenpairs(sgd_operator(X = X), top = 4, bottom = 1, seed = 1)
#' pairs
#' range(pairs$values - eigen(crossprod(X) / 200)$values[c(1:4, 50)])
#' @export
sgd_eigenpairs <- function(operator, top = 6, bottom = 0, tolerance = 1e-8, block = NULL, basis = NULL,
                           max_products = NULL, seed = NULL, ...) {
  reject_dots("sgd_eigenpairs", ...)
  as_operator(operator)
  optional_count <- function(x, name) if (!is.null(x)) as_count(x, name, 1)
  options <- list(top = as_count(top, "top", 0), bottom = as_count(bottom, "bottom", 0),
                  tolerance = as_number(tolerance, "tolerance"), block = optional_count(block, "block"),
                  basis = optional_count(basis, "basis"),
                  max_products = optional_count(max_products, "max_products"), seed = as_seed(seed))
  require_count_of_pairs(options, operator)
  eigenpairs(operator, options)
}

require_count_of_pairs <- function(options, operator) {
  wanted <- options$top + options$bottom
  if (wanted < 1 || wanted > operator$dim) {
    stop_argument("`top` + `bottom` = %.0f: expected from 1 to the dimension, %.0f", wanted, operator$dim)
  }
  if (!is.finite(options$tolerance) || options$tolerance <= 0) {
    stop_argument("`tolerance` = %g: expected a number > 0", options$tolerance)
  }
}

eigenpairs <- function(operator, options) {
  host <- host_of(operator)
  out <- .Call(C_extreme_eigenpairs, operator, host, options)
  result <- structure(c(
    out[c("values", "vectors", "residual")], options[c("top", "bottom", "tolerance")],
    out[c("n_products", "n_converged", "n_restarts", "spread")],
    list(complete = out$status == "ok", seed = options$seed, dim = operator$dim)
  ), class = "sgd_eigenpairs")
  outcome(out, host, result = result)
  result
}

#' @export
print.sgd_eigenpairs <- function(x, ...) {
  cat(sprintf("%s of %s%s: %.0f products\n", plural(length(x$values), "eigenpair"),
              plural(x$dim, "parameter"), if (x$complete) "" else sprintf(" (%.0f converged)", x$n_converged),
              x$n_products))
  print_rows(as.data.frame(x), 10L)
  invisible(x)
}

#' @export
summary.sgd_eigenpairs <- function(object, ...) as.data.frame(object)

#' @export
as.data.frame.sgd_eigenpairs <- function(x, ...) {
  data.frame(end = rep(c("top", "bottom"), c(x$top, x$bottom)), value = x$values, residual = x$residual)
}

#' Plot extreme eigenpairs
#'
#' Sizes of the eigenvalues on a log axis, and below them their residuals, with the line that they had to
#' reach.
#'
#' @param x From [sgd_eigenpairs()].
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.sgd_eigenpairs <- function(x, xlab = "eigenpair", ylab = "size", main = "Eigenpairs", ...) {
  at <- seq_along(x$values)
  size <- abs(x$values)
  residual <- pmax(x$residual, .Machine$double.eps * x$spread / 100)
  line <- x$tolerance * x$spread
  all <- c(size[size > 0], residual, line)
  graphics::plot(range(at) + c(-0.5, 0.5), range(all, finite = TRUE), type = "n", log = "y", yaxt = "n",
                 xlab = xlab, ylab = ylab, main = main, ...)
  log_axis(2)
  graphics::abline(h = line, lty = 2, col = palette_of["reference"])
  graphics::points(at, size, pch = ifelse(x$values < 0, 25, 19), bg = palette_of["theory"],
                   col = palette_of["theory"])
  graphics::points(at, residual, pch = 4, col = palette_of["measured"])
  graphics::legend("right", bg = "white", pch = c(19, 25, 4, NA), lty = c(NA, NA, NA, 2),
                   pt.bg = palette_of["theory"], col = palette_of[c("theory", "theory", "measured", "reference")],
                   legend = c("eigenvalue", "negative eigenvalue", "residual", "tolerance"))
  invisible(x)
}

# Registered with package generics in .onLoad().
tidy.sgd_eigenpairs <- function(x, ...) {
  table <- as.data.frame(x)
  data.frame(term = table$end, estimate = table$value, residual = table$residual)
}

glance.sgd_eigenpairs <- function(x, ...) {
  data.frame(dim = x$dim, largest = max(x$values), smallest = min(x$values), n.products = x$n_products,
             n.converged = x$n_converged)
}
