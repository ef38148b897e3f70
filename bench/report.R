# Prints the table of ratios from measured times. Arguments: times (tsv), comparisons (csv), threads.
arguments <- commandArgs(trailingOnly = TRUE)
lines <- read.delim(arguments[1], header = FALSE, col.names = c("kind", "name", "value"), quote = "")
comparisons <- read.csv(arguments[2])
seconds <- with(lines[lines$kind == "time", ], stats::setNames(as.numeric(value), name))

show_time <- function(s) {
  ifelse(s >= 1, sprintf("%.2f s", s), ifelse(s >= 1e-3, sprintf("%.2f ms", 1e3 * s), sprintf("%.1f us", 1e6 * s)))
}

ours <- seconds[comparisons$ours]
peer <- seconds[comparisons$peer]
faster <- comparisons$sense == "faster"
ratio <- ifelse(faster, peer / ours, ours / peer)
target <- ifelse(is.na(comparisons$target), "",
                 sprintf("%s %g%s", ifelse(faster, ">=", "<="), comparisons$target,
                         ifelse((ratio >= comparisons$target) == faster, "", "  MISSED")))
cpu <- sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1])
cat(sprintf("%s; %s thread(s) for the stationary covariance, 1 elsewhere; %s; BLAS %s, kernels %s\n\n", cpu,
            arguments[3], format(Sys.Date()), normalizePath(extSoftVersion()[["BLAS"]]),
            Sys.getenv("OPENBLAS_CORETYPE", "of its own choice")))
cat("| comparison | ours | peer | ratio | target |\n|---|---:|---:|---:|---:|\n")
cat(sprintf("| %s | %s | %s | %.2f | %s |\n", comparisons$comparison, show_time(ours), show_time(peer), ratio,
            target), sep = "")
checks <- lines[lines$kind == "check", ]
cat("\n", sprintf("%s: %s\n", checks$name, checks$value), sep = "")
