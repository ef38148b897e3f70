/* Reading ahead: a ring of slots between a thread that reads and the caller, which works. */
#include "read_ahead.h"

#include "../base/thread.h"

typedef struct ring {
  const sgdl_read_ahead *job;
  sgdl_context reader;       /* for the messages of `load`         */
  pthread_mutex_t lock;      /* of what follows                    */
  pthread_cond_t moved;
  ptrdiff_t loaded, used;    /* pieces                             */
  int stop;
  sgdl_status status;        /* of loading piece `loaded`, once it failed */
} ring;

/* Waits for a free slot; 0: nothing more is wanted. */
static int may_load(ring *r)
{
  pthread_mutex_lock(&r->lock);
  while (!r->stop && r->loaded - r->used >= r->job->slots) pthread_cond_wait(&r->moved, &r->lock);
  int go_on = !r->stop;
  pthread_mutex_unlock(&r->lock);
  return go_on;
}

static void *load_all(void *user)
{
  ring *r = user;
  const sgdl_read_ahead *job = r->job;
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t i = 0; i < job->n && status == SGDL_OK && may_load(r); i++) {
    status = job->load(job->user, &r->reader, i, (int)(i % job->slots));
    pthread_mutex_lock(&r->lock);
    if (status == SGDL_OK) r->loaded++;
    r->status = status;
    pthread_cond_signal(&r->moved);
    pthread_mutex_unlock(&r->lock);
  }
  return NULL;
}

static sgdl_status wait_for(ring *r, ptrdiff_t i)
{
  pthread_mutex_lock(&r->lock);
  while (r->loaded <= i && r->status == SGDL_OK) pthread_cond_wait(&r->moved, &r->lock);
  sgdl_status status = r->loaded > i ? SGDL_OK : r->status;
  pthread_mutex_unlock(&r->lock);
  return status;
}

static void tell(ring *r, ptrdiff_t used, int stop)
{
  pthread_mutex_lock(&r->lock);
  r->used = used;
  r->stop = stop;
  pthread_cond_signal(&r->moved);
  pthread_mutex_unlock(&r->lock);
}

static sgdl_status use_all(ring *r, sgdl_context *ctx)
{
  const sgdl_read_ahead *job = r->job;
  for (ptrdiff_t i = 0; i < job->n; i++) {
    sgdl_status status = wait_for(r, i);
    if (status != SGDL_OK) return sgdl_fail(ctx, status, "%s", r->reader.message);
    SGDL_TRY(job->use(job->user, ctx, i, (int)(i % job->slots)));
    tell(r, i + 1, 0);
  }
  return SGDL_OK;
}

static sgdl_status one_after_another(sgdl_context *ctx, const sgdl_read_ahead *job)
{
  for (ptrdiff_t i = 0; i < job->n; i++) {
    SGDL_TRY(job->load(job->user, ctx, i, 0));
    SGDL_TRY(job->use(job->user, ctx, i, 0));
  }
  return SGDL_OK;
}

sgdl_status sgdl_read_ahead_run(sgdl_context *ctx, const sgdl_read_ahead *job)
{
  ring r = { .job = job, .reader = *ctx, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };
  pthread_t thread;
  r.reader.should_stop = NULL;
  r.reader.progress = NULL;
  if (job->slots < 2 || !sgdl_thread_start(&thread, load_all, &r)) return one_after_another(ctx, job);
  sgdl_status status = use_all(&r, ctx);
  tell(&r, r.used, 1);
  pthread_join(thread, NULL);
  pthread_cond_destroy(&r.moved);
  pthread_mutex_destroy(&r.lock);
  return status;
}
