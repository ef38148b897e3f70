/* The stationary covariance, one chain on the device: eigenvectors, noise to the modes, the closed form of
 * every pair in one pass over P, R and W (THEORY sections 2 and 4), and back. Six matrices at most are there
 * at a time. */
#include "pair_kernel.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- kernels ---- */

/* +1 or -1: the sign that makes the largest component of each column positive. One thread to a column. */
static __global__ void find_signs(ptrdiff_t d, const double *V, double *sign)
{
  EACH (j, d) {
    double largest = 0, value = 0;
    for (ptrdiff_t i = 0; i < d; i++) {
      double v = V[i + j * d];
      if (fabs(v) > largest) {
        largest = fabs(v);
        value = v;
      }
    }
    sign[j] = value < 0 ? -1 : 1;
  }
}

/* Columns in reverse order, times their signs. */
static __global__ void reverse_columns(ptrdiff_t d, const double *sign, double *V)
{
  ptrdiff_t half = (d + 1) / 2;
  EACH (e, d * half) {
    ptrdiff_t i = e % d, l = e / d, r = d - 1 - l;
    double left = V[i + l * d], right = V[i + r * d];
    V[i + l * d] = sign[r] * right;
    V[i + r * d] = sign[l] * left;
  }
}

/* The mean of A(i, j) and A(j, i) in both places. */
static __global__ void make_symmetric(ptrdiff_t d, double *A)
{
  EACH (e, d * d) {
    ptrdiff_t i = e % d, j = e / d;
    if (i > j) A[e] = A[j + i * d] = (A[e] + A[j + i * d]) / 2;
  }
}

/* The three diagonals where only i = j is correlated: which 0, 2, 3. */
static __global__ void fill_diagonal(pair_law law, const double *rho, const unsigned char *flags,
                                     const double *noise, double *diagonal)
{
  ptrdiff_t d = law.d;
  EACH (i, d) {
    double c[4], kappa = rho[i] + law.weight_decay;
    sgdl_pair_entry(law.sgd, law.lr, law.momentum, kappa, kappa, flags[i], law.scale * noise[i], c);
    diagonal[i] = c[0];
    diagonal[i + d] = c[2];
    diagonal[i + 2 * d] = c[3];
  }
}

static __global__ void scale_columns(ptrdiff_t d, const double *V, const double *x, double *out)
{
  EACH (e, d * d) out[e] = V[e] * x[e / d];
}

static __global__ void set_diagonal(ptrdiff_t d, const double *x, double *out)
{
  EACH (e, d * d) out[e] = e % d == e / d ? x[e % d] : 0;
}

/* mixed = symmetric + mix antisymmetric, taken apart; cross gets lr/2 W besides, where that is given. mixed
 * may be `theta`. */
static __global__ void split_mixed(ptrdiff_t d, double mix, double half_lr, double *mixed,
                                   const double *velocity, double *theta, double *cross)
{
  EACH (e, d * d) {
    ptrdiff_t i = e % d, j = e / d;
    if (i < j) continue;
    ptrdiff_t ji = j + i * d;
    double a = mixed[e], b = mixed[ji], twist = mix > 0 ? (a - b) / (2 * mix) : 0;
    double more = velocity ? half_lr * velocity[e] : 0;
    if (theta) theta[e] = theta[ji] = (a + b) / 2;
    if (cross) {
      cross[e] = twist + more;
      cross[ji] = more - twist;
    }
  }
}

/* ---- the chain ---- */

struct chain {
  sgdl_stationary_job *job;
  ptrdiff_t d;
  device_array<double> vectors, noise, work, rho, diagonal;
  device_array<unsigned char> flags;
  double *variance;     /* host: noise along each mode; then columns 0 and d - 1 of the noise       */
  unsigned char *marks; /* host: flags                                                              */
  double *first, *last;
  explicit chain(sgdl_stationary_job *of) : job(of), d(of->d)
  {
    variance = (double *)malloc(3 * (size_t)d * sizeof(double));
    first = variance + d;
    last = first + d;
    marks = (unsigned char *)malloc((size_t)d);
  }
  ~chain()
  {
    free(variance);
    free(marks);
  }
};

static sgdl_status decompose(sgdl_context *ctx, chain &c)
{
  sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d;
  TRY(take(ctx, c.rho, d, "eigenvalues"));
  if (!job->H) {
    if (job->vectors) TRY(bring(ctx, c.vectors, job->vectors, d * d, "eigenvectors"));
    return upload(ctx, c.rho.data, (const double *)job->rho, d);
  }
  device_array<double> sign;
  TRY(bring(ctx, c.vectors, job->H, d * d, "H"));
  TRY(take(ctx, sign, d, "signs"));
  TRY(eigen_there(ctx, d, c.vectors.data, c.rho.data));
  LAUNCH(find_signs, d, d, (const double *)c.vectors.data, sign.data);
  LAUNCH(reverse_columns, d * ((d + 1) / 2), d, (const double *)sign.data, c.vectors.data);
  if (job->vectors) TRY(download(ctx, job->vectors, c.vectors.data, d * d));
  TRY(download(ctx, job->rho, c.rho.data, d));
  TRY(wait(ctx));
  double flat = (double)d * DBL_EPSILON * fmax(fabs(job->rho[0]), fabs(job->rho[d - 1]));
  for (ptrdiff_t l = 0; l < d; l++)
    if (fabs(job->rho[l]) <= flat) job->rho[l] = 0;
  for (ptrdiff_t l = 0; l < d / 2; l++) {
    double t = job->rho[l];
    job->rho[l] = job->rho[d - 1 - l];
    job->rho[d - 1 - l] = t;
  }
  return upload(ctx, c.rho.data, (const double *)job->rho, d);
}

static sgdl_status noise_to_modes(sgdl_context *ctx, chain &c)
{
  sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d;
  if (!job->Sigma) {
    if (!job->noise) job->noise_is_full = 0;
    TRY(take(ctx, c.noise, job->noise_is_full ? d * d : d, "the noise"));
    if (job->noise)
      return upload(ctx, c.noise.data, (const double *)job->noise, job->noise_is_full ? d * d : d);
    for (ptrdiff_t l = 0; l < d; l++) c.variance[l] = job->sigma2 * job->rho[l];
    TRY(upload(ctx, c.noise.data, (const double *)c.variance, d));
    return wait(ctx);
  }
  job->noise_is_full = 1;
  TRY(bring(ctx, c.noise, job->Sigma, d * d, "Sigma"));
  if (c.vectors.data) {
    const double *V = c.vectors.data;
    TRY(multiply(ctx, 0, 0, d, d, d, 1.0, c.noise.data, d, V, d, 0.0, c.work.data, d));
    TRY(multiply(ctx, 1, 0, d, d, d, 1.0, V, d, c.work.data, d, 0.0, c.noise.data, d));
  }
  LAUNCH(make_symmetric, d * d, d, c.noise.data);
  return job->noise ? download(ctx, job->noise, c.noise.data, d * d) : SGDL_OK;
}

static sgdl_status mark_modes(sgdl_context *ctx, chain &c)
{
  sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d, step = job->noise_is_full ? d + 1 : 1;
  TRY(download_matrix(ctx, 1, d, c.variance, 1, c.noise.data, step));
  if (job->noise_is_full) {
    TRY(download(ctx, c.first, c.noise.data, d));
    TRY(download(ctx, c.last, c.noise.data + d * (d - 1), d));
  }
  TRY(wait(ctx));
  ptrdiff_t n_saddle = sgdl_mode_flags(d, job->rho, job->weight_decay, job->noise_is_full, c.variance,
                                       c.marks, &job->n_missing);
  if (n_saddle > 0)
    return fail(ctx, SGDL_SADDLE,
                "%td of %td modes have negative curvature (the worst %.6g): expected none, "
                "there is no stationary state at a saddle",
                n_saddle, d, job->rho[d - 1] + job->weight_decay);
  TRY(take(ctx, c.flags, d, "the table of modes"));
  return upload(ctx, c.flags.data, (const unsigned char *)c.marks, d);
}

/* A power of two that brings the antisymmetric part of R to the size of P; sampled on the pairs with the
 * stiffest and the flattest mode. */
static double mixing_scale(const chain &c)
{
  const sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d;
  double position = 0, cross = 0;
  for (int end = 0; end < 2; end++)
    for (ptrdiff_t i = 0; i < d; i++) {
      ptrdiff_t j = end ? d - 1 : 0;
      double e[4], noise = end ? c.last[i] : c.first[i];
      sgdl_pair_entry(job->sgd, job->lr, job->momentum, job->rho[i] + job->weight_decay,
                      job->rho[j] + job->weight_decay, c.marks[i] | c.marks[j], job->scale * noise, e);
      position = fmax(position, fabs(e[0]));
      cross = fmax(cross, fabs(e[2] - e[1]) / 2);
    }
  if (!(cross > 0 && position > 0)) return 1;
  int exponent;
  frexp(position / cross, &exponent);
  return ldexp(1, exponent);
}

static sgdl_status carry_back(sgdl_context *ctx, chain &c, double *M)
{
  ptrdiff_t d = c.d;
  if (!c.vectors.data) return SGDL_OK;
  TRY(multiply(ctx, 0, 0, d, d, d, 1.0, c.vectors.data, d, M, d, 0.0, c.work.data, d));
  return multiply(ctx, 0, 1, d, d, d, 1.0, c.work.data, d, c.vectors.data, d, 0.0, M, d);
}

static pair_law law_of(const chain &c, double mix)
{
  const sgdl_stationary_job *job = c.job;
  return {c.d, job->sgd, job->lr, job->momentum, job->weight_decay, job->scale, mix};
}

/* General noise: P with the antisymmetric part of R in one product, W in another. Under SGD R is lr/2 W more,
 * unless a mode's position was left out or W is not wanted: then R is carried alone. */
static sgdl_status full_noise(sgdl_context *ctx, chain &c)
{
  sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d, all = d * d;
  int alone = job->cross && job->sgd && (job->n_missing > 0 || !job->velocity);
  int mixing = job->cross && !alone;
  double mix = mixing ? mixing_scale(c) : 0;
  device_array<double> velocity, cross;
  double *mixed = job->theta || mixing ? c.noise.data : nullptr; /* in place */
  if (job->velocity) TRY(take(ctx, velocity, all, "cov(v)"));
  if (alone) TRY(take(ctx, cross, all, "cov(theta, v)"));
  LAUNCH(fill_pairs, all / 4 + 1, law_of(c, mix), (const double *)c.rho.data,
         (const unsigned char *)c.flags.data, (const double *)c.noise.data, mixed, velocity.data, cross.data);
  if (job->velocity) {
    TRY(carry_back(ctx, c, velocity.data));
    LAUNCH(make_symmetric, all, d, velocity.data);
    TRY(download(ctx, job->velocity, velocity.data, all));
  }
  if (alone) {
    TRY(carry_back(ctx, c, cross.data));
    TRY(download(ctx, job->cross, cross.data, all));
  }
  if (!mixed) return SGDL_OK;
  TRY(carry_back(ctx, c, mixed));
  double *theta = job->theta ? mixed : nullptr, *twist = mixing ? c.work.data : nullptr;
  LAUNCH(split_mixed, all, d, mix, job->lr / 2, mixed,
         (const double *)(job->sgd && mixing ? velocity.data : nullptr), theta, twist);
  if (theta) TRY(download(ctx, job->theta, theta, all));
  if (twist) TRY(download(ctx, job->cross, twist, all));
  return SGDL_OK;
}

static sgdl_status diagonal_noise(sgdl_context *ctx, chain &c)
{
  sgdl_stationary_job *job = c.job;
  ptrdiff_t d = c.d, all = d * d;
  double *out[3] = {job->theta, job->cross, job->velocity};
  device_array<double> result;
  TRY(take(ctx, c.diagonal, 3 * d, "the stationary variances"));
  TRY(take(ctx, result, all, "the stationary covariance"));
  LAUNCH(fill_diagonal, d, law_of(c, 0), (const double *)c.rho.data, (const unsigned char *)c.flags.data,
         (const double *)c.noise.data, c.diagonal.data);
  for (int b = 0; b < 3; b++) {
    const double *x = c.diagonal.data + b * d;
    if (!out[b]) continue;
    if (c.vectors.data) {
      LAUNCH(scale_columns, all, d, (const double *)c.vectors.data, x, c.work.data);
      TRY(multiply(ctx, 0, 1, d, d, d, 1.0, c.work.data, d, c.vectors.data, d, 0.0, result.data, d));
      LAUNCH(make_symmetric, all, d, result.data);
    } else {
      LAUNCH(set_diagonal, all, d, x, result.data);
    }
    TRY(download(ctx, out[b], result.data, all));
  }
  return SGDL_OK;
}

static sgdl_status run(sgdl_context *ctx, sgdl_stationary_job *job)
{
  ptrdiff_t d = job->d;
  chain c(job);
  int wanted = job->theta || job->velocity || job->cross;
  if (!c.variance || !c.marks) return fail(ctx, SGDL_NO_MEMORY, "no memory for the table of %td modes", d);
  /* eigenvectors and their workspace of two; or vectors, noise, work, W and R */
  TRY(require_bytes(ctx, 8.0 * 6.0 * (double)d * (double)d, "the stationary covariance", "d", (double)d, 2));
  TRY(ready_blas(ctx));
  TRY(decompose(ctx, c));
  if (!job->Sigma && !wanted) return SGDL_OK;
  TRY(take(ctx, c.work, d * d, "the stationary covariance"));
  TRY(noise_to_modes(ctx, c));
  if (!wanted) return SGDL_OK;
  TRY(mark_modes(ctx, c));
  return job->noise_is_full ? full_noise(ctx, c) : diagonal_noise(ctx, c);
}

sgdl_status cuda_stationary(sgdl_context *ctx, sgdl_stationary_job *job)
{
  session use(ctx);
  TRY(use.begin());
  job->n_missing = 0;
  if (job->d == 0) return SGDL_OK;
  TRY(run(ctx, job));
  return use.end();
}
