/* What is recorded: chosen steps, coordinates and directions against a run that records everything, and what is
 * refused. */
#include <stdlib.h>

#include "check.h"
#include "paths.h"

static sgdl_context ctx;
static problem data;

enum { STEPS = 60, PATHS = 3, SOME = 4 };

static sgdl_simulation simulation(int method, int modes)
{
  return (sgdl_simulation){.method = (sgdl_method)method, .steps = STEPS, .n_paths = PATHS, .seed = 12,
                           .record_every = 1, .record_modes = modes, .X = data.X, .y = data.y};
}

static sgdl_model model_of(int method, int full)
{
  return problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT, full);
}

/* Steps, coordinates (also with summaries) and a window of rows: the bits of the whole. */
static void choices_are_parts_of_the_whole(int method, int full, int modes, int summaries)
{
  const double record_steps[] = {0, 1, 2, 9, 10, 33, 60};
  const ptrdiff_t rows = 7, coordinates[SOME] = {3, 0, 4, 3};
  sgdl_model model = model_of(method, full);
  sgdl_simulation sim = simulation(method, modes);
  output whole = simulate(&ctx, &model, &sim);
  sim.record_steps = record_steps;
  sim.n_record = rows;
  sim.coordinates = coordinates;
  sim.n_observed = SOME;
  sim.summaries = summaries ? SGDL_MOMENTS | SGDL_DISPLACEMENT : 0;
  CHECK_INT(sgdl_simulation_records(&sim), rows);
  CHECK_INT(sgdl_simulation_record_step(&sim, 3), 9);
  CHECK_INT(sgdl_simulation_width(&model, &sim), SOME);
  double theta[7 * SOME * PATHS], velocity[7 * SOME * PATHS], window[2 * SOME * PATHS];
  ptrdiff_t done;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, velocity, &done), SGDL_OK);
  CHECK_INT(done, rows);
  sgdl_run *run;
  sgdl_recording recording = {window, NULL, 2, 2, 0};
  CHECK_STATUS(sgdl_run_create(&ctx, &model, &sim, &run), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, STEPS, &recording), SGDL_OK);
  CHECK_INT(recording.done, rows);
  sgdl_run_free(run);
  int same = 1;
  for (int p = 0; p < PATHS; p++)
    for (int q = 0; q < SOME; q++)
      for (int r = 0; r < rows; r++) {
        ptrdiff_t at = (ptrdiff_t)record_steps[r] + (coordinates[q] + p * D) * whole.records;
        same = same && theta[r + rows * (q + SOME * p)] == whole.theta[at];
        same = same && velocity[r + rows * (q + SOME * p)] == whole.velocity[at];
        if (r == 2 || r == 3) same = same && window[r - 2 + 2 * (q + SOME * p)] == whole.theta[at];
      }
  CHECK(same);
  release(&whole);
}

/* Directions: products with the recorded state; bits free of threads and of summaries. */
static void directions_are_products(int method, int full, int modes)
{
  double directions[2 * D], again[(STEPS + 1) * 2 * PATHS], theta[(STEPS + 1) * 2 * PATHS],
      velocity[(STEPS + 1) * 2 * PATHS];
  sgdl_model model = model_of(method, full);
  sgdl_simulation sim = simulation(method, modes);
  output whole = simulate(&ctx, &model, &sim);
  ptrdiff_t done, R = STEPS + 1;
  sgdl_normals(5, 0, 0, 0, 0, 2 * D, directions);
  sim.directions = directions;
  sim.n_observed = 2;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, velocity, &done), SGDL_OK);
  sim.summaries = SGDL_MOMENTS;
  ctx.threads = 2;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, again, NULL, &done), SGDL_OK);
  ctx.threads = 0;
  CHECK(memcmp(theta, again, sizeof theta) == 0);
  double worst = 0.0;
  for (int p = 0; p < PATHS; p++)
    for (int q = 0; q < 2; q++)
      for (ptrdiff_t r = 0; r < R; r++) {
        double x = 0.0, v = 0.0;
        for (int i = 0; i < D; i++) {
          x += directions[i + q * D] * whole.theta[r + R * (i + D * p)];
          v += directions[i + q * D] * whole.velocity[r + R * (i + D * p)];
        }
        worst = fmax(worst, fabs(theta[r + R * (q + 2 * p)] - x) + fabs(velocity[r + R * (q + 2 * p)] - v));
      }
  CHECK(worst < 1e-13);
  release(&whole);
}

/* Velocities alone, and nothing at all. */
static void arrays_are_optional(void)
{
  sgdl_model model = model_of(SGDL_EXACT, 0);
  sgdl_simulation sim = simulation(SGDL_EXACT, 1);
  double velocity[(STEPS + 1) * D * PATHS];
  ptrdiff_t done;
  output whole = simulate(&ctx, &model, &sim);
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, NULL, velocity, &done), SGDL_OK);
  CHECK(memcmp(velocity, whole.velocity, sizeof velocity) == 0);
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, NULL, NULL, &done), SGDL_OK);
  CHECK_INT(done, STEPS + 1);
  release(&whole);
}

/* ---- what is refused ---- */

static void refuse(const sgdl_model *model, const sgdl_simulation *sim, sgdl_status status, const char *text)
{
  sgdl_run *run;
  CHECK_STATUS(sgdl_run_create(&ctx, model, sim, &run), status);
  CHECK(run == NULL);
  CHECK_TEXT(ctx.message, text);
}

static void nonsense_is_refused(void)
{
  const double backwards[] = {0, 5, 5}, broken[] = {0, 2.5}, late[] = {0, 61}, schedule[STEPS] = {0.1, -1.0},
               large[STEPS] = {1, 2, 18}, lags[] = {3, 2}, long_lag[] = {61}, still[STEPS] = {0.9, 0.0};
  double directions[2 * D] = {1.0};
  const ptrdiff_t outside[] = {0, D};
  sgdl_model langevin = model_of(SGDL_EXACT, 0), sgd = model_of(SGDL_GAUSSIAN_SGD, 0);
  sgdl_simulation good = simulation(SGDL_EXACT, 0), discrete = simulation(SGDL_GAUSSIAN_SGD, 0), bad;

  bad = good, bad.record_steps = backwards, bad.n_record = 3;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`record[3]` = 5: expected more than the 5 before it");
  bad = good, bad.record_steps = broken, bad.n_record = 2;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`record[2]` = 2.5: expected a step, an integer from 0 to 60");
  bad = good, bad.record_steps = late, bad.n_record = 2;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`record[2]` = 61: expected a step");
  bad = good, bad.record_steps = late, bad.n_record = 0;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`record` has 0 steps");
  bad = good, bad.coordinates = outside, bad.n_observed = 2;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`observe[2]` = 6: expected a coordinate from 1 to 5");
  bad = good, bad.coordinates = outside;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`observe` has 0 columns");
  bad = good, bad.directions = directions, bad.n_observed = 2;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`observe[, 2]` = 0: expected a direction that is not zero");
  directions[D + 1] = NAN;
  refuse(&langevin, &bad, SGDL_NOT_FINITE, "`observe[2, 2]` = NaN");
  bad = good, bad.summaries = 16;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`summaries` = 16");
  bad = good, bad.summaries = SGDL_ONLINE_MSD;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`lags` is missing");
  bad.lags = lags, bad.n_lags = 2;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`lags[2]` = 2: expected more than the 3 before it");
  bad.lags = long_lag, bad.n_lags = 1;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`lags[1]` = 61: expected an integer from 1 to 60");
  bad.record_steps = backwards, bad.n_record = 2;
  refuse(&langevin, &bad, SGDL_UNSUPPORTED, "counts lags in records evenly apart");
  bad = good, bad.substeps = -1;
  refuse(&langevin, &bad, SGDL_BAD_ARGUMENT, "`substeps` = -1");
  bad = good, bad.nesterov = 1;
  refuse(&langevin, &bad, SGDL_UNSUPPORTED, "`nesterov`");
  bad = discrete, bad.dampening = 1.0;
  refuse(&sgd, &bad, SGDL_BAD_ARGUMENT, "`dampening` = 1: expected a number in [0, 1)");
  bad.dampening = 0.5, bad.nesterov = 1;
  refuse(&sgd, &bad, SGDL_BAD_ARGUMENT, "`dampening` = 0.5: expected 0 with `nesterov`");
  bad.dampening = 0.0, bad.momentum = still;
  refuse(&sgd, &bad, SGDL_BAD_ARGUMENT, "`momentum` = 0: expected more than 0 with `nesterov`");
  bad.momentum = NULL, bad.start_stationary = 1;
  refuse(&sgd, &bad, SGDL_UNSUPPORTED, "draws from the law of SGD without `nesterov`");
  bad = discrete, bad.lr = schedule;
  refuse(&sgd, &bad, SGDL_BAD_ARGUMENT, "step 2 of the schedule: `lr` = -1");
  bad = discrete, bad.batch_size = large;
  bad.steps = 3;
  refuse(&sgd, &bad, SGDL_BAD_ARGUMENT, "`batch_size[3]` = 18: expected an integer from 1 to the 17 examples");
  sgd.sampling = SGDL_EPOCH;
  refuse(&sgd, &bad, SGDL_UNSUPPORTED, "method = \"minibatch\"");
}

int main(void)
{
  sgdl_context_init(&ctx);
  problem_init(&data);
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++)
    for (int full = 0; full < 2; full++)
      for (int modes = 0; modes < 2; modes++) {
        for (int summaries = 0; summaries < 2; summaries++)
          choices_are_parts_of_the_whole(method, full, modes, summaries);
        directions_are_products(method, full, modes);
      }
  arrays_are_optional();
  nonsense_is_refused();
  return check_report();
}
