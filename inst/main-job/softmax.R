# Main job, part 2: a recorded run of torch.optim.SGD (softmax regression on 8 x 8 digits, 650 parameters,
# epochs of 56 batches) against the theory, from its Hessian and gradient covariance.

softmax_lags <- sort(unique(round(c(10^seq(0, 3, by = 0.1), 2, 5, 20, 50, 200, 500))))

# The run from its own file: problem from the recorded Hessian and covariance, MSD from the recorded frames.
softmax_from_recording <- function(file) {
  h5 <- hdf5r::H5File$new(file, "r")
  on.exit(h5$close_all())
  scalar <- function(name) h5[[paste0("run/", name)]][]
  theta <- t(h5[["theta"]][, ])
  list(problem = sgd_quadratic(h5[["hessian"]][, ], Sigma = h5[["gradient_covariance"]][, ]),
       hyper = sgd_hyper(scalar("lr"), scalar("momentum"), scalar("weight_decay"), scalar("batch_size")),
       n_examples = scalar("n_examples"), frames = nrow(theta), measured = msd(theta, softmax_lags))
}

# The same from the small files that tools/make-softmax-extdata.R made of it.
softmax_from_extdata <- function(folder) {
  table <- function(name) utils::read.csv(file.path(folder, name))
  modes <- table("softmax_modes.csv")
  run <- table("softmax_run.csv")
  list(problem = sgd_spectrum(modes$eigenvalue, modes$noise),
       hyper = sgd_hyper(run$lr, run$momentum, run$weight_decay, run$batch_size),
       n_examples = run$n_examples, frames = run$frames,
       measured = structure(table("softmax_msd.csv"), class = "msd"))
}

softmax_models <- function(run) {
  model <- function(sampling) {
    sgd_model(run$problem, run$hyper, dynamics = "sgd", sampling = sampling, n_examples = run$n_examples)
  }
  list(replacement = model("replacement"), epoch = model("epoch"))
}

# Sampling sd of the measured MSD: its own blocks are too few at the lags that matter.
softmax_sampling_sd <- function(run, model) {
  window_msd_sd(stationary_spectra(model, 2^14), run$frames, run$measured$lag)
}

# Measured MSD with its sampling sd (relative), both theories over it, and local exponents between successive
# lags.
compare_softmax <- function(run, models, lags) {
  at <- match(lags, run$measured$lag)
  measured <- run$measured$msd[at]
  replacement <- sgd_msd(models$replacement, lags)$msd
  epoch <- sgd_msd(models$epoch, lags)$msd
  local_exponent <- function(msd) c(NaN, diff(log(msd)) / diff(log(lags)))
  data.frame(lag = lags, msd = measured, sd = run$measured$se[at] / epoch,
             replacement = replacement / measured, epoch = epoch / measured,
             exponent = local_exponent(measured), exponent_replacement = local_exponent(replacement),
             exponent_epoch = local_exponent(epoch))
}

print_softmax <- function(rows) {
  line <- "%5s | %10s %8s | %16s %10s | %10s %16s %10s\n"
  cat(sprintf("%5s | %10s %8s | %-27s | %s\n", "", "measured", "sampling", "theory/measured:",
              "local exponent since the lag before:"))
  cat(sprintf(line, "lag", "MSD", "sd", "with replacement", "epochs", "measured", "with replacement",
              "epochs"))
  cat(sprintf("%5d | %10.4g %7.1f%% | %16.3f %10.3f | %10.3f %16.3f %10.3f\n", rows$lag, rows$msd,
              100 * rows$sd, rows$replacement, rows$epoch, rows$exponent, rows$exponent_replacement,
              rows$exponent_epoch),
      sep = "")
}
