/* Runs on disk: records go to segment files, the state to checkpoint.h5. A segment is written before the
 * checkpoint that counts it, each by rename, so that a kill at any moment leaves the last checkpoint and its
 * segments whole. Every checkpoint closes the segment of the moment. */
#include "../io/checkpoint.h"
#include "../io/trajectory.h"
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

enum { NAME_SIZE = 4096 };

static sgdl_status name_in(sgdl_context *ctx, const char *folder, const char *file, char name[NAME_SIZE])
{
  int length = snprintf(name, NAME_SIZE, "%s/%s", folder, file);
  if (length >= 0 && length < NAME_SIZE) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%.100s...\": the name is too long", folder);
}

static sgdl_status checkpoint_name(sgdl_context *ctx, const char *folder, char name[NAME_SIZE])
{
  return name_in(ctx, folder, "checkpoint.h5", name);
}

/* Segments are counted from 1. */
static sgdl_status segment_name(sgdl_context *ctx, const char *folder, ptrdiff_t segment, char name[NAME_SIZE])
{
  char file[64];
  snprintf(file, sizeof file, "segment-%06td.h5", segment);
  return name_in(ctx, folder, file, name);
}

static int is_there(const char *name)
{
  FILE *file = fopen(name, "rb");
  if (file) fclose(file);
  return file != NULL;
}

/* ---- a run and the segment it fills ---- */

typedef struct disk_run {
  const sgdl_model *model;
  const sgdl_simulation *sim;
  const sgdl_disk *disk;
  sgdl_run *run;
  sgdl_checkpoint checkpoint; /* the last one; its state is not kept  */
  sgdl_recording segment;
  double *steps;              /* of the rows of the segment            */
  ptrdiff_t step;             /* that of the last checkpoint           */
} disk_run;

/* Rows of a segment: as asked for, or some 64 MB. */
static ptrdiff_t segment_rows(const disk_run *d)
{
  const double bytes = 64e6;
  double row = 8.0 * (double)sgdl_simulation_width(d->model, d->sim) * (double)d->sim->n_paths *
               (d->disk->velocity ? 2.0 : 1.0);
  ptrdiff_t all = sgdl_simulation_records(d->sim), rows = d->disk->segment_records;
  if (rows <= 0) rows = bytes / row < 1.0 ? 1 : (ptrdiff_t)fmin(bytes / row, (double)all);
  return rows < all ? rows : all;
}

static sgdl_status allocate(sgdl_context *ctx, disk_run *d)
{
  ptrdiff_t rows = segment_rows(d);
  ptrdiff_t size = sgdl_times(sgdl_times(rows, sgdl_simulation_width(d->model, d->sim)), d->sim->n_paths);
  d->segment.rows = rows;
  SGDL_TRY(sgdl_alloc(ctx, &d->steps, rows, "the steps of a segment"));
  SGDL_TRY(sgdl_alloc(ctx, &d->segment.theta, size, "a segment"));
  return d->disk->velocity ? sgdl_alloc(ctx, &d->segment.velocity, size, "a segment") : SGDL_OK;
}

/* A number that a schedule changes has no one value. */
static double unless_scheduled(double value, const double *schedule)
{
  return schedule ? NAN : value;
}

static sgdl_trajectory_info segment_info(const disk_run *d)
{
  const sgdl_model *model = d->model;
  return (sgdl_trajectory_info){
      .frames = d->segment.done - d->segment.first,
      .dim = sgdl_simulation_width(model, d->sim),
      .n_paths = d->sim->n_paths,
      .has_velocity = d->disk->velocity,
      .lr = unless_scheduled(model->hyper.lr, d->sim->lr),
      .momentum = unless_scheduled(model->hyper.momentum, d->sim->momentum),
      .weight_decay = model->hyper.weight_decay,
      .batch_size = unless_scheduled(model->hyper.batch_size, d->sim->batch_size),
      .n_examples = model->n_examples > 0 ? (double)model->n_examples : NAN,
      .epoch_sampling = model->sampling == SGDL_EPOCH,
  };
}

static sgdl_status write_segment(sgdl_context *ctx, disk_run *d)
{
  char name[NAME_SIZE];
  sgdl_trajectory_info info = segment_info(d);
  if (info.frames < 1) return SGDL_OK;
  for (ptrdiff_t r = 0; r < info.frames; r++)
    d->steps[r] = (double)sgdl_simulation_record_step(d->sim, d->segment.first + r);
  SGDL_TRY(segment_name(ctx, d->disk->folder, d->checkpoint.segments + 1, name));
  SGDL_TRY(sgdl_trajectory_write_rows(ctx, name, &info, d->segment.rows, d->steps, d->segment.theta,
                                      d->segment.velocity));
  d->checkpoint.segments++;
  d->checkpoint.frames = d->segment.first = d->segment.done;
  return SGDL_OK;
}

/* The rows so far as a segment, then the state. */
static sgdl_status save(sgdl_context *ctx, disk_run *d)
{
  char name[NAME_SIZE];
  SGDL_TRY(write_segment(ctx, d));
  SGDL_TRY(checkpoint_name(ctx, d->disk->folder, name));
  sgdl_checkpoint c = d->checkpoint;
  const double *state = sgdl_run_state(d->run, &c.n);
  SGDL_TRY(sgdl_alloc(ctx, &c.state, c.n, "a checkpoint"));
  memcpy(c.state, state, (size_t)c.n * sizeof *state);
  sgdl_status status = sgdl_checkpoint_write(ctx, name, &c);
  free(c.state);
  if (status == SGDL_OK) d->step = sgdl_run_step(d->run);
  return status;
}

/* ---- going on ---- */

static sgdl_status require_empty(sgdl_context *ctx, const char *folder)
{
  char checkpoint[NAME_SIZE], segment[NAME_SIZE];
  SGDL_TRY(checkpoint_name(ctx, folder, checkpoint));
  SGDL_TRY(segment_name(ctx, folder, 1, segment));
  if (!is_there(checkpoint) && !is_there(segment)) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\": holds a run already", folder);
}

/* Takes the last checkpoint, if there is one. */
static sgdl_status restore(sgdl_context *ctx, disk_run *d)
{
  char name[NAME_SIZE];
  SGDL_TRY(checkpoint_name(ctx, d->disk->folder, name));
  if (!is_there(name)) return SGDL_OK;
  SGDL_TRY(sgdl_checkpoint_read(ctx, name, &d->checkpoint));
  sgdl_status status = sgdl_run_restore(d->run, ctx, d->checkpoint.n, d->checkpoint.state);
  free(d->checkpoint.state);
  d->checkpoint.state = NULL;
  SGDL_TRY(status);
  d->step = sgdl_run_step(d->run);
  d->segment.first = d->segment.done = d->checkpoint.frames;
  return SGDL_OK;
}

/* The next step at which the segment is full, a checkpoint is due, or the run ends. */
static ptrdiff_t next_stop(const disk_run *d)
{
  ptrdiff_t step = sgdl_run_step(d->run), stop = d->sim->steps, every = d->disk->checkpoint_every;
  ptrdiff_t last = d->segment.first + d->segment.rows - 1;
  if (every > 0 && stop - step > every - step % every) stop = step - step % every + every;
  if (last < sgdl_simulation_records(d->sim) && sgdl_simulation_record_step(d->sim, last) < stop)
    stop = sgdl_simulation_record_step(d->sim, last);
  return stop > step ? stop : step;
}

static sgdl_status run_to_end(sgdl_context *ctx, disk_run *d)
{
  int complete = sgdl_run_step(d->run) >= d->sim->steps;
  while (!complete) {
    char message[SGDL_MESSAGE_SIZE];
    sgdl_status status = sgdl_run_advance(d->run, ctx, next_stop(d), &d->segment);
    memcpy(message, ctx->message, sizeof message);
    if (!d->run->spoilt) SGDL_TRY(save(ctx, d));
    if (status != SGDL_OK) return sgdl_fail(ctx, status, "%s", message);
    complete = sgdl_run_step(d->run) >= d->sim->steps;
  }
  return SGDL_OK;
}

sgdl_status sgdl_simulate_to_disk(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  const sgdl_disk *disk, ptrdiff_t *step, sgdl_summaries *summaries)
{
  disk_run d = {.model = model, .sim = sim, .disk = disk};
  sgdl_status status = SGDL_OK;
  ctx->message[0] = '\0';
  *step = 0;
  if (!sgdl_has_hdf5()) {
    sgdl_trajectory_info info;
    return sgdl_trajectory_info_read(ctx, disk->folder, &info); /* says how to get it */
  }
  SGDL_GET(sgdl_run_create(ctx, model, sim, &d.run));
  SGDL_GET(allocate(ctx, &d));
  SGDL_GET(disk->resume ? restore(ctx, &d) : require_empty(ctx, disk->folder));
  status = run_to_end(ctx, &d);
  if (summaries) sgdl_run_summaries(d.run, summaries);
done:
  *step = d.step;
  sgdl_run_free(d.run);
  free(d.steps);
  free(d.segment.theta);
  free(d.segment.velocity);
  return status;
}

/* ---- segments read as one ---- */

static sgdl_status count_segments(sgdl_context *ctx, const char *folder, sgdl_checkpoint *checkpoint)
{
  char name[NAME_SIZE];
  SGDL_TRY(checkpoint_name(ctx, folder, name));
  SGDL_TRY(sgdl_checkpoint_read(ctx, name, checkpoint));
  free(checkpoint->state);
  checkpoint->state = NULL;
  if (checkpoint->segments > 0) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\": no frame was recorded yet", folder);
}

sgdl_status sgdl_segments_info_read(sgdl_context *ctx, const char *folder, sgdl_trajectory_info *info)
{
  char name[NAME_SIZE];
  sgdl_checkpoint checkpoint;
  SGDL_TRY(count_segments(ctx, folder, &checkpoint));
  SGDL_TRY(segment_name(ctx, folder, 1, name));
  SGDL_TRY(sgdl_trajectory_info_read(ctx, name, info));
  info->frames = checkpoint.frames;
  return SGDL_OK;
}

sgdl_status sgdl_segments_read(sgdl_context *ctx, const char *folder, const char *dataset, ptrdiff_t path,
                               ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out)
{
  char name[NAME_SIZE];
  sgdl_checkpoint checkpoint;
  SGDL_TRY(count_segments(ctx, folder, &checkpoint));
  if (first < 0 || count < 1 || count > checkpoint.frames - first)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" has %td frames: asked for %td after the first %td", folder,
                     checkpoint.frames, count, first);
  ptrdiff_t begin = 0; /* frame that the segment begins with */
  for (ptrdiff_t segment = 1; segment <= checkpoint.segments && begin < first + count; segment++) {
    sgdl_trajectory_info info;
    SGDL_TRY(segment_name(ctx, folder, segment, name));
    SGDL_TRY(sgdl_trajectory_info_read(ctx, name, &info));
    ptrdiff_t from = first > begin ? first : begin, end = begin + info.frames;
    if (end > first + count) end = first + count;
    if (from < end)
      SGDL_TRY(sgdl_trajectory_read_rows(ctx, name, dataset, path, from - begin, end - from, dim, count,
                                         out + from - first));
    begin += info.frames;
  }
  return SGDL_OK;
}
