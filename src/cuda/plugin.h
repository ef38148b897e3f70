/* What the parts of the CUDA plug-in share: one device and one stream behind one lock, memory that frees
 * itself, every call checked. The arithmetic of the kernels is that of src/core/base (pair_formula.h,
 * normal_pair.h, residual.h), which the CPU runs too; compiled with contraction off the bits are the same.
 *
 * The same sources compile against tests/core/emulated (SGDL_EMULATED), a CPU that behaves like a device: the
 * tests run all of this, with failures where they ask for them, on machines without one. */
#ifndef SGDL_CUDA_PLUGIN_H
#define SGDL_CUDA_PLUGIN_H

#ifdef SGDL_EMULATED
#include "emulated_cuda.h"
#else
#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cufft.h>
#include <cusolverDn.h>
#endif

#include "backend.h"
#include "base/portable.h"

/* ---- the state of the plug-in ------------------------------------------------------------------ entry.cu
 */

struct plugin {
  int pid;  /* of the process that began: CUDA does not survive a fork          */
  int lost; /* the device failed: nothing more can be done in this process      */
  int device;
  char name[256];
  size_t pitch; /* most bytes from a column to the next in one copy of a matrix     */
  cudaStream_t stream, copies; /* work; uploads that overlap with it                               */
  cublasHandle_t blas;         /* NULL until first used                                            */
  cusolverDnHandle_t solver;
};

extern plugin the_plugin;

/* Holds the lock for the time of one entry. begin() refuses after a fork or when the device was lost; end()
 * waits for the device, whose failures may show only then. */
class session
{
 public:
  explicit session(sgdl_context *context);
  ~session();
  session(const session &) = delete;
  session &operator=(const session &) = delete;
  sgdl_status begin();
  sgdl_status end();

 private:
  sgdl_context *ctx;
};

/* ---- failures --------------------------------------------------------------------------------- memory.cu
 */

sgdl_status fail(sgdl_context *ctx, sgdl_status status, const char *format, ...);
sgdl_status cuda_failure(sgdl_context *ctx, cudaError_t error, const char *what);
sgdl_status blas_failure(sgdl_context *ctx, cublasStatus_t error, const char *what);
sgdl_status solver_failure(sgdl_context *ctx, cusolverStatus_t error, const char *what);
sgdl_status fft_failure(sgdl_context *ctx, cufftResult error, const char *what);

#define TRY(call)                                                                                            \
  do {                                                                                                       \
    sgdl_status try_ = (call);                                                                               \
    if (try_ != SGDL_OK) return try_;                                                                        \
  } while (0)
#define CUDA(call)                                                                                           \
  do {                                                                                                       \
    cudaError_t e_ = (call);                                                                                 \
    if (e_ != cudaSuccess) return cuda_failure(ctx, e_, #call);                                              \
  } while (0)
#define BLAS(call)                                                                                           \
  do {                                                                                                       \
    cublasStatus_t e_ = blas_library()->p_##call;                                                            \
    if (e_ != CUBLAS_STATUS_SUCCESS) return blas_failure(ctx, e_, #call);                                    \
  } while (0)
#define SOLVER(call)                                                                                         \
  do {                                                                                                       \
    cusolverStatus_t e_ = solver_library()->p_##call;                                                        \
    if (e_ != CUSOLVER_STATUS_SUCCESS) return solver_failure(ctx, e_, #call);                                \
  } while (0)
#define FFT(call)                                                                                            \
  do {                                                                                                       \
    cufftResult e_ = fft_library()->p_##call;                                                                \
    if (e_ != CUFFT_SUCCESS) return fft_failure(ctx, e_, #call);                                             \
  } while (0)

/* ---- kernels ------------------------------------------------------------------------------------------- */

/* Threads walk over [0, n): any grid does the whole of it. */
#define EACH(i, n)                                                                                           \
  for (ptrdiff_t i = (ptrdiff_t)blockIdx.x * blockDim.x + threadIdx.x,                                       \
                 stride_ = (ptrdiff_t)gridDim.x * blockDim.x;                                                \
       i < (n); i += stride_)

enum { THREADS = 256 };

static inline unsigned blocks_for(ptrdiff_t n)
{
  ptrdiff_t blocks = (n + THREADS - 1) / THREADS;
  return (unsigned)(blocks < 1 ? 1 : blocks > 1 << 20 ? 1 << 20 : blocks);
}

#ifdef SGDL_EMULATED
#define BEGIN(kernel, n, ...) emulated_launch(blocks_for(n), kernel, __VA_ARGS__)
#else
#define BEGIN(kernel, n, ...)                                                                                \
  (kernel<<<blocks_for(n), THREADS, 0, the_plugin.stream>>>(__VA_ARGS__), cudaGetLastError())
#endif
#define LAUNCH(kernel, n, ...)                                                                               \
  do {                                                                                                       \
    cudaError_t e_ = BEGIN(kernel, n, __VA_ARGS__);                                                          \
    if (e_ != cudaSuccess) return cuda_failure(ctx, e_, #kernel);                                            \
  } while (0)

/* ---- memory ----------------------------------------------------------------------------------- memory.cu
 */

/* An array on the device, or pinned on the host; freed with its scope. */
template <class T> class device_array
{
 public:
  T *data = nullptr;
  device_array() = default;
  ~device_array()
  {
    release();
  }
  device_array(const device_array &) = delete;
  device_array &operator=(const device_array &) = delete;
  void release()
  {
    if (data) (void)cudaFree(data);
    data = nullptr;
  }
};

class pinned_array
{
 public:
  double *data = nullptr;
  pinned_array() = default;
  ~pinned_array()
  {
    if (data) (void)cudaFreeHost(data);
  }
  pinned_array(const pinned_array &) = delete;
  pinned_array &operator=(const pinned_array &) = delete;
};

sgdl_status take_bytes(sgdl_context *ctx, void **data, double bytes, const char *what);

/* n elements, at least one. SGDL_NO_MEMORY names `what`. */
template <class T> sgdl_status take(sgdl_context *ctx, device_array<T> &array, ptrdiff_t n, const char *what)
{
  return take_bytes(ctx, (void **)&array.data, (double)(n > 0 ? n : 1) * sizeof(T), what);
}
sgdl_status take_pinned(sgdl_context *ctx, pinned_array &array, ptrdiff_t n, const char *what);

/* Between host and device, in order with the work of the stream; sizes in elements. */
template <class T> sgdl_status upload(sgdl_context *ctx, T *to, const T *from, ptrdiff_t n)
{
  if (n > 0)
    CUDA(cudaMemcpyAsync(to, from, (size_t)n * sizeof(T), cudaMemcpyHostToDevice, the_plugin.stream));
  return SGDL_OK;
}
template <class T> sgdl_status download(sgdl_context *ctx, T *to, const T *from, ptrdiff_t n)
{
  if (n > 0)
    CUDA(cudaMemcpyAsync(to, from, (size_t)n * sizeof(T), cudaMemcpyDeviceToHost, the_plugin.stream));
  return SGDL_OK;
}
sgdl_status wait(sgdl_context *ctx);
/* Takes and uploads. */
sgdl_status bring(sgdl_context *ctx, device_array<double> &array, const double *from, ptrdiff_t n,
                  const char *what);
/* Matrices with leading dimensions, m x n. */
sgdl_status upload_matrix(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double *to, ptrdiff_t ldto,
                          const double *from, ptrdiff_t ldfrom);
sgdl_status download_matrix(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double *to, ptrdiff_t ldto,
                            const double *from, ptrdiff_t ldfrom);

/* Free bytes that a job may count on (a twentieth is left alone). */
sgdl_status free_bytes(sgdl_context *ctx, double *bytes);
/* Before a job begins: SGDL_TOO_LARGE unless `bytes` are free, saying what would fit: `size` of `unit` where
 * bytes grow like size^power. */
sgdl_status require_bytes(sgdl_context *ctx, double bytes, const char *what, const char *unit, double size,
                          int power);

/* ---- libraries --------------------------------------------------------------------------------
 * libraries.cu */

#define BLAS_FUNCTIONS(F)                                                                                    \
  F(cublasCreate, "cublasCreate_v2")                                                                         \
  F(cublasDestroy, "cublasDestroy_v2") F(cublasSetStream, "cublasSetStream_v2")                              \
      F(cublasDgemm, "cublasDgemm_v2") F(cublasDgemv, "cublasDgemv_v2") F(cublasDsyrk, "cublasDsyrk_v2")     \
          F(cublasDnrm2, "cublasDnrm2_v2")
#define SOLVER_FUNCTIONS(F)                                                                                  \
  F(cusolverDnCreate, "cusolverDnCreate")                                                                    \
  F(cusolverDnDestroy, "cusolverDnDestroy") F(cusolverDnSetStream, "cusolverDnSetStream")                    \
      F(cusolverDnCreateParams, "cusolverDnCreateParams")                                                    \
          F(cusolverDnDestroyParams, "cusolverDnDestroyParams")                                              \
              F(cusolverDnXsyevd_bufferSize, "cusolverDnXsyevd_bufferSize")                                  \
                  F(cusolverDnXsyevd, "cusolverDnXsyevd")                                                    \
                      F(cusolverDnDpotrf_bufferSize, "cusolverDnDpotrf_bufferSize")                          \
                          F(cusolverDnDpotrf, "cusolverDnDpotrf")                                            \
                              F(cusolverDnDpotri_bufferSize, "cusolverDnDpotri_bufferSize")                  \
                                  F(cusolverDnDpotri, "cusolverDnDpotri")
#define FFT_FUNCTIONS(F)                                                                                     \
  F(cufftPlanMany, "cufftPlanMany")                                                                          \
  F(cufftDestroy, "cufftDestroy") F(cufftSetStream, "cufftSetStream") F(cufftExecD2Z, "cufftExecD2Z")        \
      F(cufftExecZ2D, "cufftExecZ2D")

#define MEMBER(name, symbol) decltype(&::name) p_##name;
struct blas_table {
  BLAS_FUNCTIONS(MEMBER)
};
struct solver_table {
  SOLVER_FUNCTIONS(MEMBER)
};
struct fft_table {
  FFT_FUNCTIONS(MEMBER)
};
#undef MEMBER

/* Good once the ready_ function gave SGDL_OK, which opens the library at first use. */
const blas_table *blas_library();
const solver_table *solver_library();
const fft_table *fft_library();
sgdl_status ready_blas(sgdl_context *ctx);
sgdl_status ready_solver(sgdl_context *ctx);
sgdl_status ready_fft(sgdl_context *ctx);

/* ---- on the device: m x n x k products of arrays there ------------------------------------------- dense.cu
 */

sgdl_status multiply(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                     double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                     double beta, double *C, ptrdiff_t ldc);
/* A (n x n, there) becomes its eigenvectors, w (there) the eigenvalues, ascending. */
sgdl_status eigen_there(sgdl_context *ctx, ptrdiff_t n, double *A, double *w);

/* ---- the entries of the contract ------------------------------------------------------------------------
 */

sgdl_status cuda_eigen_symmetric(sgdl_context *, ptrdiff_t, double *, double *);
sgdl_status cuda_product(sgdl_context *, int, int, ptrdiff_t, ptrdiff_t, ptrdiff_t, double, const double *,
                         ptrdiff_t, const double *, ptrdiff_t, double, double *, ptrdiff_t);
sgdl_status cuda_matrix_vector(sgdl_context *, int, ptrdiff_t, ptrdiff_t, double, const double *, ptrdiff_t,
                               const double *, double, double *);
sgdl_status cuda_gram(sgdl_context *, ptrdiff_t, ptrdiff_t, double, const double *, ptrdiff_t, double,
                      double *);
sgdl_status cuda_cholesky(sgdl_context *, ptrdiff_t, double *);
sgdl_status cuda_cholesky_inverse(sgdl_context *, ptrdiff_t, double *);
sgdl_status cuda_fill_normals(sgdl_context *, uint64_t, uint32_t, uint64_t, uint64_t, ptrdiff_t, ptrdiff_t,
                              double *);
sgdl_status cuda_ensemble_step(sgdl_context *, ptrdiff_t, ptrdiff_t, const double *, const double *, double *,
                               double *);
sgdl_status cuda_capacity(sgdl_context *, sgdl_capacity *);
sgdl_status cuda_stationary(sgdl_context *, sgdl_stationary_job *);
sgdl_status cuda_ensemble(sgdl_context *, const sgdl_ensemble_job *);
sgdl_status cuda_correlate(sgdl_context *, sgdl_correlation_job *);
sgdl_status cuda_frames(sgdl_context *, const sgdl_frames_job *);
sgdl_status cuda_implicit_product(sgdl_context *, ptrdiff_t, ptrdiff_t, const double *, ptrdiff_t, double,
                                  const double *, double *);
sgdl_status cuda_lanczos(sgdl_context *, const sgdl_lanczos_job *);

#endif
