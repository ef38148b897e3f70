/* Simulation: which bits depend on what, coordinates, and moments against theory. False-alarm rates of
 * statistical checks: each at most 1e-6 (sums of thousands of terms against 6 standard errors). */
#include <stdlib.h>

#include "check.h"
#include "model/mode.h"
#include "model/noise.h"
#include "paths.h"

static const double sigmas = 6.0;
static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */
static sgdl_context ctx;
static problem data;

/* Paths of a statistical check: a tenth under valgrind. */
static ptrdiff_t paths(ptrdiff_t n)
{
  return getenv("SGDL_TEST_SHORT") ? n / 10 : n;
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
  output many = simulate(&ctx, model, &sim);
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
        sgdl_model langevin = problem_model(&data, SGDL_LANGEVIN, SGDL_WITHOUT, full);
        sim.method = SGDL_EXACT;
        check_bits(&langevin, sim);
        for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++) {
          sgdl_model sgd = problem_model(&data, SGDL_SGD, (sgdl_sampling)sampling, full);
          sim.method = SGDL_GAUSSIAN_SGD;
          check_bits(&sgd, sim);
          sim.method = SGDL_MINIBATCH;
          sim.X = data.X;
          sim.y = data.y;
          check_bits(&sgd, sim);
        }
      }
}

/* ---- coordinates and starting points ---- */

static void parameters_are_mu_plus_modes(void)
{
  sgdl_model model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 1);
  sgdl_simulation sim = {.method = SGDL_EXACT, .steps = 40, .record_every = 3, .n_paths = 2, .seed = 2};
  output parameters = simulate(&ctx, &model, &sim);
  sim.record_modes = 1;
  output modes = simulate(&ctx, &model, &sim);
  double worst = 0.0;
  for (ptrdiff_t p = 0; p < sim.n_paths; p++)
    for (ptrdiff_t r = 0; r < modes.records; r++)
      for (ptrdiff_t i = 0; i < D; i++) {
        const ptrdiff_t at = r + p * D * modes.records;
        double theta = data.minimiser[i], v = 0.0;
        for (ptrdiff_t j = 0; j < D; j++) {
          theta += data.vectors[i + j * D] * modes.theta[at + j * modes.records];
          v += data.vectors[i + j * D] * modes.velocity[at + j * modes.records];
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
    sgdl_model model =
        problem_model(&data, method == SGDL_EXACT ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT, 0);
    sgdl_simulation sim = {.method = (sgdl_method)method,
                           .steps = 5,
                           .record_every = 5,
                           .n_paths = PATHS,
                           .theta0 = theta0,
                           .theta0_per_path = 1,
                           .v0 = v0,
                           .X = data.X,
                           .y = data.y};
    output o = simulate(&ctx, &model, &sim);
    CHECK_STATUS(o.status, SGDL_OK);
    for (int p = 0; p < PATHS; p++)
      for (int i = 0; i < D; i++) {
        CHECK_NEAR(o.theta[(i + p * D) * o.records], theta0[i + p * D], 1e-14);
        CHECK_NEAR(o.velocity[(i + p * D) * o.records], v0[i], 1e-14);
      }
    sim.theta0 = sim.v0 = NULL;
    release(&o);
    o = simulate(&ctx, &model, &sim);
    for (int i = 0; i < D; i++) {
      CHECK_NEAR(o.theta[i * o.records], data.minimiser[i], 1e-14);
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
  sgdl_noise_pair_from_point(&scheme, model->dynamics, &model->hyper, data.rho[i] + lambda,
                             data.rho[j] + lambda, k, c);
}

static void stationary(const sgdl_model *model, ptrdiff_t i, ptrdiff_t j, double k, double c[4])
{
  sgdl_noise scheme;
  double lambda = model->hyper.weight_decay;
  sgdl_noise_scheme(model, &scheme);
  if (scheme.epoch)
    from_point(model, i, j, 1e6 * (double)scheme.steps + k, c);
  else
    sgdl_noise_pair_stationary(&scheme, model->dynamics, &model->hyper, data.rho[i] + lambda,
                               data.rho[j] + lambda, NULL, NULL, c);
}

/* All covariances of (theta, v) over paths at a row (step k) against the pair theory. */
static void check_covariances(const sgdl_model *model, const output *o, ptrdiff_t row, double k,
                              ptrdiff_t n_paths, pair_theory *theory)
{
  double C[4 * D * D], *z = ensemble_at(o, row, n_paths);
  int agree = 1;
  for (ptrdiff_t i = 0; i < D; i++)
    for (ptrdiff_t j = 0; j < D; j++) {
      double c[4], noise = model->noise_is_full ? data.full_noise[i + j * D]
                           : i == j             ? data.diagonal_noise[i]
                                                : 0.0;
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
  const ptrdiff_t n_paths = paths(3000);
  for (int full = 0; full < 2; full++)
    for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++)
      for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++)
        for (int drop = 0; drop < 2; drop++) {
          if (drop && sampling != SGDL_EPOCH) continue;
          if (sampling == SGDL_EPOCH && dynamics == SGDL_LANGEVIN) continue;
          sgdl_model model = problem_model(&data, (sgdl_dynamics)dynamics, (sgdl_sampling)sampling, full);
          model.drop_last = drop;
          sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                                 .steps = 20,
                                 .record_every = 1,
                                 .n_paths = n_paths,
                                 .seed = seed + 1,
                                 .record_modes = 1};
          output o = simulate(&ctx, &model, &sim);
          for (ptrdiff_t k = 1; k <= 20; k += 3)
            check_covariances(&model, &o, k, (double)k, n_paths, from_point);
          release(&o);
          sim.start_stationary = 1;
          sim.seed++;
          o = simulate(&ctx, &model, &sim);
          check_covariances(&model, &o, 0, 0.0, n_paths, stationary);
          check_covariances(&model, &o, 14, 14.0, n_paths, stationary);
          release(&o);
        }
}

/* Means: the paths' average from a far point against the noiseless map. */
static void mean_follows_the_maps(void)
{
  const ptrdiff_t n_paths = paths(2000), steps = 30;
  double theta0[D] = {4.0, 1.0, -3.0, 2.0, 2.5}, v0[D] = {1.0, 0.0, -1.0, 0.5, 0.0};
  for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++) {
    sgdl_model model = problem_model(&data, (sgdl_dynamics)dynamics, SGDL_REPLACEMENT, 0);
    model.vectors = NULL;
    sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                           .steps = steps,
                           .record_every = steps,
                           .n_paths = n_paths,
                           .seed = seed + 3,
                           .theta0 = theta0,
                           .v0 = v0,
                           .record_modes = 1};
    output o = simulate(&ctx, &model, &sim);
    double *z = ensemble_at(&o, 1, n_paths);
    for (ptrdiff_t i = 0; i < D; i++) {
      double E[4], c[4], x0 = theta0[i] - data.minimiser[i], mean[2] = {0.0, 0.0};
      sgdl_mode_map(model.dynamics, &model.hyper, data.rho[i] + model.hyper.weight_decay, (double)steps, E);
      from_point(&model, i, i, (double)steps, c);
      for (ptrdiff_t p = 0; p < n_paths; p++) {
        mean[0] += z[p + i * n_paths] / (double)n_paths;
        mean[1] += z[p + (D + i) * n_paths] / (double)n_paths;
      }
      CHECK_NEAR(mean[0], E[0] * x0 + E[2] * v0[i],
                 sigmas * sqrt(data.diagonal_noise[i] * c[0] / (double)n_paths));
      CHECK_NEAR(mean[1], E[1] * x0 + E[3] * v0[i],
                 sigmas * sqrt(data.diagonal_noise[i] * c[3] / (double)n_paths));
    }
    free(z);
    release(&o);
  }
}

/* A covariance of rank 1 (no Cholesky factor) is drawn from all the same. */
static void singular_noise_is_drawn(void)
{
  const ptrdiff_t n_paths = paths(2000);
  double kept[D * D], a[D] = {1.0, -2.0, 0.5, 0.0, 1.0};
  memcpy(kept, data.full_noise, sizeof kept);
  for (int j = 0; j < D; j++)
    for (int i = 0; i < D; i++) data.full_noise[i + j * D] = a[i] * a[j];
  for (int dynamics = SGDL_LANGEVIN; dynamics <= SGDL_SGD; dynamics++) {
    sgdl_model model = problem_model(&data, (sgdl_dynamics)dynamics, SGDL_REPLACEMENT, 1);
    sgdl_simulation sim = {.method = (sgdl_method)dynamics,
                           .steps = 8,
                           .record_every = 8,
                           .n_paths = n_paths,
                           .seed = seed + 4,
                           .record_modes = 1};
    output o = simulate(&ctx, &model, &sim);
    CHECK_STATUS(o.status, SGDL_OK);
    check_covariances(&model, &o, 1, 8.0, n_paths, from_point);
    release(&o);
  }
  data.full_noise[1] *= 3.0; /* a correlation past 1 is no covariance and refused */
  data.full_noise[D] *= 3.0;
  sgdl_model model = problem_model(&data, SGDL_SGD, SGDL_REPLACEMENT, 1);
  sgdl_simulation sim = {.method = SGDL_GAUSSIAN_SGD, .steps = 8, .record_every = 8, .n_paths = 1};
  output o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_NOT_PSD);
  release(&o);
  memcpy(data.full_noise, kept, sizeof kept);
}

/* The noise of Gaussian SGD itself, read off the velocities over two epochs: variances and covariances of
 * THEORY section 6, remainder kept and dropped. */
static void epoch_noise_has_its_covariance(void)
{
  enum { EPOCHS = 2, MOST = 12 };
  const ptrdiff_t n_paths = paths(20000);
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
    output o = simulate(&ctx, &model, &sim);
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

int main(void)
{
  sgdl_context_init(&ctx);
  problem_init(&data);
  bits_depend_on_model_and_seed_alone();
  parameters_are_mu_plus_modes();
  paths_begin_where_they_are_told();
  moments_are_those_of_the_theory();
  mean_follows_the_maps();
  singular_noise_is_drawn();
  epoch_noise_has_its_covariance();
  return check_report();
}
