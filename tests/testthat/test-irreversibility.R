test_that("entropy production is that of its formula, and positive where R is not zero", {
  model <- general_model()
  found <- sgd_irreversibility(model)
  h <- model$hyper
  loss <- sgd_modified_loss(model)
  Sigma <- model$problem$Sigma
  state <- sgd_stationary(model)
  expected <- h$damping * (sum(diag(loss$U[3:4, 3:4] %*% Sigma)) - 4 +
                             h$inverse_temperature * sum(diag(solve(Sigma, state$velocity))))
  expect_equal(found$entropy_production, expected, tolerance = 1e-10)
  expect_gt(found$entropy_production, 0)
  expect_equal(found$antisymmetric, (state$cross - t(state$cross)) / 2, tolerance = 1e-13)
  expect_equal(found$eigenvalue, model$eigenvalues)
})

test_that("noise that commutes with the curvature is reversible, though a current flows", {
  H <- matrix(c(2, 0.3, 0.3, 0.5), 2)
  for (problem in list(sgd_quadratic(H, sigma2 = 1), sgd_quadratic(H, Sigma = diag(2)))) {
    model <- sgd_model(problem, sgd_hyper(0.05, 0.9, 0.01, 32))
    found <- sgd_irreversibility(model)
    expect_lt(abs(found$entropy_production), 1e-12)
    expect_lt(max(abs(found$antisymmetric)), 1e-15)
    expect_gt(max(abs(sgd_current(model, c(0.1, 0.1, 0, 0))$drift)), 0.01)
  }
})

test_that("temperatures agree under white noise and come apart under epochs", {
  for (model in list(general_model(), general_model("sgd"))) {
    found <- sgd_irreversibility(model)
    expect_equal(found$configurational_temperature, found$kinetic_temperature, tolerance = 1e-12)
    state <- sgd_stationary(model)
    W <- diag(t(model$vectors) %*% state$velocity %*% model$vectors)
    expect_equal(found$kinetic_temperature, W, tolerance = 1e-12)
  }
  epoch <- sgd_irreversibility(general_model("sgd", sampling = "epoch", n_examples = 320))
  table <- as.data.frame(epoch)
  expect_true(all(table$ratio > 1.2) && table$ratio[2] > table$ratio[1])
  expect_true(is.nan(epoch$entropy_production))
  expect_equal(summary(epoch), table)
  expect_output(print(epoch), "kinetic over configurational temperature: 1.3 to 2.6|to")
})

test_that("bad arguments are named", {
  expect_failure_of(sgd_irreversibility(1), "bad_argument", "`model`: expected the value of sgd_model()")
  expect_failure_of(sgd_irreversibility(general_model(), 1), "bad_argument", "at most 1 arguments")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), sgd_hyper(0.1))
  expect_failure_of(sgd_irreversibility(saddle), "saddle", "1 of 2")
})
