# Which process is it? Likelihoods of Brownian and fractional motion, confinement, ageing, and SGD's own theory.

diffusion_models <- c("brownian", "fbm", "scaled", "confined", "theory", "theory_scaled")

#' Choose among models of diffusion
#'
#' Exact Gaussian likelihoods of a trajectory's increments under several models, with information criteria and the
#' weight of each.
#'
#' \describe{
#'   \item{`"brownian"`}{normal diffusion: independent increments of one variance}
#'   \item{`"fbm"`}{fractional Brownian motion, \eqn{MSD = c h^\alpha}; `shape` is \eqn{\alpha}}
#'   \item{`"scaled"`}{scaled Brownian motion from frame 1: independent increments of variance
#'     \eqn{c((i+1)^\alpha - i^\alpha)}, which age; `shape` is \eqn{\alpha}}
#'   \item{`"confined"`}{a stationary Ornstein-Uhlenbeck process about any mean; `shape` is its relaxation rate, a
#'     frame, `scale` the variance of the position}
#'   \item{`"theory"`}{SGD's own, by `theory`: the displacements that [sgd_msd()] predicts along each mode, with nothing
#'     fitted}
#'   \item{`"theory_scaled"`}{the same with the strength of the gradient noise fitted; `scale` is its ratio to the model's}
#' }
#' Coordinates and paths are independent; each coordinate has a scale of its own, common to all paths. With `theory`, x is
#' looked at along the modes of the model: a run recorded with `coordinates = "modes"`, or one in all parameters, which is
#' rotated. Modes are independent under the theory where the noise is diagonal in them (\eqn{\Sigma \propto H}), and
#' nearly so otherwise.
#'
#' @inheritParams diffusion_test
#' @param models Any of the above; `NULL` is the first four, and both of the last with `theory`.
#' @param theory Optional: a model from [sgd_model()].
#' @param shared `TRUE`: one shape for all coordinates; `FALSE`: one for each.
#' @return A list of class `"diffusion_comparison"`: `model`, `log_likelihood`, `n_parameters`, `aic`, `aicc`, `bic`,
#'   `aic_weight`, `aicc_weight`, `bic_weight`, `shape`, `shape_se`, `scale` (coordinates x models; `NaN` where there is
#'   none), `best` (least AICc), `n` (increments), `dim`, `n_paths`, `frames`, `shared`.
#'
#'   Methods: [plot()], [summary()], [as.data.frame()]; `tidy()`, `glance()`, `autoplot()`.
#' @section Errors: `too_short` (fewer than 8 frames), `bad_argument`, `not_finite`, `not_psd` (a theory that no Gaussian path
#'   follows); see [sgdlangevin-conditions].
#' @section Cost: `"fbm"` some 30 Toeplitz factorisations of O(T log^2 T); `"theory"` one for each coordinate, and
#'   [sgd_msd()] at every lag; the others O(T).
#' @references Burnham, Anderson (2002). Model selection and multimodel inference. Springer (the weights).
#' @examples
#' set.seed(1)
#' compared <- compare_diffusion(as.vector(arima.sim(list(ar = 0.9), 1000)))
#' compared
#' model <- sgd_model(sgd_spectrum(c(1, 0.1), sigma2 = 1), sgd_hyper(0.1, 0.9), dynamics = "sgd")
#' run <- sgd_simulate(model, 2000, start = "stationary", coordinates = "modes", seed = 1)
#' summary(compare_diffusion(run, theory = model))
#' @export
compare_diffusion <- function(x, models = NULL, theory = NULL, shared = TRUE, ...) {
  reject_dots("compare_diffusion", ...)
  shared <- as_flag(shared, "shared")
  if (!is.null(theory)) as_object(theory, "theory", "sgd_model")
  if (is.null(models)) models <- diffusion_models[if (is.null(theory)) 1:4 else 1:6]
  if (!is.character(models) || length(models) == 0L) {
    stop_argument("`models`: expected a character vector, got %s", describe(models))
  }
  index <- integer(length(models))
  for (m in seq_along(models)) index[m] <- option_index(models[m], "models", diffusion_models)
  if (is.null(theory) && any(index >= 4L)) {
    stop_argument("`models` = \"%s\": expected a model of SGD as `theory`", models[index >= 4L][1L])
  }
  displacements <- NULL
  if (!is.null(theory) && any(index >= 4L)) {
    x <- along_modes(x, theory)
    frames <- as_frames(x)
    displacements <- sgd_msd(theory, frames$record * seq_len(max(1, frames$size[1L] - 1)), modes = TRUE)$modes
  }
  frames <- as_frames(x)
  fit <- .Call(C_compare_diffusion, frames$x, frames$size, as.integer(index), shared, displacements)
  labelled <- function(m) {
    colnames(m) <- models
    m
  }
  structure(c(
    list(model = models), fit[1:8],
    list(shape = labelled(fit$shape), shape_se = labelled(fit$shape_se), scale = labelled(fit$scale),
         best = models[which.min(fit$aicc)], n = (frames$size[1L] - 1) * frames$size[2L] * frames$size[3L],
         dim = frames$size[2L], n_paths = frames$size[3L], frames = frames$size[1L], shared = shared)
  ), class = "diffusion_comparison")
}

# x in the coordinates of the modes; its own where they are said to be, else rotated from all parameters.
along_modes <- function(x, theory) {
  if (is_wide(theory)) refuse_wide(theory, "`theory`", "compare_diffusion() without `theory`")
  in_modes <- inherits(x, "sgd_trajectory") && identical(x$coordinates, "modes")
  frames <- as_frames(x)
  if (frames$size[2L] != theory$dim) {
    stop_argument("`x` has %.0f coordinates: expected the %.0f of `theory`", frames$size[2L], theory$dim)
  }
  if (in_modes || is.null(theory$vectors)) return(x)
  rotated <- array(frames$x, frames$size)
  for (p in seq_len(frames$size[3L])) rotated[, , p] <- rotated[, , p] %*% theory$vectors
  if (!inherits(x, "sgd_trajectory")) return(rotated)
  x$theta <- rotated
  x
}

#' @export
as.data.frame.diffusion_comparison <- function(x, ...) {
  out <- as.data.frame(unclass(x)[c("model", "log_likelihood", "n_parameters", "aic", "aicc", "bic", "aicc_weight",
                                    "bic_weight")])
  one <- x$dim == 1 || x$shared
  out$shape <- if (one) x$shape[1L, ] else NA_real_
  out$shape_se <- if (one) x$shape_se[1L, ] else NA_real_
  row.names(out) <- NULL
  out
}

#' @export
print.diffusion_comparison <- function(x, ...) {
  cat(sprintf("Models of diffusion for %s (%.0f increments)\n", shape_text(x), x$n))
  table <- as.data.frame(x)
  shown <- data.frame(model = table$model, parameters = table$n_parameters, log_likelihood = table$log_likelihood,
                      delta_aicc = table$aicc - min(table$aicc), weight = table$aicc_weight,
                      delta_bic = table$bic - min(table$bic), shape = table$shape)
  print_rows(shown[order(shown$delta_aicc), ], 6L)
  invisible(x)
}

model_names <- c(brownian = "normal diffusion", fbm = "fractional Brownian motion", scaled = "scaled Brownian motion",
                 confined = "a confined (Ornstein-Uhlenbeck) path", theory = "the theory of SGD",
                 theory_scaled = "the theory of SGD with the noise strength fitted")

#' @export
summary.diffusion_comparison <- function(object, ...) {
  structure(list(comparison = object), class = "summary.diffusion_comparison")
}

#' @export
print.summary.diffusion_comparison <- function(x, ...) {
  fit <- x$comparison
  order <- order(fit$aicc)
  first <- order[1L]
  detail <- if (fit$shared || fit$dim == 1) {
    value <- fit$shape[1L, first]
    se <- fit$shape_se[1L, first]
    switch(fit$model[first], fbm = , scaled = sprintf(" with exponent %.3g (se %.2g)", value, se),
           confined = sprintf(" with relaxation rate %.3g (se %.2g) a frame", value, se),
           theory_scaled = sprintf(" at %.3g times the model's strength", fit$scale[1L, first]), "")
  } else {
    ""
  }
  cat(sprintf("Of %s the data are best described by %s%s (AICc weight %.3g).\n",
              plural(length(order), "model"), model_names[[fit$model[first]]], detail, fit$aicc_weight[first]))
  if (length(order) > 1L) {
    second <- order[2L]
    cat(sprintf("Next is %s, %.3g behind in AICc.\n", model_names[[fit$model[second]]],
                fit$aicc[second] - fit$aicc[first]))
  }
  invisible(x)
}

#' Plot a comparison of models of diffusion
#'
#' How far each model is behind the best by AICc.
#'
#' @param x From [compare_diffusion()].
#' @param xlab,main Labels.
#' @param ... Passed to [dotchart()].
#' @return `x`, invisibly.
#' @export
plot.diffusion_comparison <- function(x, xlab = "AICc above the best (1 added)", main = "Models of diffusion", ...) {
  order <- order(-x$aicc)
  behind <- x$aicc[order] - min(x$aicc) + 1
  graphics::dotchart(behind, labels = x$model[order], xlab = xlab, main = main, log = "x", pch = 19,
                     color = palette_of[["measured"]], xlim = c(1, max(behind, 10)), ...)
  invisible(x)
}

tidy.diffusion_comparison <- function(x, ...) as.data.frame(x)

glance.diffusion_comparison <- function(x, ...) {
  data.frame(best = x$best, weight = max(x$aicc_weight), n = x$n, dim = x$dim, n_paths = x$n_paths)
}
