# Starts other than a point: transient law, density and displacement.

epoch_model <- function() general_model("sgd", sampling = "epoch", n_examples = 320)

# cov(theta, v) of a transient at its only step.
joint_at <- function(law) joint(law$theta[, , 1], law$cross[, , 1], law$velocity[, , 1])

test_that("a Gaussian start carries its covariance along", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    state <- sgd_stationary(model)
    C <- joint(state$theta, state$cross, state$velocity)
    law <- sgd_transient(model, c(0, 7), start = "gaussian", cov0 = C)
    expect_equal(law$theta[, , 1], state$theta, tolerance = 1e-13)
    expect_equal(law$theta[, , 2], state$theta, tolerance = 1e-12)
    expect_equal(law$mean_theta[, 2], coef(model), tolerance = 1e-13)
    sharp <- sgd_transient(model, 7, c(1, 2), c(0.1, 0), start = "gaussian", cov0 = matrix(0, 4, 4))
    point <- sgd_transient(model, 7, c(1, 2), c(0.1, 0))
    expect_equal(sharp$theta, point$theta, tolerance = 1e-13)
    expect_identical(sharp$mean_theta, point$mean_theta)
    expect_identical(c(sharp$start, point$start), c("gaussian", "point"))
  }
})

test_that("stationary velocities are a Gaussian start without spread in position", {
  for (model in list(general_model(), general_model("sgd"), epoch_model())) {
    phase <- if (model$sampling == "epoch") 0
    W <- sgd_stationary(model, phase = phase)$velocity
    cov0 <- joint(0 * W, 0 * W, W)
    steps <- c(1, 13)
    law <- sgd_transient(model, steps, c(1, 1), start = "stationary-velocity")
    expect_equal(law$theta, sgd_transient(model, steps, c(1, 1), start = "gaussian", cov0 = cov0)$theta,
                 tolerance = 1e-12)
    curve <- sgd_msd(model, steps, "stationary-velocity", c(1, 1))
    expect_equal(curve$msd, sgd_msd(model, steps, "gaussian", c(1, 1), cov0 = cov0)$msd, tolerance = 1e-12)
    moved <- colSums((law$mean_theta - 1)^2) + apply(law$theta, 3, function(x) sum(diag(x)))
    expect_equal(curve$msd, moved, tolerance = 1e-12)
  }
})

test_that("checkpoints repeat every epoch, and average over the phases to the stationary state", {
  model <- epoch_model()
  M <- model$report$epoch_steps
  law <- sgd_transient(model, c(0, M, 3), start = "checkpoint")
  expect_equal(law$theta[, , 1], sgd_stationary(model, phase = 0)$theta, tolerance = 1e-13)
  expect_equal(law$theta[, , 2], law$theta[, , 1], tolerance = 1e-12)
  expect_equal(law$theta[, , 3], sgd_stationary(model, phase = 3)$theta, tolerance = 1e-12)
  expect_equal(law$mean_theta[, 3], coef(model), tolerance = 1e-14)
})

test_that("displacements between checkpoints are those of simulated epochs", {
  hyper <- sgd_hyper(0.1, 0.8, 0, 4)
  problem <- sgd_spectrum(c(1, 0.2, 0.05), noise = c(1, 2, 1))
  model <- sgd_model(problem, hyper, "sgd", "epoch", n_examples = 32)
  M <- model$report$epoch_steps
  n <- 2000
  run <- sgd_simulate(model, 40 * M, nsim = n, record = M, seed = 20, velocity = FALSE)
  at <- dim(run$theta)[1]
  for (epochs in c(1, 4)) {
    squares <- (run$theta[at, , ] - run$theta[at - epochs, , ])^2
    predicted <- sgd_msd(model, epochs * M, "checkpoint", modes = TRUE)
    # Components are independent and Gaussian: the standard error of the sum is known. |z| < 4 is missed
    # once in 16,000 seeds.
    expect_lt(abs(mean(colSums(squares)) - predicted$msd) / sqrt(2 * sum(predicted$modes^2) / n), 4)
  }
})

test_that("the log density is that of the Gaussian with the transient's moments", {
  points <- rbind(c(0.5, 0.1, 0, 0.3), c(1, -1, 0.2, 0))
  for (model in list(general_model(), general_model("sgd"), epoch_model())) {
    law <- sgd_transient(model, 25, c(1, 1), c(0.1, 0))
    C <- joint_at(law)
    apart <- sweep(points, 2, c(law$mean_theta, law$mean_velocity))
    expected <- -(rowSums((apart %*% solve(C)) * apart) + log(det(2 * pi * C))) / 2
    expect_equal(sgd_log_density(model, 25, points, c(1, 1), c(0.1, 0)), expected, tolerance = 1e-9)
  }
  expect_equal(sgd_log_density(general_model(), 25, c(0.5, 0.1)),
               sgd_log_density(general_model(), 25, c(0.5, 0.1, 0, 0)))
})

test_that("bad starts are named", {
  model <- general_model("sgd")
  expect_failure_of(sgd_transient(model, 1, start = "gaussian"), "bad_argument", paste(
    "`cov0`: expected a 4 x 4 covariance of (theta, v) with start = \"gaussian\" and with no other"
  ))
  expect_failure_of(sgd_transient(model, 1, cov0 = diag(4)), "bad_argument", "and with no other")
  expect_failure_of(sgd_transient(model, 1, start = "gaussian", cov0 = diag(3)), "bad_argument",
                    "`cov0`: expected a 4 x 4 matrix, got 3 x 3")
  expect_failure_of(sgd_transient(model, 1, start = "gaussian", cov0 = -diag(4)), "not_psd", "`cov0`")
  expect_failure_of(sgd_transient(model, 1, start = "gaussian", cov0 = matrix(1:16, 4)), "not_symmetric",
                    "`cov0`")
  expect_failure_of(sgd_transient(model, 1, start = "checkpoints"), "bad_argument",
                    "did you mean \"checkpoint\"?")
  expect_failure_of(sgd_msd(model, 1, start = "velocity"), "bad_argument", "\"stationary-velocity\"")
  expect_failure_of(sgd_log_density(model, 0, c(0, 0)), "unsupported",
                    "`step` = 0: the covariance is singular there")
  expect_failure_of(sgd_log_density(model, 1:2, c(0, 0)), "bad_argument", "`step`: expected a number")
  expect_failure_of(sgd_log_density(model, 3, 1:3), "bad_argument",
                    "`points`: expected 2 columns (theta) or 4 (theta, v), got 3")
  expect_failure_of(sgd_log_density(model, 3, c(0, 0), tetha0 = c(1, 1)), "bad_argument",
                    "did you mean `theta0`?")
  expect_failure_of(sgd_log_density(model, 0.5, c(0, 0)), "bad_argument", "`step`[1] = 0.5")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1))
  expect_failure_of(sgd_transient(saddle, 1, start = "checkpoint"), "saddle", "1 of 2")
})
