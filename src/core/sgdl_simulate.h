/* Second floor of the public header: simulation. Objectives, optimiser options, what is recorded, runs that can
 * be stopped and go on, and checks of samples. Conventions as in sgdl.h. */
#ifndef SGDL_SIMULATE_H
#define SGDL_SIMULATE_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- objectives ------------------------------------------------ objective/objective.c */

/* A loss L(theta) = mean over examples of l_i(theta), known by its gradients. Weight decay is not part of it.
 * Built-in objectives are made by the functions below; a host or a user fills the struct. */
typedef struct sgdl_objective sgdl_objective;
struct sgdl_objective {
  ptrdiff_t dim;           /* parameters                                                              */
  ptrdiff_t n_examples;    /* N >= 1; 0: the gradient takes no batches (full gradient only)             */
  ptrdiff_t work_size;     /* doubles of scratch a call needs (per thread)                              */
  int parallel;            /* may be called by several threads at once; 0: calls into a host            */
  void *self;
  /* gradient (dim) = sum_q weights[q] grad l_batch[q](theta); weights NULL: 1/size each; batch NULL: all
   * examples in order (size = N). Any failure is handed through; SGDL_INTERRUPTED stops the run cleanly. */
  sgdl_status (*gradient)(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                          ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                          double *gradient);
  int takes_weights;       /* 0: weights must be NULL (most callbacks)                                  */
  /* Optional. Mean loss over all examples; HV (dim x n) = mean Hessian times V. */
  sgdl_status (*loss)(const sgdl_objective *objective, sgdl_context *ctx, const double *theta, double *work,
                      double *loss);
  sgdl_status (*hessian_product)(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                                 ptrdiff_t n, const double *V, double *work, double *HV);
  /* Optional: covariance (dim x dim) of the gradient of one example at theta. */
  sgdl_status (*covariance)(const sgdl_objective *objective, sgdl_context *ctx, const double *theta,
                            double *work, double *Sigma);
  void (*destroy)(sgdl_objective *objective);
};

/* Examples: X is N x p, dense (X) or by compressed sparse columns (column_start of p + 1 entries, row and
 * value of column_start[p]); y has N entries: numbers, or classes 0, 1, ..., n_classes - 1. */
typedef struct sgdl_dataset {
  ptrdiff_t N, p;
  const double *X;
  const ptrdiff_t *column_start, *row;
  const double *value;
  const double *y;
  ptrdiff_t n_classes;     /* 0: y are numbers                                                          */
} sgdl_dataset;

typedef enum {
  SGDL_LINEAR = 0,         /* (x'theta - y)^2/2, theta: p                                               */
  SGDL_LOGISTIC,           /* log(1 + exp(x'theta)) - y x'theta, y in {0, 1}, theta: p                  */
  SGDL_SOFTMAX,            /* -log softmax(x'W)_y, theta = W, p x n_classes by columns                  */
  SGDL_TANH_NETWORK        /* f = tanh(x'A + a) B + b; (f - y)^2/2, or -log softmax(f)_y where y are classes;
                              theta = A (p x hidden), a, B (hidden x outputs), b                        */
} sgdl_loss;

/* Copies the data (dense: by rows, one copy; sparse: by rows, compressed). hidden: SGDL_TANH_NETWORK only.
 * Gradient of a batch of S examples: 4 S dim flops or so, sparse 4 S nonzeros a row; the sums run in a fixed
 * order, so that the bits are the same on every machine and for every number of threads. All of gradient
 * (weights included), loss, hessian_product and covariance are there. SGDL_BAD_ARGUMENT names X, y, hidden. */
sgdl_status sgdl_objective_create(sgdl_context *ctx, sgdl_loss loss, const sgdl_dataset *data,
                                  ptrdiff_t hidden, sgdl_objective *objective);
void sgdl_objective_free(sgdl_objective *objective);

/* A gradient compiled by the user: `symbol` of the shared library `file`, of this type; mean gradient over
 * `size` examples (0-based indices in batch, NULL: all), non-zero return = failure. Called from one thread at a
 * time. */
typedef int sgdl_native_gradient(ptrdiff_t dim, const double *theta, ptrdiff_t size, const uint32_t *batch,
                                 double *gradient);
sgdl_status sgdl_objective_native(sgdl_context *ctx, const char *file, const char *symbol, ptrdiff_t dim,
                                  ptrdiff_t n_examples, sgdl_objective *objective);
/* The same from a pointer the host has already. */
sgdl_status sgdl_objective_pointer(sgdl_context *ctx, sgdl_native_gradient *function, ptrdiff_t dim,
                                   ptrdiff_t n_examples, sgdl_objective *objective);

/* ---- what to simulate ---------------------------------------------- simulate/simulate.c */

typedef enum {
  SGDL_EXACT = 0,          /* exact transition of the Langevin model: quadratic models                  */
  SGDL_GAUSSIAN_SGD,       /* the discrete recursion with Gaussian gradient noise                       */
  SGDL_MINIBATCH,          /* the discrete recursion with real batches                                  */
  SGDL_BAOAB,              /* Langevin by splitting: kick, drift, Ornstein-Uhlenbeck, drift, kick       */
  SGDL_OBABO,
  SGDL_EULER_MARUYAMA
} sgdl_method;

/* Where the noise of a simulation on an objective comes from (SGDL_GAUSSIAN_SGD and the Langevin methods). By epochs
 * (SGDL_GAUSSIAN_SGD) the normals of an epoch sum to zero as its batches do (simulate/epochs.h), each step colours
 * them with the covariance at its own theta: exact for a constant Sigma. */
typedef enum {
  SGDL_NOISE_CONSTANT = 0, /* `Sigma` (dim x dim), covariance of the gradient of one example            */
  SGDL_NOISE_EMPIRICAL,    /* that of the examples' gradients at the current theta: N normals a step    */
  SGDL_NOISE_COVARIANCE    /* objective->covariance at the current theta: one factorisation a step      */
} sgdl_noise_source;

enum { SGDL_MOMENTS = 1, SGDL_DISPLACEMENT = 2, SGDL_LOCAL_DISPLACEMENT = 4, SGDL_ONLINE_MSD = 8 };

typedef struct sgdl_simulation {
  sgdl_method method;
  ptrdiff_t steps;          /* number of steps >= 1                                                     */
  ptrdiff_t n_paths;        /* nsim >= 1                                                                */
  uint64_t seed;

  const double *theta0;     /* d x 1 or d x n_paths (theta0_per_path), parameters; NULL: the minimiser   */
  const double *v0;         /* likewise; NULL: 0, and the first step takes no dampening, as in PyTorch   */
  int theta0_per_path, v0_per_path;
  int start_stationary;     /* 1: draw (theta0, v0) from the stationary law, ignore theta0, v0           */

  /* The optimiser, discrete methods: v' = beta v - (1 - dampening)(g + lambda theta);
   * theta' = theta + lr v', or with nesterov theta' = theta + lr (beta v' - (g + lambda theta)). */
  int nesterov;
  double dampening;
  const double *lr, *momentum, *batch_size; /* NULL: the model's; else one per step (SGDL_EXACT: lr and momentum
                                               may change too; SGDL_GAUSSIAN_SGD by epochs: no batch_size) */
  ptrdiff_t substeps;       /* >= 1, Langevin integrators: step size lr/substeps; 0 counts as 1           */

  /* Which steps are recorded: 0, k, 2k, ... (record_every = k >= 1), or record_steps (increasing, from 0 to
   * steps). */
  ptrdiff_t record_every;
  ptrdiff_t n_record;
  const double *record_steps;
  /* What is recorded: V'(theta - mu) and V'v instead of theta and v (record_modes); all coordinates, or some
   * (0-based), or projections on directions (d x n_observed, as given; of theta - mu and v where record_modes is 0
   * they act on theta and v themselves). */
  int record_modes;
  ptrdiff_t n_observed;
  const ptrdiff_t *coordinates;
  const double *directions;

  /* Running summaries over the recorded steps, of all coordinates (of the state: modes where record_modes, else
   * parameters). SGDL_ONLINE_MSD: at n_lags lags (in recorded steps, record_steps NULL), from origins `lag`
   * apart, so that one vector a lag is enough. */
  int summaries;
  ptrdiff_t n_lags;
  const double *lags;

  /* Data: SGDL_MINIBATCH on a dense regression takes X and y themselves; everything else an objective. */
  const double *X, *y;      /* N x d and N                                                              */
  const sgdl_objective *objective;
  sgdl_noise_source noise;
  const double *Sigma;      /* d x d, SGDL_NOISE_CONSTANT on an objective                               */
} sgdl_simulation;

/* Sets everything to its default: one path, every step, model's hyperparameters. */
void sgdl_simulation_init(sgdl_simulation *sim);

/* Number of recorded steps, and the r-th of them (0-based). */
ptrdiff_t sgdl_simulation_records(const sgdl_simulation *sim);
ptrdiff_t sgdl_simulation_record_step(const sgdl_simulation *sim, ptrdiff_t r);
/* Recorded coordinates: n_observed, or d. */
ptrdiff_t sgdl_simulation_width(const sgdl_model *model, const sgdl_simulation *sim);

/* ---- runs ------------------------------------------------------------- simulate/run.c */

/* A run is a state that moves from step to step. Its state is one block of doubles, enough to go on to the same
 * bits on another machine: what checkpoints hold. */
typedef struct sgdl_run sgdl_run;

/* Where rows go: record r of the whole run to row r - first of arrays rows x width x n_paths. theta, velocity
 * optional. done: records complete in every path, counted over the whole run. */
typedef struct sgdl_recording {
  double *theta, *velocity;
  ptrdiff_t rows, first, done;
} sgdl_recording;

/* `model`, `sim` and all they point to are borrowed until sgdl_run_free. */
sgdl_status sgdl_run_create(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                            sgdl_run **run);
/* The caller's own room for the state: `take` gives n doubles that stay until sgdl_run_free, NULL if there are
 * none. The state is theirs afterwards (sgdl_run_state begins where they do): nothing needs a copy. */
typedef struct sgdl_memory {
  double *(*take)(void *user, ptrdiff_t n);
  void *user;
} sgdl_memory;
/* The same with the state in room that `memory` gives; NULL: as sgdl_run_create. `take` is called once, before
 * the return. */
sgdl_status sgdl_run_create_in(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                               const sgdl_memory *memory, sgdl_run **run);
/* Moves on to step `until` and writes the records of steps (now, until], and of step 0 at the first call;
 * those outside the rows of `recording` (or with recording NULL) are summarised only. SGDL_INTERRUPTED: the state
 * is that of the last complete step in every path (sgdl_run_step), and can go on. A failing objective or a
 * state that is no longer finite: the message names path and step, records before it are right, the run is over. */
sgdl_status sgdl_run_advance(sgdl_run *run, sgdl_context *ctx, ptrdiff_t until, sgdl_recording *recording);
ptrdiff_t sgdl_run_step(const sgdl_run *run);
/* "cpu", or the name of the backend whose device moves the paths: that of `ctx` when the run was made, for
 * SGDL_EXACT and Gaussian SGD with white noise and constant hyperparameters, whole states recorded evenly apart and no
 * summaries. Normals are the same to the bit, and so are paths of independent modes; others agree to rounding. */
const char *sgdl_run_backend(const sgdl_run *run);
/* The state: *n doubles, borrowed, valid until the next call with this run. After a failure of an objective that
 * calls into a host it is that before the step that failed; after any other failure NULL, *n = 0: paths stopped at
 * different steps. */
const double *sgdl_run_state(const sgdl_run *run, ptrdiff_t *n);
/* Takes a state of the same model and simulation (steps may be more): SGDL_BAD_ARGUMENT if it cannot be one. */
sgdl_status sgdl_run_restore(sgdl_run *run, sgdl_context *ctx, ptrdiff_t n, const double *state);
void sgdl_run_free(sgdl_run *run);

/* What the summaries hold so far; every pointer optional, NULL also where not asked for. */
typedef struct sgdl_summaries {
  ptrdiff_t count;          /* records summarised                                                       */
  double *mean, *variance;  /* d x n_paths, over the recorded steps (variance: divisor count - 1)       */
  double *displacement;     /* records x n_paths, |theta_k - theta_0|^2                                   */
  double *local;            /* records x n_paths, |theta_k - theta_k'|^2 from the record before (NaN first) */
  double *msd, *msd_count;  /* n_lags x n_paths                                                         */
} sgdl_summaries;
void sgdl_run_summaries(const sgdl_run *run, sgdl_summaries *summaries);
/* Where the state holds mean and variance (d x n_paths each, borrowed as the state is); NULL where they are not
 * asked for, not known (fewer than two records) or spoilt by a path that diverged. */
void sgdl_run_moments(const sgdl_run *run, const double **mean, const double **variance);

/* All in one call: create, advance to the end, free. theta, velocity: records x width x n_paths, velocity (or
 * both) optional. *records_done: rows complete in every path. state (optional, state_size doubles): where it
 * stopped.
 *  EXACT: exact transition of the Langevin model over each step, in the eigenbasis.
 *  GAUSSIAN_SGD: recursion of THEORY section 1 with Gaussian gradient noise; model->sampling gives its
 *    covariance over time (epochs included, section 6).
 *  MINIBATCH: real batches, those of sgdl_batch(), any model->dynamics; needs n_examples.
 *  BAOAB, OBABO, EULER_MARUYAMA: section 2 with step lr/substeps; on a quadratic model along its modes, else with
 *    the gradient of the objective.
 * Bits depend on (model arrays, seed) only: not on threads, n_paths, steps, what is recorded, or interruptions.
 * Cost per step and path: EXACT diagonal noise 2d normals + O(d); full noise + (2d)^2; GAUSSIAN full noise d
 * normals + d^2; parameters recorded + d^2 per record; MINIBATCH 4 S d. Memory beside the output: factors and
 * eigenvectors once, a few tiles per thread; MINIBATCH one copy of X and, under epochs, 4 N bytes per path;
 * noise diagonal in the modes, modes recorded, summaries only: x, v and what the summaries keep (mean and sum of
 * squares, start, one vector a lag). */
sgdl_status sgdl_simulate(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                          double *theta, double *velocity, ptrdiff_t *records_done);

/* The 0-based example indices of the batch used at `step` (0-based) of `path`; *size <= S of them
 * (the remainder batch is smaller). O(S), or O(N) under epochs. indices: room for S. */
sgdl_status sgdl_batch(sgdl_context *ctx, ptrdiff_t N, ptrdiff_t S, sgdl_sampling sampling, int drop_last,
                       uint64_t seed, uint64_t path, uint64_t step, ptrdiff_t *indices, ptrdiff_t *size);

/* ---- runs on disk -------------------------------------------------- simulate/disk_run.c */

/* A folder: segment-000001.h5, ... (trajectory files of io/hdf5.c, closed, each complete or absent; segment k
 * holds records (k - 1) n, ..., k n - 1) and checkpoint.h5 (state, step, records, what tells the run from others).
 * Files appear by rename once they are on the disk: a kill or a loss of power at any moment leaves the last
 * checkpoint and the rows it counts whole, and at most what came after it is lost. The run goes on while the disk
 * takes a segment and its checkpoint (a thread waits for that, io/publish.h); the next save, or the end, waits for
 * them and reports what went wrong. Other files are left alone. */
typedef struct sgdl_disk {
  const char *folder;          /* made if it is not there (not its parents)                             */
  ptrdiff_t segment_records;   /* records a segment; 0: about 64 MB, less with checkpoints close together */
  ptrdiff_t checkpoint_every;  /* steps; 0: at every segment. A segment cut by a checkpoint is written again */
  int velocity;
  int resume;                  /* go on from checkpoint.h5 if it is there; else the folder must hold no run */
  int summaries_only;          /* no segments: checkpoints and summaries                                */
  double checkpoint_seconds;   /* a checkpoint at least so often, by the clock; 0: 30                   */
} sgdl_disk;

/* Runs to the end (or an interrupt, which writes a checkpoint too). *step: steps done; summaries as above, optional
 * (filled from the run where it stopped). A run that fails keeps its rows; going on begins at the step that failed,
 * or repeats the steps since the last checkpoint. steps may be more than the checkpoint's run had: the run is extended. SGDL_BAD_ARGUMENT: the
 * folder holds another run, the message names what differs; SGDL_IO: it cannot be written, is full, holds a run
 * already (resume = 0), or its checkpoint is damaged. Memory beside the run: the rows of a segment. */
sgdl_status sgdl_simulate_to_disk(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                                  const sgdl_disk *disk, ptrdiff_t *step, sgdl_summaries *summaries);
/* The same with the state in room that `memory` gives (NULL: its own). *run: the run where it stopped, to be asked
 * (sgdl_run_step, sgdl_run_summaries, sgdl_run_moments) and freed; NULL where it did not come to its first step. */
sgdl_status sgdl_run_to_disk(sgdl_context *ctx, const sgdl_model *model, const sgdl_simulation *sim,
                             const sgdl_disk *disk, const sgdl_memory *memory, sgdl_run **run);
/* Shape of a folder of segments read as one trajectory: info->frames over all segments of the last checkpoint. */
sgdl_status sgdl_segments_info_read(sgdl_context *ctx, const char *folder, sgdl_trajectory_info *info);
/* As sgdl_trajectory_read, across segments, one of them in memory at a time; after a failure `out` holds the frames
 * before it. */
sgdl_status sgdl_segments_read(sgdl_context *ctx, const char *folder, const char *dataset, ptrdiff_t path,
                               ptrdiff_t first, ptrdiff_t count, ptrdiff_t dim, double *out);

/* ---- checks of samples ------------------------------------------ simulate/order.c, stats/gaussian_check.c */

/* Strong and weak order of a method on a quadratic model, whatever its dynamics: all start at rest at the
 * minimiser and end at time steps * lr, with steps h = lr/2^l, l < n_levels (2..16). One Brownian motion drives
 * all levels and the exact solution of THEORY section 2. strong[l]: root mean squared distance of theta at the
 * end over n_paths (>= 2), strong_se its standard error. weak[l], without sampling: |C_l - C|_F/|C|_F, covariance
 * of theta at the end by the method's recursion and exactly (the means agree). Infinite where a method left the
 * range of doubles. Orders: least-squares slopes of the logarithms over the finer half of the levels with errors
 * above rounding, NaN where there are not two: SGDL_EXACT has errors at rounding level and no order.
 * SGDL_GAUSSIAN_SGD as an integrator: section 1 with time h a step at the model's mass 1/a, damping c and
 * temperature, which is momentum (1 - ch/2)/(1 + ch/2), learning rate a h^2 (1 + momentum)/2 and the velocity
 * theta'/time; at h = lr SGD itself. Known orders (strong, weak): Euler-Maruyama 1, 1; BAOAB, OBABO 1, 2; SGD 1, 1
 * (2 in its stationary law, which fits approach as the start, half a step off, is forgotten).
 * SGDL_UNSUPPORTED: minibatches, epochs, no noise, a finest step far past the model's shortest time. Cost per
 * path: steps 2^n_levels d (9 normals + 100 flops), with full noise 9 products of d^2 more. */
typedef struct sgdl_order {
  double *step, *strong, *strong_se, *weak;  /* n_levels each                                            */
  double strong_order, strong_order_se, weak_order;
} sgdl_order;
sgdl_status sgdl_method_order(sgdl_context *ctx, const sgdl_model *model, sgdl_method method, ptrdiff_t steps,
                              ptrdiff_t n_levels, ptrdiff_t n_paths, uint64_t seed, sgdl_order *order);

/* Are n independent draws (n x d, n > d) from N(mean, covariance)? mean NULL = 0.
 *  mean        Hotelling's T^2 = n (m - mean)' S^-1 (m - mean), p exact by Fisher's F; S: the sample's covariance
 *  covariance  likelihood ratio with Bartlett's correction (chi squared with d(d+1)/2 for n >> d), p by the gamma
 *              distribution with its exact first two moments: calibrated from n = d + 1 on
 *  distance    Kolmogorov-Smirnov distance of the squared Mahalanobis distances from chi squared with d degrees
 *              of freedom, p by the asymptotic law with Stephens' correction (n >= 5 or so)
 * p_value = min(1, 3 times the least of the three). SGDL_TOO_SHORT: n <= d, or draws that do not span all
 * directions; SGDL_NOT_PSD: covariance singular, or so near (1e-10 of a variance left) that its rounding would
 * decide; SGDL_NOT_SYMMETRIC, SGDL_NOT_FINITE. Cost 3 n d^2, memory n d. */
typedef struct sgdl_gaussian_check {
  double mean_statistic, mean_p, covariance_statistic, covariance_p, distance_statistic, distance_p, p_value;
} sgdl_gaussian_check;
sgdl_status sgdl_check_gaussian(sgdl_context *ctx, ptrdiff_t n, ptrdiff_t d, const double *x, const double *mean,
                                const double *covariance, sgdl_gaussian_check *check);

#ifdef __cplusplus
}
#endif

#endif
