// The model: decomposition, noise along the modes, minimiser, report.

#include "glue.h"

namespace sgdlangevin
{
  // (H): eigenvalues, descending, and eigenvectors.
  SGDLANGEVIN_ENTRY (decompose)
  {
    call_context ctx;
    Matrix H = square_matrix (args(0), "H");
    octave_idx_type d = H.rows ();
    ColumnVector rho (d);
    Matrix vectors (d, d);
    ctx.check (sgdl_decompose (ctx, d, H.data (), rho.fortran_vec (), vectors.fortran_vec ()));
    return ovl (rho, vectors);
  }

  // (vectors, Sigma): V' Sigma V.
  SGDLANGEVIN_ENTRY (noise_to_modes)
  {
    call_context ctx;
    Matrix vectors = square_matrix (args(0), "vectors");
    octave_idx_type d = vectors.rows ();
    Matrix Sigma = square_matrix (args(1), "Sigma", d), noise (d, d);
    ctx.check (sgdl_noise_to_modes (ctx, d, vectors.data (), Sigma.data (), noise.fortran_vec ()));
    return ovl (noise);
  }

  // (rho, vectors, weight_decay, b): mu = K^{-1} b through the modes.
  SGDLANGEVIN_ENTRY (minimiser)
  {
    call_context ctx;
    NDArray rho = real_vector (args(0), "rho");
    octave_idx_type d = rho.numel ();
    Matrix vectors = square_matrix (args(1), "vectors", d);
    NDArray b = real_vector (args(3), "b", d);
    ColumnVector mu (d);
    ctx.check (sgdl_minimiser (ctx, d, rho.data (), vectors.data (), real_scalar (args(2), "weight_decay"),
                               b.data (), mu.fortran_vec ()));
    return ovl (mu);
  }

  // (H, weight_decay, b): mu = K^{-1} b by Cholesky.
  SGDLANGEVIN_ENTRY (minimiser_cholesky)
  {
    call_context ctx;
    Matrix H = square_matrix (args(0), "H");
    octave_idx_type d = H.rows ();
    NDArray b = real_vector (args(2), "b", d);
    ColumnVector mu (d);
    ctx.check (sgdl_minimiser_cholesky (ctx, d, H.data (), real_scalar (args(1), "weight_decay"), b.data (),
                                        mu.fortran_vec ()));
    return ovl (mu);
  }

  // (X, y, weight_decay), fewer examples than parameters: eigenvalues (rank + 1), vectors (d x rank), rank,
  // minimiser of the parameters, noise along the modes.
  SGDLANGEVIN_ENTRY (wide_modes)
  {
    call_context ctx;
    Matrix X = real_matrix (args(0), "X");
    octave_idx_type N = X.rows (), d = X.columns ();
    NDArray y = real_vector (args(1), "y", N);
    ColumnVector rho (N + 1), mu (N + 1), minimiser (d);
    Matrix left (N, N), vectors (d, N);
    ptrdiff_t rank;
    ctx.check (sgdl_wide_decompose (ctx, N, d, X.data (), rho.fortran_vec (), left.fortran_vec (),
                                    vectors.fortran_vec (), &rank));
    Matrix noise (rank + 1, rank + 1);
    ctx.check (sgdl_wide_noise (ctx, N, rank, rho.data (), left.data (), y.data (),
                                real_scalar (args(2), "weight_decay"), mu.fortran_vec (), noise.fortran_vec (),
                                nullptr));
    ctx.check (sgdl_wide_parameters (ctx, d, rank, vectors.data (), mu.data (), minimiser.fortran_vec ()));
    rho.resize (rank + 1);
    vectors.resize (d, rank);
    return ovl (rho, vectors, static_cast<double> (rank), minimiser, noise);
  }

  // (vectors, theta): V'theta, and the length of what is outside of all examples.
  SGDLANGEVIN_ENTRY (wide_point)
  {
    call_context ctx;
    Matrix vectors = real_matrix (args(0), "vectors");
    octave_idx_type d = vectors.rows (), rank = vectors.columns ();
    NDArray theta = real_vector (args(1), "theta", d);
    ColumnVector modes (rank + 1);
    ctx.check (sgdl_wide_point (ctx, d, rank, vectors.data (), nullptr, theta.data (), modes.fortran_vec ()));
    return ovl (modes);
  }

  // (vectors, covariance along the modes): variances of the parameters.
  SGDLANGEVIN_ENTRY (wide_variances)
  {
    call_context ctx;
    Matrix vectors = real_matrix (args(0), "vectors");
    octave_idx_type d = vectors.rows (), rank = vectors.columns ();
    Matrix covariance = square_matrix (args(1), "covariance", rank + 1);
    ColumnVector variances (d);
    ctx.check (sgdl_wide_variances (ctx, d, rank, vectors.data (), covariance.data (),
                                    variances.fortran_vec ()));
    return ovl (variances);
  }

  // (model): the counts and limits of sgdl_model_report as a struct.
  SGDLANGEVIN_ENTRY (model_report)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    sgdl_model_report report;
    ctx.check (sgdl_model_check (ctx, &model.core, &report));
    octave_scalar_map map;
    map.assign ("n_flat", static_cast<double> (report.n_flat));
    map.assign ("n_flat_noisy", static_cast<double> (report.n_flat_noisy));
    map.assign ("n_saddle", static_cast<double> (report.n_saddle));
    map.assign ("n_past_limit", static_cast<double> (report.n_past_limit));
    map.assign ("lr_limit", report.lr_limit);
    map.assign ("worst_kappa", report.worst_kappa);
    map.assign ("langevin_error", report.langevin_error);
    map.assign ("epoch_steps", static_cast<double> (report.epoch_steps));
    map.assign ("remainder", static_cast<double> (report.remainder));
    return ovl (map);
  }
}
