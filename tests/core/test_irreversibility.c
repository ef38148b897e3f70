/* Fokker-Planck residuals, entropy production against THEORY section 9 as it stands, temperatures. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <stdlib.h>

enum { D = 6, DD = D * D, N2 = 2 * D };

typedef struct {
  double H[DD], Sigma[DD], rho[D], V[DD], noise[DD], mu[D];
  sgdl_model model;
} problem;

static double uniform(uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 9007199254740992.0 - 0.5;
}

static void random_covariance(uint64_t *state, int columns, double *A)
{
  double B[D * 16];
  for (int e = 0; e < D * columns; e++)
    B[e] = uniform(state) * pow(10, -1.2 * (e % D) / D);
  for (int i = 0; i < D; i++)
    for (int j = 0; j < D; j++) {
      A[i + j * D] = 0;
      for (int c = 0; c < columns; c++)
        A[i + j * D] += B[i + c * D] * B[j + c * D];
    }
}

/* columns < D: noise in so many directions only */
static void make(sgdl_context *ctx, int columns, problem *p)
{
  uint64_t state = 11;
  random_covariance(&state, 16, p->H);
  random_covariance(&state, columns, p->Sigma);
  for (int i = 0; i < D; i++)
    p->mu[i] = uniform(&state);
  CHECK_STATUS(sgdl_decompose(ctx, D, p->H, p->rho, p->V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p->V, p->Sigma, p->noise), SGDL_OK);
  p->model = (sgdl_model){ .dim = D, .hyper = { 0.1, 0.9, 0.01, 5 }, .rho = p->rho, .vectors = p->V,
                           .minimiser = p->mu, .noise = p->noise, .noise_is_full = 1, .sigma2 = -1 };
}

/* ---- Fokker-Planck --------------------------------------------------------------------------------- */

static void test_residual(sgdl_context *ctx)
{
  enum { POINTS = 20 };
  problem p;
  double U[4 * DD], Q[4 * DD], residual[4], points[POINTS * N2];
  ptrdiff_t rank;
  uint64_t state = 5;
  for (int e = 0; e < POINTS * N2; e++)
    points[e] = uniform(&state);
  for (int kind = 0; kind < 3; kind++) { /* general noise; without replacement; two modes out of its reach */
    make(ctx, 16, &p);
    for (int e = 0; e < DD && kind == 2; e++)
      if (e % D == 2 || e / D == 2 || e % D == 5 || e / D == 5)
        p.noise[e] = 0;
    if (kind == 1) {
      p.model.sampling = SGDL_WITHOUT;
      p.model.n_examples = 12;
    }
    CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_OK);
    CHECK_INT(rank, kind == 2 ? N2 - 4 : N2);
    CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, POINTS, points, residual), SGDL_OK);
    CHECK_NEAR(residual[0], 0, 1e-11);
    CHECK_NEAR(residual[1], 0, 1e-13);
    CHECK_NEAR(residual[2], 0, 0);
    CHECK_NEAR(residual[3], 0, 1e-10);
  }
  /* anything else does not solve it */
  make(ctx, 16, &p);
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_OK);
  p.model.hyper.momentum = 0.8;
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, POINTS, points, residual), SGDL_OK);
  CHECK(residual[0] > 0.01 && residual[3] > 0.01);
  CHECK_NEAR(residual[1], 0, 1e-13); /* the model's own B still solves the model's equation */
  p.model.hyper.momentum = 0.9;
  Q[1] += 1;
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, 0, NULL, residual), SGDL_OK);
  CHECK(residual[2] > 0.01);
  CHECK_NEAR(residual[3], 0, 0);
  Q[1] -= 1;
  U[0] *= 1.5;
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, 0, NULL, residual), SGDL_OK);
  CHECK(residual[0] > 0.01);

  /* noise diagonal in the modes, a noiseless flat mode */
  make(ctx, 16, &p);
  double diagonal[D] = { 1, 2, 0.5, 1, 0.1, 0 };
  p.rho[D - 1] = 0;
  p.model.hyper.weight_decay = 0;
  p.model.noise = diagonal;
  p.model.noise_is_full = 0;
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_OK);
  CHECK_INT(rank, N2 - 2);
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, POINTS, points, residual), SGDL_OK);
  for (int r = 0; r < 4; r++)
    CHECK_NEAR(residual[r], 0, 1e-11);
  diagonal[D - 1] = 1;
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, 0, NULL, residual), SGDL_FLAT);
  p.model.dynamics = SGDL_SGD;
  CHECK_STATUS(sgdl_fokker_planck_residual(ctx, &p.model, U, Q, 0, NULL, residual), SGDL_UNSUPPORTED);
}

/* ---- entropy production ------------------------------------------------------------------------------- */

/* Solves A X = B by elimination (n x n, destroyed); returns tr X. */
static double trace_of_solution(double *A, double *B)
{
  double trace = 0;
  for (int k = 0; k < D; k++)
    for (int i = 0; i < D; i++) {
      double f = A[i + k * D] / A[k + k * D];
      for (int j = 0; i != k && j < D; j++) {
        A[i + j * D] -= f * A[k + j * D];
        B[i + j * D] -= f * B[k + j * D];
      }
    }
  for (int i = 0; i < D; i++)
    trace += B[i + i * D] / A[i + i * D];
  return trace;
}

static void test_entropy(sgdl_context *ctx)
{
  problem p;
  double U[4 * DD], Q[4 * DD], W[DD], R[DD], Sigma[DD], rate, antisymmetric[DD];
  ptrdiff_t rank;
  make(ctx, 16, &p);
  double c = 2 * 0.1 / (0.1 * 1.9), kap = 5 * 0.1 * 1.9, direct = -2 * D;
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, NULL, W, R, NULL, NULL), SGDL_OK);
  for (int i = 0; i < D; i++)
    for (int j = 0; j < D; j++)
      direct += U[D + i + (D + j) * N2] * p.Sigma[j + i * D];
  memcpy(Sigma, p.Sigma, sizeof Sigma);
  direct += kap * trace_of_solution(Sigma, W);
  CHECK_STATUS(sgdl_irreversibility(ctx, &p.model, &rate, NULL, NULL, antisymmetric), SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, NULL, NULL, R, NULL, NULL), SGDL_OK);
  CHECK(rate > 1e-3);
  CHECK_CLOSE(rate, c * direct, 1e-8);
  CHECK_ARRAY(antisymmetric, R, DD, 1e-12); /* R is antisymmetric under Langevin */

  /* small in the antisymmetric part: no cancellation, quadratic down to 1e-16 of it */
  double small[2], noise[DD];
  for (int s = 0; s < 2; s++) {
    for (int i = 0; i < D; i++)
      for (int j = 0; j < D; j++)
        noise[i + j * D] = p.noise[i + j * D] * (i == j ? 1 : s == 0 ? 1e-4 : 1e-7);
    p.model.noise = noise;
    CHECK_STATUS(sgdl_irreversibility(ctx, &p.model, &small[s], NULL, NULL, NULL), SGDL_OK);
  }
  CHECK_CLOSE(small[0] / small[1], 1e6, 1e-3);

  /* reversible, singular, not Langevin */
  for (int i = 0; i < DD; i++)
    noise[i] = i % (D + 1) == 0 ? p.rho[i / (D + 1)] : 0;
  CHECK_STATUS(sgdl_irreversibility(ctx, &p.model, &rate, NULL, NULL, NULL), SGDL_OK);
  CHECK_NEAR(rate, 0, 0);
  p.model.dynamics = SGDL_SGD;
  CHECK_STATUS(sgdl_irreversibility(ctx, &p.model, &rate, NULL, NULL, antisymmetric), SGDL_OK);
  CHECK(isnan(rate));
  CHECK_ARRAY(antisymmetric, (double[DD]){ 1 }, DD, 1); /* far below the scale of R */
  make(ctx, 2, &p);
  CHECK_STATUS(sgdl_irreversibility(ctx, &p.model, &rate, NULL, NULL, NULL), SGDL_OK);
  CHECK(isnan(rate));
}

/* ---- temperatures -------------------------------------------------------------------------------------- */

/* Equal for white noise under both dynamics; apart under epochs: THEORY's two ratios, by name. */
static void test_temperatures(sgdl_context *ctx)
{
  static const double RHO[3] = { 1, 1e-3, 0 }, NOISE[3] = { 2, 1, 0.5 };
  double kinetic[3], configurational[3];
  sgdl_model model = { .dim = 3, .hyper = { 0.1, 0.9, 0, 16 }, .rho = RHO, .noise = NOISE, .sigma2 = -1,
                       .n_examples = 1024 };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int sampling = 0; sampling < 2; sampling++) {
      model.dynamics = dynamics;
      model.sampling = sampling;
      CHECK_STATUS(sgdl_irreversibility(ctx, &model, NULL, kinetic, configurational, NULL), SGDL_OK);
      CHECK_CLOSE(kinetic[0], configurational[0], 1e-14);
      CHECK_CLOSE(kinetic[1], configurational[1], 1e-14);
      CHECK(isnan(configurational[2]) && kinetic[2] > 0);
    }
  model.sampling = SGDL_EPOCH;
  CHECK_STATUS(sgdl_irreversibility(ctx, &model, NULL, kinetic, configurational, NULL), SGDL_OK);
  CHECK(kinetic[1] / configurational[1] > 10);
  CHECK(kinetic[0] / configurational[0] > 1 && kinetic[0] / configurational[0] < 1.2);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_residual(&ctx);
  test_entropy(&ctx);
  test_temperatures(&ctx);
  return check_report();
}
