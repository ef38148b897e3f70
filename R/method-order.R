# Strong and weak order of the methods of simulation.

#' Strong and weak order of a method of simulation
#'
#' Runs a method on a quadratic model with steps \eqn{h = \eta, \eta/2, \eta/4, \ldots} over the same time,
#' all driven by one Brownian motion, and holds it against the exact solution of the Langevin equation for that
#' Brownian motion. Everything starts at rest at the minimiser.
#'
#' The strong error is the root mean squared distance of \eqn{\theta} from the exact path at the end. The weak
#' error is that of the covariance of \eqn{\theta} at the end, relative, in the Frobenius norm; it comes from the
#' method's linear recursion, without sampling (the means agree). Orders are slopes of log error on log step,
#' by least squares over the finer half of the levels whose errors are above rounding.
#'
#' | method | strong | weak |
#' |---|---|---|
#' | `"euler"` (Euler-Maruyama) | 1 | 1 |
#' | `"baoab"`, `"obabo"` | 1 | 2 |
#' | `"sgd"` | 1 | 1 |
#' | `"exact"` | none: errors at rounding level, orders `NaN` | |
#'
#' One normal per step and coordinate cannot do better than strong order 1. `"sgd"` takes the recursion of SGD
#' as an integrator of its Langevin limit: at step \eqn{h} its momentum is \eqn{(1 - ch/2)/(1 + ch/2)} and its
#' learning rate \eqn{a h^2 (1 + \beta)/2}, with the model's damping \eqn{c}, mass \eqn{1/a} and temperature
#' held fixed; at \eqn{h = \eta} that is SGD itself. Its stationary covariance is right to second order; the
#' first order comes from the start, which is half a step off, so that fits lie between 1 and 2 where the start is
#' nearly forgotten at the end.
#'
#' @param model From [sgd_model()], of a quadratic problem; either dynamics, sampling not by epochs.
#' @param method `"exact"`, `"sgd"`, `"baoab"`, `"obabo"` or `"euler"`, see [sgd_simulate()].
#' @param steps Time of the end, in steps of the learning rate.
#' @param levels How many step sizes, 2 to 16: lr, lr/2, ..., lr/2^(levels - 1).
#' @param nsim Number of paths for the strong error, at least 2.
#' @param seed As in [sgd_simulate()].
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_method_order"`: `step`, `strong`, `strong_se` (standard error), `weak` (one
#'   each per level; `Inf` where the method left the range of doubles), `strong_order`, `strong_order_se`,
#'   `weak_order`, and `method`, `steps`, `nsim`, `seed`.
#'
#'   Methods: [print()], [summary()] (orders between neighbouring levels too), [as.data.frame()],
#'   [plot()][plot.sgd_method_order]; `autoplot()` where ggplot2 is installed, `tidy()` and `glance()` where
#'   package generics is.
#' @section Errors: `unsupported` (minibatches, epochs, no noise, no modes, steps far too coarse for the model),
#'   `unstable` (a saddle leaves the range of doubles), `bad_argument`, `interrupted`.
#' @section Cost: `nsim * steps * 2^levels` times 9 normals and about 100 flops per mode, and with noise that is
#'   not diagonal in the modes 9 products of d^2.
#' @references Kloeden and Platen (1992). Numerical Solution of Stochastic Differential Equations, chapter 9.
#'   Leimkuhler and Matthews (2013). Rational construction of stochastic numerical methods. AMRX.
#' @examples
#' model <- sgd_model(sgd_quadratic(diag(c(3, 0.5)), sigma2 = 1), sgd_hyper(0.1, 0.8, batch_size = 8))
#' order <- sgd_method_order(model, "baoab", nsim = 200, seed = 1)
#' order
#' plot(order)
#' @export
sgd_method_order <- function(model, method, steps = 16, levels = 6, nsim = 1000, seed = NULL, ...) {
  reject_dots("sgd_method_order", ...)
  as_model(model)
  index <- option_index(method, "method", c("exact", "sgd", "minibatch", "baoab", "obabo", "euler"))
  seed <- as_seed(seed)
  steps <- as_count(steps, "steps", 1)
  nsim <- as_count(nsim, "nsim", 2)
  order <- .Call(C_method_order, model, index, steps, as_count(levels, "levels", 2), nsim, seed)
  structure(c(order, list(method = method, steps = steps, nsim = nsim, seed = seed)),
            class = "sgd_method_order")
}

#' @export
as.data.frame.sgd_method_order <- function(x, ...) {
  as.data.frame(unclass(x)[c("step", "strong", "strong_se", "weak")], ...)
}

order_text <- function(order) if (is.nan(order)) "none (errors at rounding level)" else sprintf("%.3f", order)

#' @export
print.sgd_method_order <- function(x, ...) {
  se <- if (is.nan(x$strong_order)) "" else sprintf(" (se %.2g)", x$strong_order_se)
  cat(sprintf("Order of method \"%s\", %s, %s\n", x$method, plural(x$steps, "step"), plural(x$nsim, "path")))
  cat(sprintf("  strong %s%s\n  weak   %s\n", order_text(x$strong_order), se, order_text(x$weak_order)))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.sgd_method_order <- function(object, ...) {
  halving <- function(error) c(NA, log2(error[-length(error)] / error[-1L]))
  data.frame(as.data.frame(object), strong_order = halving(object$strong),
             weak_order = halving(object$weak))
}

#' Plot the errors of a method against its step
#'
#' @param x From [sgd_method_order()].
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly. Both errors on log axes, the strong one with bars of two standard errors, and lines
#'   of the fitted orders through the finest level. The strong error is a distance, the weak one relative.
#' @export
plot.sgd_method_order <- function(x, xlab = "step", ylab = "error at the end",
                                  main = sprintf("Errors of method \"%s\"", x$method), ...) {
  errors <- list(strong = x$strong, weak = x$weak)
  shown <- unlist(errors)
  shown <- shown[is.finite(shown) & shown > 0]
  if (length(shown) == 0L) stop_argument("`x`: expected an error that is finite and not 0, got none")
  colours <- palette_of[c(strong = "measured", weak = "theory")]
  names(colours) <- names(errors)
  graphics::plot(x$step, x$step, type = "n", log = "xy", ylim = range(shown), axes = FALSE, xlab = xlab,
                 ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  graphics::box()
  lower <- pmax(x$strong - 2 * x$strong_se, x$strong / 1e3)
  barred <- is.finite(x$strong) & x$strong_se > 0
  graphics::segments(x$step[barred], lower[barred], y1 = (x$strong + 2 * x$strong_se)[barred],
                     col = colours["strong"])
  labels <- c(strong = "strong (distance)", weak = "weak (covariance, relative)")
  for (kind in names(errors)) {
    drawn <- is.finite(errors[[kind]]) & errors[[kind]] > 0
    graphics::points(x$step[drawn], errors[[kind]][drawn], pch = 19, col = colours[kind])
    order <- x[[paste0(kind, "_order")]]
    if (is.nan(order)) next
    graphics::lines(x$step, order_line(x, kind), col = colours[kind])
    labels[kind] <- sprintf("%s, order %.2f", labels[kind], order)
  }
  graphics::legend("topleft", bg = "white", pch = 19, col = colours, legend = labels)
  invisible(x)
}

# The line of the fitted order through the error at the finest step; NaN where there is none.
order_line <- function(x, kind) {
  finest <- length(x$step)
  x[[kind]][finest] * (x$step / x$step[finest])^x[[paste0(kind, "_order")]]
}

# Registered with package generics in .onLoad(). The weak error comes without sampling: no standard error.
tidy.sgd_method_order <- function(x, ...) {
  data.frame(term = c("strong_order", "weak_order"), estimate = c(x$strong_order, x$weak_order),
             std.error = c(x$strong_order_se, NA))
}

glance.sgd_method_order <- function(x, ...) {
  data.frame(method = x$method, steps = x$steps, levels = length(x$step), nsim = x$nsim,
             strong_order = x$strong_order, weak_order = x$weak_order)
}
