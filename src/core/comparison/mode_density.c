/* Spectral density of a mode seen every few steps; see mode_density.h. */
#include "mode_density.h"

#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

double sgdl_phi_of_momentum(double momentum)
{
  return log1p(-momentum) - log1p(momentum);
}

double sgdl_momentum_of_phi(double phi)
{
  return tanh(-0.5 * phi);
}

/* ---- grid ------------------------------------------------------------------------------------------ */

static ptrdiff_t common_divisor(ptrdiff_t a, ptrdiff_t b)
{
  while (b != 0) {
    ptrdiff_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static sgdl_status check_epochs(sgdl_context *ctx, const sgdl_mode_density *m)
{
  const ptrdiff_t most = (ptrdiff_t)1 << 26;
  if (m->every == 1)
    return SGDL_OK;
  if (common_divisor(m->every, m->noise.steps) > 1)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "`x` has a frame every %td steps and an epoch is %td steps: expected no common divisor, "
                     "as the frames would see only some phases of the epoch", m->every, m->noise.steps);
  if (m->every > most / (m->n + 1))
    return sgdl_fail(ctx, SGDL_TOO_LARGE,
                     "`x` has a frame every %td steps under epochs: expected at most %td for %td frames",
                     m->every, most / (m->n + 1), m->n + 2);
  return SGDL_OK;
}

sgdl_status sgdl_mode_density_open(sgdl_context *ctx, const sgdl_model *model, ptrdiff_t every, ptrdiff_t n,
                                   sgdl_mode_density *m)
{
  *m = (sgdl_mode_density){ .dynamics = model->dynamics, .hyper = model->hyper, .every = every, .n = n,
                            .aliases = 1 };
  sgdl_noise_scheme(model, &m->noise);
  if (m->noise.epoch) {
    SGDL_TRY(check_epochs(ctx, m));
    m->aliases = every;
  }
  ptrdiff_t size = sgdl_times(n + 1, m->aliases);
  SGDL_TRY(sgdl_alloc(ctx, &m->half, size, "the frequencies"));
  SGDL_TRY(sgdl_alloc(ctx, &m->sine, size, "the frequencies"));
  SGDL_TRY(sgdl_alloc(ctx, &m->frame_half, n + 1, "the frequencies"));
  SGDL_TRY(sgdl_alloc(ctx, &m->frame_sine, n + 1, "the frequencies"));
  if (m->noise.epoch)
    SGDL_TRY(sgdl_alloc(ctx, &m->power, size, "the spectrum of the noise"));
  for (ptrdiff_t i = 0; i <= n; i++) {
    double w = PI * (double)i / (double)n, half = sin(w / 2);
    m->frame_half[i] = half * half;
    m->frame_sine[i] = sin(w);
  }
  for (ptrdiff_t j = 0; j < m->aliases; j++)
    for (ptrdiff_t i = 0; i <= n; i++) {
      ptrdiff_t at = i + j * (n + 1);
      double w = (PI * (double)i / (double)n + 2 * PI * (double)j) / (double)m->aliases;
      double half = sin(w / 2);
      m->half[at] = half * half;
      m->sine[at] = sin(w);
      if (m->power)
        m->power[at] = sgdl_noise_spectrum(&m->noise, w > PI ? 2 * PI - w : w);
    }
  return SGDL_OK;
}

void sgdl_mode_density_close(sgdl_mode_density *m)
{
  free(m->half);
  free(m->sine);
  free(m->power);
  free(m->frame_half);
  free(m->frame_sine);
  m->half = m->sine = m->power = m->frame_half = m->frame_sine = NULL;
}

/* ---- law of the frames ---------------------------------------------------------------------------- */

int sgdl_mode_density_stable(const sgdl_mode_density *m, double kappa, double phi)
{
  double beta = sgdl_momentum_of_phi(phi);
  if (!(kappa >= 0 && fabs(beta) < 1))
    return 0;
  return m->dynamics == SGDL_LANGEVIN || m->hyper.lr * kappa < 2 * (1 + beta);
}

/* Over the map E of `steps` steps; c0 and c1 of white noise. */
static sgdl_frame_law law_over(const sgdl_mode_density *m, ptrdiff_t steps, double kappa, double phi)
{
  sgdl_hyper h = m->hyper;
  double E[4], Q[4], k = (double)steps;
  h.momentum = sgdl_momentum_of_phi(phi);
  sgdl_frame_law law = { .g = h.lr * kappa, .det = h.momentum, .c0 = h.lr * h.lr };
  if (m->dynamics == SGDL_SGD && steps == 1) {
    law.c0 *= m->noise.epoch ? 1 : m->noise.scale;
    return law;
  }
  sgdl_mode_map_minus_identity(m->dynamics, &h, kappa, k, E);
  law.g = E[0] * E[3] - E[2] * E[1];
  law.det = m->dynamics == SGDL_SGD ? pow(h.momentum, k) : exp(-2 * exp(phi) * k);
  if (m->noise.epoch)
    return law;
  sgdl_noise_pair_from_point(&m->noise, m->dynamics, &h, kappa, kappa, k, Q);
  double E22 = E[3] + 1, E12 = E[2];
  law.c0 = Q[0] * (1 + E22 * E22) - 2 * E22 * E12 * Q[1] + E12 * E12 * Q[3];
  law.c1 = E12 * Q[1] - E22 * Q[0];
  return law;
}

sgdl_frame_law sgdl_frame_law_of(const sgdl_mode_density *m, double kappa, double phi)
{
  return law_over(m, m->every, kappa, phi);
}

static double squared(const sgdl_frame_law *law, double half, double sine, double *stiffness, double *drag)
{
  *stiffness = law->g - 2 * (1 + law->det) * half;
  *drag = (1 - law->det) * sine;
  return *stiffness * *stiffness + *drag * *drag;
}

/* ---- what epochs leave in common --------------------------------------------------------------------- */

static const double negligible = 1e-2; /* of D D'/M^2 */

sgdl_frame_law sgdl_step_law_of(const sgdl_mode_density *m, double kappa, double phi)
{
  return law_over(m, 1, kappa, phi);
}

/* D(w) D(w + 2 pi g/M)/M^2, but for the sign that all w have alike; one of the two is 0 where the other is M. */
static double shared_sum(double M, double w, double apart)
{
  double half = sin(0.5 * w), other = sin(0.5 * (w + apart)), sine = sin(0.5 * M * w);
  if (fabs(half) < 1e-12 || fabs(other) < 1e-12) return 0;
  return sine * sine / (M * M * half * other);
}

/* 1/T = stiffness + i drag at w radians a step; |T|^2. */
static double gain(const sgdl_frame_law *step, double w, double *stiffness, double *drag)
{
  double half = sin(0.5 * w);
  return 1 / squared(step, half * half, sin(w), stiffness, drag);
}

static double spectrum_at(const sgdl_noise *noise, double w)
{
  w = fmod(w, 2 * PI);
  return sgdl_noise_spectrum(noise, w > PI ? 2 * PI - w : w);
}

/* |D(w)| >= negligible M only for w near 0: of the aliases of W so many at each end are looked at. */
static ptrdiff_t aliases_near(const sgdl_mode_density *m)
{
  double reach = 2 * asin(fmin(1, 1 / (negligible * (double)m->noise.steps)));
  return 1 + (ptrdiff_t)(reach * (double)m->every / (2 * PI));
}

static ptrdiff_t next_near(ptrdiff_t j, ptrdiff_t near, ptrdiff_t every)
{
  return j + 1 == near && near < every - near ? every - near : j + 1;
}

int sgdl_epoch_coherent(const sgdl_mode_density *m, double W)
{
  const ptrdiff_t near = aliases_near(m);
  const double M = (double)m->noise.steps;
  for (ptrdiff_t j = 0; j < m->every; j = next_near(j, near, m->every)) {
    double half = 0.5 * (W + 2 * PI * (double)j) / (double)m->every;
    if (fabs(sin(M * half)) >= negligible * M * fabs(sin(half))) return 1;
  }
  return 0;
}

double sgdl_epoch_coherence(const sgdl_mode_density *m, const sgdl_frame_law *step, double W, ptrdiff_t g)
{
  const double M = (double)m->noise.steps, apart = 2 * PI * (double)g / M;
  const ptrdiff_t near = aliases_near(m);
  double largest = 0, re = 0, im = 0, f = 0, other = 0;
  for (ptrdiff_t j = 0; j < m->every; j = next_near(j, near, m->every))
    largest = fmax(largest, fabs(shared_sum(M, (W + 2 * PI * (double)j) / (double)m->every, apart)));
  if (largest < negligible) return 0;
  for (ptrdiff_t j = 0; j < m->every; j++) {
    double w = (W + 2 * PI * (double)j) / (double)m->every, s, d, s2, d2;
    double T = gain(step, w, &s, &d), T2 = gain(step, w + apart, &s2, &d2);
    double size = m->noise.u * M * shared_sum(M, w, apart) * T * T2;
    re += size * (s * s2 + d * d2);
    im += size * (s * d2 - d * s2);
    f += T * spectrum_at(&m->noise, w);
    other += T2 * spectrum_at(&m->noise, w + apart);
  }
  return fmin(1, (re * re + im * im) / (f * other));
}

/* (x(+) - x(-))/(2 step): derivatives of the four numbers of the law. */
static sgdl_frame_law difference(sgdl_frame_law above, sgdl_frame_law below, double step)
{
  double scale = 0.5 / step;
  return (sgdl_frame_law){ scale * (above.g - below.g), scale * (above.det - below.det),
                           scale * (above.c0 - below.c0), scale * (above.c1 - below.c1) };
}

void sgdl_mode_density_at(const sgdl_mode_density *m, double kappa, double phi, const sgdl_frame_law *filter,
                          double *f, double *by_kappa, double *by_phi)
{
  const double step = 1e-4; /* truncation 1e-9, rounding 1e-12 of the law's numbers */
  ptrdiff_t over = m->noise.epoch ? 1 : m->every, n = m->n;
  sgdl_frame_law law = law_over(m, over, kappa, phi), of_kappa = { 0 }, of_phi = { 0 };
  double weight = 1.0 / (double)m->aliases, stiffness, drag;
  if (by_kappa)
    of_kappa = difference(law_over(m, over, kappa * exp(step), phi),
                          law_over(m, over, kappa * exp(-step), phi),
                          step);
  if (by_phi)
    of_phi = difference(law_over(m, over, kappa, phi + step), law_over(m, over, kappa, phi - step), step);
  for (ptrdiff_t i = 0; i <= n; i++) {
    double sum = 0, sum_kappa = 0, sum_phi = 0, shape = 1;
    if (filter) {
      shape = squared(filter, m->frame_half[i], m->frame_sine[i], &stiffness, &drag);
    }
    for (ptrdiff_t j = 0; j < m->aliases; j++) {
      ptrdiff_t at = i + j * (n + 1);
      double half = m->half[at], sine = m->sine[at], cosine = 1 - 2 * half;
      double size = squared(&law, half, sine, &stiffness, &drag);
      double white = law.c0 + 2 * law.c1 * cosine, power = m->power ? m->power[at] : 1;
      double ratio = weight * power * shape / size;
      double g = 2 * stiffness / size, det = -(4 * stiffness * half + 2 * drag * sine) / size;
      sum += white * ratio;
      if (by_kappa)
        sum_kappa += ratio * (of_kappa.c0 + 2 * of_kappa.c1 * cosine
                              - white * (g * of_kappa.g + det * of_kappa.det));
      if (by_phi)
        sum_phi += ratio * (of_phi.c0 + 2 * of_phi.c1 * cosine - white * (g * of_phi.g + det * of_phi.det));
    }
    f[i] = sum;
    if (by_kappa)
      by_kappa[i] = sum_kappa;
    if (by_phi)
      by_phi[i] = sum_phi;
  }
  if (filter) { /* where a slow mode's density is huge; no part of a periodogram but its first ordinate */
    f[0] = f[1];
    if (by_kappa)
      by_kappa[0] = by_kappa[1];
    if (by_phi)
      by_phi[0] = by_phi[1];
  }
}
