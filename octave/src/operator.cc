// Operators: made from Octave's values, multiplied, checked; their extreme eigenpairs and spectral probes.

#include "operator.h"

#include <algorithm>
#include <cmath>

#include <octave/parse.h>

namespace sgdlangevin
{
  // ---- sparse matrices ----

  void sparse_view::take (const octave_value& value, const char *name)
  {
    static_assert (sizeof (octave_idx_type) == sizeof (ptrdiff_t), "Octave with 64-bit indices");
    if (value.iscomplex ())
      bad_argument ("`%s`: expected a numeric matrix, got a complex sparse matrix", name);
    m_matrix = value.sparse_matrix_value ();
    core = sgdl_sparse ();
    core.rows = m_matrix.rows ();
    core.cols = m_matrix.columns ();
    core.start = reinterpret_cast<const ptrdiff_t *> (m_matrix.cidx ());
    core.row = reinterpret_cast<const ptrdiff_t *> (m_matrix.ridx ());
    core.value = m_matrix.data ();
  }

  // ---- the user's functions ----

  [[noreturn]] static void unusable (const std::string& where, const std::string& what)
  {
    error_with_id ("sgdlangevin:callback", "%s: expected %s", where.c_str (), what.c_str ());
  }

  // What a function of the user gave: rows x columns finite numbers (a vector either way round).
  static void take_product (const std::string& where, const octave_value_list& results, ptrdiff_t rows,
                            ptrdiff_t columns, double *out)
  {
    std::string wanted = "a " + std::to_string (rows) + " x " + std::to_string (columns) + " matrix, got ";
    octave_value value = results.length () > 0 ? results(0) : octave_value ();
    if (value.is_undefined ())
      unusable (where, wanted + "nothing");
    bool number = (value.isnumeric () || value.islogical ()) && ! value.iscomplex ();
    bool shape = value.ndims () == 2 && value.numel () == rows * columns
                 && (rows == 1 || columns == 1 || value.rows () == rows);
    if (! number || ! shape)
      unusable (where, wanted + describe (value));
    Matrix x = value.matrix_value ();
    for (octave_idx_type i = 0; i < x.numel (); i++)
      if (! std::isfinite (x(i)))
        error_with_id ("sgdlangevin:callback", "%s: expected finite numbers, got %g in row %ld, column %ld",
                       where.c_str (), x(i), static_cast<long> (i % rows + 1), static_cast<long> (i / rows + 1));
    std::copy_n (x.data (), x.numel (), out);
  }

  sgdl_status operator_view::product (const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                      double *HV) noexcept
  {
    operator_view& view = *static_cast<operator_view *> (op->self);
    try
      {
        Matrix directions (op->dim, n);
        std::copy_n (V, directions.numel (), directions.fortran_vec ());
        std::string where = "`hvp`, product " + std::to_string (static_cast<long> (++view.m_products));
        take_product (where, octave::feval (view.m_function, ovl (directions), 1), op->dim, n, HV);
        return SGDL_OK;
      }
    catch (...)
      {
        return view.m_ctx.keep_failure (ctx, "hvp");
      }
  }

  // ---- operators ----

  void operator_view::open (const octave_scalar_map& map, const std::string& kind)
  {
    octave_value hvp = field (map, "hvp", "operator");
    if (kind == "function")
      {
        m_function = hvp;
        core.dim = whole_number (field (map, "dim", "operator"), "dim", 1);
        core.self = this;
        core.product = product;
      }
    else if (kind == "native")
      {
        octave_scalar_map native = typed_struct (hvp, "hvp", "sgd_native");
        std::string file = text (field (native, "file", "hvp"), "file"),
          symbol = text (field (native, "symbol", "hvp"), "symbol");
        m_ctx.check (sgdl_operator_native (m_ctx, file.c_str (), symbol.c_str (),
                                           whole_number (field (map, "dim", "operator"), "dim", 1), &core));
      }
    else if (kind == "matrix" && hvp.issparse ())
      {
        m_sparse.take (hvp, "hvp");
        m_ctx.check (sgdl_operator_sparse (m_ctx, &m_sparse.core, &core));
      }
    else if (kind == "matrix")
      {
        m_matrix = square_matrix (hvp, "hvp");
        m_ctx.check (sgdl_operator_dense (m_ctx, m_matrix.rows (), m_matrix.data (), &core));
      }
    else if (kind == "data" && field (map, "X", "operator").issparse ())
      {
        m_sparse.take (field (map, "X", "operator"), "X");
        m_ctx.check (sgdl_operator_sparse_data (m_ctx, &m_sparse.core, &core));
      }
    else if (kind == "data")
      {
        m_matrix = real_matrix (field (map, "X", "operator"), "X");
        m_ctx.check (sgdl_operator_data (m_ctx, m_matrix.rows (), m_matrix.columns (), m_matrix.data (), &core));
      }
    else if (kind == "low_rank")
      {
        m_matrix = real_matrix (field (map, "vectors", "operator"), "vectors");
        m_values = real_vector (field (map, "values", "operator"), "values", m_matrix.columns ());
        m_ctx.check (sgdl_operator_low_rank (m_ctx, m_matrix.rows (), m_matrix.columns (), m_matrix.data (),
                                             m_values.data (),
                                             real_scalar (field (map, "bulk", "operator"), "bulk"), &core));
      }
    else
      {
        m_objective.reset (new objective_view (m_ctx, field (map, "objective", "operator")));
        m_theta = real_vector (field (map, "theta", "operator"), "theta", m_objective->core.dim);
        m_ctx.check (sgdl_operator_objective (m_ctx, &m_objective->core, m_theta.data (), &core));
      }
  }

  operator_view::operator_view (call_context& ctx, const octave_value& value) : m_ctx (ctx)
  {
    core = sgdl_operator ();
    octave_scalar_map map = typed_struct (value, "operator", "sgd_operator");
    open (map, text (field (map, "kind", "operator"), "kind"));
  }

  operator_view::~operator_view ()
  {
    if (core.destroy)
      sgdl_operator_free (&core);
  }

  // ---- noise ----

  sgdl_status noise_view::rows (void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out) noexcept
  {
    noise_view& view = *static_cast<noise_view *> (user);
    try
      {
        RowVector examples (n);
        for (ptrdiff_t i = 0; i < n; i++)
          examples(i) = static_cast<double> (first + i + 1);
        std::string where = "`gradients` of examples " + std::to_string (first + 1) + " to "
                            + std::to_string (first + n);
        take_product (where, octave::feval (view.m_function, ovl (examples), 1), n, view.m_dim, out);
        return SGDL_OK;
      }
    catch (...)
      {
        return view.m_ctx.keep_failure (ctx, "gradients");
      }
  }

  // Gradients of single examples of a built-in loss.
  sgdl_status noise_view::rows_of_objective (void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n,
                                             double *out) noexcept
  {
    noise_view& view = *static_cast<noise_view *> (user);
    const sgdl_objective& objective = view.m_objective->core;
    for (ptrdiff_t i = 0; i < n; i++)
      {
        uint32_t example = static_cast<uint32_t> (first + i);
        sgdl_status status = objective.gradient (&objective, ctx, view.m_theta.data (), 1, &example, nullptr,
                                                 view.m_work.data (), view.m_gradient.data ());
        if (status != SGDL_OK)
          return status;
        for (octave_idx_type j = 0; j < view.m_dim; j++)
          out[i + n * j] = view.m_gradient[j];
      }
    return SGDL_OK;
  }

  void noise_view::take_gradients (const octave_value& gradients)
  {
    if (gradients.is_function_handle ())
      {
        m_function = gradients;
        core.kind = SGDL_NOISE_STREAM;
        core.stream = rows;
      }
    else if (gradients.issparse ())
      {
        m_sparse.take (gradients, "gradients");
        core.kind = SGDL_NOISE_SPARSE_GRADIENTS;
        core.sparse = &m_sparse.core;
      }
    else
      {
        m_matrix = real_matrix (gradients, "gradients");
        core.kind = SGDL_NOISE_GRADIENTS;
        core.gradients = m_matrix.data ();
      }
  }

  noise_view::noise_view (call_context& ctx, const octave_value& value, octave_idx_type dim)
    : m_ctx (ctx), m_given (! value.isempty ()), m_dim (dim)
  {
    core = sgdl_probe_noise ();
    if (! m_given)
      return;
    octave_scalar_map map = typed_struct (value, "noise", "sgd_noise");
    auto get = [&map] (const char *name) { return field (map, name, "noise"); };
    auto count = [&get] (const char *name)
      {
        octave_value n = get (name);
        return n.isempty () ? 0 : whole_number (n, name, 1);
      };
    std::string kind = text (get ("kind"), "kind");
    core.user = this;
    core.N = count ("n_examples");
    core.chunk = count ("chunk");
    core.centred = flag (get ("centred"), "centred");
    if (kind == "diagonal")
      {
        m_diagonal = real_vector (get ("diagonal"), "diagonal", dim);
        core.kind = SGDL_NOISE_DIAGONAL;
        core.diagonal = m_diagonal.data ();
      }
    else if (kind == "factor")
      {
        m_matrix = real_matrix (get ("factor"), "factor");
        core.kind = SGDL_NOISE_FACTOR;
        core.rank = m_matrix.columns ();
        core.factor = m_matrix.data ();
      }
    else if (kind == "objective")
      {
        m_objective.reset (new objective_view (ctx, get ("objective")));
        m_theta = real_vector (get ("theta"), "theta", m_objective->core.dim);
        m_work.resize (m_objective->core.work_size + 1);
        m_gradient.resize (dim);
        core.kind = SGDL_NOISE_STREAM;
        core.stream = rows_of_objective;
      }
    else
      take_gradients (get ("gradients"));
  }

  std::vector<sgdl_function> functions_from (call_context& ctx, const octave_value& names,
                                             const octave_value& parameters)
  {
    Array<std::string> chosen = names.cellstr_value ();
    NDArray x = real_vector (parameters, "parameter", chosen.numel ());
    std::vector<sgdl_function> functions;
    for (octave_idx_type i = 0; i < chosen.numel (); i++)
      {
        int kind = option (ctx, chosen(i), "f", {"one", "identity", "square", "absolute", "inverse", "logarithm",
                                                 "exponential", "below"});
        functions.push_back ({static_cast<sgdl_function_kind> (kind), x(i)});
      }
    return functions;
  }

  // ---- entry points ----

  // How a call ended that may have something to keep: raises for all that are faults of the arguments.
  static void assign_outcome (call_context& ctx, octave_scalar_map& result, sgdl_status status)
  {
    bool partial = status == SGDL_INTERRUPTED || status == SGDL_CALLBACK || status == SGDL_NO_CONVERGENCE;
    if (status != SGDL_CALLBACK)
      ctx.rethrow_pending ();
    if (! partial)
      ctx.check (status);
    result.assign ("status", sgdl_status_word (status));
    result.assign ("message", ctx.message ());
  }

  // (operator, seed, tolerance): asymmetry found.
  SGDLANGEVIN_ENTRY (operator_check)
  {
    call_context ctx;
    operator_view op (ctx, args(0));
    double asymmetry;
    ctx.check (sgdl_operator_check (ctx, &op.core, static_cast<uint64_t> (whole_number (args(1), "seed", 0)),
                                    real_scalar (args(2), "tolerance"), &asymmetry));
    return ovl (asymmetry);
  }

  // (operator, V): H V.
  SGDLANGEVIN_ENTRY (operator_product)
  {
    call_context ctx;
    operator_view op (ctx, args(0));
    Matrix V = real_matrix (args(1), "V");
    if (V.rows () != op.core.dim || V.columns () == 0)
      bad_argument ("`V`: expected columns of %ld numbers, got a %ld x %ld matrix",
                    static_cast<long> (op.core.dim), static_cast<long> (V.rows ()),
                    static_cast<long> (V.columns ()));
    require_finite (V, "V");
    Matrix HV (V.rows (), V.columns ());
    ctx.check (sgdl_operator_product (ctx, &op.core, V.columns (), V.data (), HV.fortran_vec ()));
    return ovl (HV);
  }

  // A field that is a whole number, or 0 where it is [].
  static ptrdiff_t count_of (const octave_scalar_map& options, const char *name)
  {
    octave_value value = field (options, name, "options");
    return value.isempty () ? 0 : whole_number (value, name, 0);
  }

  // (operator, options): a struct of values, vectors, residual, counts, status, message.
  SGDLANGEVIN_ENTRY (extreme_eigenpairs)
  {
    call_context ctx;
    operator_view op (ctx, args(0));
    octave_scalar_map options = args(1).scalar_map_value ();
    sgdl_extreme_options asked = sgdl_extreme_options ();
    asked.n_top = count_of (options, "top");
    asked.n_bottom = count_of (options, "bottom");
    asked.block = count_of (options, "block");
    asked.basis = count_of (options, "basis");
    asked.max_products = count_of (options, "max_products");
    asked.tolerance = real_scalar (field (options, "tolerance", "options"), "tolerance");
    asked.seed = static_cast<uint64_t> (count_of (options, "seed"));
    sgdl_extreme_report report = sgdl_extreme_report ();
    ptrdiff_t n = asked.n_top + asked.n_bottom;
    ColumnVector values (n, octave_NaN), residual (n, octave_NaN);
    Matrix vectors (op.core.dim, n, 0.0);
    sgdl_status status = sgdl_extreme_eigenpairs (ctx, &op.core, &asked, values.fortran_vec (),
                                                  vectors.fortran_vec (), residual.fortran_vec (), &report);
    octave_scalar_map result;
    assign_outcome (ctx, result, status);
    result.assign ("values", values);
    result.assign ("vectors", vectors);
    result.assign ("residual", residual);
    result.assign ("n_products", static_cast<double> (report.n_products));
    result.assign ("n_converged", static_cast<double> (report.n_converged));
    result.assign ("n_restarts", static_cast<double> (report.n_restarts));
    result.assign ("spread", report.spread);
    return ovl (result);
  }

  // (noise, dim, directions or []): a struct of strength, trace, status, message.
  SGDLANGEVIN_ENTRY (noise_along)
  {
    call_context ctx;
    octave_idx_type dim = whole_number (args(1), "dim", 1);
    noise_view noise (ctx, args(0), dim);
    Matrix directions;
    if (! args(2).isempty ())
      directions = real_matrix (args(2), "directions");
    ptrdiff_t n = directions.columns ();
    ColumnVector strength (n);
    double trace = octave_NaN;
    sgdl_status status = sgdl_noise_along (ctx, noise.noise (), dim, n, data_or_null (directions),
                                           n > 0 ? strength.fortran_vec () : nullptr, &trace);
    octave_scalar_map result;
    assign_outcome (ctx, result, status);
    result.assign ("strength", strength);
    result.assign ("trace", trace);
    return ovl (result);
  }

  // (operator, known values, their vectors, noise or [], options): a quadrature with status and message.
  SGDLANGEVIN_ENTRY (spectral_probes)
  {
    call_context ctx;
    operator_view op (ctx, args(0));
    noise_view noise (ctx, args(3), op.core.dim);
    octave_scalar_map options = args(4).scalar_map_value ();
    NDArray values = real_vector (args(1), "values", -1, true);
    Matrix vectors;
    if (! values.isempty ())
      vectors = real_matrix (args(2), "vectors");
    const sgdl_deflation known = {values.numel (), data_or_null (values), data_or_null (vectors)};
    std::vector<sgdl_function> functions = functions_from (ctx, field (options, "functions", "options"),
                                                           field (options, "parameters", "options"));
    sgdl_probe_options asked = sgdl_probe_options ();
    asked.steps = count_of (options, "steps");
    asked.max_probes = count_of (options, "probes");
    asked.block = count_of (options, "block");
    asked.first_probe = count_of (options, "first_probe");
    asked.normal = flag (field (options, "normal", "options"), "normal");
    asked.seed = static_cast<uint64_t> (count_of (options, "seed"));
    asked.target = real_scalar (field (options, "target", "options"), "target");
    asked.n_functions = functions.size ();
    asked.functions = functions.data ();

    ptrdiff_t m = asked.steps, P = asked.max_probes;
    Matrix nodes (m, P, 0.0), weights (m, P, 0.0), alpha (m, P, 0.0), beta (m, P, 0.0);
    ColumnVector length (P, 0.0), mass (P, 0.0);
    sgdl_quadrature found = sgdl_quadrature ();
    found.steps = m;
    found.worst = octave_NaN;
    found.node = nodes.fortran_vec ();
    found.weight = weights.fortran_vec ();
    found.alpha = alpha.fortran_vec ();
    found.beta = beta.fortran_vec ();
    found.length = length.fortran_vec ();
    found.mass = mass.fortran_vec ();
    sgdl_status status = sgdl_spectral_probes (ctx, &op.core, known.n > 0 ? &known : nullptr, noise.noise (),
                                               &asked, &found);
    octave_scalar_map result;
    result.assign ("steps", static_cast<double> (found.steps));
    result.assign ("probes", static_cast<double> (found.n_probes));
    result.assign ("nodes", nodes);
    result.assign ("weights", weights);
    result.assign ("alpha", alpha);
    result.assign ("beta", beta);
    result.assign ("length", length);
    result.assign ("mass", mass);
    result.assign ("se", found.worst);
    result.assign ("reached", found.reached != 0);
    result.assign ("n_products", static_cast<double> (found.n_products));
    assign_outcome (ctx, result, status);
    return ovl (result);
  }
}
