# The same model under other assumptions, side by side: how far each approximation is off.

# Models that differ from `model` in dynamics, sampling or noise only; the first is the Langevin equation
# under sampling in which steps do not know of each other.
model_variants <- function(model) {
  white <- if (model$sampling == "epoch") "replacement" else model$sampling
  constant <- model
  if (!is.null(model$multiplicative)) constant$gradient_noise <- model$multiplicative$constant_noise
  vary <- function(x, dynamics, sampling) {
    x$dynamics <- dynamics
    x$sampling <- sampling
    x
  }
  variants <- list("Langevin" = vary(constant, "langevin", white))
  if (model$report$n_past_limit > 0) return(variants)
  variants[["exact SGD"]] <- vary(constant, "sgd", white)
  if (model$sampling == "epoch") variants[["by epochs"]] <- vary(constant, "sgd", "epoch")
  if (!is.null(model$multiplicative)) variants[["weight-dependent noise"]] <- vary(model, "sgd", white)
  variants
}

# Total stationary variances, a row for each variant; NULL where there are none.
compare_variances <- function(model) {
  if (is.null(model$eigenvalues) || model$report$n_saddle > 0) return(NULL)
  variants <- model_variants(model)
  traces <- vapply(variants, function(variant) .Call(C_stationary, variant, TRUE, NULL)$trace, numeric(2))
  data.frame(model = names(variants), theta = traces[1L, ], velocity = traces[2L, ], row.names = NULL)
}

print_variances <- function(table) {
  if (is.null(table)) return(invisible())
  cat("  total variance side by side:\n")
  names(table) <- c("", "position", "velocity")
  table[-1L] <- lapply(table[-1L], format_numbers)
  print(table, row.names = FALSE)
}

# Displacements at the steps of `x`, a column for each variant; NULL for the paper's form and other starts.
compare_displacements <- function(x, rows) {
  if (is_density(x$model)) return(NULL)
  if (x$form != "model" || x$start != "stationary" || x$model$report$n_saddle > 0) return(NULL)
  steps <- x$step[rows]
  variants <- model_variants(x$model)
  whole <- all(steps == floor(steps))
  if (!whole) variants <- variants["Langevin"]
  start <- list(from = 0L)
  curves <- lapply(variants, function(variant) .Call(C_msd_theory, variant, steps, start, 0L, FALSE)$msd)
  if (!is.null(x$dressed)) curves[["by epochs, dressed"]] <- x$msd[rows]
  as.data.frame(curves, optional = TRUE)
}
