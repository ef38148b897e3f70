/* The normal fill against Box-Muller through libm on the same Philox counters, against the fastest code for
 * this processor (normals_limit.h, or normals_limit_avx2.h without AVX-512), and against a memory copy of as
 * many numbers. One thread. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "bench.h"
#include "normals_limit.h"
#include "normals_limit_avx2.h"

enum { COORDINATES = 1024, STEPS = 1000 };

typedef struct buffers {
  double *out, *source;
} buffers;

static void fill(void *data)
{
  buffers *b = data;
  for (int s = 0; s < STEPS; s++)
    sgdl_normals(1, SGDL_STREAM_NOISE, 0, (uint64_t)s, 0, COORDINATES, b->out + (ptrdiff_t)s * COORDINATES);
}

static void libm_box_muller(void *data)
{
  buffers *b = data;
  const double two_pi = 6.283185307179586;
  for (int s = 0; s < STEPS; s++) {
    double *out = b->out + (ptrdiff_t)s * COORDINATES;
    for (uint32_t block = 0; block < COORDINATES / 2; block++) {
      uint32_t r[4];
      sgdl_philox(1, SGDL_STREAM_NOISE, 0, (uint64_t)s, block, r);
      double u1 = ((double)(((uint64_t)r[1] << 32 | r[0]) >> 11) + 0.5) * 0x1p-53;
      double u2 = ((double)(((uint64_t)r[3] << 32 | r[2]) >> 11) + 0.5) * 0x1p-53;
      double radius = sqrt(-2.0 * log(u1));
      out[2 * block] = radius * cos(two_pi * u2);
      out[2 * block + 1] = radius * sin(two_pi * u2);
    }
  }
}

static void limit(void *data)
{
  buffers *b = data;
  void (*normals)(uint64_t, uint32_t, uint64_t, uint64_t, ptrdiff_t, double *) =
      limit_supported() ? limit_normals : short_limit_normals;
  for (int s = 0; s < STEPS; s++)
    normals(1, SGDL_STREAM_NOISE, 0, (uint64_t)s, COORDINATES, b->out + (ptrdiff_t)s * COORDINATES);
}

/* The limit is one only if it computes the same. */
static void check_limit(buffers *b)
{
  double worst = 0.0;
  fill(b);
  memcpy(b->source, b->out, sizeof(double) * COORDINATES * STEPS);
  limit(b);
  for (ptrdiff_t i = 0; i < COORDINATES * STEPS; i++) worst = fmax(worst, fabs(b->out[i] - b->source[i]));
  if (worst <= 1e-14) return;
  fprintf(stderr, "normals: the limit is off by %g\n", worst);
  exit(1);
}

static void copy(void *data)
{
  buffers *b = data;
  memcpy(b->out, b->source, sizeof(double) * COORDINATES * STEPS);
}

int main(void)
{
  buffers b = {bench_doubles(COORDINATES * STEPS), bench_doubles(COORDINATES * STEPS)};
  bench_case cases[] = {{"normal fill 1e6", fill, &b},
                        {"libm Box-Muller 1e6", libm_box_muller, &b},
                        {"memory copy 1e6", copy, &b},
                        {"limit of the fill 1e6", limit, &b}};
  int known = limit_supported() || short_limit_supported();
  if (known) check_limit(&b);
  bench_run(cases, known ? 4 : 3, 31);
  free(b.out);
  free(b.source);
  return 0;
}
