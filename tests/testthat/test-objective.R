# Objectives against plain R: losses, gradients, and SGD step by step with the same batches.

X <- cbind(intercept = 1, as.matrix(scale(mtcars[, c("wt", "hp")])))
am <- mtcars$am
theta0 <- c(0.1, -0.2, 0.3)

logistic_gradient <- function(theta, batch) {
  x <- X[batch, , drop = FALSE]
  colMeans(x * (drop(plogis(x %*% theta)) - am[batch]))
}
callback <- function(...) sgd_objective(logistic_gradient, dim = 3, n_examples = 32, ...)

# Central differences of the loss along each coordinate.
numerical_gradient <- function(objective, theta, h = 1e-5) {
  vapply(seq_along(theta), function(i) {
    e <- replace(numeric(length(theta)), i, h)
    (sgd_loss(objective, theta + e) - sgd_loss(objective, theta - e)) / (2 * h)
  }, numeric(1))
}

# PyTorch's SGD in plain R, with v = -buffer.
reference_run <- function(model, steps, seed, theta, gradient, lr = rep(model$hyper$lr, steps),
                          momentum = rep(model$hyper$momentum, steps), nesterov = FALSE, dampening = 0) {
  v <- 0 * theta
  path <- matrix(theta, steps + 1, length(theta), byrow = TRUE)
  for (k in seq_len(steps)) {
    g <- gradient(theta, sgd_batch(model, k, seed)) + model$hyper$weight_decay * theta
    kept <- if (k == 1) 1 else 1 - dampening
    v <- momentum[k] * v - kept * g
    theta <- theta + lr[k] * (if (nesterov) momentum[k] * v - g else v)
    path[k + 1, ] <- theta
  }
  path
}

test_that("built-in losses have the gradients and products of their definitions", {
  set.seed(1)
  network <- sgd_tanh_network(X[, -1], factor(mtcars$gear), hidden = 2)
  for (objective in list(sgd_logistic(X, am), sgd_softmax(X, factor(mtcars$gear)), network,
                         sgd_tanh_network(X[, -1], mtcars$mpg / 10, hidden = 2), sgd_regression(X, mtcars$mpg))) {
    theta <- rnorm(objective$dim)
    expect_equal(unname(sgd_gradient(objective, theta)), numerical_gradient(objective, theta), tolerance = 1e-6)
    h <- 1e-5
    direction <- rnorm(objective$dim)
    change <- sgd_gradient(objective, theta + h * direction) - sgd_gradient(objective, theta - h * direction)
    expect_equal(sgd_hessian_product(objective, theta, direction), unname(change) / (2 * h), tolerance = 1e-6)
    rows <- t(vapply(1:32, function(i) unname(sgd_gradient(objective, theta, i)), theta))
    expect_equal(unname(sgd_gradient_covariance(objective, theta)), cov(rows) * 31 / 32, tolerance = 1e-12)
    expect_equal(colMeans(rows), unname(sgd_gradient(objective, theta)), tolerance = 1e-12)
  }
  expect_equal(unname(sgd_gradient(sgd_logistic(X, am), theta0, 3:7)), unname(logistic_gradient(theta0, 3:7)),
               tolerance = 1e-14)
  expect_equal(sgd_loss(sgd_logistic(X, am), theta0),
               mean(log1p(exp(X %*% theta0)) - am * drop(X %*% theta0)), tolerance = 1e-14)
})

test_that("responses come as numbers, flags, factors", {
  one <- sgd_logistic(X, am)
  gradient <- sgd_gradient(one, theta0)
  expect_identical(sgd_gradient(sgd_logistic(X, am == 1), theta0), gradient)
  two <- sgd_logistic(X, factor(am, labels = c("automatic", "manual")))
  expect_identical(sgd_gradient(two, theta0), gradient)
  expect_identical(two$levels, c("automatic", "manual"))
  softmax <- sgd_softmax(X, factor(mtcars$gear))
  expect_identical(names(sgd_gradient(softmax, numeric(9)))[c(1, 9)], c("intercept:3", "hp:5"))
  expect_identical(unname(sgd_gradient(softmax, numeric(9))),
                   unname(sgd_gradient(sgd_softmax(X, mtcars$gear - 2), numeric(9))))
  expect_s3_class(softmax, c("sgd_objective", "sgd_problem"), exact = TRUE)
  expect_named(softmax, c("dim", "n_examples", "kind", "X", "y", "n_classes", "levels"))
})

test_that("runs are those of a plain loop with the same batches", {
  hyper <- sgd_hyper(0.3, 0.9, 0.02, 5)
  lr <- 0.5 / sqrt(1:40)
  momentum <- seq(0.5, 0.95, length.out = 40)
  for (sampling in c("replacement", "without", "epoch")) for (problem in list(sgd_logistic(X, am), callback())) {
    model <- sgd_model(problem, hyper, "sgd", sampling)
    run <- function(...) unname(sgd_simulate(model, 40, theta0 = theta0, seed = 7, ...)$theta[, , 1])
    reference <- function(...) reference_run(model, 40, 7, theta0, logistic_gradient, ...)
    expect_equal(run(), reference(), tolerance = 1e-12)
    expect_equal(run(nesterov = TRUE), reference(nesterov = TRUE), tolerance = 1e-12)
    expect_equal(run(dampening = 0.3), reference(dampening = 0.3), tolerance = 1e-12)
    expect_equal(run(lr = lr, momentum = momentum), reference(lr = lr, momentum = momentum), tolerance = 1e-12)
  }
})

test_that("regressions follow the same loop", {
  model <- sgd_model(sgd_regression(X, mtcars$mpg), sgd_hyper(0.02, 0.9, 0.02, 5), "sgd", "epoch")
  gradient <- function(theta, batch) {
    x <- X[batch, , drop = FALSE]
    colMeans(x * drop(x %*% theta - mtcars$mpg[batch]))
  }
  for (nesterov in c(FALSE, TRUE)) {
    dampening <- if (nesterov) 0 else 0.2
    run <- sgd_simulate(model, 40, method = "minibatch", theta0 = theta0, seed = 7, nesterov = nesterov,
                        dampening = dampening)
    expect_equal(unname(run$theta[, , 1]),
                 reference_run(model, 40, 7, theta0, gradient, nesterov = nesterov, dampening = dampening),
                 tolerance = 1e-12)
  }
})

test_that("Langevin methods run on functions as on built-in losses", {
  hyper <- sgd_hyper(0.3, 0.9, 0.02, 5)
  builtin <- sgd_model(sgd_logistic(X, am), hyper)
  functions <- sgd_model(callback(covariance = function(theta) sgd_gradient_covariance(sgd_logistic(X, am), theta)),
                         hyper)
  for (method in c("baoab", "obabo", "euler")) for (noise in c("empirical", "covariance")) {
    run <- function(model) {
      unname(sgd_simulate(model, 20, nsim = 2, method = method, noise = noise, theta0 = theta0, seed = 2)$theta)
    }
    expect_equal(run(builtin), run(functions), tolerance = 1e-10)
  }
  constant <- sgd_model(callback(Sigma = diag(3)), hyper)
  expect_identical(sgd_simulate(constant, 5, theta0 = theta0, seed = 1)$method, "baoab")
  expect_true(all(is.finite(sgd_simulate(constant, 5, theta0 = theta0, seed = 1, substeps = 3)$theta)))
  expect_identical(sgd_simulate(sgd_model(callback(), hyper, "sgd"), 5, theta0 = theta0, seed = 1)$method,
                   "minibatch")
  full <- sgd_objective(function(theta) theta, 2, Sigma = diag(2))
  expect_identical(sgd_simulate(sgd_model(full, hyper, "sgd"), 5, theta0 = c(1, 1), seed = 1)$method, "sgd")
})

test_that("a failing function names the step and keeps what was done", {
  failing <- function(fail, at = 4) {
    calls <- 0
    sgd_model(sgd_objective(function(theta, batch) {
      calls <<- calls + 1
      if (calls == at) fail(theta) else logistic_gradient(theta, batch)
    }, 3, 32), sgd_hyper(0.1, 0.9, 0, 4), "sgd")
  }
  simulate_failing <- function(fail) sgd_simulate(failing(fail), 10, theta0 = theta0, seed = 3)
  whole <- sgd_simulate(sgd_model(callback(), sgd_hyper(0.1, 0.9, 0, 4), "sgd"), 10, theta0 = theta0, seed = 3)
  fails <- function(fail, word, message) {
    expect_failure_of(simulate_failing(fail), word, message)
    condition <- tryCatch(simulate_failing(fail), error = identity)
    expect_match(conditionMessage(condition), "step 4", fixed = TRUE)
    expect_false(condition$result$complete)
    expect_identical(condition$result$theta, whole$theta[1:4, , , drop = FALSE])
    expect_identical(sgd_resume(condition$result)$theta, whole$theta) # the function fails but once
  }
  fails(function(theta) stop("no way down"), "callback", "`gradient` failed: no way down")
  fails(function(theta) theta[-1], "callback", "`gradient`: expected the function to give 3 numbers, got 2")
  fails(function(theta) "up", "callback", "`gradient`: expected the function to give 3 numbers, got type character")
  fails(function(theta) NULL, "callback", "got type NULL")
  fails(function(theta) replace(theta, 2, NaN), "not_finite", "got NaN at 2")
  fails(function(theta) replace(theta, 3, -Inf), "not_finite", "got -Inf at 3")
  caught <- tryCatch(simulate_failing(function(theta) stop("inner")), sgdlangevin_callback = identity)
  expect_identical(conditionMessage(caught$parent), "inner")
})

test_that("a jump past the simulation is let through", {
  model <- sgd_model(sgd_objective(function(theta) invokeRestart("elsewhere", 42), 1, Sigma = diag(1)),
                     sgd_hyper(0.1))
  expect_identical(withRestarts(sgd_simulate(model, 10, theta0 = 1, seed = 1), elsewhere = identity), 42)
})

test_that("the quadratic model leads back to the theory", {
  objective <- sgd_logistic(X, am)
  p <- drop(plogis(X %*% theta0))
  at <- sgd_quadratic_at(objective, theta0)
  H <- crossprod(X * sqrt(p * (1 - p))) / 32
  expect_equal(at$H, H, tolerance = 1e-12)
  expect_equal(at$b, unname(drop(H %*% theta0) - logistic_gradient(theta0, 1:32)), tolerance = 1e-12)
  expect_equal(sgd_quadratic_at(sgd_regression(X, mtcars$mpg), theta0)$b, unname(sgd_regression(X, mtcars$mpg)$b),
               tolerance = 1e-12)
  functions <- callback(hvp = function(theta, V) H %*% V)
  expect_equal(sgd_quadratic_at(functions, theta0)[c("H", "Sigma")], list(H = unname(H), Sigma = at$Sigma),
               tolerance = 1e-12)
  expect_s3_class(sgd_stationary(sgd_model(at, sgd_hyper(0.1))), "sgd_stationary")
})

test_that("the theory refuses objectives and names the way", {
  model <- sgd_model(sgd_logistic(X, am), sgd_hyper(0.1, 0.9, 0, 4), "sgd")
  way <- "sgd_model(sgd_quadratic_at(objective, theta), hyper)"
  for (f in list(sgd_stationary, sgd_modified_loss, sgd_oscillations, sgd_irreversibility)) {
    expect_error(f(model), way, fixed = TRUE, class = "sgdlangevin_unsupported")
  }
  expect_failure_of(sgd_msd(model, 1:3), "unsupported", way)
  expect_failure_of(sgd_transient(model, 1:3, theta0), "unsupported", way)
  expect_failure_of(sgd_autocorrelation(model, 1), "unsupported", way)
  expect_failure_of(sgd_power_spectrum(model, 0.1), "unsupported", way)
  expect_failure_of(sgd_equivalent(model$hyper, batch_size = 8, model = model), "unsupported", way)
  expect_output(print(model), "no modes: see sgd_quadratic_at()", fixed = TRUE)
  expect_output(print(summary(model)), "an epoch is 8 steps")
  expect_null(coef(model))
})

test_that("bad arguments are named", {
  objective <- sgd_logistic(X, am)
  model <- sgd_model(objective, sgd_hyper(0.1, 0.9, 0, 4), "sgd")
  expect_failure_of(sgd_objective(1, 2), "bad_argument", "`gradient`: expected a function or the value of sgd_native()")
  expect_failure_of(sgd_objective(identity, 0), "bad_argument", "`dim` = 0")
  expect_failure_of(sgd_objective(identity, 2, n_examples = 0.5), "bad_argument", "`n_examples` = 0.5")
  expect_failure_of(sgd_objective(identity, 2, hvp = 1), "bad_argument", "`hvp`: expected a function, got a number")
  expect_failure_of(sgd_objective(identity, 2, Sigma = diag(3)), "bad_argument", "`Sigma`: expected a 2 x 2")
  expect_failure_of(sgd_objective(identity, 2, Sigma = -diag(2)), "not_psd", "Sigma")
  expect_failure_of(sgd_logistic(X, am + 1), "bad_argument", "`y[1]` = 2: expected 0 or 1")
  expect_failure_of(sgd_logistic(X, factor(mtcars$gear)), "bad_argument", "a factor with two levels, got 3")
  expect_failure_of(sgd_softmax(X, am), "bad_argument", "`y[4]` = 0: expected a factor, or labels 1, 2, ...")
  expect_failure_of(sgd_softmax(X, rep(1, 32)), "bad_argument", "at least two classes")
  expect_failure_of(sgd_tanh_network(X, am, 0), "bad_argument", "`hidden` = 0")
  expect_failure_of(sgd_logistic(replace(X, 5, NaN), am), "not_finite", "`X[5, 1]` = NaN")
  expect_failure_of(sgd_logistic(X, am[-1]), "bad_argument", "`y`: expected a vector of length 32")
  expect_failure_of(sgd_gradient(objective, 1), "bad_argument", "`theta`: expected a vector of length 3")
  expect_failure_of(sgd_gradient(objective, c(NA, 1, 1)), "not_finite", "`theta[1]`")
  expect_failure_of(sgd_gradient(objective, theta0, 33), "bad_argument", "`batch[1]` = 33: expected an example")
  expect_failure_of(sgd_gradient(general_problem(), c(0, 0)), "bad_argument", "`objective`: expected the value of")
  expect_failure_of(sgd_hessian_product(objective, theta0, diag(2)), "bad_argument", "`V`: expected columns of 3")
  expect_failure_of(sgd_loss(callback(), theta0), "unsupported", "`objective` has no `loss`")
  expect_failure_of(sgd_quadratic_at(callback(), theta0), "unsupported", "`objective` has no `hvp`")
  full <- sgd_objective(identity, 3)
  expect_failure_of(sgd_gradient(full, theta0, 1), "bad_argument", "`batch`: expected NULL")
  expect_failure_of(sgd_gradient_covariance(full, theta0), "unsupported", "no gradient noise")
  expect_failure_of(sgd_simulate(model, 5), "bad_argument", "`theta0`: expected 3 numbers to start from")
  expect_failure_of(sgd_simulate(model, 5, theta0 = theta0, start = "stationary"), "unsupported", "stationary law")
  expect_failure_of(sgd_simulate(model, 5, theta0 = theta0, coordinates = "modes"), "unsupported", "no modes")
  expect_failure_of(sgd_simulate(model, 5, theta0 = theta0, noise = "constant"), "unsupported",
                    "`noise` = \"constant\"")
  expect_failure_of(sgd_simulate(model, 5, theta0 = theta0, method = "sgd", noise = "constant"), "bad_argument",
                    "`Sigma` is missing")
  expect_failure_of(sgd_simulate(model, 5, theta0 = theta0, method = "exact"), "unsupported", "exact")
  expect_failure_of(sgd_model(objective, sgd_hyper(0.1), n_examples = 3), "bad_argument", "those of the objective")
  expect_failure_of(sgd_model(objective, sgd_hyper(0.1), noise = "multiplicative"), "unsupported", "multiplicative")
  expect_failure_of(sgd_batch(general_model(), 1, 1), "unsupported", "`model` has no examples")
  expect_failure_of(sgd_batch(model, 0, 1), "bad_argument", "`step` = 0")
})

test_that("compiled gradients run as functions of R do", {
  skip_on_cran()
  folder <- tempfile()
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  writeLines(c(
    "#include <stddef.h>", "#include <stdint.h>",
    "int well(ptrdiff_t d, const double *theta, ptrdiff_t n, const uint32_t *batch, double *g)",
    "{ for (ptrdiff_t i = 0; i < d; i++) g[i] = theta[i] * (theta[i] * theta[i] - 1); return 0; }"
  ), file.path(folder, "well.c"))
  log <- suppressWarnings(system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", file.path(folder, "well.c")),
                                  stdout = TRUE, stderr = TRUE))
  library_file <- file.path(folder, paste0("well", .Platform$dynlib.ext))
  skip_if_not(file.exists(library_file), paste(log, collapse = "\n"))
  native <- sgd_objective(sgd_native(library_file, "well"), 2, Sigma = diag(2))
  plain <- sgd_objective(function(theta) theta * (theta * theta - 1), 2, Sigma = diag(2))
  run <- function(objective) {
    sgd_simulate(sgd_model(objective, sgd_hyper(0.05, 0.9)), 50, theta0 = c(1, -1), seed = 4)$theta
  }
  expect_identical(run(native), run(plain))
  expect_identical(native$kind, "native")
  expect_failure_of(sgd_objective(sgd_native(library_file, "wall"), 2), "bad_argument",
                    "`symbol` = \"wall\": expected a function that \"")
  expect_failure_of(sgd_objective(sgd_native(file.path(folder, "well.c"), "well"), 2), "io",
                    "well.c\": expected a shared library (")
  gc() # handles of earlier uses keep the library loaded
  unlink(library_file) # gone between one use and the next
  expect_failure_of(run(native), "io", "expected a shared library (")
})

test_that("what is no compiled gradient is refused", {
  expect_failure_of(sgd_objective(sgd_native("/nowhere.so", "well"), 2), "io",
                    "`file` = \"/nowhere.so\": expected a shared library (")
  expect_failure_of(sgd_native(1, "well"), "bad_argument", "`file`: expected one character string")
  expect_failure_of(sgd_native("a.so", 1), "bad_argument", "`symbol`: expected one character string")
  expect_failure_of(sgd_native("a.so", c("f", "g")), "bad_argument", "`symbol`: expected one character string")
  expect_failure_of(sgd_objective(sgd_native("", "f"), 2), "bad_argument", "`file` is empty")
  expect_failure_of(sgd_objective(sgd_native("/nowhere.so", ""), 2), "bad_argument", "`symbol` is empty")
  for (broken in list(list(file = 1, symbol = "f"), list(file = "a.so"), list())) {
    expect_failure_of(sgd_objective(structure(broken, class = "sgd_native"), 2), "bad_argument",
                      "expected one character string")
  }
})

test_that("a built-in objective survives a file", {
  objective <- sgd_softmax(X, factor(mtcars$gear))
  again <- unserialize(serialize(objective, NULL))
  expect_identical(sgd_gradient(again, 1:9 / 10), sgd_gradient(objective, 1:9 / 10))
})

# Torture at every allocation is slow, and most allocations are R's own. Callbacks therefore switch it on as they
# return and off as they are called: what is tortured is the glue between one call and the next.
calls <- last <- 0
every <- 1
under_torture <- function(f) {
  function(...) {
    gctorture2(0)
    calls <<- calls + 1
    value <- f(...)
    if (calls < last) gctorture2(every)
    value
  }
}

# to_the_end: after the last call too, when results are put together. step: where much R runs in between.
survives <- function(run, to_the_end = FALSE, step = 1) {
  on.exit(gctorture2(0))
  calls <<- last <<- 0
  plain <- run()
  last <<- if (to_the_end) Inf else calls
  every <<- step
  calls <<- 0
  tortured <- run()
  gctorture2(0)
  expect_gt(calls, 1)
  expect_identical(tortured, plain)
}

test_that("callbacks survive the garbage collector", {
  skip_on_cran()
  hyper <- sgd_hyper(0.1, 0.9, 0, 4)
  batches <- function(theta, batch) theta * length(batch) + batch[1]
  model <- sgd_model(sgd_objective(under_torture(batches), 3, 12, Sigma = diag(3)), hyper, "sgd")
  survives(function() sgd_simulate(model, 3, theta0 = theta0, seed = 1, summaries = c("moments", "msd"), lags = 1)$theta,
           to_the_end = TRUE, step = 5)
  bowl <- sgd_objective(under_torture(function(theta) 2 * theta), 2, hvp = under_torture(function(theta, v) 2 * v),
                        loss = under_torture(function(theta) sum(theta^2)),
                        covariance = under_torture(function(theta) diag(2)))
  survives(function() sgd_simulate(sgd_model(bowl, hyper), 2, theta0 = 1:2, seed = 1, noise = "covariance")$theta)
  survives(function() {
    list(sgd_gradient(bowl, 1:2), sgd_loss(bowl, 1:2), sgd_hessian_product(bowl, 1:2, diag(2)),
         sgd_gradient_covariance(bowl, 1:2))
  }, step = 5)
  survives(function() sgd_quadratic_at(bowl, 1:2)$H, step = 5)
  failing <- function(value) {
    bad <- function(theta) {
      if (calls < 2) return(theta)
      if (last > 0) gctorture2(7)
      value()
    }
    model <- sgd_model(sgd_objective(under_torture(bad), 2, Sigma = diag(2)), hyper, "sgd")
    failed <- tryCatch(sgd_simulate(model, 3, theta0 = 1:2, seed = 1), error = identity)
    gctorture2(0)
    list(conditionMessage(failed), failed$result$theta)
  }
  survives(function() failing(function() stop("no way down")))
  survives(function() failing(function() 1))
})

test_that("objectives in C survive the garbage collector", {
  skip_on_cran()
  network <- sgd_model(sgd_tanh_network(X[1:4, ], 1:4, 2), sgd_hyper(0.1, 0.9, 0, 2), "sgd")
  run <- function() {
    list(sgd_simulate(network, 3, theta0 = numeric(11), seed = 1, observe = 1:2)$theta,
         sgd_quadratic_at(network$problem, numeric(11))$H, sgd_batch(network, 2, 1))
  }
  plain <- run()
  on.exit(gctorture2(0))
  gctorture2(211)
  tortured <- run()
  gctorture2(0)
  expect_identical(tortured, plain)
})
