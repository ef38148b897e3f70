/* Simulators of anomalous diffusion: exact covariances through the embedding's own linear map, Monte Carlo
 * moments (false-alarm rates beside each), scaling of the noise, seeds and refusals. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oracle.h"
#include "sgdl.h"
#include "simulate/diffusion.h"

static sgdl_context ctx;

static double *doubles(ptrdiff_t n)
{
  return calloc((size_t)(n > 0 ? n : 1), sizeof(double));
}

static double fractional_covariance(double a, ptrdiff_t k)
{
  long double below = k > 0 ? powl((long double)(k - 1), a) : 1;
  return (double)((powl(k + 1, a) - 2 * (k ? powl(k, a) : 0) + below) / 2);
}

/* The draw is linear in its normals: the sum over unit normals of out_i out_j is the covariance, with no
 * chance. */
static void test_embedding(void)
{
  static const double exponents[] = {0.01, 0.4, 1.0, 1.6, 1.99};
  for (int e = 0; e < 5; e++)
    for (ptrdiff_t n = 1; n <= 64; n += n < 5 ? 1 : 19) {
      sgdl_embedding embedding;
      CHECK_STATUS(sgdl_embedding_open(&ctx, n, exponents[e], &embedding), SGDL_OK);
      double *work = doubles(embedding.room), *covariance = doubles(n * n), worst = 0.0;
      for (ptrdiff_t z = 0; z < embedding.length; z++) {
        memset(work, 0, (size_t)embedding.room * sizeof(double));
        work[z] = 1.0;
        sgdl_embedding_draw(&embedding, work);
        for (ptrdiff_t i = 0; i < n; i++)
          for (ptrdiff_t j = 0; j < n; j++) covariance[i + n * j] += work[i] * work[j];
      }
      for (ptrdiff_t i = 0; i < n * n; i++)
        worst = fmax(worst, fabs(covariance[i] - fractional_covariance(exponents[e], labs(i % n - i / n))));
      CHECK_NEAR(worst, 0.0, 1e-13 + 8 * oracle_epsilon() * pow((double)n, exponents[e]));
      sgdl_embedding_close(&embedding);
      free(work), free(covariance);
    }
}

/* Mean squared displacement from frame `from` over paths, against `expected` with relative variance
 * `spread`/paths: Gaussian paths have 2; 4.5 standard errors fail a right simulator 7e-6 of the time. */
static void check_spread(const double *x, ptrdiff_t rows, ptrdiff_t paths, ptrdiff_t from, ptrdiff_t lag,
                         double expected, double spread)
{
  double sum = 0.0;
  for (ptrdiff_t p = 0; p < paths; p++) {
    double u = x[from + lag + rows * p] - x[from + rows * p];
    sum += u * u / (double)paths;
  }
  CHECK_NEAR(sum / expected, 1.0, 4.5 * sqrt(spread / (double)paths));
}

static void test_gaussian_processes(void)
{
  enum { STEPS = 300, PATHS = 4000 };
  double *x = doubles((STEPS + 1) * PATHS);
  sgdl_diffusion p = {SGDL_PROCESS_FBM, STEPS, 1, PATHS, 0.7, 2.5, 20.0, 0.0, 1};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  CHECK(x[0] == 0.0);
  check_spread(x, STEPS + 1, PATHS, 0, 1, 2.5, 2);
  check_spread(x, STEPS + 1, PATHS, 0, STEPS, 2.5 * pow(STEPS, 0.7), 2);
  check_spread(x, STEPS + 1, PATHS, 100, 100, 2.5 * pow(100, 0.7), 2);
  p.noise = 1.5;
  p.seed = 2;
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  check_spread(x, STEPS + 1, PATHS, 50, 10, 2.5 * pow(10, 0.7) + 3.0, 2);

  p = (sgdl_diffusion){SGDL_PROCESS_SCALED, STEPS, 1, PATHS, 0.6, 3.0, 0.0, 0.0, 3};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  check_spread(x, STEPS + 1, PATHS, 0, 200, 3.0 * pow(200, 0.6), 2);
  check_spread(x, STEPS + 1, PATHS, 100, 200, 3.0 * (pow(300, 0.6) - pow(100, 0.6)), 2);

  p = (sgdl_diffusion){SGDL_PROCESS_OU, STEPS, 1, PATHS, 0.0, 2.0, 15.0, 0.0, 4};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  check_spread(x, STEPS + 1, PATHS, 0, 7, 2.0 * 15.0 * (1 - exp(-7.0 / 15.0)), 2);
  check_spread(x, STEPS + 1, PATHS, 200, 90, 2.0 * 15.0 * (1 - exp(-90.0 / 15.0)), 2);
  free(x);
}

/* P(no jump up to frame t) = t^-exponent in a CTRW; a Levy walk's first flight likewise, with the same speed.
 */
static void test_event_processes(void)
{
  enum { STEPS = 100, PATHS = 20000, T = 30 };
  double *x = doubles((STEPS + 1) * PATHS), still = 0.0, straight = 0.0;
  sgdl_diffusion p = {SGDL_PROCESS_CTRW, STEPS, 1, PATHS, 0.7, 4.0, 0.0, 0.0, 5};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  for (ptrdiff_t i = 0; i < PATHS; i++) still += (x[T + (STEPS + 1) * i] == 0.0) / (double)PATHS;
  double expected = pow(T, -0.7);
  CHECK_NEAR(still, expected, 4.5 * sqrt(expected * (1 - expected) / PATHS));
  double jump = 0.0, count = 0.0; /* the first change of position is one Gaussian jump */
  for (ptrdiff_t i = 0; i < PATHS; i++) {
    const double *path = x + (STEPS + 1) * i;
    if (path[1] == 0.0 && path[2] != 0.0) jump += path[2] * path[2], count += 1.0;
  }
  CHECK(count > 1000);
  CHECK_NEAR(jump / count / 4.0, 1.0, 4.5 * sqrt(2.0 / count)); /* waits are at least a frame: one jump */

  p = (sgdl_diffusion){SGDL_PROCESS_LEVY_WALK, STEPS, 1, PATHS, 1.4, 9.0, 0.0, 0.0, 6};
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), SGDL_OK);
  double fastest = 0.0, ways = 0.0;
  for (ptrdiff_t i = 0; i < PATHS; i++) {
    const double *path = x + (STEPS + 1) * i;
    straight += (fabs(path[T]) > 3.0 * T * (1 - 1e-12)) / (double)PATHS;
    ways += (path[1] > 0) / (double)PATHS;
    for (int k = 0; k < STEPS; k++) fastest = fmax(fastest, fabs(path[k + 1] - path[k]));
  }
  CHECK_NEAR(fastest, 3.0, 1e-10);
  CHECK_NEAR(ways, 0.5, 4.5 * 0.5 / sqrt(PATHS));
  
  CHECK(straight > pow(T, -1.6));
  free(x);
}

static void test_seeds_and_threads(void)
{
  enum { STEPS = 2000, DIM = 2, PATHS = 40, SIZE = (STEPS + 1) * DIM * PATHS };
  double *one = doubles(SIZE), *many = doubles(SIZE), *fewer = doubles((STEPS + 1) * DIM);
  for (int process = 0; process <= SGDL_PROCESS_LEVY_WALK; process++) {
    sgdl_diffusion p = {process, STEPS, DIM, PATHS, process == 3 ? 0.5 : 1.5, 1.0, 10.0, 0.1, 7};
    ctx.threads = 1;
    CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, one), SGDL_OK);
    ctx.threads = 3;
    CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, many), SGDL_OK);
    CHECK(memcmp(one, many, SIZE * sizeof(double)) == 0);
    p.n_paths = 1;
    CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, fewer), SGDL_OK);
    CHECK(memcmp(one, fewer, (STEPS + 1) * DIM * sizeof(double)) == 0);
    p.seed = 8;
    CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, fewer), SGDL_OK);
    CHECK(memcmp(one, fewer, (STEPS + 1) * DIM * sizeof(double)) != 0);
  }
  ctx.threads = 0;
  free(one), free(many), free(fewer);
}

static void refuse(sgdl_diffusion p, sgdl_status status, const char *text)
{
  double x[16];
  CHECK_STATUS(sgdl_diffusion_simulate(&ctx, &p, x), status);
  CHECK_TEXT(ctx.message, text);
}

static void test_refusals(void)
{
  const sgdl_diffusion good = {SGDL_PROCESS_FBM, 4, 1, 1, 1.0, 1.0, 1.0, 0.0, 1};
  sgdl_diffusion p = good;
  p.steps = 0, refuse(p, SGDL_BAD_ARGUMENT, "`steps` = 0");
  p = good, p.dim = 0, refuse(p, SGDL_BAD_ARGUMENT, "`dim` = 0");
  p = good, p.n_paths = 0, refuse(p, SGDL_BAD_ARGUMENT, "`nsim` = 0");
  p = good, p.n_paths = PTRDIFF_MAX, refuse(p, SGDL_TOO_LARGE, "at most 2^32");
  p = good, p.exponent = 2.0,
  refuse(p, SGDL_BAD_ARGUMENT, "`exponent` = 2: expected a number between 0 and 2");
  p = good, p.exponent = NAN, refuse(p, SGDL_BAD_ARGUMENT, "`exponent` = nan");
  p.process = SGDL_PROCESS_CTRW, p.exponent = 1.0,
  refuse(p, SGDL_BAD_ARGUMENT, "between 0 and 1 for process \"ctrw\"");
  p.process = SGDL_PROCESS_LEVY_WALK, refuse(p, SGDL_BAD_ARGUMENT, "between 1 and 2");
  p = good, p.diffusivity = 0.0, refuse(p, SGDL_BAD_ARGUMENT, "`diffusivity` = 0");
  p = good, p.noise = -1.0, refuse(p, SGDL_BAD_ARGUMENT, "`noise` = -1");
  p = good, p.process = SGDL_PROCESS_OU, p.relaxation = 0.0, refuse(p, SGDL_BAD_ARGUMENT, "`relaxation` = 0");
}

int main(void)
{
  sgdl_context_init(&ctx);
  test_embedding();
  test_gaussian_processes();
  test_event_processes();
  test_seeds_and_threads();
  test_refusals();
  return check_report();
}
