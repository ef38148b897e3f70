/* Sampling schemes: covariance of the batch noise over time, and the stationary state and mean
 * squared displacement it leads to, averaged over the phase of an epoch. THEORY section 6. */
#include "noise.h"
#include "accumulation.h"
#include "epoch_sums.h"
#include "noise_msd.h"

#include <math.h>
#include <stdlib.h>

void sgdl_noise_scheme(const sgdl_model *model, sgdl_noise *noise)
{
  double N = (double)model->n_examples, S = model->hyper.batch_size;
  sgdl_noise z = { .N = N, .S = S };
  z.u = N > 1 ? 1 / (N - 1) : 0;
  if (model->sampling == SGDL_REPLACEMENT) {
    z.scale = 1 / S;
  } else if (model->sampling == SGDL_WITHOUT) {
    z.scale = (N - S) / S * z.u;
  } else {
    ptrdiff_t size = (ptrdiff_t)S, rest = model->n_examples % size;
    z.epoch = 1;
    z.full = model->n_examples / size;
    z.remainder = model->drop_last ? 0 : rest;
    z.steps = z.full + (z.remainder > 0);
    if (rest > 0) { /* N mean_b(1/S_b) - M, written without the cancellation */
      double M = (double)z.steps, F = (double)z.full, r = (double)rest;
      z.excess = model->drop_last ? r / S : F * (S - r) * (S - r) / (r * S * M);
    }
    z.scale = z.u * (z.excess + (double)(z.steps - 1));
  }
  *noise = z;
}

/* ---- stationary ---------------------------------------------------------------------------------- */

/* Smallest curvature, in eta kappa, that stands for a flat mode where the limit kappa -> 0 exists:
 * nothing under- or overflows, and the error is of this order. */
static const double NEARLY_FLAT = 1e-100;

static double nearly_flat(const sgdl_hyper *h, double kappa)
{
  return kappa == 0 ? NEARLY_FLAT / h->lr : kappa;
}

/* a I + b G in units of (theta, v) */
static void combination(const sgdl_mode *mode, sgdl_real a, sgdl_real b, double out[4])
{
  out[0] = (double)(a + b * mode->g11);
  out[1] = (double)(b * mode->g21 / mode->eta);
  out[2] = (double)(b * mode->g12 * mode->eta);
  out[3] = (double)(a + b * mode->g22);
}

void sgdl_noise_delta(const sgdl_noise *noise, const sgdl_hyper *h, double kappa, double delta[4])
{
  sgdl_mode mode = sgdl_mode_of(SGDL_SGD, h, nearly_flat(h, kappa));
  sgdl_epoch_sums sum = sgdl_epoch_sums_at(&mode, noise->steps);
  sgdl_real pairs = noise->steps > 1 ? sum.n * (sum.n - 1) : 1;
  combination(&mode, mode.u * sum.V / pairs, -sum.U / pairs, delta); /* I - F^j = u T_j I - s_j G */
}

/* u [ excess r0 + (M-1) (Delta_i r0 + r0 Delta_j') ] */
static void epoch_stationary(const sgdl_noise *noise, const double Di[4], const double Dj[4],
                             const double r[4], double c[4])
{
  double b = noise->u * (double)(noise->steps - 1), a = noise->u * noise->excess;
  double white[4] = { 0, 0, 0, 0 };
  if (noise->excess > 0)
    for (int e = 0; e < 4; e++)
      white[e] = a * r[e];
  c[0] = white[0] + b * (Di[0] * r[0] + Di[2] * r[1] + r[0] * Dj[0] + r[2] * Dj[2]);
  c[1] = white[1] + b * (Di[1] * r[0] + Di[3] * r[1] + r[1] * Dj[0] + r[3] * Dj[2]);
  c[2] = white[2] + b * (Di[0] * r[2] + Di[2] * r[3] + r[0] * Dj[1] + r[2] * Dj[3]);
  c[3] = white[3] + b * (Di[1] * r[2] + Di[3] * r[3] + r[1] * Dj[1] + r[3] * Dj[3]);
}

void sgdl_noise_pair_stationary(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                double kappa_i, double kappa_j, const double *delta_i,
                                const double *delta_j, double c[4])
{
  if (!noise->epoch) {
    sgdl_pair_stationary(dynamics, h, kappa_i, kappa_j, c);
    for (int e = 0; e < 4; e++)
      c[e] *= noise->scale;
    return;
  }
  double white[4];
  sgdl_pair_stationary(dynamics, h, nearly_flat(h, kappa_i), nearly_flat(h, kappa_j), white);
  epoch_stationary(noise, delta_i, delta_j, white, c);
  if (kappa_i == 0 && kappa_j == 0 && noise->excess > 0)
    c[0] = INFINITY;
}

/* ---- autocovariance -------------------------------------------------------------------------------- */

/* Within an epoch: sum over lags |h| < M of (M - |h|)/M times r0 - r(k - h), less M (r0 - r(k)); the lags
 * h > k are those of the other mode, transposed. */
static void within_epoch(const sgdl_noise *noise, const sgdl_mode *mode, double k, double left[4],
                         double right[4])
{
  sgdl_epoch_sums here = sgdl_epoch_sums_at(mode, (ptrdiff_t)k);
  sgdl_epoch_sums rest = sgdl_epoch_sums_at(mode, noise->steps - (ptrdiff_t)k);
  sgdl_epoch_sums after = sgdl_epoch_sums_at(mode, noise->steps + (ptrdiff_t)k);
  sgdl_real M = (sgdl_real)noise->steps;
  sgdl_real of_s = after.U - 2 * here.U - M * M * here.s, of_T = after.V - 2 * here.V - M * M * here.T;
  combination(mode, noise->u * mode->u * of_T / M, -noise->u * of_s / M, left);
  combination(mode, noise->u * mode->u * rest.V / M, -noise->u * rest.U / M, right);
}

/* M^2 x_M - Lambda_x(M), x = s and T: what an epoch's noise leaves of the response after its end. */
static void after_epoch(const sgdl_mode *mode, sgdl_epoch_sums whole, sgdl_real *of_s, sgdl_real *of_T)
{
  sgdl_epoch_sums_triangle(mode, whole, of_s, of_T);
  *of_s = whole.n * whole.n * whole.s - *of_s;
  *of_T = whole.n * whole.n * whole.T - *of_T;
}

static void past_epoch(const sgdl_noise *noise, const sgdl_mode *mode, double k, double left[4])
{
  sgdl_epoch_sums whole = sgdl_epoch_sums_at(mode, noise->steps);
  sgdl_response r = sgdl_mode_response(mode, k - whole.n);
  sgdl_real of_s, of_T, kept = 1 - mode->u * r.T;
  after_epoch(mode, whole, &of_s, &of_T);
  /* (kept I + s G)(-u of_T I + of_s G), G^2 = trace G - u */
  sgdl_real a = -mode->u * (kept * of_T + r.s * of_s);
  sgdl_real b = kept * of_s + r.s * (mode->trace * of_s - mode->u * of_T);
  combination(mode, noise->u * a / whole.n, noise->u * b / whole.n, left);
}

void sgdl_noise_autocovariance(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                               double kappa, double k, double left[4], double right[4])
{
  double E[4], white = noise->epoch ? noise->u * noise->excess : noise->scale;
  left[0] = left[1] = left[2] = left[3] = 0;
  right[0] = right[1] = right[2] = right[3] = 0;
  if (noise->epoch) {
    sgdl_mode mode = sgdl_mode_of(dynamics, h, nearly_flat(h, kappa));
    if (k < (double)noise->steps)
      within_epoch(noise, &mode, k, left, right);
    else
      past_epoch(noise, &mode, k, left);
  }
  sgdl_mode_map(dynamics, h, kappa, k, E);
  for (int e = 0; e < 4; e++)
    left[e] += white * E[e];
}

void sgdl_noise_pair_autocovariance(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                                    double kappa_i, double kappa_j, const double L[4], const double R[4],
                                    double c[4])
{
  double r[4];
  if (noise->epoch) {
    kappa_i = nearly_flat(h, kappa_i);
    kappa_j = nearly_flat(h, kappa_j);
  }
  sgdl_pair_stationary(dynamics, h, kappa_i, kappa_j, r);
  c[0] = L[0] * r[0] + L[2] * r[1] + r[0] * R[0] + r[2] * R[2];
  c[1] = L[1] * r[0] + L[3] * r[1] + r[1] * R[0] + r[3] * R[2];
  c[2] = L[0] * r[2] + L[2] * r[3] + r[0] * R[1] + r[2] * R[3];
  c[3] = L[1] * r[2] + L[3] * r[3] + r[1] * R[1] + r[3] * R[3];
  if (isinf(r[0])) { /* white noise, two flat modes: velocities do not hear of positions */
    c[0] = INFINITY;
    c[1] = L[3] * r[1];
    c[3] = L[3] * r[3];
  }
}

/* ---- mean squared displacement -------------------------------------------------------------------- */

/* Steps after which E(k) is below 1e-22, up to a factor k near critical damping. */
static double settling_time(const sgdl_mode *m)
{
  const double forgotten = 64; /* exp(-64) = 2e-28 */
  double u = (double)m->det, b = -(double)m->trace, beta = (double)m->beta, rate;
  if (m->dynamics == SGDL_SGD && u > 1 + beta) { /* the roots of the mirror image, times -1 */
    u = 2 * (1 + beta) - u;
    b = 1 - beta + u;
  }
  double discriminant = b * b - 4 * u;
  if (discriminant < 0)
    rate = m->dynamics == SGDL_SGD ? -log(beta) / 2 : b / 2;
  else
    rate = 2 * u / (b + sqrt(discriminant)); /* SGD: 1 - |root| <= -log |root| */
  return rate > 0 ? forgotten / rate : INFINITY;
}

void sgdl_noise_msd_begin(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                          double kappa, sgdl_noise_msd *m)
{
  *m = (sgdl_noise_msd){ .noise = noise, .mode = sgdl_mode_of(dynamics, h, kappa), .stable = kappa >= 0 };
  m->amplitude = sgdl_mode_amplitude(&m->mode, &m->tau);
  m->settled = settling_time(&m->mode);
  if (noise->epoch) {
    sgdl_epoch_sums whole = sgdl_epoch_sums_at(&m->mode, noise->steps);
    m->M = whole.n;
    m->within = whole.V + m->tau * whole.U;
    after_epoch(&m->mode, whole, &m->after_s, &m->after_T);
  }
}

/* sum_{0<h<M} (M-h) [ 2 psi(h) + 2 psi(k) - psi(|k-h|) - psi(k+h) ]. With J_n = sum_{h<n} (n-h) psi(h) it is
 *   M^2 psi(k) + 2 J_M + 2 J_k - J_{k+M} - J_{|k-M|},
 * and with m, n the smaller and the larger of k, M: J_{n+m} + J_{n-m} - 2 J_n = sum_{|i|<m} (m-|i|)
 * psi(n+i). All sums are of like terms; what cancels between them is at most 10/((1-beta) M), in long
 * double. */
static sgdl_real sum_within(const sgdl_noise_msd *m, const sgdl_epoch_sums *here)
{
  const sgdl_mode *mode = &m->mode;
  sgdl_response b = sgdl_mode_response(mode, m->M - here->n);
  sgdl_real u = mode->u, kept = 1 - u * b.T, weight = here->n * here->n, of_s, of_T;
  sgdl_epoch_sums_triangle(mode, *here, &of_s, &of_T);
  sgdl_real T = weight * b.T + kept * of_T + b.s * of_s;
  sgdl_real s = b.s * (weight - u * of_T) + kept * of_s + mode->trace * b.s * of_s;
  return m->M * m->M * (here->T + m->tau * here->s) - (T + m->tau * s) + 2 * (here->V + m->tau * here->U);
}

static sgdl_real sum_past(const sgdl_noise_msd *m, double k)
{
  const sgdl_mode *mode = &m->mode;
  sgdl_response b = sgdl_mode_response(mode, k - m->M);
  sgdl_real of_s = m->after_s, of_T = m->after_T;
  return 2 * m->within + (1 - mode->u * b.T) * (of_T + m->tau * of_s)
         + b.s * (of_s + m->tau * (mode->trace * of_s - mode->u * of_T));
}

/* s and T alone. */
static sgdl_response response_or_limit(const sgdl_noise_msd *m, double k)
{
  if (k >= m->settled)
    return (sgdl_response){ .s = 0, .T = 1 / m->mode.det };
  return sgdl_mode_response(&m->mode, k);
}

double sgdl_noise_msd_half_slope(const sgdl_noise_msd *m, double k, double *slope)
{
  sgdl_response r = response_or_limit(m, k);
  sgdl_real amplitude = m->stable ? m->noise->scale * m->amplitude : NAN;
  *slope = (double)(amplitude * r.s);
  return (double)(amplitude * r.T);
}

double sgdl_noise_msd_half(const sgdl_noise_msd *m, double k)
{
  const sgdl_noise *noise = m->noise;
  sgdl_real psi = 0, sum;
  if (!m->stable)
    return NAN;
  if (noise->epoch && k < m->M) {
    sgdl_epoch_sums here = sgdl_epoch_sums_at(&m->mode, (ptrdiff_t)k);
    psi = here.T + m->tau * here.s;
    sum = sum_within(m, &here);
  } else {
    if (!noise->epoch || noise->excess > 0) {
      sgdl_response r = response_or_limit(m, k);
      psi = r.T + m->tau * r.s;
    }
    if (!noise->epoch)
      return (double)(noise->scale * m->amplitude * psi);
    sum = sum_past(m, k);
  }
  return (double)(noise->u * m->amplitude * (noise->excess * psi + sum / m->M));
}

double sgdl_noise_half_msd(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                           double kappa, double k)
{
  sgdl_noise_msd m;
  sgdl_noise_msd_begin(noise, dynamics, h, kappa, &m);
  return sgdl_noise_msd_half(&m, k);
}
