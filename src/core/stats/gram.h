/* The Gram matrix of frames, coordinates by slabs. */
#ifndef SGDL_GRAM_H
#define SGDL_GRAM_H

#include "../base/base.h"

/* Adds a slab of k coordinates, k x T (a frame is contiguous), which is overwritten by its residuals; chord:
 * 2 k doubles of scratch. first: the slab's first coordinate, for messages. BLAS with the threads it has. */
sgdl_status sgdl_gram_slab(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, double *slab, double *chord,
                           ptrdiff_t first, double *gram);

#endif
