// Fractional Brownian motion: fit, likelihood, and simulators of anomalous diffusion.

#include "glue.h"

namespace sgdlangevin
{
  // Frames x coordinates x paths; the Octave functions have checked that it is such an array.
  static NDArray frames_of (const octave_value& value)
  {
    bool is_real = (value.isnumeric () || value.islogical ()) && ! value.iscomplex ();
    if (! is_real || value.ndims () > 3 || value.isempty ())
      bad_argument ("`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got %s",
                    describe (value).c_str ());
    return value.array_value ();
  }

  static octave_idx_type paths_of (const NDArray& x)
  {
    return x.ndims () == 3 ? x.dim3 () : 1;
  }

  // (x, noise, drift, own, level): struct of sgdl_exponent_mle.
  SGDLANGEVIN_ENTRY (exponent_mle)
  {
    call_context ctx;
    NDArray x = frames_of (args(0));
    sgdl_mle_options options = {flag (args(1), "noise"), flag (args(2), "drift"), flag (args(3), "own"),
                                real_scalar (args(4), "level")};
    sgdl_exponent_mle e;
    Matrix drift (x.columns (), paths_of (x));
    ColumnVector diffusivity (x.columns ());
    ctx.check (sgdl_exponent_mle_fit (ctx, x.rows (), x.columns (), paths_of (x), x.data (), &options,
                                      drift.fortran_vec (), diffusivity.fortran_vec (), &e));
    octave_scalar_map map;
    map.assign ("exponent", e.exponent);
    map.assign ("se", e.se);
    map.assign ("lower", e.lower);
    map.assign ("upper", e.upper);
    map.assign ("p_value", e.p_value);
    map.assign ("log_diffusivity", e.log_diffusivity);
    map.assign ("log_diffusivity_se", e.log_diffusivity_se);
    map.assign ("covariance", e.covariance);
    map.assign ("noise", e.noise);
    map.assign ("noise_se", e.noise_se);
    map.assign ("noise_lower", e.noise_lower);
    map.assign ("noise_upper", e.noise_upper);
    map.assign ("noise_p", e.noise_p);
    map.assign ("noise_detected", e.noise_detected != 0);
    map.assign ("at_boundary", e.at_boundary != 0);
    map.assign ("log_likelihood", e.log_likelihood);
    map.assign ("score", e.score);
    map.assign ("n_points", static_cast<double> (e.n_points));
    map.assign ("evaluations", static_cast<double> (e.evaluations));
    map.assign ("drift", drift);
    map.assign ("diffusivity", diffusivity);
    return ovl (map);
  }

  // (x, drift, own, exponent, ratio): log-likelihood, score (2 x 1).
  SGDLANGEVIN_ENTRY (fbm_log_likelihood)
  {
    call_context ctx;
    NDArray x = frames_of (args(0));
    double exponent = real_scalar (args(3), "exponent"), ratio = real_scalar (args(4), "ratio"), value;
    sgdl_mle_options options = {ratio > 0, flag (args(1), "drift"), flag (args(2), "own"), 0.95};
    ColumnVector score (2);
    ctx.check (sgdl_fbm_log_likelihood (ctx, x.rows (), x.columns (), paths_of (x), x.data (), &options,
                                        exponent, ratio, &value, score.fortran_vec ()));
    return ovl (value, score);
  }

  // (process, steps, nsim, dim, exponent, diffusivity, relaxation, noise, seed): positions.
  SGDLANGEVIN_ENTRY (simulate_diffusion)
  {
    call_context ctx;
    int process = option (ctx, args(0), "process", {"fbm", "scaled", "ou", "ctrw", "levy-walk"});
    sgdl_diffusion p = {static_cast<sgdl_process> (process), whole_number (args(1), "steps", 1),
                        whole_number (args(3), "dim", 1), whole_number (args(2), "nsim", 1),
                        real_scalar (args(4), "exponent"), real_scalar (args(5), "diffusivity"),
                        real_scalar (args(6), "relaxation"), real_scalar (args(7), "noise"),
                        static_cast<uint64_t> (whole_number (args(8), "seed", 0))};
    if (p.steps >= INT32_MAX || p.dim > INT32_MAX || p.n_paths > INT32_MAX)
      error_with_id ("sgdlangevin:too_large",
                     "`steps`, `dim`, `nsim` = %td, %td, %td: expected less than 2^31 each", p.steps, p.dim,
                     p.n_paths);
    NDArray x (dim_vector (p.steps + 1, p.dim, p.n_paths));
    ctx.check (sgdl_diffusion_simulate (ctx, &p, x.fortran_vec ()));
    return ovl (x);
  }
}
