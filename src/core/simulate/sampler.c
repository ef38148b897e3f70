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
                            .drop_last = drop_last,
                            .epoch_steps = full + keep,
                            .last_size = keep ? remainder : S,
                            .seed = seed};
  return SGDL_OK;
}

/* ---- batch sizes that change over steps ---- */

static sgdl_status check_sizes(sgdl_context *ctx, ptrdiff_t N, const double *sizes, ptrdiff_t steps,
                               ptrdiff_t *largest)
{
  *largest = 1;
  for (ptrdiff_t k = 0; k < steps; k++) {
    if (!(sizes[k] >= 1.0 && sizes[k] <= (double)N))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`batch_size[%td]` = %g: expected an integer from 1 to the %td examples", k + 1,
                       sizes[k], N);
    if (sizes[k] > (double)*largest) *largest = (ptrdiff_t)sizes[k];
  }
  return SGDL_OK;
}

/* A batch takes the next examples of the shuffle; where fewer are left they are the last batch of the epoch,
 * or dropped. */
static void place_batches(const sgdl_sampler *sampler, ptrdiff_t steps, sgdl_place *places)
{
  uint64_t epoch = 0;
  ptrdiff_t offset = 0;
  for (ptrdiff_t k = 0; k < steps; k++) {
    ptrdiff_t size = (ptrdiff_t)sampler->sizes[k], left = sampler->N - offset;
    if (left == 0 || (left < size && sampler->drop_last)) {
      epoch++;
      offset = 0;
      left = sampler->N;
    }
    if (size > left) size = left;
    places[k] = (sgdl_place){epoch, (uint32_t)offset, (uint32_t)size};
    offset += size;
  }
}

sgdl_status sgdl_sampler_schedule(sgdl_context *ctx, const double *batch_size, ptrdiff_t steps,
                                  sgdl_sampler *sampler)
{
  ptrdiff_t largest;
  SGDL_TRY(check_sizes(ctx, sampler->N, batch_size, steps, &largest));
  sampler->sizes = batch_size;
  sampler->S = largest;
  if (sampler->sampling != SGDL_EPOCH) return SGDL_OK;
  sampler->places = malloc((size_t)steps * sizeof *sampler->places);
  if (!sampler->places)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the batches of %td steps", steps);
  place_batches(sampler, steps, sampler->places);
  return SGDL_OK;
}

void sgdl_sampler_free(sgdl_sampler *sampler)
{
  free(sampler->places);
  sampler->places = NULL;
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
static void draw_distinct(ptrdiff_t N, ptrdiff_t S, uint64_t *scratch, uint32_t *batch)
{
  size_t slots = set_slots(S);
  uint32_t *set = (uint32_t *)(void *)(scratch + S);
  memset(set, 0xff, slots * sizeof *set);
  for (ptrdiff_t i = 0; i < S; i++) {
    uint32_t last = (uint32_t)(N - S + i), index = sgdl_below(scratch[i], (uint64_t)last + 1);
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

/* Where the batch of a step lies in which shuffle. */
static sgdl_place place_of(const sgdl_sampler *sampler, uint64_t step)
{
  if (sampler->places) return sampler->places[step];
  uint64_t steps = (uint64_t)sampler->epoch_steps, b = step % steps;
  ptrdiff_t size = b == steps - 1 ? sampler->last_size : sampler->S;
  return (sgdl_place){step / steps, (uint32_t)(b * (uint64_t)sampler->S), (uint32_t)size};
}

static ptrdiff_t draw_epoch(const sgdl_sampler *sampler, sgdl_shuffle *shuffle, uint64_t path, uint64_t step,
                            uint64_t *words, uint32_t *batch)
{
  sgdl_place place = place_of(sampler, step);
  if (!shuffle->made || shuffle->epoch != place.epoch)
    make_shuffle(sampler, shuffle, path, place.epoch, words);
  memcpy(batch, shuffle->order + place.offset, place.size * sizeof *batch);
  return place.size;
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
  ptrdiff_t size = sampler->sizes ? (ptrdiff_t)sampler->sizes[step] : sampler->S;
  sgdl_words(sampler->seed, SGDL_STREAM_BATCH, path, step, 0, size, scratch);
  if (sampler->sampling == SGDL_WITHOUT)
    draw_distinct(sampler->N, size, scratch, batch);
  else
    for (ptrdiff_t i = 0; i < size; i++) batch[i] = sgdl_below(scratch[i], (uint64_t)sampler->N);
  return size;
}

/* ---- the batches of a run ---- */

static sgdl_status make_shuffles(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t n_paths, sgdl_batches *batches)
{
  ptrdiff_t indices = sgdl_times(N, n_paths);
  if (indices > 0 && (size_t)indices <= SIZE_MAX / sizeof *batches->orders)
    batches->orders = malloc((size_t)indices * sizeof *batches->orders);
  batches->shuffles = calloc((size_t)n_paths, sizeof *batches->shuffles);
  if (!batches->orders || !batches->shuffles)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the shuffles of %td paths of %td examples", n_paths,
                     N);
  for (ptrdiff_t p = 0; p < n_paths; p++) batches->shuffles[p].order = batches->orders + p * N;
  return SGDL_OK;
}

sgdl_status sgdl_batches_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                sgdl_batches *batches)
{
  ptrdiff_t N = model->n_examples, S = (ptrdiff_t)model->hyper.batch_size;
  *batches = (sgdl_batches){0};
  SGDL_TRY(sgdl_sampler_init(ctx, N, S, model->sampling, model->drop_last, sim->seed, &batches->sampler));
  if (sim->batch_size) SGDL_TRY(sgdl_sampler_schedule(ctx, sim->batch_size, sim->steps, &batches->sampler));
  return model->sampling == SGDL_EPOCH ? make_shuffles(ctx, N, sim->n_paths, batches) : SGDL_OK;
}

ptrdiff_t sgdl_batches_draw(const sgdl_batches *batches, ptrdiff_t path, uint64_t step, uint64_t *scratch,
                            uint32_t *batch)
{
  sgdl_shuffle *shuffle = batches->shuffles ? batches->shuffles + path : NULL;
  return sgdl_sampler_draw(&batches->sampler, shuffle, (uint64_t)path, step, scratch, batch);
}

void sgdl_batches_free(sgdl_batches *batches)
{
  sgdl_sampler_free(&batches->sampler);
  free(batches->shuffles);
  free(batches->orders);
  *batches = (sgdl_batches){0};
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
