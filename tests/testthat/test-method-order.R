known <- list(euler = c(1, 1), baoab = c(1, 2), obabo = c(1, 2), sgd = c(1, 1))

test_that("orders are those of theory", {
  # windows: 0.1 for the terms of next order, five standard errors
  for (method in names(known)) {
    order <- sgd_method_order(general_model(), method, nsim = 300, seed = 1)
    expect_lt(abs(order$strong_order - known[[method]][1]), 0.1 + 5 * order$strong_order_se)
    expect_lt(abs(order$weak_order - known[[method]][2]), 0.1)
    expect_equal(order$step, 0.05 / 2^(0:5))
    expect_true(all(order$strong_se > 0 & order$strong_se < order$strong))
  }
})

test_that("the exact method has errors at rounding level and no order", {
  order <- sgd_method_order(general_model(), "exact", steps = 4, levels = 3, nsim = 10, seed = 1)
  expect_true(all(order$strong < 1e-14 & order$weak < 1e-13))
  expect_identical(c(order$strong_order, order$strong_order_se, order$weak_order), rep(NaN, 3))
  expect_output(print(order), "none (errors at rounding level)", fixed = TRUE)
})

test_that("the seed decides; dynamics does not", {
  order <- sgd_method_order(general_model(), "euler", nsim = 5)
  expect_identical(sgd_method_order(general_model(), "euler", nsim = 5, seed = order$seed), order)
  expect_identical(sgd_method_order(general_model("sgd"), "euler", nsim = 5, seed = order$seed), order)
  set.seed(4)
  first <- sgd_method_order(general_model(), "euler", nsim = 5)$seed
  set.seed(4)
  expect_identical(sgd_method_order(general_model(), "euler", nsim = 5)$seed, first)
})

test_that("methods of the result", {
  order <- sgd_method_order(general_model(), "baoab", nsim = 50, seed = 1)
  expect_named(order, c("step", "strong", "strong_se", "weak", "strong_order", "strong_order_se", "weak_order",
                        "method", "steps", "nsim", "seed"))
  expect_named(as.data.frame(order), c("step", "strong", "strong_se", "weak"))
  expect_equal(tail(summary(order)$weak_order, 1), 2, tolerance = 0.02)
  expect_output(print(order), "Order of method \"baoab\", 16 steps, 50 paths", fixed = TRUE)
  tidied <- tidy.sgd_method_order(order)
  expect_identical(tidied$term, c("strong_order", "weak_order"))
  expect_identical(tidied$estimate, c(order$strong_order, order$weak_order))
  expect_identical(tidied$std.error, c(order$strong_order_se, NA))
  expect_identical(glance.sgd_method_order(order),
                   data.frame(method = "baoab", steps = 16, levels = 6L, nsim = 50, strong_order = order$strong_order,
                              weak_order = order$weak_order))
  pdf(NULL)
  on.exit(dev.off())
  expect_warning(plot(order), NA)
  expect_warning(plot(sgd_method_order(general_model(), "exact", nsim = 5, seed = 1)), NA)
})

test_that("what is refused", {
  order <- function(...) sgd_method_order(general_model(), ...)
  expect_failure_of(sgd_method_order(1, "euler"), "bad_argument", "`model`")
  expect_failure_of(order("oiler"), "bad_argument", "did you mean \"euler\"")
  expect_failure_of(order("minibatch"), "unsupported", "`method` = \"minibatch\": expected \"exact\"")
  expect_failure_of(order("euler", steps = 0), "bad_argument", "`steps` = 0")
  expect_failure_of(order("euler", steps = 2^40), "bad_argument", "expected an integer from 1 to 2^34")
  expect_failure_of(order("euler", levels = 1), "bad_argument", "`levels` = 1")
  expect_failure_of(order("euler", levels = 100), "bad_argument",
                    "`levels` = 100: expected an integer from 2 to 16")
  expect_failure_of(order("euler", nsim = 1), "bad_argument", "`nsim` = 1")
  expect_failure_of(order("euler", seed = 0.5), "bad_argument", "`seed` = 0.5")
  expect_failure_of(order("euler", path = 3), "bad_argument", "path")
  epochs <- sgd_model(general_problem(), sgd_hyper(0.05, batch_size = 8), "sgd", "epoch", n_examples = 64)
  expect_failure_of(sgd_method_order(epochs, "euler"), "unsupported", "`model` has sampling = \"epoch\"")
  quiet <- sgd_model(sgd_spectrum(1, noise = 0), sgd_hyper(0.1))
  expect_failure_of(sgd_method_order(quiet, "euler"), "unsupported", "`model` has no gradient noise")
  stiff <- sgd_model(sgd_spectrum(1e-7, noise = 1), sgd_hyper(0.1, -0.999999))
  expect_failure_of(sgd_method_order(stiff, "euler", levels = 2), "unsupported", "expected more `levels`")
  saddle <- sgd_model(sgd_spectrum(-30, noise = 1), sgd_hyper(0.1))
  expect_failure_of(sgd_method_order(saddle, "euler", steps = 1e5), "unstable", "expected fewer `steps`")
  undecomposed <- sgd_model(sgd_quadratic(diag(2), sigma2 = 1), sgd_hyper(0.1), decompose = FALSE)
  expect_failure_of(sgd_method_order(undecomposed, "euler"), "unsupported", "decompose = TRUE")
})
