# Simulated trajectories: exact Langevin transitions, the Gaussian recursion, real minibatches.

#' Simulate SGD
#'
#' Three methods, all recorded every `record` steps:
#'
#' * `"exact"`: the exact Gaussian transition of the Langevin model over each step (no discretisation error at
#'   any learning rate);
#' * `"sgd"`: the discrete recursion of [sgd_hyper()] with Gaussian gradient noise, correlated over an epoch
#'   where sampling is by epochs;
#' * `"minibatch"`: the recursion with real batches of the regression's examples, drawn as the model's
#'   `sampling` says. Under `"minibatch"` the model's `dynamics` does not matter.
#'
#' Random numbers are Philox4x32-10 keyed by (seed, path, step, coordinate): a model and a seed give the same
#' bits for any number of threads, paths, steps and records.
#'
#' @param model From [sgd_model()].
#' @param steps Number of steps \eqn{\ge 1}.
#' @param nsim Number of independent paths.
#' @param seed Whole number in \eqn{[0, 2^{53})}; `NULL` draws one from R's generator, so that [set.seed()]
#'   works.
#' @param method `"exact"`, `"sgd"` or `"minibatch"`; `NULL` takes the first two by the model's dynamics.
#' @param record Record every `record`-th step (step 0 included).
#' @param theta0,v0 Start: d numbers, or d x nsim, one column a path; `NULL` is the minimiser, at rest.
#' @param start `"point"`, or `"stationary"`: draw every path's start from the stationary law.
#' @param coordinates `"parameters"`, or `"modes"`: record \eqn{V'(\theta-\mu)} and \eqn{V'v} instead of
#'   \eqn{\theta} and \eqn{v} (cheaper).
#' @param velocity `FALSE` leaves the velocities out.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_simulate"` and `"sgd_trajectory"`: `step`, `time` (of the records), `theta`,
#'   `velocity` (records x d x nsim; `velocity` may be `NULL`), `seed`, `method`, `coordinates`, `record`,
#'   `complete` (`FALSE` if the run was interrupted), `hyper`, `backend`.
#'
#'   Methods: [print()], [summary()], [plot()], [as.data.frame()]; [msd()] and [diffusion_exponent()] take it
#'   as it is.
#' @section Errors: `unsupported` (method and dynamics do not fit; no stationary start), `unstable` (a path
#'   diverges; the condition's `result` holds the steps before), `bad_argument`. Ctrl-C: see
#'   [sgdlangevin-conditions].
#' @section Cost: a step and path cost 2d normals and O(d) (`"exact"`, noise diagonal in the modes),
#'   \eqn{O(d^2)} (any other Gaussian noise), \eqn{4Sd} flops (`"minibatch"`); a record in parameter
#'   coordinates adds \eqn{2d^2}. Paths run in parallel.
#' @references arXiv:2107.09133; Salmon, Moraes, Dror, Shaw (2011). Parallel random numbers: as easy as 1, 2,
#'   3. SC '11.
#' @examples
#' X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
#' hyper <- sgd_hyper(lr = 0.02, momentum = 0.9, batch_size = 8)
#' model <- sgd_model(sgd_regression(X, mtcars$mpg), hyper, dynamics = "sgd", sampling = "epoch")
#' run <- sgd_simulate(model, steps = 1000, method = "minibatch", theta0 = c(0, 0, 0), seed = 1)
#' run
#' plot(run)
#' @export
sgd_simulate <- function(model, steps, nsim = 1, seed = NULL, method = NULL, record = 1, theta0 = NULL,
                         v0 = NULL, start = "point", coordinates = "parameters", velocity = TRUE, ...) {
  reject_dots("sgd_simulate", ...)
  as_model(model)
  methods <- c("exact", "sgd", "minibatch")
  if (is.null(method)) method <- if (model$dynamics == "langevin") "exact" else "sgd"
  method_index <- option_index(method, "method", methods)
  if (method == "minibatch" && !inherits(model$problem, "sgd_regression")) {
    raise_status("unsupported",
                 sprintf("`method` = \"minibatch\" needs a model of a regression, got one of %s",
                                        class(model$problem)[1L]))
  }
  if (is_wide(model)) require_minibatch(model, method, start, coordinates)
  nsim <- as_count(nsim, "nsim", 1)
  options <- list(
    method = method_index, steps = as_count(steps, "steps", 1), nsim = nsim,
    record = as_count(record, "record", 1), theta0 = as_start(theta0, "theta0", model$dim, nsim),
    v0 = as_start(v0, "v0", model$dim, nsim),
    start_stationary = match_option(start, "start", c("point", "stationary")) == "stationary",
    record_modes = match_option(coordinates, "coordinates", c("parameters", "modes")) == "modes",
    velocity = as_flag(velocity, "velocity"), seed = as_seed(seed)
  )
  finish_simulation(.Call(C_simulate, model, options), options, list(
    seed = options$seed, method = method, coordinates = coordinates, record = options$record, complete = TRUE,
    hyper = model$hyper, backend = .Call(C_devices)$backend
  ), parameter_names(model$problem))
}

require_minibatch <- function(model, method, start, coordinates) {
  by_minibatch <- "method = \"minibatch\""
  if (method != "minibatch") refuse_wide(model, sprintf("`method` = \"%s\"", method), by_minibatch)
  if (start == "stationary") refuse_wide(model, "`start` = \"stationary\"", "start = \"point\"")
  if (coordinates == "modes") refuse_wide(model, "`coordinates` = \"modes\"", "coordinates = \"parameters\"")
}

# Packs what the core recorded; a run that stopped early is cut and its condition raised.
finish_simulation <- function(out, options, setting, names) {
  complete <- out$status == "ok"
  rows <- if (complete) dim(out$theta)[1L] else out$records_done
  step <- options$record * (seq_len(rows) - 1)
  setting$complete <- complete
  result <- structure(c(list(
    step = step, time = setting$hyper$lr * step, theta = keep_frames(out$theta, rows),
    velocity = keep_frames(out$velocity, rows)
  ), setting), class = c("sgd_simulate", "sgd_trajectory"))
  if (!is.null(names) && !options$record_modes) result <- name_coordinates(result, names)
  if (out$status == "unstable") raise_status("unstable", out$message, result = result)
  if (out$status == "interrupted") {
    signal_interrupt("interrupted", result)
    warn_status("interrupted", "interrupted after %.0f of %.0f steps: the result holds those",
                max(step, 0), options$steps)
  }
  result
}

keep_frames <- function(x, rows) {
  if (is.null(x) || dim(x)[1L] == rows) x else x[seq_len(rows), , , drop = FALSE]
}

name_coordinates <- function(result, names) {
  for (field in c("theta", "velocity")) {
    if (!is.null(result[[field]])) dimnames(result[[field]]) <- list(NULL, names, NULL)
  }
  result
}

#' Simulate a model
#'
#' The [stats::simulate()] method for models, the same as [sgd_simulate()].
#'
#' @param object From [sgd_model()].
#' @param nsim,seed,steps,... As in [sgd_simulate()].
#' @return As [sgd_simulate()].
#' @examples
#' model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9))
#' simulate(model, nsim = 2, seed = 1, steps = 100)
#' @export
simulate.sgd_model <- function(object, nsim = 1, seed = NULL, steps, ...) {
  sgd_simulate(object, steps = steps, nsim = nsim, seed = seed, ...)
}

#' @export
print.sgd_trajectory <- function(x, ...) {
  size <- dim(x$theta)
  cat(sprintf("SGD trajectory: %s of %s in %s%s\n", plural(size[1L], "frame"), plural(size[2L], "coordinate"),
              plural(size[3L], "path"), if (is.null(x$velocity)) ", no velocities" else ""))
  if (length(x$step) > 0L) cat(sprintf("  steps %.0f to %.0f\n", x$step[1L], x$step[length(x$step)]))
  if (!is.null(x$hyper)) cat("  ", format(x$hyper), "\n", sep = "")
  invisible(x)
}

#' @export
print.sgd_simulate <- function(x, ...) {
  NextMethod()
  interval <- if (x$record == 1) "step" else sprintf("%.0f steps", x$record)
  cat(sprintf("  method \"%s\", coordinates \"%s\", every %s, seed %.0f, backend %s%s\n", x$method,
              x$coordinates, interval, x$seed, x$backend,
              if (x$complete) "" else ", INTERRUPTED before the end"))
  invisible(x)
}

#' @export
summary.sgd_trajectory <- function(object, ...) {
  size <- dim(object$theta)
  coordinate <- dimnames(object$theta)[[2L]]
  flat <- function(x, f) apply(x, 2L, f)
  out <- data.frame(coordinate = if (is.null(coordinate)) seq_len(size[2L]) else coordinate,
                    mean = flat(object$theta, mean), sd = flat(object$theta, stats::sd))
  if (!is.null(object$velocity)) out$sd_velocity <- flat(object$velocity, stats::sd)
  rownames(out) <- NULL
  out
}

#' @export
as.data.frame.sgd_trajectory <- function(x, ...) {
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

#' Plot a trajectory
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
