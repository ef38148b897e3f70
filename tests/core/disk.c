/* Folders of runs in tests. */
#define _POSIX_C_SOURCE 200809L
#include "disk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static int equal_dataset(sgdl_context *ctx, const char *folder, const char *name, const double *expected,
                         ptrdiff_t records, ptrdiff_t width, ptrdiff_t n_paths, double *read)
{
  int same = 1;
  for (ptrdiff_t path = 0; path < n_paths && same; path++) {
    same = sgdl_segments_read(ctx, folder, name, path, 0, records, width, read) == SGDL_OK &&
           memcmp(read, expected + path * records * width, (size_t)(records * width) * sizeof *read) == 0;
    if (!same) printf("%s of path %td differs: %s\n", name, path + 1, ctx->message);
  }
  return same;
}

int disk_equals_memory(sgdl_context *ctx, const char *folder, const sgdl_model *model, const sgdl_simulation *sim,
                       int velocity)
{
  ptrdiff_t records = sgdl_simulation_records(sim), width = sgdl_simulation_width(model, sim), done;
  size_t n = (size_t)(records * width), N = n * (size_t)sim->n_paths;
  double *theta = malloc(N * sizeof *theta), *v = malloc(N * sizeof *v), *read = malloc(n * sizeof *read);
  double *steps = malloc((size_t)records * sizeof *steps);
  sgdl_trajectory_info info;
  int same = sgdl_simulate(ctx, model, sim, theta, velocity ? v : NULL, &done) == SGDL_OK && done == records &&
             sgdl_segments_info_read(ctx, folder, &info) == SGDL_OK && info.frames == records &&
             info.dim == width && info.n_paths == sim->n_paths && info.has_velocity == velocity;
  if (!same) printf("%s has another shape than the run: %s\n", folder, ctx->message);
  for (ptrdiff_t r = 0; r < records; r++) steps[r] = (double)sgdl_simulation_record_step(sim, r);
  same = same && equal_dataset(ctx, folder, "step", steps, records, 1, 1, read) &&
         equal_dataset(ctx, folder, "theta", theta, records, width, sim->n_paths, read) &&
         (!velocity || equal_dataset(ctx, folder, "velocity", v, records, width, sim->n_paths, read));
  free(theta);
  free(v);
  free(read);
  free(steps);
  return same;
}
