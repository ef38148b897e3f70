/* One HDF5 file: opened with a look at what it is, or written whole under another name. */
#define _POSIX_C_SOURCE 200809L
#include "hdf5_file.h"

sgdl_status sgdl_without_hdf5(sgdl_context *ctx)
{
  return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                   "built without libhdf5: install it (Debian libhdf5-dev, Fedora hdf5-devel, conda and "
                   "Homebrew hdf5) and install the package again");
}

#ifdef SGDL_HAVE_HDF5

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "publish.h"

/* ---- open and close ---- */

static void silence(sgdl_h5_file *f)
{
  H5Eget_auto2(H5E_DEFAULT, &f->report, &f->report_data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static hid_t strong_close(void)
{
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}

/* The format of HDF5 1.8, which every later version reads: its metadata carry checksums, so that damage to a
 * file cannot make it give numbers from elsewhere in it. */
static hid_t new_file_access(void)
{
  hid_t access = strong_close();
#if H5_VERSION_GE(1, 10, 2)
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
#else
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
#endif
  return access;
}

/* Negative when what was written did not all reach the file. */
static herr_t close_file(sgdl_h5_file *f)
{
  herr_t failed = f->id >= 0 ? H5Fclose(f->id) : 0;
  H5Eclear2(H5E_DEFAULT);
  H5Eset_auto2(H5E_DEFAULT, f->report, f->report_data);
  return failed;
}

void sgdl_h5_close(sgdl_h5_file *f)
{
  close_file(f);
}

sgdl_status sgdl_h5_open(sgdl_context *ctx, const char *name, sgdl_h5_file *f)
{
  *f = (sgdl_h5_file){ .ctx = ctx, .name = name };
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
int sgdl_h5_has(const sgdl_h5_file *f, const char *path)
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

static int is_numeric(hid_t set)
{
  hid_t type = H5Dget_type(set);
  if (type < 0) return 0;
  H5T_class_t kind = H5Tget_class(type);
  H5Tclose(type);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

sgdl_status sgdl_h5_dataset_open(const sgdl_h5_file *f, const char *name, int least, int most,
                                 sgdl_h5_dataset *set)
{
  set->id = sgdl_h5_has(f, name) ? H5Dopen2(f->id, name, H5P_DEFAULT) : -1;
  if (set->id < 0) return SGDL_H5_ERROR(f, "expected a dataset \"%s\"", name);
  if (!is_numeric(set->id)) return SGDL_H5_ERROR(f, "dataset \"%s\": expected numbers", name);
  hid_t space = H5Dget_space(set->id);
  set->rank = H5Sget_simple_extent_ndims(space);
  if (set->rank >= least && set->rank <= most) H5Sget_simple_extent_dims(space, set->size, NULL);
  H5Sclose(space);
  if (set->rank < least || set->rank > most)
    return SGDL_H5_ERROR(f, "dataset \"%s\" has %d dimensions: expected %d to %d", name, set->rank, least,
                         most);
  for (int i = 0; i < set->rank; i++)
    if (set->size[i] < 1 || set->size[i] > PTRDIFF_MAX / sizeof(double))
      return SGDL_H5_ERROR(f, "dataset \"%s\" has size %llu in dimension %d: expected at least 1", name,
                           (unsigned long long)set->size[i], i + 1);
  return SGDL_OK;
}

sgdl_status sgdl_h5_read_failed(const sgdl_h5_file *f, const char *name)
{
  return SGDL_H5_ERROR(f, "dataset \"%s\" cannot be read: truncated or damaged", name);
}

sgdl_status sgdl_h5_dataset_read(const sgdl_h5_file *f, const char *name, const sgdl_h5_dataset *set,
                                 double *x)
{
  herr_t failed = H5Dread(set->id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
  return failed < 0 ? sgdl_h5_read_failed(f, name) : SGDL_OK;
}

sgdl_status sgdl_h5_scalar_read(const sgdl_h5_file *f, const char *path, double *value)
{
  sgdl_h5_dataset set;
  *value = NAN;
  if (!sgdl_h5_has(f, path)) return SGDL_OK;
  SGDL_TRY(sgdl_h5_dataset_open(f, path, 0, 2, &set));
  for (int i = 0; i < set.rank; i++)
    if (set.size[i] != 1) return SGDL_H5_ERROR(f, "dataset \"%s\": expected one number", path);
  return sgdl_h5_dataset_read(f, path, &set, value);
}

int sgdl_h5_write(const sgdl_h5_file *f, const char *name, int rank, const hsize_t *size, const double *x)
{
  if (!x) return 1;
  hid_t space = rank ? H5Screate_simple(rank, size, NULL) : H5Screate(H5S_SCALAR);
  hid_t set = H5Dcreate2(f->id, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int written = set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0;
  if (set >= 0) H5Dclose(set);
  H5Sclose(space);
  return written;
}

/* ---- writing whole files ---- */

static sgdl_status write_partial(sgdl_context *ctx, const char *file, const char *partial, sgdl_h5_writer *write,
                                 const void *content)
{
  sgdl_h5_file f = { .ctx = ctx, .name = partial };
  silence(&f);
  hid_t access = new_file_access();
  f.id = H5Fcreate(partial, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  int created = f.id >= 0;
  int written = created && write(&f, content) && H5Fflush(f.id, H5F_SCOPE_LOCAL) >= 0;
  /* What does not fit is dropped, so that libhdf5 has the room it needs to close the file. */
  if (created && !written && truncate(partial, 0) != 0) remove(partial);
  written = close_file(&f) >= 0 && written;
  if (written) return SGDL_OK;
  if (!created) return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": \"%s\" cannot be created", file, partial);
  remove(partial);
  return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": writing failed; is the disk full?", file);
}

sgdl_status sgdl_h5_write_partial(sgdl_context *ctx, const char *file, sgdl_h5_writer *write, const void *content)
{
  char *partial = sgdl_partial_name(file);
  if (!partial) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the file name");
  sgdl_status status = write_partial(ctx, file, partial, write, content);
  free(partial);
  return status;
}

#endif
