test_that("the decomposition and the minimiser satisfy their equations", {
  model <- general_model()
  V <- model$vectors
  expect_equal(V %*% (model$eigenvalues * t(V)), model$problem$H, tolerance = 1e-14)
  expect_equal(crossprod(V), diag(2), tolerance = 1e-14)
  expect_false(is.unsorted(rev(model$eigenvalues)))
  expect_equal((model$problem$H + 0.01 * diag(2)) %*% coef(model), matrix(model$problem$b), tolerance = 1e-14)
  expect_equal(model$gradient_noise, t(V) %*% model$problem$Sigma %*% V, tolerance = 1e-14)
  expect_null(model$sigma2)
  expect_named(model, c("problem", "hyper", "dynamics", "sampling", "noise", "n_examples", "drop_last",
                        "device", "backend", "dim", "eigenvalues", "vectors", "minimiser", "gradient_noise", "sigma2",
                        "multiplicative", "rank", "report"),
               ignore.order = TRUE)
})

test_that("a regression's minimiser is ridge and its noise that of the examples' gradients", {
  problem <- car_problem()
  model <- sgd_model(problem, sgd_hyper(0.02, 0.9, 0.1, 8))
  X <- problem$X
  mu <- solve(crossprod(X) / 32 + 0.1 * diag(3), crossprod(X, problem$y) / 32)
  expect_equal(coef(model), drop(mu), tolerance = 1e-13)
  expect_named(coef(model), colnames(X))
  gradients <- X * drop(X %*% mu - problem$y) + matrix(0.1 * mu, 32, 3, byrow = TRUE)
  Sigma <- crossprod(gradients) / 32
  expect_equal(model$gradient_noise, t(model$vectors) %*% Sigma %*% model$vectors, ignore_attr = TRUE,
               tolerance = 1e-12)
  expect_equal(model$n_examples, 32)

  fit <- lm(mpg ~ scale(wt) + scale(hp), mtcars)
  model <- sgd_model(car_problem(gradient_noise = "homoscedastic"), sgd_hyper(0.02, 0.9, 0, 8))
  expect_equal(model$sigma2, summary(fit)$sigma^2, tolerance = 1e-13)
  expect_equal(unname(coef(model)), unname(coef(fit)), tolerance = 1e-13)
})

test_that("flat directions and saddles are counted", {
  model <- sgd_model(sgd_spectrum(c(2, 0, 0, -1), noise = c(1, 1, 0, 1)), sgd_hyper(0.1, 0.9))
  expect_equal(unlist(model$report[c("n_flat", "n_flat_noisy", "n_saddle")]),
               c(n_flat = 2, n_flat_noisy = 1, n_saddle = 1))
  expect_equal(model$report$lr_limit, 2 * 1.9 / 2)
  expect_equal(model$report$langevin_error, 0.1 * 2 / (2 * 1.9))
})

test_that("the learning rate's limit is an error for SGD, a warning for the Langevin model", {
  problem <- sgd_spectrum(c(10, 1), sigma2 = 1)
  hyper <- sgd_hyper(0.4, 0.9)
  expect_failure_of(sgd_model(problem, hyper, "sgd"), "unstable",
                    "`lr` = 0.4 is at or past the stability limit 0.38")
  expect_warning_of(model <- sgd_model(problem, hyper), "unstable",
                    "`lr` = 0.4: SGD itself diverges along 1 of 2 modes; it is stable below 0.38")
  expect_equal(model$report$n_past_limit, 1)
})

test_that("bad settings are named", {
  problem <- general_problem()
  hyper <- sgd_hyper(0.1, 0.9, 0, 4)
  expect_failure_of(sgd_model(diag(2), hyper), "bad_argument",
                    "`problem`: expected the value of sgd_quadratic()")
  expect_failure_of(sgd_model(problem, 0.1), "bad_argument",
                    "`hyper`: expected the value of sgd_hyper(), got a number")
  expect_failure_of(sgd_model(problem, hyper, "langevine"), "bad_argument", "did you mean \"langevin\"?")
  expect_failure_of(sgd_model(problem, hyper, sampling = "epochs"), "bad_argument", "did you mean \"epoch\"?")
  expect_failure_of(sgd_model(problem, hyper, noise = "const"), "bad_argument", "did you mean \"constant\"?")
  expect_failure_of(sgd_model(problem, hyper, sampling = "without"), "bad_argument",
                    "`n_examples` is not known")
  expect_failure_of(sgd_model(problem, hyper, n_examples = 3), "bad_argument", "`batch_size` = 4")
  expect_failure_of(sgd_model(problem, hyper, n_examples = 2.5), "bad_argument", "`n_examples` = 2.5")
  expect_failure_of(sgd_model(car_problem(), hyper, n_examples = 33), "bad_argument",
                    "`n_examples` = 33: expected 32")
  expect_failure_of(sgd_model(problem, hyper, sampling = "epoch", n_examples = 10), "unsupported",
                    "\"epoch\"")
  expect_failure_of(sgd_model(problem, hyper, device = "cuda"), "no_device", "`device` = \"cuda\": ")
  expect_failure_of(sgd_model(problem, hyper, drop_last = NA), "bad_argument",
                    "`drop_last`: expected TRUE or FALSE")
  expect_failure_of(sgd_model(problem, hyper, dinamics = "sgd"), "bad_argument", "did you mean `dynamics`?")
  expect_failure_of(sgd_model(sgd_quadratic(diag(c(1, 0)), b = c(1, 1), sigma2 = 1), hyper), "flat",
                    "`b` slopes along")
})

test_that("without the decomposition only the Cholesky shortcut is there", {
  problem <- sgd_quadratic(matrix(c(2, 0.3, 0.3, 0.5), 2), b = c(1, 2), sigma2 = 0.7)
  hyper <- sgd_hyper(0.05, 0.9, 0.01, 32)
  full <- sgd_model(problem, hyper)
  light <- sgd_model(problem, hyper, decompose = FALSE)
  expect_null(light$eigenvalues)
  expect_equal(coef(light), coef(full), tolerance = 1e-14)
  expect_equal(sgd_stationary(light)$theta, sgd_stationary(full)$theta, tolerance = 1e-13)
  expect_equal(sgd_stationary(light, TRUE)$trace, sgd_stationary(full)$trace, tolerance = 1e-13)
  needs_modes <- "made with decompose = FALSE: make it with decompose = TRUE"
  expect_failure_of(sgd_msd(light, 1), "unsupported", needs_modes)
  expect_failure_of(sgd_oscillations(light), "unsupported", needs_modes)
  expect_failure_of(sgd_transient(light, 1, c(0, 0)), "unsupported", needs_modes)
  expect_failure_of(sgd_simulate(light, 1), "unsupported", needs_modes)
  expect_failure_of(sgd_modified_loss(light), "unsupported", needs_modes)
  expect_failure_of(sgd_model(general_problem(), hyper, decompose = FALSE), "unsupported",
                    "`decompose` = FALSE")
  expect_failure_of(sgd_model(problem, hyper, "sgd", decompose = FALSE), "unsupported", "`decompose` = FALSE")
})

test_that("a changed object is refused, not read past its end", {
  model <- general_model()
  model$vectors <- model$vectors[, 1]
  expect_failure_of(sgd_stationary(model), "bad_argument", "`vectors`: expected 4 numbers")
  loss <- sgd_modified_loss(general_model())
  loss$U <- NULL
  expect_failure_of(sgd_modified_loss_value(loss, c(0, 0)), "bad_argument", "`U` is missing")
})
