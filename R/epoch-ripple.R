# Sampling by epochs makes the slope of an MSD meaningless past half an epoch: who measures one is told.

# Steps in an epoch of a trajectory known to be sampled by epochs; NULL otherwise.
epoch_steps_of <- function(x) {
  if (!inherits(x, "sgd_trajectory")) return(NULL)
  model <- x$resume$model
  if (!is.null(model)) {
    real <- identical(x$method, "minibatch") || identical(model$dynamics, "sgd")
    steps <- model$report$epoch_steps
    return(if (real && identical(model$sampling, "epoch") && isTRUE(steps > 1)) steps)
  }
  run <- x$run
  if (!isTRUE(run$epoch_sampling == 1) || is.null(x$hyper) || !isTRUE(run$n_examples > x$hyper$batch_size)) return(NULL)
  ceiling(run$n_examples / x$hyper$batch_size)
}

# `last`: the largest lag looked at, in frames. The dip at whole epochs is measured where that is quick.
check_epoch_ripple <- function(x, frames, last) {
  epoch <- epoch_steps_of(x)
  if (is.null(epoch) || 2 * last * frames$record < epoch) return(invisible(NULL))
  ripple <- NULL
  if (frames$size[2L] <= 64 && epoch >= frames$record) {
    ripple <- .Call(C_epoch_ripple, frames$x, frames$size, epoch / frames$record, last)
  }
  seen <- if (isTRUE(ripple$p_value < 0.01)) {
    sprintf("; at whole epochs this MSD is %.2g%% %s its surroundings (%s)%s", 100 * abs(expm1(ripple$ripple)),
            if (ripple$ripple < 0) "below" else "above", p_value_text(ripple$p_value),
            if (ripple$ripple < 0) ", as if every epoch had the same order" else "")
  }
  warn_status("epoch_ripple", paste0(
    "this run was sampled by epochs of %.0f steps, and lags reach up to %s: gradient noise sums to nearly nothing over ",
    "an epoch, so that past half of one the slope of the MSD is that of shuffling, not a diffusion exponent%s; use ",
    "lags below %.0f, or hold the MSD against sgd_msd() of a model with sampling = \"epoch\""
  ), epoch, format_numbers(last * frames$record), if (is.null(seen)) "" else seen, ceiling(epoch / 2))
  invisible(ripple)
}
