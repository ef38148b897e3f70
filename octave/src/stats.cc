// Statistics of trajectories: lags, MSD, diffusion exponent.

#include "glue.h"

#include <algorithm>
#include <cmath>

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
