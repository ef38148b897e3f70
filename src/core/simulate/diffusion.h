/* Processes of anomalous diffusion, one coordinate of one path at a time. */
#ifndef SGDL_DIFFUSION_H
#define SGDL_DIFFUSION_H

#include "../base/fourier.h"

/* Draws of (series, purpose): `path` of the generator is the series, `step` the purpose. */
enum { SGDL_DRAW_STEPS = 0, SGDL_DRAW_NOISE = 1, SGDL_DRAW_TIMES = 2 };

/* Circulant embedding of increments with covariances r_0 .. r_{length/2}: their spectrum's square roots. */
typedef struct sgdl_embedding {
  ptrdiff_t length, room;
  fftw_plan forward, backward;
  double *root;                  /* length/2 + 1                                             */
} sgdl_embedding;

/* SGDL_NOT_PSD without a message where the embedding has a negative eigenvalue beyond rounding. */
sgdl_status sgdl_embedding_open(sgdl_context *ctx, ptrdiff_t n, double exponent, sgdl_embedding *e);
void sgdl_embedding_close(sgdl_embedding *e);
/* n <= length/2 increments of fractional Gaussian noise of unit variance from `length` normals in work
 * (room); they end up at its beginning. */
void sgdl_embedding_draw(const sgdl_embedding *e, double *work);

/* Positions at frames 0 .. steps of event-driven processes with unit jumps or unit speed, x[0] = 0. */
void sgdl_ctrw_path(uint64_t seed, uint64_t series, ptrdiff_t steps, double exponent, double *x);
void sgdl_levy_walk_path(uint64_t seed, uint64_t series, ptrdiff_t steps, double exponent, double *x);

#endif
