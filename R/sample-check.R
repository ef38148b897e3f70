# Is a sample drawn from the Gaussian that a theory predicts?

#' Check a sample against a Gaussian
#'
#' Three tests of n independent draws against N(mean, covariance), each of what the others do not see:
#'
#' * **mean**: Hotelling's \eqn{T^2 = n (m - \mu)' S^{-1} (m - \mu)}, with the sample's own covariance \eqn{S}; p
#'   value exact, by Fisher's F.
#' * **covariance**: likelihood ratio of \eqn{S} against the covariance given, with Bartlett's correction (chi
#'   squared with d(d+1)/2 degrees of freedom for n much larger than d); p value by the gamma distribution with
#'   the statistic's exact mean and variance, calibrated from n = d + 1 on.
#' * **distances**: Kolmogorov-Smirnov distance between the squared Mahalanobis distances of the draws and chi
#'   squared with d degrees of freedom; p value by the asymptotic law with Stephens' correction.
#'
#' Draws must be independent: end points of many paths ([sgd_simulate()] with `nsim`), or states of one path as
#' far apart as it takes to forget.
#'
#' @param x Matrix of n draws (rows) of d coordinates, n > d.
#' @param mean Vector of d means, or one number for all.
#' @param covariance d x d, positive definite.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_sample_check"`: `mean_statistic`, `mean_p`, `covariance_statistic`,
#'   `covariance_p`, `distance_statistic`, `distance_p`, `p_value` (of all three: three times the least, at most
#'   1), and `n`, `dim`.
#'
#'   Methods: [print()], [as.data.frame()] (one row per test), [plot()][plot.sgd_sample_check]; `autoplot()`
#'   where ggplot2 is installed, `tidy()` and `glance()` where package generics is.
#' @section Errors: `too_short` (n <= d, or draws that do not span all directions), `not_psd` (covariance
#'   singular, or so near that its rounding would decide), `not_symmetric`, `not_finite`, `bad_argument`.
#' @section Cost: 3 n d^2 flops.
#' @references Anderson (2003). An Introduction to Multivariate Statistical Analysis, chapters 5 and 10. Stephens
#'   (1970). Use of the Kolmogorov-Smirnov statistics without extensive tables. JRSS B 32.
#' @examples
#' model <- sgd_model(sgd_quadratic(diag(c(3, 0.5)), sigma2 = 1), sgd_hyper(0.1, 0.8, batch_size = 8))
#' ends <- sgd_simulate(model, steps = 50, nsim = 500, record = 50, seed = 1)
#' law <- sgd_transient(model, 50, theta0 = c(0, 0))
#' sgd_check_sample(t(ends$theta[2, , ]), covariance = law$theta[, , 1])
#' @export
sgd_check_sample <- function(x, mean = 0, covariance, ...) {
  reject_dots("sgd_check_sample", ...)
  x <- as_numeric_matrix(x, "x")
  d <- ncol(x)
  if (length(mean) == 1L) mean <- rep(as_number(mean, "mean"), d)
  mean <- as_numeric_vector(mean, "mean", d)
  if (missing(covariance)) stop_argument("`covariance`: expected a %d x %d matrix, got none", d, d)
  check <- .Call(C_check_sample, x, mean, as_square_matrix(covariance, "covariance", d))
  structure(c(check, list(n = as.double(nrow(x)), dim = as.double(d))), class = "sgd_sample_check")
}

#' @export
as.data.frame.sgd_sample_check <- function(x, ...) {
  data.frame(test = c("mean", "covariance", "distances"),
             statistic = c(x$mean_statistic, x$covariance_statistic, x$distance_statistic),
             p_value = c(x$mean_p, x$covariance_p, x$distance_p))
}

#' @export
print.sgd_sample_check <- function(x, ...) {
  tests <- as.data.frame(x)
  cat(sprintf("Sample of %s of %s against a Gaussian: %s\n", plural(x$n, "draw"), plural(x$dim, "coordinate"),
              p_value_text(x$p_value)))
  cat(sprintf("  %-10s  %10.4g  %s\n", tests$test, tests$statistic, vapply(tests$p_value, p_value_text, "")),
      sep = "")
  invisible(x)
}

#' @export
summary.sgd_sample_check <- function(object, ...) as.data.frame(object)

#' Plot the p values of a check of a sample
#'
#' @param x From [sgd_check_sample()].
#' @param level Confidence; the line is at a third of what is left of it, since there are three tests.
#' @param xlab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly. The p value of each test on a log axis; one left of the dashed line speaks against
#'   the Gaussian. Less than 1e-16 is drawn there.
#' @export
plot.sgd_sample_check <- function(x, level = 0.95, xlab = "p value", main = sample_check_title(x), ...) {
  points <- sample_check_points(x, level)
  rows <- rev(seq_along(points$test))
  graphics::plot(points$p_value, rows, log = "x", xlim = range(points$p_value, points$threshold, 1), ylim = c(0.5, 3.5),
                 pch = 19, col = palette_of["measured"], axes = FALSE, xlab = xlab, ylab = "", main = main, ...)
  log_axis(1)
  graphics::axis(2, rows, points$test, las = 1)
  graphics::box()
  graphics::abline(v = points$threshold[1L], lty = 2, col = palette_of["reference"])
  invisible(x)
}

# A zero has no place on a log axis.
sample_check_points <- function(x, level) {
  level <- as_number(level, "level")
  if (!(level > 0 && level < 1)) stop_argument("`level` = %g: expected a number in (0, 1)", level)
  tests <- as.data.frame(x)
  data.frame(test = factor(tests$test, rev(tests$test)), p_value = pmax(tests$p_value, 1e-16),
             threshold = (1 - level) / 3)
}

sample_check_title <- function(x) sprintf("Sample against a Gaussian: %s", p_value_text(x$p_value))

# Registered with package generics in .onLoad().
tidy.sgd_sample_check <- function(x, ...) {
  tests <- as.data.frame(x)
  data.frame(term = tests$test, statistic = tests$statistic, p.value = tests$p_value)
}

glance.sgd_sample_check <- function(x, ...) data.frame(p.value = x$p_value, n = x$n, dim = x$dim)
