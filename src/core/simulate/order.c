/* Strong and weak order of the methods: one Brownian motion drives all step sizes and the exact solution. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "integrator.h"

enum { MOST_LEVELS = 16, MOST_LOG2_STEPS = 40 };

typedef struct study {
  const sgdl_modes *modes;
  ptrdiff_t d, steps, n_paths;
  int n_levels;
  sgdl_brownian brownian;
  sgdl_integrator integrators[MOST_LEVELS];
  int threads;
  ptrdiff_t block;         /* draws within one SGD step                                       */
  ptrdiff_t scratch_size;
  double *scratch;         /* per thread: states, responses, the work of drawing              */
  double *squares;         /* n_levels x n_paths: |theta_method - theta|^2 at the end         */
} study;

/* ---- paths ---- */

/* Over one SGD step, from the finest level to the coarsest; leaves the response to the whole. states: 2 x d for
 * each level. */
static void advance_block(const study *s, double *response, double *states)
{
  const sgdl_brownian *b = &s->brownian;
  ptrdiff_t n = s->block, width = SGDL_RESPONSE * s->d;
  for (int octave = 0; octave < b->octaves; octave++, n /= 2) {
    int level = b->octaves - 1 - octave; /* whose half steps these intervals are */
    const double *maps = b->maps + 4 * s->d * octave;
    double *state = states + 2 * s->d * level;
    for (ptrdiff_t k = 0; level < s->n_levels && k < n; k += 2)
      for (ptrdiff_t i = 0; i < s->d; i++) {
        const double *early = response + k * width + SGDL_RESPONSE * i;
        sgdl_integrator_step(s->integrators + level, s->modes->kappa[i], maps + 4 * i, early, early + width,
                             state + 2 * i);
      }
    sgdl_brownian_compose(b, octave, n, response);
  }
}

static void advance_exact(const study *s, const double *maps, const double *response, double *state)
{
  for (ptrdiff_t i = 0; i < s->d; i++, maps += 4, response += SGDL_RESPONSE, state += 2) {
    double x = state[0], v = state[1];
    state[0] = maps[0] * x + maps[2] * v + response[0];
    state[1] = maps[1] * x + maps[3] * v + response[1];
  }
}

static void run_path(const study *s, ptrdiff_t path, double *scratch)
{
  ptrdiff_t states_size = 2 * s->d * (s->n_levels + 1);
  double *states = scratch, *exact = states + 2 * s->d * s->n_levels;
  double *response = states + states_size, *work = response + SGDL_RESPONSE * s->d * s->block;
  memset(states, 0, (size_t)states_size * sizeof *states);
  for (ptrdiff_t k = 0; k < s->steps; k++) {
    sgdl_brownian_draw(&s->brownian, path, (uint64_t)(k * s->block), s->block, work, response);
    advance_block(s, response, states);
    advance_exact(s, s->brownian.maps + 4 * s->d * s->brownian.octaves, response, exact);
  }
  for (int l = 0; l < s->n_levels; l++) {
    double sum = 0.0;
    for (ptrdiff_t i = 0; i < s->d; i++) {
      double apart = states[2 * (i + l * s->d)] - exact[2 * i];
      sum += apart * apart;
    }
    s->squares[l + path * s->n_levels] = sum;
  }
}

static sgdl_status run_paths(const study *s, sgdl_context *ctx)
{
  const double block_ns = 2e7, mode_ns = 150.0; /* polls about every 20 ms */
  double path_ns = mode_ns * (double)s->d * (double)s->block * (double)s->steps;
  ptrdiff_t portion = s->threads * (ptrdiff_t)fmin(fmax(block_ns / path_ns, 1.0), 1e9);
  for (ptrdiff_t first = 0; first < s->n_paths; first += portion) {
    if (sgdl_poll(ctx, (double)first / (double)s->n_paths))
      return sgdl_fail(ctx, SGDL_INTERRUPTED, "order of a method interrupted after %td of %td paths", first,
                       s->n_paths);
    ptrdiff_t end = s->n_paths - first < portion ? s->n_paths : first + portion;
#pragma omp parallel for schedule(dynamic) num_threads(s->threads)
    for (ptrdiff_t path = first; path < end; path++)
      run_path(s, path, s->scratch + omp_get_thread_num() * s->scratch_size);
  }
  return SGDL_OK;
}

/* ---- slopes ---- */

/* Weights w with sum_l w_l log(error_l) = the least-squares slope of log error on log step, over the finer
 * half (all, where there are fewer than four) of the levels whose error is finite and above the rounding of the
 * method's steps. 0 where there are not two. */
static int slope_weights(int n_levels, const double *step, const double *error, double scale, ptrdiff_t steps,
                         double *weights)
{
  const double rounding = 16.0 * DBL_EPSILON;
  int usable[MOST_LEVELS], n = 0;
  for (int l = n_levels - 1; l >= 0; l--)
    if (isfinite(error[l]) && error[l] > rounding * scale * ldexp((double)steps, l)) usable[n++] = l;
  int used = n < 4 ? n : (n + 1) / 2;
  for (int l = 0; l < n_levels; l++) weights[l] = 0.0;
  if (n < 2) return 0;
  double mean = 0.0, square = 0.0;
  for (int u = 0; u < used; u++) mean += log(step[usable[u]]) / used;
  for (int u = 0; u < used; u++) square += pow(log(step[usable[u]]) - mean, 2.0);
  for (int u = 0; u < used; u++) weights[usable[u]] = (log(step[usable[u]]) - mean) / square;
  return 1;
}

static double slope(int n_levels, const double *weights, const double *error)
{
  double sum = 0.0;
  for (int l = 0; l < n_levels; l++)
    if (weights[l] != 0.0) sum += weights[l] * log(error[l]);
  return sum;
}

/* Standard error of sum_l w_l log(strong_l), strong_l^2 the means of squares over paths: the levels share
 * their paths, so the error is that of the mean of each path's influence. */
static double slope_error(const study *s, const double *weights, const double *strong)
{
  double sum = 0.0;
  for (ptrdiff_t path = 0; path < s->n_paths; path++) {
    double influence = 0.0;
    for (int l = 0; l < s->n_levels; l++)
      if (weights[l] != 0.0)
        influence += 0.5 * weights[l] * (s->squares[l + path * s->n_levels] / (strong[l] * strong[l]) - 1.0);
    sum += influence * influence;
  }
  return sqrt(sum / (double)(s->n_paths - 1) / (double)s->n_paths);
}

/* Root mean square of a level over the paths, and its standard error. */
static void strong_error(const study *s, int level, double *strong, double *se)
{
  double n = (double)s->n_paths, mean = 0.0, spread = 0.0;
  const double *squares = s->squares + level;
  for (ptrdiff_t path = 0; path < s->n_paths; path++) mean += squares[path * s->n_levels] / n;
  for (ptrdiff_t path = 0; path < s->n_paths; path++) {
    double apart = squares[path * s->n_levels] - mean;
    spread += apart * apart;
  }
  *strong = isfinite(mean) ? sqrt(mean) : INFINITY;
  *se = isfinite(mean) ? (mean > 0.0 ? sqrt(spread / (n - 1.0) / n) / (2.0 * *strong) : 0.0) : INFINITY;
}

/* ---- the study ---- */

static sgdl_status check_study(sgdl_context *ctx, const sgdl_model *model, sgdl_method method,
                               ptrdiff_t steps, ptrdiff_t n_levels, ptrdiff_t n_paths)
{
  const ptrdiff_t most_paths = (ptrdiff_t)UINT32_MAX;
  if (method == SGDL_MINIBATCH)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`method` = \"minibatch\": expected \"exact\", \"sgd\", \"baoab\", \"obabo\" or "
                     "\"euler\"; batches are not the increments of a Brownian motion");
  if (method < SGDL_EXACT || method > SGDL_EULER_MARUYAMA)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`method` = %d: expected a number from 0 to %d", (int)method,
                     (int)SGDL_EULER_MARUYAMA);
  if (n_levels < 2 || n_levels > MOST_LEVELS)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`levels` = %td: expected an integer from 2 to %d", n_levels,
                     MOST_LEVELS);
  if (steps < 1 || steps > (ptrdiff_t)1 << (MOST_LOG2_STEPS - n_levels))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` = %td: expected an integer from 1 to 2^%td", steps,
                     MOST_LOG2_STEPS - n_levels);
  if (n_paths < 2 || n_paths > most_paths)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`nsim` = %td: expected an integer from 2 to 2^32 - 1", n_paths);
  if (model->sampling == SGDL_EPOCH)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`model` has sampling = \"epoch\": expected \"replacement\" or \"without\", the order of "
                     "a method is that of paths of a Brownian motion");
  return SGDL_OK;
}

static sgdl_status study_init(sgdl_context *ctx, const sgdl_model *model, sgdl_method method, uint64_t seed,
                              study *s)
{
  for (int l = 0; l < s->n_levels; l++) s->integrators[l] = sgdl_integrator_of(model, method, l);
  SGDL_TRY(sgdl_brownian_init(ctx, model, s->modes, s->n_levels, sgdl_integrator_rate(model, method), seed,
                              &s->brownian));
  s->block = (ptrdiff_t)1 << s->brownian.octaves;
  ptrdiff_t work = sgdl_brownian_scratch(&s->brownian, s->block);
  ptrdiff_t states = sgdl_times(2 * (s->n_levels + 1), s->d);
  const ptrdiff_t lines = 8; /* threads must not share cache lines */
  if (work < 0 || states < 0 || work > (PTRDIFF_MAX - states - lines) / 2)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the paths of %td parameters", s->d);
  s->scratch_size = (2 * work + states + lines - 1) / lines * lines;
  SGDL_TRY(sgdl_alloc(ctx, &s->scratch, sgdl_times(s->threads, s->scratch_size), "the paths"));
  return sgdl_alloc(ctx, &s->squares, sgdl_times(s->n_levels, s->n_paths), "the errors of the paths");
}

static sgdl_status run_study(sgdl_context *ctx, const sgdl_model *model, sgdl_method method, uint64_t seed,
                             study *s, sgdl_order *order)
{
  double spread, weights[MOST_LEVELS];
  SGDL_TRY(sgdl_weak_errors(ctx, model, s->modes, method, s->steps, s->n_levels, order->weak, &spread));
  SGDL_TRY(study_init(ctx, model, method, seed, s));
  SGDL_TRY(run_paths(s, ctx));
  for (int l = 0; l < s->n_levels; l++) {
    order->step[l] = s->integrators[l].step;
    strong_error(s, l, order->strong + l, order->strong_se + l);
  }
  order->weak_order = order->strong_order = order->strong_order_se = NAN;
  if (slope_weights(s->n_levels, order->step, order->weak, 1.0, s->steps, weights))
    order->weak_order = slope(s->n_levels, weights, order->weak);
  if (slope_weights(s->n_levels, order->step, order->strong, spread, s->steps, weights)) {
    order->strong_order = slope(s->n_levels, weights, order->strong);
    order->strong_order_se = slope_error(s, weights, order->strong);
  }
  return SGDL_OK;
}

sgdl_status sgdl_method_order(sgdl_context *ctx, const sgdl_model *model, sgdl_method method, ptrdiff_t steps,
                              ptrdiff_t n_levels, ptrdiff_t n_paths, uint64_t seed, sgdl_order *order)
{
  sgdl_modes modes = {0};
  ctx->message[0] = '\0';
  SGDL_TRY(check_study(ctx, model, method, steps, n_levels, n_paths));
  study s = {.modes = &modes, .d = model->dim, .steps = steps, .n_paths = n_paths, .n_levels = (int)n_levels};
  s.threads = sgdl_threads(ctx);
  if (s.threads > n_paths) s.threads = (int)n_paths;
  int blas_threads = sgdl_blas_single_begin();
  sgdl_status status = sgdl_modes_init(ctx, model, &modes);
  if (status == SGDL_OK) status = run_study(ctx, model, method, seed, &s, order);
  sgdl_blas_single_end(blas_threads);
  sgdl_brownian_free(&s.brownian);
  sgdl_modes_free(&modes);
  free(s.scratch);
  free(s.squares);
  return status;
}
