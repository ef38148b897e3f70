/* Geometric sums of the response of a mode over an epoch. THEORY section 6.
 * E(a + b) = E(a) E(b) gives T_{a+b} = T_a + T_b (1 - u T_a) + s_a s_b and
 * s_{a+b} = s_a (1 - u T_b) + s_b (1 - u T_a) + trace G s_a s_b; sums over b follow by linearity. */
#include "epoch_sums.h"

sgdl_epoch_sums sgdl_epoch_sums_join(const sgdl_mode *mode, sgdl_epoch_sums a, sgdl_epoch_sums b)
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

sgdl_epoch_sums sgdl_epoch_sums_at(const sgdl_mode *mode, ptrdiff_t n)
{
  const sgdl_epoch_sums one = { .n = 1, .s = 1 };
  sgdl_epoch_sums sum = { 0 };
  int bit = 0;
  if (n < 1)
    return sum;
  while (n >> (bit + 1) != 0)
    bit++;
  sum = one;
  for (bit--; bit >= 0; bit--) {
    sum = sgdl_epoch_sums_join(mode, sum, sum);
    if (n >> bit & 1)
      sum = sgdl_epoch_sums_join(mode, one, sum);
  }
  return sum;
}

/* Lambda_x = X_{2n} - 2 X_n for X = U, V, without the difference. */
void sgdl_epoch_sums_triangle(const sgdl_mode *mode, sgdl_epoch_sums a, sgdl_real *of_s, sgdl_real *of_T)
{
  *of_s = a.n * a.T - mode->u * a.T * a.U + a.s * (a.T + a.s);
  *of_T = a.n * a.U + a.n * (a.n - 1) / 2 * a.T - mode->u * a.T * a.V + a.s * a.U;
}
