# Writes inst/extdata/softmax_{run,modes,msd}.csv: what the main job needs of the recorded run softmax_epoch.h5.
# Usage, from the top of the checkout with the package installed: Rscript tools/make-softmax-extdata.R [recording]

library(sgdlangevin)
source("inst/main-job/softmax.R")

arguments <- commandArgs(TRUE)
recording <- if (length(arguments)) arguments[1] else "../shared/data/softmax_epoch.h5"
run <- softmax_from_recording(recording)
model <- softmax_models(run)$replacement

write_table <- function(table, name) {
  table[] <- lapply(table, sprintf, fmt = "%.17g")
  utils::write.csv(table, file.path("inst/extdata", name), row.names = FALSE, quote = FALSE)
}
write_table(with(run$hyper, data.frame(lr, momentum, weight_decay, batch_size, n_examples = run$n_examples,
                                       frames = run$frames)), "softmax_run.csv")
noise <- pmax(diag(model$gradient_noise), 0) # noiseless directions: rounding may leave -1e-18
write_table(data.frame(eigenvalue = model$eigenvalues, noise = noise), "softmax_modes.csv")
write_table(with(run$measured, data.frame(lag, msd, se)), "softmax_msd.csv")
