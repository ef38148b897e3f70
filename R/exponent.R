# The diffusion exponent of a trajectory by several methods, with an interval and a test of normal diffusion.

#' Diffusion exponent of a trajectory
#'
#' The exponent \eqn{\alpha} of \eqn{E|x_{i+h}-x_i|^2 = D h^\alpha}: 1 is normal diffusion, below it
#' subdiffusion, above superdiffusion.
#'
#' \describe{
#' \item{`"ols"`}{Least squares of log MSD on log lag, as papers do it. Points of an MSD are strongly
#'   correlated, so that the regression's own standard error (`naive_se`) is far too small: this one comes
#'   from a bootstrap over contiguous blocks of the path (over whole paths where there are at least 16), the
#'   interval from Student's t with blocks - 1 degrees of freedom. Assumes stationary increments only.}
#' \item{`"gls"`}{The same regression with the covariance of the MSD at about 12 log-spaced lags that
#'   fractional Brownian motion of the fitted exponent has, iterated to a fixed point, and its bias taken off.
#'   On such motion nearly as good as maximum likelihood. Fits no localisation error: with one the exponent
#'   comes out too low; `misfit_p` tells.}
#' \item{`"mle"`}{Maximum likelihood of fractional Brownian motion, exact, with a drift of every path and
#'   coordinate (`drift`) and a localisation error (`noise`) where asked for. The interval is Fisher's without
#'   noise and the profile likelihood's with it, since the noise's variance lies at its boundary:
#'   `noise_detected` says whether it is told from none.}
#' \item{`"whittle"`}{Likelihood of the increments' periodogram. Local (`bandwidth = NULL`, or the number of
#'   frequencies): only the spectrum's power law at long periods is assumed (Robinson's Gaussian
#'   semiparametric estimate), `bandwidth` n^0.65 unless given; much noise, little assumed, and exponents from
#'   -1 to 3 can be found. `bandwidth = "full"`: all frequencies with the exact density of fractional Gaussian
#'   noise, aliases included (no localisation error, as in `"gls"`: see `misfit_p`).}
#' \item{`"wavelet"`}{Log-scale diagram of Abry and Veitch: energies of Daubechies' wavelet details, `moments`
#'   vanishing moments, by octave, weighted regression with their biases removed; what sampling in frames does
#'   to short scales is taken from fractional Brownian motion. Blind to polynomial drifts of degree below
#'   `moments`.}
#' \item{`"dfa"`}{Detrended fluctuation analysis: fluctuations about polynomials of degree `order` in boxes,
#'   which overlap by three quarters with `overlap`. Bias, error and interval are those of `3 n_sim` simulated
#'   fractional Brownian motions of this length (parametric bootstrap).}
#' }
#' All but `"ols"` take coordinates and paths as independent, with one exponent and a diffusivity for each.
#'
#' Measured (`bench/calibration`; all cells in the vignette "Measuring anomalous diffusion") on fractional
#' Brownian motion of exponents 0.4 to 1.6: the 95% interval of `"mle"` held in 93.7 to 95.0% of 10,000
#' paths of 128 increments and in 95.0 to 95.9% of 10,000 of 1024 and 2,000 of 8192, with a standard
#' deviation within 3% and 2% of the Cramer-Rao bound; that of `"gls"` in 93.5 to 94.7% and 94.9 to 95.8%,
#' within 9% and 2% of the bound. With localisation noise fitted and above three of its own standard errors
#' the interval of `"mle"` held in 94.0 to 96.5%. For contrast, the interval that a regression of log MSD
#' claims for itself (`naive_se`) held in 84 to 31% at 128 increments and 28 to 7% at 8192, that of `"ols"`
#' (blocks) in 91.7 to 97.5% and 84.4 to 95.8% (least at exponent 1.6, where its blocks are too short).
#' Standard errors of these shares: 0.2 to 0.5%, of regressions at 8192 up to 1%, with noise 0.4 to 1.2%.
#'
#' With `pool = "distributed"` every path has an exponent of its own, estimated from it alone:
#' \eqn{\hat\alpha_i \sim N(\alpha, se_i^2 + spread^2)}. `exponent` is then their mean, `spread` their
#' standard deviation beyond what errors explain (Paule and Mandel's estimate).
#'
#' @inheritParams msd
#' @param method `"ols"`, `"gls"`, `"mle"`, `"whittle"`, `"wavelet"` or `"dfa"`.
#' @param window First and last lag, in the unit of the lags (steps for a trajectory, else frames). `NULL`:
#'   1 frame to 1/32 of the length, or to half of it with at least 16 paths (`"ols"`); to 1/4 of it (`"gls"`).
#'   Scales of details (`"wavelet"`: 2 frames to the last with 4 details) and sizes of boxes (`"dfa"`:
#'   `order + 3` frames to 1/4 of the length); `"mle"` and `"whittle"` take none.
#' @param level Probability of the interval.
#' @param pool `"common"`: one exponent for all paths; `"distributed"`: one for each.
#' @param ... Options of the method. For `"ols"`: `n_boot`, number of bootstrap resamples (999); `seed`, as in
#'   [sgd_simulate()]. For `"mle"`: `noise` (`FALSE`), `drift` (`TRUE`), `diffusivity`, `"own"` for each
#'   coordinate or one that is `"common"` to them. For `"whittle"`: `bandwidth` (`NULL`). For `"wavelet"`:
#'   `moments` (3, from 1 to 10). For `"dfa"`: `order` (1, to 5), `overlap` (`TRUE`), `n_sim` (200), `seed`.
#' @return A list of class `"diffusion_exponent"`: `exponent`, `se`, `lower`, `upper`, `level`, `method`,
#'   `pool`, `window`, `p_value` (two-sided, of exponent 1: normal diffusion), `log_diffusivity` (log D, D
#'   summed over coordinates and averaged over paths), `vcov` (2 x 2, of both), `n_points` (lags used),
#'   `n_series` (coordinates times paths), `df` (of the interval's distribution), `unit` (of lags),
#'   `diagnostics` (a list), `msd` (the [msd()] at these lags), and what the method adds.
#'
#'   `"ols"` adds `n_lags`, `n_blocks`, `naive_se`, `curvature` and `curvature_p` (quadratic term of the
#'   log-log regression and its p value: is it a straight line?) and `seed`. `"gls"` has in `diagnostics`:
#'   `bias` (what was taken off the exponent), `misfit`, `misfit_df` and `misfit_p` (chi squared of the fit:
#'   small p says that this is no power law of a Gaussian process), `homogeneity_p` (of one exponent for all
#'   coordinates and paths), `iterations`. `"mle"` adds `drift` (per step) and `diffusivity` of
#'   each coordinate, and with `noise = TRUE` `noise` (variance of the error of a frame, summed over
#'   coordinates), `noise_se`, `noise_lower`, `noise_upper`, `noise_p` and `noise_detected`. `"whittle"` adds
#'   `bandwidth` (frequencies used) and `full`; its `misfit` is Bartlett's distance of the cumulative
#'   periodogram. `"wavelet"` adds `moments` and `diagram` (scale, octave, log2_energy, se, n). `"dfa"` adds
#'   its options and `diagram` (box, fluctuation, log_se); its `misfit` is the diagram's curvature. A
#'   distributed exponent adds `spread`, `spread_lower`, `spread_upper`, `heterogeneity_p` (of no spread) and
#'   `paths`, a data frame of the paths' own.
#'
#'   Methods: [coef()], [vcov()], [confint()], [plot()], [summary()], [as.data.frame()]; `tidy()`, `glance()`
#'   and `autoplot()` where packages generics and ggplot2 are installed.
#' @section Errors: `too_short` when fewer than 8 blocks of twice the largest lag fit (`"ols"`), the window
#'   ends past half of the path or the path has fewer than 33 frames (`"gls"`), a bandwidth exceeds half the
#'   length, fewer than 3 octaves or 4 sizes of boxes fit, there are fewer than 3 lags, or
#'   fewer than 3 paths to be distributed; `no_convergence` where the covariance is singular to rounding;
#'   `unsupported` where the exponent is outside (0, 2) and the method cannot say so; `bad_argument`.
#'   Warning `epoch_ripple` where the window of a run by epochs reaches past half an epoch.
#' @section Cost: that of [msd()] on every block and `n_boot` regressions (`"ols"`); that of [msd()] and some
#'   20 sums over 78 T terms (`"gls"`); FFTs (`"whittle"`); O(T) (`"wavelet"`); `3 n_sim` simulations and
#'   analyses (`"dfa"`).
#' @references arXiv:2107.09133, section 7 (the regression); Kuensch (1989). The jackknife and the bootstrap
#'   for general stationary observations. Annals of Statistics 17. Qian, Sheetz, Elson (1991). Single particle
#'   tracking. Biophysical Journal 60 (covariance of the MSD). Robinson (1995). Gaussian semiparametric
#'   estimation of long range dependence. Annals of Statistics 23. Abry, Veitch (1998). Wavelet analysis of
#'   long-range-dependent traffic. IEEE Transactions on Information Theory 44. Peng et al. (1994). Mosaic
#'   organization of DNA nucleotides. Physical Review E 49. Viechtbauer (2007). Confidence intervals for the
#'   amount of heterogeneity in meta-analysis. Statistics in Medicine 26.
#' @examples
#' set.seed(1)
#' walk <- cumsum(rnorm(20000))
#' fit <- diffusion_exponent(walk, "gls")
#' fit
#' confint(fit, level = 0.9)
#' diffusion_exponent(array(apply(matrix(rnorm(5000), ncol = 5), 2, cumsum), c(1000, 1, 5)), "gls",
#'                    pool = "distributed")
#' @export
diffusion_exponent <- function(x, method = "ols", window = NULL, level = 0.95, pool = "common", ...) {
  frames <- as_frames(x)
  method <- match_option(method, "method", names(exponent_methods))
  pool <- match_option(pool, "pool", c("common", "distributed"))
  options <- exponent_options(method, list(...))
  frames$unit <- if (inherits(x, "sgd_trajectory")) "steps" else "frames"
  level <- as_number(level, "level")
  window <- if (is.null(window)) c(0, 0) else as_numeric_vector(window, "window", 2L) / frames$record
  engine <- exponent_methods[[method]]$fit
  if (!(level > 0 && level < 1)) stop_argument("`level` = %g: expected a number between 0 and 1", level)
  fit <- if (pool == "common") new_exponent(frames, engine(frames, window, level, options), method, level) else
    distributed_exponent(frames, engine, window, level, options, method)
  check_epoch_ripple(x, frames, fit$window[2L] / frames$record)
  fit
}

# What a method is asked for beyond the arguments that all share, with its defaults. An option of another
# method, or a misspelt one, is named.
exponent_options <- function(method, given) {
  known <- exponent_methods[[method]]$options
  names <- names(given)
  if (length(given) && (is.null(names) || !all(nzchar(names)))) {
    stop_argument("diffusion_exponent: expected at most 5 unnamed arguments, got %d more", length(given))
  }
  for (name in setdiff(names, names(known))) {
    others <- names(Filter(function(other) name %in% names(other$options), exponent_methods))
    if (length(others)) {
      stop_argument("`%s` is an option of method %s: method \"%s\" has %s", name,
                    paste0("\"", others, "\"", collapse = " and "), method,
                    if (length(known)) paste0("`", names(known), "`", collapse = ", ") else "none of its own")
    }
    .Call(C_unknown_argument, "diffusion_exponent", name,
          c("x", "method", "window", "level", "pool", names(known)))
  }
  for (name in names) known[name] <- given[name]
  known
}

# ---- engines: an estimate in frames, the lags to show, and what the method adds ----

fit_ols <- function(frames, window, level, options) {
  seed <- as_seed(options$seed)
  e <- .Call(C_exponent_ols, frames$x, frames$size, window, level, as_count(options$n_boot, "n_boot", 2),
             seed)
  e$n_points <- e$n_lags
  e$n_series <- prod(frames$size[-1L])
  e$df <- e$n_blocks - 1
  e$lags <- .Call(C_log_lags, e$first, e$last, 10)
  e$diagnostics <- e[c("n_blocks", "curvature", "curvature_p", "naive_se")]
  e$extras <- c(e[c("n_lags", "n_blocks", "curvature", "curvature_p", "naive_se")], list(seed = seed))
  e
}

fit_gls <- function(frames, window, level, options) {
  e <- .Call(C_exponent_gls, frames$x, frames$size, window, level)
  e$lags <- .Call(C_log_lags, e$first, e$last, 11 / log10(e$last / e$first))
  e$diagnostics <- e[c("bias", "misfit", "misfit_df", "misfit_p", "homogeneity_p", "iterations")]
  e
}

# The fit of R/exponent-mle.R, in frames; its own fields in the unit of the lags.
fit_mle <- function(frames, window, level, options) {
  refuse_window(window, "mle", "all increments; thin `x` to skip short lags")
  unit <- frames$record
  frames$record <- 1
  e <- unclass(exponent_mle(frames, level, options$noise, options$drift, options$diffusivity))
  e$log_diffusivity_se <- sqrt(e$vcov[2L, 2L])
  e$covariance <- e$vcov[1L, 2L]
  e$first <- e$window[1L]
  e$last <- e$window[2L]
  e$n_series <- prod(frames$size[-1L])
  e$lags <- default_lags(frames$size[1L])
  e$diagnostics <- c(e[c("log_likelihood", "at_boundary")],
                     if (options$noise) e[c("noise_detected", "noise_p")],
                     e["evaluations"])
  e$extras <- c(if (options$noise) e[c("noise", "noise_se", "noise_lower", "noise_upper", "noise_p",
                                       "noise_detected")],
                list(drift = e$drift / unit, diffusivity = e$diffusivity * unit^-e$exponent))
  e
}

fit_whittle <- function(frames, window, level, options) {
  refuse_window(window, "whittle", "`bandwidth`, the number of frequencies from the lowest on")
  bandwidth <- options$bandwidth
  if (is.null(bandwidth)) bandwidth <- "local"
  if (is.character(bandwidth)) {
    bandwidth <- c(0, -1)[option_index(bandwidth, "bandwidth", c("local", "full")) + 1L]
  } else {
    bandwidth <- as_count(bandwidth, "bandwidth", 1)
  }
  e <- .Call(C_exponent_whittle, frames$x, frames$size, bandwidth, level)
  e$lags <- default_lags(frames$size[1L])
  e$diagnostics <- e[c("bias", "misfit", "misfit_p", "homogeneity_p")]
  e$extras <- list(bandwidth = e$n_points, full = bandwidth < 0)
  e
}

fit_wavelet <- function(frames, window, level, options) {
  e <- .Call(C_exponent_wavelet, frames$x, frames$size, as_count(options$moments, "moments", 1), window,
             level)
  e$lags <- default_lags(frames$size[1L])
  e$diagnostics <- e[c("misfit", "misfit_df", "misfit_p", "homogeneity_p")]
  diagram <- stats::setNames(as.data.frame(e$diagram), c("octave", "log2_energy", "se", "n"))
  diagram <- cbind(scale = 2^diagram$octave * frames$record, diagram)
  e$extras <- list(moments = options$moments, diagram = diagram)
  e
}

fit_dfa <- function(frames, window, level, options) {
  seed <- as_seed(options$seed)
  e <- .Call(C_exponent_dfa, frames$x, frames$size, as_count(options$order, "order", 1),
             as_flag(options$overlap, "overlap"), window, level, as_count(options$n_sim, "n_sim", 1), seed)
  e$lags <- default_lags(frames$size[1L])
  e$diagnostics <- e[c("bias", "misfit", "misfit_df", "misfit_p", "homogeneity_p")]
  diagram <- stats::setNames(as.data.frame(e$diagram), c("box", "fluctuation", "log_se"))
  diagram$box <- diagram$box * frames$record
  e$extras <- list(order = options$order, overlap = options$overlap, n_sim = options$n_sim, seed = seed,
                   diagram = diagram)
  e
}

refuse_window <- function(window, method, instead) {
  if (any(window != 0)) stop_argument("`window`: method \"%s\" takes none; it has %s", method, instead)
}

# `over` says what the window counts, `points` what n_points does.
exponent_methods <- list(
  ols = list(fit = fit_ols, options = list(n_boot = 999, seed = NULL), over = "lags", points = "lags"),
  gls = list(fit = fit_gls, options = list(), over = "lags", points = "lags"),
  mle = list(fit = fit_mle, options = list(noise = FALSE, drift = TRUE, diffusivity = "own"), over = "lags",
             points = "increments"),
  whittle = list(fit = fit_whittle, options = list(bandwidth = NULL), over = "periods of",
                 points = "frequencies"),
  wavelet = list(fit = fit_wavelet, options = list(moments = 3), over = "scales of", points = "octaves"),
  dfa = list(fit = fit_dfa, options = list(order = 1, overlap = TRUE, n_sim = 200, seed = NULL),
             over = "boxes of", points = "sizes of boxes")
)

# From frames to the unit of the lags: log D changes by -exponent log(unit).
new_exponent <- function(frames, e, method, level, pool = "common") {
  shift <- log(frames$record)
  variance <- e$se^2
  covariance <- e$covariance - shift * variance
  log_variance <- e$log_diffusivity_se^2 - 2 * shift * e$covariance + shift^2 * variance
  terms <- c("exponent", "log_diffusivity")
  curve <- .Call(C_msd, frames$x, frames$size, 0L, 1, e$lags, TRUE)
  structure(c(list(
    exponent = e$exponent, se = e$se, lower = e$lower, upper = e$upper, level = level, method = method,
    pool = pool, window = c(e$first, e$last) * frames$record, p_value = e$p_value,
    log_diffusivity = e$log_diffusivity - e$exponent * shift,
    vcov = matrix(c(variance, covariance, covariance, log_variance), 2L, dimnames = list(terms, terms)),
    n_points = e$n_points, n_series = e$n_series, df = if (is.null(e$df)) Inf else e$df, unit = frames$unit,
    diagnostics = e$diagnostics, msd = new_msd(frames, e$lags, curve, "time-averaged")
  ), e$extras), class = "diffusion_exponent")
}

# Each path by itself; their exponents as draws from a distribution with a mean and a spread.
distributed_exponent <- function(frames, engine, window, level, options, method) {
  n <- frames$size[3L]
  length <- prod(frames$size[1:2])
  if ("seed" %in% names(exponent_methods[[method]]$options)) options$seed <- as_seed(options$seed)
  fits <- lapply(seq_len(n), function(p) {
    path <- frames
    path$x <- frames$x[(p - 1) * length + seq_len(length)]
    path$size[3L] <- 1
    if (!is.null(options$seed)) options$seed <- (options$seed + p - 1) %% 2^53
    engine(path, window, level, options)
  })
  each <- function(field) vapply(fits, `[[`, 0, field)
  diffusivity <- each("log_diffusivity")
  e <- .Call(C_exponent_pool, each("exponent"), each("se"), if (all(is.finite(diffusivity))) diffusivity,
             level)
  e$first <- fits[[1L]]$first
  e$last <- fits[[1L]]$last
  e$lags <- fits[[1L]]$lags
  e$n_points <- fits[[1L]]$n_points
  e$n_series <- prod(frames$size[-1L])
  e$df <- n - 1
  e$diagnostics <- e[c("heterogeneity", "heterogeneity_p")]
  paths <- data.frame(path = seq_len(n), exponent = each("exponent"), se = each("se"), lower = each("lower"),
                      upper = each("upper"),
                      log_diffusivity = each("log_diffusivity") - each("exponent") * log(frames$record))
  e$extras <- c(e[c("spread", "spread_lower", "spread_upper", "heterogeneity_p")], list(paths = paths))
  new_exponent(frames, e, method, level, "distributed")
}
