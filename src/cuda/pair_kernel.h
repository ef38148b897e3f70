/* The closed form of every pair of modes, THEORY sections 2 and 4; apart from pairs.cu for the benchmark of
 * it alone. */
#ifndef SGDL_CUDA_PAIR_KERNEL_H
#define SGDL_CUDA_PAIR_KERNEL_H

#include "plugin.h"

#include "base/pair_formula.h"

struct pair_law {
  ptrdiff_t d;
  int sgd;
  double lr, momentum, weight_decay, scale, mix;
};

/* One pass over all pairs: mixed = P + mix (R - R')/2, W, and R where it is wanted whole. noise may be
 * `mixed`. */
static __global__ void fill_pairs(pair_law law, const double *rho, const unsigned char *flags,
                                  const double *noise, double *mixed, double *velocity, double *cross)
{
  const unsigned tile = 1024; /* rows of a column to a block: a division each, not one each element */
  ptrdiff_t d = law.d;
  unsigned tiles = (unsigned)((d + tile - 1) / tile), all = tiles * (unsigned)d;
  for (unsigned t = blockIdx.x; t < all; t += gridDim.x) {
    ptrdiff_t j = t / tiles, first = (ptrdiff_t)(t % tiles) * tile, end = first + tile < d ? first + tile : d;
    for (ptrdiff_t i = first + threadIdx.x; i < end; i += blockDim.x) {
      ptrdiff_t e = i + j * d;
      double c[4];
      sgdl_pair_entry(law.sgd, law.lr, law.momentum, rho[i] + law.weight_decay, rho[j] + law.weight_decay,
                      flags[i] | flags[j], law.scale * noise[e], c);
      if (mixed) mixed[e] = c[0] + law.mix * ((c[2] - c[1]) / 2);
      if (velocity) velocity[e] = c[3];
      if (cross) cross[e] = c[2];
    }
  }
}

#endif
