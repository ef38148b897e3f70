# Spectral densities of Hessians known by their products.

#' Spectral density of an operator
#'
#' The density of a Hessian's eigenvalues, and the gradient noise along them, from products with vectors only:
#' the outermost eigenpairs exactly, the rest by stochastic Lanczos quadrature. From random probes \eqn{z} with
#' \eqn{E zz' = I}, the known eigenvectors projected out, m Lanczos steps give nodes \eqn{x_j} and weights
#' \eqn{w_j} with
#' \deqn{tr f(H) = \sum_l f(\rho_l) \approx \sum_{known} f(\rho_l) + \frac1P\sum_{probes}\sum_j w_jf(x_j),}{tr
#' f(H) = sum_l f(rho_l) ~ sum over the known f(rho_l) + mean over the probes of sum_j w_j f(x_j),}
#' and probes \eqn{\Sigma^{1/2}z}{Sigma^(1/2) z} the same for \eqn{tr f(H)\Sigma}{tr f(H) Sigma}, which is all
#' that mean squared displacement, stationary variance, loss and spectra of SGD need. Each probe is exact for
#' polynomials up to degree 2m - 1. The spread of the probes is the standard error of all that is computed from
#' them; `truncation` is the error of the quadrature itself, which more steps reduce and more probes do not: what
#' a quarter fewer Lanczos steps would change or, where all nodes are above 0, one more node at 0
#' (Gauss-Radau), whichever is more.
#'
#' @section How many steps and probes: Each known eigenpair takes its square out of the variance, and the top
#'   ones are those that need steps: `top` first, then `probes` until `se` is small, then `steps` until
#'   `truncation` is: displacements begin to feel it beyond \eqn{m^2(1-\beta)/(\eta\rho_{max})}{m^2 (1 - beta)/(lr
#'   rho_max)} steps. Errors go down as \eqn{1/\sqrt P}{1/sqrt(P)}; that of the trace of a matrix without outliers
#'   is about \eqn{\sqrt{2/(Pd)}}{sqrt(2/(P d))} of it. Long times see small eigenvalues: resolving what is below
#'   \eqn{\rho}{rho} takes about \eqn{\sqrt{\rho_{max}/\rho}}{sqrt(rho_max/rho)} steps.
#'
#' @param operator From [sgd_operator()].
#' @param steps Lanczos steps m of a probe (at most as many as there are dimensions left are done).
#' @param probes Number of probes P; with a `target`, the most.
#' @param target Stop when all `functions` have this relative standard error (looked at from 8 probes on); 0:
#'   run all probes.
#' @param top Known eigenpairs: how many of the largest are computed first, or the value of
#'   [sgd_eigenpairs()].
#' @param bottom How many of the smallest are computed first.
#' @param noise From [sgd_noise()]; `NULL`: that of the operator.
#' @param sigma2 Instead of `noise`: \eqn{\Sigma = \sigma^2 H}{Sigma = sigma2 H}, which needs no probes of its
#'   own.
#' @param functions What `target` is for: names of functions as in [sgd_trace()], their `parameter` being 0.
#' @param counts `FALSE`: no probes without noise, if there is `noise`: halves the cost; [sgd_msd()] and its kin
#'   need none, while [plot()] and traces without noise do.
#' @param block Probes run together, `NULL` is 4: more make use of fast products, and take memory.
#' @param probe `"rademacher"` (entries \eqn{\pm1}{+1 or -1}) or `"normal"`.
#' @param flat_tolerance A node \eqn{|x| \le}{|x| <=} this times \eqn{max|\rho|}{max|rho|} is a flat mode;
#'   `NULL`: \eqn{d\epsilon}{d epsilon}. Products in single precision want 1e-6.
#' @param seed Whole number in \eqn{[0, 2^{53})}; `NULL` draws one from R's generator, so that [set.seed()]
#'   works.
#' @inheritParams sgd_hyper
#' @return A list of class `"sgd_density"` and `"sgd_problem"`: `dim`, `n_examples`, `eigenvalues` (the known
#'   ones, descending), `vectors` (d x known), `residual`, `gradient_noise` (along them, or `NULL`), `counts`
#'   and `noise` (the quadratures, or `NULL`: each a list of `nodes`, `weights` (steps x probes), `alpha`,
#'   `beta` (Lanczos coefficients), `length` (steps done by each probe), `mass` (sum of its weights), `steps`,
#'   `probes`, `se` (the worst relative standard error of the functions), `reached` (the target),
#'   `n_products`), `sigma2`, `noise_trace` (\eqn{tr\,\Sigma}{tr Sigma}, exact, or `NULL`), `flat_tolerance`,
#'   `trace`, `se` (of \eqn{H} and its standard error, `NA` without counts), `n_products` (all columns
#'   multiplied), `complete`, `seed`, and `resume` (what [sgd_resume()] needs).
#'
#'   Methods: [print()], [summary()], [plot()], [as.data.frame()] (see [sgd_histogram()]); `autoplot()`,
#'   `tidy()`, `glance()`. [sgd_model()] takes it as a problem; [sgd_trace()] evaluates any function.
#' @section A Hessian with a null space: Noise \eqn{\sigma^2 H}{sigma2 H} has no part in it, but probes of the
#'   counts do, so that what lies near 0 is hard to tell from 0. With data `X` give the same noise as its own
#'   gradients, `sgd_noise(sqrt(sigma2) * X, centred = FALSE)`: these probes have no part in the null space either.
#' @section Errors and interrupts: `bad_argument`, `not_finite`, `not_symmetric`, `no_convergence`; `callback`
#'   from functions of the operator or the noise. Ctrl-C (see [sgdlangevin-conditions]) keeps all whole blocks
#'   of probes: the partial density is usable, [sgd_resume()] goes on with it. Errors on the way carry it as
#'   `result`.
#' @section Cost: m products of `block` columns for `block` probes; orthogonalisation \eqn{8d(j + known)}{8 d (j +
#'   known)} flops at step j; memory \eqn{d\,block\,(m + 1)}{d block (m + 1)} numbers and the known
#'   eigenvectors.
#' @references Ubaru, Chen, Saad (2017). Fast estimation of tr(f(A)) via stochastic Lanczos quadrature. SIAM
#'   Journal on Matrix Analysis and Applications 38. Ghorbani, Krishnan, Xiao (2019). An investigation into
#'   neural net optimization via Hessian eigenvalue density. arXiv:1901.10159.
#' @examples
#' X <- outer(1:300, 1:80, function(i, j) sin(i * j^0.7)) / rep(1:80, each = 300)
#' density <- sgd_density(sgd_operator(X = X), steps = 30, probes = 8, top = 3, sigma2 = 1, seed = 1)
#' density
#' c(density$trace, sum(X^2) / 300)
#' plot(density)
#' model <- sgd_model(density, sgd_hyper(lr = 0.1, momentum = 0.9, batch_size = 32), dynamics = "sgd")
#' sgd_msd(model, steps = c(1, 10, 100, 1000))
#' @export
sgd_density <- function(operator, steps = 64, probes = 16, target = 0, top = 0, bottom = 0, noise = NULL,
                        sigma2 = NULL, functions = "identity", counts = TRUE, block = NULL,
                        probe = "rademacher", flat_tolerance = NULL, seed = NULL, ...) {
  reject_dots("sgd_density", ...)
  as_operator(operator)
  steps_given <- !missing(steps)
  options <- list(
    steps = as_count(steps, "steps", 1), probes = as_count(probes, "probes", 1),
    target = as_number(target, "target"), block = if (!is.null(block)) as_count(block, "block", 1),
    normal = match_option(probe, "probe", c("rademacher", "normal")) == "normal", seed = as_seed(seed)
  )
  if (!is.finite(options$target) || options$target < 0) {
    stop_argument("`target` = %g: expected a finite number >= 0", options$target)
  }
  options$functions <- as_functions(functions, "functions")
  options$parameters <- numeric(length(functions))
  if (is.null(noise) && is.null(sigma2)) operator_noise <- operator[c("noise", "sigma2")] else
    operator_noise <- as_noise_of(operator, noise, sigma2)
  if (!as_flag(counts, "counts") && is.null(operator_noise$noise)) {
    stop_argument("`counts` = FALSE: expected TRUE, unless there is `noise` with probes of its own")
  }
  if (!is.null(flat_tolerance)) flat_tolerance <- as_flat_tolerance(flat_tolerance)
  plan <- list(operator = operator, options = options, noise = operator_noise$noise,
               sigma2 = operator_noise$sigma2, counts = counts, flat_tolerance = flat_tolerance)
  plan <- c(plan, known_pairs(operator, top, bottom, options$seed))
  if (operator$kind == "low_rank" && !steps_given) plan$options$steps <- 1 # of one eigenvalue is the rest
  run_density(plan, list())
}

as_flat_tolerance <- function(flat_tolerance) {
  flat_tolerance <- as_number(flat_tolerance, "flat_tolerance")
  if (!(flat_tolerance >= 0 && flat_tolerance < 1)) {
    stop_argument("`flat_tolerance` = %g: expected a number in [0, 1)", flat_tolerance)
  }
  flat_tolerance
}

# Eigenpairs that are there already, or what to compute.
known_pairs <- function(operator, top, bottom, seed) {
  if (inherits(top, "sgd_eigenpairs")) {
    if (as_count(bottom, "bottom", 0) > 0) {
      stop_argument("`bottom` = %.0f: expected 0 where `top` is the value of sgd_eigenpairs()", bottom)
    }
    if (top$dim != operator$dim) {
      stop_argument("`top`: expected eigenpairs of %.0f parameters, got %.0f", operator$dim, top$dim)
    }
    if (!top$complete) stop_argument("`top`: expected converged eigenpairs, got %.0f of %d", top$n_converged,
                                     length(top$values))
    descending <- order(top$values, decreasing = TRUE)
    pairs <- list(values = top$values[descending], vectors = top$vectors[, descending, drop = FALSE],
                  residual = top$residual[descending], n_products = top$n_products)
    return(list(pairs = pairs, wanted = NULL))
  }
  if (!is_numbers(top)) {
    stop_argument("`top`: expected a number or the value of sgd_eigenpairs(), got %s", describe(top))
  }
  wanted <- list(top = as_count(top, "top", 0), bottom = as_count(bottom, "bottom", 0), tolerance = 1e-8,
                 seed = seed)
  if (operator$kind == "low_rank") {
    exact <- list(values = operator$values, vectors = operator$vectors,
                  residual = numeric(length(operator$values)), n_products = 0)
    return(list(pairs = exact, wanted = NULL))
  }
  if (wanted$top + wanted$bottom == 0) {
    none <- list(values = numeric(), vectors = matrix(0, operator$dim, 0L), residual = numeric(), n_products = 0)
    return(list(pairs = none, wanted = NULL))
  }
  require_count_of_pairs(wanted, operator)
  list(pairs = NULL, wanted = wanted)
}

# ---- the work ----

# Does what the plan says and `done` (pairs, along, counts, noise) has not, stage by stage.
run_density <- function(plan, done) {
  for (stage in list(find_pairs, find_noise_along, probe_counts, probe_noise)) {
    done <- stage(plan, done)
    if (isTRUE(done$interrupted)) return(interrupted_density(plan, done))
  }
  pack_density(plan, done, TRUE)
}

find_pairs <- function(plan, done) {
  if (!is.null(done$pairs)) return(done)
  if (!is.null(plan$pairs)) return(c(done, list(pairs = plan$pairs)))
  host <- host_of(plan$operator)
  out <- .Call(C_extreme_eigenpairs, plan$operator, host, plan$wanted)
  if (stopped_early(out, plan, done, host)) return(c(done, interrupted = TRUE))
  descending <- order(out$values, decreasing = TRUE)
  done$pairs <- list(values = out$values[descending], vectors = out$vectors[, descending, drop = FALSE],
                     residual = out$residual[descending], n_products = out$n_products)
  done
}

# Strength of the noise along the known eigenvectors, and its trace.
find_noise_along <- function(plan, done) {
  if (is.null(plan$noise) || !is.null(done$along)) return(done)
  host <- noise_host(plan$noise, plan$operator$dim)
  vectors <- if (length(done$pairs$values)) done$pairs$vectors
  out <- .Call(C_noise_along, plan$noise, host, plan$operator$dim, vectors)
  if (stopped_early(out, plan, done, host)) return(c(done, interrupted = TRUE))
  done$along <- out[c("strength", "trace")]
  done
}

probe_counts <- function(plan, done) if (plan$counts) run_probes(plan, done, "counts", NULL) else done

probe_noise <- function(plan, done) {
  if (is.null(plan$noise)) done else run_probes(plan, done, "noise", plan$noise)
}

run_probes <- function(plan, done, part, noise) {
  earlier <- done[[part]]
  options <- plan$options
  known <- length(done$pairs$values)
  options$first_probe <- if (is.null(earlier)) 0 else earlier$probes
  options$probes <- options$probes - options$first_probe
  if (known >= plan$operator$dim || options$probes <= 0 || isTRUE(earlier$reached)) return(done)
  options$steps <- min(options$steps, plan$operator$dim - known)
  host <- host_of(plan$operator)
  gradients <- noise_host(noise, plan$operator$dim)
  out <- .Call(C_spectral_probes, plan$operator, host, done$pairs[c("values", "vectors")], noise, gradients,
               options)
  done[[part]] <- join_quadratures(earlier, out)
  if (!is.null(earlier)) done[[part]] <- judge_again(done, plan, part)
  if (stopped_early(out, plan, done, host, gradients)) done$interrupted <- TRUE
  done
}

# Columns of whole probes, after those of an earlier part.
join_quadratures <- function(earlier, out) {
  if (out$probes == 0) return(earlier)
  kept <- seq_len(out$probes)
  fields <- c("nodes", "weights", "alpha", "beta")
  if (out$probes < ncol(out$nodes)) {
    for (name in fields) out[[name]] <- out[[name]][, kept, drop = FALSE]
    for (name in c("length", "mass")) out[[name]] <- out[[name]][kept]
  }
  if (!is.null(earlier)) {
    for (name in fields) out[[name]] <- cbind(earlier[[name]], out[[name]])
    for (name in c("length", "mass")) out[[name]] <- c(earlier[[name]], out[[name]])
    for (name in c("probes", "n_products")) out[[name]] <- earlier[[name]] + out[[name]]
  }
  out[!names(out) %in% c("status", "message")]
}

# The worst relative standard error of all probes, and whether that is the target; as in the core, known eigenvalues
# belong to the whole of the counts.
judge_again <- function(done, plan, part) {
  quadrature <- done[[part]]
  alone <- list(dim = plan$operator$dim, eigenvalues = if (part == "counts") done$pairs$values else numeric())
  alone[[part]] <- quadrature
  trace <- .Call(C_density_trace, alone, part == "noise", plan$options$functions, plan$options$parameters)
  quadrature$se <- max(ifelse(trace$se == 0, 0, abs(trace$se / trace$value)))
  quadrature$reached <- plan$options$target > 0 && isTRUE(quadrature$se <= plan$options$target)
  quadrature
}

# Raises what ended a stage, with the density of what is done; TRUE after Ctrl-C.
stopped_early <- function(out, plan, done, ...) {
  if (out$status == "ok") return(FALSE)
  if (out$status != "interrupted") outcome(out, ..., result = pack_density(plan, done, FALSE))
  TRUE
}

# As an interrupt to whoever takes it, else as the result with a warning.
interrupted_density <- function(plan, done) {
  done$interrupted <- NULL
  result <- pack_density(plan, done, FALSE)
  signal_interrupt("interrupted", result)
  warn_status("interrupted", "interrupted after %.0f products: the result holds those, sgd_resume() goes on",
              result$n_products)
  result
}

# Goes on where a density stopped, or with more probes.
resume_density <- function(x, steps, probes) {
  if (!is.null(steps)) stop_argument("`steps`: expected NULL, the Lanczos steps of a spectral density stay as they are")
  plan <- x$resume$plan
  if (!is.null(probes)) {
    probes <- as_count(probes, "probes", 1)
    least <- max(x$counts$probes, x$noise$probes, 1)
    if (probes < least) stop_argument("`probes` = %.0f: expected at least the %.0f that are done", probes, least)
    plan$options$probes <- probes
  }
  run_density(plan, x$resume$done)
}

pack_density <- function(plan, done, complete) {
  pairs <- done$pairs
  products <- c(pairs$n_products, done$counts$n_products, done$noise$n_products)
  density <- new_problem(
    "sgd_density", dim = plan$operator$dim, n_examples = examples_known(plan),
    eigenvalues = as.double(pairs$values), vectors = pairs$vectors, residual = as.double(pairs$residual),
    gradient_noise = if (length(pairs$values)) along_known(plan, done), counts = done$counts,
    noise = done$noise, sigma2 = plan$sigma2, noise_trace = done$along$trace,
    flat_tolerance = plan$flat_tolerance, trace = NA_real_, se = NA_real_,
    n_products = if (length(products)) sum(products) else 0, complete = complete, seed = plan$options$seed,
    resume = list(plan = plan, done = done)
  )
  if (has_counts(density)) {
    trace <- density_trace(density, FALSE, "identity", 0)
    density$trace <- trace$value
    density$se <- trace$se
  }
  density
}

# Of the operator's data, or of the noise.
examples_known <- function(plan) {
  if (is.null(plan$operator$n_examples)) plan$noise$n_examples else plan$operator$n_examples
}

# sigma2 H has no noise along negative curvature, even where that is rounding.
along_known <- function(plan, done) {
  if (!is.null(plan$sigma2)) return(plan$sigma2 * pmax(done$pairs$values, 0))
  done$along$strength
}

has_counts <- function(density) {
  !is.null(density$counts) || length(density$eigenvalues) == density$dim
}

has_noise <- function(density) {
  !is.null(density$noise) || (!is.null(density$sigma2) && has_counts(density)) ||
    (length(density$eigenvalues) == density$dim && !is.null(density$gradient_noise))
}

function_names <- c("one", "identity", "square", "absolute", "inverse", "logarithm", "exponential", "below")

# Positions in the core's enumeration, from 0.
as_functions <- function(names, argument) {
  if (!is.character(names) || length(names) == 0L || anyNA(names)) {
    stop_argument("`%s`: expected names of functions, got %s", argument, describe(names))
  }
  index <- integer(length(names))
  for (i in seq_along(names)) index[i] <- option_index(names[i], argument, function_names)
  index
}

density_trace <- function(density, with_noise, names, parameters) {
  .Call(C_density_trace, density, with_noise, match(names, function_names) - 1L, as.double(parameters))
}
