/* The MSD of any paths: gaps, weights, directions, pooling and accuracy against the definition in long
 * double; standard errors against brute force and Monte Carlo (false-alarm rates beside each). */
#include <stdlib.h>

#include "check.h"
#include "sgdl.h"

static sgdl_context ctx;

static double *doubles(ptrdiff_t n)
{
  return malloc((size_t)(n > 0 ? n : 1) * sizeof(double));
}

static double *walk(uint64_t path, ptrdiff_t T, ptrdiff_t columns)
{
  double *x = doubles(T * columns);
  sgdl_normals(21, SGDL_STREAM_NOISE, path, 0, 0, T * columns, x);
  for (ptrdiff_t j = 0; j < columns; j++)
    for (ptrdiff_t i = 1; i < T; i++) x[i + T * j] += x[i - 1 + T * j];
  return x;
}

static double *all_lags(ptrdiff_t n)
{
  double *lags = doubles(n);
  for (ptrdiff_t l = 0; l < n; l++) lags[l] = (double)(l + 1);
  return lags;
}

/* The definition: weights w (NULL 1), displacements whose ends have every number that counts. */
static double definition(const sgdl_paths *paths, const double *w, ptrdiff_t m, double *count)
{
  long double sum = 0;
  ptrdiff_t n = 0;
  for (ptrdiff_t p = 0; p < paths->n_paths; p++)
    for (ptrdiff_t i = 0; i + m < paths->frames[p]; i++) {
      long double square = 0;
      for (ptrdiff_t c = 0; c < paths->dim; c++) {
        const double *x = paths->x[p] + paths->frames[p] * c;
        long double u = (long double)x[i + m] - x[i];
        if (!w || w[c] != 0) square += (w ? w[c] : 1.0) * u * u;
      }
      if (isnan(square)) continue;
      sum += square;
      n++;
    }
  *count = (double)n;
  return n ? (double)(sum / n) : NAN;
}

enum { PATHS = 3, DIM = 2, LONGEST = 311 };

typedef struct example {
  ptrdiff_t frames[PATHS];
  double *x[PATHS];
  const double *starts[PATHS];
  sgdl_paths paths;
} example;

static example make_example(int gaps)
{
  example e = { .frames = { LONGEST, 90, 5 } };
  for (int p = 0; p < PATHS; p++) {
    e.starts[p] = e.x[p] = walk(100 + (uint64_t)p, e.frames[p], DIM);
    for (ptrdiff_t k = 0; k < e.frames[p] * DIM; k++) e.x[p][k] += 1e4 + 0.3 * (double)(k % e.frames[p]);
  }
  if (gaps) {
    for (ptrdiff_t k = 20; k < 40; k++) e.x[0][k] = e.x[0][k + LONGEST] = NAN;
    for (ptrdiff_t k = 3; k < LONGEST; k += 17) e.x[0][k] = NAN; /* one coordinate only */
    e.x[1][e.frames[1] - 1] = e.x[1][0] = NAN;
    e.x[2][1 + e.frames[2]] = NAN;
  }
  return e;
}

static const sgdl_paths *paths_of(example *e)
{
  e->paths = (sgdl_paths){ PATHS, DIM, e->frames, e->starts };
  return &e->paths;
}

static void free_example(example *e)
{
  for (int p = 0; p < PATHS; p++) free(e->x[p]);
}

/* Few lags go directly, all of them by FFT: both. */
static void test_definition(void)
{
  const double weights[][DIM] = { { 1, 1 }, { 0.25, 3 }, { 0, 2 }, { 5, 0 } };
  double *lags = all_lags(LONGEST - 1), msd[LONGEST], count[LONGEST], few[] = { 1, 7, 89, 310 };
  for (int gaps = 0; gaps < 2; gaps++)
    for (int w = 0; w < 4; w++)
      for (int full = 0; full < 2; full++) {
        example e = make_example(gaps);
        const sgdl_paths *paths = paths_of(&e);
        sgdl_msd_options o = { .weights = w ? weights[w] : NULL, .full = full };
        sgdl_msd_report report;
        int same = 1;
        CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, LONGEST - 1, lags, msd, NULL, count, NULL, NULL,
                                    &report),
                     SGDL_OK);
        for (ptrdiff_t m = 1; m < LONGEST; m++) {
          double n, expected = definition(paths, weights[w], m, &n);
          same &= n == count[m - 1];
          CHECK_CLOSE(msd[m - 1], expected, full ? 1e-12 : 1e-11);
        }
        CHECK(same);
        CHECK(report.n_empty == 0 && (report.n_missing > 0) == gaps);
        CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, 4, few, msd, NULL, count, NULL, NULL, &report), SGDL_OK);
        for (int l = 0; l < 4; l++) {
          double n, expected = definition(paths, weights[w], (ptrdiff_t)few[l], &n);
          CHECK_CLOSE(msd[l], expected, 1e-13);
          CHECK(n == count[l]);
        }
        free_example(&e);
      }
  free(lags);
}

static void test_per(void)
{
  enum { LAGS = 4 };
  const double lags[LAGS] = { 1, 4, 50, 310 }, directions[2 * DIM] = { 3, 4, 0, -2 };
  double msd[LAGS * DIM], count[LAGS * DIM], n;
  example e = make_example(1);
  const sgdl_paths *paths = paths_of(&e);
  sgdl_msd_options o = { .per = SGDL_PER_COORDINATE };
  sgdl_msd_report report;
  CHECK_INT(sgdl_msd_n_curves(paths, &o), DIM);
  CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, LAGS, lags, msd, NULL, count, NULL, NULL, &report), SGDL_OK);
  for (int c = 0; c < DIM; c++)
    for (int l = 0; l < LAGS; l++) {
      const double only[DIM] = { c == 0, c == 1 };
      CHECK_CLOSE(msd[l + LAGS * c], definition(paths, only, (ptrdiff_t)lags[l], &n), 1e-13);
      CHECK(count[l + LAGS * c] == n);
    }
  o = (sgdl_msd_options){ .per = SGDL_PER_DIRECTION, .n_directions = 2, .directions = directions };
  CHECK_INT(sgdl_msd_n_curves(paths, &o), 2);
  CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, LAGS, lags, msd, NULL, count, NULL, NULL, &report), SGDL_OK);
  for (int k = 0; k < 2; k++) {
    example along = make_example(1);
    sgdl_paths one = { PATHS, 1, along.frames, along.starts };
    for (int p = 0; p < PATHS; p++)
      for (ptrdiff_t i = 0; i < e.frames[p]; i++)
        along.x[p][i] = k ? e.x[p][i] * 0 - e.x[p][i + e.frames[p]]
                          : 0.6 * (e.x[p][i] - 1e4) + 0.8 * (e.x[p][i + e.frames[p]] - 1e4);
    for (int l = 0; l < LAGS; l++) {
      CHECK_CLOSE(msd[l + LAGS * k], definition(&one, NULL, (ptrdiff_t)lags[l], &n), 1e-10);
      CHECK(count[l + LAGS * k] == n);
    }
    free_example(&along);
  }
  free_example(&e);
}

static void test_empty_lags(void)
{
  double x[12], msd[4], count[4], se[4];
  const double lags[] = { 1, 2, 3, 4 };
  const ptrdiff_t T = 12;
  const double *start = x;
  for (int k = 0; k < 12; k++) x[k] = k % 3 ? NAN : k; /* every third frame: lags 3, 6, ... only */
  sgdl_paths paths = { 1, 1, &T, &start };
  sgdl_msd_options o = { .errors = SGDL_ERRORS_AUTO };
  sgdl_msd_report report;
  CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, 4, lags, msd, se, count, NULL, NULL, &report), SGDL_OK);
  CHECK(isnan(msd[0]) && isnan(msd[1]) && msd[2] == 9 && isnan(msd[3]));
  CHECK(count[0] == 0 && count[2] == 3 && report.n_empty == 3 && report.n_missing == 8);
  CHECK_INT(report.errors, SGDL_ERRORS_BLOCKS);
}

/* ---- accuracy ---- */

static double worst_of(const sgdl_paths *paths, ptrdiff_t n_lags, const double *lags, const double *msd,
                       ptrdiff_t stride)
{
  double worst = 0.0, n;
  for (ptrdiff_t l = 0; l < n_lags; l += l < 10 || l > n_lags - 10 ? 1 : stride) {
    double expected = definition(paths, NULL, (ptrdiff_t)lags[l], &n), error = fabs(msd[l] / expected - 1.0);
    worst = error > worst || isnan(error) ? error : worst;
  }
  return worst;
}

/* Offset 1e6 and a constant velocity at 2e5 frames: 1e-9 is promised, 1e-11 kept. The plain FFT form, without
 * a line removed, has lost all digits at lag 1: its terms are 1e12 times the frames, a displacement is 1e-6.
 * */
static void test_offset_and_velocity(void)
{
  const ptrdiff_t T = getenv("SGDL_TEST_SHORT") ? 4000 : 200000;
  double *x = walk(7, T, 1), *lags = all_lags(T - 1), *msd = doubles(T - 1);
  for (ptrdiff_t k = 0; k < T; k++) x[k] = 1e6 + 0.01 * (double)k + 1e-3 * x[k];
  const double *start = x;
  sgdl_paths paths = { 1, 1, &T, &start };
  sgdl_msd_options o = { 0 };
  sgdl_msd_report report;
  CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, T - 1, lags, msd, NULL, NULL, NULL, NULL, &report), SGDL_OK);
  CHECK_NEAR(worst_of(&paths, T - 1, lags, msd, T / 40), 0.0, 1e-11);
  printf("offset and velocity: %td of %td lags redone\n", report.n_redone, T - 1);
  free(x);
  free(lags);
  free(msd);
}

static void make_hard_path(int kind, ptrdiff_t T, double *x)
{
  double *z = doubles(T), position = 0.0, velocity = 0.0, acceleration = 0.0;
  sgdl_normals(22, SGDL_STREAM_NOISE, (uint64_t)kind, 0, 0, T, z);
  for (ptrdiff_t k = 0; k < T; k++) {
    double step = z[k];
    if (kind == 0) step = velocity += acceleration += z[k];            /* superdiffusive, exponent 2 and above */
    if (kind == 1) step = z[k] + (k % 997 == 5 ? 1e9 : 0) - (k % 997 == 6 ? 1e9 : 0); /* spikes */
    if (kind == 2) step = z[k] / z[(k + 1) % T];                        /* Cauchy steps */
    if (kind == 3) step = z[k] / (z[(k + 1) % T] * z[(k + 1) % T]);     /* heavier still */
    position += step;
    x[k] = kind == 4 ? 1e8 * (double)(k % 100) + 1e-3 * z[k] : kind == 5 ? 1e8 * sin(1e-3 * (double)k) + z[k]
                                                                          : position;
  }
  free(z);
}

static void test_full_accuracy(void)
{
  const ptrdiff_t T = getenv("SGDL_TEST_SHORT") ? 1500 : 20000;
  double *x = doubles(T), *lags = all_lags(T - 1), *msd = doubles(T - 1);
  const double *start = x;
  sgdl_paths paths = { 1, 1, &T, &start };
  sgdl_msd_options o = { .full = 1 };
  sgdl_msd_report report;
  for (int kind = 0; kind < 6; kind++) {
    make_hard_path(kind, T, x);
    CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, T - 1, lags, msd, NULL, NULL, NULL, NULL, &report),
                 SGDL_OK);
    double worst = worst_of(&paths, T - 1, lags, msd, 137);
    CHECK_NEAR(worst, 0.0, 1e-12);
    printf("full accuracy, path %d: error %.1e, %td of %td lags redone\n", kind, worst, report.n_redone,
           T - 1);
  }
  free(x);
  free(lags);
  free(msd);
}

/* ---- standard errors ---- */

static void test_path_errors(void)
{
  enum { LAGS = 3 };
  const double lags[LAGS] = { 1, 3, 80 };
  double msd[LAGS], se[LAGS], covariance[LAGS * LAGS], n[PATHS], s[PATHS], total;
  example e = make_example(1);
  const sgdl_paths *paths = paths_of(&e);
  sgdl_msd_options o = { .errors = SGDL_ERRORS_PATHS };
  CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, LAGS, lags, msd, se, NULL, covariance, NULL, NULL), SGDL_OK);
  for (int l = 0; l < LAGS; l++) {
    double squares = 0.0, used = 0.0;
    total = 0.0;
    for (int p = 0; p < PATHS; p++) {
      sgdl_paths one = { 1, DIM, e.frames + p, e.starts + p };
      s[p] = definition(&one, NULL, (ptrdiff_t)lags[l], n + p);
      s[p] = n[p] > 0 ? s[p] * n[p] : 0.0;
      total += n[p];
      used += n[p] > 0;
    }
    for (int p = 0; p < PATHS; p++) squares += pow(s[p] - msd[l] * n[p], 2) / (total * total);
    CHECK_CLOSE(se[l], sqrt(squares * used / (used - 1)), 1e-11);
    CHECK_CLOSE(covariance[l + LAGS * l], se[l] * se[l], 1e-14);
  }
  CHECK(covariance[1] == covariance[LAGS]);
  free_example(&e);
}

/* Variance and one covariance of the MSD of walks over many runs against the mean of what each kind of error
 * says. 400 runs: the ratio of variances has a relative sd below 0.09 (0.07 from the runs' own variance, the
 * rest from the estimates): 35% raise a false alarm in fewer than 1 in 5000; blocks and bootstrap of 16 are
 * allowed their bias. */
static void test_calibration(void)
{
  enum { T = 800, LAGS = 2 };
  const int repeats = getenv("SGDL_TEST_SHORT") ? 10 : 400;
  const double slack = repeats < 400 ? 20.0 : 1.35, lags[LAGS] = { 3, 10 };
  const sgdl_msd_errors kinds[] = { SGDL_ERRORS_BLOCKS, SGDL_ERRORS_BOOTSTRAP, SGDL_ERRORS_GAUSSIAN };
  const ptrdiff_t frames = T;
  for (int kind = 0; kind < 3; kind++) {
    double mean[LAGS] = { 0 }, products[3] = { 0 }, said[3] = { 0 };
    for (int r = 0; r < repeats; r++) {
      double *x = walk(1000 + (uint64_t)r, T, 1), msd[LAGS], covariance[LAGS * LAGS];
      const double *start = x;
      sgdl_paths paths = { 1, 1, &frames, &start };
      sgdl_msd_options o = { .errors = kinds[kind], .n_boot = 200, .seed = (uint64_t)r };
      CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, LAGS, lags, msd, NULL, NULL, covariance, NULL, NULL),
                   SGDL_OK);
      for (int l = 0; l < LAGS; l++) mean[l] += msd[l] / repeats;
      products[0] += msd[0] * msd[0] / repeats;
      products[1] += msd[1] * msd[1] / repeats;
      products[2] += msd[0] * msd[1] / repeats;
      said[0] += covariance[0] / repeats;
      said[1] += covariance[3] / repeats;
      said[2] += covariance[1] / repeats;
      free(x);
    }
    products[0] -= mean[0] * mean[0];
    products[1] -= mean[1] * mean[1];
    products[2] -= mean[0] * mean[1];
    for (int i = 0; i < 3; i++) {
      CHECK(said[i] / products[i] > 1 / slack && said[i] / products[i] < slack);
      printf("error kind %d, element %d: said over met %.3f\n", kind, i, said[i] / products[i]);
    }
  }
}

static void test_replicates(void)
{
  enum { T = 640, LAGS = 3, BOOT = 50 };
  const double lags[LAGS] = { 1, 10, 100 };
  double *x = walk(3, T, 2), msd[LAGS], se[LAGS], covariance[LAGS * LAGS], replicates[LAGS * BOOT];
  const double *start = x;
  const ptrdiff_t frames = T;
  sgdl_paths paths = { 1, 2, &frames, &start };
  sgdl_msd_options o = { .errors = SGDL_ERRORS_BOOTSTRAP, .n_boot = BOOT, .seed = 5 };
  CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, LAGS, lags, msd, se, NULL, covariance, replicates, NULL),
               SGDL_OK);
  for (int l = 0; l < 2; l++) {
    double mean = 0.0, square = 0.0;
    for (int r = 0; r < BOOT; r++) mean += replicates[l + LAGS * r] / BOOT;
    for (int r = 0; r < BOOT; r++) square += pow(replicates[l + LAGS * r] - mean, 2) / (BOOT - 1);
    CHECK_CLOSE(se[l], sqrt(square * 16 / 15), 1e-12); /* 16 blocks of 40 origins */
    CHECK_CLOSE(covariance[l + LAGS * l], se[l] * se[l], 1e-13);
  }
  CHECK(isnan(se[2]) && isnan(covariance[2]) && isnan(replicates[2]) && msd[2] > 0);
  free(x);
}

static void test_bits_do_not_depend_on_threads(void)
{
  enum { LAGS = LONGEST - 1, REACH = 30 };
  double *lags = all_lags(LAGS), one[LAGS], many[LAGS], se_one[LAGS], se_many[LAGS];
  example e = make_example(1);
  const sgdl_paths *paths = paths_of(&e);
  for (int kind = SGDL_ERRORS_BLOCKS; kind <= SGDL_ERRORS_GAUSSIAN; kind++)
    for (int full = 0; full < 2; full++) {
      sgdl_msd_options o = { .full = full, .errors = (sgdl_msd_errors)kind, .n_boot = 20 };
      for (int threads = 1; threads <= 3; threads++) {
        ctx.threads = threads;
        CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, REACH, lags, threads == 1 ? one : many,
                                    threads == 1 ? se_one : se_many, NULL, NULL, NULL, NULL), SGDL_OK);
        if (threads == 1) continue;
        int same = memcmp(one, many, REACH * sizeof(double)) == 0;
        for (int l = 0; l < REACH; l++) same &= se_one[l] == se_many[l] || (isnan(se_one[l]) &&
                                                                            isnan(se_many[l]));
        CHECK(same);
      }
    }
  ctx.threads = 0;
  free(lags);
  free_example(&e);
}

/* ---- messages ---- */

static void refuse(const sgdl_paths *paths, sgdl_msd_options o, double lag, sgdl_status status,
                   const char *text)
{
  double msd[8], se[8];
  CHECK_STATUS(sgdl_msd_paths(&ctx, paths, &o, 1, &lag, msd, se, NULL, NULL, NULL, NULL), status);
  CHECK_TEXT(ctx.message, text);
}

static void test_messages(void)
{
  example e = make_example(0);
  const sgdl_paths *good = paths_of(&e);
  const double negative[DIM] = { 1, -1 }, none[DIM] = { 0, 0 }, bad[DIM] = { NAN, 1 };
  sgdl_msd_options plain = { 0 };
  refuse(good, (sgdl_msd_options){ .weights = negative }, 1, SGDL_BAD_ARGUMENT, "`weights[2]` = -1");
  refuse(good, (sgdl_msd_options){ .weights = bad }, 1, SGDL_NOT_FINITE, "`weights[1]` = ");
  refuse(good, (sgdl_msd_options){ .weights = none }, 1, SGDL_BAD_ARGUMENT, "`weights` are all 0");
  refuse(good, (sgdl_msd_options){ .weights = none, .per = SGDL_PER_COORDINATE }, 1, SGDL_BAD_ARGUMENT,
         "expected none except with per = \"total\"");
  refuse(good, (sgdl_msd_options){ .per = SGDL_PER_DIRECTION, .n_directions = 1, .directions = none }, 1,
         SGDL_BAD_ARGUMENT, "`direction` 1 is zero");
  refuse(good, (sgdl_msd_options){ .per = SGDL_PER_DIRECTION }, 1, SGDL_BAD_ARGUMENT,
         "`direction` is absent");
  refuse(good, (sgdl_msd_options){ .per = SGDL_PER_DIRECTION, .n_directions = 1, .directions = bad }, 1,
         SGDL_NOT_FINITE, "direction");
  refuse(good, plain, LONGEST, SGDL_BAD_ARGUMENT, "`lags[1]` = 311: expected an integer from 1 to 310");
  refuse(good, (sgdl_msd_options){ .type = SGDL_MSD_ENSEMBLE, .origin = 310 }, 1, SGDL_BAD_ARGUMENT,
         "`origin` = 311: expected a frame from 1 to 310");
  refuse(good, (sgdl_msd_options){ .type = SGDL_MSD_FROM_START, .errors = SGDL_ERRORS_BLOCKS }, 1,
         SGDL_BAD_ARGUMENT, "`se` = \"blocks\": expected \"paths\" or \"bootstrap\"");
  refuse(good, (sgdl_msd_options){ .errors = SGDL_ERRORS_BOOTSTRAP, .n_boot = 2 }, 1, SGDL_BAD_ARGUMENT,
         "`n_boot` = 2");
  sgdl_paths one = { 1, DIM, e.frames + 1, e.starts + 1 }, sizeless = { 1, PTRDIFF_MAX / 2, e.frames, e.starts };
  refuse(&one, (sgdl_msd_options){ .errors = SGDL_ERRORS_PATHS }, 1, SGDL_BAD_ARGUMENT,
         "`se` = \"paths\": expected at least 2 paths, got 1");
  refuse(&sizeless, plain, 1, SGDL_TOO_LARGE, "elements in path 1");
  sizeless.dim = 0;
  refuse(&sizeless, plain, 1, SGDL_BAD_ARGUMENT, "`x` has 0 coordinates");
  const ptrdiff_t two = 2, no_frames = 0;
  sgdl_paths brief = { 1, 1, &two, e.starts };
  refuse(&brief, plain, 1, SGDL_TOO_SHORT, "`x` has 2 frames: expected at least 3");
  brief.frames = &no_frames;
  refuse(&brief, plain, 1, SGDL_TOO_SHORT, "`x` has no frames in path 1");
  sgdl_paths fifteen = { 1, 1, &(const ptrdiff_t){ 15 }, e.starts };
  refuse(&fifteen, (sgdl_msd_options){ .errors = SGDL_ERRORS_BOOTSTRAP, .n_boot = 20 }, 1, SGDL_TOO_SHORT,
         "expected at least 16 for a block bootstrap");
  e.x[1][4 + e.frames[1]] = INFINITY;
  refuse(good, plain, 1, SGDL_NOT_FINITE, "`x[frame 5, coordinate 2, path 2]` = Inf");
  for (int p = 0; p < PATHS; p++)
    for (ptrdiff_t k = 0; k < e.frames[p]; k++) e.x[p][k + e.frames[p]] = NAN;
  refuse(good, plain, 1, SGDL_NOT_FINITE, "`x`: coordinate 2 is NaN in every frame");
  double first[DIM] = { 1, 0 }, msd;
  sgdl_msd_options weighted = { .weights = first };
  CHECK_STATUS(sgdl_msd_paths(&ctx, good, &weighted, 1, first, &msd, NULL, NULL, NULL, NULL, NULL), SGDL_OK);
  free_example(&e);
}

static void test_extremes(void)
{
  double x[40], msd[39], se[39], *lags = all_lags(39);
  const double *start = x;
  const ptrdiff_t T = 40;
  sgdl_paths paths = { 1, 1, &T, &start };
  for (int full = 0; full < 2; full++) {
    sgdl_msd_options o = { .full = full, .errors = SGDL_ERRORS_GAUSSIAN };
    for (int k = 0; k < 40; k++) x[k] = -7.5e8; /* constant */
    CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, 39, lags, msd, se, NULL, NULL, NULL, NULL), SGDL_OK);
    CHECK(msd[0] == 0 && msd[38] == 0 && se[0] == 0);
    x[7] = NAN;
    CHECK_STATUS(sgdl_msd_paths(&ctx, &paths, &o, 39, lags, msd, NULL, NULL, NULL, NULL, NULL), SGDL_OK);
    CHECK(msd[0] == 0 && msd[38] == 0);
  }
  free(lags);
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_definition();
  test_per();
  test_empty_lags();
  test_offset_and_velocity();
  test_full_accuracy();
  test_path_errors();
  test_calibration();
  test_replicates();
  test_bits_do_not_depend_on_threads();
  test_messages();
  test_extremes();
  return check_report();
}
