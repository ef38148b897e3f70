# Values computed independently at 50 digits, met to 1e-11 in the norm over the joint 2d x 2d covariance.
# No case needs an exception: the closed forms do not lose digits to the condition number.

skip_if_not_installed("jsonlite")
cases <- jsonlite::fromJSON(test_path("..", "reference", "ou_cases.json"), simplifyDataFrame = FALSE)$cases
tolerance <- 1e-11

model_of <- function(case, dynamics) {
  hyper <- sgd_hyper(case$lr, case$momentum, case$weight_decay, case$batch_size)
  sgd_model(sgd_quadratic(case$H, Sigma = case$Sigma), hyper, dynamics = dynamics)
}

for (case in cases) for (dynamics in c("langevin", "sgd")) {
  reference <- case[[dynamics]]
  model <- model_of(case, dynamics)

  test_that(paste("stationary covariance:", case$name, dynamics), {
    state <- sgd_stationary(model)
    expect_lt(relative_error(joint(state$theta, state$cross, state$velocity),
                             joint(reference$P, reference$R, reference$W)), tolerance)
    expect_equal(unname(state$trace), c(sum(diag(reference$P)), sum(diag(reference$W))),
                 tolerance = tolerance)
    expect_true(all(state$exists))
  })

  test_that(paste("transient and MSD:", case$name, dynamics), {
    law <- sgd_transient(model, case$steps, case$theta_dev, case$v0)
    msd <- sgd_msd(model, case$steps)$msd
    for (k in seq_along(case$steps)) {
      at <- reference$transient[[k]]
      expect_equal(at$step, case$steps[k])
      expect_lt(relative_error(c(law$mean_theta[, k], law$mean_velocity[, k]), at$mean), tolerance)
      expect_lt(relative_error(joint(law$theta[, , k], law$cross[, , k], law$velocity[, , k]),
                               at$cov_from_point), tolerance)
      expect_lt(relative_error(msd[k], at$msd_stationary), tolerance)
    }
  })
}

for (case in cases) {
  test_that(paste("modified loss:", case$name), {
    loss <- sgd_modified_loss(model_of(case, "langevin"))
    expect_lt(relative_error(loss$U, case$langevin$U), tolerance)
    expect_lt(relative_error(loss$Q, case$langevin$Q), tolerance)
    expect_lt(relative_error(predict(loss, c(case$theta_dev, case$v0)), case$langevin$Phi_at_z0), tolerance)
  })
}
