/* Transposed copies, square by square in registers. */
#ifndef SGDL_TRANSPOSE_H
#define SGDL_TRANSPOSE_H

#include "base.h"

/* out[r + c * ld] = in[c + stride * r] for r < n, c < m. */
void sgdl_transpose(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, const double *in, ptrdiff_t ld, double *out);

#endif
