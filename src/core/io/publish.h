/* Files that are written under another name, and take their own once they are complete and on the disk, so that
 * neither a kill nor a loss of power leaves part of a file. Waiting for the disk takes a thread of its own, which
 * calls nothing but the operating system: libhdf5 and the hosts know one thread. */
#ifndef SGDL_PUBLISH_H
#define SGDL_PUBLISH_H

#include "../base/base.h"

#include <pthread.h>
#include <sys/types.h>

/* "<file>.partial", where the file is written until it is published; the caller frees it. NULL: no memory. */
char *sgdl_partial_name(const char *file);

/* A file, complete under its other name. */
typedef struct sgdl_publication {
  char *file, *partial;
  int folder;                /* open; AT_FDCWD where it cannot be                                         */
  size_t at;                 /* of the names within it: a callback of the host may change directories     */
} sgdl_publication;

enum { SGDL_PUBLISHED = 2 }; /* a segment, and the checkpoint that counts its rows */

/* Files that take their names in the order in which they were added: none before those ahead of it have theirs
 * for good. {0} is empty. */
typedef struct sgdl_publisher {
  sgdl_publication files[SGDL_PUBLISHED];
  int n, done;               /* files; how many of them have their names                                  */
  int error;                 /* errno of the one that did not get it                                      */
  int started, running;      /* publishing; in a thread, which a child of a fork does not have            */
  pid_t owner;
  pthread_t thread;
} sgdl_publisher;

/* At most SGDL_PUBLISHED files between two calls of sgdl_publish_finish. */
sgdl_status sgdl_publish_add(sgdl_context *ctx, sgdl_publisher *publisher, const char *file);
/* Begins, in the background; where there can be no thread, or after a fork, all is done before it returns. */
void sgdl_publish_start(sgdl_publisher *publisher);
/* Waits until all files have their names, and forgets them. SGDL_IO names the file that could not be put in its
 * place and says why: it and those after it are removed, what had the names before stays. */
sgdl_status sgdl_publish_finish(sgdl_context *ctx, sgdl_publisher *publisher);
/* The three for one file. */
sgdl_status sgdl_publish_now(sgdl_context *ctx, const char *file);

#endif
