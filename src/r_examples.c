/* Entry points of weight-dependent noise: the examples of a problem brought to modes, self-consistent
 * noise and its transient, dressed epochs. */
#include "r_objective.h"

#include <string.h>

#include "backend.h"

/* ---- Hessian products by a function of R ---- */

typedef struct {
  SEXP function;
  r_jump jump;
  const sgdl_model *model;
  ptrdiff_t N;
  ptrdiff_t n_rows;
  const double *W;
  double *out;
} products;

static const double *rotate(const products *p, int transpose, ptrdiff_t n, const double *rows, double *out)
{
  sgdl_context ctx;
  const ptrdiff_t d = p->model->dim;
  if (!p->model->vectors) return rows;
  r_context(&ctx);
  r_check(&ctx, sgdl_backend_of(&ctx)->product(&ctx, 0, transpose, n, d, d, 1, rows, n, p->model->vectors, d,
                                               0, out, n));
  return out;
}

/* function(W), rows in the coordinates of the parameters on both ways. */
static SEXP call_function(void *data)
{
  products *p = data;
  const ptrdiff_t d = p->model->dim, n_rows = p->n_rows;
  SEXP rows = PROTECT(Rf_allocMatrix(REALSXP, (int)n_rows, (int)d));
  const double *parameters = rotate(p, 1, n_rows, p->W, REAL(rows));
  if (parameters != REAL(rows)) memcpy(REAL(rows), parameters, sizeof(double) * (size_t)(n_rows * d));
  SEXP call = PROTECT(Rf_lang2(p->function, rows)), result = PROTECT(Rf_eval(call, R_GlobalEnv));
  if (!Rf_isMatrix(result) || !(Rf_isReal(result) || Rf_isInteger(result)) || Rf_nrows(result) != p->N ||
      Rf_ncols(result) != d)
    r_raise(SGDL_BAD_ARGUMENT, "`hessian_factors (W)`: expected a numeric %.0f x %.0f matrix, got %s",
            (double)p->N, (double)d, Rf_isMatrix(result) ? "another shape or type" : "no matrix");
  result = PROTECT(Rf_coerceVector(result, REALSXP));
  const double *modes = rotate(p, 0, p->N, REAL(result), p->out);
  if (modes != p->out) memcpy(p->out, modes, sizeof(double) * (size_t)(p->N * d));
  UNPROTECT(4);
  return R_NilValue;
}

static sgdl_status hessian_product(void *user, ptrdiff_t n_rows, const double *W, double *out)
{
  products *p = user;
  p->n_rows = n_rows;
  p->W = W;
  p->out = out;
  return r_jump_call(&p->jump, call_function, p) ? SGDL_INTERRUPTED : SGDL_OK;
}

/* r_check(), after continuing a jump out of the user's function. */
static void r_checked(sgdl_context *ctx, const products *p, sgdl_status status)
{
  r_jump_continue(&p->jump);
  r_check(ctx, status);
}

/* ---- examples ---- */

/* Examples in modes, in R_alloc memory. `p` must stay where it is while the core works on them; its
 * `jump.token` is protected by the caller. */
static void r_examples(SEXP model, const sgdl_model *m, products *p, sgdl_examples *out)
{
  sgdl_context ctx;
  SEXP problem = r_field(model, "problem"), factors = r_field(problem, "hessian_factors");
  const ptrdiff_t N = m->n_examples, d = m->dim;
  double *gradient = (double *)R_alloc((size_t)(N * d), sizeof *gradient), *factor = NULL;
  memset(p, 0, sizeof *p);
  p->function = factors;
  p->model = m;
  p->N = N;
  *out = (sgdl_examples){.N = N, .d = d, .rank = 1, .gradient = gradient, .hessian_product = hessian_product,
                         .user = p};
  r_context(&ctx);
  if (Rf_inherits(problem, "sgd_regression")) {
    const double *X = r_array(problem, "X", N * d), *y = r_array(problem, "y", N);
    factor = (double *)R_alloc((size_t)(N * d), sizeof *factor);
    r_check(&ctx, sgdl_regression_examples(&ctx, m, X, y, factor, gradient));
    out->factor = factor;
    return;
  }

  const double *given = r_array(problem, "gradients", N * d);
  double *rows = (double *)R_alloc((size_t)(N * d), sizeof *rows);
  for (ptrdiff_t l = 0; l < d; l++) {
    const double decay = m->minimiser ? m->hyper.weight_decay * m->minimiser[l] : 0;
    for (ptrdiff_t i = 0; i < N; i++) rows[i + N * l] = given[i + N * l] + decay;
  }
  r_check(&ctx, sgdl_rows_to_modes(&ctx, m, N, rows, gradient));
  if (Rf_isFunction(factors)) return;

  /* N x d x rank to (N rank) x d: row i + N r. */
  const ptrdiff_t rank = XLENGTH(factors) / (N * d);
  const double *blocks = r_array(problem, "hessian_factors", N * d * rank);
  double *stacked = (double *)R_alloc((size_t)(N * d * rank), sizeof *stacked);
  factor = (double *)R_alloc((size_t)(N * d * rank), sizeof *factor);
  for (ptrdiff_t r = 0; r < rank; r++)
    for (ptrdiff_t l = 0; l < d; l++)
      memcpy(stacked + N * (r + rank * l), blocks + N * (l + d * r), sizeof(double) * (size_t)N);
  r_check(&ctx, sgdl_rows_to_modes(&ctx, m, N * rank, stacked, factor));
  out->rank = rank;
  out->factor = factor;
}

/* ---- entry points ---- */

SEXP r_multiplicative_noise(SEXP model)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_examples examples;
  sgdl_multiplicative report;
  products p;
  r_model(model, &m);
  r_examples(model, &m, &p, &examples);
  p.jump.token = PROTECT(R_MakeUnwindCont());
  const char *names[] = {"noise", "spectral_radius", "radius_bound", "largest_stable_lr", "tail_index",
                         "fourth_moment", "iterations", "error", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *noise = r_new_matrix(out, 0, m.dim, m.dim);
  r_context(&ctx);
  r_checked(&ctx, &p, sgdl_multiplicative_noise(&ctx, &m, &examples, noise, &report));
  r_set_number(out, 1, report.spectral_radius);
  r_set_number(out, 2, report.radius_bound);
  r_set_number(out, 3, report.largest_stable_lr);
  r_set_number(out, 4, report.tail_index);
  r_new_flags(out, 5, 1)[0] = report.fourth_moment != 0;
  r_set_number(out, 6, report.iterations);
  r_set_number(out, 7, report.error);
  UNPROTECT(2);
  return out;
}

/* Variances (d x n) of n covariances, or their traces (n). */
static void reduce(ptrdiff_t d, ptrdiff_t n, const double *full, sgdl_covariance kind, double *out)
{
  for (ptrdiff_t s = 0; s < n; s++) {
    double sum = 0;
    for (ptrdiff_t l = 0; l < d; l++) {
      const double variance = full[l + d * (l + d * s)];
      if (kind == SGDL_COV_DIAGONAL) out[l + d * s] = variance;
      sum += variance;
    }
    if (kind == SGDL_COV_TRACE) out[s] = sum;
  }
}

SEXP r_multiplicative_transient(SEXP model, SEXP steps, SEXP theta0, SEXP v0, SEXP kind)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_examples examples;
  products p;
  r_model(model, &m);
  r_examples(model, &m, &p, &examples);
  p.jump.token = PROTECT(R_MakeUnwindCont());
  const char *names[] = {"mean_theta", "mean_velocity", "theta", "velocity", "cross", ""};
  const ptrdiff_t d = m.dim, n = XLENGTH(steps);
  const sgdl_covariance covariance = (sgdl_covariance)Rf_asInteger(kind);
  double *blocks[3] = {NULL, NULL, NULL}, *trace = NULL;
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *mean_theta = r_new_matrix(out, 0, d, n), *mean_velocity = r_new_matrix(out, 1, d, n);
  for (int i = 0; i < 3; i++) {
    if (covariance == SGDL_COV_FULL) blocks[i] = r_new_array(out, 2 + i, d, d, n);
    if (covariance == SGDL_COV_DIAGONAL || (covariance == SGDL_COV_TRACE && i > 0))
      blocks[i] = (double *)R_alloc((size_t)(d * d * n), sizeof(double));
  }
  if (covariance == SGDL_COV_TRACE) trace = r_new_vector(out, 2, n);
  r_context(&ctx);
  r_checked(&ctx, &p, sgdl_multiplicative_transient(&ctx, &m, &examples, n, REAL(steps), r_optional(theta0),
                                                    r_optional(v0), mean_theta, mean_velocity, blocks[0],
                                                    blocks[1], blocks[2], trace));
  for (int i = 0; i < 3; i++) {
    if (covariance == SGDL_COV_DIAGONAL) reduce(d, n, blocks[i], covariance, r_new_matrix(out, 2 + i, d, n));
    if (covariance == SGDL_COV_TRACE && i > 0)
      reduce(d, n, blocks[i], covariance, r_new_vector(out, 2 + i, n));
  }
  UNPROTECT(2);
  return out;
}

SEXP r_dressed_msd(SEXP model, SEXP steps, SEXP modes)
{
  sgdl_context ctx;
  sgdl_model m;
  sgdl_examples examples;
  sgdl_dressed report;
  products p;
  r_model(model, &m);
  r_examples(model, &m, &p, &examples);
  p.jump.token = PROTECT(R_MakeUnwindCont());
  const char *names[] = {"terms", "exponent", "modes", "variance", "mean_shift", "trace", "small_parameter",
                         "shift", ""};
  const ptrdiff_t d = m.dim, n = XLENGTH(steps);
  double *rungs = (double *)R_alloc((size_t)(SGDL_DRESSED_TERMS * n), sizeof *rungs);
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *terms = r_new_matrix(out, 0, n, SGDL_DRESSED_TERMS), *exponent = r_new_vector(out, 1, n);
  double *per_mode = Rf_asLogical(modes) ? r_new_matrix(out, 2, n, d) : NULL;
  double *variance = r_new_vector(out, 3, d), *mean_shift = r_new_vector(out, 4, d);
  r_context(&ctx);
  r_checked(&ctx, &p, sgdl_dressed_msd(&ctx, &m, &examples, n, REAL(steps), rungs, exponent, per_mode,
                                       variance, mean_shift, &report));
  for (ptrdiff_t i = 0; i < n; i++)
    for (int rung = 0; rung < SGDL_DRESSED_TERMS; rung++)
      terms[i + n * rung] = rungs[rung + SGDL_DRESSED_TERMS * i];
  memcpy(r_new_vector(out, 5, SGDL_DRESSED_TERMS), report.trace, sizeof report.trace);
  r_set_number(out, 6, report.small_parameter);
  r_set_number(out, 7, report.shift);
  UNPROTECT(2);
  return out;
}
