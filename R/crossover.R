# Where the exponent of the mean squared displacement changes.

#' Crossovers of the mean squared displacement
#'
#' Fits a continuous broken line to log MSD against log lag: the lags at which the exponent changes, with intervals that
#' know how strongly the points of an MSD are correlated, and the exponents between them.
#'
#' Least squares with weights 1/se. Breaks are added one by one while the next is significant: what it takes off the sum
#' of squares is compared with `n_boot` draws about the fit without it, from the covariance of the MSD by Gaussian theory
#' (see [local_exponent()]). The same draws about the chosen fit give the intervals: percentiles for the breaks,
#' normal for the exponents. A crossover that is smooth, as of a confined path, has no break of its own: the
#' interval is for that of the broken line nearest to its MSD, and a long enough path shows more than one break.
#'
#' Measured (`bench/calibration`), on Gaussian paths whose MSD is a broken power law (exponent 1 or 0.9, then 0.3 to
#' 0.6): the 95% interval of a break that was found held in 96.7 and 96.9% of 2,000 paths of 1024 increments and in 93.1 to
#' 95.9% of 1,000 of 8192 (standard errors 0.4 and 0.8%).
#'
#' @inheritParams local_exponent
#' @param lags Whole numbers of frames, increasing, at least 4 and 3 for each break; `NULL` is eight a decade up to a tenth
#'   of the length.
#' @param max_breaks Most breaks to try, 1 to 3.
#' @param alpha Significance that a break needs.
#' @param n_boot Draws.
#' @return A list of class `"msd_crossover"`: `n_breaks`; `break_lag`, `break_lower`, `break_upper` (in steps for a
#'   trajectory, else in frames) and `break_log_se`; `exponent`, `se`, `lower`, `upper` (one more than breaks);
#'   `log_diffusivity` (of the first line, at lag 1), `p_value` (of no further break after 0, 1, ... of them; `NaN`
#'   where not tested), `lag`, `msd` (less the bias of its logarithm), `msd_se` (of log MSD), `fitted`, `level`,
#'   `alpha`, `dim`, `n_paths`, `frames`, `unit`, `seed`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()] (the breaks); `tidy()`, `glance()`, `autoplot()`.
#' @inheritSection local_exponent Errors
#' @section Cost: that of [local_exponent()], and `n_boot` fits for each break tried: 10 ms a hundred with one break,
#'   0.1 s with two.
#' @references Muggeo (2003). Estimating regression models with unknown break-points. Statistics in Medicine 22.
#' @examples
#' set.seed(1)
#' x <- as.vector(arima.sim(list(ar = 0.98), 20000))
#' crossover <- msd_crossover(x, seed = 1)
#' summary(crossover)
#' plot(crossover)
#' @export
msd_crossover <- function(x, lags = NULL, max_breaks = 1, level = 0.95, alpha = 0.05, n_boot = 499, seed = NULL,
                          ...) {
  reject_dots("msd_crossover", ...)
  frames <- as_frames(x)
  seed <- as_seed(seed)
  max_breaks <- as_count(max_breaks, "max_breaks", 1)
  if (max_breaks > 3) stop_argument("`max_breaks` = %.0f: expected an integer from 1 to 3", max_breaks)
  lags <- if (is.null(lags)) log_lags_up_to(frames, least = 6) else as_numeric_vector(lags, "lags")
  fit <- .Call(C_msd_crossover, frames$x, frames$size, lags, max_breaks, as_number(level, "level"),
               as_number(alpha, "alpha"), as_count(n_boot, "n_boot", 1), seed)
  check_epoch_ripple(x, frames, max(lags))
  unit <- frames$record
  structure(list(
    n_breaks = length(fit[["break"]]), break_lag = unit * fit[["break"]], break_lower = unit * fit$break_lower,
    break_upper = unit * fit$break_upper, break_log_se = fit$break_log_se, exponent = fit$exponent, se = fit$se,
    lower = fit$lower, upper = fit$upper, log_diffusivity = fit$log_diffusivity - fit$exponent[1L] * log(unit),
    p_value = fit$p_value, lag = unit * lags, msd = exp(fit$log_msd), msd_se = sqrt(diag(fit$vcov)),
    fitted = fit$fitted, level = level, alpha = alpha, dim = frames$size[2L], n_paths = frames$size[3L],
    frames = frames$size[1L], unit = unit_of(x), seed = seed
  ), class = "msd_crossover")
}

#' @export
as.data.frame.msd_crossover <- function(x, ...) {
  data.frame(break_lag = x$break_lag, lower = x$break_lower, upper = x$break_upper,
             exponent_before = x$exponent[-length(x$exponent)], exponent_after = x$exponent[-1L])
}

bracketed <- function(value, lower, upper) {
  sprintf("%s [%s, %s]", format_numbers(signif(value, 3)), format_numbers(signif(lower, 3)),
          format_numbers(signif(upper, 3)))
}

#' @export
print.msd_crossover <- function(x, ...) {
  cat(sprintf("Crossovers of the mean squared displacement: %s; %g%% intervals\n", shape_text(x), 100 * x$level))
  cat(sprintf("  exponent %s\n", bracketed(x$exponent[1L], x$lower[1L], x$upper[1L])))
  for (i in seq_len(x$n_breaks)) {
    cat(sprintf("  from lag %s: exponent %s, %s\n", bracketed(x$break_lag[i], x$break_lower[i], x$break_upper[i]),
                bracketed(x$exponent[i + 1L], x$lower[i + 1L], x$upper[i + 1L]), p_value_text(x$p_value[i])))
  }
  if (x$n_breaks < length(x$p_value)) {
    cat(sprintf("  no %sbreak: %s\n", if (x$n_breaks) "further " else "", p_value_text(x$p_value[x$n_breaks + 1L])))
  }
  invisible(x)
}

#' @export
summary.msd_crossover <- function(object, ...) structure(list(fit = object), class = "summary.msd_crossover")

#' @export
print.summary.msd_crossover <- function(x, ...) {
  fit <- x$fit
  range <- sprintf("between lags of %s and %s %s", format_numbers(min(fit$lag)), format_numbers(max(fit$lag)), fit$unit)
  if (fit$n_breaks == 0L) {
    cat(sprintf("The mean squared displacement is one power law %s, with exponent %s; no break (%s).\n", range,
                bracketed(fit$exponent, fit$lower, fit$upper), p_value_text(fit$p_value[1L])))
    return(invisible(x))
  }
  cat(sprintf("The mean squared displacement %s changes its exponent %s: it grows with exponent %s", range,
              c("once", "twice", "three times")[fit$n_breaks],
              bracketed(fit$exponent[1L], fit$lower[1L], fit$upper[1L])))
  for (i in seq_len(fit$n_breaks)) {
    cat(sprintf(", from lag %s with exponent %s",
                bracketed(fit$break_lag[i], fit$break_lower[i], fit$break_upper[i]),
                bracketed(fit$exponent[i + 1L], fit$lower[i + 1L], fit$upper[i + 1L])))
  }
  cat(".\n")
  invisible(x)
}

#' Plot crossovers of a mean squared displacement
#'
#' @param x From [msd_crossover()].
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.msd_crossover <- function(x, xlab = sprintf("lag (%s)", x$unit), ylab = "mean squared displacement",
                               main = "Crossovers of the mean squared displacement", ...) {
  reach <- stats::qnorm((1 + x$level) / 2) * x$msd_se
  graphics::plot(x$lag, x$msd, log = "xy", type = "n", xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab,
                 main = main, ylim = range(x$msd * exp(-reach), x$msd * exp(reach)), ...)
  log_axis(1)
  log_axis(2)
  edges <- 10^graphics::par("usr")[3:4]
  for (i in seq_len(x$n_breaks)) {
    graphics::rect(x$break_lower[i], edges[1L], x$break_upper[i], edges[2L], border = NA,
                   col = grDevices::adjustcolor(palette_of[["reference"]], 0.2))
  }
  graphics::abline(v = x$break_lag, lty = 2, col = palette_of[["reference"]])
  graphics::segments(x$lag, x$msd * exp(-reach), x$lag, x$msd * exp(reach), col = palette_of[["measured"]])
  graphics::points(x$lag, x$msd, pch = 19, cex = 0.7, col = palette_of[["measured"]])
  graphics::lines(x$lag, x$fitted, lwd = 2, col = palette_of[["theory"]])
  labels <- sprintf("exponent %s", bracketed(x$exponent, x$lower, x$upper))
  if (x$n_breaks) labels <- c(labels, sprintf("break at %s", bracketed(x$break_lag, x$break_lower, x$break_upper)))
  graphics::legend("bottomright", bg = "white", legend = labels, bty = "o",
                   lty = rep(1:2, c(x$n_breaks + 1L, x$n_breaks)),
                   col = rep(palette_of[c("theory", "reference")], c(x$n_breaks + 1L, x$n_breaks)), lwd = 2)
  invisible(x)
}

tidy.msd_crossover <- function(x, ...) {
  breaks <- seq_len(x$n_breaks)
  data.frame(term = c(sprintf("exponent_%d", seq_along(x$exponent)), sprintf("break_%d", breaks)),
             estimate = c(x$exponent, x$break_lag), std.error = c(x$se, x$break_lag * x$break_log_se),
             conf.low = c(x$lower, x$break_lower), conf.high = c(x$upper, x$break_upper))
}

glance.msd_crossover <- function(x, ...) {
  data.frame(n_breaks = x$n_breaks, p_value = x$p_value[1L], first_lag = min(x$lag), last_lag = max(x$lag),
             n_lags = length(x$lag), level = x$level)
}
