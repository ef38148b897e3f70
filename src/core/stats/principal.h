/* A trajectory in the principal directions of its displacements: coordinates that move about independently.
 */
#ifndef SGDL_PRINCIPAL_H
#define SGDL_PRINCIPAL_H

#include "segments.h"

enum { SGDL_MOST_PRINCIPAL = 1024 };

/* rotated (T x d x n_paths) = x V, V the eigenvectors of the covariance of displacements over `lag` frames
 * (time-averaged, all paths). d = 1: a copy. eigenvalues: d, descending, optional. Displacements summed over
 * coordinates stay as they are. Cost 2 T d^2 n_paths flops and one eigendecomposition. */
sgdl_status sgdl_principal(sgdl_context *ctx, const sgdl_segments *s, ptrdiff_t lag, double *rotated,
                           double *eigenvalues);

/* The lag for it: the geometric mean of the window's ends, but with at least twenty independent displacements
 * a coordinate where that is possible. */
ptrdiff_t sgdl_principal_lag(const sgdl_segments *s, double first, double last);

#endif
