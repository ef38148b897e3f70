/* Slices: numeric vectors of R that are a part of another one, without a copy. State, mean and variance of a large
 * run share the block that the core worked in. Writing to one first gives it storage of its own. */
#include "r_slice.h"

#include <R_ext/Altrep.h>
#include <string.h>

static R_altrep_class_t slice_class;

/* data1: list of the whole and c(first, length); data2: own storage, or NULL while it is shared. */
static R_xlen_t place(SEXP x, int which)
{
  return (R_xlen_t)REAL_RO(VECTOR_ELT(R_altrep_data1(x), 1))[which];
}

static const double *shared(SEXP x)
{
  return REAL_RO(VECTOR_ELT(R_altrep_data1(x), 0)) + place(x, 0);
}

static R_xlen_t slice_length(SEXP x)
{
  return place(x, 1);
}

static const void *slice_read(SEXP x)
{
  SEXP own = R_altrep_data2(x);
  return own == R_NilValue ? shared(x) : REAL_RO(own);
}

static void *slice_data(SEXP x, Rboolean writeable)
{
  if (!writeable) return (void *)slice_read(x);
  if (R_altrep_data2(x) == R_NilValue) {
    SEXP own = PROTECT(Rf_allocVector(REALSXP, slice_length(x)));
    memcpy(REAL(own), shared(x), sizeof(double) * (size_t)slice_length(x));
    R_set_altrep_data2(x, own);
    UNPROTECT(1);
  }
  return REAL(R_altrep_data2(x));
}

static double slice_element(SEXP x, R_xlen_t i)
{
  return ((const double *)slice_read(x))[i];
}

static R_xlen_t slice_region(SEXP x, R_xlen_t first, R_xlen_t n, double *out)
{
  R_xlen_t left = slice_length(x) - first, count = n < left ? n : left;
  memcpy(out, (const double *)slice_read(x) + first, sizeof *out * (size_t)count);
  return count;
}

/* For .Internal(inspect(x)). */
static Rboolean slice_inspect(SEXP x, int pre, int deep, int pvec, void (*inspect)(SEXP, int, int, int))
{
  (void)pre, (void)deep, (void)pvec, (void)inspect;
  Rprintf(" sgdl_slice %s\n", R_altrep_data2(x) == R_NilValue ? "shared" : "own");
  return TRUE;
}

void r_slice_init(DllInfo *dll)
{
  slice_class = R_make_altreal_class("sgdl_slice", "sgdlangevin", dll);
  R_set_altrep_Inspect_method(slice_class, slice_inspect);
  R_set_altrep_Length_method(slice_class, slice_length);
  R_set_altvec_Dataptr_method(slice_class, slice_data);
  R_set_altvec_Dataptr_or_null_method(slice_class, slice_read);
  R_set_altreal_Elt_method(slice_class, slice_element);
  R_set_altreal_Get_region_method(slice_class, slice_region);
}

SEXP r_slice(SEXP whole, ptrdiff_t first, ptrdiff_t n)
{
  SEXP parts = PROTECT(Rf_allocVector(VECSXP, 2));
  SET_VECTOR_ELT(parts, 0, whole);
  SET_VECTOR_ELT(parts, 1, Rf_allocVector(REALSXP, 2));
  REAL(VECTOR_ELT(parts, 1))[0] = (double)first;
  REAL(VECTOR_ELT(parts, 1))[1] = (double)n;
  SEXP slice = R_new_altrep(slice_class, parts, R_NilValue);
  UNPROTECT(1);
  return slice;
}
