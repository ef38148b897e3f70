/* SGD on an objective: Gaussian noise of every source, minibatches against the path of dense regression,
 * failures of the objective, and what each method refuses. False-alarm rates of statistical checks: each at
 * most 1e-6 (sums of thousands of terms against 6 standard errors). */
#include <stdlib.h>

#include "check.h"
#include "plain_objective.h"
#include "simulate/semidefinite.h"

enum { N = 11, DIM = 3 };
static const double sigmas = 6.0;
static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */
static const double theta0[DIM] = {1.0, -0.5, 0.7};
static sgdl_context ctx;
static double X[N * DIM], y[N];
static plain_objective plain;
static sgdl_objective objective;

static void make_objective(void)
{
  sgdl_normals(30, 0, 0, 0, 0, N * DIM, X);
  sgdl_normals(30, 0, 1, 0, 0, N, y);
  plain = (plain_objective){.N = N, .d = DIM, .X = X, .y = y};
  objective = plain_objective_of(&plain);
}

static sgdl_model model_of(sgdl_dynamics dynamics, sgdl_sampling sampling)
{
  return (sgdl_model){.dim = DIM,
                      .hyper = {0.1, 0.8, 0.01, 3},
                      .dynamics = dynamics,
                      .sampling = sampling,
                      .n_examples = N,
                      .sigma2 = -1.0};
}

static sgdl_simulation run_of(sgdl_method method, ptrdiff_t steps)
{
  return (sgdl_simulation){.method = method,
                           .steps = steps,
                           .n_paths = 1,
                           .seed = seed,
                           .record_every = 1,
                           .theta0 = theta0,
                           .objective = &objective};
}

/* ---- factors ---- */

/* L L' = C for regular and singular matrices; a matrix that is none is refused. */
static void factors_reproduce_their_matrix(void)
{
  enum { n = 20 };
  static double B[n * n], C[n * n], L[n * n];
  sgdl_normals(1, 0, 0, 0, 0, n * n, B);
  for (int rank = 0; rank <= n; rank += 5) {
    for (int e = 0; e < n * n; e++) {
      C[e] = 0.0;
      for (int k = 0; k < rank; k++) C[e] += B[e % n + k * n] * B[e / n + k * n];
      L[e] = C[e];
    }
    CHECK_STATUS(sgdl_semidefinite_factor(&ctx, "C", n, L), SGDL_OK);
    for (int i = 0; i < n; i++) {
      double row[n] = {0.0}, product[n];
      for (int k = 0; k <= i; k++) row[k] = L[i + k * n];
      sgdl_lower_times(n, L, row, product);
      if (rank > 0) CHECK_ARRAY(product, C + i * n, n, 1e-6 * (rank < n) + 1e-13);
    }
  }
  double indefinite[4] = {1.0, 2.0, 2.0, 1.0}, negative[1] = {-1.0};
  CHECK_STATUS(sgdl_semidefinite_factor(&ctx, "C", 2, indefinite), SGDL_NOT_PSD);
  CHECK_TEXT(ctx.message, "`C` is not positive semidefinite: the variance of coordinate 2");
  CHECK_STATUS(sgdl_semidefinite_factor(&ctx, "C", 1, negative), SGDL_NOT_PSD);
}

/* ---- Gaussian noise ---- */

/* Mean and covariance of the velocity after one step from a point, over paths. */
static void check_one_step(sgdl_noise_source source, int weights, sgdl_sampling sampling)
{
  ptrdiff_t n = getenv("SGDL_TEST_SHORT") ? 400 : 4000, done;
  sgdl_model model = model_of(SGDL_SGD, sampling);
  sgdl_simulation sim = run_of(SGDL_GAUSSIAN_SGD, 1);
  double mean[DIM], Sigma[DIM * DIM], S = model.hyper.batch_size;
  double scale = sampling == SGDL_WITHOUT ? (N - S) / (S * (N - 1.0)) : 1.0 / S;
  double *theta = malloc((size_t)(2 * DIM * n) * sizeof *theta),
         *v = malloc((size_t)(2 * DIM * n) * sizeof *v);
  plain_moments(&plain, theta0, mean, Sigma);
  objective.takes_weights = weights;
  sim.n_paths = n;
  sim.noise = source;
  sim.Sigma = source == SGDL_NOISE_CONSTANT ? Sigma : NULL;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, v, &done), SGDL_OK);
  for (int i = 0; i < DIM; i++)
    for (int j = 0; j <= i; j++) {
      double sum = 0.0, product = 0.0, cov = scale * Sigma[i + j * DIM];
      double vi = scale * Sigma[i + i * DIM], vj = scale * Sigma[j + j * DIM];
      for (ptrdiff_t p = 0; p < n; p++) {
        double x = v[1 + 2 * (i + p * DIM)] + mean[i] + model.hyper.weight_decay * theta0[i];
        double z = v[1 + 2 * (j + p * DIM)] + mean[j] + model.hyper.weight_decay * theta0[j];
        sum += x / (double)n;
        product += x * z / (double)n;
      }
      CHECK_NEAR(sum, 0.0, sigmas * sqrt(vi / (double)n));
      CHECK_NEAR(product, cov, sigmas * sqrt((vi * vj + cov * cov) / (double)n));
    }
  objective.takes_weights = 1;
  free(theta);
  free(v);
}

static void noise_has_its_covariance(void)
{
  for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
    check_one_step(SGDL_NOISE_CONSTANT, 1, (sgdl_sampling)sampling);
    check_one_step(SGDL_NOISE_COVARIANCE, 1, (sgdl_sampling)sampling);
    for (int weights = 0; weights < 2; weights++)
      check_one_step(SGDL_NOISE_EMPIRICAL, weights, (sgdl_sampling)sampling);
  }
}

/* Without weights the same sum is made example by example. */
static void weights_are_only_a_short_cut(void)
{
  enum { STEPS = 20 };
  double theta[2][(STEPS + 1) * DIM];
  ptrdiff_t done;
  for (int langevin = 0; langevin < 2; langevin++) {
    sgdl_model model = model_of(langevin ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT);
    sgdl_simulation sim = run_of(langevin ? SGDL_BAOAB : SGDL_GAUSSIAN_SGD, STEPS);
    sim.noise = SGDL_NOISE_EMPIRICAL;
    for (int weights = 0; weights < 2; weights++) {
      objective.takes_weights = weights;
      CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta[weights], NULL, &done), SGDL_OK);
    }
    CHECK_ARRAY(theta[0], theta[1], (STEPS + 1) * DIM, 1e-12);
  }
}

/* ---- epochs ---- */

/* Noise of the first steps from theta0 (n of them, n_paths paths) at a learning rate that does not move theta: the
 * velocity without momentum and weight decay is minus the batch gradient. xi: DIM x n x n_paths. */
static void epoch_noise(sgdl_noise_source source, int drop_last, ptrdiff_t n, ptrdiff_t n_paths, double *Sigma,
                        double *xi)
{
  sgdl_model model = model_of(SGDL_SGD, SGDL_EPOCH);
  sgdl_simulation sim = run_of(SGDL_GAUSSIAN_SGD, n);
  ptrdiff_t done;
  double mean[DIM];
  size_t size = (size_t)((n + 1) * DIM * n_paths) * sizeof(double);
  double *theta = malloc(size), *v = malloc(size);
  plain_moments(&plain, theta0, mean, Sigma);
  model.hyper = (sgdl_hyper){1e-15, 0.0, 0.0, 3};
  model.drop_last = drop_last;
  sim.n_paths = n_paths;
  sim.noise = source;
  sim.Sigma = source == SGDL_NOISE_CONSTANT ? Sigma : NULL;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, v, &done), SGDL_OK);
  for (ptrdiff_t p = 0; p < n_paths; p++)
    for (ptrdiff_t s = 0; s < n; s++)
      for (int i = 0; i < DIM; i++)
        xi[i + DIM * (s + n * p)] = -v[s + 1 + (n + 1) * (i + DIM * p)] - mean[i];
  free(theta);
  free(v);
}

/* Over the paths: covariances of any two steps of an epoch, and of two epochs, for all elements. */
static void check_epoch_covariances(const double *xi, ptrdiff_t n, ptrdiff_t n_paths, const double *Sigma,
                                    ptrdiff_t M)
{
  const double size[] = {3, 3, 3, 2};
  for (ptrdiff_t s = 0; s < n; s++)
    for (ptrdiff_t t = 0; t <= s; t++)
      for (int e = 0; e < DIM * DIM; e++) {
        int i = e % DIM, j = e / DIM;
        double vs = (N - size[s % M]) / (size[s % M] * (N - 1.0)), vt = (N - size[t % M]) / (size[t % M] * (N - 1.0));
        double factor = s == t ? vs : s / M == t / M ? -1.0 / (N - 1.0) : 0.0, cov = factor * Sigma[e], sum = 0.0;
        for (ptrdiff_t p = 0; p < n_paths; p++)
          sum += xi[i + DIM * (s + n * p)] * xi[j + DIM * (t + n * p)] / (double)n_paths;
        double spread = vs * Sigma[i * (DIM + 1)] * vt * Sigma[j * (DIM + 1)] + cov * cov;
        CHECK_NEAR(sum, cov, sigmas * sqrt(spread / (double)n_paths));
      }
}

/* Batches that take all examples sum to the whole: S_b xi_b over an epoch is zero. */
static void epochs_have_their_covariances(void)
{
  enum { STEPS = 6 };
  const ptrdiff_t paths = getenv("SGDL_TEST_SHORT") ? 400 : 4000;
  double Sigma[DIM * DIM], *xi = malloc((size_t)(DIM * STEPS * paths) * sizeof *xi);
  for (int source = SGDL_NOISE_CONSTANT; source <= SGDL_NOISE_COVARIANCE; source++) {
    epoch_noise((sgdl_noise_source)source, 0, STEPS, paths, Sigma, xi);
    check_epoch_covariances(xi, STEPS, paths, Sigma, 4);
    for (int i = 0; i < DIM; i++) {
      double worst = 0.0;
      for (ptrdiff_t p = 0; p < paths; p++) {
        const double *x = xi + i + DIM * STEPS * p;
        worst = fmax(worst, fabs(3.0 * (x[0] + x[DIM] + x[2 * DIM]) + 2.0 * x[3 * DIM]));
      }
      CHECK_NEAR(worst, 0.0, 1e-10);
    }
    epoch_noise((sgdl_noise_source)source, 1, STEPS, paths, Sigma, xi);
    check_epoch_covariances(xi, STEPS, paths, Sigma, 3);
  }
  free(xi);
}

static sgdl_status bowl(const sgdl_objective *self, sgdl_context *context, const double *theta, ptrdiff_t size,
                        const uint32_t *batch, const double *weights, double *work, double *gradient)
{
  const double *rho = self->self;
  (void)context, (void)size, (void)batch, (void)weights, (void)work;
  for (ptrdiff_t i = 0; i < self->dim; i++) gradient[i] = rho[i] * theta[i];
  return SGDL_OK;
}

/* With H and Sigma diagonal both steppers draw the same normals: the path along the modes of the quadratic model,
 * whose law the tests of the model hold against the theory, is that of the objective; remainder kept and dropped. */
static void epochs_on_a_bowl_are_those_of_the_model(void)
{
  enum { STEPS = 60, ROWS = STEPS + 1 };
  double rho[DIM] = {3.0, 0.4, 0.0}, noise[DIM] = {1.0, 2.0, 0.5}, Sigma[DIM * DIM] = {1, 0, 0, 0, 2, 0, 0, 0, 0.5};
  double theta[2][ROWS * DIM * 2], v[2][ROWS * DIM * 2];
  sgdl_objective whole = {.dim = DIM, .parallel = 1, .self = rho, .gradient = bowl};
  for (int nesterov = 0; nesterov < 2; nesterov++)
    for (int drop_last = 0; drop_last < 2; drop_last++) {
      sgdl_model model = model_of(SGDL_SGD, SGDL_EPOCH);
      sgdl_simulation sim = run_of(SGDL_GAUSSIAN_SGD, STEPS);
      ptrdiff_t done;
      model.drop_last = drop_last;
      sim.objective = &whole;
      sim.Sigma = Sigma;
      sim.n_paths = 2;
      sim.nesterov = nesterov;
      CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta[0], v[0], &done), SGDL_OK);
      model.rho = rho;
      model.noise = noise;
      sim.objective = NULL;
      sim.Sigma = NULL;
      CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta[1], v[1], &done), SGDL_OK);
      CHECK_ARRAY(theta[0], theta[1], ROWS * DIM * 2, 1e-12);
      CHECK_ARRAY(v[0], v[1], ROWS * DIM * 2, 1e-12);
    }
}

/* ---- bits ---- */

/* The run as a whole on three threads, against the same run stopped at a step in the middle and taken up by
 * another. */
static void check_resumed(const sgdl_model *model, sgdl_simulation sim)
{
  enum { STEPS = 40, PATHS = 3, MIDDLE = 17 };
  static double whole[(STEPS + 1) * DIM * PATHS], parts[(STEPS + 1) * DIM * PATHS];
  sgdl_recording recording = {.theta = parts, .rows = STEPS + 1};
  sgdl_run *first, *second;
  ptrdiff_t done, n;
  sim.n_paths = PATHS;
  sim.steps = STEPS;
  ctx.threads = 3;
  CHECK_STATUS(sgdl_simulate(&ctx, model, &sim, whole, NULL, &done), SGDL_OK);
  ctx.threads = 1;
  CHECK_STATUS(sgdl_run_create(&ctx, model, &sim, &first), SGDL_OK);
  CHECK_STATUS(sgdl_run_advance(first, &ctx, MIDDLE, &recording), SGDL_OK);
  CHECK_STATUS(sgdl_run_create(&ctx, model, &sim, &second), SGDL_OK);
  const double *state = sgdl_run_state(first, &n);
  CHECK_STATUS(sgdl_run_restore(second, &ctx, n, state), SGDL_OK);
  sgdl_run_free(first);
  CHECK_STATUS(sgdl_run_advance(second, &ctx, STEPS, &recording), SGDL_OK);
  sgdl_run_free(second);
  CHECK(memcmp(whole, parts, sizeof whole) == 0);
}

/* Objectives that call into a host, and built-in ones that threads share. */
static void runs_go_on_to_the_same_bits(void)
{
  const double batch_size[40] = {1, 4, 2, 7, 3, 3, 11, 1, 9, 5, 2, 2, 2, 6, 1, 8, 3, 4, 10, 1,
                                 1, 4, 2, 7, 3, 3, 11, 1, 9, 5, 2, 2, 2, 6, 1, 8, 3, 4, 10, 1};
  sgdl_dataset examples = {.N = N, .p = DIM, .X = X, .y = y};
  sgdl_objective linear;
  CHECK_STATUS(sgdl_objective_create(&ctx, SGDL_LINEAR, &examples, 0, &linear), SGDL_OK);
  for (int built_in = 0; built_in < 2; built_in++)
    for (int source = SGDL_NOISE_EMPIRICAL; source <= SGDL_NOISE_COVARIANCE; source++)
      for (int method = SGDL_GAUSSIAN_SGD; method <= SGDL_EULER_MARUYAMA; method++) {
        sgdl_model model = model_of(method <= SGDL_MINIBATCH ? SGDL_SGD : SGDL_LANGEVIN,
                                    method == SGDL_MINIBATCH ? SGDL_EPOCH : SGDL_REPLACEMENT);
        sgdl_simulation sim = run_of((sgdl_method)method, 1);
        sim.noise = (sgdl_noise_source)source;
        sim.batch_size = batch_size;
        if (built_in) sim.objective = &linear;
        check_resumed(&model, sim);
      }
  sgdl_model epochs = model_of(SGDL_SGD, SGDL_EPOCH); /* 11 examples in batches of 3: stopped within one */
  for (int built_in = 0; built_in < 2; built_in++)
    for (int drop_last = 0; drop_last < 2; drop_last++)
      for (int source = SGDL_NOISE_EMPIRICAL; source <= SGDL_NOISE_COVARIANCE; source++) {
        sgdl_simulation sim = run_of(SGDL_GAUSSIAN_SGD, 1);
        sim.noise = (sgdl_noise_source)source;
        epochs.drop_last = drop_last;
        if (built_in) sim.objective = &linear;
        check_resumed(&epochs, sim);
      }
  sgdl_objective_free(&linear);
}

/* ---- failures ---- */

/* Rows before the failing step are those of a run that does not fail. */
static void check_failure(sgdl_method method, sgdl_status failure, ptrdiff_t fail_at, ptrdiff_t rows,
                          const char *text)
{
  enum { STEPS = 12 };
  double whole[(STEPS + 1) * DIM], cut[(STEPS + 1) * DIM];
  sgdl_model model = model_of(method == SGDL_BAOAB ? SGDL_LANGEVIN : SGDL_SGD, SGDL_REPLACEMENT);
  sgdl_simulation sim = run_of(method, STEPS);
  ptrdiff_t done;
  sim.noise = SGDL_NOISE_COVARIANCE;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, whole, NULL, &done), SGDL_OK);
  plain.calls = 0;
  plain.fail_at = fail_at;
  plain.failure = failure;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, cut, NULL, &done),
               failure == SGDL_OK ? SGDL_NOT_FINITE : failure);
  plain.fail_at = 0;
  CHECK_TEXT(ctx.message, text);
  CHECK_INT(done, rows);
  for (int i = 0; i < DIM; i++)
    CHECK(memcmp(whole + i * (STEPS + 1), cut + i * (STEPS + 1), (size_t)done * sizeof *cut) == 0);
}

static void failures_keep_what_is_done(void)
{
  const sgdl_method methods[] = {SGDL_MINIBATCH, SGDL_GAUSSIAN_SGD, SGDL_BAOAB};
  for (int m = 0; m < 3; m++) {
    ptrdiff_t first = methods[m] == SGDL_BAOAB; /* a call before the first step */
    check_failure(methods[m], SGDL_CALLBACK, 6 + first, 6, "failed on purpose");
    check_failure(methods[m], SGDL_OK, 6 + first, 6, "`gradient[3]` = NaN");
    check_failure(methods[m], SGDL_CALLBACK, 1, 1, "failed on purpose");
  }
}

static void divergence_is_not_a_bad_gradient(void)
{
  enum { STEPS = 4000 };
  double *theta = malloc((STEPS + 1) * DIM * sizeof *theta);
  sgdl_model model = model_of(SGDL_SGD, SGDL_REPLACEMENT);
  sgdl_simulation sim = run_of(SGDL_MINIBATCH, STEPS);
  ptrdiff_t done;
  model.hyper.lr = 50.0;
  for (int gaussian = 0; gaussian < 2; gaussian++) {
    sim.method = gaussian ? SGDL_GAUSSIAN_SGD : SGDL_MINIBATCH;
    sim.noise = SGDL_NOISE_COVARIANCE;
    CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, theta, NULL, &done), SGDL_UNSTABLE);
    CHECK_TEXT(ctx.message, "diverged at step");
    CHECK(done > 1);
  }
  free(theta);
}

/* ---- what fits ---- */

static void refuse(sgdl_model model, sgdl_simulation sim, sgdl_status status, const char *text)
{
  double out[2 * DIM];
  ptrdiff_t done;
  CHECK_STATUS(sgdl_simulate(&ctx, &model, &sim, out, NULL, &done), status);
  CHECK_TEXT(ctx.message, text);
}

static void methods_say_what_they_need(void)
{
  sgdl_model sgd = model_of(SGDL_SGD, SGDL_REPLACEMENT), langevin = model_of(SGDL_LANGEVIN, SGDL_REPLACEMENT);
  sgdl_model epochs = model_of(SGDL_SGD, SGDL_EPOCH), other;
  sgdl_simulation gaussian = run_of(SGDL_GAUSSIAN_SGD, 1), baoab = run_of(SGDL_BAOAB, 1), bad;
  sgdl_objective whole = objective;
  const double batch_size[] = {2}, negative[DIM * DIM] = {-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0};
  whole.n_examples = 0;
  whole.covariance = NULL;

  refuse(langevin, run_of(SGDL_EXACT, 1), SGDL_UNSUPPORTED, "needs a quadratic model; on an objective use");
  refuse(langevin, gaussian, SGDL_UNSUPPORTED, "for the Langevin model use method = \"baoab\"");
  refuse(sgd, baoab, SGDL_UNSUPPORTED, "`method` = \"baoab\" needs a model with dynamics = \"langevin\"");
  refuse(sgd, gaussian, SGDL_BAD_ARGUMENT, "`Sigma` is missing");
  bad = gaussian, bad.Sigma = negative;
  refuse(sgd, bad, SGDL_NOT_PSD, "Sigma");
  bad = gaussian, bad.objective = &whole, bad.noise = SGDL_NOISE_EMPIRICAL;
  refuse(sgd, bad, SGDL_UNSUPPORTED, "`noise` = \"empirical\" needs an objective made of examples");
  bad.noise = SGDL_NOISE_COVARIANCE;
  refuse(sgd, bad, SGDL_UNSUPPORTED, "`noise` = \"covariance\" needs an objective with a `covariance`");
  bad.noise = (sgdl_noise_source)7;
  refuse(sgd, bad, SGDL_BAD_ARGUMENT, "`noise` = 7");
  bad.method = SGDL_MINIBATCH;
  refuse(sgd, bad, SGDL_UNSUPPORTED, "`method` = \"minibatch\" needs an objective made of examples");
  bad = gaussian, bad.noise = SGDL_NOISE_EMPIRICAL;
  other = langevin, other.sampling = SGDL_EPOCH, bad.method = SGDL_EULER_MARUYAMA;
  refuse(other, bad, SGDL_UNSUPPORTED, "sampling = \"epoch\" with dynamics = \"langevin\"");
  other = sgd, other.dim = DIM - 1;
  refuse(other, gaussian, SGDL_BAD_ARGUMENT, "`objective` has 3 parameters: expected the 2 of the model");
  other = sgd, other.n_examples = N + 1;
  refuse(other, gaussian, SGDL_BAD_ARGUMENT, "`objective` has 11 examples: expected the 12 of the model");
  bad = baoab, bad.noise = SGDL_NOISE_EMPIRICAL, bad.nesterov = 1;
  refuse(langevin, bad, SGDL_UNSUPPORTED, "`nesterov` with method = \"baoab\"");
  bad.nesterov = 0, bad.dampening = 0.5;
  refuse(langevin, bad, SGDL_UNSUPPORTED, "`dampening` with method = \"baoab\"");
  bad.dampening = 0.0, bad.substeps = -1;
  refuse(langevin, bad, SGDL_BAD_ARGUMENT, "`substeps` = -1");
  bad.substeps = (ptrdiff_t)1 << 31;
  refuse(langevin, bad, SGDL_TOO_LARGE, "`substeps` = 2147483648: at most 390451572 with 11 normals a draw");
  bad = gaussian, bad.noise = SGDL_NOISE_EMPIRICAL, bad.substeps = 2;
  refuse(sgd, bad, SGDL_UNSUPPORTED, "`substeps` = 2 with method = \"sgd\"");
  bad = gaussian, bad.objective = NULL, bad.batch_size = batch_size;
  refuse(epochs, bad, SGDL_UNSUPPORTED, "`batch_size` over steps with method = \"sgd\"");
}

int main(void)
{
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  make_objective();
  factors_reproduce_their_matrix();
  noise_has_its_covariance();
  weights_are_only_a_short_cut();
  epochs_have_their_covariances();
  epochs_on_a_bowl_are_those_of_the_model();
  runs_go_on_to_the_same_bits();
  failures_keep_what_is_done();
  divergence_is_not_a_bad_gradient();
  methods_say_what_they_need();
  return check_report();
}
