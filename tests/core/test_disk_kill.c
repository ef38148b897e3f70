/* Runs on disk that are killed (SIGKILL) at random moments, over and over, and go on: what the folder holds is
 * the run that nobody killed, bit for bit, at every moment, and no checkpoint is ever lost. Forks, which wait for
 * the disk themselves, and programs of their own, which leave that to a thread, take turns. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "disk.h"
#include "paths.h"

#ifdef SGDL_HAVE_HDF5

enum { STEPS = 20000, PATHS = 2, RECORDS = STEPS / 10 + 1, SIZE = RECORDS * D * PATHS };

static sgdl_context ctx;
static problem data;
static char root[64], folder[80];
static const char *program;

typedef struct victim {
  sgdl_model model;
  sgdl_simulation sim;
  sgdl_disk disk;
  double theta[SIZE], velocity[SIZE];                       /* of the run that nobody kills */
  double mean[D * PATHS], displacement[RECORDS * PATHS];
} victim;

/* Under valgrind a checkpoint takes longer than the 0.01 seconds after which the next one is due: a run that does
 * nothing else never ends. */
static int is_slow(void)
{
  return getenv("SGDL_TEST_SHORT") != NULL;
}

static void init(victim *v, sgdl_method method)
{
  ptrdiff_t segment[] = { 700, 64, 5000 }, checkpoint[] = { 0, 500, 1000 };
  sgdl_sampling sampling = method == SGDL_EXACT ? SGDL_REPLACEMENT : SGDL_EPOCH;
  v->model = problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, sampling, 1);
  v->sim = (sgdl_simulation){ .method = method, .steps = STEPS, .n_paths = PATHS, .seed = 11, .record_every = 10,
                              .summaries = SGDL_MOMENTS | SGDL_DISPLACEMENT, .X = data.X, .y = data.y };
  v->disk = (sgdl_disk){ .folder = folder, .segment_records = segment[method], .resume = 1, .velocity = 1,
                         .checkpoint_every = checkpoint[method], .checkpoint_seconds = is_slow() ? 1.0 : 0.01 };
}

static void run_in_memory(victim *v)
{
  sgdl_run *run;
  sgdl_recording recording = { .theta = v->theta, .velocity = v->velocity, .rows = RECORDS };
  sgdl_summaries summaries = { .mean = v->mean, .displacement = v->displacement };
  CHECK_STATUS(sgdl_run_create(&ctx, &v->model, &v->sim, &run), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(run, &ctx, STEPS, &recording), SGDL_OK);
  sgdl_run_summaries(run, &summaries);
  sgdl_run_free(run);
}

/* The parent hears through a pipe when it begins. */
static int go_on(const victim *v, int ready)
{
  ptrdiff_t step;
  if (write(ready, "b", 1) != 1) return 3;
  return sgdl_simulate_to_disk(&ctx, &v->model, &v->sim, &v->disk, &step, NULL) != SGDL_OK;
}

/* A child that goes on with the run and is killed after so many seconds; its exit status, or -1 if it was. */
static int run_for(const victim *v, double seconds, int fork_only)
{
  char method[2] = { (char)('0' + v->sim.method), '\0' }, ready[16], byte;
  struct timespec delay = { (time_t)seconds, (long)(1e9 * (seconds - floor(seconds))) };
  int status, pipes[2];
  CHECK_INT(pipe(pipes), 0);
  snprintf(ready, sizeof ready, "%d", pipes[1]);
  fflush(stdout); /* or the child may print it again */
  pid_t child = fork();
  if (child == 0) {
    if (!fork_only) execl(program, program, folder, method, ready, (char *)NULL);
    _exit(fork_only ? go_on(v, pipes[1]) : 2);
  }
  close(pipes[1]);
  CHECK_INT(read(pipes[0], &byte, 1), 1);
  nanosleep(&delay, NULL);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  close(pipes[0]);
  return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static int has_checkpoint(void)
{
  return access(disk_file(folder, "checkpoint.h5"), F_OK) == 0;
}

/* One run to its end; the number of kills it took. Delays grow, so that a slow machine comes to the end too. */
static int kill_until_done(const victim *v, uint64_t seed)
{
  int kills = 0, ended;
  const double growth = is_slow() ? 1.5 : 1.05;
  double longest = is_slow() ? 0.5 : 0.02, random;
  ptrdiff_t before = 0;
  disk_remove(folder);
  do {
    sgdl_normals(seed, SGDL_STREAM_NOISE, 0, (uint64_t)kills, 0, 1, &random);
    /* A program of its own is not under valgrind, whose arithmetic has bits of its own (long double). */
    ended = run_for(v, longest * (fabs(random) - floor(fabs(random))), is_slow() || kills % 2);
    longest *= growth;
    if (ended == -1) kills++;
    sgdl_trajectory_info info;
    if (!has_checkpoint() || sgdl_segments_info_read(&ctx, folder, &info) != SGDL_OK) {
      CHECK_INT(before, 0); /* not yet, or only the checkpoint of step 0 */
      continue;
    }
    ptrdiff_t rows = disk_rows(&ctx, folder, RECORDS, D, PATHS, v->theta, v->velocity);
    CHECK(rows >= before);
    before = rows;
  } while (ended == -1);
  CHECK_INT(ended, 0);
  CHECK_INT(before, RECORDS);
  return kills;
}

/* The finished run has no steps left: what it gives are its summaries. */
static void compare_summaries(const victim *v)
{
  static double mean[D * PATHS], displacement[RECORDS * PATHS];
  sgdl_summaries summaries = { .mean = mean, .displacement = displacement };
  ptrdiff_t step;
  CHECK_STATUS(sgdl_simulate_to_disk(&ctx, &v->model, &v->sim, &v->disk, &step, &summaries), SGDL_OK);
  CHECK_INT(step, STEPS);
  CHECK_INT(summaries.count, RECORDS);
  CHECK(memcmp(mean, v->mean, sizeof mean) == 0);
  CHECK(memcmp(displacement, v->displacement, sizeof displacement) == 0);
}

static void killed_runs_go_on(void)
{
  static victim v;
  const int enough = is_slow() ? 2 : 10;
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++) {
    init(&v, (sgdl_method)method);
    run_in_memory(&v);
    int kills = 0;
    for (uint64_t seed = 1; kills < enough && seed <= 20; seed++) {
      kills += kill_until_done(&v, seed);
      compare_summaries(&v);
    }
    CHECK(kills >= enough);
    printf("method %d: killed %d times\n", method, kills);
  }
}

int main(int argc, char **argv)
{
  static victim child;
  sgdl_context_init(&ctx);
  problem_init(&data);
  if (argc == 4) { /* a child: folder, method, pipe */
    snprintf(folder, sizeof folder, "%s", argv[1]);
    init(&child, (sgdl_method)(argv[2][0] - '0'));
    return go_on(&child, atoi(argv[3]));
  }
  program = argv[0];
  CHECK_INT(disk_make(root), 0);
  snprintf(folder, sizeof folder, "%s/run", root);
  killed_runs_go_on();
  disk_remove_tree(root);
  return check_report();
}

#else

int main(void)
{
  printf("skipped: runs on disk need libhdf5\n");
  return check_report();
}

#endif
