/* Quadruple-precision oracle for the maps of a mode. */
#include "oracle.h"

double oracle_epsilon(void)
{
  volatile long double e = 1, sum = 2;
  while (sum > 1) {
    e /= 2;
    sum = 1 + e;
  }
  return (double)(2 * e);
}

static matrix add(matrix x, matrix y)
{
  return (matrix){ x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d };
}

static matrix scale(quad s, matrix x)
{
  return (matrix){ s * x.a, s * x.b, s * x.c, s * x.d };
}

static matrix transpose(matrix x)
{
  return (matrix){ x.a, x.c, x.b, x.d };
}

matrix oracle_multiply(matrix x, matrix y)
{
  return (matrix){ x.a * y.a + x.b * y.c, x.a * y.b + x.b * y.d,
                   x.c * y.a + x.d * y.c, x.c * y.b + x.d * y.d };
}

matrix oracle_generator(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa)
{
  quad u = (quad)h->lr * kappa, beta = h->momentum;
  if (dynamics == SGDL_SGD)
    return (matrix){ -u, beta, -u, beta - 1 };
  return (matrix){ 0, 1, -2 * u / (1 + beta), -2 * (1 - beta) / (1 + beta) };
}

/* M <- (I + M)^2 - I = M (2 + M): keeps I - E to relative accuracy */
static matrix squared(matrix M)
{
  return add(scale(2, M), oracle_multiply(M, M));
}

enum { HALVINGS = 48 };

/* exp(G k / 2^HALVINGS) - I */
static matrix short_exponential(matrix G, quad k)
{
  matrix X = scale(k / (quad)(1LL << HALVINGS), G), term = X, sum = X;
  for (int n = 2; n < 12; n++) {
    term = scale((quad)1 / n, oracle_multiply(term, X));
    sum = add(sum, term);
  }
  return sum;
}

matrix oracle_map(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa, double k, matrix *minus_identity)
{
  matrix G = oracle_generator(dynamics, h, kappa), M = { 0, 0, 0, 0 }, I = { 1, 0, 0, 1 }, E = I;
  if (dynamics == SGDL_SGD) {
    matrix step = G, power = add(I, G);
    for (uint64_t left = (uint64_t)k; left > 0; left >>= 1) {
      if (left & 1) {
        M = add(M, add(step, oracle_multiply(M, step)));
        E = oracle_multiply(E, power);
      }
      step = squared(step);
      power = oracle_multiply(power, power);
    }
  } else {
    M = short_exponential(G, k);
    E = add(I, M);
    for (int s = 0; s < HALVINGS; s++) {
      M = squared(M);
      E = oracle_multiply(E, E);
    }
  }
  /* E is right to its own size, M to the size of 1 */
  *minus_identity = (matrix){ M.a, E.b, E.c, M.d };
  return E;
}

matrix oracle_pair(sgdl_dynamics dynamics, const sgdl_hyper *h, double kappa_i, double kappa_j, double k)
{
  matrix Gi = oracle_generator(dynamics, h, kappa_i), Gj = oracle_generator(dynamics, h, kappa_j);
  matrix I = { 1, 0, 0, 1 }, C = { 0, 0, 0, 0 };
  quad eta = h->lr, beta = h->momentum;
  if (dynamics == SGDL_SGD) {
    matrix Fi = add(I, Gi), Fj = add(I, Gj), term = scale(eta * eta, (matrix){ 1, 1, 1, 1 });
    for (double j = 0; j < k; j++) {
      C = add(C, term);
      term = oracle_multiply(oracle_multiply(Fi, term), transpose(Fj));
    }
    return C;
  }
  quad t = (quad)k / (quad)(1LL << HALVINGS);
  matrix D = { 0, 0, 0, t * 4 * eta * eta / ((1 + beta) * (1 + beta)) };
  C = D;
  for (int n = 2; n < 14; n++) {
    D = scale(t / n, add(oracle_multiply(Gi, D), oracle_multiply(D, transpose(Gj))));
    C = add(C, D);
  }
  matrix Ei = add(I, short_exponential(Gi, k)), Ej = add(I, short_exponential(Gj, k));
  for (int s = 0; s < HALVINGS; s++) {
    C = add(C, oracle_multiply(oracle_multiply(Ei, C), transpose(Ej)));
    Ei = oracle_multiply(Ei, Ei);
    Ej = oracle_multiply(Ej, Ej);
  }
  return C;
}
