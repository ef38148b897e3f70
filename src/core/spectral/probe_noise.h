/* Random vectors with the covariance of the gradient noise. */
#ifndef SGDL_PROBE_NOISE_H
#define SGDL_PROBE_NOISE_H

#include "../base/base.h"
#include "../sgdl_operator.h"

sgdl_status sgdl_probe_noise_check(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim);
/* B (dim x n) = Sigma^{1/2} z for probes first, first + 1, ...; noise NULL: z. */
sgdl_status sgdl_probe_starts(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, uint64_t seed,
                              int normal, ptrdiff_t first, ptrdiff_t n, double *B);

#endif
