/* Many modes as a few nodes, for sums over modes whose terms are smooth in kappa. */
#ifndef SGDL_COMPRESSED_H
#define SGDL_COMPRESSED_H

#include "../base/base.h"

/* sgdl_compress_spectrum for d modes: kappa descending and >= 0, strength >= 0 any. */
sgdl_status sgdl_compress_modes(sgdl_context *ctx, sgdl_dynamics dynamics, const sgdl_hyper *h, ptrdiff_t d,
                                const double *kappa, const double *strength, double max_steps,
                                ptrdiff_t *n_nodes, double *nodes, double *weights);

#endif
