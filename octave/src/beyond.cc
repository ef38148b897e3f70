// What a trajectory says beyond one exponent: local exponents, crossovers, tests of normal diffusion, ergodicity and
// ageing, choice of model.

#include "glue.h"

#include <algorithm>

namespace sgdlangevin
{
  namespace
  {
    struct frames_view
    {
      explicit frames_view (const octave_value& value)
      {
        bool is_real = (value.isnumeric () || value.islogical ()) && ! value.iscomplex ();
        if (! is_real || value.ndims () > 3 || value.isempty ())
          bad_argument ("`x`: expected a numeric vector, matrix, three-dimensional array or trajectory, got %s",
                        describe (value).c_str ());
        x = value.array_value ();
        T = x.rows ();
        d = x.columns ();
        n_paths = x.ndims () == 3 ? x.dim3 () : 1;
      }

      NDArray x;
      ptrdiff_t T, d, n_paths;
    };

    ColumnVector column (const double *values, octave_idx_type n)
    {
      ColumnVector out (n);
      std::copy (values, values + n, out.fortran_vec ());
      return out;
    }

    uint64_t seed_of (const octave_value& value)
    {
      return static_cast<uint64_t> (whole_number (value, "seed", 0));
    }
  }

  // (x, from, to, level, n_sim, seed): exponent, vcov, critical.
  SGDLANGEVIN_ENTRY (local_exponent)
  {
    call_context ctx;
    frames_view f (args(0));
    NDArray from = real_vector (args(1), "lags"), to = real_vector (args(2), "lags", from.numel ());
    octave_idx_type n = from.numel ();
    ColumnVector exponent (n), critical (3);
    Matrix covariance (n, n);
    ctx.check (sgdl_local_exponent (ctx, f.T, f.d, f.n_paths, f.x.data (), n, from.data (), to.data (),
                                    real_scalar (args(3), "level"), whole_number (args(4), "n_sim", 1),
                                    seed_of (args(5)), exponent.fortran_vec (), covariance.fortran_vec (),
                                    critical.fortran_vec ()));
    return ovl (exponent, covariance, critical);
  }

  // (x, lags, max_breaks, level, alpha, n_boot, seed): struct.
  SGDLANGEVIN_ENTRY (msd_crossover)
  {
    call_context ctx;
    frames_view f (args(0));
    NDArray lags = real_vector (args(1), "lags");
    octave_idx_type n = lags.numel ();
    int64_t most = whole_number (args(2), "max_breaks", 1);
    if (most > SGDL_CROSSOVER_BREAKS)
      bad_argument ("`max_breaks` = %d: expected an integer from 1 to %d", static_cast<int> (std::min<int64_t> (most, 1000000)),
                    SGDL_CROSSOVER_BREAKS);
    ColumnVector log_msd (n), fitted (n);
    Matrix covariance (n, n);
    sgdl_crossover c;
    ctx.check (sgdl_msd_crossover (ctx, f.T, f.d, f.n_paths, f.x.data (), n, lags.data (), static_cast<int> (most),
                                   real_scalar (args(3), "level"), real_scalar (args(4), "alpha"),
                                   whole_number (args(5), "n_boot", 1), seed_of (args(6)), log_msd.fortran_vec (),
                                   covariance.fortran_vec (), fitted.fortran_vec (), &c));
    octave_scalar_map map;
    map.assign ("log_msd", log_msd);
    map.assign ("vcov", covariance);
    map.assign ("fitted", fitted);
    map.assign ("break_lag", column (c.breaks, c.n_breaks));
    map.assign ("break_lower", column (c.break_lower, c.n_breaks));
    map.assign ("break_upper", column (c.break_upper, c.n_breaks));
    map.assign ("break_log_se", column (c.break_log_se, c.n_breaks));
    map.assign ("exponent", column (c.exponent, c.n_breaks + 1));
    map.assign ("se", column (c.se, c.n_breaks + 1));
    map.assign ("lower", column (c.lower, c.n_breaks + 1));
    map.assign ("upper", column (c.upper, c.n_breaks + 1));
    map.assign ("log_diffusivity", c.log_diffusivity);
    map.assign ("p_value", column (c.p_value, most));
    return ovl (map);
  }

  // (x, lags, n_sim, seed): log_ratio, se, p, p_value.
  SGDLANGEVIN_ENTRY (normal_diffusion)
  {
    call_context ctx;
    frames_view f (args(0));
    NDArray lags = real_vector (args(1), "lags");
    octave_idx_type n = lags.numel ();
    ColumnVector ratio (n), se (n), p (n);
    double p_value = 0;
    ctx.check (sgdl_normal_diffusion (ctx, f.T, f.d, f.n_paths, f.x.data (), n, lags.data (),
                                      whole_number (args(2), "n_sim", 1), seed_of (args(3)), ratio.fortran_vec (),
                                      se.fortran_vec (), p.fortran_vec (), &p_value));
    return ovl (ratio, se, p, p_value);
  }

  // (x, lags, n_sim, seed): struct.
  SGDLANGEVIN_ENTRY (ergodicity)
  {
    call_context ctx;
    frames_view f (args(0));
    NDArray lags = real_vector (args(1), "lags");
    octave_idx_type n = lags.numel ();
    const char *names[] = {"time_averaged", "ensemble", "eb", "eb_measured", "eb_brownian", "eb_fbm", "p_eb", "z",
                           "p_origin"};
    sgdl_ergodicity e;
    double **fields[] = {&e.average, &e.ensemble, &e.eb, &e.eb_measured, &e.eb_brownian, &e.eb_fbm, &e.p_eb, &e.z,
                         &e.p_origin};
    std::vector<ColumnVector> columns (9);
    for (int i = 0; i < 9; i++)
      {
        columns[i] = ColumnVector (n);
        *fields[i] = columns[i].fortran_vec ();
      }
    ctx.check (sgdl_test_ergodicity (ctx, f.T, f.d, f.n_paths, f.x.data (), n, lags.data (),
                                     whole_number (args(2), "n_sim", 1), seed_of (args(3)), &e));
    octave_scalar_map map;
    for (int i = 0; i < 9; i++)
      map.assign (names[i], columns[i]);
    map.assign ("p_ergodic", e.p_ergodic);
    map.assign ("p_single", e.p_single);
    map.assign ("exponent", e.exponent);
    return ovl (map);
  }

  // (x, lag, n_blocks, level): struct.
  SGDLANGEVIN_ENTRY (ageing)
  {
    call_context ctx;
    frames_view f (args(0));
    int64_t lag = whole_number (args(1), "lag", 1), blocks = whole_number (args(2), "n_blocks", 1);
    octave_idx_type n = std::min<int64_t> (blocks, f.T);
    ColumnVector age (n), msd (n), se (n);
    sgdl_ageing a;
    ctx.check (sgdl_msd_ageing (ctx, f.T, f.d, f.n_paths, f.x.data (), lag, blocks, real_scalar (args(3), "level"),
                                age.fortran_vec (), msd.fortran_vec (), se.fortran_vec (), &a));
    octave_scalar_map map;
    map.assign ("age", age);
    map.assign ("msd", msd);
    map.assign ("se", se);
    map.assign ("exponent", a.exponent);
    map.assign ("exponent_se", a.se);
    map.assign ("lower", a.lower);
    map.assign ("upper", a.upper);
    map.assign ("p_value", a.p_value);
    map.assign ("chi_squared", a.chi_squared);
    map.assign ("chi_squared_p", a.chi_squared_p);
    return ovl (map);
  }

  // (x, models (numbers), shared, theory (T - 1 x d, or [])): struct.
  SGDLANGEVIN_ENTRY (compare_diffusion)
  {
    call_context ctx;
    frames_view f (args(0));
    NDArray numbers = real_vector (args(1), "models");
    octave_idx_type n = numbers.numel ();
    std::vector<int> models (n);
    for (octave_idx_type i = 0; i < n; i++)
      models[i] = static_cast<int> (numbers(i));
    NDArray structure;
    if (! args(3).isempty ())
      {
        Matrix theory = real_matrix (args(3), "theory");
        structure.resize (dim_vector (f.T, f.d), 0.0);
        for (octave_idx_type c = 0; c < f.d; c++)
          for (octave_idx_type h = 1; h < f.T; h++)
            structure(h + f.T * c) = theory(h - 1, c);
      }
    const char *names[] = {"log_likelihood", "n_parameters", "aic", "aicc", "bic", "aic_weight", "aicc_weight",
                           "bic_weight", "shape", "shape_se", "scale"};
    sgdl_diffusion_comparison c;
    double **fields[] = {&c.log_likelihood, &c.n_parameters, &c.aic, &c.aicc, &c.bic, &c.aic_weight, &c.aicc_weight,
                         &c.bic_weight, &c.shape, &c.shape_se, &c.scale};
    std::vector<Matrix> values (11);
    for (int i = 0; i < 11; i++)
      {
        values[i] = i < 8 ? Matrix (n, 1) : Matrix (f.d, n);
        *fields[i] = values[i].fortran_vec ();
      }
    ctx.check (sgdl_compare_diffusion (ctx, f.T, f.d, f.n_paths, f.x.data (), n, models.data (),
                                       flag (args(2), "shared"), data_or_null (structure), &c));
    octave_scalar_map map;
    for (int i = 0; i < 11; i++)
      map.assign (names[i], values[i]);
    return ovl (map);
  }

  // (x, epoch in frames, last): epochs, ripple, se, p_value.
  SGDLANGEVIN_ENTRY (epoch_ripple)
  {
    call_context ctx;
    frames_view f (args(0));
    sgdl_ripple r;
    ctx.check (sgdl_epoch_ripple (ctx, f.T, f.d, f.n_paths, f.x.data (), real_scalar (args(1), "epoch"),
                                  real_scalar (args(2), "last"), &r));
    return ovl (static_cast<double> (r.epochs), r.ripple, r.se, r.p_value);
  }
}
