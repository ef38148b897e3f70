/* Counter-based random numbers: Philox4x32-10, and the arrays of normals and integers drawn from it.
 * The value at a key (seed, stream, path, step, coordinate) never depends on what else is asked for. */
#include "random.h"

#include "random_kernels.h"

#include <string.h>

/* Salmon, Moraes, Dror and Shaw (2011): multipliers and increments of the key. */
static const uint32_t multiplier[2] = {0xD2511F53u, 0xCD9E8D57u}, weyl[2] = {0x9E3779B9u, 0xBB67AE85u};

void sgdl_philox(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint32_t block,
                 uint32_t out[4])
{
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t c[4] = {block, (uint32_t)step, stream << 24 | (uint32_t)(step >> 32), (uint32_t)path};
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)multiplier[0] * c[0], p1 = (uint64_t)multiplier[1] * c[2];
    c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ key[0];
    c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ key[1];
    c[1] = (uint32_t)p1;
    c[3] = (uint32_t)p0;
    key[0] += weyl[0];
    key[1] += weyl[1];
  }
  memcpy(out, c, sizeof c);
}

/* ---- counters of consecutive blocks ---- */

/* Blocks [first, end) of one step after another. */
typedef struct block_walk {
  uint64_t first, end, block, step, stream;
} block_walk;

/* Writes the next n counters and moves on. */
SGDL_VECTORISED static void take_counters(block_walk *w, ptrdiff_t n, sgdl_counters *counters)
{
  ptrdiff_t i = 0;
  while (i < n) {
    uint64_t left = w->end - w->block, run = left < (uint64_t)(n - i) ? left : (uint64_t)(n - i);
    for (uint64_t r = 0; r < run; r++, i++) {
      counters->block[i] = w->block + r;
      counters->step[i] = w->step;
      counters->stream[i] = w->stream << 24 | w->step >> 32;
    }
    w->block += run;
    if (w->block == w->end) {
      w->block = w->first;
      w->step++;
    }
  }
}

static ptrdiff_t whole_groups(ptrdiff_t blocks)
{
  return (blocks + SGDL_GROUP - 1) / SGDL_GROUP * SGDL_GROUP;
}

/* ---- normals ---- */

/* Coordinates [first, first + n) of n_steps steps. Chunks of blocks run on across steps, so that short steps
 * vectorise as well; where a step begins or ends inside a block, the pairs pass through a buffer. */
static void fill_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, uint64_t first,
                         ptrdiff_t n, ptrdiff_t n_steps, double *out)
{
  sgdl_random_kernels kernels = sgdl_random_best();
  uint64_t first_block = first / 2, end_block = (first + (uint64_t)n + 1) / 2;
  block_walk walk = {first_block, end_block, first_block, step, stream};
  ptrdiff_t per_step = (ptrdiff_t)(end_block - first_block), total = per_step * n_steps;
  ptrdiff_t skip = (ptrdiff_t)(first % 2), position = 0; /* of the next element of a pair in its step */
  int whole_blocks = skip == 0 && n % 2 == 0;
  sgdl_counters counters;
  double pairs[2 * SGDL_CHUNK];
  for (ptrdiff_t done = 0; done < total; done += SGDL_CHUNK) {
    ptrdiff_t m = total - done < SGDL_CHUNK ? total - done : SGDL_CHUNK, padded = whole_groups(m);
    take_counters(&walk, padded, &counters);
    if (whole_blocks && padded == m) {
      kernels.normals(seed, path, &counters, m, out);
      out += 2 * m;
      continue;
    }
    kernels.normals(seed, path, &counters, padded, pairs);
    for (ptrdiff_t i = 0; i < 2 * m;) {
      ptrdiff_t before = position < skip ? skip - position : 0, end = skip + n;
      i += before;
      position += before;
      ptrdiff_t run = end - position < 2 * m - i ? end - position : 2 * m - i;
      memcpy(out, pairs + i, (size_t)run * sizeof *out);
      out += run;
      i += run;
      position += run;
      if (position < end) continue;
      i += 2 * per_step - end;
      position = 0;
    }
  }
}

void sgdl_normals(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first, ptrdiff_t n,
                  double *out)
{
  fill_normals(seed, stream, path, step, (uint64_t)first, n, 1, out);
}

void sgdl_normals_tile(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                       ptrdiff_t n_steps, double *out)
{
  fill_normals(seed, stream, path, step, 0, n, n_steps, out);
}

void sgdl_normals_band(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first,
                       ptrdiff_t n, ptrdiff_t n_steps, double *out)
{
  fill_normals(seed, stream, path, step, (uint64_t)first, n, n_steps, out);
}

/* ---- words and integers ---- */

void sgdl_words(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t first, ptrdiff_t n,
                uint64_t *out)
{
  sgdl_random_kernels kernels = sgdl_random_best();
  uint64_t first_block = (uint64_t)first / 2;
  block_walk walk = {first_block, UINT64_MAX, first_block, step, stream};
  sgdl_counters counters;
  uint64_t words[2 * SGDL_CHUNK];
  for (ptrdiff_t done = 0, skip = first % 2; done < n; skip = 0) {
    ptrdiff_t left = n - done, blocks = (skip + left + 1) / 2;
    if (blocks > SGDL_CHUNK) blocks = SGDL_CHUNK;
    ptrdiff_t padded = whole_groups(blocks), taken = 2 * blocks - skip < left ? 2 * blocks - skip : left;
    take_counters(&walk, padded, &counters);
    kernels.words(seed, path, &counters, padded, words);
    memcpy(out + done, words + skip, (size_t)taken * sizeof *out);
    done += taken;
  }
}
