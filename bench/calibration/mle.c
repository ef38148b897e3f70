/* Calibration of diffusion_exponent(method = "mle") on fractional Brownian motion, without and with
 * localisation noise (which is then fitted), and the bias on processes that are not fractional Brownian
 * motion. */
#include "calibration.h"

typedef struct variant {
  sgdl_diffusion process; /* first: calibration_diffusion looks here */
  sgdl_mle_options options;
} variant;

static void estimate(const calibration_case *c, sgdl_context *ctx, const double *x, calibration_outcome *out)
{
  const variant *v = c->user;
  sgdl_exponent_mle e;
  sgdl_status status = sgdl_exponent_mle_fit(ctx, c->n + 1, 1, 1, x, &v->options, NULL, NULL, &e);
  if (status != SGDL_OK) {
    out->failed = 1;
    if (getenv("CALIBRATION_VERBOSE")) fprintf(stderr, "%s: %s\n", sgdl_status_word(status), ctx->message);
    return;
  }
  out->flagged = v->options.noise && (!e.noise_detected || e.at_boundary);
  out->estimate = e.exponent;
  out->lower = e.lower;
  out->upper = e.upper;
}

static void study(sgdl_process process, const char *name, const char *method, ptrdiff_t n, double exponent,
                  double noise, int drift, ptrdiff_t replicates)
{
  sgdl_context ctx;
  variant v = {{.process = process, .steps = n, .dim = 1, .exponent = exponent, .diffusivity = 1.0,
                .relaxation = (double)n / 20.0, .noise = noise,
                .seed = 1 + (uint64_t)n + (uint64_t)(1e4 * exponent) + (uint64_t)(1e6 * noise)},
               {.noise = noise > 0, .drift = drift, .level = 0.95}};
  calibration_case c = {.process = name,
                        .method = method,
                        .quantity = "exponent",
                        .n = n,
                        .exponent = exponent,
                        .noise = noise,
                        .truth = exponent,
                        .bound = NAN,
                        .interior = NAN,
                        .replicates = replicates,
                        .simulate = calibration_diffusion,
                        .estimate = estimate,
                        .size = n + 1,
                        .user = &v};
  sgdl_context_init(&ctx);
  if (process == SGDL_PROCESS_FBM) {
    double noise_bound;
    calibration_check(&ctx, sgdl_fbm_bound(&ctx, n, 1, &v.options, exponent, noise, &c.bound, &noise_bound));
    c.interior = noise / noise_bound;
  }
  calibration_study(&c);
}

int main(int argc, char **argv)
{
  static const double noises[] = {0.1, 0.5, 2.0};
  static const ptrdiff_t full[] = {10000, 10000, 2000}, noisy[] = {2000, 2000, 400};
  const double *const exponents = calibration_exponents;
  const ptrdiff_t *const lengths = calibration_lengths;
  const double scale = calibration_scale(argc, argv);
  calibration_header();
  for (int l = 0; l < 3; l++)
    for (int e = 0; e < 5; e++) {
      study(SGDL_PROCESS_FBM, "fbm", "mle", lengths[l], exponents[e], 0.0, 1,
            calibration_replicates(full[l], scale));
      study(SGDL_PROCESS_FBM, "fbm", "mle without drift", lengths[l], exponents[e], 0.0, 0,
            calibration_replicates(full[l] / 5, scale));
    }
  for (int l = 0; l < 3; l++)
    for (int e = 0; e < 5; e++)
      for (int q = 0; q < 3; q++)
        study(SGDL_PROCESS_FBM, "fbm", "mle with noise", lengths[l], exponents[e], noises[q], 1,
              calibration_replicates(noisy[l], scale));
  for (int l = 0; l < 2; l++) { /* no pass mark: what the method says of other processes */
    study(SGDL_PROCESS_SCALED, "scaled", "mle", lengths[l], 0.7, 0.0, 1, calibration_replicates(1000, scale));
    study(SGDL_PROCESS_OU, "ou", "mle", lengths[l], 1.0, 0.0, 1, calibration_replicates(1000, scale));
    study(SGDL_PROCESS_CTRW, "ctrw", "mle", lengths[l], 0.7, 0.0, 1, calibration_replicates(1000, scale));
    study(SGDL_PROCESS_LEVY_WALK, "levy-walk", "mle", lengths[l], 1.4, 0.0, 1,
          calibration_replicates(1000, scale));
  }
  return 0;
}
