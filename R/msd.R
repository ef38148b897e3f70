# Mean squared displacement measured on trajectories.

#' Mean squared displacement of trajectories
#'
#' Mean of \eqn{\sum_c w_c (x_c(i+h)-x_c(i))^2} at each lag \eqn{h}: over all origins \eqn{i} of all paths
#' (`"time-averaged"`, by FFT), from one origin over paths (`"ensemble"`), or from the first frame
#' (`"from-start"`). Paths may differ in length and have gaps; a path counts by its displacements.
#'
#' **Gaps.** A frame with `NaN` (or `NA`) in a coordinate that counts is missing: displacements that start or
#' end there are left out, and `n` says how many are averaged at each lag. With `per = "coordinate"` each
#' coordinate has its own gaps. Infinite numbers, and a coordinate that is `NaN` throughout, are errors.
#'
#' **Standard errors**, each with the covariance of all lags ([vcov()]):
#' * `"blocks"`: spread over 16 contiguous blocks of the paths where the lag is at most half a block, else
#'   over 8; `NaN` past half of those. Blocks lose the displacements that straddle them: near half a block
#'   this is conservative (by 1.2 for a Brownian path).
#' * `"paths"`: spread over paths. `TRUE` means this with at least 8 paths, `"blocks"` with fewer.
#' * `"bootstrap"`: resampled blocks of origins (16 to 64 of them; whole paths where there are 16),
#'   displacements crossing their ends; `NaN` past the length of a block. `replicates` keeps the resampled
#'   curves.
#' * `"gaussian"`: exact covariance of a Gaussian path with stationary increments and the structure function
#'   estimated from each coordinate (used up to 1/40 of the longest path, then its last power of the lag),
#'   scaled to the MSD measured; coordinates and paths taken as independent. Reaches every lag. Take a drift
#'   out first.
#'
#' **Accuracy** relative to exact arithmetic on the given numbers: by default an exact straight line is taken
#' out of each coordinate (an offset of 1e6 and a constant velocity cost nothing), the rounding of every lag
#' is bounded, and lags past 1e-11 are summed directly (`redone`). `accuracy = "full"`: 1e-12, from blocks as
#' long as the lag asks, for paths that are superdiffusive, spiky or heavy-tailed.
#'
#' **Files.** `x` may be the name of an HDF5 file ([read_trajectory()]). One that does not fit `memory` is
#' read in slabs of coordinates: time average over all coordinates only, without gaps, standard errors from
#' blocks or paths; see [msd_stream()], whose `method` it takes. `bound` is then the bound of the rounding
#' error.
#'
#' @param x A vector (one coordinate), a matrix (frames x coordinates), an array (frames x coordinates x
#'   paths); a list of vectors or matrices, one a path, of any lengths; a data frame in long format (columns
#'   `id` and `step`, if there are any, and one for each coordinate; steps left out are gaps); a trajectory
#'   from [sgd_simulate()] or [read_trajectory()]; the name of an HDF5 file; or an [msd_stream()].
#' @param lags Whole numbers of frames, increasing, below the number of frames of the longest path; `NULL` is
#'   ten a decade up to half that length.
#' @param type `"time-averaged"`, `"ensemble"` or `"from-start"`.
#' @param origin The frame (1-based) that `"ensemble"` starts from.
#' @param se `TRUE`, `FALSE` (none), `"blocks"`, `"paths"`, `"bootstrap"` or `"gaussian"`.
#' @param per `"total"` (sum over coordinates) or `"coordinate"` (a curve for each).
#' @param weights Of the coordinates, at least 0, for `per = "total"`; `NULL` is 1. With weight 0, `NaN` is no
#'   gap.
#' @param direction A vector, or a matrix with a direction in each column (dim rows; scaled to length 1): a
#'   curve for the component along each.
#' @param accuracy `"default"` or `"full"`.
#' @param covariance Whether to keep the covariance of the lags; `NULL`: where it has at most a million
#'   elements.
#' @param n_boot,seed Resamples of `"bootstrap"` (at least 20), and the seed as in [sgd_simulate()].
#' @param memory Bytes that reading a file may take.
#' @param device `"auto"`, `"cpu"` or `"cuda"`, see [sgd_devices()]: where the transforms of time averages are made
#'   (paths in memory without gaps, accuracy `"default"`).
#' @param dataset,method Of a file: the dataset, and as in [msd_stream()].
#' @inheritParams sgd_hyper
#' @return A list of class `"msd"`: `lag` (in steps where `x` knows them, else in frames), `msd`, `se` (`NULL`
#'   if not wanted), `n` (displacements averaged; `msd` is `NaN` where 0), `average` (the `type` asked for),
#'   `dim`, `n_paths`, `frames` (of the longest path), `per`, `se_method`, `vcov` (lags x lags, or `NULL`),
#'   `replicates` (lags x `n_boot`, or `NULL`), `seed`, `accuracy`, `missing` (frames), `empty` (lags without
#'   a displacement), `redone` (lags summed directly because transforms were not accurate enough), `bound`
#'   (files and streams, else `NULL`), `backend` (`"cpu"` or `"cuda"`).
#'   With several curves `msd`, `se` and `n` are matrices, a curve in each
#'   column, and `vcov` and `replicates` have a third dimension.
#'
#'   Methods: [plot()] (log axes with error bars; theory on top), [points()], [as.data.frame()], [summary()],
#'   [vcov()], `tidy()` and `glance()` where package generics is installed; [msd_transform()] for functions of
#'   the MSD.
#' @section Errors: `too_short`, `bad_argument`, `not_finite`, `io`; see [sgdlangevin-conditions].
#' @section Cost: O(T log T) a coordinate and path, memory O(T) a thread; with gaps twice that; full accuracy
#'   O(T log^2 T), with gaps O(T) a lag. `"gaussian"`: 0.7 ns T for each pair of lags and coordinate.
#' @references Calandrini, Pellegrini, Calligari, Hinsen, Kneller (2011). nMoldyn: interfacing spectroscopic
#'   experiments, molecular dynamics simulations and models for time correlation functions. Collection SFN 12
#'   (the FFT form). Qian, Sheetz, Elson (1991). Single particle tracking. Biophysical Journal 60 (the
#'   covariance for Brownian motion).
#' @examples
#' set.seed(1)
#' walk <- apply(matrix(rnorm(3e4), ncol = 3), 2, cumsum)
#' walk[2000:2100, ] <- NaN
#' measured <- msd(walk, se = "gaussian")
#' plot(measured)
#' sqrt(diag(vcov(measured)))[1:3]
#' msd(list(walk[1:500, ], walk[501:1999, ]), lags = c(1, 10, 100), per = "coordinate")
#' @export
msd <- function(x, lags = NULL, type = "time-averaged", origin = 1, se = TRUE, per = "total", weights = NULL,
                direction = NULL, accuracy = "default", covariance = NULL, n_boot = 999, seed = NULL,
                memory = 2^30, dataset = "theta", method = "auto", device = "auto", ...) {
  reject_dots("msd", ...)
  device <- as_device(device)
  errors <- error_index(se)
  if (inherits(x, "msd_stream")) {
    if (!is.null(lags)) stop_argument("`lags`: expected none, as the stream has its own")
    return(stream_result(x, errors, covariance))
  }
  if (is.character(x)) {
    file <- path.expand(as_text(x, "x"))
    large <- larger_file(file, as_text(dataset, "dataset"), as_number(memory, "memory"))
    if (!is.null(large)) {
      whole <- type == "time-averaged" && per == "total" && is.null(weights) && is.null(direction) &&
        accuracy == "default"
      return(msd_of_file(large, lags, errors, covariance, method, whole))
    }
    x <- read_trajectory(file, dataset)
  }
  paths <- as_paths(x)
  options <- msd_options(paths, type, origin, per, weights, direction, accuracy)
  lags <- if (is.null(lags)) default_lags(max(paths$frames)) else as_numeric_vector(lags, "lags")
  seed <- if (errors == 4L) as_seed(seed)
  curves <- if (options$per == 0) 1 else if (options$per == 1) paths$dim else ncol(options$direction)
  options <- c(options, errors = errors, n_boot = as_count(n_boot, "n_boot", 2), seed = seed,
               vcov = keep_covariance(covariance, length(lags), curves))
  backend <- backend_for(device, sum(paths$frames) * paths$dim >= 1e7)
  found <- with_device(backend, TRUE, .Call(C_msd_paths, paths$paths, paths$frames, paths$dim, options, lags))
  pack_msd(paths, lags, c(found, backend = backend), options, type, accuracy, seed)
}

error_names <- c("none", "auto", "blocks", "paths", "bootstrap", "gaussian")

error_index <- function(se) {
  if (is.character(se)) return(option_index(se, "se", error_names[-(1:2)]) + 2L)
  if (!is.logical(se) || length(se) != 1L || is.na(se)) {
    stop_argument("`se`: expected TRUE, FALSE or one of \"blocks\", \"paths\", \"bootstrap\", \"gaussian\", got %s",
                  describe(se))
  }
  as.integer(se)
}

# As numbers for the core.
msd_options <- function(paths, type, origin, per, weights, direction, accuracy) {
  types <- c("time-averaged", "ensemble", "from-start")
  per <- option_index(per, "per", c("total", "coordinate"))
  if (!is.null(direction)) {
    if (per == 1L) stop_argument("`direction`: expected none with per = \"coordinate\"")
    per <- 2L
    if (is.null(dim(direction))) direction <- matrix(as_numeric_vector(direction, "direction"))
    direction <- as_numeric_matrix(direction, "direction")
    if (nrow(direction) != paths$dim) {
      stop_argument("`direction`: expected vectors of %.0f numbers, got %d", paths$dim, nrow(direction))
    }
  }
  list(type = option_index(type, "type", types), origin = as_count(origin, "origin", 1), per = per,
       weights = as_numeric_vector(weights, "weights", paths$dim, optional = TRUE), direction = direction,
       full = option_index(accuracy, "accuracy", c("default", "full")))
}

keep_covariance <- function(covariance, n_lags, curves) {
  if (is.null(covariance)) return(n_lags^2 * curves <= 1e6)
  as_flag(covariance, "covariance")
}

default_lags <- function(frames) {
  last <- (frames - 1) %/% 2
  if (last < 1) {
    raise_status("too_short", sprintf("`x` has %s: expected at least 3", plural(frames, "frame")))
  }
  .Call(C_log_lags, 1, last, 10)
}

pack_msd <- function(paths, lags, found, options, type, accuracy, seed) {
  errors <- error_names[found$errors + 1]
  curve_names <- switch(options$per + 1, NULL, paths$names, colnames(options$direction))
  shape <- function(x) {
    if (is.null(x)) return(NULL)
    if (options$per > 0) {
      last <- length(dim(x))
      if (!is.null(curve_names)) dimnames(x) <- c(rep(list(NULL), last - 1L), list(curve_names))
      return(x)
    }
    size <- dim(x)
    if (length(size) == 2L) as.vector(x) else array(x, size[1:2])
  }
  structure(list(
    lag = lags * paths$record, msd = shape(found$msd), se = shape(found$se), n = shape(found$n), average = type,
    dim = paths$dim, n_paths = length(paths$frames), frames = max(paths$frames),
    per = c("total", "coordinate", "direction")[options$per + 1], se_method = errors, vcov = shape(found$vcov),
    replicates = shape(found$replicates), seed = seed, accuracy = accuracy, missing = found$missing,
    empty = found$empty, redone = found$redone, bound = NULL, backend = found$backend
  ), class = "msd")
}

# The MSD of all coordinates of paths of one length (diffusion_exponent() keeps one of these).
new_msd <- function(frames, lags, curve, type) {
  structure(list(
    lag = lags * frames$record, msd = curve$msd, se = curve$se, n = curve$n, average = type,
    dim = frames$size[2L], n_paths = frames$size[3L], frames = frames$size[1L], per = "total",
    se_method = if (frames$size[3L] < 8 && type == "time-averaged") "blocks" else "paths", vcov = curve$vcov,
    replicates = NULL, seed = NULL, accuracy = "default", missing = 0, empty = 0, redone = 0, bound = NULL,
    backend = "cpu"
  ), class = "msd")
}

# What is known of a file that does not fit, with everything that reading it would take counted; NULL where it
# does.
larger_file <- function(file, dataset, memory) {
  if (dir.exists(file)) return(NULL)
  info <- .Call(C_trajectory_info, file)
  if (24 * info$frames * info$dim * info$n_paths <= memory) return(NULL)
  step <- tryCatch(as.vector(.Call(C_trajectory_read, file, "step", 1, info$frames, 1, 1)),
                   sgdlangevin_io = function(e) {
    if (!grepl("expected a dataset \"step\"", conditionMessage(e), fixed = TRUE)) stop(e)
    seq_len(info$frames)
  })
  list(file = file, dataset = dataset, memory = memory, info = info,
       record = frame_spacing(list(step = step)))
}

msd_of_file <- function(large, lags, errors, covariance, method, whole) {
  info <- large$info
  if (!whole || errors > 3L) {
    stop_argument("`x` needs more than `memory` = %.4g bytes: expected a plain time average with se from blocks or paths",
                  large$memory)
  }
  method <- option_index(method, "method", c("auto", "fft", "gram"))
  lags <- if (is.null(lags)) default_lags(info$frames) else as_numeric_vector(lags, "lags")
  found <- .Call(C_msd_file, large$file, large$dataset, info$n_paths, method, large$memory, lags)
  tally_msd(lags, found$tally, found$bound, info$frames, info$dim, info$n_paths, large$record, errors,
            covariance)
}

tally_msd <- function(lags, tallies, bound, frames, dim, n_paths, record, errors, covariance) {
  kept <- keep_covariance(covariance, length(lags), 1)
  curve <- .Call(C_tally_result, tallies, frames, lags, errors > 0L, kept)
  out <- new_msd(list(size = c(frames, dim, n_paths), record = record), lags, curve, "time-averaged")
  if (errors == 0L) out$se_method <- "none"
  out["bound"] <- list(bound)
  out
}

#' @export
print.msd <- function(x, ...) {
  curves <- switch(x$per, coordinate = ", each",
                   direction = sprintf(", along %s", plural(NCOL(x$msd), "direction")), "")
  cat(sprintf("Mean squared displacement (%s): %s, %s%s, %s\n", x$average, plural(x$frames, "frame"),
              plural(x$dim, "coordinate"), curves, plural(x$n_paths, "path")))
  print_rows(as.data.frame(x))
  cat(msd_notes(x), sep = "")
  invisible(x)
}

# Sentences about gaps and accuracy, where there is something to say.
msd_notes <- function(x) {
  lags <- length(x$msd)
  c(if (x$missing > 0) sprintf("%s missing: displacements that touch one are left out\n",
                               plural(x$missing, "frame")),
    if (x$empty > 0) sprintf("%s without a displacement: NaN\n", plural(x$empty, "lag")),
    if (x$redone > max(5, 0.1 * length(x$lag))) {
      sprintf("note: %.0f of %.0f lags were summed directly for accuracy\n", x$redone, length(x$lag))
    },
    if (any(x$bound > 1e-9)) {
      sprintf("note: rounding may reach %.1e of the shortest displacements; method = \"fft\" has less\n",
              max(x$bound))
    })
}

#' @export
summary.msd <- function(object, ...) {
  table <- as.data.frame(object)
  if (!is.null(object$se)) table$relative_se <- table$se / table$msd
  structure(list(fit = object, table = table), class = "summary.msd")
}

#' @export
print.summary.msd <- function(x, ...) {
  cat(sprintf("Mean squared displacement (%s): %s, %s, %s\n", x$fit$average, plural(x$fit$frames, "frame"),
              plural(x$fit$dim, "coordinate"), plural(x$fit$n_paths, "path")))
  for (line in msd_sentences(x$fit)) cat(strwrap(line, 90, indent = 2, exdent = 4), sep = "\n")
  print_rows(x$table, 12L)
  cat(msd_notes(x$fit), sep = "")
  invisible(x)
}

# What each curve does from its first lag to its last, a sentence each for the first six.
msd_sentences <- function(x) {
  msd <- as.matrix(x$msd)
  se <- if (is.null(x$se)) msd * NaN else as.matrix(x$se)
  names <- if (is.matrix(x$msd)) {
    sprintf(" %s %s %s", if (x$per == "direction") "along" else "of", x$per, curve_labels(x))
  }
  shown <- seq_len(min(ncol(msd), 6L))
  lines <- vapply(shown, function(k) msd_sentence(x$lag, msd[, k], se[, k], if (is.null(names)) "" else names[k]), "")
  c(lines, if (ncol(msd) > 6L) sprintf("... and %s more", plural(ncol(msd) - 6L, "curve")))
}

msd_sentence <- function(lag, msd, se, name) {
  there <- which(!is.na(msd))
  if (!length(there)) return(sprintf("No lag has a displacement%s.", name))
  ends <- range(there)
  value <- sprintf("%.4g", msd[ends])
  known <- !is.na(se[ends])
  value[known] <- sprintf("%s (se %.2g)", value[known], se[ends][known])
  if (ends[1L] == ends[2L]) {
    return(sprintf("At lag %.6g the mean squared displacement%s is %s.", lag[ends[1L]], name, value[1L]))
  }
  slope <- diff(log(msd[ends])) / diff(log(lag[ends]))
  sprintf("From lag %.6g to lag %.6g the mean squared displacement%s goes from %s to %s%s.", lag[ends[1L]],
          lag[ends[2L]], name, value[1L], value[2L],
          if (is.finite(slope)) sprintf(", on average as lag^%.2f", slope) else "")
}

# Registered with package generics in .onLoad().
tidy.msd <- function(x, ...) {
  table <- as.data.frame(x)
  names(table)[names(table) == "msd"] <- "estimate"
  names(table)[names(table) == "se"] <- "std.error"
  table
}

glance.msd <- function(x, ...) {
  data.frame(average = x$average, frames = x$frames, dim = x$dim, n_paths = x$n_paths, n_lags = length(x$lag),
             se_method = if (is.null(x$se)) "none" else x$se_method, missing = x$missing)
}

#' @export
as.data.frame.msd <- function(x, ...) {
  curves <- NCOL(x$msd)
  out <- data.frame(lag = rep(x$lag, curves))
  if (is.matrix(x$msd)) out[[x$per]] <- rep(curve_labels(x), each = length(x$lag))
  out$msd <- as.vector(x$msd)
  if (!is.null(x$se)) out$se <- as.vector(x$se)
  out$n <- as.vector(x$n)
  out
}

curve_labels <- function(x) {
  if (is.null(colnames(x$msd))) seq_len(ncol(x$msd)) else colnames(x$msd)
}

#' @export
vcov.msd <- function(object, ...) {
  if (is.null(object$vcov)) {
    stop_argument("`object` holds no covariance: expected msd() with `se` and covariance = TRUE")
  }
  lags <- format_numbers(object$lag, 15L)
  out <- object$vcov
  dimnames(out) <- c(list(lags, lags), if (length(dim(out)) == 3L) list(dimnames(out)[[3L]]))
  out
}

#' A function of the MSD with its standard error
#'
#' `f` of the MSD at the lags measured, with the covariance of its elements: of `f` of the bootstrap's
#' replicates where there are any, else by the delta method, \eqn{J V J'} with the Jacobian of `f` by central
#' differences. Lags that do not change `f` may have no error; others make the answer `NaN`.
#'
#' @param x From [msd()], one curve, with its covariance.
#' @param f A function of the vector `msd` that returns numbers.
#' @inheritParams sgd_hyper
#' @return A list of class `"msd_transform"`: `estimate`, `se`, `vcov`, `method` (`"delta"` or `"bootstrap"`).
#'   Methods: [coef()], [vcov()].
#' @section Errors: `bad_argument`, `callback` where `f` fails or returns something else.
#' @section Cost: 2 calls of `f` a lag, or one a replicate.
#' @examples
#' set.seed(1)
#' measured <- msd(cumsum(rnorm(5000)), lags = c(1, 10), se = "gaussian")
#' # diffusivity, and the exponent between two lags
#' msd_transform(measured, function(m) c(D = m[1] / 2, exponent = log10(m[2] / m[1])))
#' @export
msd_transform <- function(x, f, ...) {
  reject_dots("msd_transform", ...)
  x <- as_object(x, "x", "msd")
  if (!is.function(f)) stop_argument("`f`: expected a function, got %s", describe(f))
  if (is.matrix(x$msd)) stop_argument("`x` has %d curves: expected one", ncol(x$msd))
  estimate <- call_transform(f, x$msd, NULL)
  if (!is.null(x$replicates)) {
    values <- apply(x$replicates, 2L, function(m) call_transform(f, m, length(estimate)))
    # from blocks or paths, whose number the covariance of the MSD knows
    usable <- which(diag(x$vcov) > 0)[1L]
    scale <- x$vcov[usable, usable] / stats::var(x$replicates[usable, ])
    covariance <- scale * stats::cov(t(matrix(values, length(estimate))))
    return(new_transform(estimate, covariance, "bootstrap"))
  }
  covariance <- unname(vcov.msd(x))
  jacobian <- numeric_jacobian(f, x$msd, length(estimate))
  used <- colSums(jacobian != 0) > 0
  used[is.na(used)] <- TRUE
  covariance <- jacobian[, used, drop = FALSE] %*% covariance[used, used, drop = FALSE] %*%
    t(jacobian[, used, drop = FALSE])
  new_transform(estimate, covariance, "delta")
}

new_transform <- function(estimate, covariance, method) {
  covariance <- matrix(covariance, length(estimate))
  if (!is.null(names(estimate))) dimnames(covariance) <- rep(list(names(estimate)), 2L)
  structure(list(estimate = estimate, se = sqrt(diag(covariance)), vcov = covariance, method = method),
            class = "msd_transform")
}

call_transform <- function(f, msd, n) {
  value <- tryCatch(f(msd), error = function(e) {
    raise_status("callback", sprintf("`f` failed: %s", conditionMessage(e)), sys.nframe() - 5L)
  })
  if (!is.numeric(value) || length(value) == 0L || (!is.null(n) && length(value) != n)) {
    raise_status("callback", sprintf("`f`: expected %s, got %s",
                                     if (is.null(n)) "numbers" else plural(n, "number"),
                                     describe(value)))
  }
  value
}

numeric_jacobian <- function(f, msd, n) {
  out <- matrix(0, n, length(msd))
  for (l in which(msd > 0)) {
    h <- .Machine$double.eps^(1 / 3) * msd[l]
    ends <- lapply(c(-h, h), function(shift) call_transform(f, replace(msd, l, msd[l] + shift), n))
    out[, l] <- (ends[[2L]] - ends[[1L]]) / (2 * h)
  }
  out
}

#' @export
print.msd_transform <- function(x, ...) {
  cat(sprintf("Function of the mean squared displacement (%s)\n", x$method))
  table <- data.frame(estimate = x$estimate, se = x$se)
  print(table, digits = 4L)
  invisible(x)
}

#' @export
coef.msd_transform <- function(object, ...) object$estimate

#' @export
vcov.msd_transform <- function(object, ...) object$vcov

#' Plot a measured mean squared displacement
#'
#' Points with error bars on logarithmic axes; predictions laid over it.
#'
#' @param x From [msd()].
#' @param theory Optional: a result of [sgd_msd()], or a named list of several, drawn as lines.
#' @param level Probability of the error bars (normal quantiles times the standard error); 0.68 gives one
#'   standard error.
#' @param col Colour of points and bars; of several curves one each.
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
  window <- range(x$msd[which(x$msd > 0)], inside, bars$upper,
                  unlist(lapply(theory, `[[`, "msd")), na.rm = TRUE)
  graphics::plot(range(x$lag), window, log = "xy", type = "n", xaxt = "n", yaxt = "n", ylim = window,
                 xlab = xlab,
                 ylab = ylab, main = main, ...)
  log_axis(1)
  log_axis(2)
  colours <- rep_len(c(palette_of[["theory"]], palette_of[["current"]], "#CC79A7", "#000000"), length(theory))
  for (i in seq_along(theory)) lines(theory[[i]], col = colours[i], lty = i)
  if (is.matrix(x$msd) && missing(col)) col <- grDevices::hcl.colors(ncol(x$msd), "viridis")
  points(x, level = level, col = col, pch = pch, cex = cex)
  if (is.matrix(x$msd) && ncol(x$msd) <= 12L) {
    graphics::legend("topleft", bg = "white", legend = paste(x$per, curve_labels(x)), pch = pch, col = col)
  }
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
  lag <- rep(x$lag, NCOL(x$msd))
  col <- rep(rep_len(col, NCOL(x$msd)), each = length(x$lag))
  drawn <- !is.na(bars$lower) & bars$upper > bars$lower
  graphics::segments(lag[drawn], pmax(bars$lower[drawn], floor), lag[drawn], bars$upper[drawn],
                     col = col[drawn])
  graphics::points(lag, x$msd, pch = pch, cex = cex, col = col, ...)
  invisible(x)
}

msd_bars <- function(x, level) {
  reach <- if (is.null(x$se)) NA_real_ else stats::qnorm((1 + level) / 2) * x$se
  list(lower = as.vector(x$msd - reach), upper = as.vector(x$msd + reach))
}
