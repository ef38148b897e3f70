/* Gradients that users compile themselves: by pointer, or by name from a shared library. */
#define _POSIX_C_SOURCE 200809L /* dlopen */
#include "../base/base.h"

#include <dlfcn.h>
#include <stdlib.h>

typedef struct native {
  sgdl_native_gradient *function;
  void *library; /* NULL: the host's own pointer */
} native;

static sgdl_status gradient(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                            double *result)
{
  (void)work;
  const native *self = objective->self;
  if (weights)
    return sgdl_fail(ctx, SGDL_UNSUPPORTED,
                     "a compiled gradient takes no weights: it gives the mean of a batch");
  int failure = self->function(objective->dim, theta, size, batch, result);
  if (failure)
    return sgdl_fail(ctx, SGDL_CALLBACK, "the compiled gradient returned %d: expected 0", failure);
  return SGDL_OK;
}

static void destroy(sgdl_objective *objective)
{
  native *self = objective->self;
  if (self->library) dlclose(self->library);
  free(self);
}

static sgdl_status check_sizes(sgdl_context *ctx, ptrdiff_t dim, ptrdiff_t n_examples)
{
  if (dim < 1)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`dim` = %td: expected at least one parameter", dim);
  if (n_examples < 0 || (uint64_t)n_examples > UINT32_MAX)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`n_examples` = %td: expected 0 (no batches) to %u", n_examples,
                     UINT32_MAX);
  return SGDL_OK;
}

sgdl_status sgdl_objective_pointer(sgdl_context *ctx, sgdl_native_gradient *function, ptrdiff_t dim,
                                   ptrdiff_t n_examples, sgdl_objective *objective)
{
  *objective = (sgdl_objective){0};
  SGDL_TRY(check_sizes(ctx, dim, n_examples));
  if (!function)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "the pointer to the compiled gradient is NULL: expected a function");
  native *self = malloc(sizeof *self);
  if (!self) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the objective");
  *self = (native){.function = function};
  *objective = (sgdl_objective){
      .dim = dim, .n_examples = n_examples, .self = self, .gradient = gradient, .destroy = destroy};
  return SGDL_OK;
}

sgdl_status sgdl_objective_native(sgdl_context *ctx, const char *file, const char *symbol, ptrdiff_t dim,
                                  ptrdiff_t n_examples, sgdl_objective *objective)
{
  *objective = (sgdl_objective){0};
  if (!file || !*file)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT, "`file` is empty: expected the path of a shared library");
  if (!symbol || !*symbol)
    return sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                     "`symbol` is empty: expected the name of a function in \"%s\"", file);
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return sgdl_fail(ctx, SGDL_IO, "`file` = \"%s\": expected a shared library (%s)", file, dlerror());
  sgdl_native_gradient *function;
  *(void **)&function = dlsym(library, symbol);
  sgdl_status status =
      function ? sgdl_objective_pointer(ctx, function, dim, n_examples, objective)
               : sgdl_fail(ctx, SGDL_BAD_ARGUMENT,
                           "`symbol` = \"%s\": expected a function that \"%s\" exports", symbol, file);
  if (status == SGDL_OK)
    ((native *)objective->self)->library = library;
  else
    dlclose(library);
  return status;
}
