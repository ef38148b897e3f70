# The diamonds regression: log price (centred) on 6 numeric and 17 dummy columns, each standardised.

# X (53917 x 23) and y from extdata/diamonds.csv.gz, whose columns are integers. Sums of integers are exact,
# so X has the same bits here and in diamonds.m; the mean of log price is rounded to nine decimals for the
# same reason.
read_diamonds <- function(file) {
  table <- utils::read.csv(file)
  dummies <- function(name) {
    levels <- seq_len(max(table[[name]]))[-1]
    columns <- vapply(levels, function(level) as.numeric(table[[name]] == level), numeric(nrow(table)))
    colnames(columns) <- paste0(name, levels)
    columns
  }
  counts <- cbind(as.matrix(table[c("carat", "depth", "table", "x", "y", "z")]), dummies("cut"),
                  dummies("color"), dummies("clarity"))
  log_price <- log(table$price)
  list(X = standardise_integers(counts), y = log_price - round(mean(log_price), 9))
}

# (c - sum/N)/sd with sd = sqrt(N sum c^2 - (sum c)^2)/N: one rounding for each operation, none in the sums.
standardise_integers <- function(counts) {
  n <- nrow(counts)
  sums <- colSums(counts)
  sds <- sqrt(n * colSums(counts^2) - sums^2) / n
  sweep(sweep(counts, 2, sums / n), 2, sds, "/")
}
