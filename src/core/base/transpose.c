/* Transposed copies: whole lines are read, turned in registers and written, so that neither side is touched one
 * element a line, nor lines a power of two apart again and again, which the first cache cannot hold. */
#include "transpose.h"

enum { SQUARE = 8 };

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define HAVE_SHUFFLE
#endif
#endif

static void transpose_rest(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, const double *in, ptrdiff_t ld,
                           double *out)
{
  for (ptrdiff_t c = 0; c < m; c++)
    for (ptrdiff_t r = 0; r < n; r++) out[r + c * ld] = in[c + stride * r];
}

#ifdef HAVE_SHUFFLE

typedef double four __attribute__((vector_size(32)));
typedef double four_anywhere __attribute__((vector_size(32), aligned(8), may_alias));

/* 4 x 4; in: rows `stride` apart. */
SGDL_INLINE void turn_four(ptrdiff_t stride, const double *in, ptrdiff_t ld, double *out)
{
  four a = *(const four_anywhere *)in, b = *(const four_anywhere *)(in + stride);
  four c = *(const four_anywhere *)(in + 2 * stride), d = *(const four_anywhere *)(in + 3 * stride);
  four ab0 = __builtin_shufflevector(a, b, 0, 4, 2, 6), ab1 = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  four cd0 = __builtin_shufflevector(c, d, 0, 4, 2, 6), cd1 = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  *(four_anywhere *)out = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
  *(four_anywhere *)(out + ld) = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
  *(four_anywhere *)(out + 2 * ld) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
  *(four_anywhere *)(out + 3 * ld) = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
}

SGDL_VECTORISED static ptrdiff_t transpose_squares(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, const double *in,
                                                   ptrdiff_t ld, double *out)
{
  ptrdiff_t c = 0;
  for (; c + SQUARE <= m; c += SQUARE)
    for (ptrdiff_t r = 0; r < n; r += SQUARE)
      for (ptrdiff_t q = 0; q < SQUARE; q += 4)
        for (ptrdiff_t p = 0; p < SQUARE; p += 4)
          turn_four(stride, in + c + q + stride * (r + p), ld, out + r + p + (c + q) * ld);
  return c;
}

#else

static ptrdiff_t transpose_squares(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, const double *in, ptrdiff_t ld,
                                   double *out)
{
  ptrdiff_t c = 0;
  for (; c + SQUARE <= m; c += SQUARE)
    for (ptrdiff_t r = 0; r < n; r += SQUARE)
      transpose_rest(SQUARE, SQUARE, stride, in + c + stride * r, ld, out + r + c * ld);
  return c;
}

#endif

void sgdl_transpose(ptrdiff_t m, ptrdiff_t n, ptrdiff_t stride, const double *in, ptrdiff_t ld, double *out)
{
  ptrdiff_t whole = n - n % SQUARE, done = transpose_squares(m, whole, stride, in, ld, out);
  transpose_rest(m - done, whole, stride, in + done, ld, out + done * ld);
  transpose_rest(m, n - whole, stride, in + whole * stride, ld, out + whole);
}
