/* Pieces of a file that are read in a thread while those before them are worked on. */
#ifndef SGDL_READ_AHEAD_H
#define SGDL_READ_AHEAD_H

#include "../base/base.h"

enum { SGDL_READ_SLOTS = 4 };

/* Pieces i = 0, ..., n - 1, each in slot i % slots: `load` fills it, in the thread, `use` works on it, on the calling
 * thread, which alone may ask the host to stop (poll `ctx`). Both return a status; messages go to the context given. */
typedef struct sgdl_read_ahead {
  ptrdiff_t n;
  int slots;                 /* 1: no thread, one piece after another */
  void *user;
  sgdl_status (*load)(void *user, sgdl_context *ctx, ptrdiff_t i, int slot);
  sgdl_status (*use)(void *user, sgdl_context *ctx, ptrdiff_t i, int slot);
} sgdl_read_ahead;

/* The first failure, of load or of use, ends it: pieces before it have been used, no other is. */
sgdl_status sgdl_read_ahead_run(sgdl_context *ctx, const sgdl_read_ahead *job);

#endif
