// Theory from a start: transient law, its density, displacement and regimes.

#include "glue.h"

#include <vector>

namespace sgdlangevin
{
  initial_view::initial_view (call_context& ctx, const octave_value& value, octave_idx_type d)
  {
    octave_scalar_map map = value.scalar_map_value ();
    auto get = [&map] (const char *name) { return field (map, name, "start"); };
    core.from = static_cast<sgdl_from> (option (ctx, get ("start"), "start",
                                                {"stationary", "point", "stationary-velocity", "gaussian",
                                                 "checkpoint"}));
    m_theta0 = real_vector (get ("theta0"), "theta0", d, true);
    m_v0 = real_vector (get ("v0"), "v0", d, true);
    bool has_covariance = ! get ("cov0").isempty ();
    if (has_covariance)
      m_cov0 = square_matrix (get ("cov0"), "cov0", 2 * d);
    if (has_covariance != (core.from == SGDL_FROM_GAUSSIAN))
      bad_argument ("`cov0`: expected a %ld x %ld covariance of (theta, v) with start = \"gaussian\" and "
                    "with no other", static_cast<long> (2 * d), static_cast<long> (2 * d));
    core.theta0 = data_or_null (m_theta0);
    core.v0 = data_or_null (m_v0);
    core.cov0 = data_or_null (m_cov0);
  }

  // (model, steps, start, covariance): mean_theta, mean_velocity, theta, velocity, cross.
  SGDLANGEVIN_ENTRY (transient)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps");
    initial_view initial (ctx, args(2), d);
    octave_idx_type n = steps.numel ();
    static const sgdl_covariance kinds[] = {SGDL_COV_FULL, SGDL_COV_DIAGONAL, SGDL_COV_TRACE, SGDL_COV_NONE};
    static const dim_vector no_array (0, 0);
    const dim_vector shapes[] = {dim_vector (d, d, n), dim_vector (d, n), dim_vector (n, 1), no_array};
    int kind = option (ctx, args(3), "covariance", {"full", "diagonal", "trace", "none"});

    Matrix mean_theta (d, n), mean_velocity (d, n);
    NDArray theta (shapes[kind]), velocity (shapes[kind]), cross (shapes[kind]);
    bool wanted = kinds[kind] != SGDL_COV_NONE;
    ctx.check (sgdl_transient_from (ctx, &model.core, n, steps.data (), &initial.core, kinds[kind],
                                    mean_theta.fortran_vec (), mean_velocity.fortran_vec (),
                                    wanted ? theta.fortran_vec () : nullptr,
                                    wanted ? velocity.fortran_vec () : nullptr,
                                    wanted ? cross.fortran_vec () : nullptr));
    return ovl (mean_theta, mean_velocity, theta, velocity, cross);
  }

  // (model, step, start, points): log density at the rows of points (n x 2d).
  SGDLANGEVIN_ENTRY (log_density)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    double step = real_scalar (args(1), "step");
    initial_view initial (ctx, args(2), model.core.dim);
    Matrix points = real_matrix (args(3), "points");
    ColumnVector log_p (points.rows ());
    ctx.check (sgdl_transient_log_density (ctx, &model.core, step, &initial.core, points.rows (),
                                           points.data (), log_p.fortran_vec ()));
    return ovl (log_p);
  }

  // (model, steps, start, form, modes): msd, exponent (n), per_mode (n x d or []).
  SGDLANGEVIN_ENTRY (msd_theory)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps");
    initial_view initial (ctx, args(2), d);
    octave_idx_type n = steps.numel ();
    bool paper = option (ctx, args(3), "form", {"model", "paper"}) == 1;
    ColumnVector msd (n), exponent (n);
    Matrix per_mode;
    if (flag (args(4), "modes"))
      per_mode.resize (n, d);
    double *modes = per_mode.isempty () ? nullptr : per_mode.fortran_vec ();
    const sgdl_initial& start = initial.core;
    sgdl_start where = start.from == SGDL_FROM_STATIONARY ? SGDL_START_STATIONARY : SGDL_START_POINT;
    if (paper)
      ctx.check (sgdl_msd_theory (ctx, &model.core, n, steps.data (), where, start.theta0, start.v0,
                                  SGDL_FORM_PAPER, msd.fortran_vec (), exponent.fortran_vec (), modes));
    else
      ctx.check (sgdl_msd_from (ctx, &model.core, n, steps.data (), &start, msd.fortran_vec (),
                                exponent.fortran_vec (), modes));
    return ovl (msd, exponent, per_mode);
  }

  // (per_mode, lags): standard error of the time-averaged MSD of a window; per_mode is (T-1) x d, the
  // displacement of each mode at lags 1 to T-1.
  SGDLANGEVIN_ENTRY (msd_sampling_error)
  {
    call_context ctx;
    Matrix per_mode = real_matrix (args(0), "per_mode");
    NDArray lags = real_vector (args(1), "lags");
    ColumnVector error (lags.numel ());
    ctx.check (sgdl_msd_sampling_error (ctx, per_mode.rows () + 1, per_mode.columns (), per_mode.data (),
                                        lags.numel (), lags.data (), error.fortran_vec ()));
    return ovl (error);
  }

  // (model, steps, exponent): names of the regimes (cellstr), struct of sgdl_regimes.
  SGDLANGEVIN_ENTRY (msd_regimes)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    NDArray steps = real_vector (args(1), "steps");
    octave_idx_type n = steps.numel ();
    NDArray exponent = real_vector (args(2), "exponent", n);
    std::vector<int> labels (n);
    sgdl_regimes regimes;
    ctx.check (sgdl_msd_regimes (ctx, &model.core, n, steps.data (), exponent.data (), labels.data (),
                                 &regimes));
    Cell names (n, 1);
    for (octave_idx_type i = 0; i < n; i++)
      names(i) = sgdl_displacement_string (static_cast<sgdl_displacement> (labels[i]));
    RowVector relaxation (2);
    relaxation(0) = regimes.relaxation[0];
    relaxation(1) = regimes.relaxation[1];
    octave_scalar_map map;
    map.assign ("ballistic_end", regimes.ballistic_end);
    map.assign ("confined_start", regimes.confined_start);
    map.assign ("relaxation", relaxation);
    map.assign ("spectral_exponent", regimes.spectral_exponent);
    map.assign ("spectral_misfit", regimes.spectral_misfit);
    map.assign ("predicted", regimes.predicted);
    map.assign ("plateau", regimes.plateau);
    return ovl (names, map);
  }
}
