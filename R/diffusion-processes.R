# Processes of anomalous diffusion, to calibrate estimators against.

#' Simulate anomalous diffusion
#'
#' Paths of processes whose exponent is known: what measured exponents and their intervals are calibrated
#' against.
#'
#' \describe{
#'   \item{`"fbm"`}{fractional Brownian motion, \eqn{MSD(h) = c h^\alpha} a coordinate, exact by circulant
#'     embedding; \eqn{\alpha} in (0, 2)}
#'   \item{`"scaled"`}{scaled Brownian motion \eqn{B(t^\alpha)}: independent increments that age;
#'     \eqn{\alpha} in (0, 2)}
#'   \item{`"ou"`}{Ornstein-Uhlenbeck (confined), stationary:
#'     \eqn{MSD(h) = c \tau (1 - e^{-h/\tau})} with \eqn{\tau} the `relaxation`}
#'   \item{`"ctrw"`}{continuous-time random walk: waiting times longer than \eqn{t} with probability
#'     \eqn{t^{-\alpha}}, Gaussian jumps of variance \eqn{c}; \eqn{\alpha} in (0, 1), ensemble
#'     \eqn{MSD \propto t^\alpha}, time average linear in the lag}
#'   \item{`"levy-walk"`}{speed \eqn{\sqrt c}, either way, for times longer than \eqn{t} with probability
#'     \eqn{t^{\alpha - 3}}; \eqn{\alpha} in (1, 2)}
#' }
#' Coordinates are independent.
#'
#' @param process `"fbm"`, `"scaled"`, `"ou"`, `"ctrw"` or `"levy-walk"`.
#' @param steps Steps to make; `steps + 1` frames come back.
#' @param nsim Number of paths.
#' @param dim Coordinates.
#' @param exponent \eqn{\alpha}; not used by `"ou"`.
#' @param diffusivity \eqn{c > 0}, of a coordinate.
#' @param relaxation \eqn{\tau} of `"ou"`, in steps.
#' @param noise Variance of a localisation error, independent from frame to frame, added to every coordinate.
#' @param seed As in [sgd_simulate()].
#' @param ... Nothing: a misspelt argument is an error.
#' @return A list of class `"sgd_diffusion"` and `"sgd_trajectory"`: `step` (0 to `steps`), `theta`
#'   (frames x coordinates x paths), `velocity` and `hyper` (`NULL`), `process`, `exponent`, `diffusivity`,
#'   `relaxation`, `noise`, `seed`: what [msd()] and [diffusion_exponent()] take.
#' @section Errors: `bad_argument`, `too_large`; see [sgdlangevin-conditions].
#' @section Cost: O(steps log steps) a coordinate for `"fbm"`, O(steps) for the others.
#' @references Davies, Harte (1987). Tests for Hurst effect. Biometrika 74. Metzler, Jeon, Cherstvy, Barkai
#'   (2014). Anomalous diffusion models and their properties. Phys. Chem. Chem. Phys. 16.
#' @examples
#' paths <- simulate_diffusion("fbm", 1000, nsim = 5, exponent = 0.6, noise = 0.1, seed = 1)
#' paths
#' plot(msd(paths))
#' @export
simulate_diffusion <- function(process, steps, nsim = 1, dim = 1, exponent = 1, diffusivity = 1,
                               relaxation = 100, noise = 0, seed = NULL, ...) {
  reject_dots("simulate_diffusion", ...)
  index <- option_index(process, "process", c("fbm", "scaled", "ou", "ctrw", "levy-walk"))
  seed <- as_seed(seed)
  steps <- as_count(steps, "steps", 1)
  nsim <- as_count(nsim, "nsim", 1)
  dim <- as_count(dim, "dim", 1)
  theta <- .Call(C_simulate_diffusion, index, steps, nsim, dim, as_number(exponent, "exponent"),
                 as_number(diffusivity, "diffusivity"), as_number(relaxation, "relaxation"),
                 as_number(noise, "noise"), seed)$theta
  structure(list(
    step = seq(0, steps), theta = theta, velocity = NULL, hyper = NULL, process = process,
    exponent = exponent, diffusivity = diffusivity, relaxation = relaxation, noise = noise, seed = seed
  ), class = c("sgd_diffusion", "sgd_trajectory"))
}

#' @export
print.sgd_diffusion <- function(x, ...) {
  size <- dim(x$theta)
  cat(sprintf("Diffusion \"%s\": %s of %s in %s, %s, seed %.0f\n", x$process, plural(size[1L], "frame"),
              plural(size[2L], "coordinate"), plural(size[3L], "path"),
              if (x$process == "ou") sprintf("relaxation %g", x$relaxation)
              else sprintf("exponent %g", x$exponent), x$seed))
  invisible(x)
}
