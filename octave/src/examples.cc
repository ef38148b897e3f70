// Weight-dependent noise: the examples of a problem, self-consistent noise, dressed epochs.

#include "glue.h"

#include <algorithm>

#include <octave/parse.h>

namespace sgdlangevin
{
  // The examples of a model's problem in the coordinates of its modes. Hessian products come from
  // the user's function, which takes and gives rows in the coordinates of the parameters.
  struct examples_view
  {
    examples_view (call_context& ctx, const sgdl_model& model, const octave_value& value);

    sgdl_examples core;

  private:

    void from_regression (const sgdl_model& model, const octave_scalar_map& problem);
    void from_examples (const sgdl_model& model, const octave_scalar_map& problem);
    static sgdl_status hessian_product (void *self, ptrdiff_t n_rows, const double *W, double *out) noexcept;
    Matrix product_of_rows (const Matrix& W) const;

    call_context& m_ctx;
    octave_value m_function;
    Matrix m_factor, m_gradient, m_vectors;
  };

  examples_view::examples_view (call_context& ctx, const sgdl_model& model, const octave_value& value)
    : m_ctx (ctx)
  {
    octave_scalar_map problem = field (value.scalar_map_value (), "problem", "model").scalar_map_value ();
    core.N = model.n_examples;
    core.d = model.dim;
    core.rank = 1;
    core.hessian_product = hessian_product;
    core.user = this;
    m_gradient.resize (core.N, core.d);
    if (problem.contents ("type").string_value () == "sgd_regression")
      from_regression (model, problem);
    else
      from_examples (model, problem);
    core.factor = data_or_null (m_factor);
    core.gradient = m_gradient.data ();
  }

  void examples_view::from_regression (const sgdl_model& model, const octave_scalar_map& problem)
  {
    Matrix X = real_matrix (field (problem, "X", "problem"), "X");
    NDArray y = real_vector (field (problem, "y", "problem"), "y", core.N);
    if (X.rows () != core.N || X.columns () != core.d)
      bad_argument ("`problem`: X and y no longer fit the model made from them");
    m_factor.resize (core.N, core.d);
    m_ctx.check (sgdl_regression_examples (m_ctx, &model, X.data (), y.data (), m_factor.fortran_vec (),
                                           m_gradient.fortran_vec ()));
  }

  void examples_view::from_examples (const sgdl_model& model, const octave_scalar_map& problem)
  {
    Matrix gradients = real_matrix (field (problem, "gradients", "problem"), "gradients");
    octave_value factors = field (problem, "hessian_factors", "problem");
    if (gradients.rows () != core.N || gradients.columns () != core.d)
      bad_argument ("`problem`: the gradients no longer fit the model made from them");
    for (octave_idx_type l = 0; l < core.d; l++)
      {
        double decay = model.hyper.weight_decay * (model.minimiser ? model.minimiser[l] : 0);
        for (octave_idx_type i = 0; i < core.N; i++)
          gradients(i, l) += decay;
      }
    m_ctx.check (sgdl_rows_to_modes (m_ctx, &model, core.N, gradients.data (), m_gradient.fortran_vec ()));
    if (factors.is_function_handle ())
      {
        m_function = factors;
        if (model.vectors)
          {
            m_vectors.resize (core.d, core.d);
            std::copy_n (model.vectors, m_vectors.numel (), m_vectors.fortran_vec ());
          }
        return;
      }

    // N x d x rank to (N rank) x d: row i + N r.
    NDArray given = factors.array_value ();
    core.rank = given.numel () / (core.N * core.d);
    Matrix stacked (core.N * core.rank, core.d);
    for (octave_idx_type r = 0; r < core.rank; r++)
      for (octave_idx_type l = 0; l < core.d; l++)
        std::copy_n (given.data () + core.N * (l + core.d * r), core.N,
                     stacked.fortran_vec () + core.N * (r + core.rank * l));
    m_factor.resize (stacked.rows (), core.d);
    m_ctx.check (sgdl_rows_to_modes (m_ctx, &model, stacked.rows (), stacked.data (),
                                     m_factor.fortran_vec ()));
  }

  Matrix examples_view::product_of_rows (const Matrix& W) const
  {
    Matrix rows = m_vectors.isempty () ? W : W * m_vectors.transpose ();
    octave_value_list result = octave::feval (m_function, ovl (rows), 1);
    Matrix out = real_matrix (result.length () > 0 ? result(0) : octave_value (), "hessian_factors (W)");
    if (out.rows () != core.N || out.columns () != core.d)
      bad_argument ("`hessian_factors (W)`: expected a %ld x %ld matrix, got %ld x %ld",
                    static_cast<long> (core.N), static_cast<long> (core.d), static_cast<long> (out.rows ()),
                    static_cast<long> (out.columns ()));
    return m_vectors.isempty () ? out : out * m_vectors;
  }

  sgdl_status examples_view::hessian_product (void *self, ptrdiff_t n_rows, const double *W,
                                              double *out) noexcept
  {
    examples_view& view = *static_cast<examples_view *> (self);
    try
      {
        Matrix rows (n_rows, view.core.d);
        std::copy_n (W, rows.numel (), rows.fortran_vec ());
        Matrix result = view.product_of_rows (rows);
        std::copy_n (result.data (), result.numel (), out);
        return SGDL_OK;
      }
    catch (...)
      {
        return view.m_ctx.keep_exception ();
      }
  }

  // (model): self-consistent noise along the modes (d x d), struct of sgdl_multiplicative.
  SGDLANGEVIN_ENTRY (multiplicative_noise)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    examples_view examples (ctx, model.core, args(0));
    Matrix noise (model.core.dim, model.core.dim);
    sgdl_multiplicative report;
    ctx.check (sgdl_multiplicative_noise (ctx, &model.core, &examples.core, noise.fortran_vec (), &report));
    octave_scalar_map map;
    map.assign ("spectral_radius", report.spectral_radius);
    map.assign ("radius_bound", report.radius_bound);
    map.assign ("largest_stable_lr", report.largest_stable_lr);
    map.assign ("tail_index", report.tail_index);
    map.assign ("fourth_moment", report.fourth_moment != 0);
    map.assign ("iterations", static_cast<double> (report.iterations));
    map.assign ("error", report.error);
    return ovl (noise, map);
  }

  // (model, steps ascending, start, full): mean_theta, mean_velocity, theta, velocity, cross
  // (d x d x n, [] unless full).
  SGDLANGEVIN_ENTRY (multiplicative_transient)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    examples_view examples (ctx, model.core, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps");
    initial_view initial (ctx, args(2), d);
    octave_idx_type n = steps.numel ();
    bool full = flag (args(3), "full");
    dim_vector shape = full ? dim_vector (d, d, n) : dim_vector (0, 0);
    Matrix mean_theta (d, n), mean_velocity (d, n);
    NDArray theta (shape), velocity (shape), cross (shape);
    ctx.check (sgdl_multiplicative_transient (ctx, &model.core, &examples.core, n, steps.data (),
                                              initial.core.theta0, initial.core.v0,
                                              mean_theta.fortran_vec (), mean_velocity.fortran_vec (),
                                              full ? theta.fortran_vec () : nullptr,
                                              full ? velocity.fortran_vec () : nullptr,
                                              full ? cross.fortran_vec () : nullptr, nullptr));
    return ovl (mean_theta, mean_velocity, theta, velocity, cross);
  }

  // (model, steps, modes): terms (n x 5), exponent (n), per_mode (n x d or []), struct of
  // sgdl_dressed with the variance per mode and the shift of the mean (d).
  SGDLANGEVIN_ENTRY (dressed_msd)
  {
    call_context ctx;
    model_view model (ctx, args(0));
    examples_view examples (ctx, model.core, args(0));
    octave_idx_type d = model.core.dim;
    NDArray steps = real_vector (args(1), "steps");
    octave_idx_type n = steps.numel ();
    Matrix terms (SGDL_DRESSED_TERMS, n), per_mode;
    if (flag (args(2), "modes"))
      per_mode.resize (n, d);
    ColumnVector exponent (n), variance (d), mean_shift (d);
    sgdl_dressed report;
    ctx.check (sgdl_dressed_msd (ctx, &model.core, &examples.core, n, steps.data (), terms.fortran_vec (),
                                 exponent.fortran_vec (),
                                 per_mode.isempty () ? nullptr : per_mode.fortran_vec (),
                                 variance.fortran_vec (), mean_shift.fortran_vec (), &report));
    RowVector trace (SGDL_DRESSED_TERMS);
    std::copy_n (report.trace, SGDL_DRESSED_TERMS, trace.fortran_vec ());
    octave_scalar_map map;
    map.assign ("trace", trace);
    map.assign ("small_parameter", report.small_parameter);
    map.assign ("shift", report.shift);
    map.assign ("variance", variance);
    map.assign ("mean_shift", mean_shift);
    return ovl (terms.transpose (), exponent, per_mode, map);
  }
}
