/* Runs on disk: segments read as one are the run in memory, bit for bit, whatever stopped it on the way; other
 * runs, other files, full disks and damaged checkpoints are refused. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "disk.h"
#include "paths.h"

static sgdl_context ctx;
static problem data;

#ifdef SGDL_HAVE_HDF5

#include <hdf5.h>

enum { STEPS = 500, PATHS = 3 };

static char root[64];
static char folder[128];

/* n steps or tries, fewer under valgrind. */
static ptrdiff_t steps_of(ptrdiff_t n, ptrdiff_t fewer)
{
  return getenv("SGDL_TEST_SHORT") ? fewer : n;
}

/* A name in the root folder; what was there before is gone. */
static void fresh_folder(const char *name)
{
  snprintf(folder, sizeof folder, "%s/%s", root, name);
  disk_remove(folder);
}

static sgdl_simulation simulation(sgdl_method method)
{
  return (sgdl_simulation){ .method = method, .steps = STEPS, .n_paths = PATHS, .seed = 5, .record_every = 1,
                            .X = data.X, .y = data.y };
}

static sgdl_model model_for(sgdl_method method)
{
  return problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD,
                       method == SGDL_EXACT ? SGDL_REPLACEMENT : SGDL_EPOCH, 1);
}

static sgdl_status to_disk(const sgdl_model *model, const sgdl_simulation *sim, sgdl_disk disk, ptrdiff_t *step)
{
  disk.folder = folder;
  return sgdl_simulate_to_disk(&ctx, model, sim, &disk, step, NULL);
}

/* ---- what is read is what was simulated ---- */

static void segments_are_the_run(void)
{
  const ptrdiff_t segments[] = { 0, 1, 7, 501, 1000 }, checkpoints[] = { 0, 1, 64, 1000 };
  ptrdiff_t step;
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++)
    for (int s = 0; s < 5; s++) {
      sgdl_model model = model_for((sgdl_method)method);
      sgdl_simulation sim = simulation((sgdl_method)method);
      sgdl_disk disk = { .segment_records = segments[s], .checkpoint_every = checkpoints[(s + method) % 4],
                         .velocity = s % 2 == 0 };
      sim.record_every = disk.checkpoint_every == 1 || segments[s] == 1 ? 25 : 1 + s;
      if (segments[s] != STEPS + 1 || disk.checkpoint_every == 1) sim.steps = steps_of(STEPS, 75);
      fresh_folder("whole");
      CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
      CHECK_INT(step, sim.steps);
      CHECK(disk_equals_memory(&ctx, folder, &model, &sim, disk.velocity));
    }
}

static void chosen_steps_and_coordinates(void)
{
  const double steps[] = { 3, 4, 10, 100, 101, 350 }, directions[2 * D] = { 1, 1, 0, 0, 0, 0, 0, 1, -1, 2 };
  const ptrdiff_t coordinates[] = { 4, 0, 2 };
  ptrdiff_t step;
  sgdl_model model = model_for(SGDL_GAUSSIAN_SGD);
  sgdl_simulation sim = simulation(SGDL_GAUSSIAN_SGD);
  sim.record_steps = steps;
  sim.n_record = 6;
  sim.coordinates = coordinates;
  sim.n_observed = 3;
  fresh_folder("chosen");
  sgdl_disk disk = { .segment_records = 4, .checkpoint_every = steps_of(2, 6), .velocity = 1 };
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 1));
  sim.coordinates = NULL;
  sim.directions = directions;
  sim.n_observed = 2;
  fresh_folder("chosen");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .segment_records = 4 }, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 0));
}

static void slabs_across_segments(void)
{
  ptrdiff_t step;
  double whole[(STEPS + 1) * D], slab[60 * D];
  sgdl_trajectory_info info;
  sgdl_model model = model_for(SGDL_EXACT);
  sgdl_simulation sim = simulation(SGDL_EXACT);
  fresh_folder("slabs");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .segment_records = 25 }, &step), SGDL_OK);
  CHECK_STATUS(sgdl_segments_info_read(&ctx, folder, &info), SGDL_OK);
  CHECK(info.frames == STEPS + 1 && info.dim == D && info.n_paths == PATHS && !info.has_velocity);
  CHECK(info.lr == 0.1 && info.batch_size == 3 && info.epoch_sampling == 0);
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", 1, 0, STEPS + 1, D, whole), SGDL_OK);
  int same = 1;
  for (ptrdiff_t first = 0; first + 60 <= STEPS + 1; first += 11) {
    CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", 1, first, 60, D, slab), SGDL_OK);
    for (int c = 0; c < D; c++)
      for (int i = 0; i < 60; i++) same &= slab[i + 60 * c] == whole[first + i + (STEPS + 1) * c];
  }
  CHECK(same);
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", 0, 450, 60, D, slab), SGDL_IO);
  CHECK_TEXT(ctx.message, "has 501 frames: asked for 60 after the first 450");
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", PATHS, 0, 60, D, slab), SGDL_IO);
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "velocity", 0, 0, 60, D, slab), SGDL_IO);
  CHECK_TEXT(ctx.message, "segment-000001.h5\": expected a dataset \"velocity\"");
  remove(disk_file(folder, "segment-000002.h5"));
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", 0, 0, 60, D, slab), SGDL_IO);
  CHECK_TEXT(ctx.message, "segment-000002.h5\": cannot be opened");
  CHECK_STATUS(sgdl_segments_read(&ctx, folder, "theta", 0, 100, 60, D, slab), SGDL_OK);
}

/* ---- stopping and going on ---- */

/* Stops at the first look from a fraction of the run on. Looks are not left to the clock, so that runs stop at the
 * same places on any machine. */
typedef struct stopper {
  double from, fraction;
} stopper;

static void note_fraction(void *user, double fraction)
{
  stopper *s = user;
  s->fraction = fraction;
}

static int stop_there(void *user)
{
  const stopper *s = user;
  ctx.last_poll_ns = 0;
  return s->fraction >= s->from;
}

static void interrupted_runs_go_on(void)
{
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++) {
    sgdl_model model = model_for((sgdl_method)method);
    sgdl_simulation sim = simulation((sgdl_method)method);
    double mean[2][D * PATHS], variance[2][D * PATHS];
    sgdl_summaries summaries[2] = { { .mean = mean[0], .variance = variance[0] },
                                    { .mean = mean[1], .variance = variance[1] } };
    sgdl_disk disk = { .folder = folder, .segment_records = steps_of(3000, 375), .velocity = 1, .resume = 1 };
    ptrdiff_t step = 0, before = -1;
    int stops = 0, named = 1;
    char of_steps[40];
    sgdl_status status = SGDL_INTERRUPTED;
    sim.steps = steps_of(60000, 7500);
    snprintf(of_steps, sizeof of_steps, "of %td steps", sim.steps);
    sim.record_every = 7;
    sim.summaries = SGDL_MOMENTS;
    fresh_folder("stopped");
    for (; status == SGDL_INTERRUPTED && step >= before; stops++) {
      stopper stopper = { 0.25 * stops, 0.0 };
      before = step;
      sgdl_context_init(&ctx);
      ctx.progress = note_fraction;
      ctx.should_stop = stop_there;
      ctx.user = &stopper;
      status = sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, &summaries[0]);
      named &= status != SGDL_INTERRUPTED || strstr(ctx.message, of_steps) != NULL;
    }
    sgdl_context_init(&ctx);
    CHECK_STATUS(status, SGDL_OK);
    CHECK(named);
    CHECK_INT(stops, 5); /* stopped before the first step and past each quarter, then at the end */
    CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 1));
    fresh_folder("stopped");
    CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, &summaries[1]), SGDL_OK);
    CHECK(summaries[0].count == summaries[1].count);
    CHECK(memcmp(mean[0], mean[1], sizeof mean[0]) == 0 && memcmp(variance[0], variance[1], sizeof variance[0]) == 0);
  }
}

static void finished_runs_are_extended(void)
{
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++) {
    if (method == SGDL_GAUSSIAN_SGD && steps_of(1, 0) == 0) continue;
    sgdl_model model = model_for((sgdl_method)method);
    sgdl_simulation sim = simulation((sgdl_method)method);
    double lr[STEPS + 1];
    sgdl_disk disk = { .segment_records = 33, .velocity = 1, .resume = 1 };
    ptrdiff_t step, ends[] = { 1, 31, 32, 33, 200, 200, STEPS };
    for (int i = 0; i < STEPS; i++) lr[i] = 0.1 / (1 + 0.01 * i);
    if (method != SGDL_EXACT) sim.lr = lr;
    fresh_folder("extended");
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
      sim.steps = ends[e];
      sim.record_every = 1;
      CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
      CHECK_INT(step, ends[e]);
      CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 1));
    }
    sim.steps = 100;
    CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_BAD_ARGUMENT);
    CHECK_TEXT(ctx.message, "`steps` = 100: the run in `folder` = ");
    CHECK_TEXT(ctx.message, "has done 500 already");
  }
}

/* A gradient that fails at its n-th call. */
static int calls_left;

static sgdl_status failing_gradient(const sgdl_objective *objective, sgdl_context *context, const double *theta,
                                    ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                                    double *gradient)
{
  (void)size, (void)batch, (void)weights, (void)work;
  if (calls_left-- == 0) {
    snprintf(context->message, sizeof context->message, "no gradient today");
    return SGDL_CALLBACK;
  }
  for (ptrdiff_t i = 0; i < objective->dim; i++) gradient[i] = theta[i];
  return SGDL_OK;
}

static void failures_keep_their_rows(void)
{
  double start[D] = { 1, 2, 3, 4, 5 };
  sgdl_objective objective = { .dim = D, .n_examples = EXAMPLES, .gradient = failing_gradient };
  sgdl_model model = { .dim = D, .hyper = { 0.1, 0.5, 0, 3 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                       .n_examples = EXAMPLES, .sigma2 = -1.0 };
  sgdl_simulation sim = { .method = SGDL_MINIBATCH, .steps = 50, .n_paths = 1, .seed = 5, .record_every = 1,
                          .theta0 = start, .objective = &objective };
  sgdl_disk disk = { .segment_records = 20, .velocity = 1, .resume = 1 };
  sgdl_trajectory_info info;
  ptrdiff_t step;
  const int fails[] = { 5, 20, 9 }, frames[] = { 6, 26, 35 };
  fresh_folder("failed");
  for (int f = 0; f < 3; f++) { /* each goes on from the step that failed */
    calls_left = fails[f];
    CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_CALLBACK);
    CHECK_TEXT(ctx.message, "no gradient today");
    CHECK_STATUS(sgdl_segments_info_read(&ctx, folder, &info), SGDL_OK);
    CHECK_INT(info.frames, frames[f]);
  }
  calls_left = -1;
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 1));
}

/* A saddle runs away: the rows before are read, and going on comes to the same end. */
static void diverging_runs_keep_their_rows(void)
{
  double saddle[D] = { 3.0, 1.0, 0.4, 0.05, -40.0 }, start[D] = { 0 };
  sgdl_model model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_simulation sim = { .method = SGDL_EXACT, .steps = 5000, .record_every = 1, .n_paths = 3, .seed = 5,
                          .theta0 = start, .record_modes = 1 };
  ptrdiff_t path, at, step, records = sim.steps + 1, done;
  double *theta = malloc((size_t)(records * D * 3) * sizeof *theta);
  model.rho = saddle;
  fresh_folder("diverging");
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, NULL, &done), SGDL_UNSTABLE);
  for (int again = 0; again < 2; again++) {
    CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .segment_records = 100, .resume = 1 }, &step), SGDL_UNSTABLE);
    CHECK_INT(sscanf(ctx.message, "path %td diverged at step %td", &path, &at), 2);
    CHECK_INT(at, done);
    CHECK_INT(disk_rows(&ctx, folder, records, D, 3, theta, NULL), done);
  }
  free(theta);
}

/* Checkpoints by the clock: as many as the run is long, and none of them changes anything. */
static void clock_asks_for_checkpoints(void)
{
  sgdl_model model = model_for(SGDL_MINIBATCH);
  sgdl_simulation sim = simulation(SGDL_MINIBATCH);
  ptrdiff_t step;
  sim.steps = steps_of(20000, 200);
  fresh_folder("clock");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .checkpoint_seconds = 1e-3 }, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 0));
}

static void summaries_without_rows(void)
{
  sgdl_model model = model_for(SGDL_EXACT);
  sgdl_simulation sim = simulation(SGDL_EXACT);
  double displacement[2][(STEPS + 1) * PATHS];
  sgdl_summaries first = { .displacement = displacement[0] }, second = { .displacement = displacement[1] };
  sgdl_disk disk = { .folder = folder, .summaries_only = 1, .checkpoint_every = 100, .resume = 1 };
  sgdl_trajectory_info info;
  ptrdiff_t step;
  sim.summaries = SGDL_DISPLACEMENT;
  fresh_folder("summaries");
  sim.steps = 250;
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, NULL), SGDL_OK);
  sim.steps = STEPS;
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, &first), SGDL_OK);
  CHECK_STATUS(sgdl_segments_info_read(&ctx, folder, &info), SGDL_IO);
  CHECK_TEXT(ctx.message, "holds no trajectory: its run keeps summaries only");
  fresh_folder("summaries");
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, &second), SGDL_OK);
  CHECK(first.count == STEPS + 1 && memcmp(displacement[0], displacement[1], sizeof displacement[0]) == 0);
  CHECK_INT(access(disk_file(folder, "segment-000001.h5"), F_OK), -1);
}

/* Room for a state, given once a run. */
typedef struct room {
  double *numbers;
  ptrdiff_t n;
  int asked;
} room;

static double *take_room(void *user, ptrdiff_t n)
{
  room *r = user;
  r->asked++;
  return n <= r->n ? r->numbers : NULL;
}

/* The state lies where the caller wants it, also of a run that goes on: in the end it is there after the run. */
static void states_in_room_of_the_caller(void)
{
  enum { ROOM = 20 + 16 * D * PATHS + (STEPS + 1) * PATHS };
  double numbers[ROOM], mean[D * PATHS], variance[D * PATHS];
  sgdl_model model = model_for(SGDL_MINIBATCH);
  sgdl_simulation sim = simulation(SGDL_MINIBATCH);
  sgdl_disk disk = { .folder = folder, .summaries_only = 1, .checkpoint_every = 50, .resume = 1 };
  room given = { numbers, ROOM, 0 };
  sgdl_memory memory = { take_room, &given };
  sgdl_summaries plain = { .mean = mean, .variance = variance };
  const double *there[2];
  sgdl_run *run;
  ptrdiff_t step, n;
  sim.summaries = SGDL_MOMENTS | SGDL_DISPLACEMENT;
  fresh_folder("room");
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, &plain), SGDL_OK);
  fresh_folder("room");
  for (int part = 0; part < 2; part++) {
    sim.steps = part ? STEPS : 130;
    given.asked = 0;
    memset(numbers, 0, sizeof numbers);
    CHECK_STATUS(sgdl_run_to_disk(&ctx, &model, &sim, &disk, &memory, &run), SGDL_OK);
    CHECK_INT(given.asked, 1);
    CHECK_INT(sgdl_run_step(run), sim.steps);
    CHECK(sgdl_run_state(run, &n) == numbers && n <= ROOM);
    sgdl_run_moments(run, &there[0], &there[1]);
    sgdl_run_free(run);
  }
  CHECK(memcmp(there[0], mean, sizeof mean) == 0 && memcmp(there[1], variance, sizeof variance) == 0);

  sim.seed += 1;
  CHECK_STATUS(sgdl_run_to_disk(&ctx, &model, &sim, &disk, &memory, &run), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "holds another run: it differs in `seed`");
  CHECK(run == NULL);
  given.n = 10;
  CHECK_STATUS(sgdl_run_to_disk(&ctx, &model, &sim, &disk, &memory, &run), SGDL_NO_MEMORY);
  CHECK_TEXT(ctx.message, "no memory for the state of the paths");
  CHECK(run == NULL);
}

/* ---- another run ---- */

static void refuse_other(const sgdl_model *model, sgdl_simulation sim, sgdl_disk disk, const char *text)
{
  ptrdiff_t step;
  disk.resume = 1;
  CHECK_STATUS(to_disk(model, &sim, disk, &step), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, text);
}

static void other_runs_are_named(void)
{
  const sgdl_model model = model_for(SGDL_MINIBATCH);
  const sgdl_simulation sim = simulation(SGDL_MINIBATCH);
  const sgdl_disk disk = { .segment_records = 100 };
  double lr[STEPS], shifted[D], X[EXAMPLES * D], steps[] = { 0, 5 };
  ptrdiff_t step, coordinate = 1;
  sgdl_model m = model;
  sgdl_simulation s = sim;
  for (int i = 0; i < STEPS; i++) lr[i] = 0.1;
  memcpy(shifted, data.minimiser, sizeof shifted);
  memcpy(X, data.X, sizeof X);
  shifted[3] = X[7] = 1e-9;
  fresh_folder("other");
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);

  s.seed = 6;
  refuse_other(&model, s, disk, "holds another run: it differs in `seed` (5 there, 6 here)");
  s = sim, s.seed += (uint64_t)1 << 60;
  refuse_other(&model, s, disk, "`seed / 2^53` (0 there, 128 here)");
  s = sim, s.n_paths = 2, s.record_every = 3;
  refuse_other(&model, s, disk, "differs in `nsim` (3 there, 2 here), `record` (1 there, 3 here)");
  s = sim, s.record_steps = steps, s.n_record = 2;
  refuse_other(&model, s, disk, "`record over the steps done`");
  s = sim, s.theta0 = shifted;
  refuse_other(&model, s, disk, "differs in `theta0`");
  s = sim, s.v0 = shifted;
  refuse_other(&model, s, disk, "differs in `v0`");
  s = sim, s.start_stationary = 1;
  refuse_other(&model, s, disk, "differs in `start`");
  s = sim, s.record_modes = 1;
  refuse_other(&model, s, disk, "differs in `coordinates`");
  s = sim, s.coordinates = &coordinate, s.n_observed = 1;
  refuse_other(&model, s, disk, "differs in `observe`");
  s = sim, s.summaries = SGDL_MOMENTS;
  refuse_other(&model, s, disk, "differs in `summaries`");
  s = sim, s.dampening = 0.5;
  refuse_other(&model, s, disk, "differs in `dampening` (0 there, 0.5 here)");
  s = sim, s.nesterov = 1;
  refuse_other(&model, s, disk, "differs in `nesterov` (0 there, 1 here)");
  s = sim, s.lr = lr;
  refuse_other(&model, s, disk, "differs in `lr over the steps done`");
  s = sim, s.X = X;
  refuse_other(&model, s, disk, "differs in `X`");
  s = sim, s.method = SGDL_GAUSSIAN_SGD;
  refuse_other(&model, s, disk, "differs in `method`");
  m.hyper.lr = 0.05;
  refuse_other(&m, sim, disk, "differs in `lr` (0.1 there, 0.05 here)");
  m = model, m.sampling = SGDL_WITHOUT;
  refuse_other(&m, sim, disk, "differs in `sampling`");
  m = model, m.minimiser = shifted;
  refuse_other(&m, sim, disk, "differs in `minimiser of the model`");
  m = model, m.noise = data.diagonal_noise, m.noise_is_full = 0;
  refuse_other(&m, sim, disk, "differs in `noise of the model`");
  refuse_other(&model, sim, (sgdl_disk){ .segment_records = 100, .velocity = 1 }, "`velocity or trajectory`");
  refuse_other(&model, sim, (sgdl_disk){ .segment_records = 50 },
               "`segment` = 50: the run in `folder` = \"");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step), SGDL_OK);
}

static void objectives_are_told_apart(void)
{
  sgdl_dataset set = { .N = EXAMPLES, .p = D, .X = data.X, .y = data.y };
  double y[EXAMPLES], start[D] = { 0 };
  sgdl_objective first, second;
  sgdl_model model = { .dim = D, .hyper = { 0.1, 0.5, 0, 3 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                       .n_examples = EXAMPLES, .sigma2 = -1.0 };
  sgdl_simulation sim = { .method = SGDL_MINIBATCH, .steps = 50, .n_paths = 2, .seed = 5, .record_every = 1,
                          .theta0 = start, .objective = &first };
  ptrdiff_t step;
  memcpy(y, data.y, sizeof y);
  y[3] += 1e-6;
  CHECK_STATUS(sgdl_objective_create(&ctx, SGDL_LINEAR, &set, 0, &first), SGDL_OK);
  set.y = y;
  CHECK_STATUS(sgdl_objective_create(&ctx, SGDL_LINEAR, &set, 0, &second), SGDL_OK);
  fresh_folder("objective");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ 0 }, &step), SGDL_OK);
  sim.steps = 80;
  sim.objective = &second;
  refuse_other(&model, sim, (sgdl_disk){ 0 }, "differs in `gradient of the objective`");
  sim.objective = &first;
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 0));
  sgdl_objective_free(&first);
  sgdl_objective_free(&second);
}

/* ---- folders and files ---- */

static void refuse_folder(const char *name, sgdl_disk disk, sgdl_status expected, const char *text)
{
  sgdl_model model = model_for(SGDL_EXACT);
  sgdl_simulation sim = simulation(SGDL_EXACT);
  ptrdiff_t step = -1;
  disk.folder = name;
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, NULL), expected);
  CHECK_TEXT(ctx.message, text);
  CHECK_INT(step, 0);
}

static void bad_folders_are_refused(void)
{
  sgdl_trajectory_info info;
  char name[5000];
  memset(name, 'a', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  refuse_folder(name, (sgdl_disk){ 0 }, SGDL_BAD_ARGUMENT, "`folder` has 4999 characters: expected fewer than 4064");
  refuse_folder("", (sgdl_disk){ 0 }, SGDL_BAD_ARGUMENT, "`folder` = \"\": expected a name");
  refuse_folder("/no/such/place", (sgdl_disk){ 0 }, SGDL_IO, "\"/no/such/place\" cannot be made: No such file");
  refuse_folder("/dev/null", (sgdl_disk){ 0 }, SGDL_IO, "`folder` = \"/dev/null\" is not a folder");
  refuse_folder(root, (sgdl_disk){ .segment_records = -1 }, SGDL_BAD_ARGUMENT, "`segment` = -1: expected");
  refuse_folder(root, (sgdl_disk){ .checkpoint_every = -2 }, SGDL_BAD_ARGUMENT, "`checkpoint` = -2: expected");
  refuse_folder(root, (sgdl_disk){ .checkpoint_seconds = -1 }, SGDL_BAD_ARGUMENT,
                "`checkpoint_seconds` = -1: expected a number of seconds > 0");
  refuse_folder(root, (sgdl_disk){ .checkpoint_seconds = NAN }, SGDL_BAD_ARGUMENT, "`checkpoint_seconds` = nan");
  if (geteuid() != 0) { /* root may write everywhere */
    fresh_folder("closed");
    mkdir(folder, 0500);
    refuse_folder(folder, (sgdl_disk){ 0 }, SGDL_IO, "cannot be written to");
  }
  fresh_folder("nothing");
  CHECK_STATUS(sgdl_segments_info_read(&ctx, folder, &info), SGDL_IO);
  CHECK_TEXT(ctx.message, "holds no run: there is no \"checkpoint.h5\"");
}

static void write_text(const char *file)
{
  FILE *f = fopen(file, "w");
  fputs("not an HDF5 file\n", f);
  fclose(f);
}

static void other_files_are_left_alone(void)
{
  sgdl_model model = model_for(SGDL_EXACT);
  sgdl_simulation sim = simulation(SGDL_EXACT);
  sgdl_trajectory_info info = { .frames = 1, .dim = 1, .n_paths = 1 };
  double one = 1.0;
  ptrdiff_t step;
  fresh_folder("files");
  mkdir(folder, 0777);
  write_text(disk_file(folder, "run.rds"));
  write_text(disk_file(folder, "segment-first.h5"));
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ 0 }, &step), SGDL_OK);
  CHECK_INT(access(disk_file(folder, "run.rds"), F_OK), 0);
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ 0 }, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "holds a run already (\"");
  remove(disk_file(folder, "checkpoint.h5"));
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "holds a run already (\"segment-000001.h5\")");

  write_text(disk_file(folder, "checkpoint.h5"));
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "checkpoint.h5\": expected an HDF5 file");
  CHECK_STATUS(sgdl_trajectory_write(&ctx, disk_file(folder, "checkpoint.h5"), &info, NULL, &one, NULL), SGDL_OK);
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "checkpoint.h5\": not a checkpoint of a simulation");
}

static void damaged_checkpoints_are_refused(void)
{
  sgdl_model model = model_for(SGDL_MINIBATCH);
  sgdl_simulation sim = simulation(SGDL_MINIBATCH);
  ptrdiff_t step;
  int refused = 1;
  unsigned char bytes[1 << 15];
  uint32_t random[4];
  fresh_folder("damaged");
  CHECK_STATUS(to_disk(&model, &sim, (sgdl_disk){ 0 }, &step), SGDL_OK);
  const char *file = disk_file(folder, "checkpoint.h5");
  FILE *f = fopen(file, "rb");
  size_t size = fread(bytes, 1, sizeof bytes, f);
  fclose(f);
  CHECK(size > 1000 && size < sizeof bytes);
  for (int i = 0; i < steps_of(200, 60); i++) { /* half of them cut, half with one byte changed */
    sgdl_philox(7, SGDL_STREAM_NOISE, 0, (uint64_t)i, 0, random);
    size_t at = random[0] % size, kept = i % 2 ? size : at;
    f = fopen(file, "wb");
    bytes[at] ^= 0x5a;
    fwrite(bytes, 1, kept, f);
    bytes[at] ^= 0x5a;
    fclose(f);
    sim.steps = STEPS;
    sgdl_status status = to_disk(&model, &sim, (sgdl_disk){ .resume = 1 }, &step);
    refused &= status == SGDL_IO || (i % 2 && status == SGDL_OK && disk_equals_memory(&ctx, folder, &model, &sim, 0));
  }
  CHECK(refused);
}

/* Files may not grow past 200 kB for a while: what was there stays, and with room again the run goes on. */
static void full_disks_are_reported(void)
{
  sgdl_model model = model_for(SGDL_EXACT);
  sgdl_simulation sim = simulation(SGDL_EXACT);
  sgdl_disk disk = { .segment_records = 4000, .resume = 1 };
  struct rlimit limit, small;
  ptrdiff_t step;
  sim.steps = 1000;
  fresh_folder("full");
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
  sim.steps = steps_of(10000, 5000);
  getrlimit(RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 200000;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "segment-000001.h5\": writing failed; is the disk full?");
  setrlimit(RLIMIT_FSIZE, &limit);
  signal(SIGXFSZ, SIG_DFL);
  CHECK_INT(access(disk_file(folder, "segment-000001.h5.partial"), F_OK), -1);
  sim.steps = 1000;
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 0));
  sim.steps = steps_of(10000, 5000);
  CHECK_STATUS(to_disk(&model, &sim, disk, &step), SGDL_OK);
  CHECK(disk_equals_memory(&ctx, folder, &model, &sim, 0));
}

/* For AddressSanitizer: libhdf5 leaks some of its own where a file is damaged. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
  return "allocator_may_return_null=1";
}
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
  return "leak:libhdf5";
}

static void test_all(void)
{
  H5dont_atexit(); /* damaged files may leave libhdf5 unable to close itself */
  CHECK_INT(disk_make(root), 0);
  problem_init(&data);
  segments_are_the_run();
  chosen_steps_and_coordinates();
  slabs_across_segments();
  interrupted_runs_go_on();
  finished_runs_are_extended();
  failures_keep_their_rows();
  diverging_runs_keep_their_rows();
  clock_asks_for_checkpoints();
  summaries_without_rows();
  states_in_room_of_the_caller();
  other_runs_are_named();
  objectives_are_told_apart();
  bad_folders_are_refused();
  other_files_are_left_alone();
  CHECK_INT((long long)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
  full_disks_are_reported(); /* libhdf5 1.10 cannot close a file that it may not make long enough */
  damaged_checkpoints_are_refused();
  disk_remove_tree(root);
}

#else

static void test_all(void)
{
  sgdl_model model = { 0 };
  sgdl_simulation sim = { 0 };
  sgdl_disk disk = { .folder = "runs" };
  sgdl_trajectory_info info;
  ptrdiff_t step;
  (void)data;
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &model, &sim, &disk, &step, NULL), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx.message, "libhdf5-dev");
  CHECK_STATUS(sgdl_segments_info_read(&ctx, "runs", &info), SGDL_UNSUPPORTED);
  CHECK_STATUS(sgdl_segments_read(&ctx, "runs", "theta", 0, 0, 1, 1, NULL), SGDL_UNSUPPORTED);
}

#endif

int main(void)
{
  sgdl_context_init(&ctx);
  test_all();
  return check_report();
}
