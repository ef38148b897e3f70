/* Threads of the core's own. */
#define _POSIX_C_SOURCE 200809L
#include "thread.h"

#include <signal.h>

#include "base.h"

int sgdl_thread_start(pthread_t *thread, void *(*work)(void *), void *user)
{
  sigset_t all, before;
  sigfillset(&all);
  if (sgdl_forked_child() || pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return 0;
  int failed = pthread_create(thread, NULL, work, user);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed == 0;
}
