// Estimators of diffusion exponents other than least squares.

#include "glue.h"

#include <algorithm>

namespace sgdlangevin
{
  static octave_scalar_map pack (const sgdl_exponent_estimate& e)
  {
    octave_scalar_map map;
    RowVector window (2);
    window(0) = e.window[0];
    window(1) = e.window[1];
    map.assign ("exponent", e.exponent);
    map.assign ("se", e.se);
    map.assign ("lower", e.lower);
    map.assign ("upper", e.upper);
    map.assign ("log_diffusivity", e.log_diffusivity);
    map.assign ("log_diffusivity_se", e.log_diffusivity_se);
    map.assign ("covariance", e.covariance);
    map.assign ("p_value", e.p_value);
    map.assign ("window", window);
    map.assign ("n_points", static_cast<double> (e.n_points));
    map.assign ("n_series", static_cast<double> (e.n_series));
    map.assign ("bias", e.bias);
    map.assign ("misfit", e.misfit);
    map.assign ("misfit_df", e.misfit_df);
    map.assign ("misfit_p", e.misfit_p);
    map.assign ("homogeneity_p", e.homogeneity_p);
    map.assign ("iterations", static_cast<double> (e.iterations));
    map.assign ("df", e.df);
    return map;
  }

  // (x, window (2, frames; 0 0 = default), level): struct of sgdl_exponent_estimate.
  SGDLANGEVIN_ENTRY (exponent_gls)
  {
    call_context ctx;
    trajectory_view x (args(0));
    NDArray window = real_vector (args(1), "window", 2);
    sgdl_exponent_estimate fit;
    ctx.check (sgdl_exponent_gls (ctx, x.frames, x.dim, x.n_paths, x.array.data (), window.data (),
                                  real_scalar (args(2), "level"), &fit));
    return ovl (pack (fit));
  }

  // (x, bandwidth (0: default, -1: full), level): struct of sgdl_exponent_estimate.
  SGDLANGEVIN_ENTRY (exponent_whittle)
  {
    call_context ctx;
    trajectory_view x (args(0));
    sgdl_exponent_estimate fit;
    ctx.check (sgdl_exponent_whittle (ctx, x.frames, x.dim, x.n_paths, x.array.data (),
                                      whole_number (args(1), "bandwidth", -1), real_scalar (args(2),
                                                            "level"), &fit));
    return ovl (pack (fit));
  }

  static octave_scalar_map pack_with_diagram (const sgdl_exponent_estimate& e, octave_idx_type columns,
                                              const double *diagram)
  {
    octave_scalar_map map = pack (e);
    Matrix table (e.n_points, columns);
    std::copy (diagram, diagram + e.n_points * columns, table.fortran_vec ());
    map.assign ("diagram", table);
    return map;
  }

  // (x, moments, window, level): struct of sgdl_exponent_estimate and its diagram.
  SGDLANGEVIN_ENTRY (exponent_wavelet)
  {
    call_context ctx;
    trajectory_view x (args(0));
    NDArray window = real_vector (args(2), "window", 2);
    sgdl_exponent_estimate fit;
    double diagram[40 * 4];
    ctx.check (sgdl_exponent_wavelet (ctx, x.frames, x.dim, x.n_paths, x.array.data (),
                                      whole_number (args(1), "moments", 1), window.data (),
                                      real_scalar (args(3), "level"), diagram, &fit));
    return ovl (pack_with_diagram (fit, 4, diagram));
  }

  // (x, order, overlap, window, level, n_sim, seed): struct of sgdl_exponent_estimate and its diagram.
  SGDLANGEVIN_ENTRY (exponent_dfa)
  {
    call_context ctx;
    trajectory_view x (args(0));
    NDArray window = real_vector (args(3), "window", 2);
    sgdl_exponent_estimate fit;
    double diagram[14 * 3];
    sgdl_dfa_options options;
    options.order = whole_number (args(1), "order", 1);
    options.overlap = flag (args(2), "overlap");
    options.window[0] = window(0);
    options.window[1] = window(1);
    options.level = real_scalar (args(4), "level");
    options.n_sim = whole_number (args(5), "n_sim", 1);
    options.seed = static_cast<uint64_t> (whole_number (args(6), "seed", 0));
    ctx.check (sgdl_exponent_dfa (ctx, x.frames, x.dim, x.n_paths, x.array.data (), &options, diagram, &fit));
    return ovl (pack_with_diagram (fit, 3, diagram));
  }

  // (exponents, se, log_diffusivity ([]: none), level): struct of sgdl_exponent_pool_fit.
  SGDLANGEVIN_ENTRY (exponent_pool)
  {
    call_context ctx;
    NDArray exponents = real_vector (args(0), "exponents");
    NDArray se = real_vector (args(1), "se", exponents.numel ());
    NDArray log_diffusivity = real_vector (args(2), "log_diffusivity", exponents.numel (), true);
    sgdl_exponent_pool_fit fit;
    ctx.check (sgdl_exponent_pool (ctx, exponents.numel (), exponents.data (), se.data (),
                                   data_or_null (log_diffusivity), real_scalar (args(3), "level"), &fit));
    octave_scalar_map map;
    map.assign ("exponent", fit.exponent);
    map.assign ("se", fit.se);
    map.assign ("lower", fit.lower);
    map.assign ("upper", fit.upper);
    map.assign ("p_value", fit.p_value);
    map.assign ("spread", fit.spread);
    map.assign ("spread_lower", fit.spread_lower);
    map.assign ("spread_upper", fit.spread_upper);
    map.assign ("heterogeneity", fit.heterogeneity);
    map.assign ("heterogeneity_p", fit.heterogeneity_p);
    map.assign ("log_diffusivity", fit.log_diffusivity);
    map.assign ("log_diffusivity_se", fit.log_diffusivity_se);
    map.assign ("covariance", fit.covariance);
    return ovl (map);
  }
}
