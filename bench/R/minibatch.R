# The loop of bench/core/minibatch.c in plain R, and the same run by sgd_simulate().
library(sgdlangevin)

N <- 53917; D <- 23; S <- 128; steps <- 20000; repeats <- 3
lr <- 0.02; momentum <- 0.9; weight_decay <- 1e-3

set.seed(1)
X <- matrix(rnorm(N * D), N, D)
y <- X[, 1] + rnorm(N)

train <- function() {
  theta <- velocity <- numeric(D)
  recorded <- matrix(0, steps + 1, D)
  for (step in seq_len(steps)) {
    batch <- sample.int(N, S, replace = TRUE)
    rows <- X[batch, ]
    gradient <- crossprod(rows, rows %*% theta - y[batch])[, 1] / S
    velocity <- momentum * velocity - gradient - weight_decay * theta
    theta <- theta + lr * velocity
    recorded[step + 1, ] <- theta
  }
  recorded
}

median_seconds <- function(run) {
  stats::median(replicate(repeats, { gc(FALSE); system.time(run())[["elapsed"]] }))
}

sgd_threads(1)
model <- sgd_model(sgd_regression(X, y), sgd_hyper(lr, momentum, weight_decay, S), dynamics = "sgd")
package <- function() {
  sgd_simulate(model, steps, method = "minibatch", theta0 = numeric(D), velocity = FALSE, seed = 1)
}

cat(sprintf("time\tminibatch R loop\t%.6g\n", median_seconds(train)))
cat(sprintf("time\tminibatch R sgd_simulate\t%.6g\n", median_seconds(package)))
