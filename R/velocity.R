# Velocities and spectra estimated from trajectories, to hold against the theory.

# What is correlated or transformed: velocities as recorded, or positions whose differences over `unit` are
# velocities (unit 0: the values themselves).
as_velocities <- function(x, source) {
  source <- match_option(source, "source", c("auto", "velocity", "theta"))
  recorded <- inherits(x, "sgd_trajectory") && !is.null(x$velocity)
  if (source == "velocity" && inherits(x, "sgd_trajectory") && !recorded) {
    stop_argument("`source` = \"velocity\": expected a trajectory with velocities")
  }
  if (recorded && source != "theta") {
    frames <- as_frames(x)
    frames$x <- as_doubles(x$velocity)
    return(c(frames, unit = 0, source = "velocity"))
  }
  frames <- as_frames(x)
  if (source == "velocity") return(c(frames, unit = 0, source = "velocity"))
  lr <- 1
  if (inherits(x, "sgd_trajectory")) {
    hyper <- if (is.null(x$hyper)) x$model$hyper else x$hyper
    if (!is.null(hyper)) lr <- hyper$lr
  }
  c(frames, unit = lr * frames$record, source = "theta")
}

# d x m directions, or NULL.
as_directions <- function(direction, d) {
  if (is.null(direction)) return(NULL)
  if (length(dim(direction)) == 2L && !1L %in% dim(direction)) {
    direction <- as_numeric_matrix(direction, "direction")
    if (nrow(direction) != d) {
      stop_argument("`direction`: expected %.0f rows, got %d", d, nrow(direction))
    }
    return(direction)
  }
  as_numeric_vector(direction, "direction", d)
}

is_total <- function(per) match_option(per, "per", c("total", "coordinate")) == "total"

drop_single <- function(x) if (ncol(x) == 1L) as.vector(x) else x

#' Velocity autocorrelation of a trajectory
#'
#' Mean over origins and paths of \eqn{v_i\cdot v_{i+h}}{v_i . v_(i+h)}, with standard errors and intervals;
#' to hold against [sgd_autocorrelation()].
#'
#' Velocities are those recorded, or, where there are none, the differences of positions from frame to frame
#' over the time between frames, \eqn{(\theta_{i+1}-\theta_i)/(\eta k)}{(theta_(i+1) - theta_i)/(eta k)} for
#' frames every k steps (over 1 where no learning rate is known). For frames at every step these are the
#' optimiser's own velocities; else they are averages over k steps. No mean is taken off, as stationary
#' velocities have none.
#'
#' Errors come from the spread over contiguous blocks of the products, 20 of them at least (whole paths where
#' there are 16), the interval from Student's t with blocks - 1 degrees of freedom; they are `NaN` where a
#' block is shorter than the lag, and too small where it is not much longer than what the velocity remembers.
#'
#' @inheritParams msd
#' @param lags Whole numbers of frames \eqn{\ge 0}; `NULL` is all up to a 20th of the length, at most 100.
#' @param per `"total"`: the scalar product, summed over coordinates; `"coordinate"`: of each.
#' @param direction d numbers, or d x m of them: of the components along these directions, whatever `per`.
#' @param source `"auto"`; `"velocity"`: `x` holds velocities (a trajectory: those recorded); `"theta"`: it
#'   holds positions.
#' @param level Probability of the intervals.
#' @return A list of class `"velocity_autocorrelation"`: `lag` (in steps for a trajectory, else frames),
#'   `autocorrelation`, `se`, `lower`, `upper`, `correlation` (over its value at lag 0), `correlation_se` (n
#'   each, or n x m), `level`, `blocks`, `source`, `frames`, `dim`, `n_paths`.
#'
#'   Methods: [plot()] (theory on top), [as.data.frame()], [summary()]; `autoplot()` where ggplot2 is
#'   installed.
#' @section Errors: `too_short`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: T d n operations.
#' @references arXiv:2107.09133, section 4 (the theory).
#' @seealso [sgd_autocorrelation()], [power_spectrum()].
#' @examples
#' model <- sgd_model(sgd_spectrum(c(2, 0.2), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
#' run <- sgd_simulate(model, 5000, start = "stationary", seed = 1)
#' measured <- velocity_autocorrelation(run)
#' plot(measured, theory = sgd_autocorrelation(model, measured$lag))
#' @export
velocity_autocorrelation <- function(x, lags = NULL, per = "total", direction = NULL, source = "auto",
                                     level = 0.95, ...) {
  reject_dots("velocity_autocorrelation", ...)
  frames <- as_velocities(x, source)
  last <- frames$size[1L] - 1 - (frames$unit > 0)
  lags <- if (is.null(lags)) as.double(0:max(1, min(100, last %/% 20))) else as_numeric_vector(lags, "lags")
  found <- .Call(C_velocity_autocorrelation, frames$x, frames$size, frames$unit, is_total(per),
                 as_directions(direction, frames$size[2L]), lags, as_number(level, "level"))
  structure(c(list(lag = lags * frames$record), lapply(found[1:6], drop_single),
              list(level = level, blocks = found$blocks, source = frames$source, frames = frames$size[1L],
                   dim = frames$size[2L], n_paths = frames$size[3L])), class = "velocity_autocorrelation")
}

#' @export
print.velocity_autocorrelation <- function(x, ...) {
  cat(sprintf("Velocity autocorrelation (%s): %s, %s, %s\n",
              if (x$source == "velocity") "recorded velocities" else "differences of positions",
              plural(x$frames, "frame"), plural(x$dim, "coordinate"), plural(x$n_paths, "path")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.velocity_autocorrelation <- function(object, ...) {
  correlation <- as.matrix(object$correlation)
  first <- function(column) {
    below <- object$lag[correlation[, column] < exp(-1)]
    if (length(below)) min(below) else NA_real_
  }
  columns <- seq_len(ncol(correlation))
  data.frame(column = columns, below_1_over_e = vapply(columns, first, 0),
             lowest = apply(correlation, 2L, min))
}

#' @export
as.data.frame.velocity_autocorrelation <- function(x, ...) {
  columns <- NCOL(x$autocorrelation)
  out <- data.frame(lag = rep(x$lag, columns))
  if (columns > 1L) out$column <- rep(seq_len(columns), each = length(x$lag))
  for (name in c("autocorrelation", "se", "lower", "upper", "correlation", "correlation_se")) {
    out[[name]] <- as.vector(x[[name]])
  }
  out
}

#' Plot a measured velocity autocorrelation
#'
#' @param x From [velocity_autocorrelation()].
#' @param theory From [sgd_autocorrelation()]; drawn over the first column.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.velocity_autocorrelation <- function(x, theory = NULL, xlab = "lag (steps)",
                                          ylab = "velocity autocorrelation",
                                          main = "Velocity autocorrelation", ...) {
  if (!is.null(theory)) as_object(theory, "theory", "sgd_autocorrelation")
  value <- as.matrix(x$autocorrelation)
  lower <- as.matrix(x$lower)
  upper <- as.matrix(x$upper)
  graphics::plot(range(x$lag), range(value, lower, upper, theory$velocity, 0, na.rm = TRUE), type = "n",
                 las = 1,
                 xlab = xlab, ylab = ylab, main = main, ...)
  graphics::abline(h = 0, lty = 3, col = palette_of["reference"])
  colours <- rep_len(c(palette_of[["measured"]], palette_of[["current"]], "#CC79A7", "#000000"), ncol(value))
  for (k in seq_len(ncol(value))) {
    graphics::segments(x$lag, lower[, k], x$lag, upper[, k], col = colours[k])
    graphics::points(x$lag, value[, k], pch = 19, cex = 0.7, col = colours[k])
  }
  if (!is.null(theory)) {
    graphics::lines(theory$lag, theory$velocity, lwd = 2, col = palette_of["theory"])
    graphics::legend("topright", bg = "white", 
                     legend = c(sprintf("measured, %g%% bars", 100 * x$level), "theory"),
                     pch = c(19, NA), lty = c(NA, 1), lwd = 2, col = palette_of[c("measured", "theory")])
  }
  invisible(x)
}

#' Power spectrum of a trajectory
#'
#' Welch's estimate: the mean over half-overlapping segments, each less its mean and under a window, and over
#' paths, of the squared Fourier transform; with chi-squared intervals. Two-sided and per cycle per step, as
#' [sgd_power_spectrum()]: the variance is the integral from minus to plus the highest frequency, half a cycle
#' a frame. What is faster than that is folded into it where frames are several steps apart.
#'
#' Degrees of freedom are those equivalent to N half-overlapping segments under window h,
#' \eqn{2N/(1 + 2\sum_m (1 - m/N) |\sum_t h_t h_{t+mS}|^2)}{2 N/(1 + 2 sum_m (1 - m/N) |sum_t h_t
#' h_(t+mS)|^2)} at hop S (half at the highest frequency). A total over coordinates has those of its
#' independent parts:
#' \eqn{(tr S)^2/tr S^2} of the spectral matrix, estimated from pairs of segments apart.
#'
#' @inheritParams velocity_autocorrelation
#' @param of `"theta"`, or `"velocity"` (as in [velocity_autocorrelation()]).
#' @param segment Frames in a segment; `NULL` is an eighth of the record. Longer ones resolve narrower peaks,
#'   shorter ones have less noise.
#' @param window `"hann"` or `"none"`, which leaks.
#' @return A list of class `"power_spectrum"`: `freq` (n, cycles per step, `segment/2` of them), `density`,
#'   `lower`, `upper`, `df` (n each, or n x m), `peak_freq` (m; where the density is largest, `NaN` if that is
#'   at either end: hold it against \eqn{\delta/2\pi}{delta/(2 pi)}, [sgd_power_spectrum()]'s `peak_freq`),
#'   `of`, `segment`, `window`, `level`, `frames`, `dim`, `n_paths`.
#'
#'   Methods: [plot()] (theory on top), [as.data.frame()], [summary()]; `autoplot()` where ggplot2 is
#'   installed.
#' @section Errors: `too_short`, `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @section Cost: O(T log T) a coordinate; a total, T times the number of segments too.
#' @references Welch (1967). The use of fast Fourier transform for the estimation of power spectra. IEEE
#'   Transactions on Audio and Electroacoustics 15; Percival, Walden (1993). Spectral Analysis for Physical
#'   Applications, section 6.17.
#' @seealso [sgd_power_spectrum()], [fit_langevin()].
#' @examples
#' model <- sgd_model(sgd_spectrum(c(2, 0.2), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
#' run <- sgd_simulate(model, 5000, start = "stationary", seed = 1)
#' measured <- power_spectrum(run)
#' plot(measured, theory = sgd_power_spectrum(model, measured$freq))
#' @export
power_spectrum <- function(x, of = "theta", segment = NULL, window = "hann", per = "total", direction = NULL,
                           source = "auto", level = 0.95, ...) {
  reject_dots("power_spectrum", ...)
  of <- match_option(of, "of", c("theta", "velocity"))
  frames <- if (of == "velocity") as_velocities(x, source) else c(as_frames(x), unit = 0)
  segment <- if (is.null(segment)) max(8, 2 * (frames$size[1L] %/% 16)) else as_count(segment, "segment", 1)
  kind <- option_index(window, "window", c("hann", "none"))
  found <- .Call(C_welch, frames$x, frames$size, frames$unit, is_total(per),
                 as_directions(direction, frames$size[2L]),
                 c(frames$record, segment, kind, as_number(level, "level")))
  at <- apply(found$density, 2L, which.max)
  inside <- at > 1L & at < length(found$freq)
  structure(c(list(freq = found$freq), lapply(found[2:5], drop_single),
              list(peak_freq = ifelse(inside, found$freq[at], NaN), of = of, segment = segment,
                   window = window,
                   level = level, frames = frames$size[1L], dim = frames$size[2L],
                   n_paths = frames$size[3L])),
            class = "power_spectrum")
}

#' @export
print.power_spectrum <- function(x, ...) {
  cat(sprintf("Power spectrum of %s (Welch, segments of %.0f frames, window %s): %s, %s, %s\n", x$of,
              x$segment,
              x$window, plural(x$frames, "frame"), plural(x$dim, "coordinate"), plural(x$n_paths, "path")))
  print_rows(as.data.frame(x))
  invisible(x)
}

#' @export
summary.power_spectrum <- function(object, ...) {
  df <- as.matrix(object$df)
  data.frame(column = seq_len(ncol(df)), peak_freq = object$peak_freq, period = 1 / object$peak_freq,
             smallest_df = apply(df, 2L, min))
}

#' @export
as.data.frame.power_spectrum <- function(x, ...) {
  columns <- NCOL(x$density)
  out <- data.frame(freq = rep(x$freq, columns))
  if (columns > 1L) out$column <- rep(seq_len(columns), each = length(x$freq))
  for (name in c("density", "lower", "upper", "df")) out[[name]] <- as.vector(x[[name]])
  out
}

#' Plot a measured power spectrum
#'
#' @param x From [power_spectrum()].
#' @param theory From [sgd_power_spectrum()]; drawn over it.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [plot.default()].
#' @return `x`, invisibly.
#' @export
plot.power_spectrum <- function(x, theory = NULL, xlab = "frequency (cycles per step)",
                                ylab = paste("power spectral density of", x$of),
                                main = "Power spectrum", ...) {
  if (!is.null(theory)) as_object(theory, "theory", "sgd_power_spectrum")
  density <- as.matrix(x$density)
  lower <- as.matrix(x$lower)
  upper <- as.matrix(x$upper)
  shown <- c(lower, upper, theory[[x$of]])
  graphics::plot(range(x$freq), range(shown[shown > 0], finite = TRUE), type = "n", log = "xy", xaxt = "n",
                 yaxt = "n", xlab = xlab, ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  colours <- rep_len(c(palette_of[["measured"]], palette_of[["current"]], "#CC79A7", "#000000"),
                     ncol(density))
  for (k in seq_len(ncol(density))) {
    graphics::polygon(c(x$freq, rev(x$freq)), c(lower[, k], rev(upper[, k])), border = NA,
                      col = grDevices::adjustcolor(colours[k], 0.25))
    graphics::lines(x$freq, density[, k], col = colours[k])
  }
  if (!is.null(theory)) {
    along <- order(theory$freq)
    graphics::lines(theory$freq[along], theory[[x$of]][along], lwd = 2, col = palette_of["theory"])
    graphics::abline(v = utils::head(theory$peak_freq[!is.nan(theory$peak_freq)], 6), lty = 3,
                     col = palette_of["reference"])
    graphics::legend("bottomleft", bg = "white", lwd = 2, col = palette_of[c("measured", "theory")],
                     legend = c(sprintf("measured, %g%% band", 100 * x$level), "theory"))
  }
  invisible(x)
}
