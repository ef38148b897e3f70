/* Which examples make a batch: with replacement, distinct within a step, or by epochs (a fresh shuffle each).
 * Every batch is a function of (seed, path, step) alone. */
#include "../base/random.h"
#include "engine.h"

#include <stdlib.h>
#include <string.h>

enum { SHUFFLE_WORDS = 256 }; /* random words made at a time by a shuffle */

static const uint32_t empty_slot = UINT32_MAX;

sgdl_status sgdl_sampler_init(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t S, sgdl_sampling sampling,
                              int drop_last, uint64_t seed, sgdl_sampler *sampler)
{
  if (N < 1) return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_examples` = %td: expected an integer >= 1", N);
  if (N >= UINT32_MAX)
    return sgdl_fail(ctx, SGDL_TOO_LARGE, "`n_examples` = %td: batches are drawn from fewer than 2^32 - 1",
                     N);
  if (S < 1 || S > N)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`batch_size` = %td: expected an integer from 1 to the %td examples", S, N);
  ptrdiff_t full = N / S, remainder = N % S;
  int keep = remainder > 0 && !drop_last;
  *sampler = (sgdl_sampler){.N = N,
                            .S = S,
                            .sampling = sampling,
                            .epoch_steps = full + keep,
                            .last_size = keep ? remainder : S,
                            .seed = seed};
  return SGDL_OK;
}

/* ---- distinct within a step ---- */

/* Slots of the set of chosen indices: a power of two, at most a quarter full. */
static size_t set_slots(ptrdiff_t S)
{
  size_t slots = 8;
  while (slots < 4 * (size_t)S) slots *= 2;
  return slots;
}

/* Adds an index to the set; 0 when it was there. */
static int set_add(uint32_t *slots, size_t mask, uint32_t index)
{
  size_t at = index * 0x9E3779B1u & mask;
  while (slots[at] != empty_slot) {
    if (slots[at] == index) return 0;
    at = (at + 1) & mask;
  }
  slots[at] = index;
  return 1;
}

/* Floyd's algorithm: S distinct integers below N from exactly S words. */
static void draw_distinct(const sgdl_sampler *sampler, uint64_t *scratch, uint32_t *batch)
{
  size_t slots = set_slots(sampler->S);
  uint32_t *set = (uint32_t *)(void *)(scratch + sampler->S);
  memset(set, 0xff, slots * sizeof *set);
  for (ptrdiff_t i = 0; i < sampler->S; i++) {
    uint32_t last = (uint32_t)(sampler->N - sampler->S + i),
             index = sgdl_below(scratch[i], (uint64_t)last + 1);
    if (!set_add(set, slots - 1, index)) {
      index = last;
      set_add(set, slots - 1, index);
    }
    batch[i] = index;
  }
}

/* ---- epochs ---- */

/* Fisher-Yates shuffle of the identity, keyed by the epoch. */
static void make_shuffle(const sgdl_sampler *sampler, sgdl_shuffle *shuffle, uint64_t path, uint64_t epoch,
                         uint64_t *words)
{
  uint32_t *order = shuffle->order;
  for (ptrdiff_t i = 0; i < sampler->N; i++) order[i] = (uint32_t)i;
  for (ptrdiff_t done = 0, swaps = sampler->N - 1; done < swaps;) {
    ptrdiff_t n = swaps - done < SHUFFLE_WORDS ? swaps - done : SHUFFLE_WORDS;
    sgdl_words(sampler->seed, SGDL_STREAM_BATCH, path, epoch, done, n, words);
    for (ptrdiff_t w = 0; w < n; w++, done++) {
      ptrdiff_t i = swaps - done;
      uint32_t j = sgdl_below(words[w], (uint64_t)i + 1), kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }
  shuffle->epoch = epoch;
  shuffle->made = 1;
}

static ptrdiff_t draw_epoch(const sgdl_sampler *sampler, sgdl_shuffle *shuffle, uint64_t path, uint64_t step,
                            uint64_t *words, uint32_t *batch)
{
  uint64_t epoch = step / (uint64_t)sampler->epoch_steps;
  ptrdiff_t b = (ptrdiff_t)(step % (uint64_t)sampler->epoch_steps);
  ptrdiff_t size = b == sampler->epoch_steps - 1 ? sampler->last_size : sampler->S;
  if (!shuffle->made || shuffle->epoch != epoch) make_shuffle(sampler, shuffle, path, epoch, words);
  memcpy(batch, shuffle->order + b * sampler->S, (size_t)size * sizeof *batch);
  return size;
}

/* ---- any scheme ---- */

ptrdiff_t sgdl_sampler_scratch(const sgdl_sampler *sampler)
{
  switch (sampler->sampling) {
  case SGDL_EPOCH:
    return SHUFFLE_WORDS;
  case SGDL_WITHOUT:
    return sampler->S + (ptrdiff_t)(set_slots(sampler->S) / 2);
  default:
    return sampler->S;
  }
}

ptrdiff_t sgdl_sampler_draw(const sgdl_sampler *sampler, sgdl_shuffle *shuffle, uint64_t path, uint64_t step,
                            uint64_t *scratch, uint32_t *batch)
{
  if (sampler->sampling == SGDL_EPOCH) return draw_epoch(sampler, shuffle, path, step, scratch, batch);
  sgdl_words(sampler->seed, SGDL_STREAM_BATCH, path, step, 0, sampler->S, scratch);
  if (sampler->sampling == SGDL_WITHOUT)
    draw_distinct(sampler, scratch, batch);
  else
    for (ptrdiff_t i = 0; i < sampler->S; i++) batch[i] = sgdl_below(scratch[i], (uint64_t)sampler->N);
  return sampler->S;
}

sgdl_status sgdl_batch(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t S, sgdl_sampling sampling, int drop_last,
                       uint64_t seed, uint64_t path, uint64_t step, ptrdiff_t *indices, ptrdiff_t *size)
{
  sgdl_sampler sampler;
  ctx->message[0] = '\0';
  SGDL_TRY(sgdl_sampler_init(ctx, N, S, sampling, drop_last, seed, &sampler));
  sgdl_shuffle shuffle = {0};
  uint64_t *scratch = malloc((size_t)sgdl_sampler_scratch(&sampler) * sizeof *scratch);
  uint32_t *batch = malloc((size_t)S * sizeof *batch);
  sgdl_status status = SGDL_OK;
  if (sampling == SGDL_EPOCH) shuffle.order = malloc((size_t)N * sizeof *shuffle.order);
  if (!scratch || !batch || (sampling == SGDL_EPOCH && !shuffle.order)) {
    status = sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for a batch of %td out of %td examples", S, N);
  } else {
    *size = sgdl_sampler_draw(&sampler, &shuffle, path, step, scratch, batch);
    for (ptrdiff_t i = 0; i < *size; i++) indices[i] = batch[i];
  }
  free(scratch);
  free(batch);
  free(shuffle.order);
  return status;
}
