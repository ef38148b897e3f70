# Trajectories printed, summarised, drawn, and as tables.

#' @export
print.sgd_trajectory <- function(x, ...) {
  size <- dim(x$theta)
  if (is.null(size)) return(print_without_rows(x))
  cat(sprintf("SGD trajectory: %s of %s in %s%s\n", plural(size[1L], "frame"), plural(size[2L], "coordinate"),
              plural(size[3L], "path"), if (is.null(x$velocity)) ", no velocities" else ""))
  if (length(x$step) > 0L) cat(sprintf("  steps %.0f to %.0f\n", x$step[1L], x$step[length(x$step)]))
  if (!is.null(x$hyper)) cat("  ", format(x$hyper), "\n", sep = "")
  invisible(x)
}

#' @export
print.sgd_simulate <- function(x, ...) {
  NextMethod()
  cat(sprintf("  method \"%s\", coordinates \"%s\", %s, seed %.0f, backend %s%s\n", x$method,
              x$coordinates, record_text(x$record), x$seed, x$backend,
              if (x$complete) "" else ", INTERRUPTED before the end"))
  if (!is.null(x$summaries)) {
    kept <- c("mean", "displacement", "local_displacement", "msd")
    kept <- kept[!vapply(x$summaries[kept], is.null, NA)]
    cat(sprintf("  summaries over %s: %s\n", plural(x$summaries$count, "record"), paste(kept, collapse = ", ")))
  }
  invisible(x)
}

record_text <- function(record) {
  if (is.character(record)) return("log-spaced steps")
  if (length(record) > 1L) return("chosen steps")
  if (record == 1) "every step" else sprintf("every %.0f steps", record)
}

# A run that kept no rows in memory.
print_without_rows <- function(x) {
  where <- if (is.null(x$folder)) "no rows kept" else sprintf("in folder \"%s\"", x$folder)
  cat(sprintf("SGD trajectory: %s, %s\n", plural(length(x$step), "frame"), where))
  if (length(x$step) > 0L) cat(sprintf("  steps %.0f to %.0f\n", x$step[1L], x$step[length(x$step)]))
  cat("  ", format(x$hyper), "\n", sep = "")
  invisible(x)
}

require_rows <- function(x) {
  if (!is.null(x$theta)) return(invisible())
  raise_status("unsupported", if (is.null(x$folder)) {
    "this run kept no rows: simulate with trajectory = TRUE, or look at its `summaries`"
  } else {
    sprintf("the rows of this run are on disk: use read_trajectory(\"%s\")", x$folder)
  })
}

#' @export
summary.sgd_trajectory <- function(object, ...) {
  if (is.null(object$theta) && !is.null(object$summaries)) return(summary_of_summaries(object))
  require_rows(object)
  size <- dim(object$theta)
  coordinate <- dimnames(object$theta)[[2L]]
  flat <- function(x, f) apply(x, 2L, f)
  out <- data.frame(coordinate = if (is.null(coordinate)) seq_len(size[2L]) else coordinate,
                    mean = flat(object$theta, mean), sd = flat(object$theta, stats::sd))
  if (!is.null(object$velocity)) out$sd_velocity <- flat(object$velocity, stats::sd)
  rownames(out) <- NULL
  out
}

# Means over the paths, from the running summaries.
summary_of_summaries <- function(object) {
  kept <- object$summaries
  if (!is.null(kept$mean)) {
    names <- rownames(kept$mean)
    return(data.frame(coordinate = if (is.null(names)) seq_len(nrow(kept$mean)) else names,
                      mean = unname(rowMeans(kept$mean)), sd = unname(sqrt(rowMeans(kept$variance)))))
  }
  if (!is.null(kept$msd)) return(data.frame(lag = kept$lags, msd = rowMeans(kept$msd), n = rowSums(kept$msd_count)))
  as.data.frame(object)
}

#' @export
as.data.frame.sgd_trajectory <- function(x, ...) {
  displacements <- !vapply(x$summaries[c("displacement", "local_displacement")], is.null, NA)
  if (is.null(x$theta) && any(displacements)) return(displacement_table(x))
  require_rows(x)
  size <- dim(x$theta)
  coordinate <- dimnames(x$theta)[[2L]]
  if (is.null(coordinate)) coordinate <- seq_len(size[2L])
  out <- data.frame(
    step = rep(x$step, size[2L] * size[3L]), coordinate = rep(rep(coordinate, each = size[1L]), size[3L]),
    path = rep(seq_len(size[3L]), each = size[1L] * size[2L]), theta = as.vector(x$theta)
  )
  if (!is.null(x$velocity)) out$velocity <- as.vector(x$velocity)
  out
}

# Displacements of a run that kept no rows, one row for each record and path.
displacement_table <- function(x) {
  kept <- x$summaries[c("displacement", "local_displacement")]
  kept <- kept[!vapply(kept, is.null, NA)]
  n_paths <- ncol(kept[[1L]])
  data.frame(step = rep(x$step, n_paths), path = rep(seq_len(n_paths), each = length(x$step)),
             lapply(kept, as.vector))
}

#' Plot a trajectory
#'
#' Positions or velocities against steps; of a run that kept no rows, its displacement from the start.
#'
#' @param x From [sgd_simulate()] or [read_trajectory()].
#' @param coordinates Which coordinates; the first six by default.
#' @param path Which path.
#' @param what `"theta"` or `"velocity"`.
#' @param xlab,ylab,main Labels.
#' @param ... Passed to [matplot()].
#' @return `x`, invisibly.
#' @export
plot.sgd_trajectory <- function(x, coordinates = seq_len(min(6L, dim(x$theta)[2L])), path = 1, what = "theta",
                                xlab = "step", ylab = NULL, main = NULL, ...) {
  if (is.null(x$theta) && !is.null(x$summaries$displacement)) return(plot_displacement(x, xlab, ylab, main, ...))
  require_rows(x)
  what <- match_option(what, "what", c("theta", "velocity"))
  if (is.null(x[[what]])) stop_argument("`what` = \"velocity\": expected a trajectory with velocities")
  path <- as_count(path, "path", 1)
  if (path > dim(x$theta)[3L]) stop_argument("`path` = %.0f: expected at most %d", path, dim(x$theta)[3L])
  names <- dimnames(x$theta)[[2L]]
  kind <- if (identical(x$coordinates, "modes")) "mode" else "parameter"
  labels <- if (is.null(names)) paste(kind, coordinates) else names[coordinates]
  colours <- grDevices::hcl.colors(length(coordinates), "Dark 3")
  values <- matrix(x[[what]][, coordinates, path], ncol = length(coordinates))
  if (is.null(ylab)) ylab <- if (what == "theta") kind else paste("velocity of the", kind, "(per lr x step)")
  graphics::matplot(x$step, values, type = "l", lty = 1, las = 1, col = colours, xlab = xlab, ylab = ylab,
                    main = if (is.null(main)) "SGD trajectory" else main, ...)
  graphics::legend("topright", bg = "white", lty = 1, col = colours, legend = labels)
  invisible(x)
}

plot_displacement <- function(x, xlab, ylab, main, ...) {
  displacement <- x$summaries$displacement
  graphics::matplot(x$step, displacement, type = "l", lty = 1, las = 1, xlab = xlab,
                    col = grDevices::hcl.colors(ncol(displacement), "Dark 3"),
                    ylab = if (is.null(ylab)) "squared displacement from the start" else ylab,
                    main = if (is.null(main)) "SGD trajectory" else main, ...)
  invisible(x)
}
