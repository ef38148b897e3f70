// Simulation: runs in memory and on disk, whose partial results survive Ctrl-C and failures.

#include "glue.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace sgdlangevin
{
  // ---- what to simulate ----

  // A model, steps and the options of sgd_simulate as the core sees them.
  struct simulation_view
  {
    simulation_view (call_context& ctx, const octave_value& model, const octave_value& steps,
                     const octave_value& options);

    model_view model;
    sgdl_simulation core;
    bool velocity;

  private:

    octave_value get (const char *name) const { return field (m_options, name, "options"); }
    void take_method (call_context& ctx);
    void take_start (call_context& ctx);
    void take_records (call_context& ctx);
    void take_schedules ();
    void take_data (call_context& ctx, const octave_value& problem);
    const double * per_step (const char *name, NDArray& values);

    octave_scalar_map m_options;
    std::unique_ptr<objective_view> m_objective;
    NDArray m_theta0, m_v0, m_record, m_lags, m_lr, m_momentum, m_batch_size, m_y;
    Matrix m_X, m_directions, m_Sigma;
    std::vector<ptrdiff_t> m_coordinates;
  };

  simulation_view::simulation_view (call_context& ctx, const octave_value& value, const octave_value& steps,
                                    const octave_value& options)
    : model (ctx, value), m_options (options.scalar_map_value ())
  {
    model.in_parameters ();
    sgdl_simulation_init (&core);
    core.steps = whole_number (steps, "steps", 1);
    core.n_paths = whole_number (get ("nsim"), "nsim", 1);
    core.seed = static_cast<uint64_t> (whole_number (get ("seed"), "seed", 0));
    velocity = flag (get ("velocity"), "velocity");
    take_method (ctx);
    take_start (ctx);
    take_records (ctx);
    take_schedules ();
    take_data (ctx, value.scalar_map_value ().contents ("problem"));
    if (flag (get ("progress"), "progress"))
      ctx.show_progress ();
  }

  void simulation_view::take_method (call_context& ctx)
  {
    core.method = static_cast<sgdl_method> (option (ctx, get ("method"), "method",
                                                    {"exact", "sgd", "minibatch", "baoab", "obabo",
                                                     "euler"}));
    core.nesterov = flag (get ("nesterov"), "nesterov");
    core.dampening = real_scalar (get ("dampening"), "dampening");
    core.substeps = whole_number (get ("substeps"), "substeps", 1);
  }

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

  void simulation_view::take_start (call_context& ctx)
  {
    m_theta0 = start_points (get ("theta0"), "theta0", model.core.dim, core.n_paths, core.theta0_per_path);
    m_v0 = start_points (get ("v0"), "v0", model.core.dim, core.n_paths, core.v0_per_path);
    core.theta0 = data_or_null (m_theta0);
    core.v0 = data_or_null (m_v0);
    core.start_stationary = option (ctx, get ("start"), "start", {"point", "stationary"});
    core.record_modes = option (ctx, get ("coordinates"), "coordinates", {"parameters", "modes"});
  }

  void simulation_view::take_records (call_context& ctx)
  {
    octave_value record = get ("record"), observe = get ("observe"), summaries = get ("summaries");
    if (record.numel () == 1)
      core.record_every = whole_number (record, "record", 1);
    else
      {
        m_record = real_vector (record, "record");
        core.n_record = m_record.numel ();
        core.record_steps = m_record.data ();
      }

    octave_idx_type d = model.core.dim;
    if (observe.rows () == 1)
      {
        NDArray coordinates = real_vector (observe, "observe");
        for (octave_idx_type i = 0; i < coordinates.numel (); i++)
          {
            double c = coordinates(i);
            if (! (c >= 1 && c <= d) || c != std::floor (c))
              bad_argument ("`observe`(%ld) = %.15g: expected a coordinate, from 1 to %ld",
                            static_cast<long> (i + 1), c, static_cast<long> (d));
            m_coordinates.push_back (static_cast<ptrdiff_t> (c) - 1);
          }
        core.n_observed = m_coordinates.size ();
        core.coordinates = m_coordinates.data ();
      }
    else if (! observe.isempty ())
      {
        m_directions = real_matrix (observe, "observe");
        if (m_directions.rows () != d)
          bad_argument ("`observe`: expected a row of coordinates or %ld rows, one column a direction, "
                        "got %s", static_cast<long> (d), describe (observe).c_str ());
        require_finite (m_directions, "observe");
        core.n_observed = m_directions.columns ();
        core.directions = m_directions.data ();
      }

    string_vector names = summaries.isempty () ? string_vector () : summaries.string_vector_value ();
    for (octave_idx_type i = 0; i < names.numel (); i++)
      core.summaries |= 1 << option (ctx, names(i), "summaries",
                                     {"moments", "displacement", "local_displacement", "msd"});
    m_lags = real_vector (get ("lags"), "lags", -1, true);
    core.n_lags = m_lags.numel ();
    core.lags = data_or_null (m_lags);
  }

  const double * simulation_view::per_step (const char *name, NDArray& values)
  {
    values = real_vector (get (name), name, core.steps, true);
    return data_or_null (values);
  }

  void simulation_view::take_schedules ()
  {
    core.lr = per_step ("lr", m_lr);
    core.momentum = per_step ("momentum", m_momentum);
    core.batch_size = per_step ("batch_size", m_batch_size);
  }

  // Minibatches of a dense regression take its arrays as they are; all else is an objective.
  void simulation_view::take_data (call_context& ctx, const octave_value& value)
  {
    octave_scalar_map problem = value.scalar_map_value ();
    bool regression = problem.contents ("type").string_value () == "sgd_regression",
      is_objective = problem.contents ("type").string_value () == "sgd_objective";
    if (regression && core.method == SGDL_MINIBATCH && ! field (problem, "X", "problem").issparse ())
      {
        m_X = real_matrix (field (problem, "X", "problem"), "X");
        m_y = real_vector (field (problem, "y", "problem"), "y", model.core.n_examples);
        if (m_X.rows () != model.core.n_examples || m_X.columns () != model.core.dim)
          bad_argument ("`problem`: X and y no longer fit the model made from them");
        core.X = m_X.data ();
        core.y = m_y.data ();
      }
    else if (is_objective || (regression && core.method == SGDL_MINIBATCH))
      {
        m_objective.reset (new objective_view (ctx, value));
        core.objective = &m_objective->core;
      }
    if (! is_objective)
      return;
    core.noise = static_cast<sgdl_noise_source> (option (ctx, get ("noise"), "noise",
                                                         {"constant", "empirical", "covariance"}));
    octave_value Sigma = problem.contents ("Sigma");   // undefined for built-in objectives
    if (Sigma.is_defined () && ! Sigma.isempty ())
      m_Sigma = square_matrix (Sigma, "Sigma", model.core.dim);
    core.Sigma = data_or_null (m_Sigma);
  }

  // ---- what came of it ----

  // Arrays for the summaries that a simulation asks for; [] the others.
  struct summaries_view
  {
    // Moments have room of their own only where `moments` says so: else they lie in the state.
    summaries_view (const simulation_view& simulation, bool moments)
    {
      const sgdl_simulation& sim = simulation.core;
      octave_idx_type d = simulation.model.core.dim, n = sim.n_paths,
        records = sgdl_simulation_records (&sim);
      core = sgdl_summaries ();
      m_asked = sim.summaries;
      if (! moments)
        m_asked &= ~SGDL_MOMENTS;
      core.mean = room (SGDL_MOMENTS, m_mean, d, n);
      core.variance = room (SGDL_MOMENTS, m_variance, d, n);
      core.displacement = room (SGDL_DISPLACEMENT, m_displacement, records, n);
      core.local = room (SGDL_LOCAL_DISPLACEMENT, m_local, records, n);
      core.msd = room (SGDL_ONLINE_MSD, m_msd, sim.n_lags, n);
      core.msd_count = room (SGDL_ONLINE_MSD, m_count, sim.n_lags, n);
      if (sim.n_lags > 0)
        {
          m_lags.resize (sim.n_lags);
          std::copy_n (sim.lags, sim.n_lags, m_lags.fortran_vec ());
        }
      m_asked = sim.summaries;
    }

    void share_moments (const NDArray& mean, const NDArray& variance)
    {
      m_mean = Matrix (mean);
      m_variance = Matrix (variance);
    }

    // A struct; rows of the displacements up to `done` records.
    octave_value value (octave_idx_type done) const
    {
      if (m_asked == 0)
        return Matrix ();
      octave_scalar_map map;
      map.assign ("count", static_cast<double> (core.count));
      map.assign ("mean", m_mean);
      map.assign ("variance", m_variance);
      map.assign ("displacement", first_rows (m_displacement, done));
      map.assign ("local_displacement", first_rows (m_local, done));
      map.assign ("lags", m_lags.numel () ? octave_value (m_lags) : octave_value (Matrix ()));
      map.assign ("msd", m_msd);
      map.assign ("msd_count", m_count);
      return map;
    }

    sgdl_summaries core;

  private:

    double * room (int which, Matrix& array, octave_idx_type rows, octave_idx_type columns)
    {
      if (! (m_asked & which))
        return nullptr;
      array.resize (rows, columns);
      return array.fortran_vec ();
    }

    static Matrix first_rows (const Matrix& x, octave_idx_type n)
    {
      return x.rows () > n ? x.extract_n (0, 0, n, x.columns ()) : x;
    }

    int m_asked;
    ColumnVector m_lags;
    Matrix m_mean, m_variance, m_displacement, m_local, m_msd, m_count;
  };

  // Stopped after it began, so that something is to be kept.
  static bool is_partial (sgdl_status status)
  {
    return status == SGDL_INTERRUPTED || status == SGDL_UNSTABLE || status == SGDL_NOT_FINITE
           || status == SGDL_CALLBACK;
  }

  static Matrix recorded_steps (const sgdl_simulation& sim, ptrdiff_t done)
  {
    Matrix steps (done, 1);
    for (ptrdiff_t r = 0; r < done; r++)
      steps(r) = static_cast<double> (sgdl_simulation_record_step (&sim, r));
    return steps;
  }

  struct run_deleter
  {
    void operator () (sgdl_run *run) const { sgdl_run_free (run); }
  };

  // The core works in an array of Octave, of which the result is made without a copy.
  struct state_room
  {
    Array<double> array;

    // Octave's failures do not pass through the core.
    static double * take (void *user, ptrdiff_t n)
    {
      try
        {
          state_room *room = static_cast<state_room *> (user);
          room->array = Array<double> (dim_vector (n, 1));
          return room->array.fortran_vec ();
        }
      catch (const std::bad_alloc&)
        {
          return nullptr;
        }
    }

    // Elements from `at` on, which share the storage.
    NDArray slice (const double *at, octave_idx_type rows, octave_idx_type columns = 1) const
    {
      octave_idx_type first = at - array.data ();
      return NDArray (array.linear_slice (first, first + rows * columns).reshape (dim_vector (rows, columns)));
    }
  };

  static octave_value state_of (const sgdl_run *run, const state_room& room)
  {
    ptrdiff_t n;
    const double *state = sgdl_run_state (run, &n);
    return room.slice (state, n);
  }

  static summaries_view summaries_of (const sgdl_run *run, const simulation_view& simulation,
                                      const state_room& room)
  {
    const double *mean, *variance;
    sgdl_run_moments (run, &mean, &variance);
    summaries_view summaries (simulation, ! mean);
    sgdl_run_summaries (run, &summaries.core);
    octave_idx_type d = simulation.model.core.dim, n = simulation.core.n_paths;
    if (mean)
      summaries.share_moments (room.slice (mean, d, n), room.slice (variance, d, n));
    return summaries;
  }

  // (model, steps, options, state to go on from or [], records there already): a struct with the records
  // from then on (step, theta, velocity), summaries, the state and its step, status and message.
  SGDLANGEVIN_ENTRY (simulate)
  {
    call_context ctx;
    simulation_view simulation (ctx, args(0), args(1), args(2));
    const sgdl_simulation& sim = simulation.core;
    state_room room;
    const sgdl_memory memory = {state_room::take, &room};
    sgdl_run *created = nullptr;
    ctx.check (sgdl_run_create_in (ctx, &simulation.model.core, &sim, &memory, &created));
    std::unique_ptr<sgdl_run, run_deleter> run (created);
    NDArray state = real_vector (args(3), "state", -1, true);
    if (! state.isempty ())
      ctx.check (sgdl_run_restore (run.get (), ctx, state.numel (), state.data ()));

    sgdl_recording recording = sgdl_recording ();
    recording.first = recording.done = whole_number (args(4), "first", 0);
    recording.rows = sgdl_simulation_records (&sim) - recording.first;
    bool kept = flag (field (args(2).scalar_map_value (), "trajectory", "options"), "trajectory");
    dim_vector shape (recording.rows, sgdl_simulation_width (&simulation.model.core, &sim), sim.n_paths);
    NDArray theta, velocity;
    if (kept)
      theta = NDArray (shape);
    if (kept && simulation.velocity)
      velocity = NDArray (shape);
    recording.theta = kept ? theta.fortran_vec () : nullptr;
    recording.velocity = velocity.isempty () ? nullptr : velocity.fortran_vec ();

    sgdl_status status = sgdl_run_advance (run.get (), ctx, sim.steps, &recording);
    if (status != SGDL_CALLBACK)
      ctx.rethrow_pending ();
    if (! is_partial (status))
      ctx.check (status);
    ptrdiff_t done = std::max (recording.first, recording.done);   // failed again before new records

    octave_scalar_map result;
    result.assign ("step", recorded_steps (sim, done));
    result.assign ("theta", theta);
    result.assign ("velocity", velocity);
    result.assign ("summaries", summaries_of (run.get (), simulation, room).value (done));
    result.assign ("state", status == SGDL_UNSTABLE ? octave_value (Matrix ())
                                                    : state_of (run.get (), room));
    result.assign ("state_step", static_cast<double> (sgdl_run_step (run.get ())));
    result.assign ("status", sgdl_status_word (status));
    result.assign ("message", ctx.message ());
    result.assign ("backend", sgdl_run_backend (run.get ()));
    return ovl (result);
  }

  // (model, steps, options, folder, go on from what is there): as simulate, without rows and state.
  SGDLANGEVIN_ENTRY (simulate_to_disk)
  {
    call_context ctx;
    simulation_view simulation (ctx, args(0), args(1), args(2));
    const sgdl_simulation& sim = simulation.core;
    octave_scalar_map options = args(2).scalar_map_value ();
    auto records = [&options] (const char *name)
      {
        octave_value value = field (options, name, "options");
        return value.isempty () ? 0 : whole_number (value, name, 1);
      };
    std::string folder = text (args(3), "folder");
    sgdl_disk disk = sgdl_disk ();
    disk.folder = folder.c_str ();
    disk.segment_records = records ("segment");
    disk.checkpoint_every = records ("checkpoint");
    disk.velocity = simulation.velocity;
    disk.resume = flag (args(4), "resume");
    disk.summaries_only = ! flag (field (options, "trajectory", "options"), "trajectory");
    octave_value seconds = field (options, "checkpoint_seconds", "options");
    if (! seconds.isempty ())
      {
        disk.checkpoint_seconds = real_scalar (seconds, "checkpoint_seconds");
        if (! (disk.checkpoint_seconds > 0))
          bad_argument ("`checkpoint_seconds` = %g: expected a number of seconds > 0",
                        disk.checkpoint_seconds);
      }
    state_room room;
    const sgdl_memory memory = {state_room::take, &room};
    sgdl_run *where_it_stopped = nullptr;
    sgdl_status status = sgdl_run_to_disk (ctx, &simulation.model.core, &sim, &disk, &memory, &where_it_stopped);
    std::unique_ptr<sgdl_run, run_deleter> run (where_it_stopped);
    ptrdiff_t step = run ? sgdl_run_step (run.get ()) : 0;
    if (status != SGDL_CALLBACK)
      ctx.rethrow_pending ();
    if (! run || ! is_partial (status) || (status == SGDL_NOT_FINITE && step == 0))
      ctx.check (status);

    ptrdiff_t done = 0;
    while (done < sgdl_simulation_records (&sim) && sgdl_simulation_record_step (&sim, done) <= step)
      done++;
    octave_scalar_map result;
    result.assign ("step", recorded_steps (sim, done));
    result.assign ("theta", Matrix ());
    result.assign ("velocity", Matrix ());
    result.assign ("summaries", summaries_of (run.get (), simulation, room).value (done));
    result.assign ("state", Matrix ());
    result.assign ("state_step", static_cast<double> (step));
    result.assign ("status", sgdl_status_word (status));
    result.assign ("message", ctx.message ());
    result.assign ("backend", "cpu");
    return ovl (result);
  }

  // ---- batches ----

  // (N, batch size, sampling, drop_last, seed, path from 1, step from 1): the examples, from 1.
  SGDLANGEVIN_ENTRY (batch)
  {
    call_context ctx;
    ptrdiff_t N = whole_number (args(0), "n_examples", 1), S = whole_number (args(1), "batch_size", 1), size;
    int sampling = option (ctx, args(2), "sampling", {"replacement", "without", "epoch"});
    uint64_t seed = whole_number (args(4), "seed", 0), path = whole_number (args(5), "path", 1) - 1,
      step = whole_number (args(6), "step", 1) - 1;
    std::vector<ptrdiff_t> indices (S);
    ctx.check (sgdl_batch (ctx, N, S, static_cast<sgdl_sampling> (sampling), flag (args(3), "drop_last"),
                           seed, path, step, indices.data (), &size));
    RowVector examples (size);
    for (ptrdiff_t q = 0; q < size; q++)
      examples(q) = static_cast<double> (indices[q]) + 1;
    return ovl (examples);
  }
}
