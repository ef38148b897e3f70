/* The state of a run on disk, in one file that is whole or absent. */
#ifndef SGDL_CHECKPOINT_H
#define SGDL_CHECKPOINT_H

#include "../base/base.h"

typedef struct sgdl_checkpoint {
  ptrdiff_t segments, frames; /* complete segments, and the frames in them */
  ptrdiff_t n;
  double *state;              /* n                                         */
} sgdl_checkpoint;

sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *file, const sgdl_checkpoint *checkpoint);
/* The caller frees checkpoint->state. */
sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *file, sgdl_checkpoint *checkpoint);

#endif
