// Statistics of trajectories: lags, MSD, diffusion exponent.

#include "glue.h"

#include <algorithm>
#include <cmath>

#include <octave/file-ops.h>

namespace sgdlangevin
{
  trajectory_view::trajectory_view (const octave_value& value)
  {
    bool is_real = (value.isnumeric () || value.islogical ()) && ! value.iscomplex ();
    if (! is_real || value.ndims () > 3 || value.isempty ())
      bad_argument ("`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got %s",
                    describe (value).c_str ());
    array = value.array_value ();
    frames = array.rows ();
    dim = array.columns ();
    n_paths = array.ndims () == 3 ? array.dim3 () : 1;
  }

  // (x): frames, dim, n_paths.
  SGDLANGEVIN_ENTRY (trajectory_shape)
  {
    trajectory_view x (args(0));
    return ovl (x.frames, x.dim, x.n_paths);
  }

  // (first, last, per_decade): log-spaced integer lags.
  SGDLANGEVIN_ENTRY (log_lags)
  {
    call_context ctx;
    ptrdiff_t first = whole_number (args(0), "first", 1), last = whole_number (args(1), "last", 1);
    double per_decade = real_scalar (args(2), "per_decade");
    double wanted = per_decade * std::log10 (static_cast<double> (last) / first) + 3;
    ptrdiff_t capacity = std::max<ptrdiff_t> (1, std::min<double> (last - first + 1, wanted));
    ColumnVector lags (capacity);
    ptrdiff_t n_lags = 0;
    ctx.check (sgdl_log_lags (ctx, first, last, per_decade, capacity, lags.fortran_vec (), &n_lags));
    lags.resize (n_lags);
    return ovl (lags);
  }

  // (x, type, origin (1-based), lags, want se): msd, se, count.
  SGDLANGEVIN_ENTRY (msd)
  {
    call_context ctx;
    trajectory_view x (args(0));
    int type = option (ctx, args(1), "type", {"time-averaged", "ensemble", "from-start"});
    ptrdiff_t origin = whole_number (args(2), "origin", 1) - 1;
    NDArray lags = real_vector (args(3), "lags");
    octave_idx_type n = lags.numel ();
    ColumnVector msd (n), count (n);
    Matrix se;
    if (flag (args(4), "se"))
      se.resize (n, 1);
    ctx.check (sgdl_msd (ctx, x.frames, x.dim, x.n_paths, x.array.data (), static_cast<sgdl_msd_type> (type),
                         origin, n, lags.data (), msd.fortran_vec (),
                         se.isempty () ? nullptr : se.fortran_vec (), count.fortran_vec ()));
    return ovl (msd, se, count);
  }

  // One array of paths of one length, or a cell array of frames x dim matrices.
  struct paths_view
  {
    explicit paths_view (const octave_value& value)
    {
      if (value.iscell ())
        {
          Cell cells = value.cell_value ();
          for (octave_idx_type p = 0; p < cells.numel (); p++)
            add (real_matrix (cells(p), "x"));
        }
      else
        {
          trajectory_view x (value);
          m_arrays.push_back (x.array);
          for (octave_idx_type p = 0; p < x.n_paths; p++)
            {
              m_frames.push_back (x.frames);
              m_starts.push_back (m_arrays[0].data () + p * x.frames * x.dim);
            }
          m_dim = x.dim;
        }
      core.n_paths = m_frames.size ();
      core.dim = m_dim;
      core.frames = m_frames.data ();
      core.x = m_starts.data ();
    }

    sgdl_paths core;

  private:

    void add (const Matrix& path)
    {
      m_arrays.push_back (path);
      m_frames.push_back (path.rows ());
      m_starts.push_back (m_arrays.back ().data ());
      m_dim = path.columns ();
    }

    std::vector<NDArray> m_arrays;
    std::vector<ptrdiff_t> m_frames;
    std::vector<const double *> m_starts;
    octave_idx_type m_dim = 0;
  };

  static NDArray of_curves (octave_idx_type rows, octave_idx_type columns, octave_idx_type curves)
  {
    return NDArray (dim_vector (rows, columns, curves));
  }

  // (paths, struct of options, lags): struct; msd, se, n: lags x curves; vcov, replicates: lags x . x curves.
  SGDLANGEVIN_ENTRY (msd_paths)
  {
    call_context ctx;
    paths_view x (args(0));
    octave_scalar_map opt = args(1).scalar_map_value ();
    NDArray weights = real_vector (field (opt, "weights", "options"), "weights", x.core.dim, true);
    Matrix directions = real_matrix (field (opt, "direction", "options"), "direction");
    NDArray lags = real_vector (args(2), "lags");
    sgdl_msd_options o;
    o.type = static_cast<sgdl_msd_type> (option (ctx, field (opt, "type", "options"), "type",
                                                 {"time-averaged", "ensemble", "from-start"}));
    o.origin = whole_number (field (opt, "origin", "options"), "origin", 1) - 1;
    o.per = static_cast<sgdl_msd_per> (option (ctx, field (opt, "per", "options"), "per",
                                               {"total", "coordinate", "direction"}));
    o.weights = data_or_null (weights);
    o.n_directions = directions.columns ();
    o.directions = data_or_null (directions);
    o.full = option (ctx, field (opt, "accuracy", "options"), "accuracy", {"default", "full"});
    o.errors = static_cast<sgdl_msd_errors> (whole_number (field (opt, "errors", "options"), "se", 0));
    o.n_boot = whole_number (field (opt, "n_boot", "options"), "n_boot", 1);
    o.seed = static_cast<uint64_t> (whole_number (field (opt, "seed", "options"), "seed", 0));
    bool with_vcov = flag (field (opt, "vcov", "options"), "covariance");

    octave_idx_type n = lags.numel (), curves = sgdl_msd_n_curves (&x.core, &o);
    Matrix msd (n, curves), count (n, curves), se;
    NDArray vcov, replicates;
    if (o.errors != SGDL_ERRORS_NONE)
      se.resize (n, curves);
    if (o.errors != SGDL_ERRORS_NONE && with_vcov)
      vcov = of_curves (n, n, curves);
    if (o.errors == SGDL_ERRORS_BOOTSTRAP)
      replicates = of_curves (n, o.n_boot, curves);
    sgdl_msd_report report;
    ctx.check (sgdl_msd_paths (ctx, &x.core, &o, n, lags.data (), msd.fortran_vec (),
                               se.isempty () ? nullptr : se.fortran_vec (), count.fortran_vec (),
                               vcov.isempty () ? nullptr : vcov.fortran_vec (),
                               replicates.isempty () ? nullptr : replicates.fortran_vec (), &report));
    octave_scalar_map map;
    map.assign ("msd", msd);
    map.assign ("se", se);
    map.assign ("n", count);
    map.assign ("vcov", vcov);
    map.assign ("replicates", replicates);
    map.assign ("missing", static_cast<double> (report.n_missing));
    map.assign ("empty", static_cast<double> (report.n_empty));
    map.assign ("redone", static_cast<double> (report.n_redone));
    map.assign ("errors", static_cast<double> (report.errors));
    return ovl (map);
  }

  // ---- streams: each gives the state with what x adds ----

  // (tally, frames, x (frames x k), full, lags)
  SGDLANGEVIN_ENTRY (tally_coordinates)
  {
    call_context ctx;
    NDArray tally = real_array (args(0), "tally"), lags = real_vector (args(4), "lags");
    ptrdiff_t T = whole_number (args(1), "frames", 1);
    Matrix x = real_matrix (args(2), "data");
    ctx.check (sgdl_tally_coordinates (ctx, T, x.columns (), x.data (), nullptr, flag (args(3), "accuracy"),
                                       lags.numel (), lags.data (), tally.fortran_vec ()));
    return ovl (tally);
  }

  // (tally, frames, done, before, x, lags)
  SGDLANGEVIN_ENTRY (tally_frames)
  {
    call_context ctx;
    NDArray tally = real_array (args(0), "tally"), lags = real_vector (args(5), "lags");
    ptrdiff_t T = whole_number (args(1), "frames", 1), done = whole_number (args(2), "done", 0);
    Matrix before = real_matrix (args(3), "before"), x = real_matrix (args(4), "data");
    ctx.check (sgdl_tally_frames (ctx, T, x.columns (), done, before.rows (), before.data (), x.rows (),
                                  x.data (),
                                  lags.numel (), lags.data (), tally.fortran_vec ()));
    return ovl (tally);
  }

  // (gram or [], frames, x)
  SGDLANGEVIN_ENTRY (gram_coordinates)
  {
    call_context ctx;
    NDArray gram = real_array (args(0), "gram");
    ptrdiff_t T = whole_number (args(1), "frames", 1);
    Matrix x = real_matrix (args(2), "data");
    if (gram.isempty ())
      gram = NDArray (dim_vector (sgdl_gram_size (T), 1), 0.0);
    ctx.check (sgdl_gram_coordinates (ctx, T, x.columns (), x.data (), 0, gram.fortran_vec ()));
    return ovl (gram);
  }

  // (gram, frames, lags): tally, bound
  SGDLANGEVIN_ENTRY (gram_tally)
  {
    call_context ctx;
    NDArray gram = real_array (args(0), "gram"), lags = real_vector (args(2), "lags");
    ColumnVector tally (SGDL_TALLY * lags.numel ()), bound (lags.numel ());
    ctx.check (sgdl_gram_tally (ctx, whole_number (args(1), "frames", 1), gram.data (), lags.numel (),
                                lags.data (),
                                tally.fortran_vec (), bound.fortran_vec ()));
    return ovl (tally, bound);
  }

  // (tallies, frames, lags, want se, want vcov): msd, se, n, vcov
  SGDLANGEVIN_ENTRY (tally_result)
  {
    call_context ctx;
    NDArray tallies = real_array (args(0), "tallies"), lags = real_vector (args(2), "lags");
    octave_idx_type n = lags.numel (), n_paths = tallies.numel () / (SGDL_TALLY * n);
    ColumnVector msd (n), count (n);
    Matrix se, vcov;
    if (flag (args(3), "se"))
      se.resize (n, 1);
    if (flag (args(3), "se") && flag (args(4), "covariance"))
      vcov.resize (n, n);
    ctx.check (sgdl_tally_result (ctx, whole_number (args(1), "frames", 1), n_paths, n, lags.data (),
                                  tallies.data (),
                                  msd.fortran_vec (), se.isempty () ? nullptr : se.fortran_vec (),
                                  count.fortran_vec (), vcov.isempty () ? nullptr : vcov.fortran_vec ()));
    return ovl (msd, se, count, vcov);
  }

  // (file, dataset, paths, method, memory, lags): tallies, bound
  SGDLANGEVIN_ENTRY (msd_file)
  {
    call_context ctx;
    std::string file = octave::sys::file_ops::tilde_expand (text (args(0), "x"));
    std::string dataset = text (args(1), "dataset");
    int method = option (ctx, args(3), "method", {"auto", "fft", "gram"});
    NDArray lags = real_vector (args(5), "lags");
    ptrdiff_t n_paths = whole_number (args(2), "n_paths", 1);
    ColumnVector tally (SGDL_TALLY * lags.numel () * n_paths), bound (lags.numel ());
    ctx.check (sgdl_msd_file (ctx, file.c_str (), dataset.c_str (), static_cast<sgdl_msd_method> (method),
                              real_scalar (args(4), "memory"), lags.numel (), lags.data (),
                              tally.fortran_vec (),
                              bound.fortran_vec ()));
    return ovl (tally, bound);
  }

  // (x, window (2, frames; 0 0 = default), level, n_boot, seed): struct of sgdl_exponent.
  SGDLANGEVIN_ENTRY (exponent_ols)
  {
    call_context ctx;
    trajectory_view x (args(0));
    NDArray window = real_vector (args(1), "window", 2);
    sgdl_exponent fit;
    ctx.check (sgdl_exponent_ols (ctx, x.frames, x.dim, x.n_paths, x.array.data (), window.data (),
                                  real_scalar (args(2), "level"), whole_number (args(3), "n_boot", 1),
                                  static_cast<uint64_t> (whole_number (args(4), "seed", 0)), &fit));
    octave_scalar_map map;
    RowVector used (2);
    used(0) = fit.window[0];
    used(1) = fit.window[1];
    map.assign ("exponent", fit.exponent);
    map.assign ("se", fit.se);
    map.assign ("lower", fit.lower);
    map.assign ("upper", fit.upper);
    map.assign ("log_diffusivity", fit.log_diffusivity);
    map.assign ("log_diffusivity_se", fit.log_diffusivity_se);
    map.assign ("covariance", fit.covariance);
    map.assign ("p_value", fit.p_value);
    map.assign ("window", used);
    map.assign ("n_lags", static_cast<double> (fit.n_lags));
    map.assign ("n_blocks", static_cast<double> (fit.n_blocks));
    map.assign ("curvature", fit.curvature);
    map.assign ("curvature_p", fit.curvature_p);
    map.assign ("naive_se", fit.naive_se);
    return ovl (map);
  }
}
