/* Regimes of the displacement: labels, crossover times where they are known, the predicted exponent. */
#include "../../src/core/base/base.h"

#include "check.h"

#include <stdlib.h>

enum { D = 1000, N = 300 };

static double rho[D], noise[D], steps[N], msd[N], exponent[N];
static int label[N];

/* N log-spaced steps, whole numbers under SGD */
static void grid(double last, int whole)
{
  for (int i = 0; i < N; i++) {
    steps[i] = pow(10, log10(last) * i / (N - 1));
    if (whole)
      steps[i] = fmax(i > 0 ? steps[i - 1] + 1 : 1, round(steps[i]));
  }
}

static sgdl_regimes regimes_of(sgdl_context *ctx, const sgdl_model *model)
{
  sgdl_regimes r;
  CHECK_STATUS(sgdl_msd_theory(ctx, model, N, steps, SGDL_START_STATIONARY, NULL, NULL, SGDL_FORM_MODEL, msd,
                               exponent, NULL), SGDL_OK);
  CHECK_STATUS(sgdl_msd_regimes(ctx, model, N, steps, exponent, label, &r), SGDL_OK);
  return r;
}

/* Spectral density kappa^-(1+alpha) between `low` and `high`: at its quantiles. */
static void power_law(double alpha, double low, double high)
{
  for (int l = 0; l < D; l++) {
    double q = (l + 0.5) / D, a = pow(high, -alpha), b = pow(low, -alpha);
    rho[l] = pow(a + q * (b - a), -1 / alpha);
    noise[l] = rho[l]; /* variances that do not depend on the mode */
  }
}

static void test_power_law(sgdl_context *ctx)
{
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (double alpha = 0.3; alpha < 0.8; alpha += 0.2) {
      if ((alpha > 0.4) != (dynamics == 1) && getenv("SGDL_TEST_SHORT")) continue;
      if (alpha > 0.6 && getenv("SGDL_TEST_SHORT")) continue;
      sgdl_model model = { .dim = D, .hyper = { 0.01, 0.5, 0, 1 }, .dynamics = dynamics, .rho = rho,
                           .noise = noise, .sigma2 = -1 };
      power_law(alpha, 1e-8, 1);
      grid(1e12, dynamics == SGDL_SGD);
      sgdl_regimes r = regimes_of(ctx, &model);
      CHECK_NEAR(r.spectral_exponent, alpha, 0.01);
      CHECK(r.spectral_misfit < 0.01);
      CHECK_NEAR(r.predicted, r.spectral_exponent, 0);
      CHECK_NEAR(r.plateau, alpha, alpha > 0.6 ? 0.08 : 0.05); /* converges slowly at both ends */
      CHECK_CLOSE(r.relaxation[0], 50 / rho[0], 1e-12);
      CHECK_CLOSE(r.relaxation[1], 50 / rho[D - 1], 1e-12);
      CHECK(r.confined_start > r.relaxation[1] / 10 && r.confined_start < 10 * r.relaxation[1]);
      int middle = 0;
      while (steps[middle] < sqrt(r.relaxation[0] * r.relaxation[1]))
        middle++;
      CHECK_INT(label[middle], SGDL_PLATEAU);
      CHECK_INT(label[N - 1], SGDL_CONFINED);
    }
}

/* One mode, and one flat mode: known times. */
static void test_single_modes(sgdl_context *ctx)
{
  double one[1] = { 1e-6 }, unit[1] = { 1 };
  sgdl_model model = { .dim = 1, .hyper = { 0.1, 0.9, 0, 1 }, .rho = one, .noise = unit, .sigma2 = -1 };
  grid(1e9, 0);
  sgdl_regimes r = regimes_of(ctx, &model);
  /* before the mode pulls: MSD ~ x - (1 - exp(-x)), x = 2k (1-beta)/(1+beta); exponent 3/2 at x = 1.793 */
  double x = 2 * 0.1 / 1.9 * r.ballistic_end;
  CHECK_NEAR(x * -expm1(-x) / (x + expm1(-x)), 1.5, 1e-3);
  /* then 1 - exp(-y): exponent y/(exp(y) - 1) = 1/10 */
  double y = r.confined_start / r.relaxation[0];
  CHECK_NEAR(y / expm1(y), 0.1, 1e-3);
  CHECK_CLOSE(r.relaxation[1], 1e6, 1e-12);
  CHECK(isnan(r.spectral_exponent) && isnan(r.predicted) && isnan(r.plateau));
  int seen[5] = { 0 };
  for (int i = 0; i < N; i++) {
    seen[label[i]]++;
    if (i > 0 && label[i] == SGDL_DIFFUSIVE)
      CHECK_NEAR(exponent[i], 1, 0.1);
  }
  CHECK(seen[SGDL_BALLISTIC] && seen[SGDL_CROSSOVER] && seen[SGDL_DIFFUSIVE] && seen[SGDL_CONFINED]);
  CHECK_INT(seen[SGDL_PLATEAU], 0);

  one[0] = 0;
  r = regimes_of(ctx, &model);
  CHECK(isinf(r.confined_start) && isinf(r.relaxation[1]));
  CHECK_INT(label[N - 1], SGDL_DIFFUSIVE);
  CHECK_INT(label[0], SGDL_BALLISTIC);

  one[0] = 5; /* oscillates: nothing is overdamped; never ballistic under SGD without momentum */
  r = regimes_of(ctx, &model);
  CHECK(isnan(r.relaxation[0]) && isnan(r.predicted));
  model.hyper.momentum = 0;
  model.dynamics = SGDL_SGD;
  grid(1e5, 1);
  r = regimes_of(ctx, &model);
  CHECK(isnan(r.ballistic_end));
}

/* No power law, no prediction: two clusters far apart; too short a range; growth outside (0, 1). */
static void test_honesty(sgdl_context *ctx)
{
  sgdl_model model = { .dim = D, .hyper = { 0.01, 0.5, 0, 1 }, .rho = rho, .noise = noise, .sigma2 = -1 };
  grid(1e9, 0);
  for (int l = 0; l < D; l++)
    noise[l] = rho[l] = l < D / 2 ? 1 : 1e-6;
  sgdl_regimes r = regimes_of(ctx, &model);
  CHECK(r.spectral_misfit > 0.1 && isnan(r.predicted));
  power_law(0.5, 0.02, 1);
  r = regimes_of(ctx, &model);
  CHECK_NEAR(r.spectral_exponent, 0.5, 0.02);
  CHECK(isnan(r.predicted));
  power_law(1.5, 1e-3, 1);
  r = regimes_of(ctx, &model);
  CHECK_NEAR(r.spectral_exponent, 1.5, 0.02);
  CHECK(isnan(r.predicted));
  power_law(0.5, 1e-6, 1);
  model.dim = 9; /* the nine stiffest */
  r = regimes_of(ctx, &model);
  CHECK(isnan(r.spectral_exponent));
}

static void test_errors(sgdl_context *ctx)
{
  double two[2] = { 1, -0.1 }, unit[2] = { 1, 1 }, at[2] = { 2, 1 }, c[2] = { 1, NAN };
  sgdl_regimes r;
  sgdl_model model = { .dim = 2, .hyper = { 0.1, 0.9, 0, 1 }, .rho = two, .noise = unit, .sigma2 = -1 };
  CHECK_STATUS(sgdl_msd_regimes(ctx, &model, 1, at, c, NULL, &r), SGDL_SADDLE);
  CHECK_STATUS(sgdl_msd_regimes(ctx, &model, 2, at, c, NULL, &r), SGDL_NOT_FINITE);
  c[1] = 1;
  CHECK_STATUS(sgdl_msd_regimes(ctx, &model, 2, at, c, NULL, &r), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx->message, "`steps`[2] = 1 after 2: expected ascending steps");
  CHECK_TEXT(sgdl_displacement_string(SGDL_PLATEAU), "plateau");
  CHECK_TEXT(sgdl_displacement_string((sgdl_displacement)9), "unknown");
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_power_law(&ctx);
  test_single_modes(&ctx);
  test_honesty(&ctx);
  test_errors(&ctx);
  return check_report();
}
