test_that("derived quantities follow their definitions", {
  hyper <- sgd_hyper(0.1, 0.9, 1e-4, 128)
  expect_s3_class(hyper, "sgd_hyper")
  expect_named(hyper, c("lr", "momentum", "weight_decay", "batch_size", "mass", "damping",
                        "inverse_temperature", "temperature"))
  expect_equal(hyper$mass, 0.1 * 1.9 / 2)
  expect_equal(hyper$damping, 2 * 0.1 / (0.1 * 1.9))
  expect_equal(hyper$inverse_temperature, 128 * (1 - 0.81))
  expect_equal(hyper$temperature * hyper$inverse_temperature, 1)
  expect_identical(sgd_hyper(1L, 0L, 0L, 1L), sgd_hyper(1, 0, 0, 1))
})

test_that("bad hyperparameters are named", {
  expect_failure_of(sgd_hyper(0), "bad_argument", "`lr` = 0: expected a finite number > 0")
  expect_failure_of(sgd_hyper(-0.1), "bad_argument", "`lr` = -0.1")
  expect_failure_of(sgd_hyper(Inf), "bad_argument", "`lr` = inf")
  expect_failure_of(sgd_hyper(NA), "bad_argument", "`lr` = nan")
  expect_failure_of(sgd_hyper(0.1, 1), "bad_argument", "`momentum` = 1")
  expect_failure_of(sgd_hyper(0.1, -1), "bad_argument", "`momentum` = -1")
  expect_failure_of(sgd_hyper(0.1, 0, -1), "bad_argument", "`weight_decay` = -1")
  expect_failure_of(sgd_hyper(0.1, batch_size = 0), "bad_argument",
                    "`batch_size` = 0: expected a whole number >= 1")
  expect_failure_of(sgd_hyper(0.1, batch_size = 1.5), "bad_argument", "`batch_size` = 1.5")
  expect_failure_of(sgd_hyper("0.1"), "bad_argument", "`lr`: expected a number, got a character vector")
  expect_failure_of(sgd_hyper(c(0.1, 0.2)), "bad_argument",
                    "`lr`: expected a number, got a double vector of length 2")
  expect_failure_of(sgd_hyper(0.1, momentun = 0.9), "bad_argument", "did you mean `momentum`?")
  expect_failure_of(sgd_hyper(0.1, 0.9, 0, 1, 5), "bad_argument",
                    "sgd_hyper: expected at most 4 arguments, got 1 more")
})
