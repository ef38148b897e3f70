// A CPU that behaves like a CUDA device as far as src/cuda uses one, so that the plug-in's own sources run and are tested
// where there is none. Memory of the device is closed to the host (PROT_NONE) except while a kernel, a library call or
// a copy runs; it begins as NaN and ends at a page that nobody may touch. Every pointer handed to the device is
// looked up. Calls fail when a test says so (emulated_fail_at).
#ifndef SGDL_EMULATED_CUDA_H
#define SGDL_EMULATED_CUDA_H

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#define CUDART_VERSION 13000
#define __global__
#define __device__
#define __host__

#pragma GCC visibility push(default)
extern "C" {

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorECCUncorrectable = 214,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
enum { cudaEventDisableTiming = 2 };
struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem, memPitch;
  int major, minor;
};
typedef struct emulated_stream *cudaStream_t;
typedef struct emulated_event *cudaEvent_t;

cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetLastError(void);
const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaMalloc(void **data, size_t bytes);
cudaError_t cudaFree(void *data);
cudaError_t cudaMallocHost(void **data, size_t bytes);
cudaError_t cudaFreeHost(void *data);
cudaError_t cudaMemGetInfo(size_t *available, size_t *total);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void *to, size_t pitch_to, const void *from, size_t pitch_from, size_t width,
                              size_t height, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaStreamCreate(cudaStream_t *stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);

typedef struct emulated_blas *cublasHandle_t;
enum cublasStatus_t { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_ALLOC_FAILED = 3, CUBLAS_STATUS_EXECUTION_FAILED = 13 };
enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };
enum cublasFillMode_t { CUBLAS_FILL_MODE_LOWER = 0, CUBLAS_FILL_MODE_UPPER = 1 };
#define cublasCreate cublasCreate_v2
#define cublasDestroy cublasDestroy_v2
#define cublasSetStream cublasSetStream_v2
#define cublasDgemm cublasDgemm_v2
#define cublasDgemv cublasDgemv_v2
#define cublasDsyrk cublasDsyrk_v2
#define cublasDnrm2 cublasDnrm2_v2
cublasStatus_t cublasCreate(cublasHandle_t *handle);
cublasStatus_t cublasDestroy(cublasHandle_t handle);
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);
cublasStatus_t cublasDgemm(cublasHandle_t, cublasOperation_t, cublasOperation_t, int m, int n, int k,
                           const double *alpha, const double *A, int lda, const double *B, int ldb,
                           const double *beta, double *C, int ldc);
cublasStatus_t cublasDgemv(cublasHandle_t, cublasOperation_t, int m, int n, const double *alpha, const double *A,
                           int lda, const double *x, int incx, const double *beta, double *y, int incy);
cublasStatus_t cublasDsyrk(cublasHandle_t, cublasFillMode_t, cublasOperation_t, int n, int k, const double *alpha,
                           const double *A, int lda, const double *beta, double *C, int ldc);
cublasStatus_t cublasDnrm2(cublasHandle_t, int n, const double *x, int incx, double *result);

typedef struct emulated_solver *cusolverDnHandle_t;
typedef struct emulated_params *cusolverDnParams_t;
enum cusolverStatus_t { CUSOLVER_STATUS_SUCCESS = 0, CUSOLVER_STATUS_ALLOC_FAILED = 2, CUSOLVER_STATUS_INTERNAL_ERROR = 7 };
enum cusolverEigMode_t { CUSOLVER_EIG_MODE_NOVECTOR = 0, CUSOLVER_EIG_MODE_VECTOR = 1 };
enum cudaDataType { CUDA_R_64F = 1 };
cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle);
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle);
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream);
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t *params);
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t params);
cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t, cusolverDnParams_t, cusolverEigMode_t,
                                             cublasFillMode_t, int64_t n, cudaDataType, const void *A, int64_t lda,
                                             cudaDataType, const void *w, cudaDataType, size_t *device, size_t *host);
cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t, cusolverDnParams_t, cusolverEigMode_t, cublasFillMode_t,
                                  int64_t n, cudaDataType, void *A, int64_t lda, cudaDataType, void *w, cudaDataType,
                                  void *device, size_t device_bytes, void *host, size_t host_bytes, int *info);
cusolverStatus_t cusolverDnDpotrf_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, int *size);
cusolverStatus_t cusolverDnDpotrf(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, double *work,
                                  int size, int *info);
cusolverStatus_t cusolverDnDpotri_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, int *size);
cusolverStatus_t cusolverDnDpotri(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, double *work,
                                  int size, int *info);

typedef int cufftHandle;
enum cufftResult { CUFFT_SUCCESS = 0, CUFFT_ALLOC_FAILED = 2, CUFFT_EXEC_FAILED = 6 };
enum cufftType { CUFFT_D2Z = 0x6a, CUFFT_Z2D = 0x6c };
typedef double cufftDoubleReal;
struct cufftDoubleComplex {
  double x, y;
};
cufftResult cufftPlanMany(cufftHandle *plan, int rank, int *n, int *inembed, int istride, int idist, int *onembed,
                          int ostride, int odist, cufftType type, int batch);
cufftResult cufftDestroy(cufftHandle plan);
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream);
cufftResult cufftExecD2Z(cufftHandle plan, cufftDoubleReal *in, cufftDoubleComplex *out);
cufftResult cufftExecZ2D(cufftHandle plan, cufftDoubleComplex *in, cufftDoubleReal *out);

// ---- for the tests ----

// The k-th call from now on (1: the next) that may fail does so with `error`; 0: none. A fatal error stays, as with
// a device that is gone, until emulated_fail_at is called again. `only`: counts calls of that function alone.
void emulated_fail_at(long k, int error, const char *only);
// Whether that call has not come yet.
bool emulated_armed(void);
// Arrays on the device, pinned arrays, events and plans that are there; pointers that were on the wrong side.
long emulated_live(void);
long emulated_mistakes(void);
// The memory of the device; whether cuSOLVER and others are found.
void emulated_set_memory(double bytes);
void emulated_hide_libraries(int hide);
}

// What the plug-in looks for its libraries under: itself, or nothing.
const char *emulated_library(void);
#define LIBCUBLAS emulated_library()
#define LIBCUSOLVER emulated_library()
#define LIBCUFFT emulated_library()

// ---- kernels ----

struct emulated_index {
  unsigned x;
};
extern emulated_index blockIdx, threadIdx, blockDim, gridDim;

cudaError_t emulated_begin_launch(const void *const *pointers, int n);
cudaError_t emulated_end_launch(void);
#pragma GCC visibility pop

template <class T> const void *emulated_pointer(T value)
{
  if constexpr (std::is_pointer<T>::value) return (const void *)value;
  else return nullptr;
}

// A small grid does the whole: kernels walk in strides. Odd sizes, so that strides meet ends.
template <class... P, class... A> cudaError_t emulated_launch(unsigned blocks, void (*kernel)(P...), A... arguments)
{
  const void *pointers[] = {emulated_pointer(arguments)...};
  cudaError_t error = emulated_begin_launch(pointers, (int)sizeof...(A));
  if (error != cudaSuccess) return error;
  gridDim.x = blocks < 3 ? blocks : 3;
  blockDim.x = 5;
  for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) kernel(arguments...);
  return emulated_end_launch();
}

#endif
