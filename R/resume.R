# Going on with a simulation: from a result in memory, or from the folder of one on disk.

#' Go on with a simulation
#'
#' Goes on with a run that was interrupted or stopped by a failing function of an objective, or with one that
#' ended but shall be longer, to the same bits as
#' if it had run through in the first place.
#'
#' A spectral density goes on with the probes that are left, to the same bits where whole blocks of probes were
#' done (as after Ctrl-C), to rounding otherwise.
#'
#' A folder holds what is needed: the description of the run (`run.rds`, written before the first step),
#' closed segment files, and the last checkpoint. A kill at any moment loses at most the steps since then.
#'
#' @param x From [sgd_simulate()] (of one that failed, the `result` of its condition), or the name of a folder
#'   that it was given; or from [sgd_density()].
#' @param steps Number of steps of the whole run, at least those already done; `NULL` is the number asked for
#'   at first. With schedules (`lr`, `momentum`, `batch_size`) it cannot grow.
#' @param probes Of a spectral density: number of probes altogether, at least those already done; `NULL` is the
#'   number asked for at first.
#' @inheritParams sgd_hyper
#' @return As [sgd_simulate()]: the whole run, earlier records included. A run recorded in log-spaced steps
#'   goes on in those of the longer run; one recorded at given steps has no more of them. Of a spectral density
#'   ([sgd_density()]): the density with all its probes.
#' @section Errors: `bad_argument`; `unsupported` for a run that diverged (the same steps would diverge
#'   again; the message says where); `io` for a folder without
#'   a run.
#' @section Cost: that of the steps that are left.
#' @examples
#' model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9))
#' run <- sgd_simulate(model, steps = 100, seed = 1)
#' longer <- sgd_resume(run, steps = 200)
#' identical(longer$theta, sgd_simulate(model, steps = 200, seed = 1)$theta)
#' @export
sgd_resume <- function(x, steps = NULL, probes = NULL, ...) {
  reject_dots("sgd_resume", ...)
  if (inherits(x, "sgd_density")) return(resume_density(x, steps, probes))
  if (!is.null(probes)) stop_argument("`probes`: expected NULL unless `x` is a spectral density")
  run <- if (is.character(x)) described_run(path.expand(as_text(x, "x"))) else {
    as_object(x, "x", "sgd_simulate", "sgd_simulate(), or a folder")
    x$resume
  }
  on_disk <- run$arguments$options$on_disk
  if (!on_disk && is.null(run$state)) {
    raise_status("unsupported", sprintf(
      "`x` has no state to go on from (%s): begin again, with a smaller learning rate or from another point",
      run$message
    ))
  }
  if (!is.null(steps)) run$arguments$options <- lengthen(run$arguments, as_count(steps, "steps", 1))
  if (!on_disk && run$arguments$options$steps < max(x$step)) {
    stop_argument("`steps` = %.0f: expected at least the %.0f that are done", steps, max(x$step))
  }
  run_simulation(run$model, run$arguments, if (on_disk) TRUE else x)
}

# The same run with another number of steps.
lengthen <- function(arguments, steps) {
  options <- arguments$options
  if (steps != options$steps) {
    for (name in c("lr", "momentum", "batch_size")) if (!is.null(options[[name]])) {
      stop_argument("`steps` = %.0f: expected %.0f, the length of the schedule `%s`", steps, options$steps, name)
    }
  }
  if (steps < options$steps) {
    stop_argument("`steps` = %.0f: expected at least the %.0f asked for at first", steps, options$steps)
  }
  if (identical(arguments$record, "log")) {
    longer <- log_steps(steps)
    options$record_steps <- c(options$record_steps, longer[longer > options$steps])
  }
  options$steps <- steps
  options
}

# ---- folders ----

description_file <- function(folder) file.path(folder, "run.rds")

# A folder for a new run.
open_folder <- function(folder) {
  if (length(list.files(folder, "^(run[.]rds|checkpoint[.]h5|segment-.*[.]h5)$"))) {
    raise_status("io", sprintf("`folder` = \"%s\" holds a run: go on with it by sgd_resume(), or name another", folder))
  }
  if (!dir.exists(folder) && !dir.create(folder, showWarnings = FALSE, recursive = TRUE)) {
    raise_status("io", sprintf("`folder` = \"%s\": cannot be made", folder))
  }
}

# Model and arguments, in a file that is whole or absent.
describe_run <- function(model, arguments) {
  file <- description_file(arguments$options$folder)
  partial <- paste0(file, ".tmp")
  saveRDS(list(model = model, arguments = arguments), partial)
  if (!file.rename(partial, file)) raise_status("io", sprintf("\"%s\": cannot be written", file))
}

described_run <- function(folder) {
  file <- description_file(folder)
  if (!file.exists(file)) {
    raise_status("io", sprintf("`x` = \"%s\": expected a folder of sgd_simulate(), with a file run.rds", folder))
  }
  run <- tryCatch(readRDS(file), error = function(e) NULL)
  if (!is.list(run) || !inherits(run$model, "sgd_model")) {
    raise_status("io", sprintf("\"%s\": expected the description of a run, got something else", file))
  }
  run$arguments$options$folder <- folder # it may have moved
  run
}
