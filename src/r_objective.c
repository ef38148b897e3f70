/* Objectives: built-in losses, functions of R, compiled functions; their values at a point. */
#include "r_objective.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- calls into R from inside the core ---- */

static void jump_back(void *data, Rboolean jump)
{
  r_jump *caught = data;
  if (!jump) return;
  caught->caught = 1;
  longjmp(caught->here, 1);
}

int r_jump_call(r_jump *jump, SEXP (*function)(void *data), void *data)
{
  if (jump->caught || setjmp(jump->here)) return 1;
  R_UnwindProtect(function, data, jump_back, jump, jump->token);
  return 0;
}

void r_jump_continue(const r_jump *jump)
{
  if (jump->caught) R_ContinueUnwind(jump->token);
}

/* ---- functions of R ---- */

/* One call of a user's function: what goes in and where its n numbers go. */
typedef struct call {
  r_objective *objective;
  sgdl_context *ctx;
  const char *name;
  const double *theta;
  SEXP (*second)(const struct call *call); /* a second argument, or NULL: there is none */
  ptrdiff_t size;                          /* of the batch, or columns of V             */
  const uint32_t *batch;
  const double *V;
  double *out;
  ptrdiff_t n;
  sgdl_status status;
} call;

static SEXP new_doubles(const double *x, ptrdiff_t n)
{
  SEXP out = Rf_allocVector(REALSXP, (R_xlen_t)n);
  memcpy(REAL(out), x, sizeof(double) * (size_t)n);
  return out;
}

/* Examples count from 1 in R. */
static SEXP batch_argument(const call *call)
{
  SEXP out;
  if (call->objective->core.n_examples <= INT_MAX) {
    out = Rf_allocVector(INTSXP, (R_xlen_t)call->size);
    for (ptrdiff_t i = 0; i < call->size; i++) INTEGER(out)[i] = (int)(call->batch ? call->batch[i] : i) + 1;
    return out;
  }
  out = Rf_allocVector(REALSXP, (R_xlen_t)call->size);
  for (ptrdiff_t i = 0; i < call->size; i++) REAL(out)[i] = (double)(call->batch ? call->batch[i] : i) + 1;
  return out;
}

static SEXP vectors_argument(const call *call)
{
  const ptrdiff_t d = call->objective->core.dim;
  SEXP out = PROTECT(Rf_allocMatrix(REALSXP, (int)d, (int)call->size));
  memcpy(REAL(out), call->V, sizeof(double) * (size_t)(d * call->size));
  UNPROTECT(1);
  return out;
}

static sgdl_status refuse(const call *call, sgdl_status status, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vsnprintf(call->ctx->message, sizeof call->ctx->message, format, args);
  va_end(args);
  return status;
}

/* Where theta has run away what a function gives is no fault of it: the core reports that the path diverged. */
static int has_run_away(const call *call)
{
  const double far = 1e100; /* as the core, simulate/field.c */
  for (ptrdiff_t i = 0; i < call->objective->core.dim; i++)
    if (!(fabs(call->theta[i]) <= far)) return 1;
  return 0;
}

/* The n numbers of a result, or what is wrong with it. */
static sgdl_status take_result(const call *call, SEXP result)
{
  const ptrdiff_t n = Rf_xlength(result);
  if (!(Rf_isReal(result) || Rf_isInteger(result)))
    return refuse(call, SGDL_CALLBACK, "`%s`: expected the function to give %.0f numbers, got type %s",
                  call->name, (double)call->n, Rf_type2char(TYPEOF(result)));
  if (n != call->n)
    return refuse(call, SGDL_CALLBACK, "`%s`: expected the function to give %.0f numbers, got %.0f", call->name,
                  (double)call->n, (double)n);
  result = PROTECT(Rf_coerceVector(result, REALSXP));
  memcpy(call->out, REAL(result), sizeof(double) * (size_t)n);
  UNPROTECT(1);
  for (ptrdiff_t i = 0; i < n; i++)
    if (!isfinite(call->out[i]) && !has_run_away(call))
      return refuse(call, SGDL_NOT_FINITE, "`%s`: expected the function to give finite numbers, got %s at %.0f",
                    call->name, isnan(call->out[i]) ? "NaN" : call->out[i] > 0 ? "Inf" : "-Inf", (double)(i + 1));
  return SGDL_OK;
}

/* The arguments are variables, so that errors and tracebacks of the user's function show names and not numbers. */
static SEXP evaluate(void *data)
{
  call *c = data;
  SEXP functions = c->objective->functions, function = Rf_install(c->name), theta = Rf_install("theta");
  Rf_defineVar(theta, PROTECT(new_doubles(c->theta, c->objective->core.dim)), functions);
  SEXP expression;
  if (c->second) {
    SEXP second = Rf_install(c->V ? "V" : "batch");
    Rf_defineVar(second, PROTECT(c->second(c)), functions);
    expression = PROTECT(Rf_lang3(function, theta, second));
  } else {
    PROTECT(R_NilValue);
    expression = PROTECT(Rf_lang2(function, theta));
  }
  SEXP result = PROTECT(Rf_eval(expression, functions));
  c->status = take_result(c, result);
  UNPROTECT(4);
  return R_NilValue;
}

static sgdl_status call_function(call *c)
{
  r_objective *objective = c->objective;
  if (!r_jump_call(&objective->jump, evaluate, c)) return c->status;
  snprintf(c->ctx->message, sizeof c->ctx->message, "`%s` failed", c->name);
  return objective->interrupted ? SGDL_INTERRUPTED : SGDL_CALLBACK;
}

static sgdl_status mean_gradient(r_objective *objective, sgdl_context *ctx, const double *theta, ptrdiff_t size,
                                 const uint32_t *batch, double *gradient)
{
  sgdl_objective *native = &objective->native;
  if (native->gradient) return native->gradient(native, ctx, theta, size, batch, NULL, NULL, gradient);
  call c = {.objective = objective, .ctx = ctx, .name = "gradient", .theta = theta, .size = size,
            .batch = batch, .out = gradient, .n = objective->core.dim,
            .second = objective->core.n_examples > 0 ? batch_argument : NULL};
  return call_function(&c);
}

/* Weights need the gradients of single examples, one call each. */
static sgdl_status host_gradient(const sgdl_objective *core, sgdl_context *ctx, const double *theta,
                                 ptrdiff_t size, const uint32_t *batch, const double *weights, double *work,
                                 double *gradient)
{
  if (!weights) return mean_gradient(core->self, ctx, theta, size, batch, gradient);
  memset(gradient, 0, sizeof(double) * (size_t)core->dim);
  for (ptrdiff_t q = 0; q < size; q++) {
    const uint32_t example = batch ? batch[q] : (uint32_t)q;
    sgdl_status status = mean_gradient(core->self, ctx, theta, 1, &example, work);
    if (status != SGDL_OK) return status;
    for (ptrdiff_t i = 0; i < core->dim; i++) gradient[i] += weights[q] * work[i];
  }
  return SGDL_OK;
}

static sgdl_status host_loss(const sgdl_objective *core, sgdl_context *ctx, const double *theta, double *work,
                             double *loss)
{
  (void)work;
  call c = {.objective = core->self, .ctx = ctx, .name = "loss", .theta = theta, .out = loss, .n = 1};
  return call_function(&c);
}

static sgdl_status host_hessian_product(const sgdl_objective *core, sgdl_context *ctx, const double *theta,
                                        ptrdiff_t n, const double *V, double *work, double *HV)
{
  (void)work;
  call c = {.objective = core->self, .ctx = ctx, .name = "hvp", .theta = theta, .second = vectors_argument,
            .size = n, .V = V, .out = HV, .n = core->dim * n};
  return call_function(&c);
}

static sgdl_status host_covariance(const sgdl_objective *core, sgdl_context *ctx, const double *theta,
                                   double *work, double *Sigma)
{
  (void)work;
  call c = {.objective = core->self, .ctx = ctx, .name = "covariance", .theta = theta, .out = Sigma,
            .n = core->dim * core->dim};
  return call_function(&c);
}

/* ---- making them ---- */

static void free_handle(SEXP handle)
{
  r_objective *objective = R_ExternalPtrAddr(handle);
  if (!objective) return;
  R_ClearExternalPtr(handle);
  sgdl_objective *core = objective->functions ? &objective->native : &objective->core;
  if (core->destroy) sgdl_objective_free(core);
  free(objective);
}

/* Room for an objective behind `handle`; `kept` stays alive with it. */
static r_objective *new_objective(SEXP handle, SEXP kept)
{
  r_objective *objective = calloc(1, sizeof *objective);
  if (!objective) r_raise(SGDL_NO_MEMORY, "no memory for an objective");
  R_SetExternalPtrAddr(handle, objective);
  R_SetExternalPtrProtected(handle, kept);
  R_RegisterCFinalizerEx(handle, free_handle, TRUE);
  return objective;
}

/* What `functions` and `token` of a host's objective are kept alive by. */
static void open_host(SEXP problem, SEXP handle)
{
  static const char *const names[] = {"gradient", "hvp", "loss", "covariance"};
  sgdl_context ctx;
  SEXP gradient = r_field(problem, "gradient");
  SEXP functions = PROTECT(R_NewEnv(R_GlobalEnv, FALSE, 0)), token = PROTECT(R_MakeUnwindCont());
  SEXP kept = PROTECT(Rf_list2(functions, token));
  r_objective *objective = new_objective(handle, kept);
  objective->functions = functions;
  objective->jump.token = token;
  for (int i = 0; i < 4; i++)
    if (Rf_isFunction(r_field(problem, names[i])))
      Rf_defineVar(Rf_install(names[i]), r_field(problem, names[i]), functions);

  sgdl_objective *core = &objective->core;
  core->dim = (ptrdiff_t)r_number(problem, "dim", 0);
  core->n_examples = (ptrdiff_t)r_number(problem, "n_examples", 0);
  core->work_size = core->dim;
  core->self = objective;
  core->gradient = host_gradient;
  core->takes_weights = core->n_examples > 0;
  if (Rf_isFunction(r_field(problem, "loss"))) core->loss = host_loss;
  if (Rf_isFunction(r_field(problem, "hvp"))) core->hessian_product = host_hessian_product;
  if (Rf_isFunction(r_field(problem, "covariance"))) core->covariance = host_covariance;
  if (!Rf_isFunction(gradient)) {
    r_context(&ctx);
    r_check(&ctx, sgdl_objective_native(&ctx, r_text(r_field(gradient, "file")), r_text(r_field(gradient, "symbol")),
                                        core->dim, core->n_examples, &objective->native));
  }
  UNPROTECT(3);
}

/* Whole numbers of R as sizes of the core, in R_alloc memory. */
static ptrdiff_t *sizes(SEXP x)
{
  ptrdiff_t *out = (ptrdiff_t *)R_alloc((size_t)XLENGTH(x), sizeof *out);
  for (R_xlen_t i = 0; i < XLENGTH(x); i++) out[i] = INTEGER(x)[i];
  return out;
}

/* Slots of a dgCMatrix; the core checks what is in them, but not how long they are. */
static void sparse_design(SEXP X, sgdl_dataset *data)
{
  SEXP size = R_do_slot(X, Rf_install("Dim")), start = R_do_slot(X, Rf_install("p"));
  SEXP row = R_do_slot(X, Rf_install("i")), value = R_do_slot(X, Rf_install("x"));
  const R_xlen_t columns = INTEGER(size)[1];
  int sound = XLENGTH(start) == columns + 1 && INTEGER(start)[0] == 0 && XLENGTH(row) == XLENGTH(value) &&
              INTEGER(start)[columns] == XLENGTH(row);
  for (R_xlen_t j = 0; sound && j < columns; j++) sound = INTEGER(start)[j] <= INTEGER(start)[j + 1];
  for (R_xlen_t k = 0; sound && k < XLENGTH(row); k++)
    sound = INTEGER(row)[k] >= 0 && INTEGER(row)[k] < INTEGER(size)[0];
  if (!sound) r_raise(SGDL_BAD_ARGUMENT, "`X`: expected a valid dgCMatrix, got one with changed slots");
  data->N = INTEGER(size)[0];
  data->p = columns;
  data->column_start = sizes(start);
  data->row = sizes(row);
  data->value = REAL(value);
}

/* "kind" of a problem with data as the core's loss. */
static sgdl_loss loss_of(SEXP problem)
{
  static const char *const kinds[] = {"linear", "logistic", "softmax", "tanh_network"};
  SEXP kind = r_field(problem, "kind");
  for (int i = 0; Rf_isString(kind) && i < 4; i++)
    if (strcmp(r_text(kind), kinds[i]) == 0) return (sgdl_loss)i;
  return SGDL_LINEAR;
}

/* y: numbers, or classes 0, 1, ... as R has coded them. */
static void open_builtin(SEXP problem, SEXP handle)
{
  sgdl_context ctx;
  sgdl_dataset data = {0};
  SEXP X = r_field(problem, "X");
  const sgdl_loss loss = loss_of(problem);
  if (Rf_isReal(X) && Rf_isMatrix(X)) {
    data.N = Rf_nrows(X);
    data.p = Rf_ncols(X);
    data.X = REAL(X);
  } else {
    sparse_design(X, &data);
  }
  data.y = r_array(problem, "y", data.N);
  data.n_classes = (ptrdiff_t)r_number(problem, "n_classes", 0);
  r_objective *objective = new_objective(handle, R_NilValue);
  r_context(&ctx);
  r_check(&ctx, sgdl_objective_create(&ctx, loss, &data, (ptrdiff_t)r_number(problem, "hidden", 0),
                                      &objective->core));
}

/* Built-in objectives keep theirs, with its copy of the data, in the attribute "handle"; it comes back empty from
 * a file. */
SEXP r_objective_handle(SEXP problem)
{
  SEXP kept = Rf_getAttrib(problem, Rf_install("handle"));
  if (TYPEOF(kept) == EXTPTRSXP && R_ExternalPtrAddr(kept)) return kept;
  SEXP handle = PROTECT(TYPEOF(kept) == EXTPTRSXP ? kept : R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  if (Rf_isNull(r_field(problem, "gradient"))) {
    open_builtin(problem, handle);
  } else {
    open_host(problem, handle);
  }
  UNPROTECT(1);
  return handle;
}

r_objective *r_objective_of(SEXP handle)
{
  return R_ExternalPtrAddr(handle);
}

/* ---- entry points ---- */

SEXP r_objective_open(SEXP problem)
{
  return r_objective_handle(problem);
}

SEXP r_objective_dim(SEXP problem)
{
  SEXP handle = PROTECT(r_objective_handle(problem));
  SEXP dim = Rf_ScalarReal((double)r_objective_of(handle)->core.dim);
  UNPROTECT(1);
  return dim;
}

/* r_check(), after going on with a jump out of the user's function. */
static void check_value(sgdl_context *ctx, const r_objective *objective, sgdl_status status)
{
  r_jump_continue(&objective->jump);
  r_check(ctx, status);
}

static double *work_of(const r_objective *objective)
{
  return (double *)R_alloc((size_t)objective->core.work_size + 1, sizeof(double));
}

/* Zero-based indices of a batch that R has checked; NULL for all examples. */
static const uint32_t *examples(SEXP batch)
{
  if (Rf_isNull(batch)) return NULL;
  uint32_t *out = (uint32_t *)R_alloc((size_t)XLENGTH(batch), sizeof *out);
  for (R_xlen_t i = 0; i < XLENGTH(batch); i++) out[i] = (uint32_t)(REAL(batch)[i] - 1);
  return out;
}

SEXP r_objective_gradient(SEXP problem, SEXP theta, SEXP batch)
{
  sgdl_context ctx;
  SEXP handle = PROTECT(r_objective_handle(problem));
  r_objective *objective = r_objective_of(handle);
  const sgdl_objective *core = &objective->core;
  SEXP out = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)core->dim));
  const ptrdiff_t size = Rf_isNull(batch) ? core->n_examples : XLENGTH(batch);
  r_context(&ctx);
  check_value(&ctx, objective, core->gradient(core, &ctx, REAL(theta), size, examples(batch), NULL,
                                              work_of(objective), REAL(out)));
  UNPROTECT(2);
  return out;
}

SEXP r_objective_loss(SEXP problem, SEXP theta)
{
  sgdl_context ctx;
  SEXP handle = PROTECT(r_objective_handle(problem));
  r_objective *objective = r_objective_of(handle);
  double loss = 0;
  r_context(&ctx);
  check_value(&ctx, objective,
              objective->core.loss(&objective->core, &ctx, REAL(theta), work_of(objective), &loss));
  UNPROTECT(1);
  return Rf_ScalarReal(loss);
}

SEXP r_objective_hessian_product(SEXP problem, SEXP theta, SEXP V)
{
  sgdl_context ctx;
  SEXP handle = PROTECT(r_objective_handle(problem));
  r_objective *objective = r_objective_of(handle);
  SEXP out = PROTECT(Rf_allocMatrix(REALSXP, Rf_nrows(V), Rf_ncols(V)));
  r_context(&ctx);
  check_value(&ctx, objective,
              objective->core.hessian_product(&objective->core, &ctx, REAL(theta), Rf_ncols(V), REAL(V),
                                              work_of(objective), REAL(out)));
  UNPROTECT(2);
  return out;
}

SEXP r_objective_covariance(SEXP problem, SEXP theta)
{
  sgdl_context ctx;
  const int d = (int)XLENGTH(theta);
  SEXP handle = PROTECT(r_objective_handle(problem));
  r_objective *objective = r_objective_of(handle);
  SEXP out = PROTECT(Rf_allocMatrix(REALSXP, d, d));
  r_context(&ctx);
  check_value(&ctx, objective,
              objective->core.covariance(&objective->core, &ctx, REAL(theta), work_of(objective), REAL(out)));
  UNPROTECT(2);
  return out;
}
