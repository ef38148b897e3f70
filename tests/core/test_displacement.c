/* Mean squared displacement in theory: naive sums, numerical derivatives, the transient, the paper. */
#include "../../src/core/base/base.h"
#include "../../src/core/model/mode.h"

#include "check.h"

#include <stdlib.h>

enum { D = 5 };
static const double RHO[D] = { 3, 0.4, 0.02, 1e-4, 0 };
static const double NOISE[D] = { 2, 1, 0.5, 0.3, 0.1 };

static sgdl_model spectrum(sgdl_dynamics dynamics, sgdl_sampling sampling)
{
  return (sgdl_model){ .dim = D, .hyper = { 0.1, 0.9, 0, 4 }, .dynamics = dynamics, .sampling = sampling,
                       .n_examples = 42, .rho = RHO, .noise = NOISE, .sigma2 = -1 };
}

static void test_sums(sgdl_context *ctx)
{
  static const double STEPS[] = { 1, 2, 9, 10, 11, 12, 100, 5000 };
  enum { N = sizeof STEPS / sizeof *STEPS };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (int sampling = 0; sampling < 3; sampling++)
      for (int start = 0; start < 2; start++) {
        if (dynamics == SGDL_LANGEVIN && sampling == SGDL_EPOCH)
          continue;
        sgdl_model model = spectrum(dynamics, sampling);
        double theta0[D] = { 1, -1, 2, 0.5, 3 }, v0[D] = { 0.1, 0.2, -0.1, 0.3, 0.1 };
        double msd[N], exponent[N], terms[N * D];
        CHECK_STATUS(sgdl_msd_theory(ctx, &model, N, STEPS, start, theta0, v0, SGDL_FORM_MODEL, msd,
                                     exponent, terms), SGDL_OK);
        for (int i = 0; i < N; i++) {
          double sum = 0;
          for (int l = 0; l < D; l++)
            sum += terms[i + l * N];
          CHECK_CLOSE(msd[i], sum, 1e-15);
          /* the exponent against differences of the same function */
          double at[2] = { STEPS[i] - 1, STEPS[i] + 1 }, ends[2];
          if (dynamics == SGDL_LANGEVIN) {
            at[0] = STEPS[i] * (1 - 1e-5);
            at[1] = STEPS[i] * (1 + 1e-5);
          } else if (STEPS[i] == 1) {
            at[0] = 1;
          }
          CHECK_STATUS(sgdl_msd_theory(ctx, &model, 2, at, start, theta0, v0, SGDL_FORM_MODEL, ends, NULL,
                                       NULL), SGDL_OK);
          CHECK_NEAR(exponent[i], log(ends[1] / ends[0]) / log(at[1] / at[0]),
                     dynamics == SGDL_LANGEVIN ? 1e-8 : 1e-12);
        }
        if (start == SGDL_START_POINT) { /* |m(k) - m(0)|^2 + tr cov theta */
          double mean[N * D], trace[N];
          CHECK_STATUS(sgdl_transient(ctx, &model, N, STEPS, theta0, v0, SGDL_COV_TRACE, mean, NULL, trace,
                                      NULL, NULL), SGDL_OK);
          for (int i = 0; i < N; i++) {
            double sum = trace[i];
            for (int l = 0; l < D; l++)
              sum += (mean[l + i * D] - theta0[l]) * (mean[l + i * D] - theta0[l]);
            CHECK_CLOSE(msd[i], sum, 1e-12);
          }
        }
      }
}

/* The paper's sum as a double loop over steps. */
static void test_paper(sgdl_context *ctx)
{
  static const double STEPS[] = { 1, 2, 3, 17, 1000 };
  enum { N = 5 };
  sgdl_model model = spectrum(SGDL_LANGEVIN, SGDL_REPLACEMENT);
  double noise[D], msd[N], exponent[N], terms[N * D], model_msd[1], step;
  model.noise = noise;
  model.sigma2 = 0.6;
  for (int l = 0; l < D; l++)
    noise[l] = 0.6 * RHO[l];
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, N, STEPS, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_PAPER,
                               msd, exponent, terms), SGDL_OK);
  for (int i = 0; i < N; i++) {
    double trace = 0, inner = 0, total = 0;
    for (int l = 0; l < D; l++) {
      double own = 0, unit = 0.1 * 0.1 * 0.6 / (4 * 0.19);
      for (int j = 1; j < STEPS[i]; j++) {
        double E[4];
        sgdl_mode_map(SGDL_LANGEVIN, &model.hyper, RHO[l], j, E);
        own += (1 - j / STEPS[i]) * RHO[l] * E[3];
      }
      trace += RHO[l];
      inner += own;
      CHECK_NEAR(terms[i + l * N], unit * (RHO[l] * STEPS[i] + 2 * STEPS[i] * own), 1e-12);
      total = unit * (trace * STEPS[i] + 2 * STEPS[i] * inner);
    }
    CHECK_CLOSE(msd[i], total, 1e-12);
  }
  CHECK_NEAR(exponent[0], log(msd[1] / msd[0]) / log(2), 1e-13);

  /* THEORY section 5: ratio to the continuum at eta .1, beta .9, kappa .1 */
  double rho[1] = { 0.1 };
  model.dim = 1;
  model.rho = rho;
  model.noise = NULL;
  for (int i = 0; i < 2; i++) {
    double ratio;
    step = i == 0 ? 100 : 1e4;
    CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &step, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_PAPER,
                                 &ratio, NULL, NULL), SGDL_OK);
    CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &step, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                                 model_msd, NULL, NULL), SGDL_OK);
    CHECK_NEAR(ratio / *model_msd, i == 0 ? 1.010 : 1.92, i == 0 ? 5e-4 : 5e-3);
  }
}

/* One mode at a time: 2 from rest, 1 where flat, 0 where confined; local displacement eta^2 tr W. */
static void test_limits(sgdl_context *ctx)
{
  static const double NOISY[1] = { 1 };
  double rho[1] = { 0 }, msd, exponent, step, trace[2];
  sgdl_model model = spectrum(SGDL_LANGEVIN, SGDL_REPLACEMENT);
  model.dim = 1;
  model.rho = rho;
  model.noise = NOISY;
  const double early = 1e-4, late = 1e7;
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &early, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               &msd, &exponent, NULL), SGDL_OK);
  CHECK_NEAR(exponent, 2, 1e-4);
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &late, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               &msd, &exponent, NULL), SGDL_OK);
  CHECK_NEAR(exponent, 1, 1e-5);
  rho[0] = 1;
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &late, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               &msd, &exponent, NULL), SGDL_OK);
  CHECK_NEAR(exponent, 0, 1e-12);
  model.dynamics = SGDL_SGD;
  step = 1;
  CHECK_STATUS(sgdl_stationary(ctx, &model, NULL, NULL, NULL, trace, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_msd_theory(ctx, &model, 1, &step, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL,
                               &msd, NULL, NULL), SGDL_OK);
  CHECK_CLOSE(msd, 0.01 * trace[1], 1e-14);
}

static void test_oscillations(sgdl_context *ctx)
{
  double gamma[D], omega[D], period[D], quality[D], critical[D];
  int regime[D];
  sgdl_model model = spectrum(SGDL_LANGEVIN, SGDL_REPLACEMENT);
  CHECK_STATUS(sgdl_oscillations(ctx, &model, gamma, omega, regime, period, quality, critical), SGDL_OK);
  CHECK_INT(regime[0], SGDL_UNDERDAMPED);
  CHECK_INT(regime[3], SGDL_OVERDAMPED);
  CHECK_INT(regime[4], SGDL_FLAT_MODE);
  CHECK_TEXT(sgdl_regime_string(SGDL_ALTERNATING), "alternating");
  CHECK_TEXT(sgdl_regime_string((sgdl_regime)17), "unknown");
  CHECK_CLOSE(gamma[0], 0.1 / (0.1 * 1.9), 1e-14);
  CHECK_CLOSE(omega[0], sqrt(2 * 3 / (0.1 * 1.9)), 1e-14);
  CHECK_CLOSE(quality[0], omega[0] / (2 * gamma[0]), 1e-14);
  double delta = sqrt(omega[0] * omega[0] - gamma[0] * gamma[0]);
  CHECK_CLOSE(period[0], 2 * 3.14159265358979323846 / (0.1 * delta), 1e-13);
  CHECK(isinf(period[3]) && isinf(period[4]) && isnan(critical[4]));
  CHECK_NEAR(omega[4], 0, 0);
}

static void expect(sgdl_context *ctx, sgdl_status got, sgdl_status want, const char *text)
{
  CHECK_INT(got, want);
  CHECK_TEXT(ctx->message, text);
}

static void test_errors(sgdl_context *ctx)
{
  static const double SADDLE[D] = { 1, 0.5, 0, -0.1, -0.2 };
  double msd[2], theta0[D] = { 0 };
  sgdl_model model = spectrum(SGDL_SGD, SGDL_REPLACEMENT);
#define MSD(steps, start, point, form) \
  sgdl_msd_theory(ctx, &model, 1, (const double[]){ steps }, start, point, NULL, form, msd, NULL, NULL)
  expect(ctx, MSD(0, SGDL_START_STATIONARY, NULL, SGDL_FORM_MODEL), SGDL_BAD_ARGUMENT,
         "`steps`[1] = 0: expected a whole number > 0");
  expect(ctx, MSD(2.5, SGDL_START_STATIONARY, NULL, SGDL_FORM_MODEL), SGDL_BAD_ARGUMENT,
         "`steps`[1] = 2.5: expected a whole");
  expect(ctx, MSD(1e17, SGDL_START_STATIONARY, NULL, SGDL_FORM_MODEL), SGDL_BAD_ARGUMENT, "at most 2^53");
  expect(ctx, MSD(NAN, SGDL_START_STATIONARY, NULL, SGDL_FORM_MODEL), SGDL_NOT_FINITE, "steps");
  expect(ctx, MSD(1, SGDL_START_STATIONARY, NULL, SGDL_FORM_PAPER), SGDL_UNSUPPORTED, "Sigma = sigma2 * H");
  expect(ctx, MSD(1, SGDL_START_POINT, NULL, SGDL_FORM_MODEL), SGDL_BAD_ARGUMENT, "`theta0` is absent");
  model.sigma2 = 1;
  expect(ctx, MSD(1, SGDL_START_POINT, theta0, SGDL_FORM_PAPER), SGDL_UNSUPPORTED, "start = \"stationary\"");
  model.sampling = SGDL_WITHOUT;
  expect(ctx, MSD(1, SGDL_START_STATIONARY, NULL, SGDL_FORM_PAPER), SGDL_UNSUPPORTED,
         "sampling = \"replacement\"");
  model = spectrum(SGDL_SGD, SGDL_REPLACEMENT);
  model.rho = SADDLE;
  expect(ctx, MSD(1, SGDL_START_STATIONARY, NULL, SGDL_FORM_MODEL), SGDL_SADDLE,
         "2 of 5 modes have negative curvature");
  CHECK_STATUS(MSD(10, SGDL_START_POINT, theta0, SGDL_FORM_MODEL), SGDL_OK);
  expect(ctx, MSD(1e6, SGDL_START_POINT, theta0, SGDL_FORM_MODEL), SGDL_UNSTABLE,
         "has left the range of numbers");
  theta0[2] = INFINITY;
  expect(ctx, MSD(1, SGDL_START_POINT, theta0, SGDL_FORM_MODEL), SGDL_NOT_FINITE, "theta0");
  double step = -1, trace;
#define TRANSIENT() \
  sgdl_transient(ctx, &model, 1, &step, RHO, NULL, SGDL_COV_TRACE, NULL, NULL, &trace, NULL, NULL)
  expect(ctx, TRANSIENT(), SGDL_BAD_ARGUMENT, "`steps`[1] = -1: expected a whole number >= 0");
  step = 1e6;
  expect(ctx, TRANSIENT(), SGDL_UNSTABLE, "`steps` = 1e+06");
  model.rho = NULL;
  expect(ctx, TRANSIENT(), SGDL_UNSUPPORTED, "decompose = TRUE");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_sums(&ctx);
  test_paper(&ctx);
  test_limits(&ctx);
  test_oscillations(&ctx);
  test_errors(&ctx);
  return check_report();
}
