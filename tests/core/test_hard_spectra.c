/* Stationary state, transients and displacement of hard spectra, through the public functions on a model of
 * eigenvalues alone, against sums and fixed points in quadruple precision: 1e-10 relative in each mode. */
#include "oracle.h"

#include "check.h"

#include <float.h>
#include <stdlib.h>

#ifndef __SIZEOF_FLOAT128__
int main(void)
{
  return check_report();
}
#else

enum { D = 24 };
/* 1e-10; ten times that where long double is plain double (valgrind, other machines). */
static double tolerance(void)
{
  return oracle_epsilon() < 1e-18 ? 1e-10 : 1e-9;
}
static const double STEPS[] = { 1, 2, 17, 18, 1000, 30001, 1e6 };
enum { N = sizeof STEPS / sizeof *STEPS };

static double rho[D], noise[D];

static int descending(const void *x, const void *y)
{
  double a = *(const double *)x, b = *(const double *)y;
  return (a < b) - (a > b);
}

/* ---- the oracle --------------------------------------------------------------------------------------- */

static quad absolute(quad x)
{
  return x < 0 ? -x : x;
}

/* Solves the 3 x 3 system A x = b by elimination with pivots. */
static void solve3(quad A[3][3], quad b[3], quad x[3])
{
  for (int k = 0; k < 3; k++) {
    int pivot = k;
    for (int i = k + 1; i < 3; i++)
      if (absolute(A[i][k]) > absolute(A[pivot][k]))
        pivot = i;
    for (int j = 0; j < 3; j++) {
      quad t = A[k][j];
      A[k][j] = A[pivot][j];
      A[pivot][j] = t;
    }
    quad t = b[k];
    b[k] = b[pivot];
    b[pivot] = t;
    for (int i = k + 1; i < 3; i++) {
      quad f = A[i][k] / A[k][k];
      for (int j = k; j < 3; j++)
        A[i][j] -= f * A[k][j];
      b[i] -= f * b[k];
    }
  }
  for (int k = 2; k >= 0; k--) {
    x[k] = b[k];
    for (int j = k + 1; j < 3; j++)
      x[k] -= A[k][j] * x[j];
    x[k] /= A[k][k];
  }
}

/* Stationary (P, R, W) of one mode under unit white noise in units of (theta, eta v): the fixed point of
 * C = F C F' + eta^2 (1,1)(1,1)', or of G C + C G' + q e2 e2' = 0, as a linear system. */
static void stationary(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, quad out[3])
{
  matrix g = oracle_generator(dynamics, h, kappa);
  quad eta = h->lr, a = g.a, b = g.b, c = g.c, d = g.d;
  quad A[3][3] = { { 2 * a, 2 * b, 0 }, { c, a + d, b }, { 0, 2 * c, 2 * d } }, source[3] = { 0, 0, 0 };
  if (dynamics == SGDL_SGD) { /* (I+G) C (I+G)' - C = G C + C G' + G C G' */
    quad second[3][3] = { { a * a, 2 * a * b, b * b },
                          { a * c, a * d + b * c, b * d },
                          { c * c, 2 * c * d, d * d } };
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++)
        A[i][j] += second[i][j];
      source[i] = -eta * eta;
    }
  } else {
    quad kick = 2 * eta / (1 + (quad)h->momentum);
    source[2] = -kick * kick;
  }
  solve3(A, source, out);
}

static matrix add_moved(matrix C, matrix E, matrix moved)
{
  matrix T = { E.a, E.c, E.b, E.d }, M = oracle_multiply(oracle_multiply(E, moved), T);
  return (matrix){ C.a + M.a, C.b + M.b, C.c + M.c, C.d + M.d };
}

/* oracle_pair for one mode; under SGD by doubling from the highest bit of k, 10^6 steps being many to sum. */
static matrix accumulated(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  if (dynamics == SGDL_LANGEVIN)
    return oracle_pair(dynamics, h, kappa, kappa, k);
  matrix one = oracle_pair(dynamics, h, kappa, kappa, 1), C = one, change;
  double done = 1;
  for (double bit = exp2(floor(log2(k))) / 2; bit >= 1; bit /= 2) {
    C = add_moved(C, oracle_map(dynamics, h, kappa, done, &change), C);
    done *= 2;
    if (fmod(floor(k / bit), 2) == 1) {
      C = add_moved(one, oracle_map(dynamics, h, kappa, 1, &change), C);
      done++;
    }
  }
  return C;
}

/* ---- the comparison ------------------------------------------------------------------------------------ */

static void agree(double value, quad expected, quad scale, const char *what, const sgdl_model *m, ptrdiff_t l,
                  double k)
{
  double error = (double)(absolute((quad)value - expected) / scale);
  if (!check_count(error <= tolerance(), __FILE__, __LINE__, what))
    printf("  dynamics %d, beta %.17g, eta kappa %.17g, step %g: %.17g against %.17g, error %.2g\n",
           m->dynamics, m->hyper.momentum, m->hyper.lr * m->rho[l], k, value, (double)expected, error);
}

static void check_stationary(sgdl_context *ctx, const sgdl_model *m)
{
  static double P[D * D], W[D * D], R[D * D];
  double trace[2];
  int exists[D];
  sgdl_status status = sgdl_stationary(ctx, m, P, W, R, trace, exists);
  if (m->rho[D - 1] < 0) {
    CHECK_INT(status, SGDL_SADDLE);
    return;
  }
  CHECK_INT(status, SGDL_OK);
  for (ptrdiff_t l = 0; l < D; l++) {
    quad c[3], s = (quad)noise[l] / m->hyper.batch_size, eta = m->hyper.lr;
    CHECK_INT(exists[l], rho[l] > 0 || noise[l] == 0);
    if (rho[l] == 0 || noise[l] == 0)
      continue;
    stationary(m->dynamics, &m->hyper, rho[l], c);
    agree(P[l + l * D], c[0] * s, c[0] * s, "P", m, l, INFINITY);
    agree(W[l + l * D], c[2] * s / eta / eta, c[2] * s / eta / eta, "W", m, l, INFINITY);
    if (m->dynamics == SGDL_SGD)
      agree(R[l + l * D], c[1] * s / eta, c[1] * s / eta, "R", m, l, INFINITY);
  }
}

/* Variances from a point, against the sum of squares. */
static void check_transient(sgdl_context *ctx, const sgdl_model *m, int n)
{
  static double mean[D * N], theta[D * N], velocity[D * N], theta0[D], v0[D];
  for (int l = 0; l < D; l++) {
    theta0[l] = 1 - l % 3;
    v0[l] = 0.1 * (l % 2);
  }
  CHECK_STATUS(sgdl_transient(ctx, m, n, STEPS, theta0, v0, SGDL_COV_DIAGONAL, mean, NULL, theta, velocity,
                              NULL), SGDL_OK);
  quad rounded = 1e10 * oracle_epsilon(); /* of a map that all but vanishes, 1 - eta kappa say */
  for (int i = 0; i < n; i++)
    for (ptrdiff_t l = 0; l < D; l++) {
      quad eta = m->hyper.lr, s = (quad)noise[l] / m->hyper.batch_size;
      matrix change, E = oracle_map(m->dynamics, &m->hyper, rho[l], STEPS[i], &change);
      matrix C = accumulated(m->dynamics, &m->hyper, rho[l], STEPS[i]);
      quad x = E.a * theta0[l], v = E.b * eta * v0[l];
      if (absolute(x) + absolute(v) > (quad)1e-290)
        agree(mean[l + i * D], x + v,
              absolute(x) + absolute(v) + rounded * (absolute((quad)theta0[l]) + eta * v0[l]), "mean", m, l,
              STEPS[i]);
      if (noise[l] == 0)
        continue;
      agree(theta[l + i * D], C.a * s, C.a * s, "var theta", m, l, STEPS[i]);
      agree(velocity[l + i * D], C.d * s / eta / eta, C.d * s / eta / eta, "var v", m, l, STEPS[i]);
    }
}

/* 2 (P - [E C]_11) with C stationary; where that loses more than 14 of quad's digits nothing is said. */
static void check_msd(sgdl_context *ctx, const sgdl_model *m)
{
  double msd[N], terms[N * D];
  if (m->rho[D - 1] < 0)
    return;
  CHECK_STATUS(sgdl_msd_theory(ctx, m, N, STEPS, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL, msd,
                               NULL, terms),
               SGDL_OK);
  for (int i = 0; i < N; i++)
    for (ptrdiff_t l = 0; l < D; l++) {
      quad c[3], s = (quad)noise[l] / m->hyper.batch_size;
      matrix change;
      if (rho[l] == 0 || noise[l] == 0)
        continue;
      oracle_map(m->dynamics, &m->hyper, rho[l], STEPS[i], &change);
      stationary(m->dynamics, &m->hyper, rho[l], c);
      quad fallen = -(change.a * c[0] + change.b * c[1]);
      if (fallen > (quad)1e-19 * c[0])
        agree(terms[i + l * N], 2 * s * fallen, 2 * s * fallen, "displacement", m, l, STEPS[i]);
    }
}

static void check_all(sgdl_context *ctx, sgdl_hyper h, double limit)
{
  qsort(rho, D, sizeof *rho, descending);
  for (int dynamics = 0; dynamics < 2; dynamics++) {
    sgdl_model m = { .dim = D, .hyper = h, .dynamics = dynamics, .rho = rho, .noise = noise, .sigma2 = -1 };
    if (dynamics == SGDL_SGD && !(h.lr * rho[0] < limit))
      continue;
    check_stationary(ctx, &m);
    /* a saddle outgrows doubles, and quads, after long times */
    check_transient(ctx, &m, rho[D - 1] < 0 ? 4 : N);
    check_msd(ctx, &m);
  }
}

/* ---- the spectra --------------------------------------------------------------------------------------- */

static const double MOMENTUM[] = { 0, 0.5, 0.9, 0.9999, -0.3, -0.9 };
enum { N_MOMENTUM = sizeof MOMENTUM / sizeof *MOMENTUM };

static void set_noise(void)
{
  for (int l = 0; l < D; l++)
    noise[l] = l % 5 == 4 ? 0 : pow(10, l % 3 - 1);
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  for (int b = 0; b < N_MOMENTUM; b++) {
    double beta = MOMENTUM[b], limit = 2 * (1 + beta);
    sgdl_hyper h = { 0.1, beta, 0, 3 };

    /* sixteen decades up to 99.9% of the limit, the end flat and noisy, or flat and quiet */
    for (int quiet = 0; quiet < 2; quiet++) {
      set_noise();
      for (int l = 0; l < D - 1; l++)
        rho[l] = 0.999 * limit / h.lr * pow(10, -16.0 * l / (D - 2));
      rho[D - 1] = 0;
      noise[D - 1] = !quiet;
      check_all(&ctx, h, limit);
    }

    /* critical damping from both sides, 1e-2 to 1e-16 relative: SGD's, and Langevin's */
    set_noise();
    for (int l = 0; l < D; l++) {
      double apart = (l % 2 ? 1 : -1) * pow(10, -2 - 14.0 * (l / 2) / (D / 2 - 1));
      double sgd = pow(beta > 0 ? 1 - sqrt(beta) : 1, 2), langevin = (1 - beta) * (1 - beta) / limit;
      rho[l] = (l % 4 < 2 ? sgd : langevin) / h.lr * (1 + apart);
    }
    check_all(&ctx, h, limit);

    /* saddles beside modes at the limit */
    set_noise();
    for (int l = 0; l < D; l++)
      rho[l] = (l < 12 ? 0.999 * limit * pow(10, -l) : -1e-3 * pow(10, (12 - l) / 2.0)) / h.lr;
    check_all(&ctx, h, limit);
  }
  return check_report();
}

#endif
