/* A thread of the core's own, for what waits (for a disk): it calls neither the host nor OpenMP. */
#ifndef SGDL_THREAD_H
#define SGDL_THREAD_H

#include <pthread.h>

/* Non-zero when it runs. Not in a child of a fork, where the libraries' locks are not to be trusted. All signals are
 * blocked in it: they are for the threads of the host. */
int sgdl_thread_start(pthread_t *thread, void *(*work)(void *), void *user);

#endif
