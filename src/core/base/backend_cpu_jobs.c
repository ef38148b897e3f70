/* The jobs of the contract on the CPU: what backend.h says, in terms of products, FFTW and plain loops. */
#include "backend_cpu.h"

#include "fourier.h"
#include "pair_formula.h"
#include "random.h"
#include "residual.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sgdl_status multiply(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n,
                            ptrdiff_t k, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                            double *C, ptrdiff_t ldc)
{
  return sgdl_backend_cpu()->product(ctx, trans_a, trans_b, m, n, k, 1.0, A, lda, B, ldb, 0.0, C, ldc);
}

sgdl_status sgdl_cpu_capacity(sgdl_context *ctx, sgdl_capacity *capacity)
{
  const double matrices = 6.0, lapack = 32766.0; /* H, V, its workspace of two, P and W */
  (void)ctx;
  double page = (double)sysconf(_SC_PAGESIZE), total = page * (double)sysconf(_SC_PHYS_PAGES);
#ifdef _SC_AVPHYS_PAGES
  double available = page * (double)sysconf(_SC_AVPHYS_PAGES);
#else
  double available = NAN;
#endif
  double largest = sqrt((isnan(available) ? total : available) / (8.0 * matrices));
  *capacity = (sgdl_capacity){total, available, (ptrdiff_t)fmin(largest, lapack)};
  return SGDL_OK;
}

/* ---- stationary ---- */

typedef struct chain {
  sgdl_stationary_job *job;
  double *vectors, *noise, *mixed, *velocity, *cross, *work; /* the job's own, or made here */
  double *own[6];
  unsigned char *flags;
} chain;

static void reverse_and_sign(ptrdiff_t d, double *rho, double *V)
{
  for (ptrdiff_t l = 0; l < d / 2; l++) {
    double t = rho[l];
    rho[l] = rho[d - 1 - l];
    rho[d - 1 - l] = t;
    for (ptrdiff_t i = 0; i < d; i++) {
      t = V[i + l * d];
      V[i + l * d] = V[i + (d - 1 - l) * d];
      V[i + (d - 1 - l) * d] = t;
    }
  }
  double flat = (double)d * DBL_EPSILON * fmax(fabs(rho[0]), fabs(rho[d - 1]));
  for (ptrdiff_t l = 0; l < d; l++) {
    double *v = V + l * d;
    ptrdiff_t largest = 0;
    if (fabs(rho[l]) <= flat) rho[l] = 0;
    for (ptrdiff_t i = 1; i < d; i++)
      if (fabs(v[i]) > fabs(v[largest])) largest = i;
    if (v[largest] < 0)
      for (ptrdiff_t i = 0; i < d; i++) v[i] = -v[i];
  }
}

static sgdl_status room(sgdl_context *ctx, chain *c, int slot, ptrdiff_t n, double **p)
{
  SGDL_TRY(sgdl_alloc(ctx, &c->own[slot], n, "the stationary covariance"));
  *p = c->own[slot];
  return SGDL_OK;
}

static sgdl_status decompose(sgdl_context *ctx, chain *c)
{
  sgdl_stationary_job *job = c->job;
  ptrdiff_t d = job->d;
  c->vectors = job->vectors;
  if (!job->H) return SGDL_OK;
  if (!c->vectors) SGDL_TRY(room(ctx, c, 0, d * d, &c->vectors));
  memcpy(c->vectors, job->H, (size_t)(d * d) * sizeof(double));
  SGDL_TRY(sgdl_backend_cpu()->eigen_symmetric(ctx, d, c->vectors, job->rho));
  reverse_and_sign(d, job->rho, c->vectors);
  return SGDL_OK;
}

static sgdl_status noise_to_modes(sgdl_context *ctx, chain *c)
{
  sgdl_stationary_job *job = c->job;
  ptrdiff_t d = job->d;
  c->noise = job->noise;
  if (job->Sigma) {
    job->noise_is_full = 1;
    if (!c->noise) SGDL_TRY(room(ctx, c, 1, d * d, &c->noise));
    if (!c->vectors) {
      memcpy(c->noise, job->Sigma, (size_t)(d * d) * sizeof(double));
    } else {
      SGDL_TRY(multiply(ctx, 0, 0, d, d, d, job->Sigma, d, c->vectors, d, c->work, d));
      SGDL_TRY(multiply(ctx, 1, 0, d, d, d, c->vectors, d, c->work, d, c->noise, d));
    }
    for (ptrdiff_t j = 0; j < d; j++)
      for (ptrdiff_t i = j + 1; i < d; i++)
        c->noise[i + j * d] = c->noise[j + i * d] = (c->noise[i + j * d] + c->noise[j + i * d]) / 2;
  } else if (!c->noise) {
    job->noise_is_full = 0;
    SGDL_TRY(room(ctx, c, 1, d, &c->noise));
    for (ptrdiff_t l = 0; l < d; l++) c->noise[l] = job->sigma2 * job->rho[l];
  }
  return SGDL_OK;
}

static void fill(const chain *c)
{
  const sgdl_stationary_job *job = c->job;
  ptrdiff_t d = job->d;
  for (ptrdiff_t j = 0; j < d; j++)
    for (ptrdiff_t i = 0; i < d; i++) {
      double e[4], noise = job->noise_is_full ? c->noise[i + j * d] : i == j ? c->noise[i] : 0;
      sgdl_pair_entry(job->sgd, job->lr, job->momentum, job->rho[i] + job->weight_decay,
                      job->rho[j] + job->weight_decay, c->flags[i] | c->flags[j], job->scale * noise, e);
      if (c->mixed) c->mixed[i + j * d] = e[0];
      if (c->cross) c->cross[i + j * d] = e[2];
      if (c->velocity) c->velocity[i + j * d] = e[3];
    }
}

/* out = V M V', made symmetric where it is. */
static sgdl_status carry_back(sgdl_context *ctx, const chain *c, int symmetric, double *M)
{
  ptrdiff_t d = c->job->d;
  if (!M) return SGDL_OK;
  if (c->vectors) {
    SGDL_TRY(multiply(ctx, 0, 0, d, d, d, c->vectors, d, M, d, c->work, d));
    SGDL_TRY(multiply(ctx, 0, 1, d, d, d, c->work, d, c->vectors, d, M, d));
  }
  for (ptrdiff_t j = 0; symmetric && j < d; j++)
    for (ptrdiff_t i = j + 1; i < d; i++) M[i + j * d] = M[j + i * d] = (M[i + j * d] + M[j + i * d]) / 2;
  return SGDL_OK;
}

static sgdl_status covariance(sgdl_context *ctx, chain *c)
{
  sgdl_stationary_job *job = c->job;
  ptrdiff_t d = job->d;
  double *variance;
  SGDL_TRY(room(ctx, c, 2, d, &variance));
  c->flags = malloc((size_t)d);
  if (!c->flags) return sgdl_fail(ctx, SGDL_NO_MEMORY, "no memory for the table of %td modes", d);
  for (ptrdiff_t l = 0; l < d; l++) variance[l] = c->noise[job->noise_is_full ? l + l * d : l];
  ptrdiff_t n_saddle = sgdl_mode_flags(d, job->rho, job->weight_decay, job->noise_is_full, variance, c->flags,
                                       &job->n_missing);
  if (n_saddle > 0)
    return sgdl_fail(ctx, SGDL_SADDLE,
                     "%td of %td modes have negative curvature (the worst %.6g): expected none, "
                     "there is no stationary state at a saddle",
                     n_saddle, d, job->rho[d - 1] + job->weight_decay);
  c->mixed = job->theta;
  c->velocity = job->velocity;
  c->cross = job->cross;
  fill(c);
  SGDL_TRY(carry_back(ctx, c, 1, c->mixed));
  SGDL_TRY(carry_back(ctx, c, 1, c->velocity));
  return carry_back(ctx, c, 0, c->cross);
}

sgdl_status sgdl_cpu_stationary(sgdl_context *ctx, sgdl_stationary_job *job)
{
  chain c = {.job = job};
  int wanted = job->theta || job->velocity || job->cross;
  sgdl_status status = SGDL_OK;
  job->n_missing = 0;
  if (job->d == 0) return SGDL_OK;
  SGDL_GET(decompose(ctx, &c));
  if (!job->Sigma && !wanted) goto done;
  SGDL_GET(room(ctx, &c, 3, job->d * job->d, &c.work));
  SGDL_GET(noise_to_modes(ctx, &c));
  if (wanted) status = covariance(ctx, &c);
done:
  for (int i = 0; i < 6; i++) free(c.own[i]);
  free(c.flags);
  return status;
}

/* ---- ensemble ---- */

/* One step of one path; z, noise: 2d. */
static sgdl_status step_path(sgdl_context *ctx, const sgdl_ensemble_job *job, uint64_t path, uint64_t step,
                             double *z, double *noise, double *state)
{
  ptrdiff_t d = job->d, n = job->exact ? 2 * d : d;
  sgdl_normals(job->seed, job->stream, path, step, 0, n, z);
  if (job->factor) {
    SGDL_TRY(multiply(ctx, 0, 0, n, 1, n, job->factor, n, z, n, noise, n));
  } else {
    for (ptrdiff_t i = 0; i < d; i++) noise[i] = job->on_x[i] * z[i];
    for (ptrdiff_t i = 0; i < d && job->exact; i++)
      noise[d + i] = job->below[i] * z[i] + job->on_v[i] * z[d + i];
  }
  for (ptrdiff_t i = 0; i < d; i++) {
    double e = job->exact ? noise[i] : job->spread_x * noise[i];
    double f = job->exact ? noise[d + i] : job->spread_v * noise[i];
    const double *m = job->M + 4 * i;
    double x = state[i], v = state[d + i];
    state[i] = m[0] * x + m[2] * v + e;
    state[d + i] = m[1] * x + m[3] * v + f;
  }
  return SGDL_OK;
}

static sgdl_status record(sgdl_context *ctx, const sgdl_ensemble_job *job, ptrdiff_t row, ptrdiff_t p,
                          const double *state, double *work)
{
  ptrdiff_t d = job->d;
  for (int which = 0; which < 2; which++) {
    double *to = which ? job->velocity : job->theta;
    const double *from = state + which * d;
    if (!to) continue;
    if (job->vectors) {
      SGDL_TRY(multiply(ctx, 0, 0, d, 1, d, job->vectors, d, from, d, work, d));
      from = work;
    }
    for (ptrdiff_t i = 0; i < d; i++)
      to[row + job->rows * (i + d * p)] = from[i] + (which == 0 && job->offset ? job->offset[i] : 0.0);
  }
  return SGDL_OK;
}

sgdl_status sgdl_cpu_ensemble(sgdl_context *ctx, const sgdl_ensemble_job *job)
{
  double *work;
  SGDL_TRY(sgdl_alloc(ctx, &work, 5 * job->d, "a step of an ensemble"));
  sgdl_status status = SGDL_OK;
  for (ptrdiff_t p = 0; p < job->n_paths; p++) {
    double *state = job->states + job->stride * p;
    ptrdiff_t row = 0;
    for (uint64_t step = job->step; step < job->step + (uint64_t)job->n_steps; step++) {
      SGDL_GET(step_path(ctx, job, job->path + (uint64_t)p, step, work, work + 2 * job->d, state));
      if ((step + 1) % (uint64_t)job->record_every == 0)
        SGDL_GET(record(ctx, job, row++, p, state, work + 4 * job->d));
    }
  }
done:
  free(work);
  return status;
}

/* ---- MSD ---- */

static void add_column(const sgdl_correlation_job *job, ptrdiff_t c, double *y)
{
  double weight = job->weights ? job->weights[c] : 1.0, slope = job->slope[c];
  for (ptrdiff_t k = 0; k < job->n; k++)
    y[k] = sgdl_residual(job->x[k + job->stride * c], job->offset[c], slope * (double)k);
  for (ptrdiff_t k = job->n; k < job->length; k++) y[k] = 0.0;
  for (ptrdiff_t m = 0; m < job->last; m++) {
    double head = y[m], tail = y[job->n - 1 - m];
    job->squares[m] += weight * (head * head + tail * tail);
    job->drift[m] += weight * slope * (tail - head);
  }
}

sgdl_status sgdl_cpu_correlate(sgdl_context *ctx, sgdl_correlation_job *job)
{
  ptrdiff_t buffer = sgdl_fourier_room(job->length), half = job->length / 2;
  fftw_plan forward = NULL, backward = NULL;
  double *y = NULL;
  sgdl_status status = SGDL_OK;
  job->energy = job->steep = 0;
  memset(job->squares, 0, (size_t)job->last * sizeof(double));
  memset(job->drift, 0, (size_t)job->last * sizeof(double));
  SGDL_GET(sgdl_fourier_plan(ctx, job->length, &forward, &backward));
  SGDL_GET(sgdl_alloc(ctx, &y, 2 * buffer, "the FFT"));
  double *power = y + buffer;
  memset(power, 0, (size_t)buffer * sizeof(double));
  for (ptrdiff_t c = 0; c < job->count; c++) {
    double weight = job->weights ? job->weights[c] : 1.0, sum = 0;
    add_column(job, c, y);
    for (ptrdiff_t k = 0; k < job->n; k++) sum += y[k] * y[k];
    job->energy += weight * sum;
    job->steep += weight * job->slope[c] * job->slope[c];
    fftw_execute_dft_r2c(forward, y, (fftw_complex *)y);
    for (ptrdiff_t k = 0; k <= half; k++)
      power[2 * k] += weight * (y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1]) / (double)job->length;
  }
  fftw_execute_dft_c2r(backward, (fftw_complex *)power, power);
  memcpy(job->correlation, power, (size_t)(job->last + 1) * sizeof(double));
done:
  free(y);
  sgdl_fourier_destroy(&forward, &backward);
  return status;
}

/* ---- frames ---- */

sgdl_status sgdl_cpu_frames(sgdl_context *ctx, const sgdl_frames_job *job)
{
  ptrdiff_t T = job->T, width = ((ptrdiff_t)1 << 20) / T;
  if (width < 1) width = 1;
  if (width > job->k) width = job->k;
  double *Y, *G = NULL;
  SGDL_TRY(sgdl_alloc(ctx, &Y, width * T, "frames"));
  sgdl_status status = sgdl_alloc(ctx, &G, T * T, "the Gram matrix of frames");
  for (ptrdiff_t first = 0; first < job->k && status == SGDL_OK; first += width) {
    ptrdiff_t n = job->k - first < width ? job->k - first : width;
    for (ptrdiff_t t = 0; t < T; t++)
      for (ptrdiff_t c = 0; c < n; c++) {
        double x = job->by_frame ? job->x[first + c + job->k * t] : job->x[t + T * (first + c)];
        double slope = job->slope[first + c];
        Y[c + n * t] = sgdl_residual(x, job->start[first + c], slope * (double)t);
        job->cross[t] += Y[c + n * t] * slope;
      }
    status = sgdl_backend_cpu()->gram(ctx, n, T, 1.0, Y, n, 0.0, G);
    for (ptrdiff_t j = 0; j < T && status == SGDL_OK; j++)
      for (ptrdiff_t i = 0; i <= j; i++) job->gram[i + T * j] += G[i + T * j];
  }
  free(Y);
  free(G);
  return status;
}

/* ---- implicit products and Lanczos ---- */

sgdl_status sgdl_cpu_implicit_product(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                                      ptrdiff_t n, double scale, const double *V, double *out)
{
  double *XV;
  SGDL_TRY(sgdl_alloc(ctx, &XV, sgdl_times(N, n), "X V"));
  sgdl_status status = multiply(ctx, 0, 0, N, n, d, X, N, V, d, XV, N);
  if (status == SGDL_OK)
    status = sgdl_backend_cpu()->product(ctx, 1, 0, d, n, N, scale, X, N, XV, N, 0.0, out, d);
  free(XV);
  return status;
}

static double norm(ptrdiff_t n, const double *x)
{
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

/* w less its part in the first m columns of Q, twice; coefficient of the last column added to *alpha. */
static sgdl_status orthogonalise(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t m, const double *Q, double *h,
                                 double *w, double *alpha)
{
  const sgdl_backend *cpu = sgdl_backend_cpu();
  for (int pass = 0; pass < 2; pass++) {
    SGDL_TRY(cpu->matrix_vector(ctx, 1, d, m, 1.0, Q, d, w, 0.0, h));
    SGDL_TRY(cpu->matrix_vector(ctx, 0, d, m, -1.0, Q, d, h, 1.0, w));
    *alpha += h[m - 1];
  }
  return SGDL_OK;
}

/* Step s of probe p: w = scale X'X q_s becomes the next vector, unless the Krylov space ends here. */
static sgdl_status lanczos_step(sgdl_context *ctx, const sgdl_lanczos_job *job, ptrdiff_t s, ptrdiff_t p,
                                double *Q, double *w, double *h)
{
  ptrdiff_t d = job->d;
  double *alpha = job->alpha + s + job->steps * p, *beta = job->beta + s + job->steps * p,
         before = norm(d, w);
  SGDL_TRY(orthogonalise(ctx, d, s + 1, Q, h, w, alpha));
  *beta = norm(d, w);
  if (s + 1 == job->steps) return SGDL_OK;
  if (*beta <= SGDL_LANCZOS_END * before) {
    *beta = 0;
    job->made[p] = s + 1;
    return SGDL_OK;
  }
  for (ptrdiff_t i = 0; i < d; i++) Q[i + d * (s + 1)] = w[i] / *beta;
  return SGDL_OK;
}

static sgdl_status lanczos_steps(sgdl_context *ctx, const sgdl_lanczos_job *job, double *Q, double *W,
                                 double *V, double *h)
{
  ptrdiff_t d = job->d, steps = job->steps, n = job->n_probes;
  memset(job->alpha, 0, (size_t)(steps * n) * sizeof(double));
  memset(job->beta, 0, (size_t)(steps * n) * sizeof(double));
  for (ptrdiff_t p = 0; p < n; p++) job->made[p] = steps;
  for (ptrdiff_t s = 0; s < steps; s++) {
    for (ptrdiff_t p = 0; p < n; p++) memcpy(V + d * p, Q + d * (s + steps * p), (size_t)d * sizeof(double));
    SGDL_TRY(sgdl_cpu_implicit_product(ctx, job->N, d, job->X, n, job->scale, V, W));
    for (ptrdiff_t p = 0; p < n; p++)
      if (s < job->made[p]) SGDL_TRY(lanczos_step(ctx, job, s, p, Q + d * steps * p, W + d * p, h));
  }
  return SGDL_OK;
}

sgdl_status sgdl_cpu_lanczos(sgdl_context *ctx, const sgdl_lanczos_job *job)
{
  ptrdiff_t d = job->d, n = job->n_probes, all = sgdl_times(sgdl_times(d, job->steps), n);
  double *Q = job->basis, *own = NULL, *work = NULL;
  sgdl_status status = SGDL_OK;
  if (!Q) {
    SGDL_GET(sgdl_alloc(ctx, &own, all, "the Lanczos vectors"));
    Q = own;
  }
  memset(Q, 0, (size_t)all * sizeof(double));
  for (ptrdiff_t p = 0; p < n; p++)
    memcpy(Q + d * job->steps * p, job->starts + d * p, (size_t)d * sizeof(double));
  SGDL_GET(sgdl_alloc(ctx, &work, 2 * d * n + job->steps, "the Lanczos vectors"));
  status = lanczos_steps(ctx, job, Q, work, work + d * n, work + 2 * d * n);
done:
  free(own);
  free(work);
  return status;
}
