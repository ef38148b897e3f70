# The MSD of a path that comes bit by bit.

#' Mean squared displacement of data that do not fit memory
#'
#' A stream keeps what the time-averaged MSD of one path needs of data that come in parts: `update()` adds
#' some, and [msd()] of the stream gives the MSD so far, with standard errors from blocks as if all had been
#' in memory at once. Streams over disjoint coordinates of one path, or over different paths, filled anywhere,
#' combine with `merge()`.
#'
#' * `by = "coordinates"`: each update brings all frames of some more coordinates (frames x any number). With
#'   `method = "fft"` each coordinate is transformed; `"gram"` adds up the Gram matrix of the frames by
#'   `dsyrk`, which costs `frames`^2 flops a coordinate whatever the lags, and pays for fewer frames than
#'   about 1000 (`"auto"` does so up to 1024). Each coordinate is taken from its chord first; the rounding
#'   left is bounded in `bound`.
#' * `by = "frames"`: each update brings the frames that follow (any number x coordinates); the last ones, as
#'   many as the largest lag, are kept.
#'
#' @param frames Frames of a path, at least 3.
#' @param lags As in [msd()].
#' @param by `"coordinates"` or `"frames"`: what comes bit by bit.
#' @param method `"auto"`, `"fft"` or `"gram"`, by coordinates.
#' @param record Steps from one frame to the next.
#' @param accuracy As in [msd()], for `"fft"`.
#' @param memory Bytes that the stream may keep.
#' @param object,x,y Streams.
#' @param data A matrix (or vector) as `by` says; finite numbers. A data frame of numbers will do.
#' @param over `"coordinates"` (of the same paths) or `"paths"` (of the same coordinates).
#' @inheritParams sgd_hyper
#' @return `msd_stream()`, `update()` and `merge()`: a list of class `"msd_stream"`; a value like any other,
#'   which can be saved and sent to other processes. After merging over paths it takes no more data.
#' @section Errors: `bad_argument` (shapes, memory too small), `not_finite` (gaps, too: streams have none),
#'   `too_short`.
#' @section Cost: `"fft"`: as [msd()]; `"gram"`: memory 8 frames^2 bytes; by frames: 0.3 ns a number and lag,
#'   memory 8 bytes times largest lag times coordinates.
#' @examples
#' set.seed(1)
#' walk <- apply(matrix(rnorm(200 * 50), 200), 2, cumsum)
#' stream <- msd_stream(200)
#' for (first in seq(1, 50, by = 10)) stream <- update(stream, walk[, first + 0:9])
#' all.equal(msd(stream)$msd, msd(walk)$msd)
#' @export
msd_stream <- function(frames, lags = NULL, by = "coordinates", method = "auto", record = 1,
                       accuracy = "default",
                       memory = 2^30, ...) {
  reject_dots("msd_stream", ...)
  frames <- as_count(frames, "frames", 1)
  if (frames < 3) raise_status("too_short", sprintf("`frames` = %.0f: expected at least 3", frames))
  by <- match_option(by, "by", c("coordinates", "frames"))
  method <- match_option(method, "method", c("auto", "fft", "gram"))
  memory <- as_number(memory, "memory")
  lags <- if (is.null(lags)) default_lags(frames) else check_lags(as_numeric_vector(lags, "lags"), frames)
  record <- as_number(record, "record")
  if (!is.finite(record) || record <= 0) stop_argument("`record` = %g: expected a finite number > 0", record)
  gram <- 16 * frames^2
  if (by == "frames" && method != "auto") stop_argument("`method` = \"%s\": expected none by frames", method)
  small <- by == "coordinates" && frames <= 1024 && gram <= memory
  if (method == "auto") method <- if (small) "gram" else "fft"
  if (method == "gram" && !isTRUE(gram <= memory)) {
    stop_argument("`memory` = %.10g bytes: expected at least %.0f for the Gram matrix of %.0f frames", memory,
                  gram,
                  frames)
  }
  structure(list(
    frames = frames, lags = lags, by = by, method = method, record = record,
    full = option_index(accuracy, "accuracy", c("default", "full")) == 1L, memory = memory,
    done = 0, dim = 0, tally = double(25 * length(lags)), gram = NULL, before = NULL, n_paths = 1
  ), class = "msd_stream")
}

check_lags <- function(lags, frames) {
  bad <- which(!(lags == floor(lags) & lags >= 1 & lags <= frames - 1))[1L]
  if (!is.na(bad) || anyNA(lags)) {
    bad <- if (is.na(bad)) which(is.na(lags))[1L] else bad
    stop_argument("`lags[%d]` = %.10g: expected an integer from 1 to %.0f (in frames)", bad, lags[bad],
                  frames - 1)
  }
  if (is.unsorted(lags, strictly = TRUE)) stop_argument("`lags`: expected strictly increasing lags")
  lags
}

#' @rdname msd_stream
#' @export
update.msd_stream <- function(object, data, ...) {
  reject_dots("update.msd_stream", ...)
  if (object$n_paths > 1) stop_argument("`object` holds %.0f paths: expected a stream of one", object$n_paths)
  if (is.data.frame(data)) data <- data.matrix(data)
  if (is_numbers(data) && is.null(dim(data))) data <- if (object$by == "frames") t(data) else matrix(data)
  data <- as_numeric_matrix(data, "data")
  if (length(data) == 0L) {
    stop_argument("`data`: expected some numbers, got a %d x %d matrix", nrow(data), ncol(data))
  }
  if (object$by == "frames") add_frames(object, data) else add_coordinates(object, data)
}

add_coordinates <- function(stream, data) {
  if (nrow(data) != stream$frames) {
    stop_argument("`data` has %s: expected all %.0f of the path", plural(nrow(data), "frame"), stream$frames)
  }
  if (stream$method == "gram") {
    stream$gram <- .Call(C_gram_coordinates, stream$gram, stream$frames, data)
  } else {
    stream$tally <- .Call(C_tally_coordinates, stream$tally, stream$frames, data, NULL, stream$full,
                          stream$lags)
  }
  stream$dim <- stream$dim + ncol(data)
  stream$done <- stream$frames
  stream
}

add_frames <- function(stream, data) {
  if (stream$done > 0 && ncol(data) != stream$dim) {
    stop_argument("`data` has %s: expected %.0f as before", plural(ncol(data), "coordinate"), stream$dim)
  }
  last <- max(stream$lags)
  needed <- 8 * last * ncol(data)
  if (!isTRUE(needed <= stream$memory)) {
    stop_argument("`memory` = %.10g bytes: expected at least %.0f to keep %.0f frames of %s", stream$memory,
                  needed,
                  last, plural(ncol(data), "coordinate"))
  }
  before <- if (is.null(stream$before)) matrix(0, 0L, ncol(data)) else stream$before
  stream$tally <- .Call(C_tally_frames, stream$tally, stream$frames, stream$done, before, data, stream$lags)
  stream$done <- stream$done + nrow(data)
  all <- if (nrow(data) >= last) data else rbind(before, data)
  stream$before <- all[seq.int(max(1, nrow(all) - last + 1), nrow(all)), , drop = FALSE]
  stream$dim <- ncol(data)
  stream
}

# The tallies of its paths, side by side, and the bound of their rounding.
stream_tallies <- function(stream) {
  if (stream$dim == 0 || stream$done < stream$frames) {
    stop_argument("the stream holds %.0f of %.0f frames of %s: expected all of some", stream$done,
                  stream$frames,
                  plural(stream$dim, "coordinate"))
  }
  if (is.null(stream$gram)) return(list(tally = stream$tally, bound = stream$bound))
  .Call(C_gram_tally, stream$gram, stream$frames, stream$lags)
}

#' @rdname msd_stream
#' @export
merge.msd_stream <- function(x, y, over = "coordinates", ...) {
  reject_dots("merge.msd_stream", ...)
  y <- as_object(y, "y", "msd_stream")
  over <- match_option(over, "over", c("coordinates", "paths"))
  for (field in c("frames", "lags", "by", "record")) {
    if (!identical(x[[field]], y[[field]])) stop_argument("`y`: expected the `%s` of `x`", field)
  }
  if (over == "paths") return(merge_paths(x, y))
  if (x$n_paths != y$n_paths) {
    stop_argument("`y` holds %s: expected %.0f", plural(y$n_paths, "path"), x$n_paths)
  }
  if (x$method == "gram" && y$method == "gram" && x$n_paths == 1) {
    if (is.null(x$gram)) x$gram <- y$gram else if (!is.null(y$gram)) x$gram <- x$gram + y$gram
  } else {
    tallies <- list(stream_tallies(x), stream_tallies(y))
    x$tally <- tallies[[1L]]$tally + tallies[[2L]]$tally
    x$bound <- pmax(0, tallies[[1L]]$bound, tallies[[2L]]$bound)
    x$method <- "fft"
    x["gram"] <- list(NULL)
    if (x$by == "frames") x["before"] <- list(NULL)
  }
  x$dim <- x$dim + y$dim
  x$done <- max(x$done, y$done)
  x
}

merge_paths <- function(x, y) {
  tallies <- list(stream_tallies(x), stream_tallies(y))
  if (x$dim != y$dim) stop_argument("`y` has %s: expected %.0f", plural(y$dim, "coordinate"), x$dim)
  x$tally <- c(tallies[[1L]]$tally, tallies[[2L]]$tally)
  x$bound <- pmax(0, tallies[[1L]]$bound, tallies[[2L]]$bound)
  x$n_paths <- x$n_paths + y$n_paths
  x["gram"] <- x["before"] <- list(NULL)
  x
}

stream_result <- function(stream, errors, covariance) {
  if (errors > 3L) stop_argument("`se`: expected \"blocks\" or \"paths\" (or TRUE) of a stream")
  found <- stream_tallies(stream)
  tally_msd(stream$lags, found$tally, found$bound, stream$frames, stream$dim, stream$n_paths, stream$record,
            errors,
            covariance)
}

#' @export
print.msd_stream <- function(x, ...) {
  how <- if (x$by == "frames") "frame by frame" else if (x$method == "gram") "by the Gram matrix of frames" else "by FFT"
  cat(sprintf("Stream of the mean squared displacement %s: %.0f of %.0f frames, %s, %s, %s\n", how, x$done,
              x$frames,
              plural(x$dim, "coordinate"), plural(x$n_paths, "path"), plural(length(x$lags), "lag")))
  invisible(x)
}
