/* Ensembles of the linear recursion: Philox normals (the stream of sgdl_normals, to the bit), noise, step and
 * record in one kernel where modes are independent; drawn, coloured by one product and followed in tiles of
 * steps where they are not. */
#include "ensemble_kernel.h"

#include <limits.h>
#include <math.h>

/* ---- normals alone ---- */

/* Coordinates of n_paths paths and n_steps steps: out[i + n (p + n_paths s)]. A thread makes a block of two.
 */
static __global__ void draw(uint64_t seed, uint32_t stream, uint64_t path, uint64_t step, ptrdiff_t n,
                            ptrdiff_t n_paths, ptrdiff_t n_steps, double *out)
{
  ptrdiff_t blocks = (n + 1) / 2;
  EACH (e, blocks * n_paths * n_steps) {
    ptrdiff_t b = e % blocks, column = e / blocks, p = column % n_paths, s = column / n_paths;
    uint32_t c[4];
    double pair[2];
    sgdl_philox_block(seed, stream, path + (uint64_t)p, step + (uint64_t)s, (uint32_t)b, c);
    sgdl_normals_of_block(c, pair);
    double *to = out + n * column + 2 * b;
    to[0] = pair[0];
    if (2 * b + 1 < n) to[1] = pair[1];
  }
}

static sgdl_status fill(sgdl_context *ctx, uint64_t seed, uint32_t stream, uint64_t path, uint64_t step,
                        ptrdiff_t n, ptrdiff_t n_steps, double *out)
{
  const ptrdiff_t most = (ptrdiff_t)1 << 26; /* numbers at a time: 0.5 GB */
  ptrdiff_t steps = most / n < 1 ? 1 : most / n < n_steps ? most / n : n_steps;
  device_array<double> there;
  TRY(take(ctx, there, n * steps, "normals"));
  for (ptrdiff_t s = 0; s < n_steps; s += steps) {
    ptrdiff_t m = n_steps - s < steps ? n_steps - s : steps;
    LAUNCH(draw, (n + 1) / 2 * m, seed, stream, path, step + (uint64_t)s, n, (ptrdiff_t)1, m, there.data);
    TRY(download(ctx, out + n * s, there.data, n * m));
  }
  return SGDL_OK;
}

sgdl_status cuda_fill_normals(sgdl_context *ctx, uint64_t seed, uint32_t stream, uint64_t path, uint64_t step,
                              ptrdiff_t n, ptrdiff_t n_steps, double *out)
{
  session use(ctx);
  TRY(use.begin());
  if (n == 0 || n_steps == 0) return SGDL_OK;
  TRY(fill(ctx, seed, stream, path, step, n, n_steps, out));
  return use.end();
}

/* ---- one path along given noise ---- */

/* A mode's state along noise (2d per step, `ld` from one step to the next), recorded every step. */
static __global__ void follow_all(ptrdiff_t d, ptrdiff_t n_steps, const double *M, const double *noise,
                                  double *state, double *out)
{
  EACH (i, d) {
    const double *m = M + 4 * i;
    double m11 = m[0], m21 = m[1], m12 = m[2], m22 = m[3], x = state[i], v = state[d + i];
    for (ptrdiff_t s = 0; s < n_steps; s++) {
      const double *e = noise + 2 * d * s;
      double x_next = m11 * x + m12 * v + e[i], v_next = m21 * x + m22 * v + e[d + i];
      out[2 * d * s + i] = x = x_next;
      out[2 * d * s + d + i] = v = v_next;
    }
    state[i] = x;
    state[d + i] = v;
  }
}

static sgdl_status one_path(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                            const double *noise, double *state, double *out)
{
  device_array<double> maps, z, states, record;
  double steps = (double)n_steps;
  TRY(require_bytes(ctx, 32.0 * (double)d * (steps + 2), "a tile of steps", "steps", steps, 1));
  TRY(bring(ctx, maps, M, 4 * d, "maps"));
  TRY(bring(ctx, z, noise, 2 * d * n_steps, "noise"));
  TRY(bring(ctx, states, state, 2 * d, "a state"));
  TRY(take(ctx, record, 2 * d * n_steps, "states"));
  LAUNCH(follow_all, d, d, n_steps, (const double *)maps.data, (const double *)z.data, states.data,
         record.data);
  TRY(download(ctx, state, states.data, 2 * d));
  return download(ctx, out, record.data, 2 * d * n_steps);
}

sgdl_status cuda_ensemble_step(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                               const double *noise, double *state, double *out)
{
  session use(ctx);
  TRY(use.begin());
  if (d == 0 || n_steps == 0) return SGDL_OK;
  TRY(one_path(ctx, d, n_steps, M, noise, state, out));
  return use.end();
}

/* ---- ensembles: kernels ---- */

/* Along coloured noise (n = 2d or d numbers): noise[i + n (p + n_paths s)], steps [first, first + n_steps) of
 * the chunk, whose records so far are `done`. */
static __global__ void step_coloured(ensemble e, ptrdiff_t first, ptrdiff_t n_steps, ptrdiff_t done,
                                     const double *noise)
{
  ptrdiff_t n = e.exact ? 2 * e.d : e.d;
  EACH (t, e.d * e.n_paths) {
    ptrdiff_t i = t % e.d, p = t / e.d, r = done;
    mode a;
    load_mode(e, i, p, a);
    for (ptrdiff_t s = 0; s < n_steps; s++) {
      const double *z = noise + n * (p + e.n_paths * s);
      if (e.exact) move_mode(a, z[i], z[e.d + i]);
      else move_mode(a, e.spread_x * z[i], e.spread_v * z[i]);
      if ((e.step + (uint64_t)(first + s) + 1) % (uint64_t)e.every == 0) keep(e, a, i, p, r++);
    }
    store_mode(e, a, i, p);
  }
}

/* out[r + R (i + d p)] = in[i + d (r + R p)] + offset[i]: as the host has it. */
static __global__ void turn_records(ptrdiff_t d, ptrdiff_t R, ptrdiff_t n_paths, const double *in,
                                    const double *offset, double *out)
{
  EACH (e, d * R * n_paths) {
    ptrdiff_t r = e % R, i = e / R % d, p = e / R / d;
    out[e] = in[i + d * (r + R * p)] + (offset ? offset[i] : 0.0);
  }
}

/* ---- ensembles: the driver ---- */

struct ensemble_work {
  device_array<double> maps, on_x, below, on_v, factor, vectors, offset; /* for the whole job          */
  device_array<double> x, v, theta, velocity, turned, z, noise;          /* for a group of paths       */
  ptrdiff_t paths, records, tile; /* of a group; of a chunk of steps; steps coloured at a time         */
};

static sgdl_status bring_constants(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w)
{
  ptrdiff_t d = job->d, n = job->exact ? 2 * d : d;
  TRY(bring(ctx, w.maps, job->M, 4 * d, "maps"));
  if (job->factor) {
    TRY(bring(ctx, w.factor, job->factor, n * n, "the factor of the noise"));
  } else {
    TRY(bring(ctx, w.on_x, job->on_x, d, "noise"));
    if (job->exact) TRY(bring(ctx, w.below, job->below, d, "noise"));
    if (job->exact) TRY(bring(ctx, w.on_v, job->on_v, d, "noise"));
  }
  if (job->vectors) TRY(bring(ctx, w.vectors, job->vectors, d * d, "eigenvectors"));
  if (job->offset) TRY(bring(ctx, w.offset, job->offset, d, "the minimiser"));
  return SGDL_OK;
}

/* Paths of a group and records of a chunk so that all of a group fits in half of what is free. */
static sgdl_status plan(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w)
{
  const double most_records = 256, most_tile = 64;
  double available = 0, d = (double)job->d, n = job->exact ? 2 * d : d;
  int recorded = job->theta || job->velocity, arrays = (job->theta != NULL) + (job->velocity != NULL) + 1;
  TRY(free_bytes(ctx, &available));
  double room = available / 2 / 8, path = 2 * d + (recorded ? arrays * d : 0) + (job->factor ? 2 * n : 0);
  if (path > room)
    return fail(ctx, SGDL_TOO_LARGE,
                "one path of %td parameters takes %.3g GB on the device %s, where %.3g GB are free: "
                "expected at most about %.0f parameters, or device = \"cpu\"",
                job->d, path * 8e-9, the_plugin.name, room * 16e-9, d * room / path);
  double paths = fmin(floor(room / path), INT_MAX);
  w.paths = paths < (double)job->n_paths ? (ptrdiff_t)paths : job->n_paths;
  const double columns = floor((double)INT_MAX / (double)w.paths); /* of one product, paths times these */
  double per_record = (double)w.paths * arrays * d, left = room - (double)w.paths * path;
  double records = recorded ? 1 + floor(left / 2 / per_record) : 0;
  w.records = (ptrdiff_t)fmin(records, fmin(most_records, columns));
  double tile = 1 + floor(left / 2 / (2 * n * (double)w.paths));
  w.tile = (ptrdiff_t)fmin(tile, fmin(most_tile, columns));
  ptrdiff_t all = job->n_steps / job->record_every + 1;
  if (w.records > all) w.records = all;
  if (w.tile > job->n_steps) w.tile = job->n_steps;
  return SGDL_OK;
}

static sgdl_status take_group(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w)
{
  ptrdiff_t states = job->d * w.paths, n = job->exact ? 2 * job->d : job->d;
  TRY(take(ctx, w.x, states, "states"));
  TRY(take(ctx, w.v, states, "states"));
  if (job->theta) TRY(take(ctx, w.theta, states * w.records, "records"));
  if (job->velocity) TRY(take(ctx, w.velocity, states * w.records, "records"));
  if (job->theta || job->velocity) TRY(take(ctx, w.turned, states * w.records, "records"));
  if (job->factor) TRY(take(ctx, w.z, n * w.paths * w.tile, "noise"));
  if (job->factor) TRY(take(ctx, w.noise, n * w.paths * w.tile, "noise"));
  return SGDL_OK;
}

/* Records of a chunk to the rows of the job from `row` on; `there` and w.turned are used up. */
static sgdl_status hand_back(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w,
                             const ensemble &e, ptrdiff_t first_path, ptrdiff_t row, const double *there,
                             const double *offset, double *to)
{
  ptrdiff_t d = job->d, R = e.n_records, all = d * R * e.n_paths;
  if (!to || R == 0) return SGDL_OK;
  if (w.vectors.data) {
    TRY(multiply(ctx, 0, 0, d, R * e.n_paths, d, 1.0, w.vectors.data, d, there, d, 0.0, w.turned.data, d));
    LAUNCH(turn_records, all, d, R, e.n_paths, (const double *)w.turned.data, offset, (double *)there);
    there = (double *)there;
  } else {
    LAUNCH(turn_records, all, d, R, e.n_paths, there, offset, w.turned.data);
    there = w.turned.data;
  }
  return download_matrix(ctx, R, d * e.n_paths, to + row + job->rows * d * first_path, job->rows, there, R);
}

static sgdl_status move_chunk(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w,
                              const ensemble &e)
{
  if (!job->factor) {
    LAUNCH(step_independent, (e.d + 1) / 2 * e.n_paths, e);
    return SGDL_OK;
  }
  ptrdiff_t n = e.exact ? 2 * e.d : e.d;
  for (ptrdiff_t first = 0; first < e.n_steps; first += w.tile) {
    ptrdiff_t m = e.n_steps - first < w.tile ? e.n_steps - first : w.tile;
    uint64_t every = (uint64_t)e.every, at = e.step + (uint64_t)first;
    LAUNCH(draw, (n + 1) / 2 * e.n_paths * m, e.seed, e.stream, e.path, at, n, e.n_paths, m, w.z.data);
    TRY(multiply(ctx, 0, 0, n, e.n_paths * m, n, 1.0, w.factor.data, n, w.z.data, n, 0.0, w.noise.data, n));
    LAUNCH(step_coloured, e.d * e.n_paths, e, first, m, (ptrdiff_t)(at / every - e.step / every),
           (const double *)w.noise.data);
  }
  return SGDL_OK;
}

/* All steps of paths [first_path, first_path + n_paths). */
static sgdl_status move_group(sgdl_context *ctx, const sgdl_ensemble_job *job, ensemble_work &w,
                              ptrdiff_t first_path, ptrdiff_t n_paths)
{
  ptrdiff_t d = job->d, row = 0;
  uint64_t every = (uint64_t)job->record_every, end = job->step + (uint64_t)job->n_steps;
  int recorded = job->theta || job->velocity;
  double *states = job->states + job->stride * first_path;
  TRY(upload_matrix(ctx, d, n_paths, w.x.data, d, states, job->stride));
  TRY(upload_matrix(ctx, d, n_paths, w.v.data, d, states + d, job->stride));
  for (uint64_t step = job->step; step < end;) {
    uint64_t until =
        recorded ? (step / every + (uint64_t)w.records) * every : end; /* the last record that fits */
    if (until > end) until = end;
    ptrdiff_t records = (ptrdiff_t)(until / every - step / every);
    ensemble e = {d,
                  n_paths,
                  (ptrdiff_t)(until - step),
                  job->record_every,
                  records,
                  job->seed,
                  job->path + (uint64_t)first_path,
                  step,
                  job->stream,
                  job->exact,
                  w.maps.data,
                  w.on_x.data,
                  w.below.data,
                  w.on_v.data,
                  job->spread_x,
                  job->spread_v,
                  w.x.data,
                  w.v.data,
                  w.theta.data,
                  w.velocity.data};
    TRY(move_chunk(ctx, job, w, e));
    TRY(hand_back(ctx, job, w, e, first_path, row, w.theta.data, w.offset.data, job->theta));
    TRY(hand_back(ctx, job, w, e, first_path, row, w.velocity.data, nullptr, job->velocity));
    row += records;
    step = until;
  }
  TRY(download_matrix(ctx, d, n_paths, states, job->stride, w.x.data, d));
  return download_matrix(ctx, d, n_paths, states + d, job->stride, w.v.data, d);
}

static sgdl_status run(sgdl_context *ctx, const sgdl_ensemble_job *job)
{
  ensemble_work w;
  double d = (double)job->d, n = job->exact ? 2 * d : d;
  double constants = 8.0 * ((job->factor ? n * n : 3 * d) + (job->vectors ? d * d : 0) + 5 * d);
  TRY(require_bytes(ctx, 2 * constants, "an ensemble", "d", d, job->factor || job->vectors ? 2 : 1));
  TRY(bring_constants(ctx, job, w));
  TRY(plan(ctx, job, w));
  TRY(take_group(ctx, job, w));
  for (ptrdiff_t p = 0; p < job->n_paths; p += w.paths)
    TRY(move_group(ctx, job, w, p, job->n_paths - p < w.paths ? job->n_paths - p : w.paths));
  return SGDL_OK;
}

sgdl_status cuda_ensemble(sgdl_context *ctx, const sgdl_ensemble_job *job)
{
  session use(ctx);
  TRY(use.begin());
  if (job->d == 0 || job->n_paths == 0 || job->n_steps == 0) return SGDL_OK;
  TRY(run(ctx, job));
  return use.end();
}
