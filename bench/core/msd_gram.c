/* The MSD of d coordinates over T frames from a file that does not fit the 480 MB it is allowed, by the Gram
 * matrix of the frames: against dsyrk on as many numbers from memory, and against reading the file and
 * nothing else. One thread works and one reads (OMP_NUM_THREADS=2, OPENBLAS_NUM_THREADS=1). The file (4 GB at
 * d = 10^6) is made in the folder given and removed.
 *   msd_gram FOLDER [d [T]] */
#define _GNU_SOURCE /* posix_fadvise */
#include <fcntl.h>
#include <hdf5.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

typedef struct stream {
  sgdl_context ctx;
  char file[512];
  ptrdiff_t T, d, width, n_lags;
  double *slab, *gram, *lags, *tally, *bound;
} stream;

/* Frame after frame, walks with own steps. */
static void make_file(stream *s)
{
  hsize_t size[2] = { (hsize_t)s->T, (hsize_t)s->d }, start[2] = { 0, 0 }, extent[2] = { 1, (hsize_t)s->d };
  double *frame = bench_doubles(s->d), *step = bench_doubles(s->d);
  hid_t file = H5Fcreate(s->file, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), space = H5Screate_simple(2, size,
                                                                                                     NULL);
  hid_t set = H5Dcreate2(file, "theta", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hid_t memory = H5Screate_simple(1, extent + 1, NULL);
  for (ptrdiff_t t = 0; t < s->T; t++) {
    sgdl_normals(1, SGDL_STREAM_START, 0, (uint64_t)t, 0, s->d, step);
    for (ptrdiff_t c = 0; c < s->d; c++) frame[c] += step[c];
    start[0] = (hsize_t)t;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL);
    if (H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, frame) < 0) {
      fprintf(stderr, "cannot write %s: is the disk full?\n", s->file);
      exit(1);
    }
  }
  H5Sclose(memory);
  H5Dclose(set);
  H5Sclose(space);
  H5Fclose(file);
  free(frame);
  free(step);
}

/* What is read comes from the disk, as far as the machine lets it. */
static void forget(const stream *s)
{
  int file = open(s->file, O_RDONLY);
  fsync(file);
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  close(file);
}

static void whole(void *data)
{
  stream *s = data;
  forget(s);
  bench_check(&s->ctx, sgdl_msd_file(&s->ctx, s->file, "theta", SGDL_BY_GRAM, 480e6, s->n_lags, s->lags,
                                     s->tally,
                                     s->bound));
}

static void only_dsyrk(void *data)
{
  stream *s = data;
  int n = (int)s->T, k = (int)s->width;
  double one = 1.0;
  for (ptrdiff_t first = 0; first < s->d; first += s->width)
    dsyrk_("U", "T", &n, &k, &one, s->slab, &k, &one, s->gram, &n, (size_t)1, (size_t)1);
}

static void only_read(void *data)
{
  stream *s = data;
  forget(s);
  int file = open(s->file, O_RDONLY);
  while (read(file, s->slab, (size_t)(s->width * s->T) * sizeof(double)) > 0) {}
  close(file);
}

int main(int argc, char **argv)
{
  stream s = { .T = argc > 3 ? atol(argv[3]) : 512, .d = argc > 2 ? atol(argv[2]) : 1000000 };
  sgdl_context_init(&s.ctx);
  snprintf(s.file, sizeof s.file, "%s/gram.h5", argc > 1 ? argv[1] : ".");
  s.width = (1 << 22) / s.T < s.d ? (1 << 22) / s.T : s.d;
  s.lags = bench_doubles(200);
  bench_check(&s.ctx, sgdl_log_lags(&s.ctx, 1, (s.T - 1) / 2, 10, 200, s.lags, &s.n_lags));
  s.tally = bench_doubles(SGDL_TALLY * s.n_lags);
  s.bound = bench_doubles(s.n_lags);
  make_file(&s);

  double medians[3];
  struct rusage usage;
  bench_case cases[3] = {{.run = whole, .data = &s}, {.run = only_read, .data = &s}, {.run = only_dsyrk, .data = &s}};
  whole(&s); /* its memory alone */
  getrusage(RUSAGE_SELF, &usage);
  s.slab = bench_doubles(s.width * s.T);
  s.gram = bench_doubles(s.T * s.T);
  for (ptrdiff_t i = 0; i < s.width * s.T; i++) s.slab[i] = 1e-3 * (double)(i % 1001 - 500);
  bench_medians(cases, 3, 3, medians);
  remove(s.file);
  char name[64];
  snprintf(name, sizeof name, "Gram MSD from disk d=%td T=%td", s.d, s.T);
  bench_print(name, medians[0]);
  snprintf(name, sizeof name, "dsyrk d=%td T=%td", s.d, s.T);
  bench_print(name, medians[2]);
  snprintf(name, sizeof name, "slower of dsyrk and disk d=%td T=%td", s.d, s.T);
  bench_print(name, medians[1] > medians[2] ? medians[1] : medians[2]);
  printf("memory\tGram MSD from disk d=%td T=%td\t%.0f MB at most\n", s.d, s.T,
         (double)usage.ru_maxrss / 1024.0);
  double n = (double)(s.T - 1);
  printf("check\tMSD at lag 1, of d walks with unit steps, over d\t%.6f\n", s.tally[0] / n / (double)s.d);
  return 0;
}
