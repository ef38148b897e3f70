# The ensemble of bench/core/ensemble.c as a scalar loop in R over paths, steps and modes: a hundredth of the
# paths, its time multiplied by a hundred.
D <- 1000; paths <- 100; steps <- 100; share <- 100; repeats <- 3

simulate <- function(paths) {
  recorded <- array(0, c(steps + 1, D, paths))
  scale <- sqrt(1 / seq_len(D))
  for (path in seq_len(paths)) {
    theta <- velocity <- numeric(D)
    for (step in seq_len(steps)) {
      for (i in seq_len(D)) {
        x <- theta[i]
        v <- velocity[i]
        first <- rnorm(1)
        theta[i] <- 0.99 * x + 0.05 * v + 0.01 * scale[i] * first
        velocity[i] <- 0.9 * v - 0.1 * x + scale[i] * (0.05 * first + 0.1 * rnorm(1))
        recorded[step + 1, i, path] <- theta[i]
      }
    }
  }
  recorded
}

simulate <- compiler::cmpfun(simulate)
set.seed(1)
seconds <- replicate(repeats, system.time(simulate(paths / share))[["elapsed"]])
cat(sprintf("time\tensemble R scalar loop\t%.6g\n", share * stats::median(seconds)))
