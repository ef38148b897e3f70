/* Operators: what all of them share, functions compiled by users, dense matrices, objectives. */
#define _POSIX_C_SOURCE 200809L /* dlopen */
#include "../base/base.h"

#include "basis.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void sgdl_operator_free(sgdl_operator *op)
{
  if (op->destroy != NULL)
    op->destroy(op);
  *op = (sgdl_operator){ 0 };
}

static sgdl_status check_dim(sgdl_context *ctx, ptrdiff_t dim)
{
  if (dim < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dim` = %td: expected at least one parameter", dim);
  return SGDL_OK;
}

/* ---- products and checks ------------------------------------------------------------------------------- */

sgdl_status sgdl_operator_product(sgdl_context *ctx, const sgdl_operator *op, ptrdiff_t n, const double *V,
                                  double *HV)
{
  if (n < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`V` has %td columns: expected at least one", n);
  SGDL_TRY(op->product(op, ctx, n, V, HV));
  if (sgdl_check_finite(ctx, "H V", HV, op->dim * n, op->dim) == SGDL_OK)
    return SGDL_OK;
  char found[SGDL_MESSAGE_SIZE / 2];
  memcpy(found, ctx->message, sizeof found - 1);
  found[sizeof found - 1] = '\0';
  return sgdl_fail(ctx, SGDL_CALLBACK, "the product with `H`: %s", found);
}

/* Dot products of the columns of A and B (dim x 3), tiled. */
static double dot(const double *a, const double *b, ptrdiff_t n)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i += SGDL_ROW_TILE) {
    ptrdiff_t rows = n - i < SGDL_ROW_TILE ? n - i : SGDL_ROW_TILE;
    const double *here = a + i;
    sgdl_add_dots(rows, 1, &here, 0, b + i, &sum);
  }
  return sum;
}

static sgdl_status judge(sgdl_context *ctx, ptrdiff_t d, const double *V, double *HV, double tolerance,
                         double *asymmetry)
{
  const double *u = V, *v = V + d;
  double *Hu = HV, *Hv = HV + d, *Hsum = HV + 2 * d;
  double size = sqrt(dot(Hu, Hu, d)) + sqrt(dot(Hv, Hv, d));
  double twisted = fabs(dot(u, Hv, d) - dot(v, Hu, d));
  for (ptrdiff_t i = 0; i < d; i++)
    Hsum[i] -= Hu[i] + Hv[i];
  double bent = sqrt(dot(Hsum, Hsum, d));
  if (asymmetry != NULL)
    *asymmetry = size > 0 ? twisted / size : 0;
  if (bent > tolerance * size)
    return sgdl_fail(ctx, SGDL_CALLBACK,
                     "the product with `H` is not linear: |H(u+v) - Hu - Hv| = %.3g of |Hu| + |Hv| for "
                     "random u, v: expected at most %g (a block of columns: one product a column)",
                     bent / size,
                     tolerance);
  if (twisted > tolerance * size)
    return sgdl_fail(ctx, SGDL_NOT_SYMMETRIC,
                     "the product with `H` is not symmetric: |u'Hv - v'Hu| = %.3g of |Hu| + |Hv| for random "
                     "u, v: expected at most %g", twisted / size, tolerance);
  return SGDL_OK;
}

sgdl_status sgdl_operator_check(sgdl_context *ctx, const sgdl_operator *op, uint64_t seed, double tolerance,
                                double *asymmetry)
{
  ptrdiff_t d = op->dim;
  double *V = NULL, *HV = NULL;
  sgdl_status status = SGDL_OK;
  SGDL_GET(check_dim(ctx, d));
  if (!(isfinite(tolerance) && tolerance >= 0)) {
    status = sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`tolerance` = %g: expected a finite number >= 0", tolerance);
    goto done;
  }
  SGDL_GET(sgdl_alloc(ctx, &V, sgdl_times(3, d), "the check of the operator"));
  SGDL_GET(sgdl_alloc(ctx, &HV, sgdl_times(3, d), "the check of the operator"));
  for (int c = 0; c < 2; c++)
    sgdl_normals(seed, SGDL_STREAM_PROBE, (uint64_t)c, 2, 0, d, V + d * c);
  for (ptrdiff_t i = 0; i < d; i++)
    V[i + 2 * d] = V[i] + V[i + d];
  SGDL_GET(sgdl_operator_product(ctx, op, 3, V, HV));
  status = judge(ctx, d, V, HV, tolerance > 0 ? tolerance : 1e-6, asymmetry);
done:
  free(V);
  free(HV);
  return status;
}

/* ---- compiled by the user ------------------------------------------------------------------------------ */

typedef struct {
  sgdl_native_product *function;
  void *library; /* NULL: the host's own pointer */
} native;

static sgdl_status native_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                  double *HV)
{
  const native *self = op->self;
  int failure = self->function(op->dim, n, V, HV);
  if (failure)
    return sgdl_fail(ctx, SGDL_CALLBACK, "the compiled product with `H` returned %d: expected 0", failure);
  return SGDL_OK;
}

static void native_destroy(sgdl_operator *op)
{
  native *self = op->self;
  if (self->library != NULL)
    dlclose(self->library);
  free(self);
}

sgdl_status sgdl_operator_pointer(sgdl_context *ctx, sgdl_native_product *function, ptrdiff_t dim,
                                  sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  SGDL_TRY(check_dim(ctx, dim));
  if (function == NULL)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "the pointer to the compiled product is NULL: expected a function");
  native *self = malloc(sizeof *self);
  if (self == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the operator");
  *self = (native){ .function = function };
  *op = (sgdl_operator){ .dim = dim, .self = self, .product = native_product, .destroy = native_destroy };
  return SGDL_OK;
}

sgdl_status sgdl_operator_native(sgdl_context *ctx, const char *file, const char *symbol, ptrdiff_t dim,
                                 sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  if (file == NULL || *file == '\0')
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`file` is empty: expected the path of a shared library");
  if (symbol == NULL || *symbol == '\0')
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`symbol` is empty: expected the name of a function in \"%s\"",
                     file);
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": expected a shared library (%s)", file, dlerror());
  sgdl_native_product *function;
  *(void **)&function = dlsym(library, symbol);
  sgdl_status status = function != NULL
      ? sgdl_operator_pointer(ctx, function, dim, op)
      : sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`symbol` = \"%s\": expected a function that \"%s\" exports",
                  symbol, file);
  if (status == SGDL_OK)
    ((native *)op->self)->library = library;
  else
    dlclose(library);
  return status;
}

/* ---- objectives ---------------------------------------------------------------------------------------- */

typedef struct {
  const sgdl_objective *objective;
  double *theta, *work;
} at_point;

static sgdl_status objective_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                     double *HV)
{
  const at_point *self = op->self;
  return self->objective->hessian_product(self->objective, ctx, self->theta, n, V, self->work, HV);
}

static void objective_destroy(sgdl_operator *op)
{
  at_point *self = op->self;
  free(self->theta);
  free(self->work);
  free(self);
}

sgdl_status sgdl_operator_objective(sgdl_context *ctx, const sgdl_objective *objective, const double *theta,
                                    sgdl_operator *op)
{
  *op = (sgdl_operator){ 0 };
  if (objective->hessian_product == NULL)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "the objective has no product with its Hessian: expected one made with `hvp`, or a "
                     "built-in one");
  SGDL_TRY(sgdl_check_finite(ctx, "theta", theta, objective->dim, 0));
  at_point *self = calloc(1, sizeof *self);
  if (self == NULL)
    return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the operator");
  *op = (sgdl_operator){ .dim = objective->dim, .self = self, .product = objective_product,
                         .destroy = objective_destroy };
  self->objective = objective;
  sgdl_status status = sgdl_alloc(ctx, &self->theta, objective->dim, "the point of the operator");
  if (status == SGDL_OK)
    status = sgdl_alloc(ctx, &self->work, objective->work_size, "the workspace of the objective");
  if (status != SGDL_OK) {
    sgdl_operator_free(op);
    return status;
  }
  memcpy(self->theta, theta, sizeof(double) * (size_t)objective->dim);
  return SGDL_OK;
}
