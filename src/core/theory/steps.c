/* Checks shared by the theory of things that happen after k steps. */
#include "steps.h"

#include <math.h>

sgdl_status sgdl_check_steps(sgdl_context *ctx, ptrdiff_t n, const double *steps, int positive, int whole)
{
  return sgdl_check_counts(ctx, "steps", n, steps, positive, whole);
}

sgdl_status sgdl_check_counts(sgdl_context *ctx, const char *name, ptrdiff_t n, const double *steps, int positive,
                              int whole)
{
  static const double LARGEST = 9007199254740992.0; /* 2^53 */
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s` has length %td: expected at least one", name, n);
  SGDL_TRY(sgdl_check_finite(ctx, name, steps, n, 0));
  for (ptrdiff_t i = 0; i < n; i++) {
    int in_range = positive ? steps[i] > 0 : steps[i] >= 0;
    if (!in_range || steps[i] > LARGEST || (whole && steps[i] != floor(steps[i])))
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`%s`[%td] = %g: expected a %snumber %s 0 (at most 2^53)",
                       name, i + 1, steps[i], whole ? "whole " : "", positive ? ">" : ">=");
  }
  return SGDL_OK;
}

sgdl_status sgdl_check_growth(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, const double *x,
                              const double *steps)
{
  for (ptrdiff_t i = 0; i < n; i++)
    if (!isfinite(x[i]))
      return sgdl_fail(ctx, SGDL_UNSTABLE,
                       "`steps` = %g: the model is unstable and has left the range of numbers by then; "
                       "expected fewer steps", steps[i / d]);
  return SGDL_OK;
}
