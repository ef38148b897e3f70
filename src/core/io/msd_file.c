/* The MSD of a trajectory on disk that does not fit memory, by slabs of coordinates; see sgdl_stats.h. */
#include "hdf5_file.h"

#include "../stats/gram.h"
#include "../stats/segments.h"
#include "read_ahead.h"

#ifndef SGDL_HAVE_HDF5

sgdl_status sgdl_msd_file(sgdl_context *ctx, const char *file, const char *dataset, sgdl_msd_method method,
                          double memory, ptrdiff_t n_lags, const double *lags, double *tallies, double *bound)
{
  (void)file, (void)dataset, (void)method, (void)memory, (void)n_lags, (void)lags, (void)tallies, (void)bound;
  return sgdl_without_hdf5(ctx);
}

#else

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_GRAM = 1024, MOST = 1 << 22 }; /* frames; doubles in a slab (32 MB)            */

typedef struct source {
  sgdl_context *ctx;
  sgdl_h5_file f;
  sgdl_h5_dataset set;
  const char *name;
  ptrdiff_t T, d, n_paths, width; /* coordinates in a slab                                   */
  int gram, threads, slots;
  ptrdiff_t n_lags;
  const double *lags;
  double *slabs, *chords, *scratch, *matrix; /* slots of the first two; scratch: a slab the other way round */
  ptrdiff_t path;                 /* that is read                                            */
  double *tally;
} source;

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
  return a < b ? a : b;
}

/* Coordinates [first, first + k) of one path, k x T: a frame is contiguous. */
static sgdl_status read_slab(const source *s, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t k, double *slab)
{
  int skip = s->set.rank == 3 ? 0 : 1;
  hsize_t start[3] = { (hsize_t)s->path, 0, (hsize_t)first }, extent[3] = { 1, (hsize_t)s->T, (hsize_t)k };
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* a thread that reads has its own printing of errors */
  hid_t memory = H5Screate_simple(s->set.rank, extent + skip, NULL), space = H5Dget_space(s->set.id);
  herr_t failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, start + skip, NULL, extent + skip, NULL);
  if (failed >= 0) failed = H5Dread(s->set.id, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, slab);
  H5Sclose(space);
  H5Sclose(memory);
  if (failed >= 0) return SGDL_OK;
  sgdl_h5_file f = s->f;
  f.ctx = ctx; /* a reader's own */
  return sgdl_h5_read_failed(&f, s->name);
}

static double *slab_at(const source *s, int slot)
{
  return s->slabs + s->T * s->width * slot;
}

static double *chord_at(const source *s, int slot)
{
  return s->chords + 2 * s->width * slot;
}

/* Slab i, ready to be used: what the reader has time for is done while the numbers are near. */
static sgdl_status load(void *user, sgdl_context *ctx, ptrdiff_t i, int slot)
{
  const source *s = user;
  ptrdiff_t first = s->width * i, k = smaller(s->width, s->d - first);
  SGDL_TRY(read_slab(s, ctx, first, k, slab_at(s, slot)));
  return s->gram ? sgdl_gram_residuals(ctx, s->T, k, slab_at(s, slot), chord_at(s, slot), first) : SGDL_OK;
}

static sgdl_status name_bad(sgdl_context *ctx, const source *s, ptrdiff_t first, ptrdiff_t k)
{
  for (ptrdiff_t i = 0; i < s->T * k; i++)
    if (!isfinite(s->scratch[i]))
      return sgdl_fail(ctx, SGDL_NOT_FINITE,
                       "`x[frame %td, coordinate %td]` is NaN or infinite: expected finite numbers in a file larger "
                       "than `memory`; of a path with gaps raise `memory` to the size of the file, or read and "
                       "measure some coordinates at a time", i % s->T + 1,
                       first + i / s->T + 1);
  return SGDL_OK;
}

static sgdl_status use(void *user, sgdl_context *ctx, ptrdiff_t i, int slot)
{
  const source *s = user;
  ptrdiff_t first = s->width * i, k = smaller(s->width, s->d - first);
  const double *slab = slab_at(s, slot);
  double done = ((double)s->path + (double)first / (double)s->d) / (double)s->n_paths;
  if (sgdl_poll(ctx, done))
    return sgdl_fail(ctx, SGDL_INTERRUPTED, "interrupted while computing the mean squared displacement");
  if (s->gram) return sgdl_gram_add(ctx, s->T, k, slab, chord_at(s, slot), s->matrix);
  for (ptrdiff_t block = 0; block < s->T; block += 8)
    for (ptrdiff_t c = 0; c < k; c++)
      for (ptrdiff_t t = block; t < smaller(block + 8, s->T); t++) s->scratch[t + s->T * c] = slab[c + k * t];
  SGDL_TRY(name_bad(ctx, s, first, k));
  sgdl_context work = *ctx; /* asks and tells the host nothing: that is done above */
  work.should_stop = NULL;
  work.progress = NULL;
  work.threads = s->threads > 1 ? s->threads - 1 : 1;
  sgdl_status status = sgdl_tally_coordinates(&work, s->T, k, s->scratch, NULL, 0, s->n_lags, s->lags, s->tally);
  return status == SGDL_OK ? SGDL_OK : sgdl_fail(ctx, status, "%s", work.message);
}

static sgdl_status one_path(source *s, ptrdiff_t path, double *tally, double *bound)
{
  const sgdl_read_ahead job = { (s->d + s->width - 1) / s->width, s->slots, s, load, use };
  s->path = path;
  s->tally = tally;
  memset(tally, 0, (size_t)(SGDL_TALLY * s->n_lags) * sizeof(double));
  if (s->gram) memset(s->matrix, 0, (size_t)sgdl_gram_size(s->T) * sizeof(double));
  SGDL_TRY(sgdl_read_ahead_run(s->ctx, &job));
  if (!s->gram) return SGDL_OK;
  return sgdl_gram_tally(s->ctx, s->T, s->matrix, s->n_lags, s->lags, tally, bound);
}

/* Slabs as wide as the budget lets two of them be, beside the Gram matrix or what the FFT takes; and as many as
 * it has room for, so that a slow moment of the disk is made up for. */
static sgdl_status choose_width(source *s, double memory)
{
  double T = (double)s->T, fixed = s->gram ? T * T + T : 8.0 * T * (double)s->threads;
  double slot = s->gram ? T + 2.0 : T, least = s->gram ? 2.0 * slot : 3.0 * T, room = memory / sizeof(double) - fixed;
  if (!(memory > 0) || !isfinite(memory) || room < 2.0 * least)
    return sgdl_fail(s->ctx, SGDL_BAD_ARGUMENT,
                     "`memory` = %.10g bytes: expected at least %.0f for %td frames%s",
                     memory, (fixed + 2.0 * least) * sizeof(double), s->T,
                     s->gram ? " by their Gram matrix" : "");
  double width = fmin(floor(room / least), (double)s->d);
  s->width = (ptrdiff_t)fmax(fmin(width, floor(MOST / T)), 1.0);
  double slots = floor((room / (double)s->width - (s->gram ? 0.0 : T)) / slot);
  s->slots = s->threads > 1 ? (int)fmax(fmin(slots, SGDL_READ_SLOTS), 2.0) : 1;
  return SGDL_OK;
}

static sgdl_status all_paths(source *s, double memory, double *tallies, double *bound)
{
  sgdl_status status = SGDL_OK;
  double *own;
  SGDL_TRY(choose_width(s, memory));
  SGDL_TRY(sgdl_alloc(s->ctx, &own, s->n_lags, "the lags"));
  for (ptrdiff_t l = 0; bound && l < s->n_lags; l++) bound[l] = 0.0;
  SGDL_GET(sgdl_alloc(s->ctx, &s->slabs, s->slots * s->width * s->T, "the frames read"));
  if (s->gram) {
    SGDL_GET(sgdl_alloc(s->ctx, &s->chords, s->slots * 2 * s->width, "the frames read"));
    SGDL_GET(sgdl_alloc(s->ctx, &s->matrix, sgdl_gram_size(s->T), "the Gram matrix"));
  } else {
    SGDL_GET(sgdl_alloc(s->ctx, &s->scratch, s->width * s->T, "the frames read"));
  }
  for (ptrdiff_t p = 0; p < s->n_paths && status == SGDL_OK; p++) {
    memset(own, 0, (size_t)s->n_lags * sizeof(double));
    status = one_path(s, p, tallies + SGDL_TALLY * s->n_lags * p, own);
    for (ptrdiff_t l = 0; bound && l < s->n_lags; l++) bound[l] = fmax(bound[l], own[l]);
  }
done:
  free(own);
  free(s->slabs);
  free(s->chords);
  free(s->scratch);
  free(s->matrix);
  return status;
}

static sgdl_status open_source(source *s, sgdl_msd_method method)
{
  SGDL_TRY(sgdl_h5_dataset_open(&s->f, s->name, 2, 3, &s->set));
  int paths = s->set.rank == 3;
  s->T = (ptrdiff_t)s->set.size[paths];
  s->d = (ptrdiff_t)s->set.size[paths + 1];
  s->n_paths = paths ? (ptrdiff_t)s->set.size[0] : 1;
  s->gram = method == SGDL_BY_GRAM || (method == SGDL_BY_AUTO && s->T <= LONGEST_GRAM);
  s->threads = sgdl_threads(s->ctx);
  if (s->T < 3) return sgdl_fail(s->ctx, SGDL_TOO_SHORT, "`x` has %td frames: expected at least 3", s->T);
  if (s->gram && s->T > 1 << 20)
    return sgdl_fail(s->ctx, SGDL_TOO_LARGE, "`x` has %td frames: too many for their Gram matrix", s->T);
  return sgdl_lags_check(s->ctx, s->n_lags, s->lags, s->T - 1);
}

sgdl_status sgdl_msd_file(sgdl_context *ctx, const char *file, const char *dataset, sgdl_msd_method method,
                          double memory, ptrdiff_t n_lags, const double *lags, double *tallies, double *bound)
{
  source s = { .ctx = ctx, .name = dataset, .n_lags = n_lags, .lags = lags };
  SGDL_TRY(sgdl_h5_open(ctx, file, &s.f));
  sgdl_status status = open_source(&s, method);
  if (status == SGDL_OK) status = all_paths(&s, memory, tallies, bound);
  sgdl_h5_close(&s.f);
  return status;
}

#endif
