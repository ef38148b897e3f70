/* Sampling by epochs at a given phase and in closed form, against quadruple precision sums written out step by
 * step: flat, slow, critical and stiff modes, momentum from -0.9 to 0.9999, epochs to 100,000 steps. */
#include "../../src/core/model/accumulation.h"
#include "../../src/core/model/noise_msd.h"

#include "check.h"
#include "oracle.h"

#include <stdlib.h>

static const double LR = 0.1;

static const double MOMENTA[] = { 0, 0.5, 0.9, 0.9999, -0.5, -0.9 };
enum { N_MOMENTA = sizeof MOMENTA / sizeof *MOMENTA, N_CURVATURES = 9 };

/* From flat to 99.9% of the stability limit, both sides of critical damping. */
static double curvature(double beta, int which)
{
  double low = beta > 0 ? pow(1 - sqrt(beta), 2) : 0.3 * (1 + beta);
  const double u[N_CURVATURES] = { 0, 1e-16, 1e-11, 1e-6, low * (1 - 1e-9), low * (1 + 1e-9),
                                   0.01 * (1 + beta), 1 + beta, 0.999 * 2 * (1 + beta) };
  return u[which] / LR;
}

/* N examples in batches of S; remainder kept or dropped. */
static sgdl_noise scheme(ptrdiff_t N, int S, int drop_last, sgdl_hyper *h)
{
  sgdl_noise noise;
  h->batch_size = S;
  sgdl_model model = { .dim = 1, .hyper = *h, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH, .n_examples = N,
                       .drop_last = drop_last };
  sgdl_noise_scheme(&model, &noise);
  return noise;
}

/* ---- displacement --------------------------------------------------------------------------------- */

/* psi(j), j = 0..n-1, per unit white noise, by the recursion of the response */
static void half_msd(const sgdl_hyper *h, double kappa, long n, quad *psi)
{
  quad eta = h->lr, beta = h->momentum, u = eta * kappa, s = 0, change = 1, T = 0;
  quad amplitude = eta * eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - u));
  for (long j = 0; j < n; j++) {
    psi[j] = amplitude * (T + s / (1 + beta));
    T += s;
    s += change;
    change = beta * change - u * s;
  }
}

static double worst_displacement(const sgdl_hyper *h, const sgdl_noise *noise, double kappa, int n_lags,
                                 const long *lags, const quad *psi)
{
  long M = noise->steps;
  double worst = 0;
  for (int l = 0; l < n_lags; l++) {
    long k = lags[l];
    quad sum = (quad)noise->excess * psi[k];
    for (long m = 1; m < M; m++)
      sum += (quad)(M - m) / M * (2 * psi[m] + 2 * psi[k] - psi[labs(k - m)] - psi[k + m]);
    sum /= (quad)(noise->N - 1);
    double got = sgdl_noise_half_msd(noise, SGDL_SGD, h, kappa, (double)k);
    worst = fmax(worst, fabs((double)((got - sum) / sum)));
  }
  return worst;
}

static void test_displacement(void)
{
  enum { ROOM = 360000 };
  quad *psi = malloc(sizeof *psi * ROOM);
  double worst = 0, worst_long = 0;
  for (int b = 0; b < (getenv("SGDL_TEST_SHORT") ? 1 : N_MOMENTA); b++)
    for (int c = 0; c < N_CURVATURES; c++) {
      sgdl_hyper h = { .lr = LR, .momentum = MOMENTA[b] };
      double kappa = curvature(h.momentum, c);
      static const int EPOCHS[] = { 2, 3, 7, 100, 1000 };
      if (c % 3 == 1 && getenv("SGDL_TEST_SHORT")) continue;
      int is_long = b % 3 == 0 && (c > 5 || !getenv("SGDL_TEST_SHORT"));
      half_msd(&h, kappa, is_long ? ROOM : 102000, psi);
      for (int e = 0; e < 5; e++)
        for (int rest = 0; rest < 3; rest += 2) { /* equal batches, and a remainder kept */
          long M = EPOCHS[e], lags[] = { 1, 2, M / 2 + 1, M - 1, M, M + 1, 3 * M, 40 * M, 100000 };
          sgdl_noise noise = scheme(3 * M - rest, 3, 0, &h);
          worst = fmax(worst, worst_displacement(&h, &noise, kappa, 9, lags, psi));
        }
      long lags[] = { 1, 30, 99999, 100000, 100001, 250000 };
      sgdl_noise noise = scheme(200000, 2, 0, &h);
      if (is_long)
        worst_long = fmax(worst_long, worst_displacement(&h, &noise, kappa, 6, lags, psi));
    }
  CHECK_NEAR(worst, 0, 1e-12);
  CHECK_NEAR(worst_long, 0, 1e-12);
  free(psi);
}

/* ---- autocovariance ---------------------------------------------------------------------------------- */

static matrix add(matrix x, matrix y, quad weight)
{
  return (matrix){ x.a + weight * y.a, x.b + weight * y.b, x.c + weight * y.c, x.d + weight * y.d };
}

static matrix transposed(matrix x)
{
  return (matrix){ x.a, x.c, x.b, x.d };
}

static matrix sandwich(matrix A, matrix X, matrix B)
{
  return oracle_multiply(oracle_multiply(A, X), transposed(B));
}

static matrix power(const sgdl_hyper *h, double kappa, double k)
{
  matrix change;
  return oracle_map(SGDL_SGD, h, kappa, k, &change);
}

/* Error of c (layout of mode.h) against C, in units of (theta, eta v), over the scale of each element. */
static double error_of(const double c[4], matrix C, const double scale[4])
{
  const quad want[4] = { C.a, C.c / LR, C.b / LR, C.d / LR / LR };
  double worst = 0;
  for (int e = 0; e < 4; e++)
    worst = fmax(worst, fabs((double)(c[e] - want[e])) / scale[e]);
  return worst;
}

/* Stationary covariance of a pair under unit white noise, by doubling. */
static matrix white(const sgdl_hyper *h, double ki, double kj)
{
  quad eta2 = (quad)h->lr * h->lr;
  matrix C = { eta2, eta2, eta2, eta2 }, Ei = power(h, ki, 1), Ej = power(h, kj, 1);
  for (int s = 0; s < 90; s++) {
    C = add(C, sandwich(Ei, C, Ej), 1);
    Ei = oracle_multiply(Ei, Ei);
    Ej = oracle_multiply(Ej, Ej);
  }
  return C;
}

static void test_autocovariance(void)
{
  double worst = 0;
  for (int b = 0; b < N_MOMENTA; b++)
    for (int p = 0; p < N_CURVATURES * N_CURVATURES; p++) {
      sgdl_hyper h = { .lr = LR, .momentum = MOMENTA[b] };
      double ki = curvature(h.momentum, p % N_CURVATURES), kj = curvature(h.momentum, p / N_CURVATURES);
      if (ki == 0 || kj == 0 || (p % N_CURVATURES == 1 && p / N_CURVATURES == 1))
        continue; /* needs more doublings than quad precision has digits */
      if (p % 6 != b % 6 && getenv("SGDL_TEST_SHORT")) continue;
      matrix r0 = white(&h, ki, kj);
      for (int rest = 0; rest < 3; rest += 2) {
        int M = 9;
        sgdl_noise noise = scheme(3 * M - rest, 3, 0, &h);
        double scale[4] = { 0 }, norm[2][4];
        for (int end = 0; end < 2; end++) {
          double kappa = end ? kj : ki, L[4], R[4];
          sgdl_noise_autocovariance(&noise, SGDL_SGD, &h, kappa, 0, L, R);
          sgdl_noise_pair_autocovariance(&noise, SGDL_SGD, &h, kappa, kappa, L, R, norm[end]);
        }
        for (int e = 0; e < 4; e++)
          scale[e] = sqrt(norm[0][e & 1 ? 3 : 0] * norm[1][e >> 1 ? 3 : 0]);
        for (int k = 0; k < 30; k += k < 12 ? 1 : 5) {
          matrix C = { 0, 0, 0, 0 };
          double Li[4], Ri[4], Lj[4], Rj[4], c[4];
          for (int lag = -(M - 1); lag < M; lag++) {
            quad weight = (lag == 0) * ((quad)noise.excess + M) - (quad)(M - abs(lag)) / M;
            matrix r = k >= lag ? oracle_multiply(power(&h, ki, k - lag), r0)
                                : oracle_multiply(r0, transposed(power(&h, kj, lag - k)));
            C = add(C, r, weight / (quad)(noise.N - 1));
          }
          sgdl_noise_autocovariance(&noise, SGDL_SGD, &h, ki, k, Li, Ri);
          sgdl_noise_autocovariance(&noise, SGDL_SGD, &h, kj, k, Lj, Rj);
          sgdl_noise_pair_autocovariance(&noise, SGDL_SGD, &h, ki, kj, Li, Rj, c);
          worst = fmax(worst, error_of(c, C, scale));
        }
      }
    }
  CHECK_NEAR(worst, 0, 1e-11);
}

/* ---- at a phase --------------------------------------------------------------------------------------- */

/* Covariance added over the first m batches of an epoch: an example of batch b has weight G_b/S_b, one not yet
 * drawn 0, and a draw without replacement gives u sum over pairs of examples of the squared difference. */
static matrix begun(const sgdl_noise *noise, const sgdl_hyper *h, double ki, double kj, int m)
{
  enum { MOST = 31 };
  static quad weight_i[MOST][2], weight_j[MOST][2], size[MOST];
  matrix C = { 0, 0, 0, 0 }, F[2] = { power(h, ki, 1), power(h, kj, 1) };
  quad g[2][2] = { { h->lr, h->lr }, { h->lr, h->lr } }, left = noise->N;
  for (int b = m - 1; b >= 0; b--) {
    size[b] = b < noise->full ? noise->S : (double)noise->remainder;
    left -= size[b];
    for (int mode = 0; mode < 2; mode++) {
      quad *weight = mode ? weight_j[b] : weight_i[b], x = g[mode][0], y = g[mode][1];
      weight[0] = x / size[b];
      weight[1] = y / size[b];
      g[mode][0] = F[mode].a * x + F[mode].b * y;
      g[mode][1] = F[mode].c * x + F[mode].d * y;
    }
  }
  size[m] = left;
  weight_i[m][0] = weight_i[m][1] = weight_j[m][0] = weight_j[m][1] = 0;
  for (int b = 0; b <= m; b++)
    for (int c = 0; c < b; c++) {
      quad xi = weight_i[b][0] - weight_i[c][0], yi = weight_i[b][1] - weight_i[c][1];
      quad xj = weight_j[b][0] - weight_j[c][0], yj = weight_j[b][1] - weight_j[c][1];
      C = add(C, (matrix){ xi * xj, xi * yj, yi * xj, yi * yj }, size[b] * size[c] / (noise->N - 1));
    }
  return C;
}

static matrix at_phase(const sgdl_noise *noise, const sgdl_hyper *h, double ki, double kj, int m)
{
  matrix C = begun(noise, h, ki, kj, (int)noise->steps);
  matrix Ei = power(h, ki, (double)noise->steps), Ej = power(h, kj, (double)noise->steps);
  for (int s = 0; s < 80; s++) {
    C = add(C, sandwich(Ei, C, Ej), 1);
    Ei = oracle_multiply(Ei, Ei);
    Ej = oracle_multiply(Ej, Ej);
  }
  return add(sandwich(power(h, ki, m), C, power(h, kj, m)), begun(noise, h, ki, kj, m), 1);
}

static void library_pair(const sgdl_noise *noise, const sgdl_hyper *h, double ki, double kj, int m, double c[4])
{
  const double kappa[2] = { ki, kj };
  sgdl_accumulation plan;
  double *table = malloc(sizeof *table * 2 * SGDL_MODE_ROOM);
  sgdl_accumulation_plan_phase(noise, h, 2, kappa, m, &plan);
  CHECK(plan.room <= SGDL_MODE_ROOM);
  sgdl_accumulation_mode(&plan, ki, table);
  sgdl_accumulation_mode(&plan, kj, table + plan.room);
  sgdl_accumulation_pair(&plan, ki, kj, table, table + plan.room, c);
  free(table);
}

static void test_at_phase(void)
{
  static const struct { int N, S, drop_last; } SETTINGS[] = { { 24, 4, 0 }, { 26, 4, 0 }, { 26, 4, 1 }, { 60, 2, 0 },
                                                              { 9, 9, 0 }, { 2, 1, 0 } };
  double worst = 0;
  for (int n = 0; n < (getenv("SGDL_TEST_SHORT") ? 2 : 6); n++)
    for (int b = 0; b < N_MOMENTA; b++)
      for (int p = 0; p < N_CURVATURES * N_CURVATURES; p++) {
        sgdl_hyper h = { .lr = LR, .momentum = MOMENTA[b] };
        double ki = curvature(h.momentum, p % N_CURVATURES), kj = curvature(h.momentum, p / N_CURVATURES);
        sgdl_noise noise = scheme(SETTINGS[n].N, SETTINGS[n].S, SETTINGS[n].drop_last, &h);
        int last = (int)noise.steps - 1, phases[] = { 0, 1, last / 2 };
        if (ki == 0 || kj == 0 || noise.scale == 0 || (n == 3 && p % 4 != 0))
          continue;
        if (p % 6 != b % 6 && getenv("SGDL_TEST_SHORT")) continue;
        for (int f = 0; f < 3; f++) {
          double c[4], scale[4];
          if (phases[f] > last)
            continue;
          matrix Ci = at_phase(&noise, &h, ki, ki, phases[f]), Cj = at_phase(&noise, &h, kj, kj, phases[f]);
          scale[0] = sqrt((double)(Ci.a * Cj.a));
          scale[1] = sqrt((double)(Ci.d * Cj.a)) / LR;
          scale[2] = sqrt((double)(Ci.a * Cj.d)) / LR;
          scale[3] = sqrt((double)(Ci.d * Cj.d)) / LR / LR;
          library_pair(&noise, &h, ki, kj, phases[f], c);
          worst = fmax(worst, error_of(c, at_phase(&noise, &h, ki, kj, phases[f]), scale));
        }
      }
  CHECK_NEAR(worst, 0, 5e-11); /* the phase of ten thousand periods at momentum 0.9999; else below 1e-12 */
}

/* A flat mode is the limit of slow ones when epochs have no white floor; with one, its velocity settles. */
static void test_flat(void)
{
  for (int b = 0; b < N_MOMENTA; b++) {
    sgdl_hyper h = { .lr = LR, .momentum = MOMENTA[b] };
    sgdl_noise noise = scheme(24, 4, 0, &h);
    double flat[4], slow[4];
    for (int phase = 0; phase < 6; phase++) {
      library_pair(&noise, &h, 0, 0, phase, flat);
      library_pair(&noise, &h, 1e-20, 1e-20, phase, slow);
      CHECK_ARRAY(flat, slow, 4, 1e-13);
      sgdl_noise_pair_from_point(&noise, SGDL_SGD, &h, 0, 0, 6e12 + phase, slow); /* nothing left of the start */
      CHECK_ARRAY(flat, slow, 4, 1e-12);
      library_pair(&noise, &h, 0, 1 + h.momentum, phase, flat);
      library_pair(&noise, &h, 1e-20, 1 + h.momentum, phase, slow);
      CHECK_ARRAY(flat, slow, 4, 1e-13);
    }
    noise = scheme(26, 4, 0, &h);
    library_pair(&noise, &h, 0, 0, 0, flat);
    library_pair(&noise, &h, 1e-20, 1e-20, 0, slow);
    CHECK_CLOSE(flat[3], slow[3], 1e-13);
  }
}

/* ---- a model -------------------------------------------------------------------------------------------- */

enum { D = 4 };

static void test_model(sgdl_context *ctx)
{
  static const double H[D * D] = { 3, 0.5, 0.1, 0, 0.5, 1, 0.2, 0.1, 0.1, 0.2, 0.5, 0, 0, 0.1, 0, 0.02 };
  static const double SIGMA[D * D] = { 2, 0.3, 0, 0.1, 0.3, 1, 0.2, 0, 0, 0.2, 1, 0.4, 0.1, 0, 0.4, 0.5 };
  double rho[D], V[D * D], noise[D * D], P[D * D], W[D * D], R[D * D], mean[3][D * D], trace[2], traces[2];
  int exists[D];
  CHECK_STATUS(sgdl_decompose(ctx, D, H, rho, V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, V, SIGMA, noise), SGDL_OK);
  for (int full = 0; full < 2; full++)
    for (int drop_last = 0; drop_last < 2; drop_last++) {
      double diagonal[D];
      for (int l = 0; l < D; l++)
        diagonal[l] = noise[l + l * D];
      sgdl_model model = { .dim = D, .hyper = { LR, 0.9, 0, 4 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                           .n_examples = 30, .drop_last = drop_last, .rho = rho, .vectors = V,
                           .noise = full ? noise : diagonal, .noise_is_full = full, .sigma2 = -1 };
      int M = drop_last ? 7 : 8;
      memset(mean, 0, sizeof mean);
      traces[0] = traces[1] = 0;
      for (int m = 0; m < M; m++) {
        CHECK_STATUS(sgdl_stationary_at_phase(ctx, &model, m, P, W, R, trace, exists), SGDL_OK);
        for (int e = 0; e < D * D; e++) {
          mean[0][e] += P[e] / M;
          mean[1][e] += W[e] / M;
          mean[2][e] += R[e] / M;
        }
        CHECK_CLOSE(trace[0], P[0] + P[5] + P[10] + P[15], 1e-13);
        CHECK_INT(exists[0] && exists[3], 1);
        traces[0] += trace[0] / M;
        traces[1] += trace[1] / M;
      }
      CHECK_STATUS(sgdl_stationary(ctx, &model, P, W, R, trace, NULL), SGDL_OK);
      CHECK_ARRAY(mean[0], P, D * D, 1e-13);
      CHECK_ARRAY(mean[1], W, D * D, 1e-13);
      CHECK_ARRAY(mean[2], R, D * D, 1e-13);
      CHECK_ARRAY(traces, trace, 2, 1e-13);
      CHECK_STATUS(sgdl_stationary_at_phase(ctx, &model, M, P, W, R, NULL, NULL), SGDL_BAD_ARGUMENT);
      CHECK_TEXT(ctx->message, drop_last ? "`phase` = 7: expected 0 (epoch ends) to 6" : "an epoch has 8 steps");
      model.sampling = SGDL_REPLACEMENT;
      CHECK_STATUS(sgdl_stationary_at_phase(ctx, &model, 0, P, W, R, NULL, NULL), SGDL_UNSUPPORTED);
      CHECK_TEXT(ctx->message, "sampling = \"epoch\"");
    }
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_displacement();
  test_autocovariance();
  test_at_phase();
  test_flat();
  test_model(&ctx);
  return check_report();
}
