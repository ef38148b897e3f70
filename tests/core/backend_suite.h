/* The contract of backend.h, entry by entry, for any backend: test_backend.c holds the CPU and the CUDA
 * plug-in on an emulated device to it, gpu_check.c the plug-in on a real one. What is expected comes from
 * definitions (plain loops, the equations that a covariance solves), and where those would take too long from
 * the CPU backend. */
#ifndef SGDL_BACKEND_SUITE_H
#define SGDL_BACKEND_SUITE_H

#include <stdlib.h>

#include "backend.h"
#include "base/base.h"
#include "base/normal_pair.h"
#include "base/random.h"
#include "check.h"
#include "read_reference.h"

static sgdl_context suite_ctx;
static const sgdl_backend *suite_b; /* under test */

#define CALL(call) CHECK_STATUS(suite_b->call, SGDL_OK)

static double *suite_room(ptrdiff_t n)
{
  double *x = sgdl_doubles(n > 0 ? n : 1);
  if (!x) abort();
  return x;
}

static double *suite_normals(uint64_t path, ptrdiff_t n)
{
  double *x = suite_room(n);
  sgdl_normals(20261128, SGDL_STREAM_NOISE, path, 0, 0, n, x);
  return x;
}

/* C = op(A) op(B) by the CPU backend. */
static void suite_multiply(int ta, int tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const double *A,
                           const double *B, double *C)
{
  sgdl_backend_cpu()->product(&suite_ctx, ta, tb, m, n, k, 1.0, A, ta ? k : m, B, tb ? n : k, 0.0, C, m);
}

/* G G'/m of d x m normals, plus `ridge` on the diagonal: rank m at most. */
static double *suite_covariance(uint64_t path, ptrdiff_t d, ptrdiff_t m, double ridge)
{
  double *G = suite_normals(path, d * m), *C = suite_room(d * d);
  suite_multiply(0, 1, d, d, m, G, G, C);
  for (ptrdiff_t e = 0; e < d * d; e++) C[e] = C[e] / (double)m + (e % (d + 1) == 0 ? ridge : 0.0);
  free(G);
  return C;
}

/* ---- dense ---- */

static void suite_products(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k)
{
  const ptrdiff_t pad = 3;
  double *A = suite_normals(1, (m + k + pad) * (m + k)), *B = suite_normals(2, (n + k + pad) * (n + k));
  double *start = suite_normals(3, (m + pad) * n), *C = suite_room((m + pad) * n),
         *expected = suite_room((m + pad) * n);
  for (int which = 0; which < 4; which++) {
    int ta = which % 2, tb = which / 2;
    double beta = which == 1 ? 0.0 : -0.5;
    ptrdiff_t lda = (ta ? k : m) + pad, ldb = (tb ? n : k) + pad, ldc = m + pad;
    memcpy(C, start, (size_t)((m + pad) * n) * sizeof *C);
    memcpy(expected, start, (size_t)((m + pad) * n) * sizeof *C);
    for (ptrdiff_t j = 0; j < n; j++)
      for (ptrdiff_t i = 0; i < m; i++) {
        double sum = 0;
        for (ptrdiff_t l = 0; l < k; l++)
          sum += (ta ? A[l + i * lda] : A[i + l * lda]) * (tb ? B[j + l * ldb] : B[l + j * ldb]);
        expected[i + j * ldc] = 1.5 * sum + beta * expected[i + j * ldc];
      }
    if (beta == 0.0) C[0] = NAN; /* not read then */
    CALL(product(&suite_ctx, ta, tb, m, n, k, 1.5, A, lda, B, ldb, beta, C, ldc));
    CHECK_ARRAY(C, expected, (m + pad) * n, 1e-12); /* the padding is not touched */
    if (tb == 0) {                                  /* a column at a time */
      double *y = suite_room(m), *wanted = suite_room(m);
      for (ptrdiff_t i = 0; i < m; i++) wanted[i] = y[i] = start[i];
      for (ptrdiff_t i = 0; i < m; i++) {
        double sum = 0;
        for (ptrdiff_t l = 0; l < k; l++) sum += (ta ? A[l + i * lda] : A[i + l * lda]) * B[l];
        wanted[i] = 2.0 * sum + 0.25 * wanted[i];
      }
      CALL(matrix_vector(&suite_ctx, ta, ta ? k : m, ta ? m : k, 2.0, A, lda, B, 0.25, y));
      CHECK_ARRAY(y, wanted, m, 1e-12);
      free(y);
      free(wanted);
    }
  }
  free(A);
  free(B);
  free(start);
  free(C);
  free(expected);
}

static void suite_gram(ptrdiff_t m, ptrdiff_t n)
{
  double *A = suite_normals(4, (m + 2) * n), *C = suite_normals(5, n * n), *expected = suite_room(n * n);
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < j; i++) C[i + j * n] = C[j + i * n];
  for (ptrdiff_t j = 0; j < n; j++)
    for (ptrdiff_t i = 0; i < n; i++) {
      double sum = 0;
      for (ptrdiff_t l = 0; l < m; l++) sum += A[l + i * (m + 2)] * A[l + j * (m + 2)];
      expected[i + j * n] = 0.5 * sum + 2.0 * C[i + j * n];
    }
  CALL(gram(&suite_ctx, m, n, 0.5, A, m + 2, 2.0, C));
  CHECK_ARRAY(C, expected, n * n, 1e-12);
  free(A);
  free(C);
  free(expected);
}

static void suite_eigen(ptrdiff_t d)
{
  double *H = suite_covariance(6, d, d / 2 + 1, 0.1), *V = suite_room(d * d), *w = suite_room(d),
         *wc = suite_room(d);
  double *VW = suite_room(d * d), *back = suite_room(d * d);
  memcpy(V, H, (size_t)(d * d) * sizeof *V);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < j; i++) V[i + j * d] = NAN; /* the lower triangle is read */
  CALL(eigen_symmetric(&suite_ctx, d, V, w));
  for (ptrdiff_t l = 1; l < d; l++)
    if (!(w[l] >= w[l - 1])) CHECK(0);
  for (ptrdiff_t e = 0; e < d * d; e++) VW[e] = V[e] * w[e / d];
  suite_multiply(0, 1, d, d, d, VW, V, back);
  CHECK_ARRAY(back, H, d * d, 1e-12);
  suite_multiply(1, 0, d, d, d, V, V, back);
  for (ptrdiff_t l = 0; l < d; l++) back[l * (d + 1)] -= 1.0;
  double worst = 0;
  for (ptrdiff_t e = 0; e < d * d; e++) worst = fmax(worst, fabs(back[e]));
  CHECK(worst < 1e-12);
  memcpy(V, H, (size_t)(d * d) * sizeof *V);
  CHECK_STATUS(sgdl_backend_cpu()->eigen_symmetric(&suite_ctx, d, V, wc), SGDL_OK);
  CHECK_ARRAY(w, wc, d, 1e-12);
  free(H);
  free(V);
  free(w);
  free(wc);
  free(VW);
  free(back);
}

static void suite_cholesky(ptrdiff_t d)
{
  double *H = suite_covariance(7, d, d, 0.5), *L = suite_room(d * d), *R = suite_room(d * d),
         *back = suite_room(d * d);
  memcpy(L, H, (size_t)(d * d) * sizeof *L);
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < j; i++) L[i + j * d] = 7.0;
  CALL(cholesky(&suite_ctx, d, L));
  for (ptrdiff_t e = 0; e < d * d; e++) {
    if (e % d < e / d && L[e] != 7.0) CHECK(0); /* the other triangle is the caller's */
    R[e] = e % d < e / d ? 0.0 : L[e];
  }
  suite_multiply(0, 1, d, d, d, R, R, back);
  CHECK_ARRAY(back, H, d * d, 1e-12);
  CALL(cholesky_inverse(&suite_ctx, d, L));
  suite_multiply(0, 0, d, d, d, H, L, back);
  for (ptrdiff_t l = 0; l < d; l++) back[l * (d + 1)] -= 1.0;
  double worst = 0;
  for (ptrdiff_t e = 0; e < d * d; e++) worst = fmax(worst, fabs(back[e]));
  CHECK(worst < 1e-10);
  H[(d - 1) * (d + 1)] = -1.0;
  CHECK_STATUS(suite_b->cholesky(&suite_ctx, d, H), SGDL_NOT_PSD);
  CHECK_TEXT(suite_ctx.message, "not positive definite");
  free(H);
  free(L);
  free(R);
  free(back);
}

/* ---- stationary ---- */

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

/* ---- normals and ensembles ---- */

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

/* ---- MSD and frames ---- */

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

/* ---- implicit products and Lanczos ---- */

static void suite_implicit(ptrdiff_t N, ptrdiff_t d, ptrdiff_t n)
{
  double *X = suite_normals(28, N * d), *V = suite_normals(29, d * n), *out = suite_room(d * n),
         *H = suite_room(d * d);
  double *expected = suite_room(d * n);
  suite_multiply(1, 0, d, d, N, X, X, H);
  suite_multiply(0, 0, d, n, d, H, V, expected);
  for (ptrdiff_t e = 0; e < d * n; e++) expected[e] *= 0.125;
  CALL(implicit_product(&suite_ctx, N, d, X, n, 0.125, V, out));
  CHECK_ARRAY(out, expected, d * n, 1e-12);
  free(X);
  free(V);
  free(out);
  free(H);
  free(expected);
}

/* A Q_s = beta_{s-1} Q_{s-1} + alpha_s Q_s + beta_s Q_{s+1} with orthonormal Q. */
static void suite_lanczos(ptrdiff_t N, ptrdiff_t d, ptrdiff_t n, ptrdiff_t steps)
{
  double *X = suite_normals(30, N * d), *starts = suite_normals(31, d * n), *room = suite_room(2 * steps * n);
  double *Q = suite_room(d * steps * n), *A = suite_room(d * d), *AQ = suite_room(d * steps),
         *QQ = suite_room(steps * steps);
  ptrdiff_t made[16];
  double *alpha = room, *beta = room + steps * n, scale = 1.0 / (double)N;
  for (ptrdiff_t p = 0; p < n; p++) {
    double norm = 0;
    for (ptrdiff_t i = 0; i < d; i++) norm += starts[i + d * p] * starts[i + d * p];
    for (ptrdiff_t i = 0; i < d; i++) starts[i + d * p] /= sqrt(norm);
  }
  sgdl_lanczos_job job = {N, d, n, steps, X, starts, scale, alpha, beta, Q, made};
  CALL(lanczos(&suite_ctx, &job));
  suite_multiply(1, 0, d, d, N, X, X, A);
  for (ptrdiff_t p = 0; p < n; p++) {
    const double *q = Q + d * steps * p, *a = alpha + steps * p, *b = beta + steps * p;
    ptrdiff_t m = made[p], rank = N < d ? N : d;
    CHECK(m == (steps < rank ? steps : m) && m <= rank + 1 && m >= (steps < rank ? steps : rank));
    suite_multiply(0, 0, d, m, d, A, q, AQ);
    double worst = 0, size = 0;
    for (ptrdiff_t s = 0; s + 1 < m; s++)
      for (ptrdiff_t i = 0; i < d; i++) {
        double value = scale * AQ[i + d * s];
        double three =
            a[s] * q[i + d * s] + b[s] * q[i + d * (s + 1)] + (s > 0 ? b[s - 1] * q[i + d * (s - 1)] : 0);
        worst = fmax(worst, fabs(value - three));
        size = fmax(size, fabs(value));
      }
    CHECK(m < 2 || worst <= 1e-12 * size);
    suite_multiply(1, 0, m, m, d, q, q, QQ);
    worst = 0;
    for (ptrdiff_t e = 0; e < m * m; e++) worst = fmax(worst, fabs(QQ[e] - (e % (m + 1) == 0)));
    CHECK(worst < 1e-13);
    for (ptrdiff_t s = m; s < steps; s++)
      if (a[s] != 0 || b[s] != 0) CHECK(0);
  }
  free(X);
  free(starts);
  free(room);
  free(Q);
  free(A);
  free(AQ);
  free(QQ);
}

/* ---- all of it ---- */

static void suite_capacity(void)
{
  sgdl_capacity c = {0};
  CALL(capacity(&suite_ctx, &c));
  CHECK(c.total > 0 && c.largest_stationary > 0);
  CHECK(isnan(c.available) || (c.available > 0 && c.available <= c.total));
}

/* d: the side of dense matrices. */
static inline void backend_suite(const sgdl_backend *backend, ptrdiff_t d)
{
  suite_b = backend;
  sgdl_context_init(&suite_ctx);
  suite_capacity();
  suite_products(7, 5, 11);
  suite_products(1, 1, 1);
  suite_products(40, 33, 2);
  suite_gram(31, 17);
  suite_gram(3, 40);
  for (ptrdiff_t n = 1; n <= d; n = n < 9 ? 3 * n : n < d && 5 * n > d ? d : 5 * n) {
    suite_eigen(n);
    suite_cholesky(n);
    for (int which = 0; which < 4; which++) suite_stationary(n, which % 2, which / 2);
  }
  suite_stationary_edges();
  suite_reference();
  suite_fill_normals(1, 3);
  suite_fill_normals(10, 5);
  suite_fill_normals(101, 7);
  suite_ensemble_step(37, 5);
  for (int which = 0; which < 8; which++)
    for (ptrdiff_t n = 4; n < 8; n += 3) suite_ensemble(n, n - 1, which % 2, which / 2 % 2, which / 4);
  suite_ensemble(1, 1, 1, 0, 0);
  suite_correlate(50, 3, 20, 0);
  suite_correlate(33, 5, 32, 1);
  suite_correlate(2, 1, 1, 0);
  for (int by_frame = 0; by_frame < 2; by_frame++) {
    suite_frames(9, 20, by_frame);
    suite_frames(20, 3, by_frame);
  }
  suite_implicit(30, 12, 4);
  suite_implicit(5, 20, 1);
  suite_lanczos(60, 25, 3, 12);
  suite_lanczos(6, 20, 2, 15); /* the space ends before the steps do */
}

#endif
