/* What every R entry point shares: the core's context, failures as R conditions, packing of
 * results, and the view of an R "sgd_model" as the core's sgdl_model. */
#ifndef SGDLANGEVIN_R_GLUE_H
#define SGDLANGEVIN_R_GLUE_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include "sgdl.h"

#if defined(__GNUC__)
#define SGDL_R_PRINTF __attribute__((format(printf, 2, 3)))
#else
#define SGDL_R_PRINTF
#endif

/* ---- failures ---- */

/* A context with this session's thread count and R's Ctrl-C behind should_stop. */
void r_context(sgdl_context *ctx);
/* Returns on SGDL_OK; otherwise raises the condition of `status` with the user's call. Nothing the
 * C side owns may be alive: results are R vectors, scratch comes from R_alloc. */
void r_check(sgdl_context *ctx, sgdl_status status);
/* Raises `status` with a message of the glue's own. */
void r_raise(sgdl_status status, const char *format, ...) SGDL_R_PRINTF;

/* ---- unpacking; types and lengths were settled by the R functions ---- */

SEXP r_field(SEXP list, const char *name);           /* R_NilValue where there is none      */
const double *r_optional(SEXP x);                    /* NULL for R's NULL                   */
double r_number(SEXP list, const char *name, double when_null);
ptrdiff_t r_size(SEXP x);                            /* a whole number held as a double     */
const char *r_text(SEXP x);
const char **r_texts(SEXP x);                        /* in R_alloc memory                   */
void r_hyper(SEXP hyper, sgdl_hyper *out);
/* Field `name`, an array of n doubles or NULL: an object whose fields were changed by hand must not
 * take the core past the end of an array. */
const double *r_array(SEXP object, const char *name, ptrdiff_t n);
/* Arrays are borrowed from `model`, an R object of class "sgd_model". */
void r_model(SEXP model, sgdl_model *out);
/* Rank of a model in the modes of its examples (N < d, no d x d matrix), else -1. */
ptrdiff_t r_wide_rank(SEXP model);

/* ---- packing: element i of a list becomes a new array, whose storage is returned ---- */

double *r_new_vector(SEXP list, int i, ptrdiff_t n);
double *r_new_matrix(SEXP list, int i, ptrdiff_t rows, ptrdiff_t columns);
double *r_new_array(SEXP list, int i, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t slices);
int *r_new_integers(SEXP list, int i, ptrdiff_t n);
int *r_new_flags(SEXP list, int i, ptrdiff_t n);
void r_set_number(SEXP list, int i, double value);
SEXP r_info(const sgdl_trajectory_info *info);       /* shape and scalars of a trajectory on disk */

/* ---- entry points, one R function each ---- */

SEXP r_threads(SEXP n);
SEXP r_use_device(SEXP device, SEXP file, SEXP folder);
SEXP r_devices(SEXP file, SEXP folder);
SEXP r_match_option(SEXP argument, SEXP value, SEXP choices);
SEXP r_unknown_argument(SEXP function, SEXP name, SEXP known);

SEXP r_hyper_derive(SEXP hyper);
SEXP r_quadratic_check(SEXP H, SEXP b, SEXP Sigma, SEXP sigma2);
SEXP r_spectrum_check(SEXP rho, SEXP noise, SEXP sigma2);
SEXP r_regression_moments(SEXP X, SEXP y);
SEXP r_regression_noise(SEXP X, SEXP y, SEXP mu, SEXP weight_decay, SEXP with_sigma);
SEXP r_residual_variance(SEXP n_examples, SEXP dim, SEXP rss);
SEXP r_decompose(SEXP H);
SEXP r_noise_to_modes(SEXP vectors, SEXP Sigma);
SEXP r_minimiser(SEXP rho, SEXP vectors, SEXP weight_decay, SEXP b);
SEXP r_minimiser_cholesky(SEXP H, SEXP weight_decay, SEXP b);
SEXP r_model_report(SEXP model);
SEXP r_wide_modes(SEXP X, SEXP y, SEXP weight_decay);
SEXP r_wide_point(SEXP vectors, SEXP theta);
SEXP r_wide_variances(SEXP vectors, SEXP covariance);

SEXP r_stationary(SEXP model, SEXP trace_only, SEXP phase);
SEXP r_modified_loss(SEXP model);
SEXP r_modified_loss_value(SEXP object, SEXP points);
SEXP r_modified_loss_section(SEXP object, SEXP direction1, SEXP direction2, SEXP extent, SEXP n, SEXP origin);
SEXP r_current(SEXP object, SEXP points);
SEXP r_oscillations(SEXP model);

SEXP r_transient(SEXP model, SEXP steps, SEXP start, SEXP kind);
SEXP r_log_density(SEXP model, SEXP step, SEXP start, SEXP points);
SEXP r_msd_theory(SEXP model, SEXP steps, SEXP start, SEXP form, SEXP modes);
SEXP r_msd_sampling_error(SEXP per_mode, SEXP lags);
SEXP r_msd_regimes(SEXP model, SEXP steps, SEXP exponent);

SEXP r_autocorrelation(SEXP model, SEXP lags, SEXP direction, SEXP modes);
SEXP r_power_spectrum(SEXP model, SEXP freq, SEXP direction, SEXP modes);
SEXP r_ringing(SEXP model);

SEXP r_fokker_planck(SEXP object, SEXP points);
SEXP r_irreversibility(SEXP model);
SEXP r_equivalent(SEXP from, SEXP to, SEXP preserve);
SEXP r_equivalent_error(SEXP model, SEXP to);

SEXP r_multiplicative_noise(SEXP model);
SEXP r_multiplicative_transient(SEXP model, SEXP steps, SEXP theta0, SEXP v0, SEXP kind);
SEXP r_dressed_msd(SEXP model, SEXP steps, SEXP modes);

SEXP r_objective_open(SEXP problem);
SEXP r_objective_dim(SEXP problem);
SEXP r_objective_gradient(SEXP problem, SEXP theta, SEXP batch);
SEXP r_objective_loss(SEXP problem, SEXP theta);
SEXP r_objective_hessian_product(SEXP problem, SEXP theta, SEXP V);
SEXP r_objective_covariance(SEXP problem, SEXP theta);

SEXP r_operator_check(SEXP object, SEXP environment, SEXP seed, SEXP tolerance);
SEXP r_operator_product(SEXP object, SEXP environment, SEXP V);
SEXP r_extreme_eigenpairs(SEXP object, SEXP environment, SEXP options);
SEXP r_noise_along(SEXP noise, SEXP environment, SEXP dim, SEXP directions);
SEXP r_spectral_probes(SEXP object, SEXP environment, SEXP deflation, SEXP noise, SEXP noise_environment,
                       SEXP options);
SEXP r_density_trace(SEXP density, SEXP with_noise, SEXP kinds, SEXP parameters);
SEXP r_density_average(SEXP density, SEXP with_noise, SEXP at_nodes, SEXP at_exact);
SEXP r_density_bins(SEXP density, SEXP with_noise, SEXP edges);
SEXP r_density_describe(SEXP density, SEXP hyper);
SEXP r_density_msd(SEXP model, SEXP from, SEXP steps);
SEXP r_density_stationary(SEXP model);
SEXP r_density_autocorrelation(SEXP model, SEXP lags);
SEXP r_density_power_spectrum(SEXP model, SEXP freq);

SEXP r_run_create(SEXP model, SEXP options, SEXP earlier, SEXP progress);
SEXP r_run_advance(SEXP run);
SEXP r_run_disk(SEXP run, SEXP disk);
SEXP r_run_interrupted(SEXP run);
SEXP r_run_result(SEXP run);
SEXP r_run_free(SEXP run);
SEXP r_batch(SEXP model, SEXP step, SEXP seed, SEXP path);

SEXP r_method_order(SEXP model, SEXP method, SEXP steps, SEXP levels, SEXP nsim, SEXP seed);
SEXP r_check_sample(SEXP x, SEXP mean, SEXP covariance);

SEXP r_log_lags(SEXP first, SEXP last, SEXP per_decade);
SEXP r_msd(SEXP x, SEXP size, SEXP type, SEXP origin, SEXP lags, SEXP with_se);
SEXP r_msd_paths(SEXP x, SEXP frames, SEXP dim, SEXP options, SEXP lags);
SEXP r_tally_coordinates(SEXP state, SEXP frames, SEXP x, SEXP weights, SEXP full, SEXP lags);
SEXP r_tally_frames(SEXP state, SEXP frames, SEXP done, SEXP before, SEXP x, SEXP lags);
SEXP r_gram_coordinates(SEXP state, SEXP frames, SEXP x);
SEXP r_gram_tally(SEXP state, SEXP frames, SEXP lags);
SEXP r_tally_result(SEXP tallies, SEXP frames, SEXP lags, SEXP with_se, SEXP with_vcov);
SEXP r_msd_file(SEXP file, SEXP dataset, SEXP n_paths, SEXP method, SEXP memory, SEXP lags);
SEXP r_msd_gaussian(SEXP x, SEXP size, SEXP lags);
SEXP r_local_exponent(SEXP x, SEXP size, SEXP from, SEXP to, SEXP level, SEXP n_sim, SEXP seed);
SEXP r_msd_crossover(SEXP x, SEXP size, SEXP lags, SEXP max_breaks, SEXP level, SEXP alpha, SEXP n_boot, SEXP seed);
SEXP r_normal_diffusion(SEXP x, SEXP size, SEXP lags, SEXP n_sim, SEXP seed);
SEXP r_ergodicity(SEXP x, SEXP size, SEXP lags, SEXP n_sim, SEXP seed);
SEXP r_ageing(SEXP x, SEXP size, SEXP lag, SEXP n_blocks, SEXP level);
SEXP r_compare_diffusion(SEXP x, SEXP size, SEXP models, SEXP shared, SEXP theory);
SEXP r_epoch_ripple(SEXP x, SEXP size, SEXP epoch, SEXP last);
SEXP r_exponent_ols(SEXP x, SEXP size, SEXP window, SEXP level, SEXP n_boot, SEXP seed);
SEXP r_exponent_gls(SEXP x, SEXP size, SEXP window, SEXP level);
SEXP r_exponent_whittle(SEXP x, SEXP size, SEXP bandwidth, SEXP level);
SEXP r_exponent_wavelet(SEXP x, SEXP size, SEXP moments, SEXP window, SEXP level);
SEXP r_exponent_dfa(SEXP x, SEXP size, SEXP order, SEXP overlap, SEXP window, SEXP level, SEXP n_sim, SEXP seed);
SEXP r_exponent_pool(SEXP exponents, SEXP se, SEXP log_diffusivity, SEXP level);
SEXP r_exponent_mle(SEXP x, SEXP size, SEXP noise, SEXP drift, SEXP own, SEXP level);
SEXP r_fbm_log_likelihood(SEXP x, SEXP size, SEXP drift, SEXP own, SEXP exponent, SEXP ratio);
SEXP r_simulate_diffusion(SEXP process, SEXP steps, SEXP nsim, SEXP dim, SEXP exponent, SEXP diffusivity,
                          SEXP relaxation, SEXP noise, SEXP seed);
SEXP r_fit_langevin(SEXP model, SEXP x, SEXP size, SEXP modes, SEXP options);
SEXP r_shuffling_test(SEXP model, SEXP x, SEXP size, SEXP modes, SEXP options);
SEXP r_velocity_autocorrelation(SEXP x, SEXP size, SEXP unit, SEXP total, SEXP direction, SEXP lags, SEXP level);
SEXP r_welch(SEXP x, SEXP size, SEXP unit, SEXP total, SEXP direction, SEXP options);

SEXP r_has_hdf5(void);
SEXP r_trajectory_info(SEXP file);
SEXP r_trajectory_read(SEXP file, SEXP dataset, SEXP first, SEXP count, SEXP dim, SEXP n_paths);
SEXP r_segments_info(SEXP folder);
SEXP r_segments_read(SEXP folder, SEXP dataset, SEXP first, SEXP count, SEXP dim, SEXP n_paths);
SEXP r_trajectory_write(SEXP file, SEXP info, SEXP steps, SEXP theta, SEXP velocity);

#endif
