# The exponent as a function of the lag, with a band that holds at all lags at once.

#' Local diffusion exponent with a simultaneous band
#'
#' \eqn{c = \log(MSD(b)/MSD(a))/\log(b/a)} between lags \eqn{a} and \eqn{b}, a factor `span` apart, across the whole
#' range of lags: where diffusion is ballistic, normal, anomalous, confined.
#'
#' Points of an MSD are strongly correlated. Their covariance is that of a Gaussian process with the displacements
#' measured (exact for any length of the path, see `sgdl_msd_covariance` in the header of the core): summed over the
#' principal directions of the displacements, divided by the number of paths. The logarithm's bias is taken off, and its
#' variance is that of a gamma variable with the mean and variance of the MSD. `lower` and `upper` hold at each lag
#' with probability `level`; `band_lower` and `band_upper` at all lags at once, as `critical` is the quantile of the
#' largest of correlated normals, by simulation. What is estimated is the same secant of the true MSD: there is no
#' smoothing bias. For paths that are Gaussian with stationary increments.
#'
#' Measured (`bench/calibration`), the 95% band held in 95.2 to 96.1% of paths of 128 increments of fractional
#' Brownian motion (exponents 0.4 to 1.6), in 94.0 to 95.4% at 1024 and 93.1 to 95.6% at 8192; of confined paths in
#' 94.9, 94.1 and 94.6%; of ten modes of SGD's theory in 94.4 and 96.2% at 1024 and 8192 (10,000 paths a case, 2,000
#' at 8192: standard errors 0.2 and 0.5%). In 128 frames a path of that theory, smooth over some 20 of them, is too
#' little known: the band is wider than it need be and held in 99.3%. Such are flagged by the warning
#' `few_displacements`: 85% of these (the band of the others held in 96.1%), 26% of fractional Brownian motion of
#' exponent 1.6 at 128 increments, 4% at 1024, 0.1% at 8192, 1% of exponent 1.3 at 128, none else.
#'
#' @inheritParams diffusion_test
#' @param lags First lags \eqn{a}, whole numbers of frames; `NULL` is eight a decade while \eqn{b} is up to a tenth of the
#'   length.
#' @param span \eqn{b/a > 1}; \eqn{b} is the nearest whole number of frames above \eqn{a}.
#' @param level Probability of the intervals and of the band.
#' @param n_sim Draws that the band is computed from.
#' @return A list of class `"local_exponent"`: `lag` (\eqn{\sqrt{ab}}), `from`, `to` (in steps for a trajectory, else in
#'   frames), `exponent`, `se`, `lower`, `upper`, `band_lower`, `band_upper`, `vcov` (of all exponents), `level`,
#'   `critical` (standard errors in half a band), `df` (degrees of freedom of the MSD at the shortest lag), `span`, `dim`,
#'   `n_paths`, `frames`, `unit`, `seed`.
#'
#'   Methods: [plot()] (theory on top), [summary()], [as.data.frame()]; `tidy()`, `glance()`, `autoplot()` where
#'   generics and ggplot2 are installed.
#' @section Errors: `too_short`, `bad_argument`, `not_finite`, `unsupported` (more than 1024 coordinates); see
#'   [sgdlangevin-conditions]. Warnings: `epoch_ripple` where lags of a run by epochs reach past half an epoch;
#'   `few_displacements` where `df` is below 20 (see above).
#' @section Cost: an MSD of each coordinate and, for n lags, \eqn{n(n+1)/2} sums over the frames of each: 3 ms at
#'   1000 frames of one coordinate, 0.4 s at 2049 frames of 650. Memory: a copy of `x`.
#' @references Qian, Sheetz, Elson (1991). Single particle tracking. Biophysical Journal 60 (the covariance, for Brownian
#'   motion).
#' @examples
#' set.seed(1)
#' x <- as.vector(arima.sim(list(ar = 0.95), 5000)) # confined: from 1 to 0
#' local <- local_exponent(x, seed = 1)
#' local
#' plot(local)
#' @export
local_exponent <- function(x, lags = NULL, span = 2, level = 0.95, n_sim = 9999, seed = NULL, ...) {
  reject_dots("local_exponent", ...)
  frames <- as_frames(x)
  seed <- as_seed(seed)
  span <- as_number(span, "span")
  if (is.na(span) || span <= 1 || is.infinite(span)) {
    stop_argument("`span` = %g: expected a finite number > 1", span)
  }
  from <- if (is.null(lags)) log_lags_up_to(frames, span) else as_numeric_vector(lags, "lags")
  to <- pmax(from + 1, floor(from * span + 0.5))
  local <- .Call(C_local_exponent, frames$x, frames$size, from, to, as_number(level, "level"),
                 as_count(n_sim, "n_sim", 1), seed)
  check_epoch_ripple(x, frames, max(to))
  check_displacements(local$critical[3L])
  se <- sqrt(diag(local$vcov))
  unit <- frames$record
  structure(list(
    lag = unit * sqrt(from * to), from = unit * from, to = unit * to, exponent = local$exponent, se = se,
    lower = local$exponent - local$critical[1L] * se, upper = local$exponent + local$critical[1L] * se,
    band_lower = local$exponent - local$critical[2L] * se, band_upper = local$exponent + local$critical[2L] * se,
    vcov = local$vcov, level = level, critical = local$critical[2L], df = local$critical[3L], span = span,
    dim = frames$size[2L], n_paths = frames$size[3L], frames = frames$size[1L], unit = unit_of(x), seed = seed
  ), class = "local_exponent")
}

# `df`: degrees of freedom of the MSD at the shortest lag; 20 is SGDL_LOCAL_FEWEST of the core.
check_displacements <- function(df) {
  if (!isTRUE(df < 20)) return(invisible(df))
  warn_status("few_displacements", paste0(
    "`x` holds few independent displacements: its MSD has %.2g degrees of freedom at the shortest lag, expected at ",
    "least 20 for a band of the stated level; this one may be too wide, as of a path that is smooth over a good part ",
    "of its length (record longer, or more paths)"
  ), df)
}

# Eight lags a decade from 1 to the length/(10 span).
log_lags_up_to <- function(frames, span = 1, share = 10, per_decade = 8, least = 1) {
  last <- frames$size[1L] %/% share
  if (last < span * least + 1) {
    raise_status("too_short", sprintf("`x` has %s: expected at least %.0f where no `lags` are given",
                                      plural(frames$size[1L], "frame"), share * (span * least + 1)))
  }
  .Call(C_log_lags, 1, max(1, floor(last / span)), per_decade)
}

unit_of <- function(x) if (inherits(x, "sgd_trajectory")) "steps" else "frames"

shape_text <- function(x) {
  sprintf("%s, %s, %s", plural(x$frames, "frame"), plural(x$dim, "coordinate"), plural(x$n_paths, "path"))
}

#' @export
print.local_exponent <- function(x, ...) {
  cat(sprintf("Local diffusion exponent: %s; %g%% band of %.3g standard errors\n", shape_text(x), 100 * x$level,
              x$critical))
  print_rows(as.data.frame(x)[c("lag", "exponent", "se", "band_lower", "band_upper")])
  invisible(x)
}

#' @export
as.data.frame.local_exponent <- function(x, ...) {
  as.data.frame(unclass(x)[c("lag", "from", "to", "exponent", "se", "lower", "upper", "band_lower", "band_upper")])
}

# Runs of lags whose band leaves an exponent out, in words.
regime_of <- function(lower, upper) {
  ifelse(lower > 1, "superdiffusive", ifelse(upper < 1, "subdiffusive", "compatible with normal diffusion"))
}

#' @export
summary.local_exponent <- function(object, ...) structure(list(local = object), class = "summary.local_exponent")

#' @export
print.summary.local_exponent <- function(x, ...) {
  local <- x$local
  runs <- rle(regime_of(local$band_lower, local$band_upper))
  end <- cumsum(runs$lengths)
  start <- end - runs$lengths + 1
  cat(sprintf("Over lags of %s to %s %s the local diffusion exponent goes from %.3g to %.3g (%s).\n",
              format_numbers(min(local$from)), format_numbers(max(local$to)), local$unit, local$exponent[1L],
              local$exponent[length(local$exponent)], shape_text(local)))
  cat(sprintf("With %g%% confidence at all lags at once, the motion is %s.\n", 100 * local$level,
              paste(sprintf("%s between lags %s and %s", runs$values, format_numbers(local$from[start]),
                            format_numbers(local$to[end])), collapse = ", ")))
  invisible(x)
}

#' Plot a local diffusion exponent
#'
#' Exponent against lag (logarithmic axis) with its simultaneous band (shaded), pointwise intervals (bars), and the lines of
#' ballistic, normal and confined motion.
#'
#' @param x From [local_exponent()].
#' @param theory Optional: a result of [sgd_msd()], or a named list of several, whose exponents are drawn.
#' @param xlab,ylab,main,ylim Labels and limits.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.local_exponent <- function(x, theory = NULL, xlab = sprintf("lag (%s)", x$unit), ylab = "local exponent",
                                main = "Local diffusion exponent", ylim = NULL, ...) {
  if (inherits(theory, "sgd_msd")) theory <- list(theory = theory)
  for (curve in theory) as_object(curve, "theory", "sgd_msd")
  if (is.null(ylim)) ylim <- range(0, x$band_lower, pmin(x$band_upper, 3), 1)
  graphics::plot(x$lag, x$exponent, log = "x", type = "n", xaxt = "n", ylim = ylim, xlab = xlab, ylab = ylab,
                 main = main, las = 1, ...)
  log_axis(1)
  graphics::polygon(c(x$lag, rev(x$lag)), c(x$band_lower, rev(x$band_upper)), border = NA,
                    col = grDevices::adjustcolor(palette_of[["trajectory"]], 0.35))
  graphics::abline(h = 0:2, lty = 3, col = palette_of[["reference"]])
  colours <- rep_len(c(palette_of[["theory"]], palette_of[["current"]], "#CC79A7", "#000000"), length(theory))
  for (i in seq_along(theory)) {
    order <- order(theory[[i]]$step)
    graphics::lines(theory[[i]]$step[order], theory[[i]]$exponent[order], col = colours[i], lty = i, lwd = 2)
  }
  graphics::segments(x$lag, x$lower, x$lag, x$upper, col = palette_of[["measured"]])
  graphics::points(x$lag, x$exponent, pch = 19, cex = 0.7, col = palette_of[["measured"]])
  labels <- sprintf(c("measured, %g%% intervals", "%g%% band, all lags at once"), 100 * x$level)
  names <- if (is.null(names(theory))) rep("theory", length(theory)) else names(theory)
  graphics::legend("topright", bg = "white", legend = c(labels, names),
                   col = c(palette_of[["measured"]], palette_of[["trajectory"]], colours),
                   pch = c(19, 15, rep(NA, length(theory))), lty = c(1, NA, seq_along(theory)), lwd = 2)
  invisible(x)
}

tidy.local_exponent <- function(x, ...) {
  data.frame(lag = x$lag, estimate = x$exponent, std.error = x$se, conf.low = x$lower, conf.high = x$upper,
             band.low = x$band_lower, band.high = x$band_upper)
}

glance.local_exponent <- function(x, ...) {
  data.frame(first_lag = min(x$from), last_lag = max(x$to), n_lags = length(x$lag), level = x$level,
             critical = x$critical, span = x$span)
}
