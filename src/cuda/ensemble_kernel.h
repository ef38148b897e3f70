/* Ensembles of independent modes: normals, noise, step and record in one kernel; apart from ensemble.cu for
 * the benchmark of it alone. */
#ifndef SGDL_CUDA_ENSEMBLE_KERNEL_H
#define SGDL_CUDA_ENSEMBLE_KERNEL_H

#include "plugin.h"

#include "base/normal_pair.h"

/* Everything a kernel needs to know; arrays on the device. Records of one path stay together:
 * theta[i + d (r + n_records p)]. */
struct ensemble {
  ptrdiff_t d, n_paths, n_steps, every, n_records;
  uint64_t seed, path, step;
  uint32_t stream;
  int exact;
  const double *M, *on_x, *below, *on_v;
  double spread_x, spread_v;
  double *x, *v; /* d x n_paths each */
  double *theta, *velocity;
};

struct mode {
  double m11, m21, m12, m22, on_x, below, on_v, x, v;
};

static __device__ inline void load_mode(const ensemble &e, ptrdiff_t i, ptrdiff_t p, mode &a)
{
  const double *m = e.M + 4 * i;
  a = {m[0], m[1], m[2], m[3], 0, 0, 0, e.x[i + e.d * p], e.v[i + e.d * p]};
  if (e.on_x) a.on_x = e.on_x[i];
  if (e.on_x && e.exact) {
    a.below = e.below[i];
    a.on_v = e.on_v[i];
  }
}

/* In the order of operations of the CPU (linear.c, linear_bands.c), so that the bits are the same. */
static __device__ inline void move_mode(mode &a, double e, double f)
{
  double x = a.m11 * a.x + a.m12 * a.v + e, v = a.m21 * a.x + a.m22 * a.v + f;
  a.x = x;
  a.v = v;
}

static __device__ inline void draw_and_move(const ensemble &e, mode &a, double z1, double z2)
{
  if (e.exact) {
    move_mode(a, a.on_x * z1, a.below * z1 + a.on_v * z2);
  } else {
    double xi = a.on_x * z1;
    move_mode(a, e.spread_x * xi, e.spread_v * xi);
  }
}

static __device__ inline void keep(const ensemble &e, const mode &a, ptrdiff_t i, ptrdiff_t p, ptrdiff_t r)
{
  ptrdiff_t at = i + e.d * (r + e.n_records * p);
  if (e.theta) e.theta[at] = a.x;
  if (e.velocity) e.velocity[at] = a.v;
}

static __device__ inline void store_mode(const ensemble &e, const mode &a, ptrdiff_t i, ptrdiff_t p)
{
  e.x[i + e.d * p] = a.x;
  e.v[i + e.d * p] = a.v;
}

/* Modes are independent: a thread carries two neighbours of a path, which share their blocks of normals. */
static __global__ void step_independent(ensemble e)
{
  ptrdiff_t pairs = (e.d + 1) / 2;
  int odd = (int)(e.d % 2);
  EACH (t, pairs * e.n_paths) {
    ptrdiff_t q = t % pairs, p = t / pairs, i = 2 * q, r = 0;
    int two = i + 1 < e.d;
    mode a, b;
    load_mode(e, i, p, a);
    load_mode(e, two ? i + 1 : i, p, b);
    uint64_t path = e.path + (uint64_t)p;
    ptrdiff_t left = e.every - (ptrdiff_t)(e.step % (uint64_t)e.every); /* steps to the next record */
    for (ptrdiff_t s = 0; s < e.n_steps; s++) {
      uint64_t step = e.step + (uint64_t)s;
      uint32_t c[4];
      double first[2], second[4] = {0, 0, 0, 0};
      sgdl_philox_block(e.seed, e.stream, path, step, (uint32_t)q, c);
      sgdl_normals_of_block(c, first);
      if (e.exact) { /* normals d + i and d + i + 1: of one block, or of two where d is odd */
        ptrdiff_t block = (e.d + i) / 2;
        sgdl_philox_block(e.seed, e.stream, path, step, (uint32_t)block, c);
        sgdl_normals_of_block(c, second);
        if (odd) {
          sgdl_philox_block(e.seed, e.stream, path, step, (uint32_t)block + 1, c);
          sgdl_normals_of_block(c, second + 2);
        }
      }
      draw_and_move(e, a, first[0], odd ? second[1] : second[0]);
      if (two) draw_and_move(e, b, first[1], odd ? second[2] : second[1]);
      if (--left > 0) continue;
      left = e.every;
      keep(e, a, i, p, r);
      if (two) keep(e, b, i + 1, p, r);
      r++;
    }
    store_mode(e, a, i, p);
    if (two) store_mode(e, b, i + 1, p);
  }
}

#endif
