/* The built-in functions of an eigenvalue. */
#include "functions.h"

#include <math.h>

const char *sgdl_function_string(sgdl_function_kind kind)
{
  static const char *const name[SGDL_F_COUNT] = { "one", "identity", "square", "absolute", "inverse",
                                                  "logarithm", "exponential", "below" };
  return kind >= 0 && kind < SGDL_F_COUNT ? name[kind] : "unknown";
}

sgdl_status sgdl_functions_check(sgdl_context *ctx, ptrdiff_t n, const sgdl_function *functions)
{
  if (n < 0)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`functions`: %td of them, expected 0 or more", n);
  for (ptrdiff_t i = 0; i < n; i++) {
    if ((int)functions[i].kind < 0 || functions[i].kind >= SGDL_F_COUNT)
      return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`functions`[%td] has the kind %d: expected 0 to %d", i + 1,
                       (int)functions[i].kind, SGDL_F_COUNT - 1);
    if (!isfinite(functions[i].parameter))
      return sgdl_fail(ctx, SGDL_NOT_FINITE,
                       "`functions`[%td] (%s) has the parameter %g: expected a finite number",
                       i + 1, sgdl_function_string(functions[i].kind), functions[i].parameter);
  }
  return SGDL_OK;
}

double sgdl_function_value(const sgdl_function *f, double rho)
{
  double x = f->parameter;
  switch (f->kind) {
  case SGDL_F_ONE: return 1;
  case SGDL_F_IDENTITY: return rho;
  case SGDL_F_SQUARE: return rho * rho;
  case SGDL_F_ABSOLUTE: return fabs(rho);
  case SGDL_F_INVERSE: return rho + x > 0 ? 1 / (rho + x) : NAN;
  case SGDL_F_LOGARITHM: return rho + x > 0 ? log(rho + x) : NAN;
  case SGDL_F_EXPONENTIAL: return exp(-x * rho);
  case SGDL_F_BELOW: return rho < x;
  case SGDL_F_COUNT: break;
  }
  return NAN;
}

sgdl_status sgdl_function_domain(sgdl_context *ctx, const sgdl_function *f, double rho)
{
  int bounded = f->kind == SGDL_F_INVERSE || f->kind == SGDL_F_LOGARITHM;
  if (bounded && !(rho + f->parameter > 0))
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "the %s of rho + %g at the eigenvalue rho = %g: expected rho + %g > 0",
                     sgdl_function_string(f->kind), f->parameter, rho, f->parameter);
  return SGDL_OK;
}
