/* Bulk normals for the core (sgdl.h has the public generator), random words and integers. */
#ifndef SGDL_RANDOM_H
#define SGDL_RANDOM_H

#include "base.h"

/* sgdl_normals for steps [step, step + n_steps) and coordinates [0, n): out n x n_steps. */
void sgdl_normals_tile(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                       ptrdiff_t n_steps, double *out);

/* The same for coordinates [first, first + n). */
void sgdl_normals_band(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first,
                       ptrdiff_t n, ptrdiff_t n_steps, double *out);

/* out[i] = the 64-bit word first + i of (seed, stream, path, step): half (first + i) % 2 of block (first +
 * i)/2. */
void sgdl_words(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first, ptrdiff_t n,
                uint64_t *out);

/* Integer in [0, bound) from a uniform word, floor(word * bound / 2^64), bound < 2^32: probabilities are
 * equal to a relative bound/2^64. */
static inline uint32_t sgdl_below(uint64_t word, uint64_t bound)
{
  return (uint32_t)(((word >> 32) * bound + ((word & 0xffffffffu) * bound >> 32)) >> 32);
}

#endif
