# The main job, in R: theory beside measurement for two real runs of SGD, with figures.
# Usage: Rscript main_job.R [folder for figures]; default: environment variable SGDL_FIGURES or build/figures.
# The recorded run is read from SGDL_SOFTMAX or ../shared/data/softmax_epoch.h5 beside the checkout if there.

library(sgdlangevin)

here <- local({
  file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
  if (length(file)) dirname(normalizePath(file)) else system.file("main-job", package = "sgdlangevin")
})
for (file in c("diamonds.R", "sampling_error.R", "regression.R", "softmax.R", "figures.R")) {
  source(file.path(here, file))
}

# A text file of this folder, with numbers or names filled in.
print_text <- function(name, ...) {
  text <- paste0(readLines(file.path(here, name)), "\n", collapse = "")
  cat(sprintf(text, ...))
}

# Evaluates `work`, then says how long it took.
timed <- function(what, work) {
  start <- proc.time()[["elapsed"]]
  value <- work
  cat(sprintf("  [%.1f s] %s\n", proc.time()[["elapsed"]] - start, what))
  invisible(value)
}

# One training run against its theory. Of the run only the first steps are kept, for the phase portrait.
measure <- function(problem, hyper, sampling, seed) {
  model <- sgd_model(problem, hyper, dynamics = "sgd", sampling = sampling)
  run <- timed(paste0("simulation (", sampling, ")"), train(model, 1.2e6, seed))
  measured <- timed("mean squared displacement", msd(run, lags = unique(round(10^seq(0, 5, by = 0.1)))))
  exponent <- timed("exponent", diffusion_exponent(run, window = c(1, 1000), seed = seed))
  rows <- timed("theory and sampling errors", compare(model, run, measured, exponent, c(1, 10, 100, 1000)))
  list(model = model, measured = measured, rows = rows, path = first_frames(run, 400))
}

regression_part <- function(figures) {
  print_text("regression.txt", "R")
  data <- timed("data", read_diamonds(file.path(dirname(here), "extdata", "diamonds.csv.gz")))
  problem <- sgd_regression(data$X, data$y)
  hyper <- sgd_hyper(lr = 0.02, momentum = 0.9, weight_decay = 1e-4, batch_size = 128)
  replacement <- measure(problem, hyper, "replacement", seed = 1)
  epoch <- measure(problem, hyper, "epoch", seed = 3)
  cat("\n")
  print_comparison(replacement$rows, epoch$rows)
  print_text("misfits.txt", weight_dependent_excess(replacement$model, data$X, data$y),
             100 * replacement$model$report$langevin_error)
  timed("figures", {
    regression_msd_figure(figures, replacement, epoch)
    phase_portrait_figure(figures, replacement)
    modified_loss_figure(figures, problem, hyper, replacement$path)
    spectrum_figure(figures, replacement$model)
  })
}

softmax_part <- function(figures) {
  print_text("softmax.txt", "R")
  recording <- Sys.getenv("SGDL_SOFTMAX", file.path(here, "../../../shared/data/softmax_epoch.h5"))
  if (file.exists(recording) && requireNamespace("hdf5r", quietly = TRUE)) {
    cat("Computed from the recording, softmax_epoch.h5.\n\n")
    run <- softmax_from_recording(recording)
  } else {
    cat("Computed from extdata/softmax_*.csv: the recording, or hdf5r to read it, is not there.\n\n")
    run <- softmax_from_extdata(file.path(dirname(here), "extdata"))
  }
  models <- timed("models", softmax_models(run))
  run$measured$se <- timed("sampling errors", softmax_sampling_sd(run, models$epoch))
  cat("\n")
  print_softmax(compare_softmax(run, models, c(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)))
  timed("figure", softmax_msd_figure(figures, run, models))
}

arguments <- commandArgs(TRUE)
figures <- if (length(arguments)) arguments[1] else Sys.getenv("SGDL_FIGURES", "build/figures")
dir.create(figures, recursive = TRUE, showWarnings = FALSE)
timed("main job in R", {
  regression_part(figures)
  softmax_part(figures)
})
