/* The law of every method in every damping regime: mean and covariance of (theta, v) of two coupled modes over
 * independent paths, after a fixed number of steps from a point, and at once from the stationary start. Expected:
 * sums over the responses to single draws of the textbook step, scalar by scalar; of the exact method the matrix
 * exponentials of oracle.h.
 * False-alarm rates: Gaussian methods by sgdl_check_gaussian, p < 1e-8 of three tests together in each of 300 runs;
 * minibatches by 14 moments a run within 6 standard errors of their own, each at most 1e-6. Each Gaussian run is
 * also held against covariances 1.3 times as large, and must be told from them. */
#include <stdlib.h>

#include "check.h"
#include "model/mode.h"
#include "oracle.h"
#include "sgdl_simulate.h"

enum { DIM = 2, N = 11, BATCH = 3, STEPS = 17, MOST_DRAWS = 2 * STEPS, STATE = 2 * DIM };
static const uint64_t seed = 20261128; /* the day this was written, not picked to pass */
static const double lr = 0.1, weight_decay = 0.01, level = 1e-8, sigmas = 6.0;
static const double theta0[DIM] = {1.0, -2.0}, v0[DIM] = {0.5, -1.0};
static sgdl_context ctx;
static double scatter[N * DIM], Sigma[DIM * DIM]; /* gradients of examples at 0, their covariance */

/* ---- regimes ---- */

typedef enum { OVERDAMPED, CRITICAL, UNDERDAMPED, ALTERNATING, FLAT, NEAR_LIMIT, NO_MOMENTUM, NEGATIVE_MOMENTUM,
               N_REGIMES } regime;
static const double momenta[N_REGIMES] = {0.5, 0.5, 0.8, 0.2, 0.8, 0.8, 0.0, -0.3};

static int is_discrete(sgdl_method method)
{
  return method == SGDL_GAUSSIAN_SGD || method == SGDL_MINIBATCH;
}

static sgdl_dynamics dynamics_of(sgdl_method method)
{
  return is_discrete(method) ? SGDL_SGD : SGDL_LANGEVIN;
}

static ptrdiff_t substeps_of(sgdl_method method)
{
  return method == SGDL_EULER_MARUYAMA ? 2 : 1;
}

/* Largest curvature at which the method is stable; SGDL_EXACT has none and gets that of SGD. */
static double stability_limit(sgdl_method method, double beta)
{
  double m = (double)substeps_of(method);
  return method == SGDL_EULER_MARUYAMA ? m * (1.0 - beta) / lr : 2.0 * (1.0 + beta) * m * m / lr;
}

/* Curvature of the mode the regime is named after, weight decay included. */
static double curvature_of(sgdl_method method, regime r)
{
  const double fixed[N_REGIMES] = {0.2, 0.0, 1.0, 22.0, 0.0, 0.0, 3.0, 2.0};
  double beta = momenta[r];
  if (r == NEAR_LIMIT) return 0.999 * stability_limit(method, beta);
  if (r == CRITICAL && is_discrete(method)) return pow(1.0 - sqrt(beta), 2.0) / lr;
  if (r == CRITICAL) return pow(1.0 - beta, 2.0) / (2.0 * lr * (1.0 + beta));
  return fixed[r];
}

static sgdl_hyper hyper_of(regime r)
{
  return (sgdl_hyper){lr, momenta[r], weight_decay, BATCH};
}

/* That mode and another, the larger curvature first. */
static void curvatures(sgdl_method method, regime r, double kappa[DIM])
{
  double named = curvature_of(method, r);
  kappa[0] = r == FLAT ? 0.3 : named;
  kappa[1] = r == FLAT ? named : 0.6 * named;
}

static void regimes_are_what_they_are_called(void)
{
  const sgdl_regime label[] = {SGDL_OVERDAMPED, SGDL_CRITICAL, SGDL_UNDERDAMPED, SGDL_ALTERNATING, SGDL_FLAT_MODE};
  for (int r = OVERDAMPED; r <= FLAT; r++)
    for (int method = SGDL_EXACT; method <= SGDL_GAUSSIAN_SGD; method++) {
      sgdl_hyper h = hyper_of((regime)r);
      if (r == ALTERNATING && method == SGDL_EXACT) continue;
      CHECK_INT(sgdl_mode_regime(dynamics_of((sgdl_method)method), &h, curvature_of((sgdl_method)method, (regime)r)),
                label[r]);
    }
}

/* ---- noise ---- */

static double scale_of(sgdl_sampling sampling, double S)
{
  return sampling == SGDL_REPLACEMENT ? 1.0 / S : (N - S) / (S * (N - 1.0));
}

/* Covariance of the batch noise of steps s and t per unit Sigma. */
static double noise_covariance(sgdl_sampling sampling, int drop, int s, int t)
{
  int M = drop ? N / BATCH : (N + BATCH - 1) / BATCH;
  int last = sampling == SGDL_EPOCH && !drop && s % M == M - 1;
  if (s == t) return scale_of(sampling, last ? N % BATCH : BATCH);
  return sampling == SGDL_EPOCH && s / M == t / M ? -1.0 / (N - 1.0) : 0.0;
}

/* ---- expected moments ---- */

typedef struct law {
  double mean[STATE], covariance[STATE * STATE]; /* of theta_1, theta_2, v_1, v_2 */
} law;

static int draws_of(sgdl_method method)
{
  return method == SGDL_OBABO ? 2 : 1;
}

static void ou(double c, double temperature, double time, double xi, double *v)
{
  *v = exp(-c * time) * *v + sqrt((1.0 - exp(-2.0 * c * time)) * temperature) * xi;
}

/* One substep of z = (theta, v); xi: one or two draws of the gradient noise, of its own variance in the discrete
 * methods, of that per example in the others, whose temperature knows the scale. */
static void substep(sgdl_method method, const sgdl_hyper *h, double scale, double kappa, const double xi[2],
                    double z[2])
{
  double time = lr / (double)substeps_of(method), a = 2.0 / (lr * (1.0 + h->momentum)), c = a * (1.0 - h->momentum);
  double temperature = scale / (1.0 - h->momentum * h->momentum), x = z[0], v = z[1];
  if (is_discrete(method)) {
    z[1] = h->momentum * v - kappa * x - xi[0];
    z[0] = x + lr * z[1];
    return;
  }
  if (method == SGDL_EULER_MARUYAMA) {
    z[0] = x + time * v;
    z[1] = v - time * (a * kappa * x + c * v) + sqrt(2.0 * c * time * temperature) * xi[0];
    return;
  }
  if (method == SGDL_OBABO) ou(c, temperature, time / 2.0, xi[0], z + 1);
  z[1] -= time / 2.0 * a * kappa * z[0];
  z[0] += time / 2.0 * z[1];
  if (method == SGDL_BAOAB) ou(c, temperature, time, xi[0], z + 1);
  z[0] += time / 2.0 * z[1];
  z[1] -= time / 2.0 * a * kappa * z[0];
  if (method == SGDL_OBABO) ou(c, temperature, time / 2.0, xi[1], z + 1);
}

/* State after the run of a mode under a unit draw at one place (draw < 0: none). */
static void respond(sgdl_method method, const sgdl_hyper *h, double scale, double kappa, int draw, double z[2])
{
  int per = draws_of(method), n = STEPS * (int)substeps_of(method);
  for (int k = draw < 0 ? 0 : draw / per; k < n; k++) {
    double xi[2] = {draw == k * per, per == 2 && draw == k * per + 1};
    substep(method, h, scale, kappa, xi, z);
  }
}

static void put_pair(law *l, int i, int j, const double c[4])
{
  l->covariance[i + STATE * j] = c[0];
  l->covariance[DIM + i + STATE * j] = c[1];
  l->covariance[i + STATE * (DIM + j)] = c[2];
  l->covariance[DIM + i + STATE * (DIM + j)] = c[3];
}

/* The exact method after k steps: oracle.h counts v in units of 1/lr. */
static void exact_law(const sgdl_hyper *h, double scale, const double kappa[DIM], double k, int from_rest, law *l)
{
  matrix none;
  for (int i = 0; i < DIM; i++) {
    matrix E = oracle_map(SGDL_LANGEVIN, h, kappa[i], k, &none);
    double x = from_rest ? 0.0 : theta0[i], w = from_rest ? 0.0 : lr * v0[i];
    l->mean[i] = (double)E.a * x + (double)E.b * w;
    l->mean[DIM + i] = ((double)E.c * x + (double)E.d * w) / lr;
    for (int j = 0; j < DIM; j++) {
      matrix P = oracle_pair(SGDL_LANGEVIN, h, kappa[i], kappa[j], k);
      double s = scale * Sigma[i + DIM * j];
      put_pair(l, i, j, (double[]){s * (double)P.a, s * (double)P.c / lr, s * (double)P.b / lr,
                                   s * (double)P.d / (lr * lr)});
    }
  }
}

static void law_after_steps(sgdl_method method, sgdl_sampling sampling, int drop, regime r, law *l)
{
  sgdl_hyper h = hyper_of(r);
  double kappa[DIM], scale = scale_of(sampling, BATCH);
  curvatures(method, r, kappa);
  if (method == SGDL_EXACT) {
    exact_law(&h, scale, kappa, STEPS, 0, l);
    return;
  }
  static double z[DIM][MOST_DRAWS][2];
  int draws = STEPS * (int)substeps_of(method) * draws_of(method);
  for (int i = 0; i < DIM; i++) {
    double mean[2] = {theta0[i], v0[i]};
    respond(method, &h, scale, kappa[i], -1, mean);
    l->mean[i] = mean[0];
    l->mean[DIM + i] = mean[1];
    for (int n = 0; n < draws; n++) {
      z[i][n][0] = z[i][n][1] = 0.0;
      respond(method, &h, scale, kappa[i], n, z[i][n]);
    }
  }
  for (int i = 0; i < DIM; i++)
    for (int j = 0; j < DIM; j++) {
      double c[4] = {0.0};
      for (int s = 0; s < draws; s++)
        for (int t = is_discrete(method) ? 0 : s; t < (is_discrete(method) ? draws : s + 1); t++) {
          double weight = Sigma[i + DIM * j];
          if (is_discrete(method)) weight *= noise_covariance(sampling, drop, s, t);
          for (int e = 0; e < 4; e++) c[e] += weight * z[i][s][e % 2] * z[j][t][e / 2];
        }
      put_pair(l, i, j, c);
    }
}

/* C <- F C F' + g g', a mode at a time, until nothing is left of the start: near the limit that takes long. */
static void stationary_law(sgdl_method method, sgdl_sampling sampling, regime r, law *l)
{
  enum { LONG = 40000 };
  sgdl_hyper h = hyper_of(r);
  double kappa[DIM], scale = scale_of(sampling, BATCH);
  curvatures(method, r, kappa);
  if (method == SGDL_EXACT) {
    exact_law(&h, scale, kappa, LONG, 1, l);
    return;
  }
  memset(l->mean, 0, sizeof l->mean);
  for (int i = 0; i < DIM; i++)
    for (int j = 0; j < DIM; j++) {
      double c[4] = {0.0}, beta = h.momentum, noise = scale * Sigma[i + DIM * j];
      double F[4] = {1.0 - lr * kappa[i], -kappa[i], lr * beta, beta};
      double G[4] = {1.0 - lr * kappa[j], -kappa[j], lr * beta, beta};
      for (int k = 0; k < LONG; k++) {
        sgdl_pair_propagate(F, G, c);
        c[0] += noise * lr * lr;
        c[1] += noise * lr;
        c[2] += noise * lr;
        c[3] += noise;
      }
      put_pair(l, i, j, c);
    }
}

/* ---- a loss whose noise is the same everywhere: l_i = theta' diag(rho) theta/2 + scatter_i' theta ---- */

static sgdl_status gradient(const sgdl_objective *self, sgdl_context *context, const double *theta, ptrdiff_t size,
                            const uint32_t *batch, const double *weights, double *work, double *g)
{
  const double *rho = self->self;
  (void)context, (void)work;
  for (int j = 0; j < DIM; j++) g[j] = 0.0;
  for (ptrdiff_t q = 0; q < size; q++) {
    ptrdiff_t example = batch ? (ptrdiff_t)batch[q] : q;
    double weight = weights ? weights[q] : 1.0 / (double)size;
    for (int j = 0; j < DIM; j++) g[j] += weight * (rho[j] * theta[j] + scatter[example + N * j]);
  }
  return SGDL_OK;
}

static sgdl_status covariance(const sgdl_objective *self, sgdl_context *context, const double *theta, double *work,
                              double *result)
{
  (void)self, (void)context, (void)theta, (void)work;
  memcpy(result, Sigma, sizeof Sigma);
  return SGDL_OK;
}

static void make_scatter(void)
{
  sgdl_normals(31, 0, 0, 0, 0, N * DIM, scatter);
  for (int j = 0; j < DIM; j++) {
    double mean = 0.0;
    for (int i = 0; i < N; i++) mean += scatter[i + N * j] / N;
    for (int i = 0; i < N; i++) scatter[i + N * j] -= mean;
  }
  for (int e = 0; e < DIM * DIM; e++)
    for (int i = 0; i < N; i++) Sigma[e] += scatter[i + N * (e % DIM)] * scatter[i + N * (e / DIM)] / N;
}

/* ---- runs ---- */

static ptrdiff_t n_paths(void)
{
  return getenv("SGDL_TEST_SHORT") ? 300 : 1500;
}

/* Ends of the paths, n x STATE. */
static sgdl_status ends_of(const sgdl_model *model, sgdl_simulation *sim, double *x)
{
  ptrdiff_t n = sim->n_paths, done;
  double *theta = malloc((size_t)(2 * DIM * n) * sizeof *theta), *v = malloc((size_t)(2 * DIM * n) * sizeof *v);
  sgdl_status status = sgdl_simulate(&ctx, model, sim, theta, v, &done);
  for (ptrdiff_t p = 0; p < n; p++)
    for (int j = 0; j < DIM; j++) {
      x[p + n * j] = theta[1 + 2 * (j + DIM * p)];
      x[p + n * (DIM + j)] = v[1 + 2 * (j + DIM * p)];
    }
  free(theta);
  free(v);
  return status;
}

static void check_gaussian(ptrdiff_t n, const double *x, const law *l)
{
  sgdl_gaussian_check check;
  double larger[STATE * STATE];
  CHECK_STATUS(sgdl_check_gaussian(&ctx, n, STATE, x, l->mean, l->covariance, &check), SGDL_OK);
  CHECK(check.p_value > level);
  if (n < 1500) return; /* too few to see it */
  for (int e = 0; e < STATE * STATE; e++) larger[e] = 1.3 * l->covariance[e];
  CHECK_STATUS(sgdl_check_gaussian(&ctx, n, STATE, x, l->mean, larger, &check), SGDL_OK);
  CHECK(check.covariance_p < level);
}

/* |mean of w| within six of its own standard errors. */
static int is_near_zero(ptrdiff_t n, const double *w)
{
  double mean = 0.0, square = 0.0;
  for (ptrdiff_t p = 0; p < n; p++) mean += w[p] / (double)n;
  for (ptrdiff_t p = 0; p < n; p++) square += pow(w[p] - mean, 2.0) / (double)(n - 1);
  return fabs(mean) <= sigmas * sqrt(square / (double)n);
}

static void check_moments(ptrdiff_t n, const double *x, const law *l)
{
  double *w = malloc((size_t)n * sizeof *w);
  for (int a = 0; a < STATE; a++)
    for (int b = -1; b <= a; b++) {
      for (ptrdiff_t p = 0; p < n; p++) {
        double first = x[p + n * a] - l->mean[a];
        w[p] = b < 0 ? first : first * (x[p + n * b] - l->mean[b]) - l->covariance[a + STATE * b];
      }
      CHECK(is_near_zero(n, w));
    }
  free(w);
}

typedef struct variant {
  const char *name;
  sgdl_method method;
  int on_objective;
  sgdl_noise_source noise;
} variant;

static const variant variants[] = {
    {"exact", SGDL_EXACT, 0, SGDL_NOISE_CONSTANT},
    {"sgd", SGDL_GAUSSIAN_SGD, 0, SGDL_NOISE_CONSTANT},
    {"sgd constant", SGDL_GAUSSIAN_SGD, 1, SGDL_NOISE_CONSTANT},
    {"sgd empirical", SGDL_GAUSSIAN_SGD, 1, SGDL_NOISE_EMPIRICAL},
    {"sgd covariance", SGDL_GAUSSIAN_SGD, 1, SGDL_NOISE_COVARIANCE},
    {"minibatch", SGDL_MINIBATCH, 1, SGDL_NOISE_CONSTANT},
    {"baoab", SGDL_BAOAB, 0, SGDL_NOISE_CONSTANT},
    {"baoab constant", SGDL_BAOAB, 1, SGDL_NOISE_CONSTANT},
    {"baoab empirical", SGDL_BAOAB, 1, SGDL_NOISE_EMPIRICAL},
    {"baoab covariance", SGDL_BAOAB, 1, SGDL_NOISE_COVARIANCE},
    {"obabo", SGDL_OBABO, 0, SGDL_NOISE_CONSTANT},
    {"obabo constant", SGDL_OBABO, 1, SGDL_NOISE_CONSTANT},
    {"obabo empirical", SGDL_OBABO, 1, SGDL_NOISE_EMPIRICAL},
    {"obabo covariance", SGDL_OBABO, 1, SGDL_NOISE_COVARIANCE},
    {"euler", SGDL_EULER_MARUYAMA, 0, SGDL_NOISE_CONSTANT},
    {"euler constant", SGDL_EULER_MARUYAMA, 1, SGDL_NOISE_CONSTANT},
    {"euler empirical", SGDL_EULER_MARUYAMA, 1, SGDL_NOISE_EMPIRICAL},
    {"euler covariance", SGDL_EULER_MARUYAMA, 1, SGDL_NOISE_COVARIANCE},
};

static void check_law(const variant *v, sgdl_sampling sampling, int drop, regime r, int stationary)
{
  double kappa[DIM], rho[DIM], *x = malloc((size_t)(n_paths() * STATE) * sizeof *x);
  curvatures(v->method, r, kappa);
  for (int i = 0; i < DIM; i++) rho[i] = kappa[i] - weight_decay;
  sgdl_objective loss = {.dim = DIM, .n_examples = N, .parallel = 1, .self = rho, .gradient = gradient,
                         .takes_weights = 1, .covariance = covariance};
  sgdl_model model = {.dim = DIM, .hyper = hyper_of(r), .dynamics = dynamics_of(v->method), .sampling = sampling,
                      .drop_last = drop, .n_examples = N, .sigma2 = -1.0};
  sgdl_simulation sim = {.method = v->method, .steps = stationary ? 1 : STEPS, .n_paths = n_paths(), .seed = seed,
                         .record_every = stationary ? 1 : STEPS, .theta0 = theta0, .v0 = v0,
                         .substeps = substeps_of(v->method), .noise = v->noise};
  if (v->on_objective) {
    sim.objective = &loss;
    if (v->noise == SGDL_NOISE_CONSTANT && v->method != SGDL_MINIBATCH) sim.Sigma = Sigma;
  } else {
    model.rho = rho;
    model.noise = Sigma;
    model.noise_is_full = 1;
  }
  law expected;
  if (stationary) {
    sim.theta0 = sim.v0 = NULL;
    sim.start_stationary = 1;
    stationary_law(v->method, sampling, r, &expected);
  } else {
    law_after_steps(v->method, sampling, drop, r, &expected);
  }
  int failed = check_failed;
  CHECK_STATUS(ends_of(&model, &sim, x), SGDL_OK);
  if (v->method == SGDL_MINIBATCH)
    check_moments(n_paths(), x, &expected);
  else
    check_gaussian(n_paths(), x, &expected);
  if (failed < check_failed)
    printf("  %s, sampling %d%s, regime %d%s: %s\n", v->name, (int)sampling, drop ? " dropped" : "", (int)r,
           stationary ? ", stationary" : "", ctx.message);
  free(x);
}

static void every_method_has_its_law_in_every_regime(void)
{
  for (size_t m = 0; m < sizeof variants / sizeof *variants; m++)
    for (int r = 0; r < N_REGIMES; r++) {
      const variant *v = variants + m;
      if (r == ALTERNATING && !is_discrete(v->method)) continue;
      for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_EPOCH; sampling++)
        for (int drop = 0; drop < 2; drop++) {
          if (sampling == SGDL_EPOCH ? !is_discrete(v->method) : drop) continue;
          if (!is_discrete(v->method) && v->noise != SGDL_NOISE_CONSTANT && sampling != SGDL_WITHOUT) continue;
          check_law(v, (sgdl_sampling)sampling, drop, (regime)r, 0);
        }
    }
}

/* Methods that draw from it: no mode flat, batches not by epochs. */
static void stationary_starts_have_the_stationary_law(void)
{
  for (int m = 0; m < 2; m++)
    for (int r = 0; r < N_REGIMES; r++)
      for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
        if (r == FLAT || (r == ALTERNATING && !is_discrete(variants[m].method))) continue;
        check_law(variants + m, (sgdl_sampling)sampling, 0, (regime)r, 1);
      }
}

int main(void)
{
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  make_scatter();
  regimes_are_what_they_are_called();
  every_method_has_its_law_in_every_regime();
  stationary_starts_have_the_stationary_law();
  return check_report();
}
