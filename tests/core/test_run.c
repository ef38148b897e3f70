/* Runs: the same bits in one go or in pieces, from a restored state, on any number of threads; failing objectives;
 * hyperparameters and options of the optimiser on quadratic models against the recursion written out. */
#include <stdlib.h>

#include "check.h"
#include "model/mode.h"
#include "model/noise.h"
#include "paths.h"
#include "plain_objective.h"

static sgdl_context ctx;
static problem data;

static sgdl_run *create(const sgdl_model *model, const sgdl_simulation *sim)
{
  sgdl_run *run = NULL;
  CHECK_STATUS(sgdl_run_create(&ctx, model, sim, &run), SGDL_OK);
  return run;
}

static double *copy_state(const sgdl_run *run, ptrdiff_t *n)
{
  const double *state = sgdl_run_state(run, n);
  double *copy = malloc((size_t)*n * sizeof *copy);
  memcpy(copy, state, (size_t)*n * sizeof *copy);
  return copy;
}

/* ---- pieces ---- */

/* Advances in pieces of 1, 2, 3, ... steps on changing numbers of threads, so that noise is drawn for one path and
 * many steps at once as well as for several paths and few steps; every other time in a new run that takes the state
 * of the one before; the state at the end and the rows are those of one call. */
static void pieces_make_the_whole(const sgdl_model *model, sgdl_simulation sim)
{
  sim.summaries = SGDL_MOMENTS | SGDL_DISPLACEMENT | SGDL_LOCAL_DISPLACEMENT | SGDL_ONLINE_MSD;
  const double lags[] = {1, 3, 7};
  sim.lags = lags;
  sim.n_lags = 3;
  ptrdiff_t rows = sgdl_simulation_records(&sim), n = rows * D * sim.n_paths, n_whole, n_pieces;
  double *theta = malloc(2 * (size_t)n * sizeof *theta), *velocity = theta + n;
  double *theta2 = malloc(2 * (size_t)n * sizeof *theta), *velocity2 = theta2 + n;
  sgdl_recording all = {theta, velocity, rows, 0, 0}, some = {theta2, velocity2, rows, 0, 0};
  ctx.threads = 2;
  sgdl_run *whole = create(model, &sim), *run = create(model, &sim);
  CHECK_STATUS(sgdl_run_advance(whole, &ctx, sim.steps, &all), SGDL_OK);
  CHECK_INT(all.done, rows);
  for (ptrdiff_t step = 0, piece = 1; step < sim.steps; piece++) {
    step = step + piece < sim.steps ? step + piece : sim.steps;
    ctx.threads = 1 + (int)(piece % 3);
    if (piece % 2) {
      ptrdiff_t size;
      double *state = copy_state(run, &size);
      sgdl_run_free(run);
      run = create(model, &sim);
      CHECK_STATUS(sgdl_run_restore(run, &ctx, size, state), SGDL_OK);
      free(state);
    }
    CHECK_STATUS(sgdl_run_advance(run, &ctx, step, &some), SGDL_OK);
    CHECK_INT(sgdl_run_step(run), step);
  }
  ctx.threads = 0;
  CHECK_INT(some.done, rows);
  CHECK(memcmp(theta, theta2, 2 * (size_t)n * sizeof *theta) == 0);
  const double *one = sgdl_run_state(whole, &n_whole), *other = sgdl_run_state(run, &n_pieces);
  CHECK_INT(n_pieces, n_whole);
  int same = 1; /* not by memcmp: the first local displacement is NaN */
  for (ptrdiff_t i = 0; i < n_whole; i++) same = same && (one[i] == other[i] || (isnan(one[i]) && isnan(other[i])));
  CHECK(same);
  sgdl_run_free(whole);
  sgdl_run_free(run);
  free(theta);
  free(theta2);
}

static void bits_do_not_depend_on_pieces(void)
{
  for (int full = 0; full < 2; full++)
    for (int modes = 0; modes < 2; modes++)
      for (int method = SGDL_EXACT; method <= SGDL_EULER_MARUYAMA; method++) {
        int langevin = method == SGDL_EXACT || method >= SGDL_BAOAB;
        sgdl_model model =
            problem_model(&data, langevin ? SGDL_LANGEVIN : SGDL_SGD, langevin ? SGDL_WITHOUT : SGDL_EPOCH, full);
        sgdl_simulation sim = {.method = (sgdl_method)method, .steps = 100, .n_paths = 3, .seed = 4,
                               .record_every = 3, .record_modes = modes, .X = data.X, .y = data.y};
        if (method >= SGDL_BAOAB) sim.substeps = 2;
        pieces_make_the_whole(&model, sim);
      }
}

/* ---- what cannot be ---- */

static void strange_states_are_refused(void)
{
  sgdl_model model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_simulation sim = {.method = SGDL_EXACT, .steps = 20, .n_paths = 2, .seed = 1, .record_every = 1,
                         .summaries = SGDL_DISPLACEMENT};
  sgdl_run *run = create(&model, &sim), *other;
  ptrdiff_t n;
  CHECK_STATUS(sgdl_run_advance(run, &ctx, 10, NULL), SGDL_OK);
  double *state = copy_state(run, &n);
  const char *text = "expected the state of a run of this model and simulation";
  CHECK_STATUS(sgdl_run_restore(run, &ctx, n - 1, state), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, text);
  CHECK_STATUS(sgdl_run_restore(run, &ctx, 3, state), SGDL_BAD_ARGUMENT);
  sim.seed = 2;
  other = create(&model, &sim);
  CHECK_STATUS(sgdl_run_restore(other, &ctx, n, state), SGDL_BAD_ARGUMENT);
  sgdl_run_free(other);
  sim.seed = 1;
  sim.steps = 9; /* fewer steps than the state has done */
  sim.record_every = 1;
  other = create(&model, &sim);
  CHECK_STATUS(sgdl_run_restore(other, &ctx, n, state), SGDL_BAD_ARGUMENT);
  sgdl_run_free(other);
  sim.steps = 50; /* more steps are welcome */
  other = create(&model, &sim);
  CHECK_STATUS(sgdl_run_restore(other, &ctx, n, state), SGDL_OK);
  CHECK_INT(sgdl_run_step(other), 10);
  state[17] = NAN;
  CHECK_STATUS(sgdl_run_restore(other, &ctx, n, state), SGDL_NOT_FINITE);
  CHECK_STATUS(sgdl_run_advance(other, &ctx, 9, NULL), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`until` = 9: expected a step from 10 to 50");
  CHECK_STATUS(sgdl_run_advance(other, &ctx, 51, NULL), SGDL_BAD_ARGUMENT);
  sgdl_run_free(other);
  sgdl_run_free(run);
  sgdl_run_free(NULL);
  free(state);
}

/* ---- objectives that fail ---- */

enum { STEPS = 30, PATHS = 2 };

/* Fails in path 2 at step 12 (call 24): rows before it are those of the run that does not fail. */
static void failing_objectives_keep_what_is_done(void)
{
  const ptrdiff_t at = 12, call = PATHS * at;
  const sgdl_status failures[] = {SGDL_CALLBACK, SGDL_NOT_FINITE, SGDL_INTERRUPTED, SGDL_OK};
  const double theta0[D] = {0};
  sgdl_model model = problem_model(&data, SGDL_SGD, SGDL_REPLACEMENT, 0);
  for (int f = 0; f < 4; f++) {
    plain_objective plain = {.N = EXAMPLES, .d = D, .X = data.X, .y = data.y};
    sgdl_objective objective = plain_objective_of(&plain);
    sgdl_simulation sim = {.method = SGDL_MINIBATCH, .steps = STEPS, .n_paths = PATHS, .seed = 3, .record_every = 1,
                           .theta0 = theta0, .objective = &objective, .summaries = SGDL_MOMENTS};
    output good = simulate(&ctx, &model, &sim);
    CHECK_STATUS(good.status, SGDL_OK);
    plain = (plain_objective){.N = EXAMPLES, .d = D, .X = data.X, .y = data.y, .fail_at = call,
                              .failure = failures[f]};
    static double theta[(STEPS + 1) * D * PATHS], velocity[(STEPS + 1) * D * PATHS];
    sgdl_recording recording = {theta, velocity, STEPS + 1, 0, 0};
    sgdl_run *run = create(&model, &sim);
    sgdl_status status = sgdl_run_advance(run, &ctx, STEPS, &recording);
    CHECK_INT(status, failures[f] == SGDL_OK ? SGDL_NOT_FINITE : failures[f]);
    CHECK_INT(recording.done, at);
    CHECK_INT(sgdl_run_step(run), at - 1);
    if (failures[f] == SGDL_INTERRUPTED) {
      CHECK_TEXT(ctx.message, "simulation interrupted after 11 of 30 steps");
      CHECK_STATUS(sgdl_run_advance(run, &ctx, STEPS, &recording), SGDL_OK);
      CHECK_INT(recording.done, STEPS + 1);
      CHECK(memcmp(theta, good.theta, sizeof theta) == 0);
    } else {
      CHECK_TEXT(ctx.message, failures[f] == SGDL_OK ? "path 2, step 12: `gradient[5]` = NaN"
                                                     : "path 2, step 12: the objective failed on purpose");
      int same = 1;
      for (ptrdiff_t column = 0; column < D * PATHS; column++)
        for (ptrdiff_t r = 0; r < at; r++)
          same = same && theta[r + column * (STEPS + 1)] == good.theta[r + column * (STEPS + 1)];
      CHECK(same);
      CHECK_STATUS(sgdl_run_advance(run, &ctx, STEPS, &recording), SGDL_BAD_ARGUMENT);
      CHECK_TEXT(ctx.message, "this run failed after step 11: it cannot go on");
    }
    sgdl_run_free(run);
    release(&good);
  }
}

/* ---- the optimiser on a quadratic model ---- */

/* torch.optim.SGD with gradient kappa x - xi, xi drawn from the same normals. */
static void torch_mode(const sgdl_model *model, const sgdl_simulation *sim, int i, ptrdiff_t path, double *x_out,
                       double *v_out)
{
  double x = sim->theta0[i], buffer = sim->v0 ? -sim->v0[i] : 0.0;
  int has_buffer = sim->v0 != NULL;
  for (ptrdiff_t k = 0; k < sim->steps; k++) {
    sgdl_model now = *model;
    sgdl_noise scheme;
    double z;
    if (sim->lr) now.hyper.lr = sim->lr[k];
    if (sim->momentum) now.hyper.momentum = sim->momentum[k];
    if (sim->batch_size) now.hyper.batch_size = sim->batch_size[k];
    sgdl_noise_scheme(&now, &scheme);
    sgdl_normals(sim->seed, SGDL_STREAM_NOISE, (uint64_t)path, (uint64_t)k, i, 1, &z);
    double beta = now.hyper.momentum;
    double g = (model->rho[i] + model->hyper.weight_decay) * x - sqrt(scheme.scale * model->noise[i]) * z;
    buffer = has_buffer && beta != 0.0 ? beta * buffer + (1.0 - sim->dampening) * g : g;
    has_buffer = 1;
    x -= now.hyper.lr * (sim->nesterov ? g + beta * buffer : buffer);
    x_out[k + 1] = x;
    v_out[k + 1] = -buffer;
  }
}

static void gaussian_sgd_is_torch_with_drawn_noise(void)
{
  double lr[STEPS], momentum[STEPS], batch_size[STEPS], theta0[D] = {1, -1, 2, 0.5, 3}, v0[D] = {0.1, 1, 0, 0, -1};
  for (int k = 0; k < STEPS; k++) {
    lr[k] = 0.1 / (1 + k / 7);
    momentum[k] = k % 5 == 4 ? 0.0 : 0.7;
    batch_size[k] = 1 + k / 2;
  }
  for (int option = 0; option < 48; option++) {
    int kind = option % 3, given = option / 3 % 2, schedule = option / 6 % 2, modes = option / 12 % 2, sampling = option / 24;
    if (schedule && kind == 1) continue; /* the schedule has steps without momentum */
    sgdl_model model = problem_model(&data, SGDL_SGD, (sgdl_sampling)sampling, 0);
    model.vectors = NULL;
    model.minimiser = NULL;
    sgdl_simulation sim = {.method = SGDL_GAUSSIAN_SGD, .steps = STEPS, .n_paths = PATHS, .seed = 6,
                           .record_every = 1, .theta0 = theta0, .v0 = given ? v0 : NULL, .nesterov = kind == 1,
                           .dampening = kind == 2 ? 0.4 : 0.0, .record_modes = modes,
                           .lr = schedule ? lr : NULL, .momentum = schedule ? momentum : NULL,
                           .batch_size = schedule ? batch_size : NULL};
    output o = simulate(&ctx, &model, &sim);
    CHECK_STATUS(o.status, SGDL_OK);
    double worst = 0.0;
    for (ptrdiff_t path = 0; path < PATHS; path++)
      for (int i = 0; i < D; i++) {
        double x[STEPS + 1], v[STEPS + 1];
        torch_mode(&model, &sim, i, path, x, v);
        for (ptrdiff_t k = 1; k <= STEPS; k++) {
          worst = fmax(worst, fabs(x[k] - o.theta[k + (i + path * D) * o.records]));
          worst = fmax(worst, fabs(v[k] - o.velocity[k + (i + path * D) * o.records]));
        }
      }
    CHECK(worst < 1e-13);
    release(&o);
  }
}

/* A schedule that says what the model says gives the same bits; one that changes once gives those of two runs, one
 * after the other, each with the hyperparameters of its part. */
static void schedules_are_runs_in_parts(void)
{
  const ptrdiff_t change = 13;
  double lr[STEPS], momentum[STEPS], batch_size[STEPS];
  for (int full = 0; full < 2; full++)
    for (int modes = 0; modes < 2; modes++)
      for (int method = SGDL_EXACT; method <= SGDL_GAUSSIAN_SGD; method++)
        for (int changes = 0; changes < 2; changes++) {
          sgdl_model model = problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_WITHOUT, full);
          sgdl_model later = model;
          if (changes) later.hyper.lr = 0.05, later.hyper.momentum = 0.6;
          if (changes && method == SGDL_EXACT) later.hyper.batch_size = 9;
          for (int k = 0; k < STEPS; k++) {
            lr[k] = (k < change ? model : later).hyper.lr;
            momentum[k] = (k < change ? model : later).hyper.momentum;
            batch_size[k] = (k < change ? model : later).hyper.batch_size;
          }
          sgdl_simulation parts = {.method = (sgdl_method)method, .steps = STEPS, .n_paths = PATHS, .seed = 6,
                                   .record_every = 1, .record_modes = modes};
          sgdl_simulation sim = parts;
          sim.lr = lr, sim.momentum = momentum, sim.batch_size = batch_size;
          output o = simulate(&ctx, &model, &sim);
          static double theta[(STEPS + 1) * D * PATHS], velocity[(STEPS + 1) * D * PATHS];
          sgdl_recording recording = {theta, velocity, STEPS + 1, 0, 0};
          sgdl_run *first = create(&model, &parts), *second = create(&later, &parts);
          ptrdiff_t n;
          CHECK_STATUS(sgdl_run_advance(first, &ctx, change, &recording), SGDL_OK);
          const double *state = sgdl_run_state(first, &n);
          CHECK_STATUS(sgdl_run_restore(second, &ctx, n, state), SGDL_OK);
          CHECK_STATUS(sgdl_run_advance(second, &ctx, STEPS, &recording), SGDL_OK);
          CHECK(memcmp(theta, o.theta, sizeof theta) == 0);
          CHECK(memcmp(velocity, o.velocity, sizeof theta) == 0);
          sgdl_run_free(first);
          sgdl_run_free(second);
          release(&o);
        }
}

/* ---- very many modes ---- */

/* Maps of more modes than are kept are worked out band by band: without noise paths follow the exact maps, and
 * with noise the sum over modes of squares over their variance is what it should be. False alarms: 6 sd. */
static void many_modes_follow_the_same_law(void)
{
  const ptrdiff_t d = getenv("SGDL_TEST_SHORT") ? 300 : (1 << 20) + 300, steps = 10;
  double *rho = malloc(4 * (size_t)d * sizeof *rho), *noise = rho + d, *start = noise + d, *theta = start + d;
  for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++)
    for (int noisy = 0; noisy < 2; noisy++) {
      for (ptrdiff_t i = 0; i < d; i++) {
        rho[i] = 20.0 * pow(1.0 + (double)i, -0.7);
        noise[i] = noisy ? 1.0 + (double)(i % 3) : 0.0;
        start[i] = noisy ? 0.0 : 1.0;
      }
      sgdl_model model = {.dim = d, .hyper = {0.1, 0.9, 0.0, 4}, .dynamics = (sgdl_dynamics)dynamics, .rho = rho,
                          .noise = noise, .sigma2 = -1.0};
      const double last[] = {(double)steps};
      sgdl_simulation sim = {.method = (sgdl_method)dynamics, .steps = steps, .n_paths = 1, .seed = 20261123,
                             .record_steps = last, .n_record = 1, .theta0 = start, .record_modes = 1};
      ptrdiff_t done;
      CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, NULL, &done), SGDL_OK);
      CHECK_INT(done, 1);
      sgdl_noise scheme;
      sgdl_noise_scheme(&model, &scheme);
      double worst = 0.0, sum = 0.0;
      for (ptrdiff_t i = 0; i < d; i++) {
        double E[4], c[4];
        if (!noisy) {
          sgdl_mode_map(model.dynamics, &model.hyper, rho[i], (double)steps, E);
          worst = fmax(worst, fabs(theta[i] - E[0]));
        } else if (i % 16 == 5) {
          sgdl_noise_pair_from_point(&scheme, model.dynamics, &model.hyper, rho[i], rho[i], (double)steps, c);
          sum += theta[i] * theta[i] / (noise[i] * c[0]);
        }
      }
      double n = floor((double)(d + 10) / 16.0);
      if (noisy)
        CHECK_NEAR(sum, n, 6.0 * sqrt(2.0 * n));
      else
        CHECK(worst < 1e-13);
    }
  free(rho);
}

int main(void)
{
  sgdl_context_init(&ctx);
  problem_init(&data);
  bits_do_not_depend_on_pieces();
  strange_states_are_refused();
  failing_objectives_keep_what_is_done();
  gaussian_sgd_is_torch_with_drawn_noise();
  schedules_are_runs_in_parts();
  many_modes_follow_the_same_law();
  return check_report();
}
