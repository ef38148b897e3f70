/* The core's context and failures in R's terms, unpacking of R objects, packing of results. */
#include "r_glue.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"

/* ---- failures ---- */

static int threads_setting = -1; /* -1: SGDLANGEVIN_THREADS not looked at yet */

static int current_threads(void)
{
  if (threads_setting < 0) {
    const char *value = getenv("SGDLANGEVIN_THREADS");
    int n = value ? atoi(value) : 0;
    threads_setting = n > 0 ? n : 0;
  }
  return threads_setting;
}

static void check_interrupt(void *unused)
{
  (void)unused;
  R_CheckUserInterrupt();
}

/* R_ToplevelExec keeps the jump from leaving the core's memory behind; it swallows the interrupt,
 * which raise_status() and sgd_simulate() signal again. */
static int should_stop(void *unused)
{
  (void)unused;
  return R_ToplevelExec(check_interrupt, NULL) == FALSE;
}

static const sgdl_backend *session_backend; /* of the call under way; NULL: the CPU's */

void r_context(sgdl_context *ctx)
{
  sgdl_context_init(ctx);
  ctx->backend = session_backend;
  ctx->threads = current_threads();
  ctx->should_stop = should_stop;
}

void r_check(sgdl_context *ctx, sgdl_status status)
{
  if (status == SGDL_OK) return;
  const char *message = ctx->message[0] ? ctx->message : sgdl_status_string(status);
  SEXP namespace = PROTECT(R_FindNamespace(PROTECT(Rf_mkString("sgdlangevin"))));
  SEXP word = PROTECT(Rf_mkString(sgdl_status_word(status)));
  SEXP text = PROTECT(Rf_mkString(message));
  SEXP call = PROTECT(Rf_lang3(Rf_install("raise_status"), word, text));
  Rf_eval(call, namespace);
  UNPROTECT(5);
}

void r_raise(sgdl_status status, const char *format, ...)
{
  sgdl_context ctx;
  va_list args;
  r_context(&ctx);
  va_start(args, format);
  vsnprintf(ctx.message, sizeof ctx.message, format, args);
  va_end(args);
  r_check(&ctx, status);
}

/* ---- unpacking ---- */

SEXP r_field(SEXP list, const char *name)
{
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  if (TYPEOF(list) != VECSXP || TYPEOF(names) != STRSXP) return R_NilValue;
  for (R_xlen_t i = 0; i < XLENGTH(list); i++)
    if (strcmp(CHAR(STRING_ELT(names, i)), name) == 0) return VECTOR_ELT(list, i);
  return R_NilValue;
}

const double *r_optional(SEXP x)
{
  return Rf_isNull(x) ? NULL : REAL(x);
}

double r_number(SEXP list, const char *name, double when_null)
{
  SEXP x = r_field(list, name);
  return Rf_isNull(x) ? when_null : Rf_asReal(x);
}

ptrdiff_t r_size(SEXP x)
{
  return (ptrdiff_t)Rf_asReal(x);
}

const char *r_text(SEXP x)
{
  return Rf_translateCharUTF8(STRING_ELT(x, 0));
}

const char **r_texts(SEXP x)
{
  R_xlen_t n = XLENGTH(x);
  const char **texts = (const char **)R_alloc((size_t)n, sizeof *texts);
  for (R_xlen_t i = 0; i < n; i++) texts[i] = Rf_translateCharUTF8(STRING_ELT(x, i));
  return texts;
}

void r_hyper(SEXP hyper, sgdl_hyper *out)
{
  out->lr = r_number(hyper, "lr", NA_REAL);
  out->momentum = r_number(hyper, "momentum", NA_REAL);
  out->weight_decay = r_number(hyper, "weight_decay", NA_REAL);
  out->batch_size = r_number(hyper, "batch_size", NA_REAL);
}

const double *r_array(SEXP object, const char *name, ptrdiff_t n)
{
  SEXP x = r_field(object, name);
  if (Rf_isNull(x)) return NULL;
  if (TYPEOF(x) != REALSXP || XLENGTH(x) != n)
    r_raise(SGDL_BAD_ARGUMENT, "`%s`: expected %.0f numbers as this package made them, got a changed object",
            name, (double)n);
  return REAL(x);
}

static int option_index(SEXP model, const char *name, const char *const *choices, int n)
{
  sgdl_context ctx;
  int index = 0;
  SEXP value = r_field(model, name);
  r_context(&ctx);
  r_check(&ctx, sgdl_match_option(&ctx, name, Rf_isString(value) ? r_text(value) : "", choices, n, &index));
  return index;
}

ptrdiff_t r_wide_rank(SEXP model)
{
  return (ptrdiff_t)r_number(model, "rank", -1);
}

void r_model(SEXP model, sgdl_model *out)
{
  static const char *const dynamics[] = {"langevin", "sgd"};
  static const char *const sampling[] = {"replacement", "without", "epoch"};
  SEXP noise = r_field(model, "gradient_noise");
  double dim = r_number(model, "dim", 0);
  ptrdiff_t d = (ptrdiff_t)dim, rank = r_wide_rank(model);
  if (!(dim >= 1))
    r_raise(SGDL_BAD_ARGUMENT, "`model`: expected the value of sgd_model(), got another object");
  if (rank >= 0) d = rank + 1;
  out->dim = d;
  r_hyper(r_field(model, "hyper"), &out->hyper);
  out->dynamics = (sgdl_dynamics)option_index(model, "dynamics", dynamics, 2);
  out->sampling = (sgdl_sampling)option_index(model, "sampling", sampling, 3);
  out->n_examples = (ptrdiff_t)r_number(model, "n_examples", 0);
  out->drop_last = Rf_asLogical(r_field(model, "drop_last"));
  out->rho = r_array(model, "eigenvalues", d);
  out->vectors = rank >= 0 ? NULL : r_array(model, "vectors", d * d);
  out->minimiser = rank >= 0 ? NULL : r_array(model, "minimiser", d);
  out->noise_is_full = !Rf_isNull(noise) && Rf_isMatrix(noise);
  out->noise = r_array(model, "gradient_noise", out->noise_is_full ? d * d : d);
  out->hessian = r_array(r_field(model, "problem"), "H", d * d);
  out->sigma2 = r_number(model, "sigma2", -1);
}

/* ---- packing ---- */

double *r_new_vector(SEXP list, int i, ptrdiff_t n)
{
  SET_VECTOR_ELT(list, i, Rf_allocVector(REALSXP, (R_xlen_t)n));
  return REAL(VECTOR_ELT(list, i));
}

static double *new_shaped(SEXP list, int i, int n_dims, const ptrdiff_t *dims)
{
  double size = 1;
  SEXP shape = PROTECT(Rf_allocVector(INTSXP, n_dims));
  for (int k = 0; k < n_dims; k++) {
    if (dims[k] > INT_MAX)
      r_raise(SGDL_TOO_LARGE, "a result with a side of %.0f: R arrays have sides up to %d", (double)dims[k],
              INT_MAX);
    INTEGER(shape)[k] = (int)dims[k];
    size *= (double)dims[k];
  }
  if (size > (double)R_XLEN_T_MAX)
    r_raise(SGDL_TOO_LARGE, "a result of %.3g numbers: R cannot address it", size);
  double *data = r_new_vector(list, i, (ptrdiff_t)size);
  Rf_setAttrib(VECTOR_ELT(list, i), R_DimSymbol, shape);
  UNPROTECT(1);
  return data;
}

double *r_new_matrix(SEXP list, int i, ptrdiff_t rows, ptrdiff_t columns)
{
  const ptrdiff_t dims[] = {rows, columns};
  return new_shaped(list, i, 2, dims);
}

double *r_new_array(SEXP list, int i, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t slices)
{
  const ptrdiff_t dims[] = {rows, columns, slices};
  return new_shaped(list, i, 3, dims);
}

int *r_new_integers(SEXP list, int i, ptrdiff_t n)
{
  SET_VECTOR_ELT(list, i, Rf_allocVector(INTSXP, (R_xlen_t)n));
  return INTEGER(VECTOR_ELT(list, i));
}

int *r_new_flags(SEXP list, int i, ptrdiff_t n)
{
  SET_VECTOR_ELT(list, i, Rf_allocVector(LGLSXP, (R_xlen_t)n));
  return LOGICAL(VECTOR_ELT(list, i));
}

void r_set_number(SEXP list, int i, double value)
{
  SET_VECTOR_ELT(list, i, Rf_ScalarReal(value));
}

/* ---- session ---- */

SEXP r_threads(SEXP n)
{
  int previous = current_threads();
  if (!Rf_isNull(n)) threads_setting = (int)Rf_asReal(n);
  return Rf_ScalarInteger(previous);
}

static const char *r_path(SEXP x)
{
  return Rf_isNull(x) ? NULL : r_text(x);
}

/* The core works on `device` until the next call; the name of the backend that this means. */
SEXP r_use_device(SEXP device, SEXP file, SEXP folder)
{
  sgdl_context ctx;
  const sgdl_backend *backend = NULL;
  session_backend = NULL;
  r_context(&ctx);
  r_check(&ctx, sgdl_backend_open(&ctx, r_text(device), r_path(file), r_path(folder), &backend, NULL));
  session_backend = backend;
  return Rf_mkString(backend->name);
}

/* The device of the CPU, that of the CUDA backend ("" where there is none) and why there is none. */
SEXP r_devices(SEXP file, SEXP folder)
{
  sgdl_context ctx;
  const sgdl_backend *backend = NULL;
  char note[SGDL_MESSAGE_SIZE];
  r_context(&ctx);
  r_check(&ctx, sgdl_backend_open(&ctx, "auto", r_path(file), r_path(folder), &backend, note));
  SEXP out = PROTECT(Rf_allocVector(STRSXP, 3));
  SET_STRING_ELT(out, 0, Rf_mkChar(sgdl_backend_cpu()->device));
  SET_STRING_ELT(out, 1, Rf_mkChar(sgdl_backend_is_cpu(backend) ? "" : backend->device));
  SET_STRING_ELT(out, 2, Rf_mkChar(note));
  UNPROTECT(1);
  return out;
}

SEXP r_match_option(SEXP argument, SEXP value, SEXP choices)
{
  sgdl_context ctx;
  int index = 0;
  r_context(&ctx);
  r_check(&ctx, sgdl_match_option(&ctx, r_text(argument), r_text(value), r_texts(choices), LENGTH(choices),
                                  &index));
  return Rf_ScalarInteger(index);
}

SEXP r_unknown_argument(SEXP function, SEXP name, SEXP known)
{
  sgdl_context ctx;
  r_context(&ctx);
  r_check(&ctx, sgdl_unknown_argument(&ctx, r_text(function), r_text(name), r_texts(known), LENGTH(known)));
  return R_NilValue;
}
