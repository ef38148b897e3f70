/* The paper's sum for the mean squared displacement: step displacements added up with the velocity
 * autocorrelation of the Langevin model. THEORY section 5. */
#include "paper_form.h"

#include "../model/mode_response.h"

/* 2 x 2, rows first */
typedef struct {
  sgdl_real a, b, c, d;
} matrix2;

static matrix2 map(const sgdl_mode *mode, sgdl_real k)
{
  sgdl_response r = sgdl_mode_response(mode, k);
  return (matrix2){ r.e11, r.s * mode->g12, r.s * mode->g21, r.e22 };
}

/* x y + z */
static matrix2 multiply_add(matrix2 x, matrix2 y, matrix2 z)
{
  return (matrix2){ x.a * y.a + x.b * y.c + z.a, x.a * y.b + x.b * y.d + z.b,
                    x.c * y.a + x.d * y.c + z.c, x.c * y.b + x.d * y.d + z.d };
}

static matrix2 add_scaled(sgdl_real scale, matrix2 x, matrix2 y)
{
  return (matrix2){ scale * x.a + y.a, scale * x.b + y.b, scale * x.c + y.c, scale * x.d + y.d };
}

/* [ sum_{j<k} (k-j) E(1)^j ]_22 by doubling: with A_m = sum_{j<m} E^j and B_m = sum_{j<m} (m-j) E^j,
 * B_2m = B_m + m A_m + E^m B_m, A_2m = A_m + E^m A_m; B_{m+1} = B_m + A_{m+1}, A_{m+1} = A_m + E^m. */
static sgdl_real weighted_sum(const sgdl_mode *mode, uint64_t k)
{
  matrix2 A = { 1, 0, 0, 1 }, B = A;
  uint64_t m = 1;
  int bit = 0;
  while (k >> (bit + 1) != 0)
    bit++;
  for (bit--; bit >= 0; bit--) {
    matrix2 E = map(mode, m);
    B = add_scaled(m, A, multiply_add(E, B, B));
    A = multiply_add(E, A, A);
    m *= 2;
    if (k >> bit & 1) {
      A = add_scaled(1, map(mode, m), A);
      B = add_scaled(1, A, B);
      m += 1;
    }
  }
  return B.d;
}

double sgdl_paper_term(const sgdl_hyper *h, double sigma2, double rho, double k)
{
  sgdl_mode mode = sgdl_mode_of(SGDL_LANGEVIN, h, rho + h->weight_decay);
  sgdl_real beta = h->momentum, eta = h->lr;
  sgdl_real step = eta * eta * sigma2 * rho / (h->batch_size * (1 - beta) * (1 + beta));
  return (double)(step * (2 * weighted_sum(&mode, (uint64_t)k) - k));
}
