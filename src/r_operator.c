/* Operators: made from R objects, multiplied, checked; their extreme eigenpairs and spectral probes.
 * Functions of R are called through R_UnwindProtect, so that the core always returns and hands over what it
 * has. */
#include "r_operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- functions of R ---- */

typedef struct host_call {
  r_host *host;
  SEXP (*argument)(const struct host_call *call);
  ptrdiff_t rows, columns;   /* of the argument                         */
  const double *V;           /* NULL: examples first + 1, ..., first + n */
  ptrdiff_t first;
  double *out;
  ptrdiff_t n;
  sgdl_status status;
} host_call;

static SEXP columns_argument(const host_call *call)
{
  SEXP V = Rf_allocMatrix(REALSXP, (int)call->rows, (int)call->columns);
  memcpy(REAL(V), call->V, sizeof(double) * (size_t)(call->rows * call->columns));
  return V;
}

static SEXP examples_argument(const host_call *call)
{
  SEXP examples = Rf_allocVector(REALSXP, (R_xlen_t)call->rows);
  for (ptrdiff_t i = 0; i < call->rows; i++) REAL(examples)[i] = (double)(call->first + i + 1);
  return examples;
}

/* The argument is a variable, so that tracebacks show a name and not its numbers. */
static SEXP evaluate(void *data)
{
  host_call *c = data;
  SEXP environment = c->host->environment, argument = Rf_install("V");
  Rf_defineVar(argument, PROTECT(c->argument(c)), environment);
  SEXP call = PROTECT(Rf_lang2(Rf_install("product"), argument));
  SEXP result = PROTECT(Rf_eval(call, environment));
  if (Rf_isReal(result) && XLENGTH(result) == c->n) {
    memcpy(c->out, REAL(result), sizeof(double) * (size_t)c->n);
    c->status = SGDL_OK;
  } else {
    Rf_defineVar(Rf_install("failure"), result, environment);
    c->status = Rf_inherits(result, "interrupt") ? SGDL_INTERRUPTED : SGDL_CALLBACK;
  }
  Rf_defineVar(argument, R_NilValue, environment);
  UNPROTECT(3);
  return R_NilValue;
}

static sgdl_status call_host(sgdl_context *ctx, host_call *call)
{
  if (r_jump_call(&call->host->jump, evaluate, call)) return SGDL_INTERRUPTED;
  if (call->status != SGDL_OK) snprintf(ctx->message, sizeof ctx->message, "a function of R failed");
  return call->status;
}

/* environment: "product", and "token" for jumps. */
static void open_host(SEXP environment, r_host *host)
{
  memset(host, 0, sizeof *host);
  host->environment = environment;
  if (Rf_isNull(environment)) return;
  SEXP token = PROTECT(R_MakeUnwindCont());
  Rf_defineVar(Rf_install("token"), token, environment);
  host->jump.token = token;
  UNPROTECT(1);
}

void r_host_continue(const r_host *host)
{
  if (!Rf_isNull(host->environment)) r_jump_continue(&host->jump);
}

static sgdl_status host_product(const sgdl_operator *op, sgdl_context *ctx, ptrdiff_t n, const double *V,
                                double *HV)
{
  r_operator *operator_ = op->self;
  host_call call = {.host = &operator_->host, .argument = columns_argument, .rows = op->dim, .columns = n,
                    .V = V, .out = HV, .n = op->dim * n};
  return call_host(ctx, &call);
}

/* ---- sparse matrices ---- */

/* Slots of a dgCMatrix; the core checks what is in them, but not how long they are. */
static void unpack_sparse(SEXP X, const char *name, sgdl_sparse *out)
{
  SEXP size = R_do_slot(X, Rf_install("Dim")), start = R_do_slot(X, Rf_install("p"));
  SEXP row = R_do_slot(X, Rf_install("i")), value = R_do_slot(X, Rf_install("x"));
  const R_xlen_t columns = INTEGER(size)[1];
  int sound = XLENGTH(start) == columns + 1 && INTEGER(start)[0] == 0 && XLENGTH(row) == XLENGTH(value) &&
              INTEGER(start)[columns] == XLENGTH(row);
  for (R_xlen_t j = 0; sound && j < columns; j++) sound = INTEGER(start)[j] <= INTEGER(start)[j + 1];
  if (!sound) r_raise(SGDL_BAD_ARGUMENT, "`%s`: expected a valid dgCMatrix, got one with changed slots", name);
  ptrdiff_t *begins = (ptrdiff_t *)R_alloc((size_t)columns + 1, sizeof *begins);
  for (R_xlen_t j = 0; j <= columns; j++) begins[j] = INTEGER(start)[j];
  memset(out, 0, sizeof *out);
  out->rows = INTEGER(size)[0];
  out->cols = columns;
  out->start = begins;
  out->row32 = INTEGER(row);
  out->value = REAL(value);
}

/* ---- operators ---- */

r_operator *r_operator_of(SEXP handle)
{
  return R_ExternalPtrAddr(handle);
}

static void free_handle(SEXP handle)
{
  r_operator *operator_ = r_operator_of(handle);
  if (!operator_) return;
  R_ClearExternalPtr(handle);
  if (operator_->core.destroy) sgdl_operator_free(&operator_->core);
  free(operator_);
}

static sgdl_status open_matrix(sgdl_context *ctx, SEXP H, sgdl_operator *core)
{
  sgdl_sparse sparse;
  if (Rf_isMatrix(H) && Rf_isReal(H)) return sgdl_operator_dense(ctx, Rf_nrows(H), REAL(H), core);
  unpack_sparse(H, "hvp", &sparse);
  return sgdl_operator_sparse(ctx, &sparse, core);
}

static sgdl_status open_data(sgdl_context *ctx, SEXP X, sgdl_operator *core)
{
  sgdl_sparse sparse;
  if (Rf_isMatrix(X) && Rf_isReal(X)) return sgdl_operator_data(ctx, Rf_nrows(X), Rf_ncols(X), REAL(X), core);
  unpack_sparse(X, "X", &sparse);
  return sgdl_operator_sparse_data(ctx, &sparse, core);
}

static sgdl_status open_low_rank(sgdl_context *ctx, SEXP object, ptrdiff_t d, sgdl_operator *core)
{
  const ptrdiff_t r = XLENGTH(r_field(object, "values"));
  return sgdl_operator_low_rank(ctx, d, r, r_array(object, "vectors", d * r), r_array(object, "values", r),
                                r_number(object, "bulk", 0), core);
}

/* kept: element 1 becomes the handle of the objective. */
static sgdl_status open_objective(sgdl_context *ctx, SEXP object, SEXP kept, sgdl_operator *core)
{
  SET_VECTOR_ELT(kept, 1, r_objective_handle(r_field(object, "objective")));
  const sgdl_objective *objective = &r_objective_of(VECTOR_ELT(kept, 1))->core;
  return sgdl_operator_objective(ctx, objective, r_array(object, "theta", objective->dim), core);
}

SEXP r_operator_handle(SEXP object, SEXP environment)
{
  sgdl_context ctx;
  sgdl_status status = SGDL_OK;
  SEXP kept = PROTECT(Rf_allocVector(VECSXP, 3));
  SEXP handle = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, kept));
  SET_VECTOR_ELT(kept, 0, object);
  SET_VECTOR_ELT(kept, 2, environment);
  r_operator *operator_ = calloc(1, sizeof *operator_);
  if (!operator_) r_raise(SGDL_NO_MEMORY, "no memory for an operator");
  R_SetExternalPtrAddr(handle, operator_);
  R_RegisterCFinalizerEx(handle, free_handle, TRUE);
  open_host(environment, &operator_->host);
  sgdl_operator *core = &operator_->core;
  const ptrdiff_t d = (ptrdiff_t)r_number(object, "dim", 0);
  const char *kind = r_text(r_field(object, "kind"));
  SEXP hvp = r_field(object, "hvp");
  r_context(&ctx);
  if (strcmp(kind, "function") == 0) {
    core->dim = d;
    core->self = operator_;
    core->product = host_product;
  } else if (strcmp(kind, "native") == 0) {
    status = sgdl_operator_native(&ctx, r_text(r_field(hvp, "file")), r_text(r_field(hvp, "symbol")), d, core);
  } else if (strcmp(kind, "matrix") == 0) {
    status = open_matrix(&ctx, hvp, core);
  } else if (strcmp(kind, "data") == 0) {
    status = open_data(&ctx, r_field(object, "X"), core);
  } else if (strcmp(kind, "low_rank") == 0) {
    status = open_low_rank(&ctx, object, d, core);
  } else {
    status = open_objective(&ctx, object, kept, core);
  }
  r_check(&ctx, status);
  if (core->dim != d)
    r_raise(SGDL_BAD_ARGUMENT, "`operator`: expected %.0f dimensions as sgd_operator() made it, got %.0f",
            (double)d, (double)core->dim);
  UNPROTECT(2);
  return handle;
}

/* ---- noise ---- */

static sgdl_status host_gradients(void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out)
{
  r_noise *noise = user;
  host_call call = {.host = &noise->host, .argument = examples_argument, .rows = n, .first = first, .out = out,
                    .n = n * noise->dim};
  return call_host(ctx, &call);
}

/* Gradients of single examples of a built-in loss. */
static sgdl_status objective_gradients(void *user, sgdl_context *ctx, ptrdiff_t first, ptrdiff_t n, double *out)
{
  r_noise *noise = user;
  const sgdl_objective *objective = noise->objective;
  for (ptrdiff_t i = 0; i < n; i++) {
    const uint32_t example = (uint32_t)(first + i);
    sgdl_status status = objective->gradient(objective, ctx, noise->theta, 1, &example, NULL, noise->work,
                                             noise->gradient);
    if (status != SGDL_OK) return status;
    for (ptrdiff_t j = 0; j < noise->dim; j++) out[i + n * j] = noise->gradient[j];
  }
  return SGDL_OK;
}

static void unpack_objective_noise(SEXP object, SEXP kept, r_noise *out)
{
  SET_VECTOR_ELT(kept, 0, r_objective_handle(r_field(object, "objective")));
  out->objective = &r_objective_of(VECTOR_ELT(kept, 0))->core;
  out->theta = r_array(object, "theta", out->objective->dim);
  out->work = (double *)R_alloc((size_t)out->objective->work_size + 1, sizeof(double));
  out->gradient = (double *)R_alloc((size_t)out->dim, sizeof(double));
  out->core.kind = SGDL_NOISE_STREAM;
  out->core.stream = objective_gradients;
}

static void unpack_gradients(SEXP gradients, r_noise *out)
{
  if (Rf_isEnvironment(out->host.environment)) {
    out->core.kind = SGDL_NOISE_STREAM;
    out->core.stream = host_gradients;
  } else if (Rf_isMatrix(gradients) && Rf_isReal(gradients)) {
    out->core.kind = SGDL_NOISE_GRADIENTS;
    out->core.gradients = REAL(gradients);
  } else {
    unpack_sparse(gradients, "gradients", &out->sparse);
    out->core.kind = SGDL_NOISE_SPARSE_GRADIENTS;
    out->core.sparse = &out->sparse;
  }
}

sgdl_probe_noise *r_noise_of(SEXP noise, SEXP environment, ptrdiff_t dim, SEXP kept, r_noise *out)
{
  memset(out, 0, sizeof *out);
  open_host(environment, &out->host);
  if (Rf_isNull(noise)) return NULL;
  const char *kind = r_text(r_field(noise, "kind"));
  out->dim = dim;
  out->core.user = out;
  out->core.N = (ptrdiff_t)r_number(noise, "n_examples", 0);
  out->core.centred = Rf_asLogical(r_field(noise, "centred"));
  out->core.chunk = (ptrdiff_t)r_number(noise, "chunk", 0);
  if (strcmp(kind, "diagonal") == 0) {
    out->core.kind = SGDL_NOISE_DIAGONAL;
    out->core.diagonal = r_array(noise, "diagonal", dim);
  } else if (strcmp(kind, "factor") == 0) {
    out->core.kind = SGDL_NOISE_FACTOR;
    out->core.rank = Rf_ncols(r_field(noise, "factor"));
    out->core.factor = r_array(noise, "factor", dim * out->core.rank);
  } else if (strcmp(kind, "objective") == 0) {
    unpack_objective_noise(noise, kept, out);
  } else {
    unpack_gradients(r_field(noise, "gradients"), out);
  }
  return &out->core;
}

/* ---- entry points ---- */

/* Elements i and i + 1: how the call of the core ended. What failed inside of R is in the environments. */
static void set_outcome(SEXP list, int i, const sgdl_context *ctx, sgdl_status status)
{
  const char *message = ctx->message[0] ? ctx->message : sgdl_status_string(status);
  SET_VECTOR_ELT(list, i, Rf_mkString(sgdl_status_word(status)));
  SET_VECTOR_ELT(list, i + 1, Rf_mkString(message));
}

/* Ends a call: gives the operator back, then goes on with a jump out of a function of R. */
static void close_operator(SEXP handle)
{
  const r_host host = r_operator_of(handle)->host;
  free_handle(handle);
  r_host_continue(&host);
}

/* (operator, environment, seed, tolerance): asymmetry. */
SEXP r_operator_check(SEXP object, SEXP environment, SEXP seed, SEXP tolerance)
{
  sgdl_context ctx;
  double asymmetry = NA_REAL;
  const char *names[] = {"asymmetry", "status", "message", ""};
  SEXP handle = PROTECT(r_operator_handle(object, environment)), out = PROTECT(Rf_mkNamed(VECSXP, names));
  r_context(&ctx);
  sgdl_status status = sgdl_operator_check(&ctx, &r_operator_of(handle)->core, (uint64_t)Rf_asReal(seed),
                                           Rf_asReal(tolerance), &asymmetry);
  r_set_number(out, 0, asymmetry);
  set_outcome(out, 1, &ctx, status);
  close_operator(handle);
  UNPROTECT(2);
  return out;
}

SEXP r_operator_product(SEXP object, SEXP environment, SEXP V)
{
  sgdl_context ctx;
  const char *names[] = {"HV", "status", "message", ""};
  SEXP handle = PROTECT(r_operator_handle(object, environment)), out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *HV = r_new_matrix(out, 0, Rf_nrows(V), Rf_ncols(V));
  r_context(&ctx);
  sgdl_status status =
    sgdl_operator_product(&ctx, &r_operator_of(handle)->core, Rf_ncols(V), REAL(V), HV);
  set_outcome(out, 1, &ctx, status);
  close_operator(handle);
  UNPROTECT(2);
  return out;
}

SEXP r_extreme_eigenpairs(SEXP object, SEXP environment, SEXP options)
{
  sgdl_context ctx;
  sgdl_extreme_report report = {0};
  const char *names[] = {"values", "vectors", "residual", "n_products", "n_converged", "n_restarts", "spread",
                         "status", "message", ""};
  const sgdl_extreme_options asked = {
    .n_top = (ptrdiff_t)r_number(options, "top", 0), .n_bottom = (ptrdiff_t)r_number(options, "bottom", 0),
    .block = (ptrdiff_t)r_number(options, "block", 0), .basis = (ptrdiff_t)r_number(options, "basis", 0),
    .tolerance = r_number(options, "tolerance", 0),
    .max_products = (ptrdiff_t)r_number(options, "max_products", 0),
    .seed = (uint64_t)r_number(options, "seed", 0)};
  const ptrdiff_t d = (ptrdiff_t)r_number(object, "dim", 0), n = asked.n_top + asked.n_bottom;
  SEXP handle = PROTECT(r_operator_handle(object, environment)), out = PROTECT(Rf_mkNamed(VECSXP, names));
  double *values = r_new_vector(out, 0, n), *vectors = r_new_matrix(out, 1, d, n);
  double *residual = r_new_vector(out, 2, n);
  for (ptrdiff_t i = 0; i < n; i++) values[i] = residual[i] = R_NaN;
  r_context(&ctx);
  sgdl_status status = sgdl_extreme_eigenpairs(&ctx, &r_operator_of(handle)->core, &asked, values, vectors,
                                               residual, &report);
  r_set_number(out, 3, (double)report.n_products);
  r_set_number(out, 4, (double)report.n_converged);
  r_set_number(out, 5, (double)report.n_restarts);
  r_set_number(out, 6, report.spread);
  set_outcome(out, 7, &ctx, status);
  close_operator(handle);
  UNPROTECT(2);
  return out;
}

/* (noise, environment, dim, directions or NULL): strength along them, trace. */
SEXP r_noise_along(SEXP noise, SEXP environment, SEXP dim, SEXP directions)
{
  sgdl_context ctx;
  r_noise unpacked;
  double trace = NA_REAL;
  const char *names[] = {"strength", "trace", "status", "message", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names)), kept = PROTECT(Rf_allocVector(VECSXP, 1));
  const ptrdiff_t n = Rf_isNull(directions) ? 0 : Rf_ncols(directions);
  double *strength = r_new_vector(out, 0, n);
  sgdl_probe_noise *core = r_noise_of(noise, environment, r_size(dim), kept, &unpacked);
  r_context(&ctx);
  sgdl_status status = sgdl_noise_along(&ctx, core, r_size(dim), n, n ? REAL(directions) : NULL,
                                        n ? strength : NULL, &trace);
  r_set_number(out, 1, trace);
  set_outcome(out, 2, &ctx, status);
  r_host_continue(&unpacked.host);
  UNPROTECT(2);
  return out;
}

sgdl_function *r_functions(SEXP kinds, SEXP parameters)
{
  sgdl_function *functions = (sgdl_function *)R_alloc((size_t)XLENGTH(kinds) + 1, sizeof *functions);
  for (R_xlen_t i = 0; i < XLENGTH(kinds); i++)
    functions[i] = (sgdl_function){(sgdl_function_kind)INTEGER(kinds)[i], REAL(parameters)[i]};
  return functions;
}

/* Room for a quadrature as a list of R. */
static SEXP new_quadrature(ptrdiff_t steps, ptrdiff_t probes, sgdl_quadrature *core)
{
  const char *names[] = {"steps", "probes", "nodes", "weights", "alpha", "beta", "length", "mass", "se",
                         "reached", "n_products", "status", "message", ""};
  SEXP out = PROTECT(Rf_mkNamed(VECSXP, names));
  memset(core, 0, sizeof *core);
  core->steps = steps;
  core->node = r_new_matrix(out, 2, steps, probes);
  core->weight = r_new_matrix(out, 3, steps, probes);
  core->alpha = r_new_matrix(out, 4, steps, probes);
  core->beta = r_new_matrix(out, 5, steps, probes);
  core->length = r_new_vector(out, 6, probes);
  core->mass = r_new_vector(out, 7, probes);
  core->worst = R_NaN;
  UNPROTECT(1);
  return out;
}

/* (operator, environment, deflation (values, vectors), noise or NULL, its environment, options): a
 * quadrature. */
SEXP r_spectral_probes(SEXP object, SEXP environment, SEXP deflation, SEXP noise, SEXP noise_environment,
                       SEXP options)
{
  sgdl_context ctx;
  r_noise unpacked;
  sgdl_quadrature result;
  SEXP kinds = r_field(options, "functions");
  const ptrdiff_t d = (ptrdiff_t)r_number(object, "dim", 0);
  const sgdl_probe_options asked = {
    .steps = (ptrdiff_t)r_number(options, "steps", 1), .max_probes = (ptrdiff_t)r_number(options, "probes", 1),
    .block = (ptrdiff_t)r_number(options, "block", 0),
    .first_probe = (ptrdiff_t)r_number(options, "first_probe", 0),
    .normal = Rf_asInteger(r_field(options, "normal")), .seed = (uint64_t)r_number(options, "seed", 0),
    .target = r_number(options, "target", 0), .n_functions = XLENGTH(kinds),
    .functions = r_functions(kinds, r_field(options, "parameters"))};
  sgdl_deflation known = {.n = XLENGTH(r_field(deflation, "values"))};
  known.values = r_array(deflation, "values", known.n);
  known.vectors = r_array(deflation, "vectors", d * known.n);
  SEXP kept = PROTECT(Rf_allocVector(VECSXP, 1));
  SEXP out = PROTECT(new_quadrature(asked.steps, asked.max_probes, &result));
  SEXP handle = PROTECT(r_operator_handle(object, environment));
  sgdl_probe_noise *core_noise = r_noise_of(noise, noise_environment, d, kept, &unpacked);
  r_context(&ctx);
  sgdl_status status = sgdl_spectral_probes(&ctx, &r_operator_of(handle)->core, known.n ? &known : NULL,
                                            core_noise, &asked, &result);
  r_set_number(out, 0, (double)result.steps);
  r_set_number(out, 1, (double)result.n_probes);
  r_set_number(out, 8, result.worst);
  SET_VECTOR_ELT(out, 9, Rf_ScalarLogical(result.reached != 0));
  r_set_number(out, 10, (double)result.n_products);
  set_outcome(out, 11, &ctx, status);
  close_operator(handle);
  r_host_continue(&unpacked.host);
  UNPROTECT(3);
  return out;
}
