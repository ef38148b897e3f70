# The package's own help page, its native library and methods for generics of optional packages.

#' sgdlangevin: dynamics of stochastic gradient descent near a minimum
#'
#' What SGD with momentum and weight decay does once it has reached the bottom: theory in closed form, exact
#' simulation, statistics of trajectories, and one against the other.
#'
#' \describe{
#' \item{Set up}{[sgd_hyper()]; a problem: [sgd_quadratic()], [sgd_regression()], [sgd_spectrum()]; their
#' [sgd_model()].}
#' \item{Theory}{[sgd_stationary()], [sgd_transient()], [sgd_modified_loss()], [sgd_current()],
#' [sgd_oscillations()], [sgd_msd()].}
#' \item{Simulation}{[sgd_simulate()], [sgd_resume()], [sgd_batch()]; on any loss: [sgd_objective()],
#' [sgd_logistic()], [sgd_softmax()], [sgd_tanh_network()], and [sgd_quadratic_at()] back to the theory.}
#' \item{Statistics}{[msd()], [diffusion_exponent()].}
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
  register_methods("generics", c("tidy", "glance"), c("diffusion_exponent", "sgd_fit", "sgd_method_order",
                                                     "sgd_sample_check"))
  register_methods("ggplot2", "autoplot", autoplot_classes)
  register_methods("generics", c("tidy", "glance"), diffusion_classes)
  register_methods("ggplot2", "autoplot", diffusion_classes)
  register_methods("ggplot2", "autoplot", fit_classes)
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
