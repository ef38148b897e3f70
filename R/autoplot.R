# The plots as ggplot2 objects, registered with autoplot() when ggplot2 is loaded.

autoplot_classes <- c("msd", "sgd_msd", "sgd_oscillations", "sgd_stationary", "sgd_modified_loss_section",
                      "diffusion_exponent", "sgd_method_order", "sgd_sample_check")

log_log <- function(plot) plot + ggplot2::scale_x_log10() + ggplot2::scale_y_log10() + ggplot2::theme_bw()

# Column names of data frames below are looked up by ggplot2, not by R.
column <- function(...) {
  names <- list(...)
  do.call(ggplot2::aes, lapply(names, as.name))
}

autoplot.msd <- function(object, theory = NULL, level = 0.95, ...) {
  bars <- msd_bars(object, level)
  table <- data.frame(lag = rep(object$lag, NCOL(object$msd)), msd = as.vector(object$msd),
                      lower = bars$lower,
                      upper = bars$upper)
  table$lower[!is.na(table$lower) & table$lower <= 0] <- 0.1 * min(table$msd[which(table$msd > 0)])
  plot <- ggplot2::ggplot(table, column(x = "lag", y = "msd"))
  if (is.matrix(object$msd)) {
    plot$data$curve <- factor(rep(curve_labels(object), each = length(object$lag)))
    plot <- plot + ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper", colour = "curve"),
                                           na.rm = TRUE) +
      ggplot2::geom_point(column(colour = "curve"))
  } else {
    plot <- plot + ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), na.rm = TRUE,
                                           colour = palette_of[["measured"]]) +
      ggplot2::geom_point(colour = palette_of[["measured"]])
  }
  plot <- plot +
    ggplot2::labs(x = "lag (steps)", y = "mean squared displacement (parameter units squared)")
  if (inherits(theory, "sgd_msd")) theory <- list(theory = theory)
  if (length(theory)) {
    curves <- do.call(rbind, Map(function(curve, name) {
      data.frame(lag = as_object(curve, "theory", "sgd_msd")$step, msd = curve$msd, theory = name)
    }, theory, if (is.null(names(theory))) paste("theory", seq_along(theory)) else names(theory)))
    plot <- plot + ggplot2::geom_line(column(colour = "theory"), data = curves)
  }
  log_log(plot)
}

autoplot.sgd_msd <- function(object, ...) {
  table <- as.data.frame(object)
  plot <- ggplot2::ggplot(table, column(x = "step", y = "msd"))
  if (is_density(object$model)) { # two standard errors of its probes
    reach <- ifelse(is.finite(table$se), 2 * table$se, 0)
    plot$data$lower <- pmax(table$msd - reach, table$msd / 10)
    plot$data$upper <- table$msd + reach
    plot <- plot + ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), linewidth = 1,
                                           colour = palette_of[["reference"]])
  }
  log_log(plot + ggplot2::geom_line(colour = palette_of[["theory"]]) +
            ggplot2::labs(x = "lag (steps)", y = "mean squared displacement (parameter units squared)"))
}

autoplot.sgd_oscillations <- function(object, ...) {
  table <- as.data.frame(object)
  ggplot2::ggplot(table[table$eigenvalue > 0, ], column(x = "mode", y = "eigenvalue", colour = "regime")) +
    ggplot2::geom_point() + ggplot2::scale_y_log10() + ggplot2::theme_bw() +
    ggplot2::scale_colour_manual(values = regime_colours) + ggplot2::labs(y = "eigenvalue of H")
}

autoplot.sgd_stationary <- function(object, mode = 1, trajectory = NULL, level = 0.95, ...) {
  as_table <- function(x) stats::setNames(as.data.frame(x), c("theta", "v"))
  ellipse <- as_table(ellipse_points(mode_covariance(object, mode), level))
  plot <- ggplot2::ggplot(ellipse, column(x = "theta", y = "v"))
  if (!is.null(trajectory)) {
    path <- as_table(mode_trajectory(trajectory, object$model, mode))
    plot <- plot + ggplot2::geom_path(data = path, alpha = 0.5, colour = palette_of[["trajectory"]])
  }
  plot + ggplot2::geom_path(colour = palette_of[["theory"]], linewidth = 1) + ggplot2::theme_bw() +
    ggplot2::labs(x = sprintf("position along mode %d, from the minimiser", as.integer(mode)),
                  y = "velocity (per unit time lr x step)")
}

autoplot.sgd_modified_loss_section <- function(object, ...) {
  ggplot2::ggplot(as.data.frame(object), column(x = "x", y = "y")) +
    ggplot2::geom_contour(column(z = "training_loss"), linetype = 2, colour = palette_of[["reference"]]) +
    ggplot2::geom_contour(column(z = "value"), colour = palette_of[["theory"]]) + ggplot2::theme_bw() +
    ggplot2::labs(x = "distance along direction 1", y = "distance along direction 2")
}

autoplot.diffusion_exponent <- function(object, which = "msd", ...) {
  if (match_option(which, "which", c("msd", "diagram")) == "diagram") {
    table <- diagram_points(object)
    table$lower <- table$value / table$factor
    table$upper <- table$value * table$factor
    labels <- diagram_labels(object)
    return(log_log(ggplot2::ggplot(table, column(x = "scale", y = "value")) +
                     ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"),
                                             colour = palette_of[["measured"]]) +
                     ggplot2::geom_point(colour = palette_of[["measured"]]) +
                     ggplot2::geom_line(column(y = "line"), colour = palette_of[["theory"]]) +
                     ggplot2::labs(x = labels[1L], y = labels[2L],
                                   title = paste("exponent", interval_text(object)))))
  }
  autoplot.msd(object$msd, ...) + ggplot2::geom_line(data = fitted_line(object), colour = palette_of[["theory"]]) +
    ggplot2::labs(title = paste("exponent", interval_text(object)))
}

autoplot.sgd_method_order <- function(object, ...) {
  labels <- c(strong = "strong (distance)", weak = "weak (covariance, relative)")
  finest <- length(object$step)
  reach <- c(2 * object$strong_se, rep(0, finest))
  table <- data.frame(step = object$step, error = c(object$strong, object$weak), kind = rep(labels, each = finest))
  table$lower <- pmax(table$error - reach, table$error / 1e3)
  table$upper <- table$error + reach
  table$fitted <- c(order_line(object, "strong"), order_line(object, "weak"))
  table <- table[is.finite(table$error) & table$error > 0, ]
  if (nrow(table) == 0L) stop_argument("`object`: expected an error that is finite and not 0, got none")
  log_log(ggplot2::ggplot(table, column(x = "step", y = "error", colour = "kind")) +
            ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper")) + ggplot2::geom_point() +
            ggplot2::geom_line(column(y = "fitted"), na.rm = TRUE) +
            ggplot2::scale_colour_manual(values = unname(palette_of[c("measured", "theory")])) +
            ggplot2::labs(y = "error at the end", title = sprintf("Errors of method \"%s\"", object$method)))
}

autoplot.sgd_sample_check <- function(object, level = 0.95, ...) {
  table <- sample_check_points(object, level)
  ggplot2::ggplot(table, column(x = "p_value", y = "test")) +
    ggplot2::geom_vline(xintercept = table$threshold[1L], linetype = 2, colour = palette_of[["reference"]]) +
    ggplot2::geom_point(colour = palette_of[["measured"]], size = 2) + ggplot2::scale_x_log10() + ggplot2::theme_bw() +
    ggplot2::labs(x = "p value", y = NULL, title = sample_check_title(object))
}
