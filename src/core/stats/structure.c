/* Structure function at every lag from a measured MSD; see structure.h. */
#include "structure.h"

#include <math.h>

static const double per_decade = 6.0;

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

typedef struct knot {
  double u, y, slope;
} knot;

static double secant(knot a, knot b)
{
  return (b.y - a.y) / (b.u - a.u);
}

static knot knot_at(ptrdiff_t n_lags, const double *lags, const double *msd, ptrdiff_t l)
{
  knot k = { log(lags[l]), log(msd[l]), 0.0 };
  knot before = k, after = k;
  if (l > 0) before = (knot){ log(lags[l - 1]), log(msd[l - 1]), 0.0 };
  if (l < n_lags - 1) after = (knot){ log(lags[l + 1]), log(msd[l + 1]), 0.0 };
  if (l > 0 && l < n_lags - 1)
    k.slope = tangent(secant(before, k), secant(k, after), k.u - before.u, after.u - k.u);
  else if (l > 0)
    k.slope = secant(before, k);
  else if (n_lags > 1)
    k.slope = secant(k, after);
  return k;
}

static double hermite(knot a, knot b, double u)
{
  double width = b.u - a.u, t = (u - a.u) / width, s = 1.0 - t;
  return s * s * (1.0 + 2.0 * t) * a.y + t * t * (1.0 + 2.0 * s) * b.y +
         width * t * s * (s * a.slope - t * b.slope);
}

void sgdl_structure_fill(ptrdiff_t T, ptrdiff_t n_lags, const double *lags, const double *msd,
                         double *structure)
{
  structure[0] = 0.0;
  for (ptrdiff_t l = 0; l < n_lags; l++)
    if (!(msd[l] > 0.0)) {
      fill_straight(T, n_lags, lags, msd, structure);
      return;
    }
  const double exponent = last_exponent(n_lags, lags, msd), last = lags[n_lags - 1], end = msd[n_lags - 1];
  knot left = { 0.0, 0.0, 0.0 }, right = { 0.0, 0.0, 0.0 };
  ptrdiff_t l = 0, at = -1; /* lags[l - 1] < h <= lags[l]; knots are those of l = at */
  for (ptrdiff_t h = 1; h < T; h++) {
    while (l < n_lags && lags[l] < (double)h) l++;
    if (l == n_lags) {
      structure[h] = end * pow((double)h / last, exponent);
    } else if (lags[l] == (double)h || l == 0) {
      structure[h] = msd[l];
    } else {
      if (at != l) {
        left = knot_at(n_lags, lags, msd, l - 1);
        right = knot_at(n_lags, lags, msd, l);
        at = l;
      }
      structure[h] = exp(hermite(left, right, log((double)h)));
    }
  }
}
