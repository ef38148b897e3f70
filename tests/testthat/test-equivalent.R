hyper <- sgd_hyper(0.1, 0.9, 1e-4, 128)

test_that("each rule keeps its quantity", {
  stationary <- function(h) h$lr / (h$batch_size * (1 - h$momentum))
  to <- sgd_equivalent(hyper, batch_size = 256)$to
  expect_equal(c(to$lr, to$momentum, to$weight_decay), c(0.2, 0.9, 1e-4), tolerance = 1e-14)
  to <- sgd_equivalent(hyper, momentum = 0.95)$to
  expect_equal(stationary(to), stationary(hyper), tolerance = 1e-14)
  expect_equal(sgd_equivalent(hyper, lr = 0.3)$to$batch_size, 384)
  to <- sgd_equivalent(hyper, lr = 0.3, batch_size = 128)$to
  expect_equal(stationary(to), stationary(hyper), tolerance = 1e-14)

  diffusion <- function(h) (h$lr / (1 - h$momentum))^2 / h$batch_size
  to <- sgd_equivalent(hyper, batch_size = 512, preserve = "diffusion")$to
  expect_equal(diffusion(to), diffusion(hyper), tolerance = 1e-14)
  expect_equal(to$lr, 0.2, tolerance = 1e-14)

  plan <- sgd_equivalent(hyper, batch_size = 256, preserve = "dynamics")
  drag <- function(h) (1 - h$momentum) / (1 + h$momentum)
  expect_equal(drag(plan$to), 2 * drag(hyper), tolerance = 1e-13)
  expect_equal(plan$to$lr / (1 + plan$to$momentum), 4 * 0.1 / 1.9, tolerance = 1e-13)
  expect_equal(plan$steps, 0.5)
  expect_s3_class(plan$to, "sgd_hyper")
})

test_that("the same dynamics is the same law of the path, at equal numbers of examples", {
  before <- sgd_model(general_problem(), sgd_hyper(0.001, 0.95, 0.01, 8))
  plan <- sgd_equivalent(before$hyper, batch_size = 16, preserve = "dynamics")
  after <- sgd_model(general_problem(), plan$to)
  expect_equal(vcov(sgd_stationary(after)), vcov(sgd_stationary(before)), tolerance = 1e-12)
  expect_equal(sgd_msd(after, c(1, 10, 500))$msd, sgd_msd(before, 2 * c(1, 10, 500))$msd, tolerance = 1e-11)
})

test_that("batch sizes are rounded, and the quantity kept says so", {
  plan <- sgd_equivalent(hyper, lr = 0.1001)
  expect_equal(plan$exact_batch_size, 128.128, tolerance = 1e-12)
  expect_equal(plan$to$batch_size, 128)
  expect_equal(plan$kept_after / plan$kept_before, 1.001, tolerance = 1e-12)
  expect_output(print(plan), "the quantity kept changes by 0.1%")
})

test_that("errors of the exact model are those of its stationary states", {
  for (sampling in c("replacement", "epoch")) {
    model <- sgd_model(general_problem(), sgd_hyper(0.05, 0.9, 0, 10), "sgd", sampling, n_examples = 95)
    plan <- sgd_equivalent(model$hyper, batch_size = 20, model = model)
    after <- sgd_model(general_problem(), plan$to, "sgd", sampling, n_examples = 95)
    change <- sgd_stationary(after)$trace / sgd_stationary(model)$trace - 1
    expect_equal(c(theta = plan$error$theta, velocity = plan$error$velocity), change, tolerance = 1e-10)
  }
  plan <- sgd_equivalent(hyper, batch_size = 256, preserve = "diffusion",
                         model = sgd_model(sgd_spectrum(c(1, 0), noise = c(1, 1)), hyper, "sgd"))
  expect_equal(plan$error$diffusion, 0, tolerance = 1e-12)
  expect_null(sgd_equivalent(hyper, batch_size = 256)$error)
  expect_equal(nrow(as.data.frame(plan)), 2)
})

test_that("bad plans are named", {
  expect_failure_of(sgd_equivalent(hyper), "bad_argument", "expected at least one of `batch_size`")
  expect_failure_of(sgd_equivalent(0.1, lr = 1), "bad_argument", "`hyper`: expected the value of sgd_hyper()")
  expect_failure_of(sgd_equivalent(hyper, lr = "a"), "bad_argument", "`lr`: expected a number, got")
  expect_failure_of(sgd_equivalent(hyper, lr = -1), "bad_argument", "`lr` = -1")
  expect_failure_of(sgd_equivalent(hyper, lr = 1, preserve = "dynamic"), "bad_argument",
                    "did you mean \"dynamics\"?")
  expect_failure_of(sgd_equivalent(hyper, lr = 1, momentum = 0.5, preserve = "dynamics"), "bad_argument",
                    "with more than one new value")
  expect_failure_of(sgd_equivalent(hyper, lr = 1e-4), "unsupported", "expected at least one example")
  expect_failure_of(sgd_equivalent(hyper, batchsize = 1), "bad_argument", "did you mean `batch_size`?")
  expect_failure_of(sgd_equivalent(hyper, lr = 1, model = general_model()), "bad_argument",
                    "`model`: expected one made with `hyper`")
  model <- sgd_model(sgd_spectrum(30, sigma2 = 1), hyper)
  expect_failure_of(sgd_equivalent(hyper, batch_size = 256, model = model), "unstable", "")
})
