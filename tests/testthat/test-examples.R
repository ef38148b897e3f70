# A problem by its examples, weight-dependent noise, dressed epochs.

regression <- function(N = 60, seed = 3) {
  set.seed(seed)
  X <- cbind(1, matrix(rnorm(2 * N), N) %*% diag(c(1, 0.5)))
  sgd_regression(X, drop(X %*% c(1, 2, -1)) + rnorm(N))
}
hyper <- sgd_hyper(0.05, 0.8, 0.01, 4)

as_examples <- function(problem, mu, factors = problem$X) {
  sgd_examples(problem$H, problem$X * drop(problem$X %*% mu - problem$y), factors, minimiser = mu)
}

# Covariance of the gradient of one example at mean deviation m and covariance P, THEORY section 6.
noise_at <- function(problem, mu, lambda, m, P) {
  X <- problem$X
  H <- problem$H
  M2 <- P + m %o% m
  r <- drop(problem$y - X %*% mu)
  weight <- rowSums((X %*% M2) * X) + r^2 - 2 * r * drop(X %*% m)
  pull <- drop(H %*% m) %o% mu
  crossprod(X * weight, X) / nrow(X) - H %*% M2 %*% H + lambda * (pull + t(pull)) - lambda^2 * mu %o% mu
}

test_that("a regression by its examples is the regression", {
  problem <- regression()
  constant <- sgd_model(problem, hyper, "sgd")
  mu <- coef(constant)
  by_examples <- sgd_model(as_examples(problem, mu), hyper, "sgd")
  expect_equal(by_examples$gradient_noise, constant$gradient_noise, tolerance = 1e-12)
  expect_equal(by_examples$n_examples, 60)
  expect_equal(coef(by_examples), mu)

  expected <- sgd_model(problem, hyper, "sgd", noise = "multiplicative")
  halves <- array(c(sqrt(0.3) * problem$X, sqrt(0.7) * problem$X), c(60, 3, 2))
  products <- function(W) problem$X * rowSums(problem$X * W[rep_len(seq_len(nrow(W)), 60), ])
  for (factors in list(problem$X, halves, products)) {
    model <- sgd_model(as_examples(problem, mu, factors), hyper, "sgd", noise = "multiplicative")
    expect_equal(model$gradient_noise, expected$gradient_noise, tolerance = 1e-10)
    rungs <- function(problem) {
      sgd_msd(sgd_model(problem, hyper, "sgd", "epoch", "multiplicative"), 20)$terms
    }
    expect_equal(rungs(as_examples(problem, mu, factors)), rungs(problem), tolerance = 1e-10)
  }
})

test_that("the stationary noise is that of its own stationary state", {
  problem <- regression()
  for (sampling in c("replacement", "without")) {
    model <- sgd_model(problem, hyper, "sgd", sampling, "multiplicative")
    P <- sgd_stationary(model)$theta
    Sigma <- noise_at(problem, coef(model), 0.01, numeric(3), P)
    expect_equal(model$vectors %*% model$gradient_noise %*% t(model$vectors), Sigma, tolerance = 1e-10)
    found <- model$multiplicative
    constant <- sgd_model(problem, hyper, "sgd", sampling)
    expect_equal(found$constant_noise, constant$gradient_noise)
    expect_gt(sgd_stationary(model)$trace[["theta"]], sgd_stationary(constant)$trace[["theta"]])
    expect_null(model$sigma2)
    expect_null(constant$multiplicative)
  }
})

test_that("the transient follows its recursion step by step, to the stationary state", {
  problem <- regression()
  model <- sgd_model(problem, hyper, "sgd", noise = "multiplicative")
  mu <- coef(model)
  K <- problem$H + 0.01 * diag(3)
  F <- rbind(cbind(diag(3) - 0.05 * K, 0.05 * 0.8 * diag(3)), cbind(-K, 0.8 * diag(3)))
  G <- rbind(0.05 * diag(3), diag(3))
  m <- c(c(1, 0, 2) - mu, 0.1, 0, 0)
  C <- matrix(0, 6, 6)
  for (step in 1:3) {
    Sigma <- noise_at(problem, mu, 0.01, m[1:3], C[1:3, 1:3])
    C <- F %*% C %*% t(F) + G %*% Sigma %*% t(G) / 4
    m <- drop(F %*% m)
  }
  law <- sgd_transient(model, c(3000, 3), c(1, 0, 2), c(0.1, 0, 0))
  expect_equal(law$mean_theta[, 2], m[1:3] + mu, tolerance = 1e-12)
  expect_equal(joint(law$theta[, , 2], law$cross[, , 2], law$velocity[, , 2]), C, tolerance = 1e-11)
  expect_equal(law$theta[, , 1], sgd_stationary(model)$theta, tolerance = 1e-9)
  for (kind in c("diagonal", "trace", "none")) {
    short <- sgd_transient(model, c(3000, 3), c(1, 0, 2), c(0.1, 0, 0), covariance = kind)
    expect_equal(short$mean_theta, law$mean_theta)
    each <- apply(law$velocity, 3, diag)
    expect_equal(short$velocity, switch(kind, diagonal = each, trace = colSums(each)), tolerance = 1e-13)
    each <- apply(law$theta, 3, diag)
    expect_equal(short$theta, switch(kind, diagonal = each, trace = colSums(each)), tolerance = 1e-12)
  }
})

test_that("real minibatches have the variance that weight-dependent noise predicts", {
  problem <- regression(N = 20)
  model <- sgd_model(problem, sgd_hyper(0.1, 0.8, 0, 1), "sgd", noise = "multiplicative")
  n <- 4000
  run <- sgd_simulate(model, 400, nsim = n, method = "minibatch", record = 400, seed = 6, velocity = FALSE)
  squares <- colSums((run$theta[2, , ] - coef(model))^2)
  expected <- sgd_transient(model, 400, covariance = "trace")$theta
  constant <- sgd_stationary(sgd_model(problem, model$hyper, "sgd"))$trace[["theta"]]
  z <- (mean(squares) - expected) / (sd(squares) / sqrt(n))
  expect_lt(abs(z), 4.5) # missed once in 100,000 seeds (the tails are heavier than normal)
  expect_gt(abs(mean(squares) - constant) / (sd(squares) / sqrt(n)), 10)
})

test_that("dressed epochs predict real minibatches where constant noise does not", {
  problem <- regression(N = 40)
  h <- sgd_hyper(0.1, 0.8, 0, 2)
  model <- sgd_model(problem, h, "sgd", "epoch", "multiplicative")
  lags <- c(1, 20, 200)
  predicted <- sgd_msd(model, lags, modes = TRUE)
  expect_equal(colnames(predicted$terms), c("constant", "b", "c", "f", "e"))
  expect_equal(predicted$terms[, "constant"], sgd_msd(sgd_model(problem, h, "sgd", "epoch"), lags)$msd,
               tolerance = 1e-8)
  expect_identical(unname(predicted$terms[, "e"]), predicted$msd)
  expect_equal(rowSums(predicted$modes), predicted$msd, tolerance = 1e-10)
  expect_equal(sum(predicted$dressed$variance), predicted$dressed$trace[5], tolerance = 1e-10)
  expect_length(predicted$dressed$mean_shift, 3)
  expect_gt(predicted$dressed$small_parameter, 0)

  run <- sgd_simulate(model, 2e5, nsim = 8, method = "minibatch", seed = 8, velocity = FALSE)
  run$theta <- run$theta[-(1:1000), , ]
  run$step <- run$step[-(1:1000)]
  measured <- msd(run, lags)
  expect_equal(measured$msd / predicted$msd, rep(1, 3), tolerance = 0.05)
  expect_true(all(abs(measured$msd / predicted$msd - 1) < abs(measured$msd / predicted$terms[, 1] - 1)))
  expect_output(print(summary(predicted)), "by epochs, dressed")
})

test_that("objects print what they are", {
  problem <- regression()
  mu <- coef(sgd_model(problem, hyper))
  expect_output(print(as_examples(problem, mu)), "loss by its 60 examples, 3 parameters, Hessians of rank 1")
  expect_output(print(as_examples(problem, mu, identity)), "Hessians by products")
  model <- sgd_model(problem, hyper, "sgd", noise = "multiplicative")
  expect_output(print(model), "noise depends on the parameters")
  expect_output(print(summary(model)), "weight-dependent noise: spectral radius")
})

test_that("bad examples are named", {
  problem <- regression()
  X <- problem$X
  mu <- coef(sgd_model(problem, hyper))
  gradients <- X * drop(X %*% mu - problem$y)
  expect_failure_of(sgd_examples(X, gradients, X), "bad_argument",
                    "`H`: expected a square matrix, got 60 x 3")
  expect_failure_of(sgd_examples(problem$H, gradients[, 1:2], X), "bad_argument",
                    "`gradients`: expected a row of 3 numbers for each example, got a 60 x 2 matrix")
  expect_failure_of(sgd_examples(problem$H, gradients, X[-1, ]), "bad_argument",
                    "`hessian_factors`: expected a 60 x 3 matrix or 60 x 3 x rank array, got")
  expect_failure_of(sgd_examples(problem$H, gradients, "X"), "bad_argument", "`hessian_factors`")
  expect_failure_of(sgd_examples(problem$H, gradients, X, minimiser = 1), "bad_argument",
                    "`minimiser`: expected a vector of length 3, got length 1")
  expect_failure_of(sgd_examples(problem$H, gradients * NA, X), "not_finite", "`gradients[1]`")
  expect_failure_of(sgd_examples(problem$H, gradients, X * NA), "not_finite", "`hessian_factors[1]`")
  expect_failure_of(sgd_examples(problem$H, gradient = gradients, X, minimizer = mu), "bad_argument",
                    "did you mean `minimiser`?")

  multiplicative <- function(...) sgd_model(sgd_examples(...), hyper, "sgd", noise = "multiplicative")
  expect_failure_of(multiplicative(problem$H, gradients + 1, X, mu), "bad_argument", "which average to 0")
  expect_failure_of(multiplicative(problem$H, gradients, 2 * X, mu), "bad_argument",
                    "the examples have curvature")
  expect_failure_of(multiplicative(problem$H, gradients, function(W) 1, mu), "bad_argument",
                    "`hessian_factors (W)`: expected a numeric 60 x 3 matrix")
  expect_error(multiplicative(problem$H, gradients, function(W) stop("not today"), mu), "not today")

  expect_failure_of(sgd_model(general_problem(), hyper, noise = "multiplicative"), "unsupported",
                    "`noise` = \"multiplicative\": expected a problem with examples")
  expect_failure_of(sgd_model(sgd_examples(problem$H, gradients, X, mu), hyper, n_examples = 50),
                    "bad_argument", "`n_examples` = 50: expected 60, the rows of gradients, or NULL")
  expect_failure_of(sgd_model(regression(20), sgd_hyper(0.5, 0.9, 0, 1), "sgd", noise = "multiplicative"),
                    "unstable", "the stationary variance is infinite")
  expect_failure_of(sgd_model(problem, hyper, noise = "multiplicative", decompose = FALSE), "unsupported",
                    "`decompose` = FALSE")
  epoch <- sgd_model(problem, hyper, "sgd", "epoch", "multiplicative")
  expect_failure_of(sgd_msd(epoch, 1, start = "point"), "unsupported",
                    "`start` = \"point\": weight-dependent noise under epochs")
  expect_failure_of(sgd_msd(epoch, 1, form = "paper"), "unsupported", "the paper's sum has constant noise")
})
