test_that("the drift splits into dissipation and rotation", {
  model <- general_model()
  loss <- sgd_modified_loss(model)
  hyper <- model$hyper
  K <- model$problem$H + hyper$weight_decay * diag(2)
  Z <- matrix(0, 2, 2)
  A <- rbind(cbind(Z, -diag(2)), cbind(K / hyper$mass, hyper$damping * diag(2)))
  D <- rbind(cbind(Z, Z), cbind(Z, hyper$damping * model$problem$Sigma))
  expect_equal((D + loss$Q) %*% loss$U, A, tolerance = 1e-12)
  expect_equal(loss$Q, -t(loss$Q), tolerance = 1e-14)
  expect_equal(loss$rank, 4)
  expect_equal(loss$inverse_temperature, hyper$inverse_temperature)
})

test_that("the effective loss is that of theta alone, whatever its velocity", {
  model <- general_model()
  loss <- sgd_modified_loss(model)
  theta <- 1:2
  schur <- loss$U[theta, theta] -
    loss$U[theta, -theta] %*% solve(loss$U[-theta, -theta], loss$U[-theta, theta])
  expect_equal(loss$effective_hessian, schur, tolerance = 1e-12)
  expect_equal(loss$effective_hessian %*% sgd_stationary(model)$theta * loss$inverse_temperature, diag(2),
               tolerance = 1e-12)
  H <- model$problem$H
  hyper <- model$hyper
  isotropic <- sgd_modified_loss(sgd_model(sgd_quadratic(H, Sigma = 3 * diag(2)), hyper))
  expect_equal(isotropic$effective_hessian,
               2 * (H + hyper$weight_decay * diag(2)) / (3 * hyper$lr * (1 + hyper$momentum)), tolerance = 1e-12)
})

test_that("values are those of the quadratic form about the minimiser", {
  loss <- sgd_modified_loss(general_model())
  points <- matrix(c(1, 2, 0.5, -1, 0.1, 0.2, 0.3, 0.4), 2)
  z <- points - matrix(c(coef(loss$model), 0, 0), 2, 4, byrow = TRUE)
  expect_equal(predict(loss, points), rowSums((z %*% loss$U) * z) / 2, tolerance = 1e-13)
  expect_equal(predict(loss, points[1, ]), predict(loss, points)[1])
  expect_equal(predict(loss, c(1, 2)), predict(loss, c(1, 2, 0, 0)))
  expect_failure_of(sgd_modified_loss_value(loss, c(1, 2, 3)), "bad_argument",
                    "`points`: expected 2 columns (theta) or 4")
})

test_that("a section holds values, current and training loss of its plane", {
  model <- general_model()
  loss <- sgd_modified_loss(model)
  section <- sgd_modified_loss_section(loss, c(1, 1, 0, 0), c(0, 1, 1, 0), n = 9, origin = c(0.1, 0.2))
  w1 <- c(1, 1, 0, 0) / sqrt(2)
  w2 <- c(-0.5, 0.5, 1, 0) / sqrt(1.5)
  grid <- expand.grid(x = section$x, y = section$y)
  points <- outer(grid$x, w1) + outer(grid$y, w2) + rep(c(0.1, 0.2, 0, 0), each = nrow(grid))
  expect_equal(as.vector(section$value), predict(loss, points), tolerance = 1e-12)
  drift <- sgd_current(model, points)$drift
  expect_equal(as.vector(section$current_x), drop(drift %*% w1), tolerance = 1e-12)
  expect_equal(as.vector(section$current_y), drop(drift %*% w2), tolerance = 1e-12)
  z <- points[, 1:2] - matrix(coef(model), nrow(points), 2, byrow = TRUE)
  K <- model$problem$H + model$hyper$weight_decay * diag(2)
  expect_equal(as.vector(section$training_loss), rowSums((z %*% K) * z) / 2, tolerance = 1e-12)

  state <- sgd_stationary(model)
  C <- joint(state$theta, state$cross, state$velocity)
  expect_equal(max(section$x), 3 * sqrt(drop(w1 %*% C %*% w1)), tolerance = 1e-12)
  expect_equal(max(section$y), 3 * sqrt(drop(w2 %*% C %*% w2)), tolerance = 1e-12)
  expect_equal(nrow(as.data.frame(section)), 81)
})

test_that("a section tells its plane: orthonormal directions, in the order given", {
  loss <- sgd_modified_loss(general_model())
  plane <- sgd_modified_loss_section(loss, rep(c(2, 0), loss$dim), rep(1, 2 * loss$dim), n = 3)$directions
  expect_equal(crossprod(plane), diag(2), tolerance = 1e-14)
  expect_equal(plane[, 1], rep(c(1, 0), loss$dim) / sqrt(loss$dim), tolerance = 1e-14)
  expect_equal(plane[, 2], rep(c(0, 1), loss$dim) / sqrt(loss$dim), tolerance = 1e-14)
})

test_that("bad sections are named", {
  loss <- sgd_modified_loss(general_model())
  expect_failure_of(sgd_modified_loss_section(loss, c(0, 0), c(0, 1)), "bad_argument", "`direction1`")
  expect_failure_of(sgd_modified_loss_section(loss, c(1, 2), c(2, 4)), "bad_argument",
                    "not parallel to `direction1`")
  expect_failure_of(sgd_modified_loss_section(loss, c(1, 2, 3), c(2, 4)), "bad_argument",
                    "`direction1`: expected 2 columns")
  expect_failure_of(sgd_modified_loss_section(loss, c(1, 0), c(0, 1), extent = -1), "bad_argument",
                    "`extent` = -1")
  expect_failure_of(sgd_modified_loss_section(loss, c(1, 0), c(0, 1), n = 1), "bad_argument", "`n` = 1")
})

test_that("the current is the drift times the density", {
  model <- general_model()
  points <- matrix(c(0.5, -1, 0.1, 0.2), 1)
  current <- sgd_current(model, points)
  expect_equal(current$current, current$drift * exp(current$log_density), tolerance = 1e-13)
  state <- sgd_stationary(model)
  C <- joint(state$theta, state$cross, state$velocity)
  z <- points - c(coef(model), 0, 0)
  expect_equal(current$log_density, drop(-0.5 * z %*% solve(C, t(z)) - 0.5 * log(det(2 * pi * C))),
               tolerance = 1e-12)
  expect_equal(dim(as.data.frame(current)), c(1, 9))
})

test_that("what has no modified loss or no density says so", {
  expect_failure_of(sgd_modified_loss(general_model("sgd")), "unsupported", "langevin")
  hyper <- sgd_hyper(0.1, 0.9)
  flat <- sgd_model(sgd_spectrum(c(1, 0), noise = c(1, 1)), hyper)
  expect_error(sgd_modified_loss(flat), class = "sgdlangevin_flat")
  saddle <- sgd_model(sgd_spectrum(c(1, -1), noise = c(1, 1)), hyper)
  expect_error(sgd_modified_loss(saddle), class = "sgdlangevin_saddle")
  quiet <- sgd_model(sgd_spectrum(c(2, 1), noise = c(1, 0)), hyper)
  loss <- sgd_modified_loss(quiet)
  expect_equal(loss$rank, 2)
  expect_failure_of(sgd_current(quiet, c(0, 0)), "unsupported", "")
})
