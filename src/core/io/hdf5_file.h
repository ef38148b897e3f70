/* One HDF5 file: opened for reading, or written as a whole. libhdf5 prints nothing meanwhile. */
#ifndef SGDL_HDF5_FILE_H
#define SGDL_HDF5_FILE_H

#include "../base/base.h"

/* What every function of this folder says where libhdf5 was not there to build with. */
sgdl_status sgdl_without_hdf5(sgdl_context *ctx);

#ifdef SGDL_HAVE_HDF5

#include <hdf5.h>

typedef struct sgdl_h5_file {
  sgdl_context *ctx;
  const char *name;
  hid_t id;
  H5E_auto2_t report;
  void *report_data;
} sgdl_h5_file;

/* SGDL_IO with the name of the file in front. */
#define SGDL_H5_ERROR(f, format, ...) \
  sgdl_fail((f)->ctx, SGDL_IO, "`file` = \"%s\": " format, (f)->name, __VA_ARGS__)

/* For reading. Closing closes everything in the file, so a failure needs no clean-up of its own. */
sgdl_status sgdl_h5_open(sgdl_context *ctx, const char *name, sgdl_h5_file *f);
void sgdl_h5_close(sgdl_h5_file *f);

/* A numeric dataset and its extents in C order. */
typedef struct sgdl_h5_dataset {
  hid_t id;
  int rank;
  hsize_t size[3];
} sgdl_h5_dataset;

/* True when the dataset or group is there. */
int sgdl_h5_has(const sgdl_h5_file *f, const char *path);
/* Rank from least to most, at most 3; every extent at least 1. */
sgdl_status sgdl_h5_dataset_open(const sgdl_h5_file *f, const char *name, int least, int most,
                                 sgdl_h5_dataset *set);
/* All of it, as doubles. */
sgdl_status sgdl_h5_dataset_read(const sgdl_h5_file *f, const char *name, const sgdl_h5_dataset *set, double *x);
sgdl_status sgdl_h5_read_failed(const sgdl_h5_file *f, const char *name);
/* One number; NaN when it is not there. */
sgdl_status sgdl_h5_scalar_read(const sgdl_h5_file *f, const char *path, double *value);

/* False on any failure of libhdf5; x NULL: nothing to write. */
int sgdl_h5_write(const sgdl_h5_file *f, const char *name, int rank, const hsize_t *size, const double *x);

/* A new file, filled by `write` (false on failure), under the name it has until it is published (publish.h). */
typedef int sgdl_h5_writer(const sgdl_h5_file *f, const void *content);
sgdl_status sgdl_h5_write_partial(sgdl_context *ctx, const char *file, sgdl_h5_writer *write, const void *content);

#endif
#endif
