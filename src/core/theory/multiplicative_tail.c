/* Tail of the stationary law under weight-dependent noise: P(|theta| > x) ~ x^-alpha (Kesten), with alpha
 * where the growth rate f(q) = lim (1/n) log E |A_n ... A_1|^q of the random step matrices returns to 0.
 *
 * In many dimensions f is not computable; here it is that of one direction, the leading eigenvector w of the
 * matrix P that the feedback of the second moment multiplies by its radius:
 *   d[k+1] = (p + delta_B) d[k] - beta d[k-1],   delta_B = batch mean of -eta (h_i - mean h) times one
 *   factor, p = 1 + beta - eta (mean h + lambda),   h_i = w'H_i w,
 *   the factor such that the second moment of this recursion sustains itself exactly as much as that of the
 *   full problem: f(2) = 0 just where the radius is 1.
 * For even q the moments E d^{q-j} d_^j of (d[k], d[k-1]) obey a linear recursion of order q + 1, whose
 * radius gives f(q) exactly for the empirical law of the h_i. alpha is the zero of the chord between the even
 * q on either side (f is convex: the chord errs to the low side); below 2, of the parabola through f(0) = 0,
 * f(2) and f(4).
 * What this leaves out is the turning of the direction from step to step; it is an estimate, not a bound.
 * Without replacement the batch size is S (N-1)/(N-S), which gives the variance of the batch mean. */
#include "multiplicative.h"
#include "examples.h"

#include "../model/mode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_ORDER = 16, SIZE = LARGEST_ORDER + 1, SQUARINGS = 40 };

/* ---- moments of a batch ------------------------------------------------------------------------- */

/* batch[q] = E delta_B^q, q <= 16, from E delta_i^q: (sum_q E delta_i^q (t/S)^q/q!)^S, by Miller's recurrence
 * for real S. */
static void batch_moments(const double *one, double S, double *batch)
{
  double series[SIZE], power[SIZE], factorial = 1, scale = 1;
  for (int q = 0; q < SIZE; q++) {
    series[q] = one[q] * scale;
    scale /= S * (q + 1.0);
  }
  power[0] = 1;
  for (int q = 1; q < SIZE; q++) {
    power[q] = 0;
    for (int k = 1; k <= q; k++)
      power[q] += (k * S - (q - k)) * series[k] * power[q - k];
    power[q] /= q;
  }
  for (int q = 0; q < SIZE; q++) {
    factorial *= q > 0 ? q : 1;
    batch[q] = factorial * power[q];
  }
}

/* ---- growth of the q-th moment ------------------------------------------------------------------ */

/* The recursion d' = (p + delta) d - beta d_, d_' = d in coordinates where its mean is a normal matrix, a
 * rotation or a stretch by c +- s: x = d_, y = (d - c d_)/s with c = p/2, s = |c^2 - beta|^{1/2} (not too
 * small near critical damping) gives
 *   x' = c x + s y,   y' = (e + delta c/s) x + (c + delta) y,   e = (c^2 - beta)/s.
 * In other coordinates the maps of high moments are so far from normal that their radius drowns in
 * rounding. */
typedef struct {
  double c, s, e;
} coordinates;

static coordinates normal_coordinates(double p, double beta)
{
  static const double floor_of = 0.05;
  coordinates n = { .c = p / 2 };
  double square = n.c * n.c - beta;
  n.s = fmax(sqrt(fabs(square)), floor_of * fmax(fabs(n.c), sqrt(fabs(beta))));
  n.e = square / n.s;
  return n;
}

/* Polynomial in y (rows) and delta (columns), x filling up the degree, times (a + a1 delta) x + (b + b1
 * delta) y. */
static void multiply(double poly[SIZE][SIZE], int degree, double a, double a1, double b, double b1)
{
  for (int m = degree + 1; m >= 0; m--)
    for (int k = degree + 1; k >= 0; k--) {
      double value = 0;
      if (m <= degree)
        value += (k <= degree ? a * poly[m][k] : 0) + (k > 0 ? a1 * poly[m][k - 1] : 0);
      if (m > 0)
        value += (k <= degree ? b * poly[m - 1][k] : 0) + (k > 0 ? b1 * poly[m - 1][k - 1] : 0);
      poly[m][k] = value;
    }
}

/* E of x'^{q-j} y'^j in terms of x^{q-m} y^m, both scaled by the root of their binomial (rotations stay
 * rotations). */
static void moment_map(int q, coordinates n, const double *batch, double A[SIZE][SIZE])
{
  double root[SIZE], binomial = 1;
  for (int j = 0; j <= q; j++) {
    root[j] = sqrt(binomial);
    binomial *= (double)(q - j) / (j + 1);
  }
  for (int j = 0; j <= q; j++) {
    double poly[SIZE][SIZE] = { { 1 } };
    for (int degree = 0; degree < q; degree++) {
      if (degree < q - j)
        multiply(poly, degree, n.c, 0, n.s, 0);
      else
        multiply(poly, degree, n.e, n.c / n.s, n.c, 1);
    }
    for (int m = 0; m <= q; m++) {
      A[j][m] = 0;
      for (int k = 0; k <= q; k++)
        A[j][m] += poly[m][k] * batch[k] * root[j] / root[m];
    }
  }
}

/* Log of the spectral radius by repeated squaring: log |A^n|/n at n = 2^40. */
static double log_radius(int n, double A[SIZE][SIZE])
{
  double square[SIZE][SIZE], sum = 0, weight = 1;
  for (int s = 0; s <= SQUARINGS; s++) {
    double largest = 0;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        largest = fmax(largest, fabs(A[i][j]));
    if (!(largest > 0))
      return -INFINITY;
    sum += weight * log(largest);
    weight /= 2;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        A[i][j] /= largest;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        square[i][j] = 0;
        for (int k = 0; k < n; k++)
          square[i][j] += A[i][k] * A[k][j];
      }
    memcpy(A, square, sizeof square);
  }
  return sum;
}

static double growth(int q, coordinates n, const double *batch)
{
  double A[SIZE][SIZE];
  moment_map(q, n, batch, A);
  return log_radius(q + 1, A);
}

static double zero_of_growth(coordinates n, const double *batch)
{
  double before = growth(2, n, batch), now = growth(4, n, batch);
  if (before >= 0) { /* f = a q + b q^2 */
    double b = (now - 2 * before) / 8, a = before / 2 - 2 * b;
    return b > 0 ? fmax(-a / b, 0) : 0;
  }
  for (int q = 4; q <= LARGEST_ORDER; q += 2) {
    now = growth(q, n, batch);
    if (now >= 0)
      return q - 2 * now / (now - before);
    before = now;
  }
  return INFINITY;
}

/* ---- the direction ------------------------------------------------------------------------------ */

/* h (N) = w'H_i w along the leading eigenvector of P */
static sgdl_status curvatures_along(sgdl_context *ctx, const sgdl_feedback *f, const double *P, double *h)
{
  ptrdiff_t d = f->modes.d, N = f->examples->N;
  double *V = NULL, *rows = NULL, *w;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &V, sgdl_times(d, d) + d, "the leading direction"));
  SGDL_GET(sgdl_alloc(ctx, &rows, sgdl_times(N, d), "Hessian products"));
  memcpy(V, P, sizeof(double) * (size_t)(d * d));
  SGDL_GET(sgdl_backend_of(ctx)->eigen_symmetric(ctx, d, V, V + d * d));
  w = V + (d - 1) * d;
  SGDL_GET(sgdl_examples_apply(ctx, f->examples, 1, w, rows));
  SGDL_GET(sgdl_backend_of(ctx)->matrix_vector(ctx, 0, N, d, 1.0, rows, N, w, 0.0, h));
done:
  free(V);
  free(rows);
  return status;
}

sgdl_status sgdl_tail_index(sgdl_context *ctx, const sgdl_feedback *f, const double *P, double radius,
                            double *index)
{
  const sgdl_hyper *hyper = &f->model->hyper;
  ptrdiff_t N = f->examples->N;
  double scale = f->modes.noise.scale, beta = hyper->momentum, mean = 0, variance = 0, kappa, enlarge;
  double c[4], one[SIZE] = { 0 }, batch[SIZE], *h = NULL;
  sgdl_status status = SGDL_OK;

  *index = INFINITY;
  SGDL_GET(sgdl_alloc(ctx, &h, N, "curvatures of the examples"));
  SGDL_GET(curvatures_along(ctx, f, P, h));
  for (ptrdiff_t i = 0; i < N; i++)
    mean += h[i] / (double)N;
  for (ptrdiff_t i = 0; i < N; i++)
    variance += (h[i] - mean) * (h[i] - mean) / (double)N;
  if (!(variance > 0 && scale > 0))
    goto done;
  kappa = mean + hyper->weight_decay;
  if (hyper->lr * kappa >= 2 * (1 + beta)) { /* the Langevin model has no such limit */
    *index = 0;
    goto done;
  }
  sgdl_pair_stationary(SGDL_SGD, hyper, kappa, kappa, c);
  enlarge = sqrt(radius / (scale * c[0] * variance));
  for (ptrdiff_t i = 0; i < N; i++) {
    double delta = -hyper->lr * enlarge * (h[i] - mean), power = 1;
    for (int q = 0; q < SIZE; q++, power *= delta)
      one[q] += power / (double)N;
  }
  batch_moments(one, 1 / scale, batch);
  *index = zero_of_growth(normal_coordinates(1 + beta - hyper->lr * kappa, beta), batch);
done:
  free(h);
  return status;
}
