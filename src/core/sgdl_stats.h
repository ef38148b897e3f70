/* Statistics of trajectories beyond sgdl.h's MSD and least-squares exponent: any size, any accuracy,
 * exponents whose intervals hold, theory fitted to data. Included by sgdl.h; conventions as there. */
#ifndef SGDL_STATS_H
#define SGDL_STATS_H

#include "sgdl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== mean squared displacement: gaps, weights, accuracy, streams ======================= */

/* ---- any number of paths of any length ------------------------------- stats/msd_paths.c */

/* Path p: frames[p] x dim at x[p]. A frame with NaN in a coordinate that counts (below) is missing:
 * displacements that start or end there are left out. Inf is SGDL_NOT_FINITE; so is a coordinate that is NaN
 * throughout. */
typedef struct sgdl_paths {
  ptrdiff_t n_paths, dim;
  const ptrdiff_t *frames;
  const double *const *x;
} sgdl_paths;

typedef enum { SGDL_PER_TOTAL = 0, SGDL_PER_COORDINATE, SGDL_PER_DIRECTION } sgdl_msd_per;
typedef enum { SGDL_ERRORS_NONE = 0, SGDL_ERRORS_AUTO, SGDL_ERRORS_BLOCKS, SGDL_ERRORS_PATHS,
               SGDL_ERRORS_BOOTSTRAP, SGDL_ERRORS_GAUSSIAN } sgdl_msd_errors;

typedef struct sgdl_msd_options {
  sgdl_msd_type type;
  ptrdiff_t origin;          /* 0-based, for SGDL_MSD_ENSEMBLE                              */
  sgdl_msd_per per;
  const double *weights;     /* dim, >= 0; NULL = 1. SGDL_PER_TOTAL only; 0: NaN there is no gap */
  ptrdiff_t n_directions;
  const double *directions;  /* dim x n_directions, scaled to unit length here              */
  int full;                  /* accuracy: 0 default, 1 "full"                               */
  sgdl_msd_errors errors;
  ptrdiff_t n_boot;          /* >= 2 with SGDL_ERRORS_BOOTSTRAP                             */
  uint64_t seed;
} sgdl_msd_options;

typedef struct sgdl_msd_report {
  ptrdiff_t n_missing;       /* frames with a NaN that counts, in all paths                 */
  ptrdiff_t n_empty;         /* lags (over curves) without a displacement: msd NaN          */
  ptrdiff_t n_redone;        /* lags summed directly after all, their rounding bound being too large */
  sgdl_msd_errors errors;    /* what SGDL_ERRORS_AUTO came to                               */
} sgdl_msd_report;

/* The number of curves: 1, dim or n_directions. */
ptrdiff_t sgdl_msd_n_curves(const sgdl_paths *paths, const sgdl_msd_options *options);

/* n_lags x curves: msd, se (optional), count (displacements averaged, optional). covariance (optional):
 * n_lags x n_lags x curves. replicates (optional): n_lags x n_boot x curves, with SGDL_ERRORS_BOOTSTRAP.
 *  SGDL_PER_TOTAL: msd = sum of w_c |x_c[i + lag] - x_c[i]|^2, averaged over all i of all paths that have
 *  both
 *    ends: pooled, so that a path counts by its displacements. PER_COORDINATE: each by itself. PER_DIRECTION:
 *    of the component along each direction.
 *  Errors, always of the pooled ratio (sum of squares)/(count) over units u: r_u = (S_u - msd N_u)/sum N,
 *    covariance = U/(U - 1) sum_u r_u r_u'.
 *    BLOCKS: units are blocks of paths (16 where the lag is at most half a block, else 8; the correlation of
 *    lags
 *      is that of 8). PATHS: units are paths. BOOTSTRAP: resampled blocks of origins (16 to 64, displacements
 *      cross their borders), or paths where there are 16; lags up to a block. GAUSSIAN: sgdl_msd_covariance
 *      of every coordinate with its estimated structure function, coordinates and paths independent; the
 *      estimate is used as it is up to a fortieth of the longest path and goes on as the power of the lag
 *      that it ends with, and the result is scaled to the MSD measured. A drift counts as motion: take it out
 *      first.
 *    AUTO: PATHS where there are 8, else BLOCKS; from one origin always PATHS. NaN where there are too few.
 * Accuracy, relative to exact arithmetic on the given doubles: default 1e-11, from one correlation of each
 * series less an exact line; full: 1e-12 (stats/levels.c). Lags whose bound is above that are summed
 * directly. Cost O(T log T) a coordinate (with gaps twice that; full O(T log^2 T), with gaps O(T n_lags)),
 * memory O(T) a thread, and one copy of paths whose frames are missing in part. */
sgdl_status sgdl_msd_paths(sgdl_context *ctx, const sgdl_paths *paths, const sgdl_msd_options *options,
                           ptrdiff_t n_lags, const double *lags, double *msd, double *se, double *count,
                           double *covariance, double *replicates, sgdl_msd_report *report);

/* ---- streams: coordinates or frames that come bit by bit ------------- stats/msd_stream.c */

/* A tally is what is known of the time-averaged MSD of one path of T frames so far: SGDL_TALLY n_lags
 * doubles, zero at first: sums of squared displacements of the whole path (n_lags) and within each of 8 and
 * of 16 blocks (n_lags x 8, n_lags x 16; floor(T/8) and floor(T/16) frames long). Tallies of disjoint
 * coordinates of one path add up. */
enum { SGDL_TALLY = 25 };

/* Adds k more coordinates, all T frames of each: x is T x k, all finite. weights: k or NULL. As accurate as
 * sgdl_msd_paths. Cost as there for k coordinates and, for the blocks, twice that again. */
sgdl_status sgdl_tally_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x,
                                   const double *weights, int full, ptrdiff_t n_lags, const double *lags,
                                   double *tally);
/* Adds the n frames (n x d, finite) that follow the first `done` of the path; before: the last n_before
 * frames of these (n_before x d), n_before = min(done, last lag). Cost n d n_lags. */
sgdl_status sgdl_tally_frames(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t d, ptrdiff_t done, ptrdiff_t n_before,
                              const double *before, ptrdiff_t n, const double *frames, ptrdiff_t n_lags,
                              const double *lags, double *tally);

/* The same by the Gram matrix of frames, for d >> T: every lag at once. gram: sgdl_gram_size(T) = T^2 + T + 1
 * doubles, zero at first: Y Y' (upper triangle) of the coordinates less their chords x[0] + s k (s k exact),
 * Y s and s's. Adds up as tallies do. x: T x k, or k x T where by_frame (a frame is contiguous, as in files).
 * Cost: dsyrk, k T^2 flops; memory 32 MB, in slabs of coordinates. */
ptrdiff_t sgdl_gram_size(ptrdiff_t T);
sgdl_status sgdl_gram_coordinates(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t k, const double *x, int by_frame,
                                  double *gram);
/* The tally of a Gram matrix (overwritten), any lags. bound (n_lags, optional): relative rounding error of
 * the sum over the whole path, some 10 times what is met; nothing can be done again here, so a large one is
 * to be told. */
sgdl_status sgdl_gram_tally(sgdl_context *ctx, ptrdiff_t T, const double *gram, ptrdiff_t n_lags,
                            const double *lags, double *tally, double *bound);

/* MSD, se, count and covariance (as in sgdl_msd_paths; the last three optional) of n_paths paths of T frames
 * from their tallies, side by side: errors from paths where there are 8, else from the blocks of all of them.
 * */
sgdl_status sgdl_tally_result(sgdl_context *ctx, ptrdiff_t T, ptrdiff_t n_paths, ptrdiff_t n_lags,
                              const double *lags, const double *tallies, double *msd, double *se, double *count,
                              double *covariance);

/* ---- files larger than memory ------------------------------------------- io/msd_file.c */

typedef enum { SGDL_BY_AUTO = 0, SGDL_BY_FFT, SGDL_BY_GRAM } sgdl_msd_method;

/* The tallies (SGDL_TALLY n_lags x n_paths, overwritten) of `dataset` in an HDF5 file (layout as in sgdl.h),
 * read in slabs of coordinates within `memory` bytes; by Gram matrices where T is at most 1024 (AUTO). With
 * two threads or more the next slab is read while one is worked on. bound as in sgdl_gram_tally (largest over
 * paths), 0 by FFT. NaN is SGDL_NOT_FINITE; a budget below two coordinates' worth SGDL_BAD_ARGUMENT. */
sgdl_status sgdl_msd_file(sgdl_context *ctx, const char *file, const char *dataset, sgdl_msd_method method,
                          double memory, ptrdiff_t n_lags, const double *lags, double *tallies, double *bound);

/* ==== covariance of the MSD, bands, crossovers, ageing, choice of model ================= */

/* ---- covariance of the MSD -------------------------------------------- stats/msd_covariance.c */

/* Covariance (n_lags x n_lags) of the time-averaged MSD of one coordinate of a Gaussian path of T frames with
 * stationary increments of mean zero, whose structure function is structure[h] = E (x[i+h] - x[i])^2, h < T:
 *   cov(MSD(m), MSD(n)) = 2/((T-m)(T-n)) sum_{i < T-m, j < T-n} c(j - i)^2,
 *   c(h) = cov(x[i+m] - x[i], x[i+h+n] - x[i+h]) = (D(|h+n|) + D(|h-m|) - D(|h|) - D(|h+n-m|))/2,
 * exact for every T (fourth moments of a Gaussian; Qian, Sheetz, Elson 1991 for Brownian motion). Independent
 * coordinates and paths add: d coordinates of this D have d times this covariance of their summed MSD, and
 * n_paths averaged 1/n_paths of it. lags: as in sgdl_msd, up to T - 1. c is a second difference of the given
 * doubles: its error is some DBL_EPSILON D(T), and matters only where D(T) > 1e12 D(lag). The same bits on
 * any number of threads. Failures: SGDL_TOO_SHORT (T < 2), SGDL_NOT_FINITE, SGDL_BAD_ARGUMENT (structure[0]
 * not 0, a negative one, lags), SGDL_INTERRUPTED. Cost: n_lags (n_lags + 1)/2 sums over about T - (m + n)/2
 * terms, some 0.7 ns each, over threads; memory 2 T. */
sgdl_status sgdl_msd_covariance(sgdl_context *ctx, ptrdiff_t T, const double *structure, ptrdiff_t n_lags,
                                const double *lags, double *covariance);

/* ==== processes of anomalous diffusion to calibrate against ============================= */

/* ==== fractional Brownian motion: exact likelihood and its fit ========================== */

/* ==== exponents by other methods ======================================================== */

/* ==== theory fitted to a trajectory; velocities and spectra ============================= */

#ifdef __cplusplus
}
#endif

#endif
