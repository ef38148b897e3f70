/* Files of runs on disk take their names in the background. Every call of the operating system by which they do is
 * made to fail, or is the last before a kill: what the folder holds is always a run that can be read and goes on
 * to the same bits, and failures name the file. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "disk.h"
#include "paths.h"

#ifdef SGDL_HAVE_HDF5

enum { STEPS = 300, SEGMENT = 100, PATHS = 2, RECORDS = STEPS + 1, SIZE = RECORDS * D * PATHS };

static sgdl_context ctx;
static problem data;
static sgdl_model model;
static sgdl_simulation sim;
static double theta[SIZE];
static char root[64], folder[80], moved[80];

/* ---- the operating system, which can be told to fail ---- */

static struct {
  int calls;                 /* of fsync and renameat so far                             */
  int fail, kill, move;      /* at this call (1, 2, ...); 0: never                       */
  int threads, no_threads;   /* how many were made; none can be                          */
  int other_thread, open_to_signals;
  pthread_t main;
  char log[512];             /* f: file to the disk, d: folder to the disk, s, c: segment, checkpoint renamed */
} os;

static void *real(const char *name)
{
  return dlsym(RTLD_NEXT, name);
}

/* Non-zero where the call is to fail. */
static int count_call(char what)
{
  sigset_t blocked;
  int call = ++os.calls;
  if (call < (int)sizeof os.log) os.log[call - 1] = what;
  if (!pthread_equal(pthread_self(), os.main)) {
    os.other_thread++;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    if (!sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGALRM)) os.open_to_signals++;
  }
  if (call == os.kill) kill(getpid(), SIGKILL);
  if (call == os.move) rename(folder, moved);
  errno = EIO;
  return call == os.fail;
}

int fsync(int file)
{
  int (*next)(int);
  struct stat found;
  *(void **)&next = real("fsync");
  int is_folder = fstat(file, &found) == 0 && S_ISDIR(found.st_mode);
  return count_call(is_folder ? 'd' : 'f') ? -1 : next(file);
}

int renameat(int from, const char *before, int to, const char *after)
{
  int (*next)(int, const char *, int, const char *);
  *(void **)&next = real("renameat");
  return count_call(strncmp(after, "segment", 7) == 0 ? 's' : 'c') ? -1 : next(from, before, to, after);
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *),
                   void *restrict argument)
{
  int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  *(void **)&next = real("pthread_create");
  if (os.no_threads) return EAGAIN;
  os.threads++;
  return next(thread, attributes, start, argument);
}

/* ---- runs ---- */

static void fresh(void)
{
  disk_remove(moved);
  disk_remove(folder);
  memset(&os, 0, sizeof os);
  os.main = pthread_self();
}

static sgdl_status run(ptrdiff_t steps, ptrdiff_t *step)
{
  sgdl_simulation s = sim;
  sgdl_disk disk = { .folder = folder, .segment_records = SEGMENT, .resume = 1 };
  s.steps = steps;
  return sgdl_simulate_to_disk(&ctx, &model, &s, &disk, step, NULL);
}

/* Rows that the folder holds, all of them right; -1: not right; 0 also where its run has not begun. */
static ptrdiff_t rows_in(const char *place)
{
  sgdl_trajectory_info info;
  if (access(disk_file(place, "checkpoint.h5"), F_OK) != 0) return 0;
  if (sgdl_segments_info_read(&ctx, place, &info) != SGDL_OK)
    return strstr(ctx.message, "holds no records yet") ? 0 : -1;
  return disk_rows(&ctx, place, RECORDS, D, PATHS, theta, NULL);
}

static int partial_files(void)
{
  int n = access(disk_file(folder, "checkpoint.h5.partial"), F_OK) == 0;
  for (int k = 1; k <= 4; k++) {
    char name[40];
    snprintf(name, sizeof name, "segment-%06d.h5.partial", k);
    n += access(disk_file(folder, name), F_OK) == 0;
  }
  return n;
}

/* Without trouble the run goes on to its end. */
static void goes_on_to_the_end(void)
{
  ptrdiff_t step;
  memset(&os, 0, sizeof os);
  CHECK_STATUS(run(STEPS, &step), SGDL_OK);
  CHECK_INT(step, STEPS);
  CHECK_INT(rows_in(folder), RECORDS);
}

/* ---- what is done, and when ---- */

/* Checkpoint of step 0, then four times a segment before the checkpoint that counts it, each on the disk before
 * it is renamed and the folder after. */
static const char sequence[] = "fcd" "fsdfcd" "fsdfcd" "fsdfcd" "fsdfcd";

static void in_order_in_the_background(void)
{
  ptrdiff_t step;
  fresh();
  CHECK_STATUS(run(STEPS, &step), SGDL_OK);
  CHECK(strcmp(os.log, sequence) == 0);
  CHECK(os.threads >= 5);
  CHECK_INT(os.other_thread, (int)strlen(sequence));
  CHECK_INT(os.open_to_signals, 0);
  CHECK_INT(rows_in(folder), RECORDS);
}

static void without_threads(void)
{
  ptrdiff_t step;
  fresh();
  os.no_threads = 1;
  ctx.threads = 1;
  CHECK_STATUS(run(STEPS, &step), SGDL_OK);
  ctx.threads = 0;
  CHECK(strcmp(os.log, sequence) == 0);
  CHECK_INT(os.threads + os.other_thread, 0);
  CHECK_INT(rows_in(folder), RECORDS);
}

static void after_a_fork(void)
{
  int status;
  fresh();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    ptrdiff_t step;
    int right = run(STEPS, &step) == SGDL_OK && strcmp(os.log, sequence) == 0;
    _exit(right && os.other_thread == 0 ? 0 : 1); /* a BLAS may make threads of its own again */
  }
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_INT(rows_in(folder), RECORDS);
}

/* ---- what can go wrong ---- */

/* The calls that are tried: all, or fewer of each kind where runs are slow. */
static int first_call(void)
{
  return getenv("SGDL_TEST_SHORT") ? 2 : 1;
}

static int next_call(int call)
{
  return call + (getenv("SGDL_TEST_SHORT") ? 5 : 1);
}

/* Files that have their names before a call. */
static int files_before(int call)
{
  int n = 0;
  for (int i = 0; i < call - 1; i++) n += sequence[i] == 'd';
  return n;
}

static void each_call_fails(void)
{
  ptrdiff_t step;
  for (int call = first_call(); call <= (int)strlen(sequence); call = next_call(call)) {
    int files = files_before(call);
    fresh();
    os.fail = call;
    sgdl_status status = run(STEPS, &step);
    if (sequence[call - 1] == 'd') { /* some file systems cannot do that */
      CHECK_STATUS(status, SGDL_OK);
      continue;
    }
    char name[80] = "checkpoint.h5\": cannot be put in its place: Input/output error";
    int segment = (files + 1) / 2, of_segment = files % 2 == 1; /* files: checkpoint, segment, checkpoint, ... */
    if (of_segment)
      snprintf(name, sizeof name, "segment-%06d.h5\": cannot be put in its place: Input/output error", segment);
    CHECK_STATUS(status, SGDL_IO);
    CHECK_TEXT(ctx.message, name);
    CHECK(step <= SEGMENT * (segment + 1)); /* told no later than at the next save */
    CHECK_INT(rows_in(folder), files < 3 ? 0 : SEGMENT * ((files - 1) / 2));
    CHECK_INT(partial_files(), 0);
    if (files == 1) { /* the run has its first checkpoint, and no segment */
      CHECK_INT(access(disk_file(folder, "segment-000001.h5"), F_OK), -1);
    }
    goes_on_to_the_end();
  }
}

/* In a fork, where all is done in the foreground: test_disk_kill kills the thread too. */
static void killed_at_each_call(void)
{
  ptrdiff_t before = 0;
  for (int call = first_call(); call <= (int)strlen(sequence); call = next_call(call)) {
    int status;
    fresh();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      ptrdiff_t step;
      os.kill = call;
      os.main = pthread_self();
      _exit(run(STEPS, &step) != SGDL_OK);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    ptrdiff_t rows = rows_in(folder);
    CHECK(rows >= before);
    before = rows;
    goes_on_to_the_end();
  }
  CHECK_INT(before, RECORDS); /* the last kill came after the last rename */
}

static void names_that_are_taken(void)
{
  ptrdiff_t step;
  fresh();
  CHECK_STATUS(run(150, &step), SGDL_OK);
  mkdir(disk_file(folder, "segment-000003.h5"), 0777);
  CHECK_STATUS(run(STEPS, &step), SGDL_IO);
  CHECK_TEXT(ctx.message, "segment-000003.h5\": cannot be put in its place: Is a directory");
  CHECK_INT(rows_in(folder), 2 * SEGMENT);
  rmdir(disk_file(folder, "segment-000003.h5"));
  goes_on_to_the_end();
}

/* The folder gets another name in the middle of a save, which is completed there; the next finds it gone. */
static void folders_that_move(void)
{
  ptrdiff_t step;
  for (int call = 4; call <= 9; call++) {
    fresh();
    os.move = call;
    CHECK_STATUS(run(STEPS, &step), SGDL_IO);
    CHECK_TEXT(ctx.message, "segment-000002.h5.partial\" cannot be created");
    CHECK_INT(rows_in(moved), SEGMENT);
    CHECK_INT(rename(moved, folder), 0);
    goes_on_to_the_end();
  }
}

/* Interrupts just after the second segment, whatever the clock says. */
static double fraction_done;

static void note_fraction(void *user, double fraction)
{
  (void)user;
  fraction_done = fraction;
}

static int stop_late(void *user)
{
  (void)user;
  ctx.last_poll_ns = 0;
  return fraction_done >= 0.6;
}

/* Of an interrupt and a disk that fails the disk counts, in the save before and in that of the interrupt. */
static void interrupted_with_a_failing_disk(void)
{
  ptrdiff_t step;
  const int fail[] = { 0, 10, 16 }, rows[] = { 2 * SEGMENT, SEGMENT, 2 * SEGMENT };
  const char *text[] = { "interrupted after 199 of 300 steps", "segment-000002.h5\": cannot be put in its place",
                         "checkpoint.h5\": cannot be put in its place" };
  ctx.should_stop = stop_late;
  ctx.progress = note_fraction;
  for (int i = 0; i < 3; i++) {
    fresh();
    os.fail = fail[i];
    fraction_done = 0.0;
    CHECK_STATUS(run(STEPS, &step), i == 0 ? SGDL_INTERRUPTED : SGDL_IO);
    CHECK_TEXT(ctx.message, text[i]);
    CHECK_INT(step, 199);
    CHECK_INT(rows_in(folder), rows[i]);
    CHECK_INT(partial_files(), 0);
  }
  sgdl_context_init(&ctx);
  goes_on_to_the_end();
}

int main(void)
{
  ptrdiff_t done;
  sgdl_context_init(&ctx);
  problem_init(&data);
  CHECK_INT(disk_make(root), 0);
  snprintf(folder, sizeof folder, "%s/run", root);
  snprintf(moved, sizeof moved, "%s/moved", root);
  model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sim = (sgdl_simulation){ .method = SGDL_EXACT, .steps = STEPS, .n_paths = PATHS, .seed = 11, .record_every = 1 };
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, NULL, &done), SGDL_OK);
  in_order_in_the_background();
  without_threads();
  each_call_fails();
  names_that_are_taken();
  folders_that_move();
  interrupted_with_a_failing_disk();
  killed_at_each_call();
  after_a_fork();
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
