/* Trajectory files whose frames are rows of larger arrays in memory. */
#ifndef SGDL_TRAJECTORY_H
#define SGDL_TRAJECTORY_H

#include "../base/base.h"

/* As sgdl_trajectory_read and sgdl_trajectory_write, but a column of `out`, `theta` and `velocity` has `rows`
 * elements: rows x dim and rows x dim x n_paths arrays, of which the first frames are meant. What is written has
 * the name it has until it is published (publish.h). */
sgdl_status sgdl_trajectory_read_rows(sgdl_context *ctx, const char *file, const char *dataset, ptrdiff_t path,
                                      ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, ptrdiff_t rows,
                                      double *out);
sgdl_status sgdl_trajectory_write_rows(sgdl_context *ctx, const char *file, const sgdl_trajectory_info *info,
                                       ptrdiff_t rows, const double *steps, const double *theta,
                                       const double *velocity);

#endif
