/* Files take their names once they are on the disk: fsync, rename, fsync of the folder, in the background. */
#define _POSIX_C_SOURCE 200809L
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/thread.h"

/* ---- names ---- */

static char *joined(const char *name, const char *ending)
{
  size_t length = strlen(name), more = strlen(ending) + 1;
  char *all = malloc(length + more);
  if (!all) return NULL;
  memcpy(all, name, length);
  memcpy(all + length, ending, more);
  return all;
}

char *sgdl_partial_name(const char *file)
{
  return joined(file, ".partial");
}

/* Opens the folder of the file; where that fails (it may be closed to reading), names are taken whole. */
static void open_folder(sgdl_publication *p)
{
  char *slash = strrchr(p->file, '/');
  p->at = slash ? (size_t)(slash - p->file) + 1 : 0;
  if (!slash) {
    p->folder = open(".", O_RDONLY | O_CLOEXEC);
  } else {
    char first = p->file[p->at];
    p->file[p->at] = '\0';
    p->folder = open(p->file, O_RDONLY | O_CLOEXEC);
    p->file[p->at] = first;
  }
  if (p->folder >= 0) return;
  p->folder = AT_FDCWD;
  p->at = 0;
}

static void forget(sgdl_publication *p)
{
  if (p->folder != AT_FDCWD) close(p->folder);
  free(p->file);
  free(p->partial);
}

sgdl_status sgdl_publish_add(sgdl_context *ctx, sgdl_publisher *publisher, const char *file)
{
  sgdl_publication p = { .file = joined(file, ""), .partial = sgdl_partial_name(file) };
  if (!p.file || !p.partial) {
    free(p.file);
    free(p.partial);
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the file name");
  }
  open_folder(&p);
  publisher->files[publisher->n++] = p;
  return SGDL_OK;
}

/* ---- one file after another ---- */

/* 0, or errno. */
static int sync_file(int folder, const char *name)
{
  int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  int error = fsync(file) == 0 ? 0 : errno;
  close(file);
  return error;
}

static int publish(const sgdl_publication *p)
{
  int error = sync_file(p->folder, p->partial + p->at);
  if (error != 0) return error;
  if (renameat(p->folder, p->partial + p->at, p->folder, p->file + p->at) != 0) return errno;
  /* So that the new name lasts too. Some file systems cannot, and need not. */
  if (p->folder != AT_FDCWD) fsync(p->folder);
  return 0;
}

static void *publish_all(void *user)
{
  sgdl_publisher *publisher = user;
  for (; publisher->done < publisher->n; publisher->done++) {
    publisher->error = publish(&publisher->files[publisher->done]);
    if (publisher->error != 0) break;
  }
  for (int i = publisher->done; i < publisher->n; i++)
    unlinkat(publisher->files[i].folder, publisher->files[i].partial + publisher->files[i].at, 0);
  return NULL;
}

/* ---- in the background ---- */

void sgdl_publish_start(sgdl_publisher *publisher)
{
  publisher->started = 1;
  publisher->owner = getpid();
  publisher->running = sgdl_thread_start(&publisher->thread, publish_all, publisher);
  if (!publisher->running) publish_all(publisher);
}

sgdl_status sgdl_publish_finish(sgdl_context *ctx, sgdl_publisher *publisher)
{
  sgdl_status status = SGDL_OK;
  if (publisher->n > 0 && !publisher->started) publish_all(publisher);
  if (publisher->running && publisher->owner == getpid()) pthread_join(publisher->thread, NULL);
  if (publisher->error != 0)
    status = sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": cannot be put in its place: %s",
                       publisher->files[publisher->done].file, strerror(publisher->error));
  for (int i = 0; i < publisher->n; i++) forget(&publisher->files[i]);
  *publisher = (sgdl_publisher){ 0 };
  return status;
}

sgdl_status sgdl_publish_now(sgdl_context *ctx, const char *file)
{
  sgdl_publisher publisher = { 0 };
  SGDL_TRY(sgdl_publish_add(ctx, &publisher, file));
  return sgdl_publish_finish(ctx, &publisher);
}
