/* Spectral density and MSD curve of Hessians with 10^6 parameters, never formed: X'X/N with a sparse X of
 * 10^8 entries, and low rank plus bulk. Against (the products with H + the products of full
 * reorthogonalisation, twice), timed alone: what Lanczos cannot do without. Both sides in turn, same threads.
 *
 * X is block diagonal up to a permutation of its rows, with blocks of 100 x 1000 drawn once and scaled by a
 * power law over three decades: eigenvalues are those of the small Gram matrices, so that the MSD is known
 * exactly. Noise Sigma = H. Sparse: probes from the rows of X (9 in 10 dimensions are a null space); low
 * rank: probes that count. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "sgdl_operator.h"

enum { ROWS = 100, COLUMNS = 1000, KINDS = 8, STEPS = 48 };

typedef struct problem {
  sgdl_context ctx;
  sgdl_operator op;
  ptrdiff_t d, steps, probes;
  double steps_at[STEPS], msd[STEPS], se[STEPS], truncation[STEPS], exact[STEPS];
  sgdl_quadrature r;
  const sgdl_probe_noise *noise;
  sgdl_model settings;
  double *V, *HV, *basis;
} problem;

/* ---- the sparse matrix --------------------------------------------------------------------------------- */

static double block_scale(ptrdiff_t block, ptrdiff_t blocks)
{
  return pow(10, -3.0 * (double)block / (double)blocks); /* of the eigenvalues */
}

/* Row i of block b is row (a (ROWS b + i) mod N), in increasing order in each column. */
static sgdl_sparse make_sparse(ptrdiff_t d, double *blocks_of)
{
  ptrdiff_t blocks = d / COLUMNS, N = blocks * ROWS, stride = 7919;
  ptrdiff_t *start = malloc(sizeof *start * (size_t)(d + 1));
  int32_t *row = malloc(sizeof *row * (size_t)(d * ROWS));
  double *value = malloc(sizeof *value * (size_t)(d * ROWS));
  if (!start || !row || !value) exit(1);
  for (ptrdiff_t b = 0; b < blocks; b++) {
    ptrdiff_t at[ROWS], order[ROWS];
    double scale = sqrt(block_scale(b, blocks));
    const double *block = blocks_of + ROWS * COLUMNS * (b % KINDS);
    for (int i = 0; i < ROWS; i++) {
      at[i] = stride * (ROWS * b + i) % N;
      int j = i;
      for (; j > 0 && at[order[j - 1]] > at[i]; j--) order[j] = order[j - 1];
      order[j] = i;
    }
    for (ptrdiff_t c = 0; c < COLUMNS; c++) {
      ptrdiff_t j = COLUMNS * b + c;
      start[j] = ROWS * j;
      for (int i = 0; i < ROWS; i++) {
        row[ROWS * j + i] = (int32_t)at[order[i]];
        value[ROWS * j + i] = scale * block[order[i] + ROWS * c];
      }
    }
  }
  start[d] = ROWS * d;
  return (sgdl_sparse){.rows = N, .cols = d, .start = start, .row32 = row, .value = value};
}

/* MSD at all steps by the eigenvalues of every block; noise = H. */
static void exact_msd(problem *p, const double *blocks_of)
{
  ptrdiff_t blocks = p->d / COLUMNS, N = blocks * ROWS, n = blocks * ROWS + 1;
  double *rho = bench_doubles(n), *gram = bench_doubles(ROWS * ROWS), *w = bench_doubles(ROWS * KINDS);
  for (int kind = 0; kind < KINDS; kind++) { /* the block times its transpose */
    memset(gram, 0, sizeof(double) * ROWS * ROWS);
    const double *block = blocks_of + ROWS * COLUMNS * kind;
    bench_check(&p->ctx, sgdl_backend_of(&p->ctx)->product(&p->ctx, 0, 1, ROWS, ROWS, COLUMNS, 1, block, ROWS,
                                                           block, ROWS, 0, gram, ROWS));
    bench_check(&p->ctx, sgdl_backend_of(&p->ctx)->eigen_symmetric(&p->ctx, ROWS, gram, w + ROWS * kind));
  }
  for (ptrdiff_t b = 0; b < blocks; b++)
    for (int i = 0; i < ROWS; i++)
      rho[ROWS * b + i] = -w[i + ROWS * (b % KINDS)] * block_scale(b, blocks) / (double)N;
  qsort(rho, (size_t)n, sizeof(double), bench_compare); /* the zero at the end stands for the flat modes */
  for (ptrdiff_t l = 0; l < n; l++) rho[l] = -rho[l];
  sgdl_model whole = p->settings;
  whole.dim = n;
  whole.rho = rho;
  whole.noise = rho;
  whole.sigma2 = -1;
  bench_check(&p->ctx, sgdl_msd_theory(&p->ctx, &whole, STEPS, p->steps_at, SGDL_START_STATIONARY, NULL, NULL,
                                       SGDL_FORM_MODEL, p->exact, NULL, NULL));
  free(rho);
  free(gram);
  free(w);
}

/* ---- the two sides ------------------------------------------------------------------------------------- */

static void density(void *data)
{
  problem *p = data;
  sgdl_probe_options o = {.steps = p->steps, .max_probes = p->probes, .block = p->probes, .seed = 1};
  bench_check(&p->ctx, sgdl_spectral_probes(&p->ctx, &p->op, NULL, p->noise, &o, &p->r));
  sgdl_spectral_density from = {.dim = p->d, .sigma2 = p->noise ? -1 : 1};
  if (p->noise) from.noise = &p->r;
  else from.counts = &p->r;
  bench_check(&p->ctx, sgdl_density_msd(&p->ctx, &from, &p->settings, SGDL_FROM_STATIONARY, STEPS,
                                        p->steps_at, &(sgdl_curve){p->msd, p->se, p->truncation}, NULL));
}

/* As many products by blocks, and w -= Q Q'w twice for each vector with the basis as it grows, by BLAS. */
static void parts(void *data)
{
  problem *p = data;
  int d = (int)p->d, unit = 1;
  double one = 1, zero = 0, minus = -1, *c = bench_doubles(p->steps + 1);
  for (ptrdiff_t j = 0; j < p->steps; j++) {
    bench_check(&p->ctx, p->op.product(&p->op, &p->ctx, p->probes, p->V, p->HV));
    for (ptrdiff_t q = 0; q < p->probes; q++)
      for (int twice = 0; twice < 2; twice++) {
        int n = (int)(j + 1);
        const double *basis = p->basis + p->d * p->steps * q;
        dgemv_("T", &d, &n, &one, basis, &d, p->HV + d * q, &unit, &zero, c, &unit, 1);
        dgemv_("N", &d, &n, &minus, basis, &d, c, &unit, &one, p->HV + d * q, &unit, 1);
      }
  }
  free(c);
}

/* ---- a case -------------------------------------------------------------------------------------------- */

static void prepare(problem *p)
{
  p->V = bench_doubles(p->d * p->probes);
  p->HV = bench_doubles(p->d * p->probes);
  p->basis = bench_doubles(p->d * p->steps * p->probes);
  for (ptrdiff_t q = 0; q < p->probes; q++)
    sgdl_normals(1, SGDL_STREAM_START, (uint64_t)q, 0, 0, p->d, p->V + p->d * q);
  for (ptrdiff_t j = 0; j < p->steps * p->probes; j++) /* short: repeated subtraction stays in range */
    for (ptrdiff_t i = 0; i < p->d; i++) p->basis[i + p->d * j] = 1e-6 * p->V[(i + 17 * j) % p->d];
}

static void unprepare(problem *p)
{
  free(p->V);
  free(p->HV);
  free(p->basis);
}

static double peak_bytes(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * (double)usage.ru_maxrss;
}

static double bytes_now(void)
{
  long size = 0, resident = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2) exit(1);
  fclose(f);
  return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void report(problem *p, const char *name, int repeats)
{
  ptrdiff_t room = p->steps * p->probes;
  double *arrays = bench_doubles(4 * room + 2 * p->probes);
  p->r = (sgdl_quadrature){.alpha = arrays, .beta = arrays + room, .node = arrays + 2 * room,
                           .weight = arrays + 3 * room, .length = arrays + 4 * room,
                           .mass = arrays + 4 * room + p->probes};
  prepare(p);
  double before = bytes_now();
  bench_case cases[2] = {{.run = density, .data = p}, {.run = parts, .data = p}};
  snprintf(cases[0].name, sizeof cases[0].name, "spectral density %s d=%td", name, p->d);
  snprintf(cases[1].name, sizeof cases[1].name, "products and dgemv %s d=%td", name, p->d);
  bench_run(cases, 2, repeats);
  double vectors = (peak_bytes() - before) / (8.0 * (double)p->d * (double)p->probes);
  double worst = 0, bar = 0;
  for (int i = 0; i < STEPS; i++) {
    worst = fmax(worst, fabs(p->msd[i] / p->exact[i] - 1));
    bar = fmax(bar, p->se[i] / p->msd[i]);
  }
  printf("check\tMSD to %g steps from the density, %s, %td probes of %td steps: largest error (and bar)\t"
         "%.2g (%.2g)\n", p->steps_at[STEPS - 1], name, p->probes, p->steps, worst, bar);
  printf("check\tits memory in vectors of d a probe (allowed: %td)\t%.1f\n", p->steps + 4, vectors);
  unprepare(p);
  free(arrays);
}

static void set_up(problem *p, ptrdiff_t d, ptrdiff_t steps, ptrdiff_t probes)
{
  sgdl_context_init(&p->ctx);
  p->d = d;
  p->steps = steps;
  p->probes = probes;
  p->settings = (sgdl_model){.hyper = {0.1, 0.9, 0, 32}, .dynamics = SGDL_LANGEVIN};
  for (int i = 0; i < STEPS; i++) p->steps_at[i] = round(pow(10, 6.0 * i / (STEPS - 1)));
}

static void sparse_case(ptrdiff_t d, ptrdiff_t steps, ptrdiff_t probes, int repeats)
{
  static problem p;
  set_up(&p, d, steps, probes);
  double *blocks = bench_doubles(ROWS * COLUMNS * KINDS);
  sgdl_normals(3, SGDL_STREAM_START, 0, 0, 0, ROWS * COLUMNS * KINDS, blocks);
  /* eigenvalues up to about 4 */
  double scale = sqrt((double)(d / COLUMNS * ROWS) / 450);
  for (ptrdiff_t i = 0; i < ROWS * COLUMNS * KINDS; i++) blocks[i] *= scale;
  exact_msd(&p, blocks);
  sgdl_sparse X = make_sparse(d, blocks);
  bench_check(&p.ctx, sgdl_operator_sparse_data(&p.ctx, &X, &p.op));
  sgdl_probe_noise rows = {.kind = SGDL_NOISE_SPARSE_GRADIENTS, .sparse = &X};
  p.noise = &rows;
  report(&p, "sparse", repeats);
  sgdl_operator_free(&p.op);
  free((void *)X.start);
  free((void *)X.row32);
  free((void *)X.value);
  free(blocks);
}

/* U: cosines of frequencies 1 .. r, orthonormal; rho 3, 1.5, 1, ... plus 0.01. */
static void low_rank_case(ptrdiff_t d, ptrdiff_t rank, ptrdiff_t steps, ptrdiff_t probes, int repeats)
{
  static problem p;
  const double pi = 3.14159265358979323846, bulk = 0.01;
  set_up(&p, d, steps, probes);
  double *U = bench_doubles(d * rank), *rho = bench_doubles(rank + 1), *noise = bench_doubles(rank + 1);
  for (ptrdiff_t l = 0; l < rank; l++) {
    rho[l] = 3.0 / (double)(l + 1);
    for (ptrdiff_t i = 0; i < d; i++)
      U[i + d * l] = sqrt(2 / (double)d) * cos(pi * ((double)i + 0.5) * (double)(l + 1) / (double)d);
  }
  rho[rank] = bulk;
  for (ptrdiff_t l = 0; l < rank; l++) noise[l] = rho[l];
  noise[rank] = bulk * (double)(d - rank);
  sgdl_model whole = p.settings;
  whole.dim = rank + 1;
  whole.rho = rho;
  whole.noise = noise;
  whole.sigma2 = -1;
  bench_check(&p.ctx, sgdl_msd_theory(&p.ctx, &whole, STEPS, p.steps_at, SGDL_START_STATIONARY, NULL, NULL,
                                      SGDL_FORM_MODEL, p.exact, NULL, NULL));
  bench_check(&p.ctx, sgdl_operator_low_rank(&p.ctx, d, rank, U, rho, bulk, &p.op));
  report(&p, "low rank", repeats);
  sgdl_operator_free(&p.op);
  free(U);
  free(rho);
  free(noise);
}

int main(int argc, char **argv)
{
  ptrdiff_t d = argc > 1 ? atol(argv[1]) : 1000000, steps = argc > 2 ? atol(argv[2]) : 60;
  int repeats = argc > 3 ? atoi(argv[3]) : 3;
  low_rank_case(d, 40, 20, 4, repeats); /* first: the peak of memory is that of the process */
  sparse_case(d, steps, 4, repeats);
  return 0;
}
