/* BAOAB, OBABO and Euler-Maruyama: step by step against the textbook formulas on the same normals, moments of
 * paths against the exact recursion of the method, and the accuracy of their stationary states. The recursion
 * is that of one mode, scalar by scalar. False-alarm rates of statistical checks: each at most 1e-6 (sums of
 * thousands of terms against 6 standard errors). */
#include <stdlib.h>

#include "check.h"
#include "model/mode.h"
#include "paths.h"
#include "plain_objective.h"

enum { STEPS = 40 };
static const double sigmas = 6.0;
static const uint64_t seed = 20261123; /* the day this was written, not picked to pass */
static sgdl_context ctx;
static problem data;
static const sgdl_method methods[] = {SGDL_BAOAB, SGDL_OBABO, SGDL_EULER_MARUYAMA};

/* Underdamped, overdamped, critical at lr 0.1 and momentum 0.8, slow, and flat with weight decay 0.01. */
static const double curvature[D] = {3.0, 1.0, 1.0 / 9.0 - 0.01, 0.03, -0.01};

/* ---- one mode ---- */

typedef struct step {
  double h, a, c, temperature;
} step;

static step step_of(const sgdl_hyper *h, double scale, ptrdiff_t substeps)
{
  double a = 2.0 / (h->lr * (1.0 + h->momentum));
  return (step){.h = h->lr / (double)substeps,
                .a = a,
                .c = a * (1.0 - h->momentum),
                .temperature = scale / (1.0 - h->momentum * h->momentum)};
}

static void ou(const step *s, double time, double xi, double *v)
{
  *v = exp(-s->c * time) * *v + sqrt((1.0 - exp(-2.0 * s->c * time)) * s->temperature) * xi;
}

/* One substep of z = (theta, v) in a mode of curvature kappa; xi: one or two draws of Sigma^(1/2) z. */
static void substep(sgdl_method method, const step *s, double kappa, const double xi[2], double z[2])
{
  double half = s->h / 2.0;
  if (method == SGDL_EULER_MARUYAMA) {
    double x = z[0], v = z[1];
    z[0] = x + s->h * v;
    z[1] = v - s->h * (s->a * kappa * x + s->c * v) + sqrt(2.0 * s->c * s->h * s->temperature) * xi[0];
    return;
  }
  if (method == SGDL_OBABO) ou(s, half, xi[0], z + 1);
  z[1] -= half * s->a * kappa * z[0];
  z[0] += half * z[1];
  if (method == SGDL_BAOAB) ou(s, s->h, xi[0], z + 1);
  z[0] += half * z[1];
  z[1] -= half * s->a * kappa * z[0];
  if (method == SGDL_OBABO) ou(s, half, xi[1], z + 1);
}

static int draws(sgdl_method method)
{
  return method == SGDL_OBABO ? 2 : 1;
}

/* ---- step by step ---- */

static double scale_of(sgdl_sampling sampling, double S)
{
  return sampling == SGDL_WITHOUT ? (EXAMPLES - S) / (S * (EXAMPLES - 1.0)) : 1.0 / S;
}

/* Schedules of everything, substeps, independent modes: the same normals at the keys the header gives. */
static void modes_follow_the_formulas(void)
{
  double lr[STEPS], momentum[STEPS], batch_size[STEPS], theta0[D] = {1.0, -2.0, 0.5, 3.0, 1.0};
  for (int k = 0; k < STEPS; k++) {
    lr[k] = 0.1 / (1.0 + 0.1 * k);
    momentum[k] = k % 2 ? 0.8 : 0.5;
    batch_size[k] = 1 + k % 7;
  }
  for (int m = 0; m < 3; m++)
    for (int option = 0; option < 8; option++) {
      ptrdiff_t substeps = option & 1 ? 3 : 1;
      int scheduled = option >> 1 & 1;
      sgdl_sampling sampling = option >> 2 ? SGDL_WITHOUT : SGDL_REPLACEMENT;
      sgdl_model model = problem_model(&data, SGDL_LANGEVIN, sampling, 0);
      sgdl_simulation sim = {.method = methods[m],
                             .steps = STEPS,
                             .n_paths = 2,
                             .seed = seed,
                             .record_every = 1,
                             .record_modes = 1,
                             .theta0 = theta0,
                             .substeps = substeps};
      model.vectors = model.minimiser = NULL;
      model.rho = curvature;
      if (scheduled) sim.lr = lr, sim.momentum = momentum, sim.batch_size = batch_size;
      output o = simulate(&ctx, &model, &sim);
      double worst = 0.0, normals[2 * 3 * D];
      CHECK_STATUS(o.status, SGDL_OK);
      for (ptrdiff_t p = 0; p < 2; p++) {
        double z[D][2];
        for (int i = 0; i < D; i++) z[i][0] = theta0[i], z[i][1] = 0.0;
        for (ptrdiff_t k = 0; k < STEPS; k++) {
          sgdl_hyper h = model.hyper;
          if (scheduled) h = (sgdl_hyper){lr[k], momentum[k], h.weight_decay, batch_size[k]};
          step s = step_of(&h, scale_of(sampling, h.batch_size), substeps);
          sgdl_normals(seed, SGDL_STREAM_NOISE, (uint64_t)p, (uint64_t)k, 0, 2 * 3 * D, normals);
          for (int i = 0; i < D; i++) {
            double sd = sqrt(data.diagonal_noise[i]), kappa = curvature[i] + h.weight_decay;
            for (ptrdiff_t q = 0; q < substeps; q++) {
              const double *first = normals + draws(methods[m]) * q * D + i;
              double xi[2] = {sd * first[0], draws(methods[m]) == 2 ? sd * first[D] : 0.0};
              substep(methods[m], &s, kappa, xi, z[i]);
            }
            ptrdiff_t row = k + 1 + (i + p * D) * o.records;
            worst = fmax(worst, fmax(fabs(o.theta[row] - z[i][0]), fabs(o.velocity[row] - z[i][1])));
          }
        }
      }
      CHECK(worst < 1e-12);
      release(&o);
    }
}

/* An objective that is quadratic in its parameters moves as the modes of its Hessian do: the same normals
 * where Sigma is diagonal. Rows of X are multiples of unit vectors, so that X'X/N is diagonal. */
static void objectives_move_as_their_modes(void)
{
  static double X[D * D], y[D], Sigma[D * D];
  double rho[D], minimiser[D], noise[D], theta0[D] = {1.0, -2.0, 0.5, 3.0, 1.0};
  plain_objective plain = {.N = D, .d = D, .X = X, .y = y};
  sgdl_objective objective = plain_objective_of(&plain);
  sgdl_model model = {.dim = D,
                      .hyper = {0.1, 0.8, 0.01, 2},
                      .dynamics = SGDL_LANGEVIN,
                      .sampling = SGDL_WITHOUT,
                      .n_examples = D,
                      .rho = rho,
                      .minimiser = minimiser,
                      .noise = noise,
                      .sigma2 = -1.0};
  for (int i = 0; i < D; i++) {
    double x = 3.0 / (1 + i);
    X[i + i * D] = x;
    y[i] = 1.0 - i;
    rho[i] = x * x / D;
    minimiser[i] = x * y[i] / D / (rho[i] + model.hyper.weight_decay);
    noise[i] = Sigma[i + i * D] = 0.5 + i;
  }
  for (int m = 0; m < 3; m++) {
    sgdl_simulation sim = {.method = methods[m],
                           .steps = STEPS,
                           .n_paths = 2,
                           .seed = seed,
                           .record_every = 1,
                           .theta0 = theta0,
                           .substeps = 2};
    output modes = simulate(&ctx, &model, &sim);
    sim.objective = &objective;
    sim.Sigma = Sigma;
    plain.calls = 0;
    output parameters = simulate(&ctx, &model, &sim);
    CHECK_STATUS(modes.status, SGDL_OK);
    CHECK_STATUS(parameters.status, SGDL_OK);
    CHECK_ARRAY(parameters.theta, modes.theta, modes.records * D * 2, 1e-12);
    CHECK_ARRAY(parameters.velocity, modes.velocity, modes.records * D * 2, 1e-12);
    CHECK_INT(plain.calls, 2 * (2 * STEPS + (methods[m] != SGDL_EULER_MARUYAMA))); /* one a substep */
    release(&modes);
    release(&parameters);
  }
}

/* ---- moments ---- */

/* Linear map of a substep (columns of M) and what each draw adds (columns of G). */
typedef struct form {
  double M[2][2], G[2][2];
} form;

static form linear_form(sgdl_method method, const step *s, double kappa)
{
  const double none[2] = {0.0, 0.0};
  form f;
  for (int e = 0; e < 2; e++) {
    double z[2] = {e == 0, e == 1}, unit[2] = {e == 0, e == 1}, zero[2] = {0.0, 0.0};
    substep(method, s, kappa, none, z);
    f.M[e][0] = z[0], f.M[e][1] = z[1];
    substep(method, s, kappa, unit, zero);
    f.G[e][0] = zero[0], f.G[e][1] = zero[1];
  }
  return f;
}

/* C <- M_i C M_j' + noise sum_q g_q g_q', C[r][c] = cov(z_i[r], z_j[c]). */
static void pair_recursion(const form *i, const form *j, double noise, double C[2][2])
{
  double next[2][2] = {{0.0}};
  for (int r = 0; r < 2; r++)
    for (int c = 0; c < 2; c++) {
      for (int e = 0; e < 2; e++)
        for (int f = 0; f < 2; f++) next[r][c] += i->M[e][r] * C[e][f] * j->M[f][c];
      for (int q = 0; q < 2; q++) next[r][c] += noise * i->G[q][r] * j->G[q][c];
    }
  memcpy(C, next, sizeof next);
}

/* Mean (2 x D) and covariance of the modes after STEPS steps from theta0, v = 0. */
static void predict(const sgdl_model *model, sgdl_method method, ptrdiff_t substeps, const double *theta0,
                    double mean[D][2], double C[D][D][2][2])
{
  step s = step_of(&model->hyper, scale_of(model->sampling, model->hyper.batch_size), substeps);
  const double lambda = model->hyper.weight_decay, none[2] = {0.0, 0.0};
  form forms[D];
  memset(C, 0, sizeof(double) * D * D * 4);
  for (int i = 0; i < D; i++) forms[i] = linear_form(method, &s, curvature[i] + lambda);
  for (int i = 0; i < D; i++) {
    mean[i][0] = theta0[i], mean[i][1] = 0.0;
    for (ptrdiff_t k = 0; k < STEPS * substeps; k++) {
      substep(method, &s, curvature[i] + lambda, none, mean[i]);
      for (int j = 0; j < D; j++) pair_recursion(forms + i, forms + j, data.full_noise[i + j * D], C[i][j]);
    }
  }
}

static void check_moments(const sgdl_model *model, sgdl_simulation sim)
{
  double mean[D][2], C[D][D][2][2], n = (double)sim.n_paths;
  predict(model, sim.method, sim.substeps, sim.theta0, mean, C);
  output o = simulate(&ctx, model, &sim);
  CHECK_STATUS(o.status, SGDL_OK);
  int means_agree = 1, covariances_agree = 1;
  for (int a = 0; a < 2 * D; a++)
    for (int b = 0; b <= a; b++) {
      int i = a / 2, j = b / 2, r = a % 2, c = b % 2;
      double sum = 0.0, product = 0.0, var = C[i][i][r][r], cov = C[i][j][r][c];
      for (ptrdiff_t p = 0; p < sim.n_paths; p++) {
        double x = (r ? o.velocity : o.theta)[1 + (i + p * D) * 2] - mean[i][r];
        double y = (c ? o.velocity : o.theta)[1 + (j + p * D) * 2] - mean[j][c];
        sum += x;
        product += x * y;
      }
      if (a == b) means_agree = means_agree && fabs(sum / n) <= sigmas * sqrt(var / n);
      covariances_agree = covariances_agree &&
                          fabs(product / n - cov) <= sigmas * sqrt((var * C[j][j][c][c] + cov * cov) / n);
    }
  CHECK(means_agree);
  CHECK(covariances_agree);
  release(&o);
}

/* All damping regimes at once, correlated noise, with and without substeps and replacement. */
static void moments_are_those_of_the_method(void)
{
  const double theta0[D] = {1.0, -2.0, 0.5, 3.0, 1.0};
  ptrdiff_t paths = getenv("SGDL_TEST_SHORT") ? 400 : 4000;
  for (int m = 0; m < 3; m++)
    for (ptrdiff_t substeps = 1; substeps <= 3; substeps += 2)
      for (int sampling = SGDL_REPLACEMENT; sampling <= SGDL_WITHOUT; sampling++) {
        sgdl_model model = problem_model(&data, SGDL_LANGEVIN, (sgdl_sampling)sampling, 1);
        sgdl_simulation sim = {.method = methods[m],
                               .steps = STEPS,
                               .n_paths = paths,
                               .seed = seed,
                               .record_every = STEPS,
                               .record_modes = 1,
                               .theta0 = theta0,
                               .substeps = substeps};
        model.vectors = model.minimiser = NULL;
        model.rho = curvature;
        check_moments(&model, sim);
      }
}

/* ---- stationary states ---- */

/* Variances of position and velocity of a mode under unit noise, over those of the Langevin model. */
static void stationary_ratio(sgdl_method method, const sgdl_hyper *h, double kappa, ptrdiff_t substeps,
                             double ratio[2])
{
  step s = step_of(h, 1.0 / h->batch_size, substeps);
  double C[2][2] = {{0.0}}, exact[4];
  form f = linear_form(method, &s, kappa);
  for (int k = 0; k < 1500 * (int)substeps; k++) pair_recursion(&f, &f, 1.0, C);
  sgdl_pair_stationary(SGDL_LANGEVIN, h, kappa, kappa, exact);
  ratio[0] = C[0][0] * h->batch_size / exact[0];
  ratio[1] = C[1][1] * h->batch_size / exact[3];
}

/* Positions of BAOAB have the exact variance at any step size; the error of the others falls with h^2, that
 * of Euler-Maruyama with h. */
static void stationary_variances_have_their_order(void)
{
  const double kappas[] = {3.0, 1.0, 1.0 / 9.0, 0.04}, orders[] = {2.0, 2.0, 1.0};
  const sgdl_hyper h = {0.1, 0.8, 0.0, 3};
  for (int q = 0; q < 4; q++)
    for (int m = 0; m < 3; m++) {
      double coarse[2], fine[2];
      stationary_ratio(methods[m], &h, kappas[q], 32, coarse);
      stationary_ratio(methods[m], &h, kappas[q], 64, fine);
      if (methods[m] == SGDL_BAOAB) {
        CHECK_NEAR(coarse[0], 1.0, 1e-10);
      } else {
        double order = log2((coarse[0] - 1.0) / (fine[0] - 1.0));
        CHECK_NEAR(order, orders[m], 0.1);
      }
    }
}

/* That variance in paths of the library, all modes, from their last state. */
static void long_paths_of_baoab_are_exact(void)
{
  const double kappas[D] = {30.0, 10.0, 3.0, 1.0, 0.3}, zeros[D] = {0.0};
  ptrdiff_t paths = getenv("SGDL_TEST_SHORT") ? 400 : 4000;
  sgdl_model model = problem_model(&data, SGDL_LANGEVIN, SGDL_REPLACEMENT, 0);
  sgdl_simulation sim = {.method = SGDL_BAOAB,
                         .steps = 400,
                         .n_paths = paths,
                         .seed = seed,
                         .record_every = 400,
                         .record_modes = 1,
                         .theta0 = zeros,
                         .substeps = 1};
  model.vectors = model.minimiser = NULL;
  model.rho = kappas;
  model.hyper.weight_decay = 0.0;
  output o = simulate(&ctx, &model, &sim);
  CHECK_STATUS(o.status, SGDL_OK);
  for (int i = 0; i < D; i++) {
    double exact[4], square = 0.0, n = (double)paths;
    sgdl_pair_stationary(SGDL_LANGEVIN, &model.hyper, kappas[i], kappas[i], exact);
    for (ptrdiff_t p = 0; p < paths; p++) square += pow(o.theta[1 + (i + p * D) * 2], 2.0) / n;
    CHECK_CLOSE(square * model.hyper.batch_size / data.diagonal_noise[i], exact[0], sigmas * sqrt(2.0 / n));
  }
  release(&o);
}

int main(void)
{
  sgdl_context_init(&ctx);
  ctx.threads = 1;
  problem_init(&data);
  modes_follow_the_formulas();
  objectives_move_as_their_modes();
  moments_are_those_of_the_method();
  stationary_variances_have_their_order();
  long_paths_of_baoab_are_exact();
  return check_report();
}
