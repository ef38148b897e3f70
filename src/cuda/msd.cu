/* Time-averaged MSD: many columns transformed at a time, their power spectra added up, one transform back. */
#include "plugin.h"

#include "base/residual.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- kernels ---- */

/* Columns less their lines, followed by zeros; `room` numbers to a column. x: n to a column. */
static __global__ void take_lines(ptrdiff_t n, ptrdiff_t room, ptrdiff_t count, const double *x,
                                  const double *offset, const double *slope, double *y)
{
  EACH (e, room * count) {
    ptrdiff_t k = e % room, c = e / room;
    y[e] = k < n ? sgdl_residual(x[k + n * c], offset[c], slope[c] * (double)k) : 0.0;
  }
}

/* squares[k] += sum w y^2, drift[k] += sum w slope y over the columns, in their order. weights NULL: 1. */
static __global__ void add_frames(ptrdiff_t n, ptrdiff_t room, ptrdiff_t count, const double *y,
                                  const double *slope, const double *weights, double *squares, double *drift)
{
  EACH (k, n) {
    double s = squares[k], t = drift[k];
    for (ptrdiff_t c = 0; c < count; c++) {
      double w = weights ? weights[c] : 1.0, v = y[k + room * c];
      s += w * (v * v);
      t += w * slope[c] * v;
    }
    squares[k] = s;
    drift[k] = t;
  }
}

/* power[k] (complex, imaginary part 0) += scale sum w |y_k|^2 over the transforms of the columns. */
static __global__ void add_power(ptrdiff_t half, ptrdiff_t count, double scale, const double *y,
                                 const double *weights, double *power)
{
  EACH (k, half) {
    double sum = 0;
    for (ptrdiff_t c = 0; c < count; c++) {
      double a = y[2 * (k + half * c)], b = y[2 * (k + half * c) + 1], w = weights ? weights[c] : 1.0;
      sum += w * (a * a + b * b);
    }
    power[2 * k] += scale * sum;
  }
}

static __global__ void clear(ptrdiff_t n, double *x)
{
  EACH (e, n) x[e] = 0;
}

/* ---- plans ---- */

class fft_plan
{
 public:
  cufftHandle handle = 0;
  int made = 0;
  fft_plan() = default;
  ~fft_plan()
  {
    if (made) (void)fft_library()->p_cufftDestroy(handle);
  }
  fft_plan(const fft_plan &) = delete;
  fft_plan &operator=(const fft_plan &) = delete;
};

static sgdl_status make_plan(sgdl_context *ctx, ptrdiff_t length, ptrdiff_t batch, cufftType type,
                             fft_plan &plan)
{
  int n = (int)length, real = 2 * (n / 2 + 1), complex = n / 2 + 1;
  int in = type == CUFFT_D2Z ? real : complex, out = type == CUFFT_D2Z ? complex : real;
  FFT(cufftPlanMany(&plan.handle, 1, &n, &in, 1, in, &out, 1, out, type, (int)batch));
  plan.made = 1;
  FFT(cufftSetStream(plan.handle, the_plugin.stream));
  return SGDL_OK;
}

/* ---- the job ---- */

struct correlation_work {
  device_array<double> x, y, offset, slope, weights, squares, drift, power;
  ptrdiff_t batch, half;
};

/* Columns at a time: as many as half of the free memory takes, twice for what cuFFT needs besides. */
static sgdl_status plan_batch(sgdl_context *ctx, const sgdl_correlation_job *job, correlation_work &w)
{
  const double most = 4096;
  double available = 0, column = 8.0 * ((double)job->n + 2.0 * ((double)job->length + 2));
  double fixed = 8.0 * (2.0 * (double)job->n + 3.0 * ((double)job->length + 2));
  TRY(require_bytes(ctx, 2 * (column + fixed), "the MSD", "frames", (double)job->n, 1));
  TRY(free_bytes(ctx, &available));
  double fits = floor((available / 2 - fixed) / column), whole = (double)INT_MAX / ((double)job->length + 2);
  double batch = fmin(fmin(fmax(fits, 1), most), fmin((double)job->count, fmax(floor(whole), 1)));
  w.batch = (ptrdiff_t)batch;
  w.half = job->length / 2 + 1;
  return SGDL_OK;
}

static sgdl_status take_work(sgdl_context *ctx, const sgdl_correlation_job *job, correlation_work &w)
{
  TRY(take(ctx, w.x, job->n * w.batch, "paths"));
  TRY(take(ctx, w.y, 2 * w.half * w.batch, "transforms"));
  TRY(take(ctx, w.squares, job->n, "squares"));
  TRY(take(ctx, w.drift, job->n, "squares"));
  TRY(take(ctx, w.power, 2 * w.half, "a spectrum"));
  TRY(bring(ctx, w.offset, job->offset, job->count, "lines"));
  TRY(bring(ctx, w.slope, job->slope, job->count, "lines"));
  if (job->weights) TRY(bring(ctx, w.weights, job->weights, job->count, "weights"));
  LAUNCH(clear, job->n, job->n, w.squares.data);
  LAUNCH(clear, job->n, job->n, w.drift.data);
  LAUNCH(clear, 2 * w.half, 2 * w.half, w.power.data);
  return SGDL_OK;
}

static sgdl_status add_batch(sgdl_context *ctx, const sgdl_correlation_job *job, correlation_work &w,
                             const fft_plan &plan, ptrdiff_t first, ptrdiff_t count)
{
  ptrdiff_t n = job->n, room = 2 * w.half;
  const double *offset = w.offset.data + first, *slope = w.slope.data + first;
  const double *weights = w.weights.data ? w.weights.data + first : nullptr, *y = w.y.data;
  TRY(upload_matrix(ctx, n, count, w.x.data, n, job->x + job->stride * first, job->stride));
  LAUNCH(take_lines, room * w.batch, n, room, count, (const double *)w.x.data, offset, slope, w.y.data);
  LAUNCH(add_frames, n, n, room, count, y, slope, weights, w.squares.data, w.drift.data);
  FFT(cufftExecD2Z(plan.handle, w.y.data, (cufftDoubleComplex *)w.y.data));
  LAUNCH(add_power, w.half, w.half, count, 1.0 / (double)job->length, y, weights, w.power.data);
  return SGDL_OK;
}

/* Sums over frames k from either end, from those of each frame. */
static void fold_ends(sgdl_correlation_job *job, const double *squares, const double *drift)
{
  double energy = 0, low = 0, steep = 0; /* compensated: bounds are told from it */
  for (ptrdiff_t k = 0; k < job->n; k++) {
    double high = energy + squares[k], b = high - energy;
    low += (energy - (high - b)) + (squares[k] - b);
    energy = high;
  }
  for (ptrdiff_t m = 0; m < job->last; m++) {
    job->squares[m] = squares[m] + squares[job->n - 1 - m];
    job->drift[m] = drift[job->n - 1 - m] - drift[m];
  }
  for (ptrdiff_t c = 0; c < job->count; c++)
    steep += (job->weights ? job->weights[c] : 1.0) * job->slope[c] * job->slope[c];
  job->energy = energy + low;
  job->steep = steep;
}

static sgdl_status run(sgdl_context *ctx, sgdl_correlation_job *job, double *squares, double *drift)
{
  correlation_work w;
  TRY(ready_fft(ctx));
  if (job->length > INT_MAX - 2)
    return fail(ctx, SGDL_TOO_LARGE, "FFT of length %td: expected at most %d", job->length, INT_MAX - 2);
  TRY(plan_batch(ctx, job, w));
  TRY(take_work(ctx, job, w));
  {
    fft_plan forward;
    TRY(make_plan(ctx, job->length, w.batch, CUFFT_D2Z, forward));
    for (ptrdiff_t first = 0; first < job->count; first += w.batch) {
      ptrdiff_t left = job->count - first;
      TRY(add_batch(ctx, job, w, forward, first, left < w.batch ? left : w.batch));
    }
    TRY(wait(ctx));
  }
  fft_plan backward;
  TRY(make_plan(ctx, job->length, 1, CUFFT_Z2D, backward));
  FFT(cufftExecZ2D(backward.handle, (cufftDoubleComplex *)w.power.data, w.power.data));
  TRY(download(ctx, job->correlation, w.power.data, job->last + 1));
  TRY(download(ctx, squares, w.squares.data, job->n));
  TRY(download(ctx, drift, w.drift.data, job->n));
  return wait(ctx);
}

sgdl_status cuda_correlate(sgdl_context *ctx, sgdl_correlation_job *job)
{
  session use(ctx);
  TRY(use.begin());
  double *squares = (double *)malloc(2 * (size_t)job->n * sizeof *squares);
  if (!squares) return fail(ctx, SGDL_NO_MEMORY, "no memory for the sums of %td frames", job->n);
  sgdl_status status = run(ctx, job, squares, squares + job->n);
  if (status == SGDL_OK) fold_ends(job, squares, squares + job->n);
  free(squares);
  TRY(status);
  return use.end();
}
