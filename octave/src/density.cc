// Theory from a spectral density: traces, histograms, displacement, stationary state, spectra.

#include "operator.h"

namespace sgdlangevin
{
  // Arrays of a quadrature as sgd_density keeps it.
  struct quadrature_view
  {
    // Null where it is [].
    const sgdl_quadrature * take (const octave_value& value, const char *where)
    {
      if (value.isempty ())
        return nullptr;
      octave_scalar_map map = value.scalar_map_value ();
      auto get = [&map, where] (const char *name) { return field (map, name, where); };
      core = sgdl_quadrature ();
      core.steps = whole_number (get ("steps"), "steps", 1);
      core.n_probes = whole_number (get ("probes"), "probes", 1);
      const char *const names[] = {"nodes", "weights", "alpha", "beta"};
      double **arrays[] = {&core.node, &core.weight, &core.alpha, &core.beta};
      for (int i = 0; i < 4; i++)
        {
          m_arrays[i] = real_matrix (get (names[i]), names[i]);
          if (m_arrays[i].rows () != core.steps || m_arrays[i].columns () != core.n_probes)
            bad_argument ("`%s`: expected %ld x %ld numbers as sgd_density made them", names[i],
                          static_cast<long> (core.steps), static_cast<long> (core.n_probes));
          *arrays[i] = const_cast<double *> (m_arrays[i].data ());
        }
      m_length = real_vector (get ("length"), "length", core.n_probes);
      m_mass = real_vector (get ("mass"), "mass", core.n_probes);
      core.length = const_cast<double *> (m_length.data ());
      core.mass = const_cast<double *> (m_mass.data ());
      core.worst = real_scalar (get ("se"), "se");
      return &core;
    }

    sgdl_quadrature core;

  private:

    Matrix m_arrays[4];
    NDArray m_length, m_mass;
  };

  // The value of sgd_density; keeps the arrays alive that `core` points to.
  struct density_view
  {
    explicit density_view (const octave_value& value, bool drop_negative = false)
    {
      octave_scalar_map map = typed_struct (value, "density", "sgd_density");
      auto get = [&map] (const char *name) { return field (map, name, "density"); };
      octave_value strength = get ("gradient_noise"), sigma2 = get ("sigma2"), flat = get ("flat_tolerance");
      core = sgdl_spectral_density ();
      core.dim = whole_number (get ("dim"), "dim", 1);
      m_values = real_vector (get ("eigenvalues"), "eigenvalues", -1, true);
      core.n_exact = m_values.numel ();
      core.exact_value = data_or_null (m_values);
      if (core.n_exact > 0 && ! strength.isempty ())
        m_strength = real_vector (strength, "gradient_noise", core.n_exact);
      core.exact_noise = data_or_null (m_strength);
      core.counts = m_counts.take (get ("counts"), "density.counts");
      core.noise = m_noise.take (get ("noise"), "density.noise");
      core.sigma2 = sigma2.isempty () ? -1 : real_scalar (sigma2, "sigma2");
      core.flat_tolerance = flat.isempty () ? 0 : real_scalar (flat, "flat_tolerance");
      core.drop_negative = drop_negative;
    }

    sgdl_spectral_density core;

  private:

    NDArray m_values, m_strength;
    quadrature_view m_counts, m_noise;
  };

  // A model of a density: its settings, and the density.
  struct density_model_view
  {
    density_model_view (call_context& ctx, const octave_value& value)
      : settings (ctx, value), density (part (value, "problem"), flag (part (value, "drop_negative"),
                                                                        "drop_negative"))
    { }

    model_view settings;
    density_view density;

  private:

    static octave_value part (const octave_value& value, const char *name)
    {
      return field (typed_struct (value, "model", "sgd_model"), name, "model");
    }
  };

  // value, se and truncation, n numbers each.
  struct curve_room
  {
    explicit curve_room (octave_idx_type n) : value (n), se (n), truncation (n)
    {
      core.value = value.fortran_vec ();
      core.se = se.fortran_vec ();
      core.truncation = truncation.fortran_vec ();
    }

    ColumnVector value, se, truncation;
    sgdl_curve core;
  };

  // (density, under noise, names of functions, parameters): value, se, truncation.
  SGDLANGEVIN_ENTRY (density_trace)
  {
    call_context ctx;
    density_view density (args(0));
    std::vector<sgdl_function> functions = functions_from (ctx, args(2), args(3));
    curve_room trace (functions.size ());
    ctx.check (sgdl_density_trace (ctx, &density.core, flag (args(1), "noise"), functions.size (),
                                   functions.data (), &trace.core));
    return ovl (trace.value, trace.se, trace.truncation);
  }

  // (density, under noise, values at all nodes or [], at known eigenvalues or []): value, se.
  SGDLANGEVIN_ENTRY (density_average)
  {
    call_context ctx;
    density_view density (args(0));
    bool with_noise = flag (args(1), "noise");
    const sgdl_quadrature *part = with_noise && density.core.noise ? density.core.noise : density.core.counts;
    Matrix at_nodes;
    if (part)
      {
        at_nodes = real_matrix (args(2), "f");
        if (at_nodes.rows () != part->steps || at_nodes.columns () != part->n_probes)
          bad_argument ("`f`: expected values at %ld x %ld nodes", static_cast<long> (part->steps),
                        static_cast<long> (part->n_probes));
      }
    NDArray at_exact;
    if (density.core.n_exact > 0)
      at_exact = real_vector (args(3), "f", density.core.n_exact);
    double estimate[3];
    ctx.check (sgdl_density_average (ctx, &density.core, with_noise, data_or_null (at_nodes),
                                     data_or_null (at_exact), estimate));
    return ovl (estimate[0], estimate[1]);
  }

  // (density, under noise, edges): value, se, truncation of each bin.
  SGDLANGEVIN_ENTRY (density_bins)
  {
    call_context ctx;
    density_view density (args(0));
    NDArray edges = real_vector (args(2), "edges");
    if (edges.numel () < 2)
      bad_argument ("`edges`: expected at least 2 of them, got %ld", static_cast<long> (edges.numel ()));
    curve_room bins (edges.numel () - 1);
    ctx.check (sgdl_density_bins (ctx, &density.core, flag (args(1), "noise"), edges.numel () - 1, edges.data (),
                                  &bins.core));
    return ovl (bins.value, bins.se, bins.truncation);
  }

  // (density, hyper): a struct of what it shows at a glance.
  SGDLANGEVIN_ENTRY (density_describe)
  {
    call_context ctx;
    density_view density (args(0));
    sgdl_hyper hyper = hyper_from (args(1));
    sgdl_density_report report;
    ctx.check (sgdl_density_describe (ctx, &density.core, &hyper, &report));
    octave_scalar_map result;
    result.assign ("largest", report.largest);
    result.assign ("smallest", report.smallest);
    result.assign ("trace", report.trace);
    result.assign ("trace_se", report.trace_se);
    result.assign ("noise_trace", report.noise_trace);
    result.assign ("noise_trace_se", report.noise_trace_se);
    result.assign ("n_flat", report.n_flat);
    result.assign ("n_negative", report.n_negative);
    result.assign ("flat_noise", report.flat_noise);
    result.assign ("negative_noise", report.negative_noise);
    result.assign ("lr_limit", report.lr_limit);
    result.assign ("langevin_error", report.langevin_error);
    return ovl (result);
  }

  // (model, start, steps): msd, se, truncation, exponent, its se and truncation.
  SGDLANGEVIN_ENTRY (density_msd)
  {
    call_context ctx;
    density_model_view model (ctx, args(0));
    int from = option (ctx, args(1), "start", {"stationary", "point", "stationary-velocity", "gaussian",
                                               "checkpoint"});
    NDArray steps = real_vector (args(2), "steps");
    curve_room msd (steps.numel ()), exponent (steps.numel ());
    ctx.check (sgdl_density_msd (ctx, &model.density.core, &model.settings.core, static_cast<sgdl_from> (from),
                                 steps.numel (), steps.data (), &msd.core, &exponent.core));
    return ovl (msd.value, msd.se, msd.truncation, exponent.value, exponent.se, exponent.truncation);
  }

  // (model): value, se, truncation of position, velocity, step, loss, penalty.
  SGDLANGEVIN_ENTRY (density_stationary)
  {
    call_context ctx;
    density_model_view model (ctx, args(0));
    curve_room stationary (SGDL_DENSITY_STATIONARY);
    ctx.check (sgdl_density_stationary (ctx, &model.density.core, &model.settings.core, &stationary.core));
    return ovl (stationary.value, stationary.se, stationary.truncation);
  }

  // (model, lags): value, se, truncation of position, then of velocity, then of both crossed.
  SGDLANGEVIN_ENTRY (density_autocorrelation)
  {
    call_context ctx;
    density_model_view model (ctx, args(0));
    NDArray lags = real_vector (args(1), "lags");
    octave_idx_type n = lags.numel ();
    curve_room theta (n), velocity (n), cross (n);
    ctx.check (sgdl_density_autocorrelation (ctx, &model.density.core, &model.settings.core, n, lags.data (),
                                             &theta.core, &velocity.core, &cross.core));
    return ovl (theta.value, theta.se, theta.truncation, velocity.value, velocity.se, velocity.truncation,
                cross.value, cross.se, cross.truncation);
  }

  // (model, freq): value, se, truncation of position, then of velocity.
  SGDLANGEVIN_ENTRY (density_power_spectrum)
  {
    call_context ctx;
    density_model_view model (ctx, args(0));
    NDArray freq = real_vector (args(1), "freq");
    octave_idx_type n = freq.numel ();
    curve_room theta (n), velocity (n);
    ctx.check (sgdl_density_power_spectrum (ctx, &model.density.core, &model.settings.core, n, freq.data (),
                                            &theta.core, &velocity.core));
    return ovl (theta.value, theta.se, theta.truncation, velocity.value, velocity.se, velocity.truncation);
  }
}
