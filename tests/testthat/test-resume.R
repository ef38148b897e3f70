# Stop, look, go on: the bits of the uninterrupted run, in memory and from a folder.

has_hdf5 <- .Call(sgdlangevin:::C_has_hdf5)
X <- cbind(1, as.matrix(scale(mtcars[, c("wt", "hp")])))
theta0 <- c(0.1, -0.2, 0.3)
compared <- c("step", "time", "theta", "velocity", "summaries", "complete")

models <- function() {
  hyper <- sgd_hyper(0.05, 0.9, 0.01, 5)
  list(
    exact = general_model(), sgd = general_model("sgd"),
    epoch = general_model("sgd", sampling = "epoch", n_examples = 100),
    minibatch = sgd_model(sgd_regression(X, mtcars$mpg), hyper, "sgd", "epoch"),
    logistic = sgd_model(sgd_logistic(X, mtcars$am), hyper, "sgd", "epoch"),
    baoab = sgd_model(sgd_logistic(X, mtcars$am), hyper)
  )
}

start_of <- function(model) if (is.null(coef(model))) theta0 else NULL

run_of <- function(kind, model, ...) {
  method <- switch(kind, epoch = "sgd", logistic = "minibatch", kind)
  sgd_simulate(model, nsim = 2, seed = 5, method = method, theta0 = start_of(model), ...)
}

# A model whose gradient raises an interrupt at one call.
interrupted_model <- function(at, env = new.env()) {
  env$calls <- 0
  sgd_model(sgd_objective(function(theta, batch) {
    env$calls <- env$calls + 1
    if (env$calls == at) {
      signalCondition(structure(class = c("interrupt", "condition"), list(message = "stop", call = NULL)))
    }
    theta * length(batch)
  }, 2, 10), sgd_hyper(0.05, 0.9, 0, 3), "sgd", "epoch")
}

test_that("a longer run goes on to the same bits", {
  every <- c("moments", "displacement", "local_displacement", "msd")
  for (kind in names(models())) {
    model <- models()[[kind]]
    whole <- run_of(kind, model, steps = 60, record = 3, summaries = every, lags = c(1, 4))
    for (first in c(1, 20, 41)) {
      part <- run_of(kind, model, steps = max(first, 12), record = 3, summaries = every, lags = c(1, 4))
      expect_identical(unclass(sgd_resume(part, steps = 60))[compared], unclass(whole)[compared],
                       info = paste(kind, first))
    }
    expect_identical(unclass(sgd_resume(whole))[compared], unclass(whole)[compared])
  }
})

test_that("a run that an interrupt in the gradient stopped goes on", {
  whole <- sgd_simulate(interrupted_model(0), 20, nsim = 2, theta0 = c(1, 2), seed = 4)
  for (at in c(1, 2, 17, 40)) {
    model <- interrupted_model(at)
    done <- (at - 1) %/% 2 # steps that both paths made
    expect_warning_of(part <- sgd_simulate(model, 20, nsim = 2, theta0 = c(1, 2), seed = 4), "interrupted",
                      sprintf("interrupted after %d of 20 steps: the result holds those, sgd_resume() goes on", done))
    expect_false(part$complete)
    rows <- length(part$step)
    expect_identical(rows, as.integer(done + 1))
    expect_identical(part$theta, whole$theta[seq_len(rows), , , drop = FALSE])
    expect_output(print(part), "INTERRUPTED")
    expect_identical(unclass(sgd_resume(part))[compared], unclass(whole)[compared])
  }
  taken <- tryCatch(sgd_simulate(interrupted_model(9), 20, theta0 = c(1, 2), seed = 4),
                    interrupt = function(condition) condition$result)
  expect_s3_class(taken, "sgd_simulate")
})

test_that("records and schedules go on as they can", {
  model <- general_model()
  part <- sgd_simulate(model, 50, record = "log", seed = 1)
  longer <- sgd_resume(part, steps = 500)
  expect_identical(longer$theta[seq_along(part$step), , ], part$theta[, , 1])
  expect_identical(max(longer$step), 500)
  scheduled <- sgd_simulate(model, 5, lr = rep(0.05, 5), seed = 1)
  expect_failure_of(sgd_resume(scheduled, 9), "bad_argument", "expected 5, the length of the schedule `lr`")
  expect_failure_of(sgd_resume(part, 9), "bad_argument", "`steps` = 9: expected at least the 50")
  expect_failure_of(sgd_resume(1), "bad_argument", "`x`: expected the value of sgd_simulate(), or a folder")
  expect_failure_of(sgd_resume(tempfile()), "io", "with a file run.rds")
})

# ---- folders ----

temporary_folder <- function(frame = parent.frame()) {
  folder <- tempfile()
  do.call(on.exit, list(bquote(unlink(.(folder), recursive = TRUE)), add = TRUE), envir = frame)
  folder
}

test_that("a folder holds what memory would", {
  skip_if_not(has_hdf5)
  for (kind in names(models())) {
    model <- models()[[kind]]
    folder <- temporary_folder()
    run <- run_of(kind, model, steps = 60, record = 2, summaries = "moments")
    disk <- run_of(kind, model, steps = 60, record = 2, summaries = "moments", folder = folder, segment = 7,
                   checkpoint = 11)
    expect_null(disk$theta)
    expect_identical(disk$folder, folder)
    expect_identical(unclass(disk)[c("step", "time", "summaries")], unclass(run)[c("step", "time", "summaries")])
    back <- read_trajectory(folder)
    expect_identical(back$theta, unname(run$theta))
    expect_identical(back$velocity, unname(run$velocity))
    expect_identical(back$step, run$step)
    expect_identical(read_trajectory(folder, frames = c(6, 9))$theta, unname(run$theta[6:9, , , drop = FALSE]))
    longer <- sgd_resume(folder, steps = 90)
    expect_true(longer$complete)
    expect_identical(read_trajectory(folder)$theta, unname(run_of(kind, model, steps = 90, record = 2)$theta))
  }
  expect_failure_of(sgd_simulate(general_model(), 5, folder = folder), "io",
                    "holds a run: go on with it by sgd_resume()")
  expect_output(print(disk), "in folder", fixed = TRUE)
  expect_error(msd(disk), "use read_trajectory", class = "sgdlangevin_unsupported")
})

test_that("a folder without rows keeps summaries and goes on", {
  skip_if_not(has_hdf5)
  every <- c("moments", "displacement")
  for (kind in c("exact", "minibatch", "logistic")) {
    model <- models()[[kind]]
    folder <- temporary_folder()
    whole <- run_of(kind, model, steps = 60, summaries = every)
    part <- run_of(kind, model, steps = 20, summaries = every, folder = folder, trajectory = FALSE,
                   checkpoint_seconds = 1e-9)
    expect_null(part$theta)
    expect_setequal(list.files(folder), c("checkpoint.h5", "run.rds"))
    expect_identical(sgd_resume(part, steps = 40)$step, as.double(0:40))
    longer <- sgd_resume(folder, steps = 60)
    expect_identical(longer$summaries, whole$summaries)
    expect_identical(longer$step, whole$step)
    expect_failure_of(read_trajectory(folder), "io", "keeps summaries only")
  }
})

test_that("a run that diverged keeps what it did and says where it ended", {
  saddle <- sgd_model(sgd_quadratic(diag(c(1, -40)), sigma2 = 1), sgd_hyper(0.1, 0.9))
  steep <- sgd_model(sgd_logistic(X * 1e3, mtcars$am), sgd_hyper(10, 0.9, 30, 4), "sgd")
  own <- sgd_model(sgd_objective(function(theta) -theta * 1e9, 2, Sigma = diag(2)), sgd_hyper(10, 0.9))
  runs <- list(
    function(...) sgd_simulate(saddle, 5000, nsim = 2, theta0 = c(0, 1), seed = 1, ...),
    function(...) sgd_simulate(steep, 500, theta0 = theta0, seed = 1, ...),
    function(...) sgd_simulate(own, 500, theta0 = c(1, 1), seed = 1, ...)
  )
  for (run in runs) {
    condition <- tryCatch(run(), sgdlangevin_unstable = identity)
    partial <- condition$result
    expect_false(partial$complete)
    expect_true(all(is.finite(partial$theta)) && nrow(partial$theta) > 5)
    where <- sprintf("diverged at step %d", as.integer(max(partial$step)) + 1L)
    expect_match(conditionMessage(condition), where, fixed = TRUE)
    expect_failure_of(sgd_resume(partial), "unsupported", where)
    expect_failure_of(sgd_resume(partial), "unsupported", "no state to go on from")
    if (!has_hdf5) next
    folder <- temporary_folder() # there the steps since the last checkpoint are done again, to the same end
    expect_failure_of(run(folder = folder), "unstable", where)
    expect_failure_of(sgd_resume(folder), "unstable", where)
    expect_identical(read_trajectory(folder)$theta, unname(partial$theta))
  }
})

test_that("an interrupted run in a folder goes on", {
  skip_if_not(has_hdf5)
  folder <- temporary_folder()
  whole <- sgd_simulate(interrupted_model(0), 20, theta0 = c(1, 2), seed = 4)
  expect_warning_of(part <- sgd_simulate(interrupted_model(9), 20, theta0 = c(1, 2), seed = 4, folder = folder, segment = 3),
                    "interrupted", "interrupted after 8 of 20 steps")
  expect_identical(part$step, as.double(0:8))
  # the description holds the function as it was before the first step: its counter starts again
  expect_warning_of(sgd_resume(folder), "interrupted", "interrupted after 16 of 20 steps")
  done <- sgd_resume(folder)
  expect_true(done$complete)
  expect_identical(read_trajectory(folder)$theta, whole$theta)
})

# Another R runs in a folder and is killed; this one goes on and compares.
test_that("a killed run goes on to the same bits", {
  skip_if_not(has_hdf5)
  skip_on_cran()
  skip_on_os("windows")
  model <- general_model()
  whole <- sgd_simulate(model, 2e7, record = 1e4, seed = 6)
  for (seconds in c(0.8, 1.1, 1.4)) {
    folder <- temporary_folder()
    script <- tempfile(fileext = ".R")
    described <- tempfile(fileext = ".rds")
    on.exit(unlink(c(script, described)), add = TRUE)
    saveRDS(model, described)
    writeLines(c(
      sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
      sprintf("run <- sgdlangevin::sgd_simulate(readRDS(%s), 2e7, record = 1e4, seed = 6, folder = %s,",
              dQuote(described, FALSE), dQuote(folder, FALSE)),
      "  segment = 100, checkpoint = 3e5)"
    ), script)
    system(sprintf("timeout -s KILL %g %s %s >/dev/null 2>&1", seconds, file.path(R.home("bin"), "Rscript"),
                   shQuote(script)))
    if (!file.exists(file.path(folder, "run.rds"))) next # killed before it began
    expect_true(sgd_resume(folder)$complete)
    expect_identical(read_trajectory(folder)$theta, whole$theta)
  }
})

test_that("arguments of folders are checked", {
  model <- general_model()
  expect_failure_of(sgd_simulate(model, 5, segment = 3), "bad_argument", "`segment`: expected NULL, or `folder`")
  expect_failure_of(sgd_simulate(model, 5, checkpoint = 3), "bad_argument", "`checkpoint`: expected NULL")
  expect_failure_of(sgd_simulate(model, 5, folder = 3), "bad_argument", "`folder`: expected one character string")
  expect_failure_of(sgd_simulate(model, 5, checkpoint_seconds = 3), "bad_argument",
                    "`checkpoint_seconds`: expected NULL, or `folder`")
  expect_failure_of(sgd_simulate(model, 5, folder = tempfile(), checkpoint_seconds = -1), "bad_argument",
                    "`checkpoint_seconds` = -1: expected a number of seconds > 0")
  expect_failure_of(sgd_simulate(model, 5, folder = tempfile(), checkpoint_seconds = 0), "bad_argument",
                    "`checkpoint_seconds` = 0")
  expect_failure_of(sgd_simulate(model, 5, folder = tempfile(), checkpoint_seconds = "now"), "bad_argument",
                    "`checkpoint_seconds`: expected")
  skip_if_not(has_hdf5)
  expect_failure_of(sgd_simulate(model, 5, folder = "/proc/nowhere"), "io", "cannot be made")
})
