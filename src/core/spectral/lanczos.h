/* Lanczos for several starting vectors in step, so that products are by blocks. */
#ifndef SGDL_LANCZOS_H
#define SGDL_LANCZOS_H

#include "basis.h"

typedef struct sgdl_lanczos {
  const sgdl_operator *op;
  const sgdl_deflation *deflation; /* n may be 0                                                        */
  ptrdiff_t steps, width;          /* m, vectors                                                        */
  double *basis;                   /* dim x width x (m + 1): vectors j in block j, starts in block 0   */
  double *alpha, *beta;            /* m x width; 0 past length                                           */
  double *length, *mass;           /* width; mass: squared length of the deflated start                     */
  sgdl_basis_work work;            /* for deflation->n + m columns                                       */
  const double **columns;          /* (deflation->n + m) x width                                         */
  double **vectors, *norm2, *largest; /* width each                                                      */
  ptrdiff_t first_probe;           /* for messages                                                      */
  double progress, progress_span;  /* fraction at the first step, and what all steps are of the whole    */
  ptrdiff_t n_products;
} sgdl_lanczos;

/* Workspace for up to m steps of up to `width` vectors of dim op->dim. Memory: dim x width x (m + 1). */
sgdl_status sgdl_lanczos_init(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                              ptrdiff_t steps, ptrdiff_t width, sgdl_lanczos *run);
void sgdl_lanczos_free(sgdl_lanczos *run);
/* All steps from the vectors in block 0, which are deflated and normalised in place. */
sgdl_status sgdl_lanczos_run(sgdl_context *ctx, sgdl_lanczos *run);

#endif
