/* Block indices for the bootstrap; see bootstrap.h. */
#include "bootstrap.h"

static uint32_t next_word(sgdl_draws *d)
{
  if (d->used == 4) {
    sgdl_philox(d->seed, SGDL_STREAM_BOOTSTRAP, 0, d->resample, d->block++, d->word);
    d->used = 0;
  }
  return d->word[d->used++];
}

/* Lemire (2019): the high half of word * bound, where the low half is not among the 2^32 mod bound
 * values that would favour some indices. */
uint32_t sgdl_draws_next(sgdl_draws *draws, uint32_t bound)
{
  uint64_t product = (uint64_t)next_word(draws) * bound;
  if ((uint32_t)product < bound) {
    uint32_t favoured = (uint32_t)(-bound) % bound;
    while ((uint32_t)product < favoured) product = (uint64_t)next_word(draws) * bound;
  }
  return (uint32_t)(product >> 32);
}
