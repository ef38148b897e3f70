/* Simulation: which bits depend on what, moments against theory, minibatches against a plain loop, sampling
 * schemes, and what is kept when a run is stopped, diverges or is asked for nonsense. False-alarm rates of
 * statistical checks: each at most 1e-6 (sums of thousands of terms against 6 standard errors). */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "model/mode.h"
#include "model/noise.h"
#include "sgdl.h"

enum { D = 5 };
static const double sigmas = 6.0;
static uint64_t seed; /* picked by the clock, printed */
static sgdl_context ctx;

/* ---- models ---- */

static double rho[D] = {3.0, 1.0, 0.4, 0.05, 0.01}, full_noise[D * D], diagonal_noise[D], vectors[D * D];
static double minimiser[D] = {1.0, -2.0, 0.5, 3.0, 0.0};

/* An orthogonal matrix (a Householder reflection) and a covariance, positive definite. */
static void make_arrays(void)
{
  double w[D] = {1.0, 2.0, -1.0, 0.5, 3.0}, norm = 0.0, G[D * D];
  sgdl_normals(8, SGDL_STREAM_NOISE, 0, 0, 0, D * D, G);
  for (int i = 0; i < D; i++) norm += w[i] * w[i];
  for (int j = 0; j < D; j++) {
    for (int i = 0; i < D; i++) {
      vectors[i + j * D] = (i == j) - 2.0 * w[i] * w[j] / norm;
      full_noise[i + j * D] = 0.1 * (i == j);
      for (int k = 0; k < D; k++) full_noise[i + j * D] += G[i + k * D] * G[j + k * D];
    }
    diagonal_noise[j] = 1.0 / (1 + j);
  }
}

static sgdl_model model_of(sgdl_dynamics dynamics, sgdl_sampling sampling, int noise_is_full)
{
  return (sgdl_model){.dim = D,
                      .hyper = {.lr = 0.1, .momentum = 0.8, .weight_decay = 0.01, .batch_size = 3},
                      .dynamics = dynamics,
                      .sampling = sampling,
                      .n_examples = 17,
                      .rho = rho,
                      .vectors = vectors,
                      .minimiser = minimiser,
                      .noise = noise_is_full ? full_noise : diagonal_noise,
                      .noise_is_full = noise_is_full,
                      .sigma2 = -1.0};
}

static double X[17 * D], y[17]; /* a regression to go with n_examples = 17 */

static void make_data(void)
{
  sgdl_normals(9, SGDL_STREAM_NOISE, 0, 0, 0, 17 * D, X);
  sgdl_normals(9, SGDL_STREAM_NOISE, 1, 0, 0, 17, y);
}

/* A run and its output. */
typedef struct output {
  ptrdiff_t records, done;
  double *theta, *velocity;
  sgdl_status status;
} output;

static output simulate(const sgdl_model *model, const sgdl_simulation *sim)
{
  output o = {.records = sgdl_simulation_records(sim)};
  size_t n = (size_t)(o.records * model->dim * sim->n_paths);
  o.theta = malloc(n * sizeof *o.theta);
  o.velocity = malloc(n * sizeof *o.velocity);
  for (size_t i = 0; i < n; i++) o.theta[i] = o.velocity[i] = -77.0; /* untouched */
  o.status = sgdl_simulate(&ctx, model, sim, o.theta, o.velocity, &o.done);
  return o;
}

static void release(output *o)
{
  free(o->theta);
  free(o->velocity);
}

/* ---- bits ---- */

/* Path 0 of a run of many paths with every step recorded against the same path alone, for fewer steps,
 * recorded now and then, on other threads and without velocities. */
static void check_bits(const sgdl_model *model, sgdl_simulation sim)
{
  const ptrdiff_t every = 7;
  ctx.threads = 3;
  sim.steps = 300;
  sim.record_every = 1;
  sim.n_paths = 4;
  output many = simulate(model, &sim);
  CHECK_STATUS(many.status, SGDL_OK);
  CHECK_INT(many.done, 301);

  ctx.threads = 1;
  sim.steps = 131;
  sim.record_every = every;
  sim.n_paths = 1;
  ptrdiff_t records = sgdl_simulation_records(&sim), done;
  double *alone = malloc((size_t)(records * D) * sizeof *alone);
  CHECK_STATUS(sgdl_simulate(&ctx, model, &sim, alone, NULL, &done), SGDL_OK);
  CHECK_INT(done, records);
  int equal = 1;
  for (ptrdiff_t c = 0; c < D; c++)
    for (ptrdiff_t r = 0; r < records; r++)
      equal = equal && alone[r + c * records] == many.theta[r * every + c * many.records];
  CHECK(equal);
  CHECK(memcmp(many.theta, many.theta + many.records * D, (size_t)many.records * sizeof(double)) != 0);
  free(alone);
  release(&many);
  ctx.threads = 0;
}

static void bits_depend_on_model_and_seed_alone(void)
{
  for (int full = 0; full < 2; full++)
    for (int modes = 0; modes < 2; modes++)
      for (int stationary = 0; stationary < 2; stationary++) {
        sgdl_simulation sim = {.seed = 11, .record_modes = modes, .start_stationary = stationary};
        sgdl_model langevin = model_of(SGDL_LANGEVIN, SGDL_WITHOUT, full);
        sim.method = SGDL_EXACT;
        check_bits(&langevin, sim);
        for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++) {
          sgdl_model sgd = model_of(SGDL_SGD, (sgdl_sampling)sampling, full);
          sim.method = SGDL_GAUSSIAN_SGD;
          check_bits(&sgd, sim);
          sim.method = SGDL_MINIBATCH;
          sim.X = X;
          sim.y = y;
          check_bits(&sgd, sim);
        }
      }
}

/* ---- coordinates and starting points ---- */

static void parameters_are_mu_plus_modes(void)
{
  sgdl_model model = model_of(SGDL_LANGEVIN, SGDL_REPLACEMENT, 1);
  sgdl_simulation sim = {.method = SGDL_EXACT, .steps = 40, .record_every = 3, .n_paths = 2, .seed = 2};
  output parameters = simulate(&model, &sim);
  sim.record_modes = 1;
  output modes = simulate(&model, &sim);
  double worst = 0.0;
  for (ptrdiff_t p = 0; p < sim.n_paths; p++)
    for (ptrdiff_t r = 0; r < modes.records; r++)
      for (ptrdiff_t i = 0; i < D; i++) {
        const ptrdiff_t at = r + p * D * modes.records;
        double theta = minimiser[i], v = 0.0;
        for (ptrdiff_t j = 0; j < D; j++) {
          theta += vectors[i + j * D] * modes.theta[at + j * modes.records];
          v += vectors[i + j * D] * modes.velocity[at + j * modes.records];
        }
        worst = fmax(worst, fabs(theta - parameters.theta[at + i * modes.records]));
        worst = fmax(worst, fabs(v - parameters.velocity[at + i * modes.records]));
      }
  CHECK(worst < 1e-14);
  release(&parameters);
  release(&modes);
}

static void paths_begin_where_they_are_told(void)
{
  enum { PATHS = 3 };
  double theta0[D * PATHS], v0[D];
  sgdl_normals(3, 0, 0, 0, 0, D * PATHS, theta0);
  sgdl_normals(3, 0, 1, 0, 0, D, v0);
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++) {
    sgdl_model model = model_of(method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT, 0);
    sgdl_simulation sim = {.method = (sgdl_method)method,
                           .steps = 5,
                           .record_every = 5,
                           .n_paths = PATHS,
                           .theta0 = theta0,
                           .theta0_per_path = 1,
                           .v0 = v0,
                           .X = X,
                           .y = y};
    output o = simulate(&model, &sim);
    CHECK_STATUS(o.status, SGDL_OK);
    for (int p = 0; p < PATHS; p++)
      for (int i = 0; i < D; i++) {
        CHECK_NEAR(o.theta[(i + p * D) * o.records], theta0[i + p * D], 1e-14);
        CHECK_NEAR(o.velocity[(i + p * D) * o.records], v0[i], 1e-14);
      }
    sim.theta0 = sim.v0 = NULL;
    release(&o);
    o = simulate(&model, &sim);
    for (int i = 0; i < D; i++) {
      CHECK_NEAR(o.theta[i * o.records], minimiser[i], 1e-14);
      CHECK(o.velocity[i * o.records] == 0.0);
    }
    release(&o);
  }
}

/* ---- moments ---- */

/* Sample covariance about the known mean 0 of x and y (n each) against c, given both variances. */
static int covariance_agrees(ptrdiff_t n, const double *x, const double *z, double var_x, double var_z,
                             double c)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += x[i] * z[i];
  return fabs(sum / (double)n - c) <= sigmas * sqrt((var_x * var_z + c * c) / (double)n) + 1e-300;
}

/* (theta, v) of all paths at a recorded row, 2D x n_paths columns of length n_paths: column c first. */
static double *ensemble_at(const output *o, ptrdiff_t row, ptrdiff_t n_paths)
{
  double *z = malloc((size_t)(2 * D * n_paths) * sizeof *z);
  for (ptrdiff_t p = 0; p < n_paths; p++)
    for (ptrdiff_t i = 0; i < D; i++) {
      z[p + i * n_paths] = o->theta[row + (i + p * D) * o->records];
      z[p + (D + i) * n_paths] = o->velocity[row + (i + p * D) * o->records];
    }
  return z;
}

typedef void pair_theory(const sgdl_model *model, ptrdiff_t i, ptrdiff_t j, double k, double c[4]);

static void from_point(const sgdl_model *model, ptrdiff_t i, ptrdiff_t j, double k, double c[4])
{
  sgdl_noise scheme;
  double lambda = model->hyper.weight_decay;
  sgdl_noise_scheme(model, &scheme);
  sgdl_noise_pair_from_point(&scheme, model->dynamics, &model->hyper, rho[i] + lambda, rho[j] + lambda, k, c);
}

static void stationary(const sgdl_model *model, ptrdiff_t i, ptrdiff_t j, double k, double c[4])
{
  sgdl_noise scheme;
  double lambda = model->hyper.weight_decay;
  sgdl_noise_scheme(model, &scheme);
  if (scheme.epoch)
    from_point(model, i, j, 1e6 * (double)scheme.steps + k, c);
  else
    sgdl_noise_pair_stationary(&scheme, model->dynamics, &model->hyper, rho[i] + lambda, rho[j] + lambda,
                               NULL, NULL, c);
}

/* All covariances of (theta, v) over paths at a row (step k) against the pair theory. */
static void check_covariances(const sgdl_model *model, const output *o, ptrdiff_t row, double k,
                              ptrdiff_t n_paths, pair_theory *theory)
{
  double C[4 * D * D], *z = ensemble_at(o, row, n_paths);
  int agree = 1;
  for (ptrdiff_t i = 0; i < D; i++)
    for (ptrdiff_t j = 0; j < D; j++) {
      double c[4], noise = model->noise_is_full ? full_noise[i + j * D] : i == j ? diagonal_noise[i] : 0.0;
      theory(model, i, j, k, c);
      C[i + 2 * D * j] = noise * c[0];
      C[D + i + 2 * D * j] = noise * c[1];
      C[i + 2 * D * (D + j)] = noise * c[2];
      C[D + i + 2 * D * (D + j)] = noise * c[3];
    }
  for (ptrdiff_t i = 0; i < 2 * D; i++)
    for (ptrdiff_t j = 0; j <= i; j++)
      agree = agree && covariance_agrees(n_paths, z + i * n_paths, z + j * n_paths, C[i * (2 * D + 1)],
                                         C[j * (2 * D + 1)], C[i + 2 * D * j]);
  CHECK(agree);
  free(z);
}

static void moments_are_those_of_the_theory(void)
{
  const ptrdiff_t n_paths = 3000;
  for (int full = 0; full < 2; full++)
    for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++)
      for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++)
        for (int drop = 0; drop < 2; drop++) {
          if (drop && sampling != SGDL_EPOCH) continue;
          if (sampling == SGDL_EPOCH && dynamics == SGDL_LANGEVIN) continue;
          sgdl_model model = model_of((sgdl_dynamics)dynamics, (sgdl_sampling)sampling, full);
          model.drop_last = drop;
          sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                                 .steps = 20,
                                 .record_every = 1,
                                 .n_paths = n_paths,
                                 .seed = seed + 1,
                                 .record_modes = 1};
          output o = simulate(&model, &sim);
          for (ptrdiff_t k = 1; k <= 20; k += 3)
            check_covariances(&model, &o, k, (double)k, n_paths, from_point);
          release(&o);
          sim.start_stationary = 1;
          sim.seed++;
          o = simulate(&model, &sim);
          check_covariances(&model, &o, 0, 0.0, n_paths, stationary);
          check_covariances(&model, &o, 14, 14.0, n_paths, stationary);
          release(&o);
        }
}

/* Means: the paths' average from a far point against the noiseless map. */
static void mean_follows_the_maps(void)
{
  const ptrdiff_t n_paths = 2000, steps = 30;
  double theta0[D] = {4.0, 1.0, -3.0, 2.0, 2.5}, v0[D] = {1.0, 0.0, -1.0, 0.5, 0.0};
  for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++) {
    sgdl_model model = model_of((sgdl_dynamics)dynamics, SGDL_REPLACEMENT, 0);
    model.vectors = NULL;
    sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                           .steps = steps,
                           .record_every = steps,
                           .n_paths = n_paths,
                           .seed = seed + 3,
                           .theta0 = theta0,
                           .v0 = v0,
                           .record_modes = 1};
    output o = simulate(&model, &sim);
    double *z = ensemble_at(&o, 1, n_paths);
    for (ptrdiff_t i = 0; i < D; i++) {
      double E[4], c[4], x0 = theta0[i] - minimiser[i], mean[2] = {0.0, 0.0};
      sgdl_mode_map(model.dynamics, &model.hyper, rho[i] + model.hyper.weight_decay, (double)steps, E);
      from_point(&model, i, i, (double)steps, c);
      for (ptrdiff_t p = 0; p < n_paths; p++) {
        mean[0] += z[p + i * n_paths] / (double)n_paths;
        mean[1] += z[p + (D + i) * n_paths] / (double)n_paths;
      }
      CHECK_NEAR(mean[0], E[0] * x0 + E[2] * v0[i],
                 sigmas * sqrt(diagonal_noise[i] * c[0] / (double)n_paths));
      CHECK_NEAR(mean[1], E[1] * x0 + E[3] * v0[i],
                 sigmas * sqrt(diagonal_noise[i] * c[3] / (double)n_paths));
    }
    free(z);
    release(&o);
  }
}

/* A covariance of rank 1 (no Cholesky factor) is drawn from all the same. */
static void singular_noise_is_drawn(void)
{
  const ptrdiff_t n_paths = 2000;
  double kept[D * D], a[D] = {1.0, -2.0, 0.5, 0.0, 1.0};
  memcpy(kept, full_noise, sizeof kept);
  for (int j = 0; j < D; j++)
    for (int i = 0; i < D; i++) full_noise[i + j * D] = a[i] * a[j];
  for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++) {
    sgdl_model model = model_of((sgdl_dynamics)dynamics, SGDL_REPLACEMENT, 1);
    sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                           .steps = 8,
                           .record_every = 8,
                           .n_paths = n_paths,
                           .seed = seed + 4,
                           .record_modes = 1};
    output o = simulate(&model, &sim);
    CHECK_STATUS(o.status, SGDL_OK);
    check_covariances(&model, &o, 1, 8.0, n_paths, from_point);
    release(&o);
  }
  full_noise[1] *= 3.0; /* a correlation past 1 is no covariance and refused */
  full_noise[D] *= 3.0;
  sgdl_model model = model_of(SGDL_SGD, SGDL_REPLACEMENT, 1);
  sgdl_simulation sim = {.method = SGDL_GAUSSIAN_SGD, .steps = 8, .record_every = 8, .n_paths = 1};
  output o = simulate(&model, &sim);
  CHECK_STATUS(o.status, SGDL_NOT_PSD);
  release(&o);
  memcpy(full_noise, kept, sizeof kept);
}

/* The noise of Gaussian SGD itself, read off the velocities over two epochs: variances and covariances of
 * THEORY section 6, remainder kept and dropped. */
static void epoch_noise_has_its_covariance(void)
{
  enum { EPOCHS = 2, MOST = 12 };
  const ptrdiff_t n_paths = 20000;
  double one_rho = 0.7, one_noise = 2.0;
  for (int drop = 0; drop < 2; drop++) {
    sgdl_model model = {.dim = 1,
                        .hyper = {0.1, 0.5, 0.0, 3},
                        .dynamics = SGDL_SGD,
                        .sampling = SGDL_EPOCH,
                        .n_examples = 11,
                        .drop_last = drop,
                        .rho = &one_rho,
                        .noise = &one_noise,
                        .sigma2 = -1.0};
    const double sizes[4] = {3, 3, 3, 2}, N = 11;
    ptrdiff_t M = drop ? 3 : 4, steps = EPOCHS * M;
    sgdl_simulation sim = {
        .method = SGDL_GAUSSIAN_SGD, .steps = steps, .record_every = 1, .n_paths = n_paths, .seed = seed + 5};
    output o = simulate(&model, &sim);
    double *xi = malloc((size_t)(steps * n_paths) * sizeof *xi);
    for (ptrdiff_t p = 0; p < n_paths; p++)
      for (ptrdiff_t k = 0; k < steps; k++) {
        const double *x = o.theta + p * o.records + k, *v = o.velocity + p * o.records + k;
        xi[p + k * n_paths] = v[1] - 0.5 * v[0] + one_rho * x[0];
      }
    int agree = 1;
    for (ptrdiff_t k = 0; k < steps; k++)
      for (ptrdiff_t l = 0; l <= k; l++) {
        double var_k = one_noise / sizes[k % M] * (N - sizes[k % M]) / (N - 1);
        double var_l = one_noise / sizes[l % M] * (N - sizes[l % M]) / (N - 1);
        double c = k == l ? var_k : k / M == l / M ? -one_noise / (N - 1) : 0.0;
        agree = agree && covariance_agrees(n_paths, xi + k * n_paths, xi + l * n_paths, var_k, var_l, c);
      }
    CHECK(agree);
    if (!drop) { /* the whole epoch visits every example: its noise sums to nothing */
      double worst = 0.0;
      for (ptrdiff_t p = 0; p < n_paths; p++) {
        double sum = 0.0;
        for (ptrdiff_t k = 0; k < M; k++) sum += sizes[k] * xi[p + k * n_paths];
        worst = fmax(worst, fabs(sum));
      }
      CHECK(worst < 1e-12);
    }
    free(xi);
    release(&o);
  }
}

/* ---- batches ---- */

static void epochs_visit_every_example_once(void)
{
  const ptrdiff_t sizes[][2] = {{17, 3}, {16, 4}, {5, 5}, {1, 1}, {1000, 128}};
  for (int q = 0; q < 5; q++)
    for (int drop = 0; drop < 2; drop++) {
      ptrdiff_t N = sizes[q][0], S = sizes[q][1], M = N / S + (N % S > 0 && !drop), visited = 0, batch[128],
                size;
      int *seen = calloc((size_t)N, sizeof *seen), once = 1;
      for (ptrdiff_t k = M; k < 2 * M; k++) { /* the second epoch */
        CHECK_STATUS(sgdl_batch(&ctx, N, S, SGDL_EPOCH, drop, 1, 2, (uint64_t)k, batch, &size), SGDL_OK);
        for (ptrdiff_t i = 0; i < size; i++) once = once && !seen[batch[i]]++;
        visited += size;
      }
      CHECK(once);
      CHECK_INT(visited, drop ? N / S * S : N);
      free(seen);
    }
}

/* Distinct within a step; every example as likely as another, and the batches of steps and paths unrelated.
 */
static void draws_are_uniform(void)
{
  enum { N = 40, S = 30, STEPS = 4000 };
  for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
    double count[N] = {0}, both = 0.0, p = (double)S / N;
    int distinct = 1, uniform = 1;
    for (uint64_t k = 0; k < STEPS; k++) {
      ptrdiff_t batch[S], size;
      int seen[N] = {0};
      CHECK_STATUS(sgdl_batch(&ctx, N, S, (sgdl_sampling)sampling, 0, seed, 0, k, batch, &size), SGDL_OK);
      for (ptrdiff_t i = 0; i < size; i++) {
        distinct = distinct && !seen[batch[i]];
        seen[batch[i]]++;
        count[batch[i]]++;
      }
      both += seen[0] && seen[N - 1];
    }
    double per_step = sampling == SGDL_WITHOUT ? p * (1.0 - p) : p * (1.0 - 1.0 / N);
    for (int i = 0; i < N; i++)
      uniform = uniform && fabs(count[i] - STEPS * p) <= sigmas * sqrt(STEPS * per_step);
    CHECK(uniform);
    CHECK_INT(distinct, sampling == SGDL_WITHOUT);
    if (sampling == SGDL_WITHOUT) {
      double pair = p * (S - 1.0) / (N - 1.0);
      CHECK_NEAR(both, STEPS * pair, sigmas * sqrt(STEPS * pair * (1.0 - pair)));
    }
  }
}

/* A shuffle is uniform over permutations: all 24 orders of four examples. */
static void shuffles_are_uniform(void)
{
  enum { EPOCHS = 12000 };
  double count[256] = {0}, expected = EPOCHS / 24.0;
  int seen = 0, uniform = 1;
  for (uint64_t e = 0; e < EPOCHS; e++) {
    ptrdiff_t order[4], size;
    sgdl_batch(&ctx, 4, 4, SGDL_EPOCH, 0, seed, 1, e, order, &size);
    count[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]]++;
  }
  for (int i = 0; i < 256; i++)
    if (count[i] > 0.0) {
      seen++;
      uniform = uniform && fabs(count[i] - expected) <= sigmas * sqrt(expected);
    }
  CHECK_INT(seen, 24);
  CHECK(uniform);
}

/* ---- minibatches ---- */

/* The recursion of THEORY section 1 on the batches of sgdl_batch, in plain loops. */
static void plain_minibatch(const sgdl_model *model, const double *data, const double *target, uint64_t path,
                            ptrdiff_t steps, double *theta, double *v)
{
  const sgdl_hyper *h = &model->hyper;
  ptrdiff_t N = model->n_examples, d = model->dim, batch[64], size;
  for (ptrdiff_t k = 0; k < steps; k++) {
    double g[64] = {0};
    sgdl_batch(&ctx, N, (ptrdiff_t)h->batch_size, model->sampling, model->drop_last, 21, path, (uint64_t)k,
               batch, &size);
    for (ptrdiff_t b = 0; b < size; b++) {
      double residual = -target[batch[b]];
      for (ptrdiff_t j = 0; j < d; j++) residual += data[batch[b] + j * N] * theta[j];
      for (ptrdiff_t j = 0; j < d; j++) g[j] += residual * data[batch[b] + j * N] / (double)size;
    }
    for (ptrdiff_t j = 0; j < d; j++) v[j] = h->momentum * v[j] - g[j] - h->weight_decay * theta[j];
    for (ptrdiff_t j = 0; j < d; j++) theta[j] += h->lr * v[j];
  }
}

/* Several shapes: remainders of lanes and of examples taken together, one and many blocks of steps. */
static void minibatch_is_the_plain_loop(void)
{
  const ptrdiff_t shapes[][3] = {{17, 5, 3},  {100, 23, 13}, {64, 7, 64},
                                 {50, 16, 1}, {40, 1, 9},    {33, 31, 6}};
  for (int q = 0; q < 6; q++) {
    ptrdiff_t N = shapes[q][0], d = shapes[q][1], steps = 200;
    double *data = malloc((size_t)(N * d) * sizeof *data), target[128], zeros[64] = {0};
    sgdl_normals(30, 0, 0, 0, 0, N * d, data);
    sgdl_normals(30, 0, 1, 0, 0, N, target);
    for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++)
      for (int drop = 0; drop < 2; drop++) {
        sgdl_model model = {.dim = d,
                            .hyper = {0.01, 0.9, 0.001, (double)shapes[q][2]},
                            .dynamics = SGDL_LANGEVIN,
                            .sampling = (sgdl_sampling)sampling,
                            .drop_last = drop,
                            .n_examples = N,
                            .sigma2 = -1.0};
        sgdl_simulation sim = {.method = SGDL_MINIBATCH,
                               .steps = steps,
                               .record_every = steps,
                               .n_paths = 2,
                               .seed = 21,
                               .theta0 = zeros,
                               .X = data,
                               .y = target};
        output o = simulate(&model, &sim);
        CHECK_STATUS(o.status, SGDL_OK);
        for (ptrdiff_t p = 0; p < 2; p++) {
          double theta[64] = {0}, v[64] = {0}, last[64], last_v[64];
          plain_minibatch(&model, data, target, (uint64_t)p, steps, theta, v);
          for (ptrdiff_t j = 0; j < d; j++) {
            last[j] = o.theta[1 + (j + p * d) * o.records];
            last_v[j] = o.velocity[1 + (j + p * d) * o.records];
          }
          CHECK_ARRAY(last, theta, d, 1e-12);
          for (ptrdiff_t j = 0; j < d; j++) CHECK_NEAR(last_v[j], v[j], 1e-12); /* full batches: v goes to 0 */
        }
        release(&o);
      }
    free(data);
  }
}

/* ---- what is kept ---- */

typedef struct stopper {
  int asked, stop_at;
} stopper;

static int stop_later(void *user)
{
  stopper *s = user;
  return ++s->asked >= s->stop_at;
}

/* Stopped at the first and at the third poll: the rows done are those of an uninterrupted run, the rest
 * untouched. */
static void interrupts_keep_what_is_done(void)
{
  const ptrdiff_t long_run = 200000;
  for (int method = SGDL_EXACT; method <= SGDL_MINIBATCH; method++)
    for (int stop_at = 1; stop_at <= 3; stop_at += 2) {
      stopper stopper = {0, stop_at};
      sgdl_model model = model_of(method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT, 1);
      sgdl_simulation sim = {.method = (sgdl_method)method,
                             .steps = long_run,
                             .record_every = 10,
                             .n_paths = 3,
                             .seed = 5,
                             .X = X,
                             .y = y};
      sim.steps = stop_at == 1 ? 1000 : long_run;
      sgdl_context_init(&ctx);
      ctx.should_stop = stop_later;
      ctx.user = &stopper;
      output cut = simulate(&model, &sim);
      sgdl_context_init(&ctx);
      if (stop_at == 1) CHECK_INT(cut.done, 1);
      if (cut.status == SGDL_OK) { /* a fast machine may be through before the third poll */
        release(&cut);
        continue;
      }
      CHECK_STATUS(cut.status, SGDL_INTERRUPTED);
      CHECK(cut.done >= 1 && cut.done < cut.records);
      output whole = simulate(&model, &sim);
      int same = 1, untouched = 1;
      for (ptrdiff_t column = 0; column < D * sim.n_paths; column++)
        for (ptrdiff_t r = 0; r < cut.records; r++) {
          ptrdiff_t at = r + column * cut.records;
          if (r < cut.done)
            same = same && cut.theta[at] == whole.theta[at] && cut.velocity[at] == whole.velocity[at];
          else
            untouched = untouched && cut.theta[at] == -77.0 && cut.velocity[at] == -77.0;
        }
      CHECK(same);
      CHECK(untouched);
      release(&cut);
      release(&whole);
    }
}

/* A saddle runs away; the path and step are named and the rows before are kept. */
static void divergence_is_named(void)
{
  double saddle[D] = {3.0, 1.0, 0.4, 0.05, -40.0}, start[D] = {0}, last_finite = 0.0;
  sgdl_model model = model_of(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_simulation sim = {.method = SGDL_EXACT,
                         .steps = 5000,
                         .record_every = 1,
                         .n_paths = 3,
                         .seed = 5,
                         .theta0 = start,
                         .record_modes = 1};
  ptrdiff_t path = 0, step = 0;
  model.rho = saddle;
  output o = simulate(&model, &sim);
  CHECK_STATUS(o.status, SGDL_UNSTABLE);
  CHECK_INT(sscanf(ctx.message, "path %td diverged at step %td", &path, &step), 2);
  CHECK_INT(o.done, step);
  for (ptrdiff_t column = 0; column < D * sim.n_paths; column++)
    for (ptrdiff_t r = 0; r < o.done; r++) last_finite += isfinite(o.theta[r + column * o.records]) == 0;
  CHECK(last_finite == 0.0);
  sim.start_stationary = 1;
  release(&o);
  o = simulate(&model, &sim);
  CHECK_STATUS(o.status, SGDL_SADDLE);
  release(&o);
  saddle[D - 1] = 0.0;
  model.hyper.weight_decay = 0.0;
  o = simulate(&model, &sim);
  CHECK_STATUS(o.status, SGDL_FLAT);
  CHECK_TEXT(ctx.message, "1 of 5 modes");
  release(&o);

  sgdl_model wild = model_of(SGDL_LANGEVIN, SGDL_EPOCH, 0);
  wild.hyper.lr = 50.0;
  sim = (sgdl_simulation){
      .method = SGDL_MINIBATCH, .steps = 5000, .record_every = 10, .n_paths = 2, .X = X, .y = y};
  o = simulate(&wild, &sim);
  CHECK_STATUS(o.status, SGDL_UNSTABLE);
  CHECK(o.done >= 1);
  release(&o);
}

/* ---- bad arguments ---- */

static void refuse(const sgdl_model *model, sgdl_simulation sim, sgdl_status status, const char *text)
{
  double out[4 * D];
  ptrdiff_t done = -1;
  CHECK_STATUS(sgdl_simulate(&ctx, model, &sim, out, NULL, &done), status);
  CHECK_INT(done, 0);
  CHECK_TEXT(ctx.message, text);
}

static void nonsense_is_refused(void)
{
  sgdl_model langevin = model_of(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_model sgd = model_of(SGDL_SGD, SGDL_REPLACEMENT, 0);
  sgdl_simulation good = {.method = SGDL_EXACT, .steps = 1, .record_every = 1, .n_paths = 1}, bad;
  double point[D] = {0.0, 0.0, NAN, 0.0, 0.0}, broken[17 * D];

  bad = good, bad.steps = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`steps` = 0");
  bad = good, bad.record_every = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`record` = 0");
  bad = good, bad.n_paths = -3;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`nsim` = -3");
  bad = good, bad.method = (sgdl_method)9;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`method` = 9");
  refuse(&sgd, good, SGDL_UNSUPPORTED, "dynamics = \"langevin\"");
  bad = good, bad.method = SGDL_GAUSSIAN_SGD;
  refuse(&langevin, bad, SGDL_UNSUPPORTED, "dynamics = \"sgd\"");
  bad = good, bad.theta0 = point;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`theta0[3]` = NaN");
  bad = good, bad.v0 = point, bad.v0_per_path = 1;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`v0[3, 1]` = NaN");
  bad = good, bad.method = SGDL_MINIBATCH;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`X`, `y` are missing");
  memcpy(broken, X, sizeof X);
  broken[17 + 4] = INFINITY;
  bad.X = broken, bad.y = y;
  refuse(&langevin, bad, SGDL_NOT_FINITE, "`X[5, 2]` = Inf");
  bad.X = X;
  langevin.hyper.batch_size = 18;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`batch_size` = 18");
  langevin.hyper.batch_size = 3;
  langevin.n_examples = 0;
  refuse(&langevin, bad, SGDL_BAD_ARGUMENT, "`n_examples` = 0");
  langevin = model_of(SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  langevin.rho = langevin.noise = langevin.vectors = NULL;
  refuse(&langevin, good, SGDL_UNSUPPORTED, "decompose = TRUE");
  bad.record_modes = 1;
  refuse(&langevin, bad, SGDL_UNSUPPORTED, "decompose = TRUE");
  sgd.hyper.lr = 2.0;
  bad = good, bad.method = SGDL_GAUSSIAN_SGD;
  refuse(&sgd, bad, SGDL_UNSTABLE, "");
}

int main(void)
{
  seed = (uint64_t)time(NULL);
  printf("seed %llu\n", (unsigned long long)seed);
  sgdl_context_init(&ctx);
  make_arrays();
  make_data();
  bits_depend_on_model_and_seed_alone();
  parameters_are_mu_plus_modes();
  paths_begin_where_they_are_told();
  moments_are_those_of_the_theory();
  mean_follows_the_maps();
  singular_noise_is_drawn();
  epoch_noise_has_its_covariance();
  epochs_visit_every_example_once();
  draws_are_uniform();
  shuffles_are_uniform();
  minibatch_is_the_plain_loop();
  interrupts_keep_what_is_done();
  divergence_is_named();
  nonsense_is_refused();
  return check_report();
}
