/* Factors of covariances that change from step to step: the same bits on every machine, singular ones too. */
#ifndef SGDL_SEMIDEFINITE_H
#define SGDL_SEMIDEFINITE_H

#include "../base/base.h"

/* C (n x n, lower triangle; the rest is not touched) becomes lower triangular L, L L' = C. A direction whose
 * variance given those before is rounding gets a column of zeros. SGDL_NOT_PSD names `what`. n^3/3 flops. */
sgdl_status sgdl_semidefinite_factor(sgdl_context *ctx, const char *what, ptrdiff_t n, double *C);
/* out = L z, L lower triangular. */
void sgdl_lower_times(ptrdiff_t n, const double *L, const double *z, double *out);

#endif
