/* Runs on disk: rows gather in memory until their segment is full or a checkpoint is due; then the segment is
 * written, and after it the checkpoint that counts its rows. They take their names in that order while the run
 * goes on: the next save waits for them. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../io/checkpoint.h"
#include "../io/folder.h"
#include "../io/hdf5_file.h"
#include "../io/publish.h"
#include "../io/trajectory.h"
#include "fingerprint.h"

typedef struct disk_run {
  const sgdl_model *model;
  const sgdl_simulation *sim;
  const sgdl_disk *disk;
  sgdl_run *run;
  sgdl_fingerprint fingerprint;
  ptrdiff_t segment_records;    /* 0: no rows are kept                                            */
  sgdl_recording recording;     /* rows of the segment being filled, from its first record on     */
  double *steps;                /* of these rows                                                  */
  sgdl_publisher publisher;     /* of the last segment and checkpoint                             */
  ptrdiff_t written;            /* records that the segments on disk hold, when that is done      */
  double saved;                 /* seconds, of the last checkpoint                                */
  ptrdiff_t stretch;            /* steps between looks at the clock                               */
} disk_run;

static double seconds_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- preparation ---- */

static sgdl_status check_disk(sgdl_context *ctx, const sgdl_disk *disk)
{
  if (disk->segment_records < 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`segment` = %td: expected a number of records >= 1",
                     disk->segment_records);
  if (disk->checkpoint_every < 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`checkpoint` = %td: expected a number of steps >= 1",
                     disk->checkpoint_every);
  if (!(disk->checkpoint_seconds >= 0.0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`checkpoint_seconds` = %g: expected a number of seconds > 0",
                     disk->checkpoint_seconds);
  return SGDL_OK;
}

/* About 64 MB; where checkpoints come more often, what lies between two of them but at least 1 MB: a segment that
 * checkpoints cut is written again at each. */
static ptrdiff_t choose_segment(const disk_run *r)
{
  const double most = 64e6, least = 1e6;
  const sgdl_simulation *sim = r->sim;
  double row = 8.0 * (double)sgdl_simulation_width(r->model, sim) * (double)sim->n_paths;
  if (r->disk->velocity) row *= 2.0;
  double bytes = most;
  if (r->disk->checkpoint_every > 0) {
    double intervals = (double)sim->steps / (double)r->disk->checkpoint_every;
    bytes = (double)sgdl_simulation_records(sim) * row / (intervals > 1.0 ? intervals : 1.0);
    bytes = bytes > most ? most : bytes < least ? least : bytes;
  }
  return bytes > row ? (ptrdiff_t)(bytes / row) : 1;
}

/* Room for the rows of a segment, no more than there will be. */
static sgdl_status allocate_rows(sgdl_context *ctx, disk_run *r)
{
  ptrdiff_t records = sgdl_simulation_records(r->sim);
  ptrdiff_t rows = r->segment_records < records ? r->segment_records : records;
  ptrdiff_t row = sgdl_times(sgdl_simulation_width(r->model, r->sim), r->sim->n_paths);
  if (rows == 0) return SGDL_OK;
  r->recording.rows = rows;
  SGDL_TRY(sgdl_alloc(ctx, &r->steps, rows, "the steps of a segment"));
  SGDL_TRY(sgdl_alloc(ctx, &r->recording.theta, sgdl_times(rows, row), "the rows of a segment"));
  if (!r->disk->velocity) return SGDL_OK;
  return sgdl_alloc(ctx, &r->recording.velocity, sgdl_times(rows, row), "the rows of a segment");
}

/* Rows of the segment that the checkpoint cut. */
static sgdl_status load_rows(sgdl_context *ctx, disk_run *r)
{
  char file[SGDL_PATH_SIZE];
  sgdl_recording *rec = &r->recording;
  ptrdiff_t width = sgdl_simulation_width(r->model, r->sim), n = rec->done - rec->first;
  if (n == 0) return SGDL_OK;
  SGDL_TRY(sgdl_segment_file(ctx, r->disk->folder, rec->first / r->segment_records, file));
  for (ptrdiff_t path = 0; path < r->sim->n_paths; path++) {
    ptrdiff_t at = path * width * rec->rows;
    SGDL_TRY(sgdl_trajectory_read_rows(ctx, file, "theta", path, 0, n, width, rec->rows, rec->theta + at));
    if (rec->velocity)
      SGDL_TRY(
        sgdl_trajectory_read_rows(ctx, file, "velocity", path, 0, n, width, rec->rows, rec->velocity + at));
  }
  return SGDL_OK;
}

/* Takes over step, state and rows of a checkpoint of the same run. */
static sgdl_status go_on_from(sgdl_context *ctx, disk_run *r, const sgdl_checkpoint *c)
{
  const char *folder = r->disk->folder;
  ptrdiff_t step = (ptrdiff_t)c->step, length = (ptrdiff_t)c->segment_records;
  if (step > r->sim->steps)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`steps` = %td: the run in `folder` = \"%s\" has done %td already",
                     r->sim->steps, folder, step);
  sgdl_fingerprint_advance(r->sim, step, &r->fingerprint);
  SGDL_TRY(sgdl_fingerprint_compare(ctx, folder, &r->fingerprint, c->n_marks, c->marks));
  if (r->disk->segment_records > 0 && length > 0 && r->disk->segment_records != length)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`segment` = %td: the run in `folder` = \"%s\" has segments of %td records",
                     r->disk->segment_records, folder, length);
  if (sgdl_run_restore(r->run, ctx, c->state_size, c->state) != SGDL_OK)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\": the state in \"checkpoint.h5\" is not one of this run",
                     folder);
  r->segment_records = length;
  SGDL_TRY(allocate_rows(ctx, r));
  /* Not c->records: a run that failed has written records past its last state. */
  r->recording.done = r->written = (ptrdiff_t)r->run->head[SGDL_HEAD_COUNT];
  if (length == 0) return SGDL_OK;
  r->recording.first = r->recording.done / length * length;
  return load_rows(ctx, r);
}

static sgdl_status save(sgdl_context *ctx, disk_run *r);

static sgdl_status begin(sgdl_context *ctx, disk_run *r)
{
  const sgdl_disk *disk = r->disk;
  SGDL_TRY(sgdl_folder_make(ctx, disk->folder));
  SGDL_TRY(sgdl_fingerprint_init(ctx, r->model, r->sim, disk, &r->fingerprint));
  if (disk->resume && sgdl_checkpoint_exists(disk->folder)) {
    sgdl_checkpoint checkpoint;
    ptrdiff_t room; /* that of the run's own state: no second one beside it */
    double *state = sgdl_run_room(r->run, &room);
    SGDL_TRY(sgdl_checkpoint_read_into(ctx, disk->folder, room, state, &checkpoint));
    sgdl_status status = go_on_from(ctx, r, &checkpoint);
    sgdl_checkpoint_free(&checkpoint);
    r->saved = seconds_now();
    return status;
  }
  SGDL_TRY(sgdl_folder_free_of_runs(ctx, disk->folder));
  if (!disk->summaries_only)
    r->segment_records = disk->segment_records > 0 ? disk->segment_records : choose_segment(r);
  SGDL_TRY(allocate_rows(ctx, r));
  return save(ctx, r); /* the folder is taken from now on */
}

/* ---- saving ---- */

/* A number that a schedule changes has no one value. */
static double unless_scheduled(double value, const double *schedule)
{
  return schedule ? NAN : value;
}

/* The rows that the segment being filled has, to be put in the place of what there was of it. */
static sgdl_status write_segment(sgdl_context *ctx, disk_run *r)
{
  char file[SGDL_PATH_SIZE];
  const sgdl_model *model = r->model;
  sgdl_recording *rec = &r->recording;
  sgdl_trajectory_info info = { .frames = rec->done - rec->first,
                                .dim = sgdl_simulation_width(model, r->sim),
                                .n_paths = r->sim->n_paths,
                                .lr = unless_scheduled(model->hyper.lr, r->sim->lr),
                                .momentum = unless_scheduled(model->hyper.momentum, r->sim->momentum),
                                .weight_decay = model->hyper.weight_decay,
                                .batch_size = unless_scheduled(model->hyper.batch_size, r->sim->batch_size),
                                .n_examples = model->n_examples > 0 ? (double)model->n_examples : NAN,
                                .epoch_sampling = model->sampling == SGDL_EPOCH };
  if (r->segment_records == 0 || info.frames == 0 || rec->done == r->written) return SGDL_OK;
  for (ptrdiff_t i = 0; i < info.frames; i++)
    r->steps[i] = (double)sgdl_simulation_record_step(r->sim, rec->first + i);
  SGDL_TRY(sgdl_segment_file(ctx, r->disk->folder, rec->first / r->segment_records, file));
  SGDL_TRY(sgdl_trajectory_write_rows(ctx, file, &info, rec->rows, r->steps, rec->theta, rec->velocity));
  SGDL_TRY(sgdl_publish_add(ctx, &r->publisher, file));
  r->written = rec->done;
  if (info.frames == r->segment_records) rec->first = rec->done;
  return SGDL_OK;
}

static sgdl_status save(sgdl_context *ctx, disk_run *r)
{
  ptrdiff_t step = sgdl_run_step(r->run);
  SGDL_TRY(sgdl_publish_finish(ctx, &r->publisher)); /* of the save before */
  SGDL_TRY(write_segment(ctx, r));
  sgdl_fingerprint_advance(r->sim, step, &r->fingerprint);
  sgdl_checkpoint checkpoint = { .step = (double)step,
                                 .records = (double)r->recording.done,
                                 .segment_records = (double)r->segment_records,
                                 .n_marks = SGDL_MARKS,
                                 .marks = r->fingerprint.marks };
  checkpoint.state = sgdl_run_state(r->run, &checkpoint.state_size);
  SGDL_TRY(sgdl_checkpoint_write(ctx, r->disk->folder, &checkpoint, &r->publisher));
  sgdl_publish_start(&r->publisher);
  r->saved = seconds_now();
  return SGDL_OK;
}

/* After a failure that left paths at different steps: the rows before it are kept, the state to go on from stays
 * that of the last checkpoint. */
static sgdl_status save_rows(sgdl_context *ctx, disk_run *r)
{
  sgdl_checkpoint last;
  if (r->segment_records == 0 || r->recording.done <= r->written) return SGDL_OK;
  SGDL_TRY(sgdl_publish_finish(ctx, &r->publisher));
  SGDL_TRY(write_segment(ctx, r));
  SGDL_TRY(sgdl_checkpoint_read(ctx, r->disk->folder, 1, &last));
  last.records = (double)r->recording.done;
  sgdl_status status = sgdl_checkpoint_write(ctx, r->disk->folder, &last, &r->publisher);
  sgdl_checkpoint_free(&last);
  return status;
}

/* ---- the run ---- */

/* The step at which the segment is full or a checkpoint is due; *stop = 1 unless only the clock asks. */
static ptrdiff_t next_stop(const disk_run *r, int *stop)
{
  ptrdiff_t step = sgdl_run_step(r->run), until = r->sim->steps, every = r->disk->checkpoint_every;
  ptrdiff_t last = r->recording.first + r->segment_records - 1;
  if (r->segment_records > 0 && last < sgdl_simulation_records(r->sim))
    until = sgdl_simulation_record_step(r->sim, last);
  if (every > 0 && every < until - step / every * every) until = (step / every + 1) * every;
  *stop = until - step <= r->stretch;
  return *stop ? until : step + r->stretch;
}

/* Steps between looks at the clock: an eighth to a quarter of the time between checkpoints. */
static void adapt_stretch(disk_run *r, double taken, double interval)
{
  if (taken < interval / 8.0 && r->stretch < PTRDIFF_MAX / 2) r->stretch *= 2;
  if (taken > interval / 4.0 && r->stretch > 1) r->stretch /= 2;
}

static sgdl_status advance(sgdl_context *ctx, disk_run *r)
{
  double interval = r->disk->checkpoint_seconds > 0.0 ? r->disk->checkpoint_seconds : 30.0;
  while (sgdl_run_step(r->run) < r->sim->steps) {
    int stop;
    double start = seconds_now();
    ptrdiff_t until = next_stop(r, &stop);
    SGDL_TRY(sgdl_run_advance(r->run, ctx, until, &r->recording));
    double now = seconds_now();
    adapt_stretch(r, now - start, interval);
    if (stop || now - r->saved >= interval) SGDL_TRY(save(ctx, r));
  }
  return SGDL_OK;
}

/* To the end; where it stops before, what is done is kept and the reason stays in ctx. */
static sgdl_status run_to_end(sgdl_context *ctx, disk_run *r)
{
  char message[SGDL_MESSAGE_SIZE];
  sgdl_status status = advance(ctx, r);
  if (status == SGDL_OK || status == SGDL_IO) return status;
  memcpy(message, ctx->message, sizeof message);
  SGDL_TRY(r->run->spoilt ? save_rows(ctx, r) : save(ctx, r));
  memcpy(ctx->message, message, sizeof message);
  return status;
}

/* Waits for the last save. That it failed counts unless the disk did before. */
static sgdl_status finish(sgdl_context *ctx, disk_run *r, sgdl_status status)
{
  char message[SGDL_MESSAGE_SIZE];
  memcpy(message, ctx->message, sizeof message);
  sgdl_status published = sgdl_publish_finish(ctx, &r->publisher);
  if (published != SGDL_OK && status != SGDL_IO) return published;
  memcpy(ctx->message, message, sizeof message);
  return status;
}

sgdl_status sgdl_run_to_disk(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                             const sgdl_disk *disk, const sgdl_memory *memory, sgdl_run **run)
{
  disk_run r = { .model = model, .sim = sim, .disk = disk, .stretch = 1 };
  ctx->message[0] = '\0';
  *run = NULL;
  if (!sgdl_has_hdf5()) return sgdl_without_hdf5(ctx);
  SGDL_TRY(check_disk(ctx, disk));
  SGDL_TRY(sgdl_run_create_in(ctx, model, sim, memory, &r.run));
  sgdl_status status = begin(ctx, &r);
  int begun = status == SGDL_OK;
  if (begun) status = run_to_end(ctx, &r);
  status = finish(ctx, &r, status);
  free(r.steps);
  free(r.recording.theta);
  free(r.recording.velocity);
  if (begun)
    *run = r.run;
  else
    sgdl_run_free(r.run);
  return status;
}

sgdl_status sgdl_simulate_to_disk(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  const sgdl_disk *disk, ptrdiff_t *step, sgdl_summaries *summaries)
{
  sgdl_run *run;
  sgdl_status status = sgdl_run_to_disk(ctx, model, sim, disk, NULL, &run);
  *step = run ? sgdl_run_step(run) : 0;
  if (summaries) summaries->count = 0;
  if (summaries && run) sgdl_run_summaries(run, summaries);
  sgdl_run_free(run);
  return status;
}
