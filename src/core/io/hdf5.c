/* Trajectories on disk: slabs in and out of HDF5 files laid out as in sgdl.h. Scalars are datasets, not
 * attributes, because Octave's load() reads no attributes. */
#include "hdf5_file.h"
#include "publish.h"
#include "trajectory.h"

#ifndef SGDL_HAVE_HDF5

int sgdl_has_hdf5(void)
{
  return 0;
}

sgdl_status sgdl_trajectory_info_read(sgdl_context *ctx, const char *file, sgdl_trajectory_info *info)
{
  (void)file, (void)info;
  return sgdl_without_hdf5(ctx);
}

sgdl_status sgdl_trajectory_read_rows(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                      ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, ptrdiff_t rows,
                                      double *out)
{
  (void)file, (void)dataset, (void)path, (void)first, (void)count, (void)dim, (void)rows, (void)out;
  return sgdl_without_hdf5(ctx);
}

sgdl_status sgdl_trajectory_write_rows(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                       ptrdiff_t rows, const double *steps, const double *theta,
                                       const double *velocity)
{
  (void)file, (void)info, (void)rows, (void)steps, (void)theta, (void)velocity;
  return sgdl_without_hdf5(ctx);
}

#else

#include "../base/transpose.h"

#include <math.h>
#include <stdlib.h>

enum { SLAB = 1 << 18 }; /* doubles written at a time                                        */

static const struct {
  const char *name;
  size_t offset;
} run_scalars[] = {
  { "run/lr", offsetof(sgdl_trajectory_info, lr) },
  { "run/momentum", offsetof(sgdl_trajectory_info, momentum) },
  { "run/weight_decay", offsetof(sgdl_trajectory_info, weight_decay) },
  { "run/batch_size", offsetof(sgdl_trajectory_info, batch_size) },
  { "run/n_examples", offsetof(sgdl_trajectory_info, n_examples) },
  { "run/epoch_sampling", offsetof(sgdl_trajectory_info, epoch_sampling) },
};
enum { RUN_SCALARS = sizeof run_scalars / sizeof *run_scalars };

int sgdl_has_hdf5(void)
{
  return 1;
}

/* ---- reading ---- */

/* (path x) frame x coordinate; a one-dimensional dataset is one coordinate of one path. */
typedef struct extents {
  ptrdiff_t frames, dim, n_paths;
} extents;

static extents extents_of(const sgdl_h5_dataset *set)
{
  return (extents){ (ptrdiff_t)set->size[set->rank == 3 ? 1 : 0],
                    set->rank > 1 ? (ptrdiff_t)set->size[set->rank - 1] : 1,
                    set->rank == 3 ? (ptrdiff_t)set->size[0] : 1 };
}

static sgdl_status read_info(const sgdl_h5_file *f, sgdl_trajectory_info *info)
{
  sgdl_h5_dataset set;
  SGDL_TRY(sgdl_h5_dataset_open(f, "theta", 2, 3, &set));
  extents theta = extents_of(&set);
  info->frames = theta.frames;
  info->dim = theta.dim;
  info->n_paths = theta.n_paths;
  info->has_velocity = sgdl_h5_has(f, "velocity");
  if (info->has_velocity) {
    SGDL_TRY(sgdl_h5_dataset_open(f, "velocity", 2, 3, &set));
    extents v = extents_of(&set);
    if (v.frames != theta.frames || v.dim != theta.dim || v.n_paths != theta.n_paths)
      return SGDL_H5_ERROR(f, "\"velocity\" has %td frames of %td coordinates in %td paths: expected %td, %td "
                        "and %td as \"theta\" has", v.frames, v.dim, v.n_paths, theta.frames, theta.dim,
                        theta.n_paths);
  }
  for (int i = 0; i < RUN_SCALARS; i++)
    SGDL_TRY(sgdl_h5_scalar_read(f, run_scalars[i].name, (double *)((char *)info + run_scalars[i].offset)));
  return SGDL_OK;
}

sgdl_status sgdl_trajectory_info_read(sgdl_context *ctx, const char *file, sgdl_trajectory_info *info)
{
  sgdl_h5_file f;
  sgdl_trajectory_info found = { 0 };
  SGDL_TRY(sgdl_h5_open(ctx, file, &f));
  sgdl_status status = read_info(&f, &found);
  sgdl_h5_close(&f);
  if (status == SGDL_OK) *info = found;
  return status;
}

/* rows (count x dim, C order) = the slab. */
static sgdl_status read_slab(const sgdl_h5_file *f, const char *name, ptrdiff_t path, ptrdiff_t first,
                             ptrdiff_t count, ptrdiff_t dim, double *rows)
{
  sgdl_h5_dataset set;
  SGDL_TRY(sgdl_h5_dataset_open(f, name, 1, 3, &set));
  extents stored = extents_of(&set);
  if (stored.dim != dim)
    return SGDL_H5_ERROR(f, "dataset \"%s\" has %td coordinates: expected %td", name, stored.dim, dim);
  if (path >= stored.n_paths)
    return SGDL_H5_ERROR(f, "dataset \"%s\" has %td paths: asked for path %td", name, stored.n_paths, path + 1);
  if (first > stored.frames || count > stored.frames - first)
    return SGDL_H5_ERROR(f, "dataset \"%s\" has %td frames: asked for %td after the first %td", name,
                      stored.frames, count, first);

  int skip = set.rank == 3 ? 0 : 1; /* without the path; of rank 1 the coordinate is ignored */
  hsize_t start[3] = { (hsize_t)path, (hsize_t)first, 0 }, extent[3] = { 1, (hsize_t)count, (hsize_t)dim };
  hid_t memory = H5Screate_simple(set.rank, extent + skip, NULL), space = H5Dget_space(set.id);
  herr_t failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, start + skip, NULL, extent + skip, NULL);
  if (failed >= 0) failed = H5Dread(set.id, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, rows);
  H5Sclose(space);
  H5Sclose(memory);
  return failed < 0 ? sgdl_h5_read_failed(f, name) : SGDL_OK;
}

sgdl_status sgdl_trajectory_read_rows(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                      ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, ptrdiff_t rows,
                                      double *out)
{
  sgdl_h5_file f;
  double *frames;
  if (path < 0 || first < 0 || count < 1 || dim < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "path %td, frame %td, %td frames, %td coordinates: expected the first two >= 0, the "
                     "others >= 1", path, first, count, dim);
  if (count > PTRDIFF_MAX / (ptrdiff_t)sizeof(double) / dim)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "%td frames of %td coordinates: too many to address", count, dim);
  SGDL_TRY(sgdl_h5_open(ctx, file, &f));
  /* Frames come whole before any is handed over: a damaged file must leave `out` alone. */
  sgdl_status status = sgdl_alloc(ctx, &frames, count * dim, "the frames read");
  if (status == SGDL_OK) {
    status = read_slab(&f, dataset, path, first, count, dim, frames);
    if (status == SGDL_OK) sgdl_transpose(dim, count, dim, frames, rows, out);
    free(frames);
  }
  sgdl_h5_close(&f);
  return status;
}

/* ---- writing ---- */

/* Arrays rows x dim x n_paths, of which info->frames rows are written; a slab of frames of one path, or of all
 * frames of several paths. */
typedef struct frames {
  const sgdl_trajectory_info *info;
  ptrdiff_t rows;
  const double *steps, *theta, *velocity;
  double *slab;
  ptrdiff_t slab_frames, slab_paths;
} frames;

/* Frames [first, first + n) of `count` paths from `path` on. */
static int write_slab(const frames *t, hid_t set, hid_t space, ptrdiff_t path, ptrdiff_t count, ptrdiff_t first,
                      ptrdiff_t n, const double *x)
{
  ptrdiff_t d = t->info->dim;
  for (ptrdiff_t p = 0; p < count; p++)
    sgdl_transpose(n, d, t->rows, x + first + t->rows * d * (path + p), d, t->slab + n * d * p);
  int skip = t->info->n_paths == 1;
  hsize_t start[3] = { (hsize_t)path, (hsize_t)first, 0 }, extent[3] = { (hsize_t)count, (hsize_t)n, (hsize_t)d };
  hid_t memory = H5Screate_simple(3 - skip, extent + skip, NULL);
  int written = H5Sselect_hyperslab(space, H5S_SELECT_SET, start + skip, NULL, extent + skip, NULL) >= 0 &&
                H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, t->slab) >= 0;
  H5Sclose(memory);
  return written;
}

static int write_frames(const sgdl_h5_file *f, const char *name, const frames *t, const double *x)
{
  if (!x) return 1;
  ptrdiff_t T = t->info->frames, n_paths = t->info->n_paths;
  int skip = n_paths == 1;
  hsize_t size[3] = { (hsize_t)n_paths, (hsize_t)T, (hsize_t)t->info->dim };
  hid_t space = H5Screate_simple(3 - skip, size + skip, NULL);
  hid_t set = H5Dcreate2(f->id, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = set >= 0;
  for (ptrdiff_t p = 0; p < n_paths; p += t->slab_paths)
    for (ptrdiff_t first = 0; first < T && written; first += t->slab_frames) {
      ptrdiff_t paths = n_paths - p < t->slab_paths ? n_paths - p : t->slab_paths;
      ptrdiff_t n = T - first < t->slab_frames ? T - first : t->slab_frames;
      written = write_slab(t, set, space, p, paths, first, n, x);
    }
  if (set >= 0) H5Dclose(set);
  H5Sclose(space);
  return written;
}

static int write_all(const sgdl_h5_file *f, const void *content)
{
  const frames *t = content;
  hsize_t n = (hsize_t)t->info->frames;
  hid_t run = H5Gcreate2(f->id, "run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = run >= 0 && H5Gclose(run) >= 0;
  for (int i = 0; i < RUN_SCALARS && written; i++) {
    const double *value = (const double *)((const char *)t->info + run_scalars[i].offset);
    if (!isnan(*value)) written = sgdl_h5_write(f, run_scalars[i].name, 0, NULL, value);
  }
  return written && sgdl_h5_write(f, "step", 1, &n, t->steps) && write_frames(f, "theta", t, t->theta) &&
         write_frames(f, "velocity", t, t->velocity);
}

sgdl_status sgdl_trajectory_write_rows(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                       ptrdiff_t rows, const double *steps, const double *theta,
                                       const double *velocity)
{
  const ptrdiff_t most = PTRDIFF_MAX / (ptrdiff_t)sizeof(double);
  frames t = { .info = info, .rows = rows, .steps = steps, .theta = theta, .velocity = velocity };
  if (info->frames < 1 || info->dim < 1 || info->n_paths < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`theta` has %td frames of %td coordinates in %td paths: expected at least one of each",
                     info->frames, info->dim, info->n_paths);
  if (info->dim > most / info->frames || info->n_paths > most / info->frames / info->dim)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`theta` has %td x %td x %td elements: expected fewer than %td",
                     info->frames, info->dim, info->n_paths, most);

  t.slab_frames = info->dim < SLAB ? SLAB / info->dim : 1;
  if (t.slab_frames > info->frames) t.slab_frames = info->frames;
  t.slab_paths = t.slab_frames == info->frames && info->frames * info->dim < SLAB
                   ? SLAB / (info->frames * info->dim) : 1;
  if (t.slab_paths > info->n_paths) t.slab_paths = info->n_paths;
  SGDL_TRY(sgdl_alloc(ctx, &t.slab, t.slab_frames * t.slab_paths * info->dim, "the frames written"));
  sgdl_status status = sgdl_h5_write_partial(ctx, file, write_all, &t);
  free(t.slab);
  return status;
}

#endif

sgdl_status sgdl_trajectory_read(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                 ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out)
{
  return sgdl_trajectory_read_rows(ctx, file, dataset, path, first, count, dim, count, out);
}

sgdl_status sgdl_trajectory_write(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                  const double *steps, const double *theta, const double *velocity)
{
  SGDL_TRY(sgdl_trajectory_write_rows(ctx, file, info, info->frames, steps, theta, velocity));
  return sgdl_publish_now(ctx, file);
}
