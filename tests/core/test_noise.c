/* Sampling schemes against brute force: the covariance matrix of the noise over several epochs, written
 * out from how batches are drawn, summed with explicit impulse responses. */
#include "../../src/core/model/noise.h"
#include "../../src/core/model/noise_msd.h"

#include "check.h"
#include "oracle.h"

#include <stdlib.h>

typedef struct {
  int N, S, drop_last;
} setting;

/* Equal batches; remainder kept and dropped; a single batch; one example a batch; full batch. */
static const setting SETTINGS[] = { { 24, 4, 0 }, { 24, 4, 1 }, { 26, 4, 0 }, { 26, 4, 1 }, { 27, 5, 0 },
                                    { 27, 5, 1 }, { 7, 4, 0 },  { 7, 4, 1 },  { 9, 1, 0 },  { 9, 9, 0 } };
enum { N_SETTINGS = sizeof SETTINGS / sizeof *SETTINGS };
static const double KAPPAS[] = { 0, 1e-9, 1e-3, 0.05, 3, 17, 37 };
enum { N_KAPPAS = sizeof KAPPAS / sizeof *KAPPAS };

/* 1e-12, and the rounding of the brute-force sums where long double is double. */
static double tolerance(void)
{
  return 1e-12 + 1e5 * oracle_epsilon();
}

/* Every third setting under valgrind. */
static int skip(int n)
{
  return n % 3 != 0 && getenv("SGDL_TEST_SHORT") != NULL;
}

static void scheme_of(setting s, double momentum, sgdl_sampling sampling, sgdl_hyper *h, sgdl_noise *noise)
{
  *h = (sgdl_hyper){ .lr = 0.1, .momentum = momentum, .batch_size = s.S };
  sgdl_model model = { .dim = 1, .hyper = *h, .dynamics = SGDL_SGD, .sampling = sampling, .n_examples = s.N,
                       .drop_last = s.drop_last };
  sgdl_noise_scheme(&model, noise);
}

static int epoch_steps(setting s)
{
  return s.N / s.S + (s.N % s.S > 0 && !s.drop_last);
}

static double batch_at(setting s, int step)
{
  int in_epoch = step % epoch_steps(s);
  return in_epoch < s.N / s.S ? s.S : s.N % s.S;
}

/* cov(xi_i, xi_j) over Sigma at steps i, j from the start of an epoch */
static double noise_covariance(setting s, int i, int j)
{
  int M = epoch_steps(s);
  if (i == j)
    return (s.N - batch_at(s, i)) / (batch_at(s, i) * (s.N - 1.0));
  return i / M == j / M ? -1.0 / (s.N - 1.0) : 0;
}

/* Impulse response F^(k-1-j)(eta, 1) of the state after k steps to the noise of step j. */
static void response(const sgdl_hyper *h, double kappa, int steps, long double (*g)[2])
{
  long double theta = h->lr, v = 1;
  for (int j = 0; j < steps; j++) {
    g[j][0] = theta;
    g[j][1] = v;
    v = h->momentum * v - kappa * theta;
    theta += h->lr * v;
  }
}

enum { LONGEST = 40 };

static void test_from_point(void)
{
  static const int STEPS[] = { 0, 1, 2, 5, 6, 7, 12, 13, 26, 33 };
  double worst = 0;
  for (int n = 0; n < N_SETTINGS; n++)
    for (int b = 0; b < 3 && !skip(n); b++)
      for (int p = 0; p < N_KAPPAS * N_KAPPAS; p++) {
        static const double MOMENTA[] = { 0, 0.9, -0.5 };
        double ki = KAPPAS[p % N_KAPPAS], kj = KAPPAS[p / N_KAPPAS];
        long double gi[LONGEST][2], gj[LONGEST][2];
        sgdl_hyper h;
        sgdl_noise noise;
        scheme_of(SETTINGS[n], MOMENTA[b], SGDL_EPOCH, &h, &noise);
        if (h.lr * fmax(ki, kj) >= 2 * (1 + h.momentum))
          continue;
        response(&h, ki, LONGEST, gi);
        response(&h, kj, LONGEST, gj);
        for (int s = 0; s < (int)(sizeof STEPS / sizeof *STEPS); s++) {
          int k = STEPS[s];
          double c[4], size = 0;
          long double want[4] = { 0, 0, 0, 0 };
          for (int x = 0; x < k; x++)
            for (int y = 0; y < k; y++)
              for (int e = 0; e < 4; e++) {
                long double impulses = gi[k - 1 - x][e & 1] * gj[k - 1 - y][e >> 1];
                long double term = noise_covariance(SETTINGS[n], x, y) * impulses;
                want[e] += term;
                size = fmax(size, fabs((double)term));
              }
          sgdl_noise_pair_from_point(&noise, SGDL_SGD, &h, ki, kj, k, c);
          for (int e = 0; e < 4; e++)
            worst = fmax(worst, fabs((double)(c[e] - want[e])) / fmax(size, 1e-300));
        }
      }
  CHECK_NEAR(worst, 0, tolerance()); /* of the largest term of the brute-force sum, which cancels */
}

/* Phase-averaged noise autocovariance at lag h, by averaging the matrix over a whole epoch of origins. */
static double averaged(setting s, int lag)
{
  int M = epoch_steps(s);
  double sum = 0;
  for (int i = 0; i < M; i++)
    sum += noise_covariance(s, i, i + lag);
  return sum / M;
}

static void test_averages(void)
{
  for (int n = 0; n < N_SETTINGS; n++) {
    sgdl_hyper h;
    sgdl_noise noise;
    double total = averaged(SETTINGS[n], 0), M;
    scheme_of(SETTINGS[n], 0.9, SGDL_EPOCH, &h, &noise);
    M = epoch_steps(SETTINGS[n]);
    CHECK_INT(noise.steps, epoch_steps(SETTINGS[n]));
    CHECK_NEAR(noise.scale, total, 1e-15);
    for (int lag = 1; lag < M; lag++)
      total += 2 * averaged(SETTINGS[n], lag);
    CHECK_NEAR(total, noise.u * noise.excess, 1e-14); /* the white floor */
  }
}

/* Stationary covariance and MSD from the averaged autocovariance, by summing long responses. */
static void test_stationary(void)
{
  enum { LONG = 6000 };
  static const double SETTLED[] = { 0.05, 3, 17, 37 };
  long double (*gi)[2] = calloc(2 * LONG, sizeof *gi), (*gj)[2] = gi + LONG;
  double worst = 0, worst_msd = 0;
  for (int n = 0; n < N_SETTINGS; n++)
    for (int p = 0; p < 16 && !skip(n); p++) {
      double ki = SETTLED[p % 4], kj = SETTLED[p / 4], Di[4], Dj[4], c[4];
      long double want[4] = { 0, 0, 0, 0 };
      sgdl_hyper h;
      sgdl_noise noise;
      scheme_of(SETTINGS[n], 0.9, SGDL_EPOCH, &h, &noise);
      response(&h, ki, LONG, gi);
      response(&h, kj, LONG, gj);
      int M = epoch_steps(SETTINGS[n]);
      for (int lag = -(M - 1); lag < M; lag++)
        for (int t = lag < 0 ? -lag : 0; t + (lag > 0 ? lag : 0) < LONG; t++)
          for (int e = 0; e < 4; e++)
            want[e] += averaged(SETTINGS[n], abs(lag)) * gi[t + lag][e & 1] * gj[t][e >> 1];
      sgdl_noise_delta(&noise, &h, ki, Di);
      sgdl_noise_delta(&noise, &h, kj, Dj);
      sgdl_noise_pair_stationary(&noise, SGDL_SGD, &h, ki, kj, Di, Dj, c);
      for (int e = 0; e < 4; e++)
        worst = fmax(worst, fabs((double)(c[e] - want[e])) / (e == 0 ? 0.01 : e == 3 ? 1 : 0.1));
      if (p % 5 != 0)
        continue;
      for (int k = 1; k < 40; k++) { /* var(theta_k - theta_0): responses g_t - g_{t-k} */
        long double msd = 0;
        for (int lag = -(M - 1); lag < M; lag++)
          for (int t = lag < 0 ? -lag : 0; t + (lag > 0 ? lag : 0) < LONG; t++) {
            int s = t + lag;
            msd += averaged(SETTINGS[n], abs(lag)) * (gi[t][0] - (t >= k ? gi[t - k][0] : 0))
                   * (gi[s][0] - (s >= k ? gi[s - k][0] : 0));
          }
        double half = sgdl_noise_half_msd(&noise, SGDL_SGD, &h, ki, k);
        worst_msd = fmax(worst_msd, fabs((double)(2 * half - msd)) / 0.01);
      }
    }
  CHECK_NEAR(worst, 0, tolerance());
  CHECK_NEAR(worst_msd, 0, tolerance());
  free(gi);
}

/* The stationary MSD at a long lag is twice the variance; flat modes are the limit of slow ones; a white
 * floor makes them diffuse. */
static void test_limits(void)
{
  sgdl_hyper h;
  sgdl_noise noise;
  double D[4], c[4], D0[4], c0[4];
  scheme_of((setting){ 240, 8, 0 }, 0.9, SGDL_EPOCH, &h, &noise);
  sgdl_noise_delta(&noise, &h, 0.5, D);
  sgdl_noise_pair_stationary(&noise, SGDL_SGD, &h, 0.5, 0.5, D, D, c);
  CHECK_CLOSE(sgdl_noise_half_msd(&noise, SGDL_SGD, &h, 0.5, 1e6), c[0], 1e-13);
  sgdl_noise_delta(&noise, &h, 0, D0);
  sgdl_noise_delta(&noise, &h, 1e-13, D);
  sgdl_noise_pair_stationary(&noise, SGDL_SGD, &h, 0, 0, D0, D0, c0);
  sgdl_noise_pair_stationary(&noise, SGDL_SGD, &h, 1e-13, 1e-13, D, D, c);
  CHECK_ARRAY(c0, c, 4, 1e-10);
  CHECK_CLOSE(sgdl_noise_half_msd(&noise, SGDL_SGD, &h, 0, 1e6), c0[0], 1e-10);

  scheme_of((setting){ 7, 4, 0 }, 0.9, SGDL_EPOCH, &h, &noise); /* a white floor: flat modes diffuse */
  sgdl_noise_delta(&noise, &h, 0, D);
  sgdl_noise_pair_stationary(&noise, SGDL_SGD, &h, 0, 0, D, D, c);
  CHECK(isinf(c[0]));

  scheme_of((setting){ 24, 4, 0 }, 0.9, SGDL_REPLACEMENT, &h, &noise);
  CHECK_NEAR(noise.scale, 0.25, 0);
  scheme_of((setting){ 24, 4, 0 }, 0.9, SGDL_WITHOUT, &h, &noise);
  CHECK_CLOSE(noise.scale, 20.0 / 23 / 4, 1e-15);
}

/* White noise from a point: pairs over up to a million steps against quadruple precision. */
static void test_white_from_point(void)
{
  static const double K[] = { 1e-15, 1e-6, 0.0099, 0.01, 0.0101, 0.5, 9.9, -0.2 };
  /* 20 to 70: where pairs become nearly stationary */
  static const double STEPS[] = { 0.5, 1, 2, 9, 20, 33, 50, 70, 100, 3001 };
  double worst = 0;
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int p = 0; p < 64; p++)
      for (int s = dynamics == SGDL_SGD; s < 10; s++) {
        double c[4], ki = K[p % 8], kj = K[p / 8];
        sgdl_hyper h = { .lr = 0.1, .momentum = 0.9, .batch_size = 1 };
        sgdl_noise noise = { .scale = 1 };
        matrix want = oracle_pair(dynamics, &h, ki, kj, STEPS[s]);
        sgdl_noise_pair_from_point(&noise, dynamics, &h, ki, kj, STEPS[s], c);
        quad exact[4] = { want.a, want.c / h.lr, want.b / h.lr, want.d / h.lr / h.lr };
        double mixed = sqrt(fabs((double)(want.a * want.d))) / h.lr;
        double scale[4] = { fabs((double)exact[0]), mixed, mixed, fabs((double)exact[3]) };
        for (int e = 0; e < 4; e++)
          worst = fmax(worst, fabs((double)(c[e] - exact[e])) / fmax(scale[e], fabs((double)exact[e])));
      }
  CHECK_NEAR(worst, 0, tolerance());
}

int main(void)
{
  test_from_point();
  test_averages();
  test_stationary();
  test_limits();
  test_white_from_point();
  return check_report();
}
