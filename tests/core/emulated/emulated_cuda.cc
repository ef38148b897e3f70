// The emulated device of emulated_cuda.h: memory, copies, cuBLAS by the BLAS, cuSOLVER by LAPACK, cuFFT by FFTW.
#include "emulated_cuda.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fftw3.h>
#include <map>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

extern "C" {
#include "base/blas.h"
double dnrm2_(const int *n, const double *x, const int *incx);
}

// ---- failures ----

static long fail_in, mistakes;
static pthread_t owner; // the thread that chose the device last: an entry chooses it first and ends before another
static int fail_with, sticky;
static char fail_only[64];
static cudaError_t last_error;
static double memory_total = 1e9;
static int hidden;

static bool fatal(int error)
{
  return error != cudaErrorMemoryAllocation && error != cudaErrorInvalidValue;
}

void emulated_fail_at(long k, int error, const char *only)
{
  fail_in = k;
  fail_with = error;
  sticky = 0;
  last_error = cudaSuccess;
  std::snprintf(fail_only, sizeof fail_only, "%s", only ? only : "");
}

long emulated_mistakes(void) { return mistakes; }
bool emulated_armed(void) { return fail_in > 0; }
void emulated_set_memory(double bytes) { memory_total = bytes; }
void emulated_hide_libraries(int hide) { hidden = hide; }

// The error of a call that may fail, 0 for none.
static int trouble(const char *function)
{
  if (std::strcmp(function, "cudaSetDevice") == 0) owner = pthread_self();
  if (!pthread_equal(owner, pthread_self())) mistakes++;
  if (sticky) return sticky;
  if (fail_in == 0 || (fail_only[0] && std::strcmp(fail_only, function) != 0) || --fail_in > 0) return 0;
  if (fatal(fail_with)) sticky = fail_with;
  last_error = (cudaError_t)fail_with;
  return fail_with;
}

#define MAY_FAIL(type) do { int e_ = trouble(__func__); if (e_) return (type)e_; } while (0)
// Waiting takes no memory: it tells only of what was lost.
#define WAIT_MAY_FAIL do { if (fatal(fail_with)) MAY_FAIL(cudaError_t); } while (0)
#define LIBRARY_MAY_FAIL(no_memory, other)                                                                   \
  do {                                                                                                       \
    int e_ = trouble(__func__);                                                                              \
    if (e_) return e_ == cudaErrorMemoryAllocation ? no_memory : other;                                      \
  } while (0)

static void mistake(const char *what, const void *pointer)
{
  mistakes++;
  std::printf("emulated device: %s (%p)\n", what, pointer);
}

// ---- memory ----

struct region {
  char *pages;
  size_t bytes, mapped; // mapped without the guard page
};
static std::map<char *, region> regions; // by the first byte of data
static long pinned, events, plans;

long emulated_live(void) { return (long)regions.size() + pinned + events + plans; }

// The region that holds [data, data + bytes).
static bool on_device(const void *data, size_t bytes)
{
  auto after = regions.upper_bound((char *)data);
  if (after == regions.begin()) return false;
  const auto &at = *--after;
  return (char *)data + bytes <= at.first + at.second.bytes;
}

static bool touches_device(const void *data)
{
  return on_device(data, 1);
}

static void need_device(const void *data, size_t bytes, const char *what)
{
  if (bytes > 0 && !on_device(data, bytes)) mistake(what, data);
}

static void need_host(const void *data, const char *what)
{
  if (touches_device(data)) mistake(what, data);
}

static void set_access(int protection)
{
  for (auto &r : regions) mprotect(r.second.pages, r.second.mapped, protection);
}

struct device_section {
  device_section() { set_access(PROT_READ | PROT_WRITE); }
  ~device_section() { set_access(PROT_NONE); }
};

cudaError_t cudaMalloc(void **data, size_t bytes)
{
  *data = nullptr;
  MAY_FAIL(cudaError_t);
  double used = 0;
  for (auto &r : regions) used += (double)r.second.bytes;
  if (used + (double)bytes > memory_total) return last_error = cudaErrorMemoryAllocation;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), padded = (bytes + 7) / 8 * 8, mapped = (padded + page - 1) / page * page;
  char *pages = (char *)mmap(nullptr, mapped + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return last_error = cudaErrorMemoryAllocation;
  mprotect(pages, mapped, PROT_READ | PROT_WRITE);
  std::memset(pages, 0xff, mapped);
  mprotect(pages, mapped, PROT_NONE);
  char *first = pages + mapped - padded; // ends where the guard page begins
  regions[first] = {pages, bytes, mapped};
  *data = first;
  return cudaSuccess;
}

cudaError_t cudaFree(void *data)
{
  if (!data) return cudaSuccess;
  auto at = regions.find((char *)data);
  if (at == regions.end()) {
    mistake("cudaFree of what is not an array", data);
    return cudaErrorInvalidValue;
  }
  munmap(at->second.pages, at->second.mapped + (size_t)sysconf(_SC_PAGESIZE));
  regions.erase(at);
  return sticky ? (cudaError_t)sticky : cudaSuccess;
}

cudaError_t cudaMallocHost(void **data, size_t bytes)
{
  *data = nullptr;
  MAY_FAIL(cudaError_t);
  *data = std::malloc(bytes);
  pinned++;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void *data)
{
  pinned--;
  std::free(data);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *available, size_t *total)
{
  MAY_FAIL(cudaError_t);
  double used = 0;
  for (auto &r : regions) used += (double)r.second.bytes;
  *total = (size_t)memory_total;
  *available = (size_t)(memory_total - used);
  return cudaSuccess;
}

static const size_t most_pitch = 600; // so that some matrices of the tests are beyond it

static void check_copy(const void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
  bool up = kind == cudaMemcpyHostToDevice;
  need_device(up ? to : from, bytes, "a copy's device side is not on the device");
  need_host(up ? from : to, "a copy's host side is on the device");
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t)
{
  MAY_FAIL(cudaError_t);
  check_copy(to, from, bytes, kind);
  device_section section;
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void *to, size_t pitch_to, const void *from, size_t pitch_from, size_t width,
                              size_t height, cudaMemcpyKind kind, cudaStream_t)
{
  MAY_FAIL(cudaError_t);
  size_t least = pitch_to < pitch_from ? pitch_to : pitch_from, most = pitch_to + pitch_from - least;
  if (width > least || most > most_pitch) return cudaErrorInvalidValue;
  device_section section;
  for (size_t j = 0; j < height; j++) {
    check_copy((char *)to + j * pitch_to, (const char *)from + j * pitch_from, width, kind);
    std::memcpy((char *)to + j * pitch_to, (const char *)from + j * pitch_from, width);
  }
  return cudaSuccess;
}

// ---- device, streams, events ----

static char something;

cudaError_t cudaGetDeviceCount(int *count)
{
  const char *code = std::getenv("SGDL_EMULATED_COUNT"); // "35": as without a driver
  *count = 0;
  if (code) return (cudaError_t)std::atoi(code);
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
  const char *code = std::getenv("SGDL_EMULATED_DRIVER");
  *version = code ? std::atoi(code) : 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int)
{
  std::snprintf(properties->name, sizeof properties->name, "emulated device");
  properties->totalGlobalMem = (size_t)memory_total;
  properties->memPitch = most_pitch;
  properties->major = 9;
  properties->minor = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int)
{
  MAY_FAIL(cudaError_t);
  return cudaSuccess;
}

cudaError_t cudaGetLastError(void)
{
  cudaError_t error = sticky ? (cudaError_t)sticky : last_error;
  last_error = cudaSuccess;
  return error;
}

const char *cudaGetErrorString(cudaError_t error)
{
  return error == cudaErrorMemoryAllocation ? "out of memory"
         : error == cudaErrorInsufficientDriver ? "CUDA driver version is insufficient for CUDA runtime version"
         : error == cudaErrorNoDevice ? "no CUDA-capable device is detected"
         : error == cudaErrorLaunchFailure ? "unspecified launch failure" : "an error";
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
  *stream = (cudaStream_t)&something;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t)
{
  WAIT_MAY_FAIL;
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned)
{
  MAY_FAIL(cudaError_t);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned)
{
  *event = nullptr;
  MAY_FAIL(cudaError_t);
  *event = (cudaEvent_t)&something;
  events++;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t)
{
  events--;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t)
{
  MAY_FAIL(cudaError_t);
  return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t)
{
  WAIT_MAY_FAIL;
  return cudaSuccess;
}

// ---- kernels ----

emulated_index blockIdx, threadIdx, blockDim, gridDim;

cudaError_t emulated_begin_launch(const void *const *pointers, int n)
{
  MAY_FAIL(cudaError_t);
  for (int i = 0; i < n; i++)
    if (pointers[i]) need_device(pointers[i], 1, "an argument of a kernel is not on the device");
  set_access(PROT_READ | PROT_WRITE);
  return cudaSuccess;
}

cudaError_t emulated_end_launch(void)
{
  set_access(PROT_NONE);
  return cudaSuccess;
}

// ---- cuBLAS ----

static size_t matrix_bytes(int columns, int lda, int rows)
{
  return columns < 1 || rows < 1 ? 0 : ((size_t)(columns - 1) * (size_t)lda + (size_t)rows) * sizeof(double);
}

#define BLAS_MAY_FAIL LIBRARY_MAY_FAIL(CUBLAS_STATUS_ALLOC_FAILED, CUBLAS_STATUS_EXECUTION_FAILED)

cublasStatus_t cublasCreate(cublasHandle_t *handle)
{
  BLAS_MAY_FAIL;
  *handle = (cublasHandle_t)&something;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t) { return CUBLAS_STATUS_SUCCESS; }

cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t)
{
  BLAS_MAY_FAIL;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDgemm(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k,
                           const double *alpha, const double *A, int lda, const double *B, int ldb,
                           const double *beta, double *C, int ldc)
{
  BLAS_MAY_FAIL;
  need_host(alpha, "alpha is on the device");
  need_device(A, matrix_bytes(ta ? m : k, lda, ta ? k : m), "A of cublasDgemm");
  need_device(B, matrix_bytes(tb ? k : n, ldb, tb ? n : k), "B of cublasDgemm");
  need_device(C, matrix_bytes(n, ldc, m), "C of cublasDgemm");
  device_section section;
  dgemm_(ta ? "T" : "N", tb ? "T" : "N", &m, &n, &k, alpha, A, &lda, B, &ldb, beta, C, &ldc, 1, 1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDgemv(cublasHandle_t, cublasOperation_t t, int m, int n, const double *alpha, const double *A,
                           int lda, const double *x, int incx, const double *beta, double *y, int incy)
{
  BLAS_MAY_FAIL;
  need_device(A, matrix_bytes(n, lda, m), "A of cublasDgemv");
  need_device(x, (size_t)(t ? m : n) * sizeof(double), "x of cublasDgemv");
  need_device(y, (size_t)(t ? n : m) * sizeof(double), "y of cublasDgemv");
  device_section section;
  dgemv_(t ? "T" : "N", &m, &n, alpha, A, &lda, x, &incx, beta, y, &incy, 1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDsyrk(cublasHandle_t, cublasFillMode_t fill, cublasOperation_t t, int n, int k,
                           const double *alpha, const double *A, int lda, const double *beta, double *C, int ldc)
{
  BLAS_MAY_FAIL;
  need_device(A, matrix_bytes(t ? n : k, lda, t ? k : n), "A of cublasDsyrk");
  need_device(C, matrix_bytes(n, ldc, n), "C of cublasDsyrk");
  device_section section;
  dsyrk_(fill ? "U" : "L", t ? "T" : "N", &n, &k, alpha, A, &lda, beta, C, &ldc, 1, 1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDnrm2(cublasHandle_t, int n, const double *x, int incx, double *result)
{
  BLAS_MAY_FAIL;
  need_device(x, (size_t)n * sizeof(double), "x of cublasDnrm2");
  need_host(result, "the result of cublasDnrm2 is on the device");
  device_section section;
  *result = dnrm2_(&n, x, &incx);
  return CUBLAS_STATUS_SUCCESS;
}

// ---- cuSOLVER ----

#define SOLVER_MAY_FAIL LIBRARY_MAY_FAIL(CUSOLVER_STATUS_ALLOC_FAILED, CUSOLVER_STATUS_INTERNAL_ERROR)

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle)
{
  SOLVER_MAY_FAIL;
  *handle = (cusolverDnHandle_t)&something;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t) { return CUSOLVER_STATUS_SUCCESS; }

cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t, cudaStream_t)
{
  SOLVER_MAY_FAIL;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t *params)
{
  SOLVER_MAY_FAIL;
  *params = (cusolverDnParams_t)&something;
  plans++;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t)
{
  plans--;
  return CUSOLVER_STATUS_SUCCESS;
}

static size_t syevd_bytes(int64_t n) { return (size_t)(2 * n * n + 6 * n + 1) * sizeof(double); }

cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t, cusolverDnParams_t, cusolverEigMode_t,
                                             cublasFillMode_t, int64_t n, cudaDataType, const void *, int64_t,
                                             cudaDataType, const void *, cudaDataType, size_t *device, size_t *host)
{
  SOLVER_MAY_FAIL;
  *device = syevd_bytes(n);
  *host = (size_t)(5 * n + 3) * sizeof(int);
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t, cusolverDnParams_t, cusolverEigMode_t, cublasFillMode_t fill,
                                  int64_t n, cudaDataType, void *A, int64_t lda, cudaDataType, void *w, cudaDataType,
                                  void *device, size_t device_bytes, void *host, size_t host_bytes, int *info)
{
  SOLVER_MAY_FAIL;
  need_device(A, matrix_bytes((int)n, (int)lda, (int)n), "A of cusolverDnXsyevd");
  need_device(w, (size_t)n * sizeof(double), "w of cusolverDnXsyevd");
  need_device(device, syevd_bytes(n), "workspace of cusolverDnXsyevd");
  need_device(info, sizeof(int), "info of cusolverDnXsyevd");
  need_host(host, "host workspace of cusolverDnXsyevd");
  device_section section;
  int N = (int)n, LDA = (int)lda, lwork = (int)(device_bytes / sizeof(double)), liwork = (int)(host_bytes / sizeof(int));
  dsyevd_("V", fill ? "U" : "L", &N, (double *)A, &LDA, (double *)w, (double *)device, &lwork, (int *)host, &liwork,
          info, 1, 1);
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDpotrf_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n, double *, int, int *size)
{
  SOLVER_MAY_FAIL;
  *size = n;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDpotrf(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, double *work,
                                  int size, int *info)
{
  SOLVER_MAY_FAIL;
  need_device(A, matrix_bytes(n, lda, n), "A of cusolverDnDpotrf");
  need_device(work, (size_t)size * sizeof(double), "workspace of cusolverDnDpotrf");
  device_section section;
  for (int j = 1; j < n; j++)
    for (int i = 0; i < j; i++) A[i + (size_t)j * (size_t)lda] = NAN; // cuSOLVER may write there
  dpotrf_("L", &n, A, &lda, info, 1);
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDpotri_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n, double *, int, int *size)
{
  SOLVER_MAY_FAIL;
  *size = n;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDpotri(cusolverDnHandle_t, cublasFillMode_t, int n, double *A, int lda, double *work,
                                  int size, int *info)
{
  SOLVER_MAY_FAIL;
  need_device(A, matrix_bytes(n, lda, n), "A of cusolverDnDpotri");
  need_device(work, (size_t)size * sizeof(double), "workspace of cusolverDnDpotri");
  device_section section;
  dpotri_("L", &n, A, &lda, info, 1);
  return CUSOLVER_STATUS_SUCCESS;
}

// ---- cuFFT ----

struct plan {
  int n, in, out, batch;
  cufftType type;
};
static std::vector<plan> made;

#define FFT_MAY_FAIL LIBRARY_MAY_FAIL(CUFFT_ALLOC_FAILED, CUFFT_EXEC_FAILED)

cufftResult cufftPlanMany(cufftHandle *handle, int, int *n, int *inembed, int, int idist, int *onembed, int,
                          int odist, cufftType type, int batch)
{
  FFT_MAY_FAIL;
  if (*inembed != idist || *onembed != odist) mistake("embedding of cufftPlanMany", inembed);
  made.push_back({*n, idist, odist, batch, type});
  *handle = (cufftHandle)made.size() - 1;
  plans++;
  return CUFFT_SUCCESS;
}

cufftResult cufftDestroy(cufftHandle)
{
  plans--;
  return CUFFT_SUCCESS;
}

cufftResult cufftSetStream(cufftHandle, cudaStream_t)
{
  FFT_MAY_FAIL;
  return CUFFT_SUCCESS;
}

static void execute(const plan &p, double *in, double *out)
{
  bool forward = p.type == CUFFT_D2Z;
  need_device(in, (forward ? 1 : 2) * (size_t)p.in * (size_t)p.batch * sizeof(double), "input of a transform");
  need_device(out, (forward ? 2 : 1) * (size_t)p.out * (size_t)p.batch * sizeof(double), "output of a transform");
  device_section section;
  fftw_plan f = forward ? fftw_plan_many_dft_r2c(1, &p.n, p.batch, in, nullptr, 1, p.in, (fftw_complex *)out, nullptr,
                                                 1, p.out, FFTW_ESTIMATE)
                        : fftw_plan_many_dft_c2r(1, &p.n, p.batch, (fftw_complex *)in, nullptr, 1, p.in, out, nullptr,
                                                 1, p.out, FFTW_ESTIMATE);
  fftw_execute(f);
  fftw_destroy_plan(f);
}

// The plan of `handle`, which must be one of `type`.
static const plan &planned(cufftHandle handle, cufftType type)
{
  const plan &p = made[(size_t)handle];
  if (p.type != type) mistake("a plan of the other direction", &p);
  return p;
}

cufftResult cufftExecD2Z(cufftHandle handle, cufftDoubleReal *in, cufftDoubleComplex *out)
{
  FFT_MAY_FAIL;
  execute(planned(handle, CUFFT_D2Z), in, (double *)out);
  return CUFFT_SUCCESS;
}

cufftResult cufftExecZ2D(cufftHandle handle, cufftDoubleComplex *in, cufftDoubleReal *out)
{
  FFT_MAY_FAIL;
  execute(planned(handle, CUFFT_Z2D), (double *)in, out);
  return CUFFT_SUCCESS;
}

// ---- libraries ----

const char *emulated_library(void)
{
  Dl_info self;
  if (hidden) return "libnowhere";
  return dladdr((void *)&cudaMalloc, &self) ? self.dli_fname : "";
}
