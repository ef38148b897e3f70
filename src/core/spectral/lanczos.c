/* Lanczos with full reorthogonalisation, several probes in step. */
#include "lanczos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A vector that small against what it came from is rounding: the space is invariant. */
static const double INVARIANT = 1e-13;

sgdl_status sgdl_lanczos_init(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                              ptrdiff_t steps, ptrdiff_t width, sgdl_lanczos *run)
{
  static const sgdl_deflation none = { 0, NULL, NULL };
  *run = (sgdl_lanczos){ .op = op, .deflation = deflation != NULL ? deflation : &none, .steps = steps,
                         .width = width };
  ptrdiff_t room = run->deflation->n + steps;
  sgdl_status status = SGDL_OK;
  SGDL_GET(sgdl_alloc(ctx, &run->basis, sgdl_times(sgdl_times(op->dim, width), steps + 1),
                      "the Lanczos basis"));
  SGDL_GET(sgdl_alloc(ctx, &run->alpha, sgdl_times(width, 2 * steps + 4), "the Lanczos coefficients"));
  run->beta = run->alpha + steps * width;
  run->length = run->beta + steps * width;
  run->mass = run->length + width;
  run->norm2 = run->mass + width;
  run->largest = run->norm2 + width;
  SGDL_GET(sgdl_basis_work_init(ctx, op->dim, room, width, &run->work));
  run->columns = malloc(sizeof *run->columns * (size_t)(room * width));
  run->vectors = malloc(sizeof *run->vectors * (size_t)width);
  if (run->columns == NULL || run->vectors == NULL)
    status = sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the pointers of %td Lanczos steps", steps);
done:
  if (status != SGDL_OK)
    sgdl_lanczos_free(run);
  return status;
}

void sgdl_lanczos_free(sgdl_lanczos *run)
{
  sgdl_basis_work_free(&run->work);
  free(run->basis);
  free(run->alpha);
  free(run->columns);
  free(run->vectors);
  *run = (sgdl_lanczos){ 0 };
}

/* Orthogonalises block j against the deflated directions and blocks 0 .. j - 1. */
static ptrdiff_t orthogonalise(sgdl_context *ctx, sgdl_lanczos *run, ptrdiff_t j)
{
  ptrdiff_t d = run->op->dim, k = run->deflation->n, p = run->width, n = k + j;
  for (ptrdiff_t q = 0; q < p; q++) {
    for (ptrdiff_t l = 0; l < k; l++)
      run->columns[l + n * q] = run->deflation->vectors + d * l;
    for (ptrdiff_t i = 0; i < j; i++)
      run->columns[k + i + n * q] = run->basis + d * (q + p * i);
    run->vectors[q] = run->basis + d * (q + p * j);
  }
  return sgdl_orthogonalise(ctx, &run->work, n, p, run->columns, run->vectors, run->norm2);
}

/* A vector of block j that is no direction any more becomes zero, and the products with it too. */
static void normalise(sgdl_context *ctx, sgdl_lanczos *run, ptrdiff_t q, double norm)
{
  sgdl_scale_long(ctx, run->op->dim, norm > 0 ? 1 / norm : 0, run->vectors[q]);
}

static sgdl_status start(sgdl_context *ctx, sgdl_lanczos *run)
{
  ptrdiff_t k = run->deflation->n, bad = orthogonalise(ctx, run, 0);
  if (bad >= 0)
    return sgdl_fail(ctx, SGDL_NOT_FINITE, "the start of probe %td is not finite: expected finite noise",
                     run->first_probe + bad + 1);
  for (ptrdiff_t q = 0; q < run->width; q++) {
    double before = run->norm2[q];
    for (ptrdiff_t l = 0; l < k; l++)
      before += run->work.first[l + k * q] * run->work.first[l + k * q];
    int something = run->norm2[q] > INVARIANT * INVARIANT * before;
    run->mass[q] = something ? run->norm2[q] : 0;
    run->length[q] = something ? -1 : 0; /* -1: goes on */
    run->largest[q] = 0;
    normalise(ctx, run, q, something ? sqrt(run->norm2[q]) : 0);
  }
  return SGDL_OK;
}

static sgdl_status not_finite(sgdl_context *ctx, const sgdl_lanczos *run, ptrdiff_t q, ptrdiff_t j)
{
  const double *w = run->vectors[q];
  ptrdiff_t row = 0;
  while (row < run->op->dim - 1 && isfinite(w[row]))
    row++;
  return sgdl_fail(ctx, SGDL_CALLBACK,
                   "the product with `H` gave %s in row %td for probe %td at Lanczos step %td: expected "
                   "finite numbers", sgdl_not_finite(w[row]), row + 1, run->first_probe + q + 1, j + 1);
}

/* Coefficients of step j (whose product is in block j + 1), and whether the probe goes on. */
static void take_step(sgdl_context *ctx, sgdl_lanczos *run, ptrdiff_t q, ptrdiff_t j)
{
  ptrdiff_t n = run->deflation->n + j + 1, at = j + run->steps * q;
  const double *first = run->work.first + n * q, *second = run->work.second + n * q;
  double norm = sqrt(run->norm2[q]), product2 = run->norm2[q];
  if (run->length[q] >= 0) {
    normalise(ctx, run, q, 0);
    return;
  }
  for (ptrdiff_t l = 0; l < n; l++)
    product2 += first[l] * first[l];
  run->largest[q] = fmax(run->largest[q], sqrt(product2));
  run->alpha[at] = first[n - 1] + second[n - 1];
  int goes_on = norm > INVARIANT * run->largest[q];
  run->beta[at] = goes_on ? norm : 0;
  if (!goes_on)
    run->length[q] = (double)(j + 1);
  normalise(ctx, run, q, goes_on ? norm : 0);
}

static int any_goes_on(const sgdl_lanczos *run)
{
  for (ptrdiff_t q = 0; q < run->width; q++)
    if (run->length[q] < 0)
      return 1;
  return 0;
}

sgdl_status sgdl_lanczos_run(sgdl_context *ctx, sgdl_lanczos *run)
{
  ptrdiff_t block = run->op->dim * run->width;
  memset(run->alpha, 0, sizeof(double) * (size_t)(2 * run->steps * run->width));
  SGDL_TRY(start(ctx, run));
  for (ptrdiff_t j = 0; j < run->steps && any_goes_on(run); j++) {
    if (sgdl_poll(ctx, run->progress + run->progress_span * (double)j / (double)run->steps))
      return sgdl_fail(ctx, SGDL_INTERRUPTED, "stopped at step %td of %td of Lanczos", j + 1, run->steps);
    SGDL_TRY(run->op->product(run->op, ctx, run->width, run->basis + block * j,
                              run->basis + block * (j + 1)));
    run->n_products += run->width;
    ptrdiff_t bad = orthogonalise(ctx, run, j + 1);
    if (bad >= 0)
      return not_finite(ctx, run, bad, j);
    for (ptrdiff_t q = 0; q < run->width; q++)
      take_step(ctx, run, q, j);
  }
  for (ptrdiff_t q = 0; q < run->width; q++)
    if (run->length[q] < 0)
      run->length[q] = (double)run->steps;
  return SGDL_OK;
}
