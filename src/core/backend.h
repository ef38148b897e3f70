/* The backend contract: everything a device must do for the core, one struct of function
 * pointers. base/backend_cpu.c and base/backend_cpu_jobs.c (BLAS/LAPACK, FFTW, OpenMP) are the reference; every
 * other backend is held to its answers by the same tests (tests/core/backend_suite.h).
 *
 * All pointers are host memory, column-major double. Functions return SGDL_OK or a failure
 * with ctx->message set; they never print, exit or keep state beyond `state`. Long chains are one entry with a
 * job (`stationary`, `ensemble`, `correlate`, `frames`, `lanczos`), so that a device keeps what lies between on
 * its own side. A job too large for the device is SGDL_TOO_LARGE before anything is done, naming the size that
 * fits, or goes through the device in tiles. */
#ifndef SGDL_BACKEND_H
#define SGDL_BACKEND_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever anything below or sgdl_context does: a plug-in built for another number is refused. */
#define SGDL_BACKEND_ABI 2

/* Memory of the device; the largest d for which `stationary` from H fits in what is free. */
typedef struct sgdl_capacity {
  double total, available; /* bytes; available NaN where it is not known */
  ptrdiff_t largest_stationary;
} sgdl_capacity;

/* Stationary covariance under white noise, THEORY sections 2 and 4, one chain:
 *   H given:      H = V diag(rho) V', rho descending, |rho| <= d eps max|rho| set to 0, the largest component of
 *                 each column of V positive; else rho and vectors are inputs (vectors NULL: parameters are the modes)
 *   Sigma given:  noise = V' Sigma V (full); else noise is input, d x d or its diagonal; NULL: sigma2 * rho
 *   pairs:        P, R, W of base/pair_formula.h at kappa = rho + weight_decay, times scale * noise; modes with
 *                 kappa = 0 take no part where their noise is at most rounding, and have no position otherwise
 *   back:         theta = V P V', velocity = V W V', cross = V R V', R_ij = cov(theta_i, v_j)
 * Outputs that are NULL are not made; without theta, velocity and cross the pairs are left out. SGDL_SADDLE
 * (only with one of the three) when some kappa < 0. */
typedef struct sgdl_stationary_job {
  ptrdiff_t d;
  const double *H, *Sigma;           /* d x d each, or NULL                                        */
  double *rho, *vectors, *noise;     /* d, d x d, d x d or d: out with H, H, Sigma (then may be NULL), else in */
  int noise_is_full;                 /* without Sigma: what `noise` is                             */
  double sigma2;
  int sgd;                           /* 1: exact discrete SGD, 0: Langevin                         */
  double lr, momentum, weight_decay;
  double scale;                      /* covariance of the batch noise over that of one example     */
  double *theta, *velocity, *cross;  /* d x d each, or NULL                                        */
  ptrdiff_t n_missing;               /* out: flat noisy modes, without a position                  */
} sgdl_stationary_job;

/* n_steps of the linear recursion in every path, normals drawn inside (the stream of sgdl_normals):
 *   exact:  z = normals [0, 2d) of the step;  noise = (on_x z1, below z1 + on_v z2), or factor z (2d x 2d)
 *   else    z = normals [0, d);  xi = on_x z or factor z (d x d);  noise = (spread_x xi, spread_v xi)
 *   (x_i, v_i) <- M_i (x_i, v_i) + noise
 * State after every record_every-th step, step numbers counted from `step`, divisible by record_every:
 * positions V x + offset and velocities V v go to row r, r = 0, 1, ..., of theta and velocity
 * (rows x d x n_paths, row stride 1, path p of coordinate i at i rows + p rows d). */
typedef struct sgdl_ensemble_job {
  ptrdiff_t d, n_paths, n_steps, record_every, rows;
  uint64_t seed, path, step;         /* first path and step                                        */
  uint32_t stream;
  int exact;
  const double *M;                   /* 4 x d: M11, M21, M12, M22                                  */
  const double *on_x, *below, *on_v; /* d each (else: on_x alone), NULL with factor                */
  const double *factor;              /* square, or NULL: modes are independent                     */
  double spread_x, spread_v;
  ptrdiff_t stride;                  /* doubles from the state of a path to the next               */
  double *states;                    /* x (d) then v (d) of every path, updated                    */
  const double *vectors, *offset;    /* d x d, d; NULL: modes as they are, 0                       */
  double *theta, *velocity;          /* NULL: not recorded                                         */
} sgdl_ensemble_job;

/* What the time-averaged MSD of `count` columns (n numbers, column c at x + stride c) is made of, by FFTs of
 * `length` >= n + last (even): y_c[k] = x_c[k] - offset_c - slope_c k rounded once, and, sums over columns,
 *   correlation[m] = sum w sum_i y[i] y[i+m]     squares[m] = sum w (y[m]^2 + y[n-1-m]^2)
 *   drift[m] = sum w slope (y[n-1-m] - y[m])     energy = sum w sum y^2,  steep = sum w slope^2 */
typedef struct sgdl_correlation_job {
  ptrdiff_t n, count, stride, length, last;
  const double *x, *offset, *slope, *weights; /* weights NULL: 1                                   */
  double *correlation, *squares, *drift;      /* last + 1, last, last                              */
  double energy, steep;                       /* out                                               */
} sgdl_correlation_job;

/* Gram matrix of T frames of k coordinates: Y_tc = x_tc - start_c - slope_c t rounded once,
 *   gram (T x T, upper triangle) += Y Y',  cross (T) += Y slope
 * x: coordinate c of frame t at c + k t (by_frame) or t + T c. Read once, in tiles: need not fit the device. */
typedef struct sgdl_frames_job {
  ptrdiff_t T, k;
  int by_frame;
  const double *x, *start, *slope;
  double *gram, *cross;
} sgdl_frames_job;

/* Lanczos on scale X'X (X N x d, never multiplied out) from n_probes unit vectors at once, every new vector
 * orthogonalised twice against all before. alpha, beta: steps x n_probes; beta[s] is the norm that leads to
 * step s + 1. made[p]: steps before the Krylov space of probe p was exhausted, the new vector being below
 * SGDL_LANCZOS_END of X'X q (then the rest is 0). basis (d x steps x n_probes) may be NULL. X larger than the
 * device goes through it in blocks of rows. */
#define SGDL_LANCZOS_END 1e-13
typedef struct sgdl_lanczos_job {
  ptrdiff_t N, d, n_probes, steps;
  const double *X, *starts;          /* N x d, d x n_probes                                        */
  double scale;
  double *alpha, *beta, *basis;
  ptrdiff_t *made;
} sgdl_lanczos_job;

typedef struct sgdl_backend {
  int abi;                 /* SGDL_BACKEND_ABI of the build                                 */
  const char *name;        /* "cpu", "cuda"                                                 */
  const char *device;      /* what it runs on, for people                                   */
  void *state;

  /* A (n x n, lower triangle read) = V diag(w) V': A becomes V, w ascending. */
  sgdl_status (*eigen_symmetric)(sgdl_context *ctx, ptrdiff_t n, double *A, double *w);
  /* C (m x n) = alpha op(A) op(B) + beta C; op is transpose where trans_* is non-zero; lda, ldb, ldc. */
  sgdl_status (*product)(sgdl_context *ctx, int trans_a, int trans_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                         double alpha, const double *A, ptrdiff_t lda, const double *B, ptrdiff_t ldb,
                         double beta, double *C, ptrdiff_t ldc);
  /* y = alpha op(A) x + beta y, A m x n. */
  sgdl_status (*matrix_vector)(sgdl_context *ctx, int trans_a, ptrdiff_t m, ptrdiff_t n, double alpha,
                               const double *A, ptrdiff_t lda, const double *x, double beta, double *y);
  /* C (n x n, both triangles) = alpha A'A + beta C, A m x n. */
  sgdl_status (*gram)(sgdl_context *ctx, ptrdiff_t m, ptrdiff_t n, double alpha, const double *A,
                      ptrdiff_t lda, double beta, double *C);
  /* A (n x n, lower triangle read) becomes its Cholesky factor (lower; strict upper triangle untouched).
   * SGDL_NOT_PSD when a pivot is not positive. */
  sgdl_status (*cholesky)(sgdl_context *ctx, ptrdiff_t n, double *A);
  /* A = Cholesky factor on entry, full symmetric inverse of L L' on return. */
  sgdl_status (*cholesky_inverse)(sgdl_context *ctx, ptrdiff_t n, double *A);
  /* The normals of sgdl_normals for steps [step, step + n_steps), coordinates [0, n): out n x n_steps. */
  sgdl_status (*fill_normals)(sgdl_context *ctx, uint64_t seed, uint32_t stream, uint64_t path, uint64_t step,
                              ptrdiff_t n, ptrdiff_t n_steps, double *out);
  /* Tile of one path of the linear recursion: for s < n_steps and each mode i < d, (x_i, v_i) <- M_i (x_i,
   * v_i) + (e_i, f_i): M 4 x d (M11, M21, M12, M22), noise 2d x n_steps (e then f), state 2d (x then v,
   * updated), out 2d x n_steps the states after each step. */
  sgdl_status (*ensemble_step)(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t n_steps, const double *M,
                               const double *noise, double *state, double *out);

  sgdl_status (*capacity)(sgdl_context *ctx, sgdl_capacity *capacity);
  sgdl_status (*stationary)(sgdl_context *ctx, sgdl_stationary_job *job);
  sgdl_status (*ensemble)(sgdl_context *ctx, const sgdl_ensemble_job *job);
  sgdl_status (*correlate)(sgdl_context *ctx, sgdl_correlation_job *job);
  sgdl_status (*frames)(sgdl_context *ctx, const sgdl_frames_job *job);
  /* out (d x n) = scale X'(X V), X N x d, V d x n: a Hessian of a regression that is never formed. */
  sgdl_status (*implicit_product)(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X, ptrdiff_t n,
                                  double scale, const double *V, double *out);
  sgdl_status (*lanczos)(sgdl_context *ctx, const sgdl_lanczos_job *job);
} sgdl_backend;

const sgdl_backend *sgdl_backend_cpu(void);
/* ctx->backend, or the CPU backend where that is NULL. */
const sgdl_backend *sgdl_backend_of(const sgdl_context *ctx);
static inline int sgdl_backend_is_cpu(const sgdl_backend *backend)
{
  return backend == sgdl_backend_cpu();
}

/* ---- plug-ins ------------------------------------------------------- base/backend_load.c */

/* What a plug-in exports under the name "sgdl_backend_entry": its backend, made once per process and good until
 * the process ends. Another `abi` than its own: SGDL_UNSUPPORTED, *backend a backend of which only `abi` may be
 * read, and ctx is not touched. SGDL_NO_DEVICE with a message when there is no device it can run on. */
typedef sgdl_status sgdl_backend_entry_function(int abi, sgdl_context *ctx, const sgdl_backend **backend);

/* The backend for `device`: "cpu"; "cuda": SGDL_NO_DEVICE with a message that says why and what to do when there is
 * none; "auto": the CUDA one, or the CPU and in `note` (SGDL_MESSAGE_SIZE, or NULL) why. The plug-in
 * sgdlangevin_cuda.so is `file` if that is given, else the environment variable SGDLANGEVIN_CUDA names it, else
 * it is looked for in `folder`. Either may be NULL. A plug-in that looked for a device stays until the process ends
 * (the CUDA runtime cannot be unloaded); one that was refused before does not. Any thread. */
sgdl_status sgdl_backend_open(sgdl_context *ctx, const char *device, const char *file, const char *folder,
                              const sgdl_backend **backend, char *note);

#ifdef __cplusplus
}
#endif

#endif
