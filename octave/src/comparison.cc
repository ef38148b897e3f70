// Theory against data: fit of the theory, velocities, spectra, shuffling.

#include "glue.h"

namespace sgdlangevin
{
  // A path (T x 1), a trajectory (T x d) or several (T x d x n_paths), as msd takes them.
  struct frames_view
  {
    explicit frames_view (const octave_value& value)
      : array (real_array (value, "x"))
    {
      T = array.rows ();
      d = array.columns ();
      n_paths = array.ndims () == 3 ? array.dim3 () : 1;
    }

    NDArray array;
    octave_idx_type T, d, n_paths;
  };

  static void
  check_dim (const frames_view& x, const sgdl_model& model)
  {
    if (x.d != model.dim)
      bad_argument ("`x`: expected %d coordinates, got %d", static_cast<int> (model.dim),
                    static_cast<int> (x.d));
  }

  static RowVector
  row_of (const double *from, octave_idx_type n)
  {
    RowVector row (n);
    for (octave_idx_type i = 0; i < n; i++)
      row(i) = from[i];
    return row;
  }

  // (model, x, modes (0-based), options: curvature, damping, noise_known, every, range (2), level): table, covariance
  // (3 x 3 x m), freq, weight, fit, data, summary (10 x 3: estimate, se, lower, upper, p_value, spread, spread_df,
  // spread_p, fit test, theory test), [ordinates, bands].
  SGDLANGEVIN_ENTRY (fit_langevin)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    frames_view x (args(1));
    NDArray modes = real_vector (args(2), "modes"), o = real_vector (args(3), "options", 7);
    check_dim (x, model.core);
    octave_idx_type m = modes.numel ();
    sgdl_fit_options options = {};
    options.curvature = o(0) != 0;
    options.damping = o(1) != 0;
    options.noise_known = o(2) != 0;
    options.every = o(3);
    options.range[0] = o(4);
    options.range[1] = o(5);
    options.level = o(6);
    Matrix table (m, SGDL_FIT_COLUMNS), fit (SGDL_FIT_BANDS, m), data (SGDL_FIT_BANDS, m), summary (10, 3);
    NDArray covariance (dim_vector (3, 3, m));
    ColumnVector freq (SGDL_FIT_BANDS), weight (SGDL_FIT_BANDS);
    sgdl_fit_summary s;
    ctx.check (sgdl_fit_langevin (ctx, &model.core, &options, x.T, x.n_paths, x.array.data (), m,
                                  modes.data (),
                                  table.fortran_vec (), covariance.fortran_vec (), freq.fortran_vec (),
                                  weight.fortran_vec (), fit.fortran_vec (), data.fortran_vec (), &s));
    const double *rows[] = {s.estimate, s.se, s.lower, s.upper, s.p_value, s.spread, s.spread_df, s.spread_p,
                            s.fit, s.theory};
    for (int i = 0; i < 10; i++)
      for (int j = 0; j < 3; j++)
        summary(i, j) = rows[i][j];
    const double counts[] = {static_cast<double> (s.ordinates), static_cast<double> (s.bands)};
    return ovl (table, covariance, freq, weight, fit, data, summary, row_of (counts, 2));
  }

  // (model, x, modes (0-based), options: every, epoch_steps (0: unknown), level): numbers, temperature, freq, weight,
  // ratio of the bands.
  SGDLANGEVIN_ENTRY (shuffling_test)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    frames_view x (args(1));
    NDArray modes = real_vector (args(2), "modes"), o = real_vector (args(3), "options", 3);
    check_dim (x, model.core);
    ColumnVector temperature (modes.numel ()), freq (SGDL_FIT_BANDS), weight (SGDL_FIT_BANDS), ratio (SGDL_FIT_BANDS);
    sgdl_shuffling t;
    ctx.check (sgdl_shuffling_test (ctx, &model.core, x.T, x.n_paths, x.array.data (), o(0), modes.numel (),
                                    modes.data (), o(1), o(2), temperature.fortran_vec (), freq.fortran_vec (),
                                    weight.fortran_vec (), ratio.fortran_vec (), &t));
    const double numbers[] = {t.ratio, t.df[0], t.df[1], t.p_value, t.cutoff, t.power, t.epoch_steps,
                              t.epoch_phase,
                              t.epoch_sum, t.log_likelihood_ratio};
    freq.resize (t.bands);
    weight.resize (t.bands);
    ratio.resize (t.bands);
    return ovl (row_of (numbers, 10), temperature, freq, weight, ratio);
  }

  // d x m directions, a vector being one of them; [] is none.
  static Matrix
  directions (const octave_value& value, octave_idx_type d)
  {
    if (value.isempty ())
      return Matrix ();
    Matrix given = real_matrix (value, "direction");
    if (given.rows () == 1 || given.columns () == 1)
      {
        NDArray one = real_vector (value, "direction", d);
        Matrix column (d, 1);
        for (octave_idx_type i = 0; i < d; i++)
          column(i, 0) = one(i);
        return column;
      }
    if (given.rows () != d)
      bad_argument ("`direction`: expected %d rows, got %d", static_cast<int> (d),
                    static_cast<int> (given.rows ()));
    return given;
  }

  // (x, unit, total, direction, lags, level): autocorrelation, se, lower, upper, correlation, correlation_se, blocks.
  SGDLANGEVIN_ENTRY (velocity_autocorrelation)
  {
    call_context ctx;
    frames_view x (args(0));
    Matrix along = directions (args(3), x.d);
    NDArray lags = real_vector (args(4), "lags");
    bool total = flag (args(2), "total");
    octave_idx_type n = lags.numel (), columns = ! along.isempty () ? along.columns () : total ? 1 : x.d;
    Matrix out[6];
    for (Matrix& matrix : out)
      matrix.resize (n, columns);
    ptrdiff_t blocks = 0;
    ctx.check (sgdl_velocity_autocorrelation (ctx, x.T, x.d, x.n_paths, x.array.data (),
                                              real_scalar (args(1), "unit"), total, along.columns (),
                                              data_or_null (along), n, lags.data (),
                                              real_scalar (args(5), "level"),
                                              out[0].fortran_vec (), out[1].fortran_vec (), out[2].fortran_vec (),
                                              out[3].fortran_vec (), out[4].fortran_vec (), out[5].fortran_vec (),
                                              &blocks));
    return ovl (out[0], out[1], out[2], out[3], out[4], out[5], static_cast<double> (blocks));
  }

  // (x, unit, total, direction, options: every, segment, window (0-based), level): freq, density, lower, upper, df.
  SGDLANGEVIN_ENTRY (welch)
  {
    call_context ctx;
    frames_view x (args(0));
    Matrix along = directions (args(3), x.d);
    NDArray o = real_vector (args(4), "options", 4);
    bool total = flag (args(2), "total");
    octave_idx_type half = static_cast<octave_idx_type> (o(1)) / 2;
    octave_idx_type columns = ! along.isempty () ? along.columns () : total ? 1 : x.d;
    ColumnVector freq (half);
    Matrix density (half, columns), lower (half, columns), upper (half, columns), df (half, columns);
    ctx.check (sgdl_welch (ctx, x.T, x.d, x.n_paths, x.array.data (), real_scalar (args(1), "unit"), total,
                           along.columns (), data_or_null (along), o(0), static_cast<ptrdiff_t> (o(1)),
                           static_cast<int> (o(2)), o(3), freq.fortran_vec (), density.fortran_vec (),
                           lower.fortran_vec (), upper.fortran_vec (), df.fortran_vec ()));
    return ovl (freq, density, lower, upper, df);
  }
}
