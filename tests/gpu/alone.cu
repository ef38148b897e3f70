// What the plug-in is measured against, and its kernels alone: cuSOLVER and cuBLAS without anything else,
// bandwidth of the memory, the generator without memory. Seconds by CUDA events, the median of some runs; a
// negative number: failed.
#include "ensemble_kernel.h"
#include "pair_kernel.h"

#include <algorithm>
#include <functional>
#include <vector>

#define OK(call)                                                                                             \
  do {                                                                                                       \
    if ((call) != 0) return -1;                                                                              \
  } while (0)

static double seconds(int runs, const std::function<int()> &work)
{
  cudaEvent_t from, to;
  std::vector<double> times;
  OK(cudaEventCreate(&from));
  OK(cudaEventCreate(&to));
  for (int r = 0; r <= runs; r++) { // the first warms up
    float ms = 0;
    OK(cudaEventRecord(from));
    OK(work());
    OK(cudaEventRecord(to));
    OK(cudaEventSynchronize(to));
    OK(cudaEventElapsedTime(&ms, from, to));
    if (r > 0) times.push_back(ms * 1e-3);
  }
  cudaEventDestroy(from);
  cudaEventDestroy(to);
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

static __global__ void fill_normals_of(ptrdiff_t n, uint64_t path, double *out)
{
  EACH (e, n) out[e] = sgdl_normal_at(1, 0, path, (uint64_t)(e >> 20), e & 0xfffff);
}

// A symmetric matrix with a wide spectrum: normals, and n on the diagonal.
static __global__ void symmetric(ptrdiff_t d, double *A)
{
  EACH (e, d * d) {
    ptrdiff_t i = e % d, j = e / d;
    if (i < j) A[e] = A[j + i * d];
    if (i == j) A[e] += 2.0 * sqrt((double)d) + (double)i;
  }
}

static __global__ void draw_only(ptrdiff_t n, int rounds, double *out)
{
  EACH (e, n) {
    double sum = 0;
    for (int r = 0; r < rounds; r++) {
      uint32_t c[4];
      double pair[2];
      sgdl_philox_block(1, 0, (uint64_t)e, (uint64_t)r, 7, c);
      sgdl_normals_of_block(c, pair);
      sum += pair[0] + pair[1];
    }
    out[e] = sum;
  }
}

template <class T> struct room {
  T *data = nullptr;
  explicit room(size_t n)
  {
    if (cudaMalloc((void **)&data, n * sizeof(T)) != cudaSuccess) data = nullptr;
  }
  ~room()
  {
    cudaFree(data);
  }
};

#define EXPORT extern "C" __attribute__((visibility("default")))

// One Xsyevd and six products of d x d matrices that are there.
EXPORT double alone_stationary(int d, int runs)
{
  size_t all = (size_t)d * d;
  room<double> A(all), B(all), C(all), w(d);
  room<int> info(1);
  cusolverDnHandle_t solver;
  cusolverDnParams_t params;
  cublasHandle_t blas;
  size_t device = 0, host = 0;
  const double one = 1, zero = 0;
  if (!A.data || !B.data || !C.data || !w.data || !info.data) return -1;
  OK(cusolverDnCreate(&solver));
  OK(cusolverDnCreateParams(&params));
  OK(cublasCreate(&blas));
  OK(cusolverDnXsyevd_bufferSize(solver, params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, d,
                                 CUDA_R_64F, A.data, d, CUDA_R_64F, w.data, CUDA_R_64F, &device, &host));
  room<char> work(device + 1);
  std::vector<char> host_work(host + 1);
  double syevd = seconds(runs, [&] {
    fill_normals_of<<<4096, 256>>>((ptrdiff_t)all, 1, A.data);
    symmetric<<<4096, 256>>>(d, A.data);
    return (int)cusolverDnXsyevd(solver, params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, d,
                                 CUDA_R_64F, A.data, d, CUDA_R_64F, w.data, CUDA_R_64F, work.data, device,
                                 host_work.data(), host, info.data);
  });
  fill_normals_of<<<4096, 256>>>((ptrdiff_t)all, 2, B.data);
  double products = seconds(runs, [&] {
    for (int k = 0; k < 6; k++)
      if (cublasDgemm(blas, CUBLAS_OP_N, k % 2 ? CUBLAS_OP_T : CUBLAS_OP_N, d, d, d, &one, A.data, d, B.data,
                      d, &zero, C.data, d) != CUBLAS_STATUS_SUCCESS)
        return 1;
    return 0;
  });
  cusolverDnDestroyParams(params);
  cusolverDnDestroy(solver);
  cublasDestroy(blas);
  return syevd < 0 || products < 0 ? -1 : syevd + products;
}

// Bytes per second of a copy on the device (read and written).
EXPORT double alone_bandwidth(void)
{
  const size_t n = (size_t)1 << 28;
  room<char> a(n), b(n);
  if (!a.data || !b.data) return -1;
  double t = seconds(9, [&] { return (int)cudaMemcpyAsync(b.data, a.data, n, cudaMemcpyDeviceToDevice); });
  return t > 0 ? 2.0 * (double)n / t : -1;
}

// Bytes per second of the pair kernel: one matrix read, P (with R's antisymmetric part) and W written.
EXPORT double alone_pairs(int d, int sgd, int whole_cross)
{
  size_t all = (size_t)d * d;
  room<double> noise(all), mixed(all), velocity(all), cross(whole_cross ? all : 1), rho(d);
  room<unsigned char> flags(d);
  if (!noise.data || !mixed.data || !velocity.data || !cross.data) return -1;
  fill_normals_of<<<4096, 256>>>((ptrdiff_t)all, 3, noise.data);
  std::vector<double> r(d);
  for (int i = 0; i < d; i++) r[i] = 1.0 / (1 + i);
  OK(cudaMemcpy(rho.data, r.data(), d * sizeof(double), cudaMemcpyHostToDevice));
  OK(cudaMemset(flags.data, 0, d));
  pair_law law = {d, sgd, 0.1, 0.9, 1e-4, 1.0, 1.0};
  double t = seconds(9, [&] {
    fill_pairs<<<blocks_for((ptrdiff_t)all / 4 + 1), THREADS>>>(
        law, rho.data, flags.data, noise.data, mixed.data, velocity.data, whole_cross ? cross.data : nullptr);
    return (int)cudaGetLastError();
  });
  return t > 0 ? (3.0 + (whole_cross ? 1 : 0)) * 8.0 * (double)all / t : -1;
}

// Steps of modes per second: exact transition, recorded every `every` steps, in parts of `steps`.
EXPORT double alone_ensemble(int d, int paths, int steps, int every, int exact)
{
  size_t states = (size_t)d * paths, records = (size_t)(steps / every);
  room<double> M(4 * (size_t)d), law(3 * (size_t)d), x(states), v(states), theta(states * records),
      velocity(states * records);
  if (!theta.data || !velocity.data || !x.data || !v.data) return -1;
  OK(cudaMemset(M.data, 0, 4 * (size_t)d * 8));
  OK(cudaMemset(law.data, 0, 3 * (size_t)d * 8));
  OK(cudaMemset(x.data, 0, states * 8));
  OK(cudaMemset(v.data, 0, states * 8));
  ensemble e = {
      d,          paths,        steps,    every,        (ptrdiff_t)records, 1,   0,   0,      0,
      exact,      M.data,       law.data, law.data + d, law.data + 2 * d,   1.0, 1.0, x.data, v.data,
      theta.data, velocity.data};
  double t = seconds(5, [&] {
    step_independent<<<blocks_for((ptrdiff_t)(states / 2)), THREADS>>>(e);
    return (int)cudaGetLastError();
  });
  return t > 0 ? (double)states * steps / t : -1;
}

// Blocks of two normals per second, nothing stored.
EXPORT double alone_generator(void)
{
  const ptrdiff_t n = 1 << 22;
  const int rounds = 64;
  room<double> out(n);
  if (!out.data) return -1;
  double t = seconds(5, [&] {
    draw_only<<<blocks_for(n), THREADS>>>(n, rounds, out.data);
    return (int)cudaGetLastError();
  });
  return t > 0 ? (double)n * rounds / t : -1;
}
