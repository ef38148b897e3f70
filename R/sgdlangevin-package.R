# The package's own help page, its native library and methods for generics of optional packages.

#' sgdlangevin: dynamics of stochastic gradient descent near a minimum
#'
#' What SGD with momentum and weight decay does once it has reached the bottom: theory in closed form, exact
#' simulation, statistics of trajectories, and one against the other.
#'
#' \describe{
#' \item{Set up}{[sgd_hyper()], [sgd_equivalent()]; a problem: [sgd_quadratic()], [sgd_regression()],
#' [sgd_spectrum()], [sgd_examples()]; their [sgd_model()].}
#' \item{Hessians too large to form}{[sgd_operator()], [sgd_noise()], [sgd_eigenpairs()], [sgd_density()],
#' [sgd_trace()], [sgd_histogram()]; [sgd_model()] takes a density.}
#' \item{Theory}{[sgd_stationary()], [sgd_log_density()], [sgd_transient()], [sgd_modified_loss()],
#' [sgd_modified_loss_value()], [sgd_modified_loss_section()], [sgd_current()], [sgd_fokker_planck_check()],
#' [sgd_irreversibility()], [sgd_oscillations()], [sgd_msd()], [sgd_autocorrelation()], [sgd_power_spectrum()].}
#' \item{Simulation}{[sgd_simulate()], [sgd_resume()], [sgd_batch()]; on any loss: [sgd_objective()],
#' [sgd_native()], [sgd_logistic()], [sgd_softmax()], [sgd_tanh_network()], with [sgd_loss()], [sgd_gradient()],
#' [sgd_hessian_product()], [sgd_gradient_covariance()], and [sgd_quadratic_at()] back to the theory; checks:
#' [sgd_method_order()], [sgd_check_sample()]; anomalous diffusion to calibrate with: [simulate_diffusion()].}
#' \item{Mean squared displacement}{[msd()], [msd_stream()] for data that do not fit memory,
#' [msd_transform()] for functions of it.}
#' \item{Exponents}{[diffusion_exponent()] by six methods; beyond one number [local_exponent()],
#' [msd_crossover()].}
#' \item{Tests and models}{[diffusion_test()], [ageing()], [ergodicity()], [compare_diffusion()],
#' [shuffling_test()].}
#' \item{Theory against data}{[fit_langevin()], [power_spectrum()], [velocity_autocorrelation()].}
#' \item{Files}{[read_trajectory()], [write_trajectory()].}
#' \item{Session}{[sgd_devices()], [sgd_threads()]; errors: [sgdlangevin-conditions].}
#' }
#'
#' Time is counted in steps; continuous time is `lr * steps`. Eigenvalues are in descending order: mode 1 is
#' the stiffest. Where a function returns covariances of phase space the order is \eqn{(\theta, v)}.
#'
#' @references Kunin, Sagastuy-Brena, Gillespie, Margalit, Tanaka, Ganguli, Yamins (2023). The Limiting
#'   Dynamics of SGD: Modified Loss, Phase Space Oscillations, and Anomalous Diffusion. Neural Computation
#'   36(1). arXiv:2107.09133.
#' @useDynLib sgdlangevin, .registration = TRUE, .fixes = "C_"
#' @importFrom graphics lines points plot
#' @importFrom stats coef confint predict simulate update vcov
#' @name sgdlangevin-package
#' @aliases sgdlangevin
#' @keywords internal
"_PACKAGE"

.onLoad <- function(libname, pkgname) {
  register_methods("generics", c("tidy", "glance"), c("msd", "diffusion_exponent", "sgd_fit", "sgd_method_order",
                                                     "sgd_sample_check"))
  register_methods("ggplot2", "autoplot", autoplot_classes)
  register_methods("generics", c("tidy", "glance"), diffusion_classes)
  register_methods("ggplot2", "autoplot", diffusion_classes)
  register_methods("ggplot2", "autoplot", fit_classes)
  register_methods("generics", c("tidy", "glance"), operator_classes)
  register_methods("ggplot2", "autoplot", operator_classes)
}

.onUnload <- function(libpath) library.dynam.unload("sgdlangevin", libpath)

# Methods for generics of a package that need not be installed: now if it is loaded, else when it is.
register_methods <- function(package, generics, classes) {
  namespace <- topenv()
  register <- function(...) {
    for (generic in generics) for (class in classes) {
      method <- get(paste(generic, class, sep = "."), envir = namespace)
      registerS3method(generic, class, method, envir = asNamespace(package))
    }
  }
  if (isNamespaceLoaded(package)) register() else setHook(packageEvent(package, "onLoad"), register)
}
