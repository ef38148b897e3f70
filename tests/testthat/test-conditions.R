test_that("the call is the one the user made", {
  call_of <- function(expression) conditionCall(tryCatch(expression, error = identity))
  expect_identical(call_of(sgd_hyper(-1)), quote(sgd_hyper(-1)))
  model <- general_model()
  expect_identical(call_of(sgd_model(sgd_quadratic("H"), sgd_hyper(1))), quote(sgd_quadratic("H")))
  expect_identical(call_of(predict(sgd_modified_loss(model), "a"))[[1]], quote(predict.sgd_modified_loss))
  expect_identical(call_of(simulate(model, steps = 0))[[1]], quote(simulate.sgd_model))
  expect_identical(call_of(lapply(-1, function(x) sgd_hyper(x))), quote(sgd_hyper(x)))
})

test_that("conditions can be handled by kind", {
  expect_identical(tryCatch(sgd_hyper(-1), sgdlangevin_bad_argument = function(e) "kind"), "kind")
  expect_identical(tryCatch(sgd_hyper(-1), sgdlangevin_error = function(e) "package"), "package")
  warned <- tryCatch(sgd_regression(diag(2), 1:2), sgdlangevin_warning = identity)
  expect_s3_class(warned, c("sgdlangevin_warning_no_residual", "sgdlangevin_warning", "warning", "condition"),
                  exact = TRUE)
  expect_identical(conditionCall(warned), quote(sgd_regression(diag(2), 1:2)))
})

test_that("results survive collection at every allocation", {
  skip_on_cran()
  on.exit(gctorture(FALSE))
  model <- general_model()
  everything <- function() {
    list(sgd_stationary(model), sgd_transient(model, 0:2, c(1, 1)), sgd_modified_loss(model),
         sgd_oscillations(model), sgd_msd(model, 1:3, modes = TRUE), msd(c(1, 3, 2, 5), 1:2),
         sgd_simulate(model, 5, nsim = 2, seed = 1),
         tryCatch(sgd_hyper(-1), error = conditionMessage))
  }
  expected <- everything()
  gctorture(TRUE)
  found <- everything()
  gctorture(FALSE)
  expect_identical(found, expected)
})
