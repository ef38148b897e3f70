/* Transposed copies against a plain loop: sizes around the squares turned at once, arrays wider and longer than what
 * is copied, and nothing touched around it. */
#include <stdlib.h>

#include "check.h"
#include "base/transpose.h"

static const double untouched = -7.5;

/* in: m wide, of rows `stride` apart; out: n high, of columns `ld` apart; both from an odd element of memory on. */
static int copies(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, ptrdiff_t ld)
{
  ptrdiff_t in_size = stride * n + 1, out_size = ld * m + 1;
  double *in = malloc((size_t)in_size * sizeof *in), *out = malloc((size_t)out_size * sizeof *out);
  for (ptrdiff_t i = 0; i < in_size; i++) in[i] = (double)i;
  for (ptrdiff_t i = 0; i < out_size; i++) out[i] = untouched;
  sgdl_transpose(m, n, stride, in + 1, ld, out + 1);
  int right = out[0] == untouched;
  for (ptrdiff_t c = 0; c < m; c++)
    for (ptrdiff_t r = 0; r < ld; r++)
      right &= out[1 + r + c * ld] == (r < n ? in[1 + c + stride * r] : untouched);
  free(in);
  free(out);
  return right;
}

int main(void)
{
  for (ptrdiff_t m = 0; m <= 26; m++) {
    int right = 1;
    for (ptrdiff_t n = 0; n <= 26; n++)
      for (ptrdiff_t more = 0; more <= 6; more += 3)
        right &= copies(m, n, m + more, n + 6 - more);
    if (!CHECK(right)) printf("  of width %td\n", m);
  }
  CHECK(copies(1, 1000, 1, 1000));
  CHECK(copies(1000, 1, 1000, 1));
  CHECK(copies(515, 130, 1024, 256));
  return check_report();
}
