/* Gaussian noise that is correlated as batches of shuffled epochs are. */
#ifndef SGDL_EPOCHS_H
#define SGDL_EPOCHS_H

#include "engine.h"

/* xi_b = zeta_b/sqrt(S_b) - mean, zeta_b independent with covariance Sigma N/(N-1) and mean =
 * sum_b sqrt(S_b) zeta_b/N over all N examples of the epoch, has exactly the covariances of THEORY section 6.
 * A dropped remainder takes part in the mean as one more batch that is never used. Vectors are uncoloured (unit
 * covariance) and `length` long; the mean of the running epoch is kept from step to step.
 * z (m x n_steps independent normals, elements first, first + 1, ... of the vectors of `step` and those after)
 * becomes the epoch noise over sqrt(N/(N-1)); spare: m x tile; mean: m. */
void sgdl_epochs_couple(const sgdl_noise *scheme, uint64_t seed, ptrdiff_t length, uint64_t path, uint64_t step,
                        ptrdiff_t n_steps, ptrdiff_t first, ptrdiff_t m, ptrdiff_t tile, double *z,
                        double *spare, double *mean);

#endif
