/* Squares and cross-entropy of outputs.h; the largest output is taken off before exponentials. */
#include "outputs.h"
#include "elementary.h"

#include <math.h>
#include <string.h>

double sgdl_output_padding(const sgdl_builtin *self)
{
  return self->classes ? -INFINITY : 0.0;
}

/* ---- probabilities ---- */

SGDL_INLINE double larger(double a, double b)
{
  return a > b ? a : b;
}

SGDL_INLINE double largest(ptrdiff_t width, const double *f)
{
  sgdl_lanes most, x;
  memcpy(&most, f, sizeof most);
  for (ptrdiff_t k = SGDL_LANES; k < width; k += SGDL_LANES) {
    memcpy(&x, f + k, sizeof x);
    const sgdl_lane_bits more = x > most;
    most = (sgdl_lanes)((more & (sgdl_lane_bits)x) | (~more & (sgdl_lane_bits)most));
  }
  return larger(larger(larger(most[0], most[4]), larger(most[2], most[6])),
                larger(larger(most[1], most[5]), larger(most[3], most[7])));
}

/* exp(f[k, ..., k + 7] - most) */
SGDL_INLINE void exponentials(const double *f, ptrdiff_t k, double most, sgdl_lanes *e)
{
  sgdl_lanes x, scale, excess;
  memcpy(&x, f + k, sizeof x);
  x -= most;
  sgdl_exp_parts(&x, &scale, &excess);
  *e = scale + scale * excess;
}

/* All ones in the lane of class y. */
SGDL_INLINE void lane_of_class(ptrdiff_t k, double y, sgdl_lane_bits *lane)
{
  *lane = (sgdl_lane_bits){0, 1, 2, 3, 4, 5, 6, 7} + k == (sgdl_lane_bits){0} + (int64_t)y;
}

/* p_k, and for the class itself minus the probability of the others: p_y - 1 without cancellation. */
SGDL_VECTORISED static void class_residuals(ptrdiff_t n, ptrdiff_t width, const double *y, double *F)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    double *f = F + q * width, most = largest(width, f), total, others;
    sgdl_lanes all = {0}, other = {0}, e;
    sgdl_lane_bits own;
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      exponentials(f, k, most, &e);
      lane_of_class(k, y[q], &own);
      memcpy(f + k, &e, sizeof e);
      all += e;
      other += (sgdl_lanes)(~own & (sgdl_lane_bits)e);
    }
    total = sgdl_sum_lanes(&all);
    others = sgdl_sum_lanes(&other);
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      const sgdl_lanes minus = (sgdl_lanes){0} - others;
      memcpy(&e, f + k, sizeof e);
      lane_of_class(k, y[q], &own);
      e = (sgdl_lanes)((own & (sgdl_lane_bits)minus) | (~own & (sgdl_lane_bits)e));
      e /= total;
      memcpy(f + k, &e, sizeof e);
    }
  }
}

/* r <- p (r - p'r) elementwise */
SGDL_VECTORISED static void class_curvatures(ptrdiff_t n, ptrdiff_t width, const double *F, double *R)
{
  for (ptrdiff_t q = 0; q < n; q++) {
    const double *f = F + q * width;
    double *r = R + q * width, most = largest(width, f), total, mean;
    sgdl_lanes all = {0}, along = {0}, e, x;
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      exponentials(f, k, most, &e);
      memcpy(&x, r + k, sizeof x);
      all += e;
      along += e * x;
    }
    total = sgdl_sum_lanes(&all);
    mean = sgdl_sum_lanes(&along) / total;
    for (ptrdiff_t k = 0; k < width; k += SGDL_LANES) {
      exponentials(f, k, most, &e);
      memcpy(&x, r + k, sizeof x);
      x = e / total * (x - mean);
      memcpy(r + k, &x, sizeof x);
    }
  }
}

/* log sum of exp(f_k - f_y) */
static double class_loss(ptrdiff_t classes, ptrdiff_t y, const double *f)
{
  ptrdiff_t top = 0;
  double others = 0.0;
  for (ptrdiff_t k = 1; k < classes; k++)
    if (f[k] > f[top]) top = k;
  for (ptrdiff_t k = 0; k < classes; k++)
    if (k != top) others += exp(f[k] - f[top]);
  return log1p(others) + (f[top] - f[y]);
}

/* ---- either loss ---- */

void sgdl_output_residuals(const sgdl_builtin *self, ptrdiff_t n, const double *y, double *F)
{
  if (self->classes)
    class_residuals(n, self->output_width, y, F);
  else
    for (ptrdiff_t q = 0; q < n; q++) F[q * self->output_width] -= y[q];
}

void sgdl_output_curvatures(const sgdl_builtin *self, ptrdiff_t n, const double *F, double *R)
{
  if (self->classes) class_curvatures(n, self->output_width, F, R);
}

double sgdl_output_loss(const sgdl_builtin *self, ptrdiff_t n, const double *y, const double *F)
{
  double sum = 0.0;
  for (ptrdiff_t q = 0; q < n; q++) {
    const double *f = F + q * self->output_width, error = f[0] - y[q];
    sum += self->classes ? class_loss(self->outputs, (ptrdiff_t)y[q], f) : 0.5 * error * error;
  }
  return sum;
}
