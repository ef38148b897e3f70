/* Folders of runs: names of their files, and segments read as one trajectory. Segment k holds records k n to
 * (k + 1) n - 1, so that every record has its place whatever happened to the run. */
#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"
#include "hdf5_file.h"
#include "trajectory.h"

/* ---- names ---- */

sgdl_status sgdl_folder_file(sgdl_context *ctx, const char *folder, const char *name, char file[SGDL_PATH_SIZE])
{
  int length = snprintf(file, SGDL_PATH_SIZE, "%s/%s", folder, name);
  if (length > 0 && length < SGDL_PATH_SIZE) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`folder` has %zu characters: expected fewer than %d",
                   strlen(folder), SGDL_PATH_SIZE - 32);
}

sgdl_status sgdl_segment_file(sgdl_context *ctx, const char *folder, ptrdiff_t k, char file[SGDL_PATH_SIZE])
{
  char name[48];
  snprintf(name, sizeof name, "segment-%06td.h5", k + 1);
  return sgdl_folder_file(ctx, folder, name, file);
}

static int is_run_file(const char *name)
{
  ptrdiff_t number;
  int end = 0;
  if (strcmp(name, "checkpoint.h5") == 0) return 1;
  return sscanf(name, "segment-%td.h5%n", &number, &end) == 1 && end > 0 && name[end] == '\0';
}

/* ---- the folder ---- */

sgdl_status sgdl_folder_make(sgdl_context *ctx, const char *folder)
{
  char file[SGDL_PATH_SIZE];
  struct stat found;
  if (folder[0] == '\0') return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`folder` = \"\": expected a name");
  SGDL_TRY(sgdl_segment_file(ctx, folder, PTRDIFF_MAX - 1, file));
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" cannot be made: %s", folder, strerror(errno));
  if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" is not a folder", folder);
  if (access(folder, W_OK | X_OK) != 0)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" cannot be written to: %s", folder, strerror(errno));
  return SGDL_OK;
}

sgdl_status sgdl_folder_free_of_runs(sgdl_context *ctx, const char *folder)
{
  DIR *files = opendir(folder);
  sgdl_status status = SGDL_OK;
  if (!files) return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" cannot be read: %s", folder, strerror(errno));
  for (struct dirent *entry; status == SGDL_OK && (entry = readdir(files));)
    if (is_run_file(entry->d_name))
      status = sgdl_fail(ctx, SGDL_IO,
                         "`folder` = \"%s\" holds a run already (\"%s\"): resume it, or choose another folder",
                         folder, entry->d_name);
  closedir(files);
  return status;
}

/* ---- segments as one trajectory ---- */

static sgdl_status open_segments(sgdl_context *ctx, const char *folder, sgdl_checkpoint *checkpoint)
{
  if (!sgdl_has_hdf5()) return sgdl_without_hdf5(ctx);
  SGDL_TRY(sgdl_checkpoint_read(ctx, folder, 0, checkpoint));
  if (checkpoint->segment_records == 0)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" holds no trajectory: its run keeps summaries only", folder);
  if (checkpoint->records == 0)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" holds no records yet: its run was stopped before the "
                     "first checkpoint", folder);
  return SGDL_OK;
}

sgdl_status sgdl_segments_info_read(sgdl_context *ctx, const char *folder, sgdl_trajectory_info *info)
{
  char file[SGDL_PATH_SIZE];
  sgdl_checkpoint checkpoint;
  SGDL_TRY(open_segments(ctx, folder, &checkpoint));
  SGDL_TRY(sgdl_segment_file(ctx, folder, 0, file));
  SGDL_TRY(sgdl_trajectory_info_read(ctx, file, info));
  info->frames = (ptrdiff_t)checkpoint.records;
  return SGDL_OK;
}

sgdl_status sgdl_segments_read(sgdl_context *ctx, const char *folder, const char *dataset, ptrdiff_t path,
                               ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out)
{
  char file[SGDL_PATH_SIZE];
  sgdl_checkpoint checkpoint;
  SGDL_TRY(open_segments(ctx, folder, &checkpoint));
  ptrdiff_t records = (ptrdiff_t)checkpoint.records, length = (ptrdiff_t)checkpoint.segment_records;
  if (first < 0 || count < 1 || first > records || count > records - first)
    return sgdl_fail(ctx, SGDL_IO, "`folder` = \"%s\" has %td frames: asked for %td after the first %td", folder,
                     records, count, first);
  for (ptrdiff_t frame = first; frame < first + count;) {
    ptrdiff_t begin = frame / length * length, left = first + count - frame;
    ptrdiff_t n = begin + length - frame < left ? begin + length - frame : left;
    SGDL_TRY(sgdl_segment_file(ctx, folder, begin / length, file));
    SGDL_TRY(sgdl_trajectory_read_rows(ctx, file, dataset, path, frame - begin, n, dim, count,
                                       out + (frame - first)));
    frame += n;
  }
  return SGDL_OK;
}
