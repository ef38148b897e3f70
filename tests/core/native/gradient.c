/* What a user would compile. A gradient: l_i = |theta - i|^2/2 at every coordinate. */
#include <stddef.h>
#include <stdint.h>

int native_gradient(ptrdiff_t dim, const double *theta, ptrdiff_t size, const uint32_t *batch,
                    double *gradient)
{
  double mean = 0.0;
  for (ptrdiff_t q = 0; q < size; q++) mean += (double)(batch ? batch[q] : (uint32_t)q) / (double)size;
  for (ptrdiff_t j = 0; j < dim; j++) gradient[j] = theta[j] - mean;
  return 0;
}

/* A product with a Hessian, diag(1, 2, ...). */
int native_product(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV)
{
  for (ptrdiff_t q = 0; q < n; q++)
    for (ptrdiff_t i = 0; i < dim; i++) HV[i + dim * q] = (double)(i + 1) * V[i + dim * q];
  return 0;
}
