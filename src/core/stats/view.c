/* Checks of paths, and the coordinates of them that one curve is made of; see view.h. */
#include "view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- checks ---- */

static int counts(const sgdl_msd_options *o, ptrdiff_t coordinate)
{
  return !(o->per == SGDL_PER_TOTAL && o->weights && o->weights[coordinate] == 0);
}

static sgdl_status check_sizes(sgdl_context *ctx, const sgdl_paths *paths)
{
  const ptrdiff_t most = PTRDIFF_MAX / (ptrdiff_t)sizeof(double);
  ptrdiff_t longest = 0, total = 0;
  if (paths->dim < 1 || paths->n_paths < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`x` has %td coordinates in %td paths: expected at least one of each", paths->dim,
                     paths->n_paths);
  for (ptrdiff_t p = 0; p < paths->n_paths; p++) {
    ptrdiff_t T = paths->frames[p];
    if (T < 1) return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has no frames in path %td: expected some", p + 1);
    if (paths->dim > most / T || T * paths->dim > most - total)
      return sgdl_fail(ctx, SGDL_TOO_LARGE,
                       "`x` has %td x %td elements in path %td: expected fewer than %td in all",
                       T, paths->dim, p + 1, most);
    total += T * paths->dim;
    if (T > longest) longest = T;
  }
  if (longest < 3)
    return sgdl_fail(ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least 3", longest);
  return SGDL_OK;
}

static sgdl_status check_weights(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o)
{
  double sum = 0.0;
  if (!o->weights) return SGDL_OK;
  if (o->per != SGDL_PER_TOTAL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`weights`: expected none except with per = \"total\"");
  for (ptrdiff_t c = 0; c < paths->dim; c++) {
    if (!isfinite(o->weights[c]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE, "`weights[%td]` = %g: expected a finite number >= 0", c + 1,
                       o->weights[c]);
    if (o->weights[c] < 0)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`weights[%td]` = %g: expected a finite number >= 0", c + 1,
                       o->weights[c]);
    sum += o->weights[c];
  }
  if (sum > 0) return SGDL_OK;
  return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`weights` are all 0: expected one above 0");
}

static double length_of(ptrdiff_t n, const double *x)
{
  double scale = 0.0, sum = 0.0;
  for (ptrdiff_t i = 0; i < n; i++) scale = fmax(scale, fabs(x[i]));
  for (ptrdiff_t i = 0; i < n && scale > 0; i++) sum += x[i] / scale * (x[i] / scale);
  return scale * sqrt(sum);
}

static sgdl_status check_directions(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o)
{
  if (o->per != SGDL_PER_DIRECTION) return SGDL_OK;
  if (!o->directions || o->n_directions < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`direction` is absent: expected at least one");
  SGDL_TRY(sgdl_check_finite(ctx, "direction", o->directions, paths->dim * o->n_directions, paths->dim));
  for (ptrdiff_t k = 0; k < o->n_directions; k++)
    if (!(length_of(paths->dim, o->directions + paths->dim * k) > 0))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                       "`direction` %td is zero: expected a vector of %td numbers with a "
                       "length", k + 1, paths->dim);
  return SGDL_OK;
}

/* 0, or NaN where some number is not finite. */
SGDL_VECTORISED static double unlike_numbers(ptrdiff_t n, const double *x)
{
  double lane[8] = { 0 }, sum = 0.0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) lane[k] += x[i + k] * 0.0;
  for (; i < n; i++) sum += x[i] * 0.0;
  for (int k = 0; k < 8; k++) sum += lane[k];
  return sum;
}

static int all_finite(ptrdiff_t n, const double *x)
{
  return unlike_numbers(n, x) == 0.0;
}

/* NaN in x (n)? Its first infinity otherwise, or -1. */
static int scan(ptrdiff_t n, const double *x, ptrdiff_t *infinite)
{
  int nan = 0;
  *infinite = -1;
  if (all_finite(n, x)) return 0;
  for (ptrdiff_t i = 0; i < n; i++)
    if (!isfinite(x[i])) {
      if (isnan(x[i]))
        nan = 1;
      else if (*infinite < 0)
        *infinite = i;
    }
  return nan;
}

static ptrdiff_t count_nan(ptrdiff_t n, const double *x)
{
  ptrdiff_t count = 0;
  if (all_finite(n, x)) return 0;
  for (ptrdiff_t i = 0; i < n; i++) count += isnan(x[i]) != 0;
  return count;
}

static sgdl_status check_numbers(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                                 int *gaps)
{
  *gaps = 0;
  for (ptrdiff_t c = 0; c < paths->dim; c++) {
    int there = 0;
    if (!counts(o, c)) continue;
    for (ptrdiff_t p = 0; p < paths->n_paths; p++) {
      ptrdiff_t T = paths->frames[p], bad;
      const double *x = paths->x[p] + T * c;
      int nan = scan(T, x, &bad);
      *gaps |= nan;
      if (bad >= 0)
        return sgdl_fail(ctx, SGDL_NOT_FINITE,
                         "`x[frame %td, coordinate %td, path %td]` = %s: expected a finite number (NaN: missing)",
                         bad + 1, c + 1, p + 1, x[bad] > 0 ? "Inf" : "-Inf");
      there |= !nan || count_nan(T, x) < T;
    }
    if (!there)
      return sgdl_fail(ctx, SGDL_NOT_FINITE,
                       "`x`: coordinate %td is NaN in every frame: expected some numbers, or "
                       "weight 0", c + 1);
  }
  return SGDL_OK;
}

/* missing[k] = 1 where a coordinate that counts is NaN. Returns 1 where some frame is missing; *partly: where
 * another coordinate of such a frame is a number, or one that does not count is NaN. */
static int find_missing(ptrdiff_t T, ptrdiff_t dim, const double *x, const sgdl_msd_options *o, char *missing,
                        int *partly)
{
  int some = 0;
  *partly = 0;
  memset(missing, 0, (size_t)T);
  if (all_finite(T * dim, x)) return 0;
  for (ptrdiff_t c = 0; c < dim; c++)
    for (ptrdiff_t k = 0; k < T && counts(o, c); k++)
      if (isnan(x[k + T * c])) some = missing[k] = 1;
  for (ptrdiff_t c = 0; c < dim && some; c++)
    for (ptrdiff_t k = 0; k < T; k++) *partly |= (isnan(x[k + T * c]) != 0) != missing[k];
  return some;
}

static char *flags_for(sgdl_context *ctx, const sgdl_paths *paths)
{
  ptrdiff_t longest = 1;
  for (ptrdiff_t p = 0; p < paths->n_paths; p++)
    if (paths->frames[p] > longest) longest = paths->frames[p];
  char *flags = malloc((size_t)longest);
  if (!flags) sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the missing frames");
  return flags;
}

sgdl_status sgdl_paths_check(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                             ptrdiff_t *n_missing)
{
  int partly, gaps;
  *n_missing = 0;
  SGDL_TRY(check_sizes(ctx, paths));
  SGDL_TRY(check_weights(ctx, paths, o));
  SGDL_TRY(check_directions(ctx, paths, o));
  SGDL_TRY(check_numbers(ctx, paths, o, &gaps));
  if (!gaps) return SGDL_OK;
  char *missing = flags_for(ctx, paths);
  if (!missing) return SGDL_NO_MEMORY;
  for (ptrdiff_t p = 0; p < paths->n_paths; p++)
    if (find_missing(paths->frames[p], paths->dim, paths->x[p], o, missing, &partly))
      for (ptrdiff_t k = 0; k < paths->frames[p]; k++) *n_missing += missing[k];
  free(missing);
  return SGDL_OK;
}

/* ---- views ---- */

/* A frame with a NaN that counts becomes NaN in all coordinates; numbers that do not count become 0. */
static void spread_gaps(ptrdiff_t T, ptrdiff_t dim, const double *x, const char *missing, double *copy)
{
  for (ptrdiff_t c = 0; c < dim; c++)
    for (ptrdiff_t k = 0; k < T; k++) {
      double value = x[k + T * c];
      copy[k + T * c] = missing[k] ? NAN : isnan(value) ? 0.0 : value;
    }
}

static sgdl_status total_view(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                              ptrdiff_t n_missing, sgdl_view *v)
{
  char *missing = flags_for(ctx, paths);
  sgdl_status status = missing ? SGDL_OK : SGDL_NO_MEMORY;
  v->d = paths->dim;
  v->weights = o->weights;
  for (ptrdiff_t p = 0; p < paths->n_paths && status == SGDL_OK; p++) {
    ptrdiff_t T = paths->frames[p];
    int partly = 0, gaps = n_missing > 0 && find_missing(T, paths->dim, paths->x[p], o, missing, &partly);
    v->path[p] = (sgdl_piece){ paths->x[p], T, T, gaps };
    if (!partly) continue;
    status = sgdl_alloc(ctx, v->copies + p, T * paths->dim, "a path with missing numbers");
    if (status != SGDL_OK) break;
    spread_gaps(T, paths->dim, paths->x[p], missing, v->copies[p]);
    v->path[p].x = v->copies[p];
  }
  free(missing);
  return status;
}

/* out = sum_c u_c (x_c - x_c[first]): less the first frame, so that an offset costs no digits. */
static void project(ptrdiff_t T, ptrdiff_t dim, const double *x, const double *u, double length, double *out)
{
  memset(out, 0, (size_t)T * sizeof(double));
  for (ptrdiff_t c = 0; c < dim; c++) {
    const double *column = x + T * c, scaled = u[c] / length;
    ptrdiff_t first = 0;
    while (first < T - 1 && isnan(column[first])) first++;
    for (ptrdiff_t k = 0; k < T; k++) out[k] += scaled * (column[k] - column[first]);
  }
}

static sgdl_status direction_view(sgdl_context *ctx, const sgdl_paths *paths, const double *u, sgdl_view *v)
{
  double length = length_of(paths->dim, u);
  for (ptrdiff_t p = 0; p < paths->n_paths; p++) {
    ptrdiff_t T = paths->frames[p];
    SGDL_TRY(sgdl_alloc(ctx, v->copies + p, T, "the component along a direction"));
    project(T, paths->dim, paths->x[p], u, length, v->copies[p]);
    v->path[p] = (sgdl_piece){ v->copies[p], T, T, count_nan(T, v->copies[p]) > 0 };
  }
  return SGDL_OK;
}

sgdl_status sgdl_view_open(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *o,
                           ptrdiff_t n_missing, ptrdiff_t k, sgdl_view *v)
{
  *v = (sgdl_view){ .n_paths = paths->n_paths, .d = 1 };
  v->path = malloc((size_t)paths->n_paths * sizeof *v->path);
  v->copies = calloc((size_t)paths->n_paths, sizeof *v->copies);
  sgdl_status status = SGDL_OK;
  if (!v->path || !v->copies) status = sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for %td paths",
                                                 paths->n_paths);
  for (ptrdiff_t p = 0; p < paths->n_paths && status == SGDL_OK; p++)
    if (paths->frames[p] > v->longest) v->longest = paths->frames[p];
  if (status == SGDL_OK && o->per == SGDL_PER_TOTAL) status = total_view(ctx, paths, o, n_missing, v);
  if (status == SGDL_OK && o->per == SGDL_PER_DIRECTION)
    status = direction_view(ctx, paths, o->directions + paths->dim * k, v);
  for (ptrdiff_t p = 0; p < paths->n_paths && status == SGDL_OK && o->per == SGDL_PER_COORDINATE; p++) {
    const double *x = paths->x[p] + paths->frames[p] * k;
    v->path[p] = (sgdl_piece){ x, paths->frames[p], paths->frames[p], count_nan(paths->frames[p], x) > 0 };
  }
  if (status != SGDL_OK) sgdl_view_close(v);
  return status;
}

void sgdl_view_close(sgdl_view *v)
{
  for (ptrdiff_t p = 0; v->copies && p < v->n_paths; p++) free(v->copies[p]);
  free(v->copies);
  free(v->path);
  v->copies = NULL;
  v->path = NULL;
}
