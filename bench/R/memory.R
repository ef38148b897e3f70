# Memory of runs at d = 10^7 that keep summaries only, in memory and in a folder: the peak while they run less what R
# held before (the package and the model), in vectors of d doubles. Linux: the peak is set back before each.
library(sgdlangevin)

d <- 1e7
resident <- function(which) {
  line <- grep(which, readLines("/proc/self/status"), value = TRUE)
  1024 * as.numeric(gsub("[^0-9]", "", line))
}
model <- sgd_model(sgd_spectrum(1 / (1 + (seq_len(d) - 1) %/% 1000), sigma2 = 1), sgd_hyper(0.1, 0.9, 1e-4, 32))
kinds <- list("moments and displacement" = c("moments", "displacement"),
              "the same and MSD at 3 lags" = c("moments", "displacement", "msd"))
for (kind in names(kinds)) {
  for (place in c("in memory", "in a folder")) {
    folder <- if (place == "in a folder") tempfile()
    invisible(gc())
    before <- resident("VmRSS")
    writeLines("5", "/proc/self/clear_refs")
    run <- sgd_simulate(model, 10, seed = 1, coordinates = "modes", trajectory = FALSE, summaries = kinds[[kind]],
                        lags = if ("msd" %in% kinds[[kind]]) c(1, 2, 4), folder = folder)
    cat(sprintf("check\tvectors of d = 10^7, R, %s, %s\t%.2f\n", place, kind, (resident("VmHWM") - before) / (8 * d)))
    rm(run)
    if (!is.null(folder)) unlink(folder, recursive = TRUE)
  }
}
