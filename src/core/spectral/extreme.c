/* Extreme eigenpairs by thick-restart block Lanczos (Wu and Simon 2000; Stathopoulos and Saad 1998), with
 * projections onto the whole basis, so that the projected matrix is what it is said to be whatever the
 * restarts.
 *
 * Own code rather than ARPACK: that takes one vector a product (no blocks), finds multiple
 * eigenvalues by rounding only, keeps its state in Fortran SAVE variables (two runs at a time, or one that
 * a host abandons, are not safe), and would be one more library to find. */
#include "basis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double INVARIANT = 1e-13; /* of the largest product: rounding                               */
static const double CANCELLED = 0.1;   /* a vector shrunk by this loses digits of its orthogonality      */

typedef struct {
  const sgdl_operator *op;
  sgdl_extreme_options o;      /* defaults filled in                                                    */
  ptrdiff_t d, wanted;
  double *V;                   /* d x (basis + block)                                                   */
  ptrdiff_t n, width;          /* columns of V that H has been applied to; new ones after them          */
  double *T, *Y, *theta;       /* basis x basis, leading dimension basis; Y n x n; theta n              */
  double *R;                   /* block x block: last product = new columns R (+ what T holds)          */
  ptrdiff_t last;              /* columns of the last product                                           */
  double largest;              /* length of the longest product                                        */
  uint64_t draws;              /* random vectors taken                                                  */
  sgdl_basis_work work;
  const double **columns;
  double **vectors;
  double *norm2, *scratch, *residual;
  sgdl_extreme_report report;
} search;

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
  return a < b ? a : b;
}

static double *column(const search *s, ptrdiff_t l)
{
  return s->V + s->d * l;
}

/* ---- set-up -------------------------------------------------------------------------------------------- */

static sgdl_status check(sgdl_context *ctx, search *s)
{
  sgdl_extreme_options *o = &s->o;
  ptrdiff_t d = s->d;
  if (d < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dim` = %td: expected at least one parameter", d);
  if (o->n_top < 0 || o->n_bottom < 0 || s->wanted < 1 || s->wanted > d)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`top` = %td and `bottom` = %td: expected 1 to %td eigenpairs together", o->n_top,
                     o->n_bottom, d);
  if (o->block < 0 || o->basis < 0 || o->max_products < 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`block` = %td, `basis` = %td, `max_products` = %td: expected numbers >= 0", o->block,
                     o->basis, o->max_products);
  if (!(isfinite(o->tolerance) && o->tolerance >= 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`tolerance` = %g: expected a finite number >= 0", o->tolerance);
  o->block = smaller(o->block > 0 ? o->block : 4, d);
  ptrdiff_t least = s->wanted + 3 * o->block, usual = 2 * s->wanted + 8 * o->block;
  if (o->basis > 0 && o->basis < smaller(least, d))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`basis` = %td: expected at least %td for %td eigenpairs and blocks of %td", o->basis,
                     smaller(least, d), s->wanted, o->block);
  o->basis = o->basis > 0 ? o->basis : usual > 32 ? usual : 32;
  if (o->basis > d - 2 * o->block) /* then all of it */
    o->basis = d;
  o->tolerance = o->tolerance > 0 ? o->tolerance : 1e-8;
  o->max_products = o->max_products > 0 ? o->max_products : 200 * s->wanted + 4000;
  return SGDL_OK;
}

static sgdl_status allocate(sgdl_context *ctx, search *s)
{
  ptrdiff_t basis = s->o.basis, block = s->o.block, most = basis + block;
  SGDL_TRY(sgdl_alloc(ctx, &s->V, sgdl_times(s->d, most), "the Lanczos basis"));
  SGDL_TRY(sgdl_alloc(ctx, &s->T, 2 * sgdl_times(basis, basis) + 2 * basis + block * block + block,
                      "the projected matrix"));
  s->Y = s->T + basis * basis;
  s->theta = s->Y + basis * basis;
  s->residual = s->theta + basis;
  s->R = s->residual + basis;
  s->norm2 = s->R + block * block;
  memset(s->T, 0, sizeof(double) * (size_t)(basis * basis));
  SGDL_TRY(sgdl_basis_work_init(ctx, s->d, most, block, &s->work));
  SGDL_TRY(sgdl_alloc(ctx, &s->scratch, SGDL_ROW_TILE * sgdl_times(basis, sgdl_threads(ctx)),
                      "rotated tiles"));
  s->columns = malloc(sizeof *s->columns * (size_t)(most * block));
  s->vectors = malloc(sizeof *s->vectors * (size_t)most);
  if (s->columns == NULL || s->vectors == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the pointers of %td vectors", most);
  return SGDL_OK;
}

static void release(search *s)
{
  free(s->V);
  free(s->T);
  free(s->scratch);
  free(s->columns);
  free(s->vectors);
  sgdl_basis_work_free(&s->work);
}

/* ---- new columns --------------------------------------------------------------------------------------- */

/* Columns [first, first + width) against all columns before `first`; -1 or the first that is not finite. */
static ptrdiff_t against_basis(sgdl_context *ctx, search *s, ptrdiff_t before, ptrdiff_t first,
                               ptrdiff_t width)
{
  for (ptrdiff_t q = 0; q < width; q++) {
    for (ptrdiff_t l = 0; l < before; l++)
      s->columns[l + before * q] = column(s, l);
    s->vectors[q] = column(s, first + q);
  }
  return sgdl_orthogonalise(ctx, &s->work, before, width, s->columns, s->vectors, s->norm2);
}

/* Column k becomes random, orthogonal to all before it. */
static void random_column(sgdl_context *ctx, search *s, ptrdiff_t k)
{
  do { /* the second draw is for a vector that happens to lie in the basis */
    sgdl_normals(s->o.seed, SGDL_STREAM_PROBE, s->draws++, 3, 0, s->d, column(s, k));
    sgdl_scale_long(ctx, s->d, 1 / sqrt((double)s->d), column(s, k));
    against_basis(ctx, s, k, k, 1);
  } while (!(s->norm2[0] > 1e-20) && s->draws < 1000000);
  sgdl_scale_long(ctx, s->d, 1 / sqrt(s->norm2[0]), column(s, k));
  against_basis(ctx, s, k, k, 1);
  sgdl_scale_long(ctx, s->d, 1 / sqrt(s->norm2[0]), column(s, k));
}

/* Orthonormalises column n + k against the new ones before it; fills column k of R. */
static void next_direction(sgdl_context *ctx, search *s, ptrdiff_t k)
{
  ptrdiff_t at = s->n + k, block = s->o.block;
  double *w = column(s, at);
  for (ptrdiff_t l = 0; l < k; l++)
    s->columns[l] = column(s, s->n + l);
  s->vectors[0] = w;
  sgdl_orthogonalise(ctx, &s->work, k, 1, s->columns, s->vectors, s->norm2);
  double before2 = s->norm2[0];
  for (ptrdiff_t l = 0; l < k; l++) {
    s->R[l + block * k] = s->work.first[l] + s->work.second[l];
    before2 += s->R[l + block * k] * s->R[l + block * k];
  }
  double norm = sqrt(s->norm2[0]);
  if (norm <= INVARIANT * s->largest) {
    s->R[k + block * k] = 0;
    random_column(ctx, s, at);
    return;
  }
  s->R[k + block * k] = norm;
  sgdl_scale_long(ctx, s->d, 1 / norm, w);
  if (norm < CANCELLED * sqrt(before2) || norm < CANCELLED * s->largest) {
    against_basis(ctx, s, at, at, 1);
    sgdl_scale_long(ctx, s->d, 1 / sqrt(s->norm2[0]), w);
  }
}

/* The block after the n columns: as wide as the last product, as the dimension allows. Where it is
 * narrower, the columns of R past it are 0: everything is in the basis. */
static void orthonormalise_block(sgdl_context *ctx, search *s)
{
  memset(s->R, 0, sizeof(double) * (size_t)(s->o.block * s->o.block));
  s->width = smaller(s->last, s->d - s->n);
  for (ptrdiff_t k = 0; k < s->width; k++)
    next_direction(ctx, s, k);
}

/* H times the new columns; they join the basis, T grows, the next ones are made. */
static sgdl_status grow(sgdl_context *ctx, search *s)
{
  ptrdiff_t n = s->n + s->width, width = s->width, basis = s->o.basis;
  SGDL_TRY(s->op->product(s->op, ctx, width, column(s, s->n), column(s, n)));
  s->report.n_products += width;
  ptrdiff_t bad = against_basis(ctx, s, n, n, width);
  if (bad >= 0) {
    const double *w = column(s, n + bad);
    ptrdiff_t row = 0;
    while (row < s->d - 1 && isfinite(w[row]))
      row++;
    return sgdl_fail(ctx, SGDL_CALLBACK,
                     "product %td with `H` gave %s in row %td: expected finite numbers",
                     s->report.n_products - width + bad + 1, sgdl_not_finite(w[row]), row + 1);
  }
  for (ptrdiff_t k = 0; k < width; k++) {
    double length2 = s->norm2[k];
    for (ptrdiff_t l = 0; l < n; l++) {
      double c = s->work.first[l + n * k] + s->work.second[l + n * k];
      ptrdiff_t at = s->n + k;
      length2 += c * c;
      if (l <= at) /* inside the new block the upper half counts */
        s->T[l + basis * at] = s->T[at + basis * l] = c;
    }
    s->largest = fmax(s->largest, sqrt(length2));
  }
  s->n = n;
  s->last = width;
  orthonormalise_block(ctx, s);
  return SGDL_OK;
}

static void begin(sgdl_context *ctx, search *s)
{
  s->width = s->o.block;
  for (ptrdiff_t k = 0; k < s->width; k++)
    random_column(ctx, s, k);
}

/* ---- Ritz pairs ---------------------------------------------------------------------------------------- */

/* theta ascending, Y n x n, residuals. */
static sgdl_status ritz(sgdl_context *ctx, search *s)
{
  ptrdiff_t n = s->n, block = s->o.block;
  for (ptrdiff_t j = 0; j < n; j++)
    memcpy(s->Y + n * j, s->T + s->o.basis * j, sizeof(double) * (size_t)n);
  int blas = sgdl_blas_single_begin(); /* the same bits for any number of its threads */
  sgdl_status status = sgdl_backend_cpu()->eigen_symmetric(ctx, n, s->Y, s->theta);
  sgdl_blas_single_end(blas);
  SGDL_TRY(status);
  for (ptrdiff_t i = 0; i < n; i++) {
    const double *y = s->Y + n * i + n - s->last;
    double sum = 0;
    for (ptrdiff_t k = 0; k < s->width; k++) {
      double r = 0;
      for (ptrdiff_t q = 0; q < s->last; q++)
        r += s->R[k + block * q] * y[q];
      sum += r * r;
    }
    s->residual[i] = sqrt(sum);
  }
  s->report.spread = fmax(fabs(s->theta[0]), fabs(s->theta[n - 1]));
  return SGDL_OK;
}

/* Which Ritz pair (ascending) is wanted pair i: the largest in descending order, then the smallest, too. */
static ptrdiff_t wanted_at(const search *s, ptrdiff_t i)
{
  return i < s->o.n_top ? s->n - 1 - i : s->wanted - 1 - i;
}

static void count_converged(search *s)
{
  s->report.n_converged = 0;
  for (ptrdiff_t i = 0; i < s->wanted; i++)
    s->report.n_converged += s->residual[wanted_at(s, i)] <= s->o.tolerance * s->report.spread;
}

/* Keeps the wanted ends and half of the room as well, at the ends that are wanted. */
static void restart(sgdl_context *ctx, search *s)
{
  ptrdiff_t basis = s->o.basis, n = s->n, most = basis - 2 * s->o.block;
  ptrdiff_t extra = smaller((basis - s->wanted) / 2, most - s->wanted);
  ptrdiff_t extra_top = s->o.n_bottom == 0 ? extra : s->o.n_top == 0 ? 0 : extra / 2;
  ptrdiff_t top = s->o.n_top + extra_top, bottom = s->wanted + extra - top, keep = top + bottom;
  /* ascending: the bottom stays first, the top follows it */
  memmove(s->Y + n * bottom, s->Y + n * (n - top), sizeof(double) * (size_t)(n * top));
  memmove(s->theta + bottom, s->theta + n - top, sizeof(double) * (size_t)top);
  for (ptrdiff_t l = 0; l < n; l++)
    s->vectors[l] = column(s, l);
  sgdl_rotate_columns(ctx, s->d, n, keep, s->vectors, s->Y, s->scratch);
  memmove(column(s, keep), column(s, n), sizeof(double) * (size_t)(s->d * s->width));
  memset(s->T, 0, sizeof(double) * (size_t)(basis * basis));
  for (ptrdiff_t l = 0; l < keep; l++)
    s->T[l + basis * l] = s->theta[l];
  s->n = keep;
  s->report.n_restarts++;
}

/* ---- results ------------------------------------------------------------------------------------------- */

static void make_largest_positive(sgdl_context *ctx, ptrdiff_t d, double *v)
{
  ptrdiff_t largest = 0;
  for (ptrdiff_t i = 1; i < d; i++)
    if (fabs(v[i]) > fabs(v[largest]))
      largest = i;
  if (v[largest] < 0)
    sgdl_scale_long(ctx, d, -1, v);
}

static void hand_back(sgdl_context *ctx, search *s, double *values, double *vectors, double *residual)
{
  for (ptrdiff_t l = 0; l < s->n; l++)
    s->columns[l] = column(s, l);
  for (ptrdiff_t i = 0; i < s->wanted; i++) {
    ptrdiff_t from = wanted_at(s, i);
    values[i] = s->theta[from];
    if (residual != NULL)
      residual[i] = s->residual[from];
    sgdl_combine(ctx, s->d, s->n, 1, s->columns, s->Y + s->n * from, vectors + s->d * i);
    make_largest_positive(ctx, s->d, vectors + s->d * i);
  }
}

static void hand_back_nothing(const search *s, double *values, double *vectors, double *residual)
{
  for (ptrdiff_t i = 0; i < s->wanted; i++) {
    values[i] = NAN;
    if (residual != NULL)
      residual[i] = NAN;
  }
  memset(vectors, 0, sizeof(double) * (size_t)(s->d * s->wanted));
}

/* Asked where basis, T and R belong together: not just after a restart. */
static sgdl_status go_on(sgdl_context *ctx, search *s)
{
  if (sgdl_poll(ctx, (double)s->report.n_products / (double)s->o.max_products))
    return sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped after %td products", s->report.n_products);
  if (s->report.n_products >= s->o.max_products)
    return sgdl_fail(ctx, SGDL_NO_CONVERGENCE,
                     "%td of %td eigenpairs converged within %td products (tolerance %g): expected all; more "
                     "products, a larger basis or a larger tolerance help", s->report.n_converged, s->wanted,
                     s->report.n_products, s->o.tolerance);
  return SGDL_OK;
}

/* One more block, and a look at the Ritz pairs where the basis is full. */
static sgdl_status advance(sgdl_context *ctx, search *s, int *done)
{
  SGDL_TRY(grow(ctx, s));
  if (s->n + s->width <= s->o.basis && s->width > 0)
    return go_on(ctx, s);
  SGDL_TRY(ritz(ctx, s));
  count_converged(s);
  *done = s->report.n_converged == s->wanted || s->width == 0;
  if (*done)
    return SGDL_OK;
  SGDL_TRY(go_on(ctx, s));
  restart(ctx, s);
  return SGDL_OK;
}

sgdl_status sgdl_extreme_eigenpairs(sgdl_context *ctx, const sgdl_operator *op,
                                    const sgdl_extreme_options *options, double *values, double *vectors,
                                    double *residual, sgdl_extreme_report *report)
{
  search s = { .op = op, .o = *options, .d = op->dim, .wanted = options->n_top + options->n_bottom };
  int done = 0;
  sgdl_status status = SGDL_OK, found;

  SGDL_TRY(check(ctx, &s));
  SGDL_GET(allocate(ctx, &s));
  hand_back_nothing(&s, values, vectors, residual);
  begin(ctx, &s);
  while (status == SGDL_OK && !done)
    status = advance(ctx, &s, &done);
  if (s.n >= s.wanted && (status == SGDL_OK || status == SGDL_INTERRUPTED || status == SGDL_NO_CONVERGENCE)) {
    found = done ? SGDL_OK : ritz(ctx, &s);
    if (found == SGDL_OK) {
      count_converged(&s);
      hand_back(ctx, &s, values, vectors, residual);
    } else {
      status = found;
    }
  }
  if (report != NULL)
    *report = s.report;
done:
  release(&s);
  return status;
}
