/* Backends: correlations and the Gram matrix of frames, against their sums. */
#ifndef SGDL_SUITE_SERIES_H
#define SGDL_SUITE_SERIES_H

#include "common.h"

static void suite_correlate(ptrdiff_t n, ptrdiff_t count, ptrdiff_t last, int weighted)
{
  ptrdiff_t stride = n + 2, length = n + last + (n + last) % 2;
  double *x = suite_normals(19, stride * count), *offset = suite_normals(20, count),
         *slope = suite_normals(21, count);
  double *weights = suite_normals(22, count), *out = suite_room(3 * last + 1),
         *expected = suite_room(3 * last + 1);
  double energy = 0, steep = 0, *y = suite_room(n);
  sgdl_correlation_job job = {.n = n,
                              .count = count,
                              .stride = stride,
                              .length = length,
                              .last = last,
                              .x = x,
                              .offset = offset,
                              .slope = slope,
                              .weights = weighted ? weights : NULL,
                              .correlation = out,
                              .squares = out + last + 1,
                              .drift = out + 2 * last + 1};
  for (ptrdiff_t c = 0; c < count; c++) {
    slope[c] = ldexp(rint(slope[c] * 64), -10); /* slope k exact */
    weights[c] = fabs(weights[c]);
  }
  memset(expected, 0, (size_t)(3 * last + 1) * sizeof *expected);
  for (ptrdiff_t c = 0; c < count; c++) {
    double w = weighted ? weights[c] : 1.0;
    for (ptrdiff_t k = 0; k < n; k++) y[k] = x[k + stride * c] - offset[c] - slope[c] * (double)k;
    for (ptrdiff_t k = 0; k < n; k++) energy += w * y[k] * y[k];
    steep += w * slope[c] * slope[c];
    for (ptrdiff_t m = 0; m <= last; m++)
      for (ptrdiff_t i = 0; i + m < n; i++) expected[m] += w * y[i] * y[i + m];
    for (ptrdiff_t m = 0; m < last; m++) {
      expected[last + 1 + m] += w * (y[m] * y[m] + y[n - 1 - m] * y[n - 1 - m]);
      expected[2 * last + 1 + m] += w * slope[c] * (y[n - 1 - m] - y[m]);
    }
  }
  CALL(correlate(&suite_ctx, &job));
  CHECK_ARRAY(out, expected, last + 1, 1e-13);
  CHECK_ARRAY(out + last + 1, expected + last + 1, last, 1e-13);
  CHECK_ARRAY(out + 2 * last + 1, expected + 2 * last + 1, last, 1e-12);
  CHECK_NEAR(job.energy, energy, 1e-12 * energy);
  CHECK_NEAR(job.steep, steep, 1e-12 * steep);
  free(x);
  free(offset);
  free(slope);
  free(weights);
  free(out);
  free(expected);
  free(y);
}

static void suite_frames(ptrdiff_t T, ptrdiff_t k, int by_frame)
{
  double *x = suite_normals(23, T * k), *start = suite_normals(24, k), *slope = suite_normals(25, k);
  double *gram = suite_normals(26, T * T), *cross = suite_normals(27, T), *g = suite_normals(26, T * T);
  double *c = suite_normals(27, T);
  for (ptrdiff_t q = 0; q < k; q++) slope[q] = ldexp(rint(slope[q] * 64), -10);
  for (ptrdiff_t i = 0; i < T; i++)
    for (ptrdiff_t q = 0; q < k; q++) {
      double yi = (by_frame ? x[q + k * i] : x[i + T * q]) - start[q] - slope[q] * (double)i;
      c[i] += yi * slope[q];
      for (ptrdiff_t j = i; j < T; j++) {
        double yj = (by_frame ? x[q + k * j] : x[j + T * q]) - start[q] - slope[q] * (double)j;
        g[i + T * j] += yi * yj;
      }
    }
  sgdl_frames_job job = {T, k, by_frame, x, start, slope, gram, cross};
  CALL(frames(&suite_ctx, &job));
  CHECK_ARRAY(gram, g, T * T, 1e-12); /* the triangle below is left alone */
  CHECK_ARRAY(cross, c, T, 1e-12);
  free(x);
  free(start);
  free(slope);
  free(gram);
  free(cross);
  free(g);
  free(c);
}

#endif
