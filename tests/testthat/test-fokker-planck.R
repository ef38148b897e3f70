test_that("the modified loss solves the Fokker-Planck equation, also where noise is singular", {
  set.seed(1)
  A <- matrix(rnorm(36), 6)
  problems <- list(
    general_problem(), sgd_quadratic(matrix(c(2, 0.3, 0.3, 0.5), 2), sigma2 = 1),
    sgd_quadratic(crossprod(A), Sigma = tcrossprod(A)), sgd_spectrum(c(2, 1, 0.5), noise = c(1, 0, 3))
  )
  for (problem in problems) {
    loss <- sgd_modified_loss(sgd_model(problem, sgd_hyper(0.02, 0.9, 0.01, 8)))
    points <- matrix(rnorm(10 * loss$dim), 5)
    check <- sgd_fokker_planck_check(loss, points)
    expect_true(check$passed)
    expect_lt(max(unlist(check[c("drift", "lyapunov", "antisymmetry", "pointwise")])), 1e-9)
    expect_true(is.nan(sgd_fokker_planck_check(loss)$pointwise))
  }
  expect_output(print(check), "solved")
})

test_that("a wrong density is found out", {
  loss <- sgd_modified_loss(general_model())
  wrong <- loss
  wrong$U <- 1.01 * loss$U
  check <- sgd_fokker_planck_check(wrong, c(0.1, 0.2))
  expect_false(check$passed)
  expect_gt(check$drift, 1e-3)
  expect_gt(check$pointwise, 1e-3)
  wrong <- loss
  wrong$Q[1, 3] <- wrong$Q[1, 3] + 0.1
  expect_gt(sgd_fokker_planck_check(wrong)$antisymmetry, 1e-3)
  expect_output(print(check), "NOT solved")
})

test_that("bad arguments are named", {
  loss <- sgd_modified_loss(general_model())
  expect_failure_of(sgd_fokker_planck_check(general_model()), "bad_argument",
                    "`object`: expected the value of sgd_modified_loss()")
  expect_failure_of(sgd_fokker_planck_check(loss, 1:3), "bad_argument",
                    "`points`: expected 2 columns (theta) or 4 (theta, v), got 3")
  expect_failure_of(sgd_fokker_planck_check(loss, pionts = 1:4), "bad_argument", "did you mean `points`?")
  expect_failure_of(sgd_fokker_planck_check(loss, c(NaN, 1)), "not_finite", "`points[1, 1]`")
  loss$Q <- NULL
  expect_failure_of(sgd_fokker_planck_check(loss), "bad_argument", "U or Q is missing")
})
