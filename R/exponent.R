# The diffusion exponent of a trajectory, with an interval and a test of normal diffusion.

#' Diffusion exponent of a trajectory
#'
#' Ordinary least squares of log MSD on log lag over log-spaced lags, \eqn{MSD = D lag^\alpha}.
#' Points of the MSD are strongly correlated, so that the regression's own standard errors would be far too
#' small: they come from a bootstrap over contiguous blocks of the path (over whole paths where there are at
#' least 16), the interval from Student's t with blocks - 1 degrees of freedom.
#'
#' @inheritParams msd
#' @param method `"ols"`.
#' @param window First and last lag, in the unit of the lags (steps for a trajectory, else frames); `NULL` is
#'   1 frame to 1/32 of the length, or to half of it with at least 16 paths.
#' @param level Probability of the interval.
#' @param n_boot Number of bootstrap resamples.
#' @param seed As in [sgd_simulate()].
#' @return A list of class `"diffusion_exponent"`: `exponent`, `se`, `lower`, `upper`, `level`, `method`,
#'   `window`, `p_value` (two-sided, of exponent 1: normal diffusion), `log_diffusivity` (log D),
#'   `vcov` (2 x 2), `n_lags`, `n_blocks`, `curvature` and `curvature_p` (quadratic term of the log-log
#'   regression and its p value: is it a straight line?), `seed`, `msd` (the [msd()] at these lags).
#'
#'   Methods: [coef()], [vcov()], [confint()], [plot()], [summary()], [as.data.frame()]; `tidy()` and
#'   `glance()` where package generics is installed.
#' @section Errors: `too_short` when fewer than 8 blocks of twice the largest lag fit, or fewer than 3 lags;
#'   `bad_argument`.
#' @section Cost: that of [msd()] on every block, and `n_boot` regressions.
#' @references arXiv:2107.09133, section 7 (the regression); Kuensch (1989). The jackknife and the bootstrap
#'   for general stationary observations. Annals of Statistics 17.
#' @examples
#' set.seed(1)
#' walk <- cumsum(rnorm(20000))
#' fit <- diffusion_exponent(walk)
#' fit
#' confint(fit, level = 0.9)
#' @export
diffusion_exponent <- function(x, method = "ols", window = NULL, level = 0.95, n_boot = 999, seed = NULL,
                               ...) {
  reject_dots("diffusion_exponent", ...)
  frames <- as_frames(x)
  method <- match_option(method, "method", "ols")
  unit <- frames$record
  seed <- as_seed(seed)
  window <- if (is.null(window)) c(0, 0) else as_numeric_vector(window, "window", 2L) / unit
  fit <- .Call(C_exponent_ols, frames$x, frames$size, window, as_number(level, "level"),
               as_count(n_boot, "n_boot", 2), seed)
  lags <- .Call(C_log_lags, fit$first, fit$last, 10)
  curve <- .Call(C_msd, frames$x, frames$size, 0L, 1, lags, TRUE)

  # From frames to the unit of the lags: log D changes by -exponent log(unit).
  log_unit <- log(unit)
  variance <- matrix(c(fit$se^2, fit$covariance, fit$covariance, fit$log_diffusivity_se^2), 2L,
                     dimnames = rep(list(c("exponent", "log_diffusivity")), 2L))
  shift <- matrix(c(1, -log_unit, 0, 1), 2L)
  if (unit != 1) variance[] <- shift %*% variance %*% t(shift)
  structure(list(
    exponent = fit$exponent, se = fit$se, lower = fit$lower, upper = fit$upper, level = level,
    method = method, window = c(fit$first, fit$last) * unit, p_value = fit$p_value,
    log_diffusivity = fit$log_diffusivity - fit$exponent * log_unit, vcov = variance,
    n_lags = fit$n_lags, n_blocks = fit$n_blocks, curvature = fit$curvature, curvature_p = fit$curvature_p,
    seed = seed, msd = new_msd(frames, lags, curve, "time-averaged")
  ), class = "diffusion_exponent")
}

p_value_text <- function(p) if (isTRUE(p < 1e-4)) "p < 0.0001" else sprintf("p = %.3g", p)

#' @export
print.diffusion_exponent <- function(x, ...) {
  cat(sprintf("Diffusion exponent %.4g, %g%% interval [%.4g, %.4g] (%s, lags %s to %s)\n", x$exponent,
              100 * x$level, x$lower, x$upper, x$method, format_numbers(x$window[1L]),
              format_numbers(x$window[2L])))
  cat(sprintf("  normal diffusion (exponent 1): %s\n", p_value_text(x$p_value)))
  invisible(x)
}

#' @export
summary.diffusion_exponent <- function(object, ...) {
  structure(list(fit = object), class = "summary.diffusion_exponent")
}

#' @export
print.summary.diffusion_exponent <- function(x, ...) {
  fit <- x$fit
  print(fit)
  cat(sprintf("  log diffusivity %.4g (se %.3g), %.0f lags, %.0f blocks\n", fit$log_diffusivity,
              sqrt(fit$vcov[2L, 2L]), fit$n_lags, fit$n_blocks))
  cat(sprintf("  curvature of log MSD against log lag %.3g, %s\n", fit$curvature,
              p_value_text(fit$curvature_p)))
  if (isTRUE(fit$curvature_p < 0.05)) cat("  not a straight line: the exponent depends on the window\n")
  invisible(x)
}

#' @export
coef.diffusion_exponent <- function(object, ...) {
  c(exponent = object$exponent, log_diffusivity = object$log_diffusivity)
}

#' @export
vcov.diffusion_exponent <- function(object, ...) object$vcov

#' @export
confint.diffusion_exponent <- function(object, parm = names(coef(object)), level = object$level, ...) {
  estimate <- coef(object)
  if (is.numeric(parm)) parm <- names(estimate)[parm]
  tails <- c((1 - level) / 2, (1 + level) / 2)
  reach <- outer(sqrt(diag(object$vcov)), stats::qt(tails, object$n_blocks - 1))
  interval <- estimate + reach
  dimnames(interval) <- list(names(estimate), paste(format(100 * tails, trim = TRUE, digits = 3L), "%"))
  interval[parm, , drop = FALSE]
}

#' @export
as.data.frame.diffusion_exponent <- function(x, ...) {
  data.frame(exponent = x$exponent, se = x$se, lower = x$lower, upper = x$upper, level = x$level,
             method = x$method, first_lag = x$window[1L], last_lag = x$window[2L], p_value = x$p_value,
             log_diffusivity = x$log_diffusivity)
}

#' Plot the fit of a diffusion exponent
#'
#' @param x From [diffusion_exponent()].
#' @param ... Passed to [plot.msd()].
#' @return `x`, invisibly.
#' @export
plot.diffusion_exponent <- function(x, ...) {
  plot(x$msd, ...)
  lag <- range(x$msd$lag)
  graphics::lines(lag, exp(x$log_diffusivity) * lag^x$exponent, lwd = 2, col = palette_of["theory"])
  graphics::legend("topleft", bg = "white", lwd = 2, col = palette_of["theory"],
                   legend = sprintf("exponent %.3g [%.3g, %.3g]", x$exponent, x$lower, x$upper))
  invisible(x)
}

# Registered with package generics in .onLoad().
tidy.diffusion_exponent <- function(x, conf.int = FALSE, conf.level = x$level, ...) {
  estimate <- coef(x)
  se <- sqrt(diag(x$vcov))
  null <- c(exponent = 1, log_diffusivity = 0)
  statistic <- (estimate - null) / se
  out <- data.frame(term = names(estimate), estimate = unname(estimate), std.error = unname(se),
                    statistic = unname(statistic),
                    p.value = unname(2 * stats::pt(-abs(statistic), x$n_blocks - 1)))
  if (conf.int) out[c("conf.low", "conf.high")] <- unname(confint(x, level = conf.level))
  out
}

glance.diffusion_exponent <- function(x, ...) {
  data.frame(method = x$method, first_lag = x$window[1L], last_lag = x$window[2L], n_lags = x$n_lags,
             n_blocks = x$n_blocks, curvature = x$curvature, curvature_p = x$curvature_p)
}
