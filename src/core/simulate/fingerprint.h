/* What tells one simulation from another: numbers that a run must share with the checkpoint it goes on from. */
#ifndef SGDL_FINGERPRINT_H
#define SGDL_FINGERPRINT_H

#include "run.h"

enum { SGDL_MARKS = 44 };

typedef struct sgdl_fingerprint {
  double marks[SGDL_MARKS];
  ptrdiff_t step;               /* schedules and recorded steps count up to here */
  ptrdiff_t records;
  uint64_t lr, momentum, batch_size, record_steps;
} sgdl_fingerprint;

/* At step 0. A built-in objective is told by its gradient at one point; a host's only by its sizes. */
sgdl_status sgdl_fingerprint_init(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  const sgdl_disk *disk, sgdl_fingerprint *fingerprint);
/* Moves on to `step`: what comes after it may differ, so that a run can be extended. */
void sgdl_fingerprint_advance(const sgdl_simulation *sim, ptrdiff_t step, sgdl_fingerprint *fingerprint);
/* SGDL_BAD_ARGUMENT names all that differs. */
sgdl_status sgdl_fingerprint_compare(sgdl_context *ctx, const char *folder, const sgdl_fingerprint *fingerprint,
                                     ptrdiff_t n_marks, const double *marks);

#endif
