/* Transients, displacements and densities from every start, against brute-force recursions of the whole
 * covariance and against each other. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <stdlib.h>

enum { D = 3, DD = D * D, N2 = 2 * D, NN = N2 * N2 };

static const double H[DD] = { 3, 0.5, 0.1, 0.5, 1, 0.2, 0.1, 0.2, 0.05 };
static const double SIGMA[DD] = { 2, 0.3, 0.1, 0.3, 1, 0.2, 0.1, 0.2, 0.4 };
static const double MU[D] = { 0.3, -1, 2 }, THETA0[D] = { 1, 0.5, 1.5 }, V0[D] = { 0.2, -0.1, 0.05 };

typedef struct {
  double rho[D], V[DD], noise[DD], diagonal[D];
  sgdl_model model;
} problem;

static void make(sgdl_context *ctx, sgdl_dynamics dynamics, sgdl_sampling sampling, int full, problem *p)
{
  CHECK_STATUS(sgdl_decompose(ctx, D, H, p->rho, p->V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p->V, SIGMA, p->noise), SGDL_OK);
  for (int l = 0; l < D; l++)
    p->diagonal[l] = p->noise[l + l * D];
  p->model = (sgdl_model){ .dim = D, .hyper = { 0.1, 0.8, 0, 4 }, .dynamics = dynamics, .sampling = sampling,
                           .n_examples = 30, .rho = p->rho, .vectors = p->V, .minimiser = MU,
                           .noise = full ? p->noise : p->diagonal, .noise_is_full = full, .sigma2 = -1 };
}

/* Some covariance of (theta, v). */
static void some_covariance(double *C)
{
  for (int j = 0; j < N2; j++)
    for (int i = 0; i < N2; i++) {
      C[i + j * N2] = i == j ? 0.5 : 0;
      for (int k = 0; k < 3; k++)
        C[i + j * N2] += sin(1 + i + 2 * k) * sin(1 + j + 2 * k) * (k + 1);
    }
}

static void join(const double *P, const double *W, const double *R, double *C)
{
  for (int j = 0; j < D; j++)
    for (int i = 0; i < D; i++) {
      C[i + j * N2] = P != NULL ? P[i + j * D] : 0;
      C[i + (j + D) * N2] = C[j + D + i * N2] = R != NULL ? R[i + j * D] : 0;
      C[i + D + (j + D) * N2] = W[i + j * D];
    }
}

static void multiply(const double *A, const double *B, int transpose_b, double *C)
{
  for (int i = 0; i < N2; i++)
    for (int j = 0; j < N2; j++) {
      double sum = 0;
      for (int k = 0; k < N2; k++)
        sum += A[i + k * N2] * (transpose_b ? B[j + k * N2] : B[k + j * N2]);
      C[i + j * N2] = sum;
    }
}

/* F of one step of SGD. */
static void one_step(const problem *p, double *F)
{
  double eta = p->model.hyper.lr, beta = p->model.hyper.momentum;
  for (int j = 0; j < D; j++)
    for (int i = 0; i < D; i++) {
      F[i + j * N2] = (i == j) - eta * H[i + j * D];
      F[i + (j + D) * N2] = (i == j) * eta * beta;
      F[i + D + j * N2] = -H[i + j * D];
      F[i + D + (j + D) * N2] = (i == j) * beta;
    }
}

/* ---- a Gaussian start -------------------------------------------------------------------------------- */

/* Step by step, white noise; under epochs noise and start are independent: F^k C F^k' + transient from a point. */
static void test_gaussian(sgdl_context *ctx)
{
  enum { LAST = 25 };
  double C[NN], F[NN], work[NN], P[DD], W[DD], R[DD], got[NN], z[N2], mean_theta[D], mean_v[D];
  for (int sampling = 0; sampling < 3; sampling++) {
    problem p;
    make(ctx, SGDL_SGD, sampling, 1, &p);
    double cov0[NN];
    some_covariance(cov0);
    memcpy(C, cov0, sizeof C);
    one_step(&p, F);
    for (int i = 0; i < D; i++) {
      z[i] = THETA0[i] - MU[i];
      z[i + D] = V0[i];
    }
    sgdl_initial start = { .from = SGDL_FROM_GAUSSIAN, .theta0 = THETA0, .v0 = V0, .cov0 = cov0 };
    double size = sampling == SGDL_WITHOUT ? 26.0 / 29 / 4 : 0.25;
    for (int k = 0; k <= LAST; k++) {
      double step = k, want[NN];
      memcpy(want, C, sizeof want);
      if (sampling == SGDL_EPOCH) {
        CHECK_STATUS(sgdl_transient(ctx, &p.model, 1, &step, THETA0, V0, SGDL_COV_FULL, NULL, NULL, P, W, R), SGDL_OK);
        join(P, W, R, got);
        for (int e = 0; e < NN; e++)
          want[e] += got[e];
      }
      CHECK_STATUS(sgdl_transient_from(ctx, &p.model, 1, &step, &start, SGDL_COV_FULL, mean_theta, mean_v, P, W, R),
                   SGDL_OK);
      join(P, W, R, got);
      CHECK_ARRAY(got, want, NN, 1e-13);
      for (int i = 0; i < D; i++) {
        CHECK_NEAR(mean_theta[i], z[i] + MU[i], 1e-13);
        CHECK_NEAR(mean_v[i], z[i + D], 1e-13);
      }
      double diagonal[3][D], trace[3], sums[3] = { 0, 0, 0 };
      CHECK_STATUS(sgdl_transient_from(ctx, &p.model, 1, &step, &start, SGDL_COV_DIAGONAL, NULL, NULL, diagonal[0],
                                       diagonal[1], diagonal[2]), SGDL_OK);
      CHECK_STATUS(sgdl_transient_from(ctx, &p.model, 1, &step, &start, SGDL_COV_TRACE, NULL, NULL, &trace[0], &trace[1],
                                       &trace[2]), SGDL_OK);
      for (int i = 0; i < D; i++) {
        CHECK_NEAR(diagonal[0][i], P[i + i * D], 1e-13);
        CHECK_NEAR(diagonal[2][i], R[i + i * D], 1e-13);
        sums[0] += P[i + i * D];
        sums[1] += W[i + i * D];
        sums[2] += R[i + i * D];
      }
      CHECK_ARRAY(trace, sums, 3, 1e-13);
      multiply(F, C, 0, work);
      multiply(work, F, 1, C);
      for (int j = 0; j < D && sampling != SGDL_EPOCH; j++)
        for (int i = 0; i < D; i++) {
          double s = size * SIGMA[i + j * D], eta = p.model.hyper.lr;
          C[i + j * N2] += eta * eta * s;
          C[i + (j + D) * N2] += eta * s;
          C[i + D + j * N2] += eta * s;
          C[i + D + (j + D) * N2] += s;
        }
      double before[N2];
      memcpy(before, z, sizeof z);
      for (int i = 0; i < N2; i++) {
        z[i] = 0;
        for (int e = 0; e < N2; e++)
          z[i] += F[i + e * N2] * before[e];
      }
    }
  }
}

/* ---- starts that are the same ---------------------------------------------------------------------------- */

static const double STEPS[] = { 1, 2, 7, 8, 9, 60, 4000 };
enum { N_STEPS = sizeof STEPS / sizeof *STEPS };

static void same_displacement(sgdl_context *ctx, const sgdl_model *model, const sgdl_initial *a,
                              const sgdl_initial *b, double tolerance)
{
  double first[2][N_STEPS], second[2][N_STEPS], modes[2][N_STEPS * D];
  CHECK_STATUS(sgdl_msd_from(ctx, model, N_STEPS, STEPS, a, first[0], first[1], modes[0]), SGDL_OK);
  CHECK_STATUS(sgdl_msd_from(ctx, model, N_STEPS, STEPS, b, second[0], second[1], modes[1]), SGDL_OK);
  for (int i = 0; i < N_STEPS; i++) {
    CHECK_CLOSE(first[0][i], second[0][i], tolerance);
    CHECK_NEAR(first[1][i], second[1][i], tolerance);
  }
  CHECK_ARRAY(modes[0], modes[1], N_STEPS * D, tolerance);
}

static void same_transient(sgdl_context *ctx, const sgdl_model *model, const sgdl_initial *a, const sgdl_initial *b)
{
  double first[3][DD * N_STEPS], second[3][DD * N_STEPS], mean[2][D * N_STEPS];
  CHECK_STATUS(sgdl_transient_from(ctx, model, N_STEPS, STEPS, a, SGDL_COV_FULL, mean[0], NULL, first[0], first[1],
                                   first[2]), SGDL_OK);
  CHECK_STATUS(sgdl_transient_from(ctx, model, N_STEPS, STEPS, b, SGDL_COV_FULL, mean[1], NULL, second[0], second[1],
                                   second[2]), SGDL_OK);
  for (int block = 0; block < 3; block++)
    for (int e = 0; e < DD * N_STEPS; e++)
      CHECK_NEAR(first[block][e], second[block][e], 1e-12);
  CHECK_ARRAY(mean[0], mean[1], D * N_STEPS, 1e-12);
}

/* A stationary covariance handed in as a Gaussian start is a stationary (epochs: checkpoint) start; so is its
 * velocity block a start from rest of speed. */
static void test_equivalent_starts(sgdl_context *ctx)
{
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int sampling = 0; sampling < 3; sampling++)
      for (int full = 0; full < 2; full++) {
        if (dynamics == SGDL_LANGEVIN && sampling == SGDL_EPOCH)
          continue;
        problem p;
        double P[DD], W[DD], R[DD], cov0[NN], speed[NN];
        make(ctx, dynamics, sampling, full, &p);
        if (sampling == SGDL_EPOCH)
          CHECK_STATUS(sgdl_stationary_at_phase(ctx, &p.model, 0, P, W, R, NULL, NULL), SGDL_OK);
        else
          CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, NULL, NULL), SGDL_OK);
        join(P, W, R, cov0);
        join(NULL, W, NULL, speed);
        sgdl_initial gaussian = { .from = SGDL_FROM_GAUSSIAN, .cov0 = cov0 };
        sgdl_initial checkpoint = { .from = SGDL_FROM_CHECKPOINT, .theta0 = THETA0 };
        sgdl_initial stationary = { .from = SGDL_FROM_STATIONARY };
        sgdl_initial rest = { .from = SGDL_FROM_REST_OF_SPEED, .theta0 = THETA0, .v0 = V0 };
        sgdl_initial spread = { .from = SGDL_FROM_GAUSSIAN, .theta0 = THETA0, .cov0 = speed };
        same_displacement(ctx, &p.model, &gaussian, &checkpoint, 1e-11);
        same_transient(ctx, &p.model, &gaussian, &checkpoint);
        same_displacement(ctx, &p.model, &spread, &rest, 1e-11);
        same_transient(ctx, &p.model, &spread, &rest);
        if (sampling != SGDL_EPOCH) {
          same_displacement(ctx, &p.model, &stationary, &checkpoint, 1e-14);
          same_transient(ctx, &p.model, &stationary, &checkpoint);
        }
      }
}

/* Checkpoints: k steps on, the covariance of that phase; a whole epoch apart, 2 tr (P - cov(theta_M, theta_0)). */
static void test_checkpoint(sgdl_context *ctx)
{
  problem p;
  double P[DD], W[DD], R[DD], C[NN], F[NN], power[NN], work[NN], trace, msd, traces[2], want = 0, M = 8;
  make(ctx, SGDL_SGD, SGDL_EPOCH, 1, &p);
  sgdl_initial checkpoint = { .from = SGDL_FROM_CHECKPOINT };
  for (double k = 0; k < 20; k++) {
    CHECK_STATUS(sgdl_transient_from(ctx, &p.model, 1, &k, &checkpoint, SGDL_COV_TRACE, NULL, NULL, &trace, NULL, NULL),
                 SGDL_OK);
    CHECK_STATUS(sgdl_stationary_at_phase(ctx, &p.model, (ptrdiff_t)fmod(k, M), NULL, NULL, NULL, traces, NULL), SGDL_OK);
    CHECK_CLOSE(trace, traces[0], 1e-14);
  }
  CHECK_STATUS(sgdl_stationary_at_phase(ctx, &p.model, 0, P, W, R, NULL, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_msd_from(ctx, &p.model, 1, &M, &checkpoint, &msd, NULL, NULL), SGDL_OK);
  join(P, W, R, C);
  one_step(&p, F);
  memcpy(power, C, sizeof C);
  for (int k = 0; k < 8; k++) {
    multiply(F, power, 0, work);
    memcpy(power, work, sizeof work);
  }
  for (int i = 0; i < D; i++)
    want += 2 * (C[i + i * N2] - power[i + i * N2]);
  CHECK_CLOSE(msd, want, 1e-12);
}

/* Exponents: analytic ones against differences, from a start that is spread. */
static void test_exponent(sgdl_context *ctx)
{
  problem p;
  double cov0[NN];
  make(ctx, SGDL_LANGEVIN, SGDL_REPLACEMENT, 1, &p);
  some_covariance(cov0);
  for (int from = 0; from <= SGDL_FROM_CHECKPOINT; from++) {
    sgdl_initial start = { .from = from, .theta0 = THETA0, .v0 = V0, .cov0 = cov0 };
    for (int i = 0; i < N_STEPS; i++) {
      double at[2] = { STEPS[i] * (1 - 1e-5), STEPS[i] * (1 + 1e-5) }, ends[2], msd, exponent;
      CHECK_STATUS(sgdl_msd_from(ctx, &p.model, 1, &STEPS[i], &start, &msd, &exponent, NULL), SGDL_OK);
      CHECK_STATUS(sgdl_msd_from(ctx, &p.model, 2, at, &start, ends, NULL, NULL), SGDL_OK);
      CHECK_NEAR(exponent, log(ends[1] / ends[0]) / log(at[1] / at[0]), 1e-8);
    }
  }
}

/* ---- density ----------------------------------------------------------------------------------------------- */

/* log of the Gaussian density by elimination in parameter coordinates. */
static double log_gaussian(const double *C, const double *mean, const double *point)
{
  double A[NN], z[N2], sum = 0;
  memcpy(A, C, sizeof A);
  for (int i = 0; i < N2; i++)
    z[i] = point[i] - mean[i];
  for (int j = 0; j < N2; j++) {
    sum += log(A[j + j * N2]) + z[j] * z[j] / A[j + j * N2];
    for (int i = j + 1; i < N2; i++) {
      double factor = A[i + j * N2] / A[j + j * N2];
      z[i] -= factor * z[j];
      for (int k = j; k < N2; k++)
        A[i + k * N2] -= factor * A[j + k * N2];
    }
  }
  return -sum / 2 - D * log(2 * 3.14159265358979323846);
}

static void test_density(sgdl_context *ctx)
{
  enum { POINTS = 3 };
  static const double AT[] = { 3, 40, 1000 };
  double cov0[NN], points[POINTS * N2], got[POINTS];
  some_covariance(cov0);
  for (int e = 0; e < POINTS * N2; e++)
    points[e] = sin(e + 1);
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int sampling = 0; sampling < 3; sampling++)
      for (int full = 0; full < 2; full++)
        for (int from = 0; from <= SGDL_FROM_CHECKPOINT; from++) {
          if (dynamics == SGDL_LANGEVIN && sampling == SGDL_EPOCH)
            continue;
          problem p;
          make(ctx, dynamics, sampling, full, &p);
          sgdl_initial start = { .from = from, .theta0 = THETA0, .v0 = V0, .cov0 = cov0 };
          for (int s = 0; s < 3; s++) {
            double P[DD], W[DD], R[DD], C[NN], mean[N2];
            CHECK_STATUS(sgdl_transient_from(ctx, &p.model, 1, &AT[s], &start, SGDL_COV_FULL, mean, mean + D, P, W, R),
                         SGDL_OK);
            join(P, W, R, C);
            CHECK_STATUS(sgdl_transient_log_density(ctx, &p.model, AT[s], &start, POINTS, points, got), SGDL_OK);
            for (int i = 0; i < POINTS; i++) {
              double point[N2];
              for (int e = 0; e < N2; e++)
                point[e] = points[i + e * POINTS];
              CHECK_CLOSE(got[i], log_gaussian(C, mean, point), 1e-9);
            }
          }
        }
}

/* ---- edges --------------------------------------------------------------------------------------------------- */

/* A flat mode under a white floor: no stationary position, but a displacement from any start. */
static void test_flat(sgdl_context *ctx)
{
  static const double RHO[2] = { 1, 0 }, NOISE[2] = { 1, 2 };
  sgdl_model model = { .dim = 2, .hyper = { 0.1, 0.8, 0, 4 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                       .n_examples = 30, .rho = RHO, .noise = NOISE, .sigma2 = -1 };
  sgdl_initial checkpoint = { .from = SGDL_FROM_CHECKPOINT }, rest = { .from = SGDL_FROM_REST_OF_SPEED };
  double step = 8, trace, msd, modes[2][2], log_density, point[4] = { 0, 0, 0, 0 };
  CHECK_STATUS(sgdl_transient_from(ctx, &model, 1, &step, &checkpoint, SGDL_COV_TRACE, NULL, NULL, &trace, NULL, NULL),
               SGDL_OK);
  CHECK(isinf(trace));
  CHECK_STATUS(sgdl_msd_from(ctx, &model, 1, &step, &checkpoint, &msd, NULL, modes[0]), SGDL_OK);
  CHECK_STATUS(sgdl_msd_from(ctx, &model, 1, &step, &rest, &msd, NULL, modes[1]), SGDL_OK);
  CHECK_CLOSE(modes[0][1], modes[1][1], 1e-14);
  CHECK_STATUS(sgdl_transient_log_density(ctx, &model, step, &checkpoint, 1, point, &log_density), SGDL_UNSUPPORTED);
  CHECK_STATUS(sgdl_transient_log_density(ctx, &model, step, &rest, 1, point, &log_density), SGDL_OK);
}

static void expect(sgdl_context *ctx, sgdl_status got, sgdl_status want, const char *text)
{
  CHECK_INT(got, want);
  CHECK_TEXT(ctx->message, text);
}

static void test_errors(sgdl_context *ctx)
{
  problem p;
  double msd, step = 5, cov0[NN], point[N2] = { 0 }, log_density;
  make(ctx, SGDL_SGD, SGDL_REPLACEMENT, 1, &p);
  sgdl_initial start = { .from = SGDL_FROM_GAUSSIAN };
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_BAD_ARGUMENT,
         "`cov0` is absent: expected a 6 x 6 covariance");
  some_covariance(cov0);
  start.cov0 = cov0;
  cov0[1] += 1;
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_NOT_SYMMETRIC, "`cov0`[2, 1]");
  some_covariance(cov0);
  cov0[0] = -1;
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_NOT_PSD, "`cov0` has the negative");
  start = (sgdl_initial){ .from = (sgdl_from)9 };
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_BAD_ARGUMENT, "`from` = 9");
  start = (sgdl_initial){ .from = SGDL_FROM_POINT };
  for (step = 0; step < 2; step++) /* one step of noise spans d of 2d dimensions */
    expect(ctx, sgdl_transient_log_density(ctx, &p.model, step, &start, 1, point, &log_density), SGDL_UNSUPPORTED,
           "the covariance is singular there");
  p.rho[D - 1] = -0.1;
  start.from = SGDL_FROM_REST_OF_SPEED;
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_SADDLE, "1 of 3 modes");
  start.from = SGDL_FROM_CHECKPOINT;
  expect(ctx, sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_SADDLE, "1 of 3 modes");
  start = (sgdl_initial){ .from = SGDL_FROM_GAUSSIAN, .cov0 = cov0 };
  some_covariance(cov0);
  CHECK_STATUS(sgdl_msd_from(ctx, &p.model, 1, &step, &start, &msd, NULL, NULL), SGDL_OK);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_gaussian(&ctx);
  test_equivalent_starts(&ctx);
  test_checkpoint(&ctx);
  test_exponent(&ctx);
  test_density(&ctx);
  test_flat(&ctx);
  test_errors(&ctx);
  return check_report();
}
