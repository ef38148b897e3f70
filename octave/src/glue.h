// Between Octave's values and the core: checked unpacking, statuses to errors, interrupts.

#if ! defined (sgdlangevin_glue_h)
#define sgdlangevin_glue_h 1

#include <chrono>
#include <exception>
#include <initializer_list>
#include <string>
#include <vector>

#include <octave/oct.h>
#include <octave/ov-struct.h>

#include "sgdl.h"

namespace sgdlangevin
{
  // The core's context for one call, with Octave's Ctrl-C behind should_stop.
  class call_context
  {
  public:

    call_context ();
    call_context (const call_context&) = delete;
    call_context& operator = (const call_context&) = delete;

    operator sgdl_context * () { return &m_core; }

    // Returns on SGDL_OK; otherwise raises the error or the interrupt that `status` stands for.
    void check (sgdl_status status);
    const char * message () const { return m_core.message; }

    // Raises what should_stop caught and the core could not carry, other than Ctrl-C itself.
    void rethrow_pending ();
    // In a catch block of a callback: an interrupt, or keeps what was raised for check().
    sgdl_status keep_exception () noexcept;
    // The same where the core may go on from a failure: an error of the user's `function` becomes a
    // message in the context that the core called with.
    sgdl_status keep_failure (sgdl_context *core, const char *function) noexcept;

    // Draws a bar of text while the core works, at most every 0.2 s; ended with the context.
    void show_progress ();
    ~call_context ();

  private:

    static int should_stop (void *self) noexcept;
    static void draw_progress (void *self, double fraction) noexcept;

    sgdl_context m_core;
    std::exception_ptr m_pending;
    std::chrono::steady_clock::time_point m_drawn;
    bool m_bar_begun = false;
  };

  // Raises sgdlangevin:bad_argument in the core's format.
  [[noreturn]] void bad_argument (const char *format, ...);

  // Threads for the calls to come (0: all); returns the number before.
  int set_threads (int threads);
  int get_threads ();

  // The backend of the calls to come (null: the CPU's).
  void set_backend (const struct sgdl_backend *backend);

  // A value as people would name it: "a character vector", "a 2 x 3 matrix".
  std::string describe (const octave_value& value);

  double real_scalar (const octave_value& value, const char *name);
  bool flag (const octave_value& value, const char *name);
  std::string text (const octave_value& value, const char *name);
  // A whole number in [least, 2^53).
  int64_t whole_number (const octave_value& value, const char *name, int64_t least);

  // Real numeric arrays, shared with Octave where they are full double already.
  NDArray real_array (const octave_value& value, const char *name);
  Matrix real_matrix (const octave_value& value, const char *name);
  Matrix square_matrix (const octave_value& value, const char *name, octave_idx_type n = -1);
  // A row or column of n numbers (any number where n < 0); [] is allowed where `optional`.
  NDArray real_vector (const octave_value& value, const char *name, octave_idx_type n = -1,
                       bool optional = false);
  void require_finite (const NDArray& x, const char *name);
  inline const double * data_or_null (const NDArray& x) { return x.isempty () ? nullptr : x.data (); }
  inline const double * data_or_null (const Matrix& x) { return x.isempty () ? nullptr : x.data (); }

  // Index of an option among its choices; the core names the nearest one otherwise.
  int option (call_context& ctx, const octave_value& value, const char *name,
              std::initializer_list<const char *> choices);

  // A field of a struct argument; an error that names struct and field where it is not there.
  octave_value field (const octave_scalar_map& map, const char *name, const char *where);
  // Raises unless `value` is a struct whose field `type` is one of `types`: the value of one of
  // the functions of that name.
  void require_type (const octave_value& value, const char *name, const Array<std::string>& types);
  octave_scalar_map typed_struct (const octave_value& value, const char *name, const char *type);

  sgdl_hyper hyper_from (const octave_value& value);

  // A sgd_model struct as the core sees it; keeps the arrays alive that `core` points to.
  struct model_view
  {
    explicit model_view (call_context& ctx, const octave_value& value);

    // As real minibatches, which do without the modes, see a model in the modes of its examples.
    void in_parameters ();

    sgdl_model core;

  private:

    bool m_wide = false;
    NDArray m_rho, m_minimiser, m_noise;
    Matrix m_vectors, m_hessian;
  };

  // The value of sgd_objective and its kin, or a regression, as a loss by its gradients. `core` is
  // borrowed from this view, and calls the user's functions through `ctx`.
  struct objective_view
  {
    objective_view (call_context& ctx, const octave_value& problem);
    objective_view (const objective_view&) = delete;
    objective_view& operator = (const objective_view&) = delete;
    ~objective_view ();

    sgdl_objective core;

  private:

    void from_data (const octave_scalar_map& problem, const std::string& kind);
    void from_functions (const octave_scalar_map& problem);

    static sgdl_status gradient (const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                 ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                                 double *out) noexcept;
    static sgdl_status loss (const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                             double *work, double *out) noexcept;
    static sgdl_status hessian_product (const sgdl_objective *objective, sgdl_context *ctx,
                                        const double *theta, ptrdiff_t n, const double *V, double *work,
                                        double *out) noexcept;
    static sgdl_status covariance (const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                   double *work, double *out) noexcept;

    call_context& m_ctx;
    octave_value m_gradient, m_loss, m_hvp, m_covariance;
    sgdl_objective m_native;
    bool m_is_native = false;
  };

  // A struct (start, theta0, v0, cov0), absent ones [], as the core sees it.
  struct initial_view
  {
    initial_view (call_context& ctx, const octave_value& value, octave_idx_type d);

    sgdl_initial core;

  private:

    NDArray m_theta0, m_v0;
    Matrix m_cov0;
  };

  // A path (T x 1), a trajectory (T x d) or several (T x d x n_paths).
  struct trajectory_view
  {
    explicit trajectory_view (const octave_value& value);

    NDArray array;
    octave_idx_type frames, dim, n_paths;
  };

  // What __sgdl__ ("name", ...) can call. `args` starts after the name.
  typedef octave_value_list (*entry_point) (const octave_value_list& args);

#define SGDLANGEVIN_ENTRY(name) octave_value_list name (const octave_value_list& args)

  SGDLANGEVIN_ENTRY (match_option);
  SGDLANGEVIN_ENTRY (unknown_argument);
  SGDLANGEVIN_ENTRY (expect_type);
  SGDLANGEVIN_ENTRY (flag_value);
  SGDLANGEVIN_ENTRY (matrix_value);
  SGDLANGEVIN_ENTRY (threads);
  SGDLANGEVIN_ENTRY (devices);
  SGDLANGEVIN_ENTRY (use_device);

  SGDLANGEVIN_ENTRY (hyper);
  SGDLANGEVIN_ENTRY (equivalent);
  SGDLANGEVIN_ENTRY (equivalent_error);
  SGDLANGEVIN_ENTRY (check_examples);
  SGDLANGEVIN_ENTRY (check_quadratic);
  SGDLANGEVIN_ENTRY (check_spectrum);
  SGDLANGEVIN_ENTRY (regression_moments);
  SGDLANGEVIN_ENTRY (regression_noise);
  SGDLANGEVIN_ENTRY (residual_variance);

  SGDLANGEVIN_ENTRY (decompose);
  SGDLANGEVIN_ENTRY (noise_to_modes);
  SGDLANGEVIN_ENTRY (minimiser);
  SGDLANGEVIN_ENTRY (minimiser_cholesky);
  SGDLANGEVIN_ENTRY (model_report);
  SGDLANGEVIN_ENTRY (wide_modes);
  SGDLANGEVIN_ENTRY (wide_point);
  SGDLANGEVIN_ENTRY (wide_variances);

  SGDLANGEVIN_ENTRY (stationary);
  SGDLANGEVIN_ENTRY (modified_loss);
  SGDLANGEVIN_ENTRY (modified_loss_value);
  SGDLANGEVIN_ENTRY (modified_loss_section);
  SGDLANGEVIN_ENTRY (current);
  SGDLANGEVIN_ENTRY (oscillations);
  SGDLANGEVIN_ENTRY (fokker_planck);
  SGDLANGEVIN_ENTRY (irreversibility);

  SGDLANGEVIN_ENTRY (transient);
  SGDLANGEVIN_ENTRY (log_density);
  SGDLANGEVIN_ENTRY (msd_theory);
  SGDLANGEVIN_ENTRY (msd_sampling_error);
  SGDLANGEVIN_ENTRY (msd_regimes);

  SGDLANGEVIN_ENTRY (autocorrelation);
  SGDLANGEVIN_ENTRY (power_spectrum);
  SGDLANGEVIN_ENTRY (ringing);

  SGDLANGEVIN_ENTRY (multiplicative_noise);
  SGDLANGEVIN_ENTRY (multiplicative_transient);
  SGDLANGEVIN_ENTRY (dressed_msd);

  SGDLANGEVIN_ENTRY (check_objective);
  SGDLANGEVIN_ENTRY (objective_gradient);
  SGDLANGEVIN_ENTRY (objective_loss);
  SGDLANGEVIN_ENTRY (objective_hessian_product);
  SGDLANGEVIN_ENTRY (objective_covariance);

  SGDLANGEVIN_ENTRY (operator_check);
  SGDLANGEVIN_ENTRY (operator_product);
  SGDLANGEVIN_ENTRY (extreme_eigenpairs);
  SGDLANGEVIN_ENTRY (noise_along);
  SGDLANGEVIN_ENTRY (spectral_probes);
  SGDLANGEVIN_ENTRY (density_trace);
  SGDLANGEVIN_ENTRY (density_average);
  SGDLANGEVIN_ENTRY (density_bins);
  SGDLANGEVIN_ENTRY (density_describe);
  SGDLANGEVIN_ENTRY (density_msd);
  SGDLANGEVIN_ENTRY (density_stationary);
  SGDLANGEVIN_ENTRY (density_autocorrelation);
  SGDLANGEVIN_ENTRY (density_power_spectrum);

  SGDLANGEVIN_ENTRY (simulate);
  SGDLANGEVIN_ENTRY (simulate_to_disk);
  SGDLANGEVIN_ENTRY (batch);

  SGDLANGEVIN_ENTRY (method_order);
  SGDLANGEVIN_ENTRY (check_sample);

  SGDLANGEVIN_ENTRY (trajectory_shape);
  SGDLANGEVIN_ENTRY (log_lags);
  SGDLANGEVIN_ENTRY (msd);
  SGDLANGEVIN_ENTRY (msd_paths);
  SGDLANGEVIN_ENTRY (tally_coordinates);
  SGDLANGEVIN_ENTRY (tally_frames);
  SGDLANGEVIN_ENTRY (gram_coordinates);
  SGDLANGEVIN_ENTRY (gram_tally);
  SGDLANGEVIN_ENTRY (tally_result);
  SGDLANGEVIN_ENTRY (msd_file);
  SGDLANGEVIN_ENTRY (local_exponent);
  SGDLANGEVIN_ENTRY (msd_crossover);
  SGDLANGEVIN_ENTRY (normal_diffusion);
  SGDLANGEVIN_ENTRY (ergodicity);
  SGDLANGEVIN_ENTRY (ageing);
  SGDLANGEVIN_ENTRY (compare_diffusion);
  SGDLANGEVIN_ENTRY (epoch_ripple);
  SGDLANGEVIN_ENTRY (exponent_ols);
  SGDLANGEVIN_ENTRY (exponent_gls);
  SGDLANGEVIN_ENTRY (exponent_pool);
  SGDLANGEVIN_ENTRY (exponent_whittle);
  SGDLANGEVIN_ENTRY (exponent_wavelet);
  SGDLANGEVIN_ENTRY (exponent_dfa);
  SGDLANGEVIN_ENTRY (exponent_mle);
  SGDLANGEVIN_ENTRY (fbm_log_likelihood);
  SGDLANGEVIN_ENTRY (simulate_diffusion);

  SGDLANGEVIN_ENTRY (fit_langevin);
  SGDLANGEVIN_ENTRY (shuffling_test);
  SGDLANGEVIN_ENTRY (velocity_autocorrelation);
  SGDLANGEVIN_ENTRY (welch);

  SGDLANGEVIN_ENTRY (trajectory_info);
  SGDLANGEVIN_ENTRY (trajectory_read);
  SGDLANGEVIN_ENTRY (trajectory_write);
  SGDLANGEVIN_ENTRY (segments_info);
  SGDLANGEVIN_ENTRY (segments_read);
}

#endif
