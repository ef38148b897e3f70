/* Hessians too large to form: operators known by their products, extreme eigenpairs, spectral densities by
 * stochastic Lanczos quadrature, and the theory from a density. THEORY section 7. Included by itself, not by
 * sgdl.h; conventions as there.
 *
 * The order of work: an operator; its outermost eigenpairs (optional, they enter exactly); quadratures of
 * what is left, one for counting modes and one for the noise (none is needed where Sigma = sigma2 H); a
 * density that holds these together; MSD, stationary state, spectra and traces from it, with error bars.
 *
 * Floors: base < model < spectral (operators, Lanczos, quadratures: knows no dynamics) < theory (density*.c).
 *
 * Same bits for any number of threads: every sum runs over fixed tiles in a fixed order. */
#ifndef SGDL_OPERATOR_H
#define SGDL_OPERATOR_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- operators ---------------------------------- spectral/operator.c, sparse.c, data.c */

/* A symmetric dim x dim matrix known by block products. Made by the functions below or filled by a caller;
 * sgdl_operator_free releases (a no-op where destroy is NULL). The arrays behind it are borrowed: they must
 * live as long as it does. */
typedef struct sgdl_operator sgdl_operator;
struct sgdl_operator {
  ptrdiff_t dim;
  void *self;
  /* HV (dim x n) = H V; V, HV column-major, not overlapping. A failure is handed through (message set);
   * SGDL_INTERRUPTED stops cleanly. Called on the caller's thread only. */
  sgdl_status (*product)(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                         double *HV);
  void (*destroy)(sgdl_operator *op);
};
void sgdl_operator_free(sgdl_operator *op);

/* HV = H V, n >= 1 columns, with a check that it is finite: SGDL_CALLBACK names row, column and value. */
sgdl_status sgdl_operator_product(sgdl_context *ctx, const sgdl_operator *op, ptrdiff_t n, const double *V,
                                  double *HV);

/* Is it a symmetric linear map? One block product of three columns of normals u, v, u + v, keyed by seed:
 * |u'Hv - v'Hu| <= tolerance (|Hu| + |Hv|), else SGDL_NOT_SYMMETRIC; |H(u+v) - Hu - Hv| likewise, else
 * SGDL_CALLBACK. An asymmetry |H - H'| (Frobenius) passes with a probability of about tolerance |H|/|H - H'|.
 * tolerance: 0 = 1e-6 (room for products in single precision is 1e-4). asymmetry (optional): the ratio found.
 * Memory: 6 vectors. */
sgdl_status sgdl_operator_check(sgdl_context *ctx, const sgdl_operator *op, uint64_t seed, double tolerance,
                                double *asymmetry);

/* The user's function in C: HV (dim x n) = H V, 0 = done, anything else is SGDL_CALLBACK. */
typedef int sgdl_native_product(ptrdiff_t dim, ptrdiff_t n, const double *V, double *HV);
sgdl_status sgdl_operator_pointer(sgdl_context *ctx, sgdl_native_product *function, ptrdiff_t dim,
                                  sgdl_operator *op);
/* The same by name from a shared library, which stays loaded until sgdl_operator_free. SGDL_IO, and
 * SGDL_BAD_ARGUMENT naming `file` or `symbol`. */
sgdl_status sgdl_operator_native(sgdl_context *ctx, const char *file, const char *symbol, ptrdiff_t dim,
                                 sgdl_operator *op);

/* H (d x d), finite and symmetric (as sgdl_quadratic_check). 2 d^2 flops a column. */
sgdl_status sgdl_operator_dense(sgdl_context *ctx, ptrdiff_t d, const double *H, sgdl_operator *op);

/* Compressed sparse columns, row numbers (0-based) strictly increasing in a column. Exactly one of row
 * (ptrdiff_t: Octave) and row32 (int32_t: R) is given. */
typedef struct sgdl_sparse {
  ptrdiff_t rows, cols;
  const ptrdiff_t *start;    /* cols + 1                                                                */
  const ptrdiff_t *row;      /* start[cols]                                                             */
  const int32_t *row32;
  const double *value;
} sgdl_sparse;

/* Both triangles are stored (SGDL_NOT_SYMMETRIC names the first entry that differs from its mirror image).
 * 2 nonzeros flops a column; reads H once for a block of up to 8 columns; scratch: 1 vector a column. */
sgdl_status sgdl_operator_sparse(sgdl_context *ctx, const sgdl_sparse *H, sgdl_operator *op);

/* H = X'X/N, never formed; X is N x d. 4 N d (4 nonzeros) flops a column. A block of columns reads X once
 * where a tile of 32 rows fits the cache (d <= 4096), otherwise twice: X V, then X'(X V). Sparse: twice
 * for a block of up to 8 columns; scratch: N numbers a column. */
sgdl_status sgdl_operator_data(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t d, const double *X,
                               sgdl_operator *op);
sgdl_status sgdl_operator_sparse_data(sgdl_context *ctx, const sgdl_sparse *X, sgdl_operator *op);

/* H = U diag(rho) U' + bulk (I - UU'); U d x r orthonormal (|U'U - I| <= 1e-8, else SGDL_BAD_ARGUMENT),
 * 0 <= r <= d. 4 d r flops a column. Its density is exact: sgdl_deflation (r, rho, U), one Lanczos step. */
sgdl_status sgdl_operator_low_rank(sgdl_context *ctx, ptrdiff_t d, ptrdiff_t r, const double *U,
                                   const double *rho, double bulk, sgdl_operator *op);

/* The Hessian of an objective at theta (dim; copied). SGDL_UNSUPPORTED where the objective has no
 * hessian_product. The objective is borrowed. */
sgdl_status sgdl_operator_objective(sgdl_context *ctx, const sgdl_objective *objective, const double *theta,
                                    sgdl_operator *op);

/* ---- extreme eigenpairs --------------------------------------------------- spectral/extreme.c */

typedef struct sgdl_extreme_options {
  ptrdiff_t n_top, n_bottom;  /* wanted, largest and smallest (most negative); n_top + n_bottom in 1..dim */
  ptrdiff_t block;            /* columns a product takes; 0 = 4. Eigenvalues of a higher multiplicity than
                                 this may be found too few times                                         */
  ptrdiff_t basis;            /* vectors kept at most, >= wanted + 3 block; 0 = 2 wanted + 8 block or 32,
                                 whichever is more                                                      */
  double tolerance;           /* residual |H v - rho v| <= tolerance max|rho|; 0 = 1e-8                  */
  ptrdiff_t max_products;     /* columns multiplied at most; 0 = 200 wanted + 4000                       */
  uint64_t seed;              /* of the starting block                                                  */
} sgdl_extreme_options;

typedef struct sgdl_extreme_report {
  ptrdiff_t n_products;       /* columns multiplied                                                     */
  ptrdiff_t n_converged;      /* of the wanted                                                          */
  ptrdiff_t n_restarts;
  double spread;              /* max|rho| that residuals are measured by                                */
} sgdl_extreme_report;

/* Thick-restart block Lanczos, all vectors orthogonalised twice. values (n_top + n_bottom): the largest in
 * descending order, then the smallest, in descending order as well (so the last is the smallest of all).
 * vectors dim x (n_top + n_bottom), orthonormal to 1e-12, the largest component of each positive; residual
 * (optional): |H v - rho v| of each by the recurrence. report optional. SGDL_NO_CONVERGENCE when
 * max_products did not do, SGDL_INTERRUPTED: the best so far is in all outputs, n_converged says how many
 * are good (no full basis yet: values NaN). Cost a product: that of H and 8 dim basis flops. Memory: dim
 * (basis + 2 block). */
sgdl_status sgdl_extreme_eigenpairs(sgdl_context *ctx, const sgdl_operator *op,
                                    const sgdl_extreme_options *options, double *values, double *vectors,
                                    double *residual, sgdl_extreme_report *report);

/* Known eigenpairs, taken out of the probes: vectors dim x n orthonormal (checked to 1e-8), values
 * descending. Errors e of the vectors enter squared. */
typedef struct sgdl_deflation {
  ptrdiff_t n;
  const double *values, *vectors;
} sgdl_deflation;

/* ---- gradient noise as probes need it ------------------------------------------- spectral/probe_noise.c */

typedef enum {
  SGDL_NOISE_DIAGONAL = 0,   /* Sigma = diag(diagonal)                                                  */
  SGDL_NOISE_FACTOR,         /* Sigma = factor factor' (low rank; dim x rank)                           */
  SGDL_NOISE_GRADIENTS,      /* Sigma = (1/N) sum_i (g_i - g)(g_i - g)', g their mean, or 0 (centred = 0) */
  SGDL_NOISE_SPARSE_GRADIENTS,
  SGDL_NOISE_STREAM          /* the same, rows from a callback                                          */
} sgdl_noise_kind;

typedef struct sgdl_probe_noise {
  sgdl_noise_kind kind;
  const double *diagonal;    /* dim, >= 0                                                               */
  const double *factor;      /* dim x rank                                                              */
  ptrdiff_t rank;
  ptrdiff_t N;               /* gradients, STREAM: examples                                             */
  const double *gradients;   /* N x dim                                                                 */
  const sgdl_sparse *sparse; /* N x dim                                                                 */
  int centred;               /* 1: subtract the mean gradient                                           */
  /* Gradients of examples first, ..., first + n - 1 (0-based) to out (n x dim). Called in order, once over
   * all examples a block of probes and once more for sgdl_noise_along; failures are handed through. */
  sgdl_status (*stream)(void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out);
  void *user;
  ptrdiff_t chunk;           /* examples a call of `stream`; 0: as many as 64 MB hold                   */
} sgdl_probe_noise;

/* Checks shapes and values, then strength[l] = u_l' Sigma u_l for n directions (dim x n) and *trace = tr
 * Sigma (each optional; trace exact). One pass over the gradients, 2 N dim n flops. */
sgdl_status sgdl_noise_along(sgdl_context *ctx, const sgdl_probe_noise *noise, ptrdiff_t dim, ptrdiff_t n,
                             const double *directions, double *strength, double *trace);

/* ---- stochastic Lanczos quadrature ------------------------------- spectral/lanczos.c, quadrature.c */

/* Functions of an eigenvalue, for stopping rules and traces. x: `parameter`. */
typedef enum {
  SGDL_F_ONE = 0,      /* 1                                                                             */
  SGDL_F_IDENTITY,     /* rho                                                                           */
  SGDL_F_SQUARE,       /* rho^2                                                                         */
  SGDL_F_ABSOLUTE,     /* |rho|                                                                         */
  SGDL_F_INVERSE,      /* 1/(rho + x); SGDL_BAD_ARGUMENT where a node has rho + x <= 0                  */
  SGDL_F_LOGARITHM,    /* log(rho + x), likewise                                                        */
  SGDL_F_EXPONENTIAL,  /* exp(-x rho)                                                                   */
  SGDL_F_BELOW,        /* 1 where rho < x, else 0                                                       */
  SGDL_F_COUNT
} sgdl_function_kind;
/* "one", "identity", "square", "absolute", "inverse", "logarithm", "exponential", "below" */
const char *sgdl_function_string(sgdl_function_kind kind);

typedef struct sgdl_function {
  sgdl_function_kind kind;
  double parameter;
} sgdl_function;

/* What probes found: of each (column) the Lanczos coefficients and the Gauss rule they give, so that
 * sum_j weight_j f(node_j) estimates the trace of f(H) (counts) or of f(H) Sigma (noise) over the space that
 * deflation leaves. Arrays are the caller's, with room for steps x max_probes (alpha, beta, node, weight) and
 * max_probes (length, mass). Entries past length are 0. */
typedef struct sgdl_quadrature {
  ptrdiff_t steps;     /* m, leading dimension                                                          */
  ptrdiff_t n_probes;  /* filled (columns)                                                              */
  double *alpha, *beta; /* diagonal; beta[j] couples j and j + 1 (the last: what the next step would be)  */
  double *length;      /* steps done, < m where Lanczos met an invariant subspace (the rule is exact there) */
  double *mass;        /* sum of the weights: counts dim - n (exactly); noise |Sigma^{1/2} z|^2          */
  double *node, *weight; /* nodes descending; weights >= 0                                              */
  double worst;        /* largest relative standard error of options->functions; NaN: none asked for       */
  int reached;         /* 1: worst <= target                                                            */
  ptrdiff_t n_products; /* columns multiplied                                                           */
} sgdl_quadrature;

typedef struct sgdl_probe_options {
  ptrdiff_t steps;         /* m >= 1 (no more than the dimension left are done)                         */
  ptrdiff_t max_probes;    /* >= 1                                                                      */
  ptrdiff_t block;         /* probes run together; 0 = 4. No probe's bits depend on it, as far as the bits of
                              a product with one column do not depend on the other columns               */
  ptrdiff_t first_probe;   /* number of the first one: a later call goes on where one ended              */
  int normal;              /* 0: entries +-1 (Rademacher); 1: standard normals                           */
  uint64_t seed;
  double target;           /* relative standard error; 0: run max_probes. Checked from 8 probes on       */
  ptrdiff_t n_functions;   /* 0 with a target: SGDL_F_IDENTITY                                           */
  const sgdl_function *functions;
  /* Optional, after each block, in place of `functions`: *done = 1 ends, any failure is handed through. */
  sgdl_status (*enough)(void *user, sgdl_context *ctx, const sgdl_quadrature *so_far, int *done);
  void *user;
} sgdl_probe_options;

/* Probes z with E zz' = I keyed by (seed, SGDL_STREAM_PROBE, probe number): b = z (noise NULL: counts) or
 * b = Sigma^{1/2} z with z in the noise's own space (dim, rank or N entries); deflated directions (may be
 * NULL) projected out; m Lanczos steps on each, every vector orthogonalised twice against all before it
 * and against the deflated ones. Counts: weights sum to the dimension left, so f = 1 is exact; with +-1
 * probes f(H) diagonal is exact. Under noise: unbiased for tr f(H) Sigma. Lanczos ends early where the
 * next vector is below 1e-13 of what it came from (invariant subspace). SGDL_INTERRUPTED, SGDL_CALLBACK
 * and other failures hand back all whole blocks done (n_probes). SGDL_CALLBACK names probe, Lanczos step
 * and row of a value that is not finite. Cost: m products of `block` columns; orthogonalisation 8 dim (j +
 * n) flops at step j, three passes over the basis. Memory: block (m + 1) vectors of dim, plus sums of 256
 * (m + n) a probe, plus what the operator needs. */
enum {
  SGDL_STREAM_PROBE = 16,
  SGDL_FIRST_LOOK = 8 /* probes: fewer say too little about their own spread                            */
};
sgdl_status sgdl_spectral_probes(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                                 const sgdl_probe_noise *noise, const sgdl_probe_options *options,
                                 sgdl_quadrature *result);

/* ---- the density and the theory from it ------------------------------- theory/density*.c */

/* All borrowed. exact_value: the deflated eigenvalues, descending. Noise: either `noise` with exact_noise
 * (n_exact; from sgdl_noise_along), or sigma2 >= 0 and noise NULL: Sigma = sigma2 H from `counts`. counts
 * is needed for traces without noise and for sigma2; both may be NULL where n_exact = dim. A node |rho| <=
 * flat_tolerance max|rho| is a flat mode (0 = dim DBL_EPSILON, as in sgdl_decompose; products in single
 * precision want 1e-6); noise of a flat node up to dim DBL_EPSILON of all is rounding, and 0. Nodes below
 * are saddles: SGDL_SADDLE in everything stationary, with their share of the modes and of the noise, or,
 * with drop_negative, left out. A node past the stability limit under SGDL_SGD is SGDL_UNSTABLE (the
 * largest node is at most the largest eigenvalue: deflate the top to be sure of the limit). */
typedef struct sgdl_spectral_density {
  ptrdiff_t dim, n_exact;
  const double *exact_value, *exact_noise;
  const sgdl_quadrature *counts, *noise;
  double sigma2;
  double flat_tolerance;
  int drop_negative;
} sgdl_spectral_density;

/* Three arrays, each optional. value: mean over probes; se: standard error from the spread of the probes
 * (jackknife for exponents; NaN with one probe, 0 where all is exact or infinite); truncation: error of
 * the quadrature itself, which more steps reduce and more probes do not: how far the value moves when
 * every probe is cut to three quarters of its steps, or where all nodes are above 0 is given a node more,
 * at 0 (Gauss-Radau), whichever is more; 0 where Lanczos ended early, that node has no finite
 * value, or nodes of a single step are not all above 0. For
 * MSD it begins to matter beyond steps^2 (1-momentum)/(lr largest) steps: what lies near 0 is then not
 * resolved. Noise = H with a null space wants probes from the noise (gradients, not centred, with X as
 * rows), which have no part in that space. */
typedef struct sgdl_curve {
  double *value, *se, *truncation;
} sgdl_curve;

/* tr f(H) (with_noise = 0) or tr f(H) Sigma (1) for n functions. O(n m) a probe. */
sgdl_status sgdl_density_trace(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                               ptrdiff_t n, const sgdl_function *functions, const sgdl_curve *trace);
/* The same for one function given by its values: at_nodes (steps x n_probes, of counts or of noise;
 * sigma2: of counts) and at_exact (n_exact). estimate[3]: value, se, 0. SGDL_NOT_FINITE names the place,
 * except where the weight is 0. */
sgdl_status sgdl_density_average(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                                 const double *at_nodes, const double *at_exact, double estimate[3]);
/* Number of eigenvalues (or noise) in bins edges[i] <= rho < edges[i + 1], i < n; edges (n + 1) ascending;
 * the last bin includes its upper edge. */
sgdl_status sgdl_density_bins(sgdl_context *ctx, const sgdl_spectral_density *density, int with_noise,
                              ptrdiff_t n, const double *edges, const sgdl_curve *bins);

typedef struct sgdl_density_report {
  double largest, smallest;     /* of all nodes and exact eigenvalues                                   */
  double trace, trace_se;       /* of H (NaN without counts)                                            */
  double noise_trace, noise_trace_se; /* of Sigma (NaN without noise)                                    */
  double n_flat, n_negative;    /* modes, estimated (NaN without counts); flat as said above             */
  double flat_noise, negative_noise; /* noise in them                                                   */
  double lr_limit;              /* 2 (1 + momentum)/(largest + weight_decay); Inf where that is <= 0    */
  double langevin_error;        /* eta kappa/(2 (1 + beta)) at the largest                               */
} sgdl_density_report;
sgdl_status sgdl_density_describe(sgdl_context *ctx, const sgdl_spectral_density *density,
                                  const sgdl_hyper *hyper, sgdl_density_report *report);

/* Of `settings` below, hyper, dynamics, sampling, n_examples and drop_last are read. Every probe is a
 * spectrum whose noise is its weights, put through the theory of sgdl_theory.h; all sampling schemes.
 * Cost: that theory for n_exact + m modes a probe; with a truncation for 3/4 m and m + 1 modes as well. */

/* sgdl_msd_from. `from`: SGDL_FROM_STATIONARY, _CHECKPOINT, _POINT (the minimiser, at rest) or
 * _REST_OF_SPEED (the minimiser, stationary velocity); else SGDL_UNSUPPORTED. Saddles are allowed from
 * POINT. exponent (optional): that of the mean MSD. */
sgdl_status sgdl_density_msd(sgdl_context *ctx, const sgdl_spectral_density *density,
                             const sgdl_model *settings, sgdl_from from, ptrdiff_t n,
                             const double *steps, const sgdl_curve *msd, const sgdl_curve *exponent);

enum {
  SGDL_DENSITY_THETA = 0,  /* tr cov(theta); Inf with flat noisy modes                                  */
  SGDL_DENSITY_VELOCITY,   /* tr cov(v)                                                                 */
  SGDL_DENSITY_STEP,       /* E|theta[k+1] - theta[k]|^2, the speed: the MSD at one step                */
  SGDL_DENSITY_LOSS,       /* tr(H cov(theta))/2, loss above the minimum; flat modes 0                  */
  SGDL_DENSITY_PENALTY,    /* weight_decay tr cov(theta)/2                                              */
  SGDL_DENSITY_STATIONARY  /* how many                                                                  */
};
/* sgdl_stationary: SGDL_DENSITY_STATIONARY entries. */
sgdl_status sgdl_density_stationary(sgdl_context *ctx, const sgdl_spectral_density *density,
                                    const sgdl_model *settings, const sgdl_curve *stationary);

/* sgdl_autocorrelation at n lags and sgdl_power_spectrum at n frequencies (cycles per step), totals; each
 * curve optional (NULL). */
sgdl_status sgdl_density_autocorrelation(sgdl_context *ctx, const sgdl_spectral_density *density,
                                         const sgdl_model *settings, ptrdiff_t n, const double *lags,
                                         const sgdl_curve *theta, const sgdl_curve *velocity,
                                         const sgdl_curve *cross);
sgdl_status sgdl_density_power_spectrum(sgdl_context *ctx, const sgdl_spectral_density *density,
                                        const sgdl_model *settings, ptrdiff_t n, const double *freq,
                                        const sgdl_curve *theta, const sgdl_curve *velocity);

/* sgdl_spectral_probes until the MSD of sgdl_density_msd at all n steps has a relative standard error of
 * at most `target` (options->target, functions and enough are not used). density: complete but for the
 * quadrature that this call makes, `noise` where noise is not NULL, else `counts`; on return that pointer
 * is still NULL. */
sgdl_status sgdl_probes_for_msd(sgdl_context *ctx, const sgdl_operator *op, const sgdl_deflation *deflation,
                                const sgdl_probe_noise *noise, const sgdl_probe_options *options,
                                const sgdl_spectral_density *density, const sgdl_model *settings,
                                sgdl_from from, ptrdiff_t n, const double *steps, double target,
                                sgdl_quadrature *result);

#ifdef __cplusplus
}
#endif
#endif
