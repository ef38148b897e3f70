# inst/extdata/softmax_path.csv.gz: the recorded run along twelve eigenvectors of its Hessian, from the full recording.
#   Rscript tools/make-softmax-path.R ../shared/data/softmax_epoch.h5
library(sgdlangevin)
file <- commandArgs(trailingOnly = TRUE)[1L]
run <- read_trajectory(file)
H <- read_trajectory(file, dataset = "hessian", frames = c(1, 650))$theta[, , 1]
eigen <- eigen((H + t(H)) / 2, symmetric = TRUE)
# Spread over the eigenvalues that are not zero, evenly in rank.
modes <- unique(round(exp(seq(0, log(300), length.out = 12))))
theta <- run$theta[, , 1]
path <- sweep(theta, 2, colMeans(theta)) %*% eigen$vectors[, modes]
colnames(path) <- paste0("mode_", modes)
out <- gzfile("inst/extdata/softmax_path.csv.gz", "wb")
utils::write.csv(signif(path, 6), out, row.names = FALSE)
close(out)
