# Regressions with fewer examples than parameters against the same problem with its d x d Hessian.

X <- matrix(sin(seq_len(12 * 30)^1.3), 12, 30, dimnames = list(NULL, paste0("w", 1:30)))
y <- cos(1:12)
theta0 <- setNames(sin(1:30), NULL)

wide_model <- function(hyper, repeated = FALSE, ...) {
  if (repeated) X[2, ] <- X[1, ]
  sgd_model(suppressWarnings(sgd_regression(X, y)), hyper, ...)
}

# The noise is that at the minimiser; the limit of small weight decay is the minimiser of least norm.
dense_model <- function(hyper, repeated = FALSE, ...) {
  if (repeated) X[2, ] <- X[1, ]
  wide <- wide_model(hyper, repeated)
  r <- as.vector(y - X %*% wide$minimiser)
  Sigma <- crossprod(X * r) / 12 - hyper$weight_decay^2 * tcrossprod(wide$minimiser)
  sgd_model(sgd_quadratic(crossprod(X) / 12, drop(crossprod(X, y)) / 12, Sigma = Sigma), hyper, n_examples = 12, ...)
}

test_that("no Hessian is formed and the modes are those of the examples", {
  expect_warning_of(problem <- sgd_regression(X, y), "no_residual", "12 examples for 30 parameters")
  expect_null(problem$H)
  expect_equal(problem$b, drop(crossprod(X, y)) / 12)
  model <- sgd_model(problem, sgd_hyper(0.02, 0.9, 0.05, 2))
  spectrum <- eigen(crossprod(X) / 12, symmetric = TRUE)$values
  expect_equal(model$rank, 12)
  expect_equal(model$dim, 30L)
  expect_equal(model$eigenvalues, c(spectrum[1:12], 0))
  expect_equal(dim(model$vectors), c(30L, 12L))
  expect_equal(crossprod(model$vectors), diag(12))
  expect_equal(dim(model$gradient_noise), c(13L, 13L))
  expect_equal(coef(model), drop(solve(crossprod(X) / 12 + 0.05 * diag(30), problem$b)))
  expect_output(print(model), "12 modes that the examples span; 18 directions are not seen")
  expect_equal(wide_model(sgd_hyper(0.02))$report$n_flat, 18)
  expect_equal(ncol(wide_model(sgd_hyper(0.02), repeated = TRUE)$vectors), 11L)
})

test_that("the theory is that of the dense problem", {
  cases <- list(list(sgd_hyper(0.02, 0.9, 0.05, 2), FALSE), list(sgd_hyper(0.02, 0.9, 0, 2), TRUE))
  for (case in cases) for (dynamics in c("langevin", "sgd")) {
    wide <- wide_model(case[[1]], case[[2]], dynamics = dynamics)
    dense <- dense_model(case[[1]], case[[2]], dynamics = dynamics)
    expect_equal(unname(wide$minimiser), unname(dense$minimiser), tolerance = 1e-9)
    state <- sgd_stationary(wide)
    full <- sgd_stationary(dense)
    expect_identical(state$coordinates, "modes")
    expect_identical(full$coordinates, "parameters")
    expect_equal(state$trace, full$trace, tolerance = 1e-10)
    expect_equal(unname(state$variances), unname(diag(full$theta)), tolerance = 1e-9)
    expect_equal(as.data.frame(state)[-1], as.data.frame(full)[-1], tolerance = 1e-8)
    steps <- c(1, 10, 300, 20000)
    expect_equal(sgd_msd(wide, steps)$msd, sgd_msd(dense, steps)$msd, tolerance = 1e-9)
    for (v0 in list(NULL, X[3, ])) {
      expect_equal(sgd_msd(wide, steps, "point", theta0, v0)$msd, sgd_msd(dense, steps, "point", theta0, v0)$msd,
                   tolerance = 1e-9)
    }
    path <- sgd_transient(wide, steps, theta0, covariance = "trace")
    expect_equal(path$theta, sgd_transient(dense, steps, theta0, covariance = "trace")$theta, tolerance = 1e-9)
    expect_identical(path$coordinates, "modes")
    along <- function(model) sgd_autocorrelation(model, c(0, 5), direction = theta0)$theta
    expect_equal(along(wide), along(dense), tolerance = 1e-9)
    freq <- c(0.01, 0.2)
    expect_equal(sgd_power_spectrum(wide, freq)$theta, sgd_power_spectrum(dense, freq)$theta, tolerance = 1e-9)
  }
})

test_that("everything that works in the modes does, also when printed", {
  model <- wide_model(sgd_hyper(0.02, 0.9, 0.05, 2), dynamics = "sgd", sampling = "epoch")
  expect_length(sgd_oscillations(model)$omega, 13L)
  expect_equal(dim(sgd_irreversibility(model)$antisymmetric), c(13L, 13L))
  expect_named(sgd_stationary(model)$variances, colnames(X))
  expect_output(print(sgd_stationary(model)), "covariances along 13 modes")
  expect_output(print(summary(sgd_stationary(model))), "w1")
  expect_output(print(summary(model)), "by epochs")
  expect_output(print(sgd_transient(model, 1, theta0)), "13 modes")
  expect_null(sgd_stationary(model, trace_only = TRUE)$variances)
  plan <- sgd_equivalent(model$hyper, batch_size = 4, model = model)
  expect_true(is.finite(plan$error[[1]]))
})

test_that("real minibatches run in all parameters", {
  model <- wide_model(sgd_hyper(0.02, 0.9, 0.05, 2), dynamics = "sgd", sampling = "epoch")
  run <- sgd_simulate(model, 50, method = "minibatch", theta0 = theta0, seed = 1)
  expect_equal(dim(run$theta), c(51L, 30L, 1L))
  expect_equal(run$theta[1, , 1], theta0, ignore_attr = TRUE)
  still <- sgd_simulate(model, 1, method = "minibatch", seed = 1)
  expect_equal(still$theta[1, , 1], coef(model))
})

test_that("what needs all parameters at once says so", {
  model <- wide_model(sgd_hyper(0.02, 0.9, 0.05, 2))
  few <- "fewer examples than parameters (12 for 30); use"
  expect_failure_of(sgd_modified_loss(model), "unsupported", few)
  expect_failure_of(sgd_current(model, theta0), "unsupported", few)
  expect_failure_of(sgd_log_density(model, 3, theta0, theta0), "unsupported", few)
  expect_failure_of(sgd_simulate(model, 3), "unsupported", "`method` = \"exact\": not for")
  expect_failure_of(sgd_simulate(model, 3, method = "minibatch", start = "stationary"), "unsupported", few)
  expect_failure_of(sgd_simulate(model, 3, method = "minibatch", coordinates = "modes"), "unsupported", few)
  expect_failure_of(sgd_msd(model, 3, start = "gaussian", cov0 = diag(60)), "unsupported", few)
  expect_failure_of(sgd_msd(model, 3, "point", theta0, rev(theta0)), "unsupported", "`v0` and `theta0`")
  expect_failure_of(vcov(sgd_stationary(model)), "unsupported", few)
  expect_failure_of(wide_model(sgd_hyper(0.02), noise = "multiplicative"), "unsupported", few)
  expect_failure_of(wide_model(sgd_hyper(0.02), decompose = FALSE), "unsupported", "`decompose` = FALSE")
  expect_failure_of(sgd_msd(model, 3, "point", 1:3), "bad_argument", "vector of length 30")
})

test_that("many parameters: nothing of size d x d", {
  # A 40000 x 40000 matrix is 12.8 GB.
  X <- matrix(cos(seq_len(20 * 40000)^1.1), 20)
  model <- sgd_model(suppressWarnings(sgd_regression(X, sin(1:20))), sgd_hyper(1e-5, 0.9, 0.01, 4))
  state <- sgd_stationary(model)
  expect_equal(sum(state$variances), state$trace[["theta"]])
  expect_length(coef(model), 40000L)
  expect_lt(object.size(state), 4 * object.size(X))
})
