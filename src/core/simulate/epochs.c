/* Gaussian noise that is correlated as batches of shuffled epochs are. */
#include "epochs.h"

#include "../base/random.h"

#include <math.h>

static ptrdiff_t batch_size(const sgdl_noise *scheme, ptrdiff_t b)
{
  return b < scheme->full ? (ptrdiff_t)scheme->S : scheme->remainder;
}

/* mean = sum_b sqrt(S_b) z_b/N of the epoch that begins at `step`. */
static void epoch_mean(const sgdl_noise *scheme, uint64_t seed, ptrdiff_t length, uint64_t path, uint64_t step,
                       ptrdiff_t first, ptrdiff_t m, ptrdiff_t tile, double *z, double *mean)
{
  ptrdiff_t dropped = (ptrdiff_t)scheme->N;
  for (ptrdiff_t i = 0; i < m; i++) mean[i] = 0.0;
  for (ptrdiff_t b = 0; b < scheme->steps;) {
    ptrdiff_t n = scheme->steps - b < tile ? scheme->steps - b : tile;
    sgdl_normals_band(seed, SGDL_STREAM_NOISE, path, step + (uint64_t)b, first, m, n, z);
    for (ptrdiff_t s = 0; s < n; s++, b++) {
      double weight = sqrt((double)batch_size(scheme, b)) / scheme->N;
      for (ptrdiff_t i = 0; i < m; i++) mean[i] += weight * z[i + s * m];
      dropped -= batch_size(scheme, b);
    }
  }
  if (dropped == 0) return;
  double weight = sqrt((double)dropped) / scheme->N;
  sgdl_normals(seed, SGDL_STREAM_NOISE, path, step, length + first, m, z);
  for (ptrdiff_t i = 0; i < m; i++) mean[i] += weight * z[i];
}

void sgdl_epochs_couple(const sgdl_noise *scheme, uint64_t seed, ptrdiff_t length, uint64_t path, uint64_t step,
                        ptrdiff_t n_steps, ptrdiff_t first, ptrdiff_t m, ptrdiff_t tile, double *z,
                        double *spare, double *mean)
{
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    uint64_t k = step + (uint64_t)s;
    ptrdiff_t b = (ptrdiff_t)(k % (uint64_t)scheme->steps);
    if (b == 0) epoch_mean(scheme, seed, length, path, k, first, m, tile, spare, mean);
    double weight = 1.0 / sqrt((double)batch_size(scheme, b));
    for (ptrdiff_t i = 0; i < m; i++) z[i + s * m] = weight * z[i + s * m] - mean[i];
  }
}
