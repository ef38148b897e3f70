# Hyperparameters of SGD and what they mean for the Langevin model.

#' Hyperparameters of stochastic gradient descent
#'
#' SGD with momentum and weight decay updates, at step \eqn{k} with a batch \eqn{B} of \eqn{S} examples,
#' \deqn{v_{k+1} = \beta v_k - g_B(\theta_k) - \lambda \theta_k, \qquad \theta_{k+1} = \theta_k + \eta
#' v_{k+1},}{v[k+1] = beta v[k] - g_B(theta[k]) - lambda theta[k],   theta[k+1] = theta[k] + eta v[k+1],}
#' PyTorch's `SGD` with `dampening=0`, `nesterov=False`, whose momentum buffer is \eqn{-v}. The
#' Langevin model of it has mass \eqn{\eta(1+\beta)/2}, damping rate \eqn{c = 2(1-\beta)/(\eta(1+\beta))} and
#' inverse temperature \eqn{S(1-\beta^2)}.
#'
#' @param lr Learning rate \eqn{\eta > 0}.
#' @param momentum Momentum \eqn{\beta} in (-1, 1).
#' @param weight_decay Weight decay \eqn{\lambda \ge 0} (the coefficient of \eqn{\theta} in the gradient).
#' @param batch_size Batch size \eqn{S}, a whole number \eqn{\ge 1}.
#' @param ... Must be empty: a misspelt argument is an error that names the nearest right one.
#' @return A list of class `"sgd_hyper"`: `lr`, `momentum`, `weight_decay`, `batch_size`, and the derived
#'   `mass`, `damping` (per unit of continuous time `lr * steps`), `inverse_temperature`, `temperature`.
#' @section Errors: `bad_argument`, `not_finite`; see [sgdlangevin-conditions].
#' @references Kunin, Sagastuy-Brena, Gillespie, Margalit, Tanaka, Ganguli, Yamins (2023). The Limiting
#'   Dynamics of SGD: Modified Loss, Phase Space Oscillations, and Anomalous Diffusion. Neural Computation
#'   36(1). arXiv:2107.09133, sections 3 and 4.
#' @examples
#' sgd_hyper(lr = 0.1, momentum = 0.9, weight_decay = 1e-4, batch_size = 128)
#' @export
sgd_hyper <- function(lr, momentum = 0, weight_decay = 0, batch_size = 1, ...) {
  reject_dots("sgd_hyper", ...)
  hyper <- list(
    lr = as_number(lr, "lr"), momentum = as_number(momentum, "momentum"),
    weight_decay = as_number(weight_decay, "weight_decay"), batch_size = as_number(batch_size, "batch_size")
  )
  structure(c(hyper, .Call(C_hyper_derive, hyper)), class = "sgd_hyper")
}

#' @export
format.sgd_hyper <- function(x, ...) {
  sprintf("lr %s, momentum %s, weight decay %s, batch size %s", format_numbers(x$lr),
          format_numbers(x$momentum), format_numbers(x$weight_decay), format_numbers(x$batch_size))
}

#' @export
print.sgd_hyper <- function(x, ...) {
  cat("SGD hyperparameters: ", format(x), "\n", sep = "")
  cat(sprintf("  mass %s, damping %s per unit time, temperature %s\n", format_numbers(x$mass),
              format_numbers(x$damping), format_numbers(x$temperature)))
  invisible(x)
}

#' @export
as.data.frame.sgd_hyper <- function(x, ...) as.data.frame(unclass(x), ...)
