/* Backends: normals, steps and ensembles against the recursion, step by step. */
#ifndef SGDL_SUITE_ENSEMBLE_H
#define SGDL_SUITE_ENSEMBLE_H

#include "common.h"

static void suite_fill_normals(ptrdiff_t n, ptrdiff_t n_steps)
{
  double *out = suite_room(n * n_steps), *expected = suite_room(n * n_steps);
  uint64_t seed = 0x123456789abcdefu, path = 77, step = ((uint64_t)1 << 32) - 2; /* steps pass 2^32 */
  CALL(fill_normals(&suite_ctx, seed, SGDL_STREAM_START, path, step, n, n_steps, out));
  for (ptrdiff_t s = 0; s < n_steps; s++)
    sgdl_normals(seed, SGDL_STREAM_START, path, step + (uint64_t)s, 0, n, expected + n * s);
  CHECK_INT(memcmp(out, expected, (size_t)(n * n_steps) * sizeof *out), 0);
  free(out);
  free(expected);
}

static void suite_ensemble_step(ptrdiff_t d, ptrdiff_t n_steps)
{
  double *M = suite_normals(10, 4 * d), *noise = suite_normals(11, 2 * d * n_steps),
         *state = suite_normals(12, 2 * d);
  double *out = suite_room(2 * d * n_steps), *z = suite_normals(12, 2 * d);
  for (ptrdiff_t e = 0; e < 4 * d; e++) M[e] *= 0.3;
  CALL(ensemble_step(&suite_ctx, d, n_steps, M, noise, state, out));
  for (ptrdiff_t s = 0; s < n_steps; s++) {
    for (ptrdiff_t i = 0; i < d; i++) {
      const double *m = M + 4 * i, *e = noise + 2 * d * s;
      double x = m[0] * z[i] + m[2] * z[d + i] + e[i], v = m[1] * z[i] + m[3] * z[d + i] + e[d + i];
      z[i] = x;
      z[d + i] = v;
    }
    CHECK_INT(memcmp(out + 2 * d * s, z, (size_t)(2 * d) * sizeof *z), 0);
  }
  CHECK_INT(memcmp(state, z, (size_t)(2 * d) * sizeof *z), 0);
  free(M);
  free(noise);
  free(state);
  free(out);
  free(z);
}

/* Against the recursion, step by step. coloured: noise through a factor; turned: recorded in parameters. */
static void suite_ensemble(ptrdiff_t d, ptrdiff_t n_paths, int exact, int coloured, int turned)
{
  const ptrdiff_t n_steps = 17, every = 3, stride = 2 * d + 1;
  const uint64_t step = 4, path = 9; /* records after steps 6, 9, ..., 21 */
  ptrdiff_t n = exact ? 2 * d : d, rows = 7, records = 6;
  double *M = suite_normals(13, 4 * d), *law = suite_normals(14, 3 * d), *factor = suite_normals(15, n * n);
  double *V = suite_normals(16, d * d), *offset = suite_normals(17, d),
         *states = suite_normals(18, stride * n_paths);
  double *z = suite_normals(18, stride * n_paths), *theta = suite_room(rows * d * n_paths);
  double *velocity = suite_room(rows * d * n_paths), *expected = suite_room(2 * rows * d * n_paths),
         *normal = suite_room(n);
  double *noise = suite_room(n), *turned_theta = expected, *turned_velocity = expected + rows * d * n_paths;
  for (ptrdiff_t e = 0; e < 4 * d; e++) M[e] *= 0.3;
  for (ptrdiff_t e = 0; e < rows * d * n_paths; e++)
    theta[e] = velocity[e] = turned_theta[e] = turned_velocity[e] = 7.0;
  for (ptrdiff_t p = 0; p < n_paths; p++) {
    double *x = z + stride * p, *v = x + d;
    for (ptrdiff_t s = 0, r = 0; s < n_steps; s++) {
      sgdl_normals(5, SGDL_STREAM_NOISE, path + (uint64_t)p, step + (uint64_t)s, 0, n, normal);
      for (ptrdiff_t i = 0; i < n; i++) {
        noise[i] = 0;
        for (ptrdiff_t j = 0; j < n && coloured; j++) noise[i] += factor[i + n * j] * normal[j];
      }
      for (ptrdiff_t i = 0; i < d && !coloured; i++) {
        noise[i] = law[i] * normal[i];
        if (exact) noise[d + i] = law[d + i] * normal[i] + law[2 * d + i] * normal[d + i];
      }
      for (ptrdiff_t i = 0; i < d; i++) {
        const double *m = M + 4 * i;
        double e = exact ? noise[i] : 0.75 * noise[i], f = exact ? noise[d + i] : -1.25 * noise[i];
        double x_next = m[0] * x[i] + m[2] * v[i] + e, v_next = m[1] * x[i] + m[3] * v[i] + f;
        x[i] = x_next;
        v[i] = v_next;
      }
      if ((step + (uint64_t)s + 1) % every != 0) continue;
      for (ptrdiff_t i = 0; i < d; i++) {
        double a = turned ? 0 : x[i], b = turned ? 0 : v[i];
        for (ptrdiff_t j = 0; j < d && turned; j++) {
          a += V[i + d * j] * x[j];
          b += V[i + d * j] * v[j];
        }
        turned_theta[r + rows * (i + d * p)] = a + (turned ? offset[i] : 0.0);
        turned_velocity[r + rows * (i + d * p)] = b;
      }
      r++;
    }
  }
  sgdl_ensemble_job job = {.d = d,
                           .n_paths = n_paths,
                           .n_steps = n_steps,
                           .record_every = every,
                           .rows = rows,
                           .seed = 5,
                           .path = path,
                           .step = step,
                           .stream = SGDL_STREAM_NOISE,
                           .exact = exact,
                           .M = M,
                           .on_x = coloured ? NULL : law,
                           .below = coloured || !exact ? NULL : law + d,
                           .on_v = coloured || !exact ? NULL : law + 2 * d,
                           .factor = coloured ? factor : NULL,
                           .spread_x = 0.75,
                           .spread_v = -1.25,
                           .stride = stride,
                           .states = states,
                           .vectors = turned ? V : NULL,
                           .offset = turned ? offset : NULL,
                           .theta = theta,
                           .velocity = velocity};
  double tolerance = coloured || turned ? 1e-12 : 0.0; /* without products the bits are the same */
  CALL(ensemble(&suite_ctx, &job));
  CHECK_ARRAY(states, z, stride * n_paths, coloured ? 1e-12 : 0.0);
  CHECK_ARRAY(theta, turned_theta, rows * d * n_paths, tolerance); /* the last row is left alone */
  CHECK_ARRAY(velocity, turned_velocity, rows * d * n_paths, tolerance);
  CHECK(theta[records] == 7.0 && theta[records - 1] != 7.0);

  /* In two calls, positions alone, then nothing recorded. */
  free(states);
  states = suite_normals(18, stride * n_paths);
  job.states = states;
  job.velocity = NULL;
  job.n_steps = 8; /* to step 12: 3 records */
  CALL(ensemble(&suite_ctx, &job));
  job.theta = NULL;
  job.step += 8;
  job.n_steps = n_steps - 8;
  CALL(ensemble(&suite_ctx, &job));
  CHECK_ARRAY(states, z, stride * n_paths, coloured ? 1e-12 : 0.0);
  free(M);
  free(law);
  free(factor);
  free(V);
  free(offset);
  free(states);
  free(z);
  free(theta);
  free(velocity);
  free(expected);
  free(normal);
  free(noise);
}

#endif
