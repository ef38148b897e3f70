test_that("regimes and periods follow the closed forms", {
  hyper <- sgd_hyper(0.1, 0.9)
  critical <- (1 - 0.9)^2 / (2 * 0.1 * 1.9)
  model <- sgd_model(sgd_spectrum(c(1, critical / 2, 0, -1), noise = rep(0, 4)), hyper)
  modes <- sgd_oscillations(model)
  expect_identical(modes$regime, c("underdamped", "overdamped", "flat", "saddle"))
  omega <- sqrt(2 / (0.1 * 1.9))
  gamma <- 0.1 / (0.1 * 1.9)
  expect_equal(modes$period[1:2], c(2 * pi / (0.1 * sqrt(omega^2 - gamma^2)), Inf))
  expect_equal(modes$omega[1], omega)
  expect_equal(modes$gamma[1], gamma)
  expect_equal(modes$quality[1], omega / (2 * gamma))

  beta <- modes$critical_momentum[1]
  expect_equal((1 - beta)^2, 2 * 0.1 * (1 + beta) * 1)

  discrete <- sgd_oscillations(sgd_model(sgd_spectrum(c(37.99, 1, 1e-3), sigma2 = 1), hyper, "sgd"))
  expect_identical(discrete$regime, c("alternating", "underdamped", "overdamped"))
  expect_equal(discrete$period[2], 2 * pi / acos((1.9 - 0.1) / (2 * sqrt(0.9))))
  expect_named(as.data.frame(discrete), c("mode", "eigenvalue", "gamma", "omega", "regime", "period",
                                          "quality", "critical_momentum"))
  expect_equal(summary(discrete)$modes, c(1, 1, 1))
})
