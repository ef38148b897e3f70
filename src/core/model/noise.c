/* Sampling schemes: covariance of the batch noise over time, and the stationary state and mean
 * squared displacement it leads to, averaged over the phase of an epoch. THEORY section 6. */
#include "noise.h"
#include "accumulation.h"
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

void sgdl_noise_delta(const sgdl_noise *noise, const sgdl_hyper *h, double kappa, double delta[4])
{
  sgdl_mode mode = sgdl_mode_of(SGDL_SGD, h, nearly_flat(h, kappa));
  sgdl_real M = (sgdl_real)noise->steps, s = 1, change = 1, T = 0, sum_s = 0, sum_T = 0;
  for (ptrdiff_t j = 1; j < noise->steps; j++) { /* I - F^j = u T_j I - s_j G */
    sgdl_real w = (M - j) / (M * (M - 1));
    sum_s += w * s;
    sum_T += w * T;
    T += s;
    change = mode.beta * change - mode.u * s;
    s += change;
  }
  sgdl_real common = mode.u * sum_T;
  delta[0] = (double)(common - sum_s * mode.g11);
  delta[1] = (double)(-sum_s * mode.g21 / mode.eta);
  delta[2] = (double)(-sum_s * mode.g12 * mode.eta);
  delta[3] = (double)(common - sum_s * mode.g22);
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

/* ---- mean squared displacement -------------------------------------------------------------------- */

/* sum_h (M-h)/M x_h and sum_h h/M x_h over h = 1..M-1 for x = s and T */
static void epoch_sums(sgdl_noise_msd *m)
{
  sgdl_real M = m->M, s = 1, change = 1, T = 0;
  for (sgdl_real j = 1; j < M; j++) {
    m->falling_s += (M - j) / M * s;
    m->falling_T += (M - j) / M * T;
    m->rising_s += j / M * s;
    m->rising_T += j / M * T;
    T += s;
    change = m->mode.beta * change - m->mode.u * s;
    s += change;
  }
}

void sgdl_noise_msd_begin(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                          double kappa, sgdl_noise_msd *m)
{
  *m = (sgdl_noise_msd){ .noise = noise, .mode = sgdl_mode_of(dynamics, h, kappa), .stable = kappa >= 0 };
  m->amplitude = sgdl_mode_amplitude(&m->mode, &m->tau);
  if (noise->epoch) {
    m->M = (sgdl_real)noise->steps;
    epoch_sums(m);
  }
}

/* sum_h (M-h)/M [ 2 psi(h) - psi(|k-h|) - psi(k+h) ] for k < M, in one pass over psi(1), psi(2), ... */
static sgdl_real within_epoch(const sgdl_noise_msd *m, sgdl_real k)
{
  sgdl_real M = m->M, s = 1, change = 1, T = 0, sum = 0;
  for (sgdl_real j = 1; j < k + M; j++) {
    sgdl_real weight = 0;
    if (j < M)
      weight += 2 * (M - j);
    if (j < k)
      weight -= M - (k - j); /* h = k - j */
    if (j < M - k)
      weight -= M - (k + j); /* h = k + j */
    if (j > k)
      weight -= M - (j - k); /* h = j - k */
    sum += weight / M * (T + m->tau * s);
    T += s;
    change = m->mode.beta * change - m->mode.u * s;
    s += change;
  }
  return sum;
}

/* The same for k >= M, by E(a + b) = E(a) E(b): with E = (1 - u T) I + s G,
 *   T_{a+b} = T_a + T_b (1 - u T_a) + s_a s_b
 *   s_{a+b} = s_a (1 - u T_b) + s_b (1 - u T_a) + trace G s_a s_b. */
static sgdl_real shifted_sum(const sgdl_noise_msd *m, sgdl_real k, sgdl_real sum_s, sgdl_real sum_T)
{
  sgdl_response r = sgdl_mode_response(&m->mode, k);
  sgdl_real u = m->mode.u, weight = (m->M - 1) / 2, left = 1 - u * r.T;
  sgdl_real T = weight * r.T + sum_T * left + r.s * sum_s;
  sgdl_real s = sum_s * left + r.s * (weight - u * sum_T) + m->mode.trace * r.s * sum_s;
  return T + m->tau * s;
}

double sgdl_noise_msd_half(const sgdl_noise_msd *m, double k)
{
  const sgdl_noise *noise = m->noise;
  sgdl_response r = sgdl_mode_response(&m->mode, k);
  sgdl_real psi = r.T + m->tau * r.s, sum;
  if (!m->stable)
    return NAN;
  if (!noise->epoch)
    return (double)(noise->scale * m->amplitude * psi);
  if (k < m->M)
    sum = within_epoch(m, k);
  else
    sum = 2 * (m->falling_T + m->tau * m->falling_s) - shifted_sum(m, k, m->falling_s, m->falling_T)
          - shifted_sum(m, k - m->M, m->rising_s, m->rising_T);
  sum += (m->M - 1) * psi; /* 2 psi(k) sum_h (M-h)/M */
  return (double)(noise->u * m->amplitude * (noise->excess * psi + sum));
}

double sgdl_noise_half_msd(const sgdl_noise *noise, sgdl_dynamics dynamics, const sgdl_hyper *h,
                           double kappa, double k)
{
  sgdl_noise_msd m;
  sgdl_noise_msd_begin(noise, dynamics, h, kappa, &m);
  return sgdl_noise_msd_half(&m, k);
}
