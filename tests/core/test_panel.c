/* The packed product: right to rounding, each element the same chain of fused multiply-adds whatever the
 * vectors of the machine and however the columns are split. */
#include "base/panel.h"
#include "base/panel_kernels.h"
#include "check.h"

enum { MOST_ROWS = 75, MOST_COLUMNS = 70, MOST_DEPTH = 300 };

static sgdl_context ctx;
static double A[MOST_DEPTH * MOST_DEPTH], B[MOST_DEPTH * MOST_COLUMNS], offset[MOST_DEPTH];
static double C[MOST_DEPTH * MOST_COLUMNS], expected[MOST_DEPTH * MOST_COLUMNS];

static void draw(void)
{
  sgdl_normals(7, 0, 0, 0, 0, MOST_DEPTH * MOST_DEPTH, A);
  sgdl_normals(7, 0, 1, 0, 0, MOST_DEPTH * MOST_COLUMNS, B);
  sgdl_normals(7, 0, 2, 0, 0, MOST_DEPTH, offset);
}

/* The element [i, j] of the matrix that is packed from A with leading dimension MOST_DEPTH. */
static double element(int transposed, ptrdiff_t i, ptrdiff_t j)
{
  return transposed ? A[j + i * MOST_DEPTH] : A[i + j * MOST_DEPTH];
}

/* sum_j element[i, j] b[j] from `start`, as the header says it is done. */
static double chain(int transposed, ptrdiff_t i, ptrdiff_t k, const double *b, double start)
{
  double sum = start;
  for (ptrdiff_t j = 0; j < k; j++) sum = fma(element(transposed, i, j), b[j], sum);
  return sum;
}

static void multiply(int transposed, int lower, ptrdiff_t rows, ptrdiff_t cols, ptrdiff_t n,
                     const double *start)
{
  sgdl_panels panels;
  CHECK_STATUS(sgdl_panels_pack(&ctx, &panels, transposed, lower, rows, cols, A, MOST_DEPTH, "A"), SGDL_OK);
  sgdl_panels_apply(&panels, n, B, MOST_DEPTH, start, C, MOST_DEPTH);
  sgdl_panels_free(&panels);
}

/* Largest distance from sums in long double, over the sum of magnitudes; a chain of k roundings is within
 * k 2^-53 of it. */
static void within_rounding_of_long_double(void)
{
  const ptrdiff_t n = 9;
  for (int lower = 0; lower < 2; lower++) {
    double worst = 0.0;
    multiply(0, lower, MOST_DEPTH, MOST_DEPTH, n, offset);
    for (ptrdiff_t c = 0; c < n; c++)
      for (ptrdiff_t i = 0; i < MOST_DEPTH; i++) {
        long double sum = offset[i], size = fabs(offset[i]);
        for (ptrdiff_t j = 0; j < (lower ? i + 1 : MOST_DEPTH); j++) {
          long double term = (long double)A[i + j * MOST_DEPTH] * B[j + c * MOST_DEPTH];
          sum += term;
          size += fabsl(term);
        }
        worst = fmax(worst, (double)(fabsl(C[i + c * MOST_DEPTH] - sum) / size));
      }
    CHECK_NEAR(worst, 0.0, MOST_DEPTH * 0x1p-53);
  }
}

/* Every remainder of rows and of columns, bit by bit, and nothing written beside C. */
static void every_shape_is_the_same_chain(void)
{
  const double untouched = 1234.5;
  for (ptrdiff_t rows = 1; rows <= MOST_ROWS; rows++) {
    ptrdiff_t n = 1 + (rows * 31) % MOST_COLUMNS, cols = rows % 3 ? 5 + rows : rows;
    int lower = cols == rows, transposed = rows % 2 && !lower, same = 1, beside = 1;
    for (ptrdiff_t i = 0; i < MOST_DEPTH * MOST_COLUMNS; i++) C[i] = untouched;
    multiply(transposed, lower, rows, cols, n, rows % 5 ? offset : NULL);
    for (ptrdiff_t c = 0; c < MOST_COLUMNS; c++)
      for (ptrdiff_t i = 0; i < MOST_DEPTH; i++) {
        double value = C[i + c * MOST_DEPTH], start = rows % 5 ? offset[i] : 0.0;
        if (i >= rows || c >= n)
          beside &= value == untouched;
        else
          same &= value == chain(transposed, i, lower ? i + 1 : cols, B + c * MOST_DEPTH, start);
      }
    if (!CHECK(same)) printf("  %td x %td, %td columns\n", rows, cols, n);
    CHECK(beside);
  }
}

/* Long sums: longer than one block of cache, a panel and a half of rows. */
static void long_sums_are_the_same_chain(void)
{
  const ptrdiff_t rows = 36, n = MOST_COLUMNS;
  int same = 1;
  multiply(0, 0, rows, MOST_DEPTH, n, offset);
  for (ptrdiff_t c = 0; c < n; c++)
    for (ptrdiff_t i = 0; i < rows; i++)
      same &= C[i + c * MOST_DEPTH] == chain(0, i, MOST_DEPTH, B + c * MOST_DEPTH, offset[i]);
  CHECK(same);
}

static void columns_may_be_split_anywhere(void)
{
  sgdl_panels panels;
  CHECK_STATUS(sgdl_panels_pack(&ctx, &panels, 0, 1, MOST_ROWS, MOST_ROWS, A, MOST_DEPTH, "A"), SGDL_OK);
  sgdl_panels_apply(&panels, MOST_COLUMNS, B, MOST_DEPTH, offset, expected, MOST_ROWS);
  for (ptrdiff_t first = 1; first < MOST_COLUMNS; first++) {
    sgdl_panels_apply(&panels, first, B, MOST_DEPTH, offset, C, MOST_ROWS);
    sgdl_panels_apply(&panels, MOST_COLUMNS - first, B + first * MOST_DEPTH, MOST_DEPTH, offset,
                      C + first * MOST_ROWS, MOST_ROWS);
    CHECK_ARRAY(C, expected, MOST_ROWS * MOST_COLUMNS, 0.0);
  }
  sgdl_panels_free(&panels);
}

/* The kernel of this machine and the one of every machine, on products that cancel: a kernel that rounds them
 * first would leave something else behind. */
static void kernels_give_the_same_bits(void)
{
  enum { ROWS = SGDL_PANEL_ROWS, DEPTH = 40 };
  _Alignas(64) double best[ROWS * MOST_COLUMNS], baseline[ROWS * MOST_COLUMNS];
  for (ptrdiff_t n = 1; n <= MOST_COLUMNS; n++) {
    for (ptrdiff_t i = 0; i < ROWS * n; i++) best[i] = baseline[i] = -A[i % ROWS] * B[i / ROWS * MOST_DEPTH];
    sgdl_panel_best()(DEPTH, A, n, B, MOST_DEPTH, best);
    sgdl_panel_baseline()(DEPTH, A, n, B, MOST_DEPTH, baseline);
    CHECK_ARRAY(best, baseline, ROWS * n, 0.0);
  }
  double sum = -A[0] * B[0];
  best[0] = sum;
  sgdl_panel_best()(1, A, 1, B, MOST_DEPTH, best);
  CHECK(best[0] == fma(A[0], B[0], sum));
  CHECK(best[0] != 0.0);
}

static void a_matrix_too_large_is_refused(void)
{
  sgdl_panels panels;
  ptrdiff_t rows = PTRDIFF_MAX / 16;
  CHECK_STATUS(sgdl_panels_pack(&ctx, &panels, 0, 0, rows, 1000, A, rows, "the factor"), SGDL_NO_MEMORY);
  CHECK_TEXT(ctx.message, "the factor");
}

int main(void)
{
  sgdl_context_init(&ctx);
  draw();
  within_rounding_of_long_double();
  every_shape_is_the_same_chain();
  long_sums_are_the_same_chain();
  columns_may_be_split_anywhere();
  kernels_give_the_same_bits();
  a_matrix_too_large_is_refused();
  return check_report();
}
