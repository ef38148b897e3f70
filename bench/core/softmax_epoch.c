/* The real run: torch.optim.SGD on softmax regression of 8 x 8 digits, 20,000 recorded steps by epochs.
 * Measured mean squared displacement over theory with constant noise, rung by rung of the dressed theory
 * (THEORY section 6), and over sampling with replacement; and what the dressed theory leaves out by being
 * diagonal in the modes.
 *
 *   softmax_epoch FILE      FILE: shared/data/softmax_epoch.h5 */
#define _POSIX_C_SOURCE 200809L
#include <hdf5.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "model/mode.h"
#include "model/noise.h"
#include "theory/examples.h"

enum { N = 1792, PIXELS = 64, CLASSES = 10, D = CLASSES * (PIXELS + 1), RANK = CLASSES - 1, LAGS = 1000 };
enum { WINDOW = 2049, STEPS = 20001, PROJECTIONS = 40 };
static const int shown[] = {1, 2, 5, 10, 20, 50, 56, 100, 200, 300, 500, 1000};
static double lags[LAGS]; /* 1, 2, ..., 1000 */

typedef struct softmax {
  sgdl_model model;
  sgdl_examples examples;
} softmax;

static void *read_dataset(hid_t file, const char *name, hid_t type, void *out)
{
  hid_t set = H5Dopen(file, name, H5P_DEFAULT);
  if (set < 0 || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0) {
    fprintf(stderr, "cannot read %s\n", name);
    exit(1);
  }
  H5Dclose(set);
  return out;
}

/* ---- gradients and Hessians of the examples ----------------------------------------------------- */

/* Probabilities of the classes for one input (pixels, then 1). */
static void probabilities(const double *theta, const double *x, double *p)
{
  double largest = -INFINITY, sum = 0.0;
  for (int c = 0; c < CLASSES; c++) {
    p[c] = theta[CLASSES * PIXELS + c];
    for (int j = 0; j < PIXELS; j++) p[c] += theta[c * PIXELS + j] * x[j];
    largest = fmax(largest, p[c]);
  }
  for (int c = 0; c < CLASSES; c++) sum += p[c] = exp(p[c] - largest);
  for (int c = 0; c < CLASSES; c++) p[c] /= sum;
}

/* diag(p) - pp' = B B', B (10 x 9) lower trapezoidal: its Cholesky factor. Column r: with q = 1 - p_1 - ... -
 * p_{r-1} the probability not used up, b_rr = sqrt(p_r (q - p_r)/q), b_cr = -p_c sqrt(p_r/(q (q - p_r)))
 * below. */
static void hessian_factor(const double *p, double B[CLASSES][RANK])
{
  double q = 0.0, rest;
  memset(B, 0, sizeof(double) * CLASSES * RANK);
  for (int r = 0; r < RANK; r++) {
    rest = 0.0;
    for (int c = r + 1; c < CLASSES; c++) rest += p[c];
    q = rest + p[r];
    B[r][r] = sqrt(p[r] * rest / q);
    for (int c = r + 1; c < CLASSES; c++) B[c][r] = -p[c] * sqrt(p[r] / (q * rest));
  }
}

/* row += weight (x, 1) in the place of class c, rows `ld` long */
static void put(double *row, ptrdiff_t ld, int c, double weight, const double *x)
{
  for (int j = 0; j < PIXELS; j++) row[(c * PIXELS + j) * ld] += weight * x[j];
  row[(CLASSES * PIXELS + c) * ld] += weight;
}

static void make_softmax(sgdl_context *ctx, hid_t file, softmax *s)
{
  unsigned char *pixels = malloc((size_t)N * PIXELS), *label = malloc(N);
  double *theta = bench_doubles(D), *gradient = bench_doubles((ptrdiff_t)N * D), decay = 0.001;
  double *factor = bench_doubles((ptrdiff_t)N * RANK * D), *H = bench_doubles(D * D);
  read_dataset(file, "/examples/pixels", H5T_NATIVE_UCHAR, pixels);
  read_dataset(file, "/examples/label", H5T_NATIVE_UCHAR, label);
  read_dataset(file, "/theta_star", H5T_NATIVE_DOUBLE, theta);
  for (ptrdiff_t i = 0; i < N; i++) {
    double x[PIXELS], p[CLASSES], B[CLASSES][RANK];
    for (int j = 0; j < PIXELS; j++) x[j] = pixels[i * PIXELS + j] / 16.0 - 0.3;
    probabilities(theta, x, p);
    hessian_factor(p, B);
    for (int l = 0; l < D; l++) gradient[i + l * N] = decay * theta[l];
    for (int c = 0; c < CLASSES; c++) {
      put(gradient + i, N, c, p[c] - (c == label[i]), x);
      for (int r = 0; r < RANK; r++) put(factor + i + (ptrdiff_t)r * N, (ptrdiff_t)N * RANK, c, B[c][r], x);
    }
  }
  double *rho = bench_doubles(D), *vectors = bench_doubles(D * D), *noise = bench_doubles(D * D);
  bench_check(ctx, sgdl_backend_of(ctx)->gram(ctx, (ptrdiff_t)N * RANK, D, 1.0 / N, factor,
                                              (ptrdiff_t)N * RANK, 0.0, H));
  bench_check(ctx, sgdl_decompose(ctx, D, H, rho, vectors));
  s->model = (sgdl_model){.dim = D, .hyper = {0.1, 0.9, decay, 32}, .dynamics = SGDL_SGD,
                          .sampling = SGDL_EPOCH,
                          .n_examples = N, .rho = rho, .vectors = vectors, .noise = noise, .noise_is_full = 1,
                          .sigma2 = -1.0};
  double *factor_modes = bench_doubles((ptrdiff_t)N * RANK * D);
  double *gradient_modes = bench_doubles((ptrdiff_t)N * D);
  bench_check(ctx, sgdl_rows_to_modes(ctx, &s->model, (ptrdiff_t)N * RANK, factor, factor_modes));
  bench_check(ctx, sgdl_rows_to_modes(ctx, &s->model, N, gradient, gradient_modes));
  bench_check(ctx, sgdl_backend_of(ctx)->gram(ctx, N, D, 1.0 / N, gradient_modes, N, 0.0, noise));
  s->examples = (sgdl_examples){.N = N, .d = D, .rank = RANK, .factor = factor_modes,
                                .gradient = gradient_modes};
  free(pixels);
  free(label);
  free(factor);
  free(gradient);
  free(H);
}

/* ---- tables ------------------------------------------------------------------------------------- */

/* frames (T x d, C order) of `name`: their time-averaged MSD */
static void measure(sgdl_context *ctx, hid_t file, const char *name, ptrdiff_t T, ptrdiff_t d, double *msd)
{
  double *frames = bench_doubles(T * d), *x = bench_doubles(T * d);
  read_dataset(file, name, H5T_NATIVE_DOUBLE, frames);
  for (ptrdiff_t t = 0; t < T; t++)
    for (ptrdiff_t l = 0; l < d; l++) x[t + l * T] = frames[l + t * d];
  bench_check(ctx, sgdl_msd(ctx, T, d, 1, x, SGDL_MSD_TIME_AVERAGED, 0, LAGS, lags, msd, NULL, NULL));
  free(frames);
  free(x);
}

/* Of D[X_0], X_0 the covariance under constant noise: the part from off the diagonal of X_0, over tr C. */
static void off_diagonal(sgdl_context *ctx, const softmax *s)
{
  double *X = bench_doubles(D * D), *all = bench_doubles(D * D), *diagonal = bench_doubles(D * D);
  double *delta = bench_doubles(4 * D), pair[4], sums[2] = {0}, total = 0.0;
  sgdl_noise noise;
  sgdl_noise_scheme(&s->model, &noise);
  for (int l = 0; l < D; l++)
    sgdl_noise_delta(&noise, &s->model.hyper, s->model.rho[l] + s->model.hyper.weight_decay, delta + 4 * l);
  for (int m = 0; m < D; m++)
    for (int l = 0; l < D; l++) {
      double kappa_l = s->model.rho[l] + s->model.hyper.weight_decay;
      double kappa_m = s->model.rho[m] + s->model.hyper.weight_decay;
      sgdl_noise_pair_stationary(&noise, SGDL_SGD, &s->model.hyper, kappa_l, kappa_m, delta + 4 * l,
                                 delta + 4 * m, pair);
      X[l + m * D] = pair[0] * s->model.noise[l + m * D];
    }
  bench_check(ctx, sgdl_examples_sandwich(ctx, &s->examples, X, all));
  for (int m = 0; m < D; m++)
    for (int l = 0; l < D; l++)
      if (l != m) X[l + m * D] = 0.0;
  bench_check(ctx, sgdl_examples_sandwich(ctx, &s->examples, X, diagonal));
  for (int l = 0; l < D; l++) {
    total += s->model.noise[l + l * D];
    sums[0] += diagonal[l + l * D] - s->model.rho[l] * s->model.rho[l] * X[l + l * D];
    sums[1] += all[l + l * D] - diagonal[l + l * D];
  }
  printf("noise added by displacement over the minimiser's: diagonal in the modes %.3g, the rest %.2g\n",
         sums[0] / total, sums[1] / total);
}

static void print_range(const char *what, const double *ratio)
{
  double low = INFINITY, high = 0.0;
  for (int i = 0; i < LAGS; i++) {
    low = fmin(low, ratio[i]);
    high = fmax(high, ratio[i]);
  }
  printf("%s: %.3f to %.3f over every lag from 1 to %d\n", what, low, high, LAGS);
}

/* Predicted sampling error of the window's MSD at the lags, relative. */
static void sampling_error(sgdl_context *ctx, const softmax *s, double *error)
{
  double *all = bench_doubles(WINDOW - 1), *modes = bench_doubles((ptrdiff_t)(WINDOW - 1) * D), total;
  double *terms = bench_doubles(SGDL_DRESSED_TERMS * (WINDOW - 1));
  for (int k = 0; k < WINDOW - 1; k++) all[k] = k + 1;
  bench_check(ctx, sgdl_dressed_msd(ctx, &s->model, &s->examples, WINDOW - 1, all, terms, NULL, modes, NULL,
                                    NULL, NULL));
  bench_check(ctx, sgdl_msd_sampling_error(ctx, WINDOW, D, modes, LAGS, lags, error));
  for (int i = 0; i < LAGS; i++) {
    total = terms[SGDL_DRESSED_SHIFT + i * SGDL_DRESSED_TERMS];
    error[i] /= total;
  }
  free(all);
  free(modes);
  free(terms);
}

/* The sum over the recorded modes of per-mode values (LAGS x D). */
static void sum_projections(const int *index, const double *modes, double *sum)
{
  for (int i = 0; i < LAGS; i++) {
    sum[i] = 0.0;
    for (int p = 0; p < PROJECTIONS; p++) sum[i] += modes[i + (index[p] - 1) * LAGS];
  }
}

int main(int argc, char **argv)
{
  static softmax s;
  static double terms[SGDL_DRESSED_TERMS * LAGS], exponent[LAGS];
  static double window[LAGS], run[LAGS], white[LAGS], sum[LAGS];
  static double ratio[SGDL_DRESSED_TERMS][LAGS], error[LAGS], run_constant[LAGS], run_dressed[LAGS];
  sgdl_context ctx;
  sgdl_dressed report;
  int index[PROJECTIONS];
  sgdl_context_init(&ctx);
  hid_t file = argc > 1 ? H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
  if (file < 0) {
    fprintf(stderr, "usage: softmax_epoch FILE (softmax_epoch.h5)\n");
    return 2;
  }
  for (int i = 0; i < LAGS; i++) lags[i] = i + 1;
  make_softmax(&ctx, file, &s);
  double *modes = bench_doubles((ptrdiff_t)LAGS * D), *constant = bench_doubles((ptrdiff_t)LAGS * D);
  double start = bench_now();
  bench_check(&ctx, sgdl_dressed_msd(&ctx, &s.model, &s.examples, LAGS, lags, terms, exponent, modes, NULL,
                                     NULL, &report));
  printf("time\tdressed theory, 650 modes, 1792 examples of rank 9\t%.3g\n", bench_now() - start);
  bench_check(&ctx, sgdl_msd_theory(&ctx, &s.model, LAGS, lags, SGDL_START_STATIONARY, NULL, NULL,
                                    SGDL_FORM_MODEL, white, NULL, constant));
  s.model.sampling = SGDL_REPLACEMENT;
  bench_check(&ctx, sgdl_msd_theory(&ctx, &s.model, LAGS, lags, SGDL_START_STATIONARY, NULL, NULL,
                                    SGDL_FORM_MODEL, white, NULL, NULL));
  s.model.sampling = SGDL_EPOCH;
  sampling_error(&ctx, &s, error);
  measure(&ctx, file, "/theta", WINDOW, D, window);
  measure(&ctx, file, "/projection/theta", STEPS, PROJECTIONS, run);
  read_dataset(file, "/projection/eigenvector_index", H5T_NATIVE_INT, index);
  sum_projections(index, constant, sum);
  for (int i = 0; i < LAGS; i++) run_constant[i] = run[i] / sum[i];
  sum_projections(index, modes, sum);
  for (int i = 0; i < LAGS; i++) run_dressed[i] = run[i] / sum[i];
  for (int t = 0; t < SGDL_DRESSED_TERMS; t++)
    for (int i = 0; i < LAGS; i++) ratio[t][i] = window[i] / terms[t + i * SGDL_DRESSED_TERMS];

  printf("small parameter %.3f, mean shift %.3f of the spread\n", report.small_parameter, report.shift);
  off_diagonal(&ctx, &s);
  printf("\nmeasured over theory: 650 coordinates, 2,049 frames, predicted sd | 40 modes, 20,001 frames\n\n");
  printf("%6s  %9s %7s %7s %7s %7s %6s %12s  | %9s %8s  %9s\n", "lag", "constant", "+b", "+c", "+f", "+e",
         "sd", "replacement", "constant", "dressed", "exponent");
  for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
    int i = shown[k] - 1;
    printf("%6d   %8.4f", shown[k], ratio[0][i]);
    for (int t = 1; t < SGDL_DRESSED_TERMS; t++) printf(" %7.4f", ratio[t][i]);
    printf(" %6.3f %12.4f  | %9.4f %8.4f  %9.3f\n", error[i], window[i] / white[i], run_constant[i],
           run_dressed[i], exponent[i]);
  }
  printf("\n");
  print_range("650 coordinates, constant noise", ratio[SGDL_DRESSED_CONSTANT]);
  print_range("650 coordinates, dressed", ratio[SGDL_DRESSED_SHIFT]);
  print_range("40 modes, constant noise", run_constant);
  print_range("40 modes, dressed", run_dressed);
  H5Fclose(file);
  return 0;
}
