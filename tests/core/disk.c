/* Folders of runs in tests. */
#define _POSIX_C_SOURCE 200809L
#include "disk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int disk_make(char folder[64])
{
  strcpy(folder, "/dev/shm/sgdl-test-XXXXXX");
  if (mkdtemp(folder) != NULL) return 0;
  strcpy(folder, "/tmp/sgdl-test-XXXXXX");
  return mkdtemp(folder) != NULL ? 0 : -1;
}

const char *disk_file(const char *folder, const char *name)
{
  static char file[512];
  snprintf(file, sizeof file, "%s/%s", folder, name);
  return file;
}

static void remove_files(const char *folder, int depth)
{
  DIR *files = opendir(folder);
  if (!files) return;
  for (struct dirent *entry; (entry = readdir(files));) {
    char name[512];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
    if (unlink(name) != 0 && depth > 0) remove_files(name, depth - 1);
  }
  closedir(files);
  rmdir(folder);
}

void disk_remove(const char *folder)
{
  remove_files(folder, 0);
}

void disk_remove_tree(const char *folder)
{
  remove_files(folder, 1);
}

/* The first n of `records` rows of one path. */
static int equal_rows(sgdl_context *ctx, const char *folder, const char *name, ptrdiff_t path, ptrdiff_t n,
                      ptrdiff_t records, ptrdiff_t width, const double *expected, double *read)
{
  int same = sgdl_segments_read(ctx, folder, name, path, 0, n, width, read) == SGDL_OK;
  for (ptrdiff_t c = 0; c < width && same; c++)
    same = memcmp(read + n * c, expected + records * c, (size_t)n * sizeof *read) == 0;
  if (!same) printf("%s of path %td differs: %s\n", name, path + 1, ctx->message);
  return same;
}

ptrdiff_t disk_rows(sgdl_context *ctx, const char *folder, ptrdiff_t records, ptrdiff_t width, ptrdiff_t n_paths,
                    const double *theta, const double *velocity)
{
  sgdl_trajectory_info info;
  int same = sgdl_segments_info_read(ctx, folder, &info) == SGDL_OK && info.frames <= records &&
             info.dim == width && info.n_paths == n_paths && info.has_velocity == (velocity != NULL);
  if (!same) printf("%s has another shape than the run: %s\n", folder, ctx->message);
  double *read = same ? malloc((size_t)(info.frames * width) * sizeof *read) : NULL;
  for (ptrdiff_t path = 0; path < n_paths && same; path++) {
    ptrdiff_t at = path * records * width;
    same = equal_rows(ctx, folder, "theta", path, info.frames, records, width, theta + at, read) &&
           (!velocity ||
            equal_rows(ctx, folder, "velocity", path, info.frames, records, width, velocity + at, read));
  }
  free(read);
  return same ? info.frames : -1;
}

int disk_equals_memory(sgdl_context *ctx, const char *folder, const sgdl_model *model, const sgdl_simulation *sim,
                       int velocity)
{
  ptrdiff_t records = sgdl_simulation_records(sim), width = sgdl_simulation_width(model, sim), done;
  size_t n = (size_t)(records * width * sim->n_paths);
  double *theta = malloc(n * sizeof *theta), *v = velocity ? malloc(n * sizeof *v) : NULL;
  double *steps = malloc((size_t)records * sizeof *steps), *read = malloc((size_t)records * sizeof *read);
  for (ptrdiff_t r = 0; r < records; r++) steps[r] = (double)sgdl_simulation_record_step(sim, r);
  int same = sgdl_simulate(ctx, model, sim, theta, v, &done) == SGDL_OK && done == records &&
             disk_rows(ctx, folder, records, width, sim->n_paths, theta, v) == records &&
             equal_rows(ctx, folder, "step", 0, records, records, 1, steps, read);
  free(theta);
  free(v);
  free(steps);
  free(read);
  return same;
}
