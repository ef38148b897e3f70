/* Backends: the stationary covariance against the equations it solves, the CPU and values at 50 digits. */
#ifndef SGDL_SUITE_STATIONARY_H
#define SGDL_SUITE_STATIONARY_H

#include "common.h"
#include "../read_reference.h"

/* C - F C F' - Q, or A C + C A' - Q, of the joint covariance over the largest entry of what is taken away:
 * the equation that THEORY sections 2 and 4 solve in closed form. */
static double suite_residual(const sgdl_stationary_job *job, const double *H, const double *Sigma)
{
  ptrdiff_t d = job->d, n = 2 * d;
  double eta = job->lr, beta = job->momentum, a = 2 / (eta * (1 + beta));
  double *F = suite_room(n * n), *C = suite_room(n * n), *FC = suite_room(n * n), *FCF = suite_room(n * n),
         worst = 0, size = 0;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double one = i == j, K = H[i + j * d] + one * job->weight_decay;
      F[i + j * n] = job->sgd ? one - eta * K : 0;
      F[i + (d + j) * n] = job->sgd ? one * eta * beta : -one;
      F[d + i + j * n] = job->sgd ? -K : a * K;
      F[d + i + (d + j) * n] = job->sgd ? one * beta : one * a * (1 - beta);
      C[i + j * n] = job->theta[i + j * d];
      C[i + (d + j) * n] = job->cross[i + j * d];
      C[d + j + i * n] = job->cross[i + j * d];
      C[d + i + (d + j) * n] = job->velocity[i + j * d];
    }
  suite_multiply(0, 0, n, n, n, F, C, FC);
  suite_multiply(0, 1, n, n, n, FC, F, FCF);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) {
      double noise = job->scale * Sigma[i % d + (j % d) * d];
      double on_i = i < d ? eta : 1, on_j = j < d ? eta : 1;
      double q = job->sgd ? on_i * on_j * noise : i < d || j < d ? 0 : a * a * eta * noise;
      double left = job->sgd ? C[i + j * n] - FCF[i + j * n] : FC[i + j * n] + FC[j + i * n];
      worst = fmax(worst, fabs(left - q));
      size = fmax(size, fmax(fabs(q), fabs(job->sgd ? C[i + j * n] : FC[i + j * n])));
    }
  free(F);
  free(C);
  free(FC);
  free(FCF);
  return worst / size;
}

static double suite_difference(ptrdiff_t n, const double *x, const double *y)
{
  double worst = 0, size = 0;
  for (ptrdiff_t e = 0; e < n; e++) {
    worst = fmax(worst, fabs(x[e] - y[e]));
    size = fmax(size, fabs(y[e]));
    if (isnan(x[e]) != isnan(y[e])) return NAN;
  }
  return size > 0 ? worst / size : worst;
}

static void suite_stationary(ptrdiff_t d, int sgd, int full)
{
  double *H = suite_covariance(8, d, 2 * d, 0.05), *Sigma = suite_covariance(9, d, 2 * d, 0.1);
  double *room = suite_room(8 * d * d + 2 * d), *theta = room, *velocity = theta + d * d,
         *cross = velocity + d * d;
  double *V = cross + d * d, *noise = V + d * d, *t = noise + d * d, *v = t + d * d, *x = v + d * d,
         *rho = x + d * d;
  if (!full)
    for (ptrdiff_t e = 0; e < d * d; e++) Sigma[e] = 2.0 * H[e];
  sgdl_stationary_job job = {.d = d,
                             .H = H,
                             .Sigma = full ? Sigma : NULL,
                             .sigma2 = 2.0,
                             .rho = rho,
                             .vectors = V,
                             .noise = full ? noise : NULL,
                             .sgd = sgd,
                             .lr = 0.05,
                             .momentum = 0.8,
                             .weight_decay = 0.01,
                             .scale = 1.0 / 16,
                             .theta = theta,
                             .velocity = velocity,
                             .cross = cross};
  CALL(stationary(&suite_ctx, &job));
  CHECK_INT(job.n_missing, 0);
  CHECK_INT(job.noise_is_full, full);
  CHECK(suite_residual(&job, H, Sigma) < 1e-11);
  for (ptrdiff_t l = 1; l < d; l++)
    if (!(rho[l] <= rho[l - 1])) CHECK(0);

  /* From the decomposition instead, and the CPU on that very decomposition. */
  sgdl_stationary_job again = job;
  again.H = again.Sigma = NULL;
  again.theta = t;
  again.velocity = v;
  again.cross = x;
  CALL(stationary(&suite_ctx, &again));
  CHECK(suite_difference(d * d, t, theta) < 1e-11);
  CHECK(suite_difference(d * d, x, cross) < 1e-11);
  CHECK_STATUS(sgdl_backend_cpu()->stationary(&suite_ctx, &again), SGDL_OK);
  CHECK(suite_difference(d * d, theta, t) < 1e-10);
  CHECK(suite_difference(d * d, velocity, v) < 1e-10);
  CHECK(suite_difference(d * d, cross, x) < 1e-10);

  /* One output at a time. */
  double *const outputs[3] = {theta, velocity, cross};
  for (int which = 0; which < 3; which++) {
    double *expected = which == 0 ? t : which == 1 ? v : x;
    again.theta = which == 0 ? outputs[0] : NULL;
    again.velocity = which == 1 ? outputs[1] : NULL;
    again.cross = which == 2 ? outputs[2] : NULL;
    memset(outputs[which], 0, (size_t)(d * d) * sizeof(double));
    CALL(stationary(&suite_ctx, &again));
    CHECK(suite_difference(d * d, outputs[which], expected) < 1e-10);
  }
  free(H);
  free(Sigma);
  free(room);
}

/* Flat modes without and with noise, a saddle, parameters that are the modes; only the decomposition. */
static void suite_stationary_edges(void)
{
  enum { d = 5 };
  double rho[d] = {2, 1, 0.5, 0, 0}, noise[d * d] = {0}, theta[d * d], velocity[d * d], cross[d * d];
  double t[d * d], v[d * d], x[d * d];
  for (int sgd = 0; sgd < 2; sgd++)
    for (int full = 0; full < 2; full++) {
      memset(noise, 0, sizeof noise);
      for (int i = 0; i < 4; i++)
        noise[full ? i * (d + 1) : i] = 1.0 + i; /* the last mode is quiet, the fourth not */
      if (full) noise[1] = noise[d] = 0.5;
      if (full) noise[3] = noise[3 * d] = -0.25;
      sgdl_stationary_job job = {.d = d,
                                 .rho = rho,
                                 .noise = noise,
                                 .noise_is_full = full,
                                 .sgd = sgd,
                                 .lr = 0.1,
                                 .momentum = 0.5,
                                 .scale = 0.5,
                                 .theta = theta,
                                 .velocity = velocity,
                                 .cross = cross};
      sgdl_stationary_job cpu = job;
      cpu.theta = t;
      cpu.velocity = v;
      cpu.cross = x;
      CALL(stationary(&suite_ctx, &job));
      CHECK_STATUS(sgdl_backend_cpu()->stationary(&suite_ctx, &cpu), SGDL_OK);
      CHECK_INT(job.n_missing, 1);
      CHECK_ARRAY(theta, t, d * d, 1e-14);
      CHECK_ARRAY(velocity, v, d * d, 1e-14);
      CHECK_ARRAY(cross, x, d * d, 1e-14);
      CHECK_NEAR(theta[3 * (d + 1)], 0.0, 0.0);
      CHECK(velocity[3 * (d + 1)] > 0);
      CHECK_NEAR(velocity[4 * (d + 1)], 0.0, 0.0);
      rho[4] = -0.25;
      CHECK_STATUS(suite_b->stationary(&suite_ctx, &job), SGDL_SADDLE);
      CHECK_TEXT(suite_ctx.message, "1 of 5 modes have negative curvature (the worst -0.25)");
      rho[4] = 0;
    }
  double H[4] = {1, 1, 1, 1}, V[4], values[2];
  sgdl_stationary_job only = {.d = 2, .H = H, .rho = values, .vectors = V};
  CALL(stationary(&suite_ctx, &only));
  CHECK_NEAR(values[0], 2.0, 1e-15);
  CHECK_NEAR(values[1], 0.0, 0.0);
  CHECK_NEAR(V[0], sqrt(0.5), 1e-15);
  CHECK(V[0] > 0 && V[1] > 0);
}

/* Values computed at 50 digits (tests/reference). */
static void suite_reference(void)
{
  enum { MOST = 4 };
  double H[MOST * MOST], Sigma[MOST * MOST], rho[MOST], got[3][MOST * MOST], want[MOST * MOST];
  static const char *const blocks[3] = {"P", "W", "R"};
  json *root = json_read_reference("ou_cases.json");
  if (!CHECK(root != NULL)) return;
  for (const json *c = json_get(root, "cases")->child; c != NULL; c = c->next)
    for (int sgd = 0; sgd < 2; sgd++) {
      ptrdiff_t d = json_length(json_get(c, "H"));
      json_matrix(c, "H", H);
      json_matrix(c, "Sigma", Sigma);
      sgdl_stationary_job job = {.d = d,
                                 .H = H,
                                 .Sigma = Sigma,
                                 .rho = rho,
                                 .sgd = sgd,
                                 .lr = json_number(c, "lr"),
                                 .momentum = json_number(c, "momentum"),
                                 .weight_decay = json_number(c, "weight_decay"),
                                 .scale = 1 / json_number(c, "batch_size"),
                                 .theta = got[0],
                                 .velocity = got[1],
                                 .cross = got[2]};
      CALL(stationary(&suite_ctx, &job));
      for (int b = 0; b < 3; b++) {
        double least = 0; /* of R beside P and W, whose units it shares */
        json_matrix(json_get(c, sgd ? "sgd" : "langevin"), blocks[b], want);
        for (ptrdiff_t l = 0; l < d; l++)
          least = fmax(least, sqrt(got[0][l * (d + 1)] * got[1][l * (d + 1)]));
        for (ptrdiff_t e = 0; e < d * d; e++)
          CHECK_NEAR(got[b][e], want[e],
                     1e-10 * (b == 2 ? least : fabs(want[e / d * (d + 1)])) + 1e-10 * fabs(want[e]));
      }
    }
  json_free(root);
}

#endif
