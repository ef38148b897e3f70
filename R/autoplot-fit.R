# The figures of fitted theories, measured spectra and velocities, and of the test for shuffling for ggplot2.

fit_classes <- c("sgd_fit", "power_spectrum", "velocity_autocorrelation", "shuffling_test")

autoplot.sgd_fit <- function(object, mode = NULL, which = "spectrum", level = object$level, ...) {
  if (match_option(which, "which", c("spectrum", "msd")) == "msd") {
    curve <- data.frame(lag = object$msd$lag, msd = predict(object, what = "msd"))
    return(autoplot.msd(object$msd, level = level, ...) +
             ggplot2::geom_line(data = curve, colour = palette_of[["theory"]]))
  }
  columns <- fitted_columns(object, mode)
  log_log(ggplot2::ggplot(fit_spectrum_bars(object, columns, level), column(x = "freq", y = "density")) +
            ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"),
                                    colour = palette_of[["measured"]]) +
            ggplot2::geom_point(colour = palette_of[["measured"]]) +
            ggplot2::geom_line(column(y = "fit"), colour = palette_of[["theory"]]) +
            ggplot2::labs(x = "frequency (cycles per step)", y = "power spectral density of the position"))
}

# Columns of a table, each in a colour of its own where there are several.
by_column <- function(object) {
  table <- as.data.frame(object)
  table$column <- factor(if (is.null(table$column)) 1 else table$column)
  table
}

one_colour <- function(table) {
  colours <- if (nlevels(table$column) == 1L) palette_of[["measured"]] else
    rep_len(c(palette_of[["measured"]], palette_of[["current"]], "#CC79A7", "#000000"), nlevels(table$column))
  guide <- if (nlevels(table$column) == 1L) "none" else "legend"
  list(ggplot2::scale_colour_manual(values = colours, guide = guide),
       ggplot2::scale_fill_manual(values = colours, guide = guide))
}

autoplot.power_spectrum <- function(object, theory = NULL, ...) {
  table <- by_column(object)
  plot <- ggplot2::ggplot(table, column(x = "freq", y = "density")) +
    ggplot2::geom_ribbon(column(ymin = "lower", ymax = "upper", fill = "column"), alpha = 0.25) +
    ggplot2::geom_line(column(colour = "column")) + one_colour(table) +
    ggplot2::labs(x = "frequency (cycles per step)", y = paste("power spectral density of", object$of))
  if (!is.null(theory)) {
    as_object(theory, "theory", "sgd_power_spectrum")
    curve <- data.frame(freq = theory$freq, density = theory[[object$of]])
    plot <- plot + ggplot2::geom_line(data = curve, colour = palette_of[["theory"]])
  }
  log_log(plot)
}

autoplot.velocity_autocorrelation <- function(object, theory = NULL, ...) {
  table <- by_column(object)
  plot <- ggplot2::ggplot(table, column(x = "lag", y = "autocorrelation")) +
    ggplot2::geom_hline(yintercept = 0, linetype = 3, colour = palette_of[["reference"]]) +
    ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper", colour = "column"), na.rm = TRUE) +
    ggplot2::geom_point(column(colour = "column")) + one_colour(table) +
    ggplot2::labs(x = "lag (steps)", y = "velocity autocorrelation")
  if (!is.null(theory)) {
    as_object(theory, "theory", "sgd_autocorrelation")
    curve <- data.frame(lag = theory$lag, autocorrelation = theory$velocity)
    plot <- plot + ggplot2::geom_line(data = curve, colour = palette_of[["theory"]])
  }
  plot + ggplot2::theme_bw()
}

autoplot.shuffling_test <- function(object, level = object$level, ...) {
  table <- shuffling_bars(object, level)
  plot <- ggplot2::ggplot(table, column(x = "freq", y = "ratio")) +
    ggplot2::geom_hline(yintercept = 1, linetype = 3, colour = palette_of[["reference"]]) +
    ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), colour = palette_of[["measured"]]) +
    ggplot2::geom_point(colour = palette_of[["measured"]]) +
    ggplot2::labs(x = "frequency (cycles per step)", y = "power of the noise over its mean")
  if (object$p_value < 1 - object$level) {
    plot <- plot + ggplot2::geom_line(data = epoch_curve(object), colour = palette_of[["theory"]]) +
      ggplot2::labs(title = sprintf("epochs of %.0f steps", object$epoch_steps))
  }
  plot + ggplot2::scale_x_log10() + ggplot2::theme_bw()
}
