/* Autocovariance and power spectrum against each other, the displacement, the stationary state, and sums and
 * powers written out. */
#include "../../src/core/base/base.h"

#include "check.h"
#include "oracle.h"

#include <stdlib.h>

enum { D = 3, DD = D * D, N2 = 2 * D };

static const double PI = 3.14159265358979323846;
static const double H[DD] = { 3, 0.5, 0.1, 0.5, 1, 0.2, 0.1, 0.2, 0.3 };
static const double SIGMA[DD] = { 2, 0.3, 0.1, 0.3, 1, 0.2, 0.1, 0.2, 0.4 };
static const double ALONG[D] = { 0.5, -1, 2 };

typedef struct {
  double rho[D], V[DD], noise[DD], diagonal[D];
  sgdl_model model;
} problem;

/* 7 steps an epoch and a remainder */
static void make(sgdl_context *ctx, sgdl_dynamics dynamics, sgdl_sampling sampling, int full, problem *p)
{
  CHECK_STATUS(sgdl_decompose(ctx, D, H, p->rho, p->V), SGDL_OK);
  CHECK_STATUS(sgdl_noise_to_modes(ctx, D, p->V, SIGMA, p->noise), SGDL_OK);
  for (int l = 0; l < D; l++)
    p->diagonal[l] = p->noise[l + l * D];
  p->model = (sgdl_model){ .dim = D, .hyper = { 0.1, 0.8, 0, 4 }, .dynamics = dynamics, .sampling = sampling,
                           .n_examples = 30, .rho = p->rho, .vectors = p->V, .noise = full ? p->noise : p->diagonal,
                           .noise_is_full = full, .sigma2 = -1 };
}

/* ---- autocovariance ------------------------------------------------------------------------------------ */

static const double LAGS[] = { 0, 1, 2, 3, 6, 7, 8, 9, 20, 300 };
enum { N_LAGS = sizeof LAGS / sizeof *LAGS };

/* Gamma(0) is the stationary covariance, 2 (Gamma(0) - Gamma(k)) the displacement, totals are sums. */
static void test_identities(sgdl_context *ctx, const problem *p)
{
  double theta[N_LAGS], velocity[N_LAGS], cross[N_LAGS], modes[2][N_LAGS * D], msd[N_LAGS], terms[N_LAGS * D];
  double P[DD], W[DD], R[DD], trace[2], along[3] = { 0, 0, 0 };
  CHECK_STATUS(sgdl_autocorrelation(ctx, &p->model, N_LAGS, LAGS, NULL, theta, velocity, cross, modes[0], modes[1]),
               SGDL_OK);
  CHECK_STATUS(sgdl_stationary(ctx, &p->model, P, W, R, trace, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_msd_theory(ctx, &p->model, N_LAGS - 1, LAGS + 1, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               msd, NULL, terms), SGDL_OK);
  CHECK_CLOSE(theta[0], trace[0], 1e-13);
  CHECK_CLOSE(velocity[0], trace[1], 1e-13);
  CHECK_NEAR(cross[0], R[0] + R[4] + R[8], 1e-13 * sqrt(trace[0] * trace[1]));
  for (int i = 1; i < N_LAGS; i++) {
    CHECK_NEAR(2 * (theta[0] - theta[i]), msd[i - 1], 1e-13 * theta[0]);
    for (int l = 0; l < D; l++)
      CHECK_NEAR(2 * (modes[0][l * N_LAGS] - modes[0][i + l * N_LAGS]), terms[i - 1 + l * (N_LAGS - 1)],
                 1e-13 * theta[0]);
    CHECK_NEAR(theta[i], modes[0][i] + modes[0][i + N_LAGS] + modes[0][i + 2 * N_LAGS], 1e-15);
    CHECK_NEAR(velocity[i], modes[1][i] + modes[1][i + N_LAGS] + modes[1][i + 2 * N_LAGS], 1e-15);
  }
  CHECK_STATUS(sgdl_autocorrelation(ctx, &p->model, N_LAGS, LAGS, ALONG, theta, velocity, cross, NULL, NULL), SGDL_OK);
  for (int e = 0; e < DD; e++) {
    double weight = ALONG[e % D] * ALONG[e / D];
    along[0] += weight * P[e];
    along[1] += weight * W[e];
    along[2] += weight * R[e];
  }
  CHECK_CLOSE(theta[0], along[0], 1e-13);
  CHECK_CLOSE(velocity[0], along[1], 1e-13);
  CHECK_NEAR(cross[0], along[2], 1e-13);
}

/* SGD along a direction, brute force: responses x'F^j(eta, 1) to the noise of every step, and the covariance of the
 * noise averaged over the phase. */
static void test_brute_force(sgdl_context *ctx, const problem *p)
{
  enum { LONG = 400 };
  static double response[LONG][2][D];
  const sgdl_hyper *h = &p->model.hyper;
  double theta[N_LAGS], velocity[N_LAGS], cross[N_LAGS], white[16] = { 0 };
  int M = 8, epoch = p->model.sampling == SGDL_EPOCH;
  CHECK_STATUS(sgdl_autocorrelation(ctx, &p->model, N_LAGS, LAGS, ALONG, theta, velocity, cross, NULL, NULL), SGDL_OK);
  for (int i = 0; i < D; i++) { /* rows x' and x' of the impulse response, by the transposed recursion */
    double t[D], v[D];
    for (int e = 0; e < D; e++) {
      t[e] = e == i ? h->lr : 0;
      v[e] = e == i;
    }
    for (int j = 0; j < LONG; j++) {
      response[j][0][i] = response[j][1][i] = 0;
      for (int e = 0; e < D; e++) {
        response[j][0][i] += ALONG[e] * t[e];
        response[j][1][i] += ALONG[e] * v[e];
      }
      for (int e = 0; e < D; e++) {
        v[e] *= h->momentum;
        for (int f = 0; f < D; f++)
          v[e] -= H[e + f * D] * t[f];
      }
      for (int e = 0; e < D; e++)
        t[e] += h->lr * v[e];
    }
  }
  if (epoch)
    for (int lag = 0; lag < M; lag++) /* mean of (N - S_b)/(S_b (N-1)), and -(M-lag)/(M (N-1)) */
      white[lag] = lag == 0 ? (7 * 26.0 / 4 + 28.0 / 2) / (8 * 29) : -(8.0 - lag) / (8 * 29);
  else
    white[0] = p->model.sampling == SGDL_WITHOUT ? 26.0 / 29 / 4 : 0.25;
  for (int l = 0; l < N_LAGS; l++) {
    double want[3] = { 0, 0, 0 }, k = LAGS[l];
    for (int a = 0; a < LONG; a++) /* noise a steps before t + k, b steps before t */
      for (int b = (int)fmax(0, a - k - M); b < LONG && b <= a - k + M; b++) {
        int lag = abs((int)(a - k - b));
        if (lag >= 16 || white[lag] == 0)
          continue;
        double sum[3] = { 0, 0, 0 };
        for (int i = 0; i < D; i++)
          for (int j = 0; j < D; j++) {
            sum[0] += response[a][0][i] * SIGMA[i + j * D] * response[b][0][j];
            sum[1] += response[a][1][i] * SIGMA[i + j * D] * response[b][1][j];
            sum[2] += response[a][0][i] * SIGMA[i + j * D] * response[b][1][j];
          }
        for (int e = 0; e < 3; e++)
          want[e] += white[lag] * sum[e];
      }
    CHECK_NEAR(theta[l], want[0], 1e-12);
    CHECK_NEAR(velocity[l], want[1], 1e-12);
    CHECK_NEAR(cross[l], want[2], 1e-12);
  }
}

/* One mode of white noise against F^k r(0) in quadruple precision, far into the tail. */
static void test_tail(sgdl_context *ctx)
{
  static const double KAPPA[] = { 1e-12, 1e-5, 0.027, 0.02786404500042061, 0.028, 3, 37.96 };
  static const double NOISE[1] = { 1 };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int i = 0; i < 7; i++)
      for (double k = 1; k < 2e4; k *= 5) {
        sgdl_model model = { .dim = 1, .hyper = { 0.1, 0.9, 0, 1 }, .dynamics = dynamics, .rho = &KAPPA[i],
                             .noise = NOISE, .sigma2 = -1 };
        double got[3], zero = 0, at[3], c[4];
        matrix change, E = oracle_map(dynamics, &model.hyper, KAPPA[i], k, &change);
        CHECK_STATUS(sgdl_autocorrelation(ctx, &model, 1, &zero, NULL, &at[0], &at[1], &at[2], NULL, NULL), SGDL_OK);
        CHECK_STATUS(sgdl_autocorrelation(ctx, &model, 1, &k, NULL, &got[0], &got[1], &got[2], NULL, NULL), SGDL_OK);
        sgdl_pair_stationary(dynamics, &model.hyper, KAPPA[i], KAPPA[i], c);
        double theta = (double)(E.a * c[0] + E.b * c[1] * 0.1), cross = (double)(E.a * c[2] + E.b * c[3] * 0.1);
        double velocity = (double)(E.c * c[2] / 0.1 + E.d * c[3]);
        double size = sqrt((double)(E.a * E.a + E.b * E.b + E.c * E.c + E.d * E.d)); /* of the tail */
        CHECK_NEAR(got[0], theta, 1e-11 * size * at[0]);
        CHECK_NEAR(got[1], velocity, 1e-11 * size * fmax(at[1], KAPPA[i] * at[0]));
        CHECK_NEAR(got[2], cross, 1e-11 * size * sqrt(at[0] * at[1]));
      }
}

/* ---- spectrum ---------------------------------------------------------------------------------------------- */

/* Gamma(k) = integral of S cos(2 pi f k): over a period at equidistant points (SGD); over the line by
 * f = tan(x)/20 (Langevin). Both converge exponentially. */
static void test_transform(sgdl_context *ctx, const problem *p, const double *direction)
{
  enum { POINTS = 4000 };
  static double freq[POINTS], weight[POINTS], theta[POINTS], velocity[POINTS];
  double want[2][N_LAGS];
  int langevin = p->model.dynamics == SGDL_LANGEVIN;
  for (int i = 0; i < POINTS; i++) {
    double x = (i + 0.5) / POINTS / 2;
    freq[i] = langevin ? tan(PI * x) / 20 : x;
    weight[i] = langevin ? PI / POINTS * (1 / 20.0 + 20 * freq[i] * freq[i]) : 1.0 / POINTS;
  }
  CHECK_STATUS(sgdl_power_spectrum(ctx, &p->model, POINTS, freq, direction, theta, velocity, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_autocorrelation(ctx, &p->model, N_LAGS, LAGS, direction, want[0], want[1], NULL, NULL, NULL),
               SGDL_OK);
  for (int l = 0; l < (langevin ? 1 : N_LAGS); l++) {
    double sum[2] = { 0, 0 };
    for (int i = 0; i < POINTS; i++) {
      double c = weight[i] * cos(2 * PI * freq[i] * LAGS[l]);
      sum[0] += c * theta[i];
      sum[1] += c * velocity[i];
    }
    CHECK_NEAR(sum[0], want[0][l], 1e-12 * want[0][0]);
    CHECK_NEAR(sum[1], want[1][l], 1e-12 * want[1][0]);
  }
}

/* Close to zero frequency the noise of whole epochs vanishes like w^2: the sum over lags, in quadruple precision. */
static void test_low_frequency(sgdl_context *ctx)
{
  static const double RHO[1] = { 1 }, NOISE[1] = { 1 };
  for (int M = 1; M <= 1000; M = M * 3 + 1)
    for (double f = 1e-9; f <= 0.5; f *= 2.71) {
      sgdl_model model = { .dim = 1, .hyper = { 0.1, 0.8, 0, 2 }, .dynamics = SGDL_SGD, .sampling = SGDL_EPOCH,
                           .n_examples = 2 * M, .rho = RHO, .noise = NOISE, .sigma2 = -1 }, white = model;
      double S, flat;
      white.sampling = SGDL_REPLACEMENT;
      CHECK_STATUS(sgdl_power_spectrum(ctx, &model, 1, &f, NULL, &S, NULL, NULL), SGDL_OK);
      CHECK_STATUS(sgdl_power_spectrum(ctx, &white, 1, &f, NULL, &flat, NULL, NULL), SGDL_OK);
      /* M - 1 - 2 sum (M-h)/M cos(wh) = sum over h of 4 (M-h)/M sin^2(wh/2) */
      double want = 0;
      for (int h = 1; h < M; h++)
        want += 4 * (double)(M - h) / M * pow(sin(PI * f * h), 2);
      want /= 2 * M - 1;
      CHECK_NEAR(S, flat / 0.5 * want, 1e-12 * flat / 0.5 * want);
    }
}

static void test_per_mode(sgdl_context *ctx, const problem *p)
{
  static const double FREQ[] = { 1e-4, 0.01, 0.3, 0.5 };
  double theta[4], velocity[4], modes[4 * D];
  CHECK_STATUS(sgdl_power_spectrum(ctx, &p->model, 4, FREQ, NULL, theta, velocity, modes), SGDL_OK);
  for (int i = 0; i < 4; i++) {
    double w = 2 * PI * FREQ[i], rate = p->model.dynamics == SGDL_SGD ? 2 * sin(w / 2) : w;
    CHECK_CLOSE(theta[i], modes[i] + modes[i + 4] + modes[i + 8], 1e-14);
    CHECK_CLOSE(velocity[i], theta[i] * rate * rate / 0.01, 1e-13);
  }
}

/* ---- ringing ------------------------------------------------------------------------------------------------ */

static double spectrum_at(sgdl_context *ctx, const sgdl_model *model, double f)
{
  double S;
  CHECK_STATUS(sgdl_power_spectrum(ctx, model, 1, &f, NULL, &S, NULL, NULL), SGDL_OK);
  return S;
}

static double half_power(sgdl_context *ctx, const sgdl_model *model, double peak, double far)
{
  double target = spectrum_at(ctx, model, peak) / 2, near = peak;
  for (int i = 0; i < 60; i++) {
    double middle = (near + far) / 2;
    if (spectrum_at(ctx, model, middle) > target)
      near = middle;
    else
      far = middle;
  }
  return near;
}

static void test_ringing(sgdl_context *ctx)
{
  static const double NOISE[1] = { 1 }, MOMENTA[] = { 0.9, 0.5, 0, -0.5 };
  static const double U[] = { 0, 1e-4, 0.02, 0.3, 0.7, 0.95 }; /* of the stability limit */
  int rings = 0;
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int b = 0; b < 4; b++)
      for (int i = 0; i < 6; i++) {
        double kappa = U[i] * 2 * (1 + MOMENTA[b]) / 0.1, frequency, width, quality;
        sgdl_model model = { .dim = 1, .hyper = { 0.1, MOMENTA[b], 0, 1 }, .dynamics = dynamics, .rho = &kappa,
                             .noise = NOISE, .sigma2 = -1 };
        double last = dynamics == SGDL_SGD ? 0.5 : 20;
        CHECK_STATUS(sgdl_ringing(ctx, &model, &frequency, &width, &quality), SGDL_OK);
        double low = frequency > 0 ? frequency : 1e-6, top = spectrum_at(ctx, &model, low);
        for (int j = 1; j <= 200; j++)
          CHECK(spectrum_at(ctx, &model, last * j / 200) <= top * (1 + 1e-12));
        if (isnan(width)) {
          CHECK(isnan(quality));
          continue;
        }
        rings++;
        double down = half_power(ctx, &model, frequency, 1e-9), up = half_power(ctx, &model, frequency, last);
        CHECK_CLOSE(width, up - down, 1e-9);
        CHECK_CLOSE(quality, frequency / width, 1e-15);
      }
  CHECK(rings >= 6);
}

/* ---- edges ----------------------------------------------------------------------------------------------------- */

static void expect(sgdl_context *ctx, sgdl_status got, sgdl_status want, const char *text)
{
  CHECK_INT(got, want);
  CHECK_TEXT(ctx->message, text);
}

static void test_edges(sgdl_context *ctx)
{
  double rho[2] = { 1, 0 }, noise[2] = { 1, 2 }, lag = 3, theta, velocity, cross, modes[4], freq = 0.1;
  sgdl_model model = { .dim = 2, .hyper = { 0.1, 0.8, 0, 4 }, .dynamics = SGDL_SGD, .n_examples = 30, .rho = rho,
                       .noise = noise, .sigma2 = -1 };
  for (int sampling = 0; sampling < 3; sampling++) { /* a flat noisy mode: no position, but a velocity */
    model.sampling = sampling;
    CHECK_STATUS(sgdl_autocorrelation(ctx, &model, 1, &lag, NULL, &theta, &velocity, &cross, modes, modes + 2), SGDL_OK);
    CHECK(isinf(theta) && isinf(modes[1]) && isfinite(modes[0]) && isfinite(velocity) && isfinite(cross));
    if (sampling == 0)
      CHECK_CLOSE(modes[3], 0.512 * 2 / 4 / 0.36, 1e-14);
    CHECK_STATUS(sgdl_autocorrelation(ctx, &model, 1, &lag, (const double[]){ 1, 0 }, &theta, NULL, NULL, NULL, NULL),
                 SGDL_OK);
    CHECK_NEAR(theta, modes[0], 0);
  }
  model.sampling = SGDL_REPLACEMENT;
  freq = 0;
  expect(ctx, sgdl_power_spectrum(ctx, &model, 1, &freq, NULL, &theta, NULL, NULL), SGDL_BAD_ARGUMENT,
         "`freq`[1] = 0: expected cycles per step > 0 and at most 1/2");
  freq = 0.6;
  expect(ctx, sgdl_power_spectrum(ctx, &model, 1, &freq, NULL, &theta, NULL, NULL), SGDL_BAD_ARGUMENT, "`freq`[1] = 0.6");
  lag = 1.5;
  expect(ctx, sgdl_autocorrelation(ctx, &model, 1, &lag, NULL, &theta, NULL, NULL, NULL, NULL), SGDL_BAD_ARGUMENT, "whole");
  lag = 1;
  freq = 0.1;
  expect(ctx, sgdl_autocorrelation(ctx, &model, 1, &lag, (const double[]){ NAN, 0 }, &theta, NULL, NULL, NULL, NULL),
         SGDL_NOT_FINITE, "direction");
  rho[1] = -1;
  expect(ctx, sgdl_autocorrelation(ctx, &model, 1, &lag, NULL, &theta, NULL, NULL, NULL, NULL), SGDL_SADDLE, "1 of 2");
  expect(ctx, sgdl_power_spectrum(ctx, &model, 1, &freq, NULL, &theta, NULL, NULL), SGDL_SADDLE, "1 of 2");
  double frequency[2], width[2], quality[2];
  CHECK_STATUS(sgdl_ringing(ctx, &model, frequency, width, quality), SGDL_OK);
  CHECK(isnan(frequency[1]));
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int sampling = 0; sampling < 3; sampling++)
      for (int full = 0; full < 2; full++) {
        problem p;
        if (dynamics == SGDL_LANGEVIN && sampling == SGDL_EPOCH)
          continue;
        make(&ctx, dynamics, sampling, full, &p);
        test_identities(&ctx, &p);
        test_transform(&ctx, &p, NULL);
        test_transform(&ctx, &p, ALONG);
        test_per_mode(&ctx, &p);
        if (dynamics == SGDL_SGD && full)
          test_brute_force(&ctx, &p);
      }
  test_tail(&ctx);
  test_low_frequency(&ctx);
  test_ringing(&ctx);
  test_edges(&ctx);
  return check_report();
}
