/* The response s(k) of a mode and its running sum T(k) in every damping regime, without overflow
 * or cancellation. THEORY sections 2 and 4, in units of steps and of (theta, eta v). */
#include "mode_response.h"

#include <float.h>
#include <math.h>

sgdl_mode sgdl_mode_of(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  sgdl_mode m = { .dynamics = dynamics, .eta = h->lr, .beta = h->momentum };
  m.u = m.eta * kappa;
  if (dynamics == SGDL_SGD) { /* G = F - I = [-u, beta; -u, beta - 1] */
    m.g11 = m.g21 = -m.u;
    m.g12 = m.beta;
    m.g22 = m.beta - 1;
    m.det = m.u;
  } else { /* G = -A eta = [0, 1; -w2, -2g], w2 = omega^2 eta^2, g = gamma eta */
    m.g11 = 0;
    m.g12 = 1;
    m.g22 = -2 * (1 - m.beta) / (1 + m.beta);
    m.det = 2 * m.u / (1 + m.beta);
    m.g21 = -m.det;
  }
  m.trace = m.g11 + m.g22;
  return m;
}

/* Short times (rate * k <= 1/2): E - I = sum_n c_n G^n with c_n = k^n/n!, or binomial(k, n) for SGD,
 * and G^n = alpha_n G - det alpha_{n-1} I. */
static sgdl_response short_time(const sgdl_mode *m, sgdl_real k)
{
  sgdl_real c = k, alpha = 1, previous = 0, s = k, T = 0;
  sgdl_real discrete = m->dynamics == SGDL_SGD, rate = fmaxl(fabsl(m->trace), sqrtl(fabsl(m->det)));
  sgdl_real bound = 1; /* of |alpha_n|/n */

  for (int n = 1; n < 40 && c != 0; n++) {
    c *= (k - discrete * n) / (n + 1);
    T += c * alpha;
    sgdl_real next = m->trace * alpha - m->det * previous;
    previous = alpha;
    alpha = next;
    s += c * alpha;
    if (fabsl(c) * (bound *= 2 * rate) <= LDBL_EPSILON / 16 * fabsl(s))
      break;
  }
  sgdl_real shrunk = 1 - m->det * T;
  return (sgdl_response){ .s = s, .T = T, .e11 = shrunk + s * m->g11, .e22 = shrunk + s * m->g22 };
}

/* (1 - r^k)/(1 - r) for r = 1 - x, |x| small or not: k at x = 0. */
static sgdl_real geometric_sum(sgdl_real x, sgdl_real k)
{
  return x == 0 ? k : -expm1l(k * log1pl(-x)) / x;
}

/* (big^k - small^k)/(big - small) from log(big) and the gap; critical damping (gap = 0) is k big^{k-1}. */
static sgdl_real divided_power(sgdl_real log_big, sgdl_real small, sgdl_real gap, sgdl_real k)
{
  if (k == 0)
    return 0;
  if (small > 0)
    return expl((k - 1) * log_big) * geometric_sum(fminl(1, gap / expl(log_big)), k);
  return (expl(k * log_big) - powl(small, k)) / gap;
}

/* ---- Langevin ---- */

static sgdl_response langevin_underdamped(const sgdl_mode *m, sgdl_real k, sgdl_real delta)
{
  sgdl_real g = -m->g22 / 2, decay = expl(-g * k), half = sinl(delta * k / 2);
  sgdl_real s = decay * sinl(delta * k) / delta, C = decay * cosl(delta * k);
  sgdl_real fallen = -expm1l(-g * k) + 2 * decay * half * half - g * s; /* 1 - e11 */
  return (sgdl_response){ .s = s, .T = fallen / m->det, .e11 = C + g * s, .e22 = C - g * s };
}

/* Real rates r1 = det/(g+q) (slow, by the product) and r2 = g+q; critical at q = 0. */
static sgdl_response langevin_overdamped(const sgdl_mode *m, sgdl_real k, sgdl_real q)
{
  sgdl_real r2 = -m->g22 / 2 + q, r1 = m->det / r2, slow = expl(-r1 * k);
  sgdl_real s = slow * (q == 0 ? k : -expm1l(-2 * q * k) / (2 * q));
  sgdl_real lasting = r1 == 0 ? k : -expm1l(-r1 * k) / r1;
  return (sgdl_response){ .s = s, .T = (lasting - s) / r2, .e11 = slow + r1 * s,
                          .e22 = expl(-r2 * k) - r1 * s };
}

static sgdl_response langevin_response(const sgdl_mode *m, sgdl_real k)
{
  sgdl_real g = -m->g22 / 2, w2 = m->det;
  sgdl_real discriminant = w2 > 0 ? (g - sqrtl(w2)) * (g + sqrtl(w2)) : g * g - w2;
  return discriminant < 0 ? langevin_underdamped(m, k, sqrtl(-discriminant))
                          : langevin_overdamped(m, k, sqrtl(discriminant));
}

/* ---- SGD: roots r1, r2 of r^2 - p r + beta ---- */

static sgdl_response without_momentum(const sgdl_mode *m, sgdl_real k)
{
  int slow = fabsl(m->u) < 0.5L; /* 1 - u is rounded */
  sgdl_real r = 1 - m->u, s = slow ? expl((k - 1) * log1pl(-m->u)) : powl(r, k - 1);
  sgdl_real sum = slow ? geometric_sum(m->u, k) : (1 - s * r) / m->u;
  return (sgdl_response){ .s = s, .T = sum - s, .e11 = s * r, .e22 = 0 };
}

/* p < 0: the roots are those of |p| times -1, so s_k and F^k alternate in sign. These modes are
 * fast (u > 1 + beta): the plain recursions lose nothing. */
static sgdl_response mirrored(const sgdl_mode *m, sgdl_real k, sgdl_real p, sgdl_real discriminant)
{
  sgdl_real beta = m->beta, root = sqrtl(fabsl(discriminant)), s[3]; /* s_{k-1}, s_k, s_{k+1} */
  sgdl_real sign = fmodl(k, 2) == 0 ? 1 : -1;
  for (int i = 0; i < 3; i++) {
    sgdl_real j = k + i - 1;
    if (discriminant < 0) {
      sgdl_real phi = atan2l(root, -p);
      s[i] = expl((j - 1) / 2 * logl(beta)) * sinl(j * phi) * 2 * sqrtl(beta) / root;
    } else {
      sgdl_real big = (root - p) / 2;
      s[i] = divided_power(logl(big), beta / big, root, j);
    }
    s[i] *= i == 1 ? -sign : sign;
  }
  sgdl_real e11 = s[2] - beta * s[1];
  return (sgdl_response){ .s = s[1], .T = (1 - e11) / m->u - s[1], .e11 = e11, .e22 = beta * (s[1] - s[0]) };
}

static sgdl_response sgd_underdamped(const sgdl_mode *m, sgdl_real k, sgdl_real p, sgdl_real root)
{
  sgdl_real log_rho = logl(m->beta) / 2, phi = atan2l(root, p);
  sgdl_real decay = expl(k * log_rho), half = sinl(k * phi / 2), h = (1 - m->u - m->beta) / 2;
  sgdl_real s = 2 * decay * sinl(k * phi) / root, C = decay * cosl(k * phi);
  sgdl_real fallen = -expm1l(k * log_rho) + 2 * decay * half * half - h * s; /* 1 - e11 */
  return (sgdl_response){ .s = s, .T = fallen / m->u - s, .e11 = C + h * s, .e22 = C - h * s };
}

/* Real roots by x = 1 - r, x^2 - (1-beta+u) x + u = 0: the slow one by the product of both. */
static sgdl_response sgd_overdamped(const sgdl_mode *m, sgdl_real k, sgdl_real root)
{
  sgdl_real b = 1 - m->beta + m->u, x1, x2;
  if (b >= 0) {
    x2 = (b + root) / 2;
    x1 = m->u / x2;
  } else { /* a steep saddle */
    x1 = (b - root) / 2;
    x2 = m->u / x1;
  }
  sgdl_real log_r1 = log1pl(-x1), r2 = m->beta / (1 - x1);
  sgdl_real s = divided_power(log_r1, r2, root, k), before = divided_power(log_r1, r2, root, k - 1);
  sgdl_real sum = (geometric_sum(x1, k) - r2 * s) / x2; /* sum_{j<=k} s_j */
  return (sgdl_response){ .s = s, .T = sum - s, .e11 = expl(k * log_r1) + x1 * r2 * s,
                          .e22 = m->beta * (powl(r2, k - 1) - x1 * before) };
}

static sgdl_response sgd_response(const sgdl_mode *m, sgdl_real k)
{
  sgdl_real beta = m->beta, p = 1 + beta - m->u, discriminant;
  if (beta == 0)
    return without_momentum(m, k);
  if (beta > 0) { /* (u - (1-sqrt beta)^2)(u - (1+sqrt beta)^2) */
    sgdl_real high = 1 + sqrtl(beta), low = (1 - beta) / high;
    discriminant = (m->u - low * low) * (m->u - high * high);
  } else {
    discriminant = p * p - 4 * beta;
  }
  if (p < 0)
    return mirrored(m, k, p, discriminant);
  return discriminant < 0 ? sgd_underdamped(m, k, p, sqrtl(-discriminant))
                          : sgd_overdamped(m, k, sqrtl(discriminant));
}

sgdl_response sgdl_mode_response(const sgdl_mode *m, sgdl_real k)
{
  sgdl_real rate = fmaxl(fabsl(m->g22), sqrtl(fabsl(m->det)));
  if (k == 0)
    return (sgdl_response){ .s = 0, .T = 0, .e11 = 1, .e22 = 1 };
  if (rate * k <= 0.5L)
    return short_time(m, k);
  return m->dynamics == SGDL_SGD ? sgd_response(m, k) : langevin_response(m, k);
}

sgdl_real sgdl_mode_amplitude(const sgdl_mode *m, sgdl_real *tau)
{
  sgdl_real beta = m->beta, eta2 = m->eta * m->eta;
  if (m->dynamics == SGDL_LANGEVIN) {
    *tau = 0;
    return eta2 / ((1 - beta) * (1 + beta));
  }
  *tau = 1 / (1 + beta);
  return eta2 * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - m->u));
}
