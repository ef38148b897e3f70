test_that("a quadratic keeps what it was given", {
  problem <- general_problem()
  expect_s3_class(problem, c("sgd_quadratic", "sgd_problem"), exact = TRUE)
  expect_named(problem, c("dim", "H", "b", "Sigma", "sigma2"))
  expect_equal(problem$dim, 2)
  expect_null(problem$sigma2)
  expect_null(sgd_quadratic(diag(2), sigma2 = 1)$Sigma)
  expect_identical(sgd_quadratic(matrix(c(2L, 0L, 0L, 1L), 2), sigma2 = 1L)$H, diag(c(2, 1)))
})

test_that("bad quadratics are named", {
  H <- diag(2)
  expect_failure_of(sgd_quadratic("H", sigma2 = 1), "bad_argument",
                    "`H`: expected a numeric matrix, got a character")
  expect_failure_of(sgd_quadratic(data.frame(a = 1), sigma2 = 1), "bad_argument", "got a data frame")
  expect_failure_of(sgd_quadratic(matrix(1, 2, 3), sigma2 = 1), "bad_argument",
                    "expected a square matrix, got 2 x 3")
  expect_failure_of(sgd_quadratic(matrix(c(1, 0.1, 0.2, 1), 2), sigma2 = 1), "not_symmetric",
                    "expected a symmetric matrix")
  expect_failure_of(sgd_quadratic(matrix(c(1, NA, NA, 1), 2), sigma2 = 1), "not_finite", "`H[2, 1]` = NaN")
  expect_failure_of(sgd_quadratic(diag(c(1, Inf)), sigma2 = 1), "not_finite", "`H[2, 2]` = Inf")
  expect_failure_of(sgd_quadratic(H), "bad_argument",
                    "`Sigma`, `sigma2`: expected exactly one of them, got neither")
  expect_failure_of(sgd_quadratic(H, Sigma = H, sigma2 = 1), "bad_argument", "got both")
  expect_failure_of(sgd_quadratic(H, Sigma = diag(3)), "bad_argument",
                    "`Sigma`: expected a 2 x 2 matrix, got 3 x 3")
  expect_failure_of(sgd_quadratic(H, Sigma = matrix(c(1, 2, 2, 1), 2)), "not_psd",
                    "`Sigma` has the negative eigenvalue -1")
  expect_failure_of(sgd_quadratic(H, Sigma = matrix(c(1, 0, 0.1, 1), 2)), "not_symmetric", "`Sigma")
  expect_failure_of(sgd_quadratic(H, sigma2 = -1), "bad_argument", "`sigma2` = -1")
  expect_failure_of(sgd_quadratic(H, b = 1:3, sigma2 = 1), "bad_argument",
                    "`b`: expected a vector of length 2, got length 3")
  expect_failure_of(sgd_quadratic(H, b = c(1, NaN), sigma2 = 1), "not_finite", "`b[2]` = NaN")
  expect_failure_of(sgd_quadratic(H, sigmma2 = 1), "bad_argument", "did you mean `sigma2`?")
})

test_that("a semidefinite Sigma passes", {
  w <- c(1, -2, 0.5)
  expect_s3_class(sgd_quadratic(diag(3), Sigma = w %o% w), "sgd_quadratic")
})

test_that("a regression has the moments of its data", {
  problem <- car_problem()
  X <- problem$X
  expect_named(problem, c("dim", "n_examples", "X", "y", "H", "b", "gradient_noise"))
  expect_equal(problem$H, crossprod(X) / 32, ignore_attr = TRUE, tolerance = 1e-14)
  expect_equal(problem$b, drop(crossprod(X, problem$y)) / 32, ignore_attr = TRUE, tolerance = 1e-14)
  expect_identical(colnames(problem$H), colnames(X))
})

test_that("bad regressions are named", {
  X <- cbind(1, 1:4)
  expect_failure_of(sgd_regression(X, 1:3), "bad_argument",
                    "`y`: expected a vector of length 4, got length 3")
  expect_failure_of(sgd_regression(X, c(1, 2, NA, 4)), "not_finite", "`y[3]` = NaN")
  expect_failure_of(sgd_regression(rbind(X, c(1, Inf)), 1:5), "not_finite", "`X[5, 2]` = Inf")
  expect_failure_of(sgd_regression(1:4, 1:4), "bad_argument", "`X`: expected a numeric matrix")
  expect_failure_of(sgd_regression(X, 1:4, "emperical"), "bad_argument", "did you mean \"empirical\"?")
  expect_failure_of(sgd_regression(matrix(0, 0, 2), numeric()), "bad_argument",
                    "`X`: expected at least one row")
  expect_failure_of(sgd_regression(diag(2), 1:2, "homoscedastic"), "no_residual",
                    "expected more examples than parameters")
  expect_warning_of(sgd_regression(diag(2), 1:2), "no_residual", "2 examples for 2 parameters")
})

test_that("a spectrum is sorted, with its noise", {
  problem <- sgd_spectrum(c(0.1, 5, 1), noise = c(1, 2, 3))
  expect_equal(problem$rho, c(5, 1, 0.1))
  expect_equal(problem$noise, c(2, 3, 1))
  expect_failure_of(sgd_spectrum(c(1, 2)), "bad_argument",
                    "`noise`, `sigma2`: expected exactly one of them, got neither")
  expect_failure_of(sgd_spectrum(c(1, NA), sigma2 = 1), "not_finite", "`rho[2]` = NaN")
  expect_failure_of(sgd_spectrum(c(1, 2), noise = c(1, -1)), "not_psd",
                    "`noise[2]` = -1: expected a variance >= 0")
  expect_failure_of(sgd_spectrum(numeric(), sigma2 = 1), "bad_argument", "`rho`")
})
