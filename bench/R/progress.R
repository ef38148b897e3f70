# What progress costs in R: the same simulation with and without a text bar of progressr, in turn. Seconds of the
# processor that R itself takes (the bar goes to the null device), because on a shared machine the clock is off by
# more than the 1% in question. Then one report alone, of which there are at most five a second: that many seconds of
# simulation with and without them.
library(sgdlangevin)

repeats <- 5
options(progressr.enable = TRUE)
sink <- file(nullfile(), "w")
progressr::handlers(progressr::handler_txtprogressbar(file = sink))

model <- sgd_model(sgd_spectrum(1 / seq_len(100), sigma2 = 1), sgd_hyper(0.1, 0.9))
simulate <- function() sgd_simulate(model, 6e5, nsim = 10, seed = 1, record = 1000)
runs <- list(without = simulate, with = function() progressr::with_progress(simulate()))

processor <- function(run) {
  begun <- proc.time()
  run()
  sum((proc.time() - begun)[c("user.self", "sys.self")])
}
seconds <- sapply(seq_len(repeats + 1), function(repetition) sapply(runs, processor))[, -1]
cat(sprintf("time\tsimulation in R %s progress\t%.6g\n", rownames(seconds), apply(seconds, 1, stats::median)),
    sep = "")

reports <- function(n = 100) {
  progressr::with_progress({
    reporter <- sgdlangevin:::progress_reporter(n)
    for (i in seq_len(n)) reporter$report(i / n)
    reporter$finish()
  })
}
five <- 0.05 * stats::median(replicate(repeats, processor(reports)))
cat(sprintf("time\tfive reports in R and a second of simulation\t%.6g\n", 1 + five))
cat("time\ta second of simulation\t1\n")
close(sink)
