/* Checkpoints: /state, and the scalars /segments and /frames. */
#include "checkpoint.h"
#include "hdf5_file.h"

#include <math.h>
#include <stdlib.h>

#ifndef SGDL_HAVE_HDF5

sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *file, const sgdl_checkpoint *checkpoint)
{
  (void)file, (void)checkpoint;
  return sgdl_without_hdf5(ctx);
}

sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *file, sgdl_checkpoint *checkpoint)
{
  (void)file, (void)checkpoint;
  return sgdl_without_hdf5(ctx);
}

#else

static int write_checkpoint(const sgdl_h5_file *f, const void *content)
{
  const sgdl_checkpoint *c = content;
  hsize_t n = (hsize_t)c->n;
  double segments = (double)c->segments, frames = (double)c->frames;
  return sgdl_h5_write(f, "state", 1, &n, c->state) && sgdl_h5_write(f, "segments", 0, NULL, &segments) &&
         sgdl_h5_write(f, "frames", 0, NULL, &frames);
}

sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *file, const sgdl_checkpoint *checkpoint)
{
  return sgdl_h5_replace(ctx, file, write_checkpoint, checkpoint);
}

static sgdl_status read_count(const sgdl_h5_file *f, const char *name, ptrdiff_t *count)
{
  const double most = 9007199254740992.0; /* 2^53 */
  double value;
  SGDL_TRY(sgdl_h5_scalar_read(f, name, &value));
  if (!(value >= 0.0 && value <= most) || value != floor(value))
    return SGDL_H5_ERROR(f, "expected a checkpoint, with a count \"%s\"", name);
  *count = (ptrdiff_t)value;
  return SGDL_OK;
}

static sgdl_status read_checkpoint(const sgdl_h5_file *f, sgdl_checkpoint *c)
{
  sgdl_h5_dataset set;
  SGDL_TRY(read_count(f, "segments", &c->segments));
  SGDL_TRY(read_count(f, "frames", &c->frames));
  SGDL_TRY(sgdl_h5_dataset_open(f, "state", 1, 1, &set));
  c->n = (ptrdiff_t)set.size[0];
  SGDL_TRY(sgdl_alloc(f->ctx, &c->state, c->n, "the state of a checkpoint"));
  return sgdl_h5_dataset_read(f, "state", &set, c->state);
}

sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *file, sgdl_checkpoint *checkpoint)
{
  sgdl_h5_file f;
  *checkpoint = (sgdl_checkpoint){0};
  SGDL_TRY(sgdl_h5_open(ctx, file, &f));
  sgdl_status status = read_checkpoint(&f, checkpoint);
  sgdl_h5_close(&f);
  if (status == SGDL_OK) return SGDL_OK;
  free(checkpoint->state);
  checkpoint->state = NULL;
  return status;
}

#endif
