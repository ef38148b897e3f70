# Functions of a user that fail in every way, inside every kind of run, over and over: the message names the step,
# what is done is kept, the run goes on from it. tools/glue-check.sh runs this under AddressSanitizer and valgrind;
# with an argument n, under gctorture2(n). The last line is "N passed, N failed".
suppressMessages(library(sgdlangevin))

passed <- failed <- 0L
check <- function(ok, what) {
  if (isTRUE(ok)) passed <<- passed + 1L else {
    failed <<- failed + 1L
    cat("FAILED: ", what, "\n", sep = "")
  }
}

X <- cbind(1, as.matrix(scale(mtcars[1:12, c("wt", "hp")])))
y <- mtcars$am[1:12]
theta0 <- c(0.1, -0.2, 0.3)
hyper <- sgd_hyper(0.1, 0.9, 0.01, 4)

# The gradient of the logistic loss, which at its call number `at` does `fail`.
failing_model <- function(fail, at, dynamics = "sgd") {
  calls <- 0
  gradient <- function(theta, batch) {
    calls <<- calls + 1
    if (calls == at) return(fail(theta))
    p <- plogis(drop(X[batch, , drop = FALSE] %*% theta))
    drop(crossprod(X[batch, , drop = FALSE], p - y[batch])) / length(batch)
  }
  sgd_model(sgd_objective(gradient, 3, 12, Sigma = diag(3)), hyper, dynamics)
}

interrupt <- function(theta) {
  signalCondition(structure(class = c("interrupt", "condition"), list(message = "stop", call = NULL)))
  theta
}

failures <- list(
  error = function(theta) stop("no way down"), short = function(theta) theta[-1], nothing = function(theta) NULL,
  text = function(theta) "up", nan = function(theta) replace(theta, 2, NaN), interrupt = interrupt
)
runs <- list(
  minibatch = function(model, ...) sgd_simulate(model, 8, theta0 = theta0, seed = 3, ...),
  sgd = function(model, ...) sgd_simulate(model, 8, theta0 = theta0, seed = 3, method = "sgd", ...),
  baoab = function(model, ...) sgd_simulate(model, 8, theta0 = theta0, seed = 3, method = "baoab", ...)
)

try_all <- function() {
  for (kind in names(runs)) {
    dynamics <- if (kind == "baoab") "langevin" else "sgd"
    run <- runs[[kind]]
    whole <- run(failing_model(NULL, 0, dynamics))
    for (name in names(failures)) {
      at <- 4 + (kind == "baoab") # one gradient before the first step
      condition <- tryCatch(run(failing_model(failures[[name]], at, dynamics)), condition = identity)
      what <- paste(kind, name)
      partial <- condition$result
      check(inherits(partial, "sgd_simulate") && !partial$complete, what)
      check(identical(partial$theta, whole$theta[1:4, , , drop = FALSE]), paste(what, "rows"))
      if (name != "interrupt") check(grepl("path 1, step 4", conditionMessage(condition), fixed = TRUE), what)
      check(identical(sgd_resume(partial)$theta, whole$theta), paste(what, "resumed"))
    }
  }
}

try_folder <- function() {
  folder <- tempfile()
  on.exit(unlink(folder, recursive = TRUE))
  whole <- runs$minibatch(failing_model(NULL, 0))
  condition <- tryCatch(runs$minibatch(failing_model(failures$error, 6), folder = folder, segment = 2), error = identity)
  check(identical(read_trajectory(folder)$theta, whole$theta[1:6, , , drop = FALSE]), "folder rows")
}

# Moments and state are windows on the memory of the run: read, written, kept and collected in any order.
try_slices <- function() {
  model <- sgd_model(sgd_spectrum(1 / 1:30, sigma2 = 1), hyper)
  run <- function(steps = 12, ...) {
    sgd_simulate(model, steps, nsim = 2, seed = 2, coordinates = "modes", summaries = c("moments", "displacement"), ...)
  }
  plain <- function(x) vapply(seq_along(x), function(i) x[[i]], 0)
  whole <- run(24)
  part <- run()
  variance <- part$summaries$variance
  kept <- plain(variance)
  check(identical(as.vector(variance), kept) && sum(variance) == sum(kept), "slice read")
  check(identical(unserialize(serialize(variance, NULL)), variance), "slice to a file and back")
  part$summaries$mean[2] <- -1
  variance[1] <- 5
  check(identical(plain(part$summaries$variance), kept), "slice written")
  check(identical(sgd_resume(part, steps = 24)$summaries, whole$summaries), "resumed beside written slices")
  mean <- run()$summaries$mean
  rm(part)
  invisible(gc())
  check(identical(mean, run()$summaries$mean) && identical(variance[-1], kept[-1]), "slices outlive the run")
  folder <- tempfile()
  on.exit(unlink(folder, recursive = TRUE))
  saved <- run(folder = folder, trajectory = FALSE)$summaries
  check(identical(saved, run()$summaries), "slices of a folder")
  saved$mean[] <- 0
  check(identical(sgd_resume(folder, steps = 24)$summaries, whole$summaries), "folder resumed")
}

try_arguments <- function() {
  refused <- function(expr, what) check(inherits(tryCatch(expr, error = identity), "sgdlangevin_error"), what)
  refused(sgd_logistic(replace(X, 2, NaN), y), "NaN in X")
  refused(sgd_logistic(X, y[-1]), "short y")
  refused(sgd_simulate(failing_model(NULL, 0), 8), "no start")
  refused(sgd_objective(sgd_native("/nowhere.so", "f"), 3), "no library")
  refused(read_trajectory(tempfile()), "no file")
  steep <- sgd_model(sgd_logistic(X * 1e3, y), sgd_hyper(10, 0.9, 30, 4), "sgd")
  refused(sgd_simulate(steep, 500, theta0 = theta0, seed = 1), "diverged")
}

# Products and streamed gradients that fail in the second block of probes: the first block is kept and gone on with.
try_densities <- function() {
  H <- matrix(c(2, 0.5, 0, 0.5, 1, 0.1, 0, 0.1, 0.7), 3)
  product <- function(fail, at) {
    calls <- 0
    function(V) {
      calls <<- calls + 1
      if (calls == at) fail(V) else H %*% V
    }
  }
  estimate <- function(operator, noise = NULL) {
    sgd_density(operator, steps = 3, probes = 4, block = 2, seed = 1, noise = noise, counts = is.null(noise))
  }
  whole <- estimate(sgd_operator(H))
  for (name in names(failures)) {
    operator <- sgd_operator(product(failures[[name]], 5), 3, tolerance = Inf)
    condition <- tryCatch(estimate(operator), condition = identity)
    what <- paste("density", name)
    if (name != "interrupt") {
      check(inherits(condition, "sgdlangevin_callback"), what)
    } else {
      check(inherits(condition, "interrupt"), what)
    }
    check(isTRUE(condition$result$counts$probes == 2), paste(what, "kept"))
    check(all.equal(sgd_resume(condition$result)$counts$nodes, whole$counts$nodes), paste(what, "resumed"))
    pairs <- tryCatch(sgd_eigenpairs(sgd_operator(product(failures[[name]], 1), 3, tolerance = Inf), 1, seed = 1),
                      condition = identity)
    check(inherits(pairs, "condition"), paste(what, "eigenpairs"))
    stream <- sgd_noise(product(failures[[name]], 3), n_examples = 12, chunk = 6)
    condition <- tryCatch(estimate(sgd_operator(H), stream), condition = identity)
    check(inherits(condition, "condition"), paste(what, "stream"))
  }
  check(inherits(sgd_model(sgd_density(sgd_operator(sgd_logistic(X, y), theta = theta0), steps = 2, probes = 3, top = 1,
                                       seed = 1), hyper), "sgd_model"), "objective")
}

torture <- as.integer(commandArgs(TRUE))
if (length(torture)) invisible(gctorture2(torture))
for (again in 1:2) {
  try_all()
  if (!length(torture)) try_folder()
  try_slices()
  try_arguments()
  try_densities()
}
invisible(gctorture2(0))
invisible(gc())
cat(passed, " passed, ", failed, " failed\n", sep = "")
quit(status = as.integer(failed > 0L))
