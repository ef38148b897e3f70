/* Maps of a mode against quadruple precision: every regime, both sides of every branch, slow and fast,
 * one step and a million. */
#include "../../src/core/model/noise_msd.h"
#include "oracle.h"

#include "check.h"

#include <float.h>
#include <stdlib.h>

static const double MOMENTA[] = { 0, 0.5, 0.9, 0.99, 0.9999, -0.3, -0.9 };
enum { N_MOMENTA = sizeof MOMENTA / sizeof *MOMENTA };
static const double STEPS[] = { 1, 2, 3, 4, 7, 50, 51, 1000, 12345, 1e6 };
enum { N_STEPS = sizeof STEPS / sizeof *STEPS };
static const double PARTS[] = { 1e-3, 0.3, 2.5, 17.25 }; /* of a step, Langevin only */
enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

/* Squared difference of the roots, in units of steps: what tells the damping regimes apart. */
static double discriminant(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  matrix G = oracle_generator(dynamics, h, kappa);
  quad trace = G.a + G.d, det = G.a * G.d - G.b * G.c;
  return (double)(trace * trace - 4 * det);
}

/* 1e-12, and the conditioning of a phase (or of the split of two near roots) after k steps: rounding
 * eta kappa moves the discriminant by about eps (1 + eta kappa) eta kappa. */
static double tolerance_at(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  double u = fabs(h->lr * kappa), moved = 16 * oracle_epsilon() * u * (1 + u);
  double gap = sqrt(fabs(discriminant(dynamics, h, kappa)));
  double root = h->momentum == 0 ? k * oracle_epsilon() * u / fabs(1 - u) : 0; /* 1 - u, the only root */
  return 1e-12 + 8 * k * oracle_epsilon() + fmin(k * moved / gap, k * k * moved) + root;
}

/* Every third momentum, at most 1000 steps: for valgrind. */
static int skip(int momentum, double k)
{
  return getenv("SGDL_TEST_SHORT") != NULL && (momentum % 3 != 2 || k > 1000);
}

/* ---- the grid of curvatures --------------------------------------------------------------------- */

enum { ROOM = 64 };

static int around(double boundary, double *u, int n)
{
  static const double OFFSETS[] = { 0, 1e-15, 1e-12, 1e-8, 1e-4, 0.1 };
  for (int i = 0; i < (int)(sizeof OFFSETS / sizeof *OFFSETS); i++) {
    u[n++] = boundary * (1 + OFFSETS[i]);
    u[n++] = boundary * (1 - OFFSETS[i]);
  }
  return n;
}

/* eta kappa from 1e-16 to the stability limit, dense at every change of regime and of formula */
static int curvatures(sgdl_dynamics dynamics, double beta, double *u)
{
  int n = 0;
  double limit = 2 * (1 + beta);
  for (double x = 1e-16; x < 1; x *= 100)
    u[n++] = x;
  if (dynamics == SGDL_LANGEVIN) {
    n = around((1 - beta) * (1 - beta) / limit, u, n);
  } else if (beta >= 0) {
    double high = 1 + sqrt(beta);
    if (beta > 0)
      n = around((1 - beta) * (1 - beta) / (high * high), u, n);
    n = around(high * high, u, n);
  }
  n = around(1 + beta, u, n); /* p = 0 */
  u[n++] = limit * 0.3;
  u[n++] = limit * (1 - 1e-3);
  u[n++] = limit * (1 - 1e-6);
  int kept = 0;
  for (int i = 0; i < n; i++)
    if (u[i] > 0 && u[i] < limit)
      u[kept++] = u[i];
  return kept;
}

/* ---- comparison ------------------------------------------------------------------------------------ */

static void against(double got, quad want, double scale, double tolerance, const char *what,
                    sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  double error = fabs((double)(got - want));
  if (scale < 1e-290)
    return;
  if (!check_count(error <= tolerance * scale, __FILE__, __LINE__, what))
    printf("  %s beta %g, eta kappa %.17g, k %g: %.17g, expected %.17g (error %.2g of %.3g)\n",
           dynamics == SGDL_SGD ? "sgd" : "langevin", h->momentum, h->lr * kappa, k, got, (double)want,
           error / scale, scale);
}

static void check_maps(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  double E[4], M[4], tolerance = tolerance_at(dynamics, h, kappa, k);
  matrix change, exact = oracle_map(dynamics, h, kappa, k, &change);
  matrix G = oracle_generator(dynamics, h, kappa);
  sgdl_regime regime = sgdl_mode_regime(dynamics, h, kappa);
  sgdl_mode_map(dynamics, h, kappa, k, E);
  sgdl_mode_map_minus_identity(dynamics, h, kappa, k, M);

  /* Real positive roots: every element to its own size (E22 changes sign once: to the size of its
   * parts). Oscillations, and roots near 0: to the size of the map in the energy norm. */
  quad want[4] = { exact.a, exact.c, exact.b, exact.d };
  quad wantM[4] = { change.a, change.c, change.b, change.d };
  double unit[4] = { 1, 1 / h->lr, h->lr, 1 }, w = sqrt(fabs((double)G.c)), size = 0, scale[4], scaleM[4];
  double energy[4] = { 1, 1 / w, w, 1 };
  for (int e = 0; e < 4; e++)
    size = fmax(size, fabs((double)want[e]) * energy[e]);
  for (int e = 0; e < 4; e++) {
    int as_a_whole = regime == SGDL_UNDERDAMPED || regime == SGDL_ALTERNATING || regime == SGDL_CRITICAL
                     || h->momentum < 0 || (h->momentum == 0 && h->lr * kappa > 0.5);
    scale[e] = as_a_whole ? size / energy[e] : fabs((double)want[e]);
    scaleM[e] = e == 1 || e == 2 ? scale[e] : fmax(fabs((double)wantM[e]), k > 1 ? scale[e] * 1e-3 : 0);
  }
  scale[3] = fmax(scale[3], fabs((double)want[1]));
  for (int e = 0; e < 4; e++) {
    against(E[e] / unit[e], want[e], scale[e], tolerance, "map", dynamics, h, kappa, k);
    against(M[e] / unit[e], wantM[e], scaleM[e], tolerance, "map - 1", dynamics, h, kappa, k);
  }
}

/* psi = P (1 - E11) - E12 R with the stationary values of section 2 or 4 in quadruple precision */
static void check_msd(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k)
{
  quad u = (quad)h->lr * kappa, beta = h->momentum, eta = h->lr;
  matrix M;
  oracle_map(dynamics, h, kappa, k, &M);
  quad P = eta * eta / (2 * (1 - beta) * u), cross = 0;
  if (dynamics == SGDL_SGD) {
    P = eta * eta * (1 + beta) / ((1 - beta) * u * (2 * (1 + beta) - u));
    cross = P * u / (1 + beta);
  }
  quad psi = -M.a * P - M.b * cross;
  double margin = 1 - (double)u / (2 * (1 + h->momentum)); /* conditioning of 1/(2(1+beta) - u) */
  double tolerance = tolerance_at(dynamics, h, kappa, k);
  if (dynamics == SGDL_SGD)
    tolerance += 4 * oracle_epsilon() / margin;
  against(sgdl_mode_half_msd(dynamics, h, kappa, k), psi, (double)psi, tolerance, "half MSD",
          dynamics, h, kappa, k);
}

static void check_pair(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j)
{
  double c[4];
  matrix want = oracle_pair(dynamics, h, kappa_i, kappa_j, 1);
  sgdl_pair_one_step(dynamics, h, kappa_i, kappa_j, c);
  quad exact[4] = { want.a, want.c / h->lr, want.b / h->lr, want.d / h->lr / h->lr };
  for (int e = 0; e < 4; e++)
    against(c[e], exact[e], fabs((double)exact[e]), 1e-12, "pair over one step", dynamics, h, kappa_i, 1);
}

static void test_grid(void)
{
  sgdl_hyper h = { .lr = 0.1, .batch_size = 1 };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int b = 0; b < N_MOMENTA; b++) {
      double u[ROOM];
      h.momentum = MOMENTA[b];
      int n = curvatures(dynamics, MOMENTA[b], u);
      for (int i = 0; i < n; i++) {
        double kappa = u[i] / h.lr;
        for (int s = 0; s < N_STEPS + (dynamics == SGDL_LANGEVIN ? N_PARTS : 0); s++) {
          double k = s < N_STEPS ? STEPS[s] : PARTS[s - N_STEPS];
          if (skip(b, k))
            continue;
          check_maps(dynamics, &h, kappa, k);
          check_msd(dynamics, &h, kappa, k);
        }
        for (int j = 0; j < n && !skip(b, 1); j += 7)
          check_pair(dynamics, &h, kappa, u[j] / h.lr);
      }
    }
}

/* The series for short times gives way to closed forms at rate * k = 1/2: both sides of it. */
static void test_short_times(void)
{
  static const double U[] = { 1e-14, 1e-8, 1e-4, 0.01, 1, 3 };
  sgdl_hyper h = { .lr = 0.1, .batch_size = 1 };
  for (int b = 0; b < N_MOMENTA; b++)
    for (int i = 0; i < 6; i++)
      for (int side = -1; side <= 1; side += 2) {
        h.momentum = MOMENTA[b];
        if (U[i] >= 2 * (1 + h.momentum))
          continue;
        matrix G = oracle_generator(SGDL_LANGEVIN, &h, U[i] / h.lr);
        double rate = fmax(fabs((double)G.d), sqrt(fabs((double)G.c)));
        check_maps(SGDL_LANGEVIN, &h, U[i] / h.lr, 0.5 / rate * (1 + side * 1e-9));
        check_msd(SGDL_LANGEVIN, &h, U[i] / h.lr, 0.5 / rate * (1 + side * 1e-9));
        double k = 3 + 1000 * (i % 3), u = 0.25 / (k * k) * (1 + side * 1e-9); /* sqrt(u) k = 1/2 */
        h.momentum = 1 - 1e-4; /* (1-beta) k <= 1/2 up to k = 5000 */
        check_maps(SGDL_SGD, &h, u / h.lr, k);
        check_msd(SGDL_SGD, &h, u / h.lr, k);
        check_maps(SGDL_SGD, &h, 1e-9 / h.lr, 5000 + side);
      }
}

/* ---- flat modes and saddles ---------------------------------------------------------------------- */

/* kappa = 0 in closed form: W = eta^2/(1-beta^2) in these units */
static void test_flat(void)
{
  sgdl_hyper h = { .lr = 0.1, .batch_size = 1 };
  for (int b = 0; b < N_MOMENTA; b++)
    for (int s = 0; s < N_STEPS && !skip(b, STEPS[s]); s++) {
      quad beta = h.momentum = MOMENTA[b], eta = h.lr, k = STEPS[s], W = eta * eta / (1 - beta * beta);
      matrix change, E = oracle_map(SGDL_LANGEVIN, &h, 0, STEPS[s], &change);
      quad c = 2 * (1 - beta) / (1 + beta), settled = E.b; /* (1 - exp(-ck))/c */
      quad langevin = W * (k / c - settled / c), sgd = 0, memory = 1;
      for (double j = 0; j < STEPS[s]; j++) { /* k + 2 sum (k-j) beta^j */
        sgd += (k - j) * memory * (j > 0 ? 2 : 1);
        memory *= beta;
      }
      sgd *= W / 2;
      if (c * k > 1e-3) /* else the closed form cancels, even here */
        against(sgdl_mode_half_msd(SGDL_LANGEVIN, &h, 0, STEPS[s]), langevin, (double)langevin, 1e-12,
                "flat half MSD", SGDL_LANGEVIN, &h, 0, STEPS[s]);
      against(sgdl_mode_half_msd(SGDL_SGD, &h, 0, STEPS[s]), sgd, (double)sgd, 1e-12, "flat half MSD",
              SGDL_SGD, &h, 0, STEPS[s]);
      sgdl_noise white = { .scale = 1 };
      sgdl_noise_msd flat;
      double slope, step = 1e-4 * STEPS[s];
      sgdl_noise_msd_begin(&white, SGDL_LANGEVIN, &h, 0, &flat);
      CHECK_CLOSE(sgdl_noise_msd_half_slope(&flat, STEPS[s], &slope), sgdl_mode_half_msd(SGDL_LANGEVIN, &h, 0, STEPS[s]),
                  1e-15);
      double centred = (sgdl_mode_half_msd(SGDL_LANGEVIN, &h, 0, STEPS[s] + step)
                        - sgdl_mode_half_msd(SGDL_LANGEVIN, &h, 0, STEPS[s] - step)) / (2 * step);
      CHECK_CLOSE(slope, centred, 1e-7);
      CHECK(isnan(sgdl_mode_half_msd(SGDL_LANGEVIN, &h, -1, 1)));
    }
}

static void test_saddle(void)
{
  static const double U[] = { -1e-12, -1e-6, -0.01, -0.3, -5 };
  sgdl_hyper h = { .lr = 0.1, .batch_size = 1 };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int b = 0; b < N_MOMENTA; b++)
      for (int i = 0; i < 5; i++)
        for (double k = 1; k < 60; k += 7) {
          h.momentum = MOMENTA[b];
          check_maps(dynamics, &h, U[i] / h.lr, k);
        }
}

/* ---- stationary pairs ------------------------------------------------------------------------------ */

/* Residual of A B + B A' = 2 D (Langevin) or C = F C F' + G G' (SGD) over the size of its terms. */
static void test_stationary_pairs(void)
{
  sgdl_hyper h = { .lr = 0.1, .batch_size = 1 };
  double worst = 0;
  for (int b = 0; b < N_MOMENTA; b++) {
    double u[ROOM], beta = h.momentum = MOMENTA[b];
    int n = curvatures(SGDL_SGD, beta, u);
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double c[4], ki = u[i] / h.lr, kj = u[j] / h.lr, a = 2 / (h.lr * (1 + beta)), drag = a * (1 - beta);
        sgdl_pair_stationary(SGDL_LANGEVIN, &h, ki, kj, c);
        double terms[3] = { c[1] + c[2], a * kj * c[0] + drag * c[2] - c[3],
                            a * ki * c[2] + a * kj * c[1] + 2 * drag * c[3] - a * a * h.lr };
        double sizes[3] = { fabs(c[1]), a * kj * c[0] + drag * fabs(c[2]) + c[3],
                            a * (ki + kj) * fabs(c[2]) + a * a * h.lr };
        for (int e = 0; e < 3; e++)
          worst = fmax(worst, fabs(terms[e]) / fmax(sizes[e], DBL_MIN));

        matrix Fi = oracle_generator(SGDL_SGD, &h, ki), Fj = oracle_generator(SGDL_SGD, &h, kj), C, moved;
        sgdl_pair_stationary(SGDL_SGD, &h, ki, kj, c);
        Fi.a += 1, Fi.d += 1, Fj.a += 1, Fj.d += 1;
        C = (matrix){ c[0], c[2] * h.lr, c[1] * h.lr, c[3] * h.lr * h.lr };
        moved = oracle_multiply(oracle_multiply(Fi, C), (matrix){ Fj.a, Fj.c, Fj.b, Fj.d });
        double eta2 = h.lr * h.lr, size = fabs((double)C.a) + fabs((double)C.b) + fabs((double)C.d) + eta2;
        worst = fmax(worst, fabs((double)(moved.a + eta2 - C.a)) / size);
        worst = fmax(worst, fabs((double)(moved.b + eta2 - C.b)) / size);
        worst = fmax(worst, fabs((double)(moved.d + eta2 - C.d)) / size);
      }
  }
  CHECK_NEAR(worst, 0, 1e-14);

  double c[4]; /* both flat: positions diffuse, the rest settles */
  h.momentum = 0.9;
  sgdl_pair_stationary(SGDL_SGD, &h, 0, 0, c);
  CHECK(isinf(c[0]));
  CHECK_CLOSE(c[3], 1 / 0.19, 1e-15);
  CHECK_CLOSE(c[2], h.lr / 0.1 / 0.19, 1e-14);
}

/* ---- labels ------------------------------------------------------------------------------------------ */

static void test_labels(void)
{
  sgdl_hyper h = { .lr = 0.1, .momentum = 0.81, .batch_size = 1 };
  double low = 0.01 / h.lr, high = 3.61 / h.lr, langevin = 0.19 * 0.19 / (2 * 1.81) / h.lr;
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, 0), SGDL_FLAT_MODE);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, -1), SGDL_SADDLE_MODE);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, low * 0.999), SGDL_OVERDAMPED);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, low), SGDL_CRITICAL);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, low * 1.001), SGDL_UNDERDAMPED);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, high * 0.999), SGDL_UNDERDAMPED);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, high), SGDL_CRITICAL);
  CHECK_INT(sgdl_mode_regime(SGDL_SGD, &h, high * 1.001), SGDL_ALTERNATING);
  CHECK_INT(sgdl_mode_regime(SGDL_LANGEVIN, &h, langevin * 0.999), SGDL_OVERDAMPED);
  CHECK_INT(sgdl_mode_regime(SGDL_LANGEVIN, &h, langevin), SGDL_CRITICAL);
  CHECK_INT(sgdl_mode_regime(SGDL_LANGEVIN, &h, high), SGDL_UNDERDAMPED);

  CHECK_CLOSE(sgdl_mode_critical_momentum(SGDL_SGD, &h, low), 0.81, 1e-14);
  CHECK_CLOSE(sgdl_mode_critical_momentum(SGDL_SGD, &h, high), 0.81, 1e-14);
  CHECK_CLOSE(sgdl_mode_critical_momentum(SGDL_LANGEVIN, &h, langevin), 0.81, 1e-14);
  CHECK(isnan(sgdl_mode_critical_momentum(SGDL_SGD, &h, 0)));
  CHECK(isinf(sgdl_mode_period(SGDL_SGD, &h, low * 0.9)));
  CHECK_NEAR(sgdl_mode_period(SGDL_SGD, &h, high * 1.01), 2, 0);
  CHECK_CLOSE(sgdl_mode_period(SGDL_SGD, &h, 1.81 / h.lr), 4.0, 1e-14); /* p = 0 */

  /* E12 returns to zero after half a period; gamma is the decay of the envelope. */
  double kappa = 0.4 / h.lr, period = sgdl_mode_period(SGDL_LANGEVIN, &h, kappa), E[4], half[4];
  sgdl_mode_map(SGDL_LANGEVIN, &h, kappa, period, E);
  sgdl_mode_map(SGDL_LANGEVIN, &h, kappa, period / 2, half);
  CHECK_NEAR(half[2], 0, 1e-15);
  CHECK_CLOSE(E[0], exp(-sgdl_mode_gamma(SGDL_LANGEVIN, &h, kappa) * h.lr * period), 1e-13);
  CHECK_CLOSE(sgdl_mode_omega(SGDL_LANGEVIN, &h, kappa), sqrt(2 * kappa / (h.lr * 1.81)), 1e-14);
  /* The discrete mode tends to the Langevin one as lr kappa and 1 - momentum go to zero. */
  h.momentum = 0.9999;
  kappa = 1e-6 / h.lr;
  CHECK_CLOSE(sgdl_mode_omega(SGDL_SGD, &h, kappa), sgdl_mode_omega(SGDL_LANGEVIN, &h, kappa), 1e-4);
  CHECK_CLOSE(sgdl_mode_gamma(SGDL_SGD, &h, kappa), sgdl_mode_gamma(SGDL_LANGEVIN, &h, kappa), 1e-4);
  kappa = 1e-9 / h.lr;
  CHECK_CLOSE(sgdl_mode_omega(SGDL_SGD, &h, kappa), sgdl_mode_omega(SGDL_LANGEVIN, &h, kappa), 1e-4);
}

int main(void)
{
  test_grid();
  test_short_times();
  test_flat();
  test_saddle();
  test_stationary_pairs();
  test_labels();
  return check_report();
}
