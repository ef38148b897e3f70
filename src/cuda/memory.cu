/* Memory of the device, copies, and what its failures are called. */
#include "plugin.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- failures ---- */

sgdl_status fail(sgdl_context *ctx, sgdl_status status, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(ctx->message, sizeof ctx->message, format, arguments);
  va_end(arguments);
  return status;
}

/* Characters of the name of the function in the text of a call. */
static int name_length(const char *call)
{
  int n = 0;
  while (call[n] && call[n] != '(') n++;
  return n;
}

/* Errors after which nothing more can be done with the device in this process. */
static int is_fatal(cudaError_t error)
{
  return error != cudaErrorMemoryAllocation && error != cudaErrorInvalidValue &&
         error != cudaErrorInvalidConfiguration && error != cudaErrorNotSupported;
}

sgdl_status cuda_failure(sgdl_context *ctx, cudaError_t error, const char *what)
{
  int n = name_length(what);
  (void)cudaGetLastError(); /* those that can be forgotten */
  if (error == cudaErrorMemoryAllocation)
    return fail(ctx, SGDL_NO_MEMORY, "no memory on the device %s (%.*s)", the_plugin.name, n, what);
  if (!is_fatal(error))
    return fail(ctx, SGDL_NO_DEVICE, "device %s: %.*s gave error %d, %s", the_plugin.name, n, what,
                (int)error, cudaGetErrorString(error));
  the_plugin.lost = 1;
  return fail(ctx, SGDL_NO_DEVICE,
              "the device %s was lost (%.*s gave error %d, %s): what was under way is not done; "
              "begin a new session to use it again, or use device = \"cpu\"",
              the_plugin.name, n, what, (int)error, cudaGetErrorString(error));
}

/* A library's failure, unless it is that of the device under it. */
static sgdl_status library_failure(sgdl_context *ctx, const char *library, int no_memory, int error,
                                   const char *what)
{
  cudaError_t device = cudaGetLastError();
  if (device != cudaSuccess && is_fatal(device)) return cuda_failure(ctx, device, what);
  if (no_memory || device == cudaErrorMemoryAllocation)
    return fail(ctx, SGDL_NO_MEMORY, "no memory on the device %s (%.*s)", the_plugin.name, name_length(what),
                what);
  return fail(ctx, SGDL_NO_DEVICE, "device %s: %s's %.*s gave status %d", the_plugin.name, library,
              name_length(what), what, error);
}

sgdl_status blas_failure(sgdl_context *ctx, cublasStatus_t error, const char *what)
{
  return library_failure(ctx, "cuBLAS", error == CUBLAS_STATUS_ALLOC_FAILED, (int)error, what);
}

sgdl_status solver_failure(sgdl_context *ctx, cusolverStatus_t error, const char *what)
{
  return library_failure(ctx, "cuSOLVER", error == CUSOLVER_STATUS_ALLOC_FAILED, (int)error, what);
}

sgdl_status fft_failure(sgdl_context *ctx, cufftResult error, const char *what)
{
  return library_failure(ctx, "cuFFT", error == CUFFT_ALLOC_FAILED, (int)error, what);
}

/* ---- memory ---- */

sgdl_status take_bytes(sgdl_context *ctx, void **data, double bytes, const char *what)
{
  *data = nullptr;
  cudaError_t error = bytes < 9e18 ? cudaMalloc(data, (size_t)bytes) : cudaErrorMemoryAllocation;
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    *data = nullptr;
    return fail(ctx, SGDL_NO_MEMORY, "no memory on the device %s for %s (%.3g GB)", the_plugin.name, what,
                bytes * 1e-9);
  }
  return error == cudaSuccess ? SGDL_OK : cuda_failure(ctx, error, "cudaMalloc");
}

sgdl_status take_pinned(sgdl_context *ctx, pinned_array &array, ptrdiff_t n, const char *what)
{
  cudaError_t error = cudaMallocHost((void **)&array.data, (size_t)n * sizeof(double));
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    array.data = nullptr;
    return fail(ctx, SGDL_NO_MEMORY, "no pinned memory for %s (%.3g GB)", what, (double)n * 8e-9);
  }
  return error == cudaSuccess ? SGDL_OK : cuda_failure(ctx, error, "cudaMallocHost");
}

sgdl_status free_bytes(sgdl_context *ctx, double *bytes)
{
  size_t available = 0, total = 0;
  CUDA(cudaMemGetInfo(&available, &total));
  double kept = 0.05 * (double)total;
  *bytes = (double)available > kept ? (double)available - kept : 0.0;
  return SGDL_OK;
}

sgdl_status require_bytes(sgdl_context *ctx, double bytes, const char *what, const char *unit, double size,
                          int power)
{
  double available = 0;
  TRY(free_bytes(ctx, &available));
  if (bytes <= available) return SGDL_OK;
  double fits = floor(size * pow(available / bytes, 1.0 / power));
  return fail(ctx, SGDL_TOO_LARGE,
              "%s: %s = %.0f takes %.3g GB on the device %s, where %.3g GB are free: expected at "
              "most about %.0f, or device = \"cpu\"",
              what, unit, size, bytes * 1e-9, the_plugin.name, available * 1e-9, fits);
}

sgdl_status cuda_capacity(sgdl_context *ctx, sgdl_capacity *capacity)
{
  const double matrices = 6.5; /* the six that pairs.cu asks for, and a little */
  session use(ctx);
  TRY(use.begin());
  size_t available = 0, total = 0;
  double bytes = 0;
  CUDA(cudaMemGetInfo(&available, &total));
  TRY(free_bytes(ctx, &bytes));
  *capacity = {(double)total, (double)available, (ptrdiff_t)sqrt(bytes / (8.0 * matrices))};
  return SGDL_OK;
}

/* ---- copies ---- */

sgdl_status wait(sgdl_context *ctx)
{
  CUDA(cudaStreamSynchronize(the_plugin.stream));
  return SGDL_OK;
}

sgdl_status bring(sgdl_context *ctx, device_array<double> &array, const double *from, ptrdiff_t n,
                  const char *what)
{
  TRY(take(ctx, array, n, what));
  return upload(ctx, array.data, from, n);
}

/* Column by column where they are further apart than the device can copy at once. */
static sgdl_status copy_matrix(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double *to, ptrdiff_t ldto,
                               const double *from, ptrdiff_t ldfrom, cudaMemcpyKind kind)
{
  const size_t size = sizeof(double), pitch_to = (size_t)ldto * size, pitch_from = (size_t)ldfrom * size;
  if (m < 1 || n < 1) return SGDL_OK;
  if (pitch_to <= the_plugin.pitch && pitch_from <= the_plugin.pitch) {
    CUDA(cudaMemcpy2DAsync(to, pitch_to, from, pitch_from, (size_t)m * size, (size_t)n, kind,
                           the_plugin.stream));
    return SGDL_OK;
  }
  for (ptrdiff_t j = 0; j < n; j++)
    CUDA(cudaMemcpyAsync(to + ldto * j, from + ldfrom * j, (size_t)m * size, kind, the_plugin.stream));
  return SGDL_OK;
}

sgdl_status upload_matrix(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double *to, ptrdiff_t ldto,
                          const double *from, ptrdiff_t ldfrom)
{
  return copy_matrix(ctx, m, n, to, ldto, from, ldfrom, cudaMemcpyHostToDevice);
}

sgdl_status download_matrix(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double *to, ptrdiff_t ldto,
                            const double *from, ptrdiff_t ldfrom)
{
  return copy_matrix(ctx, m, n, to, ldto, from, ldfrom, cudaMemcpyDeviceToHost);
}
