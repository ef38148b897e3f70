/* The base: messages and words, options and their nearest names, polling, checks, forks, and the CPU
 * backend against the definitions of what it computes. */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/random.h"
#include "check.h"

static sgdl_context ctx;

static void words_and_sentences(void)
{
  for (int s = 0; s < SGDL_STATUS_COUNT; s++) {
    CHECK(strlen(sgdl_status_string((sgdl_status)s)) > 0);
    for (int other = 0; other < s; other++)
      CHECK(strcmp(sgdl_status_word((sgdl_status)s), sgdl_status_word((sgdl_status)other)) != 0);
  }
  CHECK_TEXT(sgdl_status_word(SGDL_NOT_PSD), "not_psd");
  CHECK_TEXT(sgdl_status_string((sgdl_status)-1), "unknown");
  CHECK_TEXT(sgdl_status_word((sgdl_status)999), "unknown");
}

/* ---- options ---- */

static void options_match_exactly_or_name_the_nearest(void)
{
  const char *const choices[] = {"langevin", "sgd"}, *const noises[] = {"empirical", "homoscedastic"};
  const char *const arguments[] = {"lr", "momentum", "weight_decay", "batch_size"};
  char endless[4 * SGDL_MESSAGE_SIZE];
  int index = -1;
  CHECK_STATUS(sgdl_match_option(&ctx, "dynamics", "sgd", choices, 2, &index), SGDL_OK);
  CHECK_INT(index, 1);
  CHECK_STATUS(sgdl_match_option(&ctx, "dynamics", "Langvein", choices, 2, &index), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "`dynamics` = \"Langvein\": expected one of \"langevin\", \"sgd\"; "
                          "did you mean \"langevin\"?");
  CHECK_STATUS(sgdl_match_option(&ctx, "dynamics", "", choices, 2, &index), SGDL_BAD_ARGUMENT);
  CHECK_STATUS(sgdl_match_option(&ctx, "gradient_noise", "homo", noises, 2, &index), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "did you mean \"homoscedastic\"?"); /* not "empirical", which is fewer edits away */
  CHECK_STATUS(sgdl_unknown_argument(&ctx, "sgd_hyper", "weigth_decay", arguments, 4), SGDL_BAD_ARGUMENT);
  CHECK_TEXT(ctx.message, "sgd_hyper has no argument `weigth_decay`: did you mean `weight_decay`?");
  CHECK_TEXT(ctx.message, "`lr`, `momentum`, `weight_decay`, `batch_size`");
  memset(endless, 'x', sizeof endless - 1);
  endless[sizeof endless - 1] = '\0';
  CHECK_STATUS(sgdl_unknown_argument(&ctx, "sgd_hyper", endless, arguments, 4), SGDL_BAD_ARGUMENT);
  CHECK(strlen(ctx.message) < SGDL_MESSAGE_SIZE);
}

/* ---- polling ---- */

typedef struct host {
  int asked, told;
} host;

static int stop_at_third(void *user)
{
  return ++((host *)user)->asked >= 3;
}

static void tell(void *user, double fraction)
{
  (void)fraction;
  ((host *)user)->told++;
}

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void polling_asks_the_host_every_50_ms(void)
{
  host host = {0, 0};
  double start = seconds();
  CHECK_INT(sgdl_poll(&ctx, 0.5), 0); /* no callback: nothing to ask */
  ctx.should_stop = stop_at_third;
  ctx.progress = tell;
  ctx.user = &host;
  while (!sgdl_poll(&ctx, 0.5) && seconds() - start < 5.0) {
  }
  double taken = seconds() - start;
  CHECK_INT(host.asked, 3);
  CHECK_INT(host.told, 3);
  CHECK(taken > 0.09 && taken < 2.0); /* first at once, then two intervals; generous for a busy machine */
  sgdl_context_init(&ctx);
}

/* ---- memory, values, threads ---- */

static void allocations_are_checked(void)
{
  double *p = NULL;
  CHECK(sgdl_times(1 << 20, 1 << 20) == (ptrdiff_t)1 << 40);
  CHECK(sgdl_times(PTRDIFF_MAX / 2, 3) == -1);
  CHECK(sgdl_times(-1, 3) == -1);
  CHECK(sgdl_times(0, PTRDIFF_MAX) == 0);
  CHECK(sgdl_doubles(-1) == NULL);
  CHECK(sgdl_doubles(PTRDIFF_MAX / 4) == NULL);
  CHECK_STATUS(sgdl_alloc(&ctx, &p, PTRDIFF_MAX / 8, "a matrix"), SGDL_NO_MEMORY);
  CHECK_TEXT(ctx.message, "no memory for a matrix");
  CHECK_STATUS(sgdl_alloc(&ctx, &p, 0, "nothing"), SGDL_OK);
  CHECK(p != NULL && (uintptr_t)p % 64 == 0);
  free(p);
}

static void values_that_are_not_finite_are_placed(void)
{
  double x[1000];
  for (int i = 0; i < 1000; i++) x[i] = i;
  CHECK_STATUS(sgdl_check_finite(&ctx, "H", x, 1000, 10), SGDL_OK);
  x[998] = INFINITY;
  CHECK_STATUS(sgdl_check_finite(&ctx, "H", x, 1000, 10), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "`H[9, 100]` = Inf: expected a finite number");
  x[12] = NAN;
  CHECK_STATUS(sgdl_check_finite(&ctx, "b", x, 1000, 0), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "`b[13]` = NaN");
  x[0] = -INFINITY;
  CHECK_STATUS(sgdl_check_finite(&ctx, "lr", x, 1, 0), SGDL_NOT_FINITE);
  CHECK_TEXT(ctx.message, "`lr` = -Inf");
  CHECK_STATUS(sgdl_check_blas_size(&ctx, "rows", (ptrdiff_t)INT_MAX + 1), SGDL_TOO_LARGE);
  CHECK_STATUS(sgdl_check_blas_size(&ctx, "rows", INT_MAX), SGDL_OK);
}

static void a_forked_child_uses_one_thread(void)
{
  int status = 1;
  ctx.threads = 3;
  CHECK_INT(sgdl_threads(&ctx), 3);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) _exit(sgdl_threads(&ctx) != 1);
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ctx.threads = 0;
  CHECK(sgdl_threads(&ctx) >= 1);
  int previous = sgdl_blas_single_begin();
  CHECK(previous == 0 || sgdl_blas_single_begin() == 1);
  sgdl_blas_single_end(previous);
  CHECK_INT(sgdl_blas_single_begin(), previous);
  sgdl_blas_single_end(previous);
}

/* ---- the CPU backend ---- */

enum { N = 37 };

/* A symmetric matrix with eigenvalues above 1. */
static void positive_matrix(double *A)
{
  double G[N * N];
  sgdl_normals(5, SGDL_STREAM_NOISE, 0, 0, 0, N * N, G);
  for (int j = 0; j < N; j++)
    for (int i = 0; i < N; i++) {
      A[i + j * N] = i == j;
      for (int k = 0; k < N; k++) A[i + j * N] += G[i + k * N] * G[j + k * N];
    }
}

static void backend_computes_what_it_says(void)
{
  const sgdl_backend *b = sgdl_backend_of(&ctx);
  double A[N * N], V[N * N], w[N], B[N * N], C[N * N], eye[N * N] = {0};
  positive_matrix(A);
  for (int i = 0; i < N; i++) eye[i * (N + 1)] = 1.0;
  CHECK_TEXT(b->name, "cpu");

  memcpy(V, A, sizeof A);
  CHECK_STATUS(b->eigen_symmetric(&ctx, N, V, w), SGDL_OK);
  for (int i = 1; i < N; i++) CHECK(w[i] >= w[i - 1]);
  for (int j = 0; j < N; j++)
    for (int i = 0; i < N; i++) B[i + j * N] = V[i + j * N] * w[j];
  CHECK_STATUS(b->product(&ctx, 0, 1, N, N, N, 1.0, B, N, V, N, 0.0, C, N), SGDL_OK);
  CHECK_ARRAY(C, A, N * N, 1e-13);
  CHECK_STATUS(b->gram(&ctx, N, N, 1.0, V, N, 0.0, C), SGDL_OK);
  CHECK_ARRAY(C, eye, N * N, 1e-13);

  memcpy(B, A, sizeof A);
  CHECK_STATUS(b->cholesky(&ctx, N, B), SGDL_OK);
  CHECK_STATUS(b->cholesky_inverse(&ctx, N, B), SGDL_OK);
  CHECK_STATUS(b->product(&ctx, 0, 0, N, N, N, 1.0, A, N, B, N, 0.0, C, N), SGDL_OK);
  CHECK_ARRAY(C, eye, N * N, 1e-10);
  A[N + 1] = -1.0;
  CHECK_STATUS(b->cholesky(&ctx, N, A), SGDL_NOT_PSD);

  double y[N] = {0}, expected[N] = {0};
  CHECK_STATUS(b->matrix_vector(&ctx, 1, N, N, 2.0, V, N, w, 0.0, y), SGDL_OK);
  for (int j = 0; j < N; j++)
    for (int i = 0; i < N; i++) expected[j] += 2.0 * V[i + j * N] * w[i];
  CHECK_ARRAY(y, expected, N, 1e-13);
  CHECK_STATUS(b->eigen_symmetric(&ctx, 40000, V, w), SGDL_TOO_LARGE);
  CHECK_TEXT(ctx.message, "40000");
}

static void ensemble_step_is_the_recursion(void)
{
  enum { STEPS = 5 };
  double M[4 * N], noise[2 * N * STEPS], state[2 * N], out[2 * N * STEPS], z[2 * N];
  sgdl_normals(6, 0, 0, 0, 0, 4 * N, M);
  sgdl_normals(6, 0, 1, 0, 0, 2 * N * STEPS, noise);
  sgdl_normals(6, 0, 2, 0, 0, 2 * N, state);
  memcpy(z, state, sizeof z);
  CHECK_STATUS(sgdl_backend_of(&ctx)->ensemble_step(&ctx, N, STEPS, M, noise, state, out), SGDL_OK);
  for (int s = 0; s < STEPS; s++) {
    for (int i = 0; i < N; i++) {
      const double *m = M + 4 * i, *e = noise + 2 * N * s;
      double x = m[0] * z[i] + m[2] * z[N + i] + e[i], v = m[1] * z[i] + m[3] * z[N + i] + e[N + i];
      z[i] = x;
      z[N + i] = v;
    }
    CHECK_ARRAY(out + 2 * N * s, z, 2 * N, 0.0);
  }
  CHECK_ARRAY(state, z, 2 * N, 0.0);
}

int main(void)
{
  sgdl_context_init(&ctx);
  words_and_sentences();
  options_match_exactly_or_name_the_nearest();
  polling_asks_the_host_every_50_ms();
  allocations_are_checked();
  values_that_are_not_finite_are_placed();
  a_forked_child_uses_one_thread();
  backend_computes_what_it_says();
  ensemble_step_is_the_recursion();
  return check_report();
}
