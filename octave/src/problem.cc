// Hyperparameters and problems: validation, moments of a regression.

#include "glue.h"

namespace sgdlangevin
{
  // (lr, momentum, weight_decay, batch_size): mass, damping, inverse temperature, temperature.
  SGDLANGEVIN_ENTRY (hyper)
  {
    call_context ctx;
    sgdl_hyper hyper;
    hyper.lr = real_scalar (args(0), "lr");
    hyper.momentum = real_scalar (args(1), "momentum");
    hyper.weight_decay = real_scalar (args(2), "weight_decay");
    hyper.batch_size = real_scalar (args(3), "batch_size");
    ctx.check (sgdl_hyper_check (ctx, &hyper));
    sgdl_hyper_derived derived;
    sgdl_hyper_derive (&hyper, &derived);
    return ovl (derived.mass, derived.damping, derived.inverse_temperature, derived.temperature);
  }

  // (hyper, lr, momentum, batch_size, preserve), those to be solved for []: lr, momentum, batch_size,
  // struct of sgdl_equivalence.
  SGDLANGEVIN_ENTRY (equivalent)
  {
    call_context ctx;
    sgdl_hyper from = hyper_from (args(0)), to = from;
    struct { const char *name; double *value; unsigned bit; } given[] = {
      {"lr", &to.lr, SGDL_CHANGE_LR}, {"momentum", &to.momentum, SGDL_CHANGE_MOMENTUM},
      {"batch_size", &to.batch_size, SGDL_CHANGE_BATCH_SIZE}};
    unsigned change = 0;
    for (int i = 0; i < 3; i++)
      if (! args(1 + i).isempty ())
        {
          *given[i].value = real_scalar (args(1 + i), given[i].name);
          change |= given[i].bit;
        }
    int preserve = option (ctx, args(4), "preserve", {"stationary", "dynamics", "diffusion"});
    sgdl_equivalence report;
    ctx.check (sgdl_equivalent (ctx, &from, change, static_cast<sgdl_preserve> (preserve), &to, &report));
    octave_scalar_map map;
    map.assign ("kept_before", report.kept_before);
    map.assign ("kept_after", report.kept_after);
    map.assign ("batch_size", report.batch_size);
    map.assign ("steps", report.steps);
    return ovl (to.lr, to.momentum, to.batch_size, map);
  }

  // (model, hyper): relative changes of cov(theta), cov(v) and diffusion, as a struct.
  SGDLANGEVIN_ENTRY (equivalent_error)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    sgdl_hyper to = hyper_from (args(1));
    sgdl_equivalence_error error;
    ctx.check (sgdl_equivalent_error (ctx, &model.core, &to, &error));
    octave_scalar_map map;
    map.assign ("theta", error.theta);
    map.assign ("velocity", error.velocity);
    map.assign ("diffusion", error.diffusion);
    return ovl (map);
  }

  // (H, gradients, hessian_factors, minimiser or []), checked; the gradients' covariance is that of
  // regression_noise.
  SGDLANGEVIN_ENTRY (check_examples)
  {
    call_context ctx;
    Matrix H = square_matrix (args(0), "H"), gradients = real_matrix (args(1), "gradients");
    octave_idx_type N = gradients.rows (), d = H.rows ();
    if (N == 0 || gradients.columns () != d)
      bad_argument ("`gradients`: expected a row of %ld numbers for each example, got a %ld x %ld matrix",
                    static_cast<long> (d), static_cast<long> (N), static_cast<long> (gradients.columns ()));
    NDArray minimiser = real_vector (args(3), "minimiser", d, true), factors;
    if (! args(2).is_function_handle ())
      {
        factors = real_array (args(2), "hessian_factors");
        dim_vector shape = factors.dims ();
        if (shape.ndims () > 3 || shape(0) != N || shape(1) != d)
          bad_argument ("`hessian_factors`: expected a %ld x %ld matrix or %ld x %ld x rank array, got %s",
                        static_cast<long> (N), static_cast<long> (d), static_cast<long> (N),
                        static_cast<long> (d), describe (args(2)).c_str ());
      }
    ctx.check (sgdl_quadratic_check (ctx, d, H.data (), data_or_null (minimiser), nullptr, 0));
    require_finite (gradients, "gradients");
    require_finite (factors, "hessian_factors");
    if (minimiser.isempty ())
      minimiser = NDArray (dim_vector (d, 1), 0.0);
    return ovl (H, gradients, minimiser.reshape (dim_vector (d, 1)));
  }

  // (H, b, Sigma, sigma2), absent ones []: the same as full arrays, b as a column.
  SGDLANGEVIN_ENTRY (check_quadratic)
  {
    call_context ctx;
    Matrix H = square_matrix (args(0), "H");
    octave_idx_type d = H.rows ();
    NDArray b = real_vector (args(1), "b", d, true);
    Matrix Sigma;
    double sigma2 = 0;
    if (! args(2).isempty ())
      Sigma = square_matrix (args(2), "Sigma", d);
    else
      sigma2 = real_scalar (args(3), "sigma2");
    ctx.check (sgdl_quadratic_check (ctx, d, H.data (), data_or_null (b), data_or_null (Sigma), sigma2));
    return ovl (H, b.isempty () ? b : b.reshape (dim_vector (d, 1)), Sigma);
  }

  // (rho, noise, sigma2): nothing, or the error.
  SGDLANGEVIN_ENTRY (check_spectrum)
  {
    call_context ctx;
    NDArray rho = real_vector (args(0), "rho");
    NDArray noise = real_vector (args(1), "noise", rho.numel (), true);
    double sigma2 = noise.isempty () ? real_scalar (args(2), "sigma2") : 0;
    ctx.check (sgdl_spectrum_check (ctx, rho.numel (), rho.data (), data_or_null (noise), sigma2));
    return ovl ();
  }

  // (X, y): H ([] with fewer examples than parameters), b.
  SGDLANGEVIN_ENTRY (regression_moments)
  {
    call_context ctx;
    Matrix X = real_matrix (args(0), "X");
    octave_idx_type N = X.rows (), d = X.columns ();
    if (N == 0 || d == 0)
      bad_argument ("`X`: expected at least one row and one column, got %ld x %ld", static_cast<long> (N),
                    static_cast<long> (d));
    NDArray y = real_vector (args(1), "y", N);
    Matrix H;
    if (N >= d)
      H.resize (d, d);
    ColumnVector b (d);
    ctx.check (sgdl_regression_moments (ctx, N, d, X.data (), y.data (),
                                        H.isempty () ? nullptr : H.fortran_vec (), b.fortran_vec ()));
    return ovl (H, b);
  }

  // (X, y, mu, weight_decay, wanted): covariance of the one-example gradient ([] unless wanted),
  // residual sum of squares.
  SGDLANGEVIN_ENTRY (regression_noise)
  {
    call_context ctx;
    Matrix X = real_matrix (args(0), "X");
    octave_idx_type N = X.rows (), d = X.columns ();
    NDArray y = real_vector (args(1), "y", N), mu = real_vector (args(2), "minimiser", d);
    Matrix Sigma;
    if (flag (args(4), "wanted"))
      Sigma.resize (d, d);
    double rss;
    ctx.check (sgdl_regression_noise (ctx, N, d, X.data (), y.data (), mu.data (),
                                      real_scalar (args(3), "weight_decay"),
                                      Sigma.isempty () ? nullptr : Sigma.fortran_vec (), &rss));
    return ovl (Sigma, rss);
  }

  // (N, d, rss): sigma2.
  SGDLANGEVIN_ENTRY (residual_variance)
  {
    call_context ctx;
    double sigma2;
    ctx.check (sgdl_residual_variance (ctx, whole_number (args(0), "n_examples", 1),
                                       whole_number (args(1), "dim", 1), real_scalar (args(2), "rss"),
                                       &sigma2));
    return ovl (sigma2);
  }
}
