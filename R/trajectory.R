# Trajectories in HDF5 files.

#' Read and write trajectories in HDF5 files
#'
#' A file holds `/theta` and, optionally, `/velocity` (paths x frames x coordinates in C order, so that a
#' frame is contiguous), `/step`, and the scalars `lr`, `momentum`, `weight_decay`, `batch_size`,
#' `n_examples`, `epoch_sampling` in the group `/run`. Other programs can write it frame by frame; here frames
#' are read in the range asked for, whatever the size of the file.
#'
#' @param file Name of the file; for reading also a folder that [sgd_simulate()] wrote, whose segments are
#'   read as one. Writing replaces it at once (a temporary file, then a rename).
#' @param dataset What to read as positions; a dataset of the same shape as `/theta`.
#' @param frames First and last frame to read, counted from 1; `NULL` is all of them.
#' @param x For writing: a trajectory, or a list with `theta` (frames x d, or frames x d x paths) and,
#'   optionally, `velocity`, `step` and `hyper`.
#' @inheritParams sgd_hyper
#' @return `read_trajectory()`: a list of class `"sgd_trajectory"`: `step` (0, 1, 2, ... where the file has
#'   none), `theta`, `velocity` (frames x d x paths; `velocity` may be `NULL`), `hyper` (from [sgd_hyper()]
#'   where the file says all four, else `NULL`), `run` (a list of `n_examples` and `epoch_sampling`, `NaN`
#'   where not said), `info` (a list of `frames`, `dim`, `n_paths`, `has_velocity` of the file).
#'   `write_trajectory()`: `file`, invisibly.
#' @section Errors: `io` (missing, truncated or foreign file), `bad_argument`, `unsupported` where the package
#'   was built without HDF5.
#' @section Cost: one pass over the frames.
#' @examples
#' model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9))
#' run <- sgd_simulate(model, steps = 100, seed = 1)
#' file <- tempfile(fileext = ".h5")
#' written <- tryCatch(write_trajectory(run, file), sgdlangevin_unsupported = conditionMessage)
#' if (file.exists(file)) read_trajectory(file, frames = c(1, 10))
#' @export
read_trajectory <- function(file, dataset = "theta", frames = NULL, ...) {
  reject_dots("read_trajectory", ...)
  file <- path.expand(as_text(file, "file"))
  dataset <- as_text(dataset, "dataset")
  folder <- dir.exists(file)
  info <- if (folder) .Call(C_segments_info, file) else .Call(C_trajectory_info, file)
  range <- frame_range(frames, info$frames)
  count <- range[2L] - range[1L] + 1
  read <- function(name, dim, n_paths) {
    if (folder) return(.Call(C_segments_read, file, name, range[1L], count, dim, n_paths))
    .Call(C_trajectory_read, file, name, range[1L], count, dim, n_paths)
  }
  step <- tryCatch(as.vector(read("step", 1, 1)), sgdlangevin_io = function(e) {
    if (!grepl("expected a dataset \"step\"", conditionMessage(e), fixed = TRUE)) stop(e)
    range[1L] - 2 + seq_len(count)
  })
  said <- !anyNA(unlist(info[c("lr", "momentum", "weight_decay", "batch_size")]))
  structure(list(
    step = step, theta = read(dataset, info$dim, info$n_paths),
    velocity = if (info$has_velocity && dataset == "theta") read("velocity", info$dim, info$n_paths),
    hyper = if (said) sgd_hyper(info$lr, info$momentum, info$weight_decay, info$batch_size),
    run = info[c("n_examples", "epoch_sampling")],
    info = c(info[c("frames", "dim", "n_paths")], has_velocity = info$has_velocity != 0)
  ), class = "sgd_trajectory")
}

frame_range <- function(frames, total) {
  if (is.null(frames)) return(c(1, total))
  usable <- is.numeric(frames) && length(frames) == 2L && !anyNA(frames) && all(frames == floor(frames)) &&
    frames[1L] >= 1 && frames[1L] <= frames[2L] && frames[2L] <= total
  if (!usable) {
    stop_argument("`frames` = %s: expected c(first, last) within 1 to %.0f",
                  paste(format(frames), collapse = ", "), total)
  }
  as.double(frames)
}

#' @rdname read_trajectory
#' @export
write_trajectory <- function(x, file, ...) {
  reject_dots("write_trajectory", ...)
  file <- as_text(file, "file")
  if (!is.list(x) || is.null(x$theta)) {
    stop_argument("`x`: expected a trajectory or a list with `theta`, got %s", describe(x))
  }
  theta <- as_slices(x$theta, "theta")
  velocity <- if (!is.null(x$velocity)) as_slices(x$velocity, "velocity")
  if (!is.null(velocity) && !identical(dim(velocity), dim(theta))) {
    stop_argument("`velocity`: expected the shape of `theta`, %s, got %s",
                  paste(dim(theta), collapse = " x "), paste(dim(velocity), collapse = " x "))
  }
  step <- as_numeric_vector(x$step, "step", dim(theta)[1L], optional = TRUE)
  size <- stats::setNames(as.list(as.double(dim(theta))), c("frames", "dim", "n_paths"))
  .Call(C_trajectory_write, path.expand(file), c(size, unclass(x$hyper), x$run), step, theta, velocity)
  invisible(file)
}

# frames x d x paths
as_slices <- function(x, name) {
  size <- dim(x)
  if (!is_numbers(x) || !length(size) %in% 2:3 || any(size == 0L)) {
    stop_argument("`%s`: expected a frames x d matrix or a frames x d x paths array, got %s", name,
                  describe(x))
  }
  array(as_doubles(x), c(size, 1L)[1:3])
}
