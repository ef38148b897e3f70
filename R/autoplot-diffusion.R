# The figures of local exponents, crossovers, tests and comparisons for ggplot2; registered in .onLoad().

diffusion_classes <- c("local_exponent", "msd_crossover", "diffusion_test", "ergodicity", "ageing",
                       "diffusion_comparison")

autoplot.local_exponent <- function(object, theory = NULL, ...) {
  table <- as.data.frame(object)
  if (inherits(theory, "sgd_msd")) theory <- list(theory = theory)
  plot <- ggplot2::ggplot(table, column(x = "lag", y = "exponent")) +
    ggplot2::geom_ribbon(column(ymin = "band_lower", ymax = "band_upper"), fill = palette_of[["trajectory"]],
                         alpha = 0.35) +
    ggplot2::geom_hline(yintercept = 0:2, linetype = 3, colour = palette_of[["reference"]]) +
    ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), colour = palette_of[["measured"]]) +
    ggplot2::geom_point(colour = palette_of[["measured"]])
  if (length(theory)) {
    names <- if (is.null(names(theory))) paste("theory", seq_along(theory)) else names(theory)
    curves <- do.call(rbind, Map(function(curve, name) {
      data.frame(lag = as_object(curve, "theory", "sgd_msd")$step, exponent = curve$exponent, theory = name)
    }, theory, names))
    plot <- plot + ggplot2::geom_line(column(colour = "theory"), data = curves)
  }
  plot + ggplot2::scale_x_log10() + ggplot2::theme_bw() +
    ggplot2::labs(x = sprintf("lag (%s)", object$unit), y = "local exponent")
}

autoplot.msd_crossover <- function(object, ...) {
  reach <- stats::qnorm((1 + object$level) / 2) * object$msd_se
  table <- data.frame(lag = object$lag, msd = object$msd, lower = object$msd * exp(-reach),
                      upper = object$msd * exp(reach), fitted = object$fitted)
  plot <- ggplot2::ggplot(table, column(x = "lag", y = "msd"))
  if (object$n_breaks) {
    breaks <- as.data.frame(object)
    plot <- plot +
      ggplot2::geom_rect(column(xmin = "lower", xmax = "upper"), data = breaks, ymin = -Inf, ymax = Inf, alpha = 0.2,
                         fill = palette_of[["reference"]], inherit.aes = FALSE) +
      ggplot2::geom_vline(column(xintercept = "break_lag"), data = breaks, linetype = 2)
  }
  log_log(plot + ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), colour = palette_of[["measured"]]) +
            ggplot2::geom_point(colour = palette_of[["measured"]]) +
            ggplot2::geom_line(column(y = "fitted"), colour = palette_of[["theory"]]) +
            ggplot2::labs(x = sprintf("lag (%s)", object$unit), y = "mean squared displacement"))
}

autoplot.diffusion_test <- function(object, level = 0.95, ...) {
  table <- as.data.frame(object)
  reach <- stats::qnorm((1 + level) / 2) * table$se
  table$lower <- exp(-reach)
  table$upper <- exp(reach)
  log_log(ggplot2::ggplot(table, column(x = "lag", y = "ratio")) +
            ggplot2::geom_ribbon(column(ymin = "lower", ymax = "upper"), fill = palette_of[["theory"]], alpha = 0.25) +
            ggplot2::geom_hline(yintercept = 1, linetype = 3) +
            ggplot2::geom_point(colour = palette_of[["measured"]]) +
            ggplot2::labs(x = sprintf("lag (%s)", object$unit), y = "MSD over that of a random walk"))
}

autoplot.ergodicity <- function(object, ...) {
  kinds <- c(eb_measured = "Gaussian, measured displacements", eb_brownian = "Brownian", eb_fbm = "fractional Brownian")
  curves <- do.call(rbind, lapply(names(kinds), function(kind) {
    data.frame(lag = object$lag, eb = object[[kind]], reference = kinds[[kind]])
  }))
  log_log(ggplot2::ggplot(as.data.frame(object), column(x = "lag", y = "eb")) +
            ggplot2::geom_line(column(colour = "reference"), data = curves) +
            ggplot2::geom_point(colour = palette_of[["measured"]]) +
            ggplot2::labs(x = sprintf("lag (%s)", object$unit), y = "ergodicity breaking parameter EB"))
}

autoplot.ageing <- function(object, level = object$level, ...) {
  table <- as.data.frame(object)
  reach <- exp(stats::qnorm((1 + level) / 2) * table$se)
  table$lower <- table$msd / reach
  table$upper <- table$msd * reach
  log_log(ggplot2::ggplot(table, column(x = "age", y = "msd")) +
            ggplot2::geom_linerange(column(ymin = "lower", ymax = "upper"), colour = palette_of[["measured"]]) +
            ggplot2::geom_point(colour = palette_of[["measured"]]) +
            ggplot2::labs(x = sprintf("age (%s)", object$unit), y = sprintf("MSD at lag %g", object$lag)))
}

autoplot.diffusion_comparison <- function(object, ...) {
  table <- data.frame(model = stats::reorder(object$model, -object$aicc), behind = object$aicc - min(object$aicc) + 1)
  ggplot2::ggplot(table, column(x = "behind", y = "model")) +
    ggplot2::geom_point(colour = palette_of[["measured"]]) + ggplot2::scale_x_log10() + ggplot2::theme_bw() +
    ggplot2::labs(x = "AICc above the best (1 added)", y = NULL)
}
