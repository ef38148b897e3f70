test_that("the result has the stated shape", {
  run <- sgd_simulate(general_model(), 100, nsim = 3, record = 7, seed = 5)
  expect_s3_class(run, c("sgd_simulate", "sgd_trajectory"), exact = TRUE)
  expect_named(run, c("step", "time", "theta", "velocity", "seed", "method", "coordinates", "record",
                      "complete", "hyper", "backend", "summaries", "observe", "folder", "resume"))
  expect_equal(run$step, seq(0, 98, by = 7))
  expect_equal(run$time, 0.05 * run$step)
  expect_equal(dim(run$theta), c(15, 2, 3))
  expect_equal(dim(run$velocity), c(15, 2, 3))
  expect_true(run$complete)
  expect_equal(run$theta[1, , 2], coef(general_model()))
  expect_null(sgd_simulate(general_model(), 10, seed = 1, velocity = FALSE)$velocity)
  expect_identical(colnames(sgd_simulate(sgd_model(car_problem(), sgd_hyper(0.01)), 2, seed = 1)$theta),
                   c("intercept", "wt", "hp"))
})

test_that("bits do not depend on threads, paths, length or records", {
  on.exit(sgd_threads(previous))
  models <- list(exact = general_model(), sgd = general_model("sgd"),
                 epoch = general_model("sgd", sampling = "epoch", n_examples = 100),
                 minibatch = sgd_model(car_problem(), sgd_hyper(0.02, 0.9, 0, 8), "sgd", "epoch"))
  for (kind in names(models)) {
    method <- if (kind == "epoch") "sgd" else kind
    run <- function(...) sgd_simulate(models[[kind]], method = method, seed = 42, ...)
    previous <- sgd_threads(1)
    one <- run(steps = 300, nsim = 5)
    sgd_threads(2)
    expect_identical(run(steps = 300, nsim = 5), one, info = kind)
    sgd_threads(previous)
    expect_identical(run(steps = 100, nsim = 5)$theta, one$theta[1:101, , ], info = kind)
    expect_identical(run(steps = 300, nsim = 2)$theta, one$theta[, , 1:2], info = kind)
    expect_identical(run(steps = 300, nsim = 5, record = 10)$velocity, one$velocity[seq(1, 301, 10), , ],
                     info = kind)
    other <- sgd_simulate(models[[kind]], method = method, seed = 43, steps = 300, nsim = 5)
    expect_false(identical(other$theta, one$theta))
  }
})

test_that("set.seed() decides the seed that is not given", {
  model <- general_model()
  set.seed(1)
  first <- sgd_simulate(model, 10)
  set.seed(1)
  second <- simulate(model, steps = 10)
  expect_identical(first, second)
  set.seed(1)
  u <- runif(2)
  expect_identical(first$seed, floor(u[1] * 2^31) * 2^21 + floor(u[2] * 2^21))
  expect_identical(sgd_simulate(model, 10, seed = first$seed), first)
  before <- .Random.seed
  sgd_simulate(model, 10, seed = 3)
  expect_identical(.Random.seed, before)
})

test_that("parameters and modes are the same path", {
  for (model in list(general_model(), general_model("sgd"))) {
    parameters <- sgd_simulate(model, 50, seed = 2, theta0 = c(1, 1), v0 = c(0.1, 0))
    modes <- sgd_simulate(model, 50, seed = 2, theta0 = c(1, 1), v0 = c(0.1, 0), coordinates = "modes")
    back <- modes$theta[, , 1] %*% t(model$vectors) + rep(coef(model), each = 51)
    expect_equal(back, parameters$theta[, , 1], tolerance = 1e-12)
    expect_equal(modes$velocity[, , 1] %*% t(model$vectors), parameters$velocity[, , 1], tolerance = 1e-12)
  }
})

test_that("without noise each method is its own deterministic map", {
  quiet <- sgd_quadratic(matrix(c(2, 0.3, 0.3, 0.5), 2), Sigma = matrix(0, 2, 2))
  for (dynamics in c("langevin", "sgd")) {
    model <- sgd_model(quiet, sgd_hyper(0.05, 0.9), dynamics)
    run <- sgd_simulate(model, 40, theta0 = c(1, -2), v0 = c(0.3, 0), seed = 1)
    law <- sgd_transient(model, 0:40, c(1, -2), c(0.3, 0), covariance = "none")
    expect_equal(run$theta[, , 1], t(law$mean_theta), tolerance = 1e-12)
    expect_equal(run$velocity[, , 1], t(law$mean_velocity), tolerance = 1e-12)
  }
})

# 2000 independent paths: a variance has relative standard deviation sqrt(2/2000) = 3.2%. The bound of five of
# them has a false alarm rate below 1e-6 per comparison; the seed is fixed besides.
test_that("sampled covariances are the predicted ones", {
  models <- list(general_model(), general_model("sgd"),
                 general_model("sgd", sampling = "epoch", n_examples = 100))
  for (model in models) {
    run <- sgd_simulate(model, 7, nsim = 2000, record = 7, seed = 11, theta0 = c(1, 1))
    law <- sgd_transient(model, 7, c(1, 1))
    sample <- cbind(t(run$theta[2, , ]), t(run$velocity[2, , ]))
    expected <- joint(law$theta[, , 1], law$cross[, , 1], law$velocity[, , 1])
    scale <- sqrt(diag(expected))
    expect_lt(max(abs(cov(sample) - expected) / outer(scale, scale)), 5 * sqrt(2 / 2000))
    expect_lt(max(abs(colMeans(sample) - c(law$mean_theta, law$mean_velocity)) / scale), 5 / sqrt(2000))
    stationary <- sgd_simulate(model, 1, nsim = 2000, seed = 12, start = "stationary")
    state <- sgd_stationary(model)
    if (model$sampling == "replacement") {
      ratio <- apply(stationary$theta[1, , ], 1, var) / diag(state$theta)
      expect_lt(max(abs(ratio - 1)), 5 * sqrt(2 / 2000))
    }
  }
})

test_that("minibatches follow the recursion with real batches", {
  problem <- car_problem()
  model <- sgd_model(problem, sgd_hyper(0.02, 0.9, 0.1, 32), "sgd", "without")
  run <- sgd_simulate(model, 5, method = "minibatch", theta0 = c(0, 0, 0), seed = 1)
  theta <- v <- numeric(3)
  for (k in 1:5) { # a batch of all examples is the full gradient
    v <- 0.9 * v - as.vector(crossprod(problem$X, problem$X %*% theta - problem$y)) / 32 - 0.1 * theta
    theta <- theta + 0.02 * v
    expect_equal(unname(run$theta[k + 1, , 1]), theta, tolerance = 1e-12)
  }
})

test_that("a diverging path is an error that carries the steps before", {
  X <- car_problem()$X * 40
  suppressWarnings(model <- sgd_model(sgd_regression(X, mtcars$mpg), sgd_hyper(1, 0, 0, 4)))
  condition <- expect_error(sgd_simulate(model, 1000, method = "minibatch", seed = 1),
                            class = "sgdlangevin_unstable")
  expect_match(conditionMessage(condition), "path 1")
  expect_false(condition$result$complete)
  expect_true(all(is.finite(condition$result$theta)))
  expect_equal(dim(condition$result$theta)[1], length(condition$result$step))
})

test_that("bad arguments are named", {
  model <- general_model()
  expect_failure_of(sgd_simulate(model, 0), "bad_argument", "`steps` = 0: expected a whole number >= 1")
  expect_failure_of(sgd_simulate(model, 1.5), "bad_argument", "`steps` = 1.5")
  expect_failure_of(sgd_simulate(model, 10, nsim = 0), "bad_argument", "`nsim` = 0")
  expect_failure_of(sgd_simulate(model, 10, seed = -1), "bad_argument", "`seed` = -1")
  expect_failure_of(sgd_simulate(model, 10, seed = 2^53), "bad_argument", "`seed` = 9.00719925474099e+15")
  expect_failure_of(sgd_simulate(model, 10, record = 0), "bad_argument", "`record` = 0")
  expect_failure_of(sgd_simulate(model, 10, method = "exakt"), "bad_argument", "did you mean \"exact\"?")
  expect_failure_of(sgd_simulate(model, 10, method = "sgd"), "unsupported", "dynamics = \"sgd\"")
  expect_failure_of(sgd_simulate(general_model("sgd"), 10, method = "exact"), "unsupported", "langevin")
  expect_failure_of(sgd_simulate(model, 10, method = "minibatch"), "unsupported", "regression")
  expect_failure_of(sgd_simulate(model, 10, theta0 = 1), "bad_argument",
                    "`theta0`: expected a vector of length 2")
  expect_failure_of(sgd_simulate(model, 10, nsim = 3, v0 = matrix(0, 2, 2)), "bad_argument",
                    "`v0`: expected a vector of")
  expect_failure_of(sgd_simulate(model, 10, theta0 = c(0, NA)), "not_finite", "`theta0[2]` = NaN")
  expect_failure_of(sgd_simulate(model, 10, start = "stationry"), "bad_argument",
                    "did you mean \"stationary\"?")
  expect_failure_of(sgd_simulate(model, 10, coordinates = "mode"), "bad_argument", "did you mean \"modes\"?")
  expect_failure_of(sgd_simulate(model, 10, recrod = 5), "bad_argument", "did you mean `record`?")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1))
  expect_failure_of(sgd_simulate(saddle, 10, start = "stationary"), "saddle", "1 of 2 modes")
})

test_that("results past what R can address are refused", {
  model <- sgd_model(sgd_spectrum(1, sigma2 = 1), sgd_hyper(0.1))
  expect_failure_of(sgd_simulate(model, 2^40, seed = 1), "too_large", "R arrays have sides up to 2147483647")
  expect_failure_of(sgd_simulate(model, 2^30, nsim = 2^30, seed = 1), "too_large", "R cannot address it")
})

test_that("starts can differ from path to path", {
  starts <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  run <- sgd_simulate(general_model(), 1, nsim = 3, theta0 = starts, seed = 1)
  expect_equal(run$theta[1, , ], starts, tolerance = 1e-13)
})
