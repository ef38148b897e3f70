/* The generalised Schur algorithm by doubling.
 *
 * One step of Schur on generators (a, b), of which a_i pairs with b_i:
 *   k = -b_0/a_0,  a <- a + k b,  b <- (b + k a) shifted down by one.
 * m steps multiply (A(z), B(z)) = (a(z), z b(z)) by the matrix
 *   ( z^m delta(1/z)   beta(z) )
 *   ( z^m beta(1/z)    delta(z) ),   delta and beta of degree m - 1, delta_0 = 1,
 * a step more gives beta <- z beta + k delta, delta <- delta + k z beta. With epsilon_i = beta_{m-1-i} the
 * generators after m steps are a correlation and a convolution,
 *   a'_i = sum_j delta_j a_{i+j} + epsilon_j b_{i+j},   b'_i = (epsilon * a + delta * b)_{i+m},
 * and m_1 steps followed by m_2 make
 *   delta = delta_2 * delta_1 + z^{m_1} epsilon_2 * epsilon_1(1/z),
 *   epsilon = delta_2 * epsilon_1 + z^{m_1} epsilon_2 * delta_1(1/z).
 * With transforms of length 2 m_1 nothing that is used wraps around and z^{m_1} is (-1)^k at frequency k. */
#include <math.h>
#include <string.h>

#include "toeplitz.h"

/* delta, beta: `steps` each, beta with as many again before it to grow into. */
SGDL_VECTORISED static int run_steps(ptrdiff_t steps, double *restrict a, double *restrict b,
                                     double *restrict delta, double *restrict beta_end,
                                     double *restrict reflection)
{
  double *restrict beta = beta_end;
  for (ptrdiff_t j = 0; j < steps; j++) {
    const double k = -b[j] / a[0];
    if (!(fabs(k) < 1.0)) return 1;
    reflection[j] = k;
    double *restrict shifted = b + j;
    for (ptrdiff_t i = 0; i < steps - j; i++) {
      double before = a[i];
      a[i] += k * shifted[i];
      shifted[i] += k * before;
    }
    *--beta = 0.0;
    delta[j] = j == 0;
    for (ptrdiff_t i = 0; i <= j; i++) {
      double before = beta[i];
      beta[i] += k * delta[i];
      delta[i] += k * before;
    }
  }
  return 0;
}

int sgdl_schur_directly(ptrdiff_t steps, double *a, double *b, double *delta, double *beta,
                        double *reflection)
{
  return run_steps(steps, a, b, delta, beta + steps, reflection);
}

static int leaf(ptrdiff_t steps, double *a, double *b, double *delta, double *epsilon, double *reflection)
{
  double beta[SGDL_SCHUR_LEAF];
  if (sgdl_schur_directly(steps, a, b, delta, beta, reflection)) return 1;
  for (ptrdiff_t i = 0; i < steps; i++) epsilon[i] = beta[steps - 1 - i];
  return 0;
}

/* Spectrum of x (m), zeros up to n. */
static void transform(const sgdl_toeplitz *t, const sgdl_schur_level *l, ptrdiff_t m, const double *x,
                      double *spectrum)
{
  memcpy(t->padded, x, (size_t)m * sizeof(double));
  memset(t->padded + m, 0, (size_t)(l->n - m) * sizeof(double));
  fftw_execute_dft_r2c(l->forward, t->padded, (fftw_complex *)spectrum);
}

/* Elements [from, from + m) of what has this spectrum, which is destroyed; x may be where it was. */
static void invert(const sgdl_toeplitz *t, const sgdl_schur_level *l, double *spectrum, ptrdiff_t from,
                   ptrdiff_t m, double *x)
{
  fftw_execute_dft_c2r(l->backward, (fftw_complex *)spectrum, t->padded);
  memcpy(x, t->padded + from, (size_t)m * sizeof(double));
}

/* (A, B) <- (conj(D) A + conj(E) B, E A + D B)/n */
SGDL_VECTORISED static void update_generators(ptrdiff_t n, double *restrict A, double *restrict B,
                                              const double *restrict D, const double *restrict E)
{
  const double scale = 1.0 / (double)n;
  for (ptrdiff_t k = 0; k <= n / 2; k++) {
    double a = scale * A[2 * k], ai = scale * A[2 * k + 1], b = scale * B[2 * k], bi = scale * B[2 * k + 1];
    double d = D[2 * k], di = D[2 * k + 1], e = E[2 * k], ei = E[2 * k + 1];
    A[2 * k] = (d * a + di * ai) + (e * b + ei * bi);
    A[2 * k + 1] = (d * ai - di * a) + (e * bi - ei * b);
    B[2 * k] = (e * a - ei * ai) + (d * b - di * bi);
    B[2 * k + 1] = (e * ai + ei * a) + (d * bi + di * b);
  }
}

/* (D, E) <- (D2 D + s E2 conj(E), D2 E + s E2 conj(D))/n, s = (-1)^k */
SGDL_VECTORISED static void merge(ptrdiff_t n, double *restrict D, double *restrict E,
                                  const double *restrict D2, const double *restrict E2)
{
  const double scale = 1.0 / (double)n;
  for (ptrdiff_t k = 0; k <= n / 2; k++) {
    double sign = k % 2 ? -scale : scale;
    double d = D[2 * k], di = D[2 * k + 1], e = E[2 * k], ei = E[2 * k + 1];
    double p = scale * D2[2 * k], pi = scale * D2[2 * k + 1], q = sign * E2[2 * k], qi = sign * E2[2 * k + 1];
    D[2 * k] = (p * d - pi * di) + (q * e + qi * ei);
    D[2 * k + 1] = (p * di + pi * d) + (qi * e - q * ei);
    E[2 * k] = (p * e - pi * ei) + (q * d + qi * di);
    E[2 * k + 1] = (p * ei + pi * e) + (qi * d - q * di);
  }
}

int sgdl_schur_run(sgdl_toeplitz *t, int level, ptrdiff_t steps, double *a, double *b, double *delta,
                   double *epsilon, double *reflection)
{
  if (level == 0) return leaf(steps, a, b, delta, epsilon, reflection);
  const sgdl_schur_level *l = t->level + level;
  const ptrdiff_t half = l->n / 2, rest = steps - half;
  if (rest <= 0) return sgdl_schur_run(t, level - 1, steps, a, b, delta, epsilon, reflection);

  transform(t, l, steps, a, l->a);
  transform(t, l, steps, b, l->b);
  if (sgdl_schur_run(t, level - 1, half, a, b, delta, epsilon, reflection)) return 1;
  transform(t, l, half, delta, l->delta);
  transform(t, l, half, epsilon, l->epsilon);
  update_generators(l->n, l->a, l->b, l->delta, l->epsilon);
  invert(t, l, l->a, 0, rest, l->a);
  invert(t, l, l->b, half, rest, l->b);

  if (sgdl_schur_run(t, level - 1, rest, l->a, l->b, delta + half, epsilon + half, reflection + half))
    return 1;
  transform(t, l, rest, delta + half, l->a);
  transform(t, l, rest, epsilon + half, l->b);
  merge(l->n, l->delta, l->epsilon, l->a, l->b);
  invert(t, l, l->delta, 0, steps, delta);
  invert(t, l, l->epsilon, 0, steps, epsilon);
  return 0;
}
