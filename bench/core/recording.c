/* What recording costs: exact simulation with every step of theta recorded in memory and on disk, against the same
 * run without records plus writing as many bytes (memory: a copy of a path's worth again and again; disk: one
 * file, to the device, and also files of the sizes that the run leaves, each with its name on the device before the
 * next). One thread, 20 paths of d = 1000 modes. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "sgdl_simulate.h"

enum { D = 1000, PATHS = 20, STEPS = 1000, REPEATS = 7, FILES = 16 };

typedef struct run {
  sgdl_context ctx;
  sgdl_model model;
  sgdl_simulation sim;
  double *theta, *source;          /* records x D x PATHS, and a path of it */
  size_t path_bytes;
  char folder[64], file[64], raw[64];
  size_t size[FILES];              /* of the files that the run wrote, in order */
  int files;
} run;

static void unrecorded(void *data)
{
  run *r = data;
  sgdl_run *simulation;
  sgdl_recording none = {0};
  bench_check(&r->ctx, sgdl_run_create(&r->ctx, &r->model, &r->sim, &simulation));
  bench_check(&r->ctx, sgdl_run_advance(simulation, &r->ctx, STEPS, &none));
  sgdl_run_free(simulation);
}

static void in_memory(void *data)
{
  run *r = data;
  ptrdiff_t done;
  bench_check(&r->ctx, sgdl_simulate(&r->ctx, &r->model, &r->sim, r->theta, NULL, &done));
}

static void copy(void *data)
{
  run *r = data;
  for (int path = 0; path < PATHS; path++)
    memcpy((char *)r->theta + (size_t)path * r->path_bytes, r->source, r->path_bytes);
}

static int discard(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
  (void)status, (void)kind, (void)walk;
  return remove(name);
}

static void on_disk(void *data)
{
  run *r = data;
  ptrdiff_t step;
  const sgdl_disk disk = {.folder = r->folder};
  nftw(r->folder, discard, 8, FTW_DEPTH | FTW_PHYS);
  bench_check(&r->ctx, sgdl_simulate_to_disk(&r->ctx, &r->model, &r->sim, &disk, &step, NULL));
}

/* `bytes` of what there is to write, on the device. */
static void write_bytes(const run *r, const char *name, size_t bytes)
{
  int file = open(name, O_CREAT | O_WRONLY, 0600);
  for (size_t done = 0, n; done < bytes; done += n) {
    n = bytes - done < r->path_bytes ? bytes - done : r->path_bytes;
    if (write(file, r->source, n) != (ssize_t)n) exit(1);
  }
  if (fsync(file) != 0 || close(file) != 0) exit(1);
}

static void write_file(void *data)
{
  run *r = data;
  unlink(r->file);
  write_bytes(r, r->file, PATHS * r->path_bytes);
}

static size_t size_of(const char *folder, const char *name)
{
  char file[128];
  struct stat found;
  snprintf(file, sizeof file, "%s/%s", folder, name);
  return stat(file, &found) == 0 ? (size_t)found.st_size : 0;
}

/* A checkpoint, then every segment with another one. */
static void note_sizes(run *r)
{
  char name[32];
  size_t checkpoint = size_of(r->folder, "checkpoint.h5"), segment;
  r->size[r->files++] = checkpoint;
  for (int k = 1; r->files + 2 <= FILES; k++) {
    snprintf(name, sizeof name, "segment-%06d.h5", k);
    if ((segment = size_of(r->folder, name)) == 0) return;
    r->size[r->files++] = segment;
    r->size[r->files++] = checkpoint;
  }
  fprintf(stderr, "the run left more than %d files\n", FILES);
  exit(1);
}

static void write_files(void *data)
{
  run *r = data;
  char name[128];
  if (r->files == 0) note_sizes(r);
  nftw(r->raw, discard, 8, FTW_DEPTH | FTW_PHYS);
  if (mkdir(r->raw, 0777) != 0) exit(1);
  int folder = open(r->raw, O_RDONLY);
  for (int k = 0; k < r->files; k++) {
    snprintf(name, sizeof name, "%s/%d", r->raw, k);
    write_bytes(r, name, r->size[k]);
    if (fsync(folder) != 0) exit(1);
  }
  close(folder);
}

int main(void)
{
  static run r;
  sgdl_context_init(&r.ctx);
  r.ctx.threads = 1;
  double *rho = bench_doubles(D);
  for (int i = 0; i < D; i++) rho[i] = 1.0 / (1 + i);
  r.model = (sgdl_model){.dim = D, .hyper = {0.1, 0.9, 1e-4, 32}, .dynamics = SGDL_LANGEVIN,
                         .sampling = SGDL_REPLACEMENT, .rho = rho, .noise = rho, .sigma2 = -1.0};
  sgdl_simulation_init(&r.sim);
  r.sim.method = SGDL_EXACT;
  r.sim.steps = STEPS;
  r.sim.record_every = 1;
  r.sim.record_modes = 1;
  r.sim.n_paths = PATHS;
  r.sim.seed = 1;
  r.path_bytes = (size_t)(STEPS + 1) * D * sizeof(double);
  r.theta = bench_doubles((ptrdiff_t)(STEPS + 1) * D * PATHS);
  r.source = bench_doubles((ptrdiff_t)(STEPS + 1) * D);
  memset(r.source, 1, r.path_bytes);
  snprintf(r.folder, sizeof r.folder, "recording-%ld", (long)getpid());
  snprintf(r.file, sizeof r.file, "recording-%ld.raw", (long)getpid());
  snprintf(r.raw, sizeof r.raw, "recording-%ld.files", (long)getpid());
  bench_case cases[] = {{"", unrecorded, &r}, {"", in_memory, &r}, {"", copy, &r}, {"", on_disk, &r},
                        {"", write_file, &r}, {"", write_files, &r}};
  double seconds[6];
  bench_medians(cases, 6, REPEATS, seconds);
  bench_print("run recorded in memory", seconds[1]);
  bench_print("unrecorded run + copy of as many bytes", seconds[0] + seconds[2]);
  bench_print("run recorded on disk", seconds[3]);
  bench_print("unrecorded run + file of as many bytes", seconds[0] + seconds[4]);
  bench_print("unrecorded run + files of as many bytes", seconds[0] + seconds[5]);
  nftw(r.folder, discard, 8, FTW_DEPTH | FTW_PHYS);
  nftw(r.raw, discard, 8, FTW_DEPTH | FTW_PHYS);
  unlink(r.file);
  return 0;
}
