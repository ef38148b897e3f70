/* Trajectories on disk: slabs in and out of HDF5 files laid out as in sgdl.h. Scalars are datasets, not
 * attributes, because Octave's load() reads no attributes. */
#include "../base/base.h"

#ifndef SGDL_HAVE_HDF5

static sgdl_status without_hdf5(sgdl_context *ctx)
{
  return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                   "built without libhdf5: install it (Debian libhdf5-dev, Fedora hdf5-devel, conda and "
                   "Homebrew hdf5) and install the package again");
}

int sgdl_has_hdf5(void)
{
  return 0;
}

sgdl_status sgdl_trajectory_info_read(sgdl_context *ctx, const char *file, sgdl_trajectory_info *info)
{
  (void)file, (void)info;
  return without_hdf5(ctx);
}

sgdl_status sgdl_trajectory_read(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                 ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out)
{
  (void)file, (void)dataset, (void)path, (void)first, (void)count, (void)dim, (void)out;
  return without_hdf5(ctx);
}

sgdl_status sgdl_trajectory_write(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                  const double *steps, const double *theta, const double *velocity)
{
  (void)file, (void)info, (void)steps, (void)theta, (void)velocity;
  return without_hdf5(ctx);
}

#else

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB = 1 << 18 }; /* doubles written at a time                                        */

static const struct {
  const char *name;
  size_t offset;
} run_scalars[] = {
  { "lr", offsetof(sgdl_trajectory_info, lr) },
  { "momentum", offsetof(sgdl_trajectory_info, momentum) },
  { "weight_decay", offsetof(sgdl_trajectory_info, weight_decay) },
  { "batch_size", offsetof(sgdl_trajectory_info, batch_size) },
  { "n_examples", offsetof(sgdl_trajectory_info, n_examples) },
  { "epoch_sampling", offsetof(sgdl_trajectory_info, epoch_sampling) },
};
enum { RUN_SCALARS = sizeof run_scalars / sizeof *run_scalars };

int sgdl_has_hdf5(void)
{
  return 1;
}

/* ---- an open file, libhdf5 silent as long as it is ---- */

typedef struct trajectory_file {
  sgdl_context *ctx;
  const char *name;
  hid_t id;
  H5E_auto2_t report;
  void *report_data;
} trajectory_file;

/* SGDL_IO with the name of the file in front. */
#define FILE_ERROR(f, format, ...) \
  sgdl_fail((f)->ctx, SGDL_IO, "`file` = \"%s\": " format, (f)->name, __VA_ARGS__)

static void silence(trajectory_file *f)
{
  H5Eget_auto2(H5E_DEFAULT, &f->report, &f->report_data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* Closing the file closes everything in it, so a failure needs no clean-up of its own. */
static hid_t strong_close(void)
{
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}

/* Negative when what was written did not all reach the disk. */
static herr_t close_file(trajectory_file *f)
{
  herr_t failed = f->id >= 0 ? H5Fclose(f->id) : 0;
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, f->report, f->report_data);
  return failed;
}

static sgdl_status open_file(sgdl_context *ctx, const char *name, trajectory_file *f)
{
  *f = (trajectory_file){ .ctx = ctx, .name = name };
  FILE *readable = fopen(name, "rb");
  if (!readable) return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": cannot be opened for reading", name);
  fclose(readable);
  silence(f);
  htri_t is_hdf5 = H5Fis_hdf5(name);
  hid_t access = strong_close();
  f->id = is_hdf5 > 0 ? H5Fopen(name, H5F_ACC_RDONLY, access) : -1;
  H5Pclose(access);
  if (f->id >= 0) return SGDL_OK;
  close_file(f);
  return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": %s", name,
                   is_hdf5 > 0 ? "an HDF5 file that is truncated, damaged or open for writing elsewhere"
                               : "expected an HDF5 file, this is none");
}

/* ---- datasets ---- */

/* True when the link exists at every step of the path; H5Lexists fails on a missing parent. */
static int has_dataset(const trajectory_file *f, const char *path)
{
  char parent[256];
  size_t n = strlen(path);
  if (n == 0 || n >= sizeof parent) return 0;
  for (size_t i = 1; i < n; i++)
    if (path[i] == '/') {
      memcpy(parent, path, i);
      parent[i] = '\0';
      if (H5Lexists(f->id, parent, H5P_DEFAULT) <= 0) return 0;
    }
  return H5Lexists(f->id, path, H5P_DEFAULT) > 0;
}

/* A numeric dataset and its extents in C order. */
typedef struct dataset {
  hid_t id;
  int rank;
  hsize_t size[3];
} dataset;

static int is_numeric(hid_t set)
{
  hid_t type = H5Dget_type(set);
  if (type < 0) return 0;
  H5T_class_t kind = H5Tget_class(type);
  H5Tclose(type);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

/* Rank from least to most, at most 3. */
static sgdl_status open_dataset(const trajectory_file *f, const char *name, int least, int most, dataset *set)
{
  set->id = has_dataset(f, name) ? H5Dopen2(f->id, name, H5P_DEFAULT) : -1;
  if (set->id < 0) return FILE_ERROR(f, "expected a dataset \"%s\"", name);
  if (!is_numeric(set->id)) return FILE_ERROR(f, "dataset \"%s\": expected numbers", name);
  hid_t space = H5Dget_space(set->id);
  set->rank = H5Sget_simple_extent_ndims(space);
  if (set->rank >= least && set->rank <= most) H5Sget_simple_extent_dims(space, set->size, NULL);
  H5Sclose(space);
  if (set->rank < least || set->rank > most)
    return FILE_ERROR(f, "dataset \"%s\" has %d dimensions: expected %d to %d", name, set->rank, least, most);
  for (int i = 0; i < set->rank; i++)
    if (set->size[i] < 1 || set->size[i] > PTRDIFF_MAX / sizeof(double))
      return FILE_ERROR(f, "dataset \"%s\" has size %llu in dimension %d: expected at least 1", name,
                        (unsigned long long)set->size[i], i + 1);
  return SGDL_OK;
}

/* (path x) frame x coordinate; a one-dimensional dataset is one coordinate of one path. */
typedef struct extents {
  ptrdiff_t frames, dim, n_paths;
} extents;

static extents extents_of(const dataset *set)
{
  return (extents){ (ptrdiff_t)set->size[set->rank == 3 ? 1 : 0],
                    set->rank > 1 ? (ptrdiff_t)set->size[set->rank - 1] : 1,
                    set->rank == 3 ? (ptrdiff_t)set->size[0] : 1 };
}

static sgdl_status read_failed(const trajectory_file *f, const char *name)
{
  return FILE_ERROR(f, "dataset \"%s\" cannot be read: truncated or damaged", name);
}

/* /run/<name>; NaN when it is not there. */
static sgdl_status read_scalar(const trajectory_file *f, const char *name, double *value)
{
  char path[64];
  dataset set;
  snprintf(path, sizeof path, "run/%s", name);
  *value = NAN;
  if (!has_dataset(f, path)) return SGDL_OK;
  SGDL_TRY(open_dataset(f, path, 0, 2, &set));
  for (int i = 0; i < set.rank; i++)
    if (set.size[i] != 1) return FILE_ERROR(f, "dataset \"%s\": expected one number", path);
  herr_t failed = H5Dread(set.id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  return failed < 0 ? read_failed(f, path) : SGDL_OK;
}

static sgdl_status read_info(const trajectory_file *f, sgdl_trajectory_info *info)
{
  dataset set;
  SGDL_TRY(open_dataset(f, "theta", 2, 3, &set));
  extents theta = extents_of(&set);
  info->frames = theta.frames;
  info->dim = theta.dim;
  info->n_paths = theta.n_paths;
  info->has_velocity = has_dataset(f, "velocity");
  if (info->has_velocity) {
    SGDL_TRY(open_dataset(f, "velocity", 2, 3, &set));
    extents v = extents_of(&set);
    if (v.frames != theta.frames || v.dim != theta.dim || v.n_paths != theta.n_paths)
      return FILE_ERROR(f, "\"velocity\" has %td frames of %td coordinates in %td paths: expected %td, %td "
                        "and %td as \"theta\" has", v.frames, v.dim, v.n_paths, theta.frames, theta.dim,
                        theta.n_paths);
  }
  for (int i = 0; i < RUN_SCALARS; i++)
    SGDL_TRY(read_scalar(f, run_scalars[i].name, (double *)((char *)info + run_scalars[i].offset)));
  return SGDL_OK;
}

sgdl_status sgdl_trajectory_info_read(sgdl_context *ctx, const char *file, sgdl_trajectory_info *info)
{
  trajectory_file f;
  sgdl_trajectory_info found = { 0 };
  SGDL_TRY(open_file(ctx, file, &f));
  sgdl_status status = read_info(&f, &found);
  close_file(&f);
  if (status == SGDL_OK) *info = found;
  return status;
}

/* rows (count x dim, C order) = the slab. */
static sgdl_status read_slab(const trajectory_file *f, const char *name, ptrdiff_t path, ptrdiff_t first,
                             ptrdiff_t count, ptrdiff_t dim, double *rows)
{
  dataset set;
  SGDL_TRY(open_dataset(f, name, 1, 3, &set));
  extents stored = extents_of(&set);
  if (stored.dim != dim)
    return FILE_ERROR(f, "dataset \"%s\" has %td coordinates: expected %td", name, stored.dim, dim);
  if (path >= stored.n_paths)
    return FILE_ERROR(f, "dataset \"%s\" has %td paths: asked for path %td", name, stored.n_paths, path + 1);
  if (first > stored.frames || count > stored.frames - first)
    return FILE_ERROR(f, "dataset \"%s\" has %td frames: asked for %td after the first %td", name,
                      stored.frames, count, first);

  int skip = set.rank == 3 ? 0 : 1; /* without the path; of rank 1 the coordinate is ignored */
  hsize_t start[3] = { (hsize_t)path, (hsize_t)first, 0 }, extent[3] = { 1, (hsize_t)count, (hsize_t)dim };
  hid_t memory = H5Screate_simple(set.rank, extent + skip, NULL), space = H5Dget_space(set.id);
  herr_t failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, start + skip, NULL, extent + skip, NULL);
  if (failed >= 0) failed = H5Dread(set.id, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, rows);
  H5Sclose(space);
  H5Sclose(memory);
  return failed < 0 ? read_failed(f, name) : SGDL_OK;
}

sgdl_status sgdl_trajectory_read(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                 ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out)
{
  trajectory_file f;
  double *rows;
  if (path < 0 || first < 0 || count < 1 || dim < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "path %td, frame %td, %td frames, %td coordinates: expected the first two >= 0, the "
                     "others >= 1", path, first, count, dim);
  if (count > PTRDIFF_MAX / (ptrdiff_t)sizeof(double) / dim)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "%td frames of %td coordinates: too many to address", count, dim);
  SGDL_TRY(open_file(ctx, file, &f));
  /* Frames come whole before any is handed over: a damaged file must leave `out` alone. */
  sgdl_status status = sgdl_alloc(ctx, &rows, count * dim, "the frames read");
  if (status == SGDL_OK) {
    status = read_slab(&f, dataset, path, first, count, dim, rows);
    for (ptrdiff_t i = 0; status == SGDL_OK && i < count; i++)
      for (ptrdiff_t c = 0; c < dim; c++) out[i + count * c] = rows[c + dim * i];
    free(rows);
  }
  close_file(&f);
  return status;
}

/* ---- writing ---- */

/* False on any failure of libhdf5; x NULL: nothing to write. */
static int write_array(const trajectory_file *f, const char *name, int rank, const hsize_t *size,
                       const double *x)
{
  if (!x) return 1;
  hid_t space = rank ? H5Screate_simple(rank, size, NULL) : H5Screate(H5S_SCALAR);
  hid_t set = H5Dcreate2(f->id, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0;
  if (set >= 0) H5Dclose(set);
  H5Sclose(space);
  return written;
}

/* x: T x d x n_paths column-major, turned into frames a slab at a time. */
static int write_frames(const trajectory_file *f, const char *name, const sgdl_trajectory_info *info,
                        const double *x, double *slab, ptrdiff_t slab_frames)
{
  if (!x) return 1;
  ptrdiff_t T = info->frames, d = info->dim;
  int skip = info->n_paths == 1;
  hsize_t size[3] = { (hsize_t)info->n_paths, (hsize_t)T, (hsize_t)d };
  hid_t space = H5Screate_simple(3 - skip, size + skip, NULL);
  hid_t set = H5Dcreate2(f->id, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = set >= 0;
  for (ptrdiff_t p = 0; p < info->n_paths; p++)
    for (ptrdiff_t first = 0; first < T && written; first += slab_frames) {
      ptrdiff_t n = T - first < slab_frames ? T - first : slab_frames;
      for (ptrdiff_t c = 0; c < d; c++)
        for (ptrdiff_t i = 0; i < n; i++) slab[c + d * i] = x[first + i + T * (c + d * p)];
      hsize_t start[3] = { (hsize_t)p, (hsize_t)first, 0 }, extent[3] = { 1, (hsize_t)n, (hsize_t)d };
      hid_t memory = H5Screate_simple(3 - skip, extent + skip, NULL);
      written = H5Sselect_hyperslab(space, H5S_SELECT_SET, start + skip, NULL, extent + skip, NULL) >= 0 &&
                H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, slab) >= 0;
      H5Sclose(memory);
    }
  if (set >= 0) H5Dclose(set);
  H5Sclose(space);
  return written;
}

static int write_all(const trajectory_file *f, const sgdl_trajectory_info *info, const double *steps,
                     const double *theta, const double *velocity, double *slab, ptrdiff_t slab_frames)
{
  hsize_t frames = (hsize_t)info->frames;
  hid_t run = H5Gcreate2(f->id, "run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = run >= 0 && H5Gclose(run) >= 0;
  for (int i = 0; i < RUN_SCALARS && written; i++) {
    char path[64];
    double value = *(const double *)((const char *)info + run_scalars[i].offset);
    snprintf(path, sizeof path, "run/%s", run_scalars[i].name);
    if (!isnan(value)) written = write_array(f, path, 0, NULL, &value);
  }
  return written && write_array(f, "step", 1, &frames, steps) &&
         write_frames(f, "theta", info, theta, slab, slab_frames) &&
         write_frames(f, "velocity", info, velocity, slab, slab_frames);
}

static sgdl_status write_and_rename(sgdl_context *ctx, const char *file, const char *partial,
                                    const sgdl_trajectory_info *info, const double *steps,
                                    const double *theta, const double *velocity)
{
  trajectory_file f = { .ctx = ctx, .name = partial };
  ptrdiff_t slab_frames = info->dim < SLAB ? SLAB / info->dim : 1;
  double *slab;
  if (slab_frames > info->frames) slab_frames = info->frames;
  SGDL_TRY(sgdl_alloc(ctx, &slab, slab_frames * info->dim, "the frames written"));
  silence(&f);
  hid_t access = strong_close();
  f.id = H5Fcreate(partial, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  int created = f.id >= 0;
  int written = created && write_all(&f, info, steps, theta, velocity, slab, slab_frames);
  written = close_file(&f) >= 0 && written;
  free(slab);
  if (!created) return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": \"%s\" cannot be created", file, partial);
  if (written && rename(partial, file) == 0) return SGDL_OK;
  remove(partial);
  return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": writing failed; is the disk full?", file);
}

sgdl_status sgdl_trajectory_write(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                  const double *steps, const double *theta, const double *velocity)
{
  const ptrdiff_t most = PTRDIFF_MAX / (ptrdiff_t)sizeof(double);
  if (info->frames < 1 || info->dim < 1 || info->n_paths < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`theta` has %td frames of %td coordinates in %td paths: expected at least one of each",
                     info->frames, info->dim, info->n_paths);
  if (info->dim > most / info->frames || info->n_paths > most / info->frames / info->dim)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`theta` has %td x %td x %td elements: expected fewer than %td",
                     info->frames, info->dim, info->n_paths, most);

  size_t length = strlen(file);
  char *partial = malloc(length + sizeof ".partial");
  if (!partial) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the file name");
  memcpy(partial, file, length);
  memcpy(partial + length, ".partial", sizeof ".partial");
  sgdl_status status = write_and_rename(ctx, file, partial, info, steps, theta, velocity);
  free(partial);
  return status;
}

#endif
