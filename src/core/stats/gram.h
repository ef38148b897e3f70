/* The Gram matrix of frames, coordinates by slabs. */
#ifndef SGDL_GRAM_H
#define SGDL_GRAM_H

#include "../base/base.h"

/* A slab of k coordinates, k x T (a frame is contiguous), becomes its residuals from the chord of each coordinate;
 * chord (2 k) is written. first: the slab's first coordinate, for messages. */
sgdl_status sgdl_gram_residuals(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, double *slab, double *chord,
                                ptrdiff_t first);
/* Adds such a slab to the Gram matrix. BLAS with the threads it has. */
sgdl_status sgdl_gram_add(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *slab, const double *chord,
                          double *gram);

#endif
