// Objectives: the user's functions, compiled gradients, and losses of data, as the core sees them.

#include "glue.h"

#include <algorithm>
#include <cmath>

#include <octave/parse.h>

namespace sgdlangevin
{
  // ---- data ----

  // Arrays of a sgdl_dataset: X dense or sparse as it is, indices in the core's type.
  struct dataset_view
  {
    dataset_view (const octave_scalar_map& problem, ptrdiff_t n_classes)
    {
      octave_value X = field (problem, "X", "problem");
      core.N = X.rows ();
      core.p = X.columns ();
      m_y = real_vector (field (problem, "y", "problem"), "y", core.N);
      core.X = core.value = nullptr;
      core.column_start = core.row = nullptr;
      if (X.issparse ())
        use_sparse (X);
      else
        {
          m_X = real_matrix (X, "X");
          core.X = m_X.data ();
        }
      core.y = m_y.data ();
      core.n_classes = n_classes;
    }

    sgdl_dataset core;

  private:

    void use_sparse (const octave_value& X)
    {
      if (X.iscomplex ())
        bad_argument ("`X`: expected a numeric matrix, got a complex sparse matrix");
      m_sparse = X.sparse_matrix_value ();
      m_start.assign (m_sparse.cidx (), m_sparse.cidx () + core.p + 1);
      m_row.assign (m_sparse.ridx (), m_sparse.ridx () + m_sparse.nnz ());
      core.column_start = m_start.data ();
      core.row = m_row.data ();
      core.value = m_sparse.data ();
    }

    Matrix m_X;
    NDArray m_y;
    SparseMatrix m_sparse;
    std::vector<ptrdiff_t> m_start, m_row;
  };

  void objective_view::from_data (const octave_scalar_map& problem, const std::string& kind)
  {
    static const std::vector<std::string> kinds = {"linear", "logistic", "softmax", "tanh_network"};
    auto place = std::find (kinds.begin (), kinds.end (), kind);
    if (place == kinds.end ())
      bad_argument ("`kind` = \"%s\": expected the value of sgd_objective() or of a built-in objective",
                    kind.c_str ());
    sgdl_loss loss = static_cast<sgdl_loss> (place - kinds.begin ());
    ptrdiff_t n_classes = 0, hidden = 0;
    if (loss != SGDL_LINEAR)
      {
        octave_value classes = field (problem, "n_classes", "problem");
        n_classes = classes.isempty () ? 0 : whole_number (classes, "n_classes", 0);
      }
    if (loss == SGDL_TANH_NETWORK)
      hidden = whole_number (field (problem, "hidden", "problem"), "hidden", 1);
    dataset_view data (problem, n_classes);
    m_ctx.check (sgdl_objective_create (m_ctx, loss, &data.core, hidden, &core));
  }

  // ---- the user's functions ----

  void objective_view::from_functions (const octave_scalar_map& problem)
  {
    core = sgdl_objective ();
    core.dim = whole_number (field (problem, "dim", "problem"), "dim", 1);
    octave_value n_examples = field (problem, "n_examples", "problem");
    core.n_examples = n_examples.isempty () ? 0 : whole_number (n_examples, "n_examples", 1);
    m_gradient = field (problem, "gradient", "problem");
    m_loss = field (problem, "loss", "problem");
    m_hvp = field (problem, "hvp", "problem");
    m_covariance = field (problem, "covariance", "problem");
    if (m_gradient.isstruct ())
      {
        octave_scalar_map native = typed_struct (m_gradient, "gradient", "sgd_native");
        std::string file = text (field (native, "file", "gradient"), "file"),
          symbol = text (field (native, "symbol", "gradient"), "symbol");
        m_ctx.check (sgdl_objective_native (m_ctx, file.c_str (), symbol.c_str (), core.dim, core.n_examples,
                                            &m_native));
        m_is_native = true;
        core.work_size = m_native.work_size;
      }
    core.self = this;
    core.gradient = gradient;
    core.loss = m_loss.isempty () ? nullptr : loss;
    core.hessian_product = m_hvp.isempty () ? nullptr : hessian_product;
    core.covariance = m_covariance.isempty () ? nullptr : covariance;
  }

  objective_view::objective_view (call_context& ctx, const octave_value& value) : m_ctx (ctx)
  {
    octave_scalar_map problem = value.scalar_map_value ();
    std::string kind = "linear";
    if (problem.contents ("type").string_value () == "sgd_objective")
      kind = text (field (problem, "kind", "problem"), "kind");
    if (kind == "callback" || kind == "native")
      from_functions (problem);
    else
      from_data (problem, kind);
  }

  objective_view::~objective_view ()
  {
    if (m_is_native)
      sgdl_objective_free (&m_native);
    if (core.self != this)
      sgdl_objective_free (&core);
  }

  static ColumnVector column (const double *x, ptrdiff_t n)
  {
    ColumnVector result (n);
    std::copy_n (x, n, result.fortran_vec ());
    return result;
  }

  // Examples as people count them, from 1.
  static RowVector examples (const uint32_t *batch, ptrdiff_t size)
  {
    RowVector result (size);
    for (ptrdiff_t q = 0; q < size; q++)
      result(q) = (batch ? static_cast<double> (batch[q]) : static_cast<double> (q)) + 1;
    return result;
  }

  [[noreturn]] static void unusable (const char *call, const std::string& wanted, const std::string& found)
  {
    error_with_id ("sgdlangevin:callback", "`%s`: expected %s, got %s", call, wanted.c_str (),
                   found.c_str ());
  }

  // What a function of the user gave: `rows` x `columns` finite numbers (a vector either way round).
  static void take (const char *call, const octave_value_list& results, ptrdiff_t rows, ptrdiff_t columns,
                    double *out)
  {
    std::string wanted = rows * columns == 1 ? "a number"
                         : columns == 1 ? "a vector of length " + std::to_string (rows)
                         : "a " + std::to_string (rows) + " x " + std::to_string (columns) + " matrix";
    octave_value value = results.length () > 0 ? results(0) : octave_value ();
    if (value.is_undefined ())
      unusable (call, wanted, "nothing");
    bool number = (value.isnumeric () || value.islogical ()) && ! value.iscomplex ();
    bool shape = columns == 1 ? value.numel () == rows && (value.rows () == rows || value.columns () == rows)
                              : value.rows () == rows && value.columns () == columns;
    if (! number || ! shape || value.ndims () > 2)
      unusable (call, wanted, describe (value));
    Matrix x = value.matrix_value ();
    std::copy_n (x.data (), x.numel (), out);
  }

  // Calls a function of the user for the core; arguments () makes what it is called with.
  template <typename maker>
  static sgdl_status call (call_context& host, sgdl_context *ctx, const char *name,
                           const octave_value& function, maker arguments, ptrdiff_t rows, ptrdiff_t columns,
                           double *out) noexcept
  {
    try
      {
        take (name, octave::feval (function, arguments (), 1), rows, columns, out);
        return SGDL_OK;
      }
    catch (...)
      {
        return host.keep_failure (ctx, name);
      }
  }

  sgdl_status objective_view::gradient (const sgdl_objective *objective, sgdl_context *ctx,
                                        const double *theta, ptrdiff_t size, const uint32_t *batch,
                                        const double *weights, double *work, double *out) noexcept
  {
    objective_view& view = *static_cast<objective_view *> (objective->self);
    ptrdiff_t d = objective->dim;
    if (view.m_is_native)
      return view.m_native.gradient (&view.m_native, ctx, theta, size, batch, weights, work, out);
    if (objective->n_examples == 0)
      return call (view.m_ctx, ctx, "gradient (theta)", view.m_gradient,
                   [=] { return ovl (column (theta, d)); }, d, 1, out);
    return call (view.m_ctx, ctx, "gradient (theta, batch)", view.m_gradient,
                 [=] { return ovl (column (theta, d), examples (batch, size)); }, d, 1, out);
  }

  sgdl_status objective_view::loss (const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                    double *, double *out) noexcept
  {
    objective_view& view = *static_cast<objective_view *> (objective->self);
    return call (view.m_ctx, ctx, "loss (theta)", view.m_loss,
                 [=] { return ovl (column (theta, objective->dim)); }, 1, 1, out);
  }

  sgdl_status objective_view::hessian_product (const sgdl_objective *objective, sgdl_context *ctx,
                                               const double *theta, ptrdiff_t n, const double *V, double *,
                                               double *out) noexcept
  {
    objective_view& view = *static_cast<objective_view *> (objective->self);
    ptrdiff_t d = objective->dim;
    auto arguments = [=]
      {
        Matrix directions (d, n);
        std::copy_n (V, directions.numel (), directions.fortran_vec ());
        return ovl (column (theta, d), directions);
      };
    return call (view.m_ctx, ctx, "hvp (theta, V)", view.m_hvp, arguments, d, n, out);
  }

  sgdl_status objective_view::covariance (const sgdl_objective *objective, sgdl_context *ctx,
                                          const double *theta, double *, double *out) noexcept
  {
    objective_view& view = *static_cast<objective_view *> (objective->self);
    ptrdiff_t d = objective->dim;
    return call (view.m_ctx, ctx, "covariance (theta)", view.m_covariance,
                 [=] { return ovl (column (theta, d)); }, d, d, out);
  }

  // ---- evaluation ----

  static NDArray point (const octave_value& value, const sgdl_objective& objective)
  {
    NDArray theta = real_vector (value, "theta", objective.dim);
    require_finite (theta, "theta");
    return theta;
  }

  static std::vector<double> workspace (const sgdl_objective& objective)
  {
    return std::vector<double> (objective.work_size > 0 ? objective.work_size : 1);
  }

  [[noreturn]] static void not_given (const char *what, const char *argument)
  {
    error_with_id ("sgdlangevin:unsupported",
                   "`objective` knows no %s: give sgd_objective() the function `%s`", what, argument);
  }

  // (problem): dim, number of examples (0: none), or the error of what does not fit.
  SGDLANGEVIN_ENTRY (check_objective)
  {
    call_context ctx;
    objective_view objective (ctx, args(0));
    return ovl (static_cast<double> (objective.core.dim), static_cast<double> (objective.core.n_examples));
  }

  // (problem, theta, examples from 1, [] all): mean gradient.
  SGDLANGEVIN_ENTRY (objective_gradient)
  {
    call_context ctx;
    objective_view view (ctx, args(0));
    const sgdl_objective& objective = view.core;
    NDArray theta = point (args(1), objective), chosen = real_vector (args(2), "batch", -1, true);
    std::vector<uint32_t> batch;
    if (! chosen.isempty () && objective.n_examples == 0)
      bad_argument ("`batch`: expected none, for an objective without examples");
    for (octave_idx_type q = 0; q < chosen.numel (); q++)
      {
        if (! (chosen(q) >= 1 && chosen(q) <= objective.n_examples) || chosen(q) != std::floor (chosen(q)))
          bad_argument ("`batch`(%ld) = %.15g: expected a whole number from 1 to %ld",
                        static_cast<long> (q + 1), chosen(q), static_cast<long> (objective.n_examples));
        batch.push_back (static_cast<uint32_t> (chosen(q) - 1));
      }
    std::vector<double> work = workspace (objective);
    ColumnVector out (objective.dim);
    ctx.check (objective.gradient (&objective, ctx, theta.data (),
                                   batch.empty () ? objective.n_examples : batch.size (),
                                   batch.empty () ? nullptr : batch.data (), nullptr, work.data (),
                                   out.fortran_vec ()));
    return ovl (out);
  }

  // (problem, theta): mean loss.
  SGDLANGEVIN_ENTRY (objective_loss)
  {
    call_context ctx;
    objective_view view (ctx, args(0));
    const sgdl_objective& objective = view.core;
    if (! objective.loss)
      not_given ("loss", "loss");
    NDArray theta = point (args(1), objective);
    std::vector<double> work = workspace (objective);
    double out;
    ctx.check (objective.loss (&objective, ctx, theta.data (), work.data (), &out));
    return ovl (out);
  }

  // (problem, theta, V): mean Hessian at theta times V.
  SGDLANGEVIN_ENTRY (objective_hessian_product)
  {
    call_context ctx;
    objective_view view (ctx, args(0));
    const sgdl_objective& objective = view.core;
    if (! objective.hessian_product)
      not_given ("Hessian products", "hvp");
    NDArray theta = point (args(1), objective);
    Matrix V = real_matrix (args(2), "V");
    if (V.rows () != objective.dim)
      bad_argument ("`V`: expected %ld rows, got %ld", static_cast<long> (objective.dim),
                    static_cast<long> (V.rows ()));
    require_finite (V, "V");
    std::vector<double> work = workspace (objective);
    Matrix out (V.rows (), V.columns ());
    ctx.check (objective.hessian_product (&objective, ctx, theta.data (), V.columns (), V.data (),
                                          work.data (), out.fortran_vec ()));
    return ovl (out);
  }

  // (problem, theta): covariance of the gradient of one example.
  SGDLANGEVIN_ENTRY (objective_covariance)
  {
    call_context ctx;
    objective_view view (ctx, args(0));
    const sgdl_objective& objective = view.core;
    if (! objective.covariance)
      not_given ("covariance of its gradients", "covariance");
    NDArray theta = point (args(1), objective);
    std::vector<double> work = workspace (objective);
    Matrix out (objective.dim, objective.dim);
    ctx.check (objective.covariance (&objective, ctx, theta.data (), work.data (), out.fortran_vec ()));
    return ovl (out);
  }
}
