# Markdown tables of the calibration study: Rscript bench/calibration/report.R [folder of the CSV files]. With --write also
# inst/extdata/calibration.csv and calibration_fit.csv, which the vignette "Measuring anomalous diffusion" shows.
arguments <- commandArgs(trailingOnly = TRUE)
write <- "--write" %in% arguments
arguments <- setdiff(arguments, "--write")
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])
root <- file.path(dirname(script), "..", "..")
folder <- if (length(arguments)) arguments[1] else file.path(root, "build", "calibration")
extdata <- file.path(root, "inst", "extdata")

markdown <- function(title, columns) {
  cells <- do.call(paste, c(columns, sep = " | "))
  cat(sprintf("\n**%s**\n\n| %s |\n|%s|\n", title, paste(names(columns), collapse = " | "),
              paste(rep("---:", length(columns)), collapse = "|")))
  cat(sprintf("| %s |\n", cells), sep = "")
}

# 0.951 +- 0.002; nothing where nothing was measured.
with_error <- function(value, se, format) {
  ifelse(is.nan(value) | is.na(value), "", sprintf(paste0(format, " +- ", format), value, se))
}

study_table <- function(title, rows) {
  columns <- list(process = rows$process, increments = rows$n,
                  exponent = ifelse(is.na(rows$exponent), "", format(rows$exponent)), method = rows$method)
  if (all(rows$method == "crossover")) names(columns)[3] <- "exponent before"
  if (all(rows$method == "crossover")) columns[["exponent after"]] <- rows$noise
  else if (any(rows$noise > 0)) columns[c("noise", "noise/its se")] <- list(rows$noise, sprintf("%.1f", rows$interior))
  columns$bias <- with_error(rows$bias, rows$bias_se, "%.4f")
  if (any(is.finite(rows$sd_over_bound))) {
    columns[["sd/bound"]] <- with_error(rows$sd_over_bound, rows$sd_over_bound_se, "%.3f")
  }
  columns$coverage <- with_error(rows$coverage, rows$coverage_se, "%.3f")
  if (any(rows$flagged > 0, na.rm = TRUE)) {
    columns$flagged <- sprintf("%.0f%%", 100 * rows$flagged / (rows$replicates - rows$failed))
    columns[["coverage unflagged"]] <- with_error(rows$coverage_unflagged, rows$coverage_unflagged_se, "%.3f")
  }
  columns[c("replicates", "refused")] <- list(rows$replicates, rows$failed)
  markdown(title, columns)
}

fit_table <- function(rows) {
  columns <- list(paths = rows$paths, `steps of an epoch` = rows$epoch_steps, every = rows$every, frames = rows$frames,
                  momentum = rows$momentum, `lr x curvature` = rows$lr_curvature, identified = rows$identified)
  for (what in c("noise", "curvature", "damping")) columns[[what]] <- sprintf("%.3f", rows[[paste0(what, "_coverage")]])
  for (what in c("noise", "curvature", "damping")) {
    columns[[paste("overall", what)]] <- sprintf("%.3f", rows[[paste0("overall_", what)]])
  }
  columns[["alarms of the fit"]] <- sprintf("%.3f", rows$fit_alarms)
  columns[["se of coverage"]] <- sprintf("%.4f", rows$se_at_95)
  markdown("fit_langevin: coverage of 95% intervals", columns)
}

titles <- c(mle = "mle", gls = "gls, about 12 log-spaced lags", ols = "ols, for contrast",
            local_exponent = "local_exponent: simultaneous band (bias: mean of the largest error in standard errors)",
            crossover = "msd_crossover: interval of the break (bias: of its logarithm; refused: no break found)")
missing <- c("NA", "nan", "-nan")
all <- NULL
for (study in names(titles)) {
  file <- file.path(folder, paste0(study, ".csv"))
  if (!file.exists(file)) next
  rows <- utils::read.csv(file, na.strings = missing)
  groups <- interaction(rows$noise > 0, rows$process %in% c("scaled", "ou", "ctrw", "levy-walk") & study == "mle")
  for (part in split(rows, groups, drop = TRUE)) study_table(titles[[study]], part)
  all <- rbind(all, cbind(study = study, rows))
}
if (write && !is.null(all)) utils::write.csv(all, file.path(extdata, "calibration.csv"), row.names = FALSE, quote = FALSE)
file <- file.path(folder, "fit_langevin.csv")
if (file.exists(file)) {
  lines <- readLines(file)
  alarms <- grep("^test,", lines)
  fits <- if (length(alarms)) lines[seq_len(alarms - 1)] else lines
  rows <- utils::read.csv(text = fits, na.strings = missing)
  fit_table(rows)
  if (write) utils::write.csv(rows, file.path(extdata, "calibration_fit.csv"), row.names = FALSE, quote = FALSE)
  if (length(alarms)) {
    markdown("shuffling_test: false alarms at 5% under white noise",
             utils::read.csv(text = lines[alarms:length(lines)], na.strings = missing))
  }
}
