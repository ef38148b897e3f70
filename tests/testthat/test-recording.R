# What is recorded: chosen steps, coordinates, projections, summaries; schedules and sparse designs.

model <- general_model()
simulate_all <- function(...) sgd_simulate(model, 200, nsim = 3, seed = 8, theta0 = c(1, -1), ...)
whole <- simulate_all()

test_that("chosen steps are those of the whole run", {
  some <- simulate_all(record = c(0, 3, 4, 100, 200))
  expect_identical(some$step, c(0, 3, 4, 100, 200))
  expect_identical(some$theta, whole$theta[some$step + 1, , ])
  log <- simulate_all(record = "log")
  expect_identical(log$step[c(1, 2, length(log$step))], c(0, 1, 200))
  expect_identical(log$velocity, whole$velocity[log$step + 1, , ])
  expect_output(print(log), "log-spaced steps")
  expect_output(print(some), "chosen steps")
  expect_failure_of(simulate_all(record = "lgo"), "bad_argument", "did you mean \"log\"?")
  expect_failure_of(simulate_all(record = c(3, 2)), "bad_argument", "`record[2]` = 2")
  expect_failure_of(simulate_all(record = c(3, 201)), "bad_argument", "`record[2]` = 201")
})

test_that("chosen coordinates and directions are those of the whole run", {
  expect_identical(simulate_all(observe = 2)$theta, whole$theta[, 2, , drop = FALSE])
  directions <- cbind(sum = c(1, 1), tilt = c(1, -2))
  projected <- simulate_all(observe = directions)
  for (path in 1:3) {
    expect_equal(unname(projected$theta[, , path]), whole$theta[, , path] %*% unname(directions), tolerance = 1e-13)
  }
  expect_identical(colnames(projected$theta), c("sum", "tilt"))
  modes <- simulate_all(coordinates = "modes")
  expect_identical(simulate_all(coordinates = "modes", observe = 1)$theta, modes$theta[, 1, , drop = FALSE])
  cars <- sgd_model(car_problem(), sgd_hyper(0.02, 0.9, 0, 8), "sgd")
  run <- sgd_simulate(cars, 10, method = "minibatch", seed = 1, observe = c("hp", "wt"))
  all_three <- sgd_simulate(cars, 10, method = "minibatch", seed = 1)$theta
  expect_identical(run$theta, all_three[, c("hp", "wt"), , drop = FALSE])
  expect_failure_of(sgd_simulate(cars, 10, observe = "ht"), "bad_argument", "did you mean")
  expect_failure_of(simulate_all(observe = "hp"), "bad_argument", "these coordinates have no names")
  expect_failure_of(simulate_all(observe = 3), "bad_argument", "`observe[1]` = 3: expected a coordinate, from 1 to 2")
  expect_failure_of(simulate_all(observe = diag(3)), "bad_argument", "`observe`: expected directions of 2 numbers")
})

test_that("summaries are those of the recorded trajectory", {
  kinds <- c("moments", "displacement", "local_displacement", "msd")
  run <- simulate_all(record = 2, summaries = kinds, lags = c(1, 5, 20))
  kept <- run$summaries
  expect_named(kept, c("count", "mean", "variance", "displacement", "local_displacement", "lags", "msd", "msd_count"))
  expect_identical(kept$count, 101)
  expect_equal(kept$mean, apply(run$theta, 2:3, mean), tolerance = 1e-12)
  expect_equal(kept$variance, apply(run$theta, 2:3, var), tolerance = 1e-10)
  for (path in 1:3) {
    x <- run$theta[, , path]
    expect_equal(kept$displacement[, path], rowSums((x - rep(x[1, ], each = 101))^2), tolerance = 1e-12)
    expect_equal(kept$local_displacement[, path], c(NaN, rowSums(diff(x)^2)), tolerance = 1e-12)
    for (l in 1:3) {
      at <- seq(1, 101, by = kept$lags[l])
      expect_equal(kept$msd[l, path], mean(rowSums(diff(x[at, ])^2)), tolerance = 1e-12)
      expect_equal(kept$msd_count[l, path], length(at) - 1)
    }
  }
  alone <- simulate_all(record = 2, summaries = kinds, lags = c(1, 5, 20), trajectory = FALSE)
  expect_null(alone$theta)
  expect_identical(alone$summaries, kept)
  expect_null(whole$summaries)
})

test_that("runs without rows print, summarise and plot what they have", {
  run <- simulate_all(trajectory = FALSE, summaries = c("moments", "displacement"))
  expect_output(print(run), "201 frames, no rows kept")
  expect_output(print(run), "summaries over 201 records: mean, displacement")
  expect_named(summary(run), c("coordinate", "mean", "sd"))
  expect_identical(dim(as.data.frame(run)), c(603L, 3L))
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_identical(plot(run), run)
  expect_named(summary(simulate_all(trajectory = FALSE, summaries = "msd", lags = 1:3)), c("lag", "msd", "n"))
  none <- simulate_all(trajectory = FALSE)
  for (f in list(summary, plot, as.data.frame, msd)) {
    expect_error(f(none), "this run kept no rows", class = "sgdlangevin_unsupported")
  }
})

test_that("schedules are per step, and time is their sum", {
  lr <- seq(0.05, 0.01, length.out = 200)
  run <- simulate_all(lr = lr)
  expect_equal(run$time, cumsum(c(0, lr)))
  expect_identical(simulate_all(lr = rep(0.05, 200))$theta, whole$theta)
  expect_failure_of(simulate_all(lr = 0.1), "bad_argument",
                    "`lr`: expected NULL or one number for each of the 200 steps, got 1 number")
  expect_failure_of(simulate_all(momentum = "a"), "bad_argument", "`momentum`: expected NULL or one number")
  expect_failure_of(simulate_all(lr = replace(lr, 7, -1)), "bad_argument", "step 7 of the schedule: `lr` = -1")
  expect_failure_of(simulate_all(batch_size = rep(1.5, 200)), "bad_argument", "`batch_size` = 1.5")
})

test_that("options of the optimiser are checked", {
  expect_failure_of(simulate_all(nesterov = 1), "bad_argument", "`nesterov`: expected TRUE or FALSE")
  expect_failure_of(simulate_all(nesterov = TRUE), "unsupported", "`nesterov` with method = \"exact\"")
  expect_failure_of(sgd_simulate(general_model("sgd"), 9, dampening = NaN), "bad_argument", "`dampening`")
  expect_failure_of(simulate_all(substeps = 0), "bad_argument", "`substeps` = 0")
  expect_failure_of(simulate_all(substeps = 2), "unsupported", "`substeps` = 2 with method = \"exact\"")
  expect_failure_of(simulate_all(noise = "empirical"), "unsupported", "only for an objective")
  expect_failure_of(simulate_all(summaries = "momments"), "bad_argument", "did you mean \"moments\"?")
  expect_failure_of(simulate_all(summaries = 1), "bad_argument", "`summaries`: expected names of summaries")
  expect_failure_of(simulate_all(summaries = "msd"), "bad_argument", "`lags`: expected whole numbers with")
  expect_failure_of(simulate_all(lags = 1), "bad_argument", "`lags`: expected whole numbers with")
  expect_failure_of(simulate_all(summaries = "msd", lags = c(2, 2)), "bad_argument", "`lags[2]`")
  expect_failure_of(simulate_all(trajectory = NA), "bad_argument", "`trajectory`: expected TRUE or FALSE")
})

test_that("integrators agree with the exact method as the step shrinks", {
  exact <- sgd_stationary(model)$theta
  # 4000 paths: a variance has relative standard deviation 2.2%; five of them, false alarm rate below 1e-6.
  for (method in c("baoab", "obabo", "euler")) {
    run <- sgd_simulate(model, 400, nsim = 4000, record = 400, method = method, substeps = 20, seed = 3,
                        velocity = FALSE)
    expect_lt(max(abs(apply(run$theta[2, , ], 1, var) / diag(exact) - 1)), 5 * sqrt(2 / 4000) + 0.02)
  }
})

test_that("progress is told to those who listen", {
  skip_if_not_installed("progressr")
  old <- options(progressr.enable = TRUE) # off by default where nobody watches
  on.exit(options(old))
  told <- list()
  slow <- sgd_model(sgd_objective(function(theta) {
    Sys.sleep(0.01)
    theta
  }, 1, Sigma = diag(1)), sgd_hyper(0.1))
  clock <- proc.time()[["elapsed"]]
  run <- withCallingHandlers(sgd_simulate(slow, 60, theta0 = 1, seed = 1),
                             progression = function(condition) told[[length(told) + 1L]] <<- condition)
  clock <- proc.time()[["elapsed"]] - clock
  type <- vapply(told, `[[`, "", "type")
  amount <- vapply(told[type == "update"], `[[`, 0, "amount")
  expect_true(length(amount) > 0 && all(amount > 0) && sum(amount) <= 100)
  expect_identical(tail(type, 1), "finish")
  expect_lt(length(amount), 1 + 5 * clock) # at most five a second
  expect_identical(run$theta, sgd_simulate(slow, 60, theta0 = 1, seed = 1)$theta)
})

# ---- sparse designs ----

test_that("sparse designs give what dense ones do", {
  skip_if_not_installed("Matrix")
  set.seed(2)
  dense <- matrix(rnorm(60 * 4) * (runif(240) < 0.4), 60, dimnames = list(NULL, letters[1:4]))
  sparse <- Matrix::Matrix(dense, sparse = TRUE)
  y <- rnorm(60)
  hyper <- sgd_hyper(0.05, 0.9, 0.01, 7)
  one <- sgd_model(sgd_regression(dense, y), hyper, "sgd", "epoch")
  two <- sgd_model(sgd_regression(sparse, y), hyper, "sgd", "epoch")
  expect_equal(two$problem[c("H", "b")], one$problem[c("H", "b")])
  expect_equal(two[-1], one[-1])
  run <- function(model) sgd_simulate(model, 50, nsim = 2, method = "minibatch", seed = 3)$theta
  expect_equal(run(two), run(one), tolerance = 1e-12)
  expect_equal(sgd_gradient(two$problem, 1:4), sgd_gradient(one$problem, 1:4), tolerance = 1e-13)
  homoscedastic <- function(X) sgd_model(sgd_regression(X, y, "homoscedastic"), hyper)$sigma2
  expect_equal(homoscedastic(sparse), homoscedastic(dense))
  wide <- function(X) suppressWarnings(sgd_model(sgd_regression(X, y[1:3]), sgd_hyper(0.05)))
  expect_equal(wide(sparse[1:3, ])$minimiser, wide(dense[1:3, ])$minimiser)

  theta <- 1:4 / 10
  labels <- 1 + (y > 0) + (y > 1)
  for (make in list(function(X) sgd_logistic(X, y > 0), function(X) sgd_softmax(X, labels),
                    function(X) sgd_tanh_network(X, y, 2))) {
    theta <- sin(seq_len(make(dense)$dim))
    for (f in list(sgd_gradient, sgd_loss, sgd_gradient_covariance, function(o, x) sgd_hessian_product(o, x, x))) {
      expect_equal(f(make(sparse), theta), f(make(dense), theta), tolerance = 1e-12)
    }
  }
})

test_that("other sparse classes are refused by name", {
  skip_if_not_installed("Matrix")
  sparse <- Matrix::Matrix(diag(3) * (1:3), sparse = TRUE)
  triplet <- methods::as(Matrix::Matrix(cbind(1:4, c(1, 0, 0, 2)), sparse = TRUE), "TsparseMatrix")
  expect_failure_of(sgd_regression(triplet, 1:4), "bad_argument", "got a dgTMatrix: use as(X, \"dgCMatrix\")")
  expect_failure_of(sgd_logistic(triplet, c(0, 0, 1, 1)), "bad_argument", "use as(X, \"dgCMatrix\")")
  general <- methods::as(triplet, "CsparseMatrix")
  bad <- general
  bad@x[1] <- NaN
  expect_failure_of(sgd_regression(bad, 1:4), "not_finite", "NaN")
  expect_failure_of(sgd_model(sgd_regression(general, 1:4), sgd_hyper(0.1), noise = "multiplicative"), "unsupported",
                    "as.matrix(X)")
  broken <- general
  broken@p[2] <- 99L
  expect_failure_of(sgd_logistic(broken, c(0, 0, 1, 1)), "bad_argument", "changed slots")
})
