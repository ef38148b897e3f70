/* Structure function at every lag from a measured MSD; see structure.h. */
#include "structure.h"

#include <math.h>

static const double per_decade = 6.0, per_decade_beyond = 3.0;

/* Lags up to here one by one. */
static ptrdiff_t last_dense(ptrdiff_t last, ptrdiff_t wanted)
{
  ptrdiff_t dense = wanted > 0 ? wanted : last / 32;
  if (dense < 16) dense = 16;
  return dense < last ? dense : last;
}

ptrdiff_t sgdl_structure_room(ptrdiff_t last, ptrdiff_t dense)
{
  return last_dense(last, dense) + (ptrdiff_t)(per_decade * 2.0) + 3;
}

sgdl_status sgdl_structure_lags(sgdl_context *ctx, ptrdiff_t last, ptrdiff_t dense, double *lags,
                                ptrdiff_t *n_lags)
{
  ptrdiff_t more = 0;
  const ptrdiff_t room = sgdl_structure_room(last, dense);
  dense = last_dense(last, dense);
  for (ptrdiff_t l = 0; l < dense; l++) lags[l] = (double)(l + 1);
  if (dense < last)
    SGDL_TRY(sgdl_log_lags(ctx, dense, last, per_decade, room - dense + 1, lags + dense - 1, &more));
  *n_lags = dense < last ? dense - 1 + more : dense;
  return SGDL_OK;
}

/* Straight lines between the points, from D(0) = 0; constant beyond the last. */
static void fill_straight(ptrdiff_t T, ptrdiff_t n_lags, const double *lags, const double *msd,
                          double *structure)
{
  ptrdiff_t l = 0;
  for (ptrdiff_t h = 1; h < T; h++) {
    while (l < n_lags && lags[l] < (double)h) l++;
    double before = l ? lags[l - 1] : 0.0, value = l ? msd[l - 1] : 0.0;
    structure[h] = l == n_lags ? msd[n_lags - 1]
                               : value + ((double)h - before) / (lags[l] - before) * (msd[l] - value);
  }
}

/* Slope at a point from the secants on both sides (Fritsch and Butland: keeps what is monotone so). */
static double tangent(double left, double right, double left_width, double right_width)
{
  if (left * right <= 0.0) return 0.0;
  double a = left_width + 2.0 * right_width, b = 2.0 * left_width + right_width;
  return (a + b) / (a / right + b / left);
}

/* Exponent of the last factor of four in lag (of all lags where there are fewer). */
static double last_exponent(ptrdiff_t n_lags, const double *lags, const double *msd)
{
  ptrdiff_t from = n_lags - 1;
  while (from > 0 && lags[from] * 4.0 > lags[n_lags - 1]) from--;
  double width = log(lags[n_lags - 1] / lags[from]);
  return width > 0.0 ? fmin(fmax(log(msd[n_lags - 1] / msd[from]) / width, 0.0), 2.0) : 1.0;
}

/* ---- smooth between the points --------------------------------------------------------------------
 * The covariance of slopes at short lags is made of fourth differences of D. A curve whose curvature jumps at
 * the points adds the squares of these jumps to variances that may be smaller by far (a path smooth over many
 * lags): so the curvature is continuous, and the power law beyond the last point is made of points too. */

enum { MOST_KNOTS = 128, BEFORE_GAP = 8 };

typedef struct knot {
  double u, y, slope;       /* log lag, log D and its derivative                                */
} knot;

typedef struct curve {
  ptrdiff_t n;
  knot knots[MOST_KNOTS];
} curve;

static double secant(knot a, knot b)
{
  return (b.y - a.y) / (b.u - a.u);
}

/* Slopes of the cubic spline without curvature at its ends, by the tridiagonal system for them. */
static void spline_slopes(curve *c)
{
  double ratio[MOST_KNOTS], right[MOST_KNOTS], *upper = ratio;
  knot *k = c->knots;
  const ptrdiff_t n = c->n;
  upper[0] = 0.5;
  right[0] = 1.5 * secant(k[0], k[1]);
  for (ptrdiff_t i = 1; i < n; i++) {
    double before = 1.0 / (k[i].u - k[i - 1].u), sum = 3.0 * before * secant(k[i - 1], k[i]), main = 2.0 * before;
    double after = 0.0;
    if (i < n - 1) {
      after = 1.0 / (k[i + 1].u - k[i].u);
      sum += 3.0 * after * secant(k[i], k[i + 1]);
      main += 2.0 * after;
    }
    double pivot = main - before * upper[i - 1];
    upper[i] = after / pivot;
    right[i] = (sum - before * right[i - 1]) / pivot;
  }
  k[n - 1].slope = right[n - 1];
  for (ptrdiff_t i = n - 2; i >= 0; i--) k[i].slope = right[i] - upper[i] * k[i + 1].slope;
}

/* Slopes from the secants on both sides: a curve that rises and falls where the points do. */
static void monotone_slopes(curve *c)
{
  knot *k = c->knots;
  const ptrdiff_t n = c->n;
  k[0].slope = secant(k[0], k[1]);
  k[n - 1].slope = secant(k[n - 2], k[n - 1]);
  for (ptrdiff_t i = 1; i < n - 1; i++)
    k[i].slope = tangent(secant(k[i - 1], k[i]), secant(k[i], k[i + 1]), k[i].u - k[i - 1].u,
                         k[i + 1].u - k[i].u);
}

static double hermite(knot a, knot b, double u)
{
  double width = b.u - a.u, t = (u - a.u) / width, s = 1.0 - t;
  return s * s * (1.0 + 2.0 * t) * a.y + t * t * (1.0 + 2.0 * s) * b.y +
         width * t * s * (s * a.slope - t * b.slope);
}

/* A spline swings past points that jump (D of a nearly periodic path); one of a smooth curve hardly does. */
static int swings(const curve *c)
{
  const double most = 0.5;
  for (ptrdiff_t i = 1; i < c->n; i++) {
    knot a = c->knots[i - 1], b = c->knots[i];
    for (int part = 1; part < 4; part++) {
      double y = hermite(a, b, a.u + 0.25 * part * (b.u - a.u));
      if (y > fmax(a.y, b.y) + most || y < fmin(a.y, b.y) - most) return 1;
    }
  }
  return 0;
}

/* The points about and beyond the first gap between whole lags, and a power law's up to T. First lag of it:
 * there and before every D is known; 0 where no gap is, or too many points. */
static ptrdiff_t open_curve(ptrdiff_t T, ptrdiff_t n_lags, const double *lags, const double *msd, curve *c)
{
  const double exponent = last_exponent(n_lags, lags, msd), last = lags[n_lags - 1], end = log(msd[n_lags - 1]);
  const double step = log(10.0) / per_decade_beyond, far = log((double)T / last);
  const ptrdiff_t beyond = far > 0.0 ? 1 + (ptrdiff_t)ceil(far / step) : 0;
  ptrdiff_t gap = 0;
  while (gap < n_lags - 1 && lags[gap + 1] == lags[gap] + 1.0) gap++;
  ptrdiff_t first = gap > BEFORE_GAP ? gap - BEFORE_GAP : 0;
  c->n = n_lags - first + beyond;
  if (c->n < 2 || c->n > MOST_KNOTS) return 0;
  for (ptrdiff_t l = first; l < n_lags; l++) c->knots[l - first] = (knot){ log(lags[l]), log(msd[l]), 0.0 };
  for (ptrdiff_t b = 1; b <= beyond; b++) {
    double u = step * (double)b;
    c->knots[n_lags - first + b - 1] = (knot){ log(last) + u, end + exponent * u, 0.0 };
  }
  spline_slopes(c);
  if (swings(c)) monotone_slopes(c);
  return gap + 1;
}

void sgdl_structure_fill(ptrdiff_t T, ptrdiff_t n_lags, const double *lags, const double *msd,
                         double *structure)
{
  curve c;
  int positive = 1;
  for (ptrdiff_t l = 0; l < n_lags; l++) positive = positive && msd[l] > 0.0 && isfinite(msd[l]);
  ptrdiff_t known = positive ? open_curve(T, n_lags, lags, msd, &c) : 0, l = 0, at = 1;
  if (known == 0) {
    fill_straight(T, n_lags, lags, msd, structure);
    return;
  }
  structure[0] = 0.0;
  for (ptrdiff_t h = 1; h < T; h++) {
    while (l < n_lags && lags[l] < (double)h) l++;
    if (l < n_lags && (lags[l] == (double)h || l == 0)) {
      structure[h] = msd[l];
      continue;
    }
    double u = log((double)h);
    while (at < c.n - 1 && c.knots[at].u < u) at++;
    structure[h] = exp(hermite(c.knots[at - 1], c.knots[at], u));
  }
}
