// Theory of the stationary state: covariance, modified loss, current, irreversibility, oscillations.

#include "glue.h"

#include <vector>

namespace sgdlangevin
{
  // (model, trace_only, phase or []): theta, velocity, cross ([] when trace_only), traces (2), exists (d).
  SGDLANGEVIN_ENTRY (stationary)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    bool trace_only = flag (args(1), "trace_only");
    Matrix theta, velocity, cross;
    if (! trace_only)
      {
        theta.resize (d, d);
        velocity.resize (d, d);
        cross.resize (d, d);
      }
    double trace[2];
    std::vector<int> exists (d);
    double *P = trace_only ? nullptr : theta.fortran_vec (),
      *W = trace_only ? nullptr : velocity.fortran_vec (), *R = trace_only ? nullptr : cross.fortran_vec ();
    if (args(2).isempty ())
      ctx.check (sgdl_stationary (ctx, &model.core, P, W, R, trace, exists.data ()));
    else
      ctx.check (sgdl_stationary_at_phase (ctx, &model.core, whole_number (args(2), "phase", 0), P, W, R,
                                           trace, exists.data ()));
    boolNDArray is_there (dim_vector (d, 1));
    for (octave_idx_type i = 0; i < d; i++)
      is_there(i) = exists[i] != 0;
    return ovl (theta, velocity, cross, trace[0], trace[1], is_there);
  }

  // (model): U, Q, effective_hessian, rank.
  SGDLANGEVIN_ENTRY (modified_loss)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type n = 2 * model.core.dim;
    Matrix U (n, n), Q (n, n), effective (n/2, n/2);
    ptrdiff_t rank;
    ctx.check (sgdl_modified_loss (ctx, &model.core, U.fortran_vec (), Q.fortran_vec (),
                                   effective.fortran_vec (), &rank));
    return ovl (U, Q, effective, static_cast<double> (rank));
  }

  // (U, minimiser, points): Phi at the rows of points (n x 2d).
  SGDLANGEVIN_ENTRY (modified_loss_value)
  {
    call_context ctx;
    Matrix U = square_matrix (args(0), "U");
    octave_idx_type d = U.rows () / 2;
    NDArray minimiser = real_vector (args(1), "minimiser", d);
    Matrix points = real_matrix (args(2), "points");
    ColumnVector phi (points.rows ());
    ctx.check (sgdl_modified_loss_value (ctx, d, U.data (), minimiser.data (), points.rows (), points.data (),
                                         phi.fortran_vec ()));
    return ovl (phi);
  }

  // (model, U, Q, direction1, direction2, extent (2), n, origin or []): x, y (n), value, current_x,
  // current_y, training_loss (n x n).
  SGDLANGEVIN_ENTRY (modified_loss_section)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type m = 2 * model.core.dim;
    Matrix U = square_matrix (args(1), "U", m), Q = square_matrix (args(2), "Q", m);
    NDArray direction1 = real_vector (args(3), "direction1", m),
      direction2 = real_vector (args(4), "direction2", m), extent = real_vector (args(5), "extent", 2),
      origin = real_vector (args(7), "origin", m, true);
    octave_idx_type n = whole_number (args(6), "n", 2);
    ColumnVector x (n), y (n);
    Matrix value (n, n), current_x (n, n), current_y (n, n), training_loss (n, n);
    ctx.check (sgdl_modified_loss_section (ctx, &model.core, U.data (), Q.data (), direction1.data (),
                                           direction2.data (), extent.data (), n, data_or_null (origin),
                                           x.fortran_vec (), y.fortran_vec (), value.fortran_vec (),
                                           current_x.fortran_vec (), current_y.fortran_vec (),
                                           training_loss.fortran_vec ()));
    return ovl (x, y, value, current_x, current_y, training_loss);
  }

  // (U, Q, inverse_temperature, minimiser, points): current, drift (n x 2d), log density (n).
  SGDLANGEVIN_ENTRY (current)
  {
    call_context ctx;
    Matrix U = square_matrix (args(0), "U");
    Matrix Q = square_matrix (args(1), "Q", U.rows ());
    octave_idx_type d = U.rows () / 2;
    NDArray minimiser = real_vector (args(3), "minimiser", d);
    Matrix points = real_matrix (args(4), "points");
    octave_idx_type n = points.rows ();
    Matrix current (n, 2 * d), drift (n, 2 * d);
    ColumnVector log_density (n);
    ctx.check (sgdl_current (ctx, d, U.data (), Q.data (), real_scalar (args(2), "inverse_temperature"),
                             minimiser.data (), n, points.data (), current.fortran_vec (),
                             drift.fortran_vec (), log_density.fortran_vec ()));
    return ovl (current, drift, log_density);
  }

  // (model): gamma, omega, regime (cellstr), period, quality, critical_momentum.
  SGDLANGEVIN_ENTRY (oscillations)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    ColumnVector gamma (d), omega (d), period (d), quality (d), critical_momentum (d);
    std::vector<int> regime (d);
    ctx.check (sgdl_oscillations (ctx, &model.core, gamma.fortran_vec (), omega.fortran_vec (),
                                  regime.data (), period.fortran_vec (), quality.fortran_vec (),
                                  critical_momentum.fortran_vec ()));
    Cell names (d, 1);
    for (octave_idx_type i = 0; i < d; i++)
      names(i) = sgdl_regime_string (static_cast<sgdl_regime> (regime[i]));
    return ovl (gamma, omega, names, period, quality, critical_momentum);
  }

  // (model, U, Q, points or []): relative residuals drift, lyapunov, antisymmetry, pointwise (NaN
  // without points).
  SGDLANGEVIN_ENTRY (fokker_planck)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type m = 2 * model.core.dim;
    Matrix U = square_matrix (args(1), "U", m), Q = square_matrix (args(2), "Q", m), points;
    if (! args(3).isempty ())
      points = real_matrix (args(3), "points");
    double residual[4];
    ctx.check (sgdl_fokker_planck_residual (ctx, &model.core, U.data (), Q.data (), points.rows (),
                                            data_or_null (points), residual));
    return ovl (residual[0], residual[1], residual[2], points.isempty () ? octave_NaN : residual[3]);
  }

  // (model): entropy production, kinetic, configurational temperature (d), antisymmetric (d x d).
  SGDLANGEVIN_ENTRY (irreversibility)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    double entropy_production;
    ColumnVector kinetic (d), configurational (d);
    Matrix antisymmetric (d, d);
    ctx.check (sgdl_irreversibility (ctx, &model.core, &entropy_production, kinetic.fortran_vec (),
                                     configurational.fortran_vec (), antisymmetric.fortran_vec ()));
    return ovl (entropy_production, kinetic, configurational, antisymmetric);
  }
}
