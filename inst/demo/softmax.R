# Main job, part 2: a recorded run of torch.optim.SGD (softmax regression on 8 x 8 digits, 650 parameters,
# epochs of 56 batches) against the theory, from its Hessian and gradient covariance.

softmax_lags <- c(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# The run from its own file: problem from the recorded Hessian and covariance, MSD from the recorded frames.
softmax_from_recording <- function(file, lags) {
  h5 <- hdf5r::H5File$new(file, "r")
  on.exit(h5$close_all())
  scalar <- function(name) h5[[paste0("run/", name)]][]
  theta <- t(h5[["theta"]][, ])
  list(problem = sgd_quadratic(h5[["hessian"]][, ], Sigma = h5[["gradient_covariance"]][, ]),
       hyper = sgd_hyper(scalar("lr"), scalar("momentum"), scalar("weight_decay"), scalar("batch_size")),
       n_examples = scalar("n_examples"), frames = nrow(theta), measured = msd(theta, lags))
}

# The same from the small files that tools/make-softmax-extdata.R made of it.
softmax_from_extdata <- function(folder, lags) {
  table <- function(name) utils::read.csv(file.path(folder, name))
  modes <- table("softmax_modes.csv")
  run <- table("softmax_run.csv")
  measured <- table("softmax_msd.csv")
  list(problem = sgd_spectrum(modes$eigenvalue, modes$noise),
       hyper = sgd_hyper(run$lr, run$momentum, run$weight_decay, run$batch_size),
       n_examples = run$n_examples, frames = run$frames, measured = measured[match(lags, measured$lag), ])
}

softmax_models <- function(run) {
  model <- function(sampling) {
    sgd_model(run$problem, run$hyper, dynamics = "sgd", sampling = sampling, n_examples = run$n_examples)
  }
  list(replacement = model("replacement"), epoch = model("epoch"))
}

# Measured MSD with its sampling sd (relative), both theories over it, and the local exponents between
# successive lags.
compare_softmax <- function(run, models) {
  lags <- run$measured$lag
  replacement <- sgd_msd(models$replacement, lags)$msd
  epoch <- sgd_msd(models$epoch, lags)$msd
  local_exponent <- function(msd) c(NA, diff(log(msd)) / diff(log(lags)))
  data.frame(lag = lags, msd = run$measured$msd,
             sd = window_msd_sd(stationary_spectra(models$epoch, 2^14), run$frames, lags) / epoch,
             replacement = replacement / run$measured$msd, epoch = epoch / run$measured$msd,
             exponent = local_exponent(run$measured$msd), exponent_replacement = local_exponent(replacement),
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
