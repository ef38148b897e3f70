/* Continuous broken lines; see broken_line.h. */
#include "broken_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double dot(ptrdiff_t n, const double *a, const double *b)
{
  double sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static void project_out(ptrdiff_t n, const double *unit, double *x)
{
  double along = dot(n, unit, x);
  for (ptrdiff_t i = 0; i < n; i++) x[i] -= along * unit[i];
}

static void scale_to_unit(ptrdiff_t n, double *x)
{
  double length = sqrt(dot(n, x, x));
  for (ptrdiff_t i = 0; i < n; i++) x[i] /= length;
}

/* (u - break)_+ times root, orthogonal to lines, of unit length. */
static void make_hinge(const sgdl_broken_line *b, double at, double *hinge)
{
  for (ptrdiff_t i = 0; i < b->n; i++) hinge[i] = b->root[i] * fmax(b->u[i] - at, 0.0);
  for (int twice = 0; twice < 2; twice++) {
    project_out(b->n, b->level, hinge);
    project_out(b->n, b->line, hinge);
  }
  scale_to_unit(b->n, hinge);
}

sgdl_status sgdl_broken_line_open(sgdl_context *ctx, ptrdiff_t n, const double *u, const double *weight,
                                  sgdl_broken_line *b)
{
  const ptrdiff_t grid = SGDL_BREAK_GRID;
  *b = (sgdl_broken_line){ .n = n, .grid = grid };
  SGDL_TRY(sgdl_alloc(ctx, &b->u, 6 * n + n * grid + grid * grid + grid, "the broken lines"));
  b->weight = b->u + n;
  b->root = b->weight + n;
  b->level = b->root + n;
  b->line = b->level + n;
  b->y = b->line + n;
  b->hinge = b->y + n;
  b->gram = b->hinge + n * grid;
  b->product = b->gram + grid * grid;
  memcpy(b->u, u, (size_t)n * sizeof *u);
  memcpy(b->weight, weight, (size_t)n * sizeof *weight);
  for (ptrdiff_t i = 0; i < n; i++) {
    b->root[i] = b->level[i] = sqrt(weight[i]);
    b->line[i] = b->root[i] * u[i];
  }
  scale_to_unit(n, b->level);
  project_out(n, b->level, b->line);
  project_out(n, b->level, b->line);
  scale_to_unit(n, b->line);
  b->first = u[1];
  b->step = (u[n - 2] - u[1]) / (double)(grid - 1);
  b->apart = (ptrdiff_t)ceil(2.0 * (u[n - 1] - u[0]) / (double)(n - 1) / b->step);
  for (ptrdiff_t g = 0; g < grid; g++) make_hinge(b, b->first + (double)g * b->step, b->hinge + n * g);
  for (ptrdiff_t g = 0; g < grid; g++)
    for (ptrdiff_t h = 0; h <= g; h++)
      b->gram[g + grid * h] = b->gram[h + grid * g] = dot(n, b->hinge + n * g, b->hinge + n * h);
  return SGDL_OK;
}

void sgdl_broken_line_close(sgdl_broken_line *b)
{
  free(b->u);
  b->u = NULL;
}

/* x = A^{-1} r for a small positive definite A (k x k, overwritten), by Cholesky; what is dependent gets 0.
 */
static void small_solve(int k, double *A, double *r)
{
  for (int j = 0; j < k; j++) {
    double pivot = A[j + k * j], diagonal = pivot;
    for (int q = 0; q < j; q++) pivot -= A[j + k * q] * A[j + k * q];
    double root = pivot > 1e-13 * diagonal ? sqrt(pivot) : HUGE_VAL;
    A[j + k * j] = root;
    for (int i = j + 1; i < k; i++) {
      double sum = A[i + k * j];
      for (int q = 0; q < j; q++) sum -= A[i + k * q] * A[j + k * q];
      A[i + k * j] = sum / root;
    }
    for (int q = 0; q < j; q++) r[j] -= A[j + k * q] * r[q];
    r[j] /= root;
  }
  for (int j = k; j-- > 0;) {
    for (int i = j + 1; i < k; i++) r[j] -= A[i + k * j] * r[i];
    r[j] /= A[j + k * j];
  }
}

/* What breaks at these places of the grid take off the weighted sum of squares. */
static double gain(const sgdl_broken_line *b, int k, const ptrdiff_t *at)
{
  double A[SGDL_MOST_BREAKS * SGDL_MOST_BREAKS], r[SGDL_MOST_BREAKS], sum = 0.0;
  if (k == 1) return b->product[at[0]] * b->product[at[0]];
  for (int i = 0; i < k; i++) {
    r[i] = b->product[at[i]];
    for (int j = 0; j < k; j++) A[i + k * j] = b->gram[at[i] + b->grid * at[j]];
  }
  small_solve(k, A, r);
  for (int i = 0; i < k; i++) sum += r[i] * b->product[at[i]];
  return sum;
}

static int allowed(const sgdl_broken_line *b, int k, const ptrdiff_t *at, int moved, ptrdiff_t to)
{
  for (int i = 0; i < k; i++)
    if (i != moved && labs(at[i] - to) < b->apart) return 0;
  return 1;
}

/* Moves break i to the best place, others kept; whether it moved. */
static int move_break(const sgdl_broken_line *b, int k, ptrdiff_t *at, int i, double *best)
{
  ptrdiff_t start = at[i], chosen = start;
  for (ptrdiff_t g = 0; g < b->grid; g++) {
    if (!allowed(b, k, at, i, g)) continue;
    at[i] = g;
    double value = gain(b, k, at);
    if (value > *best) {
      *best = value;
      chosen = g;
    }
  }
  at[i] = chosen;
  return chosen != start;
}

/* One break: all places. Two: all pairs. Three: the best pair and a third, then one at a time until none
 * moves. */
static void search(const sgdl_broken_line *b, int k, ptrdiff_t *at)
{
  double best = -1.0;
  if (k == 1) {
    at[0] = 0;
    move_break(b, 1, at, 0, &best);
    return;
  }
  ptrdiff_t pair[2] = { 0, b->apart }, chosen[2] = { 0, b->apart };
  for (pair[0] = 0; pair[0] < b->grid; pair[0]++)
    for (pair[1] = pair[0] + b->apart; pair[1] < b->grid; pair[1]++) {
      double value = gain(b, 2, pair);
      if (value > best) {
        best = value;
        memcpy(chosen, pair, sizeof chosen);
      }
    }
  memcpy(at, chosen, sizeof chosen);
  if (k == 2) return;
  at[2] = -1;
  for (ptrdiff_t g = 0; g < b->grid && at[2] < 0; g++)
    if (allowed(b, 3, at, 2, g)) at[2] = g;
  if (at[2] < 0) at[2] = 0;
  best = -1.0;
  move_break(b, 3, at, 2, &best);
  for (int sweep = 0, moved = 1; moved && sweep < 20; sweep++) {
    moved = 0;
    for (int i = 0; i < 3; i++) moved |= move_break(b, 3, at, i, &best);
  }
}

/* Between the points of the grid: the top of the parabola through the gain at a break and at its neighbours.
 */
static double refine(const sgdl_broken_line *b, int k, const ptrdiff_t *at, int i)
{
  ptrdiff_t around[SGDL_MOST_BREAKS];
  double value[3];
  double place = b->first + (double)at[i] * b->step;
  if (at[i] == 0 || at[i] == b->grid - 1) return place;
  memcpy(around, at, (size_t)k * sizeof *at);
  for (int q = 0; q < 3; q++) {
    around[i] = at[i] + q - 1;
    value[q] = gain(b, k, around);
  }
  double bend = value[0] - 2.0 * value[1] + value[2];
  if (!(bend < 0.0)) return place;
  double shift = 0.5 * (value[0] - value[2]) / bend;
  return place + fmin(fmax(shift, -1.0), 1.0) * b->step;
}

/* Level, slope and bends at given breaks, and the residual sum of squares. */
static void solve_at(const sgdl_broken_line *b, const double *y, sgdl_broken_fit *fit)
{
  enum { MOST = SGDL_MOST_BREAKS + 2 };
  const int k = fit->n_breaks + 2;
  double A[MOST * MOST] = { 0 }, r[MOST] = { 0 };
  double middle = 0.5 * (b->u[0] + b->u[b->n - 1]);
  for (ptrdiff_t i = 0; i < b->n; i++) {
    double column[MOST] = { 1.0, b->u[i] - middle };
    for (int q = 0; q < fit->n_breaks; q++) column[q + 2] = fmax(b->u[i] - fit->breaks[q], 0.0);
    for (int q = 0; q < k; q++) {
      r[q] += b->weight[i] * column[q] * y[i];
      for (int j = 0; j < k; j++) A[q + k * j] += b->weight[i] * column[q] * column[j];
    }
  }
  small_solve(k, A, r);
  fit->intercept = r[0] - r[1] * middle;
  fit->slope[0] = r[1];
  for (int q = 0; q < fit->n_breaks; q++) fit->slope[q + 1] = fit->slope[q] + r[q + 2];
  fit->rss = 0.0;
  for (ptrdiff_t i = 0; i < b->n; i++) {
    double e = y[i] - sgdl_broken_fit_value(fit, b->u[i]);
    fit->rss += b->weight[i] * e * e;
  }
}

double sgdl_broken_fit_value(const sgdl_broken_fit *fit, double u)
{
  double value = fit->intercept + fit->slope[0] * u;
  for (int q = 0; q < fit->n_breaks; q++)
    value += (fit->slope[q + 1] - fit->slope[q]) * fmax(u - fit->breaks[q], 0.0);
  return value;
}

static int ascending(const void *a, const void *b)
{
  ptrdiff_t x = *(const ptrdiff_t *)a, y = *(const ptrdiff_t *)b;
  return (x > y) - (x < y);
}

void sgdl_broken_line_fit(const sgdl_broken_line *b, const double *y, int n_breaks, sgdl_broken_fit *fit)
{
  ptrdiff_t at[SGDL_MOST_BREAKS] = { 0 };
  fit->n_breaks = n_breaks;
  if (n_breaks > 0) {
    for (ptrdiff_t i = 0; i < b->n; i++) b->y[i] = b->root[i] * y[i];
    project_out(b->n, b->level, b->y);
    project_out(b->n, b->line, b->y);
    for (ptrdiff_t g = 0; g < b->grid; g++) b->product[g] = dot(b->n, b->hinge + b->n * g, b->y);
    search(b, n_breaks, at);
    qsort(at, (size_t)n_breaks, sizeof *at, ascending);
    for (int i = 0; i < n_breaks; i++) fit->breaks[i] = refine(b, n_breaks, at, i);
  }
  solve_at(b, y, fit);
}
