# Mean squared displacement measured on trajectories.

#' Mean squared displacement of a trajectory
#'
#' Mean of \eqn{|x_{i+h}-x_i|^2} (summed over coordinates) at each lag \eqn{h}: over all origins \eqn{i} and
#' paths (`"time-averaged"`, by FFT), from one origin over paths (`"ensemble"`), or from the first frame
#' (`"from-start"`).
#'
#' Standard errors of the time average come from the spread over contiguous blocks of the path (over paths
#' where there are at least 8), and are `NaN` where the lag is too long for blocks to say anything; those of
#' the other types come from the spread over paths.
#'
#' @param x A vector (one coordinate), a matrix (frames x coordinates), an array (frames x coordinates x
#'   paths), or a trajectory from [sgd_simulate()] or [read_trajectory()].
#' @param lags Whole numbers of frames, increasing, below the number of frames; `NULL` is ten a decade up to
#'   half the length.
#' @param type `"time-averaged"`, `"ensemble"` or `"from-start"`.
#' @param origin The frame (1-based) that `"ensemble"` starts from.
#' @param se `FALSE` saves the standard errors.
#' @inheritParams sgd_hyper
#' @return A list of class `"msd"`: `lag` (in steps for a trajectory, else in frames), `msd`, `se` (`NULL` if
#'   not wanted), `n` (displacements averaged), `average` (the `type` asked for), `dim`, `n_paths`,
#'   `frames`.
#'
#'   Methods: [plot()] (log axes with error bars; theory on top), [points()], [as.data.frame()], [summary()].
#' @section Errors: `too_short`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: O(T log T) a coordinate and path, memory O(T) a thread.
#' @references Calandrini, Pellegrini, Calligari, Hinsen, Kneller (2011). nMoldyn: interfacing spectroscopic
#'   experiments, molecular dynamics simulations and models for time correlation functions. Collection SFN 12
#'   (the FFT form).
#' @examples
#' set.seed(1)
#' walk <- apply(matrix(rnorm(3e4), ncol = 3), 2, cumsum)
#' measured <- msd(walk)
#' plot(measured)
#' @export
msd <- function(x, lags = NULL, type = "time-averaged", origin = 1, se = TRUE, ...) {
  reject_dots("msd", ...)
  frames <- as_frames(x)
  types <- c("time-averaged", "ensemble", "from-start")
  type_index <- option_index(type, "type", types)
  if (is.null(lags)) {
    lags <- default_lags(frames)
  } else {
    lags <- as_numeric_vector(lags, "lags")
  }
  curve <- .Call(C_msd, frames$x, frames$size, type_index, as_count(origin, "origin", 1), lags,
                 as_flag(se, "se"))
  new_msd(frames, lags, curve, type)
}

default_lags <- function(frames) {
  last <- (frames$size[1L] - 1) %/% 2
  if (last < 1) {
    raise_status("too_short", sprintf("`x` has %s: expected at least 3", plural(frames$size[1L], "frame")))
  }
  .Call(C_log_lags, 1, last, 10)
}

new_msd <- function(frames, lags, curve, type) {
  structure(list(
    lag = lags * frames$record, msd = curve$msd, se = curve$se, n = curve$n, average = type,
    dim = frames$size[2L], n_paths = frames$size[3L], frames = frames$size[1L]
  ), class = "msd")
}

# Values with their size as frames x coordinates x paths, and the steps from one frame to the next.
as_frames <- function(x) {
  record <- 1
  if (inherits(x, "sgd_trajectory")) {
    require_rows(x)
    record <- frame_spacing(x)
    x <- x$theta
  }
  size <- if (is.null(dim(x))) length(x) else dim(x)
  if (!is_numbers(x) || length(size) > 3L || any(size == 0L)) {
    stop_argument("`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got %s",
                  describe(x))
  }
  list(x = as_doubles(x), size = as.double(c(size, 1, 1)[1:3]), record = record)
}

frame_spacing <- function(trajectory) {
  spacing <- unique(diff(trajectory$step))
  if (length(spacing) > 1L) {
    stop_argument("`x`: expected frames at equal intervals, got steps from %.0f to %.0f apart", min(spacing),
                  max(spacing))
  }
  if (length(spacing)) spacing else 1
}

#' @export
print.msd <- function(x, ...) {
  cat(sprintf("Mean squared displacement (%s): %s, %s, %s\n", x$average, plural(x$frames, "frame"),
              plural(x$dim, "coordinate"), plural(x$n_paths, "path")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.msd <- function(object, ...) {
  table <- as.data.frame(object)
  if (!is.null(object$se)) table$relative_se <- object$se / object$msd
  table
}

#' @export
as.data.frame.msd <- function(x, ...) {
  out <- data.frame(lag = x$lag, msd = x$msd)
  if (!is.null(x$se)) out$se <- x$se
  out$n <- x$n
  out
}

#' Plot a measured mean squared displacement
#'
#' Points with error bars on logarithmic axes; predictions laid over it.
#'
#' @param x From [msd()].
#' @param theory Optional: a result of [sgd_msd()], or a named list of several, drawn as lines.
#' @param level Probability of the error bars (normal quantiles times the standard error); 0.68 gives one
#'   standard error.
#' @param col Colour of points and bars.
#' @param pch,cex Symbol of the points and its size.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()] or [points()].
#' @return `x`, invisibly.
#' @examples
#' problem <- sgd_spectrum(10^seq(0, -2, length.out = 10), sigma2 = 1)
#' model <- sgd_model(problem, sgd_hyper(0.1, 0.9), dynamics = "sgd")
#' run <- sgd_simulate(model, steps = 20000, start = "stationary", seed = 1)
#' measured <- msd(run)
#' plot(measured, theory = list(recursion = sgd_msd(model, measured$lag)))
#' @export
plot.msd <- function(x, theory = NULL, level = 0.95, col = palette_of["measured"], pch = 19, cex = 0.7,
                     xlab = "lag (steps)", ylab = "mean squared displacement (parameter units squared)",
                     main = "Mean squared displacement", ...) {
  if (inherits(theory, "sgd_msd")) theory <- list(theory = theory)
  for (curve in theory) as_object(curve, "theory", "sgd_msd")
  bars <- msd_bars(x, level)
  inside <- bars$lower[!is.na(bars$lower) & bars$lower > 0]
  window <- range(x$msd[x$msd > 0], inside, bars$upper, unlist(lapply(theory, `[[`, "msd")), na.rm = TRUE)
  graphics::plot(x$lag, x$msd, log = "xy", type = "n", xaxt = "n", yaxt = "n", ylim = window, xlab = xlab,
                 ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  colours <- rep_len(c(palette_of[["theory"]], palette_of[["current"]], "#CC79A7", "#000000"), length(theory))
  for (i in seq_along(theory)) lines(theory[[i]], col = colours[i], lty = i)
  points(x, level = level, col = col, pch = pch, cex = cex)
  if (length(theory)) {
    labels <- if (is.null(names(theory))) rep("theory", length(theory)) else names(theory)
    measured <- if (is.null(x$se)) "measured" else sprintf("measured, %g%% bars", 100 * level)
    graphics::legend("bottomright", bg = "white", legend = c(measured, labels), col = c(col, colours),
                     pch = c(pch, rep(NA, length(theory))), lty = c(NA, seq_along(theory)), lwd = 2)
  }
  invisible(x)
}

#' @rdname plot.msd
#' @export
points.msd <- function(x, level = 0.95, col = palette_of["measured"], pch = 19, cex = 0.7, ...) {
  bars <- msd_bars(x, level)
  floor <- 10^graphics::par("usr")[3L]
  drawn <- !is.na(bars$lower) & bars$upper > bars$lower
  graphics::segments(x$lag[drawn], pmax(bars$lower[drawn], floor), x$lag[drawn], bars$upper[drawn], col = col)
  graphics::points(x$lag, x$msd, pch = pch, cex = cex, col = col, ...)
  invisible(x)
}

msd_bars <- function(x, level) {
  reach <- if (is.null(x$se)) NA_real_ else stats::qnorm((1 + level) / 2) * x$se
  list(lower = x$msd - reach, upper = x$msd + reach)
}
