/* The units of a curve: whole paths, blocks of paths, blocks of origins, one displacement a path. */
#ifndef SGDL_VIEW_UNITS_H
#define SGDL_VIEW_UNITS_H

#include "units.h"
#include "view.h"

/* Each opens `u` (closed by the caller, also on failure harmlessly). redone as in sgdl_pieces_sums. */

/* Whole paths, all origins. */
sgdl_status sgdl_units_of_paths(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                int full, char *redone, sgdl_units *u);
/* Blocks of `length` frames of each path, displacements within. */
sgdl_status sgdl_units_of_blocks(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                 ptrdiff_t length, sgdl_units *u);
/* Blocks of `length` origins of each path, displacements across their ends too. */
sgdl_status sgdl_units_of_origins(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags, const double *lags,
                                  ptrdiff_t length, sgdl_units *u);
/* The displacement of each path from one frame. */
sgdl_status sgdl_units_from_origin(sgdl_context *ctx, const sgdl_view *v, ptrdiff_t n_lags,
                                   const double *lags,
                                   ptrdiff_t origin, sgdl_units *u);

/* Frames of all paths. */
double sgdl_view_frames(const sgdl_view *v);

#endif
