# What sgd_simulate() is asked for, in the core's terms: method, records, observed coordinates, summaries, schedules.

simulation_methods <- c("exact", "sgd", "minibatch", "baoab", "obabo", "euler")

as_method <- function(method, model) {
  objective <- inherits(model$problem, "sgd_objective")
  if (is.null(method)) method <- default_method(model, objective)
  method <- match_option(method, "method", simulation_methods)
  if (method == "minibatch" && !objective && !inherits(model$problem, "sgd_regression")) {
    raise_status("unsupported", sprintf(
      "`method` = \"minibatch\" needs a model of a regression or an objective, got one of %s",
      class(model$problem)[1L]
    ))
  }
  method
}

default_method <- function(model, objective) {
  if (!objective) return(if (model$dynamics == "langevin") "exact" else "sgd")
  if (model$dynamics == "langevin") return("baoab")
  if (is.null(model$problem$n_examples)) "sgd" else "minibatch"
}

# ---- which steps ----

# `record` (every so many steps), or `record_steps`.
as_record <- function(record, steps) {
  if (is.character(record)) {
    match_option(record, "record", "log")
    return(list(record = NULL, record_steps = log_steps(steps)))
  }
  if (length(record) <= 1L) return(list(record = as_count(record, "record", 1), record_steps = NULL))
  list(record = NULL, record_steps = as_numeric_vector(record, "record"))
}

log_steps <- function(steps) c(0, .Call(C_log_lags, 1, steps, 20))

recorded_steps <- function(options) {
  if (!is.null(options$record_steps)) return(options$record_steps)
  options$record * seq(0, options$steps %/% options$record)
}

# Sum of the learning rates up to each step.
time_of <- function(step, options, hyper) {
  if (is.null(options$lr)) hyper$lr * step else cumsum(c(0, options$lr))[step + 1]
}

# ---- which coordinates ----

# `coordinates` (from 1), or `directions`.
as_observed <- function(observe, model, modes) {
  d <- model$dim
  if (is.null(observe)) return(list(coordinates = NULL, directions = NULL))
  if (is.matrix(observe)) {
    directions <- as_numeric_matrix(observe, "observe")
    if (nrow(directions) != d || ncol(directions) == 0L) {
      stop_argument("`observe`: expected directions of %.0f numbers in columns, got a %d x %d matrix", d,
                    nrow(directions), ncol(directions))
    }
    require_finite(directions, "observe")
    return(list(coordinates = NULL, directions = directions))
  }
  if (is.character(observe)) return(list(coordinates = named_coordinates(observe, model, modes), directions = NULL))
  observe <- as_numeric_vector(observe, "observe")
  wrong <- which(is.na(observe) | observe != floor(observe) | observe < 1 | observe > d)
  if (length(wrong)) {
    stop_argument("`observe[%d]` = %.15g: expected a coordinate, from 1 to %.0f", wrong[1L], observe[wrong[1L]], d)
  }
  list(coordinates = observe, directions = NULL)
}

named_coordinates <- function(observe, model, modes) {
  names <- if (!modes) parameter_names(model$problem)
  if (is.null(names)) {
    stop_argument("`observe` = \"%s\": expected numbers, these coordinates have no names", observe[1L])
  }
  index <- numeric(length(observe))
  for (i in seq_along(observe)) index[i] <- option_index(observe[i], "observe", names) + 1
  index
}

observed_names <- function(options, names) {
  if (!is.null(options$directions)) return(colnames(options$directions))
  if (is.null(options$coordinates)) names else names[options$coordinates]
}

# ---- summaries ----

# Bits as in sgdl_simulate.h.
summary_kinds <- c(moments = 1L, displacement = 2L, local_displacement = 4L, msd = 8L)

as_summaries <- function(summaries, lags) {
  if (!is.null(summaries) && !is.character(summaries)) {
    stop_argument("`summaries`: expected names of summaries, got %s", describe(summaries))
  }
  kinds <- character()
  for (kind in summaries) kinds <- union(kinds, match_option(kind, "summaries", names(summary_kinds)))
  with_msd <- "msd" %in% kinds
  if (with_msd == is.null(lags)) {
    stop_argument("`lags`: expected whole numbers with summaries = \"msd\", and with no other")
  }
  list(summaries = sum(summary_kinds[kinds]), lags = if (with_msd) as_numeric_vector(lags, "lags"))
}

pack_summaries <- function(summaries, options, records, names) {
  if (options$summaries == 0L) return(NULL)
  for (field in c("mean", "variance")) {
    if (!is.null(names) && !is.null(summaries[[field]])) dimnames(summaries[[field]]) <- list(names, NULL)
  }
  for (field in c("displacement", "local_displacement")) {
    x <- summaries[[field]]
    if (!is.null(x) && nrow(x) > records) summaries[[field]] <- x[seq_len(records), , drop = FALSE]
  }
  c(summaries[c("count", "mean", "variance", "displacement", "local_displacement")], list(lags = options$lags),
    summaries[c("msd", "msd_count")])
}

# ---- optimiser and noise ----

as_schedule <- function(x, name, steps) {
  if (is.null(x)) return(NULL)
  if (!is_numbers(x) || length(x) != steps) {
    stop_argument("`%s`: expected NULL or one number for each of the %.0f steps, got %s", name, steps,
                  if (is_numbers(x)) plural(length(x), "number") else describe(x))
  }
  as_doubles(as.vector(x))
}

noise_sources <- c("constant", "empirical", "covariance")

# Position of the noise in the core's enumeration; what the objective lacks for it is an error of the core.
as_noise <- function(noise, problem, method) {
  needed <- inherits(problem, "sgd_objective") && method != "minibatch"
  if (is.null(noise)) return(if (needed) default_noise(problem) else 0L)
  index <- option_index(noise, "noise", noise_sources)
  if (!needed) {
    raise_status("unsupported", sprintf(
      "`noise` = \"%s\": only for an objective and methods other than \"minibatch\"; this simulation has its own", noise
    ))
  }
  index
}

default_noise <- function(problem) {
  if (!is.null(problem$Sigma)) return(0L)
  if (is.function(problem$covariance)) return(2L)
  if (is.null(problem$n_examples)) 0L else 1L
}

# ---- disk ----

as_disk <- function(folder, segment, checkpoint, checkpoint_seconds) {
  given <- list(segment = segment, checkpoint = checkpoint, checkpoint_seconds = checkpoint_seconds)
  if (is.null(folder)) {
    for (name in names(given)) {
      if (!is.null(given[[name]])) stop_argument("`%s`: expected NULL, or `folder` as well", name)
    }
    return(list(folder = NULL, segment = NULL, checkpoint = NULL, checkpoint_seconds = NULL))
  }
  list(folder = path.expand(as_text(folder, "folder")),
       segment = if (!is.null(segment)) as_count(segment, "segment", 1),
       checkpoint = if (!is.null(checkpoint)) as_count(checkpoint, "checkpoint", 1),
       checkpoint_seconds = if (!is.null(checkpoint_seconds)) as_seconds(checkpoint_seconds))
}

as_seconds <- function(x) {
  x <- as_number(x, "checkpoint_seconds")
  if (is.na(x) || x <= 0) stop_argument("`checkpoint_seconds` = %.15g: expected a number of seconds > 0", x)
  x
}
