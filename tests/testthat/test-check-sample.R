test_that("statistics by hand", {
  check <- sgd_check_sample(matrix(c(1, 2, 6)), 1, matrix(4))
  expect_equal(check$mean_statistic, 12 / 7)
  expect_equal(check$mean_p, 2 * pt(-sqrt(12 / 7), 2), tolerance = 1e-13)
  expect_equal(check$distance_statistic, 1 / 3)
  ratio <- 2 * (7 / 4 - 1 - log(7 / 4))
  expect_equal(check$covariance_statistic, -ratio / (2 * digamma(1)), tolerance = 1e-13)
  shape <- digamma(1)^2 / (trigamma(1) - 1)
  expect_equal(check$covariance_p, pgamma(ratio / 2 * -digamma(1) / (trigamma(1) - 1), shape, lower.tail = FALSE),
               tolerance = 1e-12)
  expect_equal(check$p_value, min(1, 3 * min(check$mean_p, check$covariance_p, check$distance_p)))
})

test_that("the tests against R's own", {
  set.seed(20261123)
  x <- matrix(rnorm(300), 100) %*% chol(diag(c(4, 1, 0.25)) + 0.1)
  check <- sgd_check_sample(x, c(0.1, 0, 0), diag(c(4, 1, 0.25)) + 0.1)
  centred <- colMeans(x) - c(0.1, 0, 0)
  t2 <- 100 * sum(centred * solve(cov(x), centred))
  expect_equal(check$mean_statistic, t2)
  expect_equal(check$mean_p, pf(t2 * 97 / (3 * 99), 3, 97, lower.tail = FALSE), tolerance = 1e-12)
  distances <- mahalanobis(x, c(0.1, 0, 0), diag(c(4, 1, 0.25)) + 0.1)
  expect_equal(check$distance_statistic, unname(ks.test(distances, "pchisq", 3)$statistic), tolerance = 1e-12)
})

test_that("what the simulator draws passes, what is 5% off does not", {
  # false alarm rate 1e-6
  model <- general_model()
  ends <- sgd_simulate(model, 50, nsim = 5000, record = 50, seed = 1)
  law <- sgd_transient(model, 50, theta0 = model$minimiser)
  x <- t(ends$theta[2, , ])
  check <- sgd_check_sample(x, model$minimiser, law$theta[, , 1])
  expect_gt(check$p_value, 1e-6)
  expect_lt(sgd_check_sample(x, model$minimiser, 1.2 * law$theta[, , 1])$covariance_p, 1e-6)
  expect_equal(nrow(as.data.frame(check)), 3)
  expect_identical(summary(check), as.data.frame(check))
  expect_output(print(check), "Sample of 5000 draws of 2 coordinates against a Gaussian: p = ", fixed = TRUE)
})

test_that("what is refused", {
  x <- matrix(c(1, 2, 3, 4, 5, 7, 9, 8), 4)
  expect_failure_of(sgd_check_sample("a", 0, diag(2)), "bad_argument", "`x`: expected a numeric matrix")
  expect_failure_of(sgd_check_sample(x, 1:3, diag(2)), "bad_argument", "`mean`: expected a vector of length 2")
  expect_failure_of(sgd_check_sample(x), "bad_argument", "`covariance`: expected a 2 x 2 matrix, got none")
  expect_failure_of(sgd_check_sample(x, 0, diag(3)), "bad_argument", "`covariance`: expected a 2 x 2 matrix")
  expect_failure_of(sgd_check_sample(x, 0, diag(2), 1), "bad_argument", "sgd_check_sample")
  expect_failure_of(sgd_check_sample(x[1:2, ], 0, diag(2)), "too_short",
                    "`x` has 2 rows: expected more draws than its 2 coordinates")
  expect_failure_of(sgd_check_sample(x[, c(1, 1)], 0, diag(2)), "too_short", "span all 2 directions")
  expect_failure_of(sgd_check_sample(x, 0, matrix(1, 2, 2)), "not_psd", "`covariance` is singular")
  expect_failure_of(sgd_check_sample(x, 0, matrix(c(1, 0.1, 0, 1), 2)), "not_symmetric", "covariance")
  expect_failure_of(sgd_check_sample(replace(x, 3, NaN), 0, diag(2)), "not_finite", "`x[3, 1]` = NaN")
  expect_failure_of(sgd_check_sample(x, c(0, Inf), diag(2)), "not_finite", "`mean[2]` = Inf")
})
