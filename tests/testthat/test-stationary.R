test_that("covariances solve the Lyapunov and the Stein equation", {
  model <- general_model()
  state <- sgd_stationary(model)
  C <- joint(state$theta, state$cross, state$velocity)
  hyper <- model$hyper
  K <- model$problem$H + hyper$weight_decay * diag(2)
  Z <- matrix(0, 2, 2)
  a <- 1 / hyper$mass
  A <- rbind(cbind(Z, -diag(2)), cbind(a * K, hyper$damping * diag(2)))
  D <- rbind(cbind(Z, Z), cbind(Z, a^2 * hyper$lr / hyper$batch_size * model$problem$Sigma))
  expect_equal(A %*% C + C %*% t(A), D, tolerance = 1e-12)

  state <- sgd_stationary(general_model("sgd"))
  C <- joint(state$theta, state$cross, state$velocity)
  G <- rbind(hyper$lr * diag(2), diag(2))
  F <- rbind(cbind(diag(2) - hyper$lr * K, hyper$lr * hyper$momentum * diag(2)),
             cbind(-K, hyper$momentum * diag(2)))
  expect_equal(F %*% C %*% t(F) + G %*% model$problem$Sigma %*% t(G) / hyper$batch_size, C, tolerance = 1e-12)
})

test_that("noise sigma2 H gives the paper's closed form", {
  H <- matrix(c(2, 0.3, 0.3, 0.5), 2)
  hyper <- sgd_hyper(0.05, 0.9, 0.01, 32)
  state <- sgd_stationary(sgd_model(sgd_quadratic(H, sigma2 = 0.7), hyper))
  expect_equal(state$theta, 0.05 * 0.7 / (2 * 32 * 0.1) * H %*% solve(H + 0.01 * diag(2)), tolerance = 1e-13)
  expect_equal(state$velocity, 0.7 / (32 * (1 - 0.81)) * H, tolerance = 1e-13)
  expect_equal(state$cross, matrix(0, 2, 2))
})

test_that("flat noisy modes are said to have no stationary position", {
  model <- sgd_model(sgd_spectrum(c(1, 0, 0), noise = c(1, 1, 0)), sgd_hyper(0.1, 0.9))
  expect_warning_of(state <- sgd_stationary(model), "flat", "1 of 3 modes are flat with noise")
  expect_identical(state$exists, c(TRUE, FALSE, TRUE))
  expect_equal(state$trace[["theta"]], Inf)
  expect_equal(diag(state$theta)[2:3], c(0, 0))
  expect_gt(state$velocity[2, 2], 0)
})

test_that("a saddle is an error that counts", {
  model <- sgd_model(sgd_spectrum(c(1, -0.5), sigma2 = 0), sgd_hyper(0.1, 0.9))
  expect_failure_of(sgd_stationary(model), "saddle", "1 of 2 modes have negative curvature")
})

test_that("trace_only agrees and leaves the matrices out", {
  for (dynamics in c("langevin", "sgd")) {
    model <- general_model(dynamics)
    traces <- sgd_stationary(model, trace_only = TRUE)
    expect_null(traces$theta)
    expect_equal(traces$trace, sgd_stationary(model)$trace, tolerance = 1e-13)
    expect_failure_of(vcov(traces), "unsupported", "trace_only")
  }
})

test_that("epochs leave less noise, and parameters keep their names", {
  problem <- car_problem()
  hyper <- sgd_hyper(0.02, 0.9, 0, 8)
  with <- sgd_stationary(sgd_model(problem, hyper, "sgd"))
  without <- sgd_stationary(sgd_model(problem, hyper, "sgd", "without"))
  epoch <- sgd_stationary(sgd_model(problem, hyper, "sgd", "epoch"))
  expect_equal(without$theta, with$theta * (32 - 8) / 31, tolerance = 1e-13)
  expect_lt(epoch$trace[["theta"]], without$trace[["theta"]])
  expect_identical(rownames(vcov(epoch)), c("intercept", "wt", "hp"))
  expect_identical(as.data.frame(epoch)$parameter, c("intercept", "wt", "hp"))
  expect_identical(coef(epoch), coef(epoch$model))
})
