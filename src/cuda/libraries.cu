/* cuBLAS, cuSOLVER and cuFFT, opened at first use: a machine without them still loads the plug-in, and a
 * session that needs none of them does not wait for their half a gigabyte. */
#include "plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static blas_table blas;
static solver_table solver;
static fft_table fft;
static int have_blas, have_solver, have_fft;

const blas_table *blas_library()
{
  return &blas;
}

const solver_table *solver_library()
{
  return &solver;
}

const fft_table *fft_library()
{
  return &fft;
}

/* The newest of versions [oldest, newest] of a library, as the loader finds it (the folder of the toolkit
 * that built the plug-in is in its run path). */
static void *open_library(const char *stem, int newest, int oldest)
{
  char name[512];
  for (int version = newest; version >= oldest; version--) {
    snprintf(name, sizeof name, "%s.so.%d", stem, version);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return dlopen(stem, RTLD_NOW | RTLD_LOCAL); /* a path, where tests give one */
}

static sgdl_status missing(sgdl_context *ctx, const char *stem, const char *symbol)
{
  if (symbol)
    return fail(ctx, SGDL_NO_DEVICE, "%s has no %s: expected the library of CUDA 11.1 or later", stem,
                symbol);
  return fail(ctx, SGDL_NO_DEVICE,
              "%s.so is not on this machine: install the CUDA libraries, or add their folder to "
              "LD_LIBRARY_PATH",
              stem);
}

#ifndef SGDL_EMULATED
#define LIBCUBLAS "libcublas"
#define LIBCUSOLVER "libcusolver"
#define LIBCUFFT "libcufft"
#endif

#define LOOK_UP(name, symbol)                                                                                \
  *(void **)&table.p_##name = dlsym(library, symbol);                                                        \
  if (!table.p_##name) return missing(ctx, stem, symbol);

static sgdl_status fill_blas(sgdl_context *ctx, const char *stem, void *library, blas_table &table)
{
  BLAS_FUNCTIONS(LOOK_UP)
  return SGDL_OK;
}

static sgdl_status fill_solver(sgdl_context *ctx, const char *stem, void *library, solver_table &table)
{
  SOLVER_FUNCTIONS(LOOK_UP)
  return SGDL_OK;
}

static sgdl_status fill_fft(sgdl_context *ctx, const char *stem, void *library, fft_table &table)
{
  FFT_FUNCTIONS(LOOK_UP)
  return SGDL_OK;
}

sgdl_status ready_blas(sgdl_context *ctx)
{
  if (!have_blas) {
    void *library = open_library(LIBCUBLAS, CUDART_VERSION / 1000, 11);
    if (!library) return missing(ctx, LIBCUBLAS, nullptr);
    TRY(fill_blas(ctx, LIBCUBLAS, library, blas));
    have_blas = 1;
  }
  if (the_plugin.blas) return SGDL_OK;
  cublasHandle_t handle;
  BLAS(cublasCreate(&handle));
  cublasStatus_t status = blas.p_cublasSetStream(handle, the_plugin.stream);
  if (status != CUBLAS_STATUS_SUCCESS) {
    (void)blas.p_cublasDestroy(handle);
    return blas_failure(ctx, status, "cublasSetStream");
  }
  the_plugin.blas = handle;
  return SGDL_OK;
}

/* cuSOLVER's number is one behind CUDA's, as cuFFT's. */
sgdl_status ready_solver(sgdl_context *ctx)
{
  if (!have_solver) {
    void *library = open_library(LIBCUSOLVER, CUDART_VERSION / 1000, 10);
    if (!library) return missing(ctx, LIBCUSOLVER, nullptr);
    TRY(fill_solver(ctx, LIBCUSOLVER, library, solver));
    have_solver = 1;
  }
  if (the_plugin.solver) return SGDL_OK;
  cusolverDnHandle_t handle;
  SOLVER(cusolverDnCreate(&handle));
  cusolverStatus_t status = solver.p_cusolverDnSetStream(handle, the_plugin.stream);
  if (status != CUSOLVER_STATUS_SUCCESS) {
    (void)solver.p_cusolverDnDestroy(handle);
    return solver_failure(ctx, status, "cusolverDnSetStream");
  }
  the_plugin.solver = handle;
  return SGDL_OK;
}

sgdl_status ready_fft(sgdl_context *ctx)
{
  if (have_fft) return SGDL_OK;
  void *library = open_library(LIBCUFFT, CUDART_VERSION / 1000, 10);
  if (!library) return missing(ctx, LIBCUFFT, nullptr);
  TRY(fill_fft(ctx, LIBCUFFT, library, fft));
  have_fft = 1;
  return SGDL_OK;
}
