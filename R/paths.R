# Trajectories in the shapes that people have them: arrays, lists of paths, tables in long format.

# `paths` (a list of frames x dim matrices of doubles, or one array that holds all), `frames` (of each),
# `dim`, `record` (steps from one frame to the next) and `names` of the coordinates (or NULL).
as_paths <- function(x) {
  record <- 1
  if (inherits(x, "sgd_trajectory")) {
    require_rows(x)
    record <- frame_spacing(x)
    x <- x$theta
  }
  if (is.data.frame(x)) return(paths_of_table(x))
  if (is.list(x) && !is.object(x)) return(paths_of_list(x))
  size <- if (is.null(dim(x))) length(x) else dim(x)
  if (!is_numbers(x) || length(size) > 3L || any(size == 0L)) {
    stop_argument("`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got %s",
                  describe(x))
  }
  size <- as.double(c(size, 1, 1)[1:3])
  list(paths = list(as_doubles(x)), frames = rep(size[1L], size[3L]), dim = size[2L], record = record,
       names = if (length(dim(x)) > 1L) dimnames(x)[[2L]])
}

paths_of_list <- function(x) {
  if (length(x) == 0L) stop_argument("`x`: expected a list of paths, got an empty one")
  for (i in seq_along(x)) {
    if (!is_numbers(x[[i]]) || length(dim(x[[i]])) > 2L || length(x[[i]]) == 0L) {
      stop_argument("`x[[%d]]`: expected a numeric vector or a frames x coordinates matrix, got %s", i,
                    describe(x[[i]]))
    }
  }
  paths <- lapply(x, function(path) as_doubles(if (is.null(dim(path))) matrix(path) else path))
  dims <- vapply(paths, ncol, 0L)
  if (any(dims != dims[1L])) {
    i <- which(dims != dims[1L])[1L]
    stop_argument("`x[[%d]]` has %s: expected %d as the first path has", i, plural(dims[i], "coordinate"),
                  dims[1L])
  }
  list(paths = unname(paths), frames = as.double(vapply(paths, nrow, 0L)), dim = as.double(dims[1L]),
       record = 1,
       names = colnames(paths[[1L]]))
}

# Long format: columns `id` (of the path) and `step`, where there are any; every other column is a coordinate.
# Steps that are not there become missing frames.
paths_of_table <- function(x) {
  coordinates <- setdiff(names(x), c("id", "step"))
  if (length(coordinates) == 0L || nrow(x) == 0L) {
    stop_argument("`x`: expected a data frame with rows and columns of coordinates beside `id` and `step`")
  }
  for (name in c(coordinates, intersect("step", names(x)))) {
    if (!is_numbers(x[[name]]) || length(dim(x[[name]])) > 1L) {
      stop_argument("`x$%s`: expected a numeric column, got %s", name, describe(x[[name]]))
    }
  }
  values <- vapply(x[coordinates], as.double, double(nrow(x)))
  dim(values) <- c(nrow(x), length(coordinates))
  id <- if (is.null(x[["id"]])) rep(1L, nrow(x)) else x[["id"]]
  if (!is.atomic(id) || anyNA(id)) {
    stop_argument("`x$id`: expected a path's name in every row, got NA or %s", describe(id))
  }
  rows <- unname(split(seq_len(nrow(x)), match(id, unique(id))))
  record <- 1
  if (is.null(x[["step"]])) {
    paths <- lapply(rows, function(i) values[i, , drop = FALSE])
  } else {
    record <- table_spacing(as.double(x[["step"]]), rows)
    paths <- lapply(rows, function(i) on_grid(as.double(x[["step"]])[i], values[i, , drop = FALSE], record))
  }
  list(paths = paths, frames = as.double(vapply(paths, nrow, 0L)), dim = as.double(length(coordinates)),
       record = record, names = coordinates)
}

# The steps from one frame to the next: the least difference, of which every other is a multiple.
table_spacing <- function(step, rows) {
  if (any(!is.finite(step))) {
    stop_argument("`x$step[%d]` = %g: expected a finite number", which(!is.finite(step))[1L],
                  step[!is.finite(step)][1L])
  }
  differences <- unlist(lapply(rows, function(i) diff(sort(step[i]))))
  if (any(differences == 0)) {
    twice <- Find(function(i) anyDuplicated(step[i]), rows)
    stop_argument("`x$step` = %g twice in one path: expected each step once",
                  step[twice][anyDuplicated(step[twice])])
  }
  if (length(differences) == 0L) return(1)
  spacing <- min(differences)
  multiples <- differences / spacing
  if (any(abs(multiples - round(multiples)) > 1e-6 * multiples)) {
    odd <- differences[which(abs(multiples - round(multiples)) > 1e-6 * multiples)[1L]]
    stop_argument("`x$step`: expected differences that are multiples of the least one, %g, got %g", spacing,
                  odd)
  }
  if (sum(multiples) > 100 * length(step) + 1e6) {
    stop_argument("`x$step`: expected most steps %g apart, got %.0f rows over %.0f of them", spacing,
                  length(step),
                  sum(multiples))
  }
  spacing
}

on_grid <- function(step, values, spacing) {
  at <- round((step - min(step)) / spacing) + 1
  out <- matrix(NA_real_, max(at), ncol(values))
  out[at, ] <- values
  out
}

# As values with their size as frames x coordinates x paths, for statistics of paths of one length without
# gaps.
as_frames <- function(x) {
  paths <- as_paths(x)
  if (any(paths$frames != paths$frames[1L])) {
    stop_argument("`x`: expected paths of one length, got from %.0f to %.0f frames", min(paths$frames),
                  max(paths$frames))
  }
  size <- c(paths$frames[1L], paths$dim, length(paths$frames))
  values <- if (length(paths$paths) == 1L) paths$paths[[1L]] else unlist(paths$paths)
  list(x = values, size = as.double(size), record = paths$record)
}

frame_spacing <- function(trajectory) {
  spacing <- unique(diff(trajectory$step))
  if (length(spacing) > 1L) {
    stop_argument("`x`: expected frames at equal intervals, got steps from %.0f to %.0f apart", min(spacing),
                  max(spacing))
  }
  if (length(spacing)) spacing else 1
}
