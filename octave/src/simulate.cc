// Simulation: one call, whose partial result survives Ctrl-C and divergence.

#include "glue.h"

namespace sgdlangevin
{
  // theta0 or v0: [] , one point (d) or one a path (d x n_paths).
  static NDArray start_points (const octave_value& value, const char *name, octave_idx_type d,
                               octave_idx_type n_paths, int& per_path)
  {
    per_path = 0;
    if (value.isempty () || value.numel () == d)
      return real_vector (value, name, d, true);
    Matrix points = real_matrix (value, name);
    if (points.rows () != d || points.columns () != n_paths)
      bad_argument ("`%s`: expected a vector of length %ld or a %ld x %ld matrix, got %ld x %ld", name,
                    static_cast<long> (d), static_cast<long> (d), static_cast<long> (n_paths),
                    static_cast<long> (points.rows ()), static_cast<long> (points.columns ()));
    per_path = 1;
    return NDArray (points);
  }

  // (model, steps, options struct): theta, velocity, recorded rows that are complete, the status's
  // word ("ok", "interrupted", "unstable"), its message.
  SGDLANGEVIN_ENTRY (simulate)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    model.in_parameters ();
    octave_idx_type d = model.core.dim;
    octave_scalar_map options = args(2).scalar_map_value ();
    auto get = [&options] (const char *name) { return field (options, name, "options"); };

    sgdl_simulation sim;
    sim.method = static_cast<sgdl_method> (option (ctx, get ("method"), "method",
                                                   {"exact", "sgd", "minibatch"}));
    sim.steps = whole_number (args(1), "steps", 1);
    sim.record_every = whole_number (get ("record"), "record", 1);
    sim.n_paths = whole_number (get ("nsim"), "nsim", 1);
    sim.seed = static_cast<uint64_t> (whole_number (get ("seed"), "seed", 0));
    NDArray theta0 = start_points (get ("theta0"), "theta0", d, sim.n_paths, sim.theta0_per_path);
    NDArray v0 = start_points (get ("v0"), "v0", d, sim.n_paths, sim.v0_per_path);
    sim.theta0 = data_or_null (theta0);
    sim.v0 = data_or_null (v0);
    sim.start_stationary = option (ctx, get ("start"), "start", {"point", "stationary"});
    sim.record_modes = option (ctx, get ("coordinates"), "coordinates", {"parameters", "modes"});

    Matrix X;
    NDArray y;
    sim.X = sim.y = nullptr;
    if (sim.method == SGDL_MINIBATCH)
      {
        octave_scalar_map problem = args(0).scalar_map_value ().contents ("problem").scalar_map_value ();
        X = real_matrix (field (problem, "X", "problem"), "X");
        y = real_vector (field (problem, "y", "problem"), "y", model.core.n_examples);
        if (X.rows () != model.core.n_examples || X.columns () != d)
          bad_argument ("`problem`: X and y no longer fit the model made from them");
        sim.X = X.data ();
        sim.y = y.data ();
      }

    dim_vector shape (sgdl_simulation_records (&sim), d, sim.n_paths);
    NDArray theta (shape), velocity;
    if (flag (get ("velocity"), "velocity"))
      velocity = NDArray (shape);
    ptrdiff_t done = 0;
    sgdl_status status = sgdl_simulate (ctx, &model.core, &sim, theta.fortran_vec (),
                                        velocity.isempty () ? nullptr : velocity.fortran_vec (), &done);
    ctx.rethrow_pending ();
    if (status != SGDL_INTERRUPTED && status != SGDL_UNSTABLE)
      ctx.check (status);
    return ovl (theta, velocity, static_cast<double> (done), sgdl_status_word (status), ctx.message ());
  }
}
