/* Vector kernels behind random.c: Philox blocks to 64-bit words and to normals. */
#ifndef SGDL_RANDOM_KERNELS_H
#define SGDL_RANDOM_KERNELS_H

#include "base.h"

/* Blocks a kernel call works on: a multiple of a group, at most a chunk (which stays in cache). */
enum { SGDL_GROUP = 32, SGDL_CHUNK = 128 };

/* Counter words of a chunk of Philox blocks, one word to 64 bits: block, low step, stream and high step. */
typedef struct sgdl_counters {
  uint64_t block[SGDL_CHUNK], step[SGDL_CHUNK], stream[SGDL_CHUNK];
} sgdl_counters;

/* Two words or two normals of each of the first n blocks, n a multiple of SGDL_GROUP; out has room for 2n. */
typedef struct sgdl_random_kernels {
  void (*words)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n, uint64_t *out);
  void (*normals)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n, double *out);
} sgdl_random_kernels;

sgdl_random_kernels sgdl_random_best(void);     /* widest vectors of this machine */
sgdl_random_kernels sgdl_random_baseline(void); /* what every machine has         */

#endif
