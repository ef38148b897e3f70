/* Calibration of the local exponent's simultaneous band: fractional Brownian motion, confined paths, and
 * paths of SGD's theory (ten modes, underdamped and overdamped). One replicate: the largest |error|/se over
 * all lags; it covers where that is at most the band's critical value. `bias` is then the mean of that
 * largest error. */
#include <string.h>

#include "calibration.h"

enum { MODES = 10 };

typedef struct variant {
  sgdl_diffusion process; /* first: calibration_diffusion looks here                             */
  int is_theory;
} variant;

static double theory_displacement(double h)
{
  const double damping = 0.05;
  double sum = 0.0;
  for (int m = 0; m < MODES; m++) {
    double square = 0.02 * pow(10.0, -0.5 * m), d2 = square - damping * damping, phi;
    if (d2 > 0.0) {
      double q = sqrt(d2);
      phi = exp(-damping * h) * (cos(q * h) + damping * sin(q * h) / q);
    } else {
      double q = sqrt(-d2), slow = square / (damping + q), fast = damping + q;
      phi = (fast * exp(-slow * h) - slow * exp(-fast * h)) / (fast - slow);
    }
    sum += 2.0 * (1.0 - phi);
  }
  return sum;
}

static double displacement(const variant *v, double h)
{
  if (v->is_theory) return theory_displacement(h);
  return v->process.process == SGDL_PROCESS_OU ? -expm1(-h / v->process.relaxation)
                                               : pow(h, v->process.exponent);
}

/* Sum of ten Langevin modes of unit variance: each an exact two-dimensional recursion in (x, v). */
static void simulate_theory(ptrdiff_t T, uint64_t path, double *x)
{
  double *z = malloc((size_t)(2 * T) * sizeof *z);
  memset(x, 0, (size_t)T * sizeof *x);
  for (int m = 0; m < MODES; m++) {
    const double g = 0.05, square = 0.02 * pow(10.0, -0.5 * m), d2 = square - g * g;
    double C, s;
    if (d2 > 0.0) {
      C = cos(sqrt(d2));
      s = sin(sqrt(d2)) / sqrt(d2);
    } else {
      C = cosh(sqrt(-d2));
      s = sinh(sqrt(-d2)) / sqrt(-d2);
    }
    const double e = exp(-g), a = e * (C + g * s), b = e * s, c = -e * square * s, d = e * (C - g * s);
    /* stationary covariance diag(1, square); noise = that less E of it E' */
    double n11 = 1.0 - a * a - b * b * square, n12 = -a * c - b * d * square,
           n22 = square - c * c - d * d * square;
    double l11 = sqrt(fmax(n11, 0.0)), l21 = l11 > 0.0 ? n12 / l11 : 0.0,
           l22 = sqrt(fmax(n22 - l21 * l21, 0.0));
    sgdl_normals(7, SGDL_STREAM_DIFFUSION, path, (uint64_t)m, 0, 2 * T, z);
    double position = z[0], velocity = sqrt(square) * z[1];
    x[0] += position;
    for (ptrdiff_t i = 1; i < T; i++) {
      double next = a * position + b * velocity + l11 * z[2 * i];
      velocity = c * position + d * velocity + l21 * z[2 * i] + l22 * z[2 * i + 1];
      position = next;
      x[i] += position;
    }
  }
  free(z);
}

static void simulate(const calibration_case *c, ptrdiff_t batch, ptrdiff_t count, double *x)
{
  if (!((const variant *)c->user)->is_theory) {
    calibration_diffusion(c, batch, count, x);
    return;
  }
#pragma omp parallel for
  for (ptrdiff_t r = 0; r < count; r++)
    simulate_theory(c->size, (uint64_t)(batch * CALIBRATION_BATCH + r), x + c->size * r);
}

static void estimate(const calibration_case *c, sgdl_context *ctx, const double *x, calibration_outcome *out)
{
  enum { MOST = 64 };
  const double span = 2.0;
  double from[MOST], to[MOST], exponent[MOST], critical[3],
    *covariance = malloc(MOST * MOST * sizeof(double));
  ptrdiff_t n = 0;
  calibration_check(ctx,
                    sgdl_log_lags(ctx, 1, (ptrdiff_t)((double)c->size / 10.0 / span), 8, MOST, from, &n));
  for (ptrdiff_t k = 0; k < n; k++) to[k] = floor(from[k] * span + 0.5);
  out->failed = sgdl_local_exponent(ctx, c->size, 1, 1, x, n, from, to, 0.95, 1999, 1, exponent, covariance,
                                    critical) != SGDL_OK;
  out->flagged = critical[2] < SGDL_LOCAL_FEWEST;
  out->estimate = 0.0;
  for (ptrdiff_t k = 0; k < n && !out->failed; k++) {
    double truth = log(displacement(c->user, to[k]) / displacement(c->user, from[k])) / log(to[k] / from[k]);
    out->estimate = fmax(out->estimate, fabs(exponent[k] - truth) / sqrt(covariance[k + n * k]));
  }
  out->lower = out->estimate - critical[1];
  out->upper = HUGE_VAL;
  free(covariance);
}

static void study(const char *name, sgdl_process process, double exponent, ptrdiff_t n, double scale)
{
  variant v = { { .process = process,
                  .steps = n,
                  .dim = 1,
                  .exponent = exponent,
                  .diffusivity = 1.0,
                  .relaxation = 30.0,
                  .seed = 11 + (uint64_t)n + (uint64_t)(1e4 * exponent) },
                name[0] == 't' };
  calibration_case c = { .process = name,
                         .method = "local",
                         .quantity = "band",
                         .n = n,
                         .exponent = exponent,
                         .truth = 0.0,
                         .bound = NAN,
                         .interior = NAN,
                         .simulate = simulate,
                         .estimate = estimate,
                         .size = n + 1,
                         .replicates = calibration_replicates(n > 5000 ? 2000 : 10000, scale),
                         .user = &v };
  calibration_study(&c);
}

int main(int argc, char **argv)
{
  const double *const exponents = calibration_exponents;
  const ptrdiff_t *const lengths = calibration_lengths;
  const double scale = calibration_scale(argc, argv);
  calibration_header();
  for (int l = 0; l < 3; l++) {
    for (int e = 0; e < 5; e++) study("fbm", SGDL_PROCESS_FBM, exponents[e], lengths[l], scale);
    study("ou", SGDL_PROCESS_OU, 1.0, lengths[l], scale);
    study("theory", SGDL_PROCESS_OU, 1.0, lengths[l], scale);
  }
  return 0;
}
