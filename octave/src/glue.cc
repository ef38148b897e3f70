// Checked unpacking of Octave's values, the core's statuses as errors, Ctrl-C.

#include "glue.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <octave/pager.h>
#include <octave/quit.h>

namespace sgdlangevin
{
  static const double two_to_53 = 9007199254740992.0;

  // ---- context ----

  // SGDLANGEVIN_THREADS where it is a number >= 0, else 0 (all the machine offers).
  static int threads_from_environment ()
  {
    const char *value = std::getenv ("SGDLANGEVIN_THREADS");
    int n = value ? std::atoi (value) : 0;
    return n > 0 ? n : 0;
  }

  static int& threads_setting ()
  {
    static int threads = threads_from_environment ();
    return threads;
  }

  int set_threads (int threads)
  {
    int previous = threads_setting ();
    threads_setting () = threads;
    return previous;
  }

  int get_threads ()
  {
    return threads_setting ();
  }

  static const sgdl_backend *session_backend;   // of the call under way; null: the CPU's

  void set_backend (const sgdl_backend *backend)
  {
    session_backend = backend;
  }

  call_context::call_context ()
  {
    sgdl_context_init (&m_core);
    m_core.backend = session_backend;
    m_core.threads = threads_setting ();
    m_core.should_stop = should_stop;
    m_core.user = this;
  }

  // No exception may pass through C: an interrupt becomes "stop", anything else waits.
  sgdl_status call_context::keep_exception () noexcept
  {
    try
      {
        throw;
      }
    catch (const octave::interrupt_exception&)
      {
        octave_interrupt_state = 0;
      }
    catch (...)
      {
        m_pending = std::current_exception ();
      }
    return SGDL_INTERRUPTED;
  }

  sgdl_status call_context::keep_failure (sgdl_context *core, const char *function) noexcept
  {
    try
      {
        throw;
      }
    catch (const octave::execution_exception& failure)
      {
        m_pending = std::current_exception ();
        bool ours = failure.identifier () == "sgdlangevin:callback";
        std::string message = ours ? "" : "`" + std::string (function) + "` failed: ";
        std::snprintf (core->message, SGDL_MESSAGE_SIZE, "%s", (message + failure.message ()).c_str ());
        return SGDL_CALLBACK;
      }
    catch (...)
      {
        return keep_exception ();
      }
  }

  void call_context::show_progress ()
  {
    m_core.progress = draw_progress;
    m_drawn = std::chrono::steady_clock::now ();
  }

  void call_context::draw_progress (void *self, double fraction) noexcept
  {
    call_context& ctx = *static_cast<call_context *> (self);
    auto now = std::chrono::steady_clock::now ();
    if (now - ctx.m_drawn < std::chrono::milliseconds (200))
      return;
    ctx.m_drawn = now;
    const int width = 40;
    std::string bar (static_cast<int> (width * fraction), '=');
    bar.resize (width, ' ');
    try
      {
        octave_stdout << "\r[" << bar << "] " << static_cast<int> (100 * fraction) << "%" << std::flush;
        ctx.m_bar_begun = true;
      }
    catch (...)
      {
        ctx.keep_exception ();
      }
  }

  call_context::~call_context ()
  {
    if (! m_bar_begun)
      return;
    try
      {
        octave_stdout << std::endl;
      }
    catch (...)
      {
      }
  }

  int call_context::should_stop (void *self) noexcept
  {
    if (! octave_interrupt_state && ! octave_signal_caught)
      return 0;
    try
      {
        octave_quit ();
      }
    catch (...)
      {
        static_cast<call_context *> (self)->keep_exception ();
        return 1;
      }
    return 0;
  }

  void call_context::rethrow_pending ()
  {
    if (m_pending)
      std::rethrow_exception (m_pending);
  }

  void call_context::check (sgdl_status status)
  {
    if (status == SGDL_OK)
      return;
    rethrow_pending ();
    if (status == SGDL_INTERRUPTED)
      throw octave::interrupt_exception ();
    std::string id = std::string ("sgdlangevin:") + sgdl_status_word (status);
    error_with_id (id.c_str (), "%s", m_core.message[0] ? m_core.message : sgdl_status_string (status));
  }

  // ---- arguments ----

  void bad_argument (const char *format, ...)
  {
    va_list args;
    va_start (args, format);
    verror_with_id ("sgdlangevin:bad_argument", format, args);
  }

  std::string describe (const octave_value& value)
  {
    if (value.is_string ())
      return value.rows () > 1 ? "a character matrix" : "a character vector";
    if (value.iscell ())
      return "a cell array";
    if (value.isstruct ())
      return "a struct";
    if (value.is_function_handle ())
      return "a function handle";
    if (! value.isnumeric () && ! value.islogical ())
      return "a value of class " + value.class_name ();
    if (value.isempty ())
      return "an empty matrix";

    std::string kind = value.iscomplex () ? "complex" : value.class_name ();
    if (value.numel () == 1)
      return value.iscomplex () ? "a complex number" : "a number";
    if (value.ndims () == 2 && (value.rows () == 1 || value.columns () == 1))
      return "a " + kind + " vector of length " + std::to_string (value.numel ());
    std::string shape;
    for (int i = 0; i < value.ndims (); i++)
      shape += (i ? " x " : "") + std::to_string (value.dims ()(i));
    return "a " + shape + " " + kind + " array";
  }

  static void require_real (const octave_value& value, const char *name, const char *wanted)
  {
    if ((! value.isnumeric () && ! value.islogical ()) || value.iscomplex ())
      bad_argument ("`%s`: expected %s, got %s", name, wanted, describe (value).c_str ());
  }

  double real_scalar (const octave_value& value, const char *name)
  {
    require_real (value, name, "a number");
    if (value.numel () != 1)
      bad_argument ("`%s`: expected a number, got %s", name, describe (value).c_str ());
    return value.double_value ();
  }

  bool flag (const octave_value& value, const char *name)
  {
    bool usable = (value.islogical () || (value.isreal () && value.isnumeric ())) && value.numel () == 1;
    if (! usable || std::isnan (value.double_value ()))
      bad_argument ("`%s`: expected true or false, got %s", name, describe (value).c_str ());
    return value.double_value () != 0;
  }

  std::string text (const octave_value& value, const char *name)
  {
    if (! value.is_string () || value.rows () > 1)
      bad_argument ("`%s`: expected one character string, got %s", name, describe (value).c_str ());
    return value.string_value ();
  }

  int64_t whole_number (const octave_value& value, const char *name, int64_t least)
  {
    double x = real_scalar (value, name);
    if (! (x >= least && x < two_to_53) || x != std::floor (x))
      bad_argument ("`%s` = %.15g: expected a whole number >= %ld", name, x, static_cast<long> (least));
    return static_cast<int64_t> (x);
  }

  NDArray real_array (const octave_value& value, const char *name)
  {
    require_real (value, name, "a numeric array");
    return value.array_value ();
  }

  Matrix real_matrix (const octave_value& value, const char *name)
  {
    require_real (value, name, "a numeric matrix");
    if (value.ndims () != 2)
      bad_argument ("`%s`: expected a numeric matrix, got %s", name, describe (value).c_str ());
    return value.matrix_value ();
  }

  Matrix square_matrix (const octave_value& value, const char *name, octave_idx_type n)
  {
    Matrix x = real_matrix (value, name);
    octave_idx_type rows = x.rows (), columns = x.columns ();
    if (n >= 0 && (rows != n || columns != n))
      bad_argument ("`%s`: expected a %ld x %ld matrix, got %ld x %ld", name, static_cast<long> (n),
                    static_cast<long> (n), static_cast<long> (rows), static_cast<long> (columns));
    if (rows != columns || rows == 0)
      bad_argument ("`%s`: expected a square matrix, got %ld x %ld", name, static_cast<long> (rows),
                    static_cast<long> (columns));
    return x;
  }

  NDArray real_vector (const octave_value& value, const char *name, octave_idx_type n, bool optional)
  {
    if (optional && value.isempty ())
      return NDArray ();
    require_real (value, name, "a numeric vector");
    bool is_vector = value.ndims () == 2 && (value.rows () == 1 || value.columns () == 1);
    if (! is_vector || (n < 0 && value.isempty ()))
      bad_argument ("`%s`: expected a numeric vector, got %s", name, describe (value).c_str ());
    if (n >= 0 && value.numel () != n)
      bad_argument ("`%s`: expected a vector of length %ld, got length %ld", name, static_cast<long> (n),
                    static_cast<long> (value.numel ()));
    return value.array_value ();
  }

  void require_finite (const NDArray& x, const char *name)
  {
    for (octave_idx_type i = 0; i < x.numel (); i++)
      if (! std::isfinite (x(i)))
        error_with_id ("sgdlangevin:not_finite", "`%s`(%ld) = %g: expected a finite number", name,
                       static_cast<long> (i + 1), x(i));
  }

  int option (call_context& ctx, const octave_value& value, const char *name,
              std::initializer_list<const char *> choices)
  {
    int index;
    std::string choice = text (value, name);
    ctx.check (sgdl_match_option (ctx, name, choice.c_str (), choices.begin (),
                                  static_cast<int> (choices.size ()), &index));
    return index;
  }

  // ---- structs ----

  octave_value field (const octave_scalar_map& map, const char *name, const char *where)
  {
    if (! map.contains (name))
      bad_argument ("`%s`: the field `%s` is missing", where, name);
    return map.contents (name);
  }

  // The field `type` of a struct of this package; "" for everything else.
  static std::string type_of (const octave_value& value)
  {
    if (! value.isstruct () || value.numel () != 1)
      return "";
    octave_value type = value.scalar_map_value ().contents ("type");
    return type.is_defined () && type.is_string () ? type.string_value () : "";
  }

  void require_type (const octave_value& value, const char *name, const Array<std::string>& types)
  {
    std::string found = type_of (value), wanted;
    octave_idx_type n = types.numel ();
    for (octave_idx_type i = 0; i < n; i++)
      {
        if (found == types(i))
          return;
        wanted += (i == 0 ? "" : i < n - 1 ? ", " : " or ") + types(i) + "()";
      }
    bad_argument ("`%s`: expected the value of %s, got %s", name, wanted.c_str (),
                  found.empty () ? describe (value).c_str () : ("that of " + found + "()").c_str ());
  }

  octave_scalar_map typed_struct (const octave_value& value, const char *name, const char *type)
  {
    require_type (value, name, Array<std::string> (dim_vector (1, 1), type));
    return value.scalar_map_value ();
  }

  sgdl_hyper hyper_from (const octave_value& value)
  {
    octave_scalar_map map = typed_struct (value, "hyper", "sgd_hyper");
    sgdl_hyper hyper;
    hyper.lr = real_scalar (field (map, "lr", "hyper"), "lr");
    hyper.momentum = real_scalar (field (map, "momentum", "hyper"), "momentum");
    hyper.weight_decay = real_scalar (field (map, "weight_decay", "hyper"), "weight_decay");
    hyper.batch_size = real_scalar (field (map, "batch_size", "hyper"), "batch_size");
    return hyper;
  }

  model_view::model_view (call_context& ctx, const octave_value& value)
  {
    octave_scalar_map map = typed_struct (value, "model", "sgd_model");
    auto get = [&map] (const char *name) { return field (map, name, "model"); };
    octave_value n_examples = get ("n_examples"), sigma2 = get ("sigma2"), noise = get ("gradient_noise"),
      vectors = get ("vectors"), hessian = get ("problem"), rank = get ("rank");

    octave_idx_type d = whole_number (get ("dim"), "model.dim", 1);
    octave_value minimiser = get ("minimiser");   // [] for objectives
    m_minimiser = real_vector (minimiser, "model.minimiser", minimiser.isempty () ? -1 : d, true);
    m_wide = ! rank.isempty ();
    if (m_wide)
      d = whole_number (rank, "model.rank", 0) + 1;
    core.dim = d;
    core.hyper = hyper_from (get ("hyper"));
    core.dynamics = static_cast<sgdl_dynamics> (option (ctx, get ("dynamics"), "dynamics",
                                                        {"langevin", "sgd"}));
    core.sampling = static_cast<sgdl_sampling> (option (ctx, get ("sampling"), "sampling",
                                                        {"replacement", "without", "epoch"}));
    core.n_examples = n_examples.isempty () ? 0 : whole_number (n_examples, "n_examples", 1);
    core.drop_last = flag (get ("drop_last"), "drop_last");
    core.sigma2 = sigma2.isempty () ? -1.0 : real_scalar (sigma2, "sigma2");

    octave_value rho = get ("eigenvalues");
    m_rho = real_vector (rho, "model.eigenvalues", rho.isempty () ? -1 : d, true);
    if (! vectors.isempty () && ! m_wide)
      m_vectors = square_matrix (vectors, "model.vectors", d);
    core.noise_is_full = ! noise.isempty () && noise.numel () != d;
    if (core.noise_is_full)
      m_noise = square_matrix (noise, "model.gradient_noise", d);
    else
      m_noise = real_vector (noise, "model.gradient_noise", noise.isempty () ? -1 : d, true);
    if (hessian.isstruct () && hessian.scalar_map_value ().contains ("H") && ! m_wide)
      m_hessian = square_matrix (hessian.scalar_map_value ().contents ("H"), "problem.H", d);

    core.rho = data_or_null (m_rho);
    core.vectors = data_or_null (m_vectors);
    core.minimiser = m_wide ? nullptr : data_or_null (m_minimiser);
    core.noise = data_or_null (m_noise);
    core.hessian = data_or_null (m_hessian);
  }

  void model_view::in_parameters ()
  {
    if (! m_wide)
      return;
    core.dim = m_minimiser.numel ();
    core.minimiser = m_minimiser.data ();
    core.rho = core.noise = nullptr;
  }
}
