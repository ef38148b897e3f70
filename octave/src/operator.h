// Operators, the noise of probes and spectral densities as the core sees them.

#if ! defined (sgdlangevin_operator_h)
#define sgdlangevin_operator_h 1

#include <memory>

#include "glue.h"
#include "sgdl_operator.h"

namespace sgdlangevin
{
  // Octave's own arrays, seen as the core's compressed columns.
  struct sparse_view
  {
    void take (const octave_value& value, const char *name);

    sgdl_sparse core;

  private:

    SparseMatrix m_matrix;
  };

  // The value of sgd_operator. `core` is borrowed from this view, and calls the user's function through `ctx`.
  struct operator_view
  {
    operator_view (call_context& ctx, const octave_value& value);
    operator_view (const operator_view&) = delete;
    operator_view& operator = (const operator_view&) = delete;
    ~operator_view ();

    sgdl_operator core;

  private:

    void open (const octave_scalar_map& map, const std::string& kind);
    static sgdl_status product (const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV) noexcept;

    call_context& m_ctx;
    octave_value m_function;
    Matrix m_matrix;
    NDArray m_values, m_theta;
    sparse_view m_sparse;
    std::unique_ptr<objective_view> m_objective;
    double m_products = 0;
  };

  // The value of sgd_noise for an operator of dimension dim.
  struct noise_view
  {
    noise_view (call_context& ctx, const octave_value& value, octave_idx_type dim);
    noise_view (const noise_view&) = delete;
    noise_view& operator = (const noise_view&) = delete;

    // Null where there is no noise.
    const sgdl_probe_noise * noise () const { return m_given ? &core : nullptr; }

    sgdl_probe_noise core;

  private:

    void take_gradients (const octave_value& gradients);
    static sgdl_status rows (void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out) noexcept;
    static sgdl_status rows_of_objective (void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n,
                                          double *out) noexcept;

    call_context& m_ctx;
    bool m_given;
    octave_idx_type m_dim;
    octave_value m_function;
    NDArray m_diagonal, m_theta;
    Matrix m_matrix;
    sparse_view m_sparse;
    std::unique_ptr<objective_view> m_objective;
    std::vector<double> m_work, m_gradient;
  };

  // Functions of an eigenvalue: kinds by name, and their parameters.
  std::vector<sgdl_function> functions_from (call_context& ctx, const octave_value& names,
                                             const octave_value& parameters);
}

#endif
