/* Numeric vectors that share the storage of another one. */
#ifndef SGDLANGEVIN_R_SLICE_H
#define SGDLANGEVIN_R_SLICE_H

#include "r_glue.h"

#include <R_ext/Rdynload.h>

void r_slice_init(DllInfo *dll);
/* Elements [first, first + n) of `whole`, a double vector that must not change any more. */
SEXP r_slice(SEXP whole, ptrdiff_t first, ptrdiff_t n);

#endif
