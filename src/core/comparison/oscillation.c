/* How a fitted mode oscillates: frequency, decay and quality with errors by the delta method. THEORY sections
 * 2 and 4. */
#include "fit.h"

#include <math.h>

#include "../stats/quantile.h"

static const double PI = 3.14159265358979323846;

typedef struct {
  sgdl_dynamics dynamics;
  sgdl_hyper hyper;
} setting;

static sgdl_hyper hyper_at(const setting *s, double phi)
{
  sgdl_hyper h = s->hyper;
  h.momentum = sgdl_momentum_of_phi(phi);
  return h;
}

/* Square of the frequency in cycles per step, negative where overdamped, smooth through critical damping:
 * Langevin (omega^2 - gamma^2) eta^2; SGD acos(x)^2 = -acosh(x)^2, x = p/(2 sqrt beta). Alternating: 1/4. */
static double squared_frequency(const setting *s, double log_kappa, double phi)
{
  sgdl_hyper h = hyper_at(s, phi);
  double beta = h.momentum, u = h.lr * exp(log_kappa), square;
  if (s->dynamics == SGDL_LANGEVIN) {
    double g = (1 - beta) / (1 + beta);
    square = 2 * u / (1 + beta) - g * g;
  } else {
    if (beta <= 0) return NAN;
    double root = sqrt(beta), low = (1 - beta) / (1 + root), below = (u - low * low) / (2 * root); /* 1 - x */
    if (below >= 2) return 0.25;
    double angle = below > 0 ? 2 * asin(sqrt(below / 2)) : 2 * asinh(sqrt(-below / 2));
    square = below > 0 ? angle * angle : -angle * angle;
  }
  return square / (4 * PI * PI);
}

static double log_decay(const setting *s, double log_kappa, double phi)
{
  sgdl_hyper h = hyper_at(s, phi);
  return log(h.lr * sgdl_mode_gamma(s->dynamics, &h, exp(log_kappa)));
}

static double log_quality(const setting *s, double log_kappa, double phi)
{
  sgdl_hyper h = hyper_at(s, phi);
  double kappa = exp(log_kappa);
  return log(sgdl_mode_omega(s->dynamics, &h, kappa) / (2 * sgdl_mode_gamma(s->dynamics, &h, kappa)));
}

/* Standard error of value(log kappa, phi) from the covariance of the three logarithms. */
static double standard_error(double (*value)(const setting *, double, double), const setting *s,
                             const sgdl_mode_fit *fit)
{
  const double step = 1e-5;
  double k = log(fit->kappa), p = fit->phi;
  double by_k = (value(s, k + step, p) - value(s, k - step, p)) / (2 * step);
  double by_p = (value(s, k, p + step) - value(s, k, p - step)) / (2 * step);
  const double *C = fit->covariance;
  double variance = by_k * by_k * C[4] + 2 * by_k * by_p * C[5] + by_p * by_p * C[8];
  return variance > 0 ? sqrt(variance) : NAN;
}

static void put(double *table, ptrdiff_t row, ptrdiff_t rows, int column, double a, double b, double c,
                double d)
{
  const double values[4] = { a, b, c, d };
  for (int i = 0; i < 4; i++) table[row + (column + i) * rows] = values[i];
}

static void put_logarithm(double *table, ptrdiff_t row, ptrdiff_t rows, int column, double value, double se,
                          double z)
{
  double x = exp(value);
  put(table, row, rows, column, x, x * se, x * exp(-z * se), x * exp(z * se));
}

void sgdl_fit_oscillation(const sgdl_model *model, const sgdl_fit_options *options, const sgdl_mode_fit *fit,
                          ptrdiff_t row, ptrdiff_t rows, double *table)
{
  setting s = { model->dynamics, model->hyper };
  double z = sgdl_normal_quantile(0.5 + 0.5 * options->level), k = log(fit->kappa);
  sgdl_hyper h = hyper_at(&s, fit->phi);
  sgdl_regime regime = sgdl_mode_regime(model->dynamics, &h, fit->kappa);
  double square = squared_frequency(&s, k, fit->phi), se = standard_error(squared_frequency, &s, fit);
  double frequency = square > 0 ? sqrt(square) : isnan(square) ? NAN : 0;
  if (regime == SGDL_ALTERNATING) se = NAN;
  put(table, row, rows, SGDL_FIT_FREQUENCY, frequency, frequency > 0 ? se / (2 * frequency) : NAN,
      isnan(se) ? NAN : sqrt(fmax(0, square - z * se)), isnan(se) ? NAN : sqrt(fmax(0, square + z * se)));
  put_logarithm(table, row, rows, SGDL_FIT_DECAY, log_decay(&s, k, fit->phi),
                standard_error(log_decay, &s, fit), z);
  put_logarithm(table, row, rows, SGDL_FIT_QUALITY, log_quality(&s, k, fit->phi),
                standard_error(log_quality, &s, fit), z);
  table[row + SGDL_FIT_REGIME * rows] = regime;
  table[row + SGDL_FIT_REGIME_SURE * rows] = !isnan(se) && fabs(square) > z * se;
}
