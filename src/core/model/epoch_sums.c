/* Geometric sums of the response of a mode over an epoch. THEORY section 6. */
#include "epoch_sums.h"

#include <math.h>

/* The sums at a.n + b.n: E(a + b) = E(a) E(b) gives T_{a+b} = T_a + T_b (1 - u T_a) + s_a s_b and
 * s_{a+b} = s_a (1 - u T_b) + s_b (1 - u T_a) + trace G s_a s_b; sums over b follow by linearity. */
static sgdl_epoch_sums join(const sgdl_mode *mode, sgdl_epoch_sums a, sgdl_epoch_sums b)
{
  sgdl_real kept = 1 - mode->u * a.T;
  return (sgdl_epoch_sums){
    .n = a.n + b.n,
    .s = a.s * (1 - mode->u * b.T) + b.s * kept + mode->trace * a.s * b.s,
    .T = a.T + kept * b.T + a.s * b.s,
    .U = a.U + b.n * a.T + kept * b.U + a.s * (b.T + b.s),
    .V = a.V + b.n * a.U + b.n * (b.n - 1) / 2 * a.T + kept * b.V + a.s * b.U,
  };
}

/* Slow modes, u T_n below about 1/2: all terms are positive. */
static sgdl_epoch_sums by_doubling(const sgdl_mode *mode, ptrdiff_t n)
{
  const sgdl_epoch_sums one = { .n = 1, .s = 1 };
  sgdl_epoch_sums sum = one;
  int bit = 0;
  while (n >> (bit + 1) != 0)
    bit++;
  for (bit--; bit >= 0; bit--) {
    sum = join(mode, sum, sum);
    if (n >> bit & 1)
      sum = join(mode, one, sum);
  }
  return sum;
}

/* The others, summing s_{j+1} - s_j = beta (s_j - s_{j-1}) - u s_j once and twice; doubling would let
 * oscillations amplify rounding. */
static sgdl_epoch_sums closed(const sgdl_mode *mode, sgdl_real n)
{
  sgdl_response r = sgdl_mode_response(mode, n);
  sgdl_epoch_sums sum = { .n = n, .s = r.s, .T = r.T };
  sum.U = (n - r.s - (1 - mode->beta) * r.T) / mode->u;
  sum.V = (n * (n - 1) / 2 - (1 - mode->beta) * sum.U - mode->beta * r.T) / mode->u;
  return sum;
}

sgdl_epoch_sums sgdl_epoch_sums_at(const sgdl_mode *mode, ptrdiff_t n)
{
  if (n < 1)
    return (sgdl_epoch_sums){ 0 };
  sgdl_real steps = (sgdl_real)n, memory = fminl(steps, 1 / (1 - mode->beta));
  return mode->u * steps * memory < 1 ? by_doubling(mode, n) : closed(mode, steps);
}

/* Lambda_x = X_{2n} - 2 X_n for X = U, V, without the difference. */
void sgdl_epoch_sums_triangle(const sgdl_mode *mode, sgdl_epoch_sums a, sgdl_real *of_s, sgdl_real *of_T)
{
  *of_s = a.n * a.T - mode->u * a.T * a.U + a.s * (a.T + a.s);
  *of_T = a.n * a.U + a.n * (a.n - 1) / 2 * a.T - mode->u * a.T * a.V + a.s * a.U;
}
