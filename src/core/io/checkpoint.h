/* checkpoint.h5: how far a run on disk is, whose it is, and the state from which it goes on. */
#ifndef SGDL_CHECKPOINT_H
#define SGDL_CHECKPOINT_H

#include "../base/base.h"
#include "publish.h"

typedef struct sgdl_checkpoint {
  double step;               /* of the state                                                            */
  double records;            /* rows that the segments hold, from the first record on                   */
  double segment_records;    /* record r is in segment r / segment_records; 0: no rows are kept         */
  ptrdiff_t n_marks, state_size;
  const double *marks;       /* what tells one run from another (simulate/fingerprint.h)                 */
  const double *state;
  double *memory;            /* of marks and state, where they were read                                */
  ptrdiff_t room;            /* numbers that `place` holds                                              */
  double *place;             /* for the state to be read into; NULL, or too small: memory of its own    */
} sgdl_checkpoint;

/* 1 when the folder has a file of that name. */
int sgdl_checkpoint_exists(const char *folder);
/* Writes it, and hands it to the publisher. */
sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *folder, const sgdl_checkpoint *checkpoint,
                                  sgdl_publisher *publisher);
/* SGDL_IO: missing, truncated, damaged or not a checkpoint. Without marks and state: only how far the run is. */
sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *folder, int whole, sgdl_checkpoint *checkpoint);
/* The same, whole, with the state in `place` if it has room for it: what is there after a failure is no state. */
sgdl_status sgdl_checkpoint_read_into(sgdl_context *ctx, const char *folder, ptrdiff_t room, double *place,
                                      sgdl_checkpoint *checkpoint);
void sgdl_checkpoint_free(sgdl_checkpoint *checkpoint);

#endif
