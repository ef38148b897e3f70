/* Bulk normals for the core (sgdl.h has the public generator) and integers below a bound. */
#ifndef SGDL_RANDOM_H
#define SGDL_RANDOM_H

#include "base.h"

/* sgdl_normals for steps [step, step + n_steps) and coordinates [0, n): out n x n_steps. */
void sgdl_normals_tile(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                       ptrdiff_t n_steps, double *out);

#endif
