// Estimators of diffusion exponents other than least squares.

#include "glue.h"

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
