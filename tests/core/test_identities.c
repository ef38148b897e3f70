/* The dense theory against identities recomputed from scratch: Lyapunov, Stein and Fokker-Planck
 * residuals, brute-force recursions, naive sums, limits. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <float.h>
#include <stdlib.h>

enum { D = 9, DD = D * D, N2 = 2 * D };

/* ---- a random problem ------------------------------------------------------------------------------- */

typedef struct {
  double H[DD], Sigma[DD], rho[D], V[DD], noise[DD], mu[D], theta0[D], v0[D];
  sgdl_model model;
} problem;

static double uniform(uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 9007199254740992.0 - 0.5;
}

/* A = B B'/n from n columns of random numbers, scaled by decades down the rows */
static void random_covariance(uint64_t *state, int columns, double decades, double *A)
{
  double B[D * 16];
  for (int i = 0; i < D; i++)
    for (int j = 0; j < columns; j++)
      B[i + j * D] = uniform(state) * pow(10, -decades * i / D);
  for (int i = 0; i < D; i++)
    for (int j = 0; j < D; j++) {
      A[i + j * D] = 0;
      for (int c = 0; c < columns; c++)
        A[i + j * D] += B[i + c * D] * B[j + c * D];
    }
}

/* columns < D: H has D - columns flat directions. */
static void make(sgdl_context *ctx, sgdl_dynamics dynamics, int columns, double weight_decay, problem *p)
{
  uint64_t state = 7;
  random_covariance(&state, columns, 1.5, p->H);
  random_covariance(&state, 16, 1, p->Sigma);
  for (int i = 0; i < D; i++) {
    p->mu[i] = uniform(&state);
    p->theta0[i] = uniform(&state);
    p->v0[i] = uniform(&state);
  }
  CHECK_STATUS(sgdl_decompose(ctx, D, p->H, p->rho, p->V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p->V, p->Sigma, p->noise), SGDL_OK);
  p->model = (sgdl_model){ .dim = D, .hyper = { 0.2, 0.9, weight_decay, 5 }, .dynamics = dynamics,
                           .rho = p->rho, .vectors = p->V, .minimiser = p->mu, .noise = p->noise,
                           .noise_is_full = 1, .sigma2 = -1 };
}

/* ---- small dense algebra, 2D x 2D -------------------------------------------------------------------- */

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

static void join(const double *a, const double *b, const double *c, const double *d, double *out)
{
  for (int j = 0; j < D; j++)
    for (int i = 0; i < D; i++) {
      out[i + j * N2] = a ? a[i + j * D] : 0;
      out[i + (j + D) * N2] = b ? b[i + j * D] : 0;
      out[i + D + j * N2] = c ? c[i + j * D] : 0;
      out[i + D + (j + D) * N2] = d ? d[i + j * D] : 0;
    }
}

static void covariance(const double *P, const double *W, const double *R, double *C)
{
  double Rt[DD];
  for (int i = 0; i < D; i++)
    for (int j = 0; j < D; j++)
      Rt[i + j * D] = R[j + i * D];
  join(P, R, Rt, W, C);
}

/* A of the Langevin equation, or F of one step. */
static void dynamics_matrix(const problem *p, double *A)
{
  const sgdl_hyper *h = &p->model.hyper;
  double a = 2 / (h->lr * (1 + h->momentum)), tl[DD], tr[DD], bl[DD], br[DD];
  int sgd = p->model.dynamics == SGDL_SGD;
  for (int e = 0; e < DD; e++) {
    double identity = e % (D + 1) == 0, K = p->H[e] + identity * h->weight_decay;
    tl[e] = sgd ? identity - h->lr * K : 0;
    tr[e] = sgd ? identity * h->lr * h->momentum : -identity;
    bl[e] = sgd ? -K : a * K;
    br[e] = identity * (sgd ? h->momentum : a * (1 - h->momentum));
  }
  join(tl, tr, bl, br, A);
}

/* scale * [x x', x y; ...] Sigma: noise covariance of one step, G = (eta, 1); or diffusion of v only */
static void noise_matrix(const problem *p, double tt, double tv, double vv, double *out)
{
  double a[DD], b[DD], d[DD];
  for (int e = 0; e < DD; e++) {
    a[e] = tt * p->Sigma[e];
    b[e] = tv * p->Sigma[e];
    d[e] = vv * p->Sigma[e];
  }
  join(a, b, b, d, out);
}

/* ---- stationary state ---------------------------------------------------------------------------------- */

static void test_lyapunov(sgdl_context *ctx)
{
  problem p;
  double P[DD], W[DD], R[DD], C[4 * DD], A[4 * DD], AC[4 * DD], noise[4 * DD], residual = 0;
  make(ctx, SGDL_LANGEVIN, 16, 0.01, &p);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, NULL, NULL), SGDL_OK);
  double a = 2 / (0.2 * 1.9), size = 0;
  covariance(P, W, R, C);
  dynamics_matrix(&p, A);
  multiply(A, C, 0, AC);
  noise_matrix(&p, 0, 0, a * a * 0.2 / 5, noise);
  for (int j = 0; j < N2; j++)
    for (int i = 0; i < N2; i++) {
      residual = fmax(residual, fabs(AC[i + j * N2] + AC[j + i * N2] - noise[i + j * N2]));
      size = fmax(size, fabs(AC[i + j * N2]));
    }
  CHECK_NEAR(residual / size, 0, 1e-14);
}

static void test_stein(sgdl_context *ctx)
{
  problem p;
  double P[DD], W[DD], R[DD], C[4 * DD], F[4 * DD], FC[4 * DD], next[4 * DD], noise[4 * DD];
  make(ctx, SGDL_SGD, 16, 0.01, &p);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, NULL, NULL), SGDL_OK);
  covariance(P, W, R, C);
  dynamics_matrix(&p, F);
  multiply(F, C, 0, FC);
  multiply(FC, F, 1, next);
  noise_matrix(&p, 0.2 * 0.2 / 5, 0.2 / 5, 1.0 / 5, noise);
  for (int e = 0; e < 4 * DD; e++)
    next[e] += noise[e];
  CHECK_ARRAY(next, C, 4 * DD, 1e-14);

  /* without replacement: the same times (N-S)/(N-1) */
  double without[DD];
  p.model.sampling = SGDL_WITHOUT;
  p.model.n_examples = 21;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, without, NULL, NULL, NULL, NULL), SGDL_OK);
  for (int e = 0; e < DD; e++)
    P[e] *= 16.0 / 20;
  CHECK_ARRAY(without, P, DD, 1e-14);
}

/* Sigma = sigma2 H: by Cholesky, by diagonal noise, by full noise. */
static void test_shortcut(sgdl_context *ctx)
{
  for (int decay = 0; decay < 2; decay++) {
    problem p;
    double full[3][DD], cheap[3][DD], diagonal[D], trace[2], want[2], only[2];
    int exists[D];
    make(ctx, SGDL_LANGEVIN, 16, decay ? 0.03 : 0, &p);
    for (int e = 0; e < DD; e++)
      p.noise[e] = e % (D + 1) == 0 ? 0.7 * p.rho[e / D] : 0;
    CHECK_STATUS(sgdl_stationary(ctx, &p.model, full[0], full[1], full[2], want, exists), SGDL_OK);
    for (int l = 0; l < D; l++)
      diagonal[l] = p.noise[l + l * D];
    p.model.noise = diagonal;
    p.model.noise_is_full = 0;
    CHECK_STATUS(sgdl_stationary(ctx, &p.model, cheap[0], cheap[1], cheap[2], trace, exists), SGDL_OK);
    for (int b = 0; b < 2; b++)
      CHECK_ARRAY(cheap[b], full[b], DD, 1e-13);
    CHECK_ARRAY(trace, want, 2, 1e-13);
    p.model.sigma2 = 0.7;
    p.model.hessian = p.H;
    CHECK_STATUS(sgdl_stationary(ctx, &p.model, NULL, NULL, NULL, only, NULL), SGDL_OK);
    p.model.rho = p.model.vectors = p.model.noise = NULL;
    CHECK_STATUS(sgdl_stationary(ctx, &p.model, cheap[0], cheap[1], cheap[2], trace, exists), SGDL_OK);
    for (int b = 0; b < 2; b++)
      CHECK_ARRAY(cheap[b], full[b], DD, 1e-12); /* K^{-1}: condition number about 1e3 */
    CHECK_ARRAY(trace, want, 2, 1e-12);
    CHECK_ARRAY(only, want, 2, 1e-13);
    for (int e = 0; e < DD; e++)
      CHECK_NEAR(cheap[2][e], 0, 0);
  }
}

/* The shortcut needs H + weight_decay I positive definite, unless the modes are at hand. */
static void test_shortcut_refused(sgdl_context *ctx)
{
  problem p;
  double P[DD], W[DD], diagonal[D], want[DD];
  make(ctx, SGDL_LANGEVIN, 6, 0, &p);
  for (int l = 0; l < D; l++)
    diagonal[l] = p.rho[l];
  p.model.noise = diagonal;
  p.model.noise_is_full = 0;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, want, NULL, NULL, NULL, NULL), SGDL_OK);
  p.model.sigma2 = 1;
  p.model.hessian = p.H;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, NULL, NULL, NULL, NULL), SGDL_OK);
  CHECK_ARRAY(P, want, DD, 1e-14);
  p.model.rho = p.model.vectors = p.model.noise = NULL;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, NULL, NULL, NULL), SGDL_FLAT);
  CHECK_TEXT(ctx->message, "expected a positive definite matrix where no eigendecomposition is made");
  p.H[0] -= 1;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, NULL, NULL, NULL), SGDL_SADDLE);
  p.model.hessian = NULL;
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, NULL, NULL, NULL), SGDL_UNSUPPORTED);
  CHECK_TEXT(ctx->message, "`model` was made with decompose = FALSE");
}

/* N < d: flat directions. Noiseless ones are no obstacle; noisy ones are left out, and counted. */
static void test_flat(sgdl_context *ctx)
{
  problem p;
  double P[DD], W[DD], R[DD], trace[2], U[4 * DD], Q[4 * DD];
  int exists[D];
  ptrdiff_t rank;
  make(ctx, SGDL_SGD, 6, 0, &p);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, trace, exists), SGDL_OK);
  CHECK(isinf(trace[0]) && isfinite(trace[1]));
  for (int l = 0; l < D; l++)
    CHECK_INT(exists[l], l < 6);
  for (int l = 6; l < D; l++) { /* P and R have no part in flat directions */
    double part = 0;
    for (int i = 0; i < D; i++)
      for (int j = 0; j < D; j++)
        part += p.V[i + l * D] * (P[i + j * D] + R[i + j * D]) * p.V[j + l * D];
    CHECK_NEAR(part, 0, 1e-13);
  }
  p.model.dynamics = SGDL_LANGEVIN;
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_FLAT);
  CHECK_TEXT(ctx->message, "3 of 9 modes are flat and noisy");

  memcpy(p.Sigma, p.H, sizeof p.H); /* noise ~ H: quiet flat directions */
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p.V, p.Sigma, p.noise), SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, trace, exists), SGDL_OK);
  CHECK(isfinite(trace[0]));
  for (int l = 0; l < D; l++)
    CHECK_INT(exists[l], 1);
  double effective[DD];
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, effective, &rank), SGDL_OK);
  CHECK_INT(rank, 12);
  for (int l = 6; l < D; l++)
    for (int i = 0; i < D; i++) { /* nothing moves theta along quiet flat directions: no valley to speak of */
      double row = 0;
      for (int j = 0; j < D; j++)
        row += effective[i + j * D] * p.V[j + l * D];
      CHECK_NEAR(row, 0, 1e-10 * effective[0]);
    }
  double density;
  CHECK_STATUS(sgdl_current(ctx, D, U, Q, 1, NULL, 1, U, NULL, NULL, &density), SGDL_UNSUPPORTED);

  p.rho[D - 1] = -0.1; /* a saddle */
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, trace, exists), SGDL_SADDLE);
  CHECK_TEXT(ctx->message, "1 of 9 modes have negative curvature (the worst -0.1)");
}

/* ---- modified loss ------------------------------------------------------------------------------------- */

static void test_fokker_planck(sgdl_context *ctx)
{
  problem p;
  double U[4 * DD], Q[4 * DD], A[4 * DD], DQ[4 * DD], DQU[4 * DD], noise[4 * DD];
  double effective[DD], P[DD];
  ptrdiff_t rank;
  make(ctx, SGDL_LANGEVIN, 16, 0.01, &p);
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, effective, &rank), SGDL_OK);
  CHECK_INT(rank, N2);
  CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, NULL, NULL, NULL, NULL), SGDL_OK);
  for (int i = 0; i < D; i++)
    for (int j = 0; j < D; j++) { /* the effective loss: kap cov(theta) times its Hessian is 1 */
      double sum = 0;
      for (int k = 0; k < D; k++)
        sum += 5 * 0.1 * 1.9 * P[i + k * D] * effective[k + j * D];
      CHECK_NEAR(sum, i == j, 1e-10);
    }
  dynamics_matrix(&p, A);
  noise_matrix(&p, 0, 0, 2 * 0.1 / (0.2 * 1.9), noise); /* D = c Sigma in the velocities */
  for (int e = 0; e < 4 * DD; e++)
    DQ[e] = Q[e] + noise[e];
  multiply(DQ, U, 0, DQU);
  CHECK_ARRAY(DQU, A, 4 * DD, 1e-11); /* U: condition number about 1e4 */
  for (int i = 0; i < N2; i++)
    for (int j = 0; j < N2; j++) {
      CHECK_NEAR(Q[i + j * N2], -Q[j + i * N2], 0);
      CHECK_NEAR(U[i + j * N2], U[j + i * N2], 0);
    }

  /* value, drift = -Q U z, density of a Gaussian with covariance U^{-1}/kap */
  enum { POINTS = 300 };
  uint64_t state = 3;
  static double points[POINTS * N2], phi[POINTS], drift[POINTS * N2], current[POINTS * N2], density[POINTS];
  double kap = 5 * 0.1 * 1.9;
  for (int e = 0; e < POINTS * N2; e++)
    points[e] = uniform(&state) / 10;
  CHECK_STATUS(sgdl_modified_loss_value(ctx, D, U, p.mu, POINTS, points, phi), SGDL_OK);
  CHECK_STATUS(sgdl_current(ctx, D, U, Q, kap, p.mu, POINTS, points, current, drift, density), SGDL_OK);
  for (int i = 0; i < POINTS; i += 77) {
    double Uz[N2], value = 0;
    for (int r = 0; r < N2; r++) {
      Uz[r] = 0;
      for (int c = 0; c < N2; c++)
        Uz[r] += U[r + c * N2] * (points[i + c * POINTS] - (c < D ? p.mu[c] : 0));
      value += Uz[r] * (points[i + r * POINTS] - (r < D ? p.mu[r] : 0)) / 2;
    }
    CHECK_CLOSE(phi[i], value, 1e-12);
    CHECK_CLOSE(density[i] - density[0], kap * (phi[0] - phi[i]), 1e-10);
    for (int r = 0; r < N2; r++) {
      double flow = 0, size = 0;
      for (int c = 0; c < N2; c++) {
        flow -= Q[r + c * N2] * Uz[c];
        size += fabs(Q[r + c * N2] * Uz[c]);
      }
      CHECK_NEAR(drift[i + r * POINTS], flow, 1e-12 * size);
      CHECK_NEAR(current[i + r * POINTS], flow * exp(density[i]), 1e-12 * size * exp(density[i]));
    }
  }
  /* one isotropic mode, where the density is known: variances 1/(kap U) */
  double U1[4] = { 4, 0, 0, 1 }, Q1[4] = { 0, 1, -1, 0 }, origin[2] = { 0, 0 }, log_density;
  CHECK_STATUS(sgdl_current(ctx, 1, U1, Q1, 2, NULL, 1, origin, NULL, NULL, &log_density), SGDL_OK);
  CHECK_CLOSE(log_density, log(2 * 2 / (2 * 3.14159265358979323846)), 1e-14);
  p.model.dynamics = SGDL_SGD;
  CHECK_STATUS(sgdl_modified_loss(ctx, &p.model, U, Q, NULL, &rank), SGDL_UNSUPPORTED);
}

/* ---- transient ----------------------------------------------------------------------------------------- */

/* C <- F C F' + noise, step by step, against the doubling; means too; every kind of covariance agrees. */
static void test_recursion(sgdl_context *ctx)
{
  static double P[3 * DD], W[3 * DD], R[3 * DD], C[4 * DD], F[4 * DD], FC[4 * DD], noise[4 * DD], got[4 * DD];
  static const double STEPS[3] = { 37, 0, 5 };
  problem p;
  double mean[3 * D], velocity[3 * D], z[N2], next[N2], diagonal[3 * D], trace[3];
  make(ctx, SGDL_SGD, 7, 0, &p); /* two flat, noisy directions */
  CHECK_STATUS(sgdl_transient(ctx, &p.model, 3, STEPS, p.theta0, p.v0, SGDL_COV_FULL, mean, velocity, P, W,
                              R), SGDL_OK);
  dynamics_matrix(&p, F);
  noise_matrix(&p, 0.2 * 0.2 / 5, 0.2 / 5, 1.0 / 5, noise);
  memset(C, 0, sizeof C);
  for (int i = 0; i < D; i++) {
    z[i] = p.theta0[i] - p.mu[i];
    z[i + D] = p.v0[i];
  }
  for (int k = 0; k <= 37; k++) {
    for (int s = 0; s < 3; s++)
      if (STEPS[s] == k) {
        covariance(P + s * DD, W + s * DD, R + s * DD, got);
        CHECK_ARRAY(got, C, 4 * DD, 1e-13);
        for (int i = 0; i < D; i++) {
          CHECK_NEAR(mean[i + s * D], p.mu[i] + z[i], 1e-13);
          CHECK_NEAR(velocity[i + s * D], z[i + D], 1e-13);
        }
      }
    multiply(F, C, 0, FC);
    multiply(FC, F, 1, C);
    for (int e = 0; e < 4 * DD; e++)
      C[e] += noise[e];
    for (int i = 0; i < N2; i++) {
      next[i] = 0;
      for (int j = 0; j < N2; j++)
        next[i] += F[i + j * N2] * z[j];
    }
    memcpy(z, next, sizeof z);
  }
  CHECK_STATUS(sgdl_transient(ctx, &p.model, 3, STEPS, p.theta0, p.v0, SGDL_COV_DIAGONAL, NULL, NULL,
                              diagonal, NULL, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_transient(ctx, &p.model, 3, STEPS, p.theta0, p.v0, SGDL_COV_TRACE, NULL, NULL, trace,
                              NULL, NULL), SGDL_OK);
  for (int s = 0; s < 3; s++) {
    double sum = 0;
    for (int i = 0; i < D; i++) {
      CHECK_NEAR(diagonal[i + s * D], P[i + i * D + s * DD], 1e-14);
      sum += diagonal[i + s * D];
    }
    CHECK_NEAR(trace[s], sum, 1e-13);
  }
  for (int e = 0; e < DD; e++)
    P[e] = e % (D + 1) == 0 ? 1 : 0;
  CHECK_STATUS(sgdl_transient(ctx, &p.model, 3, STEPS, p.theta0, p.v0, SGDL_COV_NONE, mean, NULL, NULL, NULL,
                              NULL), SGDL_OK);
}

/* Far along, the transient is the stationary state. */
static void test_meets_stationary(sgdl_context *ctx)
{
  static double P[DD], W[DD], R[DD], got[4 * DD], want[4 * DD];
  double far = 1e7;
  for (int dynamics = 0; dynamics < 2; dynamics++) {
    problem p;
    make(ctx, dynamics, 16, 0.01, &p);
    CHECK_STATUS(sgdl_stationary(ctx, &p.model, P, W, R, NULL, NULL), SGDL_OK);
    covariance(P, W, R, want);
    CHECK_STATUS(sgdl_transient(ctx, &p.model, 1, &far, p.theta0, NULL, SGDL_COV_FULL, NULL, NULL, P, W, R),
                 SGDL_OK);
    covariance(P, W, R, got);
    CHECK_ARRAY(got, want, 4 * DD, 1e-13);
  }
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_lyapunov(&ctx);
  test_stein(&ctx);
  test_shortcut(&ctx);
  test_shortcut_refused(&ctx);
  test_flat(&ctx);
  test_fokker_planck(&ctx);
  test_recursion(&ctx);
  test_meets_stationary(&ctx);
  return check_report();
}
