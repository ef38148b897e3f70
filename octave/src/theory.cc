// Theory: stationary state, transient, modified loss, current, oscillations, MSD.

#include "glue.h"

#include <vector>

namespace sgdlangevin
{
  // (model, trace_only): theta, velocity, cross ([] when trace_only), traces (2), exists (d).
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
    ctx.check (sgdl_stationary (ctx, &model.core, trace_only ? nullptr : theta.fortran_vec (),
                                trace_only ? nullptr : velocity.fortran_vec (),
                                trace_only ? nullptr : cross.fortran_vec (), trace, exists.data ()));
    boolNDArray is_there (dim_vector (d, 1));
    for (octave_idx_type i = 0; i < d; i++)
      is_there(i) = exists[i] != 0;
    return ovl (theta, velocity, cross, trace[0], trace[1], is_there);
  }

  // (model, steps, theta0, v0, covariance): mean_theta, mean_velocity, theta, velocity, cross.
  SGDLANGEVIN_ENTRY (transient)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps"), theta0 = real_vector (args(2), "theta0", d),
      v0 = real_vector (args(3), "v0", d, true);
    octave_idx_type n = steps.numel ();
    static const sgdl_covariance kinds[] = {SGDL_COV_FULL, SGDL_COV_DIAGONAL, SGDL_COV_TRACE, SGDL_COV_NONE};
    static const dim_vector no_array (0, 0);
    const dim_vector shapes[] = {dim_vector (d, d, n), dim_vector (d, n), dim_vector (n, 1), no_array};
    int kind = option (ctx, args(4), "covariance", {"full", "diagonal", "trace", "none"});

    Matrix mean_theta (d, n), mean_velocity (d, n);
    NDArray theta (shapes[kind]), velocity (shapes[kind]), cross (shapes[kind]);
    bool wanted = kinds[kind] != SGDL_COV_NONE;
    ctx.check (sgdl_transient (ctx, &model.core, n, steps.data (), theta0.data (), data_or_null (v0),
                               kinds[kind], mean_theta.fortran_vec (), mean_velocity.fortran_vec (),
                               wanted ? theta.fortran_vec () : nullptr,
                               wanted ? velocity.fortran_vec () : nullptr,
                               wanted ? cross.fortran_vec () : nullptr));
    return ovl (mean_theta, mean_velocity, theta, velocity, cross);
  }

  // (model): U, Q, rank.
  SGDLANGEVIN_ENTRY (modified_loss)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type n = 2 * model.core.dim;
    Matrix U (n, n), Q (n, n);
    ptrdiff_t rank;
    ctx.check (sgdl_modified_loss (ctx, &model.core, U.fortran_vec (), Q.fortran_vec (), &rank));
    return ovl (U, Q, static_cast<double> (rank));
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

  // (model, steps, start, theta0, v0, form, modes): msd, exponent (n), per_mode (n x d or []).
  SGDLANGEVIN_ENTRY (msd_theory)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps"), theta0 = real_vector (args(3), "theta0", d, true),
      v0 = real_vector (args(4), "v0", d, true);
    octave_idx_type n = steps.numel ();
    sgdl_start start = static_cast<sgdl_start> (option (ctx, args(2), "start", {"stationary", "point"}));
    sgdl_msd_form form = static_cast<sgdl_msd_form> (option (ctx, args(5), "form", {"model", "paper"}));
    ColumnVector msd (n), exponent (n);
    Matrix per_mode;
    if (flag (args(6), "modes"))
      per_mode.resize (n, d);
    ctx.check (sgdl_msd_theory (ctx, &model.core, n, steps.data (), start, data_or_null (theta0),
                                data_or_null (v0), form, msd.fortran_vec (), exponent.fortran_vec (),
                                per_mode.isempty () ? nullptr : per_mode.fortran_vec ()));
    return ovl (msd, exponent, per_mode);
  }
}
