/* Resampling of blocks. */
#ifndef SGDL_BOOTSTRAP_H
#define SGDL_BOOTSTRAP_H

#include "../base/base.h"

/* Indices below a bound from SGDL_STREAM_BOOTSTRAP: the same for one (seed, resample) on any thread. */
typedef struct sgdl_draws {
  uint64_t seed, resample;
  uint32_t block, word[4];
  int used;
} sgdl_draws;

static inline sgdl_draws sgdl_draws_of(uint64_t seed, uint64_t resample)
{
  return (sgdl_draws){ seed, resample, 0, { 0 }, 4 };
}

/* Uniform on 0 .. bound - 1, without bias. */
uint32_t sgdl_draws_next(sgdl_draws *draws, uint32_t bound);

#endif
