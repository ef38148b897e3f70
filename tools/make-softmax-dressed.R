# Writes inst/extdata/softmax_dressed.csv: the displacement of the recorded run softmax_epoch.h5 beside what
# the theory says of it from its examples (gradients and Hessians at the minimum), for the vignette. Usage, from
# the top of the checkout with the package installed: Rscript tools/make-softmax-dressed.R [recording]

library(sgdlangevin)

arguments <- commandArgs(TRUE)
recording <- if (length(arguments)) arguments[1] else "../shared/data/softmax_epoch.h5"
h5 <- hdf5r::H5File$new(recording, "r")
scalar <- function(name) h5[[paste0("run/", name)]][]
hyper <- sgd_hyper(scalar("lr"), scalar("momentum"), scalar("weight_decay"), scalar("batch_size"))
X <- cbind(t(h5[["examples/pixels"]][, ]) / 16 - 0.3, 1) # one example a row, a column of ones for the bias
label <- h5[["examples/label"]][] + 1
theta_star <- h5[["theta_star"]][]
frames <- t(h5[["theta"]][, ])
projections <- t(h5[["projection/theta"]][, ])
index <- h5[["projection/eigenvector_index"]][]
h5$close_all()

N <- nrow(X)
classes <- 10
place <- function(class) c(seq_len(64) + 64 * (class - 1), 640 + class) # of its weights and bias in theta

# ---- softmax regression at the minimum: probabilities, gradients, Hessians (diag(p) - pp') x x' ----
scores <- sapply(seq_len(classes), function(class) X %*% theta_star[place(class)])
p <- exp(scores - apply(scores, 1, max))
p <- p / rowSums(p)
gradients <- matrix(0, N, 650)
for (class in seq_len(classes)) gradients[, place(class)] <- (p[, class] - (label == class)) * X

# diag(p) - pp' = BB' with B (10 x 9) lower trapezoidal, its Cholesky factor.
factors <- array(0, c(N, 650, classes - 1))
for (r in seq_len(classes - 1)) {
  rest <- rowSums(p[, (r + 1):classes, drop = FALSE])
  whole <- rest + p[, r]
  factors[, place(r), r] <- sqrt(p[, r] * rest / whole) * X
  for (class in (r + 1):classes) {
    factors[, place(class), r] <- -p[, class] * sqrt(p[, r] / (whole * rest)) * X
  }
}
H <- Reduce(`+`, lapply(seq_len(classes - 1), function(r) crossprod(factors[, , r]))) / N

# ---- theory and measurement ----
problem <- sgd_examples(H, gradients, factors, minimiser = theta_star)
model <- function(...) sgd_model(problem, hyper, dynamics = "sgd", ...)
lags <- c(1, 2, 5, 10, 20, 50, 56, 100, 200, 300, 500, 1000)
dressed <- sgd_msd(model(sampling = "epoch", noise = "multiplicative"), lags, frames = nrow(frames),
                   modes = TRUE)
langevin <- sgd_msd(sgd_model(problem, hyper), lags)
rungs <- as.data.frame(dressed$terms)
table <- data.frame(
  lag = lags, measured = msd(frames, lags, se = FALSE)$msd, se = dressed$se, langevin = langevin$msd, rungs,
  measured_40 = msd(projections, lags, se = FALSE)$msd, dressed_40 = rowSums(dressed$modes[, index])
)
table[] <- lapply(table, sprintf, fmt = "%.17g")
utils::write.csv(table, "inst/extdata/softmax_dressed.csv", row.names = FALSE, quote = FALSE)
