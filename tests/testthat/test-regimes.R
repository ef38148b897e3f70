test_that("regimes are named by the exponent, whatever the order of the steps", {
  model <- sgd_model(sgd_spectrum(c(1, 0.01, 0), noise = c(1, 1, 1e-6)), sgd_hyper(0.1, 0.9), "sgd")
  steps <- c(1e9, 1, 1e3, 10, 1)
  curve <- sgd_msd(model, steps)
  expect_equal(curve$regime[2], "ballistic")
  expect_equal(curve$regime, sgd_msd(model, c(1, 10, 1e3, 1e9))$regime[c(4, 1, 3, 2, 1)])
  expect_equal(curve$crossover$confined_start, Inf)
  expect_named(curve$crossover, c("ballistic_end", "confined_start", "relaxation", "spectral_exponent",
                                  "spectral_misfit", "predicted", "plateau"))
  confined <- sgd_msd(general_model(), 10^(0:5))
  expect_equal(confined$regime[6], "confined")
  expect_true(is.finite(confined$crossover$confined_start))
})

test_that("a power law of the spectrum predicts the exponent in between", {
  alpha <- 0.5
  rho <- (seq_len(20000) / 20000)^(-1 / alpha) # density ~ rho^-(1 + alpha)
  rho <- rho / max(rho)
  model <- sgd_model(sgd_spectrum(rho, sigma2 = 1), sgd_hyper(0.01, 0.5))
  curve <- sgd_msd(model, 10^seq(0, 10, length.out = 100))
  expect_equal(curve$crossover$predicted, alpha, tolerance = 0.05)
  expect_equal(curve$crossover$plateau, alpha, tolerance = 0.1)
  expect_output(print(summary(curve)), "exponent expected from the spectrum between steps")
})

test_that("saddles and the paper's form have no regimes", {
  saddle <- sgd_model(sgd_spectrum(c(1, -0.01), noise = c(1, 1)), sgd_hyper(0.1))
  curve <- sgd_msd(saddle, 1:3, start = "point")
  expect_null(curve$regime)
  expect_null(curve$crossover)
  model <- sgd_model(sgd_spectrum(0.1, sigma2 = 1), sgd_hyper(0.1, 0.9))
  expect_null(suppressWarnings(sgd_msd(model, 1:3, form = "paper"))$regime)
  expect_named(as.data.frame(curve), c("step", "time", "msd", "exponent"))
})

test_that("summaries hold the forms of the theory side by side", {
  model <- general_model("sgd", sampling = "epoch", n_examples = 320)
  curve <- summary(sgd_msd(model, c(1, 10, 100)))
  expect_named(curve$comparison, c("Langevin", "exact SGD", "by epochs"))
  expect_equal(curve$comparison[["by epochs"]], curve$table$msd)
  variances <- summary(sgd_stationary(model))$comparison
  expect_equal(variances$theta[3], sgd_stationary(model)$trace[["theta"]])
  expect_equal(variances$theta[1], sgd_stationary(general_model())$trace[["theta"]], tolerance = 1e-12)
})
