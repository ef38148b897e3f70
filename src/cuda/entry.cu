/* The one exported function of the plug-in, the device it runs on, and the lock that lets one entry at a time
 * use it. */
#include "plugin.h"

#include <mutex>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

plugin the_plugin;

static std::mutex lock;
static sgdl_backend backend;
static char description[384];

/* ---- sessions ---- */

session::session(sgdl_context *context) : ctx(context)
{
  lock.lock();
}

session::~session()
{
  lock.unlock();
}

static sgdl_status forked(sgdl_context *ctx)
{
  return fail(ctx, SGDL_NO_DEVICE,
              "device \"cuda\" cannot be used in a forked child of the process that began to use "
              "it: use device = \"cpu\" there, or workers that are processes of their own");
}

/* Whether this process, which has begun, may go on. */
static sgdl_status still_there(sgdl_context *ctx)
{
  if (the_plugin.pid != (int)getpid()) return forked(ctx);
  if (the_plugin.lost)
    return fail(ctx, SGDL_NO_DEVICE,
                "the device %s was lost: begin a new session to use it again, or use device = \"cpu\"",
                the_plugin.name);
  return SGDL_OK;
}

sgdl_status session::begin()
{
  ctx->message[0] = '\0';
  TRY(still_there(ctx));
  CUDA(cudaSetDevice(the_plugin.device));
  return SGDL_OK;
}

sgdl_status session::end()
{
  return wait(ctx);
}

/* ---- the device ---- */

static sgdl_status no_device(sgdl_context *ctx, cudaError_t error)
{
  int driver = 0;
  (void)cudaDriverGetVersion(&driver);
  if (driver == 0)
    return fail(ctx, SGDL_NO_DEVICE,
                "no NVIDIA driver on this machine (CUDA error %d, %s): install one, or use device "
                "= \"cpu\"",
                (int)error, cudaGetErrorString(error));
  if (error == cudaErrorInsufficientDriver)
    return fail(ctx, SGDL_NO_DEVICE,
                "the NVIDIA driver is for CUDA %d.%d, older than the CUDA %d.%d of this plug-in: "
                "update the driver, or build the plug-in with an older toolkit",
                driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
  return fail(ctx, SGDL_NO_DEVICE, "no CUDA device (error %d, %s): is one visible (CUDA_VISIBLE_DEVICES)?",
              (int)error, cudaGetErrorString(error));
}

/* The first visible device: CUDA_VISIBLE_DEVICES chooses another. */
static sgdl_status find_device(sgdl_context *ctx)
{
  int count = 0;
  cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count < 1)
    return no_device(ctx, error == cudaSuccess ? cudaErrorNoDevice : error);
  cudaDeviceProp properties;
  CUDA(cudaGetDeviceProperties(&properties, 0));
  if (properties.major < 7)
    return fail(ctx, SGDL_NO_DEVICE, "device %s has compute capability %d.%d: expected at least 7.0",
                properties.name, properties.major, properties.minor);
  snprintf(the_plugin.name, sizeof the_plugin.name, "%s", properties.name);
  the_plugin.pitch = properties.memPitch;
  snprintf(description, sizeof description, "%s, %.0f GB, compute capability %d.%d", properties.name,
           (double)properties.totalGlobalMem * 1e-9, properties.major, properties.minor);
  CUDA(cudaSetDevice(0));
  if (!the_plugin.stream) CUDA(cudaStreamCreate(&the_plugin.stream));
  if (!the_plugin.copies) CUDA(cudaStreamCreate(&the_plugin.copies));
  return SGDL_OK;
}

static void fill_backend()
{
  backend.abi = SGDL_BACKEND_ABI;
  backend.name = "cuda";
  backend.device = description;
  backend.state = &the_plugin;
  backend.eigen_symmetric = cuda_eigen_symmetric;
  backend.product = cuda_product;
  backend.matrix_vector = cuda_matrix_vector;
  backend.gram = cuda_gram;
  backend.cholesky = cuda_cholesky;
  backend.cholesky_inverse = cuda_cholesky_inverse;
  backend.fill_normals = cuda_fill_normals;
  backend.ensemble_step = cuda_ensemble_step;
  backend.capacity = cuda_capacity;
  backend.stationary = cuda_stationary;
  backend.ensemble = cuda_ensemble;
  backend.correlate = cuda_correlate;
  backend.frames = cuda_frames;
  backend.implicit_product = cuda_implicit_product;
  backend.lanczos = cuda_lanczos;
}

extern "C" __attribute__((visibility("default"))) sgdl_status sgdl_backend_entry(int abi, sgdl_context *ctx,
                                                                                 const sgdl_backend **made)
{
  std::lock_guard<std::mutex> guard(lock);
  fill_backend();
  *made = &backend;
  if (abi != SGDL_BACKEND_ABI) return SGDL_UNSUPPORTED;
  if (the_plugin.pid != 0) return still_there(ctx);
  TRY(find_device(ctx));
  the_plugin.pid = (int)getpid();
  return SGDL_OK;
}
