/* Gram matrix of frames that need not fit the device: tiles of coordinates go up from pinned memory on one
 * stream while the other multiplies those before. */
#include "plugin.h"

#include "base/residual.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* Coordinates less their chords, in place: frame t of coordinate c at c + n t (by_frame) or t + T c. */
static __global__ void take_chords(ptrdiff_t T, ptrdiff_t n, int by_frame, const double *start,
                                   const double *slope, double *x)
{
  EACH (e, T * n) {
    ptrdiff_t c = by_frame ? e % n : e / T, t = by_frame ? e / n : e % T;
    x[e] = sgdl_residual(x[e], start[c], slope[c] * (double)t);
  }
}

class event
{
 public:
  cudaEvent_t handle = nullptr;
  event() = default;
  ~event()
  {
    if (handle) (void)cudaEventDestroy(handle);
  }
  event(const event &) = delete;
  event &operator=(const event &) = delete;
};

/* Two of each: one is filled while the other is worked on. */
struct frames_work {
  device_array<double> gram, cross, start, slope, tile[2];
  pinned_array packed[2];
  event uploaded[2], used[2];
  ptrdiff_t width;
  ~frames_work()
  {
    (void)cudaStreamSynchronize(the_plugin.copies);
  } /* before any of these goes */
};

static sgdl_status prepare(sgdl_context *ctx, const sgdl_frames_job *job, frames_work &w)
{
  const double most = 1 << 23; /* numbers in a tile: 64 MB */
  double available = 0, T = (double)job->T;
  if (job->T > INT_MAX || job->k > INT_MAX)
    return fail(ctx, SGDL_TOO_LARGE, "%td frames of %td coordinates: expected at most %d of either", job->T,
                job->k, INT_MAX);
  TRY(require_bytes(ctx, 8.0 * (T * T + 8 * T), "the Gram matrix of frames", "frames", T, 2));
  TRY(free_bytes(ctx, &available));
  double fits = fmin(most, (available / 8 - T * T) / 3);
  w.width = fits / T < 1 ? 1 : fits / T < (double)job->k ? (ptrdiff_t)(fits / T) : job->k;
  TRY(take(ctx, w.gram, job->T * job->T, "the Gram matrix of frames"));
  TRY(bring(ctx, w.cross, job->cross, job->T, "frames"));
  TRY(bring(ctx, w.start, job->start, job->k, "frames"));
  TRY(bring(ctx, w.slope, job->slope, job->k, "frames"));
  TRY(upload(ctx, w.gram.data, (const double *)job->gram, job->T * job->T));
  for (int b = 0; b < 2; b++) {
    TRY(take(ctx, w.tile[b], w.width * job->T, "frames"));
    TRY(take_pinned(ctx, w.packed[b], w.width * job->T, "frames"));
    CUDA(cudaEventCreateWithFlags(&w.uploaded[b].handle, cudaEventDisableTiming));
    CUDA(cudaEventCreateWithFlags(&w.used[b].handle, cudaEventDisableTiming));
  }
  return SGDL_OK;
}

/* Coordinates [first, first + n) of all frames, next to each other. */
static void pack(const sgdl_frames_job *job, ptrdiff_t first, ptrdiff_t n, double *to)
{
  if (!job->by_frame) {
    memcpy(to, job->x + job->T * first, (size_t)(job->T * n) * sizeof *to);
    return;
  }
  for (ptrdiff_t t = 0; t < job->T; t++)
    memcpy(to + n * t, job->x + first + job->k * t, (size_t)n * sizeof *to);
}

static sgdl_status add_tile(sgdl_context *ctx, const sgdl_frames_job *job, frames_work &w, int b,
                            ptrdiff_t first, ptrdiff_t n)
{
  const double one = 1.0;
  int T = (int)job->T, k = (int)n;
  double *Y = w.tile[b].data;
  const double *start = w.start.data + first, *slope = w.slope.data + first;
  CUDA(cudaEventSynchronize(w.uploaded[b].handle)); /* the pinned tile is free again */
  pack(job, first, n, w.packed[b].data);
  CUDA(cudaStreamWaitEvent(the_plugin.copies, w.used[b].handle, 0));
  CUDA(cudaMemcpyAsync(Y, w.packed[b].data, (size_t)(job->T * n) * sizeof(double), cudaMemcpyHostToDevice,
                       the_plugin.copies));
  CUDA(cudaEventRecord(w.uploaded[b].handle, the_plugin.copies));
  CUDA(cudaStreamWaitEvent(the_plugin.stream, w.uploaded[b].handle, 0));
  LAUNCH(take_chords, job->T * n, job->T, n, job->by_frame, start, slope, Y);
  BLAS(cublasDsyrk(the_plugin.blas, CUBLAS_FILL_MODE_UPPER, job->by_frame ? CUBLAS_OP_T : CUBLAS_OP_N, T, k,
                   &one, Y, job->by_frame ? k : T, &one, w.gram.data, T));
  BLAS(cublasDgemv(the_plugin.blas, job->by_frame ? CUBLAS_OP_T : CUBLAS_OP_N, job->by_frame ? k : T,
                   job->by_frame ? T : k, &one, Y, job->by_frame ? k : T, slope, 1, &one, w.cross.data, 1));
  CUDA(cudaEventRecord(w.used[b].handle, the_plugin.stream));
  return SGDL_OK;
}

static sgdl_status run(sgdl_context *ctx, const sgdl_frames_job *job)
{
  frames_work w;
  TRY(ready_blas(ctx));
  TRY(prepare(ctx, job, w));
  int b = 0;
  for (ptrdiff_t first = 0; first < job->k; first += w.width, b = 1 - b)
    TRY(add_tile(ctx, job, w, b, first, job->k - first < w.width ? job->k - first : w.width));
  TRY(download(ctx, job->gram, w.gram.data, job->T * job->T));
  TRY(download(ctx, job->cross, w.cross.data, job->T));
  return wait(ctx);
}

sgdl_status cuda_frames(sgdl_context *ctx, const sgdl_frames_job *job)
{
  session use(ctx);
  TRY(use.begin());
  if (job->T == 0 || job->k == 0) return SGDL_OK;
  TRY(run(ctx, job));
  return use.end();
}
