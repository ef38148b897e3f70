/* Reading ahead: pieces come in order and whole, however slow either side is; the first failure of either side ends
 * it with its message, and no slot is filled while it is worked on. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/core/io/read_ahead.h"
#include "check.h"

enum { PIECES = 60 };

typedef struct feed {
  ptrdiff_t slots[SGDL_READ_SLOTS]; /* the piece in each                     */
  ptrdiff_t used, load_fails, use_fails;
  int slow_load, slow_use, wrong;
  pthread_t reader;
  int in_thread;
} feed;

static void nap(int do_it)
{
  const struct timespec moment = { 0, 200000 };
  if (do_it) nanosleep(&moment, NULL);
}

static sgdl_status load(void *user, sgdl_context *ctx, ptrdiff_t i, int slot)
{
  feed *f = user;
  f->reader = pthread_self();
  nap(f->slow_load && i % 3 == 0);
  if (i == f->load_fails) return sgdl_fail(ctx, SGDL_IO, "piece %td cannot be read", i);
  f->slots[slot] = i;
  return SGDL_OK;
}

static sgdl_status use(void *user, sgdl_context *ctx, ptrdiff_t i, int slot)
{
  feed *f = user;
  nap(f->slow_use && i % 5 == 0);
  f->in_thread += !pthread_equal(f->reader, pthread_self());
  if (i == f->use_fails) return sgdl_fail(ctx, SGDL_NOT_FINITE, "piece %td is not finite", i);
  f->wrong += f->slots[slot] != i || f->used != i;
  f->used++;
  return SGDL_OK;
}

static feed fresh(void)
{
  return (feed){ .load_fails = -1, .use_fails = -1 };
}

static sgdl_status run(sgdl_context *ctx, feed *f, int slots, ptrdiff_t n)
{
  const sgdl_read_ahead job = { n, slots, f, load, use };
  sgdl_context_init(ctx);
  return sgdl_read_ahead_run(ctx, &job);
}

static void in_order(void)
{
  sgdl_context ctx;
  for (int slots = 1; slots <= SGDL_READ_SLOTS; slots++)
    for (int slow = 0; slow < 4; slow++) {
      feed f = fresh();
      f.slow_load = slow & 1;
      f.slow_use = slow >> 1;
      CHECK_STATUS(run(&ctx, &f, slots, PIECES), SGDL_OK);
      CHECK_INT(f.used, PIECES);
      CHECK_INT(f.wrong, 0);
      CHECK_INT(f.in_thread, slots > 1 ? PIECES : 0);
    }
  feed none = fresh();
  CHECK_STATUS(run(&ctx, &none, 2, 0), SGDL_OK);
  CHECK_INT(none.used, 0);
}

static void failures(void)
{
  static const ptrdiff_t at[] = { 0, 1, 2, 7, PIECES - 1 };
  sgdl_context ctx;
  char expected[64];
  for (int slots = 1; slots <= SGDL_READ_SLOTS; slots++)
    for (int a = 0; a < 5; a++)
      for (int slow = 0; slow < 2; slow++) {
        feed f = fresh();
        f.slow_use = slow;
        f.load_fails = at[a];
        CHECK_STATUS(run(&ctx, &f, slots, PIECES), SGDL_IO);
        snprintf(expected, sizeof expected, "piece %td cannot be read", at[a]);
        CHECK_TEXT(ctx.message, expected);
        CHECK_INT(f.used, at[a]);
        CHECK_INT(f.wrong, 0);

        f = fresh();
        f.slow_load = slow;
        f.use_fails = at[a];
        f.load_fails = at[a] + 1; /* comes too late to be heard of */
        CHECK_STATUS(run(&ctx, &f, slots, PIECES), SGDL_NOT_FINITE);
        snprintf(expected, sizeof expected, "piece %td is not finite", at[a]);
        CHECK_TEXT(ctx.message, expected);
        CHECK_INT(f.used, at[a]);
      }
}

/* The reader waits, as all slots are full, while a piece turns out not to be usable: it is woken and ends. */
static void failures_with_full_slots(void)
{
  sgdl_context ctx;
  for (int slots = 2; slots <= SGDL_READ_SLOTS; slots++)
    for (int piece = 0; piece <= 20; piece += 5) { /* those that are slow */
      feed f = fresh();
      f.slow_use = 1;
      f.use_fails = piece;
      CHECK_STATUS(run(&ctx, &f, slots, PIECES), SGDL_NOT_FINITE);
      CHECK_INT(f.used, piece);
      CHECK_INT(f.wrong, 0);
    }
}

/* The child of a fork has no thread of its own to read with. */
static void after_a_fork(void)
{
  sgdl_context ctx;
  int status;
  sgdl_context_init(&ctx);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    feed f = fresh();
    int right = run(&ctx, &f, 2, PIECES) == SGDL_OK && f.used == PIECES && f.wrong == 0 && f.in_thread == 0;
    _exit(right ? 0 : 1);
  }
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
  alarm(120); /* a reader that is not woken would wait for ever */
  in_order();
  failures();
  failures_with_full_slots();
  after_a_fork();
  return check_report();
}
