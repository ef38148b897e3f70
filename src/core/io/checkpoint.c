/* checkpoint.h5: numbers, marks and state of a run, with a checksum over all of them. */
#define _POSIX_C_SOURCE 200809L
#include "checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/hash.h"
#include "folder.h"
#include "hdf5_file.h"

void sgdl_checkpoint_free(sgdl_checkpoint *checkpoint)
{
  free(checkpoint->memory);
  *checkpoint = (sgdl_checkpoint){ 0 };
}

#ifndef SGDL_HAVE_HDF5

int sgdl_checkpoint_exists(const char *folder)
{
  (void)folder;
  return 0;
}

sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *folder, const sgdl_checkpoint *checkpoint,
                                  sgdl_publisher *publisher)
{
  (void)folder, (void)checkpoint, (void)publisher;
  return sgdl_without_hdf5(ctx);
}

sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *folder, int whole, sgdl_checkpoint *checkpoint)
{
  (void)folder, (void)whole, (void)checkpoint;
  return sgdl_without_hdf5(ctx);
}

sgdl_status sgdl_checkpoint_read_into(sgdl_context *ctx, const char *folder, ptrdiff_t room, double *place,
                                      sgdl_checkpoint *checkpoint)
{
  (void)folder, (void)room, (void)place, (void)checkpoint;
  return sgdl_without_hdf5(ctx);
}

#else

/* Changes when the meaning of the file does. */
static const double format = 1.0;

static const struct {
  const char *name;
  size_t offset;
} numbers[] = {
  { "step", offsetof(sgdl_checkpoint, step) },
  { "records", offsetof(sgdl_checkpoint, records) },
  { "segment_records", offsetof(sgdl_checkpoint, segment_records) },
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static double *number(const sgdl_checkpoint *c, int i)
{
  return (double *)((char *)c + numbers[i].offset);
}

static double checksum(const sgdl_checkpoint *c)
{
  uint64_t h = 0;
  for (int i = 0; i < NUMBERS; i++) h = sgdl_hash(h, number(c, i), 1);
  h = sgdl_hash(h, c->marks, c->n_marks);
  return sgdl_hash_number(sgdl_hash(h, c->state, c->state_size));
}

int sgdl_checkpoint_exists(const char *folder)
{
  char file[SGDL_PATH_SIZE];
  sgdl_context quiet;
  sgdl_context_init(&quiet);
  return sgdl_folder_file(&quiet, folder, "checkpoint.h5", file) == SGDL_OK && access(file, F_OK) == 0;
}

/* ---- writing ---- */

static int write_content(const sgdl_h5_file *f, const void *content)
{
  const sgdl_checkpoint *c = content;
  hsize_t n_marks = (hsize_t)c->n_marks, state_size = (hsize_t)c->state_size;
  double sum = checksum(c);
  int written = sgdl_h5_write(f, "checkpoint_format", 0, NULL, &format);
  for (int i = 0; i < NUMBERS && written; i++) written = sgdl_h5_write(f, numbers[i].name, 0, NULL, number(c, i));
  return written && sgdl_h5_write(f, "marks", 1, &n_marks, c->marks) &&
         sgdl_h5_write(f, "state", 1, &state_size, c->state) && sgdl_h5_write(f, "checksum", 0, NULL, &sum);
}

sgdl_status sgdl_checkpoint_write(sgdl_context *ctx, const char *folder, const sgdl_checkpoint *checkpoint,
                                  sgdl_publisher *publisher)
{
  char file[SGDL_PATH_SIZE];
  SGDL_TRY(sgdl_folder_file(ctx, folder, "checkpoint.h5", file));
  SGDL_TRY(sgdl_h5_write_partial(ctx, file, write_content, checkpoint));
  return sgdl_publish_add(ctx, publisher, file);
}

/* ---- reading ---- */

/* How far the run is: whole numbers that a run could have. */
static sgdl_status read_numbers(const sgdl_h5_file *f, sgdl_checkpoint *c)
{
  double found;
  SGDL_TRY(sgdl_h5_scalar_read(f, "checkpoint_format", &found));
  if (isnan(found)) return SGDL_H5_ERROR(f, "%s", "not a checkpoint of a simulation");
  if (found != format)
    return SGDL_H5_ERROR(f, "a checkpoint of format %g: expected %g; a newer version wrote it", found, format);
  for (int i = 0; i < NUMBERS; i++) {
    double *value = number(c, i);
    SGDL_TRY(sgdl_h5_scalar_read(f, numbers[i].name, value));
    if (!(*value >= 0.0 && *value <= 0x1p53 && *value == floor(*value)))
      return SGDL_H5_ERROR(f, "dataset \"%s\" = %g: damaged, expected an integer >= 0", numbers[i].name, *value);
  }
  return SGDL_OK;
}

static sgdl_status read_arrays(const sgdl_h5_file *f, sgdl_checkpoint *c)
{
  sgdl_h5_dataset marks, state;
  double sum;
  SGDL_TRY(sgdl_h5_dataset_open(f, "marks", 1, 1, &marks));
  SGDL_TRY(sgdl_h5_dataset_open(f, "state", 1, 1, &state));
  c->n_marks = (ptrdiff_t)marks.size[0];
  c->state_size = (ptrdiff_t)state.size[0];
  if (c->n_marks > PTRDIFF_MAX / 16 || c->state_size > PTRDIFF_MAX / 16) return sgdl_h5_read_failed(f, "state");
  int fits = c->place && c->state_size <= c->room;
  SGDL_TRY(sgdl_alloc(f->ctx, &c->memory, c->n_marks + (fits ? 0 : c->state_size), "the checkpoint"));
  double *to = fits ? c->place : c->memory + c->n_marks;
  c->marks = c->memory;
  c->state = to;
  SGDL_TRY(sgdl_h5_dataset_read(f, "marks", &marks, c->memory));
  SGDL_TRY(sgdl_h5_dataset_read(f, "state", &state, to));
  SGDL_TRY(sgdl_h5_scalar_read(f, "checksum", &sum));
  return sum == checksum(c) ? SGDL_OK : SGDL_H5_ERROR(f, "%s", "damaged: its checksum does not match");
}

static sgdl_status read_file(sgdl_context *ctx, const char *folder, int whole, sgdl_checkpoint *checkpoint)
{
  char file[SGDL_PATH_SIZE];
  sgdl_h5_file f;
  if (!sgdl_checkpoint_exists(folder))
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" holds no run: there is no \"checkpoint.h5\"", folder);
  SGDL_TRY(sgdl_folder_file(ctx, folder, "checkpoint.h5", file));
  SGDL_TRY(sgdl_h5_open(ctx, file, &f));
  sgdl_status status = read_numbers(&f, checkpoint);
  if (status == SGDL_OK && whole) status = read_arrays(&f, checkpoint);
  sgdl_h5_close(&f);
  if (status != SGDL_OK) sgdl_checkpoint_free(checkpoint);
  return status;
}

sgdl_status sgdl_checkpoint_read(sgdl_context *ctx, const char *folder, int whole, sgdl_checkpoint *checkpoint)
{
  *checkpoint = (sgdl_checkpoint){ 0 };
  return read_file(ctx, folder, whole, checkpoint);
}

sgdl_status sgdl_checkpoint_read_into(sgdl_context *ctx, const char *folder, ptrdiff_t room, double *place,
                                      sgdl_checkpoint *checkpoint)
{
  *checkpoint = (sgdl_checkpoint){ .room = room, .place = place };
  return read_file(ctx, folder, 1, checkpoint);
}

#endif
