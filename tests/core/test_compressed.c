/* Compressed spectra against the sum over all modes, over the whole range of momentum and curvature. */
#include "../../src/core/base/base.h"
#include "../../src/core/model/noise_msd.h"

#include "check.h"

#include <stdlib.h>

enum { D = 1500, STEPS = 25 };

static double rho[D], noise[D], nodes[D], weights[D];

/* sum over modes of weight times half the MSD, and the slope per step under Langevin */
static double sum_over(const sgdl_model *model, ptrdiff_t n, const double *kappa, const double *weight,
                       double k)
{
  sgdl_noise white;
  double sum = 0;
  sgdl_noise_scheme(model, &white);
#pragma omp parallel for reduction(+ : sum) schedule(static)
  for (ptrdiff_t l = 0; l < n; l++)
    sum += weight[l] * sgdl_noise_half_msd(&white, model->dynamics, &model->hyper, kappa[l], k);
  return sum;
}

/* Largest relative error over steps to 1e6 (whole steps, both parities, and the returns of oscillations). */
static double worst_error(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t *n_nodes)
{
  double worst = 0;
  CHECK_STATUS(sgdl_compress_spectrum(ctx, model, 1e6, n_nodes, nodes, weights), SGDL_OK);
  const int stride = getenv("SGDL_TEST_SHORT") ? 4 : 1;
  for (int i = 0; i < STEPS; i += stride) {
    double k = round(pow(10, 6.0 * i / (STEPS - 1)));
    double exact = sum_over(model, D, rho, noise, k);
    double compressed = sum_over(model, *n_nodes, nodes, weights, k);
    worst = fmax(worst, fabs(compressed / exact - 1));
  }
  return worst;
}

static void test_whole_range(sgdl_context *ctx)
{
  static const double MOMENTUM[] = { 0, 0.001, 0.2, 0.5, 0.9, 0.99, 0.999, 0.9999, -0.5, -0.95 };
  for (int dynamics = 0; dynamics < 2; dynamics++)
    for (size_t b = 0; b < sizeof MOMENTUM / sizeof *MOMENTUM; b++) {
      if (b % 4 != 0 && getenv("SGDL_TEST_SHORT")) continue;
      double limit = 2 * (1 + MOMENTUM[b]);
      sgdl_model model = { .dim = D, .hyper = { 0.1, MOMENTUM[b], 0, 1 }, .dynamics = dynamics, .rho = rho,
                           .noise = noise, .sigma2 = -1 };
      for (int shape = 0; shape < 4; shape++) {
        for (int l = 0; l < D; l++) {
          double q = (l + 0.5) / D;
          if (shape == 0) /* 16 decades up to 99.9% of the limit */
            rho[l] = 0.999 * limit / 0.1 * pow(10, -16 * q);
          else if (shape == 1) /* evenly up to there */
            rho[l] = 0.999 * limit / 0.1 * (1 - q);
          else if (shape == 2) /* all around critical damping, 10 times that down to a tenth */
            rho[l] = fmin((1 - MOMENTUM[b]) * (1 - MOMENTUM[b]) / limit / 0.1 * pow(10, 1 - 2 * q),
                          0.999 * limit / 0.1);
          else /* all in one or two panels in the middle */
            rho[l] = limit / 0.2 * (1 + (1 - MOMENTUM[b]) / 2 * (0.5 - q));
          noise[l] = shape == 0 ? rho[l] : 1;
        }
        ptrdiff_t n;
        double error = worst_error(ctx, &model, &n);
        CHECK(n <= D);
        if (!(error < 1e-9) || getenv("SGDL_TEST_VERBOSE"))
          printf("dynamics %d momentum %g shape %d: %td nodes, error %.2g\n", dynamics, MOMENTUM[b], shape, n,
                 error);
        CHECK_NEAR(error, 0, 1e-9);
      }
    }
}

int main(void)
{
  sgdl_context ctx;
  sgdl_context_init(&ctx);
  test_whole_range(&ctx);
  return check_report();
}
