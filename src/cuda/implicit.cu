/* Products with scale X'X, never formed, and Lanczos with full orthogonalisation on it: X and the Lanczos
 * vectors stay on the device; X goes through in blocks of rows where it does not fit. */
#include "plugin.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* X on the device, whole or a block of rows at a time. */
struct data_matrix {
  ptrdiff_t N, d, block; /* rows there at a time */
  const double *host;
  device_array<double> rows;
};

static sgdl_status open_data(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, ptrdiff_t n,
                             double more, data_matrix &data)
{
  double available = 0, columns = (double)d, own = 8.0 * (more + 2 * columns * (double)n);
  if (N > INT_MAX || d > INT_MAX)
    return fail(ctx, SGDL_TOO_LARGE, "X of %td x %td: expected sides of at most %d", N, d, INT_MAX);
  TRY(free_bytes(ctx, &available));
  double rows = floor((0.9 * available - own) / (8.0 * (columns + (double)n)));
  if (rows < fmin(256.0, (double)N))
    return fail(ctx, SGDL_TOO_LARGE,
                "%td vectors of %td parameters and a block of rows of X take %.3g GB on the device "
                "%s, where %.3g GB are free: take fewer probes or Lanczos steps, or device = \"cpu\"",
                n, d, (own + 8.0 * 256.0 * columns) * 1e-9, the_plugin.name, available * 1e-9);
  data.N = N;
  data.d = d;
  data.host = X;
  data.block = rows < (double)N ? (ptrdiff_t)rows : N;
  TRY(take(ctx, data.rows, data.block * d, "the rows of X"));
  return data.block == N ? upload(ctx, data.rows.data, X, N * d) : SGDL_OK;
}

/* out (d x n) = scale X'(X V), all there; XV: block x n. */
static sgdl_status apply(sgdl_context *ctx, const data_matrix &data, ptrdiff_t n, double scale,
                         const double *V, double *XV, double *out)
{
  ptrdiff_t d = data.d;
  for (ptrdiff_t first = 0; first < data.N; first += data.block) {
    ptrdiff_t m = data.N - first < data.block ? data.N - first : data.block;
    if (data.block < data.N) TRY(upload_matrix(ctx, m, d, data.rows.data, m, data.host + first, data.N));
    TRY(multiply(ctx, 0, 0, m, n, d, 1.0, data.rows.data, m, V, d, 0.0, XV, m));
    TRY(multiply(ctx, 1, 0, d, n, m, scale, data.rows.data, m, XV, m, first > 0 ? 1.0 : 0.0, out, d));
  }
  return SGDL_OK;
}

static sgdl_status product(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, ptrdiff_t n,
                           double scale, const double *V, double *out)
{
  data_matrix data;
  device_array<double> in, result, XV;
  TRY(open_data(ctx, N, d, X, n, 0, data));
  TRY(bring(ctx, in, V, d * n, "vectors"));
  TRY(take(ctx, result, d * n, "vectors"));
  TRY(take(ctx, XV, data.block * n, "X V"));
  TRY(apply(ctx, data, n, scale, in.data, XV.data, result.data));
  return download(ctx, out, result.data, d * n);
}

sgdl_status cuda_implicit_product(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, ptrdiff_t n,
                                  double scale, const double *V, double *out)
{
  session use(ctx);
  TRY(use.begin());
  if (d == 0 || n == 0) return SGDL_OK;
  if (N == 0) {
    memset(out, 0, (size_t)(d * n) * sizeof *out);
    return SGDL_OK;
  }
  TRY(product(ctx, N, d, X, n, scale, V, out));
  return use.end();
}

/* ---- Lanczos ---- */

static __global__ void divide(ptrdiff_t n, const double *x, double by, double *out)
{
  EACH (e, n) out[e] = x[e] / by;
}

/* Column p of the next block: vector s of probe p. */
static __global__ void gather(ptrdiff_t d, ptrdiff_t steps, ptrdiff_t n_probes, ptrdiff_t s, const double *Q,
                              double *V)
{
  EACH (e, d * n_probes) V[e] = Q[e % d + d * (s + steps * (e / d))];
}

static __global__ void zero(ptrdiff_t n, double *x)
{
  EACH (e, n) x[e] = 0;
}

struct lanczos_work {
  data_matrix data;
  device_array<double> Q, V, W, XV, h;
};

static sgdl_status norm(sgdl_context *ctx, ptrdiff_t n, const double *x, double *result)
{
  BLAS(cublasDnrm2(the_plugin.blas, (int)n, x, 1, result));
  return SGDL_OK;
}

/* w less its part in the first m columns of Q, twice; the last coefficient adds up to alpha. */
static sgdl_status orthogonalise(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t m, const double *Q, double *h,
                                 double *w, double *alpha)
{
  const double one = 1, zero_ = 0, minus = -1;
  double last[2];
  for (int pass = 0; pass < 2; pass++) {
    double *to = h + pass * m;
    BLAS(cublasDgemv(the_plugin.blas, CUBLAS_OP_T, (int)d, (int)m, &one, Q, (int)d, w, 1, &zero_, to, 1));
    BLAS(cublasDgemv(the_plugin.blas, CUBLAS_OP_N, (int)d, (int)m, &minus, Q, (int)d, to, 1, &one, w, 1));
    TRY(download(ctx, last + pass, to + m - 1, 1));
  }
  TRY(wait(ctx));
  *alpha = last[0] + last[1];
  return SGDL_OK;
}

static sgdl_status step(sgdl_context *ctx, const sgdl_lanczos_job *job, lanczos_work &w, ptrdiff_t s,
                        ptrdiff_t p)
{
  ptrdiff_t d = job->d;
  double *Q = w.Q.data + d * job->steps * p, *next = w.W.data + d * p, before;
  double *alpha = job->alpha + s + job->steps * p, *beta = job->beta + s + job->steps * p;
  TRY(norm(ctx, d, next, &before));
  TRY(orthogonalise(ctx, d, s + 1, Q, w.h.data, next, alpha));
  TRY(norm(ctx, d, next, beta));
  if (s + 1 == job->steps) return SGDL_OK;
  if (*beta <= SGDL_LANCZOS_END * before) {
    *beta = 0;
    job->made[p] = s + 1;
    return SGDL_OK;
  }
  LAUNCH(divide, d, d, (const double *)next, *beta, Q + d * (s + 1));
  return SGDL_OK;
}

static sgdl_status run(sgdl_context *ctx, const sgdl_lanczos_job *job)
{
  ptrdiff_t d = job->d, n = job->n_probes, steps = job->steps, all = d * steps * n;
  lanczos_work w;
  TRY(ready_blas(ctx));
  TRY(open_data(ctx, job->N, d, job->X, n, (double)d * (double)steps * (double)n, w.data));
  TRY(take(ctx, w.Q, all, "the Lanczos vectors"));
  TRY(take(ctx, w.V, d * n, "the Lanczos vectors"));
  TRY(take(ctx, w.W, d * n, "the Lanczos vectors"));
  TRY(take(ctx, w.XV, w.data.block * n, "X V"));
  TRY(take(ctx, w.h, 2 * steps, "the Lanczos coefficients"));
  LAUNCH(zero, all, all, w.Q.data);
  TRY(upload_matrix(ctx, d, n, w.Q.data, d * steps, job->starts, d));
  memset(job->alpha, 0, (size_t)(steps * n) * sizeof(double));
  memset(job->beta, 0, (size_t)(steps * n) * sizeof(double));
  for (ptrdiff_t p = 0; p < n; p++) job->made[p] = steps;
  for (ptrdiff_t s = 0; s < steps; s++) {
    LAUNCH(gather, d * n, d, steps, n, s, (const double *)w.Q.data, w.V.data);
    TRY(apply(ctx, w.data, n, job->scale, w.V.data, w.XV.data, w.W.data));
    for (ptrdiff_t p = 0; p < n; p++)
      if (s < job->made[p]) TRY(step(ctx, job, w, s, p));
  }
  return job->basis ? download(ctx, job->basis, w.Q.data, all) : SGDL_OK;
}

sgdl_status cuda_lanczos(sgdl_context *ctx, const sgdl_lanczos_job *job)
{
  session use(ctx);
  TRY(use.begin());
  if (job->d == 0 || job->n_probes == 0 || job->steps == 0) return SGDL_OK;
  TRY(run(ctx, job));
  return use.end();
}
