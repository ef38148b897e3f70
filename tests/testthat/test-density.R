# Spectral densities: exact where all eigenvalues are known, within their errors elsewhere, and the theory from them
# against that of dense models.

X <- outer(1:120, 1:50, function(i, j) sin((i + 120 * (j - 1))^1.1) / j^0.8)
H <- crossprod(X) / 120
rho <- eigen(H)$values
operator <- sgd_operator(X = X)
hyper <- sgd_hyper(0.1, 0.9, 0.01, 8)

test_that("with all eigenvalues known it is exact", {
  density <- sgd_density(operator, top = 50, sigma2 = 2, seed = 1)
  expect_equal(density$eigenvalues, rho, tolerance = 1e-10)
  expect_null(density$counts)
  expect_identical(density$se, 0)
  expect_equal(density$trace, sum(rho), tolerance = 1e-12)
  expect_identical(density$gradient_noise, 2 * pmax(density$eigenvalues, 0))
})

test_that("traces are within their errors", {
  density <- sgd_density(operator, steps = 40, probes = 60, top = 4, seed = 2)
  expect_lt(abs(density$trace - sum(rho)), 4.5 * density$se) # false alarm: 1e-5
  expect_identical(dim(density$counts$nodes), c(40L, 60L))
  expect_equal(density$counts$mass, rep(46, 60), tolerance = 1e-12)
  estimate <- sgd_trace(density, function(x) log(x + 0.1))
  expect_lt(abs(estimate$value - sum(log(rho + 0.1))), 4.5 * estimate$se)
  named <- sgd_trace(density, "logarithm", parameter = 0.1)
  expect_equal(c(named$value, named$se), c(estimate$value, estimate$se), tolerance = 1e-10)
  expect_named(density, c("dim", "n_examples", "eigenvalues", "vectors", "residual", "gradient_noise", "counts", "noise",
                          "sigma2", "noise_trace", "flat_tolerance", "trace", "se", "n_products", "complete", "seed",
                          "resume"))
  expect_s3_class(density, c("sgd_density", "sgd_problem"), exact = TRUE)
})

test_that("noise in every form gives the same traces", {
  g <- X * cos(1:120)
  centred <- sweep(g, 2, colMeans(g))
  Sigma <- crossprod(centred) / 120
  inverse <- function(density) sgd_trace(density, "inverse", noise = TRUE, parameter = 0.1)
  exact <- sum(diag(solve(H + 0.1 * diag(50), Sigma)))
  forms <- list(sgd_noise(g), sgd_noise(function(i) g[i, , drop = FALSE], n_examples = 120, chunk = 17))
  if (requireNamespace("Matrix", quietly = TRUE)) forms$sparse <- sgd_noise(Matrix::Matrix(g, sparse = TRUE))
  found <- lapply(forms, function(noise) {
    density <- sgd_density(operator, steps = 40, probes = 6, top = 5, noise = noise, counts = FALSE, seed = 3)
    expect_equal(density$noise_trace, sum(diag(Sigma)), tolerance = 1e-12)
    expect_equal(density$gradient_noise, colSums(density$vectors * (Sigma %*% density$vectors)), tolerance = 1e-10)
    expect_null(density$counts)
    inverse(density)
  })
  for (one in found) {
    expect_equal(one$value, found[[1]]$value, tolerance = 1e-10)
    expect_lt(abs(one$value - exact), 6 * one$se)
  }
  factor <- sgd_density(operator, noise = sgd_noise(factor = t(centred) / sqrt(120)), top = 50)
  expect_equal(inverse(factor)$value, exact, tolerance = 1e-10)
  s <- seq(0, 1, length.out = 50)
  diagonal <- sgd_density(operator, noise = sgd_noise(diagonal = s), top = 50)
  expect_equal(sgd_trace(diagonal, "identity", noise = TRUE)$value, sum(s * diag(H)), tolerance = 1e-12)
})

test_that("an objective brings the noise of its examples", {
  y <- as.numeric(sin(1:120) > 0)
  objective <- sgd_logistic(X[, 1:4], y)
  theta <- c(0.1, -0.2, 0.3, 0)
  density <- sgd_density(sgd_operator(objective, theta = theta), top = 4)
  Sigma <- sgd_gradient_covariance(objective, theta)
  expect_equal(density$noise_trace, sum(diag(Sigma)), tolerance = 1e-12)
  by_function <- sgd_objective(function(theta, i) colMeans(X[i, 1:4, drop = FALSE] *
                                                             (drop(plogis(X[i, 1:4, drop = FALSE] %*% theta)) - y[i])),
                               4, n_examples = 120,
                               hvp = function(theta, V) sgd_hessian_product(objective, theta, V))
  same <- sgd_density(sgd_operator(by_function, theta = theta), top = 4)
  expect_equal(same$gradient_noise, density$gradient_noise, tolerance = 1e-10)
  dense <- sgd_model(sgd_quadratic(sgd_hessian_product(objective, theta, diag(4)), Sigma = Sigma), hyper)
  expect_equal(sgd_msd(sgd_model(density, hyper), c(1, 100))$msd, sgd_msd(dense, c(1, 100))$msd, tolerance = 1e-8)
  expect_identical(sgd_model(density, hyper)$n_examples, 120)
})

test_that("the theory, with all eigenvalues known, is that of the dense model", {
  noise <- sgd_noise(X * sqrt(1:120), centred = FALSE)
  density <- sgd_density(operator, top = sgd_eigenpairs(operator, top = 50, seed = 1), noise = noise)
  quadratic <- sgd_quadratic(H, Sigma = crossprod(X * sqrt(1:120)) / 120)
  steps <- c(1, 10, 1000)
  for (scheme in list(c("langevin", "replacement"), c("sgd", "replacement"), c("sgd", "without"), c("sgd", "epoch"))) {
    model <- sgd_model(density, hyper, scheme[1], scheme[2])
    dense <- sgd_model(quadratic, hyper, scheme[1], scheme[2], n_examples = 120)
    expect_equal(model$report$lr_limit, dense$report$lr_limit, tolerance = 1e-10)
    expect_equal(model$report$langevin_error, dense$report$langevin_error, tolerance = 1e-10)
    expect_identical(model$report$epoch_steps, dense$report$epoch_steps)
    prediction <- sgd_msd(model, steps)
    expect_equal(prediction$msd, sgd_msd(dense, steps)$msd, tolerance = 1e-8)
    expect_equal(prediction$exponent, sgd_msd(dense, steps)$exponent, tolerance = 1e-6)
    expect_identical(prediction$se, numeric(3))
    expect_identical(prediction$truncation, numeric(3))
    for (start in c("point", "stationary-velocity", "checkpoint")) {
      if (start == "checkpoint" && scheme[2] != "epoch") next
      expect_equal(sgd_msd(model, steps, start)$msd, sgd_msd(dense, steps, start)$msd, tolerance = 1e-8)
    }
    state <- sgd_stationary(model, trace_only = TRUE)
    full <- sgd_stationary(dense)
    expect_equal(state$trace, full$trace, tolerance = 1e-8)
    expect_equal(state$loss, sum(diag(H %*% full$theta)) / 2, tolerance = 1e-8)
    expect_equal(state$penalty, 0.005 * sum(diag(full$theta)), tolerance = 1e-8)
    expect_equal(state$speed, sgd_msd(dense, 1)$msd, tolerance = 1e-8)
    fields <- c("theta", "velocity", "cross", "correlation_theta", "correlation_velocity")
    expect_equal(unclass(sgd_autocorrelation(model, c(0, 3, 30)))[fields],
                 unclass(sgd_autocorrelation(dense, c(0, 3, 30)))[fields], tolerance = 1e-8)
    expect_equal(unclass(sgd_power_spectrum(model, c(0.001, 0.1)))[c("theta", "velocity")],
                 unclass(sgd_power_spectrum(dense, c(0.001, 0.1)))[c("theta", "velocity")], tolerance = 1e-8)
  }
})

test_that("and elsewhere agrees within its errors", {
  density <- sgd_density(operator, steps = 45, probes = 40, top = 3, sigma2 = 0.5, seed = 4)
  model <- sgd_model(density, hyper, dynamics = "sgd")
  dense <- sgd_model(sgd_quadratic(H, sigma2 = 0.5), hyper, dynamics = "sgd")
  steps <- 10^(0:4)
  prediction <- sgd_msd(model, steps)
  off <- abs(prediction$msd - sgd_msd(dense, steps)$msd)
  expect_true(all(off < 5 * prediction$se + prediction$truncation)) # false alarm below 1e-5
  expect_true(all(prediction$se > 0))
  expect_named(prediction, c("step", "time", "msd", "exponent", "modes", "se", "form", "start", "regime", "crossover",
                             "terms", "dressed", "truncation", "exponent_se", "exponent_truncation", "model"),
               ignore.order = TRUE)
  correlation <- sgd_autocorrelation(model, c(0, 10))
  expect_named(correlation$se, c("theta", "velocity", "cross"))
  expect_true(all(unlist(correlation$se) > 0))
  spectrum <- sgd_power_spectrum(model, 0.01)
  expect_lt(abs(spectrum$velocity - sgd_power_spectrum(dense, 0.01)$velocity),
            5 * spectrum$se$velocity + spectrum$truncation$velocity)
})

test_that("more probes go on to the same bits", {
  begin <- function(probes) {
    sgd_density(operator, steps = 20, top = 2, noise = sgd_noise(diagonal = rep(1, 50)), seed = 5, probes = probes)
  }
  whole <- begin(12)
  longer <- sgd_resume(begin(4), probes = 12) # after whole blocks
  expect_equal(c(longer$counts$se, longer$noise$se), c(whole$counts$se, whole$noise$se), tolerance = 1e-10)
  for (part in c("counts", "noise")) whole[[part]]$se <- longer[[part]]$se <- NULL
  expect_identical(longer[1:16], whole[1:16])
  expect_failure_of(sgd_resume(begin(5), probes = 4), "bad_argument", "`probes` = 4: expected at least the 5 that are done")
  expect_failure_of(sgd_resume(begin(1), steps = 4), "bad_argument", "`steps`: expected NULL, the Lanczos steps")
  run <- sgd_simulate(sgd_model(sgd_spectrum(1, sigma2 = 1), hyper), 2, seed = 1)
  expect_failure_of(sgd_resume(run, probes = 4), "bad_argument", "`probes`: expected NULL unless `x` is a spectral density")
})

test_that("after a failure what is done is there, and gone on with", {
  calls <- 0
  unlucky <- sgd_operator(function(V) {
    calls <<- calls + 1
    if (calls == 60) stop("out of luck")
    H %*% V
  }, 50, tolerance = Inf)
  condition <- tryCatch(sgd_density(unlucky, steps = 20, probes = 16, seed = 6), sgdlangevin_callback = identity)
  expect_match(conditionMessage(condition), "out of luck")
  partial <- condition$result
  expect_false(partial$complete)
  expect_identical(partial$counts$probes, 8)
  whole <- sgd_resume(partial)
  same <- sgd_density(sgd_operator(function(V) H %*% V, 50), steps = 20, probes = 16, seed = 6)
  expect_equal(whole$counts$se, same$counts$se, tolerance = 1e-10)
  expect_identical(whole$counts$nodes, same$counts$nodes)
  expect_true(whole$complete)
  expect_output(print(partial), "INTERRUPTED")
})

test_that("Ctrl-C keeps whole blocks of probes", {
  skip_on_os("windows")
  skip_on_cran()
  calls <- 0
  stopping <- sgd_operator(function(V) {
    calls <<- calls + 1
    if (calls == 50) {
      tools::pskill(Sys.getpid(), tools::SIGINT)
      Sys.sleep(5) # where the signal arrives
    }
    H %*% V
  }, 50, tolerance = Inf)
  partial <- tryCatch(sgd_density(stopping, steps = 20, probes = 16, seed = 6), interrupt = function(condition) {
    expect_s3_class(condition, "sgdlangevin_interrupted")
    condition$result
  })
  expect_identical(partial$counts$probes, 8)
  same <- sgd_density(sgd_operator(function(V) H %*% V, 50), steps = 20, probes = 16, seed = 6)
  expect_identical(sgd_resume(partial)$counts$weights, same$counts$weights)
  calls <- 0
  expect_warning_of(kept <- sgd_density(stopping, steps = 20, probes = 16, seed = 6), "interrupted",
                    "interrupted after")
  expect_identical(kept$counts, partial$counts)
})

test_that("low rank plus bulk is exact by one step", {
  U <- qr.Q(qr(X[1:50, 1:6]))
  low <- sgd_operator(vectors = U, values = 6:1, bulk = 0.25, sigma2 = 1)
  density <- sgd_density(low, probes = 2, seed = 1)
  expect_equal(sgd_trace(density, "logarithm")$value, sum(log(1:6)) + 44 * log(0.25), tolerance = 1e-12)
  dense <- sgd_model(sgd_spectrum(c(6:1, rep(0.25, 44)), sigma2 = 1), hyper)
  expect_equal(sgd_msd(sgd_model(density, hyper), c(1, 50))$msd, sgd_msd(dense, c(1, 50))$msd, tolerance = 1e-10)
  set.seed(1)
  by_default <- sgd_model(low, hyper) # the density with its defaults
  expect_equal(sgd_msd(by_default, 50)$msd, sgd_msd(dense, 50)$msd, tolerance = 1e-10)
})

test_that("a target stops", {
  density <- sgd_density(operator, steps = 30, probes = 400, top = 5, target = 0.01, seed = 7,
                         functions = c("identity", "square"))
  expect_true(density$counts$reached)
  expect_lt(density$counts$probes, 400)
  expect_lte(density$counts$se, 0.01)
})

test_that("negative curvature is an error, or left out", {
  density <- sgd_density(sgd_operator(H - 0.01 * diag(50)), top = 25, bottom = 25, noise = sgd_noise(diagonal = rep(1, 50)))
  model <- sgd_model(density, sgd_hyper(0.1, 0.9))
  expect_equal(model$report$n_saddle, sum(rho < 0.01))
  expect_output(print(model), "negative curvature: nothing is stationary")
  expect_failure_of(sgd_msd(model, 1), "saddle", "")
  expect_s3_class(sgd_msd(model, 1, start = "point"), "sgd_msd")
  dropped <- sgd_model(density, sgd_hyper(0.1, 0.9), drop_negative = TRUE)
  keep <- rho[rho > 0.01] - 0.01
  dense <- sgd_model(sgd_spectrum(keep, noise = rep(1, length(keep))), sgd_hyper(0.1, 0.9))
  expect_equal(sgd_msd(dropped, c(1, 100))$msd, sgd_msd(dense, c(1, 100))$msd, tolerance = 1e-7)
  expect_output(print(dropped), "left out")
  expect_failure_of(sgd_model(sgd_spectrum(1, sigma2 = 1), hyper, drop_negative = TRUE), "bad_argument",
                    "`drop_negative` = TRUE: expected FALSE")
})

test_that("noise sigma2 H is none along negative curvature, be that real or rounding", {
  saddle <- sgd_density(sgd_operator(diag(c(3, 2, 0.5, 0, -1))), top = 5, sigma2 = 2)
  expect_equal(saddle$gradient_noise, c(6, 4, 1, 0, 0), tolerance = 1e-12)
  expect_gte(min(saddle$gradient_noise), 0)
  expect_failure_of(sgd_msd(sgd_model(saddle, hyper), 1), "saddle", "reaches down to -1")
  flat <- sgd_density(sgd_operator(X = X[1:3, 1:9]), top = 9, sigma2 = 2, seed = 1) # six eigenvalues are 0
  expect_gte(min(flat$gradient_noise), 0)
  few <- sgd_hyper(0.1, 0.9, 0.01, 2)
  dense <- sgd_model(sgd_spectrum(pmax(flat$eigenvalues, 0), sigma2 = 2), few)
  expect_equal(sgd_msd(sgd_model(flat, few), c(1, 100))$msd, sgd_msd(dense, c(1, 100))$msd, tolerance = 1e-10)
})

test_that("histograms count every mode once", {
  diagonal <- sgd_density(sgd_operator(diag(c(3, 2, 0.5, 0, -1))), top = 5, sigma2 = 2)
  bins <- sgd_histogram(diagonal, edges = c(-2, -0.1, 0.1, 1, 3))
  expect_identical(bins$value, c(1, 1, 1, 2))
  expect_identical(bins$se, numeric(4))
  bins <- sgd_histogram(diagonal)
  expect_identical(sum(bins$value), 5)
  expect_identical(bins$value[bins$lower < 0 & bins$upper > 0], 1)
  expect_equal(diff(log10(bins$upper[bins$lower > 0])), rep(0.25, 3), tolerance = 1e-12)
  on_edges <- sgd_density(sgd_operator(diag(2:1)), top = 2)
  for (values in list(c(10^0.25, 1), c(1, -10^0.25), c(3, -1))) { # 4 log10 of 10^0.25 is below 1 by rounding
    on_edges$eigenvalues <- values
    bins <- sgd_histogram(on_edges)
    expect_identical(sum(bins$value), 2)
    expect_identical(bins$value[bins$lower < 0 & bins$upper > 0], 0) # none is flat
  }
  partly <- sgd_density(sgd_operator(diag(seq(-1, 2, length.out = 40))), steps = 12, probes = 5, seed = 1)
  expect_equal(sum(sgd_histogram(partly)$value), 40, tolerance = 1e-12)
  expect_equal(sum(sgd_histogram(sgd_density(sgd_operator(matrix(0, 2, 2)), top = 2))$value), 2)
  expect_failure_of(sgd_histogram(1), "bad_argument", "`density`: expected the value of sgd_density()")
  expect_failure_of(sgd_histogram(partly, edges = 1), "bad_argument", "`edges`: expected at least 2 of them, got 1")
  expect_failure_of(sgd_histogram(partly, edges = c(1, 0)), "bad_argument", "expected increasing numbers")
  expect_failure_of(sgd_histogram(partly, per_decade = 0), "bad_argument", "`per_decade` = 0: expected a whole number")
  expect_failure_of(sgd_histogram(partly, egdes = 0), "bad_argument", "did you mean `edges`")
  expect_failure_of(sgd_histogram(partly, noise = TRUE), "unsupported", "the density has no gradient noise")
})

test_that("traces of every function", {
  r <- c(3, 2, 0.5, 0.25)
  density <- sgd_density(sgd_operator(diag(r)), top = 4, sigma2 = 2)
  bare <- sgd_density(sgd_operator(diag(r)), steps = 4, probes = 2, seed = 1)
  names <- c("one", "identity", "square", "absolute", "inverse", "logarithm", "exponential", "below")
  estimate <- sgd_trace(density, names, parameter = c(0, 0, 0, 0, 1, 1, 0.5, 1))
  expect_equal(estimate$value, c(4, sum(r), sum(r^2), sum(r), sum(1 / (r + 1)), sum(log(r + 1)), sum(exp(-r / 2)), 2),
               tolerance = 1e-12)
  expect_identical(estimate$se, numeric(8))
  expect_equal(sgd_trace(density, "inverse", noise = TRUE, parameter = 1)$value, sum(2 * r / (r + 1)), tolerance = 1e-12)
  expect_equal(sgd_trace(density, function(x) x^3)$value, sum(r^3), tolerance = 1e-12)
  expect_equal(sgd_trace(bare, function(x) x)$value, sum(r), tolerance = 1e-12) # signs are exact here
  expect_identical(as.data.frame(estimate)$f, names)
  expect_output(print(estimate), "logarithm")
  expect_failure_of(sgd_trace(1, "one"), "bad_argument", "`density`: expected the value of sgd_density()")
  expect_failure_of(sgd_trace(density, "cube"), "bad_argument", "`f` = \"cube\"")
  expect_failure_of(sgd_trace(density, 1), "bad_argument", "`f`: expected names of functions, got a number")
  expect_failure_of(sgd_trace(density, c("one", "below"), parameter = 1:3), "bad_argument",
                    "`parameter`: expected 1 number or 2, got 3")
  expect_failure_of(sgd_trace(density, "below", parameter = NA), "not_finite", "`parameter")
  expect_failure_of(sgd_trace(density, "logarithm", parameter = -1), "bad_argument", "")
  expect_failure_of(sgd_trace(bare, "one", noise = TRUE), "unsupported", "the density has no gradient noise")
  noisy <- sgd_density(sgd_operator(diag(r)), counts = FALSE, noise = sgd_noise(diagonal = r), steps = 2, probes = 2)
  expect_failure_of(sgd_trace(noisy, "one"), "unsupported", "`density` was made with counts = FALSE")
  expect_failure_of(sgd_trace(density, function(x) 1), "callback", "`f`: expected 4 numbers from 4 eigenvalues, got a number")
  expect_failure_of(sgd_trace(density, function(x) x / 0), "not_finite", "")
  expect_failure_of(sgd_trace(density, "one", noise = "x"), "bad_argument", "`noise`: expected TRUE or FALSE")
  expect_failure_of(sgd_trace(density, "one", parametr = 1), "bad_argument", "did you mean `parameter`")
})

test_that("densities in words, tables and figures", {
  density <- sgd_density(sgd_operator(H - 0.003 * diag(50)), steps = 30, probes = 4, top = 3, sigma2 = 1, seed = 1)
  expect_output(print(density), "Spectral density of 50 parameters by 4 probes, 3 eigenpairs known, noise 1 H")
  expect_output(print(summary(density)), "The Hessian of 50 parameters has eigenvalues from")
  expect_output(print(summary(density)), "The 3 eigenvalues known exactly hold")
  expect_equal(sum(as.data.frame(density)$value), 50, tolerance = 1e-12)
  model <- sgd_model(density, sgd_hyper(0.1, 0.9), drop_negative = TRUE)
  expect_output(print(summary(model)), "SGD is stable below")
  expect_output(print(sgd_stationary(model, trace_only = TRUE)), "squared step")
  expect_output(print(summary(sgd_msd(model, 1:3))), "exponent")
  expect_output(print(sgd_power_spectrum(model, 0.1)), "0 of 0 modes")
  expect_s3_class(summary(sgd_autocorrelation(model, 0:3)), "data.frame")
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_identical(plot(density), density)
  expect_identical(plot(density, noise = TRUE, level = 0.8, per_decade = 2), density)
  plot(model)
  plot(sgd_msd(model, 1:5))
  plot(sgd_autocorrelation(model, 0:5))
  plot(sgd_power_spectrum(model, c(0.01, 0.1)))
  expect_failure_of(plot(density, level = 1), "bad_argument", "`level` = 1: expected a number in (0, 1)")
  zero <- sgd_density(sgd_operator(matrix(0, 2, 2)), top = 2)
  expect_failure_of(plot(zero), "bad_argument", "`x`: expected eigenvalues that are not 0, got none")
  skip_if_not_installed("generics")
  expect_named(generics::tidy(density), c("term", "lower", "upper", "estimate", "std.error"))
  expect_equal(generics::glance(density)$trace, density$trace)
  skip_if_not_installed("ggplot2")
  expect_s3_class(ggplot2::autoplot(density), "ggplot")
  expect_s3_class(ggplot2::ggplot_build(ggplot2::autoplot(sgd_msd(model, 1:5)))$plot, "ggplot")
})

test_that("what needs modes says what to do", {
  density <- sgd_density(operator, steps = 5, probes = 2, sigma2 = 1, seed = 1)
  model <- sgd_model(density, hyper)
  unsupported <- function(expr, message) expect_failure_of(expr, "unsupported", message)
  no_modes <- "`model` is of a spectral density, which has no modes: sgd_msd(), sgd_stationary(trace_only = TRUE)"
  unsupported(sgd_transient(model, 1), no_modes)
  unsupported(sgd_simulate(model, 1), no_modes)
  unsupported(sgd_oscillations(model), no_modes)
  unsupported(sgd_modified_loss(model), no_modes)
  unsupported(sgd_irreversibility(model), no_modes)
  unsupported(sgd_log_density(model, 1, 0), no_modes)
  unsupported(sgd_stationary(model), "`trace_only` = FALSE: a spectral density has no covariance matrices")
  unsupported(sgd_stationary(model, trace_only = TRUE, phase = 0), "`phase`: not for a model of a spectral density")
  unsupported(sgd_msd(model, 1, theta0 = 1), "`theta0`: not for a model of a spectral density")
  unsupported(sgd_msd(model, 1, start = "gaussian"), "`start` = \"gaussian\": not for a model")
  unsupported(sgd_msd(model, 1, form = "paper"), "`form` = \"paper\": not for a model")
  unsupported(sgd_msd(model, 1, modes = TRUE), "`modes` = TRUE: not for a model")
  unsupported(sgd_msd(model, 1, frames = 9), "`frames`: not for a model")
  unsupported(sgd_autocorrelation(model, 1, direction = 1:50), "`direction`: not for a model")
  unsupported(sgd_autocorrelation(model, 1, modes = TRUE), "`modes` = TRUE: not for a model")
  unsupported(sgd_power_spectrum(model, 0.1, direction = 1:50), "`direction`: not for a model")
  unsupported(sgd_power_spectrum(model, 0.1, modes = TRUE), "`modes` = TRUE: not for a model")
  unsupported(sgd_model(density, hyper, noise = "multiplicative"), "`noise` = \"multiplicative\": not for a spectral density")
  unsupported(sgd_model(operator, hyper), "`problem` is an operator without gradient noise")
  unsupported(sgd_model(sgd_density(operator, steps = 2, probes = 1), hyper),
              "`problem` is a spectral density without gradient noise")
  expect_failure_of(sgd_model(density, sgd_hyper(100), dynamics = "sgd"), "unstable", "SGD diverges; it is stable below")
  expect_warning_of(sgd_model(density, sgd_hyper(100)), "unstable", "SGD itself diverges; it is stable below")
  expect_failure_of(sgd_model(density, hyper, n_examples = 7), "bad_argument",
                    "`n_examples` = 7: expected 120, those of the spectral density, or NULL")
})

test_that("arguments of densities", {
  bad <- function(expr, message) expect_failure_of(expr, "bad_argument", message)
  bad(sgd_density(H), "`operator`: expected the value of sgd_operator()")
  bad(sgd_density(operator, steps = 0), "`steps` = 0: expected a whole number >= 1")
  bad(sgd_density(operator, probes = 0.5), "`probes` = 0.5: expected a whole number >= 1")
  bad(sgd_density(operator, target = -1), "`target` = -1: expected a finite number >= 0")
  bad(sgd_density(operator, functions = "cube"), "`functions` = \"cube\"")
  bad(sgd_density(operator, functions = 1), "`functions`: expected names of functions, got a number")
  bad(sgd_density(operator, probe = "uniform"), "`probe` = \"uniform\"")
  bad(sgd_density(operator, counts = FALSE), "`counts` = FALSE: expected TRUE, unless there is `noise`")
  bad(sgd_density(operator, flat_tolerance = 1), "`flat_tolerance` = 1: expected a number in [0, 1)")
  bad(sgd_density(operator, block = 0), "`block` = 0: expected a whole number >= 1")
  bad(sgd_density(operator, top = 50, bottom = 1), "`top` + `bottom` = 51: expected from 1 to the dimension, 50")
  bad(sgd_density(operator, top = "x"), "`top`: expected a number or the value of sgd_eigenpairs(), got a character")
  bad(sgd_density(operator, top = sgd_eigenpairs(sgd_operator(diag(3)), top = 1)),
      "`top`: expected eigenpairs of 50 parameters, got 3")
  bad(sgd_density(operator, top = sgd_eigenpairs(operator, top = 1), bottom = 2), "`bottom` = 2: expected 0 where `top`")
  bad(sgd_density(operator, sigma2 = 1, noise = sgd_noise(diagonal = 1)), "`noise`, `sigma2`: expected at most one")
  bad(sgd_density(operator, noise = sgd_noise(factor = matrix(1:2))), "`noise`: expected factor of 50 parameters, got 2")
  bad(sgd_density(operator, probs = 2), "did you mean `probes`")
  expect_failure_of(sgd_density(operator, noise = sgd_noise(diagonal = rep(-1, 50))), "not_psd", "")
  expect_failure_of(sgd_density(operator, noise = sgd_noise(function(i) 1, n_examples = 9)), "callback",
                    "`gradients` of examples 1 to 9: expected a 9 x 50 matrix, got a number")
  expect_failure_of(sgd_density(sgd_operator(function(V) 1, 50, tolerance = Inf)), "callback",
                    "`hvp`, product 1: expected a 50 x 4 matrix")
  incomplete <- sgd_eigenpairs(operator, top = 1, seed = 1)
  incomplete$complete <- FALSE
  bad(sgd_density(operator, top = incomplete), "`top`: expected converged eigenpairs")
})
